"""The cohort heat map: what became of the customers who came together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.plotting._axes import (
    PALE,
    SEQUENTIAL,
    axes_for,
    capital,
    percent,
    plural,
    readable_on,
    require_matplotlib,
    short,
    singular,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.units import TimeUnit
from custrel.valuation.cohort_table import CohortCells, CohortTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cohorts"]

Floats = NDArray[np.float64]

_MOST = 60  # cohorts or ages that can still be told apart
_ROOMY = 25  # ages, up to which a cell has room for a number
_WIDTH, _HEIGHT = 0.42, 0.3  # inches that a cell takes
_MARGIN = (1.8, 1.6)  # inches for labels and headline
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "across": "{units} since the first purchase",
                "up": "First purchase (customers)",
                "first": "One {unit} after the first purchase, {share} bought again",
                "later": "; after {age}, {share}",
                "period": "period",
                "periods": "periods",
                "too early": "No period after the first purchase is observed to its end",
                "per customer": "{name} at age {age}: {number}",
                "per cohort": "{name} at age {age}: {number} per cohort",
                "note": "{customers:,} customers, observed until {until}; in each cell {name}",
                "currency": " in {currency}",
                "hatched": "; hatched: not observed to its end",
                "retention": "the share of the cohort that bought in that period",
                "active": "active customers",
                "purchases": "purchases",
                "revenue": "revenue",
                "revenue_per_customer": "revenue per customer",
                "revenue_to_date": "revenue to date per customer",
            }
        ),
        "zh": MappingProxyType(
            {
                "across": "首次购买后的{units}数",
                "up": "首次购买时间（客户数）",
                "first": "首次购买后第1{unit}，{share}再次购买",
                "later": "；第{age}{unit}为{share}",
                "period": "期",
                "periods": "期",
                "too early": "首次购买之后尚无观察完整的一期",
                "per customer": "第{age}{unit}的{name}：{number}",
                "per cohort": "第{age}{unit}的{name}：每批{number}",
                "note": "{customers:,}位客户，观察至{until}；格内为{name}",
                "currency": "（{currency}）",
                "hatched": "；斜线：该期尚未观察完整",
                "retention": "该批客户中在该期购买的比例",
                "active": "购买客户数",
                "purchases": "购买次数",
                "revenue": "收入",
                "revenue_per_customer": "人均收入",
                "revenue_to_date": "人均累计收入",
            }
        ),
    }
)


def plot_cohorts(
    table: CohortTable,
    *,
    what: Literal[
        "retention",
        "active",
        "purchases",
        "revenue",
        "revenue_per_customer",
        "revenue_to_date",
    ] = "retention",
    partial: bool = False,
    currency: str | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw a cohort table: cohorts from above, their ages from the left.

    Parameters
    ----------
    table : CohortTable
        As `custrel.valuation.cohorts` makes it.
    what : str
        The column to draw, as in `CohortTable.triangle`.
    partial : bool
        Whether periods are drawn, hatched, that were not observed to their end.
    currency : str, optional
        What money is measured in, for the small print.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot, as large as the table needs.

    Returns
    -------
    matplotlib Axes
        The cells are an image on it.  Retention is drawn from age 1, since at age 0 it is 1.

    Raises
    ------
    InvalidData
        Nothing was observed to its end, or, of retention, nothing beyond age 0.
    InvalidRule
        There are more than 60 cohorts or ages.
    UnknownCode
        There is no such column to draw, or no such language.
    ColumnNotFound
        Money was left out of the table, and is to be drawn.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.valuation import cohorts
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 2, 3],
    ...         "date": ["2024-01-05", "2024-02-11", "2024-01-20", "2024-02-03"],
    ...     }
    ... )
    >>> ax = plot_cohorts(cohorts(log, amount=None, observed_until="2024-02-29"))
    >>> print(ax.get_title(loc="left"))
    One month after the first purchase, 50% bought again
    """
    require_matplotlib()
    cells = table.cells(what, partial=partial)
    first = 1 if what == "retention" else 0
    shown = cells.grid[:, first:]
    kept = ~np.isnan(shown).all(axis=0) if shown.size else np.zeros(0, dtype=bool)
    if not kept.any():
        _refuse(partial=partial)
    shown = shown[:, kept]
    if max(shown.shape) > _MOST:
        raise InvalidRule(
            f"{shown.shape[0]} cohorts and {shown.shape[1]} ages are too many to be read in a "
            f"picture; at most {_MOST} are drawn. Choose a longer period, or filter the log."
        )
    ages = np.flatnonzero(kept) + first
    whole = cells.whole[:, ages]
    words, language, family = speak(_TEXTS, language, lambda _: [currency or ""])
    if ax is None:
        rows, columns = shown.shape
        wide = max(6.4, columns * _WIDTH + _MARGIN[0])
        ax = axes_for(None, size=(wide, max(2.6, rows * _HEIGHT + _MARGIN[1])))
    _draw(ax, shown, whole, what)
    _name_rows_and_columns(ax, cells, ages, table.period)
    unit, units = _unit_words(table.period, words, language)
    ax.set_xlabel(words["across"].format(units=capital(units)), **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    note = words["note"].format(
        customers=table.customers, until=table.observed_until, name=words[what]
    )
    if currency and "revenue" in what:
        note += words["currency"].format(currency=currency)
    if (~np.isnan(shown) & ~whole).any():
        note += words["hatched"]
    title = _headline(cells, what, words, unit)
    write_headline(ax, capital(title), note, family=family)
    return ax


def _headline(cells: CohortCells, what: str, words: Mapping[str, str], unit: str) -> str:
    """Say what cohorts of the first age and of the last one did, taken together."""
    values = np.where(cells.whole, cells.grid, np.nan)
    last = int(np.flatnonzero(~np.isnan(values).all(axis=0)).max(initial=0))
    per_customer = what in {"retention", "revenue_per_customer", "revenue_to_date"}

    def pooled(age: int) -> float:
        there = ~np.isnan(values[:, age])
        weights = cells.customers[there] if per_customer else None
        return float(np.average(values[there, age], weights=weights)) if there.any() else np.nan

    if what != "retention":
        said = words["per customer" if per_customer else "per cohort"]
        return said.format(name=words[what], age=last, unit=unit, number=short(pooled(last)))
    if last < 1:
        return words["too early"]
    said = words["first"].format(unit=unit, share=percent(pooled(1)))
    if last < 2:
        return said
    return said + words["later"].format(age=last, unit=unit, share=percent(pooled(last)))


def _unit_words(
    period: TimeUnit | None, words: Mapping[str, str], language: str
) -> tuple[str, str]:
    """Return what one period is called, and what many are."""
    if period is None:
        return words["period"], words["periods"]
    return singular(period, language), plural(period, language)


def _draw(ax: Axes, shown: Floats, whole: NDArray[np.bool_], what: str) -> None:
    from matplotlib.colors import Normalize  # noqa: PLC0415 - an extra
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - the same

    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    norm = Normalize(low if low < high else 0.0, high or 1.0)
    image = ax.imshow(shown, cmap=SEQUENTIAL, norm=norm, aspect="auto")
    roomy = shown.shape[1] <= _ROOMY
    for row, column in zip(*np.nonzero(~np.isnan(shown)), strict=True):
        number = float(shown[row, column])
        colour = readable_on(image.to_rgba(np.array([number]))[0])
        if not whole[row, column]:
            corner = (float(column) - 0.5, float(row) - 0.5)
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, hatch="///", edgecolor=PALE, lw=0))
        if roomy:
            text = percent(number) if what == "retention" else short(number)
            spot = (float(column), float(row))
            ax.text(*spot, text, ha="center", va="center", color=colour, fontsize="small")


def _name_rows_and_columns(
    ax: Axes, cells: CohortCells, ages: NDArray[np.int64], period: TimeUnit | None
) -> None:
    rows, columns = len(cells.cohorts), len(ages)
    starts = _names_of(cells.cohorts, period)
    names = [f"{start}  ({size:,})" for start, size in zip(starts, cells.customers, strict=True)]
    step = -(-rows // 30)
    ax.set_yticks(range(0, rows, step), names[::step])
    step = -(-columns // 30)
    ax.set_xticks(range(0, columns, step), [str(age) for age in ages[::step]])
    ax.set_xticks([column + 0.5 for column in range(columns - 1)], minor=True)
    ax.set_yticks([row + 0.5 for row in range(rows - 1)], minor=True)
    ax.tick_params(which="both", length=0)
    ax.grid(which="minor", color="white", linewidth=1)
    ax.spines[:].set_visible(False)


def _names_of(starts: NDArray[Any], period: TimeUnit | None) -> list[str]:
    """Name periods by no more of their first day than they need: 2024-02-05, 2024-02, 2024-Q1."""
    if starts.dtype.kind != "M":
        return [str(start) for start in starts]
    if period is TimeUnit.QUARTER:
        months = starts.astype("M8[M]").astype(np.int64)
        return [f"{1970 + month // 12}-Q{month % 12 // 3 + 1}" for month in months.tolist()]
    digits = {TimeUnit.MONTH: "M", TimeUnit.YEAR: "Y"}.get(period or TimeUnit.DAY, "D")
    return [str(start) for start in starts.astype(f"M8[{digits}]")]


def _refuse(*, partial: bool) -> Any:
    remedy = "" if partial else "partial=True draws the last period too, or choose a shorter one."
    message = "there is no period after the first purchases that was observed to its end"
    raise InvalidData([Problem(code="empty", message=message, count=0, remedy=remedy)])
