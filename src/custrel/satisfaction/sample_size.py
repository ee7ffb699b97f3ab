"""How many customers to ask."""

from __future__ import annotations

from math import ceil, inf, isfinite

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule

__all__ = ["sample_size_for_mean", "sample_size_for_share"]

_TINY = 1e-9  # of a respondent: what rounding leaves of a whole number


def sample_size_for_share(
    margin: float,
    *,
    share: float = 0.5,
    confidence: float = 0.95,
    population: float = inf,
    design_effect: float = 1.0,
) -> int:
    """Return how many answers a share needs, as that of satisfied customers (样本量).

    Parameters
    ----------
    margin : float
        How far the estimate may be off to either side, as a share: 0.05 for five points.
    share : float
        The share that is expected, 0 to 1; a half needs the most answers.
    confidence : float
        How often the margin is kept, between 0 and 1.
    population : float
        How many customers there are to choose from; infinite by default.
    design_effect : float
        By how much weighting or clusters inflate the variance.

    Returns
    -------
    int
        Answers, not invitations.

    Raises
    ------
    InvalidRule
        A number is impossible.

    See Also
    --------
    sample_size_for_mean : For a mean, or a net promoter score.

    Notes
    -----
    n0 = z^2 p (1 - p) deff / margin^2, and with N customers n = n0 / (1 + (n0 - 1) / N), rounded
    up. The documents name the choice of a sample as a step of the survey, without a formula
    (reconstructed).

    References
    ----------
    .. [1] W. G. Cochran (1977), Sampling Techniques, 3rd edition, Wiley, pages 75-78.

    Examples
    --------
    >>> sample_size_for_share(0.05)
    385
    >>> sample_size_for_share(0.05, population=1000)
    278
    """
    if not 0 < share < 1:
        raise InvalidRule(f"share is between 0 and 1 (0.5, not 50); got {share!r}.")
    if not 0 < margin < 1:
        raise InvalidRule(f"margin is a share between 0 and 1 (0.05, not 5); got {margin!r}.")
    return _answers(share * (1 - share), margin, confidence, population, design_effect)


def sample_size_for_mean(
    margin: float,
    *,
    sd: float,
    confidence: float = 0.95,
    population: float = inf,
    design_effect: float = 1.0,
) -> int:
    """Return how many answers a mean needs, as that of a satisfaction scale.

    Parameters
    ----------
    margin : float
        How far the estimate may be off to either side, in points of the scale.
    sd : float
        The standard deviation that is expected, in points of the scale. A net promoter score's is
        at most 1, commonly about 0.8.
    confidence : float
        How often the margin is kept, between 0 and 1.
    population : float
        How many customers there are to choose from; infinite by default.
    design_effect : float
        By how much weighting or clusters inflate the variance.

    Returns
    -------
    int
        Answers, not invitations.

    Raises
    ------
    InvalidRule
        A number is impossible.

    See Also
    --------
    sample_size_for_share : For a share.

    Notes
    -----
    n0 = z^2 sd^2 deff / margin^2, and with N customers n = n0 / (1 + (n0 - 1) / N), rounded up.

    References
    ----------
    .. [1] W. G. Cochran (1977), Sampling Techniques, 3rd edition, Wiley, pages 77-78.

    Examples
    --------
    >>> sample_size_for_mean(0.2, sd=1.5)
    217
    """
    if not (sd > 0 and isfinite(sd)):
        raise InvalidRule(f"sd must be greater than 0, got {sd!r}.")
    if not (margin > 0 and isfinite(margin)):
        raise InvalidRule(f"margin must be greater than 0, got {margin!r}.")
    return _answers(sd * sd, margin, confidence, population, design_effect)


def _answers(
    variance: float, margin: float, confidence: float, population: float, design_effect: float
) -> int:
    if not population >= 1:
        raise InvalidRule(f"population must be 1 or more, got {population!r}.")
    if not (design_effect > 0 and isfinite(design_effect)):
        raise InvalidRule(f"design_effect must be greater than 0, got {design_effect!r}.")
    z = normal_quantile(confidence)
    n = z * z * variance * design_effect / (margin * margin)
    if isfinite(population):
        n = min(n / (1 + (n - 1) / population), population)
    return max(1, ceil(n - _TINY))
