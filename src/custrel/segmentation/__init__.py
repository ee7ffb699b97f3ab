"""Which customers belong together, which of them matter, and which are about to leave.

Every classification here is a rule, and a rule is a value: written by hand from published
thresholds or learnt from data, kept, compared, and applied again to next month's customers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.segmentation.abc import AbcRule as AbcRule, abc as abc
    from custrel.segmentation.association import (
        next_product as next_product,
        product_pairs as product_pairs,
    )
    from custrel.segmentation.campaign import (
        ContactRule as ContactRule,
        break_even_rate as break_even_rate,
        campaign_table as campaign_table,
    )
    from custrel.segmentation.capacity import (
        allocate_capacity as allocate_capacity,
        need_fit as need_fit,
    )
    from custrel.segmentation.checklist import (
        ACCOUNT_MANAGER as ACCOUNT_MANAGER,
        CUSTOMER_FIT as CUSTOMER_FIT,
        INDICATOR_SUITABILITY as INDICATOR_SUITABILITY,
        PORTER_CRITERIA as PORTER_CRITERIA,
        Checklist as Checklist,
        Criterion as Criterion,
    )
    from custrel.segmentation.cluster_count import cluster_criteria as cluster_criteria
    from custrel.segmentation.clustering import Clustering as Clustering
    from custrel.segmentation.concentration import (
        Concentration as Concentration,
        concentration as concentration,
        customers_for_share as customers_for_share,
        gini as gini,
        hhi as hhi,
        lorenz as lorenz,
        pareto_share as pareto_share,
    )
    from custrel.segmentation.correspondence import (
        Correspondence as Correspondence,
        correspondence as correspondence,
    )
    from custrel.segmentation.drift import Drift as Drift, population_drift as population_drift
    from custrel.segmentation.evaluation import (
        evaluate_segments as evaluate_segments,
        segment_differences as segment_differences,
    )
    from custrel.segmentation.features import Feature as Feature, FeatureSpace as FeatureSpace
    from custrel.segmentation.grid import Axis as Axis, Grid as Grid
    from custrel.segmentation.key_accounts import (
        KeyAccountRule as KeyAccountRule,
        key_account_chart as key_account_chart,
        key_account_moves as key_account_moves,
    )
    from custrel.segmentation.matching import (
        MatchedSegment as MatchedSegment,
        SegmentMatch as SegmentMatch,
        match_segments as match_segments,
    )
    from custrel.segmentation.needs import (
        common_needs as common_needs,
        majority_needs as majority_needs,
    )
    from custrel.segmentation.portfolios import (
        CLIENT_PORTFOLIO as CLIENT_PORTFOLIO,
        CUSTOMER_STATUS as CUSTOMER_STATUS,
        GOLDEN_CUSTOMERS as GOLDEN_CUSTOMERS,
        MANAGEMENT_CLASSES as MANAGEMENT_CLASSES,
        PRODUCT_DEMAND as PRODUCT_DEMAND,
        SERVICE_POLICY as SERVICE_POLICY,
        VALUE_POSITIONS as VALUE_POSITIONS,
        VOLUME_PROFIT as VOLUME_PROFIT,
        product_demand as product_demand,
    )
    from custrel.segmentation.profile import segment_profile as segment_profile
    from custrel.segmentation.prospects import (
        PROSPECT_CLASSES as PROSPECT_CLASSES,
        PROSPECTS as PROSPECTS,
        prospect_list as prospect_list,
    )
    from custrel.segmentation.referrals import referral_chain as referral_chain
    from custrel.segmentation.response_weights import ResponseWeights as ResponseWeights
    from custrel.segmentation.rfm import rfm as rfm
    from custrel.segmentation.rfm_by_category import RfmByCategory as RfmByCategory
    from custrel.segmentation.rfm_scale import RECENCY_DAYS as RECENCY_DAYS, RfmScale as RfmScale
    from custrel.segmentation.rfm_weights import RfmWeights as RfmWeights
    from custrel.segmentation.segment_map import (
        RF_SEGMENTS as RF_SEGMENTS,
        STANDARD_SEGMENTS as STANDARD_SEGMENTS,
        SegmentMap as SegmentMap,
    )
    from custrel.segmentation.segment_tree import (
        SegmentTree as SegmentTree,
        TreeLeaf as TreeLeaf,
        TreeSplit as TreeSplit,
    )
    from custrel.segmentation.self_organizing_map import (
        MapQuality as MapQuality,
        SelfOrganizingMap as SelfOrganizingMap,
    )
    from custrel.segmentation.signals import (
        Absence as Absence,
        RiskRule as RiskRule,
        VolumeDrop as VolumeDrop,
    )
    from custrel.segmentation.stability import (
        ScaleStability as ScaleStability,
        scale_stability as scale_stability,
    )
    from custrel.segmentation.stale import stale_records as stale_records
    from custrel.segmentation.suitability import (
        RISK_PROFILE as RISK_PROFILE,
        Suitability as Suitability,
    )
    from custrel.segmentation.tiers import (
        SAFE_STRUCTURE as SAFE_STRUCTURE,
        TIER_SCHEMES as TIER_SCHEMES,
        ClassBudget as ClassBudget,
        StructureTarget as StructureTarget,
        TierScheme as TierScheme,
        build_up as build_up,
    )
    from custrel.segmentation.transitions import (
        SegmentFlow as SegmentFlow,
        Transitions as Transitions,
        segment_moves as segment_moves,
        transitions as transitions,
    )
    from custrel.segmentation.treatment import (
        STANDARD_POLICY as STANDARD_POLICY,
        Treatment as Treatment,
        TreatmentPolicy as TreatmentPolicy,
    )
    from custrel.segmentation.xyz import (
        XyzRule as XyzRule,
        demand_variation as demand_variation,
        xyz as xyz,
    )
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.segmentation.abc": ("AbcRule", "abc"),
            "custrel.segmentation.association": ("next_product", "product_pairs"),
            "custrel.segmentation.campaign": ("ContactRule", "break_even_rate", "campaign_table"),
            "custrel.segmentation.capacity": ("allocate_capacity", "need_fit"),
            "custrel.segmentation.checklist": (
                "ACCOUNT_MANAGER",
                "CUSTOMER_FIT",
                "INDICATOR_SUITABILITY",
                "PORTER_CRITERIA",
                "Checklist",
                "Criterion",
            ),
            "custrel.segmentation.cluster_count": ("cluster_criteria",),
            "custrel.segmentation.clustering": ("Clustering",),
            "custrel.segmentation.concentration": (
                "Concentration",
                "concentration",
                "customers_for_share",
                "gini",
                "hhi",
                "lorenz",
                "pareto_share",
            ),
            "custrel.segmentation.correspondence": ("Correspondence", "correspondence"),
            "custrel.segmentation.drift": ("Drift", "population_drift"),
            "custrel.segmentation.evaluation": ("evaluate_segments", "segment_differences"),
            "custrel.segmentation.features": ("Feature", "FeatureSpace"),
            "custrel.segmentation.grid": ("Axis", "Grid"),
            "custrel.segmentation.key_accounts": (
                "KeyAccountRule",
                "key_account_chart",
                "key_account_moves",
            ),
            "custrel.segmentation.matching": (
                "MatchedSegment",
                "SegmentMatch",
                "match_segments",
            ),
            "custrel.segmentation.needs": ("common_needs", "majority_needs"),
            "custrel.segmentation.portfolios": (
                "CLIENT_PORTFOLIO",
                "CUSTOMER_STATUS",
                "GOLDEN_CUSTOMERS",
                "MANAGEMENT_CLASSES",
                "PRODUCT_DEMAND",
                "SERVICE_POLICY",
                "VALUE_POSITIONS",
                "VOLUME_PROFIT",
                "product_demand",
            ),
            "custrel.segmentation.profile": ("segment_profile",),
            "custrel.segmentation.prospects": ("PROSPECTS", "PROSPECT_CLASSES", "prospect_list"),
            "custrel.segmentation.referrals": ("referral_chain",),
            "custrel.segmentation.response_weights": ("ResponseWeights",),
            "custrel.segmentation.rfm": ("rfm",),
            "custrel.segmentation.rfm_by_category": ("RfmByCategory",),
            "custrel.segmentation.rfm_scale": ("RECENCY_DAYS", "RfmScale"),
            "custrel.segmentation.rfm_weights": ("RfmWeights",),
            "custrel.segmentation.segment_map": ("RF_SEGMENTS", "STANDARD_SEGMENTS", "SegmentMap"),
            "custrel.segmentation.segment_tree": ("SegmentTree", "TreeLeaf", "TreeSplit"),
            "custrel.segmentation.self_organizing_map": ("MapQuality", "SelfOrganizingMap"),
            "custrel.segmentation.signals": ("Absence", "RiskRule", "VolumeDrop"),
            "custrel.segmentation.stability": ("ScaleStability", "scale_stability"),
            "custrel.segmentation.stale": ("stale_records",),
            "custrel.segmentation.suitability": ("RISK_PROFILE", "Suitability"),
            "custrel.segmentation.tiers": (
                "SAFE_STRUCTURE",
                "TIER_SCHEMES",
                "ClassBudget",
                "StructureTarget",
                "TierScheme",
                "build_up",
            ),
            "custrel.segmentation.transitions": (
                "SegmentFlow",
                "Transitions",
                "segment_moves",
                "transitions",
            ),
            "custrel.segmentation.treatment": ("STANDARD_POLICY", "Treatment", "TreatmentPolicy"),
            "custrel.segmentation.xyz": ("XyzRule", "demand_variation", "xyz"),
        },
    )
    del make_lazy
