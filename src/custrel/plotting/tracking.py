"""The tracking plot: repeat purchases over time, as they came and as a model expects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    compare,
    model_name,
    plural,
    require_matplotlib,
    write_headline,
)
from custrel.valuation.covariates import CovariateModel
from custrel.valuation.lifetime_value import PurchaseModel
from custrel.valuation.tracking import Tracking, tracking

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_tracking"]

Floats = NDArray[np.float64]

_WHAT = ("cumulative", "incremental")


def plot_tracking(
    log: Any,
    model: PurchaseModel | CovariateModel | None = None,
    *,
    what: Literal["cumulative", "incremental"] = "cumulative",
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """Draw actual against expected repeat purchases over time.

    Parameters
    ----------
    log : frame or Tracking
        One row per order; or what `custrel.valuation.tracking` made of it.
    model : BgNbd or another model of repeat purchases, optional
        What to expect; needed where a log came in.
    what : {"cumulative", "incremental"}
        Purchases so far, or those of each period.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.
    **options
        Of `custrel.valuation.tracking`: the log's columns, ``calibration_until``, ``period``,
        ``covariates`` and so on.

    Returns
    -------
    matplotlib Axes
        Time since the cohort's first purchase, in the model's unit, from left to right.

    Raises
    ------
    InvalidRule
        A log without a model; or a model or options beside a `Tracking`, which has its own.
    UnknownCode
        `what` is none of the choices.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.valuation.tracking.tracking : The numbers.

    Notes
    -----
    Of single periods, the last is not drawn unless it is complete.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 2, 2],
    ...         "date": ["2024-01-01", "2024-01-09", "2024-01-03", "2024-01-20"],
    ...     }
    ... )
    >>> ax = plot_tracking(log, model, amount=None, calibration_until="2024-01-14")
    >>> ax.get_xlabel()
    "Weeks since the cohort's first purchase"
    """
    require_matplotlib()
    if what not in _WHAT:
        raise UnknownCode("thing to draw", what, _WHAT)
    made = _tracking_of(log, model, options)
    names = ("time", "actual", "expected", "actual_cumulative", "expected_cumulative")
    order, *columns = enter(made.frame).values("period", *names)
    time, actual, expected, so_far, expected_so_far = (c[np.argsort(order)] for c in columns)
    name, unit = model_name(made.model), plural(made.unit)
    split = made.calibration_time

    ax = axes_for(ax)
    if what == "cumulative":
        times, came, due = (np.insert(c, 0, 0.0) for c in (time, so_far, expected_so_far))
        ax.set_ylabel("Repeat purchases so far")
        where, sums = f"By {made.unit.name.lower()} {time[-1]:,.3g}", (due[-1], came[-1])
    else:
        whole = slice(0, made.whole_periods)
        times, came, due = time[whole], actual[whole], expected[whole]
        ax.set_ylabel(f"Repeat purchases per {made.period.name.lower()}")
        held = slice(None) if split is None else time > split
        where = "In all" if split is None else "In the holdout"
        sums = (expected[held].sum(), actual[held].sum())
    ax.plot(times, came, color=BLUE, linewidth=2, label="actual")
    ax.plot(times, due, color=ORANGE, linewidth=2, linestyle="--", label=f"expected ({name})")
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel(f"{unit.capitalize()} since the cohort's first purchase")
    ax.legend(frameon=False, loc="best")
    if split is not None:
        _draw_split(ax, split)
    write_headline(ax, f"{where}: {compare(*map(float, sums))}", _note(made))
    return ax


def _tracking_of(
    log: Any, model: PurchaseModel | CovariateModel | None, options: dict[str, Any]
) -> Tracking:
    if isinstance(log, Tracking):
        if model is not None or options:
            raise InvalidRule("a Tracking has its model and options: leave them out here.")
        return log
    if model is None:
        raise InvalidRule("a log alone says nothing of what to expect: pass a model, as BgNbd.")
    return tracking(log, model, **options)


def _draw_split(ax: Axes, split: float) -> None:
    ax.axvline(split, color=GREY, linewidth=1, linestyle=":")
    for text, side, shift in (("calibration", "right", -4), ("holdout", "left", 4)):
        ax.annotate(
            text, (split, 0), (shift, 4), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha=side, va="bottom", color=GREY, fontsize="small",
        )  # fmt: skip


def _note(made: Tracking) -> str:
    came = f"{made.customers:,} customers, new from {made.observed_from}"
    came += f" to {made.calibration_until}" if made.calibration_until is not None else " on"
    return f"{came}, followed until {made.observed_until}"
