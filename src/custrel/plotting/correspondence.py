"""The map of a correspondence analysis: which categories go together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import collect, enter
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
from custrel.plotting._fonts import font_of, speak
from custrel.plotting._names import place_names
from custrel.segmentation.correspondence import Correspondence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_correspondence"]

Floats = NDArray[np.float64]

_MOST = 40  # names that can be read in one picture
_SMALLEST, _LARGEST = 25.0, 160.0  # of a mark, in square points
_ROOM = 0.18  # of the width, on each side, for the names
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "title": "{row} and {column} go together most",
                "note": "Both axes show {share} of the inertia; blue: {rows}, orange: {columns}, "
                "the larger the more of them; across colours only the direction from the middle "
                "counts",
                "axis": "Axis {number} ({share} of the inertia)",
            }
        ),
        "zh": MappingProxyType(
            {
                "title": "{row}与{column}关联最强",
                "note": "两轴共解释惯量的{share}；蓝色：{rows}，橙色：{columns}，越大越多；"
                "不同颜色之间只看相对中心的方向",
                "axis": "第{number}轴（惯量的{share}）",
            }
        ),
    }
)


def plot_correspondence(
    found: Correspondence, *, language: Literal["en", "zh"] = "en", ax: Axes | None = None
) -> Axes:
    """Draw which categories go together as a map (对应分析图).

    Parameters
    ----------
    found : Correspondence
        As `custrel.segmentation.correspondence` finds it.
    language : {"en", "zh"}
        The language of the text.  Categories that have no label are shown as they are.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Principal coordinates on the first two axes, in one scale; a circle for each category of
        the rows, a triangle for each of the columns, as large as its mass.

    Raises
    ------
    InvalidData
        Rows and columns have nothing to do with one another: all points lie on one another.
    InvalidRule
        There are more than 40 categories.
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
    custrel.segmentation.correspondence : The figures.

    Notes
    -----
    The headline names the pair that is most frequent against chance: whose standardized residual,
    as far as the two axes show it, is the largest, sqrt(r c) sum_k f_k g_k / sqrt(inertia_k).

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import correspondence
    >>> customers = pd.DataFrame(
    ...     {
    ...         "segment": ["champions"] * 4 + ["lost"] * 4,
    ...         "need": ["advice", "advice", "advice", "price"] + ["price"] * 4,
    ...     }
    ... )
    >>> ax = plot_correspondence(correspondence(customers, columns="need"))
    >>> print(ax.get_title(loc="left"))
    Champions and advice go together most
    """
    require_matplotlib()
    table = collect(enter(found.points).frame)
    codes = [str(category) for category in table["category"].to_list()]
    if len(codes) > _MOST:
        raise InvalidRule(
            f"{len(codes)} categories are too many to be read in a picture; at most {_MOST} are "
            "drawn. Take coarser ones."
        )
    if not sum(found.inertias):
        message = "rows and columns have nothing to do with one another: there is no map to draw"
        raise InvalidData([Problem(code="no_inertia", message=message, count=0)])
    across = np.array([side == "row" for side in table["side"].to_list()])
    places, masses = table.select("x", "y").to_numpy(), table["mass"].to_numpy()
    kinds = [found.rows if row else found.columns for row in across]
    about = [name.replace("_", " ") for name in (found.rows, found.columns)]

    def names_in(spoken: str) -> list[str]:
        return [label_or_code(c, spoken, of=of) for c, of in zip(codes, kinds, strict=True)]

    words, language, family = speak(_TEXTS, language, lambda spoken: [*names_in(spoken), *about])
    names = names_in(language)
    ax = axes_for(ax, size=(6.4, 5.2))
    _draw(ax, places, masses, across)
    shares = (*found.shares, 0.0)[:2]
    axes = [words["axis"].format(number=n + 1, share=percent(shares[n])) for n in range(2)]
    ax.set_xlabel(axes[0], **font_of(family))
    ax.set_ylabel(axes[1], **font_of(family))
    row, column = _strongest(found, places, masses, across)
    note = words["note"].format(share=percent(sum(shares)), rows=about[0], columns=about[1])
    title = words["title"].format(row=names[row], column=names[column])
    write_headline(ax, title, note, family=family)
    place_names(ax, places[:, 0], places[:, 1], names, family)
    return ax


def _draw(ax: Axes, places: Floats, masses: Floats, across: NDArray[np.bool_]) -> None:
    for here, colour, marker in ((across, BLUE, "o"), (~across, ORANGE, "^")):
        sizes = _SMALLEST + (_LARGEST - _SMALLEST) * masses[here] / masses.max()
        x, y = places[here].T
        ax.scatter(x, y, s=sizes, color=colour, marker=marker, edgecolor="white", zorder=3)
    ax.axhline(0.0, color=GREY, linewidth=0.8, linestyle=":")
    ax.axvline(0.0, color=GREY, linewidth=0.8, linestyle=":")
    ax.margins(_ROOM)
    ax.set_aspect("equal", adjustable="datalim")
    ax.spines[["top", "right"]].set_visible(False)


def _strongest(
    found: Correspondence, places: Floats, masses: Floats, across: NDArray[np.bool_]
) -> tuple[int, int]:
    """Return the row and the column that go together most, as far as the two axes show."""
    inertias: Any = np.array([*found.inertias, 0.0][:2])
    scale = np.divide(1.0, np.sqrt(inertias), out=np.zeros(2), where=inertias > 0)
    rows, columns = np.flatnonzero(across), np.flatnonzero(~across)
    pull = (places[rows] * scale) @ places[columns].T
    pull *= np.sqrt(np.outer(masses[rows], masses[columns]))
    row, column = np.unravel_index(int(pull.argmax()), pull.shape)
    return int(rows[row]), int(columns[column])
