"""S-234, S-235, S-236, V-32: from what a survey found to a score, a grade and a limit."""

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import CreditGrades, CreditLimit, CreditPolicy, CreditScore, credit_coverage

SCORE = CreditScore(
    factors=["years", "days_overdue"], weights=[0.4, 0.6], bounds=[(0, 10), (60, 0)]
)
CUSTOMERS = {
    "id": [1, 2, 3, 4],
    "years": [5, 20, 0, 10],
    "days_overdue": [0.0, 45.0, 90.0, 0.0],
    "net_assets": [5e5, 1e6, -2e5, 1e5],
    "monthly_purchases": [3e4, 2e4, 1e4, 1e3],
    "previous_payments": [4e4, 3e4, 0.0, 500.0],
}
# 40 x 5/10 + 60; 40 + 60 x 15/60; 0; 40 + 60.
SCORES = [80.0, 55.0, 0.0, 100.0]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_survey_to_grade_by_hand(kind):
    graded = CreditGrades().grade(SCORE.score(ENGINES[kind](CUSTOMERS)))
    rows = read(graded, "credit_score", "credit_grade")
    hand = zip(SCORES, ["b", "c", "d", "a"], strict=True)
    assert alike(rows, [{"credit_score": s, "credit_grade": g} for s, g in hand])


def test_at_a_cut_the_better_grade_begins():
    scores = pd.DataFrame({"credit_score": [49.999, 50.0, 70.0, 85.0]})
    assert CreditGrades().grade(scores)["credit_grade"].tolist() == ["d", "c", "b", "a"]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (CreditLimit.by_net_assets(0.1), [5e4, 1e5, 0, 1e4]),
        (CreditLimit.by_purchases(1.5), [4.5e4, 3e4, 1.5e4, 1.5e3]),
        (CreditLimit.by_payments(), [4e4, 3e4, 0, 500]),
        (CreditLimit.by_score((50, 70, 85), (0, 1e4, 3e4, 8e4)), [3e4, 1e4, 0, 8e4]),
    ],
    ids=lambda value: value.of if isinstance(value, CreditLimit) else "",
)
def test_each_limit_by_hand(kind, limit, expected):
    granted = CreditPolicy(limits=[limit]).grant(SCORE.score(ENGINES[kind](CUSTOMERS)))
    assert [row["credit_limit"] for row in read(granted)] == expected


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(
    ("combine", "largest", "expected"),
    [
        ("least", float("inf"), [4.5e4, 3e4, 0, 1500]),
        ("greatest", 6e4, [5e4, 6e4, 1.5e4, 1e4]),
        ("mean", float("inf"), [4.75e4, 6.5e4, 7500, 5750]),
    ],
)
def test_limits_together(kind, combine, largest, expected):
    limits = [CreditLimit.by_net_assets(0.1), CreditLimit.by_purchases(1.5)]
    policy = CreditPolicy(limits=limits, combine=combine, largest=largest)
    rows = read(policy.grant(ENGINES[kind](CUSTOMERS)))
    assert [row["credit_limit"] for row in rows] == expected
    assert from_data(policy.to_data()) == policy


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_coverage_by_hand(kind):
    rows = {"branch": ["n", "n", "s"], "rated": [True, False, True]}
    assert read(credit_coverage(ENGINES[kind](rows), by="branch")) == [
        {"branch": "n", "customers": 2, "rated": 1, "coverage": 0.5},
        {"branch": "s", "customers": 1, "rated": 1, "coverage": 1.0},
    ]
    (whole,) = read(credit_coverage(ENGINES[kind](rows)))
    assert whole["coverage"] == pytest.approx(2 / 3)


@pytest.mark.properties
@given(st.floats(-5, 15), st.floats(-10, 90), st.floats(0, 10), st.floats(0, 50))
@settings(max_examples=30)
def test_better_facts_never_lower_the_score_nor_the_grade(years, overdue, more, less):
    frame = pd.DataFrame(
        {"years": [years, years + more], "days_overdue": [overdue, overdue - less]}
    )
    graded = CreditGrades().grade(SCORE.score(frame))
    worse, better = graded["credit_score"]
    assert 0 <= worse <= better + 1e-9
    assert better <= 100 + 1e-9
    places = [("d", "c", "b", "a").index(grade) for grade in graded["credit_grade"]]
    assert places[0] <= places[1] or better - worse < 1e-9


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CreditScore(factors=["a"], weights=[0.9], bounds=[(0, 1)]), "these sum to 0.9"),
        (lambda: CreditScore(factors=["a"], weights=[1], bounds=[(1, 1)]), "two different ends"),
        (lambda: CreditScore(factors=["a"], weights=[1], bounds=[]), "two different ends"),
        (lambda: CreditScore(factors=[], weights=[], bounds=[]), "one factor or more"),
        (lambda: CreditGrades(cuts=(70, 50, 85)), "cuts ascend"),
        (lambda: CreditGrades(grades=("b", "a")), "3 cuts need 4 grades"),
        (lambda: CreditGrades(cuts=(1,), grades=("a", "a")), "each grade once"),
        (lambda: CreditLimit(of="x"), "either times"),
        (lambda: CreditLimit(of="x", times=1, amounts=(1,)), "either times"),
        (lambda: CreditLimit(of="x", times=-1), "0 or more"),
        (lambda: CreditLimit.by_score((50,), (1,)), "1 cuts need 2 amounts"),
        (lambda: CreditPolicy(limits=[]), "one limit or more"),
        (lambda: CreditPolicy(limits=[CreditLimit.by_payments()], largest=-1), "largest of 0"),
    ],
)
def test_impossible_rules(make, message):
    with pytest.raises(InvalidRule, match=message):
        make()


def test_bad_columns():
    frame = pd.DataFrame(CUSTOMERS)
    with pytest.raises(UnknownCode, match="combination of limits"):
        CreditPolicy(limits=[CreditLimit.by_payments()], combine="sum")
    with pytest.raises(ColumnNotFound, match="credit_score"):
        CreditGrades().grade(frame)
    with pytest.raises(InvalidData, match="column 'net_assets': missing or infinite"):
        CreditPolicy(limits=[CreditLimit.by_net_assets(1)]).grant(frame.assign(net_assets=None))
    with pytest.raises(InvalidData, match="column 'rated': missing value in 1 customer"):
        credit_coverage(pd.DataFrame({"rated": [True, None]}))
    with pytest.raises(InvalidData, match=r"column 'rated': .* neither 0 nor 1"):
        credit_coverage(pd.DataFrame({"rated": [1, 2]}))


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_points_that_add_up_to_a_cut_have_reached_it(kind):
    # 80 x 50/60 and 20 x 1/6 make 70, where b begins; in binary they make a little less.
    score = CreditScore(
        factors=["days_overdue", "years"], weights=[0.8, 0.2], bounds=[(60, 0), (0, 6)]
    )
    rows = ENGINES[kind]({"id": [1, 2], "days_overdue": [10.0, 10.001], "years": [1, 1]})
    graded = read(CreditGrades().grade(score.score(rows)))
    assert graded[0]["credit_score"] < 70
    assert [row["credit_grade"] for row in graded] == ["b", "c"]


@pytest.mark.parametrize("rated", [[0.5, 1], ["yes", "no"], [2, 0]])
@pytest.mark.parametrize("kind", ENGINES)
def test_a_rating_is_there_or_not(kind, rated):
    with pytest.raises(InvalidData, match="column 'rated': "):
        credit_coverage(ENGINES[kind]({"rated": rated}))
