"""Order times of any form, counted as integer ticks.

Dates and instants count days (or microseconds, where no orders are merged), integers count
themselves.  All the arithmetic of a summary is on ticks; dates come back at the end.
"""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel._log.dialects import by_sql, dialect_of
from custrel.errors import InvalidRule
from custrel.frames import AnyFrame, census, engine_of
from custrel.units import TimeUnit

__all__ = ["TimeKind", "Timeline"]

Ticks = NDArray[np.int64]

_EPOCH = date(1970, 1, 1)
_INSTANT_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_MICROSECONDS = 86_400_000_000
_PER_DAY = MappingProxyType(
    {"D": 1, "s": 86_400, "ms": 86_400_000, "us": _MICROSECONDS, "ns": 1_000 * _MICROSECONDS}
)
_WEEKS_UP = 7_000_000  # keeps the remainder positive on every engine, whatever the sign of a day


class TimeKind(StrEnum):
    """What a column of order times holds."""

    DATE = "date"
    INSTANT = "instant"
    INTEGER = "integer"


@attrs.frozen(kw_only=True)
class Timeline:
    """How order times count.

    Parameters
    ----------
    kind : TimeKind
        What the log's column holds.
    unit : TimeUnit
        What the summary's times are measured in.
    collapse : TimeUnit or None
        The calendar period in which all orders are one occasion; None: each is its own.
    zone : str or None
        The time zone of the column, whose calendar days count.

    Notes
    -----
    Instants of a zone are read as the clock on its wall showed them, so that an order
    belongs to the day that its customer saw.  Where no calendar is needed (`fine`), they
    are read as UTC, so that the hour that is repeated in autumn keeps its order.  Instants
    without a zone that are all at midnight are dates.
    """

    kind: TimeKind
    unit: TimeUnit
    collapse: TimeUnit | None
    zone: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind is TimeKind.INTEGER and self.collapse not in {None, TimeUnit.DAY}:
            raise InvalidRule(
                "integer times have no calendar to collapse by: equal integers are one "
                "occasion (collapse='D'), or each order is (collapse=None)."
            )

    @property
    def fine(self) -> bool:
        """Whether ticks are microseconds."""
        return self.kind is TimeKind.INSTANT and self.collapse is None

    @property
    def coarse(self) -> bool:
        """Whether occasions are longer than one tick."""
        return self.collapse not in {None, TimeUnit.DAY}

    @property
    def ticks_per_unit(self) -> float:
        """How many ticks one unit of time is; integer times count units themselves."""
        if self.kind is TimeKind.INTEGER:
            return 1.0
        return self.unit.days * (_MICROSECONDS if self.fine else 1)

    def tick(self, value: Any, name: str) -> int:
        """Return the tick of the end of something; a date stands for its whole day."""
        if self.kind is TimeKind.INTEGER:
            if isinstance(value, int | np.integer) and not isinstance(value, bool):
                return int(value)
            raise InvalidRule(f"{name}={value!r}: the log's times are integers, so give one.")
        moment = _as_moment(value, name)
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            if self.zone is None:
                raise InvalidRule(
                    f"{name}={value!s} has a time zone and the log's times have none: "
                    "give it without one, as the log's clock shows it."
                )
            moment = moment.astimezone(_zone_named(self.zone)).replace(tzinfo=None)
        if not self.fine:
            day = moment.date() if isinstance(moment, datetime) else moment
            return (day - _EPOCH).days
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time.max)
        return self._fine_tick(moment)

    def moment(self, tick: int) -> date | datetime | int:
        """Return the date, instant or integer of a tick."""
        if self.kind is TimeKind.INTEGER:
            return tick
        if not self.fine:
            return _EPOCH + timedelta(days=tick)
        instant = _INSTANT_EPOCH + timedelta(microseconds=tick)
        if self.zone is None:
            return instant
        return instant.replace(tzinfo=UTC).astimezone(_zone_named(self.zone))

    def occasion(self, ticks: Ticks) -> Ticks:
        """Return the first tick of the period that each tick lies in."""
        match self.collapse:
            case TimeUnit.WEEK:
                return ticks - (ticks + 3) % 7
            case TimeUnit.MONTH | TimeUnit.QUARTER | TimeUnit.YEAR:
                length = {"M": "M", "Q": "3M", "Y": "Y"}[self.collapse.value]
                period = ticks.astype("M8[D]").astype(f"M8[{length}]")
                return period.astype("M8[D]").astype(np.int64)
            case _:
                return ticks

    def occasion_of(self, tick: int) -> int:
        """Return the first tick of the period that one tick lies in."""
        return int(self.occasion(np.array([tick], dtype=np.int64))[0])

    def ticks_of(self, column: nw.Series[Any]) -> tuple[Timeline, Ticks]:
        """Return a column in memory, read by `read_times`, as ticks, and how they count."""
        values = column.to_numpy()
        if self.kind is TimeKind.INTEGER:
            return self, values.astype(np.int64, copy=False)
        if self.fine:
            ticks = values.astype("M8[us]").astype(np.int64)
            days, clock = np.divmod(ticks, _MICROSECONDS)
            return (self, ticks) if self.zone or clock.any() else (self._by_days(), days)
        if values.dtype.kind != "M":
            values = values.astype("M8[D]")
        return self, _floor_days(values)

    def by_days_if_midnights(self, frame: AnyFrame, column: str) -> Timeline:
        """Count days where an engine's instants are all at midnight, and so are dates.

        pandas and text know no other way to write a date.
        """
        if not self.fine or self.zone:
            return self
        clock = nw.col("tick") % _MICROSECONDS
        by_clock = census(self.with_tick(frame, column), {"by_clock": clock != 0})["by_clock"]
        return self if by_clock else self._by_days()

    def _by_days(self) -> Timeline:
        return attrs.evolve(self, kind=TimeKind.DATE)

    def _fine_tick(self, wall_clock: datetime) -> int:
        if self.zone is not None:
            there = wall_clock.replace(tzinfo=_zone_named(self.zone))
            wall_clock = there.astimezone(UTC).replace(tzinfo=None)
        return (wall_clock - _INSTANT_EPOCH) // timedelta(microseconds=1)

    def in_zone(self, frame: AnyFrame, *columns: str) -> AnyFrame:
        """Give instants that were read as UTC their zone back."""
        if not self.fine or self.zone is None:
            return frame
        if dialect_of(frame) is not None:
            return by_sql(frame, {name: ("zoned", name) for name in columns})
        instants = nw.col(*columns).dt.replace_time_zone("UTC")
        return frame.with_columns(instants.dt.convert_time_zone(self.zone))

    def dates_of(self, ticks: Ticks) -> NDArray[Any]:
        """Return ticks as NumPy dates, instants or integers."""
        if self.kind is TimeKind.INTEGER:
            return ticks
        return ticks.astype("M8[us]" if self.fine else "M8[D]")

    def with_tick(self, frame: AnyFrame, column: str) -> AnyFrame:
        """Add the column ``tick``: what a column of times counts, on the engine."""
        times = nw.col(column)
        if self.kind is TimeKind.INTEGER:
            return frame.with_columns(tick=times.cast(nw.Int64))
        if dialect_of(frame) is not None:
            return by_sql(frame, {"tick": ("microsecond" if self.fine else "day", column)})
        polars = engine_of(frame) is nw.Implementation.POLARS
        if polars and self.fine:
            return frame.with_columns(tick=times.dt.timestamp("us"))
        if polars:  # half the key: a group-by is a third faster
            return frame.with_columns(tick=times.cast(nw.Date).cast(nw.Int32))
        day = _day_number(times)
        return frame.with_columns(tick=_microsecond(times, day) if self.fine else day)

    def with_dates(self, frame: AnyFrame, *columns: str) -> AnyFrame:
        """Replace columns of ticks by the dates, instants or integers that they count."""
        if self.kind is TimeKind.INTEGER:
            return frame.with_columns(nw.col(*columns).cast(nw.Int64))
        if dialect_of(frame) is not None:
            form = "instant" if self.fine else "date"
            return by_sql(frame, {name: (form, name) for name in columns})
        microseconds = nw.col(*columns).cast(nw.Int64) * (1 if self.fine else _MICROSECONDS)
        instants = microseconds.cast(nw.Datetime("us"))
        return frame.with_columns(instants if self.fine else instants.cast(nw.Date))

    def occasion_expression(self, tick: str, column: str) -> nw.Expr:
        """Return the first tick of the period that each tick of a column lies in."""
        days, times = nw.col(tick), nw.col(column).dt
        match self.collapse:
            case TimeUnit.WEEK:
                return days - (days + (3 + _WEEKS_UP)) % 7
            case TimeUnit.MONTH:
                return days - times.day() + 1
            case TimeUnit.QUARTER:
                months = _months(nw.col(column))
                return _days_before(months - (months + 2) % 3)
            case TimeUnit.YEAR:
                return days - times.ordinal_day() + 1
            case _:
                return days


def _day_number(times: nw.Expr) -> nw.Expr:
    """Count days since 1970-01-01 where neither dates nor their differences become integers.

    The days of the civil calendar are counted from March, so that leap days come last.
    """
    return _days_before(_months(times)) + times.dt.day() - 1


def _months(times: nw.Expr) -> nw.Expr:
    """Return the numbers of months, March of the year 0 being 0."""
    return times.dt.year() * 12 + times.dt.month() - 3


def _days_before(months: nw.Expr) -> nw.Expr:
    """Count days from 1970-01-01 to the first of a month."""
    year, month = months // 12, months % 12
    return (
        year * 365 + year // 4 - year // 100 + year // 400
        + (month * 306 + 5) // 10 - 719_468
    )  # fmt: skip


def _microsecond(times: nw.Expr, day: nw.Expr) -> nw.Expr:
    seconds = times.dt.hour() * 3600 + times.dt.minute() * 60 + times.dt.second()
    within = seconds.cast(nw.Int64) * 1_000_000 + times.dt.microsecond()
    return day.cast(nw.Int64) * _MICROSECONDS + within


def _floor_days(values: NDArray[Any]) -> Ticks:
    """Count days since 1970-01-01 by integer arithmetic, faster than NumPy's conversion."""
    ticks: Ticks = values.view(np.int64)
    unit, step = np.datetime_data(values.dtype)
    per_day = _PER_DAY.get(unit)
    if per_day is None or step != 1:
        return values.astype("M8[D]").astype(np.int64)
    return ticks if per_day == 1 else ticks // per_day


def _as_moment(value: Any, name: str) -> date | datetime:
    if isinstance(value, np.datetime64):
        days_only = np.datetime_data(value.dtype)[0] in {"D", "W", "M", "Y"}
        value = value.astype("M8[D]" if days_only else "M8[us]").item()
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(value)
    elif isinstance(value, date) and value is not pd.NaT:
        return value
    raise InvalidRule(f"{name}={value!r}: expected a date, an instant or ISO 8601 text.")


def _zone_named(name: str) -> tzinfo:
    """Return the time zone of a name as data frames write it."""
    if offset := re.fullmatch(r"(?:UTC)?([+-])(\d{2}):?(\d{2})", name):
        sign, hours, minutes = offset.groups()
        return timezone(int(f"{sign}1") * timedelta(hours=int(hours), minutes=int(minutes)))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidRule(
            f"the log's time zone {name!r} has no meaning outside its data frame: convert the "
            "column to a named one first, say 'Europe/Berlin'."
        ) from error
