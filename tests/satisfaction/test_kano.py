"""Kano analysis: answers of every form, groups, weights, turning, cleaning, and bad input (S-168)."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    POULIOT_TABLE,
    STANDARD_TABLE,
    THREE_ANSWER_TABLE,
    ContinuousScale,
    KanoCategory,
    KanoCleaning,
    KanoCoding,
    KanoCounts,
    KanoRule,
    KanoTable,
    kano,
)

LETTERS = [category.value for category in KanoCategory]


def survey(pairs, **columns):
    """Return a long frame with one feature and a respondent for each pair of answers."""
    there, absent = zip(*pairs, strict=True)
    return pd.DataFrame(
        {
            "respondent": range(len(pairs)),
            "feature": "wifi",
            "functional": there,
            "dysfunctional": absent,
            **columns,
        }
    )


def only_row(answers, **options):
    return kano(answers, **options).frame.iloc[0].to_dict()


# ------------------------------------------------------------------------------ forms of answers


def test_counts_shares_and_strengths():
    pairs = [(1, 5)] * 10 + [(3, 5)] * 9 + [(1, 3)] + [(3, 3)] * 2 + [(4, 1)] * 3
    row = only_row(survey(pairs))
    assert [row[letter] for letter in LETTERS] == [1, 10, 9, 2, 3, 0]
    assert sum(row[f"{letter}_share"] for letter in LETTERS) == pytest.approx(1)
    assert (row["answers"], row["category"], row["tied"]) == (25, "one_dimensional", False)
    assert (row["better"], round(row["worse"], 4)) == (0.5, -0.8636)
    assert (row["category_strength"], row["total_strength"]) == (
        pytest.approx(0.04),
        pytest.approx(0.8),
    )
    assert not row["distinct"]
    assert only_row(survey(pairs), rule=KanoRule(method="threshold"))["category"] == "must_be"


@pytest.mark.parametrize(
    ("there", "absent"),
    [
        ([1, 2, 3, 4, 5], [5, 5, 3, 1, 5]),
        (["1", "2.0", " 3", "4", "5"], ["5", "5", "3", "1", "5"]),
        (
            ["I like it.", "Must-be", "NEUTRAL", "live with", "dislike"],
            ["dislike", "I dislike it", "neutral", "like", "Dislike"],
        ),
        (
            ["喜欢", "理所当然", "无所谓", "可以忍受", "不喜欢"],
            ["不喜欢", "讨厌", "中立", "我喜欢", "很不喜欢"],
        ),
    ],
)
def test_numbers_and_words_say_the_same(there, absent):
    row = only_row(survey(list(zip(there, absent, strict=True))))
    assert [row[letter] for letter in LETTERS] == [0, 1, 1, 1, 1, 1]


def test_answers_may_run_the_other_way_or_have_words_of_their_own():
    pairs = [(1, 5), (2, 5), (1, 3)]
    turned = [(6 - f, 6 - d) for f, d in pairs]
    coding = KanoCoding.five(numbers=(5, 4, 3, 2, 1))
    assert only_row(survey(turned), coding=coding) == only_row(survey(pairs))
    own = KanoCoding(numbers=range(5), words=("super", "klar", "egal", "geht so", "schlecht"))
    words = [(own.words[f - 1][0], own.words[d - 1][0]) for f, d in pairs]
    assert only_row(survey(words), coding=own) == only_row(survey(pairs))


def test_three_answers():
    row = only_row(survey([(1, 3), (2, 3), (3, 1), ("like", "neutral")]), table=THREE_ANSWER_TABLE)
    assert [row[letter] for letter in LETTERS] == [1, 1, 1, 1, 0, 0]


def test_wide_and_long_are_the_same():
    rng = np.random.default_rng(0)
    wide = pd.DataFrame({"respondent": range(50)})
    for name in "zab":
        wide[f"{name}+"], wide[f"{name}-"] = rng.integers(1, 6, 50), rng.integers(1, 6, 50)
        wide[f"{name}!"] = rng.integers(1, 10, 50)
    pairs = {name: (f"{name}+", f"{name}-", f"{name}!") for name in "zab"}
    parts = [
        wide[["respondent", *columns]].set_axis(
            ["respondent", "functional", "dysfunctional", "importance"], axis=1
        ).assign(feature=name)
        for name, columns in pairs.items()
    ]  # fmt: skip
    long = kano(pd.concat(parts), importance="importance").frame
    analysis = kano(wide, features=pairs)
    assert analysis.features == ("z", "a", "b")  # the caller's order
    pd.testing.assert_frame_equal(
        analysis.frame.sort_values("feature", ignore_index=True), long, check_dtype=False
    )
    words = wide.assign(**{"z+": wide["z+"].map(dict(enumerate(
        ["like", "must be", "neutral", "live with", "dislike"], start=1)))})  # fmt: skip
    pd.testing.assert_frame_equal(kano(words, features=pairs).frame, analysis.frame)


def test_groups_have_rows_of_their_own():
    answers = survey([(1, 5)] * 3 + [(3, 3)] * 2, city=["B", "B", "A", "A", "B"])
    frame = kano(answers, by="city").frame
    assert frame[["city", "feature", "answers", "one_dimensional"]].to_numpy().tolist() == [
        ["A", "wifi", 2, 1],
        ["B", "wifi", 3, 2],
    ]
    assert kano(answers, by="city").counts("wifi", "B") == KanoCounts(
        one_dimensional=2, indifferent=1
    )


def test_weights_and_importance():
    answers = survey([(1, 5), (3, 3), (3, 3)], w=[6.0, 1.0, 1.0], imp=[9, 3, 3])
    row = only_row(answers, weight="w", importance="imp")
    assert (row["one_dimensional"], row["indifferent"], row["answers"]) == (6, 2, 3)
    assert row["one_dimensional_share"] == 0.75
    assert row["importance"] == pytest.approx((54 + 6) / 8)
    assert row["effective_answers"] == pytest.approx(64 / 38)
    assert "importance" not in only_row(answers)
    nobody = kano(answers.assign(w=[0.0, 1.0, 1.0]), weight="w").frame.iloc[0]
    assert (nobody["answers"], nobody["one_dimensional"]) == (2, 0)


def test_a_feature_that_is_reverse_is_turned_on_request():
    answers = survey([(5, 1)] * 3 + [(3, 1)] * 2 + [(3, 3)])
    assert only_row(answers)["category"] == "reverse"
    turned = kano(answers, turn="leading")
    row = turned.frame.iloc[0]
    assert (row["category"], row["one_dimensional"], row["attractive"]) == ("one_dimensional", 3, 2)
    assert row["turned"]
    assert turned.turned == ("wifi",)
    assert "turned" in repr(turned)
    pd.testing.assert_frame_equal(kano(answers, turn=["wifi"]).frame, turned.frame)
    assert kano(survey([(1, 5)]), turn="leading").turned == ()
    with pytest.raises(UnknownCode, match=r"'wlan' is no feature .* choices are 'wifi'"):
        kano(answers, turn=["wlan"])


def test_careless_respondents_are_left_out_and_named():
    rows = [
        {"respondent": who, "feature": f, "functional": there, "dysfunctional": absent}
        for f in "abcd"
        for who, there, absent in [("x", 1, 1), ("y", 3, 3), ("z", 1, 5 if f != "a" else 1)]
    ]
    answers = pd.DataFrame(rows)
    analysis = kano(answers, cleaning=KanoCleaning(questionable=0.25, indifferent=0.9))
    assert analysis.left_out == ("x", "y")  # z: exactly a quarter is not too much
    assert analysis.frame["answers"].tolist() == [1] * 4
    assert str(analysis.problems[0]).startswith(
        "column 'respondent': too many questionable answers (over 25%) or indifferent answers "
        "(over 90%) in 2 respondents (respondent='x': 4 Q, 0 I of 4; respondent='y': 0 Q, 4 I of 4)"
    )
    assert kano(answers, cleaning=KanoCleaning(indifferent=None)).left_out == ("x",)
    with pytest.raises(InvalidRule, match="say which column names them"):
        kano(answers, respondent=None, cleaning=KanoCleaning())


def test_a_share_that_is_the_limit_is_not_over_it():
    """29 of 50 are 0.58; as a float, 0.58 of 50 is less than 29."""
    pairs = [(3, 3)] * 29 + [(1, 5)] * 21
    answers = pd.DataFrame(pairs, columns=["functional", "dysfunctional"])
    answers = answers.assign(respondent="x", feature=range(50))
    assert kano(answers, cleaning=KanoCleaning(indifferent=0.58)).left_out == ()
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        kano(answers, cleaning=KanoCleaning(indifferent=0.57))


# ------------------------------------------------------------------------------------ properties

cells = st.tuples(st.integers(1, 5), st.integers(1, 5))
pair_lists = st.lists(cells, min_size=1, max_size=30)


@pytest.mark.properties
@settings(max_examples=50)
@given(pairs=pair_lists, data=st.data(), table=st.sampled_from([STANDARD_TABLE, POULIOT_TABLE]))
def test_order_and_names_of_respondents_do_not_matter(pairs, data, table):
    row = only_row(survey(pairs), table=table)
    shuffled = data.draw(st.permutations(pairs))
    other = only_row(survey(shuffled, respondent=[f"r{i}" for i in range(len(pairs))]), table=table)
    assert json.dumps(other, default=str) == json.dumps(row, default=str)
    assert sum(row[f"{letter}_share"] for letter in LETTERS) == pytest.approx(1)
    assert row[row["category"]] == max(row[letter] for letter in LETTERS)
    if not math.isnan(row["better"]):
        assert 0 <= row["better"] <= 1
        assert -1 <= row["worse"] <= 0


@pytest.mark.properties
@settings(max_examples=50)
@given(pairs=pair_lists)
def test_turning_the_question_twice_changes_nothing_and_once_swaps_with_reverse(pairs):
    """In a symmetric table, what was R is A, O or M, and the other way round."""
    assert STANDARD_TABLE.symmetric
    row, turned = only_row(survey(pairs)), only_row(survey(pairs), turn=["wifi"])
    wanted = ("attractive", "one_dimensional", "must_be")
    assert turned["reverse"] == sum(row[name] for name in wanted)
    assert sum(turned[name] for name in wanted) == row["reverse"]
    assert (turned["indifferent"], turned["questionable"]) == (
        row["indifferent"],
        row["questionable"],
    )


@pytest.mark.properties
@settings(max_examples=40)
@given(counts=st.lists(st.integers(0, 30), min_size=6, max_size=6).filter(any))
def test_every_rule_names_a_category_that_somebody_chose(counts):
    votes = KanoCounts(**dict(zip(LETTERS, counts, strict=True)))
    for method in ("mode", "threshold", "group"):
        category = votes.category(KanoRule(method=method))
        assert votes.share(category) > 0
        double = KanoCounts(**dict(zip(LETTERS, [2 * n for n in counts], strict=True)))
        assert double.category(KanoRule(method=method)) is category
    turned = KanoRule(priority=tuple(reversed(KanoRule().priority)))
    assert (votes.category() is votes.category(turned)) == (not votes.tied())


@pytest.mark.properties
@settings(max_examples=25)
@given(pairs=pair_lists, seed=st.integers(0, 99))
def test_wider_confidence_wider_intervals(pairs, seed):
    analysis = kano(survey(pairs))
    narrow, wide = (
        analysis.intervals(seed=seed, resamples=60, confidence=c).iloc[0] for c in (0.5, 0.95)
    )
    for name in ("better", "worse", *(f"{letter}_share" for letter in LETTERS)):
        low, high = narrow[f"{name}_low"], narrow[f"{name}_high"]
        assert math.isnan(low) or wide[f"{name}_low"] <= low <= high <= wide[f"{name}_high"]
    assert 0 <= narrow["stability"] <= 1


# ------------------------------------------------------------------------- rules as plain data


@pytest.mark.parametrize(
    "rule",
    [
        STANDARD_TABLE,
        KanoTable(rows="A A O / I I M / I I M"),
        KanoRule(method="group", priority="OMAIRQ"),
        KanoCoding.five(),
        KanoCoding(numbers=(2, 1, 0)),
        KanoCleaning(questionable=None),
        ContinuousScale.three(),
    ],
)
def test_rules_are_plain_data(rule):
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: KanoTable(rows=("QAO", "RIM")), "at least three answers, got 2"),
        (lambda: KanoTable(rows=("QAO", "RIM", "RR")), "row 3 of 3 has 2 letters"),
        (lambda: KanoTable(rows=("QAO", "RXM", "RRQ")), "row 2 has X; the letters are A, O, M,"),
        (lambda: KanoTable(rows=("QRR", "MIR", "OAQ")), "answers run from like to dislike"),
        (lambda: KanoRule(method="median"), "'median' is no method"),
        (lambda: KanoRule(priority="MOAI"), "each of the six categories once, got M, O, A, I"),
        (lambda: KanoRule(threshold=5), "a share between 0 and 1 .0.05, not 5."),
        (lambda: KanoRule(z=0), "z must be greater than 0"),
        (KanoCounts, "0 or more, and not all 0"),
        (lambda: KanoCounts(must_be=-1), "0 or more"),
        (lambda: KanoCoding(numbers=(1, 2, 2)), "two answers have the number 2.0"),
        (lambda: KanoCoding(numbers=(1, 2), words=("a", "A.")), "two answers have the word 'a'"),
        (lambda: KanoCoding(numbers=(1, 2), words=("a",)), "2 numbers and words for 1 answers"),
        (lambda: KanoCleaning(questionable=None, indifferent=None), "limits neither"),
        (lambda: KanoCleaning(questionable=25), "questionable is a share between 0 and 1"),
        (lambda: KanoCategory("atractive"), "did you mean 'attractive'"),
    ],
)
def test_impossible_rules(make, message):
    with pytest.raises((InvalidRule, UnknownCode), match=message):
        make()


# ------------------------------------------------------------------------------------- bad input


def test_answers_off_the_scale():
    with pytest.raises(InvalidData) as caught:
        kano(survey([(1, 5), (0, 5), (6, 5), (2.5, 3)]))
    assert str(caught.value) == (
        "column 'functional': answer off the scale of 1 (like) to 5 (dislike) in 3 answers:\n"
        "    row 1: respondent=1, feature='wifi', functional=0.0\n"
        "    row 2: respondent=2, feature='wifi', functional=6.0\n"
        "    row 3: respondent=3, feature='wifi', functional=2.5\n"
        "coding= says which number stands for what; errors='collect' leaves these answers out and reports them."
    )


def test_unknown_words_have_near_misses():
    with pytest.raises(InvalidData) as caught:
        kano(survey([("likes", "dislike"), ("neutral", "meh"), ("lke", "like")]))
    text = str(caught.value)
    assert "unknown answer 'likes' (did you mean 'like'" in text
    assert "'lke' (did you mean 'like'" in text
    assert "column 'dysfunctional': unknown answer 'meh' in 1 answer" in text


@pytest.mark.parametrize("gap", [None, float("nan"), "", "  "])
def test_missing_answers_are_left_out_on_request_and_reported(gap):
    answers = survey([("1", "5"), (gap, "5"), ("1", gap), ("3", "3")])
    with pytest.raises(InvalidData, match=r"(?s)'functional': missing answer.*'dysfunctional'"):
        kano(answers)
    analysis = kano(answers, errors="collect")
    assert analysis.frame["answers"].tolist() == [2]
    assert [(p.column, p.code, p.count) for p in analysis.problems] == [
        ("functional", "missing_answer", 1),
        ("dysfunctional", "missing_answer", 1),
    ]
    assert "note: column 'functional': missing answer in 1 answer" in repr(analysis)


def test_who_answers_twice_is_refused():
    answers = survey([(1, 5), (3, 5), (3, 3)], respondent=["a", "a", "b"])
    with pytest.raises(InvalidData) as caught:
        kano(answers)
    assert str(caught.value) == (
        "column 'respondent': more than one answer of a respondent about a feature in 1 pair:\n"
        "    respondent='a', feature='wifi': 2 answers\n"
        "Keep one of them; or say respondent=None if the column does not name respondents."
    )
    assert kano(answers, errors="collect").frame["answers"].tolist() == [1]
    assert kano(answers, respondent=None).frame["answers"].tolist() == [3]


def test_when_nothing_is_left_the_error_says_where_it_went():
    answers = survey([(1, 5), (3, 5)], respondent=["a", "a"])
    with pytest.raises(InvalidData, match=r"(?s)more than one answer .*there is no answer to ev"):
        kano(answers, errors="collect")
    odd = survey([(1, 1), (5, 5)])
    with pytest.raises(InvalidData, match=r"(?s)too many questionable .*there is no answer to ev"):
        kano(odd, cleaning=KanoCleaning())


def test_who_answers_in_two_waves_answers_twice_and_may():
    answers = survey([(1, 5), (3, 5)], respondent=["a", "a"], wave=[1, 2])
    assert kano(answers, by="wave").frame["answers"].tolist() == [1, 1]
    with pytest.raises(InvalidData, match="respondent='a', feature='wifi', wave=1: 2 answers"):
        kano(answers.assign(wave=1), by="wave")


def test_other_bad_input():
    good = survey([(1, 5)])
    with pytest.raises(ColumnNotFound, match=r"no column 'functional' .*did you mean 'funct"):
        kano(good.rename(columns={"functional": "functionl"}))
    with pytest.raises(ColumnNotFound, match="respondent=None says that there is none"):
        kano(good.drop(columns="respondent"))
    with pytest.raises(ColumnNotFound, match="respondent=None says that there is none"):
        kano(good.drop(columns="respondent"), features={"x": ("functional", "dysfunctional")})
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        kano(good.head(0))
    with pytest.raises(InvalidData, match="'w': missing, infinite or negative weight in 1 answer"):
        kano(good.assign(w=-1.0), weight="w")
    with pytest.raises(InvalidData, match="'feature': missing name in 1 answer"):
        kano(good.assign(feature=None))
    with pytest.raises(UnknownCode, match="'skip' is no treatment of errors"):
        kano(good, errors="skip")
    with pytest.raises(InvalidRule, match="the table has 3 answers, the coding 5"):
        kano(good, table=THREE_ANSWER_TABLE, coding=KanoCoding.five())
    with pytest.raises(InvalidRule, match="the table has 4 answers: say how they are written"):
        kano(good, table=KanoTable(rows=("QAAO", "RIIM", "RIIM", "RRRQ")))
    with pytest.raises(InvalidRule, match="'x' needs its functional and its dysfunctional column"):
        kano(good, features={"x": "functional"})
    with pytest.raises(InvalidRule, match="names one column twice"):
        kano(good, features={"x": ("functional", "functional")})
    with pytest.raises(InvalidRule, match="importance of every feature, or of none"):
        kano(good, features={"x": ("functional", "dysfunctional"), "y": ("a", "b", "c")})
    with pytest.raises(UnknownCode, match="'lan' is no feature"):
        kano(good).counts("lan")
    with pytest.raises(UnknownCode, match="'A' is no group"):
        kano(good).counts("wifi", "A")


def test_it_reads_well():
    analysis = kano(survey([(1, 5)] * 3 + [(3, 3)]))
    assert repr(analysis).splitlines()[2:] == [
        "feature  n  A %  O %  M %  I %  R %  Q %  better  worse  category",
        "wifi     4    0   75    0   25    0    0    0.75  -0.75  One-dimensional  mixed",
    ]
    assert "期望质量" in analysis.describe("zh")
    html = analysis._repr_html_()
    assert html.count("<tr>") == 2
    assert "One-dimensional" in html
    many = pd.concat([survey([(1, 5)]).assign(feature=f"<{i}>") for i in range(70)])
    assert "... and 10 more rows" in repr(kano(many))
    assert "&lt;1&gt;" in kano(many)._repr_html_()
    assert '<td style="text-align:left">' in html
    assert '<td style="text-align:right">' in html
