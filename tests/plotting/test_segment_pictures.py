"""Pictures of segments: what is drawn is what was computed, in either language."""

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.plotting import (
    plot_cohorts,
    plot_correspondence,
    plot_key_accounts,
    plot_lorenz,
    plot_profile,
    plot_rfm_heatmap,
    plot_self_organizing_map,
    plot_transitions,
    plot_whale,
)
from custrel.plotting._axes import BLUE, GREY, ORANGE
from custrel.segmentation import (
    Clustering,
    Correspondence,
    Feature,
    FeatureSpace,
    SelfOrganizingMap,
    Transitions,
    correspondence,
    key_account_chart,
    segment_profile,
    transitions,
)
from custrel.valuation import cohorts

FLOWS = Transitions(
    states=("a", "b", "c"),
    counts=((5, 2, 0), (1, 6, 3), (0, 0, 4)),
    left=(0, 1, 0),
    entered=(0, 0, 2),
)


def ribbons(ax):
    """Return where each ribbon begins and ends, how high it is, and its colour."""
    from matplotlib.colors import to_hex

    found = []
    for patch in ax.patches:
        if isinstance(patch, PathPatch):
            path = patch.get_path().vertices
            deep = path[3][1] - path[4][1]
            found.append((path[0][1], path[3][1], deep, to_hex(patch.get_facecolor()).upper()))
    return found


def test_every_flow_is_a_ribbon_as_high_as_it_has_customers():
    ax = plot_transitions(FLOWS, kind="abc")
    deep = sorted(round(height, 9) for _, _, height, _ in ribbons(ax))
    assert deep == [1, 1, 2, 2, 3, 4, 5, 6]


def test_colours_say_up_down_and_neither():
    ax = plot_transitions(FLOWS, kind="abc")
    colour = {round(height, 9): code for _, _, height, code in ribbons(ax) if height in (3, 4)}
    assert colour[3] == ORANGE
    assert colour[4] == "#BBBBBB"
    codes = [code for *_, code in ribbons(ax)]
    assert codes.count(ORANGE) == 2
    assert codes.count(BLUE) == 1
    assert codes.count(GREY) == 2  # who came and who went


def test_ribbons_fill_their_bars():
    """On either side the ribbons lie inside the bars and cover them."""
    ax = plot_transitions(FLOWS, kind="abc")
    bars = [bar for bar in ax.patches if not isinstance(bar, PathPatch)]
    assert sum(abs(bar.get_height()) for bar in bars) == pytest.approx(2 * 24)
    for side, x in ((0, 0.0), (1, 0.97)):
        spans = sorted(
            (bar.get_y() + bar.get_height(), bar.get_y())
            for bar in bars
            if bar.get_x() == pytest.approx(x)
        )
        for ribbon in ribbons(ax):
            top, low = ribbon[side], ribbon[side] - ribbon[2]
            assert any(a - 1e-9 <= low and top <= b + 1e-9 for a, b in spans)


def test_names_and_headline():
    ax = plot_transitions(FLOWS, kind="abc")
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "A customers (7)", "B customers (11)", "C customers (4)", "Not there before (2)",
    ]  # fmt: skip
    assert ax.get_title(loc="left").replace("\n", " ") == (
        "71% stayed in their segment, 5% went to a better one, 24% to a worse one"
    )
    empty = Transitions(states=("a",), counts=((0,),), left=(3,), entered=(2,))
    assert plot_transitions(empty).get_title(loc="left") == "Nobody was there on both dates"


def test_too_much_or_nothing_to_follow():
    with pytest.raises(InvalidData, match="no customer to draw"):
        plot_transitions(Transitions(states=("a",), counts=((0,),), left=(0,), entered=(0,)))
    many = pd.DataFrame({"customer_id": range(16), "segment": [f"s{n}" for n in range(16)]})
    with pytest.raises(InvalidRule, match="16 segments are too many"):
        plot_transitions(transitions(many, many))


# ---------------------------------------------------------------------------------- profile

CUSTOMERS = {
    "id": [1, 2, 3, 4],
    "segment": ["lost", "lost", "champions", "lost"],
    "orders": [1, 2, 9, 0],
    "revenue": [5.0, 5.0, 80.0, 0.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_cells_of_a_profile(kind):
    profile = segment_profile(ENGINES[kind](CUSTOMERS), of=["orders", "revenue"])
    ax = plot_profile(profile, of=["orders", "revenue"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Champions (1)", "Lost (3)"]
    drawn = np.asarray(ax.images[0].get_array())
    index = np.array([[9 / 3, 80 / 22.5], [1 / 3, (10 / 3) / 22.5]])
    assert drawn == pytest.approx(np.clip(np.log(index), -np.log(4), np.log(4)))
    assert [t.get_text() for t in ax.texts[:4]] == ["9", "80", "1", "3.33"]
    assert ax.get_title(loc="left") == "Champions: revenue 3.6 times the average"


def test_a_profile_of_nothing():
    frame = pd.DataFrame({"segment": ["a", "b"], "revenue": [0.0, 0.0]})
    ax = plot_profile(segment_profile(frame, of=["revenue"]), of=["revenue"])
    assert ax.get_title(loc="left") == "2 groups of customers, none of whom has any revenue"
    with pytest.raises(ColumnNotFound, match="statistics="):
        plot_profile(segment_profile(frame, of=["revenue"], statistics=["mean"]), of=["revenue"])
    many = pd.DataFrame({"segment": [f"s{n}" for n in range(31)], "revenue": 1.0})
    with pytest.raises(InvalidRule, match="31 segments and 1 columns are too many"):
        plot_profile(segment_profile(many, of=["revenue"]), of=["revenue"])


# ----------------------------------------------------------------------------- key accounts


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_moving_chart(kind):
    sales = {
        "customer_id": ["a", "b", "a", "c", "d"],
        "month": ["2024-01", "2024-01", "2024-02", "2024-02", "2024-02"],
        "revenue": [60, 70, 80, 90, 50],
    }
    ax = plot_key_accounts(key_account_chart(ENGINES[kind](sales), standard=50))
    lines = {line.get_label(): line for line in ax.lines}
    assert list(lines["key accounts"].get_ydata()) == [2, 3]
    assert set(lines["worth a department"].get_ydata()) == {20}
    bars = {c.get_label(): [bar.get_height() for bar in c] for c in ax.containers}
    assert bars == {"came": [0, 2], "dropped out": [0, -1]}
    assert ax.get_title(loc="left") == "3 key accounts in 2024-02, 1 more than in 2024-01"


def test_no_months():
    chart = pd.DataFrame({"month": [], "key_accounts": [], "promoted": [], "demoted": []})
    with pytest.raises(InvalidData, match="no customer to draw"):
        plot_key_accounts(chart)
    with pytest.raises(ColumnNotFound, match=r"key_account_chart\(\) makes them"):
        plot_key_accounts(chart.drop(columns="demoted"))


# --------------------------------------------------------------------------- correspondence

# Greenacre's table of smoking by staff group (1984): 193 employees.
SMOKING = {
    "SM": [4, 2, 3, 2],
    "JM": [4, 3, 7, 4],
    "SE": [25, 10, 12, 4],
    "JE": [18, 24, 33, 13],
    "SC": [10, 6, 7, 2],
}
STAFF = {
    "group": [g for g, counts in SMOKING.items() for n in counts for _ in range(n)],
    "smokes": [
        kind
        for counts in SMOKING.values()
        for kind, n in zip(("none", "light", "medium", "heavy"), counts, strict=True)
        for _ in range(n)
    ],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_map_of_greenacre(kind):
    """The axes of his map show 87.8 % and 11.8 %; SE stand beside none."""
    found = correspondence(ENGINES[kind](STAFF), rows="group", columns="smokes")
    ax = plot_correspondence(found)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "Axis 1 (88% of the inertia)", "Axis 2 (12% of the inertia)",
    )  # fmt: skip
    rows, columns = (np.asarray(marks.get_offsets()) for marks in ax.collections)
    assert [len(rows), len(columns)] == [5, 4]
    names = {t.get_text(): t.xy for t in ax.texts if t.get_text() in {*SMOKING, "none"}}
    assert np.hypot(*np.subtract(names["SE"], names["none"])) < 0.05
    assert abs(names["SE"][0]) == pytest.approx(0.3806, abs=5e-5)  # his coordinates of SE
    assert ax.get_title(loc="left") == "SE and none go together most"
    assert ax.get_aspect() == 1.0


def test_maps_that_cannot_be_drawn():
    even = {"segment": ["a", "a", "b", "b"], "need": ["x", "y", "x", "y"]}
    with pytest.raises(InvalidData, match="nothing to do with one another"):
        plot_correspondence(correspondence(pd.DataFrame(even), columns="need"))
    points = pd.DataFrame(
        {"side": ["row"] * 41, "category": range(41), "mass": 0.1, "x": 0.0, "y": 0.0}
    )
    with pytest.raises(InvalidRule, match="41 categories are too many"):
        plot_correspondence(Correspondence(points=points, inertias=(1.0,)))


def test_a_map_of_one_axis():
    two = pd.DataFrame({"segment": list("aaab"), "need": list("xxyy")})
    ax = plot_correspondence(correspondence(two, columns="need"))
    assert ax.get_ylabel() == "Axis 2 (0% of the inertia)"
    assert ax.get_title(loc="left") == "b and y go together most"  # 1/4 of all, against 1/8


# ---------------------------------------------------------------------- self-organizing map

SPACE = FeatureSpace(
    [
        Feature(column="x", centre=10, scale=2),
        Feature(column="city", kind="category", categories=["bari", "rome"]),
    ]
)
HALF = 2**-0.5  # how far a category is from none
NODES = [[0.0, HALF, 0.0], [1.0, HALF, 0.0], [1.0, 0.0, HALF], [-4.0, 0.0, HALF]]
PLACED = {"x": [10.0, 12.1, 11.9, 2.0, 12.0], "city": ["bari", "bari", "bari", "rome", "bari"]}


def small_map(names=("segment_1_1", "segment_1_2", "segment_2_1", "segment_2_2")):
    return SelfOrganizingMap(
        segments=Clustering(space=SPACE, centres=NODES, names=names), shape=(2, 2)
    )


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_borders_and_customers_of_a_map(kind):
    """Borders by hand: from 0 to 1 is 1, from bari to rome another, from 1 to -4 five."""
    ax = plot_self_organizing_map(small_map(), ENGINES[kind](PLACED))
    right, down, along, up = 1.0, 2**0.5, 5.0, 26**0.5
    borders = [
        [(right + down) / 2, (right + up) / 2],
        [(down + along) / 2, (up + along) / 2],
    ]
    assert np.asarray(ax.images[0].get_array()) == pytest.approx(np.array(borders))
    said = [text.get_text() for text in ax.texts[:4]]
    assert said == ["1.21\nn = 1", "3.05\nn = 3", "3.21\nn = 0", "5.05\nn = 1"]
    times = borders[1][1] / np.mean(borders)
    assert ax.get_title(loc="left").replace("\n", " ") == (
        f"Row 2, column 2 is {times:.1f} times as far from its neighbors as the average segment"
    )


def test_component_planes_are_in_the_units_of_the_columns():
    people = pd.DataFrame(PLACED)
    ax = plot_self_organizing_map(small_map(), people, of="x")
    assert np.asarray(ax.images[0].get_array()).tolist() == [[10, 12], [12, 2]]
    assert ax.get_title(loc="left") == "X from 2.00 (row 2, column 2) to 12.0 (row 1, column 2)"
    ax = plot_self_organizing_map(small_map(), people, of="city=rome")
    assert np.asarray(ax.images[0].get_array()) == pytest.approx(np.array([[0, 0], [1, 1]]))
    with pytest.raises(UnknownCode, match="'city=rome'"):
        plot_self_organizing_map(small_map(), people, of="city")


def test_a_map_with_names():
    rule = small_map(("near", "segment_1_2", "segment_2_1", "far"))
    ax = plot_self_organizing_map(rule, pd.DataFrame(PLACED), of="x")
    assert [text.get_text() for text in ax.texts[:2]] == ["near\n10.0\nn = 1", "12.0\nn = 3"]
    assert ax.get_title(loc="left") == "X from 2.00 (far) to 12.0 (row 1, column 2)"


def test_maps_that_cannot_be_drawn_or_say_little():
    with pytest.raises(InvalidData, match="no customer to draw"):
        plot_self_organizing_map(small_map(), pd.DataFrame(PLACED).head(0))
    space = FeatureSpace([Feature(column="x")])
    chain = Clustering(
        space=space, centres=[[float(n)] for n in range(21)], names=[f"s{n}" for n in range(21)]
    )
    with pytest.raises(InvalidRule, match=r"a map of 1 x 21 is too large .* distances\(\)"):
        plot_self_organizing_map(
            SelfOrganizingMap(segments=chain, shape=(1, 21)), pd.DataFrame({"x": [1.0]})
        )
    pair = Clustering(space=space, centres=[[0.0], [1.0]], names=["a", "b"])
    ax = plot_self_organizing_map(
        SelfOrganizingMap(segments=pair, shape=(1, 2)), pd.DataFrame({"x": [1.0]})
    )
    assert ax.get_title(loc="left") == "All segments are equally far from their neighbors"


# ----------------------------------------------------------------------------------- Chinese

MONTHS = {
    "customer_id": ["a", "b", "a"],
    "month": ["2024-01", "2024-01", "2024-02"],
    "revenue": [60, 70, 80],
}
NEEDS = {"segment": ["champions", "champions", "lost"], "need": ["advice", "advice", "price"]}
SCORED = {"recency_score": [1, 2, 2], "frequency_score": [1, 1, 2], "revenue": [20, 30, 90]}
HEADS = {"recency_score": [1, 2, 2, 1], "frequency_score": [1, 1, 1, 2]}
COHORTS = cohorts(
    pd.DataFrame(
        {"customer_id": [1, 1, 2], "date": ["2024-01-05", "2024-02-05", "2024-01-07"], "amount": 2}
    ),
    observed_until="2024-02-29",
)
IN_CHINESE = {
    "冠军客户：收入为平均值的3.6倍": lambda **o: plot_profile(
        segment_profile(pd.DataFrame(CUSTOMERS), of=["revenue"]), of=["revenue"], **o
    ),
    "71%留在原有客户群，5%升入更好的客户群，24%降入更差的客户群": lambda **o: plot_transitions(
        FLOWS, kind="abc", **o
    ),
    "2024-02有大客户1家，比2024-01少1家": lambda **o: plot_key_accounts(
        key_account_chart(pd.DataFrame(MONTHS), standard=50), **o
    ),
    "前25%的客户带来80%的收入": lambda **o: plot_lorenz([80.0, 10.0, 5.0, 5.0], top=0.25, **o),
    "最近购买2分、购买频率2分：占客户的33%，占收入的64%": lambda **o: plot_rfm_heatmap(
        pd.DataFrame(SCORED), currency="USD", **o
    ),
    "最大的一组：最近购买2分、购买频率1分，占客户的50%": lambda **o: plot_rfm_heatmap(
        pd.DataFrame(HEADS), what="customers", **o
    ),
    "第2行第2列与相邻客户群的距离为平均值的1.6倍": lambda **o: plot_self_organizing_map(
        small_map(), pd.DataFrame(PLACED), **o
    ),
    "x从2.00（第2行第2列）到12.0（第1行第2列）": lambda **o: plot_self_organizing_map(
        small_map(), pd.DataFrame(PLACED), of="x", **o
    ),
    "75%的客户创造140%的利润；25%亏掉40%": lambda **o: plot_whale([30.0, -40.0, 100.0, 10.0], **o),
    "客户合计亏损4.00": lambda **o: plot_whale([5.0, -9.0], **o),
    "首次购买后第1个月，50%再次购买": lambda **o: plot_cohorts(COHORTS, **o),
    "第1个月的人均累计收入：3.00": lambda **o: plot_cohorts(
        COHORTS, what="revenue_to_date", currency="元", **o
    ),
    "已流失客户与price关联最强": lambda **o: plot_correspondence(
        correspondence(pd.DataFrame(NEEDS), columns="need"), **o
    ),
}


@pytest.mark.parametrize(("title", "draw"), IN_CHINESE.items())
def test_in_chinese(title, draw, no_chinese_font, chinese_font):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of matplotlib, about letters that a font does not have
        ax = draw(language="zh")
        ax.figure.canvas.draw()
    assert ax.get_title(loc="left").replace("\n", "") == title
    with pytest.raises(UnknownCode, match="'en', 'zh'"):
        draw(language="fr")


@pytest.mark.parametrize("draw", IN_CHINESE.values())
def test_chinese_without_a_font(draw, no_chinese_font):
    with pytest.warns(UserWarning, match="the text is English") as seen:
        ax = draw(language="zh")
    assert seen[0].filename == __file__
    assert ax.get_xlabel().isascii()


def test_segments_whose_own_names_are_chinese(no_chinese_font, chinese_font):
    """English text around names that are Chinese in the data."""
    named = pd.DataFrame(CUSTOMERS).replace({"segment": {"lost": "流失", "champions": "冠军"}})
    ax = plot_profile(segment_profile(named, of=["revenue"]), of=["revenue"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()
    assert ax.get_title(loc="left") == "冠军: revenue 3.6 times the average"
    assert ax.get_yticklabels()[0].get_fontfamily()[0] == chinese_font


def test_a_map_whose_own_names_are_chinese(no_chinese_font, chinese_font):
    rule = small_map(("a", "segment_1_2", "c", "远方客户"))
    ax = plot_self_organizing_map(rule, pd.DataFrame(PLACED), of="x")
    assert ax.get_title(loc="left") == "X from 2.00 (远方客户) to 12.0 (row 1, column 2)"
    assert ax.texts[3].get_fontfamily()[0] == chinese_font
