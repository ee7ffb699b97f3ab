"""Who the customers are and what passed between them and the firm.

Frozen, typed objects for parties, relationships, contacts, offers, deals and complaints. A case is
its history: its present stage is read off its last move and never stored beside it. A change makes
a new object; a move that is not allowed raises an error that names those that are.

This package knows neither NumPy nor data frames, so that an application can build on it alone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.model.address import Address as Address
    from custrel.model.case import (
        Case as Case,
        stage_counts as stage_counts,
    )
    from custrel.model.churn import RiskVerdict as RiskVerdict
    from custrel.model.contact_point import (
        Channel as Channel,
        ContactPoint as ContactPoint,
    )
    from custrel.model.flow import (
        Flow as Flow,
        Outcome as Outcome,
        Stage as Stage,
        Transition as Transition,
    )
    from custrel.model.flows import (
        COMPLAINT_FLOW as COMPLAINT_FLOW,
        CREDIT_FLOW as CREDIT_FLOW,
        DEAL_FLOW as DEAL_FLOW,
        EXHIBITION_FLOW as EXHIBITION_FLOW,
        EXPORT_ORDER_FLOW as EXPORT_ORDER_FLOW,
        FLOWS as FLOWS,
        FOLLOW_UP_FLOW as FOLLOW_UP_FLOW,
        KEY_ACCOUNT_FLOW as KEY_ACCOUNT_FLOW,
        LEAD_FLOW as LEAD_FLOW,
        PROSPECTING_FLOW as PROSPECTING_FLOW,
        PUSH_FLOW as PUSH_FLOW,
        RECOVERY_FLOW as RECOVERY_FLOW,
        RELATIONSHIP_FLOW as RELATIONSHIP_FLOW,
        SALES_FLOW as SALES_FLOW,
        SALES_LIFE_FLOW as SALES_LIFE_FLOW,
        SERVICE_LIFE_FLOW as SERVICE_LIFE_FLOW,
        SERVICE_REQUEST_FLOW as SERVICE_REQUEST_FLOW,
        SERVICE_TIER_FLOW as SERVICE_TIER_FLOW,
        SURVEY_FLOW as SURVEY_FLOW,
        TASK_FLOW as TASK_FLOW,
        VISIT_FLOW as VISIT_FLOW,
    )
    from custrel.model.hand_over import HandOver as HandOver
    from custrel.model.identifier import Identifier as Identifier
    from custrel.model.interval import Interval as Interval
    from custrel.model.money import Money as Money
    from custrel.model.move import Move as Move
    from custrel.model.period import Period as Period
    from custrel.model.spell import Spell as Spell
    from custrel.model.work_calendar import WorkCalendar as WorkCalendar
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.model.address": ("Address",),
            "custrel.model.case": (
                "Case",
                "stage_counts",
            ),
            "custrel.model.churn": ("RiskVerdict",),
            "custrel.model.contact_point": (
                "Channel",
                "ContactPoint",
            ),
            "custrel.model.flow": (
                "Flow",
                "Outcome",
                "Stage",
                "Transition",
            ),
            "custrel.model.flows": (
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
            ),
            "custrel.model.hand_over": ("HandOver",),
            "custrel.model.identifier": ("Identifier",),
            "custrel.model.interval": ("Interval",),
            "custrel.model.money": ("Money",),
            "custrel.model.move": ("Move",),
            "custrel.model.period": ("Period",),
            "custrel.model.spell": ("Spell",),
            "custrel.model.work_calendar": ("WorkCalendar",),
        },
    )
    del make_lazy
