"""Gamma-Gamma: how much a customer spends on a purchase.

A customer's purchases are gamma distributed around his own mean, and the means over customers
too.  Spend is taken to be independent of how often he buys.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, InvalidData, Problem, UnknownCode, counted
from custrel.frames import enter
from custrel.valuation._arguments import parameter, strength_of
from custrel.valuation._gamma_gamma_likelihood import find_peak
from custrel.valuation._rows import (
    FROM_A_LOG,
    counts_of,
    frequencies,
    in_parts,
    require_one_length,
)
from custrel.valuation._stirling import log_beta
from custrel.valuation.estimate import Estimate, Learnt

__all__ = ["GammaGamma"]

Floats = NDArray[np.float64]

_COLUMNS = ("frequency", "monetary_value")
_FEWEST = 3  # rows, for as many parameters
_SAME = 1e-9  # relative spread of mean spend, below which all is equal but for rounding


@attrs.frozen(kw_only=True)
class GammaGamma(Learnt):
    """The Gamma-Gamma model of spend per purchase.

    What a customer spends varies around a mean of his own, which does not depend on how often he
    buys.  `fit` learns from the repeat buyers how the means are spread over the customers; what is
    expected of each lies between his own mean and that of all, the nearer to his own, the more
    purchases are known.

    Parameters
    ----------
    p : float
        Shape of a customer's purchases.
    q, v : float
        Shape and scale of the distribution over customers; `v` in money.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    See Also
    --------
    lifetime_value : What purchases and spend come to.
    spend_independence : Whether spend goes with frequency.

    Notes
    -----
    Where q is 1 or less the mean over customers does not exist, and one-time buyers get NaN.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie (2013), The Gamma-Gamma Model of Monetary Value.
    .. [2] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), RFM and CLV: Using Iso-Value Curves
       for Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.

    Examples
    --------
    >>> model = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> round(model.mean, 2)
    35.22
    >>> print(model.expected_spend(frequency=3, monetary_value=35).round(4))
    35.0279
    """

    p: float = parameter()
    q: float = parameter()
    v: float = parameter()
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    history: ClassVar[tuple[str, ...]] = ("frequency", "monetary_value")
    _parameters: ClassVar[tuple[str, ...]] = ("p", "q", "v")

    @classmethod
    def fit(cls, summary: Any, *, zero_spend: str = "error", penalty: float = 0.0) -> Self:
        """Learn the parameters from the repeat buyers of a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency`` and ``monetary_value``.
        zero_spend : {"error", "drop"}
            Repeat buyers whose mean spend is not positive, whom the model does not know.
        penalty : float, default 0
            How strongly parameters are held back from running to 0 or infinity.

        Returns
        -------
        GammaGamma
            With `estimate`.

        Raises
        ------
        InvalidData
            Repeat buyers whose mean spend is not positive, where they are refused.
        FitError
            Too few repeat buyers, or all spend the same.
        InvalidRule
            The penalty is negative or infinite.
        UnknownCode
            No such choice for `zero_spend`.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary, or q <= 1; `estimate.diagnosis` names it.

        Notes
        -----
        What is maximized is the log-likelihood less penalty/2 times the sum of the squared
        logarithms of the parameters, with money in units of the mean spend, as in the models
        of purchases.

        Amounts hardly ever repeat, so that from a lazy frame nearly every repeat buyer comes to
        Python, with two numbers.  Of many millions, `custrel.sample_customers` draws enough: a
        million tell the parameters to three digits.
        """
        door = enter(summary)
        known, counts = door.distinct(*_COLUMNS, remedy=FROM_A_LOG)
        frequency, mean = known.values()
        if zero_spend == "drop":
            kept = (frequency > 0) & (mean > 0)
            frequency, mean, counts = frequency[kept], mean[kept], counts[kept]
        elif zero_spend != "error":
            raise UnknownCode("choice for zero_spend", zero_spend, ("error", "drop"))
        weights = counts if door.lazy else None
        return cls._learn(frequency, mean, weights, penalty)

    @classmethod
    def fit_arrays(
        cls,
        *,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        weights: ArrayLike | None = None,
        penalty: float = 0.0,
    ) -> Self:
        """Learn the parameters from arrays; customers without repeat purchases say nothing.

        Parameters
        ----------
        frequency : array_like, shape (rows,)
            Repeat purchases.
        monetary_value : array_like, shape (rows,)
            Their mean amount.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.

        Returns
        -------
        GammaGamma
            With `estimate`.

        Raises
        ------
        InvalidData
            Repeat buyers whose mean spend is not positive.
        InvalidRule
            The penalty is negative or infinite.
        FitError
            Too few repeat buyers, or all spend the same.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary, or q <= 1; `estimate.diagnosis` names it.
        """
        return cls._learn(frequency, monetary_value, weights, penalty)

    @classmethod
    def _learn(
        cls,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        weights: ArrayLike | None,
        penalty: float,
    ) -> Self:
        strength = strength_of(penalty)
        x, mean = _spending(frequency, monetary_value)
        counts = counts_of(weights, x)
        counts = np.ones_like(x) if counts is None else counts
        kept = np.flatnonzero((x > 0) & (counts > 0))
        x, mean, counts = x[kept], mean[kept], counts[kept]
        peak = find_peak(x, mean, counts, _check(x, mean, counts), strength)
        return cls._from_peak(peak, customers=counts.sum(), rows=len(x), penalty=strength)

    @property
    def mean(self) -> float:
        """Mean spend per purchase over all customers, p v / (q - 1); NaN where q <= 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("nan")

    def log_likelihood(self, *, frequency: ArrayLike, monetary_value: ArrayLike) -> Floats:
        """Return the logarithm of the likelihood of each customer's mean spend.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        monetary_value : array_like
            Their mean amount, positive; ignored where there are none.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape; 0 without repeat purchases, which say nothing of spend.

        Raises
        ------
        InvalidData
            A frequency that is no whole number, or repeat buyers whose mean spend is not
            positive.
        """
        x, mean = _spending(frequency, monetary_value)
        again = x > 0
        x, mean = np.where(again, x, 1.0), np.where(again, mean, 1.0)
        _require_spend(x, mean, np.ones_like(x))
        px, total = self.p * x, x * mean
        result = -log_beta(px, self.q) - np.log(mean)
        result -= px * np.log1p(self.v / total) + self.q * np.log1p(total / self.v)
        return np.where(again, result, 0.0)

    def expected_spend(self, *, frequency: ArrayLike, monetary_value: ArrayLike) -> Floats:
        """Return the spend per purchase to expect of a customer.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        monetary_value : array_like
            Their mean amount; ignored where there are none.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape, in the currency of the data.  Between the customer's own
            mean and that of all; NaN without repeat purchases where q <= 1, and where the
            mean is negative or infinite, which the model does not know.

        Raises
        ------
        InvalidData
            A frequency that is no whole number.

        Notes
        -----
        p (v + x z) / (p x + q - 1), with x purchases of mean z.
        """
        return in_parts(self._expected, *_spending(frequency, monetary_value))

    def _expected(self, x: Floats, mean: Floats) -> Floats:
        total = x * np.where(x > 0, mean, 0.0)
        below = self.p * x + (self.q - 1)
        known = (below > 0) & (total >= 0) & (total < np.inf)
        return (total + self.v) * self.p / np.where(known, below, np.nan)

    def predict(self, summary: Any) -> Any:
        """Add the spend to expect to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency`` and ``monetary_value``.

        Returns
        -------
        CustomerSummary or frame
            What came in, with ``expected_spend`` per purchase, in the currency of the data; NaN
            without repeat purchases where q <= 1, and where the mean spend is negative or
            infinite.

        Raises
        ------
        InvalidData
            A column holds no numbers.
        """
        door = enter(summary)
        door.require(_COLUMNS, remedy=FROM_A_LOG)
        door.require_numbers(*_COLUMNS)
        return door.leave(door.frame.with_columns(expected_spend=self._spend()))

    def sample(self, *, frequency: ArrayLike, seed: int | np.random.Generator) -> dict[str, Floats]:
        """Draw the mean spend of customers who do what the model says.

        Parameters
        ----------
        frequency : array_like, shape (customers,)
            Repeat purchases of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``frequency`` and ``monetary_value``, as `fit_arrays` takes them; 0 without repeat
            purchases.

        Raises
        ------
        InvalidData
            A frequency that is no whole number.
        """
        x, rng = np.ravel(frequencies(frequency)), np.random.default_rng(seed)
        again = x > 0
        scale = rng.gamma(self.q, 1 / self.v, len(x))
        total = rng.gamma(np.where(again, self.p * x, 1.0)) / scale
        return {"frequency": x, "monetary_value": np.where(again, total / np.maximum(x, 1), 0.0)}

    def _spend(self) -> nw.Expr:
        """Return `expected_spend` for an engine to compute."""
        x, mean = (nw.col(name).cast(nw.Float64) for name in _COLUMNS)
        total = nw.when(x > 0).then(x * mean).otherwise(0.0)
        below = self.p * x + (self.q - 1)
        unknown = nw.lit(float("nan"))
        known = (below > 0) & (total >= 0) & (total < float("inf"))
        return nw.when(known).then((total + self.v) * self.p / below).otherwise(unknown)


def _spending(frequency: ArrayLike, monetary_value: ArrayLike) -> tuple[Floats, Floats]:
    """Check frequencies and return both as float64 arrays of one shape."""
    x, mean = frequencies(frequency), np.asarray(monetary_value, dtype=np.float64)
    require_one_length(frequency=x, monetary_value=mean)
    x, mean = np.broadcast_arrays(x, mean)
    return x, mean


def _require_spend(x: Floats, mean: Floats, counts: Floats) -> None:
    bad = ~((mean > 0) & (mean < np.inf))
    if bad.any():
        rows = tuple(
            f"repeat buyer {i}: frequency={x.ravel()[i]:g}, monetary_value={mean.ravel()[i]:g}"
            for i in np.flatnonzero(bad)[:3]
        )
        problem = Problem(
            code="no_spend",
            message="mean spend of repeat buyers that is zero, negative, infinite or missing",
            column="monetary_value",
            count=int(counts[bad].sum()),
            rows=rows,
            remedy="Pass zero_spend='drop' to learn from the others.",
            of="customer",
        )
        raise InvalidData([problem])


def _check(x: Floats, mean: Floats, counts: Floats) -> float:
    """Refuse what no parameters can be learnt from; return the mean spend."""
    _require_spend(x, mean, counts)
    start = "GammaGamma cannot be fitted"
    if len(x) < _FEWEST:
        raise FitError(
            f"{start}: 3 parameters from {counted(counts.sum(), 'repeat buyer')}. Take more "
            "customers, or known parameters."
        )
    if np.ptp(mean) <= _SAME * mean.max():
        raise FitError(
            f"{start}: the mean spend of all {counts.sum():,.0f} repeat buyers is {mean[0]:.6g}, so "
            "there is nothing to learn: use that amount as the spend."
        )
    return float((mean * counts).sum() / counts.sum())
