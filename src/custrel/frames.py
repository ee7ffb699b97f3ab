"""The door: any frame in, the same kind of frame out.

pandas, Polars (eager and lazy) and PyArrow frames and DuckDB relations come in through
`enter`; what is done to them is written once, in the part of Narwhals that is right on
every engine; `Door.leave` hands the same kind back.  A lazy frame stays lazy: only small
things (counts, thresholds, distinct rows) are ever collected.

Nobody calls this module but the rest of custrel and packages that build on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, Self, runtime_checkable

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
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

    def with_frame(self, frame: Any) -> Self:
        """Return the same facts around another frame."""


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
        return self.frame.implementation

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
        self.require_numbers(*columns)
        frame = collect(self.frame.select(*columns))
        return tuple(as_floats(frame.get_column(name)) for name in columns)

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
        problems = [
            Problem(
                code="not_numbers",
                message=f"expected numbers, found {schema[name]}",
                column=name,
                count=count_rows(self.frame),
                rows=first_rows(self.frame, ~nw.col(name).is_null(), [name]),
                remedy="Convert the column to numbers first.",
            )
            for name in columns
            if not (schema[name].is_numeric() or _holds_numbers(self.frame, name))
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
            return rows, np.ones_like(rows[0])
        grouped = self.frame.group_by(*columns).agg(nw.len().alias("__count"))
        frame = collect(grouped)
        *rows, counts = (as_floats(frame.get_column(c)) for c in (*columns, "__count"))
        return tuple(rows), counts

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
        """
        if not self.lazy:
            return self.leave(with_arrays(self.frame, columns))
        small = beside(self.frame, {**by, **columns})
        kept = self.frame.drop(*[name for name in columns if name in self.columns])
        return self.leave(kept.join(small, on=list(by), how="left"))


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

    Examples
    --------
    >>> import pandas as pd
    >>> enter(pd.DataFrame({"x": [1.0]})).lazy
    False
    """
    framed = data if isinstance(data, Framed) else None
    native = data if framed is None else framed.frame
    try:
        frame = nw.from_native(native)
    except TypeError:
        raise UnsupportedFrame(
            "expected a pandas, Polars, PyArrow or DuckDB frame (or a CustomerSummary), got "
            f"{type(native).__name__}."
        ) from None
    return Door(frame, framed, tuple(read_schema(frame)))


def read_schema(frame: AnyFrame) -> nw.Schema:
    """Return names and types, or one clear error where a lazy frame cannot tell them."""
    try:
        return frame.collect_schema()
    except Exception as error:
        raise UnsupportedFrame(
            f"the schema of the {frame.implementation} frame cannot be read: {error}"
        ) from error


def collect(frame: AnyFrame) -> nw.DataFrame[Any]:
    """Run a lazy query; the caller knows that what comes is small."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def census(
    frame: AnyFrame, flags: Mapping[str, nw.Expr], ranges: Sequence[str] = ()
) -> dict[str, Any]:
    """Count rows, count those for which each flag holds, and find the range of columns.

    One query.  Flags become columns first, since not every engine aggregates expressions.

    Returns
    -------
    dict
        ``rows``, each flag's count, and ``(lowest, highest)`` for each range column.
    """
    if frame.implementation is nw.Implementation.POLARS:
        frame = frame.lazy()  # so that the marks below are never written down
    marked = frame.with_columns(
        **{name: nw.when(flag).then(1).otherwise(0) for name, flag in flags.items()}
    )
    row = collect(
        marked.select(
            nw.len().alias("rows"),
            *[nw.col(name).sum() for name in flags],
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
    frame: AnyFrame, bad: nw.Expr, columns: Sequence[str] | Mapping[str, str]
) -> tuple[str, ...]:
    """Return the first offending rows as text, with their position where rows have one.

    A mapping gives the columns' names as the caller knows them.
    """
    shown = dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}
    if isinstance(frame, nw.DataFrame):
        frame = frame.with_row_index("__row")
        shown = {"__row": "__row", **shown}
    wanted = [nw.col(column).alias(name) for name, column in shown.items()]
    found = collect(frame.filter(bad).head(_FIRST_ROWS).select(*wanted)).rows(named=True)
    return tuple(_row_as_text(dict(row)) for row in found)


def as_floats(series: nw.Series[Any]) -> Floats:
    """Return a column as float64, missing values as NaN."""
    if series.dtype != nw.Float64:
        series = series.cast(nw.Float64)
    return np.asarray(series.to_numpy(), dtype=np.float64)


def with_arrays(frame: nw.DataFrame[Any], columns: Mapping[str, NDArray[Any]]) -> nw.DataFrame[Any]:
    """Add arrays to an eager frame as columns."""
    backend = frame.implementation
    return frame.with_columns(
        *[nw.new_series(name, values, backend=backend) for name, values in columns.items()]
    )


def encode(column: nw.Series[Any]) -> tuple[NDArray[np.int64], Any]:
    """Give the distinct values of a column in memory numbers, in their own order if they have one.

    Returns
    -------
    codes : ndarray of int64, shape (rows,)
    values : native column
        The distinct values; ``values[codes]`` is the column.
    """
    native = column.to_native()
    if column.implementation is nw.Implementation.PYARROW:
        import pyarrow.compute as pc  # noqa: PLC0415 - the frame is PyArrow's, so it is there

        encoded = native.combine_chunks().dictionary_encode()
        codes, values = encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary
        order = pc.sort_indices(values).to_numpy()
    else:
        codes, values = pd.factorize(native)
        values = pd.Series(values)
        try:
            order = values.argsort().to_numpy()
        except TypeError:  # values of several kinds have no order: as they came
            return codes, values
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[codes], values.take(order)


def table_of(customers: Any, columns: Mapping[str, NDArray[Any]], kept: NDArray[np.bool_]) -> Any:
    """Build an eager table: the customers that are kept, and arrays of their columns."""
    if isinstance(customers, pd.Series):
        chosen = customers.reset_index(drop=True)[kept].reset_index(drop=True)
        return pd.DataFrame({"customer": chosen, **columns})
    import pyarrow as pa  # noqa: PLC0415 - the frame is PyArrow's, so it is there

    chosen = customers.filter(pa.array(kept))
    return pa.table({"customer": chosen, **columns})


def beside(frame: AnyFrame, columns: Mapping[str, NDArray[Any]]) -> Any:
    """Put a small table next to a lazy frame, on the engine and connection that hold it."""
    match frame.implementation:
        case nw.Implementation.POLARS:
            return nw.from_dict(columns, backend="polars").lazy()
        case nw.Implementation.DUCKDB:
            import pyarrow as pa  # noqa: PLC0415 - DuckDB reads Arrow, and only it needs it

            small = pa.table(dict(columns))  # noqa: F841 - the query below finds it by name
            relation = frame.to_native().query("_", "select * from small")
            return nw.from_native(relation)
        case engine:
            return nw.from_dict(columns, backend="pandas").lazy(engine)


def _holds_numbers(frame: AnyFrame, column: str) -> bool:
    """Tell whether an untyped column holds nothing but numbers, as Decimals in pandas do."""
    if not isinstance(frame, nw.DataFrame) or frame.schema[column] != nw.Object:
        return False
    try:
        frame.get_column(column).cast(nw.Float64)
    except (TypeError, ValueError):
        return False
    return True


def _row_as_text(row: dict[str, Any]) -> str:
    place = f"row {row.pop('__row')}: " if "__row" in row else ""
    return place + ", ".join(f"{name}={value!s}" for name, value in row.items())
