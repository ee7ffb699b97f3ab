"""A customer as an investment: net present value, payback, contribution for the cost."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import reduce
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation._amounts import amounts, discount_factors, require_amounts
from custrel.valuation._rows import require_one_length
from custrel.valuation.discounting import DiscountRate

__all__ = [
    "InvestmentRule",
    "InvestmentVerdict",
    "cost_contribution_rate",
    "net_present_value",
    "payback_period",
]

Floats = NDArray[np.float64]

_MEASURES = ("npv", "payback", "contribution_rate")
# Sums of fractions miss what they should come to in their last digits: money back up to so small a
# part of what was paid is all of it.
_TOLERANCE = 1e-9


class InvestmentVerdict(StrEnum):
    """Whether a customer is worth the money that is put into the relationship.

    Examples
    --------
    >>> [verdict.value for verdict in InvestmentVerdict]
    ['invest', 'break_even', 'drop']
    """

    INVEST = "invest"
    BREAK_EVEN = "break_even"
    DROP = "drop"


def net_present_value(
    flows: ArrayLike,
    *,
    investment: ArrayLike = 0.0,
    discount: DiscountRate | None,
    period: TimeUnit | str = "Y",
    first: float = 1,
) -> Floats:
    """Return what the money of the coming periods is worth now, less what it costs (净现值).

    Parameters
    ----------
    flows : array_like of shape (..., periods)
        What a customer brings in each period, after the cost of the period; may be negative.
    investment : array_like of shape (...)
        What is paid now to win or to keep the customer.
    discount : DiscountRate or None
        What money loses over time; None: nothing.
    period : TimeUnit or str
        How long a period is.
    first : float
        When the first flow is due, in periods from now: 1 is the end of the first period, 0 now.

    Returns
    -------
    ndarray of shape (...)
        In the currency of the flows.

    Raises
    ------
    InvalidData
        A flow or an investment is missing or infinite.
    InvalidRule
        There is no period.

    Notes
    -----
    NPV = sum of flow_t / (1 + rate)^t - investment.  The documents name the method, not the
    formula (reconstructed).

    References
    ----------
    .. [1] R. A. Brealey, S. C. Myers, F. Allen (2011), Principles of Corporate Finance, 10th ed.,
       McGraw-Hill, chapter 5.

    Examples
    --------
    >>> ten_percent = DiscountRate.per_year(0.10)
    >>> flows = [[500, 500, 5000], [500, 1800, 0], [1800, 500, 0]]
    >>> net_present_value(flows, investment=2000, discount=ten_percent).round().tolist()
    [2624.0, -58.0, 50.0]
    """
    (outlay,) = amounts(investment=investment)
    paid = _read_flows(flows, outlay)
    factors = discount_factors(discount, period, first + np.arange(paid.shape[-1]))
    return np.asarray(paid @ factors - outlay)


def payback_period(
    flows: ArrayLike,
    *,
    investment: ArrayLike,
    discount: DiscountRate | None = None,
    period: TimeUnit | str = "Y",
    whole: bool = False,
) -> Floats:
    """Return how many periods it takes until a customer has brought back what he cost (投资回收期).

    Parameters
    ----------
    flows : array_like of shape (..., periods)
        What a customer brings by the end of each period; may be negative.
    investment : array_like of shape (...)
        What is paid now, 0 or more.
    discount : DiscountRate, optional
        Count the flows at their present value.
    period : TimeUnit or str
        How long a period is.
    whole : bool
        Count whole periods, instead of taking the money of a period to come in evenly.

    Returns
    -------
    ndarray of shape (...)
        In periods; 0 where nothing was paid, infinite where it never comes back.

    Raises
    ------
    InvalidData
        A flow is missing or infinite, or an investment missing, infinite or negative.
    InvalidRule
        There is no period.

    Notes
    -----
    The first moment at which the flows so far reach the investment.  The documents name the
    method, not the formula (reconstructed).

    References
    ----------
    .. [1] R. A. Brealey, S. C. Myers, F. Allen (2011), Principles of Corporate Finance, 10th ed.,
       McGraw-Hill, chapter 5.

    Examples
    --------
    >>> flows = [[500, 500, 5000], [500, 1800, 0], [1800, 500, 0]]
    >>> payback_period(flows, investment=2000, whole=True).tolist()
    [3.0, 2.0, 2.0]
    >>> ten_percent = DiscountRate.per_year(0.10)
    >>> payback_period(flows, investment=2000, discount=ten_percent, whole=True).tolist()
    [3.0, inf, 2.0]
    """
    (outlay,) = amounts(investment=investment, least=0)
    paid = _read_flows(flows, outlay)
    if discount is not None:
        paid = paid * discount_factors(discount, period, 1 + np.arange(paid.shape[-1]))
    lead = np.broadcast_shapes(paid.shape[:-1], outlay.shape)
    paid = np.broadcast_to(paid, (*lead, paid.shape[-1]))
    together, left = np.cumsum(paid, axis=-1), np.broadcast_to(outlay, lead)[..., None]
    reached = together >= left * (1 - _TOLERANCE)
    back = reached.any(axis=-1, keepdims=True)
    last = np.argmax(reached, axis=-1, keepdims=True)
    if whole:
        part = np.ones(last.shape)
    else:
        flow = np.take_along_axis(paid, last, axis=-1)
        before = np.take_along_axis(together, last, axis=-1) - flow
        within = back & (flow > 0)
        part = np.divide(left - before, flow, out=np.zeros(last.shape), where=within)
        part = np.minimum(part, 1.0)
    periods = np.where(back, last + part, np.inf)
    return np.asarray(np.where(outlay == 0, 0.0, periods[..., 0]))


def cost_contribution_rate(contribution: ArrayLike, cost: ArrayLike) -> Floats:
    """Return what customers bring for each unit of money that they cost (客户成本贡献率).

    Parameters
    ----------
    contribution : array_like
        The profit that a customer brings.
    cost : array_like
        What winning and serving him costs, 0 or more.

    Returns
    -------
    ndarray
        Of the broadcast shape; NaN where there is no cost.

    Raises
    ------
    InvalidData
        A value is missing or infinite, or a cost is negative.

    Notes
    -----
    Contribution / cost.  The documents name the rate, not the formula (reconstructed).

    Examples
    --------
    >>> cost_contribution_rate([300, -50, 80], [200, 100, 0]).tolist()
    [1.5, -0.5, nan]
    """
    (brought,), (spent,) = amounts(contribution=contribution), amounts(cost=cost, least=0)
    require_one_length(contribution=brought, cost=spent)
    brought, spent = np.broadcast_arrays(brought, spent)
    unknown = np.full(spent.shape, np.nan)
    return np.asarray(np.divide(brought, spent, out=unknown, where=spent > 0))


def _as_unit(period: TimeUnit | str) -> TimeUnit:
    return TimeUnit(period)


def _customary_threshold(rule: Any) -> float:
    return {"npv": 0.0, "contribution_rate": 1.0}.get(rule.measure, np.nan)


@attrs.frozen(kw_only=True)
class InvestmentRule(Rule):
    """Which customers are worth an investment, by one measure and its threshold.

    Parameters
    ----------
    measure : {"npv", "payback", "contribution_rate"}
        Net present value; the periods until the money is back; or the flows together over the
        investment.
    threshold : float, optional
        Where the verdict turns: a customer above it is worth the investment (below it, for the
        payback), one at it makes no difference.  Default: 0 for the net present value, 1 for the
        contribution rate (the money comes back); the payback has no customary one.
    discount : DiscountRate, optional
        What money loses over time; it discounts payback and contribution rate too.
    period : TimeUnit or str
        How long a period is.

    Raises
    ------
    InvalidRule
        The threshold is missing or no number, or a payback's is negative.
    UnknownCode
        There is no such measure, or unit of time.

    See Also
    --------
    net_present_value, payback_period, cost_contribution_rate : The measures, of arrays.

    Notes
    -----
    The documents count the three among the quantitative ways to class customers
    (定量客户分类方法); the thresholds are reconstructed.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "investment": [2000, 2000, 2000],
    ...         "year_1": [500, 500, 1800],
    ...         "year_2": [500, 1800, 500],
    ...         "year_3": [5000, 0, 0],
    ...     }
    ... )
    >>> rule = InvestmentRule(discount=DiscountRate.per_year(0.10))
    >>> years = ["year_1", "year_2", "year_3"]
    >>> rule.judge(customers, flows=years)[["npv", "npv_verdict"]].round(2)
           npv npv_verdict
    0  2624.34      invest
    1   -57.85        drop
    2    49.59      invest
    """

    measure: Literal["npv", "payback", "contribution_rate"] = "npv"
    threshold: float = attrs.field(
        default=attrs.Factory(_customary_threshold, takes_self=True), converter=float
    )
    discount: DiscountRate | None = None
    period: TimeUnit = attrs.field(default=TimeUnit.YEAR, converter=_as_unit)

    def __attrs_post_init__(self) -> None:
        if self.measure not in _MEASURES:
            raise UnknownCode("measure of an investment", str(self.measure), _MEASURES)
        if not abs(self.threshold) < np.inf or (self.measure == "payback" and self.threshold < 0):
            raise InvalidRule(
                f"InvestmentRule: the threshold of {self.measure} is a finite number"
                f"{', 0 or more periods' if self.measure == 'payback' else ''}; got "
                f"{self.threshold}."
            )

    def judge(self, frame: Any, *, flows: Sequence[str], investment: str = "investment") -> Any:
        """Measure every customer, and say whether he is worth the investment.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        flows : sequence of str
            The columns of what he brings in each period, in order, due at its end.
        investment : str
            The column of what is paid now, 0 or more.

        Returns
        -------
        CustomerSummary or frame
            As it came, with a column of the measure's name (missing where it does not exist: a
            payback that never comes, a rate without cost), and one with ``_verdict`` after it,
            the code of an `InvestmentVerdict`.  What never pays back is dropped; what costs
            nothing is judged by the sign of what it brings.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or an investment is negative.
        InvalidRule
            No flows are named.
        """
        if not flows or isinstance(flows, str):
            raise InvalidRule("flows names one column or more: flows=['year_1', 'year_2'].")
        door = enter(frame)
        paid = as_float(investment)
        require_amounts(door, *flows)
        require_amounts(door, investment, least=0)
        factors = discount_factors(self.discount, self.period, 1 + np.arange(len(flows)))
        present = [as_float(name) * float(f) for name, f in zip(flows, factors, strict=True)]
        measured = door.frame.with_columns(
            **{
                self.measure: self._measured(present, paid),
                "__total": reduce(lambda one, other: one + other, present) - paid,
            }
        )
        verdict = {f"{self.measure}_verdict": self._verdict()}
        return door.leave(measured.with_columns(**verdict).drop("__total"))

    def _measured(self, present: Sequence[nw.Expr], paid: nw.Expr) -> nw.Expr:
        total = reduce(lambda one, other: one + other, present)
        match self.measure:
            case "npv":
                return total - paid
            case "contribution_rate":
                return nw.when(paid > 0).then(total / paid)
            case _:
                return _payback(present, paid)

    def _verdict(self) -> nw.Expr:
        """Compare the measure with the threshold, and what it says nothing of by the total."""
        value, at = nw.col(self.measure), self.threshold
        near = _TOLERANCE * max(1.0, abs(at))
        better, worse = value > at + near, value < at - near
        if self.measure == "payback":
            better, worse = worse, better | value.is_null()
        elif self.measure == "contribution_rate":
            free, left = value.is_null(), nw.col("__total")
            better, worse = better | (free & (left > 0)), worse | (free & (left < 0))
        milder = nw.when(worse).then(nw.lit("drop")).otherwise(nw.lit("break_even"))
        return nw.when(better).then(nw.lit("invest")).otherwise(milder)


def _read_flows(flows: ArrayLike, outlay: Floats) -> Floats:
    """Return flows with an axis of one period or more, and a row for each investment."""
    (paid,) = amounts(flows=np.atleast_1d(flows))
    if not paid.shape[-1]:
        raise InvalidRule("flows of no period at all: the last axis has one place for each.")
    require_one_length(customers=np.empty(paid.shape[:-1]), investment=outlay)
    return paid


def _payback(present: Sequence[nw.Expr], paid: nw.Expr) -> nw.Expr:
    """Return the periods until the flows reach what was paid, from the last period backwards."""
    sums: list[nw.Expr] = []
    for flow in present:
        sums.append(sums[-1] + flow if sums else flow)
    found = nw.lit(None, dtype=nw.Float64)
    for place in reversed(range(len(present))):
        before = sums[place - 1] if place else nw.lit(0.0)
        part = ((paid - before) / present[place]).clip(None, 1.0)
        back = sums[place] >= paid * (1 - _TOLERANCE)
        found = nw.when(back).then(part + float(place)).otherwise(found)
    return nw.when(paid > 0).then(found).otherwise(nw.lit(0.0))
