"""What respondents answered about satisfaction and loyalty, counted on the engine that holds it."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, Problem
from custrel.frames import Door, as_floats, collect, enter
from custrel.satisfaction._curve_kernels import Cells, merge
from custrel.satisfaction._sifting import looks_at, sift


def read_cells(
    answers: Any, satisfaction: str, loyalty: str, *, weight: str | None, by: str | None = None
) -> tuple[Door, dict[Any, Cells]]:
    """Return the distinct answers of each group in their order; of None, where none is asked for."""
    door = enter(answers).with_truth_as_numbers(satisfaction, loyalty)
    door.require([by, weight])
    require_complete(door, satisfaction, loyalty, of="respondent")
    if weight is not None:
        door.require_numbers(weight)
    _, problems = sift(door, looks_at([], (0, 0), by=by, weight=weight))
    if problems:
        raise InvalidData(problems)
    keys = {
        "group": nw.lit("") if by is None else nw.col(by),
        "s": as_float(satisfaction),
        "l": as_float(loyalty),
        "w": nw.lit(1.0) if weight is None else as_float(weight),
    }
    wide = door.frame.select(**keys).filter(nw.col("w") > 0)
    table = collect(wide.group_by(*keys).agg(nw.len().alias("n")))
    if not len(table):
        raise InvalidData([_EMPTY])
    names = np.array(table["group"].to_list(), dtype=object)
    columns = [as_floats(table[name]) for name in ("s", "l", "n", "w")]
    order = sorted(dict.fromkeys(names.tolist()), key=lambda name: (type(name).__name__, name))
    groups = {name: merge(*(column[names == name] for column in columns)) for name in order}
    return door, groups if by is not None else {None: groups[""]}


_EMPTY = Problem(
    code="empty",
    message="there is no answer to evaluate",
    count=0,
    remedy="Check the filter that was applied before.",
)
