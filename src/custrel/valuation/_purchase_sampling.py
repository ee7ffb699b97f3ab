"""What customers may do under a model of repeat purchases: drawn by chance."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.valuation._arguments import ahead_of
from custrel.valuation._purchase_fit import PurchaseFit
from custrel.valuation._rows import History
from custrel.valuation._sampling import People, ages_of

Floats = NDArray[np.float64]


class PurchaseSampling(PurchaseFit):
    """A model that customers, and the futures of known ones, can be drawn from."""

    __slots__ = ()

    def sample(
        self,
        *,
        T: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, Floats]:
        """Draw the histories of customers who do what the model says.

        Parameters
        ----------
        T : array_like
            Age at the end of observation, in the model's unit: one for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where T is one for all.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``frequency``, ``recency`` and ``T``, as `fit_arrays` takes them.

        Raises
        ------
        InvalidRule
            An age is negative or infinite, or `customers` is no number of them.
        """
        age, rng = ages_of(customers, T), np.random.default_rng(seed)
        x, last = self._people(rng, len(age)).histories(rng, age)
        return {"frequency": x, "recency": last, "T": age}

    def sample_orders(
        self,
        *,
        T: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase of customers who do what the model says.

        Parameters
        ----------
        T : array_like
            Age at the end of observation, in the model's unit: one for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where T is one for all.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, from 0, and ``time`` since his first purchase, which is at 0, in
            the model's unit; ordered by both.

        Raises
        ------
        InvalidRule
            An age is negative or infinite, or `customers` is no number of them.
        """
        age, rng = ages_of(customers, T), np.random.default_rng(seed)
        who, when = self._people(rng, len(age)).purchases(rng, age)
        return {"customer_id": who, "time": when}

    def sample_future(
        self,
        *,
        horizon: float,
        seed: int | np.random.Generator,
        frequency: ArrayLike,
        T: ArrayLike,
        recency: ArrayLike | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase that customers with known histories make from now on.

        Parameters
        ----------
        horizon : float
            How far to look ahead, in the model's unit.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same future.
        frequency : array_like, shape (customers,)
            Repeat purchases.
        T : array_like, shape (customers,)
            Age at the end of observation, in the model's unit.
        recency : array_like, shape (customers,), optional
            Age at the last purchase, in the model's unit; only a model in which nobody stops
            can do without.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, the place of the customer among those given, from 0, and ``time``
            from now, in the model's unit; ordered by both.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            It is incomplete, or the horizon is negative or infinite.
        """
        ahead, rng = ahead_of(horizon), np.random.default_rng(seed)
        who = History(*map(np.ravel, np.broadcast_arrays(*self._checked(frequency, recency, T))))
        people, alive = self._survivors(rng, who), rng.random(who.shape) < self._alive(who)
        people = attrs.evolve(people, rate=np.where(alive, people.rate, 0.0))
        buyer, when = people.future(rng, np.broadcast_to(ahead, who.shape))
        return {"customer_id": buyer, "time": when}

    # What each model brings.

    def _alive(self, who: History) -> Floats:
        """Return the probability to be alive at T."""
        raise NotImplementedError

    def _people(self, rng: np.random.Generator, size: int) -> People:
        """Draw what customers are like."""
        raise NotImplementedError

    def _survivors(self, rng: np.random.Generator, who: History) -> People:
        """Draw what those who are alive are like."""
        raise NotImplementedError
