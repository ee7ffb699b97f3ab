"""BG/CNBD-k and MBG/CNBD-k: regular times between purchases."""

import json
import math

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, read
from valuation import regular_reference

import custrel as cr
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.valuation import BgCnbd, BgNbd, MbgCnbd, MbgNbd, _phases, add_log_gaps

PAPER = {"k": 3, "r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
kinds = pytest.mark.parametrize("kind", [BgCnbd, MbgCnbd])
HISTORY = {
    "frequency": np.array([0, 1, 2, 10, 40]),
    "recency": np.array([0.0, 30.0, 12.5, 38.0, 39.0]),
    "T": np.array([39.0, 39.0, 20.0, 39.0, 39.0]),
}


def without_gaps(drawn):
    return {name: values for name, values in drawn.items() if name != "log_gaps"}


@pytest.mark.parametrize(("kind", "plain"), [(BgCnbd, BgNbd), (MbgCnbd, MbgNbd)])
def test_it_is_the_plain_model_where_k_is_1(kind, plain):
    shape = {"r": 0.25, "alpha": 4.4, "a": 0.8, "b": 2.4}
    regular, random = kind(k=1, **shape), plain(**shape)
    for ask, options in {
        "log_likelihood": {},
        "probability_alive": {"horizon": 7},
        "expected_purchases": {"horizon": 39},
        "purchase_probability": {"purchases": 2, "start": 3, "end": 39},
        "discounted_purchases": {"horizon": math.inf, "rate": 0.01},
    }.items():
        one = getattr(regular, ask)(**HISTORY, **options)
        other = getattr(random, ask)(**HISTORY, **options)
        np.testing.assert_allclose(one, other, rtol=1e-12)
    drawn = random.sample(T=39.0, customers=500, seed=1)
    one, other = kind.fit_arrays(**drawn, k=1), plain.fit_arrays(**drawn)
    assert one.alpha == pytest.approx(other.alpha, rel=1e-9)
    assert one.estimate.log_likelihood == pytest.approx(other.estimate.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(one.estimate.covariance, other.estimate.covariance, rtol=1e-7)


@pytest.mark.reference
@kinds
@pytest.mark.parametrize("k", [2, 3, 12])
@pytest.mark.parametrize(
    ("x", "last", "age", "shape"),
    [
        (0, 0.0, 39.0, (0.85, 1.45, 0.79, 2.42)),
        (4, 20.0, 39.0, (0.85, 1.45, 0.79, 2.42)),
        (60, 1.0, 4999.0, (1e-3, 50.0, 1 + 1e-9, 1e-3)),
        (1000, 4999.0, 5000.0, (50.0, 1e-3, 1e-3, 900.0)),
        (3, 5.0, 5.0, (1e4, 1e4, 1e4, 1.0)),
    ],
)
def test_likelihood_in_thirty_digits(kind, k, x, last, age, shape):
    """The mean over rates, by quadrature, of the density given the rate."""
    r, alpha, a, b = (mp.mpf(value) for value in shape)
    m = kind._first_too
    with mp.workdps(30):
        odds = a / (b + x + m - 1) if x + m > 0 else mp.mpf(0)
        idle = mp.mpf(age) - mp.mpf(last)

        def logs(u):  # of the density of hidden events, at the rate e^u
            rate = mp.exp(u)
            return (r + k * x) * u - rate * (alpha + last)

        top = mp.log((r + k * x) / (alpha + last))

        def height(u):
            rate = mp.exp(u)
            still = sum((rate * idle) ** j / mp.factorial(j) for j in range(k))
            return mp.exp(logs(u) - logs(top)) * (mp.exp(-rate * idle) * still + odds)

        edges = [top - 80 / (r + k * x) - 5, top - 12, top - 3, top - 1, top - 0.2, top]
        mean = mp.quad(height, [*sorted(edges), top + 0.2, top + 1, top + 3, top + 6])
        expected = mp.log(mean) + logs(top) + r * mp.log(alpha) - mp.loggamma(r)
        expected += mp.log(mp.beta(a, b + x + m) / mp.beta(a, b)) - x * mp.loggamma(k)
    model = kind(k=k, r=shape[0], alpha=shape[1], a=shape[2], b=shape[3])
    found = model.log_likelihood(frequency=x, recency=last, T=age)
    assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    gaps = model.log_likelihood(frequency=x, recency=last, T=age, log_gaps=0.7)
    assert gaps - found == pytest.approx(0.7 * (k - 1), rel=1e-6)


@kinds
@pytest.mark.parametrize("k", [2, 3])
def test_sums_and_integrals_agree(kind, k, monkeypatch):
    """Two ways to each expectation: over events one by one, and over the chance to stop."""
    model = kind(**PAPER | {"k": k})
    horizon = np.array([[2.0], [13.0], [52.0]])
    found = []
    for few in (0, 100_000):
        monkeypatch.setattr(_phases, "_FEW", few)
        found.append(
            [
                model.expected_purchases(**HISTORY, horizon=horizon),
                model.probability_alive(**HISTORY, horizon=horizon),
            ]
        )
    np.testing.assert_allclose(*found, rtol=1e-11)


@kinds
@pytest.mark.parametrize("who", [{"frequency": 10, "recency": 36.0, "T": 39.0}, {}])
@pytest.mark.parametrize("stretch", [(0.0, 13.0), (5.0, 13.0)])
def test_probabilities_sum_to_one_and_to_the_expectation(kind, who, stretch):
    model, counts = kind(**PAPER), np.arange(200)
    begin, until = stretch
    chances = model.purchase_probability(purchases=counts, start=begin, end=until, **who)
    assert chances.sum() == pytest.approx(1, rel=1e-10)
    upto = model.expected_purchases(horizon=[begin, until], **who)
    assert chances @ counts == pytest.approx(upto[1] - upto[0], rel=1e-9)


@kinds
def test_what_is_expected_is_what_happens(kind):
    model = kind(**PAPER)
    orders = model.sample_orders(T=26.0, customers=60_000, seed=2)
    who, when = orders["customer_id"], orders["time"]
    early = (when > 0) & (when <= 13)
    seen = np.bincount(who[early], minlength=60_000)
    last = np.zeros(60_000)
    np.maximum.at(last, who[early], when[early])
    later = np.bincount(who[when > 13], minlength=60_000)
    known = {"frequency": seen, "recency": last, "T": 13.0}
    for times in (0, 2, 5):
        some = seen == times
        mine = {"frequency": seen[some], "recency": last[some], "T": np.full(some.sum(), 13.0)}
        expected = model.expected_purchases(**mine, horizon=13)
        error = later[some].std() / math.sqrt(some.sum())
        assert expected.mean() == pytest.approx(later[some].mean(), abs=4 * error)
        nobody = model.purchase_probability(**mine, purchases=0, horizon=13)
        assert nobody.mean() == pytest.approx((later[some] == 0).mean(), abs=0.02)
    assert model.probability_alive(**known).mean() == pytest.approx(
        float(model.probability_alive(horizon=13)), abs=0.01
    )


@kinds
def test_regularity_is_found(kind):
    """The population on which the reference program tests itself."""
    drawn = kind(**PAPER).sample(T=np.linspace(12, 96, 4000), seed=1)
    model = kind.fit_arrays(**drawn, unit="W")
    assert model.k == 3
    for name, error in model.standard_errors.items():
        assert getattr(model, name) == pytest.approx(PAPER[name], abs=4 * error)
    plain = model.log_likelihood(**drawn).sum()
    assert model.estimate.log_likelihood == pytest.approx(plain, rel=1e-12)
    same = kind.fit_arrays(**drawn, k=3, unit="W")
    assert same == model
    assert str(model).startswith(f"{kind.__name__}, times in weeks, k = 3\n")
    again = cr.from_data(json.loads(json.dumps(model.to_data())))
    assert again == model


@kinds
@pytest.mark.parametrize("k", [2, 5])
def test_the_fit_is_where_the_likelihood_is_largest(kind, k):
    drawn = without_gaps(kind(**PAPER | {"k": k}).sample(T=np.linspace(12, 60, 800), seed=3))
    model = kind.fit_arrays(**drawn, k=k)
    best = np.log([model.r, model.alpha, model.a, model.b])

    def value(logs):
        r, alpha, a, b = np.exp(logs)
        return kind(k=k, r=r, alpha=alpha, a=a, b=b).log_likelihood(**drawn).sum()

    information = np.linalg.inv(np.array(model.estimate.covariance))
    for i, axis in enumerate(np.eye(4)):
        ahead, behind = value(best + 1e-3 * axis), value(best - 1e-3 * axis)
        assert max(ahead, behind) < value(best)
        bend = -(ahead + behind - 2 * value(best)) / 1e-6
        assert bend == pytest.approx(information[i, i] * math.exp(2 * best[i]), rel=1e-3)


@pytest.mark.published
def test_cdnow_is_not_regular(orders):
    """k = 1, as the reference program finds, and thereby BG/NBD's published figures."""
    summary = cr.summarize(orders, unit="W", calibration_until="1997-09-30")
    model = BgCnbd.fit(add_log_gaps(summary, orders))
    assert model.k == 1
    assert model.estimate.log_likelihood == pytest.approx(-9582.429207, abs=1e-6)


# -------------------------------------------------------------------------------------- gaps


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_gaps_of_every_engine(engine, orders):
    some = orders[orders["customer_id"] < orders["customer_id"].unique()[200]]
    rows = {
        "customer_id": some["customer_id"].tolist(),
        "date": some["date"].tolist(),
        "amount": some["amount"].tolist(),
    }
    log = ENGINES[engine](rows)
    summary = cr.summarize(log, unit="W", calibration_until="1997-09-30")
    with_gaps = add_log_gaps(summary, log)
    assert with_gaps.unit is summary.unit
    found = {row["customer_id"]: row["log_gaps"] for row in read(with_gaps.frame)}
    days = some[some["date"] <= "1997-09-30"].drop_duplicates(["customer_id", "date"])
    gap = days.sort_values("date").groupby("customer_id")["date"].diff().dt.days / 7
    logs = np.log(gap).groupby(days["customer_id"]).sum()
    assert found == pytest.approx(logs.to_dict(), rel=1e-12, abs=1e-12)
    assert add_log_gaps(with_gaps, log).unit is summary.unit  # again, in place
    model, table = MbgCnbd.fit(with_gaps, k=2), pd.DataFrame(read(with_gaps.frame))
    arrays = {name: table[name].to_numpy(dtype=float) for name in BgCnbd.learns_from}
    reference = MbgCnbd.fit_arrays(**arrays, k=2)
    assert model.estimate.log_likelihood == pytest.approx(
        reference.estimate.log_likelihood, rel=1e-12
    )


def test_refusals():
    rows = pd.DataFrame({name: HISTORY[name] for name in HISTORY})
    with pytest.raises(ColumnNotFound, match=r"'log_gaps'.*add_log_gaps makes it.*or give k"):
        BgCnbd.fit(rows, unit="W")
    with pytest.raises(InvalidData, match="'log_gaps': missing or infinite"):
        BgCnbd.fit(rows.assign(log_gaps=-np.inf), unit="W")
    with pytest.raises(InvalidRule, match="give log_gaps, or k"):
        BgCnbd.fit_arrays(**HISTORY)
    for k in (0, -1, 1000):
        with pytest.raises(InvalidRule, match="must be a whole number from 1 to 999"):
            BgCnbd(**PAPER | {"k": k})
    with pytest.raises(InvalidRule, match="are not counted one by one"):
        BgCnbd(**PAPER).purchase_probability(purchases=1, start=1e7, end=2e7)


@pytest.mark.reference
@kinds
@pytest.mark.parametrize("k", [2, 12])
@pytest.mark.parametrize(
    ("shape", "history"),
    [
        ((0.85, 1.45, 0.79, 2.42), (4, 20.0, 39.0)),
        ((3.0, 100.0, 1 - 1e-9, 0.1), (0, 0.0, 5.0)),
        ((0.1, 3.0, 1e-3, 1e4), (10, 0.001, 38.0)),
        ((0.242595, 0.1, 1e4, 1e-3), (0, 0.0, 0.001)),
    ],
)
def test_what_is_to_come_in_fifty_digits(kind, k, shape, history):
    """Sums over hidden events, one by one."""
    m, (x, last, age) = kind._first_too, history
    model = kind(k=k, **dict(zip(("r", "alpha", "a", "b"), shape, strict=True)))
    known = {"frequency": x, "recency": last, "T": age}
    past = (m, k, *shape, x, last, age)
    found = model.probability_alive(**known)
    assert found == pytest.approx(float(regular_reference.probability_alive(*past)), rel=1e-12)
    expected = regular_reference.expected_purchases(*past, 26)
    found = model.expected_purchases(**known, horizon=26)
    assert found == pytest.approx(float(expected), rel=1e-11)
    for n in (0, 1, 4):
        chance = regular_reference.purchase_probability(*past, 26, n)
        found = model.purchase_probability(**known, purchases=n, horizon=26)
        assert found == pytest.approx(float(chance), rel=1e-10)
