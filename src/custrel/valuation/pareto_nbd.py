"""Pareto/NBD: how often customers buy while alive, and when they stop, at any moment.

While alive, a customer buys at random moments at a rate of his own, and at every moment he
stops at another rate of his own.  Both rates are gamma distributed over customers.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import exprel, gammaln

from custrel.frames import enter
from custrel.units import TimeUnit, require_same_unit, unit_of
from custrel.valuation._negative_binomial import (
    ahead_of,
    force_of,
    given_history,
    pairs_of,
    parameter,
    require_learnable,
)
from custrel.valuation._pareto_integral import Shape, discounted_time
from custrel.valuation._pareto_likelihood import find_peak, log_weight
from custrel.valuation._periods import present_value
from custrel.valuation._rows import counts_of, distinct_rows, histories
from custrel.valuation.estimate import Estimate, Learnt

__all__ = ["ParetoNbd"]

Floats = NDArray[np.float64]

_HISTORY = ("frequency", "recency", "T")


@attrs.frozen(kw_only=True)
class ParetoNbd(Learnt):
    """The Pareto/NBD model of repeat purchases.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; `alpha` in `unit`.
    s, beta : float
        Shape and rate of the gamma distribution of the rates at which customers stop; `beta`
        in `unit`.
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
    BgNbd : Lets customers stop right after a purchase only.
    Nbd : Lets nobody stop.

    Notes
    -----
    With k = r + x, the likelihood of x repeat purchases, the last at t_x, until T is
    Γ(k) α^r β^s / Γ(r) · {(α+T)^-k (β+T)^-s + s ∫ (α+τ)^-k (β+τ)^-(s+1) dτ}, the integral from
    t_x to T, and what the first part of the bracket has in it is the probability to be alive.

    The mean stopping rate, s/β, is known better than s and β are: data of a year can leave
    both open upwards.  `standard_errors` shows it.

    References
    ----------
    .. [1] D. C. Schmittlein, D. G. Morrison, R. Colombo (1987), Counting Your Customers: Who
       Are They and What Will They Do Next?, Management Science 33(1), 1-24.
    .. [2] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), RFM and CLV: Using Iso-Value Curves
       for Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.

    Examples
    --------
    >>> model = ParetoNbd(r=0.553277, alpha=10.577683, s=0.606240, beta=11.668735, unit="W")
    >>> print(model.expected_purchases(frequency=2, recency=30.43, T=38.86, horizon=39).round(4))
    1.4551
    >>> print(model.probability_alive(frequency=[0, 2], recency=[0, 30.43], T=38.86).round(4))
    [0.2951 0.8691]
    """

    r: float = parameter()
    alpha: float = parameter()
    s: float = parameter()
    beta: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    _parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

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
        ParetoNbd
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
        history, counts = door.distinct(*_HISTORY)
        return cls._learn(histories(*history), counts if door.lazy else None, unit)

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
        ParetoNbd
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
        cls, history: tuple[Floats, ...], weights: ArrayLike | None, unit: TimeUnit | str | None
    ) -> Self:
        x, last, age = (np.ravel(values) for values in np.broadcast_arrays(*history))
        rows = distinct_rows(x, last, age, counts_of(weights, age))
        require_learnable(cls.__name__, len(cls._parameters), rows)
        peak = find_peak(rows)
        estimate = Estimate(
            log_likelihood=peak.log_likelihood,
            customers=rows.counts.sum(),
            rows=len(rows.T),
            covariance=peak.covariance,
            iterations=peak.steps,
            diagnosis=peak.diagnosis,
        )
        r, alpha, s, beta = peak.parameters
        model = cls(r=r, alpha=alpha, s=s, beta=beta, unit=unit, estimate=estimate)
        if peak.diagnosis:
            # The caller of fit or of fit_arrays is two calls away.
            warnings.warn(f"{cls.__name__}: {'; '.join(peak.diagnosis)}.", stacklevel=3)
        return model

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
        alive = -self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        alive = alive - self.s * np.log1p(age / self.beta)
        rest = gammaln(self.r + x) - gammaln(self.r)
        return np.asarray(rest + alive + self._log_weight(x, last, age), dtype=np.float64)

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, horizon: ArrayLike = 0.0
    ) -> Floats:
        """Return the probability that a customer has not stopped, now or by a later time.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        recency : array_like
            Age at the last purchase, in the model's unit.
        T : array_like
            Age at the end of observation, in the model's unit.
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

        Notes
        -----
        P(alive at T+t) = P(alive at T) · ((β+T)/(β+T+t))^s.
        """
        ahead = ahead_of(horizon)
        x, last, age = histories(frequency, recency, T)
        lasting = -self.s * np.log1p(ahead / (self.beta + age))
        return np.asarray(np.exp(lasting - self._log_weight(x, last, age)), dtype=np.float64)

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

        Notes
        -----
        P(alive) · (r+x)(β+T)/((α+T)(s-1)) · [1 - ((β+T)/(β+T+t))^(s-1)]; at s = 1, where the
        bracket over s-1 becomes a logarithm, as anywhere else.
        """
        ahead = ahead_of(horizon)
        given = given_history(frequency, recency, T)
        if given is None:
            zero = np.zeros(())
            return self._while_alive(zero, zero, ahead)
        x, last, age = histories(*given)
        expected = self._while_alive(x, age, ahead)
        return np.asarray(np.exp(-self._log_weight(x, last, age)) * expected)

    def discounted_purchases(
        self,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rate: float,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time, or all time.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        recency : array_like
            Age at the last purchase, in the model's unit.
        T : array_like
            Age at the end of observation, in the model's unit.
        horizon : float
            The length of the stretch, in the model's unit; ``math.inf`` for all time to come
            (discounted expected residual transactions, DERT).
        rate : float
            The effective discount rate per unit.  A continuous rate δ is expm1(δ).

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

        Notes
        -----
        Over all time: P(alive) · (r+x)/(α+T) · ∫ e^(-δt) ((β+T)/(β+T+t))^s dt; the integral is
        Tricomi's function in the paper on iso-value curves.

        Examples
        --------
        >>> import math
        >>> model = ParetoNbd(r=0.5629966, alpha=12.5590370, s=0.4081095, beta=10.5148048)
        >>> history = {"frequency": 7, "recency": 35, "T": 77.86}
        >>> dert = model.discounted_purchases(**history, horizon=math.inf, rate=math.expm1(0.0027))
        >>> print(dert.round(6))
        1.864183
        """
        force = force_of(rate, horizon)
        x, last, age = histories(frequency, recency, T)
        pairs_x, pairs_age, place = pairs_of(x, age)
        if horizon == np.inf:
            start = self.beta + pairs_age
            present = (self.r + pairs_x) / (self.alpha + pairs_age) * start
            present = present * discounted_time(self.s, force * start)
        else:
            present = present_value(
                lambda ahead: self._while_alive(pairs_x, pairs_age, np.asarray(ahead)),
                horizon=float(horizon),
                rate=rate,
                knee=self.beta + float(age.min(initial=np.inf)),
            )
        present = present if place is None else present[place]
        return np.asarray(np.exp(-self._log_weight(x, last, age)) * present)

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
        ahead = ahead_of(horizon)
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        door.require(_HISTORY, remedy="custrel.summarize makes them from an order log.")
        arrays, _ = door.distinct(*_HISTORY)
        x, last, age = histories(*arrays)
        alive = np.exp(-self._log_weight(x, last, age))
        columns = {"p_alive": alive, "expected_purchases": alive * self._while_alive(x, age, ahead)}
        return door.attach(columns, by=dict(zip(_HISTORY, arrays, strict=True)))

    def _log_weight(self, x: Floats, last: Floats, age: Floats) -> Floats:
        """Return -log(probability to be alive)."""
        return log_weight(Shape(self.r, self.alpha, self.s, self.beta), x, last, age)

    def _while_alive(self, x: Floats, age: Floats, ahead: Floats) -> Floats:
        """Return the purchases to expect of who is alive, for each frequency and age."""
        start = self.beta + age
        later = np.log1p(ahead / start)
        # (1 - exp(-(s-1) later)) / (s-1), without dividing by s-1.
        lasting = later * exprel((1 - self.s) * later)
        return np.asarray((self.r + x) / (self.alpha + age) * start * lasting, dtype=np.float64)
