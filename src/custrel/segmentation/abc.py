"""ABC analysis: the few customers who bring most, those between, and the many who bring little."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import require_complete, require_rows
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.segmentation._cuts import read_cuts
from custrel.segmentation._limits import (
    class_of,
    learn_limits,
    means,
    positive_total,
    rank_by_value,
    value_of,
)

__all__ = ["AbcRule", "abc"]

_BASES = ("value", "customers", "limits")
_ABC = ("a", "b", "c")
_PYRAMID = ("top", "major", "ordinary", "small")


def _numbers(values: Any) -> Any:
    return None if values is None else read_cuts(values)


def _as_codes(classes: Any) -> tuple[str, ...]:
    return tuple(classes)


@attrs.frozen(kw_only=True)
class AbcRule(Rule):
    """Classes of customers by importance (ABC 分类法).

    As it is constructed, the rule says how classes are cut; `learn` finds the limits that
    this means for certain customers, and gives a rule that classifies the customers of
    other months by the same limits.

    Parameters
    ----------
    shares : sequence of float
        Where each class but the last ends: ascending cumulative shares between 0 and 1.
    by : {"value", "customers", "limits"}
        Whether `shares` are shares of the total value, of the number of customers, or unused
        since the limits are given.
    classes : sequence of str
        The classes' codes, best first: one more than shares (or limits).
    weights : sequence of float
        One weight for each factor that decides; one factor by default.
    limits : sequence of float, optional
        The least value of each class but the last, descending.
    scales : sequence of float, optional
        Where several factors decide: what each is divided by before they are added.

    Raises
    ------
    InvalidRule
        Shares, limits, classes and weights do not fit together.
    UnknownCode
        `by` is none of the three.

    See Also
    --------
    abc : Learn and classify in one call.
    AbcRule.by_customers : The top, major, ordinary and small customers of the documents.
    AbcRule.by_limits : Limits of one's own.
    AbcRule.two_factor : By amount and potential.

    Notes
    -----
    Customers are ranked by value.  Whether a class has ended is asked of the cumulative share
    *before* each customer, so that one who alone brings 90 % of all business is an A.  Equal
    values always have the same class.  Shares are of the sum of the positive values; a customer
    with a negative value (more returned than bought) is in the last class.

    The source documents name the classes but no percentages; 80 % and 95 % are customary
    (reconstructed).

    References
    ----------
    .. [1] H. F. Dickie (1951), ABC Inventory Analysis Shoots for Dollars, Not Pennies, Factory
       Management and Maintenance 109(7), 92-94.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"revenue": [900.0, 40.0, 30.0, 20.0, 10.0]})
    >>> rule = AbcRule().learn(customers)
    >>> rule.limits
    (900.0, 30.0)
    >>> rule.classify(customers)["abc"].tolist()
    ['a', 'b', 'b', 'c', 'c']
    """

    shares: tuple[float, ...] = attrs.field(default=(0.80, 0.95), converter=read_cuts)
    by: Literal["value", "customers", "limits"] = "value"
    classes: tuple[str, ...] = attrs.field(default=_ABC, converter=_as_codes)
    weights: tuple[float, ...] = attrs.field(default=(1.0,), converter=read_cuts)
    limits: tuple[float, ...] | None = attrs.field(default=None, converter=_numbers)
    scales: tuple[float, ...] | None = attrs.field(default=None, converter=_numbers)

    def __attrs_post_init__(self) -> None:
        if self.by not in _BASES:
            raise UnknownCode("basis of an ABC rule", str(self.by), _BASES)
        complaint = _complaint(self)
        if complaint:
            raise InvalidRule(f"AbcRule: {complaint}.")

    @classmethod
    def by_customers(
        cls, shares: Sequence[float] = (0.01, 0.05, 0.20), *, classes: Sequence[str] = _PYRAMID
    ) -> Self:
        """Cut by cumulative share of customers: 1 % top, 4 % major, 15 % ordinary, 80 % small.

        Parameters
        ----------
        shares : sequence of float
            Where each class but the last ends: ascending cumulative shares of customers.
        classes : sequence of str
            The classes' codes, best first.

        Returns
        -------
        AbcRule

        Notes
        -----
        顶尖客户, 主要客户, 普通客户, 小客户.  The documents name the four classes; the
        percentages are those of Curry's pyramid (reconstructed).

        References
        ----------
        .. [1] J. Curry, A. Curry (2000), The Customer Marketing Method, Free Press.

        Examples
        --------
        >>> AbcRule.by_customers().classes
        ('top', 'major', 'ordinary', 'small')
        """
        return cls(shares=shares, by="customers", classes=classes)

    @classmethod
    def by_limits(cls, limits: Sequence[float], *, classes: Sequence[str] = _ABC) -> Self:
        """Cut at values of one's own.

        Parameters
        ----------
        limits : sequence of float
            The least value of each class but the last, descending.
        classes : sequence of str
            The classes' codes, best first.

        Returns
        -------
        AbcRule

        Examples
        --------
        >>> import pandas as pd
        >>> rule = AbcRule.by_limits((10_000, 1_000))
        >>> rule.classify(pd.DataFrame({"revenue": [10_000, 9_999, 1]}))["abc"].tolist()
        ['a', 'b', 'c']
        """
        return cls(shares=(), by="limits", classes=classes, limits=limits)

    @classmethod
    def two_factor(
        cls,
        weights: Sequence[float] = (0.5, 0.5),
        *,
        shares: Sequence[float] = (0.80, 0.95),
        classes: Sequence[str] = _ABC,
    ) -> Self:
        """Cut by amount and potential together (成交额和发展潜力).

        Parameters
        ----------
        weights : sequence of float
            The weight of the amount and that of the potential.
        shares : sequence of float
            Where each class but the last ends: ascending cumulative shares of the sum.
        classes : sequence of str
            The classes' codes, best first.

        Returns
        -------
        AbcRule
            It takes two columns: ``rule.learn(frame, value=("revenue", "potential"))``.

        Notes
        -----
        Each factor is divided by its mean, and the weighted mean of both is what customers
        are ranked by; so neither outweighs the other by the unit that it is counted in.

        Examples
        --------
        >>> import pandas as pd
        >>> customers = pd.DataFrame({"revenue": [90.0, 10.0, 0.0], "potential": [1, 0, 9]})
        >>> rule = AbcRule.two_factor()
        >>> rule.classify(customers, value=("revenue", "potential"))["abc"].tolist()
        ['a', 'c', 'a']
        """
        return cls(shares=shares, classes=classes, weights=weights)

    @property
    def learnt(self) -> bool:
        """Whether the rule knows its limits."""
        return self.limits is not None

    def learn(self, frame: Any, *, value: str | Sequence[str] = "revenue") -> Self:
        """Find the limits that the shares mean for certain customers.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        value : str or sequence of str
            The column of the value, or one column for each factor.

        Returns
        -------
        AbcRule
            The same rule with `limits` (and `scales`, where several factors decide).  A rule of
            one's own limits comes back as it is.

        Raises
        ------
        InvalidData
            There are no customers, a value is missing or infinite, or none is positive.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are more or fewer columns than factors.
        """
        door = enter(frame)
        columns = self._columns(value)
        rows = require_complete(door, *columns)["rows"]
        if self.by == "limits":
            return self
        require_rows(rows, "limits")
        scales = means(door.frame, columns, rows) if len(columns) > 1 else None
        limits = learn_limits(
            door.frame.select(__value=value_of(columns, self.weights, scales)),
            self.shares,
            of_value=self.by == "value",
            rows=rows,
            column=" + ".join(columns),
        )
        return attrs.evolve(self, scales=scales, limits=limits)

    def classify(
        self, frame: Any, *, value: str | Sequence[str] = "revenue", name: str = "abc"
    ) -> Any:
        """Add every customer's class.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        value : str or sequence of str
            The column of the value, or one column for each factor.
        name : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `name`: the code of the class.  A rule that has not learnt its
            limits learns them from these very customers.

        Raises
        ------
        InvalidData
            A value is missing or infinite; or there is nothing to learn from.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are more or fewer columns than factors.
        """
        door = enter(frame)
        columns = self._columns(value)
        if not self.learnt:
            return self.learn(frame, value=value).classify(frame, value=value, name=name)
        require_complete(door, *columns)
        value_ = value_of(columns, self.weights, self.scales)
        class_ = class_of(value_, self.limits or (), self.classes)
        return door.leave(door.frame.with_columns(class_.alias(name)))

    def table(self, frame: Any, *, value: str | Sequence[str] = "revenue") -> Any:
        """Return the table of the analysis, best customer first (ABC 分析表).

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        value : str or sequence of str
            The column of the value, or one column for each factor.

        Returns
        -------
        CustomerSummary or frame
            As it came, sorted, with ``abc_rank`` (1 for the best, equal for equal values),
            ``abc_share`` (of the sum of the positive values, 0 to 1), ``abc_cum_share`` and
            ``abc_cum_count_share`` (value and customers down to and including this value),
            and ``abc``.

        Raises
        ------
        InvalidData
            A value is missing or infinite; there are no customers, or none with a positive value.
        """
        if not self.learnt:
            return self.learn(frame, value=value).table(frame, value=value)
        door, columns = enter(frame), self._columns(value)
        rows = require_complete(door, *columns)["rows"]
        require_rows(rows, "a table")
        value_ = value_of(columns, self.weights, self.scales)
        total = positive_total(door.frame.select(__value=value_), rows, " + ".join(columns))
        ranked = rank_by_value(door.frame.with_columns(__value=value_), total, rows)
        class_ = class_of(nw.col("__value"), self.limits or (), self.classes)
        return door.leave(ranked.with_columns(abc=class_).drop("__value").sort("abc_rank"))

    def _columns(self, value: str | Sequence[str]) -> tuple[str, ...]:
        columns = (value,) if isinstance(value, str) else tuple(value)
        if len(columns) != len(self.weights):
            raise InvalidRule(
                f"the rule weighs {len(self.weights)} factor(s), got the columns {columns}."
            )
        return columns


def abc(
    summary: Any, *, value: str | Sequence[str] = "revenue", rule: AbcRule | None = None
) -> Any:
    """Add every customer's ABC class.

    Parameters
    ----------
    summary : CustomerSummary or frame
        One row per customer.
    value : str or sequence of str
        The column of the value, or one column for each factor of the rule.
    rule : AbcRule, optional
        Default: A up to 80 % of the value, B up to 95 %.

    Returns
    -------
    CustomerSummary or frame
        As it came, with ``abc``: "a", "b" or "c", or the rule's own codes.

    Raises
    ------
    InvalidData
        A value is missing or infinite; there are no customers, or none with a positive value.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    AbcRule.table : Ranks and cumulative shares beside the classes.

    Examples
    --------
    >>> import pandas as pd
    >>> abc(pd.DataFrame({"revenue": [70.0, 20.0, 6.0, 4.0]}))
       revenue abc
    0     70.0   a
    1     20.0   a
    2      6.0   b
    3      4.0   c
    """
    return (rule or AbcRule()).classify(summary, value=value)


def _complaint(rule: AbcRule) -> str:
    """Say what does not fit together in a rule, or nothing."""
    ends = rule.shares if rule.by != "limits" else rule.limits or ()
    if not ends:
        return "it needs at least one " + ("limit" if rule.by == "limits" else "share")
    if len(rule.classes) != len(ends) + 1:
        return f"{len(ends)} cuts make {len(ends) + 1} classes, got {rule.classes}"
    if len(set(rule.classes)) < len(rule.classes):
        return f"two classes have one name: {rule.classes}"
    if rule.by != "limits" and not _between(rule.shares):
        return f"shares must ascend between 0 and 1 (0.8, not 80), got {rule.shares}"
    if not rule.weights or min(rule.weights) < 0 or not 0 < sum(rule.weights) < inf:
        return f"weights must be 0 or more, and not all 0; got {rule.weights}"
    limits = rule.limits
    if limits is not None and (
        len(limits) != len(ends) or any(lower > upper for upper, lower in pairwise(limits))
    ):
        return f"expected {len(ends)} descending limits, got {limits}"
    if rule.scales is not None and len(rule.scales) != len(rule.weights):
        return f"{len(rule.weights)} factors need as many scales, got {rule.scales}"
    return ""


def _between(shares: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise((0.0, *shares, 1.0)))
