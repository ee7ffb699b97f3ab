"""Models beside one another, the holdout by groups, heterogeneity, independence of spend."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr
from segmentation.engines import ENGINES, read

from custrel.errors import (
    ColumnNotFound,
    FitError,
    InvalidData,
    InvalidRule,
    UnitMismatch,
    UnknownCode,
)
from custrel.transactions import CustomerSummary
from custrel.valuation import (
    BgBb,
    BgNbd,
    GammaGamma,
    MbgNbd,
    Nbd,
    ParetoNbd,
    ShiftedBetaGeometric,
    compare,
    heterogeneity,
    holdout_by,
    spend_independence,
)

BG = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
PARETO = ParetoNbd(r=0.553277, alpha=10.577683, s=0.606240, beta=11.668735, unit="W")
NBD = Nbd(r=0.384766, alpha=12.072014, unit="W")
HISTORY = ("frequency", "recency", "T")
CUSTOMERS = {
    "id": list(range(8)),
    "frequency": [0, 0, 2, 2, 9, 7, 1, 0],
    "recency": [0.0, 0.0, 30.43, 10.0, 35.0, 38.0, 5.0, 0.0],
    "T": [38.86, 30.0, 38.86, 38.86, 38.0, 39.0, 38.86, 30.0],
    "monetary_value": [0.0, 0.0, 20.0, 35.5, 31.0, 18.0, 77.0, 0.0],
    "frequency_holdout": [0, 1, 2, 0, 8, 5, 0, 0],
    "duration_holdout": [39.0] * 8,
}

# --------------------------------------------------------------------------------- comparison


@pytest.mark.published
def test_cdnow(cdnow):
    """The published log-likelihoods, and the sum over the holdout of Fader, Hardie & Lee."""
    found = compare([BG, PARETO, NBD], cdnow)
    likelihoods = [score.log_likelihood for score in found.scores]
    assert likelihoods == pytest.approx([-9582.429207, -9594.976179, -9763.65761], abs=1e-5)
    bg = found.scores[0]
    assert (bg.holdout.expected, bg.holdout.actual) == (pytest.approx(1653.41, abs=0.006), 1882)
    assert found.best.model == "BgNbd"
    assert found.customers == 2357


def test_by_hand():
    frame = pd.DataFrame(CUSTOMERS)
    history = {name: frame[name].to_numpy() for name in HISTORY}
    due = BG.expected_purchases(**history, horizon=39.0)
    came = frame["frequency_holdout"].to_numpy()
    (score,) = compare([BG], frame).scores
    likelihood = BG.log_likelihood(**history).sum()
    assert score.log_likelihood == pytest.approx(likelihood, rel=1e-12)
    assert score.aic == pytest.approx(8 - 2 * likelihood, rel=1e-12)
    assert score.bic == pytest.approx(4 * np.log(8) - 2 * likelihood, rel=1e-12)
    assert score.holdout.expected == pytest.approx(due.sum(), rel=1e-12)
    assert score.holdout.mae == pytest.approx(np.abs(due - came).mean(), rel=1e-12)
    assert score.holdout.rmse == pytest.approx(np.sqrt(((due - came) ** 2).mean()), rel=1e-12)
    # Seven groups: customers 1 and 7 are alike, and stay together.
    off = [abs(due[i] - came[i]) for i in (0, 2, 3, 4, 5, 6)]
    off.append(2 * abs(due[1] - 0.5))
    assert score.holdout.calibration_error == pytest.approx(sum(off) / 8, rel=1e-9)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine(kind):
    expected = compare([BG, NBD], pd.DataFrame(CUSTOMERS))
    found = compare([BG, NBD], ENGINES[kind](CUSTOMERS))
    rows, others = read(found.frame), read(expected.frame)
    assert sorted(row["model"] for row in rows) == ["BgNbd", "Nbd"]
    for row, other in zip(
        *(sorted(r, key=lambda row: row["model"]) for r in (rows, others)), strict=True
    ):
        for name, value in other.items():
            assert row[name] == (
                value if isinstance(value, str) else pytest.approx(value, rel=1e-9)
            )


def test_table(cdnow):
    found = compare([BG, NBD], cdnow)
    lines = str(found).splitlines()
    assert lines[0] == "2,357 customers, 1,882 purchases in the holdout"
    assert lines[2].split()[:6] == ["BgNbd", "4", "-9,582.43", "19,172.86", "19,195.92", "1,653.4"]
    assert lines[-2:] == ["Least AIC: BgNbd.", "Least MAE in the holdout: BgNbd."]
    assert found._repr_html_().count("<tr>") == 3
    without = compare([BG], pd.DataFrame(CUSTOMERS).drop(columns=["frequency_holdout"]))
    assert "holdout" not in str(without)
    assert without.scores[0].holdout is None
    assert np.isnan(without.frame["mae"]).all()


def test_refused(cdnow):
    with pytest.raises(InvalidRule, match="no model to compare"):
        compare([], cdnow)
    with pytest.raises(UnitMismatch):
        compare([BG], CustomerSummary(pd.DataFrame(CUSTOMERS), unit="D"))
    with pytest.raises(ColumnNotFound, match="tenure"):
        compare([ShiftedBetaGeometric(alpha=1, beta=1)], cdnow)
    with pytest.raises(InvalidData, match="'frequency_holdout': missing"):
        compare([BG], pd.DataFrame(CUSTOMERS | {"frequency_holdout": [None] * 8}))
    with pytest.raises(InvalidData, match="no customer"):
        compare([BG], pd.DataFrame(CUSTOMERS).head(0))


# ------------------------------------------------------------------------------------ holdout


@pytest.mark.published
def test_cdnow_by_frequency(cdnow):
    """Fader, Hardie & Lee (2005): conditional expectations by calibration frequency 0..7+."""
    found = holdout_by(cdnow, BG)
    expected = [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.5040, 6.1570]
    actual = [0.2367, 0.6970, 1.3925, 1.56, 2.5323, 2.9474, 3.8621, 6.3594]
    np.testing.assert_allclose(found["expected"], expected, atol=3e-4)
    np.testing.assert_allclose(found["actual"], actual, atol=6e-5)
    assert found["low"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert found["high"].tolist()[-1] == 29
    assert found["customers"].sum() == 2357


def test_by_recency():
    found = holdout_by(pd.DataFrame(CUSTOMERS), BG, by="recency", groups=2)
    assert found["customers"].tolist() == [3, 2, 3]
    assert found["actual"].tolist() == [pytest.approx(1 / 3), 0, 5]
    assert found["low"].tolist() == [0, 0, 19]
    assert found["high"].tolist() == [0, 19, 38]


def test_by_expectation(cdnow):
    """As many customers in each, from the least expected of to the most."""
    found = holdout_by(cdnow, BG, by="expected")
    assert found["customers"].between(225, 247).all()
    assert (found["low"] <= found["expected"]).all()
    assert (found["expected"] <= found["high"]).all()
    assert (found["high"].to_numpy()[:-1] < found["low"].to_numpy()[1:]).all()
    assert found["customers"] @ found["expected"] == pytest.approx(1653.41, abs=0.006)
    one = holdout_by(pd.DataFrame(CUSTOMERS).head(2), NBD, by="expected", groups=10)
    assert one["customers"].tolist() == [1, 1]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("by", ["frequency", "recency", "expected"])
def test_holdout_of_every_engine(kind, by):
    expected = holdout_by(pd.DataFrame(CUSTOMERS), BG, by=by, groups=3)
    found = sorted(
        read(holdout_by(ENGINES[kind](CUSTOMERS), BG, by=by, groups=3)),
        key=lambda row: row["group"],
    )
    for name in expected:
        values = np.array([row[name] for row in found], dtype=float)  # of nobody: NaN
        np.testing.assert_allclose(values, expected[name], rtol=1e-9)


def test_holdout_refused():
    frame = pd.DataFrame(CUSTOMERS)
    with pytest.raises(UnknownCode, match="'age' is no way to group"):
        holdout_by(frame, BG, by="age")
    with pytest.raises(InvalidRule, match="groups=1"):
        holdout_by(frame, BG, groups=1)
    with pytest.raises(ColumnNotFound, match="calibration_until"):
        holdout_by(frame.drop(columns="duration_holdout"), BG)


# ------------------------------------------------------------------------------ heterogeneity

EVERY_MODEL = [
    BG,
    MbgNbd(r=0.5, alpha=6.0, a=0.9, b=1.6),
    PARETO,
    NBD,
    BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8),
    ShiftedBetaGeometric(alpha=0.7, beta=1.2),
    GammaGamma(p=6.25, q=3.74, v=15.44),
]


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: type(model).__name__)
def test_densities(model):
    """Half of the customers lie above the median, or all of these but one in a hundred."""
    for found in heterogeneity(model, points=20_001):
        step, above = found.points[1] - found.points[0], found.points > found.median
        shown = 0.5 if found.distribution == "beta" else 0.49
        assert found.density[above].sum() * step == pytest.approx(shown, abs=0.005)


def test_means():
    rates, dropout = heterogeneity(BG)
    assert rates.mean == pytest.approx(0.242595 / 4.413602)
    assert dropout.mean == pytest.approx(0.79292 / (0.79292 + 2.425907))
    spend = GammaGamma(p=6.249572, q=3.744225, v=15.443521)
    assert heterogeneity(spend)[0].mean == pytest.approx(spend.mean)
    assert heterogeneity(GammaGamma(p=1, q=0.5, v=1))[0].mean == np.inf


def test_heterogeneity_refused():
    with pytest.raises(UnknownCode, match="'dict' is no model"):
        heterogeneity({})
    with pytest.raises(InvalidRule, match="points=1"):
        heterogeneity(BG, points=1)


# ---------------------------------------------------------------------- spend and frequency


@pytest.mark.published
def test_cdnow_spend(cdnow):
    """Fader, Hardie & Lee (2005, section 3): 0.11, and 0.06 without one customer of 21 orders."""
    found = spend_independence(cdnow)
    assert found.customers == 946
    assert found.correlation == pytest.approx(0.11, abs=0.005)
    frame = cdnow.frame
    outlier = (frame["frequency"] == 21) & (frame["monetary_value"] > 250)
    assert outlier.sum() == 1
    without = spend_independence(frame[~outlier])
    assert without.correlation == pytest.approx(0.06, abs=0.005)
    assert found.verdict == "unclear"


def test_correlations_of_another_library():
    rng = np.random.default_rng(2)
    x = rng.poisson(2, 400)
    mean = np.where(x > 0, np.round(rng.gamma(3, 10, 400) + 3 * x), 0)
    found = spend_independence(pd.DataFrame({"frequency": x, "monetary_value": mean}))
    one, other = pearsonr(x[x > 0], mean[x > 0]), spearmanr(x[x > 0], mean[x > 0])
    assert found.correlation == pytest.approx(one.statistic, rel=1e-12)
    interval = one.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert found.rank_correlation == pytest.approx(other.statistic, rel=1e-12)
    assert found.verdict == "dependent"


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_spend_of_every_engine(kind):
    expected = spend_independence(pd.DataFrame(CUSTOMERS))
    found = spend_independence(ENGINES[kind](CUSTOMERS))
    assert found.correlation == pytest.approx(expected.correlation, rel=1e-12)
    assert found.rank_high == pytest.approx(expected.rank_high, rel=1e-12)


def test_spend_refused():
    frame = pd.DataFrame(CUSTOMERS)
    with pytest.raises(FitError, match="from 3 repeat buyers"):
        spend_independence(frame.query("frequency > 1").head(3))
    with pytest.raises(FitError, match="differ"):
        spend_independence(frame.assign(monetary_value=5.0))
    with pytest.raises(ColumnNotFound):
        spend_independence(frame.drop(columns="monetary_value"))
    with pytest.raises(InvalidRule, match="between 0 and 1"):
        spend_independence(frame, confidence=1)
