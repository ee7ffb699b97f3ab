"""Identifiers, addresses, contact points, intervals and periods."""

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from custrel.errors import InvalidValue, UnknownCode
from custrel.model import Address, ContactPoint, Identifier, Interval, Period

# Published: ISO 17442 examples of GLEIF and Bloomberg, the social credit codes of Huawei
# and Tencent, and the GS1 company's own location number.
GENUINE = [
    ("lei", "5493001KJTIIGC8Y1R12"),
    ("lei", "506700GE1G29325QX363"),
    ("uscc", "914403001922038216"),
    ("uscc", "9144030071526726XG"),
    ("gln", "4000001000005"),
]


@pytest.mark.parametrize(("register", "value"), GENUINE)
def test_genuine_identifiers_and_any_wrong_sign(register, value):
    assert Identifier(register, value).is_valid
    assert Identifier(register.upper(), value.lower()).is_valid
    for place, sign in enumerate(value):
        other = "1" if sign != "1" else "2"
        assert not Identifier(register, value[:place] + other + value[place + 1 :]).is_valid
    assert not Identifier(register, value[:-1]).is_valid


def test_other_registers_are_taken_as_they_are():
    assert Identifier("erp", " K 17 ") == Identifier("ERP", "K 17")
    assert Identifier("erp", "?").is_valid
    for parts in (("", "x"), ("erp", " ")):
        with pytest.raises(InvalidValue, match="must be text that is not blank"):
            Identifier(*parts)


@pytest.mark.parametrize(
    ("channel", "value", "key", "valid"),
    [
        ("phone", "+86 (10) 6552-9988", "+861065529988", True),
        ("phone", "13800138000", "13800138000", True),
        ("phone", "1380013", "1380013", True),
        ("phone", "138001", "138001", True),
        ("phone", "n/a", "na", False),
        ("phone", "12345678901234567", "12345678901234567", False),
        ("email", "Li.Wei@Example.COM", "li.wei@example.com", True),
        ("email", "li wei@example.com", "li wei@example.com", False),
        ("email", "li@example", "li@example", False),
        ("web", "https://example.com/a", "https://example.com/a", True),
        ("web", "example", "example", False),
        ("message", "wx_Li", "wx_li", True),
    ],
)
def test_contact_points(channel, value, key, valid):
    point = ContactPoint(channel=channel, value=f" {value} ")
    assert (point.key, point.is_valid) == (key, valid)


def test_impossible_contact_points_and_addresses():
    with pytest.raises(UnknownCode, match=r"'mail' is no channel .did you mean 'email'"):
        ContactPoint(channel="mail", value="x")
    with pytest.raises(InvalidValue, match="ContactPoint: value must be text"):
        ContactPoint(channel="email", value=" ")
    with pytest.raises(InvalidValue, match=r"ContactPoint: value must be text .* got 8306668888"):
        ContactPoint(channel="phone", value=8306668888)  # as a column of a CSV has it
    with pytest.raises(InvalidValue, match="Identifier: value must be text"):
        Identifier("erp", None)
    with pytest.raises(InvalidValue, match="two capital letters as in ISO 3166-1"):
        Address(country="China")


def test_an_address_on_one_line():
    address = Address(country="DE", postal_code="10115", city="Berlin", lines="Chausseestr. 1")
    assert str(address) == "Chausseestr. 1, 10115 Berlin, DE"


# ------------------------------------------------------------------------------ stretches of time

days = st.dates(date(2000, 1, 1), date(2001, 1, 1))
periods = st.builds(
    lambda start, length: Period(start, None if length is None else start + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 400),
)


@pytest.mark.properties
@settings(max_examples=100)
@given(periods, periods, days)
def test_a_day_is_in_both_when_it_is_in_what_they_have_in_common(a, b, day):
    both = a.intersection(b)
    assert (day in a and day in b) == (both is not None and day in both)
    assert both == b.intersection(a)
    assert a.overlaps(b) == (both is not None)


def test_months_and_quarters_that_there_are_not():
    for month in (0, 13):
        with pytest.raises(InvalidValue, match=f"no month {month}; they go from 1 to 12"):
            Period.month(2024, month)
    for quarter in (0, 5):
        with pytest.raises(InvalidValue, match=f"no quarter {quarter}; they go from 1 to 4"):
            Period.quarter(2024, quarter)


def test_stretches_that_only_touch_have_nothing_in_common():
    spring, summer = Period.quarter(2024, 1), Period.quarter(2024, 2)
    assert spring.intersection(summer) is None
    assert not summer.overlaps(spring)
    assert spring.overlaps(Period(date(2024, 3, 31)))


def test_periods_of_the_calendar():
    assert Period.year(2024).days == 366
    assert Period.quarter(2024, 4) == Period(date(2024, 10, 1), date(2025, 1, 1))
    assert Period.month(2023, 12).end == date(2024, 1, 1)
    assert Period.months_from(date(2024, 1, 31), 1).end == date(2024, 2, 29)
    assert Period.month(2024, 3).preceding() == Period(date(2024, 1, 30), date(2024, 3, 1))
    assert Period(date(2024, 3, 1)).days is None
    with pytest.raises(InvalidValue, match="one without an end has no length to go back by"):
        Period(date(2024, 3, 1)).preceding()


def test_stretches_that_end_before_they_start_or_have_no_zone():
    with pytest.raises(InvalidValue, match=r"Period: it ends .2024-02-01. before it starts"):
        Period(date(2024, 3, 1), date(2024, 2, 1))
    with pytest.raises(InvalidValue, match=r"Period: start must be a day, and .* is an instant"):
        Period(datetime(2024, 3, 1, tzinfo=UTC))
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    with pytest.raises(InvalidValue, match="Interval: it ends"):
        Interval(noon, noon - timedelta(seconds=1))
    with pytest.raises(InvalidValue, match="Interval: end is an instant without a zone"):
        Interval(noon, datetime(2024, 3, 2))
    assert noon not in Interval(noon, noon)
    assert Interval(noon).duration is None
