"""Referral value: what the customers are worth whom a customer brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.valuation._amounts import amounts
from custrel.valuation._rows import require_one_length

__all__ = ["referral_value"]

Floats = NDArray[np.float64]


def referral_value(
    referred: ArrayLike,
    *,
    value: ArrayLike,
    conversion: ArrayLike = 1.0,
    would_have_come: ArrayLike = 0.0,
    saved: ArrayLike = 0.0,
    reward: ArrayLike = 0.0,
) -> Floats:
    """Return what the customers are worth whom a customer brings (客户推荐价值).

    Parameters
    ----------
    referred : array_like
        How many people he refers, 0 or more.
    value : array_like
        The lifetime value of a customer who came by referral.
    conversion : array_like
        Which share of them becomes customers, 0 to 1.
    would_have_come : array_like
        Which share of those would have come anyway: their value is not the referrer's, only the
        cost of winning them is saved.
    saved : array_like
        What it would have cost to win a customer without referral.
    reward : array_like
        What the referrer gets for each who comes.

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Raises
    ------
    InvalidData
        A value is missing or infinite, a number negative, a share not between 0 and 1, or the
        arrays do not fit together.

    Notes
    -----
    referred x conversion x ((1 - would_have_come) x value + saved - reward).

    References
    ----------
    .. [1] V. Kumar, J. A. Petersen, R. P. Leone (2010), Driving Profitability by Encouraging
       Customer Referrals: Who, When, and How, Journal of Marketing 74(5), 1-17.

    Examples
    --------
    >>> referral_value(4, value=300, conversion=0.5, would_have_come=0.5, saved=40).item()
    380.0
    """
    (number,) = amounts(referred=referred, least=0)
    worth, cost, paid = amounts(value=value, saved=saved, reward=reward)
    come, anyway = amounts(conversion=conversion, would_have_come=would_have_come, least=0, most=1)
    require_one_length(
        referred=number,
        value=worth,
        conversion=come,
        would_have_come=anyway,
        saved=cost,
        reward=paid,
    )
    return np.asarray(number * come * ((1 - anyway) * worth + cost - paid))
