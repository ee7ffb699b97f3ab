"""The whale curve: what the most profitable customers make, and the others lose again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel._columns import is_array
from custrel.frames import enter
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    axes_for,
    capital,
    count_in_percent,
    percent,
    require_matplotlib,
    short,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.valuation.whale_curve import WhaleCurve, whale_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_whale"]

Floats = NDArray[np.float64]

_MOST_POINTS = 2000  # more than a screen has pixels across
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "across": "Share of {people}, the most profitable first",
                "share": "Share of the profit so far",
                "money": "Profit so far",
                "best": "the best {part}\nbring {level}",
                "makers": "{part} of {people} make {share} of the profit",
                "losers": "; {part} lose {share}",
                "loss": "{People} lose {money} in all",
                "nothing": "{People} bring nothing in all",
                "note": "{number:,} {people}: {profitable:,} bring profit, {even:,} break even, "
                "{losing:,} lose; {money} in all",
                "customers": "customers",
            }
        ),
        "zh": MappingProxyType(
            {
                "across": "{people}占比，从利润最高的开始",
                "share": "累计利润占总利润的比例",
                "money": "累计利润",
                "best": "最好的{part}\n带来{level}",
                "makers": "{part}的{people}创造{share}的利润",
                "losers": "；{part}亏掉{share}",
                "loss": "{People}合计亏损{money}",
                "nothing": "{People}合计不盈不亏",
                "note": "{number:,}位{people}：{profitable:,}位赢利，{even:,}位持平，"
                "{losing:,}位亏损；合计{money}",
                "customers": "客户",
            }
        ),
    }
)


def plot_whale(
    profits: Any,
    *,
    profit: str = "profit",
    population: str = "customers",
    tolerance: float = 0.0,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what the most profitable customers make together, and the others lose again.

    Parameters
    ----------
    profits : CustomerSummary, frame or array_like of shape (customers,)
        What each customer brings after all cost: an array, or a frame with the column `profit`.
    profit : str
        The column.
    population : str
        What to call the customers: "key accounts", say.
    tolerance : float
        A profit or loss of up to so much counts as breaking even.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Share of customers to the right; upwards the profit in the currency of the data or, where
        there is one in all, in percent of it.

    Raises
    ------
    InvalidData
        There are no customers, or a value is missing or infinite.
    ColumnNotFound
        The column is not there.
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
    custrel.valuation.WhaleCurve : The figures.

    Notes
    -----
    Of more than 2,000 customers, as many points of the curve are drawn, its top among them.

    References
    ----------
    .. [1] R. S. Kaplan, V. G. Narayanan (2001), Measuring and Managing Customer Profitability,
       Journal of Cost Management 15(5), 5-15.

    Examples
    --------
    >>> ax = plot_whale([30, -40, 100, 10])
    >>> print(ax.get_title(loc="left"))
    75% of customers make 140% of the profit; 25% lose 40%
    """
    require_matplotlib()
    values = profits if is_array(profits) else enter(profits).values(profit)[0]
    whale = WhaleCurve.of(np.asarray(values), tolerance=tolerance)
    customers, together = _thinned(*whale_curve(values))
    words, _, family = speak(_TEXTS, language, lambda _: [population])
    people = words.get(population, population)
    positive = whale.total > 0
    level = percent if positive else short
    height = together / whale.total if positive else together
    top = int(np.argmax(height))
    best = words["best"].format(part=percent(customers[top]), level=level(height[top]))

    ax = axes_for(ax, size=(6.4, 4.4))
    ax.plot([0, 1], [0, height[-1]], color=GREY, linewidth=1, linestyle="--")
    ax.fill_between(customers, height, height[-1] * customers, color=PALE, linewidth=0)
    ax.plot(customers, height, color=BLUE, linewidth=2.5)
    _point_out(ax, (customers[top], height[top]), height[-1], best, family)
    _scale(ax, level)
    ax.set_xlabel(words["across"].format(people=people), **font_of(family))
    ax.set_ylabel(words["share" if positive else "money"], **font_of(family))
    write_headline(ax, _headline(whale, people, words), _note(whale, people, words), family=family)
    return ax


def _point_out(
    ax: Axes, top: tuple[float, float], end: float, said: str, family: list[str] | None
) -> None:
    """Say what the customers up to the top of the curve bring together."""
    x, y = top
    ax.plot([x, x], [0, y], color=ORANGE, linewidth=1.2)
    ax.plot([x], [y], "o", color=ORANGE, markersize=7)
    right = x < 0.6
    ax.annotate(
        said,
        (x, (y + end * x) / 2),
        (10 if right else -10, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        linespacing=1.4,
        color=ORANGE,
        **font_of(family),
    )


def _scale(ax: Axes, level: Callable[[float], str]) -> None:
    """Count customers in percent, and the profit in what it is drawn in."""
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xlim(0, 1)
    ax.margins(y=0.08)
    count_in_percent(ax.xaxis)
    ax.yaxis.set_major_formatter(lambda number, _: level(number) if number else "0")
    ax.spines[["top", "right"]].set_visible(False)


def _headline(whale: WhaleCurve, people: str, words: Mapping[str, str]) -> str:
    if whale.total <= 0:
        said = words["loss" if whale.total else "nothing"]
        return said.format(People=capital(people), money=short(-whale.total))
    makers = percent(whale.profitable / whale.customers)
    made = words["makers"].format(part=makers, people=people, share=percent(whale.peak_share))
    if not whale.losing:
        return made
    losers = percent(whale.losing / whale.customers)
    return made + words["losers"].format(part=losers, share=percent(whale.lost_share))


def _note(whale: WhaleCurve, people: str, words: Mapping[str, str]) -> str:
    return words["note"].format(
        number=whale.customers,
        people=people,
        profitable=whale.profitable,
        even=whale.break_even,
        losing=whale.losing,
        money=short(whale.total),
    )


def _thinned(customers: Floats, together: Floats) -> tuple[Floats, Floats]:
    """Keep as many points as are seen: evenly spread, and the top."""
    if customers.size <= _MOST_POINTS:
        return customers, together
    even = np.linspace(0, customers.size - 1, _MOST_POINTS - 1).round().astype(np.intp)
    kept = np.union1d(even, np.argmax(together))
    return customers[kept], together[kept]
