"""Cells: the combinations of scores, how they are written, and in which order they rank."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import product

import narwhals.stable.v2 as nw

_ONE_DIGIT = 9


def write_cell(scores: Sequence[int], shape: Sequence[int]) -> str:
    """Write scores as a cell's code: ``"543"``, or ``"10-4-3"`` where a score can exceed 9."""
    return _separator(shape).join(map(str, scores))


def list_cells(shape: Sequence[int]) -> tuple[str, ...]:
    """List the codes of all cells, best first: 555, 554, ..., 111."""
    best_first = product(*(range(bins, 0, -1) for bins in shape))
    return tuple(write_cell(scores, shape) for scores in best_first)


def cell_number(columns: Sequence[str], shape: Sequence[int]) -> nw.Expr:
    """Return the number of the cell, from 0, the worst, upwards."""
    return reduce(
        lambda so_far, dimension: so_far * dimension[1] + nw.col(dimension[0]) - 1,
        zip(columns[1:], shape[1:], strict=True),
        nw.col(columns[0]) - 1,
    )


def cell_code(columns: Sequence[str], shape: Sequence[int]) -> nw.Expr:
    """Write the scores of every row as its cell's code."""
    separator = _separator(shape)
    if separator:
        texts = [nw.col(name).cast(nw.String) for name in columns]
        return nw.concat_str(texts, separator=separator)
    # One cast of one number is four times as fast as joining three strings.
    number = reduce(
        lambda so_far, name: so_far * 10 + nw.col(name), columns[1:], nw.col(columns[0])
    )
    return number.cast(nw.String)


def _separator(shape: Sequence[int]) -> str:
    return "" if max(shape) <= _ONE_DIGIT else "-"
