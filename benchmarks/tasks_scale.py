"""The stages of `scale.py` on one engine: ``python benchmarks/tasks_scale.py ENGINE FOLDER WORK``."""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

import custrel as cr

UNTIL = "2024-12-31"
HORIZON = 90.0
MEMORY = "3GB"
MODEL = cr.BgNbd(r=1.2, alpha=28.0, a=0.6, b=12.0, unit="D")
HISTORY = ("frequency", "recency", "T")


class Clock:
    """CPU seconds by stage, children included."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.begin = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside towards a stage."""
        before = _cpu()
        yield
        self.stages[name] = _cpu() - before

    def report(self) -> None:
        """Print the stages, the wall time and the peak memory of this process, as JSON."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = peak / (1024**2 if sys.platform == "darwin" else 1024)
        wall = time.perf_counter() - self.begin
        print(json.dumps(self.stages | {"wall": wall, "memory": memory}))


def _cpu() -> float:
    own = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    return own + sum(_children_cpu())


def _children_cpu() -> Iterator[float]:
    """Yield the CPU seconds of every descendant that runs, which is where Spark works."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        seconds[pid] = (int(fields[11]) + int(fields[12])) / 100
    me = int(Path("/proc/self").resolve().name)
    for pid, parent in parents.items():
        ancestor = parent
        while ancestor not in {0, me}:
            ancestor = parents.get(ancestor, 0)
        if ancestor == me:
            yield seconds[pid]


def with_custrel(
    log: Any, read: Callable[[str], Any], keep: Callable[[Any, str], None], clock: Clock
) -> None:
    """Run the pipeline as a user of custrel does; `keep` writes a frame, `read` finds it again."""
    with clock.stage("summary"):
        summary = cr.summarize(log, customer="customer", observed_until=UNTIL)
        keep(summary.frame, "summary")
        summary = summary.with_frame(read("summary"))
    with clock.stage("fit"):
        model = cr.BgNbd.fit(summary)
    with clock.stage("predictions"):
        keep(model.predict(summary, horizon=HORIZON).frame, "predictions")
    with clock.stage("scores"):
        scored = cr.RfmScale.fit(summary).score(summary)
        keep(cr.STANDARD_SEGMENTS.label(scored).frame, "scores")


def duckdb(folder: Path, work: Path, clock: Clock) -> None:
    """Let DuckDB do it, within a limit of memory."""
    connection = _duckdb(work)
    with_custrel(
        connection.read_parquet(f"{folder}/log-*.parquet"),
        lambda name: connection.read_parquet(f"{work}/{name}.parquet"),
        lambda frame, name: frame.write_parquet(f"{work}/{name}.parquet"),
        clock,
    )


def _duckdb(work: Path) -> Any:
    import duckdb as engine  # noqa: PLC0415 - the other engines must not pay for it

    connection = engine.connect()
    connection.sql(f"set memory_limit = '{MEMORY}'")
    connection.sql(f"set temp_directory = '{work}/spill'")
    connection.sql("set preserve_insertion_order = false")
    return connection


# What comes after the first occasion is summed on its own, as custrel does.  To subtract
# `arg_min(amount, date)` from the whole would take a quarter less time, and leave rounding errors.
SUMMARY_BY_HAND = f"""
    with visits as (
        select customer, date, sum(amount) as amount from log group by customer, date
    ), openings as (
        select customer, min(date) as opening from log group by customer
    ), counted as (
        select customer, count(*) as orders, sum(amount) as revenue,
               min(date) as first_order, max(date) as last_order,
               sum(case when date > opening then amount else 0 end) as repeat_amount
        from visits join openings using (customer) group by customer
    )
    select customer, orders, revenue, orders - 1 as frequency,
           (last_order - first_order)::double as recency,
           (date '{UNTIL}' - first_order)::double as "T",
           case when orders > 1 then repeat_amount / (orders - 1) else 0 end as monetary_value,
           first_order, last_order, (date '{UNTIL}' - last_order)::double as idle
    from counted
"""
ROWS_BY_HAND = 'select frequency, recency, "T", count(*) as n from summary group by all'
PREDICTIONS_BY_HAND = 'select * from summary join small using (frequency, recency, "T")'


def duckdb_by_hand(folder: Path, work: Path, clock: Clock) -> None:
    """Do the same with SQL written for this log alone, which looks for nothing wrong in it."""
    connection = _duckdb(work)
    connection.sql(f"create view log as from '{folder}/log-*.parquet'")

    def keep(query: str, name: str) -> None:
        connection.sql(f"copy ({query}) to '{work}/{name}.parquet'")

    with clock.stage("summary"):
        keep(SUMMARY_BY_HAND, "summary")
        connection.sql(f"create view summary as from '{work}/summary.parquet'")
    with clock.stage("fit"):
        rows = connection.sql(ROWS_BY_HAND).pl()
        fit_rows(rows)
    with clock.stage("predictions"):
        rows = connection.sql(ROWS_BY_HAND).pl()
        connection.register("small", predicted(rows))
        keep(PREDICTIONS_BY_HAND, "predictions")
    with clock.stage("scores"):
        cuts = connection.sql(
            "select " + ", ".join(
                f"quantile_cont({name}, [0.2, 0.4, 0.6, 0.8])"
                for name in ("idle", "orders", "revenue")
            ) + " from summary"
        ).fetchall()[0]  # fmt: skip
        idle, orders, revenue = (
            " + ".join(f"({name} > {cut})::integer" for cut in values)
            for name, values in zip(("idle", "orders", "revenue"), cuts, strict=True)
        )
        cells = {
            f"{r}{f}{m}": cr.STANDARD_SEGMENTS.segment_of(f"{r}{f}{m}")
            for r in range(1, 6)
            for f in range(1, 6)
            for m in range(1, 6)
        }
        connection.register(
            "names", pl.DataFrame({"rfm": list(cells), "segment": list(cells.values())})
        )
        keep(
            f"""with scored as (
                select *, 5 - ({idle}) as r, 1 + {orders} as f, 1 + {revenue} as m from summary
            ) select scored.*, segment from scored join names on names.rfm = concat(r, f, m)""",
            "scores",
        )


def fit_rows(rows: pl.DataFrame) -> cr.BgNbd:
    """Fit to distinct rows; what a fit costs beyond the query is the same for everyone."""
    frame = rows.select(pl.exclude("n").repeat_by("n").explode())
    return cr.BgNbd.fit(cr.CustomerSummary(frame, unit="D"))


def predicted(rows: pl.DataFrame) -> pl.DataFrame:
    """Predict for distinct rows."""
    history = {name: rows[name].to_numpy() for name in HISTORY}
    return rows.with_columns(
        probability_alive=MODEL.probability_alive(**history),
        expected_purchases=MODEL.expected_purchases(horizon=HORIZON, **history),
    )


def polars(folder: Path, work: Path, clock: Clock) -> None:
    """Let Polars stream it."""
    with_custrel(
        pl.scan_parquet(folder / "log-*.parquet"),
        lambda name: pl.scan_parquet(work / f"{name}.parquet"),
        lambda frame, name: frame.sink_parquet(work / f"{name}.parquet"),
        clock,
    )


def spark(folder: Path, work: Path, clock: Clock) -> None:
    """Let Spark do it with two executors of 2 GB each."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - the other engines must not pay for it

    builder = SparkSession.builder.master("local-cluster[2,1,2048]")
    builder = builder.config("spark.executor.memory", "2g").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    with_custrel(
        session.read.parquet(str(folder)),
        lambda name: session.read.parquet(f"{work}/{name}"),
        lambda frame, name: frame.write.parquet(f"{work}/{name}"),
        clock,
    )


def main() -> None:
    """Run one engine."""
    engines = {task.__name__: task for task in (duckdb, duckdb_by_hand, polars, spark)}
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=engines)
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    options = parser.parse_args()
    clock = Clock()
    engines[options.engine](options.folder, options.work, clock)
    clock.report()


if __name__ == "__main__":
    main()
