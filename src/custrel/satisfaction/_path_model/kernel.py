"""Partial least squares on covariance matrices, many at a time.

The algorithm reads nothing of the answers but their covariances: with S the items' matrix and W the
items' weights, a column for each construct, the constructs' covariances are W'SW, and those of
items and inner proxies S W E with inner weights E. Matrices of many resamples lie behind one
another, so that one product or one solution serves all.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.satisfaction._path_model.design import Design
from custrel.satisfaction._path_model.moments import Moments
from custrel.satisfaction.pls_method import PlsMethod

Floats = NDArray[np.float64]


@attrs.frozen(eq=False)
class Estimates:
    """What partial least squares finds, one set for each set of moments.

    Parameters
    ----------
    means, deviations : ndarray of shape (sets, items)
        Of the answers.
    correlations : ndarray of shape (sets, items, items)
        Of the answers.
    weights : ndarray of shape (sets, items)
        Of standardized items, so that each construct has variance 1.
    proxies : ndarray of shape (sets, constructs, constructs)
        Correlations of the constructs' scores.
    rho_a : ndarray of shape (sets, constructs)
        Reliability of the scores (Dijkstra and Henseler); 1 where it is not defined.
    loadings : ndarray of shape (sets, items)
        Correlation of each item with its own construct.
    crossed : ndarray of shape (sets, items, constructs)
        Correlation of each item with the scores of every construct.
    latent : ndarray of shape (sets, constructs, constructs)
        Correlations of the constructs; those of the scores, or corrected for attenuation.
    paths : ndarray of shape (sets, constructs, constructs)
        The effect of the column's construct on the row's.
    r2 : ndarray of shape (sets, constructs)
        Explained variance; NaN of constructs that nothing influences.
    total : ndarray of shape (sets, constructs, constructs)
        Direct and indirect effects together, of the column's construct on the row's.
    steps : ndarray of int, of shape (sets,)
        Until the weights stood still; 0 where they did not, or the moments allow no estimate.
    """

    means: Floats
    deviations: Floats
    correlations: Floats
    weights: Floats
    proxies: Floats
    rho_a: Floats
    loadings: Floats
    crossed: Floats
    latent: Floats
    paths: Floats
    r2: Floats
    total: Floats
    steps: NDArray[np.intp]


def estimate(
    moments: Moments, design: Design, method: PlsMethod, *, like: Floats | None = None
) -> Estimates:
    """Estimate a model on every set of moments.

    A construct could as well be measured upside down. It is turned so that its loadings add up to
    more than 0; or, with `like`, so that they point the same way as these (items,).
    """
    covariances = moments.covariances
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations = np.sqrt(np.einsum("bii->bi", covariances))
        correlations = covariances / (deviations[:, :, None] * deviations[:, None, :])
    usable = np.isfinite(correlations).all(axis=(1, 2))
    identity = np.eye(design.home.size)
    correlations[~usable] = identity  # so that the others can be computed beside them
    deviations = np.where(usable[:, None], deviations, 1.0)
    scale = np.ones_like(deviations) if method.standardized else deviations
    matrix = correlations * scale[:, :, None] * scale[:, None, :]
    weights, steps = _weights(matrix, design, method)
    weights = _turned(weights * scale, correlations, design, like)
    spread = weights[:, :, None] * design.members
    crossed = correlations @ spread
    proxies = _symmetric(spread.swapaxes(1, 2) @ crossed)
    rho_a = _rho_a(weights, correlations, design)
    latent, loadings = proxies, crossed[:, np.arange(design.home.size), design.home]
    if method.consistent:
        latent, loadings = _corrected(proxies, loadings, weights, rho_a, design)
    paths, r2 = _regressions(latent, design)
    return Estimates(
        means=moments.means,
        deviations=deviations,
        correlations=correlations,
        weights=weights,
        proxies=proxies,
        rho_a=rho_a,
        loadings=loadings,
        crossed=crossed,
        latent=latent,
        paths=paths,
        r2=r2,
        total=_total(paths, design),
        steps=np.where(usable & np.isfinite(paths).all(axis=(1, 2)), steps, 0),
    )


# ----------------------------------------------------------------------------------- the weights


def _weights(matrix: Floats, design: Design, method: PlsMethod) -> tuple[Floats, NDArray[np.intp]]:
    """Return weights that stand still, and after how many steps; 0 where they do not."""
    own = matrix * (design.home[:, None] == design.home)
    weights = _scaled(np.ones(matrix.shape[:2]), own, design)
    steps = np.zeros(len(matrix), dtype=np.intp)
    moving = np.arange(len(matrix))
    inverses = _inverses(matrix, design)
    for step in range(1, method.max_iterations + 1):
        now = weights[moving]
        crossed = matrix[moving] @ (now[:, :, None] * design.members)
        inner = _inner(_by_construct(now[:, :, None] * crossed, design), design, method.scheme)
        toward = np.einsum("bij,bij->bi", crossed, inner.swapaxes(1, 2)[:, design.home])
        for construct, inverse in inverses.items():
            block = design.block(construct)
            toward[:, block] = np.einsum("bij,bj->bi", inverse[moving], toward[:, block])
        new = _scaled(toward, own[moving], design)
        weights[moving] = new
        still = np.abs(new - now).sum(axis=1) < method.tolerance
        steps[moving[still]] = step
        # What has come to nothing, as a block without any covariance, will not come to rest.
        moving = moving[~still & np.isfinite(new).all(axis=1)]
        if not moving.size:
            break
    return weights, steps


def _scaled(weights: Floats, own: Floats, design: Design) -> Floats:
    """Scale weights so that every construct has variance 1."""
    variance = _by_construct(weights * np.einsum("bij,bj->bi", own, weights), design)
    with np.errstate(divide="ignore", invalid="ignore"):
        return weights / np.sqrt(variance)[:, design.home]


def _by_construct(values: Floats, design: Design) -> Floats:
    """Add up over the items of each construct."""
    return np.add.reduceat(values, design.starts, axis=1)


def _inverses(matrix: Floats, design: Design) -> dict[int, Floats]:
    """Return the inverse block of every construct in mode B."""
    blocks = {j: design.block(j) for j, b in enumerate(design.formative) if b}
    return {j: _inverse(matrix[:, block, block]) for j, block in blocks.items()}


def _inner(covariances: Floats, design: Design, scheme: str) -> Floats:
    """Return what each construct (column) takes from its neighbours (rows)."""
    linked = design.causes | design.causes.T
    if scheme == "centroid":
        return np.sign(covariances) * linked
    inner = covariances * linked
    if scheme == "path":
        for target in np.flatnonzero(design.causes.any(axis=1)):
            sources = design.sources(int(target))
            inner[:, sources, target] = _regression(covariances, int(target), sources)
    return inner


def _turned(weights: Floats, correlations: Floats, design: Design, like: Floats | None) -> Floats:
    own = correlations * (design.home[:, None] == design.home)
    loadings = np.einsum("bij,bj->bi", own, weights)
    way = _by_construct(loadings if like is None else loadings * like, design)
    return weights * np.where(way < 0, -1.0, 1.0)[:, design.home]


# --------------------------------------------------------------------------- reliability and PLSc


def _rho_a(weights: Floats, correlations: Floats, design: Design) -> Floats:
    rho = np.ones((len(weights), design.starts.size))
    for j in np.flatnonzero((design.sizes > 1) & ~np.array(design.formative)):
        block = design.block(int(j))
        w, matrix = weights[:, block], correlations[:, block, block]
        square = np.einsum("bi,bi->b", w, w)
        off = np.einsum("bi,bij,bj->b", w, matrix, w) - square
        with np.errstate(divide="ignore", invalid="ignore"):
            rho[:, j] = square**2 * off / (square**2 - (w**4).sum(axis=1))
    return rho


def _corrected(
    proxies: Floats, loadings: Floats, weights: Floats, rho_a: Floats, design: Design
) -> tuple[Floats, Floats]:
    """Return correlations corrected for attenuation, and consistent loadings."""
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(rho_a)
        latent = proxies / (root[:, :, None] * root[:, None, :])
        several = (design.sizes > 1) & ~np.array(design.formative)
        square = _by_construct(weights**2, design)
        corrected = weights * (root / square)[:, design.home]
    diagonal = np.arange(design.starts.size)
    latent[:, diagonal, diagonal] = 1.0
    return latent, np.where(several[design.home], corrected, loadings)


# -------------------------------------------------------------------------------- the inner model


def _regressions(latent: Floats, design: Design) -> tuple[Floats, Floats]:
    """Return path coefficients and explained variance, of standardized constructs."""
    paths = np.zeros_like(latent)
    r2 = np.full(latent.shape[:2], np.nan)
    for target in np.flatnonzero(design.causes.any(axis=1)):
        sources = design.sources(int(target))
        found = _regression(latent, int(target), sources)
        paths[:, target, sources] = found
        r2[:, target] = np.einsum("bi,bi->b", found, latent[:, sources, target])
    return paths, r2


def _regression(covariances: Floats, target: int, sources: NDArray[np.intp]) -> Floats:
    """Return coefficients of shape (sets, sources); NaN where sources say the same."""
    right = covariances[:, sources, target]
    if sources.size == 1:
        return np.asarray(right / covariances[:, sources, sources])
    left = covariances[:, sources[:, None], sources]
    try:
        return np.asarray(np.linalg.solve(left, right[:, :, None])[:, :, 0], dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.einsum("bij,bj->bi", _inverse(left), right))


def _inverse(matrices: Floats) -> Floats:
    """Invert each matrix; NaN where it is singular."""
    try:
        return np.asarray(np.linalg.inv(matrices), dtype=np.float64)
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full_like(matrices, np.nan)
        half = len(matrices) // 2
        return np.concatenate([_inverse(matrices[:half]), _inverse(matrices[half:])])


def _total(paths: Floats, design: Design) -> Floats:
    """Return (I - B)^-1 - I, built up from left to right."""
    total = paths.copy()
    for target in design.order:
        sources = design.sources(target)
        if sources.size:
            total[:, target] += np.einsum(
                "bs,bsj->bj", paths[:, target, sources], total[:, sources]
            )
    return total


def _symmetric(matrices: Floats) -> Floats:
    """Take the rounding out of matrices whose diagonal is 1."""
    matrices = (matrices + matrices.swapaxes(1, 2)) / 2
    diagonal = np.arange(matrices.shape[1])
    matrices[:, diagonal, diagonal] = 1.0
    return matrices
