"""Where the constructs of a path model are drawn, so that arrows pass none of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import hypot

from custrel.satisfaction.path_model import PathModel

Point = tuple[float, float]

_PASSES = 12  # rounds of improvement, at most
_THROUGH, _CROSSING, _LENGTH, _STEEP = 30.0, 6.0, 1.0, 0.6  # what each fault costs


def _layers(model: PathModel) -> dict[str, int]:
    """Return how many arrows at most lead to each construct."""
    layer: dict[str, int] = {}
    for name in model.order:
        layer[name] = max((layer[source] + 1 for source in model.sources(name)), default=0)
    return layer


def layout(model: PathModel, *, rows: int = 5) -> dict[str, Point]:
    """Return a place for each construct, both coordinates from 0 to 1.

    Influence runs from left to right. Heights start in the order of the model and move, one
    construct at a time, where arrows are short, do not cross and pass no other construct.
    """
    column = _layers(model)
    last = max(1, *column.values())
    heights = dict.fromkeys(model.names, (rows - 1) // 2)
    for i, name in enumerate(model.order):
        heights[name] = (rows - 1) // 2 + (0, 1, -1, 2, -2)[i % 5]

    def place(name: str) -> Point:
        return column[name] / last, heights[name] / (rows - 1)

    arrows = [(path.source, path.target) for path in model.paths]
    for _ in range(_PASSES):
        before = dict(heights)
        for name in model.order:
            faults = []
            for height in range(rows):
                heights[name] = height
                faults.append(_faults({n: place(n) for n in model.names}, arrows))
            heights[name] = min(range(rows), key=lambda h: (faults[h], abs(h - (rows - 1) / 2)))
        if heights == before:
            break
    low, high = min(heights.values()), max(heights.values())
    if low == high:
        return {name: (place(name)[0], 0.5) for name in model.names}
    return {name: (place(name)[0], (heights[name] - low) / (high - low)) for name in model.names}


def _faults(places: dict[str, Point], arrows: Sequence[tuple[str, str]]) -> float:
    cost = 0.0
    for one, other in combinations(places.values(), 2):
        cost += _THROUGH * max(0.0, 1 - _apart(one, other) / 0.24)
    for source, target in arrows:
        a, b = places[source], places[target]
        cost += _LENGTH * abs(a[1] - b[1]) + _STEEP * (abs(a[1] - b[1]) > 0.6)
        for name, point in places.items():
            if name not in (source, target):
                cost += _THROUGH * max(0.0, 1 - distance(point, a, b) / 0.16)
    for one_arrow, other_arrow in combinations(arrows, 2):
        if not set(one_arrow) & set(other_arrow):
            ends = [places[name] for name in (*one_arrow, *other_arrow)]
            cost += _CROSSING * _cross(*ends)
    return cost


def _apart(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def distance(point: Point, start: Point, end: Point) -> float:
    """Return how far a point is from the line between two others."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / (dx * dx + dy * dy)
    along = min(1.0, max(0.0, along))
    return hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
