"""Kano's pictures: what is drawn where, and that names do not cover one another."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Ellipse
from matplotlib.text import Text

from custrel.errors import InvalidData, UnknownCode
from custrel.plotting import plot_kano, plot_kano_continuous, plot_kano_curves
from custrel.plotting.kano import _apart
from custrel.satisfaction import kano

PICTURES = (plot_kano, plot_kano_continuous, plot_kano_curves)


@pytest.fixture(scope="module")
def analysis():
    rng = np.random.default_rng(3)
    parts = []
    for i, (there, absent) in enumerate([(1, 5), (1, 3), (3, 5), (3, 3), (5, 1), (1, 3), (1, 5)]):
        noise = rng.random(80) < 0.25
        parts.append(
            pd.DataFrame(
                {
                    "respondent": range(80),
                    "feature": f"feature number {i}",
                    "functional": np.where(noise, rng.integers(1, 6, 80), there),
                    "dysfunctional": np.where(noise, rng.integers(1, 6, 80), absent),
                    "group": ["a", "b"] * 40,
                }
            )
        )
    return kano(pd.concat(parts), by="group")


def names(ax):
    ax.figure.canvas.draw()
    return [
        text for text in ax.texts if text.get_text().startswith("feature") and text.get_visible()
    ]


@pytest.mark.parametrize("picture", PICTURES)
def test_it_draws_on_the_axes_given_and_nowhere_else(picture, analysis):
    _, (left, right) = plt.subplots(1, 2)
    before = plt.get_fignums()
    assert picture(analysis, group="a", ax=left) is left
    assert not right.lines
    assert not right.collections
    assert plt.get_fignums() == before


@pytest.mark.parametrize("picture", PICTURES)
def test_every_name_can_be_read(picture, analysis):
    ax = picture(analysis, group="b")
    boxes = [Text.get_window_extent(text) for text in names(ax)]  # without the leading line
    assert len(boxes) >= 5
    for one, other in itertools.combinations(boxes, 2):
        assert not (one.shrunk(0.98, 0.9)).overlaps(other.shrunk(0.98, 0.9))
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= ax.figure.bbox.x1


def test_the_plane_has_the_coefficients(analysis):
    ax = plot_kano(analysis, group="a", seed=1)
    table = analysis.frame[analysis.frame["group"] == "a"]
    points = np.concatenate(
        [
            c.get_offsets()
            for c in ax.collections
            if len(c.get_offsets()) and c.get_label()[0] != "_"
        ]
    )
    expected = np.column_stack([-table["worse"], table["better"]])
    np.testing.assert_allclose(np.sort(points, axis=0), np.sort(expected, axis=0))
    lines = [c for c in ax.collections if hasattr(c, "get_segments") and c.get_segments()]
    assert len(lines) == 2  # intervals of both coefficients
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["Reverse"]


def test_the_continuous_plane_has_means_and_spread(analysis):
    ax = plot_kano_continuous(analysis, group="a")
    table = analysis.continuous()
    row = table[(table["group"] == "a") & (table["feature"] == "feature number 3")].iloc[0]
    ellipse = next(
        patch
        for patch in ax.patches
        if isinstance(patch, Ellipse)
        and patch.get_center() == pytest.approx((row["dysfunctional"], row["functional"]))
    )
    halves = np.array([ellipse.get_width(), ellipse.get_height()]) / 2
    total = row["functional_sd"] ** 2 + row["dysfunctional_sd"] ** 2
    assert (halves**2).sum() == pytest.approx(total)
    surer = plot_kano_continuous(analysis, group="a", spread="se")
    assert max(p.get_width() for p in surer.patches) < halves.max()
    with pytest.raises(UnknownCode, match="'var' is no spread"):
        plot_kano_continuous(analysis, group="a", spread="var")


def test_the_curves_end_at_better(analysis):
    ax = plot_kano_curves(analysis, group="a")
    table = analysis.frame[analysis.frame["group"] == "a"]
    curved = table[table["category"].isin(["attractive", "one_dimensional", "must_be"])]
    drawn = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == 101]
    assert sorted(y[-1] for y in drawn) == pytest.approx(sorted(curved["better"]))
    assert sorted(y[0] for y in drawn) == pytest.approx(sorted(curved["worse"]))


def test_names_move_apart_as_little_as_it_takes():
    assert _apart(np.array([0.0, 1.0]), 0.1).tolist() == [0, 1]
    assert _apart(np.array([0.5, 0.5, 0.5]), 0.1).tolist() == pytest.approx([0.4, 0.5, 0.6])
    places = _apart(np.sort(np.random.default_rng(0).random(9)), 0.1)
    assert (np.diff(places) >= 0.1 - 1e-9).all()


def test_mistakes(analysis):
    odd = kano(
        pd.DataFrame({"feature": "x", "functional": [1], "dysfunctional": [1]}), respondent=None
    )
    with pytest.raises(InvalidData, match="no feature has coefficients to draw"):
        plot_kano(odd)
    with pytest.raises(InvalidData, match="no feature is attractive"):
        plot_kano_curves(odd)
    for picture in PICTURES:
        with pytest.raises(UnknownCode, match=r"'None' is no group; the choices are 'a', 'b'"):
            picture(analysis)
        with pytest.raises(UnknownCode, match="'fr' is no language"):
            picture(analysis, group="a", language="fr")


def test_no_mark_lies_on_the_name_of_its_quadrant():
    """Where nobody minds, a feature is at (0, 0): beside the corner, not in it."""
    ax = plot_kano(
        kano(
            pd.DataFrame({"f": [3] * 9, "d": [3] * 9}), respondent=None, features={"x": ("f", "d")}
        )
    )
    ax.figure.canvas.draw()
    (point,) = ax.transData.transform(ax.collections[0].get_offsets())
    corner = next(text for text in ax.texts if text.get_text() == "Indifferent")
    assert not corner.get_window_extent().padded(4).contains(*point)
