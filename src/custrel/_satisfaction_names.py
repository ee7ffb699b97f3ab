"""What the codes of satisfaction and loyalty are called, in English and in Chinese.

The Chinese names are the documents' own where they have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SATISFACTION_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "competition": {
            "competitive": ("Full competition", "充分竞争行业"),
            "monopolized": ("Monopoly", "垄断行业"),
        },
        "construct": {
            "image": ("Image", "企业形象"),
            "expectations": ("Expectations", "顾客期望"),
            "perceived_quality": ("Perceived quality", "感知质量"),
            "perceived_value": ("Perceived value", "感知价值"),
            "satisfaction": ("Satisfaction", "顾客满意"),
            "complaints": ("Complaints", "顾客抱怨"),
            "complaint_handling": ("Complaint handling", "抱怨处理"),
            "loyalty": ("Loyalty", "顾客忠诚"),
        },
        "driver_kind": {
            "basic": ("Basic factor", "基本因素"),
            "performance": ("Performance factor", "绩效因素"),
            "excitement": ("Excitement factor", "兴奋因素"),
            "irrelevant": ("Irrelevant factor", "无关因素"),
        },
        "expectation_factor": {
            "attributes": ("Attributes of product and service", "产品服务属性"),
            "promotion": ("Promotion", "促销因素"),
            "environment": ("Environment", "环境因素"),
            "competition": ("Competing products", "竞争产品的影响"),
            "customer": ("Traits of the customer", "客户特征"),
        },
        "formation_model": {
            "expectancy_disconfirmation": ("Expectancy-disconfirmation", "期望—实绩模型"),
            "experience_norms": ("Experience-based norms", "顾客消费经历比较模型"),
            "value_percept": ("Value-percept disparity", "顾客感知的价值差异模型"),
        },
        "investment": {
            "invest_fast": ("Invest fast", "迅速投入"),
            "invest_more": ("Invest more", "加大投入"),
            "reduce": ("Invest less", "减少投入"),
            "hold": ("Hold", "维持投入"),
        },
        "investment_reason": {
            "pays_in_proportion": ("What is put in pays in proportion", "投入产出成正比"),
            "loyalty_hardly_responds": (
                "Loyalty hardly responds: it would be waste",
                "忠诚度几乎没有反应,投入会浪费",
            ),
            "dissatisfied_leave_first": (
                "The dissatisfied leave as soon as they can",
                "不满意的客户一有机会就离开",
            ),
            "documents_are_silent": ("Nothing speaks for more or for less", "增减投入均无依据"),
        },
        "loyalty_cause": {
            "price_stimulus": ("Price stimulus", "价格刺激"),
            "promotion_policy": ("Promotion policy", "促销政策"),
            "launch_offer": ("Launch offer", "产品推广时的优惠"),
            "easy_access": ("Easy access", "方便"),
        },
        "loyalty_form": {
            "ideal": ("True loyalty", "理想忠诚"),
            "latent": ("Latent loyalty", "潜在忠诚"),
            "spurious": ("Spurious loyalty", "虚假忠诚"),
            "none": ("No loyalty", "缺乏忠诚"),
        },
        "loyalty_lever": {
            "avoid_trap": ("Know and avoid the satisfaction trap", "充分认识并避免顾客满意陷阱"),
            "sensible_strategy": (
                "Follow a sensible satisfaction strategy",
                "制定合理的顾客满意战略",
            ),
            "handle_complaints": ("Settle complaints in time and well", "及时有效地处理顾客抱怨"),
            "raise_switching_cost": ("Raise switching costs", "提高顾客的转换成本"),
            "satisfy_employees": ("Raise the satisfaction of employees", "提高内部员工的满意度"),
        },
        "loyalty_source": {
            "monopoly": ("Monopoly loyalty", "垄断忠诚"),
            "kinship": ("Kinship loyalty", "亲友忠诚"),
            "inertia": ("Inertia loyalty", "惰性忠诚"),
            "trust": ("Trust loyalty", "信赖忠诚"),
            "benefit": ("Benefit loyalty", "利益忠诚"),
            "convenience": ("Convenience loyalty", "方便忠诚"),
            "latent": ("Latent loyalty", "潜在忠诚"),
        },
        "loyalty_step": {
            "satisfied": ("Satisfied", "满意"),
            "delighted": ("Delighted", "愉悦"),
            "trusting": ("Trusting", "信赖"),
        },
        "loyalty_type": {
            "apostle": ("Apostle", "传道者"),
            "mercenary": ("Mercenary", "图利者"),
            "hostage": ("Hostage", "囚徒"),
            "defector": ("Defector", "背叛者"),
        },
        "programme_rule": {
            "clear_goal": ("Its goal is clear", "明确忠诚感奖励计划的目标"),
            "fits": ("It fits market, customers and firm", "符合市场、顾客与企业特点"),
            "cost_managed": ("Its cost is managed", "管理忠诚感奖励计划的成本"),
            "benefit_measured": (
                "Its expected benefit is measured",
                "测量忠诚感奖励计划预期给企业带来的利益",
            ),
            "lasting": ("It is not ended once begun", "一旦推行,尽可能不要终止"),
            "best_effect": ("It is run for the best effect", "确保最佳效果"),
            "able": ("The firm is able to manage it", "确保管理能力"),
        },
        "satisfaction_level": {
            "material": ("Material satisfaction", "物质满意"),
            "spiritual": ("Spiritual satisfaction", "精神满意"),
            "social": ("Social satisfaction", "社会满意"),
        },
        "satisfaction_state": {
            "dissatisfied": ("Dissatisfied", "失望"),
            "satisfied": ("Satisfied", "满意"),
            "delighted": ("Delighted", "愉悦"),
        },
        "satisfaction_zone": {
            "dissatisfaction": ("Zone of dissatisfaction", "不满意区"),
            "indifference": ("Zone of indifference", "无关紧要区"),
            "high_satisfaction": ("Zone of high satisfaction", "非常满意区"),
        },
        "value_add": {
            "warranty": ("Special warranty", "特别的保证条款"),
            "data_interchange": ("Electronic data interchange", "电子数据交换"),
            "priority_shipping": ("Priority shipping", "优先发运"),
            "advance_information": ("Advance information", "预先的信息沟通"),
            "custom_product": ("Customized product", "客户定制化的产品"),
            "maintenance": ("Maintenance", "保养"),
            "repair": ("Repair", "维修"),
            "upgrade": ("Upgrade", "升级"),
        },
    }
)
