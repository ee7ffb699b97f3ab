"""Customer effort score: how easy customers find it to get what they need."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from custrel._intervals import mean_interval, normal_quantile
from custrel.errors import UnknownCode
from custrel.satisfaction._survey_answers import Answers
from custrel.satisfaction._survey_scale import SurveyScale, measure, part, require_ascending
from custrel.satisfaction.survey_score import SurveyScore

__all__ = ["CesScale", "ces"]

_EASY = ("high", "low")


@attrs.frozen(kw_only=True)
class CesScale(SurveyScale):
    """How the answers about a customer's effort run.

    Parameters
    ----------
    lowest, highest : int
        The ends of the scale.
    easy : {"high", "low"}
        Which end means little effort: high where customers agree that it was easy (CES 2.0), low
        where they say how much effort it took (the first form).
    confidence : float
        Of the interval, between 0 and 1.

    Raises
    ------
    InvalidRule
        The scale has fewer than three answers, or `confidence` is not between 0 and 1.
    UnknownCode
        `easy` is neither end.

    Examples
    --------
    >>> print(CesScale(highest=5, easy="low"))
    CES (1-5, low is easy, 95% t)
    """

    lowest: int = 1
    highest: int = 7
    easy: Literal["high", "low"] = "high"
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.easy not in _EASY:
            raise UnknownCode("end of the scale", str(self.easy), _EASY)
        normal_quantile(self.confidence)
        require_ascending(self, ("lowest + 1", self.lowest + 1), ("highest", self.highest))

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest answer."""
        return self.lowest, self.highest

    def score(self, answers: Answers) -> SurveyScore:
        """Return the score of answers that have been counted.

        Parameters
        ----------
        answers : object
            What `custrel.satisfaction.ces` makes of a frame or an array.

        Returns
        -------
        SurveyScore
        """
        boxes = (2, 3) if self.easy == "high" else (-2, -3)
        parts = tuple(
            part(
                f"top_{abs(box)}",
                answers,
                self.highest - box + 1 if box > 0 else self.lowest,
                self.highest if box > 0 else self.lowest - box - 1,
                self.confidence,
            )
            for box in boxes
        )
        mean, variance = answers.mean_and_variance()
        n = answers.effective
        centre, error, low, high = mean_interval(mean, variance, n, self.confidence)
        return SurveyScore(
            scale=self,
            value=mean,
            low=max(low, self.lowest) if low == low else low,  # noqa: PLR0124 - NaN stays NaN
            high=min(high, self.highest) if high == high else high,  # noqa: PLR0124
            centre=centre,
            standard_error=error,
            variance=variance,
            answers=answers.number,
            effective_answers=n,
            parts=parts,
        )

    def __str__(self) -> str:
        return (
            f"CES ({self.lowest}-{self.highest}, {self.easy} is easy, {100 * self.confidence:g}% t)"
        )


def ces(
    answers: Any,
    *,
    answer: str = "score",
    weight: Any = None,
    scale: CesScale | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SurveyScore:
    """Return the customer effort score (客户费力度).

    Parameters
    ----------
    answers : frame or array_like of shape (respondents,)
        A row for each respondent, or the answers themselves: whole numbers, 1 to 7.
    answer : str
        The column of a frame.
    weight : str or array_like of shape (respondents,), optional
        Survey weights, 0 or more: a frame's column, or as many as there are answers.
    scale : CesScale, optional
        The scale and its direction; default: 1 to 7, high is easy.
    errors : {"raise", "collect"}
        Whether missing answers and those off the scale raise an error or are left out and reported.

    Returns
    -------
    SurveyScore
        The mean answer with Student's interval; its parts "top_2" and "top_3" are the shares of
        the two and three answers at the easy end.

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
    .. [1] M. Dixon, K. Freeman, N. Toman (2010), Stop Trying to Delight Your Customers, Harvard
       Business Review 88(7/8), 116-122.

    Examples
    --------
    >>> print(ces([7, 6, 6, 5, 2, 7, 4]))
    5.286 (3.621 to 6.950), 7 answers, CES (1-7, high is easy, 95% t): top_2 57.1%, top_3 71.4%
    """
    return measure(scale or CesScale(), answers, answer=answer, weight=weight, errors=errors)
