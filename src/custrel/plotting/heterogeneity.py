"""Heterogeneity: how a model thinks that customers differ."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

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
    write_headline,
)
from custrel.units import known_unit
from custrel.valuation.heterogeneity import Heterogeneity, heterogeneity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_heterogeneity"]

_ACROSS: Mapping[str, str] = MappingProxyType(
    {
        "dropout_probability": "Probability to stop",
        "dropout_rate": "Rate at which customers stop",
        "mean_spend": "Mean spend of a customer",
        "purchase_probability": "Probability to buy at an opportunity",
        "purchase_rate": "Purchases",
    }
)
_HIGHEST = 4.0  # times the density at the median: where it goes on to infinity, it is cut off


def plot_heterogeneity(model: Any, *, trait: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how a model thinks that customers differ in one trait.

    Parameters
    ----------
    model : BgNbd or another model
        Learnt, or made from known parameters.
    trait : str, optional
        ``"purchase_rate"``, ``"dropout_rate"``, ``"dropout_probability"``,
        ``"purchase_probability"`` or ``"mean_spend"``; default: the model's first.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The trait from left to right, the density of customers upwards.

    Raises
    ------
    UnknownCode
        It is none of custrel's models, or has no such trait.
    MissingExtra
        matplotlib is not installed.

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

    ax = axes_for(ax)
    ax.fill_between(made.points, made.density, color=BLUE, alpha=0.25, linewidth=0)
    ax.plot(made.points, made.density, color=BLUE, linewidth=2)
    marks = sorted([(made.median, "median"), (made.mean, "mean")])
    # The line of the greater one ends below the text of the other, which it would cross.
    for (value, name), top in zip(marks, (1.0, 0.94), strict=True):
        if value <= made.points[-1]:
            ax.axvline(value, ymax=top, color=GREY, linewidth=1, linestyle=":")
            ax.annotate(
                f"{name} {_number(made, value)}", (value, top), (4, 0),
                xycoords=("data", "axes fraction"), textcoords="offset points", va="top",
                color=GREY, fontsize="small",
            )  # fmt: skip
    high = min(made.density.max(), _HIGHEST * np.interp(made.median, made.points, made.density))
    ax.set_ylim(0, 1.15 * high)
    ax.set_xlim(0, 1 if made.distribution == "beta" else made.points[-1])
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    per = _per(made, model)
    ax.set_xlabel(_ACROSS[made.trait] + per)
    ax.set_ylabel("Customers")
    write_headline(
        ax, _headline(made, per), f"{model_name(model)}; {made.distribution} distribution"
    )
    return ax


def _number(made: Heterogeneity, value: float) -> str:
    return percent(value) if made.distribution == "beta" else f"{value:.3g}"


def _per(made: Heterogeneity, model: Any) -> str:
    """Return what a rate is per; nothing, of what is none."""
    unit = known_unit(model)
    if made.trait not in ("purchase_rate", "dropout_rate"):
        return ""
    return f" per {'unit of time' if unit is None else unit.name.lower()}"


def _headline(made: Heterogeneity, per: str) -> str:
    if made.trait == "mean_spend":
        return f"Half of the customers spend less than {short(made.median)} on a purchase"
    half = f"{_number(made, made.median)}{per}"
    what = {
        "dropout_probability": f"stop with less than {half} probability",
        "dropout_rate": f"stop at a rate of less than {half}",
        "purchase_probability": f"buy with less than {half} probability",
        "purchase_rate": f"buy at a rate of less than {half}",
    }
    return f"Half of the customers {what[made.trait]}"
