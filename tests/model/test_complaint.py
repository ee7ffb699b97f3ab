"""Complaints: the eleven steps, the four principles, penalties, recovery, clocks, statistics.

S-216, S-217, S-218, S-219, S-220, S-223, S-228, S-233, S-029.
"""

import json
from datetime import UTC, datetime, timedelta

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from model.histories import EPOCH, cases, instant
from model.specimens import complaints

from custrel import from_data, label
from custrel.errors import CustrelError, IllegalMove, InvalidRule, InvalidValue, UnknownCode
from custrel.model import (
    COMPLAINT_FLOW,
    RECOVERY_FLOW,
    SERVICE_REQUEST_FLOW,
    Case,
    Complaint,
    ComplaintPolicy,
    Money,
    Penalty,
    RequestAnswer,
    ServicePhase,
    WorkCalendar,
    complaint_statistics,
    service_clock,
)

CALENDAR = WorkCalendar.weekdays("09:00-12:00", "13:00-18:00")
POLICY = ComplaintPolicy(calendar=CALENDAR)
MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

TO_REMEDY = (
    ("accept", "wang", {"grounds": "two witnesses"}),
    ("assign", "wang", {"department": "fleet", "person": "li"}),
    ("analyze_cause", "li", {"cause": "fare sign cannot be read"}),
    ("propose", "li", {"remedy": "give the fare back"}),
)
AFTER_REMEDY = (
    ("notify", "desk", {"message": "fare given back"}),
    ("collect_feedback", "desk", {"feedback": "content"}),
    ("close", "wang", {"summary": "new signs work"}),
)
PENALTY = Penalty(
    person="driver 7", rule="B-18", fine=Money(100, "CNY"), points=10, suspend_days=5,
    training_days=1,
)  # fmt: skip


def after(complaint, moves, start=MONDAY, hours=1):
    for number, (trigger, by, evidence) in enumerate(moves, 1):
        at = start + timedelta(hours=number * hours)
        complaint = complaint.move(trigger, at=at, by=by, evidence=evidence)
    return complaint


def recorded(case_id="P-1", category="staff_attitude", at=MONDAY):
    return Complaint.record(case_id, "C-1001", category, at=at, by="desk", text="was shouted at")


def settled(**names):
    """Return a complaint that went through all eleven steps, one an hour."""
    there = after(
        recorded(**names), [*TO_REMEDY, ("approve", "chief", {}), ("carry_out", "li", {})]
    )
    there = there.penalize(
        PENALTY, at=MONDAY + timedelta(hours=7), by="chief", prevention="fare sign redesigned"
    )
    return after(there, AFTER_REMEDY, MONDAY + timedelta(hours=7))


def test_the_eleven_steps_with_what_shows_them():
    """S-216."""
    steps = settled().steps
    assert [step.number for step in steps] == list(range(1, 12))
    assert all(step.is_done and step.applies for step in steps)
    assert [step.by for step in steps] == [
        "desk", "wang", "wang", "li", "li", "chief", "li", "chief", "desk", "desk", "wang",
    ]  # fmt: skip
    assert dict(steps[2].evidence) == {"department": "fleet", "person": "li"}
    assert [label(step.step, "zh", of="complaint_step") for step in steps][:3] == [
        "记录投诉内容", "判定投诉是否成立", "确定责任部门和个人",
    ]  # fmt: skip
    with pytest.raises(InvalidValue, match="'praise' is no step"):
        recorded().step("praise")


def test_an_unfounded_complaint_is_notified_before_it_closes():
    """S-216: nobody proposes a remedy for it, but the customer hears of it."""
    unfounded = recorded().move("accept", at=MONDAY, by="w", evidence={"grounds": "x"})
    assert unfounded.is_founded
    unfounded = recorded().move("reject", at=MONDAY, by="wang", evidence={"grounds": "no witness"})
    assert unfounded.is_founded is False
    for trigger in ("close", "assign", "collect_feedback"):
        with pytest.raises(IllegalMove):
            unfounded.move(trigger, at=MONDAY, by="wang", evidence={"summary": "x"})
    closed = after(unfounded, AFTER_REMEDY)
    assert closed.case.closed_at == MONDAY + timedelta(hours=3)
    open_steps = [step.step for step in closed.steps if not step.is_done]
    assert open_steps == ["assign", "analyze", "propose", "approve", "carry_out", "settle"]
    assert not any(step.applies for step in closed.steps if not step.is_done)


@pytest.mark.parametrize("by", ["li", "zhao", "sun"])
def test_who_handles_it_does_not_approve(by):
    """S-216: neither who is responsible, nor who looked for the cause, nor who proposed."""
    moves = [
        ("accept", "wang", {"grounds": "seen"}),
        ("assign", "wang", {"department": "fleet", "person": "li"}),
        ("analyze_cause", "zhao", {"cause": "haste"}),
        ("propose", "sun", {"remedy": "apology"}),
    ]
    proposed = after(recorded(), moves)
    assert proposed.handlers == {"li", "zhao", "sun"}
    later = MONDAY + timedelta(hours=9)
    with pytest.raises((InvalidValue, IllegalMove), match=f"'{by}'"):
        proposed.move("approve", at=later, by=by)
    assert proposed.move("approve", at=later, by="chief").case.state == "approved"
    if by != "sun":  # the flow alone lets him
        with pytest.raises(InvalidValue, match="handles it and cannot approve"):
            attrs.evolve(proposed, case=proposed.case.move("approve", at=later, by=by))


@pytest.mark.properties
@some
@given(complaints())
def test_what_is_true_of_every_complaint(complaint):
    """S-216."""
    handlers, told = {}, False
    for move in complaint.case.moves:
        if move.trigger == "reopen":
            handlers, told = {}, False
        if move.trigger == "assign":
            handlers["assigned"] = move.shows("person")
        if move.trigger in {"analyze_cause", "propose"}:
            handlers[move.by] = move.by
        if move.trigger == "approve":
            assert move.by not in handlers.values()
        told |= move.trigger == "notify"
        if move.trigger == "close":
            assert told
    assert complaint.opened_at >= complaint.case.opened_at
    if complaint.case.state == "closed":
        assert all(step.is_done for step in complaint.steps if step.applies)


@pytest.mark.properties
@some
@given(complaints(), st.sampled_from(sorted({t.trigger for t in COMPLAINT_FLOW.transitions})))
def test_an_illegal_move_leaves_it_as_it_was(complaint, trigger):
    before = attrs.evolve(complaint)
    try:
        complaint.move(trigger, at=EPOCH + timedelta(days=9999), by="wu")
    except CustrelError:
        assert complaint == before
        assert complaint.case.moves == before.case.moves


def test_it_comes_back():
    """S-216: the steps, the judgement and the clocks are those of the new round."""
    closed = settled()
    again = closed.move(
        "reopen", at=MONDAY + timedelta(days=8), by="desk", evidence={"reason": "again"}
    )
    assert again.is_founded is None
    assert again.times_reopened == 1
    assert [step.step for step in again.steps if step.is_done] == ["record"]
    assert dict(again.step("record").evidence) == {"reason": "again"}
    assert POLICY.clocks(again, as_of=MONDAY + timedelta(days=9))["resolve"].used_hours == 8
    assert again.until(MONDAY + timedelta(days=7)) == closed
    assert again.until(MONDAY - timedelta(days=1)) is None


def test_penalty_and_prevention():
    """S-220: 罚款100元、扣10分、培训一天, suspended for five days; a new sign keeps it off."""
    complaint = settled()
    said = "driver 7 (B-18): fine 100 CNY, points 10, suspension days 5, training days 1"
    assert complaint.case.evidence("penalty") == said
    assert complaint.prevention == "fare sign redesigned"
    assert complaint.until(MONDAY + timedelta(hours=6)).penalties == ()
    assert str(Penalty(person="li")) == "li: reprimand"
    carried = complaint.until(MONDAY + timedelta(hours=6))
    with pytest.raises(InvalidValue, match="nobody decided on one"):
        attrs.evolve(carried, penalties=[PENALTY])
    with pytest.raises(IllegalMove, match="needs evidence: penalty"):
        carried.penalize(at=MONDAY + timedelta(hours=7), by="chief")
    for wrong in ({"points": -1}, {"fine": Money(-1, "CNY")}, {"person": " "}):
        with pytest.raises(InvalidValue, match="Penalty"):
            attrs.evolve(PENALTY, **wrong)


def said(complaint, as_of, policy=POLICY):
    return [(v.principle.value, v.why) for v in policy.violations(complaint, as_of=as_of)]


def test_the_four_principles():
    """S-217, S-218: 有章可循,及时处理,分清责任,留档分析."""
    assert said(settled(), MONDAY + timedelta(days=30)) == []
    strange = attrs.evolve(
        settled(category="rats/big"), penalties=[attrs.evolve(PENALTY, rule=" ")]
    )
    assert said(strange, MONDAY + timedelta(days=30)) == [
        ("follow_rules", "there is no rule for 'rats'"),
        ("follow_rules", "no rule provides for the penalty of 'driver 7'"),
    ]
    accepted = after(recorded(), TO_REMEDY[:1])
    assert said(accepted, MONDAY + timedelta(days=1)) == [
        ("clear_responsibility", "no department and person is responsible")
    ]
    assert said(accepted, MONDAY + timedelta(days=7, hours=1)) == [
        ("prompt", "respond: 41 of 40 working hours"),
        ("clear_responsibility", "no department and person is responsible"),
    ]
    assert said(recorded(), MONDAY - timedelta(hours=1)) == []
    blank = after(
        recorded(), [*TO_REMEDY[:1], ("assign", "w", {"department": " ", "person": "li"})]
    )
    blank = after(blank, [("analyze_cause", "li", {"cause": " "})], MONDAY + timedelta(hours=2))
    assert said(blank, MONDAY + timedelta(hours=4)) == [
        ("clear_responsibility", "assign: department says nothing"),
        ("on_file", "analyze: cause says nothing"),
    ]
    assert from_data(json.loads(json.dumps(POLICY.to_data()))) == POLICY
    with pytest.raises(InvalidRule, match="resolve_hours must be above 0"):
        attrs.evolve(POLICY, resolve_hours=0)


def test_the_clock_stands_while_the_customer_is_asked():
    """S-217: told on Monday at 16:00, he answers on Friday at 10:00; closed an hour later."""
    told = settled().until(MONDAY + timedelta(hours=8))
    assert told.case.state == "notified"
    noon = MONDAY + timedelta(days=2)
    waiting = POLICY.clocks(told, as_of=noon)
    assert waiting["resolve"].due_at is None
    assert waiting["resolve"].used_hours == waiting["respond"].used_hours == 7  # without lunch
    assert waiting["respond"].stopped_at == MONDAY + timedelta(hours=8)
    friday = MONDAY + timedelta(days=4)
    answered = after(told, AFTER_REMEDY[1:], friday)
    clock = POLICY.clocks(answered, as_of=friday + timedelta(days=9))["resolve"]
    assert clock.used_hours == 8
    assert not clock.is_late
    # 73 hours are left on Friday at 10:00: 7 of that day, eight days, and two more hours.
    left = POLICY.clocks(answered, as_of=friday + timedelta(hours=1))["resolve"]
    assert left.due_at == datetime(2024, 3, 21, 11, tzinfo=UTC)


@pytest.mark.properties
@some
@given(cases([COMPLAINT_FLOW]), st.integers(0, 900), st.integers(1, 60))
def test_the_clock_counts_the_minutes_of_work(case, hours, allowed):
    as_of = instant(hours)
    case = attrs.evolve(case, hand_overs=())
    clock = service_clock(
        case, CALENDAR, allowed, until=["close"], as_of=as_of, paused_in=["notified"]
    )
    stop = next((m.at for m in case.moves if m.trigger == "close" and m.at <= as_of), as_of)
    worked, late_at = 0, None
    for hour in range(int((stop - EPOCH) / timedelta(hours=1))):
        at = instant(hour)
        works = at.weekday() < 5 and (9 <= at.hour < 12 or 13 <= at.hour < 18)
        if works and case.state_at(at) != "notified":
            worked += 1
            if worked == allowed and late_at is None:
                late_at = at + timedelta(hours=1)
    assert clock.used_hours == worked
    assert clock.is_late == (worked > allowed)
    if late_at is not None:
        assert clock.due_at == late_at


def test_clocks_that_cannot_be():
    case = Case(case_id="R-1", flow=SERVICE_REQUEST_FLOW, opened_at=MONDAY)
    assert service_clock(case, CALENDAR, 8, until=["execute"], as_of=EPOCH) is None
    with pytest.raises(InvalidValue, match="above 0 hours"):
        service_clock(case, CALENDAR, 0, until=["execute"], as_of=MONDAY)
    with pytest.raises(InvalidValue, match="without a zone"):
        service_clock(case, CALENDAR, 1, until=["execute"], as_of=datetime(2024, 3, 5))
    with pytest.raises(UnknownCode):
        service_clock(case, CALENDAR, 1, until=[], as_of=MONDAY, paused_in=["lunch"])
    with pytest.raises(UnknownCode, match=r"'excute' is no trigger of the flow .* mean 'execute'"):
        service_clock(case, CALENDAR, 1, until=["excute"], as_of=MONDAY)


def test_what_many_complaints_say():
    """S-218, S-219, S-223, S-233."""
    recovery = Case(case_id="R-1", flow=RECOVERY_FLOW, opened_at=MONDAY)
    for trigger, evidence in (
        ("ask_effect", {"effect": "late for work"}),
        ("empathize", {}),
        ("help", {"help": "a ride"}),
        ("apologize", {"cause": "haste"}),
    ):
        recovery = recovery.move(trigger, at=MONDAY, by="li", evidence=evidence)
    good = attrs.evolve(
        settled(), recovery=recovery, opportunity_id="D-9", found_fair=True, found_reasonable=True
    )
    slow = after(
        recorded("P-2").move("reject", at=MONDAY, by="wang", evidence={"grounds": "none"}),
        AFTER_REMEDY[:1], MONDAY + timedelta(days=40),
    )  # fmt: skip
    slow = after(slow, AFTER_REMEDY[1:], MONDAY + timedelta(days=41))
    slow = attrs.evolve(slow, found_fair=True, found_reasonable=False)
    new = recorded("P-3", "facility/elevator")
    later = recorded("P-4", at=MONDAY + timedelta(days=99))
    first, second, total = complaint_statistics(
        [good, slow, new, later], POLICY, as_of=MONDAY + timedelta(days=60)
    )
    assert (first.subject, second.subject, total.subject) == ("staff_attitude", "facility", None)
    assert (first.complaints, first.founded, first.unfounded, first.closed) == (2, 1, 1, 2)
    assert first.in_time_rate == 0.5
    assert first.conversion_rate == 0.5
    assert first.fair_rate == 0.5
    assert first.recovered == 1
    assert second.in_time_rate is None
    assert second.fair_rate is None
    assert (total.complaints, total.reopened_rate) == (3, 0)
    (nothing,) = complaint_statistics([], POLICY, as_of=MONDAY)
    assert nothing.conversion_rate is None


def test_a_case_of_another_flow_is_no_complaint():
    case = Case(case_id="R-1", flow=SERVICE_REQUEST_FLOW, opened_at=MONDAY)
    with pytest.raises(InvalidValue, match="'service_request', not through 'complaint'"):
        Complaint(case=case, category="other")
    with pytest.raises(InvalidValue, match="not through 'recovery'"):
        attrs.evolve(recorded(), recovery=case)


def test_how_requests_are_answered():
    """S-228: what is unreasonable is explained, though it could be met."""
    answers = {(r, f): RequestAnswer.of(reasonable=r, feasible=f) for r in (0, 1) for f in (0, 1)}
    assert answers == {
        (1, 1): RequestAnswer.FULFIL, (1, 0): RequestAnswer.ONE_STOP, (0, 1): RequestAnswer.EXPLAIN,
        (0, 0): RequestAnswer.EXPLAIN,
    }  # fmt: skip


def test_the_phase_of_a_sale():
    """S-029: 售前、售中和售后."""
    days = [MONDAY + timedelta(days=day) for day in range(5)]
    found = [ServicePhase.of(day, days[1], days[3]).value for day in days]
    assert found == ["pre_sale", "in_sale", "in_sale", "after_sale", "after_sale"]
    assert ServicePhase.of(days[4], None) is ServicePhase.PRE_SALE
    assert ServicePhase.of(days[4], days[0]) is ServicePhase.IN_SALE
    with pytest.raises(InvalidValue, match="delivered at"):
        ServicePhase.of(days[4], days[3], days[0])
