"""How models of repeat purchases are learnt: from distinct histories, by maximum likelihood."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.units import TimeUnit, unit_of
from custrel.valuation._arguments import require_learnable, strength_of
from custrel.valuation._peak import Peak
from custrel.valuation._rows import FROM_A_LOG, History, Rows, counts_of, distinct_rows, histories
from custrel.valuation.estimate import Estimate, Learnt

Floats = NDArray[np.float64]


class PurchaseFit(Learnt):
    """A model that is learnt from histories of repeat purchases."""

    __slots__ = ()

    unit: TimeUnit | None
    estimate: Estimate | None

    history: ClassVar[tuple[str, ...]] = ("frequency", "recency", "T")
    """The columns, and the arguments, that a customer's history is."""

    @classmethod
    def fit(cls, summary: Any, *, unit: TimeUnit | str | None = None, penalty: float = 0.0) -> Self:
        """Learn the parameters from a customer summary by maximum likelihood.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns of a history.
        unit : TimeUnit or str, optional
            What times are measured in, where a bare frame does not say it.
        penalty : float, default 0
            How strongly parameters are held back from running to 0 or infinity.

        Returns
        -------
        model
            With `estimate`.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        FitError
            Nobody bought twice, or there are too few customers.
        InvalidData
            A history is impossible.
        InvalidRule
            The penalty is negative or infinite.
        UnitMismatch
            What times are measured in is stated nowhere, or twice and differently.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.

        Notes
        -----
        What is maximized is the log-likelihood less penalty/2 times the sum of the squared
        logarithms of the parameters, with times in units of the longest T: as if each logarithm
        were known before with a standard deviation of 1/sqrt(penalty).  The likelihood that is
        reported is the plain one.
        """
        door = enter(summary)
        unit = unit_of(summary, unit, cls.__name__)
        history, counts = door.distinct(*cls.history, remedy=FROM_A_LOG)
        known = cls._checked(**history)
        return cls._learn(known, counts if door.lazy else None, unit, penalty)

    @classmethod
    def fit_arrays(
        cls,
        *,
        frequency: ArrayLike,
        T: ArrayLike,
        recency: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn the parameters from arrays by maximum likelihood.

        Parameters
        ----------
        frequency : array_like, shape (rows,)
            Repeat purchases.
        T : array_like, shape (rows,)
            Age at the end of observation, in `unit`.
        recency : array_like, shape (rows,), optional
            Age at the last purchase, in `unit`; only a model in which nobody stops can do
            without.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        unit : TimeUnit or str, optional
            What times are measured in.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.

        Returns
        -------
        model
            With `estimate`.

        Raises
        ------
        FitError
            Nobody bought twice, or there are too few customers.
        InvalidData
            A history is impossible.
        InvalidRule
            The history is incomplete, or the penalty is negative or infinite.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        return cls._learn(cls._checked(frequency, recency, T), weights, unit, penalty)

    @classmethod
    def _learn(
        cls,
        history: History,
        weights: ArrayLike | None,
        unit: TimeUnit | str | None,
        penalty: float,
    ) -> Self:
        strength, rows = strength_of(penalty), cls._learnable(history, weights)
        return cls._from_peak(
            cls._find_peak(rows, strength),
            customers=rows.counts.sum(),
            rows=len(rows.T),
            penalty=strength,
            unit=unit,
        )

    @classmethod
    def _learnable(cls, history: History, weights: ArrayLike | None) -> Rows:
        """Return distinct histories, from which the parameters can be learnt."""
        x, last, age = (np.ravel(values) for values in np.broadcast_arrays(*history))
        rows = distinct_rows(x, last, age, counts_of(weights, age))
        require_learnable(cls.__name__, len(cls._parameters), rows)
        return rows

    @classmethod
    def _find_peak(cls, rows: Rows, penalty: float) -> Peak:
        """Return the most likely parameters of distinct rows."""
        raise NotImplementedError

    @classmethod
    def _checked(
        cls,
        frequency: ArrayLike | None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> History:
        """Return a complete history as arrays."""
        if recency is None and "recency" not in cls.history:
            recency = 0.0
        if frequency is None or recency is None or T is None:
            *some, one = cls.history
            number = {2: "both", 3: "all three"}[len(cls.history)]
            raise InvalidRule(f"a history is {', '.join(some)} and {one}: give {number} or none.")
        return histories(frequency, recency, T)
