"""How answers to Kano questions are written: as numbers, or as words in English and Chinese."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import pandas as pd

from custrel.errors import InvalidRule, near_miss
from custrel.rules import Rule

__all__ = ["KanoCoding"]

_FIVE = MappingProxyType(
    {
        "like": (
            "like", "like it", "i like it", "i like it that way", "i would like it", "enjoy",
            "i enjoy it that way", "喜欢", "我喜欢", "很喜欢", "我喜欢这样",
        ),
        "must be": (
            "must be", "expect", "expect it", "i expect it", "i expect it that way",
            "it must be that way", "basic necessity", "理所当然", "理应如此", "应该如此", "必须如此",
            "必须这样",
        ),
        "neutral": (
            "neutral", "i am neutral", "i'm neutral", "indifferent", "i don't care", "无所谓",
            "中立", "没感觉",
        ),
        "live with": (
            "live with", "live with it", "i can live with it", "i can live with it that way",
            "tolerate", "i can tolerate it", "可以忍受", "能忍受", "能够忍受", "勉强接受", "可以接受",
        ),
        "dislike": (
            "dislike", "dislike it", "i dislike it", "i dislike it that way", "i do not like it",
            "i don't like it", "不喜欢", "我不喜欢", "很不喜欢", "讨厌", "我讨厌这样",
        ),
    }
)  # fmt: skip


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


def _as_words(words: Iterable[str | Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple((entry,) if isinstance(entry, str) else tuple(entry) for entry in words)


@attrs.frozen(kw_only=True)
class KanoCoding(Rule):
    """What stands in the data for each answer, from like to dislike.

    Parameters
    ----------
    numbers : sequence of float
        The number of each answer, from like to dislike.
    words : sequence of (str or sequence of str), optional
        The words for each answer, in the same order. Capitals, blanks, hyphens and the point at
        the end make no difference.

    Raises
    ------
    InvalidRule
        Two answers have the same number or word, or there are more of one than of the other.

    See Also
    --------
    KanoCoding.five : The customary five answers.
    KanoCoding.three : Like, neutral, dislike.

    Examples
    --------
    A questionnaire that counts from 5 for like to 1 for dislike:

    >>> coding = KanoCoding.five(numbers=(5, 4, 3, 2, 1))
    >>> [coding.read(answer) for answer in (5, "1", "I like it.", "理所当然", "perhaps")]
    [0, 4, 0, 1, None]
    """

    numbers: tuple[float, ...] = attrs.field(converter=_as_numbers)
    words: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=_as_words)

    def __attrs_post_init__(self) -> None:
        if self.words and len(self.words) != len(self.numbers):
            raise InvalidRule(
                f"KanoCoding: {len(self.numbers)} numbers and words for {len(self.words)} answers."
            )
        words = [word for words in self.words for word in sorted(set(map(_plain, words)))]
        for what, taken in ("number", self.numbers), ("word", tuple(words)):
            twice = next((one for one in taken if operator.countOf(taken, one) > 1), None)
            if twice is not None:
                raise InvalidRule(f"KanoCoding: two answers have the {what} {twice!r}.")

    @classmethod
    def five(cls, numbers: Sequence[float] = (1, 2, 3, 4, 5)) -> KanoCoding:
        """Return the coding of like, must be, neutral, live with, dislike.

        Parameters
        ----------
        numbers : sequence of float
            The number of each, from like to dislike.

        Returns
        -------
        KanoCoding
            With the customary words in English and Chinese.
        """
        return cls(numbers=numbers, words=tuple(_FIVE.values()))

    @classmethod
    def three(cls, numbers: Sequence[float] = (1, 2, 3)) -> KanoCoding:
        """Return the coding of like, neutral, dislike.

        Parameters
        ----------
        numbers : sequence of float
            The number of each, from like to dislike.

        Returns
        -------
        KanoCoding
            With the customary words in English and Chinese.
        """
        return cls(numbers=numbers, words=(_FIVE["like"], _FIVE["neutral"], _FIVE["dislike"]))

    @property
    def answers(self) -> int:
        """How many answers each question has."""
        return len(self.numbers)

    def read(self, answer: object) -> int | None:
        """Return the place of an answer, counted from 0 for like.

        Parameters
        ----------
        answer : object
            A number, the text of a number, or a word.

        Returns
        -------
        int or None
            None where it is no answer of this scale.
        """
        number = as_number(answer)
        if number is not None:
            return self.numbers.index(number) if number in self.numbers else None
        return self._places().get(_plain(str(answer)))

    def hint(self, answer: object) -> str:
        """Return the near misses of a word that is no answer, for an error.

        Parameters
        ----------
        answer : object
            What is no answer.

        Returns
        -------
        str
            Empty where nothing is near.
        """
        return (
            "" if as_number(answer) is not None else near_miss(_plain(str(answer)), self._places())
        )

    def _places(self) -> Mapping[str, int]:
        return {_plain(word): place for place, words in enumerate(self.words) for word in words}


def as_number(answer: object) -> float | None:
    """Return an answer as a number, or None where it is a word."""
    if isinstance(answer, bool):
        return None
    try:
        return float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def is_missing(answer: Any) -> bool:
    """Tell whether nothing was answered: null, NaN or blank."""
    return not answer.strip() if isinstance(answer, str) else pd.isna(answer) is True


def _plain(word: str) -> str:
    """Write a word so that capitals, blanks, hyphens and punctuation at the end do not matter."""
    text = unicodedata.normalize("NFKC", word).casefold().replace("’", "'")
    for sign in "-_":
        text = text.replace(sign, " ")
    return " ".join(text.split()).rstrip(" .!。")
