"""Games between firm and customer: S-090, S-299, S-301, S-302, S-303, S-304."""

import itertools
import json
import math
from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import (
    DiscountRate,
    IncentiveContract,
    RelationshipGame,
    ReputationGame,
    SignallingGame,
)

# --------------------------------------------------------------------------- signalling


def spence(q1):
    """Spence (1973), Quarterly Journal of Economics 87, section 5 (pp. 361-368); q1 are less productive."""
    return SignallingGame(high=2, low=1, cost_high=0.5, cost_low=1, prior=1 - q1)


@pytest.mark.published
def test_spences_example():
    game = spence(0.5)
    assert game.separating_levels() == (1.0, 2.0)  # 1 < y* < 2
    assert [game.separates(y) for y in (0.9, 1.0, 1.5, 2.0, 2.1)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    for q1 in (0.2, 0.5, 0.8):  # nobody signals where y* > 2 q1
        assert spence(q1).pools_silently(2 * q1 + 1e-9)
        assert not spence(q1).pools_silently(2 * q1 - 1e-9)
    # Signalling makes even the productive worse off where 2 - y*/2 < 2 - q1.
    assert spence(0.4).pays(0.8 - 1e-9)
    assert not spence(0.4).pays(0.8 + 1e-9)


values = st.floats(-10, 10)
costs = st.floats(0, 5)


@pytest.mark.properties
@settings(max_examples=80)
@given(values, st.floats(0.1, 10), costs, costs, st.floats(0, 1), st.floats(0, 10))
def test_equilibria_leave_nobody_a_better_reply(low, gain, cost_high, cost_low, prior, level):
    """The conditions by brute force: each type compares what it gets for either choice."""
    high = low + gain
    game = SignallingGame(high=high, low=low, cost_high=cost_high, cost_low=cost_low, prior=prior)
    pooled = prior * high + (1 - prior) * low
    separating = high - cost_high * level >= low >= high - cost_low * level
    if cost_high != cost_low:
        edge = min(abs(gain - cost_high * level), abs(gain - cost_low * level))
        assume(edge > 1e-9)
        assert game.separates(level) == separating
    silent = all(pooled >= high - cost * level for cost in (cost_high, cost_low))
    sending = all(pooled - cost * level >= low for cost in (cost_high, cost_low))
    assert game.pools_silently(level) == silent
    assume(abs(pooled - max(cost_high, cost_low) * level - low) > 1e-9)
    assert game.pools_sending(level) == sending


def test_a_signal_that_costs_all_the_same_fails():
    """S-301: without a difference of cost there is no separating equilibrium."""
    assert SignallingGame(high=2, low=1, cost_high=1, cost_low=1).separating_levels() is None
    assert SignallingGame(high=2, low=1, cost_high=2, cost_low=1).separating_levels() is None
    free = SignallingGame(high=2, low=1, cost_high=0, cost_low=1)
    assert free.separating_levels() == (1.0, math.inf)


def test_beliefs():
    game = spence(0.75)
    assert game.belief(sent_by_high=1, sent_by_low=0) == 1
    assert game.belief(sent_by_high=1, sent_by_low=1) == 0.25
    assert game.belief(sent_by_high=0.6, sent_by_low=0.2) == pytest.approx(0.5)
    with pytest.raises(InvalidRule, match="nobody sends the signal"):
        game.belief(sent_by_high=0, sent_by_low=0)
    with pytest.raises(InvalidRule, match="probabilities"):
        game.belief(sent_by_high=2, sent_by_low=0)
    with pytest.raises(InvalidRule, match="must be above"):
        SignallingGame(high=1, low=1, cost_high=0, cost_low=1)
    with pytest.raises(InvalidRule, match="0 or more"):
        SignallingGame(high=2, low=1, cost_high=-1, cost_low=1)
    with pytest.raises(InvalidRule, match="no share"):
        SignallingGame(high=2, low=1, cost_high=0, cost_low=1, prior=2)


# --------------------------------------------------------------------------- reputation

LOAN = {
    "customer_honoured": 40,
    "customer_exploited": -100,
    "customer_outside": 10,
    "firm_honours": 60,
    "firm_exploits": 150,
    "firm_outside": 10,
}


def test_eight_loans_by_hand():
    """S-302: a lending game like that of Camerer & Weigelt (1988), Econometrica 56, 1-36."""
    game = ReputationGame(**LOAN, prior=1 / 3)
    need = Fraction(110, 140)  # a lender risks 110 to win 30 more
    assert game.needed == pytest.approx(float(need))
    path = game.play(8)
    # A third is above need^5 = 0.29946, but not need^4 = 0.38113: five periods are uncertain.
    assert game.uncertain_periods() == 5
    known = [Fraction(1, 3)] * 4 + [need**4, need**3, need**2, need]
    assert path.reputation == pytest.approx([float(r) for r in known])
    # Whoever is honoured in the fifth period from the end finds need^4, and so on.
    odds = [r / (1 - r) for r in known[3:]]
    mixed = [float(before / after) for before, after in itertools.pairwise(odds)]
    assert path.honour == pytest.approx([1, 1, 1, *mixed, 0])
    assert path.trust == pytest.approx([1, 1, 1, 1, *[90 / 140] * 4])
    assert path.sure_periods == 3


games = st.builds(
    ReputationGame,
    customer_honoured=st.floats(1, 50),
    customer_exploited=st.floats(-50, -1),
    customer_outside=st.floats(-0.5, 0.5),
    firm_honours=st.floats(1, 20),
    firm_exploits=st.floats(21, 60),
    firm_outside=st.floats(-5, 0.5),
    prior=st.floats(0.02, 0.9),
)


@pytest.mark.properties
@settings(max_examples=60)
@given(games, st.integers(1, 10))
def test_nobody_can_do_better(game, periods):
    """Each side's best replies by backward induction over the path, with its own pay-offs."""
    path = game.play(periods)
    later = 0.0  # what the firm that is not honest expects from here on, trusted or not
    for at in reversed(range(periods)):
        trust, honour, seen = path.trust[at], path.honour[at], path.reputation[at]
        rest = periods - at - 1
        if trust == 0:
            assert seen < game.needed ** (rest + 1)
            continue
        honoured = seen + (1 - seen) * honour
        worth = honoured * game.customer_honoured + (1 - honoured) * game.customer_exploited
        if trust == 1:
            assert worth >= game.customer_outside - 1e-6
        else:  # he is in doubt only if both are the same to him
            assert worth == pytest.approx(game.customer_outside, abs=1e-6)
        keep = game.firm_honours + later
        exploit = game.firm_exploits + rest * game.firm_outside
        if honour == 1:
            assert keep >= exploit - 1e-6
        elif honour == 0:
            assert exploit >= keep - 1e-6
        else:
            assert keep == pytest.approx(exploit, abs=1e-6)
        refused = (rest + 1) * game.firm_outside
        later = trust * max(keep, exploit) + (1 - trust) * refused
        if at + 1 < periods and path.trust[at + 1]:
            known = game.update(seen, honour=honour)
            assert known == pytest.approx(path.reputation[at + 1])


@pytest.mark.properties
@settings(max_examples=40)
@given(games, st.integers(1, 30))
def test_longer_dealings_are_honoured_for_longer(game, more):
    """S-302: the last periods are all that the known end spoils."""
    spoilt = game.uncertain_periods()
    path = game.play(spoilt + more)
    assert path.sure_periods == more
    assert path.honour[-1] == 0
    better = attrs.evolve(game, prior=(1 + game.prior) / 2)
    assert better.uncertain_periods() <= spoilt


def test_without_a_reputation_there_is_no_trust():
    strangers = ReputationGame(**LOAN, prior=0.0)
    assert strangers.play(3).trust == (0, 0, 0)
    with pytest.raises(InvalidRule, match="nobody is trusted"):
        strangers.uncertain_periods()
    assert ReputationGame(**LOAN, prior=0.9).play(1).trust == (1.0,)
    with pytest.raises(InvalidRule, match="payoffs and prior must be finite"):
        ReputationGame(**{**LOAN, "firm_outside": -math.inf}, prior=0.5)
    with pytest.raises(InvalidRule, match="for the customer"):
        ReputationGame(**{**LOAN, "customer_exploited": 20}, prior=0.5)
    with pytest.raises(InvalidRule, match="for the firm"):
        ReputationGame(**{**LOAN, "firm_exploits": 20}, prior=0.5)
    with pytest.raises(InvalidRule, match="no share"):
        ReputationGame(**LOAN, prior=-0.1)
    with pytest.raises(InvalidRule, match="probabilities"):
        strangers.update(0.5, honour=1.5)


# --------------------------------------------------------------------------- incentives


def test_a_contract_by_hand():
    """S-303: Milgrom & Roberts (1992), ch. 7: share = 1 / (1 + r c V / k²)."""
    dealer = IncentiveContract(
        productivity=10, effort_cost=2, risk_aversion=0.5, variance=100, reservation=5
    )
    best = dealer.best()
    assert best.share == pytest.approx(1 / (1 + 0.5 * 2 * 100 / 100))
    # effort 2.5: result 25, cost of effort 6.25, of risk 6.25; 5 left to the dealer.
    assert (best.effort, best.fixed, best.profit) == (2.5, 5.0, 7.5)
    assert best.certainty_equivalent == 5.0
    assert best.accepted
    refused = dealer.under(share=0.5, fixed=4.9)
    assert (refused.accepted, refused.profit) == (False, 0.0)


@pytest.mark.properties
@settings(max_examples=40)
@given(st.floats(0.5, 20), st.floats(0.1, 5), st.floats(0, 3), st.floats(0, 50), st.floats(-5, 20))
def test_no_other_share_leaves_the_firm_more(productivity, cost, aversion, variance, reservation):
    contract = IncentiveContract(
        productivity=productivity,
        effort_cost=cost,
        risk_aversion=aversion,
        variance=variance,
        reservation=reservation,
    )
    best = contract.best()
    assert 0 < best.share <= 1
    for share in np.linspace(0, 1.5, 31):
        other = contract.under(share=float(share))
        assert other.profit <= best.profit + 1e-9 * (1 + abs(best.profit))
        assert other.certainty_equivalent == pytest.approx(reservation, abs=1e-9)
        # No effort is better for the partner than the one that the share brings about.
        for effort in np.linspace(0, 3 * other.effort + 1, 15):
            burden = cost * effort**2 / 2 + aversion * share**2 * variance / 2
            worth = other.fixed + share * productivity * effort - burden
            assert worth <= other.certainty_equivalent + 1e-9 * (1 + abs(worth))
    riskier = IncentiveContract(
        productivity=productivity,
        effort_cost=cost,
        risk_aversion=aversion + 0.1,
        variance=variance + 1,
        reservation=reservation,
    )
    assert riskier.best().share < best.share


def test_who_does_not_mind_risk_bears_it_all():
    assert IncentiveContract(productivity=3, effort_cost=1, variance=9).best().share == 1
    with pytest.raises(InvalidRule, match="productivity must be positive"):
        IncentiveContract(productivity=0, effort_cost=1)
    with pytest.raises(InvalidRule, match="variance must be 0 or more"):
        IncentiveContract(productivity=1, effort_cost=1, variance=-1)
    with pytest.raises(InvalidRule, match="reservation"):
        IncentiveContract(productivity=1, effort_cost=1, reservation=math.nan)
    with pytest.raises(InvalidRule, match="share and fixed"):
        IncentiveContract(productivity=1, effort_cost=1).under(share=math.inf)


# -------------------------------------------------------------------------- cooperation

AXELROD = (3, 0, 5, 1)


@pytest.mark.published
def test_axelrods_dilemma():
    """Axelrod (1984), The Evolution of Cooperation, appendix B: T, R, P, S of 5, 3, 1, 0."""
    game = RelationshipGame(firm=AXELROD, customer=AXELROD)
    assert game.is_dilemma
    assert not game.is_zero_sum
    assert game.equilibria() == (("defect", "defect"),)
    assert game.critical_discount() == 0.5
    assert game.critical_discount("tit_for_tat") == pytest.approx(2 / 3)
    # To defect once and then be punished for ever, or to take turns, against 3 for ever.
    assert 5 + 0.5 * 1 / (1 - 0.5) == 3 / (1 - 0.5)
    assert pytest.approx(3 / (1 - 2 / 3)) == 5 / (1 - (2 / 3) ** 2)


@st.composite
def dilemmas(draw):
    def side():
        sucker, *steps = draw(st.tuples(st.floats(-5, 5), *[st.floats(0.2, 5)] * 3))
        neither, both, exploits = sucker + np.cumsum(steps)
        return both, sucker, exploits, neither

    return RelationshipGame(firm=side(), customer=side())


@pytest.mark.properties
@settings(max_examples=40)
@given(dilemmas())
def test_below_the_critical_factor_one_of_the_two_defects(game):
    """By adding up 4,000 periods of cooperation, and of a defection and what follows it."""
    for strategy, length in (("grim", 4000), ("punish", 3)):
        critical = game.critical_discount(strategy, periods=3 if length == 3 else None)
        for factor, holds in ((critical + 1e-3, True), (critical - 1e-3, False)):
            if not 0 < factor < 0.99:
                continue
            every = []
            for both, _, exploits, neither in (game.firm, game.customer):
                rewards = np.full(4000, both)
                deviant = np.full(4000, both)
                deviant[0] = exploits
                deviant[1 : length + 1] = neither
                weights = factor ** np.arange(4000)
                every.append(weights @ rewards >= weights @ deviant)
            assert all(every) == holds


@pytest.mark.properties
@settings(max_examples=30)
@given(dilemmas())
def test_the_longer_the_punishment_the_less_the_future_must_count(game):
    factors = [game.critical_discount("punish", periods=k) for k in (1, 2, 5, 400)]
    assert factors == sorted(factors, reverse=True)
    assert game.critical_discount() <= factors[-1] + 1e-9
    assert game.critical_discount() <= game.critical_discount("tit_for_tat")


def test_retention_is_part_of_the_discount_factor():
    """S-090: the firm's payoff is lifetime value, which ends when the customer leaves."""
    game = RelationshipGame(firm=AXELROD, customer=AXELROD)
    year = DiscountRate.per_year(0.25)
    assert game.sustains(year, unit="Y")  # 0.8
    assert game.sustains(year, unit="Y", retention=0.625)  # 0.5
    assert not game.sustains(year, unit="Y", retention=0.6)
    path = [("cooperate", "cooperate")] * 3
    firm, customer = game.repeated_payoff(path, discount=year, unit="Y", retention=0.5)
    assert firm == customer == pytest.approx(3 * (1 + 0.4 + 0.16))
    with pytest.raises(InvalidRule, match="no probability"):
        game.sustains(year, unit="Y", retention=1.2)
    with pytest.raises(UnknownCode, match="move"):
        game.repeated_payoff([("cheat", "cooperate")], discount=year, unit="Y")


def test_kinds_of_games():
    """S-299: what one wins the other loses, or there is something to share."""
    poker = RelationshipGame(firm=(0, -3, 3, 0), customer=(0, -3, 3, 0))
    assert poker.is_zero_sum
    with pytest.raises(InvalidRule, match="no dilemma"):
        poker.critical_discount()
    harmony = RelationshipGame(firm=(5, 2, 3, 0), customer=(5, 2, 3, 0))
    assert harmony.equilibria() == (("cooperate", "cooperate"),)
    dilemma = RelationshipGame(firm=AXELROD, customer=AXELROD)
    with pytest.raises(UnknownCode, match="strategy"):
        dilemma.critical_discount("forgive")
    with pytest.raises(InvalidRule, match="how long to punish"):
        dilemma.critical_discount("punish")
    with pytest.raises(InvalidRule, match="how long to punish"):
        dilemma.critical_discount("grim", periods=2)
    with pytest.raises(InvalidRule, match="four finite payoffs"):
        RelationshipGame(firm=(1, 2, 3), customer=AXELROD)
    tempting = RelationshipGame(firm=(3, 0, 50, 1), customer=AXELROD)
    assert tempting.critical_discount("punish", periods=2) == math.inf


@pytest.mark.parametrize(
    "rule",
    [
        spence(0.5),
        ReputationGame(**LOAN, prior=1 / 3),
        IncentiveContract(productivity=10, effort_cost=2),
        RelationshipGame(firm=AXELROD, customer=AXELROD),
    ],
)
def test_rules_survive_json(rule):
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


@pytest.mark.parametrize("periods", [0, 2.5, float("nan"), float("inf")])
def test_dealings_last_whole_periods(periods):
    game = ReputationGame(
        customer_honoured=1, customer_exploited=-1, customer_outside=0,
        firm_honours=1, firm_exploits=2, firm_outside=0, prior=0.1,
    )  # fmt: skip
    with pytest.raises(InvalidRule, match="a whole number of periods, 1 or more"):
        game.play(periods)
