"""What customers are worth from now on: purchases to expect, times spend, discounted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._arguments import Discounting, rate_of, require_discounting, require_money
from custrel.valuation._purchase_model import PurchaseProcess
from custrel.valuation._rows import FROM_A_LOG
from custrel.valuation._surface import columns_of
from custrel.valuation.discounting import DiscountRate
from custrel.valuation.gamma_gamma import GammaGamma

if TYPE_CHECKING:
    from custrel.valuation.bg_bb import BgBb
    from custrel.valuation.shifted_beta_geometric import ShiftedBetaGeometric

__all__ = ["PurchaseModel", "lifetime_value", "new_customer_value"]

Floats = NDArray[np.float64]


class PurchaseModel(Protocol):
    """What a model of repeat purchases must be able to say.

    Where it has a `unit`, a `TimeUnit`, that is what its times are measured in.

    Examples
    --------
    >>> from custrel import BgNbd
    >>> model: PurchaseModel = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4, unit="W")
    """

    def probability_alive(
        self,
        *,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> Floats:
        """Return the probability that a customer has not stopped.

        Parameters
        ----------
        frequency : array_like, optional
            Repeat purchases; all three None for a customer who has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        ...

    def expected_purchases(
        self,
        *,
        horizon: ArrayLike,
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> Floats:
        """Return the number of purchases to expect over the next stretch of time.

        Parameters
        ----------
        horizon : array_like
            The length of the stretch, in the model's unit.
        frequency : array_like, optional
            Repeat purchases; all three None for a customer who has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        ...

    def discounted_purchases(
        self,
        *,
        horizon: float,
        rate: float,
        discounting: Discounting = "discrete",
        frequency: ArrayLike | None = None,
        recency: ArrayLike | None = None,
        T: ArrayLike | None = None,
    ) -> Floats:
        """Return the present number of purchases over the next stretch of time.

        Parameters
        ----------
        horizon : float
            The length of the stretch, in the model's unit; it may be infinite.
        rate : float
            The effective discount rate per unit.
        discounting : {"discrete", "continuous"}
            Whether purchases count as due at the end of their unit, or each at its own moment.
        frequency : array_like, optional
            Repeat purchases; all three None for a customer who has just come.
        recency : array_like, optional
            Age at the last purchase, in the model's unit.
        T : array_like, optional
            Age at the end of observation, in the model's unit.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.
        """
        ...


def lifetime_value(
    summary: Any,
    model: PurchaseModel | BgBb | ShiftedBetaGeometric,
    spend: GammaGamma | float,
    *,
    horizon: float,
    discount: DiscountRate,
    discounting: Discounting = "discrete",
    margin: float = 1.0,
    acquisition_cost: float = 0.0,
) -> Any:
    """Add the value of the purchases to come to a customer summary.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns of the model's histories (``frequency``, ``recency`` and ``T``; ``periods``
        instead of ``T`` for `BgBb`; ``tenure``, and ``ended`` unless all are active, for
        `ShiftedBetaGeometric`; and covariates) and, for a model of spend, ``frequency`` and
        ``monetary_value``.
    model : BgNbd, ShiftedBetaGeometric or another model of purchases or of contracts
        How often customers buy, or renew; its unit is the summary's.
    spend : GammaGamma or float
        How much they spend on a purchase: a model, or one amount for all.
    horizon : float
        How far to look ahead, in the model's unit; ``math.inf`` for all time to come.
    discount : DiscountRate
        What money loses over time.
    discounting : {"discrete", "continuous"}
        Whether purchases count as due at the end of their unit of time, as is customary, or
        each at its own moment.
    margin : float
        The share of revenue that is the firm's.
    acquisition_cost : float
        What each customer cost to win, which is taken off his value.  Of customers who are there
        already it is spent, and no longer a matter of their value.

    Returns
    -------
    CustomerSummary or frame
        What came in, with

        ========================  ==================================================
        ``p_alive``               probability that the customer has not stopped
        ``expected_purchases``    over the horizon; left out where that is infinite
        ``discounted_purchases``  the same at present value
        ``expected_spend``        per purchase, in the currency of the data
        ``lifetime_value``        margin x expected_spend x discounted_purchases -
                                  acquisition_cost
        ========================  ==================================================

    Raises
    ------
    UnitMismatch
        The summary is measured in another unit than the model, or the model in none.
    InvalidRule
        The horizon is negative, or infinite at a rate that is not positive; or the spend is
        negative or not finite, or the margin or the cost not finite.
    UnknownCode
        No such way of discounting.
    InvalidData
        A history is impossible, or a column holds no numbers.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), RFM and CLV: Using Iso-Value Curves
       for Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd, CustomerSummary, DiscountRate, GammaGamma
    >>> summary = CustomerSummary(
    ...     pd.DataFrame(
    ...         {"frequency": [2], "recency": [30.43], "T": [38.86], "monetary_value": [35.0]}
    ...     ),
    ...     unit="W",
    ... )
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> spend = GammaGamma(p=6.249572, q=3.744225, v=15.443521)
    >>> value = lifetime_value(
    ...     summary, model, spend, horizon=52, discount=DiscountRate.per_year(0.10), margin=0.3
    ... )
    >>> value.frame["lifetime_value"].round(2).tolist()
    [15.66]
    """
    require_money(spend, margin=margin, acquisition_cost=acquisition_cost)
    rate = rate_of(model, discount)
    require_discounting(rate, horizon, discounting)
    require_same_unit(model, known_unit(model), summary)
    door = enter(summary)
    names = columns_of(model, door)
    columns = (*names, *(spend.history if isinstance(spend, GammaGamma) else ()))
    door.require(columns, remedy=FROM_A_LOG)
    known, counts = door.distinct(*(names if door.lazy else columns), flags=names)
    history = {name: known[name] for name in names}
    purchases = _outlook(model, history, horizon, rate, discounting)
    if not door.lazy:  # at one stroke
        if isinstance(spend, GammaGamma):
            x, mean = known["frequency"], known["monetary_value"]
            amounts = spend.expected_spend(frequency=x, monetary_value=mean)
        else:
            amounts = np.full(len(counts), float(spend))
        value = amounts * purchases["discounted_purchases"]
        value *= margin  # in place: memory costs more than arithmetic
        value -= acquisition_cost
        money = {"expected_spend": amounts, "lifetime_value": value}
        return door.attach(purchases | money, by=history)
    valued = door.attach(purchases, by=history)
    if isinstance(spend, GammaGamma):
        valued = spend.predict(valued)
        amount = nw.col("expected_spend")
    else:
        amount = nw.lit(float(spend))
    door = enter(valued)
    worth = margin * amount * nw.col("discounted_purchases") - acquisition_cost
    return door.leave(door.frame.with_columns(expected_spend=amount, lifetime_value=worth))


def new_customer_value(
    model: PurchaseModel | BgBb | ShiftedBetaGeometric,
    spend: GammaGamma | float,
    *,
    horizon: float,
    discount: DiscountRate,
    discounting: Discounting = "discrete",
    margin: float = 1.0,
    acquisition_cost: float = 0.0,
) -> float:
    """Return the value of a customer who is won now, his first purchase included.

    Parameters
    ----------
    model : BgNbd, ShiftedBetaGeometric or another model of purchases or of contracts
        How often customers buy, or renew.
    spend : GammaGamma or float
        How much they spend on a purchase: a model, or one amount.
    horizon : float
        How far to look ahead, in the model's unit; ``math.inf`` for all time to come.
    discount : DiscountRate
        What money loses over time.
    discounting : {"discrete", "continuous"}
        Whether purchases count as due at the end of their unit of time, as is customary, or
        each at its own moment.
    margin : float
        The share of revenue that is the firm's.
    acquisition_cost : float
        What the customer costs to win.

    Returns
    -------
    float
        margin x spend x (1 + discounted repeat purchases) - acquisition_cost, in the currency
        of the spend.

    Raises
    ------
    UnitMismatch
        The model does not say what its times are measured in.
    InvalidRule
        The horizon is negative, or infinite at a rate that is not positive; the spend is
        negative or not finite, or its mean does not exist; or the margin or the cost is not
        finite.
    UnknownCode
        No such way of discounting.

    See Also
    --------
    lifetime_value : What customers who are there already are worth from now on.

    Examples
    --------
    >>> from custrel import BgNbd, DiscountRate, GammaGamma
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> spend = GammaGamma(p=6.249572, q=3.744225, v=15.443521)
    >>> value = new_customer_value(
    ...     model, spend, horizon=52, discount=DiscountRate.per_year(0.10), acquisition_cost=20
    ... )
    >>> round(value, 2)
    63.98
    """
    require_money(spend, margin=margin, acquisition_cost=acquisition_cost)
    rate = rate_of(model, discount)
    require_discounting(rate, horizon, discounting)
    amount = spend.mean if isinstance(spend, GammaGamma) else spend
    if not amount < float("inf"):
        raise InvalidRule(
            "spend has q <= 1, so that the mean over customers does not exist: give an amount."
        )
    again = model.discounted_purchases(horizon=horizon, rate=rate, discounting=discounting)
    return float(margin * amount * (1 + again) - acquisition_cost)


def _outlook(
    model: PurchaseModel | BgBb | ShiftedBetaGeometric,
    history: dict[str, Floats],
    horizon: float,
    rate: float,
    discounting: Discounting,
) -> dict[str, Floats]:
    """Return what is to be expected of customers' purchases."""
    if isinstance(model, PurchaseProcess):
        return model.outlook(**history, horizon=horizon, rate=rate, discounting=discounting)
    purchases = {"p_alive": model.probability_alive(**history)}
    if horizon < float("inf"):
        purchases["expected_purchases"] = model.expected_purchases(horizon=horizon, **history)
    purchases["discounted_purchases"] = model.discounted_purchases(
        **history, horizon=horizon, rate=rate, discounting=discounting
    )
    return purchases
