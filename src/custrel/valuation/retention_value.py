"""Lifetime value from a retention rate: the formulas that need no model of purchase."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import UnknownCode
from custrel.units import TimeUnit
from custrel.valuation._amounts import amounts, number_of_periods, refuse
from custrel.valuation._rows import require_one_length
from custrel.valuation.discounting import DiscountRate, rate_per

__all__ = ["expected_lifetime", "retention_value"]

Floats = NDArray[np.float64]
Timing = Literal["now", "middle", "end", "renewal"]

# When the first margin is due, in periods, and how many renewals it has survived by then.
_TIMINGS: Mapping[str, tuple[float, int]] = MappingProxyType(
    {"now": (0.0, 0), "middle": (0.5, 0), "end": (1.0, 0), "renewal": (1.0, 1)}
)


def retention_value(
    margin: ArrayLike,
    *,
    retention: ArrayLike,
    discount: DiscountRate | None,
    period: TimeUnit | str = "Y",
    periods: float = np.inf,
    growth: ArrayLike = 0.0,
    timing: Timing = "renewal",
) -> Floats:
    """Return the present value of a margin that lasts as long as the customer stays.

    Parameters
    ----------
    margin : array_like
        What a customer brings in a period, after all costs of the period.
    retention : array_like
        The probability that he is still there after another period, 0 to 1 (客户保持率).
    discount : DiscountRate or None
        What money loses over time; None: nothing.
    period : TimeUnit or str
        How long a period is.
    periods : int or inf
        How many margins to count.
    growth : array_like
        By which share the margin grows each period, from the second one on; more than -1.
    timing : {"now", "middle", "end", "renewal"}
        When the first margin is due: now; in the middle or at the end of the first period, from
        every customer; or at its end from those who stayed.

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Raises
    ------
    InvalidData
        A value is missing or infinite, a retention no probability, a growth not above -1, or a
        value without limit: a margin that outgrows its discount for ever.
    InvalidRule
        The number of periods is negative or broken.
    UnknownCode
        There is no such timing.

    See Also
    --------
    ShiftedBetaGeometric : Where retention rises with tenure.

    Notes
    -----
    Each margin is q = retention x (1 + growth) / (1 + rate) times the one before.  For ever, with
    the first from those who stayed: margin x retention / (1 + rate - retention (1 + growth)), the
    "margin multiple".  One rate for all overstates the churn of those who stay and understates
    that of the new.

    References
    ----------
    .. [1] P. D. Berger, N. I. Nasr (1998), Customer Lifetime Value: Marketing Models and
       Applications, Journal of Interactive Marketing 12(1), 17-30.
    .. [2] S. Gupta, D. R. Lehmann (2003), Customers as Assets, Journal of Interactive Marketing
       17(1), 9-24.

    Examples
    --------
    >>> rate = DiscountRate.per_year(0.12)
    >>> retention_value(1, retention=[0.6, 0.7, 0.8, 0.9], discount=rate).round(2).tolist()
    [1.15, 1.67, 2.5, 4.09]
    """
    if timing not in _TIMINGS:
        raise UnknownCode("timing of the first margin", str(timing), _TIMINGS)
    if periods != np.inf:
        number_of_periods("periods", periods)
    (m,), (g,) = amounts(margin=margin), amounts(growth=growth)
    (stay,) = amounts(retention=retention, least=0, most=1)
    require_one_length(margin=m, retention=stay, growth=g)
    refuse("growth", g, g <= -1, "a margin shrinks by less than all of it")
    rate = rate_per(discount, period)
    moment, renewals = _TIMINGS[timing]
    ratio = np.asarray(stay * (1 + g) / (1 + rate))
    if periods == np.inf:
        refuse(
            "retention",
            ratio,
            ratio >= 1,
            "the margins grow as fast as they are discounted, so that their sum has no limit; "
            "retention x (1 + growth) / (1 + rate) is",
            "Say how many periods to count.",
        )
    return np.asarray(m * stay**renewals * (1 + rate) ** -moment * _geometric(ratio, periods))


def expected_lifetime(retention: ArrayLike) -> Floats:
    """Return how many periods customers stay on average, the first one included.

    Parameters
    ----------
    retention : array_like
        The probability that a customer is still there after another period, 0 to 1.

    Returns
    -------
    ndarray
        In periods; infinite where all stay.

    Raises
    ------
    InvalidData
        A retention is missing or no probability.

    Notes
    -----
    1 / (1 - retention): 1 over the churn rate.

    References
    ----------
    .. [1] F. F. Reichheld, W. E. Sasser (1990), Zero Defections: Quality Comes to Services,
       Harvard Business Review 68(5), 105-111.

    Examples
    --------
    >>> expected_lifetime([0.8, 0.9, 0.95]).round(6).tolist()
    [5.0, 10.0, 20.0]
    """
    (stay,) = amounts(retention=retention, least=0, most=1)
    forever = np.full(stay.shape, np.inf)
    return np.asarray(np.divide(1.0, 1 - stay, out=forever, where=stay < 1))


def _geometric(ratio: Floats, terms: float) -> Floats:
    """Return 1 + ratio + ratio^2 + ...: so many terms."""
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = np.expm1(terms * np.log(ratio)) / (ratio - 1)
    sums = np.where(ratio == 0, min(terms, 1.0), sums)
    return np.asarray(np.where(ratio == 1, terms, sums))
