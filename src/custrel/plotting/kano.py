"""Kano's pictures: the better-worse plane, the continuous plane, and the response curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import UnknownCode
from custrel.labels import label
from custrel.plotting._axes import GREY, axes_for, require_matplotlib, write_headline
from custrel.plotting._fonts import font_of, font_properties, require_language
from custrel.plotting._kano_parts import (
    DASHES,
    MARKS,
    SIZE,
    Floats,
    Rows,
    draw_points,
    explain_odd,
    frame_plane,
    label_axes,
    note_of,
    only,
    require_some,
    rows_of,
    some_of,
    speak,
    title_of,
)
from custrel.plotting._names import place_names
from custrel.satisfaction.kano_analysis import KanoAnalysis
from custrel.satisfaction.kano_continuous import ContinuousScale
from custrel.satisfaction.kano_curves import response_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_kano", "plot_kano_continuous", "plot_kano_curves"]


def plot_kano(
    analysis: KanoAnalysis,
    *,
    group: Any = None,
    cut: float = 0.5,
    seed: int | np.random.Generator | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the better-worse plane: what each feature's presence gives, and its absence takes.

    Parameters
    ----------
    analysis : KanoAnalysis
        What `kano` made.
    group : object, optional
        Whose answers, where the analysis has groups.
    cut : float
        Where the quadrants meet, between 0 and 1.
    seed : int or numpy Generator, optional
        Draws 95 % intervals too, by resampling respondents.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The absolute value of worse to the right, better upwards, both from 0 to 1; colour and
        marker show the category by the analysis' own rule.

    Raises
    ------
    UnknownCode
        There is no such group or language.
    InvalidData
        No feature has coefficients.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.kano : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import kano
    >>> answers = pd.DataFrame(
    ...     {
    ...         "respondent": [1, 2, 1, 2],
    ...         "feature": ["lock", "lock", "music", "music"],
    ...         "functional": [3, 2, 1, 1],
    ...         "dysfunctional": [5, 5, 3, 4],
    ...     }
    ... )
    >>> ax = plot_kano(kano(answers))
    >>> print(ax.get_title(loc="left"))
    2 features: 1 attractive, 1 must-be
    """
    require_matplotlib()
    require_language(language)
    rows = rows_of(analysis, analysis.frame, group)
    there = ~np.isnan(rows["better"])
    drawn = only(rows, there)
    require_some(drawn, "no feature has coefficients to draw")
    spans = None
    if seed is not None:
        spans = only(rows_of(analysis, analysis.intervals(seed=seed), group), there)
    words, language, family = speak(language, rows["feature"])
    ax = axes_for(ax, size=SIZE)
    frame_plane(ax, (0.0, 1.0), cut, language, family)
    if spans is not None:
        _draw_spans(ax, drawn, spans)
    draw_points(ax, -drawn["worse"], drawn["better"], drawn["category"], language)
    explain_odd(ax, drawn["category"], family)
    label_axes(ax, words["worse"], words["better"], family)
    note = note_of(rows, words, cut)
    note += words["bars"] if spans is not None else ""
    gone = rows["feature"][~there]
    note += words["none"].format(names=some_of(gone, words)) if gone.size else ""
    write_headline(ax, title_of(rows["category"], words, language), note, family=family)
    place_names(ax, -drawn["worse"], drawn["better"], drawn["feature"], family)
    return ax


def plot_kano_continuous(
    analysis: KanoAnalysis,
    *,
    group: Any = None,
    scale: ContinuousScale | None = None,
    spread: Literal["sd", "se"] = "sd",
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the continuous plane: mean answers with their spread, which a mean alone hides.

    Parameters
    ----------
    analysis : KanoAnalysis
        What `kano` made.
    group : object, optional
        Whose answers, where the analysis has groups.
    scale : ContinuousScale, optional
        What each answer is worth; default: that of five (or three) answers.
    spread : {"sd", "se"}
        Whether the ellipses show how far answers differ, or how sure the means are.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The dysfunctional mean to the right, the functional upwards.

    Raises
    ------
    UnknownCode
        There is no such group, spread or language.
    InvalidData
        No feature has means.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.KanoAnalysis.continuous : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import kano
    >>> answers = pd.DataFrame(
    ...     {"feature": ["lock"] * 3, "functional": [3, 2, 1], "dysfunctional": [5, 5, 4]}
    ... )
    >>> ax = plot_kano_continuous(kano(answers, respondent=None))
    >>> print(ax.get_title(loc="left"))
    1 feature: 1 one-dimensional
    """
    require_matplotlib()
    if spread not in {"sd", "se"}:
        raise UnknownCode("spread", str(spread), ("sd", "se"))
    require_language(language)
    rows = rows_of(analysis, analysis.continuous(scale), group)
    rows = only(rows, ~np.isnan(rows["functional"]))
    require_some(rows, "no feature has means to draw")
    x, y = rows["dysfunctional"], rows["functional"]
    ellipses = [_ellipse(rows, i, spread) for i in range(len(x))]
    words, language, family = speak(language, rows["feature"])
    ax = axes_for(ax, size=SIZE)
    reach = [np.hypot(*half) for _, half, _ in ellipses]
    low = float(min(0.0, *(min(a, b) - r for a, b, r in zip(x, y, reach, strict=True))))
    high = float(max(4.0, *(max(a, b) + r for a, b, r in zip(x, y, reach, strict=True))))
    cut = (scale or ContinuousScale()).cut
    frame_plane(ax, (max(low, -2.4), min(high, 5.2)), cut, language, family)
    for (centre, half, angle), code in zip(ellipses, rows["quadrant"], strict=True):
        _draw_ellipse(ax, centre, half, angle, MARKS[code][0])
    draw_points(ax, x, y, rows["quadrant"], language)
    label_axes(ax, words["dysfunctional"], words["functional"], family)
    note = note_of(rows, words, cut) + words["spread"].format(kind=words[spread])
    write_headline(ax, title_of(rows["quadrant"], words, language), note, family=family)
    place_names(ax, x, y, rows["feature"], family)
    return ax


def plot_kano_curves(
    analysis: KanoAnalysis,
    *,
    group: Any = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how satisfaction rises as each feature is fulfilled.

    Parameters
    ----------
    analysis : KanoAnalysis
        What `kano` made.
    group : object, optional
        Whose answers, where the analysis has groups.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Fulfilment to the right, 0 to 1; satisfaction upwards, -1 to 1.

    Raises
    ------
    UnknownCode
        There is no such group or language.
    InvalidData
        No feature has a curve.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.response_curve : The formulas.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import kano
    >>> answers = pd.DataFrame(
    ...     {"feature": ["lock", "music"], "functional": [3, 1], "dysfunctional": [5, 3]}
    ... )
    >>> ax = plot_kano_curves(kano(answers, respondent=None))
    >>> [round(float(y), 2) for y in ax.lines[-1].get_ydata()[[0, -1]]]
    [0.0, 1.0]
    """
    require_matplotlib()
    require_language(language)
    rows = rows_of(analysis, analysis.frame, group)
    curved = np.isin(rows["category"], list(DASHES))
    drawn = only(rows, curved)
    require_some(drawn, "no feature is attractive, one-dimensional or must-be")
    words, language, family = speak(language, rows["feature"])
    ax = axes_for(ax, size=SIZE)
    x = np.linspace(0.0, 1.0, 101)
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    seen: set[str] = set()
    for code, better, worse in zip(drawn["category"], drawn["better"], drawn["worse"], strict=True):
        name = "_nolegend_" if code in seen else label(code, language, of="kano")
        seen.add(code)
        y = response_curve(code, x, better=better, worse=worse)
        ax.plot(x, y, color=MARKS[code][0], linestyle=DASHES[code], linewidth=2, label=name)
    ax.set_xlim(0, 1)
    ax.set_ylim(-1.04, 1.04)
    ax.spines[["top", "right"]].set_visible(False)
    label_axes(ax, words["fulfilment"], words["satisfaction"], family)
    ax.legend(loc="lower right", frameon=False, prop=font_properties(family))
    flat = rows["feature"][~curved]
    note = words["answers"].format(answers=int(rows["answers"].max())) + words["ends"]
    note += words["flat"].format(names=some_of(flat, words)) if flat.size else ""
    write_headline(ax, title_of(rows["category"], words, language), note, family=family)
    _name_the_ends(ax, drawn["better"], drawn["feature"], drawn["category"], family)
    return ax


def _draw_spans(ax: Axes, rows: Rows, spans: Rows) -> None:
    """Draw the intervals of both coefficients as thin crosses."""
    colours = [MARKS[code][0] for code in rows["category"]]
    ax.hlines(rows["better"], -spans["worse_high"], -spans["worse_low"], colours, alpha=0.5, lw=1)
    ax.vlines(-rows["worse"], spans["better_low"], spans["better_high"], colours, alpha=0.5, lw=1)


def _ellipse(
    rows: Rows, i: int, spread: str
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Return centre, half axes and angle of what lies within one standard deviation."""
    sx, sy = (
        float(np.nan_to_num(rows[f"{n}_{spread}"][i])) for n in ("dysfunctional", "functional")
    )
    both = float(np.nan_to_num(rows["correlation"][i])) * sx * sy
    values, vectors = np.linalg.eigh(np.array([[sx * sx, both], [both, sy * sy]]))
    halves = np.sqrt(np.maximum(values, 0.0))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    centre = (float(rows["dysfunctional"][i]), float(rows["functional"][i]))
    return centre, (float(halves[1]), float(halves[0])), angle


def _draw_ellipse(
    ax: Axes, centre: tuple[float, float], half: tuple[float, float], angle: float, colour: str
) -> None:
    from matplotlib.patches import Ellipse  # noqa: PLC0415 - an extra

    shape: dict[str, Any] = {"width": 2 * half[0], "height": 2 * half[1], "angle": angle}
    ax.add_patch(Ellipse(centre, **shape, facecolor=colour, alpha=0.06, zorder=1))
    ax.add_patch(Ellipse(centre, **shape, fill=False, edgecolor=colour, alpha=0.5, zorder=2))


def _name_the_ends(
    ax: Axes,
    heights: Floats,
    names: NDArray[Any],
    codes: NDArray[Any],
    family: list[str] | None,
) -> None:
    """Write names at the right ends of lines, apart from one another."""
    order = np.argsort(heights, kind="stable")
    places = _apart(heights[order].astype(np.float64), 0.075)
    for place, i in zip(places, order, strict=True):
        colour = MARKS[str(codes[i])][0]
        ax.annotate(
            str(names[i]),
            (1.0, heights[i]),
            (1.05, place),
            textcoords=ax.get_yaxis_transform(),
            va="center",
            fontsize="small",
            color=colour,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "shrinkA": 2,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
            **font_of(family),
        )


def _apart(places: Floats, step: float) -> Floats:
    """Move ascending places apart as little as it takes: neighbours that touch share the room."""
    blocks: list[list[float]] = []  # middle, how many
    for place in places.tolist():
        blocks.append([place, 1])
        while len(blocks) > 1 and _top(blocks[-2], step) > blocks[-1][0] - blocks[-1][1] * step / 2:
            middle, many = blocks.pop()
            below = blocks[-1]
            below[0] = (below[0] * below[1] + middle * many) / (below[1] + many)
            below[1] += many
    spread = [
        middle + (i - (many - 1) / 2) * step for middle, many in blocks for i in range(int(many))
    ]
    return np.array(spread)


def _top(block: list[float], step: float) -> float:
    return block[0] + block[1] * step / 2
