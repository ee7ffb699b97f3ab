"""What BG/NBD and MBG/NBD share: their formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from custrel.units import TimeUnit
from custrel.valuation._arguments import parameter
from custrel.valuation._bg_likelihood import find_peak
from custrel.valuation._expansion import at_few_ages
from custrel.valuation._peak import Peak
from custrel.valuation._purchase_model import PurchaseProcess
from custrel.valuation._rows import History, Rows, in_parts
from custrel.valuation._sampling import People, purchases_until_stopping
from custrel.valuation._while_alive import (
    Prospects,
    chance_while_alive,
    lasting_alive,
    purchases_while_alive,
)
from custrel.valuation.estimate import Estimate

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class BetaGeometric(PurchaseProcess):
    """What BG/NBD and MBG/NBD share; they differ in `_first_too`."""

    r: float = parameter()
    alpha: float = parameter()
    a: float = parameter()
    b: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    _parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    _first_too: ClassVar[int]

    @classmethod
    def _find_peak(cls, rows: Rows, penalty: float) -> Peak:
        return find_peak(rows, cls._first_too, penalty)

    def _log_likelihood(self, who: History) -> Floats:
        x, last, age = who
        n = x + self._first_too  # occasions to stop
        alive = -self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        stopped = -self.r * np.log1p(last / self.alpha) - x * np.log(self.alpha + last)
        stopped = np.where(n > 0, stopped + self._stop_odds(x), -np.inf)
        rest = gammaln(self.r + x) - gammaln(self.r)
        rest = rest + betaln(self.a, self.b + n) - betaln(self.a, self.b)
        return np.asarray(rest + np.logaddexp(alive, stopped), dtype=np.float64)

    def _alive(self, who: History) -> Floats:
        return in_parts(self._alive_after, *who)

    def _alive_after(self, x: Floats, last: Floats, age: Floats) -> Floats:
        silent = (self.r + x) * np.log1p((age - last) / (self.alpha + last))
        with np.errstate(over="ignore"):  # expit takes four times as long
            alive = 1 / (1 + self.a * np.exp(silent) / self._others(x))
        if not self._first_too:
            alive = np.where(x > 0, alive, 1.0)
        return np.asarray(alive, dtype=np.float64)

    def _stop_odds(self, x: Floats) -> Floats:
        """Return log(a / (b + n - 1)) after n occasions to stop, of which there must be one."""
        before = self._others(x)
        return np.asarray(np.log(self.a) - np.log(before), dtype=np.float64)

    def _others(self, x: Floats) -> Floats:
        """Return b + n - 1 after n occasions to stop, of which there must be one."""
        return np.maximum(self.b + (x + (self._first_too - 1)), self.b)

    def _lasting(self, who: History, ahead: Floats) -> Floats:
        return lasting_alive(*self._prospects(who), ahead)

    def _while_alive(self, who: History, ahead: Floats) -> Floats:
        return purchases_while_alive(*self._prospects(who), ahead)

    def _chance(self, who: History, n: Floats, begin: Floats, until: Floats) -> Floats:
        return chance_while_alive(self._prospects(who), n, begin, until)

    def _prospects(self, who: History) -> Prospects:
        """Return the parameters that one alive is drawn from, after his history."""
        occasions = who.x + self._first_too
        return self.r + who.x, self.a, self.b + occasions, self.alpha + who.age

    def _computed(self, kernel: Callable[[History], Floats], who: History) -> Floats:
        return at_few_ages(kernel, who, self.alpha)

    def _knee(self, who: History) -> float:
        return self.alpha + float(who.age.min(initial=np.inf))

    def _bend(self, who: History) -> float:
        return self._knee(who) / (1 + self.r + float(who.x.max(initial=0)))

    def _people(self, rng: np.random.Generator, size: int) -> People:
        rate = rng.gamma(self.r, 1 / self.alpha, size)
        most = purchases_until_stopping(rng, rng.beta(self.a, self.b, size), self._first_too)
        return People(rate=rate, stop=np.full(size, np.inf), most=most)

    def _survivors(self, rng: np.random.Generator, who: History) -> People:
        shape, a, b, since = self._prospects(who)
        most = purchases_until_stopping(rng, rng.beta(a, b), 0)
        return People(rate=rng.gamma(shape, 1 / since), stop=np.full(who.shape, np.inf), most=most)
