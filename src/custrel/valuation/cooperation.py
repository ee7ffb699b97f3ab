"""Repeated dealings: what the future must count for, if firm and customer are to cooperate."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any, Literal

import attrs
from scipy.optimize import brentq

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation.discounting import DiscountRate, rate_per

__all__ = ["RelationshipGame"]

_STRATEGIES = ("grim", "tit_for_tat", "punish")
_MOVES = ("cooperate", "defect")
_PAYOFFS = "both cooperate, exploited, exploits, both defect"


def _as_payoffs(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


@attrs.frozen(kw_only=True)
class RelationshipGame(Rule):
    """One period between a firm and a customer, each of whom cooperates or defects, and again.

    Parameters
    ----------
    firm : sequence of four float
        What the firm has if both cooperate, if it is exploited, if it exploits, if both defect.
    customer : sequence of four float
        What the customer has in the same four cases, seen from his side.

    Raises
    ------
    InvalidRule
        There are not four finite numbers each.

    Notes
    -----
    The documents have firm and customer in a game that is not zero-sum, repeated, and one of
    incomplete information (非零和、重复、不完全信息), with lifetime value as the firm's payoff:
    `repeated_payoff` is that, with the discount factor retention / (1 + rate).  The kinds of
    game are the documents', the formulas the literature's (reconstructed).

    References
    ----------
    .. [1] R. Axelrod (1984), The Evolution of Cooperation, Basic Books, appendix B.
    .. [2] D. Fudenberg, J. Tirole (1991), Game Theory, MIT Press, ch. 5.

    Examples
    --------
    >>> game = RelationshipGame(firm=(3, 0, 5, 1), customer=(3, 0, 5, 1))
    >>> game.is_dilemma, game.critical_discount(), round(game.critical_discount("tit_for_tat"), 3)
    (True, 0.5, 0.667)
    """

    firm: tuple[float, ...] = attrs.field(converter=_as_payoffs)
    customer: tuple[float, ...] = attrs.field(converter=_as_payoffs)

    def __attrs_post_init__(self) -> None:
        for name, payoffs in (("firm", self.firm), ("customer", self.customer)):
            if len(payoffs) != 4 or not all(map(isfinite, payoffs)):
                raise InvalidRule(f"{name}: expected four finite payoffs ({_PAYOFFS}).")

    @property
    def is_zero_sum(self) -> bool:
        """Whether one always loses what the other gains, so that there is nothing to share."""
        both, lost, won, neither = self.firm
        theirs = self.customer
        sums = (both + theirs[0], lost + theirs[2], won + theirs[1], neither + theirs[3])
        return max(sums) - min(sums) <= 1e-12 * max(1.0, *map(abs, sums))

    @property
    def is_dilemma(self) -> bool:
        """Whether each would rather exploit, and both rather cooperate than both defect."""
        return all(
            exploits > both > neither > exploited
            for both, exploited, exploits, neither in (self.firm, self.customer)
        )

    def equilibria(self) -> tuple[tuple[str, str], ...]:
        """Return the equilibria of a single period, in pure strategies.

        Returns
        -------
        tuple of pairs of str
            What the firm and what the customer does: ``"cooperate"`` or ``"defect"``.
        """
        return tuple(
            (mine, theirs)
            for i, mine in enumerate(_MOVES)
            for j, theirs in enumerate(_MOVES)
            if _payoff(self.firm, i, j) >= _payoff(self.firm, 1 - i, j)
            and _payoff(self.customer, j, i) >= _payoff(self.customer, 1 - j, i)
        )

    def critical_discount(
        self,
        strategy: Literal["grim", "tit_for_tat", "punish"] = "grim",
        *,
        periods: int | None = None,
    ) -> float:
        """Return the discount factor from which on cooperation sustains itself.

        Parameters
        ----------
        strategy : {"grim", "tit_for_tat", "punish"}
            What follows a defection: defection for ever; whatever the other did last; or
            defection by both for some periods, and then cooperation again.
        periods : int, optional
            How many, for ``"punish"``.

        Returns
        -------
        float
            What a unit of the next period must be worth now, for both; infinite where no factor
            up to 1 is enough.

        Raises
        ------
        InvalidRule
            The game is no dilemma, so that there is nothing to sustain; or `periods` is missing
            or given for another strategy.
        UnknownCode
            There is no such strategy.

        Notes
        -----
        With T to exploit, R where both cooperate, P where both defect, S where exploited:
        grim, (T - R) / (T - P); tit for tat, the higher of that and (T - R) / (R - S), against
        those who defect for ever or by turns; punishment for k periods, the factor d at which
        (R - P) (d + ... + d^k) = T - R.  Tit for tat is an equilibrium from there on, but not
        after every history.
        """
        if strategy not in _STRATEGIES:
            raise UnknownCode("strategy", strategy, _STRATEGIES)
        if (strategy == "punish") != (periods is not None) or (periods is not None and periods < 1):
            raise InvalidRule(
                "periods= says how long to punish, 1 or more, and belongs to 'punish'."
            )
        if not self.is_dilemma:
            raise InvalidRule(
                "the game is no dilemma: for each, to exploit must be better than that both "
                "cooperate, that better than that both defect, and to be exploited worst."
            )
        return max(_critical(payoffs, strategy, periods) for payoffs in (self.firm, self.customer))

    def sustains(
        self,
        discount: DiscountRate,
        *,
        unit: TimeUnit | str,
        retention: float = 1.0,
        strategy: Literal["grim", "tit_for_tat", "punish"] = "grim",
        periods: int | None = None,
    ) -> bool:
        """Tell whether cooperation sustains itself at a discount rate and a rate of retention.

        Parameters
        ----------
        discount : DiscountRate
            What money loses over time.
        unit : TimeUnit or str
            How long a period of the game is.
        retention : float
            How probably there is a next period, 0 to 1.
        strategy : {"grim", "tit_for_tat", "punish"}
            As for `critical_discount`.
        periods : int, optional
            As for `critical_discount`.

        Returns
        -------
        bool

        Raises
        ------
        InvalidRule
            `retention` is no probability; or as for `critical_discount`.
        """
        factor = _discount_factor(discount, unit, retention)
        return factor >= self.critical_discount(strategy, periods=periods)

    def repeated_payoff(
        self,
        path: Sequence[tuple[str, str]],
        *,
        discount: DiscountRate,
        unit: TimeUnit | str,
        retention: float = 1.0,
    ) -> tuple[float, float]:
        """Return what a whole relationship is worth to the firm and to the customer.

        Parameters
        ----------
        path : sequence of pairs of str
            What the firm and the customer do in each period: ``"cooperate"`` or ``"defect"``.
        discount : DiscountRate
            What money loses over time; the first period counts in full.
        unit : TimeUnit or str
            How long a period of the game is.
        retention : float
            How probably there is a next period, 0 to 1.

        Returns
        -------
        firm, customer : float
            The firm's is the customer's lifetime value.

        Raises
        ------
        InvalidRule
            `retention` is no probability.
        UnknownCode
            There is no such move.

        Examples
        --------
        >>> game = RelationshipGame(firm=(3, 0, 5, 1), customer=(3, 0, 5, 1))
        >>> year = DiscountRate.per_year(0.25)
        >>> path = [("cooperate", "cooperate"), ("defect", "cooperate"), ("defect", "defect")]
        >>> [round(v, 2) for v in game.repeated_payoff(path, discount=year, unit="Y")]
        [7.64, 3.64]
        """
        factor = _discount_factor(discount, unit, retention)
        firm = customer = 0.0
        for at, (mine, theirs) in enumerate(path):
            moves = _move(mine), _move(theirs)
            firm += factor**at * _payoff(self.firm, *moves)
            customer += factor**at * _payoff(self.customer, *moves[::-1])
        return firm, customer


def _discount_factor(discount: DiscountRate, unit: TimeUnit | str, retention: float) -> float:
    """Return what a unit of the next period is worth now, if there is one."""
    if not 0 <= retention <= 1:
        raise InvalidRule(f"retention={retention!r} is no probability.")
    return retention / (1 + rate_per(discount, unit))


def _move(name: str) -> int:
    if name not in _MOVES:
        raise UnknownCode("move", name, _MOVES)
    return _MOVES.index(name)


def _payoff(payoffs: tuple[float, ...], mine: int, theirs: int) -> float:
    """Return one side's payoff; 0 is to cooperate, 1 to defect."""
    both, exploited, exploits, neither = payoffs
    return ((both, exploited), (exploits, neither))[mine][theirs]


def _critical(payoffs: tuple[float, ...], strategy: str, periods: int | None) -> float:
    both, exploited, exploits, neither = payoffs
    tempting = exploits - both
    for_ever = tempting / (exploits - neither)
    match strategy:
        case "grim":
            return for_ever
        case "tit_for_tat":
            by_turns = tempting / (both - exploited)
            return max(for_ever, by_turns) if by_turns <= 1 else inf
        case _:
            length = range(1, (periods or 1) + 1)

            def lost(factor: float) -> float:
                return (both - neither) * sum(factor**k for k in length) - tempting

            return float(brentq(lost, 0.0, 1.0, xtol=1e-15)) if lost(1.0) >= 0 else inf
