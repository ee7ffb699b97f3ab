"""LoyaltyProgramme: what buying again earns, which tier it leads to, and what it is good for."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
from dateutil.relativedelta import relativedelta

from custrel.errors import InvalidRule, InvalidValue, UnknownCode
from custrel.model._checks import not_blank
from custrel.model.membership import Membership, PointsEntry
from custrel.model.money import Money
from custrel.model.relationship import BondLevel
from custrel.rules import Rule

__all__ = ["LoyaltyProgramme", "MemberStatement", "ProgrammeTier"]


@attrs.frozen
class ProgrammeTier(Rule):
    """A tier of a loyalty programme (会员等级).

    Parameters
    ----------
    code : str
        What it is called: ``"gold"``.
    points : int
        How many must have been earned of late, 0 or more.
    bond : BondLevel or str
        What binds its members: the price, persons, or a structure.

    Raises
    ------
    InvalidRule
        The number of points is below 0.
    InvalidValue
        The code is blank.

    Examples
    --------
    >>> ProgrammeTier("gold", 1000, "social").bond
    <BondLevel.SOCIAL: 'social'>
    """

    code: str = attrs.field(validator=not_blank)
    points: int = 0
    bond: BondLevel = attrs.field(default=BondLevel.FINANCIAL, converter=BondLevel)

    def __attrs_post_init__(self) -> None:
        if self.points < 0:
            raise InvalidRule(f"tier {self.code!r}: points are 0 or more, got {self.points}.")


@attrs.frozen(kw_only=True)
class MemberStatement:
    """Where a member of a loyalty programme stands (会员积分对账单).

    Parameters
    ----------
    customer_id : str
        Who.
    on : date
        When.
    balance : int
        The points that he can spend.
    tier : str
        His tier.
    bond : BondLevel or str
        What binds him in it.
    next_tier : str or None
        The one above; None: there is none.
    to_next_tier : int or None
        How many points are missing to it.
    expiring : int
        How many of his points expire first.
    expires_on : date or None
        When they do; None: they never do, or he has none.
    rewards : tuple of str
        What his points suffice for.

    Examples
    --------
    >>> club = LoyaltyProgramme(name="mill club", goal="a second order", per=10, currency="CNY")
    >>> club.statement(club.join("C-7", on=date(2024, 3, 4)), date(2024, 3, 4)).balance
    0
    """

    customer_id: str
    on: date
    balance: int
    tier: str
    bond: BondLevel = attrs.field(converter=BondLevel)
    next_tier: str | None = None
    to_next_tier: int | None = None
    expiring: int = 0
    expires_on: date | None = None
    rewards: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])


def _as_tiers(tiers: Iterable[ProgrammeTier]) -> tuple[ProgrammeTier, ...]:
    return tuple(tiers)


def _as_rewards(rewards: Any) -> tuple[tuple[str, int], ...]:
    pairs = rewards.items() if isinstance(rewards, Mapping) else rewards
    try:
        return tuple((str(name), operator.index(points)) for name, points in pairs)
    except (TypeError, ValueError):
        raise InvalidRule(
            f"LoyaltyProgramme: rewards cost whole points: {{'tea': 80}}, got {rewards!r}."
        ) from None


@attrs.frozen(kw_only=True)
class LoyaltyProgramme(Rule):
    """What buying again earns, which tier it leads to, and what it is good for (忠诚奖励计划).

    Parameters
    ----------
    name : str
        What it is called.
    goal : str
        What it is to bring about (明确忠诚感奖励计划的目标); there is none without.
    per : int
        For each so many whole units of the currency that are spent ...
    points : int
        ... so many points are earned.
    currency : str
        In which currency.
    tiers : sequence of ProgrammeTier
        From the lowest, which asks for no points, upwards; the bonds do not become weaker.
    tier_months : int
        The points that were earned in so many months decide the tier.
    valid_months : int or None
        After how many months points expire; None: never.
    rewards : mapping of str to int, or pairs
        What can be had for how many points.

    Raises
    ------
    InvalidRule
        A number is not above 0, the lowest tier asks for points, points do not ascend, a bond
        becomes weaker, or a name stands twice.
    InvalidValue
        The name or the goal is blank.

    See Also
    --------
    custrel.satisfaction.ProgrammeAudit : The seven rules that a programme should keep.
    custrel.satisfaction.ProgrammeEconomics : What it costs and must bring.
    custrel.satisfaction.RewardSchedule : Rewards by purchases, over a frame of customers.

    Notes
    -----
    The documents' first level binds by the price; social and structural bonds at higher ones are
    reconstructed from Berry and Parasuraman.

    References
    ----------
    .. [1] L. L. Berry, A. Parasuraman (1991), Marketing Services, Free Press.

    Examples
    --------
    >>> club = LoyaltyProgramme(
    ...     name="mill club",
    ...     goal="two orders a year",
    ...     per=10,
    ...     currency="CNY",
    ...     tiers=[ProgrammeTier("basic"), ProgrammeTier("gold", 100, "social")],
    ...     valid_months=24,
    ...     rewards={"tea": 80},
    ... )
    >>> member = club.join("C-7", on=date(2024, 3, 4))
    >>> member = club.earn(member, Money("1259.90", "CNY"), order="O-1", on=date(2024, 3, 5))
    >>> member = club.redeem(member, "tea", number="R-1", on=date(2024, 4, 1))
    >>> stands = club.statement(member, date(2024, 4, 1))
    >>> stands.balance, stands.tier, stands.bond.value, str(stands.expires_on)
    (45, 'gold', 'social', '2026-03-05')
    """

    name: str = attrs.field(validator=not_blank)
    goal: str = attrs.field(validator=not_blank)
    per: int
    points: int = 1
    currency: str
    tiers: tuple[ProgrammeTier, ...] = attrs.field(
        default=(ProgrammeTier("member"),), converter=_as_tiers
    )
    tier_months: int = 12
    valid_months: int | None = None
    rewards: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_as_rewards)

    def __attrs_post_init__(self) -> None:
        Money(0, self.currency)  # there is such a currency
        codes, prizes = [tier.code for tier in self.tiers], [name for name, _ in self.rewards]
        numbers = [self.per, self.points, self.tier_months, *dict(self.rewards).values()]
        wrong = None
        if min([*numbers, 1 if self.valid_months is None else self.valid_months]) <= 0:
            wrong = "points, months and what is spent are above 0"
        elif not self.tiers or self.tiers[0].points:
            wrong = "the lowest tier asks for no points"
        elif any(low.points >= high.points for low, high in pairwise(self.tiers)):
            wrong = "each tier asks for more points than the one below"
        elif any(low.bond.rank > high.bond.rank for low, high in pairwise(self.tiers)):
            wrong = "no tier binds less than the one below"
        elif len(set(codes)) < len(codes) or len(set(prizes)) < len(prizes):
            wrong = "each tier and each reward stands once"
        if wrong is not None:
            raise InvalidRule(f"programme {self.name!r}: {wrong}.")

    def join(self, customer_id: str, *, on: date) -> Membership:
        """Return the membership of a customer who has just joined.

        Parameters
        ----------
        customer_id : str
            Who.
        on : date
            When.

        Returns
        -------
        Membership
        """
        return Membership(customer_id=customer_id, programme=self.name, joined_on=on)

    def points_for(self, amount: Money) -> int:
        """Return how many points an order earns.

        Parameters
        ----------
        amount : Money
            What was spent.

        Returns
        -------
        int
            0 where it is less than `per`, or below 0.

        Raises
        ------
        CurrencyMismatch
            It is another currency than the programme's.
        """
        times = int((amount - Money(0, self.currency)).amount // Decimal(self.per))
        return max(times, 0) * self.points

    def tier(self, points: int) -> ProgrammeTier:
        """Return the tier to which so many points lead.

        Parameters
        ----------
        points : int
            How many were earned of late, 0 or more.

        Returns
        -------
        ProgrammeTier
        """
        return next(tier for tier in reversed(self.tiers) if tier.points <= max(points, 0))

    def earn(self, member: Membership, amount: Money, *, order: str, on: date) -> Membership:
        """Return a membership after an order.

        Parameters
        ----------
        member : Membership
            The membership.
        amount : Money
            What was spent.
        order : str
            The number of the order.
        on : date
            When.

        Returns
        -------
        Membership
            The same where the order earns nothing.

        Raises
        ------
        InvalidValue
            It is a membership of another programme, or the order stands in it already.
        CurrencyMismatch
            The amount is of another currency.
        """
        points = self.points_for(amount)
        if not points:
            return self._own(member)
        return self._with(member, PointsEntry(entry_id=order, on=on, points=points, reason="order"))

    def redeem(self, member: Membership, reward: str, *, number: str, on: date) -> Membership:
        """Return a membership after a reward was taken.

        Parameters
        ----------
        member : Membership
            The membership.
        reward : str
            Which.
        number : str
            The number under which it is booked.
        on : date
            When.

        Returns
        -------
        Membership

        Raises
        ------
        InvalidValue
            It is a membership of another programme, the number stands in it already, or the
            points do not suffice: on that day, or for what was taken later.
        UnknownCode
            There is no such reward.
        """
        prices = dict(self.rewards)
        if reward not in prices:
            raise UnknownCode(f"reward of the programme {self.name!r}", reward, prices)
        taken = PointsEntry(entry_id=number, on=on, points=-prices[reward], reason=reward)
        made = self._with(member, taken)
        made.lots(made.entries[-1].on, valid_months=self.valid_months)
        return made

    def statement(self, member: Membership, on: date) -> MemberStatement:
        """Return where a member stands.

        Parameters
        ----------
        member : Membership
            The membership.
        on : date
            The day on which it is asked.

        Returns
        -------
        MemberStatement

        Raises
        ------
        InvalidValue
            It is a membership of another programme, or more was spent than there was.
        """
        lots = self._own(member).lots(on, valid_months=self.valid_months)
        of_late, balance = member.earned(on, months=self.tier_months), sum(n for _, n in lots)
        tier = self.tier(of_late)
        above = next((each for each in self.tiers if each.points > of_late), None)
        expiring, expires_on = self._expiring(lots)
        return MemberStatement(
            customer_id=member.customer_id,
            on=on,
            balance=balance,
            tier=tier.code,
            bond=tier.bond,
            next_tier=None if above is None else above.code,
            to_next_tier=None if above is None else above.points - of_late,
            expiring=expiring,
            expires_on=expires_on,
            rewards=[name for name, points in self.rewards if points <= balance],
        )

    def _expiring(self, lots: tuple[tuple[date, int], ...]) -> tuple[int, date | None]:
        """Return how many points expire first, and when."""
        if not lots or self.valid_months is None:
            return 0, None
        term = relativedelta(months=self.valid_months)
        first = lots[0][0] + term  # of 30 and 31 January, a month ends on one day
        return sum(number for day, number in lots if day + term == first), first

    def _own(self, member: Membership) -> Membership:
        if member.programme != self.name:
            raise InvalidValue(
                f"programme {self.name!r}: {member.customer_id!r} is a member of "
                f"{member.programme!r}."
            )
        return member

    def _with(self, member: Membership, entry: PointsEntry) -> Membership:
        """Return a membership with one entry more; one that stands in it is refused."""
        own = self._own(member)
        if any(known.entry_id == entry.entry_id for known in own.entries):
            raise InvalidValue(
                f"membership of {own.customer_id!r}: {entry.entry_id!r} stands in it already."
            )
        return attrs.evolve(own, entries=(*own.entries, entry))
