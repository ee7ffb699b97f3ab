"""Relationships as Markov chains: S-090, S-114, S-300."""

import itertools
import json
from collections import Counter
from functools import cache

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import (
    DiscountRate,
    MarkovAction,
    MarkovChain,
    MarkovDecision,
    MarkovPolicy,
    StateValues,
)

inf = float("inf")
YEARLY = DiscountRate.per_year(0.20)
PAPER = MarkovChain.by_recency((0.30, 0.20, 0.15, 0.05), unit="Y")
REWARD = (36, -4, -4, -4, 0)
engines = pytest.mark.parametrize("kind", ENGINES)


# ---------------------------------------------------------------------------- the paper


def follow(recency, periods, buys=(0.30, 0.20, 0.15, 0.05)):
    """Follow a customer purchase by purchase: 40 for each, 4 for each offer, a fifth a year."""

    @cache
    def worth(recency, left):
        if recency > len(buys):
            return 0.0
        now = 36.0 if recency == 1 else -4.0
        if not left:
            return now
        chance = buys[recency - 1]
        return (
            now + (chance * worth(1, left - 1) + (1 - chance) * worth(recency + 1, left - 1)) / 1.2
        )

    return worth(recency, periods)


@pytest.mark.published
def test_the_example_of_pfeifer_and_carraway():
    """Pfeifer & Carraway (2000), Journal of Interactive Marketing 14(2), 43-55.

    Their chain, and its values both written down and followed purchase by purchase.
    """
    assert PAPER.absorbing == (5,)
    for_ever = PAPER.value(REWARD, discount=YEARLY)
    assert for_ever.rounded(3) == {1: 52.320, 2: 5.554, 3: 1.251, 4: -1.820, 5: 0.0}
    four = PAPER.value(REWARD, discount=YEARLY, horizon=4)
    assert four.rounded(3) == {1: 50.115, 2: 4.220, 3: 0.592, 4: -1.980, 5: 0.0}
    states = (1, 2, 3, 4, 5)
    assert for_ever.amounts == pytest.approx([follow(state, 200) for state in states])
    assert four.amounts == pytest.approx([follow(state, 4) for state in states])


def test_offers_stop_at_recency_four():
    """A customer of recency 4 is worth less than nothing; no other rule of stopping is better."""
    gone = ((0, 0, 0, 0, 1),) * 5
    offers = MarkovDecision(
        states=PAPER.states,
        actions=(
            MarkovAction(name="stop", matrix=gone, reward=(40, 0, 0, 0, 0)),
            MarkovAction(name="offer", matrix=PAPER.matrix, reward=(36, -4, -4, -4, -4)),
        ),
        unit="Y",
    )
    best = offers.solve(discount=YEARLY)
    assert best.actions == (("offer", "offer", "offer", "stop", "stop"),)
    worth = best.worth.amounts
    buys = (0.30, 0.20, 0.15, 0.05)
    assert worth[:4] == pytest.approx([follow(state, 200, buys[:3]) for state in (1, 2, 3, 4)])
    others = [40.0, *(follow(1, 200, buys[:until]) for until in (1, 2, 4))]
    assert max(others) < worth[0] == pytest.approx(53.149, abs=5e-4)


# ------------------------------------------------------------------ values by definition


def chains(size=3):
    cell = st.integers(0, 6)
    row = st.lists(cell, min_size=size, max_size=size).filter(any)
    rows = st.lists(row, min_size=size, max_size=size)
    return rows.map(lambda rows: tuple(tuple(c / sum(row) for c in row) for row in rows))


rewards = st.lists(st.integers(-20, 50), min_size=3, max_size=3)


def chain_of(matrix, **options):
    return MarkovChain(states="abc"[: len(matrix)], matrix=matrix, unit="M", **options)


def summed(matrix, reward, factor, periods):
    """Add the rewards up period by period."""
    total, power = np.zeros(len(reward)), np.eye(len(reward))
    for t in range(periods + 1):
        total = total + factor**t * power @ reward
        power = power @ matrix
    return total


@pytest.mark.properties
@settings(max_examples=40)
@given(chains(), rewards, st.floats(0.05, 0.5), st.integers(0, 6))
def test_values_are_discounted_sums(matrix, reward, rate, horizon):
    chain, discount = chain_of(matrix), DiscountRate.per_month(rate)
    factor = 1 / (1 + rate)
    seen = chain.value(reward, discount=discount, horizon=horizon).amounts
    np.testing.assert_allclose(seen, summed(matrix, reward, factor, horizon), atol=1e-9)
    ever = chain.value(reward, discount=discount).amounts
    np.testing.assert_allclose(ever, summed(matrix, reward, factor, 1000), atol=1e-8)


@pytest.mark.properties
@settings(max_examples=40)
@given(chains(), rewards, rewards, st.floats(0.05, 0.5), st.floats(-3, 3))
def test_values_are_linear_in_rewards_and_grow_with_them(matrix, one, other, rate, scale):
    chain, discount = chain_of(matrix), DiscountRate.per_month(rate)

    def worth(reward):
        return np.array(chain.value(reward, discount=discount).amounts)

    both = worth(np.array(one) + scale * np.array(other))
    np.testing.assert_allclose(both, worth(one) + scale * worth(other), atol=1e-8)
    assert (worth(np.array(one) + 1) >= worth(one)).all()
    # A reward of 1 wherever one is, is an annuity.
    np.testing.assert_allclose(worth(np.ones(3)), (1 + rate) / rate)


def test_without_discounting_what_ends_is_finite():
    """The gambler's ruin: from i of 5, i (5 - i) rounds (Feller 1968, vol. 1, ch. XIV.3)."""
    matrix = np.zeros((6, 6))
    matrix[0, 0] = matrix[5, 5] = 1
    for i in range(1, 5):
        matrix[i, i - 1] = matrix[i, i + 1] = 0.5
    chain = MarkovChain(states=range(6), matrix=matrix, unit="M")
    rounds = [i * (5 - i) for i in range(6)]
    np.testing.assert_allclose(chain.lifetime(), rounds, atol=1e-12)
    values = chain.value((0, 1, 1, 1, 1, 0), discount=None).amounts
    np.testing.assert_allclose(values, rounds, atol=1e-12)
    with pytest.raises(InvalidRule, match="customers in 5 bring something for ever"):
        chain.value((0, 1, 1, 1, 1, 1), discount=None)
    with pytest.raises(InvalidRule, match="infinite"):
        chain.value((0, 1, 1, 1, 1, 0), discount=DiscountRate.per_month(-0.01))


def test_quarters_and_forecasts():
    quarters = MarkovChain(states="ab", matrix=((0.5, 0.5), (0, 1)), unit="M", length=3)
    assert quarters.discount_factor(DiscountRate.per_month(0.01)) == pytest.approx(1.01**-3)
    np.testing.assert_allclose(quarters.forecast([8, 0], periods=2), [[8, 0], [4, 4], [2, 6]])
    with pytest.raises(InvalidRule, match="whole number, 0 or more"):
        quarters.forecast([8, 0], periods=-1)
    with pytest.raises(InvalidRule, match="3,"):
        quarters.forecast([8, 0, 0], periods=1)


# ----------------------------------------------------------------- standard errors


@pytest.mark.properties
@settings(max_examples=15)
@given(chains(), rewards, st.sampled_from([None, 3]))
def test_standard_errors_by_finite_differences(matrix, reward, horizon):
    discount, observed = DiscountRate.per_month(0.1), np.array([40.0, 90.0, 25.0])
    chain = chain_of(matrix, observed=observed)
    seen = chain.value(reward, discount=discount, horizon=horizon).standard_errors
    base, step = np.array(matrix), 1e-6
    factor, periods = 1 / 1.1, 300 if horizon is None else horizon
    variance = np.zeros(3)
    for s in range(3):
        slopes = np.zeros((3, 3))
        for j in range(3):
            up, down = base.copy(), base.copy()
            up[s, j] += step
            down[s, j] -= step
            ends = [summed(m, reward, factor, periods) for m in (up, down)]
            slopes[:, j] = (ends[0] - ends[1]) / (2 * step)
        covariance = (np.diag(base[s]) - np.outer(base[s], base[s])) / observed[s]
        variance += np.einsum("ij,jk,ik->i", slopes, covariance, slopes)
    np.testing.assert_allclose(seen, np.sqrt(np.maximum(variance, 0)), atol=1e-4, rtol=1e-4)


def test_intervals_are_wilsons():
    learnt = MarkovChain(states="ab", matrix=((0.4, 0.6), (0, 1)), unit="M", observed=(100, 0))
    low, high = learnt.intervals()[0, 0]
    assert (low, high) == pytest.approx((0.3094013, 0.4979974), abs=1e-6)
    assert np.isnan(learnt.intervals()[1]).all()
    assert PAPER.value(REWARD, discount=YEARLY).standard_errors is None


# ------------------------------------------------------------------------- policies


@st.composite
def decisions(draw):
    actions = [
        MarkovAction(name=name, matrix=draw(chains()), reward=draw(rewards))
        for name in ("mail", "call", "nothing")
    ]
    return MarkovDecision(states="abc", actions=actions, unit="M")


@pytest.mark.properties
@settings(max_examples=25)
@given(decisions(), st.floats(0.02, 0.5))
def test_no_policy_is_better(decision, rate):
    """All 27 policies, one by one."""
    discount = DiscountRate.per_month(rate)
    best = decision.solve(discount=discount)
    every = []
    for choices in itertools.product(["mail", "call", "nothing"], repeat=3):
        chain, reward = decision.under(choices)
        every.append(chain.value(reward, discount=discount).amounts)
    np.testing.assert_allclose(best.worth.amounts, np.max(every, axis=0), rtol=1e-9, atol=1e-8)
    chain, reward = decision.under(best.actions[0])
    found = chain.value(reward, discount=discount).amounts
    np.testing.assert_allclose(found, best.worth.amounts, rtol=1e-9, atol=1e-8)


@pytest.mark.properties
@settings(max_examples=10)
@given(chains(2), chains(2), rewards, rewards)
def test_no_plan_is_better(one, other, first, second):
    """All 4 ** 3 plans of three periods for two states and two actions, one by one."""
    actions = (
        MarkovAction(name="mail", matrix=one, reward=first[:2]),
        MarkovAction(name="nothing", matrix=other, reward=second[:2]),
    )
    decision = MarkovDecision(states="ab", actions=actions, unit="M")
    discount = DiscountRate.per_month(0.1)
    best = decision.solve(discount=discount, horizon=2)
    assert len(best.actions) == 3
    rows = list(itertools.product(["mail", "nothing"], repeat=2))
    every = []
    for plan in itertools.product(rows, repeat=3):
        values = np.zeros(2)
        for row in reversed(plan):
            chain, reward = decision.under(row)
            values = np.array(reward) + np.array(chain.matrix) @ values / 1.1
        every.append(values)
    np.testing.assert_allclose(best.worth.amounts, np.max(every, axis=0), atol=1e-9)


@pytest.mark.properties
@settings(max_examples=10)
@given(decisions())
def test_a_long_plan_comes_to_the_policy_for_ever(decision):
    discount = DiscountRate.per_month(0.2)
    ever, long = (decision.solve(discount=discount, horizon=h) for h in (None, 200))
    np.testing.assert_allclose(long.worth.amounts, ever.worth.amounts, atol=1e-8)
    assert from_data(json.loads(json.dumps(decision.to_data()))) == decision
    assert from_data(json.loads(json.dumps(long.to_data()))) == long


def test_an_action_that_cannot_be_taken_is_not():
    stay = ((1, 0), (0, 1))
    actions = (
        MarkovAction(name="call", matrix=stay, reward=(100, -inf)),
        MarkovAction(name="nothing", matrix=stay, reward=(0, 1)),
    )
    decision = MarkovDecision(states="ab", actions=actions, unit="Y")
    assert decision.solve(discount=YEARLY).actions == (("call", "nothing"),)
    assert from_data(decision.to_data()) == decision
    with pytest.raises(InvalidRule, match="finite rewards"):
        decision.under(["call", "call"])
    with pytest.raises(UnknownCode, match="'cal' is no action"):
        decision.under(["cal", "call"])
    with pytest.raises(InvalidRule, match="no action can be taken in 'b'"):
        MarkovDecision(states="ab", actions=actions[:1], unit="Y")
    with pytest.raises(InvalidRule, match="above 0"):
        decision.solve(discount=DiscountRate.per_year(0))


def test_of_equals_the_first_is_taken():
    stay = ((1.0,),)
    actions = [MarkovAction(name=n, matrix=stay, reward=(0.1 + 0.2,)) for n in ("mail", "call")]
    actions[1] = MarkovAction(name="call", matrix=stay, reward=(0.3,))
    decision = MarkovDecision(states="a", actions=actions, unit="Y")
    assert decision.solve(discount=YEARLY).actions == (("mail",),)
    turned = MarkovDecision(states="a", actions=actions[::-1], unit="Y")
    assert turned.solve(discount=YEARLY).actions == (("call",),)


# ------------------------------------------------------------------------- learning


def transitions_by_hand(rows, absent):
    """Walk through the panel, customer by customer and period by period."""
    last = max(at for _, at, _ in rows)
    counts = Counter()
    for who in {who for who, _, _ in rows}:
        seen = {at: state for w, at, state in rows if w == who}
        for at in range(min(seen), last):
            counts[seen.get(at, absent), seen.get(at + 1, absent)] += 1
    return counts


panels = st.sets(st.tuples(st.integers(1, 4), st.integers(1, 5)), min_size=2, max_size=14).flatmap(
    lambda keys: st.tuples(
        *[st.tuples(st.just(w), st.just(p), st.sampled_from("ab")) for w, p in sorted(keys)]
    )
)


def panel_of(rows):
    return pd.DataFrame(list(rows), columns=["customer_id", "period", "state"])


@pytest.mark.properties
@settings(max_examples=25)
@given(panels, st.sampled_from([0.5, 1.0]))
def test_what_is_learnt_is_what_was_counted(rows, smoothing):
    if len({at for _, at, _ in rows}) < 2:
        return
    counts = transitions_by_hand(rows, "left")
    chain = MarkovChain.fit(panel_of(rows), unit="M", absent="left", smoothing=smoothing)
    for before, row in zip(chain.states, chain.matrix, strict=True):
        seen = [counts[before, after] + smoothing for after in chain.states]
        if before == "left" and not any(counts["left", s] for s in "ab"):
            seen = [float(after == "left") for after in chain.states]
        np.testing.assert_allclose(row, np.array(seen) / sum(seen))


PANEL = {
    "customer_id": ["x", "x", "x", "y", "y", "z", "z", "z", "w"],
    "period": [1, 2, 3, 1, 2, 1, 2, 3, 2],
    "state": ["low", "high", "high", "low", "low", "high", "low", "high", "low"],
    "action": ["mail", "mail", "wait", "wait", "wait", "mail", "wait", "wait", "wait"],
    "profit": [5.0, 30.0, 32.0, 0.0, 1.0, 28.0, 2.0, 30.0, 0.0],
}


@pytest.mark.engines
@engines
def test_learning_on_every_kind_of_frame(kind):
    panel = ENGINES[kind](PANEL)
    chain = MarkovChain.fit(panel, unit="M", states=("low", "high"), absent="left")
    np.testing.assert_allclose(chain.matrix, [[0.2, 0.4, 0.4], [0.5, 0.5, 0], [0, 0, 1]])
    assert chain.observed == (5.0, 2.0, 0.0)
    decision = MarkovDecision.fit(
        panel, action="action", reward="profit", unit="M", states=("low", "high"), absent="left"
    )
    mail, wait = decision.actions
    assert (mail.name, mail.reward) == ("mail", (5.0, 29.0, 0.0))
    np.testing.assert_allclose(mail.matrix, [[0, 1, 0], [0.5, 0.5, 0], [0, 0, 1]])
    assert (wait.name, wait.reward) == ("wait", (0.75, -inf, 0.0))
    np.testing.assert_allclose(wait.matrix, [[0.25, 0.25, 0.5], [0, 1, 0], [0, 0, 1]])
    policy = decision.solve(discount=DiscountRate.per_month(0.1))
    told = nw.from_native(policy.recommend(panel)).lazy().collect()
    by_state = dict(zip(told["state"].to_list(), told["best_action"].to_list(), strict=True))
    assert by_state == {"low": "mail", "high": "mail"}
    assert type(policy.recommend(panel)) is type(panel)


@pytest.mark.engines
@engines
def test_values_go_back_to_customers(kind):
    worth = StateValues(states=(555, 111), amounts=(52.3, 5.6))
    told = nw.from_native(worth.predict(ENGINES[kind]({"state": [111, 555, 111]}))).lazy().collect()
    assert told["state_value"].to_list() == [5.6, 52.3, 5.6]
    with pytest.raises(InvalidData, match="none of the 2 states that are known in 1 row"):
        worth.predict(ENGINES[kind]({"state": [111, 444]}))


def test_customers_who_come_back_make_absence_a_state_like_others():
    rows = {"customer_id": [1, 1, 2, 2, 2], "period": [1, 4, 1, 2, 3], "state": ["in"] * 5}
    chain = MarkovChain.fit(pd.DataFrame(rows), unit="M", absent="away")
    # 1: in away away in; 2: in in in away
    np.testing.assert_allclose(chain.matrix, [[0.5, 0.5], [0.5, 0.5]])
    assert chain.absorbing == ()
    assert chain.observed == (4.0, 2.0)


def test_many_states_that_are_numbers_stay_in_order():
    """Whoever leaves turns a column of integers into fractions in pandas."""
    rows = [(who, at, (who + at) % 12) for who in range(40) for at in range(1, 4)]
    rows = [row for row in rows if row[:2] != (7, 3)]
    chain = MarkovChain.fit(panel_of(rows), unit="M", absent=-1, smoothing=1)
    assert chain.states == (*range(12), -1)
    assert all(type(state) is int for state in chain.states)


def test_panels_that_teach_nothing():
    def fit(rows, **options):
        return MarkovChain.fit(pd.DataFrame(rows), unit="M", **options)

    with pytest.raises(InvalidData, match="absent='left' takes customers for gone"):
        fit(PANEL)
    with pytest.raises(InvalidData, match="no two periods in a row"):
        fit({"customer_id": [1, 2], "period": [1, 1], "state": ["a", "b"]})
    with pytest.raises(InvalidData, match="no two periods in a row"):
        MarkovChain.fit(pd.DataFrame(PANEL).head(0), unit="M")
    with pytest.raises(InvalidData, match="'profit': missing or infinite value in 1 row"):
        MarkovDecision.fit(
            pd.DataFrame({**PANEL, "profit": [inf] + [0.0] * 8}),
            action="action",
            reward="profit",
            unit="M",
            absent="left",
        )
    with pytest.raises(InvalidData, match="several rows for one customer and period, in 1 case"):
        fit({"customer_id": [1, 1, 1], "period": [1, 1, 2], "state": ["a", "b", "b"]})
    with pytest.raises(InvalidData, match="whole numbers, which count the periods"):
        fit({"customer_id": [1, 1], "period": ["2024-01", "2024-02"], "state": ["a", "b"]})
    with pytest.raises(InvalidData, match="'state': missing value in 1 row"):
        fit({"customer_id": [1, 1], "period": [1, 2], "state": ["a", None]})
    with pytest.raises(ColumnNotFound, match="no column 'state'"):
        fit({"customer_id": [1, 1], "period": [1, 2]})
    last = {"customer_id": [1, 1], "period": [1, 2], "state": ["a", "b"]}
    with pytest.raises(InvalidRule, match="nobody was seen in 'b' before the last period"):
        fit(last)
    assert fit(last, absorbing=["b"]).matrix == ((0.0, 1.0), (0.0, 1.0))
    assert fit(last, smoothing=1).matrix == ((1 / 3, 2 / 3), (0.5, 0.5))
    with pytest.raises(InvalidRule, match="states that `states` does not: 'b'"):
        fit(last, states=["a"])
    with pytest.raises(InvalidRule, match="no such state"):
        fit(last, absorbing=["c"])
    with pytest.raises(InvalidRule, match="is a state of the panel already"):
        fit(last, absent="b")
    with pytest.raises(InvalidRule, match="smoothing=-1"):
        fit(last, smoothing=-1)


def test_chains_that_are_none():
    with pytest.raises(InvalidRule, match=r"state 'b' sums to 0\.9, not to 1"):
        MarkovChain(states="ab", matrix=((0.5, 0.5), (0.4, 0.5)), unit="M")
    with pytest.raises(InvalidRule, match=r"state 'a' holds -0\.5: no probability"):
        MarkovChain(states="ab", matrix=((-0.5, 1.5), (0, 1)), unit="M")
    with pytest.raises(InvalidRule, match="2 x 2 for 2 states"):
        MarkovChain(states="ab", matrix=((1.0,),), unit="M")
    with pytest.raises(InvalidRule, match="one name of its own: 'a'"):
        MarkovChain(states="aa", matrix=((1, 0), (0, 1)), unit="M")
    with pytest.raises(InvalidRule, match="length 0"):
        MarkovChain(states="a", matrix=((1,),), unit="M", length=0)
    with pytest.raises(InvalidRule, match="2 numbers observed, 1 states"):
        MarkovChain(states="a", matrix=((1,),), unit="M", observed=(1, 2))
    with pytest.raises(InvalidRule, match="1 values for 2 states"):
        StateValues(states="ab", amounts=(1,))
    with pytest.raises(InvalidRule, match="one for each state"):
        PAPER.value((1, 2), discount=YEARLY)
    with pytest.raises(InvalidRule, match="the reward lacks 5 and has no state 6"):
        PAPER.value({1: 1, 2: 1, 3: 1, 4: 1, 6: 1}, discount=YEARLY)
    with pytest.raises(InvalidRule, match=r"row of action 'mail' of state 'a' sums to 0\.5"):
        MarkovDecision(
            states="a", unit="M", actions=[MarkovAction(name="mail", matrix=((0.5,),), reward=(1,))]
        )
    with pytest.raises(InvalidRule, match=r"each action needs one name of its own, got \[\]"):
        MarkovDecision(states="a", unit="M", actions=[])
    loop = MarkovChain(states="abc", matrix=((0, 1, 0), (1, 0, 0), (0, 0, 1)), unit="M")
    with pytest.raises(InvalidRule, match="from 'a', 'b' no absorbing state is ever reached"):
        loop.lifetime()
    endless = MarkovChain(states="ab", matrix=((0, 1), (1, 0)), unit="M")
    with pytest.raises(InvalidRule, match="no absorbing state, so that no relationship"):
        endless.lifetime()
    assert from_data(json.loads(json.dumps(PAPER.to_data()))) == PAPER


@pytest.mark.parametrize(
    "change",
    [
        {"actions": ("mail", "wait")},
        {"actions": ()},
        {"actions": (("mail",),)},
        {"worth": StateValues(states=("in", "gone"), amounts=(1, 2))},
        {"states": ("in", "in")},
    ],
)
def test_policies_that_are_none(change):
    worth = StateValues(states=("in", "out"), amounts=(1, 2))
    good = {"states": ("in", "out"), "actions": (("mail", "wait"),), "worth": worth}
    MarkovPolicy(**good)
    with pytest.raises(InvalidRule):
        MarkovPolicy(**good | change)


@pytest.mark.parametrize("kind", ENGINES)
def test_states_of_another_type_are_unknown(kind):
    worth = StateValues(states=("1", "out"), amounts=(1, 2))
    with pytest.raises(InvalidData, match="none of the 2 states that are known in 2 rows"):
        worth.predict(ENGINES[kind]({"state": [7, 8]}))
    numbered = StateValues(states=(1, 2), amounts=(1, 2))
    with pytest.raises(InvalidData, match="column 'state': expected numbers"):
        numbered.predict(ENGINES[kind]({"state": ["in", "out"]}))


def test_states_that_nobody_is_in():
    worth = StateValues(states=("in", "out"), amounts=(1, 2))
    assert worth.predict(pl.DataFrame({"state": [None, None]}))["state_value"].to_list() == [
        None, None,
    ]  # fmt: skip
    enum = pl.DataFrame({"state": pl.Series(["out"], dtype=pl.Enum(["out"]))})
    assert worth.predict(enum)["state_value"].to_list() == [2.0]
