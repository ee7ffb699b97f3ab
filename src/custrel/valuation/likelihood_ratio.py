"""The likelihood-ratio test: whether a model's further parameters are worth it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs
from scipy.special import chdtrc

from custrel.errors import InvalidRule
from custrel.valuation._coordinates import estimate_of
from custrel.valuation.covariates import CovariateModel
from custrel.valuation.estimate import Learnt

__all__ = ["LikelihoodRatio", "likelihood_ratio_test"]

# Which models another becomes when one of its parameters runs to a boundary.
_AT_BOUNDARY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "BgNbd": ("Nbd",),
        "MbgNbd": ("Nbd",),
        "ParetoNbd": ("Nbd",),
    }
)
_ROUNDING = 1e-6  # of a log-likelihood


@attrs.frozen(kw_only=True)
class LikelihoodRatio:
    """What a likelihood-ratio test found.

    `likelihood_ratio_test` makes it.

    Parameters
    ----------
    smaller, larger : str
        The models.
    statistic : float
        Twice the difference of the log-likelihoods.
    degrees : int
        How many parameters more the larger model has.
    on_boundary : int
        How many of them the smaller model has at a boundary, 0 or 1.

    Examples
    --------
    >>> found = LikelihoodRatio(
    ...     smaller="Nbd", larger="ParetoNbd", statistic=5.2, degrees=2, on_boundary=1
    ... )
    >>> print(found)
    Nbd against ParetoNbd: statistic 5.2, 2 degrees of freedom, one at its boundary, p = 0.0484
    """

    smaller: str
    larger: str
    statistic: float
    degrees: int
    on_boundary: int

    @property
    def p_value(self) -> float:
        """How often data of the smaller model would look as much like the larger, or more."""
        if not self.on_boundary:
            return _tail(self.degrees, self.statistic)
        return (_tail(self.degrees - 1, self.statistic) + _tail(self.degrees, self.statistic)) / 2

    def __str__(self) -> str:
        where = ", one at its boundary" if self.on_boundary else ""
        plural = "" if self.degrees == 1 else "s"
        return (
            f"{self.smaller} against {self.larger}: statistic {self.statistic:.4g}, "
            f"{self.degrees} degree{plural} of freedom{where}, p = {self.p_value:.3g}"
        )


def likelihood_ratio_test(smaller: Learnt, larger: Learnt) -> LikelihoodRatio:
    """Test whether a model fits better than one of its special cases by more than chance.

    Parameters
    ----------
    smaller : Nbd or another model that was learnt
        The special case.
    larger : BgNbd, ParetoNbd or another model that was learnt
        From the same data.

    Returns
    -------
    LikelihoodRatio
        With its `p_value`.

    Raises
    ------
    InvalidRule
        A model was not learnt, or from other data than the other, or it is no special case:
        then AIC and BIC compare them.

    See Also
    --------
    custrel.valuation.compare : Models that are not special cases of one another.

    Notes
    -----
    Where the special case lies inside the larger model, the statistic has a χ² distribution.
    NBD lies on its boundary (nobody stops: the dropout rate is 0), where the statistic is as
    often a χ² of one degree less.  The shape of the dropout distribution means nothing there,
    which makes the true distribution smaller than that mixture: the test is on the safe side.

    References
    ----------
    .. [1] S. G. Self, K.-Y. Liang (1987), Asymptotic Properties of Maximum Likelihood Estimators
       and Likelihood Ratio Tests under Nonstandard Conditions, Journal of the American
       Statistical Association 82(398), 605-610.

    Examples
    --------
    >>> from custrel import BgNbd, Nbd
    >>> data = {
    ...     "frequency": [0, 1, 1, 2, 3, 5, 9],
    ...     "recency": [0, 5, 25, 12, 30, 33, 36],
    ...     "T": 38,
    ...     "weights": [60, 8, 8, 6, 6, 4, 3],
    ... }
    >>> print(likelihood_ratio_test(Nbd.fit_arrays(**data), BgNbd.fit_arrays(**data)))
    Nbd against BgNbd: statistic 1.939, 2 degrees of freedom, one at its boundary, p = 0.272
    """
    one, other = estimate_of(smaller), estimate_of(larger)
    degrees = len(other.covariance) - len(one.covariance)
    names = smaller.name, larger.name
    boundary = names[0] in _AT_BOUNDARY.get(names[1], ())
    if not boundary and not (degrees > 0 and _lies_within(smaller, larger)):
        raise InvalidRule(
            f"{names[0]} is no special case of {names[1]}, so that their likelihoods have no "
            "ratio test: compare them by AIC or BIC."
        )
    if one.customers != other.customers:
        raise InvalidRule(
            f"{names[0]} was learnt from {one.customers:,.0f} customers, {names[1]} from "
            f"{other.customers:,.0f}: fit both to the same data."
        )
    statistic = 2 * (other.log_likelihood - one.log_likelihood)
    if statistic < -_ROUNDING * (1 + abs(one.log_likelihood)):
        raise InvalidRule(
            f"{names[1]} fits worse than its special case {names[0]}, which cannot be on the same "
            f"data (log-likelihoods {other.log_likelihood:,.4f} and {one.log_likelihood:,.4f})."
        )
    return LikelihoodRatio(
        smaller=names[0],
        larger=names[1],
        statistic=max(0.0, statistic),
        degrees=degrees,
        on_boundary=int(boundary),
    )


def _lies_within(smaller: Learnt, larger: Learnt) -> bool:
    """Say whether a model is another one without some of its covariates' effects."""
    if not isinstance(larger, CovariateModel):
        return False
    plain = smaller.base if isinstance(smaller, CovariateModel) else smaller
    return (
        type(plain) is type(larger.base) and smaller.parameters.keys() <= larger.parameters.keys()
    )


def _tail(degrees: int, statistic: float) -> float:
    """Return how often a χ² variable is as large; with no degrees it is 0."""
    if degrees == 0:
        return float(statistic <= 0)
    return float(chdtrc(degrees, statistic))
