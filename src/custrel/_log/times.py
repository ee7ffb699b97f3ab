"""A column of order times, of whatever form, becomes one that a timeline counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.dtypes import DType
from numpy.typing import NDArray

from custrel._log.dialects import by_sql, dialect_of
from custrel._log.timeline import TimeKind, Timeline
from custrel.errors import InvalidData, Problem
from custrel.frames import AnyFrame, census, engine_of, first_rows, with_arrays
from custrel.units import TimeUnit

__all__ = ["AS_GIVEN", "read_times"]

AS_GIVEN = "__as_given"  # where text was parsed, the text

# What every engine reads alike, and nothing that only one of them knows (`now`, `2024-1`).
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_ISO_TEXT = rf"{_DAY}(?:{_CLOCK})?$"
_ZONED_TEXT = rf"{_DAY}{_CLOCK} ?(?:Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)$"
_MICROSECOND = 26  # characters; with one nanosecond, pandas would read no year after 2262
_TEXT = (nw.String, nw.Categorical, nw.Enum)
_COMPACT = (19_000_101, 21_001_231)  # 1 January 1900 and 31 December 2100 without hyphens
_CLOCK_COUNT = 100_000_000  # of seconds: 1973; of milliseconds: the second day of 1970

_TO_DATES = "Convert the column to dates first."
_WHOLE_COLUMN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "compact_dates": ("integers that look like dates (YYYYMMDD)", _TO_DATES),
        "clock_counts": ("integers that look like seconds or milliseconds since 1970", _TO_DATES),
        "not_times": (
            "expected dates, instants, ISO 8601 text or integers, found values of type {found}",
            _TO_DATES,
        ),
        "zoned_text": (
            "text with a time zone in it",
            "Convert the column to instants of one zone first.",
        ),
        "mixed_zones": (
            "instants that each have a time zone of their own ({found})",
            "Convert all to one zone first: pd.to_datetime(column, utc=True).dt.tz_convert(zone).",
        ),
    }
)


def read_times(
    frame: AnyFrame,
    column: str,
    *,
    name: str,
    unit: TimeUnit,
    collapse: TimeUnit | None,
    positions: bool,
) -> tuple[AnyFrame, Timeline]:
    """Make a column of order times one of dates, wall-clock instants or integers.

    `name` is what the caller knows the column by; `positions` tells whether rows still have
    the positions that they had in his frame.

    Returns
    -------
    frame : narwhals frame
        With the column converted in place where it had to be.  Of text, what could not be
        read is missing, and `AS_GIVEN` is the text.
    timeline : Timeline

    Raises
    ------
    InvalidData
        The column as a whole cannot be read: its type is none of time, its instants are of
        several zones, its integers are dates written without hyphens.
    """
    times = _Times(frame, column, name, positions)
    line = Timeline(kind=TimeKind.INSTANT, unit=unit, collapse=collapse)
    kind = _type_of(frame, column)
    if kind.is_integer():
        compact, counted = nw.col(column).is_between(*_COMPACT), nw.col(column) >= _CLOCK_COUNT
        times.refuse({"compact_dates": compact, "clock_counts": counted})
        line = attrs.evolve(line, kind=TimeKind.INTEGER)
    elif kind == nw.Date:
        line = attrs.evolve(line, kind=TimeKind.DATE)
    elif isinstance(kind, nw.Datetime):
        line = attrs.evolve(line, zone=kind.time_zone)
        frame = _wall_clock(frame, column, line)
    elif kind in _TEXT:
        frame = _read_text(times)
    elif kind == nw.Object and isinstance(frame, nw.DataFrame) and _is_pandas(frame):
        frame = _read_objects(times, frame)
    else:
        times.refuse({"not_times": ~nw.col(column).is_null()}, found=str(kind))
    return frame, line


@attrs.frozen
class _Times:
    """A column as it came."""

    frame: AnyFrame
    column: str
    name: str
    positions: bool

    def refuse(self, flags: Mapping[str, nw.Expr], *, found: str = "") -> None:
        """Refuse the column as a whole if a flag holds on any row."""
        counts = census(self.frame, flags)
        problems = [
            Problem(
                code=code,
                message=_WHOLE_COLUMN[code][0].format(found=found),
                column=self.name,
                count=counts[code],
                rows=first_rows(
                    self.frame, bad, {self.name: self.column}, positions=self.positions
                ),
                remedy=_WHOLE_COLUMN[code][1],
            )
            for code, bad in flags.items()
            if counts[code]
        ]
        if problems:
            raise InvalidData(problems)


def _type_of(frame: AnyFrame, column: str) -> DType:
    """Return the type of a column; of pandas', what Narwhals does not tell or only guesses."""
    if _is_pandas(frame):
        native: Any = frame.to_native()
        if isinstance(native.dtypes[column], pd.DatetimeTZDtype):  # not all zones are known to it
            return nw.Datetime("us", str(native.dtypes[column].tz))
        if (
            native.dtypes[column].kind == "O" and str(native.dtypes[column]) == "object"
        ):  # it looks at the first hundred values
            return nw.Object()
    return frame.collect_schema()[column]


def _is_pandas(frame: AnyFrame) -> bool:
    return engine_of(frame) is nw.Implementation.PANDAS


def _read_text(times: _Times) -> AnyFrame:
    """Read ISO 8601 text as instants, whatever else as missing."""
    column, text = times.column, nw.col(times.column)
    frame = times.frame.with_columns(text.cast(nw.String))
    attrs.evolve(times, frame=frame).refuse({"zoned_text": text.str.contains(_ZONED_TEXT)})
    frame = frame.with_columns(text.alias(AS_GIVEN))
    iso = nw.when(text.str.contains(_ISO_TEXT)).then(text.str.slice(0, _MICROSECOND))
    return _parsed(frame.with_columns(iso.alias(column)), column)


def _read_objects(times: _Times, frame: nw.DataFrame[Any]) -> AnyFrame:
    """Read a pandas column of dates, instants and ISO 8601 text, whatever else as missing."""
    given = frame.get_column(times.column)
    values = given.to_list()
    zones = {str(value.tzinfo) for value in values if isinstance(value, datetime)}
    if zones - {"None"}:  # pandas would turn some of them into missing values
        named = ", ".join(sorted("none" if zone == "None" else zone for zone in zones))
        times.refuse({"mixed_zones": ~nw.col(times.column).is_null()}, found=named)
    zoned = _matches(_ZONED_TEXT, values)
    flagged = with_arrays(frame, {"zoned": zoned})
    attrs.evolve(times, frame=flagged).refuse({"zoned_text": nw.col("zoned")})
    dates = np.array([isinstance(value, date) for value in values], dtype=bool)
    native: Any = given.to_native()
    iso = [value[:_MICROSECOND] if isinstance(value, str) else value for value in values]
    read = pd.Series(iso, index=native.index, dtype=object)
    read = read.where(dates | _matches(_ISO_TEXT, values), None)
    columns = {AS_GIVEN: native, times.column: read}
    return _parsed(nw.from_native(frame.to_native().assign(**columns)), times.column)


def _matches(pattern: str, values: Sequence[object]) -> NDArray[np.bool_]:
    matches = re.compile(pattern).fullmatch
    found = (isinstance(value, str) and matches(value) is not None for value in values)
    return np.fromiter(found, dtype=bool, count=len(values))


def _parsed(frame: AnyFrame, column: str) -> AnyFrame:
    """Turn ISO 8601 text into wall-clock instants, days that do not exist into missing values."""
    if dialect_of(frame) is not None:
        return by_sql(frame, {column: ("parsed", column)})
    native: Any = frame.to_native()
    match engine_of(frame):
        case nw.Implementation.POLARS:
            import polars as pl  # noqa: PLC0415 - the frame is Polars', so it is there

            text = pl.col(column).str.replace("T", " ", literal=True).str
            day = text.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
            forms = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
            instants = [text.to_datetime(form, strict=False, time_unit="us") for form in forms]
            native = native.with_columns(pl.coalesce(day, *instants).alias(column))
        case nw.Implementation.PANDAS:
            times = pd.to_datetime(native[column], format="ISO8601", errors="coerce")
            native = native.assign(**{column: times})
        case nw.Implementation.PYARROW:
            text = native[column].to_pandas()
            times = pd.to_datetime(text, format="ISO8601", errors="coerce").to_numpy()
            series = nw.new_series(column, times.astype("M8[us]"), backend="pyarrow")
            return frame.with_columns(series)
        case nw.Implementation.DASK:
            import dask.dataframe as dd  # noqa: PLC0415 - the frame is Dask's, so it is there

            times = dd.to_datetime(native[column], format="ISO8601", errors="coerce")
            native = native.assign(**{column: times})
        case _:
            return frame.with_columns(nw.col(column).str.to_datetime())
    parsed: AnyFrame = nw.from_native(native)
    return parsed


def _wall_clock(frame: AnyFrame, column: str, line: Timeline) -> AnyFrame:
    """Read instants as the clock on the wall of their zone showed them, or that of UTC."""
    if line.zone is None:
        return frame
    native: Any = frame.to_native()
    if _is_pandas(frame):
        times = native[column]
        if isinstance(times.dtype, pd.ArrowDtype):  # whose wall clock pandas 2.2 takes for UTC's
            times = times.astype(pd.DatetimeTZDtype("us", line.zone))
        times = times.dt.tz_convert("UTC") if line.fine else times
        wall: AnyFrame = nw.from_native(native.assign(**{column: times.dt.tz_localize(None)}))
        return wall
    if dialect_of(frame) is not None:
        return by_sql(frame, {column: ("utc" if line.fine else "local", column)}, zone=line.zone)
    instants = nw.col(column).dt
    if line.fine:
        instants = instants.convert_time_zone("UTC").dt
    return frame.with_columns(instants.replace_time_zone(None))
