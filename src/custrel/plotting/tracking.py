"""The tracking plot: repeat purchases over time, as they came and as a model expects them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
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
    capital,
    compare,
    model_name,
    plural,
    require_matplotlib,
    singular,
    write_headline,
)
from custrel.plotting._fonts import font_of, font_properties, speak
from custrel.valuation.covariates import CovariateModel
from custrel.valuation.lifetime_value import PurchaseModel
from custrel.valuation.tracking import Tracking, tracking

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_tracking"]

Floats = NDArray[np.float64]

_WHAT = ("cumulative", "incremental")
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "actual": "actual",
                "expected": "expected ({model})",
                "across": "{Units} since the cohort's first purchase",
                "so far": "Repeat purchases so far",
                "each": "Repeat purchases per {unit}",
                "by": "By {unit} {time:,.3g}: {compared}",
                "all": "In all: {compared}",
                "held": "In the holdout: {compared}",
                "calibration": "calibration",
                "holdout": "holdout",
                "note": "{number:,} customers, new from {start} on, followed until {end}",
                "note until": "{number:,} customers, new from {start} to {until}, followed until "
                "{end}",
            }
        ),
        "zh": MappingProxyType(
            {
                "actual": "实际",
                "expected": "预期（{model}）",
                "across": "自该批客户首次购买起的{Units}数",
                "so far": "累计重复购买次数",
                "each": "每{unit}的重复购买次数",
                "by": "至第{time:,.3g}{unit}：{compared}",
                "all": "合计：{compared}",
                "held": "验证期：{compared}",
                "calibration": "校准期",
                "holdout": "验证期",
                "note": "{number:,}位客户，自{start}起新增，观察至{end}",
                "note until": "{number:,}位客户，{start}至{until}新增，观察至{end}",
            }
        ),
    }
)


def plot_tracking(
    log: Any,
    model: PurchaseModel | CovariateModel | None = None,
    *,
    what: Literal["cumulative", "incremental"] = "cumulative",
    language: Literal["en", "zh"] = "en",
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
    language : {"en", "zh"}
        The language of the text.
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
        `what` is none of the choices, or there is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

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
    words, language, family = speak(_TEXTS, language)
    unit, split = singular(made.unit, language), made.calibration_time
    ax = axes_for(ax)
    if what == "cumulative":
        times, came, due = (np.insert(c, 0, 0.0) for c in (time, so_far, expected_so_far))
        ax.set_ylabel(words["so far"], **font_of(family))
        where, sums = "by", (due[-1], came[-1])
    else:
        whole = slice(0, made.whole_periods)
        times, came, due = time[whole], actual[whole], expected[whole]
        each = words["each"].format(unit=singular(made.period, language))
        ax.set_ylabel(each, **font_of(family))
        held = slice(None) if split is None else time > split
        where = "all" if split is None else "held"
        sums = (expected[held].sum(), actual[held].sum())
    name = words["expected"].format(model=model_name(made.model, language))
    ax.plot(times, came, color=BLUE, linewidth=2, label=words["actual"])
    ax.plot(times, due, color=ORANGE, linewidth=2, linestyle="--", label=name)
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.yaxis.set_major_formatter("{x:,.0f}")
    units = capital(plural(made.unit, language))
    ax.set_xlabel(words["across"].format(Units=units), **font_of(family))
    ax.legend(frameon=False, loc="best", prop=font_properties(family))
    if split is not None:
        _draw_split(ax, split, words, family)
    compared = compare(*map(float, sums), language=language)
    title = words[where].format(unit=unit, time=time[-1], compared=compared)
    write_headline(ax, title, _note(made, words), family=family)
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


def _draw_split(ax: Axes, split: float, words: Mapping[str, str], family: list[str] | None) -> None:
    ax.axvline(split, color=GREY, linewidth=1, linestyle=":")
    for name, side, shift in (("calibration", "right", -4), ("holdout", "left", 4)):
        ax.annotate(
            words[name], (split, 0), (shift, 4), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha=side, va="bottom", color=GREY, fontsize="small",
            **font_of(family),
        )  # fmt: skip


def _note(made: Tracking, words: Mapping[str, str]) -> str:
    said = words["note" if made.calibration_until is None else "note until"]
    return said.format(
        number=made.customers,
        start=made.observed_from,
        until=made.calibration_until,
        end=made.observed_until,
    )
