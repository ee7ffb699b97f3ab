"""Names for people: what every code of custrel is called, in English and in Chinese.

Codes are part of the API and stay in the data; labels are looked up when something is
shown, and are never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from custrel._flow_names import FLOW_NAMES
from custrel._model_names import MODEL_NAMES
from custrel._satisfaction_names import SATISFACTION_NAMES
from custrel._segmentation_names import SEGMENTATION_NAMES
from custrel._valuation_names import VALUATION_NAMES
from custrel.errors import UnknownCode

__all__ = ["label", "labels"]

_Names = Mapping[str, tuple[str, str]]

_LANGUAGES = ("en", "zh")

_SEGMENTS: _Names = MappingProxyType(
    {
        "champions": ("Champions", "冠军客户"),
        "loyal": ("Loyal customers", "忠诚客户"),
        "potential_loyalist": ("Potential loyalists", "潜在忠诚客户"),
        "new_customers": ("New customers", "新客户"),
        "promising": ("Promising", "有潜力客户"),
        "need_attention": ("Need attention", "需要关注的客户"),
        "about_to_sleep": ("About to sleep", "即将沉睡的客户"),
        "at_risk": ("At risk", "有流失风险的客户"),
        "cannot_lose_them": ("Cannot lose them", "不能失去的客户"),
        "hibernating": ("Hibernating", "休眠客户"),
        "lost": ("Lost", "已流失客户"),
    }
)

_ABC: _Names = MappingProxyType(
    {
        "a": ("A customers", "甲类客户"),
        "b": ("B customers", "乙类客户"),
        "c": ("C customers", "丙类客户"),
        "top": ("Top customers", "顶尖客户"),
        "major": ("Major customers", "主要客户"),
        "ordinary": ("Ordinary customers", "普通客户"),
        "small": ("Small customers", "小客户"),
    }
)

_RISKS: _Names = MappingProxyType(
    {
        "normal": ("Normal", "正常"),
        "watch": ("Watch", "需要留意"),
        "defecting": ("Defecting", "正在流失"),
        "too_early": ("Too early to tell", "为时尚早"),
    }
)

_TREATMENTS: _Names = MappingProxyType(
    {
        "phone_today": ("Phone the customer today", "今天就致电客户"),
        "ask_why": ("Call and ask what has changed", "致电了解原因"),
        "thank_and_keep": ("Thank and keep close", "感谢并用心维系"),
        "offer_more": ("Offer more of what fits", "推荐更多合适的产品"),
        "welcome": ("Welcome and help to a second purchase", "欢迎并促成再次购买"),
        "remind": ("Remind with a personal offer", "以专属优惠提醒"),
        "win_back": ("Try to win back", "争取赢回"),
        "low_cost": ("Keep in touch at low cost", "低成本保持联系"),
        "let_go": ("Spend nothing more", "不再投入"),
    }
)

_KANO: _Names = MappingProxyType(
    {
        "attractive": ("Attractive", "迷人质量"),
        "one_dimensional": ("One-dimensional", "期望质量"),
        "must_be": ("Must-be", "当然质量"),
        "indifferent": ("Indifferent", "无差异质量"),
        "reverse": ("Reverse", "反向质量"),
        "questionable": ("Questionable", "可疑回答"),
    }
)

_TWO_FACTOR: _Names = MappingProxyType(
    {
        "hygiene": ("Hygiene factor", "保健要素"),
        "semi_motivator": ("Semi-motivator", "半激励要素"),
        "motivator": ("Motivator", "激励要素"),
    }
)

_IPA: _Names = MappingProxyType(
    {
        "concentrate_here": ("Concentrate here", "重点改进"),
        "keep_up": ("Keep up the good work", "继续保持"),
        "low_priority": ("Low priority", "次要改进"),
        "possible_overkill": ("Possible overkill", "可能过度投入"),
    }
)

_SERVQUAL: _Names = MappingProxyType(
    {
        "tangibles": ("Tangibles", "有形性"),
        "reliability": ("Reliability", "可靠性"),
        "responsiveness": ("Responsiveness", "响应性"),
        "assurance": ("Assurance", "保证性"),
        "empathy": ("Empathy", "移情性"),
    }
)

_TIME_UNITS: _Names = MappingProxyType(
    {
        "D": ("Day", "天"),
        "W": ("Week", "周"),
        "M": ("Month", "个月"),
        "Q": ("Quarter", "个季度"),
        "Y": ("Year", "年"),
    }
)

_ANALYTIC: Mapping[str, _Names] = MappingProxyType(
    {
        "segment": _SEGMENTS,
        "abc": _ABC,
        "risk": _RISKS,
        "treatment": _TREATMENTS,
        "kano": _KANO,
        "two_factor": _TWO_FACTOR,
        "ipa": _IPA,
        "servqual": _SERVQUAL,
        "time_unit": _TIME_UNITS,
        **SATISFACTION_NAMES,
        **SEGMENTATION_NAMES,
        **VALUATION_NAMES,
    }
)

_CATALOGUES: Mapping[str, _Names] = MappingProxyType({**_ANALYTIC, **FLOW_NAMES, **MODEL_NAMES})


def label(code: str, language: str = "en", *, of: str | None = None) -> str:
    """Return what people call a code.

    Parameters
    ----------
    code : str
        A code as it stands in the data, or a member of one of the code enumerations.
    language : {"en", "zh"}
        English or Chinese.
    of : str, optional
        Which kind of code it is: ``"segment"``, ``"abc"``, ``"risk"``, ``"treatment"``,
        ``"kano"``, ``"two_factor"``, ``"ipa"``, ``"servqual"``, ``"time_unit"``, ``"investment_verdict"``, ``"equity_driver"``,
        ``"sub_driver"``, ``"triage"``, ``"product_profit"``, ``"customer_profit"``,
        ``"cell_action"``, or one of the domain model:
        ``"outcome"``, ``"trigger"``, the name of a flow, ...  A wrong kind is told them all.
        Needed only where two kinds share a code and call it differently; a code of the
        domain model gives way to one of the analyses, and a member of an enumeration knows
        its kind.

    Returns
    -------
    str

    Raises
    ------
    UnknownCode
        There is no such code, language or kind; or two kinds share it and `of` is missing.

    See Also
    --------
    labels : All labels of one kind.

    Examples
    --------
    >>> label("cannot_lose_them")
    'Cannot lose them'
    >>> label("major", "zh")
    '主要客户'
    >>> from custrel.model import RiskVerdict
    >>> label(RiskVerdict.TOO_EARLY)
    'Too early to tell'
    """
    place = _language(language)
    text = str(code.value) if isinstance(code, Enum) else code
    kind = of or _kind_of(code)
    if kind is not None:
        return _find(text, {kind: _catalogue(kind)})[place]
    analytic = any(text in names for names in _ANALYTIC.values())
    return _find(text, _ANALYTIC if analytic else _CATALOGUES)[place]


def labels(of: str, language: str = "en") -> Mapping[str, str]:
    """Return all codes of one kind, and what people call them.

    Parameters
    ----------
    of : str
        The kind of code: ``"segment"``, ``"risk"``, ..., as in `label`.
    language : {"en", "zh"}
        English or Chinese.

    Returns
    -------
    mapping of str to str
        Read-only, in the customary order of the codes.

    Raises
    ------
    UnknownCode
        There is no such kind or language.

    Examples
    --------
    >>> dict(labels("risk"))
    {'normal': 'Normal', 'watch': 'Watch', 'defecting': 'Defecting', 'too_early': 'Too early to tell'}
    """
    place = _language(language)
    return MappingProxyType({code: names[place] for code, names in _catalogue(of).items()})


def label_or_code(code: str, language: str, *, of: str) -> str:
    """Return what people call a code, or the code itself where nobody has named it."""
    names = _CATALOGUES.get(of, {}).get(code)
    return code if names is None else names[_language(language)]


def _kind_of(code: object) -> str | None:
    """Return the catalogue that is named after the class of an enumeration's member."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(code).__name__).lower()
    return kind if isinstance(code, Enum) and kind in _CATALOGUES else None


def _language(language: str) -> int:
    if language not in _LANGUAGES:
        raise UnknownCode("language with labels", language, _LANGUAGES)
    return _LANGUAGES.index(language)


def _catalogue(of: str) -> _Names:
    if of not in _CATALOGUES:
        raise UnknownCode("kind of code", of, _CATALOGUES)
    return _CATALOGUES[of]


def _find(code: str, catalogues: Mapping[str, _Names]) -> tuple[str, str]:
    """Return the names of a code in the one catalogue, or the several that agree, that have it."""
    found = {kind: names[code] for kind, names in catalogues.items() if code in names}
    if not found:
        raise UnknownCode("code with a label", code, _all_codes(catalogues.values()))
    if len(set(found.values())) > 1:
        raise UnknownCode("code of one kind alone: say of=", code, found)
    return next(iter(found.values()))


def _all_codes(catalogues: Iterable[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(code for names in catalogues for code in names))
