"""A rule becomes plain data, travels through JSON and comes back equal; nothing else does."""

import datetime as dt
import importlib
import inspect
import json
import math
import pickle
import pkgutil
import sys
from types import ModuleType

import attrs
import pytest

import custrel as cr
from custrel import rules
from custrel.errors import InvalidRule

SCALE = cr.RfmScale(
    recency=(7, 30, 60, 120), frequency=(1, 2, 4, 8), monetary=(10, 50, 100, 500), unit="D"
)
RATE = cr.DiscountRate.per_year(0.10)


@attrs.frozen
class Everything(rules.Rule):
    """A rule with a field of every kind that plain data can hold."""

    number: object = 1
    items: tuple[object, ...] = ()


@pytest.fixture
def everything(monkeypatch):
    package = ModuleType("someones_rules")
    package.__dict__.update(__all__=["Everything"], Everything=Everything)
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setattr(rules, "_PACKAGES", (*rules._PACKAGES, package.__name__))
    return Everything


def through_json(rule):
    text = json.dumps(rule.to_data(), allow_nan=False)
    return cr.from_data(json.loads(text))


@pytest.mark.parametrize("rule", [SCALE, RATE, cr.STANDARD_SEGMENTS, cr.AbcRule()])
def test_rules_survive_json(rule):
    again = through_json(rule)
    assert again == rule
    assert type(again) is type(rule)
    assert hash(again) == hash(rule)
    assert pickle.loads(pickle.dumps(rule)) == rule


def test_every_rule_is_found_by_its_name():
    known = {name: rules._kind(name) for name in rules._rule_names()}
    defined = {
        kind
        for module in pkgutil.walk_packages(cr.__path__, "custrel.")
        if not module.name.startswith(("custrel.plotting.", "custrel._"))
        for name, kind in inspect.getmembers(importlib.import_module(module.name), rules._is_rule)
        if not inspect.isabstract(kind) and not name.startswith("_")
    }
    # A base class is nobody's rule, and is told by being another's base.
    bases = {base for kind in known.values() for base in kind.__mro__[1:]}
    assert defined - set(known.values()) - bases == set()
    assert {name: kind.__name__ for name, kind in known.items()} == {name: name for name in known}
    assert len(known) > 100


def test_no_two_rules_have_one_name():
    packages = [importlib.import_module(package) for package in rules._PACKAGES]
    for name in rules._rule_names():
        assert len({getattr(p, name) for p in packages if name in p.__all__}) == 1


def test_rules_within_rules_and_values_of_every_kind(everything):
    rule = everything(
        number=-0.0, items=(None, True, 2**60, "ä", 0.1, (1, (2,)), cr.TimeUnit.WEEK, RATE)
    )
    data = rule.to_data()
    assert data == {
        "custrel": 1,
        "rule": "Everything",
        "number": -0.0,
        "items": [
            None,
            True,
            2**60,
            "ä",
            0.1,
            [1, [2]],
            "W",
            {"rule": "DiscountRate", "rate": 0.1, "unit": "Y"},
        ],
    }
    again = through_json(rule)
    assert again.items == (*rule.items[:6], "W", RATE)


def test_what_json_does_not_know_becomes_text(everything):
    rule = everything(items=(math.inf, -math.inf, math.nan, dt.date(2024, 1, 31)))
    assert rule.to_data()["items"] == ["inf", "-inf", "nan", "2024-01-31"]
    assert json.dumps(rule.to_data(), allow_nan=False)


def test_numpy_numbers_become_pythons(everything):
    import numpy as np

    data = everything(number=np.float64(0.5)).to_data()
    assert type(data["number"]) is float
    assert everything(number=np.float64("inf")).to_data()["number"] == "inf"
    assert type(everything(number=np.int64(7)).to_data()["number"]) is int
    assert everything(number=np.float32(0.5)).to_data()["number"] == 0.5


def test_what_has_no_form_as_plain_data_is_refused(everything):
    with pytest.raises(InvalidRule, match="object has no form as plain data: <object"):
        everything(number=object()).to_data()
    with pytest.raises(InvalidRule, match="set has no form"):
        everything(number={1}).to_data()


@pytest.mark.parametrize(
    "data", [{}, {"rule": "RfmScale"}, {"custrel": 2}, {"custrel": "1"}, [], None, 5]
)
def test_another_format_is_refused(data):
    with pytest.raises(
        InvalidRule, match=r"expected the plain data of a rule in format 1 .*found "
    ):
        cr.from_data(data)


def test_an_unknown_rule_is_told_its_near_misses():
    with pytest.raises(InvalidRule) as caught:
        cr.from_data({"custrel": 1, "rule": "RfmScael"})
    told = str(caught.value)
    assert told == (
        f"'RfmScael' is no rule of custrel (did you mean 'RfmScale'?); there are {len(rules._rule_names())} to "
        "choose from."
    )
    with pytest.raises(InvalidRule, match=r"the choices are 'AbcRule', .*, \.\.\. \(\d+ more\)"):
        cr.from_data({"custrel": 1, "rule": "?"})
    for data in (
        {"custrel": 1},
        {"custrel": 1, "rule": ["RfmScale"]},
        {"custrel": 1, "rule": None},
    ):
        with pytest.raises(InvalidRule, match="is no rule of custrel"):
            cr.from_data(data)


def test_no_other_class_can_be_made_this_way():
    for name in ("CustomerSummary", "object", "os.system", "_Levels"):
        with pytest.raises(InvalidRule, match="is no rule of custrel"):
            cr.from_data({"custrel": 1, "rule": name})


def test_fields_that_are_unknown_missing_or_impossible_are_refused():
    data = SCALE.to_data()
    with pytest.raises(InvalidRule) as caught:
        cr.from_data({**data, "recencies": [1]})
    assert str(caught.value).startswith(
        "RfmScale has no field 'recencies' (did you mean 'recency'?);"
    )
    rate = RATE.to_data()
    with pytest.raises(
        InvalidRule, match="DiscountRate needs the field 'rate'; it has 'rate', 'un"
    ):
        cr.from_data({key: value for key, value in rate.items() if key != "rate"})
    for wrong in ({"rate": "much"}, {"rate": -2}, {"unit": "week"}, {"unit": None}):
        with pytest.raises(InvalidRule, match="the data of a DiscountRate do not make one"):
            cr.from_data({**rate, **wrong})


def test_data_is_not_changed_by_reading_it():
    data = SCALE.to_data()
    before = json.dumps(data)
    cr.from_data(data)
    assert json.dumps(data) == before
