"""Segments: how many customers each has, and how much of the business they bring."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import enter
from custrel.labels import label
from custrel.plotting._axes import (
    BLUE,
    ORANGE,
    axes_for,
    count_in_percent,
    percent,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._data import tally
from custrel.plotting._fonts import Language, choose_language, require_language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

__all__ = ["plot_segments"]

Floats = NDArray[np.float64]

_MOST_GROUPS = 30
_SMALLEST = 6.0  # points
_ROOM = 1.3  # for the labels at the ends of the bars
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "customers": "customers",
                "share": "Share of all",
                "of": "{share} of {whole}",
                "and": ", ",
                "title": "{name}: {shares}",
                "note": "{people:,.0f} customers in {groups} groups; those with the most {value} first",
            }
        ),
        "zh": MappingProxyType(
            {
                "customers": "客户",
                "share": "占全部的比例",
                "of": "占{whole}的{share}",
                "and": "，",
                "title": "{name}：{shares}",
                "note": "{people:,.0f}位客户分为{groups}组，按{value}从多到少排列",
                "revenue": "收入",
                "profit": "利润",
            }
        ),
    }
)


def plot_segments(
    labelled: Any,
    *,
    segment: str = "segment",
    value: str | None = "revenue",
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw each segment's share of the customers and of what they bring.

    Parameters
    ----------
    labelled : CustomerSummary or frame
        One row per customer, with the segment that `SegmentMap.label` or `rfm` added.
    segment : str
        The column of the segments; any other grouping does as well, as ``"abc"``.
    value : str or None
        The column of what customers bring; None leaves it out.
    language : {"en", "zh"}
        English or Chinese.  Codes that have no label are shown as they are.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot, higher for more segments.

    Returns
    -------
    matplotlib Axes
        Two bars for each segment, from above in the order of what they bring, with shares
        of 0 to 1 written as percentages.

    Raises
    ------
    InvalidData
        There are no customers; a segment or a value is missing; or there is no total to
        share.
    InvalidRule
        There are more than 30 groups.
    ColumnNotFound
        A column is not there.
    UnknownCode
        There are no labels in the language.
    MissingExtra
        matplotlib is not installed.

    Warns
    -----
    UserWarning
        No font that matplotlib knows has the Chinese letters, so the text is English.

    See Also
    --------
    custrel.label : What people call a code.

    Examples
    --------
    >>> import pandas as pd
    >>> labelled = pd.DataFrame(
    ...     {"segment": ["champions", "lost", "lost", "lost"], "revenue": [70.0, 10.0, 10.0, 10.0]}
    ... )
    >>> ax = plot_segments(labelled)
    >>> print(ax.get_title(loc="left"))
    Champions: 25% of customers, 70% of revenue
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['Champions', 'Lost']
    """
    require_matplotlib()
    require_language(language)
    door = enter(labelled)
    door.require([segment, value], remedy="SegmentMap.label() adds the segments.")
    if value is not None:
        door.require_numbers(value)
    groups, customers, total = tally(door, [segment], value)
    codes = [str(code) for code in groups[0]]
    if len(codes) > _MOST_GROUPS:
        raise InvalidRule(
            f"column {segment!r} has {len(codes):,} groups, and at most {_MOST_GROUPS} can be "
            "read in a picture. Is it the column of the segments?"
        )
    if value is not None and not total.sum() > 0:
        message = f"there is no total to share, it is {total.sum():g}"
        raise InvalidData([Problem(code="no_total", message=message, column=value, count=0)])
    # Equal ones by name, whatever the order in which an engine gave them.
    sizes = customers if value is None else total
    order = sorted(range(len(codes)), key=lambda i: (-sizes[i], -customers[i], codes[i]))
    names, texts, family = _words([codes[i] for i in order], segment, value, language)
    people = customers[order] / customers.sum()
    shares = {texts["customers"]: people}
    if value is not None:
        shares[texts["value"]] = total[order] / total.sum()

    ax = axes_for(ax, size=(6.4, 1.7 + 0.45 * len(codes)))
    _draw(ax, names, shares, texts["of"], family)
    ax.set_xlabel(texts["share"], fontfamily=family)
    first = [texts["of"].format(share=percent(s[0]), whole=name) for name, s in shares.items()]
    title = texts["title"].format(name=names[0], shares=texts["and"].join(first))
    note = texts["note"].format(people=customers.sum(), groups=len(codes), value=texts["value"])
    write_headline(ax, title, note, family=family)
    return ax


def _draw(
    ax: Axes, names: list[str], shares: Mapping[str, Floats], of: str, family: list[str] | None
) -> None:
    places = np.arange(len(names))
    thick = 0.8 / len(shares)
    labels: list[Annotation] = []
    for number, (name, share) in enumerate(shares.items()):
        where = places + (number - (len(shares) - 1) / 2) * thick
        colour = (BLUE, ORANGE)[number]
        bars = ax.barh(where, share, height=thick, color=colour, label=name)
        # The first two labels say what the bars are, so that no legend need find a place.
        texts = [percent(s) for s in share]
        texts[0] = of.format(share=texts[0], whole=name)
        labels += ax.bar_label(bars, texts, padding=3, fontsize="small", fontfamily=family)
    ax.set_yticks(places, names, fontfamily=family)
    ax.invert_yaxis()
    highest = max(float(share.max()) for share in shares.values())
    lowest = min(0.0, *(float(share.min()) for share in shares.values()))
    ax.set_xlim(_ROOM * lowest, _ROOM * highest)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    count_in_percent(ax.xaxis)
    # On low Axes the labels are no higher than their bars.
    bar = ax.get_window_extent().height / ax.figure.dpi * 72 / len(names) * thick / 1.2
    for text in labels:
        text.set_fontsize(max(min(float(text.get_fontsize()), bar), _SMALLEST))


def _words(
    codes: list[str], kind: str, value: str | None, language: Language
) -> tuple[list[str], dict[str, str], list[str] | None]:
    """Return the names of the codes, the other texts, and the fonts that have their letters."""

    def names(spoken: Language) -> list[str]:
        return [_name(code, kind, spoken) for code in codes]

    def texts(spoken: Language) -> dict[str, str]:
        known = dict(_TEXTS[spoken])
        shared = "customers" if value is None else value
        return known | {"value": known.get(shared, shared.replace("_", " "))}

    language, family = choose_language(
        language, lambda spoken: [*names(spoken), *texts(spoken).values()]
    )
    return names(language), texts(language), family


def _name(code: str, kind: str, language: str) -> str:
    """Return what people call a code of one kind, or of any, or the code."""
    for of in (kind, None):
        try:
            return label(code, language, of=of)
        except UnknownCode:
            continue
    return code
