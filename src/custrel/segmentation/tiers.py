"""Tiers: the documents' schemes of customer classes, and how many customers each should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite
from types import MappingProxyType
from typing import Any, Literal

import attrs
import numpy as np

from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.segmentation._counts import count_classes
from custrel.segmentation.abc import AbcRule

__all__ = [
    "SAFE_STRUCTURE",
    "TIER_SCHEMES",
    "ClassBudget",
    "StructureTarget",
    "TierScheme",
    "build_up",
]

_PER = ("customer", "class")


def _as_codes(codes: Any) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)


@attrs.frozen
class TierScheme(Rule):
    """The names of customer classes that belong together, the best first.

    Parameters
    ----------
    tiers : sequence of str
        The codes, the best first.

    Raises
    ------
    InvalidRule
        There are fewer than two, or two with one name.

    See Also
    --------
    TIER_SCHEMES : The schemes of the source documents.
    AbcRule : What a scheme becomes when it is said where the tiers end.

    Examples
    --------
    >>> import pandas as pd
    >>> cards = TierScheme(("gold", "silver", "plain")).by_limits((50_000, 5_000))
    >>> cards.classify(pd.DataFrame({"revenue": [60_000, 10]}), name="card")["card"].tolist()
    ['gold', 'plain']
    """

    tiers: tuple[str, ...] = attrs.field(converter=_as_codes)

    def __attrs_post_init__(self) -> None:
        if len(set(self.tiers)) < max(2, len(self.tiers)):
            raise InvalidRule(f"a scheme needs two or more tiers of different names: {self.tiers}.")

    def rank(self, tier: str) -> int:
        """Return a tier's rank, 1 for the best.

        Parameters
        ----------
        tier : str
            Its code.

        Returns
        -------
        int

        Raises
        ------
        UnknownCode
            The scheme has no such tier.
        """
        if tier not in self.tiers:
            raise UnknownCode("tier of this scheme", tier, self.tiers)
        return self.tiers.index(tier) + 1

    def by_value(self, shares: Sequence[float], *, weights: Sequence[float] = (1.0,)) -> AbcRule:
        """Cut the tiers by cumulative share of the value.

        Parameters
        ----------
        shares : sequence of float
            Where each tier but the last ends, ascending between 0 and 1.
        weights : sequence of float
            One weight for each column that makes up the value; one column by default.

        Returns
        -------
        AbcRule
        """
        return AbcRule(shares=shares, classes=self.tiers, weights=weights)

    def by_customers(
        self, shares: Sequence[float], *, weights: Sequence[float] = (1.0,)
    ) -> AbcRule:
        """Cut the tiers by cumulative share of the customers.

        Parameters
        ----------
        shares : sequence of float
            Where each tier but the last ends, ascending between 0 and 1.
        weights : sequence of float
            One weight for each column that makes up the value; one column by default.

        Returns
        -------
        AbcRule

        Notes
        -----
        客户价值区间: the documents put customers into 大, 重要, 普通 and 小客户 by five columns
        (客户响应力、客户销售收入、客户利润贡献、忠诚度、推荐成交量) and give no cuts.  Each column
        counts in units of its mean.

        Examples
        --------
        >>> import pandas as pd
        >>> customers = pd.DataFrame(
        ...     {
        ...         "response": [0.4, 0.1, 0.2, 0.0],
        ...         "revenue": [900, 80, 300, 10],
        ...         "profit": [200, 10, 90, 1],
        ...         "loyalty": [0.9, 0.3, 0.8, 0.1],
        ...         "referred_deals": [3, 0, 1, 0],
        ...     }
        ... )
        >>> rule = TIER_SCHEMES["value"].by_customers((0.2, 0.4, 0.7), weights=(1, 1, 1, 1, 1))
        >>> rule.classify(customers, value=[*customers])["abc"].tolist()
        ['big', 'ordinary', 'important', 'small']
        """
        return AbcRule(shares=shares, by="customers", classes=self.tiers, weights=weights)

    def by_limits(self, limits: Sequence[float]) -> AbcRule:
        """Cut the tiers at values of one's own.

        Parameters
        ----------
        limits : sequence of float
            The least value of each tier but the last, descending.

        Returns
        -------
        AbcRule
        """
        return AbcRule.by_limits(limits, classes=self.tiers)


TIER_SCHEMES: Mapping[str, TierScheme] = MappingProxyType(
    {
        "abc": TierScheme(("a", "b", "c")),
        "pyramid": TierScheme(("top", "major", "ordinary", "small")),
        "value": TierScheme(("big", "important", "ordinary", "small")),
        "service": TierScheme(("high", "middle", "low")),
        "catering": TierScheme(("main", "general", "sporadic")),
        "cards": TierScheme(("platinum_card", "gold_card", "silver_card", "ordinary_card")),
        "accounts": TierScheme(("global_account", "large_account", "smaller_account")),
        "key_accounts": TierScheme(("key_account", "b", "c")),
    }
)
"""The documents' schemes of customer classes.

甲/乙/丙; 顶尖/主要/普通/小; 大/重要/普通/小; 高级/中级/低级; 主力/一般/零散; 白金卡/金卡/银卡/普通卡;
全球/大型/中小; 大客户/B类/C类.  ``label(code, "zh", of="tier")`` gives the names, for the tiers of
service ``of="service_tier"``.  常规/潜力/关键/临时 are not ranked: `MANAGEMENT_CLASSES`.
"""


def _whole(number: float) -> int:
    if not float(number).is_integer():
        raise ValueError
    return int(number)


def _as_ranges(ranges: Any) -> tuple[tuple[str, int, int], ...]:
    try:
        return tuple((str(name), _whole(low), _whole(high)) for name, low, high in ranges)
    except (TypeError, ValueError):
        raise InvalidRule(
            "expected rows of class, least and most customers: [('a', 100, 200), ...]."
        ) from None


@attrs.frozen
class StructureTarget(Rule):
    """How many customers each class should have (安全的客户结构).

    Parameters
    ----------
    ranges : sequence of (class, least, most)
        For each class, the least and the greatest number of customers.

    Raises
    ------
    InvalidRule
        There are none, a class stands twice, or a range is not 0 <= least <= most.

    See Also
    --------
    SAFE_STRUCTURE : The documents' target.

    Examples
    --------
    >>> import pandas as pd
    >>> target = StructureTarget([("a", 1, 2), ("b", 3, 9)])
    >>> target.check(pd.DataFrame({"abc": ["a", "a", "b"]}))
      abc  customers  least  most status  gap
    0   a          2      1     2     ok    0
    1   b          1      3     9  below   -2
    """

    ranges: tuple[tuple[str, int, int], ...] = attrs.field(converter=_as_ranges)

    def __attrs_post_init__(self) -> None:
        if not self.ranges or len(set(self.classes)) < len(self.ranges):
            raise InvalidRule(f"expected one range for each of some classes, got {self.ranges}.")
        for name, low, high in self.ranges:
            if not 0 <= low <= high:
                raise InvalidRule(
                    f"class {name!r}: expected 0 <= least <= most, got {low}, {high}."
                )

    @property
    def classes(self) -> tuple[str, ...]:
        """The codes of the classes."""
        return tuple(name for name, _, _ in self.ranges)

    def check(self, frame: Any, *, by: str = "abc") -> Any:
        """Compare the numbers of customers with the target.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        by : str
            The column of the class.

        Returns
        -------
        frame
            Of the kind that came: one row per class, with `by`, ``customers``, ``least``,
            ``most``, ``status`` ("below", "ok" or "above") and ``gap``, the number of customers
            missing (negative) or too many (positive).

        Raises
        ------
        InvalidData
            A customer is in no class that has a target.
        ColumnNotFound
            The column is not there.
        """
        door = enter(frame)
        counts = count_classes(door, by, self.classes)
        gaps = [
            min(0, count - low) + max(0, count - high)
            for count, (_, low, high) in zip(counts, self.ranges, strict=True)
        ]
        status = ["below" if gap < 0 else "above" if gap > 0 else "ok" for gap in gaps]
        return door.table(
            {
                by: np.array(self.classes),
                "customers": np.array(counts),
                "least": np.array([low for _, low, _ in self.ranges]),
                "most": np.array([high for _, _, high in self.ranges]),
                "status": np.array(status),
                "gap": np.array(gaps),
            }
        )

    def safety(self, frame: Any, *, by: str = "abc") -> float:
        """Return the share of classes whose numbers are within the target.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        by : str
            The column of the class.

        Returns
        -------
        float
            0 to 1.
        """
        counts = count_classes(enter(frame), by, self.classes)
        within = [
            low <= count <= high for count, (_, low, high) in zip(counts, self.ranges, strict=True)
        ]
        return sum(within) / len(within)


SAFE_STRUCTURE = StructureTarget((("a", 100, 200), ("b", 200, 300), ("c", 300, 500)))
"""The documents' structure: 甲类 100-200, 乙类 200-300, 丙类 300-500 customers, 1,000 in all."""


def build_up(per_day: float = 5, *, months: float, workdays: float = 20) -> float:
    """Return how many customers are found in some months at so many a day (数量决定质量).

    Parameters
    ----------
    per_day : float
        New customers worth the name on each working day.
    months : float
        For how many months.
    workdays : float
        Working days of a month.

    Returns
    -------
    float
        Customers.

    Raises
    ------
    InvalidRule
        A number is negative or infinite.

    Examples
    --------
    >>> build_up(5, months=1), build_up(5, months=12)
    (100, 1200)
    """
    for name, number in ("per_day", per_day), ("months", months), ("workdays", workdays):
        if not 0 <= number < inf:
            raise InvalidRule(f"{name} must be 0 or more, got {number!r}.")
    return per_day * workdays * months


def _as_weights(weights: Any) -> tuple[tuple[str, float], ...]:
    pairs = weights.items() if isinstance(weights, Mapping) else weights
    return tuple((str(name), float(weight)) for name, weight in pairs)


@attrs.frozen
class ClassBudget(Rule):
    """How time or money is divided among classes of customers (将时间分配给最有价值的客户).

    Parameters
    ----------
    weights : mapping of str to float
        What each class is worth, 0 or more.
    per : {"customer", "class"}
        Whether a weight is that of one customer, so that a class gets the more the more it
        has; or that of the class, which its customers share.

    Raises
    ------
    InvalidRule
        A weight is negative or infinite, or all are 0.
    UnknownCode
        `per` is neither of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> rule = ClassBudget({"a": 10, "b": 3, "c": 1})
    >>> rule.allocate(pd.DataFrame({"abc": ["a", "b", "b", "c"]}), total=34)
      abc  customers  weight  budget  per_customer
    0   a          1    10.0    20.0          20.0
    1   b          2     3.0    12.0           6.0
    2   c          1     1.0     2.0           2.0
    """

    weights: tuple[tuple[str, float], ...] = attrs.field(converter=_as_weights)
    per: Literal["customer", "class"] = attrs.field(default="customer", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.per not in _PER:
            raise UnknownCode("basis of a budget", str(self.per), _PER)
        values = [weight for _, weight in self.weights]
        if not all(weight >= 0 and isfinite(weight) for weight in values) or not sum(values):
            raise InvalidRule(f"weights must be 0 or more, and not all 0; got {self.weights}.")
        if len({name for name, _ in self.weights}) < len(self.weights):
            raise InvalidRule(f"a class stands twice: {self.weights}.")

    def allocate(self, frame: Any, *, total: float, by: str = "abc") -> Any:
        """Divide a total among the classes and their customers.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        total : float
            What there is: hours, money.
        by : str
            The column of the class.

        Returns
        -------
        frame
            Of the kind that came: one row per class, with `by`, ``customers``, ``weight``,
            ``budget`` (they add up to the total; nothing for a class without customers) and
            ``per_customer``.

        Raises
        ------
        InvalidData
            A customer is in no class that has a weight, or none in one with a weight above 0.
        ColumnNotFound
            The column is not there.
        InvalidRule
            The total is negative or infinite.
        """
        if not 0 <= total < inf:
            raise InvalidRule(f"total must be 0 or more, got {total!r}.")
        door = enter(frame)
        classes = [name for name, _ in self.weights]
        counts = count_classes(door, by, classes)
        parts = [
            weight * (count if self.per == "customer" else min(count, 1))
            for count, (_, weight) in zip(counts, self.weights, strict=True)
        ]
        if not sum(parts):
            message = "no customer is in a class with a weight above 0"
            raise InvalidData([Problem(code="nobody", message=message, column=by, count=0)])
        number = np.array(counts)
        budgets = total * np.array(parts) / sum(parts)
        return door.table(
            {
                by: np.array(classes),
                "customers": number,
                "weight": np.array([weight for _, weight in self.weights]),
                "budget": budgets,
                "per_customer": budgets / np.maximum(number, 1),
            }
        )
