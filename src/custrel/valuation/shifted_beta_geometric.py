"""Shifted beta-geometric: how long customers under contract stay.

At each occasion to renew, a customer leaves with a probability of his own, which is beta
distributed over customers.  Those likely to leave go first, so that the retention rate of a
cohort rises although no customer's loyalty does.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, InvalidRule
from custrel.frames import enter
from custrel.units import TimeUnit
from custrel.valuation._arguments import (
    Discounting,
    parameter,
    require_way,
    strength_of,
    stretch_of,
)
from custrel.valuation._beta_coordinates import carry, climb, jacobian, natural
from custrel.valuation._peak import Penalty, of_beta
from custrel.valuation._renewals import Renewals, numbers_for, read_cohorts
from custrel.valuation._rows import counts_of
from custrel.valuation._sampling import occasions_of, purchases_until_stopping
from custrel.valuation._staying import discounted_stays, occasions, staying, stays
from custrel.valuation.estimate import Estimate, Learnt

__all__ = ["ShiftedBetaGeometric"]

Floats = NDArray[np.float64]

_STARTS = ((-1.5, 1.0), (-3.0, 3.0), (0.0, -2.0))
_LIMITS = (
    ("nobody ever leaves (alpha/(alpha+beta) ran to 0)", "everybody leaves at the first occasion (alpha/(alpha+beta) ran to 1)"),
    ("customers leave at the first occasion or never (alpha + beta ran to 0)", "all customers leave with one probability (alpha + beta ran to infinity)"),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class ShiftedBetaGeometric(Learnt):
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

    alpha: float = parameter()
    beta: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    history: ClassVar[tuple[str, ...]] = ("tenure", "ended")
    _parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    @classmethod
    def fit(
        cls, contracts: Any, *, tenure: str = "tenure", ended: str = "ended",
        weights: str | None = None, unit: TimeUnit | str | None = None, penalty: float = 0.0,
    ) -> Self:  # fmt: skip
        """Learn the parameters from a frame of contracts, ended and running ones.

        Parameters
        ----------
        contracts : frame
            One row per customer, or per kind of customer with `weights`.
        tenure : str
            The column with the number of occasions to renew that he has come to.
        ended : str
            The column that says, by a boolean or by 0 and 1, whether he left at the last one.
        weights : str, optional
            The column that says how many customers a row stands for.
        unit : TimeUnit or str, optional
            The time from one occasion to the next.
        penalty : float, default 0
            How strongly parameters are held back from running to 0 or infinity: half of it
            times the sum of their squared logarithms is taken off what is maximized.

        Returns
        -------
        ShiftedBetaGeometric
            With `estimate`.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        FitError
            Nobody left, nobody stayed, or all is known of one occasion only.
        InvalidData
            A tenure is impossible, or a value is missing.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.

        Examples
        --------
        >>> import pandas as pd
        >>> contracts = pd.DataFrame(
        ...     {
        ...         "tenure": [1, 2, 3, 4, 4],
        ...         "ended": [True, True, True, True, False],
        ...         "customers": [131, 126, 90, 60, 593],
        ...     }
        ... )
        >>> model = ShiftedBetaGeometric.fit(contracts, weights="customers")
        >>> round(model.alpha, 3), round(model.beta, 3)
        (1.281, 7.79)
        """
        door = numbers_for(enter(contracts), ended)
        columns = [tenure, ended, *([] if weights is None else [weights])]
        door.require(columns, remedy="Say which columns they are: tenure=, ended=, weights=.")
        values, counts = door.distinct(*columns)
        known = dict(zip(columns, values, strict=True))
        if weights is not None:
            counts = counts * known[weights]
        return cls._learn(
            Renewals.of_contracts(known[tenure], known[ended], counts_of(counts, values[0])),
            unit,
            penalty,
        )

    @classmethod
    def fit_arrays(
        cls,
        *,
        tenure: ArrayLike,
        ended: ArrayLike,
        weights: ArrayLike | None = None,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn the parameters from arrays of contracts, ended and running ones.

        Parameters
        ----------
        tenure : array_like, shape (rows,)
            Occasions to renew that each customer has come to.
        ended : array_like of bool, shape (rows,)
            Whether he left at the last of them.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        unit : TimeUnit or str, optional
            The time from one occasion to the next.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.

        Returns
        -------
        ShiftedBetaGeometric
            With `estimate`.

        Raises
        ------
        FitError
            Nobody left, nobody stayed, or all is known of one occasion only.
        InvalidData
            A tenure is impossible, or a value is missing.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        reached, left = Renewals.checked(
            np.asarray(tenure, dtype=np.float64), np.asarray(ended, dtype=np.float64)
        )
        renewals = Renewals.of_contracts(reached, left, counts_of(weights, reached))
        return cls._learn(renewals, unit, penalty)

    @classmethod
    def fit_cohorts(
        cls, table: Any, *, cohort: str | None = "cohort", period: str = "period",
        active: str = "active", unit: TimeUnit | str | None = None, penalty: float = 0.0,
    ) -> Self:  # fmt: skip
        """Learn the parameters from a frame of how many of each cohort are still there.

        Parameters
        ----------
        table : frame
            One row per cohort and period.
        cohort : str, optional
            The column that tells cohorts apart; None where there is but one.
        period : str
            The column with the number of occasions to renew that the cohort has come to; 0
            when it started.
        active : str
            The column with the number of customers who renewed at all of them.  A row without
            one is not observed yet, and passed over.
        unit : TimeUnit or str, optional
            The time from one occasion to the next.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.

        Returns
        -------
        ShiftedBetaGeometric
            With `estimate`.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        FitError
            Nobody left, nobody stayed, or all is known of one occasion only.
        InvalidData
            A count is impossible or grows, or a cohort's periods have a gap or a double.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.

        Notes
        -----
        A cohort need not be known from its start: what is learnt from is how many of those
        there at one period are still there at the next.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame(
        ...     {
        ...         "cohort": ["2021"] * 4 + ["2022"] * 3,
        ...         "period": [0, 1, 2, 3, 0, 1, 2],
        ...         "active": [1000, 631, 468, 382, 1200, 750, 560],
        ...     }
        ... )
        >>> model = ShiftedBetaGeometric.fit_cohorts(table)
        >>> print(model.survival(horizon=[1, 2, 3]).round(3))
        [0.627 0.469 0.379]
        """
        return cls._learn(read_cohorts(enter(table), cohort, period, active), unit, penalty)

    @classmethod
    def fit_survivors(
        cls,
        active: ArrayLike | Sequence[ArrayLike],
        *,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn the parameters from how many of one or several cohorts are still there.

        Parameters
        ----------
        active : array_like, shape (periods,), or sequence of such
            Customers at the start, and after each occasion to renew, of one cohort or of each.
            A table may be filled up with NaN where a cohort is not observed yet.
        unit : TimeUnit or str, optional
            The time from one occasion to the next.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.

        Returns
        -------
        ShiftedBetaGeometric
            With `estimate`.

        Raises
        ------
        FitError
            Nobody left, nobody stayed, or all is known of one occasion only.
        InvalidData
            A count is impossible, or grows.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        cohorts: list[Any] = list(active)  # type: ignore[arg-type]
        if not cohorts or np.ndim(cohorts[0]) == 0:
            cohorts = [cohorts]
        return cls._learn(Renewals.of_survivors(cohorts), unit, penalty)

    @classmethod
    def _learn(cls, renewals: Renewals, unit: TimeUnit | str | None, penalty: float) -> Self:
        held = Penalty(strength_of(penalty), of_beta)
        cls._check(renewals)
        best = climb(held.on(_Likelihood(renewals)), _STARTS)
        parameters = natural(best.at)
        diagnosis = best.findings(_LIMITS)
        estimate = Estimate(
            log_likelihood=best.value + held.at(best.at),
            customers=renewals.customers,
            rows=int(np.count_nonzero(renewals.left) + np.count_nonzero(renewals.renewed)),
            covariance=best.covariance(jacobian(parameters)),
            iterations=best.steps,
            diagnosis=diagnosis,
            penalty=held.strength,
        )
        alpha, beta = parameters
        model = cls(alpha=alpha, beta=beta, unit=unit, estimate=estimate)
        if diagnosis:
            # The caller of a fit is two calls away.
            warnings.warn(f"{cls.__name__}: {'; '.join(diagnosis)}.", stacklevel=3)
        return model

    @classmethod
    def _check(cls, renewals: Renewals) -> None:
        """Refuse what no parameters can be learnt from."""
        start, customers = f"{cls.__name__} cannot be fitted", f"{renewals.customers:,.0f}"
        seen = np.flatnonzero(renewals.left + renewals.renewed)
        if len(seen) < len(cls._parameters):
            raise FitError(
                f"{start}: its 2 parameters need customers at 2 or more occasions to renew, and "
                f"the {customers} customers came to {len(seen)}. Wait for the next one, or use a "
                "model with known parameters."
            )
        if not renewals.left.any():
            raise FitError(
                f"{start}: none of the {customers} customers has left, so nothing is known of "
                "leaving. Observe for longer, or use a model with known parameters."
            )

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

    def survival(self, *, horizon: ArrayLike, tenure: ArrayLike = 0) -> Floats:
        """Return the probability that a customer renews at all the next occasions.

        Parameters
        ----------
        horizon : array_like
            The number of occasions, in periods from now.
        tenure : array_like
            Occasions at which he has renewed already; 0 is a new customer.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.

        Raises
        ------
        InvalidRule
            The numbers are not whole, or negative.
        """
        return staying(
            self.alpha, self.beta + occasions("tenure", tenure), occasions("horizon", horizon)
        )

    def retention_rate(self, *, occasion: ArrayLike) -> Floats:
        """Return the share that renews of those who come to an occasion.

        Parameters
        ----------
        occasion : array_like
            Which occasion to renew, from 1.

        Returns
        -------
        ndarray of float64

        Raises
        ------
        InvalidRule
            The numbers are not whole, or less than 1.

        Notes
        -----
        (beta+t-1)/(alpha+beta+t-1) at occasion t.
        """
        passed = self.beta + (occasions("occasion", occasion, least=1) - 1)
        return np.asarray(passed / (self.alpha + passed), dtype=np.float64)

    def leaving_probability(self, *, occasion: ArrayLike) -> Floats:
        """Return the probability that a new customer leaves at an occasion.

        Parameters
        ----------
        occasion : array_like
            Which occasion to renew, from 1.

        Returns
        -------
        ndarray of float64

        Raises
        ------
        InvalidRule
            The numbers are not whole, or less than 1.

        Notes
        -----
        B(alpha+1, beta+t-1)/B(alpha, beta) at occasion t.
        """
        passed = occasions("occasion", occasion, least=1) - 1
        still = staying(self.alpha, self.beta, passed)
        return np.asarray(still * self.alpha / (self.alpha + self.beta + passed), dtype=np.float64)

    def expected_lifetime(self, *, horizon: float = math.inf, rate: float = 0.0) -> float:
        """Return how many periods a new customer is expected to stay, discounted.

        Parameters
        ----------
        horizon : float
            How many periods are counted at most; ``math.inf`` for all there will ever be.
        rate : float
            The effective discount rate per period.

        Returns
        -------
        float
            The first period, which is certain, is not discounted.  Infinite where nothing is
            discounted, the horizon is infinite and alpha <= 1.

        Raises
        ------
        InvalidRule
            The horizon is neither a whole number from 1 nor infinite, or the rate is not above
            -1, or, with an infinite horizon, is negative or next to nothing.

        Notes
        -----
        The sum of S(t)/(1 + rate)^t over t from 0 to horizon - 1.  Undiscounted and without
        end it is (alpha+beta-1)/(alpha-1).
        """
        if horizon < 1:
            raise InvalidRule(f"horizon={horizon!r}: it must be at least 1, the first period.")
        return 1.0 + float(discounted_stays(self.alpha, self.beta, horizon - 1, rate))

    def residual_lifetime(
        self, *, tenure: ArrayLike, horizon: float = math.inf, rate: float = 0.0
    ) -> Floats:
        """Return how many renewals to come are expected of an active customer (DERL).

        Parameters
        ----------
        tenure : array_like
            Occasions at which he has renewed already; 0 is a new customer.
        horizon : float
            How many occasions are counted at most, in periods from now; ``math.inf`` for all
            there will ever be.
        rate : float
            The effective discount rate per period.

        Returns
        -------
        ndarray of float64
            The next renewal is imminent, and not discounted.  Infinite where nothing is
            discounted, the horizon is infinite and alpha <= 1.

        Raises
        ------
        InvalidRule
            The numbers are not whole, or the rate is not above -1, or, with an infinite horizon,
            is negative or next to nothing.

        Notes
        -----
        The sum of S(n + j)/S(n)/(1 + rate)^(j-1) over j from 1.  Without end that is
        (beta+n)/(alpha+beta+n) 2F1(1, beta+n+1; alpha+beta+n+1; 1/(1+rate)), which the paper
        gives for a customer in his period n + 1.
        """
        level = self.beta + occasions("tenure", tenure)
        return discounted_stays(self.alpha, level, horizon, rate) * (1 + rate)

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
        door.require(
            columns, remedy="Say which columns they are: tenure=, ended= (None: all are active)."
        )
        values, _ = numbers_for(door, *columns).distinct(*columns)
        known = dict(zip(columns, values, strict=True))
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


class _Likelihood:
    """The log-likelihood of leaving or renewing at each occasion, its gradient and Hessian."""

    def __init__(self, renewals: Renewals) -> None:
        faced = renewals.left + renewals.renewed
        self.passed = np.flatnonzero(faced).astype(np.float64)
        self.left, self.renewed = renewals.left[faced > 0], renewals.renewed[faced > 0]

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        parameters = natural(theta)
        alpha, beta = parameters
        left, renewed, losses = self.left, self.renewed, self.left.sum()
        stay = 1 / (beta + self.passed)
        both = 1 / (alpha + beta + self.passed)
        value = -left @ np.log1p((beta + self.passed) / alpha) - renewed @ np.log1p(alpha * stay)
        by_both, by_both2 = (left + renewed) @ both, (left + renewed) @ both**2
        gradient = np.array([losses / alpha - by_both, renewed @ stay - by_both])
        hessian = np.full((2, 2), by_both2)
        hessian[0, 0] -= losses / alpha**2
        hessian[1, 1] -= renewed @ stay**2
        return float(value), *carry(parameters, gradient, hessian)
