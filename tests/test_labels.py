"""Labels: every code has a name in every language, and a wrong code says which are near."""

import re
from enum import Enum

import pytest

from custrel import model
from custrel.errors import UnknownCode
from custrel.labels import _ANALYTIC, _CATALOGUES, _find, label, label_or_code, labels
from custrel.model import FLOWS, Outcome, RiskVerdict
from custrel.model.complaint import _STEPS
from custrel.satisfaction import (
    ACSI,
    ECSI,
    SCSB,
    STANDARD_INVESTMENT,
    Competition,
    DriverKind,
    ExpectedLevel,
    FormationModel,
    IpaQuadrant,
    KanoCategory,
    Ladder,
    LoyaltyForm,
    LoyaltyLever,
    LoyaltySource,
    LoyaltyType,
    ProgrammeRule,
    SatisfactionState,
    SatisfactionZone,
    ServqualForm,
    TwoFactor,
    ValueAdd,
)
from custrel.satisfaction.loyalty_source import CAUSES
from custrel.segmentation import (
    CLIENT_PORTFOLIO,
    CUSTOMER_FIT,
    CUSTOMER_STATUS,
    GOLDEN_CUSTOMERS,
    PRODUCT_DEMAND,
    PROSPECT_CLASSES,
    PROSPECTS,
    RF_SEGMENTS,
    SERVICE_POLICY,
    STANDARD_SEGMENTS,
    TIER_SCHEMES,
    VALUE_POSITIONS,
    VOLUME_PROFIT,
    AbcRule,
    Suitability,
    Treatment,
)
from custrel.units import TimeUnit
from custrel.valuation import (
    CellAction,
    CustomerProfit,
    EquityDriver,
    InvestmentVerdict,
    ProductProfit,
    SubDriver,
    Triage,
)

GRIDS = (
    CLIENT_PORTFOLIO,
    CUSTOMER_STATUS,
    GOLDEN_CUSTOMERS,
    PRODUCT_DEMAND,
    PROSPECT_CLASSES,
    PROSPECTS,
    SERVICE_POLICY,
    VALUE_POSITIONS,
    VOLUME_PROFIT,
)

CODES = {
    "segment": STANDARD_SEGMENTS.segments,
    "abc": AbcRule().classes + AbcRule.by_customers().classes,
    "risk": tuple(RiskVerdict),
    "time_unit": tuple(TimeUnit),
    "treatment": tuple(Treatment),
    "kano": tuple(KanoCategory),
    "two_factor": tuple(TwoFactor),
    "ipa": tuple(IpaQuadrant),
    "servqual": ServqualForm().dimensions,
    "investment_verdict": tuple(InvestmentVerdict),
    "equity_driver": tuple(EquityDriver),
    "sub_driver": tuple(SubDriver),
    "triage": tuple(Triage),
    "product_profit": tuple(ProductProfit),
    "customer_profit": tuple(CustomerProfit),
    "cell_action": tuple(CellAction),
    "competition": tuple(Competition),
    "construct": {name for model in (SCSB, ACSI, ECSI) for name in model.names},
    "driver_kind": tuple(DriverKind),
    "expectation_factor": tuple(factor for factor, _ in ExpectedLevel().weights),
    "formation_model": tuple(FormationModel),
    "investment": tuple(advice for _, _, advice, _ in STANDARD_INVESTMENT.rows),
    "investment_reason": tuple(reason for _, _, _, reason in STANDARD_INVESTMENT.rows),
    "loyalty_cause": tuple(CAUSES),
    "loyalty_form": tuple(LoyaltyForm),
    "loyalty_lever": tuple(LoyaltyLever),
    "loyalty_source": tuple(LoyaltySource),
    "loyalty_step": Ladder.of_loyalty(1, 1, 1).steps,
    "loyalty_type": tuple(LoyaltyType),
    "programme_rule": tuple(ProgrammeRule),
    "satisfaction_level": Ladder.of_satisfaction(1, 1, 1).steps,
    "satisfaction_state": tuple(SatisfactionState),
    "satisfaction_zone": tuple(SatisfactionZone),
    "risk_grade": Suitability().grades,
    "fit": CUSTOMER_FIT.verdicts,
    "tier": tuple(
        tier for key, scheme in TIER_SCHEMES.items() if key != "service" for tier in scheme.tiers
    ),
    **{grid.name: grid.codes for grid in GRIDS},
    "advice": tuple(advice for grid in GRIDS for _, advice in grid.advice),
    "value_add": tuple(ValueAdd),
}


def kind_of(code):
    """Return the kind of an enumeration's codes: CustomerNature has those of customer_nature."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code.__name__).lower()


SCHEMES = (model.CARD_PARTS, model.DATA_CLASSES, model.OBJECTIVITY, model.WHO_AND_HOW)
ENUMERATIONS = [
    thing
    for name in model.__all__
    if isinstance(thing := getattr(model, name), type) and issubclass(thing, Enum)
]
MODEL_CODES = {
    "complaint_category": ("product", "service", "staff_attitude", "facility", "other"),
    "complaint_step": _STEPS,
    "evidence": {key for flow in FLOWS.values() for t in flow.transitions for key in t.needs},
    "orientation_item": model.ORIENTATION_ITEMS,
    "service_objective": FLOWS["service_life"].states,
    "trigger": {rule.trigger for flow in FLOWS.values() for rule in flow.transitions},
    **{kind_of(codes): tuple(codes) for codes in ENUMERATIONS if codes is not RiskVerdict},
    **{scheme.name: [code for code, _ in scheme.classes] for scheme in SCHEMES},
    **{name: flow.states for name, flow in FLOWS.items()},
}


def test_every_kind_of_code_is_checked():
    assert _CATALOGUES.keys() == CODES.keys() | MODEL_CODES.keys()
    assert _ANALYTIC.keys() == CODES.keys()


@pytest.mark.parametrize("kind", MODEL_CODES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_of_the_model_has_a_label_and_every_label_a_code(kind, language):
    catalogue = labels(kind, language)
    assert set(catalogue) == set(MODEL_CODES[kind])
    assert len(set(catalogue.values())) == len(catalogue)
    for code in MODEL_CODES[kind]:
        assert label(code, language, of=kind) == catalogue[code]


def test_a_member_of_an_enumeration_knows_its_kind_and_analyses_go_first():
    assert label(Outcome.LOST) == "Lost"
    assert label(Outcome.LOST, "zh") == "失败"
    assert label("lost", "zh") == "已流失客户"
    assert label("prospect", "zh") == "潜在客户"
    with pytest.raises(UnknownCode, match="'won' is no code of one kind alone: say of="):
        label("won", "zh")


def test_what_has_no_label_shows_its_code():
    assert label_or_code("won", "zh", of="deal") == "成交"
    assert label_or_code("won", "zh", of="my_own_flow") == "won"


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_has_a_label_and_every_label_a_code(kind, language):
    catalogue = labels(kind, language)
    assert set(catalogue) == set(CODES[kind])
    assert len(set(catalogue.values())) == len(catalogue)
    for code in CODES[kind]:
        assert label(code, language) == label(code, language, of=kind) == catalogue[code]


def test_the_ten_segments_are_among_the_eleven():
    assert set(RF_SEGMENTS.segments) < set(labels("segment"))


def test_the_documents_own_terms():
    assert [label(code, "zh") for code in ("top", "major", "ordinary", "small")] == [
        "顶尖客户", "主要客户", "普通客户", "小客户",
    ]  # fmt: skip
    assert [label(code, "zh") for code in "abc"] == ["甲类客户", "乙类客户", "丙类客户"]


def test_chinese_labels_are_chinese():
    for kind in _CATALOGUES:
        assert all("\u4e00" <= name[0] <= "\u9fff" for name in labels(kind, "zh").values())


def test_catalogues_cannot_be_changed():
    with pytest.raises(TypeError):
        labels("risk")["normal"] = "fine"


def test_wrong_codes_name_the_near_misses():
    with pytest.raises(
        UnknownCode, match=r"'champion' is no code with a label .did you mean 'champions'"
    ):
        label("champion")
    with pytest.raises(UnknownCode, match="'champions' is no code with a label"):
        label("champions", of="risk")
    with pytest.raises(UnknownCode, match=r"'fr' is no language with labels; .* 'en', 'zh'"):
        label("lost", "fr")
    with pytest.raises(UnknownCode, match=r"'segments' is no kind of code .did you mean 'segment'"):
        labels("segments")


def test_a_code_of_two_kinds_needs_its_kind():
    kinds = {
        "deal": {"lost": ("Lost deal", "丢单"), "same": ("Same", "同")},
        "segment": {"lost": ("Lost", "流失"), "same": ("Same", "同")},
    }
    assert _find("same", kinds) == ("Same", "同")
    with pytest.raises(
        UnknownCode, match="of one kind alone: say of=; the choices are 'deal', 'seg"
    ):
        _find("lost", kinds)
