"""Customers, orders and a model to draw."""

import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from custrel.segmentation import rfm
from custrel.transactions import summarize
from custrel.valuation import BgNbd

CDNOW = Path(__file__).parents[2] / "examples" / "data" / "cdnow_sample.csv"


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def log():
    return pd.read_csv(CDNOW, parse_dates=["date"])


@pytest.fixture(scope="session")
def halves(log):
    """CDNOW, the customary 39 weeks of calibration and 39 of holdout."""
    return summarize(log, unit="W", calibration_until="1997-09-30")


@pytest.fixture(scope="session")
def model():
    """BG/NBD as it is published for CDNOW, in weeks."""
    return BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")


@pytest.fixture(scope="session")
def scored(log):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ties leave a score empty
        return rfm(summarize(log, unit="W"))
