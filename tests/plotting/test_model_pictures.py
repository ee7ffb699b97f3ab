"""Frequencies, heterogeneity, regularity of timing, independence of spend and frequency."""

import warnings

import numpy as np
import pandas as pd
import pytest

from custrel.errors import InvalidRule, UnknownCode
from custrel.plotting import (
    plot_frequencies,
    plot_frequency_recency,
    plot_heterogeneity,
    plot_holdout,
    plot_regularity,
    plot_spend_independence,
    plot_tracking,
)
from custrel.valuation import (
    BgBb,
    GammaGamma,
    Nbd,
    ParetoNbd,
    ShiftedBetaGeometric,
    frequency_table,
    regularity,
    tracking,
)


def test_frequencies(halves, model):
    ax = plot_frequencies(halves, model)
    table = frequency_table(halves, model)
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    np.testing.assert_allclose(heights[0], table["customers"])
    np.testing.assert_allclose(heights[1], table["expected"])
    assert [text.get_text() for text in ax.get_xticklabels()][-1] == "7+"
    assert ax.get_title(loc="left") == "The model misplaces 1% of the customers"
    assert ax.get_legend().get_texts()[1].get_text() == "expected (BG/NBD)"


@pytest.mark.parametrize(
    ("made", "trait", "across"),
    [
        (Nbd(r=0.4, alpha=12.0, unit="W"), None, "Purchases per week"),
        (
            ParetoNbd(r=0.5, alpha=10, s=0.6, beta=12),
            "dropout_rate",
            "Rate at which customers stop per unit of time",
        ),
        (
            BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8),
            None,
            "Probability to buy at an opportunity",
        ),
        (ShiftedBetaGeometric(alpha=0.7, beta=1.2), None, "Probability to stop"),
        (GammaGamma(p=6.25, q=3.74, v=15.44), None, "Mean spend of a customer"),
        (GammaGamma(p=6.25, q=0.5, v=15.44), None, "Mean spend of a customer"),
    ],
)
def test_heterogeneity(made, trait, across):
    ax = plot_heterogeneity(made, trait=trait)
    assert ax.get_xlabel() == across
    assert ax.get_title(loc="left").replace("\n", " ").startswith("Half of the customers ")
    curve = ax.lines[0]
    assert (curve.get_ydata() >= 0).all()
    assert ax.get_ylim()[1] > 0
    ax.figure.canvas.draw()


def test_marks(model):
    ax = plot_heterogeneity(model, trait="dropout_probability")
    texts = [text.get_text() for text in ax.texts]
    assert "mean 25%" in texts
    assert any(text.startswith("median 1") for text in texts)


def test_regularity(log):
    made = regularity(log)
    for ax in (plot_regularity(made), plot_regularity(log)):
        assert [bar.get_height() for bar in ax.containers[0]] == list(made.shares)
        assert ax.get_title(loc="left") == "Purchases come as at random: k = 0.94"


def test_spend_independence(halves):
    ax = plot_spend_independence(halves, groups=3)
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels == ["1\n439", "2\n214", "3+\n293"]
    frame = halves.frame
    for n, middle in zip((1, 2), ax.lines[0].get_ydata(), strict=False):
        amounts = frame.loc[frame["frequency"] == n, "monetary_value"]
        assert middle == pytest.approx(amounts.quantile(0.5, interpolation="lower"))
    assert "correlation +0.11" in ax.get_title(loc="left").replace("\n", " ")


def test_refused(model, log, halves):
    with pytest.raises(UnknownCode, match="'mean_spend' is no trait of BgNbd"):
        plot_heterogeneity(model, trait="mean_spend")
    with pytest.raises(InvalidRule, match="a Regularity has its own"):
        plot_regularity(regularity(log), often=12)
    with pytest.raises(InvalidRule, match="groups=1"):
        plot_spend_independence(halves, groups=1)
    with pytest.raises(InvalidRule, match="groups=1"):
        plot_frequencies(pd.DataFrame({"frequency": [1], "T": [2.0]}), model, groups=1)


# ----------------------------------------------------------------------------------- Chinese

DRAWN = {
    "frequencies": (
        "模型错置了1%的客户",
        lambda d, **o: plot_frequencies(d["halves"], d["model"], **o),
    ),
    "p_alive": (
        "客户还在吗？",
        lambda d, **o: plot_frequency_recency(d["model"], T=39, **o),
    ),
    "expected_purchases": (
        "客户未来8周会购买几次？",
        lambda d, **o: plot_frequency_recency(
            d["model"], T=39, what="expected_purchases", horizon=8, **o
        ),
    ),
    "heterogeneity": (
        "半数客户的流失概率低于19%",
        lambda d, **o: plot_heterogeneity(d["model"], trait="dropout_probability", **o),
    ),
    "a rate": (
        "半数客户的购买次数低于0.0121（每个时间单位）",
        lambda _, **o: plot_heterogeneity(Nbd(r=0.4, alpha=12.0), **o),
    ),
    "holdout": (
        "验证期：预期购买1,653次，实际1,882次（+14%）",
        lambda d, **o: plot_holdout(d["halves"], d["model"], by="recency", **o),
    ),
    "regularity": (
        "购买时间与随机无异：k = 0.94",
        lambda d, **o: plot_regularity(d["log"], **o),
    ),
    "spend": (
        "消费额与购买频率可能有关：相关系数+0.11",
        lambda d, **o: plot_spend_independence(d["halves"], **o),
    ),
    "tracking": (
        "至第78周：预期购买4,161次，实际4,339次（+4%）",
        lambda d, **o: plot_tracking(d["tracked"], **o),
    ),
    "tracking_incremental": (
        "验证期：预期购买1,667次，实际1,882次（+13%）",
        lambda d, **o: plot_tracking(d["tracked"], what="incremental", **o),
    ),
}


@pytest.fixture(scope="module")
def data(log, halves, model):
    tracked = tracking(log, model, calibration_until="1997-09-30")
    return {"log": log, "halves": halves, "model": model, "tracked": tracked}


@pytest.mark.parametrize(("title", "draw"), DRAWN.values(), ids=DRAWN)
def test_in_chinese(title, draw, data, no_chinese_font, chinese_font):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of matplotlib, about letters that a font does not have
        ax = draw(data, language="zh")
        ax.figure.canvas.draw()
    assert ax.get_title(loc="left").replace("\n", "") == title
    for text in (ax.get_xlabel(), ax.get_ylabel()):
        assert not text.isascii()
    with pytest.raises(UnknownCode, match="'en', 'zh'"):
        draw(data, language="fr")


@pytest.mark.parametrize(("title", "draw"), DRAWN.values(), ids=DRAWN)
def test_chinese_without_a_font(title, draw, data, no_chinese_font):
    with pytest.warns(UserWarning, match="the text is English") as seen:
        ax = draw(data, language="zh")
    assert seen[0].filename == __file__
    assert ax.get_title(loc="left") != title
    assert ax.get_xlabel().isascii()
