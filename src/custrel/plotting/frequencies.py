"""The histogram of frequencies: how many bought how often, and how many a model expects to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from custrel.valuation.frequency_table import frequency_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_frequencies"]


def plot_frequencies(summary: Any, model: Any, *, groups: int = 8, ax: Axes | None = None) -> Axes:
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
    MissingExtra
        matplotlib is not installed.

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

    ax = axes_for(ax)
    ax.bar(x - 0.2, customers, 0.4, color=BLUE, label="actual")
    ax.bar(x + 0.2, expected, 0.4, color=ORANGE, label=f"expected ({model_name(model)})")
    ax.set_xticks(x, [*(f"{n:.0f}" for n in x[:-1]), f"{x[-1]:.0f}+"])
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("Repeat purchases")
    ax.set_ylabel("Customers")
    ax.legend(frameon=False, loc="upper right")
    everybody = customers.sum()
    elsewhere = np.abs(customers - expected).sum() / 2 / everybody
    write_headline(
        ax,
        f"The model misplaces {percent(elsewhere)} of the customers",
        f"{everybody:,.0f} customers, of each of whom the model knows how long he was observed",
    )
    return ax
