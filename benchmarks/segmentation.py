"""Customers scored, classed, tiered and judged: custrel against Polars by hand.

    python benchmarks/segmentation.py [--customers 10_000_000] [--runs 5]

Every customer gets three scores, the cell and its segment, the ABC class, the tier, the two
signals, the verdict and its reason.  The labels of both are checked to be the same for every
customer.  The ratio is custrel's over the query by hand's (less is better), taken within each
turn, and the median of those.
"""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from data import SEED, save
from measure import arguments, arrays_of, machine, median, ratio, table, take_turns
from numpy.typing import NDArray

HEADER = [
    "customers in",
    "custrel, CPU s",
    "by hand",
    "ratio",
    "ratio of time",
    "memory, MiB",
    "by hand",
]


def draw_customers(size: int, seed: int = SEED) -> dict[str, NDArray]:
    """Return the columns that the rules read."""
    rng = np.random.default_rng(seed)
    frequency = rng.geometric(0.3, size) - 1
    recency = np.where(frequency > 0, rng.uniform(1, 600, size).round(), 0.0)
    before = np.where(rng.random(size) < 0.7, rng.gamma(2, 30, size), 0.0).round(2)
    return {
        "customer": np.arange(size),
        "frequency": frequency,
        "orders": frequency + 1,
        "recency": recency,
        "idle": rng.exponential(60, size).round(),
        "revenue": ((frequency + 1) * rng.gamma(2, 20, size)).round(2),
        "revenue_recent": (before * rng.uniform(0, 1.5, size)).round(2),
        "revenue_before": before,
    }


def main() -> None:
    """Print the table."""
    options = arguments(__doc__, peers=False, customers=10_000_000)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        save(draw_customers(options.customers), folder)
        print(f"{machine()}, Polars {pl.__version__}")
        print(f"{options.customers:,} customers, medians of {options.runs} runs\n")
        rows = []
        for way, name in (("lazy", "lazy frame"), ("eager", "data frame")):
            tasks = [f"segmentation:custrel_{way}", f"segmentation:hand_{way}"]
            runs = take_turns(tasks, folder, options)
            one, other = (arrays_of(task, folder) for task in tasks)
            for label, values in one.items():
                if not np.array_equal(values, other[label]):
                    raise SystemExit(f"{tasks[0]} and {tasks[1]} differ in {label}")
            cpu = [f"{median(runs, task, 'cpu'):.2f}" for task in tasks]
            memory = [f"{median(runs, task, 'memory'):,.0f}" for task in tasks]
            ratios = [f"{ratio(runs, *tasks, what):.2f}" for what in ("cpu", "wall")]
            rows.append([f"Polars {name}", *cpu, *ratios, *memory])
        print(table(HEADER, rows))


if __name__ == "__main__":
    main()
