"""Uplift: what a treatment adds to a rate, by the customers who did not get it."""

from __future__ import annotations

from math import erfc, exp, inf, log, nan, sqrt

import attrs

from custrel._intervals import normal_quantile, wilson
from custrel.errors import InvalidData, Problem
from custrel.valuation.rate import Rate

__all__ = ["Uplift", "uplift"]


@attrs.frozen(kw_only=True)
class Uplift:
    """Two rates compared: a difference and a ratio, each with its interval, and a test.

    Parameters
    ----------
    treated : Rate
        Those who got the sample, came by referral, ...
    control : Rate
        Those who did not.
    difference, difference_low, difference_high : float
        Treated less control, with Newcombe's interval.
    ratio, ratio_low, ratio_high : float
        Treated by control (the lift), with Katz's interval; infinite or from 0 where nobody
        in one of the groups did.
    z, p_value : float
        Of the two-sided test that both rates are the same.

    See Also
    --------
    uplift : Makes one.

    Examples
    --------
    >>> effect = uplift(Rate(count=56, total=70), Rate(count=48, total=80))
    >>> effect.treated.value
    0.8
    """

    treated: Rate
    control: Rate
    difference: float
    difference_low: float
    difference_high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    z: float
    p_value: float

    def __str__(self) -> str:
        low, high = 100 * self.difference_low, 100 * self.difference_high
        return (
            f"{100 * self.difference:+.1f} points ({low:+.1f} to {high:+.1f}), "
            f"{self.ratio:.2f} times ({self.ratio_low:.2f} to {self.ratio_high:.2f}), "
            f"p = {self.p_value:.2g}"
        )


def uplift(treated: Rate, control: Rate) -> Uplift:
    """Compare the rate of those who were treated with that of those who were not (赠送小样对照).

    Parameters
    ----------
    treated : Rate
        Those who got the sample; or leads who came by referral.
    control : Rate
        Those who did not; cold leads.

    Returns
    -------
    Uplift
        At the confidence of `treated`.

    Raises
    ------
    InvalidData
        One of the groups is empty.

    Notes
    -----
    The difference has Newcombe's interval from the two Wilson intervals, the ratio that of
    Katz: exp(log R ± z sqrt(1/x1 - 1/n1 + 1/x2 - 1/n2)).  The test is the z test with the
    pooled rate.  It says what the treatment did only where chance decided who got it.  Where
    leads come by referral, the documents expect a ratio of 3 to 5 (推荐成交倍率).

    References
    ----------
    .. [1] R. G. Newcombe (1998), Interval Estimation for the Difference Between Independent
       Proportions, Statistics in Medicine 17, 873-890: method 10.
    .. [2] D. Katz, J. Baptista, S. P. Azen, M. C. Pike (1978), Obtaining Confidence Intervals
       for the Risk Ratio in Cohort Studies, Biometrics 34, 469-474.

    Examples
    --------
    >>> print(uplift(Rate(count=56, total=70), Rate(count=48, total=80)))
    +20.0 points (+5.2 to +33.4), 1.33 times (1.08 to 1.65), p = 0.008
    """
    for name, group in (("treated", treated), ("control", control)):
        if not group.total:
            message = f"nobody is in the group {name!r}, so that nothing can be compared"
            raise InvalidData([Problem(code="empty", message=message, count=0)])
    one, other = treated.value, control.value
    difference = one - other
    low1, high1 = wilson(one, treated.total, treated.confidence)[2:]
    low2, high2 = wilson(other, control.total, treated.confidence)[2:]
    ratio, ratio_low, ratio_high = _ratio(treated, control)
    z = _z(treated, control)
    return Uplift(
        treated=treated,
        control=control,
        difference=difference,
        difference_low=difference - sqrt((one - low1) ** 2 + (high2 - other) ** 2),
        difference_high=difference + sqrt((high1 - one) ** 2 + (other - low2) ** 2),
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        z=z,
        p_value=erfc(abs(z) / sqrt(2)),
    )


def _ratio(treated: Rate, control: Rate) -> tuple[float, float, float]:
    if not (treated.count and control.count):
        ratio = 0.0 if control.count else inf if treated.count else nan
        return ratio, 0.0, inf
    ratio = treated.value / control.value
    groups = (treated, control)
    error = sqrt(sum(1 / group.count - 1 / group.total for group in groups))
    reach = normal_quantile(treated.confidence) * error
    return ratio, exp(log(ratio) - reach), exp(log(ratio) + reach)


def _z(treated: Rate, control: Rate) -> float:
    pooled = (treated.count + control.count) / (treated.total + control.total)
    error = sqrt(pooled * (1 - pooled) * (1 / treated.total + 1 / control.total))
    return (treated.value - control.value) / error if error else 0.0
