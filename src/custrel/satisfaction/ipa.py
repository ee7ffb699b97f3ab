"""Importance-performance analysis: what matters to customers, against how well it is done."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, enter, first_rows
from custrel.rules import Rule

__all__ = ["IpaQuadrant", "IpaRule", "ipa"]

Floats = NDArray[np.float64]

_CUTS = ("mean", "median", "midpoint", "given")


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


def _pair(values: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(float(value) for value in values)


def _midpoint(rule: Any) -> tuple[float, ...] | None:
    """Return the cuts that need no learning."""
    if rule.cut == "midpoint" and rule.scale is not None and len(rule.scale) == 2:
        return (sum(rule.scale) / 2,) * 2
    return None


@attrs.frozen(kw_only=True)
class IpaRule(Rule):
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

    cut: Literal["mean", "median", "midpoint", "given"] = "mean"
    scale: tuple[float, ...] | None = attrs.field(default=None, converter=_pair)
    cuts: tuple[float, ...] | None = attrs.field(
        default=attrs.Factory(_midpoint, takes_self=True), converter=_pair
    )

    def __attrs_post_init__(self) -> None:
        if self.cut not in _CUTS:
            raise UnknownCode("cut of importance and performance", str(self.cut), _CUTS)
        for name, pair in ("scale", self.scale), ("cuts", self.cuts):
            if pair is not None and (len(pair) != 2 or not np.all(np.isfinite(pair))):
                raise InvalidRule(f"IpaRule: {name} is a pair of numbers, got {pair!r}.")
        if self.cut == "midpoint" and self.scale is None:
            raise InvalidRule("IpaRule: the midpoint needs the scale's ends: scale=(1, 5).")
        if self.cut == "given" and self.cuts is None:
            raise InvalidRule("IpaRule: cut='given' needs cuts=(importance, performance).")

    @property
    def learnt(self) -> bool:
        """Whether the rule knows its cuts."""
        return self.cuts is not None

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
        values = _read(enter(frame), importance, performance)
        if self.cut not in {"mean", "median"}:
            return self
        middle = np.mean if self.cut == "mean" else np.median
        return attrs.evolve(self, cuts=tuple(float(middle(column)) for column in values))

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
        if self.cuts is None:
            raise InvalidRule("the rule has not learnt its cuts: rule.learn(frame).")
        if importance >= self.cuts[0]:
            well = performance >= self.cuts[1]
            return IpaQuadrant.KEEP_UP if well else IpaQuadrant.CONCENTRATE_HERE
        well = performance >= self.cuts[1]
        return IpaQuadrant.POSSIBLE_OVERKILL if well else IpaQuadrant.LOW_PRIORITY

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
        if self.cuts is None:
            learnt = self.learn(frame, importance=importance, performance=performance)
            return learnt.classify(frame, importance=importance, performance=performance, name=name)
        door = enter(frame)
        _read(door, importance, performance)
        matters = nw.col(importance).cast(nw.Float64) >= self.cuts[0]
        well = nw.col(performance).cast(nw.Float64) >= self.cuts[1]
        codes = [nw.lit(quadrant.value) for quadrant in IpaQuadrant]
        important = nw.when(well).then(codes[1]).otherwise(codes[0])
        unimportant = nw.when(well).then(codes[3]).otherwise(codes[2])
        quadrant = nw.when(matters).then(important).otherwise(unimportant)
        return door.leave(door.frame.with_columns(quadrant.alias(name)))


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
    classified = enter(learnt.classify(attributes, **columns))
    cuts = dict(zip(("importance_cut", "performance_cut"), learnt.cuts or (), strict=True))
    gap = nw.col(performance).cast(nw.Float64) - nw.col(importance).cast(nw.Float64)
    literals = {name: nw.lit(cut) for name, cut in cuts.items()}
    return classified.leave(classified.frame.with_columns(**literals, gap=gap))


def _read(door: Door, importance: str, performance: str) -> tuple[Floats, Floats]:
    """Return both columns; refuse missing numbers, and nothing at all."""
    values = door.values(importance, performance)
    problems = []
    for name, numbers in zip((importance, performance), values, strict=True):
        bad = ~np.isfinite(numbers)
        if bad.any():
            column = nw.col(name).cast(nw.Float64)
            flag = column.is_null() | ~column.is_finite()
            shown = list(dict.fromkeys((door.columns[0], name)))
            problems.append(
                Problem(
                    code="missing_value",
                    message="missing or infinite value",
                    column=name,
                    count=int(bad.sum()),
                    rows=first_rows(door.frame, flag, shown),
                    remedy="Leave these attributes out.",
                    of="attribute",
                )
            )
    if not values[0].size:
        problems = [Problem(code="empty", message="there is no attribute to judge", count=0)]
    if problems:
        raise InvalidData(problems)
    return values[0], values[1]
