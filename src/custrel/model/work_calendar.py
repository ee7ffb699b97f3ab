"""WorkCalendar: when the firm is at work, and how much working time lies between two instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from custrel.errors import InvalidRule, InvalidValue
from custrel.model._checks import as_day, as_instant, as_texts, read_day, zone_named
from custrel.rules import Rule

__all__ = ["WorkCalendar"]

_DAY = timedelta(days=1)
_NONE = timedelta()
_LOOK_AHEAD = 3660 * _DAY  # a reply that takes ten years is none

Shift = tuple[time, time]


def _as_days(days: Iterable[date | str]) -> tuple[date, ...]:
    """Return days in order, each once."""
    return tuple(sorted({read_day(day, "WorkCalendar", "a holiday") for day in days}))


def _as_make_up_days(
    days: Mapping[date, int] | Iterable[tuple[date | str, int] | date | str],
) -> tuple[tuple[date, int], ...]:
    """Return days off on which work is done, each with the weekday whose shifts it has."""
    pairs: Iterable[Any] = days.items() if isinstance(days, Mapping) else days
    found: dict[date, int] = {}
    for pair in pairs:
        day, weekday = (pair, 0) if isinstance(pair, date | str) else pair
        found[read_day(day, "WorkCalendar", "a make-up day")] = int(weekday)
    return tuple(sorted(found.items()))


def _as_week(week: Iterable[str | Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(as_texts(shifts) for shifts in week)


@attrs.frozen(kw_only=True)
class WorkCalendar(Rule):
    """When the firm is at work: shifts, holidays, and days off that are worked (工作日历).

    Parameters
    ----------
    week : seven sequences of str
        The shifts of each weekday from Monday on: ``("09:00-12:00", "13:30-18:00")``; none on
        a day off.  A shift that ends at or before its start ends on the next day.
    zone : str
        The zone of its clock: ``"Asia/Shanghai"``.
    holidays : iterable of date
        Days without work, whatever weekday they are (节假日).
    make_up_days : iterable of date, or mapping of date to int
        Days that are worked though they are weekends or holidays, as China moves them around
        its holidays (调休上班); each has the shifts of a Monday, or of the weekday that is
        given with it (0 is Monday).

    Raises
    ------
    InvalidRule
        The week has not seven days, a shift or a day cannot be read, shifts of one day overlap,
        or there is no such zone.

    Examples
    --------
    >>> from datetime import date, datetime
    >>> from zoneinfo import ZoneInfo
    >>> calendar = WorkCalendar.weekdays(
    ...     "09:00-12:00",
    ...     "13:30-18:00",
    ...     zone="Asia/Shanghai",
    ...     holidays=[date(2024, 10, day) for day in range(1, 8)],
    ...     make_up_days=[date(2024, 9, 29), date(2024, 10, 12)],
    ... )
    >>> here = ZoneInfo("Asia/Shanghai")
    >>> asked = datetime(2024, 9, 30, 17, tzinfo=here)
    >>> print(calendar.working_time(asked, datetime(2024, 10, 8, 10, tzinfo=here)))
    2:00:00
    >>> calendar.is_workday(date(2024, 10, 12))
    True
    """

    week: tuple[tuple[str, ...], ...] = attrs.field(converter=_as_week)
    zone: str = "UTC"
    holidays: tuple[date, ...] = attrs.field(default=(), converter=_as_days)
    make_up_days: tuple[tuple[date, int], ...] = attrs.field(default=(), converter=_as_make_up_days)
    _tz: ZoneInfo = attrs.field(init=False, eq=False, repr=False)
    _shifts: tuple[tuple[Shift, ...], ...] = attrs.field(init=False, eq=False, repr=False)
    _special: dict[date, tuple[Shift, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self.week) != 7:
            raise InvalidRule(
                f"WorkCalendar: a week has seven days from Monday on, got {len(self.week)}."
            )
        tz = zone_named(self.zone, "WorkCalendar", InvalidRule)
        shifts = tuple(_read_shifts(texts) for texts in self.week)
        special: dict[date, tuple[Shift, ...]] = dict.fromkeys(self.holidays, ())
        for day, weekday in self.make_up_days:
            if not 0 <= weekday < 7:
                raise InvalidRule(f"WorkCalendar: {weekday} is no weekday; Monday is 0.")
            special[day] = shifts[weekday]
        object.__setattr__(self, "_tz", tz)
        object.__setattr__(self, "_shifts", shifts)
        object.__setattr__(self, "_special", special)

    @classmethod
    def weekdays(
        cls,
        *shifts: str,
        zone: str = "UTC",
        holidays: Iterable[date] = (),
        make_up_days: Mapping[date, int] | Iterable[date] = (),
    ) -> WorkCalendar:
        """Return a calendar with the same shifts from Monday to Friday.

        Parameters
        ----------
        *shifts : str
            The shifts of a working day: ``"09:00-17:30"``.
        zone : str
            The zone of its clock.
        holidays : iterable of date
            Days without work.
        make_up_days : iterable of date, or mapping of date to int
            Days off that are worked.

        Returns
        -------
        WorkCalendar
        """
        week = (*((shifts,) * 5), (), ())
        return cls(week=week, zone=zone, holidays=holidays, make_up_days=make_up_days)

    def is_workday(self, day: date) -> bool:
        """Tell whether any shift starts on a day.

        Parameters
        ----------
        day : date
            The day.

        Returns
        -------
        bool
        """
        return bool(self._of(as_day(day, "WorkCalendar", "day")))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time of work lies between two instants.

        Parameters
        ----------
        start, end : datetime
            The instants, with their zones.  Where the end comes first, the time is negative.

        Returns
        -------
        timedelta
            Time that really passed: a shift over the change of the clocks is an hour longer
            or shorter than its hands say.

        Raises
        ------
        InvalidValue
            An instant has no zone.
        """
        start, end = (as_instant(moment, "WorkCalendar", "start or end") for moment in (start, end))
        if end < start:
            return -self.working_time(end, start)
        worked = _NONE
        for opens, closes in self._shifts_between(start, end):
            worked += closes - opens
        return worked

    def add(self, start: datetime, work: timedelta) -> datetime:
        """Return when so much working time will have passed: when a reply is due.

        Parameters
        ----------
        start : datetime
            When the clock starts, with its zone.
        work : timedelta
            How much working time, 0 or more.

        Returns
        -------
        datetime
            The first instant at which so much has passed, in the calendar's zone.

        Raises
        ------
        InvalidValue
            The instant has no zone, the time is negative, or ten years do not bring so much.
        """
        begun, left = as_instant(start, "WorkCalendar", "start"), work
        if work < _NONE:
            raise InvalidValue(f"WorkCalendar: cannot add {work}, which is below zero.")
        if not work:
            return begun.astimezone(self._tz)
        for opens, closes in self._shifts_between(begun, begun + _LOOK_AHEAD):
            if closes - opens >= left:
                return (opens + left).astimezone(self._tz)
            left -= closes - opens
        raise InvalidValue(
            f"WorkCalendar: ten years from {start} do not have so much work: {work}."
        )

    def working_days(self, start: date, end: date) -> int:
        """Return how many working days lie from one day on, before another.

        Parameters
        ----------
        start, end : date
            The first day that counts, and the first that does not.

        Returns
        -------
        int
        """
        start, end = (as_day(day, "WorkCalendar", "start or end") for day in (start, end))
        days = max((end - start).days, 0)
        return sum(self.is_workday(start + timedelta(days=day)) for day in range(days))

    def _of(self, day: date) -> tuple[Shift, ...]:
        special = self._special.get(day)
        return self._shifts[day.weekday()] if special is None else special

    def _shifts_between(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield, in UTC, the stretches of work between two instants."""
        day = start.astimezone(self._tz).date() - _DAY  # a night shift of yesterday may last
        last = end.astimezone(self._tz).date()
        done = start
        while day <= last:
            for opens, closes in self._of(day):
                close_day = day + _DAY if closes <= opens else day
                closed = datetime.combine(close_day, closes, self._tz).astimezone(UTC)
                if closed <= done:
                    continue
                opened = max(done, datetime.combine(day, opens, self._tz).astimezone(UTC))
                if opened >= end:
                    return
                if closed > opened:  # a shift may open within the hour that the clocks skip
                    done = min(closed, end)
                    yield opened, done
            day += _DAY


def _read_shifts(texts: tuple[str, ...]) -> tuple[Shift, ...]:
    """Return the shifts of a day in order; they must not overlap."""
    shifts = sorted(_read_shift(text) for text in texts)
    for (_, closes), (opens, _) in pairwise(shifts):
        if closes > opens:
            raise InvalidRule(f"WorkCalendar: the shifts {', '.join(texts)} overlap.")
    for opens, closes in shifts[:-1]:
        if closes <= opens:
            raise InvalidRule(
                f"WorkCalendar: of {', '.join(texts)}, only the last may cross midnight."
            )
    return tuple(shifts)


def _read_shift(text: Any) -> Shift:
    try:
        opens, closes = str(text).split("-")
        return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        raise InvalidRule(
            f"WorkCalendar: {text!r} is no shift; write it as '09:00-12:00'."
        ) from None
