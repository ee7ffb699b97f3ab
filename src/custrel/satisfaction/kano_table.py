"""Kano categories, and the evaluation tables that read them off a pair of answers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.rules import Rule

__all__ = [
    "POULIOT_TABLE",
    "STANDARD_TABLE",
    "THREE_ANSWER_TABLE",
    "KanoCategory",
    "KanoTable",
]

_FIRST_ROWS = 3


class KanoCategory(StrEnum):
    """What a feature does to satisfaction (卡诺模型).

    The documents know three: must-be (当然质量), one-dimensional (期望质量) and attractive quality
    (迷人质量). The literature adds indifferent, reverse and questionable (reconstructed).

    References
    ----------
    .. [1] N. Kano, N. Seraku, F. Takahashi, S. Tsuji (1984), Attractive Quality and Must-Be
       Quality, Journal of the Japanese Society for Quality Control 14(2), 147-156.

    Examples
    --------
    >>> KanoCategory("must_be").letter
    'M'
    >>> [category.letter for category in KanoCategory]
    ['A', 'O', 'M', 'I', 'R', 'Q']
    >>> KanoCategory("attractiv")
    Traceback (most recent call last):
    ...
    custrel.errors.UnknownCode: 'attractiv' is no Kano category (did you mean 'attractive'?); ...
    """

    ATTRACTIVE = "attractive"
    ONE_DIMENSIONAL = "one_dimensional"
    MUST_BE = "must_be"
    INDIFFERENT = "indifferent"
    REVERSE = "reverse"
    QUESTIONABLE = "questionable"

    @property
    def letter(self) -> str:
        """The letter that evaluation tables write for it: A, O, M, I, R or Q."""
        return self.value[0].upper()

    @classmethod
    def _missing_(cls, value: object) -> KanoCategory:
        for category in cls:
            if category.letter == value:
                return category
        raise UnknownCode("Kano category", str(value), [category.value for category in cls])


# The order of every array of counts: that of the enumeration.
CATEGORIES = tuple(KanoCategory)
_PLACES = MappingProxyType({category.letter: i for i, category in enumerate(CATEGORIES)})


def _as_rows(rows: Iterable[str]) -> tuple[str, ...]:
    if isinstance(rows, str):
        rows = rows.split("/")
    return tuple("".join(str(row).split()).upper() for row in rows)


@attrs.frozen(kw_only=True, repr=False)
class KanoTable(Rule):
    """An evaluation table: the category of every pair of answers.

    Parameters
    ----------
    rows : sequence of str
        A row for each answer to the functional question ("if it is there"), from like to
        dislike; in it a letter for each answer to the dysfunctional one ("if it is not"), in
        the same order: A, O, M, I, R or Q.

    Raises
    ------
    InvalidRule
        The table is not square, a letter is unknown, or who likes a feature and dislikes its
        absence is not O, which means that the answers run the other way.

    See Also
    --------
    STANDARD_TABLE : The five-by-five table of the literature.
    POULIOT_TABLE : Stricter about answers that agree with themselves.
    THREE_ANSWER_TABLE : For like, neutral and dislike.

    Examples
    --------
    >>> own = KanoTable(rows=("QAO", "RIM", "RRQ"))
    >>> own.category(1, 3)
    <KanoCategory.ONE_DIMENSIONAL: 'one_dimensional'>
    >>> own.classify([1, 2, 3], [2, 3, 1]).tolist()
    ['attractive', 'must_be', 'reverse']
    """

    rows: tuple[str, ...] = attrs.field(converter=_as_rows)

    def __attrs_post_init__(self) -> None:
        complaint = _complaint(self.rows)
        if complaint:
            raise InvalidRule(f"KanoTable: {complaint}.")

    @property
    def answers(self) -> int:
        """How many answers each question has."""
        return len(self.rows)

    @property
    def symmetric(self) -> bool:
        """Whether the table reads the same with the question's sense turned: R for A, O and M."""
        merged = [row.translate(str.maketrans("OM", "AA")) for row in self.rows]
        turned = ["".join(column) for column in zip(*merged, strict=True)]
        swapped = [row.translate(str.maketrans("AR", "RA")) for row in turned]
        return merged == swapped

    def category(self, functional: int, dysfunctional: int) -> KanoCategory:
        """Return the category of one pair of answers.

        Parameters
        ----------
        functional : int
            The answer if the feature is there: 1 for like, up to `answers` for dislike.
        dysfunctional : int
            The answer if it is not.

        Returns
        -------
        KanoCategory

        Raises
        ------
        InvalidData
            An answer is off the scale.
        """
        return KanoCategory(self.classify([functional], [dysfunctional])[0])

    def classify(self, functional: ArrayLike, dysfunctional: ArrayLike) -> NDArray[np.object_]:
        """Return the category of many pairs of answers.

        Parameters
        ----------
        functional : array_like of shape (answers,)
            The answers if the feature is there: 1 for like, up to `answers` for dislike.
        dysfunctional : array_like of shape (answers,)
            The answers if it is not, of the same respondents.

        Returns
        -------
        ndarray of str, of shape (answers,)
            Codes of `KanoCategory`.

        Raises
        ------
        InvalidData
            An answer is off the scale, or missing.
        InvalidRule
            There are more answers to one question than to the other.
        """
        there = self._read(functional, "functional")
        absent = self._read(dysfunctional, "dysfunctional")
        if there.shape != absent.shape:
            raise InvalidRule(
                f"{there.size} functional answers and {absent.size} dysfunctional ones are no pairs."
            )
        codes = np.array([category.value for category in CATEGORIES], dtype=object)
        return np.asarray(codes[self.places()[there, absent]])

    def places(self) -> NDArray[np.intp]:
        """Return the table as places in the order of `KanoCategory`.

        Returns
        -------
        ndarray of int, of shape (answers, answers)
        """
        return np.array([[_PLACES[letter] for letter in row] for row in self.rows])

    def __str__(self) -> str:
        head = "F\\D  " + "  ".join(str(i + 1) for i in range(self.answers))
        lines = [f"{i + 1}    " + "  ".join(row) for i, row in enumerate(self.rows)]
        return "\n".join([head, *lines])

    def __repr__(self) -> str:
        return f"KanoTable(rows={self.rows!r})"

    def _read(self, answers: ArrayLike, column: str) -> NDArray[np.intp]:
        numbers = np.asarray(answers, dtype=np.float64)
        bad = ~np.isin(numbers, np.arange(1, self.answers + 1))
        if bad.any():
            rows = tuple(f"row {i}: {numbers[i]:g}" for i in np.flatnonzero(bad)[:_FIRST_ROWS])
            raise InvalidData(
                [
                    Problem(
                        code="off_scale",
                        message=f"answer off the scale of 1 (like) to {self.answers} (dislike)",
                        column=column,
                        count=int(bad.sum()),
                        rows=rows,
                        remedy="Leave these answers out, or take the table that has them.",
                    )
                ]
            )
        return np.asarray(numbers - 1, dtype=np.intp)


def _complaint(rows: tuple[Any, ...]) -> str:
    if len(rows) < 3:
        return f"a table has at least three answers, got {len(rows)}"
    for place, row in enumerate(rows, start=1):
        if len(row) != len(rows):
            return (
                f"the table must be square, but row {place} of {len(rows)} has {len(row)} letters"
            )
        unknown = sorted(set(row) - set(_PLACES))
        if unknown:
            letters = ", ".join(_PLACES)
            return f"row {place} has {', '.join(unknown)}; the letters are {letters}"
    if rows[0][-1] != "O":
        return (
            "who likes a feature and dislikes its absence is O, but the last letter of the first "
            f"row is {rows[0][-1]}; answers run from like to dislike"
        )
    return ""


STANDARD_TABLE = KanoTable(rows=("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"))
"""The five-by-five table: like, must be, neutral, live with, dislike (Kano 1984; Berger 1993)."""

POULIOT_TABLE = KanoTable(rows=("QAAAO", "RQIIM", "RIIIM", "RIIQM", "RRRRQ"))
"""Who must have it and must not, or can live with both, is questionable too (Pouliot 1993)."""

THREE_ANSWER_TABLE = KanoTable(rows=("AAO", "IIM", "IIM"))
"""For three answers: like, neutral, dislike; it has neither reverse nor questionable."""
