"""Transitions: who changed segment between two dates, from where to where, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float, require_complete, require_one_kind
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode, counted
from custrel.frames import Door, collect, count_rows, enter, require_one_engine
from custrel.labels import labels
from custrel.segmentation._counts import count_codes
from custrel.segmentation._learning import SCORES
from custrel.segmentation._refusals import refuse

__all__ = ["SegmentFlow", "Transitions", "segment_moves", "transitions"]

_MOST_REASONS = 6


@attrs.frozen
class SegmentFlow:
    """Customers who went from one segment to another.

    Parameters
    ----------
    before, after : str
        The codes of the two segments.
    customers : int
        How many they are.
    share : float
        Which share they are of those who were in the first, 0 to 1.

    Examples
    --------
    >>> print(SegmentFlow("loyal", "lost", 3, 0.25))
    loyal -> lost: 3 customers, 25% of those in loyal
    """

    before: str
    after: str
    customers: int
    share: float

    def __str__(self) -> str:
        return (
            f"{self.before} -> {self.after}: "
            f"{counted(self.customers, 'customer')}, "
            f"{100 * self.share:.3g}% of those in {self.before}"
        )


@attrs.frozen(kw_only=True)
class Transitions:
    """How many customers went from each segment to each other one between two dates.

    `transitions` makes it (客户细分的动态调整).

    Parameters
    ----------
    states : tuple of str
        The codes of the segments.
    counts : tuple of tuple of int
        Customers who are there on both dates: a row for each segment before, a column for each
        after.
    left : tuple of int
        Of each segment, the customers who are there no more.
    entered : tuple of int
        In each segment, the customers who were not there before.

    See Also
    --------
    segment_moves : The same, customer by customer.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"customer_id": [1, 2, 3], "segment": ["loyal", "loyal", "lost"]})
    >>> june = pd.DataFrame({"customer_id": [1, 2, 4], "segment": ["loyal", "lost", "loyal"]})
    >>> result = transitions(may, june)
    >>> result.states, result.counts
    (('loyal', 'lost'), ((1, 1), (0, 0)))
    >>> print(result)
    1 of 2 customers stayed in their segment (50%); 1 came, 1 went
    loyal -> lost: 1 customer, 50% of those in loyal
    """

    states: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    left: tuple[int, ...]
    entered: tuple[int, ...]

    @property
    def customers(self) -> int:
        """How many customers are there on both dates."""
        return sum(map(sum, self.counts))

    @property
    def stayed(self) -> float:
        """Which share of them is in the same segment on both, 0 to 1; NaN where there are none."""
        same = sum(row[place] for place, row in enumerate(self.counts))
        return same / self.customers if self.customers else float("nan")

    def matrix(self) -> NDArray[np.float64]:
        """Return the shares in which the customers of each segment went to each.

        Returns
        -------
        ndarray of shape (segments, segments)
            Rows are the segments before and add up to 1; a row of NaN where nobody was.
        """
        counts = np.asarray(self.counts, dtype=np.float64)
        totals = counts.sum(axis=1, keepdims=True)
        shares = np.full_like(counts, np.nan)
        np.divide(counts, totals, out=shares, where=totals > 0)
        return shares

    def flows(self, *, moved_only: bool = True) -> tuple[SegmentFlow, ...]:
        """Return the flows that there are, the largest first.

        Parameters
        ----------
        moved_only : bool
            Whether to leave out those who stayed.

        Returns
        -------
        tuple of SegmentFlow
        """
        shares = self.matrix()
        found = [
            SegmentFlow(before, after, self.counts[i][j], float(shares[i, j]))
            for i, before in enumerate(self.states)
            for j, after in enumerate(self.states)
            if self.counts[i][j] and not (moved_only and i == j)
        ]
        return tuple(sorted(found, key=lambda flow: -flow.customers))

    def __str__(self) -> str:
        same = sum(row[place] for place, row in enumerate(self.counts))
        head = (
            f"{same:,} of {self.customers:,} customers stayed in their segment "
            f"({100 * self.stayed:.3g}%); {sum(self.entered):,} came, {sum(self.left):,} went"
        )
        return "\n".join((head, *map(str, self.flows()[:5])))


def transitions(
    before: Any,
    after: Any,
    *,
    customer: str = "customer_id",
    by: str = "segment",
    states: Sequence[str] | None = None,
) -> Transitions:
    """Count who changed segment between two dates.

    Parameters
    ----------
    before, after : CustomerSummary or frame
        One row per customer on either date, labelled by the same rule.
    customer : str
        The column of the customer, in both.
    by : str
        The column of the segment (or class), in both.
    states : sequence of str, optional
        All segments, in the order to keep; default: those that occur, in their customary order
        where they have one, otherwise by name.

    Returns
    -------
    Transitions

    Raises
    ------
    InvalidData
        A customer stands twice in one frame; his id or segment is missing, or text in one frame and
        a number in the other.
    ColumnNotFound
        A column is not there.
    UnknownCode
        A segment occurs that is not among `states`.
    UnsupportedFrame
        The two frames are held by different engines.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"customer_id": [1, 2], "abc": ["a", "b"]})
    >>> june = pd.DataFrame({"customer_id": [1, 2], "abc": ["b", "b"]})
    >>> transitions(may, june, by="abc").matrix().tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    first, second = _both(before, after, customer, (by,))
    joined = first.frame.select(customer, __before=nw.col(by)).join(
        second.frame.select(customer, __after=nw.col(by)),  # type: ignore[arg-type]  # same engine
        on=customer,
        how="inner",
    )
    pairs = collect(joined.group_by("__before", "__after").agg(nw.len().alias("__customers")))
    counted = {
        (str(row["__before"]), str(row["__after"])): int(row["__customers"])
        for row in pairs.rows(named=True)
    }
    were, are = count_codes(first, by), count_codes(second, by)
    names = _order(by, {*were, *are}, states)
    counts = tuple(tuple(counted.get((i, j), 0) for j in names) for i in names)
    columns = tuple(zip(*counts, strict=True))
    return Transitions(
        states=names,
        counts=counts,
        left=tuple(were.get(n, 0) - sum(row) for n, row in zip(names, counts, strict=True)),
        entered=tuple(are.get(n, 0) - sum(col) for n, col in zip(names, columns, strict=True)),
    )


def segment_moves(
    before: Any,
    after: Any,
    *,
    customer: str = "customer_id",
    by: str = "segment",
    because: Sequence[str] = SCORES,
) -> Any:
    """Say of every customer whether he changed segment between two dates, and why.

    Parameters
    ----------
    before, after : CustomerSummary or frame
        One row per customer on either date, labelled by the same rule.
    customer : str
        The column of the customer, in both.
    by : str
        The column of the segment, in both.
    because : sequence of str
        Up to six columns of numbers, in both, whose change explains a move; by default the
        three scores.

    Returns
    -------
    frame
        Of the kind that came: one row for each customer who is there on both dates, with `by`
        and ``_before``, `by` and ``_after``, ``moved`` (true or false), the change of each
        column (its name and ``_change``), and ``why``: "recency_score down, monetary_score up",
        or "no change".

    Raises
    ------
    InvalidData
        A customer stands twice in one frame; his id or segment, or a number, is missing; or his id
        or segment is text in one frame and a number in the other.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are more than six columns in `because`.
    UnsupportedFrame
        The two frames are held by different engines.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"customer_id": [1, 2], "abc": ["a", "b"], "revenue": [9.0, 3.0]})
    >>> june = pd.DataFrame({"customer_id": [1, 2], "abc": ["b", "b"], "revenue": [4.0, 3.0]})
    >>> segment_moves(may, june, by="abc", because=["revenue"])
       customer_id abc_before abc_after  moved  revenue_change           why
    0            1          a         b   True            -5.0  revenue down
    1            2          b         b  False             0.0     no change
    """
    if len(because) > _MOST_REASONS:
        raise InvalidRule(f"because takes up to {_MOST_REASONS} columns, got {len(because)}.")
    first, second = _both(before, after, customer, (by, *because))
    old = {f"__old_{place}": as_float(column) for place, column in enumerate(because)}
    new = {f"__new_{place}": as_float(column) for place, column in enumerate(because)}
    was, is_ = f"{by}_before", f"{by}_after"
    joined = first.frame.select(customer, nw.col(by).alias(was), **old).join(
        second.frame.select(customer, nw.col(by).alias(is_), **new),  # type: ignore[arg-type]  # same engine
        on=customer,
        how="inner",
    )
    changes = {
        f"{column}_change": nw.col(f"__new_{place}") - nw.col(f"__old_{place}")
        for place, column in enumerate(because)
    }
    explained = joined.with_columns(**changes).with_columns(
        moved=nw.col(was) != nw.col(is_), why=_why(because)
    )
    return explained.select(customer, was, is_, "moved", *changes, "why").to_native()


def _both(before: Any, after: Any, customer: str, columns: Sequence[str]) -> tuple[Door, Door]:
    """Let both frames in, and refuse what cannot be joined one to one."""
    doors = enter(before), enter(after)
    require_one_engine(doors[0].frame, doors[1].frame)
    by, *numbers = columns
    for door in doors:
        door.require(
            [customer, by], remedy="SegmentMap.label() adds the segments; by= is their column."
        )
        if numbers:
            require_complete(door, *numbers)
        missing = {
            customer: (nw.col(customer).is_null(), "missing customer"),
            by: (nw.col(by).is_null(), "missing segment"),
        }
        refuse(door, missing, code="missing_value", remedy="Leave these rows out.")
        rows = count_rows(door.frame)
        twice = rows - count_rows(door.frame.select(customer).unique(subset=[customer]))
        if twice:
            raise InvalidData(
                [
                    Problem(
                        code="duplicate_customer",
                        message="a customer who stands there already",
                        column=customer,
                        count=twice,
                        remedy="Hand in one row per customer for each of the two dates.",
                    )
                ]
            )
    for column in (customer, by):
        require_one_kind(doors[0], column, doors[1], column)
    return doors


def _order(by: str, found: Iterable[str], states: Sequence[str] | None) -> tuple[str, ...]:
    """Return the segments in the order that was asked for, or in a customary one, or by name."""
    names = set(found)
    if states is not None:
        for name in sorted(names - set(states)):
            raise UnknownCode("segment among states", name, states)
        return tuple(states)
    try:
        customary = tuple(labels(by))
    except UnknownCode:
        customary = ()
    if names <= set(customary):
        return tuple(name for name in customary if name in names)
    return tuple(sorted(names))


def _why(because: Sequence[str]) -> nw.Expr:
    """Return in words which columns went up and which down."""
    number = nw.lit(0)
    for column in because:
        change = nw.col(f"{column}_change")
        direction = nw.when(change > 0).then(2).otherwise(nw.when(change < 0).then(1).otherwise(0))
        number = number * 3 + direction
    words = ("", "{} down", "{} up")
    texts = [
        ", ".join(
            words[direction].format(column)
            for column, direction in zip(because, pattern, strict=True)
            if direction
        )
        or "no change"
        for pattern in product(range(3), repeat=len(because))
    ]
    return number.replace_strict(range(len(texts)), texts, default=None, return_dtype=nw.String)
