"""A unit of time has one length, and things of different units do not mix."""

import pickle

import pytest

import custrel as cr
from custrel.errors import UnitMismatch, UnknownCode
from custrel.units import TimeUnit, require_same_unit, unit_of


@pytest.mark.parametrize(
    ("code", "days"), [("D", 1), ("W", 7), ("M", 30.436875), ("Q", 91.310625), ("Y", 365.2425)]
)
def test_lengths(code, days):
    assert TimeUnit(code).days == days
    assert TimeUnit(code).in_units("D") == days
    assert TimeUnit.DAY.in_units(code) == 1 / days


def test_a_unit_is_its_code():
    assert TimeUnit("W") is TimeUnit.WEEK
    assert TimeUnit.WEEK == "W"
    assert pickle.loads(pickle.dumps(TimeUnit.WEEK)) is TimeUnit.WEEK
    assert cr.TimeUnit is TimeUnit


@pytest.mark.parametrize(
    ("unit", "number", "words"),
    [
        ("D", 1, "1 day"),
        ("W", 39, "39 weeks"),
        ("M", 1.0, "1 month"),
        ("Y", 0.5, "0.5 years"),
        ("D", 12_345.678, "12,345.678 days"),
    ],
)
def test_words(unit, number, words):
    assert TimeUnit(unit).in_words(number) == words


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("w", "'W'"),
        ("week", "'W'"),
        ("Months", "'M'"),
        ("days", "'D'"),
        ("quarters", "'Q'"),
        ("YEAR", "'Y'"),
    ],
)
def test_a_misspelt_unit_is_told_what_was_meant(wrong, hint):
    with pytest.raises(UnknownCode) as caught:
        TimeUnit(wrong)
    assert str(caught.value) == (
        f"{wrong!r} is no time unit (did you mean {hint}?); the choices are 'D', 'W', 'M', 'Q', 'Y'."
    )


@pytest.mark.parametrize("wrong", ["fortnight", "", None, 7])
def test_what_is_no_unit(wrong):
    with pytest.raises(
        LookupError, match=r"is no time unit; the choices are 'D', 'W', 'M', 'Q', 'Y'\."
    ):
        TimeUnit(wrong)


class Rule:
    """Any rule."""


def test_units_must_agree():
    weekly, daily = (cr.CustomerSummary(None, unit=unit) for unit in "WD")
    require_same_unit(Rule(), TimeUnit.WEEK, weekly)
    require_same_unit(Rule(), None, weekly)
    require_same_unit(Rule(), TimeUnit.WEEK, object())
    with pytest.raises(UnitMismatch) as caught:
        require_same_unit(Rule(), TimeUnit.WEEK, daily)
    assert str(caught.value) == (
        "Rule counts time in weeks, the summary in days. "
        "Summarize the log again with unit='W', or learn the rule anew."
    )


def test_data_tells_its_unit_or_is_told():
    summary = cr.CustomerSummary(None, unit="W")
    assert unit_of(summary, None, "BgNbd") is TimeUnit.WEEK
    assert unit_of(summary, "W", "BgNbd") is TimeUnit.WEEK
    assert unit_of(object(), "M", "BgNbd") is TimeUnit.MONTH
    with pytest.raises(UnitMismatch, match=r"BgNbd is to count days, the summary counts weeks"):
        unit_of(summary, "D", "BgNbd")
    with pytest.raises(UnitMismatch, match=r"BgNbd must know what times are measured in, a bare"):
        unit_of(object(), None, "BgNbd")
