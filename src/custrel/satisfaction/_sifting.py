"""Answers that cannot be used: found in one query, reported, and left out."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel._flaws import Flaw, find_flaws
from custrel.errors import Problem
from custrel.frames import AnyFrame, Door

LEAVE_OUT = "errors='collect' leaves these answers out and reports them."


def looks_at(
    columns: Sequence[str],
    scale: tuple[float, float],
    *,
    by: str | None,
    weight: str | None,
    whole: bool = False,
) -> list[Flaw]:
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
        looks.append(Flaw(gone, "missing_answer", "missing answer", name, of="answer"))
        message = f"answer {what.format(low, high)}"
        looks.append(Flaw(~gone & off, "off_scale", message, name, of="answer"))
    if weight is not None:
        value = as_float(weight)
        bad = value.is_null() | ~value.is_finite() | (value < 0)
        message = "missing, infinite or negative weight"
        looks.append(Flaw(bad, "no_weight", message, weight, of="answer"))
    if by is not None:
        looks.append(Flaw(nw.col(by).is_null(), "missing_key", "missing group", by, of="answer"))
    return looks


def sift(door: Door, looks: Sequence[Flaw]) -> tuple[AnyFrame, tuple[Problem, ...]]:
    """Return the frame without the rows that any look found, and what was found."""
    _, problems = find_flaws(door, looks)
    if not problems:
        return door.frame, ()
    bad = nw.any_horizontal(*(look.bad for look in looks), ignore_nulls=True)
    return door.frame.filter(~bad), problems
