"""The satisfaction trap: customers who say that they are satisfied, and leave."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel._flaws import Flaw
from custrel._intervals import normal_quantile, wilson
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import Door, as_floats, collect, enter
from custrel.rules import Rule
from custrel.satisfaction._tables import as_frame

__all__ = ["SatisfactionTrap", "TrapIndex", "trap_index"]


@attrs.frozen(kw_only=True)
class TrapIndex:
    """How many satisfied customers leave, and whether that is the trap.

    Parameters
    ----------
    rule : SatisfactionTrap
        What counts as satisfied, and as too many.
    customers : int
        How many there are.
    satisfied : int
        How many of them are satisfied.
    index : float
        The share of the satisfied who left; NaN where nobody is satisfied.
    low, high : float
        Wilson's interval.
    dissatisfied_index : float
        The share of the others who left; NaN where there are none.

    See Also
    --------
    trap_index : Makes one.

    Examples
    --------
    >>> found = SatisfactionTrap().of_counts(satisfied=4, satisfied_left=2, others=1, others_left=1)
    >>> found.index, found.in_trap, found.surely
    (0.5, True, False)
    """

    rule: SatisfactionTrap
    customers: int
    satisfied: int
    index: float
    low: float
    high: float
    dissatisfied_index: float

    @property
    def in_trap(self) -> bool:
        """Whether more of the satisfied left than the rule lets pass."""
        return self.index > self.rule.defection

    @property
    def surely(self) -> bool:
        """Whether even the lower end of the interval is more."""
        return self.low > self.rule.defection

    def __str__(self) -> str:
        verdict = "in the trap" if self.in_trap else "not in the trap"
        sure = "" if self.surely or self.high < self.rule.defection else ", not surely"
        return (
            f"{self.index:.1%} ({self.low:.1%} to {self.high:.1%}) of {self.satisfied:,} satisfied "
            f"customers left, {self.dissatisfied_index:.1%} of {self.customers - self.satisfied:,} "
            f"others: {verdict}{sure} ({self.rule})"
        )


@attrs.frozen(kw_only=True)
class SatisfactionTrap(Rule):
    """Who counts as satisfied, and how many of them may leave (顾客满意陷阱).

    Parameters
    ----------
    satisfied_from : float
        The lowest answer of a satisfied customer.
    defection : float
        The share of the satisfied who may leave before it is the trap.
    confidence : float
        Of the interval, between 0 and 1.

    Raises
    ------
    InvalidRule
        A share is not between 0 and 1.

    Notes
    -----
    "In a highly competitive industry satisfaction and loyalty are not simply in line: satisfied
    customers may switch all the same" (满意的顾客也可能会"跳槽"), which Hart and Johnson found at
    Xerox. The documents give no threshold; a fifth is ours (own).

    References
    ----------
    .. [1] C. W. L. Hart, M. D. Johnson (1999), Growing the Trust Relationship, Marketing
       Management 8(1), 8-19.
    .. [2] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99.

    Examples
    --------
    >>> print(SatisfactionTrap(satisfied_from=8, defection=0.3))
    satisfied from 8, trap above 30%
    """

    satisfied_from: float = attrs.field(default=4.0, converter=float)
    defection: float = attrs.field(default=0.2, converter=float)
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        normal_quantile(self.confidence)
        if not 0 <= self.defection <= 1:
            raise InvalidRule(
                f"SatisfactionTrap: defection is a share between 0 and 1 (0.2, not 20); got "
                f"{self.defection!r}."
            )

    def of_counts(
        self, *, satisfied: int, satisfied_left: int, others: int = 0, others_left: int = 0
    ) -> TrapIndex:
        """Return the index from counts.

        Parameters
        ----------
        satisfied, satisfied_left : int
            How many satisfied customers there were, and how many of them left.
        others, others_left : int
            The same of the others.

        Returns
        -------
        TrapIndex

        Raises
        ------
        InvalidRule
            More left than there were, or a count is negative.
        """
        if not (0 <= satisfied_left <= satisfied and 0 <= others_left <= others):
            raise InvalidRule(
                "of each kind of customer 0 or more left, and no more than there were."
            )
        index = satisfied_left / satisfied if satisfied else float("nan")
        _, _, low, high = wilson(index, satisfied, self.confidence)
        return TrapIndex(
            rule=self,
            customers=satisfied + others,
            satisfied=satisfied,
            index=index,
            low=low,
            high=high,
            dissatisfied_index=others_left / others if others else float("nan"),
        )

    def measure(
        self,
        customers: Any,
        *,
        by: str,
        satisfaction: str = "satisfaction",
        stayed: str = "stayed",
    ) -> Any:
        """Return the index of every group.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        by : str
            The column of the group.
        satisfaction : str
            The column of satisfaction.
        stayed : str
            The column of whether he bought again: truth values, or 1 and 0.

        Returns
        -------
        frame
            Of the kind that came in, a row for each group: the group, ``customers``,
            ``satisfied``, ``index``, ``low``, ``high``, ``dissatisfied_index``, ``in_trap``.

        Raises
        ------
        InvalidData
            A value is missing, `stayed` is neither 0 nor 1, or there are no customers.
        ColumnNotFound
            A column is not there.
        """
        door = enter(customers)
        found = _count(self, door, satisfaction, stayed, by)
        columns: dict[str, list[Any]] = {by: list(found)}
        for name in (
            "customers", "satisfied", "index", "low", "high", "dissatisfied_index", "in_trap",
        ):  # fmt: skip
            columns[name] = [getattr(one, name) for one in found.values()]
        return as_frame(door, columns)

    def __str__(self) -> str:
        return f"satisfied from {self.satisfied_from:g}, trap above {self.defection:.0%}"


def trap_index(
    customers: Any,
    *,
    satisfaction: str = "satisfaction",
    stayed: str = "stayed",
    rule: SatisfactionTrap | None = None,
) -> TrapIndex:
    """Return how many satisfied customers leave (满意陷阱).

    Parameters
    ----------
    customers : frame
        A row for each customer.
    satisfaction : str
        The column of satisfaction.
    stayed : str
        The column of whether he bought again: truth values, or 1 and 0.
    rule : SatisfactionTrap, optional
        Who is satisfied, and how many may leave; default: from 4 on, a fifth.

    Returns
    -------
    TrapIndex

    Raises
    ------
    InvalidData
        A value is missing, `stayed` is neither 0 nor 1, or there are no customers.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    SatisfactionTrap.measure : The index of every group.
    fit_loyalty_curve : Where the curve is flat.

    Notes
    -----
    P(left | satisfied), with Wilson's interval.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"satisfaction": [5] * 40 + [2] * 10, "stayed": [1] * 24 + [0] * 26}
    ... )
    >>> print(trap_index(customers))
    40.0% (26.3% to 55.4%) of 40 satisfied customers left, 100.0% of 10 others:
    in the trap (satisfied from 4, trap above 20%)
    """
    return _count(rule or SatisfactionTrap(), enter(customers), satisfaction, stayed, None)[None]


def _count(
    rule: SatisfactionTrap, door: Door, satisfaction: str, stayed: str, by: str | None
) -> dict[Any, TrapIndex]:
    """Count on the engine who is satisfied and who left, by group."""
    _check(door, satisfaction, stayed, by)
    group = nw.lit("all") if by is None else nw.col(by)
    satisfied = nw.when(as_float(satisfaction) >= rule.satisfied_from).then(1).otherwise(0)
    table = collect(
        door.frame.select(group=group, satisfied=satisfied, left=1 - as_float(stayed))
        .group_by("group", "satisfied")
        .agg(nw.len().alias("n"), nw.col("left").sum())
    )
    found: dict[Any, dict[int, tuple[int, int]]] = {}
    totals = zip(
        table.get_column("group").to_list(),
        *(
            as_floats(table.get_column(name)).astype(int).tolist()
            for name in ("satisfied", "n", "left")
        ),
        strict=True,
    )
    for name, kind, n, left in totals:
        found.setdefault(name, {})[kind] = (n, left)
    order = sorted(found, key=lambda name: (type(name).__name__, name))
    return {
        None if by is None else name: rule.of_counts(
            satisfied=found[name].get(1, (0, 0))[0],
            satisfied_left=found[name].get(1, (0, 0))[1],
            others=found[name].get(0, (0, 0))[0],
            others_left=found[name].get(0, (0, 0))[1],
        )
        for name in order
    }


def _check(door: Door, satisfaction: str, stayed: str, by: str | None) -> None:
    """Refuse gaps, what is neither true nor false, and nobody to count."""
    door.require([satisfaction, stayed, by])
    there = as_float(stayed)
    neither = (there != 0) & (there != 1)
    flaws = [Flaw(neither, "neither", "neither 1 (stayed) nor 0 (left)", stayed)]
    if by is not None:
        flaws.append(Flaw(nw.col(by).is_null(), "missing_key", "missing group", by))
    numbers = door.with_truth_as_numbers(stayed)
    if not require_complete(numbers, satisfaction, stayed, flaws=flaws)["rows"]:
        message = "there is no customer to count"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
