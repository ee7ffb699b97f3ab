"""Signals of churn: a drop of business, absence, and the verdict from both."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.model import RiskVerdict
from custrel.segmentation import Absence, RiskRule, VolumeDrop
from custrel.transactions import CustomerSummary


def customers(**columns):
    usual = {
        "frequency": 12, "recency": 110.0, "idle": 5.0,
        "revenue_recent": 100.0, "revenue_before": 100.0,
    }  # fmt: skip
    rows = max(np.size(values) for values in columns.values())
    return pd.DataFrame(usual | columns, index=range(rows))


def verdicts(rule, window=None, **columns):
    return rule.judge(customers(**columns), window=window)["risk"].tolist()


VOLUME = RiskRule(absence=None)
ABSENCE = RiskRule(volume=None)


def test_the_documents_thresholds():
    """S-208: a drop by 20 % is ordinary, by 50 % a defection; V-35: between is to be watched."""
    recent = [120.0, 100.0, 80.0, 79.0, 51.0, 50.0, 0.0, -10.0]
    judged = VOLUME.judge(customers(revenue_recent=recent), window=90)
    assert judged["volume_change"].tolist() == pytest.approx(
        [0.2, 0, -0.2, -0.21, -0.49, -0.5, -1, -1.1]
    )
    assert judged["risk"].tolist() == ["normal"] * 3 + ["watch"] * 2 + ["defecting"] * 3


@pytest.mark.parametrize("before", [0.1, 0.3, 3, 10, 33.3, 70, 1e9])
def test_thresholds_hold_whatever_the_rounding(before):
    assert verdicts(VOLUME, revenue_recent=[before * 0.8], revenue_before=before) == ["normal"]
    assert verdicts(VOLUME, revenue_recent=[before * 0.5], revenue_before=before) == ["defecting"]


def test_whoever_buys_once_a_year_does_not_drop():
    """His rhythm puts no three purchases into a quarter, so nothing follows from none."""
    yearly = {"frequency": [4], "recency": 1460.0, "revenue_recent": 0.0}
    assert verdicts(VOLUME, window=90, **yearly) == ["too_early"]
    assert verdicts(VOLUME, window=1100, **yearly) == ["defecting"]
    # Where nobody knows the window, only the number of purchases can be asked.
    assert verdicts(VOLUME, **yearly) == ["defecting"]
    assert verdicts(VOLUME, window=90, frequency=[12], recency=360.0, revenue_recent=0.0) == [
        "defecting"
    ]


def test_the_window_comes_from_the_summary():
    yearly = customers(frequency=[4], recency=1460.0, revenue_recent=0.0)
    summary = CustomerSummary(yearly, unit="D", compare=90.0)
    assert VOLUME.judge(summary).frame["risk"].tolist() == ["too_early"]
    assert VOLUME.judge(summary, window=1100).frame["risk"].tolist() == ["defecting"]
    with pytest.raises(InvalidRule, match="window must be longer than 0"):
        VOLUME.judge(yearly, window=0)


def test_no_business_before_is_no_base():
    judged = VOLUME.judge(customers(revenue_before=[0.0, -5.0]))
    assert judged["volume_change"].isna().all()
    assert judged["risk"].tolist() == ["too_early"] * 2


def test_absence_against_the_own_rhythm():
    """S-209: ten purchases in ninety days, every tenth day; the multiples are 2 and 4."""
    judged = ABSENCE.judge(customers(frequency=9, recency=90.0, idle=[0.0, 20.0, 20.5, 40.0, 41.0]))
    assert judged["absence"].tolist() == pytest.approx([0, 2, 2.05, 4, 4.1])
    assert judged["risk"].tolist() == ["normal", "normal", "watch", "watch", "defecting"]
    # Half a year is nothing to who comes once a year.
    assert verdicts(ABSENCE, frequency=[4], recency=1460.0, idle=180.0) == ["normal"]


def test_too_few_orders_have_no_rhythm():
    judged = ABSENCE.judge(customers(frequency=[0, 1, 2], recency=[0.0, 30.0, 60.0], idle=900.0))
    assert judged["absence"].isna().tolist() == [True, False, False]
    assert judged["absence"].tolist()[1:] == [30, 30]
    assert judged["risk"].tolist() == ["too_early", "too_early", "defecting"]


def test_the_worst_signal_decides():
    rows = {
        "revenue_recent": [100.0, 100.0, 70.0, 70.0, 10.0],
        "idle": [5.0, 45.0, 5.0, 45.0, 5.0],
        "frequency": 11,
    }
    assert verdicts(RiskRule(), **rows) == [
        "normal",
        "defecting",
        "watch",
        "defecting",
        "defecting",
    ]
    reasons = RiskRule().judge(customers(**rows))["risk_reason"].tolist()
    assert reasons == ["none", "absence", "volume", "both", "volume"]
    # One signal is silent: the other speaks.
    assert verdicts(RiskRule(), revenue_before=[0.0], idle=30.0) == ["watch"]
    assert verdicts(RiskRule(), frequency=[1], recency=3.0, idle=30.0) == ["too_early"]


def test_other_thresholds():
    rule = RiskRule(
        volume=VolumeDrop(watch=0.05, alarm=0.1), absence=Absence(multiple=9, alarm_multiple=9)
    )
    assert verdicts(rule, revenue_recent=[95.0, 94.0, 90.0]) == ["normal", "watch", "defecting"]


def test_every_verdict_is_a_member():
    assert set(verdicts(RiskRule(), idle=[0.0, 25.0, 99.0], frequency=[12, 12, 12])) <= set(
        RiskVerdict
    )


@pytest.mark.parametrize(
    "rule", [RiskRule(), VOLUME, ABSENCE, VolumeDrop(alarm=0.9), Absence(multiple=3)]
)
def test_rules_survive_json(rule):
    again = from_data(json.loads(json.dumps(rule.to_data())))
    assert again == rule
    assert hash(again) == hash(rule)


# -------------------------------------------------------------------------------- bad input


def test_without_the_windows_columns_the_error_says_how_to_get_them():
    rows = customers(frequency=[3]).drop(columns=["revenue_recent", "revenue_before"])
    with pytest.raises(
        ColumnNotFound, match=r"summarize\(\.\.\., compare=\.\.\.\).*RiskRule\(volume=None\)"
    ):
        RiskRule().judge(rows)
    assert "volume_change" not in ABSENCE.judge(rows).columns
    with pytest.raises(ColumnNotFound, match="T - recency"):
        ABSENCE.judge(rows.drop(columns="idle"))


def test_missing_values():
    with pytest.raises(InvalidData, match="column 'idle': missing or infinite value in 1 row"):
        ABSENCE.judge(customers(idle=[1.0, np.nan]))
    with pytest.raises(InvalidData, match="column 'revenue_before': missing"):
        VOLUME.judge(customers(revenue_before=[1.0, np.inf]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VolumeDrop(watch=20, alarm=50), r"\(0.2, not 20\)"),
        (lambda: VolumeDrop(watch=0.5, alarm=0.2), "watch <= alarm"),
        (lambda: VolumeDrop(min_orders=0), "min_orders must be a number of 1 or more"),
        (lambda: Absence(multiple=5), "multiple <= alarm_multiple; got 5 and 4"),
        (lambda: Absence(min_orders=1), "min_orders must be a number of 2 or more"),
        (lambda: RiskRule(volume=None, absence=None), "at least one signal"),
    ],
)
def test_impossible_rules(make, message):
    with pytest.raises(InvalidRule, match=message):
        make()


# -------------------------------------------------------------------------------- properties

ORDER = ["too_early", "normal", "watch", "defecting"]
row = st.tuples(
    st.integers(0, 30), st.floats(0.5, 900), st.floats(0, 900), st.floats(0, 1e4), st.floats(0, 1e4)
)


@pytest.mark.properties
@settings(max_examples=40)
@given(st.lists(row, min_size=1, max_size=30))
def test_more_signals_never_make_a_verdict_milder(rows):
    frame = pd.DataFrame(
        rows, columns=["frequency", "recency", "idle", "revenue_recent", "revenue_before"]
    )
    both, volume, absence = (
        rule.judge(frame, window=60)["risk"].map(ORDER.index)
        for rule in (RiskRule(), VOLUME, ABSENCE)
    )
    assert (both == np.maximum(volume, absence)).all()


@pytest.mark.properties
@settings(max_examples=40)
@given(row, st.floats(0.1, 50))
def test_the_unit_of_time_does_not_matter(customer, factor):
    frame = pd.DataFrame(
        [customer], columns=["frequency", "recency", "idle", "revenue_recent", "revenue_before"]
    )
    scaled = frame.assign(recency=frame["recency"] * factor, idle=frame["idle"] * factor)
    ratio = ABSENCE.judge(frame)["absence"]
    assert ABSENCE.judge(scaled)["absence"].tolist() == pytest.approx(ratio.tolist(), nan_ok=True)
