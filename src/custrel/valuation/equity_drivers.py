"""What drives customer equity: value, brand, relationship; and when each of them matters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import attrs

__all__ = ["EquityDriver", "MarketConditions", "SubDriver"]


class EquityDriver(StrEnum):
    """The three drivers of customer equity (顾客资产驱动因素).

    Examples
    --------
    >>> EquityDriver("brand")
    <EquityDriver.BRAND: 'brand'>
    """

    VALUE = "value"
    BRAND = "brand"
    RELATIONSHIP = "relationship"


class SubDriver(StrEnum):
    """What each driver consists of (亚驱动因素): reconstructed from Rust, Zeithaml and Lemon.

    Examples
    --------
    >>> SubDriver("convenience").driver
    <EquityDriver.VALUE: 'value'>
    >>> [sub.value for sub in SubDriver if sub.driver is EquityDriver.BRAND]
    ['awareness', 'attitude', 'ethics']
    """

    QUALITY = "quality"
    PRICE = "price"
    CONVENIENCE = "convenience"
    AWARENESS = "awareness"
    ATTITUDE = "attitude"
    ETHICS = "ethics"
    LOYALTY_PROGRAM = "loyalty_program"
    SPECIAL_TREATMENT = "special_treatment"
    AFFINITY_PROGRAM = "affinity_program"
    COMMUNITY = "community"
    KNOWLEDGE_BUILDING = "knowledge_building"

    @property
    def driver(self) -> EquityDriver:
        """The driver that it is part of."""
        return _DRIVER_OF[self.value]


_DRIVER_OF: Mapping[str, EquityDriver] = MappingProxyType(
    {
        **dict.fromkeys(("quality", "price", "convenience"), EquityDriver.VALUE),
        **dict.fromkeys(("awareness", "attitude", "ethics"), EquityDriver.BRAND),
        **dict.fromkeys(
            (
                "loyalty_program",
                "special_treatment",
                "affinity_program",
                "community",
                "knowledge_building",
            ),
            EquityDriver.RELATIONSHIP,
        ),
    }
)


@attrs.frozen(kw_only=True)
class MarketConditions:
    """What holds in a market, of the thirteen conditions that make a driver matter.

    Parameters
    ----------
    products_differ : bool
        Competing products clearly differ (相互竞争的产品存在明显的差异); value.
    complex_decision : bool
        The decision to buy is very complex (购买决策过程非常复杂); value.
    between_firms : bool
        Firms buy from firms (企业与企业之间的交易); value.
    innovative_offer : bool
        The firm launches innovative products or services (推出创新的产品或服务); value.
    mature_products : bool
        Mature products are to be revived (激活成熟期产品); value.
    low_involvement : bool
        Buyers are little involved and decide simply (投入程度低); brand.
    used_in_public : bool
        The product is used where others see it (公开场合使用的产品); brand.
    shared_experience : bool
        Experience with it can be shared or taught (分享或传授产品消费经验); brand.
    credence_goods : bool
        Its quality must be taken on trust (信誉性属性为主的产品服务); brand.
    community_matters : bool
        The community of customers matters as much as the product (顾客社区同样重要); relationship.
    mutual_learning : bool
        Firm and customer can learn from each other (相互学习关系); relationship.
    customer_must_end : bool
        The service goes on until the customer ends it (主动决定终止消费的服务); relationship.
    rewards_beyond_money : bool
        Loyalty programs are felt to be worth clearly more than their money
        (忠诚者奖励计划); relationship.

    Notes
    -----
    The documents' question asks for drivers and sub-drivers, and their answer lists these
    conditions; the sub-drivers are `SubDriver`.

    References
    ----------
    .. [1] R. T. Rust, V. A. Zeithaml, K. N. Lemon (2000), Driving Customer Equity, Free Press.

    Examples
    --------
    >>> airline = MarketConditions(
    ...     products_differ=True, mutual_learning=True, rewards_beyond_money=True
    ... )
    >>> airline.dominant
    (<EquityDriver.RELATIONSHIP: 'relationship'>,)
    >>> airline.salience[EquityDriver.VALUE]
    0.2
    """

    products_differ: bool = False
    complex_decision: bool = False
    between_firms: bool = False
    innovative_offer: bool = False
    mature_products: bool = False
    low_involvement: bool = False
    used_in_public: bool = False
    shared_experience: bool = False
    credence_goods: bool = False
    community_matters: bool = False
    mutual_learning: bool = False
    customer_must_end: bool = False
    rewards_beyond_money: bool = False

    @property
    def salience(self) -> Mapping[EquityDriver, float]:
        """Which share of its conditions hold for each driver, 0 to 1."""
        held = attrs.asdict(self)
        return MappingProxyType(
            {
                driver: sum(held[name] for name in names) / len(names)
                for driver, names in _CONDITIONS.items()
            }
        )

    @property
    def dominant(self) -> tuple[EquityDriver, ...]:
        """The driver of which most conditions hold; several where it is a tie, none where none do."""
        most = max(self.salience.values())
        return tuple(d for d, share in self.salience.items() if share == most and most > 0)


_CONDITIONS: Mapping[EquityDriver, tuple[str, ...]] = MappingProxyType(
    {
        EquityDriver.VALUE: (
            "products_differ",
            "complex_decision",
            "between_firms",
            "innovative_offer",
            "mature_products",
        ),
        EquityDriver.BRAND: (
            "low_involvement",
            "used_in_public",
            "shared_experience",
            "credence_goods",
        ),
        EquityDriver.RELATIONSHIP: (
            "community_matters",
            "mutual_learning",
            "customer_must_end",
            "rewards_beyond_money",
        ),
    }
)
