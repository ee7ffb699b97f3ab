"""What to do with a customer in each state: the policy that makes relationships worth most."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation._probabilities import (
    Matrix,
    as_floats,
    as_matrix,
    as_states,
    check_horizon,
    check_matrix,
    check_states,
    learn_matrix,
    read_rewards,
)
from custrel.valuation._transitions import Panel, State
from custrel.valuation.discounting import DiscountRate, rate_per
from custrel.valuation.markov_chain import MarkovChain
from custrel.valuation.state_values import StateValues, attach_by_state

__all__ = ["MarkovAction", "MarkovDecision", "MarkovPolicy"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TIE = 1e-12  # relative: what is better by less is no better


def _as_choices(actions: Any) -> tuple[MarkovAction, ...]:
    return tuple(actions)


def _as_actions(rows: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in rows)


@attrs.frozen(kw_only=True)
class MarkovAction(Rule):
    """One thing that the firm can do with customers for a period, and what comes of it.

    Parameters
    ----------
    name : str
        What it is called: ``"mail"``, ``"nothing"``, ...
    matrix : sequence of sequences of float
        For each state the probabilities of being in each of the states a period later.
    reward : sequence of float
        What a customer brings in the period in each state, less what the action costs;
        ``-inf`` where it cannot be taken.

    See Also
    --------
    MarkovDecision : Several of them, and which is best where.

    Examples
    --------
    >>> MarkovAction(name="mail", matrix=((0.3, 0.7), (0.1, 0.9)), reward=(36, -4)).name
    'mail'
    """

    name: str
    matrix: Matrix = attrs.field(converter=as_matrix, repr=False)
    reward: tuple[float, ...] = attrs.field(converter=as_floats)


@attrs.frozen(kw_only=True)
class MarkovDecision(Rule):
    """States of a relationship and the actions that the firm may take in them (动态客户关系管理).

    Each period the firm sees the state that a customer is in, takes an action, gets the reward,
    and the customer goes to the next state as the action's chain says.

    Parameters
    ----------
    states : sequence of str or int
        Their names.
    actions : sequence of MarkovAction
        What can be done; where several are equally good, the first is taken.
    unit : TimeUnit or str
        What periods are measured in.
    length : float
        How many units a period is.

    Raises
    ------
    InvalidRule
        A state or an action stands twice; a matrix or a reward does not fit the states; a row
        does not sum to 1; or there is a state in which no action can be taken.

    Notes
    -----
    Value of a state in the optimum: V(s) = max over a of R(s, a) + g sum over s' of
    P(s' | s, a) V(s'), with g = 1 / (1 + discount).  Without a horizon it is found by policy
    iteration, which ends at the exact optimum after finitely many steps; with one, by
    induction from the end.  The documents let the firm choose its marketing mix for each state
    in each period and give no formula (reconstructed).

    References
    ----------
    .. [1] R. A. Howard (1960), Dynamic Programming and Markov Processes, MIT Press, ch. 4 and 7.
    .. [2] P. E. Pfeifer, R. L. Carraway (2000), Modeling Customer Relationships as Markov
       Chains, Journal of Interactive Marketing 14(2), 43-55.

    Examples
    --------
    In the example of [2], customers who have not bought for four periods are worth less than
    nothing if one goes on to send them offers: so one stops.

    >>> chain = MarkovChain.by_recency((0.30, 0.20, 0.15, 0.05), unit="Y")
    >>> gone = ((0, 0, 0, 0, 1),) * 5
    >>> offers = MarkovDecision(
    ...     states=chain.states,
    ...     actions=(
    ...         MarkovAction(name="stop", matrix=gone, reward=(40, 0, 0, 0, 0)),
    ...         MarkovAction(name="offer", matrix=chain.matrix, reward=(36, -4, -4, -4, -4)),
    ...     ),
    ...     unit="Y",
    ... )
    >>> best = offers.solve(discount=DiscountRate.per_year(0.20))
    >>> best.actions[0]
    ('offer', 'offer', 'offer', 'stop', 'stop')
    >>> best.worth.rounded(2)
    {1: 53.15, 2: 6.62, 3: 2.64, 4: 0.0, 5: 0.0}
    """

    states: tuple[State, ...] = attrs.field(converter=as_states)
    actions: tuple[MarkovAction, ...] = attrs.field(converter=_as_choices)
    unit: TimeUnit = attrs.field(converter=TimeUnit)
    length: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        check_states(self.states)
        names = [action.name for action in self.actions]
        if not names or len(set(names)) < len(names):
            raise InvalidRule(f"each action needs one name of its own, got {names!r}.")
        for action in self.actions:
            check_matrix(self.states, action.matrix, of=f" of action {action.name!r}")
            read_rewards(self.states, action.reward, least=-inf)
        can = (self._rewards() > -inf).any(axis=0)
        if not can.all():
            named = ", ".join(repr(self.states[i]) for i in np.flatnonzero(~can))
            raise InvalidRule(f"no action can be taken in {named}.")

    @classmethod
    def fit(
        cls,
        panel: Any,
        *,
        action: str,
        reward: str,
        unit: TimeUnit | str,
        length: float = 1.0,
        customer: str = "customer_id",
        period: str = "period",
        state: str = "state",
        states: Sequence[State] | None = None,
        absent: State | None = None,
        absorbing: Sequence[State] = (),
        smoothing: float = 0.0,
    ) -> Self:
        """Learn from a panel what followed each action, and what it brought.

        Parameters
        ----------
        panel : frame
            One row for each customer and period.
        action, reward : str
            The columns of what was done in the period, and of what the customer brought in it,
            less what that cost.
        unit : TimeUnit or str
            What periods are measured in.
        length : float
            How many units a period is.
        customer, period, state : str
            The other columns, as for `MarkovChain.fit`.
        states : sequence, optional
            All states, in order; default: those that occur, in their own order.
        absent : str or int, optional
            The state of customers who have no row in a period after their first.  Nothing is
            done there, and it brings nothing.
        absorbing : sequence
            States that are never left by definition; nothing is brought in them.
        smoothing : float
            How many customers to add to each cell, 0 or more, where an action was seen.

        Returns
        -------
        MarkovDecision
            An action cannot be taken in a state where it was never seen; in absorbing states
            and that of the absent, any can, and changes nothing.

        Raises
        ------
        InvalidData
            As for `MarkovChain.fit`.
        InvalidRule
            As for `MarkovChain.fit`; or in some state no action was ever seen.
        ColumnNotFound
            A column is not there.

        Notes
        -----
        It says what the action does only where chance decided who got it, or where the state
        holds all that the firm went by.  Rewards are means of all rows but those of the last
        period.

        Examples
        --------
        >>> import pandas as pd
        >>> panel = pd.DataFrame(
        ...     {
        ...         "customer_id": [1, 1, 2, 2, 3, 3],
        ...         "period": [1, 2, 1, 2, 1, 2],
        ...         "state": ["in", "in", "in", "out", "out", "out"],
        ...         "action": ["call", "call", "wait", "wait", "wait", "wait"],
        ...         "profit": [8.0, 8.0, 10.0, 0.0, 0.0, 0.0],
        ...     }
        ... )
        >>> learnt = MarkovDecision.fit(
        ...     panel, action="action", reward="profit", unit="M", absorbing=["out"]
        ... )
        >>> [(action.name, action.reward) for action in learnt.actions]
        [('call', (8.0, 0.0)), ('wait', (10.0, 0.0))]
        """
        read = Panel.read(
            panel, customer=customer, period=period, state=state, action=action, reward=reward
        )
        counted = read.count(states=states, absent=absent)
        learnt = []
        ends = {*absorbing, *(() if absent is None else (absent,))}
        idle = np.array([s in ends for s in counted.states])
        for name, counts, sums in zip(
            counted.actions, counted.counts, counted.rewards, strict=True
        ):
            seen = counts.sum(axis=1)
            unseen = ~idle & (seen == 0)
            kept = [*absorbing, *(s for s, no in zip(counted.states, unseen, strict=True) if no)]
            matrix, _ = learn_matrix(counted.states, counts, absent, kept, smoothing)
            mean = np.divide(sums, seen, out=np.zeros_like(sums), where=seen > 0)
            rewards = np.where(idle, 0.0, np.where(unseen, -inf, mean))
            learnt.append(MarkovAction(name=str(name), matrix=matrix, reward=rewards))
        return cls(states=counted.states, actions=learnt, unit=unit, length=length)

    def solve(self, *, discount: DiscountRate, horizon: int | None = None) -> MarkovPolicy:
        """Find the best action in each state.

        Parameters
        ----------
        discount : DiscountRate
            What money loses over time.
        horizon : int, optional
            How many periods to look ahead beyond the present one; default: all.

        Returns
        -------
        MarkovPolicy

        Raises
        ------
        InvalidRule
            The horizon is negative; or there is none, and the discount rate is not above 0.
        """
        factor = (1 + rate_per(discount, self.unit)) ** -self.length
        rewards, matrices = self._rewards(), self._matrices()
        if horizon is None:
            if not factor < 1:
                raise InvalidRule(
                    f"without a horizon, values are finite at discount rates above 0; got {discount}."
                )
            choices, values = _iterate_policies(rewards, matrices, factor)
            rows = [choices]
        else:
            values, rows = np.zeros(len(self.states)), []
            for _ in range(check_horizon(horizon) + 1):
                outlook = rewards + factor * matrices @ values
                rows.append(_best(outlook))
                values = outlook.max(axis=0)
            rows.reverse()
        names = [action.name for action in self.actions]
        return MarkovPolicy(
            states=self.states,
            actions=[[names[choice] for choice in row] for row in rows],
            worth=StateValues(states=self.states, amounts=values),
        )

    def under(self, choices: Sequence[str]) -> tuple[MarkovChain, tuple[float, ...]]:
        """Return the chain and the rewards that follow from doing one thing in each state.

        Parameters
        ----------
        choices : sequence of str
            The name of an action for each state.

        Returns
        -------
        chain : MarkovChain
        reward : tuple of float
            For `MarkovChain.value`.

        Raises
        ------
        UnknownCode
            There is no such action.
        InvalidRule
            There are not as many choices as states, or one cannot be taken.
        """
        by_name = {action.name: action for action in self.actions}
        if len(choices) != len(self.states):
            raise InvalidRule(f"{len(choices)} choices for {len(self.states)} states.")
        for choice in choices:
            if choice not in by_name:
                raise UnknownCode("action", choice, by_name)
        chosen = [by_name[choice] for choice in choices]
        reward = tuple(action.reward[at] for at, action in enumerate(chosen))
        read_rewards(self.states, reward)  # which refuses what cannot be taken
        matrix = [action.matrix[at] for at, action in enumerate(chosen)]
        chain = MarkovChain(states=self.states, matrix=matrix, unit=self.unit, length=self.length)
        return chain, reward

    def _rewards(self) -> Floats:
        return np.array([action.reward for action in self.actions])

    def _matrices(self) -> Floats:
        return np.array([action.matrix for action in self.actions])


@attrs.frozen(kw_only=True)
class MarkovPolicy(Rule):
    """What to do in each state, and what customers are worth if one does.

    `MarkovDecision.solve` makes it.

    Parameters
    ----------
    states : sequence of str or int
        The states.
    actions : sequence of sequences of str
        The best action in each state: now, in the next period, ... until the horizon; a single
        row, for now and ever, where there is none.
    worth : StateValues
        The value of a customer of each state now.

    Raises
    ------
    InvalidRule
        A state stands twice, or actions or values are not those of the states.

    Examples
    --------
    >>> import pandas as pd
    >>> policy = MarkovPolicy(
    ...     states=("active", "idle"),
    ...     actions=(("nothing", "mail"),),
    ...     worth=StateValues(states=("active", "idle"), amounts=(90.0, 12.5)),
    ... )
    >>> policy.recommend(pd.DataFrame({"state": ["idle", "active"]}))
        state best_action  state_value
    0    idle        mail         12.5
    1  active     nothing         90.0
    """

    states: tuple[State, ...] = attrs.field(converter=as_states)
    actions: tuple[tuple[str, ...], ...] = attrs.field(converter=_as_actions)
    worth: StateValues

    def __attrs_post_init__(self) -> None:
        check_states(self.states)
        if not self.actions or any(len(row) != len(self.states) for row in self.actions):
            raise InvalidRule(
                f"actions are rows of one action for each of the {len(self.states)} states, one "
                f"row or more; got {self.actions}."
            )
        if self.worth.states != self.states:
            raise InvalidRule(f"worth is of the states {self.worth.states}, not {self.states}.")

    def recommend(self, customers: Any, *, state: str = "state") -> Any:
        """Add what to do now with each customer, and what he is worth.

        Parameters
        ----------
        customers : frame
            One row per customer.
        state : str
            The column of the state.

        Returns
        -------
        frame
            As it came, with ``best_action`` and ``state_value``; missing where the state is.

        Raises
        ------
        ColumnNotFound
            The column is not there.
        InvalidData
            A customer is in a state that the policy does not know.
        """
        columns = {
            "best_action": (self.states, self.actions[0]),
            "state_value": (self.states, self.worth.amounts),
        }
        return attach_by_state(customers, state, columns)


def _iterate_policies(rewards: Floats, matrices: Floats, factor: float) -> tuple[Ints, Floats]:
    """Return the best actions for ever, and their values."""
    every = np.arange(rewards.shape[1])
    choices = _best(rewards)
    while True:
        system = np.eye(len(every)) - factor * matrices[choices, every]
        values: Floats = np.linalg.solve(system, rewards[choices, every]).astype(np.float64)
        outlook = rewards + factor * matrices @ values
        better = outlook.max(axis=0) > outlook[choices, every] + _slack(outlook)
        if not better.any():
            return _best(outlook), values
        choices = np.where(better, _best(outlook), choices)


def _best(outlook: Floats) -> Ints:
    """Return the first action in each state that no other is better than."""
    best = (outlook >= outlook.max(axis=0) - _slack(outlook)).argmax(axis=0)
    return np.asarray(best, dtype=np.int64)


def _slack(outlook: Floats) -> float:
    """Return how much of a difference is rounding."""
    return float(_TIE * max(1.0, np.abs(outlook[np.isfinite(outlook)]).max()))
