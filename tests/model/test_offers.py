"""Offers, demand, and exhibitions with their two sides."""

import json
from decimal import Decimal
from itertools import product

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from model.histories import EPOCH

from custrel import from_data, label
from custrel.errors import CurrencyMismatch, InvalidRule, InvalidValue
from custrel.model import (
    Customer,
    CustomerLocus,
    Demand,
    ExhibitionSide,
    Money,
    Offer,
    Participation,
    PlatformValue,
    return_rate,
    spending_ratio,
)


def test_an_offer_has_five_rights():
    """S-008: customer, price, time, channel, product."""
    whole = {
        "customer_id": "C-1", "price": Money(0, "CNY"), "at": EPOCH, "channel": "email",
        "product": "paper",
    }  # fmt: skip
    assert Offer(**whole).missing == ()
    assert Offer().missing == tuple(whole)
    for name in whole:
        assert Offer(**{key: value for key, value in whole.items() if key != name}).missing == (
            name,
        )


def test_need_want_and_demand():
    """S-011: a lack is a need, and only a want that can be paid for is a demand."""
    assert Demand.of(felt_lack=True) is Demand.NEED
    assert Demand.of(felt_lack=True, certain_thing=True) is Demand.WANT
    for willing, able in product((True, False), repeat=2):
        kind = Demand.of(felt_lack=True, certain_thing=True, is_willing=willing, can_pay=able)
        assert kind is (Demand.DEMAND if willing and able else Demand.WANT)
        assert Demand.of(felt_lack=False, is_willing=willing, can_pay=able) is None
    assert [label(kind, "zh") for kind in Demand] == ["需要", "欲望", "需求"]


def taking_part(rows):
    return [
        Participation(customer_id=who, show=show, side=side, is_key=key)
        for who, show, side, key in rows
    ]


def test_who_came_again():
    """S-307, S-310, S-311: each side on its own, and the key ones among them."""
    everyone = taking_part(
        [
            ("A", "2023", "exhibitor", True), ("B", "2023", "exhibitor", False),
            ("C", "2023", "professional_visitor", False), ("A", "2024", "exhibitor", False),
            ("C", "2024", "general_visitor", False), ("D", "2024", "exhibitor", True),
        ]
    )  # fmt: skip
    assert return_rate(everyone, "2023", "2024", side="exhibitor") == 0.5
    assert return_rate(everyone, "2023", "2024", side="exhibitor", key_only=True) == 1
    assert return_rate(everyone, "2023", "2024", side="professional_visitor") == 0
    assert return_rate(everyone, "2023", "2024", side="general_visitor") is None
    assert [side.is_visitor for side in ExhibitionSide] == [False, True, True]


@pytest.mark.properties
@settings(max_examples=50)
@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_the_return_rate_is_a_retention(before, after):
    """S-311."""
    rows = [(f"C-{n}", "1", "exhibitor", False) for n in before]
    rows += [(f"C-{n}", "2", "exhibitor", False) for n in after]
    rate = return_rate(taking_part(rows), "1", "2", side="exhibitor")
    assert rate == (len(before & after) / len(before) if before else None)


def test_what_is_spent_on_the_two_sides():
    """S-309: six to one on average."""
    assert spending_ratio(Money(600, "CNY"), Money(100, "CNY")) == Decimal(6)
    for one, other in ((1, 0), (-1, 1)):
        with pytest.raises(InvalidValue, match="expected 0 or more for exhibitors and more than 0"):
            spending_ratio(Money(one, "CNY"), Money(other, "CNY"))
    with pytest.raises(CurrencyMismatch):
        spending_ratio(Money(1, "CNY"), Money(1, "USD"))


def test_each_side_is_worth_more_the_more_there_are_of_the_other():
    """S-307."""
    rule = PlatformValue(
        professional_to_exhibitor=2, general_to_exhibitor=0.5, exhibitor_to_visitor=3, marketing=10
    )
    assert rule.to_sides(exhibitors=4, professional=5, general=6) == (4 * (10 + 3 + 10), 11 * 3 * 4)
    assert rule.to_sides(exhibitors=4, professional=0, general=0) == (40, 0)
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule
    with pytest.raises(InvalidValue, match="cannot be fewer than 0 of anybody"):
        rule.to_sides(exhibitors=-1, professional=0, general=0)
    for wrong in (-1, "nan"):
        with pytest.raises(InvalidRule, match="marketing must be 0 or more"):
            PlatformValue(professional_to_exhibitor=1, marketing=wrong)


def test_employees_are_the_first_customers():
    """S-320: an employee is a customer inside the firm, with everything that a customer has."""
    employee = Customer(customer_id="E-1", locus="internal")
    assert employee.locus is CustomerLocus.INTERNAL
    assert label(employee.locus, "zh") == "内部客户"
