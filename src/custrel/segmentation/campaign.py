"""Campaigns: who answered, by cell, and whom it pays to ask again."""

from __future__ import annotations

from math import isfinite
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float, as_text
from custrel._intervals import wilson
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import Door, collect, enter
from custrel.rules import Rule
from custrel.segmentation._refusals import refuse, require_flags, require_values

__all__ = ["ContactRule", "break_even_rate", "campaign_table"]

Floats = NDArray[np.float64]

_CONFIDENCE = 0.95
_TOLERANCE = 1e-9  # 3.99 / 7 is a little more than 0.57


def break_even_rate(*, cost: float, profit: float) -> float:
    """Return the response rate at which a campaign earns what it costs.

    Parameters
    ----------
    cost : float
        What asking one customer costs, in money.
    profit : float
        What one response brings, before that cost, in money.

    Returns
    -------
    float
        Responses per customer asked; above 1 no campaign can pay.

    Raises
    ------
    InvalidRule
        The cost is negative, or the profit not above 0.

    References
    ----------
    .. [1] A. M. Hughes (1994), Strategic Database Marketing, Probus: break-even of RFM cells.

    Examples
    --------
    >>> break_even_rate(cost=0.5, profit=40)
    0.0125
    """
    if not (cost >= 0 and isfinite(cost) and profit > 0 and isfinite(profit)):
        raise InvalidRule(
            f"expected a cost of 0 or more and a profit above 0, got {cost!r} and {profit!r}."
        )
    return cost / profit


def campaign_table(
    customers: Any,
    *,
    by: str = "rfm",
    response: str = "responded",
    cost: float | None = None,
    profit: float | None = None,
) -> Any:
    """Return how each cell answered a campaign: rate, lift, gain and profit, the best first.

    Parameters
    ----------
    customers : CustomerSummary or frame
        One row for each customer who was asked.
    by : str
        The column of the cell: RFM, segment, source of the lead.
    response : str
        The column of the answer: true or false, 1 or 0.
    cost, profit : float, optional
        What asking costs, and what a response brings before that; together or not at all.

    Returns
    -------
    frame
        Of the kind that came: one row per cell, with `by`, ``customers``, ``responses``,
        ``rate``, its 95 % interval ``rate_low`` and ``rate_high`` (Wilson), ``lift`` (the rate
        over that of all; missing where nobody answered), ``reach`` and ``gain`` (the shares of
        customers and of responses in this cell and those above it); with a profit also
        ``break_even_index`` (how far the rate is above the break-even one, 0 where equal),
        ``profit`` and ``total_profit`` of the cells down to this one.

    Raises
    ------
    InvalidData
        There are no customers; a cell is missing; or a response is neither 0 nor 1.
    ColumnNotFound
        A column is not there.
    InvalidRule
        A cost without a profit is given, or impossible ones.

    See Also
    --------
    ContactRule : The same as a rule for the next campaign.

    Notes
    -----
    The documents ask for 高命中率, a high rate of hits in the segment that was chosen.  Cells of
    equal rate are in the order of their names.

    References
    ----------
    .. [1] E. B. Wilson (1927), Probable Inference, the Law of Succession, and Statistical
       Inference, Journal of the American Statistical Association 22(158), 209-212.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = pd.DataFrame(
    ...     {"rfm": ["55"] * 4 + ["11"] * 6, "responded": [1, 1, 0, 0] + [0] * 5 + [1]}
    ... )
    >>> table = campaign_table(asked, cost=1, profit=4)
    >>> table[
    ...     ["rfm", "customers", "responses", "lift", "gain", "break_even_index", "profit"]
    ... ].round(3)
      rfm  customers  responses   lift   gain  break_even_index  profit
    0  55          4          2  1.667  0.667             1.000     4.0
    1  11          6          1  0.556  1.000            -0.333    -2.0
    """
    if (cost is None) is not (profit is None):
        raise InvalidRule("a break-even needs both: cost= of asking and profit= of a response.")
    door = enter(customers)
    cells, asked, hits = _answers(door, by, response)
    rate = hits / asked
    order = np.lexsort((cells, -rate))
    cells, asked, hits, rate = cells[order], asked[order], hits[order], rate[order]
    intervals = [wilson(r, n, _CONFIDENCE) for r, n in zip(rate, asked, strict=True)]
    overall = hits.sum() / asked.sum()
    columns: dict[str, NDArray[Any]] = {
        by: cells,
        "customers": asked.astype(np.int64),
        "responses": hits.astype(np.int64),
        "rate": rate,
        "rate_low": np.array([low for _, _, low, _ in intervals]),
        "rate_high": np.array([high for *_, high in intervals]),
        "lift": rate / overall if overall else np.full_like(rate, np.nan),
        "reach": np.cumsum(asked) / asked.sum(),
        "gain": np.cumsum(hits) / max(hits.sum(), 1),
    }
    if cost is not None and profit is not None:
        needed = break_even_rate(cost=cost, profit=profit)
        earned = hits * profit - asked * cost
        columns |= {
            "break_even_index": rate / needed - 1 if needed else np.full_like(rate, np.inf),
            "profit": earned,
            "total_profit": np.cumsum(earned),
        }
    return door.table(columns)


def _as_rates(rates: Any) -> tuple[tuple[str, float], ...]:
    pairs = rates.items() if hasattr(rates, "items") else rates
    return tuple((str(cell), float(rate)) for cell, rate in pairs)


@attrs.frozen
class ContactRule(Rule):
    """Whom to ask in the next campaign: the cells whose rate pays.

    Parameters
    ----------
    rates : mapping of str to float
        For each cell the share of customers who answer, 0 to 1.
    break_even : float
        The rate from which on asking pays.
    by : str
        The column of the cell.
    unseen : bool
        Whether to ask customers of cells that have no rate.

    Raises
    ------
    InvalidRule
        A cell stands twice, or a rate is no share.

    See Also
    --------
    break_even_rate : The rate at which asking pays.

    Examples
    --------
    >>> import pandas as pd
    >>> rule = ContactRule({"55": 0.08, "11": 0.01}, break_even=0.0125)
    >>> rule.cells
    ('55',)
    >>> rule.select(pd.DataFrame({"rfm": ["11", "55", "33"]}))["contact"].tolist()
    [False, True, False]
    """

    rates: tuple[tuple[str, float], ...] = attrs.field(converter=_as_rates)
    break_even: float = attrs.field(converter=float, kw_only=True)
    by: str = attrs.field(default="rfm", kw_only=True)
    unseen: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if len({cell for cell, _ in self.rates}) < len(self.rates):
            raise InvalidRule(f"a cell stands twice: {self.rates}.")
        if not all(0 <= rate <= 1 for _, rate in self.rates) or not self.break_even >= 0:
            raise InvalidRule(
                "rates are shares between 0 and 1 (0.02, not 2), break_even is not negative."
            )

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells that pay, in the order given."""
        least = self.break_even * (1 - _TOLERANCE)
        return tuple(cell for cell, rate in self.rates if rate >= least)

    @classmethod
    def learn(
        cls,
        customers: Any,
        *,
        cost: float,
        profit: float,
        by: str = "rfm",
        response: str = "responded",
        unseen: bool = False,
    ) -> Self:
        """Learn the rates from a campaign, or from a test of it.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row for each customer who was asked.
        cost : float
            What asking one customer costs.
        profit : float
            What one response brings before that cost.
        by : str
            The column of the cell.
        response : str
            The column of the answer: true or false, 1 or 0.
        unseen : bool
            Whether to ask customers of cells of whom nobody was asked before.

        Returns
        -------
        ContactRule

        Raises
        ------
        InvalidData
            There are no customers; a cell is missing; or a response is neither 0 nor 1.
        """
        cells, asked, hits = _answers(enter(customers), by, response)
        order = np.lexsort((cells, -hits / asked))
        rates = zip(cells[order].tolist(), (hits / asked)[order].tolist(), strict=True)
        needed = break_even_rate(cost=cost, profit=profit)
        return cls(tuple(rates), break_even=needed, by=by, unseen=unseen)

    def select(self, customers: Any, *, name: str = "contact") -> Any:
        """Say of every customer whether to ask him.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer, with the column of the cell.
        name : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `name`: true or false.

        Raises
        ------
        ColumnNotFound
            The column of the cell is not there.
        InvalidData
            A cell is missing.
        """
        door = enter(customers)
        door.require([self.by])
        missing = {self.by: (nw.col(self.by).is_null(), "missing cell")}
        refuse(door, missing, code="missing_value", remedy="Leave these customers out.")
        cell = as_text(door, self.by)
        pays = cell.is_in(self.cells)
        if self.unseen:
            pays = pays | ~cell.is_in([cell for cell, _ in self.rates])
        return door.leave(door.frame.with_columns(pays.alias(name)))


def _answers(door: Door, by: str, response: str) -> tuple[NDArray[Any], Floats, Floats]:
    """Return the cells, how many customers of each were asked, and how many answered."""
    door.require([by])
    require_values(door, response)
    require_flags(door, response)
    missing = {by: (nw.col(by).is_null(), "missing cell")}
    refuse(door, missing, code="missing_value", remedy="Leave these customers out.")
    cells = door.frame.select(__cell=as_text(door, by), __hit=as_float(response))
    grouped = cells.group_by("__cell").agg(nw.len().alias("__asked"), nw.col("__hit").sum())
    rows = collect(grouped).rows(named=True)
    if not rows:
        message = "nobody was asked"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    names = np.array([str(row["__cell"]) for row in rows])
    asked = np.array([row["__asked"] for row in rows], dtype=np.float64)
    return names, asked, np.array([row["__hit"] for row in rows], dtype=np.float64)
