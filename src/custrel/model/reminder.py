"""Reminder: who is to be told of what on which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, as_texts, not_blank
from custrel.model.period import Period
from custrel.model.task import Task

__all__ = ["Reminder", "task_reminders"]


@attrs.frozen(kw_only=True)
class Reminder:
    """Who is to be told of what on which day (提示).

    Parameters
    ----------
    on : date
        The day.
    topic : str
        What of.
    tell : sequence of str
        Whom; where nobody is known, the role: ``"owner"``.
    about : str
        Whom or what it is about: a customer's identifier.

    Raises
    ------
    InvalidValue
        It says nothing.

    Examples
    --------
    >>> Reminder(on=date(2024, 3, 7), topic="send the sample", tell="li", about="C-7").tell
    ('li',)
    """

    on: date = attrs.field(validator=a_day)
    topic: str = attrs.field(validator=not_blank)
    tell: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    about: str = ""


def in_order_of_day(reminders: Iterable[Reminder]) -> tuple[Reminder, ...]:
    """Return reminders by day, customer and topic."""
    return tuple(sorted(reminders, key=lambda found: (found.on, found.about, found.topic)))


def task_reminders(
    tasks: Iterable[Task], during: Period, *, days_before: Iterable[int] = (1, 0)
) -> tuple[Reminder, ...]:
    """Return which open tasks their owners are to be reminded of, and when (预约提示).

    Parameters
    ----------
    tasks : iterable of Task
        The tasks.
    during : Period
        The days that are looked at.
    days_before : iterable of int
        How many days before it is due somebody is reminded, each 0 or more.

    Returns
    -------
    tuple of Reminder
        In the order of their days.

    Raises
    ------
    InvalidValue
        A number of days is below 0.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> monday = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> task = Task.assign("T-1", "send the sample", to="li", due_on=date(2024, 3, 8), at=monday)
    >>> for reminder in task_reminders([task], Period.month(2024, 3)):
    ...     print(reminder.on, reminder.topic, reminder.tell)
    2024-03-07 send the sample ('li',)
    2024-03-08 send the sample ('li',)
    """
    before = sorted(set(days_before))
    if before and before[0] < 0:
        raise InvalidValue(f"task_reminders: days before are 0 or more, got {before[0]}.")
    return in_order_of_day(
        Reminder(
            on=day, topic=task.what, tell=task.owner or "owner",
            about=task.case.about,
        )
        for task in tasks if not task.is_done
        for day in (task.due_on - timedelta(days=days) for days in before)
        if day in during
    )  # fmt: skip
