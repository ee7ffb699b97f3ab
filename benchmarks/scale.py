"""One pipeline, from a log on disk to scored customers, on engines that need not hold it in memory.

    python benchmarks/scale.py --orders 100_000_000 --engines duckdb duckdb_by_hand polars

The log is written once, as Parquet files of ten million orders, into a temporary folder (or
`--folder`, which is kept).  Each engine runs in a process of its own: summary, fit of BG/NBD,
predictions, RFM scores, each stage written to Parquet before the next one reads it.  Engines
that are not in the process (Spark) are counted with their children.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from data import order_log
from measure import HERE, machine, table

PART = 10_000_000
ENGINES = ("duckdb", "duckdb_by_hand", "polars", "spark")
STAGES = ("summary", "fit", "predictions", "scores")


def write(size: int, folder: Path) -> None:
    """Write a log in parts whose customers have nothing in common."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(0, size, PART):
        log = order_log(min(PART, size - part), seed=part)
        log["customer"] = log["customer"] + np.int64(part)
        path = folder / f"log-{part // PART:04d}.parquet"
        pl.DataFrame(log).write_parquet(path, row_group_size=500_000)


def main() -> None:
    """Write the log and let the engines take their turns."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--orders", type=int, default=PART)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES[:3])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not any(folder.glob("log-*.parquet")):
            write(options.orders, folder)
        rows = [row for _ in range(options.runs) for row in map(_run(folder), options.engines)]
    print(f"{machine()}\n{options.orders:,} orders; CPU seconds by stage\n")
    print(table(("engine", *STAGES, "all", "wall", "memory, MiB"), rows))


def _run(folder: Path):  # noqa: ANN202 - a closure over the folder
    def run(engine: str) -> list[str]:
        with tempfile.TemporaryDirectory() as work:
            command = [
                sys.executable,
                "-W",
                "ignore",
                HERE / "tasks_scale.py",
                engine,
                folder,
                work,
            ]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{engine} failed:\n{done.stderr[-4000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        seconds = [found[stage] for stage in STAGES]
        return [
            engine,
            *(f"{value:.1f}" for value in (*seconds, sum(seconds), found["wall"])),
            f"{found['memory']:,.0f}",
        ]

    return run


if __name__ == "__main__":
    main()
