"""What is bought together: co-occurrence of 10 million order lines over 5,000 products.

    python benchmarks/association.py [--lines 10_000_000] [--products 5_000] [--runs 3]

An order has four lines on average; few products are in many orders and many in few (Zipf's law).
`product_pairs` goes from the raw frame to every pair that stands in five orders or more, with its
support, confidence, lift and their intervals.  The counts of some pairs are checked against the
sets of orders that hold either product.  Seconds are of the processor, over all threads, the
median of the runs; memory is the most that the process held beyond the frame.
"""

import argparse
import statistics
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from data import SEED
from measure import machine, measure, table
from numpy.typing import NDArray

from custrel.segmentation import product_pairs

BUDGET_SECONDS, BUDGET_MIB = 30.0, 4096.0
LINES_PER_ORDER, ZIPF = 4, 0.8
CHECKED = 25  # pairs
ENGINES: dict[str, Callable[[dict[str, NDArray[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "Polars": pl.DataFrame,
}


def main() -> None:
    """Print a row for each kind of frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--products", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas", "polars"))
    print(f"{machine()}, {used}; medians of {options.runs} runs\n")
    lines = draw_lines(options.lines, options.products)
    printed, over = [], []
    for engine, make in ENGINES.items():
        frame = make(lines)
        runs = [measure(lambda f=frame: product_pairs(f)) for _ in range(options.runs)]
        pairs = pl.from_pandas(runs[0][0]) if engine == "pandas" else runs[0][0]
        check(pairs, lines)
        cpu, wall, memory = (
            statistics.median(figures[what] for _, figures in runs)
            for what in ("cpu", "wall", "memory")
        )
        row = [engine, f"{len(pairs) // 2:,}", f"{cpu:.1f}", f"{wall:.1f}", f"{memory:,.0f}"]
        printed.append(row)
        if cpu > BUDGET_SECONDS or memory > BUDGET_MIB:
            over.append(row)
    print(table(["frame", "pairs", "CPU seconds", "seconds", "memory, MiB"], printed))
    if over:
        raise SystemExit(f"over {BUDGET_SECONDS:g} s of CPU or {BUDGET_MIB:,.0f} MiB: {over}")


def draw_lines(lines: int, products: int) -> dict[str, NDArray[Any]]:
    """Return order lines in a random order."""
    rng = np.random.default_rng(SEED)
    weights = 1 / np.arange(1, products + 1) ** ZIPF
    return {
        "order_id": rng.integers(0, lines // LINES_PER_ORDER, lines),
        "product": rng.choice(products, lines, p=weights / weights.sum()),
    }


def check(pairs: pl.DataFrame, lines: dict[str, NDArray[Any]]) -> None:
    """Stop unless pairs drawn at random stand in as many orders as sets say."""
    rng = np.random.default_rng(SEED)
    for row in rng.choice(len(pairs), CHECKED):
        first, second, orders = pairs.row(int(row))[:3]
        there = [set(lines["order_id"][lines["product"] == name]) for name in (first, second)]
        if len(there[0] & there[1]) != orders:
            raise SystemExit(
                f"{first} and {second}: {len(there[0] & there[1])} orders, not {orders}"
            )


if __name__ == "__main__":
    main()
