"""The flows that the source documents describe, as values; users write their own beside them.

A flow says what may happen; `Case` is what did.  Where the documents leave a way open, such as
how a thing is lost or taken up again, the move is *inferred* and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from custrel.model._flow_parts import each, steps, within
from custrel.model.flow import Flow, Outcome, Stage, Transition

__all__ = [
    "COMPLAINT_FLOW",
    "CREDIT_FLOW",
    "DEAL_FLOW",
    "EXHIBITION_FLOW",
    "EXPORT_ORDER_FLOW",
    "FLOWS",
    "FOLLOW_UP_FLOW",
    "KEY_ACCOUNT_FLOW",
    "LEAD_FLOW",
    "PROSPECTING_FLOW",
    "PUSH_FLOW",
    "RECOVERY_FLOW",
    "RELATIONSHIP_FLOW",
    "SALES_FLOW",
    "SALES_LIFE_FLOW",
    "SERVICE_LIFE_FLOW",
    "SERVICE_REQUEST_FLOW",
    "SERVICE_TIER_FLOW",
    "SURVEY_FLOW",
    "TASK_FLOW",
    "VISIT_FLOW",
    "WIN_BACK_FLOW",
]

_WON, _LOST, _ENDED = Outcome.WON, Outcome.LOST, Outcome.ENDED


# -------------------------------------------------------------------- relationships and their lives

_MARKETING = ("acquire", "satisfy", "retain", "enhance")

RELATIONSHIP_FLOW = Flow(
    "relationship",
    [*_MARKETING, Stage("lost", _LOST)],
    [
        *steps(*_MARKETING),
        *each(_MARKETING, "lose", "lost"),
        Transition("lost", "win_back", "acquire"),
    ],
)
"""Relationship marketing turns new customers into better old ones (关系营销过程, S-033).

Acquire, satisfy, retain, enhance (获得、满足、保留、强化): one step at a time.  That a customer
can be lost from each, and won back, is inferred.
"""

_PERIODS = ("latent", "development", "growth", "maturity", "decline")

SERVICE_LIFE_FLOW = Flow(
    "service_life",
    [*_PERIODS, Stage("termination", _ENDED)],
    [*steps(*_PERIODS, "termination"), Transition("decline", "revive", "growth")],
)
"""The six periods of a customer's life, each with its aim of service (客户生命周期六期, S-034).

No period is skipped; a declining relationship may grow again (inferred).  What service is for
in each is a label: ``label("decline", "zh", of="service_objective")``.
"""

_SALES_LIFE = ("prospect", "intent", "first_buyer", "repeat_customer")

SALES_LIFE_FLOW = Flow(
    "sales_life",
    [
        Stage("prospect", limit_days=15, tell=("owner", "manager")),
        *_SALES_LIFE[1:],
        Stage("dropped", _LOST),
    ],
    [
        Transition(
            "prospect", "show_intent", "intent", needs=["reason"], automatic=True, approval=True
        ),
        Transition(
            "prospect", "first_order", "first_buyer", needs=["order"], automatic=True, approval=True
        ),
        Transition(
            "intent", "first_order", "first_buyer", needs=["order"], automatic=True, approval=True
        ),
        Transition(
            "first_buyer",
            "second_order",
            "repeat_customer",
            needs=["order"],
            automatic=True,
            approval=True,
        ),
        Transition(
            "intent", "cool_off", "prospect", needs=["reason"], automatic=True, approval=True
        ),
        *within(_SALES_LIFE, "push_on"),
        *each(_SALES_LIFE, "drop", "dropped"),
        Transition("dropped", "reopen", "prospect", needs=["reason"]),
    ],
)
"""The four stages of a customer in sales (潜在、意向、购买、历史客户, S-035, S-036).

Moves are made by a system, or by a person who names the trigger and somebody else who approves
it.  The second order makes a repeat customer (历史客户).  A prospect shows intent within fifteen
days, or his salesman and the manager are told, who push on or drop him.
"""

_TIERS = ("low", "middle", "high")

SERVICE_TIER_FLOW = Flow(
    "service_tier",
    [*_TIERS, Stage("eliminated", _ENDED)],
    [
        *steps(*_TIERS, trigger="upgrade"),
        *steps(*reversed(_TIERS), trigger="downgrade"),
        *each(["low", "middle"], "eliminate", "eliminated"),
    ],
)
"""A customer moves between the tiers of service, or out (客户分级, S-055).

One tier at a time; nobody is let go from the highest (both inferred).
"""

_WIN_BACK = ("planned", "listened", "offered")

WIN_BACK_FLOW = Flow(
    "win_back",
    [*_WIN_BACK, Stage("returned", _WON), Stage("given_up", _LOST)],
    [
        Transition("planned", "listen", "listened", needs=["cause"]),
        *each(["planned", "listened"], "offer", "offered", needs=["offer"]),
        *each(_WIN_BACK, "come_back", "returned", needs=["order"]),
        *each(_WIN_BACK, "give_up", "given_up"),
    ],
)
"""How a customer who left is won back, or given up (客户挽回, S-204, S-207).

The documents say that type, cost and plan decide and that listening helps; the order in which
somebody plans, listens and offers is inferred.
"""

EXHIBITION_FLOW = Flow(
    "exhibition",
    ["before_show", "during_show", "after_show"],
    [
        *steps("before_show", "during_show", "after_show"),
        Transition("after_show", "next_show", "before_show"),
    ],
)
"""The yearly cycle of an exhibition (展前、展中、展后, S-308): after the show is before the show."""

# ----------------------------------------------------------------------------- from search to order

PROSPECTING_FLOW = Flow(
    "prospecting",
    ["scope", "search", Stage("listed", _ENDED)],
    steps("scope", "search", "listed", needs={"scope": ["region"], "search": ["list"]}),
)
"""The search for customers (寻找顾客的步骤, S-150): range and focus, candidates, the list."""

PUSH_FLOW = Flow(
    "push",
    ["find", "persuade", Stage("won", _WON), Stage("lost", _LOST)],
    [
        *steps("find", "persuade"),
        Transition("persuade", "win", "won", needs=["order"]),
        *each(["find", "persuade"], "lose", "lost"),
    ],
)
"""Acquisition by push: find the target customer, then persuade him (“推”的策略, S-144)."""

_LEAD = ("lead", "customer", "opportunity")

LEAD_FLOW = Flow(
    "lead",
    [Stage("lead", limit_days=30, tell=["owner"]), *_LEAD[1:], Stage("order", _WON), Stage("lost", _LOST)],
    [
        *steps(*_LEAD, trigger="promote"),
        Transition("opportunity", "win", "order", needs=["order"]),
        *within(_LEAD, "follow_up", needs=["action"]),
        *each(_LEAD, "lose", "lost"),
        Transition("lost", "reopen", "lead", needs=["reason"]),
    ],
)  # fmt: skip
"""From a lead over the customer and the opportunity to the order (线索→销售机会→订单, S-041, S-240).

Every lead has an action in a month at least (S-241).  How it is lost is inferred.
"""

_LINKS = ("phone_call", "appointment", "inspection", "signing")

SALES_FLOW = Flow(
    "sales",
    [*_LINKS, Stage("delivery", _WON), Stage("lost", _LOST)],
    [
        *steps(*_LINKS, "delivery", needs={"signing": ["contract"]}),
        *each(_LINKS, "lose", "lost"),
        Transition("lost", "reopen", "phone_call", needs=["reason"]),
    ],
)
"""The five links of a sale (电话沟通、客户约见、产品考察、签单、提货, S-245)."""

DEAL_FLOW = Flow(
    "deal",
    [
        "tracking",
        Stage("won", _WON),
        Stage("delivered", _WON),
        Stage("paid", _WON),
        Stage("lost", _LOST),
    ],
    [
        Transition("tracking", "win", "won", needs=["order", "contract"]),
        Transition("won", "deliver", "delivered", needs=["delivery"]),
        Transition("delivered", "pay", "paid", needs=["payment"]),
        Transition("tracking", "lose", "lost", needs=["reason"]),
        *within(["paid", "lost"], "analyze", needs=["lesson"]),
        Transition("lost", "reopen", "tracking", needs=["reason"]),
    ],
)
"""A deal is tracked, won or lost, delivered, paid and learnt from (业务跟踪、成交、记录分析, S-244).

What failed is analyzed too (包括失败的业务).
"""

_EXPORT = ("negotiation", "pre_order", "production", "pre_shipment", "post_shipment")

EXPORT_ORDER_FLOW = Flow(
    "export_order",
    [*_EXPORT, Stage("re_contact", _WON), Stage("lost", _LOST)],
    [
        *steps(
            *_EXPORT,
            "re_contact",
            needs={
                "negotiation": ["quotation", "price", "sample", "product_mark", "payment_terms"],
                "pre_order": ["inner_box", "carton_marks", "inner_label"],
                "production": ["delivery_date", "production_contact"],
                "pre_shipment": ["carrier", "logistics"],
                "post_shipment": ["payment", "documents"],
            },
        ),
        Transition("re_contact", "new_order", "negotiation", needs=["inquiry"]),
        *each(["negotiation", "pre_order"], "lose", "lost"),
    ],
)
"""The six phases of contact over an export order, each with its to-dos (外贸联系过程, S-246).

The to-dos of a phase are the evidence without which it cannot be left.
"""

# ------------------------------------------------------------------------------ complaints, service

COMPLAINT_FLOW = Flow(
    "complaint",
    [
        "recorded",
        "valid",
        "assigned",
        "analyzed",
        "proposed",
        "approved",
        "carried_out",
        "settled",
        "unfounded",
        "notified",
        "answered",
        Stage("closed", _ENDED),
    ],
    [
        Transition("recorded", "acknowledge", "recorded"),
        Transition("recorded", "accept", "valid", needs=["grounds"]),
        Transition("recorded", "reject", "unfounded", needs=["grounds"]),
        Transition("valid", "assign", "assigned", needs=["department", "person"]),
        Transition("assigned", "analyze_cause", "analyzed", needs=["cause"]),
        Transition("analyzed", "propose", "proposed", needs=["remedy"]),
        Transition("proposed", "approve", "approved", other_than=["propose"]),
        Transition("proposed", "refuse", "analyzed", needs=["reason"], other_than=["propose"]),
        Transition("approved", "carry_out", "carried_out"),
        Transition("carried_out", "penalize", "settled", needs=["penalty"]),
        Transition("carried_out", "prevent", "settled", needs=["prevention"]),
        Transition("settled", "notify", "notified", needs=["message"]),
        Transition("unfounded", "notify", "notified", needs=["message"]),
        Transition("notified", "collect_feedback", "answered", needs=["feedback"]),
        Transition("answered", "close", "closed", needs=["summary"]),
        Transition("closed", "reopen", "recorded", needs=["reason"]),
    ],
)
"""A complaint in eleven steps (顾客投诉处理流程, S-216).

Record, judge, assign, analyze the cause, propose, approve, carry out, penalize or prevent,
notify, collect feedback, sum up.  Whoever proposed does not approve.  A complaint without ground
is notified before it closes (inferred, with ISO 10002), and one that comes back is opened again.
"""

RECOVERY_FLOW = Flow(
    "recovery",
    ["failed", "asked", "understood", "helped", Stage("apologized", _ENDED)],
    [
        Transition("failed", "ask_effect", "asked", needs=["effect"]),
        Transition("asked", "empathize", "understood"),
        Transition("understood", "help", "helped", needs=["help"]),
        Transition("helped", "apologize", "apologized", needs=["cause"]),
    ],
)
"""The four steps after a service has failed (抱怨后的补救, S-219).

Ask what it did to the customer, show understanding, help or make up for it, apologize and
explain (Hart, Heskett and Sasser 1990).
"""

SERVICE_REQUEST_FLOW = Flow(
    "service_request",
    ["received", "executed", Stage("fed_back", _ENDED)],
    [
        Transition("received", "execute", "executed", needs=["result"]),
        Transition("executed", "feed_back", "fed_back", needs=["feedback"]),
        Transition("executed", "redo", "received", needs=["reason"]),
    ],
)
"""A request is received, executed and fed back: a closed loop (服务流程闭环, S-227)."""

FOLLOW_UP_FLOW = Flow(
    "follow_up",
    ["recorded", "dispatched", "tracked", "done", Stage("called_back", _ENDED)],
    [
        Transition("recorded", "dispatch", "dispatched", needs=["department"]),
        Transition("dispatched", "track", "tracked"),
        Transition("tracked", "track", "tracked"),
        Transition("tracked", "finish", "done", needs=["result"]),
        Transition("done", "call_back", "called_back", needs=["feedback"]),
        Transition("done", "redo", "dispatched", needs=["reason"]),
    ],
)
"""A call is recorded, dispatched, tracked, done, and the caller called back (记录—派单—跟踪—回访, S-230)."""

# ----------------------------------------------------------------------------- tasks of the company

TASK_FLOW = Flow(
    "task",
    ["to_do", Stage("done", _ENDED)],
    [
        Transition("to_do", "complete", "done"),
        Transition("to_do", "expedite", "to_do"),
        Transition("done", "reopen", "to_do", needs=["reason"]),
    ],
)
"""A sales task is open or done, and can be urged (未完成任务、已完成任务、催办, S-242)."""

VISIT_FLOW = Flow(
    "visit",
    ["before_visit", "during_visit", "after_visit", Stage("recorded", _ENDED)],
    steps(
        "before_visit",
        "during_visit",
        "after_visit",
        "recorded",
        needs={"before_visit": ["preparation", "appointment"], "after_visit": ["next_visit"]},
    ),
)
"""A visit face to face: before, during, after; then it is recorded, with the next date (面访流程, S-248)."""

_SURVEY = (
    "purpose", "design", "questionnaire", "sample", "collection", "analysis", "report", "follow_up",
)  # fmt: skip

SURVEY_FLOW = Flow(
    "survey",
    _SURVEY,
    [
        *steps(*_SURVEY, needs={"purpose": ["aim"]}),
        Transition("follow_up", "repeat_purpose", "purpose"),
        Transition("follow_up", "repeat_design", "design"),
    ],
)
"""The eight steps of measuring satisfaction (顾客满意度测评步骤, S-164).

The first task is to say what for.  The last, periodic follow-up, leads back to the purpose, or
to the design where the purpose stands.
"""

KEY_ACCOUNT_FLOW = Flow(
    "key_account",
    ["objective", "sources", "collection", "analysis", Stage("identified", _ENDED)],
    [*steps("objective", "sources", "collection", "analysis", "identified", needs={"analysis": ["criteria"]})],
)  # fmt: skip
"""How key accounts are identified (大客户识别流程, S-272): objective, sources, collection, analysis."""

CREDIT_FLOW = Flow(
    "credit",
    ["investigation", "evaluation", Stage("limited", _WON), Stage("refused", _LOST)],
    [
        Transition("investigation", "report", "evaluation", needs=["report"]),
        Transition("evaluation", "set_limit", "limited", needs=["grade", "limit"], approval=True),
        Transition("evaluation", "refuse", "refused", needs=["grade", "reason"], approval=True),
        Transition("limited", "override", "limited", needs=["limit", "reason"], approval=True),
        Transition("limited", "review", "investigation", needs=["reason"], automatic=True),
        Transition("refused", "review", "investigation", needs=["reason"]),
    ],
)
"""Credit: investigation, evaluation, limit; then review (客户信用分析, S-234, S-235).

The documents' three steps and four parts in one; who approves a limit is not who proposes it
(inferred), and an exception from the limit is a move of its own.
"""

FLOWS: Mapping[str, Flow] = MappingProxyType(
    {
        flow.name: flow
        for flow in (
            RELATIONSHIP_FLOW,
            SERVICE_LIFE_FLOW,
            SALES_LIFE_FLOW,
            SERVICE_TIER_FLOW,
            WIN_BACK_FLOW,
            EXHIBITION_FLOW,
            PROSPECTING_FLOW,
            PUSH_FLOW,
            LEAD_FLOW,
            SALES_FLOW,
            DEAL_FLOW,
            EXPORT_ORDER_FLOW,
            COMPLAINT_FLOW,
            RECOVERY_FLOW,
            SERVICE_REQUEST_FLOW,
            FOLLOW_UP_FLOW,
            TASK_FLOW,
            VISIT_FLOW,
            SURVEY_FLOW,
            KEY_ACCOUNT_FLOW,
            CREDIT_FLOW,
        )
    }
)
"""All of them by name."""
