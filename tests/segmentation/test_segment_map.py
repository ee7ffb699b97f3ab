"""Segment maps: every cell has exactly one name."""

import json
from itertools import product

import pandas as pd
import polars as pl
import pytest

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import RF_SEGMENTS, STANDARD_SEGMENTS, SegmentMap

CELLS = [f"{r}{f}{m}" for r, f, m in product(range(5, 0, -1), repeat=3)]


def scored(*cells):
    rows = [tuple(map(int, cell)) for cell in cells]
    return pd.DataFrame(rows, columns=["recency_score", "frequency_score", "monetary_score"])


def test_each_of_the_125_cells_has_exactly_one_of_the_eleven_segments():
    named = [cell for _, cells in STANDARD_SEGMENTS.cells for cell in cells]
    assert sorted(named, reverse=True) == CELLS
    assert len(STANDARD_SEGMENTS.segments) == len(set(STANDARD_SEGMENTS.segments)) == 11


def test_customary_names_of_some_cells():
    names = {
        "555": "champions", "543": "loyal", "553": "potential_loyalist", "511": "new_customers",
        "525": "promising", "535": "need_attention", "331": "about_to_sleep", "255": "at_risk",
        "155": "cannot_lose_them", "222": "hibernating", "111": "lost",
    }  # fmt: skip
    assert {cell: STANDARD_SEGMENTS.segment_of(cell) for cell in names} == names


def test_the_grid_of_recency_and_frequency_is_exact():
    """Every cell by the rectangles as they are published, one comparison after another."""
    published = {
        "hibernating": ((1, 2), (1, 2)), "at_risk": ((1, 2), (3, 4)),
        "cannot_lose_them": ((1, 2), (5, 5)), "about_to_sleep": ((3, 3), (1, 2)),
        "need_attention": ((3, 3), (3, 3)), "loyal": ((3, 4), (4, 5)),
        "promising": ((4, 4), (1, 1)), "new_customers": ((5, 5), (1, 1)),
        "potential_loyalist": ((4, 5), (2, 3)), "champions": ((5, 5), (4, 5)),
    }  # fmt: skip
    assert set(RF_SEGMENTS.segments) == set(published)
    for r, f in product(range(1, 6), repeat=2):
        (name,) = [n for n, (rs, fs) in published.items()
                   if rs[0] <= r <= rs[1] and fs[0] <= f <= fs[1]]  # fmt: skip
        assert RF_SEGMENTS.segment_of(f"{r}{f}") == name


def test_labelling_every_cell():
    labelled = STANDARD_SEGMENTS.label(scored(*CELLS))
    assert labelled["segment"].tolist() == [STANDARD_SEGMENTS.segment_of(cell) for cell in CELLS]
    grid = RF_SEGMENTS.label(scored(*CELLS), segment="group")
    assert grid["group"].tolist() == [RF_SEGMENTS.segment_of(cell[:2]) for cell in CELLS]


def test_scores_in_other_columns():
    rows = scored("511").rename(columns=lambda name: name[0])
    assert STANDARD_SEGMENTS.label(rows, scores=("r", "f", "m"))["segment"].tolist() == [
        "new_customers"
    ]
    with pytest.raises(InvalidRule, match="3 dimensions, got columns"):
        STANDARD_SEGMENTS.label(rows, scores=("r", "f"))


def test_ranges_with_and_without_bounds():
    made = SegmentMap.from_ranges(
        {"good": [(2, None, None)], "gone": [(1, (1, 2), 1), (1, None, (2, 3))]}, shape=(2, 2, 3)
    )
    assert made.segment_of("211") == "good"
    assert made.segment_of("123") == "gone"


def test_whole_numbers_as_floats_are_scores():
    rows = scored("511").astype(float)
    assert STANDARD_SEGMENTS.label(rows)["segment"].tolist() == ["new_customers"]
    assert STANDARD_SEGMENTS.label(pl.from_pandas(rows))["segment"].to_list() == ["new_customers"]


def test_more_than_nine_scores():
    made = SegmentMap.from_ranges(
        {"new": [((6, 10), None)], "old": [((1, 5), None)]}, shape=(10, 2)
    )
    assert made.segment_of("10-1") == "new"
    rows = pd.DataFrame({"recency_score": [10, 5], "frequency_score": [1, 2]})
    assert made.label(rows)["segment"].tolist() == ["new", "old"]


@pytest.mark.parametrize("segments", [STANDARD_SEGMENTS, RF_SEGMENTS])
def test_maps_survive_json(segments):
    again = from_data(json.loads(json.dumps(segments.to_data())))
    assert again == segments
    assert hash(again) == hash(segments)


def test_the_order_of_a_segments_cells_does_not_matter():
    one = SegmentMap({"a": "21 22", "b": ["11", "12"]}, shape=(2, 2))
    assert one == SegmentMap({"a": ["22", "21"], "b": "12 11"}, shape=(2, 2))


# -------------------------------------------------------------------------------- bad input


def test_gaps_overlaps_and_strangers_are_all_named():
    with pytest.raises(InvalidRule) as caught:
        SegmentMap({"a": "22 21", "b": "21 33"}, shape=(2, 2))
    assert str(caught.value) == (
        "2 cells without a segment: 12, 11; 1 cell with more than one: 21 (a, b); "
        "1 cell that the shape does not have: 33."
    )


def test_a_cell_twice_in_one_segment():
    with pytest.raises(InvalidRule, match=r"^1 cell with more than one: 22 \(a, a\)\.$"):
        SegmentMap({"a": "22 22 21 12 11"}, shape=(2, 2))


def test_a_forgotten_score_is_a_gap_though_no_cell_mentions_it():
    with pytest.raises(InvalidRule, match=r"25 cells without a segment: 555, 545, .* and 13 more"):
        SegmentMap.from_ranges({"all": [(None, None, (1, 4))]})


@pytest.mark.parametrize(
    ("cells", "shape", "message"),
    [
        (7, (2, 2), "expected segments with the codes of their cells"),
        ({"a": "11"}, (1,), "two or three numbers of scores"),
        ({"a": "11"}, (1, 0), "two or three numbers of scores"),
    ],
)
def test_impossible_maps(cells, shape, message):
    with pytest.raises(InvalidRule, match=message):
        SegmentMap(cells, shape=shape)


def test_ranges_of_the_wrong_dimension():
    with pytest.raises(InvalidRule, match="a range for each of the 3 dimensions"):
        SegmentMap.from_ranges({"a": [(1, 2)]})


def test_a_scale_of_another_shape():
    STANDARD_SEGMENTS.require_shape((5, 5, 5))
    RF_SEGMENTS.require_shape((5, 5, 3))
    with pytest.raises(InvalidRule, match="named for 5 x 5 x 5 scores, the scale has 5 x 5 x 4"):
        STANDARD_SEGMENTS.require_shape((5, 5, 4))


def test_unknown_cells_and_scores():
    with pytest.raises(UnknownCode, match="'5555' is no cell of this map"):
        STANDARD_SEGMENTS.segment_of("5555")
    rows = scored("555", "155").assign(recency_score=[5, 6])
    with pytest.raises(InvalidData, match="'recency_score': expected a score from 1 to 5 in 1 row"):
        STANDARD_SEGMENTS.label(rows)
    for score in (0, 4.5, float("nan")):
        with pytest.raises(InvalidData, match=r"expected a score from 1 to 5 in 1 row"):
            STANDARD_SEGMENTS.label(scored("555").assign(frequency_score=[score]))
    missing = pl.DataFrame({"recency_score": [None, 1], "frequency_score": [1, 1]})
    with pytest.raises(InvalidData, match="'recency_score': expected a score from 1 to 5"):
        RF_SEGMENTS.label(missing)
    with pytest.raises(ColumnNotFound, match=r"RfmScale.score\(\) adds the scores"):
        STANDARD_SEGMENTS.label(pd.DataFrame({"rfm": ["555"]}))
