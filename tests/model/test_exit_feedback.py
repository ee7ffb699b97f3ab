"""Why customers left (S-203), what they say of it (S-212), and what can be won back (S-202)."""

from datetime import UTC, datetime, timedelta

import pytest

from custrel.errors import InvalidValue, UnknownCode
from custrel.model import ChurnCause, ChurnType, ExitFeedback, churn_causes
from custrel.valuation import WinBackPlan, WinBackRule

DAY = datetime(2024, 3, 1, tzinfo=UTC)


def said(customer, cause, days=0):
    return ExitFeedback(customer_id=customer, at=DAY + timedelta(days=days), cause=cause)


def test_every_type_has_a_cause_and_the_rule_of_win_back_knows_it():
    assert {cause.churn_type for cause in ChurnCause} == set(ChurnType)
    plans = [WinBackPlan(name="call", cost=1.0)]
    known = {kind for kind, _ in WinBackRule(plans=plans).recoverable}
    assert known == {kind.value for kind in ChurnType}


def test_what_the_firm_did_wrong_disappoints():
    wrongs = ("staff_turnover", "internal_crisis", "complaint_mishandled", "dishonesty",
              "bullying", "conduct")  # fmt: skip
    assert {ChurnCause(wrong).churn_type for wrong in wrongs} == {ChurnType.DISAPPOINTED}


def test_the_last_word_of_a_customer_counts_in_whatever_order_it_came():
    feedback = [
        said("a", "conduct", days=2), said("a", "competitor"), said("b", "migration"),
        said("c", "competitor"), said("d", "competitor", days=9),
    ]  # fmt: skip
    expected = {ChurnCause.COMPETITOR: 2, ChurnCause.CONDUCT: 1, ChurnCause.MIGRATION: 1}
    for order in (feedback, feedback[::-1]):
        assert list(churn_causes(order).items()) == list(expected.items())
    assert churn_causes([]) == {}


def test_bad_feedback_is_refused():
    with pytest.raises(UnknownCode, match="competitor"):
        said("a", "competitors")
    with pytest.raises(InvalidValue, match="zone"):
        ExitFeedback(customer_id="a", at=DAY.replace(tzinfo=None), cause="conduct")
    with pytest.raises(InvalidValue, match="customer_id"):
        said(" ", "conduct")
