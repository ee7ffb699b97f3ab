"""The holdout plot: whether customers went on to buy as often as a model expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import enter
from custrel.plotting._axes import (
    BLUE,
    ORANGE,
    axes_for,
    compare,
    model_name,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._data import require_customers
from custrel.units import known_unit, require_same_unit
from custrel.valuation.lifetime_value import PurchaseModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_holdout"]

Floats = NDArray[np.float64]

_HELD = ("frequency", "recency", "T", "frequency_holdout", "duration_holdout")


def plot_holdout(
    summary: Any,
    model: PurchaseModel,
    *,
    max_frequency: int = 7,
    ax: Axes | None = None,
) -> Axes:
    """Draw actual and expected holdout purchases by the purchases made in calibration.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency``, ``recency``, ``T``, ``frequency_holdout`` and
        ``duration_holdout``, as `summarize` makes them with ``calibration_until``.
    model : BgNbd or another model of repeat purchases
        Learnt from the calibration period, in the summary's unit.
    max_frequency : int
        Customers with as many repeat purchases or more are one group.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The mean of each group of customers: the repeat purchases in calibration from left to
        right, those in the holdout upwards.

    Raises
    ------
    InvalidData
        There are no customers, or a history is impossible or a number missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `max_frequency` is not 1 or more.
    UnitMismatch
        The summary is measured in another unit than the model.
    MissingExtra
        matplotlib is not installed.

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
    if max_frequency < 1 or max_frequency != int(max_frequency):
        raise InvalidRule(f"max_frequency={max_frequency!r}: expected 1, 2, ...")
    require_same_unit(model, known_unit(model), summary)
    door = enter(summary)
    door.require(_HELD, remedy="custrel.summarize(..., calibration_until=...) makes them.")
    (x, last, age, held, duration), counts = door.distinct(*_HELD)
    require_customers(len(x))
    _require_complete(held, duration)
    expected = model.expected_purchases(frequency=x, recency=last, T=age, horizon=duration)
    group = np.minimum(x, max_frequency).astype(np.int64)
    size = int(group.max()) + 1
    customers = np.bincount(group, counts, size).astype(np.float64)
    came, due = (_mean(group, counts * each, customers) for each in (held, expected))

    ax = axes_for(ax)
    places = np.arange(size)
    ax.plot(places, came, "o-", color=BLUE, linewidth=2, label="actual")
    name = f"expected ({model_name(model)})"
    ax.plot(places, due, "s--", color=ORANGE, linewidth=2, label=name)
    ax.set_xticks(places, _names(customers, max_frequency))
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("Repeat purchases in calibration")
    ax.set_ylabel("Mean purchases in the holdout")
    ax.legend(frameon=False, loc="upper left")
    unit = known_unit(model)
    length = "" if unit is None else f" of {unit.in_words(float(round(duration.max(), 2)))}"
    write_headline(
        ax,
        f"In the holdout: {compare(float(expected @ counts), float(held @ counts))}",
        f"{counts.sum():,.0f} customers, counted below the axis; a holdout{length}",
    )
    return ax


def _names(customers: Floats, max_frequency: int) -> list[str]:
    """Name the groups, and below how many customers they have."""
    names = [f"{place}\n{people:,.0f}" for place, people in enumerate(customers)]
    if len(names) > max_frequency:
        names[-1] = names[-1].replace("\n", "+\n")
    return names


def _mean(group: NDArray[np.int64], each: Floats, customers: Floats) -> Floats:
    total = np.bincount(group, each, len(customers))
    return np.asarray(total / np.where(customers > 0, customers, np.nan), dtype=np.float64)


def _require_complete(held: Floats, duration: Floats) -> None:
    problems = [
        Problem(
            code="missing_value",
            message="missing, infinite or negative",
            column=name,
            count=int(bad.sum()),
            remedy="custrel.summarize(..., calibration_until=...) makes this column.",
        )
        for name, values in (("frequency_holdout", held), ("duration_holdout", duration))
        if (bad := ~((values >= 0) & (values < np.inf))).any()
    ]
    if problems:
        raise InvalidData(problems)
