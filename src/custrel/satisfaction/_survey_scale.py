"""What the scales of survey scores share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import attrs

from custrel._intervals import wilson
from custrel.errors import InvalidRule, Problem
from custrel.rules import Rule
from custrel.satisfaction._survey_answers import Answers, read_answers
from custrel.satisfaction.survey_score import ScorePart, SurveyScore


class SurveyScale(Rule, ABC):
    """A scale of whole numbers, and the score that is made of the answers on it."""

    __slots__ = ()

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest answer."""

    @abstractmethod
    def score(self, answers: Answers) -> SurveyScore:
        """Return the score of some answers."""


def measure(
    scale: SurveyScale, answers: Any, *, answer: str, weight: Any, errors: str
) -> SurveyScore:
    """Return the one score of an array or of a frame's column."""
    _, groups, problems = read_answers(
        answers, answer, weight, by=None, scale=scale.bounds, errors=errors
    )
    return with_problems(scale.score(groups[None]), problems)


def with_problems(score: SurveyScore, problems: tuple[Problem, ...]) -> SurveyScore:
    """Return the score with what was left out."""
    return attrs.evolve(score, problems=problems) if problems else score


def part(name: str, answers: Answers, low: float, high: float, confidence: float) -> ScorePart:
    """Return the share of answers from `low` to `high`, with Wilson's interval."""
    share = answers.share(low, high)
    _, _, below, above = wilson(share, answers.effective, confidence)
    return ScorePart(name=name, share=share, low=below, high=above)


def require_ascending(scale: SurveyScale, *bounds: tuple[str, int]) -> None:
    """Refuse bounds of a scale that do not ascend."""
    numbers = [number for _, number in bounds]
    if any(number != int(number) for number in numbers) or sorted(set(numbers)) != numbers:
        said = " < ".join(f"{name} ({number!r})" for name, number in bounds)
        raise InvalidRule(f"{type(scale).__name__}: whole numbers must ascend: {said}.")
