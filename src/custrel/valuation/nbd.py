"""NBD: how often customers buy who never stop.

Each buys at random moments at a rate of his own; rates are gamma distributed over customers.
The oldest model of repeat purchases, and the one that others are measured against.
"""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, polygamma

from custrel.units import TimeUnit
from custrel.valuation._arguments import parameter
from custrel.valuation._negative_binomial import count_chance
from custrel.valuation._newton import maximize
from custrel.valuation._peak import Peak, Penalty, of_gamma
from custrel.valuation._purchase_model import PurchaseProcess
from custrel.valuation._rows import History, Rows
from custrel.valuation._sampling import People
from custrel.valuation.estimate import Estimate

__all__ = ["Nbd"]

Floats = NDArray[np.float64]

# The coordinates of the climb: log r, log(r/alpha), time in units of the longest age.
_LOW, _HIGH = (-9.0, -16.0), (9.0, 16.0)
_LIMITS = (
    ("purchase rates differ without bound (r ran to 0)", "all customers buy at one rate (r ran to infinity)"),
    ("the purchase rate ran to 0", "the purchase rate ran to infinity"),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Nbd(PurchaseProcess):
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

    history: ClassVar[tuple[str, ...]] = ("frequency", "T")
    _parameters: ClassVar[tuple[str, ...]] = ("r", "alpha")

    @classmethod
    def _find_peak(cls, rows: Rows, penalty: float) -> Peak:
        scale = float(rows.T.max())
        likelihood = _Likelihood(attrs.evolve(rows, T=rows.T / scale))
        held = Penalty(penalty, of_gamma)
        best = maximize(held.on(likelihood), likelihood.start(), _LOW, _HIGH)
        r, alpha = _natural(best.at)
        repeats = float((rows.counts * rows.frequency).sum())
        return Peak(
            parameters=(r, alpha * scale),
            log_likelihood=best.value + held.at(best.at) - repeats * float(np.log(scale)),
            covariance=best.covariance(_jacobian(r, alpha) * np.array([[1.0], [scale]])),
            steps=best.steps,
            diagnosis=best.findings(_LIMITS),
        )

    @classmethod
    def _checked(
        cls,
        frequency: ArrayLike | None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> History:
        x, last, age = super()._checked(frequency, recency, T)
        return History(x, np.zeros_like(last), age)

    def _log_likelihood(self, who: History) -> Floats:
        x, nothing, age = who
        rest = nothing + gammaln(self.r + x) - gammaln(self.r)
        rest = rest - self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        return np.asarray(rest, dtype=np.float64)

    def _alive(self, who: History) -> Floats:
        return np.ones(who.shape)

    def _lasting(self, who: History, ahead: Floats) -> Floats:
        return np.ones(np.broadcast_shapes(who.shape, ahead.shape))

    def _while_alive(self, who: History, ahead: Floats) -> Floats:
        return self._rate(who) * ahead

    def _chance(self, who: History, n: Floats, begin: Floats, until: Floats) -> Floats:
        return count_chance(self.r + who.x, self.alpha + who.age, n, until - begin)

    def _present(self, who: History, horizon: float, rate: float, continuous: bool) -> Floats:
        force = np.log1p(rate)
        if continuous:
            present = -np.expm1(-force * horizon) / force if force else horizon
        elif horizon == np.inf:
            present = 1 / rate
        else:
            whole = np.floor(horizon)
            # A unit's purchases at the end of each whole unit, and of the rest at its own.
            units = -np.expm1(-force * whole) / np.expm1(force) if force else whole
            present = units + (horizon - whole) * np.exp(-force * horizon)
        return self._rate(who) * present

    def _until(
        self, who: History, horizon: float, rate: float, continuous: bool
    ) -> tuple[Floats, Floats]:
        present = self._present(who, horizon, rate, continuous)
        return self._while_alive(who, np.asarray(horizon)), present

    def _people(self, rng: np.random.Generator, size: int) -> People:
        nobody = np.zeros(size)
        return self._survivors(rng, History(nobody, nobody, nobody))

    def _survivors(self, rng: np.random.Generator, who: History) -> People:
        rate = rng.gamma(self.r + who.x, 1 / (self.alpha + who.age))
        for_ever = np.full(who.shape, np.inf)
        return People(rate=rate, stop=for_ever, most=for_ever)

    def _rate(self, who: History) -> Floats:
        """Return the purchases to expect per unit of time."""
        return np.asarray((self.r + who.x) / (self.alpha + who.age), dtype=np.float64)


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
        bought = (rows.counts * rows.frequency).sum()
        rate = float(bought / (rows.counts * rows.T).sum())
        return np.asarray(np.clip([-0.5, np.log(rate)], _LOW, _HIGH), dtype=np.float64)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        r, alpha = _natural(theta)
        rows, x, n, total = self.rows, self.x, self.customers_by_x, self.customers
        k, since = r + rows.frequency, alpha + rows.T
        # Sums of rows are taken without BLAS, whose threads wait busily for longer than they take.
        logs, by_age = (rows.counts * np.log1p(rows.T / alpha)).sum(), rows.counts / since
        purchases = (rows.counts * rows.frequency * np.log(since)).sum()
        value = n @ (gammaln(r + x) - gammaln(r)) - r * logs - purchases
        by_r = n @ (digamma(r + x) - digamma(r)) - logs
        by_alpha = total * r / alpha - (by_age * k).sum()
        gradient = np.array([by_r, by_alpha])
        across = total / alpha - by_age.sum()
        hessian = np.array(
            [
                [n @ (polygamma(1, r + x) - polygamma(1, r)), across],
                [across, (by_age * k / since).sum() - total * r / alpha**2],
            ]
        )
        jacobian = _jacobian(r, alpha)
        curvature = jacobian.T @ hessian @ jacobian
        curvature += alpha * by_alpha * np.array([[1.0, -1.0], [-1.0, 1.0]])
        curvature[0, 0] += r * by_r
        return float(value), jacobian.T @ gradient, curvature


def _natural(theta: Floats) -> tuple[float, float]:
    r = float(np.exp(theta[0]))
    return r, r / float(np.exp(theta[1]))


def _jacobian(r: float, alpha: float) -> Floats:
    """Return how r and alpha (rows) move with the coordinates of the climb (columns)."""
    return np.array([[r, 0.0], [alpha, -alpha]])
