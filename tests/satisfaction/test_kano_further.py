"""What follows from a Kano analysis: intervals, means, comparisons, curves, priorities."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from custrel.errors import InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    THREE_ANSWER_TABLE,
    ContinuousScale,
    KanoCategory,
    TwoFactor,
    kano,
    loyalty_potential,
    response_curve,
)
from custrel.satisfaction._budget import best_choice
from custrel.satisfaction._multiple_tests import holm

CURVED = ("attractive", "one_dimensional", "must_be")


def generated(n=300, *, seed=0, weights=False):
    """Three features, two groups that differ about the first alone."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) % 2
    parts = []
    for name, there, absent in [
        ("lock", np.where(group, 3, 1), np.full(n, 5)),
        ("music", rng.choice([1, 3], n, p=[0.8, 0.2]), rng.choice([3, 4], n)),
        ("manual", rng.integers(2, 5, n), rng.integers(2, 5, n)),
    ]:
        noise = rng.random(n) < 0.2
        parts.append(
            pd.DataFrame(
                {
                    "respondent": range(n),
                    "feature": name,
                    "functional": np.where(noise, rng.integers(1, 6, n), there),
                    "dysfunctional": np.where(noise, rng.integers(1, 6, n), absent),
                    "group": group,
                    "imp": rng.integers(1, 10, n),
                    "w": rng.gamma(3, 1, n) if weights else 1.0,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


# ------------------------------------------------------------------------------------- intervals


@pytest.mark.parametrize("weights", [False, True])
def test_the_bootstrap_is_that_of_respondents(weights):
    answers = generated(weights=weights)
    weight = "w" if weights else None
    drawn = kano(answers, weight=weight).intervals(seed=1).set_index("feature")
    rng = np.random.default_rng(2)
    music = answers[answers["feature"] == "music"]
    by_hand = [
        kano(music.iloc[rng.integers(0, len(music), len(music))], respondent=None, weight=weight)
        .frame["better"].iloc[0]
        for _ in range(150)
    ]  # fmt: skip
    low, high = np.quantile(by_hand, [0.025, 0.975])
    assert drawn.loc["music", "better_low"] == pytest.approx(low, abs=0.025)
    assert drawn.loc["music", "better_high"] == pytest.approx(high, abs=0.025)


def test_intervals_are_as_wide_as_the_normal_approximation_says():
    rng = np.random.default_rng(6)
    there = np.where(rng.random(400) < 0.4, 1, 3)
    answers = pd.DataFrame({"feature": "x", "functional": there, "dysfunctional": 3})
    answers["w"] = rng.gamma(1, 1, 400)
    for weight, each in ((None, np.ones(400)), ("w", answers["w"].to_numpy())):
        row = (
            kano(answers, respondent=None, weight=weight).intervals(seed=1, resamples=4000).iloc[0]
        )
        better = each @ (there == 1) / each.sum()
        error = np.sqrt((each**2) @ ((there == 1) - better) ** 2) / each.sum()
        assert row["better_high"] - row["better_low"] == pytest.approx(3.92 * error, rel=0.06)
        assert (row["better_high"] + row["better_low"]) / 2 == pytest.approx(better, abs=0.01)


def test_the_same_seed_gives_the_same_numbers_and_a_stable_category_says_so():
    analysis = kano(generated())
    first, again = analysis.intervals(seed=7), analysis.intervals(seed=7)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(analysis.intervals(seed=8))
    stability = first.set_index("feature")["stability"]
    assert stability["manual"] == 1
    assert stability["lock"] < 1
    assert first.set_index("feature")["runner_up"]["lock"] in {"must_be", "one_dimensional"}
    generator = np.random.default_rng(7)
    pd.testing.assert_frame_equal(analysis.intervals(seed=generator), first)


def test_intervals_cover():
    """Better is 0.4 in truth; 95 % intervals hold it about as often as they say."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        there = np.where(rng.random(120) < 0.4, 1, 3)
        answers = pd.DataFrame({"feature": "x", "functional": there, "dysfunctional": 3})
        row = kano(answers, respondent=None).intervals(seed=rng, resamples=300).iloc[0]
        held += row["better_low"] <= 0.4 <= row["better_high"]
    assert held >= 51


def test_nothing_but_questionable_has_no_interval():
    answers = pd.DataFrame({"feature": "x", "functional": [1, 5], "dysfunctional": [1, 5]})
    row = kano(answers, respondent=None).intervals(seed=0).iloc[0]
    assert math.isnan(row["better_low"])
    assert (row["questionable_share_low"], row["stability"], row["runner_up"]) == (1, 1, None)


# ------------------------------------------------------------------------------------ continuous


def test_continuous_by_hand():
    answers = pd.DataFrame(
        {
            "feature": "x",
            "functional": [1, 1, 3, 3],
            "dysfunctional": [5, 4, 3, 5],
            "i": [1, 2, 3, 4],
        }
    )
    row = kano(answers, respondent=None).continuous().iloc[0]
    there, absent = np.array([4, 4, 0, 0]), np.array([4, 2, 0, 4])
    assert row["functional"] == 2
    assert row["functional_sd"] == pytest.approx(there.std(ddof=1))
    assert row["functional_se"] == pytest.approx(there.std(ddof=1) / 2)
    assert row["dysfunctional"] == 2.5
    assert row["dysfunctional_sd"] == pytest.approx(absent.std(ddof=1))
    assert row["correlation"] == pytest.approx(np.corrcoef(there, absent)[0, 1])
    assert row["quadrant"] == "one_dimensional"  # at the cut is above
    weighted = kano(answers, respondent=None, importance="i").continuous().iloc[0]
    assert weighted["functional"] == pytest.approx(12 / 10)
    assert weighted["dysfunctional"] == pytest.approx((4 + 4 + 16) / 10)
    assert weighted["quadrant"] == "must_be"


def test_a_mean_of_two_hides_who_is_divided():
    def sd(there):
        answers = pd.DataFrame({"feature": "x", "functional": there, "dysfunctional": 3})
        row = kano(answers, respondent=None).continuous().iloc[0]
        assert row["functional"] == 2
        return row["functional_sd"]

    assert sd([1, 3, 1, 3]) > 2
    assert sd([2, 2, 2, 2]) == 0


def test_a_single_answer_has_no_spread():
    answers = pd.DataFrame({"feature": ["x"], "functional": [5], "dysfunctional": [1]})
    row = kano(answers, respondent=None).continuous().iloc[0]
    assert (row["functional"], row["dysfunctional"], row["outside"]) == (-2, -2, True)
    assert math.isnan(row["functional_sd"])


def test_continuous_scales():
    answers = pd.DataFrame({"feature": ["x"], "functional": [1], "dysfunctional": [2]})
    three = kano(answers, respondent=None, table=THREE_ANSWER_TABLE)
    assert three.continuous()["quadrant"].tolist() == ["attractive"]
    with pytest.raises(InvalidRule, match="the table has 3 answers, the continuous scale 5"):
        three.continuous(ContinuousScale())
    with pytest.raises(InvalidRule, match="2 answers to the functional question, 3 to"):
        ContinuousScale(functional=(1, 2), dysfunctional=(1, 2, 3))


# ------------------------------------------------------------------------------------ comparison


def test_groups_that_differ_are_found():
    frame = kano(generated(), by="group").compare(seed=1).set_index("feature")
    assert frame["agree"].to_dict() == {"lock": False, "manual": True, "music": True}
    assert frame.loc["lock", "p_adjusted"] < 0.01
    assert (frame.loc[["music", "manual"], "p_adjusted"] > 0.05).all()
    lock = frame.loc["lock"]
    assert lock["better_difference"] > 0.5  # the first group likes it
    assert 0 < lock["better_difference_low"] < lock["better_difference"] < 1
    assert lock["cramers_v"] > 0.5


def test_the_differences_keep_their_sign():
    answers = generated()
    one = kano(answers, by="group").compare(seed=1)
    other = kano(answers.assign(group=1 - answers["group"]), by="group").compare(seed=1)
    for name in ("better", "worse"):
        low, value, high = (one[f"{name}_difference{end}"] for end in ("_low", "", "_high"))
        assert (low < value).all()
        assert (value < high).all()
        assert one[f"{name}_difference"].tolist() == (-other[f"{name}_difference"]).tolist()
        assert one[f"{name}_difference_low"].to_numpy() == pytest.approx(
            -other[f"{name}_difference_high"].to_numpy()
        )
    tables = kano(answers, by="group").frame.set_index(["feature", "group"])
    worse = tables["worse"].unstack()  # noqa: PD010 - nothing to aggregate
    assert one["worse_difference"].tolist() == pytest.approx((worse[0] - worse[1]).tolist())


def test_the_statistic_and_its_p_value_are_scipys():
    analysis = kano(generated(), by="group")
    row = analysis.compare(seed=3, resamples=5000).set_index("feature").loc["music"]
    counts = [analysis.counts("music", g) for g in (0, 1)]
    table = np.array([[getattr(c, k.value) for k in KanoCategory] for c in counts])
    expected = stats.chi2_contingency(table[:, table.sum(axis=0) > 0], correction=False)
    assert row["chi2"] == pytest.approx(expected.statistic)
    assert row["p_value"] == pytest.approx(expected.pvalue, abs=0.05)
    weighted = kano(generated().assign(w=2.0), by="group", weight="w").compare(seed=3)
    assert weighted.set_index("feature").loc["music", "p_value"] == pytest.approx(expected.pvalue)


def test_alike_groups_a_group_of_one_and_no_groups():
    answers = pd.DataFrame(
        {
            "feature": ["x", "x", "x", "y"],
            "functional": [1, 1, 1, 1],
            "dysfunctional": [5, 5, 5, 5],
            "g": ["a", "b", "b", "b"],
        }
    )
    frame = kano(answers, by="g", respondent=None).compare(seed=0).set_index("feature")
    assert frame.loc["x", ["groups", "agree", "chi2", "p_value", "cramers_v"]].tolist() == [
        2, True, 0, 1, 0,
    ]  # fmt: skip
    assert frame.loc["y", "groups"] == 1
    assert math.isnan(frame.loc["y", "p_value"])
    assert math.isnan(frame.loc["y", "p_adjusted"])
    with pytest.raises(InvalidRule, match="there are no groups to compare"):
        kano(answers, respondent=None).compare(seed=0)
    with pytest.raises(
        InvalidData, match=r"column 'g': a comparison needs two groups, .* only 'x'"
    ):
        kano(answers.assign(g="x"), by="g", respondent=None).compare(seed=0)


def test_holm():
    assert holm(np.array([0.01, 0.04, 0.03, np.nan])).tolist() == pytest.approx(
        [0.03, 0.06, 0.06, np.nan], nan_ok=True
    )


# ---------------------------------------------------------------------------------------- curves


@pytest.mark.published
@pytest.mark.parametrize(("better", "worse"), [(1.0, -1.0), (0.5, -0.8636), (0.2, -0.1)])
def test_curves_by_their_formulas(better, worse):
    cs, ds, e = better, worse, math.e
    for x in np.linspace(0, 1, 11):
        expected = {
            "one_dimensional": (cs - ds) * x + ds,
            "attractive": ((cs - ds) * e**x - (cs - e * ds)) / (e - 1),
            "must_be": (-e * (cs - ds) * e ** (-x) + e * cs - ds) / (e - 1),
        }
        for code, y in expected.items():
            assert response_curve(code, x, better=cs, worse=ds) == pytest.approx(y, abs=1e-12)
    for code in CURVED:
        ends = response_curve(code, [0, 1], better=cs, worse=ds)
        assert ends.tolist() == pytest.approx([ds, cs])


def test_curves_bend_as_they_should():
    x = np.linspace(0, 1, 50)
    bends = {code: np.diff(response_curve(code, x), 2) for code in CURVED}
    assert (bends["attractive"] > 0).all()
    assert (bends["must_be"] < 0).all()
    assert np.abs(bends["one_dimensional"]).max() < 1e-12


def test_curves_of_an_analysis():
    frame = kano(generated(), by="group").curves(points=5)
    assert set(frame["feature"]) == {"lock", "music"}
    assert len(frame) == 4 * 5
    last = frame[frame["fulfilment"] == 1]["satisfaction"].to_numpy()
    table = kano(generated(), by="group").frame
    assert last.tolist() == pytest.approx(table[table["category"].isin(CURVED)]["better"].tolist())


def test_what_has_no_curve():
    with pytest.raises(UnknownCode, match="'reverse' is no category with a curve"):
        response_curve("reverse", [0.5])
    with pytest.raises(InvalidRule, match="between 0, not at all, and 1"):
        response_curve("must_be", [1.1])
    with pytest.raises(InvalidRule, match="two points or more"):
        kano(generated()).curves(points=1)


def test_loyalty_grows_from_delight_alone():
    """S-169: must-be and expected quality satisfy, and bind nobody."""
    assert loyalty_potential({"must_be": 1, "one_dimensional": 1}) == 0
    assert loyalty_potential({"must_be": 1, "attractive": 1}) == pytest.approx(1)
    assert loyalty_potential({"must_be": 0.4, "attractive": 1}) == pytest.approx(0.4)
    above = [
        loyalty_potential({"must_be": m, "attractive": 0.7}, threshold=0.6) for m in (0.6, 0.8, 1)
    ]
    assert len(set(above)) == 1
    with pytest.raises(UnknownCode, match="'indifferent' is no category with a curve"):
        loyalty_potential({"indifferent": 1})
    with pytest.raises(InvalidRule, match="fulfilment of must_be is between 0 and 1"):
        loyalty_potential({"must_be": 2})
    with pytest.raises(InvalidRule, match="threshold is above 0"):
        loyalty_potential({}, threshold=0)


# ------------------------------------------------------------------------------------ two factors


def test_two_factors():
    """S-170 and V-19: three factors; Herzberg's view has two."""
    pairs = {factor: factor.kano.value for factor in TwoFactor}
    assert pairs == {
        "hygiene": "must_be", "semi_motivator": "one_dimensional", "motivator": "attractive",
    }  # fmt: skip
    for factor in TwoFactor:
        assert TwoFactor.of(factor.kano) is factor
    assert TwoFactor.of("indifferent") is None
    assert {name for factor in TwoFactor for name in factor.herzberg} == {"hygiene", "motivator"}
    assert [f.effect([0, 1]).tolist() for f in TwoFactor] == [[-1, 0], [-1, 1], [0, 1]]
    with pytest.raises(InvalidRule, match="a level is between 0"):
        TwoFactor.HYGIENE.effect(2)
    with pytest.raises(UnknownCode, match=r"'motivater' is no factor .did you mean 'motivator'"):
        TwoFactor("motivater")
    factors = kano(generated(), by="group").two_factor()["factor"]
    assert [None if pd.isna(factor) else factor for factor in factors] == [
        "semi_motivator", None, "motivator", "hygiene", None, "motivator",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------- priorities


def test_priorities_by_hand():
    analysis = kano(generated())
    table = analysis.frame.set_index("feature")
    cost = {"music": 2.0, "lock": 1.0, "manual": 1.0}
    frame = analysis.priorities(cost, budget=2.5).set_index("feature")
    gain = table["better"] - table["worse"]
    assert frame["gain"].to_dict() == pytest.approx(gain.to_dict())
    assert frame["gain_per_cost"].is_monotonic_decreasing
    assert frame["chosen"].to_dict() == {"lock": True, "music": False, "manual": True}
    assert analysis.priorities(cost)["chosen"].all()
    assert not analysis.priorities(cost, budget=0.5)["chosen"].any()


def test_what_is_fulfilled_already_gains_little():
    analysis = kano(generated(), importance="imp")
    half = analysis.priorities({"lock": 1}, fulfilment={"lock": 0.5}).iloc[0]
    whole = analysis.priorities({"lock": 1}).iloc[0]
    done = analysis.priorities({"lock": 1}, fulfilment={"lock": 1}).iloc[0]
    assert 0 < half["gain"] < whole["gain"]
    assert done["gain"] == 0
    assert not done["chosen"]
    importance = analysis.frame.set_index("feature").loc["lock", "importance"]
    plain = kano(generated()).priorities({"lock": 1}).iloc[0]
    assert whole["gain"] == pytest.approx(plain["gain"] * importance)


def test_reverse_features_are_never_chosen():
    answers = pd.DataFrame({"feature": "x", "functional": [5] * 3, "dysfunctional": [2] * 3})
    row = kano(answers, respondent=None).priorities({"x": 1}).iloc[0]
    assert math.isnan(row["gain"])
    assert not row["chosen"]


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    items=st.lists(st.tuples(st.floats(0, 2), st.floats(0.01, 5)), min_size=1, max_size=8),
    budget=st.floats(0, 12),
)
def test_no_other_choice_brings_more(items, budget):
    gains, costs = (np.array(column) for column in zip(*items, strict=True))
    chosen = best_choice(gains, costs, budget)
    assert costs[chosen].sum() <= budget + 1e-6
    best = max(
        gains[list(mine)].sum()
        for size in range(len(items) + 1)
        for mine in itertools.combinations(range(len(items)), size)
        if costs[list(mine)].sum() <= budget
    )
    assert gains[chosen].sum() >= best - 1e-6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cost": {}}, "say of one feature or more what it costs"),
        ({"cost": {"lock": 0}}, "more than 0"),
        ({"cost": {"lok": 1}}, "'lok' is no feature .* .did you mean 'lock'"),
        ({"cost": {"lock": 1}, "budget": -1}, "budget must be 0 or more"),
        ({"cost": {"lock": 1}, "fulfilment": {"lock": 2}}, "fulfilment is between 0"),
        ({"cost": {"lock": 1}, "group": "x"}, "'x' is no group"),
    ],
)
def test_impossible_priorities(options, message):
    cost = options.pop("cost")
    with pytest.raises((InvalidRule, UnknownCode), match=message):
        kano(generated(40)).priorities(cost, **options)
