"""Segments on a grid (S-112: 神经网络)."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, read
from sklearn.datasets import load_iris

import custrel as cr
from custrel.errors import FitError, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import Clustering, Feature, FeatureSpace, SelfOrganizingMap

FOUR = ["a", "b", "c", "d"]
IRIS = pd.DataFrame(load_iris().data, columns=FOUR)
DRAW = np.random.default_rng(11)
SHOP = {
    "id": list(range(40)),
    "orders": DRAW.integers(1, 30, 40).tolist(),
    "revenue": DRAW.gamma(2.0, 50.0, 40).tolist(),
}


def kohonen(rows, shape, rounds):
    """The batch map by loops over rows and nodes, as Kohonen (2001, p. 139) describes it."""
    nodes = [(r, c) for r in range(shape[0]) for c in range(shape[1])]
    mean = rows.mean(axis=0)
    _, stretch, axes = np.linalg.svd(rows - mean)
    long = int(shape[1] > shape[0])
    centres = []
    for node in nodes:
        place = mean.copy()
        for which, side in enumerate((long, 1 - long)):
            axis = axes[which] * np.sign(axes[which][0])
            half = (shape[side] - 1) / 2
            step = (node[side] - half) / half if half else 0.0
            place = place + step * axis * stretch[which] / math.sqrt(len(rows))
        centres.append(place)
    start = max(1.0, max(shape) / 2)
    for turn in range(rounds):
        radius = start * (0.5 / start) ** (turn / (rounds - 1))
        winners = [
            min(range(len(nodes)), key=lambda k: ((x - centres[k]) ** 2).sum()) for x in rows
        ]
        moved = []
        for row, column in nodes:
            pull = [
                math.exp(
                    -((row - nodes[w][0]) ** 2 + (column - nodes[w][1]) ** 2) / (2 * radius**2)
                )
                for w in winners
            ]
            moved.append(sum(p * x for p, x in zip(pull, rows, strict=True)) / sum(pull))
        centres = moved
    return np.array(centres)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (1, 4)])
def test_against_loops(shape):
    frame = pd.DataFrame(SHOP)
    space = FeatureSpace.fit(frame, numbers=["orders"], logs=["revenue"])
    rule = SelfOrganizingMap.fit(frame, space=space, shape=shape, rounds=6)
    np.testing.assert_allclose(
        rule.segments.centres, kohonen(space.place(frame), shape, 6), rtol=1e-9, atol=1e-9
    )


@pytest.mark.properties
def test_a_chain_through_numbers_is_in_their_order():
    frame = pd.DataFrame({"x": DRAW.exponential(1.0, 500)})
    space = FeatureSpace.fit(frame, numbers=["x"])
    rule = SelfOrganizingMap.fit(frame, space=space, shape=(1, 6))
    assert [c for (c,) in rule.segments.centres] == sorted(c for (c,) in rule.segments.centres)
    assert rule.quality(frame).torn == 0.0


@pytest.mark.properties
def test_a_grid_unfolds_over_a_square():
    """A map of an even square keeps what is near together, and explains most of it."""
    frame = pd.DataFrame(DRAW.uniform(0, 1, (2000, 2)), columns=["x", "y"])
    space = FeatureSpace.fit(frame, numbers=["x", "y"])
    quality = SelfOrganizingMap.fit(frame, space=space, shape=(4, 4)).quality(frame)
    assert quality.torn < 0.02
    assert quality.explained > 0.9  # 16 even cells would leave 1/16
    assert quality.explained < 1 - 1 / 16


def test_quality_and_borders_by_hand():
    """Nodes at 0, 1 and 5 of a chain; customers at 0.2, 0.9 and 4."""
    space = FeatureSpace([Feature(column="x")])
    nodes = Clustering(space=space, centres=[[0.0], [5.0], [1.0]], names=["p", "q", "r"])
    rule = SelfOrganizingMap(segments=nodes, shape=(1, 3))
    quality = rule.quality(pd.DataFrame({"x": [0.2, 0.9, 4.0]}))
    assert quality.distance == pytest.approx((0.2 + 0.1 + 1.0) / 3)
    assert quality.torn == pytest.approx(2 / 3)  # 0.2 and 0.9: p and r are two steps apart
    inside, total = 0.04 + 0.01 + 1.0, 1.5**2 + 0.8**2 + 2.3**2
    assert quality.explained == pytest.approx(1 - inside / total)
    assert rule.distances().tolist() == [[5.0, 4.5, 4.0]]


def test_the_borders_of_iris():
    """Setosa stand apart from the two others: no segment of the map holds both."""
    space = FeatureSpace.fit(IRIS, numbers=FOUR)
    rule = SelfOrganizingMap.fit(IRIS, space=space, shape=(1, 5))
    found = pd.crosstab(rule.label(IRIS)["segment"], load_iris().target == 0)
    assert (found.min(axis=1) == 0).all()
    border = rule.distances()[0].argmax() + 1
    assert found.loc[f"segment_1_{border}"].max() < 20


def test_planes_and_values_undo_what_the_space_did():
    frame = pd.DataFrame(SHOP).assign(
        city=["rome", "bari"] * 20, here=range(1, 41), there=range(40, 0, -1)
    )
    space = FeatureSpace.fit(
        frame,
        numbers=["orders"],
        logs=["revenue"],
        shares=["here", "there"],
        categories=["city"],
        category_weight=3.0,
    )
    values = space.values(space.place(frame))
    whole = frame["here"] + frame["there"]
    expected = [
        frame["orders"],
        frame["revenue"],
        frame["here"] / whole,
        frame["there"] / whole,
        frame["city"] == "bari",
        frame["city"] == "rome",
    ]
    np.testing.assert_allclose(values, np.column_stack(expected), rtol=1e-12, atol=1e-12)
    rule = SelfOrganizingMap.fit(frame, space=space, shape=(2, 3))
    both = rule.plane("city=bari") + rule.plane("city=rome")
    np.testing.assert_allclose(both, np.ones((2, 3)))
    centres = np.array(rule.segments.centres).reshape(2, 3, -1)
    orders = centres[..., 0] * frame["orders"].std(ddof=0) + frame["orders"].mean()
    np.testing.assert_allclose(rule.plane("orders"), orders)
    with pytest.raises(UnknownCode, match="'revenue'"):
        rule.plane("profit")
    with pytest.raises(InvalidRule, match="6 coordinates"):
        space.values([[1.0, 2.0]])


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_counts_by_place(kind):
    space = FeatureSpace([Feature(column="x")])
    nodes = Clustering(space=space, centres=[[0.0], [5.0], [9.0], [1.0]], names=[*"pqrs"])
    rule = SelfOrganizingMap(segments=nodes, shape=(2, 2))
    counts = rule.counts(ENGINES[kind]({"x": [4.0, 1.2, 6.0, -3.0]}))
    assert counts.tolist() == [[1, 2], [0, 1]]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_same_from_every_engine(kind):
    customers, home = ENGINES[kind](SHOP), pd.DataFrame(SHOP)
    rules = []
    for frame in (customers, home):
        space = FeatureSpace.fit(frame, numbers=["orders"], logs=["revenue"])
        rules.append(SelfOrganizingMap.fit(frame, space=space, shape=(2, 2)))
    np.testing.assert_allclose(rules[0].segments.centres, rules[1].segments.centres, rtol=1e-9)
    labelled = rules[1].label(customers)
    assert type(labelled) is type(customers)
    assert read(labelled, "id", "segment") == read(rules[1].label(home), "id", "segment")


def test_the_order_of_rows_changes_nothing_and_a_map_is_kept():
    frame = pd.DataFrame(SHOP)
    space = FeatureSpace.fit(frame, numbers=["orders", "revenue"])
    rule = SelfOrganizingMap.fit(frame, space=space)
    assert rule == SelfOrganizingMap.fit(frame.sample(frac=1, random_state=4), space=space)
    named = rule.renamed({"segment_1_1": "corner"})
    again = cr.from_data(json.loads(json.dumps(named.to_data())))
    assert again == named
    assert again.label(frame).equals(named.label(frame))
    assert "corner" in set(named.label(frame)["segment"])


def test_refusals():
    frame = pd.DataFrame(SHOP)
    space = FeatureSpace.fit(frame, numbers=["orders"])
    for shape in ((1, 1), (0, 3), (3,), (2.0, 2)):
        with pytest.raises(InvalidRule, match="a grid has rows and columns"):
            SelfOrganizingMap.fit(frame, space=space, shape=shape)
    with pytest.raises(InvalidRule, match="rounds is a whole number"):
        SelfOrganizingMap.fit(frame, space=space, rounds=1)
    with pytest.raises(FitError, match=r"3 x 3 segments cannot be found among \d different"):
        SelfOrganizingMap.fit(frame.head(5), space=space)
    rule = SelfOrganizingMap.fit(frame, space=space, shape=(1, 2))
    with pytest.raises(InvalidRule, match="a grid of 2 x 2 has 4 segments, got 2"):
        SelfOrganizingMap(segments=rule.segments, shape=(2, 2))
    with pytest.raises(InvalidData, match="'orders': missing or infinite"):
        rule.label(frame.assign(orders=None))
    with pytest.raises(InvalidData, match="no customer to learn the quality"):
        rule.quality(frame.head(0))
    with pytest.raises(UnknownCode, match="segment"):
        rule.renamed({"vip": "x"})
