"""Models, tiers, cohorts and base metrics say the same where the work is done by other processes."""

import math

import attrs
import numpy as np
import pandas as pd
import pytest
from scale.ugly import cdnow
from segmentation.engines import read

import custrel as cr
from custrel import segmentation as sg, valuation as va

pytestmark = [
    pytest.mark.engines,
    # Dask and PySpark warn of themselves, and Narwhals that Dask will be a plugin.
    pytest.mark.filterwarnings("ignore"),
]


def on_spark(session, rows):
    return session.createDataFrame(rows)


def on_dask(client, rows):
    import dask.dataframe as dd

    return dd.from_pandas(rows, npartitions=3)


ENGINES = {"spark": on_spark, "dask": on_dask}
LOG = cdnow()
SUMMARY = cr.summarize(LOG, unit="W", calibration_until="1997-09-30").frame
CUSTOMERS = SUMMARY.assign(
    id=SUMMARY["customer_id"],
    first_spend=SUMMARY["revenue"] / SUMMARY["orders"] / 50,
    profit=SUMMARY["revenue"] - 40,
)
FRIENDS = pd.DataFrame(
    {
        "customer_id": [f"c{i}" for i in range(90)],
        "referred_by": [f"c{i // 2}" if i % 3 == 2 else None for i in range(90)],
    }
)
CHANCE = np.random.default_rng(8)
GAVE = CHANCE.random((300, 6)) < CHANCE.beta(1.2, 0.8, (300, 1))
GAVE &= np.arange(6) < CHANCE.geometric(CHANCE.beta(0.7, 2.8, 300))[:, None]
DONORS = pd.DataFrame(
    {
        "frequency": GAVE.sum(axis=1),
        "recency": np.where(GAVE, np.arange(1, 7), 0).max(axis=1),
        "periods": 6,
    }
)
LASTED = CHANCE.geometric(CHANCE.beta(0.7, 1.2, 400))
CONTRACTS = pd.DataFrame({"tenure": LASTED.clip(max=7), "ended": LASTED <= 7})
BOUGHT = va.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4, unit="W")
KEEP = ["id", "frequency", "recency", "T"]


def answers(put):
    """Yield every question's name and its answer, from frames that were put on an engine."""
    customers, log = put(CUSTOMERS), put(LOG)
    summary = cr.CustomerSummary(put(CUSTOMERS[[*KEEP, "first_spend"]]), unit="W")
    yield "NBD", va.Nbd.fit(summary)
    regular = va.BgCnbd.fit(summary, k=2)
    yield "BG/CNBD-k", regular
    yield "predictions", read(regular.predict(summary, horizon=13))
    with_covariates = va.CovariateModel.fit(summary, va.BgNbd, purchase=["first_spend"])
    yield "covariates", with_covariates
    yield "BG/BB", va.BgBb.fit(put(DONORS), unit="Y")
    yield "contracts", va.ShiftedBetaGeometric.fit(put(CONTRACTS), unit="Y")
    yield "holdout", read(va.holdout_by(customers, BOUGHT), "group", "customers", "expected")
    tiers = sg.TIER_SCHEMES["value"].by_value([0.05, 0.15, 0.3])
    yield "tiers", read(tiers.classify(customers), "id", "abc")
    yield "repurchase", va.repurchase_rate(customers)
    yield "referrals", va.referral_rates(put(FRIENDS))
    yield "cohorts", read(va.cohorts(log).frame, "age", "customers", "active", "revenue")
    yield "whale curve", va.WhaleCurve.of(customers, profit="profit")


@pytest.mark.parametrize("kind", ENGINES)
def test_answers(request, kind):
    engine = request.getfixturevalue(kind)
    found = dict(answers(lambda rows: ENGINES[kind](engine, rows)))
    for question, expected in answers(lambda rows: rows):
        assert same(found[question], expected), question


def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if attrs.has(type(one)):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name))
            for field in attrs.fields(type(one))
            if field.name != "estimate"
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-6)
    return one == other
