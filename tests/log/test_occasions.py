"""The two ways to count occasions, over arrays and on an engine, are each other's test."""

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from custrel._log import occasions
from custrel._log.occasions import Spans, count_occasions, occasions_on_engine, total

COLUMNS = ("orders", "first", "last", "revenue", "repeat_amount")


def week(ticks):
    return ticks - ticks % 7


rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-30, 30), st.integers(-8, 40)), min_size=1, max_size=20
)


def as_arrays(drawn):
    codes, ticks, amounts = (
        np.array(column, dtype=np.int64) for column in zip(*drawn, strict=True)
    )
    return codes, ticks, amounts / 4


def in_memory(drawn, *, net, merge, weekly):
    codes, ticks, amounts = as_arrays(drawn)
    counted = count_occasions(
        codes,
        ticks,
        amounts,
        5,  # one more than there are, who ordered nothing
        bought=amounts >= 0 if net else None,
        merge=merge,
        occasion=week if weekly else None,
    )
    return {
        who: {name: getattr(counted, name)[who].item() for name in COLUMNS}
        for who in range(5)
        if counted.orders[who]
    }


def on_engine(drawn, *, net, merge, weekly):
    codes, ticks, amounts = as_arrays(drawn)
    frame = pl.LazyFrame({"customer": codes, "tick": ticks, "amount": amounts})
    counted = occasions_on_engine(
        nw.from_native(frame),
        occasion=nw.col("tick") - nw.col("tick") % 7 if weekly else None,
        bought=nw.col("amount") >= 0 if net else None,
        merge=merge,
        spans=Spans(end=30, until=30),
    )
    return {
        row["customer"]: {name: row[name] for name in COLUMNS}
        for row in counted.collect().rows(named=True)
    }


@pytest.mark.properties
@given(rows, st.booleans(), st.sampled_from([(True, True), (True, False), (False, False)]))
def test_both_ways_count_alike(drawn, net, merge_and_weekly):
    merge, weekly = merge_and_weekly
    options = {"net": net, "merge": merge, "weekly": weekly}
    here, there = in_memory(drawn, **options), on_engine(drawn, **options)
    assert here.keys() == there.keys()
    for who, counts in here.items():
        assert counts == pytest.approx(there[who], rel=1e-12, abs=1e-12)


@pytest.mark.properties
@given(rows)
def test_keys_too_large_for_one_integer_are_sorted_in_two_steps(drawn):
    codes, ticks, _ = as_arrays(drawn)
    far = ticks * 2**58
    who, when = occasions._sorted(codes, far, 4)
    order = sorted(zip(codes.tolist(), far.tolist(), strict=True))
    assert list(zip(who.tolist(), when.tolist(), strict=True)) == order
    near = occasions._sorted(codes, ticks, 4)
    assert list(zip(*near, strict=True)) == sorted(zip(codes, ticks, strict=True))


def test_microseconds_of_many_customers_do_not_overflow():
    """A century of microseconds times ten million customers is no 64-bit integer."""
    century = 100 * 365 * 86_400_000_000
    customers = 10_000_000
    codes = np.array([customers - 1, 0, customers - 1, 0])
    ticks = np.array([century, 5, 0, century])
    counted = count_occasions(codes, ticks, np.ones(4), customers)
    for who in 0, customers - 1:
        assert counted.orders[who] == 2
        assert counted.last[who] == century
    assert counted.first[[0, -1]].tolist() == [5, 0]


def test_nothing_adds_up_to_zero_and_stays_a_float():
    sums = total(np.array([], dtype=np.int64), np.array([]), 3)
    assert sums.dtype == np.float64
    assert sums.tolist() == [0.0, 0.0, 0.0]
    none = np.array([], dtype=np.int64)
    assert count_occasions(none, none, np.array([]), 2).orders.tolist() == [0, 0]


def test_the_amount_of_a_single_occasion_leaves_no_rounding_error():
    """A difference of sums would: 0.1 + 0.2 - 0.3."""
    codes, ticks = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    counted = count_occasions(codes, ticks, np.array([0.1, 0.2, 0.3]), 1)
    assert counted.repeat_amount.tolist() == [0.0]
