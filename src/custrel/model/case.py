"""Case: one thing that goes through a flow, and all that happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import as_instant, aware, in_utc, not_blank
from custrel.model._history import check_history, check_move, in_order, refusal
from custrel.model.flow import Flow, Outcome
from custrel.model.hand_over import HandOver, in_order_of_time, owner_at
from custrel.model.move import Move
from custrel.model.spell import Spell

__all__ = ["Case", "stage_counts"]


def _as_flow(flow: Flow) -> Flow:
    if not isinstance(flow, Flow):
        raise InvalidValue(
            f"Case: flow must be a Flow, got {flow!r}; FLOWS has those of the package."
        )
    return flow


@attrs.frozen(kw_only=True)
class Case:
    """One thing that goes through a flow; it is its history (个案).

    The stage, since when, how long, who owns it: all of that is read off the moves and
    hand-overs, and nothing of it is stored.  A change is a new case.

    Parameters
    ----------
    case_id : str
        Its identifier.
    flow : Flow
        The flow that it goes through.
    opened_at : datetime
        When it began, with its zone.
    opened_by : str or None
        Who owns it until it is handed over.
    about : str
        Whom or what it is about: a customer's identifier.
    start : str
        The stage that it began in; default: the flow's first.
    moves : iterable of Move
        What happened, in any order: they are put in the order of their time.
    hand_overs : iterable of HandOver
        From whom to whom it went, in any order.

    Raises
    ------
    IllegalMove
        The flow does not allow this history.
    InvalidValue
        An identifier is blank, an instant has no zone, something happened before the case
        began, or two different moves or hand-overs claim one place.
    UnknownCode
        There is no such stage to begin in.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custrel.model import Stage
    >>> flow = Flow("order", ["asked", Stage("signed", "won")], [("asked", "sign", "signed")])
    >>> case = Case(case_id="D-7", flow=flow, opened_at=datetime(2024, 3, 1, tzinfo=UTC))
    >>> signed = case.move("sign", at=datetime(2024, 3, 9, tzinfo=UTC), by="li")
    >>> case.state, signed.state, signed.outcome.value
    ('asked', 'signed', 'won')
    >>> [(spell.state, str(spell.duration)) for spell in signed.spells()]
    [('asked', '8 days, 0:00:00'), ('signed', 'None')]
    """

    case_id: str = attrs.field(validator=not_blank)
    flow: Flow = attrs.field(converter=_as_flow, hash=False, repr=lambda flow: repr(flow.name))
    opened_at: datetime = attrs.field(converter=in_utc, validator=aware, hash=False)
    opened_by: str | None = attrs.field(default=None, hash=False)
    about: str = attrs.field(default="", hash=False)
    start: str = attrs.field(
        default=attrs.Factory(lambda self: self.flow.initial, takes_self=True), hash=False
    )
    moves: tuple[Move, ...] = attrs.field(default=(), converter=in_order, hash=False)
    hand_overs: tuple[HandOver, ...] = attrs.field(
        default=(), converter=in_order_of_time, hash=False
    )

    def __attrs_post_init__(self) -> None:
        check_history(self)

    # ------------------------------------------------------------------------- what it is now

    @property
    def state(self) -> str:
        """The stage that it is in."""
        return self.moves[-1].target if self.moves else self.start

    @property
    def outcome(self) -> Outcome:
        """What its stage means for those who count."""
        return self.flow.stage(self.state).outcome

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.outcome.is_open

    @property
    def since(self) -> datetime:
        """When it came to the stage that it is in; a move within the stage changes nothing."""
        return next(
            (move.at for move in reversed(self.moves) if move.source != move.target),
            self.opened_at,
        )

    @property
    def closed_at(self) -> datetime | None:
        """When it was won, lost or ended; None while it is open."""
        return None if self.is_open else self.since

    @property
    def owner(self) -> str | None:
        """Who has it now."""
        return owner_at(self.opened_by, self.hand_overs)

    @property
    def legal(self) -> tuple[str, ...]:
        """The moves that the flow allows from here."""
        return tuple(rule.trigger for rule in self.flow.allowed(self.state))

    # --------------------------------------------------------------------------- what it was

    def until(self, moment: datetime) -> Case | None:
        """Return the case as it was at an instant: without what happened later.

        Parameters
        ----------
        moment : datetime
            The instant, with its zone.

        Returns
        -------
        Case or None
            None before it began.

        Raises
        ------
        InvalidValue
            The instant is none, or has no zone.
        """
        seen = as_instant(moment, f"case {self.case_id!r}", "the moment asked for")
        if seen < self.opened_at:
            return None
        moves = tuple(move for move in self.moves if move.at <= seen)
        acts = tuple(act for act in self.hand_overs if act.at <= seen)
        return self._with(moves=moves, hand_overs=acts)

    def state_at(self, moment: datetime) -> str | None:
        """Return the stage that it was in at an instant.

        Parameters
        ----------
        moment : datetime
            The instant, with its zone.

        Returns
        -------
        str or None
            None before it began.
        """
        past = self.until(moment)
        return None if past is None else past.state

    def owner_at(self, moment: datetime) -> str | None:
        """Return who had it at an instant.

        Parameters
        ----------
        moment : datetime
            The instant, with its zone.

        Returns
        -------
        str or None
        """
        return owner_at(self.opened_by, self.hand_overs, moment)

    def spells(self, as_of: datetime | None = None) -> tuple[Spell, ...]:
        """Return its stays in the stages, one after the other, without gap or overlap.

        Parameters
        ----------
        as_of : datetime, optional
            Until when; what happened later is left out.  Default: all, the last without end.

        Returns
        -------
        tuple of Spell
        """
        entered = [(self.start, self.opened_at)]
        entered += [(m.target, m.at) for m in self.moves if m.source != m.target]
        last = None
        if as_of is not None:
            last = as_instant(as_of, f"case {self.case_id!r}", "as_of")
            entered = [(state, at) for state, at in entered if at <= last]
        ends = [*(at for _, at in entered[1:]), last]
        return tuple(Spell(state, at, end) for (state, at), end in zip(entered, ends, strict=False))

    def time_in(self, state: str, as_of: datetime) -> timedelta:
        """Return how long it was in a stage, all stays together.

        Parameters
        ----------
        state : str
            The stage.
        as_of : datetime
            Until when, with its zone.

        Returns
        -------
        timedelta

        Raises
        ------
        UnknownCode
            There is no such stage.
        """
        code = self.flow.stage(state).code
        stays = (spell.duration for spell in self.spells(as_of) if spell.state == code)
        return sum((stay for stay in stays if stay is not None), timedelta())

    def reached(self, state: str) -> datetime | None:
        """Return when it first came to a stage, or None.

        Parameters
        ----------
        state : str
            The stage.

        Returns
        -------
        datetime or None

        Raises
        ------
        UnknownCode
            There is no such stage.
        """
        code = self.flow.stage(state).code
        return next((spell.start for spell in self.spells() if spell.state == code), None)

    def last(self, trigger: str) -> Move | None:
        """Return the last move of a kind, or None.

        Parameters
        ----------
        trigger : str
            What happened.

        Returns
        -------
        Move or None
        """
        return next((move for move in reversed(self.moves) if move.trigger == trigger), None)

    def evidence(self, key: str) -> str | None:
        """Return the last piece of evidence of a kind that any move gave, or None.

        Parameters
        ----------
        key : str
            Which.

        Returns
        -------
        str or None
        """
        shown = (move.shows(key) for move in reversed(self.moves))
        return next((value for value in shown if value is not None), None)

    # -------------------------------------------------------------------------- what changes

    def move(
        self,
        trigger: str,
        *,
        at: datetime,
        by: str | None = None,
        approved_by: str | None = None,
        evidence: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> Case:
        """Return the case after a move.

        Parameters
        ----------
        trigger : str
            What happens.
        at : datetime
            When, with its zone; not before the last move.  A move that is heard of late is
            put in its place by ``attrs.evolve(case, moves=[*case.moves, late])``.
        by : str or None
            Who makes it; None: a system does.
        approved_by : str or None
            Who approved it.
        evidence : mapping of str to str, or pairs
            What shows it.

        Returns
        -------
        Case

        Raises
        ------
        IllegalMove
            The flow does not allow the move from here, evidence is missing, a person must
            make or approve it, or the clock would go back.
        InvalidValue
            The instant has no zone.
        """
        state, moves = self.state, self.moves
        rule = self.flow.find(state, trigger)
        if rule is None:
            raise refusal(self, state, trigger, "is no move from here")
        at = in_utc(at)
        order = moves[-1].order + 1 if moves and moves[-1].at == at else 0
        made = Move(
            trigger=trigger,
            source=state,
            target=rule.target,
            at=at,
            by=by,
            approved_by=approved_by,
            evidence=evidence,
            order=order,
        )
        check_move(self, rule, made, moves)
        return self._with(moves=(*moves, made), hand_overs=self.hand_overs)

    def hand_over(self, to: str, *, at: datetime, by: str, reason: str = "") -> Case:
        """Return the case in other hands (移交); its stage and its clocks stay.

        Parameters
        ----------
        to : str
            Who has it from then on.
        at : datetime
            When, with its zone.
        by : str
            Who decided it.
        reason : str
            Why.

        Returns
        -------
        Case

        Raises
        ------
        InvalidValue
            A name is blank, the instant has no zone or lies before the case began, or there
            is another hand-over at that instant.
        """
        act = HandOver(to=to, at=at, by=by, reason=reason)
        return attrs.evolve(self, hand_overs=(*self.hand_overs, act))

    def _with(self, moves: tuple[Move, ...], hand_overs: tuple[HandOver, ...]) -> Case:
        """Return the case with a history that is known to be legal, without checking it again."""
        other = object.__new__(Case)
        for name in _FIELDS:
            object.__setattr__(other, name, getattr(self, name))
        object.__setattr__(other, "moves", moves)
        object.__setattr__(other, "hand_overs", hand_overs)
        return other


_FIELDS = tuple(field.name for field in attrs.fields(Case))


def stage_counts(cases: Iterable[Case], flow: Flow) -> dict[str, int]:
    """Return how many cases are in each stage of a flow (各阶段客户数).

    Parameters
    ----------
    cases : iterable of Case
        The cases.
    flow : Flow
        Their flow; cases of another are not counted.

    Returns
    -------
    dict of str to int
        Every stage, in the flow's order.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> flow = Flow("visit", ["before", "after"], [("before", "go", "after")])
    >>> case = Case(case_id="V-1", flow=flow, opened_at=datetime(2024, 3, 1, tzinfo=UTC))
    >>> stage_counts([case], flow)
    {'before': 1, 'after': 0}
    """
    found = Counter(case.state for case in cases if case.flow.name == flow.name)
    return {state: found[state] for state in flow.states}
