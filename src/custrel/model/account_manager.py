"""ManagerIndicators: what customers' data say of those who look after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from statistics import fmean

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import zone_named
from custrel.model.case import Case
from custrel.model.flow import Outcome
from custrel.model.period import Period

__all__ = ["ManagerIndicators", "manager_indicators"]


@attrs.frozen(kw_only=True)
class ManagerIndicators:
    """What customers' data say of one who looks after them (客户经理能力指标).

    Parameters
    ----------
    manager : str
        Who.
    leads_added : int
        Leads that began in the period: how well he finds customers (开拓能力).
    won, lost : int
        Leads or deals that were won and lost in the period.
    customers : int
        Customers whom he had when the period began.
    customers_lost : int
        How many of them left in the period.
    mean_tenure_days : float or None
        How long those who were with him at its end had been (维护客户的能力).

    Examples
    --------
    >>> li = ManagerIndicators(
    ...     manager="li", leads_added=9, won=3, lost=1, customers=20, customers_lost=2
    ... )
    >>> li.win_rate, li.churn_rate
    (0.75, 0.1)
    """

    manager: str
    leads_added: int
    won: int
    lost: int
    customers: int
    customers_lost: int
    mean_tenure_days: float | None = None

    @property
    def win_rate(self) -> float | None:
        """The part of the decided that he won (销售能力); None where none was decided."""
        decided = self.won + self.lost
        return self.won / decided if decided else None

    @property
    def churn_rate(self) -> float | None:
        """The part of his customers who left (服务能力); None where he had none."""
        return self.customers_lost / self.customers if self.customers else None


def manager_indicators(
    manager: str,
    cases: Iterable[Case],
    customers: Mapping[str, Period],
    *,
    during: Period,
    zone: str = "UTC",
) -> ManagerIndicators:
    """Return the indicators of one who looks after customers.

    Parameters
    ----------
    manager : str
        Who.
    cases : iterable of Case
        Leads and deals; each counts for its owner, at the beginning and at the decision.
    customers : mapping of str to Period
        His customers, and from when until when each was one.
    during : Period
        The period that is looked at, with an end.
    zone : str
        The zone whose days they are: ``"Asia/Shanghai"``.

    Returns
    -------
    ManagerIndicators

    Raises
    ------
    InvalidValue
        The period has no end, or there is no such zone.

    Examples
    --------
    >>> from datetime import date
    >>> served = {
    ...     "C-1": Period(date(2023, 1, 1)),
    ...     "C-2": Period(date(2023, 1, 1), date(2024, 3, 9)),
    ... }
    >>> manager_indicators("li", [], served, during=Period.quarter(2024, 1)).churn_rate
    0.5
    """
    start, end = during.start, during.end
    if end is None:
        raise InvalidValue("manager_indicators: the period needs an end.")
    there = zone_named(zone, "manager_indicators")
    first, last = (datetime.combine(day, time(), there) for day in (start, end))
    mine = list(cases)
    began = [c for c in mine if first <= c.opened_at < last and c.opened_by == manager]
    decided = [outcome for case in mine for outcome in _decisions(case, manager, first, last)]
    had = [period for period in customers.values() if start in period]
    stayed = [
        (end - p.start).days
        for p in customers.values()
        if p.start < end and (p.end is None or p.end >= end)
    ]
    return ManagerIndicators(
        manager=manager,
        leads_added=len(began),
        won=decided.count(Outcome.WON),
        lost=decided.count(Outcome.LOST),
        customers=len(had),
        customers_lost=sum(p.end is not None and p.end < end for p in had),
        mean_tenure_days=fmean(stayed) if stayed else None,
    )


def _decisions(case: Case, manager: str, first: datetime, last: datetime) -> list[Outcome]:
    """Return how a case that somebody owned was decided within a time; won once, while it is paid."""
    found, before = list[Outcome](), Outcome.OPEN
    for spell in case.spells():
        outcome = case.flow.stage(spell.state).outcome
        is_decision = outcome is not before and not outcome.is_open
        if is_decision and first <= spell.start < last and case.owner_at(spell.start) == manager:
            found.append(outcome)
        before = outcome
    return found
