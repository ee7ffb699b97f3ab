"""The two-factor theory, and its view of Kano's categories."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.satisfaction._kano_columns import summary_columns
from custrel.satisfaction.kano_table import KanoCategory

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

__all__ = ["TwoFactor"]

Floats = NDArray[np.float64]


class TwoFactor(StrEnum):
    """What a factor can do: prevent dissatisfaction, make satisfied, or both (双因素理论).

    The documents have hygiene (保健要素), motivator (激励要素) and semi-motivator (半激励要素); the
    third is their extension of Herzberg's two. That they are Kano's must-be, attractive and
    one-dimensional quality is our reading (inferred).

    References
    ----------
    .. [1] F. Herzberg, B. Mausner, B. B. Snyderman (1959), The Motivation to Work, Wiley.

    Examples
    --------
    >>> TwoFactor.of("must_be")
    <TwoFactor.HYGIENE: 'hygiene'>
    >>> TwoFactor.HYGIENE.effect([0, 0.5, 1]).tolist()
    [-1.0, -0.5, 0.0]
    >>> TwoFactor.SEMI_MOTIVATOR.herzberg
    ('hygiene', 'motivator')
    """

    HYGIENE = "hygiene"
    SEMI_MOTIVATOR = "semi_motivator"
    MOTIVATOR = "motivator"

    @property
    def kano(self) -> KanoCategory:
        """The category of Kano's model that does the same."""
        return {
            TwoFactor.HYGIENE: KanoCategory.MUST_BE,
            TwoFactor.SEMI_MOTIVATOR: KanoCategory.ONE_DIMENSIONAL,
            TwoFactor.MOTIVATOR: KanoCategory.ATTRACTIVE,
        }[self]

    @property
    def herzberg(self) -> tuple[str, ...]:
        """Which of Herzberg's own two factors it is: a semi-motivator is both."""
        if self is TwoFactor.SEMI_MOTIVATOR:
            return (TwoFactor.HYGIENE.value, TwoFactor.MOTIVATOR.value)
        return (self.value,)

    @classmethod
    def of(cls, category: KanoCategory | str) -> TwoFactor | None:
        """Return the factor that does what a category of Kano's model does.

        Parameters
        ----------
        category : KanoCategory or str
            Its code or letter.

        Returns
        -------
        TwoFactor or None
            None for indifferent, reverse and questionable.

        Raises
        ------
        UnknownCode
            There is no such category.
        """
        kind = KanoCategory(category)
        return next((factor for factor in cls if factor.kano is kind), None)

    def effect(self, level: ArrayLike) -> Floats:
        """Return what a factor does to satisfaction at each level.

        Parameters
        ----------
        level : array_like of shape (points,)
            0, absent, to 1, entirely there.

        Returns
        -------
        ndarray of shape (points,)
            Hygiene from -1 to 0, motivators from 0 to 1, semi-motivators from -1 to 1: straight
            lines (own).

        Raises
        ------
        InvalidRule
            A level is not between 0 and 1.
        """
        x = np.asarray(level, dtype=np.float64)
        if not np.all((x >= 0) & (x <= 1)):
            raise InvalidRule("a level is between 0, absent, and 1, entirely there.")
        lowest = 0.0 if self is TwoFactor.MOTIVATOR else -1.0
        highest = 0.0 if self is TwoFactor.HYGIENE else 1.0
        return lowest + (highest - lowest) * x

    @classmethod
    def _missing_(cls, value: object) -> TwoFactor:
        raise UnknownCode("factor", str(value), [factor.value for factor in cls])


def factor_columns(analysis: KanoAnalysis) -> dict[str, Any]:
    """Return each feature's factor, and what it does, a row for each group and feature."""
    table = summary_columns(analysis)
    factors = [TwoFactor.of(code) for code in table["category"]]
    group = {} if analysis.by is None else {analysis.by: table[analysis.by]}
    return {
        **group,
        "feature": table["feature"],
        "factor": [None if factor is None else factor.value for factor in factors],
        "satisfaction": table["better"],
        "dissatisfaction": table["worse"],
    }
