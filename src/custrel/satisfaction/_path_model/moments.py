"""Means and covariances of answers, for many weightings of the respondents at a time.

A resample says how often each respondent is drawn. Everything that partial least squares reads is
a weighted sum of products of answers, so that one matrix product serves hundreds of resamples.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AT_ONCE = 4_000_000  # numbers held at a time
_ROUNDING = 1e-12


@attrs.frozen(eq=False)
class Answered:
    """The items' answers, read and checked.

    Parameters
    ----------
    values : ndarray of shape (respondents, items)
        NaN where an answer is missing.
    weights : ndarray of shape (respondents,)
        What each respondent weighs; 1 where nobody is weighted.
    pairwise : bool
        Whether missing answers leave pairs incomplete; else they are the items' means.
    """

    values: Floats
    weights: Floats
    pairwise: bool = False

    @property
    def number(self) -> int:
        """How many respondents there are."""
        return len(self.values)

    @property
    def complete(self) -> bool:
        """Whether no answer is missing."""
        return not np.isnan(self.values).any()

    def only(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Answered:
        """Return some of the respondents."""
        return attrs.evolve(self, values=self.values[rows], weights=self.weights[rows])


@attrs.frozen(eq=False)
class Moments:
    """Means and covariances, one set for each weighting.

    Parameters
    ----------
    means : ndarray of shape (sets, items)
    covariances : ndarray of shape (sets, items, items)
        With divisor n - 1, or what stands for it where respondents are weighted.
    """

    means: Floats
    covariances: Floats


def moments_of(answered: Answered) -> Moments:
    """Return the one set of moments of all respondents."""
    return moments(answered, np.ones((1, answered.number)))


def moments(answered: Answered, times: Floats) -> Moments:
    """Return moments where each respondent is there so many times.

    Parameters
    ----------
    answered : Answered
    times : ndarray of shape (sets, respondents)
        How often each is there; 0 or more.
    """
    return sums_of(answered, times).moments()


def sums_of(answered: Answered, times: Floats, *, like: _Sums | None = None) -> _Sums:
    """Return the sums that moments are made of; sums of parts can be added and subtracted.

    Sums of some of the respondents take `like` from those of all.
    """
    # Near their middle, so that little is lost to rounding; whole where the answers are whole.
    offset = np.rint(np.nanmean(answered.values, axis=0)) if like is None else like.offset
    pairwise = None if answered.complete else answered.pairwise
    pairwise = pairwise if like is None else like.pairwise
    total: _Sums | None = None
    for rows in _chunks(answered):
        part = answered.values[rows] - offset
        each = times[:, rows] * answered.weights[rows]
        found = _sums(part, each, each @ answered.weights[rows], offset, pairwise)
        total = found if total is None else total + found
    if total is None:
        raise ValueError("there are no respondents")
    return total


def _chunks(answered: Answered) -> Iterator[slice]:
    number, items = answered.values.shape
    step = max(1, _AT_ONCE // (items * items))
    return (slice(start, start + step) for start in range(0, number, step))


@attrs.frozen(eq=False)
class _Sums:
    """Weighted sums over respondents, of answers less `offset`.

    Parameters
    ----------
    offset : ndarray of shape (items,)
    pairwise : bool or None
        As of `Answered`; None where nothing is missing.
    weight, squared : ndarray of shape (sets,)
        The sum of weights, and of their squares.
    first : ndarray of shape (sets, items)
        The sum of answers.
    cross : ndarray of shape (sets, items, items)
        The sum of products.
    there : ndarray of shape (sets, items, items), or empty
        The weight of those who answered both items.
    beside : ndarray of shape (sets, items, items), or empty
        The sum of the row's item among those who answered the column's too.
    squares_beside : ndarray of shape (sets, items, items), or empty
        The same of its squares.
    """

    offset: Floats
    pairwise: bool | None
    weight: Floats
    squared: Floats
    first: Floats
    cross: Floats
    there: Floats
    beside: Floats
    squares_beside: Floats

    def __add__(self, other: _Sums) -> _Sums:
        return self._with(other, 1.0)

    def __sub__(self, other: _Sums) -> _Sums:
        return self._with(other, -1.0)

    def _with(self, other: _Sums, sign: float) -> _Sums:
        names = ("weight", "squared", "first", "cross", "there", "beside", "squares_beside")
        changed = {name: getattr(self, name) + sign * getattr(other, name) for name in names}
        return attrs.evolve(self, **changed)

    def moments(self) -> Moments:
        """Return means and covariances; NaN or infinite where there are too few answers."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.pairwise is None:
                means = self.first / self.weight[:, None]
                around = self.cross - means[:, :, None] * self.first[:, None, :]
            elif self.pairwise:
                means = self.first / np.einsum("bii->bi", self.there)
                around = self._pairwise_correlations()
            else:
                means = self.first / np.einsum("bii->bi", self.there)
                row, column = means[:, :, None], means[:, None, :]
                other = self.beside.swapaxes(1, 2)
                around = self.cross - column * self.beside - row * other + row * column * self.there
            # n - 1 where all weigh the same.
            divisor = self.weight - self.squared / self.weight
            covariances = around / divisor[:, None, None]
        # What rounding alone has left of a spread is none.
        squares, spread = (np.einsum("bii->bi", m) for m in (self.cross, around))
        constant = ~(spread > _ROUNDING * squares)
        covariances[constant[:, :, None] | constant[:, None, :]] = 0.0
        return Moments(means + self.offset, covariances)

    def _pairwise_correlations(self) -> Floats:
        """Return what has the pairs' correlations and the items' own sums of squares."""
        other = self.beside.swapaxes(1, 2)
        around = self.cross - self.beside * other / self.there
        squares = self.squares_beside - self.beside**2 / self.there
        correlations = around / np.sqrt(squares * squares.swapaxes(1, 2))
        own = np.einsum("bii->bi", squares) / np.einsum("bii->bi", self.there)
        spread = np.sqrt(own * self.weight[:, None])
        return np.asarray(correlations * spread[:, :, None] * spread[:, None, :])


def _sums(
    part: Floats, each: Floats, squares: Floats, offset: Floats, pairwise: bool | None
) -> _Sums:
    none = np.empty((len(each), 0, 0))
    if pairwise is None:
        cross, there, beside, squares_beside = _products(part, part, each), none, none, none
        first = each @ part
    else:
        mark = (~np.isnan(part)).astype(np.float64)
        part = np.nan_to_num(part)
        first = each @ part
        cross, there = _products(part, part, each), _products(mark, mark, each)
        beside = _products(part, mark, each)
        squares_beside = _products(part**2, mark, each) if pairwise else none
    return _Sums(
        offset=offset,
        pairwise=pairwise,
        weight=each.sum(axis=1),
        squared=squares,
        first=first,
        cross=cross,
        there=there,
        beside=beside,
        squares_beside=squares_beside,
    )


def _products(left: Floats, right: Floats, each: Floats) -> Floats:
    """Return weighted sums of all products of two items, of shape (sets, items, items)."""
    items = left.shape[1]
    if left is right:  # one half is the other's mirror
        rows, columns = np.triu_indices(items)
        place = np.empty((items, items), dtype=np.intp)
        place[rows, columns] = place[columns, rows] = np.arange(rows.size)
        return (each @ (left[:, rows] * left[:, columns]))[:, place]
    both = (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)
    return (each @ both).reshape(len(each), items, items)
