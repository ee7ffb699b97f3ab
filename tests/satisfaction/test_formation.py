"""How satisfaction forms, what is expected, and what is told: S-156, S-158, S-167, S-175, V-10."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    ExpectedLevel,
    Formation,
    FormationModel,
    WordOfMouth,
    disconfirmation,
)

numbers = st.floats(-100, 100)


# ------------------------------------------------------------------------- S-156: disconfirmation


def test_better_than_expected_is_positive():
    assert disconfirmation([7, 5, 3], 5).tolist() == [2, 0, -2]
    assert disconfirmation(6, 5, measure="ratio") == pytest.approx(0.2)


def test_the_three_states_of_the_documents():
    answers = pd.DataFrame({"perceived": [4, 5, 6], "expected": [5, 5, 5]})
    judged = Formation().judge(answers)
    assert judged["state"].tolist() == ["dissatisfied", "satisfied", "delighted"]
    # Within the zone nobody is disappointed or delighted; its edge still belongs to it.
    assert Formation(zone=1).judge(answers)["state"].tolist() == ["satisfied"] * 3


# ----------------------------------------------------------------------- S-158: the three models


def test_there_are_three_models_and_kano_is_none_of_them():
    assert [model.value for model in FormationModel] == [
        "expectancy_disconfirmation",
        "experience_norms",
        "value_percept",
    ]
    with pytest.raises(UnknownCode, match="'kano' is no formation model; the choices are 'expec"):
        Formation(model="kano")


@pytest.mark.parametrize(
    ("rule", "satisfaction", "states"),
    [
        (Formation(zone=1), [-3, -1, 0, 1, 3], "dsssD"),
        (Formation(model="experience_norms", zone=1), [-2, 0, 0, 0, 2], "dsssD"),
        (Formation(model="value_percept", zone=1), [-2, 0, 0, 0, -2], "dsssd"),
        (Formation(model="value_percept", zone=1, excess="harmless"), [-2, 0, 0, 0, 0], "dssss"),
    ],
)
def test_the_models_by_hand(rule, satisfaction, states):
    """Perceived 2, 4, 5, 6, 8 against a standard of 5, with a zone of 1."""
    perceived = [2, 4, 5, 6, 8]
    assert rule.satisfaction(perceived, 5).tolist() == satisfaction
    judged = rule.judge(pd.DataFrame({"perceived": perceived, "expected": 5}))
    assert judged["satisfaction"].tolist() == satisfaction
    names = {"d": "dissatisfied", "s": "satisfied", "D": "delighted"}
    assert judged["state"].tolist() == [names[letter] for letter in states]


@given(
    perceived=st.lists(numbers, min_size=1, max_size=8),
    standard=numbers,
    zone=st.floats(0, 10),
    model=st.sampled_from(list(FormationModel)),
    excess=st.sampled_from(["harms", "harmless"]),
)
def test_frames_and_arrays_agree(perceived, standard, zone, model, excess):
    rule = Formation(model=model, zone=zone, excess=excess)
    judged = rule.judge(pd.DataFrame({"perceived": perceived, "expected": standard}))
    np.testing.assert_array_equal(
        judged["satisfaction"] + 0.0, rule.satisfaction(perceived, standard) + 0.0
    )
    below = judged["satisfaction"] < 0
    if zone == 0:
        assert (below == (judged["state"] == "dissatisfied")).all()
    assert from_data(rule.to_data()) == rule


def test_ratios_need_something_to_divide_by():
    with pytest.raises(InvalidRule, match="must be above 0"):
        disconfirmation(3, 0, measure="ratio")
    answers = pd.DataFrame({"perceived": [4, 5], "expected": [5, 0]})
    with pytest.raises(InvalidData, match=r"(?s)not above 0 in 1 answer.*row 1: perceived=5"):
        Formation(measure="ratio").judge(answers)
    good = Formation(measure="ratio", zone=0.1).judge(answers.head(1))
    assert good["disconfirmation"].tolist() == [pytest.approx(-0.2)]


def test_mistakes_of_formation():
    with pytest.raises(InvalidRule, match="zone is 0 or wider"):
        Formation(zone=-1)
    with pytest.raises(UnknownCode, match="'percent' is no measure"):
        disconfirmation(1, 1, measure="percent")
    with pytest.raises(UnknownCode, match="'helps' is no treatment of excess"):
        Formation(excess="helps")
    with pytest.raises(InvalidData, match="missing or infinite value in 1 answer"):
        Formation().judge(pd.DataFrame({"perceived": [1, None], "expected": [1, 1]}))
    with pytest.raises(ColumnNotFound, match="no column 'expected'"):
        Formation().judge(pd.DataFrame({"perceived": [1]}))


# ------------------------------------------------------------------- S-167: what is expected


def test_expectations_are_a_weighted_mean_of_five_factors():
    factors = {"attributes": 9, "promotion": 7, "environment": 5, "competition": 8, "customer": 6}
    assert ExpectedLevel().level(factors) == pytest.approx(7)
    rule = ExpectedLevel(weights={"attributes": 3, "promotion": 1})
    assert rule.level(factors) == pytest.approx(8.5)
    judged = rule.judge(
        pd.DataFrame({"attributes": [9, 1], "ads": [7, 5]}), columns={"promotion": "ads"}
    )
    assert judged["expected"].tolist() == pytest.approx([8.5, 2.0])
    assert from_data(rule.to_data()) == rule


def test_mistakes_of_expectation():
    with pytest.raises(
        UnknownCode, match=r"'promotions' is no factor .* .did you mean 'promotion'"
    ):
        ExpectedLevel(weights={"promotions": 1})
    with pytest.raises(InvalidRule, match="not all are 0"):
        ExpectedLevel(weights={"promotion": 0})
    with pytest.raises(InvalidRule, match="promotion is 0 or more"):
        ExpectedLevel(weights={"promotion": -1})
    with pytest.raises(InvalidRule, match="no value of customer"):
        ExpectedLevel(weights={"customer": 1}).level({"promotion": 3})


# ------------------------------------------------------------------- S-175, V-10: word of mouth


def test_three_and_ten():
    """「1个满意的顾客会...告诉3个人,而1个不满意的顾客会...告诉10个人」."""
    reach = WordOfMouth().reach(satisfied=100, dissatisfied=100)
    assert (reach.positive, reach.negative, reach.net) == (300, 1000, -700)
    assert WordOfMouth().break_even == pytest.approx(10 / 13)
    even = WordOfMouth().reach(satisfied=10, dissatisfied=3)
    assert even.net == 0


def test_twice_the_satisfied():
    """「现有满意用户数量的两倍」."""
    rule = WordOfMouth(model="twice_the_satisfied")
    assert rule.reach(satisfied=50, dissatisfied=7).negative == 100
    assert rule.reach(satisfied=50, dissatisfied=0).negative == 0
    assert rule.break_even == 0
    silent = WordOfMouth(model="twice_the_satisfied", satisfied_tell=1)
    assert silent.break_even == float("inf")


@pytest.mark.parametrize("model", ["per_head", "twice_the_satisfied"])
def test_word_of_mouth_over_groups(model):
    rule = WordOfMouth(model=model)
    groups = pd.DataFrame({"satisfied": [10, 0, 5], "dissatisfied": [3, 2, 0]})
    judged = rule.judge(groups)
    for row in judged.to_dict("records"):
        reach = rule.reach(satisfied=row["satisfied"], dissatisfied=row["dissatisfied"])
        assert (row["positive_reach"], row["negative_reach"], row["net_reach"]) == (
            reach.positive, reach.negative, reach.net,
        )  # fmt: skip
    with pytest.raises(InvalidData, match=r"not from 0 to inf in 1 group"):
        rule.judge(groups.assign(satisfied=[1, -1, 2]))


@given(st.floats(0, 50), st.floats(0.01, 50), st.floats(0.001, 0.999))
def test_more_good_than_bad_is_heard_above_the_break_even(up, down, share):
    rule = WordOfMouth(satisfied_tell=up, dissatisfied_tell=down)
    net = rule.reach(satisfied=share, dissatisfied=1 - share).net
    if abs(share - rule.break_even) > 1e-9:
        assert (net > 0) == (share > rule.break_even)


def test_mistakes_of_word_of_mouth():
    with pytest.raises(UnknownCode, match="'double' is no model of word of mouth"):
        WordOfMouth(model="double")
    with pytest.raises(InvalidRule, match="satisfied_tell is 0 or more"):
        WordOfMouth(satisfied_tell=-1)
    with pytest.raises(InvalidRule, match="0 or more"):
        WordOfMouth().reach(satisfied=-1, dissatisfied=0)
