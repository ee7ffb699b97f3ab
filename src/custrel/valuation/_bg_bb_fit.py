"""How BG/BB is learnt: from histories over counted opportunities, by maximum likelihood."""

from __future__ import annotations

from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, counted
from custrel.frames import enter
from custrel.units import TimeUnit
from custrel.valuation._arguments import strength_of
from custrel.valuation._beta_coordinates import peak_of
from custrel.valuation._bg_bb_likelihood import Likelihood, Pairs
from custrel.valuation._bg_bb_process import BgBbProcess
from custrel.valuation._opportunities import Histories, Tally
from custrel.valuation._peak import Penalty, in_pairs, of_beta
from custrel.valuation._rows import counts_of, distinct_customers

Floats = NDArray[np.float64]

REMEDY = "Say which columns they are: frequency=, recency=, periods=, weights=."
_LIMITS = (
    ("the probability to buy ran to 0", "everybody alive buys at every opportunity (alpha/(alpha+beta) ran to 1)"),
    ("customers buy always or never (alpha + beta ran to 0)", "all customers buy with one probability (alpha + beta ran to infinity)"),
    ("degenerates to the beta-binomial: nobody ever stops (gamma/(gamma+delta) ran to 0)", "everybody stops at once (gamma/(gamma+delta) ran to 1)"),
    ("customers stop at once or never (gamma + delta ran to 0)", "all customers stop with one probability (gamma + delta ran to infinity)"),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class BgBbFit(BgBbProcess):
    """Customers at counted opportunities, and how the model of them is learnt."""

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
        >>> from custrel import BgBb
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
        door, columns = enter(summary), (frequency, recency, periods)
        if weights is None and isinstance(door.frame, nw.DataFrame):
            door.require(columns, remedy=REMEDY)
            door.require_numbers(*columns)
            # As they are: whole numbers need not become floats to be counted.
            table = [door.frame.get_column(name).to_numpy() for name in columns]
            if (tally := Tally.quick(*table)) is not None:
                return cls._learn(tally, unit, penalty)
        known, counts = distinct_customers(door, *columns, weights=weights, remedy=REMEDY)
        histories = Histories.of(known[frequency], known[recency], known[periods])
        return cls._learn(histories.tally(counts), unit, penalty)

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
        return cls._from_peak(
            peak_of(best, held, _LIMITS),
            customers=counts.sum(),
            rows=len(counts),
            penalty=held.strength,
            unit=unit,
        )

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
