"""Answers on a scale of whole numbers, counted: on the engine that holds them, or in an array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel._columns import is_array
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, as_floats, collect, enter
from custrel.satisfaction._sifting import LEAVE_OUT, looks_at, sift

Floats = NDArray[np.float64]


@attrs.frozen(eq=False)
class Answers:
    """How often each answer was given, and what the answers weigh.

    Parameters
    ----------
    values : ndarray of shape (rows,)
        Answers, as often as there are weights.
    counts : ndarray of shape (rows,)
        How many respondents.
    weights : ndarray of shape (rows,)
        What each of them weighs.
    """

    values: Floats
    counts: Floats
    weights: Floats

    @property
    def number(self) -> int:
        """How many answers there are."""
        return int(self.counts.sum())

    @property
    def effective(self) -> float:
        """How many equally weighted answers would be as precise (Kish)."""
        each = self.counts * self.weights
        return float(each.sum() ** 2 / (each @ self.weights))

    def share(self, low: float, high: float) -> float:
        """Return the share of answers from `low` to `high`."""
        inside = (self.values >= low) & (self.values <= high)
        each = self.counts * self.weights
        return float(each[inside].sum() / each.sum())

    def mean_and_variance(self) -> tuple[float, float]:
        """Return the mean, and the variance as a sample of effective size estimates it."""
        each = self.counts * self.weights
        mean = float(each @ self.values / each.sum())
        spread = float(each @ (self.values - mean) ** 2 / each.sum())
        n = self.effective
        return mean, spread * n / (n - 1) if n > 1 else float("nan")


def read_answers(
    answers: Any,
    column: str,
    weight: Any,
    *,
    by: str | None,
    scale: tuple[float, float],
    errors: str,
) -> tuple[Door, Mapping[Any, Answers], tuple[Problem, ...]]:
    """Count the answers of each group, sorted; refuse what is none, or leave it out and say so."""
    if errors not in {"raise", "collect"}:
        raise UnknownCode("treatment of errors", str(errors), ("raise", "collect"))
    if is_array(answers):
        answers, weight = _as_frame(answers, column, weight)
    door = enter(answers)
    wanted = [name for name in dict.fromkeys((by, column, weight)) if name is not None]
    door.require(wanted)
    door.require_numbers(*[name for name in wanted if name != by])
    looks = looks_at([column], scale, by=by, weight=weight, whole=True)
    frame, problems = sift(door, looks)
    if problems and errors == "raise":
        off = any(problem.code == "off_scale" for problem in problems)
        raise InvalidData(problems, remedy=(_OTHER_SCALE if off else "") + LEAVE_OUT)
    frame = frame if weight is None else frame.filter(nw.col(weight) > 0)
    keys = {"answer": nw.col(column).cast(nw.Float64)}
    keys |= {} if weight is None else {"weight": nw.col(weight).cast(nw.Float64)}
    keys |= {} if by is None else {"group": nw.col(by)}
    table = collect(frame.select(**keys).group_by(*keys).agg(nw.len().alias("count")))
    if not len(table):
        raise InvalidData([*problems, _EMPTY])
    return door, _by_group(table, weighted=weight is not None, grouped=by is not None), problems


_OTHER_SCALE = "scale= says another scale; "
_EMPTY = Problem(
    code="empty",
    message="there is no answer to evaluate",
    count=0,
    remedy="Check the filter that was applied before.",
)


def _as_frame(answers: Any, column: str, weight: Any) -> tuple[pd.DataFrame, str | None]:
    values = np.asarray(answers)
    if values.ndim != 1:
        raise InvalidRule(f"expected one answer per respondent, got shape {values.shape}.")
    if weight is None:
        return pd.DataFrame({column: values}), None
    weights = np.asarray(weight)
    if weights.shape != values.shape:
        raise InvalidRule(f"{values.size} answers and weights of shape {weights.shape}.")
    return pd.DataFrame({column: values, f"weight of {column}": weights}), f"weight of {column}"


def _by_group(table: nw.DataFrame[Any], *, weighted: bool, grouped: bool) -> Mapping[Any, Answers]:
    values, counts = (as_floats(table.get_column(name)) for name in ("answer", "count"))
    weights = as_floats(table.get_column("weight")) if weighted else np.ones_like(values)
    names = table.get_column("group").to_list() if grouped else [None] * len(values)
    found: dict[Any, list[int]] = {}
    for i, name in enumerate(names):
        found.setdefault(name, []).append(i)
    try:
        order = sorted(found)
    except TypeError:  # of several types, or the only group is None
        order = sorted(found, key=lambda name: (type(name).__name__, str(name)))
    result = {}
    for name in order:
        # In one order on every engine, so that sums agree to the last digit.
        rows = np.array(found[name])[np.lexsort((weights[found[name]], values[found[name]]))]
        result[name] = Answers(values[rows], counts[rows], weights[rows])
    return result
