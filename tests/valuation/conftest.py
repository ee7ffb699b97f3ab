"""The orders of CDNOW, and customers that follow the models."""

import pandas as pd
import pytest
from logs import CDNOW

from custrel.transactions import summarize


@pytest.fixture(scope="session")
def orders():
    """The sample of CDNOW: 6,919 orders of 2,357 customers."""
    return pd.read_csv(CDNOW, parse_dates=["date"])


@pytest.fixture(scope="session")
def cdnow(orders):
    """Its customers after 39 weeks, with the 39 weeks that followed beside them."""
    return summarize(orders, unit="W", calibration_until="1997-09-30")
