"""What the codes of the domain model are called, in English and in Chinese.

The Chinese names are the documents' own where they have one; flows have theirs in `_flow_names`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MODEL_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "account_duty": {
            "grasp_contract": ("Know the essentials of the contract", "把握合同要点"),
            "develop_business": ("Develop the customer's business", "发展和培养顾客的业务"),
            "understand_decisions": ("Understand how the customer decides", "了解顾客决策流程"),
            "find_added_value": ("Find chances to add value", "识别附加价值机会"),
            "provide_intelligence": ("Provide competitive intelligence", "提供具有竞争力的情报"),
            "negotiate": ("Negotiate", "销售谈判"),
            "coordinate_service": ("Coordinate service", "协调顾客服务"),
        },
        "bond_level": {
            "financial": ("Financial bond", "财务层次"),
            "social": ("Social bond", "社交层次"),
            "structural": ("Structural bond", "结构层次"),
        },
        "buying_role": {
            "buyer": ("Buyer", "购买者"),
            "decider": ("Decider", "决策者"),
            "user": ("User", "使用者"),
            "influencer": ("Influencer", "影响者"),
            "gatekeeper": ("Gatekeeper", "守门者"),
        },
        "card_part": {
            "basic": ("Basic data", "基础资料"),
            "satisfaction": ("Satisfaction", "客户满意程度"),
            "transactions": ("Transactions", "交易现状"),
        },
        "channel": {
            "phone": ("Phone", "电话"),
            "email": ("E-mail", "电子邮件"),
            "message": ("Message", "即时消息"),
            "post": ("Post", "邮寄"),
            "web": ("Web", "网站"),
            "in_person": ("In person", "面访"),
        },
        "channel_role": {
            "intermediate": ("Intermediate customer", "中间客户"),
            "final": ("Final customer", "最终客户"),
        },
        "churn_cause": {
            "competitor": ("Won over by a competitor", "竞争对手夺走客户"),
            "staff_turnover": ("Left with a member of staff", "公司人员流动"),
            "market_swing": ("The market changed", "市场波动"),
            "internal_crisis": ("A crisis within the firm", "企业内部危机"),
            "complaint_mishandled": (
                "A complaint was handled late or badly",
                "投诉处理不及时、不妥当",
            ),
            "dishonesty": ("The firm was not honest", "企业缺乏诚信"),
            "bullying": ("The firm treated him from above", "店大欺客"),
            "conduct": ("The firm's conduct in society", "不满企业行为"),
            "needs_changed": ("His needs changed", "需求变化"),
            "migration": ("He moved away", "迁移"),
        },
        "churn_type": {
            "natural": ("Natural churn", "自然消亡类"),
            "changed_needs": ("Changed needs", "需求变化类"),
            "benefit_seeking": ("Benefit seeking", "趋利流失类"),
            "disappointed": ("Disappointed", "失望流失类"),
        },
        "complaint_category": {
            "product": ("Product", "产品"),
            "service": ("Service", "服务"),
            "staff_attitude": ("Attitude of staff", "服务态度"),
            "facility": ("Facilities", "服务设施"),
            "other": ("Other", "其他方面"),
        },
        "complaint_principle": {
            "follow_rules": ("By the rules", "有章可循"),
            "prompt": ("Prompt handling", "及时处理"),
            "clear_responsibility": ("Clear responsibility", "分清责任"),
            "on_file": ("On file", "留档分析"),
        },
        "complaint_step": {
            "record": ("Record", "记录投诉内容"),
            "judge": ("Judge", "判定投诉是否成立"),
            "assign": ("Assign", "确定责任部门和个人"),
            "analyze": ("Analyze the cause", "分析投诉原因"),
            "propose": ("Propose a remedy", "提出处理方案"),
            "approve": ("Have it approved", "主管领导批示"),
            "carry_out": ("Carry it out", "实施处理方案"),
            "settle": ("Penalize or prevent", "处罚责任者或预防"),
            "notify": ("Notify the customer", "通知客户"),
            "collect_feedback": ("Collect feedback", "收集反馈意见"),
            "sum_up": ("Sum up", "总结评价"),
        },
        "contact_kind": {
            "enquiry": ("Enquiry", "咨询"),
            "suggestion": ("Suggestion", "意见建议"),
            "complaint": ("Complaint", "投诉"),
            "common_area_repair": ("Repair of common areas", "公共维修"),
            "home_repair": ("Repair at home", "居家维修"),
            "other_service": ("Other service", "其它服务"),
            "praise": ("Praise", "表扬"),
        },
        "credit_objection": {
            "no_limit": ("No limit was decided on", "尚未确定信用限度"),
            "refused": ("Credit was refused", "已拒绝授信"),
            "expired": ("The limit has expired", "信用限度已过期"),
            "over_limit": ("Over the limit", "超出信用限度"),
            "overdue": ("Debts are overdue", "存在逾期欠款"),
        },
        "customer_locus": {
            "external": ("External customer", "外部客户"),
            "internal": ("Internal customer", "内部客户"),
        },
        "customer_nature": {
            "retail": ("Private customer", "零售个人客户"),
            "commercial": ("Commercial customer", "商业客户"),
            "organization": ("Organization", "组织客户"),
        },
        "data_class": {
            "descriptive": ("Descriptive data", "描述性数据"),
            "promotional": ("Promotional data", "促销性数据"),
            "transactional": ("Transactional data", "交易性数据"),
        },
        "demand": {
            "need": ("Need", "需要"),
            "want": ("Want", "欲望"),
            "demand": ("Demand", "需求"),
        },
        "exhibition_side": {
            "exhibitor": ("Exhibitor", "参展商"),
            "professional_visitor": ("Professional visitor", "专业观众"),
            "general_visitor": ("General visitor", "普通观众"),
        },
        "exposure_kind": {
            "ordered": ("Ordered", "已订货未发货"),
            "delivered": ("Delivered", "已发货未开票"),
            "invoiced": ("Invoiced", "应收账款"),
        },
        "management_class": {
            "regular": ("Regular customer", "常规客户"),
            "promising": ("Customer with potential", "潜力客户"),
            "key": ("Key customer", "关键客户"),
            "temporary": ("Temporary customer", "临时客户"),
        },
        "marketing_orientation": {
            "transactional": ("Transactional marketing", "交易营销"),
            "relational": ("Relationship marketing", "关系营销"),
        },
        "objectivity": {
            "objective": ("Objective data", "客观数据"),
            "subjective": ("Subjective data", "主观数据"),
        },
        "orientation_item": {
            "keeps_customers": ("Looks to keeping customers", "关注如何保持顾客"),
            "values_service": ("Thinks highly of customer service", "高度重视顾客服务"),
            "commits_itself": ("Commits itself fully to customers", "有充分的顾客承诺"),
            "quality_is_everyones": (
                "Has every department care for quality",
                "所有部门都关注质量问题",
            ),
            "stays_in_touch": ("Builds long and stable relations", "发展与顾客长期、稳定的关系"),
        },
        "quality_aspect": {
            "correctness": ("Correctness", "正确性"),
            "completeness": ("Completeness", "完整性"),
            "uniqueness": ("Uniqueness", "唯一性"),
        },
        "relationship_setting": {
            "contractual": ("Contractual", "契约型"),
            "non_contractual": ("Non-contractual", "非契约型"),
        },
        "relationship_type": {
            "transactional": ("Buying and selling", "买卖关系"),
            "preferred_supply": ("Preferred supply", "优先供应关系"),
            "partnership": ("Partnership", "合作伙伴关系"),
            "strategic_alliance": ("Strategic alliance", "战略联盟关系"),
        },
        "request_answer": {
            "fulfil": ("Meet it", "予以满足"),
            "one_stop": ("Show a way to it", "一站式服务"),
            "explain": ("Explain", "解释与说明"),
        },
        "season": {
            "pre_peak": ("Before the peak", "旺季前"),
            "peak": ("Peak season", "旺季"),
            "off": ("Off season", "淡季"),
        },
        "service_phase": {
            "pre_sale": ("Before the sale", "售前"),
            "in_sale": ("During the sale", "售中"),
            "after_sale": ("After the sale", "售后"),
        },
        "shopper_type": {
            "economic": ("Economic customer", "经济型客户"),
            "ethical": ("Ethical customer", "道德型客户"),
            "personalizing": ("Personalizing customer", "个性化客户"),
            "convenient": ("Convenience customer", "方便型客户"),
        },
        "stakeholder": {
            "consumer": ("Consumer", "消费者"),
            "supplier": ("Supplier", "供应商"),
            "distributor": ("Distributor", "分销商"),
            "competitor": ("Competitor", "竞争者"),
            "government": ("Government body", "政府机构"),
            "public": ("Other public", "其他公众"),
        },
        "stall_decision": {
            "push_on": ("Push on", "继续攻坚"),
            "drop": ("Drop", "放弃"),
        },
        "tense": {
            "past": ("Past", "过去"),
            "present": ("Present", "现在"),
            "future": ("Future", "未来"),
        },
        "trade_mode": {
            "b2c": ("Business to consumer", "企业对个人"),
            "b2b": ("Business to business", "企业对企业"),
        },
        "transaction_state": {
            "actual": ("Actual customer", "现实客户"),
            "potential": ("Potential customer", "潜在客户"),
        },
        "who_and_how": {
            "who": ("Who the customer is", "是谁"),
            "how": ("How the customer is", "是怎样的"),
        },
    }
)
