"""What makes a history legal: the moves of a case against the rules of its flow."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from custrel.errors import IllegalMove, InvalidValue
from custrel.model.flow import Flow, Transition
from custrel.model.move import Move

if TYPE_CHECKING:
    from custrel.model.case import Case


def in_order(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Return moves in the order in which they were made; what arrived twice counts once."""
    return tuple(sorted(dict.fromkeys(moves), key=lambda move: (move.at, move.order)))


def check_history(case: Case) -> None:
    """Refuse a history that the flow does not allow."""
    state, moves = case.flow.stage(case.start).code, case.moves
    for earlier, later in pairwise(moves):
        if (earlier.at, earlier.order) == (later.at, later.order):
            raise InvalidValue(
                f"case {case.case_id!r}: {earlier.trigger!r} and {later.trigger!r} claim the same "
                f"place, {later.at} number {later.order}; give one of them another order."
            )
    for place, move in enumerate(moves):
        rule = case.flow.find(state, move.trigger)
        if rule is None or (move.source, move.target) != (state, rule.target):
            why = f"at {move.at} is no move from here"
            if rule is not None:
                why = f"at {move.at} goes from {move.source!r} to {move.target!r}"
            raise refusal(case, state, move.trigger, why)
        check_move(case, rule, move, moves[:place])
        state = move.target
    if case.hand_overs and case.hand_overs[0].at < case.opened_at:
        raise InvalidValue(
            f"case {case.case_id!r}: handed over at {case.hand_overs[0].at}, before it began at "
            f"{case.opened_at}."
        )


def check_move(case: Case, rule: Transition, move: Move, before: tuple[Move, ...]) -> None:
    """Refuse a move that lacks what its rule demands."""
    why = None
    last = before[-1].at if before else case.opened_at
    given = {key for key, value in move.evidence if value}
    missing = [key for key in rule.needs if key not in given]
    if move.at < last:
        why = f"at {move.at} comes before {last}, when the case came here"
    elif missing:
        why = f"needs evidence: {', '.join(missing)}"
    elif move.by is None and not rule.automatic:
        why = "is made by a person; say by="
    elif rule.approval and move.by is not None and move.approved_by in {None, "", move.by}:
        why = f"by {move.by!r} needs the approval of somebody else; say approved_by="
    elif rule.other_than and move.by is not None:
        watched = next((m for m in reversed(before) if m.trigger in rule.other_than), None)
        if watched is not None and watched.by == move.by:
            why = f"cannot be made by {move.by!r}, who made {watched.trigger!r}"
    if why is not None:
        raise refusal(case, rule.source, move.trigger, why, missing=missing)


def require_flow(case: Case, flow: Flow, whose: str) -> None:
    """Refuse a case that goes through another flow than the one that a record is about."""
    if case.flow.name != flow.name:
        raise InvalidValue(
            f"{whose}: case {case.case_id!r} goes through the flow {case.flow.name!r}, not "
            f"through {flow.name!r}."
        )


def refusal(
    case: Case, state: str, trigger: str, why: str, *, missing: Iterable[str] = ()
) -> IllegalMove:
    """Return the error that says why a case cannot make a move, and which it can."""
    legal = [rule.trigger for rule in case.flow.allowed(state)]
    return IllegalMove(case.case_id, state, trigger, why, legal=legal, missing=missing)
