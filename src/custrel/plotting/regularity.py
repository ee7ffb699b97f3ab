"""Regularity of timing: how even the times between purchases are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.stats import beta

from custrel.errors import InvalidRule
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, font_properties, speak
from custrel.valuation.regularity import Regularity, regularity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_regularity"]

_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "regular": "Purchases are more regular than chance",
                "random": "Purchases come as at random",
                "clumpy": "Purchases come in clumps",
                "title": "{said}: k = {k:.2g}",
                "chance": "random (k = 1)",
                "customers": "customers",
                "across": "First of two times between purchases, as a share of both",
                "up": "Customers",
                "note": "{number:,} customers with three purchases or more; k lies between "
                "{low:.2f} and {high:.2f} ({confidence:.0%})",
            }
        ),
        "zh": MappingProxyType(
            {
                "regular": "购买比随机更有规律",
                "random": "购买时间与随机无异",
                "clumpy": "购买成串出现",
                "title": "{said}：k = {k:.2g}",
                "chance": "随机（k = 1）",
                "customers": "客户",
                "across": "相邻两次购买间隔中，前一次占两次之和的比例",
                "up": "客户数",
                "note": "{number:,}位至少购买三次的客户；k介于{low:.2f}与{high:.2f}之间（{confidence:.0%}）",
            }
        ),
    }
)


def plot_regularity(
    log: Any, *, language: Literal["en", "zh"] = "en", ax: Axes | None = None, **options: Any
) -> Axes:
    """Draw how even the times between purchases are.

    Parameters
    ----------
    log : frame or Regularity
        One row per purchase; or what `custrel.valuation.regularity` made of it.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.
    **options
        Of `custrel.valuation.regularity`: the log's columns and so on.

    Returns
    -------
    matplotlib Axes
        The first of two times between purchases, as a share of both, from left to right;
        customers upwards.  Random timing is a level line, and clockwork a peak in the middle.

    Raises
    ------
    InvalidRule
        Options beside a `Regularity`, which has its own.
    FitError
        Fewer than three customers have bought three times.
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
    custrel.valuation.regularity : The numbers.

    Examples
    --------
    >>> from custrel.valuation.regularity import Regularity
    >>> found = Regularity(
    ...     customers=500,
    ...     k=1.9,
    ...     low=1.7,
    ...     high=2.2,
    ...     k_by_moments=1.8,
    ...     k_by_customer=2.0,
    ...     frequent_customers=40,
    ...     shares=(25,) * 20,
    ...     confidence=0.95,
    ... )
    >>> ax = plot_regularity(found)
    >>> ax.get_title(loc="left")
    'Purchases are more regular than chance: k = 1.9'
    """
    require_matplotlib()
    if isinstance(log, Regularity) and options:
        raise InvalidRule(f"{', '.join(options)}: a Regularity has its own; pass a log.")
    made = log if isinstance(log, Regularity) else regularity(log, **options)
    step = 1 / len(made.shares)
    middles = (np.arange(len(made.shares)) + 0.5) * step

    words, _, family = speak(_TEXTS, language)
    ax = axes_for(ax)
    ax.bar(middles, made.shares, 0.9 * step, color=BLUE, label=words["customers"])
    x = np.linspace(0.005, 0.995, 199)
    curve = beta(made.k, made.k).pdf(x) * made.customers * step
    ax.plot(x, curve, color=ORANGE, linewidth=2, label=f"k = {made.k:.2g}")
    level = made.customers * step
    ax.axhline(level, color=GREY, linewidth=1, linestyle=":", label=words["chance"])
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.3 * max(*made.shares, level))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(words["across"], **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    ax.legend(frameon=False, loc="upper right", ncols=3, prop=font_properties(family))
    title = words["title"].format(said=words[made.verdict], k=made.k)
    note = words["note"].format(
        number=made.customers, low=made.low, high=made.high, confidence=made.confidence
    )
    write_headline(ax, title, note, family=family)
    return ax
