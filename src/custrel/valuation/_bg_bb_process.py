"""What customers do who buy at counted opportunities until they stop: drawn by chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.units import TimeUnit
from custrel.valuation._arguments import parameter
from custrel.valuation._sampling import occasions_of
from custrel.valuation.estimate import Estimate, Learnt

Floats = NDArray[np.float64]
Buyers = tuple[int, NDArray[np.int64]]  # the number of an opportunity, and who buys at it


@attrs.frozen(kw_only=True)
class BgBbProcess(Learnt):
    """Customers who buy at counted opportunities, each with a probability of his own."""

    alpha: float = parameter()
    beta: float = parameter()
    gamma: float = parameter()
    delta: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    history: ClassVar[tuple[str, ...]] = ("frequency", "recency", "periods")
    _parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    def sample(
        self,
        *,
        periods: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, Floats]:
        """Draw the histories of customers who do what the model says.

        Parameters
        ----------
        periods : array_like
            Opportunities: one number for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where `periods` is one number for all.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``frequency``, ``recency`` and ``periods``, as `fit_arrays` takes them.

        Raises
        ------
        InvalidRule
            A number of opportunities is not whole, or `customers` is no number of them.
        """
        chances = occasions_of(customers, periods)
        frequency, recency = np.zeros_like(chances), np.zeros_like(chances)
        for at, who in self._purchases(np.random.default_rng(seed), chances):
            frequency[who] += 1
            recency[who] = at
        return {"frequency": frequency, "recency": recency, "periods": chances}

    def sample_orders(
        self,
        *,
        periods: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase of customers who do what the model says.

        Parameters
        ----------
        periods : array_like
            Opportunities: one number for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where `periods` is one number for all.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, from 0, and ``time``, the number of the opportunity; 0 is the
            purchase with which he was won.  Ordered by both.

        Raises
        ------
        InvalidRule
            A number of opportunities is not whole, or `customers` is no number of them.
        """
        chances = occasions_of(customers, periods)
        won = [(0, np.arange(len(chances)))]
        return in_order([*won, *self._purchases(np.random.default_rng(seed), chances)])

    def _purchases(self, rng: np.random.Generator, chances: Floats) -> Iterator[Buyers]:
        """Draw who buys at each opportunity."""
        buys = rng.beta(self.alpha, self.beta, len(chances))
        return draw_buyers(rng, chances, buys, rng.beta(self.gamma, self.delta, len(chances)))


def draw_buyers(
    rng: np.random.Generator, chances: Floats, buys: Floats, stops: Floats
) -> Iterator[Buyers]:
    """Draw who buys at each opportunity, by the probabilities of each to buy and to stop."""
    alive = np.ones(len(chances), dtype=bool)
    for at in range(1, int(chances.max(initial=0)) + 1):
        alive &= (rng.random(len(chances)) >= stops) & (chances >= at)
        yield at, np.flatnonzero(alive & (rng.random(len(chances)) < buys))
        if not alive.any():
            break


def in_order(drawn: Iterable[Buyers]) -> dict[str, NDArray[Any]]:
    """Put purchases in the order of customers, and of opportunities."""
    every = [(0, np.zeros(0, dtype=np.int64)), *drawn]
    who = np.concatenate([buyers for _, buyers in every])
    when = np.repeat([float(at) for at, _ in every], [len(buyers) for _, buyers in every])
    order = np.lexsort((when, who))
    return {"customer_id": who[order], "time": when[order]}
