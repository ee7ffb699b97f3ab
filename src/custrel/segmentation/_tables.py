"""Small tables about groups of customers: counted on the engine, handed out as its own kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from custrel.frames import Door, beside, collect
from custrel.segmentation._refusals import refuse


def count_classes(door: Door, column: str, classes: Sequence[str]) -> list[int]:
    """Count the customers of each class, 0 where there are none; refuse other classes."""
    door.require([column])
    text = nw.col(column).cast(nw.String)
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


def small_table(door: Door, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Hand a small table out as the kind of frame that came in."""
    lists: Any = {name: list(values) for name, values in columns.items()}
    if isinstance(door.frame, nw.DataFrame):
        backend: Any = door.engine
        return nw.from_dict(lists, backend=backend).to_native()
    return beside(door.frame, lists).to_native()
