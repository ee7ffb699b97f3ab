"""Loyalty and its curve from every kind of frame: the same figures, and the same kind comes back."""

import numpy as np
import pytest
from segmentation.engines import ENGINES, alike, kind_of, read_by

from custrel.satisfaction import (
    STANDARD_INVESTMENT,
    DickBasu,
    ExpectedLevel,
    Formation,
    JonesSasser,
    Ladder,
    LoyaltyIndex,
    LoyaltySourceRule,
    PiecewiseCurve,
    PowerCurve,
    PurchaseGate,
    SatisfactionTrap,
    SatisfactionZones,
    WordOfMouth,
    compare_convexity,
    dick_basu,
    fit_loyalty_curve,
    jones_sasser,
    trap_index,
)

pytestmark = pytest.mark.engines
engines = pytest.mark.parametrize("kind", ENGINES)

ZONES = SatisfactionZones(low=4, high=7)


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(21)
    n = 120
    s = rng.integers(1, 11, n)
    curve = PiecewiseCurve(satisfaction=(1, 4, 7, 10), loyalty=(1, 4, 4, 9))
    return {
        "id": list(range(n)),
        "satisfaction": s.tolist(),
        "loyalty": (curve.loyal(s) + rng.normal(0, 0.4, n)).round(1).tolist(),
        "attitude": rng.normal(4, 1, n).round(2).tolist(),
        "repeat": rng.poisson(3, n).tolist(),
        "stayed": (rng.random(n) < 0.7).tolist(),
        "shop": [["北京", "上海", "x"][i % 3] for i in range(n)],
        "alternatives": rng.integers(0, 3, n).tolist(),
        "kin": (rng.random(n) < 0.1).tolist(),
        "price_driven": (rng.random(n) < 0.3).tolist(),
        "trust": rng.integers(1, 8, n).tolist(),
        "convenience": rng.integers(1, 8, n).tolist(),
        "overall": [["很满意", "满意", "very dissatisfied"][i % 3] for i in range(n)],
        "repurchase": rng.random(n).round(1).tolist(),
        "recommend": rng.integers(1, 4, n).tolist(),
        "dissatisfied": rng.integers(0, 5, n).tolist(),
    }


ADDED = {
    "dick_basu": dick_basu,
    "dick_basu_median": lambda c: dick_basu(c, rule=DickBasu(cut="median")),
    "jones_sasser": lambda c: jones_sasser(c, rule=JonesSasser(cut="median")),
    "source": LoyaltySourceRule().classify,
    "index": LoyaltyIndex().score,
    "ladder": lambda c: Ladder(steps=("trust", "convenience"), cuts=(3, 4)).climb(c),
    "gate": lambda c: PurchaseGate(trust_from=4, satisfied_from=5).judge(c, sector="service"),
    "expected": ExpectedLevel(weights={"attributes": 1, "customer": 2}).judge,
    "formation": lambda c: Formation(model="experience_norms", zone=1).judge(
        c, perceived="satisfaction", standard="loyalty"
    ),
    "value_percept": lambda c: Formation(model="value_percept", measure="ratio").judge(
        c, perceived="satisfaction", standard="trust"
    ),
    "word_of_mouth": lambda c: WordOfMouth(model="twice_the_satisfied").judge(
        c, satisfied="recommend"
    ),
    "curve": PowerCurve(satisfaction=(1, 10), loyalty=(0, 1), exponent=2).predict,
    "zones": lambda c: STANDARD_INVESTMENT.advise(ZONES.classify(c), competition="monopolized"),
}


@engines
@pytest.mark.parametrize("name", ADDED)
def test_columns_are_added(kind, name, customers):
    data = customers | {"attributes": customers["trust"], "customer": customers["convenience"]}
    frame = ENGINES[kind](data)
    got = ADDED[name](frame)
    assert kind_of(got) == kind_of(frame)
    added = [c for c in read_by(got, "id")[0] if c not in data]
    assert added
    expected = read_by(ADDED[name](ENGINES["pandas"](data)), "id")
    chosen = [
        [{c: row[c] for c in ("id", *added)} for row in part]
        for part in (expected, read_by(got, "id"))
    ]
    assert alike(*chosen)


@engines
def test_tables_and_fits(kind, customers):
    frame, pandas = ENGINES[kind](customers), ENGINES["pandas"](customers)
    tables = [
        (lambda f: ZONES.elasticity(f, seed=1, resamples=50), "zone"),
        (lambda f: SatisfactionTrap(satisfied_from=6).measure(f, by="shop"), "shop"),
    ]
    for make, by in tables:
        assert alike(read_by(make(frame), by), read_by(make(pandas), by))
        assert kind_of(make(frame)) == kind_of(frame)
    assert trap_index(frame) == trap_index(pandas)
    one, other = (fit_loyalty_curve(f, seed=3, resamples=39) for f in (frame, pandas))
    assert repr(one) == repr(other)
    assert one.figures(seed=1, resamples=20) == other.figures(seed=1, resamples=20)
    one, other = (compare_convexity(f, by="shop", seed=3, resamples=39) for f in (frame, pandas))
    assert one == other


@engines
def test_fits_of_weighted_answers(kind, customers):
    frame, pandas = ENGINES[kind](customers), ENGINES["pandas"](customers)
    one, other = (
        fit_loyalty_curve(f, weight="attitude", seed=3, resamples=39) for f in (frame, pandas)
    )
    assert repr(one) == repr(other)
    assert one.figures(seed=1, resamples=20) == other.figures(seed=1, resamples=20)
    one, other = (
        compare_convexity(f, by="shop", weight="repeat", seed=3, resamples=39)
        for f in (frame, pandas)
    )
    assert one == other
