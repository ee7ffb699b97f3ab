"""The posterior of a model's parameters under weak priors, without a sampler.

A normal distribution around the most likely parameters, on their logarithms, proposes;
importance weights correct; resampling makes the draws equally likely.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrel.errors import FitError, InvalidRule
from custrel.units import known_unit
from custrel.valuation._surface import Surface, climb, slopes
from custrel.valuation.draws import ParameterDraws
from custrel.valuation.estimate import Learnt

__all__ = ["posterior"]

Floats = NDArray[np.float64]

_FREEDOM = 6.0  # of the proposal's tails, which are to be heavier than the posterior's
_PROPOSALS = 2  # for each draw
_ROUNDS = 3  # in which the proposal may be mended
_GOOD, _POOR = 0.5, 0.1  # effective size by proposal, with which to be content, and to warn of
_FEWEST = 100


def posterior(
    model: Learnt,
    data: Any,
    *,
    seed: int | np.random.Generator,
    draws: int = 1000,
    spread: float = 2.0,
    weights: str | None = None,
) -> ParameterDraws:
    """Draw parameters from their posterior distribution under weak priors.

    Parameters
    ----------
    model : BgNbd or another model
        Learnt from the data; or made from parameters of the right order of magnitude.
    data : CustomerSummary or frame
        What is to be learnt from, with columns named as in the model's `log_likelihood`.
    seed : int or Generator
        Where chance comes from: the same seed, the same draws.
    draws : int
        How many.
    spread : float
        The standard deviation of the priors, which are normal in the logarithms of the
        parameters: around 0 for shapes, around the mean age for `alpha` and `beta` of models
        that count time, around the mean spend for `v`.  With 2, a parameter is taken to lie
        between a fiftieth of that and fifty times that.  Effects of covariates, over the
        largest value of each, are normal around 0.
    weights : str, optional
        The column that says how many customers a row stands for.

    Returns
    -------
    ParameterDraws
        With the effective sample size, and a diagnosis where it is poor.

    Raises
    ------
    InvalidRule
        `draws` or `spread` is not positive.
    FitError
        The posterior has no top to be found, or the proposals miss it altogether.
    ColumnNotFound
        A column is not there.
    InvalidData
        There are no customers, or their histories are impossible.

    Warns
    -----
    UserWarning
        The effective sample size is poor; `diagnosis` says so too.

    See Also
    --------
    bootstrap : Needs no priors, and a fit for each draw.

    Notes
    -----
    Proposals come from a t distribution with the posterior's mode and curvature, and where they
    fit badly from one with the moments of what they found.  Since equal customers are one row,
    a draw costs as much as one evaluation of the likelihood on the distinct rows.  Chance is in
    the draws alone: how the mode is found is not random.

    References
    ----------
    .. [1] A. F. M. Smith, A. E. Gelfand (1992), Bayesian Statistics without Tears: A
       Sampling-Resampling Perspective, The American Statistician 46(2), 84-88.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import Nbd
    >>> frame = pd.DataFrame({"frequency": [0, 1, 2, 3, 5, 9], "T": 38.0})
    >>> frame = frame.loc[frame.index.repeat([60, 16, 6, 6, 4, 3])]
    >>> found = posterior(Nbd.fit(frame, unit="W"), frame, seed=1, draws=200)
    >>> len(found), found.diagnosis
    (200, ())
    """
    if draws < 1 or not spread > 0:
        raise InvalidRule(f"draws={draws!r}, spread={spread!r}: both must be positive.")
    surface = Surface.of(model, data, weights)
    centre = _centre(surface)

    def density(at: Floats) -> float:
        away = (at - centre) / spread
        return surface.value(at) - float(away @ away) / 2

    rng = np.random.default_rng(seed)
    at, covariance = _laplace(density, surface.coordinates.at)
    proposals = max(_FEWEST, _PROPOSALS * draws)
    points, chances = _weighed(density, at, covariance, proposals, rng)
    for _ in range(_ROUNDS):
        if _worth(chances) >= _GOOD * proposals:
            break
        at = chances @ points
        covariance = _moments(points - at, chances, covariance)
        points, chances = _weighed(density, at, covariance, proposals, rng)
    size = _worth(chances)
    diagnosis = _diagnosis(size, proposals)
    for finding in diagnosis:
        warnings.warn(f"{type(model).__name__}: {finding}.", stacklevel=2)
    return ParameterDraws(
        model=model,
        parameters=surface.coordinates.values(points[_resampled(chances, draws, rng)]),
        method="posterior",
        effective_size=size,
        diagnosis=diagnosis,
    )


def _worth(chances: Floats) -> float:
    """Return how many equally likely points are worth as much (Kish's effective size)."""
    return 1 / float(chances @ chances)


def _diagnosis(size: float, proposals: int) -> tuple[str, ...]:
    if size >= max(_POOR * proposals, _FEWEST / 2):
        return ()
    finding = (
        f"{proposals:,} proposals are worth {size:,.0f} draws only, so that the tails are known "
        "badly: draw more, or use bootstrap"
    )
    return (finding,)


def _centre(surface: Surface) -> Floats:
    """Return the coordinates that the priors are around."""
    scaled: dict[str, str] = {}
    coordinates = surface.coordinates
    if known_unit(coordinates.model) is not None or "T" in surface.columns:
        scaled = dict.fromkeys(("alpha", "beta"), "T")
    if "monetary_value" in surface.columns:
        scaled = {"v": "monetary_value"}
    return np.array(
        [
            np.log(_mean(surface, scaled[name])) if name in scaled else 0.0
            for name in coordinates.names
        ]
    )


def _mean(surface: Surface, column: str) -> float:
    """Return the mean of what is positive in a column, or 1 where nothing is."""
    values = surface.columns[column]
    there = np.isfinite(values) & (values > 0)
    if not there.any():
        return 1.0
    return float(values[there] @ surface.counts[there] / surface.counts[there].sum())


def _laplace(density: Any, start: Floats) -> tuple[Floats, Floats]:
    """Return the mode of a density and the covariance that its curvature there tells."""
    free = np.ones(len(start), dtype=bool)
    at, value = climb(density, start, free)
    if not np.isfinite(value):
        raise FitError("the posterior is 0 at the model's parameters: fit the model first.")
    bends, along = np.linalg.eigh(-slopes(density, at, free)[2])
    least = 1e-6 * max(1.0, float(bends.max()))
    return at, np.asarray((along / np.maximum(bends, least)) @ along.T)


def _weighed(
    density: Any, at: Floats, covariance: Floats, number: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return proposals of a t distribution, and the chance of each."""
    size = len(at)
    root = np.linalg.cholesky(covariance)
    normal = rng.standard_normal((number, size))
    tail = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, number))
    points = at + (normal * tail[:, None]) @ root.T
    far = ((normal * tail[:, None]) ** 2).sum(axis=1)
    proposed = -(_FREEDOM + size) / 2 * np.log1p(far / _FREEDOM)
    weights = np.array([density(point) for point in points]) - proposed
    if not np.isfinite(weights).any():
        raise FitError("none of the proposals is possible: the posterior was not found.")
    chances = np.exp(weights - weights.max())
    return points, chances / chances.sum()


def _moments(away: Floats, chances: Floats, before: Floats) -> Floats:
    """Return the covariance of weighed points, held up by the one before where they are few."""
    found = np.einsum("n,ni,nj->ij", chances, away, away)
    size = _worth(chances)
    share = size / (size + 10 * len(before))
    return np.asarray(share * found + (1 - share) * before)


def _resampled(chances: Floats, number: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose points in proportion to their chances, at equal distances from a random start."""
    marks = (np.arange(number) + rng.random()) / number
    chosen = np.searchsorted(np.cumsum(chances), marks)
    return rng.permutation(np.minimum(chosen, len(chances) - 1))
