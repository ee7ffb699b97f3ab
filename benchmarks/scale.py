"""One pipeline, from a log on disk to scored customers, on engines that need not hold it in memory.

    python benchmarks/scale.py --orders 100_000_000 --engines duckdb duckdb:by_hand polars

The log is written once, as Parquet files of ten million orders, into a temporary folder (or
`--folder`, which is kept).  Each engine runs in a process of its own: summary, fit of BG/NBD,
predictions, RFM scores, each stage written to Parquet before the next one reads it.  Beyond
`SHARE` orders, DuckDB and Polars first split the log into parts of whole customers, which is
counted with the summary; `--parts 1` does without.  With `--unit W` the orders of a week are one
occasion and times are in weeks, so that customers have fewer distinct histories.  Spark's
processes are counted for time; memory is that of the Python process alone, which holds DuckDB and
Polars but drives Spark.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from data import order_log
from measure import HERE, machine, table

FILE = 10_000_000  # orders
FEW = 1_000  # before the clock runs
SHARE = 12_500_000  # orders, in parts of which DuckDB and Polars summarize
ENGINES = ("duckdb", "duckdb:by_hand", "polars", "polars:by_hand", "spark")
STAGES = ("summary", "fit", "predictions", "scores")


def write(size: int, folder: Path) -> None:
    """Write a log in files whose customers have nothing in common."""
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, size, FILE):
        log = order_log(min(FILE, size - first), seed=first)
        log["customer"] = log["customer"] + np.int64(first)
        path = folder / f"log-{first // FILE:04d}.parquet"
        pl.DataFrame(log).write_parquet(path, row_group_size=500_000)


def main() -> None:
    """Write the log and let the engines take their turns."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--orders", type=int, default=FILE)
    parser.add_argument("--parts", type=int)
    parser.add_argument("--unit", choices=("D", "W"), default="D")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES[:4])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    parts = options.parts or math.ceil(options.orders / SHARE)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not any(folder.glob("log-*.parquet")):
            write(options.orders, folder)
        write(FEW, folder / "few")
        turns = [engine for _ in range(options.runs) for engine in options.engines]
        rows = [run(engine, parts, options.unit, folder, options.orders) for engine in turns]
    print(f"{machine()}\n{options.orders:,} orders in parts: {parts}, times in {options.unit}")
    print("CPU seconds by stage\n")
    print(table(("engine", *STAGES, "all", "µs an order", "wall", "memory, MiB"), rows))


def run(name: str, parts: int, unit: str, folder: Path, orders: int) -> list[str]:
    """Let one engine run, and return its row of the table."""
    engine, _, by_hand = name.partition(":")
    script = HERE / ("tasks_scale_by_hand.py" if by_hand else "tasks_scale.py")
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-W", "ignore", script, engine, str(parts), unit, folder, work]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-4000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    seconds = [found[stage] for stage in STAGES]
    whole = sum(seconds)
    return [
        name,
        *(f"{value:.1f}" for value in (*seconds, whole)),
        f"{whole / orders * 1e6:.2f}",
        f"{found['wall']:.1f}",
        f"{found['memory']:,.0f}",
    ]


if __name__ == "__main__":
    main()
