"""From answers in a frame to a small table: each distinct pair of answers, and how often.

The engine that holds the answers groups them as they are written; only the distinct ones come to
Python and are decoded there, so that a million answers cost one group-by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import AnyFrame, collect, first_rows
from custrel.satisfaction.kano_coding import KanoCoding, as_number, is_missing

Floats = NDArray[np.float64]

_SHOWN = 3


@attrs.frozen(kw_only=True)
class AnswerColumns:
    """Where in a long frame the answers stand; None for what there is not."""

    feature: str
    functional: str
    dysfunctional: str
    respondent: str | None = None
    importance: str | None = None
    weight: str | None = None
    by: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that answers are counted by, each once."""
        wanted = (
            self.by,
            self.feature,
            self.functional,
            self.dysfunctional,
            self.importance,
            self.weight,
        )
        return tuple(dict.fromkeys(name for name in wanted if name is not None))

    @property
    def all(self) -> tuple[str, ...]:
        """All columns that are read."""
        return self.keys if self.respondent is None else (self.respondent, *self.keys)


@attrs.frozen(eq=False, repr=False)
class Tally:
    """Distinct answers, sorted: a row for each, and how many respondents gave it.

    Parameters
    ----------
    groups, features : tuple
        The groups (one, None, where nothing groups them) and the features.
    group, feature : ndarray of int, of shape (rows,)
        Places in these.
    functional, dysfunctional : ndarray of int, of shape (rows,)
        Places of the answers, 0 for like.
    importance, weight : ndarray of shape (rows,)
        Ones where there are none.
    count : ndarray of shape (rows,)
        How many respondents.
    """

    groups: tuple[Any, ...]
    features: tuple[Any, ...]
    group: NDArray[np.intp]
    feature: NDArray[np.intp]
    functional: NDArray[np.intp]
    dysfunctional: NDArray[np.intp]
    importance: Floats
    weight: Floats
    count: Floats

    @property
    def cell(self) -> NDArray[np.intp]:
        """The place of each row's group and feature in the result."""
        return np.asarray(self.group * len(self.features) + self.feature, dtype=np.intp)

    @property
    def cells(self) -> int:
        """How many pairs of group and feature there are."""
        return len(self.groups) * len(self.features)

    def turn(self, features: NDArray[np.bool_]) -> Tally:
        """Return the same with the questions of some features turned round."""
        turned = features[self.feature]
        return attrs.evolve(
            self,
            functional=np.where(turned, self.dysfunctional, self.functional),
            dysfunctional=np.where(turned, self.functional, self.dysfunctional),
        )

    def total(self, values: Floats) -> Floats:
        """Add something up over each pair of group and feature."""
        return as_sums(self.cell, values, self.cells)


def tally_answers(
    frame: AnyFrame,
    columns: AnswerColumns,
    coding: KanoCoding,
    *,
    collected: bool,
    order: Sequence[Any] | None = None,
) -> tuple[Tally, tuple[Problem, ...]]:
    """Count the distinct answers; refuse what is none, or leave it out and say so.

    Parameters
    ----------
    order : sequence, optional
        The features in the caller's order; default: sorted.
    """
    count = "__custrel_count"
    grouped = frame.select(*columns.all).group_by(*columns.keys).agg(nw.len().alias(count))
    table = collect(grouped).to_dict(as_series=False)
    raw = {name: table[name] for name in columns.keys}
    counts = np.array(table[count], dtype=np.float64)
    there = _decode(raw[columns.functional], coding)
    absent = _decode(raw[columns.dysfunctional], coding)
    finder = _Finder(frame, columns, raw, counts)
    _look_everywhere(finder, coding, there, absent)
    problems, bad = finder.problems, finder.bad
    if problems and not collected:
        raise InvalidData(
            problems, remedy="errors='collect' leaves these answers out and reports them."
        )
    keep = np.flatnonzero(~bad & _positive(raw, columns.weight, bad))
    if not keep.size:
        raise InvalidData([*problems, _nothing()])
    kept = {name: [values[i] for i in keep] for name, values in raw.items()}
    made = _sorted_tally(kept, columns, (there[keep], absent[keep]), counts[keep], order)
    return made, tuple(problems)


def read_matches(column: str, raw: Sequence[Any]) -> nw.Expr:
    """Return whether a column holds one of some raw values, null and NaN among them."""
    there = [value for value in raw if value is not None and value == value]  # noqa: PLR0124
    matches = nw.col(column).is_in(there)
    if any(value is None or value != value for value in raw):  # noqa: PLR0124
        matches = nw.col(column).is_null() | matches
    if any(isinstance(value, float) and value != value for value in raw):  # noqa: PLR0124
        matches = nw.col(column).is_nan() | matches
    return matches


def distinct_values(raw: Sequence[Any]) -> list[Any]:
    """Return distinct values in their order; all NaN are one."""
    return list({("nan" if v != v else (type(v), v)): v for v in raw}.values())  # noqa: PLR0124


def _decode(raw: Sequence[Any], coding: KanoCoding) -> NDArray[np.intp]:
    """Return the place of each answer; -1 for none of the scale, -2 for a missing one."""
    places: dict[Any, int] = {}
    result = np.empty(len(raw), dtype=np.intp)
    for i, value in enumerate(raw):
        if is_missing(value):
            result[i] = -2
            continue
        if value not in places:
            place = coding.read(value)
            places[value] = -1 if place is None else place
        result[i] = places[value]
    return result


def _look_everywhere(
    finder: _Finder, coding: KanoCoding, there: NDArray[np.intp], absent: NDArray[np.intp]
) -> None:
    """Find what is wrong with the distinct answers."""
    columns, raw = finder.columns, finder.raw
    for column, places in zip(
        (columns.functional, columns.dysfunctional), (there, absent), strict=True
    ):
        finder.look(column, places == -2, "missing_answer", "missing answer")
        words = np.array([as_number(value) is None for value in raw[column]], dtype=bool)
        finder.look(column, (places == -1) & ~words, "off_scale", _off_scale(coding))
        unknown = (places == -1) & words
        finder.look(column, unknown, "unknown_answer", _unknown(raw[column], unknown, coding))
    for name in (columns.feature, columns.by):
        if name is not None:
            gone = np.array([is_missing(value) for value in raw[name]], dtype=bool)
            finder.look(name, gone, "missing_key", "missing name")
    for name in (columns.importance, columns.weight):
        if name is not None:
            read = [None if is_missing(value) else as_number(value) for value in raw[name]]
            numbers = np.array(read, dtype=np.float64)
            off = ~np.isfinite(numbers) | (numbers < 0)
            finder.look(name, off, "no_weight", "missing, infinite or negative weight")


@attrs.define(slots=True, init=False)
class _Finder:
    frame: AnyFrame
    columns: AnswerColumns
    raw: dict[str, list[Any]]
    counts: Floats
    bad: NDArray[np.bool_]
    problems: list[Problem]

    def __init__(
        self, frame: AnyFrame, columns: AnswerColumns, raw: dict[str, list[Any]], counts: Floats
    ) -> None:
        self.frame, self.columns, self.raw, self.counts = frame, columns, raw, counts
        self.bad = np.zeros(counts.size, dtype=bool)
        self.problems = []

    def look(self, column: str, found: NDArray[np.bool_], code: str, message: str) -> None:
        if not found.any():
            return
        self.bad |= found
        values = distinct_values([self.raw[column][i] for i in np.flatnonzero(found)])
        self.problems.append(
            Problem(
                code=code,
                message=message,
                column=column,
                count=int(self.counts[found].sum()),
                rows=first_rows(self.frame, read_matches(column, values), self._shown(column)),
                of="answer",
            )
        )

    def _shown(self, column: str) -> list[str]:
        first = (self.columns.respondent, self.columns.feature, column)
        return list(dict.fromkeys(name for name in first if name is not None))


def _off_scale(coding: KanoCoding) -> str:
    first, last = coding.numbers[0], coding.numbers[-1]
    return f"answer off the scale of {first:g} (like) to {last:g} (dislike)"


def _unknown(raw: Sequence[Any], unknown: NDArray[np.bool_], coding: KanoCoding) -> str:
    words = distinct_values([raw[i] for i in np.flatnonzero(unknown).tolist()])
    named = ", ".join(f"{word!r}{coding.hint(word)}" for word in words[:_SHOWN])
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return f"unknown answer {named}{more}"


def _positive(
    raw: dict[str, list[Any]], weight: str | None, bad: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which answers weigh anything."""
    if weight is None:
        return np.ones(bad.size, dtype=bool)
    return np.array([not b and float(v) > 0 for v, b in zip(raw[weight], bad, strict=True)])


def _nothing() -> Problem:
    return Problem(
        code="empty",
        message="there is no answer to evaluate",
        count=0,
        remedy="Check the filter that was applied before.",
    )


def _sorted_tally(
    raw: dict[str, list[Any]],
    columns: AnswerColumns,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    counts: Floats,
    order: Sequence[Any] | None,
) -> Tally:
    features, feature = _index(raw[columns.feature], order)
    groups, group = ((None,), np.zeros(counts.size, dtype=np.intp))
    if columns.by is not None:
        groups, group = _index(raw[columns.by], None)
    numbers = [
        np.ones(counts.size) if name is None else np.array(raw[name], dtype=np.float64)
        for name in (columns.importance, columns.weight)
    ]
    # Two spellings of one answer are one row: the same data, the same resamples on any engine.
    keys: Any = np.column_stack([group, feature, *pairs, *numbers])
    rows, where = np.unique(keys, axis=0, return_inverse=True)
    places = rows[:, :4].astype(np.intp)
    total = as_sums(where.reshape(-1), counts, len(rows))
    return Tally(
        groups,
        features,
        group=places[:, 0],
        feature=places[:, 1],
        functional=places[:, 2],
        dysfunctional=places[:, 3],
        importance=rows[:, 4],
        weight=rows[:, 5],
        count=total,
    )


def as_sums(places: NDArray[np.intp], values: Floats, size: int) -> Floats:
    """Add values up by place."""
    sums: Any = np.bincount(places, weights=values, minlength=size)
    return np.asarray(sums, dtype=np.float64)


def _index(values: Sequence[Any], order: Sequence[Any] | None) -> tuple[tuple[Any, ...], Any]:
    """Return distinct values in order, and the place of each value among them."""
    found = set(values)
    if order is not None:
        names = tuple(name for name in order if name in found)
    else:
        try:
            names = tuple(sorted(found))
        except TypeError:  # of several types
            names = tuple(sorted(found, key=lambda value: (type(value).__name__, str(value))))
    places = {name: i for i, name in enumerate(names)}
    return names, np.array([places[value] for value in values], dtype=np.intp)
