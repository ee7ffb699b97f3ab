"""A worker that dies in the middle changes nothing: the engine tries again."""

import os
import signal
from pathlib import Path

import pytest
from logs import assert_same, by_customer
from scale.ugly import ugly

import custrel as cr

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore"),  # Dask and PySpark warn of themselves
]


def check(found, log):
    assert_same(by_customer(found), by_customer(cr.summarize(log)), rel=1e-9)


def test_dask_loses_a_worker(dask, tmp_path):
    import dask.dataframe as dd

    log, struck = ugly(), tmp_path / "struck"

    def part(number):
        if number == 2 and not struck.exists():
            struck.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return log.iloc[number::4]

    frame = dd.from_map(part, range(4), meta=log.head(0))
    check(cr.summarize(frame), log)
    assert struck.exists()


def test_spark_loses_an_executor(spark, tmp_path):
    log, struck = ugly(), tmp_path / "struck"

    def strike(batches):
        for batch in batches:
            if not struck.exists():
                struck.touch()
                stat = Path(f"/proc/{os.getppid()}/stat").read_text()  # of the parent: its parent
                executor = int(stat.rpartition(")")[2].split()[1])
                os.kill(executor, signal.SIGKILL)
            yield batch

    frame = spark.createDataFrame(log).repartition(4)
    frame = frame.withColumn("date", frame["date"].cast("timestamp_ntz"))
    check(cr.summarize(frame.mapInPandas(strike, frame.schema)), log)
    assert struck.exists()
