"""The RFM scale: scores for how recently, how often and for how much a customer bought.

A scale is a value: its cut points are written by hand or learnt from customers, and score
next month's customers as they scored this month's.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal, Self, TypeVar

import attrs

from custrel._columns import require_complete
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import AnyFrame, Door, enter
from custrel.rules import Rule
from custrel.segmentation._cells import cell_code, list_cells
from custrel.segmentation._cuts import (
    Cuts,
    CutsByScore,
    CutsByTwoScores,
    check_cuts,
    count_scores,
    depend_on_cell,
    read_cuts,
)
from custrel.segmentation._learning import REMEDIES, SCORES, Lesson, learn_scale, score_one
from custrel.units import TimeUnit, require_same_unit, unit_of

__all__ = ["RECENCY_DAYS", "RfmScale"]

Scale = TypeVar("Scale", bound="RfmScale")

RECENCY_DAYS: Cuts = (7.0, 30.0, 60.0, 120.0)
"""Days since the last purchase that part the five recency grades of the source documents.

Up to 7 days is grade 5, to 30 grade 4, to 60 grade 3, to 120 grade 2, above that grade 1
(R停止交易天数: R5级 ... R1级).  The documents print grade 4 as "8 to 60 days", which overlaps
grade 3, "30 to 60 days": read here as a misprint of 8 to 30.  They also put 30, 60 and 120
days into two grades each; which one is meant is the scale's `closed`.
"""


def _as_columns(columns: Any) -> tuple[str, ...]:
    return tuple(columns)


@attrs.frozen(kw_only=True)
class RfmScale(Rule):
    """Cut points that turn recency, frequency and monetary value into scores (RFM 模型).

    Higher scores are better in all three, so that "555" is the best cell of a five-point
    scale.  `fit` learns the cut points from customers; the constructor takes one's own.

    Parameters
    ----------
    recency : sequence of float
        Ascending cut points of the time since the last purchase, in `unit`; the shorter the
        time, the higher the score.
    frequency : sequence of float, or one such sequence for each recency score
        Ascending cut points of the number of purchases.  Nested scales have a tuple for
        each recency score, from 1 upwards.
    monetary : sequence of float, or one such sequence for each pair of scores
        Ascending cut points of the amount.  Nested scales have them for each recency score
        and, inside it, for each frequency score.
    unit : TimeUnit or str
        What recency is measured in.
    closed : {"better", "worse"}
        Which score a value takes that lies on a cut point.
    columns : tuple of str
        The columns that hold recency, frequency and monetary value.

    Raises
    ------
    InvalidRule
        Cut points are no numbers or do not ascend, or there are not as many tuples of them
        as there are scores.
    UnknownCode
        The unit or the closed side is none that there is.

    See Also
    --------
    rfm : Learn a scale, score and label in one call.
    SegmentMap : Names for the cells.
    RfmWeights : One score of the three.

    Notes
    -----
    A score is 1 + the number of cut points that the value has passed.  Two equal cut points
    leave the score between them empty.

    References
    ----------
    .. [1] A. M. Hughes (1994), Strategic Database Marketing, Probus: RFM cells by quintiles.
    .. [2] J. R. Bult, T. Wansbeek (1995), Optimal Selection for Direct Mail, Marketing Science
       14(4), 378-394.

    Examples
    --------
    >>> import pandas as pd
    >>> scale = RfmScale(
    ...     recency=RECENCY_DAYS, frequency=(2, 3, 5, 10), monetary=(50, 100, 200, 500), unit="D"
    ... )
    >>> customers = pd.DataFrame(
    ...     {"idle": [3, 30, 400], "orders": [12, 2, 1], "revenue": [900.0, 75.0, 20.0]}
    ... )
    >>> scale.score(customers)["rfm"].tolist()
    ['555', '422', '111']
    """

    recency: Cuts = attrs.field(converter=read_cuts)
    frequency: Cuts | CutsByScore = attrs.field(converter=read_cuts)
    monetary: Cuts | CutsByTwoScores = attrs.field(converter=read_cuts)
    unit: TimeUnit = attrs.field(converter=TimeUnit)
    closed: Literal["better", "worse"] = "better"
    columns: tuple[str, ...] = attrs.field(
        default=("idle", "orders", "revenue"), converter=_as_columns
    )

    def __attrs_post_init__(self) -> None:
        if self.closed not in ("better", "worse"):
            raise UnknownCode("side", str(self.closed), ("better", "worse"))
        if len(self.columns) != 3:
            raise InvalidRule(f"RFM reads three columns, got {len(self.columns)}: {self.columns}.")
        check_cuts("recency", self.recency, ())
        check_cuts("frequency", self.frequency, (self.shape[0],))
        check_cuts("monetary", self.monetary, self.shape[:2])

    @classmethod
    def fit(
        cls,
        summary: Any,
        *,
        bins: int | Sequence[int] = 5,
        method: Literal["quantiles", "nested"] = "quantiles",
        ties: Literal["low", "mean", "high"] = "low",
        recency: str = "idle",
        frequency: str = "orders",
        monetary: str = "revenue",
        recency_cuts: Sequence[float] | None = None,
        frequency_cuts: Sequence[float] | None = None,
        monetary_cuts: Sequence[float] | None = None,
        unit: TimeUnit | str | None = None,
    ) -> Self:
        """Learn the cut points that put equal numbers of customers into each score.

        Parameters
        ----------
        summary : CustomerSummary or frame
            One row per customer.
        bins : int or three ints
            How many scores, for all three or for recency, frequency and monetary value.
        method : {"quantiles", "nested"}
            Rank by each of the three alone; or rank frequency among customers of the same
            recency score, and monetary value among those of the same two scores, which
            fills the cells more evenly but makes a score mean something else in each.
        ties : {"low", "mean", "high"}
            Customers with one value always get one score: that of the lowest of the ranks
            which they occupy together, of their mean rank (as SPSS has it), or of the highest.
        recency : str
            The column of the time since the last purchase, in the summary's unit.
        frequency : str
            The column of the number of purchases.
        monetary : str
            The column of the amount.
        recency_cuts, frequency_cuts, monetary_cuts : sequence of float, optional
            Cut points that are not to be learnt but stand: `RECENCY_DAYS`, say.
        unit : TimeUnit or str, optional
            What recency is measured in; needed where a bare frame came in.

        Returns
        -------
        RfmScale

        Raises
        ------
        InvalidData
            There are no customers, or a value is missing or infinite.
        ColumnNotFound
            A column is not there.
        InvalidRule
            An option has an impossible value.
        UnitMismatch
            The unit of a bare frame is not given, or the one given is not the summary's.

        Warns
        -----
        UserWarning
            Too few customers, or too few distinct values, to fill the scores.

        Notes
        -----
        The customer of rank r among n, counted from the worst, is in bin
        floor(r k / (n + 1)) + 1 of k.  The cut points are kept as values: customers of other
        months are scored by them, not by their own ranks.

        Examples
        --------
        >>> import pandas as pd
        >>> customers = pd.DataFrame(
        ...     {
        ...         "idle": range(100),
        ...         "orders": range(100, 0, -1),
        ...         "revenue": [float(i * i) for i in range(100)],
        ...     }
        ... )
        >>> RfmScale.fit(customers, bins=4, unit="D").recency
        (24.0, 49.0, 74.0)
        """
        door = enter(summary)
        given = (recency_cuts, frequency_cuts, monetary_cuts)
        lesson = Lesson.of((recency, frequency, monetary), bins, method, ties, given)
        scale, remarks = learn_rfm_scale(cls, door, lesson, unit_of(summary, unit, "RfmScale"))
        for remark in remarks:
            warnings.warn(remark, stacklevel=2)
        return scale

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many scores recency, frequency and monetary value have."""
        return count_scores(self.recency), count_scores(self.frequency), count_scores(self.monetary)

    @property
    def nested(self) -> bool:
        """Whether the cut points of one score depend on another."""
        return depend_on_cell(self.frequency) or depend_on_cell(self.monetary)

    @property
    def cells(self) -> tuple[str, ...]:
        """The codes of all cells, best first: 555, 554, ..., 111."""
        return list_cells(self.shape)

    def rank(self, cell: str) -> int:
        """Return a cell's rank among all, 1 for the best.

        Parameters
        ----------
        cell : str
            Its code, as "543".

        Returns
        -------
        int

        Raises
        ------
        UnknownCode
            The scale has no such cell.
        """
        if cell not in self.cells:
            raise UnknownCode("cell of this scale", cell, self.cells)
        return self.cells.index(cell) + 1

    def in_unit(self, unit: TimeUnit | str) -> Self:
        """Return the same scale for times in another unit.

        Parameters
        ----------
        unit : TimeUnit or str
            The other unit.

        Returns
        -------
        RfmScale
        """
        factor = self.unit.in_units(unit)
        return attrs.evolve(self, recency=[c * factor for c in self.recency], unit=unit)

    def score(
        self,
        summary: Any,
        *,
        recency: str | None = None,
        frequency: str | None = None,
        monetary: str | None = None,
    ) -> Any:
        """Score every customer.

        Parameters
        ----------
        summary : CustomerSummary or frame
            One row per customer.
        recency : str, optional
            The column of the time since the last purchase, in the scale's unit; default: the
            scale's own, as of the others.
        frequency : str, optional
            The column of the number of purchases.
        monetary : str, optional
            The column of the amount.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``recency_score``, ``frequency_score`` and ``monetary_score``
            (integers from 1, higher is better) and ``rfm``, the cell's code: "543", or
            "10-4-3" where a score can exceed 9.

        Raises
        ------
        InvalidData
            A value is missing or infinite.
        ColumnNotFound
            A column is not there.
        UnitMismatch
            The summary measures time in another unit than the scale.
        """
        door = enter(summary)
        require_same_unit(self, self.unit, summary)
        given = (recency, frequency, monetary)
        columns = tuple(c or own for c, own in zip(given, self.columns, strict=True))
        require_complete(door, *columns, remedies=REMEDIES)
        return door.leave(self._scored(door.frame, columns))

    def _scored(self, frame: AnyFrame, columns: Sequence[str]) -> AnyFrame:
        cuts = (self.recency, self.frequency, self.monetary)
        scores = [
            score_one(place, column, cut_points, self.shape, self.closed).alias(SCORES[place])
            for place, (column, cut_points) in enumerate(zip(columns, cuts, strict=True))
        ]
        # Side by side where they can be: an engine of several cores computes them at once.
        for step in [[score] for score in scores] if self.nested else [scores]:
            frame = frame.with_columns(*step)
        return frame.with_columns(rfm=cell_code(SCORES, self.shape))


def learn_rfm_scale(
    kind: type[Scale], door: Door, lesson: Lesson, unit: TimeUnit
) -> tuple[Scale, list[str]]:
    """Learn a scale, and return what is doubtful about it beside it."""
    (r, f, m), remarks = learn_scale(door, lesson)
    scale = kind(recency=r, frequency=f, monetary=m, unit=unit, columns=lesson.columns)
    return scale, remarks
