"""Times and hashes in the SQL of the engines that speak it, where Narwhals has no word for them.

Each engine counts days and microseconds natively, which costs it a fraction of what the same
arithmetic on years, months and days does.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel.frames import AnyFrame, engine_of

__all__ = ["Dialect", "by_sql", "dialect_of"]


@attrs.frozen(kw_only=True)
class Dialect:
    """Expressions in one engine's SQL: ``{0}`` is a column, ``{zone}`` a time zone, ``{seed}`` one.

    Parameters
    ----------
    quote : str
        What encloses the name of a column.
    day : str
        The days since 1970-01-01 of a date or a wall-clock instant.
    microsecond : str
        The microseconds since 1970-01-01 of a wall-clock instant.
    date, instant : str
        The date of a day, the wall-clock instant of a microsecond.
    local, utc : str
        The clock on the wall of the zone, or in UTC, at a zoned instant.
    zoned : str
        The zoned instant of a clock in UTC.
    parsed : str
        The wall-clock instant of ISO 8601 text; missing where there is no such day.
    place : str
        A number from 0 to 1 that a seed gives to a value, as if at random.
    """

    quote: str
    day: str
    microsecond: str
    date: str
    instant: str
    local: str
    utc: str
    zoned: str
    parsed: str
    place: str

    def column(self, name: str) -> str:
        """Return the name of a column as the dialect writes it."""
        return self.quote + name.replace(self.quote, 2 * self.quote) + self.quote


_DUCKDB = Dialect(
    quote='"',
    day="{0}::date - date '1970-01-01'",
    microsecond="epoch_us({0}::timestamp)",
    date="date '1970-01-01' + {0}::integer",
    instant="make_timestamp({0}::bigint)",
    local="timezone('{zone}', {0})",
    utc="timezone('UTC', {0})",
    zoned="timezone('UTC', {0})",
    parsed="try_cast({0} as timestamp)",
    # The seed goes between two hashes: beside one, it would only flip bits of the places.
    place="(hash(xor(hash({0}), {seed}::ubigint)) >> 11) / 9007199254740992.0",
)
_EPOCH = "timestamp_ntz'1970-01-01 00:00:00'"
_SPARK_UTC = f"timestampadd(MICROSECOND, unix_micros({{0}}), {_EPOCH})"
_SPARK_MICROSECOND = f"timestampdiff(MICROSECOND, {_EPOCH}, {{0}})"
_SPARK = Dialect(
    quote="`",
    day="unix_date(cast({0} as date))",
    microsecond=_SPARK_MICROSECOND,
    date="date_from_unix_date(cast({0} as int))",
    instant=f"timestampadd(MICROSECOND, {{0}}, {_EPOCH})",
    local=f"convert_timezone('UTC', '{{zone}}', {_SPARK_UTC})",
    utc=_SPARK_UTC,
    zoned=f"timestamp_micros({_SPARK_MICROSECOND})",
    parsed="try_cast({0} as timestamp_ntz)",
    place="shiftrightunsigned(xxhash64({seed}L, {0}), 11) / 9007199254740992D",
)
_DIALECTS: Mapping[nw.Implementation, Dialect] = MappingProxyType(
    {
        nw.Implementation.DUCKDB: _DUCKDB,
        nw.Implementation.PYSPARK: _SPARK,
        nw.Implementation.PYSPARK_CONNECT: _SPARK,
    }
)


def dialect_of(frame: AnyFrame) -> Dialect | None:
    """Return the dialect of the engine that holds a frame, if it speaks one that we know."""
    return _DIALECTS.get(engine_of(frame))


def by_sql(frame: AnyFrame, columns: Mapping[str, tuple[str, str]], **facts: object) -> AnyFrame:
    """Add or replace columns by the engine's own expressions.

    Parameters
    ----------
    frame : narwhals LazyFrame
        On an engine that has a dialect.
    columns : mapping of str to (str, str)
        For each name, which expression of the dialect, and of which column.
    **facts : object
        The time zone or the seed, where an expression needs one.
    """
    engine, there = engine_of(frame), frame.collect_schema().names()
    dialect = _DIALECTS[engine]
    made = {
        name: getattr(dialect, form).format(dialect.column(of), **facts)
        for name, (form, of) in columns.items()
    }
    names = [*there, *(name for name in made if name not in there)]
    parts = [
        f"{made[name]} as {dialect.column(name)}" if name in made else dialect.column(name)
        for name in names
    ]
    native: Any = frame.to_native()
    duckdb = engine is nw.Implementation.DUCKDB
    selected: Any = native.project(", ".join(parts)) if duckdb else native.selectExpr(*parts)
    result: AnyFrame = nw.from_native(selected)
    return result
