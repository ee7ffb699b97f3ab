"""Alarm: a case that has stayed in one stage for too long, and who is to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from custrel.model._checks import in_utc
from custrel.model._codes import Code
from custrel.model.case import Case
from custrel.model.flow import Flow

__all__ = ["Alarm", "StallDecision", "decide", "overdue"]

_DAY = 86_400.0


class StallDecision(Code):
    """What is done about a case that does not move: push on, or drop it (继续攻坚、放弃).

    Each is the trigger of a move, so that the decision stands in the case's history.

    Examples
    --------
    >>> StallDecision("push_on")
    <StallDecision.PUSH_ON: 'push_on'>
    """

    PUSH_ON = "push_on"
    DROP = "drop"


@attrs.frozen(kw_only=True)
class Alarm:
    """A case that has stayed in one stage for too long (停留时间报警).

    Parameters
    ----------
    case_id : str
        The case.
    about : str
        Whom or what it is about.
    state : str
        The stage.
    since : datetime
        Since when its time counts.
    days : float
        How long that is.
    limit_days : float
        How long it may be.
    tell : tuple of str
        Who is to be told.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custrel.model import SALES_LIFE_FLOW
    >>> case = Case(
    ...     case_id="C-7",
    ...     flow=SALES_LIFE_FLOW,
    ...     opened_at=datetime(2024, 3, 1, tzinfo=UTC),
    ...     opened_by="li",
    ... )
    >>> alarms = overdue([case], as_of=datetime(2024, 3, 16, tzinfo=UTC), managers={"li": "wang"})
    >>> alarms[0].days, alarms[0].tell
    (15.0, ('li', 'wang'))
    """

    case_id: str
    about: str
    state: str
    since: datetime = attrs.field(converter=in_utc)
    days: float
    limit_days: float
    tell: tuple[str, ...] = attrs.field(converter=tuple[str, ...])


def overdue(
    cases: Iterable[Case],
    *,
    as_of: datetime,
    managers: Mapping[str, str] | None = None,
    flow: Flow | None = None,
) -> tuple[Alarm, ...]:
    """Return the cases that have stayed in one stage for too long.

    Parameters
    ----------
    cases : iterable of Case
        The cases; those that are closed ring no bell.
    as_of : datetime
        When it is asked, with its zone; what happened later does not count.
    managers : mapping of str to str, optional
        Who is the manager of whom; a stage that tells the ``"manager"`` means the owner's.
    flow : Flow, optional
        Whose limits count; default: those of each case's own flow.

    Returns
    -------
    tuple of Alarm
        The longest overdue first.  A case rings on the day on which it reaches the limit.  Where
        somebody has decided to push on, its time counts from then; a hand-over changes nothing.
        A role for which nobody is known stands as it is, so that no alarm is told to nobody.

    Raises
    ------
    UnknownCode
        A case is in a stage that the flow does not have.

    See Also
    --------
    decide : Push on or drop.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custrel.model import SALES_LIFE_FLOW
    >>> start = datetime(2024, 3, 1, tzinfo=UTC)
    >>> case = Case(case_id="C-7", flow=SALES_LIFE_FLOW, opened_at=start)
    >>> overdue([case], as_of=datetime(2024, 3, 15, 23, 59, tzinfo=UTC))
    ()
    >>> overdue([case], as_of=datetime(2024, 3, 16, tzinfo=UTC))[0].tell
    ('owner', 'manager')
    """
    alarms = []
    for case in (case.until(as_of) for case in cases):
        if case is None:
            continue
        stage = (flow or case.flow).stage(case.state)
        limit, since = stage.limit_days, _counts_from(case)
        days = (as_of - since).total_seconds() / _DAY
        if limit is None or days < limit or not case.is_open:
            continue
        alarms.append(
            Alarm(
                case_id=case.case_id,
                about=case.about,
                state=case.state,
                since=since,
                days=days,
                limit_days=limit,
                tell=[_person(role, case.owner, managers or {}) for role in stage.tell],
            )
        )
    return tuple(sorted(alarms, key=lambda alarm: (alarm.limit_days - alarm.days, alarm.case_id)))


def decide(
    case: Case, decision: StallDecision | str, *, at: datetime, by: str, reason: str
) -> Case:
    """Return the case after the decision to push on or to drop it.

    Parameters
    ----------
    case : Case
        The case.
    decision : StallDecision or str
        What is to be done.
    at : datetime
        When, with its zone.
    by : str
        Who decides.
    reason : str
        Why: nobody had visited, it was handled badly, there is nothing to be had.

    Returns
    -------
    Case

    Raises
    ------
    IllegalMove
        The flow does not know the decision in this stage.
    UnknownCode
        There is no such decision.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custrel.model import SALES_LIFE_FLOW
    >>> case = Case(case_id="C-7", flow=SALES_LIFE_FLOW, opened_at=datetime(2024, 3, 1, tzinfo=UTC))
    >>> when = datetime(2024, 3, 16, tzinfo=UTC)
    >>> decide(case, "drop", at=when, by="li", reason="went bankrupt").outcome
    <Outcome.LOST: 'lost'>
    """
    return case.move(StallDecision(decision).value, at=at, by=by, evidence={"reason": reason})


def _counts_from(case: Case) -> datetime:
    """Return when the stage was entered, or when somebody last decided to push on in it."""
    pushed = case.last(StallDecision.PUSH_ON)
    return case.since if pushed is None else max(case.since, pushed.at)


def _person(role: str, owner: str | None, managers: Mapping[str, str]) -> str:
    """Return who has a role in a case."""
    people = {"owner": owner, "manager": managers.get(owner or "")}
    return people.get(role) or role
