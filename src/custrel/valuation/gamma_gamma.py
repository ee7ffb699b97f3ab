"""Gamma-Gamma: how much a customer spends on a purchase.

A customer's purchases are gamma distributed around his own mean, and the means over customers
too.  Spend is taken to be independent of how often he buys.
"""

from __future__ import annotations

import warnings
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, polygamma

from custrel.errors import FitError, InvalidData, InvalidRule, Problem
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._newton import invert, maximize
from custrel.valuation.estimate import Estimate

__all__ = ["GammaGamma"]

Floats = NDArray[np.float64]

_COLUMNS = ("frequency", "monetary_value")
_LOW = np.log([1e-3, 1e-3, 1e-9])
_HIGH = np.log([1e6, 1e6, 1e9])
_LIMITS = (
    ("spend varies without bound (p ran to 0)", "every purchase of a customer costs the same (p ran to infinity)"),
    ("customers differ without bound (q ran to 0)", "all customers spend alike (q ran to infinity)"),
    ("the scale of spend ran to 0 (v)", "the scale of spend ran to infinity (v)"),
)  # fmt: skip
_NO_MEAN = (
    "q <= 1: the mean spend over customers does not exist, nor does the spend to expect of a "
    "customer without repeat purchases"
)
_SAME = 1e-9  # relative spread of mean spend, below which all is equal but for rounding


def _positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < float("inf"):
        raise InvalidRule(f"{field.name}={value!r} must be positive and finite.")


@attrs.frozen(kw_only=True)
class GammaGamma(Rule):
    """The Gamma-Gamma model of spend per purchase.

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

    p: float = attrs.field(converter=float, validator=_positive)
    q: float = attrs.field(converter=float, validator=_positive)
    v: float = attrs.field(converter=float, validator=_positive)
    estimate: Estimate | None = attrs.field(default=None, repr=False)

    @classmethod
    def fit(cls, summary: Any, *, zero_spend: str = "error") -> Self:
        """Learn the parameters from the repeat buyers of a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency`` and ``monetary_value``.
        zero_spend : {"error", "drop"}
            Repeat buyers whose mean spend is not positive, whom the model does not know.

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

        Warns
        -----
        UserWarning
            A parameter ran to a boundary, or q <= 1; `estimate.diagnosis` names it.
        """
        door = enter(summary)
        door.require(_COLUMNS, remedy="custrel.summarize makes them from an order log.")
        (frequency, mean), counts = door.distinct(*_COLUMNS)
        if zero_spend == "drop":
            kept = (frequency > 0) & (mean > 0)
            frequency, mean, counts = frequency[kept], mean[kept], counts[kept]
        elif zero_spend != "error":
            raise InvalidRule(f"zero_spend={zero_spend!r}: the choices are 'error', 'drop'.")
        weights = counts if door.lazy else None
        return cls.fit_arrays(frequency=frequency, monetary_value=mean, weights=weights)

    @classmethod
    def fit_arrays(
        cls, *, frequency: ArrayLike, monetary_value: ArrayLike, weights: ArrayLike | None = None
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

        Returns
        -------
        GammaGamma
            With `estimate`.

        Raises
        ------
        InvalidData
            Repeat buyers whose mean spend is not positive.
        FitError
            Too few repeat buyers, or all spend the same.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary, or q <= 1; `estimate.diagnosis` names it.
        """
        x = np.asarray(frequency, dtype=np.float64)
        mean = np.asarray(monetary_value, dtype=np.float64)
        counts = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64)
        again = x > 0
        x, mean, counts = x[again], mean[again], counts[again]
        scale = _check(x, mean, counts)
        likelihood = _Likelihood(x, mean / scale, counts)
        best = maximize(likelihood, likelihood.start(), _LOW, _HIGH)
        p, q, v = np.exp(best.at)
        into = np.diag([p, q, v * scale])
        diagnosis = [_LIMITS[i][int(best.at[i] > 0)] for i in np.flatnonzero(best.on_boundary)]
        diagnosis += [_NO_MEAN] if q <= 1 else []
        model = cls(
            p=p,
            q=q,
            v=v * scale,
            estimate=Estimate(
                log_likelihood=best.value - counts.sum() * np.log(scale),
                customers=counts.sum(),
                rows=len(x),
                covariance=into @ invert(best.hessian, ~best.on_boundary) @ into,
                iterations=best.steps,
                diagnosis=diagnosis,
            ),
        )
        if diagnosis:
            warnings.warn(f"GammaGamma: {'; '.join(diagnosis)}.", UserWarning, stacklevel=3)
        return model

    @property
    def mean(self) -> float:
        """Mean spend per purchase over all customers, p v / (q - 1); NaN where q <= 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("nan")

    def log_likelihood(self, *, frequency: ArrayLike, monetary_value: ArrayLike) -> Floats:
        """Return the logarithm of the likelihood of each customer's mean spend.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases, at least 1.
        monetary_value : array_like
            Their mean amount, positive.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        x = np.asarray(frequency, dtype=np.float64)
        mean = np.asarray(monetary_value, dtype=np.float64)
        px = self.p * x
        return np.asarray(
            gammaln(px + self.q) - gammaln(px) - gammaln(self.q) + self.q * np.log(self.v)
            + (px - 1) * np.log(mean) + px * np.log(x) - (px + self.q) * np.log(self.v + x * mean)
        )  # fmt: skip

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
            mean and that of all; NaN without repeat purchases where q <= 1.

        Notes
        -----
        p (v + x z) / (p x + q - 1), with x purchases of mean z.
        """
        x = np.asarray(frequency, dtype=np.float64)
        mean = np.where(x > 0, np.asarray(monetary_value, dtype=np.float64), 0.0)
        below = self.p * x + self.q - 1
        spend = self.p * (self.v + x * mean) / np.where(below > 0, below, np.nan)
        return np.asarray(spend, dtype=np.float64)

    def predict(self, summary: Any) -> Any:
        """Add the spend to expect to a customer summary.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency`` and ``monetary_value``.

        Returns
        -------
        CustomerSummary or frame
            What came in, with ``expected_spend`` per purchase, in the currency of the data.
        """
        door = enter(summary)
        door.require(_COLUMNS, remedy="custrel.summarize makes them from an order log.")
        return door.leave(door.frame.with_columns(expected_spend=self._spend()))

    def _spend(self) -> nw.Expr:
        """Return `expected_spend` for an engine to compute."""
        x = nw.col("frequency").cast(nw.Float64)
        total = nw.when(x > 0).then(x * nw.col("monetary_value")).otherwise(0.0)
        below = self.p * x + (self.q - 1)
        nobody = nw.lit(float("nan"))
        return nw.when(below > 0).then((total + self.v) * self.p / below).otherwise(nobody)


def _check(x: Floats, mean: Floats, counts: Floats) -> float:
    """Refuse what no parameters can be learnt from; return the mean spend."""
    bad = ~((mean > 0) & (mean < np.inf))
    if bad.any():
        rows = tuple(
            f"row {i} of the repeat buyers: frequency={x[i]:g}, monetary_value={mean[i]:g}"
            for i in np.flatnonzero(bad)[:3]
        )
        problem = Problem(
            code="no_spend",
            message="mean spend of repeat buyers that is zero, negative or missing",
            column="monetary_value",
            count=int(counts[bad].sum()),
            rows=rows,
            remedy="Pass zero_spend='drop' to learn from the others.",
        )
        raise InvalidData([problem])
    start = "GammaGamma cannot be fitted"
    if len(x) < len(_LIMITS):
        raise FitError(
            f"{start}: 3 parameters from {counts.sum():,.0f} repeat buyers. Take more customers or "
            "known parameters."
        )
    if np.ptp(mean) <= _SAME * mean.max():
        raise FitError(
            f"{start}: the mean spend of all {counts.sum():,.0f} repeat buyers is {mean[0]:.6g}, so "
            "there is nothing to learn: use that amount as the spend."
        )
    return float((mean * counts).sum() / counts.sum())


class _Likelihood:
    """The log-likelihood by log p, log q and log v, its gradient and Hessian."""

    def __init__(self, x: Floats, mean: Floats, counts: Floats) -> None:
        self.x, self.counts = x, counts
        self.total = x * mean
        self.levels, place = np.unique(x, return_inverse=True)
        self.n = np.bincount(place, counts)
        self.logs = np.bincount(place, counts * np.log(self.total))
        self.rest = float((counts * np.log(mean)).sum())
        self.place = place

    def start(self) -> Floats:
        """Return coordinates for customers who differ as much as their purchases do."""
        mean = float((self.counts * self.total / self.x).sum() / self.n.sum())
        return np.log([2.0, 3.0, mean])

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        p, q, v = np.exp(theta)
        x, n, customers = self.levels, self.n, self.n.sum()
        above = v + self.total
        per_above = self.counts / above
        log_above, inverse, inverse2 = (
            np.bincount(self.place, values)
            for values in (self.counts * np.log(above), per_above, per_above / above)
        )
        k = p * x + q
        value = n @ (gammaln(k) - gammaln(p * x)) - customers * (gammaln(q) - q * np.log(v))
        value += p * (x @ self.logs) - k @ log_above - self.rest
        gradient = np.array(
            [
                x @ (n * (digamma(k) - digamma(p * x)) + self.logs - log_above),
                n @ digamma(k) - customers * (digamma(q) - np.log(v)) - log_above.sum(),
                customers * q / v - k @ inverse,
            ]
        )
        curve = n * polygamma(1, k)
        hessian = np.array(
            [
                [x**2 @ (curve - n * polygamma(1, p * x)), x @ curve, -(x @ inverse)],
                [0.0, curve.sum() - customers * polygamma(1, q), customers / v - inverse.sum()],
                [0.0, 0.0, k @ inverse2 - customers * q / v**2],
            ]
        )
        hessian = np.triu(hessian) + np.triu(hessian, 1).T
        natural = np.exp(theta)
        slope = gradient * natural
        return float(value), slope, hessian * np.outer(natural, natural) + np.diag(slope)
