"""How many customers each class has, counted on the engine."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from custrel._columns import as_text
from custrel.frames import Door, collect
from custrel.segmentation._refusals import refuse


def count_classes(door: Door, column: str, classes: Sequence[str]) -> list[int]:
    """Count the customers of each class, 0 where there are none; refuse other classes."""
    door.require([column])
    text = as_text(door, column)
    strange = text.is_null() | ~text.is_in(classes)
    remedy = "Correct these values, or make a rule for all classes that there are."
    refuse(
        door,
        {column: (strange, f"expected one of {', '.join(classes)}")},
        code="no_such_class",
        remedy=remedy,
    )
    found = count_codes(door, column)
    return [found.get(code, 0) for code in classes]


def count_codes(door: Door, column: str) -> dict[str, int]:
    """Count the customers of each code that occurs."""
    counted = collect(door.frame.group_by(column).agg(nw.len().alias("__customers")))
    return {str(row[column]): int(row["__customers"]) for row in counted.rows(named=True)}
