"""Regularity of timing: how even the times between purchases are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

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
from custrel.valuation.regularity import Regularity, regularity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_regularity"]

_SAID: Mapping[str, str] = MappingProxyType(
    {
        "regular": "Purchases are more regular than chance",
        "random": "Purchases come as at random",
        "clumpy": "Purchases come in clumps",
    }
)


def plot_regularity(log: Any, *, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw how even the times between purchases are.

    Parameters
    ----------
    log : frame or Regularity
        One row per purchase; or what `custrel.valuation.regularity` made of it.
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
    MissingExtra
        matplotlib is not installed.

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

    ax = axes_for(ax)
    ax.bar(middles, made.shares, 0.9 * step, color=BLUE, label="customers")
    x = np.linspace(0.005, 0.995, 199)
    curve = beta(made.k, made.k).pdf(x) * made.customers * step
    ax.plot(x, curve, color=ORANGE, linewidth=2, label=f"k = {made.k:.2g}")
    level = made.customers * step
    ax.axhline(level, color=GREY, linewidth=1, linestyle=":", label="random (k = 1)")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.3 * max(*made.shares, level))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("First of two times between purchases, as a share of both")
    ax.set_ylabel("Customers")
    ax.legend(frameon=False, loc="upper right", ncols=3)
    write_headline(
        ax,
        f"{_SAID[made.verdict]}: k = {made.k:.2g}",
        f"{made.customers:,} customers with three purchases or more; k lies between "
        f"{made.low:.2f} and {made.high:.2f} ({made.confidence:.0%})",
    )
    return ax
