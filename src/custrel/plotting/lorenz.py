"""The Lorenz curve: how unequally customers share in the business."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel._columns import is_array
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    axes_for,
    column_in_text,
    count_in_percent,
    percent,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.segmentation.concentration import concentration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_lorenz"]

Floats = NDArray[np.float64]

_MOST_POINTS = 2000  # more than a screen has pixels across
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "across": "Share of {people}, the smallest first",
                "up": "Share of {name} that they have together",
                "title": "The top {top} of {people} bring {share} of {name}",
                "note": "{number:,} {people}; Gini {gini:.2f} (0: all bring the same, 1: one "
                "brings all)",
                "equal": "if all were equal",
                "others": "the other {people}\nhave {share}",
                "customers": "customers",
            }
        ),
        "zh": MappingProxyType(
            {
                "across": "{people}占比，从最小的开始",
                "up": "这些{people}合计占{name}的比例",
                "title": "前{top}的{people}带来{share}的{name}",
                "note": "{number:,}位{people}；基尼系数{gini:.2f}（0：完全相同，1：一位独占）",
                "equal": "若完全平均",
                "others": "其余{people}\n占{share}",
                "customers": "客户",
            }
        ),
    }
)


def plot_lorenz(
    values: Any,
    *,
    value: str = "revenue",
    population: str = "customers",
    top: float = 0.2,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw which share of the business the smaller customers have together.

    Parameters
    ----------
    values : CustomerSummary, frame or array_like of shape (customers,)
        What each customer brings, 0 or more: an array, or a frame with the column `value`.
    value : str
        The column whose total is shared; of an array, what it is called.
    population : str
        What to call the customers: "repeat customers", say.
    top : float
        The share of customers to point out, counted from the largest, between 0 and 1.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Both axes in shares, 0 to 1, written as percentages.

    Raises
    ------
    InvalidData
        There are no customers; a value is missing, infinite or negative; or all are 0.
    ColumnNotFound
        The column is not there.
    InvalidRule
        `top` is not between 0 and 1.
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
    custrel.segmentation.concentration : The figures.

    Notes
    -----
    Of more than 2,000 different values, as many points of the curve are drawn.

    References
    ----------
    .. [1] M. O. Lorenz (1905), Methods of Measuring the Concentration of Wealth, Publications of
       the American Statistical Association 9(70), 209-219.

    Examples
    --------
    >>> ax = plot_lorenz([80, 5, 5, 5, 5])
    >>> print(ax.get_title(loc="left"))
    The top 20% of customers bring 80% of revenue
    """
    require_matplotlib()
    if not 0 < top < 1:
        raise InvalidRule(f"top must be a share between 0 and 1 (0.2, not 20); got {top!r}.")
    frame = pd.DataFrame({value: _as_column(values)}) if is_array(values) else values
    facts = concentration(frame, value=value, population=population, top=top)
    rows, counts = enter(frame).distinct(value)
    amounts = rows[value]
    words, language, family = speak(_TEXTS, language, lambda _: [value, population])
    name, people = column_in_text(value, language), words.get(population, population)

    ax = axes_for(ax, size=(5.6, 5.2))
    _draw(ax, *_curve(amounts, counts))
    _name_the_diagonal(ax, words["equal"], family)
    said = words["others"].format(people=percent(1 - top), share=percent(1 - facts.top_share))
    _point_out(ax, 1 - top, 1 - facts.top_share, said, family)
    ax.set_xlabel(words["across"].format(people=people), **font_of(family))
    ax.set_ylabel(words["up"].format(people=people, name=name), **font_of(family))
    shares = {"top": percent(top), "share": percent(facts.top_share)}
    title = words["title"].format(people=people, name=name, **shares)
    note = words["note"].format(number=facts.customers, people=people, gini=facts.gini)
    write_headline(ax, title, note, family=family)
    return ax


def _draw(ax: Axes, people: Floats, share: Floats) -> None:
    """Draw the curve, and the line that it would be if all were equal."""
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    ax.fill_between(people, share, people, color=PALE, linewidth=0)
    ax.plot(people, share, color=BLUE, linewidth=2.5)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_aspect("equal")
    for axis in (ax.xaxis, ax.yaxis):
        count_in_percent(axis)
    ax.spines[["top", "right"]].set_visible(False)


def _name_the_diagonal(ax: Axes, said: str, family: list[str] | None) -> None:
    ax.annotate(
        said,
        (0.6, 0.6),
        (0, 7),
        textcoords="offset points",
        ha="center",
        va="bottom",
        rotation=45,
        rotation_mode="anchor",
        transform_rotates_text=True,
        color=GREY,
        fontsize="small",
        **font_of(family),
    )


def _point_out(ax: Axes, x: float, y: float, said: str, family: list[str] | None) -> None:
    """Say what the customers up to a point of the curve have together."""
    high = y >= 0.75
    ax.plot([x, x, 1], [0, y, y], color=ORANGE, linewidth=1.2)
    ax.plot([x], [y], "o", color=ORANGE, markersize=7)
    ax.annotate(
        said,
        (x, y),
        (-10, -8) if high else (-8, 6),
        textcoords="offset points",
        ha="right",
        linespacing=1.4,
        va="top" if high else "bottom",
        color=ORANGE,
        **font_of(family),
    )


def _curve(amounts: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return the curve from the smallest customer on, thinned where it has many points."""
    order = np.argsort(amounts, kind="stable")
    people = np.concatenate(([0.0], np.cumsum(counts[order])))
    share = np.concatenate(([0.0], np.cumsum(amounts[order] * counts[order])))
    people, share = people / people[-1], share / share[-1]
    if people.size > _MOST_POINTS:
        # Where the curve runs flat by customers, where it is steep by shares.
        steps = np.linspace(0, 1, _MOST_POINTS // 2)
        kept = [np.searchsorted(run, steps) for run in (people, share)]
        chosen = np.unique(np.minimum(np.concatenate(kept), people.size - 1))
        people, share = people[chosen], share[chosen]
    return people, share


def _as_column(values: Any) -> NDArray[Any]:
    column = np.asarray(values)
    if column.ndim != 1:
        raise InvalidRule(f"expected one value per customer, got shape {column.shape}.")
    return column
