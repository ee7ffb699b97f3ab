"""How many clusters there are (S-112): criteria and stability."""

import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, alike, read
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, silhouette_score

from custrel.errors import FitError, InvalidRule
from custrel.segmentation import Clustering, FeatureSpace, cluster_criteria

DRAW = np.random.default_rng(8)
CENTRES = np.repeat([[0, 0], [9, 0], [0, 9]], 25, axis=0)
BLOBS = pd.DataFrame(CENTRES + DRAW.normal(size=CENTRES.shape), columns=["x", "y"])
SPACE = FeatureSpace.fit(BLOBS, numbers=["x", "y"])


@pytest.mark.parametrize("method", ["k_means", "mixture"])
def test_three_clouds_are_found_by_every_criterion(method):
    table = cluster_criteria(
        BLOBS, space=SPACE, segments=[2, 3, 4], method=method, resamples=6
    ).set_index("segments")
    assert table["silhouette"].idxmax() == 3
    assert table["calinski_harabasz"].idxmax() == 3
    assert table.loc[3, "stability"] == 1.0
    assert table.loc[4, "stability"] < 0.95
    assert table.loc[3, "gap"] >= table.loc[4, "gap"] - table.loc[4, "gap_error"]
    assert table.loc[2, "gap"] < table.loc[3, "gap"] - table.loc[3, "gap_error"]
    if method == "mixture":
        assert table["bic"].idxmin() == 3
    else:
        assert table["bic"].isna().all()


def test_the_figures_of_scikit_learn():
    placed = ((BLOBS - BLOBS.mean()) / BLOBS.std(ddof=0)).to_numpy()
    labels = KMeans(3, n_init=5, random_state=0).fit_predict(placed)
    row = cluster_criteria(BLOBS, space=SPACE, segments=[3], resamples=1).iloc[0]
    assert row["silhouette"] == pytest.approx(silhouette_score(placed, labels))
    assert row["calinski_harabasz"] == pytest.approx(calinski_harabasz_score(placed, labels))


def test_silhouettes_of_many_customers_are_those_of_some_drawn_by_seed():
    """Of 4,000 customers 2,000 are compared: within a hundredth of all, and the same each time."""
    centres = np.repeat([[0, 0], [4, 0], [0, 4]], [2000, 1000, 1000], axis=0)
    many = pd.DataFrame(centres + DRAW.normal(size=centres.shape), columns=["x", "y"])
    space = FeatureSpace.fit(many, numbers=["x", "y"])
    options = {"space": space, "segments": [3], "resamples": 1, "starts": 2}
    row = cluster_criteria(many, **options).iloc[0]
    labels = Clustering.fit(many, space=space, segments=3, starts=2).label(many)["segment"]
    whole = silhouette_score(space.place(many), labels)
    assert row["silhouette"] == pytest.approx(whole, abs=0.01)
    assert row["silhouette"] != whole
    assert cluster_criteria(many, **options).iloc[0].equals(row)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_same_from_every_engine(kind):
    rows = {name: BLOBS[name].tolist() for name in BLOBS}
    options = {"space": SPACE, "segments": [2, 3], "resamples": 2, "starts": 2}
    table = cluster_criteria(ENGINES[kind](rows), **options)
    assert type(table) is type(ENGINES[kind](rows))
    shuffled = BLOBS.sample(frac=1, random_state=1)
    assert alike(read(table), read(cluster_criteria(shuffled, **options)))


def test_refusals():
    with pytest.raises(InvalidRule, match="2 or more; got"):
        cluster_criteria(BLOBS, space=SPACE, segments=[1, 2])
    with pytest.raises(InvalidRule, match="resamples"):
        cluster_criteria(BLOBS, space=SPACE, resamples=0)
    with pytest.raises(FitError, match="5 segments cannot be found among 4"):
        cluster_criteria(BLOBS.head(4), space=SPACE, segments=[5])


def test_segments_that_are_points_have_no_gap():
    customers = pd.DataFrame({"revenue": [1.0, 1.0, 5.0, 5.0]})
    space = FeatureSpace.fit(customers, numbers=["revenue"])
    table = cluster_criteria(customers, space=space, segments=[2], resamples=2)
    assert table["gap"].isna().all()
    assert table["gap_error"].isna().all()
