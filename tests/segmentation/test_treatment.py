"""Treatment policies: a table as a value, of which the first row that fits holds."""

import json
from itertools import product

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.model import RiskVerdict
from custrel.segmentation import (
    RF_SEGMENTS,
    STANDARD_POLICY,
    STANDARD_SEGMENTS,
    Treatment,
    TreatmentPolicy,
)

POLICY = TreatmentPolicy(
    [("lost", "*", "let_go"), ("*", "defecting", "phone"), ("loyal", "normal", "thank")]
)


def pairs(*rows):
    return pd.DataFrame(rows, columns=["segment", "risk"])


def test_the_standard_policy_treats_everyone():
    STANDARD_POLICY.check()
    STANDARD_POLICY.check((*RF_SEGMENTS.segments, "lost"))
    assert set(STANDARD_POLICY.treatments) == set(Treatment)


def test_what_the_documents_ask_for():
    """S-208 and S-209: phone who defects, and ask the absent regular for the reason."""
    for segment in ("champions", "loyal", "cannot_lose_them"):
        assert STANDARD_POLICY.treatment_for(segment, RiskVerdict.DEFECTING) == "phone_today"
        assert STANDARD_POLICY.treatment_for(segment, RiskVerdict.WATCH) == "ask_why"
    assert STANDARD_POLICY.treatment_for("champions", "normal") == "thank_and_keep"
    assert STANDARD_POLICY.treatment_for("new_customers", "too_early") == "welcome"


def test_the_first_row_that_fits_holds():
    assert POLICY.treatment_for("lost", "defecting") == "let_go"
    assert POLICY.treatment_for("loyal", "defecting") == "phone"
    assert POLICY.treatment_for("loyal", "normal") == "thank"
    with pytest.raises(UnknownCode, match="'loyal, watch' is no pair that the policy treats"):
        POLICY.treatment_for("loyal", "watch")


def test_every_pair_is_assigned_as_it_is_looked_up():
    every = pairs(*product(STANDARD_SEGMENTS.segments, [v.value for v in RiskVerdict]))
    assigned = STANDARD_POLICY.assign(every)
    assert assigned["treatment"].tolist() == [
        STANDARD_POLICY.treatment_for(s, r)
        for s, r in zip(every["segment"], every["risk"], strict=True)
    ]


def test_wildcards_cover_what_no_row_names():
    policy = TreatmentPolicy([("*", "*", "same")])
    assert policy.assign(pairs(("anything", "whatever")))["treatment"].tolist() == ["same"]
    by_risk = TreatmentPolicy([("*", "normal", "a"), ("*", "*", "b")])
    assert by_risk.assign(pairs(("x", "normal"), ("y", "odd")))["treatment"].tolist() == ["a", "b"]


def test_columns_of_other_names():
    rows = pl.DataFrame({"group": ["lost"], "danger": ["normal"]})
    out = POLICY.assign(rows, segment="group", risk="danger", treatment="to_do")
    assert out["to_do"].to_list() == ["let_go"]


def test_categories_are_codes_too():
    rows = pairs(("lost", "normal"), ("loyal", "defecting")).astype("category")
    assert POLICY.assign(rows)["treatment"].tolist() == ["let_go", "phone"]
    frame = pl.DataFrame(
        {"segment": ["lost"], "risk": ["normal"]},
        schema={"segment": pl.Categorical, "risk": pl.String},
    )
    assert POLICY.assign(frame)["treatment"].to_list() == ["let_go"]


@pytest.mark.parametrize("policy", [POLICY, STANDARD_POLICY])
def test_policies_survive_json(policy):
    again = from_data(json.loads(json.dumps(policy.to_data())))
    assert again == policy
    assert hash(again) == hash(policy)


# -------------------------------------------------------------------------------- bad input


def test_pairs_without_treatment():
    with pytest.raises(InvalidRule, match=r"no treatment: .*End the policy with a row"):
        POLICY.check(["lost", "loyal"])
    with pytest.raises(InvalidData, match=r"no row of the policy holds .* in 1 row") as caught:
        POLICY.assign(pairs(("lost", "watch"), ("loyal", "watch")))
    (problem,) = caught.value.problems
    assert (problem.code, problem.count, len(problem.rows)) == ("untreated", 1, 1)
    assert "loyal" in problem.rows[0]


def test_names_that_do_not_exist():
    with pytest.raises(InvalidRule, match=r"no segment 'champion' .did you mean 'champions'"):
        TreatmentPolicy([("champion", "*", "x"), ("*", "*", "y")]).check()
    with pytest.raises(InvalidRule, match="no risk 'defect'"):
        TreatmentPolicy([("*", "defect", "x"), ("*", "*", "y")]).check()


def test_rows_that_can_never_hold():
    with pytest.raises(InvalidRule, match=r"row 1 .*'loyal'.* never holds, since .* comes before"):
        TreatmentPolicy([("*", "watch", "x"), ("loyal", "watch", "y")])


def test_rows_of_another_form():
    with pytest.raises(InvalidRule, match="expected rows of segment, risk and treatment"):
        TreatmentPolicy([("a", "b")])
    with pytest.raises(InvalidRule, match="there are no rows"):
        TreatmentPolicy([])


def test_missing_codes_and_columns():
    with pytest.raises(InvalidData, match="'segment': missing segment in 1 row"):
        STANDARD_POLICY.assign(pairs((None, "watch"), ("loyal", "watch")))
    with pytest.raises(InvalidData, match="'risk': missing risk in 1 row"):
        TreatmentPolicy([("*", "*", "x")]).assign(pl.DataFrame({"segment": ["a"], "risk": [None]}))
    with pytest.raises(ColumnNotFound, match=r"RiskRule.judge\(\) the risk"):
        STANDARD_POLICY.assign(pd.DataFrame({"segment": ["loyal"]}))


# -------------------------------------------------------------------------------- properties

code = st.sampled_from(["*", "a", "b", "c"])


@pytest.mark.properties
@given(st.lists(st.tuples(code, code, st.sampled_from("xyz")), max_size=8))
def test_assigning_is_looking_up(rows):
    kept = []
    for r in rows:
        if not any(k[0] in ("*", r[0]) and k[1] in ("*", r[1]) for k in kept):
            kept.append(r)
    if ("*", "*") not in [k[:2] for k in kept]:
        kept.append(("*", "*", "rest"))
    policy = TreatmentPolicy(kept)
    every = pairs(*product("abcd", "abcd"))
    assert policy.assign(every)["treatment"].tolist() == [
        policy.treatment_for(s, r) for s, r in product("abcd", "abcd")
    ]
