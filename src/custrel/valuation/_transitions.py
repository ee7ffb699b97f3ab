"""How often customers of a panel went from one state to another, counted where the data lie."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import Door, census, collect, count_rows, enter, first_rows, read_schema
from custrel.valuation._amounts import require_amounts, require_present

Floats = NDArray[np.float64]
State = str | int


@attrs.frozen(kw_only=True)
class _Transitions:
    """What was counted.

    Parameters
    ----------
    states : tuple
        The states, in order; that of absent customers is the last one.
    actions : tuple
        The actions, in order; one without a name where the panel has none.
    counts : ndarray of shape (actions, states, states)
        How many customers went from one state (rows) to another.
    rewards : ndarray of shape (actions, states)
        The sum of what they brought in the state they came from; 0 where nothing was asked for.
    """

    states: tuple[State, ...]
    actions: tuple[Any, ...]
    counts: Floats
    rewards: Floats


@attrs.frozen(kw_only=True)
class Panel:
    """A frame with one row for each customer and period, and which columns say what."""

    door: Door
    customer: str
    period: str
    state: str
    action: str | None = None
    reward: str | None = None

    @classmethod
    def read(cls, panel: Any, **columns: str | None) -> Panel:
        """Let a panel in, and refuse what cannot be counted."""
        made = cls(door=enter(panel), **columns)  # type: ignore[arg-type]  # checked below
        made._check()
        return made

    def count(self, *, states: Sequence[State] | None, absent: State | None) -> _Transitions:
        """Count the transitions from each period to the next."""
        frame = self._renamed()
        last = census(frame, {"unknown": nw.col("at").is_null()}, ["at"])["at"][1] or 0
        going = frame.filter(nw.col("at") < last)
        after = frame.select("who", at=nw.col("at") - 1, after=nw.col("state"))
        pairs = going.join(after, on=["who", "at"], how="left")
        rows = _rows(
            pairs.group_by("action", "state", "after").agg(
                nw.len().alias("customers"), nw.col("reward").sum()
            )
        )
        if not rows:
            message = "there are no two periods in a row to learn from"
            raise InvalidData([Problem(code="empty", message=message, count=0)])
        gone = sum(row["customers"] for row in rows if row["after"] is None)
        if gone and absent is None:
            self._refuse_gaps(pairs, gone)
        seen = {row["state"] for row in _rows(frame.group_by("state").agg(nw.len().alias("rows")))}
        if absent is not None and absent in seen:
            raise InvalidRule(f"absent={absent!r} is a state of the panel already.")
        names = _in_order(seen, states, absent)
        actions = tuple(sorted({row["action"] for row in rows}, key=str))
        place = {state: i for i, state in enumerate(names)}
        counts = np.zeros((len(actions), len(names), len(names)))
        rewards = np.zeros((len(actions), len(names)))
        for row in rows:
            which, before = actions.index(row["action"]), place[row["state"]]
            to = place[absent if row["after"] is None else row["after"]]  # type: ignore[index]
            counts[which, before, to] += row["customers"]
            rewards[which, before] += row["reward"]
        if absent is not None:
            counts[:, place[absent]] += self._absences(frame, int(last), place)
        return _Transitions(states=names, actions=actions, counts=counts, rewards=rewards)

    def _absences(self, frame: Any, last: int, place: dict[State, int]) -> Floats:
        """Count how often the absent stayed away and came back; they were nobody's to treat."""
        before = frame.select("who", at=nw.col("at") + 1, before=nw.lit(1))
        entries = frame.join(before, on=["who", "at"], how="left")
        entries = entries.filter(nw.col("before").is_null())
        each = frame.group_by("who").agg(
            nw.col("at").min(), nw.col("at").max().alias("end"), nw.len().alias("rows")
        )
        back = np.zeros(len(place))
        first = frame.join(each.select("who", "at"), on=["who", "at"], how="inner")
        for sign, rows in ((1, entries), (-1, first)):
            for row in _rows(rows.group_by("state").agg(nw.len().alias("customers"))):
                back[place[row["state"]]] += sign * row["customers"]
        each = each.with_columns(
            away=last + 1 - nw.col("at") - nw.col("rows"),
            gone=nw.when(nw.col("end") < last).then(1).otherwise(0),
        )
        (sums,) = _rows(each.select(nw.col("away").sum(), nw.col("gone").sum()))
        # What is left of the time away is absent, and absent again.
        back[-1] = float(sums["away"]) - float(sums["gone"]) - back.sum()
        return back

    def _renamed(self) -> Any:
        frame: Any = self.door.frame
        reward = nw.lit(0.0) if self.reward is None else nw.col(self.reward).cast(nw.Float64)
        return frame.select(
            who=nw.col(self.customer),
            at=nw.col(self.period).cast(nw.Int64),
            state=nw.col(self.state),
            action=nw.lit("") if self.action is None else nw.col(self.action),
            reward=reward,
        )

    def _check(self) -> None:
        require_present(self.door, self.customer, self.period, self.state, self.action)
        if not read_schema(self.door.frame)[self.period].is_integer():
            problem = Problem(
                code="no_periods",
                message="expected whole numbers, which count the periods",
                column=self.period,
                count=0,
                remedy="Number them: year * 12 + month, say.",
            )
            raise InvalidData([problem])
        if self.reward is not None:
            require_amounts(self.door, self.reward, of="row")
        self._refuse_twice()

    def _refuse_twice(self) -> None:
        keys: Any = self._renamed().group_by("who", "at").agg(nw.len().alias("rows"))
        twice = keys.filter(nw.col("rows") > 1)
        count = count_rows(twice)
        if count:
            shown = {self.customer: "who", self.period: "at"}
            every = ~nw.col("at").is_null()
            problem = Problem(
                code="several_states",
                message="several rows for one customer and period,",
                column=self.state,
                count=count,
                rows=first_rows(twice, every, shown, positions=False),
                remedy="Keep one state for each customer and period.",
                of="case",
            )
            raise InvalidData([problem])

    def _refuse_gaps(self, pairs: Any, gone: int) -> None:
        shown = {self.customer: "who", self.period: "at", self.state: "state"}
        missing = nw.col("after").is_null()
        problem = Problem(
            code="absent",
            message="no state in the period that follows",
            column=self.state,
            count=gone,
            rows=first_rows(pairs, missing, shown, positions=False),
            remedy="absent='left' takes customers for gone as long as they have none.",
        )
        raise InvalidData([problem])


def _rows(frame: Any) -> list[dict[str, Any]]:
    """Bring a small table to Python, missing values as None."""
    rows = collect(frame).rows(named=True)
    return [
        {k: None if isinstance(v, float) and isnan(v) else v for k, v in row.items()}
        for row in rows
    ]


def _in_order(
    seen: set[State], states: Sequence[State] | None, absent: State | None
) -> tuple[State, ...]:
    """Return the states in the order asked for, or their own; that of the absent comes last."""
    if states is None:
        alike = len({type(state) for state in seen}) == 1
        ordered: list[State] = sorted(seen, key=None if alike else str)
    else:
        ordered = list(states)
        unknown = sorted(map(repr, seen - set(ordered)))
        if unknown:
            raise InvalidRule(f"the panel has states that `states` does not: {', '.join(unknown)}.")
    if absent is not None:
        ordered = [state for state in ordered if state != absent] + [absent]
    return tuple(ordered)
