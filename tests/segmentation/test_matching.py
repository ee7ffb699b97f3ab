"""Segments of two runs matched with one another (S-114)."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES
from sklearn.metrics import adjusted_rand_score

from custrel.errors import InvalidData
from custrel.segmentation import (
    Clustering,
    FeatureSpace,
    Transitions,
    match_segments,
    transitions,
)
from custrel.segmentation._agreement import adjusted_rand, cross_table


@pytest.mark.properties
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=40))
def test_the_agreement_is_that_of_scikit_learn(pairs):
    one, other = np.array(pairs).T
    assert adjusted_rand(cross_table(one, other)) == pytest.approx(adjusted_rand_score(one, other))


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("xyzp")), min_size=1, max_size=25)
)
def test_as_many_stay_as_can(pairs):
    """No other way to name the new segments after the old ones keeps more customers."""
    before = pd.DataFrame({"customer_id": range(len(pairs)), "segment": [a for a, _ in pairs]})
    after = before.assign(segment=[b for _, b in pairs])
    match = match_segments(transitions(before, after))
    old, new = sorted(set("pqr")), sorted(set("xyzp"))
    best = max(
        sum((a, b) in zip(old, chosen, strict=True) for a, b in pairs)
        for chosen in permutations(new, len(old))
    )
    assert sum(pair.customers for pair in match.pairs) == best
    assert match.transitions.stayed * len(pairs) == pytest.approx(best)
    renamed = after.assign(segment=after["segment"].map(match.names))
    again = transitions(before, renamed, states=match.transitions.states)
    assert again == match.transitions
    for pair in match.pairs:
        inside = [(a == pair.before, b == pair.after) for a, b in pairs]
        assert pair.overlap == sum(map(all, inside)) / sum(map(any, inside))


def test_split_gone_and_a_name_that_is_taken():
    """Old a splits into x and c, old c is emptied: the new c may not be called c."""
    runs = Transitions(
        states=("a", "c", "x"),
        counts=((0, 4, 6), (0, 0, 0), (0, 0, 0)),
        left=(1, 5, 0),
        entered=(0, 2, 3),
    )
    match = match_segments(runs)
    assert match.names == {"x": "a", "c": "new_c"}
    assert (match.new, match.gone) == (("c",), ("c",))
    assert match.pairs[0].overlap == 6 / 10
    assert match.transitions == Transitions(
        states=("a", "c", "new_c"),
        counts=((6, 0, 4), (0, 0, 0), (0, 0, 0)),
        left=(1, 5, 0),
        entered=(3, 0, 2),
    )
    assert str(match).splitlines()[1:] == [
        "x continues a: 6 customers in both, overlap 0.60",
        "new: c",
        "gone: c",
    ]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_a_rule_learnt_anew_takes_the_old_names(kind):
    draw = np.random.default_rng(3)
    rows = {"customer_id": list(range(90))}
    rows["revenue"] = [float(x) for x in np.repeat([10, 50, 90], 30) + draw.normal(0, 2, 90)]
    rows["later"] = [x + 1 for x in rows["revenue"][:-40]] + rows["revenue"][-40:]
    may = ENGINES[kind](rows)
    june = ENGINES[kind]({**rows, "revenue": rows["later"]})
    rules = []
    for number, month in enumerate((may, june)):
        space = FeatureSpace.fit(month, numbers=["revenue"])
        rules.append(Clustering.fit(month, space=space, segments=3, seed=number))
    old = rules[0].renamed({f"segment_{n}": name for n, name in enumerate(["p", "q", "r"], 1)})
    match = match_segments(transitions(old.label(may), rules[1].label(june)))
    new = rules[1].renamed(match.names)
    assert sorted(new.names) == ["p", "q", "r"]
    assert match.agreement == 1.0
    flows = transitions(old.label(may), new.label(june))
    assert flows.stayed == 1.0
    assert flows == match.transitions


def test_nothing_to_match():
    with pytest.raises(InvalidData, match="no customer is there in both runs"):
        match_segments(Transitions(states=("a",), counts=((0,),), left=(2,), entered=(3,)))
