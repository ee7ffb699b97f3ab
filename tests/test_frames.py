"""The door: any frame in, the same kind out, and clear words where that cannot be."""

import datetime as dt
from decimal import Decimal

import attrs
import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from logs import ENGINES, KINDS, rows_of

import custrel as cr
from custrel.errors import ColumnNotFound, InvalidData
from custrel.frames import Framed, census, collect, enter, first_rows

TABLE = pa.table(
    {
        "id": ["a", "b", "c", "d", "e"],
        "frequency": pa.array([1, 2, 1, 0, None], pa.int64()),
        "recency": [10 / 7, 20 / 7, 10 / 7, 0.0, 0.0],
    }
)
LAZY = ("polars-lazy", "duckdb")
every_engine = pytest.mark.parametrize("engine", ENGINES)


@every_engine
def test_what_comes_in_goes_out(engine):
    native = ENGINES[engine](TABLE)
    door = enter(native)
    assert door.columns == ("id", "frequency", "recency")
    assert door.lazy is (engine in LAZY)
    assert door.in_one_piece is (engine in {"pandas", "pandas-arrow", "pyarrow"})
    assert door.engine is nw.from_native(native).implementation
    assert isinstance(door.leave(door.frame), KINDS[engine])
    assert door.framed is None


@every_engine
def test_facts_that_a_frame_came_with_stay_with_it(engine):
    summary = cr.CustomerSummary(ENGINES[engine](TABLE), unit="W")
    door = enter(summary)
    assert isinstance(summary, Framed)
    out = door.leave(door.frame.with_columns(twice=nw.col("recency") * 2))
    assert isinstance(out, cr.CustomerSummary)
    assert out.unit is cr.TimeUnit.WEEK
    assert isinstance(out.frame, KINDS[engine])
    assert "twice" in rows_of(out.frame)[0]


def test_a_frame_is_not_taken_for_something_that_carries_one():
    columns = pd.DataFrame({"frame": [1], "with_frame": [2]})
    assert enter(columns).framed is None
    assert enter(duckdb.from_df(columns)).framed is None


@attrs.frozen
class Answers:
    """What another package might bring."""

    frame: object

    def with_frame(self, frame):
        return Answers(frame)


def test_what_another_package_brings_is_handed_back_as_such():
    door = enter(Answers(pl.DataFrame(TABLE)))
    assert isinstance(door.leave(door.frame), Answers)
    with pytest.raises(cr.errors.UnsupportedFrame, match="got NoneType"):
        enter(Answers(None))


@every_engine
def test_missing_columns_are_named_with_near_misses_and_a_way_out(engine):
    door = enter(ENGINES[engine](TABLE))
    door.require(["id", None, "recency"])
    with pytest.raises(ColumnNotFound) as caught:
        door.require(["ID", "T"], remedy="custrel.summarize makes them.")
    assert str(caught.value) == (
        "no column 'ID' (did you mean 'id'?), 'T'; the frame has 'id', 'frequency', 'recency'. "
        "custrel.summarize makes them."
    )
    assert caught.value.missing == ("ID", "T")
    assert caught.value.available == door.columns


@every_engine
def test_values_are_floats_with_missing_ones_as_nan(engine):
    frequency, recency = enter(ENGINES[engine](TABLE)).values("frequency", "recency")
    order = np.argsort(frequency, kind="stable") if engine in LAZY else np.arange(5)
    assert frequency.dtype == recency.dtype == np.float64
    np.testing.assert_array_equal(np.sort(frequency), [0, 1, 1, 2, np.nan])
    np.testing.assert_array_equal(np.sort(recency[order]), np.sort([10 / 7, 20 / 7, 10 / 7, 0, 0]))


@every_engine
def test_text_is_no_number(engine):
    with pytest.raises(InvalidData) as caught:
        enter(ENGINES[engine](TABLE)).values("id", "recency")
    assert str(caught.value).startswith(
        "column 'id': expected numbers, found values of type String in 5 rows:\n"
    )
    (problem,) = caught.value.problems
    assert (problem.code, problem.column, problem.count) == ("not_numbers", "id", 5)


def test_numbers_of_every_kind():
    frame = pd.DataFrame(
        {
            "decimal": [Decimal("1.5"), None, Decimal(2)],
            "nullable": pd.array([1, None, 2], dtype="Int64"),
            "small": np.array([1, 2, 3], dtype=np.float32),
            "missing": [None, None, None],
        }
    )
    decimal, nullable, small, missing = enter(frame).values(*frame.columns)
    np.testing.assert_array_equal(decimal, [1.5, np.nan, 2])
    np.testing.assert_array_equal(nullable, [1, np.nan, 2])
    np.testing.assert_array_equal(small, [1, 2, 3])
    np.testing.assert_array_equal(missing, [np.nan] * 3)


@every_engine
def test_what_is_computed_for_distinct_rows_comes_back_to_each(engine):
    native = ENGINES[engine](TABLE)
    door = enter(cr.CustomerSummary(native, unit="W"))
    known, counts = door.distinct("frequency", "recency")
    frequency, recency = known.values()
    assert counts.sum() == 5
    assert len(counts) == (4 if door.lazy else 5)
    out = door.attach({"score": frequency * 100 + recency, "id": frequency}, by=known)
    assert isinstance(out.frame, KINDS[engine])
    found = sorted(rows_of(out.frame), key=lambda row: (row["frequency"] is None, str(row)))
    assert {frozenset(row) for row in found} == {frozenset(("id", "frequency", "recency", "score"))}
    for row in found:
        if row["frequency"] is None or np.isnan(row["frequency"]):
            assert row["score"] is None or np.isnan(row["score"])
        else:
            assert row["score"] == row["frequency"] * 100 + row["recency"]
            assert row["id"] == row["frequency"]


@every_engine
def test_truth_values_are_numbers_where_the_caller_says_so(engine):
    table = TABLE.append_column("left", pa.array([True, False, True, False, False]))
    door = enter(ENGINES[engine](table))
    known, counts = door.distinct("left", "recency", "left", flags=["left"])
    assert list(known) == ["left", "recency"]
    assert counts @ (known["left"] == 1) == 2
    assert counts @ (known["left"] == 0) == 3
    out = rows_of(door.attach({"score": 10 * known["left"]}, by=known))
    assert [row["score"] == 10 for row in out if row["left"]] == [True, True]
    for column in ("left", "id"):
        with pytest.raises(InvalidData, match=f"column '{column}': expected numbers"):
            door.distinct(column, "recency")
    with pytest.raises(ColumnNotFound, match="Make one"):
        door.distinct("gone", remedy="Make one.")


def test_attaching_survives_the_end_of_the_call_and_leaves_no_trace():
    connection = duckdb.connect()
    door = enter(connection.from_arrow(TABLE))
    rows, _ = door.distinct("frequency", "recency")
    once = door.attach({"score": rows["frequency"]}, by=rows)
    again = enter(once)
    rows, _ = again.distinct("score")
    twice = again.attach({"more": rows["score"] + 1}, by=rows)
    del door, again, once
    assert sorted(twice.project("more").fetchall(), key=str) == [
        (1.0,),
        (2.0,),
        (2.0,),
        (3.0,),
        (None,),
    ]
    # Old versions of DuckDB keep the name of a query.
    assert connection.sql("show tables").fetchall() in ([], [("__custrel",)])


@every_engine
def test_columns_may_have_the_names_that_the_door_uses(engine):
    table = TABLE.rename_columns(["__custrel_0", "__CUSTREL_1", "__custrel_2"])
    door = enter(ENGINES[engine](table))
    rows, counts = door.distinct("__CUSTREL_1")
    assert counts.sum() == 5
    out = rows_of(door.attach({"x": rows["__CUSTREL_1"]}, by=rows))
    assert set(out[0]) == {"__custrel_0", "__CUSTREL_1", "__custrel_2", "x"}
    shown = first_rows(door.frame, ~nw.col("__custrel_0").is_null(), ["__custrel_0"])
    assert len(shown) == 3
    assert ("row 0: __custrel_0='a'" if engine not in LAZY else "__custrel_0='") in shown[0] or (
        engine == "duckdb"
    )


@every_engine
def test_one_query_counts_flags_and_finds_ranges(engine):
    frame = enter(ENGINES[engine](TABLE)).frame
    counts = census(frame, {"some": nw.col("frequency") > 0, "none": nw.col("id") == "z"}, ["id"])
    assert counts == {"rows": 5, "some": 3, "none": 0, "id": ("a", "e")}
    empty = frame.filter(nw.col("id") == "z")
    counts = census(empty, {"some": nw.col("frequency") > 0}, ["recency"])
    assert (counts["rows"], counts["some"]) == (0, 0)
    assert all(pd.isna(end) for end in counts["recency"])


def test_rows_are_shown_under_the_names_and_places_that_the_caller_knows():
    frame = enter(pl.DataFrame({"who": ["x", " ", None], "n": [1.5, None, float("nan")]})).frame
    late = nw.col("who").is_null() | (nw.col("who") == " ")
    assert first_rows(frame, late, {"customer": "who", "amount": "n"}) == (
        "row 1: customer=' ', amount=None",
        "row 2: customer=None, amount=nan",
    )
    assert first_rows(frame, late, ["who"], positions=False) == ("who=' '", "who=None")
    assert first_rows(frame, late, {"one": "n", "other": "n"})[0] == "row 1: one=None, other=None"


def test_only_what_is_asked_for_is_collected():
    """A lazy frame may be larger than memory."""
    read = []

    def reading(frame):
        read.append(len(frame))
        return frame

    door = enter(pl.LazyFrame({"x": [1.0, 2.0]}).map_batches(reading, schema={"x": pl.Float64}))
    door.require(["x"])
    door.require_numbers("x")
    out = door.leave(door.frame.with_columns(y=nw.col("x") + 1))
    assert isinstance(out, pl.LazyFrame)
    assert not read
    assert collect(enter(out).frame).shape == (2, 2)
    assert read


def test_instants_and_dates_pass_through():
    frame = pd.DataFrame({"when": pd.to_datetime(["2024-01-01"]).tz_localize("America/New_York")})
    door = enter(frame)
    pd.testing.assert_frame_equal(door.leave(door.frame), frame)
    dates = pl.DataFrame({"when": [dt.date(2024, 1, 1)]})
    assert enter(dates).leave(enter(dates).frame).equals(dates)
