import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.plotting import plot_tracking
from custrel.valuation.tracking import tracking

LOG = {
    "customer_id": [1, 1, 1, 2, 2, 3],
    "date": ["2024-01-01", "2024-01-09", "2024-01-20", "2024-01-03", "2024-01-20", "2024-01-18"],
    "amount": [1.0] * 6,
}
HALVES = {"calibration_until": "2024-01-14", "observed_until": "2024-01-21"}


def curves(ax):
    return [line.get_xydata() for line in ax.lines[:2]]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_cumulative(kind, model):
    ax = plot_tracking(ENGINES[kind](LOG), model, **HALVES)
    came, due = curves(ax)
    # Customer 3 came after the calibration, and is not of the cohort.
    np.testing.assert_allclose(came, [[0, 0], [1, 0], [2, 1], [3, 3]])
    each = [
        sum(
            model.expected_purchases(horizon=(7 * week - 1 - first) / 7)
            for first in (0, 2)
            if 7 * week - 1 >= first
        )
        for week in (1, 2, 3)
    ]
    np.testing.assert_allclose(due, [[0, 0], *enumerate(each, start=1)])


def test_incremental(model):
    ax = plot_tracking(pd.DataFrame(LOG), model, what="incremental", **HALVES)
    came, due = curves(ax)
    np.testing.assert_allclose(came, [[1, 0], [2, 1], [3, 2]])
    whole = curves(plot_tracking(pd.DataFrame(LOG), model, **HALVES))[1][:, 1]
    np.testing.assert_allclose(due[:, 1], np.diff(whole))
    assert ax.get_ylabel() == "Repeat purchases per week"


def test_texts(model):
    ax = plot_tracking(pd.DataFrame(LOG), model, **HALVES)
    assert ax.get_xlabel() == "Weeks since the cohort's first purchase"
    assert ax.get_ylabel() == "Repeat purchases so far"
    assert ax.get_title(loc="left").startswith("By week 3: 0 purchases expected, 3 came")
    texts = [" ".join(text.get_text().split()) for text in ax.texts]
    assert texts == [
        "calibration",
        "holdout",
        "2 customers, new from 2024-01-01 to 2024-01-14, followed until 2024-01-21",
    ]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["actual", "expected (BG/NBD)"]


def test_the_end_of_the_calibration_is_marked(model):
    ax = plot_tracking(pd.DataFrame(LOG), model, **HALVES)
    assert list(ax.lines[2].get_xdata()) == [2, 2]
    without = plot_tracking(pd.DataFrame(LOG), model)
    assert len(without.lines) == 2
    assert len(without.texts) == 1


def test_numbers_made_before_are_drawn_as_they_are(model):
    made = tracking(pd.DataFrame(LOG), model, **HALVES)
    for what in ("cumulative", "incremental"):
        one, other = (
            curves(plot_tracking(*data, what=what, **options))
            for data, options in (((made,), {}), ((pd.DataFrame(LOG), model), HALVES))
        )
        np.testing.assert_array_equal(one, other)


def test_a_last_period_that_is_not_complete_is_not_set_beside_the_others(model):
    log = pd.DataFrame(LOG)
    cut = plot_tracking(log, model, what="incremental", observed_until="2024-01-24")
    assert curves(cut)[0][:, 0].tolist() == [1, 2, 3]
    so_far = plot_tracking(log, model, observed_until="2024-01-24")
    assert curves(so_far)[0][-1, 0] == pytest.approx(24 / 7)


@pytest.mark.published
def test_cdnow(log, model):
    ax = plot_tracking(log, model, calibration_until="1997-09-30")
    came, due = curves(ax)
    assert came[-1].tolist() == [78, 4339]
    assert due[-1, 1] == pytest.approx(4160.61, abs=0.2)
    assert ax.get_title(loc="left") == "By week 78: 4,161 purchases expected, 4,339 came (+4%)"
    weekly = plot_tracking(log, model, calibration_until="1997-09-30", what="incremental")
    assert weekly.get_title(loc="left").startswith(
        "In the holdout: 1,667 purchases expected, 1,882"
    )


def test_one_order(model):
    ax = plot_tracking(pd.DataFrame(LOG).head(1), model)
    ax.figure.canvas.draw()
    assert curves(ax)[0].tolist() == [[0, 0], [1 / 7, 0]]
    alone = plot_tracking(pd.DataFrame(LOG).head(1), model, what="incremental")
    alone.figure.canvas.draw()
    assert len(curves(alone)[0]) == 0


def test_refused(model):
    frame = pd.DataFrame(LOG)
    with pytest.raises(InvalidRule, match="pass a model"):
        plot_tracking(frame)
    with pytest.raises(InvalidRule, match="leave them out"):
        plot_tracking(tracking(frame, model), model)
    with pytest.raises(InvalidRule, match="leave them out"):
        plot_tracking(tracking(frame, model), period="D")
    with pytest.raises(UnknownCode, match="'cumulative', 'incremental'"):
        plot_tracking(frame, model, what="weekly")
    with pytest.raises(ColumnNotFound, match="'day'"):
        plot_tracking(frame, model, date="day")
    with pytest.raises(InvalidData, match="no orders"):
        plot_tracking(frame.head(0), model)
    with pytest.raises(TypeError, match="calibrated_until"):
        plot_tracking(frame, model, calibrated_until="2024-01-14")
