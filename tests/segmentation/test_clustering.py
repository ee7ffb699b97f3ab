"""Segments by features and clusters (S-108, S-109, S-112)."""

import json
import sys

import attrs
import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, read
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

import custrel as cr
from custrel.errors import FitError, InvalidData, InvalidRule, MissingExtra, UnknownCode
from custrel.segmentation import Clustering, Feature, FeatureSpace

DRAW = np.random.default_rng(5)
FOUR = ["a", "b", "c", "d"]
IRIS = pd.DataFrame(load_iris().data, columns=FOUR)
SHOP = {
    "id": list(range(60)),
    "orders": [*DRAW.integers(1, 4, 30), *DRAW.integers(8, 15, 30)],
    "revenue": [*DRAW.gamma(2.0, 20.0, 30), *DRAW.gamma(2.0, 400.0, 30)],
    "tea": DRAW.uniform(1, 2, 60).tolist(),
    "cups": DRAW.uniform(0, 9, 60).tolist(),
    "city": (["rome", "bari", "pisa"] * 20),
}
SHOP = {name: [x.item() if hasattr(x, "item") else x for x in v] for name, v in SHOP.items()}
KINDS = {
    "numbers": ["orders"],
    "logs": ["revenue"],
    "shares": ["tea", "cups"],
    "categories": ["city"],
}


@pytest.mark.published
@pytest.mark.parametrize("method", ["k_means", "mixture"])
def test_the_answers_of_scikit_learn_on_its_iris(method):
    scaled = ((IRIS - IRIS.mean()) / IRIS.std(ddof=0)).to_numpy()
    theirs = (
        KMeans(3, n_init=20, random_state=1)
        if method == "k_means"
        else GaussianMixture(3, covariance_type="diag", n_init=20, random_state=1)
    ).fit_predict(scaled)
    space = FeatureSpace.fit(IRIS, numbers=FOUR)
    np.testing.assert_allclose(space.place(IRIS), scaled, atol=1e-12)
    rule = Clustering.fit(IRIS, space=space, segments=3, method=method, starts=20)
    assert rule.method == method
    assert adjusted_rand_score(theirs, rule.label(IRIS)["segment"]) == 1.0
    sizes = rule.label(IRIS)["segment"].value_counts()
    assert [*sizes.index] == ["segment_1", "segment_2", "segment_3"]


def test_features_by_hand():
    """log(1 + x), x / whole, and categories at a distance of the weight."""
    rows = pd.DataFrame({"x": [0.0, np.e - 1], "p": [1.0, 3.0], "q": [3.0, 1.0], "c": ["u", "v"]})
    space = FeatureSpace.fit(
        rows, logs=["x"], shares=["p", "q"], categories=["c"], category_weight=2
    )
    assert space.coordinates == ("x", "p", "q", "c=u", "c=v")
    expected = [[-1, -1, 1, 1, 0], [1, 1, -1, 0, 1]]
    np.testing.assert_allclose(space.place(rows), expected, atol=1e-12)


@pytest.mark.engines
@pytest.mark.parametrize("method", ["k_means", "mixture"])
@pytest.mark.parametrize("kind", ENGINES)
def test_the_same_from_every_engine(kind, method):
    customers = ENGINES[kind](SHOP)
    space = FeatureSpace.fit(customers, **KINDS)
    rule = Clustering.fit(customers, space=space, segments=3, method=method, starts=3)
    home = pd.DataFrame(SHOP)
    ours = Clustering.fit(
        home, space=FeatureSpace.fit(home, **KINDS), segments=3, method=method, starts=3
    )
    np.testing.assert_allclose(rule.centres, ours.centres, rtol=1e-9, atol=1e-9)
    labelled = ours.label(customers)
    assert type(labelled) is type(customers)
    assert read(labelled, "id", "segment") == read(ours.label(home), "id", "segment")
    assert set(read(labelled)[0]) == {*SHOP, "segment"}


def test_the_order_of_rows_changes_nothing():
    home = pd.DataFrame(SHOP)
    shuffled = home.sample(frac=1, random_state=2)
    space = FeatureSpace.fit(home, **KINDS)
    assert space == FeatureSpace.fit(shuffled, **KINDS)
    one, other = (Clustering.fit(f, space=space, segments=4, seed=3) for f in (home, shuffled))
    assert one == other


def test_a_rule_is_kept_and_needs_no_scikit_learn(monkeypatch):
    home = pd.DataFrame(SHOP)
    space = FeatureSpace.fit(home, **KINDS)
    rule = Clustering.fit(home, space=space, segments=2)
    rule = rule.renamed({"segment_1": "few", "segment_2": "many"})
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    again = cr.from_data(json.loads(json.dumps(rule.to_data())))
    assert again == rule
    mixture = attrs.evolve(rule, weights=[0.2, 0.8], variances=[[1.0] * 7, [2.0] * 7])
    assert cr.from_data(mixture.to_data()) == mixture
    newcomer = home.head(1).assign(orders=12, revenue=900.0)
    assert again.label(newcomer)["segment"].tolist() == rule.label(home.tail(1))["segment"].tolist()
    with pytest.raises(MissingExtra, match=r'"custrel\[cluster\]"'):
        Clustering.fit(home, space=space, segments=2)


def test_refusals():
    home = pd.DataFrame(SHOP)
    space = FeatureSpace.fit(home, **KINDS)
    rule = Clustering.fit(home, space=space, segments=2)
    with pytest.raises(InvalidData, match=r"'city': category that was not there .* in 60 rows"):
        rule.label(home.assign(city="oslo"))
    with pytest.raises(InvalidData, match="'city': missing category"):
        rule.label(home.assign(city=None))
    with pytest.raises(InvalidData, match="'revenue': negative amount"):
        rule.label(home.assign(revenue=-1.0))
    with pytest.raises(InvalidData, match="'tea': nothing in any of tea, cups"):
        rule.label(home.assign(tea=0.0, cups=0.0))
    with pytest.raises(InvalidData, match="'orders': the same for every customer"):
        FeatureSpace.fit(home.assign(orders=3), numbers=["orders"])
    with pytest.raises(InvalidData, match="'city': the same for every customer"):
        FeatureSpace.fit(home.assign(city="rome"), categories=["city"])
    with pytest.raises(InvalidRule, match="expected a column"):
        FeatureSpace.fit(home)
    with pytest.raises(InvalidData, match="no customer"):
        FeatureSpace.fit(home.head(0), numbers=["orders"])
    with pytest.raises(FitError, match=r"7 segments cannot be found among 5 different .*\(5 rows"):
        Clustering.fit(home.head(5), space=space, segments=7)
    with pytest.raises(InvalidRule, match="segments is a whole number"):
        Clustering.fit(home, space=space, segments=0)
    with pytest.raises(UnknownCode, match="method"):
        Clustering.fit(home, space=space, segments=2, method="magic")
    with pytest.raises(UnknownCode, match="segment"):
        rule.renamed({"vip": "x"})
    with pytest.raises(InvalidRule, match="a name of its own"):
        rule.renamed({"segment_1": "segment_2"})
    with pytest.raises(InvalidRule, match="coordinates"):
        Clustering(space=space, centres=[[1.0]], names=["a"])
    one = FeatureSpace([Feature(column="x")])
    with pytest.raises(InvalidRule, match="a mixture has"):
        Clustering(space=one, centres=[[1.0]], names=["a"], weights=[1.0])
    with pytest.raises(InvalidRule, match="above 0"):
        Clustering(space=one, centres=[[1.0]], names=["a"], weights=[1.0], variances=[[0.0]])
    with pytest.raises(InvalidRule, match="scale"):
        Feature(column="x", scale=0)
    with pytest.raises(InvalidRule, match="share needs"):
        Feature(column="x", kind="share")
    with pytest.raises(InvalidRule, match="two categories"):
        Feature(column="x", kind="category", categories=["a"])
    with pytest.raises(UnknownCode, match="kind"):
        Feature(column="x", kind="odd")
    with pytest.raises(InvalidRule, match="not several"):
        FeatureSpace([Feature(column="x"), Feature(column="x")])
