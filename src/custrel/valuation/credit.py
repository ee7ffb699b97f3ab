"""Credit: how far a customer can be trusted with goods that he has not paid for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import Door, enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts, require_present, require_weights

__all__ = ["CreditGrades", "CreditLimit", "CreditPolicy", "CreditScore", "credit_coverage"]

_COMBINATIONS = ("least", "mean", "greatest")


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


def _as_pairs(pairs: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(worst), float(best)) for worst, best in pairs)


def _as_limits(limits: Iterable[CreditLimit]) -> tuple[CreditLimit, ...]:
    return tuple(limits)


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
        _require_bands(self, self.cuts, self.grades, "grades")
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
        grade = _band(as_float(score), self.cuts, [nw.lit(code) for code in self.grades])
        return door.leave(door.frame.with_columns(credit_grade=grade))


@attrs.frozen(kw_only=True)
class CreditLimit(Rule):
    """How much credit one fact about a customer allows (信用限度).

    `by_net_assets`, `by_purchases`, `by_payments` and `by_score` make the four customary rules.

    Parameters
    ----------
    of : str
        The column of the fact.
    times : float, optional
        The limit is so many times the fact, and 0 where that is negative.
    cuts : sequence of float
        Instead: ascending values, each the least of the next band.
    amounts : sequence of float
        With cuts: the limit of each band, one more than cuts, 0 or more.

    Raises
    ------
    InvalidRule
        Neither `times` nor bands are given, or both; `times` is negative, cuts do not ascend, or
        there is not one amount more than cuts.

    Notes
    -----
    The documents ask for a limit and give no formula: all four are reconstructed alternatives.

    Examples
    --------
    >>> CreditLimit.by_purchases(2) == CreditLimit(of="monthly_purchases", times=2)
    True
    """

    of: str
    times: float | None = None
    cuts: tuple[float, ...] = attrs.field(default=(), converter=_as_numbers)
    amounts: tuple[float, ...] = attrs.field(default=(), converter=_as_numbers)

    def __attrs_post_init__(self) -> None:
        if (self.times is None) != bool(self.amounts):
            raise InvalidRule("CreditLimit: either times=..., or cuts=... and amounts=....")
        if self.times is None:
            _require_bands(self, self.cuts, self.amounts, "amounts")
        if not all(0 <= number < np.inf for number in (self.times or 0.0, *self.amounts)):
            raise InvalidRule("CreditLimit: times and amounts are finite, 0 or more.")

    @classmethod
    def by_net_assets(cls, ratio: float) -> Self:
        """Allow a share of the customer's net assets.

        Parameters
        ----------
        ratio : float
            The share: 0.1, say.  Reads the column ``net_assets``.

        Returns
        -------
        CreditLimit
        """
        return cls(of="net_assets", times=ratio)

    @classmethod
    def by_purchases(cls, months: float) -> Self:
        """Allow what the customer buys until he has to pay.

        Parameters
        ----------
        months : float
            The term of payment.  Reads the column ``monthly_purchases``, the mean of a month.

        Returns
        -------
        CreditLimit
        """
        return cls(of="monthly_purchases", times=months)

    @classmethod
    def by_payments(cls, times: float = 1.0) -> Self:
        """Allow what the customer paid in the period before.

        Parameters
        ----------
        times : float
            How many times that.  Reads the column ``previous_payments``.

        Returns
        -------
        CreditLimit
        """
        return cls(of="previous_payments", times=times)

    @classmethod
    def by_score(cls, cuts: Iterable[float], amounts: Iterable[float]) -> Self:
        """Allow an amount for each band of the score.

        Parameters
        ----------
        cuts : iterable of float
            Ascending scores.
        amounts : iterable of float
            One more than cuts.  Reads the column ``credit_score``.

        Returns
        -------
        CreditLimit
        """
        return cls(of="credit_score", cuts=cuts, amounts=amounts)


@attrs.frozen(kw_only=True)
class CreditPolicy(Rule):
    """Which credit limit follows from several rules together (信用额度管理).

    Parameters
    ----------
    limits : sequence of CreditLimit
        The rules.
    combine : {"least", "mean", "greatest"}
        Which of their limits holds.
    largest : float
        What nobody is allowed to exceed.

    Raises
    ------
    InvalidRule
        There is no rule, or the largest limit is negative.
    UnknownCode
        There is no such combination.

    Examples
    --------
    >>> import pandas as pd
    >>> policy = CreditPolicy(limits=[CreditLimit.by_net_assets(0.1), CreditLimit.by_purchases(2)])
    >>> customers = pd.DataFrame({"net_assets": [5e5, 1e6], "monthly_purchases": [3e4, 2e4]})
    >>> policy.grant(customers)["credit_limit"].tolist()
    [50000.0, 40000.0]
    """

    limits: tuple[CreditLimit, ...] = attrs.field(converter=_as_limits)
    combine: Literal["least", "mean", "greatest"] = "least"
    largest: float = attrs.field(default=np.inf, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.combine not in _COMBINATIONS:
            raise UnknownCode("combination of limits", str(self.combine), _COMBINATIONS)
        if not self.limits or not self.largest >= 0:
            raise InvalidRule("CreditPolicy: one limit or more, and a largest of 0 or more.")

    def grant(self, frame: Any) -> Any:
        """Add the limit of every customer to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, with the columns that the rules read.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``credit_limit``, 0 or more.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite.
        """
        door = enter(frame)
        require_amounts(door, *dict.fromkeys(limit.of for limit in self.limits))
        allowed = [_allowed(limit) for limit in self.limits]
        across = {
            "least": nw.min_horizontal,
            "mean": nw.mean_horizontal,
            "greatest": nw.max_horizontal,
        }
        limit = across[self.combine](*allowed)
        capped = limit.clip(None, self.largest) if self.largest < np.inf else limit
        return door.leave(door.frame.with_columns(credit_limit=capped))


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
        A value is missing, or neither true nor false.

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
    flags = Door(door.frame.with_columns(nw.col(rated).cast(nw.Int64)), door.framed, door.columns)
    require_amounts(flags, rated, least=0, most=1)
    group = nw.lit("all") if by is None else nw.col(by)
    counted = flags.frame.select(
        group.alias(by or "group"), customers=nw.lit(1), rated=nw.col(rated)
    )
    sums = counted.group_by(by or "group").agg(nw.col("customers", "rated").sum())
    shares = sums.with_columns(coverage=nw.col("rated") / nw.col("customers"))
    return shares.sort(by or "group").to_native()


def _allowed(limit: CreditLimit) -> nw.Expr:
    fact = as_float(limit.of)
    if limit.times is None:
        return _band(fact, limit.cuts, [nw.lit(amount) for amount in limit.amounts])
    return (fact * limit.times).clip(0.0, None)


def _require_bands(rule: Rule, cuts: tuple[float, ...], values: Any, what: str) -> None:
    name = type(rule).__name__
    if not all(low < high for low, high in pairwise((-np.inf, *cuts, np.inf))):
        raise InvalidRule(f"{name}: cuts ascend; got {cuts}.")
    if len(values) != len(cuts) + 1:
        raise InvalidRule(f"{name}: {len(cuts)} cuts need {len(cuts) + 1} {what}.")


def _band(value: nw.Expr, cuts: tuple[float, ...], results: list[nw.Expr]) -> nw.Expr:
    """Return the result of the band that a value lies in; at a cut, of the upper one."""
    found = results[0]
    for cut, result in zip(cuts, results[1:], strict=True):
        found = nw.when(value >= cut).then(result).otherwise(found)
    return found
