"""What the codes of segmentation are called, in English and in Chinese.

The Chinese names are the documents' own where they have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SEGMENTATION_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "advice": {
            "invest_further": ("Invest further", "重点投入"),
            "maintain": ("Maintain", "维持"),
            "improve_offer": ("Improve the offer or leave", "改进产品或退出"),
            "withdraw": ("Withdraw", "退出"),
            "customize": ("Customize the offer", "个性化定制"),
            "offer_profitable": ("Offer profitable products", "推销赢利产品"),
            "raise_price_or_drop_product": (
                "Raise the price or drop the product",
                "提高无利润产品价格或取消产品",
            ),
            "thank_and_keep": ("Thank and keep close", "感谢并用心维系"),
            "low_cost": ("Keep in touch at low cost", "低成本保持联系"),
        },
        "demand_class": {
            "golden": ("Golden customers", "黄金客户"),
            "silver": ("Silver customers", "白银客户"),
            "ordinary": ("Ordinary customers", "普通客户"),
            "dangerous": ("Dangerous customers", "危险客户"),
            "eliminate": ("Customers to eliminate", "淘汰客户"),
            "no_demand": ("No demand", "无需求客户"),
        },
        "fit": {
            "best": ("Best customers", "最佳客户"),
            "between": ("Between best and worst", "兼有优劣的客户"),
            "worst": ("Worst customers", "最差客户"),
        },
        "golden": {
            "golden": ("Golden customers", "黄金客户"),
            "unsteady": ("Big but unsteady", "消费高但不稳定的客户"),
            "other": ("Other customers", "其他客户"),
        },
        "portfolio": {
            "star": ("Star customers", "明星型客户"),
            "mature": ("Mature customers", "成熟型客户"),
            "hazardous": ("Hazardous customers", "危险型客户"),
            "dog": ("Dog customers", "瘦狗型客户"),
        },
        "prospect": {
            "qualified": ("Qualified", "合格的潜在客户"),
            "find_decider": ("Find who decides", "寻找决策者"),
            "contact": ("Keep in contact", "保持联系"),
            "reject": ("Reject", "放弃"),
        },
        "prospect_class": {
            "a": ("A customers", "甲类客户"),
            "b": ("B customers", "乙类客户"),
            "c": ("C customers", "丙类客户"),
            "leave_alone": ("Leave alone", "暂不跟进"),
        },
        "risk_grade": {
            "low": ("Low risk", "低风险"),
            "low_medium": ("Low to medium risk", "中低风险"),
            "medium": ("Medium risk", "中风险"),
            "high": ("High risk", "高风险"),
        },
        "service": {
            "dedicated_team": ("Served by a team of its own", "专门机构服务"),
            "nurture": ("Bring up to the high tier", "培养升级"),
            "reduce_service": ("Less service, less cost", "减少服务，降低成本"),
            "review": ("Ask whether he must go", "评估是否淘汰"),
            "reasonable_exit": ("Part reasonably", "合理淘汰"),
            "firm_exit": ("Part firmly", "坚决淘汰"),
        },
        "status": {
            "prospect": ("Prospects", "潜在客户"),
            "one_time": ("One-time customers", "做一次生意的客户"),
            "satisfied_customer": ("Satisfied customers", "满意的客户"),
            "loyal_customer": ("Loyal customers", "忠诚的客户"),
            "about_to_defect": ("About to defect", "准备背离的客户"),
        },
        "tier": {
            "a": ("A customers", "甲类客户"),
            "b": ("B customers", "乙类客户"),
            "c": ("C customers", "丙类客户"),
            "top": ("Top customers", "顶尖客户"),
            "major": ("Major customers", "主要客户"),
            "ordinary": ("Ordinary customers", "普通客户"),
            "small": ("Small customers", "小客户"),
            "big": ("Big customers", "大客户"),
            "important": ("Important customers", "重要客户"),
            "main": ("Main customers", "主力客户"),
            "general": ("General customers", "一般客户"),
            "sporadic": ("Sporadic customers", "零散客户"),
            "platinum_card": ("Platinum card", "白金卡客户"),
            "gold_card": ("Gold card", "金卡客户"),
            "silver_card": ("Silver card", "银卡客户"),
            "ordinary_card": ("Ordinary card", "普通卡客户"),
            "global_account": ("Global customers", "全球客户"),
            "large_account": ("Large customers", "大型客户"),
            "smaller_account": ("Small and medium customers", "中小客户"),
            "key_account": ("Key accounts", "重点客户"),
        },
        "value_position": {
            "leading": ("High value, high potential", "高价值高潜力客户"),
            "saturated": ("High value, low potential", "高价值低潜力客户"),
            "promising_value": ("Low value, high potential", "低价值高潜力客户"),
            "marginal": ("Low value, low potential", "低价值低潜力客户"),
        },
        "volume_profit": {
            "volume_and_profit": ("Volume and profit customers", "销量利润兼备客户"),
            "volume": ("Volume customers", "销量客户"),
            "profit": ("Profit customers", "利润客户"),
            "minor": ("Minor customers", "次要客户"),
        },
    }
)
