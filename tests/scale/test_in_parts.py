"""The guide's recipe: a log that is split by customers gives the table of the whole log."""

import re
from pathlib import Path

import polars as pl
import pytest
from logs import assert_same, by_customer
from scale.ugly import ugly

import custrel as cr

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "scale.md"
RECIPES = [
    code
    for code in re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)
    if "parts/part=" in code
]


@pytest.mark.engines
@pytest.mark.parametrize("recipe", RECIPES, ids=["duckdb", "polars"])
def test_parts_make_the_whole(recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = ugly(clock=False)
    (tmp_path / "orders").mkdir()
    for place, orders in enumerate((log[:500], log[500:])):
        pl.from_pandas(orders).write_parquet(tmp_path / "orders" / f"{place}.parquet")
    names = {}
    exec(recipe, names)
    whole = cr.summarize(log, observed_until="2024-12-31")
    assert len(list(tmp_path.glob("customers-*.parquet"))) == 8
    assert_same(by_customer(names["summary"]), by_customer(whole), rel=1e-12)
