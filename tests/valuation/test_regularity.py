"""Regularity of timing, and the histogram of frequencies."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, gamma
from segmentation.engines import ENGINES, read

from custrel.errors import ColumnNotFound, FitError, InvalidData, InvalidRule, UnitMismatch
from custrel.transactions import CustomerSummary
from custrel.valuation import BgBb, BgNbd, ParetoNbd, frequency_table, regularity

BG = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")


def log_of(k, customers=800, seed=1, until=300.0):
    """Draw orders whose times between are gamma distributed, with a rate of each customer."""
    rng = np.random.default_rng(seed)
    gaps = rng.gamma(k, 1 / (k * rng.gamma(2, 1 / 20, (customers, 1))), (customers, 150))
    when = np.insert(np.cumsum(gaps, axis=1), 0, 0.0, axis=1)
    who, place = np.nonzero(when < until)
    date = pd.Timestamp("2024-01-01") + pd.to_timedelta(when[who, place], unit="D")
    return pd.DataFrame({"customer_id": who, "date": date})


@pytest.mark.parametrize("k", [0.6, 1.0, 2.0, 4.0])
def test_the_shape_is_found(k):
    found = regularity(log_of(k), collapse=None)
    assert found.low < k < found.high
    assert found.high / found.low < 1.3
    assert found.k_by_moments == pytest.approx(k, rel=0.1)
    assert found.k_by_customer == pytest.approx(k, rel=0.15)
    assert found.verdict == ("clumpy" if k < 1 else "random" if k == 1 else "regular")


def test_estimates_of_another_library():
    """SciPy's most likely Beta(k, k) and gamma shapes, found by search."""
    log = log_of(2.0, customers=60)
    found = regularity(log, collapse=None, often=12)
    times = [
        np.diff(np.sort(each.to_numpy())).astype(float)
        for _, each in log.groupby("customer_id")["date"]
    ]
    share = np.array([each[0] / (each[0] + each[1]) for each in times if len(each) >= 2])
    assert found.customers == len(share)
    ks = np.linspace(found.k * 0.9, found.k * 1.1, 2001)
    heights = [beta.logpdf(share, k, k).sum() for k in ks]
    assert ks[np.argmax(heights)] == pytest.approx(found.k, rel=2e-4)
    spread = np.mean((share - 0.5) ** 2)
    assert found.k_by_moments == pytest.approx((1 - 4 * spread) / (8 * spread), rel=1e-9)
    shapes = []
    for each in times:
        if len(each) >= 11:
            k, n = gamma.fit(each, floc=0)[0], len(each)
            shapes.append(k - (3 * k - 2 / 3 * k / (1 + k) - 4 / 5 * k / (1 + k) ** 2) / n)
    assert found.frequent_customers == len(shapes)
    assert found.k_by_customer == pytest.approx(np.median(shapes), rel=1e-6)
    assert sum(found.shares) == len(share)


@pytest.mark.published
def test_cdnow_is_random(orders):
    """Platzer & Reutterer (2016) find no regularity in CDNOW."""
    found = regularity(orders)
    assert found.verdict == "random"
    assert found.customers == (orders.groupby("customer_id")["date"].nunique() >= 3).sum()


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine(kind):
    log = log_of(2.0, customers=40)
    log["date"] = log["date"].dt.floor("D")
    expected = regularity(log)
    rows = {
        "customer_id": log["customer_id"].tolist(),
        "date": log["date"].dt.to_pydatetime().tolist(),
    }
    found = regularity(ENGINES[kind](rows))
    assert found.k == pytest.approx(expected.k, rel=1e-9)
    assert found.k_by_customer == pytest.approx(expected.k_by_customer, rel=1e-9)
    assert found.shares == expected.shares


def test_orders_of_a_day_are_one_occasion():
    start = dt.datetime(2024, 1, 1)
    days = [[0, 7, 16], [0, 30, 62], [0, 4, 7], [0, 1]]
    rows = [
        (who, start + dt.timedelta(days=day, hours=h))
        for who, each in enumerate(days)
        for day in each
        for h in (1, 5)
    ]
    log = pd.DataFrame(rows, columns=["customer_id", "date"])
    found = regularity(log)
    assert found.customers == 3
    assert found.k_by_customer is None
    spread = np.mean([(7 / 16 - 0.5) ** 2, (30 / 62 - 0.5) ** 2, (4 / 7 - 0.5) ** 2])
    assert found.k_by_moments == pytest.approx((1 - 4 * spread) / (8 * spread), rel=1e-12)
    assert str(found).splitlines()[0] == "Timing of purchases: regular"
    assert found._repr_html_().count("<tr>") == 3


def test_regularity_refused():
    log = log_of(1.0, customers=30)
    with pytest.raises(FitError, match="1 customer has bought three times"):
        regularity(log.query("customer_id == 0"))
    with pytest.raises(ColumnNotFound, match="'when'"):
        regularity(log, date="when")
    with pytest.raises(InvalidRule, match="often=2"):
        regularity(log, often=2)
    with pytest.raises(InvalidRule, match="between 0 and 1"):
        regularity(log, confidence=95)
    even = pd.DataFrame(
        {
            "customer_id": np.repeat([1, 2, 3], 3),
            "date": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"] * 3),
        }
    )
    with pytest.raises(FitError, match="no chance in the timing"):
        regularity(even)


# --------------------------------------------------------------------------------- frequencies


@pytest.mark.published
def test_probabilities_of_39_weeks():
    """P(X(39) = 0..4), of a thousand customers who were all observed as long."""
    frame = pd.DataFrame({"frequency": [0] * 1000, "T": 39.0})
    printed = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # to the digits of the paper
    found = frequency_table(frame, printed, groups=6)
    right = [573.786, 199.395, 85.430, 45.860, 27.671]
    np.testing.assert_allclose(found["expected"][:5], right, atol=6e-4)
    assert found["expected"].sum() == pytest.approx(1000)
    assert found["customers"].tolist() == [1000, 0, 0, 0, 0, 0]


@pytest.mark.published
def test_cdnow_frequencies(cdnow):
    """Fader, Hardie & Lee (2005), figure 2: 1,411 customers did not come back."""
    found = frequency_table(cdnow, BG)
    assert found["customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    ages = cdnow.frame["T"].to_numpy()
    assert found["expected"][2] == pytest.approx(
        BG.purchase_probability(purchases=2, horizon=ages).sum()
    )
    assert found["expected"].sum() == pytest.approx(2357)


def test_samples_are_as_expected():
    model = ParetoNbd(r=0.55, alpha=10.6, s=0.61, beta=11.7)
    drawn = model.sample(T=np.random.default_rng(3).integers(20, 41, 40_000) * 1.0, seed=4)
    found = frequency_table(pd.DataFrame(drawn), model)
    off = (found["customers"] - found["expected"]) / np.sqrt(found["expected"])
    assert (off.abs() < 4).all()


def test_counted_opportunities():
    model = BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    frame = pd.DataFrame({"frequency": [0, 6, 3], "recency": [0, 6, 4], "periods": [6, 6, 5]})
    found = frequency_table(frame, model, groups=7)
    right = 2 * model.purchase_probability(purchases=6, horizon=6)
    assert found["expected"].iloc[-1] == pytest.approx(float(right), rel=1e-9)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_frequencies_of_every_engine(kind):
    rows = {"frequency": [0, 1, 9, 0, 0], "T": [39.0, 39.0, 20.0, 5.0, 5.0]}
    expected = frequency_table(pd.DataFrame(rows), BG, groups=3)
    found = sorted(
        read(frequency_table(ENGINES[kind](rows), BG, groups=3)), key=lambda row: row["frequency"]
    )
    for name in expected:
        assert [row[name] for row in found] == pytest.approx(expected[name].tolist(), rel=1e-9)


def test_frequencies_refused():
    frame = pd.DataFrame({"frequency": [0, 1], "T": [39.0, 39.0]})
    with pytest.raises(InvalidRule, match="groups=1"):
        frequency_table(frame, BG, groups=1)
    with pytest.raises(InvalidData, match="'T': missing"):
        frequency_table(frame.assign(T=[np.nan, 3.0]), BG)
    with pytest.raises(InvalidData, match="'frequency': missing"):
        frequency_table(frame.assign(frequency=[0.5, 3.0]), BG)
    with pytest.raises(InvalidData, match="no customer"):
        frequency_table(frame.head(0), BG)
    with pytest.raises(UnitMismatch):
        frequency_table(CustomerSummary(frame, unit="D"), BG)
