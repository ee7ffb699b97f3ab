"""The door: any frame in, the same kind of frame out.

pandas, Polars (eager and lazy) and PyArrow frames and DuckDB relations come in through
`enter`; what is done to them is written once, in the part of Narwhals that is right on
every engine; `Door.leave` hands the same kind back.  A lazy frame stays lazy: only small
things (counts, thresholds, distinct rows) are ever collected.

Nobody calls this module but the rest of custrel and packages that build on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Number
from typing import Any, Protocol, Self, runtime_checkable

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.exceptions import DuplicateError
from numpy.typing import NDArray

from custrel._queries import (
    AnyFrame as AnyFrame,
    Floats as Floats,
    as_floats as as_floats,
    beside as beside,
    census as census,
    collect as collect,
    collect_rows as collect_rows,
    count_rows as count_rows,
    engine_of as engine_of,
    first_rows as first_rows,
    native_with_arrays,
    plain_floats,
    read_schema as read_schema,
    require_one_engine as require_one_engine,
    unreadable,
    unused_name,
    unused_names,
    with_arrays as with_arrays,
)
from custrel.errors import ColumnNotFound, InvalidData, Problem, UnsupportedFrame

__all__ = ["Door", "Framed", "enter"]

_IN_ONE_PIECE = frozenset({nw.Implementation.PANDAS, nw.Implementation.PYARROW})

_TO_NUMBERS = "Convert the column to numbers first."
_TEXT_TO_NUMBERS = (
    "Convert the column to numbers first; commas between digits and signs of currency must go."
)


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
        return self._hand_out(frame.to_native())

    def _hand_out(self, native: Any) -> Any:
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

    def with_truth_as_numbers(self, *columns: str) -> Self:
        """Read columns of truth values as 1 and 0; others stay as they are.

        Parameters
        ----------
        *columns : str
            Their names.

        Returns
        -------
        Door
        """
        self.require(columns)
        schema = read_schema(self.frame)
        numbers = [nw.col(n).cast(nw.Float64) for n in columns if schema[n] == nw.Boolean]
        return attrs.evolve(self, frame=self.frame.with_columns(*numbers)) if numbers else self

    def values(self, *columns: str, flags: Sequence[str] = ()) -> tuple[Floats, ...]:
        """Bring columns to Python as float64 arrays, missing values as NaN.

        Parameters
        ----------
        *columns : str
            Their names.
        flags : sequence of str
            Those of them that may hold truth values, which come as 1 and 0.

        Returns
        -------
        tuple of ndarray, each of shape (rows,)

        Raises
        ------
        InvalidData
            A column holds no numbers.
        TooManyRows
            A lazy frame has more than may come to Python unasked.
        """
        self.require(columns)
        plain = plain_floats(self.frame, columns)
        if plain is not None:
            return plain
        if flags:
            return self.with_truth_as_numbers(*flags).values(*columns)
        if self.lazy:
            self.require_numbers(*columns)
        frame = collect_rows(self.frame.select(*columns) if self.lazy else self.frame)
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
                remedy=_TEXT_TO_NUMBERS if schema[name] == nw.String else _TO_NUMBERS,
            )
            for name, flag in zip(suspects, there, strict=True)
            if counts[flag]  # a column without any value has no type to speak of
        ]
        if problems:
            raise InvalidData(problems)

    def distinct(
        self, *columns: str, flags: Sequence[str] = (), remedy: str = ""
    ) -> tuple[dict[str, Floats], Floats]:
        """Bring the distinct rows of some columns to Python, and how often each occurs.

        A lazy engine groups where the data lies, so that what comes is small.  Columns in
        memory come as they are, each row once: the kernels find what repeats faster than
        a group-by does.

        Parameters
        ----------
        *columns : str
            Their names; one that is named twice comes once.
        flags : sequence of str
            Those of them that may hold truth values, which come as 1 and 0.
        remedy : str
            What the caller can do where one is not there.

        Returns
        -------
        rows : dict of str to ndarray of shape (rows,)
            By column, in the order of `columns`; what `attach` asks for as `by`.
        counts : ndarray of shape (rows,)

        Raises
        ------
        ColumnNotFound
            Some are not there.
        InvalidData
            A column holds no numbers.
        """
        self.require(columns, remedy=remedy)
        wanted = tuple(dict.fromkeys(columns))
        if not self.lazy:
            rows = self.values(*wanted, flags=flags)
            return dict(zip(wanted, rows, strict=True)), np.broadcast_to(1.0, rows[0].shape)
        door, count = self.with_truth_as_numbers(*flags), unused_name(wanted)
        door.require_numbers(*wanted)
        frame = collect(door.frame.group_by(*wanted).agg(nw.len().alias(count)))
        *arrays, counts = (as_floats(frame.get_column(name)) for name in (*wanted, count))
        return dict(zip(wanted, arrays, strict=True)), counts

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
            The rows that `distinct` gave: on a lazy engine the new columns are joined on them.

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
            return self._hand_out(native_with_arrays(self.frame, columns))
        keys = dict(zip(by, unused_names(self.columns, len(by)), strict=True))
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


def _probe(frame: AnyFrame) -> None:
    """Find out whether a relation, which remembers its schema, can still be queried."""
    if engine_of(frame) is not nw.Implementation.DUCKDB:
        return
    native: Any = frame.to_native()
    try:
        native.limit(0).fetchall()  # not as Arrow, which need not know every type
    except Exception as error:
        raise unreadable(frame, error) from error


def _holds_numbers(frame: AnyFrame, column: str) -> bool:
    """Tell whether an untyped column holds nothing but numbers, as Decimals in pandas do."""
    if not isinstance(frame, nw.DataFrame) or engine_of(frame) is not nw.Implementation.PANDAS:
        return False
    values: Any = frame.get_column(column).to_native()
    if values.dtype != object:
        return False
    return all(isinstance(value, Number) or pd.isna(value) is True for value in values)
