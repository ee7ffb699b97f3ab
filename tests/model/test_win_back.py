"""Attempts to win back who left, within what they may cost (S-204, S-206, S-207)."""

from datetime import UTC, datetime, timedelta

import attrs
import pandas as pd
import pytest

from custrel.errors import CurrencyMismatch, IllegalMove, InvalidValue, UnknownCode
from custrel.model import (
    DEAL_FLOW,
    Case,
    ChurnType,
    ExitFeedback,
    Money,
    WinBack,
    loss_reasons,
    pipeline_summary,
    win_back_results,
)
from custrel.valuation import WinBackPlan, WinBackRule

MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)


def at(days):
    return MONDAY + timedelta(days=days)


def cny(amount):
    return Money(amount, "CNY")


def attempt(number=1, churn_type="benefit_seeking", value=300, budget=40):
    return WinBack.begin(
        f"W-{number}", f"C-{number}", plan="call and voucher", churn_type=churn_type,
        value=cny(value), budget=cny(budget), at=MONDAY, by="li",
    )  # fmt: skip


def said(number=1, cause="complaint_mishandled", days=1):
    return ExitFeedback(customer_id=f"C-{number}", at=at(days), cause=cause)


def test_plan_listen_offer_return():
    """S-204, S-207: type, cost and plan; listening tells the type."""
    planned = attempt()
    assert (planned.is_heard, planned.spent, planned.left, planned.net) == (
        False, cny(0), cny(40), None,
    )  # fmt: skip
    heard = planned.listen(said(), by="li", cost=cny(6))
    assert (heard.is_heard, heard.churn_type) == (True, ChurnType.DISAPPOINTED)
    offered = heard.offer("a voucher", at=at(2), by="li", cost=cny("3.50"))
    back = offered.come_back("O-88", at=at(9), by="li", cost=cny(20))
    assert (back.spent, back.left, back.net) == (cny("29.50"), cny("10.50"), cny("270.50"))
    lost = offered.give_up("found another", at=at(9), by="li")
    assert lost.net == cny("-9.50")
    assert planned.churn_type is ChurnType.BENEFIT_SEEKING


def test_never_at_any_price():
    """S-206: an attempt that would cost more than it may is refused, and stays as it was."""
    heard = attempt().listen(said(), by="li", cost=cny(30))
    assert heard.offer("a voucher", at=at(2), by="li", cost=cny(10)).left == cny(0)
    with pytest.raises(InvalidValue, match=r"41 CNY of 40 CNY would be spent for a value of 300"):
        heard.offer("a voucher", at=at(2), by="li", cost=cny(11))
    assert heard.left == cny(10)
    with pytest.raises(InvalidValue, match="a cost is 0 or more"):
        heard.offer("a voucher", at=at(2), by="li", cost=cny(-1))
    with pytest.raises(InvalidValue, match="for a value of -1 CNY"):
        attempt(value=-1)
    with pytest.raises(CurrencyMismatch):
        heard.offer("a voucher", at=at(2), by="li", cost=Money(1, "USD"))


def test_only_who_left_can_be_listened_to_and_only_in_time():
    with pytest.raises(InvalidValue, match="is about 'C-1'; the feedback is that of 'C-2'"):
        attempt().listen(said(2), by="li")
    with pytest.raises(IllegalMove, match="it can 'come_back', 'give_up'"):
        attempt().offer("a voucher", at=at(1), by="li").listen(said(days=2), by="li")
    with pytest.raises(IllegalMove, match="needs evidence: reason"):
        attempt().give_up("", at=at(1), by="li")
    with pytest.raises(UnknownCode, match="churn type"):
        attempt(churn_type="bored")
    case = Case(case_id="D-1", flow=DEAL_FLOW, opened_at=MONDAY)
    with pytest.raises(InvalidValue, match="goes through the flow 'deal', not through 'win_back'"):
        attrs.evolve(attempt(), case=case)
    unread = attempt().case.move("offer", at=at(1), by="li", evidence={"offer": "o", "cost": "6"})
    with pytest.raises(InvalidValue, match=r"'6' is no amount of a currency: write '19.90 CNY'"):
        attrs.evolve(attempt(), case=unread)


ATTEMPTS = [
    attempt(1).listen(said(1), by="li", cost=cny(6)).come_back("O-1", at=at(3), by="li"),
    attempt(2, "disappointed").give_up("moved away", at=at(3), by="li"),
    attempt(3, "natural").offer("a voucher", at=at(1), by="li", cost=cny(4)),
    attempt(4).offer("a voucher", at=at(1), by="li", cost=cny(4)).give_up("cheaper", at=at(3), by="li"),
]  # fmt: skip


def test_what_came_of_them_by_type():
    """By hand: of the disappointed one of two came back; what is open does not count."""
    natural, changed, benefit, disappointed = win_back_results(ATTEMPTS, "CNY")
    assert [result.churn_type for result in (natural, changed, benefit, disappointed)] == list(
        ChurnType
    )
    assert (natural.closed, natural.rate, changed.rate) == (0, None, None)
    assert (benefit.closed, benefit.rate, benefit.net) == (1, 0.0, cny(-4))
    assert (disappointed.closed, disappointed.returned, disappointed.rate) == (2, 1, 0.5)
    assert (disappointed.spent, disappointed.net) == (cny(6), cny(294))
    with pytest.raises(CurrencyMismatch):
        win_back_results(ATTEMPTS, "USD")


def test_they_are_cases_like_any_other_and_follow_from_the_rule():
    cases = [one.case for one in ATTEMPTS]
    summary = pipeline_summary(cases, as_of=at(30))
    assert (summary.open, summary.won, summary.lost) == (1, 1, 2)
    assert loss_reasons(cases, as_of=at(30)) == {"cheaper": 1, "moved away": 1}
    rule = WinBackRule(plans=[WinBackPlan(name="call and voucher", cost=6, incentive=20)])
    columns = [
        {"churn_type": a.churn_type.value, "value": float(a.value.amount), "heard": a.is_heard}
        for a in ATTEMPTS
    ]
    judged = rule.judge(pd.DataFrame(columns), switching_cost=None, heard="heard")
    # p (value - incentive) - cost: disappointed and heard 0.5, unheard half of it
    assert judged["win_back_value"].tolist() == pytest.approx(
        [0.5 * 280 - 6, 0.25 * 280 - 6, 0, 0.125 * 280 - 6], rel=1e-12
    )
