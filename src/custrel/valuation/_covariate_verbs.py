"""What models with covariates share: they ask the plain model of each kind of customers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.units import TimeUnit, require_same_unit
from custrel.valuation._arguments import Discounting, ahead_of
from custrel.valuation._covariate_likelihood import Base, kinds_of, require_covariates
from custrel.valuation._sampling import ages_of
from custrel.valuation.estimate import Learnt

Floats = NDArray[np.float64]

HISTORY = ("frequency", "recency", "T")
REMEDY = "Covariates are columns of the summary."


class CovariateVerbs(Learnt):
    """What can be asked of a model with covariates, and below it what such a model must bring."""

    __slots__ = ()

    @property
    def unit(self) -> TimeUnit | None:
        """What times are measured in."""
        raise NotImplementedError

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that covariates stand in."""
        raise NotImplementedError

    @property
    def history(self) -> tuple[str, ...]:
        """The columns that the model knows a customer by."""
        return (*HISTORY, *self.covariates)

    def of(self, **covariates: float) -> Base:
        """Return the plain model of customers with certain covariates."""
        raise NotImplementedError

    def log_likelihood(self, **customers: ArrayLike) -> Floats:
        """Return the logarithm of the likelihood of each history.

        Parameters
        ----------
        **customers : array_like
            ``frequency``, ``recency``, ``T`` and the covariates, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Densities of purchase times, without x!.
        """
        return self._ask("log_likelihood", customers, {})

    def probability_alive(self, *, horizon: ArrayLike = 0.0, **customers: ArrayLike) -> Floats:
        """Return the probability that a customer has not stopped, now or by a later time.

        Parameters
        ----------
        horizon : array_like, default 0
            How long after T, in the model's unit.
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        return self._ask("probability_alive", customers, {"horizon": horizon})

    def expected_purchases(self, *, horizon: ArrayLike, **customers: ArrayLike) -> Floats:
        """Return the number of purchases to expect over the next stretch of time.

        Parameters
        ----------
        horizon : array_like
            The length of the stretch, in the model's unit.
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        return self._ask("expected_purchases", customers, {"horizon": horizon})

    def discounted_purchases(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        **customers: ArrayLike,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time, or all time.

        Parameters
        ----------
        horizon : float
            The length of the stretch, in the model's unit; ``math.inf`` for all time to come.
        rate : float
            The effective discount rate per unit.
        discounting : {"discrete", "continuous"}
            Whether purchases count as due at the end of their unit of time, or each at its own
            moment.
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        options = {"horizon": horizon, "rate": rate, "discounting": discounting}
        return self._ask("discounted_purchases", customers, {}, options)

    def purchase_probability(
        self,
        *,
        purchases: ArrayLike,
        horizon: ArrayLike | None = None,
        start: ArrayLike | None = None,
        end: ArrayLike | None = None,
        **customers: ArrayLike,
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
        **customers : array_like
            The covariates, and ``frequency``, ``recency`` and ``T`` but for new customers.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        asked = {"purchases": purchases, "horizon": horizon, "start": start, "end": end}
        given = {name: value for name, value in asked.items() if value is not None}
        return self._ask("purchase_probability", customers, given)

    def sample(
        self, *, T: ArrayLike, seed: int | np.random.Generator, **covariates: ArrayLike
    ) -> dict[str, Floats]:
        """Draw the histories of customers who do what the model says.

        Parameters
        ----------
        T : array_like
            Age at the end of observation, in the model's unit: one for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        **covariates : array_like
            The same of each covariate.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``frequency``, ``recency``, ``T`` and the covariates.

        Raises
        ------
        InvalidData
            A covariate is missing or infinite.
        InvalidRule
            An age is negative or infinite; or a covariate is not given, or not known.
        """
        rng, (age, known) = np.random.default_rng(seed), self._people(T, covariates)
        drawn = {name: np.empty(len(age)) for name in ("frequency", "recency")}
        for kind, rows in kinds_of(known, len(age)):
            some = self.of(**kind).sample(T=age[rows], seed=rng)
            for name, values in drawn.items():
                values[rows] = some[name]
        return {**drawn, "T": age, **known}

    def sample_orders(
        self, *, T: ArrayLike, seed: int | np.random.Generator, **covariates: ArrayLike
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase of customers who do what the model says.

        Parameters
        ----------
        T : array_like
            Age at the end of observation, in the model's unit: one for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        **covariates : array_like
            The same of each covariate.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, the place of the customer among those given, from 0, and ``time``
            since his first purchase, which is at 0, in the model's unit; ordered by both.

        Raises
        ------
        InvalidData
            A covariate is missing or infinite.
        InvalidRule
            An age is negative or infinite; or a covariate is not given, or not known.
        """
        rng, (age, known) = np.random.default_rng(seed), self._people(T, covariates)
        return _in_order(
            (rows, self.of(**kind).sample_orders(T=age[rows], seed=rng))
            for kind, rows in kinds_of(known, len(age))
        )

    def predict(self, summary: Any, *, horizon: float) -> Any:
        """Add what each customer will do to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns of a history and of the covariates, in the model's unit.
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
            A history is impossible, or a covariate is missing or no number.
        UnitMismatch
            The summary is measured in another unit.
        """
        ahead_of(horizon)
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        known: dict[str, Any]
        known, _ = door.distinct(*self.history, flags=self.covariates, remedy=REMEDY)
        columns = {
            "p_alive": self.probability_alive(**known),
            "expected_purchases": self.expected_purchases(horizon=horizon, **known),
        }
        return door.attach(columns, by=known)

    def sample_future(
        self, *, horizon: float, seed: int | np.random.Generator, **customers: ArrayLike
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase that customers with known histories make from now on.

        Parameters
        ----------
        horizon : float
            How far to look ahead, in the model's unit.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same future.
        **customers : array_like
            ``frequency``, ``recency``, ``T`` and the covariates.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, the place of the customer among those given, from 0, and ``time``
            from now, in the model's unit; ordered by both.

        Raises
        ------
        InvalidData
            A history is impossible, or a covariate missing or infinite.
        InvalidRule
            The horizon is negative or infinite; or a covariate is not given, or not known.
        """
        rng, (columns, covariates, shape) = np.random.default_rng(seed), self._told(customers, {})
        return _in_order(
            (rows, self.of(**kind).sample_future(horizon=horizon, seed=rng, **_some(columns, rows)))
            for kind, rows in kinds_of(covariates, math.prod(shape))
        )

    def _ask(
        self,
        verb: str,
        customers: Mapping[str, ArrayLike],
        more: Mapping[str, ArrayLike],
        options: Mapping[str, Any] | None = None,
    ) -> Floats:
        """Ask the plain model of each kind of customers, told apart by their covariates."""
        columns, covariates, shape = self._told(customers, more)
        result = np.empty(math.prod(shape))
        for kind, rows in kinds_of(covariates, len(result)):
            some: dict[str, Any] = _some(columns, rows)
            answer = getattr(self.of(**kind), verb)
            # A horizon is one for all where it is: so the quicker ways are open.
            for name in more:
                if np.ndim(more[name]) == 0:
                    some[name] = np.asarray(more[name], dtype=np.float64)
            result[rows] = answer(**some, **(options or {}))
        return result.reshape(shape)

    def _told(
        self, customers: Mapping[str, ArrayLike], more: Mapping[str, ArrayLike]
    ) -> tuple[dict[str, Floats], dict[str, Floats], tuple[int, ...]]:
        """Return what is told of customers, flat, their covariates, and the shape of it all."""
        self._require_given(customers, HISTORY)
        given = {**customers, **more}
        arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in given.values()))
        columns = {name: np.ravel(values) for name, values in zip(given, arrays, strict=True)}
        covariates = {name: columns.pop(name) for name in self.covariates}
        require_covariates(covariates)
        return columns, covariates, arrays[0].shape if arrays else ()

    def _people(
        self, T: ArrayLike, covariates: Mapping[str, ArrayLike]
    ) -> tuple[Floats, dict[str, Floats]]:
        """Check whom to draw: the age and the covariates of each."""
        self._require_given(covariates, ())
        known = [np.asarray(covariates[name], dtype=np.float64) for name in self.covariates]
        age, *values = np.broadcast_arrays(np.asarray(T, dtype=np.float64), *known)
        each = dict(zip(self.covariates, (np.atleast_1d(v) for v in values), strict=True))
        require_covariates(each)
        return ages_of(None, age), each

    def _require_given(self, customers: Mapping[str, ArrayLike], history: tuple[str, ...]) -> None:
        """Refuse columns that are not known, and covariates that are not there."""
        names = ", ".join(self.covariates)
        if unknown := [name for name in customers if name not in (*history, *self.covariates)]:
            raise InvalidRule(f"{unknown[0]!r} is no covariate: {names} are.")
        if missing := [name for name in self.covariates if name not in customers]:
            raise InvalidRule(
                f"give the covariate {missing[0]!r} too, or ask the plain model of one kind of "
                f"customers, of({'=..., '.join(self.covariates)}=...)."
            )


def _some(columns: Mapping[str, Floats], rows: NDArray[np.int64]) -> dict[str, Any]:
    return {name: values[rows] for name, values in columns.items()}


def _in_order(
    parts: Iterable[tuple[NDArray[np.int64], dict[str, NDArray[Any]]]],
) -> dict[str, NDArray[Any]]:
    """Put purchases of some customers each together, by customer and time."""
    nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    made = [nothing, *((rows[some["customer_id"]], some["time"]) for rows, some in parts)]
    who, when = (np.concatenate(each) for each in zip(*made, strict=True))
    order = np.lexsort((when, who))
    return {"customer_id": who[order], "time": when[order]}
