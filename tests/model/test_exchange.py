"""Dated rates: an amount stays, and what it was in another currency does not change with today's."""

import decimal
import json
from datetime import date, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from custrel import from_data
from custrel.errors import InvalidRule, InvalidValue, UnknownCode
from custrel.model import ExchangeRates, Money

ROWS = [
    ("USD", "CNY", "2024-03-01", "7.1059"),
    ("USD", "CNY", "2024-01-02", "7.0770"),
    ("USD", "JPY", "2024-01-02", 142),
]
RATES = ExchangeRates(ROWS)


def test_the_rate_of_the_day_counts_and_not_todays():
    """EspoCRM #1429: past deals changed their value with today's exchange rate."""
    deal = Money(1000, "USD")
    assert str(RATES.convert(deal, "CNY", on=date(2024, 2, 29))) == "7077.00 CNY"
    assert str(RATES.convert(deal, "CNY", on=date(2030, 1, 1))) == "7105.90 CNY"
    later = ExchangeRates([*ROWS, ("USD", "CNY", "2024-06-01", 9)])
    day = date(2024, 5, 31)
    assert later.convert(deal, "CNY", on=day) == RATES.convert(deal, "CNY", on=day)
    assert RATES.convert(deal, "USD", on=date(1900, 1, 1)) is deal


def test_backwards_and_to_the_smallest_unit():
    assert str(RATES.convert(Money("7077", "CNY"), "USD", on=date(2024, 1, 2))) == "1000.00 USD"
    assert str(RATES.convert(Money("0.99", "USD"), "JPY", on=date(2024, 1, 2))) == "141 JPY"


def test_the_latest_rate_counts_in_whichever_direction_it_is_written():
    """A rate of January that is written the other way does not outlive that of March."""
    rates = ExchangeRates([("USD", "CNY", "2024-01-02", 7), ("CNY", "USD", "2024-03-01", "0.125")])
    assert str(rates.convert(Money(1, "USD"), "CNY", on=date(2024, 2, 29))) == "7.00 CNY"
    assert str(rates.convert(Money(1, "USD"), "CNY", on=date(2024, 3, 1))) == "8.00 CNY"
    assert str(rates.convert(Money(8, "CNY"), "USD", on=date(2024, 3, 1))) == "1.00 USD"
    both = ExchangeRates([("USD", "CNY", "2024-03-01", 8), ("CNY", "USD", "2024-03-01", "0.1")])
    assert str(both.convert(Money(1, "USD"), "CNY", on=date(2024, 3, 1))) == "8.00 CNY"
    assert str(both.convert(Money(1, "CNY"), "USD", on=date(2024, 3, 1))) == "0.10 USD"


@pytest.mark.properties
@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 50), min_size=1, unique=True),
    st.integers(0, 60),
    st.decimals(0, 10**12, places=2),
)
def test_the_latest_rate_that_is_not_after_the_day(days, asked, amount):
    start = date(2024, 1, 1)
    rates = ExchangeRates([("EUR", "CNY", start + timedelta(d), d + 1) for d in days])
    past = [d for d in days if d <= asked]
    money, on = Money(amount, "EUR"), start + timedelta(asked)
    if not past:
        with pytest.raises(
            InvalidValue, match=r"no rate of EUR in CNY is known for 2024-.*; the first is of 2024"
        ):
            rates.convert(money, "CNY", on=on)
        return
    with decimal.localcontext() as context:
        context.prec = 3  # whatever the process rounds to
        assert rates.convert(money, "CNY", on=on).amount == amount_times(amount, max(past) + 1)


def amount_times(amount, factor):
    with decimal.localcontext() as context:
        context.prec = 60
        return Decimal(amount) * factor


def test_rates_are_plain_data():
    assert from_data(json.loads(json.dumps(RATES.to_data()))) == RATES
    assert ExchangeRates(reversed(ROWS)) == RATES


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("USD", "CNY", "2024-01-02", 7.1), "7.1 is a float, which is not exact"),
        (("USD", "CNY", "2024-01-02", "0"), "a rate is above 0, got 0"),
        (("USD", "CNY", "2024-01-02", "seven"), "'seven' is no number"),
        (("USD", "CNY", "2.1.2024", 7), "Invalid isoformat string"),
        (("USD", "CNY", 7), "not enough values to unpack"),
    ],
)
def test_impossible_rates(row, message):
    with pytest.raises(InvalidRule, match=message):
        ExchangeRates([row])


def test_two_rates_of_one_day_and_unknown_currencies():
    with pytest.raises(UnknownCode, match=r"'usd' is no currency of ISO 4217 .did you mean 'USD'"):
        ExchangeRates([("usd", "CNY", "2024-01-02", 7)])
    with pytest.raises(InvalidRule, match="a rate of CNY in itself, of 2024-01-02"):
        ExchangeRates([("CNY", "CNY", "2024-01-02", 1)])
    with pytest.raises(InvalidRule, match="two rates of USD in CNY on 2024-01-02"):
        ExchangeRates([*ROWS, ("USD", "CNY", date(2024, 1, 2), 7)])
    with pytest.raises(UnknownCode, match="'RMB' is no currency"):
        ExchangeRates([("USD", "RMB", "2024-01-02", 7)]).convert(
            Money(1, "USD"), "RMB", on=date(2024, 1, 2)
        )
