"""The holdout plot: whether customers went on to buy as often as a model expects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
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
    in_time,
    model_name,
    plural,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, font_properties, speak
from custrel.units import known_unit
from custrel.valuation.holdout import holdout_by
from custrel.valuation.lifetime_value import PurchaseModel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_holdout"]

Floats = NDArray[np.float64]

_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "actual": "actual",
                "expected": "expected ({model})",
                "up": "Mean purchases in the holdout",
                "title": "In the holdout: {compared}",
                "note": "{number:,.0f} customers, counted below the axis; a holdout{length}",
                "length": " of {time}",
                "none": "none",
                "by expected": "{groups} groups of customers, from the least expected of to the "
                "most",
                "by recency": "Age at the last purchase in calibration, up to ... {units}; none: "
                "no repeat purchase",
                "by frequency": "Repeat purchases in calibration",
            }
        ),
        "zh": MappingProxyType(
            {
                "actual": "实际",
                "expected": "预期（{model}）",
                "up": "验证期的平均购买次数",
                "title": "验证期：{compared}",
                "note": "{number:,.0f}位客户，人数见轴下方；验证期{length}",
                "length": "长{time}",
                "none": "无",
                "by expected": "{groups}组客户，按预期从低到高",
                "by recency": "校准期内最近一次购买时的客龄（上限，{units}）；无：没有重复购买",
                "by frequency": "校准期内的重复购买次数",
            }
        ),
    }
)


def plot_holdout(
    summary: Any,
    model: PurchaseModel,
    *,
    by: Literal["frequency", "recency", "expected"] = "frequency",
    groups: int | None = None,
    language: Literal["en", "zh"] = "en",
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
    language : {"en", "zh"}
        The language of the text.
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
        `by` is none of the choices, or there is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

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

    words, language, family = speak(_TEXTS, language)
    unit, name = known_unit(model), words["expected"].format(model=model_name(model, language))
    ax = axes_for(ax)
    places = np.arange(len(customers))
    ax.plot(places, came, "o-", color=BLUE, linewidth=2, label=words["actual"])
    ax.plot(places, due, "s--", color=ORANGE, linewidth=2, label=name)
    names = zip(_names(by, low, high, words["none"]), customers, strict=True)
    ticks = [f"{group}\n{people:,.0f}" for group, people in names]
    ax.set_xticks(places, ticks, **font_of(family))
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
    across = words[f"by {by}"].format(groups=len(places), units=plural(unit, language))
    ax.set_xlabel(across, **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    ax.legend(frameon=False, loc="upper left", prop=font_properties(family))
    longest = collect(enter(summary).frame.select(nw.col("duration_holdout").max())).item()
    time = in_time(round(float(longest), 2), unit, language)
    length = "" if unit is None else words["length"].format(time=time)
    there = customers > 0
    sums = (float(each[there] @ customers[there]) for each in (due, came))
    title = words["title"].format(compared=compare(*sums, language=language))
    note = words["note"].format(number=customers.sum(), length=length)
    write_headline(ax, title, note, family=family)
    return ax


def _names(by: str, low: Floats, high: Floats, none: str) -> list[str]:
    """Name the groups, briefly."""
    if by == "expected":
        return [str(place + 1) for place in range(len(low))]
    if by == "recency":
        return [none, *(f"{end:.0f}" if high[-1] >= 10 else f"{end:.2g}" for end in high[1:])]
    open_end = "+" if high[-1] > low[-1] else ""
    return [*(f"{x:.0f}" for x in low[:-1]), f"{low[-1]:.0f}{open_end}"]
