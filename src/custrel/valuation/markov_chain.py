"""The relationship as a Markov chain: where customers go from where they are, and their value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._intervals import wilson
from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation._probabilities import (
    Matrix,
    as_floats_or_none,
    as_matrix,
    as_states,
    check_horizon,
    check_matrix,
    check_states,
    learn_matrix,
    reachable,
    read_rewards,
)
from custrel.valuation._transitions import Panel, State
from custrel.valuation.discounting import DiscountRate, rate_per
from custrel.valuation.state_values import StateValues

__all__ = ["MarkovChain"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class MarkovChain(Rule):
    """States of a relationship, and how probably customers go from one to another in a period.

    Where a customer goes depends on where he is, and on nothing before that: whatever matters
    of his past must be in the state, as recency, frequency and monetary scores are.

    Parameters
    ----------
    states : sequence of str or int
        Their names: RFM cells, numbers of periods since the last purchase, ...
    matrix : sequence of sequences of float
        For each state the probabilities of being in each of the states a period later.
    unit : TimeUnit or str
        What periods are measured in.
    length : float
        How many units a period is: 3 and ``"M"`` for quarters.
    observed : sequence of float, optional
        How many customers each row was learnt from; `fit` knows.

    Raises
    ------
    InvalidRule
        A state stands twice; the matrix is not square or holds what is no probability; a row
        does not sum to 1; the length is not positive.

    See Also
    --------
    MarkovDecision : Several chains, one for each action, and the best action in each state.

    References
    ----------
    .. [1] P. E. Pfeifer, R. L. Carraway (2000), Modeling Customer Relationships as Markov
       Chains, Journal of Interactive Marketing 14(2), 43-55.

    Examples
    --------
    The example of [1]: a purchase brings 40, an offer costs 4 until a customer has not bought
    for four periods.

    >>> chain = MarkovChain.by_recency((0.30, 0.20, 0.15, 0.05), unit="Y")
    >>> print(chain)
    Markov chain of 5 states, periods of 1 year
    1: 0.300  0.700  0.000  0.000  0.000
    2: 0.200  0.000  0.800  0.000  0.000
    3: 0.150  0.000  0.000  0.850  0.000
    4: 0.050  0.000  0.000  0.000  0.950
    5: 0.000  0.000  0.000  0.000  1.000
    >>> chain.value((36, -4, -4, -4, 0), discount=DiscountRate.per_year(0.20)).rounded(2)
    {1: 52.32, 2: 5.55, 3: 1.25, 4: -1.82, 5: 0.0}
    """

    states: tuple[State, ...] = attrs.field(converter=as_states)
    matrix: Matrix = attrs.field(converter=as_matrix, repr=False)
    unit: TimeUnit = attrs.field(converter=TimeUnit)
    length: float = attrs.field(default=1.0, converter=float)
    observed: tuple[float, ...] | None = attrs.field(
        default=None, converter=as_floats_or_none, repr=False
    )

    def __attrs_post_init__(self) -> None:
        if not 0 < self.length < inf:
            raise InvalidRule(f"a period of length {self.length!r}: it must be positive.")
        check_states(self.states)
        check_matrix(self.states, self.matrix)
        if self.observed is not None and len(self.observed) != len(self.states):
            raise InvalidRule(f"{len(self.observed)} numbers observed, {len(self.states)} states.")

    @classmethod
    def by_recency(
        cls, purchase: Sequence[float], *, unit: TimeUnit | str, length: float = 1.0
    ) -> Self:
        """Make the chain whose states are the periods since the last purchase.

        Parameters
        ----------
        purchase : sequence of float
            The probabilities of buying in the next period, 1, 2, ... periods after the last
            purchase.
        unit : TimeUnit or str
            What periods are measured in.
        length : float
            How many units a period is.

        Returns
        -------
        MarkovChain
            The states are 1, 2, ..., and one more: a former customer, who never comes back.

        Examples
        --------
        >>> MarkovChain.by_recency((0.3, 0.2), unit="M").matrix
        ((0.3, 0.7, 0.0), (0.2, 0.0, 0.8), (0.0, 0.0, 1.0))
        """
        size = len(purchase) + 1
        matrix = np.zeros((size, size))
        for at, probability in enumerate(purchase):
            matrix[at, 0], matrix[at, at + 1] = probability, 1 - probability
        matrix[-1, -1] = 1.0
        return cls(states=range(1, size + 1), matrix=matrix, unit=unit, length=length)

    @classmethod
    def fit(
        cls,
        panel: Any,
        *,
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
        """Learn the probabilities from the states that customers were in, period by period.

        Parameters
        ----------
        panel : frame
            One row for each customer and period.
        unit : TimeUnit or str
            What periods are measured in.
        length : float
            How many units a period is.
        customer, period, state : str
            The columns of the customer, of the number of the period (whole numbers that go up
            by 1), and of the state in it.
        states : sequence, optional
            All states, in order; default: those that occur, in their own order.
        absent : str or int, optional
            The name of the state of customers who have no row in a period after their first.
            Without it, everyone must have a row in each period until the last one.
        absorbing : sequence
            States that are never left by definition; their rows are not learnt.
        smoothing : float
            How many customers to add to each cell before probabilities are taken, 0 or more:
            what was never seen in a small sample is then not impossible.

        Returns
        -------
        MarkovChain
            Its states in order, that of the absent last.

        Raises
        ------
        InvalidData
            There are no two periods in a row; a value is missing; a customer has two rows in a
            period, or none and `absent` was not given; periods are no whole numbers.
        InvalidRule
            Nobody was seen in a state before the last period, and smoothing is 0; or the panel
            has a state that is not among `states`.
        ColumnNotFound
            A column is not there.

        Notes
        -----
        p[i, j] = (n[i, j] + a) / (n[i] + a k) with smoothing a and k states: the posterior mean
        under a symmetric Dirichlet prior.  Whoever is absent until the last period of the
        panel counts as absent; if nobody ever came back, the state of the absent is absorbing.

        Examples
        --------
        >>> import pandas as pd
        >>> panel = pd.DataFrame(
        ...     {
        ...         "customer_id": [1, 1, 1, 2, 2, 3],
        ...         "period": [1, 2, 3, 1, 2, 2],
        ...         "state": ["low", "high", "high", "low", "low", "low"],
        ...     }
        ... )
        >>> print(MarkovChain.fit(panel, unit="M", absent="left"))
        Markov chain of 3 states, periods of 1 month
        high: 1.000  0.000  0.000
        low:  0.250  0.250  0.500
        left: 0.000  0.000  1.000
        """
        if not 0 <= smoothing < inf:
            raise InvalidRule(f"smoothing={smoothing!r}: it must be 0 or more, and finite.")
        read = Panel.read(panel, customer=customer, period=period, state=state)
        counted = read.count(states=states, absent=absent)
        counts = counted.counts.sum(axis=0)
        matrix, observed = learn_matrix(counted.states, counts, absent, absorbing, smoothing)
        return cls(
            states=counted.states, matrix=matrix, unit=unit, length=length, observed=observed
        )

    @property
    def absorbing(self) -> tuple[State, ...]:
        """The states that nobody leaves."""
        return tuple(s for i, s in enumerate(self.states) if self.matrix[i][i] == 1)

    def discount_factor(self, discount: DiscountRate | None) -> float:
        """Return what money of the next period is worth now.

        Parameters
        ----------
        discount : DiscountRate or None
            A rate of any unit; None: as much as now.

        Returns
        -------
        float
        """
        rate = rate_per(discount, self.unit)
        return float((1 + rate) ** -self.length)

    def intervals(self, *, confidence: float = 0.95) -> NDArray[np.float64]:
        """Return the interval of each probability.

        Parameters
        ----------
        confidence : float
            Between 0 and 1.

        Returns
        -------
        ndarray of shape (states, states, 2)
            The lower and the upper end: Wilson's, of a row's customers; NaN where the chain was
            not learnt or nobody was there.

        Raises
        ------
        InvalidRule
            `confidence` is not between 0 and 1.

        Notes
        -----
        What smoothing added counts as observed.
        """
        seen = self.observed or (0.0,) * len(self.states)
        ends = [
            [wilson(cell, number, confidence)[2:] for cell in row]
            for row, number in zip(self.matrix, seen, strict=True)
        ]
        return np.array(ends)

    def forecast(self, customers: ArrayLike, *, periods: int) -> NDArray[np.float64]:
        """Return how many customers to expect in each state.

        Parameters
        ----------
        customers : array_like of shape (states,)
            How many there are now.
        periods : int
            How far to look ahead, in periods.

        Returns
        -------
        ndarray of shape (periods + 1, states)
            Now, after one period, ...

        Raises
        ------
        InvalidRule
            There are not as many numbers as states, or `periods` is negative.
        """
        now = np.asarray(customers, dtype=np.float64)
        if now.shape != (len(self.states),):
            raise InvalidRule(f"{now.shape} customers for {len(self.states)} states.")
        rows = [now]
        for _ in range(check_horizon(periods)):
            rows.append(rows[-1] @ np.array(self.matrix))
        return np.array(rows)

    def lifetime(self) -> NDArray[np.float64]:
        """Return after how many periods customers of each state will have been absorbed.

        Returns
        -------
        ndarray of shape (states,)
            The mean, in periods; 0 in absorbing states.

        Raises
        ------
        InvalidRule
            There is no absorbing state, or some states never lead to one.
        """
        ends = np.array([state in self.absorbing for state in self.states])
        if not ends.any():
            raise InvalidRule(
                "the chain has no absorbing state, so that no relationship ever ends in it: "
                "fit(absent='left') learns one."
            )
        comes = reachable(np.array(self.matrix))[:, ends].any(axis=1)
        if not comes.all():
            named = ", ".join(repr(self.states[i]) for i in np.flatnonzero(~comes))
            raise InvalidRule(f"from {named} no absorbing state is ever reached.")
        inner = np.array(self.matrix)[np.ix_(~ends, ~ends)]
        times = np.zeros(len(ends))
        times[~ends] = np.linalg.solve(np.eye(len(inner)) - inner, np.ones(len(inner)))
        return times

    def value(
        self,
        reward: Sequence[float] | Mapping[State, float],
        *,
        discount: DiscountRate | None,
        horizon: int | None = None,
    ) -> StateValues:
        """Return what a customer of each state will bring.

        Parameters
        ----------
        reward : sequence of float, or mapping of state to float
            What a customer brings in a period that he is in each state, less what he costs.
        discount : DiscountRate or None
            What money loses over time; None: nothing.
        horizon : int, optional
            How many periods to look ahead beyond the present one; default: all.

        Returns
        -------
        StateValues
            With standard errors where the chain was learnt.

        Raises
        ------
        InvalidRule
            The reward does not fit the states; the horizon is negative; or without a horizon
            the sum does not end: at a discount rate of 0, where customers go on to bring
            something for ever, or at one below 0.

        Notes
        -----
        V = sum over t of g^t P^t R = (I - g P)^-1 R, with g = 1 / (1 + discount): the reward of
        the present period counts in full.  The standard errors are those of the delta method,
        with multinomial rows: what `reward` may be off by is not in them.

        References
        ----------
        .. [1] P. E. Pfeifer, R. L. Carraway (2000), Journal of Interactive Marketing 14(2),
           43-55.
        """
        rewards = read_rewards(self.states, reward)
        factor, matrix = self.discount_factor(discount), np.array(self.matrix)
        size = len(matrix)
        gradient = np.zeros((size, size, size)) if self.observed is not None else None
        if horizon is None:
            values, visits = _for_ever(self.states, matrix, rewards, factor)
            if gradient is not None:
                gradient = factor * visits[:, :, None] * values
        else:
            values = rewards.copy()
            for _ in range(check_horizon(horizon)):
                if gradient is not None:
                    gradient = factor * np.tensordot(matrix, gradient, axes=1)
                    gradient[range(size), range(size)] += factor * values
                values = rewards + factor * matrix @ values
        errors = None if gradient is None else self._errors(gradient)
        return StateValues(states=self.states, amounts=values, standard_errors=errors)

    def _errors(self, gradient: Floats) -> Floats:
        """Return standard errors from the derivative of values (first) by the cells of rows."""
        matrix = np.array(self.matrix)
        mean = np.einsum("isj,sj->is", gradient, matrix)
        spread = np.einsum("isj,sj->is", gradient**2, matrix) - mean**2
        seen = np.array(self.observed)
        sure = seen == 0  # rows that were not learnt but given
        each = np.where(sure, 0.0, np.maximum(spread, 0.0) / np.where(sure, 1.0, seen))
        return np.asarray(np.sqrt(each.sum(axis=1)), dtype=np.float64)

    def __str__(self) -> str:
        width = max(len(str(state)) for state in self.states) + 1
        head = f"Markov chain of {len(self.states)} states, "
        lines = [f"{head}periods of {self.unit.in_words(self.length)}"]
        for state, row in zip(self.states, self.matrix, strict=True):
            lines.append(f"{f'{state}:':<{width}} " + "  ".join(f"{cell:.3f}" for cell in row))
        return "\n".join(lines)


def _for_ever(
    states: tuple[State, ...], matrix: Floats, rewards: Floats, factor: float
) -> tuple[Floats, Floats]:
    """Return the values without end, and the discounted visits that they are sums of."""
    if factor > 1:
        raise InvalidRule("at a discount rate below 0 a value without a horizon is infinite.")
    live = np.ones(len(states), dtype=bool)
    if factor == 1:
        reach = reachable(matrix)
        # Transient: there is no way back from somewhere.
        live = np.asarray((reach & ~reach.T).any(axis=1), dtype=bool)
        endless = ~live & (reach @ (~live & (rewards != 0)))
        if endless.any():
            named = ", ".join(repr(states[i]) for i in np.flatnonzero(endless))
            raise InvalidRule(
                f"without discounting, customers in {named} bring something for ever: give a "
                "discount rate or a horizon."
            )
    visits = np.zeros(matrix.shape)
    inner = np.ix_(live, live)
    visits[inner] = np.linalg.inv(np.eye(int(live.sum())) - factor * matrix[inner])
    return visits @ rewards, visits
