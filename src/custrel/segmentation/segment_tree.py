"""A short tree: who belongs to which segment, said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, nan
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_code, as_float, require_complete
from custrel.errors import InvalidRule
from custrel.frames import Door, enter
from custrel.rules import Rule
from custrel.segmentation._refusals import refuse
from custrel.segmentation._tree_learning import Lesson, Node, grow, read_lesson
from custrel.segmentation._tree_words import Path, say

__all__ = ["SegmentTree", "TreeLeaf", "TreeSplit"]


def _as_values(values: Any) -> tuple[Any, ...]:
    return tuple(values)


@attrs.frozen
class TreeLeaf(Rule):
    """An end of a tree: the segment that whoever comes here belongs to.

    Parameters
    ----------
    segment : str
        The segment.
    customers : int
        How many came here of those that the tree was learnt from.
    right : int
        How many of these were in the segment.

    Raises
    ------
    InvalidRule
        More are right than there are.

    Examples
    --------
    >>> TreeLeaf("regulars", customers=50, right=48).share
    0.96
    """

    segment: str
    customers: int = attrs.field(default=0, kw_only=True)
    right: int = attrs.field(default=0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.right <= self.customers:
            raise InvalidRule(f"{self.right} of {self.customers} customers cannot be right.")

    @property
    def share(self) -> float:
        """The share of those who came here that are in the segment; NaN where nobody came."""
        return self.right / self.customers if self.customers else nan


@attrs.frozen(kw_only=True)
class TreeSplit(Rule):
    """A question that parts customers: is a number large enough, or a category one of some.

    Parameters
    ----------
    column : str
        The column.
    at_least : float, optional
        Of a number: from which value on the answer is yes.
    one_of : tuple, optional
        Of a category: for which values the answer is yes.
    yes, no : TreeSplit or TreeLeaf
        What follows.

    Raises
    ------
    InvalidRule
        Neither or both of `at_least` and `one_of` are given, or the number is none.

    Examples
    --------
    >>> split = TreeSplit(column="orders", at_least=5, yes=TreeLeaf("many"), no=TreeLeaf("few"))
    >>> split.yes.segment
    'many'
    """

    column: str
    at_least: float | None = attrs.field(default=None, converter=attrs.converters.optional(float))
    one_of: tuple[Any, ...] = attrs.field(default=(), converter=_as_values)
    yes: TreeSplit | TreeLeaf
    no: TreeSplit | TreeLeaf

    def __attrs_post_init__(self) -> None:
        if (self.at_least is None) == (not self.one_of):
            raise InvalidRule(f"{self.column!r} is split either `at_least` or by being `one_of`.")
        if self.at_least is not None and not isfinite(self.at_least):
            raise InvalidRule(f"{self.column!r} is split at a number, got {self.at_least!r}.")


@attrs.frozen
class SegmentTree(Rule):
    """A few questions that say who belongs to which segment, in words (可理解性).

    `fit` learns them from customers who have a segment, however they came by it; the tree then
    explains the segments, or stands in for them where a rule is wanted that people can check.

    Parameters
    ----------
    root : TreeSplit or TreeLeaf
        The first question.

    See Also
    --------
    Clustering : Where segments come from that need an explanation.
    segment_differences : In which columns segments differ.

    Notes
    -----
    A category that did not occur when the tree was learnt is none of those that it names, and
    is answered "no".

    References
    ----------
    .. [1] L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone (1984), Classification and
       Regression Trees, Wadsworth.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"segment": ["few", "few", "many", "many"], "orders": [1, 2, 8, 9]}
    ... )
    >>> tree = SegmentTree.fit(customers, numbers=["orders"])
    >>> print(tree)
    100% of 4 customers are where the tree puts them
    many: orders at least 8 (2 customers, 100% of them many)
    few: orders below 8 (2 customers, 100% of them few)
    >>> tree.label(pd.DataFrame({"orders": [3, 30]}))["segment"].tolist()
    ['few', 'many']
    """

    root: TreeSplit | TreeLeaf

    @classmethod
    def fit(
        cls,
        labelled: Any,
        *,
        by: str = "segment",
        numbers: Sequence[str] = (),
        categories: Sequence[str] = (),
        leaves: int = 6,
        least: int = 1,
    ) -> Self:
        """Learn the questions that tell the segments apart best.

        Parameters
        ----------
        labelled : CustomerSummary or frame
            One row per customer, with the column of the segment.
        by : str
            The column of the segment.
        numbers : sequence of str
            Columns of numbers that questions may be about.
        categories : sequence of str
            Columns of categories.
        leaves : int
            How many ends there are at most; fewer are easier to read.
        least : int
            How many customers each end has at least.

        Returns
        -------
        SegmentTree

        Raises
        ------
        InvalidData
            There are no customers; or a segment, number or category is missing.
        ColumnNotFound
            A column is not there.
        InvalidRule
            No column is given; `leaves` is below 2 or `least` below 1.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.

        Notes
        -----
        Of all questions about one column that one is asked which lowers Gini's impurity,
        n (1 - sum_k p_k²), most, at the end where it lowers it most, until there are `leaves`
        ends; of two alike, the one about the column that is named first.  Two ends of one
        question that say the same segment become one.  The order of the rows changes nothing.
        """
        if not (numbers or categories):
            raise InvalidRule("expected a column to ask about: numbers=['orders'], say.")
        for name, number, lowest in ("leaves", leaves, 2), ("least", least, 1):
            if not (isinstance(number, int) and number >= lowest):
                raise InvalidRule(f"{name} is a whole number, {lowest} or more; got {number!r}.")
        door = enter(labelled)
        door.require([by])
        _require_answers(door, numbers, [by, *categories])
        lesson = Lesson(*read_lesson(door, by, numbers, categories), leaves, least)
        return cls(_frozen(grow(lesson), [*numbers, *categories], lesson))

    @property
    def leaves(self) -> tuple[TreeLeaf, ...]:
        """The ends, in the order in which they are said."""
        return tuple(leaf for leaf, _ in _paths(self.root))

    @property
    def accuracy(self) -> float:
        """The share of the customers it was learnt from whom it puts where they were."""
        customers = sum(leaf.customers for leaf in self.leaves)
        return sum(leaf.right for leaf in self.leaves) / customers if customers else nan

    def label(self, customers: Any, *, name: str = "segment") -> Any:
        """Say of every customer which segment the questions lead to.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer, perhaps others than those it was learnt from.
        name : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `name`.

        Raises
        ------
        InvalidData
            A number or category is missing.
        ColumnNotFound
            A column is not there.
        """
        door = enter(customers)
        asked = [split for _, path in _paths(self.root) for split, _ in path]
        numbers = [split.column for split in asked if split.at_least is not None]
        categories = [split.column for split in asked if split.one_of]
        _require_answers(door, numbers, categories)
        return door.leave(door.frame.with_columns(_answer(door, self.root).alias(name)))

    def words(self, language: Literal["en", "zh"] = "en", *, of: str = "segment") -> list[str]:
        """Say for each end of the tree which customers come there.

        Parameters
        ----------
        language : {"en", "zh"}
            English or Chinese.
        of : str
            Of which kind the segments are, for their labels; codes that have none are said as
            they are, and so are the columns.

        Returns
        -------
        list of str
            A line for each end: the segment and what it takes to be in it.

        Raises
        ------
        UnknownCode
            There are no words in the language.

        Examples
        --------
        >>> tree = SegmentTree(
        ...     TreeSplit(
        ...         column="orders", at_least=5, yes=TreeLeaf("champions"), no=TreeLeaf("lost")
        ...     )
        ... )
        >>> tree.words()
        ['Champions: orders at least 5', 'Lost: orders below 5']
        >>> tree.words("zh")
        ['冠军客户：orders不低于5', '已流失客户：orders低于5']
        """
        return [say(leaf, path, language, of) for leaf, path in _paths(self.root)]

    def __str__(self) -> str:
        lines = [say(leaf, path, "en", None) for leaf, path in _paths(self.root)]
        customers = sum(leaf.customers for leaf in self.leaves)
        if customers:
            said = f"{self.accuracy:.0%} of {customers:,} customers are where the tree puts them"
            lines.insert(0, said)
        return "\n".join(lines)


def _paths(node: TreeSplit | TreeLeaf, before: Path = ()) -> Iterator[tuple[TreeLeaf, Path]]:
    """Yield every end with the questions that lead to it, and their answers."""
    if isinstance(node, TreeLeaf):
        yield node, before
    else:
        yield from _paths(node.yes, (*before, (node, True)))
        yield from _paths(node.no, (*before, (node, False)))


def _answer(door: Door, node: TreeSplit | TreeLeaf) -> nw.Expr:
    if isinstance(node, TreeLeaf):
        return nw.lit(node.segment)
    if node.at_least is None:
        yes = as_code(door, node.column, node.one_of).is_in(node.one_of)
    else:
        yes = as_float(node.column) >= node.at_least
    return nw.when(yes).then(_answer(door, node.yes)).otherwise(_answer(door, node.no))


def _require_answers(door: Door, numbers: Sequence[str], categories: Sequence[str]) -> None:
    door.require([*numbers, *categories])
    if numbers:
        require_complete(door, *numbers)
    gaps = {name: (nw.col(name).is_null(), "missing value") for name in dict.fromkeys(categories)}
    refuse(door, gaps, code="missing_value", remedy="Leave these customers out, or name it.")


def _frozen(node: Node, asked: Sequence[str], lesson: Lesson) -> TreeSplit | TreeLeaf:
    if node.yes is None or node.no is None:
        most = int(node.counts.argmax())
        customers, right = int(node.counts.sum()), int(node.counts[most])
        return TreeLeaf(lesson.names[most], customers=customers, right=right)
    yes, no = (_frozen(end, asked, lesson) for end in (node.yes, node.no))
    name, number = asked[node.column], lesson.columns[node.column].ordered
    at_least, one_of = (node.value, ()) if number else (None, (node.value,))
    return TreeSplit(column=name, at_least=at_least, one_of=one_of, yes=yes, no=no)
