"""The moving chart of key accounts: how many there are month by month, who came and who went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from custrel.errors import counted
from custrel.frames import collect, enter
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._data import require_customers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_key_accounts"]

_MOST_LABELS = 12


def plot_key_accounts(
    chart: Any, *, period: str = "month", department_from: int | None = 20, ax: Axes | None = None
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
    MissingExtra
        matplotlib is not installed.

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
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    door = enter(chart)
    columns = ("key_accounts", "promoted", "demoted")
    door.require([period, *columns], remedy="key_account_chart() makes them.")
    frame = collect(door.frame.sort(period))
    months = [str(month)[:10] for month in frame[period].to_list()]
    require_customers(len(months))
    number, came, went = (np.asarray(frame[name].to_numpy(), dtype=np.float64) for name in columns)
    places = np.arange(len(months))
    ax = axes_for(ax)
    ax.bar(places, came, color=BLUE, width=0.5, label="came")
    ax.bar(places, -went, color=ORANGE, width=0.5, label="dropped out")
    ax.plot(places, number, color=GREY, linewidth=2, marker="o", label="key accounts")
    ax.axhline(0, color=GREY, linewidth=0.8)
    if department_from is not None:
        ax.axhline(
            department_from, color=GREY, linewidth=1, linestyle=":", label="worth a department"
        )
    highest = max(number.max(), came.max(), department_from or 0)
    ax.set_ylim(-1.15 * max(went.max(), 0.12 * highest), 1.3 * max(highest, 1.0))
    step = -(-len(months) // _MOST_LABELS)
    ax.set_xticks(places[::step], months[::step], rotation=30, ha="right", rotation_mode="anchor")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(lambda number, _: f"{abs(number):,.0f}")  # both ways are counts
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(period.replace("_", " ").capitalize())
    ax.set_ylabel("Customers")
    ax.legend(loc="upper left", ncols=4, frameon=False, fontsize="small")
    write_headline(ax, _headline(number, months), _note(came, went, months))
    return ax


def _headline(number: Any, months: list[str]) -> str:
    now, change = int(number[-1]), int(number[-1] - number[0])
    text = f"{counted(now, 'key account')} in {months[-1]}"
    if len(months) == 1:
        return text
    if not change:
        return f"{text}, as many as in {months[0]}"
    return f"{text}, {abs(change):,} {'more' if change > 0 else 'fewer'} than in {months[0]}"


def _note(came: Any, went: Any, months: list[str]) -> str:
    return (
        f"{len(months)} periods; in all {came.sum():,.0f} came and {went.sum():,.0f} dropped to "
        "the classes below"
    )
