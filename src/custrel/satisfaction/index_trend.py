"""A satisfaction index over time: its level, and how it changes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Literal

import attrs
import numpy as np

from custrel.errors import Problem
from custrel.satisfaction._path_model.groups import group_indices
from custrel.satisfaction._tables import as_frame, as_html, as_text
from custrel.satisfaction._two_groups import require_two
from custrel.satisfaction.index_rule import IndexRule
from custrel.satisfaction.index_templates import ACSI
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_method import PlsMethod
from custrel.satisfaction.score_trend import ScoreTrend, trend_of

__all__ = ["IndexTrend", "index_trend"]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class IndexTrend:
    """An index as the two-dimensional figure that it is (二维指标): level, and change over time.

    Parameters
    ----------
    frame : frame
        A row for each wave, of the kind that came in: the wave, ``respondents``, ``level``,
        ``low``, ``high``, ``change`` (since the wave before; missing in the first),
        ``change_low``, ``change_high``, ``p_value`` of the change.
    trend : ScoreTrend
        Levels, changes and the tests of slope and homogeneity.
    weights : {"pooled", "each", "given"}
        Whether all waves were measured by the same weights.
    problems : tuple of Problem
        Answers that were left out or filled in.

    See Also
    --------
    index_trend : Makes one.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"wave": [1] * 4 + [2] * 4, "s": [7, 6, 8, 5, 9, 8, 9, 7]})
    >>> rule = IndexRule(items=["s"], weights=[1], lowest=1, highest=10)
    >>> trend = index_trend(answers, wave="wave", rule=rule)
    >>> round(trend.trend.changes[0].value, 1)
    19.4
    """

    frame: Any
    trend: ScoreTrend
    weights: Literal["pooled", "each", "given"]
    problems: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([*as_text(self._rows(), words=(1, 0)), "", *self._notes()])

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return f"{as_html(self._rows(), words=(1, 0))}{notes}"

    def _rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [("wave", "n", "level", "low", "high", "change", "p")]
        for i, (wave, score) in enumerate(zip(self.trend.waves, self.trend.scores, strict=True)):
            numbers = [f"{x:.1f}" for x in (score.value, score.low, score.high)]
            before = self.trend.changes[i - 1] if i else None
            change = (
                ("", "") if before is None else (f"{before.value:+.1f}", f"{before.p_value:.3f}")
            )
            rows.append((str(wave), f"{score.answers:,}", *numbers, *change))
        return rows

    def _notes(self) -> list[str]:
        how = {
            "pooled": "one set of weights, learnt from all waves",
            "each": "weights of each wave's own",
            "given": "weights as given",
        }
        line = (
            f"{self.trend.slope:+.2f} a wave (p = {self.trend.p_value:.2g}); {how[self.weights]}, "
            "taken as known in the tests."
        )
        return [line, *(f"note: {problem}" for problem in self.problems)]


def index_trend(
    answers: Any,
    *,
    wave: str,
    model: PathModel = ACSI,
    rule: IndexRule | Literal["pooled", "each"] = "pooled",
    method: PlsMethod | None = None,
    weight: str | None = None,
    missing_codes: Iterable[float] = (),
    errors: Literal["raise", "collect"] = "raise",
) -> IndexTrend:
    """Follow a satisfaction index over the waves of a survey, and test whether it moves.

    Parameters
    ----------
    answers : frame
        A row for each respondent and wave; every wave asks other respondents.
    wave : str
        The column of the wave: anything that sorts.
    model : PathModel
        `ACSI`, `ECSI`, `SCSB`, or one's own, with items and scales.
    rule : IndexRule or {"pooled", "each"}
        Whether all waves are measured by one set of weights, learnt from all of them, so that only
        answers move the index; by each wave's own; or by a rule that was kept.
    method : PlsMethod, optional
        How the model is estimated.
    weight : str, optional
        The column of the survey weights, 0 or more.
    missing_codes : iterable of float
        Answers that stand for none, as -99.
    errors : {"raise", "collect"}
        Whether unusable answers raise an error or are left out and reported.

    Returns
    -------
    IndexTrend

    Raises
    ------
    InvalidData
        There is one wave only, a wave of a single respondent, or answers cannot be used.
    UnknownCode
        There is no such rule.
    ColumnNotFound
        A column is not there.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    See Also
    --------
    score_trend : The tests of slope and homogeneity.

    Notes
    -----
    The documents call the index two-dimensional: it reflects how satisfied customers are, and how
    that changes over time. A change is tested with sqrt(se1**2 + se2**2), weights taken as known.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"wave": [1] * 4 + [2] * 4, "s": [7, 6, 8, 5, 9, 8, 9, 7]})
    >>> rule = IndexRule(items=["s"], weights=[1], lowest=1, highest=10)
    >>> index_trend(answers, wave="wave", rule=rule)
    wave  n  level   low  high  change      p
    1     4   61.1  38.3  83.9
    2     4   80.6  63.6  97.5   +19.4  0.029
    <BLANKLINE>
    +19.44 a wave (p = 0.029); weights as given, taken as known in the tests.
    """
    found = group_indices(
        answers,
        wave,
        model=model,
        rule=rule,
        method=method,
        weight=weight,
        missing_codes=missing_codes,
        errors=errors,
    )
    require_two(wave, found.names, "wave")
    trend = trend_of(found.names, found.scores)
    nothing = [np.nan]
    columns = {
        wave: list(found.names),
        "respondents": [score.answers for score in found.scores],
        "level": [score.value for score in found.scores],
        "low": [score.low for score in found.scores],
        "high": [score.high for score in found.scores],
        "change": nothing + [change.value for change in trend.changes],
        "change_low": nothing + [change.low for change in trend.changes],
        "change_high": nothing + [change.high for change in trend.changes],
        "p_value": nothing + [change.p_value for change in trend.changes],
    }
    return IndexTrend(
        frame=as_frame(found.door, columns),
        trend=trend,
        weights="given" if isinstance(rule, IndexRule) else rule,
        problems=found.problems,
    )
