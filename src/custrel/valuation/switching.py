"""Customers who switch between brands: what they are worth to each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.valuation._amounts import amounts, refuse
from custrel.valuation._rows import require_one_length
from custrel.valuation.discounting import DiscountRate, rate_per

__all__ = ["switching_value"]

Floats = NDArray[np.float64]

_TOLERANCE = 1e-6


def switching_value(
    matrix: ArrayLike,
    *,
    last: ArrayLike,
    spend: ArrayLike,
    purchases_per_year: float = 1.0,
    years: float,
    discount: DiscountRate | None,
) -> Floats:
    """Return what customers who switch between brands are worth to each brand.

    Parameters
    ----------
    matrix : array_like of shape (..., brands, brands)
        The probability of each brand (column) at the next purchase, by the brand bought last
        (row); rows sum to 1.
    last : array_like of shape (..., brands)
        The probability that each brand was bought last: one 1, where it is known.
    spend : array_like of shape (..., brands)
        What a purchase brings to the brand that gets it.
    purchases_per_year : float
        How often a customer buys in the category, more than 0.
    years : float
        How far to look ahead, in years.
    discount : DiscountRate or None
        What money loses over time; None: nothing.

    Returns
    -------
    ndarray of shape (..., brands)

    Raises
    ------
    InvalidData
        A value is missing or infinite, a probability not between 0 and 1, or a row does not sum
        to 1.
    InvalidRule
        The matrix is not square, `years` is negative or infinite, or purchases are not above 0.

    Notes
    -----
    CLV_j = sum over purchases t = 1, 2, ... within the years of spend_j x (last x matrix^t)_j /
    (1 + rate)^(t / purchases_per_year).  The last purchase is past and does not count.

    References
    ----------
    .. [1] R. T. Rust, K. N. Lemon, V. A. Zeithaml (2004), Return on Marketing: Using Customer
       Equity to Focus Marketing Strategy, Journal of Marketing 68(1), 109-127.

    Examples
    --------
    >>> matrix = [[0.7, 0.3], [0.5, 0.5]]
    >>> switching_value(matrix, last=[1, 0], spend=100, years=2, discount=None).round(6)
    array([134.,  66.])
    """
    (p,) = amounts(matrix=matrix, least=0, most=1)
    (start,), (paid,) = amounts(last=last, least=0, most=1), amounts(spend=spend)
    if p.ndim < 2 or p.shape[-1] != p.shape[-2] or start.shape[-1:] != p.shape[-1:]:
        raise InvalidRule(
            f"a switching matrix is square, and `last` has a place for each of its brands; got "
            f"shapes {p.shape} and {start.shape}."
        )
    require_one_length(matrix=p[..., 0, :], last=start, spend=paid)
    for name, values in ("matrix", p), ("last", start):
        sums = values.sum(axis=-1)
        refuse(name, sums, np.abs(sums - 1) > _TOLERANCE, "rows that do not sum to 1")
    require_time(years, purchases_per_year)
    rate = rate_per(discount, "Y")
    total = np.zeros(np.broadcast_shapes(p.shape[:-1], start.shape))
    chance = np.broadcast_to(start, total.shape)
    for purchase in range(1, int(np.floor(years * purchases_per_year + _TOLERANCE)) + 1):
        chance = np.einsum("...j,...jk->...k", chance, p)
        total = total + chance * (1 + rate) ** (-purchase / purchases_per_year)
    return np.asarray(total * paid)


def require_time(years: float, purchases_per_year: float) -> None:
    """Refuse a future without end, and customers who never buy."""
    if not (0 <= years < np.inf and 0 < purchases_per_year < np.inf):
        raise InvalidRule("years is finite and not negative, and purchases_per_year above 0.")
