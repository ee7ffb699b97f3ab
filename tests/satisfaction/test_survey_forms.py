"""SERVQUAL, importance-performance analysis and sample sizes (S-164)."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    IpaQuadrant,
    IpaRule,
    ServqualForm,
    ipa,
    ipa_survey,
    ipa_trend,
    sample_size_for_mean,
    sample_size_for_share,
    servqual,
    servqual_trend,
    weighted_gap,
)

GAPS = (-0.65, -1.10, -0.83, -0.70, -1.01)


def filled(n=40, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        rng.integers(1, 8, (n, 44)), columns=[f"{k}{i}" for k in "pe" for i in range(22)]
    )


P, E = [f"p{i}" for i in range(22)], [f"e{i}" for i in range(22)]

# -------------------------------------------------------------------------------------- SERVQUAL


@pytest.mark.published
def test_the_overall_gap():
    assert round(weighted_gap(GAPS), 3) == -0.858
    assert weighted_gap(GAPS, [1, 0, 0, 0, 0]) == -0.65


def test_dimensions_are_the_customary_ones():
    form = ServqualForm()
    assert dict(zip(form.dimensions, form.items, strict=True)) == {
        "tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5,
    }  # fmt: skip
    answers = pd.DataFrame([[7] * 22 + [5] * 22], columns=[*P, *E])
    for dimension, columns in [("tangibles", P[:4]), ("reliability", P[4:9]), ("empathy", P[17:])]:
        lower = answers.assign(**dict.fromkeys(columns, 1))
        gaps = servqual(lower, perceptions=P, expectations=E).frame.set_index("dimension")["gap"]
        assert gaps[dimension] == -4
        assert gaps.drop([dimension, "overall"]).tolist() == [2] * 4


def test_gaps_by_hand():
    answers = filled()
    weights = (0.3, 0.2, 0.2, 0.2, 0.1)
    frame = servqual(
        answers, perceptions=P, expectations=E, form=ServqualForm(weights=weights)
    ).frame
    gaps = answers[P].to_numpy() - answers[E].to_numpy()
    parts = np.split(gaps, np.cumsum([4, 5, 4, 4]), axis=1)
    each = np.column_stack([part.mean(axis=1) for part in parts])
    assert frame["gap"].tolist()[:5] == pytest.approx(each.mean(axis=0).tolist())
    overall = frame.iloc[5]
    assert overall["gap"] == pytest.approx(weighted_gap(each.mean(axis=0), weights))
    low, high = stats.t.interval(
        0.95, 39, (each @ weights).mean(), stats.sem(each @ np.array(weights))
    )
    assert (overall["low"], overall["high"]) == (pytest.approx(low), pytest.approx(high))
    assert (frame["perception"] - frame["expectation"]).tolist() == pytest.approx(
        frame["gap"].tolist()
    )


def test_perceptions_alone_and_groups():
    answers = filled().assign(shop=["x", "y"] * 20)
    frame = servqual(answers, perceptions=P, by="shop").frame
    assert list(frame.columns) == [
        "shop", "dimension", "answers", "weight", "perception", "low", "high",
    ]  # fmt: skip
    assert frame["shop"].tolist() == ["x"] * 6 + ["y"] * 6
    mean = answers[answers["shop"] == "y"][P[:4]].to_numpy().mean()
    assert frame["perception"][6] == pytest.approx(mean)
    one = servqual(answers.head(1), perceptions=P).frame
    assert math.isnan(one["low"][0])


def line_by_least_squares(values, errors):
    """Return slope and standard error of the weighted straight line, and the two p values."""
    design = np.column_stack([np.ones(len(values)), np.arange(len(values))])
    precision = np.diag(np.asarray(errors) ** -2)
    spread = np.linalg.inv(design.T @ precision @ design)
    slope, error = (spread @ design.T @ precision @ values)[1], math.sqrt(spread[1, 1])
    level = np.average(values, weights=np.diag(precision))
    around = ((values - level) ** 2 * np.diag(precision)).sum()
    return [
        slope,
        error,
        2 * stats.norm.sf(abs(slope / error)),
        stats.chi2.sf(around, len(values) - 1),
    ]


def test_servqual_weighs_respondents():
    answers = filled(12, seed=3).assign(w=[1, 2, 0, 3] * 3)
    frame = servqual(answers, perceptions=P, expectations=E, weight="w").frame
    repeated = answers.loc[answers.index.repeat(answers["w"])]
    same = servqual(repeated, perceptions=P, expectations=E).frame
    for name in ("perception", "expectation", "gap"):
        assert frame[name].tolist() == pytest.approx(same[name].tolist())
    assert frame["answers"].tolist() == [9] * 6
    kept = answers[answers["w"] > 0]
    gaps = kept[P[:4]].mean(axis=1) - kept[E[:4]].mean(axis=1)
    number = kept["w"].sum() ** 2 / (kept["w"] ** 2).sum()
    mean = np.average(gaps, weights=kept["w"])
    variance = np.average((gaps - mean) ** 2, weights=kept["w"]) * number / (number - 1)
    reach = stats.t.ppf(0.975, number - 1) * math.sqrt(variance / number)
    assert frame["low"][0] == pytest.approx(mean - reach)
    with pytest.raises(InvalidData, match="column 'w': missing, infinite or negative weight in 1"):
        servqual(answers.assign(w=[-1, *answers["w"][1:]]), perceptions=P, weight="w")


def test_servqual_over_waves():
    answers = filled(60, seed=4).assign(wave=[1, 2, 3] * 20)
    trend = servqual_trend(answers, wave="wave", perceptions=P, expectations=E).frame
    assert trend["dimension"].tolist() == [*ServqualForm().dimensions, "overall"]
    care = (answers[P[17:]].mean(axis=1) - answers[E[17:]].mean(axis=1)).groupby(answers["wave"])
    row = trend.iloc[4]
    assert (row["waves"], row["first"], row["last"]) == (
        3, pytest.approx(care.mean()[1]), pytest.approx(care.mean()[3]),
    )  # fmt: skip
    got = row[["slope", "standard_error", "p_value", "homogeneity_p"]].tolist()
    assert got == pytest.approx(line_by_least_squares(care.mean().to_numpy(), care.sem()))
    alone = answers.iloc[[*range(20), 20]].assign(wave=[1] * 20 + [2])
    assert servqual_trend(alone, wave="wave", perceptions=P).frame["slope"].isna().all()
    with pytest.raises(InvalidData, match=r"column 'wave': a trend needs two waves, .* only 1\."):
        servqual_trend(answers.assign(wave=1), wave="wave", perceptions=P)


def test_servqual_mistakes():
    answers = filled(4)
    with pytest.raises(InvalidRule, match="22 items, but perceptions names 21 columns"):
        servqual(answers, perceptions=P[:-1])
    with pytest.raises(InvalidRule, match="the column 'p0' stands for two items"):
        servqual(answers, perceptions=P, expectations=["p0", *E[1:]])
    with pytest.raises(ColumnNotFound, match="no column 'q0'"):
        servqual(answers, perceptions=["q0", *P[1:]])
    answers = answers.assign(p3=[1, 8, np.nan, 7])
    with pytest.raises(InvalidData) as caught:
        servqual(answers, perceptions=P)
    assert str(caught.value).splitlines() == [
        "column 'p3': missing answer in 1 answer:",
        f"    row 2: p0={answers['p0'][2]}, p3=nan",
        "column 'p3': answer off the scale of 1 to 7 in 1 answer:",
        f"    row 1: p0={answers['p0'][1]}, p3=8.0",
        "errors='collect' leaves out the respondents who gave them.",
    ]
    assert servqual(answers, perceptions=P, errors="collect").frame["answers"].tolist() == [2] * 6
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        servqual(answers.head(0), perceptions=P)
    with pytest.raises(UnknownCode, match="'x' is no treatment"):
        servqual(answers, perceptions=P, errors="x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": (20, 20, 20, 20, 20)}, "must be 0 or more and sum to 1, but sum to 100"),
        ({"weights": (0.5, 0.5)}, "2 weights for 5 dimensions"),
        ({"items": (4, 5)}, "how many items it has"),
        ({"dimensions": ("a", "a"), "items": (1, 1)}, "each with its own name"),
        ({"lowest": 7, "highest": 1}, "the lowest answer must be below the highest"),
    ],
)
def test_impossible_forms(options, message):
    with pytest.raises(InvalidRule, match=message):
        ServqualForm(**options)


# ------------------------------------------------------------------------------------------- IPA

ATTRIBUTES = pd.DataFrame(
    {
        "attribute": ["price", "speed", "colour", "advice"],
        "importance": [4.5, 4.0, 2.0, 1.5],
        "performance": [2.0, 4.0, 1.0, 5.0],
    }
)
ALL_FOUR = ["concentrate_here", "keep_up", "low_priority", "possible_overkill"]


@pytest.mark.parametrize(
    ("rule", "cuts"),
    [
        (None, (3.0, 3.0)),
        (IpaRule(cut="median"), (3.0, 3.0)),
        (IpaRule(cut="midpoint", scale=(1, 5)), (3.0, 3.0)),
        (IpaRule(cut="given", cuts=(4.0, 4.0)), (4.0, 4.0)),  # at the cut is high
    ],
)
def test_the_four_quadrants(rule, cuts):
    frame = ipa(ATTRIBUTES, rule=rule)
    assert frame["quadrant"].tolist() == ALL_FOUR == [quadrant.value for quadrant in IpaQuadrant]
    assert (frame["importance_cut"][0], frame["performance_cut"][0]) == cuts
    assert frame["gap"].tolist() == [-2.5, 0, -1, 3.5]


def test_the_cut_is_kept_for_the_next_survey():
    rule = IpaRule().learn(ATTRIBUTES)
    assert rule.learnt
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule
    later = ATTRIBUTES.assign(performance=[3.1, 4, 1, 5])
    assert rule.classify(later)["quadrant"][0] == "keep_up"
    assert IpaRule().classify(later)["quadrant"][0] == "concentrate_here"
    for row in ATTRIBUTES.itertuples():
        got = rule.quadrant(importance=row.importance, performance=row.performance)
        assert got.value == ALL_FOUR[row.Index]


def test_ipa_mistakes():
    with pytest.raises(InvalidData, match=r"missing or infinite value in 1 attribute"):
        ipa(ATTRIBUTES.assign(importance=[1, 2, np.nan, 3]))
    with pytest.raises(InvalidData, match="no attribute to judge"):
        ipa(ATTRIBUTES.head(0))
    with pytest.raises(InvalidRule, match=r"midpoint needs the scale's ends: scale=\(1, 5\)"):
        IpaRule(cut="midpoint")
    with pytest.raises(InvalidRule, match="needs cuts="):
        IpaRule(cut="given")
    with pytest.raises(InvalidRule, match="scale is a pair of numbers"):
        IpaRule(cut="midpoint", scale=(1, 2, 3))
    with pytest.raises(UnknownCode, match=r"'average' is no cut"):
        IpaRule(cut="average")
    with pytest.raises(InvalidRule, match="has not learnt its cuts"):
        IpaRule().quadrant(importance=1, performance=1)


def test_the_mean_of_a_single_attribute_cuts_nothing():
    for cut in "mean", "median":
        with pytest.raises(
            InvalidData, match=f"a single attribute is its own {cut}, .*cut='given'"
        ):
            ipa(ATTRIBUTES.head(1), rule=IpaRule(cut=cut))
    rule = IpaRule(cut="midpoint", scale=(1, 5))
    assert ipa(ATTRIBUTES.head(1), rule=rule)["quadrant"].tolist() == ["concentrate_here"]


ASKED = {name: (f"{name}_matters", f"{name}_is") for name in ("price", "speed", "advice")}


def asked(n=60, seed=1):
    rng = np.random.default_rng(seed)
    columns = [column for pair in ASKED.values() for column in pair]
    answers = pd.DataFrame(rng.integers(1, 6, (n, 6)), columns=columns)
    return answers.assign(shop=["x", "y", "z"] * (n // 3), w=rng.integers(0, 4, n))


def test_ipa_of_answers_by_hand():
    answers = asked()
    frame = ipa_survey(answers, attributes=ASKED, confidence=0.9).frame
    assert frame["attribute"].tolist() == list(ASKED)
    for i, (matters, done) in enumerate(ASKED.values()):
        for what, values in [
            ("importance", answers[matters]),
            ("performance", answers[done]),
            ("gap", answers[done] - answers[matters]),
        ]:
            low, high = stats.t.interval(0.9, 59, values.mean(), stats.sem(values))
            got = [frame[name][i] for name in (what, f"{what}_low", f"{what}_high")]
            assert got == pytest.approx([values.mean(), low, high])
    means = frame[["attribute", "importance", "performance"]]
    same = ipa(means)
    assert frame["quadrant"].tolist() == same["quadrant"].tolist()
    assert frame["importance_cut"].tolist() == pytest.approx(same["importance_cut"].tolist())
    one_side = [
        all(
            (row[f"{what}_low"] - row[f"{what}_cut"]) * (row[f"{what}_high"] - row[f"{what}_cut"])
            > 0
            for what in ("importance", "performance")
        )
        for _, row in frame.iterrows()
    ]
    assert frame["certain"].tolist() == one_side
    sure = pd.DataFrame({"a": [5, 5, 4] * 9, "b": [1, 1, 2] * 9})
    rule = IpaRule(cut="midpoint", scale=(1, 5))
    (row,) = ipa_survey(sure, attributes={"price": ("a", "b")}, rule=rule).frame.to_dict("records")
    assert (row["quadrant"], row["certain"]) == ("concentrate_here", True)


def test_groups_are_held_against_the_cuts_of_all():
    answers = asked()
    every = ipa_survey(answers, attributes=ASKED, weight="w").frame
    groups = ipa_survey(answers, attributes=ASKED, weight="w", by="shop").frame
    assert groups["shop"].tolist() == ["x"] * 3 + ["y"] * 3 + ["z"] * 3
    cuts = {(row.importance_cut, row.performance_cut) for row in groups.itertuples()}
    assert cuts == {(every["importance_cut"][0], every["performance_cut"][0])}
    repeated = answers.loc[answers.index.repeat(answers["w"])]
    assert every["gap"].tolist() == pytest.approx(
        [(repeated[done] - repeated[matters]).mean() for matters, done in ASKED.values()]
    )
    y = repeated[repeated["shop"] == "y"]
    assert groups["importance"][3] == pytest.approx(y["price_matters"].mean())
    alone = ipa_survey(answers.head(4), attributes=ASKED, by="shop").frame.set_index("shop")
    assert alone.loc["z", ["gap_low", "gap_high"]].isna().all(axis=None)
    assert not alone.loc["z", "certain"].any()


def test_ipa_over_waves():
    answers = asked()
    trend = ipa_trend(answers, wave="shop", attributes=ASKED).frame
    assert trend["measure"].tolist() == ["importance", "performance", "gap"] * 3
    gap = (answers["speed_is"] - answers["speed_matters"]).groupby(answers["shop"])
    row = trend.iloc[5]
    assert (row["attribute"], row["first"]) == ("speed", pytest.approx(gap.mean()["x"]))
    assert row["change"] == pytest.approx(gap.mean()["z"] - gap.mean()["x"])
    got = row[["slope", "standard_error", "p_value", "homogeneity_p"]].tolist()
    assert got == pytest.approx(line_by_least_squares(gap.mean().to_numpy(), gap.sem()))
    places = ipa_survey(answers, attributes=ASKED, by="shop").frame.set_index(["shop", "attribute"])
    assert row["first_quadrant"] == places.loc[("x", "speed"), "quadrant"]
    assert row["last_quadrant"] == places.loc[("z", "speed"), "quadrant"]


def test_mistakes_with_answers_about_attributes():
    answers = asked(6)
    with pytest.raises(InvalidRule, match="name an attribute"):
        ipa_survey(answers, attributes={})
    with pytest.raises(
        InvalidRule, match=r"attribute 'price': name two columns, .* got 'price_is'"
    ):
        ipa_survey(answers, attributes={"price": "price_is"})
    with pytest.raises(InvalidRule, match="the column 'price_is' stands for two questions"):
        ipa_survey(answers, attributes={"price": ("price_is", "price_is")})
    with pytest.raises(ColumnNotFound, match="no column 'price_i'"):
        ipa_survey(answers, attributes={"price": ("price_i", "speed_is")})
    with pytest.raises(InvalidData, match="column 'price_is': answer off the scale of 1 to 5 in 1"):
        ipa_survey(answers.assign(price_is=[9, 1, 1, 1, 1, 1]), attributes=ASKED)
    off = answers.assign(price_is=[9, 1, 1, 1, 1, 1])
    assert ipa_survey(off, attributes=ASKED, errors="collect").frame["answers"].tolist() == [5] * 3
    assert ipa_survey(off, attributes=ASKED, scale=(1, 9)).frame["answers"].tolist() == [6] * 3
    with pytest.raises(InvalidData, match="a single attribute is its own mean"):
        ipa_survey(answers, attributes={"price": ASKED["price"]})
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        ipa_survey(answers.head(0), attributes=ASKED)
    with pytest.raises(InvalidData, match=r"column 'shop': a trend needs two waves"):
        ipa_trend(answers.assign(shop="x"), wave="shop", attributes=ASKED)
    with pytest.raises(InvalidRule, match="confidence is between 0 and 1"):
        ipa_survey(answers, attributes=ASKED, confidence=95)


# ---------------------------------------------------------------------------------- sample sizes


@pytest.mark.published
def test_customary_sample_sizes():
    assert sample_size_for_share(0.05) == 385
    assert sample_size_for_share(0.03) == 1068
    assert sample_size_for_share(0.05, population=1000) == 278
    assert sample_size_for_share(0.05, population=150) == 109  # 108 without the "- 1"
    assert sample_size_for_share(0.05, confidence=0.99) == 664
    assert sample_size_for_share(0.05, population=10) == 10
    assert sample_size_for_mean(1, sd=1 / 1.959963984540054) == 1


@pytest.mark.properties
@settings(max_examples=50)
@given(margin=st.floats(0.01, 0.4), share=st.floats(0.01, 0.99), population=st.integers(1, 10**6))
def test_more_precision_and_more_customers_need_more_answers(margin, share, population):
    n = sample_size_for_share(margin, share=share, population=population)
    assert 1 <= n <= population
    assert sample_size_for_share(margin / 2, share=share, population=population) >= n
    assert sample_size_for_share(margin, share=share, population=2 * population) >= n
    assert sample_size_for_share(margin, population=population) >= n
    assert sample_size_for_share(margin, share=share, confidence=0.9) <= sample_size_for_share(
        margin, share=share
    )
    assert sample_size_for_share(margin, share=share, design_effect=2) >= n
    sd = math.sqrt(share * (1 - share))
    assert abs(sample_size_for_mean(margin, sd=sd, population=population) - n) <= 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sample_size_for_share(5), "margin is a share between 0 and 1 .0.05, not 5."),
        (lambda: sample_size_for_share(0.05, share=50), "share is between 0 and 1"),
        (lambda: sample_size_for_share(0.05, population=0), "population must be 1 or more"),
        (lambda: sample_size_for_share(0.05, design_effect=0), "design_effect must be greater"),
        (lambda: sample_size_for_share(0.05, confidence=95), "confidence is between 0 and 1"),
        (lambda: sample_size_for_mean(0, sd=1), "margin must be greater than 0"),
        (lambda: sample_size_for_mean(1, sd=-1), "sd must be greater than 0"),
    ],
)
def test_impossible_sample_sizes(make, message):
    with pytest.raises(InvalidRule, match=message):
        make()
