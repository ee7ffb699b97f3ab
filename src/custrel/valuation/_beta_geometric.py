"""What BG/NBD and MBG/NBD share: learning, and what is to be expected of each customer."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, gammaln

from custrel.errors import FitError, InvalidRule
from custrel.frames import enter
from custrel.units import TimeUnit, require_same_unit, unit_of
from custrel.valuation._bg_likelihood import find_peak
from custrel.valuation._periods import present_value
from custrel.valuation._rows import Rows, counts_of, distinct_pairs, distinct_rows, histories
from custrel.valuation._while_alive import purchases_while_alive
from custrel.valuation.estimate import Estimate, Learnt

Floats = NDArray[np.float64]

_HISTORY = ("frequency", "recency", "T")
_CHUNK = 8192  # rows whose intermediate results stay in the cache


def _positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < float("inf"):
        raise InvalidRule(f"{field.name}={value!r} must be positive and finite.")


def _parameter() -> Any:
    return attrs.field(converter=float, validator=_positive)


@attrs.frozen(kw_only=True)
class BetaGeometric(Learnt):
    """What BG/NBD and MBG/NBD share; they differ in `_first_too`."""

    r: float = _parameter()
    alpha: float = _parameter()
    a: float = _parameter()
    b: float = _parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    _parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    _first_too: ClassVar[int]

    @classmethod
    def fit(cls, summary: Any, *, unit: TimeUnit | str | None = None) -> Self:
        """Learn the parameters from a customer summary by maximum likelihood.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency``, ``recency`` and ``T``.
        unit : TimeUnit or str, optional
            What times are measured in, where a bare frame does not say it.

        Returns
        -------
        BgNbd or MbgNbd
            With `estimate`.

        Raises
        ------
        FitError
            Nobody bought twice, or there are too few customers.
        InvalidData
            A history is impossible.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        door = enter(summary)
        unit = unit_of(summary, unit, cls.__name__)
        door.require(_HISTORY, remedy="custrel.summarize makes them from an order log.")
        if door.lazy:  # in memory, `distinct` sees to it
            door.require_numbers(*_HISTORY)
        (frequency, recency, T), counts = door.distinct(*_HISTORY)
        weights = counts if door.lazy else None
        return cls._learn(histories(frequency, recency, T), weights, unit)

    @classmethod
    def fit_arrays(
        cls,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        weights: ArrayLike | None = None,
        unit: TimeUnit | str | None = None,
    ) -> Self:
        """Learn the parameters from arrays by maximum likelihood.

        Parameters
        ----------
        frequency : array_like, shape (rows,)
            Repeat purchases.
        recency : array_like, shape (rows,)
            Age at the last purchase, in `unit`.
        T : array_like, shape (rows,)
            Age at the end of observation, in `unit`.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        unit : TimeUnit or str, optional
            What times are measured in.

        Returns
        -------
        BgNbd or MbgNbd
            With `estimate`.

        Raises
        ------
        FitError
            Nobody bought twice, or there are too few customers.
        InvalidData
            A history is impossible.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        return cls._learn(histories(frequency, recency, T), weights, unit)

    @classmethod
    def _learn(
        cls,
        history: tuple[Floats, ...],
        weights: ArrayLike | None,
        unit: TimeUnit | str | None,
    ) -> Self:
        x, last, age = (np.ravel(values) for values in np.broadcast_arrays(*history))
        rows = distinct_rows(x, last, age, counts_of(weights, age))
        cls._check(rows)
        peak = find_peak(rows, cls._first_too)
        estimate = Estimate(
            log_likelihood=peak.log_likelihood,
            customers=rows.counts.sum(),
            rows=len(rows.T),
            covariance=peak.covariance,
            iterations=peak.steps,
            diagnosis=peak.diagnosis,
        )
        r, alpha, a, b = peak.parameters
        model = cls(r=r, alpha=alpha, a=a, b=b, unit=unit, estimate=estimate)
        if peak.diagnosis:
            # The caller of fit or of fit_arrays is two calls away.
            warnings.warn(f"{cls.__name__}: {'; '.join(peak.diagnosis)}.", stacklevel=3)
        return model

    @classmethod
    def _check(cls, rows: Rows) -> None:
        """Refuse what no parameters can be learnt from."""
        customers, start = f"{rows.counts.sum():,.0f}", f"{cls.__name__} cannot be fitted"
        if not (rows.counts * rows.frequency).any():
            raise FitError(
                f"{start}: none of the {customers} customers bought twice, so nothing is known "
                "of rates and dropout. Observe for longer, or use a model with known parameters."
            )
        if not rows.T.any():
            raise FitError(
                f"{start}: T is 0 for all {customers} customers, so that nobody was observed for "
                "any time. State observed_until, or merge the orders of a day into one occasion."
            )
        if len(rows.T) < len(cls._parameters):
            raise FitError(
                f"{start}: {len(cls._parameters)} parameters from {customers} customers with "
                f"{len(rows.T)} distinct histories. Take more customers, or known parameters."
            )

    def log_likelihood(self, *, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Floats:
        """Return the logarithm of the likelihood of each history.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        recency : array_like
            Age at the last purchase, in the model's unit.
        T : array_like
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Densities of purchase times, without x!.
        """
        x, last, age = histories(frequency, recency, T)
        n = x + self._first_too  # occasions to stop
        alive = -self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        stopped = -self.r * np.log1p(last / self.alpha) - x * np.log(self.alpha + last)
        stopped = np.where(n > 0, stopped + self._stop_odds(x), -np.inf)
        rest = gammaln(self.r + x) - gammaln(self.r)
        rest = rest + betaln(self.a, self.b + n) - betaln(self.a, self.b)
        return np.asarray(rest + np.logaddexp(alive, stopped), dtype=np.float64)

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Floats:
        """Return the probability that a customer has not stopped.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        recency : array_like
            Age at the last purchase, in the model's unit.
        T : array_like
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        x, last, age = histories(frequency, recency, T)
        return self._alive(x, last, age)

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
        InvalidRule
            A history is given in part, or a horizon is negative or infinite.
        """
        ahead = _checked(horizon)
        given = [values is not None for values in (frequency, recency, T)]
        if not any(given):
            zero = np.zeros(())
            return self._alive(zero, zero, zero) * self._while_alive(zero, zero, ahead)
        if not all(given):
            raise InvalidRule("a history is frequency, recency and T: give all three or none.")
        x, last, age = histories(frequency, recency, T)  # type: ignore[arg-type]
        return self._alive(x, last, age) * self._expected(x, age, ahead)

    def discounted_purchases(
        self,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rate: float,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        recency : array_like
            Age at the last purchase, in the model's unit.
        T : array_like
            Age at the end of observation, in the model's unit.
        horizon : float
            The length of the stretch, in the model's unit.
        rate : float
            The effective discount rate per unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape: purchases of each unit count as due at its end.

        Raises
        ------
        InvalidRule
            The horizon is negative or infinite, or the rate not above -1.
        """
        x, last, age = histories(frequency, recency, T)
        _checked(horizon)
        if not -1 < rate < np.inf:
            raise InvalidRule(f"rate={rate!r}: it must be greater than -1 and finite.")
        pairs_x, pairs_age, place = _pairs(x, age)
        present = present_value(
            lambda ahead: self._while_alive(pairs_x, pairs_age, np.asarray(ahead)),
            horizon=float(horizon),
            rate=rate,
            knee=self.alpha + float(age.min(initial=np.inf)),
        )
        return self._alive(x, last, age) * (present if place is None else present[place])

    def predict(self, summary: Any, *, horizon: float) -> Any:
        """Add what each customer will do to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency``, ``recency`` and ``T``, in the model's unit.
        horizon : float
            How far to look ahead, in the model's unit.

        Returns
        -------
        CustomerSummary or frame
            What came in, with ``p_alive`` and ``expected_purchases`` (over `horizon`).

        Raises
        ------
        UnitMismatch
            The summary is measured in another unit.
        InvalidRule
            The horizon is negative or infinite.
        """
        ahead = _checked(horizon)
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        door.require(_HISTORY, remedy="custrel.summarize makes them from an order log.")
        if door.lazy:  # in memory, `distinct` sees to it
            door.require_numbers(*_HISTORY)
        (x, last, age), _ = door.distinct(*_HISTORY)
        history = {"frequency": x, "recency": last, "T": age}
        x, last, age = histories(x, last, age)
        alive = self._alive(x, last, age)
        expected = alive * self._expected(x, age, ahead)
        columns = {"p_alive": alive, "expected_purchases": expected}
        return door.attach(columns, by=history)

    def _alive(self, x: Floats, last: Floats, age: Floats) -> Floats:
        if x.ndim == 1 and x.shape == last.shape == age.shape and len(x) > _CHUNK:
            parts = [slice(start, start + _CHUNK) for start in range(0, len(x), _CHUNK)]
            return np.concatenate([self._alive(x[p], last[p], age[p]) for p in parts])
        odds = self._stop_odds(x) + (self.r + x) * np.log1p((age - last) / (self.alpha + last))
        alive = expit(-odds)
        if not self._first_too:
            alive = np.where(x > 0, alive, 1.0)
        return np.asarray(alive, dtype=np.float64)

    def _stop_odds(self, x: Floats) -> Floats:
        """Return log(a / (b + n - 1)) after n occasions to stop, of which there must be one."""
        before = np.maximum(self.b + (x + (self._first_too - 1)), self.b)
        return np.asarray(np.log(self.a) - np.log(before), dtype=np.float64)

    def _expected(self, x: Floats, age: Floats, ahead: Floats) -> Floats:
        """Return the purchases to expect of who is alive."""
        if ahead.ndim:
            return self._while_alive(x, age, ahead)
        pairs_x, pairs_age, place = _pairs(x, age)
        expected = self._while_alive(pairs_x, pairs_age, ahead)
        return expected if place is None else expected[place]

    def _while_alive(self, x: Floats, age: Floats, ahead: Floats) -> Floats:
        """Return the purchases to expect of who is alive, for each frequency and age."""
        occasions = self.b + (x + self._first_too)
        return purchases_while_alive(self.r + x, self.a, occasions, self.alpha + age, ahead)


def _checked(horizon: ArrayLike) -> Floats:
    ahead = np.asarray(horizon, dtype=np.float64)
    if not ((ahead >= 0) & (ahead < np.inf)).all():
        raise InvalidRule(f"horizon={horizon!r}: it must be finite and not negative.")
    return ahead


def _pairs(x: Floats, age: Floats) -> tuple[Floats, Floats, NDArray[np.int64] | None]:
    if x.ndim == 1 and x.shape == age.shape:
        return distinct_pairs(x, age)
    return x, age, None
