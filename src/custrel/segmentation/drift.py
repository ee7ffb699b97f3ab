"""Drift: whether customers still fall into segments as they did when these were made."""

from __future__ import annotations

from math import log
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, Problem
from custrel.frames import Door, enter
from custrel.segmentation._counts import count_codes
from custrel.segmentation._refusals import refuse

__all__ = ["Drift", "population_drift"]

_SHIFTED, _DRIFTED = 0.10, 0.25


@attrs.frozen(kw_only=True)
class Drift:
    """How far the customers of one date are spread over the segments otherwise than before.

    `population_drift` makes it.

    Parameters
    ----------
    codes : tuple of str
        The segments (or scores, or cells).
    before, after : tuple of float
        The share of the customers in each, 0 to 1.
    index : float
        The population stability index: 0 where nothing has changed.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"abc": ["a"] * 50 + ["b"] * 50})
    >>> june = pd.DataFrame({"abc": ["a"] * 70 + ["b"] * 30})
    >>> drift = population_drift(may, june, by="abc")
    >>> round(drift.index, 3), drift.verdict
    (0.169, 'shifted')
    """

    codes: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    index: float

    @property
    def verdict(self) -> Literal["stable", "shifted", "drifted"]:
        """Whether it is "stable" (below 0.10), "shifted" (below 0.25) or "drifted": learn anew."""
        if self.index < _SHIFTED:
            return "stable"
        return "shifted" if self.index < _DRIFTED else "drifted"


def population_drift(before: Any, after: Any, *, by: str = "segment") -> Drift:
    """Measure how far customers are spread over segments otherwise than before.

    Parameters
    ----------
    before, after : CustomerSummary or frame
        One row per customer: those that a scale was learnt from, and those that it scores now.
    by : str
        The column of the segment, score or cell, in both.

    Returns
    -------
    Drift

    Raises
    ------
    InvalidData
        There are no customers on one of the dates, or a segment is missing.
    ColumnNotFound
        The column is not there.

    Notes
    -----
    PSI = sum (q - p) ln(q / p), with p and q the shares before and after.  Where a segment is
    empty on one date, every segment is given half a customer more on both, so that the index stays
    finite.  The limits 0.10 and 0.25 are customary.

    References
    ----------
    .. [1] N. Siddiqi (2006), Credit Risk Scorecards, Wiley: the system stability report.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"segment": ["loyal", "lost"]})
    >>> population_drift(may, may).index
    0.0
    """
    were, are = (_codes_of(enter(frame), by) for frame in (before, after))
    codes = tuple(sorted({*were, *are}))
    empty = any(code not in were or code not in are for code in codes)
    shares = []
    for counts in (were, are):
        counted = [counts.get(code, 0) + (0.5 if empty else 0.0) for code in codes]
        shares.append([count / sum(counted) for count in counted])
    index = sum((q - p) * log(q / p) for p, q in zip(*shares, strict=True))
    before_, after_ = (
        tuple(counts.get(code, 0) / sum(counts.values()) for code in codes)
        for counts in (were, are)
    )
    return Drift(codes=codes, before=before_, after=after_, index=index)


def _codes_of(door: Door, by: str) -> dict[str, int]:
    door.require([by])
    missing = {by: (nw.col(by).is_null(), "missing segment")}
    refuse(door, missing, code="missing_value", remedy="Leave these customers out.")
    counts = count_codes(door, by)
    if not counts:
        message = "there is no customer to compare"
        raise InvalidData([Problem(code="empty", message=message, column=by, count=0)])
    return counts
