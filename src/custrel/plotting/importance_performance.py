"""The importance-performance map: what matters against how well it is done, in four quadrants."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import ColumnNotFound, InvalidData, Problem
from custrel.frames import as_floats, collect, enter
from custrel.labels import label
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    column_name,
    construct_name,
    require_matplotlib,
    write_headline,
    write_in_corner,
)
from custrel.plotting._fonts import font_of, speak
from custrel.plotting._names import place_names
from custrel.satisfaction.ipa import IpaQuadrant, IpaRule

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_importance_performance"]

Floats = NDArray[np.float64]

_NAMES = ("attribute", "item", "construct")  # the columns that may say what a row is
_REMEDY = "ipa(), ipa_survey() and the drivers of a satisfaction index are such tables."
_CORNERS: Mapping[IpaQuadrant, tuple[int, int]] = MappingProxyType(
    {
        IpaQuadrant.CONCENTRATE_HERE: (0, 1),
        IpaQuadrant.KEEP_UP: (1, 1),
        IpaQuadrant.LOW_PRIORITY: (0, 0),
        IpaQuadrant.POSSIBLE_OVERKILL: (1, 0),
    }
)
_MOST_NAMED = 3
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "urgent": "Concentrate on {names}: important, and done poorly",
                "calm": "Nothing that is important is done poorly",
                "and": ", ",
                "more": "{number} more",
                "note": "quadrants cut at {importance:.3g} and {performance:.3g} ({how})",
                "mean": "the means",
                "median": "the medians",
                "midpoint": "the middle of the scale",
                "given": "given",
                "bars": "; lines: intervals",
                "hollow": "; hollow: may lie in another one",
            }
        ),
        "zh": MappingProxyType(
            {
                "urgent": "重点改进{names}：重要而做得不好",
                "calm": "重要的方面都做得不差",
                "and": "、",
                "more": "另{number}项",
                "note": "分界：重要性{importance:.3g}，绩效{performance:.3g}（{how}）",
                "mean": "均值",
                "median": "中位数",
                "midpoint": "量表中点",
                "given": "给定",
                "bars": "；线段为置信区间",
                "hollow": "；空心点可能落入其他象限",
            }
        ),
    }
)


def plot_importance_performance(
    table: Any,
    *,
    rule: IpaRule | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw importance over performance, with what to do in each quadrant (IPA, IPMA).

    Parameters
    ----------
    table : frame
        A row for each attribute: what `ipa` or `ipa_survey` returned (of one group), or for each
        construct or item, what ``SatisfactionIndex.drivers`` or ``PlsFit.importance_performance``
        did.
    rule : IpaRule, optional
        Where high begins; default: where the table says, or at the mean of its rows.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Performance to the right, importance upwards. Where the table has intervals, they are
        lines; what may as well lie in another quadrant is hollow.

    Raises
    ------
    InvalidData
        A number is missing, an attribute has several rows, or there are none.
    ColumnNotFound
        It is another table.
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.ipa_survey : The figures, from answers.
    custrel.satisfaction.SatisfactionIndex.drivers : The figures, from a causal model.

    References
    ----------
    .. [1] J. A. Martilla, J. C. James (1977), Importance-Performance Analysis, Journal of
       Marketing 41(1), 77-79.
    .. [2] C. M. Ringle, M. Sarstedt (2016), Gain More Insight from Your PLS-SEM Results: The
       Importance-Performance Map Analysis, Industrial Management & Data Systems 116(9), 1865-1886.

    Examples
    --------
    >>> import pandas as pd
    >>> attributes = pd.DataFrame(
    ...     {"attribute": ["price", "speed"], "importance": [4.5, 3.1], "performance": [2.2, 3.9]}
    ... )
    >>> ax = plot_importance_performance(attributes)
    >>> print(ax.get_title(loc="left"))
    Concentrate on price: important, and done poorly
    """
    require_matplotlib()
    found = _Map.read(table, rule)
    words, language, family = speak(_TEXTS, language, found.names_in)
    names = found.names_in(language)
    ax = axes_for(ax, size=(7.2, 5.6))
    _draw(ax, found)
    ax.set_xlabel(column_name("performance", language), **font_of(family))
    ax.set_ylabel(column_name("importance", language), **font_of(family))
    for quadrant, corner in _CORNERS.items():
        urgent = quadrant is IpaQuadrant.CONCENTRATE_HERE
        text = label(quadrant, language)
        write_in_corner(ax, text, corner, ORANGE if urgent else GREY, family)
    write_headline(ax, _title(found, names, words), _note(found, words), family=family)
    place_names(ax, found.performance, found.importance, names, family, clear=found.on_lines())
    return ax


@attrs.frozen(eq=False)
class _Map:
    """What is drawn: rows with their places, intervals and quadrants."""

    names: tuple[str, ...]
    constructs: bool
    importance: Floats
    performance: Floats
    reach: Mapping[str, Floats]  # of each measure, below and above; none without intervals
    certain: NDArray[np.bool_]
    rule: IpaRule

    @classmethod
    def read(cls, table: Any, rule: IpaRule | None) -> _Map:
        door = enter(table)
        column = next((name for name in _NAMES if name in door.columns), None)
        if column is None:
            raise ColumnNotFound([_NAMES[0]], door.columns, _REMEDY)
        door.require(("importance", "performance"), remedy=_REMEDY)
        frame = collect(door.frame)
        names = tuple(map(str, frame[column].to_list()))
        _require_one_row_each(names, column)
        learnt = rule or _rule_of(frame)
        learnt = learnt if learnt.learnt else learnt.learn(frame)
        values = {measure: as_floats(frame[measure]) for measure in learnt.MEASURES}
        reach = {
            measure: np.abs(
                [as_floats(frame[f"{measure}_{end}"]) - values[measure] for end in ("low", "high")]
            )
            for measure in learnt.MEASURES
            if f"{measure}_low" in door.columns
        }
        certain = np.ones(len(names), dtype=bool)
        if "certain" in door.columns:
            certain = np.array(frame["certain"].to_list(), dtype=bool)
        return cls(
            names=names,
            constructs=column == "construct",
            importance=values["importance"],
            performance=values["performance"],
            reach=reach,
            certain=certain,
            rule=learnt,
        )

    @property
    def quadrants(self) -> list[str]:
        return [
            self.rule.place(*pair) for pair in zip(self.importance, self.performance, strict=True)
        ]

    def on_lines(self) -> Floats:
        """Return places along the intervals, which names had better not cover."""
        if not self.reach:
            return np.empty((0, 2))
        steps, places = np.linspace(0.15, 1, 8), []
        for measure, x, y in (("performance", 1.0, 0.0), ("importance", 0.0, 1.0)):
            for end, sign in enumerate((-1.0, 1.0)):
                way = sign * steps[:, None] * self.reach[measure][end]
                places.append([self.performance + x * way, self.importance + y * way])
        return np.nan_to_num(np.moveaxis(np.array(places), 1, 3).reshape(-1, 2))

    def names_in(self, language: str) -> list[str]:
        if self.constructs:
            return [construct_name(name, language) for name in self.names]
        return list(self.names)


def _require_one_row_each(names: tuple[str, ...], column: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        problem = Problem(
            code="several_rows",
            message=f"{twice!r} has several rows",
            column=column,
            count=names.count(twice),
            remedy="Filter the table to one group or wave first.",
        )
        raise InvalidData([problem])


def _rule_of(frame: nw.DataFrame[Any]) -> IpaRule:
    """Return the cuts that the table states, if it does."""
    cuts = [f"{measure}_cut" for measure in IpaRule.MEASURES]
    if not len(frame) or not set(cuts) <= set(frame.columns):
        return IpaRule()
    return IpaRule(cut="given", cuts=[float(frame[name][0]) for name in cuts])


def _draw(ax: Axes, found: _Map) -> None:
    high, right = found.rule.cuts or (0.0, 0.0)
    ax.axhline(high, color=GREY, linewidth=1, linestyle="--", zorder=1)
    ax.axvline(right, color=GREY, linewidth=1, linestyle="--", zorder=1)
    urgent = np.array([code == IpaQuadrant.CONCENTRATE_HERE for code in found.quadrants])
    for x, y, alarm, sure in zip(
        found.performance, found.importance, urgent, found.certain, strict=True
    ):
        colour = ORANGE if alarm else BLUE
        face = colour if sure else "none"
        ax.scatter(x, y, s=52, facecolor=face, edgecolor=colour, linewidth=1.6, zorder=3)
    if found.reach:
        ax.errorbar(
            found.performance,
            found.importance,
            xerr=found.reach["performance"],
            yerr=found.reach["importance"],
            fmt="none",
            ecolor=GREY,
            elinewidth=0.8,
            zorder=2,
        )
    ax.margins(x=0.12, y=0.18)
    ax.spines[["top", "right"]].set_visible(False)


def _title(found: _Map, names: list[str], words: Mapping[str, str]) -> str:
    urgent = [i for i, c in enumerate(found.quadrants) if c == IpaQuadrant.CONCENTRATE_HERE]
    if not urgent:
        return words["calm"]
    urgent.sort(key=lambda i: -found.importance[i])
    said = [names[i] for i in urgent[:_MOST_NAMED]]
    if len(urgent) > _MOST_NAMED:
        said.append(words["more"].format(number=len(urgent) - _MOST_NAMED))
    return words["urgent"].format(names=words["and"].join(said))


def _note(found: _Map, words: Mapping[str, str]) -> str:
    cuts = dict(zip(found.rule.MEASURES, found.rule.cuts or (), strict=True))
    note = words["note"].format(how=words[found.rule.cut], **cuts)
    note += words["bars"] if found.reach else ""
    return note if found.certain.all() else note + words["hollow"]
