"""Order times of any form, counted as integer ticks.

Dates and instants count days (or microseconds, where no orders are merged), integers count
themselves.  All the arithmetic of a summary is on ticks; dates come back at the end.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import AnyFrame, census, collect, first_rows
from custrel.units import TimeUnit

__all__ = ["AS_GIVEN", "TimeKind", "Timeline", "read_times"]

AS_GIVEN = "__as_given"  # where text was parsed, the text

Ticks = NDArray[np.int64]

_EPOCH = date(1970, 1, 1)
_INSTANT_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_MICROSECONDS = 86_400_000_000
_ZONED_TEXT = r"[0-9](?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
_LENGTH_OF_A_DATE = 10
_COMPACT = (19_000_101, 21_001_231)  # 1 January 1900 and 31 December 2100 without hyphens
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
            moment = moment.astimezone(_zone(self.zone)).replace(tzinfo=None)
        if not self.fine:
            day = moment.date() if isinstance(moment, datetime) else moment
            return (day - _EPOCH).days
        if isinstance(moment, datetime):
            return (moment - _INSTANT_EPOCH) // timedelta(microseconds=1)
        return ((moment - _EPOCH).days + 1) * _MICROSECONDS - 1

    def moment(self, tick: int) -> date | datetime | int:
        """Return the date, instant or integer of a tick."""
        if self.kind is TimeKind.INTEGER:
            return tick
        if self.fine:
            return _INSTANT_EPOCH + timedelta(microseconds=tick)
        return _EPOCH + timedelta(days=tick)

    def occasion(self, ticks: Ticks) -> Ticks:
        """Return the first tick of the period that each tick lies in."""
        match self.collapse:
            case TimeUnit.WEEK:
                return ticks - (ticks + 3) % 7
            case TimeUnit.MONTH | TimeUnit.YEAR:
                period = ticks.astype("M8[D]").astype(f"M8[{self.collapse.value}]")
                return period.astype("M8[D]").astype(np.int64)
            case _:
                return ticks

    def occasion_of(self, tick: int) -> int:
        """Return the first tick of the period that one tick lies in."""
        return int(self.occasion(np.array([tick], dtype=np.int64))[0])

    def ticks_of(self, column: nw.Series[Any]) -> Ticks:
        """Return a column in memory, read by `read_times`, as ticks."""
        values = column.to_numpy()
        if self.kind is TimeKind.INTEGER:
            return values.astype(np.int64, copy=False)
        if self.fine:
            return values.astype("M8[us]").astype(np.int64)
        if values.dtype.kind != "M":
            values = values.astype("M8[D]")
        return _floor_days(values)

    def dates_of(self, ticks: Ticks) -> NDArray[Any]:
        """Return ticks as NumPy dates, instants or integers."""
        if self.kind is TimeKind.INTEGER:
            return ticks
        return ticks.astype("M8[us]" if self.fine else "M8[D]")

    def tick_expression(self, column: str, engine: nw.Implementation) -> nw.Expr:
        """Return the ticks of a column on an engine."""
        times = nw.col(column)
        if self.kind is TimeKind.INTEGER:
            return times.cast(nw.Int64)
        if not self.fine:
            return _day_number(times, engine)
        if engine is nw.Implementation.POLARS:
            return times.dt.timestamp("us")
        seconds = times.dt.hour() * 3600 + times.dt.minute() * 60 + times.dt.second()
        within = seconds.cast(nw.Int64) * 1_000_000 + times.dt.microsecond()
        return _day_number(times, engine) * _MICROSECONDS + within

    def date_expression(self, tick: str, engine: nw.Implementation) -> nw.Expr:
        """Return the dates, instants or integers of a column of ticks on an engine."""
        ticks = nw.col(tick)
        if self.kind is TimeKind.INTEGER:
            return ticks.cast(nw.Int64)
        if engine is nw.Implementation.DUCKDB:  # no casts from integers, 32 bits in a product
            if not self.fine:
                return nw.lit(_EPOCH) + ticks.cast(nw.Int32)
            seconds, second, day = ticks // 1_000_000, timedelta(seconds=1), timedelta(days=1)
            whole = nw.lit(day) * (seconds // 86_400) + nw.lit(second) * (seconds % 86_400)
            rest = nw.lit(timedelta(microseconds=1)) * (ticks % 1_000_000)
            return nw.lit(_INSTANT_EPOCH) + whole + rest
        microseconds = ticks.cast(nw.Int64) * (1 if self.fine else _MICROSECONDS)
        instants = microseconds.cast(nw.Datetime("us"))
        return instants if self.fine else instants.cast(nw.Date)

    def occasion_expression(self, tick: str, column: str) -> nw.Expr:
        """Return the first tick of the period that each tick of a column lies in."""
        days, times = nw.col(tick), nw.col(column).dt
        match self.collapse:
            case TimeUnit.WEEK:
                return days - (days + (3 + _WEEKS_UP)) % 7
            case TimeUnit.MONTH:
                return days - times.day() + 1
            case TimeUnit.YEAR:
                return days - times.ordinal_day() + 1
            case _:
                return days


def read_times(
    frame: AnyFrame, column: str, *, name: str, unit: TimeUnit, collapse: TimeUnit | None
) -> tuple[AnyFrame, Timeline, nw.Expr]:
    """Make a column of order times one of dates, wall-clock instants or integers.

    `name` is what the caller knows the column by.

    Returns
    -------
    frame : narwhals frame
        With the column converted in place where it had to be.
    timeline : Timeline
    unreadable : narwhals expression
        Holds on the rows whose time is there but could not be read.

    Raises
    ------
    InvalidData
        The column as a whole cannot be read: its type is none of time, its instants are of
        several zones, its integers are dates written without hyphens.
    """
    kind_of = frame.collect_schema()[column]
    line = Timeline(kind=TimeKind.INSTANT, unit=unit, collapse=collapse)
    there = ~nw.col(column).is_null()
    if kind_of.is_integer():
        compact = nw.col(column).is_between(*_COMPACT)
        _refuse(frame, column, compact, name=name, code="compact_dates")
        line = Timeline(kind=TimeKind.INTEGER, unit=unit, collapse=collapse)
    elif kind_of == nw.Date:
        line = attrs.evolve(line, kind=TimeKind.DATE)
    elif isinstance(kind_of, nw.Datetime):
        line = attrs.evolve(line, zone=kind_of.time_zone)
        frame = _wall_clock(frame, column, line.zone)
    elif kind_of in {nw.String, nw.Object, nw.Categorical}:
        frame = _parse(frame, column, name)
        return frame, line, ~there & ~nw.col(AS_GIVEN).is_null()
    else:
        _refuse(frame, column, there, name=name, code="not_times", found=str(kind_of))
    return frame, line, there & ~there


def _parse(frame: AnyFrame, column: str, name: str) -> AnyFrame:
    """Read ISO 8601 text, or Python's own dates in a pandas column of objects."""
    if frame.collect_schema()[column] == nw.Object:
        _refuse_mixed_zones(frame, column, name)
    else:
        frame = frame.with_columns(nw.col(column).cast(nw.String))
        text = nw.col(column).str
        zoned = text.contains(_ZONED_TEXT) & (text.len_chars() > _LENGTH_OF_A_DATE)
        _refuse(frame, column, zoned, name=name, code="zoned_text")
    return _parse_natively(frame.with_columns(nw.col(column).alias(AS_GIVEN)), column)


def _parse_natively(frame: AnyFrame, column: str) -> AnyFrame:
    """Turn text into wall-clock instants, what cannot be read into missing values."""
    native: Any = frame.to_native()
    match frame.implementation:
        case nw.Implementation.POLARS:
            import polars as pl  # noqa: PLC0415 - the frame is Polars', so it is there

            text = pl.col(column).str.replace("T", " ", literal=True).str
            day = text.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
            forms = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
            instants = [text.to_datetime(form, strict=False, time_unit="us") for form in forms]
            return nw.from_native(native.with_columns(pl.coalesce(day, *instants).alias(column)))
        case nw.Implementation.DUCKDB:
            quoted = '"' + column.replace('"', '""') + '"'
            parsed = f"* replace (try_cast({quoted} as timestamp) as {quoted})"
            return nw.from_native(native.project(parsed))
        case nw.Implementation.PANDAS:
            times = pd.to_datetime(native[column], format="ISO8601", errors="coerce")
            return nw.from_native(native.assign(**{column: times}))
        case nw.Implementation.PYARROW:
            times = pd.to_datetime(
                native[column].to_pandas(), format="ISO8601", errors="coerce"
            ).astype("datetime64[us]")
            return frame.with_columns(nw.new_series(column, times.to_numpy(), backend="pyarrow"))
        case _:
            return frame.with_columns(nw.col(column).str.to_datetime())


def _wall_clock(frame: AnyFrame, column: str, zone: str | None) -> AnyFrame:
    """Read instants as the clock on the wall of their zone showed them."""
    if zone is None or frame.implementation is nw.Implementation.DUCKDB:  # it does so itself
        return frame
    return frame.with_columns(nw.col(column).dt.replace_time_zone(None))


def _refuse_mixed_zones(frame: AnyFrame, column: str, name: str) -> None:
    """Refuse Python instants of several zones, which pandas would turn into missing values."""
    values = collect(frame.select(column)).get_column(column)
    zones = sorted({str(v.tzinfo) for v in values if isinstance(v, datetime)})
    if len(zones) > 1 or zones not in ([], ["None"]):
        there = ~nw.col(column).is_null()
        _refuse(frame, column, there, name=name, code="mixed_zones", found=", ".join(zones))


def _refuse(
    frame: AnyFrame, column: str, bad: nw.Expr, *, name: str, code: str, found: str = ""
) -> None:
    """Refuse a column as a whole if any row is bad."""
    count = census(frame, {"bad": bad})["bad"]
    if not count:
        return
    message, remedy = _WHOLE_COLUMN[code]
    problem = Problem(
        code=code,
        message=message.format(found=found),
        column=name,
        count=count,
        rows=first_rows(frame, bad, {name: column}),
        remedy=remedy,
    )
    raise InvalidData([problem])


_TO_DATES = "Convert the column to dates first."
_WHOLE_COLUMN = MappingProxyType(
    {
        "compact_dates": ("integers that look like dates (YYYYMMDD)", _TO_DATES),
        "not_times": (
            "expected dates, instants, ISO 8601 text or integers, not {found}",
            _TO_DATES,
        ),
        "zoned_text": (
            "instants as text with a zone of their own",
            "Convert the column to instants of one zone first.",
        ),
        "mixed_zones": (
            "instants as objects, in the zones {found}",
            "Convert all to one zone first: pd.to_datetime(column, utc=True).dt.tz_convert(zone).",
        ),
    }
)


def _day_number(times: nw.Expr, engine: nw.Implementation) -> nw.Expr:
    """Count days since 1970-01-01."""
    if engine is nw.Implementation.POLARS:
        return times.cast(nw.Date).cast(nw.Int32)  # half the key: a group-by is a third faster
    if engine is nw.Implementation.DUCKDB:  # dates differ by an integer there
        return times.cast(nw.Date) - nw.lit(_EPOCH)
    # The days of the civil calendar, counted from March so that leap days come last.
    months = times.dt.year() * 12 + times.dt.month() + 9
    year, month = months // 12, months % 12
    return (
        year * 365 + year // 4 - year // 100 + year // 400
        + (month * 306 + 5) // 10 + times.dt.day() - 1 - 719_834
    )  # fmt: skip


def _floor_days(values: NDArray[Any]) -> Ticks:
    """Count days since 1970-01-01 by integer arithmetic, faster than NumPy's conversion."""
    ticks: Ticks = values.view(np.int64)
    unit, step = np.datetime_data(values.dtype)
    per_day = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": _MICROSECONDS}.get(unit)
    if per_day is None or step != 1:
        return values.astype("M8[D]").astype(np.int64)
    return ticks if per_day == 1 else ticks // per_day


def _as_moment(value: Any, name: str) -> date | datetime:
    if isinstance(value, np.datetime64):
        value = value.astype("M8[us]").item()
    if isinstance(value, date):
        return value
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(value)
        except (TypeError, ValueError):
            continue
    raise InvalidRule(f"{name}={value!r}: expected a date, an instant or ISO 8601 text.")


def _zone(name: str | None) -> tzinfo:
    if name is None:
        return UTC
    if offset := re.fullmatch(r"([+-])(\d{2}):?(\d{2})", name):
        sign, hours, minutes = offset.groups()
        return timezone(int(f"{sign}1") * timedelta(hours=int(hours), minutes=int(minutes)))
    return ZoneInfo(name)
