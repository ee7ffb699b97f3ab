import warnings

import pandas as pd
import pytest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.labels import label
from custrel.plotting import plot_segments
from custrel.plotting._fonts import _families_for

CUSTOMERS = {
    "id": [1, 2, 3, 4, 5],
    "segment": ["lost", "lost", "champions", "lost", "at_risk"],
    "revenue": [5.0, 5.0, 80.0, 0.0, 10.0],
}


def customers(**changes):
    return pd.DataFrame(CUSTOMERS | changes)


def bars(ax):
    """Return the widths of the bars of each kind, from above."""
    return {c.get_label(): [bar.get_width() for bar in c] for c in ax.containers}


def names(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_shares(kind):
    ax = plot_segments(ENGINES[kind](CUSTOMERS))
    # Lost and at risk bring as much; lost are more.
    assert names(ax) == ["Champions", "Lost", "At risk"]
    drawn = bars(ax)
    assert drawn["customers"] == pytest.approx([0.2, 0.6, 0.2])
    assert drawn["revenue"] == pytest.approx([0.8, 0.1, 0.1])
    assert ax.get_title(loc="left") == "Champions: 20% of customers, 80% of revenue"


def test_the_labels_of_the_bars_say_what_they_are():
    shown = [text.get_text() for text in plot_segments(customers()).texts]
    assert shown[:6] == ["20% of customers", "60%", "20%", "80% of revenue", "10%", "10%"]
    assert " ".join(shown[6].split()) == (
        "5 customers in 3 groups; those with the most revenue first"
    )


def test_the_segment_that_brings_most_is_above():
    low, high = plot_segments(customers()).get_ylim()
    assert low > high


def test_customers_alone():
    ax = plot_segments(customers(), value=None)
    assert bars(ax) == {"customers": pytest.approx([0.6, 0.2, 0.2])}
    assert names(ax) == ["Lost", "At risk", "Champions"]
    assert ax.get_title(loc="left") == "Lost: 60% of customers"


def test_another_grouping_has_its_own_labels():
    ax = plot_segments(customers(abc=["a", "b", "c", "a", "b"]), segment="abc")
    assert names(ax) == ["C customers", "B customers", "A customers"]


def test_own_codes_are_shown_as_they_are():
    ax = plot_segments(customers(segment=["vip", "rest", "vip", "rest", "rest"]))
    assert names(ax) == ["vip", "rest"]
    assert names(plot_segments(customers(segment=[1, 2, 2, 1, 2]))) == ["2", "1"]


def test_a_segment_that_returned_more_than_it_bought():
    ax = plot_segments(customers(revenue=[-5.0, -5.0, 80.0, 0.0, 30.0]))
    assert bars(ax)["revenue"] == pytest.approx([0.8, 0.3, -0.1])
    assert ax.get_xlim()[0] < -0.1


def test_a_new_figure_grows_with_the_segments():
    few = plot_segments(customers()).figure.get_figheight()
    many = plot_segments(customers(segment=list("abcde"))).figure.get_figheight()
    assert many > few


def test_one_customer():
    ax = plot_segments(customers().head(1))
    assert bars(ax) == {"customers": [1.0], "revenue": [1.0]}


# -------------------------------------------------------------------------------------- Chinese


def test_chinese_labels(no_chinese_font, chinese_font):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of matplotlib, about letters that a font does not have
        ax = plot_segments(customers(), language="zh")
        ax.figure.canvas.draw()
    assert names(ax) == ["冠军客户", "已流失客户", "有流失风险的客户"]
    assert list(bars(ax)) == ["客户", "收入"]
    assert ax.get_title(loc="left") == "冠军客户：占客户的20%，占收入的80%"
    assert ax.get_yticklabels()[0].get_fontfamily()[0] == chinese_font


def test_chinese_without_a_font_falls_back_to_english(no_chinese_font):
    with pytest.warns(UserWarning, match="no font that matplotlib knows has the Chinese letters"):
        ax = plot_segments(customers(), language="zh")
    assert names(ax) == ["Champions", "Lost", "At risk"]
    assert ax.get_title(loc="left") == "Champions: 20% of customers, 80% of revenue"


def test_the_fonts_of_the_caller_come_first(no_chinese_font, chinese_font):
    assert _families_for(["abc"])[0] == "DejaVu Sans"
    assert _families_for([label("champions", "zh")]) == ["Boxes", "sans-serif"]
    assert _families_for(["\U0001f9ff"]) is None


def test_an_unknown_language():
    with pytest.raises(UnknownCode, match="'en', 'zh'"):
        plot_segments(customers(), language="fr")


# --------------------------------------------------------------------------------------- refused


def test_no_customers():
    with pytest.raises(InvalidData, match="no customer to draw"):
        plot_segments(customers().head(0))


def test_missing_columns():
    with pytest.raises(ColumnNotFound, match=r"SegmentMap.label\(\) adds the segments"):
        plot_segments(customers().drop(columns="segment"))


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_missing_values(kind):
    with pytest.raises(InvalidData, match="in 1 row") as caught:
        plot_segments(ENGINES[kind](CUSTOMERS | {"segment": ["a", None, "b", "a", "b"]}))
    assert "id=2" in str(caught.value)


def test_no_total():
    with pytest.raises(InvalidData, match="no total to share, it is 0"):
        plot_segments(customers(revenue=[0.0] * 5))


def test_too_many_groups():
    frame = pd.DataFrame({"segment": range(100), "revenue": 1.0})
    with pytest.raises(InvalidRule, match="100 groups"):
        plot_segments(frame)
