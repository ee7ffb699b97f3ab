"""Covariates: what is known of customers besides their purchases, and does not change.

How a customer came, where he lives or how old he was may go with how often he buys and with how
soon he stops.  Each covariate multiplies a parameter of the model by a power of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, InvalidData, InvalidRule, Problem
from custrel.frames import enter
from custrel.rules import Rule
from custrel.units import TimeUnit, require_same_unit, unit_of
from custrel.valuation._arguments import Discounting, ahead_of, require_learnable
from custrel.valuation._bg_likelihood import Likelihood as BetaGeometricLikelihood
from custrel.valuation._newton import maximize
from custrel.valuation._pareto_integral import Shape
from custrel.valuation._pareto_likelihood import Likelihood as ParetoLikelihood
from custrel.valuation._renewals import numbers_for
from custrel.valuation._rows import History, Rows, distinct_rows, histories
from custrel.valuation.bg_nbd import BgNbd, MbgNbd
from custrel.valuation.estimate import Estimate, Learnt
from custrel.valuation.pareto_nbd import ParetoNbd

__all__ = ["CovariateEffect", "CovariateModel"]

Floats = NDArray[np.float64]
Base = BgNbd | MbgNbd | ParetoNbd

_HISTORY = ("frequency", "recency", "T")
_FARTHEST = 18.0  # of logarithms of parameters, and of effects over the range of a covariate
# By the parameter that a covariate moves: which way, if rates and chances are to grow with it.
_SIGNS = MappingProxyType({"alpha": -1.0, "beta": -1.0, "a": 1.0, "b": 1.0})
_PARAMETERS = MappingProxyType(
    {
        "BgNbd": ("r", "alpha", "a", "b"),
        "MbgNbd": ("r", "alpha", "a", "b"),
        "ParetoNbd": ("r", "alpha", "s", "beta"),
    }
)
_DROPOUT = MappingProxyType({"BgNbd": ("a", "b"), "MbgNbd": ("a", "b"), "ParetoNbd": ("beta",)})


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
        if self.parameter not in _SIGNS:
            raise InvalidRule(
                f"parameter={self.parameter!r}: a covariate moves one of {', '.join(_SIGNS)}."
            )
        if not np.isfinite(self.size):
            raise InvalidRule(f"size={self.size!r} must be finite.")


@attrs.frozen(kw_only=True)
class CovariateModel(Learnt):
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

    def __attrs_post_init__(self) -> None:
        known = ("alpha", *_DROPOUT[type(self.base).__name__])
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

    @property
    def history(self) -> tuple[str, ...]:
        """The columns that the model knows a customer by."""
        return (*_HISTORY, *self.covariates)

    @classmethod
    def fit(
        cls,
        summary: Any,
        model: type[Base],
        *,
        purchase: Sequence[str] = (),
        dropout: Sequence[str] = (),
        unit: TimeUnit | str | None = None,
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
            The model takes no covariates.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        if model not in (BgNbd, MbgNbd, ParetoNbd):
            raise InvalidRule(f"{model.__name__} takes no covariates: BgNbd, MbgNbd, ParetoNbd do.")
        names = tuple(dict.fromkeys((*purchase, *dropout)))
        door = enter(summary)
        unit = unit_of(summary, unit, cls.__name__)
        door.require((*_HISTORY, *names), remedy="Covariates are columns of the summary.")
        door = numbers_for(door, *names)
        door.require_numbers(*_HISTORY, *names)
        columns, counts = door.distinct(*_HISTORY, *names)
        covariates = dict(zip(names, columns[3:], strict=True))
        _require_covariates(covariates)
        moved = [("alpha", name) for name in purchase]
        moved += [(parameter, n) for parameter in _DROPOUT[model.__name__] for n in dropout]
        learnt = _Pupil.of(model, histories(*columns[:3]), covariates, counts).learn(moved)
        if learnt.diagnosis:
            # The caller of fit is one call away.
            warnings.warn(f"{cls.__name__}: {'; '.join(learnt.diagnosis)}.", stacklevel=2)
        parameters: dict[str, Any] = dict(
            zip(_PARAMETERS[model.__name__], learnt.values, strict=False)
        )
        sizes = learnt.values[len(parameters) :]
        effects = [
            CovariateEffect(parameter=parameter, covariate=name, size=size)
            for (parameter, name), size in zip(moved, sizes, strict=True)
        ]
        base: Any = model(**parameters, unit=unit)
        return cls(base=base, effects=effects, estimate=learnt.estimate)

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
            move = _SIGNS[effect.parameter] * effect.size * float(covariates[effect.covariate])
            factors[effect.parameter] = factors.get(effect.parameter, 0.0) + move
        changed = {name: getattr(self.base, name) * np.exp(by) for name, by in factors.items()}
        return attrs.evolve(self.base, **changed)

    def log_likelihood(self, **customers: ArrayLike) -> Floats:
        """Return the logarithm of the likelihood of each history.

        Parameters
        ----------
        **customers : array_like
            ``frequency``, ``recency``, ``T`` and the covariates, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Densities of purchase times, without x!.
        """
        return self._ask("log_likelihood", customers, {})

    def probability_alive(self, *, horizon: ArrayLike = 0.0, **customers: ArrayLike) -> Floats:
        """Return the probability that a customer has not stopped, now or by a later time.

        Parameters
        ----------
        horizon : array_like, default 0
            How long after T, in the model's unit.
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        return self._ask("probability_alive", customers, {"horizon": horizon})

    def expected_purchases(self, *, horizon: ArrayLike, **customers: ArrayLike) -> Floats:
        """Return the number of purchases to expect over the next stretch of time.

        Parameters
        ----------
        horizon : array_like
            The length of the stretch, in the model's unit.
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        return self._ask("expected_purchases", customers, {"horizon": horizon})

    def discounted_purchases(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        **customers: ArrayLike,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time, or all time.

        Parameters
        ----------
        horizon : float
            The length of the stretch, in the model's unit; ``math.inf`` for all time to come.
        rate : float
            The effective discount rate per unit.
        discounting : {"discrete", "continuous"}
            Whether purchases count as due at the end of their unit of time, or each at its own
            moment.
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        options = {"horizon": horizon, "rate": rate, "discounting": discounting}
        return self._ask("discounted_purchases", customers, {}, options)

    def predict(self, summary: Any, *, horizon: float) -> Any:
        """Add what each customer will do to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns of a history and of the covariates, in the model's unit.
        horizon : float
            How far to look ahead, in the model's unit.

        Returns
        -------
        CustomerSummary or frame
            What came in, with ``p_alive`` and ``expected_purchases`` (over `horizon`).

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A history is impossible, or a covariate is missing or no number.
        UnitMismatch
            The summary is measured in another unit.
        """
        ahead_of(horizon)
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        door.require(self.history, remedy="Covariates are columns of the summary.")
        numbers = numbers_for(door, *self.covariates)
        numbers.require_numbers(*self.history)
        arrays, _ = numbers.distinct(*self.history)
        known: dict[str, Any] = dict(zip(self.history, arrays, strict=True))
        columns = {
            "p_alive": self.probability_alive(**known),
            "expected_purchases": self.expected_purchases(horizon=horizon, **known),
        }
        return door.attach(columns, by=known)

    def _ask(
        self,
        verb: str,
        customers: Mapping[str, ArrayLike],
        more: Mapping[str, ArrayLike],
        options: Mapping[str, Any] | None = None,
    ) -> Floats:
        """Ask the plain model of each kind of customers, told apart by their covariates."""
        if unknown := [name for name in customers if name not in self.history]:
            raise InvalidRule(f"{unknown[0]!r} is no covariate: {', '.join(self.covariates)} are.")
        if missing := [name for name in self.covariates if name not in customers]:
            raise InvalidRule(f"give the covariate {missing[0]!r} too.")
        given = {**customers, **more}
        arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in given.values()))
        columns = {name: np.ravel(values) for name, values in zip(given, arrays, strict=True)}
        covariates = {name: columns.pop(name) for name in self.covariates}
        _require_covariates(covariates)
        result = np.empty(arrays[0].size)
        for kind, rows in _kinds(covariates, arrays[0].size):
            some = {name: values[rows] for name, values in columns.items()}
            answer = getattr(self.of(**kind), verb)
            # A horizon is one for all where it is: so the quicker ways are open.
            for name in more:
                if np.ndim(more[name]) == 0:
                    some[name] = np.asarray(more[name], dtype=np.float64)
            result[rows] = answer(**some, **(options or {}))
        return result.reshape(arrays[0].shape)

    def _named(self) -> dict[str, float]:
        own = {name: getattr(self.base, name) for name in _PARAMETERS[type(self.base).__name__]}
        return own | {f"{e.parameter}: {e.covariate}": e.size for e in self.effects}

    def _title(self) -> str:
        unit = f", times in {self.unit.name.lower()}s" if self.unit is not None else ""
        return f"{type(self.base).__name__} with covariates{unit}"


def _require_covariates(covariates: Mapping[str, Floats]) -> None:
    problems = [
        Problem(
            code="impossible_covariate",
            message="missing or infinite",
            column=name,
            count=int((~np.isfinite(values)).sum()),
            remedy="Fill it in, or leave these customers out.",
        )
        for name, values in covariates.items()
        if not np.isfinite(values).all()
    ]
    if problems:
        raise InvalidData(problems)


def _kinds(
    covariates: Mapping[str, Floats], size: int
) -> list[tuple[dict[str, float], NDArray[np.int64]]]:
    """Return the distinct covariates, and the rows of the customers who have them."""
    if not covariates:
        return [({}, np.arange(size))]
    table = np.column_stack(list(covariates.values()))
    kinds, place = np.unique(table, axis=0, return_inverse=True)
    order = np.argsort(place.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(place.ravel(), minlength=len(kinds)))
    groups = np.split(order, ends[:-1])
    return [
        (dict(zip(covariates, kind.tolist(), strict=True)), rows)
        for kind, rows in zip(kinds, groups, strict=True)
    ]


@attrs.frozen
class _Learnt:
    values: tuple[float, ...]
    estimate: Estimate
    diagnosis: tuple[str, ...]


@attrs.frozen
class _Pupil:
    """Customers by their covariates, and the likelihood of each kind.

    The climb is in the logarithms of the base's parameters and in the effects: the logarithms of
    the parameters of each kind are linear in them.
    """

    model: type[Base]
    rows: Rows
    kinds: list[tuple[dict[str, float], Any]]
    scale: float
    ranges: dict[str, float]

    @classmethod
    def of(
        cls, model: type[Base], who: History, covariates: dict[str, Floats], counts: Floats
    ) -> _Pupil:
        """Group customers by their covariates."""
        rows = distinct_rows(*who, counts)
        require_learnable(CovariateModel.__name__, len(_PARAMETERS[model.__name__]), rows)
        for name, values in covariates.items():
            if np.ptp(values) == 0:
                raise FitError(
                    f"{CovariateModel.__name__} cannot be fitted: {name} is {values[0]:g} for all "
                    "customers, so that it tells nothing. Leave it out."
                )
        scale = float(rows.T.max())
        kinds = []
        for kind, some in _kinds(covariates, len(who.x)):
            x, last, age = (values[some] for values in who)
            group = distinct_rows(x, last, age, counts[some])
            kinds.append((kind, _likelihood(model, group, scale)))
        ranges = {name: float(np.abs(values).max()) for name, values in covariates.items()}
        return cls(model, rows, kinds, scale, ranges)

    def learn(self, moved: Sequence[tuple[str, str]]) -> _Learnt:
        """Find the most likely parameters and effects."""
        names = _PARAMETERS[self.model.__name__]
        with warnings.catch_warnings():  # what is found without covariates is where to begin
            warnings.simplefilter("ignore", UserWarning)
            start = self.model.fit_arrays(
                frequency=self.rows.frequency,
                recency=self.rows.recency,
                T=self.rows.T,
                weights=self.rows.counts,
            )
        units = np.array([self.scale if name in {"alpha", "beta"} else 1.0 for name in names])
        logs = np.log(np.array([getattr(start, name) for name in names]) / units)
        moves = [self._moves(kind, moved) for kind, _ in self.kinds]

        def objective(theta: Floats) -> tuple[float, Floats, Floats]:
            total, slope, bend = 0.0, np.zeros(len(theta)), np.zeros((len(theta),) * 2)
            for move, (_, likelihood) in zip(moves, self.kinds, strict=True):
                at = np.exp(move @ theta)
                value, gradient, hessian = likelihood(at)
                by_logs = at * gradient
                total += value
                slope += move.T @ by_logs
                bend += move.T @ (hessian * np.outer(at, at) + np.diag(by_logs)) @ move
            return total, slope, bend

        size = len(names) + len(moved)
        wall = np.full(size, _FARTHEST)
        begin = np.clip(np.concatenate([logs, np.zeros(len(moved))]), -wall, wall)
        best = maximize(objective, begin, -wall, wall)
        spans = np.array([self.ranges[name] for _, name in moved])
        values = np.concatenate(
            [np.exp(best.at[: len(names)]) * units, best.at[len(names) :] / spans]
        )
        into = np.diag(np.concatenate([values[: len(names)], 1 / spans]))
        what = [*names, *(f"the effect of {name} on {parameter}" for parameter, name in moved)]
        found = best.findings([(f"{name} ran to 0", f"{name} ran to infinity") for name in what])
        repeats = float((self.rows.counts * self.rows.frequency).sum())
        estimate = Estimate(
            log_likelihood=best.value - repeats * float(np.log(self.scale)),
            customers=self.rows.counts.sum(),
            rows=len(self.rows.T),
            covariance=best.covariance(into),
            iterations=best.steps,
            diagnosis=found,
        )
        return _Learnt(tuple(values.tolist()), estimate, found)

    def _moves(self, kind: dict[str, float], moved: Sequence[tuple[str, str]]) -> Floats:
        """Return how the logarithms of a kind's parameters move with base and effects."""
        names = _PARAMETERS[self.model.__name__]
        moves = np.zeros((len(names), len(names) + len(moved)))
        moves[:, : len(names)] = np.eye(len(names))
        for place, (parameter, name) in enumerate(moved):
            by = _SIGNS[parameter] * kind[name] / self.ranges[name]
            moves[names.index(parameter), len(names) + place] = by
        return moves


def _likelihood(model: type[Base], rows: Rows, scale: float) -> Any:
    """Return value, gradient and Hessian by the parameters, as a function of them."""
    if model is ParetoNbd:
        pareto = ParetoLikelihood(rows, scale)
        return lambda at: pareto.natural(Shape(*at))
    scaled = attrs.evolve(rows, recency=rows.recency / scale, T=rows.T / scale)
    beta_geometric = BetaGeometricLikelihood(scaled, int(model is MbgNbd))
    return lambda at: beta_geometric.natural(*at)
