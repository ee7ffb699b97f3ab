"""Two groups compared by drawing again who belongs to which."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._parallel import in_parts
from custrel.errors import FitError, InvalidRule
from custrel.satisfaction._path_model.design import Design, design_of
from custrel.satisfaction._path_model.kernel import Estimates, estimate
from custrel.satisfaction._path_model.moments import Answered, Moments, moments_of, sums_of
from custrel.satisfaction._path_model.resampling import batches_of
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_method import PlsMethod

Floats = NDArray[np.float64]


@attrs.frozen(eq=False)
class Differences:
    """How two groups differ, one set for each division of the respondents.

    Parameters
    ----------
    composition : ndarray of shape (sets, constructs)
        The correlation of scores by one group's weights with those by the other's.
    means : ndarray of shape (sets, constructs)
        The first group's mean score less the second's, by the weights of all.
    variances : ndarray of shape (sets, constructs)
        The logarithm of the ratio of their variances.
    paths : ndarray of shape (sets, paths)
        The first group's coefficients less the second's.
    """

    composition: Floats
    means: Floats
    variances: Floats
    paths: Floats


def permute(
    answered: Answered,
    first: NDArray[np.bool_],
    model: PathModel,
    method: PlsMethod,
    *,
    seed: int | np.random.Generator,
    permutations: int,
    processes: int,
    progress: bool,
) -> tuple[Differences, Differences, int]:
    """Return the groups' differences, those of random divisions, and how many of these failed."""
    if permutations < 1:
        raise InvalidRule(f"permutations must be 1 or more, got {permutations!r}.")
    work = partial(_divide, answered, first, model, method)
    batches = batches_of(answered, permutations, seed)
    parts = in_parts(work, batches, "permutations", processes=processes, progress=progress)
    drawn = Differences(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in attrs.fields(Differences)
        )
    )
    failed = permutations - len(drawn.paths)
    if failed == permutations:
        raise FitError("no division of the respondents could be estimated: groups are too small.")
    design = design_of(model)
    actual, _ = _differ(answered, first[None, :].astype(np.float64), design, method)
    return actual, drawn, failed


def _divide(
    answered: Answered,
    first: NDArray[np.bool_],
    model: PathModel,
    method: PlsMethod,
    batch: tuple[np.random.Generator, int],
) -> Differences:
    stream, size = batch
    rows = stream.permuted(np.tile(first.astype(np.float64), (size, 1)), axis=1)
    found, there = _differ(answered, rows, design_of(model), method)
    return Differences(*(values[there] for values in attrs.astuple(found)))


def _differ(
    answered: Answered, rows: Floats, design: Design, method: PlsMethod
) -> tuple[Differences, NDArray[np.bool_]]:
    """Return differences, and which of the divisions could be estimated."""
    pooled = moments_of(answered)
    everybody = estimate(pooled, design, method)
    like = everybody.loadings[0]
    sums = sums_of(answered, rows)
    rest = sums_of(answered, np.ones((1, answered.number))) - sums
    halves = sums.moments(), rest.moments()
    one, other = (estimate(half, design, method, like=like) for half in halves)
    targets, sources = design.ends
    level, spread = zip(*(_pooled_scores(half, everybody, design) for half in halves), strict=True)
    return (
        Differences(
            composition=_composition(one.weights, other.weights, everybody, design),
            means=level[0] - level[1],
            variances=np.log(spread[0] / spread[1]),
            paths=one.paths[:, targets, sources] - other.paths[:, targets, sources],
        ),
        (one.steps > 0) & (other.steps > 0),
    )


def _composition(one: Floats, other: Floats, everybody: Estimates, design: Design) -> Floats:
    """Correlate scores by the weights of two groups, among all respondents."""
    own = everybody.correlations[0] * (design.home[:, None] == design.home)

    def together(left: Floats, right: Floats) -> Floats:
        return np.add.reduceat(left * (right @ own), design.starts, axis=1)

    return together(one, other) / np.sqrt(together(one, one) * together(other, other))


def _pooled_scores(half: Moments, everybody: Estimates, design: Design) -> tuple[Floats, Floats]:
    """Return means and variances of scores by the weights of all respondents."""
    parts = everybody.weights[0] / everybody.deviations[0]
    means = np.add.reduceat((half.means - everybody.means[0]) * parts, design.starts, axis=1)
    own = half.covariances * (design.home[:, None] == design.home)
    variances = np.add.reduceat(parts * (own @ parts), design.starts, axis=1)
    return means, variances
