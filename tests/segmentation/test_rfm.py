"""Scales: scores by hand-written cut points and by learnt ones (S-114, S-115)."""

import json
import warnings
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from custrel import from_data
from custrel.errors import (
    ColumnNotFound,
    InvalidData,
    InvalidRule,
    UnitMismatch,
    UnknownCode,
)
from custrel.segmentation import RECENCY_DAYS, STANDARD_SEGMENTS, RfmScale, RfmWeights, rfm
from custrel.transactions import CustomerSummary
from custrel.units import TimeUnit

F, M = (2, 3, 5, 10), (50, 100, 200, 500)


def scale(**changes):
    return RfmScale(
        **{"recency": RECENCY_DAYS, "frequency": F, "monetary": M, "unit": "D"} | changes
    )


def frame(idle, orders=1, revenue=1.0):
    idle = np.atleast_1d(idle).astype(float)
    return pd.DataFrame({"idle": idle, "orders": orders, "revenue": revenue})


def quietly(function, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return function(*args, **options)


def recency_scores(idle, **options):
    rows = frame(idle, np.arange(len(idle)), np.arange(len(idle)))
    fitted = quietly(RfmScale.fit, rows, unit="D", **options)
    return fitted.score(rows)["recency_score"].tolist()


# ------------------------------------------------------------------- the documents' recency


def test_recency_grades_of_the_documents():
    """S-116: 7, 30, 60 and 120 days; the better grade wins on the boundary."""
    days = [0, 7, 7.5, 8, 30, 31, 60, 61, 120, 121, 9999]
    grades = scale().score(frame(days))["recency_score"].tolist()
    assert grades == [5, 5, 4, 4, 4, 3, 3, 2, 2, 1, 1]


def test_the_other_side_of_the_boundaries():
    """V-15: 30, 60 and 120 stand in two rows of the documents."""
    worse = scale(closed="worse")
    assert worse.score(frame([7, 30, 60, 120]))["recency_score"].tolist() == [4, 3, 2, 1]
    assert worse.score(frame(1, orders=[2], revenue=[50.0]))["rfm"].tolist() == ["511"]
    assert scale().score(frame(1, orders=[2], revenue=[50.0]))["rfm"].tolist() == ["522"]


def test_all_125_cells_in_the_documents_order():
    """S-117: the surviving codes are every sixth column of 555, 554, ..., 111."""
    cells = scale().cells
    assert len(cells) == len(set(cells)) == 125
    assert (cells[0], cells[-1]) == ("555", "111")
    assert list(cells) == sorted(cells, reverse=True)
    assert scale().rank("555") == 1
    assert scale().rank("111") == 125
    survivors = {
        "555",
        "525",
        "445",
        "415",
        "335",
        "255",
        "554",
        "524",
        "444",
        "414",
        "334",
        "254",
        "553",
        "523",
        "443",
        "413",
        "333",
        "253",
    }
    assert survivors <= set(cells)
    with pytest.raises(UnknownCode, match="'556' is no cell of this scale"):
        scale().rank("556")


def test_any_number_of_bins():
    coarse = scale(recency=(30,), frequency=(), monetary=range(10, 110, 10))
    assert coarse.shape == (2, 1, 11)
    scored = coarse.score(frame([1, 31], revenue=[105.0, 5.0]))
    assert scored["rfm"].tolist() == ["2-1-11", "1-1-1"]
    assert coarse.cells[:2] == ("2-1-11", "2-1-10")
    assert coarse.rank("2-1-10") == 2


def test_scores_are_int64():
    scored = scale().score(pl.DataFrame({"idle": [1], "orders": [1], "revenue": [1.0]}))
    assert scored.schema["recency_score"] == pl.Int64
    assert scored.schema["rfm"] == pl.String


def test_weighted_mean():
    scored = scale().score(frame([1], orders=3, revenue=60.0))
    assert scored["rfm"].tolist() == ["532"]
    weights = RfmWeights(recency=1, frequency=2, monetary=3)
    weighted = weights.score(scored, name="score")
    assert weighted["score"].tolist() == [pytest.approx((5 + 2 * 3 + 3 * 2) / 6)]
    assert RfmWeights().score(scored)["rfm_score"].tolist() == [pytest.approx(10 / 3)]
    assert from_data(json.loads(json.dumps(weights.to_data()))) == weights
    for wrong in ((1, -1, 1), (0, 0, 0), (1, float("inf"), 1), (1, float("nan"), 1)):
        with pytest.raises(InvalidRule, match="three weights of 0 or more"):
            RfmWeights(*wrong)
    with pytest.raises(InvalidRule, match="columns of three scores"):
        weights.score(scored, scores=["recency_score"])
    with pytest.raises(InvalidData, match="'monetary_score': missing"):
        weights.score(scored.assign(monetary_score=None))


def test_a_weight_belongs_to_its_own_score():
    """A copied weighted score in circulation puts the frequency rank in the monetary place."""
    scored = scale().score(frame([1], orders=3, revenue=60.0))
    for weights, score in {(1, 0, 0): 5, (0, 1, 0): 3, (0, 0, 1): 2}.items():
        assert RfmWeights(*weights).score(scored)["rfm_score"].tolist() == [score]


# ------------------------------------------------------------------------ learnt cut points


def test_ties_as_spss_has_them():
    """Mean ranks, floor(rank k / (n + 1)) + 1, worked by hand for ten customers."""
    days = ["10-29", *["10-28"] * 4, *["09-21"] * 2, *["08-13"] * 2, "06-20"]
    idle = [(date(2006, 10, 30) - date.fromisoformat(f"2006-{d}")).days for d in days]
    assert recency_scores(idle, ties="mean") == [5, 4, 4, 4, 4, 3, 3, 2, 2, 1]
    # The lowest of each group's ranks: 10, 6, 4, 2, 1; the highest: 10, 9, 5, 3, 1.
    assert recency_scores(idle, ties="low") == [5, 3, 3, 3, 3, 2, 2, 1, 1, 1]
    assert recency_scores(idle, ties="high") == [5, 5, 5, 5, 5, 3, 3, 2, 2, 1]


def test_distinct_values_fill_the_scores_equally():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "idle": rng.permutation(1000),
            "orders": rng.permutation(1000),
            "revenue": rng.random(1000),
        }
    )
    scored = RfmScale.fit(rows, unit="D").score(rows)
    for name in ("recency_score", "frequency_score", "monetary_score"):
        assert scored[name].value_counts().tolist() == [200] * 5
    assert scored.loc[rows["idle"].idxmin(), "recency_score"] == 5
    assert scored.loc[rows["revenue"].idxmax(), "monetary_score"] == 5


def test_one_time_buyers_have_the_lowest_frequency_score(customers):
    with pytest.warns(UserWarning, match=r"only the frequency \('orders'\) scores 1, .* of 1 to 5"):
        scored = rfm(pd.DataFrame(customers))
    assert set(scored.loc[scored["orders"] == 1, "frequency_score"]) == {1}
    assert scored["frequency_score"].max() == 5


def test_nested_ranks_inside_the_cells_before():
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(
        {
            "idle": rng.permutation(4000),
            "orders": rng.permutation(4000),
            "revenue": rng.random(4000),
        }
    )
    scale_ = RfmScale.fit(rows, method="nested", bins=(4, 3, 2), unit="D")
    assert scale_.nested
    assert (len(scale_.frequency), len(scale_.frequency[0])) == (4, 2)
    assert (len(scale_.monetary), len(scale_.monetary[0]), len(scale_.monetary[0][0])) == (4, 3, 1)
    scored = scale_.score(rows)
    by_cell = scored.groupby(["recency_score", "frequency_score", "monetary_score"]).size()
    assert len(by_cell) == 24
    assert by_cell.max() - by_cell.min() <= 2
    within = scored[scored["recency_score"] == 2]
    lowest = within.groupby("frequency_score")["orders"].agg(["min", "max"])
    assert (lowest["max"].to_numpy()[:-1] < lowest["min"].to_numpy()[1:]).all()


@pytest.mark.filterwarnings("ignore:only the recency")
def test_a_cell_without_customers_takes_the_cut_points_of_all():
    rows = frame([1] * 50 + [2] * 50, orders=list(range(100)), revenue=np.arange(100.0))
    with pytest.warns(UserWarning, match="hold nobody and take the cut points of all"):
        scale_ = RfmScale.fit(rows, method="nested", bins=(3, 2, 2), unit="D")
    assert scale_.frequency[2] == (50.0,)
    assert scale_.score(rows)["frequency_score"].isin([1, 2]).all()


def test_fixed_cut_points_for_one_score_and_learnt_ones_for_the_others(customers):
    scale_ = quietly(RfmScale.fit, pd.DataFrame(customers), recency_cuts=RECENCY_DAYS, unit="D")
    assert scale_.recency == RECENCY_DAYS
    assert len(scale_.monetary) == 4


def test_next_months_customers_are_scored_by_the_same_cut_points(customers):
    scale_ = quietly(RfmScale.fit, pd.DataFrame(customers), unit="D")
    one = pd.DataFrame({"idle": [5.0], "orders": [4], "revenue": [120.0]})
    alone = scale_.score(one)["rfm"].tolist()
    among = scale_.score(pd.concat([one, pd.DataFrame(customers)]))["rfm"].tolist()[0]
    assert alone == [among]


def test_the_unit_comes_from_the_summary():
    rows = frame(np.arange(100.0), np.arange(100), np.arange(100.0))
    summary = CustomerSummary(rows, unit="W")
    assert RfmScale.fit(summary).unit is TimeUnit.WEEK
    with pytest.raises(UnitMismatch, match="RfmScale is to count days, the summary counts weeks"):
        RfmScale.fit(summary, unit="D")
    with pytest.raises(UnitMismatch, match="Summarize the log again with unit='D'"):
        scale().score(summary)
    with pytest.raises(UnitMismatch, match="a bare frame does not say it"):
        RfmScale.fit(rows)


def test_a_scale_in_another_unit_scores_alike():
    idle = np.array([1.0, 10.0, 40.0, 100.0, 365.0])
    weeks = scale().in_unit("W")
    assert weeks.unit is TimeUnit.WEEK
    assert weeks.recency[0] == 1.0
    expected = scale().score(frame(idle))["rfm"].tolist()
    assert weeks.score(frame(idle / 7))["rfm"].tolist() == expected


def test_columns_travel_with_the_scale():
    rows = frame(np.arange(60.0), np.arange(60), 0.0).rename(columns={"orders": "visits"})
    rows["profit"] = np.arange(60.0)
    scale_ = RfmScale.fit(rows, frequency="visits", monetary="profit", unit="D")
    assert scale_.columns == ("idle", "visits", "profit")
    scored = scale_.score(rows)
    assert scored["monetary_score"].nunique() == 5
    assert scale_.score(rows, monetary="visits")["rfm"].equals(scored["rfm"])


# -------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recency": (7, 60, 30)}, "recency: cut points must ascend, but 60 comes before 30"),
        ({"frequency": ("two",)}, "'two' is no cut point"),
        ({"monetary": (float("nan"),)}, "NaN is no cut point"),
        ({"recency": 7}, "expected a sequence of cut points, got 7"),
        ({"recency": ((7,), (8,))}, "recency: expected a sequence of cut points; got"),
        ({"frequency": ((1,), (2,))}, "frequency: expected .* for each of the 5 scores before"),
        ({"frequency": ((1,), (1,), (1,), (1,), (1, 2))}, "do not make equally many scores"),
        ({"monetary": ((1,),) * 5}, "monetary: expected .* each of the 5 and 5 scores before"),
        ({"columns": ("idle", "orders")}, "RFM reads three columns, got 2"),
    ],
)
def test_impossible_scales(changes, message):
    with pytest.raises(InvalidRule, match=message):
        scale(**changes)


def test_impossible_options():
    with pytest.raises(UnknownCode, match="'both' is no side; the choices are 'better', 'worse'"):
        scale(closed="both")
    with pytest.raises(UnknownCode, match="did you mean 'nested'"):
        RfmScale.fit(frame([1]), method="nest", unit="D")
    with pytest.raises(UnknownCode, match="'first' is no treatment of ties"):
        RfmScale.fit(frame([1]), ties="first", unit="D")
    with pytest.raises(InvalidRule, match=r"bins must be a number of 1 or more, or three such"):
        RfmScale.fit(frame([1]), bins=0, unit="D")
    with pytest.raises(UnknownCode, match="time unit"):
        scale(unit="fortnight")


def test_missing_values_are_never_scored():
    rows = frame([1.0, np.nan, 3.0], revenue=[1.0, 2.0, np.inf])
    rows.insert(0, "id", ["a", "b", "c"])
    with pytest.raises(InvalidData) as caught:
        scale().score(rows)
    first, second = caught.value.problems
    assert (first.column, first.count, second.column, second.count) == ("idle", 1, "revenue", 1)
    assert "row 1" in first.rows[0]
    assert "b" in first.rows[0]
    assert "inf" in second.rows[0]
    assert "Leave these customers out" in str(caught.value)
    rows = pl.DataFrame({"idle": [1.0, None], "orders": [1, 1], "revenue": [1.0, 1.0]})
    with pytest.raises(InvalidData, match="column 'idle': missing or infinite value in 1 row"):
        scale().score(rows.lazy())


def test_missing_columns_name_the_way_out():
    with pytest.raises(ColumnNotFound, match=r"no column 'idle'.*summarize\(\) adds: T - recency"):
        scale().score(frame([1]).drop(columns="idle"))
    with pytest.raises(ColumnNotFound, match=r"no column 'orderz' .did you mean 'orders'"):
        scale().score(frame([1]), frequency="orderz")


def test_text_is_no_number():
    with pytest.raises(InvalidData, match=r"column 'orders': expected numbers, found .*String"):
        scale().score(frame([1], orders=["many"]))


def test_nothing_to_learn_from():
    with pytest.raises(InvalidData, match="no customer to learn a scale from"):
        RfmScale.fit(frame([1]).head(0), unit="D")
    assert scale().score(frame([1]).head(0))["rfm"].tolist() == []


def test_all_customers_equal():
    """The one score is the lowest; whoever exceeds it later has the highest that is known."""
    rows = frame([5.0] * 100)
    with pytest.warns(UserWarning, match="occur") as caught:
        scale_ = RfmScale.fit(rows, unit="D")
    assert len(caught) == 3
    assert "too many of the 100 customers share a value" in str(caught[0].message)
    assert set(scale_.score(rows)["rfm"]) == {"111"}


def test_more_bins_than_distinct_values():
    rows = frame(np.arange(100.0), orders=[1] * 60 + [2] * 40, revenue=np.arange(100.0))
    with pytest.warns(UserWarning, match=r"only the frequency \('orders'\) scores 1, 4 of 1 to 5"):
        scale_ = RfmScale.fit(rows, unit="D")
    assert scale_.frequency == (2.0, 2.0, 2.0, float("inf"))
    assert scale_.score(rows)["frequency_score"].tolist() == [1] * 60 + [4] * 40


def test_too_few_customers():
    with pytest.warns(
        UserWarning, match=r"learnt from 3 customers says little: .* 50 are a minimum"
    ):
        rfm(frame([1, 2, 3], [1, 2, 3], [1.0, 2.0, 3.0]))


def test_one_customer_can_be_scored():
    """Alone he is the median of himself."""
    assert quietly(rfm, frame([3.0]))["rfm"].tolist() == ["333"]


def test_segments_of_another_shape_are_refused():
    rows = frame(np.arange(100.0), np.arange(100), np.arange(100.0))
    with pytest.raises(InvalidRule, match="named for 5 x 5 x 5 scores, the scale has 4 x 4 x 4"):
        rfm(rows, bins=4)
    assert "segment" not in rfm(rows, bins=4, segments=None).columns


# -------------------------------------------------------------------------------- properties

few = settings(max_examples=30)  # each takes some fifty milliseconds
values = st.integers(0, 40) | st.floats(0, 1e6, width=32)
columns = st.lists(st.tuples(values, st.integers(1, 12), values), min_size=1, max_size=60)
options = st.fixed_dictionaries(
    {
        "bins": st.integers(1, 6),
        "method": st.sampled_from(["quantiles", "nested"]),
        "ties": st.sampled_from(["low", "mean", "high"]),
    }
)


def table(rows):
    return pd.DataFrame(rows, columns=["idle", "orders", "revenue"], dtype=float)


@pytest.mark.properties
@few
@given(columns, options)
def test_a_learnt_scale_survives_json(rows, kind):
    fitted = quietly(RfmScale.fit, table(rows), unit="W", **kind)
    again = from_data(json.loads(json.dumps(fitted.to_data())))
    assert again == fitted
    assert hash(again) == hash(fitted)
    assert again.score(table(rows))["rfm"].tolist() == fitted.score(table(rows))["rfm"].tolist()


@pytest.mark.properties
@few
@given(columns, options, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, kind, random):
    shuffled = random.sample(rows, len(rows))
    assert quietly(RfmScale.fit, table(shuffled), unit="D", **kind) == quietly(
        RfmScale.fit, table(rows), unit="D", **kind
    )


@pytest.mark.properties
@few
@given(columns, options)
def test_better_is_never_scored_lower_and_equal_is_scored_equally(rows, kind):
    scored = quietly(rfm, table(rows), segments=None, **kind)
    nested = kind["method"] == "nested"
    for name, score, cell, sign in (
        ("idle", "recency_score", [], -1),
        ("orders", "frequency_score", ["recency_score"], 1),
        ("revenue", "monetary_score", ["recency_score", "frequency_score"], 1),
    ):
        groups = scored.groupby(cell) if nested and cell else [(None, scored)]
        for _, group in groups:
            ordered = group.assign(value=sign * group[name]).sort_values("value")
            assert ordered[score].is_monotonic_increasing
            assert (
                ordered.groupby("value")[score].agg(["min", "max"]).diff(axis=1)["max"] == 0
            ).all()
        assert scored[score].between(1, kind["bins"]).all()


def rank_bins(values, bins, ties):
    """The definition: floor(rank k / (n + 1)) + 1, with the rank that the ties share."""
    rank = {"low": "min", "mean": "average", "high": "max"}[ties]
    ranks = pd.Series(values).rank(method=rank)
    return ((2 * ranks).astype(int) * bins // (2 * (len(values) + 1)) + 1).tolist()


@pytest.mark.properties
@few
@given(columns, options)
def test_learnt_scores_are_those_of_the_ranks(rows, kind):
    customers = table(rows)
    scored = quietly(rfm, customers, segments=None, **kind | {"method": "quantiles"})
    bins, ties = kind["bins"], kind["ties"]
    assert scored["recency_score"].tolist() == rank_bins(-customers["idle"], bins, ties)
    assert scored["monetary_score"].tolist() == rank_bins(customers["revenue"], bins, ties)


@pytest.mark.properties
@few
@given(columns)
def test_every_customer_has_one_segment(rows):
    labelled = quietly(rfm, table(rows))
    for cell, segment in zip(labelled["rfm"], labelled["segment"], strict=True):
        assert segment == STANDARD_SEGMENTS.segment_of(cell)


@pytest.mark.published
def test_rs_rfm_package_on_its_own_example():
    """The ten customers that the package prints of its example, and the thresholds it prints.

    A. Hebbali, rfm 0.2, README: rfm_table_order(rfm_data_orders, ...) as of 2006-12-31, with
    recency_bins = c(115, 181, 297, 482), frequency_bins = c(4, 5, 6, 8) and monetary_bins =
    c(256, 382, 506, 666): quantiles of 995 customers, each the first value of the next bin.  As
    days are whole, its first day of a worse grade is one more than our last of a better one.
    """
    scale = RfmScale(
        recency=[day - 1 for day in (115, 181, 297, 482)],
        frequency=(4, 5, 6, 8),
        monetary=(256, 382, 506, 666),
        unit="D",
    )
    rows = [
        (205, 6, 472, "343"), (140, 3, 340, "412"), (194, 4, 405, "323"), (132, 5, 448, "433"),
        (90, 9, 843, "555"), (84, 9, 763, "555"), (281, 8, 699, "355"), (246, 4, 157, "321"),
        (349, 3, 363, "212"), (619, 4, 196, "121"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["idle", "orders", "revenue", "rfm_of_r"])
    assert scale.score(frame)["rfm"].tolist() == frame["rfm_of_r"].tolist()
