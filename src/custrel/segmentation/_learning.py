"""How an RFM scale is learnt: ranks of all customers, or ranks inside the cells before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete, require_rows
from custrel.errors import InvalidRule, UnknownCode, counted
from custrel.frames import AnyFrame, Door
from custrel.segmentation._binning import TIES, Learnt, learn_cuts
from custrel.segmentation._cells import cell_number
from custrel.segmentation._cuts import Cuts, count_scores, flip, points, read_cuts

DIMENSIONS = ("recency", "frequency", "monetary")
SCORES = ("recency_score", "frequency_score", "monetary_score")
METHODS = ("quantiles", "nested")
REMEDIES: Mapping[str, str] = MappingProxyType(
    {"idle": "Time since the last purchase is 'idle', which summarize() adds: T - recency."}
)

_ENOUGH_PER_SCORE = 10
_ENOUGH_PER_CELL = 2


@attrs.frozen
class Lesson:
    """How a scale is to be learnt: from which columns, with how many scores, and what stands."""

    columns: tuple[str, str, str]
    bins: tuple[int, int, int]
    method: str
    ties: str
    given: tuple[Any, Any, Any]

    @classmethod
    def of(
        cls,
        columns: tuple[str, str, str],
        bins: int | Sequence[int],
        method: str,
        ties: str,
        given: Sequence[Sequence[float] | None],
    ) -> Lesson:
        """Check the options that a caller gave."""
        if method not in METHODS:
            raise UnknownCode("method of learning a scale", str(method), METHODS)
        if ties not in TIES:
            raise UnknownCode("treatment of ties", str(ties), TIES)
        three = (bins, bins, bins) if isinstance(bins, int) else tuple(bins)
        if len(three) != 3 or any(not isinstance(b, int) or b < 1 for b in three):
            raise InvalidRule(f"bins must be a number of 1 or more, or three such; got {bins!r}.")
        r, f, m = (None if cuts is None else read_cuts(cuts) for cuts in given)
        return cls(columns, three, method, ties, (r, f, m))


@attrs.define
class _Pupil:
    """What has been learnt so far, and what is remarkable about it."""

    lesson: Lesson
    frame: AnyFrame
    customers: int
    too_few: bool = False
    cuts: list[Any] = attrs.Factory(list)
    remarks: list[str] = attrs.Factory(list)


def learn_scale(door: Door, lesson: Lesson) -> tuple[tuple[Any, Any, Any], list[str]]:
    """Learn the cut points of all three scores, and remark on what makes them doubtful."""
    rows = require_complete(door, *lesson.columns, remedies=REMEDIES)["rows"]
    require_rows(rows, "a scale")
    pupil = _Pupil(lesson, door.frame.select(*dict.fromkeys(lesson.columns)), rows)
    _remark_on_size(pupil)
    for place in range(3):
        _learn_one(pupil, place)
    r, f, m = pupil.cuts
    return (r, f, m), pupil.remarks[:1] if pupil.too_few else pupil.remarks


def score_one(place: int, column: str, cuts: Any, shape: Sequence[int], closed: str) -> nw.Expr:
    """Return one of the three scores, from its column and the scores before it."""
    if place == 0:
        # The shorter the time since the last purchase, the better: rank its negative.
        return points(-as_float(column), flip(cuts), None, closed=closed)
    cell = cell_number(SCORES[:place], shape[:place])
    return points(as_float(column), cuts, cell, closed=closed)


def _learn_one(pupil: _Pupil, place: int) -> None:
    lesson, column = pupil.lesson, pupil.lesson.columns[place]
    cuts = lesson.given[place]
    if cuts is None:
        value = as_float(column) if place else -as_float(column)
        nested = lesson.method == "nested" and place > 0
        cuts = _nested_cuts(pupil, place, value) if nested else _plain_cuts(pupil, place, value)
    pupil.cuts.append(cuts)
    if lesson.method == "nested" and place < 2:
        shape = [count_scores(c) for c in pupil.cuts]
        score = score_one(place, column, cuts, shape, "better")
        pupil.frame = pupil.frame.with_columns(score.alias(SCORES[place]))


def _plain_cuts(pupil: _Pupil, place: int, value: nw.Expr) -> Cuts:
    bins = pupil.lesson.bins[place]
    learnt = learn_cuts(pupil.frame, value, bins, ties=pupil.lesson.ties)
    filled = learnt.filled[0]
    if len(filled) < bins:
        pupil.remarks.append(
            f"only the {_what(pupil, place)} scores {', '.join(map(str, filled))} of 1 to {bins} "
            f"occur: too many of the {pupil.customers:,} customers share a value. Take fewer "
            "bins, or cut points of your own."
        )
    return flip(learnt.cuts[0]) if place == 0 else learnt.cuts[0]


def _nested_cuts(pupil: _Pupil, place: int, value: nw.Expr) -> Any:
    shape = [count_scores(cuts) for cuts in pupil.cuts]
    bins, ties = pupil.lesson.bins[place], pupil.lesson.ties
    cell = cell_number(SCORES[:place], shape)
    learnt = learn_cuts(pupil.frame, value, bins, ties=ties, within=cell)
    rows = learnt.cuts
    if len(rows) < prod(shape):  # a cell without customers takes the cut points of all
        overall = learn_cuts(pupil.frame, value, bins, ties=ties).cuts[0]
        rows = {number: rows.get(number, overall) for number in range(prod(shape))}
    _remark_on_cells(pupil, place, learnt, prod(shape))
    if place == 1:
        return tuple(rows[number] for number in range(shape[0]))
    return tuple(tuple(rows[r * shape[1] + f] for f in range(shape[1])) for r in range(shape[0]))


def _remark_on_size(pupil: _Pupil) -> None:
    lesson = pupil.lesson
    wanted = max(lesson.bins) * _ENOUGH_PER_SCORE
    if lesson.method == "nested":
        wanted = max(wanted, prod(lesson.bins) * _ENOUGH_PER_CELL)
    learns = any(cuts is None for cuts in lesson.given)
    pupil.too_few = learns and pupil.customers < wanted
    if pupil.too_few:
        pupil.remarks.append(
            f"a scale learnt from {counted(pupil.customers, 'customer')} says little: with "
            f"{' x '.join(map(str, lesson.bins))} {lesson.method} bins, {wanted:,} are a minimum. "
            "Take fewer bins, or cut points of your own."
        )


def _remark_on_cells(pupil: _Pupil, place: int, learnt: Learnt, cells: int) -> None:
    bins = pupil.lesson.bins[place]
    short = sum(len(filled) < bins for filled in learnt.filled.values())
    empty = cells - len(learnt.cuts)
    findings = [
        f"{count} of its {cells} cells {what}"
        for count, what in (
            (short, f"do not fill all {bins} scores, since too many customers share a value"),
            (empty, "hold nobody and take the cut points of all customers"),
        )
        if count
    ]
    if findings:
        pupil.remarks.append(
            f"{_what(pupil, place)} is ranked inside cells: {'; '.join(findings)}."
        )


def _what(pupil: _Pupil, place: int) -> str:
    return f"{DIMENSIONS[place]} ({pupil.lesson.columns[place]!r})"
