"""Survey scores by group and over time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import attrs

from custrel.satisfaction._survey_answers import read_answers
from custrel.satisfaction._survey_scale import SurveyScale, with_problems
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction._trend_line import trend_line
from custrel.satisfaction._two_groups import require_two
from custrel.satisfaction.sifted_table import SiftedTable
from custrel.satisfaction.survey_score import ScoreDifference, SurveyScore, difference_of

__all__ = ["ScoreTrend", "score_groups", "score_trend"]


@attrs.frozen(kw_only=True)
class ScoreTrend:
    """A score over the waves of a survey, and whether it moves.

    Parameters
    ----------
    waves : tuple
        What the waves are called, in their order.
    scores : tuple of SurveyScore
        The score of each.
    changes : tuple of ScoreDifference
        Each wave but the first, less the one before.
    slope : float
        The change from wave to wave, of a straight line.
    standard_error : float
        Of the slope.
    p_value : float
        How probable so steep a slope is, to either side, if the score does not move.
    homogeneity_p : float
        How probable so large differences are, in any pattern, if the score does not move.

    See Also
    --------
    score_trend : Makes one.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import CsatScale
    >>> answers = pd.DataFrame(
    ...     {"wave": [2023] * 40 + [2024] * 40, "score": [5] * 20 + [2] * 20 + [5] * 30 + [2] * 10}
    ... )
    >>> print(score_trend(answers, scale=CsatScale(), wave="wave"))
    CSAT (4-5 of 1-5, 95% Wilson) over 2 waves: 0.500 (2023), 0.750 (2024);
    0.250 a wave (p = 0.013)
    """

    waves: tuple[Any, ...]
    scores: tuple[SurveyScore, ...]
    changes: tuple[ScoreDifference, ...]
    slope: float
    standard_error: float
    p_value: float
    homogeneity_p: float

    def __str__(self) -> str:
        values = ", ".join(
            f"{score.value:.3f} ({wave})"
            for wave, score in zip(self.waves, self.scores, strict=True)
        )
        return (
            f"{self.scores[0].scale} over {len(self.waves)} waves: {values}; "
            f"{self.slope:.3f} a wave (p = {self.p_value:.2g})"
        )


def score_groups(
    answers: Any,
    *,
    scale: SurveyScale,
    by: str,
    answer: str = "score",
    weight: str | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Return a survey score for every group.

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    scale : NpsScale, CsatScale or CesScale
        What is measured.
    by : str
        The column of the group.
    answer : str
        The column of the answer.
    weight : str, optional
        The column of the survey weights, 0 or more.
    errors : {"raise", "collect"}
        Whether missing answers and those off the scale raise an error or are left out.

    Returns
    -------
    SiftedTable
        A frame of the kind that came in, a row for each group in its order: the group, ``answers``
        (number), ``value``, ``low``, ``high``, ``standard_error``, and the share of each part
        under its name, as ``promoters``.

    Raises
    ------
    InvalidData
        An answer or group is missing, an answer off the scale, or there are none.
    ColumnNotFound
        A column is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import NpsScale
    >>> answers = pd.DataFrame({"shop": ["a", "a", "b", "b", "b"], "score": [10, 3, 9, 9, 8]})
    >>> score_groups(answers, scale=NpsScale(), by="shop").frame[["shop", "answers", "value"]]
      shop  answers     value
    0    a        2  0.000000
    1    b        3  0.666667
    """
    door, groups, problems = read_answers(
        answers, answer, weight, by=by, scale=scale.bounds, errors=errors
    )
    scores = [scale.score(group) for group in groups.values()]
    columns: dict[str, list[Any]] = {by: list(groups)}
    for name in ("answers", "value", "low", "high", "standard_error"):
        columns[name] = [getattr(score, name) for score in scores]
    for part in scores[0].parts:
        columns[part.name] = [score.share(part.name) for score in scores]
    return SiftedTable(as_frame(door, columns), problems)


def score_trend(
    answers: Any,
    *,
    scale: SurveyScale,
    wave: str,
    answer: str = "score",
    weight: str | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> ScoreTrend:
    """Follow a survey score over the waves of a survey, and test whether it moves.

    Parameters
    ----------
    answers : frame
        A row for each respondent and wave; every wave asks other respondents.
    scale : NpsScale, CsatScale or CesScale
        What is measured.
    wave : str
        The column of the wave: anything that sorts.
    answer : str
        The column of the answer.
    weight : str, optional
        The column of the survey weights, 0 or more.
    errors : {"raise", "collect"}
        Whether missing answers and those off the scale raise an error or are left out.

    Returns
    -------
    ScoreTrend

    Raises
    ------
    InvalidData
        There is one wave only; or an answer or wave is missing, or an answer off the scale.
    ColumnNotFound
        A column is not there.

    Notes
    -----
    Waves are taken as equally spaced. The slope is that of the straight line through the scores,
    weighted by one over the squared standard errors of their intervals, which is 0 for no share
    and no adjusted NPS; z = slope / standard error. The test of homogeneity is the chi-squared
    test of the weighted squares around the weighted mean. A wave without standard error, as a
    single answer to CES, makes both NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import NpsScale
    >>> answers = pd.DataFrame({"wave": ["q1"] * 3 + ["q2"] * 3, "score": [2, 9, 6, 10, 9, 9]})
    >>> trend = score_trend(answers, scale=NpsScale(), wave="wave")
    >>> round(trend.changes[0].value, 3), trend.slope > 0
    (1.333, True)
    """
    _, groups, problems = read_answers(
        answers, answer, weight, by=wave, scale=scale.bounds, errors=errors
    )
    require_two(wave, tuple(groups), "wave")
    scores = tuple(with_problems(scale.score(group), problems) for group in groups.values())
    return trend_of(tuple(groups), scores)


def trend_of(
    waves: tuple[Any, ...], scores: tuple[SurveyScore, ...], *, confidence: float = 0.95
) -> ScoreTrend:
    """Follow scores that have been measured."""
    line = trend_line([one.value for one in scores], [one.standard_error for one in scores])
    return ScoreTrend(
        waves=waves,
        scores=scores,
        changes=tuple(difference_of(now, old, confidence) for old, now in pairwise(scores)),
        slope=line.slope,
        standard_error=line.standard_error,
        p_value=line.p_value,
        homogeneity_p=line.homogeneity_p,
    )
