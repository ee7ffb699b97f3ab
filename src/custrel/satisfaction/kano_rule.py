"""Which category a feature has, when its respondents do not agree; and tallies made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import Rule
from custrel.satisfaction._kano_figures import (
    better_worse,
    fong,
    lead,
    lead_by_group,
    lead_by_threshold,
    shares_of,
    strengths,
)
from custrel.satisfaction.kano_table import CATEGORIES, KanoCategory

__all__ = ["KanoCounts", "KanoRule"]

Floats = NDArray[np.float64]

_METHODS = ("mode", "threshold", "group")
_PRIORITY = (
    KanoCategory.MUST_BE,
    KanoCategory.ONE_DIMENSIONAL,
    KanoCategory.ATTRACTIVE,
    KanoCategory.INDIFFERENT,
    KanoCategory.REVERSE,
    KanoCategory.QUESTIONABLE,
)


def _as_categories(codes: Iterable[str]) -> tuple[KanoCategory, ...]:
    return tuple(KanoCategory(code) for code in codes)


@attrs.frozen(kw_only=True)
class KanoRule(Rule):
    """How the answers of many respondents become one category.

    Parameters
    ----------
    method : {"mode", "threshold", "group"}
        The largest share; or the same unless the two largest are closer than `threshold`, when
        `priority` decides; or the largest of M, O, A where these together outnumber I, R, Q, else
        the largest of I, R, Q.
    threshold : float
        How far apart the two largest shares must be, 0 to 1.
    priority : sequence of KanoCategory or str
        What goes first where shares are equal (or close): all six.
    z : float
        How many standard errors make a difference in Fong's test.

    Raises
    ------
    InvalidRule
        `priority` does not hold every category once, or a number is impossible.
    UnknownCode
        There is no such method or category.

    Notes
    -----
    M > O > A > I is the customary priority: what is missed most goes first. R and Q come last
    (own). A tie that it broke is marked in the results.

    References
    ----------
    .. [1] M. Lee, J. Newcomb (1997), Applying the Kano Methodology to Meet Customer Requirements:
       NASA's Microgravity Science Program, Quality Management Journal 4(3), 95-106.
    .. [2] D. Fong (1996), Using the Self-Stated Importance Questionnaire to Interpret Kano
       Questionnaire Results, Center for Quality of Management Journal 5(3), 21-24.

    Examples
    --------
    >>> votes = KanoCounts(must_be=9, one_dimensional=10, attractive=1, indifferent=2, reverse=3)
    >>> votes.category(), votes.category(KanoRule(method="threshold"))
    (<KanoCategory.ONE_DIMENSIONAL: 'one_dimensional'>, <KanoCategory.MUST_BE: 'must_be'>)
    """

    method: Literal["mode", "threshold", "group"] = "mode"
    threshold: float = attrs.field(default=0.05, converter=float)
    priority: tuple[KanoCategory, ...] = attrs.field(default=_PRIORITY, converter=_as_categories)
    z: float = attrs.field(default=1.65, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.method not in _METHODS:
            raise UnknownCode("method for a Kano category", str(self.method), _METHODS)
        if sorted(self.priority) != sorted(CATEGORIES):
            raise InvalidRule(
                "KanoRule: priority must hold each of the six categories once, got "
                f"{', '.join(category.letter for category in self.priority) or 'none'}."
            )
        if not 0 <= self.threshold <= 1:
            raise InvalidRule(
                f"KanoRule: threshold is a share between 0 and 1 (0.05, not 5); got {self.threshold}."
            )
        if not self.z > 0:
            raise InvalidRule(f"KanoRule: z must be greater than 0; got {self.z}.")

    def lead(self, counts: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return each feature's category as a place, and whether the priority decided it.

        Parameters
        ----------
        counts : ndarray of shape (features, 6)
            In the order of `KanoCategory`; every feature has answers.

        Returns
        -------
        place : ndarray of int, of shape (features,)
            In the order of `KanoCategory`.
        tied : ndarray of bool, of shape (features,)
        """
        ranks = np.array([self.priority.index(category) for category in CATEGORIES])
        if self.method == "threshold":
            return lead_by_threshold(counts, ranks, self.threshold)
        return lead_by_group(counts, ranks) if self.method == "group" else lead(counts, ranks)

    def __str__(self) -> str:
        order = " > ".join(category.letter for category in self.priority)
        match self.method:
            case "threshold":
                return (
                    f"by the mode, or by {order} where two are less than {self.threshold:.3g} apart"
                )
            case "group":
                return f"by the group (A, O, M or I, R, Q), ties by {order}"
            case _:
                return f"by the mode, ties by {order}"


@attrs.frozen(kw_only=True)
class KanoCounts:
    """How many respondents put a feature in each category.

    Parameters
    ----------
    attractive, one_dimensional, must_be, indifferent, reverse, questionable : float
        How many; 0 or more, and not all 0.

    Raises
    ------
    InvalidRule
        A count is negative or no number, or there are no answers.

    See Also
    --------
    kano : Counts them, from the answers.

    Notes
    -----
    better = (A + O) / (A + O + M + I), worse = -(O + M) / (A + O + M + I): how much satisfaction
    the feature brings, and how much its absence takes (Timko). Fong's test calls a category
    distinct where the two largest a, b of A, O, M, I, R differ by at least
    z * sqrt((a + b) * (2n - a - b) / (2n)), with n all answers, Q among them.

    References
    ----------
    .. [1] C. Berger et al. (1993), Kano's Methods for Understanding Customer-defined Quality,
       Center for Quality of Management Journal 2(4), 3-36.
    .. [2] D. Fong (1996), Using the Self-Stated Importance Questionnaire to Interpret Kano
       Questionnaire Results, Center for Quality of Management Journal 5(3), 21-24.

    Examples
    --------
    >>> votes = KanoCounts(must_be=9, one_dimensional=5, attractive=4, indifferent=2, reverse=4)
    >>> votes.category().value, votes.better, votes.worse
    ('must_be', 0.45, -0.7)
    >>> votes.distinct()
    False
    """

    attractive: float = 0.0
    one_dimensional: float = 0.0
    must_be: float = 0.0
    indifferent: float = 0.0
    reverse: float = 0.0
    questionable: float = 0.0

    def __attrs_post_init__(self) -> None:
        counts = attrs.astuple(self)
        if not all(count >= 0 and count - count == 0 for count in counts) or not sum(counts):
            raise InvalidRule(f"KanoCounts: counts are 0 or more, and not all 0; got {counts}.")

    @property
    def answers(self) -> float:
        """How many answers there are, questionable ones among them."""
        return float(sum(attrs.astuple(self)))

    @property
    def better(self) -> float:
        """How much satisfaction the feature brings, 0 to 1; NaN where all are R or Q."""
        return float(better_worse(self._array())[0][0])

    @property
    def worse(self) -> float:
        """How much satisfaction its absence takes, 0 to -1; NaN where all are R or Q."""
        return float(better_worse(self._array())[1][0])

    @property
    def category_strength(self) -> float:
        """The share of the largest category less that of the second, 0 to 1."""
        return float(strengths(self._array())[0][0])

    @property
    def total_strength(self) -> float:
        """The share of attractive, one-dimensional and must-be together, 0 to 1."""
        return float(strengths(self._array())[1][0])

    def share(self, category: KanoCategory | str) -> float:
        """Return the share of one category.

        Parameters
        ----------
        category : KanoCategory or str
            Its code or letter.

        Returns
        -------
        float
            Of all answers, 0 to 1.
        """
        return float(shares_of(self._array())[0][CATEGORIES.index(KanoCategory(category))])

    def category(self, rule: KanoRule | None = None) -> KanoCategory:
        """Return the feature's category.

        Parameters
        ----------
        rule : KanoRule, optional
            Default: the largest share.

        Returns
        -------
        KanoCategory
        """
        return CATEGORIES[int((rule or KanoRule()).lead(self._array())[0][0])]

    def tied(self, rule: KanoRule | None = None) -> bool:
        """Tell whether it was the rule's priority that decided the category.

        Parameters
        ----------
        rule : KanoRule, optional
            Default: the largest share.

        Returns
        -------
        bool
        """
        return bool((rule or KanoRule()).lead(self._array())[1][0])

    def distinct(self, *, z: float = 1.65) -> bool:
        """Tell whether Fong's test calls the category distinct, not mixed.

        Parameters
        ----------
        z : float
            How many standard errors make a difference.

        Returns
        -------
        bool
        """
        difference, least = fong(self._array(), np.array([self.answers]), z)
        return bool(difference[0] >= least[0])

    def _array(self) -> Floats:
        return np.array([attrs.astuple(self)], dtype=np.float64)
