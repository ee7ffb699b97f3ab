"""Every model learns and says the same, whatever kind of frame holds the customers."""

from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from segmentation.engines import ENGINES, read
from valuation.simulated import CDNOW, customers

from custrel.errors import InvalidData
from custrel.transactions import CustomerSummary
from custrel.valuation import BgNbd, DiscountRate, GammaGamma, MbgNbd, lifetime_value

pytestmark = pytest.mark.engines

engines = pytest.mark.parametrize("kind", ENGINES)
MODEL = BgNbd(**CDNOW, unit="W")
SPEND = GammaGamma(p=6.25, q=3.74, v=15.44)


@pytest.fixture(scope="module")
def rows():
    """Nine hundred customers, whole numbers as whole numbers, in no order."""
    drawn = customers(900, 17, **CDNOW)
    order = np.random.default_rng(1).permutation(900)
    drawn = {name: values[order] for name, values in drawn.items()}
    whole = drawn["frequency"].astype(int)
    return {"id": list(range(900))} | {
        name: values.tolist() for name, values in (drawn | {"frequency": whole}).items()
    }


def assert_close(one, other):
    """Compare rows of numbers to nine digits."""
    assert [row.keys() for row in one] == [row.keys() for row in other]
    for name in one[0]:
        np.testing.assert_allclose(
            [row[name] for row in one], [row[name] for row in other], rtol=1e-9, atol=1e-12
        )


@engines
@pytest.mark.parametrize("model", [BgNbd, MbgNbd, GammaGamma])
def test_fit(kind, model, rows):
    options = {} if model is GammaGamma else {"unit": "W"}
    expected = model.fit(pd.DataFrame(rows), **options)
    learnt = model.fit(ENGINES[kind](rows), **options)
    for name in model._parameters:
        assert getattr(learnt, name) == pytest.approx(getattr(expected, name), rel=1e-9)
    one, other = learnt.estimate, expected.estimate
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-7)
    assert one.customers == other.customers


@engines
def test_predictions(kind, rows):
    frame = ENGINES[kind](rows)
    predicted = read(MODEL.predict(frame, horizon=39), "p_alive", "expected_purchases")
    history = {name: rows[name] for name in ("frequency", "recency", "T")}
    alive = MODEL.probability_alive(**history)
    expected = MODEL.expected_purchases(**history, horizon=39)
    assert_close(
        predicted,
        [
            {"p_alive": p, "expected_purchases": n}
            for p, n in zip(alive.tolist(), expected.tolist(), strict=True)
        ],
    )


@engines
def test_spend(kind, rows):
    predicted = read(SPEND.predict(ENGINES[kind](rows)), "expected_spend")
    expected = SPEND.expected_spend(
        frequency=rows["frequency"], monetary_value=rows["monetary_value"]
    )
    assert_close(predicted, [{"expected_spend": spend} for spend in expected.tolist()])


@engines
@pytest.mark.parametrize("spend", [SPEND, 35.0], ids=["model", "amount"])
def test_lifetime_value(kind, spend, rows):
    options = {"horizon": 52.5, "discount": DiscountRate.per_year(0.1), "margin": 0.3}
    frame = ENGINES[kind](rows)
    found = read(lifetime_value(frame, MODEL, spend, **options))
    expected = read(lifetime_value(pd.DataFrame(rows), MODEL, spend, **options))
    assert_close(found, expected)
    assert len(found) == 900


@engines
def test_the_same_kind_comes_out(kind, rows):
    frame = ENGINES[kind](rows)
    rate = DiscountRate.per_year(0.1)
    for result in (
        MODEL.predict(frame, horizon=39),
        SPEND.predict(frame),
        lifetime_value(frame, MODEL, SPEND, horizon=52, discount=rate),
    ):
        assert type(result) is type(frame)


@engines
def test_a_summary_comes_out_as_a_summary(kind, rows):
    summary = CustomerSummary(ENGINES[kind](rows), unit="W", customer="id")
    assert BgNbd.fit(summary).unit == "W"
    rate = DiscountRate.per_year(0.1)
    out = lifetime_value(summary, MODEL, SPEND, horizon=52, discount=rate)
    assert isinstance(out, CustomerSummary)
    assert (out.unit, out.customer) == ("W", "id")
    assert type(out.frame) is type(summary.frame)


def test_lazy_frames_stay_lazy(rows):
    assert isinstance(MODEL.predict(pl.LazyFrame(rows), horizon=39), pl.LazyFrame)
    relation = SPEND.predict(MODEL.predict(ENGINES["duckdb"](rows), horizon=39))
    assert isinstance(relation, duckdb.DuckDBPyRelation)


@engines
def test_columns_are_replaced_not_doubled(kind, rows):
    """The second prediction stands in the place of the first."""
    once = MODEL.predict(ENGINES[kind](rows), horizon=10)
    twice = MODEL.predict(once, horizon=39)
    assert_close(read(twice), read(MODEL.predict(ENGINES[kind](rows), horizon=39)))


@engines
def test_the_callers_frame_stays_as_it_was(kind, rows):
    frame = ENGINES[kind](rows)
    lifetime_value(frame, MODEL, SPEND, horizon=52, discount=DiscountRate.per_year(0.1))
    assert read(frame) == read(ENGINES[kind](rows))


@engines
def test_decimals_are_numbers(kind, rows):
    amounts = [Decimal(f"{value:.2f}") for value in rows["monetary_value"]]
    found = read(SPEND.predict(ENGINES[kind](rows | {"monetary_value": amounts})), "expected_spend")
    expected = SPEND.expected_spend(
        frequency=rows["frequency"], monetary_value=[float(amount) for amount in amounts]
    )
    assert_close(found, [{"expected_spend": spend} for spend in expected.tolist()])


@engines
def test_missing_values_are_refused(kind, rows):
    ages = [None, *rows["T"][1:]]
    frame = ENGINES[kind](rows | {"T": ages})
    for use in (lambda: BgNbd.fit(frame, unit="W"), lambda: MODEL.predict(frame, horizon=39)):
        with pytest.raises(
            InvalidData, match="column 'T': missing, infinite or less than"
        ) as caught:
            use()
        assert caught.value.problems[0].count == 1


@engines
def test_unknown_spend_is_nan(kind):
    """Without repeat purchases where q <= 1, and where returns exceed purchases."""
    rows = {"id": [0, 1, 2, 3], "frequency": [0, 1, 3, 2], "monetary_value": [0.0, 9.0, -4.0, 0.0]}
    spend = read(GammaGamma(p=3, q=0.8, v=9).predict(ENGINES[kind](rows)), "expected_spend")
    found = np.array([row["expected_spend"] for row in spend], dtype=float)
    np.testing.assert_array_equal(np.isnan(found), [True, False, True, False])
    np.testing.assert_allclose(found[[1, 3]], [3 * 18 / 2.8, 3 * 9 / 5.8])
