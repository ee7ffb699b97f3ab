"""Stability of scales and of populations."""

from math import log

import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES

from custrel.errors import InvalidData, InvalidRule, UnitMismatch, UnknownCode
from custrel.segmentation import RfmScale, population_drift, scale_stability
from custrel.transactions import CustomerSummary

pytestmark = pytest.mark.filterwarnings(
    "ignore:only the", "ignore:a scale learnt", "ignore:.*inside cells"
)


def many(n, seed=5):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "idle": rng.exponential(60, n),
            "orders": rng.geometric(0.3, n),
            "revenue": rng.gamma(2, 50, n),
        }
    )


def test_more_customers_make_a_steadier_scale():
    figures = {}
    for n in (100, 10_000):
        scale = RfmScale.fit(many(n), unit="D")
        figures[n] = scale_stability(many(n), scale=scale, seed=1, resamples=60).changed
    assert figures[10_000][0] < figures[100][0] / 4
    assert figures[10_000][2] < figures[100][2] / 4


def test_the_range_of_a_cut_point():
    """Of n uniform values the median varies by 1 / (2 sqrt(n)), so 95 % of it by four times that."""
    n = 4_000
    frame = many(n).assign(idle=np.random.default_rng(2).uniform(0, 1, n))
    scale = RfmScale.fit(frame, bins=2, unit="D")
    low, high = scale_stability(frame, scale=scale, seed=3, resamples=400).intervals[0][0]
    assert high - low == pytest.approx(2 * 1.96 / (2 * np.sqrt(n)), rel=0.2)
    assert low < scale.recency[0] < high


def test_cuts_between_far_groups_do_not_move():
    frame = pd.DataFrame(
        {"idle": [1.0, 9.0] * 500, "orders": [1, 9] * 500, "revenue": [1, 9] * 500}
    )
    scale = RfmScale.fit(frame, bins=2, unit="D", ties="mean")
    result = scale_stability(frame, scale=scale, seed=1, resamples=50, ties="mean")
    assert result.changed == (0, 0, 0)
    assert result.intervals == (((-1.0 * -1.0, 1.0),), ((9.0, 9.0),), ((9.0, 9.0),))


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_same_seed_gives_the_same_on_every_engine(kind, customers):
    for method in ("quantiles", "nested"):
        scale = RfmScale.fit(pd.DataFrame(customers), method=method, unit="D")
        expected = scale_stability(pd.DataFrame(customers), scale=scale, seed=11, resamples=20)
        found = scale_stability(ENGINES[kind](customers), scale=scale, seed=11, resamples=20)
        assert found == expected


def nested_by_loops(frame, scale, seed, ties):
    """Draw once, rank the drawn inside cells by loops, and count who gets another score."""
    own = scale.score(frame)
    scores = [f"{name}_score" for name in ("recency", "frequency", "monetary")]
    order = np.lexsort(own[[*scale.columns, *scores]].to_numpy().T)
    own = own.iloc[order].reset_index(drop=True)
    n = len(own)
    drawn = np.bincount(np.random.default_rng(seed).integers(0, n, n), minlength=n)
    cells, shares = [()] * n, []
    for name, column, bins in zip(
        ("recency", "frequency", "monetary"), scale.columns, scale.shape, strict=True
    ):
        values = own[column] * (-1 if name == "recency" else 1)
        scores = []
        for i in range(n):
            peers = [j for j in range(n) if cells[j] == cells[i]]
            below = sum(drawn[j] for j in peers if values[j] < values[i])
            alike = sum(drawn[j] for j in peers if values[j] == values[i])
            total = sum(drawn[j] for j in peers)
            rank = {"low": below + 1, "mean": below + (alike + 1) / 2, "high": below + alike}[ties]
            scores.append(min(int(rank * bins // (total + 1)), bins - 1) + 1)
        shares.append(np.mean(np.array(scores) != own[f"{name}_score"]))
        cells = [(*cell, score) for cell, score in zip(cells, scores, strict=True)]
    return shares


@pytest.mark.parametrize("ties", ["low", "mean", "high"])
def test_a_nested_scale_is_learnt_again_inside_its_cells(ties):
    frame = many(60)
    scale = RfmScale.fit(frame, bins=(3, 2, 2), method="nested", unit="D", ties=ties)
    result = scale_stability(frame, scale=scale, seed=4, resamples=1, ties=ties)
    assert result.changed == pytest.approx(nested_by_loops(frame, scale, 4, ties))
    assert result.intervals == ((), (), ())
    assert "cut points" not in str(result)


def test_nesting_makes_a_scale_less_steady():
    """Inside cells there are fewer customers, and a score may change since another did."""
    frame = many(2_000)
    steady, shaky = (
        scale_stability(
            frame, scale=RfmScale.fit(frame, method=method, unit="D"), seed=1, resamples=200
        ).changed
        for method in ("quantiles", "nested")
    )
    assert shaky[0] == pytest.approx(steady[0], rel=0.15)
    assert shaky[2] > 2 * steady[2]


def test_refused_scales():
    frame = many(500)
    scale = RfmScale.fit(frame, unit="D")
    with pytest.raises(InvalidRule, match="1 or more"):
        scale_stability(frame, scale=scale, seed=1, resamples=0)
    with pytest.raises(UnknownCode, match="treatment of ties"):
        scale_stability(frame, scale=scale, seed=1, ties="first")
    with pytest.raises(UnitMismatch):
        scale_stability(CustomerSummary(frame, unit="W"), scale=scale, seed=1)
    with pytest.raises(InvalidData, match="no customer"):
        scale_stability(frame.head(0), scale=scale, seed=1)


# ------------------------------------------------------------------------------------ drift


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_population_stability_index(kind):
    before = {"segment": ["a"] * 50 + ["b"] * 30 + ["c"] * 20}
    after = {"segment": ["a"] * 30 + ["b"] * 40 + ["c"] * 30}
    drift = population_drift(ENGINES[kind](before), ENGINES[kind](after))
    expected = -0.2 * log(0.3 / 0.5) + 0.1 * log(0.4 / 0.3) + 0.1 * log(0.3 / 0.2)
    assert drift.index == pytest.approx(expected, rel=1e-12)
    assert (drift.codes, drift.before, drift.after) == (
        ("a", "b", "c"), (0.5, 0.3, 0.2), (0.3, 0.4, 0.3),
    )  # fmt: skip
    assert drift.verdict == "shifted"


def test_an_empty_segment_keeps_the_index_finite():
    before = pd.DataFrame({"segment": ["a"] * 9 + ["b"]})
    after = pd.DataFrame({"segment": ["a"] * 5 + ["c"] * 5})
    drift = population_drift(before, after)
    p, q = np.array([9.5, 1.5, 0.5]) / 11.5, np.array([5.5, 0.5, 5.5]) / 11.5
    assert drift.index == pytest.approx(float((q - p) @ np.log(q / p)))
    assert drift.verdict == "drifted"
    assert population_drift(before, before).verdict == "stable"


def test_nobody_to_compare():
    frame = pd.DataFrame({"segment": ["a", None]})
    with pytest.raises(InvalidData, match="missing segment"):
        population_drift(frame, frame)
    with pytest.raises(InvalidData, match="no customer to compare"):
        population_drift(frame.head(0), frame.head(1))
