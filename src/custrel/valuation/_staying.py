"""How long those stay who may stop at every occasion, each with a probability of his own.

The probability to stop is Beta(a, b) distributed over people.  Whoever stayed through n
occasions belongs to those with Beta(a, b + n): all that is asked here is asked of b.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.valuation._rows import members_of

Floats = NDArray[np.float64]

MOST_OCCASIONS = 1_000_000
_DIGITS = 38.0  # exp(-38) is less than the rounding of a double
_FEWEST_TERMS = 20
_LEAST_RATE = 1e-8  # the terms go with the root of its inverse: here they are 200,000


def staying(a: float, b: ArrayLike, steps: ArrayLike) -> Floats:
    """Return the probability to stay for some occasions more: (b)_steps / (a + b)_steps."""

    def table(level: float, most: int) -> Floats:
        i = np.arange(most)
        logs = np.append(0.0, np.cumsum(np.log1p(-a / (a + level + i))))
        return np.asarray(np.exp(logs), dtype=np.float64)

    return _tabulated(b, steps, table)


def stays(a: float, b: ArrayLike, steps: ArrayLike, rate: float = 0.0) -> Floats:
    """Return how often one is expected to stay in so many occasions, discounted from each."""

    def table(level: float, most: int) -> Floats:
        i = np.arange(most)
        each = np.cumprod((level + i) / (a + level + i) / (1 + rate))
        return np.append(0.0, np.cumsum(each))

    return _tabulated(b, steps, table)


def _stays_forever(a: float, b: ArrayLike, rate: float) -> Floats:
    """Return how often one is expected to stay, ever, discounted from each occasion.

    Notes
    -----
    b/(a+b) z 2F1(1, b+1; a+b+1; z) with z = 1/(1 + rate).  By Pfaff's transformation it is
    b/(a+b)/rate 2F1(1, a; a+b+1; -1/rate), whose continued fraction has positive terms only:
    it loses no digit, whatever the arguments.  Undiscounted it is b/(a - 1), for a > 1.
    """
    b = np.asarray(b, dtype=np.float64)
    if rate == 0:
        return np.asarray(b / (a - 1) if a > 1 else np.full_like(b, np.inf), dtype=np.float64)
    w, c = 1 / rate, a + b
    root = np.sqrt(1 + w)
    # A pair of terms more multiplies the error by ((root - 1) / (root + 1))^2.
    terms = int(_DIGITS / np.log1p(2 / (root - 1))) if root > 1 else 0
    terms = max(terms, _FEWEST_TERMS)
    fraction = c + 2.0 * terms
    for n in range(terms - 1, -1, -1):
        fraction = (c + (2 * n + 1)) + (n + 1) * (b + (n + 1)) * w / fraction
        fraction = (c + 2 * n) + (a + n) * (c + n) * w / fraction
    return np.asarray(b / rate / fraction, dtype=np.float64)


def occasions(name: str, values: ArrayLike, least: int = 0) -> Floats:
    """Check numbers of occasions that a caller chose, and return them as a float64 array.

    Raises
    ------
    InvalidRule
        They are not whole, or out of range.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= least) & (numbers <= MOST_OCCASIONS) & (numbers == np.rint(numbers))).all():
        raise InvalidRule(
            f"{name}={values!r}: occasions are counted, so it must be a whole number from {least} "
            f"to {MOST_OCCASIONS:,}."
        )
    return numbers


def discounted_stays(a: float, b: ArrayLike, horizon: float, rate: float) -> Floats:
    """Return `stays` within a horizon, or `_stays_forever` where it is infinite.

    Raises
    ------
    InvalidRule
        The horizon is neither a whole number nor infinite, or the rate is not above -1, or,
        with an infinite horizon, is negative or next to nothing.
    """
    forever = horizon == np.inf
    if not (rate >= 0 if forever else rate > -1) or rate == np.inf:
        reach = "at least 0, as the horizon is infinite," if forever else "greater than -1"
        raise InvalidRule(f"rate={rate!r}: it must be {reach} and finite; 10 % is 0.10.")
    if forever and 0 < rate < _LEAST_RATE:
        raise InvalidRule(
            f"rate={rate!r}: so small a rate is not summed up to an infinite horizon. Take 0, "
            f"{_LEAST_RATE:g} or more, or a horizon."
        )
    if forever:
        return _stays_forever(a, b, float(rate))
    return stays(a, b, occasions("horizon", horizon), float(rate))


def _tabulated(b: ArrayLike, steps: ArrayLike, table: Callable[[float, int], Floats]) -> Floats:
    """Look each number of steps up in the table of its b."""
    level, step = np.broadcast_arrays(np.asarray(b, dtype=np.float64), steps)
    levels, place = np.unique(level.ravel(), return_inverse=True)
    wanted = step.ravel().astype(np.int64)
    result = np.empty(level.size)
    for value, rows in zip(levels, members_of(place, len(levels)), strict=True):
        result[rows] = table(float(value), int(wanted[rows].max()))[wanted[rows]]
    return result.reshape(level.shape)
