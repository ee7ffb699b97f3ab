"""What compares groups or follows waves needs two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from custrel.errors import InvalidData, Problem


def require_two(column: str, names: Sequence[Any], what: Literal["group", "wave"]) -> None:
    """Refuse to compare a single group, or to tell a trend from a single wave."""
    if len(names) < 2:
        purpose = "a comparison" if what == "group" else "a trend"
        problem = Problem(
            code=f"one_{what}",
            message=f"{purpose} needs two {what}s, and there is only {names[0]!r}",
            column=column,
            count=0,
            remedy="Check the filter that was applied before.",
        )
        raise InvalidData([problem])
