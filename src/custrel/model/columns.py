"""Columns: many objects of one class as lists, one for each field, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import groupby
from math import isnan
from operator import attrgetter
from typing import Any, Literal, TypeVar, overload

import attrs

from custrel.errors import ColumnNotFound, CustrelError, InvalidData, Problem, UnknownCode
from custrel.model._schema import Field, Shape, class_of, fields_of
from custrel.model.flow import Flow
from custrel.model.plain import SCALARS, decode, encode, known_flows
from custrel.rules import Rule

__all__ = ["from_columns", "to_columns"]

T = TypeVar("T")
Columns = dict[str, list[Any]]

_SHOWN = 5
_PLAIN = (str, bool, int, float, date, Decimal)


# ------------------------------------------------------------------------------------ there


def to_columns(records: Iterable[Any], kind: type | None = None) -> Columns:
    """Return objects as columns, ready for a data frame of any kind.

    Parameters
    ----------
    records : iterable of object
        Objects of one class.
    kind : type, optional
        Their class; needed where there may be none of them.

    Returns
    -------
    dict of str to list
        A column for each field.  An object within an object gives columns of its own with the
        field's name before them: a price is ``price_amount`` and ``price_currency``.  Codes are
        text, instants are in UTC, exact numbers are Decimals, a flow is its name, what has
        several items is JSON text, and None stays None.

    Raises
    ------
    InvalidValue
        There are no objects and no `kind`, or they are of different classes.

    See Also
    --------
    from_columns : The way back.

    Notes
    -----
    ``pl.DataFrame(columns)`` and ``pa.table(columns)`` keep everything.  pandas turns whole
    numbers into floats where one is missing; ``pd.DataFrame(columns, dtype=object)`` does not.

    Examples
    --------
    >>> from custrel.model import Address
    >>> to_columns([Address(country="CN", city="泸州"), Address(country="DE", lines=["a", "b"])])
    {'country': ['CN', 'DE'], 'city': ['泸州', ''], 'lines': ['[]', '["a", "b"]'],
    'region': ['', ''], 'postal_code': ['', '']}
    """
    rows = list(records)
    return dict(_write_objects(class_of(rows, kind, "to_columns"), rows, ""))


def _write_objects(
    kind: type, rows: list[Any], prefix: str, *, optional: bool = False
) -> Iterator[tuple[str, list[Any]]]:
    for field in fields_of(kind):
        name, shape = f"{prefix}{field.alias}", field.shape
        values = _each(rows, attrgetter(field.name), optional=optional)
        optional_here = optional or shape.optional
        if _is_nested(shape):
            yield from _write_objects(shape.only, values, f"{name}_", optional=optional_here)
        else:
            write = _writer(shape, values)
            yield name, values if write is None else _each(values, write, optional=optional_here)


def _each(values: list[Any], do: Callable[[Any], Any], *, optional: bool) -> list[Any]:
    """Return what a function makes of each value; None stays None."""
    if optional:
        return [None if value is None else do(value) for value in values]
    return [*map(do, values)]


def _writer(shape: Shape, values: list[Any]) -> Callable[[Any], Any] | None:
    """Return what turns a value into that of a column, or None where all may stay as they are."""
    kind = shape.only
    if kind is datetime:
        zones = {value.tzinfo for value in values if value is not None}
        return None if zones <= {UTC} else _in_utc
    if kind in _PLAIN:
        return None
    if isinstance(kind, type) and issubclass(kind, Enum):
        return attrgetter("_value_")
    if isinstance(kind, type) and issubclass(kind, Flow):
        return attrgetter("name")
    return lambda value: json.dumps(encode(value, shape), ensure_ascii=False)


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _is_nested(shape: Shape) -> bool:
    """Tell whether a value gives columns of its own."""
    kind = shape.only
    return isinstance(kind, type) and attrs.has(kind) and not issubclass(kind, Rule)


# ------------------------------------------------------------------------------------- and back


@overload
def from_columns(
    kind: type[T],
    columns: Any,
    *,
    errors: Literal["raise"] = ...,
    flows: Iterable[Flow] = ...,
) -> list[T]: ...


@overload
def from_columns(
    kind: type[T],
    columns: Any,
    *,
    errors: Literal["collect"],
    flows: Iterable[Flow] = ...,
) -> tuple[list[T], tuple[Problem, ...]]: ...


def from_columns(
    kind: type[T],
    columns: Any,
    *,
    errors: Literal["raise", "collect"] = "raise",
    flows: Iterable[Flow] = (),
) -> list[T] | tuple[list[T], tuple[Problem, ...]]:
    """Return the objects that columns describe, one for each row.

    Parameters
    ----------
    kind : type
        The class that they are of.
    columns : mapping of str to sequence, or data frame
        What `to_columns` gave, perhaps after a journey through pandas, Polars, PyArrow or a
        store: days and instants may come as ISO text, exact numbers as text, true and false as
        1 and 0.  A column may be missing where its field has a default.
    errors : {"raise", "collect"}
        What to do with rows that do not make an object.
    flows : iterable of Flow
        Flows of one's own, which columns know by their names; those of `FLOWS` are known.

    Returns
    -------
    list of object
        In the order of the rows.  With ``errors="collect"``, a tuple: the objects of the good
        rows, and a `Problem` for each of the others, which names its row, from 0.

    Raises
    ------
    ColumnNotFound
        A column is missing whose field has no default.
    InvalidData
        Rows do not make objects, a column belongs to no field, or columns differ in length.
    UnknownCode
        Problems are neither raised nor collected.

    Examples
    --------
    >>> from custrel.model import Money
    >>> columns = {"amount": ["1.10", "none"], "currency": ["CNY", "CNY"]}
    >>> good, problems = from_columns(Money, columns, errors="collect")
    >>> good
    [Money(amount=Decimal('1.10'), currency='CNY')]
    >>> print(problems[0])
    column 'amount': expected an exact number (Decimal, text or whole), got 'none' in 1 row
    (row 1: amount='none').
    """
    if errors not in {"raise", "collect"}:
        raise UnknownCode("treatment of errors", str(errors), ("raise", "collect"))
    table = _read_table(columns)
    reader = _Reader(table, known_flows(flows), len(next(iter(table.values()), [])))
    _check_names(kind, table, reader.rows)
    made = reader.read_object(kind, "")
    problems = tuple(
        thing.problem(row, table) for row, thing in enumerate(made) if isinstance(thing, _Fault)
    )
    good = [thing for thing in made if not isinstance(thing, _Fault)]
    if errors == "collect":
        return good, problems
    if problems:
        raise InvalidData(
            _by_kind(problems), 'errors="collect" gives the good rows and a problem for each other.'
        )
    return good


@attrs.frozen
class _Fault:
    """What is wrong in a row, and in which column."""

    column: str | None
    message: str
    code: str = "unreadable"

    def problem(self, row: int, table: Mapping[str, Sequence[Any]]) -> Problem:
        names = [self.column] if self.column in table else []
        shown = ", ".join(f"{name}={table[name][row]!r}" for name in names if name is not None)
        return Problem(
            code=self.code,
            message=self.message.rstrip("."),
            column=self.column,
            rows=(f"row {row}: {shown}" if shown else f"row {row}",),
        )


@attrs.frozen
class _Reader:
    """Columns, read field by field into the objects of each row."""

    table: Mapping[str, list[Any]]
    flows: Mapping[str, Flow]
    rows: int

    def read_object(self, kind: type, prefix: str, *, optional: bool = False) -> list[Any]:
        """Return an object, None or a fault for each row."""
        fields = [field for field in fields_of(kind) if _is_there(field, prefix, self.table)]
        values = [self._read(f"{prefix}{field.alias}", field.shape) for field in fields]
        names = [field.alias for field in fields]
        present = self._present(fields, prefix) if optional else None
        made: list[Any] = []
        for row, cells in enumerate(zip(*values, strict=True)):
            if present is not None and not present[row]:
                made.append(None)
                continue
            fault = next((cell for cell in cells if isinstance(cell, _Fault)), None)
            if fault is None:
                try:
                    made.append(kind(**dict(zip(names, cells, strict=True))))
                    continue
                except (CustrelError, TypeError, ValueError, ArithmeticError) as error:
                    fault = _Fault(prefix.rstrip("_") or None, str(error))
            made.append(fault)
        return made

    def _read(self, name: str, shape: Shape) -> list[Any]:
        if _is_nested(shape):
            return self.read_object(shape.only, f"{name}_", optional=shape.optional)
        read = _reader(shape, self.flows)
        return [self._cell(name, value, shape, read) for value in self.table[name]]

    def _cell(self, name: str, value: Any, shape: Shape, read: Callable[[Any], Any]) -> Any:
        if _is_missing(value) and (shape.optional or value is None or shape.only is not float):
            return None if shape.optional else _Fault(name, "a value is missing", "missing")
        try:
            return read(value)
        except (CustrelError, TypeError, ValueError) as error:
            return _Fault(name, str(error))

    def _present(self, fields: Iterable[Field], prefix: str) -> list[bool]:
        """Return in which rows an object within the object has any value at all."""
        names = [name for field in fields for name in _names_of(field, prefix)]
        own = [self.table[name] for name in names if name in self.table]
        return [not all(map(_is_missing, cells)) for cells in zip(*own, strict=True)]


def _reader(shape: Shape, flows: Mapping[str, Flow]) -> Callable[[Any], Any]:
    kind = shape.only
    if kind in SCALARS:
        return SCALARS[kind]
    if isinstance(kind, type) and issubclass(kind, Enum | Flow):
        return lambda value: decode(value, shape, flows)
    return lambda value: decode(json.loads(value), shape, flows)


def _is_missing(value: Any) -> bool:
    """Tell whether a cell is empty: None, or what pandas has in its place."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and isnan(value)


def _is_there(field: Field, prefix: str, table: Mapping[str, Any]) -> bool:
    """Tell whether a field has its columns; a field with a default may go without."""
    names = _names_of(field, prefix)
    return field.required or any(name in table for name in names)


def _names_of(field: Field, prefix: str) -> list[str]:
    name = f"{prefix}{field.alias}"
    if not _is_nested(field.shape):
        return [name]
    return [inner for sub in fields_of(field.shape.only) for inner in _names_of(sub, f"{name}_")]


def _needed(kind: type, prefix: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns without which no object can be made."""
    for field in fields_of(kind):
        if not _is_there(field, prefix, table):
            continue
        if _is_nested(field.shape):
            yield from _needed(field.shape.only, f"{prefix}{field.alias}_", table)
        else:
            yield f"{prefix}{field.alias}"


def _check_names(cls: type, table: Mapping[str, list[Any]], rows: int) -> None:
    missing = [name for name in _needed(cls, "", table) if name not in table]
    if missing:
        raise ColumnNotFound(missing, list(table))
    known = {name for field in fields_of(cls) for name in _names_of(field, "")}
    problems = [
        Problem(
            code="unknown_column",
            message=f"belongs to no field of {cls.__name__}",
            column=name,
            count=0,
            remedy="Leave it out.",
        )
        for name in table
        if name not in known
    ]
    problems += [
        Problem(
            code="length",
            message=f"has {len(values):,} rows, the first column {rows:,}",
            column=name,
            count=0,
        )
        for name, values in table.items()
        if len(values) != rows
    ]
    if problems:
        raise InvalidData(problems)


def _read_table(columns: Any) -> dict[str, list[Any]]:
    """Return the columns of a mapping or of a frame as lists of Python's own objects."""
    names = getattr(columns, "column_names", None)  # PyArrow
    if names is None:
        names = columns if isinstance(columns, Mapping) else columns.columns
    return {str(name): _as_list(columns[name]) for name in names}


def _as_list(values: Any) -> list[Any]:
    for method in ("to_pylist", "to_list", "tolist"):  # PyArrow, Polars and pandas, NumPy
        convert = getattr(values, method, None)
        if convert is not None:
            return list(convert())
    return list(values)


def _by_kind(problems: Sequence[Problem]) -> list[Problem]:
    """Return one problem for each kind and column, with the first rows of each."""

    def kind(problem: Problem) -> tuple[str, str]:
        return problem.column or "", problem.code

    found: list[Problem] = []
    for _, group in groupby(sorted(problems, key=kind), key=kind):
        same = list(group)
        rows = tuple(row for problem in same[:_SHOWN] for row in problem.rows)
        found.append(attrs.evolve(same[0], count=len(same), rows=rows))
    return found
