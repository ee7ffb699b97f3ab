import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnitMismatch
from custrel.plotting import plot_holdout
from custrel.transactions import CustomerSummary

CUSTOMERS = {
    "frequency": [0, 0, 2, 2, 9, 7],
    "recency": [0.0, 0.0, 30.43, 10.0, 35.0, 38.0],
    "T": [38.86, 30.0, 38.86, 38.86, 38.0, 39.0],
    "frequency_holdout": [0, 1, 2, 0, 8, 5],
    "duration_holdout": [39.0] * 6,
}


def customers(**changes):
    return CustomerSummary(pd.DataFrame(CUSTOMERS | changes), unit="W")


def curves(ax):
    return [line.get_ydata() for line in ax.lines]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_means(kind, model):
    ax = plot_holdout(CustomerSummary(ENGINES[kind](CUSTOMERS), unit="W"), model)
    came, due = curves(ax)
    nothing = [np.nan] * 4
    np.testing.assert_allclose(came, [0.5, np.nan, 1.0, *nothing, 6.5])
    history = {name: np.array(CUSTOMERS[name]) for name in ("frequency", "recency", "T")}
    each = model.expected_purchases(**history, horizon=39.0)
    np.testing.assert_allclose(
        due, [each[:2].mean(), np.nan, each[2:4].mean(), *nothing, each[4:].mean()]
    )
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels == ["0\n2", "1\n0", "2\n2", "3\n0", "4\n0", "5\n0", "6\n0", "7+\n2"]


@pytest.mark.published
def test_cdnow(halves, model):
    """Fader, Hardie & Lee (2005): conditional expectations by calibration frequency 0..7+."""
    ax = plot_holdout(halves, model)
    came, due = curves(ax)
    np.testing.assert_allclose(
        due, [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.5040, 6.1570], atol=3e-4
    )
    np.testing.assert_allclose(
        came, [0.2367, 0.6970, 1.3925, 1.56, 2.5323, 2.9474, 3.8621, 6.3594], atol=6e-5
    )
    assert ax.get_title(loc="left") == (
        "In the holdout: 1,653 purchases expected, 1,882 came (+14%)"
    )
    assert ax.texts[-1].get_text() == (
        "2,357 customers, counted below the axis; a holdout of 39 weeks"
    )


def test_labels(model):
    ax = plot_holdout(customers(), model)
    assert ax.get_xlabel() == "Repeat purchases in calibration"
    assert ax.get_ylabel() == "Mean purchases in the holdout"
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["actual", "expected (BG/NBD)"]


def test_fewer_groups(model):
    ax = plot_holdout(customers(), model, groups=3)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0\n2", "1\n0", "2+\n4"]
    np.testing.assert_allclose(curves(ax)[0], [0.5, np.nan, 3.75])


def test_nobody_reaches_the_last_group(model):
    ax = plot_holdout(customers(), model, groups=30)
    assert ax.get_xticklabels()[-1].get_text() == "9\n1"


def test_by_recency(halves, model):
    ax = plot_holdout(halves, model, by="recency", groups=2)
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert [label.split("\n")[0] for label in labels] == ["none", "19", "38"]
    assert ax.get_xlabel().startswith("Age at the last purchase in calibration, up to ... weeks")
    came, due = curves(ax)
    assert came[0] == pytest.approx(0.2367, abs=6e-5)
    assert due[0] == pytest.approx(0.2251, abs=3e-4)


def test_by_expectation(halves, model):
    ax = plot_holdout(halves, model, by="expected")
    assert len(ax.get_xticklabels()) == 10
    assert (np.diff(curves(ax)[1]) > 0).all()


def test_one_customer(model):
    ax = plot_holdout(CustomerSummary(customers().frame.head(1), unit="W"), model)
    assert curves(ax)[0].tolist() == [0.0]
    ax.figure.canvas.draw()


def test_refused(model):
    with pytest.raises(InvalidData, match="no customer to judge"):
        plot_holdout(CustomerSummary(customers().frame.head(0), unit="W"), model)
    with pytest.raises(ColumnNotFound, match="calibration_until"):
        plot_holdout(customers().frame.drop(columns="frequency_holdout"), model)
    with pytest.raises(UnitMismatch, match="weeks"):
        plot_holdout(CustomerSummary(customers().frame, unit="D"), model)
    with pytest.raises(InvalidRule, match="groups=0"):
        plot_holdout(customers(), model, groups=0)
    with pytest.raises(InvalidData, match="'frequency_holdout': missing"):
        plot_holdout(customers(frequency_holdout=[0, 1, None, 0, 8, 5]), model)
    with pytest.raises(InvalidData, match="recency"):
        plot_holdout(customers(recency=[0.0, 0.0, 99.0, 10.0, 35.0, 38.0]), model)
