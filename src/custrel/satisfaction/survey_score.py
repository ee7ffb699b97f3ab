"""A score from a survey, with its interval, and the difference of two."""

from __future__ import annotations

from math import nan, sqrt

import attrs
from scipy.special import ndtr

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, Problem, UnknownCode, counted
from custrel.rules import Rule
from custrel.satisfaction._tables import span

__all__ = ["ScoreDifference", "ScorePart", "SurveyScore", "score_difference"]


@attrs.frozen(kw_only=True)
class ScorePart:
    """One share that a score is made of, as the promoters of NPS.

    Parameters
    ----------
    name : str
        Its code.
    share : float
        Of all answers, 0 to 1.
    low, high : float
        Wilson's interval.

    Examples
    --------
    >>> ScorePart(name="promoters", share=0.5, low=0.4, high=0.6).share
    0.5
    """

    name: str
    share: float
    low: float
    high: float


@attrs.frozen(kw_only=True)
class SurveyScore:
    """A score from a survey: the figure, its interval, and what it is made of.

    Parameters
    ----------
    scale : Rule
        The scale that measured it: it says what was counted and which interval was taken.
    value : float
        The score: a balance from -1 to 1 (NPS), a share (CSAT), a mean (CES) or an index from 0 to
        100.
    low, high : float
        The interval; NaN where a single answer allows none.
    centre : float
        The middle of the interval before it was clipped; another than `value` where the interval
        is adjusted.
    standard_error : float
        Half the interval's width, before it was clipped, over its quantile.
    variance : float
        Of one answer's contribution, unadjusted.
    answers : int
        How many.
    effective_answers : float
        How many equally weighted ones would be as precise.
    parts : tuple of ScorePart
        The shares behind it.
    problems : tuple of Problem
        What was left out.

    See Also
    --------
    nps : Net promoter score.
    csat : Share of satisfied customers.
    ces : Customer effort score.

    Examples
    --------
    >>> from custrel.satisfaction import nps
    >>> score = nps([10] * 10)
    >>> score.value, round(score.centre, 4), round(score.standard_error, 4)
    (1.0, 0.7692, 0.1501)
    """

    scale: Rule
    value: float
    low: float
    high: float
    centre: float
    standard_error: float
    variance: float
    answers: int
    effective_answers: float
    parts: tuple[ScorePart, ...] = ()
    problems: tuple[Problem, ...] = ()

    def share(self, part: str) -> float:
        """Return the share of one part.

        Parameters
        ----------
        part : str
            Its name: "promoters", "top_2", ...

        Returns
        -------
        float
            0 to 1.

        Raises
        ------
        UnknownCode
            There is no such part.
        """
        return self.part(part).share

    def part(self, part: str) -> ScorePart:
        """Return one part with its interval.

        Parameters
        ----------
        part : str
            Its name: "promoters", "top_2", ...

        Returns
        -------
        ScorePart

        Raises
        ------
        UnknownCode
            There is no such part.
        """
        for one in self.parts:
            if one.name == part:
                return one
        raise UnknownCode("part of this score", part, [one.name for one in self.parts])

    def __str__(self) -> str:
        parts = ", ".join(f"{part.name} {part.share:.1%}" for part in self.parts)
        return (
            f"{self.value:.3f} {span(self.low, self.high, '.3f')}, "
            f"{counted(self.answers, 'answer')}, "
            f"{self.scale}{': ' if parts else ''}{parts}"
        )


@attrs.frozen(kw_only=True)
class ScoreDifference:
    """The difference of two scores that were measured independently.

    Parameters
    ----------
    value : float
        The first less the second, with its sign.
    standard_error : float
        0 where neither sample varies, and then there is no interval.
    low, high : float
        The interval.
    confidence : float
        Of the interval.
    z : float
        The difference in standard errors.
    p_value : float
        How probable so large a difference is, to either side, if there is none.

    See Also
    --------
    score_difference : Makes one.

    Examples
    --------
    >>> from custrel.satisfaction import nps
    >>> print(score_difference(nps([10, 9, 9, 3, 8]), nps([2, 9, 6, 5, 7, 1])))
    0.900 (-0.030 to 1.830), p = 0.058
    """

    value: float
    standard_error: float
    low: float
    high: float
    confidence: float
    z: float
    p_value: float

    def __str__(self) -> str:
        return f"{self.value:.3f} {span(self.low, self.high, '.3f')}, p = {self.p_value:.2g}"


def score_difference(
    first: SurveyScore, second: SurveyScore, *, confidence: float = 0.95
) -> ScoreDifference:
    """Compare two samples that were asked the same.

    Parameters
    ----------
    first, second : SurveyScore
        Measured on the same scale, from different respondents.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    ScoreDifference
        The first less the second: positive where the first is higher.

    Raises
    ------
    InvalidRule
        They were measured on different scales.

    Notes
    -----
    The standard error is sqrt(V1 / n1 + V2 / n2) with the variance of one answer and the effective
    number of answers of each. Where all answers of both samples are alike, it is 0, and neither
    interval nor test exists: they are NaN.

    References
    ----------
    .. [1] B. Rocks (2016), Interval Estimation for the "Net Promoter Score", The American
       Statistician 70(4), 365-372.

    Examples
    --------
    >>> from custrel.satisfaction import nps
    >>> score_difference(nps([0, 0, 10, 8]), nps([10, 10, 0, 7])).value
    -0.5
    """
    if first.scale != second.scale:
        raise InvalidRule(
            f"the scores were measured on different scales: {first.scale} and {second.scale}."
        )
    return difference_of(first, second, confidence)


def difference_of(first: SurveyScore, second: SurveyScore, confidence: float) -> ScoreDifference:
    """Return the first less the second, of two samples."""
    reach = normal_quantile(confidence)
    value = first.value - second.value
    error = sqrt(
        first.variance / first.effective_answers + second.variance / second.effective_answers
    )
    z = value / error if error > 0 else nan
    return ScoreDifference(
        value=value,
        standard_error=error,
        low=value - reach * error if error > 0 else nan,
        high=value + reach * error if error > 0 else nan,
        confidence=confidence,
        z=z,
        p_value=float(2 * ndtr(-abs(z))),
    )
