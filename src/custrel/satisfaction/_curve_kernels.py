"""Least squares for the three curves, once for the data and at once for many resamples.

A curve is fitted to cells: distinct answers of satisfaction and loyalty, each with the number and
the weight of its respondents.  All that a fit needs of them are sums, so that a column of counts for each resample makes all resamples
one matrix product.
"""

from __future__ import annotations

from itertools import combinations

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_KNOTS = 18  # candidates for a threshold, from which on quantiles stand for the rest
_LEAST_SHARE = 0.05  # of the respondents, in each of three zones
EXPONENTS = np.exp(np.linspace(np.log(0.125), np.log(16.0), 113))
_AT_ONCE = 4_000_000  # numbers held at a time


@attrs.frozen(eq=False)
class Cells:
    """Distinct answers, how many gave each, and what each of those weighs: 1 on average."""

    s: Floats
    l: Floats  # noqa: E741 - the formulas' letter
    n: Floats
    w: Floats

    @property
    def mass(self) -> Floats:
        """What each cell counts for: its respondents times their weight."""
        return self.n * self.w

    @property
    def total(self) -> float:
        """How many respondents there are, which all cells weigh together."""
        return float(self.n.sum())

    @property
    def levels(self) -> Floats:
        """The distinct satisfactions."""
        return np.unique(self.s)

    def part(self, inside: NDArray[np.bool_]) -> Cells:
        """Return some cells, their weights again 1 on average."""
        return merge(self.s[inside], self.l[inside], self.n[inside], self.w[inside])


def merge(s: Floats, l: Floats, n: Floats, w: Floats) -> Cells:  # noqa: E741 - the formulas' letter
    """Merge equal answers of equal weight into cells, in one order whatever the engine."""
    cells, where = np.unique(np.column_stack([s, l, w]), axis=0, return_inverse=True)
    counts = np.bincount(where.reshape(-1), n, len(cells)).astype(np.float64)
    scale = counts.sum() / (counts @ cells[:, 2]) if len(cells) else 1.0
    return Cells(cells[:, 0], cells[:, 1], counts, cells[:, 2] * scale)


def knot_pairs(cells: Cells) -> Floats:
    """Return candidate pairs of thresholds, of shape (pairs, 2); none where there is no room."""
    levels = cells.levels
    inner = levels[1:-1]
    if inner.size > MOST_KNOTS:
        order = np.argsort(cells.s, kind="stable")
        run = np.cumsum(cells.mass[order]) / cells.total
        shares = np.linspace(_LEAST_SHARE, 1 - _LEAST_SHARE, MOST_KNOTS)
        places = np.minimum(np.searchsorted(run, shares), order.size - 1)
        inner = np.intersect1d(np.unique(cells.s[order][places]), inner)
    pairs = [
        pair
        for pair in combinations(inner.tolist(), 2)
        if min(_zone_shares(cells, pair)) >= _LEAST_SHARE
    ]
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def _zone_shares(cells: Cells, pair: tuple[float, float]) -> tuple[float, float, float]:
    low = float(cells.mass[cells.s < pair[0]].sum()) / cells.total
    high = float(cells.mass[cells.s > pair[1]].sum()) / cells.total
    return low, 1 - low - high, high


def linear_design(cells: Cells) -> Floats:
    """Return the columns of a straight line, of shape (1, cells, 2)."""
    return np.stack([np.ones_like(cells.s), cells.s], axis=1)[None]


def threshold_design(cells: Cells, pairs: Floats) -> Floats:
    """Return the columns of three joint pieces, of shape (pairs, cells, 4)."""
    base = np.broadcast_to(linear_design(cells), (len(pairs), cells.s.size, 2))
    bends = np.maximum(cells.s[None, :, None] - pairs[:, None, :], 0.0)
    return np.concatenate([base, bends], axis=2)


def power_design(cells: Cells, ends: tuple[float, float], exponents: Floats) -> Floats:
    """Return the columns of powers, of shape (exponents, cells, 2)."""
    u = (cells.s - ends[0]) / (ends[1] - ends[0])
    powers = u[None, :] ** exponents[:, None]
    return np.stack([np.ones_like(powers), powers], axis=2)


def fit(design: Floats, y: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Fit every design to one set of counts.

    Returns
    -------
    coefficients : ndarray of shape (designs, columns)
    rss : ndarray of shape (designs,)
        Infinite where a design does not determine its coefficients.
    """
    root = np.sqrt(n)
    coefficients, rss = np.zeros(design.shape[::2]), np.full(len(design), np.inf)
    for i, columns in enumerate(design):
        weighted = columns * root[:, None]
        found, _, rank, _ = np.linalg.lstsq(weighted, y * root, rcond=1e-10)
        if rank == columns.shape[1]:
            coefficients[i] = found
            rss[i] = float(n @ (y - columns @ found) ** 2)
    return coefficients, rss


def least_rss(design: Floats, ys: Floats, n: Floats) -> Floats:
    """Return the least residual squares over all designs, for many outcomes of one set of counts.

    Parameters
    ----------
    design : ndarray of shape (designs, cells, columns)
    ys : ndarray of shape (cells, outcomes)
    n : ndarray of shape (cells,)
    """
    root = np.sqrt(n)[:, None]
    weighted = ys * root
    squares = np.einsum("co,co->o", weighted, weighted)
    best = np.full(ys.shape[1], np.inf)
    for columns in design:
        basis, triangle = np.linalg.qr(columns * root)
        size = np.abs(np.diagonal(triangle))
        if size.min() <= 1e-10 * size.max():
            continue
        explained = basis.T @ weighted
        best = np.minimum(best, squares - np.einsum("ko,ko->o", explained, explained))
    return np.asarray(np.maximum(best, 0.0))


def wild(cells: Cells, fitted: Floats, draws: int, stream: np.random.Generator) -> Floats:
    """Draw outcomes under a fitted curve, whose spread may differ from point to point.

    Each respondent's residual keeps its size and takes a random sign (Rademacher); of a cell of
    equal respondents the mean sign is drawn.

    Returns
    -------
    ndarray of shape (cells, draws)
        The mean outcome of each cell.
    """
    n = np.round(cells.n).astype(np.int64)
    heads = stream.binomial(n[:, None], 0.5, size=(n.size, draws))
    signs = 2.0 * heads / n[:, None] - 1.0
    return fitted[:, None] + (cells.l - fitted)[:, None] * signs


def resample(cells: Cells, draws: int, stream: np.random.Generator) -> list[Floats]:
    """Draw respondents again: the mass of each cell, in parts of shape (some draws, cells)."""
    n = round(cells.total)
    step = max(1, _AT_ONCE // cells.n.size)
    sizes = [min(step, draws - done) for done in range(0, draws, step)]
    shares = cells.n / cells.total
    return [stream.multinomial(n, shares, size=size) * cells.w for size in sizes]


def best_of(design: Floats, y: Floats, counts: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Fit every design to every set of counts; return the best design and its coefficients.

    Parameters
    ----------
    design : ndarray of shape (designs, cells, columns)
    y : ndarray of shape (cells,)
    counts : ndarray of shape (draws, cells)

    Returns
    -------
    which : ndarray of int, of shape (draws,)
    coefficients : ndarray of shape (draws, columns)
        NaN where no design determines them.
    """
    draws, width = len(counts), design.shape[2]
    least, which = np.full(draws, np.inf), np.zeros(draws, dtype=np.intp)
    coefficients = np.full((draws, width), np.nan)
    squares = counts @ y**2
    for i, columns in enumerate(design):
        products = columns[:, :, None] * columns[:, None, :]
        gram = np.asarray(np.tensordot(counts, products, axes=1), dtype=np.float64)
        moment = np.tensordot(counts, columns * y[:, None], axes=1)
        sound = _determined(gram)
        found = np.full((draws, width), np.nan)
        if sound.any():
            found[sound] = np.linalg.solve(gram[sound], moment[sound][..., None])[..., 0]
        rss = squares - np.einsum("dk,dk->d", found, moment)
        better = sound & (rss < least)
        least[better], which[better], coefficients[better] = rss[better], i, found[better]
    return which, coefficients


def sharpen(
    cells: Cells, ends: tuple[float, float], masses: Floats, which: NDArray[np.intp]
) -> Floats:
    """Find the best exponent of each set of masses, from the best of the grid.

    Residual squares are nearly a parabola of the logarithm of the exponent: its vertex is taken
    thrice, each time of points an eighth as far apart.  What is best at an end of the grid stays.

    Returns
    -------
    ndarray of shape (draws,)
        To about 1e-7 of its value.
    """
    logs, step = np.log(EXPONENTS)[which], float(np.log(EXPONENTS[1] / EXPONENTS[0]))
    inside = (which > 0) & (which < EXPONENTS.size - 1)
    for width in (step, step / 8, step / 64):
        left, middle, right = (
            _power_rss(cells, ends, masses, np.exp(logs + shift)) for shift in (-width, 0.0, width)
        )
        bend = left - 2 * middle + right
        sound = inside & (bend > 0)
        move = 0.5 * width * (left - right) / np.where(sound, bend, 1.0)
        logs = logs + np.where(sound, np.clip(move, -width, width), 0.0)
    return np.exp(logs)


def power_line(
    cells: Cells, ends: tuple[float, float], masses: Floats, exponents: Floats
) -> tuple[Floats, Floats]:
    """Return loyalty at the lower end and its rise, of each set of masses with its own exponent."""
    powers = ((cells.s - ends[0]) / (ends[1] - ends[0])) ** exponents[:, None]
    total = masses.sum(axis=1)
    middle, level = (masses * powers).sum(axis=1) / total, masses @ cells.l / total
    around = masses * (powers - middle[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = around @ cells.l / (around * powers).sum(axis=1)
    return level - rise * middle, rise


def _power_rss(
    cells: Cells, ends: tuple[float, float], masses: Floats, exponents: Floats
) -> Floats:
    low, rise = power_line(cells, ends, masses, exponents)
    powers = ((cells.s - ends[0]) / (ends[1] - ends[0])) ** exponents[:, None]
    left = cells.l - low[:, None] - rise[:, None] * powers
    return np.asarray(np.einsum("dc,dc,dc->d", masses, left, left))


def _determined(gram: Floats) -> NDArray[np.bool_]:
    """Tell which normal equations have one solution, by their scaled determinant."""
    diagonal = np.diagonal(gram, axis1=1, axis2=2)
    scale = np.sqrt(np.maximum(diagonal, 1e-300))
    scaled = gram / (scale[:, :, None] * scale[:, None, :])
    return np.asarray((diagonal > 0).all(axis=1) & (np.linalg.det(scaled) > 1e-12))
