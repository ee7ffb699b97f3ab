"""Regularity of timing: whether customers buy at random moments or like clockwork.

BG/NBD, Pareto/NBD and their kin take for granted that the times between purchases of a customer
are exponential.  Where they are Erlang distributed with a shape k > 1, purchases are more regular,
and `BgCnbd` knows more than `BgNbd`.
"""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from custrel._intervals import normal_quantile
from custrel._log.orders import read_orders
from custrel.errors import FitError, InvalidRule, counted
from custrel.frames import as_floats, collect, collect_rows, enter
from custrel.units import TimeUnit
from custrel.valuation._tables import as_html, as_text
from custrel.valuation._visits import occasions_of

__all__ = ["Regularity", "regularity"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEWEST = 3  # customers of whom a shape can be told
_LEAST, _MOST = 1e-3, 1e6  # shapes
_BINS = 20
_EQUAL = 1e-9  # difference of logarithms, below which all times are equal
_NEWTON = 8  # steps, which double the digits


@attrs.frozen(kw_only=True)
class Regularity:
    """How regular the times between purchases are; k = 1 where they are random.

    `regularity` makes it.

    Parameters
    ----------
    customers : int
        How many have bought three times or more, so that they have two times between.
    k, low, high : float
        The most likely shape that all of them have, and its limits.
    k_by_moments : float
        The same by Wheat and Morrison's estimate from the variance; None where there is none.
    k_by_customer : float
        The median of the shapes of those who have bought often; None where there are none.
    frequent_customers : int
        How many these are.
    shares : tuple of float
        How many customers have the first of two times between purchases as this share of both:
        20 equal steps from 0 to 1.
    confidence : float
        How often such limits hold the truth.

    Examples
    --------
    >>> found = Regularity(
    ...     customers=500,
    ...     k=1.9,
    ...     low=1.7,
    ...     high=2.2,
    ...     k_by_moments=1.8,
    ...     k_by_customer=2.0,
    ...     frequent_customers=40,
    ...     shares=(25,) * 20,
    ...     confidence=0.95,
    ... )
    >>> found.verdict
    'regular'
    """

    customers: int
    k: float
    low: float
    high: float
    k_by_moments: float | None
    k_by_customer: float | None
    frequent_customers: int
    shares: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    confidence: float

    @property
    def verdict(self) -> str:
        """By the limits of k: ``"regular"`` above 1, ``"clumpy"`` below, else ``"random"``."""
        if self.low > 1:
            return "regular"
        return "clumpy" if self.high < 1 else "random"

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _report(self) -> tuple[str, list[list[str]], list[str]]:
        table = [["estimate", "k", "low", "high", "customers"]]
        many = f"{self.customers:,}"
        table.append(["likelihood", f"{self.k:.3f}", f"{self.low:.3f}", f"{self.high:.3f}", many])
        if self.k_by_moments is not None:
            table.append(["moments", f"{self.k_by_moments:.3f}", "", "", many])
        if self.k_by_customer is not None:
            often = f"{self.frequent_customers:,}"
            table.append(["median customer", f"{self.k_by_customer:.3f}", "", "", often])
        note = f"{self.confidence:.3g} limits; k = 1 is random, more is regular."
        return f"Timing of purchases: {self.verdict}", table, [note]


def regularity(
    log: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    unit: TimeUnit | str = "D",
    collapse: TimeUnit | str | None = "D",
    often: int = 10,
    confidence: float = 0.95,
) -> Regularity:
    """Return how regular the times between the purchases of an order log are.

    Parameters
    ----------
    log : frame
        One row per purchase: who, and when.  Take returns out before.
    customer, date : str
        The log's columns, as in `summarize`.
    unit : TimeUnit or str
        What times are measured in, where they are integers.
    collapse : TimeUnit, str or None
        The calendar period in which all orders of a customer are one occasion.
    often : int
        How many purchases make a customer whose own shape is told.
    confidence : float
        How often the limits are to hold the truth.

    Returns
    -------
    Regularity
        With a verdict.

    Raises
    ------
    FitError
        Fewer than three customers have bought three times.
    ColumnNotFound
        The log has no such column.
    InvalidData
        The log has unusable rows.
    InvalidRule
        `often` is less than 3, or the confidence not between 0 and 1.
    TooManyRows
        The log is a lazy frame, and more than a million purchases are of customers who have
        bought three times or more: all of these are needed at once.

    See Also
    --------
    custrel.sample_customers : Takes some customers, with all that they bought.
    custrel.plotting.plot_regularity : Draws it.

    Notes
    -----
    If the times between purchases have a gamma distribution of shape k, whatever the rate, the
    first of two neighbouring ones is a share M of both with a Beta(k, k) distribution.  Of
    each customer the first two times are taken: that he was not observed for ever cuts off
    their sum, and M does not depend on it.  The variance of M is 1/(4(2k+1)).  Where several
    orders of a day are one occasion, times between are a day or more, and very frequent
    customers look more regular than they are.  A customer's own shape is the most likely one
    of a gamma distribution, corrected for its bias in few times between purchases.

    References
    ----------
    .. [1] R. D. Wheat, D. G. Morrison (1990), Estimating Purchase Regularity with Two
       Interpurchase Times, Journal of Marketing Research 27(1), 87-93.
    .. [2] M. Platzer, T. Reutterer (2016), Ticking Away the Moments: Timing Regularity Helps to
       Better Predict Customer Activity, Marketing Science 35(5), 779-799.
    .. [3] T. P. Minka (2002), Estimating a Gamma Distribution.
    .. [4] F. Louzada, P. L. Ramos, E. Ramos (2019), A Note on Bias of Closed-Form Estimators for
       the Gamma Distribution Derived from Likelihood Equations, The American Statistician
       73(2), 195-199.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...         "date": pd.to_datetime(
    ...             [
    ...                 *("2024-01-01", "2024-01-08", "2024-01-16"),
    ...                 *("2024-01-03", "2024-02-02", "2024-03-05"),
    ...                 *("2024-01-05", "2024-01-09", "2024-01-12"),
    ...             ]
    ...         ),
    ...     }
    ... )
    >>> print(regularity(log))
    Timing of purchases: regular
    estimate         k     low     high  customers
    likelihood  57.688  11.724  283.853          3
    moments     57.430                           3
    0.95 limits; k = 1 is random, more is regular.
    """
    z = normal_quantile(confidence)
    if often < 3 or often != int(often):
        raise InvalidRule(f"often={often!r}: two times between purchases need 3 or more.")
    door = enter(log)
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=None,
        unit=TimeUnit(unit),
        collapse=None if collapse is None else TimeUnit(collapse),
        returns="keep",
    )
    several = _of_several(occasions_of(orders, net=False))
    who, gaps = _gaps(collect_rows(several) if door.lazy else collect(several))
    two = np.unique(who, return_index=True)[1]
    if len(two) < _FEWEST:
        raise FitError(
            f"{counted(len(two), 'customer has', 'customers have')} bought three times or more: "
            f"the timing of purchases is told from {_FEWEST} or more. Take a longer log."
        )
    share = gaps[two] / (gaps[two] + gaps[two + 1])
    k, error = _shape_of_shares(share)
    own = _shapes(who, gaps, often - 1)
    spread = float(np.mean((share - 0.5) ** 2))
    return Regularity(
        customers=len(two),
        k=k,
        low=k * np.exp(-z * error / k),
        high=k * np.exp(z * error / k),
        k_by_moments=(1 - 4 * spread) / (8 * spread) if spread > 0 else None,
        k_by_customer=float(np.median(own)) if len(own) else None,
        frequent_customers=len(own),
        shares=np.histogram(share, _BINS, (0.0, 1.0))[0].tolist(),
        confidence=confidence,
    )


def _of_several(occasions: Any) -> Any:
    """Return the purchases of who has made three or more."""
    visits = occasions.select("customer", "occasion").unique(subset=["customer", "occasion"])
    counted = visits.group_by("customer").agg(nw.len().alias("times"))
    several = counted.filter(nw.col("times") >= 3).select("customer")
    return visits.join(several, on="customer", how="inner").select("customer", "occasion")


def _gaps(table: nw.DataFrame[Any]) -> tuple[Ints, Floats]:
    """Return the times between purchases of each customer, in order."""
    when = as_floats(table.get_column("occasion"))
    who, _ = pd.factorize(table.get_column("customer").to_numpy())
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    same = who[1:] == who[:-1]
    return who[1:][same], np.diff(when)[same]


def _shape_of_shares(share: Floats) -> tuple[float, float]:
    """Return the most likely k of shares that are Beta(k, k) distributed, and its error."""
    middle = float(np.mean(np.log(share) + np.log1p(-share)))

    def off(k: float) -> float:
        return float(2 * (digamma(k) - digamma(2 * k))) - middle

    if off(_MOST) <= 0:
        raise FitError("all customers wait as long each time: there is no chance in the timing.")
    k = float(brentq(off, _LEAST, _MOST, rtol=1e-12))
    known = len(share) * (2 * polygamma(1, k) - 4 * polygamma(1, 2 * k))
    return k, float(1 / np.sqrt(known))


def _shapes(who: Ints, gaps: Floats, fewest: int) -> Floats:
    """Return the shape of each customer with enough times between purchases.

    The most likely one, less its bias in so few.
    """
    count = np.bincount(who)
    some = count >= fewest
    n, kept = count[some], some[who]
    place = np.cumsum(some)[who[kept]] - 1
    logs = np.bincount(place, np.log(gaps[kept]), len(n)) / n
    apart = np.log(np.bincount(place, gaps[kept], len(n)) / n) - logs
    n, apart = n[apart > _EQUAL], apart[apart > _EQUAL]
    k = (3 - apart + np.sqrt((apart - 3) ** 2 + 24 * apart)) / (12 * apart)
    for _ in range(_NEWTON):
        k = 1 / (1 / k + (np.log(k) - digamma(k) - apart) / (k - k**2 * polygamma(1, k)))
    bias = (3 * k - 2 / 3 * k / (1 + k) - 4 / 5 * k / (1 + k) ** 2) / n
    return np.asarray(k - bias, dtype=np.float64)
