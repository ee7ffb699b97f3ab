"""Rules are values: into plain data, through JSON, and back.

Whatever classifies, scores or predicts is a `Rule`: a small frozen object.
`Rule.to_data` gives JSON types only, with a format number; `from_data` gives back an
equal rule and refuses what it does not know.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from datetime import date
from enum import Enum
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

import attrs

from custrel.errors import InvalidRule, choices, near_miss

__all__ = ["Rule", "from_data"]

FORMAT = 1

HOMES: Mapping[str, str] = MappingProxyType(
    {
        "AbcRule": "custrel.segmentation.abc",
        "Absence": "custrel.segmentation.signals",
        "ActivityRates": "custrel.valuation.cost_to_serve",
        "AppraisalRules": "custrel.appraisal_rules",
        "Axis": "custrel.segmentation.grid",
        "BgBb": "custrel.valuation.bg_bb",
        "BgCnbd": "custrel.valuation.bg_cnbd",
        "BgNbd": "custrel.valuation.bg_nbd",
        "CareCalendar": "custrel.model.care_calendar",
        "CesScale": "custrel.satisfaction.ces",
        "Checklist": "custrel.segmentation.checklist",
        "ClassBudget": "custrel.segmentation.tiers",
        "Clustering": "custrel.segmentation.clustering",
        "ComplaintPolicy": "custrel.model.complaint_policy",
        "Construct": "custrel.satisfaction.path_model",
        "ContactCadence": "custrel.model.contact_cadence",
        "ContactRule": "custrel.segmentation.campaign",
        "ContinuousScale": "custrel.satisfaction.kano_continuous",
        "CovariateEffect": "custrel.valuation.covariates",
        "CovariateModel": "custrel.valuation.covariates",
        "CreditGrades": "custrel.valuation.credit_score",
        "CreditLimit": "custrel.valuation.credit_limit",
        "CreditPolicy": "custrel.valuation.credit_limit",
        "CreditScore": "custrel.valuation.credit_score",
        "Criterion": "custrel.segmentation.checklist",
        "CsatScale": "custrel.satisfaction.csat",
        "CustomerScorecard": "custrel.satisfaction.scorecard",
        "DataScheme": "custrel.model.data_scheme",
        "DeliveredValue": "custrel.valuation.delivered_value",
        "DickBasu": "custrel.satisfaction.loyalty_form",
        "DiscountRate": "custrel.valuation.discounting",
        "Estimate": "custrel.valuation.estimate",
        "ExchangeRates": "custrel.model.exchange",
        "ExpectedLevel": "custrel.satisfaction.expectation",
        "Feature": "custrel.segmentation.features",
        "FeatureSpace": "custrel.segmentation.features",
        "FixedTermValue": "custrel.valuation.fixed_term",
        "Flow": "custrel.model.flow",
        "Formation": "custrel.satisfaction.formation",
        "GammaGamma": "custrel.valuation.gamma_gamma",
        "Grid": "custrel.segmentation.grid",
        "Improvement": "custrel.satisfaction.improvement",
        "IncentiveContract": "custrel.valuation.incentive_contract",
        "IndexRule": "custrel.satisfaction.index_rule",
        "InvestmentRule": "custrel.valuation.investment",
        "IpaRule": "custrel.satisfaction.ipa",
        "JonesSasser": "custrel.satisfaction.loyalty_type",
        "KanoCleaning": "custrel.satisfaction.kano_cleaning",
        "KanoCoding": "custrel.satisfaction.kano_coding",
        "KanoRule": "custrel.satisfaction.kano_rule",
        "KanoTable": "custrel.satisfaction.kano_table",
        "KeyAccountRule": "custrel.segmentation.key_accounts",
        "Ladder": "custrel.satisfaction.ladder",
        "LeverRule": "custrel.satisfaction.loyalty_lever",
        "LoyaltyIndex": "custrel.satisfaction.loyalty_index",
        "LoyaltyProgramme": "custrel.model.loyalty_programme",
        "LoyaltyRule": "custrel.valuation.loyalty_value",
        "LoyaltySourceRule": "custrel.satisfaction.loyalty_source",
        "MarkovAction": "custrel.valuation.markov_decision",
        "MarkovChain": "custrel.valuation.markov_chain",
        "MarkovDecision": "custrel.valuation.markov_decision",
        "MarkovPolicy": "custrel.valuation.markov_decision",
        "MbgCnbd": "custrel.valuation.bg_cnbd",
        "MbgNbd": "custrel.valuation.bg_nbd",
        "Nbd": "custrel.valuation.nbd",
        "NpsScale": "custrel.satisfaction.nps",
        "ParetoNbd": "custrel.valuation.pareto_nbd",
        "PathModel": "custrel.satisfaction.path_model",
        "PenaltyReward": "custrel.satisfaction.penalty_reward",
        "PiecewiseCurve": "custrel.satisfaction.loyalty_curve",
        "PlatformValue": "custrel.model.exhibition",
        "PlsMethod": "custrel.satisfaction.pls_method",
        "PowerCurve": "custrel.satisfaction.loyalty_curve",
        "ProfitMatrix": "custrel.valuation.profit_matrix",
        "ProgrammeAudit": "custrel.satisfaction.programme_audit",
        "ProgrammeEconomics": "custrel.satisfaction.programme_economics",
        "ProgrammeTier": "custrel.model.loyalty_programme",
        "PurchaseGate": "custrel.satisfaction.ladder",
        "RelationshipGame": "custrel.valuation.cooperation",
        "ReputationGame": "custrel.valuation.reputation",
        "ResponseCurve": "custrel.valuation.response_curve",
        "ResponseWeights": "custrel.segmentation.response_weights",
        "RewardSchedule": "custrel.satisfaction.programme_rewards",
        "RfmByCategory": "custrel.segmentation.rfm_by_category",
        "RfmScale": "custrel.segmentation.rfm",
        "RiskRule": "custrel.segmentation.signals",
        "SatisfactionInvestment": "custrel.satisfaction.investment",
        "SatisfactionLoop": "custrel.satisfaction.closed_loop",
        "SatisfactionTrap": "custrel.satisfaction.satisfaction_trap",
        "SatisfactionZones": "custrel.satisfaction.satisfaction_zone",
        "SeasonRule": "custrel.model.season",
        "SegmentMap": "custrel.segmentation.segment_map",
        "SegmentTree": "custrel.segmentation.segment_tree",
        "SelfOrganizingMap": "custrel.segmentation.self_organizing_map",
        "ServqualForm": "custrel.satisfaction.servqual",
        "ShiftedBetaGeometric": "custrel.valuation.shifted_beta_geometric",
        "SignallingGame": "custrel.valuation.signalling",
        "Stage": "custrel.model.flow",
        "StagePriorities": "custrel.model.season",
        "StateValues": "custrel.valuation.state_values",
        "StructuralPath": "custrel.satisfaction.path_model",
        "StructureTarget": "custrel.segmentation.tiers",
        "Suitability": "custrel.segmentation.suitability",
        "SwitchingCost": "custrel.satisfaction.switching_cost",
        "SwitchingModel": "custrel.valuation.equity_share",
        "TierDiscount": "custrel.satisfaction.programme_rewards",
        "TierScheme": "custrel.segmentation.tiers",
        "TransactionCost": "custrel.valuation.transaction_cost",
        "Transition": "custrel.model.flow",
        "TreatmentPolicy": "custrel.segmentation.treatment",
        "TreeLeaf": "custrel.segmentation.segment_tree",
        "TreeSplit": "custrel.segmentation.segment_tree",
        "TriageRule": "custrel.valuation.triage",
        "ValueIndex": "custrel.valuation.value_index",
        "ValueScheme": "custrel.valuation.value_parts",
        "VolumeDrop": "custrel.segmentation.signals",
        "WinBackPlan": "custrel.valuation.win_back",
        "WinBackRule": "custrel.valuation.win_back",
        "WordOfMouth": "custrel.satisfaction.word_of_mouth",
        "WorkCalendar": "custrel.model.work_calendar",
        "XyzRule": "custrel.segmentation.xyz",
    }
)


class Rule:
    """What every rule of custrel can do: become plain data.

    Examples
    --------
    >>> import custrel as cr
    >>> rate = cr.DiscountRate.per_year(0.10)
    >>> rate.to_data()
    {'custrel': 1, 'rule': 'DiscountRate', 'rate': 0.1, 'unit': 'Y'}
    >>> cr.from_data(rate.to_data()) == rate
    True
    """

    __slots__ = ()

    def to_data(self) -> dict[str, Any]:
        """Return the rule as JSON types, with a format number.

        Returns
        -------
        dict
            Strings, numbers, booleans, None, lists and dicts only: ``json.dumps`` takes
            it as it is.  Infinities and NaN become strings.
        """
        return {"custrel": FORMAT, **_encode_rule(self)}


def from_data(data: Mapping[str, Any]) -> Any:
    """Return the rule that `Rule.to_data` described.

    Parameters
    ----------
    data : mapping
        What `to_data` gave, perhaps after a journey through JSON.

    Returns
    -------
    Rule
        An object equal to the one described.

    Raises
    ------
    InvalidRule
        The format number, the rule's name or a field is not known, or a field is
        missing or has an impossible value.

    Examples
    --------
    >>> import json
    >>> import custrel as cr
    >>> scale = cr.RfmScale(
    ...     recency=(7, 30, 60, 120), frequency=(1, 2, 4, 8), monetary=(10, 50, 100, 500), unit="D"
    ... )
    >>> cr.from_data(json.loads(json.dumps(scale.to_data()))) == scale
    True
    """
    if not isinstance(data, Mapping) or data.get("custrel") != FORMAT:
        found = data.get("custrel") if isinstance(data, Mapping) else type(data).__name__
        raise InvalidRule(
            f"expected the plain data of a rule in format {FORMAT} (the key 'custrel'), "
            f"found {found!r}."
        )
    return _decode({key: value for key, value in data.items() if key != "custrel"})


def _encode_rule(rule: Any) -> dict[str, Any]:
    fields = {
        field.alias: _encode(getattr(rule, field.name))
        for field in attrs.fields(type(rule))
        if field.init
    }
    return {"rule": type(rule).__name__, **fields}


def _encode(value: Any) -> Any:
    match value:
        case Rule():
            return _encode_rule(value)
        case Enum():
            return value.value
        case None | bool() | str():
            return value
        case Integral():  # NumPy's too
            return int(value)
        case Real():
            number = float(value)
            return number if math.isfinite(number) else str(number)  # JSON has no infinity
        case date():
            return value.isoformat()
        case tuple() | list() | frozenset():
            return [_encode(item) for item in value]
        case _:
            raise InvalidRule(f"{type(value).__name__} has no form as plain data: {value!r}.")


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, Mapping):
        return value
    kind = _home(value.get("rule"))
    given = {key: _decode(item) for key, item in value.items() if key != "rule"}
    fields = {field.alias: field for field in attrs.fields(kind) if field.init}
    has = f"; it has {', '.join(map(repr, fields))}."
    for key in given:
        if key not in fields:
            raise InvalidRule(f"{kind.__name__} has no field {key!r}{near_miss(key, fields)}{has}")
    for name, field in fields.items():
        if field.default is attrs.NOTHING and name not in given:
            raise InvalidRule(f"{kind.__name__} needs the field {name!r}{has}")
    try:
        return kind(**given)
    except (TypeError, ValueError, LookupError) as error:
        raise InvalidRule(f"the data of a {kind.__name__} do not make one: {error}") from error


def _home(name: object) -> Any:
    if not isinstance(name, str) or name not in HOMES:
        hint = near_miss(name, HOMES)
        raise InvalidRule(
            f"{name!r} is no rule of custrel{hint}; {choices(sorted(HOMES), near=bool(hint))}."
        )
    return getattr(importlib.import_module(HOMES[name]), name)
