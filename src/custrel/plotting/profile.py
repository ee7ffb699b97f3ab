"""Profiles: how the customers of each segment differ from the average one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.frames import collect, enter
from custrel.labels import label_or_code
from custrel.plotting._axes import (
    axes_for,
    column_in_text,
    readable_on,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._data import require_customers
from custrel.plotting._fonts import font_of, speak

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_profile"]

Floats = NDArray[np.float64]

_MOST_SEGMENTS, _MOST_COLUMNS = 30, 12
_FURTHEST = 4.0  # times the average, or a fourth of it, has the full colour
_SEGMENT, _WIDTH = 0.34, 1.15  # inches that a cell takes
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "axis": "Mean of the customers of the segment",
                "title": "{name}: {column} {times:.2g} times the average",
                "nothing": "{groups} groups of customers, none of whom has any {column}",
                "note": "{people:,.0f} customers in {groups} groups; orange: above the average of "
                "all, violet: below; full colour: four times as much or more, a fourth or less",
            }
        ),
        "zh": MappingProxyType(
            {
                "axis": "各客户群的均值",
                "title": "{name}：{column}为平均值的{times:.2g}倍",
                "nothing": "{groups}组客户，{column}均为零",
                "note": "{people:,.0f}位客户分为{groups}组；橙色：高于全体均值，紫色：低于；"
                "颜色最深：四倍及以上，或四分之一及以下",
            }
        ),
    }
)


def plot_profile(
    profile: Any,
    *,
    by: str = "segment",
    of: Sequence[str] = ("idle", "orders", "revenue"),
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each segment lies above or below the average customer.

    Parameters
    ----------
    profile : frame
        As `segment_profile` makes it, with the statistics "mean" and "index".
    by : str
        The column of the segment.
    of : sequence of str
        The columns that the customers were described by.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot, as large as the table needs.

    Returns
    -------
    matplotlib Axes
        A row for each segment, the one with the highest last column above; in each cell the
        mean, and the colour says how many times the average it is.

    Raises
    ------
    InvalidData
        There are no segments, or a column holds no numbers.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are more than 30 segments or 12 columns.
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
    custrel.segmentation.segment_profile : The figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import segment_profile
    >>> customers = pd.DataFrame(
    ...     {"segment": ["champions", "lost", "lost"], "revenue": [70.0, 15.0, 5.0]}
    ... )
    >>> ax = plot_profile(segment_profile(customers, of=["revenue"]), of=["revenue"])
    >>> print(ax.get_title(loc="left"))
    Champions: revenue 2.3 times the average
    """
    require_matplotlib()
    door = enter(profile)
    means, indices = [f"{c}_mean" for c in of], [f"{c}_index" for c in of]
    remedy = "segment_profile(..., statistics=('mean', 'index')) makes them."
    door.require([by, "customers", *means, *indices], remedy=remedy)
    table = collect(door.frame)
    codes = [str(code) for code in table[by].to_list()]
    require_customers(len(codes))
    if len(codes) > _MOST_SEGMENTS or len(of) > _MOST_COLUMNS:
        raise InvalidRule(
            f"{len(codes)} segments and {len(of)} columns are too many to be read in a picture; at "
            f"most {_MOST_SEGMENTS} and {_MOST_COLUMNS} are drawn."
        )
    numbers = enter(profile).values("customers", *means, *indices)
    customers, index = numbers[0], np.column_stack(numbers[1 + len(of) :])
    order = np.lexsort((np.array(codes), -np.nan_to_num(index[:, -1])))
    sizes = [f"{customers[n]:,.0f}" for n in order]

    def names_in(spoken: str) -> list[str]:
        return [label_or_code(codes[n], spoken, of=by) for n in order]

    words, language, family = speak(
        _TEXTS,
        language,
        lambda spoken: [*names_in(spoken), *(column_in_text(c, spoken) for c in of)],
    )
    names, columns = names_in(language), [column_in_text(column, language) for column in of]
    size = (2.6 + _WIDTH * len(of), 1.7 + _SEGMENT * len(codes))
    ax = axes_for(ax, size=(max(6.4, size[0]), max(3.0, size[1])))
    _draw(ax, np.column_stack(numbers[1 : 1 + len(of)])[order], index[order])
    ax.set_xticks(range(len(of)), columns, **font_of(family))
    rows = [f"{name} ({size})" for name, size in zip(names, sizes, strict=True)]
    ax.set_yticks(range(len(rows)), rows, **font_of(family))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel(words["axis"], **font_of(family))
    times = index[order[0], -1]
    title = words["nothing" if np.isnan(times) else "title"].format(
        name=names[0], column=columns[-1], times=times, groups=len(codes)
    )
    note = words["note"].format(people=customers.sum(), groups=len(codes))
    write_headline(ax, title, note, family=family)
    return ax


def _draw(ax: Axes, means: Floats, index: Floats) -> None:
    """Colour by the logarithm, so that twice and half the average are equally far from it."""
    from matplotlib import colormaps  # noqa: PLC0415 - an extra
    from matplotlib.colors import Normalize  # noqa: PLC0415 - the same

    known = np.where(index > 0, index, 1.0)
    far = np.where(np.isnan(index), 0.0, np.where(index > 0, np.log(known), -np.inf))
    edge = float(np.log(_FURTHEST))
    image = ax.imshow(
        np.clip(far, -edge, edge),
        cmap=colormaps["PuOr_r"],
        norm=Normalize(-edge, edge),
        aspect="auto",
    )
    for row, column in np.ndindex(*means.shape):
        color = readable_on(image.to_rgba(np.clip(far[row, column : column + 1], -edge, edge))[0])
        number = means[row, column]
        text = f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
        ax.text(column, row, text, ha="center", va="center", color=color, fontsize="small")
