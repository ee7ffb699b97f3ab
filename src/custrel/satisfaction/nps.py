"""Net promoter score: who would recommend, less who would not."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from custrel._intervals import balance, normal_quantile
from custrel.errors import UnknownCode
from custrel.satisfaction._survey_answers import Answers
from custrel.satisfaction._survey_scale import SurveyScale, measure, part, require_ascending
from custrel.satisfaction.survey_score import SurveyScore

__all__ = ["NpsScale", "nps"]

_INTERVALS = ("adjusted_wald", "wald")


@attrs.frozen(kw_only=True)
class NpsScale(SurveyScale):
    """How the answers to "would you recommend us?" are counted.

    Parameters
    ----------
    lowest : int
        The end of the scale where nobody would recommend.
    detractors_to : int
        The highest answer of a detractor.
    promoters_from : int
        The lowest answer of a promoter.
    highest : int
        The end of the scale where everybody would.
    interval : {"adjusted_wald", "wald"}
        Whether three quarters of a promoter and of a detractor, and three answers in all, are
        added before the interval is taken.
    confidence : float
        Of the interval, between 0 and 1.

    Raises
    ------
    InvalidRule
        The limits do not ascend, or `confidence` is not between 0 and 1.
    UnknownCode
        There is no such interval.

    Examples
    --------
    >>> scale = NpsScale(confidence=0.9)
    >>> print(scale)
    NPS (9-10 less 0-6, 90% adjusted Wald)
    """

    lowest: int = 0
    detractors_to: int = 6
    promoters_from: int = 9
    highest: int = 10
    interval: Literal["adjusted_wald", "wald"] = "adjusted_wald"
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.interval not in _INTERVALS:
            raise UnknownCode("interval of a net promoter score", str(self.interval), _INTERVALS)
        normal_quantile(self.confidence)
        require_ascending(
            self,
            ("lowest - 1", self.lowest - 1),
            ("detractors_to", self.detractors_to),
            ("promoters_from", self.promoters_from),
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
            What `custrel.satisfaction.nps` makes of a frame or an array.

        Returns
        -------
        SurveyScore
        """
        limits = {
            "promoters": (self.promoters_from, self.highest),
            "passives": (self.detractors_to + 1, self.promoters_from - 1),
            "detractors": (self.lowest, self.detractors_to),
        }
        parts = tuple(part(n, answers, *ends, self.confidence) for n, ends in limits.items())
        up, down, n = parts[0].share, parts[2].share, answers.effective
        adjusted = self.interval == "adjusted_wald"
        centre, error, low, high = balance(up, down, n, self.confidence, adjusted=adjusted)
        return SurveyScore(
            scale=self,
            value=up - down,
            low=low,
            high=high,
            centre=centre,
            standard_error=error,
            variance=max(0.0, up + down - (up - down) ** 2),
            answers=answers.number,
            effective_answers=n,
            parts=parts,
        )

    def __str__(self) -> str:
        name = "adjusted Wald" if self.interval == "adjusted_wald" else "Wald"
        return (
            f"NPS ({self.promoters_from}-{self.highest} less {self.lowest}-{self.detractors_to}, "
            f"{100 * self.confidence:g}% {name})"
        )


def nps(
    answers: Any,
    *,
    answer: str = "score",
    weight: Any = None,
    scale: NpsScale | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SurveyScore:
    """Return the net promoter score (净推荐值).

    Parameters
    ----------
    answers : frame or array_like of shape (respondents,)
        A row for each respondent, or the answers themselves: whole numbers, 0 to 10.
    answer : str
        The column of a frame.
    weight : str or array_like of shape (respondents,), optional
        Survey weights, 0 or more: a frame's column, or as many as there are answers.
    scale : NpsScale, optional
        Who is a promoter, and which interval is taken; default: 9 and 10 less 0 to 6, adjusted
        Wald at 95 %.
    errors : {"raise", "collect"}
        Whether missing answers and those off the scale raise an error or are left out and reported.

    Returns
    -------
    SurveyScore
        From -1, all detractors, to 1, all promoters; its parts are "promoters", "passives" and
        "detractors".

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
    score_difference : Two samples compared.

    Notes
    -----
    NPS = p+ - p-, Var = p+ + p- - NPS**2. The adjusted Wald interval keeps its coverage in small
    samples and where all answer alike, and is clipped to -1 and 1. The documents do not name NPS
    (reconstructed).

    References
    ----------
    .. [1] F. F. Reichheld (2003), The One Number You Need to Grow, Harvard Business Review 81(12),
       46-54.
    .. [2] B. Rocks (2016), Interval Estimation for the "Net Promoter Score", The American
       Statistician 70(4), 365-372.

    Examples
    --------
    >>> print(nps([10, 9, 9, 8, 7, 6, 3]))
    0.143 (-0.396 to 0.596), 7 answers, NPS (9-10 less 0-6, 95% adjusted Wald):
    promoters 42.9%, passives 28.6%, detractors 28.6%
    """
    return measure(scale or NpsScale(), answers, answer=answer, weight=weight, errors=errors)
