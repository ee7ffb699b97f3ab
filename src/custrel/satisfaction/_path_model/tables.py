"""The tables that a fitted path model gives, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import Problem
from custrel.satisfaction._path_model.blindfolding import redundancy
from custrel.satisfaction._path_model.criteria import (
    along,
    alpha,
    average_variance_extracted,
    f_squared,
    htmt,
    indirect_routes,
    inner_vif,
    item_vif,
    rho_c,
)
from custrel.satisfaction._path_model.statistics import index_levels, keys, reached

if TYPE_CHECKING:
    from custrel.satisfaction._path_model.design import Design
    from custrel.satisfaction._path_model.kernel import Estimates
    from custrel.satisfaction.path_model import PathModel
    from custrel.satisfaction.pls_tables import PlsTables

Floats = NDArray[np.float64]
Columns = dict[str, Any]

_ROUNDING = 1e-9


def item_columns(model: PathModel, design: Design, estimates: Estimates) -> Columns:
    """Return a row for each item."""
    return keys("weights", model, design) | {
        "weight": estimates.weights[0],
        "loading": estimates.loadings[0],
        "communality": estimates.loadings[0] ** 2,
        "vif": item_vif(estimates, design),
        "mean": estimates.means[0],
        "sd": estimates.deviations[0],
    }


def construct_columns(fit: PlsTables) -> Columns:
    """Return a row for each construct."""
    design, estimates, number = fit.design, fit.estimates, fit.answered.number
    r2 = estimates.r2[0]
    sources = design.causes.sum(axis=1)
    freedom = number - sources - 1
    adjusted = np.where(freedom > 0, 1 - (1 - r2) * (number - 1) / np.maximum(1, freedom), np.nan)
    return {
        "construct": list(fit.model.names),
        "mode": [construct.mode for construct in fit.model.constructs],
        "items": design.sizes,
        "r2": r2,
        "r2_adjusted": adjusted,
        "alpha": alpha(estimates.correlations, design)[0],
        "rho_a": estimates.rho_a[0],
        "rho_c": rho_c(estimates, design)[0],
        "ave": average_variance_extracted(estimates, design)[0],
        "index": index_levels(estimates, fit.model, standardized=False)[0],
    }


def path_columns(fit: PlsTables) -> Columns:
    """Return a row for each path."""
    design, estimates = fit.design, fit.estimates
    ends = design.ends
    found = keys("paths", fit.model, design)
    pairs = zip(found["source"], found["target"], strict=True)
    return found | {
        "coefficient": estimates.paths[0][ends],
        "expected_sign": [fit.model.sign(source, target) for source, target in pairs],
        "f2": f_squared(estimates, design)[ends],
        "vif": inner_vif(estimates, design)[ends],
    }


def effect_columns(fit: PlsTables) -> Columns:
    """Return a row for each construct that reaches another."""
    ends = reached(fit.design)
    direct, total = fit.estimates.paths[0][ends], fit.estimates.total[0][ends]
    found = keys("total_effects", fit.model, fit.design)
    return found | {"direct": direct, "indirect": total - direct, "total": total}


def route_columns(fit: PlsTables) -> Columns:
    """Return a row for each way of two arrows or more."""
    routes = indirect_routes(fit.design)
    found = keys("indirect_effects", fit.model, fit.design)
    effects = [float(along(fit.estimates.paths, route)[0]) for route in routes]
    return found | {"effect": effects}


def discriminant_columns(fit: PlsTables) -> Columns:
    """Return a row for each pair of constructs."""
    design, estimates = fit.design, fit.estimates
    pairs = np.triu_indices(design.starts.size, 1)
    correlation = estimates.latent[0][pairs]
    ave = average_variance_extracted(estimates, design)[0]
    least = np.minimum(ave[pairs[0]], ave[pairs[1]])
    return keys("htmt", fit.model, design) | {
        "correlation": correlation,
        "htmt": htmt(estimates.correlations, design)[0][pairs],
        "shared_variance": correlation**2,
        "least_ave": least,
        "fornell_larcker": correlation**2 < least,
    }


def crossed_columns(fit: PlsTables) -> Columns:
    """Return a row for each item, with a column for each construct."""
    found = keys("loadings", fit.model, fit.design)
    crossed = fit.estimates.crossed[0]
    return found | {name: crossed[:, j] for j, name in enumerate(fit.model.names)}


def redundancy_columns(fit: PlsTables, omission: int) -> Columns:
    """Return a row for each construct that something influences."""
    found = redundancy(fit.answered, fit.design, fit.method, omission)
    return {"construct": [fit.model.names[j] for j in found], "q2": list(found.values())}


def importance_columns(fit: PlsTables, target: int) -> tuple[Columns, Columns]:
    """Return importance and performance of constructs, and of items, for the target's index.

    Importance is how many points the target's index gains where another's gains one.
    """
    design, estimates, model = fit.design, fit.estimates, fit.model
    levels = index_levels(estimates, model, standardized=False)[0]
    spans = _index_deviations(fit)
    there = [j for j in range(len(model.names)) if _reaches(design, j, target)]
    gain = estimates.total[0, target] * spans[target] / spans
    constructs = {
        "construct": [model.names[j] for j in there],
        "importance": gain[there],
        "performance": levels[there],
    }
    shares = _item_shares(estimates, design)
    rows = [i for i in range(design.home.size) if design.home[i] in there]
    ends = [model.constructs[int(design.home[i])].scale or (np.nan, np.nan) for i in rows]
    low, high = np.array(ends).reshape(-1, 2).T
    items = {
        "construct": [model.names[int(design.home[i])] for i in rows],
        "item": [model.items[i] for i in rows],
        "importance": (gain[design.home] * shares)[rows],
        "performance": 100 * (estimates.means[0, rows] - low) / (high - low),
    }
    return constructs, items


def consequence_columns(fit: PlsTables, source: int) -> Columns:
    """Return a row for each construct that the source influences."""
    spans = _index_deviations(fit)
    levels = index_levels(fit.estimates, fit.model, standardized=False)[0]
    there = [int(j) for j in fit.design.order if _reaches(fit.design, source, int(j))]
    total = fit.estimates.total[0, there, source]
    return {
        "construct": [fit.model.names[j] for j in there],
        "index": levels[there],
        "total_effect": total,
        "points": total * spans[there] / spans[source],
    }


def _reaches(design: Design, source: int, target: int) -> bool:
    targets, sources = reached(design)
    return bool(((targets == target) & (sources == source)).any())


def _item_shares(estimates: Estimates, design: Design) -> Floats:
    """Return what each item has in its construct's index; the shares of a construct add up to 1."""
    parts = estimates.weights[0] / estimates.deviations[0]
    return np.asarray(parts / np.add.reduceat(parts, design.starts)[design.home])


def _index_deviations(fit: PlsTables) -> Floats:
    """Return the standard deviation of every construct's index."""
    parts = fit.estimates.weights[0] / fit.estimates.deviations[0]
    sums = np.add.reduceat(parts, fit.design.starts)
    widths = [np.nan if c.scale is None else c.scale[1] - c.scale[0] for c in fit.model.constructs]
    return np.asarray(100 / (sums * np.array(widths)))


def score_expressions(fit: PlsTables, *, standardized: bool) -> dict[str, nw.Expr]:
    """Return every construct's score as an expression over the items' columns."""
    means, parts = fit.estimates.means[0], fit.estimates.weights[0] / fit.estimates.deviations[0]
    shares = _item_shares(fit.estimates, fit.design)
    found = {}
    for j, name in enumerate(fit.model.names):
        terms = []
        for i in range(*fit.design.block(j).indices(means.size)):
            answer = nw.col(fit.model.items[i]).cast(nw.Float64)
            if fit.method.missing != "casewise":
                gone = answer.is_null() | answer.is_nan()
                answer = nw.when(gone).then(float(means[i])).otherwise(answer)
            score = (answer - float(means[i])) * float(parts[i])
            terms.append(score if standardized else answer * float(shares[i]))
        found[name] = sum(terms[1:], terms[0])
    return found


def summary_rows(fit: PlsTables) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return constructs and paths as text, the heads first."""
    table, arrows = construct_columns(fit), path_columns(fit)
    figures = ("r2", "alpha", "rho_a", "rho_c", "ave")
    constructs: list[tuple[str, ...]] = [("construct", "mode", "items", *figures, "index")]
    for i, name in enumerate(table["construct"]):
        numbers = [_number(table[key][i]) for key in figures]
        index = _number(table["index"][i], 1)
        constructs.append((name, table["mode"][i], str(table["items"][i]), *numbers, index))
    paths: list[tuple[str, ...]] = [("from", "to", "path", "f2", "vif")]
    for i, source in enumerate(arrows["source"]):
        numbers = [_number(arrows[key][i]) for key in ("coefficient", "f2")]
        paths.append((source, arrows["target"][i], *numbers, _number(arrows["vif"][i], 2)))
    return constructs, paths


def _number(value: float, digits: int = 3) -> str:
    return "" if np.isnan(value) else f"{value:.{digits}f}"


def admissibility(model: PathModel, design: Design, estimates: Estimates) -> tuple[Problem, ...]:
    """Return what makes an estimate hard to believe, each by its name."""
    names, found = model.names, list[tuple[str, str, str]]()
    for j in np.flatnonzero(~(estimates.rho_a[0] <= 1) | (estimates.rho_a[0] <= 0)):
        what = f"rho_A of {names[j]!r} is {estimates.rho_a[0, j]:.3f}, and should be from 0 to 1"
        found.append(("reliability", what, "Its items hardly correlate: look at their loadings."))
    for i in np.flatnonzero(np.abs(estimates.loadings[0]) > 1 + _ROUNDING):
        what = f"the loading of {model.items[i]!r} is {estimates.loadings[0, i]:.3f}, beyond 1"
        found.append(("loading", what, "The measurement model does not fit these answers."))
    for target, source in np.argwhere(np.abs(estimates.paths[0]) > 1 + _ROUNDING):
        what = (
            f"the path {names[source]} -> {names[target]} is "
            f"{estimates.paths[0, target, source]:.3f}, beyond 1"
        )
        found.append(("path", what, "Its sources say nearly the same: see `vif` of the paths."))
    for matrix, of in (
        (estimates.correlations[0], "the items"),
        (estimates.latent[0], "the constructs"),
    ):
        least = float(np.linalg.eigvalsh(matrix)[0])
        if not least > _ROUNDING:
            what = f"the correlations of {of} are not positive definite"
            found.append(
                (
                    "not_positive_definite",
                    what,
                    "Two of them say the same, or too many answers are missing.",
                )
            )
    for i in np.flatnonzero(estimates.weights[0] < 0):
        what = (
            f"the weight of {model.items[i]!r} under the index of {names[design.home[i]]!r} is "
            f"negative ({estimates.weights[0, i]:.3f})"
        )
        found.append(
            ("negative_weight", what, "Is it asked the other way round? Reverse its answers.")
        )
    for path in model.paths:
        value = estimates.paths[0, names.index(path.target), names.index(path.source)]
        if path.sign and (value < 0) != (path.sign == "-"):
            what = (
                f"the path {path.source} -> {path.target} is {value:.3f}, and theory expects "
                f"{path.sign}"
            )
            found.append(("sign", what, ""))
    return tuple(Problem(code=c, message=m, count=0, remedy=r) for c, m, r in found)
