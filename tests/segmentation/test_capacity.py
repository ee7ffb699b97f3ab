"""Capacity: what fits, and who is served when not all can be."""

from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData, InvalidRule, UnsupportedFrame
from custrel.segmentation import allocate_capacity, need_fit


def test_need_fit():
    """S-134: what we cannot do is not made good by what nobody needs."""
    assert need_fit([2, 2], [2, 0]) == 0.5
    assert need_fit([2, 2], [99, 0]) == 0.5
    assert need_fit([2, 2], [2, 0], weights=[3, 1]) == 0.75
    assert need_fit([0, 0], [1, 1]) == 1
    assert need_fit(np.ones((4, 3, 2)), [1, 1]).shape == (4, 3)


def test_value_added_that_key_accounts_ask_for():
    """S-199: eight kinds of added value; a supplier who offers half of what is asked fits half."""
    asked = [1, 1, 1, 1, 0, 0, 0, 0]
    assert need_fit(asked, [1, 1, 0, 0, 1, 1, 1, 1]) == 0.5


@pytest.mark.properties
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 10), min_size=3, max_size=3),
    st.lists(st.floats(0, 10), min_size=3, max_size=3),
    st.integers(0, 2),
    st.floats(0, 5),
)
def test_more_capability_never_fits_worse(needs, capabilities, place, more):
    better = list(capabilities)
    better[place] += more
    before, after = need_fit(needs, capabilities), need_fit(needs, better)
    assert 0 <= before <= after + 1e-12
    assert after <= 1 + 1e-12


@pytest.mark.parametrize(
    ("needs", "capabilities"), [([1, 2], [1]), ([-1, 2], [1, 1]), ([1, 2], [1, np.nan])]
)
def test_impossible_needs(needs, capabilities):
    with pytest.raises(InvalidRule):
        need_fit(needs, capabilities)


def best_by_trying_all(values, demands, capacities):
    """Return the greatest value of whole customers that any choice reaches."""
    best = 0.0
    for chosen in product((0, 1), repeat=len(values)):
        if all(np.dot(chosen, d) <= c + 1e-9 for d, c in zip(demands, capacities, strict=True)):
            best = max(best, float(np.dot(chosen, values)))
    return best


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-5, 50), st.integers(0, 20), st.integers(0, 20)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_whole_customers_are_chosen_optimally(rows, hours, tons):
    """S-305: against every choice that there is."""
    frame = pd.DataFrame(rows, columns=["value", "hours", "tons"])
    served = allocate_capacity(frame, capacity={"hours": hours, "tons": tons})["allocated"]
    assert set(served) <= {0.0, 1.0}
    assert served @ frame["hours"] <= hours
    assert served @ frame["tons"] <= tons
    best = best_by_trying_all(frame["value"], [frame["hours"], frame["tons"]], [hours, tons])
    assert served @ frame["value"] == pytest.approx(best)


def test_greed_by_value_per_hour_is_not_optimal():
    frame = pd.DataFrame({"value": [60.0, 100.0, 120.0], "hours": [10, 20, 30]})
    served = allocate_capacity(frame, capacity={"hours": 50})["allocated"]
    # By value per hour the first two come first, for 160; the last two are worth 220.
    assert served @ frame["value"] == 220
    parts = allocate_capacity(frame, capacity={"hours": 50}, whole=False)["allocated"]
    assert parts.tolist() == pytest.approx([1, 1, 2 / 3])  # and in parts greed is optimal: 240
    assert parts @ frame["value"] == pytest.approx(240)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["pandas", "pandas-arrow", "polars", "pyarrow"])
def test_frames_in_memory(kind):
    rows = {"id": [1, 2, 3], "value": [60, 100, 120], "hours": [10, 20, 30]}
    served = read(allocate_capacity(ENGINES[kind](rows), capacity={"hours": 50}))
    assert [row["allocated"] for row in served] == [0.0, 1.0, 1.0]


def test_refusals():
    frame = pd.DataFrame({"value": [1.0, 2.0], "hours": [1.0, -2.0]})
    with pytest.raises(InvalidData, match="'hours': a negative demand in 1 row"):
        allocate_capacity(frame, capacity={"hours": 1})
    with pytest.raises(InvalidRule, match="0 or more, got -1"):
        allocate_capacity(frame, capacity={"hours": -1})
    with pytest.raises(InvalidRule, match="at least one capacity"):
        allocate_capacity(frame, capacity={})
    with pytest.raises(InvalidData, match="no customer to serve"):
        allocate_capacity(frame.head(0), capacity={"hours": 1})
    with pytest.raises(UnsupportedFrame, match="collect the lazy frame"):
        allocate_capacity(pl.LazyFrame({"value": [1.0], "hours": [1.0]}), capacity={"hours": 1})
