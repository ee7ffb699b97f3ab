"""Customers who do what a model says: their histories, or each of their purchases.

A customer buys at a rate of his own until a moment of his own, and so many times at most.
Moments of a Poisson process within a stretch of time are a Poisson number of uniform ones, and
the one of a given rank is beta distributed: histories are drawn without their purchases.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.valuation._staying import occasions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_CHANCE = 1e-15  # to stop after a purchase: nobody comes to so many


@attrs.frozen(kw_only=True)
class People:
    """What customers are like.

    Every `nth` event of a Poisson process of a customer's `rate` is a repeat purchase, until he
    stops, or after he made the `most`.  Since his last purchase, some events may have `passed`.
    """

    rate: Floats
    stop: Floats
    most: Floats
    nth: int = 1
    passed: Ints | None = None

    def histories(self, rng: np.random.Generator, age: Floats) -> tuple[Floats, Floats]:
        """Draw how often each bought until an age, and when last."""
        until = np.minimum(self.stop, age)
        events = rng.poisson(self.rate * until).astype(np.float64)
        x = np.minimum(events // self.nth, self.most)
        rank = np.maximum(x, 1) * self.nth
        last = until * rng.beta(rank, np.maximum(events - rank, 0) + 1)
        return x, np.where(x > 0, last, 0.0)

    def purchases(self, rng: np.random.Generator, age: Floats) -> tuple[Ints, Floats]:
        """Draw who bought and when, the first purchase at 0; by customer and in order."""
        who, when = self.future(rng, age)
        everybody = np.arange(len(age))
        place = np.searchsorted(who, everybody)
        return np.insert(who, place, everybody), np.insert(when, place, 0.0)

    def future(self, rng: np.random.Generator, ahead: Floats) -> tuple[Ints, Floats]:
        """Draw who buys and when over the next stretch of time; by customer and in order."""
        until = np.minimum(self.stop, ahead)
        events = rng.poisson(self.rate * until)
        who = np.repeat(np.arange(len(ahead)), events)
        # Within each customer, uniform moments in order; the customers are in order already.
        share = rng.random(len(who))
        share = share[np.lexsort((share, who))]
        rank = np.arange(1, len(who) + 1) - np.repeat(np.cumsum(events) - events, events)
        if self.passed is not None:
            rank += self.passed[who]
        bought = (rank % self.nth == 0) & (rank // self.nth <= self.most[who])
        return who[bought], (share * until[who])[bought]


def ages_of(customers: int | None, T: ArrayLike) -> Floats:
    """Check how many customers to draw and how old they are, and return the age of each."""
    age = np.asarray(T, dtype=np.float64)
    if not ((age >= 0) & (age < np.inf)).all() or age.ndim > 1:
        raise InvalidRule(f"T={T!r}: one age for all or one for each, finite and not negative.")
    return np.array(np.broadcast_to(age, _size(customers, age)))


def occasions_of(customers: int | None, numbers: ArrayLike, name: str = "periods") -> Floats:
    """Check how many customers to draw and how many occasions each comes to."""
    each = occasions(name, numbers)
    if each.ndim > 1:
        raise InvalidRule(f"{name}={numbers!r}: one number for all or one for each.")
    return np.array(np.broadcast_to(each, _size(customers, each, name)))


def _size(customers: int | None, age: Floats, name: str = "T") -> tuple[int, ...]:
    if customers is None:
        return age.shape or (1,)
    if customers != int(customers) or customers < 0:
        raise InvalidRule(f"customers={customers!r}: it must be a whole number >= 0.")
    if age.ndim and age.size != customers:
        raise InvalidRule(f"customers={customers!r}, but {name} is of {age.size:,}.")
    return (int(customers),)


def purchases_until_stopping(rng: np.random.Generator, chance: Floats, first_too: int) -> Floats:
    """Draw how many repeat purchases customers make who stop after each with a chance."""
    number = rng.geometric(np.clip(chance, _LEAST_CHANCE, 1.0)).astype(np.float64)
    return number - first_too
