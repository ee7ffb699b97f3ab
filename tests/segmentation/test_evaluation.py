"""In what segments differ (S-128), and the four rules (S-113)."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from segmentation.engines import ENGINES, alike, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.segmentation import evaluate_segments, segment_differences

DRAW = np.random.default_rng(2)
ROWS = {
    "segment": ["a"] * 20 + ["b"] * 15 + ["c"] * 5,
    "orders": [*map(int, DRAW.poisson(2, 20)), *map(int, DRAW.poisson(9, 20))],
    "profit": [*map(float, DRAW.normal(1e6, 5, 20)), *map(float, DRAW.normal(1e6 + 9, 5, 20))],
    "city": ["x", "y"] * 10 + ["x", "x", "y", "z"] * 5,
}
HOME = pd.DataFrame(ROWS)


@pytest.mark.published
def test_the_figures_of_scipy():
    table = segment_differences(HOME, numbers=["orders", "profit"], categories=["city"])
    for row in table.iloc[:2].itertuples():
        f, p = stats.f_oneway(*(g[row.column] for _, g in HOME.groupby("segment")))
        assert (row.statistic, row.p_value) == pytest.approx((f, p), rel=1e-8)
        assert row.effect == pytest.approx(2 * f / (2 * f + 37), rel=1e-8)
        assert (row.freedom, row.freedom_within) == (2, 37)
    cells = pd.crosstab(HOME["segment"], HOME["city"])
    chi, p, freedom, _ = stats.chi2_contingency(cells, correction=False)
    last = table.iloc[2]
    assert (last["statistic"], last["p_value"], last["freedom"]) == pytest.approx((chi, p, freedom))
    assert last["effect"] == pytest.approx(stats.contingency.association(cells, "cramer"))
    assert [*table["test"]] == ["anova", "anova", "chi_square"]


def test_the_four_rules_by_hand():
    """Means of 1, 5 and 6 among all customers' 30 / 7: a is 4 from b, and c is 1 from b."""
    people = pd.DataFrame(
        {"segment": [*"aabbccc"], "x": [0, 2, 4, 6, 5, 6, 7], "profit": [0.0, 2, 4, 6, 5, 6, 7]}
    )
    spread = people["x"].std(ddof=0)
    table = evaluate_segments(
        people, goal="profit", features=["x"], min_size=3, min_deviation=0.6
    ).set_index("segment")
    assert [*table["large_enough"]] == [False, False, True]
    assert [*table["like"]] == ["b", "c", "b"]
    away = (np.array([1, 5, 6]) - 30 / 7) / spread
    np.testing.assert_allclose(table["deviation"], away)
    np.testing.assert_allclose(table["uniqueness"], np.array([4, 1, 1]) / spread)
    between = 2 * (1 - 30 / 7) ** 2 + 2 * (5 - 30 / 7) ** 2 + 3 * (6 - 30 / 7) ** 2
    np.testing.assert_allclose(table["relevance"], between / (7 * spread**2))
    assert [*table["understandable"]] == [True, False, True]
    assert [*table["campaignable"]] == [True, False, False]
    assert not table["valid"].any()


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_same_from_every_engine(kind):
    customers = ENGINES[kind](ROWS)
    for call, options in (
        (segment_differences, {"numbers": ["orders"], "categories": ["city"]}),
        (evaluate_segments, {"goal": "orders", "features": ["profit"], "min_size": 6}),
    ):
        table = call(customers, **options)
        assert type(table) is type(customers)
        assert alike(read(table), read(call(HOME, **options)))


def test_refusals_and_edges():
    same = segment_differences(HOME.assign(k=1, r=0.1, c="u"), numbers=["k", "r"], categories=["c"])
    assert same[["statistic", "p_value", "effect"]].isna().all().all()
    with pytest.raises(InvalidData, match="two segments or more to compare, found 1"):
        segment_differences(HOME.assign(segment="a"), numbers=["orders"])
    with pytest.raises(InvalidData, match="'segment': missing value"):
        segment_differences(HOME.assign(segment=None), numbers=["orders"])
    with pytest.raises(InvalidRule, match="expected a column"):
        segment_differences(HOME)
    with pytest.raises(InvalidRule, match="expected a column"):
        evaluate_segments(HOME, goal="profit", features=[], min_size=1)
    with pytest.raises(ColumnNotFound):
        evaluate_segments(HOME, goal="gain", features=["orders"], min_size=1)
