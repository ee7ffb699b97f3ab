"""What Kano's pictures share: marks, texts, quadrants, and one group's rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem, UnknownCode
from custrel.frames import collect
from custrel.labels import label
from custrel.plotting._axes import GREY
from custrel.plotting._fonts import Language, choose_language, font_of, font_properties
from custrel.satisfaction.kano_analysis import KanoAnalysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Rows = Mapping[str, NDArray[Any]]

# Okabe and Ito's colours, and a marker for those who see no colours.
MARKS = MappingProxyType(
    {
        "attractive": ("#009E73", "^"),
        "one_dimensional": ("#0072B2", "o"),
        "must_be": ("#D55E00", "s"),
        "indifferent": ("#767676", "D"),
        "reverse": ("#CC79A7", "v"),
        "questionable": ("#000000", "X"),
    }
)
DASHES = MappingProxyType({"attractive": "-", "one_dimensional": "--", "must_be": "-."})
# Where each quadrant lies: is the x, is the y above the cut?
_QUADRANTS = (
    ("attractive", False, True),
    ("one_dimensional", True, True),
    ("must_be", True, False),
    ("indifferent", False, False),
)
SIZE = (7.2, 6.0)
_MOST_NAMED = 6
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "better": "Better: satisfaction if it is there",
                "worse": "Worse: dissatisfaction if it is not there",
                "functional": "Functional: mean answer if it is there",
                "dysfunctional": "Dysfunctional: mean answer if it is not there",
                "fulfilment": "Fulfilment: 0 not at all, 1 entirely",
                "satisfaction": "Satisfaction",
                "and": ", ",
                "of": "{all} feature{s}: {parts}",
                "answers": "{answers:,} answers; ",
                "cut": "quadrants cut at {cut:g}",
                "bars": "; lines: 95% intervals",
                "spread": "; ellipses: one {kind} around the mean",
                "sd": "standard deviation of the answers",
                "se": "standard error of the mean",
                "none": "; not drawn (all answers reverse or questionable): {names}",
                "flat": "; without a curve: {names}",
                "ends": "each from worse to better",
            }
        ),
        "zh": MappingProxyType(
            {
                "better": "better：具备时的满意系数",
                "worse": "worse：不具备时的不满意系数（绝对值）",
                "functional": "正向题平均分（具备时）",
                "dysfunctional": "反向题平均分（不具备时）",
                "fulfilment": "实现程度：0为未实现，1为完全实现",
                "satisfaction": "满意度",
                "and": "、",
                "of": "{all}项功能：{parts}",
                "answers": "{answers:,}份回答；",
                "cut": "分界值{cut:g}",
                "bars": "；线段为95%置信区间",
                "spread": "；椭圆为均值周围一个{kind}",
                "sd": "标准差",
                "se": "标准误",
                "none": "；未画出（全部为反向或可疑回答）：{names}",
                "flat": "；无曲线：{names}",
                "ends": "各从worse到better",
            }
        ),
    }
)


def speak(
    language: Language, features: NDArray[Any]
) -> tuple[Mapping[str, str], Language, list[str] | None]:
    """Return the texts, their language, and fonts that have their letters and the features'."""
    names = [str(name) for name in features]
    language, family = choose_language(
        language, lambda spoken: [*_TEXTS[spoken].values(), *_categories(spoken), *names]
    )
    return _TEXTS[language], language, family


def rows_of(analysis: KanoAnalysis, frame: Any, group: Any) -> Rows:
    """Return a table of the analysis as arrays: one group's rows, in their order."""
    if group not in analysis.groups:
        raise UnknownCode("group", str(group), map(str, analysis.groups))
    table = collect(nw.from_native(frame)).to_dict(as_series=False)
    by = analysis.by
    mine = [i for i in range(len(table["feature"])) if by is None or table[by][i] == group]
    order = {name: i for i, name in enumerate(analysis.features)}
    places = sorted(mine, key=lambda i: order[table["feature"][i]])
    return {name: np.array([values[i] for i in places]) for name, values in table.items()}


def only(rows: Rows, kept: NDArray[np.bool_]) -> Rows:
    return {name: values[kept] for name, values in rows.items()}


def require_some(rows: Rows, message: str) -> None:
    if not len(rows["feature"]):
        remedy = "Look at the analysis itself: how do the answers fall?"
        raise InvalidData([Problem(code="empty", message=message, count=0, remedy=remedy)])


def label_axes(ax: Axes, x: str, y: str, family: list[str] | None) -> None:
    ax.set_xlabel(x, **font_of(family))
    ax.set_ylabel(y, **font_of(family))


def title_of(codes: NDArray[Any], words: Mapping[str, str], language: str) -> str:
    """Say how many features there are of each kind."""
    counts = {code: int(np.sum(codes == code)) for code in MARKS}
    names = dict(zip(MARKS, _categories(language), strict=True))
    parts = [f"{n} {names[code].lower()}" for code, n in counts.items() if n]
    s = "" if len(codes) == 1 else "s"
    return words["of"].format(parts=words["and"].join(parts), all=len(codes), s=s)


def some_of(names: NDArray[Any], words: Mapping[str, str]) -> str:
    """Name a few features, and say of how many."""
    shown = words["and"].join(str(name) for name in names[:_MOST_NAMED])
    return shown if names.size <= _MOST_NAMED else f"{shown} ... ({names.size})"


def frame_plane(
    ax: Axes,
    ends: tuple[float, float],
    cut: float,
    language: str,
    family: list[str] | None,
) -> None:
    """Draw a square plane with its quadrants, and name them in their corners."""
    low, high = ends
    side, strip = (
        0.03 * (high - low),
        0.08 * (high - low),
    )  # the names stand in a strip of their own
    ax.set_xlim(low - side, high + side)
    ax.set_ylim(low - strip, high + strip)
    ax.axhline(cut, color=GREY, linewidth=0.8, zorder=1)
    ax.axvline(cut, color=GREY, linewidth=0.8, zorder=1)
    ax.spines[["top", "right"]].set_visible(False)
    for code, right, above in _QUADRANTS:
        ax.annotate(
            label(code, language, of="kano"),
            (0.99 if right else 0.01, 0.99 if above else 0.01),
            xycoords="axes fraction",
            ha="right" if right else "left",
            va="top" if above else "bottom",
            color=MARKS[code][0],
            fontsize="large",
            alpha=0.55,
            **font_of(family),
        )


def draw_points(ax: Axes, x: Floats, y: Floats, codes: NDArray[Any], language: str) -> None:
    for code, (colour, marker) in MARKS.items():
        mine = codes == code
        if mine.any():
            ax.scatter(
                x[mine],
                y[mine],
                s=55,
                color=colour,
                marker=marker,
                edgecolors="white",
                linewidths=0.8,
                zorder=3,
                label=label(code, language, of="kano"),
            )


def note_of(rows: Rows, words: Mapping[str, str], cut: float) -> str:
    """Say how many were asked, and where the plane is cut."""
    answers = words["answers"].format(answers=int(rows["answers"].max()))
    return answers + words["cut"].format(cut=cut)


def explain_odd(ax: Axes, codes: NDArray[Any], family: list[str] | None) -> None:
    """Explain the marks of categories that have no quadrant."""
    odd = {"reverse", "questionable"} & set(codes.tolist())
    if odd:
        handles, texts = ax.get_legend_handles_labels()
        kept = [i for i, code in enumerate(c for c in MARKS if c in codes) if code in odd]
        ax.legend(
            [handles[i] for i in kept],
            [texts[i] for i in kept],
            loc="upper center",
            facecolor="white",
            edgecolor="none",
            framealpha=1.0,
            prop=font_properties(family),
        )


def _categories(language: str) -> list[str]:
    return [label(code, language, of="kano") for code in MARKS]
