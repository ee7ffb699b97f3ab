"""What every rule asks of the columns that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from custrel._flaws import Flaw, find_flaws
from custrel.errors import InvalidData, Problem
from custrel.frames import Door, read_schema

# No sets: an Enum of its own categories has its own hash.
NAMES = (nw.Categorical, nw.Enum)
_TEXT = (nw.String, nw.Object)
_OF_THEIR_OWN = (nw.Implementation.POLARS, nw.Implementation.PYARROW)  # which keep categories apart
_GAP = "missing_value"


def require_complete(
    door: Door,
    *columns: str,
    remedies: Mapping[str, str] | None = None,
    flags: Mapping[str, nw.Expr] | None = None,
    flaws: Sequence[Flaw] = (),
    of: str = "customer",
) -> dict[str, Any]:
    """Refuse missing columns, columns without numbers, and missing or infinite numbers.

    Where there are none, refuse further `flaws`.  One query.  Returns the number of rows, and
    the counts of the flags that were given.  `of` says what a row is: a customer, ...
    """
    wanted = tuple(dict.fromkeys(columns))
    door.require(wanted, remedy=_first_remedy(door, wanted, remedies or {}))
    door.require_numbers(*wanted)
    gaps = [_gap(door, name, of) for name in wanted]
    counts, problems = find_flaws(door, [*gaps, *flaws], flags)
    if problems:
        raise InvalidData([p for p in problems if p.code == _GAP] or problems)
    return counts


def require_rows(rows: int, purpose: str, *, of: str = "customer") -> None:
    """Refuse to learn from nothing."""
    if rows == 0:
        raise InvalidData(
            [
                Problem(
                    code="empty",
                    message=f"there is no {of} to learn {purpose} from",
                    count=0,
                    remedy="Check the filter that was applied before.",
                )
            ]
        )


def require_within(
    door: Door, column: str, low: float, high: float, *, of: str = "customer"
) -> None:
    """Refuse a column of numbers with missing ones, or any outside of a range."""
    outside = Flaw(
        (as_float(column) < low) | (as_float(column) > high),
        "out_of_range",
        f"value that is not from {low:g} to {high:g}",
        column,
        remedy=f"Leave these {of}s out, or correct them.",
        of="row" if of == "customer" else of,
    )
    require_complete(door, column, flaws=[outside], of=of)


def is_array(values: object) -> bool:
    """Tell an array from a frame, by its class: a relation runs queries when asked."""
    kind = type(values)
    many = isinstance(values, Sequence) and not isinstance(values, str | bytes)
    return many or (hasattr(kind, "__array__") and not hasattr(kind, "columns"))


def require_one_kind(one: Door, column: str, other: Door, another: str) -> None:
    """Refuse text that is to be compared with numbers."""
    kinds = [read_schema(one.frame)[column], read_schema(other.frame)[another]]
    told = not any(kind in (nw.Object, nw.Unknown) for kind in kinds)
    if told and kinds[0].is_numeric() is not kinds[1].is_numeric():
        problem = Problem(
            code="two_kinds",
            message=f"values of type {kinds[1]}, which are to be compared with {kinds[0]}",
            column=another,
            count=0,
            remedy="Make both text, or both numbers.",
        )
        raise InvalidData([problem])


def as_code(door: Door, column: str, known: Iterable[object]) -> nw.Expr:
    """Return a column to be looked up among codes: as text, where these are text and it is not.

    Engines compare like with like only, and an Enum with its own categories; what is text can
    be none of numbers, and is refused.
    """
    kind = read_schema(door.frame)[column]
    if not all(isinstance(code, str) for code in known):
        if kind in (nw.String, *NAMES):
            door.require_numbers(column)
        return nw.col(column)
    return nw.col(column) if kind in _TEXT else as_text(door, column)


def as_text(door: Door, column: str) -> nw.Expr:
    """Return a column as text; of truth values ``"True"`` and ``"False"``, which engines spell apart."""
    value = nw.col(column)
    if read_schema(door.frame)[column] != nw.Boolean:
        return value.cast(nw.String)
    return nw.when(value).then(nw.lit("True")).otherwise(nw.when(~value).then(nw.lit("False")))


def as_key(door: Door, column: str) -> nw.Expr:
    """Return a column to be joined with another: categories, which each column has its own of, as text."""
    named = door.engine in _OF_THEIR_OWN and read_schema(door.frame)[column] in NAMES
    return nw.col(column).cast(nw.String) if named else nw.col(column)


def as_float(column: str) -> nw.Expr:
    """Return a column of numbers of any kind as Float64."""
    return nw.col(column).cast(nw.Float64)


def _unusable(door: Door, column: str) -> nw.Expr:
    missing = nw.col(column).is_null()
    if read_schema(door.frame)[column].is_integer():
        return missing
    return missing | ~as_float(column).is_finite()


def _gap(door: Door, column: str, of: str) -> Flaw:
    return Flaw(
        _unusable(door, column),
        _GAP,
        "missing or infinite value",
        column,
        remedy=f"Leave these {of}s out, or fill the column in, before they are judged.",
        of="row" if of == "customer" else of,
    )


def _first_remedy(door: Door, wanted: tuple[str, ...], remedies: Mapping[str, str]) -> str:
    return next((remedies[c] for c in wanted if c not in door.columns and c in remedies), "")
