"""Who the customers are and what passed between them and the firm.

Frozen, typed objects for parties, relationships, contacts, offers, deals and complaints. A case is
its history: its present stage is read off its last move and never stored beside it. A change makes
a new object; a move that is not allowed raises an error that names those that are.

This package knows neither NumPy nor data frames, so that an application can build on it alone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.model.account_manager import (
        ManagerIndicators as ManagerIndicators,
        manager_indicators as manager_indicators,
    )
    from custrel.model.account_team import (
        AccountDuty as AccountDuty,
        AccountMember as AccountMember,
        AccountTeam as AccountTeam,
    )
    from custrel.model.address import Address as Address
    from custrel.model.alarm import (
        Alarm as Alarm,
        StallDecision as StallDecision,
        decide as decide,
        overdue as overdue,
    )
    from custrel.model.care_calendar import (
        CareCalendar as CareCalendar,
        CareDay as CareDay,
    )
    from custrel.model.case import (
        Case as Case,
        stage_counts as stage_counts,
    )
    from custrel.model.census import census as census
    from custrel.model.churn import RiskVerdict as RiskVerdict
    from custrel.model.columns import (
        from_columns as from_columns,
        to_columns as to_columns,
    )
    from custrel.model.complaint import (
        Complaint as Complaint,
        ComplaintStep as ComplaintStep,
        Penalty as Penalty,
    )
    from custrel.model.complaint_policy import (
        ComplaintPolicy as ComplaintPolicy,
        ComplaintPrinciple as ComplaintPrinciple,
        Violation as Violation,
    )
    from custrel.model.complaint_statistics import (
        ComplaintStatistics as ComplaintStatistics,
        complaint_statistics as complaint_statistics,
    )
    from custrel.model.consent import (
        Consent as Consent,
        may_contact as may_contact,
    )
    from custrel.model.contact import (
        ContactKind as ContactKind,
        ContactSummary as ContactSummary,
        Interaction as Interaction,
        NextAction as NextAction,
        contact_summary as contact_summary,
        open_actions as open_actions,
        visits_below_quota as visits_below_quota,
    )
    from custrel.model.contact_cadence import (
        ContactCadence as ContactCadence,
        ContactDue as ContactDue,
    )
    from custrel.model.contact_point import (
        Channel as Channel,
        ContactPoint as ContactPoint,
    )
    from custrel.model.converter import make_converter as make_converter
    from custrel.model.credit_check import (
        CreditCheck as CreditCheck,
        CreditObjection as CreditObjection,
    )
    from custrel.model.credit_exposure import (
        CreditItem as CreditItem,
        ExposureKind as ExposureKind,
        credit_exposure as credit_exposure,
    )
    from custrel.model.credit_file import CreditFile as CreditFile
    from custrel.model.customer import (
        ChannelRole as ChannelRole,
        Customer as Customer,
        CustomerLocus as CustomerLocus,
        CustomerNature as CustomerNature,
        ManagementClass as ManagementClass,
        TradeMode as TradeMode,
        TransactionState as TransactionState,
    )
    from custrel.model.customer_base import (
        CustomerBase as CustomerBase,
        Merge as Merge,
    )
    from custrel.model.data_quality import (
        DataQuality as DataQuality,
        QualityAspect as QualityAspect,
        QualityFinding as QualityFinding,
        data_quality as data_quality,
    )
    from custrel.model.data_scheme import (
        CARD_PARTS as CARD_PARTS,
        DATA_CLASSES as DATA_CLASSES,
        OBJECTIVITY as OBJECTIVITY,
        WHO_AND_HOW as WHO_AND_HOW,
        DataScheme as DataScheme,
    )
    from custrel.model.demand import Demand as Demand
    from custrel.model.erasure import (
        erase as erase,
        redact as redact,
    )
    from custrel.model.exchange import ExchangeRates as ExchangeRates
    from custrel.model.exhibition import (
        ExhibitionSide as ExhibitionSide,
        Participation as Participation,
        PlatformValue as PlatformValue,
        return_rate as return_rate,
        spending_ratio as spending_ratio,
    )
    from custrel.model.exit_feedback import (
        ChurnCause as ChurnCause,
        ChurnType as ChurnType,
        ExitFeedback as ExitFeedback,
        churn_causes as churn_causes,
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
        WIN_BACK_FLOW as WIN_BACK_FLOW,
    )
    from custrel.model.hand_over import HandOver as HandOver
    from custrel.model.identifier import Identifier as Identifier
    from custrel.model.interval import Interval as Interval
    from custrel.model.key_account import (
        AccountTarget as AccountTarget,
        KeyAccount as KeyAccount,
    )
    from custrel.model.loyalty_programme import (
        LoyaltyProgramme as LoyaltyProgramme,
        MemberStatement as MemberStatement,
        ProgrammeTier as ProgrammeTier,
    )
    from custrel.model.membership import (
        Membership as Membership,
        PointsEntry as PointsEntry,
    )
    from custrel.model.money import Money as Money
    from custrel.model.move import Move as Move
    from custrel.model.offer import Offer as Offer
    from custrel.model.opportunity import (
        Opportunity as Opportunity,
        weighted_pipeline as weighted_pipeline,
    )
    from custrel.model.orientation import (
        ORIENTATION_ITEMS as ORIENTATION_ITEMS,
        MarketingOrientation as MarketingOrientation,
        orientation as orientation,
    )
    from custrel.model.people import (
        BuyingRole as BuyingRole,
        ContactPerson as ContactPerson,
        without_role as without_role,
    )
    from custrel.model.period import Period as Period
    from custrel.model.pipeline import (
        PipelineSummary as PipelineSummary,
        StageEfficiency as StageEfficiency,
        loss_reasons as loss_reasons,
        pipeline_summary as pipeline_summary,
        stage_efficiency as stage_efficiency,
        stale_cases as stale_cases,
    )
    from custrel.model.plain import (
        from_plain as from_plain,
        to_plain as to_plain,
    )
    from custrel.model.record_card import (
        RecordCard as RecordCard,
        SatisfactionRecord as SatisfactionRecord,
        TransactionRecord as TransactionRecord,
        stale_records as stale_records,
    )
    from custrel.model.relationship import (
        BondLevel as BondLevel,
        Relationship as Relationship,
        RelationshipSetting as RelationshipSetting,
        RelationshipType as RelationshipType,
        Stakeholder as Stakeholder,
        Tense as Tense,
        share_of_wallet as share_of_wallet,
    )
    from custrel.model.relationship_quality import (
        relationship_quality as relationship_quality,
        relationship_strength as relationship_strength,
    )
    from custrel.model.reminder import (
        Reminder as Reminder,
        task_reminders as task_reminders,
    )
    from custrel.model.sales_life import (
        follow_orders as follow_orders,
        sales_stage as sales_stage,
    )
    from custrel.model.season import (
        STAGE_PRIORITIES as STAGE_PRIORITIES,
        Season as Season,
        SeasonRule as SeasonRule,
        StagePriorities as StagePriorities,
        price_floor as price_floor,
    )
    from custrel.model.service import (
        RequestAnswer as RequestAnswer,
        ServicePhase as ServicePhase,
    )
    from custrel.model.service_clock import (
        ServiceClock as ServiceClock,
        service_clock as service_clock,
    )
    from custrel.model.shopper import ShopperType as ShopperType
    from custrel.model.spell import Spell as Spell
    from custrel.model.supply import (
        SupplyRelation as SupplyRelation,
        customers_of as customers_of,
        multi_sourcing_rate as multi_sourcing_rate,
        suppliers_of as suppliers_of,
    )
    from custrel.model.task import (
        Task as Task,
        due_tasks as due_tasks,
    )
    from custrel.model.win_back import (
        WinBack as WinBack,
        WinBackResult as WinBackResult,
        win_back_results as win_back_results,
    )
    from custrel.model.work_calendar import WorkCalendar as WorkCalendar
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.model.account_manager": ("ManagerIndicators", "manager_indicators"),
            "custrel.model.account_team": ("AccountDuty", "AccountMember", "AccountTeam"),
            "custrel.model.address": ("Address",),
            "custrel.model.alarm": ("Alarm", "StallDecision", "decide", "overdue"),
            "custrel.model.care_calendar": ("CareCalendar", "CareDay"),
            "custrel.model.case": ("Case", "stage_counts"),
            "custrel.model.census": ("census",),
            "custrel.model.churn": ("RiskVerdict",),
            "custrel.model.credit_check": ("CreditCheck", "CreditObjection"),
            "custrel.model.credit_exposure": ("CreditItem", "ExposureKind", "credit_exposure"),
            "custrel.model.credit_file": ("CreditFile",),
            "custrel.model.exit_feedback": (
                "ChurnCause",
                "ChurnType",
                "ExitFeedback",
                "churn_causes",
            ),
            "custrel.model.columns": ("from_columns", "to_columns"),
            "custrel.model.complaint": ("Complaint", "ComplaintStep", "Penalty"),
            "custrel.model.complaint_policy": (
                "ComplaintPolicy",
                "ComplaintPrinciple",
                "Violation",
            ),
            "custrel.model.complaint_statistics": ("ComplaintStatistics", "complaint_statistics"),
            "custrel.model.consent": ("Consent", "may_contact"),
            "custrel.model.contact": (
                "ContactKind",
                "ContactSummary",
                "Interaction",
                "NextAction",
                "contact_summary",
                "open_actions",
                "visits_below_quota",
            ),
            "custrel.model.contact_cadence": ("ContactCadence", "ContactDue"),
            "custrel.model.contact_point": ("Channel", "ContactPoint"),
            "custrel.model.converter": ("make_converter",),
            "custrel.model.customer": (
                "ChannelRole",
                "Customer",
                "CustomerLocus",
                "CustomerNature",
                "ManagementClass",
                "TradeMode",
                "TransactionState",
            ),
            "custrel.model.customer_base": ("CustomerBase", "Merge"),
            "custrel.model.data_quality": (
                "DataQuality",
                "QualityAspect",
                "QualityFinding",
                "data_quality",
            ),
            "custrel.model.data_scheme": (
                "CARD_PARTS",
                "DATA_CLASSES",
                "OBJECTIVITY",
                "WHO_AND_HOW",
                "DataScheme",
            ),
            "custrel.model.demand": ("Demand",),
            "custrel.model.erasure": ("erase", "redact"),
            "custrel.model.exchange": ("ExchangeRates",),
            "custrel.model.exhibition": (
                "ExhibitionSide",
                "Participation",
                "PlatformValue",
                "return_rate",
                "spending_ratio",
            ),
            "custrel.model.flow": ("Flow", "Outcome", "Stage", "Transition"),
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
                "WIN_BACK_FLOW",
            ),
            "custrel.model.hand_over": ("HandOver",),
            "custrel.model.identifier": ("Identifier",),
            "custrel.model.interval": ("Interval",),
            "custrel.model.key_account": ("AccountTarget", "KeyAccount"),
            "custrel.model.loyalty_programme": (
                "LoyaltyProgramme",
                "MemberStatement",
                "ProgrammeTier",
            ),
            "custrel.model.membership": ("Membership", "PointsEntry"),
            "custrel.model.money": ("Money",),
            "custrel.model.move": ("Move",),
            "custrel.model.offer": ("Offer",),
            "custrel.model.opportunity": ("Opportunity", "weighted_pipeline"),
            "custrel.model.orientation": (
                "ORIENTATION_ITEMS",
                "MarketingOrientation",
                "orientation",
            ),
            "custrel.model.people": ("BuyingRole", "ContactPerson", "without_role"),
            "custrel.model.period": ("Period",),
            "custrel.model.pipeline": (
                "PipelineSummary",
                "StageEfficiency",
                "loss_reasons",
                "pipeline_summary",
                "stage_efficiency",
                "stale_cases",
            ),
            "custrel.model.plain": ("from_plain", "to_plain"),
            "custrel.model.record_card": (
                "RecordCard",
                "SatisfactionRecord",
                "TransactionRecord",
                "stale_records",
            ),
            "custrel.model.relationship": (
                "BondLevel",
                "Relationship",
                "RelationshipSetting",
                "RelationshipType",
                "Stakeholder",
                "Tense",
                "share_of_wallet",
            ),
            "custrel.model.relationship_quality": ("relationship_quality", "relationship_strength"),
            "custrel.model.reminder": ("Reminder", "task_reminders"),
            "custrel.model.sales_life": ("follow_orders", "sales_stage"),
            "custrel.model.season": (
                "STAGE_PRIORITIES",
                "Season",
                "SeasonRule",
                "StagePriorities",
                "price_floor",
            ),
            "custrel.model.service": ("ServicePhase", "RequestAnswer"),
            "custrel.model.service_clock": ("ServiceClock", "service_clock"),
            "custrel.model.shopper": ("ShopperType",),
            "custrel.model.spell": ("Spell",),
            "custrel.model.supply": (
                "SupplyRelation",
                "customers_of",
                "multi_sourcing_rate",
                "suppliers_of",
            ),
            "custrel.model.task": ("Task", "due_tasks"),
            "custrel.model.win_back": ("WinBack", "WinBackResult", "win_back_results"),
            "custrel.model.work_calendar": ("WorkCalendar",),
        },
    )
    del make_lazy
