"""Questions to a frame on any engine, whose answers are small; and small tables beside it.

Nothing here knows what the columns mean.  `custrel.frames` is how the rest of custrel comes in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.dtypes import DType
from numpy.typing import NDArray

from custrel.errors import TooManyRows, UnsupportedFrame

AnyFrame = nw.DataFrame[Any] | nw.LazyFrame[Any]
Floats = NDArray[np.float64]

MOST_ROWS = 1_000_000  # that come from a lazy frame unasked, where all are needed at once
_FIRST_ROWS = 3
_NAMES: Mapping[nw.Implementation, str] = MappingProxyType(
    {
        nw.Implementation.POLARS: "Polars lazy frame",
        nw.Implementation.DUCKDB: "DuckDB relation",
    }
)


def engine_of(frame: AnyFrame) -> nw.Implementation:
    """Return the engine that holds a frame."""
    return frame.implementation


def read_schema(frame: AnyFrame) -> Mapping[str, DType]:
    """Return names and types, or one clear error where a lazy frame cannot tell them."""
    try:
        return frame.collect_schema()
    except Exception as error:
        raise unreadable(frame, error) from error


def unreadable(frame: AnyFrame, error: Exception) -> UnsupportedFrame:
    """Say that the query behind a lazy frame does not run."""
    return UnsupportedFrame(
        f"the columns of the {_name_of(frame)} cannot be read, so the query behind it does not "
        f"run: {error}"
    )


def require_one_engine(one: AnyFrame, other: AnyFrame) -> None:
    """Refuse two frames that cannot be joined where they lie."""
    if engine_of(one) is not engine_of(other) or type(one) is not type(other):
        kinds = " and ".join(type(frame.to_native()).__name__ for frame in (one, other))
        raise UnsupportedFrame(f"the two frames must be held by one engine; got {kinds}.")


def _name_of(frame: AnyFrame) -> str:
    engine = engine_of(frame)
    return _NAMES.get(engine, f"{engine.value} frame")


def collect(frame: AnyFrame) -> nw.DataFrame[Any]:
    """Run a lazy query; the caller knows that what comes is small."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def collect_rows(frame: AnyFrame) -> nw.DataFrame[Any]:
    """Bring all rows to Python, for whoever needs them at once; refuse to fetch very many.

    Raises
    ------
    TooManyRows
        A lazy frame has more than `MOST_ROWS`.
    """
    if isinstance(frame, nw.DataFrame):
        return frame
    rows = frame.head(MOST_ROWS + 1).collect()
    if len(rows) > MOST_ROWS:
        raise TooManyRows(MOST_ROWS, _name_of(frame))
    return rows


def census(
    frame: AnyFrame, flags: Mapping[str, nw.Expr], ranges: Sequence[str] = ()
) -> dict[str, Any]:
    """Count rows, count those for which each flag holds, and find the range of columns.

    One query.  On lazy engines flags become columns first, since not every one of them aggregates
    expressions.

    Returns
    -------
    dict
        ``rows``, each flag's count, and ``(lowest, highest)`` for each range column.
    """
    if engine_of(frame) is nw.Implementation.POLARS:
        frame = frame.lazy()  # so that the marks below are never written down
    if isinstance(frame, nw.DataFrame):  # whole columns of truth values cost least to count
        counts_of = [flag.sum().alias(name) for name, flag in flags.items()]
    else:
        marks = {name: nw.when(flag).then(1).otherwise(0) for name, flag in flags.items()}
        frame = frame.with_columns(**marks) if marks else frame
        counts_of = [nw.col(name).sum() for name in flags]
    row = collect(
        frame.select(
            nw.len().alias("rows"),
            *counts_of,
            *[nw.col(name).min().alias(f"{name} low") for name in ranges],
            *[nw.col(name).max().alias(f"{name} high") for name in ranges],
        )
    ).rows(named=True)[0]
    counts = {name: int(row[name] or 0) for name in ("rows", *flags)}
    return counts | {name: (row[f"{name} low"], row[f"{name} high"]) for name in ranges}


def count_rows(frame: AnyFrame) -> int:
    """Count the rows of a frame."""
    return int(collect(frame.select(nw.len())).item())


def first_rows(
    frame: AnyFrame,
    bad: nw.Expr,
    columns: Sequence[str] | Mapping[str, str],
    *,
    positions: bool = True,
) -> tuple[str, ...]:
    """Return the first offending rows as text, with their position where rows have one.

    A mapping gives the columns' names as the caller knows them.
    """
    shown = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    places = list(shown.values())
    if positions and isinstance(frame, nw.DataFrame):
        place = unused_name(frame.columns)
        frame, places = frame.with_row_index(place), [place, *places]
    # A column may be asked for twice under two names, which no frame can hold.
    found = collect(frame.filter(bad).head(_FIRST_ROWS).select(*dict.fromkeys(places)))
    return tuple(_row_as_text(row, shown, places[0]) for row in found.rows(named=True))


def as_floats(series: nw.Series[Any]) -> Floats:
    """Return a column as float64, missing values as NaN."""
    if series.dtype != nw.Float64:
        series = series.cast(nw.Float64)
    return np.asarray(series.to_numpy(), dtype=np.float64)


def plain_floats(frame: AnyFrame, columns: Sequence[str]) -> tuple[Floats, ...] | None:
    """Return columns that pandas holds as NumPy's numbers, by the shortest way; None of others."""
    if engine_of(frame) is not nw.Implementation.PANDAS:
        return None
    native: pd.DataFrame = frame.to_native()
    found = [native[name] for name in columns]
    if not all(isinstance(s.dtype, np.dtype) and s.dtype.kind in "fiu" for s in found):
        return None
    return tuple(series.to_numpy(dtype=np.float64) for series in found)


def with_arrays(frame: nw.DataFrame[Any], columns: Mapping[str, NDArray[Any]]) -> nw.DataFrame[Any]:
    """Add arrays to an eager frame as columns."""
    made: nw.DataFrame[Any] = nw.from_native(native_with_arrays(frame, columns))
    return made


def native_with_arrays(frame: nw.DataFrame[Any], columns: Mapping[str, NDArray[Any]]) -> Any:
    """Add arrays to an eager frame as columns, and return the engine's own."""
    backend = frame.implementation
    if backend is nw.Implementation.PANDAS and not columns.keys() & set(frame.columns):
        native: pd.DataFrame = frame.to_native()
        made = pd.DataFrame(dict(columns), index=native.index, copy=False)  # one by one, it copies
        return pd.concat([native, made], axis=1)
    return frame.with_columns(
        *[nw.new_series(name, values, backend=backend) for name, values in columns.items()]
    ).to_native()


def beside(frame: AnyFrame, columns: Mapping[str, NDArray[Any]]) -> Any:
    """Put a small table next to a lazy frame, on the engine and connection that hold it."""
    match engine_of(frame):
        case nw.Implementation.POLARS:
            return nw.from_dict(columns, backend="polars").lazy()
        case nw.Implementation.DUCKDB:
            import pyarrow as pa  # noqa: PLC0415 - DuckDB reads Arrow, and only it needs it

            _small = pa.table(dict(columns))  # the query below finds it by its name
            return nw.from_native(frame.to_native().query("__custrel", "select * from _small"))
        case nw.Implementation.PYSPARK | nw.Implementation.PYSPARK_CONNECT:
            import pyarrow as pa  # noqa: PLC0415 - Spark reads Arrow, and only it needs it

            session = frame.to_native().sparkSession
            return nw.from_native(session.createDataFrame(pa.table(dict(columns))))
        case _:
            engine: Any = engine_of(frame)
            return nw.from_dict(columns, backend="pandas").lazy(engine)


def unused_name(taken: Iterable[str]) -> str:
    """Return a name for a column that no other has."""
    return unused_names(taken, 1)[0]


def unused_names(taken: Iterable[str], count: int) -> list[str]:
    """Return names for columns that no other has; capitals do not tell names apart everywhere."""
    known = {str(name).casefold() for name in taken}
    names = (f"__custrel_{i}" for i in itertools.count())
    return list(itertools.islice((name for name in names if name not in known), count))


def _row_as_text(row: Mapping[str, Any], shown: Mapping[str, str], place: str) -> str:
    values = {name: row[column] for name, column in shown.items()}
    # Text is quoted: a blank, or a number that is text, cannot be seen otherwise.
    cells = [f"{k}={v!r}" if isinstance(v, str) else f"{k}={v!s}" for k, v in values.items()]
    return ("" if place in shown.values() else f"row {row[place]}: ") + ", ".join(cells)
