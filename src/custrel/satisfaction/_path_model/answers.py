"""Answers to the items of a path model: read from any frame, checked, and made ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode, counted
from custrel.frames import Door, as_floats, collect_rows, enter
from custrel.satisfaction._path_model.moments import Answered
from custrel.satisfaction._sifting import LEAVE_OUT
from custrel.satisfaction.path_model import PathModel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Asked = Mapping[str, tuple[float, float] | None]  # items, and the scale of each

_FIRST = 3
_WHICH = "model.with_items({'satisfaction': ['q1', 'q2'], ...}) says which columns ask about what."
_OTHER_SCALE = "model.with_items({}, scale=(1, 5)) says another scale; "
_FILLED = MappingProxyType(
    {
        "mean": "missing answers, each taken as the item's mean",
        "pairwise": "missing answers, left out of their item's pairs",
    }
)


@attrs.frozen(eq=False)
class Read:
    """What came in.

    Parameters
    ----------
    door : Door
        The frame.
    answered : Answered
        The answers that are used.
    names : tuple
        The groups, sorted; empty where nothing groups the respondents.
    group : ndarray of shape (respondents,)
        The place of each respondent's group among them.
    problems : tuple of Problem
        What was left out or filled in.
    """

    door: Door
    answered: Answered
    names: tuple[Any, ...]
    group: NDArray[np.intp]
    problems: tuple[Problem, ...]

    def rows_of(self, name: Any) -> Flags:
        """Tell which respondents belong to a group."""
        return np.asarray(self.group == self.names.index(name))


def asked_by(model: PathModel) -> Asked:
    """Return the items of a model with the scales of their constructs."""
    return {item: one.scale for one in model.constructs for item in one.items}


def read_items(
    answers: Any,
    asked: Asked,
    missing: str,
    *,
    weight: str | None = None,
    by: str | None = None,
    missing_codes: Iterable[float] = (),
    errors: str = "raise",
) -> Read:
    """Read and check answers; refuse what is none, or leave it out and say so."""
    if errors not in {"raise", "collect"}:
        raise UnknownCode("treatment of errors", str(errors), ("raise", "collect"))
    codes = _as_codes(missing_codes)
    door = enter(answers)
    numbers = [*asked, *([] if weight is None else [weight])]
    door.require([*numbers, by], remedy=_WHICH)
    door.require_numbers(*numbers)
    wanted: dict[str, None] = dict.fromkeys([*numbers, *([] if by is None else [by])])
    table = collect_rows(door.frame.select(*wanted))
    values = np.column_stack([as_floats(table.get_column(item)) for item in asked])
    weights = np.ones(len(values)) if weight is None else as_floats(table.get_column(weight))
    groups = [] if by is None else table.get_column(by).to_list()
    problems = _take_codes(values, codes)
    problems += _take_wrong(values, asked, positions=not door.lazy)
    used = np.ones(len(values), dtype=bool)
    for name, bad, code, message in _who_is_out(weight, weights, by, groups):
        if bad.any():
            used &= ~bad
            problems.append(_problem(code, message, name, int(bad.sum()), "respondent"))
    if problems and errors == "raise":
        off = any(problem.code == "off_scale" for problem in problems)
        raise InvalidData(problems, remedy=(_OTHER_SCALE if off else "") + LEAVE_OUT)
    notes = _treat_missing(values, used, missing)
    used &= weights > 0
    answered = Answered(values[used], weights[used], missing == "pairwise")
    names, group = _sorted([name for name, there in zip(groups, used, strict=False) if there])
    if not answered.number:
        remedy = "Check the filter that was applied before."
        empty = Problem(code="empty", message="there is no respondent", count=0, remedy=remedy)
        raise InvalidData([*problems, *notes, empty])
    return Read(door, answered, names, group, (*problems, *notes))


def _sorted(groups: Sequence[Any]) -> tuple[tuple[Any, ...], NDArray[np.intp]]:
    """Return the groups in their order, and the place of each respondent's."""
    names = list(dict.fromkeys(groups))
    try:
        names.sort()
    except TypeError:  # of several types
        names.sort(key=lambda name: (type(name).__name__, str(name)))
    place = {name: i for i, name in enumerate(names)}
    return tuple(names), np.array([place[name] for name in groups], dtype=np.intp)


def require_estimable(answered: Answered, model: PathModel, *, of: str = "") -> None:
    """Refuse answers that are too few, or all the same; `of` names the group they come from."""
    items, number = len(model.items), answered.number
    if number < items:
        are = "is" if number == 1 else "are"
        message = (
            f"there {are} {counted(number, 'respondent')}{of} for {items} items; "
            "weights need at least as many respondents as items"
        )
        problem = Problem(
            code="too_few",
            message=message,
            count=0,
            remedy="Ask more, join groups, or take fewer items.",
        )
        raise InvalidData([problem])
    with np.errstate(all="ignore"):
        filled = np.where(np.isnan(answered.values), -np.inf, answered.values)
        highest = filled.max(axis=0)
        lowest = np.where(np.isnan(answered.values), np.inf, answered.values).min(axis=0)
    same = ~(highest > lowest)
    if same.any():
        raise InvalidData(
            [
                Problem(
                    code="constant_item",
                    message=_same(float(highest[i])) + of,
                    column=model.items[i],
                    count=0,
                    remedy="An item that does not vary says nothing: leave it out of the model.",
                )
                for i in np.flatnonzero(same)
            ]
        )


def _same(answer: float) -> str:
    return f"every answer is {answer:g}" if np.isfinite(answer) else "there is no answer"


def _as_codes(codes: Any) -> tuple[float, ...]:
    codes = (codes,) if np.ndim(codes) == 0 else tuple(codes)
    for code in codes:
        if isinstance(code, str) or not np.isfinite(code):
            raise InvalidRule(
                f"missing_codes are the numbers that stand for no answer, as -99; got {code!r}."
            )
    return tuple(map(float, codes))


def _take_codes(values: Floats, codes: Sequence[float]) -> list[Problem]:
    """Make answers that stand for none missing; report a code that nobody gave."""
    problems = []
    for code in codes:
        found = values == code
        values[found] = np.nan
        if not found.any():
            message = f"no answer is {code:g}, which was said to stand for none"
            remedy = "Look up which number the questionnaire's export writes."
            problems.append(
                Problem(code="unused_code", message=message, count=0, remedy=remedy, of="answer")
            )
    return problems


def _take_wrong(values: Floats, asked: Asked, *, positions: bool) -> list[Problem]:
    """Make answers off their scale missing, and report them."""
    problems = []
    for i, (item, scale) in enumerate(asked.items()):
        column = values[:, i]
        low, high = scale if scale is not None else (-np.inf, np.inf)
        wrong = np.isinf(column) | (column < low) | (column > high)
        if wrong.any():
            where = f" of {low:g} to {high:g}" if scale is not None else ""
            rows = np.flatnonzero(wrong)[:_FIRST]
            shown = [f"{item}={column[r]:g}" for r in rows]
            if positions:
                shown = [f"row {r}: {text}" for r, text in zip(rows, shown, strict=True)]
            problems.append(
                Problem(
                    code="off_scale",
                    message=f"answer off the scale{where}",
                    column=item,
                    count=int(wrong.sum()),
                    rows=tuple(shown),
                    of="answer",
                )
            )
            column[wrong] = np.nan
    return problems


def _who_is_out(
    weight: str | None, weights: Floats, by: str | None, groups: Sequence[Any]
) -> Iterator[tuple[str, Flags, str, str]]:
    if weight is not None:
        bad = ~(np.isfinite(weights) & (weights >= 0))
        yield weight, bad, "no_weight", "missing, infinite or negative weight"
    if by is not None:
        gone = np.asarray(pd.isna(np.array(groups, dtype=object)))
        yield by, gone, "missing_key", "missing group"


def _treat_missing(values: Floats, used: Flags, how: str) -> list[Problem]:
    """Leave out who has nothing to say, and say what is missing."""
    gone = np.isnan(values)
    out = gone.any(axis=1) if how == "casewise" else gone.all(axis=1)
    notes = []
    if (out & used).any():
        why = "a missing answer" if how == "casewise" else "no answer to any item"
        message = f"{why}, so that the respondent is left out"
        notes.append(_problem("left_out", message, None, int((out & used).sum()), "respondent"))
    used &= ~out
    many = int(gone[used].sum())
    if many:
        notes.append(Problem(code="missing_answer", message=f"{many:,} {_FILLED[how]}", count=0))
    return notes


def _problem(code: str, message: str, column: str | None, count: int, of: str) -> Problem:
    return Problem(code=code, message=message, column=column, count=count, of=of)
