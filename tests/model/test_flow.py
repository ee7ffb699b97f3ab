"""A flow checks itself, is plain data and back, and draws itself; the sources' flows are right."""

import json
import pickle

import pytest
from model.histories import EPOCH, instant, take

from custrel import from_data, label
from custrel.errors import IllegalMove, InvalidRule, InvalidValue, UnknownCode
from custrel.model import (
    COMPLAINT_FLOW,
    CREDIT_FLOW,
    DEAL_FLOW,
    EXHIBITION_FLOW,
    EXPORT_ORDER_FLOW,
    FLOWS,
    KEY_ACCOUNT_FLOW,
    LEAD_FLOW,
    PROSPECTING_FLOW,
    PUSH_FLOW,
    RECOVERY_FLOW,
    RELATIONSHIP_FLOW,
    SALES_FLOW,
    SALES_LIFE_FLOW,
    SERVICE_LIFE_FLOW,
    SERVICE_REQUEST_FLOW,
    SERVICE_TIER_FLOW,
    SURVEY_FLOW,
    Case,
    Flow,
    Outcome,
    Stage,
    Transition,
)


def walk(flow, *triggers, start=None):
    """Return a case that took these moves, with whatever they need."""
    case = Case(case_id="K-1", flow=flow, opened_at=EPOCH, start=start or flow.initial)
    for number, trigger in enumerate(triggers):
        rule = flow.find(case.state, trigger)
        assert rule is not None, f"{trigger!r} is no move from {case.state!r}"
        case = take(case, rule, instant(number), ["li", "wang", "zhao"])
    return case


def path(case):
    return [spell.state for spell in case.spells()]


# ------------------------------------------------------------------------------------ the machine


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_flows_survive_json_and_pickle(flow):
    again = from_data(json.loads(json.dumps(flow.to_data())))
    assert again == flow
    assert again.find(flow.initial, flow.transitions[0].trigger) is not None
    assert pickle.loads(pickle.dumps(flow)) == flow
    assert hash(again) == hash(flow)


@pytest.mark.parametrize(
    ("stages", "transitions", "message"),
    [
        ([], [], "there are no stages"),
        (["a", "a"], [], "there are two stages 'a'"),
        (["a"], [("a", "go", "b")], "a move names 'b', which is no stage"),
        (["a", "b"], [], "nothing leads to the stage 'b'"),
        (
            ["a", "b"],
            [("a", "go", "b"), ("a", "go", "a")],
            "two moves from 'a' are called 'go'",
        ),
        (
            ["a", "b"],
            [Transition("a", "go", "b", other_than=["come"])],
            "other_than names 'come', which is no trigger",
        ),
    ],
)
def test_a_flow_that_contradicts_itself(stages, transitions, message):
    with pytest.raises(InvalidRule, match=f"^flow 'x': {message}.$"):
        Flow("x", stages, transitions)


def test_all_faults_are_told_at_once():
    with pytest.raises(InvalidRule, match=r"names 'c', which .*; nothing leads to the stage 'b'"):
        Flow("x", ["a", "b"], [("a", "go", "c")])


def test_stages_that_contradict_themselves():
    with pytest.raises(InvalidRule, match="stage 'a': the limit must be above 0 days, got 0"):
        Stage("a", limit_days=0)
    with pytest.raises(InvalidRule, match="stage 'a': the limit must be above 0 days, got nan"):
        Stage("a", limit_days="nan")
    with pytest.raises(InvalidRule, match=r"stage 'a': owner would be told when .* says never"):
        Stage("a", tell="owner")
    with pytest.raises(UnknownCode, match=r"'wonn' is no outcome .did you mean 'won'"):
        Stage("a", "wonn")
    with pytest.raises(InvalidValue, match="Stage: code must be text that is not blank"):
        Stage("")


def test_limits_are_changed_in_a_new_flow():
    tighter = SALES_LIFE_FLOW.limited({"prospect": 10, "intent": 30}, tell="head")
    assert tighter.stage("prospect") == Stage("prospect", limit_days=10, tell=["head"])
    assert tighter.stage("intent").limit_days == 30
    assert SALES_LIFE_FLOW.stage("prospect").limit_days == 15
    assert SALES_LIFE_FLOW.limited({"prospect": 10}).stage("prospect").tell == ("owner", "manager")
    assert SALES_LIFE_FLOW.limited({"prospect": None}).stage("prospect") == Stage("prospect")
    with pytest.raises(UnknownCode, match=r"'intend' is no stage .* .did you mean 'intent'"):
        SALES_LIFE_FLOW.limited({"intend": 3})


def test_the_drawing_has_every_stage_and_move():
    assert EXHIBITION_FLOW.mermaid("zh").splitlines() == [
        "stateDiagram-v2",
        '    state "展前" as before_show',
        '    state "展中" as during_show',
        '    state "展后" as after_show',
        "    [*] --> before_show",
        "    before_show --> during_show: 进入下一阶段",
        "    during_show --> after_show: 进入下一阶段",
        "    after_show --> before_show: 下届展会",
    ]
    own = Flow("own", ["one", "two"], [("one", "jump", "two")])
    assert own.mermaid().endswith("    one --> two: jump\n    two --> [*]")


# ---------------------------------------------------------------------------- the sources' flows


def test_relationship_marketing_goes_one_step_at_a_time():
    """S-033."""
    case = walk(RELATIONSHIP_FLOW, "advance", "advance", "advance")
    assert path(case) == ["acquire", "satisfy", "retain", "enhance"]
    assert [label(state, "zh", of="relationship") for state in path(case)] == [
        "获得", "满足", "保留", "强化",
    ]  # fmt: skip
    assert all(RELATIONSHIP_FLOW.find(state, "lose") for state in path(case))
    assert case.legal == ("lose",)


def test_six_periods_none_skipped_each_with_its_objective():
    """S-034."""
    case = walk(SERVICE_LIFE_FLOW, *["advance"] * 5)
    assert path(case) == list(SERVICE_LIFE_FLOW.states)
    assert [label(state, "zh", of="service_life") for state in path(case)] == [
        "潜在期", "开发期", "成长期", "成熟期", "衰退期", "终止期",
    ]  # fmt: skip
    assert path(walk(SERVICE_LIFE_FLOW, "revive", start="decline")) == ["decline", "growth"]
    for state in SERVICE_LIFE_FLOW.states:
        assert label(state, of="service_objective")
    assert label("termination", "zh", of="service_objective") == "降低成本,维护企业的利益"
    assert SERVICE_LIFE_FLOW.stage("termination").outcome is Outcome.ENDED


def test_the_second_order_makes_a_repeat_customer():
    """S-035."""
    case = Case(case_id="K-1", flow=SALES_LIFE_FLOW, opened_at=EPOCH)
    for number, trigger in enumerate(["first_order", "second_order"]):
        case = case.move(trigger, at=instant(number), evidence={"order": f"O-{number}"})
    assert path(case) == ["prospect", "first_buyer", "repeat_customer"]
    assert label(case.state, "zh", of="sales_life") == "历史客户"
    assert SALES_LIFE_FLOW.stage("prospect").limit_days == 15  # S-036: half a month


def test_tiers_of_service_go_up_and_down_by_one():
    """S-055."""
    assert path(walk(SERVICE_TIER_FLOW, "upgrade", "upgrade", "downgrade")) == [
        "low", "middle", "high", "middle",
    ]  # fmt: skip
    assert {rule.trigger for rule in SERVICE_TIER_FLOW.allowed("high")} == {"downgrade"}


def test_after_the_show_is_before_the_show():
    """S-308."""
    assert path(walk(EXHIBITION_FLOW, "advance", "advance", "next_show"))[-1] == "before_show"


def test_prospecting_and_push():
    """S-144, S-150."""
    assert path(walk(PROSPECTING_FLOW, "advance", "advance")) == ["scope", "search", "listed"]
    assert path(walk(PUSH_FLOW, "advance", "win")) == ["find", "persuade", "won"]
    assert walk(PUSH_FLOW, "lose").outcome is Outcome.LOST


def test_from_lead_to_order():
    """S-041, S-240."""
    case = walk(LEAD_FLOW, "follow_up", "promote", "promote", "win")
    assert path(case) == ["lead", "customer", "opportunity", "order"]


def test_five_links_of_a_sale():
    """S-245."""
    case = walk(SALES_FLOW, *["advance"] * 4)
    assert [label(state, "zh", of="sales") for state in path(case)] == [
        "电话沟通", "客户约见", "产品考察", "签单", "提货",
    ]  # fmt: skip
    assert case.evidence("contract") is not None


def test_a_deal_that_failed_is_analyzed_too():
    """S-244."""
    case = walk(DEAL_FLOW, "lose", "analyze")
    assert (case.state, case.evidence("lesson")) == ("lost", "lesson of analyze")
    assert path(walk(DEAL_FLOW, "win", "deliver", "pay")) == [
        "tracking", "won", "delivered", "paid",
    ]  # fmt: skip


def test_a_phase_of_an_export_order_is_left_when_its_to_dos_are_done():
    """S-246."""
    case = Case(case_id="E-1", flow=EXPORT_ORDER_FLOW, opened_at=EPOCH)
    to_dos = {"quotation": "Q-1", "price": "12.50 USD", "sample": "sent", "product_mark": "ok"}
    with pytest.raises(IllegalMove, match="needs evidence: payment_terms"):
        case.move("advance", at=EPOCH, by="li", evidence=to_dos)
    again = walk(EXPORT_ORDER_FLOW, *["advance"] * 5, "new_order")
    assert path(again) == [*EXPORT_ORDER_FLOW.states[:6], "negotiation"]


COMPLAINT_PATH = (
    "accept", "assign", "analyze_cause", "propose", "approve", "carry_out", "penalize", "notify",
    "collect_feedback", "close",
)  # fmt: skip


def test_eleven_steps_of_a_complaint():
    """S-216."""
    case = walk(COMPLAINT_FLOW, *COMPLAINT_PATH)
    assert len(path(case)) == 11
    assert case.outcome is Outcome.ENDED


def test_whoever_proposed_does_not_approve():
    """S-216."""
    case = walk(COMPLAINT_FLOW, *COMPLAINT_PATH[:4])
    handler = case.last("propose").by
    for trigger in ("approve", "refuse"):
        with pytest.raises(IllegalMove, match=f"cannot be made by '{handler}', who made 'propose'"):
            case.move(trigger, at=instant(9), by=handler, evidence={"reason": "x"})
    refused = case.move("refuse", at=instant(9), by="boss", evidence={"reason": "too dear"})
    again = refused.move("propose", at=instant(10), by="boss", evidence={"remedy": "a refund"})
    assert again.move("approve", at=instant(11), by=handler).state == "approved"
    with pytest.raises(IllegalMove, match="cannot be made by 'boss'"):
        again.move("approve", at=instant(11), by="boss")


def test_no_way_leads_to_the_end_of_a_complaint_without_a_notice():
    """S-216: Also where it is unfounded: without the move `notify`, `closed` cannot be reached."""
    silent = {rule for rule in COMPLAINT_FLOW.transitions if rule.trigger != "notify"}
    seen, edge = {"recorded"}, ["recorded"]
    while edge:
        here = edge.pop()
        new = {rule.target for rule in silent if rule.source == here} - seen
        seen |= new
        edge += new
    assert "unfounded" in seen
    assert "settled" in seen
    assert not seen & {"notified", "answered", "closed"}


def test_recovery_and_service_loops():
    """S-219, S-227, S-230."""
    assert path(walk(RECOVERY_FLOW, "ask_effect", "empathize", "help", "apologize"))[-1] == (
        "apologized"
    )
    assert path(walk(SERVICE_REQUEST_FLOW, "execute", "feed_back")) == [
        "received", "executed", "fed_back",
    ]  # fmt: skip
    case = walk(FLOWS["follow_up"], "dispatch", "track", "track", "finish", "call_back")
    assert path(case) == list(FLOWS["follow_up"].states)


def test_tasks_and_visits():
    """S-242, S-248."""
    assert path(walk(FLOWS["task"], "expedite", "complete", "reopen")) == ["to_do", "done", "to_do"]
    assert path(walk(FLOWS["visit"], *["advance"] * 3)) == list(FLOWS["visit"].states)


def test_a_survey_has_eight_steps_and_comes_round():
    """S-164."""
    case = walk(SURVEY_FLOW, *["advance"] * 7, "repeat_design")
    assert path(case) == [*SURVEY_FLOW.states, "design"]
    assert len(SURVEY_FLOW.states) == 8
    assert label(SURVEY_FLOW.initial, "zh", of="survey") == "明确满意度测评的目的"
    assert SURVEY_FLOW.find("follow_up", "repeat_purpose").target == "purpose"


def test_four_steps_to_key_accounts():
    """S-272."""
    assert path(walk(KEY_ACCOUNT_FLOW, *["advance"] * 4))[:4] == [
        "objective", "sources", "collection", "analysis",
    ]  # fmt: skip


def test_credit_is_investigated_rated_limited_and_reviewed():
    """S-234, S-235."""
    case = walk(CREDIT_FLOW, "report", "set_limit", "override", "review")
    assert path(case) == ["investigation", "evaluation", "limited", "investigation"]
    rated = walk(CREDIT_FLOW, "report")
    with pytest.raises(IllegalMove, match="needs the approval of somebody else"):
        rated.move(
            "set_limit", at=instant(5), by="li", evidence={"grade": "B", "limit": "10000 CNY"}
        )
