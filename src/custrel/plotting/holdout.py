"""The holdout plot: whether customers went on to buy as often as a model expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.frames import collect, enter
from custrel.plotting._axes import (
    BLUE,
    ORANGE,
    axes_for,
    compare,
    model_name,
    plural,
    require_matplotlib,
    write_headline,
)
from custrel.units import known_unit
from custrel.valuation.holdout import holdout_by
from custrel.valuation.lifetime_value import PurchaseModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_holdout"]

Floats = NDArray[np.float64]


def plot_holdout(
    summary: Any,
    model: PurchaseModel,
    *,
    by: Literal["frequency", "recency", "expected"] = "frequency",
    groups: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw actual and expected holdout purchases of groups of customers.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency``, ``recency``, ``T``, ``frequency_holdout`` and
        ``duration_holdout``, as `summarize` makes them with ``calibration_until``.
    model : BgNbd or another model of repeat purchases
        Learnt from the calibration period, in the summary's unit.
    by : {"frequency", "recency", "expected"}
        Groups by the repeat purchases in calibration, by the age at the last of them, or by
        what the model expects, as of `custrel.valuation.holdout_by`.
    groups : int, optional
        How many, as of `custrel.valuation.holdout_by`; default: 0 to 7 and more repeat
        purchases, 8 stretches of age, or tenths of the customers.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The mean of each group of customers: the groups from left to right, purchases in the
        holdout upwards.

    Raises
    ------
    InvalidData
        There are no customers, or a history is impossible or a number missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `groups` is too small.
    UnitMismatch
        The summary is measured in another unit than the model.
    UnknownCode
        `by` is none of the choices.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.valuation.holdout_by : The numbers.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd, CustomerSummary
    >>> frame = pd.DataFrame(
    ...     {
    ...         "frequency": [0, 2],
    ...         "recency": [0.0, 30.43],
    ...         "T": [38.86, 38.86],
    ...         "frequency_holdout": [0, 1],
    ...         "duration_holdout": [39.0, 39.0],
    ...     }
    ... )
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> ax = plot_holdout(CustomerSummary(frame, unit="W"), model)
    >>> ax.get_ylabel()
    'Mean purchases in the holdout'
    """
    require_matplotlib()
    table = enter(holdout_by(summary, model, by=by, groups=groups))
    columns = table.values("group", "low", "high", "customers", "actual", "expected")
    order = np.argsort(columns[0])
    _, low, high, customers, came, due = (column[order] for column in columns)

    ax = axes_for(ax)
    places = np.arange(len(customers))
    ax.plot(places, came, "o-", color=BLUE, linewidth=2, label="actual")
    name = f"expected ({model_name(model)})"
    ax.plot(places, due, "s--", color=ORANGE, linewidth=2, label=name)
    names = zip(_names(by, low, high), customers, strict=True)
    ax.set_xticks(places, [f"{group}\n{people:,.0f}" for group, people in names])
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
    unit = known_unit(model)
    ax.set_xlabel(_across(by, len(places), plural(unit)))
    ax.set_ylabel("Mean purchases in the holdout")
    ax.legend(frameon=False, loc="upper left")
    longest = collect(enter(summary).frame.select(nw.col("duration_holdout").max())).item()
    length = "" if unit is None else f" of {unit.in_words(round(float(longest), 2))}"
    there = customers > 0
    sums = (float(each[there] @ customers[there]) for each in (due, came))
    write_headline(
        ax,
        f"In the holdout: {compare(*sums)}",
        f"{customers.sum():,.0f} customers, counted below the axis; a holdout{length}",
    )
    return ax


def _names(by: str, low: Floats, high: Floats) -> list[str]:
    """Name the groups, briefly."""
    if by == "expected":
        return [str(place + 1) for place in range(len(low))]
    if by == "recency":
        return ["none", *(f"{end:.0f}" if high[-1] >= 10 else f"{end:.2g}" for end in high[1:])]
    open_end = "+" if high[-1] > low[-1] else ""
    return [*(f"{x:.0f}" for x in low[:-1]), f"{low[-1]:.0f}{open_end}"]


def _across(by: str, groups: int, unit: str) -> str:
    if by == "expected":
        return f"{groups} groups of customers, from the least expected of to the most"
    if by == "recency":
        return (
            f"Age at the last purchase in calibration, up to ... {unit}; none: no repeat purchase"
        )
    return "Repeat purchases in calibration"
