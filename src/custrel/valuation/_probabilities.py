"""What chains and decisions ask of states, matrices of probabilities and rewards."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.valuation._transitions import State

Floats = NDArray[np.float64]
Matrix = tuple[tuple[float, ...], ...]

_TOLERANCE = 1e-9  # by which a row may miss 1


def as_states(states: Any) -> tuple[State, ...]:
    """Return states as a tuple."""
    return tuple(states)


def as_matrix(rows: Any) -> Matrix:
    """Return rows of numbers as tuples of Python's own."""
    return tuple(as_floats(row) for row in rows)


def as_floats(values: Any) -> tuple[float, ...]:
    """Return numbers as a tuple of Python's own."""
    return tuple(float(value) for value in values)


def as_floats_or_none(values: Any) -> tuple[float, ...] | None:
    """Return numbers as a tuple of Python's own, where there are any."""
    return None if values is None else as_floats(values)


def check_states(states: tuple[State, ...]) -> None:
    """Refuse no states, and names that stand twice."""
    twice = {repr(state) for state in states if states.count(state) > 1}
    if twice or not states:
        raise InvalidRule(f"each state needs one name of its own: {', '.join(twice) or 'none'}.")


def check_matrix(states: tuple[State, ...], matrix: Matrix, *, of: str = "") -> None:
    """Refuse what is no matrix of transition probabilities."""
    size = len(states)
    if len(matrix) != size or any(len(row) != size for row in matrix):
        raise InvalidRule(f"expected a matrix{of} of {size} x {size} for {size} states.")
    for state, row in zip(states, matrix, strict=True):
        bad = next((cell for cell in row if not 0 <= cell <= 1), None)
        if bad is not None:
            raise InvalidRule(f"the row{of} of state {state!r} holds {bad!r}: no probability.")
        if abs(sum(row) - 1) > _TOLERANCE:
            raise InvalidRule(
                f"the row{of} of state {state!r} sums to {sum(row):.10g}, not to 1: customers who "
                "leave need a state of their own."
            )


def check_horizon(periods: int) -> int:
    """Refuse to look back."""
    if not isinstance(periods, int | np.integer) or periods < 0:
        raise InvalidRule(f"{periods!r} periods ahead: it must be a whole number, 0 or more.")
    return int(periods)


def read_rewards(
    states: tuple[State, ...],
    reward: Sequence[float] | Mapping[State, float],
    *,
    least: float = -sys.float_info.max,
) -> Floats:
    """Return one number for each state, none below the least."""
    if isinstance(reward, Mapping):
        wrong = {
            "lacks": [repr(state) for state in states if state not in reward],
            "has no state": [repr(state) for state in reward if state not in states],
        }
        said = [f"{verb} {', '.join(named)}" for verb, named in wrong.items() if named]
        if said:
            raise InvalidRule(f"the reward {' and '.join(said)}.")
        reward = [reward[state] for state in states]
    rewards = np.array(reward, dtype=np.float64)
    fits = rewards.shape == (len(states),)
    if not fits or not ((rewards >= least) & (rewards < inf)).all():
        raise InvalidRule(f"expected {len(states)} finite rewards, one for each state.")
    return rewards


def learn_matrix(
    states: tuple[State, ...],
    counts: Floats,
    absent: State | None,
    absorbing: Sequence[State],
    smoothing: float,
) -> tuple[Floats, Floats]:
    """Return probabilities, and how many customers each row rests on, from counts."""
    unknown = [state for state in absorbing if state not in states]
    if unknown:
        raise InvalidRule(f"absorbing={unknown!r}: the panel has no such state.")
    for_good = {*absorbing}
    if absent is not None and not counts[-1, :-1].any():  # nobody ever came back
        for_good.add(absent)
    given = np.array([state in for_good for state in states])
    weights = counts + smoothing
    seen = weights.sum(axis=1)
    empty = ~given & ~(seen > 0)
    if empty.any():
        named = ", ".join(repr(states[i]) for i in np.flatnonzero(empty))
        raise InvalidRule(
            f"nobody was seen in {named} before the last period, so that nothing is known of "
            "where one goes from there: say smoothing=1, or name it among `absorbing`."
        )
    matrix = np.where(given[:, None], np.eye(len(states)), 0.0)
    matrix[~given] = weights[~given] / seen[~given, None]
    return matrix, np.where(given, 0.0, seen)


def reachable(matrix: Floats) -> NDArray[np.bool_]:
    """Tell which states (columns) can be reached from which, themselves among them."""
    reach: NDArray[np.bool_] = (matrix > 0) | np.eye(len(matrix), dtype=bool)
    for _ in range(len(matrix).bit_length()):  # paths of twice the length each time
        reach = reach @ reach
    return reach
