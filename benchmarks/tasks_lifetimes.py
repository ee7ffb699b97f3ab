"""What lifetimes does, in an environment of its own.

Run by `summarize.py` and `purchase_models.py`; by hand, with the peers' Python:
``benchmarks/.peers/bin/python benchmarks/tasks_lifetimes.py summarize FOLDER``.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from data import CDNOW, load, save
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.datasets import load_dataset
from lifetimes.utils import summary_data_from_transaction_data
from measure import measure, run_task

SMALL = 1000
Measured = tuple[dict[str, Any], dict[str, float]]


def summarize(folder: Path) -> Measured:
    """Make the customer summary of a log."""
    log = pd.DataFrame(load(folder))
    columns = "customer", "date", "amount"
    summary_data_from_transaction_data(log.head(SMALL), *columns)
    table, figures = measure(lambda: summary_data_from_transaction_data(log, *columns))
    table = table.sort_index().reset_index()
    return {name: table[name].to_numpy() for name in table}, figures


def bg_nbd(folder: Path) -> Measured:
    """Fit BG/NBD to customers."""
    summary = pd.DataFrame(load(folder))

    def fit(rows: pd.DataFrame) -> BetaGeoFitter:
        return BetaGeoFitter().fit(rows["frequency"], rows["recency"], rows["T"])

    fit(summary.head(SMALL))
    model, figures = measure(lambda: fit(summary))
    return _bg_nbd_result(model), figures


def bg_nbd_grouped(folder: Path) -> Measured:
    """Fit BG/NBD as its strongest user does: group equal customers, then pass weights."""
    summary = pd.DataFrame(load(folder))

    def fit(rows: pd.DataFrame) -> BetaGeoFitter:
        grouped = rows.groupby(["frequency", "recency", "T"], sort=False).size().reset_index()
        history = grouped["frequency"], grouped["recency"], grouped["T"]
        return BetaGeoFitter().fit(*history, weights=grouped[0])

    fit(summary.head(SMALL))
    model, figures = measure(lambda: fit(summary))
    return _bg_nbd_result(model), figures


def _bg_nbd_result(model: BetaGeoFitter) -> dict[str, Any]:
    """Return parameters and log-likelihood in the data's own unit of time.

    The fitter keeps the mean negative log-likelihood with times scaled to 10; its own function
    on times as they came gives the plain one.
    """
    weights = model.data["weights"].to_numpy()
    history = (model.data[name].to_numpy() for name in ("frequency", "recency", "T"))
    mean = model._negative_log_likelihood(np.log(model.params_.to_numpy()), *history, weights, 0)  # noqa: SLF001
    return {"parameters": model.params_.to_numpy(), "log_likelihood": -mean * weights.sum()}


def gamma_gamma(folder: Path) -> Measured:
    """Fit Gamma-Gamma to the repeat buyers."""
    summary = pd.DataFrame(load(folder))

    def fit(rows: pd.DataFrame) -> GammaGammaFitter:
        rows = rows[rows["frequency"] > 0]
        return GammaGammaFitter().fit(rows["frequency"], rows["monetary_value"])

    fit(summary.head(SMALL))
    model, figures = measure(lambda: fit(summary))
    return _gamma_gamma_result(model), figures


def gamma_gamma_grouped(folder: Path) -> Measured:
    """Fit Gamma-Gamma to repeat buyers who were grouped first."""
    summary = pd.DataFrame(load(folder))

    def fit(rows: pd.DataFrame) -> GammaGammaFitter:
        rows = rows[rows["frequency"] > 0]
        grouped = rows.groupby(["frequency", "monetary_value"], sort=False).size().reset_index()
        spend = grouped["frequency"], grouped["monetary_value"]
        return GammaGammaFitter().fit(*spend, weights=grouped[0])

    fit(summary.head(SMALL))
    model, figures = measure(lambda: fit(summary))
    return _gamma_gamma_result(model), figures


def _gamma_gamma_result(model: GammaGammaFitter) -> dict[str, Any]:
    mean = model._negative_log_likelihood_
    total = model.data["weights"].sum()
    return {"parameters": model.params_.to_numpy(), "log_likelihood": -mean * total}


def probability_alive(folder: Path) -> Measured:
    """Compute P(alive) of every customer, at CDNOW's parameters."""
    summary, model = pd.DataFrame(load(folder)), _cdnow_model()
    history = summary["frequency"], summary["recency"], summary["T"]
    values, figures = measure(lambda: model.conditional_probability_alive(*history))
    return {"values": np.asarray(values)}, figures


def expected_purchases(folder: Path) -> Measured:
    """Compute the purchases to expect of every customer within 39 weeks."""
    summary, model = pd.DataFrame(load(folder)), _cdnow_model()
    history = summary["frequency"], summary["recency"], summary["T"]
    expect = model.conditional_expected_number_of_purchases_up_to_time
    values, figures = measure(lambda: expect(39, *history))
    return {"values": np.asarray(values)}, figures


def _cdnow_model() -> BetaGeoFitter:
    model = BetaGeoFitter()
    names = ["r", "alpha", "a", "b"]
    model.params_ = pd.Series([CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b], index=names)
    return model


def cdnow(folder: Path) -> Measured:
    """Write CDNOW's summary of 39 weeks, which lifetimes carries as a log."""
    columns = ["dataset_id", "customer", "date", "quantity", "amount"]
    log = load_dataset("CDNOW_sample.txt", header=None, names=columns, sep=r"\s+")
    log["date"] = pd.to_datetime(log["date"].astype(str))
    options = {"observation_period_end": "1997-09-30", "freq": "D", "freq_multiplier": 7}
    table = summary_data_from_transaction_data(log, "customer", "date", "amount", **options)
    save({name: table[name].to_numpy() for name in table}, folder)
    return {}, {}


if __name__ == "__main__":
    run_task(
        {
            "lifetimes_summary": summarize,
            "lifetimes_bg_nbd": bg_nbd,
            "lifetimes_bg_nbd_grouped": bg_nbd_grouped,
            "lifetimes_gamma_gamma": gamma_gamma,
            "lifetimes_gamma_gamma_grouped": gamma_gamma_grouped,
            "lifetimes_probability_alive": probability_alive,
            "lifetimes_expected_purchases": expected_purchases,
            "cdnow": cdnow,
        }
    )
