"""What custrel does, beside the queries and packages that it is compared with.

Run by `summarize.py`, `cohorts.py`, `purchase_models.py` and `path_models.py`; by hand:
``python benchmarks/tasks_custrel.py pandas FOLDER``.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from data import CDNOW, load
from measure import measure, run_task
from mobi import CONSTRUCTS, ITEMS, PATHS

import custrel as cr
from custrel.satisfaction import PathModel, PlsBootstrap, pls
from custrel.valuation import cohorts

SMALL = 1000
Measured = tuple[dict[str, Any], dict[str, float]]


def summary_pandas(folder: Path) -> Measured:
    """Make the customer summary of a pandas log."""
    log = pd.DataFrame(load(folder))
    cr.summarize(log.head(SMALL), customer="customer")
    summary, figures = measure(lambda: cr.summarize(log, customer="customer"))
    return {name: summary.frame[name].to_numpy() for name in summary.frame}, figures


def summary_eager(folder: Path) -> Measured:
    """Make the customer summary of an eager Polars log."""
    log = pl.DataFrame(load(folder))
    cr.summarize(log.head(SMALL), customer="customer")
    summary, figures = measure(lambda: cr.summarize(log, customer="customer"))
    return {column.name: column.to_numpy() for column in summary.frame}, figures


def summary_lazy(folder: Path) -> Measured:
    """Make the customer summary of a lazy Polars log, and collect it."""
    log = pl.DataFrame(load(folder))
    _collected(log.head(SMALL).lazy())
    table, figures = measure(lambda: _collected(log.lazy()))
    return {column.name: column.to_numpy() for column in table.sort("customer")}, figures


def summary_scan(folder: Path) -> Measured:
    """Make the customer summary of a Parquet file that Polars scans, and collect it."""
    log = pl.scan_parquet(folder / "log.parquet")
    _collected(log.head(SMALL))
    table, figures = measure(lambda: _collected(log))
    return {column.name: column.to_numpy() for column in table.sort("customer")}, figures


def _collected(log: pl.LazyFrame) -> pl.DataFrame:
    return cr.summarize(log, customer="customer").frame.collect(engine="streaming")


def cohorts_of(kind: Callable[[Any], Any], folder: Path) -> Measured:
    """Make the cohort table of a log, whatever holds it."""
    columns = load(folder)
    log, small = kind(columns), kind({name: some[:SMALL] for name, some in columns.items()})
    _cohorts(small)
    table, figures = measure(lambda: _cohorts(log))
    table = table[table["active"] > 0]  # a query by hand has no rows for what did not happen
    dates = {name: table[name].to_numpy().astype("M8[D]") for name in ("cohort", "period")}
    counts = {name: table[name].to_numpy() for name in ("active", "purchases", "revenue")}
    return dates | counts, figures


def _cohorts(log: Any) -> pd.DataFrame:
    frame = nw.from_native(cohorts(log, customer="customer").frame)
    return frame.lazy().collect("pandas").to_native()


def bg_nbd(folder: Path) -> Measured:
    """Fit BG/NBD to customers."""
    return _fitted(cr.BgNbd, folder)


def mbg_nbd(folder: Path) -> Measured:
    """Fit MBG/NBD to customers."""
    return _fitted(cr.MbgNbd, folder)


def pareto_nbd(folder: Path) -> Measured:
    """Fit Pareto/NBD to customers."""
    return _fitted(cr.ParetoNbd, folder)


def _fitted(kind: Any, folder: Path) -> Measured:
    summary = cr.CustomerSummary(pd.DataFrame(load(folder)), unit="W")
    kind.fit(summary.with_frame(summary.frame.head(SMALL)))
    model, figures = measure(lambda: kind.fit(summary))
    parameters = np.array([getattr(model, name) for name in model.standard_errors])
    return {"parameters": parameters, "log_likelihood": model.estimate.log_likelihood}, figures


def bg_bb(folder: Path) -> Measured:
    """Fit BG/BB to donors."""
    donors = pd.DataFrame(load(folder))
    cr.BgBb.fit(donors.head(SMALL))
    model, figures = measure(lambda: cr.BgBb.fit(donors))
    parameters = np.array([model.alpha, model.beta, model.gamma, model.delta])
    return {"parameters": parameters, "log_likelihood": model.estimate.log_likelihood}, figures


def lifetime_value(folder: Path) -> Measured:
    """Add the value of twelve months of every customer, and what it is made of, to a frame."""
    summary, model, spend = _valued(folder)
    options = {"horizon": 12, "discount": cr.DiscountRate.per_month(0.01)}
    value = partial(cr.lifetime_value, model=model, spend=spend, **options)
    value(summary.with_frame(summary.frame.head(SMALL)))
    valued, figures = measure(lambda: value(summary))
    return {"values": valued.frame["lifetime_value"].to_numpy()}, figures


def lifetime_value_of_columns(folder: Path) -> Measured:
    """Compute the same values alone, of columns, as lifetimes does."""
    summary, model, spend = _valued(folder)
    history = {name: summary.frame[name] for name in ("frequency", "recency", "T")}
    amounts = summary.frame["monetary_value"]

    def value() -> Any:
        purchases = model.discounted_purchases(**history, horizon=12, rate=0.01)
        frequency = history["frequency"]
        return purchases * spend.expected_spend(frequency=frequency, monetary_value=amounts)

    values, figures = measure(value)
    return {"values": values}, figures


def _valued(folder: Path) -> tuple[cr.CustomerSummary, cr.BgNbd, cr.GammaGamma]:
    """Return customers and models, at CDNOW's parameters.

    Values are discounted by the month, as lifetimes does it, so that times are in months.
    """
    frame, months = pd.DataFrame(load(folder)), cr.TimeUnit("W").in_units("M")
    for name in ("recency", "T"):
        frame[name] = np.rint(frame[name] * 7) / cr.TimeUnit("M").days
    summary = cr.CustomerSummary(frame, unit="M")
    model = cr.BgNbd(r=CDNOW.r, alpha=CDNOW.alpha * months, a=CDNOW.a, b=CDNOW.b, unit="M")
    return summary, model, cr.GammaGamma(p=CDNOW.p, q=CDNOW.q, v=CDNOW.v)


def gamma_gamma(folder: Path) -> Measured:
    """Fit Gamma-Gamma to the repeat buyers."""
    summary = cr.CustomerSummary(pd.DataFrame(load(folder)), unit="W")
    cr.GammaGamma.fit(summary.with_frame(summary.frame.head(SMALL)))
    model, figures = measure(lambda: cr.GammaGamma.fit(summary))
    parameters = np.array([model.p, model.q, model.v])
    return {"parameters": parameters, "log_likelihood": model.estimate.log_likelihood}, figures


def probability_alive(folder: Path) -> Measured:
    """Compute P(alive) of every customer, at CDNOW's parameters."""
    history, model = _history(folder), _cdnow_model()
    values, figures = measure(lambda: model.probability_alive(**history))
    return {"values": values}, figures


def expected_purchases(folder: Path) -> Measured:
    """Compute the purchases to expect of every customer within 39 weeks."""
    history, model = _history(folder), _cdnow_model()
    values, figures = measure(lambda: model.expected_purchases(horizon=39, **history))
    return {"values": values}, figures


def predict(folder: Path) -> Measured:
    """Add both to a pandas summary."""
    frame = pd.DataFrame(load(folder))
    summary, model = cr.CustomerSummary(frame, unit="W"), _cdnow_model()
    predicted, figures = measure(lambda: model.predict(summary, horizon=39))
    return {name: predicted.frame[name].to_numpy() for name in predicted.frame}, figures


def path_model(folder: Path) -> Measured:
    """Resample a satisfaction index' path model a thousand times, with all that it reports."""
    columns = load(folder)
    answers = pd.DataFrame({name: columns[name] for name in ITEMS})
    model = PathModel(CONSTRUCTS, PATHS)

    def resample(times: int) -> PlsBootstrap:
        return pls(answers, model=model).bootstrap(seed=1, resamples=times)

    resample(20)
    again, figures = measure(lambda: resample(1000))
    return _path_result(again.intervals("paths")), figures


def _path_result(table: pd.DataFrame) -> dict[str, Any]:
    order = table.set_index(["source", "target"]).loc[PATHS]
    return {"paths": order["estimate"].to_numpy(), "errors": order["standard_error"].to_numpy()}


def _history(folder: Path) -> dict[str, Any]:
    columns = load(folder)
    return {name: columns[name] for name in ("frequency", "recency", "T")}


def _cdnow_model() -> cr.BgNbd:
    return cr.BgNbd(r=CDNOW.r, alpha=CDNOW.alpha, a=CDNOW.a, b=CDNOW.b, unit="W")


if __name__ == "__main__":
    run_task(
        {
            "summary_pandas": summary_pandas,
            "summary_eager": summary_eager,
            "summary_lazy": summary_lazy,
            "summary_scan": summary_scan,
            "cohorts_lazy": partial(cohorts_of, pl.LazyFrame),
            "cohorts_eager": partial(cohorts_of, pl.DataFrame),
            "cohorts_pandas": partial(cohorts_of, pd.DataFrame),
            "cohorts_pyarrow": partial(cohorts_of, pa.table),
            "cohorts_duckdb": partial(cohorts_of, lambda rows: duckdb.from_arrow(pa.table(rows))),
            "bg_nbd": bg_nbd,
            "mbg_nbd": mbg_nbd,
            "pareto_nbd": pareto_nbd,
            "bg_bb": bg_bb,
            "lifetime_value": lifetime_value,
            "lifetime_value_of_columns": lifetime_value_of_columns,
            "gamma_gamma": gamma_gamma,
            "probability_alive": probability_alive,
            "expected_purchases": expected_purchases,
            "predict": predict,
            "path_model": path_model,
        }
    )
