"""Names beside points, where they cover neither one another nor other points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custrel.plotting._axes import GREY
from custrel.plotting._fonts import font_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

Floats = NDArray[np.float64]

_RINGS = (8.0, 18.0, 32.0, 50.0)  # points from the mark
_DIRECTIONS = (0, 180, 90, 270, 45, 315, 135, 225)
_RADIUS = 5.0  # points that a mark takes
_FAR = 12.0  # points from which on a line leads to the name


def place_names(
    ax: Axes,
    x: Floats,
    y: Floats,
    names: Sequence[Any] | NDArray[Any],
    family: list[str] | None,
    *,
    clear: Floats | None = None,
) -> None:
    """Write a name beside each point: the nearest place that is free, or the least crowded.

    `clear` are further places, of shape (places, 2), that names had better not cover.
    """
    font = font_of(family)
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - an extra

    root = ax.figure.figure
    engine = root.get_layout_engine()
    if engine is not None:
        engine.execute(root)
    points = ax.transData.transform(np.column_stack([x, y]))
    further = np.empty((0, 2)) if clear is None else ax.transData.transform(clear)
    pixels = ax.figure.dpi / 72
    room = ax.get_window_extent()
    taken: list[tuple[float, float, float, float]] = []
    for i in np.lexsort((x, -y)):
        text: Annotation = ax.annotate(
            str(names[i]),
            (x[i], y[i]),
            (0, 0),
            textcoords="offset points",
            fontsize="small",
            **font,
        )
        box = text.get_window_extent()
        others = np.concatenate([np.delete(points, i, axis=0), further])
        best = min(
            _candidates(points[i], box.width, box.height, pixels),
            key=lambda place: _cost(place[1], taken, others, pixels, room),
        )
        (dx, dy, ha, va), corners = best
        text.set_position((dx, dy))
        text.set(ha=ha, va=va, zorder=4)
        text.set_path_effects([withStroke(linewidth=2, foreground="white", alpha=0.8)])
        text.set_in_layout(False)
        taken.append(corners)
        if np.hypot(dx, dy) > _FAR:
            ax.annotate(
                "",
                (x[i], y[i]),
                (dx, dy),
                textcoords="offset points",
                arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0},
                zorder=2,
            )


def _candidates(
    point: Floats, width: float, height: float, pixels: float
) -> Iterator[tuple[tuple[float, float, str, str], tuple[float, float, float, float]]]:
    """Yield offsets with their alignments, and the corners that the name would have."""
    for ring in _RINGS:
        for direction in _DIRECTIONS:
            across = round(np.cos(np.radians(direction)), 6)
            up = round(np.sin(np.radians(direction)), 6)
            ha = "left" if across > 0 else "right" if across < 0 else "center"
            va = "bottom" if up > 0 else "top" if up < 0 else "center"
            dx, dy = ring * across, ring * up
            left = point[0] + dx * pixels - {"left": 0, "center": width / 2, "right": width}[ha]
            low = point[1] + dy * pixels - {"bottom": 0, "center": height / 2, "top": height}[va]
            yield (dx, dy, ha, va), (left, low, left + width, low + height)


def _cost(
    corners: tuple[float, float, float, float],
    taken: Sequence[tuple[float, float, float, float]],
    points: Floats,
    pixels: float,
    room: Any,
) -> float:
    """Return how much a name would cover: others most, then marks, then what lies outside."""
    left, low, right, high = corners
    cost = 0.0
    for a, b, c, d in taken:
        cost += max(0.0, min(right, c) - max(left, a)) * max(0.0, min(high, d) - max(low, b))
    radius = _RADIUS * pixels
    near = (
        (points[:, 0] > left - radius)
        & (points[:, 0] < right + radius)
        & (points[:, 1] > low - radius)
        & (points[:, 1] < high + radius)
    )
    outside = max(0.0, room.x0 - left) + max(0.0, right - room.x1)
    outside += max(0.0, room.y0 - low) + max(0.0, high - room.y1)
    return float(cost + near.sum() * 300.0 * pixels + outside * 40.0)
