"""From answers in a frame to a small table: each distinct pair of answers, and how often.

The engine that holds the answers groups them as they are written; only the distinct ones come to
Python and are decoded there, so that a million answers cost one group-by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import AnyFrame, as_floats, collect
from custrel.satisfaction._kano_reading import Finder, Written
from custrel.satisfaction._sifting import LEAVE_OUT
from custrel.satisfaction.kano_coding import KanoCoding, is_missing

Floats = NDArray[np.float64]

_OTHER_NUMBERS = "coding= says which number stands for what; "


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
    earlier: tuple[Problem, ...] = (),
    order: Sequence[Any] | None = None,
) -> tuple[Tally, tuple[Problem, ...]]:
    """Count the distinct answers; refuse what is none, or leave it out and say so.

    Parameters
    ----------
    earlier : tuple of Problem
        What was left out before.
    order : sequence, optional
        The features in the caller's order; default: sorted.
    """
    count = "__custrel_count"
    grouped = frame.select(*columns.all).group_by(*columns.keys).agg(nw.len().alias(count))
    table = collect(grouped)
    written = {name: Written.of(table.get_column(name)) for name in columns.keys}
    counts = as_floats(table.get_column(count))
    there, absent = (
        written[name].decode(coding) for name in (columns.functional, columns.dysfunctional)
    )
    shown = [name for name in (columns.respondent, columns.feature) if name is not None]
    finder = Finder(frame, written, counts, shown, np.zeros(counts.size, dtype=bool))
    finder.look_at_answers(columns.functional, there, coding)
    finder.look_at_answers(columns.dysfunctional, absent, coding)
    for name in (columns.feature, columns.by):
        if name is not None:
            finder.look(name, written[name].flags(is_missing), "missing_key", "missing name")
    for name in (columns.importance, columns.weight):
        if name is not None:
            finder.look_at_weights(name)
    problems = finder.problems
    if problems and not collected:
        off = any(problem.code == "off_scale" for problem in problems)
        raise InvalidData(problems, remedy=(_OTHER_NUMBERS if off else "") + LEAVE_OUT)
    weighs = True if columns.weight is None else written[columns.weight].numbers() > 0
    keep = np.flatnonzero(~finder.bad & weighs)
    if not keep.size:
        raise InvalidData([*earlier, *problems, _nothing()])
    kept = {name: column.take(keep) for name, column in written.items()}
    made = _sorted_tally(kept, columns, (there[keep], absent[keep]), counts[keep], order)
    return made, (*earlier, *problems)


def as_sums(places: NDArray[np.intp], values: Floats, size: int) -> Floats:
    """Add values up by place."""
    sums: Any = np.bincount(places, weights=values, minlength=size)
    return np.asarray(sums, dtype=np.float64)


def distinct_rows(*keys: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each distinct row first stands, sorted, and the place of each row among them."""
    order = np.lexsort(keys[::-1])
    new = np.zeros(order.size, dtype=bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    where = np.empty(order.size, dtype=np.intp)
    where[order] = np.cumsum(new) - 1
    return order[new], where


def _nothing() -> Problem:
    return Problem(
        code="empty",
        message="there is no answer to evaluate",
        count=0,
        remedy="Check the filter that was applied before.",
    )


def _sorted_tally(
    written: Mapping[str, Written],
    columns: AnswerColumns,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    counts: Floats,
    order: Sequence[Any] | None,
) -> Tally:
    features, feature = _index(written[columns.feature], order)
    groups: tuple[Any, ...] = (None,)
    group = np.zeros(counts.size, dtype=np.intp)
    if columns.by is not None:
        groups, group = _index(written[columns.by], None)
    importance, weight = (
        np.ones(counts.size) if name is None else written[name].numbers()
        for name in (columns.importance, columns.weight)
    )
    # Two spellings of one answer are one row: the same data, the same resamples on any engine.
    first, where = distinct_rows(group, feature, *pairs, importance, weight)
    return Tally(
        groups,
        features,
        group=group[first],
        feature=feature[first],
        functional=pairs[0][first],
        dysfunctional=pairs[1][first],
        importance=importance[first],
        weight=weight[first],
        count=as_sums(where, counts, first.size),
    )


def _index(
    written: Written, order: Sequence[Any] | None
) -> tuple[tuple[Any, ...], NDArray[np.intp]]:
    """Return distinct values in order, and the place of each row's value among them."""
    if order is not None:
        names = tuple(name for name in order if name in written.answers)
    else:
        try:
            names = tuple(sorted(written.answers))
        except TypeError:  # of several types
            names = tuple(sorted(written.answers, key=lambda v: (type(v).__name__, str(v))))
    places = {name: i for i, name in enumerate(names)}
    return names, np.array([places[v] for v in written.answers], dtype=np.intp)[written.places]
