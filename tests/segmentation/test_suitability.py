"""Suitability of products, and records grown stale."""

import datetime as dt
import json
from itertools import product

import pandas as pd
import polars as pl
import pytest
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.labels import labels
from custrel.segmentation import RISK_PROFILE, Suitability, stale_records

GRADES = ("low", "low_medium", "medium", "high")


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_no_product_above_the_customers_grade(kind):
    """S-238: 低风险、中低风险、中风险、高风险."""
    pairs = list(product(GRADES, repeat=2))
    rows = {
        "id": list(range(16)),
        "customer_grade": [customer for customer, _ in pairs],
        "product_grade": [item for _, item in pairs],
    }
    checked = read(Suitability().check(ENGINES[kind](rows)))
    for row, (customer, item) in zip(checked, pairs, strict=True):
        assert row["suitable"] is (GRADES.index(item) <= GRADES.index(customer))
        assert Suitability().suits(customer=customer, product=item) is row["suitable"]


def test_grades_have_names_and_come_from_the_profile():
    assert tuple(labels("risk_grade")) == Suitability().grades == RISK_PROFILE.verdicts


def test_refused_grades():
    with pytest.raises(UnknownCode, match=r"'hihg' is no grade of risk .did you mean 'high'"):
        Suitability().suits(customer="hihg", product="low")
    frame = pd.DataFrame({"customer_grade": ["low", "none"], "product_grade": ["low", "low"]})
    with pytest.raises(InvalidData, match="'customer_grade': expected one of low, low_medium"):
        Suitability().check(frame)
    with pytest.raises(InvalidRule, match="different names"):
        Suitability(("low", "low"))
    rule = Suitability(("careful", "bold"))
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


# ----------------------------------------------------------------------------- stale records

TODAY = dt.date(2024, 6, 1)
DAYS = [dt.date(2024, 5, 31), dt.date(2024, 3, 3), dt.date(2024, 3, 2), None]


@pytest.mark.engines
@pytest.mark.parametrize("kind", [kind for kind in ENGINES if "pandas" not in kind])
def test_dates_on_every_engine(kind):
    rows = {"id": [1, 2, 3, 4], "updated_at": DAYS}
    marked = read(stale_records(ENGINES[kind](rows), as_of=TODAY, max_age=90))
    assert [row["stale"] for row in marked] == [False, False, True, True]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_instants(make):
    moments = pd.to_datetime(["2024-05-31 12:00", "2024-03-03 23:59", "2024-03-02 23:59", None])
    frame = make({"updated_at": moments})
    marked = stale_records(frame, as_of=TODAY, max_age=90)
    assert list(marked["stale"]) == [False, False, True, True]
    noon = dt.datetime(2024, 6, 1, 12)
    assert list(stale_records(frame, as_of=noon, max_age=0.5)["stale"])[:2] == [True, True]


def test_instants_with_a_zone():
    zone = dt.UTC
    moments = pd.to_datetime(["2024-05-31 12:00", "2024-03-01 00:00"]).tz_localize("UTC")
    frame = pd.DataFrame({"updated_at": moments})
    now = dt.datetime(2024, 6, 1, tzinfo=zone)
    assert stale_records(frame, as_of=now, max_age=30)["stale"].tolist() == [False, True]
    with pytest.raises(InvalidRule, match="as_of must be one with a zone"):
        stale_records(frame, as_of=TODAY, max_age=30)
    with pytest.raises(InvalidRule, match="in the zone 'UTC'"):
        stale_records(frame, as_of=dt.datetime(2024, 6, 1), max_age=30)
    with pytest.raises(InvalidRule, match="as_of has a time zone, the column has none"):
        stale_records(
            pd.DataFrame({"updated_at": moments.tz_localize(None)}), as_of=now, max_age=30
        )


def test_refused_dates():
    frame = pd.DataFrame({"updated_at": pd.to_datetime(["2024-07-01"])})
    with pytest.raises(InvalidData, match="'updated_at': an update after 2024-06-01 in 1 row"):
        stale_records(frame, as_of=TODAY, max_age=30)
    with pytest.raises(
        InvalidData, match="expected dates or instants, found values of type String"
    ):
        stale_records(pl.DataFrame({"updated_at": ["2024-01-01"]}), as_of=TODAY, max_age=30)
    with pytest.raises(InvalidRule, match="max_age must be 0 days or more"):
        stale_records(frame, as_of=TODAY, max_age=-1)
    with pytest.raises(ColumnNotFound):
        stale_records(frame, as_of=TODAY, max_age=1, updated="seen")
