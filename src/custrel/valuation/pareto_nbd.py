"""Pareto/NBD: how often customers buy while alive, and when they stop, at any moment.

While alive, a customer buys at random moments at a rate of his own, and at every moment he
stops at another rate of his own.  Both rates are gamma distributed over customers.
"""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel, gammaln

from custrel.units import TimeUnit
from custrel.valuation._arguments import parameter
from custrel.valuation._negative_binomial import chance_until_stopping
from custrel.valuation._pareto_integral import Shape, discounted_time
from custrel.valuation._pareto_likelihood import find_peak, log_weight
from custrel.valuation._peak import Peak
from custrel.valuation._purchase_model import PurchaseProcess
from custrel.valuation._rows import History, Rows
from custrel.valuation._sampling import People
from custrel.valuation.estimate import Estimate

__all__ = ["ParetoNbd"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class ParetoNbd(PurchaseProcess):
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
    def _find_peak(cls, rows: Rows, penalty: float) -> Peak:
        return find_peak(rows, penalty)

    def _log_likelihood(self, who: History) -> Floats:
        x, _, age = who
        alive = -self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        alive = alive - self.s * np.log1p(age / self.beta)
        rest = gammaln(self.r + x) - gammaln(self.r)
        return np.asarray(rest + alive + self._log_weight(who), dtype=np.float64)

    def _alive(self, who: History) -> Floats:
        return np.asarray(np.exp(-self._log_weight(who)), dtype=np.float64)

    def _log_weight(self, who: History) -> Floats:
        """Return -log(probability to be alive)."""
        return log_weight(Shape(self.r, self.alpha, self.s, self.beta), *who)

    def _lasting(self, who: History, ahead: Floats) -> Floats:
        lasting = np.exp(-self.s * np.log1p(ahead / (self.beta + who.age)))
        return np.asarray(lasting + np.zeros_like(who.x), dtype=np.float64)

    def _while_alive(self, who: History, ahead: Floats) -> Floats:
        x, _, age = who
        start = self.beta + age
        later = np.log1p(ahead / start)
        # (1 - exp(-(s-1) later)) / (s-1), without dividing by s-1.
        lasting = later * exprel((1 - self.s) * later)
        return np.asarray((self.r + x) / (self.alpha + age) * start * lasting, dtype=np.float64)

    def _chance(self, who: History, n: Floats, begin: Floats, until: Floats) -> Floats:
        # Who is alive when the stretch begins has the same rate still.
        lasting = self._lasting(who, begin)
        rate, stops = (self.r + who.x, self.alpha + who.age), (self.s, self.beta + who.age + begin)
        later = chance_until_stopping(rate, stops, n, until - begin)
        return lasting * later + np.where(n == 0, 1 - lasting, 0.0)

    def _present(self, who: History, horizon: float, rate: float, continuous: bool) -> Floats:
        if not continuous or horizon < np.inf:
            return super()._present(who, horizon, rate, continuous)
        start = self.beta + who.age
        present = (self.r + who.x) / (self.alpha + who.age) * start
        return np.asarray(present * discounted_time(self.s, float(np.log1p(rate)) * start))

    def _knee(self, who: History) -> float:
        return self.beta + float(who.age.min(initial=np.inf))

    def _bend(self, who: History) -> float:
        return self._knee(who) / (1 + self.s)

    def _people(self, rng: np.random.Generator, size: int) -> People:
        nobody = np.zeros(size)
        return self._survivors(rng, History(nobody, nobody, nobody))

    def _survivors(self, rng: np.random.Generator, who: History) -> People:
        rate = rng.gamma(self.r + who.x, 1 / (self.alpha + who.age))
        stopping = rng.gamma(self.s, 1 / (self.beta + who.age))
        with np.errstate(divide="ignore", over="ignore"):
            stop = rng.exponential(size=who.shape) / stopping
        return People(rate=rate, stop=stop, most=np.full(who.shape, np.inf))
