"""Rules are values: into plain data, through JSON, and back.

Whatever classifies, scores or predicts is a `Rule`: a small frozen object.
`Rule.to_data` gives JSON types only, with a format number; `from_data` gives back an
equal rule and refuses what it does not know.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from datetime import date
from enum import Enum
from numbers import Integral, Real
from typing import Any

import attrs

from custrel.errors import InvalidRule, choices, near_miss

__all__ = ["Rule", "from_data"]

FORMAT = 1

# What these export includes every rule.
_PACKAGES = (
    "custrel",
    "custrel.model",
    "custrel.satisfaction",
    "custrel.segmentation",
    "custrel.valuation",
)


class Rule:
    """What every rule of custrel can do: become plain data.

    Examples
    --------
    >>> import custrel as cr
    >>> rate = cr.DiscountRate.per_year(0.10)
    >>> rate.to_data()
    {'custrel': 1, 'rule': 'DiscountRate', 'rate': 0.1, 'unit': 'Y'}
    >>> cr.from_data(rate.to_data()) == rate
    True
    """

    __slots__ = ()

    def to_data(self) -> dict[str, Any]:
        """Return the rule as JSON types, with a format number.

        Returns
        -------
        dict
            Strings, numbers, booleans, None, lists and dicts only: ``json.dumps`` takes
            it as it is.  Infinities and NaN become strings.
        """
        return {"custrel": FORMAT, **_encode_rule(self)}


def from_data(data: Mapping[str, Any]) -> Any:
    """Return the rule that `Rule.to_data` described.

    Parameters
    ----------
    data : mapping
        What `to_data` gave, perhaps after a journey through JSON.

    Returns
    -------
    Rule
        An object equal to the one described.

    Raises
    ------
    InvalidRule
        The format number, the rule's name or a field is not known, or a field is
        missing or has an impossible value.

    Examples
    --------
    >>> import json
    >>> import custrel as cr
    >>> scale = cr.RfmScale(
    ...     recency=(7, 30, 60, 120), frequency=(1, 2, 4, 8), monetary=(10, 50, 100, 500), unit="D"
    ... )
    >>> cr.from_data(json.loads(json.dumps(scale.to_data()))) == scale
    True
    """
    if not isinstance(data, Mapping) or data.get("custrel") != FORMAT:
        found = data.get("custrel") if isinstance(data, Mapping) else type(data).__name__
        raise InvalidRule(
            f"expected the plain data of a rule in format {FORMAT} (the key 'custrel'), "
            f"found {found!r}."
        )
    return _decode({key: value for key, value in data.items() if key != "custrel"})


def _encode_rule(rule: Any) -> dict[str, Any]:
    fields = {
        field.alias: _encode(getattr(rule, field.name))
        for field in attrs.fields(type(rule))
        if field.init
    }
    return {"rule": type(rule).__name__, **fields}


def _encode(value: Any) -> Any:
    match value:
        case Rule():
            return _encode_rule(value)
        case Enum():
            return value.value
        case None | bool() | str():
            return value
        case Integral():  # NumPy's too
            return int(value)
        case Real():
            number = float(value)
            return number if math.isfinite(number) else str(number)  # JSON has no infinity
        case date():
            return value.isoformat()
        case tuple() | list() | frozenset():
            return [_encode(item) for item in value]
        case _:
            raise InvalidRule(f"{type(value).__name__} has no form as plain data: {value!r}.")


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, Mapping):
        return value
    kind = _kind(value.get("rule"))
    given = {key: _decode(item) for key, item in value.items() if key != "rule"}
    fields = {field.alias: field for field in attrs.fields(kind) if field.init}
    has = f"; it has {', '.join(map(repr, fields))}."
    for key in given:
        if key not in fields:
            raise InvalidRule(f"{kind.__name__} has no field {key!r}{near_miss(key, fields)}{has}")
    for name, field in fields.items():
        if field.default is attrs.NOTHING and name not in given:
            raise InvalidRule(f"{kind.__name__} needs the field {name!r}{has}")
    try:
        return kind(**given)
    except (TypeError, ValueError, LookupError) as error:
        raise InvalidRule(f"the data of a {kind.__name__} do not make one: {error}") from error


def _kind(name: object) -> Any:
    """Return the rule of a name; only its module is imported."""
    for package in map(importlib.import_module, _PACKAGES):
        if name in package.__all__ and _is_rule(found := getattr(package, str(name))):
            return found
    known = _rule_names()
    hint = near_miss(name, known)
    raise InvalidRule(f"{name!r} is no rule of custrel{hint}; {choices(known, near=bool(hint))}.")


def _rule_names() -> list[str]:
    """Return what all rules are called; every module that exports something is imported."""
    packages = [importlib.import_module(package) for package in _PACKAGES]
    names = {name: getattr(package, name) for package in packages for name in package.__all__}
    return sorted(name for name, found in names.items() if _is_rule(found))


def _is_rule(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Rule) and attrs.has(found)
