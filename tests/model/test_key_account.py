"""Key accounts: their team and its seven duties (S-277, S-279), their plan, what is reached."""

from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from custrel.errors import InvalidValue, UnknownCode
from custrel.model import (
    AccountDuty,
    AccountMember,
    AccountTarget,
    AccountTeam,
    ContactPerson,
    KeyAccount,
    Money,
    Task,
)
from custrel.segmentation import ACCOUNT_MANAGER, KeyAccountRule

MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)
LI = AccountMember(
    person="li", function="sales", contacts=["P-1"],
    duties=["negotiate", "grasp_contract", "develop_business", "negotiate"],
)  # fmt: skip
ZHAO = AccountMember(person="zhao", function="logistics", duties="coordinate_service", weight=0.5)
TEAM = AccountTeam(lead="li", members=[LI, ZHAO], functions=["sales", "finance", "logistics"])


def task(number, due, about="C-7"):
    return Task.assign(
        f"T-{number}", f"task {number}", to="li", due_on=date(2024, 3, due), at=MONDAY, about=about
    )


ACCOUNT = KeyAccount(
    customer_id="C-7", since=date(2024, 1, 1), criteria=["strategic", "profit"], team=TEAM,
    plan=[task(1, 6), task(2, 8).complete(at=MONDAY, by="li"), task(3, 9), task(4, 20)],
    targets=[
        AccountTarget(
            measure="annual_profit", target=200_000, reached=150_000, due_on=date(2024, 3, 31)
        ),
        AccountTarget(
            measure="share_of_wallet_growth", target=0.05, reached=0.05, due_on=date(2024, 3, 31)
        ),
        AccountTarget(measure="target_attainment", target=1, due_on=date(2024, 3, 31)),
    ],
    review_on=date(2024, 3, 31),
)  # fmt: skip


def test_seven_duties_and_what_nobody_does():
    """S-277: 把握合同要点 to 协调顾客服务; each duty stands once, in the documents' order."""
    assert len(AccountDuty) == 7
    assert [duty.value for duty in LI.duties] == ["grasp_contract", "develop_business", "negotiate"]
    assert [duty.value for duty in TEAM.missing_duties] == [
        "understand_decisions", "find_added_value", "provide_intelligence",
    ]  # fmt: skip
    whole = AccountTeam(lead="li", members=[attrs.evolve(LI, duties=AccountDuty)])
    assert whole.missing_duties == ()
    with pytest.raises(UnknownCode, match="did you mean 'negotiate'"):
        AccountMember(person="li", function="sales", duties="negociate")


def test_a_team_of_several_functions():
    """S-279: 交叉功能小组; which function is missing, and whom nobody looks after."""
    assert TEAM.missing_functions == ("finance",)
    people = [
        ContactPerson(person_id="P-2", roles="user"),
        ContactPerson(person_id="P-3"),
        ContactPerson(person_id="P-4", roles=["decider", "buyer"]),
        ContactPerson(person_id="P-1", roles="decider"),
    ]
    assert [one.person_id for one in TEAM.unattended(people)] == ["P-4", "P-2"]
    with pytest.raises(InvalidValue, match="each member once, got li, li"):
        AccountTeam(lead="li", members=[LI, LI])
    with pytest.raises(InvalidValue, match="'sun' leads it and is none of its members: li, zhao"):
        attrs.evolve(TEAM, lead="sun")
    with pytest.raises(InvalidValue, match="a weight is 0 or more, got -1"):
        AccountMember(person="li", function="sales", weight=-1)
    for weight in ("NaN", "two", float("inf"), None):
        with pytest.raises(InvalidValue, match=f"a weight must be a number, got {weight!r}"):
            AccountMember(person="li", function="sales", weight=weight)


def test_what_an_account_brings_is_divided_by_weight():
    """1 to 0.5 of 100: two thirds and one third, to the last cent."""
    shares = TEAM.credited(Money("100.00", "CNY"))
    assert shares == {"li": Money("66.67", "CNY"), "zhao": Money("33.33", "CNY")}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.decimals(0, 9, places=3), min_size=1, max_size=6).filter(any), st.integers(0, 10**9)
)
def test_what_is_credited_sums_to_what_it_brought(weights, cents):
    amount = Money(Decimal(cents).scaleb(-2), "CNY")
    members = [
        AccountMember(person=f"p{n}", function="sales", weight=weight)
        for n, weight in enumerate(weights)
    ]
    parts = AccountTeam(lead="p0", members=members).credited(amount)
    assert sum(parts.values(), start=Money(0, "CNY")) == amount
    assert all(not part for (_, part), w in zip(parts.items(), weights, strict=True) if not w)


def test_what_of_the_plan_is_due_and_overdue():
    on = date(2024, 3, 9)
    assert [found.what for found in ACCOUNT.overdue(on)] == ["task 1"]
    assert [found.what for found in ACCOUNT.due(on)] == ["task 1", "task 3"]
    assert [found.what for found in ACCOUNT.due(on, ahead=11)] == ["task 1", "task 3", "task 4"]
    assert ACCOUNT.plan_attainment(on) == 0.5
    assert ACCOUNT.plan_attainment(date(2024, 3, 30)) == 0.25
    assert ACCOUNT.plan_attainment(date(2024, 3, 6)) is None


def test_what_is_reached_feeds_the_evaluation_of_the_manager():
    """S-277: the figures are parts of their targets, as the checklist of the evaluation wants."""
    assert ACCOUNT.attainments == {"annual_profit": 0.75, "share_of_wallet_growth": 1.0}
    figures = ACCOUNT.attainments | {"target_attainment": ACCOUNT.plan_attainment(date(2024, 3, 9))}
    judged = ACCOUNT_MANAGER.judge(pd.DataFrame([figures]))
    assert judged["evaluation_score"].item() == pytest.approx((0.75 + 1 + 0.5) / 3, rel=1e-12)
    profit, growth, unknown = ACCOUNT.targets
    later = date(2024, 4, 1)
    assert [t.is_missed(later) for t in (profit, growth, unknown)] == [True, False, True]
    assert not profit.is_missed(date(2024, 3, 31))
    with pytest.raises(InvalidValue, match="is above 0, got 0"):
        attrs.evolve(profit, target=0)


def test_what_an_account_lacks():
    assert ACCOUNT.gaps(date(2024, 3, 31)) == ("functions", "duties")
    assert ACCOUNT.gaps(date(2024, 4, 1)) == ("functions", "duties", "review")
    bare = KeyAccount(customer_id="C-7", since=date(2024, 1, 1), criteria="strategic")
    assert bare.gaps(date(2024, 1, 1)) == ("team", "plan", "targets", "review")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"criteria": ()}, "say by which criteria"),
        ({"plan": [task(9, 6, about="C-8")]}, "task 'T-9' of its plan is about 'C-8'"),
        ({"targets": ACCOUNT.targets[:1] * 2}, "each measure has one target"),
        ({"review_on": date(2023, 1, 1)}, "its review on 2023-01-01 is before"),
    ],
)
def test_an_account_that_cannot_be(change, message):
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(ACCOUNT, **change)


def test_its_criteria_are_those_of_the_rule():
    assert set(ACCOUNT.criteria) <= set(KeyAccountRule().criteria)
