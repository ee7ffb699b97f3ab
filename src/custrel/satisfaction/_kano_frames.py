"""Answers in a frame, before they are counted: wide to long, answered twice, cleaned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel.errors import InvalidRule, Problem
from custrel.frames import AnyFrame, Door, collect, read_schema
from custrel.satisfaction._kano_reading import Written, read_matches
from custrel.satisfaction._kano_tally import AnswerColumns
from custrel.satisfaction.kano_coding import KanoCoding, is_missing
from custrel.satisfaction.kano_table import KanoCategory, KanoTable

NO_RESPONDENT = "respondent=None says that there is none."

_SHOWN = 3


def to_long(
    door: Door, features: Mapping[str, Sequence[str]], columns: AnswerColumns
) -> tuple[AnyFrame, AnswerColumns]:
    """Put a wide frame's pairs of columns below one another."""
    for name, pair in features.items():
        if isinstance(pair, str) or len(pair) not in {2, 3}:
            raise InvalidRule(
                f"features: {name!r} needs its functional and its dysfunctional column (and, where "
                f"there is one, its importance), got {pair!r}."
            )
    given = {len(pair) for pair in features.values()}
    if len(given) != 1:
        raise InvalidRule("features: give the importance of every feature, or of none.")
    door.require(name for pair in features.values() for name in pair)
    wanted = (columns.respondent, columns.weight, columns.by)
    door.require(wanted, remedy=NO_RESPONDENT if columns.respondent == "respondent" else "")
    roles = ("functional", "dysfunctional", "importance")[: given.pop()]
    kept = [name for name in dict.fromkeys(wanted) if name is not None]
    answers = [name for pair in features.values() for name in pair[:2]]
    cast = _casts(door.frame, answers)
    parts = [
        door.frame.select(
            *kept,
            nw.lit(name).alias("feature"),
            *[cast(c) if i < 2 else nw.col(c).cast(nw.Float64) for i, c in enumerate(pair)],
        ).rename(dict(zip(pair, roles, strict=True)))
        if len(set(pair)) == len(pair)
        else _same_column(name, pair)
        for name, pair in features.items()
    ]
    named = attrs.evolve(
        columns,
        feature="feature",
        functional="functional",
        dysfunctional="dysfunctional",
        importance="importance" if "importance" in roles else None,
    )
    stacked: AnyFrame = nw.concat(parts)  # type: ignore[type-var]
    return stacked, named


def answered_twice(frame: AnyFrame, columns: AnswerColumns) -> tuple[AnyFrame, Problem | None]:
    """Find respondents who answered about a feature more than once; return the frame without.

    In another group, a wave of the survey say, the same respondent may answer again.
    """
    if columns.respondent is None:
        return frame, None
    also = () if columns.by is None else (columns.by,)
    keys = tuple(dict.fromkeys((columns.respondent, columns.feature, *also)))
    counted = frame.select(*keys).group_by(*keys).agg(nw.len().alias("__custrel_n"))
    twice = counted.filter((nw.col("__custrel_n") > 1) & ~nw.col(keys[0]).is_null())
    found = collect(twice.select(nw.len(), nw.col("__custrel_n").sum()))
    pairs = int(found.row(0)[0] or 0)
    if not pairs:
        return frame, None
    first = collect(twice.head(_SHOWN)).rows(named=True)
    problem = Problem(
        code="answered_twice",
        message="more than one answer of a respondent about a feature",
        column=columns.respondent,
        count=pairs,
        rows=tuple(
            f"{', '.join(f'{key}={row[key]!r}' for key in keys)}: {row['__custrel_n']} answers"
            for row in first
        ),
        of="pair",
        remedy="Keep one of them; or say respondent=None if the column does not name respondents.",
    )
    return _without(frame, twice, keys), problem


def careless(
    frame: AnyFrame,
    columns: AnswerColumns,
    coding: KanoCoding,
    table: KanoTable,
    limits: Mapping[KanoCategory, float],
) -> tuple[AnyFrame, tuple[Any, ...], Problem | None]:
    """Find respondents with too large a share of some categories; return the frame without."""
    if columns.respondent is None:
        raise InvalidRule(
            "cleaning judges respondents: say which column names them, respondent='...'."
        )
    who = columns.respondent
    pairs = (columns.functional, columns.dysfunctional)
    seen = collect(frame.select(*pairs).group_by(*pairs).agg(nw.len().alias("__custrel_n")))
    written = {name: Written.of(seen.get_column(name)).answers for name in pairs}
    marks = {
        f"__custrel_{category.letter}": _holds(frame, written, coding, table, category)
        for category in limits
    }
    marked = frame.with_columns(
        **{name: nw.when(flag).then(1).otherwise(0) for name, flag in marks.items()}
    )
    counted = marked.group_by(who).agg(
        nw.len().alias("__custrel_n"), *[nw.col(name).sum() for name in marks]
    )
    too_many = [
        nw.col(name).cast(nw.Float64) / nw.col("__custrel_n").cast(nw.Float64) > limit
        for name, limit in zip(marks, limits.values(), strict=True)
    ]
    bad = counted.filter(nw.any_horizontal(*too_many, ignore_nulls=True) & ~nw.col(who).is_null())
    found = collect(bad)
    if not len(found):
        return frame, (), None
    rows = sorted(found.rows(named=True), key=lambda row: (str(type(row[who])), row[who]))
    problem = Problem(
        code="careless",
        message="too many "
        + " or ".join(f"{c.value} answers (over {limit:.0%})" for c, limit in limits.items()),
        column=who,
        count=len(rows),
        rows=tuple(_share_text(row, who, limits) for row in rows[:_SHOWN]),
        of="respondent",
        remedy="They were left out.",
    )
    return _without(frame, bad, (who,)), tuple(row[who] for row in rows), problem


def _without(frame: AnyFrame, left_out: Any, keys: Sequence[str]) -> AnyFrame:
    """Return the rows whose keys are not in another frame of the same kind."""
    rest: Any = frame
    kept: AnyFrame = rest.join(left_out.select(*keys), on=list(keys), how="anti")
    return kept


def _share_text(row: Mapping[str, Any], who: str, limits: Mapping[KanoCategory, float]) -> str:
    shares = ", ".join(
        f"{row[f'__custrel_{category.letter}']} {category.letter}" for category in limits
    )
    return f"{who}={row[who]!r}: {shares} of {row['__custrel_n']}"


def _holds(
    frame: AnyFrame,
    written: Mapping[str, Sequence[Any]],
    coding: KanoCoding,
    table: KanoTable,
    category: KanoCategory,
) -> nw.Expr:
    """Return whether a pair of answers, as they are written, has a category."""
    (first, there), (second, absent) = (
        (name, {value: coding.read(value) for value in values if not is_missing(value)})
        for name, values in written.items()
    )
    flag = nw.lit(value=False)
    for place, row in enumerate(table.rows):
        mine = [value for value, read in there.items() if read == place]
        fits = [
            v for v, read in absent.items() if read is not None and row[read] == category.letter
        ]
        if mine and fits:
            both = read_matches(frame, first, mine) & read_matches(frame, second, fits)
            flag = flag | both
    return flag


def _same_column(name: str, pair: Sequence[str]) -> Any:
    raise InvalidRule(f"features: {name!r} names one column twice: {tuple(pair)!r}.")


def _casts(frame: AnyFrame, columns: Sequence[str]) -> Any:
    """Return what brings all columns of answers to one type, so that they can be stacked."""
    schema = read_schema(frame)
    numeric = {name for name in columns if schema[name].is_numeric() or schema[name] == nw.Unknown}
    if len(numeric) == len(set(columns)):
        return lambda name: nw.col(name).cast(nw.Float64)

    def to_text(name: str) -> nw.Expr:
        column = nw.col(name)
        if schema[name] in {nw.String, nw.Object}:
            return column
        there = ~column.is_null()
        if schema[name].is_float():
            there = there & ~column.is_nan()
        return nw.when(there).then(column.cast(nw.String)).otherwise(nw.lit(None))

    return to_text
