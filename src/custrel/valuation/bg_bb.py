"""BG/BB: whether customers buy at each of a number of opportunities, and when they stop.

Opportunities are counted: the yearly appeal, the monthly box, the conference, or any period of
which it matters only whether the customer bought in it.  While alive, a customer takes each
opportunity with a probability of his own; before each he stops for good with another.  Both
are beta distributed over customers.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, logsumexp

from custrel.errors import InvalidRule
from custrel.frames import Door, enter
from custrel.valuation._arguments import Discounting, require_way, stretch_of
from custrel.valuation._bg_bb_fit import REMEDY, BgBbFit
from custrel.valuation._bg_bb_likelihood import Pairs, log_alive, log_doubt
from custrel.valuation._bg_bb_process import draw_buyers, in_order
from custrel.valuation._opportunities import Histories
from custrel.valuation._staying import discounted_stays, occasions, staying, stays

__all__ = ["BgBb"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class BgBb(BgBbFit):
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

    def sample_future(
        self,
        *,
        horizon: int,
        seed: int | np.random.Generator,
        frequency: ArrayLike,
        recency: ArrayLike,
        periods: ArrayLike,
    ) -> dict[str, NDArray[Any]]:
        """Draw every purchase that customers with known histories make from now on.

        Parameters
        ----------
        horizon : int
            The number of opportunities to look ahead, in periods.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same future.
        frequency : array_like, shape (customers,)
            Opportunities with a purchase.
        recency : array_like, shape (customers,)
            The number of the last of them, in periods since the start; 0 without any.
        periods : array_like, shape (customers,)
            Opportunities.

        Returns
        -------
        dict of str to ndarray of shape (purchases,)
            ``customer_id``, the place of the customer among those given, from 0, and ``time``,
            the number of the opportunity from now; ordered by both.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            The horizon is not a whole number, or negative.
        """
        ahead, rng = occasions("horizon", horizon), np.random.default_rng(seed)
        histories, alive = self._alive(frequency, recency, periods)
        each = (alive, histories.frequency, histories.periods)
        alive, x, n = (np.ravel(histories.spread(values)) for values in each)
        chances = np.where(rng.random(len(x)) < alive, ahead, 0.0)
        buys, stops = (
            rng.beta(self.alpha + x, self.beta + n - x),
            rng.beta(self.gamma, self.delta + n),
        )
        return in_order(draw_buyers(rng, chances, buys, stops))

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
        known, _ = door.distinct(*names, remedy=REMEDY)
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
