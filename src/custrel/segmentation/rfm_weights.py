"""RFM weights: one score of the three."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import attrs

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.segmentation._learning import SCORES

__all__ = ["RfmWeights"]


@attrs.frozen
class RfmWeights(Rule):
    """What recency, frequency and monetary score weigh in one score of all three.

    `ResponseWeights` learns them from a response; the constructor takes one's own.

    Parameters
    ----------
    recency, frequency, monetary : float
        The weights, without a unit: 0 or more, not all 0.  They need not add up to 1.

    Raises
    ------
    InvalidRule
        A weight is negative or infinite, or all are 0.

    See Also
    --------
    RfmScale : Makes the three scores.
    ResponseWeights : What each of them adds to a response.

    Notes
    -----
    score = (wR R + wF F + wM M) / (wR + wF + wM)

    Examples
    --------
    >>> import pandas as pd
    >>> scored = pd.DataFrame(
    ...     {"recency_score": [5, 1], "frequency_score": [3, 1], "monetary_score": [2, 4]}
    ... )
    >>> RfmWeights(recency=2, frequency=1, monetary=1).score(scored)["rfm_score"].tolist()
    [3.75, 1.75]
    """

    recency: float = attrs.field(default=1.0, converter=float)
    frequency: float = attrs.field(default=1.0, converter=float)
    monetary: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        weights = attrs.astuple(self)
        if any(not 0 <= weight < inf for weight in weights) or not sum(weights):
            raise InvalidRule(f"expected three weights of 0 or more, not all 0; got {weights!r}.")

    def score(self, scored: Any, *, scores: Sequence[str] = SCORES, name: str = "rfm_score") -> Any:
        """Add the weighted mean of the three scores.

        Parameters
        ----------
        scored : CustomerSummary or frame
            What `RfmScale.score` returned.
        scores : three str
            The columns of the scores of recency, frequency and monetary value.
        name : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `name`: a number between the lowest and the highest score.

        Raises
        ------
        InvalidData
            A score is missing.
        InvalidRule
            The columns are not three.
        ColumnNotFound
            A column is not there.
        """
        if len(scores) != 3:
            raise InvalidRule(f"expected the columns of three scores, got {tuple(scores)!r}.")
        door = enter(scored)
        require_complete(door, *scores)
        weights = attrs.astuple(self)
        r, f, m = (as_float(s) * w for s, w in zip(scores, weights, strict=True))
        return door.leave(door.frame.with_columns(((r + f + m) / sum(weights)).alias(name)))
