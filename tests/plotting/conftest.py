"""Customers, orders and a model to draw."""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from logs import CDNOW
from matplotlib.font_manager import fontManager

from custrel.satisfaction import PiecewiseCurve, fit_loyalty_curve, penalty_reward
from custrel.segmentation import rfm
from custrel.transactions import summarize
from custrel.valuation import BgNbd


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def log():
    return pd.read_csv(CDNOW, parse_dates=["date"])


@pytest.fixture(scope="session")
def halves(log):
    """CDNOW, the customary 39 weeks of calibration and 39 of holdout."""
    return summarize(log, unit="W", calibration_until="1997-09-30")


@pytest.fixture(scope="session")
def model():
    """BG/NBD as it is published for CDNOW, in weeks."""
    return BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")


@pytest.fixture(scope="session")
def scored(log):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ties leave a score empty
        return rfm(summarize(log, unit="W"))


@pytest.fixture(scope="session")
def survey():
    """Customers who were asked, with a curve of three zones behind their answers."""
    rng = np.random.default_rng(8)
    n = 400
    answers = pd.DataFrame(
        {"satisfaction": rng.integers(1, 11, n), "attitude": rng.normal(4, 1, n)}
    )
    zones = PiecewiseCurve(satisfaction=(1, 4, 7, 10), loyalty=(0.1, 0.5, 0.5, 0.9))
    answers["loyalty"] = zones.loyal(answers["satisfaction"]) + rng.normal(0, 0.1, n)
    answers["orders"] = rng.poisson(answers["attitude"].clip(0))
    names = ["clean rooms", "friendly staff", "a surprise", "parking"]
    answers[names] = rng.integers(1, 6, (n, 4))
    answers["overall"] = (
        5 - 1.5 * (answers["clean rooms"] <= 2) + (answers["a surprise"] >= 5)
        - (answers["friendly staff"] <= 2) + (answers["friendly staff"] >= 5)
        + rng.normal(0, 0.7, n)
    )  # fmt: skip
    return answers


@pytest.fixture(scope="session")
def curve(survey):
    return fit_loyalty_curve(survey, seed=1, resamples=99)


@pytest.fixture(scope="session")
def drivers(survey):
    names = ["clean rooms", "friendly staff", "a surprise", "parking"]
    return penalty_reward(survey, attributes=names)


@pytest.fixture(scope="session")
def chinese_font_file(tmp_path_factory):
    """A font that has every Chinese letter and Latin ones, as boxes."""
    others = (*map(ord, "“”²≥"), *range(0xFF00, 0xFF60))
    letters = [*range(0x20, 0x7F), *range(0x3000, 0x3020), *range(0x4E00, 0xA000), *others]
    glyphs = {code: f"u{code:04X}" for code in letters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *glyphs.values()])
    builder.setupCharacterMap(glyphs)
    builder.setupGlyf(dict.fromkeys([".notdef", *glyphs.values()], box()))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *glyphs.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    path = tmp_path_factory.mktemp("fonts") / "boxes.ttf"
    builder.save(path)
    return path


@pytest.fixture
def chinese_font(chinese_font_file):
    """Its name; matplotlib knows it."""
    known = list(fontManager.ttflist)
    fontManager.addfont(chinese_font_file)
    yield "Boxes"
    fontManager.ttflist = known


def box():
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (900, 700), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


@pytest.fixture
def no_chinese_font():
    known = list(fontManager.ttflist)
    fontManager.ttflist = [font for font in known if font.name.startswith("DejaVu")]
    yield
    fontManager.ttflist = known
