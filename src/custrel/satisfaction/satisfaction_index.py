"""The satisfaction index in one call, what drives it, what follows from it, what raises it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, Literal

import attrs
import numpy as np

from custrel.frames import enter
from custrel.satisfaction._path_model.tables import consequence_columns, importance_columns
from custrel.satisfaction._tables import as_frame, as_html, as_text
from custrel.satisfaction.improvement import Improvement, improvement_columns
from custrel.satisfaction.index_rule import IndexRule
from custrel.satisfaction.index_templates import ACSI
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls import pls
from custrel.satisfaction.pls_bootstrap import PlsBootstrap
from custrel.satisfaction.pls_fit import PlsFit
from custrel.satisfaction.pls_method import PlsMethod
from custrel.satisfaction.survey_score import SurveyScore

__all__ = ["SatisfactionIndex", "satisfaction_index"]

_SAID = MappingProxyType(
    {
        "unstandardized": "weights over standard deviations",
        "standardized": "weights of standardized items",
        "equal": "equal weights",
    }
)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class SatisfactionIndex:
    """A satisfaction index (顾客满意度指数): its level, and the causal model that it comes from.

    Parameters
    ----------
    score : SurveyScore
        The index with its interval.
    rule : IndexRule
        How answers become the index; kept, it measures the next survey alike.
    fit : PlsFit
        The path model.
    interval : {"given_weights", "bootstrap"}
        Whether the interval takes the weights as known, or estimates them with each resample too.
    resampled : PlsBootstrap or None
        The resamples behind the interval.

    See Also
    --------
    satisfaction_index : Makes one from answers.
    index_trend : Level and change over time.
    index_benchmark : One's own index among competitors'.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "q1": [8, 6, 9, 4, 7, 5, 9, 3],
    ...         "q2": [7, 6, 9, 5, 6, 4, 8, 4],
    ...         "s": [8, 5, 9, 4, 8, 5, 9, 2],
    ...     }
    ... )
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"]}, [("quality", "satisfaction")]
    ... )
    >>> index = satisfaction_index(answers, model=model, scale=(1, 10))
    >>> round(index.value, 1), round(index.low, 1), round(index.high, 1)
    (58.3, 34.1, 82.5)
    """

    score: SurveyScore
    rule: IndexRule
    fit: PlsFit
    interval: Literal["given_weights", "bootstrap"]
    resampled: PlsBootstrap | None = None

    @property
    def value(self) -> float:
        """The index, 0 to 100."""
        return self.score.value

    @property
    def low(self) -> float:
        """The lower end of its interval."""
        return self.score.low

    @property
    def high(self) -> float:
        """The upper end of its interval."""
        return self.score.high

    def drivers(self, *, level: Literal["construct", "item"] = "construct") -> Any:
        """Return what drives the index, and how well it is done today.

        Parameters
        ----------
        level : {"construct", "item"}
            Whether rows are constructs or items.

        Returns
        -------
        frame
            As `PlsFit.importance_performance`: ``importance`` in points of the index for one point
            of the driver's own, and ``performance``, 0 to 100.
        """
        return self.fit.importance_performance(self.rule.construct, level=level)

    def consequences(self) -> Any:
        """Return what follows from more satisfaction, as loyalty.

        Returns
        -------
        frame
            A row for each construct that the index influences: ``construct``, ``index`` (today, 0
            to 100; NaN without a scale), ``total_effect`` (of standardized constructs), ``points``
            (of its own index, for one point of satisfaction).
        """
        place = self.fit.model.names.index(self.rule.construct)
        return self._emit(consequence_columns(self.fit, place))

    def best_improvements(
        self, improvements: Iterable[Improvement], *, budget: float | None = None
    ) -> Any:
        """Choose what to do: the most index for the money.

        Parameters
        ----------
        improvements : iterable of Improvement
            What could be done.
        budget : float, optional
            What may be spent; default: enough for all.

        Returns
        -------
        frame
            A row for each, the highest gain per cost first: ``improvement``, ``raises``, ``by``
            (no further than the top of the scale), ``gain`` (points of the index), ``cost``,
            ``gain_per_cost`` and ``chosen``.

        Raises
        ------
        UnknownCode
            One raises what does not drive the index.
        InvalidRule
            There is nothing to choose from, or the budget is negative.

        Notes
        -----
        The gain is the rise of the item times its importance (total effect on the index, direct
        and through other constructs), and effects of several are added. What is correlated in the
        survey need not be caused: the paths of the model say what is taken for a cause. The choice
        has the highest sum of gains of all that fit the budget.
        """
        chosen = improvement_columns(self.fit, self.rule.construct, tuple(improvements), budget)
        return self._emit(chosen)

    def describe(self) -> str:
        """Return the index and its constructs for people.

        Returns
        -------
        str
        """
        return "\n".join(
            [*self._headlines(), "", *as_text(self._rows(), words=(1, 0)), *self._notes()]
        )

    def _emit(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        return as_frame(enter(self.fit.frame), columns)

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        heads = "".join(f"<p>{escape(line)}</p>" for line in self._headlines())
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return f"{heads}{as_html(self._rows(), words=(1, 0))}{notes}"

    def _headlines(self) -> list[str]:
        known = (
            "weights estimated with each resample"
            if self.interval == "bootstrap"
            else "weights taken as known"
        )
        what, weights = self.rule.construct.capitalize(), _SAID[self.rule.weighting].capitalize()
        span = f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f}) of 100"
        sure = f"{100 * self.rule.confidence:g}% interval, {known}"
        return [
            f"{what} index {span}, {self.fit.respondents:,} respondents.",
            f"{weights}; {sure}; {self.fit.method}.",
        ]

    def _rows(self) -> list[tuple[str, ...]]:
        fit, target = self.fit, self.fit.model.names.index(self.rule.construct)
        drivers, _ = importance_columns(fit, target)
        after = consequence_columns(fit, target)
        gives = dict(zip(drivers["construct"], drivers["importance"], strict=True))
        gets = dict(zip(after["construct"], after["points"], strict=True))
        levels = fit.index_levels()
        rows: list[tuple[str, ...]] = [("construct", "index", "r2", "gives", "gets")]
        for name in fit.model.names:
            level = self.value if name == self.rule.construct else levels[name]
            r2 = fit.r2(name)
            rows.append(
                (
                    name,
                    "" if np.isnan(level) else f"{level:.1f}",
                    "" if np.isnan(r2) else f"{r2:.2f}",
                    f"{gives[name]:.2f}" if name in gives else "",
                    f"{gets[name]:.2f}" if name in gets else "",
                )
            )
        return rows

    def _notes(self) -> list[str]:
        what = self.rule.construct
        meaning = (
            f"gives: points of the {what} index for one point more of the construct's;",
            f"gets: points of the construct's index for one point more of {what}.",
        )
        notes = (*self.fit.problems, *self.fit.admissibility)
        return ["", *meaning, *(f"note: {problem}" for problem in notes)]


def satisfaction_index(
    answers: Any,
    *,
    model: PathModel = ACSI,
    items: Mapping[str, str | Sequence[str]] | None = None,
    scale: Iterable[float] | Mapping[str, Iterable[float]] | None = None,
    weighting: Literal["unstandardized", "standardized", "equal"] = "unstandardized",
    method: PlsMethod | None = None,
    weight: str | None = None,
    missing_codes: Iterable[float] = (),
    seed: int | np.random.Generator | None = None,
    resamples: int = 1000,
    errors: Literal["raise", "collect"] = "raise",
) -> SatisfactionIndex:
    """Return the satisfaction index of a survey, from 0 to 100.

    Parameters
    ----------
    answers : frame
        A row for each respondent, a column for each item.
    model : PathModel
        `ACSI`, `ECSI`, `SCSB`, or one's own.
    items : mapping of construct to str or sequence of str, optional
        The columns that ask about each construct, where they are called otherwise than the
        model's.
    scale : pair of float, or mapping of construct to pair, optional
        The lowest and the highest answer, where they are others than the model's.
    weighting : {"unstandardized", "standardized", "equal"}
        Whether items weigh in the index by weight over standard deviation (as ACSI does), by the
        weight of the standardized item, or alike.
    method : PlsMethod, optional
        How the model is estimated.
    weight : str, optional
        The column of the survey weights, 0 or more.
    missing_codes : iterable of float
        Answers that stand for none, as -99.
    seed : int or numpy Generator, optional
        Draws the interval by resampling respondents, weights and all; without it, the interval is
        Student's, with the weights taken as known.
    resamples : int
        How often respondents are drawn again.
    errors : {"raise", "collect"}
        Whether answers off the scale, unusable weights and a missing code that nobody gave raise
        an error, or are left out and reported.

    Returns
    -------
    SatisfactionIndex

    Raises
    ------
    InvalidData
        Answers are off the scale, an item is constant, there are fewer respondents than items, or
        a missing code stands nowhere.
    InvalidRule
        The target of the model has no scale, or an option is impossible.
    FitError
        The weights do not come to rest, or constructs say the same.
    ColumnNotFound
        An item is not there.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    See Also
    --------
    pls : The path model alone, with all criteria.
    index_trend : Level and change over time.
    index_benchmark : One's own index among competitors'.

    Notes
    -----
    The documents say that the index is measured by a causal model, and comes from Sweden (SCSB,
    1989), and that satisfaction and perceived value are directly and positively related in ACSI;
    the models' other paths are reconstructed.

    References
    ----------
    .. [1] C. Fornell (1992), A National Customer Satisfaction Barometer: The Swedish Experience,
       Journal of Marketing 56(1), 6-21.
    .. [2] C. Fornell, M. D. Johnson, E. W. Anderson, J. Cha, B. E. Bryant (1996), The American
       Customer Satisfaction Index: Nature, Purpose, and Findings, Journal of Marketing 60(4), 7-18.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "q1": [8, 6, 9, 4, 7, 5, 9, 3],
    ...         "q2": [7, 6, 9, 5, 6, 4, 8, 4],
    ...         "s": [8, 5, 9, 4, 8, 5, 9, 2],
    ...         "l": [9, 4, 8, 5, 8, 6, 9, 3],
    ...     }
    ... )
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"], "loyalty": ["l"]},
    ...     [("quality", "satisfaction"), ("satisfaction", "loyalty")],
    ... )
    >>> satisfaction_index(answers, model=model, scale=(1, 10))
    Satisfaction index 58.3 (34.1 to 82.5) of 100, 8 respondents.
    ...
    """
    asked = model.with_items(items or {}, scale=scale)
    fit = pls(
        answers,
        model=asked,
        method=method,
        weight=weight,
        missing_codes=missing_codes,
        errors=errors,
    )
    rule = fit.index_rule(weighting=weighting)
    place = asked.names.index(asked.target)
    block = fit.design.block(place)
    score = rule.measure_arrays(fit.answered.values[:, block], fit.answered.weights)
    # Equal weights are not estimated, so that there is nothing to add to the interval.
    if seed is None or weighting == "equal":
        return SatisfactionIndex(score=score, rule=rule, fit=fit, interval="given_weights")
    again = fit.bootstrap(seed=seed, resamples=resamples)
    what = "index" if weighting == "unstandardized" else "standardized_index"
    row = again.columns(what, confidence=rule.confidence)
    low, high, error = (float(row[name][place]) for name in ("low", "high", "standard_error"))
    drawn = attrs.evolve(score, low=low, high=high, standard_error=error)
    return SatisfactionIndex(score=drawn, rule=rule, fit=fit, interval="bootstrap", resampled=again)
