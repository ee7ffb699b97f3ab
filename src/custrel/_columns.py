"""What every rule asks of the columns that it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidData, Problem
from custrel.frames import Door, read_schema


def require_complete(
    door: Door,
    *columns: str,
    remedies: Mapping[str, str] | None = None,
    flags: Mapping[str, nw.Expr] | None = None,
    of: str = "customer",
) -> dict[str, Any]:
    """Refuse missing columns, columns without numbers, and missing or infinite numbers.

    One query.  Returns the number of rows, and the counts of the flags that were given.  `of`
    says what a row is: a customer, a respondent, ...
    """
    wanted = tuple(dict.fromkeys(columns))
    door.require(wanted, remedy=_first_remedy(door, wanted, remedies or {}))
    door.require_numbers(*wanted)
    return refuse_rows(door, *(_gap(door, name, of) for name in wanted), flags=flags)


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
    count = require_complete(door, column, flags={"outside": outside.bad}, of=of)["outside"]
    if count:
        raise InvalidData([outside.in_rows(door, count)])


def is_array(values: object) -> bool:
    """Tell an array from a frame, by its class: a relation runs queries when asked."""
    kind = type(values)
    many = isinstance(values, Sequence) and not isinstance(values, str | bytes)
    return many or (hasattr(kind, "__array__") and not hasattr(kind, "columns"))


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
        "missing_value",
        "missing or infinite value",
        column,
        remedy=f"Leave these {of}s out, or fill the column in, before they are judged.",
        of="row" if of == "customer" else of,
    )


def _first_remedy(door: Door, wanted: tuple[str, ...], remedies: Mapping[str, str]) -> str:
    return next((remedies[c] for c in wanted if c not in door.columns and c in remedies), "")
