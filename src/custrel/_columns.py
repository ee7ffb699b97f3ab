"""What every rule asks of the columns that it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, Problem
from custrel.frames import Door, census, first_rows, read_schema


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
    bad = {f"__bad_{name}": _unusable(door, name) for name in wanted}
    counts = census(door.frame, {**bad, **(flags or {})})
    problems = [
        _gap(door, name, counts[flag], bad[flag], of)
        for flag, name in zip(bad, wanted, strict=True)
        if counts[flag]
    ]
    if problems:
        raise InvalidData(problems)
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
    outside = (as_float(column) < low) | (as_float(column) > high)
    count = require_complete(door, column, flags={"outside": outside}, of=of)["outside"]
    if count:
        beside = [name for name in (door.columns[0], column) if name in door.columns]
        problem = Problem(
            code="out_of_range",
            message=f"value that is not from {low:g} to {high:g}",
            column=column,
            count=count,
            rows=first_rows(door.frame, outside, list(dict.fromkeys(beside))),
            remedy=f"Leave these {of}s out, or correct them.",
            of="row" if of == "customer" else of,
        )
        raise InvalidData([problem])


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


def _gap(door: Door, column: str, count: int, bad: nw.Expr, of: str) -> Problem:
    beside = [name for name in (door.columns[0], column) if name in door.columns]
    return Problem(
        code="missing_value",
        message="missing or infinite value",
        column=column,
        count=count,
        rows=first_rows(door.frame, bad, list(dict.fromkeys(beside))),
        remedy=f"Leave these {of}s out, or fill the column in, before they are judged.",
        of="row" if of == "customer" else of,
    )


def _first_remedy(door: Door, wanted: tuple[str, ...], remedies: Mapping[str, str]) -> str:
    return next((remedies[c] for c in wanted if c not in door.columns and c in remedies), "")
