"""Task: something that somebody is to do by a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, as_day, not_blank
from custrel.model._history import require_flow
from custrel.model.case import Case
from custrel.model.flows import TASK_FLOW

__all__ = ["Task", "due_tasks"]


@attrs.frozen(kw_only=True)
class Task:
    """Something that somebody is to do by a day (销售任务).

    Whether it is done, and who has it, is read off its case; a change is a new task.

    Parameters
    ----------
    case : Case
        Its way through `TASK_FLOW`; whom or what it is about is whom the case is ``about``.
    what : str
        What is to be done.
    due_on : date
        By which day.

    Raises
    ------
    InvalidValue
        It says nothing, or its case goes through another flow.

    See Also
    --------
    task_reminders : Whom to remind of it before it is due.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> task = Task.assign("T-1", "send the sample", to="li", due_on=date(2024, 3, 8), at=monday)
    >>> task.is_overdue(date(2024, 3, 8)), task.is_overdue(date(2024, 3, 9))
    (False, True)
    >>> done = task.complete(at=monday + timedelta(days=5), by="li")
    >>> done.is_done, done.is_overdue(date(2024, 3, 9))
    (True, False)
    """

    case: Case
    what: str = attrs.field(validator=not_blank)
    due_on: date = attrs.field(validator=a_day)

    def __attrs_post_init__(self) -> None:
        require_flow(self.case, TASK_FLOW, "Task")

    @classmethod
    def assign(
        cls, task_id: str, what: str, *, to: str, due_on: date, at: datetime, about: str = ""
    ) -> Task:
        """Return a task that somebody has just been given.

        Parameters
        ----------
        task_id : str
            Its identifier.
        what : str
            What is to be done.
        to : str
            Who has it.
        due_on : date
            By which day.
        at : datetime
            When it was given, with its zone.
        about : str
            Whom or what it is about: a customer's identifier.

        Returns
        -------
        Task
        """
        case = Case(case_id=task_id, flow=TASK_FLOW, opened_at=at, opened_by=to, about=about)
        return cls(case=case, what=what, due_on=due_on)

    @property
    def owner(self) -> str | None:
        """Who has it now."""
        return self.case.owner

    @property
    def is_done(self) -> bool:
        """Whether it is done."""
        return not self.case.is_open

    @property
    def times_urged(self) -> int:
        """How often it was urged (催办)."""
        return sum(move.trigger == "expedite" for move in self.case.moves)

    def is_overdue(self, on: date) -> bool:
        """Tell whether it is open after the day on which it was due.

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        bool
        """
        return not self.is_done and self.due_on < as_day(on, "Task", "on")

    def complete(self, *, at: datetime, by: str) -> Task:
        """Return the task after it was done (已完成任务).

        Parameters
        ----------
        at : datetime
            When, with its zone.
        by : str
            Who did it.

        Returns
        -------
        Task

        Raises
        ------
        IllegalMove
            It is done already.
        """
        return attrs.evolve(self, case=self.case.move("complete", at=at, by=by))

    def expedite(self, *, at: datetime, by: str) -> Task:
        """Return the task after somebody urged it (催办).

        Parameters
        ----------
        at : datetime
            When, with its zone.
        by : str
            Who urged it.

        Returns
        -------
        Task

        Raises
        ------
        IllegalMove
            It is done.
        """
        return attrs.evolve(self, case=self.case.move("expedite", at=at, by=by))


def due_tasks(
    tasks: Iterable[Task], *, on: date, ahead: int = 0, owner: str | None = None
) -> tuple[Task, ...]:
    """Return the open tasks that are due, the longest overdue first (未完成任务).

    Parameters
    ----------
    tasks : iterable of Task
        The tasks, as they are.
    on : date
        The day on which it is asked.
    ahead : int
        For how many days ahead, 0 or more; default: what is due on that day or overdue.
    owner : str, optional
        Whose; default: everybody's.

    Returns
    -------
    tuple of Task

    Raises
    ------
    InvalidValue
        The number of days is below 0.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> call = Task.assign("T-1", "call", to="li", due_on=date(2024, 3, 8), at=monday)
    >>> visit = Task.assign("T-2", "visit", to="li", due_on=date(2024, 3, 6), at=monday)
    >>> [task.what for task in due_tasks([call, visit], on=date(2024, 3, 7), ahead=1)]
    ['visit', 'call']
    """
    if ahead < 0:
        raise InvalidValue(f"due_tasks: days ahead are 0 or more, got {ahead}.")
    last = as_day(on, "due_tasks", "on") + timedelta(days=ahead)
    found = [
        task
        for task in tasks
        if not task.is_done and task.due_on <= last and owner in {None, task.owner}
    ]
    return tuple(sorted(found, key=lambda task: (task.due_on, task.case.case_id)))
