"""The closed loop: what the firm does, satisfaction, loyalty, what customers do, and round again."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.satisfaction.loyalty_curve import LoyaltyCurve, PowerCurve

__all__ = ["LoopState", "SatisfactionLoop"]

Floats = NDArray[np.float64]

_GRID = 2001  # points on which fixed points are looked for
_DEFAULT_CURVE = PowerCurve(satisfaction=(0, 10), loyalty=(0, 0.95), exponent=1.5)


@attrs.frozen(kw_only=True)
class LoopState:
    """A state that the loop stays in once it is there.

    Parameters
    ----------
    satisfaction : float
        On the scale of the curve.
    loyalty : float
        The share of customers who stay each period.
    spend : float
        What a customer spends each period.
    customers : float
        How many there are; infinite where all stay.
    stable : bool
        Whether the loop comes back to it after a small push.

    Examples
    --------
    >>> state = SatisfactionLoop().steady_states()[0]
    >>> state.stable
    True
    """

    satisfaction: float
    loyalty: float
    spend: float
    customers: float
    stable: bool


@attrs.frozen(kw_only=True)
class SatisfactionLoop(Rule):
    """The closed loop of satisfaction (客户满意度闭环), period by period.

    Parameters
    ----------
    curve : LoyaltyCurve
        The share of customers who stay, over satisfaction; what exceeds 0 to 1 is cut off.
    invested : float
        The share of revenue that goes into the customers, 0 to 1.
    base_spend : float
        What a customer spends each period who is not loyal at all.
    uplift : float
        By which share a wholly loyal one spends more.
    best : float
        The satisfaction that no investment exceeds.
    ease : float
        The investment per customer and period that brings about 63 % of `best`.
    speed : float
        The share of the way to the satisfaction that is earned which is made in a period, above
        0 and up to 1.
    acquired : float
        New customers each period.

    Raises
    ------
    InvalidRule
        A number is out of its range.

    Notes
    -----
    The documents draw the loop, "firm, satisfaction, loyalty, customers, firm" (企业行为→客户满意度→
    客户忠诚度→客户行为→企业行为), driven by the firm's revenue and the customers' utility, and give no
    equations; these are ours (own). In period t

    - the firm invests e = invested * spend per customer,
    - satisfaction moves: S' = S + speed (best (1 - exp(-e / ease)) - S),
    - loyalty follows: L = curve(S'),
    - customers act: spend' = base_spend (1 + uplift L), N' = N L + acquired.

    A steady state is a fixed point of loyalty; there may be several.

    Examples
    --------
    >>> loop = SatisfactionLoop(invested=0.1, ease=8)
    >>> table = loop.simulate(60)
    >>> round(float(table["loyalty"].iloc[-1]), 4)
    0.6988
    >>> [round(state.loyalty, 4) for state in loop.steady_states()]
    [0.6988]
    """

    curve: LoyaltyCurve = _DEFAULT_CURVE
    invested: float = attrs.field(default=0.1, converter=float)
    base_spend: float = attrs.field(default=100.0, converter=float)
    uplift: float = attrs.field(default=0.5, converter=float)
    best: float = attrs.field(default=10.0, converter=float)
    ease: float = attrs.field(default=10.0, converter=float)
    speed: float = attrs.field(default=0.5, converter=float)
    acquired: float = attrs.field(default=10.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.curve, LoyaltyCurve):
            raise InvalidRule(f"SatisfactionLoop: curve is a LoyaltyCurve, got {self.curve!r}.")
        ranges = {
            "invested": 0 <= self.invested <= 1,
            "base_spend": 0 < self.base_spend < np.inf,
            "uplift": 0 <= self.uplift < np.inf,
            "best": 0 < self.best < np.inf,
            "ease": 0 < self.ease < np.inf,
            "speed": 0 < self.speed <= 1,
            "acquired": 0 <= self.acquired < np.inf,
        }
        wrong = [name for name, sound in ranges.items() if not sound]
        if wrong:
            raise InvalidRule(f"SatisfactionLoop: {wrong[0]} is out of its range.")

    def simulate(
        self,
        periods: int,
        *,
        satisfaction: float = 0.0,
        customers: float = 0.0,
        noise: float = 0.0,
        seed: int | np.random.Generator | None = None,
    ) -> pd.DataFrame:
        """Let the loop run.

        Parameters
        ----------
        periods : int
            How many.
        satisfaction : float
            Where it starts; the first spending is that of the loyalty there.
        customers : float
            How many there are at the start.
        noise : float
            The standard deviation of a random push to satisfaction in each period.
        seed : int or numpy Generator, optional
            For the noise, and needed for it.

        Returns
        -------
        pandas.DataFrame
            A row for each period: ``period`` (from 1), ``investment`` (per customer),
            ``satisfaction``, ``loyalty``, ``spend``, ``customers`` (at its end) and ``revenue``.

        Raises
        ------
        InvalidRule
            There are no periods, noise without a seed, or a negative number.
        """
        if periods < 1 or not noise >= 0 or not customers >= 0:
            raise InvalidRule("periods is 1 or more; noise and customers are 0 or more.")
        if noise > 0 and seed is None:
            raise InvalidRule("noise is random: give a seed.")
        push = np.zeros(periods)
        if seed is not None:
            push = np.random.default_rng(seed).normal(0.0, noise, periods)
        s, n = float(satisfaction), float(customers)
        spend = float(self._spend(self._loyalty(np.array(s))))
        rows = []
        for period in range(periods):
            invested, revenue = self.invested * spend, n * spend
            s += self.speed * (float(self._earned(np.array(spend))) - s) + push[period]
            loyalty = float(self._loyalty(np.array(s)))
            n = n * loyalty + self.acquired
            rows.append((period + 1, invested, s, loyalty, spend, n, revenue))
            spend = float(self._spend(np.array(loyalty)))
        names = (
            "period", "investment", "satisfaction", "loyalty", "spend", "customers", "revenue",
        )  # fmt: skip
        return pd.DataFrame(rows, columns=list(names))

    def steady_states(self) -> tuple[LoopState, ...]:
        """Return every state that the loop stays in, the least loyal first.

        Returns
        -------
        tuple of LoopState
        """
        grid = np.linspace(0.0, 1.0, _GRID)
        gap = self._round(grid) - grid
        found = [float(x) for x in grid[gap == 0]]
        signs = np.sign(gap)
        for i in np.flatnonzero(signs[:-1] * signs[1:] < 0):
            found.append(float(brentq(self._gap, grid[i], grid[i + 1], xtol=1e-14)))  # noqa: PERF401 - one line says it
        return tuple(self._state(loyalty) for loyalty in sorted(found))

    def _state(self, loyalty: float) -> LoopState:
        spend = float(self._spend(np.array(loyalty)))
        step = 1e-6
        steep = self._round(np.array([loyalty - step, loyalty + step]))
        gain = float(steep[1] - steep[0]) / (2 * step)
        memory = 1 - self.speed  # of satisfaction, which goes only part of its way
        return LoopState(
            satisfaction=float(self._earned(np.array(spend))),
            loyalty=loyalty,
            spend=spend,
            customers=self.acquired / (1 - loyalty) if loyalty < 1 else float("inf"),
            stable=abs(memory + self.speed * gain) < 1,
        )

    def _gap(self, loyalty: Any) -> float:
        return float(self._round(np.array(float(loyalty))) - loyalty)

    def _round(self, loyalty: Floats) -> Floats:
        """Return the loyalty that comes of a loyalty, once satisfaction has settled."""
        return self._loyalty(self._earned(self._spend(loyalty)))

    def _spend(self, loyalty: Floats) -> Floats:
        return np.asarray(self.base_spend * (1 + self.uplift * loyalty))

    def _earned(self, spend: Floats) -> Floats:
        return np.asarray(-self.best * np.expm1(-self.invested * spend / self.ease))

    def _loyalty(self, satisfaction: Floats) -> Floats:
        return np.clip(self.curve.loyal(satisfaction), 0.0, 1.0)
