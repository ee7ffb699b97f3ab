"""Needs that a segment has in common, and that a majority shares at a majority of sites."""

from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.segmentation import common_needs, majority_needs

ESTATES = {
    "id": list(range(9)),
    "site": ["a", "a", "a", "b", "b", "c", "c", "c", "c"],
    "customer_id": [1, 2, 3, 4, 5, 6, 7, 8, 8],
    "need": ["books", "books", "tea", "books", None, "books", "books", "tea", "tea"],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_most_owners_of_most_estates(kind):
    """S-132: 2 of 3 in a, 1 of 2 in b (no majority), 2 of 3 in c; whoever says it twice counts once."""
    table = majority_needs(ENGINES[kind](ESTATES))
    assert type(table) is type(ENGINES[kind](ESTATES))
    assert sorted(read(table), key=lambda row: row["need"]) == [
        {
            "need": "books",
            "sites": 2,
            "site_share": pytest.approx(2 / 3),
            "customers": 5,
            "majority": True,
        },
        {"need": "tea", "sites": 0, "site_share": 0.0, "customers": 2, "majority": False},
    ]


@pytest.mark.properties
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 5), st.sampled_from(["p", "q", None])),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([0.0, 0.3, 0.5]),
)
def test_against_sets(rows, within):
    frame = pd.DataFrame(rows, columns=["site", "customer_id", "need"]).astype({"need": "object"})
    people, having = defaultdict(set), defaultdict(set)
    for site, customer, need in rows:
        people[site].add(customer)
        if need is not None:
            having[need, site].add(customer)
    table = majority_needs(frame, within=within).set_index("need")
    assert set(table.index) == {need for need, _ in having}
    for need in table.index:
        sites = sum(len(having[need, site]) > within * len(people[site]) for site in people)
        assert table.loc[need, "sites"] == sites
        assert table.loc[need, "majority"] == (sites > len(people) / 2)


def test_refusals():
    frame = pd.DataFrame(ESTATES)
    with pytest.raises(InvalidRule, match=r"0\.5, not 50"):
        majority_needs(frame, within=50)
    with pytest.raises(InvalidData, match="'site': missing value"):
        majority_needs(frame.assign(site=None))
    with pytest.raises(InvalidData, match="no customer whose needs"):
        majority_needs(frame.head(0))
    with pytest.raises(ColumnNotFound):
        majority_needs(frame.drop(columns="need"))


CLUB = {
    "id": list(range(8)),
    "segment": ["gold", "gold", "gold", "gold", "plain", "plain", "plain", "plain"],
    "customer_id": [1, 1, 2, 2, 3, 4, 5, 6],
    "need": ["advice", "tea", "advice", "advice", "tea", "tea", "advice", None],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_what_a_segment_needs_in_common(kind):
    """S-111: of 2 gold customers 2 want advice, of 4 plain ones 1; of all 6, 3."""
    table = common_needs(ENGINES[kind](CLUB))
    assert type(table) is type(ENGINES[kind](CLUB))
    found = [tuple(row.values()) for row in read(table)]
    assert found == [
        ("gold", "advice", 2, 1.0, pytest.approx(2.0), True),
        ("gold", "tea", 1, 0.5, pytest.approx(1.0), True),
        ("plain", "tea", 2, 0.5, pytest.approx(1.0), True),
        ("plain", "advice", 1, 0.25, pytest.approx(0.5), False),
    ]
    assert not any(row["common"] for row in read(common_needs(ENGINES[kind](CLUB), at_least=1))[1:])


def test_refusals_of_common_needs():
    frame = pd.DataFrame(CLUB)
    with pytest.raises(InvalidRule, match=r"0\.5, not 50"):
        common_needs(frame, at_least=50)
    with pytest.raises(InvalidData, match="'segment': missing value"):
        common_needs(frame.assign(segment=None))
    with pytest.raises(InvalidData, match="no customer whose needs"):
        common_needs(frame.head(0))
    with pytest.raises(ColumnNotFound):
        common_needs(frame.drop(columns="segment"))
