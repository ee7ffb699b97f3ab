"""CSAT: the share of customers who say that they are satisfied."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from custrel._intervals import normal_quantile, wilson
from custrel.satisfaction._survey_answers import Answers
from custrel.satisfaction._survey_scale import SurveyScale, measure, part, require_ascending
from custrel.satisfaction.survey_score import SurveyScore

__all__ = ["CsatScale", "csat"]


@attrs.frozen(kw_only=True)
class CsatScale(SurveyScale):
    """Which answers to "how satisfied are you?" count as satisfied.

    Parameters
    ----------
    lowest : int
        The least satisfied answer.
    satisfied_from : int
        The lowest answer of a satisfied customer.
    highest : int
        The most satisfied answer.
    confidence : float
        Of the interval, between 0 and 1.

    Raises
    ------
    InvalidRule
        The limits do not ascend, or `confidence` is not between 0 and 1.

    Examples
    --------
    >>> print(CsatScale(highest=10, satisfied_from=9))
    CSAT (9-10 of 1-10, 95% Wilson)
    """

    lowest: int = 1
    satisfied_from: int = 4
    highest: int = 5
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        normal_quantile(self.confidence)
        require_ascending(
            self,
            ("lowest", self.lowest),
            ("satisfied_from", self.satisfied_from),
            ("highest + 1", self.highest + 1),
        )

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest answer."""
        return self.lowest, self.highest

    def score(self, answers: Answers) -> SurveyScore:
        """Return the score of answers that have been counted.

        Parameters
        ----------
        answers : object
            What `custrel.satisfaction.csat` makes of a frame or an array.

        Returns
        -------
        SurveyScore
        """
        limits = {
            "satisfied": (self.satisfied_from, self.highest),
            "top_1": (self.highest, self.highest),
            "bottom_1": (self.lowest, self.lowest),
        }
        parts = tuple(part(n, answers, *ends, self.confidence) for n, ends in limits.items())
        share, n = parts[0].share, answers.effective
        centre, error, low, high = wilson(share, n, self.confidence)
        return SurveyScore(
            scale=self,
            value=share,
            low=low,
            high=high,
            centre=centre,
            standard_error=error,
            variance=share * (1 - share),
            answers=answers.number,
            effective_answers=n,
            parts=parts,
        )

    def __str__(self) -> str:
        return (
            f"CSAT ({self.satisfied_from}-{self.highest} of {self.lowest}-{self.highest}, "
            f"{100 * self.confidence:g}% Wilson)"
        )


def csat(
    answers: Any,
    *,
    answer: str = "score",
    weight: Any = None,
    scale: CsatScale | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SurveyScore:
    """Return the share of satisfied customers (客户满意率).

    Parameters
    ----------
    answers : frame or array_like of shape (respondents,)
        A row for each respondent, or the answers themselves: whole numbers, 1 to 5.
    answer : str
        The column of a frame.
    weight : str or array_like of shape (respondents,), optional
        Survey weights, 0 or more: a frame's column, or as many as there are answers.
    scale : CsatScale, optional
        Who is satisfied; default: 4 and 5 of 1 to 5.
    errors : {"raise", "collect"}
        Whether missing answers and those off the scale raise an error or are left out and reported.

    Returns
    -------
    SurveyScore
        A share, 0 to 1, with Wilson's interval; its parts are "satisfied", "top_1" and "bottom_1".

    Raises
    ------
    InvalidData
        An answer is missing or off the scale, a weight is missing or negative, or there are none.
    ColumnNotFound
        A column is not there.
    UnknownCode
        `errors` is neither of the two.

    See Also
    --------
    score_groups : The score of every group.
    score_trend : The score over time.

    References
    ----------
    .. [1] E. B. Wilson (1927), Probable Inference, the Law of Succession, and Statistical
       Inference, Journal of the American Statistical Association 22(158), 209-212.

    Examples
    --------
    >>> print(csat([5, 4, 4, 3, 5, 1]))
    0.667 (0.300 to 0.903), 6 answers, CSAT (4-5 of 1-5, 95% Wilson):
    satisfied 66.7%, top_1 33.3%, bottom_1 16.7%
    """
    return measure(scale or CsatScale(), answers, answer=answer, weight=weight, errors=errors)
