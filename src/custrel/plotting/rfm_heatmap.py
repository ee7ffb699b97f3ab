"""The RFM heat map: what the customers of each recency and frequency score bring."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import enter
from custrel.plotting._axes import (
    PALE,
    SEQUENTIAL,
    axes_for,
    column_in_text,
    percent,
    readable_on,
    require_matplotlib,
    short,
    write_headline,
)
from custrel.plotting._data import tally
from custrel.plotting._fonts import font_of, speak

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_rfm_heatmap"]

Floats = NDArray[np.float64]

_WHAT = ("mean", "customers")
_MOST_SCORES = 20
_ROOMY = 6  # scores, up to which a cell has room for a second line
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "recency": "Recency score",
                "frequency": "Frequency score",
                "oldest": "longest ago",
                "newest": "most recent",
                "fewest": "fewest",
                "most": "most",
                "mean": "mean {name}",
                "currency": "{mean} in {currency}",
                "note": "{number:,.0f} customers; in each cell {what}",
                "with_numbers": "the {mean}, and how many they are (n)",
                "without": "the {mean}",
                "heads": "how many they are",
                "hatched": "; hatched: nobody",
                "money": "Recency {recency}, frequency {frequency}: {people} of customers, {share} "
                "of {name}",
                "largest": "Largest group: {people} of customers at recency {recency}, frequency "
                "{frequency}",
                "average": "Mean {name}: {mean} per customer",
            }
        ),
        "zh": MappingProxyType(
            {
                "recency": "最近购买评分",
                "frequency": "购买频率评分",
                "oldest": "最久",
                "newest": "最近",
                "fewest": "最少",
                "most": "最多",
                "mean": "平均{name}",
                "currency": "{mean}（{currency}）",
                "note": "{number:,.0f}位客户；每格为{what}",
                "with_numbers": "{mean}和客户数（n）",
                "without": "{mean}",
                "heads": "客户数",
                "hatched": "；斜线：没有客户",
                "money": "最近购买{recency}分、购买频率{frequency}分：占客户的{people}，占{name}的"
                "{share}",
                "largest": "最大的一组：最近购买{recency}分、购买频率{frequency}分，占客户的{people}",
                "average": "平均{name}：每位客户{mean}",
            }
        ),
    }
)
_FAR = 10.0  # times as much as the least, from which on colours go by orders of magnitude


def plot_rfm_heatmap(
    scored: Any,
    *,
    what: Literal["mean", "customers"] = "mean",
    value: str = "revenue",
    recency: str = "recency_score",
    frequency: str = "frequency_score",
    shape: tuple[int, int] | None = None,
    currency: str | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what customers bring, or how many they are, by recency and frequency score.

    Parameters
    ----------
    scored : CustomerSummary or frame
        One row per customer, with scores as `RfmScale.score` and `rfm` add them.
    what : {"mean", "customers"}
        The mean of `value` in each cell, or the number of customers.
    value : str
        The column to average, in one currency; unused where customers are counted.
    recency, frequency : str
        The columns of the scores: 1, 2, ..., without a unit; higher is better.
    shape : tuple of two int, optional
        How many recency and frequency scores there are; default: the highest that occur.
    currency : str, optional
        What `value` is measured in, for the label.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        The cells are an image on it, with the frequency scores in rows from below and the
        recency scores in columns.

    Raises
    ------
    InvalidData
        There are no customers; a score or a value is missing; a score is not among
        1, 2, ... or lies outside `shape`.
    InvalidRule
        There are more than 20 scores.
    ColumnNotFound
        A column is not there.
    UnknownCode
        `what` is none of the choices, or there is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    Notes
    -----
    Where the highest mean is more than ten times the lowest, and no mean is 0 or less, equal
    steps of colour are equal ratios.

    Examples
    --------
    >>> import pandas as pd
    >>> scored = pd.DataFrame(
    ...     {
    ...         "recency_score": [1, 2, 2],
    ...         "frequency_score": [1, 1, 2],
    ...         "revenue": [20.0, 30.0, 90.0],
    ...     }
    ... )
    >>> ax = plot_rfm_heatmap(scored)
    >>> print(ax.get_title(loc="left"))
    Recency 2, frequency 2: 33% of customers, 64% of revenue
    """
    require_matplotlib()
    if what not in _WHAT:
        raise UnknownCode("thing to draw", what, _WHAT)
    door = enter(scored)
    columns = (recency, frequency, *([value] if what == "mean" else []))
    door.require(columns, remedy="RfmScale.score() adds the scores.")
    door.require_numbers(*columns)
    groups, customers, total = tally(door, (recency, frequency), value if what == "mean" else None)
    at = tuple(np.array(scores, dtype=np.float64) for scores in groups)
    shape = _shape_of(at, (recency, frequency), shape)
    counts, sums = (_grid(at, numbers, shape) for numbers in (customers, total))
    cells = np.where(counts > 0, counts, np.nan)
    own = [value, currency or ""]
    words, language, family = speak(_TEXTS, language, lambda _: own)
    name = column_in_text(value, language)
    said = words["heads"]
    if what == "mean":
        cells = sums / cells
        said = words["mean"].format(name=name)
        said = words["currency"].format(mean=said, currency=currency) if currency else said
        said = words["with_numbers" if _is_roomy(cells) else "without"].format(mean=said)
    note = words["note"].format(number=counts.sum(), what=said)
    note += words["hatched"] if np.isnan(cells).any() else ""
    title = _headline(counts, sums if what == "mean" else None, name, words)

    ax = axes_for(ax)
    _draw(ax, cells, counts if what == "mean" else None)
    _label_scores(ax, cells.shape, words, family)
    ax.set_xlabel(words["recency"], **font_of(family))
    ax.set_ylabel(words["frequency"], **font_of(family))
    write_headline(ax, title, note, family=family)
    return ax


def _headline(counts: Floats, sums: Floats | None, name: str, words: Mapping[str, str]) -> str:
    """Say where the money is, or where most customers are."""
    if sums is not None and not sums.sum() > 0:
        return words["average"].format(name=name, mean=short(float(sums.sum() / counts.sum())))
    row, column = _place_of(counts if sums is None else sums)
    return words["largest" if sums is None else "money"].format(
        recency=column + 1,
        frequency=row + 1,
        people=percent(counts[row, column] / counts.sum()),
        share="" if sums is None else percent(sums[row, column] / sums.sum()),
        name=name,
    )


def _draw(ax: Axes, cells: Floats, counts: Floats | None) -> None:
    from matplotlib.colors import LogNorm, Normalize  # noqa: PLC0415 - an extra

    low, high = float(np.nanmin(cells)), float(np.nanmax(cells))
    if counts is not None and 0 < _FAR * low < high:
        norm: Normalize = LogNorm(low, high)  # one large mean would leave all others dark
    else:
        norm = Normalize(min(low, 0.0), high or 1.0)
    # The ground shows where a cell is empty.
    ax.patch.set(facecolor="white", hatch="///", edgecolor=PALE)
    image = ax.imshow(cells, origin="lower", cmap=SEQUENTIAL, norm=norm, aspect="auto")
    roomy = _is_roomy(cells)
    for row, column in zip(*np.nonzero(~np.isnan(cells)), strict=True):
        number = float(cells[row, column])
        text = f"{number:,.0f}" if counts is None and number < 1e5 else short(number)
        if counts is not None and roomy:
            text += f"\nn = {counts[row, column]:,.0f}"
        ax.text(
            float(column),
            float(row),
            text,
            ha="center",
            va="center",
            color=readable_on(image.to_rgba(np.array([number]))[0]),
            fontsize="medium" if roomy else "small",
            linespacing=1.4,
        )


def _label_scores(
    ax: Axes, shape: tuple[int, ...], words: Mapping[str, str], family: list[str] | None
) -> None:
    for axis, scores, worst, best in (
        (ax.xaxis, shape[1], words["oldest"], words["newest"]),
        (ax.yaxis, shape[0], words["fewest"], words["most"]),
    ):
        names = [str(score) for score in range(1, scores + 1)]
        if scores > 1:
            names[0], names[-1] = f"{names[0]}\n{worst}", f"{names[-1]}\n{best}"
        axis.set_ticks(range(scores), names, linespacing=1.4, **font_of(family))
        axis.set_ticks([score + 0.5 for score in range(scores - 1)], minor=True)
        axis.set_tick_params(which="both", length=0)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.spines[:].set_visible(False)


def _is_roomy(cells: Floats) -> bool:
    return max(int(scores) for scores in cells.shape) <= _ROOMY


def _place_of(numbers: Floats) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.argmax(numbers)), numbers.shape)
    return int(row), int(column)


def _shape_of(
    at: tuple[Floats, ...], names: tuple[str, str], shape: tuple[int, int] | None
) -> tuple[int, int]:
    highest = (int(at[0].max()), int(at[1].max()))
    bound = highest if shape is None else (int(shape[0]), int(shape[1]))
    problems = [
        Problem(
            code="no_such_score",
            message=f"expected scores from 1 to {most}, found {_listed(bad)}",
            column=name,
            count=0,
            remedy="RfmScale.score() makes scores from 1 upwards.",
        )
        for scores, name, most in zip(at, names, bound, strict=True)
        if (
            bad := np.unique(scores[(scores != np.floor(scores)) | (scores < 1) | (scores > most)])
        ).size
    ]
    if problems:
        raise InvalidData(problems)
    if max(bound) > _MOST_SCORES:
        raise InvalidRule(
            f"{bound[0]} x {bound[1]} scores are too many to be read in a picture; at most "
            f"{_MOST_SCORES} are drawn. Are the columns scores?"
        )
    return bound


def _listed(scores: Floats) -> str:
    return ", ".join(f"{score:g}" for score in scores[:3]) + (", ..." if scores.size > 3 else "")


def _grid(at: tuple[Floats, ...], numbers: Floats, shape: tuple[int, int]) -> Floats:
    grid = np.zeros((shape[1], shape[0]))
    grid[at[1].astype(np.int64) - 1, at[0].astype(np.int64) - 1] = numbers
    return grid
