"""Customers: independent axes, people, consent, owners, merging, erasure, cards, quality."""

import random
from datetime import date, datetime, timedelta
from itertools import product

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from model.histories import EPOCH, cases, instant

from custrel.errors import InvalidRule, InvalidValue, UnknownCode
from custrel.model import (
    CARD_PARTS,
    DATA_CLASSES,
    DEAL_FLOW,
    OBJECTIVITY,
    WHO_AND_HOW,
    BuyingRole,
    Case,
    ChannelRole,
    Consent,
    ContactPerson,
    ContactPoint,
    Customer,
    CustomerBase,
    CustomerLocus,
    CustomerNature,
    DataScheme,
    Identifier,
    ManagementClass,
    Merge,
    Money,
    RecordCard,
    SatisfactionRecord,
    ShopperType,
    TradeMode,
    TransactionRecord,
    TransactionState,
    census,
    data_quality,
    erase,
    redact,
    stale_records,
    without_role,
)

properties = pytest.mark.properties


def customer(number=1, **fields):
    return Customer(customer_id=f"C-{number}", **fields)


# ------------------------------------------------------------------------------------- who he is


def test_there_is_no_customer_without_a_record_and_the_rest_is_free():
    """S-001: also one who is internal, does not use what he buys, or is an organization."""
    with pytest.raises(InvalidValue, match="Customer: customer_id must be text that is not blank"):
        Customer(customer_id="")
    for locus, end_user, nature in product(CustomerLocus, (True, False), CustomerNature):
        made = customer(locus=locus, is_end_user=end_user, nature=nature)
        assert (made.locus, made.is_end_user, made.nature) == (locus, end_user, nature)


def test_the_axes_are_independent_and_counted():
    """S-028, S-048, S-049, S-050, S-052: nature, locus, channel role, trade mode, management."""
    axes = {
        "nature": CustomerNature, "locus": CustomerLocus, "channel_role": ChannelRole,
        "trade_mode": TradeMode, "management_class": [*ManagementClass, None],
    }  # fmt: skip
    everyone = [
        customer(number, **dict(zip(axes, codes, strict=True)))
        for number, codes in enumerate(product(*axes.values()))
    ]
    for axis, codes in axes.items():
        counts = census(everyone, axis)
        assert counts == dict.fromkeys(codes, len(everyone) // len(list(codes)))
    assert census([], "nature", Customer) == {"retail": 0, "commercial": 0, "organization": 0}
    with pytest.raises(UnknownCode, match=r"'mode' is no axis of Customer; .* 'trade_mode'"):
        census(everyone, "mode")
    with pytest.raises(UnknownCode, match="'name' is no axis of Customer"):
        census(everyone, "name")
    with pytest.raises(InvalidValue, match="census: no objects, so no class to be seen"):
        census([], "nature")
    with pytest.raises(UnknownCode, match=r"'retial' is no customer nature .did you mean 'retail'"):
        customer(nature="retial")


def test_the_trade_mode_follows_the_nature_where_nothing_is_said():
    """S-028."""
    assert customer().trade_mode is TradeMode.B2C
    assert customer(nature="commercial").trade_mode is TradeMode.B2B
    assert customer(nature="commercial", trade_mode="b2c").trade_mode is TradeMode.B2C


def test_a_customer_is_actual_when_he_has_bought():
    """S-051."""
    assert [TransactionState.of(orders).value for orders in (0, 1, 9)] == [
        "potential", "actual", "actual",
    ]  # fmt: skip
    with pytest.raises(InvalidValue, match="-1 transactions cannot be"):
        TransactionState.of(-1)


def test_buyers_and_deciders():
    """S-062, S-265: nothing is sold blindly where nobody knows who decides."""
    boss = ContactPerson(person_id="P-1", roles=["decider", "buyer", "decider"])
    clerk = ContactPerson(person_id="P-2", roles="buyer")
    assert boss.roles == (BuyingRole.BUYER, BuyingRole.DECIDER)
    assert (boss.decides, clerk.decides) == (True, False)
    known, blind = customer(1, people=[clerk, boss]), customer(2, people=[clerk])
    assert without_role([known, blind]) == (blind,)
    assert ContactPerson(person_id="P-1", concerns="price").concerns == ("price",)
    assert without_role([known, blind], "gatekeeper") == (known, blind)
    with pytest.raises(UnknownCode, match="'boss' is no buying role"):
        without_role([], "boss")


@properties
@settings(max_examples=40)
@given(st.permutations(range(6)))
def test_the_owner_is_who_got_him_last_whatever_order_one_hears_of_it(order):
    whole = customer(first_owner="li")
    for number in range(6):
        whole = whole.hand_over(f"rep-{number}", at=instant(number), by="boss")
    shuffled = attrs.evolve(whole, hand_overs=[whole.hand_overs[i] for i in order])
    assert shuffled == whole
    assert shuffled.owner == "rep-5"
    assert shuffled.owner_at(instant(2.5)) == shuffled.owner_at(instant(2)) == "rep-2"
    assert shuffled.owner_at(EPOCH - timedelta(1)) == "li"
    assert attrs.evolve(whole, hand_overs=()) == customer(first_owner="li")


# --------------------------------------------------------------------------------------- consent


def consent(**fields):
    return Consent(**{"purpose": "news", "given_at": EPOCH} | fields)


@pytest.mark.parametrize(
    ("consents", "asked", "allowed"),
    [
        ([], {}, False),
        ([consent()], {}, True),
        ([consent()], {"channel": "phone"}, True),
        ([consent(channel="email")], {"channel": "email"}, True),
        ([consent(channel="email")], {"channel": "phone"}, False),
        ([consent(channel="email")], {}, False),
        ([consent(purpose="calls")], {}, False),
        ([consent(given_at=instant(11))], {}, False),
        ([consent(expires_at=instant(10))], {}, False),
        ([consent(expires_at=instant(11))], {}, True),
        ([consent(withdrawn_at=instant(10))], {}, False),
        ([consent(withdrawn_at=instant(5)), consent(given_at=instant(6))], {}, True),
        ([consent(withdrawn_at=instant(5)), consent(given_at=instant(3))], {}, False),
        ([consent(withdrawn_at=instant(5)), consent(given_at=instant(5))], {}, False),
        ([consent(withdrawn_at=instant(5)), consent(channel="email")], {"channel": "email"}, False),
        ([consent(channel="phone", withdrawn_at=instant(5)), consent()], {"channel": "email"}, True),
        ([consent(channel="phone", withdrawn_at=instant(5)), consent()], {"channel": "phone"}, False),
    ],
)  # fmt: skip
def test_consent_fails_closed_and_the_later_no_counts(consents, asked, allowed):
    assert customer(consents=consents).may_be_contacted("news", instant(10), **asked) is allowed


def test_impossible_consents():
    with pytest.raises(InvalidValue, match=r"Consent to 'news': it ends at .* before it is given"):
        consent(withdrawn_at=EPOCH - timedelta(1))
    with pytest.raises(UnknownCode, match="'fax' is no channel"):
        consent(channel="fax")


# ------------------------------------------------------------------------------ merge and erasure


@properties
@settings(max_examples=60)
@given(st.data())
def test_merges_keep_every_history_and_can_be_taken_back(data):
    """Mautic #16118, NPSP #1836: a merge must not lose the loser's history."""
    number = data.draw(st.integers(2, 6))
    base = CustomerBase([customer(i) for i in range(number)])
    histories = [
        attrs.evolve(data.draw(cases(most=3)), case_id=f"K-{i}", about=f"C-{i}")
        for i in range(number)
    ]
    steps = [base]
    for step in range(data.draw(st.integers(1, number - 1))):
        free = [c.customer_id for c in steps[-1].current]
        loser = data.draw(st.sampled_from(free))
        into = data.draw(st.sampled_from([name for name in free if name != loser]))
        steps.append(steps[-1].merge(loser, into=into, at=instant(step), by="li"))
    merged = steps[-1]
    found = [case for c in merged.current for case in merged.cases_of(c.customer_id, histories)]
    assert sorted(case.case_id for case in found) == sorted(case.case_id for case in histories)
    for name in (f"C-{i}" for i in range(number)):
        assert merged.resolve(merged.resolve(name)) == merged.resolve(name)
        assert merged.cases_of(name, histories) == merged.cases_of(merged.resolve(name), histories)
    shuffled = list(merged.merges)
    random.Random(number).shuffle(shuffled)
    assert CustomerBase(base.customers, shuffled) == merged
    back = merged
    for late, merge in enumerate(reversed(merged.merges)):
        back = back.undo_merge(merge.loser, at=instant(900 + late), by="li")
    assert back.current == base.current
    assert len(back.merges) == 2 * len(merged.merges)


def test_what_records_of_one_customer_know_together():
    phone = ContactPoint(channel="phone", value="12345678")
    kept = customer(1, contact_points=[phone], identifiers=[Identifier("erp", "1")])
    lost = customer(
        2, name="Li", management_class="key", contact_points=[phone],
        identifiers=[Identifier("erp", "2")],
    )  # fmt: skip
    base = CustomerBase([kept, lost]).merge("C-2", into="C-1", at=EPOCH, by="li")
    whole = base.get("C-2")
    assert whole.customer_id == "C-1"
    assert (whole.name, whole.management_class) == ("Li", "key")
    assert whole.contact_points == (phone,)
    assert [str(identifier) for identifier in whole.identifiers] == ["erp:1", "erp:2"]
    assert base.customers == (kept, lost)


def test_a_record_is_put_in_the_place_of_the_old_one():
    base = CustomerBase([customer(1), customer(2)]).merge("C-2", into="C-1", at=EPOCH, by="li")
    renamed = base.put(customer(1, name="Li")).put(customer(3))
    assert [c.customer_id for c in renamed.customers] == ["C-1", "C-2", "C-3"]
    assert renamed.get("C-2").name == "Li"
    assert base.get("C-1").name == ""


def test_impossible_merges():
    base = CustomerBase([customer(1), customer(2), customer(3)])
    merged = base.merge("C-2", into="C-1", at=EPOCH, by="li")
    with pytest.raises(InvalidValue, match="'C-2' was merged into 'C-1' before; undo that first"):
        merged.merge("C-2", into="C-3", at=instant(1), by="li")
    with pytest.raises(InvalidValue, match="'C-2' was merged into 'C-1' before; they are one"):
        merged.merge("C-1", into="C-2", at=instant(1), by="li")
    with pytest.raises(InvalidValue, match="'C-3' is not merged into any other"):
        merged.undo_merge("C-3", at=instant(1), by="li")
    with pytest.raises(InvalidValue, match="'C-3' cannot be merged into itself"):
        merged.merge("C-3", into="C-3", at=instant(1), by="li")
    with pytest.raises(InvalidValue, match="'C-3' is not merged into 'C-1'"):
        CustomerBase(base.customers, [Merge(loser="C-3", into="C-1", at=EPOCH, by="x", undo=True)])
    with pytest.raises(UnknownCode, match="'C-9' is no customer of this base"):
        base.merge("C-9", into="C-1", at=EPOCH, by="li")
    with pytest.raises(InvalidValue, match="two records are called C-1"):
        CustomerBase([customer(1), customer(1)])


def test_cases_about_nobody_are_found():
    """S-265: foreign keys."""
    case = Case(case_id="D-1", flow=DEAL_FLOW, opened_at=EPOCH, about="C-9")
    base = CustomerBase([customer(1)])
    assert base.strangers([case]) == (case,)
    assert base.cases_of("C-1", [case]) == ()


@properties
@settings(max_examples=40)
@given(cases())
def test_erasure_leaves_no_words_and_every_count(case):
    black = redact(case)
    words = {value for move in case.moves for _, value in move.evidence if value}
    assert not any(word in repr(black.moves) for word in words)
    assert (black.state, black.spells()) == (case.state, case.spells())
    assert [m.trigger for m in black.moves] == [m.trigger for m in case.moves]


def test_erasure_of_a_customer():
    person = ContactPerson(person_id="P-1", name="Li Wei")
    whole = customer(
        1, name="Li Wei", nature="commercial", first_owner="wang", people=[person],
        identifiers=[Identifier("id", "510500")], consents=[consent()],
        contact_points=[ContactPoint(channel="email", value="li@example.com")],
    )  # fmt: skip
    gone = erase(whole)
    for word in ("Li", "510500", "example", "P-1"):
        assert word not in repr(gone)
    assert (gone.customer_id, gone.nature, gone.owner) == ("C-1", "commercial", "wang")
    assert not gone.may_be_contacted("news", instant(1))


# -------------------------------------------------------------------------------- cards, quality


def test_a_card_has_three_parts():
    """S-256, S-258: basic data, satisfaction, transactions; and the card of a VIP."""
    card = RecordCard(basic=customer(1))
    assert card.gaps == ("satisfaction", "transactions")
    assert not card.is_vip
    full = RecordCard(
        basic=customer(1, management_class="key"),
        satisfaction=SatisfactionRecord(score=8, asked_on=date(2024, 3, 1)),
        transactions=TransactionRecord(
            orders=1, revenue=Money(5, "CNY"), first_on=date(2024, 3, 1), last_on=date(2024, 3, 1)
        ),
    )
    assert full.gaps == ()
    assert full.is_vip
    assert full.transactions.state is TransactionState.ACTUAL


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"orders": -1}, "-1 transactions cannot be"),
        ({"orders": 1}, "1 transactions, but the first on None and the last on None"),
        ({"orders": 0, "first_on": date(2024, 1, 1)}, "0 transactions, but the first on 2024"),
        (
            {"orders": 2, "first_on": date(2024, 1, 2), "last_on": date(2024, 1, 1)},
            "the last, 2024-01-01, is before the first, 2024-01-02",
        ),
    ],
)
def test_impossible_transactions(fields, message):
    with pytest.raises(InvalidValue, match=message):
        TransactionRecord(revenue=Money(0, "CNY"), **fields)


def test_records_that_nobody_has_looked_through():
    """S-259: data are looked after, and by somebody."""
    old, new = customer(1, updated_at=EPOCH), customer(2, updated_at=instant(24 * 80))
    never = customer(3)
    as_of = instant(24 * 90)
    assert stale_records([new, old, never], timedelta(days=30), as_of=as_of) == (never, old)
    assert stale_records([old], timedelta(days=90), as_of=as_of) == ()
    naive_is_told = pytest.raises(InvalidValue, match="updated_at is an instant without a zone")
    with naive_is_told:
        customer(1, updated_at=datetime(2024, 1, 1))


def test_classes_of_customer_data():
    """S-255, S-256, S-261, S-268: four ways to class what one knows."""
    columns = ["姓名", "email", "preferred_colour", "coupons_sent", "order_amount", "满意度", "x"]
    assert DATA_CLASSES.classify(columns) == {
        "descriptive": ("姓名", "email", "满意度"),
        "promotional": ("coupons_sent",),
        "transactional": ("order_amount",),
        None: ("preferred_colour", "x"),
    }
    assert CARD_PARTS.of("complaints") == "satisfaction"
    assert WHO_AND_HOW.of("饮食习惯") == "how"
    assert OBJECTIVITY.of("attitude_2024") == "subjective"
    assert CARD_PARTS.of("order_address") == "basic"
    assert DATA_CLASSES.of("stage") is None  # no "age" in it


def test_impossible_schemes():
    with pytest.raises(InvalidRule, match="name tells two classes"):
        DataScheme("x", {"a": ["name"], "b": ["name"]})
    with pytest.raises(InvalidRule, match="there are no words"):
        DataScheme("x", {})
    with pytest.raises(InvalidRule, match="expected classes with their words"):
        DataScheme("x", [1])


def test_quality_of_a_base_with_the_offending_records():
    """S-263: correctness, completeness, uniqueness."""
    good = ContactPoint(channel="phone", value="0830-6668888")
    same = ContactPoint(channel="phone", value="(0830) 666 8888")
    bad = ContactPoint(channel="email", value="none")
    person = ContactPerson(person_id="P-1", contact_points=[bad])
    base = [
        customer(1, name="Li", contact_points=[good], identifiers=[Identifier("lei", "X" * 20)]),
        customer(2, name="", contact_points=[same, same]),
        customer(3, name="Wu", people=[person]),
        customer(4, name="Xu", contact_points=[ContactPoint(channel="web", value="xu.example")]),
    ]
    quality = data_quality(base)
    assert quality.customers == 4
    assert quality.correctness == 4 / 6
    assert quality.completeness == 6 / 8
    assert quality.uniqueness == 2 / 4
    found = [(f.customer_id, f.aspect.value, f.field) for f in quality.findings]
    assert found == [
        ("C-1", "correctness", "identifiers"),
        ("C-1", "uniqueness", "contact_points"),
        ("C-2", "completeness", "name"),
        ("C-2", "uniqueness", "contact_points"),
        ("C-3", "correctness", "people"),
        ("C-3", "completeness", "contact_points"),
    ]
    assert [f.customer_id for f in quality.of("completeness")] == ["C-2", "C-3"]
    assert data_quality([]).uniqueness is None
    with pytest.raises(UnknownCode, match="'phone' is no field of a customer"):
        data_quality(base, required=["phone"])


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        ({"economic": 4.5, "convenient": 2}, "economic"),
        ({"personalizing": -1, "ethical": -0.5}, "ethical"),
        ({"economic": 3, "convenient": 3, "ethical": 1}, None),
        ({}, None),
    ],
)
def test_what_a_customer_looks_for_when_he_shops(scores, kind):
    """S-047: the type of the highest score; a tie says nothing."""
    assert ShopperType.of(scores) == kind


def test_a_score_of_a_shopper_is_a_number_of_a_type():
    with pytest.raises(UnknownCode, match="did you mean 'economic'"):
        ShopperType.of({"economical": 1})
    with pytest.raises(InvalidValue, match="leave the type out"):
        ShopperType.of({"economic": float("nan")})


@properties
@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["", "a"]), st.integers(0, 5)), max_size=12))
def test_quality_is_a_share_and_counts_its_findings(rows):
    base = [
        customer(
            number, name=name, contact_points=[ContactPoint(channel="phone", value=f"1234567{digit}")]
        )
        for number, (name, digit) in enumerate(rows)
    ]  # fmt: skip
    quality = data_quality(base, required=["name"])
    if not rows:
        return
    digits = [digit for _, digit in rows]
    assert quality.uniqueness == sum(digits.count(d) == 1 for d in digits) / len(rows)
    assert quality.completeness == sum(name == "a" for name, _ in rows) / len(rows)
    assert quality.correctness == 1
