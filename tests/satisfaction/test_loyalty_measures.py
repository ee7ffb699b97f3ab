"""Durability, factors, levers, scorecards, switching: S-187, S-192 to S-194, S-198, S-199, V-17."""

import itertools

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, tidy

from custrel import from_data
from custrel.errors import ColumnNotFound, FitError, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    CustomerScorecard,
    LeverRule,
    LoyaltyLever,
    SwitchingCost,
    ValueAdd,
    loyalty_factors,
    loyalty_profile,
    switch_gain,
    value_add_fit,
)

# ------------------------------------------------------- S-187: durability, firmness, stability


def by_definition(log, until, period):
    """The three measures of each customer, straight from their definitions."""
    found = {}
    for customer, rows in log.groupby("customer_id"):
        days = sorted(set(rows["date"]))
        gaps = np.diff(days)
        windows = {int((day - days[0]) // period) for day in days}
        stability = None
        if len(gaps) > 1:
            stability = max(0.0, 1 - gaps.std(ddof=1) / gaps.mean())
        found[customer] = {
            "orders": len(days),
            "durability": float(days[-1] - days[0]),
            "firmness": len(windows) / (int((until - days[0]) // period) + 1),
            "stability": stability,
        }
    return found


@settings(max_examples=25)
@given(
    orders=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 200)), min_size=1, max_size=40),
    period=st.sampled_from([7, 30, 45]),
    late=st.integers(0, 90),
)
def test_the_profile_is_what_its_definition_says(orders, period, late):
    log = pd.DataFrame(orders, columns=["customer_id", "date"])
    until = int(log["date"].max()) + late
    table = loyalty_profile(log, period=period, as_of=until).frame.set_index("customer_id")
    expected = by_definition(log, until, period)
    assert list(table.index) == sorted(expected)
    for customer, facts in expected.items():
        for name, value in facts.items():
            got = table.loc[customer, name]
            assert tidy(got) is None if value is None else got == pytest.approx(value, abs=1e-9)


LOG = {
    "customer_id": ["b", "a", "a", "a", "b", "a", "b", "c", "a"],
    "date": pd.to_datetime(
        ["2024-01-05", "2024-01-01", "2024-01-31", "2024-03-01", "2024-01-06", "2024-01-31",
         "2024-03-20", "2024-02-10", "2024-03-31"],
    ),
}  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_has_the_same_profile(kind):
    tables = []
    for name in ("pandas", kind):
        frame = loyalty_profile(ENGINES[name](LOG), unit="W", as_of="2024-04-10").frame
        rows = nw.from_native(frame).lazy().collect().rows(named=True)
        tables.append(sorted(({k: tidy(v) for k, v in row.items()} for row in rows),
                             key=lambda row: row["customer_id"]))  # fmt: skip
    assert alike(*tables)
    a = tables[0][0]
    assert (a["orders"], a["firmness"], a["stability"]) == (
        4,
        0.75,
        1.0,
    )  # 100 days begin a fourth month
    assert a["durability"] == pytest.approx(90 / 7)


def test_mistakes_of_the_profile():
    log = pd.DataFrame(LOG)
    with pytest.raises(InvalidData, match=r"2024-03-30"):
        loyalty_profile(log, as_of="2024-03-30")
    left = loyalty_profile(log, as_of="2024-03-30", errors="collect").frame.set_index("customer_id")
    assert left.loc["a", "orders"] == 3
    with pytest.raises(InvalidRule, match="period must be longer than 0"):
        loyalty_profile(log, period=0)
    with pytest.raises(InvalidRule, match="say how long a period is"):
        loyalty_profile(log.assign(date=range(9)))
    with pytest.raises(ColumnNotFound, match="no column 'date'"):
        loyalty_profile(log[["customer_id"]])
    with pytest.raises(InvalidData, match="no customer in 1 row"):
        loyalty_profile(log.assign(customer_id=[None, *LOG["customer_id"][1:]]))
    with pytest.raises(InvalidData, match="no orders"):
        loyalty_profile(log.head(0))


# ---------------------------------------------------------------------- key factors of loyalty


def shapley(correlations):
    """The general dominance of each factor (Shapley's value of R2), over all subsets."""
    k = len(correlations) - 1

    def r2(chosen):
        chosen = list(chosen)
        if not chosen:
            return 0.0
        r = correlations[chosen, -1]
        return r @ np.linalg.solve(correlations[np.ix_(chosen, chosen)], r)

    shares = np.zeros(k)
    for i in range(k):
        others = [j for j in range(k) if j != i]
        by_size = [
            np.mean([r2((*s, i)) - r2(s) for s in itertools.combinations(others, size)])
            for size in range(k)
        ]
        shares[i] = np.mean(by_size)
    return shares


def test_weights_sum_to_r_squared_and_are_near_dominance():
    rng = np.random.default_rng(1)
    common = rng.normal(size=300)
    answers = pd.DataFrame({f"f{i}": common * i / 3 + rng.normal(size=300) for i in range(4)})
    answers["loyalty"] = answers["f1"] + 0.5 * answers["f3"] + rng.normal(size=300)
    table = loyalty_factors(answers, factors=["f0", "f1", "f2", "f3"], seed=1, resamples=199)
    assert table["weight"].sum() == pytest.approx(table["r_squared"][0])
    assert table["share"].sum() == pytest.approx(1)
    assert table["factor"].tolist()[:2] == ["f1", "f3"]
    table = table.set_index("factor").loc[["f0", "f1", "f2", "f3"]]
    correlations = answers.corr().to_numpy()
    np.testing.assert_allclose(table["weight"], shapley(correlations), atol=0.02)
    x = np.column_stack([np.ones(300), answers.iloc[:, :4]])
    slopes = np.linalg.lstsq(x, answers["loyalty"], rcond=None)[0][1:]
    np.testing.assert_allclose(table["slope"], slopes)
    assert (table["low"] <= table["weight"]).all()
    assert (table["weight"] <= table["high"]).all()
    assert table.loc["f1", "low"] > table.loc["f0", "high"]


def test_uncorrelated_factors_weigh_their_squared_correlations():
    design = np.array(list(itertools.product([-1, 1], repeat=3)) * 2, dtype=float)
    answers = pd.DataFrame(design, columns=["a", "b", "c"])
    answers["loyalty"] = (
        2 * answers["a"] + answers["b"] + np.tile([0.5, -0.5], 8) * np.repeat([1, -1], 8)
    )
    table = loyalty_factors(answers, factors=["a", "b", "c"], seed=1, resamples=99).set_index(
        "factor"
    )
    np.testing.assert_allclose(table["weight"], table["correlation"] ** 2)


def test_mistakes_of_factors():
    answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [1, 1, 1, 1, 1], "loyalty": [1, 3, 2, 5, 4]})
    with pytest.raises(FitError, match=r"column 'b' is constant \(1\)"):
        loyalty_factors(answers, factors=["a", "b"], seed=1)
    with pytest.raises(FitError, match="'a', 'c' say the same: leave one out"):
        loyalty_factors(answers.assign(c=answers["a"] * 2), factors=["a", "c"], seed=1)
    with pytest.raises(FitError, match="cannot be regressed on 1 columns with 2 rows: 3 are"):
        loyalty_factors(answers.head(2), factors=["a"], seed=1)
    with pytest.raises(InvalidRule, match="each once, without loyalty"):
        loyalty_factors(answers, factors=["a", "loyalty"], seed=1)
    with pytest.raises(InvalidRule, match="resamples must be 1 or more"):
        loyalty_factors(answers, factors=["a"], seed=1, resamples=0)


# -------------------------------------------------------------------------------- S-192: levers


def test_the_five_levers_and_not_the_sixth():
    """「加大投入以保证顾客百分之百满意」 is the wrong answer of the exercise."""
    assert len(LoyaltyLever) == 5
    with pytest.raises(UnknownCode, match="'full_satisfaction' is no loyalty lever"):
        LoyaltyLever("full_satisfaction")
    rule = LeverRule()
    assert not rule.full_satisfaction_pays(elasticity=0.05)
    assert rule.full_satisfaction_pays(elasticity=1.5)


def test_what_is_short_is_recommended_in_the_documents_order():
    rule = LeverRule()
    everything = rule.recommend(
        in_trap=True, elasticity=0.0, complaints_handled=0.5, switching_cost=0.2,
        employee_satisfaction=0.1,
    )  # fmt: skip
    assert everything == tuple(LoyaltyLever)
    assert rule.recommend() == ()
    assert rule.recommend(complaints_handled=0.9, switching_cost=1, employee_satisfaction=0.7) == ()
    assert from_data(rule.to_data()) == rule
    with pytest.raises(InvalidRule, match="elasticity is 0 or more"):
        LeverRule(elasticity=-1)


# ------------------------------------------------------------------- S-193, S-194, V-17: switching


def test_one_cost_with_three_signs():
    """V-17: before he leaves, for the rival, and after he left."""
    cost = SwitchingCost(financial=20, procedural=25, relational=5)
    assert cost.total == 50
    assert cost.holds(benefit=50)
    assert not cost.holds(benefit=50.01)
    assert cost.break_even_incentive == 50
    assert (cost.hurdle(benefit=30), cost.hurdle(benefit=80)) == (20, 0)
    higher = cost.raised(financial=10, relational=5)
    assert higher.total == 65
    assert higher.hurdle(benefit=30) > cost.hurdle(benefit=30)
    assert from_data(cost.to_data()) == cost
    with pytest.raises(InvalidRule, match="relational is 0 or more"):
        SwitchingCost(relational=-1)


def test_the_feeling_of_having_gained():
    """S-194: free start prices and coupons of 9, 8 and 10, against what it costs to change."""
    assert switch_gain([27, 27], [0, 30]).tolist() == [27, -3]
    with pytest.raises(InvalidRule, match="cost is 0 or more"):
        switch_gain(1, -1)


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_a_customer_is_held_exactly_where_he_would_not_gain(money, bonds, benefit):
    cost = SwitchingCost(financial=money, relational=bonds)
    assert cost.holds(benefit=benefit) == (not switch_gain(benefit, cost.total) > 0)
    assert cost.holds(benefit=cost.break_even_incentive)


# ------------------------------------------------------------------------------ S-198: scorecard


CARD = pd.DataFrame(
    {
        "satisfaction": [1, 3, 5],
        "loyalty": [0.0, 0.5, 1.0],
        "contribution": [0, 100, 400],
        "dependence": [0.2, 0.2, 0.6],
    }
)


def test_four_measures_from_0_to_1():
    learnt = CustomerScorecard(weights=(2, 1, 1, 0)).learn(CARD)
    assert learnt.ranges == ((1, 5), (0, 1), (0, 400), (0.2, 0.6))
    scored = learnt.score(CARD)
    assert scored["contribution_score"].tolist() == [0, 0.25, 1]
    assert scored["scorecard"].tolist() == pytest.approx([0, (2 * 0.5 + 0.5 + 0.25) / 4, 1])
    richer = learnt.score(CARD.assign(contribution=[-50, 100, 9000]))
    assert richer["contribution_score"].tolist() == [0, 0.25, 1]
    pd.testing.assert_frame_equal(CustomerScorecard(weights=(2, 1, 1, 0)).score(CARD), scored)
    assert from_data(learnt.to_data()) == learnt


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_has_the_same_scorecard(kind):
    data = CARD.to_dict("list") | {"id": [0, 1, 2]}
    frames = [CustomerScorecard().score(ENGINES[name](data)) for name in ("pandas", kind)]
    one, other = (nw.from_native(f).lazy().collect().sort("id").rows(named=True) for f in frames)
    assert alike(one, other)


def test_mistakes_of_the_scorecard():
    with pytest.raises(InvalidRule, match="all customers have dependence 1"):
        CustomerScorecard().score(CARD.assign(dependence=1))
    with pytest.raises(InvalidData, match="no customer to learn a scorecard from"):
        CustomerScorecard().learn(CARD.head(0))
    with pytest.raises(InvalidRule, match="four ranges"):
        CustomerScorecard(ranges=[(0, 1)])
    with pytest.raises(InvalidRule, match="four weights"):
        CustomerScorecard(weights=(1, 1))


# ---------------------------------------------------------------------- S-199: added value


def test_added_value_binds_more_than_a_price():
    assert len(ValueAdd) == 8
    fit = value_add_fit(["warranty", "upgrade", "repair"], ["repair", "data_interchange"])
    assert [code.value for code in fit.met] == ["repair"]
    assert [code.value for code in fit.missing] == ["warranty", "upgrade"]
    assert [code.value for code in fit.unwanted] == ["data_interchange"]
    assert fit.share == pytest.approx(1 / 3)
    assert not fit.price_alone
    assert value_add_fit(["warranty"], []).price_alone
    assert value_add_fit([], []).share == 1
    with pytest.raises(UnknownCode, match=r"'waranty' is no value add .did you mean 'warranty'"):
        value_add_fit(["waranty"], [])
