"""ComplaintPolicy: what the firm promises those who complain, and the principles it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import attrs

from custrel.errors import InvalidRule
from custrel.labels import label
from custrel.model._checks import as_texts
from custrel.model._codes import Code
from custrel.model.complaint import Complaint
from custrel.model.service_clock import ServiceClock, service_clock
from custrel.model.work_calendar import WorkCalendar
from custrel.rules import Rule

__all__ = ["ComplaintPolicy", "ComplaintPrinciple", "Violation"]


class ComplaintPrinciple(Code):
    """The four principles of handling complaints (投诉处理原则).

    Examples
    --------
    >>> [principle.value for principle in ComplaintPrinciple]
    ['follow_rules', 'prompt', 'clear_responsibility', 'on_file']
    """

    FOLLOW_RULES = "follow_rules"
    PROMPT = "prompt"
    CLEAR_RESPONSIBILITY = "clear_responsibility"
    ON_FILE = "on_file"


@attrs.frozen
class Violation:
    """A principle that the handling of a complaint violates, and why.

    Parameters
    ----------
    principle : ComplaintPrinciple or str
        Which.
    why : str
        What is wrong.

    Examples
    --------
    >>> print(Violation("prompt", "resolve: 90 of 80 working hours"))
    Prompt handling: resolve: 90 of 80 working hours
    """

    principle: ComplaintPrinciple = attrs.field(converter=ComplaintPrinciple)
    why: str

    def __str__(self) -> str:
        return f"{label(self.principle)}: {self.why}"


# What each promise is about: the moves that keep it.
_PROMISES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "acknowledge": ("acknowledge", "accept", "reject"),
        "respond": ("notify",),
        "resolve": ("close",),
    }
)


def _above_zero(_: ComplaintPolicy, attribute: attrs.Attribute[float], value: float) -> None:
    if not value > 0:
        raise InvalidRule(f"ComplaintPolicy: {attribute.alias} must be above 0, got {value}.")


def _as_hours(hours: Any) -> float:
    return float(hours)


@attrs.frozen(kw_only=True)
class ComplaintPolicy(Rule):
    """What the firm promises those who complain (投诉处理制度).

    Parameters
    ----------
    calendar : WorkCalendar
        When the firm is at work.
    acknowledge_hours, respond_hours, resolve_hours : float
        Working time until the complaint is acknowledged, the customer is told the answer, and
        it is closed; the defaults, a day, a week and two weeks of eight hours, are own.
    subjects : sequence of str
        The categories for which there are rules; default: those of the sources.
    paused_in : sequence of str
        Stages in which the clock stands; default: while the customer's feedback is awaited.

    Raises
    ------
    InvalidRule
        A time is not above 0.

    References
    ----------
    .. [1] ISO 10002:2018, Quality management: Customer satisfaction: Guidelines for complaints
       handling in organizations.

    Examples
    --------
    >>> from datetime import UTC
    >>> policy = ComplaintPolicy(calendar=WorkCalendar.weekdays("09:00-17:00"))
    >>> opened = datetime(2024, 3, 8, 16, tzinfo=UTC)
    >>> complaint = Complaint.record("P-7", "C-1001", "rats", at=opened, by="desk")
    >>> for violation in policy.violations(complaint, as_of=datetime(2024, 3, 12, 9, tzinfo=UTC)):
    ...     print(violation)
    By the rules: there is no rule for 'rats'
    Prompt handling: acknowledge: 9 of 8 working hours
    """

    calendar: WorkCalendar
    acknowledge_hours: float = attrs.field(default=8.0, converter=_as_hours, validator=_above_zero)
    respond_hours: float = attrs.field(default=40.0, converter=_as_hours, validator=_above_zero)
    resolve_hours: float = attrs.field(default=80.0, converter=_as_hours, validator=_above_zero)
    subjects: tuple[str, ...] = attrs.field(
        default=("product", "service", "staff_attitude", "facility", "other"), converter=as_texts
    )
    paused_in: tuple[str, ...] = attrs.field(default=("notified",), converter=as_texts)

    def clocks(self, complaint: Complaint, *, as_of: datetime) -> dict[str, ServiceClock]:
        """Return the three clocks of a complaint: acknowledge, respond, resolve.

        Parameters
        ----------
        complaint : Complaint
            The complaint; one that was opened again has new clocks.
        as_of : datetime
            When it is asked, with its zone.

        Returns
        -------
        dict of str to ServiceClock
            None of them before it was recorded.
        """
        hours = {
            "acknowledge": self.acknowledge_hours,
            "respond": self.respond_hours,
            "resolve": self.resolve_hours,
        }
        past = complaint.until(as_of)
        if past is None:
            return {}
        clocks = {
            name: service_clock(
                past.case,
                self.calendar,
                hours[name],
                until=triggers,
                as_of=as_of,
                since=past.opened_at,
                paused_in=self.paused_in,
            )
            for name, triggers in _PROMISES.items()
        }
        return {name: clock for name, clock in clocks.items() if clock is not None}

    def violations(self, complaint: Complaint, *, as_of: datetime) -> tuple[Violation, ...]:
        """Return which of the four principles its handling violates, and why.

        Parameters
        ----------
        complaint : Complaint
            The complaint.
        as_of : datetime
            When it is asked, with its zone.

        Returns
        -------
        tuple of Violation
            None of them where all is well.  By the rules (有章可循): there is a rule for its
            category and for each penalty.  Prompt (及时处理): no clock has run out.  Clear
            responsibility (分清责任): one that is founded has a department and a person.  On
            file (留档分析): the evidence of the steps that were made says something.
        """
        past = complaint.until(as_of)
        return () if past is None else tuple(self._found(past, as_of))

    def _found(self, complaint: Complaint, as_of: datetime) -> Iterator[Violation]:
        rules, prompt, responsible, file = ComplaintPrinciple
        if complaint.subject not in self.subjects:
            yield Violation(rules, f"there is no rule for {complaint.subject!r}")
        for penalty in complaint.penalties:
            if not penalty.rule.strip():
                yield Violation(rules, f"no rule provides for the penalty of {penalty.person!r}")
        for name, clock in self.clocks(complaint, as_of=as_of).items():
            if clock.is_late:
                used = f"{clock.used_hours:.3g} of {clock.allowed_hours:.3g} working hours"
                yield Violation(prompt, f"{name}: {used}")
        if complaint.is_founded and not complaint.step("assign").is_done:
            yield Violation(responsible, "no department and person is responsible")
        for step in complaint.steps:
            for key, said in step.evidence:
                if not said.strip():
                    principle = responsible if step.step == "assign" else file
                    yield Violation(principle, f"{step.step}: {key} says nothing")
