"""RFM by category: everyone scored among those who buy the same kind of thing."""

import json
import warnings

import attrs
import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnitMismatch, UnknownCode
from custrel.segmentation import RfmByCategory, RfmScale
from custrel.transactions import CustomerSummary

pytestmark = pytest.mark.filterwarnings("ignore:category")


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(8)
    n = 300
    category = rng.choice(["bread", "cars", "shoes"], n)
    slow = np.select([category == "cars", category == "shoes"], [900, 60], 5)
    return {
        "id": list(range(n)),
        "category": category.tolist(),
        "idle": (rng.exponential(1, n) * slow).round(1).tolist(),
        "orders": rng.geometric(0.3, n).tolist(),
        "revenue": (rng.gamma(2, 1, n) * slow).round(2).tolist(),
    }


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_as_if_each_category_were_alone(kind, rows):
    rule = RfmByCategory.fit(ENGINES[kind](rows), bins=4, unit="D")
    scored = {row["id"]: row["rfm"] for row in read(rule.score(ENGINES[kind](rows)))}
    frame = pd.DataFrame(rows)
    for category in ("bread", "cars", "shoes"):
        mine = frame[frame["category"] == category]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alone = RfmScale.fit(mine, bins=4, unit="D")
        assert rule.scale_of(category) == alone
        expected = alone.score(mine)
        assert [scored[i] for i in mine["id"]] == expected["rfm"].tolist()


def test_it_warns_of_the_category(rows):
    with pytest.warns(UserWarning, match="category 'cars': only the frequency"):
        RfmByCategory.fit(pd.DataFrame(rows), unit="D")


def test_it_survives_json(rows):
    rule = RfmByCategory.fit(pd.DataFrame(rows), bins=3, unit="D")
    again = from_data(json.loads(json.dumps(rule.to_data())))
    assert again == rule
    assert again.categories == ("bread", "cars", "shoes")


def test_refusals(rows):
    rule = RfmByCategory.fit(pd.DataFrame(rows), bins=3, unit="D")
    frame = pd.DataFrame(rows)
    with pytest.raises(
        InvalidData, match="'category': expected one of bread, cars, shoes in 1 row"
    ):
        rule.score(frame.assign(category=["hats", *frame["category"][1:]]))
    with pytest.raises(InvalidData, match="missing category"):
        RfmByCategory.fit(frame.assign(category=None), unit="D")
    with pytest.raises(InvalidData, match="no customer to learn scales from"):
        RfmByCategory.fit(frame.head(0), unit="D")
    with pytest.raises(ColumnNotFound, match="kind"):
        RfmByCategory.fit(frame, by="kind", unit="D")
    with pytest.raises(UnitMismatch):
        rule.score(CustomerSummary(frame, unit="W"))
    with pytest.raises(
        UnknownCode, match=r"'bred' is no category with a scale .did you mean 'bread'"
    ):
        rule.scale_of("bred")


def test_scales_that_do_not_fit_together(rows):
    rule = RfmByCategory.fit(pd.DataFrame(rows), bins=3, unit="D")
    bread, cars = rule.scale_of("bread"), rule.scale_of("cars")
    with pytest.raises(InvalidRule, match="same shape, unit, side and columns"):
        RfmByCategory({"bread": bread, "cars": attrs.evolve(cars, closed="worse")})
    with pytest.raises(InvalidRule, match="one scale for each category"):
        RfmByCategory({})
    with pytest.raises(InvalidRule, match="one scale for each category"):
        RfmByCategory([("bread", bread), ("bread", cars)])
    nested = RfmScale(recency=(1,), frequency=((1,), (2,)), monetary=(1,), unit="D")
    with pytest.raises(InvalidRule, match="nested"):
        RfmByCategory({"bread": nested})
