"""Signals: when what a firm or a customer spends to be believed tells the good from the others."""

from __future__ import annotations

from math import inf, isfinite

import attrs

from custrel.errors import InvalidRule
from custrel.rules import Rule

__all__ = ["SignallingGame"]


@attrs.frozen(kw_only=True)
class SignallingGame(Rule):
    """A sender of two types, a receiver who cannot tell them apart, and a costly signal (信号传递).

    Firm and customer can be either: a firm that gives a guarantee, a customer who pays for
    membership.  The receiver gives more to a sender whom he takes for the high type.

    Parameters
    ----------
    high, low : float
        What the receiver gives to a sender whom he is sure to be of the high, or the low, type.
    cost_high, cost_low : float
        What a unit of the signal costs either type, 0 or more.
    prior : float
        The share of the high type among the senders, between 0 and 1.

    Raises
    ------
    InvalidRule
        `high` is not above `low`, a cost is negative, or `prior` is no share.

    Notes
    -----
    Assumed: both sides know these numbers; the receiver gives what the type is worth to him in
    expectation; the cost is proportional to the level of the signal, and nobody gains by the
    signal itself.  Equilibria are perfect Bayesian ones, in which unexpected signals are taken
    as suits them.

    With D = high - low, a level y separates the types if cost_high y <= D <= cost_low y: it is
    worth it for the high type alone.  Such levels exist only where the signal costs the high
    type less; where it costs both the same, everyone sends it or nobody does, and it fails
    (信号失灵), as the documents say.

    References
    ----------
    .. [1] A. M. Spence (1973), Job Market Signaling, Quarterly Journal of Economics 87(3),
       355-374.

    Examples
    --------
    The example of [1]: the productive are worth 2 and pay half a unit for a unit of education,
    the others are worth 1 and pay a whole one.

    >>> game = SignallingGame(high=2, low=1, cost_high=0.5, cost_low=1, prior=0.6)
    >>> game.separating_levels()
    (1.0, 2.0)
    >>> game.separates(1.5), game.pools_silently(1.5), game.pools_sending(0.5)
    (True, True, True)
    """

    high: float = attrs.field(converter=float)
    low: float = attrs.field(converter=float)
    cost_high: float = attrs.field(converter=float)
    cost_low: float = attrs.field(converter=float)
    prior: float = attrs.field(default=0.5, converter=float)

    def __attrs_post_init__(self) -> None:
        if not (isfinite(self.high) and isfinite(self.low) and self.high > self.low):
            raise InvalidRule(f"high={self.high:g} must be above low={self.low:g}, both finite.")
        if not (0 <= self.cost_high < inf and 0 <= self.cost_low < inf):
            raise InvalidRule("costs of a signal are 0 or more, and finite.")
        if not 0 <= self.prior <= 1:
            raise InvalidRule(f"prior={self.prior!r} is no share.")

    @property
    def pooled(self) -> float:
        """What the receiver gives to a sender of whom he knows nothing."""
        return self.prior * self.high + (1 - self.prior) * self.low

    def separating_levels(self) -> tuple[float, float] | None:
        """Return the lowest and the highest level that the high type alone sends.

        Returns
        -------
        tuple of two float, or None
            The lowest is the one that wastes least (Riley's).  None: no level separates.
        """
        if not self.cost_high < self.cost_low:
            return None
        gain = self.high - self.low
        return gain / self.cost_low, gain / self.cost_high if self.cost_high else inf

    def separates(self, level: float) -> bool:
        """Tell whether there is an equilibrium in which the high type alone sends a level.

        Parameters
        ----------
        level : float
            Of the signal.

        Returns
        -------
        bool
        """
        levels = self.separating_levels()
        return levels is not None and levels[0] <= level <= levels[1]

    def pools_silently(self, level: float) -> bool:
        """Tell whether there is an equilibrium in which nobody sends a level.

        Parameters
        ----------
        level : float
            Of the signal; whoever sent it would be taken for the high type.

        Returns
        -------
        bool
        """
        cheapest = min(self.cost_high, self.cost_low)
        return self.high - cheapest * level <= self.pooled

    def pools_sending(self, level: float) -> bool:
        """Tell whether there is an equilibrium in which everyone sends a level.

        Parameters
        ----------
        level : float
            Of the signal; whoever did not send it would be taken for the low type.

        Returns
        -------
        bool
        """
        dearest = max(self.cost_high, self.cost_low)
        return self.pooled - dearest * level >= self.low

    def pays(self, level: float) -> bool:
        """Tell whether the high type is better off separated at a level than unknown.

        Parameters
        ----------
        level : float
            Of the signal.

        Returns
        -------
        bool
            False: even the high type would rather have no signals at all.
        """
        return self.high - self.cost_high * level > self.pooled

    def belief(self, *, sent_by_high: float, sent_by_low: float) -> float:
        """Return how probably a sender of the signal is of the high type, by Bayes' rule.

        Parameters
        ----------
        sent_by_high, sent_by_low : float
            How probably either type sends it.

        Returns
        -------
        float

        Raises
        ------
        InvalidRule
            One is no probability, or nobody sends the signal, so that it says nothing.
        """
        if not (0 <= sent_by_high <= 1 and 0 <= sent_by_low <= 1):
            raise InvalidRule("sent_by_high and sent_by_low are probabilities, 0 to 1.")
        high, low = self.prior * sent_by_high, (1 - self.prior) * sent_by_low
        if not high + low > 0:
            raise InvalidRule("nobody sends the signal, so that Bayes' rule says nothing of it.")
        return high / (high + low)
