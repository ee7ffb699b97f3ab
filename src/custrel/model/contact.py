"""Interaction: a contact between the firm and a customer, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, as_instant, aware, in_utc, not_blank
from custrel.model._codes import Code
from custrel.model.contact_point import Channel
from custrel.model.period import Period
from custrel.model.work_calendar import WorkCalendar

__all__ = [
    "ContactKind",
    "ContactSummary",
    "Interaction",
    "NextAction",
    "contact_summary",
    "open_actions",
    "visits_below_quota",
]


class ContactKind(Code):
    """What a customer calls or comes for (来电来访分类).

    Examples
    --------
    >>> ContactKind("praise")
    <ContactKind.PRAISE: 'praise'>
    """

    ENQUIRY = "enquiry"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    COMMON_AREA_REPAIR = "common_area_repair"
    HOME_REPAIR = "home_repair"
    OTHER_SERVICE = "other_service"
    PRAISE = "praise"


@attrs.frozen(kw_only=True)
class NextAction:
    """What was agreed to be done next (下一步行动).

    Parameters
    ----------
    what : str
        What.
    due_on : date
        By which day.
    by : str or None
        Who does it; None: who had the contact.

    Raises
    ------
    InvalidValue
        It says nothing.

    Examples
    --------
    >>> NextAction(what="send the sample", due_on=date(2024, 3, 8)).by is None
    True
    """

    what: str = attrs.field(validator=not_blank)
    due_on: date = attrs.field(validator=a_day)
    by: str | None = None


@attrs.frozen(kw_only=True)
class Interaction:
    """A contact between the firm and a customer (联系记录).

    Parameters
    ----------
    customer_id : str
        The customer.
    at : datetime
        When, with its zone.
    by : str
        Who of the firm had it.
    channel : Channel or str
        By which way.
    kind : ContactKind or str
        What it was about.
    is_inbound : bool
        Whether the customer began it.
    person_id : str or None
        Whom of the customer's people.
    case_id : str or None
        The lead, deal or complaint that it belongs to.
    outcome : str
        What came of it.
    next_action : NextAction or None
        What was agreed.

    Raises
    ------
    InvalidValue
        A name is blank, or the instant has no zone.
    UnknownCode
        There is no such channel or kind.

    Examples
    --------
    >>> from datetime import UTC
    >>> call = Interaction(
    ...     customer_id="C-7", at=datetime(2024, 3, 1, tzinfo=UTC), by="li", channel="phone"
    ... )
    >>> call.kind
    <ContactKind.ENQUIRY: 'enquiry'>
    """

    customer_id: str = attrs.field(validator=not_blank)
    at: datetime = attrs.field(converter=in_utc, validator=aware)
    by: str = attrs.field(validator=not_blank)
    channel: Channel = attrs.field(converter=Channel)
    kind: ContactKind = attrs.field(default=ContactKind.ENQUIRY, converter=ContactKind)
    is_inbound: bool = False
    person_id: str | None = None
    case_id: str | None = None
    outcome: str = ""
    next_action: NextAction | None = None


def _as_counts(
    counts: Mapping[str, int] | Iterable[tuple[str, int]],
) -> tuple[tuple[str, int], ...]:
    given = Counter({ContactKind(kind): number for kind, number in dict(counts).items()})
    if min(given.values(), default=0) < 0:
        raise InvalidValue(f"ContactSummary: a count is below 0: {dict(given)}.")
    return tuple((kind.value, given[kind]) for kind in ContactKind)


@attrs.frozen
class ContactSummary:
    """How many contacts there were of each kind (来电来访统计).

    Parameters
    ----------
    counts : mapping of str to int, or pairs
        How many of each `ContactKind`; what is not named is 0.

    Raises
    ------
    InvalidValue
        A count is below 0.
    UnknownCode
        There is no such kind.

    Examples
    --------
    >>> summary = ContactSummary({"enquiry": 3, "complaint": 1})
    >>> summary.total, summary.complaint_rate, summary.shares["enquiry"]
    (4, 0.25, 0.75)
    """

    counts: tuple[tuple[str, int], ...] = attrs.field(converter=_as_counts)

    @property
    def total(self) -> int:
        """How many there were together."""
        return sum(number for _, number in self.counts)

    @property
    def shares(self) -> Mapping[str, float]:
        """The part of each kind; empty where there were none."""
        total = self.total
        return MappingProxyType({kind: n / total for kind, n in self.counts} if total else {})

    @property
    def complaint_rate(self) -> float | None:
        """The part of the complaints; None where there were no contacts."""
        return self.shares.get(ContactKind.COMPLAINT)


def contact_summary(interactions: Iterable[Interaction]) -> ContactSummary:
    """Count the contacts that customers began, by kind.

    Parameters
    ----------
    interactions : iterable of Interaction
        The contacts; those that the firm began are not counted.

    Returns
    -------
    ContactSummary

    Examples
    --------
    >>> contact_summary([]).total
    0
    """
    return ContactSummary(
        Counter(contact.kind.value for contact in interactions if contact.is_inbound)
    )


def open_actions(
    interactions: Iterable[Interaction], *, as_of: datetime
) -> tuple[Interaction, ...]:
    """Return the contacts whose next action is still to be done, the most urgent first.

    Parameters
    ----------
    interactions : iterable of Interaction
        The contacts; those later than `as_of` do not count.
    as_of : datetime
        When it is asked, with its zone.

    Returns
    -------
    tuple of Interaction
        An action is open until the next contact with the same customer about the same case.

    Examples
    --------
    >>> from datetime import UTC
    >>> action = NextAction(what="send the sample", due_on=date(2024, 3, 8))
    >>> first = datetime(2024, 3, 1, tzinfo=UTC)
    >>> call = Interaction(
    ...     customer_id="C-7", at=first, by="li", channel="phone", next_action=action
    ... )
    >>> [contact.next_action.what for contact in open_actions([call], as_of=first)]
    ['send the sample']
    """
    seen = as_instant(as_of, "open_actions", "as_of")
    latest: dict[tuple[str, str | None], Interaction] = {}
    for contact in sorted(interactions, key=lambda contact: contact.at):
        if contact.at <= seen:
            latest[contact.customer_id, contact.case_id] = contact
    found = [(c.next_action.due_on, c) for c in latest.values() if c.next_action is not None]
    return tuple(c for _, c in sorted(found, key=lambda item: (item[0], item[1].customer_id)))


def visits_below_quota(
    interactions: Iterable[Interaction],
    days: Period,
    *,
    by: str,
    calendar: WorkCalendar,
    minimum: int = 4,
) -> dict[date, int]:
    """Return the working days on which somebody made fewer visits than he should (每天最少4访).

    Parameters
    ----------
    interactions : iterable of Interaction
        The contacts; a visit is one in person that the firm began.
    days : Period
        The days that are looked at, with an end.
    by : str
        Whose visits.
    calendar : WorkCalendar
        On which days there is work, and in which zone a visit belongs to a day.
    minimum : int
        How many visits a day should have; four in the source.

    Returns
    -------
    dict of date to int
        The visits of each such day, in order.

    Raises
    ------
    InvalidValue
        The days have no end.

    Examples
    --------
    >>> week = Period(date(2024, 3, 8), date(2024, 3, 12))
    >>> calendar = WorkCalendar.weekdays("09:00-17:00", zone="Asia/Shanghai")
    >>> visits_below_quota([], week, by="li", calendar=calendar)
    {datetime.date(2024, 3, 8): 0, datetime.date(2024, 3, 11): 0}
    """
    if days.days is None:
        raise InvalidValue("visits_below_quota: the days need an end.")
    zone = ZoneInfo(calendar.zone)
    visits = Counter(
        contact.at.astimezone(zone).date()
        for contact in interactions
        if contact.by == by and contact.channel is Channel.IN_PERSON and not contact.is_inbound
    )
    first = days.start.toordinal()
    asked = (date.fromordinal(first + number) for number in range(days.days))
    return {day: visits[day] for day in asked if calendar.is_workday(day) and visits[day] < minimum}
