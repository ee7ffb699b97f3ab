"""Every rule says the same, to the last label, whatever kind of frame holds the customers."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from segmentation.engines import ENGINES, alike, read

from custrel.segmentation import (
    RF_SEGMENTS,
    STANDARD_POLICY,
    STANDARD_SEGMENTS,
    AbcRule,
    RfmScale,
    RfmWeights,
    RiskRule,
    abc,
    concentration,
    rfm,
)
from custrel.transactions import CustomerSummary

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings(
        "ignore:only the", "ignore:.*is ranked inside", "ignore:a scale learnt"
    ),
]

engines = pytest.mark.parametrize("kind", ENGINES)
FIXED = RfmScale(
    recency=(7, 30, 60, 120), frequency=(2, 3, 5, 10), monetary=(20, 50, 100, 200), unit="D"
)
ABC_RULES = {
    "value": AbcRule(),
    "customers": AbcRule.by_customers(),
    "limits": AbcRule.by_limits((100, 20.5)),
}


def by_hand(customers, row):
    """Score a customer by the fixed scale, one comparison after another."""
    r = 5 - sum(customers["idle"][row] > cut for cut in FIXED.recency)
    f = 1 + sum(customers["orders"][row] >= cut for cut in FIXED.frequency)
    m = 1 + sum(customers["revenue"][row] >= cut for cut in FIXED.monetary)
    return {"recency_score": r, "frequency_score": f, "monetary_score": m, "rfm": f"{r}{f}{m}"}


@engines
def test_fixed_scale(kind, customers):
    scored = read(FIXED.score(ENGINES[kind](customers)))
    for row in scored:
        assert by_hand(customers, row["id"]).items() <= row.items()


@engines
@pytest.mark.parametrize("method", ["quantiles", "nested"])
@pytest.mark.parametrize("ties", ["low", "mean", "high"])
def test_learnt_scale(kind, method, ties, customers):
    options = {"bins": (5, 4, 3), "method": method, "ties": ties, "unit": "D"}
    expected = RfmScale.fit(pd.DataFrame(customers), **options)
    scale = RfmScale.fit(ENGINES[kind](customers), **options)
    assert scale == expected
    scored = read(scale.score(ENGINES[kind](customers)), "rfm")
    assert scored == read(expected.score(pd.DataFrame(customers)), "rfm")


@engines
def test_segments(kind, customers):
    scored = rfm(ENGINES[kind](customers), segments=None)
    for segments, dimensions in ((STANDARD_SEGMENTS, 3), (RF_SEGMENTS, 2)):
        for row in read(segments.label(scored)):
            assert row["segment"] == segments.segment_of(row["rfm"][:dimensions])


@engines
def test_weighted_score(kind, customers):
    weights = RfmWeights(recency=1, frequency=1, monetary=2)
    for row in read(weights.score(FIXED.score(ENGINES[kind](customers)))):
        r, f, m = map(int, row["rfm"])
        assert row["rfm_score"] == pytest.approx((r + f + 2 * m) / 4)


@engines
@pytest.mark.parametrize("rule", ABC_RULES.values(), ids=ABC_RULES)
def test_abc(kind, rule, customers):
    expected = rule.learn(pd.DataFrame(customers))
    learnt = rule.learn(ENGINES[kind](customers))
    assert learnt == expected
    classes = read(learnt.classify(ENGINES[kind](customers)), "abc")
    assert classes == read(expected.classify(pd.DataFrame(customers)), "abc")
    assert {row["abc"] for row in classes} == set(rule.classes)


@engines
def test_abc_by_two_factors(kind, customers):
    both = ("revenue", "potential")
    expected = AbcRule.two_factor().learn(pd.DataFrame(customers), value=both)
    learnt = AbcRule.two_factor().learn(ENGINES[kind](customers), value=both)
    assert learnt.limits == pytest.approx(expected.limits, rel=1e-12)
    assert read(learnt.classify(ENGINES[kind](customers), value=both), "abc") == read(
        expected.classify(pd.DataFrame(customers), value=both), "abc"
    )


@engines
def test_abc_table(kind, customers):
    expected = read(AbcRule().table(pd.DataFrame(customers)))
    table = read(AbcRule().table(ENGINES[kind](customers)))
    assert alike(table, expected)


@engines
def test_risk(kind, customers):
    expected = read(RiskRule().judge(pd.DataFrame(customers), window=90))
    judged = read(RiskRule().judge(ENGINES[kind](customers), window=90))
    assert alike(judged, expected)
    assert {row["risk"] for row in judged} == {"normal", "watch", "defecting", "too_early"}
    assert {row["volume_change"] is None for row in judged} == {True, False}


@engines
def test_treatment(kind, customers):
    judged = RiskRule().judge(rfm(ENGINES[kind](customers)))
    for row in read(STANDARD_POLICY.assign(judged)):
        assert row["treatment"] == STANDARD_POLICY.treatment_for(row["segment"], row["risk"])


@engines
def test_concentration(kind, customers):
    expected = concentration(pd.DataFrame(customers))
    result = concentration(ENGINES[kind](customers))
    assert result.gini == pytest.approx(expected.gini, rel=1e-12)
    assert result.hhi == pytest.approx(expected.hhi, rel=1e-12)
    assert result.top_share == pytest.approx(expected.top_share, rel=1e-12)
    assert result.customers_for_share == pytest.approx(expected.customers_for_share, rel=1e-12)
    assert (result.customers, result.base) == (600, "revenue")


@engines
def test_the_same_kind_comes_out(kind, customers):
    frame = ENGINES[kind](customers)
    judged = RiskRule().judge(abc(rfm(frame)))
    assert type(STANDARD_POLICY.assign(judged)) is type(frame)


@engines
def test_a_summary_comes_out_as_a_summary(kind, customers):
    summary = CustomerSummary(ENGINES[kind](customers), unit="D", customer="id", compare=90.0)
    out = STANDARD_POLICY.assign(RiskRule().judge(abc(rfm(summary))))
    assert isinstance(out, CustomerSummary)
    assert (out.unit, out.customer) == (summary.unit, "id")
    assert type(out.frame) is type(summary.frame)


@engines
def test_the_callers_frame_stays_as_it_was(kind, customers):
    frame = ENGINES[kind](customers)
    abc(rfm(frame))
    assert read(frame) == read(ENGINES[kind](customers))


def test_lazy_frames_stay_lazy(customers):
    lazy = abc(rfm(pl.LazyFrame(customers)))
    assert isinstance(lazy, pl.LazyFrame)
    relation = abc(rfm(ENGINES["duckdb"](customers)))
    assert isinstance(relation, duckdb.DuckDBPyRelation)


@engines
def test_decimals_and_integers_are_numbers(kind):
    from decimal import Decimal

    rows = {
        "id": [1, 2, 3],
        "idle": [1, 30, 200],
        "orders": [9, 3, 1],
        "revenue": [Decimal("99.99"), Decimal("20.00"), Decimal("19.99")],
    }
    cells = [row["rfm"] for row in read(FIXED.score(ENGINES[kind](rows)))]
    assert cells == ["543", "432", "111"]
    assert [row["abc"] for row in read(abc(ENGINES[kind](rows)))] == ["a", "a", "b"]
