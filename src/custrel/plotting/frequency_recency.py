"""The frequency-recency matrix: what a model thinks of every purchase history of one length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.plotting._axes import (
    SEQUENTIAL,
    axes_for,
    model_name,
    plural,
    readable_on,
    require_matplotlib,
    write_headline,
)
from custrel.units import TimeUnit, known_unit
from custrel.valuation.lifetime_value import PurchaseModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.spines import Spine

__all__ = ["plot_frequency_recency"]

Floats = NDArray[np.float64]

_WHAT = ("p_alive", "expected_purchases")
_CELLS = 100  # of recency


def plot_frequency_recency(
    model: PurchaseModel,
    *,
    T: float,
    what: Literal["p_alive", "expected_purchases"] = "p_alive",
    horizon: float | None = None,
    max_frequency: int = 20,
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
        `what` is none of the choices.
    MissingExtra
        matplotlib is not installed.

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
    if what == "p_alive":
        title = "Is the customer still there?"
        label, high = "Probability of still being a customer, P(alive)", 1.0
    else:
        ahead = _words(horizon or 0.0, unit)
        title = f"How often will the customer buy in the next {ahead}?"
        label, high = f"Expected purchases in the next {ahead}", float(cells.max()) or 1.0

    ax = axes_for(ax)
    _draw(ax, edges, often, cells, high=high, label=label)
    ax.set_xlabel("Repeat purchases so far")
    ax.set_ylabel(f"Time from first to last purchase ({plural(unit)})")
    write_headline(
        ax,
        title,
        f"{model_name(model)}; first purchase {_words(T, unit)} ago; "
        f"one-time buyers (not drawn): {once:.2f}",
    )
    return ax


def _draw(
    ax: Axes, edges: Floats, often: Floats, cells: Floats, *, high: float, label: str
) -> None:
    """Draw the cells, a bar that explains their colours, and lines through equal ones."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    columns = np.append(often, often.size + 1) - 0.5
    mesh = ax.pcolormesh(columns, edges, cells, cmap=SEQUENTIAL, vmin=0, vmax=high)
    bar = ax.figure.colorbar(mesh, ax=ax, label=label)
    cast("Spine", bar.outline).set_visible(False)
    ticks = np.asarray(bar.get_ticks())
    levels = ticks[(ticks > cells.min()) & (ticks < cells.max())]
    if often.size > 1 and levels.size:
        middles = (edges[1:] + edges[:-1]) / 2
        lines = ax.contour(often, middles, cells, levels=levels, colors="white", linewidths=0.8)
        bar.add_lines(lines)
    for text, row, side in (("often and lately", -1, "top"), ("often, then silent", 0, "bottom")):
        ax.annotate(
            text,
            (1, 1 if side == "top" else 0),
            (-5, -4 if side == "top" else 4),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va=side,
            color=readable_on(mesh.to_rgba(cells[row, -1:])[0]),
            fontsize="small",
        )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[:].set_visible(False)


def _check(what: str, T: float, horizon: float | None, max_frequency: int) -> None:
    if what not in _WHAT:
        raise UnknownCode("thing to draw", what, _WHAT)
    if not 0 < T < np.inf:
        raise InvalidRule(f"T={T!r}: a customer's age must be positive and finite.")
    if max_frequency < 1 or max_frequency != int(max_frequency):
        raise InvalidRule(f"max_frequency={max_frequency!r}: expected 1, 2, ...")
    if what == "expected_purchases" and (horizon is None or not 0 <= horizon < np.inf):
        raise InvalidRule(f"horizon={horizon!r}: say how far to look ahead, in the model's unit.")


def _words(number: float, unit: TimeUnit | None) -> str:
    return f"{number:,.10g} units of time" if unit is None else unit.in_words(number)
