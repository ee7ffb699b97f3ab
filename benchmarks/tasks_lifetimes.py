"""What lifetimes does, in an environment of its own.

Run by `summarize.py` and `purchase_models.py`; by hand, with the peers' Python:
``benchmarks/.peers/bin/python benchmarks/tasks_lifetimes.py summarize FOLDER``.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from data import CDNOW, load, save
from lifetimes import (
    BetaGeoBetaBinomFitter,
    BetaGeoFitter,
    GammaGammaFitter,
    ModifiedBetaGeoFitter,
    ParetoNBDFitter,
)
from lifetimes.datasets import load_dataset
from lifetimes.utils import summary_data_from_transaction_data
from measure import measure, run_task

SMALL = 1000
HISTORY = ("frequency", "recency", "T")
FITTERS = {
    "bg_nbd": (BetaGeoFitter, HISTORY),
    "mbg_nbd": (ModifiedBetaGeoFitter, HISTORY),
    "pareto_nbd": (ParetoNBDFitter, HISTORY),
    "bg_bb": (BetaGeoBetaBinomFitter, ("frequency", "recency", "periods")),
}
Fitter = BetaGeoFitter | ModifiedBetaGeoFitter | ParetoNBDFitter | BetaGeoBetaBinomFitter
Measured = tuple[dict[str, Any], dict[str, float]]


def summarize(folder: Path) -> Measured:
    """Make the customer summary of a log."""
    log = pd.DataFrame(load(folder))
    columns = "customer", "date", "amount"
    summary_data_from_transaction_data(log.head(SMALL), *columns)
    table, figures = measure(lambda: summary_data_from_transaction_data(log, *columns))
    table = table.sort_index().reset_index()
    return {name: table[name].to_numpy() for name in table}, figures


def fit_as_it_is(fitter: type[Fitter], columns: Sequence[str], folder: Path) -> Measured:
    """Fit a model to customers."""

    def fit(rows: pd.DataFrame) -> Fitter:
        return fitter().fit(*(rows[name] for name in columns))

    return _fitted(fit, columns, folder)


def fit_grouped(fitter: type[Fitter], columns: Sequence[str], folder: Path) -> Measured:
    """Fit a model as its strongest user does: group equal customers, then pass weights."""

    def fit(rows: pd.DataFrame) -> Fitter:
        grouped = rows.groupby([*columns], sort=False).size().reset_index()
        return fitter().fit(*(grouped[name] for name in columns), weights=grouped[0])

    return _fitted(fit, columns, folder)


def _fitted(
    fit: Callable[[pd.DataFrame], Fitter], columns: Sequence[str], folder: Path
) -> Measured:
    summary = pd.DataFrame(load(folder))
    fit(summary.head(SMALL))
    model, figures = measure(lambda: fit(summary))
    return _result(model, columns), figures


def _result(model: Fitter, columns: Sequence[str]) -> dict[str, Any]:
    """Return parameters and log-likelihood in the data's own unit of time.

    The fitter keeps the mean negative log-likelihood with times scaled to 10; its own function
    on times as they came gives the plain one.
    """
    weights = model.data["weights"].to_numpy()
    if isinstance(model, ParetoNBDFitter):  # whose function overflows on times as they came
        repeats = (weights * model.data["frequency"]).sum()
        likelihood = -model._negative_log_likelihood_ * weights.sum()
        plain = likelihood + repeats * np.log(model._scale)  # noqa: SLF001
        return {"parameters": model.params_.to_numpy(), "log_likelihood": plain}
    named = ["n_periods" if name == "periods" else name for name in columns]
    history = (model.data[name].to_numpy() for name in named)
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


def lifetime_value(folder: Path) -> Measured:
    """Compute the value of twelve months of every customer, at CDNOW's parameters."""
    summary, model, spend = pd.DataFrame(load(folder)), _cdnow_model(), GammaGammaFitter()
    model.predict = model.conditional_expected_number_of_purchases_up_to_time
    spend.params_ = pd.Series([CDNOW.p, CDNOW.q, CDNOW.v], index=["p", "q", "v"])
    columns = [summary[name] for name in ("frequency", "recency", "T", "monetary_value")]
    options = {"time": 12, "discount_rate": 0.01, "freq": "W"}
    values, figures = measure(lambda: spend.customer_lifetime_value(model, *columns, **options))
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
            **{
                f"lifetimes_{name}{suffix}": partial(fit, fitter, columns)
                for name, (fitter, columns) in FITTERS.items()
                for suffix, fit in (("", fit_as_it_is), ("_grouped", fit_grouped))
            },
            "lifetimes_lifetime_value": lifetime_value,
            "lifetimes_gamma_gamma": gamma_gamma,
            "lifetimes_gamma_gamma_grouped": gamma_gamma_grouped,
            "lifetimes_probability_alive": probability_alive,
            "lifetimes_expected_purchases": expected_purchases,
            "cdnow": cdnow,
        }
    )
