"""SERVQUAL: the quality of a service as the gap between what was perceived and expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike

from custrel._columns import as_float
from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, Problem
from custrel.frames import Door
from custrel.rules import Rule
from custrel.satisfaction._respondents import GroupMeans, as_sifted, enter_survey, group_means
from custrel.satisfaction._two_groups import require_two
from custrel.satisfaction.sifted_table import SiftedTable

__all__ = ["ServqualForm", "servqual", "servqual_trend", "weighted_gap"]

_DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_counts(items: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(number) for number in items)


def _as_weights(weights: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if weights is None else tuple(float(weight) for weight in weights)


@attrs.frozen(kw_only=True)
class ServqualForm(Rule):
    """A questionnaire: its dimensions, how many items each has, and what each weighs.

    Parameters
    ----------
    dimensions : sequence of str
        Their names, in the order of the items.
    items : sequence of int
        How many items each has.
    weights : sequence of float, optional
        What each weighs in the whole, summing to 1; default: all the same.
    lowest, highest : float
        The ends of the scale.
    confidence : float
        Of the intervals, between 0 and 1.

    Raises
    ------
    InvalidRule
        Dimensions, items and weights do not fit together, weights do not sum to 1, or the scale
        is upside down.

    References
    ----------
    .. [1] A. Parasuraman, V. A. Zeithaml, L. L. Berry (1988), SERVQUAL: A Multiple-Item Scale for
       Measuring Consumer Perceptions of Service Quality, Journal of Retailing 64(1), 12-40.

    Examples
    --------
    >>> ServqualForm().number_of_items
    22
    """

    dimensions: tuple[str, ...] = attrs.field(default=_DIMENSIONS, converter=_as_names)
    items: tuple[int, ...] = attrs.field(default=(4, 5, 4, 4, 5), converter=_as_counts)
    weights: tuple[float, ...] | None = attrs.field(default=None, converter=_as_weights)
    lowest: float = attrs.field(default=1.0, converter=float)
    highest: float = attrs.field(default=7.0, converter=float)
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        normal_quantile(self.confidence)
        if not self.dimensions or len(set(self.dimensions)) != len(self.dimensions):
            raise InvalidRule("ServqualForm: one dimension or more, each with its own name.")
        if len(self.items) != len(self.dimensions) or any(number < 1 for number in self.items):
            raise InvalidRule(
                f"ServqualForm: say of each of {len(self.dimensions)} dimensions how many items it "
                f"has, 1 or more; got {self.items}."
            )
        if not self.lowest < self.highest:
            raise InvalidRule("ServqualForm: the lowest answer must be below the highest.")
        _require_weights(self.shares, len(self.dimensions))

    @property
    def number_of_items(self) -> int:
        """How many items there are in all."""
        return sum(self.items)

    @property
    def shares(self) -> tuple[float, ...]:
        """What each dimension weighs: as given, or all the same."""
        number = len(self.dimensions)
        return (1 / number,) * number if self.weights is None else self.weights


def servqual(
    answers: Any,
    *,
    perceptions: Sequence[str],
    expectations: Sequence[str] | None = None,
    by: str | None = None,
    weight: str | None = None,
    form: ServqualForm | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Return the gaps of a service, by dimension and in all (服务质量差距).

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    perceptions : sequence of str
        The columns of what was perceived, in the order of the form.
    expectations : sequence of str, optional
        The columns of what was expected, in the same order; None: perceptions alone (SERVPERF).
    by : str, optional
        The column that groups respondents.
    weight : str, optional
        The column of the survey weights, 0 or more.
    form : ServqualForm, optional
        The dimensions; default: 4 items of tangibles (有形性), 5 of reliability (可靠性), 4 of
        responsiveness (响应性), 4 of assurance (保证性), 5 of empathy (移情性), on 1 to 7.
    errors : {"raise", "collect"}
        Whether a missing answer, or one off the scale, raises an error or leaves its respondent
        out.

    Returns
    -------
    SiftedTable
        A frame of the kind that came in, a row for each group and dimension, and one for ``overall``:
        the group, ``dimension``, ``answers`` (respondents), ``weight``, ``perception`` and
        ``expectation`` (means; the latter only where it was asked for), ``gap`` (perception less
        expectation; with perceptions alone it is not there), and ``low``, ``high`` of the gap, or
        of the perception; NaN in a group of one.

    Raises
    ------
    InvalidData
        An answer or group is missing, an answer off the scale, a weight missing or negative, or
        there are no answers.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are more or fewer columns than the form has items, or one stands twice.
    UnknownCode
        `errors` is neither of the two.

    See Also
    --------
    servqual_trend : Over the waves of a survey.
    weighted_gap : From gaps by hand.

    Notes
    -----
    A respondent's gap in a dimension is the mean over its items; the overall one is the weighted
    sum over the dimensions. Intervals are Student's, over respondents. Negative: less than
    expected.

    References
    ----------
    .. [1] A. Parasuraman, V. A. Zeithaml, L. L. Berry (1988), SERVQUAL: A Multiple-Item Scale for
       Measuring Consumer Perceptions of Service Quality, Journal of Retailing 64(1), 12-40.
    .. [2] J. J. Cronin, S. A. Taylor (1992), Measuring Service Quality: A Reexamination and
       Extension, Journal of Marketing 56(3), 55-68.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"p1": [5, 6], "p2": [4, 4], "e1": [6, 7], "e2": [5, 7]})
    >>> form = ServqualForm(dimensions=["speed", "care"], items=[1, 1])
    >>> gaps = servqual(answers, perceptions=["p1", "p2"], expectations=["e1", "e2"], form=form)
    >>> gaps.frame[["dimension", "perception", "expectation", "gap"]]
      dimension  perception  expectation  gap
    0     speed        5.50         6.50 -1.0
    1      care        4.00         6.00 -2.0
    2   overall        4.75         6.25 -1.5
    """
    form, gaps = form or ServqualForm(), expectations is not None
    door, found, problems = _read(
        answers, perceptions, expectations, form, by=by, weight=weight, errors=errors
    )
    rows = [
        ({} if by is None else {by: group}) | _row(form, found, g, i, gaps=gaps)
        for g, group in enumerate(found.groups)
        for i in range(len(form.dimensions) + 1)
    ]
    return as_sifted(door, rows, problems)


def servqual_trend(
    answers: Any,
    *,
    wave: str,
    perceptions: Sequence[str],
    expectations: Sequence[str] | None = None,
    weight: str | None = None,
    form: ServqualForm | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Follow the gaps of a service over the waves of a survey, and test whether they move.

    Parameters
    ----------
    answers : frame
        A row for each respondent and wave; every wave asks other respondents.
    wave : str
        The column of the wave: anything that sorts.
    perceptions, expectations, weight, form, errors
        As in `servqual`.

    Returns
    -------
    SiftedTable
        A frame of the kind that came in, a row for each dimension and one for ``overall``:
        ``dimension``, ``waves`` (number), ``first`` and ``last`` (the gap, or the perception, in
        these waves), ``change``, ``slope`` (from wave to wave), ``standard_error`` and
        ``p_value`` of the slope, and ``homogeneity_p`` (of no movement in any pattern).

    Raises
    ------
    InvalidData
        There is one wave only; or an answer is missing or off the scale.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are more or fewer columns than the form has items, or one stands twice.

    See Also
    --------
    servqual : The gaps of each wave, with ``by``.
    score_trend : The tests of slope and homogeneity.

    Notes
    -----
    Waves are taken as equally spaced, each weighted by one over its squared standard error. Where
    a wave has a single respondent, or all of them answer alike, there is none, and slope and
    tests are NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"year": [2023] * 4 + [2024] * 4, "care": [4, 5, 3, 4, 6, 5, 6, 7]})
    >>> form = ServqualForm(dimensions=["care"], items=[1])
    >>> trend = servqual_trend(answers, wave="year", perceptions=["care"], form=form)
    >>> trend.frame[["dimension", "first", "last", "slope"]]
      dimension  first  last  slope
    0      care    4.0   6.0    2.0
    1   overall    4.0   6.0    2.0
    """
    form = form or ServqualForm()
    door, found, problems = _read(
        answers, perceptions, expectations, form, by=wave, weight=weight, errors=errors
    )
    require_two(wave, found.groups, "wave")
    rows = [
        {"dimension": name, "waves": len(found.groups)} | found.movement(f"judged {i}")
        for i, name in enumerate(_rows(form))
    ]
    return as_sifted(door, rows, problems)


def weighted_gap(gaps: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the overall gap of some dimensions.

    Parameters
    ----------
    gaps : array_like of shape (dimensions,)
        Perception less expectation of each.
    weights : array_like of shape (dimensions,), optional
        What each weighs, summing to 1; default: all the same.

    Returns
    -------
    float

    Raises
    ------
    InvalidRule
        There are more or fewer weights than gaps, or they do not sum to 1.

    Examples
    --------
    >>> round(weighted_gap([-0.65, -1.10, -0.83, -0.70, -1.01]), 3)
    -0.858
    """
    values = np.atleast_1d(np.asarray(gaps, dtype=np.float64))
    each = np.full(values.size, 1 / values.size) if weights is None else np.asarray(weights, float)
    _require_weights(tuple(np.atleast_1d(each).tolist()), values.size)
    return float(values @ each)


def _require_weights(weights: tuple[float, ...], dimensions: int) -> None:
    if len(weights) != dimensions:
        raise InvalidRule(f"{len(weights)} weights for {dimensions} dimensions.")
    if not all(weight >= 0 for weight in weights) or not np.isclose(sum(weights), 1, atol=1e-6):
        raise InvalidRule(
            f"weights must be 0 or more and sum to 1, but sum to {sum(weights):.6g}; divide the "
            "points that were given to the dimensions by their sum."
        )


def _columns(
    perceptions: Sequence[str], expectations: Sequence[str] | None, form: ServqualForm
) -> list[str]:
    columns = [*perceptions, *(expectations or ())]
    for name, given in ("perceptions", perceptions), ("expectations", expectations):
        if given is not None and len(given) != form.number_of_items:
            raise InvalidRule(
                f"the form has {form.number_of_items} items, but {name} names {len(given)} columns."
            )
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise InvalidRule(f"the column {twice!r} stands for two items.")
    return columns


def _measures(
    perceptions: Sequence[str], expectations: Sequence[str] | None, form: ServqualForm
) -> dict[str, nw.Expr]:
    """Return each respondent's perception and expectation of each dimension, and of all."""
    measures: dict[str, nw.Expr] = {}
    for what, given in ("perception", perceptions), ("expectation", expectations):
        if given is None:
            continue
        start, overall = 0, nw.lit(0.0)
        for i, number in enumerate(form.items):
            items = [as_float(name) for name in given[start : start + number]]
            mean = sum(items[1:], items[0]) / number
            measures[f"{what} {i}"] = mean
            overall = overall + mean * form.shares[i]
            start += number
        measures[f"{what} {len(form.items)}"] = overall
    for i in range(len(form.items) + 1):
        gap = measures[f"perception {i}"]
        if expectations is not None:
            gap = gap - measures[f"expectation {i}"]
        measures[f"judged {i}"] = gap
    return measures


def _read(
    answers: Any,
    perceptions: Sequence[str],
    expectations: Sequence[str] | None,
    form: ServqualForm,
    *,
    by: str | None,
    weight: str | None,
    errors: str,
) -> tuple[Door, GroupMeans, tuple[Problem, ...]]:
    """Return the means of each group: perception, expectation and what is judged of each row."""
    columns = _columns(perceptions, expectations, form)
    scale = (form.lowest, form.highest)
    door, problems = enter_survey(
        answers, columns, by=by, weight=weight, scale=scale, errors=errors
    )
    measures = _measures(perceptions, expectations, form)
    return door, group_means(door.frame, measures, by=by, weight=weight), problems


def _row(
    form: ServqualForm, found: GroupMeans, group: int, i: int, *, gaps: bool
) -> dict[str, Any]:
    _, _, low, high = found.interval(f"judged {i}", group, form.confidence)
    row: dict[str, Any] = {
        "dimension": _rows(form)[i],
        "answers": int(found.answers[group]),
        "weight": (*form.shares, 1.0)[i],
        "perception": float(found.means[f"perception {i}"][group]),
    }
    if gaps:
        row["expectation"] = float(found.means[f"expectation {i}"][group])
        row["gap"] = float(found.means[f"judged {i}"][group])
    return row | {"low": low, "high": high}


def _rows(form: ServqualForm) -> tuple[str, ...]:
    """Return what the table's rows are about."""
    return (*form.dimensions, "overall")
