"""The main job: from an order log to every customer's value, segment, class, risk and treatment.

`appraise` learns the rules that it is not given, applies all of them, and keeps them in the
result: next month's customers are appraised by the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from textwrap import fill
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._why import name_of
from custrel.appraisal_rules import AppraisalRules, Purchases, apply_rules, learn_rules
from custrel.errors import InvalidRule, Problem
from custrel.frames import collect, enter
from custrel.model.churn import RiskVerdict
from custrel.segmentation.abc import AbcRule
from custrel.segmentation.rfm_scale import RfmScale
from custrel.segmentation.segment_map import SegmentMap
from custrel.segmentation.signals import RiskRule
from custrel.segmentation.treatment import TreatmentPolicy
from custrel.transactions import CustomerSummary, summarize
from custrel.units import TimeUnit
from custrel.valuation.discounting import DiscountRate
from custrel.valuation.gamma_gamma import GammaGamma

__all__ = ["Appraisal", "appraise"]

_SHOWN = 5  # of the most valuable customers
_WIDTH = 96  # of a line of text
_BEST = "Most valuable from now on"
_COLUMNS = ("segment", "customers", "of all", "revenue", "of all", "future value", "alarms")


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
            How many, 0 or more.
        by : str
            The column that decides.

        Returns
        -------
        frame
            Of the engine that the log came from, highest first; customers without a value come
            last.

        Raises
        ------
        InvalidRule
            It is fewer than none.
        ColumnNotFound
            There is no such column.
        """
        if n < 0:
            raise InvalidRule(f"top: expected how many customers, 0 or more, got {n!r}.")
        door = enter(self.frame)
        door.require([by])
        return door.leave(door.frame.sort(by, descending=True, nulls_last=True).head(n))

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
        notes = (fill(note, _WIDTH, subsequent_indent="  ") for note in self._notes())
        head = ["; ".join(self._facts()), *notes]
        if enter(self.frame).lazy:
            return "\n".join([*head, "The table is lazy: collect `frame` to see it."])
        best = [
            fill(f"{customer}: {why}", _WIDTH, initial_indent="  ", subsequent_indent="      ")
            for customer, why in self._best()
        ]
        table = _text_table([_COLUMNS, *self._segment_rows()])
        return "\n".join([*head, "", *table, "", f"{_BEST}:", *best])

    def _repr_html_(self) -> str:
        name, *facts = self._facts()
        head = f"<p><strong>{name}</strong>: {escape('; '.join(facts))}</p>"
        head += "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        if enter(self.frame).lazy:
            return f"{head}<p>The table is lazy: collect <code>frame</code> to see it.</p>"
        sides = ("left", *["right"] * (len(_COLUMNS) - 1))
        segments = _html_table(_COLUMNS, self._segment_rows(), sides)
        best = _html_table((self.summary.customer, _BEST), self._best(), ("left", "left"))
        return head + segments + best

    def _facts(self) -> tuple[str, ...]:
        rules = self.rules
        ahead = f"{self.unit.in_words(rules.horizon)} ahead at {rules.discount}"
        return (
            "Appraisal",
            f"observed until {self.summary.observed_until}",
            f"future value: {ahead}, margin {100 * rules.margin:.6g}%",
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
    learnt, problems = learn_rules(plan, summary, errors)
    return Appraisal(apply_rules(learnt, summary), learnt, (*summary.problems, *problems))


def _plan(rules: AppraisalRules | None, changes: dict[str, Any]) -> AppraisalRules:
    """Put what was given in the place of what the rules say."""
    if rules is None:
        return AppraisalRules(**changes)
    if not isinstance(rules, AppraisalRules):
        raise InvalidRule(
            f"rules: expected AppraisalRules, as in report.rules, got {type(rules).__name__}; plain "
            "data become rules by from_data(...)."
        )
    if "unit" in changes and TimeUnit(changes["unit"]) is not rules.unit:
        raise InvalidRule(
            f"the rules count {rules.unit.name.lower()}s, unit={changes['unit']!r} was asked for: "
            "what they learnt cannot be converted. Appraise in their unit, or without them."
        )
    return attrs.evolve(rules, **changes)


def _text_table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Set rows of text below one another, the first column to the left, the others to the right."""
    first, *others = (max(map(len, column)) for column in zip(*rows, strict=True))
    return ["  ".join([name.ljust(first), *map(str.rjust, cells, others)]) for name, *cells in rows]


def _html_table(names: Iterable[str], rows: Iterable[tuple[str, ...]], sides: Sequence[str]) -> str:
    """Make a table; the sides, left or right, are where the text of each column stands."""

    def row(tag: str, cells: Iterable[str]) -> str:
        return "".join(
            f'<{tag} style="text-align: {side}">{escape(cell)}</{tag}>'
            for side, cell in zip(sides, cells, strict=True)
        )

    body = "".join(f"<tr>{row('td', cells)}</tr>" for cells in rows)
    return f"<table><thead><tr>{row('th', names)}</tr></thead><tbody>{body}</tbody></table>"
