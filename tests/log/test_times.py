"""Text is read alike by every engine, whatever else an engine would make of it."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from logs import ENGINES, as_table, by_customer

import custrel as cr
from custrel.errors import InvalidData

every_engine = pytest.mark.parametrize("engine", ENGINES)

READABLE = {
    "2024-01-05": dt.datetime(2024, 1, 5),
    "1969-12-31": dt.datetime(1969, 12, 31),
    "2024-02-29 10:00": dt.datetime(2024, 2, 29, 10),
    "2024-01-05T10:00": dt.datetime(2024, 1, 5, 10),
    "2024-01-05 23:59:59": dt.datetime(2024, 1, 5, 23, 59, 59),
    "2024-01-05T10:00:01.5": dt.datetime(2024, 1, 5, 10, 0, 1, 500_000),
    "2024-01-05T10:00:01.123456789": dt.datetime(2024, 1, 5, 10, 0, 1, 123_456),
}
if int(pd.__version__.partition(".")[0]) > 2:  # before, it knew the years 1678 to 2261
    READABLE |= {
        "0001-01-01": dt.datetime(1, 1, 1),
        "9999-12-31": dt.datetime(9999, 12, 31),
    }
UNREADABLE = (
    "", " ", "2024", "2024-01", "2024-1-5", "20240105", "2024-01-05 10", "2024/01/05", "05.01.2024",
    "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-01", "2024-W01-1", "2024-01-05 24:00:00",
    "2024-01-05 23:59:60", "2024-01-05t10:00", "2024-01-05  10:00", "2024-01-05 10:00:01,5",
    " 2024-01-05", "2024-01-05 ", "2024-01-05\n", "+2024-01-05", "2024-01-05 (BC)", "now", "today",
    "epoch", "infinity", "NaT", "None", "nan", "1704412800",
)  # fmt: skip


@every_engine
@pytest.mark.parametrize("text", READABLE)
def test_what_is_read(engine, text):
    log = as_table([("a", text, 1.0), ("b", "2024-01-05 10:00:00.5", 2.0)])
    summary = cr.summarize(ENGINES[engine](log), collapse=None)
    assert by_customer(summary)["a"]["first_order"] == READABLE[text]
    summary = cr.summarize(ENGINES[engine](log))
    assert by_customer(summary)["a"]["first_order"] == READABLE[text].date()


@every_engine
def test_what_is_not_read(engine):
    log = ENGINES[engine](as_table([("a", text, 1.0) for text in (*READABLE, *UNREADABLE)]))
    (problem,) = cr.summarize(log, errors="collect").problems
    assert (problem.code, problem.count) == ("unreadable_date", len(UNREADABLE))
    with pytest.raises(InvalidData, match=f"not an ISO 8601 .* in {len(UNREADABLE)} rows"):
        cr.summarize(log)


def test_objects_of_python_are_read_and_not_read_alike():
    texts = [*READABLE, *UNREADABLE]
    dates = pd.Series([dt.date(2024, 1, 5), None, *texts], dtype=object)
    log = pd.DataFrame({"customer_id": range(len(dates)), "date": dates, "amount": 1.0})
    summary = cr.summarize(log, errors="collect", collapse=None)
    assert [(p.code, p.count) for p in summary.problems] == [
        ("unreadable_date", len(UNREADABLE)),
        ("null_date", 1),
    ]
    found = [row["first_order"] for row in by_customer(summary).values()]
    assert found == [dt.datetime(2024, 1, 5), *READABLE.values()]


@every_engine
@pytest.mark.parametrize("text", UNREADABLE)
def test_each_of_them_is_not_read(engine, text):
    log = ENGINES[engine](as_table([("a", text, 1.0), ("a", "2024-01-05", 1.0)]))
    assert cr.summarize(log, errors="collect").rows == 1


@every_engine
@pytest.mark.parametrize("kind", ["dictionary", "large"])
def test_text_may_be_kept_in_other_ways(engine, kind):
    table = as_table([("a", "2024-01-05", 1.0), ("a", "2024-01-12", 1.0)])
    dates = (
        table["date"].dictionary_encode()
        if kind == "dictionary"
        else table["date"].cast(pa.large_string())
    )
    summary = cr.summarize(ENGINES[engine](table.set_column(1, "date", dates)), unit="W")
    assert by_customer(summary)["a"]["recency"] == 1.0
