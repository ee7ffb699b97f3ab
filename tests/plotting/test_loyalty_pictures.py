"""The pictures of loyalty: what is drawn where, and what the headline says."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from satisfaction.test_satisfaction_index import customers

from custrel.errors import ColumnNotFound, InvalidData, UnknownCode
from custrel.plotting import (
    plot_dick_basu,
    plot_importance_performance,
    plot_loyalty_curve,
    plot_penalty_reward,
)
from custrel.satisfaction import (
    ACSI,
    DickBasu,
    IpaRule,
    PowerCurve,
    SatisfactionZones,
    fit_loyalty_curve,
    ipa_survey,
    penalty_reward,
    pls,
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


# ---------------------------------------------------------- the map of importance and performance

ASKED = {
    "price": ([5, 5, 4, 5, 5, 4], [2, 1, 2, 2, 3, 2]),
    "speed": ([5, 4, 5, 5, 4, 4], [4, 5, 5, 4, 5, 4]),
    "music": ([1, 2, 1, 2, 1, 1], [5, 4, 4, 5, 4, 5]),
    "parking": ([3, 4, 2, 5, 3, 4], [3, 5, 1, 4, 2, 3]),
}


@pytest.fixture
def places():
    answers = pd.DataFrame(
        {f"{name} {k}": values[k] for name, values in ASKED.items() for k in (0, 1)}
    )
    attributes = {name: (f"{name} 0", f"{name} 1") for name in ASKED}
    return ipa_survey(answers, attributes=attributes).frame


def test_the_map_has_every_attribute_at_its_means(places):
    ax = plot_importance_performance(places)
    *marks, bars = ax.collections[:4], ax.containers[0]
    spots = np.concatenate([mark.get_offsets() for mark in marks[0]])
    np.testing.assert_allclose(spots, places[["performance", "importance"]].to_numpy())
    cuts = [ax.lines[0].get_ydata()[0], ax.lines[1].get_xdata()[0]]
    assert cuts == [places["importance_cut"][0], places["performance_cut"][0]]
    hollow = [len(mark.get_facecolor()) == 0 for mark in marks[0]]
    assert hollow == [not sure for sure in places["certain"]] == [False, False, False, True]
    segments = bars.lines[2][0].get_segments()
    np.testing.assert_allclose(
        [(one[0][0], one[1][0]) for one in segments],
        places[["performance_low", "performance_high"]].to_numpy(),
    )
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title == "Concentrate on price: important, and done poorly"
    assert {"price", "music", "Concentrate here", "Possible overkill"} <= set(words(ax))
    assert "quadrants cut at 3.5 and 3.5 (given); lines: intervals" in " ".join(words(ax))


def test_the_map_of_a_causal_model():
    fit = pls(customers(2, 150), model=ACSI)
    table = fit.importance_performance()
    ax = plot_importance_performance(table)
    assert {"Perceived quality", "Expectations"} <= set(words(ax))
    rule = IpaRule(cut="given", cuts=(0.9, 50))
    ax = plot_importance_performance(pl.from_pandas(table).lazy(), rule=rule)
    assert ax.get_title(loc="left") == "Nothing that is important is done poorly"
    items = plot_importance_performance(fit.importance_performance(level="item"))
    assert "perceived_reliability" in words(items)


def test_more_urgent_attributes_than_a_title_holds():
    names = [f"attribute {i}" for i in range(6)] + ["other"]
    table = pd.DataFrame({"attribute": names, "importance": 5.0, "performance": 1.0})
    rule = IpaRule(cut="midpoint", scale=(1, 5))
    title = plot_importance_performance(table, rule=rule).get_title(loc="left").replace("\n", " ")
    assert title.startswith("Concentrate on attribute 0, attribute 1, attribute 2, 4 more: ")


def test_mistakes_of_the_map(places):
    with pytest.raises(ColumnNotFound, match="no column 'attribute'"):
        plot_importance_performance(places.drop(columns="attribute"))
    with pytest.raises(ColumnNotFound, match="no column 'importance'"):
        plot_importance_performance(places[["attribute", "performance"]])
    with pytest.raises(InvalidData, match=r"'price' has several rows in 2 rows.*Filter the table"):
        plot_importance_performance(pd.concat([places, places]))
    with pytest.raises(InvalidData, match="no attribute to judge"):
        plot_importance_performance(places.head(0))
    with pytest.raises(UnknownCode, match="'fr' is no language"):
        plot_importance_performance(places, language="fr")


# ---------------------------------------------------------------------------------------- Chinese


def test_everything_is_there_in_chinese(
    no_chinese_font, chinese_font, survey, curve, drivers, places
):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of matplotlib, about letters that a font does not have
        forms = plot_dick_basu(survey, repeat="orders", language="zh")
        risen = plot_loyalty_curve(curve, language="zh")
        bars = plot_penalty_reward(drivers, language="zh")
        plane = plot_importance_performance(places, language="zh")
        for ax in (forms, risen, bars, plane):
            ax.figure.canvas.draw()
    assert forms.get_ylabel() == "态度"
    assert risen.get_title(loc="left") == "满意度在4与7之间时，几乎不影响忠诚度"
    assert {"不满意区", "无关紧要区", "非常满意区"} <= set(words(risen))
    assert "基本因素" in words(bars)
    assert plane.get_title(loc="left") == "重点改进price：重要而做得不好"
    assert {"重点改进", "可能过度投入"} <= set(words(plane))
    assert plane.get_xlabel() == "绩效"
