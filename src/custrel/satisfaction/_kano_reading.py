"""Answers as they are written: decoded, and what is wrong with them found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custrel.errors import Problem
from custrel.frames import AnyFrame, first_rows, read_schema
from custrel.satisfaction.kano_coding import KanoCoding, as_number, is_missing

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SHOWN = 3
_NONE, _MISSING = -1, -2  # an answer that is not on the scale; no answer


@attrs.frozen(eq=False)
class Written:
    """A column as its distinct values, and the place of each row's value among them."""

    answers: tuple[Any, ...]
    places: NDArray[np.intp]

    @classmethod
    def of(cls, series: nw.Series[Any]) -> Written:
        """Read a column; null and NaN are both None."""
        # Of codes that are stored beside the rows, PyArrow makes another answer of a missing one.
        coded = series.dtype in {nw.Categorical, nw.Enum}
        raw = np.array(series.to_list(), dtype=object) if coded else np.asarray(series.to_numpy())
        places, values = pd.factorize(raw, use_na_sentinel=True)
        tidy = tuple(value.item() if isinstance(value, np.generic) else value for value in values)
        gone = len(tidy)
        return cls((*tidy, None), np.where(places < 0, gone, places).astype(np.intp))

    def take(self, rows: NDArray[np.intp]) -> Written:
        """Return some rows, with the values that they have."""
        there, places = np.unique(self.places[rows], return_inverse=True)
        return Written(tuple(self.answers[i] for i in there), places.reshape(-1))

    def flags(self, test: Callable[[Any], bool]) -> Flags:
        """Return for each row whether its value passes a test."""
        return np.array([test(value) for value in self.answers], dtype=bool)[self.places]

    def decode(self, coding: KanoCoding) -> NDArray[np.intp]:
        """Return the place of each row's answer; -1 for none of the scale, -2 for none at all."""
        return np.array([_place(coding, value) for value in self.answers], dtype=np.intp)[
            self.places
        ]

    def numbers(self) -> Floats:
        """Return each row's value as a number; NaN where it is none."""
        read = [None if is_missing(value) else as_number(value) for value in self.answers]
        return np.array(read, dtype=np.float64)[self.places]


@attrs.define(slots=True)
class Finder:
    """Looks for what is wrong, counts it, and shows the first rows of it."""

    frame: AnyFrame
    written: Mapping[str, Written]
    counts: Floats
    shown: Sequence[str]
    bad: Flags
    problems: list[Problem] = attrs.field(factory=list)

    def look(
        self, column: str, found: Flags, code: str, message: str | Callable[[list[Any]], str]
    ) -> None:
        """Note rows as bad, and say why."""
        if not found.any():
            return
        self.bad |= found
        values = list(self.written[column].take(np.flatnonzero(found)).answers)
        matches = read_matches(self.frame, column, values)
        self.problems.append(
            Problem(
                code=code,
                message=message if isinstance(message, str) else message(values),
                column=column,
                count=int(self.counts[found].sum()),
                rows=first_rows(self.frame, matches, list(dict.fromkeys((*self.shown, column)))),
                of="answer",
            )
        )

    def look_at_answers(self, column: str, places: NDArray[np.intp], coding: KanoCoding) -> None:
        """Find missing answers, those off the scale, and unknown words."""
        first, last = coding.numbers[0], coding.numbers[-1]
        off_scale = f"answer off the scale of {first:g} (like) to {last:g} (dislike)"
        words = self.written[column].flags(lambda value: as_number(value) is None)
        self.look(column, places == _MISSING, "missing_answer", "missing answer")
        self.look(column, (places == _NONE) & ~words, "off_scale", off_scale)
        self.look(
            column, (places == _NONE) & words, "unknown_answer", lambda v: _unknown(v, coding)
        )

    def look_at_weights(self, column: str) -> None:
        """Find weights that are missing, infinite or negative."""
        numbers = self.written[column].numbers()
        off = ~np.isfinite(numbers) | (numbers < 0)
        self.look(column, off, "no_weight", "missing, infinite or negative weight")


def read_matches(frame: AnyFrame, column: str, values: Sequence[Any]) -> nw.Expr:
    """Return whether a column holds one of some values; None stands for null and NaN."""
    there = [value for value in values if value is not None]
    matches = [nw.col(column).is_in(there)] if there else []
    if None in values:
        matches.append(nw.col(column).is_null())
        if read_schema(frame)[column].is_float():
            matches.append(nw.col(column).is_nan())
    return nw.any_horizontal(*matches, ignore_nulls=True)


def _place(coding: KanoCoding, value: Any) -> int:
    if is_missing(value):
        return _MISSING
    place = coding.read(value)
    return _NONE if place is None else place


def _unknown(words: Sequence[Any], coding: KanoCoding) -> str:
    listed = sorted(words, key=str)
    named = ", ".join(f"{word!r}{coding.hint(word)}" for word in listed[:_SHOWN])
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return f"unknown answer {named}{more}"
