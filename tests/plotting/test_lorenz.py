import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.plotting import plot_lorenz
from custrel.segmentation import gini, lorenz, pareto_share

AMOUNTS = [2.0, 1.0, 4.0, 3.0]


def lines(ax):
    """Return the diagonal, the curve, the two sides that mark the point, and the point."""
    return [line.get_xydata() for line in ax.lines]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_curve_of_a_frame(kind):
    ax = plot_lorenz(ENGINES[kind]({"revenue": AMOUNTS}))
    diagonal, curve, _, point = lines(ax)
    np.testing.assert_allclose(diagonal, [[0, 0], [1, 1]])
    np.testing.assert_allclose(curve, [[0, 0], [0.25, 0.1], [0.5, 0.3], [0.75, 0.6], [1, 1]])
    # A fifth of four customers is 0.8 of the largest, who has 0.4 of all.
    np.testing.assert_allclose(point, [[0.8, 1 - 0.32]])
    assert ax.get_title(loc="left") == "The top 20% of customers bring 32% of revenue"


@pytest.mark.parametrize(
    "kind", [list, tuple, np.array, pd.Series, pl.Series, pa.array, lambda v: pa.chunked_array([v])]
)
def test_curve_of_values(kind):
    curve = lines(plot_lorenz(kind(AMOUNTS)))[1]
    np.testing.assert_allclose(curve, np.column_stack(lorenz(AMOUNTS)))


def test_texts():
    ax = plot_lorenz([80, 5, 5, 5, 5], value="net_profit", population="key accounts")
    assert ax.get_title(loc="left") == "The top 20% of key accounts bring 80% of net profit"
    assert ax.get_xlabel() == "Share of key accounts, the smallest first"
    assert ax.get_ylabel() == "Share of net profit that they have together"
    texts = [" ".join(text.get_text().split()) for text in ax.texts]
    assert texts == [
        "if all were equal",
        "the other 80% have 20%",
        f"5 key accounts; Gini {gini([80, 5, 5, 5, 5]):.2f} (0: all bring the same, 1: one brings all)",
    ]
    ax.figure.canvas.draw()
    assert [t.get_text() for t in ax.get_xticklabels()][:2] == ["0%", "20%"]


def test_another_share_of_customers():
    ax = plot_lorenz(AMOUNTS, top=0.5)
    assert lines(ax)[3].tolist() == [[0.5, 1 - pareto_share(AMOUNTS, top=0.5)]]
    assert ax.get_title(loc="left") == "The top 50% of customers bring 70% of revenue"


def test_equal_customers_lie_on_the_diagonal():
    curve = lines(plot_lorenz([7.0] * 10))[1]
    np.testing.assert_allclose(curve[:, 0], curve[:, 1])


def test_one_customer():
    ax = plot_lorenz([5.0])
    assert lines(ax)[1].tolist() == [[0, 0], [1, 1]]


def test_many_customers_are_thinned_without_a_visible_difference():
    amounts = np.random.default_rng(3).pareto(1.2, 50_000)
    curve = lines(plot_lorenz(amounts))[1]
    assert 500 < len(curve) <= 2002
    assert curve[0].tolist() == [0, 0]
    assert curve[-1].tolist() == pytest.approx([1, 1])
    people, share = lorenz(amounts)
    between = np.interp(people, curve[:, 0], curve[:, 1])
    assert np.abs(between - share).max() < 1e-3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "no total"),
        ([0.0, 0.0], "no total"),
        ([1.0, -1.0], "negative"),
        ([1.0, float("nan")], "missing or infinite"),
        (["a", "b"], "expected numbers"),
    ],
)
def test_values_that_cannot_be_shared(values, message):
    with pytest.raises(InvalidData, match=message):
        plot_lorenz(values)


def test_other_mistakes():
    with pytest.raises(InvalidRule, match="one value per customer"):
        plot_lorenz(np.ones((2, 2)))
    with pytest.raises(InvalidRule, match=r"0.2, not 20"):
        plot_lorenz(AMOUNTS, top=20)
    with pytest.raises(ColumnNotFound, match="'revenue'"):
        plot_lorenz(pd.DataFrame({"profit": AMOUNTS}))
