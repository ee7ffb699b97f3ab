"""Answers that cannot be used: found in one query, reported, and left out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel.errors import Problem
from custrel.frames import AnyFrame, Door, census, first_rows


@attrs.frozen
class _Look:
    """What may be wrong with a column, and which rows have it."""

    column: str
    flag: nw.Expr
    code: str
    message: str


def looks_at(
    columns: Sequence[str],
    scale: tuple[float, float],
    *,
    by: str | None,
    weight: str | None,
    whole: bool = False,
) -> list[_Look]:
    """Return what may be wrong with answers on a scale, their group and their weight."""
    low, high = scale
    what = "that is no whole number from {:g} to {:g}" if whole else "off the scale of {:g} to {:g}"
    looks = []
    for name in columns:
        value = as_float(name)
        gone = value.is_null() | value.is_nan()
        off = (value < low) | (value > high)
        if whole:
            off = off | (value != value.round(0))
        looks.append(_Look(name, gone, "missing_answer", "missing answer"))
        looks.append(_Look(name, ~gone & off, "off_scale", f"answer {what.format(low, high)}"))
    if weight is not None:
        value = as_float(weight)
        bad = value.is_null() | ~value.is_finite() | (value < 0)
        looks.append(_Look(weight, bad, "no_weight", "missing, infinite or negative weight"))
    if by is not None:
        looks.append(_Look(by, nw.col(by).is_null(), "missing_key", "missing group"))
    return looks


def sift(door: Door, looks: Sequence[_Look]) -> tuple[AnyFrame, tuple[Problem, ...]]:
    """Return the frame without the rows that any look found, and what was found."""
    flags = {f"__custrel_{i}": look.flag for i, look in enumerate(looks)}
    counts = census(door.frame, flags)
    problems = tuple(
        Problem(
            code=look.code,
            message=look.message,
            column=look.column,
            count=counts[name],
            rows=first_rows(
                door.frame, look.flag, list(dict.fromkeys((door.columns[0], look.column)))
            ),
            of="answer",
        )
        for name, look in zip(flags, looks, strict=True)
        if counts[name]
    )
    if not problems:
        return door.frame, ()
    bad = nw.any_horizontal(*flags.values(), ignore_nulls=True)
    return door.frame.filter(~bad), problems
