"""From an order log to one row per customer: custrel against Polars by hand and lifetimes.

    python benchmarks/make_peers.py
    python benchmarks/summarize.py [--orders 10_000_000] [--runs 5] [--peers FOLDER]

Every contestant yields the same values, which is checked.  The queries by hand are in
`tasks_polars.py`; `plain` would do for any log, `packed` is the fastest that we found and needs
integers as customers.  lifetimes yields frequency, recency, T and monetary value alone.
Seconds are medians; a ratio is custrel's over the query by hand's (less is better), or
lifetimes' over custrel's (more is better), taken within each turn, and the median of those.
Memory is the most that a process held beyond the log.
"""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from data import load, order_log, save
from measure import Runs, arguments, arrays_of, machine, median, ratio, table, take_turns

WAYS = {"lazy": "lazy frame", "eager": "data frame", "scan": "Parquet file"}


def main() -> None:
    """Print the two tables."""
    options = arguments(__doc__, orders=10_000_000)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        save(order_log(options.orders), folder)
        log = pl.DataFrame(load(folder))
        log.write_parquet(folder / "log.parquet")
        print(f"{machine()}, Polars {pl.__version__}")
        print(f"{len(log):,} orders of {log['customer'].n_unique():,} customers", end=", ")
        print(f"medians of {options.runs} runs\n")
        del log

        rows = []
        for way, name in WAYS.items():
            tasks = [f"custrel:summary_{way}", f"polars:plain_{way}", f"polars:packed_{way}"]
            runs = take_turns(tasks, folder, options)
            for task in tasks:
                check_same(task, tasks[0], folder)
            rows += rows_against(runs, tasks, f"Polars {name}", first_over_other=True)
        print(table(HEADER, rows), end="\n\n")

        tasks = ["custrel:summary_pandas", "lifetimes:lifetimes_summary"]
        runs = take_turns(tasks, folder, options)
        check_same(tasks[1], tasks[0], folder)
        print(table(HEADER, rows_against(runs, tasks, "pandas", first_over_other=False)))


HEADER = ["log", "by", "seconds", "ratio", "CPU seconds", "ratio", "memory, MiB"]


def rows_against(
    runs: Runs, tasks: list[str], log: str, *, first_over_other: bool
) -> list[list[str]]:
    """Return a row for each task, with the ratios to the first one."""
    rows = []
    for task in tasks:
        pair = (tasks[0], task) if first_over_other else (task, tasks[0])
        cells = [log, task.replace(":", ", ").replace("_", " ")]
        for what in "wall", "cpu":
            compared = "" if task == tasks[0] else f"{ratio(runs, *pair, what):.2f}"
            cells += [f"{median(runs, task, what):.2f}", compared]
        rows.append([*cells, f"{median(runs, task, 'memory'):,.0f}"])
    return rows


def check_same(task: str, reference: str, folder: Path) -> None:
    """Stop unless two tasks returned the same values for the same customers."""
    one, other = arrays_of(task, folder), arrays_of(reference, folder)
    for name, values in one.items():
        if values.dtype.kind == "M":
            same = np.array_equal(values, other[name])
        else:
            same = np.allclose(values, other[name], rtol=1e-9, atol=1e-9)
        if not same:
            raise SystemExit(f"{task} and {reference} differ in {name}")


if __name__ == "__main__":
    main()
