"""Loyalty named and measured: S-166, S-180 to S-186, V-21, V-23, V-30."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    DickBasu,
    JonesSasser,
    Ladder,
    LoyaltyIndex,
    LoyaltySource,
    LoyaltySourceRule,
    PurchaseGate,
    dick_basu,
    is_benefit_loyalty,
    jones_sasser,
    loyalty_degree,
)

# ------------------------------------------------------------------------------ S-181: Dick & Basu


def test_the_four_forms():
    rule = DickBasu(cut="given", cuts=(4, 3))
    forms = {pair: rule.form(attitude=pair[0], repeat=pair[1]).value for pair in
             itertools.product((3, 4, 5), (2, 3, 4))}  # fmt: skip
    assert forms == {
        (3, 2): "none", (3, 3): "spurious", (3, 4): "spurious",
        (4, 2): "latent", (4, 3): "ideal", (4, 4): "ideal",
        (5, 2): "latent", (5, 3): "ideal", (5, 4): "ideal",
    }  # fmt: skip
    frame = pd.DataFrame([*forms], columns=["attitude", "repeat"])
    assert rule.classify(frame)["loyalty_form"].tolist() == [*forms.values()]
    assert from_data(rule.to_data()) == rule


def test_the_cuts_are_learnt_kept_and_shown():
    customers = pd.DataFrame({"attitude": [1, 2, 2, 7], "repeat": [0, 0, 1, 11]})
    assert DickBasu().learn(customers).cuts == (3.0, 3.0)
    assert DickBasu(cut="median").learn(customers).cuts == (2.0, 0.5)
    assert DickBasu(cut="midpoint", scale=(1, 7)).cuts == (4.0, 4.0)
    named = dick_basu(customers, rule=DickBasu(cut="median"))
    assert named["loyalty_form"].tolist() == ["none", "latent", "ideal", "ideal"]
    assert named[["attitude_cut", "repeat_cut"]].iloc[0].tolist() == [2.0, 0.5]
    kept = DickBasu(cut="median").learn(customers)
    other = pd.DataFrame({"attitude": [1.9, 9], "repeat": [0.6, 0.4]})
    assert kept.classify(other)["loyalty_form"].tolist() == ["spurious", "latent"]


def test_apostles_mercenaries_hostages_and_defectors():
    customers = pd.DataFrame({"satisfaction": [5, 5, 1, 1], "loyalty": [4, 1, 4, 1]})
    named = jones_sasser(customers, rule=JonesSasser(cut="given", cuts=(3, 3)))
    assert named["loyalty_type"].tolist() == ["apostle", "mercenary", "hostage", "defector"]
    rule = JonesSasser(cut="median").learn(customers)
    assert rule.cuts == (3.0, 2.5)
    assert rule.type(satisfaction=3, loyalty=2.5).value == "apostle"
    assert jones_sasser(customers)["satisfaction_cut"].tolist() == [3.0] * 4


def test_mistakes_of_the_plane():
    customers = pd.DataFrame({"attitude": [1.0, np.nan], "repeat": [1, 2]})
    with pytest.raises(InvalidData, match=r"column 'attitude': missing or infinite value in 1 row"):
        dick_basu(customers)
    with pytest.raises(InvalidData, match="no customer to judge"):
        dick_basu(customers.head(0))
    with pytest.raises(InvalidData, match="a single customer is its own mean, which cuts nothing"):
        dick_basu(customers.head(1))
    with pytest.raises(ColumnNotFound, match="no column 'loyalty'"):
        jones_sasser(customers.assign(satisfaction=1))
    with pytest.raises(InvalidRule, match="has not learnt its cuts"):
        DickBasu().form(attitude=1, repeat=1)
    with pytest.raises(InvalidRule, match=r"needs cuts=\(attitude, repeat\)"):
        DickBasu(cut="given")
    with pytest.raises(InvalidRule, match="midpoint needs the scale's ends"):
        JonesSasser(cut="midpoint")
    with pytest.raises(UnknownCode, match="'mode' is no cut of attitude and repeat"):
        DickBasu(cut="mode")


# ------------------------------------------------------------- S-182, S-183: where loyalty is from


def test_the_electric_utility_is_monopoly_loyalty():
    """S-182: no choice goes before everything; low attachment, many purchases."""
    rule = LoyaltySourceRule()
    source = rule.source(alternatives=0, kin=True, price_driven=True, trust=7, convenience=7)
    assert source is LoyaltySource.MONOPOLY
    assert (source.attachment, source.repeat, source.form.value) == ("low", "high", "spurious")
    assert rule.source(alternatives=1, trust=7) is LoyaltySource.TRUST  # one rival is a choice


def test_sources_and_forms():
    """V-23: every source by origin takes a form of Dick & Basu."""
    assert {source.value: source.form.value for source in LoyaltySource} == {
        "monopoly": "spurious",
        "kinship": "ideal",
        "inertia": "spurious",
        "trust": "ideal",
        "benefit": "spurious",
        "convenience": "spurious",
        "latent": "latent",
    }
    assert (LoyaltySource.LATENT.attachment, LoyaltySource.LATENT.repeat) == ("high", "low")


FACTS = {
    "alternatives": [0, 2, 2, 2, 2, 2, 2],
    "kin": [False, True, False, False, False, False, False],
    "price_driven": [True, True, True, True, False, False, False],
    "trust": [7, 7, 7, 1, 7, 1, 1],
    "convenience": [7, 7, 7, 7, 7, 7, 1],
    "repeat": [9, 9, 0, 9, 9, 9, 9],
}
SOURCES = ["monopoly", "kinship", "latent", "benefit", "trust", "convenience", "inertia"]


def test_the_decision_list():
    rule = LoyaltySourceRule()
    assert rule.classify(pd.DataFrame(FACTS))["loyalty_source"].tolist() == SOURCES
    rows = pd.DataFrame(FACTS).to_dict("records")
    assert [rule.source(**row).value for row in rows] == SOURCES
    price_first = LoyaltySourceRule(order=["benefit", "monopoly"])
    assert price_first.source(**rows[0]) is LoyaltySource.BENEFIT
    assert price_first.source(**rows[4]) is LoyaltySource.INERTIA
    assert from_data(price_first.to_data()) == price_first


def test_mistakes_of_sources():
    with pytest.raises(InvalidRule, match="without inertia"):
        LoyaltySourceRule(order=["inertia"])
    with pytest.raises(InvalidRule, match="each source once"):
        LoyaltySourceRule(order=["trust", "trust"])
    with pytest.raises(UnknownCode, match="'value' is no loyalty source"):
        LoyaltySourceRule(order=["value"])
    with pytest.raises(InvalidData, match="column 'trust': missing"):
        LoyaltySourceRule().classify(pd.DataFrame(FACTS | {"trust": [None, 1, 1, 1, 1, 1, 1]}))


def test_convenience_is_no_benefit():
    """S-183."""
    causes = ["price_stimulus", "promotion_policy", "launch_offer", "easy_access"]
    assert [is_benefit_loyalty(cause) for cause in causes] == [True, True, True, False]
    with pytest.raises(UnknownCode, match="'habit' is no cause of loyalty"):
        is_benefit_loyalty("habit")


# ---------------------------------------------------------------- S-180, S-186: loyalty as a number


def test_loyalty_needs_attitude_and_behaviour():
    """S-180: by the geometric mean neither makes up for the other."""
    assert loyalty_degree(1, 0).item() == 0
    assert loyalty_degree(1, 0, mean="arithmetic").item() == 0.5
    assert loyalty_degree([0.25], [1.0]).tolist() == [0.5]
    assert loyalty_degree(0.2, 0.8, weight=0, mean="arithmetic").item() == 0.8
    with pytest.raises(InvalidRule, match="between 0 and 1"):
        loyalty_degree(2, 0)
    with pytest.raises(UnknownCode, match="'harmonic' is no mean"):
        loyalty_degree(1, 1, mean="harmonic")


def test_both_edges_belong_to_the_middle_band_unless_told_otherwise():
    """S-186, V-30: 「70%以上 70-30% 30%以下」 puts both edges into two bands."""
    edges = [0.0, 0.3, 0.5, 0.7, 1.0]
    assert LoyaltyIndex().band(edges) == ["low", "middle", "middle", "middle", "high"]
    outer = LoyaltyIndex(edges="outer")
    assert outer.band(edges) == ["low", "low", "middle", "high", "high"]


def test_the_index_by_hand():
    """5 of 5 is 1, the middle band 1/2, 1 of 3 is 0; weighed alike and 2:1:1."""
    assert LoyaltyIndex().value(overall=5, repurchase=0.5, recommend=1) == pytest.approx(0.5)
    weighted = LoyaltyIndex(weights=(2, 1, 1))
    assert weighted.value(overall="比较满意", repurchase=0.9, recommend="有可能") == pytest.approx(
        (2 * 0.75 + 1 + 0.5) / 4
    )
    customers = pd.DataFrame(
        {
            "overall": ["很满意", "满意", "very dissatisfied"],
            "repurchase": [0.71, 0.7, 0.1],
            "recommend": [3, 2, 1],
        }
    )
    scored = LoyaltyIndex().score(customers)
    assert scored["repurchase_band"].tolist() == ["high", "middle", "low"]
    assert scored["loyalty_index"].tolist() == pytest.approx([1.0, 0.5, 0.0])


@given(st.integers(1, 5), st.floats(0, 1), st.integers(1, 3), st.sampled_from(["middle", "outer"]))
def test_frames_and_single_customers_agree(overall, repurchase, recommend, edges):
    rule = LoyaltyIndex(edges=edges, weights=(1, 2, 3))
    facts = {"overall": overall, "repurchase": repurchase, "recommend": recommend}
    scored = rule.score(pd.DataFrame([facts]))
    assert scored["loyalty_index"][0] == pytest.approx(rule.value(**facts), abs=1e-12)
    assert scored["repurchase_band"][0] == rule.band(repurchase)[0]


def test_mistakes_of_the_index():
    customers = pd.DataFrame({"overall": [5, 4], "repurchase": [0.5, 70], "recommend": [3, 2]})
    with pytest.raises(InvalidData, match="column 'repurchase': value that is not from 0 to 1"):
        LoyaltyIndex().score(customers)
    with pytest.raises(InvalidData, match="column 'overall': value that is not from 1 to 5"):
        LoyaltyIndex().score(customers.assign(overall=[5, 6], repurchase=0.5))
    words = customers.assign(overall=["满意", "很满"], repurchase=0.5)
    with pytest.raises(InvalidData, match=r"a code that is none .did you mean '很满意'"):
        LoyaltyIndex().score(words)
    with pytest.raises(InvalidRule, match=r"0.7, not 70"):
        LoyaltyIndex().band(70)
    with pytest.raises(UnknownCode, match="'so so' is no answer about overall satisfaction"):
        LoyaltyIndex().value(overall="so so", repurchase=0.5, recommend=1)
    with pytest.raises(InvalidRule, match="from 1 to 3, got 4"):
        LoyaltyIndex().value(overall=1, repurchase=0.5, recommend=4)
    with pytest.raises(InvalidRule, match=r"0.3, not 30"):
        LoyaltyIndex(bands=(30, 70))
    with pytest.raises(InvalidRule, match="three weights"):
        LoyaltyIndex(weights=(0, 0, 0))
    with pytest.raises(UnknownCode, match="'inner' is no place for an edge"):
        LoyaltyIndex(edges="inner")


# --------------------------------------------------------------------- S-166, S-184, S-185: ladders


def test_levels_of_satisfaction():
    """S-166: 「客户满意的最基础层次」 is material; a higher level needs those below."""
    ladder = Ladder.of_satisfaction(3, 3, 3)
    assert ladder.step([5, 5, 5]) == "social"
    assert ladder.step([2, 5, 5]) == "below"
    assert ladder.step([3, 2, 5]) == "material"


def test_trust_is_the_end_of_the_ladder_of_loyalty():
    """S-184: 「客户产生信赖是建立客户忠诚的终点」."""
    ladder = Ladder.of_loyalty(4, 5, 6)
    assert ladder.steps == ("satisfied", "delighted", "trusting")
    assert ladder.top == "trusting"
    values = list(itertools.product((3, 4, 5, 6), repeat=3))
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    climbed = ladder.climb(frame, columns=["a", "b", "c"])
    assert climbed["step"].tolist() == [ladder.step(row) for row in values]
    assert from_data(ladder.to_data()) == ladder


def test_in_services_trust_decides():
    """S-185, V-21: not satisfaction."""
    gate = PurchaseGate(trust_from=4, satisfied_from=3)
    customers = pd.DataFrame({"trust": [5, 2], "satisfaction": [1, 5]})
    assert gate.judge(customers, sector="service")["may_buy"].tolist() == [True, False]
    assert gate.judge(customers, sector="goods")["may_buy"].tolist() == [False, True]
    assert gate.opens(sector="service", trust=4, satisfaction=0)
    assert from_data(gate.to_data()) == gate


def test_mistakes_of_ladders():
    with pytest.raises(InvalidRule, match="one step or more"):
        Ladder(steps=[], cuts=[])
    with pytest.raises(InvalidRule, match="one step or more"):
        Ladder(steps=["a", "a"], cuts=[1, 2])
    with pytest.raises(InvalidRule, match="2 steps and cuts"):
        Ladder(steps=["a", "b"], cuts=[1])
    with pytest.raises(InvalidRule, match="3 steps and 1 values"):
        Ladder.of_loyalty(1, 1, 1).step([1])
    with pytest.raises(InvalidRule, match="3 steps and 1 columns"):
        Ladder.of_loyalty(1, 1, 1).climb(pd.DataFrame({"a": [1]}), columns=["a"])
