"""The path diagram: what is drawn where, that it can be read, and what it says."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from satisfaction import mobi
from satisfaction.test_satisfaction_index import customers

from custrel.errors import InvalidRule, UnknownCode
from custrel.plotting import plot_path_model
from custrel.plotting._path_layout import distance, layout
from custrel.satisfaction import ACSI, ECSI, SCSB, PathModel, pls


@pytest.fixture(scope="module")
def fit():
    return pls(customers(2, 150), model=ACSI)


@pytest.fixture(scope="module")
def resampled(fit):
    return fit.bootstrap(seed=1, resamples=200)


def arrows(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_construct_and_path_is_there(fit, resampled):
    ax = plot_path_model(fit, resampled=resampled)
    assert len(boxes(ax)) == 6
    assert len(arrows(ax)) == 9
    assert {"Expectations", "Perceived quality", "Satisfaction", "Complaints"} <= set(texts(ax))
    assert (
        f"R² {fit.r2('perceived_value'):.2f}, index {fit.index_levels()['perceived_value']:.1f}"
        in texts(ax)
    )
    table = resampled.intervals("paths")
    for row in table.itertuples():
        marks = "*" * sum(row.p_value < limit for limit in (0.05, 0.01, 0.001))
        assert f"{row.estimate:.2f}{marks}" in texts(ax)
    dashed = [arrow for arrow in arrows(ax) if arrow.get_linestyle() != "-"]
    assert len(dashed) == (table["p_value"] >= 0.05).sum() > 0
    widths = sorted(arrow.get_linewidth() for arrow in arrows(ax))
    assert widths[0] < widths[-1]


def test_without_resamples_nothing_is_called_significant(fit):
    ax = plot_path_model(fit)
    assert not any("*" in text for text in texts(ax))
    assert all(arrow.get_linestyle() == "-" for arrow in arrows(ax))
    strongest = max(
        ("expectations", "perceived_quality", "perceived_value"),
        key=lambda n: fit.total_effect(n, "satisfaction"),
    )
    assert strongest == "perceived_quality"
    assert ax.get_title(loc="left") == (
        f"Satisfaction: {fit.r2('satisfaction'):.0%} explained, most by Perceived quality "
        f"(total effect {fit.total_effect('perceived_quality', 'satisfaction'):.2f})"
    )


def test_coefficients_can_be_read(fit, resampled):
    ax = plot_path_model(fit, resampled=resampled)
    ax.figure.canvas.draw()
    shown = [
        t.get_window_extent()
        for t in ax.texts
        if t.get_text()[-1:].isdigit() or "*" in t.get_text()
    ]
    shown = [box for box in shown if box.height > 0]
    for one, other in itertools.combinations(shown, 2):
        assert not one.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9))
    for box in boxes(ax):
        frame = box.get_window_extent()
        assert frame.x0 >= 0
        assert frame.x1 <= ax.figure.bbox.x1
        assert frame.y1 <= ax.figure.bbox.y1


@pytest.mark.parametrize("model", [SCSB, ACSI, ECSI], ids=["SCSB", "ACSI", "ECSI"])
def test_no_arrow_passes_a_construct_that_it_does_not_concern(model):
    places = layout(model)
    for path in model.paths:
        start, end = places[path.source], places[path.target]
        assert start[0] < end[0]
        for name, place in places.items():
            if name not in (path.source, path.target):
                assert distance(place, start, end) > 0.1
    assert len(set(places.values())) == len(places)


def test_the_callers_axes(fit):
    _, (left, right) = plt.subplots(1, 2)
    before = plt.get_fignums()
    assert plot_path_model(fit, ax=left) is left
    assert not right.patches
    assert plt.get_fignums() == before


def test_own_models_and_negative_paths():
    rng = np.random.default_rng(1)
    x = rng.normal(size=80)
    data = pd.DataFrame({"a": x, "b": -x + rng.normal(size=80)})
    model = PathModel({"own_idea": ["a"], "b": ["b"]}, [("own_idea", "b", "-")], target="b")
    ax = plot_path_model(pls(data, model=model))
    assert "Own idea" in texts(ax)
    (arrow,) = arrows(ax)
    assert arrow.get_edgecolor()[:3] == pytest.approx((0xD5 / 255, 0x5E / 255, 0))
    assert "most by Own idea" in ax.get_title(loc="left")


def test_mistakes(fit, resampled):
    with pytest.raises(UnknownCode, match="'fr' is no language"):
        plot_path_model(fit, language="fr")
    other = pls(
        mobi.answers(), model=PathModel({"a": "CUSCO", "b": "CUSL1"}, [("a", "b")], target="b")
    )
    with pytest.raises(InvalidRule, match="resamples are those of another model"):
        plot_path_model(other, resampled=resampled)
