"""What loyal customers are worth beyond their next purchase, and what it costs to keep them."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._amounts import amounts, require_amounts

__all__ = ["LoyaltyRule", "retention_cost"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class LoyaltyRule(Rule):
    """What each of the five sources of a loyal customer's value is worth (忠诚顾客的价值来源).

    Parameters
    ----------
    margin : float
        The share of what he spends again that is the firm's.
    referred_value : float
        What a customer whom he brings is worth (口头宣传与推荐).
    suggestion_value : float
        What a suggestion or a report of his is worth (反馈信息).
    failure_cost : float
        What the failure of a service costs with a customer who does not forgive it (包容瑕疵).

    Raises
    ------
    InvalidRule
        A number is not finite.

    Notes
    -----
    The documents name the sources; that their worths are quantity x unit value is reconstructed.

    References
    ----------
    .. [1] F. F. Reichheld, W. E. Sasser (1990), Zero Defections: Quality Comes to Services,
       Harvard Business Review 68(5), 105-111.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "repeat_spend": [500.0],
    ...         "referred": [2],
    ...         "suggestions": [1],
    ...         "price_paid": [21.0],
    ...         "usual_price": [20.0],
    ...         "quantity": [25],
    ...         "forgiven": [1],
    ...     }
    ... )
    >>> rule = LoyaltyRule(margin=0.4, referred_value=60, suggestion_value=10, failure_cost=15)
    >>> rule.predict(customers)[["repeat", "word_of_mouth", "price_premium", "loyalty_value"]]
       repeat  word_of_mouth  price_premium  loyalty_value
    0   200.0          120.0           25.0          370.0
    """

    margin: float = attrs.field(default=1.0, converter=float)
    referred_value: float = attrs.field(default=0.0, converter=float)
    suggestion_value: float = attrs.field(default=0.0, converter=float)
    failure_cost: float = attrs.field(default=0.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if not np.isfinite(attrs.astuple(self)).all():
            raise InvalidRule("LoyaltyRule: margin and unit values must be finite numbers.")

    def predict(
        self,
        frame: Any,
        *,
        repeat_spend: str = "repeat_spend",
        referred: str = "referred",
        suggestions: str = "suggestions",
        price_paid: str = "price_paid",
        usual_price: str = "usual_price",
        quantity: str = "quantity",
        forgiven: str = "forgiven",
    ) -> Any:
        """Add the five sources and their sum to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, of one stretch of time.
        repeat_spend : str
            The column of what he spent on repeat purchases.
        referred : str
            The column of how many customers he brought, 0 or more.
        suggestions : str
            The column of how many suggestions and reports he gave, 0 or more.
        price_paid, usual_price : str
            The columns of the price that he paid, and of the one that others pay.
        quantity : str
            The column of how much he bought, 0 or more.
        forgiven : str
            The column of how many failures he forgave, 0 or more.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``repeat``, ``word_of_mouth``, ``feedback``, ``price_premium``,
            ``tolerance``, and ``loyalty_value``, their sum.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a count is negative.
        """
        door = enter(frame)
        require_amounts(door, repeat_spend, price_paid, usual_price)
        require_amounts(door, referred, suggestions, quantity, forgiven, least=0)
        sources = {
            "repeat": as_float(repeat_spend) * self.margin,
            "word_of_mouth": as_float(referred) * self.referred_value,
            "feedback": as_float(suggestions) * self.suggestion_value,
            "price_premium": (as_float(price_paid) - as_float(usual_price)) * as_float(quantity),
            "tolerance": as_float(forgiven) * self.failure_cost,
        }
        valued = door.frame.with_columns(**sources)
        total = nw.sum_horizontal(*sources)
        return door.leave(valued.with_columns(loyalty_value=total))


def retention_cost(tenure: ArrayLike, *, first: ArrayLike, decline: float = 0.0) -> Floats:
    """Return what it costs to keep customers in a period, by how long they have been there.

    Parameters
    ----------
    tenure : array_like
        Periods since they came, 0 or more.
    first : array_like
        What it costs in the first period, 0 or more.
    decline : float
        By which share it falls each period, 0 to less than 1.  The documents say that it falls with
        age (客户越“老”,其维系成本越低) under contracts, and hardly where customers are bound by none:
        leave it 0 there.

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Raises
    ------
    InvalidData
        A value is missing, infinite or negative.
    InvalidRule
        `decline` is not between 0 and 1.

    Notes
    -----
    first x (1 - decline)^tenure (reconstructed).

    Examples
    --------
    >>> retention_cost([0, 1, 2], first=80, decline=0.5).tolist()
    [80.0, 40.0, 20.0]
    """
    if not 0 <= decline < 1:
        raise InvalidRule(f"decline={decline!r}: a share from 0 to less than 1 (0.2, not 20).")
    age, base = amounts(tenure=tenure, first=first, least=0)
    return np.asarray(base * (1 - decline) ** age)
