"""Parts that flows are built from: one step after the other, one move from several stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from custrel.model.flow import Transition


def steps(
    *states: str, trigger: str = "advance", needs: Mapping[str, Iterable[str]] | None = None
) -> list[Transition]:
    """Return the moves from each state to the next; `needs` says what it takes to leave one."""
    return [
        Transition(here, trigger, there, needs=(needs or {}).get(here, ()))
        for here, there in pairwise(states)
    ]


def each(
    states: Iterable[str], trigger: str, target: str, needs: Iterable[str] = ("reason",)
) -> list[Transition]:
    """Return the same move from several states."""
    return [Transition(state, trigger, target, needs=needs) for state in states]


def within(
    states: Iterable[str], trigger: str, needs: Iterable[str] = ("reason",)
) -> list[Transition]:
    """Return a move that notes something and stays in the stage."""
    return [Transition(state, trigger, state, needs=needs) for state in states]
