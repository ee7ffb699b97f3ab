"""Times become ticks and come back, alike over arrays and on engines."""

import datetime as dt
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st

from custrel._log.timeline import TimeKind, Timeline
from custrel.errors import InvalidRule
from custrel.units import TimeUnit

DAY = 86_400_000_000
BERLIN = "Europe/Berlin"


def timeline(kind=TimeKind.INSTANT, *, collapse="D", unit="D", zone=None):
    collapse = None if collapse is None else TimeUnit(collapse)
    return Timeline(kind=kind, unit=TimeUnit(unit), collapse=collapse, zone=zone)


instants = st.datetimes(dt.datetime(1601, 1, 1), dt.datetime(2400, 1, 1))


@pytest.mark.properties
@given(st.lists(instants, min_size=1, max_size=5), st.sampled_from(["s", "ms", "us", "ns"]))
def test_days_are_counted_the_same_way_on_every_road(drawn, resolution):
    if resolution == "ns":
        drawn = [when.replace(year=1700 + when.year % 500) for when in drawn if when.day < 29]
    values = np.array(drawn, dtype=f"M8[{resolution}]")
    frame = nw.from_native(pd.DataFrame({"date": values}))
    line = timeline()
    expected = [(when.date() - dt.date(1970, 1, 1)).days for when in drawn]
    assert line.ticks_of(frame.get_column("date"))[1].tolist() == expected
    # The road of engines without a shortcut of their own, such as Dask.
    assert line.with_tick(frame, "date").get_column("tick").to_list() == expected


@pytest.mark.properties
@given(st.lists(instants, min_size=1, max_size=5))
def test_instants_are_counted_the_same_way_on_every_road(drawn):
    drawn = [*drawn, dt.datetime(2024, 1, 1, 0, 0, 1)]  # not all at midnight
    line = timeline(collapse=None)
    frame = pl.DataFrame({"date": drawn})
    expected = [(when - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1) for when in drawn]
    for native in (frame.lazy(), duckdb.from_arrow(frame.to_arrow()), frame.to_pandas()):
        counted = line.with_tick(nw.from_native(native), "date").with_columns(back=nw.col("tick"))
        back = line.with_dates(counted, "back").lazy().collect()
        assert back.get_column("tick").to_list() == expected
        assert [pd.Timestamp(when) for when in back.get_column("back")] == drawn
    series = nw.from_native(frame.to_pandas()).get_column("date")
    assert line.ticks_of(series)[1].tolist() == expected


@pytest.mark.properties
@given(
    st.lists(st.dates(dt.date(1, 1, 1), dt.date(9990, 1, 1)), min_size=1, max_size=5),
    st.sampled_from("DWMQY"),
)
def test_periods_begin_on_the_same_day_on_every_road(drawn, collapse):
    line = timeline(TimeKind.DATE, collapse=collapse)
    frame = pl.DataFrame({"date": drawn})
    days = np.array(drawn, dtype="M8[D]").astype(np.int64)
    starts = line.occasion(days)
    assert [line.occasion_of(day) for day in days.tolist()] == starts.tolist()
    for native in (frame.lazy(), duckdb.from_arrow(frame.to_arrow())):
        ticks = line.with_tick(nw.from_native(native), "date")
        found = ticks.with_columns(start=line.occasion_expression("tick", "date")).collect()
        assert sorted(found.get_column("start").to_list()) == sorted(starts.tolist())
    for day, start in zip(drawn, starts.astype("M8[D]").tolist(), strict=True):
        assert start <= day
        assert {
            "W": start.weekday() == 0,
            "M": start.day == 1,
            "Q": (start.day, start.month % 3) == (1, 1) and (day.month - start.month) in range(3),
            "Y": start.timetuple().tm_yday == 1,
        }.get(collapse, start == day)


@pytest.mark.parametrize(
    "given_end",
    [
        dt.date(2024, 2, 29),
        "2024-02-29",
        "20240229",
        np.datetime64("2024-02-29"),
        dt.datetime(2024, 2, 29, 15),
        "2024-02-29T15:00",
        pd.Timestamp("2024-02-29 15:00"),
        np.datetime64("2024-02-29T15:00:00.5"),
    ],
)
def test_an_end_may_be_written_in_many_ways(given_end):
    day = (dt.date(2024, 2, 29) - dt.date(1970, 1, 1)).days
    assert timeline().tick(given_end, "observed_until") == day
    assert timeline(TimeKind.DATE).tick(given_end, "observed_until") == day


@pytest.mark.parametrize(
    "given_end", [dt.date(2024, 2, 29), "2024-02-29", np.datetime64("2024-02-29")]
)
def test_a_date_stands_for_its_whole_day(given_end):
    line = timeline(collapse=None)
    midnight = line.tick(dt.datetime(2024, 3, 1), "observed_until")
    assert line.tick(given_end, "observed_until") == midnight - 1
    assert line.moment(midnight - 1) == dt.datetime(2024, 2, 29, 23, 59, 59, 999999)


def test_a_day_of_a_zone_is_as_long_as_its_clocks_make_it():
    line = timeline(collapse=None, zone=BERLIN)
    ends = [line.tick(dt.date(2024, 10, day), "observed_until") for day in (26, 27, 28)]
    assert np.diff(ends).tolist() == [25 / 24 * DAY, DAY]
    assert line.moment(ends[0]) == dt.datetime(2024, 10, 26, 23, 59, 59, 999999, ZoneInfo(BERLIN))


def test_an_instant_of_another_zone_is_the_day_there():
    late = dt.datetime(2024, 7, 1, 23, tzinfo=dt.UTC)
    assert timeline(zone=BERLIN).moment(timeline(zone=BERLIN).tick(late, "end")) == dt.date(
        2024, 7, 2
    )
    assert (
        timeline(collapse=None, zone=BERLIN).moment(
            timeline(collapse=None, zone=BERLIN).tick(late, "end")
        )
        == late
    )


@pytest.mark.parametrize("zone", ["+02:00", "UTC+02:00", "+0200", "Etc/GMT-2"])
def test_zones_may_be_offsets(zone):
    late = dt.datetime(2024, 7, 1, 23, tzinfo=dt.UTC)
    line = timeline(zone=zone)
    assert line.moment(line.tick(late, "end")) == dt.date(2024, 7, 2)


def test_ends_that_make_no_sense_are_refused():
    for wrong in (None, pd.NaT, np.datetime64("NaT", "ns"), "yesterday", 5, 2.5):
        with pytest.raises(InvalidRule, match=r"^observed_until=.* expected a date, an instant or"):
            timeline().tick(wrong, "observed_until")
    for wrong in ("2024-01-01", True, 2.0, None):
        with pytest.raises(InvalidRule, match="the log's times are integers"):
            timeline(TimeKind.INTEGER).tick(wrong, "observed_until")
    with pytest.raises(InvalidRule, match="has a time zone and the log's times have none"):
        timeline().tick(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "observed_until")
    with pytest.raises(InvalidRule, match=r"tzlocal\(\).*convert the column to a named one"):
        timeline(zone="tzlocal()").tick(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "observed_until")


def test_integers_have_no_calendar():
    assert timeline(TimeKind.INTEGER).tick(np.int32(7), "observed_until") == 7
    assert timeline(TimeKind.INTEGER, unit="W").ticks_per_unit == 1
    for collapse in "WMY":
        with pytest.raises(InvalidRule, match="no calendar to collapse by"):
            timeline(TimeKind.INTEGER, collapse=collapse)
