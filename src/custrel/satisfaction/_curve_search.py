"""How the curves of loyalty are sought, tested and drawn again; kernels do the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from custrel.errors import FitError, counted
from custrel.satisfaction._curve_kernels import (
    EXPONENTS,
    Cells,
    best_of,
    fit,
    knot_pairs,
    least_rss,
    linear_design,
    power_design,
    power_line,
    sharpen,
    threshold_design,
    wild,
)
from custrel.satisfaction.loyalty_curve import LoyaltyCurve, PiecewiseCurve, PowerCurve

Floats = NDArray[np.float64]
Ends = tuple[float, float]

# Parameters of each shape, and how many distinct satisfactions it needs.
SHAPES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"linear": (2, 2), "thresholds": (6, 5), "power": (3, 3)}
)


def require_spread(cells: Cells, names: tuple[str, str]) -> None:
    """Refuse answers that no curve can be fitted to."""
    if cells.total < 4:
        raise FitError(
            f"no curve can be fitted to {counted(cells.total, 'answer')}: at least 4 are needed."
        )
    for name, values in zip(names, (cells.s, cells.l), strict=True):
        if np.ptp(values) == 0:
            raise FitError(
                f"column {name!r}: all answers are {values[0]:g}, so that no curve can be fitted."
            )


def too_few(shape: str, cells: Cells) -> str:
    parameters, levels = SHAPES[shape]
    if cells.levels.size < levels:
        return f"needs {levels} distinct satisfactions, there are {cells.levels.size}"
    if cells.total <= parameters + 1:
        return f"has {parameters} parameters, there are {cells.total:g} answers"
    return ""


def designs_of(shape: str, cells: Cells, ends: Ends) -> Floats:
    match shape:
        case "thresholds":
            return threshold_design(cells, knot_pairs(cells))
        case "power":
            return power_design(cells, ends, EXPONENTS)
        case _:
            return linear_design(cells)


def straight_line(cells: Cells) -> Floats:
    design = linear_design(cells)
    return np.asarray(design[0] @ fit(design, cells.l, cells.mass)[0][0])


def best_curve(shape: str, cells: Cells, ends: Ends) -> LoyaltyCurve:
    match shape:
        case "thresholds":
            pairs = knot_pairs(cells)
            found, rss = fit(threshold_design(cells, pairs), cells.l, cells.mass)
            best = int(rss.argmin())
            return _pieces(found[best], (pairs[best, 0], pairs[best, 1]), ends)
        case "power":
            return best_power(cells, ends)
        case _:
            found, _ = fit(linear_design(cells), cells.l, cells.mass)
            at = [float(found[0, 0] + found[0, 1] * end) for end in ends]
            return PiecewiseCurve(satisfaction=ends, loyalty=at)


def best_power(cells: Cells, ends: Ends) -> PowerCurve:
    """Return the best power curve."""
    exponent = best_exponent((cells,), ends)
    low, rise = power_line(cells, ends, cells.mass[None, :], np.array([exponent]))
    loyalty = (float(low[0]), float(low[0] + rise[0]))
    return PowerCurve(satisfaction=ends, loyalty=loyalty, exponent=exponent)


def best_exponent(groups: Sequence[Cells], ends: Ends) -> float:
    """Return the exponent that fits all groups best: of a grid, refined between its neighbours."""

    def rss_at(exponents: Floats) -> Floats:
        parts = [
            fit(power_design(cells, ends, exponents), cells.l, cells.mass)[1] for cells in groups
        ]
        return np.asarray(np.sum(parts, axis=0))

    place, logs = int(rss_at(EXPONENTS).argmin()), np.log(EXPONENTS)
    bounds = (logs[max(place - 1, 0)], logs[min(place + 1, logs.size - 1)])
    refined = minimize_scalar(
        lambda log: float(rss_at(np.exp([log]))[0]),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(np.exp(refined.x))


def _pieces(found: Floats, pair: Ends, ends: Ends) -> PiecewiseCurve:
    points = np.array([ends[0], *pair, ends[1]])
    bends = np.maximum(points[:, None] - np.array(pair)[None, :], 0.0)
    levels = found[0] + found[1] * points + bends @ found[2:]
    return PiecewiseCurve(satisfaction=points.tolist(), loyalty=levels.tolist())


def p_value_against_line(
    cells: Cells, line: Floats, designs: Floats, resamples: int, stream: np.random.Generator
) -> float:
    """Return how often outcomes drawn under the line gain as much from the other shape."""
    drawn = wild(cells, line, resamples, stream)
    outcomes = np.column_stack([cells.l, drawn])
    # What respondents of one cell differ in is the same under every curve.
    residual = (cells.l - line)[:, None] ** 2
    within = cells.mass @ np.maximum(residual - (outcomes - line[:, None]) ** 2, 0.0)
    straight = least_rss(linear_design(cells), outcomes, cells.mass) + within
    other = least_rss(designs, outcomes, cells.mass) + within
    gain = straight - other
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(gain > 1e-12 * straight, gain / other, 0.0)
    as_large = statistic[1:] >= statistic[0] * (1 - 1e-12)
    return float((1 + as_large.sum()) / (1 + resamples))


def figures_of(curve: LoyaltyCurve, middle: float) -> dict[str, float]:
    figures: dict[str, float] = {}
    if isinstance(curve, PowerCurve):
        figures["exponent"] = curve.exponent
    if isinstance(curve, PiecewiseCurve):
        figures |= {f"threshold_{i + 1}": t for i, t in enumerate(curve.thresholds)}
        slopes = np.diff(curve.loyalty) / np.diff(curve.satisfaction)
        figures |= {f"slope_{i + 1}": float(slope) for i, slope in enumerate(slopes)}
    return figures | {"elasticity": float(curve.elasticity([middle])[0])}


def drawn_figures(shape: str, cells: Cells, ends: Ends, masses: Floats) -> dict[str, Floats]:
    """Return the figures of every draw; the scale's ends stay those of the data."""
    middle = masses @ cells.s / masses.sum(axis=1)
    designs = designs_of(shape, cells, ends)
    which, found = best_of(designs, cells.l, masses)
    with np.errstate(divide="ignore", invalid="ignore"):
        match shape:
            case "power":
                c = sharpen(cells, ends, masses, which)
                low, rise = power_line(cells, ends, masses, c)
                u = (middle - ends[0]) / (ends[1] - ends[0])
                level = low + rise * u**c
                slope = rise * c * u ** (c - 1) / (ends[1] - ends[0])
                return {"exponent": c, "elasticity": slope * middle / level}
            case "thresholds":
                pairs = knot_pairs(cells)[which]
                slopes = np.cumsum(found[:, 1:], axis=1)
                bends = np.maximum(middle[:, None] - pairs, 0.0)
                level = found[:, 0] + found[:, 1] * middle + (found[:, 2:] * bends).sum(axis=1)
                piece = (middle[:, None] >= pairs).sum(axis=1)
                slope = slopes[np.arange(len(slopes)), piece]
                figures = {f"threshold_{i + 1}": pairs[:, i] for i in range(2)}
                figures |= {f"slope_{i + 1}": slopes[:, i] for i in range(3)}
                return figures | {"elasticity": slope * middle / level}
            case _:
                level = found[:, 0] + found[:, 1] * middle
                return {"slope_1": found[:, 1], "elasticity": found[:, 1] * middle / level}
