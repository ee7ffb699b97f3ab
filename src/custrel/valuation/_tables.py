"""Small tables for people: as aligned text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Table = Sequence[Sequence[str]]


def as_text(title: str, table: Table, notes: Sequence[str] = ()) -> str:
    """Align a table under a title; its first row is the heads, its first column holds words."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in table
    ]
    return "\n".join([title, *lines, *notes])


def as_html(title: str, table: Table, notes: Sequence[str] = ()) -> str:
    """Return the same as HTML."""
    head, *body = table
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    rows = "".join(
        f"<tr><th>{escape(row[0])}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
        for row in body
    )
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    table_ = f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<p>{escape(title)}</p>{table_}{below}"
