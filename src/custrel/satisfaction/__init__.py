"""What customers think, and whether they stay.

Survey answers turned into measures of satisfaction, quality and loyalty, with the uncertainty that
belongs to each.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.satisfaction.ces import CesScale as CesScale, ces as ces
    from custrel.satisfaction.csat import CsatScale as CsatScale, csat as csat
    from custrel.satisfaction.ipa import (
        IpaQuadrant as IpaQuadrant,
        IpaRule as IpaRule,
        ipa as ipa,
    )
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
    from custrel.satisfaction.nps import NpsScale as NpsScale, nps as nps
    from custrel.satisfaction.sample_size import (
        sample_size_for_mean as sample_size_for_mean,
        sample_size_for_share as sample_size_for_share,
    )
    from custrel.satisfaction.score_trend import (
        ScoreTrend as ScoreTrend,
        score_groups as score_groups,
        score_trend as score_trend,
    )
    from custrel.satisfaction.servqual import (
        ServqualForm as ServqualForm,
        servqual as servqual,
        weighted_gap as weighted_gap,
    )
    from custrel.satisfaction.survey_score import (
        ScoreDifference as ScoreDifference,
        ScorePart as ScorePart,
        SurveyScore as SurveyScore,
        score_difference as score_difference,
    )
    from custrel.satisfaction.two_factor import TwoFactor as TwoFactor
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.satisfaction.ces": ("CesScale", "ces"),
            "custrel.satisfaction.csat": ("CsatScale", "csat"),
            "custrel.satisfaction.ipa": ("IpaQuadrant", "IpaRule", "ipa"),
            "custrel.satisfaction.kano": ("kano",),
            "custrel.satisfaction.kano_analysis": ("KanoAnalysis",),
            "custrel.satisfaction.kano_cleaning": ("KanoCleaning",),
            "custrel.satisfaction.kano_coding": ("KanoCoding",),
            "custrel.satisfaction.kano_continuous": ("ContinuousScale",),
            "custrel.satisfaction.kano_curves": ("loyalty_potential", "response_curve"),
            "custrel.satisfaction.kano_rule": ("KanoCounts", "KanoRule"),
            "custrel.satisfaction.kano_table": (
                "POULIOT_TABLE",
                "STANDARD_TABLE",
                "THREE_ANSWER_TABLE",
                "KanoCategory",
                "KanoTable",
            ),
            "custrel.satisfaction.nps": ("NpsScale", "nps"),
            "custrel.satisfaction.sample_size": (
                "sample_size_for_mean",
                "sample_size_for_share",
            ),
            "custrel.satisfaction.score_trend": ("ScoreTrend", "score_groups", "score_trend"),
            "custrel.satisfaction.servqual": ("ServqualForm", "servqual", "weighted_gap"),
            "custrel.satisfaction.survey_score": (
                "ScoreDifference",
                "ScorePart",
                "SurveyScore",
                "score_difference",
            ),
            "custrel.satisfaction.two_factor": ("TwoFactor",),
        },
    )
    del make_lazy
