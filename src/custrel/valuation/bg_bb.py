"""BG/BB: whether customers buy at each of a number of opportunities, and when they stop.

Opportunities are counted: the yearly appeal, the monthly box, the conference, or any period of
which it matters only whether the customer bought in it.  While alive, a customer takes each
opportunity with a probability of his own; before each he stops for good with another.  Both
are beta distributed over customers.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, logsumexp

from custrel.errors import FitError, InvalidRule, counted
from custrel.frames import Door, enter
from custrel.units import TimeUnit
from custrel.valuation._arguments import (
    Discounting,
    parameter,
    require_way,
    strength_of,
    stretch_of,
)
from custrel.valuation._beta_coordinates import jacobian, natural
from custrel.valuation._bg_bb_likelihood import Likelihood, Pairs, log_alive, log_doubt
from custrel.valuation._opportunities import Histories, Tally
from custrel.valuation._peak import Penalty, in_pairs, of_beta
from custrel.valuation._rows import counts_of
from custrel.valuation._sampling import occasions_of
from custrel.valuation._staying import discounted_stays, occasions, staying, stays
from custrel.valuation.estimate import Estimate, Learnt

__all__ = ["BgBb"]

Floats = NDArray[np.float64]

_LIMITS = (
    ("the probability to buy ran to 0", "everybody alive buys at every opportunity (alpha/(alpha+beta) ran to 1)"),
    ("customers buy always or never (alpha + beta ran to 0)", "all customers buy with one probability (alpha + beta ran to infinity)"),
    ("degenerates to the beta-binomial: nobody ever stops (gamma/(gamma+delta) ran to 0)", "everybody stops at once (gamma/(gamma+delta) ran to 1)"),
    ("customers stop at once or never (gamma + delta ran to 0)", "all customers stop with one probability (gamma + delta ran to infinity)"),
)  # fmt: skip
_REMEDY = "Say which columns they are: frequency=, recency=, periods=, weights=."


@attrs.frozen(kw_only=True)
class BgBb(Learnt):
    """The BG/BB model of repeat purchases at counted opportunities.

    Parameters
    ----------
    alpha, beta : float
        Parameters of the beta distribution of the probability to buy at an opportunity.
    gamma, delta : float
        Parameters of the beta distribution of the probability to stop before an opportunity.
    unit : TimeUnit or str, optional
        The time from one opportunity to the next; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    See Also
    --------
    BgNbd : For purchases that may happen at any moment.

    Notes
    -----
    A history is three counts: `frequency`, the opportunities with a purchase; `recency`, the
    number of the last of them, 0 where there is none; `periods`, the number of opportunities.
    The one with which a customer was won is no opportunity.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, J. Shang (2010), Customer-Base Analysis in a
       Discrete-Time Noncontractual Setting, Marketing Science 29(6), 1086-1108.

    Examples
    --------
    >>> model = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442)
    >>> print(model.expected_purchases(horizon=[1, 2, 3, 4, 5]).round(4))
    [0.4985 0.9233 1.2969 1.6323 1.9381]
    >>> history = {"frequency": [0, 6], "recency": [0, 6], "periods": 6}
    >>> print(model.expected_purchases(**history, horizon=5).round(4))
    [0.0729 3.7525]
    >>> print(model.probability_alive(**history).round(4))
    [0.1081 0.9304]
    """

    alpha: float = parameter()
    beta: float = parameter()
    gamma: float = parameter()
    delta: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    history: ClassVar[tuple[str, ...]] = ("frequency", "recency", "periods")
    _parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    @classmethod
    def fit(
        cls,
        summary: Any,
        *,
        frequency: str = "frequency",
        recency: str = "recency",
        periods: str = "periods",
        weights: str | None = None,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn the parameters from a frame of histories by maximum likelihood.

        Parameters
        ----------
        summary : frame
            One row per customer, or per kind of customer with `weights`.
        frequency : str
            The column of opportunities with a purchase.
        recency : str
            The column with the number of the last of them, in periods since the start.
        periods : str
            The column with the number of opportunities.
        weights : str, optional
            The column that says how many customers a row stands for.
        unit : TimeUnit or str, optional
            The time from one opportunity to the next.
        penalty : float, default 0
            How strongly parameters are held back from running to 0 or infinity: half of it
            times the sum of their squared logarithms is taken off what is maximized.

        Returns
        -------
        BgBb
            With `estimate`.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        FitError
            Nobody bought, or there are too few opportunities.
        InvalidData
            A history is impossible.
        InvalidRule
            The penalty is negative or infinite.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.

        Examples
        --------
        >>> import pandas as pd
        >>> donors = pd.DataFrame(
        ...     {
        ...         "frequency": [0, 1, 1, 1, 2, 2, 3],
        ...         "recency": [0, 1, 2, 3, 2, 3, 3],
        ...         "periods": 3,
        ...         "donors": [444, 79, 39, 34, 55, 61, 88],
        ...     }
        ... )
        >>> model = BgBb.fit(donors, weights="donors")
        >>> round(model.estimate.log_likelihood, 2)
        -1211.15
        """
        door = enter(summary)
        columns = [frequency, recency, periods, *([] if weights is None else [weights])]
        door.require(columns, remedy=_REMEDY)
        if weights is None and isinstance(door.frame, nw.DataFrame):
            door.require_numbers(*columns)
            # As they are: whole numbers need not become floats to be counted.
            table = [door.frame.get_column(name).to_numpy() for name in columns]
            if (tally := Tally.quick(*table)) is not None:
                return cls._learn(tally, unit, penalty)
        values, counts = door.distinct(*dict.fromkeys(columns))
        known = dict(zip(dict.fromkeys(columns), values, strict=True))
        if weights is not None:
            counts = counts * known[weights]
        given = counts if door.lazy or weights is not None else None
        histories = Histories.of(known[frequency], known[recency], known[periods])
        return cls._learn(histories.tally(counts_of(given, values[0])), unit, penalty)

    @classmethod
    def fit_arrays(
        cls,
        *,
        frequency: ArrayLike,
        recency: ArrayLike,
        periods: ArrayLike,
        weights: ArrayLike | None = None,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn the parameters from arrays by maximum likelihood.

        Parameters
        ----------
        frequency : array_like, shape (rows,)
            Opportunities with a purchase.
        recency : array_like, shape (rows,)
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like, shape (rows,) or ()
            Opportunities.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        unit : TimeUnit or str, optional
            The time from one opportunity to the next.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.

        Returns
        -------
        BgBb
            With `estimate`.

        Raises
        ------
        FitError
            Nobody bought, or there are too few opportunities.
        InvalidData
            A history is impossible.
        InvalidRule
            The penalty is negative or infinite.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        histories = Histories.of(frequency, recency, periods)
        counts = counts_of(weights, np.broadcast_to(0.0, histories.place.shape))
        return cls._learn(histories.tally(counts), unit, penalty)

    @classmethod
    def _learn(
        cls,
        tally: Tally,
        unit: TimeUnit | str | None,
        penalty: float,
    ) -> Self:
        held = Penalty(strength_of(penalty), in_pairs(of_beta, of_beta))
        x, last, n, counts = tally
        cls._check(x, n, counts)
        best = Likelihood(Pairs.of(x, last, n), counts).climb(held)
        parameters = natural(best.at)
        diagnosis = best.findings(_LIMITS)
        estimate = Estimate(
            log_likelihood=best.value + held.at(best.at),
            customers=counts.sum(),
            rows=len(counts),
            covariance=best.covariance(jacobian(parameters)),
            iterations=best.steps,
            diagnosis=diagnosis,
            penalty=held.strength,
        )
        known = dict(zip(cls._parameters, parameters, strict=True))
        model = cls(**known, unit=unit, estimate=estimate)
        if diagnosis:
            # The caller of fit or of fit_arrays is two calls away.
            warnings.warn(f"{cls.__name__}: {'; '.join(diagnosis)}.", stacklevel=3)
        return model

    @classmethod
    def _check(cls, x: Floats, n: Floats, counts: Floats) -> None:
        """Refuse what no parameters can be learnt from."""
        start = f"{cls.__name__} cannot be fitted"
        customers = counted(counts.sum(), "customer")
        if not x.any():
            raise FitError(
                f"{start}: none of the {customers} bought at any opportunity. Observe for longer, "
                "or use a model with known parameters."
            )
        # n opportunities can end in 1 + n (n + 1) / 2 histories, whose shares sum to 1.
        lengths = np.unique(n)
        if (lengths * (lengths + 1) / 2).sum() < len(cls._parameters):
            raise FitError(
                f"{start}: its {len(cls._parameters)} parameters cannot be told apart by at most "
                f"{lengths.max():.0f} opportunities. Observe for 3 or more."
            )
        if len(counts) < len(cls._parameters):
            raise FitError(
                f"{start}: {len(cls._parameters)} parameters from {customers} with "
                f"{counted(len(counts), 'distinct history', 'distinct histories')}. Take more "
                "customers, or known parameters."
            )

    def log_likelihood(
        self, *, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> Floats:
        """Return the logarithm of the likelihood of each history.

        Parameters
        ----------
        frequency : array_like
            Opportunities with a purchase.
        recency : array_like
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like
            Opportunities.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape: of one order of purchases, without the number of orders.

        Notes
        -----
        L = [B(alpha+x, beta+n-x) B(gamma, delta+n) + sum over i from 0 to n-t-1 of
        B(alpha+x, beta+t-x+i) B(gamma+1, delta+t+i)] / [B(alpha, beta) B(gamma, delta)], with
        x purchases, the last at opportunity t of n.
        """
        histories, pairs, doubt = self._doubts(frequency, recency, periods)
        return histories.spread(log_alive(self._values, pairs) + doubt)

    def probability_alive(
        self,
        *,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        periods: ArrayLike | None = None,
        horizon: ArrayLike = 1,
    ) -> Floats:
        """Return the probability that a customer has not stopped.

        Parameters
        ----------
        frequency : array_like, optional
            Opportunities with a purchase; without a history, the customer has just come.
        recency : array_like, optional
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like, optional
            Opportunities.
        horizon : array_like, default 1
            At which opportunity after the last one observed, in periods: 1, as in the paper, is
            the next one, 0 the last one observed itself.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            A history is given in part, or `horizon` is not a whole number, or negative.
        """
        later = occasions("horizon", horizon)
        histories, alive = self._alive(frequency, recency, periods)
        still = staying(self.gamma, self.delta + histories.spread(histories.periods), later)
        return histories.spread(alive) * still

    def expected_purchases(
        self,
        *,
        horizon: ArrayLike,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        periods: ArrayLike | None = None,
    ) -> Floats:
        """Return the number of purchases to expect over the next opportunities.

        Parameters
        ----------
        horizon : array_like
            The number of opportunities, in periods.
        frequency : array_like, optional
            Opportunities with a purchase; without a history, the customer has just come.
        recency : array_like, optional
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like, optional
            Opportunities.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            A history is given in part, or a horizon is not a whole number, or negative.

        Notes
        -----
        P(alive) (alpha+x)/(alpha+beta+n) times the sum, over j from 1 to the horizon, of
        B(gamma, delta+n+j)/B(gamma, delta+n): positive terms only, whatever the parameters.
        """
        ahead = occasions("horizon", horizon)
        histories, alive = self._alive(frequency, recency, periods)
        buying = alive * self._chance_to_buy(histories)
        if ahead.ndim == 0:
            return histories.spread(
                buying * stays(self.gamma, self.delta + histories.periods, ahead)
            )
        seen = histories.spread(histories.periods)
        return histories.spread(buying) * stays(self.gamma, self.delta + seen, ahead)

    def discounted_purchases(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        periods: ArrayLike | None = None,
    ) -> Floats:
        """Return the present number of purchases over the next opportunities.

        Parameters
        ----------
        horizon : float
            How many opportunities ahead, in periods; ``math.inf`` for all to come (DERT).
        rate : float
            The effective discount rate per opportunity.
        discounting : {"discrete", "continuous"}
            The same here: an opportunity is the end of its period.
        frequency : array_like, optional
            Opportunities with a purchase; without a history, the customer has just come.
        recency : array_like, optional
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like, optional
            Opportunities.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape: the next opportunity counts as one period ahead.  Infinite
            where nothing is discounted, the horizon is infinite and gamma <= 1.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            The horizon is neither a whole number nor infinite, or the rate is not above -1, or,
            with an infinite horizon, is negative or next to nothing; or a history is given in
            part.
        UnknownCode
            No such way of discounting.
        """
        require_way(discounting)
        histories, alive = self._alive(frequency, recency, periods)
        level = self.delta + histories.periods
        stay = discounted_stays(self.gamma, level, horizon, rate)
        return histories.spread(alive * self._chance_to_buy(histories) * stay)

    def purchase_probability(
        self,
        *,
        purchases: ArrayLike,
        horizon: ArrayLike | None = None,
        start: ArrayLike | None = None,
        end: ArrayLike | None = None,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        periods: ArrayLike | None = None,
    ) -> Floats:
        """Return the probability that a customer buys so often at the next opportunities.

        Parameters
        ----------
        purchases : array_like
            How often he buys.
        horizon : array_like, optional
            At the next so many opportunities, in periods.
        start, end : array_like, optional
            Or at those after the first `start` of them, up to `end`.
        frequency : array_like, optional
            Opportunities with a purchase; without a history, the customer has just come.
        recency : array_like, optional
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like, optional
            Opportunities.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape; 0 where there are more purchases than opportunities.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            The numbers are not whole, or negative; or a history is given in part, or the
            stretch of time is not one.
        """
        begin, until = stretch_of(horizon, start, end)
        end_name = "horizon" if horizon is not None else "end"
        wanted = occasions("purchases", purchases)
        begin, until = occasions("start", begin), occasions(end_name, until)
        histories, alive = self._alive(frequency, recency, periods)
        x, n = histories.spread(histories.frequency), histories.spread(histories.periods)
        lasting = histories.spread(alive) * staying(self.gamma, self.delta + n, begin)
        each = np.broadcast_arrays(wanted, until - begin, x, n - x, n + begin)
        kinds, place = np.unique(
            np.column_stack([values.ravel() for values in each]), axis=0, return_inverse=True
        )
        chances = np.array([self._chance(*map(int, kind)) for kind in kinds])
        chance = chances[place.reshape(each[0].shape)] if len(kinds) else np.zeros(each[0].shape)
        return np.asarray(lasting * chance + np.where(wanted == 0, 1 - lasting, 0.0))

    def sample(
        self,
        *,
        periods: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, Floats]:
        """Draw the histories of customers who do what the model says.

        Parameters
        ----------
        periods : array_like
            Opportunities: one number for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where `periods` is one number for all.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``frequency``, ``recency`` and ``periods``, as `fit_arrays` takes them.

        Raises
        ------
        InvalidRule
            A number of opportunities is not whole, or `customers` is no number of them.
        """
        chances = occasions_of(customers, periods)
        frequency, recency = np.zeros_like(chances), np.zeros_like(chances)
        for at, who in self._purchases(np.random.default_rng(seed), chances):
            frequency[who] += 1
            recency[who] = at
        return {"frequency": frequency, "recency": recency, "periods": chances}

    def sample_orders(
        self,
        *,
        periods: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase of customers who do what the model says.

        Parameters
        ----------
        periods : array_like
            Opportunities: one number for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where `periods` is one number for all.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, from 0, and ``time``, the number of the opportunity; 0 is the
            purchase with which he was won.  Ordered by both.

        Raises
        ------
        InvalidRule
            A number of opportunities is not whole, or `customers` is no number of them.
        """
        chances = occasions_of(customers, periods)
        drawn = list(self._purchases(np.random.default_rng(seed), chances))
        who = np.concatenate([np.arange(len(chances)), *(buyers for _, buyers in drawn)])
        when = np.repeat(
            [0.0, *(at for at, _ in drawn)], [len(chances), *(len(b) for _, b in drawn)]
        )
        order = np.lexsort((when, who))
        return {"customer_id": who[order], "time": when[order]}

    def _purchases(
        self, rng: np.random.Generator, chances: Floats
    ) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Draw who buys at each opportunity."""
        buys = rng.beta(self.alpha, self.beta, len(chances))
        stops = rng.beta(self.gamma, self.delta, len(chances))
        alive = np.ones(len(chances), dtype=bool)
        for at in range(1, int(chances.max(initial=0)) + 1):
            alive &= (rng.random(len(chances)) >= stops) & (chances >= at)
            yield at, np.flatnonzero(alive & (rng.random(len(chances)) < buys))
            if not alive.any():
                break

    def predict(
        self,
        summary: Any,
        *,
        horizon: int,
        frequency: str = "frequency",
        recency: str = "recency",
        periods: str = "periods",
    ) -> Any:
        """Add what each customer will do to a frame of histories.

        Parameters
        ----------
        summary : frame
            One row per customer.
        horizon : int
            The number of opportunities to look ahead, in periods.
        frequency : str
            The column of opportunities with a purchase.
        recency : str
            The column with the number of the last of them, in periods since the start.
        periods : str
            The column with the number of opportunities.

        Returns
        -------
        frame
            What came in, with ``p_alive`` (at the next opportunity) and
            ``expected_purchases`` (over `horizon`).

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A history is impossible.
        InvalidRule
            The horizon is not a whole number, or negative.
        """
        door: Door = enter(summary)
        names = (frequency, recency, periods)
        door.require(names, remedy=_REMEDY)
        values, _ = door.distinct(*dict.fromkeys(names))
        known: Mapping[str, Floats] = dict(zip(dict.fromkeys(names), values, strict=True))
        history = {
            "frequency": known[frequency],
            "recency": known[recency],
            "periods": known[periods],
        }
        columns = {
            "p_alive": self.probability_alive(**history),
            "expected_purchases": self.expected_purchases(**history, horizon=horizon),
        }
        return door.attach(columns, by=known)

    @property
    def _values(self) -> Floats:
        return np.array([self.alpha, self.beta, self.gamma, self.delta])

    def _doubts(
        self, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike
    ) -> tuple[Histories, Pairs, Floats]:
        """Return -log P(alive) of the distinct histories."""
        histories = Histories.of(frequency, recency, periods)
        pairs = Pairs.of(histories.frequency, histories.recency, histories.periods)
        return histories, pairs, log_doubt(self._values, pairs)

    def _alive(
        self, frequency: ArrayLike | None, recency: ArrayLike | None, periods: ArrayLike | None
    ) -> tuple[Histories, Floats]:
        """Return the distinct histories, or that of a new customer, and P(alive) of each."""
        if frequency is None and recency is None and periods is None:
            frequency = recency = periods = 0
        if frequency is None or recency is None or periods is None:
            raise InvalidRule(
                "a history is frequency, recency and periods: give all three or none."
            )
        histories, _, doubt = self._doubts(frequency, recency, periods)
        return histories, np.exp(-doubt)

    def _chance_to_buy(self, histories: Histories) -> Floats:
        """Return the probability to buy at an opportunity while alive."""
        both = self.alpha + self.beta + histories.periods
        return np.asarray((self.alpha + histories.frequency) / both, dtype=np.float64)

    def _chance(self, purchases: int, ahead: int, bought: int, missed: int, stayed: int) -> float:
        """Sum over the opportunities before which one alive may stop who then buys so often."""
        if purchases > ahead:
            return 0.0
        alpha, beta, delta = self.alpha + bought, self.beta + missed, self.delta + stayed
        # Stopped after k of them, or alive after all.
        k = np.arange(purchases, ahead + 1, dtype=np.float64)
        stop = np.where(k < ahead, 1.0, 0.0)
        others = k - purchases
        terms = np.asarray(
            gammaln(k + 1) - gammaln(purchases + 1) - gammaln(others + 1)
            + betaln(alpha + purchases, beta + others) - betaln(alpha, beta)
            + betaln(self.gamma + stop, delta + k) - betaln(self.gamma, delta)
        )  # fmt: skip
        return float(np.exp(logsumexp(terms)))
