"""Flow: which stages a thing passes through, and which moves lead from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import attrs

from custrel.errors import InvalidRule, UnknownCode
from custrel.labels import label_or_code
from custrel.model._checks import as_texts, not_blank
from custrel.model._codes import Code
from custrel.rules import Rule

__all__ = ["Flow", "Outcome", "Stage", "Transition"]


class Outcome(Code):
    """What a stage means for those who count: the same five in every flow.

    Stages are the user's own; reports rely on these.

    Examples
    --------
    >>> [outcome.value for outcome in Outcome if outcome.is_open]
    ['open', 'paused']
    """

    OPEN = "open"
    PAUSED = "paused"
    WON = "won"
    LOST = "lost"
    ENDED = "ended"

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self in {Outcome.OPEN, Outcome.PAUSED}


def _as_days(days: Any) -> float | None:
    return None if days is None else float(days)


@attrs.frozen
class Stage(Rule):
    """A stage of a flow (阶段).

    Parameters
    ----------
    code : str
        Its code, lower snake case; what people call it is looked up with `label`.
    outcome : Outcome or str
        What it means for those who count.
    limit_days : float or None
        After so many days in this stage a case is overdue (停留时间报警); None: never.
    tell : sequence of str
        Who is to be told then: ``("owner", "manager")``.

    Raises
    ------
    InvalidRule
        The limit is not above 0, or somebody is to be told and there is no limit.
    InvalidValue
        The code is blank.

    Examples
    --------
    >>> Stage("prospect", limit_days=15, tell=("owner", "manager")).outcome
    <Outcome.OPEN: 'open'>
    """

    code: str = attrs.field(validator=not_blank)
    outcome: Outcome = attrs.field(default=Outcome.OPEN, converter=Outcome)
    limit_days: float | None = attrs.field(default=None, converter=_as_days, kw_only=True)
    tell: tuple[str, ...] = attrs.field(default=(), converter=as_texts, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.limit_days is not None and not self.limit_days > 0:
            raise InvalidRule(
                f"stage {self.code!r}: the limit must be above 0 days, got {self.limit_days:g}."
            )
        if self.tell and self.limit_days is None:
            raise InvalidRule(
                f"stage {self.code!r}: {', '.join(self.tell)} would be told when a case is "
                "overdue, but limit_days says never."
            )


@attrs.frozen
class Transition(Rule):
    """A move that a flow allows: from a stage, by a trigger, to a stage (阶段转换).

    Parameters
    ----------
    source : str
        The stage that it starts from.
    trigger : str
        What happens (促发事件): ``"sign"``.
    target : str
        The stage that it leads to; the same stage where something is only noted.
    needs : sequence of str
        The evidence without which it cannot be made.
    automatic : bool
        Whether a system may make it; otherwise only a person.
    approval : bool
        Whether a person who makes it needs somebody else's approval.
    other_than : sequence of str
        Triggers: who made the last of these moves must not make this one (four eyes).

    Examples
    --------
    >>> Transition("visit", "sign", "signed", needs=["contract"]).needs
    ('contract',)
    """

    source: str = attrs.field(validator=not_blank)
    trigger: str = attrs.field(validator=not_blank)
    target: str = attrs.field(validator=not_blank)
    needs: tuple[str, ...] = attrs.field(default=(), converter=as_texts, kw_only=True)
    automatic: bool = attrs.field(default=False, kw_only=True)
    approval: bool = attrs.field(default=False, kw_only=True)
    other_than: tuple[str, ...] = attrs.field(default=(), converter=as_texts, kw_only=True)


def _as_stages(stages: Iterable[Stage | str]) -> tuple[Stage, ...]:
    return tuple(Stage(stage) if isinstance(stage, str) else stage for stage in stages)


def _as_transitions(
    transitions: Iterable[Transition | tuple[str, str, str]],
) -> tuple[Transition, ...]:
    return tuple(
        move if isinstance(move, Transition) else Transition(*move) for move in transitions
    )


@attrs.frozen
class Flow(Rule):
    """Stages, and the moves that lead from one to the next (流程).

    A flow is a value and holds no case: `Case` does.  It checks itself when it is made.

    Parameters
    ----------
    name : str
        What it is called: ``"complaint"``.
    stages : sequence of Stage or str
        Its stages in their customary order; a case starts in the first.
    transitions : sequence of Transition, or of (source, trigger, target)
        The moves that it allows.

    Raises
    ------
    InvalidRule
        There are no stages, two have one code, a move names a stage that is none, two moves
        from one stage have one trigger, a stage cannot be reached, or a trigger that
        `other_than` names is none.

    See Also
    --------
    Case : One thing that goes through a flow.

    Examples
    --------
    >>> order = Flow(
    ...     "order",
    ...     ["asked", "quoted", Stage("signed", "won"), Stage("lost", "lost")],
    ...     [
    ...         ("asked", "quote", "quoted"),
    ...         Transition("quoted", "sign", "signed", needs=["contract"]),
    ...         ("asked", "lose", "lost"),
    ...         ("quoted", "lose", "lost"),
    ...     ],
    ... )
    >>> [move.trigger for move in order.allowed("quoted")]
    ['sign', 'lose']
    >>> order.stage("signed").outcome
    <Outcome.WON: 'won'>
    """

    name: str = attrs.field(validator=not_blank)
    stages: tuple[Stage, ...] = attrs.field(converter=_as_stages)
    transitions: tuple[Transition, ...] = attrs.field(converter=_as_transitions)
    _stages: dict[str, Stage] = attrs.field(init=False, eq=False, repr=False)
    _rules: dict[tuple[str, str], Transition] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        stages = {stage.code: stage for stage in self.stages}
        rules = {(rule.source, rule.trigger): rule for rule in self.transitions}
        object.__setattr__(self, "_stages", stages)
        object.__setattr__(self, "_rules", rules)
        faults = "; ".join(_faults(self))
        if faults:
            raise InvalidRule(f"flow {self.name!r}: {faults}.")

    @property
    def initial(self) -> str:
        """The stage in which a case starts, unless it says otherwise."""
        return self.stages[0].code

    @property
    def states(self) -> tuple[str, ...]:
        """The codes of the stages, in their customary order."""
        return tuple(self._stages)

    def stage(self, code: str) -> Stage:
        """Return the stage of a code.

        Parameters
        ----------
        code : str
            The code.

        Returns
        -------
        Stage

        Raises
        ------
        UnknownCode
            There is no such stage.
        """
        try:
            return self._stages[code]
        except KeyError:
            raise UnknownCode(f"stage of the flow {self.name!r}", code, self._stages) from None

    def allowed(self, state: str) -> tuple[Transition, ...]:
        """Return the moves that lead out of a stage.

        Parameters
        ----------
        state : str
            The code of the stage.

        Returns
        -------
        tuple of Transition
            None of them where the stage is a last one.

        Raises
        ------
        UnknownCode
            There is no such stage.
        """
        code = self.stage(state).code
        return tuple(rule for rule in self.transitions if rule.source == code)

    def find(self, state: str, trigger: str) -> Transition | None:
        """Return the move that a trigger makes from a stage, or None.

        Parameters
        ----------
        state : str
            The code of the stage.
        trigger : str
            What happens.

        Returns
        -------
        Transition or None
        """
        return self._rules.get((state, trigger))

    def limited(self, limits: Mapping[str, float | None], tell: Iterable[str] = ()) -> Flow:
        """Return the flow with other limits of days in its stages.

        Parameters
        ----------
        limits : mapping of str to float or None
            The new limit of each stage that gets one; None for no limit.
        tell : iterable of str
            Who is to be told when a case is overdue there; default: who was before.

        Returns
        -------
        Flow

        Raises
        ------
        UnknownCode
            There is no such stage.
        """
        told, changed = as_texts(tell), dict(self._stages)
        for code, days in limits.items():
            stage = self.stage(code)
            who = () if days is None else told or stage.tell
            changed[code] = attrs.evolve(stage, limit_days=days, tell=who)
        return attrs.evolve(self, stages=tuple(changed.values()))

    def mermaid(self, language: str = "en") -> str:
        """Return the flow as a state diagram in Mermaid's notation.

        Parameters
        ----------
        language : {"en", "zh"}
            The language of the labels; what has no label shows its code.

        Returns
        -------
        str
        """
        called = {code: label_or_code(code, language, of=self.name) for code in self.states}
        names = [f'    state "{name}" as {code}' for code, name in called.items()]
        moves = [
            f"    {rule.source} --> {rule.target}: {_called(rule, language)}"
            for rule in self.transitions
        ]
        leaves = [f"    {code} --> [*]" for code in self.states if not self.allowed(code)]
        return "\n".join(
            ["stateDiagram-v2", *names, f"    [*] --> {self.initial}", *moves, *leaves]
        )


def _called(rule: Transition, language: str) -> str:
    return label_or_code(rule.trigger, language, of="trigger")


def _faults(flow: Flow) -> Iterable[str]:
    """Yield what is wrong with a flow."""
    if not flow.stages:
        yield "there are no stages"
        return
    for code in _repeated(stage.code for stage in flow.stages):
        yield f"there are two stages {code!r}"
    for source, trigger in _repeated((rule.source, rule.trigger) for rule in flow.transitions):
        yield f"two moves from {source!r} are called {trigger!r}"
    named = {code for rule in flow.transitions for code in (rule.source, rule.target)}
    for code in sorted(named - set(flow.states)):
        yield f"a move names {code!r}, which is no stage"
    for code in sorted(set(flow.states) - _reachable(flow)):
        yield f"nothing leads to the stage {code!r}"
    triggers = {rule.trigger for rule in flow.transitions}
    watched = {trigger for rule in flow.transitions for trigger in rule.other_than}
    for trigger in sorted(watched - triggers):
        yield f"other_than names {trigger!r}, which is no trigger"


def _repeated(things: Iterable[Any]) -> list[Any]:
    return [thing for thing, group in groupby(sorted(things)) if len(list(group)) > 1]


def _reachable(flow: Flow) -> set[str]:
    """Return the stages that a case can come to from the first."""
    seen, edge = {flow.initial}, [flow.initial]
    while edge:
        here = edge.pop()
        for rule in flow.transitions:
            if rule.source == here and rule.target not in seen:
                seen.add(rule.target)
                edge.append(rule.target)
    return seen
