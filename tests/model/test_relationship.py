"""Relationships, alarms about cases that do not move, and what comes first in which season.

S-211: whether one sees a customer leave is a matter of the setting.
"""

import json
import math
from datetime import date, timedelta
from decimal import Decimal

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from model.histories import EPOCH, cases, instant

from custrel import from_data, label
from custrel.errors import (
    CurrencyMismatch,
    IllegalMove,
    InvalidRule,
    InvalidValue,
    UnknownCode,
)
from custrel.model import (
    DEAL_FLOW,
    ORIENTATION_ITEMS,
    SALES_LIFE_FLOW,
    STAGE_PRIORITIES,
    BondLevel,
    Case,
    Flow,
    MarketingOrientation,
    Money,
    Period,
    Relationship,
    RelationshipSetting,
    RelationshipType,
    SeasonRule,
    Stage,
    StagePriorities,
    Stakeholder,
    SupplyRelation,
    Tense,
    census,
    customers_of,
    decide,
    follow_orders,
    multi_sourcing_rate,
    orientation,
    overdue,
    price_floor,
    relationship_quality,
    relationship_strength,
    sales_stage,
    share_of_wallet,
    suppliers_of,
)

properties = pytest.mark.properties


def prospect(number=1, **fields):
    return Case(
        case_id=f"K-{number}", flow=SALES_LIFE_FLOW, opened_at=EPOCH, opened_by="li", **fields
    )


# --------------------------------------------------------------------------------- relationships


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        ({}, "transactional"),
        ({"splits_value": True}, "preferred_supply"),
        ({"creates_value": True}, "partnership"),
        ({"splits_value": True, "creates_value": True}, "partnership"),
        ({"pools_resources": True, "splits_value": True}, "strategic_alliance"),
    ],
)
def test_the_highest_type_whose_mark_shows(marks, kind):
    """S-031."""
    assert RelationshipType.of(**marks).value == kind


def test_ladders_are_in_order():
    """S-031, S-032: the structural bond is the highest, the benefit grows with the level."""
    assert [kind.rank for kind in RelationshipType] == [1, 2, 3, 4]
    assert [label(kind, "zh") for kind in RelationshipType] == [
        "买卖关系", "优先供应关系", "合作伙伴关系", "战略联盟关系",
    ]  # fmt: skip
    assert BondLevel.of(financial=True, social=True) is BondLevel.SOCIAL
    assert BondLevel.of() is None
    assert max(BondLevel, key=lambda level: level.rank) is BondLevel.STRUCTURAL


def test_past_present_and_future():
    """S-003: what the two sides have had, have or will have."""
    year = Relationship(party_id="C-1", period=Period.year(2024))
    assert [year.tense(date(y, 6, 1)) for y in (2023, 2024, 2025)] == [
        Tense.FUTURE, Tense.PRESENT, Tense.PAST,
    ]  # fmt: skip
    open_ended = Relationship(party_id="C-1", period=Period(date(2024, 1, 1)), is_willing=False)
    assert open_ended.tense(date(2099, 1, 1)) is Tense.PRESENT
    assert open_ended.is_at_risk(date(2024, 6, 1))
    assert not open_ended.is_at_risk(date(2023, 6, 1))
    assert not year.is_at_risk(date(2024, 6, 1))  # nobody knows


def test_everyone_with_a_stake_can_have_a_relation_with_the_firm():
    """S-004."""
    kinds = [
        Relationship(party_id="x", period=Period.year(2024), stakeholder=k) for k in Stakeholder
    ]
    assert [label(relation.stakeholder, "zh") for relation in kinds] == [
        "消费者", "供应商", "分销商", "竞争者", "政府机构", "其他公众",
    ]  # fmt: skip
    assert census([*kinds, kinds[1]], "stakeholder") == dict.fromkeys(Stakeholder, 1) | {
        "supplier": 2
    }
    with pytest.raises(UnknownCode, match="'friend' is no stakeholder"):
        Relationship(party_id="x", period=Period.year(2024), stakeholder="friend")


def test_without_a_contract_churn_is_not_seen():
    """S-042."""
    bound, free = RelationshipSetting
    assert (bound.churn_is_observed, bound.cost_falls_with_tenure) == (True, True)
    assert (free.churn_is_observed, free.cost_falls_with_tenure) == (False, False)
    assert share_of_wallet(Money(30, "CNY"), Money(120, "CNY")) == Decimal("0.25")
    for here, total in ((5, 0), (5, 4), (-1, 4)):
        with pytest.raises(InvalidValue, match="expected 0 <= here <= total"):
            share_of_wallet(Money(here, "CNY"), Money(total, "CNY"))
    with pytest.raises(CurrencyMismatch):
        share_of_wallet(Money(1, "USD"), Money(4, "CNY"))


def test_three_of_five_contrasts_make_a_firm_relational():
    """S-021."""
    for true in range(6):
        answers = {item: number < true for number, item in enumerate(ORIENTATION_ITEMS)}
        relational = orientation(answers) is MarketingOrientation.RELATIONAL
        assert relational == (true >= 3)
    with pytest.raises(InvalidValue, match="no answer to values_service, commits_itself, qual"):
        orientation({"keeps_customers": True})
    with pytest.raises(UnknownCode, match="'keeps' is no item of the orientation"):
        orientation({"keeps": True})


@properties
@settings(max_examples=60)
@given(st.floats(0, 1), st.floats(0, 1))
def test_trust_and_commitment_are_both_needed(trust, commitment):
    """S-022."""
    quality = relationship_quality(trust, commitment)
    assert min(trust, commitment) - 1e-12 <= quality <= max(trust, commitment) + 1e-12
    assert relationship_quality(trust, 0) == relationship_quality(0, commitment) == 0
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(InvalidValue, match="trust goes from 0 to 1"):
            relationship_quality(wrong, commitment)


@properties
@settings(max_examples=60)
@given(st.integers(0, 100), st.floats(0.01, 0.3))
def test_each_transaction_makes_it_firmer_and_less_so(number, rate):
    """S-046."""
    first, second, third = (relationship_strength(number + i, rate) for i in range(3))
    assert 0 <= first < second < third < 1
    assert third - second < second - first
    for wrong in ((-1, 0.2), (1, 0), (1, math.nan)):
        with pytest.raises(InvalidValue, match="expected 0 or more transactions"):
            relationship_strength(*wrong)


parties = st.sampled_from("ABCDE")
links = st.lists(
    st.tuples(parties, parties, st.integers(0, 9), st.integers(0, 9)).filter(
        lambda link: link[0] != link[1]
    ),
    max_size=15,
)


@properties
@settings(max_examples=60)
@given(links, st.integers(0, 12))
def test_many_supply_many_and_it_changes(rows, day):
    """S-002: relative, many to many in both directions, and versioned."""

    def on(number):
        return date(2024, 1, 1) + timedelta(days=number)

    relations = [
        SupplyRelation(supplier_id=s, customer_id=c, period=Period(on(start), on(start + length)))
        for s, c, start, length in rows
    ]
    now = {(s, c) for s, c, start, length in rows if start <= day < start + length}
    for party in "ABCDE":
        assert set(customers_of(relations, party, on(day))) == {c for s, c in now if s == party}
        assert set(suppliers_of(relations, party, on(day))) == {s for s, c in now if c == party}
    bought = {c: {s for s, c2 in now if c2 == c} for _, c in now}
    expected = sum(len(s) > 1 for s in bought.values()) / len(bought) if bought else None
    assert multi_sourcing_rate(relations, on(day)) == expected


def test_one_party_can_be_supplier_and_customer_but_not_of_itself():
    """S-002."""
    since = Period(date(2024, 1, 1))
    links = [
        SupplyRelation(supplier_id="A", customer_id="B", period=since),
        SupplyRelation(supplier_id="B", customer_id="A", period=since),
    ]
    assert customers_of(links, "A", date(2024, 1, 1)) == suppliers_of(links, "A", date(2024, 1, 1))
    with pytest.raises(InvalidValue, match="'A' does not supply itself"):
        SupplyRelation(supplier_id="A", customer_id="A", period=since)


# ------------------------------------------------------------------------------------ the stages


def test_orders_move_a_customer_by_themselves():
    """S-035, S-023: the first order opens the relation, it does not close it."""
    orders = [(instant(50), "O-2"), (instant(20), "O-1"), (instant(90), "O-3")]
    case = follow_orders(prospect(), orders)
    assert [(m.trigger, m.at, m.shows("order")) for m in case.moves] == [
        ("first_order", instant(20), "O-1"),
        ("second_order", instant(50), "O-2"),
    ]
    assert follow_orders(case, orders) == case
    assert follow_orders(prospect(), orders[1:2]).is_open
    for count in range(4):
        placed = [(instant(number), f"O-{number}") for number in range(count)]
        assert follow_orders(prospect(), placed).state == sales_stage(count)
    assert sales_stage(0, interested=True) == "intent"
    assert sales_stage(1, interested=True) == "first_buyer"
    with pytest.raises(InvalidValue, match="-1 orders cannot be"):
        sales_stage(-1)
    with pytest.raises(InvalidValue, match="'deal' is no flow of the sales life cycle"):
        follow_orders(Case(case_id="D", flow=DEAL_FLOW, opened_at=EPOCH), [])


def test_an_order_that_is_heard_of_late_moves_the_case_when_it_can():
    reason = {"reason": "asked for a price"}
    case = prospect().move("show_intent", at=instant(30), evidence=reason)
    moved = follow_orders(case, [(instant(20), "O-1")])
    assert (moved.state, moved.since) == ("first_buyer", instant(30))


# ---------------------------------------------------------------------------------------- alarms


def test_half_a_month_without_intent_is_told_to_salesman_and_manager():
    """S-036: on the day itself, and not an hour before."""
    day = timedelta(days=1)
    assert overdue([prospect()], as_of=EPOCH + 15 * day - timedelta(hours=1)) == ()
    (alarm,) = overdue([prospect(about="C-7")], as_of=EPOCH + 15 * day, managers={"li": "wang"})
    assert attrs.asdict(alarm) == {
        "case_id": "K-1", "about": "C-7", "state": "prospect", "since": EPOCH, "days": 15.0,
        "limit_days": 15.0, "tell": ("li", "wang"),
    }  # fmt: skip


def test_a_hand_over_does_not_stop_the_alarm_but_tells_the_new_owner():
    """Odoo #144848: the clock of a stage restarted when only the owner changed."""
    case = prospect().hand_over("zhao", at=instant(24 * 10), by="boss")
    (alarm,) = overdue([case], as_of=instant(24 * 15), managers={"zhao": "sun", "li": "wang"})
    assert alarm.tell == ("zhao", "sun")


def test_the_two_decisions_stand_in_the_history():
    """S-036: push on, and the time counts anew; or drop."""
    when = instant(24 * 20)
    pushed = decide(prospect(), "push_on", at=when, by="li", reason="meets us at the fair")
    assert overdue([pushed], as_of=instant(24 * 34)) == ()
    assert overdue([pushed], as_of=instant(24 * 35))[0].since == when
    assert pushed.since == EPOCH
    dropped = decide(prospect(), "drop", at=when, by="li", reason="dead")
    assert overdue([dropped], as_of=instant(24 * 99)) == ()
    assert dropped.evidence("reason") == "dead"
    with pytest.raises(IllegalMove, match="needs evidence: reason"):
        decide(prospect(), "drop", at=when, by="li", reason="")
    with pytest.raises(UnknownCode, match="'wait' is no stall decision"):
        decide(prospect(), "wait", at=when, by="li", reason="x")
    with pytest.raises(IllegalMove, match="'drop' is no move from here"):
        decide(
            Case(case_id="D", flow=DEAL_FLOW, opened_at=EPOCH), "drop", at=when, by="li", reason="x"
        )


def test_the_longest_overdue_comes_first_and_limits_can_be_given():
    flow = Flow(
        "f", [Stage("a", limit_days=10, tell="owner"), Stage("b", "lost")], [("a", "x", "b")]
    )
    old = Case(case_id="1", flow=flow, opened_at=EPOCH)
    older = attrs.evolve(old, case_id="2", opened_at=EPOCH - timedelta(days=5))
    closed = attrs.evolve(older, case_id="3").move("x", at=EPOCH, by="li")
    alarms = overdue([old, older, closed], as_of=instant(24 * 12))
    assert [alarm.case_id for alarm in alarms] == ["2", "1"]
    assert alarms[0].tell == ("owner",)  # nobody is known: not told to nobody
    assert overdue([old], as_of=instant(24 * 12), flow=flow.limited({"a": 13})) == ()


@properties
@settings(max_examples=60)
@given(st.lists(cases(flows=[SALES_LIFE_FLOW]), max_size=4), st.integers(0, 9000))
def test_alarms_ring_when_the_limit_is_reached(histories, hours):
    as_of = instant(hours)
    histories = [attrs.evolve(case, case_id=str(n)) for n, case in enumerate(histories)]
    ringing = {alarm.case_id for alarm in overdue(histories, as_of=as_of)}
    expected = set()
    for case in histories:
        entered = [case.opened_at, *(m.at for m in case.moves if m.trigger != "drop")]
        last = max(at for at in entered if at <= as_of)
        if case.state_at(as_of) == "prospect" and as_of - last >= timedelta(days=15):
            expected.add(case.case_id)
    assert ringing == expected


# --------------------------------------------------------------------------------------- seasons


def test_what_comes_first_in_which_season():
    """S-037."""
    stages = SALES_LIFE_FLOW.states[:4]
    live = [prospect(number, start=stage) for number, stage in enumerate(stages)]
    live.append(prospect(9, start="dropped"))

    def order(season):
        return [case.state for case in STAGE_PRIORITIES.ranked(live, season)]

    assert order("peak") == ["repeat_customer", "first_buyer", "intent", "prospect"]
    assert order("off")[0] == "prospect"
    assert set(order("pre_peak")[:2]) == {"intent", "first_buyer"}
    with pytest.raises(UnknownCode, match="'summer' is no season"):
        STAGE_PRIORITIES.ranked(live, "summer")
    with pytest.raises(UnknownCode, match="'won' is no stage of these priorities"):
        STAGE_PRIORITIES.priority("won", "peak")


def test_the_first_order_may_be_at_cost():
    """S-037."""
    cost, price = Money(80, "CNY"), Money(100, "CNY")
    floors = [price_floor(stage, cost, price) for stage in SALES_LIFE_FLOW.states[:4]]
    assert floors == [cost, cost, price, price]
    with pytest.raises(CurrencyMismatch):
        price_floor("prospect", Money(1, "USD"), price)
    with pytest.raises(UnknownCode, match="'buyer' is no stage"):
        price_floor("buyer", cost, price)


def test_seasons_go_round_the_year():
    rule = SeasonRule(peak_months=[12, 1], lead_days=10)
    days = {date(2024, 11, 20): "off", date(2024, 11, 21): "pre_peak", date(2024, 12, 1): "peak"}
    days |= {date(2025, 1, 31): "peak", date(2025, 2, 1): "off"}
    assert {day: rule.season(day) for day in days} == days


@pytest.mark.parametrize("rule", [SeasonRule(peak_months=[9]), STAGE_PRIORITIES])
def test_rules_of_seasons_are_plain_data(rule):
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


def test_impossible_rules_of_seasons():
    for options in (
        {"peak_months": [13]},
        {"peak_months": range(1, 13)},
        {"peak_months": [], "lead_days": -1},
    ):
        with pytest.raises(InvalidRule, match="expected months from 1 to 12, not all of them"):
            SeasonRule(**options)
    with pytest.raises(InvalidRule, match="each pair of season and stage has one priority"):
        StagePriorities([("peak", "a", 1), ("peak", "a", 2)])
    with pytest.raises(InvalidRule, match="each pair"):
        StagePriorities([("peak", "a", 0)])
    with pytest.raises(InvalidRule, match="expected rows of season, stage and priority"):
        StagePriorities([("peak", "a")])
