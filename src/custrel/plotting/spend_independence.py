"""Independence of spend and frequency: what customers spend who buy more or less often."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.plotting._axes import BLUE, GREY, axes_for, require_matplotlib, write_headline
from custrel.plotting._fonts import font_of, speak
from custrel.valuation.spend_independence import spend_independence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_spend_independence"]

Floats = NDArray[np.float64]

_QUARTERS = (0.25, 0.5, 0.75)
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "independent": "Spend does not go with frequency",
                "dependent": "Spend goes with frequency",
                "unclear": "Spend may go with frequency",
                "title": "{said}: correlation {r:+.2f}",
                "across": "Repeat purchases",
                "up": "Mean spend on a purchase",
                "note": "{number:,.0f} repeat buyers, counted below the axis: median and middle "
                "half of each group; the correlation lies between {low:+.2f} and {high:+.2f} "
                "({confidence:.0%})",
            }
        ),
        "zh": MappingProxyType(
            {
                "independent": "消费额与购买频率无关",
                "dependent": "消费额与购买频率有关",
                "unclear": "消费额与购买频率可能有关",
                "title": "{said}：相关系数{r:+.2f}",
                "across": "重复购买次数",
                "up": "每次购买的平均消费额",
                "note": "{number:,.0f}位重复购买的客户，人数见轴下方：各组的中位数与中间一半；相关系数介于{low:+.2f}与{high:+.2f}之间（{confidence:.0%}）",
            }
        ),
    }
)


def plot_spend_independence(
    summary: Any,
    *,
    groups: int = 7,
    confidence: float = 0.95,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what repeat buyers spend on a purchase, by how often they buy.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency`` and ``monetary_value``.
    groups : int
        How many groups of repeat buyers; the last one is of all with as many repeat purchases
        or more.
    confidence : float
        How often the limits of the correlation are to hold the truth.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Repeat purchases from left to right; upwards the mean spend of the customers in the
        middle, as a dot, and of the middle half of them, as a line.

    Raises
    ------
    FitError
        There are fewer than four repeat buyers, or all of them are alike in one of the two.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are fewer than 2 groups, or the confidence is not between 0 and 1.
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
    custrel.valuation.spend_independence : The numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"frequency": [1, 2, 3, 4, 5, 0], "monetary_value": [20.0, 35, 10, 50, 30, 0]}
    ... )
    >>> ax = plot_spend_independence(frame)
    >>> ax.get_ylabel()
    'Mean spend on a purchase'
    """
    require_matplotlib()
    if groups < 2 or groups != int(groups):
        raise InvalidRule(f"groups={groups!r}: expected 2, 3, ...")
    found = spend_independence(summary, confidence=confidence)
    rows, counts = enter(summary).distinct("frequency", "monetary_value")
    x, mean = rows.values()
    again = (x > 0) & np.isfinite(mean)
    x, mean, counts = x[again], mean[again], counts[again]
    group = np.minimum(x, groups)
    there = np.unique(group)
    quarters = np.array([_quantiles(mean[group == g], counts[group == g]) for g in there])
    customers = [counts[group == g].sum() for g in there]

    words, _, family = speak(_TEXTS, language)
    ax = axes_for(ax)
    ax.vlines(there, quarters[:, 0], quarters[:, 2], color=BLUE, linewidth=3, alpha=0.5)
    ax.plot(there, quarters[:, 1], "o", color=BLUE)
    middle = float(_quantiles(mean, counts)[1])
    ax.axhline(middle, color=GREY, linewidth=1, linestyle=":")
    names = [f"{g:.0f}{'+' if g == groups else ''}" for g in there]
    ticks = [f"{name}\n{people:,.0f}" for name, people in zip(names, customers, strict=True)]
    ax.set_xticks(there, ticks)
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(words["across"], **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    title = words["title"].format(said=words[found.verdict], r=found.correlation)
    note = words["note"].format(
        number=found.customers, low=found.low, high=found.high, confidence=confidence
    )
    write_headline(ax, title, note, family=family)
    return ax


def _quantiles(values: Floats, counts: Floats) -> Floats:
    """Return the quartiles of values, of which each occurs so many times."""
    order = np.argsort(values)
    reached = np.cumsum(counts[order])
    places = np.searchsorted(reached, np.array(_QUARTERS) * reached[-1])
    return np.asarray(values[order][np.minimum(places, len(values) - 1)], dtype=np.float64)
