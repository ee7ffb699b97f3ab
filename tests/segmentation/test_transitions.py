"""Transitions between two dates."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode, UnsupportedFrame
from custrel.segmentation import STANDARD_SEGMENTS, SegmentFlow, segment_moves, transitions

MAY = {
    "id": [1, 2, 3, 4, 5, 6],
    "segment": ["loyal", "loyal", "loyal", "at_risk", "lost", "at_risk"],
    "recency_score": [5, 4, 4, 2, 1, 2],
    "revenue": [50.0, 40.0, 30.0, 20.0, 5.0, 8.0],
}
JUNE = {
    "id": [7, 5, 4, 3, 2, 1],
    "segment": ["loyal", "lost", "lost", "at_risk", "loyal", "loyal"],
    "recency_score": [5, 1, 1, 2, 5, 5],
    "revenue": [9.0, 5.0, 20.0, 31.0, 40.0, 50.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_matrix_and_flows(kind):
    """S-114."""
    result = transitions(ENGINES[kind](MAY), ENGINES[kind](JUNE), customer="id")
    assert result.states == ("loyal", "at_risk", "lost")  # the customary order
    assert result.counts == ((2, 1, 0), (0, 0, 1), (0, 0, 1))
    assert result.left == (0, 1, 0)
    assert result.entered == (1, 0, 0)
    assert (result.customers, result.stayed) == (5, 0.6)
    assert result.matrix().tolist() == [
        pytest.approx([2 / 3, 1 / 3, 0]),
        [0.0, 0.0, 1.0],
        [0.0, 0.0, 1.0],
    ]
    assert result.flows() == (
        SegmentFlow("loyal", "at_risk", 1, 1 / 3),
        SegmentFlow("at_risk", "lost", 1, 1.0),
    )
    assert len(result.flows(moved_only=False)) == 4
    assert str(result).startswith(
        "3 of 5 customers stayed in their segment (60%); 1 came, 1 went\nloyal -> at_risk: 1"
    )


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_who_moved_and_why(kind):
    frames = ENGINES[kind](MAY), ENGINES[kind](JUNE)
    moves = segment_moves(*frames, customer="id", because=["recency_score", "revenue"])
    assert type(moves) is type(frames[0])
    assert [
        (row["id"], row["segment_before"], row["segment_after"], row["moved"], row["why"])
        for row in read(moves)
    ] == [
        (1, "loyal", "loyal", False, "no change"),
        (2, "loyal", "loyal", False, "recency_score up"),
        (3, "loyal", "at_risk", True, "recency_score down, revenue up"),
        (4, "at_risk", "lost", True, "recency_score down"),
        (5, "lost", "lost", False, "no change"),
    ]
    assert [row["revenue_change"] for row in read(moves)] == [0, 0, 1, 0, 0]


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.integers(0, 12), st.sampled_from("pqr"), max_size=12),
    st.dictionaries(st.integers(0, 12), st.sampled_from("pqr"), max_size=12),
)
def test_everyone_is_counted_once(before, after):
    """Against counting customer by customer; renaming the segments renames the result."""
    frames = [
        pd.DataFrame({"customer_id": list(d), "segment": list(d.values())}).astype(
            {"customer_id": "int64", "segment": "object"}
        )
        for d in (before, after)
    ]
    result = transitions(*frames, states="pqr")
    for i, old in enumerate("pqr"):
        for j, new in enumerate("pqr"):
            both = [c for c in before if c in after and (before[c], after[c]) == (old, new)]
            assert result.counts[i][j] == len(both)
        assert result.left[i] == sum(c not in after for c in before if before[c] == old)
        assert result.entered[i] == sum(c not in before for c in after if after[c] == old)
    rows = result.matrix()
    assert all(np.isnan(row).all() or row.sum() == pytest.approx(1) for row in rows)


def test_the_order_of_the_segments():
    frames = [pl.DataFrame({"customer_id": [1], "segment": [s]}) for s in ("zeta", "alpha")]
    assert transitions(*frames).states == ("alpha", "zeta")
    assert transitions(*frames, states=["zeta", "alpha", "none"]).states == (
        "zeta",
        "alpha",
        "none",
    )
    named = [
        frame.rename({"segment": "house"}) for frame in frames
    ]  # no kind of code has that name
    assert transitions(*named, by="house").states == ("alpha", "zeta")
    with pytest.raises(UnknownCode, match="'alpha' is no segment among states"):
        transitions(*frames, states=["zeta"])
    whole = transitions(
        pd.DataFrame(MAY), pd.DataFrame(JUNE), customer="id", states=STANDARD_SEGMENTS.segments
    )
    assert len(whole.counts) == 11


def test_refusals():
    may, june = pd.DataFrame(MAY), pd.DataFrame(JUNE)
    with pytest.raises(InvalidData, match="'id': a customer who stands there already in 6 rows"):
        transitions(pd.concat([may, may]), june, customer="id")
    with pytest.raises(InvalidData, match="'segment': missing segment in 1 row"):
        transitions(may, june.assign(segment=june["segment"].where(june["id"] > 1)), customer="id")
    with pytest.raises(UnsupportedFrame, match="one engine; got DataFrame and LazyFrame"):
        transitions(pl.DataFrame(MAY), pl.LazyFrame(JUNE), customer="id")
    with pytest.raises(ColumnNotFound, match="'frequency_score'"):
        segment_moves(may, june, customer="id")
    with pytest.raises(InvalidRule, match="up to 6 columns"):
        segment_moves(may, june, customer="id", because=["revenue"] * 7)
