"""The whale curve: what the most profitable customers make, and the others lose again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
    count_in_percent,
    percent,
    require_matplotlib,
    short,
    write_headline,
)
from custrel.valuation.whale_curve import WhaleCurve, whale_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_whale"]

Floats = NDArray[np.float64]

_MOST_POINTS = 2000  # more than a screen has pixels across


def plot_whale(
    profits: Any,
    *,
    profit: str = "profit",
    population: str = "customers",
    tolerance: float = 0.0,
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
    MissingExtra
        matplotlib is not installed.

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
    positive = whale.total > 0
    height = together / whale.total if positive else together
    top = int(np.argmax(height))

    ax = axes_for(ax, size=(6.4, 4.4))
    ax.plot([0, 1], [0, height[-1]], color=GREY, linewidth=1, linestyle="--")
    ax.fill_between(customers, height, height[-1] * customers, color=PALE, linewidth=0)
    ax.plot(customers, height, color=BLUE, linewidth=2.5)
    level = percent if positive else short
    _point_out(ax, customers[top], height[top], height[-1], level)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xlim(0, 1)
    ax.margins(y=0.08)
    count_in_percent(ax.xaxis)
    ax.yaxis.set_major_formatter(lambda number, _: level(number) if number else "0")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(f"Share of {population}, the most profitable first")
    ax.set_ylabel("Share of the profit so far" if positive else "Profit so far")
    write_headline(ax, _headline(whale, population), _note(whale, population))
    return ax


def _point_out(ax: Axes, x: float, y: float, end: float, level: Callable[[float], str]) -> None:
    """Say what the customers up to the top of the curve bring together."""
    ax.plot([x, x], [0, y], color=ORANGE, linewidth=1.2)
    ax.plot([x], [y], "o", color=ORANGE, markersize=7)
    right = x < 0.6
    ax.annotate(
        f"the best {percent(x)}\nbring {level(y)}",
        (x, (y + end * x) / 2),
        (10 if right else -10, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        color=ORANGE,
    )


def _headline(whale: WhaleCurve, population: str) -> str:
    if not whale.total:
        return f"{population.capitalize()} bring nothing in all"
    if whale.total < 0:
        return f"{population.capitalize()} lose {short(-whale.total)} in all"
    makers = percent(whale.profitable / whale.customers)
    made = f"{makers} of {population} make {percent(whale.peak_share)} of the profit"
    if not whale.losing:
        return made
    return f"{made}; {percent(whale.losing / whale.customers)} lose {percent(whale.lost_share)}"


def _note(whale: WhaleCurve, population: str) -> str:
    return (
        f"{whale.customers:,} {population}: {whale.profitable:,} bring profit, "
        f"{whale.break_even:,} break even, {whale.losing:,} lose; {short(whale.total)} in all"
    )


def _thinned(customers: Floats, together: Floats) -> tuple[Floats, Floats]:
    """Keep as many points as are seen: evenly spread, and the top."""
    if customers.size <= _MOST_POINTS:
        return customers, together
    even = np.linspace(0, customers.size - 1, _MOST_POINTS - 1).round().astype(np.intp)
    kept = np.union1d(even, np.argmax(together))
    return customers[kept], together[kept]
