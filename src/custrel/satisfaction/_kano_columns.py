"""Columns of Kano analyses: a row for each group and feature that has answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custrel.satisfaction._kano_figures import (
    R,
    better_worse,
    divide,
    fong,
    shares_of,
    strengths,
)
from custrel.satisfaction._kano_tally import Tally, as_sums
from custrel.satisfaction.kano_rule import KanoRule
from custrel.satisfaction.kano_table import CATEGORIES, KanoTable

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

Floats = NDArray[np.float64]


def count_categories(tally: Tally, table: KanoTable) -> Floats:
    """Return the weight of each category, of shape (groups * features, 6)."""
    place = table.places()[tally.functional, tally.dysfunctional]
    flat = tally.cell * len(CATEGORIES) + place
    counts = as_sums(flat, tally.count * tally.weight, tally.cells * len(CATEGORIES))
    return counts.reshape(tally.cells, len(CATEGORIES))


def effective_answers(tally: Tally) -> Floats:
    """Return how many equally weighted answers would be as precise, of each group and feature."""
    total = tally.total(tally.count * tally.weight)
    return divide(total**2, tally.total(tally.count * tally.weight**2))


def summary_columns(analysis: KanoAnalysis) -> Mapping[str, Sequence[Any]]:
    """Return the columns of the result: a row for each group and feature with answers."""
    tally, rule = analysis.tally, analysis.rule
    answers = tally.total(tally.count)
    rows = np.flatnonzero(answers)
    counts = count_categories(tally, analysis.table)[rows]
    effective = effective_answers(tally)[rows]
    shares, (better, worse) = shares_of(counts), better_worse(counts)
    place, tied = rule.lead(counts)
    category_strength, total_strength = strengths(counts)
    difference, least = fong(counts, effective, rule.z)
    columns: dict[str, Any] = {
        **key_columns(analysis, rows),
        "answers": answers[rows].astype(np.int64),
        "category": [CATEGORIES[i].value for i in place],
        "tied": tied,
        "distinct": difference >= least,
        "turned": [analysis.features[i % len(analysis.features)] in analysis.turned for i in rows],
    }
    for i, category in enumerate(CATEGORIES):
        columns[category.value] = counts[:, i]
    for i, category in enumerate(CATEGORIES):
        columns[f"{category.value}_share"] = shares[:, i]
    columns |= {
        "category_strength": category_strength,
        "total_strength": total_strength,
        "better": better,
        "worse": worse,
    }
    if np.any(tally.importance != 1):
        weight = tally.count * tally.weight
        columns["importance"] = divide(tally.total(weight * tally.importance), tally.total(weight))[
            rows
        ]
    if np.any(tally.weight != 1):
        columns["effective_answers"] = effective
    return columns


def key_columns(analysis: KanoAnalysis, rows: NDArray[np.intp]) -> dict[str, list[Any]]:
    """Return what names some rows: the group, where there are groups, and the feature."""
    width = len(analysis.features)
    group = (
        {} if analysis.by is None else {analysis.by: [analysis.groups[i // width] for i in rows]}
    )
    return group | {"feature": [analysis.features[i % width] for i in rows]}


def leading_reverse(tally: Tally, table: KanoTable, rule: KanoRule) -> NDArray[np.bool_]:
    """Tell which features are reverse to most respondents, all groups together."""
    counts = count_categories(tally, table)
    summed = counts.reshape(len(tally.groups), len(tally.features), -1).sum(axis=0)
    return np.asarray(rule.lead(summed)[0] == R)
