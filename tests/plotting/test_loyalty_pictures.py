"""The pictures of loyalty: what is drawn where, and what the headline says."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from custrel.errors import ColumnNotFound, InvalidData
from custrel.plotting import plot_dick_basu, plot_loyalty_curve, plot_penalty_reward
from custrel.satisfaction import (
    DickBasu,
    PowerCurve,
    SatisfactionZones,
    fit_loyalty_curve,
    penalty_reward,
)


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_points_are_means_and_the_line_is_the_curve(survey, curve):
    ax = plot_loyalty_curve(curve)
    points = ax.collections[-1].get_offsets()
    expected = survey.groupby("satisfaction")["loyalty"].mean()
    np.testing.assert_allclose(np.sort(points, axis=0)[:, 0], expected.index)
    np.testing.assert_allclose(points[np.argsort(points[:, 0]), 1], expected)
    line = next(line for line in ax.lines if len(line.get_xdata()) == 301)
    np.testing.assert_allclose(line.get_ydata(), curve.curve.loyal(line.get_xdata()))
    assert ax.get_title(loc="left") == "Between 4 and 7, satisfaction hardly moves loyalty"
    assert {"dissatisfied", "indifferent", "very satisfied"} <= set(words(ax))


def test_other_shapes_have_no_zones_unless_given():
    rng = np.random.default_rng(2)
    s = rng.uniform(1, 10, 500)
    curve = PowerCurve(satisfaction=(1, 10), loyalty=(0, 1), exponent=3)
    answers = pd.DataFrame(
        {"satisfaction": s, "loyalty": curve.loyal(s) + rng.normal(0, 0.05, 500)}
    )
    fit = fit_loyalty_curve(answers, seed=1, resamples=99)
    ax = plot_loyalty_curve(fit)
    assert "indifferent" not in words(ax)
    assert len(ax.collections[-1].get_offsets()) == 24  # groups of about 21 respondents
    assert ax.get_title(loc="left") == "Loyalty rises late: the straight line does not hold"
    zoned = plot_loyalty_curve(fit, zones=SatisfactionZones(low=4, high=7))
    assert "indifferent" in words(zoned)
    straight = answers.assign(loyalty=answers["satisfaction"] + rng.normal(0, 1, 500))
    ax = plot_loyalty_curve(fit_loyalty_curve(straight, seed=1, resamples=99))
    assert "in a straight line" in ax.get_title(loc="left")


def test_the_plane_has_the_cuts_and_the_shares(survey):
    rule = DickBasu(cut="given", cuts=(4, 4))
    ax = plot_dick_basu(survey, repeat="orders", rule=rule)
    ideal = ((survey["attitude"] >= 4) & (survey["orders"] >= 4)).mean()
    assert f"True loyalty: {100 * ideal:.0f}%" in words(ax)
    cuts = [line.get_xdata()[0] for line in ax.lines if line.get_xdata()[0] == line.get_xdata()[1]]
    assert cuts == [4]
    total = sum(float(t.split(": ")[1].rstrip("%")) for t in words(ax) if "oyalty: " in t)
    assert total == pytest.approx(100, abs=2)
    assert "400 customers; high begins at 4 and 4 (given)" in words(ax)


def test_many_customers_are_counted_in_hexagons():
    rng = np.random.default_rng(3)
    many = pl.DataFrame({"attitude": rng.normal(size=2500), "repeat": rng.normal(size=2500)})
    ax = plot_dick_basu(many.lazy())
    assert ax.collections[0].get_array().sum() == 2500
    with pytest.raises(InvalidData, match="no customer to judge"):
        plot_dick_basu(many.head(0))


def test_bars_are_penalties_and_rewards(survey, drivers):
    ax = plot_penalty_reward(drivers)
    widths = [bar.get_width() for bar in ax.patches]
    n = len(drivers)
    order = drivers["range"].to_numpy().argsort(kind="stable")
    np.testing.assert_allclose(widths[:n], drivers["penalty"].to_numpy()[order])
    np.testing.assert_allclose(widths[n:], drivers["reward"].to_numpy()[order])
    assert [t.get_text() for t in ax.get_yticklabels()][-1] == drivers["attribute"][0]
    assert "Basic factor" in words(ax)
    lazily = plot_penalty_reward(
        penalty_reward(pl.from_pandas(survey).lazy(), attributes=list(drivers["attribute"]))
    )
    assert lazily.get_title(loc="left") == ax.get_title(loc="left")
    with pytest.raises(ColumnNotFound, match="makes such a table"):
        plot_penalty_reward(survey)
    with pytest.raises(InvalidData, match="no attribute to draw"):
        plot_penalty_reward(drivers.head(0))
