"""Membership: what a customer has earned and spent in a loyalty programme."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs
from dateutil.relativedelta import relativedelta

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, as_day, not_blank

__all__ = ["Membership", "PointsEntry"]


@attrs.frozen(kw_only=True)
class PointsEntry:
    """Points that a member earned or spent (积分记录).

    Parameters
    ----------
    entry_id : str
        What it goes back to: the number of an order, or of what was redeemed.
    on : date
        When.
    points : int
        How many; below 0 those that were spent, never 0.
    reason : str
        What for.

    Raises
    ------
    InvalidValue
        The number is blank, or there are no points.

    Examples
    --------
    >>> PointsEntry(entry_id="O-1", on=date(2024, 3, 4), points=120).points
    120
    """

    entry_id: str = attrs.field(validator=not_blank)
    on: date = attrs.field(validator=a_day)
    points: int
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        if self.points == 0:
            raise InvalidValue(f"PointsEntry {self.entry_id!r}: no points, no entry.")


def _in_order(entries: Iterable[PointsEntry]) -> tuple[PointsEntry, ...]:
    """Return entries in order, what arrived twice once; of one day, what was earned first."""
    found = dict.fromkeys(entries)
    return tuple(sorted(found, key=lambda entry: (entry.on, entry.points < 0, entry.entry_id)))


@attrs.frozen(kw_only=True)
class Membership:
    """What a customer has earned and spent in a loyalty programme (会员积分).

    How many points he has follows from the entries: the oldest are spent first.

    Parameters
    ----------
    customer_id : str
        Who.
    programme : str
        The programme's name.
    joined_on : date
        When he joined.
    entries : iterable of PointsEntry
        What he earned and spent, in any order; what arrives twice counts once.

    Raises
    ------
    InvalidValue
        A name is blank, two different entries have one number, or one is before he joined.

    See Also
    --------
    LoyaltyProgramme : How many points are earned, how long they last and what they are for.

    Examples
    --------
    >>> member = Membership(
    ...     customer_id="C-7",
    ...     programme="mill club",
    ...     joined_on=date(2023, 1, 1),
    ...     entries=[
    ...         PointsEntry(entry_id="O-1", on=date(2023, 2, 1), points=100),
    ...         PointsEntry(entry_id="O-2", on=date(2023, 9, 1), points=50),
    ...         PointsEntry(entry_id="R-1", on=date(2023, 10, 1), points=-30),
    ...     ],
    ... )
    >>> member.balance(date(2023, 12, 31)), member.balance(date(2024, 2, 1), valid_months=12)
    (120, 50)
    >>> member.earned(date(2023, 12, 31), months=6)
    50
    """

    customer_id: str = attrs.field(validator=not_blank)
    programme: str = attrs.field(validator=not_blank)
    joined_on: date = attrs.field(validator=a_day)
    entries: tuple[PointsEntry, ...] = attrs.field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        numbers = [entry.entry_id for entry in self.entries]
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        if twice:
            raise InvalidValue(
                f"membership of {self.customer_id!r}: two different entries are called "
                f"{', '.join(twice)}."
            )
        if self.entries and self.entries[0].on < self.joined_on:
            raise InvalidValue(
                f"membership of {self.customer_id!r}: an entry of {self.entries[0].on} is before "
                f"{self.joined_on}, when it began."
            )

    def earned(self, on: date, *, months: int) -> int:
        """Return how many points were earned in the months until a day, that day included.

        Parameters
        ----------
        on : date
            The day.
        months : int
            How many months back.

        Returns
        -------
        int
        """
        start = as_day(on, "Membership", "on") - relativedelta(months=months)
        return sum(e.points for e in self.entries if e.points > 0 and start < e.on <= on)

    def lots(self, on: date, *, valid_months: int | None = None) -> tuple[tuple[date, int], ...]:
        """Return the points that are left, by the day on which they were earned.

        Parameters
        ----------
        on : date
            The day on which it is asked; what happened later does not count.
        valid_months : int, optional
            After how many months points expire; default: never.

        Returns
        -------
        tuple of (date, int)
            The oldest first, which is the first to be spent.

        Raises
        ------
        InvalidValue
            More was spent than there was.
        """
        as_day(on, "Membership", "on")
        found: list[tuple[date, int]] = []
        for entry in self.entries:
            if entry.on > on:
                break
            found = [lot for lot in found if _is_valid(lot[0], entry.on, valid_months)]
            if entry.points > 0:
                found.append((entry.on, entry.points))
            else:
                found = self._spend(found, entry)
        return tuple(lot for lot in found if _is_valid(lot[0], on, valid_months))

    def balance(self, on: date, *, valid_months: int | None = None) -> int:
        """Return how many points are left (积分余额).

        Parameters
        ----------
        on : date
            The day on which it is asked.
        valid_months : int, optional
            After how many months points expire; default: never.

        Returns
        -------
        int

        Raises
        ------
        InvalidValue
            More was spent than there was.
        """
        return sum(points for _, points in self.lots(on, valid_months=valid_months))

    def _spend(self, lots: list[tuple[date, int]], entry: PointsEntry) -> list[tuple[date, int]]:
        """Return what is left of lots after points were spent, the oldest first."""
        asked = -entry.points
        if asked > sum(points for _, points in lots):
            raise InvalidValue(
                f"membership of {self.customer_id!r}: {entry.entry_id!r} spends {asked} points on "
                f"{entry.on}, of {sum(points for _, points in lots)}."
            )
        left = []
        for on, points in lots:
            taken = min(points, asked)
            asked -= taken
            if points > taken:
                left.append((on, points - taken))
        return left


def _is_valid(earned_on: date, on: date, months: int | None) -> bool:
    return months is None or on < earned_on + relativedelta(months=months)
