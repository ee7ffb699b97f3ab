"""Flags may be true and false, or 1 and 0, on every engine."""

import pytest
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData
from custrel.segmentation import (
    INDICATOR_SUITABILITY,
    Axis,
    ContactRule,
    Grid,
    KeyAccountRule,
    campaign_table,
)

ROWS = {
    "id": [1, 2, 3],
    "rfm": ["55", "55", "11"],
    "strategic": [True, False, True],
    "reflects_characteristics": [True, True, False],
    "reflects_purpose": [True, False, True],
}
GRID = Grid((Axis("strategic", cuts=(1,), levels=("no", "yes")),), (("yes", "in"), ("no", "out")))


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_true_and_false(kind):
    frame = ENGINES[kind](ROWS)
    numbers = ENGINES[kind](
        {n: [int(v) if isinstance(v, bool) else v for v in c] for n, c in ROWS.items()}
    )
    for rows in (frame, numbers):
        assert [row["position"] for row in read(GRID.classify(rows))] == ["in", "out", "in"]
        assert [row["suitability"] for row in read(INDICATOR_SUITABILITY.judge(rows))] == [
            "suitable", "unsuitable", "unsuitable",
        ]  # fmt: skip
        keys = KeyAccountRule(criteria=("strategic",)).identify(rows)
        assert [row["key_account"] for row in read(keys)] == [True, False, True]
        assert read(campaign_table(rows, response="strategic"), "rfm", "responses") == [
            {"rfm": "11", "responses": 1},
            {"rfm": "55", "responses": 1},
        ]
        rule = ContactRule.learn(rows, response="strategic", cost=3, profit=4)
        assert rule.cells == ("11",)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_a_missing_flag(kind):
    with pytest.raises(InvalidData, match=r"'strategic': missing (or infinite )?value in 1 row"):
        GRID.classify(ENGINES[kind](ROWS | {"strategic": [True, None, False]}))
