"""Whether groups of respondents see features alike."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc
from scipy.stats import random_table

from custrel._intervals import wilson
from custrel.errors import InvalidRule
from custrel.satisfaction._kano_columns import count_categories, effective_answers
from custrel.satisfaction._kano_figures import A, I, M, O, divide
from custrel.satisfaction._multiple_tests import holm
from custrel.satisfaction._two_groups import require_two

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

Floats = NDArray[np.float64]

_CONFIDENCE = 0.95
_SAME = 1e-9


def comparison_columns(
    analysis: KanoAnalysis, seed: int | np.random.Generator, resamples: int
) -> dict[str, Any]:
    """Return the test of every feature, and the differences of two groups."""
    if analysis.by is None:
        raise InvalidRule("there are no groups to compare: kano(..., by='...') makes them.")
    require_two(analysis.by, analysis.groups, "group")
    if resamples < 1:
        raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
    tally = analysis.tally
    shape = (len(analysis.groups), len(analysis.features), -1)
    weighed = count_categories(tally, analysis.table)
    answers = tally.total(tally.count)
    effective = np.nan_to_num(effective_answers(tally))
    # Brought to the number of answers that they are worth; unchanged where all weigh the same.
    scaled = weighed * np.nan_to_num(divide(effective, weighed.sum(axis=1)))[:, None]
    tables = scaled.reshape(shape)
    weighted = bool(np.any(tally.weight != 1))
    streams = np.random.default_rng(seed).spawn(len(analysis.features))
    found = [
        _test(analysis, tables[:, i], stream, 0 if weighted else resamples)
        for i, stream in enumerate(streams)
    ]
    columns: dict[str, Any] = {
        "feature": list(analysis.features),
        "answers": answers.reshape(shape[:2]).sum(axis=0).astype(np.int64),
        **{name: [row[name] for row in found] for name in found[0]},
    }
    columns["p_adjusted"] = holm(np.array(columns["p_value"]))
    if len(analysis.groups) == 2:
        differences = [_differences(tables[:, i]) for i in range(len(analysis.features))]
        columns |= {name: [row[name] for row in differences] for name in differences[0]}
    return columns


def _test(
    analysis: KanoAnalysis, table: Floats, stream: np.random.Generator, resamples: int
) -> dict[str, Any]:
    """Test one table of shape (groups, 6)."""
    there = table[table.sum(axis=1) > 0]
    leads = analysis.rule.lead(there)[0]
    kept = there[:, there.sum(axis=0) > 0]
    row = {
        "groups": len(there),
        "agree": bool(np.all(leads == leads[0])),
        "chi2": np.nan,
        "p_value": np.nan,
        "cramers_v": np.nan,
    }
    smaller = min(kept.shape) - 1
    if len(there) < 2:
        return row
    if smaller == 0:  # everybody answers alike
        return row | {"chi2": 0.0, "p_value": 1.0, "cramers_v": 0.0}
    chi2 = float(_chi2(kept))
    if resamples:
        rows, columns = (np.rint(kept.sum(axis=axis)).astype(np.int64) for axis in (1, 0))
        drawn = random_table(rows, columns).rvs(resamples, random_state=stream)
        as_far = int(np.sum(_chi2(drawn.astype(np.float64)) >= chi2 * (1 - _SAME)))
        p_value = (1 + as_far) / (1 + resamples)
    else:
        p_value = float(chdtrc((kept.shape[0] - 1) * (kept.shape[1] - 1), chi2))
    cramers_v = sqrt(chi2 / (float(kept.sum()) * smaller))
    return row | {"chi2": chi2, "p_value": p_value, "cramers_v": cramers_v}


def _chi2(tables: Floats) -> Floats:
    rows, columns = tables.sum(axis=-1, keepdims=True), tables.sum(axis=-2, keepdims=True)
    expected = rows * columns / rows.sum(axis=-2, keepdims=True)
    return np.asarray(((tables - expected) ** 2 / expected).sum(axis=(-2, -1)))


def _differences(table: Floats) -> dict[str, float]:
    """Return the first group less the second, with Newcombe's intervals."""
    base = table[:, [A, O, M, I]].sum(axis=1)
    result = {}
    for name, parts, sign in (("better", (A, O), 1), ("worse", (O, M), -1)):
        first, second = divide(table[:, parts].sum(axis=1), base)
        value, low, high = _newcombe(float(first), float(second), *base.tolist())
        ends = sorted((sign * low, sign * high))
        result[f"{name}_difference"] = sign * value
        result[f"{name}_difference_low"], result[f"{name}_difference_high"] = ends
    return result


def _newcombe(first: float, second: float, n1: float, n2: float) -> tuple[float, float, float]:
    _, _, low1, high1 = wilson(first, n1, _CONFIDENCE)
    _, _, low2, high2 = wilson(second, n2, _CONFIDENCE)
    value = first - second
    below = sqrt((first - low1) ** 2 + (high2 - second) ** 2) if n1 and n2 else np.nan
    above = sqrt((high1 - first) ** 2 + (second - low2) ** 2) if n1 and n2 else np.nan
    return value, value - below, value + above
