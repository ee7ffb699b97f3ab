"""Customers may be named by anything that can be told apart, and keep their names."""

import datetime as dt
import uuid
from decimal import Decimal

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from logs import by_customer

import custrel as cr
from custrel._log.encoding import encode
from custrel.errors import InvalidData

IDS = ("b", "a", "b", "a")
UUIDS = [uuid.UUID(int=i) for i in (2**70, 1, 2**70, 1)]
DATES = [dt.date(2024, 1, day) for day in (1, 15, 8, 15)]
AMOUNTS = [1.0, 2.0, 3.0, 4.0]


def pandas_log(ids):
    return pd.DataFrame({"customer_id": ids, "date": pd.to_datetime(DATES), "amount": AMOUNTS})


def arrow_log(ids):
    return pa.table({"customer_id": ids, "date": DATES, "amount": AMOUNTS})


def polars_log(ids):
    return pl.DataFrame({"customer_id": ids, "date": DATES, "amount": AMOUNTS})


def check(log, dtype, *, type_of, order=True):
    """Check who is in the summary, in what order, and that the column kept its type."""
    summary = cr.summarize(log)
    column = nw.from_native(summary.frame).lazy().collect().get_column("customer_id")
    found = by_customer(summary)
    assert len(found) == 2
    first, second = found.values()
    if order:
        assert [first["orders"], second["orders"]] == [1, 2]
    assert sorted([first["orders"], second["orders"]]) == [1, 2]
    if dtype is not None:
        assert type_of(column.to_native()) == dtype


PANDAS = {
    "text": pd.Series(IDS),
    "python text": pd.Series(IDS, dtype="string[python]"),
    "arrow text": pd.Series(IDS, dtype="string[pyarrow]"),
    "object text": pd.Series(IDS, dtype=object),
    "arrow large text": pd.Series(IDS, dtype=pd.ArrowDtype(pa.large_string())),
    "arrow dictionary": pd.Series(IDS, dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
    "arrow decimal": pd.Series([Decimal(2), Decimal(1)] * 2, dtype=pd.ArrowDtype(pa.decimal128(3))),
    "category": pd.Series(pd.Categorical(IDS, categories=["z", "a", "b"])),
    "ordered category": pd.Series(pd.Categorical(IDS, categories=["a", "z", "b"], ordered=True)),
    "nullable integer": pd.Series([2, 1, 2, 1], dtype="Int64"),
    "unsigned": pd.Series([2**63 + 5, 1, 2**63 + 5, 1], dtype="uint64"),
    "small": pd.Series([2, -1, 2, -1], dtype="int8"),
    "float": pd.Series([2.5, 1.5, 2.5, 1.5]),
    "truth": pd.Series([True, False, True, False]),
    "nullable truth": pd.Series([True, False, True, False], dtype="boolean"),
    "date": pd.Series(pd.to_datetime(["2020-01-02", "2020-01-01"] * 2)),
    "uuid": pd.Series(UUIDS),
    "tuple": pd.Series([(1, "x"), (1, "a")] * 2),
}


@pytest.mark.parametrize("name", PANDAS)
def test_pandas_ids(name):
    ids = PANDAS[name]
    check(pandas_log(ids), ids.dtype, type_of=lambda column: column.dtype)


ARROW = {
    "text": pa.array(IDS),
    "large text": pa.array(IDS, pa.large_string()),
    "binary": pa.array([name.encode() for name in IDS]),
    "bytes of one length": pa.array([name.encode() for name in IDS], pa.binary(1)),
    "dictionary": pa.array(IDS).dictionary_encode(),
    "dictionary of two chunks": pa.chunked_array(
        [pa.array(IDS[:1]).dictionary_encode(), pa.array(IDS[1:]).dictionary_encode()]
    ),
    "dictionary with more than occurs": pa.DictionaryArray.from_arrays(
        pa.array([1, 2, 1, 2]), pa.array(["z", "b", "a"])
    ),
    "dictionary with a value twice": pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 2, 1]), pa.array(["b", "a", "b"])
    ),
    "chunks": pa.chunked_array([["b"], [], ["a", "b", "a"]]),
    "unsigned": pa.array([2**63 + 5, 1, 2**63 + 5, 1], pa.uint64()),
    "truth": pa.array([True, False, True, False]),
    "float": pa.array([2.5, 1.5, 2.5, 1.5]),
    "decimal": pa.array([Decimal("2.5"), Decimal("1.5")] * 2),
    "date": pa.array([dt.date(2020, 1, 2), dt.date(2020, 1, 1)] * 2),
}
if hasattr(pa, "uuid"):  # not in PyArrow 16
    ARROW["uuid"] = pa.array([one.bytes for one in UUIDS], pa.uuid())


@pytest.mark.parametrize("name", ARROW)
def test_arrow_ids(name):
    check(arrow_log(ARROW[name]), ARROW[name].type, type_of=lambda column: column.type)


@pytest.mark.skipif(not hasattr(pa, "uuid"), reason="this PyArrow cannot convert them")
def test_arrows_views_come_back_as_large_text():
    """It can neither sort nor filter them."""
    log = arrow_log(pa.array(IDS, pa.string_view()))
    check(log, pa.large_string(), type_of=lambda column: column.type)


POLARS = {
    "text": pl.Series(IDS),
    "category": pl.Series(IDS, dtype=pl.Categorical),
    "enumeration": pl.Series(IDS, dtype=pl.Enum(["z", "a", "b"])),
    "unsigned": pl.Series([2**63 + 5, 1, 2**63 + 5, 1], dtype=pl.UInt64),
    "truth": pl.Series([True, False, True, False]),
    "float": pl.Series([2.5, 1.5, 2.5, 1.5]),
    "decimal": pl.Series([Decimal("2.5"), Decimal("1.5")] * 2),
    "date": pl.Series([dt.date(2020, 1, 2), dt.date(2020, 1, 1)] * 2),
    "binary": pl.Series([name.encode() for name in IDS]),
}


@pytest.mark.parametrize("name", POLARS)
def test_polars_ids(name):
    ids = POLARS[name]
    ordered = name != "category"  # older versions sort it by first occurrence
    check(polars_log(ids), ids.dtype, type_of=lambda column: column.dtype, order=ordered)
    check(polars_log(ids).lazy(), ids.dtype, type_of=lambda column: column.dtype, order=False)


@pytest.mark.parametrize(
    "sql",
    [
        "c", "c::enum('z', 'a', 'b')", "i::hugeint", "i::ubigint", "i::decimal(9, 2)", "i::double",
        "i > 1", "md5(c)::uuid", "[i]", "{'a': i}", "c::blob", "date '2020-01-01' + i",
    ],
)  # fmt: skip
def test_duckdb_ids(sql):
    connection = duckdb.connect()
    log = connection.sql(
        f"select {sql} as customer_id, date '2024-01-01' + d as date, 1.5 as amount "
        "from (values ('b', 2, 0), ('a', 1, 14), ('b', 2, 7), ('a', 1, 14)) as t(c, i, d)"
    )
    summary = cr.summarize(log)
    assert summary.frame.types[0] == log.types[0]
    counted = summary.frame.project("orders, revenue").order("orders").fetchall()
    assert counted == [(1, 3.0), (2, 3.0)]


def test_ids_of_several_kinds_have_no_order_and_come_as_they_came():
    summary = cr.summarize(pandas_log(pd.Series([5, "a", 5, (1, 2)], dtype=object)))
    assert summary.frame["customer_id"].tolist() == [5, "a", (1, 2)]
    assert summary.frame["orders"].tolist() == [2, 1, 1]


def test_missing_ids_of_any_kind_are_no_customer():
    nan = float("nan")
    for log in (
        pandas_log([1.5, nan, 1.5, None]),
        pandas_log(pd.array(["a", None, "a", None], dtype="string[python]")),
        pandas_log(pd.array([1, None, 1, None], dtype="Int64")),
        pandas_log(pd.Series([(1, 2), None, (1, 2), nan], dtype=object)),
        pandas_log(pd.Categorical(["a", None, "a", None])),
        arrow_log([1.5, nan, 1.5, None]),
        arrow_log(
            pa.DictionaryArray.from_arrays(pa.array([0, None, 0, None]), pa.array(["a", "z"]))
        ),
        polars_log([1.5, nan, 1.5, None]),
        polars_log([1.5, nan, 1.5, None]).lazy(),
        duckdb.from_arrow(arrow_log([1.5, nan, 1.5, None])),
    ):
        with pytest.raises(InvalidData, match="column 'customer_id': no customer in 2 rows"):
            cr.summarize(log)
        assert len(by_customer(cr.summarize(log, errors="collect"))) == 1


def test_what_cannot_be_told_apart_is_refused():
    for log, reason in (
        (pandas_log(pd.Series([[1], [2]] * 2)), "unhashable type: 'list'"),
        (arrow_log(pa.array([{"a": 1}, {"a": 2}] * 2)), "dictionary_encode"),
        (polars_log(pl.Series([1, "a"] * 2, dtype=pl.Object)), "Python objects"),
    ):
        with pytest.raises(InvalidData, match="values that cannot be told apart") as caught:
            cr.summarize(log)
        assert reason in str(caught.value)
        assert "Convert the column to text or integers first." in str(caught.value)


def test_codes_index_the_distinct_values_in_their_order():
    for native in (pd.Series([30, 10, 20, 10]), pa.chunked_array([[30, 10], [20, 10]])):
        codes, values = encode(nw.from_native(native, series_only=True))
        assert codes.tolist() == [2, 0, 1, 0]
        assert codes.dtype == np.int64
        assert list(np.asarray(values)) == [10, 20, 30]


def test_a_million_customers():
    ids = np.arange(1_000_000)[::-1]
    days = np.datetime64("2024-01-01") + (ids % 100)
    log = {"customer_id": np.char.add("c", ids.astype(str)), "date": days, "amount": ids * 0.5}
    for frame in (pl.DataFrame(log), pa.table(log)):
        summary = cr.summarize(frame, unit="W")
        assert len(summary.frame) == 1_000_000
        assert summary.merged_orders() == 0
        row = nw.from_native(summary.frame).row(999_999)
        assert row[:3] == ("c999999", 1, 499_999.5)
    assert len(cr.summarize(pd.DataFrame({**log, "customer_id": ids})).frame) == 1_000_000
