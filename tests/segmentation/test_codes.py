"""Rules that look codes up take them as an engine has them, and refuse what are none."""

import pandas as pd
import polars as pl
import pytest
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData
from custrel.segmentation import (
    STANDARD_POLICY,
    Axis,
    ClassBudget,
    Clustering,
    ContactRule,
    FeatureSpace,
    Grid,
    RfmByCategory,
    RfmScale,
    SegmentTree,
    Suitability,
    campaign_table,
    next_product,
    product_demand,
    product_pairs,
    segment_moves,
    transitions,
    xyz,
)

engines = pytest.mark.parametrize("kind", ENGINES)
CUSTOMERS = {
    "id": [1, 2, 3, 4],
    "segment": ["lost", "champions", "lost", "champions"],
    "risk": ["normal", "normal", "watch", "normal"],
    "customer_grade": ["low", "high", "low", "high"],
    "product_grade": ["high", "low", "low", "high"],
    "city": ["rome", "bari", "rome", "bari"],
}
LEARNT_FROM = pd.DataFrame({"city": ["rome", "bari", "pisa"] * 2, "segment": ["r", "b", "p"] * 2})
SPACE = FeatureSpace.fit(LEARNT_FROM, categories=["city"])
RULES = {
    "treatment": STANDARD_POLICY.assign,
    "suitable": Suitability().check,
    "position": Grid([Axis("city", levels=("bari", "rome", "pisa"))],
                     [("rome", "capital"), ("*", "province")]).classify,
    "cluster": lambda frame: Clustering(
        space=SPACE, centres=SPACE.place(LEARNT_FROM[:2]).tolist(), names=["r", "b"]
    ).label(frame, name="cluster"),
    "leaf": lambda frame: SegmentTree.fit(LEARNT_FROM, categories=["city"]).label(
        frame, name="leaf"
    ),
}  # fmt: skip


@pytest.mark.parametrize("column", RULES)
@pytest.mark.parametrize("frame", [pl.DataFrame, pl.LazyFrame])
def test_an_enum_may_lack_codes_that_the_rule_knows(column, frame):
    plain = read(RULES[column](pl.DataFrame(CUSTOMERS)), column)
    enums = {
        name: pl.Series(values, dtype=pl.Enum(sorted(set(values))))
        for name, values in CUSTOMERS.items()
        if name != "id"
    }
    assert read(RULES[column](frame({"id": CUSTOMERS["id"]} | enums)), column) == plain


@pytest.mark.engines
@engines
@pytest.mark.parametrize("column", ["suitable", "position", "cluster"])
def test_numbers_are_no_codes(kind, column):
    numbers = ENGINES[kind]({name: [1, 2, 3, 4] for name in CUSTOMERS})
    with pytest.raises(InvalidData, match="in 4 rows"):
        RULES[column](numbers)


@engines
def test_numbers_fall_under_the_wildcard_and_to_the_answer_no(kind):
    numbers = ENGINES[kind]({name: [1, 2, 3, 4] for name in CUSTOMERS})
    assert {row["treatment"] for row in read(STANDARD_POLICY.assign(numbers))} == {"low_cost"}
    assert len({row["leaf"] for row in read(RULES["leaf"](numbers))}) == 1


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_text_is_none_of_categories_that_are_numbers(frame):
    space = FeatureSpace.fit(frame({"floor": [1, 2, 3]}), categories=["floor"])
    with pytest.raises(InvalidData, match="column 'floor': expected numbers, found"):
        space.place(frame({"floor": ["one"]}))


@engines
def test_ids_and_segments_are_text_in_both_frames_or_in_none(kind):
    one = {"customer_id": ["01", "02"], "abc": ["a", "b"], "x": [1, 2]}
    for column in ("customer_id", "abc"):
        before, after = ENGINES[kind](one), ENGINES[kind](one | {column: [1, 2]})
        for compare in (transitions, lambda *two, by: segment_moves(*two, by=by, because=["x"])):
            with pytest.raises(InvalidData, match=f"column '{column}': values of type Int64"):
                compare(before, after, by="abc")


@engines
def test_products_are_text_or_numbers_in_purchases_and_pairs(kind):
    pairs = product_pairs(pd.DataFrame({"order_id": [1, 1], "product": ["a", "b"]}), min_orders=1)
    with pytest.raises(InvalidData, match="of type Int64, while the pairs call them '"):
        next_product(ENGINES[kind]({"customer_id": [1], "product": [7]}), pairs)


def test_offers_of_products_in_a_dictionary_of_arrow():
    lines = {"order_id": [1, 1, 2], "product": ["tea", "cup", "tea"]}
    table = ENGINES["pyarrow"](lines)
    coded = table.set_column(1, "product", table["product"].dictionary_encode())
    offers = next_product(coded, product_pairs(coded, min_orders=1), customer="order_id")
    assert offers.to_pydict()["next_product"] == [None, "cup"]


@engines
def test_purchases_of_nobody_are_refused(kind):
    rows = {"customer_id": ["a", None], "period": [1, 2], "amount": [5.0, 8.0], "margin": [1, 2]}
    with pytest.raises(InvalidData, match="column 'customer_id': missing value in 1 row"):
        product_demand(ENGINES[kind](rows))
    with pytest.raises(InvalidData, match="column 'customer_id': missing value in 1 row"):
        xyz(ENGINES[kind](rows))
    with pytest.raises(InvalidData, match="column 'period': missing value in 1 row"):
        xyz(ENGINES[kind](rows | {"customer_id": ["a", "b"], "period": ["may", None]}))


@pytest.mark.engines
@engines
def test_truth_values_are_spelt_alike_on_every_engine(kind):
    rows = {
        "id": list(range(40)),
        "member": [True, False] * 20,
        "responded": [1, 0] * 20,
        "idle": list(range(40)),
        "orders": [1, 2, 3, 4] * 10,
        "revenue": [float(i) for i in range(40)],
    }
    frame = ENGINES[kind](rows)
    learnt = ContactRule.learn(frame, by="member", cost=1, profit=2)
    assert learnt.cells == ("True",)
    assert [row["contact"] for row in read(learnt.select(frame))] == rows["member"]
    assert [row["member"] for row in read(campaign_table(frame, by="member"))] == ["True", "False"]
    budgets = read(ClassBudget({"True": 3, "False": 1}).allocate(frame, by="member", total=80))
    assert [row["budget"] for row in budgets] == [60, 20]
    scale = RfmScale(recency=(20,), frequency=(3,), monetary=(10,), unit="D")
    by_category = RfmByCategory([("False", scale), ("True", scale)], by="member")
    cells = read(by_category.score(frame), "rfm")
    assert cells == read(scale.score(frame), "rfm")
