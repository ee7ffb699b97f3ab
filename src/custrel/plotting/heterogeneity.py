"""Heterogeneity: how a model thinks that customers differ."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from custrel.errors import UnknownCode
from custrel.plotting._axes import (
    BLUE,
    GREY,
    axes_for,
    model_name,
    percent,
    require_matplotlib,
    short,
    singular,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.units import known_unit
from custrel.valuation.heterogeneity import Heterogeneity, heterogeneity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_heterogeneity"]

_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "dropout_probability": "Probability to stop",
                "dropout_rate": "Rate at which customers stop{per}",
                "mean_spend": "Mean spend of a customer",
                "purchase_probability": "Probability to buy at an opportunity",
                "purchase_rate": "Purchases{per}",
                "per": " per {unit}",
                "up": "Customers",
                "median": "median",
                "mean": "mean",
                "note": "{model}; {distribution} distribution",
                "half dropout_probability": "Half of the customers stop with less than {half} "
                "probability",
                "half dropout_rate": "Half of the customers stop at a rate of less than {half}",
                "half mean_spend": "Half of the customers spend less than {half} on a purchase",
                "half purchase_probability": "Half of the customers buy with less than {half} "
                "probability",
                "half purchase_rate": "Half of the customers buy at a rate of less than {half}",
            }
        ),
        "zh": MappingProxyType(
            {
                "dropout_probability": "流失概率",
                "dropout_rate": "流失率{per}",
                "mean_spend": "客户平均每次消费额",
                "purchase_probability": "每次机会的购买概率",
                "purchase_rate": "购买次数{per}",
                "per": "（每{unit}）",
                "up": "客户",
                "median": "中位数",
                "mean": "均值",
                "note": "{model}；{distribution}分布",
                "half dropout_probability": "半数客户的流失概率低于{half}",
                "half dropout_rate": "半数客户的流失率低于{half}",
                "half mean_spend": "半数客户每次消费低于{half}",
                "half purchase_probability": "半数客户的购买概率低于{half}",
                "half purchase_rate": "半数客户的购买次数低于{half}",
            }
        ),
    }
)
_HIGHEST = 4.0  # times the density at the median: where it goes on to infinity, it is cut off


def plot_heterogeneity(
    model: Any,
    *,
    trait: str | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how a model thinks that customers differ in one trait.

    Parameters
    ----------
    model : BgNbd or another model
        Learnt, or made from known parameters.
    trait : str, optional
        ``"purchase_rate"``, ``"dropout_rate"``, ``"dropout_probability"``,
        ``"purchase_probability"`` or ``"mean_spend"``; default: the model's first.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The trait from left to right, the density of customers upwards.

    Raises
    ------
    UnknownCode
        It is none of custrel's models, or has no such trait, or there is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    See Also
    --------
    custrel.valuation.heterogeneity : The numbers.

    Examples
    --------
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> ax = plot_heterogeneity(model, trait="dropout_probability")
    >>> ax.get_xlabel()
    'Probability to stop'
    """
    require_matplotlib()
    found = {each.trait: each for each in heterogeneity(model)}
    if trait is not None and trait not in found:
        raise UnknownCode(f"trait of {type(model).__name__}", trait, found)
    made = next(iter(found.values())) if trait is None else found[trait]

    words, language, family = speak(_TEXTS, language)
    ax = axes_for(ax)
    ax.fill_between(made.points, made.density, color=BLUE, alpha=0.25, linewidth=0)
    ax.plot(made.points, made.density, color=BLUE, linewidth=2)
    marks = sorted([(made.median, "median"), (made.mean, "mean")])
    # The line of the greater one ends below the text of the other, which it would cross.
    for (value, name), top in zip(marks, (1.0, 0.94), strict=True):
        if value <= made.points[-1]:
            ax.axvline(value, ymax=top, color=GREY, linewidth=1, linestyle=":")
            ax.annotate(
                f"{words[name]} {_number(made, value)}", (value, top), (4, 0),
                xycoords=("data", "axes fraction"), textcoords="offset points", va="top",
                color=GREY, fontsize="small", **font_of(family),
            )  # fmt: skip
    high = min(made.density.max(), _HIGHEST * np.interp(made.median, made.points, made.density))
    ax.set_ylim(0, 1.15 * high)
    ax.set_xlim(0, 1 if made.distribution == "beta" else made.points[-1])
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    per = words["per"].format(unit=singular(known_unit(model), language))
    ax.set_xlabel(words[made.trait].format(per=per), **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    note = words["note"].format(model=model_name(model, language), distribution=made.distribution)
    write_headline(ax, _headline(made, per, words), note, family=family)
    return ax


def _number(made: Heterogeneity, value: float) -> str:
    return percent(value) if made.distribution == "beta" else f"{value:.3g}"


def _headline(made: Heterogeneity, per: str, words: Mapping[str, str]) -> str:
    half = short(made.median) if made.trait == "mean_spend" else _number(made, made.median)
    half += per if made.trait in {"purchase_rate", "dropout_rate"} else ""
    return words[f"half {made.trait}"].format(half=half)
