"""What customers think, and whether they stay.

Survey answers turned into measures of satisfaction, quality and loyalty, with the uncertainty that
belongs to each.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.satisfaction.ces import CesScale as CesScale, ces as ces
    from custrel.satisfaction.closed_loop import (
        LoopState as LoopState,
        SatisfactionLoop as SatisfactionLoop,
    )
    from custrel.satisfaction.csat import CsatScale as CsatScale, csat as csat
    from custrel.satisfaction.curve_convexity import (
        ConvexityComparison as ConvexityComparison,
        compare_convexity as compare_convexity,
    )
    from custrel.satisfaction.curve_fit import (
        CurveCandidate as CurveCandidate,
        CurveFigure as CurveFigure,
        LoyaltyCurveFit as LoyaltyCurveFit,
        fit_loyalty_curve as fit_loyalty_curve,
    )
    from custrel.satisfaction.expectation import ExpectedLevel as ExpectedLevel
    from custrel.satisfaction.formation import (
        Formation as Formation,
        FormationModel as FormationModel,
        SatisfactionState as SatisfactionState,
        disconfirmation as disconfirmation,
    )
    from custrel.satisfaction.group_comparison import (
        GroupComparison as GroupComparison,
        compare_groups as compare_groups,
    )
    from custrel.satisfaction.improvement import Improvement as Improvement
    from custrel.satisfaction.index_benchmark import index_benchmark as index_benchmark
    from custrel.satisfaction.index_rule import IndexRule as IndexRule
    from custrel.satisfaction.index_templates import ACSI as ACSI, ECSI as ECSI, SCSB as SCSB
    from custrel.satisfaction.index_trend import (
        IndexTrend as IndexTrend,
        index_trend as index_trend,
    )
    from custrel.satisfaction.investment import (
        STANDARD_INVESTMENT as STANDARD_INVESTMENT,
        Competition as Competition,
        SatisfactionInvestment as SatisfactionInvestment,
    )
    from custrel.satisfaction.ipa import IpaQuadrant as IpaQuadrant, IpaRule as IpaRule, ipa as ipa
    from custrel.satisfaction.ipa_survey import ipa_survey as ipa_survey, ipa_trend as ipa_trend
    from custrel.satisfaction.kano import kano as kano
    from custrel.satisfaction.kano_analysis import KanoAnalysis as KanoAnalysis
    from custrel.satisfaction.kano_cleaning import KanoCleaning as KanoCleaning
    from custrel.satisfaction.kano_coding import KanoCoding as KanoCoding
    from custrel.satisfaction.kano_continuous import ContinuousScale as ContinuousScale
    from custrel.satisfaction.kano_curves import (
        loyalty_potential as loyalty_potential,
        response_curve as response_curve,
    )
    from custrel.satisfaction.kano_rule import KanoCounts as KanoCounts, KanoRule as KanoRule
    from custrel.satisfaction.kano_table import (
        POULIOT_TABLE as POULIOT_TABLE,
        STANDARD_TABLE as STANDARD_TABLE,
        THREE_ANSWER_TABLE as THREE_ANSWER_TABLE,
        KanoCategory as KanoCategory,
        KanoTable as KanoTable,
    )
    from custrel.satisfaction.ladder import Ladder as Ladder, PurchaseGate as PurchaseGate
    from custrel.satisfaction.loyalty_curve import (
        LoyaltyCurve as LoyaltyCurve,
        PiecewiseCurve as PiecewiseCurve,
        PowerCurve as PowerCurve,
        arc_elasticity as arc_elasticity,
    )
    from custrel.satisfaction.loyalty_factors import loyalty_factors as loyalty_factors
    from custrel.satisfaction.loyalty_form import (
        DickBasu as DickBasu,
        LoyaltyForm as LoyaltyForm,
        dick_basu as dick_basu,
    )
    from custrel.satisfaction.loyalty_index import (
        LoyaltyIndex as LoyaltyIndex,
        loyalty_degree as loyalty_degree,
    )
    from custrel.satisfaction.loyalty_lever import (
        LeverRule as LeverRule,
        LoyaltyLever as LoyaltyLever,
    )
    from custrel.satisfaction.loyalty_profile import loyalty_profile as loyalty_profile
    from custrel.satisfaction.loyalty_source import (
        LoyaltySource as LoyaltySource,
        LoyaltySourceRule as LoyaltySourceRule,
        is_benefit_loyalty as is_benefit_loyalty,
    )
    from custrel.satisfaction.loyalty_type import (
        JonesSasser as JonesSasser,
        LoyaltyType as LoyaltyType,
        jones_sasser as jones_sasser,
    )
    from custrel.satisfaction.nps import NpsScale as NpsScale, nps as nps
    from custrel.satisfaction.path_model import (
        Construct as Construct,
        PathModel as PathModel,
        StructuralPath as StructuralPath,
    )
    from custrel.satisfaction.penalty_reward import (
        DriverKind as DriverKind,
        PenaltyReward as PenaltyReward,
        penalty_reward as penalty_reward,
    )
    from custrel.satisfaction.pls import pls as pls
    from custrel.satisfaction.pls_bootstrap import PlsBootstrap as PlsBootstrap
    from custrel.satisfaction.pls_fit import PlsFit as PlsFit
    from custrel.satisfaction.pls_method import PlsMethod as PlsMethod
    from custrel.satisfaction.programme_audit import (
        ProgrammeAudit as ProgrammeAudit,
        ProgrammeRule as ProgrammeRule,
        main_instrument as main_instrument,
    )
    from custrel.satisfaction.programme_economics import (
        ProgrammeEconomics as ProgrammeEconomics,
        ProgrammeEffect as ProgrammeEffect,
        programme_effect as programme_effect,
    )
    from custrel.satisfaction.programme_rewards import (
        RewardSchedule as RewardSchedule,
        TierDiscount as TierDiscount,
    )
    from custrel.satisfaction.recovery_paradox import (
        RecoveryParadox as RecoveryParadox,
        recovery_paradox as recovery_paradox,
    )
    from custrel.satisfaction.sample_size import (
        sample_size_for_mean as sample_size_for_mean,
        sample_size_for_share as sample_size_for_share,
    )
    from custrel.satisfaction.satisfaction_index import (
        SatisfactionIndex as SatisfactionIndex,
        satisfaction_index as satisfaction_index,
    )
    from custrel.satisfaction.satisfaction_trap import (
        SatisfactionTrap as SatisfactionTrap,
        TrapIndex as TrapIndex,
        trap_index as trap_index,
    )
    from custrel.satisfaction.satisfaction_zone import (
        SatisfactionZone as SatisfactionZone,
        SatisfactionZones as SatisfactionZones,
    )
    from custrel.satisfaction.score_trend import (
        ScoreTrend as ScoreTrend,
        score_groups as score_groups,
        score_trend as score_trend,
    )
    from custrel.satisfaction.scorecard import CustomerScorecard as CustomerScorecard
    from custrel.satisfaction.service_profit_chain import (
        ChainLink as ChainLink,
        ServiceProfitChain as ServiceProfitChain,
        service_profit_chain as service_profit_chain,
    )
    from custrel.satisfaction.servqual import (
        ServqualForm as ServqualForm,
        servqual as servqual,
        servqual_trend as servqual_trend,
        weighted_gap as weighted_gap,
    )
    from custrel.satisfaction.sifted_table import SiftedTable as SiftedTable
    from custrel.satisfaction.survey_score import (
        ScoreDifference as ScoreDifference,
        ScorePart as ScorePart,
        SurveyScore as SurveyScore,
        score_difference as score_difference,
    )
    from custrel.satisfaction.switching_cost import (
        SwitchingCost as SwitchingCost,
        switch_gain as switch_gain,
    )
    from custrel.satisfaction.two_factor import TwoFactor as TwoFactor
    from custrel.satisfaction.value_add import (
        ValueAdd as ValueAdd,
        ValueAddFit as ValueAddFit,
        value_add_fit as value_add_fit,
    )
    from custrel.satisfaction.word_of_mouth import (
        WordOfMouth as WordOfMouth,
        WordOfMouthReach as WordOfMouthReach,
    )
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.satisfaction.ces": (
                "CesScale",
                "ces",
            ),
            "custrel.satisfaction.closed_loop": (
                "LoopState",
                "SatisfactionLoop",
            ),
            "custrel.satisfaction.csat": (
                "CsatScale",
                "csat",
            ),
            "custrel.satisfaction.curve_convexity": (
                "ConvexityComparison",
                "compare_convexity",
            ),
            "custrel.satisfaction.curve_fit": (
                "CurveCandidate",
                "CurveFigure",
                "LoyaltyCurveFit",
                "fit_loyalty_curve",
            ),
            "custrel.satisfaction.expectation": ("ExpectedLevel",),
            "custrel.satisfaction.formation": (
                "Formation",
                "FormationModel",
                "SatisfactionState",
                "disconfirmation",
            ),
            "custrel.satisfaction.group_comparison": (
                "GroupComparison",
                "compare_groups",
            ),
            "custrel.satisfaction.improvement": ("Improvement",),
            "custrel.satisfaction.index_benchmark": ("index_benchmark",),
            "custrel.satisfaction.index_rule": ("IndexRule",),
            "custrel.satisfaction.index_templates": (
                "ACSI",
                "ECSI",
                "SCSB",
            ),
            "custrel.satisfaction.index_trend": (
                "IndexTrend",
                "index_trend",
            ),
            "custrel.satisfaction.investment": (
                "STANDARD_INVESTMENT",
                "Competition",
                "SatisfactionInvestment",
            ),
            "custrel.satisfaction.ipa": (
                "IpaQuadrant",
                "IpaRule",
                "ipa",
            ),
            "custrel.satisfaction.ipa_survey": (
                "ipa_survey",
                "ipa_trend",
            ),
            "custrel.satisfaction.kano": ("kano",),
            "custrel.satisfaction.kano_analysis": ("KanoAnalysis",),
            "custrel.satisfaction.kano_cleaning": ("KanoCleaning",),
            "custrel.satisfaction.kano_coding": ("KanoCoding",),
            "custrel.satisfaction.kano_continuous": ("ContinuousScale",),
            "custrel.satisfaction.kano_curves": (
                "loyalty_potential",
                "response_curve",
            ),
            "custrel.satisfaction.kano_rule": (
                "KanoCounts",
                "KanoRule",
            ),
            "custrel.satisfaction.kano_table": (
                "POULIOT_TABLE",
                "STANDARD_TABLE",
                "THREE_ANSWER_TABLE",
                "KanoCategory",
                "KanoTable",
            ),
            "custrel.satisfaction.ladder": (
                "Ladder",
                "PurchaseGate",
            ),
            "custrel.satisfaction.loyalty_curve": (
                "LoyaltyCurve",
                "PiecewiseCurve",
                "PowerCurve",
                "arc_elasticity",
            ),
            "custrel.satisfaction.loyalty_factors": ("loyalty_factors",),
            "custrel.satisfaction.loyalty_form": (
                "DickBasu",
                "LoyaltyForm",
                "dick_basu",
            ),
            "custrel.satisfaction.loyalty_index": (
                "LoyaltyIndex",
                "loyalty_degree",
            ),
            "custrel.satisfaction.loyalty_lever": (
                "LeverRule",
                "LoyaltyLever",
            ),
            "custrel.satisfaction.loyalty_profile": ("loyalty_profile",),
            "custrel.satisfaction.loyalty_source": (
                "LoyaltySource",
                "LoyaltySourceRule",
                "is_benefit_loyalty",
            ),
            "custrel.satisfaction.loyalty_type": (
                "JonesSasser",
                "LoyaltyType",
                "jones_sasser",
            ),
            "custrel.satisfaction.nps": (
                "NpsScale",
                "nps",
            ),
            "custrel.satisfaction.path_model": (
                "Construct",
                "PathModel",
                "StructuralPath",
            ),
            "custrel.satisfaction.penalty_reward": (
                "DriverKind",
                "PenaltyReward",
                "penalty_reward",
            ),
            "custrel.satisfaction.pls": ("pls",),
            "custrel.satisfaction.pls_bootstrap": ("PlsBootstrap",),
            "custrel.satisfaction.pls_fit": ("PlsFit",),
            "custrel.satisfaction.pls_method": ("PlsMethod",),
            "custrel.satisfaction.programme_audit": (
                "ProgrammeAudit",
                "ProgrammeRule",
                "main_instrument",
            ),
            "custrel.satisfaction.programme_economics": (
                "ProgrammeEconomics",
                "ProgrammeEffect",
                "programme_effect",
            ),
            "custrel.satisfaction.programme_rewards": (
                "RewardSchedule",
                "TierDiscount",
            ),
            "custrel.satisfaction.recovery_paradox": (
                "RecoveryParadox",
                "recovery_paradox",
            ),
            "custrel.satisfaction.sample_size": (
                "sample_size_for_mean",
                "sample_size_for_share",
            ),
            "custrel.satisfaction.satisfaction_index": (
                "SatisfactionIndex",
                "satisfaction_index",
            ),
            "custrel.satisfaction.satisfaction_trap": (
                "SatisfactionTrap",
                "TrapIndex",
                "trap_index",
            ),
            "custrel.satisfaction.satisfaction_zone": (
                "SatisfactionZone",
                "SatisfactionZones",
            ),
            "custrel.satisfaction.score_trend": (
                "ScoreTrend",
                "score_groups",
                "score_trend",
            ),
            "custrel.satisfaction.scorecard": ("CustomerScorecard",),
            "custrel.satisfaction.service_profit_chain": (
                "ChainLink",
                "ServiceProfitChain",
                "service_profit_chain",
            ),
            "custrel.satisfaction.servqual": (
                "ServqualForm",
                "servqual",
                "servqual_trend",
                "weighted_gap",
            ),
            "custrel.satisfaction.sifted_table": ("SiftedTable",),
            "custrel.satisfaction.survey_score": (
                "ScoreDifference",
                "ScorePart",
                "SurveyScore",
                "score_difference",
            ),
            "custrel.satisfaction.switching_cost": (
                "SwitchingCost",
                "switch_gain",
            ),
            "custrel.satisfaction.two_factor": ("TwoFactor",),
            "custrel.satisfaction.value_add": (
                "ValueAdd",
                "ValueAddFit",
                "value_add_fit",
            ),
            "custrel.satisfaction.word_of_mouth": (
                "WordOfMouth",
                "WordOfMouthReach",
            ),
        },
    )
    del make_lazy
