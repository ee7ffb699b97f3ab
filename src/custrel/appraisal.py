"""The main job: from an order log to every customer's value, segment, class, risk and treatment.

`appraise` learns the rules that it is not given, applies all of them, and keeps them in the
result: next month's customers are appraised by the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from types import MappingProxyType
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._why import add_why, name_of
from custrel.errors import FitError, InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import AnyFrame, collect, enter
from custrel.model.churn import RiskVerdict
from custrel.rules import Rule
from custrel.segmentation.abc import AbcRule
from custrel.segmentation.rfm import RfmScale, learn_quietly
from custrel.segmentation.segment_map import STANDARD_SEGMENTS, SegmentMap
from custrel.segmentation.signals import RiskRule
from custrel.segmentation.treatment import STANDARD_POLICY, TreatmentPolicy
from custrel.transactions import CustomerSummary, summarize
from custrel.units import TimeUnit
from custrel.valuation.bg_nbd import BgNbd, MbgNbd
from custrel.valuation.discounting import DiscountRate
from custrel.valuation.gamma_gamma import GammaGamma
from custrel.valuation.lifetime_value import lifetime_value

__all__ = ["Appraisal", "AppraisalRules", "appraise"]

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
_A_YEAR = MappingProxyType({"D": 365.0, "W": 52.0, "M": 12.0, "Y": 1.0})
_A_QUARTER = MappingProxyType({"D": 91.0, "W": 13.0, "M": 3.0, "Y": 0.25})
_SHOWN = 5


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


@attrs.frozen(eq=False, repr=False)
class Appraisal:
    """Every customer appraised, and the rules that did it.

    Parameters
    ----------
    summary : CustomerSummary
        One row per customer, with all columns that `appraise` adds.
    rules : AppraisalRules
        The rules, learnt: `appraise` takes them next month.
    problems : tuple of Problem
        What was left out or could not be learnt.

    See Also
    --------
    appraise : Makes one from an order log.

    Examples
    --------
    >>> appraisal = Appraisal(CustomerSummary(None, unit="W"), AppraisalRules())
    >>> appraisal.unit
    <TimeUnit.WEEK: 'W'>
    """

    summary: CustomerSummary
    rules: AppraisalRules
    problems: tuple[Problem, ...] = ()

    @property
    def frame(self) -> Any:
        """The table, of the engine that the log came from."""
        return self.summary.frame

    @property
    def unit(self) -> TimeUnit:
        """What times are measured in."""
        return self.summary.unit

    def with_frame(self, frame: Any) -> Self:
        """Return the same appraisal around another table.

        Parameters
        ----------
        frame : frame
            A table of these customers.

        Returns
        -------
        Appraisal
        """
        return attrs.evolve(self, summary=self.summary.with_frame(frame))

    def top(self, n: int = 10, *, by: str = "lifetime_value") -> Any:
        """Return the customers with the highest values.

        Parameters
        ----------
        n : int
            How many.
        by : str
            The column that decides.

        Returns
        -------
        frame
            Of the engine that the log came from, highest first.
        """
        door = enter(self.frame)
        door.require([by])
        return door.leave(door.frame.sort(by, descending=True).head(n))

    def segments(self) -> Any:
        """Count customers and sum their business by segment.

        Returns
        -------
        frame
            Of the engine that the log came from, largest revenue first (lazy ones in no
            order): ``segment``, ``customers``, ``revenue``, ``lifetime_value`` (sums),
            ``customer_share``, ``revenue_share`` (of all, 0 to 1) and ``alarms`` (customers
            under watch or defecting).
        """
        door = enter(self.frame)
        alarm = nw.col("risk").is_in([RiskVerdict.WATCH.value, RiskVerdict.DEFECTING.value])
        marked = door.frame.with_columns(alarms=nw.when(alarm).then(1).otherwise(0))
        counted = marked.group_by("segment").agg(
            nw.len().alias("customers"),
            *[nw.col(name).sum() for name in ("revenue", "lifetime_value", "alarms")],
        )
        total = collect(counted.select(nw.col("customers").sum(), nw.col("revenue").sum()))
        customers, revenue = (float(value or 1) for value in total.row(0))
        table = counted.select(
            "segment",
            "customers",
            "revenue",
            "lifetime_value",
            customer_share=nw.col("customers") / customers,
            revenue_share=nw.col("revenue") / revenue,
            alarms=nw.col("alarms"),
        )
        return door.leave(table if door.lazy else table.sort("revenue", descending=True))

    def __repr__(self) -> str:
        if enter(self.frame).lazy:
            lazy = "The table is lazy: collect `frame` to see it."
            return "\n".join([self._headline(), *self._notes(), lazy])
        names = ("segment", "customers", "of all", "revenue", "of all", "future value", "alarms")
        rows = [names, *self._segment_rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(names))]
        lines = [
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        best = [f"  {customer}: {why}" for customer, why in self._best()]
        best = ["Most valuable from now on:", *best]
        return "\n".join([self._headline(), *self._notes(), "", *lines, "", *best])

    def _repr_html_(self) -> str:
        head = "".join(f"<p>{escape(line)}</p>" for line in (self._headline(), *self._notes()))
        if enter(self.frame).lazy:
            return f"{head}<p>The table is lazy: collect <code>frame</code> to see it.</p>"
        names = ("Segment", "Customers", "of all", "Revenue", "of all", "Future value", "Alarms")
        segments = _html_table(names, self._segment_rows())
        best = _html_table((self.summary.customer, "Most valuable from now on"), self._best())
        return head + segments + best

    def _headline(self) -> str:
        summary, rules = self.summary, self.rules
        ahead = f"{self.unit.in_words(rules.horizon)} ahead at {rules.discount}"
        return (
            f"Appraisal, observed until {summary.observed_until}; {ahead}, margin {rules.margin:g}"
        )

    def _notes(self) -> list[str]:
        return [f"Note: {problem}" for problem in self.problems]

    def _segment_rows(self) -> list[tuple[str, ...]]:
        rows = nw.from_native(self.segments(), eager_only=True).rows(named=True)
        return [
            (
                "(none)" if row["segment"] is None else name_of(row["segment"], "segment"),
                f"{row['customers']:,}",
                f"{row['customer_share']:.0%}",
                f"{row['revenue']:,.0f}",
                f"{row['revenue_share']:.0%}",
                f"{row['lifetime_value'] or 0:,.0f}",
                f"{row['alarms']:,}",
            )
            for row in rows
        ]

    def _best(self) -> list[tuple[str, str]]:
        top = nw.from_native(self.top(_SHOWN), eager_only=True)
        return [(str(row[self.summary.customer]), row["why"]) for row in top.rows(named=True)]


def appraise(
    log: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    amount: str = "amount",
    observed_until: Any = None,
    rules: AppraisalRules | None = None,
    unit: TimeUnit | str | None = None,
    returns: Literal["net", "drop", "keep", "error"] | None = None,
    scale: RfmScale | None = None,
    segments: SegmentMap | None = None,
    abc: AbcRule | None = None,
    purchases: Purchases | None = None,
    spend: GammaGamma | None = None,
    risk: RiskRule | None = None,
    policy: TreatmentPolicy | None = None,
    horizon: float | None = None,
    discount: DiscountRate | None = None,
    margin: float | None = None,
    errors: Literal["raise", "collect"] = "raise",
    keep: bool = False,
) -> Appraisal:
    """Appraise every customer of an order log.

    Parameters
    ----------
    log : frame
        One row per order, as `summarize` takes it.
    customer, date, amount : str
        The log's columns.
    observed_until : date, datetime, str or int, optional
        The end of observation; default: the last order's, which the result states.
    rules : AppraisalRules, optional
        Those of an earlier appraisal, or `AppraisalRules` of one's own.  What is given
        beside them takes their place.
    unit, returns, scale, segments, abc, purchases, spend, risk, policy, horizon, discount, margin
        As `AppraisalRules` explains them; times are in `unit`, by default weeks.
    errors : {"raise", "collect"}
        Unusable orders, and rules that cannot be learnt: refuse, or leave out and list in
        the result's `problems`.  Columns of what could not be learnt are then missing values.
    keep : bool
        Run a lazy log's summary once and keep it in memory, where otherwise each rule that is
        learnt runs it again.  The result is then no longer lazy.

    Returns
    -------
    Appraisal
        Its frame has one row per customer: the columns of `summarize` and

        ==========================  ====================================================
        ``recency_score`` ...       1 to 5, higher is better; also ``frequency_score`` and
                                    ``monetary_score``
        ``rfm``                     the three as a code: "543"
        ``segment``                 its name, as a code
        ``abc``                     class by revenue
        ``p_alive``                 probability that the customer still buys
        ``expected_purchases``      over the horizon
        ``discounted_purchases``    the same at present value
        ``expected_spend``          per purchase, in the currency of the log
        ``lifetime_value``          of the purchases to come, in the currency of the log
        ``volume_change``           of the business of the last window against the one before
        ``absence``                 in multiples of the customer's own mean interval
        ``risk``                    verdict: normal, watch, defecting, too_early
        ``risk_reason``             volume, absence, both or none
        ``treatment``               what to do, as a code
        ``why``                     all of it in one readable line
        ==========================  ====================================================

    Raises
    ------
    InvalidData
        Orders are unusable.
    FitError
        A model cannot be learnt, as when nobody bought twice.
    InvalidRule
        Options contradict one another.

    Notes
    -----
    Repeat buyers without spend are left out when the model of spend is learnt, and noted.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": rng.geometric(0.01, 500),
    ...         "date": pd.Timestamp("2024-01-01")
    ...         + pd.to_timedelta(rng.integers(0, 365, 500), "D"),
    ...         "amount": rng.gamma(2.0, 15.0, 500).round(2),
    ...     }
    ... )
    >>> report = appraise(log)
    >>> report.rules.learnt
    True
    >>> again = appraise(log, rules=report.rules)
    >>> again.rules == report.rules
    True
    """
    given = {
        "unit": unit, "returns": returns, "scale": scale, "segments": segments, "abc": abc,
        "purchases": purchases, "spend": spend, "risk": risk, "policy": policy,
        "horizon": horizon, "discount": discount, "margin": margin,
    }  # fmt: skip
    plan = _plan(rules, {name: value for name, value in given.items() if value is not None})
    summary = summarize(
        log,
        customer=customer,
        date=date,
        amount=amount,
        unit=plan.unit,
        observed_until=observed_until,
        collapse=plan.collapse,
        compare=plan.compare,
        returns=plan.returns,
        errors=errors,
    )
    summary = summary.collect() if keep else summary
    learnt, problems = _learn(plan, summary, errors)
    return Appraisal(_apply(learnt, summary), learnt, (*summary.problems, *problems))


def _plan(rules: AppraisalRules | None, changes: dict[str, Any]) -> AppraisalRules:
    """Put what was given in the place of what the rules say."""
    if rules is None:
        return AppraisalRules(**changes)
    if "unit" in changes and TimeUnit(changes["unit"]) is not rules.unit:
        raise InvalidRule(
            f"the rules count {rules.unit.name.lower()}s, unit={changes['unit']!r} was asked for: "
            "what they learnt cannot be converted. Appraise in their unit, or without them."
        )
    return attrs.evolve(rules, **changes)


def _learn(
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


def _apply(rules: AppraisalRules, summary: CustomerSummary) -> CustomerSummary:
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


def _html_table(names: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
