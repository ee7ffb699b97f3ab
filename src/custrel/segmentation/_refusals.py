"""Values that a rule cannot read: counted on the engine, and refused in one error."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel._flaws import Flaw, refuse_rows
from custrel.frames import Door, read_schema


def refuse(
    door: Door, bad: Mapping[str, tuple[nw.Expr, str]], *, code: str, remedy: str = ""
) -> None:
    """Refuse the rows for which something holds: for each column, what that is, and its message."""
    if not bad:
        return
    refuse_rows(
        door,
        *(
            Flaw(flag, code, message, column, remedy=remedy)
            for column, (flag, message) in bad.items()
        ),
    )


def require_there(door: Door, *columns: str) -> None:
    """Refuse missing columns, and rows without a value: whose they are, nobody knows."""
    names = tuple(dict.fromkeys(columns))
    door.require(names)
    missing = {name: (nw.col(name).is_null(), "missing value") for name in names}
    refuse(door, missing, code="missing_value", remedy="Leave these rows out.")


def require_values(door: Door, *columns: str) -> None:
    """Refuse missing columns and values, and what is neither a number nor a flag."""
    door.require(columns)
    schema = read_schema(door.frame)
    flags = [column for column in columns if schema[column] == nw.Boolean]
    require_complete(door, *(column for column in columns if column not in flags))
    missing = {column: (nw.col(column).is_null(), "missing value") for column in flags}
    refuse(door, missing, code="missing_value", remedy="Leave these rows out, or decide.")


def require_flags(door: Door, response: str) -> None:
    """Refuse what is neither true nor false, 1 nor 0."""
    value = as_float(response)
    odd = {response: ((value != 0) & (value != 1), "expected 1 (answered) or 0 (did not)")}
    refuse(door, odd, code="no_flag", remedy="Say of each customer whether he answered.")
