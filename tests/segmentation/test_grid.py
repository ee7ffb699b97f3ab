"""Grids: every customer in exactly one field, whatever the axes."""

import json
from itertools import product

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import Axis, Grid

FOUR = (
    ("high", "high", "hh"),
    ("high", "low", "hl"),
    ("low", "high", "lh"),
    ("low", "low", "ll"),
)
MATRIX = Grid((Axis("x", cuts=(1,)), Axis("y", cuts=(2,))), FOUR)
LEARNING = Grid((Axis("revenue", learn=0.5), Axis("potential", learn="mean")), FOUR)
DECISIONS = Grid(
    (
        Axis("colour", levels=("red", "green", "blue")),
        Axis("x", cuts=(0, 1), levels=("a", "b", "c")),
    ),
    (("red", "*", "stop"), ("*", "c", "fast"), ("*", "*", "go")),
    advice={"stop": "wait", "fast": "hurry", "go": "drive"},
)


def by_hand(grid, row):
    """Place a customer by one comparison after another."""
    levels = [
        row[axis.column]
        if axis.cuts is None
        else axis.levels[sum(row[axis.column] >= cut for cut in axis.cuts)]
        for axis in grid.axes
    ]
    return next(
        code
        for *wanted, code in grid.rows
        if all(w in ("*", level) for w, level in zip(wanted, levels, strict=True))
    )


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_says_the_same(kind, customers):
    frame = ENGINES[kind](customers)
    learnt = LEARNING.learn(frame)
    assert learnt == LEARNING.learn(pd.DataFrame(customers))
    rows = read(learnt.classify(frame))
    assert type(learnt.classify(frame)) is type(frame)
    for row in rows:
        assert row["position"] == by_hand(learnt, row)
    assert read(LEARNING.classify(frame), "position") == read(learnt.classify(frame), "position")


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_named_levels_and_advice(kind):
    rows = {
        "id": list(range(6)),
        "colour": ["red", "green", "blue", "red", "green", "blue"],
        "x": [2.0, 2.0, 1.0, -1.0, 0.0, 0.5],
    }
    placed = read(DECISIONS.classify(ENGINES[kind](rows), name="what", advice="then"))
    assert [row["what"] for row in placed] == ["stop", "fast", "fast", "stop", "go", "go"]
    assert [row["then"] for row in placed] == ["wait", "hurry", "hurry", "wait", "drive", "drive"]


def test_flags_are_an_axis():
    grid = Grid((Axis("flag", cuts=(1,), levels=("no", "yes")),), (("yes", "in"), ("no", "out")))
    assert grid.classify(pd.DataFrame({"flag": [True, False]}))["position"].tolist() == [
        "in",
        "out",
    ]


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_order_changes_nothing_and_everyone_is_in_one_field(points, random):
    frame = pd.DataFrame(points, columns=["x", "y"])
    placed = MATRIX.classify(frame)["position"]
    assert set(placed) <= set(MATRIX.codes)
    assert placed.tolist() == [by_hand(MATRIX, row) for row in frame.to_dict("records")]
    order = list(range(len(frame)))
    random.shuffle(order)
    assert MATRIX.classify(frame.iloc[order])["position"].tolist() == placed.iloc[order].tolist()


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=40), st.sampled_from(["mean", 0.2, 0.5]))
def test_a_learnt_cut_parts_at_the_mean_or_quantile(values, learn):
    axis = Axis("x", learn=learn)
    frame = pd.DataFrame({"x": values})
    if len(set(values)) == 1:
        with pytest.warns(UserWarning, match="one value"):
            Grid((axis,), (("high", "h"), ("low", "l"))).learn(frame)
        return
    edge = np.mean(values) if learn == "mean" else np.quantile(values, learn)
    if min(values) == edge:  # a quantile that is the lowest value leaves nobody below
        return
    cut = Grid((axis,), (("high", "h"), ("low", "l"))).learn(frame).axes[0].cuts[0]
    assert [v >= cut for v in values] == [bool(v >= edge - 1e-9) for v in values]


def test_a_learnt_cut_is_kept_for_other_customers():
    learnt = Grid((Axis("x", learn=0.5),), (("high", "h"), ("low", "l"))).learn(
        pd.DataFrame({"x": [1, 2, 3, 4]})
    )
    assert learnt.learnt
    assert learnt.axes[0].cuts == (3.0,)
    assert learnt.classify(pd.DataFrame({"x": [100, 200]}))["position"].tolist() == ["h", "h"]


@pytest.mark.parametrize("grid", [MATRIX, LEARNING, DECISIONS])
def test_grids_survive_json(grid):
    again = from_data(json.loads(json.dumps(grid.to_data())))
    assert again == grid
    assert hash(again) == hash(grid)


def test_what_stands_at_a_combination_of_levels():
    assert MATRIX.code_at("high", "low") == "hl"
    assert [DECISIONS.code_at(*levels) for levels in product(("green",), ("a", "b", "c"))] == [
        "go", "go", "fast",
    ]  # fmt: skip
    assert DECISIONS.advice_for("go") == "drive"
    with pytest.raises(UnknownCode, match="'mid' is no level of 'x'"):
        MATRIX.code_at("mid", "low")
    with pytest.raises(InvalidRule, match="2 axes"):
        MATRIX.code_at("low")
    with pytest.raises(UnknownCode, match="no field with advice"):
        MATRIX.advice_for("hh")


# -------------------------------------------------------------------------------- bad input


def test_gaps_and_rows_that_never_hold():
    with pytest.raises(InvalidRule, match="1 fields have no code: low and low"):
        Grid(MATRIX.axes, FOUR[:3])
    with pytest.raises(InvalidRule, match=r"row 1 \('high', 'low', 'b'\) never holds"):
        Grid(MATRIX.axes, (("high", "*", "a"), ("high", "low", "b"), ("*", "*", "c")))
    with pytest.raises(InvalidRule, match="'x' has no level 'medium', only low, high"):
        Grid(MATRIX.axes, (("medium", "*", "a"), ("*", "*", "c")))
    with pytest.raises(InvalidRule, match="needs 2 levels and a code"):
        Grid(MATRIX.axes, (("*", "a"),))
    with pytest.raises(InvalidRule, match="axes of different columns"):
        Grid((Axis("x", cuts=(1,)), Axis("x", cuts=(2,))), FOUR)
    with pytest.raises(InvalidRule, match="advice for gone, which no row has"):
        attrs.evolve(MATRIX, advice={"gone": "wave"})
    with pytest.raises(InvalidRule, match="there is no advice for hh, hl, lh, ll"):
        MATRIX.classify(pd.DataFrame({"x": [1], "y": [1]}), advice="advice")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cuts": (1, 2)}, "2 levels need 1 cuts"),
        ({"cuts": (2, 1), "levels": "abc"}, "expected a sequence of codes"),
        ({"cuts": (2, 1), "levels": ("a", "b", "c")}, "cuts must ascend"),
        ({"cuts": (1,), "levels": ("a", "a")}, "different names"),
        ({"learn": 80}, r"0\.8, not 80"),
        ({"learn": "median"}, "'mean' or a quantile"),
        ({"learn": 0.5, "levels": ("a", "b", "c")}, "one cut is learnt"),
    ],
)
def test_impossible_axes(options, message):
    with pytest.raises(InvalidRule, match=message):
        Axis("x", **options)


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_values_on_no_axis(kind):
    rows = {"id": [7, 8, 9], "colour": ["red", "pink", None], "x": [0.0, 1.0, 2.0]}
    with pytest.raises(
        InvalidData, match=r"column 'colour': expected one of red, green, blue in 2 rows"
    ):
        DECISIONS.classify(ENGINES[kind](rows))
    with pytest.raises(InvalidData, match="missing or infinite value in 1 row"):
        MATRIX.classify(ENGINES[kind]({"id": [1, 2], "x": [1.0, None], "y": [1.0, 2.0]}))
    with pytest.raises(ColumnNotFound, match="'y'"):
        MATRIX.classify(ENGINES[kind]({"id": [1], "x": [1.0]}))
    with pytest.raises(InvalidData, match="no customer to learn cuts from"):
        LEARNING.learn(pd.DataFrame({"revenue": [], "potential": []}, dtype=float))
