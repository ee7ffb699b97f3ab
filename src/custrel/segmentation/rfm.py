"""RFM in one call: learn a scale from customers, score them by it, and name their segments."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

from custrel.frames import enter
from custrel.segmentation._learning import Lesson
from custrel.segmentation.rfm_scale import RfmScale, learn_rfm_scale
from custrel.segmentation.segment_map import STANDARD_SEGMENTS, SegmentMap
from custrel.units import TimeUnit, known_unit, unit_of

__all__ = ["rfm"]


def rfm(
    summary: Any,
    *,
    bins: int | Sequence[int] = 5,
    method: Literal["quantiles", "nested"] = "quantiles",
    ties: Literal["low", "mean", "high"] = "low",
    recency: str = "idle",
    frequency: str = "orders",
    monetary: str = "revenue",
    segments: SegmentMap | None = STANDARD_SEGMENTS,
) -> Any:
    """Score customers by the ranks that they have among themselves, and name their segments.

    Parameters
    ----------
    summary : CustomerSummary or frame
        One row per customer.
    bins : int or three ints
        How many scores, for all three or for recency, frequency and monetary value.
    method : {"quantiles", "nested"}
        Rank by each of the three alone, or inside the cells of the scores before.
    ties : {"low", "mean", "high"}
        Which of the ranks that equal customers occupy together decides their one score.
    recency : str
        The column of the time since the last purchase, in any unit.
    frequency : str
        The column of the number of purchases.
    monetary : str
        The column of the amount.
    segments : SegmentMap or None
        The names of the cells; None leaves them out.

    Returns
    -------
    CustomerSummary or frame
        As it came, with ``recency_score``, ``frequency_score``, ``monetary_score``, ``rfm``
        and ``segment``.

    Raises
    ------
    InvalidData
        There are no customers, or a value is missing or infinite.
    InvalidRule
        The segments are those of another number of scores.

    Warns
    -----
    UserWarning
        Too few customers, or too few distinct values, to fill the scores.

    See Also
    --------
    RfmScale.fit : The scale as a value, to score other months by the same cut points.

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
    >>> rfm(customers)[["rfm", "segment"]].iloc[[0, 50, 99]]
        rfm             segment
    0   551  potential_loyalist
    50  333  potential_loyalist
    99  115    cannot_lose_them
    """
    door = enter(summary)
    columns = (recency, frequency, monetary)
    lesson = Lesson.of(columns, bins, method, ties, (None, None, None))
    if segments is not None:
        segments.require_shape(lesson.bins)
    scale, remarks = learn_rfm_scale(RfmScale, door, lesson, known_unit(summary) or TimeUnit.DAY)
    for remark in remarks:
        warnings.warn(remark, stacklevel=2)
    scored = scale.score(summary)
    return scored if segments is None else segments.label(scored)


def learn_quietly(summary: Any) -> tuple[RfmScale, list[str]]:
    """Learn a scale as `RfmScale.fit` does, and return its warnings beside it."""
    door = enter(summary)
    lesson = Lesson.of(("idle", "orders", "revenue"), 5, "quantiles", "low", (None, None, None))
    return learn_rfm_scale(RfmScale, door, lesson, unit_of(summary, None, "RfmScale"))
