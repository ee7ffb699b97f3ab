"""Everything that a resample is asked for, as rows of numbers; and what each number is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrel.satisfaction._path_model.criteria import along, htmt, indirect_routes
from custrel.satisfaction._path_model.design import Design
from custrel.satisfaction._path_model.kernel import Estimates
from custrel.satisfaction.path_model import PathModel

Floats = NDArray[np.float64]


def index_levels(estimates: Estimates, model: PathModel, *, standardized: bool) -> Floats:
    """Return every construct's index, of shape (sets, constructs); NaN without a scale."""
    parts = estimates.weights if standardized else estimates.weights / estimates.deviations
    levels = np.full((len(parts), len(model.constructs)), np.nan)
    start = 0
    for j, construct in enumerate(model.constructs):
        block = slice(start, start + len(construct.items))
        start = block.stop
        if construct.scale is not None:
            low, high = construct.scale
            means, w = estimates.means[:, block], parts[:, block]
            levels[:, j] = 100 * (w * (means - low)).sum(axis=1) / (w * (high - low)).sum(axis=1)
    return levels


def statistics(estimates: Estimates, model: PathModel, design: Design) -> dict[str, Floats]:
    """Return the numbers of every kind, each of shape (sets, numbers)."""
    indirect = [along(estimates.paths, route) for route in indirect_routes(design)]
    return {
        "paths": estimates.paths[:, *design.ends],
        "total_effects": estimates.total[:, *reached(design)],
        "indirect_effects": np.array(indirect).reshape(len(indirect), len(estimates.paths)).T,
        "weights": estimates.weights,
        "loadings": estimates.loadings,
        "r2": estimates.r2[:, design.causes.any(axis=1)],
        "htmt": htmt(estimates.correlations, design)[:, *_pairs(design)],
        "index": index_levels(estimates, model, standardized=False),
        "standardized_index": index_levels(estimates, model, standardized=True),
    }


def reached(design: Design) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return target and source of every effect, direct or not."""
    reach = design.causes.copy()
    for target in design.order:
        for source in design.sources(target):
            reach[target] |= reach[source]
    targets, sources = np.nonzero(reach)
    return targets, sources


def _pairs(design: Design) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(design.starts.size, 1)


def keys(what: str, model: PathModel, design: Design) -> dict[str, list[Any]]:
    """Return the columns that say what the numbers of a kind are."""
    names = np.array(model.names, dtype=object)
    match what:
        case "weights" | "loadings":
            return {"construct": list(names[design.home]), "item": list(model.items)}
        case "paths" | "total_effects":
            targets, sources = design.ends if what == "paths" else reached(design)
            return {"source": list(names[sources]), "target": list(names[targets])}
        case "indirect_effects":
            return {"route": [" -> ".join(names[[*route]]) for route in indirect_routes(design)]}
        case "htmt":
            first, second = _pairs(design)
            return {"first": list(names[first]), "second": list(names[second])}
        case "r2":
            return {"construct": list(names[design.causes.any(axis=1)])}
        case _:
            return {"construct": list(names)}
