"""Loyalty programmes as records: rewards, tiers, levels (S-188, S-189, S-190)."""

import json
from datetime import date, timedelta

import attrs
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings, strategies as st

from custrel.errors import CurrencyMismatch, InvalidRule, InvalidValue, UnknownCode
from custrel.model import (
    BondLevel,
    LoyaltyProgramme,
    Membership,
    Money,
    PointsEntry,
    ProgrammeTier,
)
from custrel.rules import from_data
from custrel.satisfaction import main_instrument

CLUB = LoyaltyProgramme(
    name="mill club", goal="two orders a year", per=10, points=2, currency="CNY",
    tiers=[
        ProgrammeTier("basic"), ProgrammeTier("silver", 100, "social"),
        ProgrammeTier("gold", 300, "structural"),
    ],
    valid_months=24, rewards={"tea": 80, "journey": 500},
)  # fmt: skip


def cny(amount):
    return Money(amount, "CNY")


def member(*entries, joined=date(2023, 1, 1)):
    return Membership(
        customer_id="C-7", programme="mill club", joined_on=joined,
        entries=[
            PointsEntry(entry_id=f"E-{number}", on=on, points=points)
            for number, (on, points) in enumerate(entries)
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "points"), [("9.99", 0), ("10", 2), ("1259.90", 250), ("-50", 0), ("0", 0)]
)
def test_points_for_what_is_spent(amount, points):
    """S-188: two points for each whole ten yuan."""
    assert CLUB.points_for(cny(amount)) == points


def test_earning_and_redeeming():
    joined = CLUB.join("C-7", on=date(2023, 1, 1))
    assert CLUB.earn(joined, cny(9), order="O-0", on=date(2023, 1, 2)) == joined
    earned = CLUB.earn(joined, cny(600), order="O-1", on=date(2023, 2, 1))
    taken = CLUB.redeem(earned, "tea", number="R-1", on=date(2023, 3, 1))
    assert (earned.balance(date(2023, 2, 1)), taken.balance(date(2023, 3, 1))) == (120, 40)
    assert taken.balance(date(2023, 2, 1)) == 120
    with pytest.raises(InvalidValue, match=r"'R-2' spends 80 points on 2023-03-02, of 40"):
        CLUB.redeem(taken, "tea", number="R-2", on=date(2023, 3, 2))
    with pytest.raises(InvalidValue, match="'R-1' spends 80 points on 2023-03-01, of 40"):
        CLUB.redeem(taken, "tea", number="R-0", on=date(2023, 2, 2))  # what was taken later
    with pytest.raises(InvalidValue, match="'O-1' stands in it already"):
        CLUB.earn(taken, cny(600), order="O-1", on=date(2023, 4, 1))
    with pytest.raises(UnknownCode, match="reward of the programme 'mill club'"):
        CLUB.redeem(taken, "coffee", number="R-2", on=date(2023, 3, 2))
    with pytest.raises(CurrencyMismatch):
        CLUB.earn(joined, Money(60, "USD"), order="O-1", on=date(2023, 2, 1))
    stranger = attrs.evolve(joined, programme="other club")
    for call in (
        lambda: CLUB.earn(stranger, cny(9), order="O-1", on=date(2023, 2, 1)),
        lambda: CLUB.statement(stranger, date(2023, 2, 1)),
    ):
        with pytest.raises(InvalidValue, match="'C-7' is a member of 'other club'"):
            call()


def test_where_a_member_stands():
    """S-189: the tier of the points of twelve months, and what binds in it."""
    own = member((date(2023, 2, 1), 150), (date(2023, 2, 1), 100), (date(2023, 9, 1), 60))
    stands = CLUB.statement(own, date(2024, 1, 31))
    assert (stands.balance, stands.tier, stands.bond) == (310, "gold", BondLevel.STRUCTURAL)
    assert (stands.next_tier, stands.to_next_tier, stands.rewards) == (None, None, ("tea",))
    assert (stands.expiring, stands.expires_on) == (250, date(2025, 2, 1))
    later = CLUB.statement(own, date(2024, 2, 1))  # twelve months after the first day
    assert (later.balance, later.tier, later.next_tier, later.to_next_tier) == (
        310, "basic", "silver", 40,
    )  # fmt: skip
    assert CLUB.statement(own, date(2025, 1, 31)).balance == 310
    assert CLUB.statement(own, date(2025, 2, 1)).balance == 60
    forever = attrs.evolve(CLUB, valid_months=None).statement(own, date(2099, 1, 1))
    assert (forever.balance, forever.expiring, forever.expires_on) == (310, 0, None)
    assert CLUB.statement(member(), date(2024, 1, 1)).expires_on is None
    silver = CLUB.statement(member((date(2023, 2, 1), 100)), date(2023, 2, 1))
    assert (silver.tier, silver.next_tier, silver.to_next_tier) == ("silver", "gold", 200)
    assert CLUB.statement(member((date(2023, 2, 1), 80)), date(2023, 2, 1)).rewards == ("tea",)
    assert CLUB.statement(member((date(2023, 2, 1), 79)), date(2023, 2, 1)).rewards == ()


def test_points_that_expire_on_one_day_are_named_together():
    """A month from 30 January and one from the 31st end on the last of February."""
    short = attrs.evolve(CLUB, valid_months=1)
    own = member((date(2023, 1, 30), 5), (date(2023, 1, 31), 7), (date(2023, 2, 1), 9))
    stands = short.statement(own, date(2023, 2, 2))
    assert (stands.expiring, stands.expires_on) == (12, date(2023, 2, 28))
    assert short.statement(own, date(2023, 2, 28)).balance == 9


def test_the_levels_bind_as_the_documents_say():
    """S-189: the first by the price; the other two reconstructed."""
    bonds = [CLUB.tier(points).bond for points in (0, 100, 300)]
    assert bonds == [main_instrument(level) for level in (1, 2, 3)]
    assert [CLUB.tier(points).code for points in (99, 100, 299, 300, 10**6, -5)] == [
        "basic", "silver", "silver", "gold", "gold", "basic",
    ]  # fmt: skip


ENTRIES = st.lists(
    st.tuples(st.integers(0, 1500), st.integers(1, 9), st.booleans()), max_size=9
)  # day, points, whether spent


@settings(max_examples=80, deadline=None)
@given(ENTRIES, st.sampled_from([None, 1, 6, 24]), st.integers(0, 1600), st.randoms())
def test_the_oldest_points_go_first(drawn, months, asked, rng):
    """Against a simulation of every single point; whatever the order in which entries arrive."""
    start = date(2020, 1, 31)
    single, entries = [], []
    for place, (day, points, is_spent) in enumerate(sorted(drawn, key=lambda e: (e[0], e[2]))):
        on = start + timedelta(days=day)
        alive = [p for p in single if p["gone"] is None and lasts(p, on, months)]
        if is_spent and len(alive) < points:
            continue
        if is_spent:
            for point in alive[:points]:
                point["gone"] = on
        else:
            single += [{"on": on, "gone": None} for _ in range(points)]
        entries.append(
            PointsEntry(entry_id=f"{place:02}", on=on, points=-points if is_spent else points)
        )
    rng.shuffle(entries)
    own = Membership(customer_id="C", programme="p", joined_on=start, entries=entries * 2)
    on = start + timedelta(days=asked)
    left = [
        p for p in single
        if p["on"] <= on and lasts(p, on, months) and (p["gone"] is None or p["gone"] > on)
    ]  # fmt: skip
    assert own.balance(on, valid_months=months) == len(left)
    lots = own.lots(on, valid_months=months)
    assert [day for day, n in lots for _ in range(n)] == sorted(p["on"] for p in left)


def lasts(point, on, months):
    return months is None or on < point["on"] + relativedelta(months=months)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"per": 0}, "above 0"),
        ({"points": -1}, "above 0"),
        ({"valid_months": 0}, "above 0"),
        ({"rewards": {"air": 0}}, "above 0"),
        ({"tiers": []}, "the lowest tier asks for no points"),
        ({"tiers": [ProgrammeTier("a", 5)]}, "the lowest tier asks for no points"),
        ({"tiers": [ProgrammeTier("a"), ProgrammeTier("b")]}, "more points than the one below"),
        ({"tiers": [ProgrammeTier("a", 0, "social"), ProgrammeTier("b", 9)]}, "binds less"),
        ({"tiers": [ProgrammeTier("a"), ProgrammeTier("a", 9)]}, "stands once"),
        ({"rewards": [("tea", 1), ("tea", 2)]}, "stands once"),
    ],
)
def test_a_programme_that_cannot_be(change, message):
    with pytest.raises(InvalidRule, match=f"programme 'mill club': .*{message}"):
        attrs.evolve(CLUB, **change)


def test_rewards_cost_whole_points():
    for rewards in ({"tea": 79.9}, ["tea"], {"tea": "80"}):
        with pytest.raises(InvalidRule, match=r"rewards cost whole points: \{'tea': 80\}, got"):
            attrs.evolve(CLUB, rewards=rewards)


def test_a_programme_is_a_rule_with_a_goal():
    """S-190: the first of the seven rules."""
    assert from_data(json.loads(json.dumps(CLUB.to_data()))) == CLUB
    with pytest.raises(InvalidValue, match="goal must be text that is not blank"):
        attrs.evolve(CLUB, goal=" ")
    with pytest.raises(UnknownCode, match="currency"):
        attrs.evolve(CLUB, currency="XXX")
    with pytest.raises(InvalidRule, match="points are 0 or more, got -1"):
        ProgrammeTier("a", -1)


def test_a_membership_that_cannot_be():
    entry = PointsEntry(entry_id="E-1", on=date(2023, 2, 1), points=5)
    with pytest.raises(InvalidValue, match="two different entries are called E-1"):
        attrs.evolve(member(), entries=[entry, attrs.evolve(entry, points=6)])
    assert attrs.evolve(member(), entries=[entry, entry]).entries == (entry,)
    with pytest.raises(InvalidValue, match="is before 2023-01-01, when it began"):
        member((date(2022, 12, 31), 5))
    with pytest.raises(InvalidValue, match="no points, no entry"):
        attrs.evolve(entry, points=0)
    with pytest.raises(InvalidValue, match="'E-0' spends 5 points"):
        member((date(2023, 2, 1), -5)).balance(date(2023, 2, 1))
