"""From an order log to a cohort table: custrel against Polars by hand.

    python benchmarks/cohorts.py [--orders 10_000_000] [--runs 5]

Both yield the same cells, which is checked.  The query by hand, in `tasks_polars.py`, is the
fastest that we found, and is not asked whether rows are usable.  Seconds are medians; a ratio is
custrel's time over the query's, taken within each turn, and the median of those: less is better.
Memory is the most that a process held beyond the log.
"""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from data import load, order_log, save
from measure import arguments, arrays_of, machine, median, ratio, table, take_turns

KINDS = {
    "lazy": "Polars lazy frame",
    "eager": "Polars data frame",
    "pandas": "pandas",
    "pyarrow": "PyArrow",
    "duckdb": "DuckDB",
}
BY_HAND = "polars:cohorts"


def main() -> None:
    """Print the table."""
    options = arguments(__doc__, peers=False, orders=10_000_000)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        save(order_log(options.orders), folder)
        print(f"{machine()}, Polars {pl.__version__}")
        customers = len(np.unique(load(folder)["customer"]))
        print(f"{options.orders:,} orders of {customers:,} customers, by month, ", end="")
        print(f"medians of {options.runs} runs\n")
        tasks = [BY_HAND, *(f"custrel:cohorts_{kind}" for kind in KINDS)]
        runs = take_turns(tasks, folder, options)
        rows = []
        for task, name in zip(tasks, ["by hand", *KINDS.values()], strict=True):
            check_same(task, folder)
            compared = [f"{ratio(runs, task, BY_HAND, what):.2f}" for what in ("wall", "cpu")]
            seconds = [f"{median(runs, task, what):.2f}" for what in ("wall", "cpu")]
            memory = f"{median(runs, task, 'memory'):,.0f}"
            rows.append([name, seconds[0], compared[0], seconds[1], compared[1], memory])
        print(table(["log", "seconds", "ratio", "CPU seconds", "ratio", "memory, MiB"], rows))


def check_same(task: str, folder: Path) -> None:
    """Stop unless a task found the same customers, purchases and revenue in the same cells."""
    one, other = arrays_of(task, folder), arrays_of(BY_HAND, folder)
    for name, values in other.items():
        if values.dtype.kind == "M":
            same = np.array_equal(one[name].astype("M8[D]"), values.astype("M8[D]"))
        else:
            same = np.allclose(one[name], values, rtol=1e-9)
        if not same:
            raise SystemExit(f"{task} and {BY_HAND} differ in {name}")


if __name__ == "__main__":
    main()
