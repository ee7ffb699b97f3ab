"""Segments explained by a short tree (S-113: 可理解性)."""

import json
from itertools import product

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

import custrel as cr
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import SegmentTree, TreeLeaf, TreeSplit

FOUR = ["a", "b", "c", "d"]
IRIS = pd.DataFrame(load_iris().data, columns=FOUR)
IRIS["segment"] = np.array(["setosa", "versicolor", "virginica"])[load_iris().target]
SHOP = {
    "id": list(range(8)),
    "segment": ["vip", "vip", "vip", "new", "new", "lost", "lost", "lost"],
    "orders": [9, 7, 8, 1, 2, 2, 1, 3],
    "city": ["rome", "bari", "rome", "bari", "bari", "rome", "rome", "rome"],
}


@pytest.mark.published
@pytest.mark.parametrize("leaves", [2, 3, 4, 5, 6])
def test_the_trees_of_scikit_learn_on_iris(leaves):
    """Both ask the best question first; scikit-learn keeps ends that say the same."""
    theirs = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
    theirs.fit(IRIS[FOUR], IRIS["segment"])
    tree = SegmentTree.fit(IRIS, numbers=FOUR, leaves=leaves)
    assert tree.label(IRIS, name="said")["said"].tolist() == theirs.predict(IRIS[FOUR]).tolist()
    assert tree.accuracy == theirs.score(IRIS[FOUR], IRIS["segment"])
    assert len(tree.leaves) <= leaves


def impurity(segments):
    _, counts = np.unique(segments, return_counts=True)
    return len(segments) * (1 - ((counts / len(segments)) ** 2).sum())


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("uvw"), st.sampled_from("pqr")), min_size=2, max_size=20), st.integers(1, 3))  # fmt: skip
def test_the_first_question_is_the_best_of_all(rows, least):
    """By trying every question."""
    frame = pd.DataFrame(rows, columns=["x", "city", "segment"])
    if frame["segment"].nunique() < 2:
        with pytest.raises(InvalidData, match="two segments or more"):
            SegmentTree.fit(frame, numbers=["x"], categories=["city"])
        return
    best = impurity(frame["segment"])
    questions = [frame["x"] >= cut for cut in range(1, 5)]
    questions += [frame["city"] == city for city in "uvw"]
    for yes in questions:
        if min(yes.sum(), (~yes).sum()) >= least:
            after = impurity(frame["segment"][yes]) + impurity(frame["segment"][~yes])
            best = min(best, after)
    tree = SegmentTree.fit(frame, numbers=["x"], categories=["city"], leaves=2, least=least)
    said = tree.label(frame, name="said")
    right = (said["said"] == said["segment"]).sum()
    assert tree.accuracy == pytest.approx(right / len(frame))
    if len(tree.leaves) == 2:
        assert all(leaf.customers >= least for leaf in tree.leaves)
        ends = [group["segment"] for _, group in said.groupby("said")]
        assert sum(map(impurity, ends)) == pytest.approx(best)
    else:  # nothing is gained, or both ends would say the same
        most = frame["segment"].value_counts().max()
        assert tree.accuracy == pytest.approx(most / len(frame))


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_same_from_every_engine(kind):
    customers = ENGINES[kind](SHOP)
    tree = SegmentTree.fit(customers, numbers=["orders"], categories=["city"])
    assert tree == SegmentTree.fit(pd.DataFrame(SHOP), numbers=["orders"], categories=["city"])
    labelled = tree.label(customers, name="said")
    assert type(labelled) is type(customers)
    assert [row["said"] for row in read(labelled)] == SHOP["segment"]


def test_in_words():
    frame = pd.DataFrame(SHOP)
    tree = SegmentTree.fit(frame, numbers=["orders"], categories=["city"])
    assert str(tree).splitlines() == [
        "100% of 8 customers are where the tree puts them",
        "vip: orders at least 7 (3 customers, 100% of them vip)",
        "new: orders below 7 and city bari (2 customers, 100% of them new)",
        "lost: orders below 7 and city not bari (3 customers, 100% of them lost)",
    ]
    assert (
        tree.words("zh")[2]
        == "已流失客户：orders低于7，city不为bari（3位客户，其中100%为已流失客户）"
    )
    with pytest.raises(UnknownCode, match="language"):
        tree.words("fr")


def test_several_answers_about_one_column_are_said_once():
    cities = ("rome", "bari", "pisa")
    one = TreeSplit(column="city", one_of=["bari"], yes=TreeLeaf("p"), no=TreeLeaf("q"))
    two = TreeSplit(column="city", one_of=cities, yes=one, no=TreeLeaf("r"))
    high = TreeSplit(column="orders", at_least=5, yes=TreeLeaf("s"), no=two)
    tree = SegmentTree(TreeSplit(column="orders", at_least=2, yes=high, no=TreeLeaf("t")))
    assert str(tree).splitlines() == [
        "s: orders at least 5",
        "p: orders from 2 to below 5 and city bari",
        "q: orders from 2 to below 5 and city rome or pisa",
        "r: orders from 2 to below 5 and city not rome or bari or pisa",
        "t: orders below 2",
    ]
    rows = [*product([1, 2, 4.9, 5], [*cities, "oslo"])]
    said = tree.label(pd.DataFrame(rows, columns=["orders", "city"]))["segment"]
    expected = [
        "t" if orders < 2 else "s" if orders >= 5 else {"bari": "p", "oslo": "r"}.get(city, "q")
        for orders, city in rows
    ]
    assert said.tolist() == expected
    assert np.isnan(tree.accuracy)
    assert SegmentTree(TreeLeaf("x")).words() == ["x: all customers"]


def test_row_order_and_names_change_nothing():
    tree = SegmentTree.fit(IRIS, numbers=FOUR, leaves=5)
    assert tree == SegmentTree.fit(IRIS.sample(frac=1, random_state=1), numbers=FOUR, leaves=5)
    other = IRIS.assign(segment=IRIS["segment"].map({"setosa": 3, "versicolor": 1, "virginica": 2}))
    again = SegmentTree.fit(other, numbers=FOUR, leaves=5)
    assert {leaf.segment for leaf in again.leaves} == {"1", "2", "3"}
    assert again.accuracy == tree.accuracy


def test_a_tree_is_kept():
    tree = SegmentTree.fit(pd.DataFrame(SHOP), numbers=["orders"], categories=["city"])
    again = cr.from_data(json.loads(json.dumps(tree.to_data())))
    assert again == tree
    assert again.words() == tree.words()


def test_refusals():
    frame = pd.DataFrame(SHOP)
    with pytest.raises(InvalidRule, match="expected a column to ask about"):
        SegmentTree.fit(frame)
    with pytest.raises(InvalidRule, match="leaves is a whole number, 2 or more"):
        SegmentTree.fit(frame, numbers=["orders"], leaves=1)
    with pytest.raises(InvalidRule, match="least is a whole number, 1 or more"):
        SegmentTree.fit(frame, numbers=["orders"], least=0)
    with pytest.raises(InvalidData, match="two segments or more"):
        SegmentTree.fit(frame.head(3), numbers=["orders"])
    with pytest.raises(InvalidData, match="no customer to learn a tree"):
        SegmentTree.fit(frame.head(0), numbers=["orders"])
    with pytest.raises(InvalidData, match="'segment': missing value"):
        SegmentTree.fit(frame.assign(segment=None), numbers=["orders"])
    tree = SegmentTree.fit(frame, numbers=["orders"], categories=["city"])
    with pytest.raises(InvalidData, match="'city': missing value"):
        tree.label(frame.assign(city=None))
    with pytest.raises(InvalidData, match="'orders': missing or infinite"):
        tree.label(frame.assign(orders=np.inf))
    with pytest.raises(ColumnNotFound):
        tree.label(frame.drop(columns="city"))
    with pytest.raises(InvalidRule, match="either `at_least` or by being `one_of`"):
        TreeSplit(column="x", yes=TreeLeaf("a"), no=TreeLeaf("b"))
    with pytest.raises(InvalidRule, match="at a number"):
        TreeSplit(column="x", at_least=np.inf, yes=TreeLeaf("a"), no=TreeLeaf("b"))
    with pytest.raises(InvalidRule, match="cannot be right"):
        attrs.evolve(TreeLeaf("a"), right=1)
