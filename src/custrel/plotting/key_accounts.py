"""The moving chart of key accounts: how many there are month by month, who came and who went."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import counted
from custrel.frames import collect, enter
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    column_name,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._data import require_customers
from custrel.plotting._fonts import font_of, speak

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_key_accounts"]

Floats = NDArray[np.float64]

_MOST_LABELS = 12
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "number": "key accounts",
                "came": "came",
                "went": "dropped out",
                "department": "worth a department",
                "customers": "Customers",
                "now": "{accounts} in {month}",
                "same": "{now}, as many as in {first}",
                "more": "{now}, {change:,} more than in {first}",
                "fewer": "{now}, {change:,} fewer than in {first}",
                "note": "{periods} periods; in all {came:,.0f} came and {went:,.0f} dropped to the "
                "classes below",
            }
        ),
        "zh": MappingProxyType(
            {
                "number": "大客户",
                "came": "新增",
                "went": "淘汰",
                "department": "宜设大客户部",
                "customers": "客户数",
                "now": "{month}有大客户{number:,}家",
                "same": "{now}，与{first}相同",
                "more": "{now}，比{first}多{change:,}家",
                "fewer": "{now}，比{first}少{change:,}家",
                "note": "共{periods}期；累计新增{came:,.0f}家，淘汰为B类、C类{went:,.0f}家",
            }
        ),
    }
)


def plot_key_accounts(
    chart: Any,
    *,
    period: str = "month",
    department_from: int | None = 20,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the number of key accounts month by month (大客户发展坐标分析).

    Parameters
    ----------
    chart : frame
        As `key_account_chart` makes it.
    period : str
        The column of the month.
    department_from : int or None
        From how many key accounts on a department of their own is worth while; None draws no
        line.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        A line for their number; bars upwards for those who came, downwards for those who dropped
        to B and C.

    Raises
    ------
    InvalidData
        There are no months.
    ColumnNotFound
        A column is not there.
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    See Also
    --------
    custrel.segmentation.key_account_chart : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import key_account_chart
    >>> sales = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "a", "b", "c"],
    ...         "month": ["2024-01", "2024-01", "2024-02", "2024-02", "2024-02"],
    ...         "revenue": [90, 20, 80, 70, 60],
    ...     }
    ... )
    >>> ax = plot_key_accounts(key_account_chart(sales, standard=50))
    >>> print(ax.get_title(loc="left"))
    3 key accounts in 2024-02, 2 more than in 2024-01
    """
    require_matplotlib()
    door = enter(chart)
    columns = ("key_accounts", "promoted", "demoted")
    door.require([period, *columns], remedy="key_account_chart() makes them.")
    frame = collect(door.frame.sort(period))
    months = [str(month)[:10] for month in frame[period].to_list()]
    require_customers(len(months))
    number, came, went = (np.asarray(frame[name].to_numpy(), dtype=np.float64) for name in columns)
    words, language, family = speak(_TEXTS, language, lambda _: [*months, period])
    ax = axes_for(ax)
    _draw(ax, number, (came, went), department_from, words)
    places, step = np.arange(len(months)), -(-len(months) // _MOST_LABELS)
    turned: Any = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(places[::step], months[::step], **turned)
    ax.set_xlabel(column_name(period, language), **font_of(family))
    ax.set_ylabel(words["customers"], **font_of(family))
    font = {} if family is None else {"prop": {"family": family, "size": "small"}}
    ax.legend(loc="upper left", ncols=4, frameon=False, **({"fontsize": "small"} | font))
    note = words["note"].format(periods=len(months), came=came.sum(), went=went.sum())
    write_headline(ax, _headline(number, months, words), note, family=family)
    return ax


def _draw(
    ax: Axes,
    number: Floats,
    moved: tuple[Floats, Floats],
    department_from: int | None,
    words: Mapping[str, str],
) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    came, went = moved
    places = np.arange(len(number))
    ax.bar(places, came, color=BLUE, width=0.5, label=words["came"])
    ax.bar(places, -went, color=ORANGE, width=0.5, label=words["went"])
    ax.plot(places, number, color=GREY, linewidth=2, marker="o", label=words["number"])
    ax.axhline(0, color=GREY, linewidth=0.8)
    if department_from is not None:
        line: Any = {"linewidth": 1, "linestyle": ":", "label": words["department"]}
        ax.axhline(department_from, color=GREY, **line)
    highest = max(number.max(), came.max(), department_from or 0)
    ax.set_ylim(-1.15 * max(went.max(), 0.12 * highest), 1.3 * max(highest, 1.0))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(lambda count, _: f"{abs(count):,.0f}")  # both ways are counts
    ax.spines[["top", "right"]].set_visible(False)


def _headline(number: Floats, months: list[str], words: Mapping[str, str]) -> str:
    now, change = int(number[-1]), int(number[-1] - number[0])
    accounts = counted(now, "key account")
    text = words["now"].format(accounts=accounts, number=now, month=months[-1])
    if len(months) == 1:
        return text
    kind = "more" if change > 0 else "fewer" if change < 0 else "same"
    return words[kind].format(now=text, change=abs(change), first=months[0])
