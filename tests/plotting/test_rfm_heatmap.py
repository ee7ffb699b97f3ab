import duckdb
import matplotlib.colors
import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.plotting import plot_rfm_heatmap

CUSTOMERS = {
    "id": [1, 2, 3, 4, 5, 6],
    "recency_score": [1, 1, 2, 3, 3, 3],
    "frequency_score": [1, 1, 1, 2, 2, 2],
    "revenue": [10.0, 20.0, 4.0, 100.0, 200.0, 300.0],
}


def customers(**changes):
    return pd.DataFrame(CUSTOMERS | changes)


def cells(ax):
    return np.ma.filled(ax.images[0].get_array(), np.nan)


def words(ax):
    return {t.get_position(): t.get_text() for t in ax.texts if t.get_color() in ("black", "white")}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_means(kind):
    ax = plot_rfm_heatmap(ENGINES[kind](CUSTOMERS))
    np.testing.assert_array_equal(cells(ax), [[15, 4, np.nan], [np.nan, np.nan, 200]])
    assert words(ax) == {(0, 0): "15.0\nn = 2", (1, 0): "4.00\nn = 1", (2, 1): "200\nn = 3"}
    assert ax.get_title(loc="left") == "Recency 3, frequency 2: 50% of customers, 95% of revenue"


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_customers(kind):
    ax = plot_rfm_heatmap(ENGINES[kind](CUSTOMERS), what="customers")
    np.testing.assert_array_equal(cells(ax), [[2, 1, np.nan], [np.nan, np.nan, 3]])
    assert words(ax) == {(0, 0): "2", (1, 0): "1", (2, 1): "3"}
    assert ax.get_title(loc="left") == "Largest group: 50% of customers at recency 3, frequency 2"


def test_the_scores_go_from_worst_to_best_to_the_right_and_upwards():
    ax = plot_rfm_heatmap(customers())
    assert ax.get_xlabel() == "Recency score"
    assert [t.get_text() for t in ax.get_xticklabels()] == ["1\nlongest ago", "2", "3\nmost recent"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["1\nfewest", "2\nmost"]
    bottom, top = ax.get_ylim()
    assert bottom < top


def test_the_small_print():
    ax = plot_rfm_heatmap(customers(), currency="EUR")
    note = " ".join(ax.texts[-1].get_text().split())
    assert note == (
        "6 customers; in each cell the mean revenue in EUR, and how many they are (n); "
        "hatched: nobody"
    )


def test_empty_cells_show_the_hatched_ground():
    ax = plot_rfm_heatmap(customers())
    assert ax.patch.get_hatch()
    assert ax.images[0].to_rgba(np.ma.masked_invalid([np.nan]))[0, 3] == 0
    assert len(words(ax)) == 3


def test_a_shape_adds_empty_scores():
    ax = plot_rfm_heatmap(customers(), shape=(5, 5))
    assert cells(ax).shape == (5, 5)
    assert np.isnan(cells(ax)).sum() == 22


def test_a_large_mean_does_not_darken_the_others():
    ax = plot_rfm_heatmap(customers())  # 200 is more than ten times 4
    assert isinstance(ax.images[0].norm, matplotlib.colors.LogNorm)
    near = plot_rfm_heatmap(customers(revenue=[10.0, 20.0, 9.0, 10.0, 20.0, 30.0]))
    assert not isinstance(near.images[0].norm, matplotlib.colors.LogNorm)


def test_negative_means_are_drawn():
    ax = plot_rfm_heatmap(customers(revenue=[-10.0, -20.0, 4.0, 1.0, 2.0, 3.0]))
    assert cells(ax)[0, 0] == -15
    assert words(ax)[0, 0].startswith("-15.0")
    assert ax.get_title(loc="left") == "Mean revenue: -3.33 per customer"


def test_another_value_and_other_columns():
    frame = customers().rename(columns={"recency_score": "r", "frequency_score": "f"})
    frame["life_time"] = 1.0
    ax = plot_rfm_heatmap(frame, recency="r", frequency="f", value="life_time")
    assert ax.get_title(loc="left").endswith("50% of life time")


def test_one_customer():
    ax = plot_rfm_heatmap(customers().head(1))
    assert cells(ax).tolist() == [[10.0]]
    ax.figure.canvas.draw()


def test_many_scores_leave_room_for_one_number():
    many = pd.DataFrame(
        {"recency_score": range(1, 11), "frequency_score": range(1, 11), "revenue": 5.0}
    )
    assert set(words(plot_rfm_heatmap(many)).values()) == {"5.00"}


def test_no_customers():
    with pytest.raises(InvalidData, match="no customer to draw"):
        plot_rfm_heatmap(customers().head(0))


def test_missing_columns():
    with pytest.raises(ColumnNotFound, match=r"RfmScale\.score"):
        plot_rfm_heatmap(customers().drop(columns="recency_score"))
    with pytest.raises(ColumnNotFound, match="did you mean 'revenue'"):
        plot_rfm_heatmap(customers(), value="revenu")


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
@pytest.mark.parametrize(
    "change",
    [
        {"revenue": [1.0, None, 3.0, 4.0, 5.0, 6.0]},
        {"revenue": [1.0, float("inf"), 3.0, 4.0, 5.0, 6.0]},
        {"recency_score": [1, None, 2, 3, 3, 3]},
    ],
)
def test_missing_values(kind, change):
    with pytest.raises(InvalidData, match="in 1 row") as caught:
        plot_rfm_heatmap(ENGINES[kind](CUSTOMERS | change))
    assert "id=2" in str(caught.value)


def test_values_that_are_no_scores():
    with pytest.raises(InvalidData, match=r"'recency_score': expected scores from 1 to 3, found 0"):
        plot_rfm_heatmap(customers(recency_score=[0, 1, 2, 3, 3, 3]))
    with pytest.raises(InvalidData, match=r"expected scores from 1 to 2, found 3"):
        plot_rfm_heatmap(customers(), shape=(2, 2))
    with pytest.raises(InvalidData, match="expected numbers"):
        plot_rfm_heatmap(customers(recency_score=list("abcdef")))
    with pytest.raises(InvalidRule, match="too many"):
        plot_rfm_heatmap(customers(recency_score=[1, 2, 3, 4, 5, 90]))


def test_an_unknown_choice():
    with pytest.raises(UnknownCode, match="'mean', 'customers'"):
        plot_rfm_heatmap(customers(), what="median")


def test_only_the_cells_come_to_python(monkeypatch):
    """The engine groups: what is collected has a row for each cell."""
    import custrel.plotting._data as data

    sizes = []

    def collect(frame):
        table = original(frame)
        sizes.append(len(table))
        return table

    original = data.collect
    monkeypatch.setattr(data, "collect", collect)
    many = duckdb.sql(
        "select 1 + i % 5 as recency_score, 1 + i % 3 as frequency_score, i::double as revenue "
        "from range(10000) t(i)"
    )
    plot_rfm_heatmap(many)
    assert sizes == [15]
