"""Importance-performance analysis: what matters to customers, against how well it is done."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from custrel._columns import as_float
from custrel.frames import enter
from custrel.satisfaction._codes import Code
from custrel.satisfaction._plane import PlaneRule

__all__ = ["IpaQuadrant", "IpaRule", "ipa"]


class IpaQuadrant(Code):
    """What to do about an attribute (重要性—绩效分析).

    Examples
    --------
    >>> [quadrant.value for quadrant in IpaQuadrant]
    ['concentrate_here', 'keep_up', 'low_priority', 'possible_overkill']
    """

    CONCENTRATE_HERE = "concentrate_here"
    KEEP_UP = "keep_up"
    LOW_PRIORITY = "low_priority"
    POSSIBLE_OVERKILL = "possible_overkill"


@attrs.frozen(kw_only=True)
class IpaRule(PlaneRule):
    """Where importance and performance are cut into high and low.

    Parameters
    ----------
    cut : {"mean", "median", "midpoint", "given"}
        At the mean or median of the attributes, at the middle of the scale, or at `cuts`.
    scale : pair of float, optional
        The ends of the scale, for the midpoint.
    cuts : pair of float, optional
        The cut of importance and that of performance: as given, or as learnt. At the cut is high.

    Raises
    ------
    InvalidRule
        The cuts or the scale are missing, or no pair of numbers.
    UnknownCode
        There is no such cut.

    See Also
    --------
    ipa : Learn and classify in one call.

    Notes
    -----
    Important and poorly done: concentrate here. Important and well done: keep up the good work.
    Unimportant and poorly done: low priority. Unimportant and well done: possible overkill.

    References
    ----------
    .. [1] J. A. Martilla, J. C. James (1977), Importance-Performance Analysis, Journal of
       Marketing 41(1), 77-79.

    Examples
    --------
    >>> rule = IpaRule(cut="midpoint", scale=(1, 5))
    >>> rule.cuts
    (3.0, 3.0)
    >>> rule.quadrant(importance=4.2, performance=2.9).value
    'concentrate_here'
    """

    MEASURES: ClassVar[tuple[str, str]] = ("importance", "performance")
    CODES: ClassVar[tuple[str, str, str, str]] = (
        IpaQuadrant.LOW_PRIORITY,
        IpaQuadrant.POSSIBLE_OVERKILL,
        IpaQuadrant.CONCENTRATE_HERE,
        IpaQuadrant.KEEP_UP,
    )
    COLUMN: ClassVar[str] = "quadrant"
    OF: ClassVar[str] = "attribute"

    def quadrant(self, *, importance: float, performance: float) -> IpaQuadrant:
        """Return the quadrant of one attribute.

        Parameters
        ----------
        importance, performance : float
            Its means.

        Returns
        -------
        IpaQuadrant

        Raises
        ------
        InvalidRule
            The rule has not learnt its cuts.
        """
        return IpaQuadrant(self.place(importance, performance))


def ipa(
    attributes: Any,
    *,
    importance: str = "importance",
    performance: str = "performance",
    rule: IpaRule | None = None,
) -> Any:
    """Say of every attribute whether to concentrate on it (重要性—绩效分析).

    Parameters
    ----------
    attributes : frame
        A row for each attribute, with the means of what customers answered.
    importance, performance : str
        Its columns.
    rule : IpaRule, optional
        Where high begins; default: at the mean of the attributes.

    Returns
    -------
    frame
        As it came, with ``quadrant`` (codes of `IpaQuadrant`), ``importance_cut`` and
        ``performance_cut``, and ``gap`` (performance less importance).

    Raises
    ------
    InvalidData
        A number is missing, there are no attributes, or the cut is to be learnt from a single one.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    IpaRule : The rule, to keep for the next survey.
    ipa_survey : From the answers themselves, with intervals and groups.
    ipa_trend : Over the waves of a survey.

    References
    ----------
    .. [1] J. A. Martilla, J. C. James (1977), Importance-Performance Analysis, Journal of
       Marketing 41(1), 77-79.

    Examples
    --------
    >>> import pandas as pd
    >>> attributes = pd.DataFrame(
    ...     {"attribute": ["price", "speed"], "importance": [4.5, 3.1], "performance": [2.2, 3.9]}
    ... )
    >>> ipa(attributes)[["attribute", "quadrant", "importance_cut"]]
      attribute           quadrant  importance_cut
    0     price   concentrate_here             3.8
    1     speed  possible_overkill             3.8
    """
    judged = enter((rule or IpaRule()).judge(attributes, (importance, performance)))
    gap = as_float(performance) - as_float(importance)
    return judged.leave(judged.frame.with_columns(gap=gap))
