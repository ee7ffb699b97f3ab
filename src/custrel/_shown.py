"""A table with the facts behind it, for people: as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import attrs

from custrel.errors import Problem


def in_text(
    frame: Any, problems: Sequence[Problem], *, caption: str = "", said: str = "Left out"
) -> str:
    """Return a line of facts, a line for each problem, and the table as its engine shows it."""
    head = [caption] if caption else []
    return "\n".join([*head, *(f"{said}: {text}" for text in _texts(problems)), repr(frame)])


def in_html(
    frame: Any,
    problems: Sequence[Problem],
    *,
    name: str = "",
    facts: str = "",
    said: str = "Left out",
) -> str:
    """Return the table as its engine shows it, with facts and problems as a caption above it."""
    head = f"<p><strong>{escape(name)}</strong>: {escape(facts)}</p>" if name else ""
    items = "".join(f"<li>{escape(text)}</li>" for text in _texts(problems))
    if items:
        head += f"<p>{said}:</p><ul>{items}</ul>"
    table = getattr(frame, "_repr_html_", lambda: None)()
    if table is None:
        table = f"<pre>{escape(repr(frame))}</pre>"
    return f'<figure style="margin: 0"><figcaption>{head}</figcaption>{table}</figure>'


def _texts(problems: Sequence[Problem]) -> list[str]:
    """Return what was found; what to do about it would come too late."""
    return [str(attrs.evolve(problem, remedy="")) for problem in problems]
