"""DataScheme: what kind of knowledge about a customer a field holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import attrs

from custrel.errors import InvalidRule
from custrel.model._checks import as_texts, not_blank
from custrel.rules import Rule

__all__ = ["CARD_PARTS", "DATA_CLASSES", "OBJECTIVITY", "WHO_AND_HOW", "DataScheme"]

Classes = tuple[tuple[str, tuple[str, ...]], ...]


def _as_classes(classes: Any) -> Classes:
    try:
        return tuple((str(code), as_texts(words)) for code, words in dict(classes).items())
    except (TypeError, ValueError):
        raise InvalidRule(
            "DataScheme: expected classes with their words: {'who': ['name']}."
        ) from None


@attrs.frozen
class DataScheme(Rule):
    """Which class of customer data a field belongs to, by the words in its name (客户数据分类).

    Parameters
    ----------
    name : str
        What the scheme is called.
    classes : mapping of str to sequence of str
        Each class with the words that tell it, in English or Chinese.

    Raises
    ------
    InvalidRule
        There are no classes, or one word tells two of them.
    InvalidValue
        The name is blank.

    Examples
    --------
    >>> DataScheme("own", {"money": ["price", "cost"]}).of("unit_price")
    'money'
    >>> DATA_CLASSES.classify(["customer_name", "last_order", "coupon_sent", "x1"])
    {'descriptive': ('customer_name',), 'promotional': ('coupon_sent',),
    'transactional': ('last_order',), None: ('x1',)}
    """

    name: str = attrs.field(validator=not_blank)
    classes: Classes = attrs.field(converter=_as_classes)

    def __attrs_post_init__(self) -> None:
        words = [word for _, own in self.classes for word in own]
        if not words:
            raise InvalidRule(f"DataScheme {self.name!r}: there are no words to tell classes by.")
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise InvalidRule(f"DataScheme {self.name!r}: {', '.join(twice)} tells two classes.")

    def classify(self, fields: Iterable[str]) -> dict[str | None, tuple[str, ...]]:
        """Return the fields of each class.

        Parameters
        ----------
        fields : iterable of str
            The names of fields or columns.

        Returns
        -------
        dict
            Every class with its fields in the order given; None holds those that no word tells,
            so that nothing goes unseen.  The word that comes last in a name decides: an
            ``order_address`` is an address.
        """
        found: dict[str | None, list[str]] = {code: [] for code, _ in self.classes}
        for field in fields:
            found.setdefault(self.of(field), []).append(field)
        return {code: tuple(names) for code, names in found.items()}

    def of(self, field: str) -> str | None:
        """Return the class of one field, or None.

        Parameters
        ----------
        field : str
            Its name.

        Returns
        -------
        str or None
        """
        places = [
            (match.end(), len(word), code)
            for code, words in self.classes
            for word in words
            for match in re.finditer(_pattern(word), field.lower())
        ]
        return max(places)[2] if places else None


def _pattern(word: str) -> str:
    """Return the expression that finds a word in a name such as ``last_order_at``."""
    return rf"(?<![a-z]){re.escape(word)}s?(?![a-z])" if word.isascii() else re.escape(word)


_WHO = (
    "name", "age", "sex", "gender", "birthday", "address", "phone", "email", "industry",
    "occupation", "education", "姓名", "年龄", "性别", "地址", "电话", "职业", "行业",
)  # fmt: skip
_HOW = (
    "preference", "need", "interest", "habit", "concern", "satisfaction", "attitude", "loyalty",
    "opinion", "喜好", "需求", "兴趣", "习惯", "满意", "态度",
)  # fmt: skip
_DEALT = (
    "order", "purchase", "amount", "revenue", "payment", "invoice", "contract", "transaction",
    "quantity", "price", "订单", "购买", "金额", "交易", "付款", "合同",
)  # fmt: skip
_PROMOTED = (
    "campaign", "coupon", "promotion", "mailing", "newsletter", "advertisement", "offer",
    "促销", "活动", "优惠", "广告",
)  # fmt: skip

DATA_CLASSES = DataScheme(
    "data_class",
    {"descriptive": _WHO + _HOW, "promotional": _PROMOTED, "transactional": _DEALT},
)
"""Descriptive, promotional and transactional data (描述性、促销性、交易性数据, S-255).

The words are custrel's own; add those of your columns.
"""

CARD_PARTS = DataScheme(
    "card_part",
    {
        "basic": (*_WHO, "preference", "need", "喜好", "需求"),
        "satisfaction": ("satisfaction", "complaint", "opinion", "attitude", "满意", "投诉"),
        "transactions": _DEALT,
    },
)
"""The parts of a record card: basic data, satisfaction, transactions (客户资料卡三方面, S-256)."""

WHO_AND_HOW = DataScheme("who_and_how", {"who": _WHO, "how": _HOW})
"""Who a customer is, and how he is (“是谁”与“是怎样的”, S-261)."""

OBJECTIVITY = DataScheme("objectivity", {"objective": _WHO + _DEALT, "subjective": _HOW})
"""What can be observed, and what has to be asked (客观数据与主观数据, S-268)."""
