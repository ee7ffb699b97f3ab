"""Reputation: how long a firm that could exploit trust does not, though the end is known."""

from __future__ import annotations

from math import isfinite

import attrs

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.valuation._amounts import number_of_periods

__all__ = ["ReputationGame", "ReputationPath"]


@attrs.frozen(kw_only=True)
class ReputationPath:
    """What happens in each period as long as trust was given and honoured in all before.

    `ReputationGame.play` makes it.

    Parameters
    ----------
    reputation : tuple of float
        How probably the firm is honest by nature, at the beginning of each period.
    trust : tuple of float
        How probably the customer trusts.
    honour : tuple of float
        How probably a firm honours that is not honest by nature.

    Examples
    --------
    >>> ReputationPath(reputation=(0.5,), trust=(1.0,), honour=(0.0,)).sure_periods
    0
    """

    reputation: tuple[float, ...]
    trust: tuple[float, ...]
    honour: tuple[float, ...]

    @property
    def sure_periods(self) -> int:
        """How many periods both cooperate for certain, whoever the firm is."""
        pairs = zip(self.trust, self.honour, strict=True)
        broken = (at for at, (trust, honour) in enumerate(pairs) if not (trust == honour == 1))
        return next(broken, len(self.trust))


@attrs.frozen(kw_only=True)
class ReputationGame(Rule):
    """Repeated dealings of known length with a firm that may be honest by nature (KMRW 声誉模型).

    In each period a customer trusts (buys) or not.  If he does, the firm honours or exploits it.
    A firm that is honest by nature always honours; the other mimics it as long as that pays.

    Parameters
    ----------
    customer_honoured, customer_exploited, customer_outside : float
        What a customer has of trust that is honoured, of trust that is exploited, and of none.
    firm_honours, firm_exploits, firm_outside : float
        What the firm that is not honest by nature has of the three.
    prior : float
        How probably the firm is honest by nature, between 0 and 1.

    Raises
    ------
    InvalidRule
        The payoffs are not in the order of trust: honoured > outside > exploited for the
        customer, exploits > honours > outside for the firm; or `prior` is no share.

    Notes
    -----
    Assumed: everyone knows these numbers and the number of periods; each customer sees all that
    happened before and cares for his own period only; payoffs are added without discount.  The
    sequential equilibrium is then this.  With q = (outside - exploited) / (honoured - exploited)
    for the customer, he trusts in the n-th period from the end if the reputation is above q^n.
    The firm honours for certain while it is at least q^(n-1); later so often that those who
    still trust find it at q^(n-1); in the last period never.  From then on customers trust with
    probability (exploits - honours) / (exploits - outside), and one refusal ends it all.

    So the paradox of the finite game is resolved: a small share of honest firms is enough for
    cooperation in all but the last periods, however many there are (有限重复博弈的悖论).

    References
    ----------
    .. [1] D. M. Kreps, R. Wilson (1982), Reputation and Imperfect Information, Journal of
       Economic Theory 27, 253-279.
    .. [2] D. M. Kreps, P. Milgrom, J. Roberts, R. Wilson (1982), Rational Cooperation in the
       Finitely Repeated Prisoners' Dilemma, Journal of Economic Theory 27, 245-252.
    .. [3] C. Camerer, K. Weigelt (1988), Experimental Tests of a Sequential Equilibrium
       Reputation Model, Econometrica 56(1), 1-36.

    Examples
    --------
    Loans as in [3], eight in a row, where a third of the borrowers are honest:

    >>> game = ReputationGame(
    ...     customer_honoured=40,
    ...     customer_exploited=-100,
    ...     customer_outside=10,
    ...     firm_honours=60,
    ...     firm_exploits=150,
    ...     firm_outside=10,
    ...     prior=1 / 3,
    ... )
    >>> path = game.play(8)
    >>> [round(p, 2) for p in path.honour]
    [1.0, 1.0, 1.0, 0.81, 0.65, 0.58, 0.44, 0.0]
    >>> [round(p, 2) for p in path.trust]
    [1.0, 1.0, 1.0, 1.0, 0.64, 0.64, 0.64, 0.64]
    """

    customer_honoured: float = attrs.field(converter=float)
    customer_exploited: float = attrs.field(converter=float)
    customer_outside: float = attrs.field(converter=float)
    firm_honours: float = attrs.field(converter=float)
    firm_exploits: float = attrs.field(converter=float)
    firm_outside: float = attrs.field(converter=float)
    prior: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        if not all(map(isfinite, attrs.astuple(self))):
            raise InvalidRule("payoffs and prior must be finite numbers.")
        if not self.customer_honoured > self.customer_outside > self.customer_exploited:
            raise InvalidRule(
                "for the customer, trust that is honoured must be better than none, and trust "
                "that is exploited worse; otherwise he needs no reputation to go by."
            )
        if not self.firm_exploits > self.firm_honours > self.firm_outside:
            raise InvalidRule(
                "for the firm, to exploit must be better than to honour, and that better than no "
                "trust; otherwise there is nothing to be tempted by, or nothing to lose."
            )
        if not 0 <= self.prior <= 1:
            raise InvalidRule(f"prior={self.prior!r} is no share.")

    @property
    def needed(self) -> float:
        """How probably trust must be honoured for a customer to give it."""
        spread = self.customer_honoured - self.customer_exploited
        return (self.customer_outside - self.customer_exploited) / spread

    def play(self, periods: int) -> ReputationPath:
        """Return what happens period by period, as long as trust is given and honoured.

        Parameters
        ----------
        periods : int
            How many there are.

        Returns
        -------
        ReputationPath

        Raises
        ------
        InvalidRule
            `periods` is less than 1, or no whole number.
        """
        number_of_periods("periods", periods, least=1)
        need = self.needed
        tempted = (self.firm_exploits - self.firm_honours) / (
            self.firm_exploits - self.firm_outside
        )
        seen, trusts, honours = [], [], []
        now, mixing = self.prior, False
        for left in range(periods, 0, -1):
            threshold = need ** (left - 1)
            if now < need**left and not mixing:
                trust = honour = 0.0
            else:
                trust = tempted if mixing else 1.0
                honour = self._honour(now, threshold) if left > 1 else 0.0
            seen.append(now)
            trusts.append(trust)
            honours.append(honour)
            if trust and now < threshold:
                now, mixing = threshold, True
        return ReputationPath(reputation=tuple(seen), trust=tuple(trusts), honour=tuple(honours))

    def uncertain_periods(self) -> int:
        """Return in how many of the last periods trust may be exploited.

        Returns
        -------
        int
            In all periods before them cooperation is certain, however many there are.

        Raises
        ------
        InvalidRule
            Nobody is honest by nature, so that nobody is ever trusted.
        """
        if not self.prior > 0:
            raise InvalidRule("prior=0: where nobody is honest by nature, nobody is trusted.")
        last = 1
        while self.prior < self.needed**last:
            last += 1
        return last

    def update(self, reputation: float, *, honour: float) -> float:
        """Return the reputation of a firm that has honoured, by Bayes' rule.

        Parameters
        ----------
        reputation : float
            Before.
        honour : float
            How probably a firm honours that is not honest by nature.

        Returns
        -------
        float

        Raises
        ------
        InvalidRule
            One of the two is no probability.
        """
        if not (0 <= reputation <= 1 and 0 <= honour <= 1):
            raise InvalidRule("reputation and honour are probabilities, 0 to 1.")
        honoured = reputation + (1 - reputation) * honour
        return reputation / honoured if honoured else 0.0

    def _honour(self, reputation: float, threshold: float) -> float:
        """Return how often to honour so that those who then trust find the threshold."""
        if reputation >= threshold:
            return 1.0
        return reputation * (1 - threshold) / ((1 - reputation) * threshold)
