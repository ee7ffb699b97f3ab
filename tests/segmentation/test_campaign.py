"""Campaigns: lift, gain and break-even by cell, rules for the next one, weights of the scores."""

import json

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import minimize
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import FitError, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import (
    ContactRule,
    ResponseWeights,
    RfmWeights,
    break_even_rate,
    campaign_table,
)


def asked(**cells):
    """Return customers from (asked, answered) by cell."""
    rows = [
        (cell, int(place < hits))
        for cell, (number, hits) in cells.items()
        for place in range(number)
    ]
    return {
        "id": list(range(len(rows))),
        "rfm": [c for c, _ in rows],
        "responded": [r for _, r in rows],
    }


TEST = asked(c555=(100, 8), c444=(200, 4), c333=(400, 4), c111=(300, 0))


def test_break_even():
    assert break_even_rate(cost=0.55, profit=40) == pytest.approx(0.01375)
    for cost, profit in ((-1, 40), (1, 0), (1, float("inf")), (float("nan"), 1)):
        with pytest.raises(InvalidRule, match="a cost of 0 or more and a profit above 0"):
            break_even_rate(cost=cost, profit=profit)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_a_campaign_worked_by_hand(kind):
    """S-131: hit rate and lift; 16 of 1,000 answered, asking costs 1, a response brings 50."""
    frame = ENGINES[kind](TEST)
    table = campaign_table(frame, cost=1, profit=50)
    assert type(table) is type(frame)
    rows = read(table)
    assert [row["rfm"] for row in rows] == ["c555", "c444", "c333", "c111"]
    assert [row["rate"] for row in rows] == pytest.approx([0.08, 0.02, 0.01, 0])
    assert [row["lift"] for row in rows] == pytest.approx([5, 1.25, 0.625, 0])
    assert [row["reach"] for row in rows] == pytest.approx([0.1, 0.3, 0.7, 1])
    assert [row["gain"] for row in rows] == pytest.approx([0.5, 0.75, 1, 1])
    # The break-even rate is 2 %: the second cell is exactly there.
    assert [row["break_even_index"] for row in rows] == pytest.approx([3, 0, -0.5, -1])
    assert [row["profit"] for row in rows] == [300, 0, -200, -300]
    assert [row["total_profit"] for row in rows] == [300, 300, 100, -200]


@pytest.mark.published
def test_wilsons_interval():
    """R. G. Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263 and 0 of 20."""
    table = campaign_table(pd.DataFrame(asked(a=(263, 81), b=(20, 0))))
    assert table[["rate_low", "rate_high"]].round(4).to_numpy().tolist() == [
        [0.2553, 0.3662],
        [0.0, 0.1611],
    ]


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=60))
def test_the_gain_curve_rises_and_bends_down(rows):
    frame = pd.DataFrame(rows, columns=["rfm", "responded"])
    table = campaign_table(frame)
    assert table["customers"].sum() == len(rows)
    assert table["responses"].sum() == sum(hit for _, hit in rows)
    assert (table["rate"].diff().dropna() <= 1e-12).all()
    assert (table["gain"] >= table["reach"] - 1e-9).all() or not any(hit for _, hit in rows)
    assert campaign_table(frame.iloc[::-1]).equals(table)


def test_nobody_answered():
    table = campaign_table(pd.DataFrame(asked(a=(5, 0))), cost=0, profit=1)
    assert table["lift"].isna().all()
    assert table["gain"].tolist() == [0]
    assert table["break_even_index"].tolist() == [np.inf]


def test_refused_campaigns():
    frame = pd.DataFrame(TEST)
    with pytest.raises(InvalidRule, match="cost= of asking and profit="):
        campaign_table(frame, cost=1)
    with pytest.raises(InvalidData, match=r"'responded': expected 1 .answered. or 0"):
        campaign_table(frame.assign(responded=2))
    with pytest.raises(InvalidData, match="missing"):
        campaign_table(frame.assign(responded=np.nan))
    with pytest.raises(InvalidData, match="nobody was asked"):
        campaign_table(frame.head(0))


# ---------------------------------------------------------------------------- the next one


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_whom_to_ask_next(kind):
    rule = ContactRule.learn(ENGINES[kind](TEST), cost=1, profit=50)
    assert rule.cells == ("c555", "c444")
    assert rule == ContactRule.learn(pd.DataFrame(TEST), cost=1, profit=50)
    new = ENGINES[kind]({"id": [1, 2, 3, 4], "rfm": ["c111", "c444", "c555", "c999"]})
    assert [row["contact"] for row in read(rule.select(new))] == [False, True, True, False]
    bold = ContactRule(rule.rates, break_even=rule.break_even, unseen=True)
    assert [row["contact"] for row in read(bold.select(new))] == [False, True, True, True]
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


def test_asking_the_cells_that_pay_is_best():
    """Among all sets of cells, on the campaign that the rule was learnt from."""
    table = campaign_table(pd.DataFrame(TEST), cost=1, profit=50).set_index("rfm")
    chosen = list(ContactRule.learn(pd.DataFrame(TEST), cost=1, profit=50).cells)
    best = max(
        table["profit"][[cell for cell, yes in zip(table.index, bits, strict=True) if yes]].sum()
        for bits in np.ndindex(2, 2, 2, 2)
    )
    assert table["profit"][chosen].sum() == best


def test_impossible_rules():
    with pytest.raises(InvalidRule, match=r"0\.02, not 2"):
        ContactRule({"a": 2}, break_even=0.1)
    with pytest.raises(InvalidRule, match="stands twice"):
        ContactRule([("a", 0.1), ("a", 0.2)], break_even=0.1)
    with pytest.raises(InvalidData, match="missing cell"):
        ContactRule({"a": 0.2}, break_even=0.1).select(pd.DataFrame({"rfm": ["a", None]}))


# --------------------------------------------------------------------------------- weights


def scored(n=3_000, seed=4):
    rng = np.random.default_rng(seed)
    scores = rng.integers(1, 6, (n, 3))
    odds = -4 + scores @ [0.8, 0.3, 0.1]
    return {
        "id": list(range(n)),
        "recency_score": scores[:, 0].tolist(),
        "frequency_score": scores[:, 1].tolist(),
        "monetary_score": scores[:, 2].tolist(),
        "responded": (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int).tolist(),
    }


def design(rows):
    names = ("recency_score", "frequency_score", "monetary_score")
    return np.column_stack([np.ones(len(rows["id"])), *(np.array(rows[n], float) for n in names)])


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_least_squares_on_the_customers_themselves(kind):
    rows = scored()
    fitted = ResponseWeights.fit(ENGINES[kind](rows))
    x, y = design(rows), np.array(rows["responded"], float)
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    residual = y - x @ beta
    covariance = np.linalg.inv(x.T @ x) * (residual @ residual / (len(y) - 4))
    assert (fitted.intercept, *fitted.coefficients) == pytest.approx(tuple(beta), rel=1e-9)
    assert fitted.errors == pytest.approx(tuple(np.sqrt(np.diag(covariance))[1:]), rel=1e-9)
    assert fitted.customers == 3_000


def test_logistic_regression_against_a_general_optimizer():
    rows = scored()
    fitted = ResponseWeights.fit(pd.DataFrame(rows), method="logistic")
    x, y = design(rows), np.array(rows["responded"], float)

    def loss(beta):
        return np.logaddexp(0, x @ beta).sum() - y @ x @ beta

    found = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-8}).x
    assert (fitted.intercept, *fitted.coefficients) == pytest.approx(tuple(found), abs=1e-4)
    share = 1 / (1 + np.exp(-x @ found))
    covariance = np.linalg.inv(x.T @ (x * (share * (1 - share))[:, None]))
    assert fitted.errors == pytest.approx(tuple(np.sqrt(np.diag(covariance))[1:]), rel=1e-3)
    true = np.array([0.8, 0.3, 0.1])
    assert np.all(np.abs(np.array(fitted.coefficients) - true) < 4 * np.array(fitted.errors))


def test_weights_are_those_of_a_weighted_score():
    fitted = ResponseWeights.fit(pd.DataFrame(scored()), method="logistic")
    r, f, m = attrs.astuple(fitted.weights)
    assert r + f + m == pytest.approx(1)
    assert r > f > m
    assert r / f == pytest.approx(fitted.coefficients[0] / fitted.coefficients[1])
    frame = fitted.weights.score(pd.DataFrame(scored()))
    assert frame["rfm_score"].between(1, 5).all()
    assert from_data(json.loads(json.dumps(fitted.to_data()))) == fitted


def test_a_response_that_no_score_raises_has_no_weights():
    facts = {"method": "linear", "intercept": 1, "errors": (1, 1, 1), "customers": 9}
    down = ResponseWeights(coefficients=(-1, 0, -0.5), **facts)
    with pytest.raises(FitError, match=r"no score raises the response \(coefficients -1, 0, -0.5"):
        _ = down.weights
    some = ResponseWeights(coefficients=(-1, 3, 1), **facts)
    assert some.weights == RfmWeights(recency=0, frequency=0.75, monetary=0.25)


def test_responses_that_teach_nothing():
    rows = pd.DataFrame(scored())
    with pytest.raises(FitError, match="do not differ enough"):
        ResponseWeights.fit(rows.assign(monetary_score=rows["recency_score"]))
    with pytest.raises(FitError, match="do not differ enough"):
        ResponseWeights.fit(rows.head(3))
    for flags in (0, 1, (rows["recency_score"] > 3).astype(int)):
        with pytest.raises(FitError, match="no finite weights"):
            ResponseWeights.fit(rows.assign(responded=flags), method="logistic")
    with pytest.raises(InvalidData, match="expected 1"):
        ResponseWeights.fit(rows.assign(responded=0.5), method="logistic")
    with pytest.raises(UnknownCode, match="method of regression"):
        ResponseWeights.fit(rows, method="probit")
    with pytest.raises(InvalidRule, match="three coefficients"):
        ResponseWeights(method="linear", intercept=0, coefficients=(1,), errors=(1,), customers=3)
    with pytest.raises(UnknownCode, match="method of regression"):
        ResponseWeights(
            method="probit", intercept=0, coefficients=(1,) * 3, errors=(1,) * 3, customers=3
        )


def test_large_responses_keep_their_digits():
    rows = pd.DataFrame(scored())
    small = ResponseWeights.fit(rows)
    large = ResponseWeights.fit(rows.assign(responded=rows["responded"] + 1e8))
    assert large.intercept == pytest.approx(small.intercept + 1e8, rel=1e-15)
    assert large.coefficients == pytest.approx(small.coefficients, abs=1e-7)
    assert large.errors == pytest.approx(small.errors, rel=1e-6)


def test_a_cell_at_the_break_even_rate_pays():
    needed = break_even_rate(cost=3.99, profit=7)
    assert needed > 570 / 1000
    rule = ContactRule({"even": 0.57, "below": 0.569}, break_even=needed)
    assert rule.cells == ("even",)
