"""The likelihood of a model with covariates, and the climb to its maximum.

The climb is in the logarithms of the base's parameters and in the effects: the logarithms of the
parameters of each kind of customers are linear in them.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import FitError, InvalidData, Problem
from custrel.valuation._arguments import require_learnable
from custrel.valuation._bg_likelihood import Likelihood as BetaGeometricLikelihood
from custrel.valuation._newton import Objective, maximize
from custrel.valuation._pareto_integral import Shape
from custrel.valuation._pareto_likelihood import Likelihood as ParetoLikelihood
from custrel.valuation._peak import Peak, Penalty, linear
from custrel.valuation._rows import History, Rows, distinct_rows
from custrel.valuation.bg_nbd import BgNbd, MbgNbd
from custrel.valuation.pareto_nbd import ParetoNbd

Floats = NDArray[np.float64]
Base = BgNbd | MbgNbd | ParetoNbd
Effects = Sequence[tuple[str, str]]  # parameter and covariate
Kind = tuple[dict[str, float], NDArray[np.int64]]

_FARTHEST = 18.0  # of logarithms of parameters, and of effects over the range of a covariate
PARAMETERS: Mapping[type[Base], tuple[str, ...]] = MappingProxyType(
    {
        BgNbd: ("r", "alpha", "a", "b"),
        MbgNbd: ("r", "alpha", "a", "b"),
        ParetoNbd: ("r", "alpha", "s", "beta"),
    }
)
# By the parameter that a covariate moves: which way, if rates and chances are to grow with it.
SIGNS = MappingProxyType({"alpha": -1.0, "beta": -1.0, "a": 1.0, "b": 1.0})


def require_covariates(covariates: Mapping[str, Floats]) -> None:
    """Refuse covariates that are not known.

    Raises
    ------
    InvalidData
        A covariate is missing or infinite.
    """
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


def kinds_of(covariates: Mapping[str, Floats], size: int) -> list[Kind]:
    """Return the distinct covariates, and the rows of the customers who have them."""
    if not covariates:
        return [({}, np.arange(size))]
    order = np.lexsort(list(covariates.values())[::-1])
    changes = np.zeros(max(size - 1, 0), dtype=bool)
    for values in covariates.values():
        changes |= np.diff(values[order]) != 0
    groups = np.split(order, np.flatnonzero(changes) + 1) if size else []
    return [
        ({name: float(values[rows[0]]) for name, values in covariates.items()}, rows)
        for rows in groups
    ]


@attrs.frozen
class Pupil:
    """Customers by their covariates, and the likelihood of each kind."""

    model: type[Base]
    rows: Rows
    kinds: list[tuple[dict[str, float], Any]]
    scale: float
    ranges: dict[str, float]

    @classmethod
    def of(
        cls, model: type[Base], who: History, covariates: Mapping[str, Floats], counts: Floats
    ) -> Pupil:
        """Group customers by their covariates.

        Raises
        ------
        FitError
            Nobody bought twice, there are too few customers, or a covariate is the same for all.
        InvalidData
            A covariate is missing or infinite.
        """
        require_covariates(covariates)
        rows = distinct_rows(*who, counts)
        require_learnable("CovariateModel", len(PARAMETERS[model]), rows)
        for name, values in covariates.items():
            if np.ptp(values) == 0:
                raise FitError(
                    f"CovariateModel cannot be fitted: {name} is {values[0]:g} for all customers, "
                    "so that it tells nothing. Leave it out."
                )
        scale = float(rows.T.max())
        kinds = []
        for kind, some in kinds_of(covariates, len(who.x)):
            x, last, age = (values[some] for values in who)
            group = distinct_rows(x, last, age, counts[some])
            kinds.append((kind, _likelihood(model, group, scale)))
        ranges = {name: float(np.abs(values).max()) for name, values in covariates.items()}
        return cls(model, rows, kinds, scale, ranges)

    def learn(self, moved: Effects, penalty: float) -> Peak:
        """Find the most likely parameters and effects."""
        names = PARAMETERS[self.model]
        units = np.array([self.scale if name in {"alpha", "beta"} else 1.0 for name in names])
        wall = np.full(len(names) + len(moved), _FARTHEST)
        begin = np.clip(np.append(self._start() - np.log(units), np.zeros(len(moved))), -wall, wall)
        held = Penalty(penalty, linear(np.eye(len(wall)).tolist()))
        best = maximize(held.on(self._objective(moved)), begin, -wall, wall)
        spans = np.array([self.ranges[name] for _, name in moved])
        values = np.append(np.exp(best.at[: len(names)]) * units, best.at[len(names) :] / spans)
        into = np.diag(np.append(values[: len(names)], 1 / spans))
        limits = [(f"{name} ran to 0", f"{name} ran to infinity") for name in names]
        effects = [f"the effect of {name} on {parameter} ran to" for parameter, name in moved]
        limits += [(f"{effect} minus infinity", f"{effect} infinity") for effect in effects]
        repeats = float((self.rows.counts * self.rows.frequency).sum())
        return Peak(
            parameters=tuple(values.tolist()),
            log_likelihood=best.value + held.at(best.at) - repeats * float(np.log(self.scale)),
            covariance=best.covariance(into),
            steps=best.steps,
            diagnosis=best.findings(limits),
        )

    def _start(self) -> Floats:
        """Return the logarithms of the parameters without covariates: there the climb begins."""
        rows = self.rows
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            start = self.model.fit_arrays(
                frequency=rows.frequency, recency=rows.recency, T=rows.T, weights=rows.counts
            )
        return np.log([getattr(start, name) for name in PARAMETERS[self.model]])

    def _objective(self, moved: Effects) -> Objective:
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

        return objective

    def _moves(self, kind: dict[str, float], moved: Effects) -> Floats:
        """Return how the logarithms of a kind's parameters move with base and effects."""
        names = PARAMETERS[self.model]
        moves = np.eye(len(names), len(names) + len(moved))
        for place, (parameter, name) in enumerate(moved, start=len(names)):
            by = SIGNS[parameter] * kind[name] / self.ranges[name]
            moves[names.index(parameter), place] = by
        return moves


def _likelihood(model: type[Base], rows: Rows, scale: float) -> Any:
    """Return value, gradient and Hessian by the parameters, as a function of them."""
    if model is ParetoNbd:
        pareto = ParetoLikelihood(rows, scale)
        return lambda at: pareto.natural(Shape(*at))
    scaled = attrs.evolve(rows, recency=rows.recency / scale, T=rows.T / scale)
    beta_geometric = BetaGeometricLikelihood(scaled, int(model is MbgNbd))
    return lambda at: beta_geometric.natural(*at)
