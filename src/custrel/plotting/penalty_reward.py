"""The penalty-reward chart: what failing in each attribute costs, and what excelling brings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import as_floats, collect, enter
from custrel.labels import label
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.satisfaction.penalty_reward import DriverKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_penalty_reward"]

Floats = NDArray[np.float64]

_NUMBERS = ("penalty", "penalty_low", "penalty_high", "reward", "reward_low", "reward_high")
_HEIGHT = 0.52  # inches for each attribute
_ASIDE = 0.19  # of a row, by which a bar lies above or below its middle


_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "title": '"{name}" moves satisfaction most ({kind})',
                "note": "orange: what failing costs; blue: what excelling brings; "
                "whiskers: intervals",
                "x": "Change of overall satisfaction, against average performance",
            }
        ),
        "zh": MappingProxyType(
            {
                "title": "“{name}”对满意度影响最大（{kind}）",
                "note": "橙色：表现差的损失；蓝色：表现好的收益；线段：置信区间",
                "x": "总体满意度的变化（相对于平均表现）",
            }
        ),
    }
)


def plot_penalty_reward(
    table: Any, *, language: Literal["en", "zh"] = "en", ax: Axes | None = None
) -> Axes:
    """Draw penalties to the left and rewards to the right, the attribute that moves most on top.

    Parameters
    ----------
    table : frame
        What `penalty_reward` returned, of any engine.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        In points of overall satisfaction, against average performance; whiskers are the intervals.

    Raises
    ------
    InvalidData
        There is no attribute to draw.
    ColumnNotFound
        It is another table.
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.penalty_reward : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import penalty_reward
    >>> answers = pd.DataFrame({"clean": [1, 3, 5] * 9, "music": sorted([1, 3, 5] * 9)})
    >>> answers["overall"] = 5 - 3 * (answers["clean"] <= 2) + 2 * (answers["music"] >= 5)
    >>> answers["overall"] += [0.1, -0.1, 0.0, 0.0, 0.1, -0.1, -0.1, 0.0, 0.1] * 3
    >>> ax = plot_penalty_reward(penalty_reward(answers, attributes=["clean", "music"]))
    >>> print(ax.get_title(loc="left"))
    "clean" moves satisfaction most (basic factor)
    """
    require_matplotlib()
    names, codes, values = _read(table)
    words, language, family = speak(
        _TEXTS, language, lambda spoken: [*names, *(label(code, spoken) for code in codes)]
    )
    kinds, font = [label(code, language) for code in codes], font_of(family)
    places = np.arange(len(names))
    ax = axes_for(ax, size=(7.2, 2.0 + _HEIGHT * len(names)))
    for what, colour, aside in ("penalty", ORANGE, _ASIDE), ("reward", BLUE, -_ASIDE):
        middle, low, high = values[what], values[f"{what}_low"], values[f"{what}_high"]
        whiskers: dict[str, Any] = {
            "xerr": [middle - low, high - middle],
            "ecolor": GREY,
            "capsize": 2,
        }
        ax.barh(places + aside, middle, height=2 * _ASIDE, color=colour, **whiskers)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.margins(x=0.05)
    ax.set_yticks(places, names, **font)
    ax.tick_params(axis="y", length=0)
    for place, kind in zip(places, kinds, strict=True):
        ax.annotate(
            kind,
            (1, place),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color=GREY,
            fontsize="small",
            **font,
        )
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_xlabel(words["x"], **font)
    title = words["title"].format(name=names[-1], kind=kinds[-1].lower())
    write_headline(ax, title, words["note"], family=family)
    return ax


def _read(table: Any) -> tuple[list[str], list[DriverKind], dict[str, Floats]]:
    """Return attributes, what kind each is, and the numbers, that which moves least first."""
    door = enter(table)
    door.require(["attribute", "kind", *_NUMBERS], remedy="penalty_reward() makes such a table.")
    frame = collect(door.frame)
    if not len(frame):
        raise InvalidData([Problem(code="empty", message="there is no attribute to draw", count=0)])
    values = {name: as_floats(frame[name]) for name in _NUMBERS}
    order = np.argsort(values["reward"] - values["penalty"], kind="stable")
    names, kinds = frame["attribute"].to_list(), frame["kind"].to_list()
    return (
        [str(names[place]) for place in order],
        [DriverKind(kinds[place]) for place in order],
        {name: column[order] for name, column in values.items()},
    )
