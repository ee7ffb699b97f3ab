"""The door: any frame in, the same kind of frame out.

pandas, Polars (eager and lazy) and PyArrow frames and DuckDB relations come in through
`enter`; what is done to them is written once, in the part of Narwhals that is right on
every engine; `Door.leave` hands the same kind back.  A lazy frame stays lazy: only small
things (counts, thresholds, distinct rows) are ever collected.

Nobody calls this module but the rest of custrel and packages that build on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from numbers import Number
from typing import Any, Protocol, Self, runtime_checkable

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.exceptions import DuplicateError
from narwhals.stable.v2.dtypes import DType
from numpy.typing import NDArray

from custrel.errors import ColumnNotFound, InvalidData, Problem, UnsupportedFrame

__all__ = ["Door", "Framed", "enter"]

AnyFrame = nw.DataFrame[Any] | nw.LazyFrame[Any]
Floats = NDArray[np.float64]

_IN_ONE_PIECE = frozenset({nw.Implementation.PANDAS, nw.Implementation.PYARROW})
_FIRST_ROWS = 3


@runtime_checkable
class Framed(Protocol):
    """Something that carries a frame together with facts about it, as `CustomerSummary`.

    Examples
    --------
    >>> import custrel as cr
    >>> isinstance(cr.CustomerSummary(frame=None, unit="W"), Framed)
    True
    """

    @property
    def frame(self) -> Any:
        """The frame, of the engine that made it."""
        ...

    def with_frame(self, frame: Any) -> Self:
        """Return the same facts around another frame."""
        ...


@attrs.frozen
class Door:
    """A frame that came in, and the way out for what becomes of it.

    Parameters
    ----------
    frame : narwhals DataFrame or LazyFrame
        The frame, behind one interface.
    framed : Framed or None
        What it came in, if it carried facts.
    columns : tuple of str
        The names of its columns.

    Examples
    --------
    >>> import pandas as pd
    >>> door = enter(pd.DataFrame({"x": [1.0, 2.0]}))
    >>> door.columns
    ('x',)
    >>> door.leave(door.frame.with_columns(y=nw.col("x") * 2))
         x    y
    0  1.0  2.0
    1  2.0  4.0
    """

    frame: AnyFrame
    framed: Framed | None
    columns: tuple[str, ...]

    @property
    def lazy(self) -> bool:
        """Whether the engine has yet to do the work."""
        return isinstance(self.frame, nw.LazyFrame)

    @property
    def engine(self) -> nw.Implementation:
        """The engine that holds the data."""
        return engine_of(self.frame)

    @property
    def in_one_piece(self) -> bool:
        """Whether the columns lie in memory without an optimiser of their own above them."""
        return self.engine in _IN_ONE_PIECE and not self.lazy

    def leave(self, frame: AnyFrame) -> Any:
        """Hand a frame out as the kind that came in, with the facts it came with.

        Parameters
        ----------
        frame : narwhals DataFrame or LazyFrame
            What was made of `frame`.

        Returns
        -------
        frame or Framed
            A native frame; where a `Framed` came in, the same around the native frame.
        """
        native = frame.to_native()
        return native if self.framed is None else self.framed.with_frame(native)

    def require(self, names: Iterable[str | None], *, remedy: str = "") -> None:
        """Refuse to go on without certain columns.

        Parameters
        ----------
        names : iterable of str or None
            What is needed; None is passed over.
        remedy : str
            What the caller can do.

        Raises
        ------
        ColumnNotFound
            Some are not there; the error names the near misses.
        """
        missing = [name for name in names if name is not None and name not in self.columns]
        if missing:
            raise ColumnNotFound(missing, self.columns, remedy)

    def values(self, *columns: str) -> tuple[Floats, ...]:
        """Bring columns to Python as float64 arrays, missing values as NaN.

        Parameters
        ----------
        *columns : str
            Their names.

        Returns
        -------
        tuple of ndarray, each of shape (rows,)

        Raises
        ------
        InvalidData
            A column holds no numbers.
        """
        self.require(columns)
        if self.lazy:
            self.require_numbers(*columns)
        frame = collect(self.frame.select(*columns) if self.lazy else self.frame)
        found = [frame.get_column(name) for name in columns]
        if not all(series.dtype.is_numeric() for series in found):
            self.require_numbers(*columns)  # which looks at the values too
        return tuple(map(as_floats, found))

    def require_numbers(self, *columns: str) -> None:
        """Refuse columns of text or times where numbers are needed.

        Parameters
        ----------
        *columns : str
            Their names.

        Raises
        ------
        InvalidData
            A column holds no numbers.
        """
        schema = read_schema(self.frame)
        suspects = [
            name
            for name in columns
            if not (schema[name].is_numeric() or _holds_numbers(self.frame, name))
        ]
        there = {f"{name} there": ~nw.col(name).is_null() for name in suspects}
        counts = census(self.frame.select(*suspects), there) if suspects else {}
        problems = [
            Problem(
                code="not_numbers",
                message=f"expected numbers, found values of type {schema[name]}",
                column=name,
                count=counts[flag],
                rows=first_rows(self.frame, there[flag], [name]),
                remedy="Convert the column to numbers first.",
            )
            for name, flag in zip(suspects, there, strict=True)
            if counts[flag]  # a column without any value has no type to speak of
        ]
        if problems:
            raise InvalidData(problems)

    def distinct(self, *columns: str) -> tuple[tuple[Floats, ...], Floats]:
        """Bring the distinct rows of some columns to Python, and how often each occurs.

        A lazy engine groups where the data lies, so that what comes is small.  Columns in
        memory come as they are, each row once: the kernels find what repeats faster than
        a group-by does.

        Parameters
        ----------
        *columns : str
            Their names; they hold numbers.

        Returns
        -------
        rows : tuple of ndarray, each of shape (rows,)
        counts : ndarray of shape (rows,)
        """
        self.require(columns)
        if not self.lazy:
            rows = self.values(*columns)
            return rows, np.broadcast_to(1.0, rows[0].shape)
        count = _unused_name(columns)
        frame = collect(self.frame.group_by(*columns).agg(nw.len().alias(count)))
        arrays = [as_floats(frame.get_column(name)) for name in (*columns, count)]
        return tuple(arrays[:-1]), arrays[-1]

    def table(self, columns: Mapping[str, NDArray[Any]]) -> Any:
        """Make a small table of the kind that came in; of a lazy frame, a lazy one beside it.

        Parameters
        ----------
        columns : mapping of str to ndarray of shape (rows,)
            Its columns; NaN becomes the engine's missing value.

        Returns
        -------
        frame
            Native.
        """
        engine: Any = self.engine
        made: Any = (
            beside(self.frame, columns)
            if self.lazy
            else nw.from_dict(dict(columns), backend=engine)
        )
        gaps = [n for n, v in columns.items() if v.dtype.kind == "f" and np.isnan(v).any()]
        there = {name: nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in gaps}
        return made.with_columns(**there).to_native() if gaps else made.to_native()

    def attach(self, columns: Mapping[str, NDArray[Any]], *, by: Mapping[str, Floats]) -> Any:
        """Add computed columns and hand the frame out.

        Parameters
        ----------
        columns : mapping of str to ndarray of shape (rows,)
            What to add, in the order of the rows that `distinct` gave.
        by : mapping of str to ndarray of shape (rows,)
            The columns that `distinct` was asked for, and their values: on a lazy engine
            the new columns are joined on them.

        Returns
        -------
        frame or Framed
            On a lazy engine, rows with a missing value in a `by` column get missing values.

        Notes
        -----
        A lazy engine runs its query again to join.  Counts and times come out the same;
        sums of fractions need not where threads add them up, so that money is no key.
        """
        if isinstance(self.frame, nw.DataFrame):
            return self.leave(with_arrays(self.frame, columns))
        keys = dict(zip(by, _unused_names(self.columns, len(by)), strict=True))
        small = beside(self.frame, {**{keys[name]: by[name] for name in by}, **columns})
        floats = {key: nw.col(name).cast(nw.Float64) for name, key in keys.items()}
        kept = self.frame.drop(*[name for name in columns if name in self.columns])
        joined = kept.with_columns(**floats).join(small, on=list(floats), how="left")
        return self.leave(joined.drop(*floats))


def enter(data: Any) -> Door:
    """Let a frame in.

    Parameters
    ----------
    data : frame or Framed
        A pandas, Polars or PyArrow frame, a Polars lazy frame, a DuckDB relation, any
        other frame that Narwhals supports, or something that carries one.

    Returns
    -------
    Door

    Raises
    ------
    UnsupportedFrame
        It is none of these, or its schema cannot be read.
    InvalidData
        Two of its columns have the same name.

    Examples
    --------
    >>> import pandas as pd
    >>> enter(pd.DataFrame({"x": [1.0]})).lazy
    False
    """
    # Asked of the class: a DuckDB relation takes any attribute for a column, and runs its query.
    framed: Framed | None = data if hasattr(type(data), "with_frame") else None
    native: Any = data if framed is None else framed.frame
    try:
        frame: AnyFrame = nw.from_native(native)
    except DuplicateError as error:
        message = f"two columns have the same name: {error}"
        problem = Problem(code="duplicate_columns", message=message, count=0)
        raise InvalidData([problem], remedy="Rename one of them.") from error
    except TypeError:
        file = " custrel reads no files: load it first, say with pandas.read_csv."
        raise UnsupportedFrame(
            "expected a pandas, Polars, PyArrow, DuckDB, Dask or Spark frame "
            "(or a CustomerSummary), got "
            f"{type(native).__name__}.{file if isinstance(native, str) or hasattr(native, '__fspath__') else ''}"
        ) from None
    _probe(frame)
    columns = frame.columns if isinstance(frame, nw.DataFrame) else read_schema(frame)
    return Door(frame, framed, tuple(columns))


def read_schema(frame: AnyFrame) -> Mapping[str, DType]:
    """Return names and types, or one clear error where a lazy frame cannot tell them."""
    try:
        return frame.collect_schema()
    except Exception as error:
        raise _unreadable(frame, error) from error


def _probe(frame: AnyFrame) -> None:
    """Find out whether a relation, which remembers its schema, can still be queried."""
    if engine_of(frame) is not nw.Implementation.DUCKDB:
        return
    native: Any = frame.to_native()
    try:
        native.limit(0).fetchall()  # not as Arrow, which need not know every type
    except Exception as error:
        raise _unreadable(frame, error) from error


def _unreadable(frame: AnyFrame, error: Exception) -> UnsupportedFrame:
    engine = engine_of(frame)
    kind = {
        nw.Implementation.POLARS: "Polars lazy frame",
        nw.Implementation.DUCKDB: "DuckDB relation",
    }
    named = kind.get(engine, f"{engine.value} frame")
    return UnsupportedFrame(
        f"the columns of the {named} cannot be read, so the query behind it does not run: {error}"
    )


def engine_of(frame: AnyFrame) -> nw.Implementation:
    """Return the engine that holds a frame."""
    return frame.implementation


def collect(frame: AnyFrame) -> nw.DataFrame[Any]:
    """Run a lazy query; the caller knows that what comes is small."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


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
        place = _unused_name(frame.columns)
        frame, places = frame.with_row_index(place), [place, *places]
    # A column may be asked for twice under two names, which no frame can hold.
    found = collect(frame.filter(bad).head(_FIRST_ROWS).select(*dict.fromkeys(places)))
    return tuple(_row_as_text(row, shown, places[0]) for row in found.rows(named=True))


def _unused_name(taken: Iterable[str]) -> str:
    """Return a name for a column that no other has."""
    return _unused_names(taken, 1)[0]


def _unused_names(taken: Iterable[str], count: int) -> list[str]:
    """Return names for columns that no other has; capitals do not tell names apart everywhere."""
    known = {str(name).casefold() for name in taken}
    names = (f"__custrel_{i}" for i in itertools.count())
    return list(itertools.islice((name for name in names if name not in known), count))


def as_floats(series: nw.Series[Any]) -> Floats:
    """Return a column as float64, missing values as NaN."""
    if series.dtype != nw.Float64:
        series = series.cast(nw.Float64)
    return np.asarray(series.to_numpy(), dtype=np.float64)


def with_arrays(frame: nw.DataFrame[Any], columns: Mapping[str, NDArray[Any]]) -> nw.DataFrame[Any]:
    """Add arrays to an eager frame as columns."""
    backend = frame.implementation
    if backend is nw.Implementation.PANDAS and not set(columns) & set(frame.columns):
        native: pd.DataFrame = frame.to_native()
        made = pd.DataFrame(dict(columns), index=native.index, copy=False)  # one by one, it copies
        return nw.from_native(pd.concat([native, made], axis=1))
    return frame.with_columns(
        *[nw.new_series(name, values, backend=backend) for name, values in columns.items()]
    )


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


def _holds_numbers(frame: AnyFrame, column: str) -> bool:
    """Tell whether an untyped column holds nothing but numbers, as Decimals in pandas do."""
    if not isinstance(frame, nw.DataFrame) or engine_of(frame) is not nw.Implementation.PANDAS:
        return False
    values: Any = frame.get_column(column).to_native()
    if values.dtype != object:
        return False
    return all(isinstance(value, Number) or pd.isna(value) is True for value in values)


def _row_as_text(row: Mapping[str, Any], shown: Mapping[str, str], place: str) -> str:
    values = {name: row[column] for name, column in shown.items()}
    # Text is quoted: a blank, or a number that is text, cannot be seen otherwise.
    cells = [f"{k}={v!r}" if isinstance(v, str) else f"{k}={v!s}" for k, v in values.items()]
    return ("" if place in shown.values() else f"row {row[place]}: ") + ", ".join(cells)
