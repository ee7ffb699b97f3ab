"""Cohorts and flows agree with their definition on every kind of frame: S-007."""

import datetime as dt
import math
from collections import defaultdict

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from logs import ENGINES, KINDS, as_table, rows_of

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.valuation import cohorts, customer_flow

START = dt.date(2023, 11, 20)

orders_of_some = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 150), st.sampled_from([5.0, 0.0, 20.0, -5.0])),
    min_size=1,
    max_size=20,
)


def log_of(orders):
    who, day, amount = zip(*orders, strict=True)
    dates = [START + dt.timedelta(days=d) for d in day]
    return pd.DataFrame({"customer_id": who, "date": dates, "amount": amount})


def number(day, period):
    """Number calendar periods by Python's own calendar."""
    match period:
        case "D":
            return day.toordinal()
        case "W":  # 0001-01-01 was a Monday
            return (day.toordinal() - 1) // 7
        case "M":
            return day.year * 12 + day.month - 1
        case "Q":
            return day.year * 4 + (day.month - 1) // 3
        case "Y":
            return day.year


def first_day(index, period):
    match period:
        case "D":
            return dt.date.fromordinal(index)
        case "W":
            return dt.date.fromordinal(index * 7 + 1)
        case "M":
            return dt.date(index // 12, index % 12 + 1, 1)
        case "Q":
            return dt.date(index // 4, index % 4 * 3 + 1, 1)
        case "Y":
            return dt.date(index, 1, 1)


def by_definition(orders, until, period):
    """Make the table customer by customer."""
    bought, money = defaultdict(lambda: defaultdict(int)), defaultdict(lambda: defaultdict(float))
    for who, day, amount in orders:
        index = number(START + dt.timedelta(days=day), period)
        bought[who][index] += amount >= 0
        money[who][index] += amount
    buyers = {
        who: min(p for p, n in seen.items() if n)
        for who, seen in bought.items()
        if any(seen.values())
    }
    last = number(until, period)
    rows = []
    for born in sorted(set(buyers.values())):
        members = [who for who, first in buyers.items() if first == born]
        to_date = 0.0
        for index in range(born, last + 1):
            active = sum(bought[who][index] > 0 for who in members)
            early = -1 if index == born else index
            revenue = sum(
                amount
                for who in members
                for p, amount in money[who].items()
                if p == index or (early == -1 and p < born)
            )
            to_date += revenue
            rows.append(
                {
                    "cohort": first_day(born, period),
                    "age": index - born,
                    "period": first_day(index, period),
                    "customers": len(members),
                    "active": active,
                    "purchases": sum(bought[who][index] for who in members),
                    "retention": active / len(members),
                    "revenue": revenue,
                    "revenue_per_customer": revenue / len(members),
                    "revenue_to_date": to_date / len(members),
                    "whole": first_day(index + 1, period) - dt.timedelta(days=1) <= until,
                }
            )
    return rows


def assert_rows(found, expected):
    assert len(found) == len(expected)
    for row, other in zip(found, expected, strict=True):
        assert row.keys() == other.keys()
        for name, value in other.items():
            seen, wanted = day_of(row[name]), day_of(value)
            if isinstance(value, float):
                assert math.isclose(seen, value, rel_tol=1e-12, abs_tol=1e-9), name
            else:
                assert seen == wanted, name


def day_of(value):
    """pandas has no type of dates: they come back at midnight."""
    return value.date() if isinstance(value, dt.datetime) else value


@pytest.mark.properties
@settings(max_examples=30)
@given(orders=orders_of_some, more=st.integers(0, 40), period=st.sampled_from("DWMQY"))
def test_the_table_is_what_its_definition_says(orders, more, period):
    until = START + dt.timedelta(days=max(day for _, day, _ in orders) + more)
    if all(amount < 0 for _, _, amount in orders):
        with pytest.raises(InvalidData, match="no purchase"):
            cohorts(log_of(orders), period=period)
        return
    table = cohorts(log_of(orders), period=period, observed_until=until)
    assert_rows(rows_of(table.frame), by_definition(orders, until, period))


@pytest.mark.properties
@settings(max_examples=10)
@given(orders=orders_of_some, seed=st.integers(0, 9))
def test_the_order_of_rows_says_nothing_and_money_adds_up(orders, seed):
    if all(amount < 0 for _, _, amount in orders):
        return
    log = log_of(orders)
    table = cohorts(log)
    shuffled = cohorts(log.sample(frac=1, random_state=seed)).frame
    pd.testing.assert_frame_equal(table.frame, shuffled)
    buyers = set(log.loc[log.amount >= 0, "customer_id"])
    assert table.customers == len(buyers)
    assert table.frame["revenue"].sum() == pytest.approx(
        log.loc[log.customer_id.isin(buyers), "amount"].sum()
    )


def without_gaps(frame):
    """Return rows with None where a rate is missing, whatever the engine has for it."""
    return [{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows_of(frame)]


SOME = [
    ("anna", dt.date(2024, 1, 5), 10.0),
    ("anna", dt.date(2024, 1, 5), 2.0),
    ("anna", dt.date(2024, 3, 2), 30.0),
    ("bert", dt.date(2024, 1, 31), 20.0),
    ("bert", dt.date(2024, 2, 29), -20.0),
    ("cleo", dt.date(2024, 2, 3), 5.0),
    ("cleo", dt.date(2024, 4, 9), 8.0),
    ("dora", dt.date(2024, 2, 1), -3.0),
]


@pytest.mark.engines
@pytest.mark.parametrize("period", ["W", "M", "Q", "Y"])
@pytest.mark.parametrize("kind", ENGINES)
def test_every_kind_of_frame(kind, period):
    expected = rows_of(cohorts(ENGINES["pandas"](as_table(SOME)), period=period).frame)
    table = cohorts(ENGINES[kind](as_table(SOME)), period=period)
    assert isinstance(table.frame, KINDS[kind])
    assert_rows(rows_of(table.frame), expected)
    assert isinstance(table.triangle(), KINDS[kind])
    flow = customer_flow(ENGINES[kind](as_table(SOME)), period=period)
    assert isinstance(flow.frame, KINDS[kind])
    again = customer_flow(ENGINES["pandas"](as_table(SOME)), period=period)
    assert_rows(without_gaps(flow.frame), without_gaps(again.frame))


def test_what_could_not_be_observed_is_missing_and_what_did_not_happen_is_zero():
    table = cohorts(ENGINES["polars"](as_table(SOME)), observed_until="2024-04-30")
    triangle = table.triangle("active")
    assert triangle["customers"].to_list() == [2, 1]
    assert triangle.select("0", "1", "2", "3").rows() == [(2, 0, 1, 0), (1, 0, 1, None)]
    assert np.isnan(table.cells("active").grid[1, 3])


def test_a_period_cut_short_is_left_out_unless_asked_for():
    table = cohorts(ENGINES["polars"](as_table(SOME)))  # until 9 April
    assert table.triangle().columns == ["cohort", "customers", "0", "1", "2", "3"]
    assert table.triangle()["3"].null_count() + table.triangle()["3"].is_nan().sum() == 2
    assert table.triangle(partial=True)["3"][0] == 0.0


def test_a_return_makes_nobody_active_but_reduces_the_revenue():
    table = cohorts(ENGINES["polars"](as_table(SOME)))
    assert table.triangle("revenue")["1"].to_list() == [-20.0, 0.0]
    assert [problem.code for problem in table.problems] == ["only_returns"]
    kept = cohorts(ENGINES["polars"](as_table(SOME)), returns="keep")
    assert kept.triangle("active")["1"].to_list() == [1, 0]


def test_the_curve_pools_the_cohorts_that_have_come_so_far():
    """Two cohorts of 40 and 60, of which 10 and 30 come back after a month."""
    rows = [(f"a{i}", dt.date(2024, 1, 2), 1.0) for i in range(40)]
    rows += [(f"a{i}", dt.date(2024, 2, 2), 1.0) for i in range(10)]
    rows += [(f"b{i}", dt.date(2024, 2, 2), 1.0) for i in range(60)]
    rows += [(f"b{i}", dt.date(2024, 3, 2), 1.0) for i in range(30)]
    curve = cohorts(ENGINES["polars"](as_table(rows)), observed_until="2024-03-31").curve()
    assert curve["retention"].to_list() == [1.0, 0.4, 0.0]
    assert curve["cohorts"].to_list() == [2, 2, 1]
    # Wilson's interval of 40 of 100 at 95 %, as in Newcombe (1998), Statistics in Medicine 17.
    assert (curve["low"][1], curve["high"][1]) == pytest.approx((0.3094013, 0.4979974), abs=1e-6)
    assert curve["revenue_per_customer"].to_list() == [1.0, 0.4, 0.0]


def test_integers_are_periods_themselves():
    log = pl.DataFrame({"customer_id": [1, 1, 2], "date": [3, 5, 4], "amount": [1.0, 2.0, 4.0]})
    table = cohorts(log, period=None)
    assert table.frame["cohort"].to_list() == [3, 3, 3, 4, 4]
    assert table.frame["active"].to_list() == [1, 0, 1, 1, 0]
    with pytest.raises(InvalidRule, match="period=None takes each"):
        cohorts(log)


def test_bad_input():
    log = ENGINES["pandas"](as_table(SOME))
    with pytest.raises(InvalidRule, match="for dates say one of 'D'"):
        cohorts(log, period=None)
    with pytest.raises(UnknownCode, match="time unit"):
        cohorts(log, period="H")
    with pytest.raises(UnknownCode, match="choice for returns"):
        cohorts(log, returns="none")
    with pytest.raises(UnknownCode, match="column of a cohort table"):
        cohorts(log).triangle("churn")
    with pytest.raises(ColumnNotFound, match="amount=None"):
        cohorts(log, amount=None).triangle("revenue")
    with pytest.raises(ColumnNotFound, match="did you mean 'customer_id'"):
        cohorts(log, customer="customer")
    with pytest.raises(InvalidData, match="no orders"):
        cohorts(log.head(0))
    far = pd.DataFrame({"customer_id": [1, 1], "date": ["1900-01-01", "2024-01-01"], "amount": 1.0})
    with pytest.raises(InvalidRule, match="45,291 periods"):
        cohorts(far, period="D")


# ------------------------------------------------------------------------- the flow of customers


def flow_by_definition(orders, until, period):
    """Count the sets of customers, period by period."""
    active, seen = defaultdict(set), set()
    for who, day, amount in orders:
        if amount >= 0:
            active[number(START + dt.timedelta(days=day), period)].add(who)
    rows, before = [], set()
    for index in range(min(active), number(until, period) + 1):
        now = active[index]
        rows.append(
            {
                "period": first_day(index, period),
                "before": len(before),
                "kept": len(now & before),
                "lost": len(before - now),
                "new": len(now - seen),
                "returned": len((now & seen) - before),
                "active": len(now),
            }
        )
        seen |= now
        before = now
    return rows


@pytest.mark.properties
@settings(max_examples=20)
@given(orders=orders_of_some, more=st.integers(0, 40), period=st.sampled_from("DWMQY"))
def test_the_flow_is_what_its_definition_says(orders, more, period):
    if all(amount < 0 for _, _, amount in orders):
        return
    until = START + dt.timedelta(days=max(day for _, day, _ in orders) + more)
    frame = customer_flow(log_of(orders), period=period, observed_until=until).frame
    expected = flow_by_definition(orders, until, period)
    assert_rows(rows_of(frame[list(expected[0])]), expected)
    some = frame[frame.before > 0]
    np.testing.assert_allclose(some.retention + some.churn, 1)
    np.testing.assert_allclose(some.active, some.before * some.retention + some.new + some.returned)
    np.testing.assert_allclose(some.growth, some.active / some.before - 1)
    assert frame.loc[frame.before == 0, ["retention", "churn", "growth"]].isna().all(axis=None)
