"""ComplaintStatistics: what many complaints say together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from custrel.model.complaint import Complaint
from custrel.model.complaint_policy import ComplaintPolicy

__all__ = ["ComplaintStatistics", "complaint_statistics"]


@attrs.frozen(kw_only=True)
class ComplaintStatistics:
    """What many complaints say together (投诉统计).

    Parameters
    ----------
    subject : str or None
        What they are about; None: all of them.
    complaints : int
        How many there are.
    founded, unfounded : int
        How many were found to have ground and to have none; the rest is not judged.
    closed : int
        How many are closed.
    in_time : int
        How many of the closed were closed within the promised time.
    reopened : int
        How many came back after they were closed.
    recovered : int
        In how many all steps of recovery were made.
    opportunities : int
        How many became an opportunity of a sale.
    asked, fair_and_reasonable : int
        How many customers said whether it was settled fairly and reasonably, and how many of
        them found that it was both.

    Examples
    --------
    >>> count = ComplaintStatistics(
    ...     subject=None, complaints=8, closed=5, in_time=4, opportunities=2
    ... )
    >>> count.in_time_rate, count.conversion_rate
    (0.8, 0.25)
    """

    subject: str | None
    complaints: int
    founded: int = 0
    unfounded: int = 0
    closed: int = 0
    in_time: int = 0
    reopened: int = 0
    recovered: int = 0
    opportunities: int = 0
    asked: int = 0
    fair_and_reasonable: int = 0

    @property
    def in_time_rate(self) -> float | None:
        """Part of the closed that were closed in time (及时); None where none is closed."""
        return _part(self.in_time, self.closed)

    @property
    def reopened_rate(self) -> float | None:
        """Part of all that came back; None where there are none."""
        return _part(self.reopened, self.complaints)

    @property
    def conversion_rate(self) -> float | None:
        """Part of all that became an opportunity of a sale; None where there are none."""
        return _part(self.opportunities, self.complaints)

    @property
    def fair_rate(self) -> float | None:
        """Part of those asked who found it fair and reasonable; None where nobody was."""
        return _part(self.fair_and_reasonable, self.asked)


def complaint_statistics(
    complaints: Iterable[Complaint], policy: ComplaintPolicy, *, as_of: datetime
) -> tuple[ComplaintStatistics, ...]:
    """Count complaints by what they are about.

    Parameters
    ----------
    complaints : iterable of Complaint
        The complaints; those recorded later than `as_of` are not counted.
    policy : ComplaintPolicy
        What was promised.
    as_of : datetime
        When it is asked, with its zone.

    Returns
    -------
    tuple of ComplaintStatistics
        One for each subject, the most frequent first; the last is all of them together.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import WorkCalendar
    >>> policy = ComplaintPolicy(calendar=WorkCalendar.weekdays("09:00-17:00"))
    >>> opened = datetime(2024, 3, 8, 16, tzinfo=UTC)
    >>> complaint = Complaint.record("P-7", "C-1", "facility/elevator", at=opened, by="desk")
    >>> [
    ...     (row.subject, row.complaints)
    ...     for row in complaint_statistics([complaint], policy, as_of=opened)
    ... ]
    [('facility', 1), (None, 1)]
    """
    past = [seen for seen in (c.until(as_of) for c in complaints) if seen is not None]
    groups: dict[str, list[Complaint]] = {}
    for complaint in past:
        groups.setdefault(complaint.subject, []).append(complaint)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return (
        *(_count(subject, group, policy, as_of) for subject, group in ranked),
        _count(None, past, policy, as_of),
    )


def _count(
    subject: str | None, group: list[Complaint], policy: ComplaintPolicy, as_of: datetime
) -> ComplaintStatistics:
    closed = [complaint for complaint in group if not complaint.case.is_open]
    answers = [(complaint.found_fair, complaint.found_reasonable) for complaint in group]
    said = [answer for answer in answers if None not in answer]
    return ComplaintStatistics(
        subject=subject,
        complaints=len(group),
        founded=sum(complaint.is_founded is True for complaint in group),
        unfounded=sum(complaint.is_founded is False for complaint in group),
        closed=len(closed),
        in_time=sum(not policy.clocks(c, as_of=as_of)["resolve"].is_late for c in closed),
        reopened=sum(complaint.times_reopened > 0 for complaint in group),
        recovered=sum(complaint.is_recovered for complaint in group),
        opportunities=sum(complaint.opportunity_id is not None for complaint in group),
        asked=len(said),
        fair_and_reasonable=sum(all(answer) for answer in said),
    )


def _part(some: int, of: int) -> float | None:
    return some / of if of else None
