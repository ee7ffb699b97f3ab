"""The plane of loyalty: attitude against repeat purchases, in Dick & Basu's four forms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.frames import enter
from custrel.labels import label
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    axes_for,
    column_name,
    percent,
    require_matplotlib,
    write_headline,
    write_in_corner,
)
from custrel.plotting._fonts import font_of, speak
from custrel.satisfaction.loyalty_form import DickBasu, LoyaltyForm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_dick_basu"]

Floats = NDArray[np.float64]

_MOST_POINTS = 2000  # different customers, from which on they are counted in hexagons
_LEAST_SIZE, _MORE_SIZE = 14.0, 160.0
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "title": "{ideal} of customers are truly loyal, {spurious} only seem so",
                "note": "{n:,.0f} customers; high begins at {up:.3g} and {across:.3g} ({how})",
                "colon": ": ",
                "mean": "the mean",
                "median": "the median",
                "midpoint": "the middle of the scale",
                "given": "given",
            }
        ),
        "zh": MappingProxyType(
            {
                "title": "{ideal}的顾客为理想忠诚，{spurious}只是虚假忠诚",
                "note": "{n:,.0f}名顾客；分界：{up:.3g}与{across:.3g}（{how}）",
                "colon": "：",
                "mean": "均值",
                "median": "中位数",
                "midpoint": "量表中点",
                "given": "给定",
            }
        ),
    }
)


def plot_dick_basu(
    customers: Any,
    *,
    attitude: str = "attitude",
    repeat: str = "repeat",
    rule: DickBasu | None = None,
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw attitude against repeat purchases, with the four forms of loyalty and their shares.

    Parameters
    ----------
    customers : frame
        A row for each customer.
    attitude, repeat : str
        Its columns.
    rule : DickBasu, optional
        Where high begins; default: at the mean of these customers.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Repeat purchases to the right, attitude upwards.

    Raises
    ------
    InvalidData
        A number is missing, or there are no customers.
    ColumnNotFound
        A column is not there.
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.dick_basu : The forms as a column.

    Notes
    -----
    Equal customers are one mark, the larger the more there are; of more than 2,000 different ones,
    hexagons count.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"attitude": [6, 6, 6, 2, 2], "repeat": [9, 8, 1, 9, 1]})
    >>> ax = plot_dick_basu(customers)
    >>> print(ax.get_title(loc="left"))
    40% of customers are truly loyal, 20% only seem so
    """
    require_matplotlib()
    words, language, family = speak(
        _TEXTS,
        language,
        lambda spoken: [attitude, repeat, *(label(form, spoken) for form in LoyaltyForm)],
    )
    learnt = rule or DickBasu()
    if not learnt.learnt:
        learnt = learnt.learn(customers, columns=(attitude, repeat))
    door = enter(learnt.classify(customers, columns=(attitude, repeat)))
    rows, counts = door.distinct(attitude, repeat)
    up, across = rows[attitude], rows[repeat]
    cut_up, cut_across = learnt.cuts or (0.0, 0.0)
    shares = _shares(up >= cut_up, across >= cut_across, counts)
    ax = axes_for(ax, size=(6.4, 5.2))
    _draw(ax, across, up, counts)
    ax.axvline(cut_across, color=GREY, linewidth=1, linestyle="--")
    ax.axhline(cut_up, color=GREY, linewidth=1, linestyle="--")
    _make_room(ax, across, up, (cut_across, cut_up))
    for form, corner in _CORNERS.items():
        text = f"{label(form, language)}{words['colon']}{percent(shares[form])}"
        colour = BLUE if form is LoyaltyForm.IDEAL else ORANGE
        write_in_corner(ax, text, corner, colour, family)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(column_name(repeat, language), **font_of(family))
    ax.set_ylabel(column_name(attitude, language), **font_of(family))
    facts = {
        "ideal": percent(shares[LoyaltyForm.IDEAL]),
        "spurious": percent(shares[LoyaltyForm.SPURIOUS]),
        "n": counts.sum(),
        "up": cut_up,
        "across": cut_across,
        "how": words[learnt.cut],
    }
    title, note = (words[what].format(**facts) for what in ("title", "note"))
    write_headline(ax, title, note, family=family)
    return ax


# Where the name of each form stands, in parts of the Axes.
_CORNERS: Mapping[LoyaltyForm, tuple[int, int]] = MappingProxyType(
    {
        LoyaltyForm.LATENT: (0, 1),
        LoyaltyForm.IDEAL: (1, 1),
        LoyaltyForm.NONE: (0, 0),
        LoyaltyForm.SPURIOUS: (1, 0),
    }
)


def _shares(
    attached: NDArray[np.bool_], often: NDArray[np.bool_], counts: Floats
) -> dict[LoyaltyForm, float]:
    total = counts.sum()
    inside = {
        LoyaltyForm.LATENT: attached & ~often,
        LoyaltyForm.IDEAL: attached & often,
        LoyaltyForm.NONE: ~attached & ~often,
        LoyaltyForm.SPURIOUS: ~attached & often,
    }
    return {form: float(counts[rows].sum() / total) for form, rows in inside.items()}


def _draw(ax: Axes, across: Floats, up: Floats, counts: Floats) -> None:
    pairs, where = np.unique(np.column_stack([across, up]), axis=0, return_inverse=True)
    number = np.bincount(where.reshape(-1), counts)
    if len(pairs) > _MOST_POINTS:
        ax.hexbin(
            pairs[:, 0], pairs[:, 1], C=number, reduce_C_function=np.sum, gridsize=34,
            cmap="Blues", mincnt=1, linewidths=0.2, edgecolors=PALE, bins="log",
        )  # fmt: skip
        return
    sizes = _LEAST_SIZE + _MORE_SIZE * (number / number.max() if number.max() > 1 else 0 * number)
    ax.scatter(
        pairs[:, 0], pairs[:, 1], s=sizes, color=BLUE, alpha=0.45, edgecolor="white", linewidth=0.4
    )


def _make_room(ax: Axes, across: Floats, up: Floats, cuts: tuple[float, float]) -> None:
    """Leave a strip above and below the marks, where the names of the forms stand."""
    for values, cut, setter, room in (
        (across, cuts[0], ax.set_xlim, 0.06),
        (up, cuts[1], ax.set_ylim, 0.14),
    ):
        low, high = min(values.min(), cut), max(values.max(), cut)
        margin = room * (high - low) or 1.0
        setter(float(low - margin), float(high + margin))
