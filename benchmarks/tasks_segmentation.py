"""Score, class, tier and judge customers with custrel, and as one would by hand in Polars.

Run by `segmentation.py`; by hand: ``python benchmarks/tasks_segmentation.py custrel_lazy FOLDER``.

The queries by hand use the same cut points and look for no missing or infinite values.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from data import load
from measure import measure, run_task

from custrel.segmentation import (
    STANDARD_SEGMENTS,
    TIER_SCHEMES,
    AbcRule,
    RfmScale,
    RiskRule,
)

SMALL = 1000
RECENCY, FREQUENCY, MONETARY = (7, 30, 60, 120), (2, 3, 5, 10), (20, 50, 100, 200)
ABC, TIERS = (200.0, 50.0), (1000.0, 400.0, 100.0)
WINDOW = 90.0
CLOSE = 1e-9  # 80 of 100 is a drop of 0.19999999999999996
ADDED = ("rfm", "segment", "abc", "tier", "risk", "risk_reason")
Query = Callable[[Any], Any]
Measured = tuple[dict[str, Any], dict[str, float]]

SCALE = RfmScale(recency=RECENCY, frequency=FREQUENCY, monetary=MONETARY, unit="D")
SEGMENT_OF = {cell: STANDARD_SEGMENTS.segment_of(cell) for cell in SCALE.cells}


def with_custrel(customers: Any) -> Any:
    """Apply five rules one after the other."""
    scored = STANDARD_SEGMENTS.label(SCALE.score(customers))
    classed = AbcRule.by_limits(ABC).classify(scored)
    tiered = TIER_SCHEMES["pyramid"].by_limits(TIERS).classify(classed, name="tier")
    return RiskRule().judge(tiered, window=WINDOW)


def by_hand(customers: Any) -> Any:
    """Do the same in expressions of Polars."""
    idle, orders, revenue = pl.col("idle"), pl.col("orders"), pl.col("revenue")
    recency = 5 - pl.sum_horizontal(idle > cut for cut in RECENCY)
    frequency = 1 + pl.sum_horizontal(orders >= cut for cut in FREQUENCY)
    monetary = 1 + pl.sum_horizontal(revenue >= cut for cut in MONETARY)
    scores = {"recency_score": recency, "frequency_score": frequency, "monetary_score": monetary}
    names = [pl.lit(name) for name in TIER_SCHEMES["pyramid"].tiers]
    tier = names[-1]
    for limit, name in zip(reversed(TIERS), reversed(names[:-1]), strict=True):
        tier = pl.when(revenue >= limit).then(name).otherwise(tier)
    abc = (
        pl.when(revenue >= ABC[0]).then(pl.lit("a"))
        .when(revenue >= ABC[1]).then(pl.lit("b")).otherwise(pl.lit("c"))
    )  # fmt: skip
    return (
        customers.with_columns(**{n: score.cast(pl.Int64) for n, score in scores.items()})
        .with_columns(rfm=pl.concat_str(*scores))
        .with_columns(segment=pl.col("rfm").replace_strict(SEGMENT_OF), abc=abc, tier=tier)
        .with_columns(**_signals())
        .with_columns(**_verdict())
        .drop("volume", "away")
    )


def _signals() -> dict[str, pl.Expr]:
    times, age = pl.col("frequency").cast(pl.Float64), pl.col("recency")
    before = pl.col("revenue_before")
    change = pl.when(before > 0).then(pl.col("revenue_recent") / before - 1)
    rhythm = (times > 0) & (age > 0)
    absence = pl.when(rhythm).then(pl.col("idle") * times / age)
    enough = rhythm & (times >= 2)
    fits = (before > 0) & enough & (times * WINDOW >= age * 3)
    return {
        "volume_change": change,
        "absence": absence,
        "volume": pl.when(fits)
        .then(_level(change <= CLOSE - 0.5, change < -CLOSE - 0.2))
        .otherwise(-1),
        "away": pl.when(enough)
        .then(_level(absence > 4 + CLOSE, absence > 2 + CLOSE))
        .otherwise(-1),
    }


def _level(alarm: pl.Expr, watch: pl.Expr) -> pl.Expr:
    return pl.when(alarm).then(2).when(watch).then(1).otherwise(0)


def _verdict() -> dict[str, pl.Expr]:
    volume, away = pl.col("volume"), pl.col("away")
    words = {-1: "too_early", 0: "normal", 1: "watch", 2: "defecting"}
    reasons = {0: "none", 1: "volume", 2: "absence", 3: "both"}
    number = (volume > 0).cast(pl.Int32) + 2 * (away > 0).cast(pl.Int32)
    return {
        "risk": pl.max_horizontal(volume, away).replace_strict(words),
        "risk_reason": number.replace_strict(reasons),
    }


def run(query: Query, lazy: bool, folder: Path) -> Measured:
    """Measure one of the two, from a frame to all added columns."""
    customers = pl.DataFrame(load(folder))

    def task(frame: pl.DataFrame) -> pl.DataFrame:
        return query(frame.lazy()).collect() if lazy else query(frame)

    task(customers.head(SMALL))
    labelled, figures = measure(lambda: task(customers))
    return {name: labelled[name].hash(seed=1).to_numpy() for name in ADDED}, figures


if __name__ == "__main__":
    run_task(
        {
            f"{who}_{how}": partial(run, query, how == "lazy")
            for who, query in (("custrel", with_custrel), ("hand", by_hand))
            for how in ("lazy", "eager")
        }
    )
