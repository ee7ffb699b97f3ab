"""XYZ analysis: how regularly customers buy, beside how much (ABC)."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule
from custrel.frames import AnyFrame, collect, enter
from custrel.rules import Rule
from custrel.segmentation._cuts import check_cuts, points, read_cuts
from custrel.segmentation._refusals import require_there

__all__ = ["XyzRule", "demand_variation", "xyz"]

# 0.5 computed on another engine can be the next number above: it has not passed the cut.
_TOLERANCE = 1e-9


def _as_codes(codes: Any) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)


@attrs.frozen
class XyzRule(Rule):
    """Classes by how much demand varies from period to period.

    Parameters
    ----------
    cuts : sequence of float
        The highest coefficient of variation of each class but the last, ascending.
    classes : sequence of str
        The codes of the classes, the steadiest first: one more than cuts.

    Raises
    ------
    InvalidRule
        Cuts do not ascend, or do not fit the classes.

    See Also
    --------
    demand_variation : The coefficients of variation.

    Notes
    -----
    The cuts 0.5 and 1 are customary.  Whoever bought nothing at all has no coefficient, and is
    in the last class.

    Examples
    --------
    >>> import pandas as pd
    >>> rule = XyzRule()
    >>> rule.classify(pd.DataFrame({"variation": [0.0, 0.5, 1.0, 3.0]}))["xyz"].tolist()
    ['x', 'x', 'y', 'z']
    """

    cuts: tuple[float, ...] = attrs.field(default=(0.5, 1.0), converter=read_cuts)
    classes: tuple[str, ...] = attrs.field(default=("x", "y", "z"), converter=_as_codes)

    def __attrs_post_init__(self) -> None:
        check_cuts("cuts", self.cuts, ())
        if len(self.classes) != len(self.cuts) + 1 or len(set(self.classes)) < len(self.classes):
            raise InvalidRule(
                f"{len(self.cuts)} cuts make {len(self.cuts) + 1} different classes, got "
                f"{self.classes}."
            )

    def classify(self, frame: Any, *, variation: str = "variation", name: str = "xyz") -> Any:
        """Add every customer's class.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        variation : str
            The column of the coefficient of variation; missing is the last class.
        name : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `name`: the code of the class.

        Raises
        ------
        ColumnNotFound
            The column is not there.
        """
        door = enter(frame)
        door.require([variation], remedy="demand_variation() adds it.")
        door.require_numbers(variation)
        value = as_float(variation)
        unknown = value.is_null() | value.is_nan()
        known = nw.when(unknown).then(float("inf")).otherwise(value - _TOLERANCE)
        step = points(known, self.cuts, None, closed="worse")
        class_ = step.replace_strict(
            range(1, len(self.classes) + 1), self.classes, default=None, return_dtype=nw.String
        )
        return door.leave(door.frame.with_columns(class_.alias(name)))


def demand_variation(
    purchases: Any,
    *,
    customer: str = "customer_id",
    period: str = "period",
    amount: str = "amount",
    periods: int | None = None,
) -> Any:
    """Return how much each customer's demand varies from period to period.

    Parameters
    ----------
    purchases : frame
        What was bought when: any number of rows for each customer and period.
    customer : str
        The column of the customer.
    period : str
        The column of the period, as a month or a number.
    amount : str
        The column of what was bought, in pieces or money.
    periods : int, optional
        How many periods there were; default: as many as occur.  A period in which a customer
        has no row is one in which he bought nothing.

    Returns
    -------
    frame
        Of the kind that came: one row per customer, with ``mean`` (per period) and
        ``variation``, the standard deviation over the periods divided by the mean; missing
        where the mean is not above 0.

    Raises
    ------
    InvalidData
        A customer or period is missing, or an amount missing or infinite.
    InvalidRule
        There are more periods than `periods` says.
    ColumnNotFound
        A column is not there.

    Notes
    -----
    The standard deviation is that of the periods themselves (divided by n, not n - 1).

    Examples
    --------
    >>> import pandas as pd
    >>> purchases = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b"], "period": [1, 2, 2], "amount": [5.0, 5.0, 8.0]}
    ... )
    >>> demand_variation(purchases).sort_values("customer_id")["variation"].tolist()
    [0.0, 1.0]
    """
    door = enter(purchases)
    require_there(door, customer, period)
    require_complete(door, amount)
    occurring = int(
        collect(door.frame.select(period).unique(subset=[period]).select(nw.len())).item()
    )
    number = occurring if periods is None else periods
    if number < occurring:
        raise InvalidRule(f"periods={periods}, but {occurring} different ones occur.")
    return _variation(door.frame, customer, period, amount, number).to_native()


def xyz(
    purchases: Any,
    *,
    customer: str = "customer_id",
    period: str = "period",
    amount: str = "amount",
    periods: int | None = None,
    rule: XyzRule | None = None,
) -> Any:
    """Say of every customer how regularly he buys: x steadily, y varying, z sporadically.

    Parameters
    ----------
    purchases : frame
        What was bought when: any number of rows for each customer and period.
    customer : str
        The column of the customer.
    period : str
        The column of the period, as a month or a number.
    amount : str
        The column of what was bought, in pieces or money.
    periods : int, optional
        How many periods there were; default: as many as occur.
    rule : XyzRule, optional
        Default: x up to a coefficient of variation of 0.5, y up to 1.

    Returns
    -------
    frame
        Of the kind that came: one row per customer, with ``mean``, ``variation`` and ``xyz``.

    Raises
    ------
    InvalidData
        A customer or period is missing, or an amount missing or infinite.
    InvalidRule
        There are more periods than `periods` says.

    See Also
    --------
    abc : How much they buy.

    Examples
    --------
    >>> import pandas as pd
    >>> purchases = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b"], "period": [1, 2, 2], "amount": [5.0, 5.0, 8.0]}
    ... )
    >>> xyz(purchases).sort_values("customer_id")["xyz"].tolist()
    ['x', 'y']
    """
    table = demand_variation(
        purchases, customer=customer, period=period, amount=amount, periods=periods
    )
    return (rule or XyzRule()).classify(table)


def _variation(frame: AnyFrame, customer: str, period: str, amount: str, number: int) -> AnyFrame:
    """Return mean and variation; periods without a row are zeros, and add mean ** 2 each."""
    bought = (
        frame.select(customer, period, __amount=as_float(amount))
        .group_by(customer, period)
        .agg(nw.col("__amount").sum())
    )
    count = float(number)
    # From the deviations, not from sums of squares, which cancel.
    spread = bought.with_columns(
        __mean=nw.col("__amount").sum().over(customer) / count
    ).with_columns(__square=(nw.col("__amount") - nw.col("__mean")) ** 2)
    table = spread.group_by(customer).agg(
        nw.col("__mean").max().alias("mean"),
        nw.col("__square").sum(),
        nw.len().alias("__there"),
    )
    mean = nw.col("mean")
    absent = (count - nw.col("__there").cast(nw.Float64)) * mean**2
    variance = (nw.col("__square") + absent) / count
    return table.with_columns(variation=nw.when(mean > 0).then(variance.sqrt() / mean)).select(
        customer, "mean", "variation"
    )
