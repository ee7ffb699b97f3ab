"""Days and instants: whatever asks for one says so, and takes neither for the other.

Python holds an instant for a day (`datetime` descends from `date`) and compares the two, if at
all, as different; pandas' NaT passes for an instant and is neither before nor after any.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from custrel.errors import InvalidRule, InvalidValue
from custrel.model import (
    SALES_LIFE_FLOW,
    AccountTarget,
    CareCalendar,
    CareDay,
    Case,
    Complaint,
    ComplaintPolicy,
    Consent,
    ContactCadence,
    CreditItem,
    Customer,
    ExchangeRates,
    Interaction,
    Interval,
    KeyAccount,
    Membership,
    Money,
    NextAction,
    Opportunity,
    Period,
    PointsEntry,
    Relationship,
    Reminder,
    SatisfactionRecord,
    ServicePhase,
    SupplyRelation,
    Task,
    TransactionRecord,
    WorkCalendar,
    due_tasks,
    follow_orders,
    may_contact,
    open_actions,
    overdue,
    pipeline_summary,
    service_clock,
    stale_records,
    suppliers_of,
)

DAY = date(2024, 3, 4)
AT = datetime(2024, 3, 4, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
CASE = Case(case_id="K-1", flow=SALES_LIFE_FLOW, opened_at=AT, opened_by="li", about="C-1")
CALL = Interaction(customer_id="C-1", at=AT, by="li", channel="phone")
CARE = Consent(purpose="care", given_at=AT)
WORK = WorkCalendar.weekdays("09:00-12:00", holidays=[DAY])
YEAR = Period.year(2024)
CNY = Money(1, "CNY")
OWNED = Customer(customer_id="C-1", first_owner="li", updated_at=AT).hand_over(
    "zhao", at=AT, by="wang"
)
TASK = Task.assign("T-1", "call", to="li", due_on=DAY, at=AT)

ASKING_FOR_AN_INSTANT = {
    "Case.until": CASE.until,
    "Case.state_at": CASE.state_at,
    "Case.owner_at": CASE.owner_at,
    "Case.spells": CASE.spells,
    "Case.time_in": lambda at: CASE.time_in("prospect", at),
    "Case.move": lambda at: CASE.move("drop", at=at, by="li", evidence={"reason": "-"}),
    "Consent.holds": CARE.holds,
    "ContactCadence.due": lambda at: ContactCadence({"a": 7}).due({"C-1": "a"}, [CALL], as_of=at),
    "Customer.owner_at": OWNED.owner_at,
    "Interval": lambda at: at in Interval(AT, None),
    "ServicePhase.of": lambda at: ServicePhase.of(AT, at),
    "Spell": lambda at: at in CASE.spells()[0],
    "WorkCalendar.add": lambda at: WORK.add(at, timedelta(hours=1)),
    "WorkCalendar.working_time": lambda at: WORK.working_time(AT, at),
    "follow_orders": lambda at: follow_orders(CASE, [(AT, "O-1"), (at, "O-2")]),
    "may_contact": lambda at: may_contact([], "care", at),
    "open_actions": lambda at: open_actions([CALL], as_of=at),
    "overdue": lambda at: overdue([CASE], as_of=at),
    "pipeline_summary": lambda at: pipeline_summary([CASE], as_of=at),
    "service_clock": lambda at: service_clock(CASE, WORK, 8, until=["drop"], as_of=at),
    "stale_records": lambda at: stale_records([OWNED], timedelta(days=1), as_of=at),
}


@pytest.mark.parametrize("ask", ASKING_FOR_AN_INSTANT.values(), ids=ASKING_FOR_AN_INSTANT)
def test_an_instant_is_asked_for(ask):
    with pytest.raises(InvalidValue, match=r"without a zone: 2024-03-04 09:00:00\. Say which"):
        ask(AT.replace(tzinfo=None))
    for none in (DAY, pd.NaT, "2024-03-04"):
        with pytest.raises(InvalidValue, match=r"must be an instant \(datetime\), got"):
            ask(none)


def test_instants_of_other_zones_are_the_same():
    for ask in ASKING_FOR_AN_INSTANT.values():
        assert ask(AT) == ask(AT.astimezone(UTC)) == ask(pd.Timestamp(AT))


ASKING_FOR_A_DAY = {
    "AccountTarget": lambda on: AccountTarget(measure="profit", target=1, due_on=on),
    "AccountTarget.is_missed": AccountTarget(measure="profit", target=1, due_on=DAY).is_missed,
    "CareDay": lambda on: CareDay(customer_id="C-1", occasion="birthday", on=on),
    "CreditItem": lambda on: CreditItem(item_id="I-1", kind="ordered", amount=CNY, due_on=on),
    "CreditItem.days_overdue": CreditItem(
        item_id="I-1", kind="ordered", amount=CNY, due_on=DAY
    ).days_overdue,
    "ExchangeRates.convert": lambda on: ExchangeRates([("USD", "CNY", DAY, 7)]).convert(
        Money(1, "USD"), "CNY", on=on
    ),
    "KeyAccount": lambda on: KeyAccount(customer_id="C-1", since=on, criteria="profit"),
    "Membership": lambda on: Membership(customer_id="C-1", programme="club", joined_on=on),
    "Membership.earned": lambda on: Membership(
        customer_id="C-1", programme="club", joined_on=DAY
    ).earned(on, months=1),
    "Membership.lots": Membership(customer_id="C-1", programme="club", joined_on=DAY).lots,
    "NextAction": lambda on: NextAction(what="call", due_on=on),
    "Opportunity": lambda on: Opportunity(case=CASE, amount=CNY, expected_close=on),
    "Period": Period,
    "Period, in": lambda on: on in YEAR,
    "PointsEntry": lambda on: PointsEntry(entry_id="O-1", on=on, points=1),
    "Relationship.tense": Relationship(party_id="C-1", period=YEAR).tense,
    "Reminder": lambda on: Reminder(on=on, topic="call"),
    "SatisfactionRecord": lambda on: SatisfactionRecord(score=1, asked_on=on),
    "Task": lambda on: Task.assign("T-1", "call", to="li", due_on=on, at=AT),
    "Task.is_overdue": TASK.is_overdue,
    "TransactionRecord": lambda on: TransactionRecord(
        orders=1, revenue=CNY, first_on=on, last_on=on
    ),
    "WorkCalendar.is_workday": WORK.is_workday,
    "WorkCalendar.working_days": lambda on: WORK.working_days(on, DAY),
    "due_tasks": lambda on: due_tasks([TASK], on=on),
    "suppliers_of": lambda on: suppliers_of(
        [SupplyRelation(supplier_id="S-1", customer_id="C-1", period=YEAR)], "C-1", on
    ),
}


@pytest.mark.parametrize("ask", ASKING_FOR_A_DAY.values(), ids=ASKING_FOR_A_DAY)
def test_a_day_is_asked_for(ask):
    ask(DAY)
    for instant in (AT, AT.replace(tzinfo=None), pd.Timestamp(DAY)):
        with pytest.raises(InvalidValue, match=r"must be a day, and 2024-03-04 .* is an instant"):
            ask(instant)
    for none in (pd.NaT, 20240304, "4 March"):
        with pytest.raises(InvalidValue, match=r"must be a day \(date\), got"):
            ask(none)


@pytest.mark.parametrize(
    "make",
    [
        lambda on: WorkCalendar.weekdays("09:00-12:00", holidays=[on]),
        lambda on: WorkCalendar.weekdays("09:00-12:00", make_up_days=[(on, 0)]),
        lambda on: CareCalendar(occasions={"Qingming": on}),
        lambda on: ExchangeRates([("USD", "CNY", on, 7)]),
    ],
    ids=["holiday", "make-up day", "occasion", "rate"],
)
def test_a_rule_reads_days_and_refuses_instants(make):
    """A holiday that pandas wrote as a midnight was none: work went on, and nobody said so."""
    assert make("2024-03-04") == make(DAY)
    for instant in (datetime(2024, 3, 4), pd.Timestamp(DAY)):
        with pytest.raises(InvalidRule, match=r"must be a day, and 2024-03-04 00:00:00 is an inst"):
            make(instant)
    with pytest.raises(InvalidRule, match=r"month must be in 1\.\.12; write days as '2024-10-01'"):
        make("2024-13-04")
    with pytest.raises(InvalidRule, match=r"must be a day \(date\), got 20240304"):
        make(20240304)


def test_before_it_began_nothing_is_due():
    before = AT - timedelta(days=1)
    complaint = Complaint.record("P-1", "C-1", "service", at=AT, by="desk")
    assert overdue([CASE], as_of=before) == ()
    assert ComplaintPolicy(calendar=WORK).clocks(complaint, as_of=before) == {}
