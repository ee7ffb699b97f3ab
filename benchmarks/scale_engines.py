"""Engines that need not hold a log in memory: how each splits, reads and writes."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import attrs
import polars as pl

MEMORY = "3GB"  # what DuckDB may use


class Engine(Protocol):
    """A folder with a log, a folder to work in, and who does the work."""

    folder: Path
    work: Path

    def split(self, parts: int) -> Iterator[Any]:
        """Yield the log in parts of whole customers."""
        ...

    def read(self, name: str) -> Any:
        """Return a frame over what was kept."""
        ...

    def keep(self, frame: Any, name: str) -> None:
        """Write a frame to Parquet."""
        ...


@attrs.frozen(slots=False)
class DuckDb:
    """DuckDB within a limit of memory."""

    folder: Path
    work: Path

    @cached_property
    def connection(self) -> Any:
        """A database of its own, in memory and with room to spill."""
        import duckdb  # noqa: PLC0415 - the other engines must not pay for it

        connection = duckdb.connect()
        connection.sql(f"set memory_limit = '{MEMORY}'")
        connection.sql(f"set temp_directory = '{self.work}/spill'")
        connection.sql("set preserve_insertion_order = false")
        return connection

    def split(self, parts: int) -> Iterator[Any]:
        log = f"'{self.folder}/log-*.parquet'"
        if parts == 1:
            yield self.connection.sql(f"from {log}")
            return
        self.connection.sql(
            f"copy (select *, hash(customer) % {parts} as part from {log}) "
            f"to '{self.work}/parts' (format parquet, partition_by part)"
        )
        for part in range(parts):
            yield self.connection.sql(f"from '{self.work}/parts/part={part}/*.parquet'")

    def read(self, name: str) -> Any:
        return self.connection.sql(f"from '{self.work}/{name}*.parquet'")

    def keep(self, frame: Any, name: str) -> None:
        frame.write_parquet(f"{self.work}/{name}.parquet")


@attrs.frozen
class Polars:
    """Polars, which streams."""

    folder: Path
    work: Path

    def split(self, parts: int) -> Iterator[Any]:
        log = pl.scan_parquet(self.folder / "log-*.parquet")
        if parts == 1:
            yield log
            return
        part = (pl.col("customer").hash() % parts).alias("part")
        log.sink_parquet(pl.PartitionBy(self.work / "parts", key=part, include_key=False))
        for number in range(parts):
            yield pl.scan_parquet(
                self.work / f"parts/part={number}/*.parquet", hive_partitioning=False
            )

    def read(self, name: str) -> Any:
        return pl.scan_parquet(self.work / f"{name}*.parquet")

    def keep(self, frame: Any, name: str) -> None:
        frame.sink_parquet(self.work / f"{name}.parquet")


@attrs.frozen(slots=False)
class Spark:
    """Spark with two executors of 2 GB each, which splits its work by itself."""

    folder: Path
    work: Path

    @cached_property
    def session(self) -> Any:
        """A cluster of three processes on this machine."""
        from pyspark.sql import SparkSession  # noqa: PLC0415 - as above

        settings = {
            "spark.executor.memory": "2g",
            "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.local.dir": f"{self.work}/spill",
        }
        builder = SparkSession.builder.master("local-cluster[2,1,2048]")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        return session

    def split(self, parts: int) -> Iterator[Any]:  # noqa: ARG002 - it splits work by itself
        yield self.session.read.parquet(f"{self.folder}/log-*.parquet")

    def read(self, name: str) -> Any:
        return self.session.read.parquet(f"{self.work}/{name}*")

    def keep(self, frame: Any, name: str) -> None:
        frame.write.parquet(f"{self.work}/{name}")


ENGINES: dict[str, type[Engine]] = {"duckdb": DuckDb, "polars": Polars, "spark": Spark}
