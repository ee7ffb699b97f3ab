"""Chains of referrals."""

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel.errors import ColumnNotFound, InvalidData, UnsupportedFrame
from custrel.segmentation import referral_chain

ROWS = {
    "id": [1, 2, 3, 4, 5, 6],
    "customer_id": ["ann", "bob", "cid", "dan", "eve", "fay"],
    "referred_by": [None, "ann", "ann", "cid", "dan", None],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["pandas", "pandas-arrow", "polars", "pyarrow"])
def test_one_brings_a_circle(kind):
    """S-151: ann brought two, through them four; whoever brought any is to be thanked."""
    frame = ENGINES[kind](ROWS)
    found = read(referral_chain(frame))
    assert [row["referrals"] for row in found] == [2, 0, 1, 1, 0, 0]
    assert [row["referral_circle"] for row in found] == [4, 0, 2, 1, 0, 0]
    assert [row["referral_depth"] for row in found] == [0, 1, 1, 2, 3, 0]
    assert type(referral_chain(frame)) is type(frame)


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-1, 30), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_against_walking_up_every_chain(above, random):
    above = [parent if parent < number else -1 for number, parent in enumerate(above)]
    order = list(range(len(above)))
    random.shuffle(order)
    frame = pd.DataFrame(
        {"customer_id": order, "referred_by": [None if above[n] < 0 else above[n] for n in order]}
    ).astype({"referred_by": "Int64"})
    found = referral_chain(frame).set_index("customer_id")
    circle = [0] * len(above)
    for number in range(len(above)):
        steps, up = 0, above[number]
        while up >= 0:
            circle[up] += 1
            steps, up = steps + 1, above[up]
        assert found.loc[number, "referral_depth"] == steps
    assert found["referral_circle"].sort_index().tolist() == circle
    direct = [above.count(n) for n in range(len(above))]
    assert found["referrals"].sort_index().tolist() == direct


def test_broken_chains():
    frame = pd.DataFrame(ROWS)
    with pytest.raises(
        InvalidData, match=r"brought by someone who is no customer \('zoe'\) in 1 row"
    ):
        referral_chain(frame.assign(referred_by=[None, "zoe", *ROWS["referred_by"][2:]]))
    with pytest.raises(
        InvalidData, match=r"leads back, or hangs on one that does \('cid', 'dan', 'eve'\)"
    ):
        referral_chain(frame.assign(referred_by=[None, "ann", "eve", "cid", "dan", None]))
    with pytest.raises(InvalidData, match="stands there already in 6 rows"):
        referral_chain(pd.concat([frame, frame]))
    with pytest.raises(ColumnNotFound):
        referral_chain(frame.drop(columns="referred_by"))
    with pytest.raises(UnsupportedFrame, match="collect the lazy frame"):
        referral_chain(pl.LazyFrame(ROWS))
