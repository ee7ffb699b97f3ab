"""Importance-performance analysis of the answers themselves: with intervals, groups and waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, Problem
from custrel.frames import Door
from custrel.satisfaction._respondents import GroupMeans, as_sifted, enter_survey, group_means
from custrel.satisfaction._two_groups import require_two
from custrel.satisfaction.ipa import IpaRule
from custrel.satisfaction.sifted_table import SiftedTable

__all__ = ["ipa_survey", "ipa_trend"]

_MEASURES = ("importance", "performance", "gap")
_SCALE = (1.0, 5.0)


def ipa_survey(
    answers: Any,
    *,
    attributes: Mapping[str, Sequence[str]],
    by: str | None = None,
    weight: str | None = None,
    scale: tuple[float, float] | None = None,
    rule: IpaRule | None = None,
    confidence: float = 0.95,
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Place attributes by what respondents answered, and say how sure each place is.

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    attributes : mapping of str to pair of str
        The columns of each attribute's importance and of its performance, in this order.
    by : str, optional
        The column that groups respondents.
    weight : str, optional
        The column of the survey weights, 0 or more.
    scale : pair of float, optional
        The lowest and the highest answer; default: the rule's, or 1 to 5.
    rule : IpaRule, optional
        Where high begins; default: at the mean of the attributes, of all respondents together,
        so that groups are held against the same cuts.
    confidence : float
        Of the intervals, between 0 and 1.
    errors : {"raise", "collect"}
        Whether a missing answer, or one off the scale, raises an error or leaves its respondent
        out.

    Returns
    -------
    SiftedTable
        A frame of the kind that came in, a row for each group and attribute: the group, ``attribute``,
        ``answers`` (respondents), ``importance``, ``performance`` and ``gap`` (performance less
        importance), each a mean with its ``_low`` and ``_high``; ``quadrant`` (codes of
        `IpaQuadrant`), ``certain`` (whether both intervals lie on one side of the cuts),
        ``importance_cut`` and ``performance_cut``. In a group of one, intervals are NaN and
        nothing is certain.

    Raises
    ------
    InvalidData
        An answer or group is missing, an answer off the scale, a weight missing or negative; or
        there are no answers, or a single attribute of which the cut is to be learnt.
    ColumnNotFound
        A column is not there.
    InvalidRule
        An attribute has not two columns, a column stands twice, or there are no attributes.
    UnknownCode
        `errors` is neither of the two.

    See Also
    --------
    ipa : From means by attribute.
    ipa_trend : Over the waves of a survey.

    Notes
    -----
    Intervals are Student's, over respondents; that of the gap is paired, and so narrower than the
    other two would make it. Learnt cuts are taken as known.

    References
    ----------
    .. [1] J. A. Martilla, J. C. James (1977), Importance-Performance Analysis, Journal of
       Marketing 41(1), 77-79.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "price matters": [5, 4, 5, 5],
    ...         "price is good": [2, 3, 2, 1],
    ...         "music matters": [1, 2, 2, 1],
    ...         "music is good": [4, 3, 5, 4],
    ...     }
    ... )
    >>> asked = {n: (f"{n} matters", f"{n} is good") for n in ("price", "music")}
    >>> ipa_survey(answers, attributes=asked).frame[["attribute", "gap", "gap_high", "quadrant"]]
      attribute   gap  gap_high           quadrant
    0     price -2.75 -0.747755   concentrate_here
    1     music  2.50  4.091223  possible_overkill
    """
    normal_quantile(confidence)  # which refuses an impossible one
    places = _Places.read(
        answers,
        attributes,
        by=by,
        weight=weight,
        scale=scale,
        rule=rule or IpaRule(),
        errors=errors,
    )
    rows = [
        ({} if by is None else {by: group})
        | {"attribute": name, "answers": int(places.means.answers[g])}
        | places.row(g, i, confidence)
        for g, group in enumerate(places.means.groups)
        for i, name in enumerate(attributes)
    ]
    return as_sifted(places.door, rows, places.problems)


def ipa_trend(
    answers: Any,
    *,
    wave: str,
    attributes: Mapping[str, Sequence[str]],
    weight: str | None = None,
    scale: tuple[float, float] | None = None,
    rule: IpaRule | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Follow importance, performance and their gap over the waves of a survey, with tests.

    Parameters
    ----------
    answers : frame
        A row for each respondent and wave; every wave asks other respondents.
    wave : str
        The column of the wave: anything that sorts.
    attributes, weight, scale, rule, errors
        As in `ipa_survey`; the cuts are those of all waves together.

    Returns
    -------
    SiftedTable
        A frame of the kind that came in, three rows for each attribute: ``attribute``, ``measure``
        ("importance", "performance" or "gap"), ``waves`` (number), ``first`` and ``last`` (the
        mean in these waves), ``change``, ``slope`` (from wave to wave), ``standard_error`` and
        ``p_value`` of the slope, ``homogeneity_p`` (of no movement in any pattern), and
        ``first_quadrant`` and ``last_quadrant`` of the attribute.

    Raises
    ------
    InvalidData
        There is one wave only; or as in `ipa_survey`.
    ColumnNotFound
        A column is not there.
    InvalidRule
        As in `ipa_survey`.

    See Also
    --------
    ipa_survey : The places in each wave, with ``by``.
    score_trend : The tests of slope and homogeneity.

    Notes
    -----
    Waves are taken as equally spaced, each weighted by one over its squared standard error. Where
    a wave has a single respondent, or all of them answer alike, there is none, and slope and
    tests are NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "year": [2023] * 3 + [2024] * 3,
    ...         "price matters": [5, 4, 5, 5, 5, 4],
    ...         "price is good": [2, 3, 2, 4, 5, 4],
    ...     }
    ... )
    >>> rule = IpaRule(cut="midpoint", scale=(1, 5))
    >>> asked = {"price": ("price matters", "price is good")}
    >>> trend = ipa_trend(answers, wave="year", attributes=asked, rule=rule)
    >>> trend.frame[["measure", "change", "first_quadrant", "last_quadrant"]]
           measure  change    first_quadrant last_quadrant
    0   importance     0.0  concentrate_here       keep_up
    1  performance     2.0  concentrate_here       keep_up
    2          gap     2.0  concentrate_here       keep_up
    """
    places = _Places.read(
        answers,
        attributes,
        by=wave,
        weight=weight,
        scale=scale,
        rule=rule or IpaRule(),
        errors=errors,
    )
    waves = places.means.groups
    require_two(wave, waves, "wave")
    rows = [
        {"attribute": name, "measure": measure, "waves": len(waves)}
        | places.means.movement(f"{measure} {i}")
        | {"first_quadrant": places.quadrant(0, i), "last_quadrant": places.quadrant(-1, i)}
        for i, name in enumerate(attributes)
        for measure in _MEASURES
    ]
    return as_sifted(places.door, rows, places.problems)


@attrs.frozen(eq=False)
class _Places:
    """Where attributes stand in each group, and the rule that has learnt its cuts from all."""

    door: Door
    means: GroupMeans
    rule: IpaRule
    problems: tuple[Problem, ...]

    @classmethod
    def read(
        cls,
        answers: Any,
        attributes: Mapping[str, Sequence[str]],
        *,
        by: str | None,
        weight: str | None,
        scale: tuple[float, float] | None,
        rule: IpaRule,
        errors: str,
    ) -> _Places:
        columns, ends = _columns(attributes), scale or rule.scale or _SCALE
        ends = (ends[0], ends[1])
        door, problems = enter_survey(
            answers, columns, by=by, weight=weight, scale=ends, errors=errors
        )
        measures = _measures(attributes)
        means = group_means(door.frame, measures, by=by, weight=weight)
        if not rule.learnt:
            every = group_means(door.frame, measures, by=None, weight=weight) if by else means
            rule = rule.learn_values(
                *(
                    [float(every.means[f"{measure} {i}"][0]) for i in range(len(attributes))]
                    for measure in rule.MEASURES
                )
            )
        return cls(door, means, rule, problems)

    def quadrant(self, group: int, i: int) -> str:
        means = (float(self.means.means[f"{name} {i}"][group]) for name in self.rule.MEASURES)
        return self.rule.place(*means)

    def row(self, group: int, i: int, confidence: float) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for measure in _MEASURES:
            _, _, low, high = self.means.interval(f"{measure} {i}", group, confidence)
            row[measure] = float(self.means.means[f"{measure} {i}"][group])
            row |= {f"{measure}_low": low, f"{measure}_high": high}
        cuts = dict(zip(self.rule.MEASURES, self.rule.cuts or (), strict=True))
        row["quadrant"] = self.quadrant(group, i)
        row["certain"] = all(
            bool(row[f"{measure}_low"] >= cut or row[f"{measure}_high"] < cut)
            for measure, cut in cuts.items()
        )
        return row | {f"{measure}_cut": cut for measure, cut in cuts.items()}


def _columns(attributes: Mapping[str, Sequence[str]]) -> list[str]:
    if not attributes:
        raise InvalidRule('name an attribute: attributes={"price": (importance, performance)}.')
    for name, pair in attributes.items():
        if isinstance(pair, str) or len(pair) != 2:
            raise InvalidRule(
                f"attribute {name!r}: name two columns, that of its importance and that of its "
                f"performance; got {pair!r}."
            )
    columns = [column for pair in attributes.values() for column in pair]
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise InvalidRule(f"the column {twice!r} stands for two questions.")
    return columns


def _measures(attributes: Mapping[str, Sequence[str]]) -> dict[str, nw.Expr]:
    """Return what is averaged: the importance, performance and gap of each attribute's number."""
    measures = {}
    for i, (importance, performance) in enumerate(attributes.values()):
        measures[f"importance {i}"] = as_float(importance)
        measures[f"performance {i}"] = as_float(performance)
        measures[f"gap {i}"] = as_float(performance) - as_float(importance)
    return measures
