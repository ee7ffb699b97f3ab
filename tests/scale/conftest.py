"""Real engines of more than one process: Spark with two executors, Dask with two workers."""

import os
import shutil
import warnings

import pytest

# CI sets it, so that there a missing engine is a failure and not a skip.
REQUIRED = "CUSTREL_REQUIRE_CLUSTERS"


def _unavailable(reason):
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def spark():
    """Return a session of Spark whose two executors are processes of their own."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        _unavailable("PySpark is not installed: python -m pip install -e '.[scale]'")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        _unavailable("there is no Java, which Spark runs on")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("custrel")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def dask():
    """Return a client of a Dask cluster of two processes."""
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError:
        _unavailable("Dask is not installed: python -m pip install -e '.[scale]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster = LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        )
        client = Client(cluster)
        yield client
        client.close()
        cluster.close()
