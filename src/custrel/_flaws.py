"""What rows must not have: counted where the data lie, in one query, and told in one error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._queries import unused_names
from custrel.errors import InvalidData, Problem
from custrel.frames import Door, census, first_rows


@attrs.frozen(eq=False)
class Flaw:
    """Something that rows must not have, and what is said of those that have it.

    The first of them are shown by some columns: without any, by the frame's first and their own.
    """

    bad: nw.Expr
    code: str
    message: str
    column: str | None = None
    remedy: str = attrs.field(default="", kw_only=True)
    of: str = attrs.field(default="row", kw_only=True)
    shown: Sequence[str] = attrs.field(default=(), kw_only=True)

    def in_rows(self, door: Door, count: int) -> Problem:
        """Return the problem that so many rows of a frame have."""
        shown = self.shown or [door.columns[0], *([] if self.column is None else [self.column])]
        return Problem(
            code=self.code,
            message=self.message,
            column=self.column,
            count=count,
            rows=first_rows(door.frame, self.bad, list(dict.fromkeys(shown))),
            remedy=self.remedy,
            of=self.of,
        )


def find_flaws(
    door: Door, flaws: Sequence[Flaw], flags: Mapping[str, nw.Expr] | None = None
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Return the number of ``rows`` and the count of each flag, and the problems that rows have."""
    more = flags or {}
    names = unused_names((*door.columns, *more), len(flaws))
    looks = {name: flaw.bad for name, flaw in zip(names, flaws, strict=True)}
    counts = census(door.frame, {**looks, **more})
    return counts, tuple(
        flaw.in_rows(door, counts[name])
        for name, flaw in zip(names, flaws, strict=True)
        if counts[name]
    )


def refuse_rows(
    door: Door, *flaws: Flaw, flags: Mapping[str, nw.Expr] | None = None
) -> dict[str, Any]:
    """Refuse rows that have a flaw; return what `find_flaws` counted where none has."""
    counts, problems = find_flaws(door, flaws, flags)
    if problems:
        raise InvalidData(problems)
    return counts
