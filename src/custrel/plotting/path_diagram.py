"""The path diagram: constructs, what influences what, how strongly, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np

from custrel.errors import InvalidRule
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    construct_name,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.plotting._path_layout import Point, distance, layout
from custrel.satisfaction.pls_bootstrap import PlsBootstrap, stars
from custrel.satisfaction.pls_fit import PlsFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import FancyBboxPatch

__all__ = ["plot_path_model"]

_SIZE = (10.5, 5.8)
_BOX = (1.34, 0.74)  # inches
_MARGIN = 0.05  # inches, so that no line is cut at the edge
_LEVEL = 0.05
_SPOTS = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74)  # along an arrow
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "r2": "R² {r2:.2f}",
                "index": "index {index:.1f}",
                "title": "{target}: {r2:.0%} explained, most by {driver} (total effect {effect:.2f})",
                "plain": "{target}: {r2:.0%} explained",
                "and": ", ",
                "note": "{n:,} respondents; standardized path coefficients; blue raises, orange lowers",
                "stars": "; * p < 0.05, ** p < 0.01, *** p < 0.001, dashed: not significant "
                "({resamples:,} resamples)",
            }
        ),
        "zh": MappingProxyType(
            {
                "r2": "R² {r2:.2f}",
                "index": "指数 {index:.1f}",
                "title": "{target}：可解释{r2:.0%}，{driver}影响最大（总效应{effect:.2f}）",
                "plain": "{target}：可解释{r2:.0%}",
                "and": "，",
                "note": "{n:,}名受访者；标准化路径系数；蓝色为正向，橙色为负向",
                "stars": "；* p < 0.05，** p < 0.01，*** p < 0.001，虚线为不显著（重抽样{resamples:,}次）",
            }
        ),
    }
)


@attrs.frozen(eq=False)
class _Arrow:
    """One path as it is drawn."""

    source: str
    target: str
    value: float
    text: str
    sure: bool

    @property
    def colour(self) -> str:
        return GREY if not self.sure else BLUE if self.value >= 0 else ORANGE


@attrs.frozen(eq=False)
class _Sheet:
    """Where things are drawn, in inches, and in which words."""

    ax: Axes
    places: Mapping[str, Point]
    box: tuple[float, float]
    scale: float
    words: Mapping[str, str]
    language: str
    font: Mapping[str, Any]


def plot_path_model(
    fit: PlsFit,
    *,
    resampled: PlsBootstrap | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw a path model with its estimates.

    Parameters
    ----------
    fit : PlsFit
        What `pls` made; of a `SatisfactionIndex`, its ``fit``.
    resampled : PlsBootstrap, optional
        What ``fit.bootstrap`` made: draws significance too.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Constructs from left to right as influence runs, with their explained variance and index;
        arrows are the wider, the stronger the path.

    Raises
    ------
    InvalidRule
        The resamples are those of another model.
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.pls : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import PathModel, pls
    >>> answers = pd.DataFrame(
    ...     {"q1": [8, 6, 9, 4, 7, 5], "q2": [7, 6, 9, 5, 6, 4], "s": [8, 5, 9, 4, 8, 5]}
    ... )
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"]}, [("quality", "satisfaction")]
    ... )
    >>> ax = plot_path_model(pls(answers, model=model))
    >>> print(ax.get_title(loc="left"))
    Satisfaction: 83% explained, most by Quality (total effect 0.91)
    """
    require_matplotlib()
    words, language, family = speak(
        _TEXTS,
        language,
        lambda spoken: [construct_name(n, spoken) for n in fit.model.names],
    )
    if resampled is not None and resampled.model != fit.model:
        raise InvalidRule("the resamples are those of another model: pass fit.bootstrap(...).")
    arrows = _arrows(fit, resampled)
    ax = axes_for(ax, size=_SIZE)
    ax.set_axis_off()
    title, note = _headline(fit, resampled, words, language)
    write_headline(ax, title, note, family=family)
    sheet = _sheet(ax, fit, words, language, family)
    boxes = {name: _draw_construct(sheet, fit, name) for name in fit.model.names}
    for arrow in sorted(arrows, key=lambda arrow: abs(arrow.value)):
        _draw_arrow(sheet, arrow, boxes)
    taken: list[Point] = []
    for arrow in sorted(arrows, key=lambda arrow: -abs(arrow.value)):
        _write_coefficient(sheet, arrow, arrows, taken)
    return ax


def _sheet(
    ax: Axes, fit: PlsFit, words: Mapping[str, str], language: str, family: list[str] | None
) -> _Sheet:
    """Give the Axes a scale in inches, and each construct a place."""
    extent, dpi = ax.get_window_extent(), ax.figure.figure.dpi
    width, height = extent.width / dpi, extent.height / dpi
    ax.set_xlim(-_MARGIN, width + _MARGIN)
    ax.set_ylim(-_MARGIN, height + _MARGIN)
    scale = min(1.0, width / 8.0, height / 4.2)
    box = _BOX[0] * scale, _BOX[1] * scale
    places = {
        name: (box[0] / 2 + x * (width - box[0]), box[1] / 2 + y * (height - box[1]))
        for name, (x, y) in layout(fit.model).items()
    }
    return _Sheet(ax, places, box, scale, words, language, font_of(family))


def _headline(
    fit: PlsFit, resampled: PlsBootstrap | None, words: Mapping[str, str], language: str
) -> tuple[str, str]:
    target = fit.model.target
    r2 = fit.r2(target)
    drivers = {n: fit.total_effect(n, target) for n in fit.model.names if n != target}
    best = max(drivers, key=lambda name: abs(drivers[name]))
    facts: dict[str, Any] = {
        "target": construct_name(target, language),
        "r2": 0.0 if np.isnan(r2) else r2,
        "driver": construct_name(best, language),
        "effect": drivers[best],
    }
    title = words["title" if drivers[best] else "plain"].format(**facts)
    note = words["note"].format(n=fit.respondents)
    if resampled is not None:
        note += words["stars"].format(resamples=resampled.resamples)
    return title, note


def _arrows(fit: PlsFit, resampled: PlsBootstrap | None) -> list[_Arrow]:
    p_values = {}
    if resampled is not None:
        table = resampled.columns("paths")
        ends = zip(table["source"], table["target"], strict=True)
        p_values = dict(zip(ends, table["p_value"].tolist(), strict=True))
    made = []
    for path in fit.model.paths:
        value = fit.coefficient(path.source, path.target)
        p = p_values.get((path.source, path.target))
        text = f"{value:.2f}" + ("" if p is None else stars(p))
        made.append(_Arrow(path.source, path.target, value, text, p is None or p < _LEVEL))
    return made


def _draw_construct(sheet: _Sheet, fit: PlsFit, name: str) -> FancyBboxPatch:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 - an extra

    (x, y), (width, height) = sheet.places[name], sheet.box
    chosen = name == fit.model.target
    patch = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.12",
        facecolor="white",
        edgecolor=BLUE if chosen else GREY,
        linewidth=2.2 if chosen else 1.1,
        zorder=3,
    )
    sheet.ax.add_patch(patch)
    facts = []
    if not np.isnan(fit.r2(name)):
        facts.append(sheet.words["r2"].format(r2=fit.r2(name)))
    if not np.isnan(fit.index_levels()[name]):
        facts.append(sheet.words["index"].format(index=fit.index_levels()[name]))
    shown = construct_name(name, sheet.language)
    fitting = width * 72 / max(1.0, 0.62 * _letters(shown))
    lift = 0.17 * height if facts else 0.0
    middle: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4, **sheet.font}
    size, weight = min(10.5 * sheet.scale, fitting), "bold" if chosen else "normal"
    sheet.ax.text(x, y + lift, shown, fontsize=size, fontweight=weight, **middle)
    small = sheet.words["and"].join(facts)
    sheet.ax.text(x, y - 1.2 * lift, small, fontsize=8 * sheet.scale, color=GREY, **middle)
    return patch


def _letters(text: str) -> float:
    """Count letters; Chinese ones are nearly twice as wide."""
    return sum(1.7 if letter >= "\u2e80" else 1.0 for letter in text)


def _draw_arrow(sheet: _Sheet, arrow: _Arrow, boxes: Mapping[str, FancyBboxPatch]) -> None:
    from matplotlib.patches import FancyArrowPatch  # noqa: PLC0415 - an extra

    width = (0.8 + 3.2 * min(1.0, abs(arrow.value))) * sheet.scale
    sheet.ax.add_patch(
        FancyArrowPatch(
            sheet.places[arrow.source],
            sheet.places[arrow.target],
            patchA=boxes[arrow.source],
            patchB=boxes[arrow.target],
            arrowstyle="-|>",
            mutation_scale=9 * sheet.scale + 2 * width,
            linewidth=width,
            linestyle="-" if arrow.sure else (0, (3, 2)),
            color=arrow.colour,
            alpha=0.9 if arrow.sure else 0.6,
            shrinkA=1,
            shrinkB=1,
            zorder=2,
        )
    )


def _write_coefficient(
    sheet: _Sheet, arrow: _Arrow, arrows: Sequence[_Arrow], taken: list[Point]
) -> None:
    """Write a coefficient on its arrow, where it hides neither another nor another arrow."""
    places, scale = sheet.places, sheet.scale
    a, b = places[arrow.source], places[arrow.target]
    others = [(places[o.source], places[o.target]) for o in arrows if o is not arrow]

    def room(spot: Point) -> float:
        from_texts = [_text_gap(spot, other, scale) for other in taken]
        from_boxes = [_box_gap(spot, place, sheet.box) for place in places.values()]
        from_lines = [distance(spot, *ends) / (0.14 * scale) for ends in others]
        return min([1.0, *from_texts, *from_boxes, *from_lines])

    spots = [(a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])) for share in _SPOTS]
    best = max(spots, key=room)
    taken.append(best)
    paper = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
    middle: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5}
    sheet.ax.text(*best, arrow.text, fontsize=9 * scale, color=arrow.colour, bbox=paper, **middle)


def _text_gap(spot: Point, other: Point, scale: float) -> float:
    """Return how far two coefficients are apart, 1 where they do not touch."""
    return max(abs(spot[0] - other[0]) / (0.62 * scale), abs(spot[1] - other[1]) / (0.22 * scale))


def _box_gap(spot: Point, place: Point, box: tuple[float, float]) -> float:
    """Return how far a coefficient is from a construct, 1 where they do not touch."""
    across, up = box[0] / 2 + 0.28, box[1] / 2 + 0.12
    return max(abs(spot[0] - place[0]) / across, abs(spot[1] - place[1]) / up)
