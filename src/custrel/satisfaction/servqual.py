"""SERVQUAL: the quality of a service as the gap between what was perceived and expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._intervals import mean_interval, normal_quantile
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import AnyFrame, Door, as_floats, census, collect, enter, first_rows
from custrel.rules import Rule
from custrel.satisfaction._tables import as_frame

__all__ = ["ServqualForm", "servqual", "weighted_gap"]

Floats = NDArray[np.float64]

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
    form: ServqualForm | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> Any:
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
    form : ServqualForm, optional
        The dimensions; default: 4 items of tangibles (有形性), 5 of reliability (可靠性), 4 of
        responsiveness (响应性), 4 of assurance (保证性), 5 of empathy (移情性), on 1 to 7.
    errors : {"raise", "collect"}
        Whether a missing answer, or one off the scale, raises an error or leaves its respondent
        out.

    Returns
    -------
    frame
        Of the kind that came in, a row for each group and dimension, and one for ``overall``:
        the group, ``dimension``, ``answers`` (respondents), ``weight``, ``perception`` and
        ``expectation`` (means; the latter only where it was asked for), ``gap`` (perception less
        expectation; with perceptions alone it is not there), and ``low``, ``high`` of the gap, or
        of the perception.

    Raises
    ------
    InvalidData
        An answer is missing or off the scale, or there are none.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are more or fewer columns than the form has items, or one stands twice.
    UnknownCode
        `errors` is neither of the two.

    See Also
    --------
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
    >>> gaps[["dimension", "perception", "expectation", "gap"]]
      dimension  perception  expectation  gap
    0     speed        5.50         6.50 -1.0
    1      care        4.00         6.00 -2.0
    2   overall        4.75         6.25 -1.5
    """
    form = form or ServqualForm()
    if errors not in {"raise", "collect"}:
        raise UnknownCode("treatment of errors", str(errors), ("raise", "collect"))
    door = enter(answers)
    columns = _columns(perceptions, expectations, form)
    door.require([*columns, by])
    door.require_numbers(*columns)
    frame = _sift(door, columns, by, form, errors)
    measures = _measures(perceptions, expectations, form)
    return as_frame(door, _summarize(frame, measures, by, form, gaps=expectations is not None))


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


def _sift(
    door: Door, columns: Sequence[str], by: str | None, form: ServqualForm, errors: str
) -> AnyFrame:
    """Return the respondents who answered everything on the scale."""
    flags, problems = {}, []
    for i, name in enumerate(columns):
        value = nw.col(name).cast(nw.Float64)
        gone = value.is_null() | value.is_nan()
        flags[f"missing {i}"] = gone
        flags[f"off {i}"] = ~gone & ((value < form.lowest) | (value > form.highest))
    if by is not None:
        flags["group"] = nw.col(by).is_null()
    counts = census(door.frame, flags)
    off = f"answer off the scale of {form.lowest:g} to {form.highest:g}"
    for key, flag in flags.items():
        if counts[key]:
            kind, _, place = key.partition(" ")
            name = columns[int(place)] if place else str(by)
            code, message = {
                "missing": ("missing_answer", "missing answer"),
                "off": ("off_scale", off),
                "group": ("missing_key", "missing group"),
            }[kind]
            rows = first_rows(door.frame, flag, list(dict.fromkeys((door.columns[0], name))))
            problems.append(
                Problem(
                    code=code,
                    message=message,
                    column=name,
                    count=counts[key],
                    rows=rows,
                    of="answer",
                )
            )
    if problems and errors == "raise":
        raise InvalidData(
            problems, remedy="errors='collect' leaves out the respondents who gave them."
        )
    bad = nw.any_horizontal(*flags.values(), ignore_nulls=True)
    return door.frame.filter(~bad) if problems else door.frame


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
            items = [nw.col(name).cast(nw.Float64) for name in given[start : start + number]]
            mean = sum(items[1:], items[0]) / number
            measures[f"{what} {i}"] = mean
            overall = overall + mean * form.shares[i]
            start += number
        measures[f"{what} {len(form.items)}"] = overall
    return measures


def _summarize(
    frame: AnyFrame,
    measures: Mapping[str, nw.Expr],
    by: str | None,
    form: ServqualForm,
    *,
    gaps: bool,
) -> dict[str, list[Any]]:
    """Count, add up and square on the engine; the rest is small."""
    names = [*form.dimensions, "overall"]
    judged = {
        f"judged {i}": measures[f"perception {i}"]
        - (measures[f"expectation {i}"] if gaps else nw.lit(0.0))
        for i in range(len(names))
    }
    group = nw.lit("all") if by is None else nw.col(by)
    wide = frame.select(group.alias("group"), **measures, **judged)
    wide = wide.with_columns(**{f"{name} squared": nw.col(name) ** 2 for name in judged})
    sums = [*measures, *judged, *(f"{name} squared" for name in judged)]
    table = collect(
        wide.group_by("group").agg(nw.len().alias("n"), *[nw.col(c).sum() for c in sums])
    )
    if not len(table):
        problem = Problem(code="empty", message="there is no answer to evaluate", count=0)
        raise InvalidData([problem])
    table = table.sort("group")
    groups = table.get_column("group").to_list()
    total = {name: as_floats(table.get_column(name)) for name in ("n", *sums)}
    rows = [
        _row(form, {name: values[g] for name, values in total.items()}, i, gaps=gaps)
        | ({} if by is None else {by: groups[g]})
        for g in range(len(groups))
        for i in range(len(names))
    ]
    order = [name for name in (by, *rows[0]) if name is not None]
    return {name: [row[name] for row in rows] for name in dict.fromkeys(order)}


def _row(form: ServqualForm, total: Mapping[str, Any], i: int, *, gaps: bool) -> dict[str, Any]:
    n = float(total["n"])
    mean = float(total[f"judged {i}"]) / n
    left = float(total[f"judged {i} squared"]) - n * mean**2
    variance = max(0.0, left) / (n - 1) if n > 1 else np.nan
    _, _, low, high = mean_interval(mean, variance, n, form.confidence)
    whole = i == len(form.dimensions)
    row: dict[str, Any] = {
        "dimension": "overall" if whole else form.dimensions[i],
        "answers": int(n),
        "weight": 1.0 if whole else form.shares[i],
        "perception": float(total[f"perception {i}"]) / n,
    }
    if gaps:
        row |= {"expectation": float(total[f"expectation {i}"]) / n, "gap": mean}
    return row | {"low": low, "high": high}
