"""The customer summary: published figures, a worked example, and the object itself."""

import copy
import datetime as dt
import pickle
from html.parser import HTMLParser

import attrs
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from logs import CDNOW, ENGINES, as_table, assert_same, by_customer, rows_of

import custrel as cr
from custrel.errors import Problem

DAY = dt.date(2024, 1, 1)
LOG = (
    ("a", DAY, 10.0),
    ("a", DAY + dt.timedelta(days=14), 20.0),
    ("a", DAY + dt.timedelta(days=14), 5.0),
    ("b", DAY + dt.timedelta(days=7), 7.0),
)
every_engine = pytest.mark.parametrize("engine", ENGINES)


@pytest.fixture(scope="module")
def cdnow():
    return pa.Table.from_pandas(pd.read_csv(CDNOW, parse_dates=["date"]), preserve_index=False)


# ----------------------------------------------------------------------------------------- CDNOW


@pytest.mark.published
@pytest.mark.engines
@every_engine
def test_cdnow(engine, cdnow):
    """P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), and the notes to their data."""
    log = ENGINES[engine](cdnow)
    summary = cr.summarize(
        log, unit="W", calibration_until="1997-09-30", observed_until="1998-06-30"
    )
    table = pd.DataFrame(rows_of(summary.frame))
    assert len(table) == 2357
    assert (table["frequency"] > 0).sum() == 946
    assert table["T"].max() == pytest.approx(38.857142857, abs=1e-9)
    assert table["frequency_holdout"].sum() == 1882
    assert set(table["duration_holdout"]) == {39.0}
    # The paper's customer 1: x = 2, t_x = 30.43, T = 38.86.
    first = table.set_index("customer_id").loc[1]
    assert (first["frequency"], round(first["recency"], 2), round(first["T"], 2)) == (
        2,
        30.43,
        38.86,
    )
    assert first["monetary_value"] == pytest.approx((29.73 + 14.96) / 2)
    # Actual holdout purchases by calibration frequency, 0 to 7 and more.
    by_frequency = table.groupby(table["frequency"].clip(upper=7))["frequency_holdout"].mean()
    np.testing.assert_allclose(
        by_frequency, [0.2367, 0.6970, 1.3925, 1.56, 2.5323, 2.9474, 3.8621, 6.3594], atol=6e-5
    )
    # Mean spend of the repeat buyers, whose Gamma-Gamma mean is 35.17.
    again = table[table["frequency"] > 0]
    assert again["monetary_value"].mean() == pytest.approx(35.0777, abs=1e-3)


@pytest.mark.published
@pytest.mark.engines
@every_engine
def test_cdnow_as_a_whole(engine, cdnow):
    log = ENGINES[engine](cdnow)
    summary = cr.summarize(log)
    assert summary.merged_orders() == 223
    assert (summary.rows, summary.purchases) == (6919, 6919)
    assert summary.observed_until == dt.date(1998, 6, 30)
    assert summary.calibration_until is None
    table = pd.DataFrame(rows_of(summary.frame))
    assert table["orders"].sum() == 6919 - 223
    assert table["revenue"].sum() == pytest.approx(cdnow["amount"].to_pandas().sum(), rel=1e-12)
    assert pd.to_datetime(table["first_order"]).max() <= pd.Timestamp("1997-03-31")
    assert cr.summarize(log, collapse=None).merged_orders() == 0


def test_the_notes_on_the_data_are_true(cdnow):
    assert cdnow.num_rows == 6919
    assert (cdnow["amount"].to_numpy() == 0).sum() == 8
    assert len(cdnow["customer_id"].unique()) == 2357


# --------------------------------------------------------------------- a worked example, lifetimes


@pytest.mark.engines
@every_engine
def test_the_worked_example_of_the_guide(engine):
    summary = cr.summarize(ENGINES[engine](as_table(LOG)), unit="W", observed_until="2024-01-29")
    last = DAY + dt.timedelta(days=14)
    assert by_customer(summary) == {
        "a": {
            "orders": 2,
            "revenue": 35.0,
            "frequency": 1,
            "recency": 2.0,
            "T": 4.0,
            "monetary_value": 25.0,
            "first_order": DAY,
            "last_order": last,
            "idle": 2.0,
        },
        "b": {
            "orders": 1,
            "revenue": 7.0,
            "frequency": 0,
            "recency": 0.0,
            "T": 3.0,
            "monetary_value": 0.0,
            "first_order": DAY + dt.timedelta(days=7),
            "last_order": DAY + dt.timedelta(days=7),
            "idle": 3.0,
        },
    }
    assert summary.merged_orders() == 1
    assert (summary.unit, summary.collapse) == ("W", "D")
    assert summary.observed_until == dt.date(2024, 1, 29)


@pytest.mark.engines
@every_engine
def test_weeks_as_lifetimes_counts_them(engine):
    """Worked out by hand after lifetimes' definition with freq="W".

    Weeks begin on Mondays. Customer 1 buys in the weeks of 1 January (twice), 8 January and
    5 February; the end, 14 February, lies in the week of 12 February.
    """
    days = ["2024-01-03", "2024-01-07", "2024-01-08", "2024-02-11", "2024-01-22"]
    log = pa.table(
        {"customer_id": [1, 1, 1, 1, 2], "date": days, "amount": [10.0, 20.0, 30.0, 40.0, 50.0]}
    )
    summary = cr.summarize(
        ENGINES[engine](log), unit="W", collapse="W", observed_until="2024-02-14"
    )
    expected = {
        1: {"frequency": 2, "recency": 5.0, "T": 6.0, "monetary_value": 35.0, "orders": 3},
        2: {"frequency": 0, "recency": 0.0, "T": 3.0, "monetary_value": 0.0, "orders": 1},
    }
    found = by_customer(summary)
    for who, row in expected.items():
        assert {name: found[who][name] for name in row} == row
    # Dates stay those of the orders.
    assert (found[1]["first_order"], found[1]["last_order"]) == (
        dt.date(2024, 1, 3),
        dt.date(2024, 2, 11),
    )
    assert summary.merged_orders() == 1


@pytest.mark.engines
@every_engine
def test_the_hour_that_comes_twice_keeps_its_order(engine):
    """In autumn 02:30 comes twice in Berlin; the first is the first, and an hour lies between."""
    times = [dt.datetime(2024, 10, 27, hour, 30) for hour in (0, 1)]
    dates = pa.array(times, pa.timestamp("us", "Europe/Berlin"))
    log = pa.table({"customer_id": [1, 1], "date": dates, "amount": [1.0, 2.0]})
    summary = cr.summarize(ENGINES[engine](log), collapse=None)
    (row,) = rows_of(summary.frame)
    assert row["recency"] == 1 / 24
    assert row["monetary_value"] == 2.0
    first, last = (when.replace(tzinfo=dt.UTC) for when in times)
    assert (row["first_order"], row["last_order"]) == (first, last)
    assert summary.observed_until.astimezone(dt.UTC) == last
    assert cr.summarize(ENGINES[engine](log)).observed_until == dt.date(2024, 10, 27)


@pytest.mark.engines
@every_engine
def test_an_order_belongs_to_the_day_of_its_own_zone(engine):
    times = [dt.datetime(2024, 7, 1, 3), dt.datetime(2024, 7, 1, 5)]  # UTC; midnight is at four
    dates = pa.array(times, pa.timestamp("us", "America/New_York"))
    log = pa.table({"customer_id": [1, 1], "date": dates, "amount": [1.0, 2.0]})
    (row,) = by_customer(cr.summarize(ENGINES[engine](log))).values()
    assert row["orders"] == 2
    assert (row["first_order"], row["last_order"]) == (dt.date(2024, 6, 30), dt.date(2024, 7, 1))


@pytest.mark.engines
@every_engine
@pytest.mark.parametrize(
    "dates", ["2024-01-{:02}", "2024-01-{:02} 00:00", "2024-01-{:02}T00:00:00"]
)
def test_midnights_are_dates_for_those_who_cannot_write_dates(engine, dates):
    log = [("a", dates.format(day), float(day)) for day in (1, 8, 8)]
    frame = ENGINES[engine](as_table(log))
    options = {"collapse": None, "observed_until": "2024-01-29"}
    (row,) = by_customer(cr.summarize(frame, **options)).values()
    assert (row["orders"], row["recency"], row["T"], row["idle"]) == (3, 7.0, 28.0, 21.0)
    assert cr.summarize(frame, **options).observed_until == dt.date(2024, 1, 29)
    # One instant that is not at midnight makes instants of all.
    frame = ENGINES[engine](as_table([*log, ("a", "2024-01-08T12:00", 1.0)]))
    (row,) = by_customer(cr.summarize(frame, **options)).values()
    assert row["recency"] == 7.5
    assert row["T"] == pytest.approx(29, abs=1e-9)
    assert row["last_order"] == dt.datetime(2024, 1, 8, 12)


@every_engine
def test_an_order_of_nothing_is_an_order(engine):
    log = [("a", DAY, 0.0), ("a", DAY + dt.timedelta(days=3), -1.5)]
    (row,) = rows_of(cr.summarize(ENGINES[engine](as_table(log))).frame)
    assert (row["orders"], row["revenue"], row["idle"]) == (1, -1.5, 3.0)


@pytest.mark.engines
@every_engine
def test_orders_and_dates_keep_their_types(engine):
    frame = cr.summarize(ENGINES[engine](as_table(LOG))).frame
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.to_arrow_table()
    if isinstance(frame, pl.DataFrame | pl.LazyFrame):
        frame = frame.lazy().collect().to_arrow()
    if isinstance(frame, pd.DataFrame):  # which has no dates
        frame = pa.Table.from_pandas(frame, preserve_index=False)
        dates = frame.column("first_order").cast(pa.date32())
        frame = frame.set_column(7, "first_order", dates).set_column(8, "last_order", dates)
    types = {name: frame.schema.field(name).type for name in frame.column_names[1:]}
    assert types == {
        "orders": pa.int64(),
        "revenue": pa.float64(),
        "frequency": pa.int64(),
        "recency": pa.float64(),
        "T": pa.float64(),
        "monetary_value": pa.float64(),
        "first_order": pa.date32(),
        "last_order": pa.date32(),
        "idle": pa.float64(),
    }


def test_customers_who_came_after_the_calibration_are_not_in_the_table():
    log = as_table(LOG).to_pandas(date_as_object=False)
    summary = cr.summarize(log, calibration_until="2024-01-05")
    assert summary.frame["customer_id"].tolist() == ["a"]
    assert summary.frame["frequency_holdout"].tolist() == [1]
    assert summary.calibration_until == dt.date(2024, 1, 5)
    assert (summary.rows, summary.purchases) == (4, 1)
    assert summary.merged_orders() == 0


@every_engine
def test_money_of_two_windows(engine):
    log = [*LOG, ("b", DAY + dt.timedelta(days=20), -2.0)]
    # Each window begins after its first day: 14 and 7 January belong to the one before.
    log += [("c", DAY + dt.timedelta(days=day), amount) for day, amount in ((13, 3.0), (6, 4.0))]
    summary = cr.summarize(
        ENGINES[engine](as_table(log)), unit="W", compare=1, observed_until="2024-01-21"
    )
    found = by_customer(summary)
    assert {who: (row["revenue_recent"], row["revenue_before"]) for who, row in found.items()} == {
        "a": (25.0, 0.0),
        "b": (-2.0, 7.0),
        "c": (0.0, 3.0),
    }
    assert summary.compare == 1


# ------------------------------------------------------------------------------------ the object


def test_a_summary_of_ones_own():
    frame = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    summary = cr.CustomerSummary(frame, unit="W")
    assert summary.merged_orders() is None
    assert summary.observed_until is None
    assert repr(summary).splitlines()[0] == "Customer summary: times in weeks"
    with pytest.raises(TypeError):
        cr.CustomerSummary(frame)
    with pytest.raises(LookupError, match="did you mean 'W'"):
        cr.CustomerSummary(frame, unit="week")


def test_facts_stay_when_the_table_changes():
    summary = cr.summarize(as_table(LOG).to_pandas(date_as_object=False), unit="W")
    best = summary.with_frame(summary.frame.head(1))
    assert len(best.frame) == 1
    assert best.merged_orders() == summary.merged_orders() == 1
    assert best.unit is summary.unit
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        summary.unit = cr.TimeUnit.DAY


@every_engine
def test_a_query_can_be_run_once_and_kept(engine):
    summary = cr.summarize(ENGINES[engine](as_table(LOG)), unit="W")
    kept = summary.collect()
    assert isinstance(kept.frame, pd.DataFrame | pl.DataFrame | pa.Table)
    assert kept.merged_orders() == 1
    assert_same(by_customer(kept), by_customer(summary))


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "duckdb"])
def test_a_summary_comes_back_from_another_process(engine):
    log = ENGINES[engine](as_table([*LOG, ("c", DAY, None)]))
    summary = cr.summarize(log, unit="W", compare=1, errors="collect")
    for again in (pickle.loads(pickle.dumps(summary)), copy.copy(summary)):
        assert_same(by_customer(again), by_customer(summary))
        for field in attrs.fields(cr.CustomerSummary):
            if field.name not in {"frame", "source"}:
                assert getattr(again, field.name) == getattr(summary, field.name)
        assert again.merged_orders() == 1


def test_in_a_terminal():
    log = [*LOG, ("c", None, 1.0), ("c", None, 2.0)]
    summary = cr.summarize(
        as_table(log).to_pandas(date_as_object=False),
        unit="W",
        errors="collect",
        calibration_until="2024-01-10",
    )
    facts, left_out, *table = repr(summary).splitlines()
    assert facts == (
        "Customer summary: times in weeks; calibrated until 2024-01-10; observed until 2024-01-15; "
        "from 4 orders; orders of a day are one occasion; returns: net"
    )
    assert left_out.startswith(
        "Left out: column 'date': no date in 2 rows (row 4: customer_id='c', "
    )
    assert "\n".join(table) == repr(summary.frame)
    log = as_table(LOG[:1]).to_pandas(date_as_object=False)
    assert "; from 1 order; each order is an occasion;" in repr(cr.summarize(log, collapse=None))
    assert "; orders of a month are one occasion;" in repr(cr.summarize(log, collapse="M"))
    assert "; orders at one time are one occasion;" in repr(cr.summarize(log.assign(date=[5])))


class Checker(HTMLParser):
    """Collects the text, and fails on tags that do not match."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.seen = [], [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in {"br", "col", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@every_engine
def test_in_a_notebook(engine):
    if engine == "polars-lazy":
        pytest.skip("Polars shows a lazy frame by a program that draws graphs")
    log = [*LOG, (None, DAY, 1.0)]
    summary = cr.summarize(ENGINES[engine](as_table(log)), unit="W", errors="collect")
    evil = Problem(code="x", message="<script>alert('&')</script>", count=0, remedy="Nothing.")
    summary = attrs.evolve(summary, problems=(*summary.problems, evil))
    page = Checker()
    page.feed(shown := summary._repr_html_())
    assert page.open == []
    text = " ".join(page.text)
    assert "Customer summary : times in weeks; observed until 2024-01-15; from 4 orders" in text
    assert "column 'customer_id': no customer in 1 row" in text
    assert "<script>alert('&')</script>" in text
    assert "script" not in page.seen
    assert page.seen.index("figcaption") < (
        page.seen.index("table") if "table" in page.seen else 99
    )
    if engine.startswith("pandas") or engine == "polars":
        assert summary.frame._repr_html_() in shown


def test_in_a_notebook_that_wants_no_html():
    """pandas has an option for it, and then gives no HTML of its own."""
    log = pd.DataFrame({"customer_id": ["<b>"], "date": ["2024-01-01"], "amount": [1.0]})
    summary = cr.summarize(log)
    with pd.option_context("display.notebook_repr_html", False):
        assert "<pre>" in summary._repr_html_()
        assert "&lt;b&gt;" in summary._repr_html_()


def test_a_summary_is_compared_by_identity():
    summary = cr.summarize(as_table(LOG))
    assert summary == summary  # noqa: PLR0124 - that is what is tested
    assert summary != copy.copy(summary)
    assert isinstance(hash(summary), int)
