"""Checklists: customers (or segments, or managers) judged by several weighted criteria."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import Door, enter
from custrel.rules import Rule
from custrel.segmentation._cuts import check_cuts, points, read_cuts
from custrel.segmentation._refusals import refuse, require_values

__all__ = [
    "ACCOUNT_MANAGER",
    "CUSTOMER_FIT",
    "INDICATOR_SUITABILITY",
    "PORTER_CRITERIA",
    "Checklist",
    "Criterion",
]


# Weights that are thirds do not add up to one: a score this near to a cut has reached it.
_TOLERANCE = 1e-9


@attrs.frozen
class Criterion(Rule):
    """One criterion of a checklist.

    Parameters
    ----------
    column : str
        Where the answer or figure stands.
    weight : float
        How much it counts, above 0.
    lowest, highest : float
        The ends of its scale: 0 and 1 fit shares and flags.
    low_is_better : bool
        Whether little of it is good, as of cost.
    least : float
        What it must reach, as a share of its scale counted towards the better end, so that
        the whole can pass: 1 makes a flag a condition.

    Raises
    ------
    InvalidRule
        The weight is not above 0, the scale is empty, or `least` is no share.

    See Also
    --------
    Checklist : Several criteria together.

    Examples
    --------
    >>> Criterion("cost_to_serve", weight=2, low_is_better=True).highest
    1.0
    """

    column: str
    weight: float = attrs.field(default=1.0, converter=float, kw_only=True)
    lowest: float = attrs.field(default=0.0, converter=float, kw_only=True)
    highest: float = attrs.field(default=1.0, converter=float, kw_only=True)
    low_is_better: bool = attrs.field(default=False, kw_only=True)
    least: float = attrs.field(default=0.0, converter=float, kw_only=True)

    def __attrs_post_init__(self) -> None:
        scale = isfinite(self.lowest) and isfinite(self.highest) and self.lowest < self.highest
        if not (scale and 0 < self.weight < inf and 0 <= self.least <= 1):
            raise InvalidRule(
                f"Criterion {self.column!r}: expected lowest < highest, a weight above 0 and a "
                f"least share of 0 to 1; got {self.lowest:g} to {self.highest:g}, "
                f"{self.weight:g} and {self.least:g}."
            )


def _as_criteria(criteria: Any) -> tuple[Criterion, ...]:
    return tuple(criteria)


def _as_codes(codes: Any) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)


@attrs.frozen
class Checklist(Rule):
    """Weighted criteria, and the verdict that their score leads to.

    Parameters
    ----------
    criteria : sequence of Criterion
        What is asked.
    cuts : sequence of float
        Ascending scores between 0 and 1 from which on the next verdict holds.
    verdicts : sequence of str
        The codes of the verdicts, the worst first: one more than cuts.  Whoever fails a
        criterion's `least` has the first.
    name : str
        The column that the verdict goes into.

    Raises
    ------
    InvalidRule
        There are no criteria, two of one column, or cuts and verdicts do not fit together.

    See Also
    --------
    PORTER_CRITERIA, CUSTOMER_FIT, ACCOUNT_MANAGER : Ready-made checklists.

    Notes
    -----
    score = sum w u / sum w, where u = (x - lowest) / (highest - lowest), or 1 less that where
    little is better.

    Examples
    --------
    >>> import pandas as pd
    >>> rule = Checklist([Criterion("fit", weight=3), Criterion("cost", low_is_better=True)])
    >>> customers = pd.DataFrame({"fit": [1.0, 0.2], "cost": [0.6, 0.1]})
    >>> rule.judge(customers)[["selected_score", "selected"]]
       selected_score selected
    0           0.850      yes
    1           0.375       no
    """

    criteria: tuple[Criterion, ...] = attrs.field(converter=_as_criteria)
    cuts: tuple[float, ...] = attrs.field(default=(0.5,), converter=read_cuts, kw_only=True)
    verdicts: tuple[str, ...] = attrs.field(
        default=("no", "yes"), converter=_as_codes, kw_only=True
    )
    name: str = attrs.field(default="selected", kw_only=True)

    def __attrs_post_init__(self) -> None:
        columns = [criterion.column for criterion in self.criteria]
        if not columns or len(set(columns)) < len(columns):
            raise InvalidRule(f"a checklist needs criteria of different columns, got {columns}.")
        check_cuts("cuts", self.cuts, ())
        if len(self.verdicts) != len(self.cuts) + 1 or len(set(self.verdicts)) < len(self.verdicts):
            raise InvalidRule(
                f"{len(self.cuts)} cuts make {len(self.cuts) + 1} different verdicts, got "
                f"{self.verdicts}."
            )

    def judge(self, frame: Any, *, name: str | None = None) -> Any:
        """Add the score and the verdict of every row.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row for each customer, or whatever is judged.
        name : str, optional
            The column of the verdict; default: the checklist's own `name`.

        Returns
        -------
        CustomerSummary or frame
            As it came, with the score (`name` and ``_score``, 0 to 1) and the code of the verdict.

        Raises
        ------
        InvalidData
            A value is missing, or lies off the scale of its criterion.
        ColumnNotFound
            A column is not there.
        """
        door = enter(frame)
        require_values(door, *(criterion.column for criterion in self.criteria))
        _require_on_scale(door, self.criteria)
        verdict = name or self.name
        score, fails = nw.lit(0.0), nw.lit(0)
        total = sum(criterion.weight for criterion in self.criteria)
        for criterion in self.criteria:
            utility = _utility(criterion)
            score = score + utility * (criterion.weight / total)
            if criterion.least > 0:
                fails = fails + (utility < criterion.least - _TOLERANCE).cast(nw.Int64)
        step = points(nw.col(f"{verdict}_score") + _TOLERANCE, self.cuts, None, closed="better")
        held = nw.when(nw.col("__fails") > 0).then(1).otherwise(step)
        return door.leave(
            door.frame.with_columns(score.alias(f"{verdict}_score"), __fails=fails)
            .with_columns(
                held.replace_strict(
                    range(1, len(self.verdicts) + 1),
                    self.verdicts,
                    default=None,
                    return_dtype=nw.String,
                ).alias(verdict)
            )
            .drop("__fails")
        )


def _utility(criterion: Criterion) -> nw.Expr:
    share = (as_float(criterion.column) - criterion.lowest) / (criterion.highest - criterion.lowest)
    return 1.0 - share if criterion.low_is_better else share


def _require_on_scale(door: Door, criteria: tuple[Criterion, ...]) -> None:
    off = {
        c.column: (
            ~as_float(c.column).is_between(c.lowest, c.highest),
            f"expected values from {c.lowest:g} to {c.highest:g}",
        )
        for c in criteria
    }
    remedy = "Give the criterion its scale: Criterion(..., lowest=..., highest=...)."
    refuse(door, off, code="off_scale", remedy=remedy)


PORTER_CRITERIA = Checklist(
    (
        Criterion("need_fit"),
        Criterion("growth_potential"),
        Criterion("structural_position"),
        Criterion("cost_to_serve", low_is_better=True),
    ),
    verdicts=("rejected", "selected"),
    name="selection",
)
"""Porter's four criteria of choosing customers (波特客户选择标准), each from 0 to 1.

相对于公司能力的购买需求, 增长潜力, 结构地位 (1 where the customer's bargaining power, and his
inclination to use it, are weak), 服务成本.  Equal weights and the cut at one half are own.
M. E. Porter (1980), Competitive Strategy, Free Press, chapter 6.
"""

CUSTOMER_FIT = Checklist(
    (
        Criterion("asks_for_our_strengths", weight=5),
        Criterion("values_and_pays", weight=5),
        Criterion("new_demands_teach_us", weight=5),
        Criterion("leads_where_our_strategy_goes", weight=5),
        Criterion("asks_for_our_weaknesses", weight=4, low_is_better=True),
        Criterion("distracts_from_our_strategy", weight=4, low_is_better=True),
        Criterion("costs_more_than_brings", weight=4, low_is_better=True),
        Criterion("claims_attention_from_better_customers", weight=4, low_is_better=True),
        Criterion("dissatisfied_in_spite_of_all", weight=4, low_is_better=True),
    ),
    cuts=(1 / 3, 2 / 3),
    verdicts=("worst", "between", "best"),
    name="fit",
)
"""The marks of the best and of the worst customers (最佳客户与最差客户), as flags.

Four marks of the best and five of the worst; either side is worth one half, since a mark of the
best weighs 5 and one of the worst 4.  The verdicts in thirds are own.
"""

ACCOUNT_MANAGER = Checklist(
    (
        Criterion("share_of_wallet_growth"),
        Criterion("annual_profit"),
        Criterion("target_attainment"),
    ),
    cuts=(0.5, 0.8),
    verdicts=("below", "on_target", "outstanding"),
    name="evaluation",
)
"""How a key-account manager is evaluated (大客户经理评估), each figure as a share of its target.

培养客户的业务份额上的效率和年度利润，以及销售目标的达成情况.  Equal weights and the cuts are own.
"""

INDICATOR_SUITABILITY = Checklist(
    (Criterion("reflects_characteristics", least=1), Criterion("reflects_purpose", least=1)),
    cuts=(1.0,),
    verdicts=("unsuitable", "suitable"),
    name="suitability",
)
"""Whether an indicator is fit to classify customers by (客户分类指标的适当性).

It must reflect both the characteristics of the customers and the purpose of managing them.
"""
