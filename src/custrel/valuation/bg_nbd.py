"""BG/NBD and MBG/NBD: how often customers buy while alive, and when they stop.

While alive, a customer buys at random moments at a rate of his own; after each purchase he
stops with a probability of his own.  Rates are gamma, probabilities beta distributed over
customers.  The two models differ in one thing: MBG lets him stop after the first purchase
too, so that one-time buyers are not all alive.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1, polygamma

from custrel.errors import FitError, InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.units import TimeUnit, require_same_unit, unit_of
from custrel.valuation._newton import Maximum, invert, maximize
from custrel.valuation._rows import Rows, distinct_pairs, distinct_rows, histories
from custrel.valuation.estimate import Estimate

__all__ = ["BgNbd", "MbgNbd"]

Floats = NDArray[np.float64]

_HISTORY = ("frequency", "recency", "T")
_NAMES = ("r", "alpha", "a", "b")

# The coordinates of the climb: log r, log(r/alpha), logit(a/(a+b)), log(a+b), time in units of
# the longest age.  The box holds every shape that data can tell from its limit.
_LOW = np.array([-9.0, -16.0, -14.0, -7.0])
_HIGH = np.array([9.0, 16.0, 14.0, 10.0])
_STARTS = ((0.0, 1.0, -1.0, 1.0), (-1.5, 2.0, -2.0, 0.0), (2.0, 0.0, 0.0, 3.0))
_LIMITS = (
    ("purchase rates differ without bound (r ran to 0)", "all customers buy at one rate (r ran to infinity)"),
    ("the purchase rate ran to 0", "the purchase rate ran to infinity"),
    ("degenerates to NBD: nobody ever stops (a/(a+b) ran to 0)", "everybody stops at once (a/(a+b) ran to 1)"),
    ("customers stop at once or never (a + b ran to 0)", "all customers stop with one probability (a + b ran to infinity)"),
)  # fmt: skip


def _positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < float("inf"):
        raise InvalidRule(f"{field.name}={value!r} must be positive and finite.")


def _parameter() -> Any:
    return attrs.field(converter=float, validator=_positive)


@attrs.frozen(kw_only=True)
class _BetaGeometric(Rule):
    """What BG/NBD and MBG/NBD share; they differ in `_first_too`."""

    r: float = _parameter()
    alpha: float = _parameter()
    a: float = _parameter()
    b: float = _parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

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
        (frequency, recency, T), counts = door.distinct(*_HISTORY)
        return cls.fit_arrays(
            frequency=frequency,
            recency=recency,
            T=T,
            weights=counts if door.lazy else None,
            unit=unit,
        )

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
        x, last, age = histories(frequency, recency, T)
        counts = None if weights is None else np.asarray(weights, dtype=np.float64)
        rows = distinct_rows(x, last, age, counts)
        scale, repeats = cls._check(rows)
        scaled = attrs.evolve(rows, recency=rows.recency / scale, T=rows.T / scale)
        likelihood = _Likelihood(scaled, cls._first_too)
        best = likelihood.climb()
        r, alpha, a, b = _natural(best.at)
        # At the maximum, the delta method carries the information from one set of coordinates
        # to another exactly.
        into = _jacobian(r, alpha, a, b) * np.array([[1.0], [scale], [1.0], [1.0]])
        spread = into @ invert(best.hessian, ~best.on_boundary) @ into.T
        diagnosis = _diagnose(best)
        model = cls(
            r=r,
            alpha=alpha * scale,
            a=a,
            b=b,
            unit=unit,
            estimate=Estimate(
                log_likelihood=best.value - repeats * np.log(scale),
                customers=rows.counts.sum(),
                rows=len(rows.T),
                covariance=spread,
                iterations=best.steps,
                diagnosis=diagnosis,
            ),
        )
        if diagnosis:
            warnings.warn(f"{cls.__name__}: {'; '.join(diagnosis)}.", UserWarning, stacklevel=3)
        return model

    @classmethod
    def _check(cls, rows: Rows) -> tuple[float, float]:
        """Refuse what no parameters can be learnt from; return the longest age and the repeat purchases."""
        customers, repeats = rows.counts.sum(), (rows.counts * rows.frequency).sum()
        start = f"{cls.__name__} cannot be fitted"
        if repeats == 0:
            raise FitError(
                f"{start}: none of the {customers:,.0f} customers bought twice, so nothing is known "
                "of rates and dropout. Observe for longer, or use a model with known parameters."
            )
        if len(rows.T) < len(_NAMES):
            raise FitError(
                f"{start}: {len(_NAMES)} parameters from {customers:,.0f} customers with "
                f"{len(rows.T)} distinct histories. Take more customers, or known parameters."
            )
        return float(rows.T.max()), float(repeats)

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
        m = self._first_too
        alive = -(self.r + x) * np.log(self.alpha + age)
        stopped = np.where(
            x + m > 0,
            np.log(self.a) - np.log(np.maximum(self.b + x + m - 1, 1e-300))
            - (self.r + x) * np.log(self.alpha + last),
            -np.inf,
        )  # fmt: skip
        rest = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha)
        rest = rest + betaln(self.a, self.b + x + m) - betaln(self.a, self.b)
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
            A history is given in part, or a horizon is negative.
        """
        ahead = np.asarray(horizon, dtype=np.float64)
        if not (ahead >= 0).all():
            raise InvalidRule(f"horizon={horizon!r}: it must not be negative.")
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
        """
        x, last, age = histories(frequency, recency, T)
        whole = int(np.floor(horizon))
        ends = [*range(1, whole + 1), *([horizon] if horizon > whole else [])]
        pairs_x, pairs_age, place = _pairs(x, age)
        total = before = np.zeros(np.broadcast(pairs_x, pairs_age).shape)
        for end in ends:
            expected = self._while_alive(pairs_x, pairs_age, np.asarray(end, dtype=np.float64))
            total = total + (expected - before) / (1 + rate) ** end
            before = expected
        return self._alive(x, last, age) * (total if place is None else total[place])

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
        """
        door = enter(summary)
        require_same_unit(self, self.unit, getattr(summary, "unit", None))
        door.require(_HISTORY, remedy="custrel.summarize makes them from an order log.")
        (x, last, age), _ = door.distinct(*_HISTORY)
        history = {"frequency": x, "recency": last, "T": age}
        x, last, age = histories(x, last, age)
        alive = self._alive(x, last, age)
        expected = alive * self._expected(x, age, np.asarray(horizon, dtype=np.float64))
        columns = {"p_alive": alive, "expected_purchases": expected}
        return door.attach(columns, by=history)

    def _alive(self, x: Floats, last: Floats, age: Floats) -> Floats:
        if x.ndim == 1 and x.shape == last.shape == age.shape and len(x) > _CHUNK:
            parts = [slice(start, start + _CHUNK) for start in range(0, len(x), _CHUNK)]
            return np.concatenate([self._alive(x[p], last[p], age[p]) for p in parts])
        m = self._first_too
        odds = np.log(self.a) - np.log(np.maximum(self.b + x + m - 1, 1e-300))
        odds = odds + (self.r + x) * np.log1p((age - last) / (self.alpha + last))
        alive = expit(-odds)
        return np.asarray(alive if m else np.where(x > 0, alive, 1.0), dtype=np.float64)

    def _expected(self, x: Floats, age: Floats, ahead: Floats) -> Floats:
        """Return the purchases to expect of who is alive."""
        if ahead.ndim:
            return self._while_alive(x, age, ahead)
        pairs_x, pairs_age, place = _pairs(x, age)
        expected = self._while_alive(pairs_x, pairs_age, ahead)
        return expected if place is None else expected[place]

    def _while_alive(self, x: Floats, age: Floats, ahead: Floats) -> Floats:
        """Return the purchases to expect of who is alive, for each frequency and age.

        At a = 1, and at a + b + x + m = 1, the formula is 0/0 and its value the limit, which
        four points around it give.
        """
        singular = np.abs(self.a + self.b + x + self._first_too - 1) < _CLOSE
        if abs(self.a - 1) >= _CLOSE and not np.any(singular):
            return self._formula(self.a, x, age, ahead)
        near = sum(
            weight * self._formula(self.a + shift, x, age, ahead) for shift, weight in _AROUND
        )
        if abs(self.a - 1) < _CLOSE:
            return np.asarray(near)
        return np.where(singular, near, self._formula(self.a, x, age, ahead))

    def _formula(self, a: float, x: Floats, age: Floats, ahead: Floats) -> Floats:
        c = a + self.b + x + self._first_too - 1
        z = ahead / (self.alpha + age + ahead)
        # Euler's form of 2F1, the one that no argument breaks.
        ratio = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(c - self.r - x, a - 1, c, z)
        return np.asarray(c / (a - 1) * (1 - ratio), dtype=np.float64)


@attrs.frozen(kw_only=True)
class BgNbd(_BetaGeometric):
    """The BG/NBD model of repeat purchases.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; `alpha` in `unit`.
    a, b : float
        Parameters of the beta distribution of the probability to stop after a purchase.
    unit : TimeUnit or str, optional
        What times are measured in; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    See Also
    --------
    MbgNbd : Lets customers stop after the first purchase too.

    Notes
    -----
    A customer with one purchase is alive with probability 1 under this model: he has had no
    occasion to stop.  `MbgNbd` judges him.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> print(model.expected_purchases(frequency=2, recency=30.43, T=38.86, horizon=39).round(3))
    1.226
    >>> print(model.probability_alive(frequency=[0, 2], recency=[0, 30.43], T=38.86).round(4))
    [1.     0.7266]
    """

    _first_too: ClassVar[int] = 0


@attrs.frozen(kw_only=True)
class MbgNbd(_BetaGeometric):
    """The MBG/NBD model of repeat purchases: BG/NBD, and one-time buyers may have stopped.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; `alpha` in `unit`.
    a, b : float
        Parameters of the beta distribution of the probability to stop after a purchase, the
        first included.
    unit : TimeUnit or str, optional
        What times are measured in; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    References
    ----------
    .. [1] E. P. Batislam, M. Denizel, A. Filiztekin (2007), Empirical validation and
       comparison of models for customer base analysis, International Journal of Research in
       Marketing 24(3), 201-209.
    .. [2] D. Hoppe, U. Wagner (2007), Customer Base Analysis: The Case for a Central Variant of
       the Betageometric/NBD Model, Marketing JRM 29(2), 75-90.

    Examples
    --------
    >>> model = MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")
    >>> print(model.probability_alive(frequency=[0, 2], recency=[0, 30.43], T=38.86).round(4))
    [0.3897 0.7062]
    """

    _first_too: ClassVar[int] = 1


_CLOSE = 1e-4
_AROUND = tuple((step * 1e-3, weight / 6) for step, weight in ((-2, -1), (-1, 4), (1, 4), (2, -1)))
_MANY = 20_000  # rows, from which on a tenth of them shows the way
_CHUNK = 8192  # rows whose intermediate results stay in the cache


class _Likelihood:
    """The log-likelihood of distinct rows, its gradient and Hessian."""

    def __init__(self, rows: Rows, first_too: int) -> None:
        self.rows, self.m = rows, first_too
        mortal = rows.frequency + first_too > 0
        self.mortal = (rows.frequency[mortal], rows.recency[mortal], rows.T[mortal])
        self.weights = rows.counts[mortal]
        self.immortal = (rows.T[~mortal], rows.counts[~mortal])
        self.customers = float(rows.counts.sum())
        self.x, place = np.unique(rows.frequency, return_inverse=True)
        self.customers_by_x = np.bincount(place, rows.counts)

    def climb(self) -> Maximum:
        """Find the maximum, from a fixed start and, if that ends at a wall, from others.

        The first steps need a part of many rows only.
        """
        start: ArrayLike = _STARTS[0]
        if len(self.weights) >= _MANY:
            start = maximize(self.every(10), start, _LOW, _HIGH).at
        best = maximize(self, start, _LOW, _HIGH)
        for start in _STARTS[1:] if best.on_boundary.any() else ():
            other = maximize(self, start, _LOW, _HIGH)
            best = max(best, other, key=lambda maximum: maximum.value)
        return best

    def every(self, nth: int) -> _Likelihood:
        """Return the likelihood of every n-th row."""
        return _Likelihood(self.rows.every(nth), self.m)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        r, alpha, a, b = _natural(theta)
        value, gradient, hessian = self.natural(r, alpha, a, b)
        share = a / (a + b)
        bend = share * (1 - share) * (a + b)
        jacobian = _jacobian(r, alpha, a, b)
        curvature = jacobian.T @ hessian @ jacobian
        by_r, by_alpha, by_a, by_b = gradient
        curvature[0, 0] += r * by_r + alpha * by_alpha
        curvature[0, 1] -= alpha * by_alpha
        curvature[1, 0] -= alpha * by_alpha
        curvature[1, 1] += alpha * by_alpha
        curvature[2, 2] += bend * (1 - 2 * share) * (by_a - by_b)
        curvature[2, 3] += bend * (by_a - by_b)
        curvature[3, 2] += bend * (by_a - by_b)
        curvature[3, 3] += a * by_a + b * by_b
        return value, jacobian.T @ gradient, curvature

    def natural(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats, Floats]:
        """Return value, gradient and Hessian by r, alpha, a and b."""
        value, gradient, hessian = self._by_frequency(r, alpha, a, b)
        ages, weights = self.immortal
        logs, inverse = np.log(alpha + ages), 1 / (alpha + ages)
        value -= r * float((weights * logs).sum())
        gradient[0] -= (weights * logs).sum()
        gradient[1] -= r * (weights * inverse).sum()
        hessian[0, 1] -= (weights * inverse).sum()
        hessian[1, 1] += r * (weights * inverse**2).sum()
        for start in range(0, len(self.weights), _CHUNK):
            part = slice(start, start + _CHUNK)
            value += self._add(part, (r, alpha, a, b), gradient, hessian)
        return value, gradient, np.triu(hessian) + np.triu(hessian, 1).T

    def _by_frequency(
        self, r: float, alpha: float, a: float, b: float
    ) -> tuple[float, Floats, Floats]:
        """Return the terms that depend on the frequency alone."""
        x, n, total = self.x, self.customers_by_x, self.customers
        beta = x + self.m
        value = n @ (gammaln(r + x) + betaln(a, b + beta))
        value += total * (r * np.log(alpha) - gammaln(r) - betaln(a, b))
        both, both2 = digamma(a + b + beta), polygamma(1, a + b + beta)
        gradient = np.array(
            [
                n @ digamma(r + x) + total * (np.log(alpha) - digamma(r)),
                total * r / alpha,
                total * (digamma(a + b)) - n @ both,
                n @ (digamma(b + beta) - both) + total * (digamma(a + b) - digamma(b)),
            ]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 0] = n @ polygamma(1, r + x) - total * polygamma(1, r)
        hessian[0, 1] = total / alpha
        hessian[1, 1] = -total * r / alpha**2
        hessian[2, 2] = hessian[2, 3] = total * polygamma(1, a + b) - n @ both2
        hessian[3, 3] = hessian[2, 2] + n @ polygamma(1, b + beta) - total * polygamma(1, b)
        return float(value), gradient, hessian

    def _add(
        self, part: slice, at: tuple[float, float, float, float], gradient: Floats, hessian: Floats
    ) -> float:
        """Add the terms of some rows who may have stopped: log(exp(alive) + exp(stopped))."""
        r, alpha, a, b = at
        x, last, age = (values[part] for values in self.mortal)
        n, k, d = self.weights[part], r + x, b + x + (self.m - 1)
        log_age, log_last = np.log(alpha + age), np.log(alpha + last)
        by_age, by_last, by_d = 1 / (alpha + age), 1 / (alpha + last), 1 / d
        alive = -k * log_age
        stopped = np.log(a) - np.log(d) - k * log_last
        p = expit(alive - stopped)
        q = 1 - p
        here, gone = n * p, n * q
        stops = gone.sum()
        gradient[0] -= here @ log_age + gone @ log_last
        gradient[1] -= (here * by_age + gone * by_last) @ k
        gradient[2] += stops / a
        gradient[3] -= gone @ by_d
        hessian[0, 1] -= here @ by_age + gone @ by_last
        hessian[1, 1] += (here * by_age**2 + gone * by_last**2) @ k
        hessian[2, 2] -= stops / a**2
        hessian[3, 3] += gone @ by_d**2
        apart = (log_last - log_age, k * (by_last - by_age), np.full_like(x, -1 / a), by_d)
        spread = here * q
        for i, left in enumerate(apart):
            weighted = spread * left
            for j in range(i, 4):
                hessian[i, j] += weighted @ apart[j]
        return float(n @ (np.maximum(alive, stopped) - np.log(np.maximum(p, q))))


def _natural(theta: Floats) -> tuple[float, float, float, float]:
    r, size = float(np.exp(theta[0])), float(np.exp(theta[3]))
    return (
        r,
        r / float(np.exp(theta[1])),
        size * float(expit(theta[2])),
        size * float(expit(-theta[2])),
    )


def _jacobian(r: float, alpha: float, a: float, b: float) -> Floats:
    """Return how r, alpha, a and b (rows) move with the coordinates of the climb (columns)."""
    bend = a * b / (a + b)
    return np.array([[r, 0, 0, 0], [alpha, -alpha, 0, 0], [0, 0, bend, a], [0, 0, -bend, b]])


def _pairs(x: Floats, age: Floats) -> tuple[Floats, Floats, NDArray[np.int64] | None]:
    if x.ndim == 1 and x.shape == age.shape:
        return distinct_pairs(x, age)
    return x, age, None


def _diagnose(best: Maximum) -> tuple[str, ...]:
    at_low = best.at <= _LOW
    return tuple(
        low if at_low[i] else high for i, (low, high) in enumerate(_LIMITS) if best.on_boundary[i]
    )
