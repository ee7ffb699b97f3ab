import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData
from custrel.plotting import plot_whale
from custrel.valuation import whale_curve

PROFITS = [30.0, -40.0, 100.0, 10.0]


def curve_of(ax):
    """Return the curve, which is drawn after the straight line to its end."""
    return ax.lines[1].get_xydata()


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_curve_of_a_frame(kind):
    ax = plot_whale(ENGINES[kind]({"profit": PROFITS}))
    np.testing.assert_allclose(curve_of(ax), [[0, 0], [0.25, 1], [0.5, 1.3], [0.75, 1.4], [1, 1]])
    assert ax.get_title(loc="left") == "75% of customers make 140% of the profit; 25% lose 40%"


def test_texts():
    ax = plot_whale(PROFITS, population="key accounts", tolerance=10)
    assert ax.get_title(loc="left") == "50% of key accounts make 140% of the profit; 25% lose 40%"
    assert ax.get_xlabel() == "Share of key accounts, the most profitable first"
    texts = [" ".join(text.get_text().split()) for text in ax.texts]
    note = "4 key accounts: 2 bring profit, 1 break even, 1 lose; 100 in all"
    assert texts == ["the best 75% bring 140%", note]
    ax.figure.canvas.draw()
    assert "100%" in [tick.get_text() for tick in ax.get_yticklabels()]


@pytest.mark.parametrize(
    ("profits", "title"),
    [
        ([5.0, -9.0], "Customers lose 4.00 in all"),
        ([5.0, -5.0], "Customers bring nothing in all"),
        ([5.0, 5.0], "100% of customers make 100% of the profit"),
    ],
)
def test_without_profit_it_is_drawn_in_money(profits, title):
    ax = plot_whale(profits)
    assert ax.get_title(loc="left") == title
    if sum(profits) <= 0:
        assert ax.get_ylabel() == "Profit so far"
        np.testing.assert_allclose(curve_of(ax)[:, 1], whale_curve(profits)[1])


def test_many_customers_are_thinned_and_keep_the_top():
    profits = np.random.default_rng(1).normal(1, 20, 9_000)
    points = curve_of(plot_whale(profits))
    customers, together = whale_curve(profits)
    assert len(points) <= 2000
    assert points[:, 1].max() == pytest.approx(together.max() / together[-1])
    assert np.isin(points[:, 0], customers).all()


def test_what_cannot_be_drawn():
    with pytest.raises(InvalidData, match="no customer to rank"):
        plot_whale([])
    with pytest.raises(ColumnNotFound, match="profit"):
        plot_whale(pd.DataFrame({"revenue": [1.0]}))
