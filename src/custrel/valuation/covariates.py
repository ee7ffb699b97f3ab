"""Covariates: what is known of customers besides their purchases, and does not change.

How a customer came, where he lives or how old he was may go with how often he buys and with how
soon he stops.  Each covariate multiplies a parameter of the model by a power of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.units import TimeUnit, unit_of
from custrel.valuation._arguments import strength_of
from custrel.valuation._covariate_likelihood import PARAMETERS, SIGNS, Base, Effects, Pupil
from custrel.valuation._covariate_verbs import HISTORY, REMEDY, CovariateVerbs
from custrel.valuation._rows import histories
from custrel.valuation.bg_nbd import BgNbd, MbgNbd
from custrel.valuation.estimate import Estimate
from custrel.valuation.pareto_nbd import ParetoNbd

__all__ = ["CovariateEffect", "CovariateModel"]

Floats = NDArray[np.float64]

# The parameters that covariates of dropout move.
_DROPOUT: Mapping[type[Base], tuple[str, ...]] = MappingProxyType(
    {BgNbd: ("a", "b"), MbgNbd: ("a", "b"), ParetoNbd: ("beta",)}
)


@attrs.frozen(kw_only=True)
class CovariateEffect(Rule):
    """How a covariate moves a parameter.

    Parameters
    ----------
    parameter : str
        ``"alpha"`` (how often customers buy), ``"a"``, ``"b"`` or ``"beta"`` (how soon they stop).
    covariate : str
        The column that it stands in.
    size : float
        By a unit more of the covariate, `a` and `b` grow by the factor exp(size), and `alpha` and
        `beta`, which rates are divided by, fall by it: purchase rates and stopping rates grow.

    Raises
    ------
    InvalidRule
        No such parameter, or the size is not finite.

    Examples
    --------
    >>> CovariateEffect(parameter="alpha", covariate="came_by_referral", size=0.4).size
    0.4
    """

    parameter: str
    covariate: str
    size: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        if self.parameter not in SIGNS:
            raise InvalidRule(
                f"parameter={self.parameter!r}: a covariate moves one of {', '.join(SIGNS)}."
            )
        if not np.isfinite(self.size):
            raise InvalidRule(f"size={self.size!r} must be finite.")

    @property
    def name(self) -> str:
        """What the effect is called among the parameters of a model."""
        return f"{self.parameter}: {self.covariate}"


@attrs.frozen(kw_only=True)
class CovariateModel(CovariateVerbs):
    """A model of repeat purchases whose parameters go with covariates of the customers.

    Parameters
    ----------
    base : BgNbd, MbgNbd or ParetoNbd
        The model of customers whose covariates are all 0.
    effects : sequence of CovariateEffect
        How covariates move its parameters.
    estimate : Estimate, optional
        How base and effects were learnt.

    Raises
    ------
    InvalidRule
        An effect is on a parameter that the base does not have.

    Notes
    -----
    With the covariates z of a customer, alpha is alpha_0 exp(-γ'z); of Pareto/NBD, beta is
    beta_0 exp(-γ'z); of BG/NBD and MBG/NBD, a is a_0 exp(γ'z), and b is b_0 exp(γ'z) with
    another γ.  Customers of equal covariates are computed together, so that covariates with
    few different values cost little.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie (2007), Incorporating Time-Invariant Covariates into the
       Pareto/NBD and BG/NBD Models.

    Examples
    --------
    >>> from custrel import ParetoNbd
    >>> base = ParetoNbd(r=0.55, alpha=10.6, s=0.61, beta=11.7, unit="W")
    >>> effect = CovariateEffect(parameter="alpha", covariate="referred", size=0.4)
    >>> model = CovariateModel(base=base, effects=[effect])
    >>> history = {"frequency": 2, "recency": 30.43, "T": 38.86}
    >>> print(model.expected_purchases(**history, referred=[0, 1], horizon=39).round(3))
    [1.45  1.556]
    """

    base: Base
    effects: tuple[CovariateEffect, ...] = attrs.field(converter=tuple[CovariateEffect, ...])
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    _parameters: ClassVar[tuple[str, ...]] = ()  # of its own: those of the base are the base's

    def __attrs_post_init__(self) -> None:
        known = ("alpha", *_DROPOUT[type(self.base)])
        for effect in self.effects:
            if effect.parameter not in known:
                raise InvalidRule(
                    f"an effect on {effect.parameter}: {type(self.base).__name__} lets covariates "
                    f"move {', '.join(known)}."
                )

    @property
    def unit(self) -> TimeUnit | None:
        """What times are measured in."""
        return self.base.unit

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that covariates stand in."""
        return tuple(dict.fromkeys(effect.covariate for effect in self.effects))

    @classmethod
    def fit(
        cls,
        summary: Any,
        model: type[Base],
        *,
        purchase: Sequence[str] = (),
        dropout: Sequence[str] = (),
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn a model with covariates from a customer summary by maximum likelihood.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns of a history and of the covariates, which are numbers or booleans.
        model : type
            `BgNbd`, `MbgNbd` or `ParetoNbd`.
        purchase : sequence of str
            Covariates of how often customers buy.
        dropout : sequence of str
            Covariates of how soon they stop.
        unit : TimeUnit or str, optional
            What times are measured in, where a bare frame does not say it.
        penalty : float, default 0
            How strongly parameters are held back from running to 0 or infinity, as in other
            models; and effects, over the largest value of each covariate, from running away.

        Returns
        -------
        CovariateModel
            With `estimate`: of the base's parameters first, then of the effects.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        FitError
            Nobody bought twice, there are too few customers, or a covariate is the same for all.
        InvalidData
            A history is impossible, or a covariate is missing or no number.
        InvalidRule
            The model takes no covariates; or the penalty is negative or infinite.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        if model not in _DROPOUT:
            raise InvalidRule(f"{model.__name__} takes no covariates: BgNbd, MbgNbd, ParetoNbd do.")
        names = tuple(dict.fromkeys((*purchase, *dropout)))
        door = enter(summary)
        unit = unit_of(summary, unit, cls.__name__)
        known, counts = door.distinct(*HISTORY, *names, flags=names, remedy=REMEDY)
        history = histories(*(known[name] for name in HISTORY))
        covariates = {name: known[name] for name in names}
        moved = [("alpha", name) for name in purchase]
        moved += [(parameter, name) for parameter in _DROPOUT[model] for name in dropout]
        pupil = Pupil.of(model, history, covariates, counts)
        return cls._learn(pupil, moved, unit, penalty)

    @classmethod
    def _learn(
        cls, pupil: Pupil, moved: Effects, unit: TimeUnit | str | None, penalty: float
    ) -> Self:
        peak = pupil.learn(moved, strength_of(penalty))
        kind: Any = pupil.model
        names = PARAMETERS[kind]
        effects = [
            CovariateEffect(parameter=parameter, covariate=name, size=found)
            for (parameter, name), found in zip(moved, peak.parameters[len(names) :], strict=True)
        ]
        parameters = dict(zip(names, peak.parameters, strict=False))
        return cls._from_peak(
            attrs.evolve(peak, parameters=()),
            customers=pupil.rows.counts.sum(),
            rows=len(pupil.rows.T),
            penalty=penalty,
            base=kind(**parameters, unit=unit),
            effects=effects,
        )

    def of(self, **covariates: float) -> Base:
        """Return the plain model of customers with certain covariates.

        Parameters
        ----------
        **covariates : float
            Their values by name.

        Returns
        -------
        BgNbd, MbgNbd or ParetoNbd

        Raises
        ------
        InvalidRule
            A covariate is not given, or not known.
        """
        if set(covariates) != set(self.covariates):
            raise InvalidRule(f"give these covariates: {', '.join(self.covariates)}.")
        factors: dict[str, float] = {}
        for effect in self.effects:
            move = SIGNS[effect.parameter] * effect.size * float(covariates[effect.covariate])
            factors[effect.parameter] = factors.get(effect.parameter, 0.0) + move
        changed = {name: getattr(self.base, name) * np.exp(by) for name, by in factors.items()}
        return attrs.evolve(self.base, **changed, estimate=None)

    @property
    def name(self) -> str:
        """What the model is called in tables."""
        return f"{self.base.name} with covariates"

    @property
    def parameters(self) -> dict[str, float]:
        """The base's parameters and the effects by name, in the order of the estimate."""
        return self.base.parameters | {effect.name: effect.size for effect in self.effects}

    def with_parameters(self, values: Mapping[str, float]) -> Self:
        """Return a model of this kind with other parameters, of which nothing more is known.

        Parameters
        ----------
        values : mapping of str to float
            By the names that `parameters` has.

        Returns
        -------
        CovariateModel
            Without an `estimate`.

        Raises
        ------
        InvalidRule
            A parameter is impossible.
        """
        own = {name: values[name] for name in self.base.parameters}
        effects = [attrs.evolve(effect, size=values[effect.name]) for effect in self.effects]
        base = self.base.with_parameters(own)
        return attrs.evolve(self, base=base, effects=effects, estimate=None)

    def _refit(self, sample: Mapping[str, ArrayLike], **options: Any) -> Self:
        arrays = {name: np.asarray(values, dtype=np.float64) for name, values in sample.items()}
        covariates = {name: arrays[name] for name in self.covariates}
        who = histories(*(arrays[name] for name in HISTORY))
        pupil = Pupil.of(type(self.base), who, covariates, np.ones(len(who.x)))
        moved = [(effect.parameter, effect.covariate) for effect in self.effects]
        return self._learn(pupil, moved, self.unit, options.get("penalty", 0.0))
