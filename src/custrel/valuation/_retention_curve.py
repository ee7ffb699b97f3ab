"""The curve of a cohort under contract: who stays how long, leaving probabilities being beta."""

from __future__ import annotations

import math
from typing import ClassVar

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.units import TimeUnit
from custrel.valuation._arguments import parameter
from custrel.valuation._staying import discounted_stays, occasions, staying
from custrel.valuation.estimate import Estimate, Learnt

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class RetentionCurve(Learnt):
    """How long customers stay who all began at once, or have stayed so long."""

    alpha: float = parameter()
    beta: float = parameter()
    unit: TimeUnit | None = attrs.field(default=None, converter=attrs.converters.optional(TimeUnit))
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    history: ClassVar[tuple[str, ...]] = ("tenure", "ended")
    _parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta")

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
