"""Blindfolding: how well the rest of a model predicts answers that were left out."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.satisfaction._path_model.design import Design
from custrel.satisfaction._path_model.kernel import estimate
from custrel.satisfaction._path_model.moments import Answered, Moments, moments_of
from custrel.satisfaction.pls_method import PlsMethod

Floats = NDArray[np.float64]


def redundancy(
    answered: Answered, design: Design, method: PlsMethod, omission: int
) -> dict[int, float]:
    """Return Q2 of every construct that something influences, by its place."""
    if omission < 2 or omission >= answered.number:
        raise InvalidRule(
            f"the omission distance is 2 or more, and less than the respondents; got {omission!r}."
        )
    filled = attrs.evolve(answered, values=_filled(answered), pairwise=False)
    return {
        int(target): _of_one(filled, int(target), design, method, omission)
        for target in np.flatnonzero(design.causes.any(axis=1))
    }


def _of_one(
    answered: Answered, target: int, design: Design, method: PlsMethod, omission: int
) -> float:
    values, weights, block = answered.values, answered.weights, design.block(target)
    own = values[:, block]
    spread = own.std(axis=0)
    # Along diagonals, so that no round leaves out a whole item or a whole respondent.
    rounds = np.add.outer(np.arange(own.shape[0]), np.arange(own.shape[1])) % omission
    found: list[Moments] = []
    means: list[Floats] = []
    for left in range(omission):
        out = rounds == left
        mean = _mean(np.where(out, np.nan, own), weights)
        changed = values.copy()
        changed[:, block] = np.where(out, mean, own)
        means.append(mean)
        found.append(moments_of(attrs.evolve(answered, values=changed)))
    stacked = Moments(
        np.concatenate([m.means for m in found]), np.concatenate([m.covariances for m in found])
    )
    estimates = estimate(stacked, design, method)
    errors = [0.0, 0.0]
    for left in range(omission):
        if not estimates.steps[left]:
            return float("nan")
        out = (rounds == left) * weights[:, None]
        each = (values - estimates.means[left]) / estimates.deviations[left]
        scores = each @ (estimates.weights[left][:, None] * design.members)
        predicted = scores @ estimates.paths[left, target]
        cells = estimates.means[left, block] + estimates.deviations[left, block] * (
            predicted[:, None] * estimates.loadings[left, block]
        )
        errors[0] += float((out * ((own - cells) / spread) ** 2).sum())
        errors[1] += float((out * ((own - means[left]) / spread) ** 2).sum())
    return 1 - errors[0] / errors[1]


def _filled(answered: Answered) -> Floats:
    values = answered.values
    return np.where(np.isnan(values), _mean(values, answered.weights), values)


def _mean(values: Floats, weights: Floats) -> Floats:
    there = (~np.isnan(values)) * weights[:, None]
    return np.asarray((np.nan_to_num(values) * there).sum(axis=0) / there.sum(axis=0))
