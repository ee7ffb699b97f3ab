"""Transitions: how customers flow from segment to segment between two dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.labels import label_or_code
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    percent,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._data import require_customers
from custrel.plotting._fonts import font_of, speak
from custrel.segmentation.transitions import Transitions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_transitions"]

Floats = NDArray[np.float64]

_MOST = 15
_STAYED = "#BBBBBB"
_BAR = 0.03  # of the width
_LINE = 13.0  # points that a label takes
_MOST_GAPS = 0.5  # of the height
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "came": "Not there before",
                "went": "No longer there",
                "axis": "Before, on the left, and after, on the right (customers)",
                "title": "{stayed} stayed in their segment, {up} went to a better one, {down} to a "
                "worse one",
                "nobody": "Nobody was there on both dates",
                "note": "{both:,} customers on both dates, {came:,} came, {went:,} went; blue: to a "
                "segment higher up, orange: lower down",
            }
        ),
        "zh": MappingProxyType(
            {
                "came": "此前不在",
                "went": "已不在",
                "axis": "左：之前，右：之后（客户数）",
                "title": "{stayed}留在原有客户群，{up}升入更好的客户群，{down}降入更差的客户群",
                "nobody": "没有客户同时出现在两个日期",
                "note": "两个日期都在的客户{both:,}位，新来{came:,}位，离开{went:,}位；"
                "蓝色：上升，橙色：下降",
            }
        ),
    }
)


def plot_transitions(
    transitions: Transitions,
    *,
    kind: str = "segment",
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw who went from which segment to which as a flow from left to right.

    Parameters
    ----------
    transitions : Transitions
        As `custrel.segmentation.transitions` makes them, the best segment first.
    kind : str
        Of which kind the codes are, for their labels: ``"segment"``, ``"abc"``, ...; codes
        that have no label are shown as they are.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot, higher for more segments.

    Returns
    -------
    matplotlib Axes
        Left the segments before, right those after, each as high as it has customers; those who
        came and those who went have a bar of their own below.

    Raises
    ------
    InvalidData
        There are no customers.
    InvalidRule
        There are more than 15 segments.
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    See Also
    --------
    custrel.segmentation.transitions : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import transitions
    >>> may = pd.DataFrame({"customer_id": [1, 2, 3, 4], "abc": ["a", "a", "b", "c"]})
    >>> june = pd.DataFrame({"customer_id": [1, 2, 3, 4], "abc": ["a", "b", "b", "b"]})
    >>> ax = plot_transitions(transitions(may, june, by="abc"), kind="abc")
    >>> print(ax.get_title(loc="left"))
    50% stayed in their segment, 25% went to a better one, 25% to a worse one
    """
    require_matplotlib()

    def names_in(spoken: str) -> list[str]:
        return [label_or_code(state, spoken, of=kind) for state in transitions.states]

    words, language, family = speak(_TEXTS, language, names_in)
    names = names_in(language)
    flows = _Flows.of(transitions, names, words)
    ax = axes_for(ax, size=(7.2, 2.4 + 0.4 * len(names)))
    gap = _gap(ax, flows)
    tops = [_tops(heights, gap) for heights in (flows.heights(1), flows.heights(0))]
    _draw_bars(ax, flows, tops)
    _draw_ribbons(ax, flows, tops)
    _label(ax, flows, tops, family)
    ax.set_xlabel(words["axis"], **font_of(family))
    note = words["note"].format(
        both=transitions.customers, came=sum(transitions.entered), went=sum(transitions.left)
    )
    write_headline(ax, _headline(transitions, words), note, family=family)
    return ax


@attrs.frozen(eq=False)
class _Flows:
    """The flows as a square table: segments and, last, who came (row) and who went (column)."""

    names: tuple[list[str], list[str]]
    table: Floats

    @classmethod
    def of(cls, transitions: Transitions, names: list[str], words: Mapping[str, str]) -> _Flows:
        states = transitions.states
        if len(states) > _MOST:
            raise InvalidRule(
                f"{len(states)} segments are too many to be followed in a picture; at most "
                f"{_MOST} are drawn. Take coarser ones."
            )
        table = np.zeros((len(states) + 1, len(states) + 1))
        table[:-1, :-1], table[:-1, -1], table[-1, :-1] = (
            transitions.counts,
            transitions.left,
            transitions.entered,
        )
        require_customers(float(table.sum()))
        return cls(([*names, words["came"]], [*names, words["went"]]), table)

    def heights(self, axis: int) -> Floats:
        return np.asarray(self.table.sum(axis=axis))

    def color(self, start: int, end: int) -> str:
        outside = len(self.table) - 1
        if outside in (start, end):
            return GREY
        return _STAYED if start == end else BLUE if end < start else ORANGE


def _gap(ax: Axes, flows: _Flows) -> float:
    """Return the gap between bars that leaves each label a line of its own."""
    gaps = len(flows.table) - 1
    points = ax.get_window_extent().height / ax.figure.dpi * 72
    share = min(_LINE / points, _MOST_GAPS / gaps)
    return float(flows.table.sum() * share / (1 - share * gaps))


def _tops(heights: Floats, gap: float) -> Floats:
    """Return where each bar begins, counted downwards; an empty one has its place too."""
    return np.asarray(-(np.cumsum(heights) - heights) - gap * np.arange(heights.size))


def _draw_bars(ax: Axes, flows: _Flows, tops: Sequence[Floats]) -> None:
    for x, axis in ((0.0, 1), (1.0 - _BAR, 0)):
        heights = flows.heights(axis)
        ax.bar(
            np.full(heights.size, x),
            -heights,
            width=_BAR,
            bottom=tops[1 - axis],
            align="edge",
            color=GREY,
            linewidth=0,
        )


def _ribbons(flows: _Flows, tops: Sequence[Floats]) -> Iterator[tuple[int, int, float, float]]:
    """Yield each flow with where it begins on the left and on the right."""
    left, right = tops[0].copy(), tops[1].copy()
    for start in range(len(flows.table)):
        for end in range(len(flows.table)):
            customers = flows.table[start, end]
            if customers:
                yield start, end, float(left[start]), float(right[end])
            left[start] -= customers
            right[end] -= customers


def _draw_ribbons(ax: Axes, flows: _Flows, tops: Sequence[Floats]) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - an extra
    from matplotlib.path import Path  # noqa: PLC0415 - the same

    ends, middle = (_BAR, 1.0 - _BAR), 0.5
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    for start, end, one, other in _ribbons(flows, tops):
        deep = float(flows.table[start, end])
        corners = [
            (ends[0], one), (middle, one), (middle, other), (ends[1], other),
            (ends[1], other - deep), (middle, other - deep), (middle, one - deep),
            (ends[0], one - deep), (ends[0], one),
        ]  # fmt: skip
        color = flows.color(start, end)
        strength = 0.35 if color == GREY else 0.6
        ax.add_patch(PathPatch(Path(corners, codes), facecolor=color, alpha=strength, linewidth=0))


def _label(ax: Axes, flows: _Flows, tops: Sequence[Floats], family: list[str] | None) -> None:
    lowest = 0.0
    right = ax.secondary_yaxis("right")
    for axis, place, side in ((ax.yaxis, 0, 1), (right.yaxis, 1, 0)):
        heights = flows.heights(side)
        shown = [n for n in range(heights.size) if heights[n]]
        names = [f"{flows.names[place][n]} ({heights[n]:,.0f})" for n in shown]
        axis.set_ticks(
            [float(tops[place][n] - heights[n] / 2) for n in shown], names, **font_of(family)
        )
        lowest = min(lowest, float((tops[place] - heights)[shown].min()))
    for drawn in (ax, right):
        drawn.tick_params(axis="y", length=0, labelsize="small")
        drawn.spines[:].set_visible(False)
    ax.set_ylim(lowest, 0.0)
    ax.set_xlim(0.0, 1.0)
    ax.set_xticks([])


def _headline(transitions: Transitions, words: Mapping[str, str]) -> str:
    counts = np.asarray(transitions.counts, dtype=np.float64)
    total = counts.sum()
    if not total:
        return words["nobody"]
    up, down = np.tril(counts, -1).sum() / total, np.triu(counts, 1).sum() / total
    shares = {"stayed": transitions.stayed, "up": up, "down": down}
    return words["title"].format(**{name: percent(share) for name, share in shares.items()})
