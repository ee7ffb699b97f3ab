"""Portfolios: ready-made grids that place customers by what the documents ask about them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.frames import enter
from custrel.model.customer import ManagementClass
from custrel.segmentation._refusals import require_there
from custrel.segmentation.grid import Axis, Grid

__all__ = [
    "CLIENT_PORTFOLIO",
    "CUSTOMER_STATUS",
    "GOLDEN_CUSTOMERS",
    "MANAGEMENT_CLASSES",
    "PRODUCT_DEMAND",
    "SERVICE_POLICY",
    "VALUE_POSITIONS",
    "VOLUME_PROFIT",
    "product_demand",
]

_YES_NO = ("no", "yes")


def _flag(column: str) -> Axis:
    return Axis(column, cuts=(1,), levels=_YES_NO)


CLIENT_PORTFOLIO = Grid(
    (Axis("market_growth", cuts=(0,)), Axis("product_prospect", cuts=(0,))),
    (
        ("high", "high", "star"),
        ("low", "high", "mature"),
        ("high", "low", "hazardous"),
        ("low", "low", "dog"),
    ),
    name="portfolio",
    advice=MappingProxyType(
        {
            "star": "invest_further",
            "mature": "maintain",
            "hazardous": "improve_offer",
            "dog": "withdraw",
        }
    ),
)
"""Customers by the growth of their market and the prospects of our product in it.

明星型, 成熟型, 危险型, 瘦狗型客户.  The documents place the last only (slow market, poor product);
the other three and the advice are reconstructed after the growth-share matrix.  Both axes are
cut at 0: growth as a rate, prospects as a score around 0; ``attrs.evolve`` gives other cuts.
"""

PRODUCT_DEMAND = Grid(
    (_flag("profitable"), _flag("break_even"), _flag("loss_making")),
    (
        ("yes", "*", "yes", "dangerous"),
        ("yes", "yes", "no", "silver"),
        ("yes", "no", "no", "golden"),
        ("no", "*", "yes", "eliminate"),
        ("no", "yes", "no", "ordinary"),
        ("no", "no", "no", "no_demand"),
    ),
    name="demand_class",
    advice=MappingProxyType(
        {
            "golden": "thank_and_keep",
            "silver": "maintain",
            "ordinary": "offer_profitable",
            "dangerous": "raise_price_or_drop_product",
            "eliminate": "withdraw",
            "no_demand": "offer_profitable",
        }
    ),
)
"""Customers by the profitability of the products that they demand (按产品盈利性需求的客户分类).

Profitable and loss-making ones together make a customer 危险客户: that the documents say.
黄金, 白银, 普通 and 淘汰客户 are reconstructed; break-even and loss-making products together
without a profitable one count as 淘汰 (own).  A customer of break-even products alone is
ordinary, and not to be given up.  `product_demand` makes the three columns.
"""

VALUE_POSITIONS = Grid(
    (Axis("current_value", learn=0.5), Axis("potential_value", learn=0.5)),
    (
        ("high", "high", "leading"),
        ("high", "low", "saturated"),
        ("low", "high", "promising_value"),
        ("low", "low", "marginal"),
    ),
    name="value_position",
    advice=MappingProxyType(
        {
            "leading": "thank_and_keep",
            "saturated": "maintain",
            "promising_value": "invest_further",
            "marginal": "low_cost",
        }
    ),
)
"""Customers by current and potential value (当前价值×潜在价值), each cut at the median.

Reconstructed: the documents give the two sets of indicators and do not draw the matrix.
"""

VOLUME_PROFIT = Grid(
    (Axis("volume", learn=0.5), Axis("unit_margin", learn=0.5)),
    (
        ("high", "high", "volume_and_profit"),
        ("high", "low", "volume"),
        ("low", "high", "profit"),
        ("low", "low", "minor"),
    ),
    name="volume_profit",
    advice=MappingProxyType(
        {
            "volume_and_profit": "thank_and_keep",
            "volume": "maintain",
            "profit": "customize",
            "minor": "low_cost",
        }
    ),
)
"""Customers by volume and margin: 销量客户 and 利润客户, each axis cut at the median.

Of volume customers the documents say that a unit sold to them earns little, yet that they
share the fixed cost, make the firm known and so allow customized service for profit customers.
"""

GOLDEN_CUSTOMERS = Grid(
    (Axis("revenue", learn=0.8), Axis("variation", learn=0.2)),
    (("high", "low", "golden"), ("high", "high", "unsteady"), ("low", "*", "other")),
    name="golden",
)
"""Customers who spend most and are the steadiest (黄金客户: 消费额最高、最为稳定).

The top fifth by revenue; of them the golden ones vary less from period to period than four
fifths of all customers do.  The quantiles are reconstructed; `demand_variation` makes the
column ``variation``.
"""

MANAGEMENT_CLASSES = Grid(
    (
        Axis("orders", cuts=(2,), levels=("single", "repeated")),
        Axis("revenue", learn=0.8),
        Axis("growth", cuts=(0.1,)),
    ),
    (
        ("single", "*", "*", ManagementClass.TEMPORARY),
        ("repeated", "high", "*", ManagementClass.KEY),
        ("repeated", "low", "high", ManagementClass.PROMISING),
        ("repeated", "low", "low", ManagementClass.REGULAR),
    ),
    name="management_class",
)
"""Regular, promising, key and temporary customers (常规、潜力、关键、临时客户).

The documents name the four from the angle of management and rank them nowhere; who is which is
reconstructed: a single purchase is temporary, the top fifth by revenue is key, growth of 10 %
or more is promising, everyone else regular.  The codes are those of `ManagementClass`.
"""

CUSTOMER_STATUS = Grid(
    (
        Axis("orders", cuts=(1, 2), levels=("none", "one", "several")),
        Axis("satisfaction", cuts=(0.5,)),
        Axis("attachment", cuts=(0.5,)),
    ),
    (
        ("none", "*", "*", "prospect"),
        ("*", "low", "*", "about_to_defect"),
        ("one", "high", "*", "one_time"),
        ("several", "high", "high", "loyal_customer"),
        ("several", "high", "low", "satisfied_customer"),
    ),
    name="status",
)
"""Who is a prospect, a one-time, a satisfied, a loyal customer, and who is about to defect.

潜在客户, 做一次生意的客户, 较满意和很满意的客户, 忠诚的客户, 不满意和准备背离的客户.  The documents
list the classes; the order of the questions is reconstructed.  Satisfaction and attachment (the
intention to come back) run from 0 to 1.
"""

SERVICE_POLICY = Grid(
    (
        Axis("tier", levels=("low", "middle", "high")),
        _flag("upgradable"),
        _flag("must_drop"),
        _flag("bad_quality"),
    ),
    (
        ("high", "*", "*", "*", "dedicated_team"),
        ("middle", "yes", "*", "*", "nurture"),
        ("middle", "no", "*", "*", "reduce_service"),
        ("low", "*", "*", "yes", "firm_exit"),
        ("low", "*", "yes", "no", "reasonable_exit"),
        ("low", "*", "no", "no", "review"),
    ),
    name="service",
)
"""What service a customer of a tier is given (客户分级与分级服务).

High: an organization of its own (成立专门机构).  Middle: brought up to high where that can be
(努力培养), otherwise less service at less cost (减少服务，降低成本).  Low: first asked whether the
customer must go at all (是不是非淘汰不可), then reasonably (合理淘汰) or, where of bad quality,
firmly let go (坚决淘汰劣质客户).
"""


def product_demand(
    purchases: Any,
    *,
    customer: str = "customer_id",
    margin: str = "margin",
    tolerance: float = 0.0,
) -> Any:
    """Say of every customer which products he demands: profitable, break-even, loss-making.

    Parameters
    ----------
    purchases : frame
        One row for each customer and product (or order line).
    customer : str
        The column of the customer.
    margin : str
        The column of what the product earns; its sign is read.
    tolerance : float
        Up to which margin, above or below 0, a product breaks even.

    Returns
    -------
    frame
        Of the kind that came: one row per customer, with ``profitable``, ``break_even`` and
        ``loss_making``: 1 where he demands such a product, else 0.

    Raises
    ------
    InvalidData
        A customer is missing, or a margin missing or infinite.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    PRODUCT_DEMAND : Names the customers by the three columns.

    Examples
    --------
    >>> import pandas as pd
    >>> purchases = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b", "c"], "margin": [4.0, -1.0, 2.0, 0.0]}
    ... )
    >>> demand = PRODUCT_DEMAND.classify(product_demand(purchases)).sort_values("customer_id")
    >>> demand["demand_class"].tolist()
    ['dangerous', 'golden', 'ordinary']
    """
    door = enter(purchases)
    require_there(door, customer)
    require_complete(door, margin)
    earned = as_float(margin)
    kinds = {
        "profitable": earned > tolerance,
        "break_even": (earned >= -tolerance) & (earned <= tolerance),
        "loss_making": earned < -tolerance,
    }
    marks = {name: nw.when(flag).then(1).otherwise(0) for name, flag in kinds.items()}
    marked = door.frame.select(nw.col(customer), **marks)
    return marked.group_by(customer).agg(*[nw.col(name).max() for name in kinds]).to_native()
