"""Independence of spend and frequency: whether who buys more often spends more each time.

Gamma-Gamma takes for granted that he does not, and the lifetime value multiplies what it says
by what a model of purchases says.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.errors import FitError, counted
from custrel.frames import enter
from custrel.valuation._rows import FROM_A_LOG, frequencies
from custrel.valuation._tables import as_html, as_text

__all__ = ["SpendIndependence", "spend_independence"]

Floats = NDArray[np.float64]

_COLUMNS = ("frequency", "monetary_value")
_FEWEST = 4  # customers, of whom an interval can be told
_SMALL = 0.1  # Cohen's small correlation


@attrs.frozen(kw_only=True)
class SpendIndependence:
    """How the mean spend of repeat buyers goes along with how often they buy.

    `spend_independence` makes it.

    Parameters
    ----------
    customers : float
        How many repeat buyers there are.
    correlation, low, high : float
        Pearson's, of frequency and mean spend, and its limits.
    rank_correlation, rank_low, rank_high : float
        Spearman's, which a few odd customers do not move.
    confidence : float
        How often such limits hold the truth.

    Examples
    --------
    >>> found = SpendIndependence(
    ...     customers=946,
    ...     correlation=0.11,
    ...     low=0.05,
    ...     high=0.18,
    ...     rank_correlation=0.02,
    ...     rank_low=-0.05,
    ...     rank_high=0.08,
    ...     confidence=0.95,
    ... )
    >>> found.verdict
    'unclear'
    """

    customers: float
    correlation: float
    low: float
    high: float
    rank_correlation: float
    rank_low: float
    rank_high: float
    confidence: float

    @property
    def verdict(self) -> str:
        """Whether they go along: ``"independent"``, ``"dependent"`` or ``"unclear"``.

        By the limits of Pearson's correlation: within ±0.1, which Cohen calls small; or beyond;
        or neither.
        """
        if max(abs(self.low), abs(self.high)) <= _SMALL:
            return "independent"
        if self.low > _SMALL or self.high < -_SMALL:
            return "dependent"
        return "unclear"

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _report(self) -> tuple[str, list[list[str]], list[str]]:
        rows = (
            ("Pearson", self.correlation, self.low, self.high),
            ("Spearman", self.rank_correlation, self.rank_low, self.rank_high),
        )
        table = [["correlation", "value", "low", "high"]]
        table += [[name, *(f"{number:+.3f}" for number in row)] for name, *row in rows]
        title = f"Spend and frequency of {self.customers:,.0f} repeat buyers: {self.verdict}"
        return title, table, [f"{self.confidence:.3g} intervals."]


def spend_independence(summary: Any, *, confidence: float = 0.95) -> SpendIndependence:
    """Return how the mean spend of repeat buyers goes along with how often they buy.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency`` and ``monetary_value``.
    confidence : float
        How often the limits are to hold the truth.

    Returns
    -------
    SpendIndependence
        Correlations with their limits, and a verdict.

    Raises
    ------
    FitError
        There are fewer than four repeat buyers, or all of them are alike in one of the two.
    ColumnNotFound
        A column is not there.
    InvalidData
        A column holds no numbers, or a frequency is missing, negative or broken.
    InvalidRule
        The confidence is not between 0 and 1.

    See Also
    --------
    GammaGamma : Takes the independence for granted.
    custrel.plotting.plot_spend_independence : Draws it.

    Notes
    -----
    Limits by Fisher's transformation, artanh, with a standard error of 1/√(n-3) for Pearson's
    and √((1 + ρ²/2)/(n-3)) for Spearman's correlation.  A correlation that is different from 0
    beyond doubt can be too small to matter: with enough customers, any is.

    The verdict is by Pearson's, since a value is a product of means.  Spearman's shows whether
    a few odd customers make it; but of averages over more purchases the median lies higher, so
    that ranks go a little along (some 0.04) where nothing else does.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), RFM and CLV: Using Iso-Value Curves
       for Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.
    .. [2] D. G. Bonett, T. A. Wright (2000), Sample Size Requirements for Estimating Pearson,
       Kendall and Spearman Correlations, Psychometrika 65(1), 23-28.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"frequency": [1, 2, 3, 4, 5, 0], "monetary_value": [20.0, 35, 10, 50, 30, 0]}
    ... )
    >>> print(spend_independence(frame))
    Spend and frequency of 5 repeat buyers: unclear
    correlation   value     low    high
    Pearson      +0.365  -0.763  +0.943
    Spearman     +0.300  -0.803  +0.939
    0.95 intervals.
    """
    z = normal_quantile(confidence)
    door = enter(summary)
    known, counts = door.distinct(*_COLUMNS, remedy=FROM_A_LOG)
    x, mean = frequencies(known["frequency"]), known["monetary_value"]
    again = (x > 0) & np.isfinite(mean)
    x, mean, counts = x[again], mean[again], counts[again]
    customers = float(counts.sum())
    if customers < _FEWEST or np.ptp(x) == 0 or np.ptp(mean) == 0:
        raise FitError(
            f"no correlation can be told from {counted(customers, 'repeat buyer')}: it needs "
            f"{_FEWEST} or more, who differ in how often they buy and in what they spend."
        )
    plain = _correlation(x, mean, counts)
    ranks = _correlation(_ranks(x, counts), _ranks(mean, counts), counts)
    low, high = _limits(plain, z / np.sqrt(customers - 3))
    rank_low, rank_high = _limits(ranks, z * np.sqrt((1 + ranks**2 / 2) / (customers - 3)))
    return SpendIndependence(
        customers=customers,
        correlation=plain,
        low=low,
        high=high,
        rank_correlation=ranks,
        rank_low=rank_low,
        rank_high=rank_high,
        confidence=confidence,
    )


def _correlation(one: Floats, other: Floats, counts: Floats) -> float:
    weight = counts / counts.sum()
    one, other = one - weight @ one, other - weight @ other
    together = weight @ (one * other)
    return float(together / np.sqrt((weight @ one**2) * (weight @ other**2)))


def _ranks(values: Floats, counts: Floats) -> Floats:
    """Return the mean ranks of customers, of whom a row may hold many."""
    _, place = np.unique(values, return_inverse=True)
    customers = np.bincount(place, counts)
    middle = np.cumsum(customers) - (customers - 1) / 2
    return np.asarray(middle[place], dtype=np.float64)


def _limits(correlation: float, reach: float) -> tuple[float, float]:
    with np.errstate(divide="ignore"):
        centre = np.arctanh(correlation)
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))
