"""The same customer table, to the last label, where the work is done by other processes."""

import datetime as dt
import math

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st
from logs import assert_same, by_customer
from scale.ugly import cdnow, ugly

import custrel as cr
from custrel.segmentation import RiskRule

pytestmark = [
    pytest.mark.engines,
    # Dask and PySpark warn of themselves, and Narwhals that Dask will be a plugin.
    pytest.mark.filterwarnings("ignore"),
]


def on_spark(session, log):
    frame = session.createDataFrame(pa.Table.from_pandas(log, preserve_index=False))
    if isinstance(log["date"].dtype, pd.DatetimeTZDtype) or log["date"].dtype.kind != "M":
        return frame
    return frame.withColumn("date", frame["date"].cast("timestamp_ntz"))


def on_dask(client, log):
    import dask.dataframe as dd

    return dd.from_pandas(log, npartitions=3)


ENGINES = {"spark": on_spark, "dask": on_dask}


@pytest.fixture(params=ENGINES)
def there(request):
    """Return a function that puts a pandas frame on an engine."""
    session = request.getfixturevalue(request.param)
    return lambda log: ENGINES[request.param](session, log)


def check(found, expected):
    assert_same(*(_without_nan(by_customer(table)) for table in (found, expected)), rel=1e-9)


def _without_nan(table):
    # What pandas calls not a number is missing elsewhere.
    return {
        who: {name: None if value != value else value for name, value in row.items()}  # noqa: PLR0124
        for who, row in table.items()
    }


def problems_of(found):
    # Which rows are shown first is for the engine to say, for they have no order.
    return [(problem.code, problem.column, problem.count) for problem in found.problems]


OPTIONS = {
    "weeks": {"unit": "W"},
    "holdout": {"unit": "W", "calibration_until": "2024-01-31", "observed_until": "2024-08-01"},
    "windows": {"compare": 90},
    "each order": {"collapse": None, "returns": "keep"},
    "weekly": {"collapse": "W", "unit": "W"},
    "monthly": {"collapse": "M", "unit": "M"},
    "without returns": {"returns": "drop", "duplicates": "drop", "errors": "collect"},
    "without money": {"amount": None},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_summaries(there, options):
    log = ugly()
    found, expected = cr.summarize(there(log), **options), cr.summarize(log, **options)
    check(found, expected)
    assert problems_of(found) == problems_of(expected)
    assert (found.rows, found.purchases) == (expected.rows, expected.purchases)
    assert found.merged_orders() == expected.merged_orders()


def test_instants_of_a_zone(there):
    log = ugly()
    log["date"] = log["date"].dt.tz_localize("UTC")
    for collapse in ("D", None):
        options = {"collapse": collapse, "returns": "keep"}
        check(cr.summarize(there(log), **options), cr.summarize(log, **options))


def test_what_cannot_be_used_is_told_alike(there):
    log = ugly()
    log["date"] = log["date"].astype("str").astype(object)
    log.loc[3, "date"], log.loc[5, "customer_id"] = "2024-02-30", None
    log.loc[7, "amount"], log.loc[9, "amount"] = math.nan, math.inf
    with pytest.raises(cr.errors.InvalidData) as caught:
        cr.summarize(there(log))
    with pytest.raises(cr.errors.InvalidData) as expected:
        cr.summarize(log)
    assert problems_of(caught.value) == problems_of(expected.value)
    check(cr.summarize(there(log), errors="collect"), cr.summarize(log, errors="collect"))


CALLS = {
    "rfm": cr.rfm,
    "segments": lambda s: cr.STANDARD_SEGMENTS.label(cr.RfmScale.fit(s).score(s)),
    "nested": lambda s: cr.RfmScale.fit(s, method="nested").score(s),
    "abc": cr.abc,
    "bg_nbd": lambda s: cr.BgNbd.fit(s).predict(s, horizon=39),
    "mbg_nbd": lambda s: cr.MbgNbd.fit(s).predict(s, horizon=39),
    "pareto_nbd": lambda s: cr.ParetoNbd.fit(s).predict(s, horizon=39),
    "lifetime value": lambda s: cr.lifetime_value(
        s,
        cr.BgNbd.fit(s),
        cr.GammaGamma.fit(s),
        horizon=52,
        discount=cr.DiscountRate.per_year(0.1),
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_rules_on_cdnow(there, call):
    log = cdnow()
    check(call(cr.summarize(there(log), unit="W")), call(cr.summarize(log, unit="W")))


def test_concentration(there):
    log = cdnow()
    found, expected = (
        cr.segmentation.concentration(cr.summarize(frame)) for frame in (there(log), log)
    )
    assert str(found) == str(expected)


def test_risk_and_treatment(there):
    log = ugly()
    tables = []
    for frame in (there(log), log):
        judged = RiskRule().judge(cr.summarize(frame, compare=90))
        tables.append(judged)
    check(*tables)


def test_appraisal(there):
    log = cdnow()
    rules = cr.appraise(log, unit="W").rules
    check(*(cr.appraise(frame, unit="W", rules=rules).summary for frame in (there(log), log)))


orders = st.tuples(
    st.sampled_from("abc"),
    st.dates(dt.date(2023, 12, 25), dt.date(2024, 3, 5)),
    st.integers(-200, 1000).map(lambda cents: cents / 100),
)


@pytest.mark.properties
@settings(max_examples=5)
@given(st.lists(orders, min_size=1, max_size=12), st.sampled_from("DWM"))
def test_small_logs_on_spark(spark, log, collapse):
    who, when, amount = zip(*[("a", dt.date(2024, 1, 1), 5.0), *log], strict=True)
    frame = pd.DataFrame({"customer_id": who, "date": pd.to_datetime(when), "amount": amount})
    options = {"collapse": collapse, "unit": collapse}
    check(cr.summarize(on_spark(spark, frame), **options), cr.summarize(frame, **options))
