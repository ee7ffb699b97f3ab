"""Importance-performance analysis: what matters to customers, against how well it is done."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw

from custrel.frames import enter
from custrel.satisfaction._plane import PlaneRule

__all__ = ["IpaQuadrant", "IpaRule", "ipa"]


class IpaQuadrant(StrEnum):
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


# By whether importance is high, and performance.
_QUADRANTS: Mapping[tuple[bool, bool], IpaQuadrant] = MappingProxyType(
    {
        (False, False): IpaQuadrant.LOW_PRIORITY,
        (False, True): IpaQuadrant.POSSIBLE_OVERKILL,
        (True, False): IpaQuadrant.CONCENTRATE_HERE,
        (True, True): IpaQuadrant.KEEP_UP,
    }
)


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

    def _measures(self) -> tuple[str, str]:
        return "importance", "performance"

    def _of(self) -> str:
        return "attribute"

    def learn(
        self, frame: Any, *, importance: str = "importance", performance: str = "performance"
    ) -> Self:
        """Find the cuts that the rule means for certain attributes.

        Parameters
        ----------
        frame : frame
            A row for each attribute.
        importance, performance : str
            Its columns.

        Returns
        -------
        IpaRule
            With `cuts`.

        Raises
        ------
        InvalidData
            A number is missing, or there are no attributes.
        ColumnNotFound
            A column is not there.
        """
        return self.learn_on(frame, (importance, performance))

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
        return _QUADRANTS[self.place(importance, performance)]

    def classify(
        self,
        frame: Any,
        *,
        importance: str = "importance",
        performance: str = "performance",
        name: str = "quadrant",
    ) -> Any:
        """Add every attribute's quadrant.

        Parameters
        ----------
        frame : frame
            A row for each attribute.
        importance, performance : str
            Its columns.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`: codes of `IpaQuadrant`. A rule that has not learnt its cuts
            learns them from these attributes.

        Raises
        ------
        InvalidData
            A number is missing, or there are no attributes.
        ColumnNotFound
            A column is not there.
        """
        codes = tuple(_QUADRANTS.values())
        return self.part(frame, (importance, performance), name, codes)


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
        A number is missing, or there are no attributes.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    IpaRule : The rule, to keep for the next survey.

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
    columns = {"importance": importance, "performance": performance}
    learnt = rule or IpaRule()
    if learnt.cuts is None:
        learnt = learnt.learn(attributes, **columns)
    classified = learnt.classify(attributes, **columns)
    gap = nw.col(performance).cast(nw.Float64) - nw.col(importance).cast(nw.Float64)
    cut = enter(learnt.state_cuts(classified, ("importance", "performance")))
    return cut.leave(cut.frame.with_columns(gap=gap))
