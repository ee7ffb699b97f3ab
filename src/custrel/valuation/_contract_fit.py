"""How the model of contracts is learnt: from customers, or from the sizes of cohorts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, counted
from custrel.frames import enter
from custrel.units import TimeUnit
from custrel.valuation._arguments import strength_of
from custrel.valuation._beta_coordinates import carry, climb, natural, peak_of
from custrel.valuation._peak import Penalty, of_beta
from custrel.valuation._renewals import Renewals, read_cohorts
from custrel.valuation._retention_curve import RetentionCurve
from custrel.valuation._rows import counts_of, distinct_customers

Floats = NDArray[np.float64]

_STARTS = ((-1.5, 1.0), (-3.0, 3.0), (0.0, -2.0))
_LIMITS = (
    ("nobody ever leaves (alpha/(alpha+beta) ran to 0)", "everybody leaves at the first occasion (alpha/(alpha+beta) ran to 1)"),
    ("customers leave at the first occasion or never (alpha + beta ran to 0)", "all customers leave with one probability (alpha + beta ran to infinity)"),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class ContractFit(RetentionCurve):
    """The curve of a cohort, and how it is learnt."""

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
        >>> from custrel import ShiftedBetaGeometric
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
        remedy = "Say which columns they are: tenure=, ended=, weights=."
        known, counts = distinct_customers(
            enter(contracts), tenure, ended, weights=weights, flags=[ended], remedy=remedy
        )
        return cls._learn(Renewals.of_contracts(known[tenure], known[ended], counts), unit, penalty)

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
        >>> from custrel import ShiftedBetaGeometric
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
        return cls._from_peak(
            peak_of(best, held, _LIMITS),
            customers=renewals.customers,
            rows=int(np.count_nonzero(renewals.left) + np.count_nonzero(renewals.renewed)),
            penalty=held.strength,
            unit=unit,
        )

    @classmethod
    def _check(cls, renewals: Renewals) -> None:
        """Refuse what no parameters can be learnt from."""
        start, who = f"{cls.__name__} cannot be fitted", counted(renewals.customers, "customer")
        seen = np.flatnonzero(renewals.left + renewals.renewed)
        if len(seen) < len(cls._parameters):
            raise FitError(
                f"{start}: its 2 parameters need customers at 2 or more occasions to renew, and "
                f"the {who} came to {len(seen)}. Wait for the next one, or use a "
                "model with known parameters."
            )
        if not renewals.left.any():
            raise FitError(
                f"{start}: none of the {who} has left, so nothing is known of "
                "leaving. Observe for longer, or use a model with known parameters."
            )


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
