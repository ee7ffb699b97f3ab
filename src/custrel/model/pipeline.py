"""Pipeline: how many cases pass each stage of a flow, how long it takes, and what stands still."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

import attrs

from custrel.model.case import Case
from custrel.model.contact import Interaction
from custrel.model.flow import Flow, Outcome

__all__ = [
    "PipelineSummary",
    "StageEfficiency",
    "loss_reasons",
    "pipeline_summary",
    "stage_efficiency",
    "stale_cases",
]

_DAY = timedelta(days=1)


@attrs.frozen(kw_only=True)
class StageEfficiency:
    """How many cases came to a stage and passed it (环节效率比).

    Parameters
    ----------
    stage : str
        The stage.
    entered : int
        How many cases ever were in it.
    passed : int
        How many of them came to a later stage that is not a loss.
    lost : int
        How many were lost from it and are still.
    mean_days : float or None
        How long a stay that has ended lasted on average; None where none has.

    Examples
    --------
    >>> StageEfficiency(stage="appointment", entered=8, passed=6, lost=1).rate
    0.75
    """

    stage: str
    entered: int
    passed: int
    lost: int
    mean_days: float | None = None

    @property
    def rate(self) -> float | None:
        """The part that passed; None where no case came to it."""
        return self.passed / self.entered if self.entered else None


def stage_efficiency(
    cases: Iterable[Case], flow: Flow, *, as_of: datetime
) -> tuple[StageEfficiency, ...]:
    """Return how many cases came to each stage of a flow and passed it: the funnel.

    Parameters
    ----------
    cases : iterable of Case
        The cases; those of another flow are not counted.
    flow : Flow
        Their flow; its order of stages says which is later.
    as_of : datetime
        When it is asked, with its zone; what happened later does not count.

    Returns
    -------
    tuple of StageEfficiency
        One for each stage that is not a loss, in the flow's order.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import SALES_FLOW
    >>> first = datetime(2024, 3, 1, tzinfo=UTC)
    >>> case = Case(case_id="D-1", flow=SALES_FLOW, opened_at=first)
    >>> met = case.move("advance", at=first + timedelta(days=2), by="li")
    >>> call = stage_efficiency([case, met], SALES_FLOW, as_of=first + timedelta(days=9))[0]
    >>> call.stage, call.entered, call.passed, call.mean_days
    ('phone_call', 2, 1, 2.0)
    """
    stages = [stage.code for stage in flow.stages if stage.outcome is not Outcome.LOST]
    place = {code: number for number, code in enumerate(stages)}
    entered, passed, lost = Counter[str](), Counter[str](), Counter[str]()
    stays: dict[str, list[float]] = {code: [] for code in stages}
    for case in _past(cases, as_of):
        if case.flow.name != flow.name:
            continue
        spells = case.spells()
        way = [spell.state for spell in spells]
        entered.update(set(way) & place.keys())
        passed.update(
            {here for n, here in enumerate(way) if here in place
             and any(place.get(there, -1) > place[here] for there in way[n + 1 :])}
        )  # fmt: skip
        if case.outcome is Outcome.LOST and len(way) > 1:
            lost[way[-2]] += 1
        for spell, _ in pairwise(spells):
            if spell.duration is not None and spell.state in stays:
                stays[spell.state].append(spell.duration / _DAY)
    return tuple(
        StageEfficiency(
            stage=code,
            entered=entered[code],
            passed=passed[code],
            lost=lost[code],
            mean_days=fmean(stays[code]) if stays[code] else None,
        )
        for code in stages
    )


@attrs.frozen(kw_only=True)
class PipelineSummary:
    """What became of many leads or deals (销售漏斗汇总).

    Parameters
    ----------
    open, won, lost : int
        How many are open, were won, were lost; what was won stays so while it is delivered.
    mean_cycle_days, median_cycle_days : float or None
        How long it took from the beginning until they were won; None where none was.

    Examples
    --------
    >>> PipelineSummary(open=4, won=3, lost=9).close_rate
    0.25
    """

    open: int
    won: int
    lost: int
    mean_cycle_days: float | None = None
    median_cycle_days: float | None = None

    @property
    def close_rate(self) -> float | None:
        """The part of the decided that was won (赢得客户的比率); None where none is decided."""
        decided = self.won + self.lost
        return self.won / decided if decided else None


def pipeline_summary(cases: Iterable[Case], *, as_of: datetime) -> PipelineSummary:
    """Return what became of cases, and how long those that were won took.

    Parameters
    ----------
    cases : iterable of Case
        The cases, of any flow.
    as_of : datetime
        When it is asked, with its zone; what happened later does not count.

    Returns
    -------
    PipelineSummary

    Examples
    --------
    >>> from datetime import UTC
    >>> pipeline_summary([], as_of=datetime(2024, 3, 1, tzinfo=UTC)).close_rate is None
    True
    """
    past = _past(cases, as_of)
    outcomes = Counter(case.outcome for case in past)
    cycles = [
        (_won_at(case) - case.opened_at) / _DAY for case in past if case.outcome is Outcome.WON
    ]
    return PipelineSummary(
        open=outcomes[Outcome.OPEN] + outcomes[Outcome.PAUSED],
        won=outcomes[Outcome.WON],
        lost=outcomes[Outcome.LOST],
        mean_cycle_days=fmean(cycles) if cycles else None,
        median_cycle_days=median(cycles) if cycles else None,
    )


def loss_reasons(cases: Iterable[Case], *, as_of: datetime) -> dict[str, int]:
    """Count why cases that are lost were lost (包括失败的业务).

    Parameters
    ----------
    cases : iterable of Case
        The cases.
    as_of : datetime
        When it is asked, with its zone.

    Returns
    -------
    dict of str to int
        How often each reason was given, the most frequent first; blank where none was.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import DEAL_FLOW
    >>> first = datetime(2024, 3, 1, tzinfo=UTC)
    >>> deal = Case(case_id="D-1", flow=DEAL_FLOW, opened_at=first)
    >>> lost = deal.move("lose", at=first, by="li", evidence={"reason": "price"})
    >>> loss_reasons([lost], as_of=first)
    {'price': 1}
    """
    found = Counter(
        next((m.shows("reason") or "" for m in reversed(case.moves) if m.source != m.target), "")
        for case in _past(cases, as_of)
        if case.outcome is Outcome.LOST
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def stale_cases(
    cases: Iterable[Case],
    interactions: Iterable[Interaction] = (),
    *,
    as_of: datetime,
    days: float = 30.0,
) -> tuple[Case, ...]:
    """Return the open cases for which nothing was done for too long (每月至少有一个“一般行动”).

    Parameters
    ----------
    cases : iterable of Case
        The cases.
    interactions : iterable of Interaction
        The contacts; one that names the case keeps it fresh, as its moves do.
    as_of : datetime
        When it is asked, with its zone; what happened later does not count.
    days : float
        How long is too long; the sources ask for an action a month.

    Returns
    -------
    tuple of Case
        The longest untouched first.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import LEAD_FLOW
    >>> lead = Case(case_id="L-1", flow=LEAD_FLOW, opened_at=datetime(2024, 3, 1, tzinfo=UTC))
    >>> [case.case_id for case in stale_cases([lead], as_of=datetime(2024, 4, 1, tzinfo=UTC))]
    ['L-1']
    """
    touched: dict[str, datetime] = {}
    for contact in interactions:
        if contact.case_id is not None and contact.at <= as_of:
            touched[contact.case_id] = max(contact.at, touched.get(contact.case_id, contact.at))
    found = []
    for case in _past(cases, as_of):
        moved = case.moves[-1].at if case.moves else case.opened_at
        last = max(moved, touched.get(case.case_id, moved))
        if case.is_open and (as_of - last) / _DAY > days:
            found.append((last, case.case_id, case))
    return tuple(case for _, _, case in sorted(found, key=lambda item: item[:2]))


def _past(cases: Iterable[Case], as_of: datetime) -> list[Case]:
    return [past for case in cases if (past := case.until(as_of)) is not None]


def _won_at(case: Case) -> datetime:
    """Return when a case that is won was won: the first stage of its last run of won ones."""
    at = case.since
    for spell in reversed(case.spells()):
        if case.flow.stage(spell.state).outcome is not Outcome.WON:
            break
        at = spell.start
    return at
