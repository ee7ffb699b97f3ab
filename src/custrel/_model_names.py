"""What the codes of the domain model are called, in English and in Chinese; data for `labels`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# A kind of code and its codes; the name of a flow is the kind of its stages.
_TABLE: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "outcome",
        (
            ("open", "Open", "进行中"),
            ("paused", "Paused", "暂停"),
            ("won", "Won", "成功"),
            ("lost", "Lost", "失败"),
            ("ended", "Ended", "结束"),
        ),
    ),
    (
        "channel",
        (
            ("phone", "Phone", "电话"),
            ("email", "E-mail", "电子邮件"),
            ("message", "Message", "即时消息"),
            ("post", "Post", "邮寄"),
            ("web", "Web", "网站"),
            ("in_person", "In person", "面访"),
        ),
    ),
    (
        "customer_nature",
        (
            ("retail", "Private customer", "零售个人客户"),
            ("commercial", "Commercial customer", "商业客户"),
            ("organization", "Organization", "组织客户"),
        ),
    ),
    (
        "customer_locus",
        (
            ("external", "External customer", "外部客户"),
            ("internal", "Internal customer", "内部客户"),
        ),
    ),
    (
        "channel_role",
        (
            ("intermediate", "Intermediate customer", "中间客户"),
            ("final", "Final customer", "最终客户"),
        ),
    ),
    ("trade_mode", (("b2c", "Business to consumer", "企业对个人"), ("b2b", "Business to business", "企业对企业"))),
    (
        "transaction_state",
        (
            ("actual", "Actual customer", "现实客户"),
            ("potential", "Potential customer", "潜在客户"),
        ),
    ),
    (
        "management_class",
        (
            ("regular", "Regular customer", "常规客户"),
            ("promising", "Customer with potential", "潜力客户"),
            ("key", "Key customer", "关键客户"),
            ("temporary", "Temporary customer", "临时客户"),
        ),
    ),
    (
        "buying_role",
        (
            ("buyer", "Buyer", "购买者"),
            ("decider", "Decider", "决策者"),
            ("user", "User", "使用者"),
            ("influencer", "Influencer", "影响者"),
            ("gatekeeper", "Gatekeeper", "守门者"),
        ),
    ),
    (
        "quality_aspect",
        (
            ("correctness", "Correctness", "正确性"),
            ("completeness", "Completeness", "完整性"),
            ("uniqueness", "Uniqueness", "唯一性"),
        ),
    ),
    (
        "data_class",
        (
            ("descriptive", "Descriptive data", "描述性数据"),
            ("promotional", "Promotional data", "促销性数据"),
            ("transactional", "Transactional data", "交易性数据"),
        ),
    ),
    (
        "card_part",
        (
            ("basic", "Basic data", "基础资料"),
            ("satisfaction", "Satisfaction", "客户满意程度"),
            ("transactions", "Transactions", "交易现状"),
        ),
    ),
    ("who_and_how", (("who", "Who the customer is", "是谁"), ("how", "How the customer is", "是怎样的"))),
    ("objectivity", (("objective", "Objective data", "客观数据"), ("subjective", "Subjective data", "主观数据"))),
    (
        "relationship_type",
        (
            ("transactional", "Buying and selling", "买卖关系"),
            ("preferred_supply", "Preferred supply", "优先供应关系"),
            ("partnership", "Partnership", "合作伙伴关系"),
            ("strategic_alliance", "Strategic alliance", "战略联盟关系"),
        ),
    ),
    (
        "bond_level",
        (
            ("financial", "Financial bond", "财务层次"),
            ("social", "Social bond", "社交层次"),
            ("structural", "Structural bond", "结构层次"),
        ),
    ),
    (
        "relationship_setting",
        (
            ("contractual", "Contractual", "契约型"),
            ("non_contractual", "Non-contractual", "非契约型"),
        ),
    ),
    (
        "stakeholder",
        (
            ("consumer", "Consumer", "消费者"),
            ("supplier", "Supplier", "供应商"),
            ("distributor", "Distributor", "分销商"),
            ("competitor", "Competitor", "竞争者"),
            ("government", "Government body", "政府机构"),
            ("public", "Other public", "其他公众"),
        ),
    ),
    ("tense", (("past", "Past", "过去"), ("present", "Present", "现在"), ("future", "Future", "未来"))),
    (
        "marketing_orientation",
        (
            ("transactional", "Transactional marketing", "交易营销"),
            ("relational", "Relationship marketing", "关系营销"),
        ),
    ),
    (
        "orientation_item",
        (
            ("keeps_customers", "Looks to keeping customers", "关注如何保持顾客"),
            ("values_service", "Thinks highly of customer service", "高度重视顾客服务"),
            ("commits_itself", "Commits itself fully to customers", "有充分的顾客承诺"),
            ("quality_is_everyones", "Has every department care for quality", "所有部门都关注质量问题"),
            ("stays_in_touch", "Builds long and stable relations", "发展与顾客长期、稳定的关系"),
        ),
    ),
    ("stall_decision", (("push_on", "Push on", "继续攻坚"), ("drop", "Drop", "放弃"))),
    (
        "season",
        (
            ("pre_peak", "Before the peak", "旺季前"),
            ("peak", "Peak season", "旺季"),
            ("off", "Off season", "淡季"),
        ),
    ),
    (
        "exhibition_side",
        (
            ("exhibitor", "Exhibitor", "参展商"),
            ("professional_visitor", "Professional visitor", "专业观众"),
            ("general_visitor", "General visitor", "普通观众"),
        ),
    ),
    ("demand", (("need", "Need", "需要"), ("want", "Want", "欲望"), ("demand", "Demand", "需求"))),
    (
        "relationship",
        (
            ("acquire", "Acquire", "获得"),
            ("satisfy", "Satisfy", "满足"),
            ("retain", "Retain", "保留"),
            ("enhance", "Enhance", "强化"),
            ("lost", "Lost", "流失"),
        ),
    ),
    (
        "service_life",
        (
            ("latent", "Latent", "潜在期"),
            ("development", "Development", "开发期"),
            ("growth", "Growth", "成长期"),
            ("maturity", "Maturity", "成熟期"),
            ("decline", "Decline", "衰退期"),
            ("termination", "Termination", "终止期"),
        ),
    ),
    (
        "service_objective",
        (
            (
                "latent",
                "Create a good image, attract consumers and guide their demand",
                "在消费者中树立良好的形象,吸引消费者并引导消费需求,为客户关系的建立奠定基础",
            ),
            ("development", "Win consumers' favor and a share of the market", "获取消费者青睐,获取市场份额"),
            ("growth", "Make service regular and reliable", "规范企业的服务"),
            (
                "maturity",
                "Let both sides gain as much as they can",
                "双方都尽可能获取最大限度的收益,实现双赢",
            ),
            ("decline", "Dissolve a good relationship in a friendly way", "以友好的方式解除原来建立的良好关系"),
            ("termination", "Save costs and protect the firm's interests", "降低成本,维护企业的利益"),
        ),
    ),
    (
        "sales_life",
        (
            ("prospect", "Prospect", "潜在客户"),
            ("intent", "Intending customer", "意向客户"),
            ("first_buyer", "First-time buyer", "初次购买客户"),
            ("repeat_customer", "Repeat customer", "历史客户"),
            ("dropped", "Dropped", "已放弃"),
        ),
    ),
    (
        "service_tier",
        (
            ("low", "Low tier", "低级客户"),
            ("middle", "Middle tier", "中级客户"),
            ("high", "High tier", "高级客户"),
            ("eliminated", "Let go", "已淘汰"),
        ),
    ),
    (
        "exhibition",
        (
            ("before_show", "Before the show", "展前"),
            ("during_show", "During the show", "展中"),
            ("after_show", "After the show", "展后"),
        ),
    ),
    (
        "prospecting",
        (
            ("scope", "Range and focus", "范围和重点地域"),
            ("search", "Potential customers", "寻找潜在顾客"),
            ("listed", "List made", "潜在顾客名单"),
        ),
    ),
    (
        "push",
        (
            ("find", "Find the target customer", "寻找目标客户"),
            ("persuade", "Persuade to buy", "说服购买"),
            ("won", "Won", "成为现实客户"),
            ("lost", "Lost", "未能说服"),
        ),
    ),
    (
        "lead",
        (
            ("lead", "Lead", "线索"),
            ("customer", "Customer", "客户"),
            ("opportunity", "Opportunity", "销售机会"),
            ("order", "Order", "销售订单"),
            ("lost", "Lost", "失败"),
        ),
    ),
    (
        "sales",
        (
            ("phone_call", "Phone call", "电话沟通"),
            ("appointment", "Appointment", "客户约见"),
            ("inspection", "Product inspection", "产品考察"),
            ("signing", "Signing", "签单"),
            ("delivery", "Delivery", "提货"),
            ("lost", "Lost", "丢单"),
        ),
    ),
    (
        "deal",
        (
            ("tracking", "Tracking", "业务跟踪"),
            ("won", "Won", "成交"),
            ("delivered", "Delivered", "已交货"),
            ("paid", "Paid", "已收款"),
            ("lost", "Lost", "失败"),
        ),
    ),
    (
        "export_order",
        (
            ("negotiation", "Early negotiation", "前期谈判"),
            ("pre_order", "Before the order", "下单前"),
            ("production", "In production", "生产中"),
            ("pre_shipment", "Before shipment", "发货前"),
            ("post_shipment", "After shipment", "发货后"),
            ("re_contact", "Contact again", "再次联络"),
            ("lost", "Lost", "丢单"),
        ),
    ),
    (
        "complaint",
        (
            ("recorded", "Recorded", "已记录"),
            ("valid", "Found valid", "投诉成立"),
            ("assigned", "Assigned", "已确定责任"),
            ("analyzed", "Cause analyzed", "已分析原因"),
            ("proposed", "Remedy proposed", "已提出方案"),
            ("approved", "Approved", "已批示"),
            ("carried_out", "Carried out", "已实施"),
            ("settled", "Penalized or prevented", "已处罚或预防"),
            ("unfounded", "Unfounded", "投诉不成立"),
            ("notified", "Customer notified", "已通知客户"),
            ("answered", "Feedback collected", "已收集反馈"),
            ("closed", "Closed", "已总结"),
        ),
    ),
    (
        "complaint_category",
        (
            ("product", "Product", "产品"),
            ("service", "Service", "服务"),
            ("staff_attitude", "Attitude of staff", "服务态度"),
            ("facility", "Facilities", "服务设施"),
            ("other", "Other", "其他方面"),
        ),
    ),
    (
        "complaint_principle",
        (
            ("follow_rules", "By the rules", "有章可循"),
            ("prompt", "Prompt handling", "及时处理"),
            ("clear_responsibility", "Clear responsibility", "分清责任"),
            ("on_file", "On file", "留档分析"),
        ),
    ),
    (
        "complaint_step",
        (
            ("record", "Record", "记录投诉内容"),
            ("judge", "Judge", "判定投诉是否成立"),
            ("assign", "Assign", "确定责任部门和个人"),
            ("analyze", "Analyze the cause", "分析投诉原因"),
            ("propose", "Propose a remedy", "提出处理方案"),
            ("approve", "Have it approved", "主管领导批示"),
            ("carry_out", "Carry it out", "实施处理方案"),
            ("settle", "Penalize or prevent", "处罚责任者或预防"),
            ("notify", "Notify the customer", "通知客户"),
            ("collect_feedback", "Collect feedback", "收集反馈意见"),
            ("sum_up", "Sum up", "总结评价"),
        ),
    ),
    (
        "request_answer",
        (
            ("fulfil", "Meet it", "予以满足"),
            ("one_stop", "Show a way to it", "一站式服务"),
            ("explain", "Explain", "解释与说明"),
        ),
    ),
    (
        "service_phase",
        (
            ("pre_sale", "Before the sale", "售前"),
            ("in_sale", "During the sale", "售中"),
            ("after_sale", "After the sale", "售后"),
        ),
    ),
    (
        "recovery",
        (
            ("failed", "Service failed", "服务失效"),
            ("asked", "Effect asked", "已询问影响"),
            ("understood", "Understanding shown", "已表示理解"),
            ("helped", "Helped or compensated", "已帮助或补偿"),
            ("apologized", "Apologized and explained", "已道歉并解释"),
        ),
    ),
    (
        "service_request",
        (
            ("received", "Received", "接受服务申请"),
            ("executed", "Executed", "实施服务"),
            ("fed_back", "Fed back", "结果反馈"),
        ),
    ),
    (
        "follow_up",
        (
            ("recorded", "Recorded", "记录"),
            ("dispatched", "Dispatched", "派单"),
            ("tracked", "Tracked", "跟踪"),
            ("done", "Done", "完成"),
            ("called_back", "Called back", "回访"),
        ),
    ),
    ("task", (("to_do", "To do", "未完成任务"), ("done", "Done", "已完成任务"))),
    (
        "visit",
        (
            ("before_visit", "Before the visit", "访前"),
            ("during_visit", "During the visit", "访中"),
            ("after_visit", "After the visit", "访后"),
            ("recorded", "Recorded", "已记录"),
        ),
    ),
    (
        "survey",
        (
            ("purpose", "Purpose", "明确满意度测评的目的"),
            ("design", "Design", "进行调研设计"),
            ("questionnaire", "Questionnaire", "调查问卷设计"),
            ("sample", "Sample", "样本选择"),
            ("collection", "Collection", "收集数据"),
            ("analysis", "Analysis", "进行数据分析"),
            ("report", "Report", "撰写调研报告"),
            ("follow_up", "Periodic follow-up", "周期性跟进"),
        ),
    ),
    (
        "key_account",
        (
            ("objective", "Objective", "确定研究目标"),
            ("sources", "Sources", "发展信息来源"),
            ("collection", "Collection", "客户信息收集"),
            ("analysis", "Analysis", "客户信息分析"),
            ("identified", "Identified", "已识别大客户"),
        ),
    ),
    (
        "credit",
        (
            ("investigation", "Investigation", "客户信用调查"),
            ("evaluation", "Evaluation", "客户信用评价"),
            ("limited", "Limit in force", "信用额度生效"),
            ("refused", "Refused", "拒绝授信"),
        ),
    ),
    (
        "trigger",
        (
            ("accept", "Accept", "判定成立"),
            ("acknowledge", "Acknowledge", "确认收到"),
            ("advance", "Next stage", "进入下一阶段"),
            ("analyze", "Analyze", "记录分析"),
            ("analyze_cause", "Analyze the cause", "分析原因"),
            ("apologize", "Apologize and explain", "道歉和解释"),
            ("approve", "Approve", "批准"),
            ("ask_effect", "Ask for the effect", "询问影响"),
            ("assign", "Assign", "确定责任部门和个人"),
            ("call_back", "Call back", "回访"),
            ("carry_out", "Carry out", "实施处理方案"),
            ("close", "Sum up and close", "总结评价"),
            ("collect_feedback", "Collect feedback", "收集反馈意见"),
            ("complete", "Complete", "完成"),
            ("cool_off", "Cool off", "意向减退"),
            ("deliver", "Deliver", "交货"),
            ("dispatch", "Dispatch", "派单"),
            ("downgrade", "Downgrade", "降级"),
            ("drop", "Drop", "放弃"),
            ("eliminate", "Let go", "淘汰"),
            ("empathize", "Show understanding", "表示理解和同情"),
            ("execute", "Execute", "实施服务"),
            ("expedite", "Urge", "催办"),
            ("feed_back", "Feed back", "结果反馈"),
            ("finish", "Finish", "处理完成"),
            ("first_order", "First order", "首次下单"),
            ("follow_up", "Follow up", "跟进"),
            ("help", "Help or make up for it", "帮助或补偿"),
            ("lose", "Lose", "失去"),
            ("new_order", "New order", "新订单的谈判"),
            ("next_show", "Next show", "下届展会"),
            ("notify", "Notify the customer", "通知客户"),
            ("override", "Override the limit", "额度例外"),
            ("pay", "Pay", "付款"),
            ("penalize", "Penalize", "处罚责任者"),
            ("prevent", "Prevent", "采取预防措施"),
            ("promote", "Promote", "阶段升迁"),
            ("propose", "Propose a remedy", "提出处理方案"),
            ("push_on", "Push on", "继续攻坚"),
            ("redo", "Do again", "重新处理"),
            ("refuse", "Refuse", "不批准"),
            ("reject", "Find unfounded", "判定不成立"),
            ("reopen", "Open again", "重新打开"),
            ("repeat_design", "Repeat from the design", "从调研设计重新开始"),
            ("repeat_purpose", "Repeat from the purpose", "从测评目的重新开始"),
            ("report", "Report", "提交调查结果"),
            ("review", "Review", "复审"),
            ("revive", "Revive", "恢复"),
            ("second_order", "Second order", "第二次下单"),
            ("set_limit", "Set the limit", "确定信用限度"),
            ("show_intent", "Show intent", "表现意向"),
            ("track", "Track", "跟踪"),
            ("upgrade", "Upgrade", "升级"),
            ("win", "Win", "成交"),
            ("win_back", "Win back", "赢回"),
        ),
    ),
    (
        "evidence",
        (
            ("action", "Action", "一般行动"),
            ("aim", "Aim", "测评目的"),
            ("appointment", "Appointment", "预约"),
            ("carrier", "Carrier and sailing date", "船公司与船期"),
            ("carton_marks", "Marks on the carton", "外箱唛头"),
            ("cause", "Cause", "原因"),
            ("contract", "Contract", "合同"),
            ("criteria", "Criteria", "识别标准"),
            ("delivery", "Delivery", "交货单"),
            ("delivery_date", "Delivery date", "交货期的反馈"),
            ("department", "Department", "责任部门"),
            ("documents", "Documents to the bank", "单据的邮寄或银行交单"),
            ("effect", "Effect on the customer", "对顾客造成的影响"),
            ("feedback", "Feedback", "反馈意见"),
            ("grade", "Grade", "信用等级"),
            ("grounds", "Grounds", "判定依据"),
            ("help", "Help", "帮助或补偿"),
            ("inner_box", "Inner box", "包装内盒"),
            ("inner_label", "Label on the inner box", "内盒不干胶内容"),
            ("inquiry", "Inquiry", "询价单"),
            ("lesson", "Lesson", "经验教训"),
            ("limit", "Limit", "信用限度"),
            ("list", "List", "名单"),
            ("logistics", "Logistics", "物流的管理"),
            ("message", "Message", "通知内容"),
            ("next_visit", "Next visit", "下次拜访时间"),
            ("order", "Order", "订单"),
            ("payment", "Payment", "货款"),
            ("payment_terms", "Terms of payment", "付款方式"),
            ("penalty", "Penalty", "处罚"),
            ("person", "Person", "责任人"),
            ("preparation", "Preparation", "访前准备"),
            ("prevention", "Prevention", "预防措施"),
            ("price", "Price", "价格的确认"),
            ("product_mark", "Mark on the product", "产品标识"),
            ("production_contact", "Contact with production", "与生产部的协调"),
            ("quotation", "Quotation", "报价"),
            ("reason", "Reason", "理由"),
            ("region", "Region", "重点地域"),
            ("remedy", "Remedy", "处理方案"),
            ("report", "Report", "调查报告"),
            ("result", "Result", "处理结果"),
            ("sample", "Sample", "样品的确认"),
            ("summary", "Summary", "总结"),
        ),
    ),
)  # fmt: skip

MODEL_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        kind: MappingProxyType({code: (english, chinese) for code, english, chinese in names})
        for kind, names in _TABLE
    }
)
