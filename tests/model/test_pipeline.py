"""Contacts, who is due, and the pipeline: S-229, S-240, S-241, S-243, S-244, S-245, S-247,
S-248."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from model.histories import cases, instant

from custrel.errors import InvalidRule, InvalidValue, UnknownCode
from custrel.model import (
    DEAL_FLOW,
    LEAD_FLOW,
    SALES_FLOW,
    Case,
    ContactCadence,
    ContactSummary,
    Interaction,
    Money,
    NextAction,
    Opportunity,
    Outcome,
    Period,
    WorkCalendar,
    contact_summary,
    loss_reasons,
    manager_indicators,
    open_actions,
    pipeline_summary,
    stage_efficiency,
    stale_cases,
    visits_below_quota,
    weighted_pipeline,
)

FIRST = datetime(2024, 3, 1, tzinfo=UTC)


def day(number):
    return FIRST + timedelta(days=number)


def contact(customer, number, **more):
    return Interaction(
        **{"customer_id": customer, "at": day(number), "by": "li", "channel": "phone", **more}
    )


def test_calls_and_visits_of_residents():
    """S-229: 5388 contacts; the masked digit of 公共维修_52 is 1252, as only it adds up."""
    known = {
        "enquiry": 2689, "suggestion": 156, "complaint": 30, "home_repair": 1010,
        "other_service": 195, "praise": 56,
    }  # fmt: skip
    summary = ContactSummary(known | {"common_area_repair": 1252})
    assert summary.total == 5388
    assert summary.complaint_rate == pytest.approx(30 / 5388, rel=1e-15)
    calls = [contact("A", 1, kind="complaint", is_inbound=True), contact("A", 2, kind="praise")]
    assert contact_summary(calls).complaint_rate == 1
    assert contact_summary([]).complaint_rate is None
    with pytest.raises(InvalidValue, match="below 0"):
        ContactSummary({"praise": -1})
    with pytest.raises(UnknownCode):
        ContactSummary({"gossip": 1})


def test_an_action_is_open_until_the_next_contact():
    action = NextAction(what="send the sample", due_on=date(2024, 3, 8))
    sooner = NextAction(what="call", due_on=date(2024, 3, 2))
    calls = [
        contact("A", 1, next_action=action), contact("B", 1, next_action=sooner),
        contact("A", 3), contact("A", 2, case_id="D-1", next_action=sooner),
    ]  # fmt: skip
    assert [c.customer_id for c in open_actions(calls, as_of=day(1))] == ["B", "A"]
    assert [(c.customer_id, c.case_id) for c in open_actions(calls, as_of=day(9))] == [
        ("A", "D-1"), ("B", None),
    ]  # fmt: skip


def test_who_is_due():
    """S-243: the important ones weekly, the others monthly."""
    cadence = ContactCadence({"a": 7, "b": 30})
    classes = {"A": "a", "B": "b", "C": "a", "D": "a", "N": "b"}
    calls = [contact("A", 1), contact("A", 0), contact("B", 1), contact("C", 3), contact("D", 20)]
    due = cadence.due(classes, calls, as_of=day(10))
    assert [(d.customer_id, d.days_late) for d in due] == [
        ("D", 0), ("N", 0), ("A", 2), ("C", 0),
    ]  # fmt: skip
    with pytest.raises(UnknownCode, match="class with a cadence"):
        cadence.due({"A": "z"}, [], as_of=FIRST)
    for wrong in ({}, {"a": 0}):
        with pytest.raises(InvalidRule, match="days above 0"):
            ContactCadence(wrong)


def test_four_visits_a_day():
    """S-248: 每天最少4访, of the working days in the zone of the one who visits."""
    calendar = WorkCalendar.weekdays("09:00-17:00", zone="Asia/Shanghai")
    monday = datetime(2024, 3, 3, 23, tzinfo=UTC)  # 7 o'clock on Monday in Shanghai
    visits = [
        contact("A", 0, at=monday + timedelta(hours=n), channel="in_person") for n in range(4)
    ]
    others = [contact("A", 4), contact("A", 4, channel="in_person", is_inbound=True)]
    week = Period(date(2024, 3, 2), date(2024, 3, 6))
    assert visits_below_quota(visits + others, week, by="li", calendar=calendar) == {
        date(2024, 3, 5): 0
    }
    moved = WorkCalendar.weekdays(
        "09:00-17:00", zone="Asia/Shanghai", holidays=[date(2024, 3, 5)],
        make_up_days=[date(2024, 3, 3)],
    )  # fmt: skip
    assert visits_below_quota(visits, week, by="li", calendar=moved) == {date(2024, 3, 3): 0}
    assert visits_below_quota(visits, week, by="li", calendar=calendar, minimum=5) == {
        date(2024, 3, 4): 4, date(2024, 3, 5): 0,
    }  # fmt: skip
    with pytest.raises(InvalidValue, match="need an end"):
        visits_below_quota([], Period(date(2024, 3, 2)), by="li", calendar=calendar)


def test_the_sum_of_products_is_not_the_product_of_means():
    """S-240: 10 % of 900 and 90 % of 10 are 99, not the half of 910."""
    deals = [
        Opportunity(
            case=Case(case_id=f"D-{n}", flow=DEAL_FLOW, opened_at=FIRST),
            amount=Money(amount, "CNY"), probability=likely,
        )
        for n, (amount, likely) in enumerate([(900, 0.1), (10, Decimal("0.9"))])
    ]  # fmt: skip
    assert weighted_pipeline(deals, {}, as_of=FIRST) == {"CNY": Money(99, "CNY")}
    staged = attrs.evolve(deals[0], probability=None, amount=Money("0.30", "USD"))
    both = weighted_pipeline([*deals, staged], {"tracking": 0.5}, as_of=day(1))
    assert both == {"CNY": Money(99, "CNY"), "USD": Money("0.15", "USD")}
    with pytest.raises(UnknownCode, match="stage with a probability"):
        weighted_pipeline([staged], {}, as_of=FIRST)
    # A close rate of the past has no last digit; the amount has 18 of them.
    for rate in (1 / 17, 0.1 + 0.2, Decimal(1) / 17):
        part = weighted_pipeline([staged], {"tracking": rate}, as_of=FIRST)["USD"]
        assert abs(part.amount - Decimal("0.30") * Decimal(str(rate))) <= Decimal("5e-19")
    for rate in (float("nan"), "likely", -0.1, 1.5):
        with pytest.raises(InvalidValue, match="Opportunity: a probability"):
            weighted_pipeline([staged], {"tracking": rate}, as_of=FIRST)
    lost = staged.case.move("lose", at=day(2), by="li", evidence={"reason": "price"})
    gone = attrs.evolve(staged, case=lost, expected_close=date(2024, 3, 2))
    assert gone.weighted({}) == Money(0, "USD")
    assert weighted_pipeline([gone], {"tracking": 1}, as_of=day(1))["USD"] == gone.amount
    assert weighted_pipeline([gone], {}, as_of=day(2)) == {}
    assert not gone.is_overdue(date(2024, 3, 9))
    with pytest.raises(InvalidValue, match="between 0 and 1"):
        attrs.evolve(staged, probability=1.5)


def sale(number, *moves):
    case = Case(case_id=f"S-{number}", flow=SALES_FLOW, opened_at=FIRST, opened_by="li")
    for after, trigger in moves:
        evidence = {"reason": "price", "contract": "7"}
        case = case.move(trigger, at=day(after), by="li", evidence=evidence)
    return case


SALES = [
    sale(1, (2, "advance"), (4, "advance"), (6, "advance"), (10, "advance")),
    sale(2, (4, "advance"), (5, "lose")),
    sale(3, (1, "lose"), (3, "reopen"), (6, "advance")),
    sale(4),
]


def test_the_efficiency_of_each_link():
    """S-245, by hand: four calls, three of them led to an appointment, ..."""
    calls, meeting, inspection, signing, delivery = stage_efficiency(
        SALES, SALES_FLOW, as_of=day(30)
    )
    assert (calls.entered, calls.passed, calls.lost, calls.rate) == (4, 3, 0, 0.75)
    assert calls.mean_days == (2 + 4 + 1 + 3) / 4
    assert (meeting.entered, meeting.passed, meeting.lost) == (3, 1, 1)
    assert meeting.mean_days == (2 + 1) / 2
    assert [stage.entered for stage in (inspection, signing, delivery)] == [1, 1, 1]
    assert delivery.mean_days is None
    assert stage_efficiency(SALES, DEAL_FLOW, as_of=day(30))[0].rate is None
    summary = pipeline_summary(SALES, as_of=day(30))
    assert (summary.open, summary.won, summary.lost, summary.close_rate) == (2, 1, 1, 0.5)
    assert summary.mean_cycle_days == summary.median_cycle_days == 10
    assert pipeline_summary(SALES, as_of=day(9)).won == 0


@pytest.mark.properties
@settings(max_examples=60, deadline=None)
@given(st.lists(cases([SALES_FLOW, LEAD_FLOW]), max_size=5), st.integers(0, 2000))
def test_the_funnel_never_widens(many, hours):
    """S-245: in these flows no link is skipped."""
    rows = stage_efficiency(many, SALES_FLOW, as_of=instant(hours))
    entered = [row.entered for row in rows]
    assert entered == sorted(entered, reverse=True)
    assert [row.passed for row in rows] == [*entered[1:], 0]
    summary = pipeline_summary(many, as_of=instant(hours))
    assert summary.open + summary.won + summary.lost == len(many)


def test_what_is_won_stays_won_while_it_is_paid():
    """S-244: 成交, delivery and payment; the failed ones are analyzed too."""
    deal = Case(case_id="D-1", flow=DEAL_FLOW, opened_at=FIRST)
    deal = deal.move("win", at=day(5), by="li", evidence={"order": "1", "contract": "2"})
    deal = deal.move("deliver", at=day(20), by="li", evidence={"delivery": "3"})
    assert deal.outcome is Outcome.WON
    assert pipeline_summary([deal], as_of=day(30)).mean_cycle_days == 5
    lost = [sale(n, (1, "lose")) for n in range(2)]
    failed = Case(case_id="D-2", flow=DEAL_FLOW, opened_at=FIRST)
    failed = failed.move("lose", at=day(1), by="li", evidence={"reason": "quality"})
    failed = failed.move("analyze", at=day(2), by="li", evidence={"lesson": "test samples"})
    assert loss_reasons([*lost, failed, deal], as_of=day(9)) == {"price": 2, "quality": 1}


def test_what_stands_still():
    """S-241: an action a month at least; a contact that names the case is one."""
    leads = [Case(case_id=f"L-{n}", flow=LEAD_FLOW, opened_at=day(n)) for n in range(3)]
    assert [c.case_id for c in stale_cases(leads, as_of=day(32))] == ["L-0", "L-1"]
    calls = [contact("A", 5, case_id="L-0"), contact("A", 40, case_id="L-1"), contact("A", 9)]
    assert [c.case_id for c in stale_cases(leads, calls, as_of=day(32))] == ["L-1"]
    followed = leads[1].move("follow_up", at=day(20), by="li", evidence={"action": "call"})
    assert stale_cases([followed], as_of=day(50)) == ()
    lost = leads[0].move("lose", at=day(1), by="li", evidence={"reason": "price"})
    assert stale_cases([lost], as_of=day(99)) == ()


def test_what_the_data_say_of_an_account_manager():
    """S-247: 开拓能力, 销售能力, 维护客户的能力, 服务能力, by hand."""
    march = Period.month(2024, 3)
    handed = sale(5, (4, "lose")).hand_over("wang", at=day(2), by="chief")
    customers = {
        "A": Period(date(2024, 1, 31)),  # 61 days at the end of March
        "B": Period(date(2024, 1, 1), date(2024, 3, 31)),
        "C": Period(date(2024, 3, 2)),  # 30 days
        "D": Period(date(2024, 1, 1), date(2024, 2, 1)),
    }
    li = manager_indicators("li", [*SALES, handed], customers, during=march)
    assert (li.leads_added, li.won, li.lost) == (5, 1, 2)
    assert (li.customers, li.customers_lost, li.churn_rate) == (2, 1, 0.5)
    assert li.mean_tenure_days == 45.5
    wang = manager_indicators("wang", [handed], {}, during=march)
    assert (wang.leads_added, wang.lost, wang.win_rate, wang.churn_rate) == (0, 1, 0, None)
    assert manager_indicators("li", SALES, {}, during=Period.month(2024, 4)).win_rate is None
    with pytest.raises(InvalidValue, match="needs an end"):
        manager_indicators("li", [], {}, during=Period(date(2024, 3, 1)))


def test_the_days_of_an_account_manager_are_those_of_his_zone():
    """S-247: an hour before April in UTC is April in Shanghai."""
    late = datetime(2024, 3, 31, 23, tzinfo=UTC)
    lead = Case(case_id="L-1", flow=LEAD_FLOW, opened_at=late, opened_by="li")
    march, april = Period.month(2024, 3), Period.month(2024, 4)

    def added(during, zone):
        return manager_indicators("li", [lead], {}, during=during, zone=zone).leads_added

    assert [added(march, "UTC"), added(april, "UTC")] == [1, 0]
    assert [added(march, "Asia/Shanghai"), added(april, "Asia/Shanghai")] == [0, 1]
    with pytest.raises(InvalidValue, match="there is no zone 'Luzhou'"):
        added(march, "Luzhou")
