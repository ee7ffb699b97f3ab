"""What a tree says of each of its ends, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING

from custrel.errors import UnknownCode
from custrel.labels import label_or_code

if TYPE_CHECKING:
    from custrel.segmentation.segment_tree import TreeLeaf, TreeSplit

Path = tuple[tuple["TreeSplit", bool], ...]
"""The questions that lead to an end, and their answers."""

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "at_least": "{column} at least {low:g}",
                "below": "{column} below {high:g}",
                "between": "{column} from {low:g} to below {high:g}",
                "one_of": "{column} {values}",
                "none_of": "{column} not {values}",
                "or": " or ",
                "and": " and ",
                "all": "all customers",
                "path": "{segment}: {conditions}",
                "counted": "{segment}: {conditions} ({customers:,} customers, {share:.0%} of them "
                "{segment})",
            }
        ),
        "zh": MappingProxyType(
            {
                "at_least": "{column}不低于{low:g}",
                "below": "{column}低于{high:g}",
                "between": "{column}不低于{low:g}且低于{high:g}",
                "one_of": "{column}为{values}",
                "none_of": "{column}不为{values}",
                "or": "或",
                "and": "，",
                "all": "全部客户",
                "path": "{segment}：{conditions}",
                "counted": "{segment}：{conditions}（{customers:,}位客户，其中{share:.0%}为{segment}）",
            }
        ),
    }
)


def say(leaf: TreeLeaf, path: Path, language: str, of: str | None) -> str:
    """Say which customers come to an end, under the labels of a kind or as the codes are."""
    if language not in _WORDS:
        raise UnknownCode("language with words", language, _WORDS)
    words = _WORDS[language]
    segment = leaf.segment if of is None else label_or_code(leaf.segment, language, of=of)
    conditions = words["and"].join(_conditions(path, words)) or words["all"]
    return words["counted" if leaf.customers else "path"].format(
        segment=segment, conditions=conditions, customers=leaf.customers, share=leaf.share
    )


def _conditions(path: Path, words: Mapping[str, str]) -> Iterator[str]:
    """Say what all answers about each column amount to."""
    for column in dict.fromkeys(split.column for split, _ in path):
        answers = [(split, yes) for split, yes in path if split.column == column]
        yield from _range(column, answers, words)
        yield from _choice(column, answers, words)


def _range(
    column: str, answers: Sequence[tuple[TreeSplit, bool]], words: Mapping[str, str]
) -> Iterator[str]:
    cuts = [(split.at_least, yes) for split, yes in answers if split.at_least is not None]
    low = max((cut for cut, yes in cuts if yes), default=-inf)
    high = min((cut for cut, yes in cuts if not yes), default=inf)
    if cuts:
        kind = "below" if low == -inf else "at_least" if high == inf else "between"
        yield words[kind].format(column=column, low=low, high=high)


def _choice(
    column: str, answers: Sequence[tuple[TreeSplit, bool]], words: Mapping[str, str]
) -> Iterator[str]:
    """Say which categories are left; those that are ruled out only where none is chosen."""
    chosen = [split.one_of for split, yes in answers if split.one_of and yes]
    out = [value for split, yes in answers if not yes for value in split.one_of]
    left = out
    if chosen:
        left = [v for v in chosen[0] if v not in out and all(v in values for values in chosen)]
    if left:
        kind = "one_of" if chosen else "none_of"
        yield words[kind].format(column=column, values=words["or"].join(map(str, left)))
