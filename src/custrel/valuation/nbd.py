"""NBD: how often customers buy who never stop.

Each buys at random moments at a rate of his own; rates are gamma distributed over customers.
The oldest model of repeat purchases, and the one that others are measured against.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, polygamma

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.units import TimeUnit, require_same_unit, unit_of
from custrel.valuation._negative_binomial import ahead_of, force_of, parameter, require_learnable
from custrel.valuation._newton import maximize
from custrel.valuation._rows import Rows, counts_of, distinct_rows, histories
from custrel.valuation.estimate import Estimate, Learnt

__all__ = ["Nbd"]

Floats = NDArray[np.float64]

_HISTORY = ("frequency", "T")

# The coordinates of the climb: log r, log(r/alpha), time in units of the longest age.
_LOW, _HIGH = (-9.0, -16.0), (9.0, 16.0)
_LIMITS = (
    ("purchase rates differ without bound (r ran to 0)", "all customers buy at one rate (r ran to infinity)"),
    ("the purchase rate ran to 0", "the purchase rate ran to infinity"),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Nbd(Learnt):
    """The NBD model of repeat purchases: nobody stops.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; `alpha` in `unit`.
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
    ParetoNbd : Lets customers stop.

    Notes
    -----
    The likelihood of x repeat purchases until T is Γ(r+x) α^r / (Γ(r) (α+T)^(r+x)).  When they
    were says nothing more: `recency` can be left out everywhere.

    References
    ----------
    .. [1] A. S. C. Ehrenberg (1959), The Pattern of Consumer Purchases, Applied Statistics
       8(1), 26-41.
    .. [2] D. G. Morrison, D. C. Schmittlein (1988), Generalizing the NBD Model for Customer
       Purchases, Journal of Business & Economic Statistics 6(2), 145-159.

    Examples
    --------
    >>> model = Nbd(r=0.384766, alpha=12.072014, unit="W")
    >>> print(model.expected_purchases(frequency=[0, 2], T=38.86, horizon=39).round(4))
    [0.2946 1.8261]
    """

    r: float = parameter()
    alpha: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    _parameters: ClassVar[tuple[str, ...]] = ("r", "alpha")

    @classmethod
    def fit(cls, summary: Any, *, unit: TimeUnit | str | None = None) -> Self:
        """Learn the parameters from a customer summary by maximum likelihood.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency`` and ``T``.
        unit : TimeUnit or str, optional
            What times are measured in, where a bare frame does not say it.

        Returns
        -------
        Nbd
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
        (frequency, T), counts = door.distinct(*_HISTORY)
        return cls._learn(_checked(frequency, T), counts if door.lazy else None, unit)

    @classmethod
    def fit_arrays(
        cls,
        *,
        frequency: ArrayLike,
        T: ArrayLike,
        recency: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        unit: TimeUnit | str | None = None,
    ) -> Self:
        """Learn the parameters from arrays by maximum likelihood.

        Parameters
        ----------
        frequency : array_like, shape (rows,)
            Repeat purchases.
        T : array_like, shape (rows,)
            Age at the end of observation, in `unit`.
        recency : array_like, shape (rows,), optional
            Age at the last purchase, in `unit`; checked and not used.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        unit : TimeUnit or str, optional
            What times are measured in.

        Returns
        -------
        Nbd
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
        return cls._learn(_checked(frequency, T, recency), weights, unit)

    @classmethod
    def _learn(
        cls, history: tuple[Floats, Floats], weights: ArrayLike | None, unit: TimeUnit | str | None
    ) -> Self:
        x, age = (np.ravel(values) for values in np.broadcast_arrays(*history))
        rows = distinct_rows(x, np.zeros_like(age), age, counts_of(weights, age))
        require_learnable(cls.__name__, len(cls._parameters), rows)
        scale = float(rows.T.max())
        likelihood = _Likelihood(attrs.evolve(rows, T=rows.T / scale))
        best = maximize(likelihood, likelihood.start(), _LOW, _HIGH)
        r, alpha = _natural(best.at)
        into = _jacobian(r, alpha) * np.array([[1.0], [scale]])
        diagnosis = best.findings(_LIMITS)
        estimate = Estimate(
            log_likelihood=best.value - float(rows.counts @ rows.frequency) * np.log(scale),
            customers=rows.counts.sum(),
            rows=len(rows.T),
            covariance=best.covariance(into),
            iterations=best.steps,
            diagnosis=diagnosis,
        )
        model = cls(r=r, alpha=alpha * scale, unit=unit, estimate=estimate)
        if diagnosis:
            # The caller of fit or of fit_arrays is two calls away.
            warnings.warn(f"{cls.__name__}: {'; '.join(diagnosis)}.", stacklevel=3)
        return model

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
            Age at the last purchase, in the model's unit; checked and not used.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Densities of purchase times, without x!.
        """
        x, age = _checked(frequency, T, recency)
        rest = gammaln(self.r + x) - gammaln(self.r)
        rest = rest - self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        return np.asarray(rest, dtype=np.float64)

    def probability_alive(
        self,
        *,
        frequency: ArrayLike,
        T: ArrayLike,
        recency: ArrayLike | None = None,
        horizon: ArrayLike = 0.0,
    ) -> Floats:
        """Return the probability that a customer has not stopped, which is 1.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        T : array_like
            Age at the end of observation, in the model's unit.
        recency : array_like, optional
            Age at the last purchase, in the model's unit; checked and not used.
        horizon : array_like, default 0
            How long after T, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Raises
        ------
        InvalidRule
            A horizon is negative or infinite.
        """
        ahead = ahead_of(horizon)
        return np.ones(np.broadcast(*_checked(frequency, T, recency), ahead).shape)

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
            Age at the last purchase, in the model's unit; checked and not used.
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

        Notes
        -----
        t (r+x)/(α+T).
        """
        ahead = ahead_of(horizon)
        if frequency is None and recency is None and T is None:
            return np.asarray(self.r / self.alpha * ahead, dtype=np.float64)
        if frequency is None or T is None:
            raise InvalidRule("a history is frequency and T: give both or none.")
        return np.asarray(self._rate(*_checked(frequency, T, recency)) * ahead, dtype=np.float64)

    def discounted_purchases(
        self,
        *,
        frequency: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rate: float,
        recency: ArrayLike | None = None,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time, or all time.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        T : array_like
            Age at the end of observation, in the model's unit.
        horizon : float
            The length of the stretch, in the model's unit; ``math.inf`` for all time to come.
        rate : float
            The effective discount rate per unit.  A continuous rate δ is expm1(δ).
        recency : array_like, optional
            Age at the last purchase, in the model's unit; checked and not used.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Until a finite horizon, purchases of each unit count as
            due at its end; over all time, each at its own moment, at the continuous rate
            log(1 + rate).

        Raises
        ------
        InvalidRule
            The horizon is negative, the rate not above -1, or the horizon infinite and the
            rate not positive.
        """
        force = force_of(rate, horizon)
        if horizon == np.inf:
            present = 1 / force
        else:
            whole = np.floor(horizon)
            # A unit's purchases at the end of each whole unit, and of the rest at its own.
            units = -np.expm1(-force * whole) / np.expm1(force) if force else whole
            present = units + (horizon - whole) * np.exp(-force * horizon)
        return np.asarray(self._rate(*_checked(frequency, T, recency)) * present, dtype=np.float64)

    def predict(self, summary: Any, *, horizon: float) -> Any:
        """Add what each customer will do to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency`` and ``T``, in the model's unit.
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
        ahead = ahead_of(horizon)
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        door.require(_HISTORY, remedy="custrel.summarize makes them from an order log.")
        (frequency, T), _ = door.distinct(*_HISTORY)
        expected = self._rate(*_checked(frequency, T)) * ahead
        columns = {"p_alive": np.ones_like(expected), "expected_purchases": expected}
        return door.attach(columns, by={"frequency": frequency, "T": T})

    def _rate(self, x: Floats, age: Floats) -> Floats:
        """Return the purchases to expect per unit of time."""
        return np.asarray((self.r + x) / (self.alpha + age), dtype=np.float64)


class _Likelihood:
    """The log-likelihood of distinct rows, its gradient and Hessian."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.customers = float(rows.counts.sum())
        self.x, place = np.unique(rows.frequency, return_inverse=True)
        self.customers_by_x = np.bincount(place, rows.counts)

    def start(self) -> Floats:
        """Return where moments point to."""
        rows = self.rows
        rate = float((rows.counts @ rows.frequency) / (rows.counts @ rows.T))
        return np.asarray(np.clip([-0.5, np.log(rate)], _LOW, _HIGH), dtype=np.float64)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        r, alpha = _natural(theta)
        rows, x, n, total = self.rows, self.x, self.customers_by_x, self.customers
        k, since = r + rows.frequency, alpha + rows.T
        logs, by_age = rows.counts @ np.log1p(rows.T / alpha), rows.counts / since
        purchases = rows.counts @ (rows.frequency * np.log(since))
        value = n @ (gammaln(r + x) - gammaln(r)) - r * logs - purchases
        by_r = n @ (digamma(r + x) - digamma(r)) - logs
        by_alpha = total * r / alpha - by_age @ k
        gradient = np.array([by_r, by_alpha])
        across = total / alpha - by_age.sum()
        hessian = np.array(
            [
                [n @ (polygamma(1, r + x) - polygamma(1, r)), across],
                [across, (by_age / since) @ k - total * r / alpha**2],
            ]
        )
        jacobian = _jacobian(r, alpha)
        curvature = jacobian.T @ hessian @ jacobian
        curvature += alpha * by_alpha * np.array([[1.0, -1.0], [-1.0, 1.0]])
        curvature[0, 0] += r * by_r
        return float(value), jacobian.T @ gradient, curvature


def _checked(
    frequency: ArrayLike, T: ArrayLike, recency: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    x, _, age = histories(frequency, 0.0 if recency is None else recency, T)
    return x, age


def _natural(theta: Floats) -> tuple[float, float]:
    r = float(np.exp(theta[0]))
    return r, r / float(np.exp(theta[1]))


def _jacobian(r: float, alpha: float) -> Floats:
    """Return how r and alpha (rows) move with the coordinates of the climb (columns)."""
    return np.array([[r, 0.0], [alpha, -alpha]])
