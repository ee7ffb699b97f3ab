"""Two measures, each cut into low and high: what the rules of four quadrants share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, collect, enter
from custrel.rules import Rule

CUTS = ("mean", "median", "midpoint", "given")


def _pair(values: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(float(value) for value in values)


def _midpoint(rule: Any) -> tuple[float, ...] | None:
    """Return the cuts that need no learning."""
    if rule.cut == "midpoint" and rule.scale is not None and len(rule.scale) == 2:
        return (sum(rule.scale) / 2,) * 2
    return None


@attrs.frozen(kw_only=True)
class PlaneRule(Rule):
    """Where two measures are cut; at the cut is high."""

    cut: Literal["mean", "median", "midpoint", "given"] = "mean"
    scale: tuple[float, ...] | None = attrs.field(default=None, converter=_pair)
    cuts: tuple[float, ...] | None = attrs.field(
        default=attrs.Factory(_midpoint, takes_self=True), converter=_pair
    )

    def __attrs_post_init__(self) -> None:
        name = type(self).__name__
        first, second = self._measures()
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

    def _measures(self) -> tuple[str, str]:
        """Return what the two measures are called."""
        raise NotImplementedError

    def _of(self) -> str:
        """Return what a row is."""
        return "customer"

    def learn_on(self, frame: Any, columns: Sequence[str]) -> Self:
        """Find the cuts that the rule means, on the engine that holds the rows."""
        door = enter(frame)
        self._require(door, columns)
        if self.cut not in {"mean", "median"}:
            return self
        values = [as_float(name) for name in columns]
        middle = [value.mean() if self.cut == "mean" else value.median() for value in values]
        row = collect(door.frame.select(first=middle[0], second=middle[1])).rows()[0]
        return attrs.evolve(self, cuts=tuple(float(value) for value in row))

    def place(self, first: float, second: float) -> tuple[bool, bool]:
        """Tell whether each measure of one row is high."""
        if self.cuts is None:
            raise InvalidRule("the rule has not learnt its cuts: rule.learn(frame).")
        return first >= self.cuts[0], second >= self.cuts[1]

    def part(self, frame: Any, columns: Sequence[str], name: str, codes: Sequence[str]) -> Any:
        """Add a column of codes: of low-low, low-high, high-low and high-high."""
        rule = self if self.learnt else self.learn_on(frame, columns)
        cuts: Any = rule.cuts
        door = enter(frame)
        self._require(door, columns)
        high = [as_float(column) >= cut for column, cut in zip(columns, cuts, strict=True)]
        low_low, low_high, high_low, high_high = (nw.lit(str(code)) for code in codes)
        upper = nw.when(high[1]).then(high_high).otherwise(high_low)
        lower = nw.when(high[1]).then(low_high).otherwise(low_low)
        quadrant = nw.when(high[0]).then(upper).otherwise(lower)
        return door.leave(door.frame.with_columns(quadrant.alias(name)))

    def state_cuts(self, frame: Any, names: Sequence[str]) -> Any:
        """Add the cuts themselves, so that a label never stands without them."""
        door, cuts = enter(frame), self.cuts or ()
        literals = {f"{name}_cut": nw.lit(cut) for name, cut in zip(names, cuts, strict=True)}
        return door.leave(door.frame.with_columns(**literals))

    def _require(self, door: Door, columns: Sequence[str]) -> None:
        if not require_complete(door, *columns, of=self._of())["rows"]:
            raise InvalidData([attrs.evolve(_EMPTY, message=f"there is no {self._of()} to judge")])


_EMPTY = Problem(
    code="empty", message="", count=0, remedy="Check the filter that was applied before."
)
