"""Shifted beta-geometric: how long customers under contract stay.

At each occasion to renew, a customer leaves with a probability of his own, which is beta
distributed over customers.  Those likely to leave go first, so that the retention rate of a
cohort rises although no customer's loyalty does.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.frames import enter
from custrel.valuation._arguments import Discounting, require_way, stretch_of
from custrel.valuation._contract_fit import ContractFit
from custrel.valuation._renewals import Renewals
from custrel.valuation._sampling import occasions_of, purchases_until_stopping
from custrel.valuation._staying import discounted_stays, occasions, staying, stays

__all__ = ["ShiftedBetaGeometric"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class ShiftedBetaGeometric(ContractFit):
    """The shifted-beta-geometric model of contracts that are renewed or end.

    Parameters
    ----------
    alpha, beta : float
        Parameters of the beta distribution of the probability to leave at an occasion to renew.
    unit : TimeUnit or str, optional
        The time from one occasion to the next; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    Notes
    -----
    Time is counted in occasions to renew.  The `tenure` of a customer is the number of those
    that he has come to: an active one has renewed at each of them, one who has left did so at
    the last of them.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie (2007), How to Project Customer Retention, Journal of
       Interactive Marketing 21(1), 76-90.
    .. [2] P. S. Fader, B. G. S. Hardie (2010), Customer-Base Valuation in a Contractual Setting:
       The Perils of Ignoring Heterogeneity, Marketing Science 29(1), 85-93.

    Examples
    --------
    >>> model = ShiftedBetaGeometric(alpha=0.704077, beta=1.182043)
    >>> print(model.survival(horizon=[0, 1, 2, 8]).round(3))
    [1.    0.627 0.474 0.22 ]
    >>> print(model.retention_rate(occasion=[1, 2, 8]).round(3))
    [0.627 0.756 0.921]
    >>> print(model.residual_lifetime(tenure=[0, 4], rate=0.1).round(2))
    [2.96 5.89]
    """

    def log_likelihood(self, *, tenure: ArrayLike, ended: ArrayLike) -> Floats:
        """Return the logarithm of the likelihood of each contract.

        Parameters
        ----------
        tenure : array_like
            Occasions to renew that the customer has come to.
        ended : array_like of bool
            Whether he left at the last of them.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Notes
        -----
        Of leaving at occasion t it is B(alpha+1, beta+t-1)/B(alpha, beta), of still being there
        after it S(t) = B(alpha, beta+t)/B(alpha, beta).
        """
        reached, left = Renewals.checked(
            np.asarray(tenure, dtype=np.float64), np.asarray(ended, dtype=np.float64)
        )
        before = np.log(staying(self.alpha, self.beta, reached - left))
        leaving = np.log(self.alpha / (self.alpha + self.beta + np.maximum(reached - 1, 0)))
        return np.asarray(before + np.where(left > 0, leaving, 0.0), dtype=np.float64)

    def probability_alive(
        self, *, tenure: ArrayLike = 0, ended: ArrayLike = False, horizon: ArrayLike = 0
    ) -> Floats:
        """Return the probability that a customer is there still, now or later.

        Parameters
        ----------
        tenure : array_like, default 0
            Occasions to renew that the customer has come to; 0 is a new customer.
        ended : array_like of bool, default False
            Whether he left at the last of them.
        horizon : array_like, default 0
            After how many occasions more, in periods.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape; 0 for those who have left.

        Raises
        ------
        InvalidData
            A tenure is impossible.
        InvalidRule
            A horizon is not a whole number, or negative.
        """
        level, there = self._active(tenure, ended)
        return staying(self.alpha, level, occasions("horizon", horizon)) * there

    def expected_purchases(
        self, *, horizon: ArrayLike, tenure: ArrayLike = 0, ended: ArrayLike = False
    ) -> Floats:
        """Return the number of renewals to expect at the next occasions.

        Parameters
        ----------
        horizon : array_like
            The number of occasions, in periods.
        tenure : array_like, default 0
            Occasions to renew that the customer has come to; 0 is a new customer.
        ended : array_like of bool, default False
            Whether he left at the last of them.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape; 0 for those who have left.

        Raises
        ------
        InvalidData
            A tenure is impossible.
        InvalidRule
            A horizon is not a whole number, or negative.
        """
        level, there = self._active(tenure, ended)
        return stays(self.alpha, level, occasions("horizon", horizon)) * there

    def discounted_purchases(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        tenure: ArrayLike = 0,
        ended: ArrayLike = False,
    ) -> Floats:
        """Return the present number of renewals at the next occasions, or for ever.

        Parameters
        ----------
        horizon : float
            How many occasions ahead, in periods; ``math.inf`` for all to come.
        rate : float
            The effective discount rate per period.
        discounting : {"discrete", "continuous"}
            The same here: an occasion is the end of its period.
        tenure : array_like, default 0
            Occasions to renew that the customer has come to; 0 is a new customer.
        ended : array_like of bool, default False
            Whether he left at the last of them.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape; 0 for those who have left.  The next occasion counts as one
            period ahead, as for models of purchases; `residual_lifetime` takes it as imminent.

        Raises
        ------
        InvalidData
            A tenure is impossible.
        InvalidRule
            The horizon is neither a whole number nor infinite, or the rate is not above -1, or,
            with an infinite horizon, is negative or next to nothing.
        UnknownCode
            No such way of discounting.
        """
        require_way(discounting)
        level, there = self._active(tenure, ended)
        present = discounted_stays(self.alpha, level, horizon, rate)
        return np.where(there > 0, present, 0.0)  # it may be infinite

    def purchase_probability(
        self,
        *,
        purchases: ArrayLike,
        horizon: ArrayLike | None = None,
        start: ArrayLike | None = None,
        end: ArrayLike | None = None,
        tenure: ArrayLike = 0,
        ended: ArrayLike = False,
    ) -> Floats:
        """Return the probability that a customer renews so often at the next occasions.

        Parameters
        ----------
        purchases : array_like
            How often he renews.
        horizon : array_like, optional
            At the next so many occasions, in periods.
        start, end : array_like, optional
            Or at those after the first `start` of them, up to `end`.
        tenure : array_like, default 0
            Occasions to renew that the customer has come to; 0 is a new customer.
        ended : array_like of bool, default False
            Whether he left at the last of them.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape; 0 where there are more renewals than occasions.

        Raises
        ------
        InvalidData
            A tenure is impossible.
        InvalidRule
            The numbers are not whole, or negative, or the stretch of time is not one.
        """
        begin, until = stretch_of(horizon, start, end)
        begin = occasions("start", begin)
        length = occasions("horizon" if horizon is not None else "end", until) - begin
        wanted = occasions("purchases", purchases)
        level, there = self._active(tenure, ended)
        still = staying(self.alpha, level, begin) * there
        level, wanted, length = np.broadcast_arrays(level + begin, wanted, length)
        so_long = staying(self.alpha, level, np.minimum(wanted, length))
        leaves = self.alpha / (self.alpha + level + wanted)
        chance = so_long * np.where(wanted < length, leaves, wanted == length)
        return np.asarray(still * chance + np.where(wanted == 0, 1 - still, 0.0))

    def _active(self, tenure: ArrayLike, ended: ArrayLike) -> tuple[Floats, Floats]:
        """Return the second parameter after the occasions passed, and who is there at all."""
        reached, left = Renewals.checked(
            np.asarray(tenure, dtype=np.float64), np.asarray(ended, dtype=np.float64)
        )
        return self.beta + reached, 1 - left

    def predict(
        self, contracts: Any, *, horizon: int, tenure: str = "tenure", ended: str | None = "ended"
    ) -> Any:
        """Add what each customer will do to a frame of contracts.

        Parameters
        ----------
        contracts : frame
            One row per customer.
        horizon : int
            The number of occasions to renew to look ahead, in periods.
        tenure : str
            The column with the number of occasions to renew that he has come to.
        ended : str, optional
            The column that says whether he left at the last one; None where all are active.

        Returns
        -------
        frame
            What came in, with ``p_active`` (to be there still after `horizon` occasions) and
            ``expected_renewals`` (at them); both 0 for those who have left.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A tenure is impossible, or a value is missing.
        InvalidRule
            The horizon is not a whole number, or negative.
        """
        door = enter(contracts)
        columns = [tenure, *([] if ended is None else [ended])]
        remedy = "Say which columns they are: tenure=, ended= (None: all are active)."
        known, _ = door.distinct(*columns, flags=columns, remedy=remedy)
        gone = np.zeros_like(known[tenure]) if ended is None else known[ended]
        reached, left = Renewals.checked(known[tenure], gone)
        ahead, there = occasions("horizon", horizon), 1 - left
        made = {
            "p_active": staying(self.alpha, self.beta + reached, ahead) * there,
            "expected_renewals": stays(self.alpha, self.beta + reached, ahead) * there,
        }
        return door.attach(made, by=known)

    def sample(
        self,
        *,
        occasions: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, Floats]:
        """Draw contracts of customers who do what the model says.

        Parameters
        ----------
        occasions : array_like
            How many occasions to renew are observed: one number for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where `occasions` is one number for all.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``tenure`` and ``ended``, as `fit_arrays` takes them.

        Raises
        ------
        InvalidRule
            A number of occasions is not whole, or `customers` is no number of them.
        """
        seen, rng = occasions_of(customers, occasions, "occasions"), np.random.default_rng(seed)
        renewals = purchases_until_stopping(rng, rng.beta(self.alpha, self.beta, len(seen)), 1)
        ended = renewals < seen
        return {"tenure": np.where(ended, renewals + 1, seen), "ended": ended.astype(np.float64)}

    def sample_future(
        self,
        *,
        horizon: int,
        seed: int | np.random.Generator,
        tenure: ArrayLike,
        ended: ArrayLike = False,
    ) -> dict[str, NDArray[Any]]:
        """Draw every renewal that customers with known contracts make from now on.

        Parameters
        ----------
        horizon : int
            The number of occasions to renew to look ahead, in periods.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same future.
        tenure : array_like, shape (customers,)
            Occasions to renew that each customer has come to.
        ended : array_like of bool, shape (customers,), default False
            Whether he left at the last of them.

        Returns
        -------
        dict of str to ndarray of shape (renewals,)
            ``customer_id``, the place of the customer among those given, from 0, and ``time``,
            the number of the occasion from now; ordered by both.

        Raises
        ------
        InvalidData
            A tenure is impossible.
        InvalidRule
            The horizon is not a whole number, or negative.
        """
        ahead, rng = occasions("horizon", horizon), np.random.default_rng(seed)
        level, there = (np.ravel(v) for v in np.broadcast_arrays(*self._active(tenure, ended)))
        stays_for = purchases_until_stopping(rng, rng.beta(self.alpha, level), 1)
        renewals = np.where(there > 0, np.minimum(stays_for, ahead), 0.0).astype(np.int64)
        who = np.repeat(np.arange(len(renewals)), renewals)
        time = np.arange(len(who)) - np.repeat(np.cumsum(renewals) - renewals, renewals) + 1.0
        return {"customer_id": who, "time": time}
