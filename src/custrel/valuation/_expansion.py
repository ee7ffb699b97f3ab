"""Functions that bend ever less as time goes on: a few of their values tell all others.

What is expected until t, or of who is t older, is analytic but for where t is -knee or less.  So
its Chebyshev expansion over log(1 + t/knee) falls geometrically.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebval, chebvander
from numpy.typing import NDArray

from custrel.valuation._rows import History, distinct_frequencies, parts_of

Floats = NDArray[np.float64]

SMALL = 1e-12  # of an expansion's last terms, relative to what is expanded
_DIGITS = 28.0  # exp(-28) is about SMALL


class Expansion:
    """An expansion over log(1 + t/knee), where t runs from 0 to a furthest time.

    Attributes
    ----------
    moments : ndarray of shape (size,)
        The times at which values must be known.
    terms : ndarray of shape (size, size)
        Values @ terms are the coefficients of the expansion.
    """

    def __init__(self, knee: float, furthest: float, size: int | None = None) -> None:
        self._knee, self._length = knee, float(np.log1p(furthest / knee))
        size = size or size_for(self._length)
        steps = np.arange(size)
        self.moments = knee * np.expm1(self._length / 2 * (1 - np.cos(np.pi * steps / (size - 1))))
        halved = np.where((steps == 0) | (steps == size - 1), 0.5, 1.0)
        cosines = np.cos(np.pi * np.outer(steps, steps) / (size - 1))
        self.terms = np.asarray(2 / (size - 1) * np.outer(halved, halved) * cosines)

    def places(self, t: Floats) -> Floats:
        """Return where times are between the ends of the expansion, 1 and -1."""
        return np.clip(1 - 2 * np.log1p(t / self._knee) / max(self._length, 1e-300), -1, 1)

    def basis(self, t: Floats) -> Floats:
        """Return the matrix from coefficients to values at some times, of shape (times, size)."""
        return np.asarray(chebvander(self.places(t), len(self.moments) - 1), dtype=np.float64)


def at_few_ages(kernel: Callable[[History], Floats], who: History, knee: float) -> Floats:
    """Compute what depends on (x, T), for each x at a few T only where there are many more.

    Parameters
    ----------
    kernel : callable
        Gives a positive value of each history, or several in rows; of histories whose x run
        along one axis, and T along another, too.
    who : History
        Of arrays of one shape.
    knee : float
        The kernel is analytic but for T of -knee and less.

    Returns
    -------
    ndarray of shape (..., customers)
        Where the last terms of an x show that its expansion is not exact, the kernel's own.
    """
    x, _, age = who
    if x.ndim != 1 or x.shape != age.shape or not len(x):
        return kernel(who)
    first = float(age.min())
    curve = Expansion(knee + first, float(age.max()) - first)
    levels, place = distinct_frequencies(x)
    size = len(curve.moments)
    if len(levels) * size > len(x):
        return kernel(who)
    values = kernel(History(levels[:, None], np.zeros((1, 1)), (first + curve.moments)[None, :]))
    terms = np.moveaxis(values @ curve.terms, -1, 0)
    result = np.empty((*terms.shape[1:-1], len(x)))
    for part in parts_of(len(x)):
        where = curve.places(age[part] - first)
        result[..., part] = chebval(where, terms[..., place[part]], tensor=False)
    exact = np.abs(terms[-2:]) <= SMALL * values.min(axis=-1)
    rest = np.flatnonzero(~exact.reshape(-1, len(levels)).all(axis=0)[place])
    if len(rest):
        result[..., rest] = kernel(History(x[rest], np.zeros(len(rest)), age[rest]))
    return result


def at_few_ratios(kernel: Callable[[Any, Floats], Floats], ratios: Floats) -> Floats:
    """Compute what is expected until times relative to those past, at few where many are asked for.

    Parameters
    ----------
    kernel : callable
        Of a selection of rows and some ratios, gives a table of values, which are positive and
        about proportional to the ratios; analytic but for ratios of -1 and less.
    ratios : ndarray of shape (ratios,)
        Not negative.

    Returns
    -------
    ndarray of shape (rows, ratios)
        Where the last terms of a row show that its expansion is not exact, the kernel's own.
    """
    least, every = float(ratios.min()), slice(None)
    curve = Expansion(1 + least, float(ratios.max()) - least)
    if least <= 0 or 2 * len(curve.moments) > len(ratios):
        return kernel(every, ratios)
    places = least + curve.moments
    values = kernel(every, places) / places
    terms = values @ curve.terms
    result = np.asarray(terms @ curve.basis(ratios - least).T * ratios)
    rest = np.flatnonzero(
        (np.abs(terms[:, -2:]) > SMALL * values.min(axis=1, keepdims=True)).any(axis=1)
    )
    if len(rest):
        result[rest] = kernel(rest, ratios)
    return result


def size_for(length: float) -> int:
    """Return how many terms make an expansion exact: log(1 + t/knee) is singular at +-i pi."""
    # The logarithm of the ellipse through the singularity, in which the terms fall.
    fall = np.arcsinh(2 * np.pi / max(length, 1e-300))
    return int(np.ceil(_DIGITS / fall)) + 2
