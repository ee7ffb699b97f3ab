"""All that an appraisal goes by: the rules, how what is open is learnt, and how they apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw

from custrel._why import add_why
from custrel.errors import FitError, InvalidData, Problem, UnknownCode
from custrel.frames import AnyFrame, enter
from custrel.rules import Rule
from custrel.segmentation.abc import AbcRule
from custrel.segmentation.rfm import learn_quietly
from custrel.segmentation.rfm_scale import RfmScale
from custrel.segmentation.segment_map import STANDARD_SEGMENTS, SegmentMap
from custrel.segmentation.signals import RiskRule
from custrel.segmentation.treatment import STANDARD_POLICY, TreatmentPolicy
from custrel.transactions import CustomerSummary
from custrel.units import TimeUnit
from custrel.valuation.bg_nbd import BgNbd, MbgNbd
from custrel.valuation.discounting import DiscountRate
from custrel.valuation.gamma_gamma import GammaGamma
from custrel.valuation.lifetime_value import lifetime_value

__all__ = ["AppraisalRules"]

Purchases = BgNbd | MbgNbd | str

_MODELS = ("mbg_nbd", "bg_nbd")
_VALUES = (
    "p_alive",
    "expected_purchases",
    "discounted_purchases",
    "expected_spend",
    "lifetime_value",
)
_SCORES = ("recency_score", "frequency_score", "monetary_score")
_A_YEAR = MappingProxyType({"D": 365.0, "W": 52.0, "M": 12.0, "Q": 4.0, "Y": 1.0})
_A_QUARTER = MappingProxyType({"D": 91.0, "W": 13.0, "M": 3.0, "Q": 1.0, "Y": 0.25})


def _known_model(_: object, __: object, value: Purchases) -> None:
    if isinstance(value, str) and value not in _MODELS:
        raise UnknownCode("purchase model", value, _MODELS)


@attrs.frozen(kw_only=True)
class AppraisalRules(Rule):
    """All that an appraisal goes by: how to summarize, and every rule.

    What is None, or an `AbcRule` without limits, or the name of a model, is learnt from the
    customers at hand.  The rules of a finished appraisal have all been learnt.

    Parameters
    ----------
    unit : TimeUnit or str
        What times are measured in.
    collapse : TimeUnit, str or None
        The calendar period in which all orders of a customer are one occasion.
    returns : {"net", "drop", "keep", "error"}
        How negative amounts are treated.
    compare : float, optional
        The length, in `unit`, of the two windows whose business is compared; default: a
        quarter of a year.
    scale : RfmScale, optional
        Recency, frequency and monetary scores; default: five scores by quantiles.
    segments : SegmentMap
        Names for the cells.
    abc : AbcRule
        Classes by revenue.
    purchases : BgNbd, MbgNbd, "mbg_nbd" or "bg_nbd"
        How often customers buy, and whether they still do; by default MBG/NBD, which can
        tell a one-time buyer who is gone from one who is not, as BG/NBD cannot.
    spend : GammaGamma, optional
        How much they spend on a purchase.
    risk : RiskRule
        Whether they are leaving.
    policy : TreatmentPolicy
        What to do.
    horizon : float, optional
        How far to look ahead, in `unit`; default: a year.
    discount : DiscountRate
        What money loses over time.
    margin : float
        The share of revenue that is the firm's.

    Raises
    ------
    UnknownCode
        `purchases` names no model.

    Examples
    --------
    >>> rules = AppraisalRules(unit="W", abc=AbcRule.by_customers(), margin=0.3)
    >>> rules.learnt
    False
    >>> rules.horizon
    52.0
    """

    unit: TimeUnit = attrs.field(default=TimeUnit.WEEK, converter=TimeUnit)
    collapse: TimeUnit | None = attrs.field(
        default=TimeUnit.DAY, converter=attrs.converters.optional(TimeUnit)
    )
    returns: Literal["net", "drop", "keep", "error"] = "net"
    compare: float = attrs.Factory(lambda self: _A_QUARTER[self.unit.value], takes_self=True)
    scale: RfmScale | None = None
    segments: SegmentMap = STANDARD_SEGMENTS
    abc: AbcRule = attrs.field(factory=AbcRule)
    purchases: Purchases = attrs.field(default="mbg_nbd", validator=_known_model)
    spend: GammaGamma | None = None
    risk: RiskRule = attrs.field(factory=RiskRule)
    policy: TreatmentPolicy = STANDARD_POLICY
    horizon: float = attrs.Factory(lambda self: _A_YEAR[self.unit.value], takes_self=True)
    discount: DiscountRate = attrs.field(factory=lambda: DiscountRate.per_year(0.10))
    margin: float = attrs.field(default=1.0, converter=float)

    @property
    def learnt(self) -> bool:
        """Whether nothing is left to learn, so that any customers are appraised alike."""
        fitted = not isinstance(self.purchases, str) and self.spend is not None
        return fitted and self.scale is not None and self.abc.learnt


def learn_rules(
    plan: AppraisalRules, summary: CustomerSummary, errors: str
) -> tuple[AppraisalRules, list[Problem]]:
    """Learn what the plan leaves open."""
    problems: list[Problem] = []

    def attempt(what: str, learn: Callable[[], Any], otherwise: Any = None) -> Any:
        try:
            return learn()
        except (FitError, InvalidData) as error:
            if errors == "raise":
                error.add_note("appraise(..., errors='collect') goes on without what this gives.")
                raise
            problems.append(_note(f"no_{what}", str(error)))
            return otherwise

    found: dict[str, Any] = {}
    if plan.scale is None:
        found["scale"] = attempt("scale", lambda: _fit_scale(summary, problems))
    if not plan.abc.learnt:
        found["abc"] = attempt("abc", lambda: plan.abc.learn(summary), plan.abc)
    if isinstance(plan.purchases, str):
        kind = BgNbd if plan.purchases == "bg_nbd" else MbgNbd
        found["purchases"] = attempt("purchases", lambda: kind.fit(summary), plan.purchases)
    if plan.spend is None:
        found["spend"] = attempt("spend", lambda: _fit_spend(summary, problems))
    for model in (found.get("purchases"), found.get("spend")):
        if isinstance(model, BgNbd | MbgNbd | GammaGamma) and model.estimate is not None:
            name = type(model).__name__
            problems += [_note("doubtful_model", f"{name}: {d}") for d in model.estimate.diagnosis]
    return attrs.evolve(plan, **found), problems


def _fit_scale(summary: CustomerSummary, problems: list[Problem]) -> RfmScale:
    """Fit the scores; what makes them doubtful stands in the result instead of a warning."""
    scale, remarks = learn_quietly(summary)
    problems += [_note("doubtful_scale", remark) for remark in remarks]
    return scale


def _fit_spend(summary: CustomerSummary, problems: list[Problem]) -> GammaGamma:
    """Fit spend per purchase, if need be without the repeat buyers who spent nothing."""
    try:
        return GammaGamma.fit(summary)
    except InvalidData as error:
        spend = GammaGamma.fit(summary, zero_spend="drop")
        problems += [attrs.evolve(p, remedy="Left out of that model.") for p in error.problems]
        return spend


def apply_rules(rules: AppraisalRules, summary: CustomerSummary) -> CustomerSummary:
    """Add what every rule says."""
    table = summary
    if rules.scale is not None:
        table = rules.segments.label(rules.scale.score(table))
    if rules.abc.learnt:
        table = rules.abc.classify(table)
    if not isinstance(rules.purchases, str) and rules.spend is not None:
        table = lifetime_value(
            table,
            rules.purchases,
            rules.spend,
            horizon=rules.horizon,
            discount=rules.discount,
            margin=rules.margin,
        )
    elif not isinstance(rules.purchases, str):
        table = rules.purchases.predict(table, horizon=rules.horizon)
    table = rules.risk.judge(table)
    door = enter(table)
    frame = _with_missing(door.frame, door.columns)
    if rules.scale is not None:
        frame = enter(rules.policy.assign(frame.to_native())).frame
    codes: dict[str, Iterable[str]] = {
        "segment": rules.segments.segments,
        "abc": rules.abc.classes,
        "treatment": rules.policy.treatments,
    }
    window = rules.compare
    why = add_why(frame, unit=rules.unit, horizon=rules.horizon, window=window, codes=codes)
    result: CustomerSummary = door.leave(why)
    return result


def _with_missing(frame: AnyFrame, columns: Iterable[str]) -> AnyFrame:
    """Add the columns of what could not be learnt, without values."""
    texts = dict.fromkeys(("rfm", "segment", "abc", "treatment"), nw.String)
    numbers = dict.fromkeys((*_SCORES, *_VALUES, "volume_change", "absence"), nw.Float64)
    present = {*columns, "treatment"} if "segment" in columns else set(columns)
    missing = {name: kind for name, kind in (texts | numbers).items() if name not in present}
    if not missing:
        return frame
    return frame.with_columns(**{name: nw.lit(None, dtype=kind) for name, kind in missing.items()})


def _note(code: str, message: str) -> Problem:
    return Problem(code=code, message=message.rstrip("."), count=0)
