"""Segments: names for the cells of a scale, each cell having exactly one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import Door, enter
from custrel.rules import Rule
from custrel.segmentation._cells import cell_number, list_cells, write_cell

__all__ = ["RF_SEGMENTS", "STANDARD_SEGMENTS", "SegmentMap"]

Cells = tuple[tuple[str, tuple[str, ...]], ...]
Range = int | tuple[int, int] | None

_SCORES = ("recency_score", "frequency_score", "monetary_score")
_SHOWN = 12


def _as_cells(cells: Any) -> Cells:
    pairs = cells.items() if isinstance(cells, Mapping) else cells
    try:
        return tuple(
            (str(name), tuple(sorted(map(str, _codes(codes)), reverse=True)))
            for name, codes in pairs
        )
    except (TypeError, ValueError):
        raise InvalidRule(
            "expected segments with the codes of their cells: {'champions': ['555', '554'], ...}."
        ) from None


def _as_shape(shape: Any) -> tuple[int, ...]:
    return tuple(shape)


@attrs.frozen
class SegmentMap(Rule):
    """Which segment each cell belongs to: every cell to exactly one.

    Parameters
    ----------
    cells : mapping of str to the codes of cells
        For each segment its cells, as a list of codes or as a text with blanks between.
    shape : sequence of int
        How many scores recency, frequency and monetary value have; two numbers for a grid of
        recency and frequency alone.

    Raises
    ------
    InvalidRule
        A cell has no segment or more than one, or is no cell of this shape.

    See Also
    --------
    SegmentMap.from_ranges : The same from ranges of scores.
    STANDARD_SEGMENTS : The eleven customary segments.
    RF_SEGMENTS : Ten segments of recency and frequency.

    Examples
    --------
    >>> halves = SegmentMap({"active": ["22", "21"], "gone": ["12", "11"]}, shape=(2, 2))
    >>> halves.segment_of("21")
    'active'
    >>> SegmentMap({"active": ["22", "21"], "gone": ["21"]}, shape=(2, 2))
    Traceback (most recent call last):
        ...
    custrel.errors.InvalidRule: 2 cells without a segment: 12, 11; 1 cell with more than one:
    21 (active, gone).
    """

    cells: Cells = attrs.field(converter=_as_cells)
    shape: tuple[int, ...] = attrs.field(default=(5, 5, 5), converter=_as_shape, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if len(self.shape) not in (2, 3) or any(bins < 1 for bins in self.shape):
            raise InvalidRule(
                f"shape must be two or three numbers of scores, as (5, 5, 5); got {self.shape}."
            )
        findings = _findings(self.cells, list_cells(self.shape))
        if findings:
            raise InvalidRule(f"{'; '.join(findings)}.")

    @classmethod
    def from_ranges(
        cls,
        ranges: Mapping[str, Iterable[Sequence[Range]]],
        *,
        shape: Sequence[int] = (5, 5, 5),
    ) -> Self:
        """Make a map from rectangles of scores.

        Parameters
        ----------
        ranges : mapping of str to rectangles
            For each segment its rectangles; each has a range for every dimension: a score,
            a pair (lowest, highest), both included, or None for all scores.
        shape : sequence of int
            How many scores each dimension has.

        Returns
        -------
        SegmentMap

        Raises
        ------
        InvalidRule
            A rectangle has not as many ranges as the shape dimensions; or cells are left over
            or lie in several rectangles.

        Examples
        --------
        >>> grid = SegmentMap.from_ranges(
        ...     {"active": [(2, None)], "gone": [(1, 2)], "never_there": [(1, 1)]}, shape=(2, 2)
        ... )
        >>> grid.cells
        (('active', ('22', '21')), ('gone', ('12',)), ('never_there', ('11',)))
        """
        return cls({n: _rectangles(r, shape) for n, r in ranges.items()}, shape=shape)

    @property
    def segments(self) -> tuple[str, ...]:
        """The codes of the segments, in the order in which they were given."""
        return tuple(name for name, _ in self.cells)

    def segment_of(self, cell: str) -> str:
        """Return the segment of a cell.

        Parameters
        ----------
        cell : str
            The code of the cell, as "543".

        Returns
        -------
        str

        Raises
        ------
        UnknownCode
            The map has no such cell.
        """
        segment_of = _by_cell(self.cells)
        if cell not in segment_of:
            raise UnknownCode("cell of this map", cell, list_cells(self.shape))
        return segment_of[cell]

    def require_shape(self, shape: Sequence[int]) -> None:
        """Refuse to name the cells of a scale with another number of scores.

        Parameters
        ----------
        shape : sequence of int
            The numbers of scores of the scale: `RfmScale.shape`.

        Raises
        ------
        InvalidRule
            The scale has more or fewer scores than the map.
        """
        if tuple(shape[: len(self.shape)]) != self.shape:
            raise InvalidRule(
                f"these segments are named for {_sizes(self.shape)} scores, the scale has "
                f"{_sizes(shape)}: a score of 4 is the best but one here, and another thing there. "
                "Learn the scale with as many bins, or make a SegmentMap of its shape "
                "(segments=None leaves them out)."
            )

    def label(
        self, scored: Any, *, scores: Sequence[str] | None = None, segment: str = "segment"
    ) -> Any:
        """Name every customer's segment.

        Parameters
        ----------
        scored : CustomerSummary or frame
            What `RfmScale.score` returned; its scale has the shape of this map.
        scores : sequence of str, optional
            The columns of the scores, as many as the shape has numbers; default:
            ``recency_score``, ``frequency_score``, ``monetary_score``.
        segment : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `segment`: the code of the segment.

        Raises
        ------
        InvalidData
            A score is missing, or higher than the shape allows.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are more or fewer columns than dimensions.
        """
        columns = tuple(scores or _SCORES[: len(self.shape)])
        if len(columns) != len(self.shape):
            raise InvalidRule(f"the map has {len(self.shape)} dimensions, got columns {columns}.")
        door = enter(scored)
        door.require(columns, remedy="RfmScale.score() adds the scores.")
        door.require_numbers(*columns)
        self._require_scores(door, columns)
        segment_of = _by_cell(self.cells)
        names = [segment_of[cell] for cell in reversed(list_cells(self.shape))]
        number = cell_number(columns, self.shape).cast(nw.Int64)
        named = number.replace_strict(
            range(len(names)), names, default=None, return_dtype=nw.String
        )
        return door.leave(door.frame.with_columns(named.alias(segment)))

    def _require_scores(self, door: Door, columns: Sequence[str]) -> None:
        flaws, remedy = [], "Score with a scale of the map's shape."
        for name, bins in zip(columns, self.shape, strict=True):
            score = as_float(name)
            bad = score.is_null() | ~score.is_between(1, bins) | (score != score.floor())
            message = f"expected a score from 1 to {bins}"
            flaws.append(Flaw(bad, "no_such_score", message, name, remedy=remedy, shown=[name]))
        refuse_rows(door, *flaws)


def _codes(codes: Any) -> Iterable[Any]:
    return codes.split() if isinstance(codes, str) else codes


def _by_cell(cells: Cells) -> dict[str, str]:
    return {code: name for name, codes in cells for code in codes}


def _sizes(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _findings(cells: Cells, known: Sequence[str]) -> list[str]:
    """Say what is wrong with a map: cells without a segment, with several, or of another shape."""
    owners: dict[str, list[str]] = {}
    for name, codes in cells:
        for code in codes:
            owners.setdefault(code, []).append(name)
    strange = [code for code in owners if code not in set(known)]
    gaps = [code for code in known if code not in owners]
    shared = [f"{code} ({', '.join(names)})" for code, names in owners.items() if len(names) > 1]
    return [
        _finding(found, what)
        for found, what in (
            (gaps, "without a segment"),
            (shared, "with more than one"),
            (strange, "that the shape does not have"),
        )
        if found
    ]


def _finding(found: Sequence[str], what: str) -> str:
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    noun = "cell" if len(found) == 1 else "cells"
    return f"{len(found)} {noun} {what}: {', '.join(found[:_SHOWN])}{more}"


def _rectangles(rectangles: Iterable[Sequence[Range]], shape: Sequence[int]) -> list[str]:
    codes: list[str] = []
    for rectangle in rectangles:
        if len(rectangle) != len(shape):
            raise InvalidRule(
                f"expected a range for each of the {len(shape)} dimensions, got {rectangle!r}."
            )
        spans = [_span(r, bins) for r, bins in zip(rectangle, shape, strict=True)]
        codes += [write_cell(scores, shape) for scores in product(*spans)]
    return codes


def _span(scores: Range, bins: int) -> range:
    lowest, highest = (1, bins) if scores is None else (
        (scores, scores) if isinstance(scores, int) else scores
    )  # fmt: skip
    return range(lowest, highest + 1)


STANDARD_SEGMENTS = SegmentMap(
    MappingProxyType(
        {
            "champions": "555 554 544 545 454 455 445",
            "loyal": "543 444 435 355 354 345 344 335",
            "potential_loyalist": "553 551 552 541 542 533 532 531 452 451 442 441 431 453 433 "
            "432 423 353 352 351 342 341 333 323",
            "new_customers": "512 511 422 421 412 411 311",
            "promising": "525 524 523 522 521 515 514 513 425 424 413 414 415 315 314 313",
            "need_attention": "535 534 443 434 343 334 325 324",
            "about_to_sleep": "331 321 312 221 213",
            "at_risk": "255 254 245 244 253 252 243 242 235 234 225 224 153 152 145 143 142 135 "
            "134 133 125 124",
            "cannot_lose_them": "155 154 144 214 215 115 114 113",
            "hibernating": "332 322 231 241 251 233 232 223 222 132 123 122 212 211",
            "lost": "111 112 121 131 141 151",
        }
    )
)
"""The eleven customary segments, as an exact partition of the 125 cells of a five-point scale.

Their names and cells are customary in e-mail marketing; of the maps in circulation this one
leaves no cell out and names none twice.
"""

RF_SEGMENTS = SegmentMap.from_ranges(
    MappingProxyType(
        {
            "champions": [(5, (4, 5))],
            "loyal": [((3, 4), (4, 5))],
            "potential_loyalist": [((4, 5), (2, 3))],
            "new_customers": [(5, 1)],
            "promising": [(4, 1)],
            "need_attention": [(3, 3)],
            "about_to_sleep": [(3, (1, 2))],
            "at_risk": [((1, 2), (3, 4))],
            "cannot_lose_them": [((1, 2), 5)],
            "hibernating": [((1, 2), (1, 2))],
        }
    ),
    shape=(5, 5),
)
"""Ten customary segments of the grid of recency and frequency; monetary value is not used."""
