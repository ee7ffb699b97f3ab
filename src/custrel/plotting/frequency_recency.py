"""The frequency-recency matrix: what a model thinks of every purchase history of one length."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.plotting._axes import (
    SEQUENTIAL,
    axes_for,
    in_time,
    model_name,
    plural,
    readable_on,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.units import known_unit
from custrel.valuation.lifetime_value import PurchaseModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.spines import Spine

__all__ = ["plot_frequency_recency"]

Floats = NDArray[np.float64]

_WHAT = ("p_alive", "expected_purchases")
_CELLS = 100  # of recency
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "across": "Repeat purchases so far",
                "up": "Time from first to last purchase ({units})",
                "alive title": "Is the customer still there?",
                "alive": "Probability of still being a customer, P(alive)",
                "ahead title": "How often will the customer buy in the next {ahead}?",
                "ahead": "Expected purchases in the next {ahead}",
                "note": "{model}; first purchase {age} ago; one-time buyers (not drawn): "
                "{once:.2f}",
                "lately": "often and lately",
                "silent": "often, then silent",
            }
        ),
        "zh": MappingProxyType(
            {
                "across": "至今重复购买次数",
                "up": "首次到最近一次购买的时间（{units}）",
                "alive title": "客户还在吗？",
                "alive": "仍是客户的概率 P(alive)",
                "ahead title": "客户未来{ahead}会购买几次？",
                "ahead": "未来{ahead}的预期购买次数",
                "note": "{model}；首次购买在{age}前；仅购买一次的客户（未画出）：{once:.2f}",
                "lately": "经常且最近",
                "silent": "曾经常，后沉寂",
            }
        ),
    }
)


def plot_frequency_recency(
    model: PurchaseModel,
    *,
    T: float,
    what: Literal["p_alive", "expected_purchases"] = "p_alive",
    horizon: float | None = None,
    max_frequency: int = 20,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what a model expects of customers, by how often and how recently they bought.

    Parameters
    ----------
    model : BgNbd or another model of repeat purchases
        What to draw.
    T : float
        How long ago the customers came, in the model's unit: one length for all.
    what : {"p_alive", "expected_purchases"}
        The probability that a customer has not stopped, or the purchases to expect.
    horizon : float, optional
        How far to look ahead, in the model's unit; needed for purchases to expect.
    max_frequency : int
        The highest number of repeat purchases to draw.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Repeat purchases from 1 on in columns, the age at the last purchase in 100 rows, each
        judged at its middle; beside it, a colour bar.

    Raises
    ------
    InvalidRule
        `T` or `max_frequency` is not positive; or the horizon is missing or negative.
    UnknownCode
        `what` is none of the choices, or there is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    Notes
    -----
    Without a repeat purchase, recency is 0 and there is nothing to spread over a column; what
    the model says of these customers stands in the small print.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), RFM and CLV: Using Iso-Value Curves
       for Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.

    Examples
    --------
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> ax = plot_frequency_recency(model, T=39)
    >>> ax.get_ylabel()
    'Time from first to last purchase (weeks)'
    """
    require_matplotlib()
    _check(what, T, horizon, max_frequency)

    def judge(frequency: Floats, recency: Floats) -> Floats:
        history = {"frequency": frequency, "recency": recency, "T": np.full_like(recency, T)}
        if what == "p_alive":
            return model.probability_alive(**history)
        return model.expected_purchases(horizon=horizon or 0.0, **history)

    edges = np.linspace(0, T, _CELLS + 1)
    often = np.arange(1, max_frequency + 1, dtype=np.float64)
    cells = judge(*np.meshgrid(often, (edges[1:] + edges[:-1]) / 2))
    once = float(judge(np.zeros(1), np.zeros(1))[0])
    unit = known_unit(model)
    words, language, family = speak(_TEXTS, language)
    name = "alive" if what == "p_alive" else "ahead"
    high = 1.0 if what == "p_alive" else float(cells.max()) or 1.0
    ahead = in_time(horizon or 0.0, unit, language)

    ax = axes_for(ax)
    bar = _draw(ax, edges, often, cells, high=high)
    bar.set_label(words[name].format(ahead=ahead), **font_of(family))
    _name_corners(ax, bar.mappable, cells, words, family)
    ax.set_xlabel(words["across"], **font_of(family))
    ax.set_ylabel(words["up"].format(units=plural(unit, language)), **font_of(family))
    age = in_time(T, unit, language)
    note = words["note"].format(model=model_name(model, language), age=age, once=once)
    write_headline(ax, words[f"{name} title"].format(ahead=ahead), note, family=family)
    return ax


def _draw(ax: Axes, edges: Floats, often: Floats, cells: Floats, *, high: float) -> Any:
    """Draw the cells, a bar that explains their colours, and lines through equal ones."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    columns = np.append(often, often.size + 1) - 0.5
    mesh = ax.pcolormesh(columns, edges, cells, cmap=SEQUENTIAL, vmin=0, vmax=high)
    bar = ax.figure.colorbar(mesh, ax=ax)
    cast("Spine", bar.outline).set_visible(False)
    ticks = np.asarray(bar.get_ticks())
    levels = ticks[(ticks > cells.min()) & (ticks < cells.max())]
    if often.size > 1 and levels.size:
        middles = (edges[1:] + edges[:-1]) / 2
        lines = ax.contour(often, middles, cells, levels=levels, colors="white", linewidths=0.8)
        bar.add_lines(lines)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[:].set_visible(False)
    return bar


def _name_corners(
    ax: Axes, mesh: Any, cells: Floats, words: Mapping[str, str], family: list[str] | None
) -> None:
    for name, row, side in (("lately", -1, "top"), ("silent", 0, "bottom")):
        ax.annotate(
            words[name],
            (1, 1 if side == "top" else 0),
            (-5, -4 if side == "top" else 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va=side,
            color=readable_on(mesh.to_rgba(cells[row, -1:])[0]),
            fontsize="small",
            **font_of(family),
        )


def _check(what: str, T: float, horizon: float | None, max_frequency: int) -> None:
    if what not in _WHAT:
        raise UnknownCode("thing to draw", what, _WHAT)
    if not 0 < T < np.inf:
        raise InvalidRule(f"T={T!r}: a customer's age must be positive and finite.")
    if max_frequency < 1 or max_frequency != int(max_frequency):
        raise InvalidRule(f"max_frequency={max_frequency!r}: expected 1, 2, ...")
    if what == "expected_purchases" and (horizon is None or not 0 <= horizon < np.inf):
        raise InvalidRule(f"horizon={horizon!r}: say how far to look ahead, in the model's unit.")
