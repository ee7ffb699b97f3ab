"""Two measures, each cut into low and high: what the rules of four quadrants share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, collect, enter
from custrel.rules import Rule

CUTS = ("mean", "median", "midpoint", "given")
_LEARNT = frozenset({"mean", "median"})


def _pair(values: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(float(value) for value in values)


def _midpoint(rule: Any) -> tuple[float, ...] | None:
    """Return the cuts that need no learning."""
    if rule.cut == "midpoint" and rule.scale is not None and len(rule.scale) == 2:
        return (sum(rule.scale) / 2,) * 2
    return None


@attrs.frozen(kw_only=True)
class PlaneRule(Rule):
    """Where two measures are cut; at the cut is high.

    Subclasses say what the measures are called, what the codes of low-low, low-high, high-low
    and high-high are, which column they are written to, and what a row is.
    """

    MEASURES: ClassVar[tuple[str, str]]
    CODES: ClassVar[tuple[str, str, str, str]]
    COLUMN: ClassVar[str]
    OF: ClassVar[str] = "customer"

    cut: Literal["mean", "median", "midpoint", "given"] = "mean"
    scale: tuple[float, ...] | None = attrs.field(default=None, converter=_pair)
    cuts: tuple[float, ...] | None = attrs.field(
        default=attrs.Factory(_midpoint, takes_self=True), converter=_pair
    )

    def __attrs_post_init__(self) -> None:
        name = type(self).__name__
        first, second = self.MEASURES
        if self.cut not in CUTS:
            raise UnknownCode(f"cut of {first} and {second}", str(self.cut), CUTS)
        for what, pair in ("scale", self.scale), ("cuts", self.cuts):
            if pair is not None and (len(pair) != 2 or not np.all(np.isfinite(pair))):
                raise InvalidRule(f"{name}: {what} is a pair of numbers, got {pair!r}.")
        if self.cut == "midpoint" and self.scale is None:
            raise InvalidRule(f"{name}: the midpoint needs the scale's ends: scale=(1, 5).")
        if self.cut == "given" and self.cuts is None:
            raise InvalidRule(f"{name}: cut='given' needs cuts=({first}, {second}).")

    @property
    def learnt(self) -> bool:
        """Whether the rule knows its cuts."""
        return self.cuts is not None

    def learn(self, frame: Any, *, columns: Sequence[str] | None = None) -> Self:
        """Find the cuts that the rule means for certain rows, on the engine that holds them.

        Parameters
        ----------
        frame : frame
            A row for each customer, or attribute.
        columns : pair of str, optional
            The columns of the two measures; default: those that are called like them.

        Returns
        -------
        PlaneRule
            The same rule, with `cuts`.

        Raises
        ------
        InvalidData
            A number is missing, there are no rows, or a single one, which is its own mean.
        ColumnNotFound
            A column is not there.
        """
        door, names = enter(frame), tuple(columns or self.MEASURES)
        rows = self._require(door, names)
        if self.cut not in _LEARNT:
            return self
        values = [as_float(name) for name in names]
        middle = [value.mean() if self.cut == "mean" else value.median() for value in values]
        found = collect(door.frame.select(first=middle[0], second=middle[1])).rows()[0]
        return self._with_cuts(found, rows)

    def learn_values(self, first: Sequence[float], second: Sequence[float]) -> Self:
        """Find the cuts that the rule means for certain values of its two measures."""
        if self.cut not in _LEARNT:
            return self
        middle = np.mean if self.cut == "mean" else np.median
        return self._with_cuts((float(middle(first)), float(middle(second))), len(first))

    def place(self, first: float, second: float) -> str:
        """Return the code of one row by its two measures."""
        if self.cuts is None:
            raise InvalidRule("the rule has not learnt its cuts: rule.learn(frame).")
        return self.CODES[2 * (first >= self.cuts[0]) + (second >= self.cuts[1])]

    def classify(
        self, frame: Any, *, columns: Sequence[str] | None = None, name: str | None = None
    ) -> Any:
        """Add the code of every row.

        Parameters
        ----------
        frame : frame
            A row for each customer, or attribute.
        columns : pair of str, optional
            The columns of the two measures; default: those that are called like them.
        name : str, optional
            The column to add; default: as the function of the same analysis calls it.

        Returns
        -------
        frame
            As it came, with `name`. A rule that has not learnt its cuts learns them from these
            rows.

        Raises
        ------
        InvalidData
            A number is missing, or there are no rows.
        ColumnNotFound
            A column is not there.
        """
        rule = self if self.learnt else self.learn(frame, columns=columns)
        cuts: Any = rule.cuts
        door, names = enter(frame), tuple(columns or self.MEASURES)
        self._require(door, names)
        high = [as_float(column) >= cut for column, cut in zip(names, cuts, strict=True)]
        low_low, low_high, high_low, high_high = (nw.lit(str(code)) for code in self.CODES)
        upper = nw.when(high[1]).then(high_high).otherwise(high_low)
        lower = nw.when(high[1]).then(low_high).otherwise(low_low)
        code = nw.when(high[0]).then(upper).otherwise(lower)
        return door.leave(door.frame.with_columns(code.alias(name or self.COLUMN)))

    def judge(self, frame: Any, columns: Sequence[str]) -> Any:
        """Add the code of every row and the cuts, so that a label never stands without them."""
        rule = self if self.learnt else self.learn(frame, columns=columns)
        door = enter(rule.classify(frame, columns=columns))
        pairs = zip(self.MEASURES, rule.cuts or (), strict=True)
        literals = {f"{measure}_cut": nw.lit(cut) for measure, cut in pairs}
        return door.leave(door.frame.with_columns(**literals))

    def _with_cuts(self, cuts: Sequence[float], rows: int) -> Self:
        if rows == 1:
            problem = Problem(
                code="one_row",
                message=f"a single {self.OF} is its own {self.cut}, which cuts nothing",
                count=0,
                remedy=f"Give the cuts: {type(self).__name__}(cut='given', cuts=(...)).",
            )
            raise InvalidData([problem])
        return attrs.evolve(self, cuts=tuple(float(cut) for cut in cuts))

    def _require(self, door: Door, columns: Sequence[str]) -> int:
        rows: int = require_complete(door, *columns, of=self.OF)["rows"]
        if not rows:
            raise InvalidData([attrs.evolve(_EMPTY, message=f"there is no {self.OF} to judge")])
        return rows


_EMPTY = Problem(
    code="empty", message="", count=0, remedy="Check the filter that was applied before."
)
