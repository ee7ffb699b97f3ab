"""How good a measurement and a path model are: kernels over estimates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from custrel.satisfaction._path_model.design import Design
from custrel.satisfaction._path_model.kernel import Estimates

Floats = NDArray[np.float64]


def htmt(correlations: Floats, design: Design) -> Floats:
    """Return heterotrait-monotrait ratios, of shape (sets, constructs, constructs).

    Means of absolute correlations between two constructs' items, over the geometric mean of those
    within each; a single item counts as measured without error.
    """
    members, sizes = design.members, design.sizes
    sums = members.T @ np.abs(correlations) @ members
    between = sums / np.outer(sizes, sizes)
    pairs = np.maximum(1, sizes * (sizes - 1))
    within = (np.einsum("bjj->bj", sums) - sizes) / pairs
    root = np.sqrt(np.where(sizes > 1, within, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(between / (root[:, :, None] * root[:, None, :]))


def average_variance_extracted(estimates: Estimates, design: Design) -> Floats:
    """Return mean squared loadings, of shape (sets, constructs)."""
    return np.add.reduceat(estimates.loadings**2, design.starts, axis=1) / design.sizes


def rho_c(estimates: Estimates, design: Design) -> Floats:
    """Return composite reliability, of shape (sets, constructs)."""
    one = np.add.reduceat(estimates.loadings, design.starts, axis=1) ** 2
    error = np.add.reduceat(1 - estimates.loadings**2, design.starts, axis=1)
    return np.asarray(one / (one + error))


def alpha(correlations: Floats, design: Design) -> Floats:
    """Return Cronbach's alpha of standardized items; 1 of a single one."""
    sizes = design.sizes
    sums = np.einsum("ij,bik,kj->bj", design.members, correlations, design.members)
    return np.where(sizes > 1, sizes / np.maximum(1, sizes - 1) * (1 - sizes / sums), 1.0)


def goodness_of_fit(estimates: Estimates, design: Design) -> float:
    """Return the square root of mean communality, of items that have company, times mean R2."""
    company = (design.sizes > 1)[design.home]
    if not company.any():
        return float("nan")
    communality = float((estimates.loadings[0, company] ** 2).mean())
    return float(np.sqrt(communality * np.nanmean(estimates.r2[0])))


def inner_vif(estimates: Estimates, design: Design) -> Floats:
    """Return how much the sources of each path say the same, of shape (constructs, constructs)."""
    found = np.full((design.starts.size,) * 2, np.nan)
    for target, sources in _regressions(design):
        found[target, sources] = _vif(estimates.latent[0][np.ix_(sources, sources)])
    return found


def item_vif(estimates: Estimates, design: Design) -> Floats:
    """Return how much each item is said by the others of its construct, of shape (items,)."""
    blocks = [design.block(j) for j in range(design.starts.size)]
    return np.concatenate([_vif(estimates.correlations[0][block, block]) for block in blocks])


def _vif(correlations: Floats) -> Floats:
    try:
        return np.array(np.diag(np.linalg.inv(correlations)), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(len(correlations), np.inf)


def f_squared(estimates: Estimates, design: Design) -> Floats:
    """Return what R2 loses without each source, over what is unexplained; scores held fixed."""
    # Leaving a source out costs its squared coefficient over its variance inflation.
    lost = estimates.paths[0] ** 2 / inner_vif(estimates, design)
    return np.asarray(lost / (1 - estimates.r2[0])[:, None])


def srmr(estimates: Estimates, design: Design, *, saturated: bool) -> float:
    """Return the root mean squared difference of the items' correlations from the model's.

    Where constructs are corrected for attenuation, items of mode A correlate through their
    construct alone; else a construct's own items correlate as they do (composite model).
    """
    latent = estimates.latent[0] if saturated else _implied_latent(estimates, design)
    loadings, home = estimates.loadings[0], design.home
    implied = loadings[:, None] * loadings * latent[np.ix_(home, home)]
    factor = not np.array_equal(estimates.latent, estimates.proxies)
    free = np.array(design.formative) | (not factor)
    own = (home[:, None] == home) & free[home]
    implied = np.where(own, estimates.correlations[0], implied)
    lower = np.tril_indices(home.size)  # the diagonal is counted, and fits
    np.fill_diagonal(implied, 1.0)
    return float(np.sqrt(np.mean((estimates.correlations[0] - implied)[lower] ** 2)))


def _implied_latent(estimates: Estimates, design: Design) -> Floats:
    """Return the constructs' correlations as the paths imply them."""
    paths, latent = estimates.paths[0], estimates.latent[0].copy()
    outer = ~np.asarray(design.causes.any(axis=1))
    done: list[int] = [int(j) for j in design.order if outer[j]]
    for target in design.order:
        if outer[target]:
            continue
        sources = design.sources(target)
        for other in done:
            latent[target, other] = latent[other, target] = (
                paths[target, sources] @ latent[sources, other]
            )
        done.append(int(target))
    return np.asarray(latent)


def indirect_routes(design: Design) -> tuple[tuple[int, ...], ...]:
    """Return every way of two arrows or more, as the constructs that it touches."""
    routes: list[tuple[int, ...]] = []
    grown: list[tuple[int, ...]] = [(j,) for j in design.order]
    while grown:
        longer = [
            (*route, int(target))
            for route in grown
            for target in np.flatnonzero(design.causes[:, route[-1]])
        ]
        routes += [route for route in longer if len(route) > 2]
        grown = longer
    return tuple(routes)


def along(paths: Floats, route: tuple[int, ...]) -> Floats:
    """Return the effect that runs along one route, of shape (sets,)."""
    return np.asarray(np.prod([paths[:, b, a] for a, b in pairwise(route)], axis=0))


def _regressions(design: Design) -> Iterator[tuple[int, NDArray[np.intp]]]:
    for target in np.flatnonzero(design.causes.any(axis=1)):
        yield int(target), design.sources(int(target))
