"""NPS, CSAT and CES: published figures, weights, groups, trends, differences, bad input."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    CesScale,
    CsatScale,
    NpsScale,
    ces,
    csat,
    nps,
    score_difference,
    score_groups,
    score_trend,
)

SCALES = (NpsScale(), NpsScale(interval="wald"), CsatScale(), CesScale(), CesScale(easy="low"))
EFFORT = np.repeat(np.arange(1, 8), [80, 210, 140, 110, 160, 180, 120])


def run(scale, answers, **options):
    function = {NpsScale: nps, CsatScale: csat, CesScale: ces}[type(scale)]
    return function(answers, scale=scale, **options)


@pytest.mark.published
def test_all_promoters():
    score = nps([10] * 10)
    assert score.value == 1
    assert round(score.centre, 4) == 0.7692
    assert round(score.standard_error, 4) == 0.1501
    assert score.high == 1  # clipped
    wald = nps([10] * 10, scale=NpsScale(interval="wald"))
    assert (wald.low, wald.high, wald.standard_error) == (1, 1, 0)


@pytest.mark.published
def test_customer_effort():
    score = ces(EFFORT)
    assert score.value == pytest.approx(4.08)
    top = score.part("top_2")
    assert top.share == pytest.approx(0.30)
    assert (round(top.low, 4), round(top.high, 4)) == (0.2724, 0.3291)
    assert score.share("top_3") == pytest.approx(0.46)


@pytest.mark.published
def test_wilson_on_csat():
    score = csat([5] * 120 + [4] * 180 + [1] * 700)
    assert (round(score.low, 4), round(score.high, 4)) == (0.2724, 0.3291)


def test_the_direction_of_effort():
    turned = ces(8 - EFFORT, scale=CesScale(easy="low"))
    assert turned.value == pytest.approx(8 - 4.08)
    assert turned.share("top_2") == pytest.approx(0.30)
    assert "low is easy" in str(turned)


def test_nps_by_hand():
    score = nps([10, 9, 9, 8, 7, 6, 3, 0])
    assert score.value == pytest.approx(3 / 8 - 3 / 8)
    assert [round(part.share, 3) for part in score.parts] == [0.375, 0.25, 0.375]
    assert score.variance == pytest.approx(0.75)
    centre = (3.75 - 3.75) / 11
    error = math.sqrt((7.5 / 11 - centre**2) / 11)
    assert score.standard_error == pytest.approx(error)
    assert (score.low, score.high) == (
        pytest.approx(centre - 1.959964 * error),
        pytest.approx(centre + 1.959964 * error),
    )


def test_a_difference_keeps_its_sign():
    good, bad = nps([10] * 6 + [8] * 3 + [0]), nps([10] + [8] * 3 + [0] * 6)
    up, down = score_difference(good, bad), score_difference(bad, good)
    assert up.value == pytest.approx(1.0)
    assert (down.value, down.z, down.low, down.high) == (-up.value, -up.z, -up.high, -up.low)
    assert down.p_value == up.p_value
    assert up.standard_error == pytest.approx(math.sqrt((0.7 - 0.25) / 10 * 2))


def test_two_samples_that_do_not_vary_have_no_test():
    same = score_difference(nps([10] * 5), nps([9] * 3))
    assert same.value == 0
    assert same.standard_error == 0
    assert all(math.isnan(value) for value in (same.low, same.high, same.z, same.p_value))


def test_scores_of_different_scales_do_not_meet():
    with pytest.raises(InvalidRule, match=r"different scales: NPS .* and CSAT"):
        score_difference(nps([10]), csat([5]))


def test_a_group_of_one():
    alone = ces([5])
    assert (alone.value, alone.answers) == (5, 1)
    assert str(alone).startswith("5.000 (no interval), 1 answer, CES")
    assert all(math.isnan(v) for v in (alone.low, alone.high, alone.standard_error))
    assert csat([5]).low == pytest.approx(0.2065, abs=1e-4)
    assert (nps([0]).low, nps([0]).high) == (
        pytest.approx(-0.985, abs=1e-3),
        pytest.approx(0.485, abs=1e-3),
    )


def test_integer_weights_are_repetition_in_value_but_not_in_precision():
    weighted = nps([10, 8, 0], weight=[3, 2, 1])
    repeated = nps([10, 10, 10, 8, 8, 0])
    assert weighted.value == repeated.value
    assert weighted.effective_answers == pytest.approx(36 / 14)
    assert weighted.high - weighted.low > repeated.high - repeated.low


@pytest.mark.parametrize("scale", SCALES)
def test_equal_weights_change_nothing(scale):
    answers = [1, 5, 4, 2, 2, 3, 5]
    plain, weighted = run(scale, answers), run(scale, answers, weight=[2.5] * 7)
    for name in ("value", "low", "high", "standard_error", "variance", "effective_answers"):
        assert getattr(weighted, name) == pytest.approx(getattr(plain, name))


def test_groups_and_trend():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"wave": np.repeat([1, 2, 3, 4], 300)})
    frame["score"] = np.clip(rng.normal(3 + 0.3 * frame["wave"], 1).round(), 1, 5)
    groups = score_groups(frame, scale=CsatScale(), by="wave").frame
    assert list(groups.columns) == [
        "wave", "answers", "value", "low", "high", "standard_error", "satisfied", "top_1",
        "bottom_1",
    ]  # fmt: skip
    trend = score_trend(frame, scale=CsatScale(), wave="wave")
    assert [score.value for score in trend.scores] == groups["value"].tolist()
    assert trend.waves == (1, 2, 3, 4)
    assert trend.slope == pytest.approx(np.polyfit(groups["wave"], groups["value"], 1)[0], abs=0.01)
    assert trend.p_value < 1e-6
    assert trend.homogeneity_p < 1e-6
    assert [c.value for c in trend.changes] == pytest.approx(np.diff(groups["value"]).tolist())


def test_a_trend_of_noise_is_found_as_often_as_it_should_be():
    rng = np.random.default_rng(2)
    waves = np.tile(np.arange(4), 200)
    found = sum(
        score_trend(
            pd.DataFrame({"wave": waves, "score": rng.integers(0, 11, 800)}),
            scale=NpsScale(),
            wave="wave",
        ).p_value
        < 0.1
        for _ in range(80)
    )
    assert 1 <= found <= 18


def test_the_adjusted_interval_covers_as_it_says():
    rng = np.random.default_rng(3)
    draws = rng.choice([10, 8, 0], p=[0.6, 0.3, 0.1], size=(120, 12))
    covered = np.mean([(s := nps(d)).low <= 0.5 <= s.high for d in draws])
    assert covered >= 0.88


@pytest.mark.parametrize("scale", SCALES)
def test_scales_are_plain_data(scale):
    assert from_data(json.loads(json.dumps(scale.to_data()))) == scale


# ---------------------------------------------------------------------------------- properties

answer_lists = st.lists(st.integers(1, 5), min_size=2, max_size=40)


@pytest.mark.properties
@settings(max_examples=30)
@given(answers=answer_lists, scale=st.sampled_from(SCALES), data=st.data())
def test_order_does_not_matter_and_the_score_lies_in_its_interval(answers, scale, data):
    score = run(scale, answers)
    assert run(scale, data.draw(st.permutations(answers))) == score
    if scale != NpsScale():  # whose interval is around another centre
        assert score.low - 1e-12 <= score.value <= score.high + 1e-12
    assert score.low <= score.high
    assert all(0 <= part.low <= part.share <= part.high <= 1 for part in score.parts)


@pytest.mark.properties
@settings(max_examples=25)
@given(answers=answer_lists, place=st.integers(0, 39), scale=st.sampled_from(SCALES[:4]))
def test_a_better_answer_makes_no_score_worse(answers, place, scale):
    better = list(answers)
    better[place % len(answers)] = min(5, better[place % len(answers)] + 1)
    assert run(scale, better).value >= run(scale, answers).value - 1e-12


@pytest.mark.properties
@settings(max_examples=15)
@given(answers=answer_lists, times=st.integers(2, 5))
def test_more_answers_of_the_same_kind_make_the_interval_narrower(answers, times):
    for scale in SCALES:
        once, more = run(scale, answers), run(scale, answers * times)
        assert more.value == pytest.approx(once.value)
        assert more.standard_error <= once.standard_error + 1e-12


# ----------------------------------------------------------------------------------- bad input


def test_answers_off_the_scale():
    with pytest.raises(InvalidData) as caught:
        nps([10, 11, -1, 5.5])
    assert str(caught.value) == (
        "column 'score': answer that is no whole number from 0 to 10 in 3 answers:\n"
        "    row 1: score=11.0\n"
        "    row 2: score=-1.0\n"
        "    row 3: score=5.5\n"
        "scale= says another scale; errors='collect' leaves these answers out and reports them."
    )


def test_missing_answers_are_left_out_on_request_only():
    answers = [10, None, 0, 10]
    with pytest.raises(InvalidData, match="column 'score': missing answer in 1 answer"):
        nps(pd.array(answers, dtype="Int64"))
    score = nps([10, np.nan, 0, 10], errors="collect")
    assert (score.answers, score.value) == (3, pytest.approx(1 / 3))
    assert [problem.code for problem in score.problems] == ["missing_answer"]


def test_nothing_to_evaluate():
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        csat([])
    with pytest.raises(InvalidData, match=r"(?s)missing answer.*there is no answer to evaluate"):
        csat([np.nan], errors="collect")
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        csat([5, 4], weight=[0, 0])


def test_bad_weights():
    with pytest.raises(InvalidData, match="negative weight in 1 answer"):
        csat([5, 4], weight=[1, -1])
    with pytest.raises(InvalidRule, match=r"2 answers and weights of shape \(3,\)"):
        csat([5, 4], weight=[1, 1, 1])


def test_other_mistakes():
    with pytest.raises(ColumnNotFound, match=r"no column 'score' .did you mean 'scores'"):
        nps(pd.DataFrame({"scores": [1]}))
    with pytest.raises(InvalidData, match="expected numbers"):
        nps(["good", "bad"])
    with pytest.raises(InvalidRule, match="one answer per respondent"):
        nps(np.zeros((2, 2)))
    with pytest.raises(UnknownCode, match="'ignore' is no treatment of errors"):
        nps([1], errors="ignore")
    with pytest.raises(InvalidData, match="a trend needs two waves, and there is only 'q1'"):
        score_trend(pd.DataFrame({"w": ["q1"], "score": [1]}), scale=NpsScale(), wave="w")
    with pytest.raises(InvalidData, match="missing group in 1 answer"):
        score_groups(pd.DataFrame({"g": ["a", None], "score": [1, 2]}), scale=NpsScale(), by="g")
    with pytest.raises(UnknownCode, match=r"'promoter' is no part .* .did you mean 'promoters'"):
        nps([1]).share("promoter")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NpsScale(detractors_to=9), "whole numbers must ascend: .*detractors_to .9. < pro"),
        (lambda: NpsScale(confidence=95), "confidence is between 0 and 1 .0.95, not 95."),
        (lambda: NpsScale(interval="exact"), "'exact' is no interval"),
        (lambda: CsatScale(satisfied_from=1), "must ascend: lowest .1. < satisfied_from .1."),
        (lambda: CsatScale(satisfied_from=6), "must ascend"),
        (lambda: CesScale(highest=2), "must ascend"),
        (lambda: CesScale(easy="up"), "'up' is no end of the scale"),
    ],
)
def test_impossible_scales(make, message):
    with pytest.raises((InvalidRule, UnknownCode), match=message):
        make()


def test_groups_of_one_and_of_promoters_alone():
    """Every score has a figure for them, and an interval where there can be one."""
    answers = pd.DataFrame({"shop": ["a", "b", "b", "b"], "score": [7, 7, 7, 7]})
    scales = {
        NpsScale(detractors_to=3, promoters_from=6, highest=7): (1.0, True),
        CsatScale(satisfied_from=6, highest=7): (1.0, True),
        CesScale(): (7.0, False),
    }
    for scale, (value, from_one) in scales.items():
        table = score_groups(answers, scale=scale, by="shop").frame.set_index("shop")
        assert table["value"].tolist() == [value, value]
        assert np.isfinite(table.loc["a", "low"]) == from_one
        assert np.isfinite(table.loc["b", ["low", "high"]].astype(float)).all()
        if from_one:
            assert table.loc["a", "low"] < table.loc["b", "low"] < 1
            assert table["high"].max() <= 1
    alike = score_difference(nps([10] * 5), nps([9] * 7))
    assert (alike.value, alike.standard_error) == (0, 0)
    assert np.isnan([alike.low, alike.p_value]).all()
