"""What a customer is worth by the state of the relationship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_code
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._probabilities import as_floats, as_floats_or_none, as_states, check_states
from custrel.valuation._transitions import State

__all__ = ["StateValues"]


@attrs.frozen(kw_only=True)
class StateValues(Rule):
    """What a customer of each state is worth.

    `MarkovChain.value` makes it.

    Parameters
    ----------
    states : sequence of str or int
        The states.
    amounts : sequence of float
        The value of a customer in each.
    standard_errors : sequence of float, optional
        How sure they are; None where the probabilities were given, not learnt.

    Raises
    ------
    InvalidRule
        There are not as many numbers as states.

    Examples
    --------
    >>> import pandas as pd
    >>> worth = StateValues(states=("high", "low"), amounts=(52.3, 5.6))
    >>> worth.predict(pd.DataFrame({"state": ["low", "high", "low"]}))["state_value"].tolist()
    [5.6, 52.3, 5.6]
    """

    states: tuple[State, ...] = attrs.field(converter=as_states)
    amounts: tuple[float, ...] = attrs.field(converter=as_floats)
    standard_errors: tuple[float, ...] | None = attrs.field(
        default=None, converter=as_floats_or_none
    )

    def __attrs_post_init__(self) -> None:
        check_states(self.states)
        for numbers in (self.amounts, self.standard_errors):
            if numbers is not None and len(numbers) != len(self.states):
                raise InvalidRule(f"{len(numbers)} values for {len(self.states)} states.")

    def rounded(self, digits: int = 2) -> dict[State, float]:
        """Return the values by state, rounded.

        Parameters
        ----------
        digits : int
            After the point.

        Returns
        -------
        dict
        """
        return {
            state: round(value, digits) + 0.0
            for state, value in zip(self.states, self.amounts, strict=True)
        }

    def predict(self, customers: Any, *, state: str = "state", name: str = "state_value") -> Any:
        """Add the value of the state that each customer is in.

        Parameters
        ----------
        customers : frame
            One row per customer.
        state : str
            The column of the state.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`; missing where the state is.

        Raises
        ------
        ColumnNotFound
            The column is not there.
        InvalidData
            A customer is in a state that has no value.
        """
        return attach_by_state(customers, state, {name: (self.states, self.amounts)})


def attach_by_state(
    customers: Any, state: str, columns: Mapping[str, tuple[Sequence[State], Sequence[Any]]]
) -> Any:
    """Add columns whose values go by the state that customers are in."""
    door = enter(customers)
    door.require([state])
    known = next(iter(columns.values()))[0]
    code = as_code(door, state, known)
    refuse_rows(
        door,
        Flaw(
            ~nw.col(state).is_null() & ~code.is_in(list(known)),
            "unknown_state",
            f"none of the {len(known)} states that are known",
            state,
            remedy="Learn the chain again from a panel that has them.",
        ),
    )
    added = {
        name: code.replace_strict(
            list(states),
            list(values),
            default=None,
            return_dtype=nw.String if isinstance(values[0], str) else nw.Float64,
        )
        for name, (states, values) in columns.items()
    }
    return door.leave(door.frame.with_columns(**added))
