"""Prospects: who is worth a visit, and in which order."""

from itertools import product

import pandas as pd
import pytest
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData
from custrel.labels import labels
from custrel.segmentation import PROSPECT_CLASSES, PROSPECTS, campaign_table, prospect_list


def test_desire_and_ability():
    """S-147, S-062: both, and the one who decides."""
    at = PROSPECTS.code_at
    assert at("high", "high", "yes") == "qualified"
    assert at("high", "high", "no") == "find_decider"
    assert {at("high", "low", a) for a in ("no", "yes")} == {"contact"}
    assert {at("low", "high", a) for a in ("no", "yes")} == {"contact"}
    assert {at("low", "low", a) for a in ("no", "yes")} == {"reject"}
    assert set(labels("prospect")) == set(PROSPECTS.codes)


def test_training_customers():
    """S-121: 50万以上, of which 10万 match; low awareness goes to 乙类, none is left alone."""
    customers = pd.DataFrame(
        {
            "awareness": ["high", "high", "low", "none", "high", "low"],
            "total_budget": [500_000, 499_999, 900_000, 900_000, 900_000, 10],
            "matched_budget": [100_000, 100_000, 100_000, 900_000, 99_999, 10],
        }
    )
    assert PROSPECT_CLASSES.classify(customers)["prospect_class"].tolist() == [
        "a", "b", "b", "leave_alone", "b", "c",
    ]  # fmt: skip
    assert set(labels("prospect_class")) == set(PROSPECT_CLASSES.codes)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_list_of_prospects(kind):
    """S-150, S-012: desire times ability; where one is missing there is no market."""
    grid = list(product((0.0, 0.5, 1.0), repeat=2))
    rows = {
        "id": list(range(9)),
        "desire": [desire for desire, _ in grid],
        "ability": [ability for _, ability in grid],
    }
    listed = prospect_list(ENGINES[kind](rows))
    assert type(listed) is type(ENGINES[kind](rows))
    for row in read(listed):
        assert row["score"] == row["desire"] * row["ability"]
        assert row["rank"] == {1.0: 1, 0.5: 2, 0.25: 4, 0.0: 5}[row["score"]]


def test_the_list_is_sorted():
    rows = pd.DataFrame({"id": [1, 2, 3], "desire": [0.1, 0.9, 0.5], "ability": 1.0})
    assert prospect_list(rows)["id"].tolist() == [2, 3, 1]


def test_no_shares():
    with pytest.raises(InvalidData, match="'ability': expected a share between 0 and 1 in 1 row"):
        prospect_list(pd.DataFrame({"desire": [0.1], "ability": [80.0]}))


def test_sources_of_prospects():
    """S-148: how many of the leads of each source were won."""
    leads = pd.DataFrame(
        {"source": ["referral"] * 5 + ["directories"] * 5, "won": [1, 1, 1, 0, 0, 0, 0, 0, 0, 1]}
    )
    table = campaign_table(leads, by="source", response="won")
    assert table["source"].tolist() == ["referral", "directories"]
    assert table["rate"].tolist() == pytest.approx([0.6, 0.2])
