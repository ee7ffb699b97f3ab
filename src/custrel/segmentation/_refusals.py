"""Values that a rule cannot read: counted on the engine, and refused in one error."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, Problem
from custrel.frames import Door, census, first_rows


def refuse(
    door: Door, bad: Mapping[str, tuple[nw.Expr, str]], *, code: str, remedy: str = ""
) -> None:
    """Refuse the rows for which something holds: for each column, what that is, and its message."""
    if not bad:
        return
    flags = {f"__bad_{column}": flag for column, (flag, _) in bad.items()}
    counts = census(door.frame, flags)
    problems = [
        Problem(
            code=code,
            message=message,
            column=column,
            count=counts[f"__bad_{column}"],
            rows=first_rows(door.frame, flag, list(dict.fromkeys((door.columns[0], column)))),
            remedy=remedy,
        )
        for column, (flag, message) in bad.items()
        if counts[f"__bad_{column}"]
    ]
    if problems:
        raise InvalidData(problems)
