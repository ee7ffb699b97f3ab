"""Credit scores and grades: what a survey of customers found, as points and as bands."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._amounts import in_order, require_amounts, require_present, require_weights
from custrel.valuation.rate import count_outcomes

__all__ = ["CreditGrades", "CreditScore", "credit_coverage"]

# Points are sums of fractions: 80 x 50/60 and 20 x 1/6 come this near to 70, and have reached it.
_TOLERANCE = 1e-9


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


def _as_pairs(pairs: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(worst), float(best)) for worst, best in pairs)


@attrs.frozen(kw_only=True)
class CreditScore(Rule):
    """How what a survey found about customers becomes points, 0 to 100 (信用评价).

    Parameters
    ----------
    factors : sequence of str
        The columns that count: years in business, days overdue, current ratio, ...
    weights : sequence of float
        What each weighs, summing to 1.
    bounds : sequence of pairs of float
        For each factor the value that earns nothing, and the one that earns all; the first may be
        the greater one.

    Raises
    ------
    InvalidRule
        There are not as many weights or bounds as factors, weights do not sum to 1, or the two
        ends of a factor are the same.

    Notes
    -----
    score = 100 x sum of weight x position between the ends; what lies beyond them counts as at
    them.  The documents ask for a treatment of the survey's result and give no formula
    (reconstructed).

    Examples
    --------
    >>> import pandas as pd
    >>> score = CreditScore(
    ...     factors=["years", "days_overdue"], weights=[0.4, 0.6], bounds=[(0, 10), (60, 0)]
    ... )
    >>> customers = pd.DataFrame({"years": [5, 20], "days_overdue": [0, 45]})
    >>> score.score(customers)["credit_score"].tolist()
    [80.0, 55.0]
    """

    factors: tuple[str, ...] = attrs.field(converter=_as_names)
    weights: tuple[float, ...] = attrs.field(converter=_as_numbers)
    bounds: tuple[tuple[float, float], ...] = attrs.field(converter=_as_pairs)

    def __attrs_post_init__(self) -> None:
        if not self.factors or len(set(self.factors)) != len(self.factors):
            raise InvalidRule("CreditScore: one factor or more, each once.")
        require_weights("CreditScore", self.weights, len(self.factors))
        if len(self.bounds) != len(self.factors) or not all(
            np.isfinite(pair).all() and pair[0] != pair[1] for pair in self.bounds
        ):
            raise InvalidRule("CreditScore: two different ends for each factor, worst and best.")

    def score(self, frame: Any) -> Any:
        """Add the score to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, a column for each factor.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``credit_score``, 0 to 100.

        Raises
        ------
        ColumnNotFound
            A factor is not there.
        InvalidData
            A value is missing or infinite.
        """
        door = enter(frame)
        require_amounts(door, *self.factors)
        points = [
            (as_float(name).clip(min(ends), max(ends)) - ends[0])
            * (100 * weight / (ends[1] - ends[0]))
            for name, weight, ends in zip(self.factors, self.weights, self.bounds, strict=True)
        ]
        total = reduce(lambda one, other: one + other, points)
        return door.leave(door.frame.with_columns(credit_score=total))


@attrs.frozen(kw_only=True)
class CreditGrades(Rule):
    """Which grade a score earns (信用等级).

    Parameters
    ----------
    cuts : sequence of float
        Ascending scores, each the least of the next better grade.
    grades : sequence of str
        Their codes, the worst first: one more than cuts.

    Raises
    ------
    InvalidRule
        The cuts do not ascend, or there is not one grade more than cuts.

    Notes
    -----
    The documents grade customers and give no bands: the default ones are reconstructed.

    Examples
    --------
    >>> import pandas as pd
    >>> graded = CreditGrades().grade(pd.DataFrame({"credit_score": [49.9, 50.0, 92.0]}))
    >>> graded["credit_grade"].tolist()
    ['d', 'c', 'a']
    """

    cuts: tuple[float, ...] = attrs.field(default=(50.0, 70.0, 85.0), converter=_as_numbers)
    grades: tuple[str, ...] = attrs.field(default=("d", "c", "b", "a"), converter=_as_names)

    def __attrs_post_init__(self) -> None:
        require_bands(self, self.cuts, self.grades, "grades")
        if len(set(self.grades)) != len(self.grades):
            raise InvalidRule("CreditGrades: each grade once.")

    def grade(self, frame: Any, *, score: str = "credit_score") -> Any:
        """Add the grade to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        score : str
            The column of the score.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``credit_grade``.

        Raises
        ------
        ColumnNotFound
            The column is not there.
        InvalidData
            A score is missing or infinite.
        """
        door = enter(frame)
        require_amounts(door, score)
        grade = band_of(as_float(score), self.cuts, [nw.lit(code) for code in self.grades])
        return door.leave(door.frame.with_columns(credit_grade=grade))


def credit_coverage(frame: Any, *, rated: str = "rated", by: str | None = None) -> Any:
    """Return which share of the customers has a credit rating (评级授信面).

    Parameters
    ----------
    frame : CustomerSummary or frame
        One row per customer.
    rated : str
        The column that is true, or 1, where he has one.
    by : str, optional
        The column of the group: old and new, willing and not, a branch.

    Returns
    -------
    frame
        Of the kind that came in, a row for each group: the group, ``customers``, ``rated`` and
        ``coverage``, 0 to 1.  The documents aim at 1.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        There are no customers, or a value is missing, or neither true nor false.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"branch": ["n", "n", "s"], "rated": [True, False, True]})
    >>> credit_coverage(customers, by="branch")
      branch  customers  rated  coverage
    0      n          2      1       0.5
    1      s          1      1       1.0
    """
    door = enter(frame)
    require_present(door, rated, by, of="customer")
    group = by or "group"
    if by is None:
        door = attrs.evolve(door, frame=door.frame.with_columns(group=nw.lit("all")))
    counted: Any = count_outcomes(door, rated, [group])
    customers, known = (nw.col(name).cast(nw.Int64) for name in ("total", "count"))
    shares = counted.select(group, customers=customers, rated=known, coverage=known / customers)
    return in_order(shares, group)


def require_bands(rule: Rule, cuts: tuple[float, ...], values: Any, what: str) -> None:
    """Refuse cuts that do not ascend, or do not fit what lies between them."""
    name = type(rule).__name__
    if not all(low < high for low, high in pairwise((-np.inf, *cuts, np.inf))):
        raise InvalidRule(f"{name}: cuts ascend; got {cuts}.")
    if len(values) != len(cuts) + 1:
        raise InvalidRule(f"{name}: {len(cuts)} cuts need {len(cuts) + 1} {what}.")


def band_of(value: nw.Expr, cuts: tuple[float, ...], results: list[nw.Expr]) -> nw.Expr:
    """Return the result of the band that a value lies in; at a cut, of the upper one."""
    found = results[0]
    for cut, result in zip(cuts, results[1:], strict=True):
        reached = value >= cut - _TOLERANCE * max(1.0, abs(cut))
        found = nw.when(reached).then(result).otherwise(found)
    return found
