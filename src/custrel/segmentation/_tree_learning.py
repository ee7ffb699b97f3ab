"""How a short tree is grown: the split that parts the segments best, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float, require_rows
from custrel.errors import InvalidData, Problem
from custrel.frames import Door, as_floats, collect_rows
from custrel.segmentation._binning import cut_between
from custrel.segmentation._codes import codes_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDING = 1e-12  # of the customers: a gain that is none


@attrs.frozen(eq=False)
class _Column:
    """One column: for each customer the number of its value, and the values in their order."""

    codes: Ints
    values: Sequence[Any]
    ordered: bool


@attrs.frozen(eq=False)
class Lesson:
    """What a tree is grown from: columns, each customer's segment, and how small it may get."""

    columns: Sequence[_Column]
    segments: Ints
    names: Sequence[str]
    leaves: int
    least: int

    @property
    def kinds(self) -> int:
        """How many segments there are, or may be."""
        return len(self.names)


@attrs.define(eq=False)
class Node:
    """Some of the customers, how many of each segment, and how they are parted if they are."""

    rows: Ints
    counts: Ints
    gain: float = 0.0
    column: int = -1
    value: Any = None  # of a number from which on, of a category which one
    inside: NDArray[np.bool_] | None = None
    yes: Node | None = None
    no: Node | None = None


def read_lesson(
    door: Door, by: str, numbers: Sequence[str], categories: Sequence[str]
) -> tuple[list[_Column], Ints, list[str]]:
    """Bring columns and segments to Python, as numbers of their distinct values."""
    values = {f"__x{place}": as_float(name) for place, name in enumerate(numbers)}
    frame = collect_rows(door.frame.select(*dict.fromkeys((by, *categories)), **values))
    require_rows(len(frame), "a tree")
    columns = []
    for name in values:
        distinct, codes = np.unique(as_floats(frame[name]), return_inverse=True)
        columns.append(_Column(codes.reshape(-1), distinct.tolist(), ordered=True))
    for name in categories:
        codes, found = codes_of(frame[name])
        columns.append(_Column(codes, found.tolist(), ordered=False))
    segments, names = codes_of(frame[by])
    there = np.count_nonzero(np.bincount(segments))
    if there < 2:
        message = f"expected two segments or more to tell apart, found {there}"
        raise InvalidData([Problem(code="one_segment", message=message, column=by, count=0)])
    return columns, segments, [str(name) for name in names.tolist()]


def grow(lesson: Lesson) -> Node:
    """Grow a tree, the split with the greatest gain first, and cut what tells nothing apart."""
    root = _node(lesson, np.arange(len(lesson.segments)))
    ends = [root]
    while len(ends) < lesson.leaves:
        best = max(ends, key=lambda node: node.gain)
        if best.inside is None:
            break
        best.yes = _node(lesson, best.rows[best.inside])
        best.no = _node(lesson, best.rows[~best.inside])
        place = ends.index(best)
        ends[place : place + 1] = [best.yes, best.no]
    _merge(root)
    return root


def _node(lesson: Lesson, rows: Ints) -> Node:
    counts = np.bincount(lesson.segments[rows], minlength=lesson.kinds)
    node = Node(rows, counts)
    if np.count_nonzero(counts) > 1:
        for number, column in enumerate(lesson.columns):
            _try_column(node, number, column, lesson)
    return node


def _try_column(node: Node, number: int, column: _Column, lesson: Lesson) -> None:
    """Keep the best split by one column, where it is better than that of the columns before."""
    codes = column.codes[node.rows]
    cells = codes * lesson.kinds + lesson.segments[node.rows]
    table = np.bincount(cells, minlength=len(column.values) * lesson.kinds)
    table = table.reshape(-1, lesson.kinds)
    there = np.flatnonzero(table.any(axis=1))
    if len(there) < 2:
        return
    # Inside are the customers from a value on, or those of one category.
    inside = table[there]
    if column.ordered:
        inside = node.counts - np.cumsum(inside, axis=0)[:-1]
    outside = node.counts - inside
    gains = _purity(inside) + _purity(outside) - _purity(node.counts[None, :])
    small = np.minimum(inside.sum(axis=1), outside.sum(axis=1)) < lesson.least
    gains[small] = 0.0
    best = int(gains.argmax())
    if gains[best] <= node.gain + _ROUNDING * len(lesson.segments):
        return
    node.gain, node.column = float(gains[best]), number
    if column.ordered:
        below, above = there[best], there[best + 1]
        node.value = cut_between(column.values[below], column.values[above])
        node.inside = codes >= above
    else:
        node.value = column.values[there[best]]
        node.inside = codes == there[best]


def _purity(counts: Ints) -> Floats:
    """Return the customers less Gini's impurity of each group, weighted by its size."""
    squares = (counts.astype(np.float64) ** 2).sum(axis=1)
    return np.asarray(squares / np.maximum(counts.sum(axis=1), 1), dtype=np.float64)


def _merge(node: Node) -> None:
    """Take back splits whose ends all say the same segment."""
    if node.yes is None or node.no is None:
        return
    _merge(node.yes)
    _merge(node.no)
    ends = node.yes.yes is None and node.no.yes is None
    if ends and node.yes.counts.argmax() == node.no.counts.argmax():
        node.yes = node.no = node.inside = None
