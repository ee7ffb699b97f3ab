"""ServiceClock: how much of the promised working time a case has used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from custrel.errors import InvalidValue, UnknownCode
from custrel.model._checks import as_instant, as_texts, in_utc_or_none
from custrel.model.case import Case
from custrel.model.work_calendar import WorkCalendar

__all__ = ["ServiceClock", "service_clock"]


@attrs.frozen(kw_only=True)
class ServiceClock:
    """How much of the promised working time a case has used (处理时限).

    Parameters
    ----------
    allowed_hours : float
        Working time that was promised, in hours.
    used_hours : float
        Working time that has passed; what was waiting for the customer is not in it.
    due_at : datetime or None
        When the promise is broken if nothing happens; None while the clock is paused and the
        time has not run out.
    stopped_at : datetime or None
        When what was promised was done; None while it is not.

    Examples
    --------
    >>> clock = ServiceClock(allowed_hours=8.0, used_hours=9.5)
    >>> clock.is_late, clock.left_hours
    (True, -1.5)
    """

    allowed_hours: float
    used_hours: float
    due_at: datetime | None = attrs.field(default=None, converter=in_utc_or_none)
    stopped_at: datetime | None = attrs.field(default=None, converter=in_utc_or_none)

    @property
    def is_late(self) -> bool:
        """Whether more time was used than promised; at the very end of it, not yet."""
        return self.used_hours > self.allowed_hours

    @property
    def left_hours(self) -> float:
        """Working time that is left, in hours; below 0 where it is late."""
        return self.allowed_hours - self.used_hours


def service_clock(
    case: Case,
    calendar: WorkCalendar,
    hours: float,
    *,
    until: Iterable[str],
    as_of: datetime,
    since: datetime | None = None,
    paused_in: Iterable[str] = (),
) -> ServiceClock | None:
    """Return the clock of a promise: so much working time until one of some moves.

    Parameters
    ----------
    case : Case
        The case.
    calendar : WorkCalendar
        When the firm is at work.
    hours : float
        Working time that is promised, in hours, above 0.
    until : iterable of str
        The triggers that keep the promise; the first of them stops the clock.
    as_of : datetime
        When it is asked, with its zone; what happened later does not count.
    since : datetime, optional
        When the clock starts; default: when the case began.
    paused_in : iterable of str
        Stages in which the firm waits for somebody else, and the clock stands.

    Returns
    -------
    ServiceClock or None
        None before it starts.

    Raises
    ------
    InvalidValue
        The promise is not above 0, or an instant has no zone.
    UnknownCode
        There is no such stage to pause in, or no such trigger.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import SERVICE_REQUEST_FLOW
    >>> friday = datetime(2024, 3, 8, 16, tzinfo=UTC)
    >>> case = Case(case_id="R-1", flow=SERVICE_REQUEST_FLOW, opened_at=friday)
    >>> calendar = WorkCalendar.weekdays("09:00-17:00")
    >>> monday = datetime(2024, 3, 11, 12, tzinfo=UTC)
    >>> clock = service_clock(case, calendar, 8, until=["execute"], as_of=monday)
    >>> clock.used_hours, clock.due_at.isoformat()
    (4.0, '2024-03-11T16:00:00+00:00')
    """
    if not hours > 0:
        raise InvalidValue(f"service_clock: the promise must be above 0 hours, got {hours}.")
    as_of = as_instant(as_of, "service_clock", "as_of")
    start, triggers = since or case.opened_at, as_texts(until)
    known = {rule.trigger for rule in case.flow.transitions}
    if strange := [trigger for trigger in triggers if trigger not in known]:
        raise UnknownCode(f"trigger of the flow {case.flow.name!r}", strange[0], sorted(known))
    pauses = {case.flow.stage(code).code for code in as_texts(paused_in)}
    if as_of < start:
        return None
    kept = (m.at for m in case.moves if m.trigger in triggers and start <= m.at <= as_of)
    stopped = next(kept, None)
    end, allowed = stopped or as_of, timedelta(hours=hours)
    used, due, runs = timedelta(), None, False
    for spell in case.spells(end):
        opens, closes = max(spell.start, start), spell.end or end
        runs = spell.state not in pauses
        if not runs or closes < opens:
            continue
        worked = calendar.working_time(opens, closes)
        if due is None and used + worked >= allowed:
            due = calendar.add(opens, allowed - used)
        used += worked
    if due is None and runs:
        due = calendar.add(end, allowed - used)
    return ServiceClock(
        allowed_hours=float(hours),
        used_hours=used / timedelta(hours=1),
        due_at=due,
        stopped_at=stopped,
    )
