"""CareCalendar: the days on which customers are thought of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
from dateutil.relativedelta import relativedelta

from custrel.errors import InvalidRule, InvalidValue
from custrel.model._checks import a_day, not_blank, read_day
from custrel.model.customer import Customer
from custrel.model.period import Period
from custrel.model.reminder import Reminder, in_order_of_day
from custrel.rules import Rule

__all__ = ["CareCalendar", "CareDay"]


@attrs.frozen(kw_only=True)
class CareDay:
    """A day that means something to one customer (关怀日): a birthday, a child's, a journey.

    Parameters
    ----------
    customer_id : str
        Whose.
    occasion : str
        What it is: ``"child's birthday"``.
    on : date
        When it was first, or when it is.
    is_yearly : bool
        Whether it comes again every year.

    Raises
    ------
    InvalidValue
        The identifier or the occasion is blank.

    Examples
    --------
    >>> birthday = CareDay(customer_id="C-7", occasion="child's birthday", on=date(2020, 2, 29))
    >>> [str(day) for day in birthday.within(Period(date(2023, 1, 1), date(2025, 1, 1)))]
    ['2023-02-28', '2024-02-29']
    """

    customer_id: str = attrs.field(validator=not_blank)
    occasion: str = attrs.field(validator=not_blank)
    on: date = attrs.field(validator=a_day)
    is_yearly: bool = True

    def within(self, during: Period) -> tuple[date, ...]:
        """Return on which days of a period it falls.

        Parameters
        ----------
        during : Period
            The period, with an end.

        Returns
        -------
        tuple of date
            Of a leap day, in other years, 28 February.

        Raises
        ------
        InvalidValue
            The period has no end.
        """
        if during.end is None:
            raise InvalidValue("CareDay: the period needs an end.")
        if not self.is_yearly:
            return (self.on,) if self.on in during else ()
        years = range(max(during.start.year, self.on.year), during.end.year + 1)
        days = (self.on + relativedelta(years=year - self.on.year) for year in years)
        return tuple(day for day in days if day in during)


def _as_occasions(occasions: Any) -> tuple[tuple[str, date], ...]:
    pairs = occasions.items() if isinstance(occasions, Mapping) else occasions
    try:
        return tuple((str(name), read_day(day, "CareCalendar", f"{name!r}")) for name, day in pairs)
    except (TypeError, ValueError) as error:
        raise InvalidRule(
            f"CareCalendar: {error}; write occasions as {{'Spring Festival': '2024-02-10'}}."
        ) from None


@attrs.frozen(kw_only=True)
class CareCalendar(Rule):
    """When those who look after customers are reminded to think of them (会员关怀).

    Parameters
    ----------
    occasions : mapping of str to date, or pairs
        What is an occasion for everybody: festivals, changes of the season.  Each stands with
        its day, since those of the moon move; one that comes more than once stands in pairs.
    days_before : int
        How many days before somebody is reminded, 0 or more.
    purpose : str
        The purpose to which a customer must have agreed; who has not is left in peace.

    Raises
    ------
    InvalidRule
        A day cannot be read, the days before are below 0, or the purpose is blank.

    Examples
    --------
    >>> from custrel.model import Consent
    >>> calendar = CareCalendar(occasions={"Spring Festival": date(2024, 2, 10)}, days_before=3)
    >>> agreed = Consent(purpose="care", given_at=datetime(2023, 5, 1, tzinfo=UTC))
    >>> wang = Customer(customer_id="C-7", first_owner="li", consents=[agreed])
    >>> child = CareDay(customer_id="C-7", occasion="child's birthday", on=date(2019, 2, 20))
    >>> for reminder in calendar.reminders([wang], [child], during=Period.month(2024, 2)):
    ...     print(reminder.on, reminder.topic, reminder.tell)
    2024-02-07 Spring Festival (2024-02-10) ('li',)
    2024-02-17 child's birthday (2024-02-20) ('li',)
    """

    occasions: tuple[tuple[str, date], ...] = attrs.field(default=(), converter=_as_occasions)
    days_before: int = 0
    purpose: str = "care"

    def __attrs_post_init__(self) -> None:
        if self.days_before < 0 or not self.purpose.strip():
            raise InvalidRule(
                "CareCalendar: days before are 0 or more and the purpose is named, got "
                f"{self.days_before} and {self.purpose!r}."
            )

    def reminders(
        self, customers: Iterable[Customer], days: Iterable[CareDay] = (), *, during: Period
    ) -> tuple[Reminder, ...]:
        """Return whom to remind of which customer, and when.

        Parameters
        ----------
        customers : iterable of Customer
            The customers; their owners are reminded.
        days : iterable of CareDay
            The days of their own; those of other customers are passed over.
        during : Period
            The days on which somebody would be reminded, with an end.

        Returns
        -------
        tuple of Reminder
            In the order of their days; of a customer without an owner, his ``"owner"`` is told,
            so that nobody is forgotten.  Whether a customer has agreed is asked for the day of
            the reminder, as of its beginning in UTC.

        Raises
        ------
        InvalidValue
            The period has no end.
        """
        if during.end is None:
            raise InvalidValue("CareCalendar: the period needs an end.")
        ahead = timedelta(days=self.days_before)
        looked_at = Period(during.start + ahead, during.end + ahead)
        own: dict[str, list[CareDay]] = {}
        for day in days:
            own.setdefault(day.customer_id, []).append(day)
        return in_order_of_day(
            Reminder(
                on=day - ahead, topic=f"{occasion} ({day})",
                tell=customer.owner or "owner", about=customer.customer_id,
            )
            for customer in customers
            for occasion, day in self._falling(own.get(customer.customer_id, ()), looked_at)
            if customer.may_be_contacted(self.purpose, datetime.combine(day - ahead, time(), UTC))
        )  # fmt: skip

    def _falling(self, own: Iterable[CareDay], during: Period) -> Iterator[tuple[str, date]]:
        """Yield what falls into a period: everybody's occasions, and one customer's days."""
        yield from ((occasion, day) for occasion, day in self.occasions if day in during)
        for care in own:
            yield from ((care.occasion, day) for day in care.within(during))
