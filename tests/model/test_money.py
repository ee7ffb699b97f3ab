"""Money is exact, of one currency, and refuses what is neither."""

import decimal
import pickle
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from custrel.errors import CurrencyMismatch, InvalidValue, UnknownCode
from custrel.model import Money

amounts = st.decimals(
    min_value=Decimal(10) ** 18 * -1, max_value=Decimal(10) ** 18, places=18, allow_nan=False
)


def yuan(amount):
    return Money(amount, "CNY")


@pytest.mark.properties
@settings(max_examples=60)
@given(amounts, amounts)
def test_sums_are_exact_whatever_the_process_rounds_to(a, b):
    with decimal.localcontext() as context:
        context.prec = 5
        total = yuan(a) + yuan(b)
        assert total - yuan(b) == yuan(a)
        assert yuan(0) - total == -total
        assert abs(total) >= total
    with decimal.localcontext() as context:
        context.prec = 100
        assert total.amount == a + b


@pytest.mark.properties
@settings(max_examples=60)
@given(
    st.decimals(min_value=-100000, max_value=100000, places=2),
    st.lists(st.integers(0, 9), min_size=1, max_size=7).filter(any),
)
def test_parts_sum_to_the_whole_and_are_fair_to_a_unit(amount, weights):
    parts = yuan(amount).allocated(weights)
    assert sum(parts, start=yuan(0)) == yuan(amount)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount - amount * weight / sum(weights)) < Decimal("0.01")


def test_parts_of_a_debt_and_of_fine_amounts():
    assert [str(part) for part in yuan("-0.05").allocated([1, 1])] == ["-0.03 CNY", "-0.02 CNY"]
    assert [str(part) for part in yuan("0.001").allocated([1, 1])] == ["0.001 CNY", "0.000 CNY"]
    assert [str(part) for part in Money(100, "JPY").allocated([1, 2])] == ["33 JPY", "67 JPY"]


def test_equal_amounts_are_equal():
    assert yuan("1.10") == yuan("1.1") == yuan(Decimal("1.100"))
    assert hash(yuan("1.10")) == hash(yuan("1.1"))
    assert yuan(1) != Money(1, "USD")
    assert pickle.loads(pickle.dumps(yuan("1.10"))) == yuan("1.1")
    assert not yuan("0.00")


def test_arithmetic_by_hand():
    assert str(yuan("19.90") * 3 - yuan("0.70")) == "59.00 CNY"
    assert str(yuan("100") * Decimal("0.085")) == "8.500 CNY"
    assert str(yuan("2.345").rounded()) == "2.34 CNY"
    assert str(yuan("2.345").rounded(rounding=decimal.ROUND_HALF_UP)) == "2.35 CNY"
    assert str(Money("1234.5", "JPY").rounded()) == "1234 JPY"
    assert str(Money("1.23456", "KWD").rounded()) == "1.235 KWD"
    assert str(yuan("1234.5").rounded(-2)) == "1200 CNY"
    assert yuan(1) / yuan(3) == Decimal("0.3333333333333333333333333333")
    assert min([yuan(3), yuan(-1), yuan(2)]) == yuan(-1)


def test_two_currencies_never_mix():
    for mix in (
        lambda: yuan(1) + Money(1, "USD"),
        lambda: yuan(1) - Money(1, "USD"),
        lambda: yuan(1) < Money(1, "USD"),
        lambda: yuan(1) / Money(1, "USD"),
        lambda: max(yuan(1), Money(1, "USD")),
    ):
        with pytest.raises(CurrencyMismatch, match="USD") as caught:
            mix()
        assert {caught.value.left, caught.value.right} == {"CNY", "USD"}


def test_a_sum_of_nothing_has_no_currency():
    with pytest.raises(TypeError, match="'int' and 'Money'"):
        sum([yuan(1)])
    with pytest.raises(TypeError, match="'Money' and 'float'"):
        yuan(1) * 0.5
    with pytest.raises(TypeError, match="'Money' and 'bool'"):
        yuan(1) * True


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (0.1, 'Money: 0.1 is a float, which is not exact; write the amount as text: "0.1"'),
        (float("nan"), "Money: nan is a float"),
        ("nan", "Money: NaN is no amount; where it is not known, write None"),
        (Decimal("-inf"), "Money: -Infinity is no amount"),
        (
            "1,250.00",
            "Money: '1,250.00' is no number; write digits and a point alone, as '1234.50'",
        ),
        (None, "Money: None is no amount"),
        (True, "Money: True is no amount"),
        (10**20, "more than 20 digits before the point"),
        ("0.1234567890123456789", "or 18 after it"),
    ],
)
def test_what_is_no_amount(amount, message):
    with pytest.raises(InvalidValue, match=message):
        yuan(amount)


def test_unknown_currencies():
    with pytest.raises(UnknownCode, match=r"'cny' is no currency of ISO 4217 .did you mean 'CNY'"):
        Money(1, "cny")
    with pytest.raises(UnknownCode, match="'RMB' is no currency"):
        Money(1, "RMB")


def test_parts_need_weights():
    for weights in ([], [0, 0], [1, -1]):
        with pytest.raises(InvalidValue, match="parts need weights of 0 or more, one of them"):
            yuan(1).allocated(weights)
    for weight in ("two", None, float("nan"), Decimal("Infinity")):
        with pytest.raises(InvalidValue, match="Money: a weight must be a number, got"):
            yuan(1).allocated([weight, 1])


def test_nothing_is_no_unit_to_measure_in():
    with pytest.raises(InvalidValue, match=r"Money: 3 CNY is no multiple of nothing \(0.00 CNY\)"):
        yuan(3) / yuan("0.00")


def test_amounts_stand_in_columns():
    assert f"{yuan('19.90'):>12}|" == "   19.90 CNY|"
    assert f"{yuan('19.90')}" == "19.90 CNY"
