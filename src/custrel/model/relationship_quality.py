"""Relationship quality: how good a relation is, and how firm it has become."""

from __future__ import annotations

import math

from custrel.errors import InvalidValue

__all__ = ["relationship_quality", "relationship_strength"]


def relationship_quality(trust: float, commitment: float) -> float:
    """Return how good a relation is, from the trust and the commitment in it (承诺与信任).

    Parameters
    ----------
    trust, commitment : float
        Each from 0 to 1.

    Returns
    -------
    float
        From 0 to 1; 0 where either is missing.

    Raises
    ------
    InvalidValue
        One of them is not between 0 and 1.

    Notes
    -----
    sqrt(trust * commitment): the documents call both the key and the foundation; the geometric
    mean, in which neither makes up for the other, is reconstructed.

    References
    ----------
    .. [1] R. M. Morgan, S. D. Hunt (1994), The Commitment-Trust Theory of Relationship
       Marketing, Journal of Marketing 58(3), 20-38.

    Examples
    --------
    >>> round(relationship_quality(0.9, 0.4), 3)
    0.6
    """
    for name, value in (("trust", trust), ("commitment", commitment)):
        if not 0 <= value <= 1:
            raise InvalidValue(f"relationship_quality: {name} goes from 0 to 1, got {value:g}.")
    return math.sqrt(trust * commitment)


def relationship_strength(transactions: int, rate: float = 0.2) -> float:
    """Return how firm a relation has become by the transactions in it.

    Parameters
    ----------
    transactions : int
        How many there were, 0 or more.
    rate : float
        How much each adds of what is missing; above 0.

    Returns
    -------
    float
        From 0 to below 1, growing with each transaction, and less with each.

    Raises
    ------
    InvalidValue
        The number is negative, or the rate not above 0.

    Notes
    -----
    1 - exp(-rate * transactions).  The documents say that every transaction makes the relation
    firmer (每一次交易都使得这种关系更加稳固); the form is reconstructed.

    Examples
    --------
    >>> round(relationship_strength(5), 3)
    0.632
    """
    if transactions < 0 or not rate > 0:
        raise InvalidValue(
            "relationship_strength: expected 0 or more transactions and a rate above 0, got "
            f"{transactions} and {rate:g}."
        )
    return -math.expm1(-rate * transactions)
