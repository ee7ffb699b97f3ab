"""The histogram of frequencies: how many bought how often, and how many a model expects to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from custrel.frames import enter
from custrel.plotting._axes import (
    BLUE,
    ORANGE,
    axes_for,
    model_name,
    percent,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, font_properties, speak
from custrel.valuation.frequency_table import frequency_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_frequencies"]

_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "actual": "actual",
                "expected": "expected ({model})",
                "across": "Repeat purchases",
                "up": "Customers",
                "title": "The model misplaces {share} of the customers",
                "note": "{number:,.0f} customers, of each of whom the model knows how long he was "
                "observed",
            }
        ),
        "zh": MappingProxyType(
            {
                "actual": "实际",
                "expected": "预期（{model}）",
                "across": "重复购买次数",
                "up": "客户数",
                "title": "模型错置了{share}的客户",
                "note": "{number:,.0f}位客户，模型知道每位客户的观察时长",
            }
        ),
    }
)


def plot_frequencies(
    summary: Any,
    model: Any,
    *,
    groups: int = 8,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how many customers bought how often, and how many a model expects to.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency`` and ``T``; for a model of counted opportunities,
        ``periods`` instead of ``T``.
    model : BgNbd or another model of repeat purchases
        Its unit is the summary's.
    groups : int
        How many pairs of bars; the last one is of all with as many repeat purchases less one
        or more.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Repeat purchases from left to right, customers upwards.

    Raises
    ------
    InvalidData
        There are no customers, or a number is missing or impossible.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are fewer than 2 groups.
    UnitMismatch
        The summary is measured in another unit than the model.
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
    custrel.valuation.frequency_table : The numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> frame = pd.DataFrame({"frequency": [0] * 60 + [1] * 25 + [4] * 15, "T": 39.0})
    >>> ax = plot_frequencies(frame, model)
    >>> ax.get_xlabel()
    'Repeat purchases'
    """
    require_matplotlib()
    table = enter(frequency_table(summary, model, groups=groups))
    columns = table.values("frequency", "customers", "expected")
    order = np.argsort(columns[0])
    x, customers, expected = (column[order] for column in columns)

    words, language, family = speak(_TEXTS, language)
    ax = axes_for(ax)
    ax.bar(x - 0.2, customers, 0.4, color=BLUE, label=words["actual"])
    name = words["expected"].format(model=model_name(model, language))
    ax.bar(x + 0.2, expected, 0.4, color=ORANGE, label=name)
    ax.set_xticks(x, [*(f"{n:.0f}" for n in x[:-1]), f"{x[-1]:.0f}+"])
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(words["across"], **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    ax.legend(frameon=False, loc="upper right", prop=font_properties(family))
    everybody = customers.sum()
    elsewhere = np.abs(customers - expected).sum() / 2 / everybody
    title = words["title"].format(share=percent(elsewhere))
    write_headline(ax, title, words["note"].format(number=everybody), family=family)
    return ax
