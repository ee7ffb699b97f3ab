"""Heterogeneity: how a model thinks that customers differ.

Each customer has a rate or a probability of his own, and the model says how these are
distributed.  Here the densities are made; `custrel.plotting.plot_heterogeneity` draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, gamma, invgamma

from custrel.errors import InvalidRule, UnknownCode
from custrel.valuation._covariate_table import covariates_of

__all__ = ["Heterogeneity", "heterogeneity"]

Floats = NDArray[np.float64]

_SHOWN = 0.99  # of the customers: the rates of the others go on for long


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


@attrs.frozen(eq=False, kw_only=True)
class Heterogeneity:
    """How one trait is distributed over customers, as a model thinks.

    `heterogeneity` makes it.

    Parameters
    ----------
    trait : str
        ``"purchase_rate"``, ``"dropout_rate"`` (per unit of time), ``"dropout_probability"``,
        ``"purchase_probability"`` (per occasion) or ``"mean_spend"``.
    distribution : str
        Its kind: ``"gamma"``, ``"beta"`` or ``"inverse gamma"``.
    mean : float
        Over all customers; infinite where there is none.
    median : float
        Of all customers.
    points : array_like, shape (points,)
        Values of the trait.
    density : array_like, shape (points,)
        How dense the customers lie there.

    Examples
    --------
    >>> import custrel as cr
    >>> model = cr.BgNbd(r=0.25, alpha=4.0, a=0.8, b=2.4)
    >>> rates, dropout = heterogeneity(model)
    >>> rates.trait, rates.mean, dropout.mean.__round__(3)
    ('purchase_rate', 0.0625, 0.25)
    """

    trait: str
    distribution: str
    mean: float
    median: float
    points: Floats = attrs.field(converter=_floats)
    density: Floats = attrs.field(converter=_floats)


# Of each model, its traits: the name, the kind of distribution, and the distribution.
_Trait = tuple[str, str, Callable[[Any], Any]]
_RATE: _Trait = ("purchase_rate", "gamma", lambda m: gamma(m.r, scale=1 / m.alpha))
_STOP: _Trait = ("dropout_probability", "beta", lambda m: beta(m.a, m.b))
_TRAITS: Mapping[str, tuple[_Trait, ...]] = MappingProxyType(
    {
        "BgBb": (
            ("purchase_probability", "beta", lambda m: beta(m.alpha, m.beta)),
            ("dropout_probability", "beta", lambda m: beta(m.gamma, m.delta)),
        ),
        "BgCnbd": (_RATE, _STOP),
        "BgNbd": (_RATE, _STOP),
        "GammaGamma": (("mean_spend", "inverse gamma", lambda m: invgamma(m.q, scale=m.p * m.v)),),
        "MbgCnbd": (_RATE, _STOP),
        "MbgNbd": (_RATE, _STOP),
        "Nbd": (_RATE,),
        "ParetoNbd": (
            _RATE,
            ("dropout_rate", "gamma", lambda m: gamma(m.s, scale=1 / m.beta)),
        ),
        "ShiftedBetaGeometric": (("dropout_probability", "beta", lambda m: beta(m.alpha, m.beta)),),
    }
)


def heterogeneity(model: Any, *, points: int = 201) -> tuple[Heterogeneity, ...]:
    """Return how a model thinks that customers differ.

    Parameters
    ----------
    model : BgNbd or another model
        Learnt, or made from known parameters.
    points : int
        At how many values of each trait the density is given.

    Returns
    -------
    tuple of Heterogeneity
        One for each trait in which customers differ.

    Raises
    ------
    UnknownCode
        It is none of custrel's models.
    InvalidRule
        There are fewer than 2 points; or the model goes with covariates, so that each kind of
        customers has densities of its own: ask ``model.of(...)``, the plain model of one kind.

    See Also
    --------
    custrel.plotting.plot_heterogeneity : Draws it.

    Notes
    -----
    Probabilities are shown from 0 to 1, rates and spend up to what 99 % of the customers have;
    in the middle of equal steps, since at the ends the density can be infinite.  Under
    Gamma-Gamma a customer's mean spend is p/ν with ν gamma distributed, which makes it inverse
    gamma distributed.

    Examples
    --------
    >>> import custrel as cr
    >>> for found in heterogeneity(cr.ParetoNbd(r=0.55, alpha=10.6, s=0.61, beta=11.7)):
    ...     print(found.trait, round(found.mean, 4), round(found.median, 4))
    purchase_rate 0.0519 0.0256
    dropout_rate 0.0521 0.0278

    Of a model with covariates, each kind of customers has its own:

    >>> from custrel.valuation import CovariateEffect, CovariateModel
    >>> base = cr.ParetoNbd(r=0.55, alpha=10.6, s=0.61, beta=11.7)
    >>> effect = CovariateEffect(parameter="alpha", covariate="referred", size=0.4)
    >>> model = CovariateModel(base=base, effects=[effect])
    >>> rates, dropout = heterogeneity(model.of(referred=1))
    >>> round(rates.mean, 4), round(dropout.mean, 4)
    (0.0774, 0.0521)
    """
    name, covariates = type(model).__name__, covariates_of(model)
    if covariates:
        raise InvalidRule(
            f"customers differ in another way for each {' and '.join(covariates)}: ask the plain "
            f"model of one kind of them, of({'=..., '.join(covariates)}=...)."
        )
    if name not in _TRAITS:
        raise UnknownCode("model whose customers differ", name, sorted(_TRAITS))
    if points < 2:
        raise InvalidRule(f"points={points!r}: a density needs 2 or more.")
    found = []
    for trait, kind, make in _TRAITS[name]:
        spread = make(model)
        end = 1.0 if kind == "beta" else float(spread.ppf(_SHOWN))
        at = (np.arange(points) + 0.5) / points * end  # at the ends it may be infinite
        found.append(
            Heterogeneity(
                trait=trait,
                distribution=kind,
                mean=float(spread.mean()),
                median=float(spread.median()),
                points=at,
                density=spread.pdf(at),
            )
        )
    return tuple(found)
