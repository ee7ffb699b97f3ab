"""Complaint: what a customer finds wrong, and how the firm deals with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import Evidence, in_utc_or_none, not_blank
from custrel.model._history import require_flow
from custrel.model.case import Case
from custrel.model.flow import Outcome
from custrel.model.flows import COMPLAINT_FLOW, RECOVERY_FLOW
from custrel.model.money import Money
from custrel.model.move import Move

__all__ = ["Complaint", "ComplaintStep", "Penalty"]

# Each of the eleven steps, and the moves of the flow that make it; the first is the opening.
_STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "record": (),
        "judge": ("accept", "reject"),
        "assign": ("assign",),
        "analyze": ("analyze_cause",),
        "propose": ("propose",),
        "approve": ("approve",),
        "carry_out": ("carry_out",),
        "settle": ("penalize", "prevent"),
        "notify": ("notify",),
        "collect_feedback": ("collect_feedback",),
        "sum_up": ("close",),
    }
)
_OF_THE_FOUNDED = ("assign", "analyze", "propose", "approve", "carry_out", "settle")


def _not_negative(_: Penalty, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 0:
        raise InvalidValue(f"Penalty: {attribute.alias} must be 0 or more, got {value}.")


@attrs.frozen(kw_only=True)
class Penalty:
    """What somebody who is to blame for a complaint has to bear (处罚).

    Parameters
    ----------
    person : str
        Who.
    rule : str
        The rule that provides for it: ``"B-18"``; blank where there is none.
    fine : Money or None
        What it costs him.
    points : int
        Points that are taken off.
    suspend_days, training_days : int
        Days of suspension and of training.

    Raises
    ------
    InvalidValue
        The person is blank, a number or the fine is below 0.

    Examples
    --------
    >>> penalty = Penalty(
    ...     person="driver 7", rule="B-18", fine=Money(100, "CNY"), points=10, training_days=1
    ... )
    >>> print(penalty)
    driver 7 (B-18): fine 100 CNY, points 10, training days 1
    """

    person: str = attrs.field(validator=not_blank)
    rule: str = ""
    fine: Money | None = None
    points: int = attrs.field(default=0, validator=_not_negative)
    suspend_days: int = attrs.field(default=0, validator=_not_negative)
    training_days: int = attrs.field(default=0, validator=_not_negative)

    def __attrs_post_init__(self) -> None:
        if self.fine is not None and self.fine.amount < 0:
            raise InvalidValue(f"Penalty: a fine must be 0 or more, got {self.fine}.")

    def __str__(self) -> str:
        measures = {
            "fine": self.fine,
            "points": self.points,
            "suspension days": self.suspend_days,
            "training days": self.training_days,
        }
        said = ", ".join(f"{name} {measure}" for name, measure in measures.items() if measure)
        whom = f"{self.person} ({self.rule})" if self.rule else self.person
        return f"{whom}: {said or 'reprimand'}"


@attrs.frozen(kw_only=True)
class ComplaintStep:
    """One of the eleven steps of a complaint, and what shows that it was made (投诉处理步骤).

    Parameters
    ----------
    number : int
        Its place, from 1.
    step : str
        Its code; ``label(step, of="complaint_step")`` says what it is called.
    applies : bool
        Whether it is to be made: an unfounded complaint asks nobody to propose a remedy.
    at : datetime or None
        When it was made last; None: it was not.
    by : str or None
        Who made it.
    evidence : pairs of str
        What shows it.

    Examples
    --------
    >>> ComplaintStep(number=9, step="notify", applies=True).is_done
    False
    """

    number: int
    step: str
    applies: bool
    at: datetime | None = attrs.field(default=None, converter=in_utc_or_none)
    by: str | None = None
    evidence: Evidence = ()

    @property
    def is_done(self) -> bool:
        """Whether it was made."""
        return self.at is not None


@attrs.frozen(kw_only=True)
class Complaint:
    """What a customer finds wrong, and how the firm deals with it (顾客投诉).

    What was done and when is read off its case; a change is a new complaint.

    Parameters
    ----------
    case : Case
        Its way through `COMPLAINT_FLOW`; the customer is whom the case is ``about``.
    category : str
        What it is about: ``"staff_attitude"``, or in more detail ``"facility/elevator"``.
    text : str
        What the customer said.
    penalties : sequence of Penalty
        What those to blame had to bear.
    recovery : Case or None
        The four steps by which the customer was won over again, through `RECOVERY_FLOW`.
    found_fair, found_reasonable : bool or None
        What the customer says of how it was settled (公正、合理); None: he was not asked.
    opportunity_id : str or None
        The opportunity of a sale that it became (投诉转化为销售机会).

    Raises
    ------
    InvalidValue
        The category is blank, a case goes through another flow, whoever handles it approved the
        remedy, or there is a penalty and the case was never brought to one.

    See Also
    --------
    ComplaintPolicy : Its clocks, and the four principles that it is checked by.

    Examples
    --------
    >>> from datetime import UTC
    >>> opened = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> complaint = Complaint.record("P-7", "C-1001", "facility/elevator", at=opened, by="desk")
    >>> judged = complaint.move("accept", at=opened, by="wang", evidence={"grounds": "it stood"})
    >>> judged.is_founded, judged.subject, judged.step("judge").by
    (True, 'facility', 'wang')
    >>> [step.step for step in judged.steps if step.applies and not step.is_done][:3]
    ['assign', 'analyze', 'propose']
    """

    case: Case
    category: str = attrs.field(validator=not_blank)
    text: str = ""
    penalties: tuple[Penalty, ...] = attrs.field(default=(), converter=tuple[Penalty, ...])
    recovery: Case | None = None
    found_fair: bool | None = None
    found_reasonable: bool | None = None
    opportunity_id: str | None = None

    def __attrs_post_init__(self) -> None:
        require_flow(self.case, COMPLAINT_FLOW, "Complaint")
        if self.recovery is not None:
            require_flow(self.recovery, RECOVERY_FLOW, "Complaint")
        _check_approvals(self.case)
        if self.penalties and self.case.last("penalize") is None:
            raise InvalidValue(
                f"complaint {self.case.case_id!r}: {self.penalties[0].person!r} has a penalty, but "
                "nobody decided on one; use penalize()."
            )

    @classmethod
    def record(
        cls, case_id: str, customer_id: str, category: str, *, at: datetime, by: str, text: str = ""
    ) -> Complaint:
        """Return a complaint that has just been recorded (记录投诉内容).

        Parameters
        ----------
        case_id : str
            Its identifier.
        customer_id : str
            Who complains.
        category : str
            What it is about.
        at : datetime
            When, with its zone.
        by : str
            Who recorded it.
        text : str
            What the customer said.

        Returns
        -------
        Complaint
        """
        case = Case(
            case_id=case_id, flow=COMPLAINT_FLOW, opened_at=at, opened_by=by, about=customer_id
        )
        return cls(case=case, category=category, text=text)

    # ------------------------------------------------------------------------- what it is now

    @property
    def subject(self) -> str:
        """The category without its detail."""
        return self.category.split("/")[0]

    @property
    def opened_at(self) -> datetime:
        """When it was recorded, or opened again last."""
        reopened = self.case.last("reopen")
        return self.case.opened_at if reopened is None else reopened.at

    @property
    def is_founded(self) -> bool | None:
        """Whether it was found to have ground (投诉是否成立); None: nobody has judged yet."""
        judged = _last(self._round, _STEPS["judge"])
        return None if judged is None else judged.trigger == "accept"

    @property
    def times_reopened(self) -> int:
        """How often it came back after it was closed."""
        return sum(move.trigger == "reopen" for move in self.case.moves)

    @property
    def handlers(self) -> frozenset[str]:
        """Who is responsible, looked for the cause or proposed the remedy since it was opened."""
        return _handlers(self._round)

    @property
    def prevention(self) -> str | None:
        """What keeps it from happening again, or None (预防措施)."""
        return self.case.evidence("prevention")

    @property
    def is_recovered(self) -> bool:
        """Whether all four steps of recovery were made."""
        return self.recovery is not None and self.recovery.outcome is Outcome.ENDED

    @property
    def steps(self) -> tuple[ComplaintStep, ...]:
        """The eleven steps, with who made them, when, and what shows it."""
        return tuple(self.step(code) for code in _STEPS)

    def step(self, code: str) -> ComplaintStep:
        """Return one of the eleven steps, as it was made last since the complaint was opened.

        Parameters
        ----------
        code : str
            Which: ``"record"``, ``"judge"``, ``"assign"``, ``"analyze"``, ``"propose"``,
            ``"approve"``, ``"carry_out"``, ``"settle"``, ``"notify"``, ``"collect_feedback"``
            or ``"sum_up"``.

        Returns
        -------
        ComplaintStep

        Raises
        ------
        InvalidValue
            There is no such step.
        """
        if code not in _STEPS:
            raise InvalidValue(f"Complaint: {code!r} is no step; there are {', '.join(_STEPS)}.")
        number = list(_STEPS).index(code) + 1
        if code == "record":
            reopened = self.case.last("reopen")
            by = self.case.opened_by if reopened is None else reopened.by
            evidence = () if reopened is None else reopened.evidence
            return ComplaintStep(
                number=number, step=code, applies=True, at=self.opened_at, by=by, evidence=evidence
            )
        applies = self.is_founded is not False or code not in _OF_THE_FOUNDED
        made = _last(self._round, _STEPS[code])
        if made is None:
            return ComplaintStep(number=number, step=code, applies=applies)
        return ComplaintStep(
            number=number, step=code, applies=applies, at=made.at, by=made.by,
            evidence=made.evidence,
        )  # fmt: skip

    def until(self, moment: datetime) -> Complaint | None:
        """Return the complaint as it was at an instant: without what happened later.

        Parameters
        ----------
        moment : datetime
            The instant, with its zone.

        Returns
        -------
        Complaint or None
            None before it was recorded.  What the customer said of it and what became of it
            have no instant, and stay.
        """
        case = self.case.until(moment)
        if case is None:
            return None
        penalties = self.penalties if case.last("penalize") is not None else ()
        recovery = None if self.recovery is None else self.recovery.until(moment)
        return attrs.evolve(self, case=case, penalties=penalties, recovery=recovery)

    # -------------------------------------------------------------------------- what changes

    def move(
        self,
        trigger: str,
        *,
        at: datetime,
        by: str,
        evidence: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> Complaint:
        """Return the complaint after a move of its case.

        Parameters
        ----------
        trigger : str
            What happens.
        at : datetime
            When, with its zone.
        by : str
            Who makes it.
        evidence : mapping of str to str, or pairs
            What shows it.

        Returns
        -------
        Complaint

        Raises
        ------
        IllegalMove
            The flow does not allow it, or evidence is missing.
        InvalidValue
            Somebody would approve what he handles himself.
        """
        return attrs.evolve(self, case=self.case.move(trigger, at=at, by=by, evidence=evidence))

    def penalize(
        self, *penalties: Penalty, at: datetime, by: str, prevention: str = ""
    ) -> Complaint:
        """Return the complaint after those to blame were penalized (处罚责任者).

        Parameters
        ----------
        *penalties : Penalty
            What each has to bear; one at least.
        at : datetime
            When, with its zone.
        by : str
            Who decided it.
        prevention : str
            What keeps it from happening again, where something does.

        Returns
        -------
        Complaint

        Raises
        ------
        IllegalMove
            The remedy has not been carried out, or there is no penalty.
        """
        evidence = {"penalty": "; ".join(str(penalty) for penalty in penalties)}
        if prevention:
            evidence["prevention"] = prevention
        case = self.case.move("penalize", at=at, by=by, evidence=evidence)
        return attrs.evolve(self, case=case, penalties=(*self.penalties, *penalties))

    @property
    def _round(self) -> tuple[Move, ...]:
        """The moves since it was opened last."""
        moves = self.case.moves
        opened = [place for place, move in enumerate(moves) if move.trigger == "reopen"]
        return moves[opened[-1] + 1 :] if opened else moves


def _last(moves: tuple[Move, ...], triggers: tuple[str, ...]) -> Move | None:
    return next((move for move in reversed(moves) if move.trigger in triggers), None)


def _handlers(moves: tuple[Move, ...]) -> frozenset[str]:
    did = {move.by for move in moves if move.trigger in {"analyze_cause", "propose"}}
    assigned = _last(moves, ("assign",))
    named = None if assigned is None else assigned.shows("person")
    return frozenset(person for person in (*did, named) if person is not None)


def _check_approvals(case: Case) -> None:
    """Refuse an approval by one who handles the complaint himself (主管领导批示)."""
    begun = 0
    for place, move in enumerate(case.moves):
        if move.trigger == "reopen":
            begun = place + 1
        if move.trigger == "approve" and move.by in _handlers(case.moves[begun:place]):
            raise InvalidValue(
                f"complaint {case.case_id!r}: {move.by!r} handles it and cannot approve the "
                "remedy; somebody else does."
            )
