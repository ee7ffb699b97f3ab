"""BG/NBD and MBG/NBD: how often customers buy while alive, and when they stop.

While alive, a customer buys at random moments at a rate of his own; after each purchase he
stops with a probability of his own.  Rates are gamma, probabilities beta distributed over
customers.  The two models differ in one thing: MBG lets him stop after the first purchase
too, so that one-time buyers are not all alive.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from custrel.valuation._beta_geometric import BetaGeometric

__all__ = ["BgNbd", "MbgNbd"]


@attrs.frozen(kw_only=True)
class BgNbd(BetaGeometric):
    """The BG/NBD model of repeat purchases.

    Every customer buys at random times, at a rate of his own, and may stop for good after any
    repeat purchase.  `fit` learns from a customer summary how rates and stopping are spread over
    the customers; `predict` says of each whether he is still one, and how often he will buy.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; `alpha` in `unit`.
    a, b : float
        Parameters of the beta distribution of the probability to stop after a purchase.
    unit : TimeUnit or str, optional
        What times are measured in; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    See Also
    --------
    MbgNbd : Lets customers stop after the first purchase too.

    Notes
    -----
    A customer with one purchase is alive with probability 1 under this model: he has had no
    occasion to stop.  `MbgNbd` judges him.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> print(model.expected_purchases(frequency=2, recency=30.43, T=38.86, horizon=39).round(3))
    1.226
    >>> print(model.probability_alive(frequency=[0, 2], recency=[0, 30.43], T=38.86).round(4))
    [1.     0.7266]
    >>> import pandas as pd
    >>> customers = pd.DataFrame(model.sample(customers=5000, T=39, seed=1))
    >>> print(BgNbd.fit(customers, unit="W"))
    BgNbd, times in weeks
    parameter  estimate  standard error
    r          0.23...
    """

    _first_too: ClassVar[int] = 0


@attrs.frozen(kw_only=True)
class MbgNbd(BetaGeometric):
    """The MBG/NBD model of repeat purchases: BG/NBD, and one-time buyers may have stopped.

    Every customer buys at random times, at a rate of his own, and may stop for good after any
    purchase, the first included.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; `alpha` in `unit`.
    a, b : float
        Parameters of the beta distribution of the probability to stop after a purchase, the
        first included.
    unit : TimeUnit or str, optional
        What times are measured in; None where it is not stated.
    estimate : Estimate, optional
        How the parameters were learnt.

    Raises
    ------
    InvalidRule
        A parameter is not positive and finite.

    See Also
    --------
    BgNbd : Nobody stops before the first repeat purchase.

    References
    ----------
    .. [1] E. P. Batislam, M. Denizel, A. Filiztekin (2007), Empirical validation and
       comparison of models for customer base analysis, International Journal of Research in
       Marketing 24(3), 201-209.
    .. [2] D. Hoppe, U. Wagner (2007), Customer Base Analysis: The Case for a Central Variant of
       the Betageometric/NBD Model, Marketing JRM 29(2), 75-90.

    Examples
    --------
    >>> model = MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")
    >>> print(model.probability_alive(frequency=[0, 2], recency=[0, 30.43], T=38.86).round(4))
    [0.3897 0.7062]
    """

    _first_too: ClassVar[int] = 1
