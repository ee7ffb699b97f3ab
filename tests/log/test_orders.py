"""Every unusable log gives one clear error, or what is left of it and a list of what is not."""

import datetime as dt
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from logs import ENGINES, as_table, by_customer, rows_of

import custrel as cr
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode, UnsupportedFrame

LOG = (
    ("a", dt.date(2024, 1, 1), 10.0),
    ("a", dt.date(2024, 1, 15), 20.0),
    ("b", dt.date(2024, 1, 8), 7.0),
)
every_engine = pytest.mark.parametrize("engine", ENGINES)


def pandas_log(**columns):
    log = pd.DataFrame(LOG, columns=["customer_id", "date", "amount"])
    return log.assign(date=pd.to_datetime(log["date"])).assign(**columns)


def message(log, expected=InvalidData, **options):
    """Return what the error says."""
    with pytest.raises(expected) as caught:
        cr.summarize(log, **options)
    assert isinstance(caught.value, cr.CustrelError)
    return str(caught.value)


# ---------------------------------------------------------------------- rows that cannot be used

SPOILT = (
    ("a", "2024-01-01", 10.0),
    (None, "2024-01-02", 2.0),
    ("a", "nonsense", 3.0),
    ("a", "2024-02-30", 4.0),
    ("b", None, 5.0),
    ("b", "2024-01-03", None),
    ("c", "2024-01-04", float("nan")),
    ("c", "2024-01-05", float("inf")),
    ("b", "2024-01-08", -7.0),
    ("b", "2024-01-09", 7.0),
)

FOUND = """\
column 'customer_id': no customer in 1 row:
    row 1: customer_id=None, date='2024-01-02', amount=2.0
Give these orders one or filter them out.
column 'date': not an ISO 8601 date or instant in 2 rows:
    row 2: customer_id='a', date='nonsense', amount=3.0
    row 3: customer_id='a', date='2024-02-30', amount=4.0
Write dates as YYYY-MM-DD, or convert the column to dates first.
column 'date': no date in 1 row:
    row 4: customer_id='b', date=None, amount=5.0
Give these orders one or filter them out.
column 'amount': no amount in 2 rows:
    row 5: customer_id='b', date='2024-01-03', amount=None
    row 6: customer_id='c', date='2024-01-04', amount=nan
Fill them in or filter these orders out; amount=None leaves money out of it all.
column 'amount': an infinite amount in 1 row:
    row 7: customer_id='c', date='2024-01-05', amount=inf
Filter these orders out.
column 'amount': a negative amount in 1 row:
    row 8: customer_id='b', date='2024-01-08', amount=-7.0
returns='net' deducts them, 'drop' leaves them out, 'keep' counts them as orders.
errors='collect' leaves such rows out and lists them in the summary's problems."""


def alike(text):
    """Return a message as it would be without what differs from one kind of frame to another."""
    for missing in ("nan", "NaN", "<NA>", "NaT"):
        text = text.replace(f"={missing}", "=None")
    return text


@every_engine
def test_one_error_names_every_column_count_first_row_and_way_out(engine):
    expected = FOUND
    if engine in {"polars-lazy", "duckdb"}:  # their rows have no positions
        for row in range(len(SPOILT)):
            expected = expected.replace(f"row {row}: ", "")
    found = message(ENGINES[engine](as_table(SPOILT)), returns="error")
    assert sorted(alike(found).splitlines()) == sorted(alike(expected).splitlines())
    if engine != "duckdb":  # and no order
        assert alike(found) == alike(expected)


@every_engine
def test_or_the_good_rows_are_counted_and_the_others_listed(engine):
    summary = cr.summarize(
        ENGINES[engine](as_table(SPOILT)), returns="error", errors="collect", unit="W"
    )
    assert {who: row["orders"] for who, row in by_customer(summary).items()} == {"a": 1, "b": 1}
    assert summary.rows == summary.purchases == 2
    assert [(p.code, p.column, p.count) for p in summary.problems] == [
        ("null_customer", "customer_id", 1),
        ("unreadable_date", "date", 2),
        ("null_date", "date", 1),
        ("missing_amount", "amount", 2),
        ("infinite_amount", "amount", 1),
        ("negative_amount", "amount", 1),
    ]
    assert all(problem.rows and problem.remedy for problem in summary.problems)
    assert "date='nonsense'" in "".join(summary.problems[1].rows)
    assert repr(summary).startswith(
        "Customer summary: times in weeks; observed until 2024-01-09; from 2 orders; "
        "orders of a day are one occasion; returns: error\n"
        "Left out: column 'customer_id': no customer in 1 row ("
    )


def test_no_more_than_three_rows_are_shown():
    text = message(pandas_log(customer_id=[None] * 3).loc[[0, 1, 2, 0, 1]])
    assert text.startswith("column 'customer_id': no customer in 5 rows:\n    row 0: ")
    assert text.count("    row ") == 3
    assert "\n    ...\n" in text


def test_a_row_may_be_spoilt_twice():
    summary = cr.summarize(
        pandas_log(customer_id=["a", None, "b"], amount=[1.0, np.nan, 2.0]), errors="collect"
    )
    assert [problem.code for problem in summary.problems] == ["null_customer", "missing_amount"]
    assert summary.rows == 2


@every_engine
def test_a_log_with_nothing_usable_says_what_is_wrong_with_it(engine):
    log = ENGINES[engine](as_table([(None, "2024-01-01", 1.0), ("a", "soon", 2.0)]))
    text = message(log, errors="collect")
    assert text.startswith("no usable order is left.\ncolumn 'customer_id': no customer in 1 row")
    assert "date='soon'" in text


@every_engine
def test_the_order_in_which_missing_things_are_missing_does_not_matter(engine):
    table = as_table(LOG).set_column(1, "date", pa.nulls(3))
    assert "column 'date': no date in 3 rows" in message(ENGINES[engine](table))
    table = as_table(LOG).set_column(2, "amount", pa.nulls(3))
    assert "column 'amount': no amount in 3 rows" in message(ENGINES[engine](table))
    table = as_table(LOG).set_column(0, "customer_id", pa.nulls(3))
    assert "column 'customer_id': no customer in 3 rows" in message(ENGINES[engine](table))


# ------------------------------------------------------------------------------- empty and small


@every_engine
@pytest.mark.parametrize(
    "types",
    [
        {"customer_id": pa.string(), "date": pa.date32(), "amount": pa.float64()},
        {"customer_id": pa.int64(), "date": pa.string(), "amount": pa.string()},
        {"customer_id": pa.null(), "date": pa.null(), "amount": pa.null()},
    ],
)
def test_an_empty_log(engine, types):
    frame = ENGINES[engine](pa.schema(list(types.items())).empty_table())
    for errors in "raise", "collect":
        text = message(frame, errors=errors)
        assert text == "the log has no orders. Check the filter or the join that made it."


def test_an_empty_log_of_pandas_has_no_types():
    assert message(pd.DataFrame({"customer_id": [], "date": [], "amount": []})).startswith(
        "the log has no orders"
    )


@every_engine
def test_one_customer_with_one_order(engine):
    (row,) = rows_of(cr.summarize(ENGINES[engine](as_table(LOG[:1]))).frame)
    assert row["orders"] == 1
    assert {row[name] for name in ("frequency", "recency", "T", "monetary_value", "idle")} == {0}


# --------------------------------------------------------------------------------------- columns


def test_a_misspelt_column_is_told_its_near_misses():
    log = pandas_log().rename(columns={"customer_id": "Customer ID"})
    text = message(log, ColumnNotFound, customer="custmer id", date="Date")
    assert text == (
        "no column 'custmer id' (did you mean 'Customer ID'?), 'Date' (did you mean 'date'?); "
        "the frame has 'Customer ID', 'date', 'amount'. "
        "customer=, date= and amount= say what the log calls them."
    )
    with pytest.raises(LookupError):
        cr.summarize(log)


def test_who_and_when_cannot_be_left_out():
    assert "customer=None: only the amount can be left out" in message(
        pandas_log(), InvalidRule, customer=None
    )
    assert "date=None" in message(pandas_log(), InvalidRule, date=None)


def test_two_columns_of_one_name():
    log = pandas_log()
    log.columns = ["customer_id", "date", "date"]
    assert "two columns have the same name" in message(log, amount=None)


@every_engine
def test_columns_may_have_the_names_that_we_use_inside(engine):
    names = {"customer_id": "tick", "date": "customer", "amount": "first"}
    table = as_table(LOG).rename_columns(list(names.values()))
    for extra in ("held", "bought", "date", "occasion", "at", "opening", "__custrel_0", "rows"):
        table = table.append_column(extra, pa.array([1, 2, 3]))
    summary = cr.summarize(
        ENGINES[engine](table),
        customer="tick",
        date="customer",
        amount="first",
        collapse="W",
        compare=7,
        calibration_until="2024-01-08",
        duplicates="drop",
    )
    assert {who: row["revenue"] for who, row in by_customer(summary).items()} == {"a": 10, "b": 7}
    table = table.set_column(table.column_names.index("rows"), "rows", pa.array(["1", "2", "3"]))
    assert "column 'rows': expected numbers" in message(
        ENGINES[engine](table), customer="tick", date="customer", amount="rows"
    )


def test_a_column_may_serve_twice_and_stand_in_an_error():
    log = pandas_log(date=[1, 2, 3], amount=[1.0, np.nan, 2.0])
    assert "row 1: date=2, amount=nan" in message(log, customer="date")


@every_engine
def test_the_customer_cannot_be_called_as_a_column_of_the_summary(engine):
    log = ENGINES[engine](as_table(LOG).rename_columns(["orders", "date", "amount"]))
    assert message(log, InvalidRule, customer="orders") == (
        "the summary has a column 'orders' of its own: rename the log's."
    )


def test_capitals_tell_columns_apart_but_not_in_duckdb():
    table = as_table(LOG).rename_columns(["t", "date", "amount"])
    assert len(cr.summarize(table.to_pandas(), customer="t").frame) == 2
    assert "'t' of its own" in message(duckdb.from_arrow(table), InvalidRule, customer="t")


# --------------------------------------------------------------------------------------- amounts


@every_engine
def test_text_is_no_amount(engine):
    table = as_table(LOG).set_column(2, "amount", pa.array(["1", None, "x"]))
    text = message(ENGINES[engine](table))
    assert text.startswith(
        "column 'amount': expected numbers, found values of type String in 2 rows:"
    )
    assert "amount='1'\n" in text
    assert text.endswith("first; commas between digits and signs of currency must go.")


def test_neither_are_times_truth_values_or_numbers_among_text():
    for amounts in (pandas_log()["date"], [True, False, True], [1.0, "2", 3]):
        assert "column 'amount': expected numbers" in message(pandas_log(amount=amounts))
    late = pd.Series([None] * 200 + [Decimal("1.5")], dtype=object)
    many = pd.DataFrame({"customer_id": 1, "date": "2024-01-01", "amount": late})
    assert "no amount in 200 rows" in message(many)


@every_engine
def test_decimals_whole_numbers_and_small_floats_are_amounts(engine):
    for amounts in (
        pa.array([Decimal("10.25"), Decimal("20.50"), Decimal("7.75")]),
        pa.array([10, 20, 7], pa.uint8()),
        pa.array([10.5, 20.25, 7.0], pa.float32()),
    ):
        table = as_table(LOG).set_column(2, "amount", amounts)
        found = by_customer(cr.summarize(ENGINES[engine](table)))
        expected = [float(amount) for amount in amounts.to_pylist()]
        assert found["a"]["revenue"] == sum(expected[:2])
        assert found["a"]["monetary_value"] == expected[1]
        assert isinstance(found["b"]["revenue"], float)


def test_pythons_decimals_in_pandas():
    log = pandas_log(amount=[Decimal("1.25"), Decimal("2.50"), Decimal("0.30")])
    assert cr.summarize(log).frame["revenue"].tolist() == [3.75, 0.3]
    assert "no amount in 1 row" in message(log.assign(amount=[Decimal(1), None, Decimal(2)]))
    assert "an infinite amount" in message(
        log.assign(amount=[Decimal(1), Decimal("Infinity"), 2.0])
    )


@every_engine
def test_money_can_be_left_out(engine):
    table = as_table([(None, dt.date(2024, 1, 1), 1.0), *LOG]).drop_columns("amount")
    summary = cr.summarize(ENGINES[engine](table), amount=None, errors="collect")
    assert set(by_customer(summary)["a"]) == {
        "orders", "frequency", "recency", "T", "first_order", "last_order", "idle",
    }  # fmt: skip
    assert "amount" not in "".join(summary.problems[0].rows)
    assert "compare adds amounts up" in message(
        ENGINES[engine](table), InvalidRule, amount=None, compare=7
    )


# ----------------------------------------------------------------------------------------- times


@every_engine
def test_integers_that_are_dates_without_hyphens_are_refused(engine):
    log = [(1, 20240101, 1.0), (1, 20240131, 2.0)]
    text = message(ENGINES[engine](as_table(log)))
    assert "column 'date': integers that look like dates (YYYYMMDD) in 2 rows" in text
    assert "date=20240131\nConvert the column to dates first." in text


@every_engine
@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000_000])
def test_integers_that_are_seconds_since_1970_are_refused(engine, factor):
    log = [(1, 1_704_067_200 * factor, 1.0), (1, 1_706_659_200 * factor, 2.0)]
    assert "look like seconds or milliseconds since 1970 in 2 rows" in message(
        ENGINES[engine](as_table(log))
    )


@every_engine
def test_other_types_are_no_times(engine):
    for times, kind in (([1.0, 2.0, 3.0], "Float64"), ([True, False, True], "Boolean")):
        table = as_table(LOG).set_column(1, "date", pa.array(times))
        assert (
            "column 'date': expected dates, instants, ISO 8601 text or integers, "
            f"found values of type {kind} in 3 rows" in message(ENGINES[engine](table))
        )


@every_engine
def test_text_with_a_zone_is_refused_since_its_calendar_days_are_unclear(engine):
    for zoned in ("2024-01-01T10:00:00Z", "2024-01-01 10:00+01:00", "2024-01-01 10:00:00.5 -0330"):
        table = as_table([("a", zoned, 1.0), ("a", "2024-01-02", 1.0)])
        text = message(ENGINES[engine](table))
        assert "column 'date': text with a time zone in it in 1 row" in text
        assert "Convert the column to instants of one zone first." in text


def test_python_instants_of_several_zones_are_refused():
    two = dt.timezone(dt.timedelta(hours=2))
    times = pd.Series(
        [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 2, tzinfo=two), None],
        dtype=object,
    )
    text = message(pandas_log(date=times))
    assert "that each have a time zone of their own (UTC, UTC+02:00) in 2 rows" in text
    assert "pd.to_datetime(column, utc=True).dt.tz_convert(zone)" in text
    times[2] = dt.datetime(2024, 1, 3)
    assert "(UTC, UTC+02:00, none) in 3 rows" in message(pandas_log(date=times))


def test_the_way_out_of_several_zones_works():
    two = dt.timezone(dt.timedelta(hours=2))
    times = pd.Series(
        [dt.datetime(2024, 1, 1, 23, tzinfo=two), dt.datetime(2024, 1, 1, 23, tzinfo=dt.UTC)] * 2,
        dtype=object,
    ).head(3)
    mended = pd.to_datetime(times, utc=True).dt.tz_convert("Europe/Berlin")
    summary = cr.summarize(pandas_log(date=mended))
    assert summary.observed_until == dt.date(2024, 1, 2)


def test_objects_of_python_in_pandas_are_dates_instants_and_text():
    times = [dt.date(2024, 1, 1), "2024-01-15 08:00", dt.datetime(2024, 1, 8, 12)]
    summary = cr.summarize(pandas_log(date=pd.Series(times, dtype=object)))
    assert summary.frame["idle"].tolist() == [0.0, 7.0]
    for odd in (5, 2.5, b"2024-01-01", "2024-01", "20240101", " 2024-01-01", dt.time(1)):
        log = pandas_log(date=pd.Series([*times[:2], odd], dtype=object))
        assert "not an ISO 8601 date or instant in 1 row" in message(log)
    zoned = pd.Series([*times[:2], "2024-01-01T10:00Z"], dtype=object)
    assert "text with a time zone in it in 1 row:\n    row 2" in message(pandas_log(date=zoned))


@every_engine
def test_later_than_the_end_of_observation(engine):
    log = ENGINES[engine](as_table(LOG))
    text = message(log, observed_until="2024-01-10")
    assert "column 'date': later than observed_until=2024-01-10 in 1 row:\n" in text
    assert "customer_id='a', date=2024-01-15" in text
    assert "or observe until the log's last date, 2024-01-15." in text
    summary = cr.summarize(log, observed_until="2024-01-10", errors="collect")
    assert {who: row["orders"] for who, row in by_customer(summary).items()} == {"a": 1, "b": 1}
    assert [(p.code, p.count) for p in summary.problems] == [("after_observed_until", 1)]
    assert summary.rows == 2
    assert "no usable order is left" in message(log, observed_until="2023-01-01", errors="collect")


def test_rows_have_their_place_in_the_log_or_none():
    log = pandas_log(amount=[-1.0, 20.0, 7.0])
    assert "\n    row 1: " in message(log, observed_until="2024-01-10")
    text = message(log, observed_until="2024-01-10", returns="drop")
    assert "\n    customer_id='a', date=2024-01-15" in text  # one row was left out before
    doubled = pd.concat([log, log], ignore_index=True).assign(date="2024-01-01T10:00Z")
    assert "\n    row 0: " in message(doubled)
    assert "\n    date=" in message(doubled, duplicates="drop")


@every_engine
@pytest.mark.parametrize("zone", ["America/New_York", "America/Port-au-Prince", "Etc/GMT+5", "UTC"])
def test_late_orders_are_shown_as_the_clock_of_the_log_shows_them(engine, zone):
    times = pa.array([dt.datetime(2024, 1, 1, 12), dt.datetime(2024, 1, 3, 12)], pa.timestamp("us"))
    table = pa.table({"customer_id": [1, 1], "date": times, "amount": [1.0, 2.0]})
    local = pa.compute.assume_timezone(times, zone)
    log = ENGINES[engine](table.set_column(1, "date", local))
    for collapse in "D", None:
        text = message(log, observed_until="2024-01-02", collapse=collapse)
        assert "date=2024-01-03 12:00:00" in text


def test_ends_of_calibration_outside_the_log():
    for outside in ("2023-12-31", "2024-01-15", "2025-01-01"):
        assert message(pandas_log(), InvalidRule, calibration_until=outside) == (
            f"calibration_until={outside} leaves nothing to calibrate on or nothing to hold out: "
            "the log runs from 2024-01-01 to 2024-01-15."
        )


@pytest.mark.parametrize("compare", [0, -4, 0.01, float("nan"), float("inf"), "4", None.__class__])
def test_windows_must_have_a_length(compare):
    text = message(pandas_log(), InvalidRule, compare=compare, unit="W")
    assert "expected the length of a window in weeks, at least a day." in text
    log = pandas_log(date=[1, 2, 3])
    assert "in weeks, at least 1." in message(log, InvalidRule, compare=compare, unit="W")


# --------------------------------------------------------------- negative amounts and duplicates


@every_engine
def test_customers_with_returns_alone_are_listed(engine):
    log = [*LOG, ("c", dt.date(2024, 1, 3), -5.0), ("c", dt.date(2024, 1, 4), -1.0)]
    log += [("d", dt.date(2024, 1, 4), -1.0), ("a", dt.date(2024, 1, 16), -2.5)]
    for returns, revenue in (("net", 27.5), ("drop", 30.0)):
        summary = cr.summarize(ENGINES[engine](as_table(log)), returns=returns)
        found = by_customer(summary)
        assert found.keys() == {"a", "b"}
        assert found["a"]["revenue"] == revenue
        (problem,) = (p for p in summary.problems if p.code == "only_returns")
        assert problem.count == 2
        assert sorted(problem.rows) == ["customer_id='c'", "customer_id='d'"]
        assert "column 'customer_id': only returns and no purchase in 2 customers (" in str(problem)
    assert (
        by_customer(cr.summarize(ENGINES[engine](as_table(log)), returns="keep"))["c"]["orders"]
        == 2
    )


@every_engine
def test_returns_that_are_dropped_are_counted(engine):
    log = [*LOG, ("a", dt.date(2024, 1, 16), -2.5)]
    summary = cr.summarize(ENGINES[engine](as_table(log)), returns="drop")
    assert [(problem.code, problem.count) for problem in summary.problems] == [("returns", 1)]
    assert "amount=-2.5" in str(summary.problems[0])
    assert summary.observed_until == dt.date(2024, 1, 15)
    assert summary.rows == 3


@every_engine
def test_a_log_of_returns_alone(engine):
    log = ENGINES[engine](as_table([(who, when, -amount) for who, when, amount in LOG]))
    assert message(log) == (
        "the log has no purchase until 2024-01-15, only returns. "
        "returns='keep' counts negative amounts as orders."
    )
    text = message(log, returns="drop")
    assert text.startswith("no usable order is left.\ncolumn 'amount': negative, left out by")


@every_engine
def test_duplicates_are_equal_in_every_column_of_the_log(engine):
    table = as_table([*LOG, *LOG[:2], LOG[0]])
    for extra, dropped in (
        (["x"] * 6, 3),
        (list("xyzxyz"), 2),
        (["x", None, "z", "x", None, "x"], 3),
    ):
        frame = ENGINES[engine](table.append_column("item", pa.array(extra)))
        assert cr.summarize(frame).rows == 6
        summary = cr.summarize(frame, duplicates="drop")
        assert summary.rows == 6 - dropped
        assert [(p.code, p.count) for p in summary.problems] == [("duplicate_rows", dropped)]
    assert cr.summarize(ENGINES[engine](as_table(LOG)), duplicates="drop").problems == ()


def test_rows_that_cannot_be_compared_have_no_duplicates():
    log = pandas_log(items=[["x"], ["y"], ["x"]])
    assert len(cr.summarize(log).frame) == 2
    assert "duplicates='drop' must compare rows" in message(log, duplicates="drop")


# --------------------------------------------------------------------------- frames and options


@pytest.mark.parametrize("thing", [[1, 2], {"a": [1]}, None, 5, np.eye(2), pd.Series([1]), object])
def test_what_is_no_frame(thing):
    text = message(thing, UnsupportedFrame)
    assert text.startswith(
        "expected a pandas, Polars, PyArrow, DuckDB, Dask or Spark frame (or a CustomerSummary)"
    )
    with pytest.raises(TypeError):
        cr.summarize(thing)


def test_a_path_is_told_to_load_the_file(tmp_path):
    for path in ("orders.csv", tmp_path / "orders.csv"):
        assert message(path, UnsupportedFrame).endswith(
            "custrel reads no files: load it first, say with pandas.read_csv."
        )


def test_lazy_frames_whose_schema_cannot_be_read(tmp_path):
    text = message(pl.scan_csv(tmp_path / "gone.csv"), UnsupportedFrame)
    assert text.startswith(
        "the columns of the Polars lazy frame cannot be read, so the query behind"
    )
    assert "gone.csv" in text
    broken = pl.LazyFrame({"a": [1]}).select("b")
    assert "b" in message(broken, UnsupportedFrame)

    connection = duckdb.connect()
    connection.sql("create table orders as select 1 as customer_id, 2 as date, 3.0 as amount")
    relation = connection.table("orders")
    connection.sql("drop table orders")
    text = message(relation, UnsupportedFrame)
    assert text.startswith("the columns of the DuckDB relation cannot be read, so the query behind")
    assert "Table with name orders does not exist" in text


def test_a_misspelt_option_is_told_its_choices():
    for options, expected in (
        ({"returns": "nett"}, "'nett' is no choice for returns (did you mean 'net'?); the choices"),
        (
            {"duplicates": "none"},
            "'none' is no choice for duplicates; the choices are 'keep', 'drop'.",
        ),
        (
            {"errors": "ignore"},
            "'ignore' is no choice for errors; the choices are 'raise', 'collect'.",
        ),
        (
            {"unit": "w"},
            "'w' is no time unit (did you mean 'W'?); the choices are 'D', 'W', 'M', 'Q', 'Y'.",
        ),
        ({"collapse": 1}, "'1' is no time unit"),
    ):
        assert expected in message(pandas_log(), UnknownCode, **options)
    assert "observed_until='soon': expected a date, an instant or ISO 8601 text." in message(
        pandas_log(), InvalidRule, observed_until="soon"
    )
    assert "has a time zone and the log's times have none" in message(
        pandas_log(), InvalidRule, observed_until=dt.datetime(2024, 2, 1, tzinfo=dt.UTC)
    )


def test_the_callers_frame_is_not_changed():
    log = pandas_log(date=["2024-01-01", "2024-01-15", "2024-01-08"])
    log.index = [7, 7, -1]
    before = log.copy(deep=True)
    for options in (
        {},
        {"duplicates": "drop"},
        {"calibration_until": "2024-01-10"},
        {"collapse": None},
    ):
        summary = cr.summarize(log, **options)
        pd.testing.assert_frame_equal(log, before)
    summary.frame.loc[:, "customer_id"] = "changed"
    pd.testing.assert_frame_equal(log, before)
    frozen = pl.DataFrame(LOG, schema=["customer_id", "date", "amount"], orient="row")
    copy = frozen.clone()
    cr.summarize(frozen)
    assert frozen.equals(copy)


@pytest.mark.parametrize(
    "index",
    [
        [7, 7, -1],
        pd.Index(["x", None, "x"]),
        pd.MultiIndex.from_tuples([(1, 1), (1, 1), (2, 0)]),
        pd.Index([2, 1, 0], name="customer_id"),
        pd.date_range("2020-01-01", periods=3),
    ],
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"errors": "collect", "observed_until": "2024-01-10"},
        {"calibration_until": "2024-01-08"},
    ],
)
def test_the_index_of_a_pandas_frame_means_nothing(index, options):
    log = pandas_log()
    expected = cr.summarize(log, **options)
    log.index = index
    found = cr.summarize(log, **options)
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert found.problems == expected.problems
    text = log.assign(date=log["date"].dt.strftime("%Y-%m-%d"))
    pd.testing.assert_frame_equal(cr.summarize(text, **options).frame, expected.frame)
