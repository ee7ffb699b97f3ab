"""Small tables: as a frame of the caller's engine, as aligned text, as HTML."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from math import isnan
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from custrel.frames import Door, beside

_WIDE = "WF"


def as_frame(door: Door, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Return a small table as a frame of the kind that came in; a lazy one of a lazy one."""
    if door.lazy:
        arrays = {name: np.asarray(values) for name, values in columns.items()}
        return beside(door.frame, arrays).to_native()
    engine: Any = door.engine
    lists = {name: np.asarray(values).tolist() for name, values in columns.items()}
    return nw.from_dict(lists, backend=engine).to_native()


def as_text(rows: Sequence[Sequence[str]], *, words: tuple[int, int]) -> list[str]:
    """Align rows, the first being the heads; Chinese letters are two columns wide.

    `words` says how many columns at the beginning and at the end hold words, not numbers.
    """
    first, last = words
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell))
            if i < first or i >= len(row) - last
            else " " * (width - _width(cell)) + cell
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def as_html(rows: Sequence[Sequence[str]], *, words: tuple[int, int]) -> str:
    """Return rows, the first being the heads, as an HTML table; `words` as in `as_text`."""
    first, last = words
    head, *body = (
        [
            f' style="text-align:{"left" if i < first or i >= len(row) - last else "right"}">'
            f"{escape(cell)}"
            for i, cell in enumerate(row)
        ]
        for row in rows
    )
    heads = "".join(f"<th{cell}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td{cell}</td>' for cell in row)}</tr>" for row in body)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def span(low: float, high: float, layout: str) -> str:
    """Return the interval behind a figure as text; too few answers have none."""
    return "(no interval)" if isnan(low) else f"({low:{layout}} to {high:{layout}})"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in text)
