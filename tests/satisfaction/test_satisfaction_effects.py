"""Penalty and reward, the closed loop, programmes, recovery, the chain: S-174, S-188, S-190, S-195."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from scipy import stats
from segmentation.engines import ENGINES, alike, tidy

from custrel import from_data
from custrel.errors import FitError, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    DriverKind,
    KanoCategory,
    PenaltyReward,
    PiecewiseCurve,
    PowerCurve,
    ProgrammeAudit,
    ProgrammeEconomics,
    ProgrammeRule,
    RewardSchedule,
    SatisfactionLoop,
    TierDiscount,
    main_instrument,
    penalty_reward,
    programme_effect,
    recovery_paradox,
    service_profit_chain,
)

# --------------------------------------------------------------------------- penalty and reward


@pytest.fixture(scope="module")
def drivers():
    """Four attributes that do what their names say, by construction."""
    rng = np.random.default_rng(7)
    names = ["basic", "excitement", "performance", "irrelevant"]
    answers = pd.DataFrame(rng.integers(1, 6, (600, 4)), columns=names)
    low, high = answers <= 2, answers >= 5
    answers["overall"] = (
        5 - 1.5 * low["basic"] + 1.2 * high["excitement"]
        - low["performance"] + high["performance"] + rng.normal(0, 0.7, 600)
    )  # fmt: skip
    return answers


NAMES = ["basic", "excitement", "performance", "irrelevant"]


def test_each_driver_is_told_for_what_it_is(drivers):
    table = penalty_reward(drivers, attributes=NAMES).set_index("attribute")
    assert table["kind"].to_dict() == {name: name for name in NAMES}
    assert table["range"].is_monotonic_decreasing
    assert (table["range"] - (table["reward"] - table["penalty"])).abs().max() < 1e-12
    assert table.loc["basic", "low"] == (drivers["basic"] <= 2).sum()
    assert [DriverKind(kind).kano for kind in table["kind"]] == [
        {"basic": KanoCategory.MUST_BE, "performance": KanoCategory.ONE_DIMENSIONAL,
         "excitement": KanoCategory.ATTRACTIVE, "irrelevant": KanoCategory.INDIFFERENT}[name]
        for name in table.index
    ]  # fmt: skip


def test_the_regression_is_least_squares_with_students_intervals(drivers):
    """Against the normal equations written out."""
    table = penalty_reward(drivers, attributes=NAMES).set_index("attribute").loc[NAMES]
    values = drivers[NAMES].to_numpy()
    x = np.column_stack([np.ones(600), values <= 2, values >= 5]).astype(float)
    y = drivers["overall"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    found = inverse @ x.T @ y
    residual = y - x @ found
    errors = np.sqrt(residual @ residual / (600 - 9) * np.diag(inverse))
    reach = stats.t.ppf(0.975, 600 - 9) * errors
    np.testing.assert_allclose(table["penalty"], found[1:5])
    np.testing.assert_allclose(table["reward"], found[5:])
    np.testing.assert_allclose(table["penalty_low"], (found - reach)[1:5])
    np.testing.assert_allclose(table["reward_high"], (found + reach)[5:])
    r2 = 1 - residual @ residual / ((y - y.mean()) ** 2).sum()
    assert table["r_squared"].iloc[0] == pytest.approx(r2)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_has_the_same_drivers(kind, drivers):
    frames = [
        penalty_reward(ENGINES[name](drivers.to_dict("list")), attributes=NAMES)
        for name in ("pandas", kind)
    ]
    assert alike(
        *(nw.from_native(f).lazy().collect().sort("attribute").rows(named=True) for f in frames)
    )


def test_mistakes_of_penalty_and_reward(drivers):
    with pytest.raises(InvalidData, match="column 'basic': nobody's answer is up to 0"):
        penalty_reward(drivers, attributes=NAMES, rule=PenaltyReward(low_to=0))
    constant = drivers.assign(basic=5)
    with pytest.raises(InvalidData, match="everybody's answer is from 5"):
        penalty_reward(constant, attributes=NAMES)
    with pytest.raises(FitError, match="say the same: leave one out"):
        penalty_reward(drivers.assign(twin=drivers["basic"]), attributes=["basic", "twin"])
    rows = [[1, 5, 3, 1, 4], [5, 1, 1, 5, 3], [3, 3, 5, 3, 2], [1] * 5, [5] * 5]
    few = pd.DataFrame(rows, columns=[*NAMES, "overall"])
    with pytest.raises(FitError, match="with 5 rows: 10 are a minimum"):
        penalty_reward(few, attributes=NAMES)
    with pytest.raises(InvalidRule, match="each once, without overall"):
        penalty_reward(drivers, attributes=["basic", "basic"])
    with pytest.raises(InvalidRule, match="must be below high_from"):
        PenaltyReward(low_to=5)
    spoilt = drivers.assign(overall=drivers["overall"].where(drivers.index > 0))
    with pytest.raises(InvalidData, match="missing or infinite value in 1 respondent"):
        penalty_reward(spoilt, attributes=NAMES)


# --------------------------------------------------------------------------- S-174: closed loop


def test_the_loop_settles_in_its_steady_state():
    loop = SatisfactionLoop()
    (state,) = loop.steady_states()
    assert state.stable
    for start in (0.0, 10.0):
        last = loop.simulate(400, satisfaction=start, customers=1000).iloc[-1]
        assert last["satisfaction"] == pytest.approx(state.satisfaction)
        assert last["loyalty"] == pytest.approx(state.loyalty)
        assert last["customers"] == pytest.approx(state.customers)
        assert last["spend"] == pytest.approx(state.spend)
    assert from_data(loop.to_data()) == loop


def test_one_period_by_hand():
    """Invest 0.1 of 100, earn 10 (1 - 1/e), go half the way from 2; loyalty is a tenth of it."""
    loop = SatisfactionLoop(
        curve=PiecewiseCurve(satisfaction=(0, 10), loyalty=(0, 1)), uplift=0, acquired=5
    )
    row = loop.simulate(1, satisfaction=2, customers=50).iloc[0]
    s = 2 + 0.5 * (10 * (1 - np.exp(-1)) - 2)
    assert row["investment"] == 10
    assert row["satisfaction"] == pytest.approx(s)
    assert row["loyalty"] == pytest.approx(s / 10)
    assert row["customers"] == pytest.approx(50 * s / 10 + 5)
    assert row["revenue"] == 5000


def test_a_steep_curve_has_a_good_and_a_bad_end():
    """Between two stable states lies one that the loop leaves, to whichever side it is pushed."""
    steep = PiecewiseCurve(satisfaction=(0, 5.5, 6.5, 10), loyalty=(0.05, 0.1, 0.8, 0.9))
    loop = SatisfactionLoop(curve=steep, uplift=1.0, ease=14)
    low, middle, high = loop.steady_states()
    assert (low.stable, middle.stable, high.stable) == (True, False, True)
    down, up = (
        loop.simulate(300, satisfaction=middle.satisfaction + push)["loyalty"].iloc[-1]
        for push in (-0.3, 0.3)
    )
    assert down == pytest.approx(low.loyalty)
    assert up == pytest.approx(high.loyalty)


def test_noise_comes_from_the_seed():
    loop = SatisfactionLoop()
    one, same, other = (loop.simulate(20, noise=0.5, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)
    with pytest.raises(InvalidRule, match="give a seed"):
        loop.simulate(5, noise=1)
    with pytest.raises(InvalidRule, match="periods is 1 or more"):
        loop.simulate(0)
    with pytest.raises(InvalidRule, match="invested is out of its range"):
        SatisfactionLoop(invested=2)
    with pytest.raises(InvalidRule, match="curve is a LoyaltyCurve"):
        SatisfactionLoop(curve="convex")


@given(st.floats(0.01, 0.5), st.floats(0.0, 0.5))
def test_who_invests_more_has_more_loyal_customers(invested, more):
    curve = PowerCurve(satisfaction=(0, 10), loyalty=(0, 0.95), exponent=1.5)
    states = [
        SatisfactionLoop(curve=curve, invested=share).steady_states()[-1]
        for share in (invested, invested + more)
    ]
    assert states[0].loyalty <= states[1].loyalty + 1e-9


# ------------------------------------------------------------- S-188, S-195: rewards and discounts


SPENT = [0, 5, 9.99, 10, 19, 20, 29, 30, 31, 100]


def test_rewards_by_hand():
    rule = RewardSchedule(metric="revenue", rewards=[(10, 1), (20, 3)], every=10)
    worth = [0, 0, 0, 1, 1, 4, 4, 7, 7, 28]
    assert [rule.earned(spent) for spent in SPENT] == worth
    applied = rule.apply(pd.DataFrame({"revenue": SPENT}))
    assert applied["reward"].tolist() == worth
    assert applied["to_next_reward"].tolist() == pytest.approx(
        [10, 5, 0.01, 10, 1, 10, 1, 10, 9, 10]
    )
    once = RewardSchedule(rewards=[(3, 5)]).apply(pd.DataFrame({"orders": [1, 3]}))
    assert once["reward"].tolist() == [0, 5]
    assert [tidy(v) for v in once["to_next_reward"]] == [2.0, None]
    assert from_data(rule.to_data()) == rule


def test_discounts_by_hand():
    rule = TierDiscount(tiers=[(10, 0.05), (30, 0.1)])
    applied = rule.apply(pd.DataFrame({"revenue": SPENT}))
    assert applied["tier"].tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
    assert applied["discount"].tolist() == [rule.rate(spent) for spent in SPENT]
    assert [tidy(v) for v in applied["to_next_tier"]][-4:] == [1.0, None, None, None]
    assert from_data(rule.to_data()) == rule


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_has_the_same_rewards(kind):
    data = {"id": list(range(10)), "revenue": [float(x) for x in SPENT], "orders": list(range(10))}
    for make in (
        RewardSchedule(rewards=[(2, 1), (5, 2)], every=2).apply,
        RewardSchedule(rewards=[(2, 1), (5, 2)]).apply,
        TierDiscount(tiers=[(10, 0.05), (30, 0.1)]).apply,
    ):
        tables = []
        for name in ("pandas", kind):
            rows = nw.from_native(make(ENGINES[name](data))).lazy().collect().sort("id")
            tables.append([{k: tidy(v) for k, v in row.items()} for row in rows.rows(named=True)])
        assert alike(*tables)


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_more_spending_never_brings_less(one, other):
    low, high = sorted((one, other))
    for value_of in (
        RewardSchedule(rewards=[(10, 1), (200, 3)], every=50).earned,
        TierDiscount(tiers=[(10, 0.05), (300, 0.1)]).rate,
    ):
        assert value_of(low) <= value_of(high)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RewardSchedule(rewards=[]), "one threshold or more"),
        (lambda: RewardSchedule(rewards=[(5, 1), (5, 2)]), "ascending and above 0"),
        (lambda: RewardSchedule(rewards=[(5, -1)]), "worth is 0 or more"),
        (lambda: RewardSchedule(rewards=[(5, 1)], every=0), "every is above 0"),
        (lambda: RewardSchedule(rewards=[5]), "expected pairs of numbers"),
        (lambda: RewardSchedule(metric="points", rewards=[(5, 1)]), "'points' is no metric"),
        (lambda: TierDiscount(tiers=[(10, 0.1), (20, 0.05)]), "ascending shares"),
        (lambda: TierDiscount(tiers=[(10, 5)]), r"0.05, not 5"),
        (lambda: ProgrammeEconomics(members=-1, purchases=1, margin=1, reward=1), "members is 0"),
    ],
)
def test_impossible_programmes(make, message):
    with pytest.raises((InvalidRule, UnknownCode), match=message):
        make()


# ------------------------------------------------------- S-190: what a programme costs and brings


def test_a_programme_by_hand():
    """1,000 members buy 10 times; 0.50 of a margin of 4.00 goes back; 2,000 are fixed.

    Rewards on the 10,000 purchases that come anyway cost 5,000, with the fixed 7,000. Each further
    purchase brings 3.50: 2,000 of them pay for it.
    """
    cards = ProgrammeEconomics(members=1000, purchases=10, margin=4, reward=0.5, fixed=2000)
    assert cards.cost() == 7000
    assert cards.break_even_purchases == 2000
    assert cards.profit(lift=cards.break_even_lift) == pytest.approx(0)
    assert cards.roi(lift=0) == -1
    assert from_data(cards.to_data()) == cards
    generous = ProgrammeEconomics(members=10, purchases=1, margin=1, reward=1)
    assert generous.break_even_purchases == np.inf
    free = ProgrammeEconomics(members=10, purchases=1, margin=1, reward=0)
    assert (free.break_even_lift, np.isnan(free.roi(lift=1))) == (0, True)


amounts = st.floats(0.01, 1000)


@given(amounts, amounts, amounts, st.floats(0.01, 0.99), st.floats(0, 1000))
def test_profit_crosses_zero_at_the_break_even(members, purchases, margin, share, fixed):
    rule = ProgrammeEconomics(
        members=members, purchases=purchases, margin=margin, reward=margin * share, fixed=fixed
    )
    lift = rule.break_even_lift
    scale = rule.cost(lift=lift) + 1
    assert rule.profit(lift=lift) == pytest.approx(0, abs=1e-9 * scale)
    assert rule.profit(lift=lift + 1) > 0


def test_the_effect_is_the_difference_of_differences():
    rng = np.random.default_rng(3)
    customers = pd.DataFrame({"member": [True] * 40 + [False] * 60, "before": rng.poisson(5, 100)})
    customers["after"] = customers["before"] + rng.normal(1, 2, 100) + 2 * customers["member"]
    found = programme_effect(customers)
    change = customers["after"] - customers["before"]
    one, other = change[customers["member"]], change[~customers["member"]]
    test = stats.ttest_ind(one, other, equal_var=False)
    interval = test.confidence_interval(0.95)
    assert found.effect == pytest.approx(one.mean() - other.mean())
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p_value == pytest.approx(test.pvalue)
    assert (found.members, found.others) == (40, 60)


def test_groups_of_one_and_of_none():
    customers = pd.DataFrame({"member": [1, 0, 0], "before": [1, 1, 1], "after": [2, 1, 1]})
    alone = programme_effect(customers)
    assert alone.effect == 1
    assert "(no interval) more change among 1 member than among 2 others" in str(alone)
    assert np.isnan([alone.low, alone.high, alone.p_value]).all()
    same = programme_effect(pd.concat([customers, customers]))
    assert (same.low, same.high, same.p_value) == (1, 1, 0)
    with pytest.raises(InvalidData, match="found one kind only"):
        programme_effect(customers.assign(member=1))
    with pytest.raises(InvalidData, match="not from 0 to 1"):
        programme_effect(customers.assign(member=[2, 0, 0]))


# -------------------------------------------------------------------------------- recovery paradox


def test_the_paradox_is_a_paired_test():
    rng = np.random.default_rng(4)
    pairs = pd.DataFrame({"before": rng.integers(2, 6, 30)})
    pairs["after"] = pairs["before"] + rng.integers(-1, 3, 30)
    found = recovery_paradox(pairs)
    paired = stats.ttest_rel(pairs["after"], pairs["before"], alternative="greater")
    assert found.p_value == pytest.approx(paired.pvalue)
    both = stats.ttest_rel(pairs["after"], pairs["before"]).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((both.low, both.high))
    change = pairs["after"] - pairs["before"]
    assert found.effect == pytest.approx(change.mean() / change.std())
    assert (found.improved, found.worsened) == ((change > 0).mean(), (change < 0).mean())
    assert found.wilcoxon_p == pytest.approx(
        stats.wilcoxon(pairs["after"], pairs["before"], alternative="greater").pvalue
    )
    assert found.holds


def test_restored_or_not():
    worse = recovery_paradox(pd.DataFrame({"before": [5, 6, 7, 6], "after": [3, 4, 4, 3]}))
    assert (worse.holds, worse.restored) == (False, False)
    assert str(worse).endswith("not restored")
    alone = recovery_paradox(pd.DataFrame({"before": [1], "after": [2]}))
    assert str(alone).endswith("+1.00 (no interval), 1 customer, p = nan: too few to tell")
    assert (alone.holds, alone.restored) == (False, False)
    same = recovery_paradox(pd.DataFrame({"before": [5, 6], "after": [5, 6]}))
    assert (same.change, same.holds, same.restored) == (0, False, True)
    assert np.isnan(same.wilcoxon_p)
    alone = recovery_paradox(pd.DataFrame({"before": [5], "after": [7]}))
    assert (alone.change, alone.holds) == (2, False)
    assert np.isnan(alone.low)
    with pytest.raises(InvalidData, match="no customer to compare"):
        recovery_paradox(pd.DataFrame({"before": [], "after": []}))


# ----------------------------------------------------------------------- the service-profit chain


@pytest.mark.published
def test_the_chain_of_a_department_store():
    """Rucci, Kirn & Quinn (1998), page 84: 5 units of employees' attitude bring 1.3 units of
    customers' impression, and these half a percent of revenue growth (S-323)."""
    attitude = np.array([0.0, 5, 10, 15, 20])
    shops = pd.DataFrame({"attitude": attitude, "impression": attitude * 1.3 / 5})
    shops["growth"] = shops["impression"] * 0.5 / 1.3
    wave = np.array([1, -2, 0, 2, -1]) * 1e-3  # a trifle of noise, without a slope
    shops["impression"] += wave - np.polyval(np.polyfit(attitude, wave, 1), attitude)
    chain = service_profit_chain(shops, chain=["attitude", "impression", "growth"], seed=1)
    assert chain.link("attitude").slope * 5 == pytest.approx(1.3)
    assert chain.effect(5) == pytest.approx(0.5, abs=1e-3)


def test_every_link_is_a_regression():
    rng = np.random.default_rng(5)
    shops = pd.DataFrame({"staff": rng.normal(70, 8, 90)})
    shops["guests"] = 40 + 0.5 * shops["staff"] + rng.normal(0, 3, 90)
    shops["growth"] = -5 + 0.2 * shops["guests"] + rng.normal(0, 1, 90)
    chain = service_profit_chain(shops, chain=["staff", "guests", "growth"], seed=1, resamples=499)
    for cause, effect in (("staff", "guests"), ("guests", "growth")):
        expected = stats.linregress(shops[cause], shops[effect])
        link = chain.link(cause)
        assert link.slope == pytest.approx(expected.slope)
        assert link.standardized == pytest.approx(expected.rvalue)
        assert link.p_value == pytest.approx(expected.pvalue, abs=1e-12)
        reach = stats.t.ppf(0.975, 88) * expected.stderr
        assert (link.low, link.high) == pytest.approx(
            (expected.slope - reach, expected.slope + reach)
        )
    assert chain.total == pytest.approx(chain.links[0].slope * chain.links[1].slope)
    # About as wide as the delta method has it (Sobel).
    a, b = (
        stats.linregress(shops[c], shops[e]) for c, e in (("staff", "guests"), ("guests", "growth"))
    )
    sobel = np.hypot(a.slope * b.stderr, b.slope * a.stderr)
    assert chain.total_high - chain.total_low == pytest.approx(2 * 1.96 * sobel, rel=0.2)
    assert repr(chain).endswith(f"({chain.total_low:.4g} to {chain.total_high:.4g}).")


def test_mistakes_of_the_chain():
    shops = pd.DataFrame({"a": [1, 2, 3], "b": [1, 1, 1]})
    with pytest.raises(FitError, match="column 'b' is constant"):
        service_profit_chain(shops, chain=["a", "b"], seed=1)
    with pytest.raises(FitError, match="with 2 rows: 3 are a minimum"):
        service_profit_chain(shops.head(2), chain=["a", "b"], seed=1)
    with pytest.raises(InvalidRule, match="two columns or more"):
        service_profit_chain(shops, chain=["a"], seed=1)
    with pytest.raises(InvalidRule, match="resamples must be 1 or more"):
        service_profit_chain(shops, chain=["a", "b"], seed=1, resamples=0)
    found = service_profit_chain(shops.assign(b=[1, 3, 2]), chain=["a", "b"], seed=1, resamples=9)
    with pytest.raises(UnknownCode, match="'b' is no cause in this chain"):
        found.link("b")


# ----------------------------------------------------------- S-189, S-190: levels and seven rules


def test_the_first_level_works_by_price():
    """S-189, V-22: 「一级阶梯忠诚计划最重要的手段是价格刺激」; the fourth level is not said."""
    assert [main_instrument(level).value for level in (1, 2, 3)] == [
        "financial",
        "social",
        "structural",
    ]
    with pytest.raises(InvalidRule, match="do not say what it is"):
        main_instrument(4)
    with pytest.raises(InvalidRule, match="levels 1 to 3, got 0"):
        main_instrument(0)


def test_seven_rules():
    """S-190: the seventh needs three abilities, the fifth a reason to end."""
    nothing = ProgrammeAudit()
    assert nothing.broken == tuple(ProgrammeRule)
    fields = [
        field for field in ProgrammeAudit.__attrs_attrs__ if field.name != "empowers_employees"
    ]
    nearly = ProgrammeAudit(**{field.name: True for field in fields})
    assert [rule.value for rule in nearly.broken] == ["able"]
    whole = ProgrammeAudit(**{field.name: True for field in ProgrammeAudit.__attrs_attrs__})
    assert whole.passed
    assert from_data(whole.to_data()) == whole
    assert whole.end(reason=" sold ") == "sold"
    with pytest.raises(InvalidRule, match="without a reason"):
        whole.end(reason=" ")


def test_cost_and_benefit_are_answered_by_figures():
    cards = ProgrammeEconomics(members=100, purchases=10, margin=4, reward=0.5)
    customers = pd.DataFrame(
        {"member": [1, 1, 0, 0], "before": [1, 2, 1, 2], "after": [3, 5, 1, 3]}
    )
    audit = ProgrammeAudit().with_figures(cards, programme_effect(customers))
    assert (audit.cost_managed, audit.benefit_measured) == (True, True)
    ruinous = ProgrammeEconomics(members=100, purchases=10, margin=4, reward=5)
    audit = ProgrammeAudit().with_figures(ruinous, programme_effect(customers.iloc[[0, 2, 3]]))
    assert (audit.cost_managed, audit.benefit_measured) == (False, False)
