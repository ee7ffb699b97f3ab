"""How many left and how many renewed at each occasion: all that contracts say of leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import Door, collect
from custrel.valuation._rows import require_one_length
from custrel.valuation._staying import MOST_OCCASIONS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@attrs.frozen(kw_only=True, eq=False)
class Renewals:
    """Customers who left and who renewed at the first occasion, the second, and so on."""

    left: Floats
    renewed: Floats
    customers: float

    @staticmethod
    def checked(tenure: Floats, ended: Floats) -> tuple[Floats, Floats]:
        """Check contracts, and return them as arrays of one shape.

        Raises
        ------
        InvalidData
            A tenure or a flag is impossible, or the arrays do not fit together.
        """
        require_one_length(tenure=tenure, ended=ended)
        reached, left = np.broadcast_arrays(tenure, ended)
        broken = ~((reached >= 0) & (reached <= MOST_OCCASIONS) & (reached == np.rint(reached)))
        unclear = ~((left == 0) | (left == 1))
        too_soon = ~broken & (left == 1) & (reached == 0)
        columns = {"tenure": reached, "ended": left}
        _refuse(
            columns,
            [
                ("tenure", f"not a whole number from 0 to {MOST_OCCASIONS:,}", broken),
                ("ended", "neither true (1) nor false (0)", unclear),
                ("tenure", "left, but has come to no occasion to do so", too_soon),
            ],
            "tenure counts the occasions to renew that a customer has come to, the one at which "
            "he left included.",
        )
        return reached, left

    @classmethod
    def of_contracts(cls, tenure: Floats, ended: Floats, counts: Floats | None) -> Renewals:
        """Count contracts, ended and running ones."""
        reached, left = (values.ravel() for values in cls.checked(tenure, ended))
        weights = np.ones_like(reached) if counts is None else counts.ravel()
        last = reached.astype(np.int64)
        size = int(last.max(initial=0)) + 1
        gone = _sums(last, weights * left, size)
        there = _sums(last, weights * (1 - left), size)
        # Whoever came to a later occasion had renewed at this one.
        later = np.append(np.cumsum((gone + there)[:0:-1])[::-1], 0.0)
        return cls(left=gone[1:], renewed=(later + there)[1:], customers=float(weights.sum()))

    @classmethod
    def of_survivors(cls, cohorts: Sequence[Any]) -> Renewals:
        """Count cohorts by how many of each are still there after each occasion.

        Raises
        ------
        InvalidData
            A count is impossible, or grows.
        """
        lengths = [len(counts) for counts in cohorts]
        active = [np.asarray(counts, dtype=np.float64).ravel() for counts in cohorts]
        return cls.of_rows(
            {
                "cohort": np.repeat(np.arange(len(lengths), dtype=np.float64), lengths),
                "period": np.concatenate([np.arange(float(n)) for n in lengths] or [np.zeros(0)]),
                "active": np.concatenate(active or [np.zeros(0)]),
            }
        )

    @classmethod
    def of_rows(cls, columns: Mapping[str, Floats], cohorts: Sequence[Any] = ()) -> Renewals:
        """Count rows of a cohort (as a number), a period and how many are active."""
        shown = dict(columns)
        period, active = columns["period"], columns["active"]
        names: Any = columns["cohort"] if not len(cohorts) else np.asarray(cohorts, dtype=object)
        shown["cohort"] = names
        broken = ~((period >= 0) & (period <= MOST_OCCASIONS) & (period == np.rint(period)))
        below = (active < 0) | np.isinf(active)
        _refuse(
            shown,
            [
                ("period", f"not a whole number from 0 to {MOST_OCCASIONS:,}", broken),
                ("active", "negative or infinite", below),
            ],
            "Give how many customers of each cohort are active after each occasion to renew.",
        )
        seen = np.flatnonzero(~np.isnan(active))
        order = seen[np.lexsort((period[seen], columns["cohort"][seen]))]
        one, two = order[:-1], order[1:]
        same = columns["cohort"][one] == columns["cohort"][two]
        first = np.ones(len(order), dtype=bool)
        first[1:] = ~same
        step = period[two] - period[one]
        marks = {name: np.zeros(len(active), dtype=bool) for name in ("twice", "gap", "grows")}
        marks["twice"][two] = same & (step == 0)
        marks["gap"][two] = same & (step > 1)
        marks["grows"][two] = same & (step == 1) & (active[two] > active[one])
        _refuse(
            shown,
            [
                ("period", "the same period of a cohort twice", marks["twice"]),
                ("period", "a gap before this period of a cohort", marks["gap"]),
                ("active", "more customers than the period before", marks["grows"]),
            ],
            "Give each period of a cohort once, without a gap, and new customers in a cohort of "
            "their own.",
        )
        at = period[two[same]].astype(np.int64)
        size = int(at.max(initial=0)) + 1
        stayed = active[two[same]]
        return cls(
            left=_sums(at, active[one[same]] - stayed, size)[1:],
            renewed=_sums(at, stayed, size)[1:],
            customers=float(active[order[first]].sum()),
        )


def read_cohorts(door: Door, cohort: str | None, period: str, active: str) -> Renewals:
    """Read a frame of cohorts, which is small, whatever the engine."""
    names = [period, active, *([] if cohort is None else [cohort])]
    door.require(names, remedy="Say which columns they are: cohort= (None: one), period=, active=.")
    door.require_numbers(period, active)
    frame = collect(door.frame.select(*dict.fromkeys(names)))
    local = attrs.evolve(door, frame=frame)
    periods, actives = local.values(period, active)
    if cohort is None:
        return Renewals.of_rows(
            {"cohort": np.zeros_like(periods), "period": periods, "active": actives}
        )
    labels = frame.get_column(cohort).to_list()
    codes, _ = pd.factorize(np.asarray([str(label) for label in labels], dtype=object))
    columns = {"cohort": codes.astype(np.float64), "period": periods, "active": actives}
    return Renewals.of_rows(columns, labels)


def _sums(place: NDArray[np.int64], weights: Floats, size: int) -> Floats:
    return np.bincount(place, weights, size).astype(np.float64)


def _refuse(
    columns: Mapping[str, Any], findings: Sequence[tuple[str, str, Flags]], remedy: str
) -> None:
    """Raise one error for all that is wrong."""
    problems = []
    for name, message, bad in findings:
        if not bad.any():
            continue
        rows = tuple(
            f"row {i}: " + ", ".join(f"{key}={_text(v.ravel()[i])}" for key, v in columns.items())
            for i in np.flatnonzero(bad)[:3]
        )
        problems.append(
            Problem(
                code=f"impossible_{name}",
                message=message,
                column=name,
                count=int(bad.sum()),
                rows=rows,
            )
        )
    if problems:
        raise InvalidData(problems, remedy=remedy)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
