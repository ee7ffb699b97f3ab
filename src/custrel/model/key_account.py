"""KeyAccount: a customer of strategic importance, with the team and the plan that he has."""

from __future__ import annotations

from datetime import date

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, a_day_or_none, as_day, as_texts, not_blank
from custrel.model.account_team import AccountTeam
from custrel.model.task import Task, due_tasks

__all__ = ["AccountTarget", "KeyAccount"]


@attrs.frozen(kw_only=True)
class AccountTarget:
    """What is to be reached with a key account, in figures.

    Parameters
    ----------
    measure : str
        What is measured: ``"annual_profit"``, ``"share_of_wallet_growth"``.
    target : float
        What is to be reached, above 0.
    due_on : date
        By which day.
    reached : float or None
        What has been reached; None: nobody has measured it.

    Raises
    ------
    InvalidValue
        The measure is blank, or the target not above 0.

    Examples
    --------
    >>> profit = AccountTarget(
    ...     measure="annual_profit", target=200_000, reached=150_000, due_on=date(2024, 12, 31)
    ... )
    >>> profit.attainment, profit.is_missed(date(2025, 1, 1))
    (0.75, True)
    """

    measure: str = attrs.field(validator=not_blank)
    target: float = attrs.field(converter=float)
    due_on: date = attrs.field(validator=a_day)
    reached: float | None = attrs.field(default=None, converter=attrs.converters.optional(float))

    def __attrs_post_init__(self) -> None:
        if not self.target > 0:
            raise InvalidValue(
                f"AccountTarget: what is to be reached of {self.measure!r} is above 0, got "
                f"{self.target:g}."
            )

    @property
    def attainment(self) -> float | None:
        """What has been reached, as a part of the target (目标达成率); None where nobody measured."""
        return None if self.reached is None else self.reached / self.target

    def is_missed(self, on: date) -> bool:
        """Tell whether its day has passed and it was not reached, or nobody measured.

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        bool
        """
        return self.due_on < as_day(on, "AccountTarget", "on") and (
            self.reached is None or self.reached < self.target
        )


@attrs.frozen(kw_only=True)
class KeyAccount:
    """A customer of strategic importance, with the team and the plan that he has (大客户).

    Parameters
    ----------
    customer_id : str
        Who.
    since : date
        Since when he is one.
    criteria : sequence of str
        What makes him one: ``"strategic"``, ``"profit"``, ``"low_cost"``.
    team : AccountTeam or None
        Who looks after him; None: nobody has been named.
    plan : sequence of Task
        What is to be done with him.
    targets : sequence of AccountTarget
        What is to be reached, each measure once.
    review_on : date or None
        When it is next decided whether he stays one.

    Raises
    ------
    InvalidValue
        The identifier is blank, there is no criterion, a task is about somebody else, two
        targets have one measure, or the review is before he became one.

    See Also
    --------
    custrel.segmentation.KeyAccountRule : Who is a key account.
    custrel.segmentation.ACCOUNT_MANAGER : How those who manage them are evaluated.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> monday = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> mill = KeyAccount(
    ...     customer_id="C-7",
    ...     since=date(2024, 1, 1),
    ...     criteria=["strategic"],
    ...     plan=[
    ...         Task.assign(
    ...             "T-1",
    ...             "offer a frame contract",
    ...             to="li",
    ...             due_on=date(2024, 3, 8),
    ...             at=monday,
    ...             about="C-7",
    ...         )
    ...     ],
    ... )
    >>> [task.what for task in mill.overdue(date(2024, 3, 9))]
    ['offer a frame contract']
    >>> mill.gaps(date(2024, 3, 9))
    ('team', 'targets', 'review')
    """

    customer_id: str = attrs.field(validator=not_blank)
    since: date = attrs.field(validator=a_day)
    criteria: tuple[str, ...] = attrs.field(converter=as_texts)
    team: AccountTeam | None = None
    plan: tuple[Task, ...] = attrs.field(default=(), converter=tuple[Task, ...])
    targets: tuple[AccountTarget, ...] = attrs.field(
        default=(), converter=tuple[AccountTarget, ...]
    )
    review_on: date | None = attrs.field(default=None, validator=a_day_or_none)

    def __attrs_post_init__(self) -> None:
        measures = [target.measure for target in self.targets]
        strangers = [task for task in self.plan if task.case.about != self.customer_id]
        wrong = None
        if not self.criteria:
            wrong = "say by which criteria it is one"
        elif strangers:
            case = strangers[0].case
            wrong = f"task {case.case_id!r} of its plan is about {case.about!r}"
        elif len(set(measures)) < len(measures):
            wrong = f"each measure has one target, got {', '.join(measures)}"
        elif self.review_on is not None and self.review_on < self.since:
            wrong = f"its review on {self.review_on} is before it became one on {self.since}"
        if wrong is not None:
            raise InvalidValue(f"key account {self.customer_id!r}: {wrong}.")

    def due(self, on: date, *, ahead: int = 7) -> tuple[Task, ...]:
        """Return what of the plan is open and due, the longest overdue first.

        Parameters
        ----------
        on : date
            The day on which it is asked.
        ahead : int
            For how many days ahead, 0 or more.

        Returns
        -------
        tuple of Task
        """
        return due_tasks(self.plan, on=on, ahead=ahead)

    def overdue(self, on: date) -> tuple[Task, ...]:
        """Return what of the plan should have been done before a day and is not.

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        tuple of Task
            The longest overdue first.
        """
        return tuple(task for task in self.due(on, ahead=0) if task.is_overdue(on))

    def plan_attainment(self, on: date) -> float | None:
        """Return the part of what was due before a day that is done (计划完成率).

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        float or None
            From 0 to 1; None where nothing was due.
        """
        was_due = [task.is_done for task in self.plan if task.due_on < on]
        return sum(was_due) / len(was_due) if was_due else None

    @property
    def attainments(self) -> dict[str, float]:
        """What has been reached of each target that was measured, as a part of it."""
        reached = {target.measure: target.attainment for target in self.targets}
        return {measure: part for measure, part in reached.items() if part is not None}

    def gaps(self, on: date) -> tuple[str, ...]:
        """Return what the account lacks.

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        tuple of str
            Of ``"team"``, ``"functions"``, ``"duties"`` (nobody has them), ``"plan"``,
            ``"targets"`` (there is none) and ``"review"`` (none is set, or its day has passed).
        """
        team = self.team
        lacks = {
            "team": team is None,
            "functions": team is not None and bool(team.missing_functions),
            "duties": team is not None and bool(team.missing_duties),
            "plan": not self.plan,
            "targets": not self.targets,
            "review": self.review_on is None or self.review_on < on,
        }
        return tuple(name for name, is_lacking in lacks.items() if is_lacking)
