"""Credit files: what was found, what was decided, what may be sold on credit (S-234, S-235)."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from custrel.errors import CurrencyMismatch, IllegalMove, InvalidValue
from custrel.model import (
    CREDIT_FLOW,
    DEAL_FLOW,
    Case,
    CreditFile,
    CreditItem,
    CreditObjection,
    ExposureKind,
    Money,
    credit_exposure,
)
from custrel.valuation import CreditGrades, CreditLimit, CreditPolicy, CreditScore

MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)
FACTS = {"net_assets": 500_000.0, "years": 5.0, "days_overdue": 0.1}


def at(days):
    return MONDAY + timedelta(days=days)


def cny(amount):
    return Money(amount, "CNY")


BEGUN = CreditFile.begin("K-1", "C-7", at=MONDAY, by="li")
REPORTED = BEGUN.report(FACTS, "visited the mill", at=at(1), by="li")
GRANTED = REPORTED.set_limit(
    cny(50_000), grade="b", reason="a tenth of the net assets", at=at(2), by="sun",
    approved_by="wang", valid_until=date(2024, 12, 31),
)  # fmt: skip
REFUSED = REPORTED.refuse(grade="d", reason="pays late", at=at(2), by="sun", approved_by="wang")

OWED = [
    CreditItem(item_id="I-1", kind="invoiced", amount=cny(30_000), due_on=date(2024, 4, 1)),
    CreditItem(item_id="D-2", kind="delivered", amount=cny(15_000)),
    CreditItem(item_id="O-3", kind="ordered", amount=cny(9_000)),
]


def test_investigation_evaluation_limit():
    """S-234: each a dated fact with its author; no limit is not a limit of 0."""
    assert (BEGUN.limit, BEGUN.grade, dict(BEGUN.facts), BEGUN.decision) == (None, None, {}, None)
    assert dict(REPORTED.facts) == FACTS
    assert (GRANTED.limit, GRANTED.grade) == (cny(50_000), "b")
    assert GRANTED.reason == "a tenth of the net assets"
    assert (GRANTED.decision.by, GRANTED.decision.approved_by) == ("sun", "wang")
    assert GRANTED.valid_until == date(2024, 12, 31)
    assert (REFUSED.limit, REFUSED.is_refused, REFUSED.grade) == (None, True, "d")
    assert (REFUSED.reason, REFUSED.valid_until) == ("pays late", None)
    none = REPORTED.set_limit(
        cny(0), grade="d", reason="cash only", at=at(2), by="sun", approved_by="wang"
    )
    assert (none.limit, none.is_refused) == (cny(0), False)


def test_the_file_as_it_was():
    later = GRANTED.override(cny(80_000), reason="fair", at=at(9), by="li", approved_by="wu")
    assert later.until(at(5)) == GRANTED
    assert later.until(at(1)).limit is None
    assert later.until(at(-1)) is None


def test_whoever_investigates_or_proposes_does_not_approve():
    """S-235: approver is not handler, of limits, refusals and exceptions alike."""
    with pytest.raises(IllegalMove, match="needs the approval of somebody else"):
        REPORTED.set_limit(cny(9), grade="a", reason="r", at=at(2), by="sun", approved_by="sun")
    with pytest.raises(InvalidValue, match="'li' investigated and cannot approve"):
        REPORTED.set_limit(cny(9), grade="a", reason="r", at=at(2), by="sun", approved_by="li")
    with pytest.raises(InvalidValue, match="'li' investigated"):
        REPORTED.refuse(grade="d", reason="r", at=at(2), by="sun", approved_by="li")
    for by, boss in (("sun", "li"), ("sun", "sun")):
        with pytest.raises(ValueError, match=r"investigated|approval of somebody else"):
            GRANTED.override(cny(9), reason="r", at=at(3), by=by, approved_by=boss)
    assert GRANTED.limit == cny(50_000)
    again = GRANTED.review("a year has passed", at=at(365)).report({}, "fine", at=at(366), by="wu")
    assert again.set_limit(
        cny(1), grade="b", reason="r", at=at(367), by="sun", approved_by="li"
    ).limit == cny(1)  # li investigated the year before  # fmt: skip


def take(file, step, number, by, boss):
    """Return a file after a step, which may not be allowed."""
    how = {"at": at(number), "by": by}
    decided = how | {"approved_by": boss, "reason": "r"}
    match step:
        case "report":
            return file.report({}, "r", **how)
        case "review":
            return file.review("r", **how)
        case "refuse":
            return file.refuse(grade="d", **decided)
        case "set_limit":
            return file.set_limit(cny(number), grade="a", **decided)
        case "override":
            return file.override(cny(number), **decided)


PEOPLE = st.sampled_from(["li", "sun", "wang"])
STEPS = st.sampled_from(["report", "set_limit", "refuse", "override", "review"])


@pytest.mark.properties
@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(STEPS, PEOPLE, PEOPLE), max_size=12))
def test_whatever_is_tried_nobody_approves_his_own_work(steps):
    """S-235: an illegal step leaves the file as it was; the limit is the last that was allowed."""
    file, found_by, limit = BEGUN, None, None
    for number, (step, by, boss) in enumerate(steps, start=1):
        try:
            file = take(file, step, number, by, boss)
        except (IllegalMove, InvalidValue):
            continue
        if step == "report":
            found_by = by
        elif step != "review":
            assert boss not in {by, found_by}
            limit = None if step == "refuse" else cny(number)
    assert file.limit == limit
    assert CreditFile(case=attrs.evolve(file.case, moves=file.case.moves[::-1])) == file


def test_an_exception_is_an_event_and_the_review_lets_the_limit_stand():
    """S-235: the fourth part, the review, comes back to the first."""
    more = GRANTED.override(cny(80_000), reason="fair", at=at(9), by="li", approved_by="wu")
    assert (more.limit, more.reason, more.grade) == (cny(80_000), "fair", "b")
    assert more.valid_until == date(2024, 12, 31)
    reviewed = more.review("a year has passed", at=at(365))
    assert (reviewed.limit, reviewed.case.state) == (cny(80_000), "investigation")
    assert dict(reviewed.report({"years": 6}, "grown", at=at(366), by="li").facts) == {"years": 6}
    again = reviewed.report({}, "pays late", at=at(366), by="li")
    refused = again.refuse(grade="d", reason="pays late", at=at(367), by="sun", approved_by="wang")
    assert (refused.limit, refused.valid_until, refused.grade) == (None, None, "d")
    with pytest.raises(IllegalMove, match="is made by a person"):
        REFUSED.review("a year has passed", at=at(365))
    with pytest.raises(IllegalMove, match="needs evidence: reason"):
        GRANTED.override(cny(1), reason="", at=at(9), by="li", approved_by="wu")


def test_what_is_owed_and_what_is_left():
    """By hand: 30,000 and 15,000 received, 9,000 ordered."""
    assert credit_exposure(OWED, "CNY") == cny(45_000)
    assert credit_exposure(OWED, "CNY", basis=ExposureKind) == cny(54_000)
    assert credit_exposure([], "CNY") == cny(0)
    assert GRANTED.headroom(OWED) == cny(5_000)
    assert GRANTED.headroom(OWED, basis=["ordered", "delivered", "invoiced"]) == cny(-4_000)
    assert BEGUN.headroom(OWED) is None
    assert [item.days_overdue(date(2024, 4, 11)) for item in OWED] == [10, 0, 0]
    assert OWED[0].days_overdue(date(2024, 3, 1)) == 0
    paid = attrs.evolve(OWED[0], amount=cny(0))
    assert paid.days_overdue(date(2024, 4, 11)) == 0
    with pytest.raises(InvalidValue, match="0 or more, got -1 CNY"):
        attrs.evolve(OWED[0], amount=cny(-1))
    with pytest.raises(CurrencyMismatch):
        credit_exposure(OWED, "USD")


@pytest.mark.parametrize(
    ("file", "order", "on", "how", "objections"),
    [
        (GRANTED, 5_000, date(2024, 4, 1), {}, []),
        (GRANTED, 5_001, date(2024, 4, 1), {}, ["over_limit"]),
        (GRANTED, 1, date(2024, 4, 1), {"basis": ExposureKind}, ["over_limit"]),
        (GRANTED, 5_000, date(2024, 4, 11), {}, ["overdue"]),
        (GRANTED, 5_000, date(2024, 4, 11), {"grace_days": 10}, []),
        (GRANTED, 5_000, date(2024, 12, 31), {"grace_days": 999}, []),
        (GRANTED, 9_000, date(2025, 1, 1), {}, ["expired", "over_limit", "overdue"]),
        (BEGUN, 1, date(2024, 4, 1), {}, ["no_limit"]),
        (REFUSED, 1, date(2024, 4, 1), {}, ["refused"]),
    ],
)
def test_what_stands_against_an_order(file, order, on, how, objections):
    check = file.check(cny(order), OWED, on=on, **how)
    assert [objection.value for objection in check.objections] == objections
    assert check.is_allowed == (not objections)
    assert check.headroom == file.headroom(OWED, basis=how.get("basis", ("delivered", "invoiced")))


def test_objections_are_all_met():
    assert {objection.value for objection in CreditObjection} == {
        "no_limit", "refused", "expired", "over_limit", "overdue",
    }  # fmt: skip


def test_the_rules_of_credit_read_its_facts():
    """S-234, by hand: 0.4 x 50 + 0.6 x 100 of 100 points; a tenth of the net assets."""
    frame = pd.DataFrame([dict(REPORTED.facts) | {"days_overdue": 0}])
    score = CreditScore(
        factors=["years", "days_overdue"], weights=[0.4, 0.6], bounds=[(0, 10), (60, 0)]
    )
    grades = CreditGrades(cuts=[50, 90], grades=["c", "b", "a"])
    policy = CreditPolicy(limits=[CreditLimit.by_net_assets(0.1)])
    row = policy.grant(grades.grade(score.score(frame))).iloc[0]
    granted = REPORTED.set_limit(
        cny(int(row["credit_limit"])), grade=row["credit_grade"], reason="by the policy",
        at=at(2), by="sun", approved_by="wang",
    )  # fmt: skip
    assert (granted.limit, granted.grade) == (cny(50_000), "b")


def test_a_file_that_cannot_be_read():
    with pytest.raises(InvalidValue, match="goes through the flow 'deal', not through 'credit'"):
        CreditFile(case=Case(case_id="D-1", flow=DEAL_FLOW, opened_at=MONDAY))
    with pytest.raises(InvalidValue, match="no figure can be called 'report'"):
        BEGUN.report({"report": 1}, "r", at=at(1), by="li")
    for figure in ("many", None, float("nan")):
        with pytest.raises(InvalidValue, match="the figure 'years' must be a number, got"):
            BEGUN.report({"years": figure}, "r", at=at(1), by="li")
    with pytest.raises(InvalidValue, match="a limit is 0 or more, got -1 CNY"):
        REPORTED.set_limit(cny(-1), grade="a", reason="r", at=at(2), by="sun", approved_by="wang")
    case = Case(case_id="K-1", flow=CREDIT_FLOW, opened_at=MONDAY)
    wrong = case.move("report", at=at(1), by="li", evidence={"report": "r", "years": "many"})
    with pytest.raises(InvalidValue, match=r"the evidence of .report. at .* cannot be read: could"):
        CreditFile(case=wrong)
    for limit in ("lots", "50000", "50000 XXX"):
        granted = REPORTED.case.move(
            "set_limit", at=at(2), by="sun", approved_by="wang",
            evidence={"limit": limit, "grade": "a"},
        )  # fmt: skip
        with pytest.raises(InvalidValue, match="the evidence of 'set_limit'"):
            CreditFile(case=granted)
