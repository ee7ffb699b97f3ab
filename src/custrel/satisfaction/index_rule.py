"""An index from 0 to 100: how the answers to a construct's items become one figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import mean_interval, normal_quantile
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, enter
from custrel.rules import Rule
from custrel.satisfaction.path_model import Construct
from custrel.satisfaction.survey_score import SurveyScore

__all__ = ["IndexRule"]

Floats = NDArray[np.float64]
Weighting = Literal["unstandardized", "standardized", "equal", "given"]

_WEIGHTINGS = ("unstandardized", "standardized", "equal", "given")


def _as_items(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(items)


def _as_shares(weights: Iterable[float]) -> tuple[float, ...]:
    values = [float(weight) for weight in weights]
    total = sum(values)
    if not total > 0 or not np.isfinite(total):
        raise InvalidRule(f"IndexRule: weights add up to more than 0; got {values}.")
    if abs(total - 1) < 1e-12:  # shares already, which another division would change
        return tuple(values)
    return tuple(value / total for value in values)


@attrs.frozen(kw_only=True)
class IndexRule(Rule):
    """How answers become an index (满意度指数) from 0, all at the lowest, to 100.

    Parameters
    ----------
    construct : str
        What the index is of.
    items : sequence of str
        The columns of the answers.
    weights : sequence of float
        What each item weighs; they are scaled to add up to 1.
    lowest, highest : float
        The ends of the answers' scale.
    weighting : {"given", "unstandardized", "standardized", "equal"}
        Where the weights come from: given by hand; weights of a fit over the items' standard
        deviations, or as they are; or all alike.
    confidence : float
        Of intervals, between 0 and 1.

    Raises
    ------
    InvalidRule
        Items and weights are not equally many, weights do not add up to more than 0, or the scale
        does not ascend.
    UnknownCode
        There is no such weighting.

    See Also
    --------
    PlsFit.index_rule : Learns one.
    satisfaction_index : Learns one and applies it, in one call.

    Notes
    -----
    index = 100 * sum(w * (mean - lowest)) / (highest - lowest) with weights that add up to 1,
    which is (E[xi] - min xi) / (max xi - min xi) * 100. A rule that is kept makes the indices of
    many surveys comparable: only answers move them, not weights.

    References
    ----------
    .. [1] C. Fornell, M. D. Johnson, E. W. Anderson, J. Cha, B. E. Bryant (1996), The American
       Customer Satisfaction Index: Nature, Purpose, and Findings, Journal of Marketing 60(4), 7-18.

    Examples
    --------
    >>> rule = IndexRule(
    ...     items=["overall", "expected", "ideal"],
    ...     weights=[0.3885, 0.3190, 0.2925],
    ...     lowest=1,
    ...     highest=10,
    ... )
    >>> round(rule.index([8.2, 7.6, 7.1]), 4)
    74.2983
    """

    construct: str = "satisfaction"
    items: tuple[str, ...] = attrs.field(converter=_as_items)
    weights: tuple[float, ...] = attrs.field(converter=_as_shares)
    lowest: float = attrs.field(converter=float)
    highest: float = attrs.field(converter=float)
    weighting: Weighting = "given"
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.weighting not in _WEIGHTINGS:
            raise UnknownCode("weighting of an index", str(self.weighting), _WEIGHTINGS)
        if len(self.items) != len(self.weights):
            raise InvalidRule(
                f"IndexRule: {len(self.items)} items and {len(self.weights)} weights."
            )
        if not -np.inf < self.lowest < self.highest < np.inf:
            raise InvalidRule(
                f"IndexRule: the scale must ascend, from {self.lowest} to {self.highest}."
            )
        normal_quantile(self.confidence)

    @classmethod
    def from_weights(
        cls,
        construct: Construct,
        weights: Sequence[float] | Floats,
        deviations: Sequence[float] | Floats,
        weighting: Weighting = "unstandardized",
    ) -> Self:
        """Make the rule of a construct from the weights of its standardized items.

        Parameters
        ----------
        construct : Construct
            With its items and scale.
        weights, deviations : sequence of float
            Of each item: the weight of the standardized item, and the standard deviation.
        weighting : {"unstandardized", "standardized", "equal"}
            Which weights the index takes.

        Returns
        -------
        IndexRule

        Raises
        ------
        InvalidRule
            The construct has no scale.
        UnknownCode
            There is no such weighting.

        Examples
        --------
        >>> satisfaction = Construct("satisfaction", ["s1", "s2"], scale=(1, 10))
        >>> IndexRule.from_weights(satisfaction, [0.5, 0.75], [2.0, 1.0]).weights
        (0.25, 0.75)
        """
        if construct.scale is None:
            raise InvalidRule(
                f"the construct {construct.name!r} has no scale, which its index needs: "
                "model.with_items({}, scale=(1, 10)) says the lowest and the highest answer."
            )
        own = np.asarray(weights, dtype=np.float64)
        taken = {
            "unstandardized": own / np.asarray(deviations, dtype=np.float64),
            "standardized": own,
            "equal": np.ones_like(own),
        }
        if weighting not in taken:
            raise UnknownCode("weighting of an index that is learnt", str(weighting), taken)
        return cls(
            construct=construct.name,
            items=construct.items,
            weights=taken[weighting].tolist(),
            lowest=construct.scale[0],
            highest=construct.scale[1],
            weighting=weighting,
        )

    def index(self, answers: Sequence[float] | Floats) -> float:
        """Return the index of one respondent's answers, or of the means of many.

        Parameters
        ----------
        answers : array_like of shape (items,)
            In the order of the items, on their scale.

        Returns
        -------
        float
            0 to 100, unless a weight is negative.
        """
        return float(self.scores(np.asarray(answers, dtype=np.float64)[None, :])[0])

    def scores(self, answers: Floats) -> Floats:
        """Return the index of every respondent.

        Parameters
        ----------
        answers : ndarray of shape (respondents, items)
            In the order of the items, on their scale.

        Returns
        -------
        ndarray of shape (respondents,)
            NaN where an answer is missing.

        Raises
        ------
        InvalidRule
            There are more or fewer items.
        """
        if answers.shape[-1] != len(self.items):
            raise InvalidRule(f"expected {len(self.items)} answers, got {answers.shape[-1]}.")
        parts = (answers - self.lowest) / (self.highest - self.lowest)
        return np.asarray(100 * (parts @ np.array(self.weights)))

    def score(self, frame: Any, *, name: str | None = None) -> Any:
        """Add every respondent's index.

        Parameters
        ----------
        frame : frame
            A row for each respondent.
        name : str, optional
            The column to add; default: the construct's name with ``_index``.

        Returns
        -------
        frame
            As it came, with `name`: 0 to 100, missing where an answer is.

        Raises
        ------
        ColumnNotFound
            An item is not there.
        """
        door = self._enter(frame)
        width = self.highest - self.lowest
        terms = [
            (nw.col(item).cast(nw.Float64) - self.lowest) * (100 * weight / width)
            for item, weight in zip(self.items, self.weights, strict=True)
        ]
        column = name or f"{self.construct}_index"
        return door.leave(door.frame.with_columns(sum(terms[1:], terms[0]).alias(column)))

    def measure(self, frame: Any, *, weight: str | None = None) -> SurveyScore:
        """Return the index of all respondents together, with its interval.

        Parameters
        ----------
        frame : frame
            A row for each respondent.
        weight : str, optional
            The column of the survey weights, 0 or more.

        Returns
        -------
        SurveyScore
            Its `scale` is this rule. A missing answer counts as the item's mean.

        Raises
        ------
        InvalidData
            An answer is off the scale, a weight is missing or negative, or an item has no answer.
        ColumnNotFound
            A column is not there.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.

        Notes
        -----
        Student's interval of the respondents' mean index, with the weights taken as known.
        """
        door = self._enter(frame)
        columns = door.values(*self.items, *([] if weight is None else [weight]))
        answers = np.column_stack(columns[: len(self.items)])
        weights = np.ones(len(answers)) if weight is None else columns[-1]
        problems = [
            Problem(
                code="off_scale",
                message=f"answer off the scale of {self.lowest:g} to {self.highest:g}",
                column=item,
                count=int(off.sum()),
                rows=tuple(f"{item}={x:g}" for x in values[off][:3]),
                of="answer",
            )
            for item, values in zip(self.items, answers.T, strict=True)
            if (off := (values < self.lowest) | (values > self.highest)).any()
        ]
        if weight is not None and not (np.isfinite(weights) & (weights >= 0)).all():
            bad = int((~(np.isfinite(weights) & (weights >= 0))).sum())
            message = "missing, infinite or negative weight"
            problems.append(Problem(code="no_weight", message=message, column=weight, count=bad))
        there = (~np.isnan(answers)) & (weights > 0)[:, None]
        problems += [
            Problem(code="empty", message="there is no answer", column=item, count=0)
            for item, some in zip(self.items, np.asarray(there.any(axis=0)), strict=True)
            if not some
        ]
        if problems:
            raise InvalidData(problems)
        return self.measure_arrays(answers[weights > 0], weights[weights > 0])

    def measure_arrays(self, answers: Floats, weights: Floats) -> SurveyScore:
        """Return the index of all respondents together, with its interval.

        Parameters
        ----------
        answers : ndarray of shape (respondents, items)
            On their scale; NaN, where an answer is missing, counts as the item's mean.
        weights : ndarray of shape (respondents,)
            Greater than 0.

        Returns
        -------
        SurveyScore
        """
        there = ~np.isnan(answers) * weights[:, None]
        means = (np.nan_to_num(answers) * there).sum(axis=0) / there.sum(axis=0)
        each = self.scores(np.where(np.isnan(answers), means, answers))
        share = weights / weights.sum()
        mean = float(share @ each)
        n = float(1 / (share @ share))
        spread = float(share @ (each - mean) ** 2)
        variance = spread * n / (n - 1) if n > 1 else float("nan")
        centre, error, low, high = mean_interval(mean, variance, n, self.confidence)
        return SurveyScore(
            scale=self,
            value=mean,
            low=low,
            high=high,
            centre=centre,
            standard_error=error,
            variance=variance,
            answers=len(each),
            effective_answers=n,
        )

    def _enter(self, frame: Any) -> Door:
        door = enter(frame)
        door.require(self.items)
        door.require_numbers(*self.items)
        return door

    def __str__(self) -> str:
        return (
            f"{self.construct} index 0-100 ({len(self.items)} items, {self.weighting} weights, "
            f"{100 * self.confidence:g}% Student)"
        )
