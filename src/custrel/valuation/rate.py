"""A rate with its interval: so many of so many responded, stayed, bought again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._flaws import Flaw, refuse_rows
from custrel._intervals import normal_quantile, wilson
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import AnyFrame, Door, enter, read_schema

__all__ = ["Rate", "rates"]


def _as_count(number: float) -> int:
    if not float(number).is_integer():
        raise InvalidRule(f"{number!r} counts nothing: a rate is of whole numbers.")
    return int(number)


@attrs.frozen(kw_only=True)
class Rate:
    """A count of a total, with Wilson's interval.

    Parameters
    ----------
    count : int
        How many of them did.
    total : int
        How many there are.
    confidence : float
        Of the interval, between 0 and 1.

    Raises
    ------
    InvalidRule
        The counts are negative or no whole numbers, or `count` exceeds `total`, or `confidence`
        is not between 0 and 1.

    See Also
    --------
    rates : The rate of every group of a frame.
    uplift : Two rates compared.

    References
    ----------
    .. [1] E. B. Wilson (1927), Probable Inference, the Law of Succession, and Statistical
       Inference, Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> retained = Rate(count=81, total=263)
    >>> print(retained)
    30.8% (25.5% to 36.6%), 81 of 263
    """

    count: int = attrs.field(converter=_as_count)
    total: int = attrs.field(converter=_as_count)
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        normal_quantile(self.confidence)
        if not 0 <= self.count <= self.total:
            raise InvalidRule(f"{self.count} of {self.total} is no rate.")

    @property
    def value(self) -> float:
        """The rate; NaN of none."""
        return self.count / self.total if self.total else float("nan")

    @property
    def low(self) -> float:
        """The lower end of the interval; NaN of none."""
        return wilson(self.value, self.total, self.confidence)[2]

    @property
    def high(self) -> float:
        """The upper end of the interval; NaN of none."""
        return wilson(self.value, self.total, self.confidence)[3]

    def __str__(self) -> str:
        return (
            f"{100 * self.value:.1f}% ({100 * self.low:.1f}% to {100 * self.high:.1f}%), "
            f"{self.count:,} of {self.total:,}"
        )


def rates(
    frame: Any, *, outcome: str, by: str | Sequence[str] = (), confidence: float = 0.95
) -> Any:
    """Return how large a part of each group did something: answered, bought, came back (反应率).

    Parameters
    ----------
    frame : frame
        One row for each contact, lead, customer, ...
    outcome : str
        The column that says whether it did: truth values, or 1 and 0.
    by : str or sequence of str
        The columns that name the group; none: all rows together.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    frame
        Of the same kind, one row for each group: the `by` columns, ``total``, ``count``,
        ``rate``, and Wilson's interval ``low`` and ``high``.  Eager ones are in the order of
        the groups.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        There are no rows, or an outcome is missing or neither 0 nor 1.
    InvalidRule
        `confidence` is not between 0 and 1.

    Notes
    -----
    Serves all rates of the documents that count answers to contacts: response by campaign,
    conversion by source of the lead, close rate by salesperson.

    Examples
    --------
    >>> import pandas as pd
    >>> leads = pd.DataFrame(
    ...     {
    ...         "source": ["referral"] * 10 + ["fair"] * 20,
    ...         "won": [1] * 4 + [0] * 6 + [1, 1] + [0] * 18,
    ...     }
    ... )
    >>> rates(leads, outcome="won", by="source").round(3)
         source  total  count  rate    low   high
    0      fair     20      2   0.1  0.028  0.301
    1  referral     10      4   0.4  0.168  0.687
    """
    z = normal_quantile(confidence)
    keys = [by] if isinstance(by, str) else list(by)
    door = enter(frame)
    door.require([*keys, outcome])
    counted = count_outcomes(door, outcome, keys)
    n, k = nw.col("total").cast(nw.Float64), nw.col("count").cast(nw.Float64)
    middle, reach = (k + z * z / 2) / (n + z * z), z / (n + z * z)
    half = (k * (n - k) / n + z * z / 4).sqrt() * reach
    # At the ends the limits are exact, and the formula a rounding error off.
    low = nw.when(k > 0).then(middle - half).otherwise(0.0)
    high = nw.when(k < n).then(middle + half).otherwise(1.0)
    return counted.with_columns(rate=k / n, low=low, high=high).to_native()


def count_outcomes(door: Door, outcome: str, keys: list[str]) -> AnyFrame:
    """Count the rows (``total``) and the hits (``count``) of each group, where the data lie."""
    if read_schema(door.frame)[outcome] == nw.Boolean:
        hit = nw.when(nw.col(outcome)).then(1).otherwise(0)
        bad = nw.col(outcome).is_null()
    else:
        door.require_numbers(outcome)
        hit = nw.col(outcome).cast(nw.Float64)
        bad = hit.is_null() | ~((hit == 0) | (hit == 1))
    unclear = Flaw(
        bad,
        "no_outcome",
        "a missing outcome, or one that is neither 0 nor 1,",
        outcome,
        remedy="Make the column say True or False for every row, or filter these rows out.",
    )
    if not refuse_rows(door, unclear)["rows"]:
        message = "there are no rows to count"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    frame: Any = door.frame.with_columns(count=nw.when(hit == 1).then(1).otherwise(0))
    if keys:
        grouped = frame.group_by(*keys).agg(nw.len().alias("total"), nw.col("count").sum())
        if isinstance(grouped, nw.DataFrame):
            return nw.maybe_reset_index(grouped.sort(*keys))
        lazy: AnyFrame = grouped
        return lazy
    total: AnyFrame = frame.select(nw.len().alias("total"), nw.col("count").sum())
    return total
