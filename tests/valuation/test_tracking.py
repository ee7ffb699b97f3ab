"""Tracking agrees with its definition, order by order, and with what is published."""

import datetime as dt
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData, InvalidRule, UnitMismatch, UnknownCode
from custrel.transactions import summarize
from custrel.valuation import BgNbd, MbgNbd
from custrel.valuation.tracking import tracking

CDNOW = Path(__file__).parents[2] / "examples" / "data" / "cdnow_sample.csv"
PARAMETERS = {"r": 0.242595, "alpha": 4.413602, "a": 0.792920, "b": 2.425907}
MODEL = BgNbd(**PARAMETERS, unit="W")
START = dt.date(2024, 1, 1)


def log_of(orders):
    """Make a log of (customer, day, amount)."""
    who, day, amount = zip(*orders, strict=True)
    dates = [START + dt.timedelta(days=d) for d in day]
    return {"customer_id": list(who), "date": dates, "amount": [float(a) for a in amount]}


def by_definition(orders, until, calibrated, length=7, model=MODEL):
    """Count period by period, customer by customer."""
    days = defaultdict(set)
    for who, day, amount in orders:
        if amount >= 0:
            days[who].add(day)
    cohort = {who: sorted(d) for who, d in days.items() if min(d) <= calibrated}
    begin = min(d[0] for d in cohort.values())
    rows, end = [], begin - 1
    while end < until:
        end = min(end + length, until)
        actual = sum(sum(day <= end for day in d[1:]) for d in cohort.values())
        expected = sum(
            float(model.expected_purchases(horizon=(end - d[0]) / 7))
            for d in cohort.values()
            if d[0] <= end
        )
        rows.append(((end - begin + 1) / 7, actual, expected, end > calibrated))
    return rows


orders_of_some = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 60), st.sampled_from([5, 0, 20, -5])),
    min_size=1,
    max_size=25,
)


@pytest.mark.properties
@settings(max_examples=60)
@given(orders=orders_of_some, more=st.integers(0, 20), share=st.floats(0, 1))
def test_it_agrees_with_its_definition(orders, more, share):
    days = [day for _, day, _ in orders]
    bought = [day for _, day, amount in orders if amount >= 0]
    until = max(days) + more
    calibrated = min(days) + int(share * (until - min(days)))
    if not bought or min(bought) > calibrated or calibrated >= until:
        return
    made = tracking(
        pd.DataFrame(log_of(orders)),
        MODEL,
        observed_until=START + dt.timedelta(days=until),
        calibration_until=START + dt.timedelta(days=calibrated),
    )
    time, actual, expected, holdout = zip(*by_definition(orders, until, calibrated), strict=True)
    frame = made.frame
    np.testing.assert_allclose(frame["time"], time)
    assert frame["actual_cumulative"].tolist() == list(actual)
    np.testing.assert_allclose(frame["expected_cumulative"], expected, rtol=1e-10)
    np.testing.assert_allclose(frame["expected"].cumsum(), expected, rtol=1e-10)
    assert frame["actual"].cumsum().tolist() == list(actual)
    assert frame["holdout"].tolist() == list(holdout)


@pytest.fixture(scope="module")
def cdnow():
    return pd.read_csv(CDNOW, parse_dates=["date"])


@pytest.mark.published
def test_cdnow(cdnow):
    """Fader, Hardie & Lee (2005): close in calibration, about 4 % short after 78 weeks."""
    made = tracking(cdnow, MODEL, calibration_until="1997-09-30")
    frame = made.frame
    assert (made.customers, made.calibration_time, made.whole_periods) == (2357, 39, 78)
    assert len(frame) == 78
    assert frame["actual"][:39].sum() == 2457
    assert frame["actual"][39:].sum() == 1882
    off = frame["expected_cumulative"] / frame["actual_cumulative"] - 1
    assert off[38] == pytest.approx(0.015, abs=0.001)
    assert off[20:39].abs().max() < 0.03
    assert off[24:39].abs().max() < 0.02
    assert off[77] == pytest.approx(-0.041, abs=0.001)
    assert frame["until"].iloc[[0, 38, 77]].dt.strftime("%Y-%m-%d").tolist() == [
        "1997-01-07",
        "1997-09-30",
        "1998-06-30",
    ]


def test_it_agrees_with_the_summary(cdnow):
    summary = summarize(cdnow, unit="W", calibration_until="1997-09-30").frame
    frame = tracking(cdnow, MODEL, calibration_until="1997-09-30").frame
    before, after = frame[~frame["holdout"]], frame[frame["holdout"]]
    assert before["actual"].sum() == summary["frequency"].sum()
    assert after["actual"].sum() == summary["frequency_holdout"].sum()
    expected = MODEL.expected_purchases(horizon=summary["T"].to_numpy()).sum()
    assert before["expected"].sum() == pytest.approx(expected, rel=1e-12)


ORDERS = [(1, 0, 5), (1, 8, 5), (1, 8, 5), (1, 19, -5), (2, 2, 5), (2, 19, 5), (3, 17, 5)]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine(kind):
    frame = ENGINES[kind](log_of(ORDERS))
    made = tracking(frame, MODEL, calibration_until="2024-01-14", observed_until="2024-01-21")
    assert type(made.frame) is type(frame)
    rows = sorted(read(made.frame), key=lambda row: row["period"])
    found = [
        (row["time"], row["actual_cumulative"], row["expected_cumulative"], row["holdout"])
        for row in rows
    ]
    expected = by_definition(ORDERS, 20, 13)
    assert found == [pytest.approx(row) for row in expected]
    assert [pd.Timestamp(row["until"]).day for row in rows] == [7, 14, 21]
    assert (made.customers, made.observed_from) == (2, START)


def test_instants_count_by_days():
    log = log_of(ORDERS)
    log["date"] = [f"{day}T10:30:00" for day in log["date"]]
    options = {"observed_until": "2024-01-21", "calibration_until": "2024-01-14"}
    one = tracking(pd.DataFrame(log), MODEL, **options).frame
    pd.testing.assert_frame_equal(
        one, tracking(pd.DataFrame(log_of(ORDERS)), MODEL, **options).frame
    )
    each = tracking(pd.DataFrame(log), MODEL, collapse=None, **options).frame
    # The two orders of one moment are two occasions now.
    assert each["actual_cumulative"].tolist() == [0, 2, 3]
    np.testing.assert_allclose(each["expected"], one["expected"])


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_integers_count_units(kind):
    log = {"customer_id": [1, 1, 2, 2], "date": [10, 13, 11, 14], "amount": [1.0] * 4}
    made = tracking(ENGINES[kind](log), MODEL)
    rows = sorted(read(made.frame), key=lambda row: row["period"])
    assert [row["time"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["until"] for row in rows] == [10, 11, 12, 13, 14]
    assert [row["actual"] for row in rows] == [0, 0, 0, 1, 1]
    last = MODEL.expected_purchases(horizon=4) + MODEL.expected_purchases(horizon=3)
    assert rows[-1]["expected_cumulative"] == pytest.approx(float(last))
    assert (made.observed_from, made.observed_until) == (10, 14)


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_occasions_of_a_calendar_week(kind):
    """Orders of one week are one occasion, which counts on the week's Monday."""
    days = [(1, 1, 5), (1, 3, 5), (1, 9, 5), (1, 12, 5), (2, 10, 5)]
    made = tracking(ENGINES[kind](log_of(days)), MODEL, collapse="W", observed_until="2024-01-21")
    rows = sorted(read(made.frame), key=lambda row: row["period"])
    assert made.customers == 2
    # The log begins on a Tuesday, its first week on the Monday before.
    assert made.observed_from == START
    assert [row["actual_cumulative"] for row in rows] == [0, 1, 1]


def test_periods():
    log = pd.DataFrame(log_of([(1, 0, 5), (1, 40, 5)]))
    weeks = tracking(log, MODEL)
    assert (len(weeks.frame), weeks.whole_periods) == (6, 5)
    assert weeks.frame["time"].iloc[-1] == pytest.approx(41 / 7)
    days = tracking(log, MODEL, period="D")
    assert (len(days.frame), days.whole_periods) == (41, 41)
    np.testing.assert_allclose(
        days.frame["expected_cumulative"].iloc[6::7], weeks.frame["expected_cumulative"][:5]
    )
    months = tracking(log, BgNbd(**PARAMETERS, unit="M"))
    assert months.period == "M"
    assert (len(months.frame), months.whole_periods) == (2, 1)
    assert months.frame["until"].iloc[0] == pd.Timestamp("2024-01-31")
    assert tracking(log, BgNbd(**PARAMETERS, unit="D")).period == "W"


def test_the_unit():
    log, nameless = pd.DataFrame(log_of(ORDERS)), BgNbd(**PARAMETERS)
    np.testing.assert_array_equal(
        tracking(log, nameless, unit="W").frame["expected"], tracking(log, MODEL).frame["expected"]
    )
    with pytest.raises(UnitMismatch, match="Pass unit='D'"):
        tracking(log, nameless)
    with pytest.raises(UnitMismatch, match="counts time in weeks"):
        tracking(log, MODEL, unit="D")


def test_returns_are_no_purchases():
    orders = [(1, 0, -5), (1, 7, 5), (1, 10, -5), (1, 14, 5), (2, 9, -5)]
    log = pd.DataFrame(log_of(orders))
    for returns in ("net", "drop"):
        made = tracking(log, MODEL, returns=returns)
        assert (made.customers, made.frame["actual"].sum()) == (1, 1)
        assert made.observed_from == START + dt.timedelta(days=7)
    kept = tracking(log, MODEL, returns="keep")
    assert (kept.customers, kept.frame["actual"].sum()) == (2, 3)
    with pytest.raises(InvalidData, match="negative"):
        tracking(log, MODEL, returns="error")


def test_what_was_left_out_is_in_the_result():
    log = pd.DataFrame(log_of(ORDERS))
    log.loc[0, "amount"] = None
    with pytest.raises(InvalidData, match="no amount"):
        tracking(log, MODEL)
    made = tracking(log, MODEL, errors="collect")
    assert [problem.code for problem in made.problems] == ["missing_amount"]
    assert "\nLeft out: column " in repr(made)


def test_the_facts_are_told():
    made = tracking(
        pd.DataFrame(log_of(ORDERS)),
        MODEL,
        calibration_until="2024-01-14",
        observed_until="2024-01-21",
    )
    assert repr(made).startswith(
        "Tracking: 2 customers; times in weeks; observed 2024-01-01 to 2024-01-21; "
        "calibrated until 2024-01-14\n"
    )
    other = made.with_frame(made.frame.head(1))
    assert (len(other.frame), other.customers) == (1, 2)


def test_another_model():
    model = MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")
    made = tracking(pd.DataFrame(log_of(ORDERS)), model, observed_until="2024-01-21")
    assert made.model is model
    last = sum(model.expected_purchases(horizon=(20 - first) / 7) for first in (0, 2, 17))
    assert made.frame["expected_cumulative"].iloc[-1] == pytest.approx(float(last))


def test_refused():
    log = pd.DataFrame(log_of(ORDERS))
    with pytest.raises(InvalidRule, match="nothing to hold out"):
        tracking(log, MODEL, calibration_until="2024-03-01")
    with pytest.raises(InvalidRule, match="nothing to calibrate on"):
        tracking(log, MODEL, calibration_until="2023-03-01")
    with pytest.raises(UnknownCode, match="choice for returns"):
        tracking(log, MODEL, returns="nett")
    with pytest.raises(UnknownCode, match="choice for errors"):
        tracking(log, MODEL, errors="ignore")
    with pytest.raises(InvalidData, match="only returns"):
        tracking(pd.DataFrame(log_of([(1, 0, -5), (1, 3, -5)])), MODEL)
    integers = pd.DataFrame({"customer_id": [1, 1], "date": [0, 2], "amount": [1.0, 1.0]})
    with pytest.raises(InvalidRule, match="shorter than"):
        tracking(integers, MODEL, period="D")
    with pytest.raises(InvalidRule, match="periods: choose a longer period"):
        tracking(integers.assign(date=[0, 10**6]), MODEL)
