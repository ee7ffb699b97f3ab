"""Kano analysis: what the presence of a feature, and its absence, do to satisfaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import attrs
import numpy as np

from custrel.errors import InvalidData, InvalidRule, UnknownCode
from custrel.frames import AnyFrame, Door, enter
from custrel.satisfaction._kano_columns import leading_reverse, summary_columns
from custrel.satisfaction._kano_frames import NO_RESPONDENT, answered_twice, careless, to_long
from custrel.satisfaction._kano_tally import AnswerColumns, Tally, tally_answers
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction.kano_analysis import KanoAnalysis
from custrel.satisfaction.kano_cleaning import KanoCleaning
from custrel.satisfaction.kano_coding import KanoCoding
from custrel.satisfaction.kano_rule import KanoRule
from custrel.satisfaction.kano_table import STANDARD_TABLE, KanoTable

__all__ = ["kano"]

_CODINGS = MappingProxyType({3: KanoCoding.three, 5: KanoCoding.five})


def kano(
    answers: Any,
    *,
    feature: str = "feature",
    functional: str = "functional",
    dysfunctional: str = "dysfunctional",
    respondent: str | None = "respondent",
    importance: str | None = None,
    weight: str | None = None,
    by: str | None = None,
    features: Mapping[str, Sequence[str]] | None = None,
    table: KanoTable = STANDARD_TABLE,
    coding: KanoCoding | None = None,
    rule: KanoRule | None = None,
    cleaning: KanoCleaning | None = None,
    turn: Literal["leading"] | Iterable[Any] = (),
    errors: Literal["raise", "collect"] = "raise",
) -> KanoAnalysis:
    """Find out which features must be there, which please, and which nobody needs (卡诺模型).

    Parameters
    ----------
    answers : frame
        Long: a row for each respondent and feature. Or, with `features`, wide: a row for each
        respondent.
    feature, functional, dysfunctional : str
        The columns of a long frame: which feature, and how the respondent feels if it is there
        (functional) and if it is not (dysfunctional), as numbers or words.
    respondent : str or None
        The column that names respondents; None where nothing does.
    importance : str, optional
        The column of the self-stated importance of the feature, 0 or more.
    weight : str, optional
        The column of the respondents' survey weights, 0 or more.
    by : str, optional
        The column that groups respondents: every group has its own rows.
    features : mapping of str to sequence of str, optional
        For a wide frame: each feature's functional and dysfunctional column (and its importance).
    table : KanoTable
        The category of every pair of answers.
    coding : KanoCoding, optional
        What stands for each answer; default: 1 for like to 5 (or 3) for dislike, or the customary
        words in English or Chinese.
    rule : KanoRule, optional
        How many answers become one category; default: the largest share, ties by M > O > A > I.
    cleaning : KanoCleaning, optional
        Which respondents are left out; default: none.
    turn : "leading" or iterable
        Features whose question is to be turned round: those named, or those that are reverse to
        most.
    errors : {"raise", "collect"}
        Whether missing and unknown answers raise an error or are left out and reported.

    Returns
    -------
    KanoAnalysis
        Its `frame` has a row for each group and feature:

        - the group, ``feature``, ``answers`` (number of respondents);
        - ``category`` (code), ``tied`` (the rule's priority decided), ``distinct`` (by Fong's
          test), ``turned``;
        - ``attractive``, ``one_dimensional``, ``must_be``, ``indifferent``, ``reverse``,
          ``questionable``: counts (or sums of weights), and with ``_share`` shares of all, 0 to 1;
        - ``category_strength`` (share of the first less that of the second), ``total_strength``
          (share of A + O + M);
        - ``better`` (0 to 1) and ``worse`` (0 to -1); NaN where all answers are R or Q;
        - ``importance`` (mean) and ``effective_answers``, where these were asked for.

    Raises
    ------
    InvalidData
        An answer is missing, off the scale or unknown, a respondent answered twice about a
        feature, a weight is missing or negative, or there are no answers.
    ColumnNotFound
        A column is not there.
    InvalidRule
        Table and coding have different numbers of answers, or `cleaning` has no respondents to
        judge.
    UnknownCode
        `turn` names a feature that was not asked about.

    See Also
    --------
    KanoAnalysis.intervals : How sure one can be.
    KanoAnalysis.compare : Whether groups differ.
    KanoAnalysis.continuous : Means instead of categories.
    KanoAnalysis.priorities : What to do next.

    Notes
    -----
    The documents name the model and its three qualities, and that one-dimensional quality and
    satisfaction are linear to each other; questionnaire, table and coefficients are the
    literature's (reconstructed). The engine groups the answers as they are written; only the
    distinct ones come to Python. With survey weights, Fong's test counts the effective number of
    answers (sum of weights squared / sum of squared weights; Kish).

    References
    ----------
    .. [1] N. Kano, N. Seraku, F. Takahashi, S. Tsuji (1984), Attractive Quality and Must-Be
       Quality, Journal of the Japanese Society for Quality Control 14(2), 147-156.
    .. [2] C. Berger et al. (1993), Kano's Methods for Understanding Customer-defined Quality,
       Center for Quality of Management Journal 2(4), 3-36.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {
    ...         "respondent": [1, 1, 2, 2, 3, 3],
    ...         "feature": ["lock", "music"] * 3,
    ...         "functional": ["neutral", "like", "must be", "like", "neutral", "neutral"],
    ...         "dysfunctional": ["dislike", "neutral"] * 3,
    ...     }
    ... )
    >>> kano(answers)
    Kano analysis of 2 features; category by the mode, ties by M > O > A > I > R > Q.
    <BLANKLINE>
    feature  n  A %  O %  M %  I %  R %  Q %  better  worse  category
    lock     3    0    0  100    0    0    0    0.00  -1.00  Must-be
    music    3   67    0    0   33    0    0    0.67   0.00  Attractive  mixed
    """
    coding, rule, collected = _coding_for(table, coding), rule or KanoRule(), _is_collect(errors)
    door = enter(answers)
    columns = AnswerColumns(
        feature=feature,
        functional=functional,
        dysfunctional=dysfunctional,
        respondent=respondent,
        importance=importance,
        weight=weight,
        by=by,
    )
    frame, columns = _long(door, features, columns)
    frame, twice = answered_twice(frame, columns)
    if twice is not None and not collected:
        raise InvalidData([twice])
    left_out: tuple[Any, ...] = ()
    careless_ones = None
    if cleaning is not None:
        frame, left_out, careless_ones = careless(frame, columns, coding, table, cleaning.limits())
    order = None if features is None else tuple(features)
    earlier = tuple(problem for problem in (twice, careless_ones) if problem is not None)
    tally, problems = tally_answers(
        frame, columns, coding, collected=collected, earlier=earlier, order=order
    )
    turned = _turned(turn, tally, table, rule)
    analysis = KanoAnalysis(
        frame=None,
        tally=tally.turn(turned),
        table=table,
        rule=rule,
        by=by,
        turned=tuple(f for f, is_so in zip(tally.features, turned, strict=True) if is_so),
        left_out=left_out,
        problems=problems,
    )
    return attrs.evolve(analysis, frame=as_frame(door, summary_columns(analysis)))


def _long(
    door: Door, features: Mapping[str, Sequence[str]] | None, columns: AnswerColumns
) -> tuple[AnyFrame, AnswerColumns]:
    if features is not None:
        return to_long(door, features, columns)
    unnamed = columns.respondent == "respondent"
    door.require(columns.all, remedy=NO_RESPONDENT if unnamed else "")
    return door.frame, columns


def _coding_for(table: KanoTable, coding: KanoCoding | None) -> KanoCoding:
    if coding is None:
        if table.answers not in _CODINGS:
            raise InvalidRule(
                f"the table has {table.answers} answers: say how they are written, "
                "coding=KanoCoding(numbers=...)."
            )
        return _CODINGS[table.answers]()
    if coding.answers != table.answers:
        raise InvalidRule(
            f"the table has {table.answers} answers, the coding {coding.answers}; for like, "
            "neutral and dislike take THREE_ANSWER_TABLE and KanoCoding.three()."
        )
    return coding


def _is_collect(errors: str) -> bool:
    if errors not in {"raise", "collect"}:
        raise UnknownCode("treatment of errors", str(errors), ("raise", "collect"))
    return errors == "collect"


def _turned(
    turn: str | Iterable[Any], tally: Tally, table: KanoTable, rule: KanoRule
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if isinstance(turn, str) and turn == "leading":
        return leading_reverse(tally, table, rule)
    names = (turn,) if isinstance(turn, str) else tuple(turn)
    for name in names:
        if name not in tally.features:
            raise UnknownCode("feature that was asked about", str(name), map(str, tally.features))
    return np.array([name in names for name in tally.features], dtype=bool)
