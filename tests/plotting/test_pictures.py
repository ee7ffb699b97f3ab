"""What holds for every picture: where it is drawn, what it leaves alone, and that it can be read."""

import inspect
import itertools
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axis import Tick, XTick
from matplotlib.text import Annotation, Text

from custrel import plotting
from custrel.errors import MissingExtra
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    _break,
    compare,
    model_name,
    percent,
    readable_on,
    short,
)
from custrel.satisfaction import ipa_survey
from custrel.segmentation import (
    STANDARD_SEGMENTS,
    FeatureSpace,
    RfmScale,
    SelfOrganizingMap,
    abc,
    correspondence,
    key_account_chart,
    segment_profile,
    transitions,
)
from custrel.transactions import summarize
from custrel.valuation import CovariateEffect, CovariateModel, cohorts

PICTURES = {
    "rfm_heatmap": lambda d, **o: plotting.plot_rfm_heatmap(d.scored, currency="US dollars", **o),
    "rfm_heatmap_customers": lambda d, **o: plotting.plot_rfm_heatmap(
        d.scored, what="customers", **o
    ),
    "segments": lambda d, **o: plotting.plot_segments(d.scored, **o),
    "lorenz": lambda d, **o: plotting.plot_lorenz(d.scored, **o),
    "p_alive": lambda d, **o: plotting.plot_frequency_recency(d.model, T=39, **o),
    "expected_purchases": lambda d, **o: plotting.plot_frequency_recency(
        d.model, T=39, what="expected_purchases", horizon=39, **o
    ),
    "tracking": lambda d, **o: plotting.plot_tracking(
        d.log, d.model, calibration_until="1997-09-30", **o
    ),
    "tracking_incremental": lambda d, **o: plotting.plot_tracking(
        d.log, d.model, calibration_until="1997-09-30", what="incremental", **o
    ),
    "holdout": lambda d, **o: plotting.plot_holdout(d.halves, d.model, **o),
    "dick_basu": lambda d, **o: plotting.plot_dick_basu(d.survey, repeat="orders", **o),
    "loyalty_curve": lambda d, **o: plotting.plot_loyalty_curve(d.curve, **o),
    "penalty_reward": lambda d, **o: plotting.plot_penalty_reward(d.drivers, **o),
    "importance_performance": lambda d, **o: plotting.plot_importance_performance(
        ipa_survey(d.survey, attributes=d.asked, scale=(1, 10)), **o
    ),
    "profile": lambda d, **o: plotting.plot_profile(segment_profile(d.scored), **o),
    "correspondence": lambda d, **o: plotting.plot_correspondence(
        correspondence(abc(d.scored), columns="abc"), **o
    ),
    "transitions": lambda d, **o: plotting.plot_transitions(transitions(*d.dates), **o),
    "key_accounts": lambda d, **o: plotting.plot_key_accounts(
        key_account_chart(d.months, standard=150, value="amount"), **o
    ),
    "self_organizing_map": lambda d, **o: plotting.plot_self_organizing_map(d.map, d.scored, **o),
    "component_plane": lambda d, **o: plotting.plot_self_organizing_map(
        d.map, d.scored, of="revenue", **o
    ),
    "whale": lambda d, **o: plotting.plot_whale(d.profits, **o),
    "cohorts": lambda d, **o: plotting.plot_cohorts(d.cohorts, **o),
    "cohorts_partial": lambda d, **o: plotting.plot_cohorts(
        d.cohorts, what="revenue_to_date", partial=True, currency="US dollars", **o
    ),
}
pictures = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)


@pytest.fixture(scope="module")
def data(log, halves, model, scored, survey, curve, drivers):
    class Data:
        pass

    Data.log, Data.halves, Data.model, Data.scored = log, halves, model, scored
    Data.asked = {"rooms": ("satisfaction", "clean rooms"), "staff": ("parking", "friendly staff")}
    Data.survey, Data.curve, Data.drivers = survey, curve, drivers
    earlier = summarize(log[log["date"] < "1998-01-01"], unit="W", observed_until="1997-12-31")
    scale = RfmScale(
        recency=(4, 13, 26, 52), frequency=(2, 3, 4, 6), monetary=(20, 40, 80, 160), unit="W"
    )
    now = summarize(log, unit="W", observed_until="1998-06-30")
    Data.dates = [STANDARD_SEGMENTS.label(scale.score(s)) for s in (earlier, now)]
    space = FeatureSpace.fit(scored, logs=["orders", "revenue"], numbers=["idle"])
    Data.map = SelfOrganizingMap.fit(scored, space=space, shape=(3, 4))
    Data.profits = scored.frame["revenue"].to_numpy() * 0.4 - 20
    Data.cohorts = cohorts(log)
    Data.months = log.assign(month=log["date"].dt.strftime("%Y-%m"))
    return Data


def texts_of(figure):
    """Return the texts that are seen, each with the box that it takes up."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    # matplotlib keeps ticks that lie outside of the Axes, and does not draw them.
    idle = [label for tick in figure.findobj(Tick) if not in_view(tick) for label in labels(tick)]
    seen = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    return [(t, t.get_window_extent(renderer)) for t in seen if t not in idle]


def labels(tick):
    return tick.label1, tick.label2


def in_view(tick):
    axis = tick.axes.xaxis if isinstance(tick, XTick) else tick.axes.yaxis
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    return low - slack <= tick.get_loc() <= high + slack


@pictures
def test_it_is_drawn_on_the_axes_that_are_given(draw, data):
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    assert draw(data, ax=right) is right
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]


@pictures
def test_without_axes_there_is_one_new_figure(draw, data):
    other = plt.figure()
    ax = draw(data)
    assert len(plt.get_fignums()) == 2
    assert ax.figure is not other
    assert ax in ax.figure.axes


@pictures
def test_a_figure_that_pyplot_knows_nothing_of_will_do(draw, data):
    ax = mpl.figure.Figure().add_subplot()
    assert draw(data, ax=ax) is ax
    assert plt.get_fignums() == []


@pictures
def test_part_of_a_figure_will_do(draw, data):
    part, _ = plt.figure(figsize=(12, 5), layout="constrained").subfigures(1, 2)
    ax = part.subplots()
    assert draw(data, ax=ax) is ax


@pictures
def test_nothing_global_changes(draw, data):
    before = mpl.rcParams.copy()
    frame = data.scored.frame.copy()
    draw(data)
    assert dict(mpl.rcParams) == dict(before)
    assert data.scored.frame.equals(frame)


@pictures
def test_it_says_what_is_seen(draw, data):
    ax = draw(data)
    assert ax.get_title(loc="left")
    assert ax.get_xlabel()
    assert ax.get_ylabel() or ax.get_yticklabels()
    assert any(isinstance(t, Annotation) and t.get_color() == GREY for t in ax.texts)


@pictures
def test_text_can_be_read(draw, data):
    """At the default size, all text lies inside the figure, on nothing else, and is no dust."""
    figure = draw(data).figure
    texts = texts_of(figure)
    inside = figure.bbox.padded(1)
    for text, box in texts:
        assert inside.x0 <= box.x0 <= box.x1 <= inside.x1, text
        assert inside.y0 <= box.y0 <= box.y1 <= inside.y1, text
        assert text.get_fontsize() >= 8, text
    for (one, box), (other, its) in itertools.combinations(texts, 2):
        assert not box.padded(-1.5).overlaps(its.padded(-1.5)), (one, other)


@pictures
def test_it_can_be_read_under_another_style(draw, data):
    with plt.style.context("dark_background"):
        ax = draw(data)
        ax.figure.canvas.draw()
    assert ax.figure.get_layout_engine() is not None


@pictures
def test_matplotlib_missing(draw, data, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r'pip install "custrel\[plot\]"'):
        draw(data)


@pytest.mark.parametrize("name", [name for name in dir(plotting) if name.startswith("plot_")])
def test_every_picture_speaks_both_languages_on_any_axes(name):
    parameters = inspect.signature(getattr(plotting, name)).parameters
    for option, default in (("language", "en"), ("ax", None)):
        assert parameters[option].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[option].default == default


def test_colours_differ_for_every_kind_of_vision():
    """In the matrices of Machado, Oliveira & Fernandes (2009) for full colour deficiencies."""
    from matplotlib.colors import to_rgb

    kinds = {
        "protan": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        "deutan": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        "tritan": [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    }
    for matrix in kinds.values():
        seen = [np.array(matrix) @ to_rgb(colour) for colour in (BLUE, ORANGE)]
        assert np.linalg.norm(seen[0] - seen[1]) > 0.4


def test_text_on_a_colour_is_readable():
    assert readable_on("white") == readable_on("yellow") == "black"
    assert readable_on("black") == readable_on("navy") == readable_on(BLUE) == "white"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0.00"),
        (3.14159, "3.14"),
        (9.99, "10.0"),
        (28.04, "28.0"),
        (99.96, "100"),
        (2335.2, "2,335"),
        (12345.0, "12.3k"),
        (1234567.0, "1.23M"),
        (2.5e9, "2.5bn"),
        (-31.94, "-31.9"),
    ],
)
def test_numbers_are_written_short(number, text):
    assert short(number) == text


def test_shares_are_written_as_percentages():
    assert [percent(s) for s in (0.0, 0.004, 0.0096, 0.234, 1.0)] == [
        "0%",
        "0.4%",
        "1%",
        "23%",
        "100%",
    ]


def test_what_came_is_compared_with_what_was_expected():
    assert compare(1000, 1130) == "1,000 purchases expected, 1,130 came (+13%)"
    assert compare(1000, 960) == "1,000 purchases expected, 960 came (-4%)"
    assert compare(100.2, 100) == "100 purchases expected, 100 came"
    assert compare(0, 5) == "0 purchases expected, 5 came"
    assert compare(1000, 1130, language="zh") == "预期购买1,000次，实际1,130次（+13%）"


def test_a_model_with_covariates_is_called_by_its_base(model):
    effect = CovariateEffect(parameter="alpha", covariate="referred", size=0.4)
    made = CovariateModel(base=model, effects=[effect])
    assert model_name(made, "en") == "BG/NBD with covariates"
    assert model_name(made, "zh") == "含协变量的BG/NBD"


def test_lines_break_where_chinese_ones_may():
    """No line begins with what closes a phrase, nor ends with an opening bracket (避头尾)."""
    text = "甲乙丙（95%）；丁 戊 words here，己"
    for width in np.arange(1, 20, 0.25):
        lines = _break(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert not any(line[0] in "，；）" or line[-1] == "（" for line in lines)
    assert _break("甲乙丙丁", 2.2) == ["甲乙", "丙丁"]
