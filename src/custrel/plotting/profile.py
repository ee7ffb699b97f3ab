"""Profiles: how the customers of each segment differ from the average one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.frames import collect, enter
from custrel.labels import label_or_code
from custrel.plotting._axes import axes_for, readable_on, require_matplotlib, write_headline
from custrel.plotting._data import require_customers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_profile"]

Floats = NDArray[np.float64]

_MOST_SEGMENTS, _MOST_COLUMNS = 30, 12
_FURTHEST = 4.0  # times the average, or a fourth of it, has the full colour
_SEGMENT, _WIDTH = 0.34, 1.15  # inches that a cell takes


def plot_profile(
    profile: Any,
    *,
    by: str = "segment",
    of: Sequence[str] = ("idle", "orders", "revenue"),
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
    MissingExtra
        matplotlib is not installed.

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
    names = [f"{label_or_code(codes[n], 'en', of=by)} ({customers[n]:,.0f})" for n in order]
    size = (2.6 + _WIDTH * len(of), 1.7 + _SEGMENT * len(codes))
    ax = axes_for(ax, size=(max(6.4, size[0]), max(3.0, size[1])))
    _draw(ax, np.column_stack(numbers[1 : 1 + len(of)])[order], index[order])
    ax.set_xticks(range(len(of)), [column.replace("_", " ") for column in of])
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("Mean of the customers of the segment")
    best = label_or_code(codes[order[0]], "en", of=by)
    times = index[order[0], -1]
    title = f"{best}: {of[-1].replace('_', ' ')} {times:.2g} times the average"
    if np.isnan(times):
        title = f"{len(codes)} groups of customers, none of whom has any {of[-1].replace('_', ' ')}"
    note = (
        f"{customers.sum():,.0f} customers in {len(codes)} groups; orange: above the average of "
        "all, violet: below; full colour: four times as much or more, a fourth or less"
    )
    write_headline(ax, title, note)
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
