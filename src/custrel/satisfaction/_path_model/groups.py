"""Indices of groups of respondents: by one rule for all, or by each group's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from custrel.errors import InvalidData, Problem, UnknownCode
from custrel.frames import Door
from custrel.satisfaction._path_model.answers import Read, asked_by, read_items
from custrel.satisfaction.index_rule import IndexRule
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls import fit_answered
from custrel.satisfaction.pls_method import PlsMethod
from custrel.satisfaction.survey_score import SurveyScore

WEIGHTS = ("pooled", "each")


@attrs.frozen(eq=False)
class _GroupIndices:
    """What groups of respondents have for an index.

    Parameters
    ----------
    door : Door
        The frame that the answers came in.
    names : tuple
        The groups, sorted.
    scores : tuple of SurveyScore
        The index of each.
    problems : tuple of Problem
        Answers that were left out or filled in.
    """

    door: Door
    names: tuple[Any, ...]
    scores: tuple[SurveyScore, ...]
    problems: tuple[Problem, ...]


def group_indices(
    answers: Any,
    by: str,
    *,
    model: PathModel,
    rule: IndexRule | str,
    method: PlsMethod | None,
    weight: str | None,
    missing_codes: Iterable[float],
    errors: str,
) -> _GroupIndices:
    """Measure the index of every group."""
    method = method or PlsMethod()
    given = isinstance(rule, IndexRule)
    if not given and rule not in WEIGHTS:
        raise UnknownCode("rule for the indices of groups", str(rule), WEIGHTS)
    asked = (
        dict.fromkeys(rule.items, (rule.lowest, rule.highest))
        if isinstance(rule, IndexRule)
        else asked_by(model)
    )
    read = read_items(
        answers,
        asked,
        method.missing,
        weight=weight,
        by=by,
        missing_codes=missing_codes,
        errors=errors,
    )
    _require_company(read, by)
    scores = []
    pooled = fit_answered(read.door, read.answered, model, method) if rule == "pooled" else None
    for name in read.names:
        mine = read.answered.only(read.rows_of(name))
        if isinstance(rule, IndexRule):
            own, used = rule, mine.values
        else:
            fit = pooled or fit_answered(read.door, mine, model, method, of=f" in {name!r}")
            own = fit.index_rule()
            used = mine.values[:, fit.design.block(model.names.index(model.target))]
        scores.append(own.measure_arrays(used, mine.weights))
    return _GroupIndices(read.door, read.names, tuple(scores), read.problems)


def _require_company(read: Read, by: str) -> None:
    """Refuse groups of one, which have no interval."""
    sizes = np.bincount(read.group, minlength=len(read.names))
    alone = [name for name, size in zip(read.names, sizes, strict=True) if size == 1]
    if alone:
        said = ", ".join(repr(name) for name in alone[:3]) + (", ..." if len(alone) > 3 else "")
        message = f"a group of one respondent ({said}) has neither interval nor test"
        remedy = "Join it to another group, or leave it out."
        raise InvalidData(
            [
                Problem(
                    code="group_of_one",
                    message=message,
                    column=by,
                    count=len(alone),
                    remedy=remedy,
                    of="group",
                )
            ]
        )
