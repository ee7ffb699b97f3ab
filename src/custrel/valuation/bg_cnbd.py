"""BG/CNBD-k and MBG/CNBD-k: customers who buy at regular times, until they stop.

As BG/NBD and MBG/NBD, but the time between two purchases is that of k events of a Poisson
process: the larger k, the more regular.  Whoever buys regularly is missed sooner.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from custrel.valuation._regular_timing import RegularBetaGeometric

__all__ = ["BgCnbd", "MbgCnbd"]


@attrs.frozen(kw_only=True)
class BgCnbd(RegularBetaGeometric):
    """The BG/CNBD-k model of repeat purchases.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of the rates of events; `alpha` in `unit`.
    a, b : float
        Parameters of the beta distribution of the probability to stop after a purchase.
    unit : TimeUnit or str, optional
        What times are measured in; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.
    k : int
        How regular purchases are: every k-th event is one.  With k = 1, it is `BgNbd`.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite, or k no whole number.

    See Also
    --------
    MbgCnbd : Lets customers stop after the first purchase too.
    BgNbd : The same at random times.

    Notes
    -----
    With K = r + k x and S the sum of the logarithms of the times between purchases, the
    likelihood is e^((k-1)S) / Γ(k)^x · B(a, b+x)/B(a, b) · Γ(K) α^r / Γ(r) · [(α+T)^-K Σ
    Γ(K+j)/(Γ(K) j!) ((T-t_x)/(α+T))^j + a/(b+x-1) (α+t_x)^-K], the sum over j < k, the last
    term for x > 0.  What is expected of a customer is exact: a mean over the events that may
    have passed since his last purchase.

    References
    ----------
    .. [1] M. Platzer, T. Reutterer (2016), Ticking Away the Moments: Timing Regularity Helps to
       Better Predict Customer Activity, Marketing Science 35(5), 779-799.
    .. [2] T. Reutterer, M. Platzer, N. Schröder (2021), Leveraging purchase regularity for
       predicting customer behavior the easy way, International Journal of Research in Marketing
       38(1), 194-215.

    Examples
    --------
    >>> model = BgCnbd(k=3, r=0.85, alpha=1.45, a=0.79, b=2.42, unit="W")
    >>> print(model.probability_alive(frequency=10, recency=[30, 36], T=39).round(4))
    [0.165  0.8893]
    """

    _first_too: ClassVar[int] = 0


@attrs.frozen(kw_only=True)
class MbgCnbd(RegularBetaGeometric):
    """The MBG/CNBD-k model: BG/CNBD-k, and one-time buyers may have stopped.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of the rates of events; `alpha` in `unit`.
    a, b : float
        Parameters of the beta distribution of the probability to stop after a purchase, the
        first included.
    unit : TimeUnit or str, optional
        What times are measured in; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.
    k : int
        How regular purchases are: every k-th event is one.  With k = 1, it is `MbgNbd`.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite, or k no whole number.

    References
    ----------
    .. [1] T. Reutterer, M. Platzer, N. Schröder (2021), Leveraging purchase regularity for
       predicting customer behavior the easy way, International Journal of Research in Marketing
       38(1), 194-215.

    Examples
    --------
    >>> model = MbgCnbd(k=3, r=0.85, alpha=1.45, a=0.79, b=2.42, unit="W")
    >>> print(model.expected_purchases(horizon=[13, 26, 52]).round(4))
    [1.241  2.1613 3.4526]
    """

    _first_too: ClassVar[int] = 1
