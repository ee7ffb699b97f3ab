"""What models of repeat purchases share: the verbs; each model brings its formulas.

A customer is known by his history: `frequency`, `recency` and `T`.  All that is predicted of him
is the probability that he is alive, times what is expected of a customer who is; a new customer
is one whose history has just begun.  Customers of equal histories are computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.frames import enter
from custrel.units import require_same_unit
from custrel.valuation._arguments import (
    Discounting,
    ahead_of,
    require_discounting,
    stretch_of,
)
from custrel.valuation._periods import present_value
from custrel.valuation._purchase_sampling import PurchaseSampling
from custrel.valuation._rows import FROM_A_LOG, History, distinct_pairs, frequencies

Floats = NDArray[np.float64]


class PurchaseProcess(PurchaseSampling):
    """A model of repeat purchases: what models share, and below it what each must bring."""

    __slots__ = ()

    def log_likelihood(
        self, *, frequency: ArrayLike, T: ArrayLike, recency: ArrayLike | None = None
    ) -> Floats:
        """Return the logarithm of the likelihood of each history.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        T : array_like
            Age at the end of observation, in the model's unit.
        recency : array_like, optional
            Age at the last purchase, in the model's unit; only a model in which nobody stops
            can do without.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Densities of purchase times, without x!.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            It is incomplete.
        """
        return self._log_likelihood(self._checked(frequency, recency, T))

    def probability_alive(
        self,
        *,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
        horizon: ArrayLike = 0.0,
    ) -> Floats:
        """Return the probability that a customer has not stopped, now or by a later time.

        Parameters
        ----------
        frequency : array_like, optional
            Repeat purchases; without a history, the customer has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.
        horizon : array_like, default 0
            How long after T, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            A history is given in part, or a horizon is negative or infinite.
        """
        ahead = ahead_of(horizon)
        who = self._known(frequency, recency, T)
        alive = self._alive(who)
        if not ahead.any():
            return np.asarray(np.broadcast_to(alive, np.broadcast(alive, ahead).shape).copy())
        return alive * self._spread(lambda some: self._lasting(some, ahead), who, ahead)

    def expected_purchases(
        self,
        *,
        horizon: ArrayLike,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> Floats:
        """Return the number of purchases to expect over the next stretch of time.

        Parameters
        ----------
        horizon : array_like
            The length of the stretch, in the model's unit.
        frequency : array_like, optional
            Repeat purchases; without a history, the customer has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Of a new customer the first purchase does not count.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            A history is given in part, or a horizon is negative or infinite.
        """
        ahead = ahead_of(horizon)
        who = self._known(frequency, recency, T)
        return self._alive(who) * self._expected(who, ahead)

    def purchase_probability(
        self,
        *,
        purchases: ArrayLike,
        horizon: ArrayLike | None = None,
        start: ArrayLike | None = None,
        end: ArrayLike | None = None,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> Floats:
        """Return the probability that a customer buys so often within a stretch of time.

        Parameters
        ----------
        purchases : array_like
            How often he buys.
        horizon : array_like, optional
            The length of the stretch, if it begins now, in the model's unit.
        start, end : array_like, optional
            Where the stretch begins and ends otherwise: the time from now.
        frequency : array_like, optional
            Repeat purchases; without a history, the customer has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit: now.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Of a new customer the first purchase does not count.

        Raises
        ------
        InvalidData
            A history is impossible, or a number of purchases is not whole.
        InvalidRule
            A history is given in part, or the stretch of time is not one.
        """
        begin, until = stretch_of(horizon, start, end)
        n = frequencies(purchases, "purchases")
        who = self._known(frequency, recency, T)
        alive, chance = self._alive(who), self._chance(who, n, begin, until)
        return np.asarray(alive * chance + np.where(n == 0, 1 - alive, 0.0), dtype=np.float64)

    def discounted_purchases(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time, or all time.

        Parameters
        ----------
        horizon : float
            The length of the stretch, in the model's unit; ``math.inf`` for all time to come
            (discounted expected residual transactions, DERT).
        rate : float
            The effective discount rate per unit.  A continuous rate δ is expm1(δ).
        discounting : {"discrete", "continuous"}
            Whether purchases count as due at the end of their unit of time, as is customary in
            lifetime values, or each at its own moment, at the continuous rate log(1 + rate).
        frequency : array_like, optional
            Repeat purchases; without a history, the customer has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            The horizon is negative, the rate not above -1, or the horizon infinite and the
            rate not positive; or a history is given in part.
        UnknownCode
            No such way of discounting.
        """
        require_discounting(rate, horizon, discounting)
        continuous = discounting == "continuous"
        who = self._known(frequency, recency, T)

        def present(some: History) -> Floats:
            return self._present(some, float(horizon), float(rate), continuous)

        return self._alive(who) * self._spread(present, who)

    def outlook(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> dict[str, Floats]:
        """Return all that a customer's value takes, at once.

        Parameters
        ----------
        horizon : float
            The length of the stretch, in the model's unit; ``math.inf`` for all time to come.
        rate : float
            The effective discount rate per unit.
        discounting : {"discrete", "continuous"}
            As in `discounted_purchases`.
        frequency : array_like, optional
            Repeat purchases; without a history, the customer has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.

        Returns
        -------
        dict of str to ndarray of float64
            ``p_alive``, ``expected_purchases`` (unless the horizon is infinite) and
            ``discounted_purchases``, each of the broadcast shape.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            As in `discounted_purchases`.
        UnknownCode
            No such way of discounting.
        """
        require_discounting(rate, horizon, discounting)
        options = (float(horizon), float(rate), discounting == "continuous")
        who = History(*np.broadcast_arrays(*self._known(frequency, recency, T)))
        alive = self._alive(who)
        if horizon == np.inf:
            present = alive * self._spread(lambda some: self._present(some, *options), who)
            return {"p_alive": alive, "discounted_purchases": present}
        both = self._spread(lambda some: np.stack(self._until(some, *options)), who)
        both *= alive
        return {"p_alive": alive, "expected_purchases": both[0], "discounted_purchases": both[1]}

    def predict(self, summary: Any, *, horizon: float) -> Any:
        """Add what each customer will do to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns of a history, in the model's unit.
        horizon : float
            How far to look ahead, in the model's unit.

        Returns
        -------
        CustomerSummary or frame
            What came in, with ``p_alive`` and ``expected_purchases`` (over `horizon`).

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A history is impossible.
        InvalidRule
            The horizon is negative or infinite.
        UnitMismatch
            The summary is measured in another unit.
        """
        ahead = ahead_of(horizon)
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        history, _ = door.distinct(*self.history, remedy=FROM_A_LOG)
        who = self._checked(**history)
        alive = self._alive(who)
        expected = alive * self._expected(who, ahead)
        return door.attach({"p_alive": alive, "expected_purchases": expected}, by=history)

    # What each model brings.  Arrays broadcast; "alive" means: given that he is, at T.

    def _log_likelihood(self, who: History) -> Floats:
        """Return the log-likelihood of each history."""
        raise NotImplementedError

    def _lasting(self, who: History, ahead: Floats) -> Floats:
        """Return the probability of one alive to be so at T + ahead."""
        raise NotImplementedError

    def _while_alive(self, who: History, ahead: Floats) -> Floats:
        """Return the purchases to expect of one alive."""
        raise NotImplementedError

    def _chance(self, who: History, n: Floats, begin: Floats, until: Floats) -> Floats:
        """Return the probability that one alive buys n times between two times after T."""
        raise NotImplementedError

    def _knee(self, who: History) -> float:
        """Return the time within which the purchases to expect bend most."""
        raise NotImplementedError

    def _bend(self, who: History) -> float:
        """Return the shortest time within which they bend at all."""
        return self._knee(who)

    # What follows from it, and a model with a shorter way overrides.

    def _present(self, who: History, horizon: float, rate: float, continuous: bool) -> Floats:
        """Return the present number of purchases of one alive."""
        return self._until(who, horizon, rate, continuous)[1]

    def _until(
        self, who: History, horizon: float, rate: float, continuous: bool
    ) -> tuple[Floats, Floats]:
        """Return the purchases to expect of one alive until a horizon, and their present number."""
        shape = who.shape
        return present_value(
            lambda ahead: self._while_alive(who, ahead.reshape(-1, *(1 for _ in shape))),
            customers=math.prod(shape),
            horizon=horizon,
            rate=rate,
            knee=self._knee(who),
            bend=self._bend(who),
            continuous=continuous,
        )

    def _distinct(self, who: History) -> tuple[History, NDArray[np.int64] | None]:
        """Return what matters of one alive, distinct, and the place of each customer in it.

        In most models, all that matters is (x, T).
        """
        x, _, age = who
        if not x.ndim == age.ndim == 1 or x.shape != age.shape:
            return who, None
        x, age, place = distinct_pairs(x, age)
        return who if place is None else History(x, np.zeros_like(x), age), place

    def _expected(self, who: History, ahead: Floats) -> Floats:
        return self._spread(lambda some: self._while_alive(some, ahead), who, ahead)

    def _spread(
        self, kernel: Callable[[History], Floats], who: History, option: Floats | None = None
    ) -> Floats:
        """Apply a kernel to what is distinct, and give each customer what was computed for it."""
        if option is not None and option.ndim:
            return kernel(who)
        some, place = self._distinct(who)
        values = self._computed(kernel, some)
        return values if place is None else np.take(values, place, axis=-1)

    def _computed(self, kernel: Callable[[History], Floats], who: History) -> Floats:
        """Apply a kernel to distinct histories, or to fewer, where those tell it for all."""
        return kernel(who)

    @classmethod
    def _known(
        cls, frequency: ArrayLike | None, recency: ArrayLike | None, T: ArrayLike | None
    ) -> History:
        """Return a history, or that of a customer who has just come."""
        if frequency is None and recency is None and T is None:
            zero = np.zeros(())
            return History(zero, zero, zero)
        return cls._checked(frequency, recency, T)
