"""Profiles of segments."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import RfmScale, abc, rfm, segment_profile

ALL = ("mean", "median", "min", "max", "std", "total", "share", "index")
FIXED = RfmScale(
    recency=(7, 30, 60, 120), frequency=(2, 3, 5, 10), monetary=(20, 50, 100, 200), unit="D"
)


def by_hand(frame, by, column):
    rows = []
    for name in sorted(set(frame[by])):
        mine = frame.loc[frame[by] == name, column].to_numpy(float)
        everyone = frame[column].to_numpy(float)
        rows.append(
            {
                by: name,
                "customers": len(mine),
                "customer_share": len(mine) / len(everyone),
                f"{column}_mean": float(mine.mean()),
                f"{column}_median": float(np.median(mine)),
                f"{column}_min": float(mine.min()),
                f"{column}_max": float(mine.max()),
                f"{column}_std": float(mine.std(ddof=1)),
                f"{column}_total": float(mine.sum()),
                f"{column}_share": float(mine.sum() / everyone.sum()),
                f"{column}_index": float(mine.mean() / everyone.mean()),
            }
        )
    return rows


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_says_the_same(kind, customers):
    """S-128: describe a segment."""
    classed = abc(ENGINES[kind](customers))
    profile = segment_profile(classed, by="abc", of=["revenue"], statistics=ALL)
    assert type(profile) is type(classed)
    expected = by_hand(abc(pd.DataFrame(customers)), "abc", "revenue")
    found = read(profile)
    assert [row["abc"] for row in found] == ["a", "b", "c"]
    assert alike(found, expected)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_two_groupings_at_once(kind, customers):
    frame = abc(FIXED.score(ENGINES[kind](customers)))
    profile = read(segment_profile(frame, by=["abc", "recency_score"], of=["orders"]))
    assert sum(row["customers"] for row in profile) == 600
    assert sum(row["orders_share"] for row in profile) == pytest.approx(1)
    assert alike(profile, sorted(profile, key=lambda row: (row["abc"], row["recency_score"])))


@pytest.mark.properties
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.5, 99)), min_size=1, max_size=30))
def test_shares_add_up_and_names_do_not_matter(rows):
    frame = pd.DataFrame(rows, columns=["segment", "revenue"])
    profile = segment_profile(frame, of=["revenue"])
    assert profile["customer_share"].sum() == pytest.approx(1)
    assert profile["revenue_share"].sum() == pytest.approx(1)
    weighted = profile["revenue_index"] @ profile["customer_share"]
    assert weighted == pytest.approx(1)
    renamed = frame.assign(segment=frame["segment"].map({"a": "zz", "b": "bb", "c": "aa"}))
    again = segment_profile(renamed, of=["revenue"]).set_index("segment")
    assert again.rename(index={"zz": "a", "bb": "b", "aa": "c"}).sort_index().to_numpy() == (
        pytest.approx(profile.set_index("segment").to_numpy())
    )


def test_where_the_total_is_nothing_there_is_no_share():
    frame = pd.DataFrame({"segment": ["a", "b"], "revenue": [0.0, 0.0]})
    profile = segment_profile(frame, of=["revenue"])
    assert profile[["revenue_share", "revenue_index"]].isna().all().all()


def test_without_columns_it_counts():
    profile = segment_profile(pd.DataFrame({"segment": ["a", "b", "b"]}), of=[])
    assert profile["customers"].tolist() == [1, 2]


@pytest.mark.filterwarnings("ignore:only the")
def test_the_segments_of_rfm(customers):
    profile = segment_profile(rfm(pd.DataFrame(customers)))
    best = profile.set_index("segment").loc["champions"]
    assert best["idle_index"] < 1 < best["revenue_index"]


def test_refusals():
    frame = pd.DataFrame({"segment": ["a", None], "revenue": [1.0, 2.0]})
    with pytest.raises(InvalidData, match="'segment': missing segment in 1 row"):
        segment_profile(frame, of=["revenue"])
    with pytest.raises(ColumnNotFound, match="adds the segments"):
        segment_profile(frame, by="segmnt", of=["revenue"])
    with pytest.raises(UnknownCode, match="'average' is no statistic"):
        segment_profile(frame.head(1), of=["revenue"], statistics=["average"])
    with pytest.raises(InvalidRule, match="a column to group by"):
        segment_profile(frame.head(1), by=[], of=["revenue"])
    with pytest.raises(InvalidData, match="no customer to describe"):
        segment_profile(frame.head(0), of=["revenue"])
