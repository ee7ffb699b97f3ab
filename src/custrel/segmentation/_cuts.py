"""Cut points: one row of them, or one row for each cell of the scores before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isnan
from typing import Any

import narwhals.stable.v2 as nw

from custrel.errors import InvalidRule

Cuts = tuple[float, ...]
CutsByScore = tuple[Cuts, ...]
CutsByTwoScores = tuple[CutsByScore, ...]


def read_cuts(cuts: Any) -> Any:
    """Turn nested sequences of numbers, or of their texts, into nested tuples of floats."""
    if isinstance(cuts, str) or not isinstance(cuts, Iterable):
        raise InvalidRule(f"expected a sequence of cut points, got {cuts!r}.")
    return tuple(
        read_cuts(c) if isinstance(c, Iterable) and not isinstance(c, str) else _number(c)
        for c in cuts
    )


def check_cuts(what: str, cuts: Any, before: Sequence[int]) -> None:
    """Refuse cut points that do not ascend, or of which some cell before has none."""
    if not _rows_within(cuts, before):
        each = " and ".join(str(bins) for bins in before)
        inside = f", or a tuple of them for each of the {each} scores before" if before else ""
        raise InvalidRule(f"{what}: expected a sequence of cut points{inside}; got {cuts!r}.")
    rows = _rows_of(cuts)
    for row in rows:
        if len(row) != len(rows[0]):
            raise InvalidRule(f"{what}: {row!r} and {rows[0]!r} do not make equally many scores.")
        for lower, upper in pairwise(row):
            if not lower <= upper:
                raise InvalidRule(
                    f"{what}: cut points must ascend, but {lower:g} comes before {upper:g}."
                )


def count_scores(cuts: Any) -> int:
    """Return how many scores the cut points make."""
    return len(_rows_of(cuts)[0]) + 1


def depend_on_cell(cuts: Any) -> bool:
    """Tell whether the cut points depend on the scores before."""
    return _is_nested(cuts)


def points(value: nw.Expr, cuts: Any, cell: nw.Expr | None, *, closed: str) -> nw.Expr:
    """Return 1 + the number of cut points that a value has passed."""
    # Small integers halve the memory traffic of the sums.
    total = nw.lit(1, nw.Int16)
    for column in zip(*_rows_of(cuts), strict=True):
        cut: Any = column[0]
        if cell is not None and len(set(column)) > 1:
            cut = cell.replace_strict(
                range(len(column)), column, default=None, return_dtype=nw.Float64
            )
        passed = value >= cut if closed == "better" else value > cut
        total = total + passed.cast(nw.Int16)
    return total.cast(nw.Int64)


def flip(cuts: Cuts) -> Cuts:
    """Turn cut points of a value into those of its negative."""
    return tuple(0.0 - cut for cut in reversed(cuts))


def _rows_of(cuts: Any) -> CutsByScore:
    """Return the rows of cut points, in the order of the numbers of their cells."""
    if not _is_nested(cuts):
        return (cuts,)
    return tuple(row for inner in cuts for row in _rows_of(inner))


def _number(cut: Any) -> float:
    try:
        number = float(cut)
    except (TypeError, ValueError):
        raise InvalidRule(f"{cut!r} is no cut point: it is no number.") from None
    if isnan(number):
        raise InvalidRule("NaN is no cut point.")
    return number


def _is_nested(cuts: Any) -> bool:
    return bool(cuts) and isinstance(cuts[0], tuple)


def _rows_within(cuts: Any, before: Sequence[int]) -> bool:
    """Tell whether cuts are a row of numbers, or full rows of such for the scores before."""
    if not _is_nested(cuts):
        return all(isinstance(cut, float) for cut in cuts)
    if not before or len(cuts) != before[0]:
        return False
    return _levels(cuts) == len(before) and all(
        isinstance(inner, tuple) and (len(before) == 1 or _is_nested(inner))
        and _rows_within(inner, before[1:])
        for inner in cuts
    )  # fmt: skip


def _levels(cuts: Any) -> int:
    return 1 + _levels(cuts[0]) if _is_nested(cuts) else 0
