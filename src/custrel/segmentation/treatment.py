"""Treatment: what to do about a customer, by segment and risk."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import product
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_code
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidRule, UnknownCode, near_miss
from custrel.frames import Door, enter
from custrel.model.churn import RiskVerdict
from custrel.rules import Rule
from custrel.segmentation.segment_map import STANDARD_SEGMENTS, SegmentMap

__all__ = ["STANDARD_POLICY", "Treatment", "TreatmentPolicy"]

Rows = tuple[tuple[str, str, str], ...]

_ANY = "*"
_SHOWN = 8


class Treatment(StrEnum):
    """What to do about a customer.

    A policy may have codes of its own; these are those of `STANDARD_POLICY`.

    Examples
    --------
    >>> from custrel.labels import label
    >>> label(Treatment.ASK_WHY)
    'Call and ask what has changed'
    """

    PHONE_TODAY = "phone_today"
    ASK_WHY = "ask_why"
    THANK_AND_KEEP = "thank_and_keep"
    OFFER_MORE = "offer_more"
    WELCOME = "welcome"
    REMIND = "remind"
    WIN_BACK = "win_back"
    LOW_COST = "low_cost"
    LET_GO = "let_go"


def _as_rows(rows: Any) -> Rows:
    try:
        return tuple((str(segment), str(risk), str(what)) for segment, risk, what in rows)
    except (TypeError, ValueError):
        raise InvalidRule(
            "expected rows of segment, risk and treatment: [('lost', '*', 'let_go'), ...]."
        ) from None


@attrs.frozen
class TreatmentPolicy(Rule):
    """What to do about a customer, by segment and risk; of several rows the first holds.

    Parameters
    ----------
    rows : sequence of (segment, risk, treatment)
        Codes; ``"*"`` stands for every segment or every risk.

    Raises
    ------
    InvalidRule
        There are no rows, or one can never hold since one before it covers it.

    See Also
    --------
    STANDARD_POLICY : For the eleven customary segments.

    Examples
    --------
    >>> policy = TreatmentPolicy(
    ...     [
    ...         ("champions", "defecting", "phone_today"),
    ...         ("*", "defecting", "win_back"),
    ...         ("*", "*", "low_cost"),
    ...     ]
    ... )
    >>> policy.treatment_for("champions", "defecting"), policy.treatment_for("lost", "normal")
    ('phone_today', 'low_cost')
    """

    rows: Rows = attrs.field(converter=_as_rows)

    def __attrs_post_init__(self) -> None:
        if not self.rows:
            raise InvalidRule("TreatmentPolicy: there are no rows.")
        for number, (segment, risk, _) in enumerate(self.rows):
            covering = [
                row
                for row in self.rows[:number]
                if row[0] in (_ANY, segment) and row[1] in (_ANY, risk)
            ]
            if covering:
                raise InvalidRule(
                    f"TreatmentPolicy: row {number} {self.rows[number]} never holds, since "
                    f"{covering[0]} comes before it."
                )

    @property
    def treatments(self) -> tuple[str, ...]:
        """The codes of the treatments, in the order in which the rows name them."""
        return tuple(dict.fromkeys(treatment for _, _, treatment in self.rows))

    def treatment_for(self, segment: str, risk: str) -> str:
        """Return the treatment for one pair.

        Parameters
        ----------
        segment : str
            The code of the segment.
        risk : str
            The code of the risk verdict.

        Returns
        -------
        str

        Raises
        ------
        UnknownCode
            No row holds for the pair.
        """
        found = self._look_up(str(segment), str(risk))
        if found is None:
            known = [f"{s}, {r}" for s, r, _ in self.rows]
            raise UnknownCode("pair that the policy treats", f"{segment}, {risk}", known)
        return found

    def check(
        self,
        segments: SegmentMap | Iterable[str] = STANDARD_SEGMENTS,
        risks: Iterable[str] = tuple(RiskVerdict),
    ) -> None:
        """Refuse to leave a customer without treatment, or to name what does not exist.

        Parameters
        ----------
        segments : SegmentMap or iterable of str
            The segments that there are.
        risks : iterable of str
            The risk verdicts that there are.

        Raises
        ------
        InvalidRule
            Some pair has no treatment, or some row a segment or risk that does not exist.
        """
        names = segments.segments if isinstance(segments, SegmentMap) else tuple(segments)
        verdicts = tuple(str(risk) for risk in risks)
        for place, known, what in ((0, names, "segment"), (1, verdicts, "risk")):
            for code in dict.fromkeys(row[place] for row in self.rows):
                if code not in (_ANY, *known):
                    raise InvalidRule(
                        f"TreatmentPolicy: there is no {what} {code!r}{near_miss(code, known)}; "
                        f"there are {', '.join(map(repr, known))}."
                    )
        gaps = [pair for pair in product(names, verdicts) if self._look_up(*pair) is None]
        if gaps:
            more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
            shown = "; ".join(", ".join(pair) for pair in gaps[:_SHOWN])
            raise InvalidRule(
                f"TreatmentPolicy: {len(gaps)} pairs of segment and risk have no treatment: "
                f"{shown}{more}. End the policy with a row ('*', '*', ...)."
            )

    def assign(
        self,
        frame: Any,
        *,
        segment: str = "segment",
        risk: str = "risk",
        treatment: str = "treatment",
    ) -> Any:
        """Add every customer's treatment.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        segment : str
            The column of the segment: `SegmentMap.label` adds it.
        risk : str
            The column of the risk verdict: `RiskRule.judge` adds it.
        treatment : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `treatment`: the code of the treatment.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A segment or risk is missing, or no row holds for the two.
        """
        door = enter(frame)
        remedy = "SegmentMap.label() adds the segment, RiskRule.judge() the risk."
        door.require([segment, risk], remedy=remedy)
        segments = [_ANY, *dict.fromkeys(s for s, _, _ in self.rows if s != _ANY)]
        risks = [_ANY, *dict.fromkeys(r for _, r, _ in self.rows if r != _ANY)]
        number = _place(door, segment, segments) * len(risks) + _place(door, risk, risks)
        found = [self._look_up(*pair) for pair in product(segments, risks)]
        gaps = [place for place, what in enumerate(found) if what is None]
        _require_pairs(door, segment, risk, number, gaps)
        codes = [what or "" for what in found]
        assigned = number.replace_strict(
            range(len(codes)), codes, default=None, return_dtype=nw.String
        )
        return door.leave(door.frame.with_columns(assigned.alias(treatment)))

    def _look_up(self, segment: str, risk: str) -> str | None:
        return next(
            (what for s, r, what in self.rows if s in (_ANY, segment) and r in (_ANY, risk)), None
        )


def _place(door: Door, column: str, names: list[str]) -> nw.Expr:
    """Give the codes of a column numbers; what no row names is 0, as the wildcard."""
    if len(names) == 1:
        return nw.col(column).is_null().cast(nw.Int64) * 0
    return as_code(door, column, names).replace_strict(
        names[1:], range(1, len(names)), default=0, return_dtype=nw.Int64
    )


def _require_pairs(door: Door, segment: str, risk: str, number: nw.Expr, gaps: list[int]) -> None:
    """Refuse rows without a segment or a risk, and pairs for which no row holds."""
    untreated = number.is_in(gaps) if gaps else nw.col(segment).is_null() & False
    message = "no row of the policy holds for segment and risk"
    remedy = "End the policy with a row ('*', '*', ...)."
    both = (segment, risk)
    refuse_rows(
        door,
        Flaw(nw.col(segment).is_null(), "missing_value", "missing segment", segment, shown=both),
        Flaw(nw.col(risk).is_null(), "missing_value", "missing risk", risk, shown=both),
        Flaw(untreated, "untreated", message, segment, remedy=remedy, shown=both),
    )


STANDARD_POLICY = TreatmentPolicy(
    [
        # Little is at stake: no telephone call is worth its cost.
        ("lost", _ANY, Treatment.LET_GO),
        ("hibernating", _ANY, Treatment.LOW_COST),
        # Half the business gone, or a regular long absent: the documents say, phone him.
        ("champions", RiskVerdict.DEFECTING, Treatment.PHONE_TODAY),
        ("loyal", RiskVerdict.DEFECTING, Treatment.PHONE_TODAY),
        ("cannot_lose_them", RiskVerdict.DEFECTING, Treatment.PHONE_TODAY),
        ("at_risk", RiskVerdict.DEFECTING, Treatment.PHONE_TODAY),
        ("potential_loyalist", RiskVerdict.DEFECTING, Treatment.ASK_WHY),
        ("need_attention", RiskVerdict.DEFECTING, Treatment.ASK_WHY),
        (_ANY, RiskVerdict.DEFECTING, Treatment.WIN_BACK),
        # More than an ordinary drop: a call to find out why, where it is worth one.
        ("about_to_sleep", RiskVerdict.WATCH, Treatment.REMIND),
        ("promising", RiskVerdict.WATCH, Treatment.REMIND),
        ("new_customers", RiskVerdict.WATCH, Treatment.REMIND),
        (_ANY, RiskVerdict.WATCH, Treatment.ASK_WHY),
        # No alarm: what the segment suggests.
        ("champions", _ANY, Treatment.THANK_AND_KEEP),
        ("loyal", _ANY, Treatment.OFFER_MORE),
        ("potential_loyalist", _ANY, Treatment.OFFER_MORE),
        ("promising", _ANY, Treatment.OFFER_MORE),
        ("new_customers", _ANY, Treatment.WELCOME),
        ("need_attention", _ANY, Treatment.REMIND),
        ("about_to_sleep", _ANY, Treatment.REMIND),
        ("at_risk", _ANY, Treatment.WIN_BACK),
        ("cannot_lose_them", _ANY, Treatment.ASK_WHY),
        (_ANY, _ANY, Treatment.LOW_COST),
    ]
)
"""What to do about the customers of the eleven customary segments, under the four verdicts.

The documents ask for two things: phone the customer whose business dropped by half, and phone
the regular who stays away, to learn the reason.  The rest follows what is customary.
"""
