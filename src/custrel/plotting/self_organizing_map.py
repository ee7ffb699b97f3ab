"""The self-organizing map: where its borders run, and what changes across it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.plotting._axes import (
    SEQUENTIAL,
    axes_for,
    capital,
    column_in_text,
    readable_on,
    require_matplotlib,
    short,
    write_headline,
)
from custrel.plotting._data import require_customers
from custrel.plotting._fonts import font_of, speak
from custrel.segmentation.self_organizing_map import SelfOrganizingMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_self_organizing_map"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST = 20  # rows or columns that can be read
_WIDTH, _HEIGHT = 0.85, 0.6  # inches that a square takes
_MARGIN = (1.0, 1.5)  # inches for labels and headline
_ROUNDING = 1e-9  # of the largest distance
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "across": "Column of the map",
                "up": "Row of the map",
                "place": "row {row}, column {column}",
                "apart": "{most} is {times:.1f} times as far from its neighbors as the average "
                "segment",
                "even": "All segments are equally far from their neighbors",
                "plane": "{name} from {low} ({least}) to {high} ({most})",
                "borders": "how far the segment is from those beside it, in standard deviations "
                "(bright: a border)",
                "centre": "{name} at the center of the segment",
                "note": "{customers:,} customers in {segments} segments; in each square {what}, "
                "and how many customers (n)",
            }
        ),
        "zh": MappingProxyType(
            {
                "across": "图的列",
                "up": "图的行",
                "place": "第{row}行第{column}列",
                "apart": "{most}与相邻客户群的距离为平均值的{times:.1f}倍",
                "even": "各客户群与相邻客户群的距离相同",
                "plane": "{name}从{low}（{least}）到{high}（{most}）",
                "borders": "与相邻客户群的距离（标准差，亮处为边界）",
                "centre": "客户群中心的{name}",
                "note": "{customers:,}位客户分为{segments}个客户群；格内为{what}，以及客户数（n）",
            }
        ),
    }
)


def plot_self_organizing_map(
    rule: SelfOrganizingMap,
    customers: Any,
    *,
    of: str | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    r"""Draw a self-organizing map: its borders, or one feature across it (自组织映射图).

    Parameters
    ----------
    rule : SelfOrganizingMap
        Learnt, or made by hand.
    customers : CustomerSummary or frame
        One row per customer: who is counted.
    of : str, optional
        The coordinate to draw, as of `SelfOrganizingMap.plane` (component plane); default: how
        far each segment is from those beside it (U-matrix).
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot, as large as the map needs.

    Returns
    -------
    matplotlib Axes
        A square for each segment, the first row above, as an image; in it the number that
        colours it, how many customers, and its name where it was given one.

    Raises
    ------
    InvalidData
        There are no customers; or a value is missing, infinite or negative, or a category is
        unknown.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are more than 20 rows or columns.
    UnknownCode
        Customers are not compared by `of`, or there is no such language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    See Also
    --------
    custrel.segmentation.SelfOrganizingMap : The figures: `distances`, `plane`, `counts`.

    References
    ----------
    .. [1] A. Ultsch, H. P. Siemon (1990), Kohonen's Self Organizing Feature Maps for Exploratory
       Data Analysis, Proceedings of the International Neural Network Conference, 305-308.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import FeatureSpace, SelfOrganizingMap
    >>> people = pd.DataFrame({"revenue": [1.0, 2.0, 3.0, 40.0, 41.0, 80.0, 81.0, 82.0]})
    >>> space = FeatureSpace.fit(people, numbers=["revenue"])
    >>> rule = SelfOrganizingMap.fit(people, space=space, shape=(1, 3))
    >>> ax = plot_self_organizing_map(rule, people, of="revenue")
    >>> [text.get_text() for text in ax.texts[:3]]
    ['5.21\nn = 3', '40.8\nn = 2', '77.6\nn = 3']
    """
    require_matplotlib()
    rows, columns = rule.shape
    if max(rule.shape) > _MOST:
        raise InvalidRule(
            f"a map of {rows} x {columns} is too large to be read in a picture; at most {_MOST} "
            "rows and columns are drawn. distances() and plane() have its numbers."
        )
    values = rule.distances() if of is None else rule.plane(of)
    counts = rule.counts(customers)
    require_customers(float(counts.sum()))
    names = _given_names(rule)
    words, language, family = speak(
        _TEXTS, language, lambda spoken: [*names.values(), column_in_text(of or "", spoken)]
    )
    name = "" if of is None else column_in_text(of, language)
    size = (max(6.4, columns * _WIDTH + _MARGIN[0]), max(2.6, rows * _HEIGHT + _MARGIN[1]))
    ax = axes_for(ax, size=size)
    _draw(ax, values, counts, names, family)
    ax.set_xlabel(words["across"], **font_of(family))
    ax.set_ylabel(words["up"], **font_of(family))
    what = words["borders"] if of is None else words["centre"].format(name=name)
    note = words["note"].format(customers=counts.sum(), segments=values.size, what=what)
    title = _headline(values, name, names, words)
    title = capital(title) if language == "en" else title
    write_headline(ax, title, note, family=family)
    return ax


def _given_names(rule: SelfOrganizingMap) -> dict[tuple[int, ...], str]:
    """Return the names of the segments that are called otherwise than by their place."""
    places = list(np.ndindex(*rule.shape))
    return {
        (row, column): name
        for (row, column), name in zip(places, rule.segments.names, strict=True)
        if name != f"segment_{row + 1}_{column + 1}"
    }


def _draw(
    ax: Axes,
    values: Floats,
    counts: Ints,
    names: Mapping[tuple[int, ...], str],
    family: list[str] | None,
) -> None:
    image = ax.imshow(values, cmap=SEQUENTIAL, aspect="auto")
    for place, value in np.ndenumerate(values):
        row, column = place
        lines = [names.get(place, ""), short(value), f"n = {counts[place]:,}"]
        ax.text(
            column,
            row,
            "\n".join(line for line in lines if line),
            ha="center",
            va="center",
            color=readable_on(image.to_rgba(values[row, column : column + 1])[0]),
            fontsize="small",
            linespacing=1.3,
            **font_of(family),
        )
    for axis, number in ((ax.xaxis, values.shape[1]), (ax.yaxis, values.shape[0])):
        axis.set_ticks(range(number), [str(place + 1) for place in range(number)])
        axis.set_ticks([place + 0.5 for place in range(number - 1)], minor=True)
        axis.set_tick_params(which="both", length=0)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.spines[:].set_visible(False)


def _headline(
    values: Floats, name: str, names: Mapping[tuple[int, ...], str], words: Mapping[str, str]
) -> str:
    """Say which segment stands apart, or from where to where a feature goes."""

    def called(flat: Any) -> str:
        row, column = divmod(int(flat), values.shape[1])
        return names.get((row, column), words["place"].format(row=row + 1, column=column + 1))

    least, most = called(values.argmin()), called(values.argmax())
    low, high = float(values.min()), float(values.max())
    if name:
        said = words["plane"]
        return said.format(name=name, low=short(low), high=short(high), least=least, most=most)
    if high - low <= _ROUNDING * high:
        return words["even"]
    return words["apart"].format(most=most, times=high / float(values.mean()))
