"""ShopperType: what customers look for when they shop."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from custrel.errors import InvalidValue
from custrel.model._codes import Code

__all__ = ["ShopperType"]


class ShopperType(Code):
    """What a customer looks for when he shops (从销售的角度划分).

    The economic one (经济型) looks for price and quality, the ethical one (道德型) buys where he
    thinks it right, the personalizing one (个性化) where he is known, the convenient one (方便型)
    where it is least trouble.

    References
    ----------
    .. [1] G. P. Stone (1954), City Shoppers and Urban Identification, American Journal of
       Sociology 60(1), 36-45.  That his apathetic type is the documents' convenient one is
       inferred.

    Examples
    --------
    >>> ShopperType.of({"economic": 4.5, "convenient": 2.0})
    <ShopperType.ECONOMIC: 'economic'>
    """

    ECONOMIC = "economic"
    ETHICAL = "ethical"
    PERSONALIZING = "personalizing"
    CONVENIENT = "convenient"

    @classmethod
    def of(cls, scores: Mapping[str, float]) -> ShopperType | None:
        """Return the type that describes somebody best, by what he answered.

        Parameters
        ----------
        scores : mapping of str to float
            How far each type describes him; one that is missing describes him least.

        Returns
        -------
        ShopperType or None
            That of the highest score; None where two share it, or nothing was answered.

        Raises
        ------
        UnknownCode
            There is no such type.
        InvalidValue
            A score is not a number.
        """
        given = {cls(kind): float(score) for kind, score in scores.items()}
        if any(isnan(score) for score in given.values()):
            raise InvalidValue("ShopperType: a score is not a number (NaN); leave the type out.")
        highest = max(given.values(), default=None)
        best = [kind for kind, score in given.items() if score == highest]
        return best[0] if len(best) == 1 else None
