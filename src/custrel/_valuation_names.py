"""What the codes of valuation are called, in English and in Chinese.

The Chinese names are the documents' own where they have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

VALUATION_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "cell_action": {
            "keep_selling": ("Keep selling it", "继续销售"),
            "raise_price": ("Raise the price", "提高价格"),
            "drop_product": ("Drop the product", "取消产品"),
            "cross_sell": ("Offer it", "推销赢利产品"),
        },
        "customer_profit": {
            "profitable": ("Profitable", "赢利"),
            "mixed": ("Mixed", "混合型"),
            "losing": ("Losing", "亏损客户"),
        },
        "equity_driver": {
            "value": ("Value equity", "价值资产"),
            "brand": ("Brand equity", "品牌资产"),
            "relationship": ("Relationship equity", "关系资产"),
        },
        "investment_verdict": {
            "invest": ("Worth the investment", "值得投资"),
            "break_even": ("Breaks even", "收支相抵"),
            "drop": ("Not worth the investment", "放弃投资"),
        },
        "product_profit": {
            "profitable": ("Profitable", "赢利"),
            "zero": ("Without profit", "无利润"),
            "loss": ("At a loss", "亏损"),
        },
        "sub_driver": {
            "quality": ("Quality", "质量"),
            "price": ("Price", "价格"),
            "convenience": ("Convenience", "便利"),
            "awareness": ("Brand awareness", "品牌知晓"),
            "attitude": ("Attitude towards the brand", "品牌态度"),
            "ethics": ("Perceived brand ethics", "品牌道德"),
            "loyalty_program": ("Loyalty program", "忠诚者奖励计划"),
            "special_treatment": ("Special recognition and treatment", "特别认可与礼遇"),
            "affinity_program": ("Affinity program", "情感联系计划"),
            "community": ("Community building", "顾客社区"),
            "knowledge_building": ("Knowledge building", "知识学习"),
        },
        "triage": {
            "keep": ("Keep", "留住"),
            "develop": ("Develop", "培养"),
            "remove": ("Do without", "剔除"),
        },
    }
)
