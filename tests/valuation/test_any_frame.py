"""Whatever frame a summary comes in, every function says the same of it, and leaves it alone."""

import decimal
import math
import warnings

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from custrel.errors import FitError, InvalidData
from custrel.valuation import (
    BgBb,
    BgNbd,
    CovariateEffect,
    CovariateModel,
    DiscountRate,
    GammaGamma,
    ParetoNbd,
    ShiftedBetaGeometric,
    bootstrap,
    compare,
    frequency_table,
    holdout_by,
    lifetime_value,
    posterior,
    predict_intervals,
    repurchase_rate,
    spend_independence,
    value_intervals,
)

SIZE = 40
MODEL = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4, unit="W")
EFFECT = CovariateEffect(parameter="alpha", covariate="z", size=0.4)
WITH_Z = CovariateModel(base=MODEL, effects=[EFFECT])
OPPORTUNITIES = BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78, unit="W")
CONTRACTS = ShiftedBetaGeometric(alpha=0.7, beta=1.2, unit="W")
SPEND = GammaGamma(p=6.25, q=3.74, v=15.44)
YEAR = {"horizon": 52, "discount": DiscountRate(0.1, "Y")}


def customers():
    """Return customers in whole weeks, as models of every kind know them."""
    rng = np.random.default_rng(3)
    drawn = MODEL.sample(T=rng.integers(20, 40, SIZE), seed=1)
    frame = pd.DataFrame({name: values.astype("int64") for name, values in drawn.items()})
    frame["recency"] = np.where(frame["frequency"] > 0, np.maximum(frame["recency"], 1), 0)
    frame["frequency"] = np.minimum(frame["frequency"], frame["recency"])
    frame["monetary_value"] = np.where(frame["frequency"] > 0, rng.integers(5, 60, SIZE), 0)
    frame["frequency_holdout"], frame["duration_holdout"] = rng.poisson(1, SIZE), 20
    frame["periods"] = frame["tenure"] = frame["T"]
    frame["z"] = frame["ended"] = np.arange(SIZE) % 2
    frame.insert(0, "customer_id", [f"c{i}" for i in range(SIZE)])
    return frame


FRAME = customers()
NUMBERS = [name for name in FRAME.columns if name != "customer_id"]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)
    LEARNT = BgNbd.fit(FRAME, unit="W", penalty=0.01)
    DRAWS = posterior(LEARNT, FRAME, seed=1, draws=20)

LEARN = {
    "fit": lambda frame: BgNbd.fit(frame, unit="W").parameters,
    "fit Pareto": lambda frame: ParetoNbd.fit(frame, unit="W").parameters,
    "fit BG/BB": lambda frame: BgBb.fit(frame, unit="W").parameters,
    "fit contracts": lambda frame: ShiftedBetaGeometric.fit(frame, unit="W").parameters,
    "fit spend": lambda frame: GammaGamma.fit(frame).parameters,
    "fit with z": lambda frame: CovariateModel.fit(frame, BgNbd, purchase=["z"], unit="W").parameters,
    "posterior": lambda frame: posterior(LEARNT, frame, seed=1, draws=10).parameters,
    "bootstrap": lambda frame: bootstrap(LEARNT, frame, seed=1, draws=2).parameters,
    "compare": lambda frame: str(compare([MODEL, LEARNT], frame)),
    "holdout": lambda frame: holdout_by(frame, MODEL, by="recency"),
    "frequencies": lambda frame: frequency_table(frame, MODEL),
    "independence": lambda frame: str(spend_independence(frame)),
}  # fmt: skip
SAY = {
    "predict": lambda frame: MODEL.predict(frame, horizon=10),
    "predict with z": lambda frame: WITH_Z.predict(frame, horizon=10),
    "predict BG/BB": lambda frame: OPPORTUNITIES.predict(frame, horizon=10),
    "predict contracts": lambda frame: CONTRACTS.predict(frame, horizon=10),
    "predict spend": SPEND.predict,
    "value": lambda frame: lifetime_value(frame, MODEL, SPEND, **YEAR),
    "value with z": lambda frame: lifetime_value(frame, WITH_Z, SPEND, **YEAR),
    "value of contracts": lambda frame: lifetime_value(frame, CONTRACTS, 30.0, **YEAR),
    "intervals": lambda frame: predict_intervals(frame, LEARNT, horizon=10),
    "value intervals": lambda frame: value_intervals(frame, DRAWS, SPEND, **YEAR),
    "repurchases": lambda frame: str(repurchase_rate(frame)),
}
EVERY = LEARN | SAY

ADDED = ("p_alive", "expected_purchases", "expected_spend", "lifetime_value", "p_active", "count")


def numbers_as(change):
    return lambda frame: frame.assign(**{name: change(frame[name]) for name in NUMBERS})


def in_two_chunks(frame):
    halves = (frame.iloc[:13], frame.iloc[13:])
    return pa.concat_tables([pa.Table.from_pandas(half, preserve_index=False) for half in halves])


def as_duckdb(frame, kind):
    columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name in NUMBERS)
    return duckdb.from_arrow(in_two_chunks(frame)).project(f"customer_id, {columns}")


FRAMES = {
    "one label for all": lambda frame: frame.set_axis([0] * SIZE),
    "two levels of labels": lambda frame: frame.set_axis(
        pd.MultiIndex.from_arrays([np.arange(SIZE) // 3, np.arange(SIZE)])
    ),
    "labels named as a column": lambda frame: frame.rename_axis("frequency"),
    "Int64": numbers_as(lambda values: values.astype("Int64")),
    "uint64": numbers_as(lambda values: values.astype("uint64")),
    "int8": numbers_as(lambda values: values.astype("int8")),
    "float32": numbers_as(lambda values: values.astype("float32")),
    "pyarrow": numbers_as(lambda values: values.astype("double[pyarrow]")),
    "Decimal": numbers_as(lambda values: values.map(lambda each: decimal.Decimal(int(each)))),
    "objects": numbers_as(lambda values: values.astype(object)),
    "what is added is there": lambda frame: frame.assign(**dict.fromkeys(ADDED, "x")),
    "Polars": pl.from_pandas,
    "lazy Polars": lambda frame: pl.from_pandas(frame).lazy(),
    "Polars, Decimal": lambda frame: pl.from_pandas(frame).with_columns(
        pl.col(NUMBERS).cast(pl.Decimal(12, 2))
    ),
    "chunks": in_two_chunks,
    "names as a dictionary": lambda frame: in_two_chunks(frame).set_column(
        0, "customer_id", in_two_chunks(frame)["customer_id"].dictionary_encode()
    ),
    "DuckDB, Decimal": lambda frame: as_duckdb(frame, "DECIMAL(10, 2)"),
    "DuckDB, huge": lambda frame: as_duckdb(frame, "HUGEINT"),
}


def quietly(function, frame):
    """Return what a function says, whatever it warns of so few customers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return function(frame)


def as_pandas(found):
    """Return a table as pandas, in the order of customers."""
    found = found.collect() if isinstance(found, pl.LazyFrame) else found
    for way in ("to_pandas", "df"):
        found = getattr(found, way)() if hasattr(found, way) else found
    if "customer_id" in found:
        found = found.assign(customer_id=found["customer_id"].astype(str))
        found = found.sort_values("customer_id")
    return found.reset_index(drop=True)


@pytest.mark.parametrize("kind", FRAMES.values(), ids=FRAMES)
def test_whatever_frame_it_is_the_same_is_said(kind):
    frame = kind(FRAME)
    before = frame.copy() if isinstance(frame, pd.DataFrame) else None
    for name, function in EVERY.items():
        found, right = quietly(function, frame), RIGHT[name]
        if isinstance(right, pd.DataFrame):
            table = as_pandas(found)[list(right.columns)]
            for column in right.columns.drop("customer_id", errors="ignore"):
                values = table[column].astype(float)
                np.testing.assert_allclose(values, right[column], rtol=2e-5, err_msg=f"{name} {column}")  # fmt: skip
        elif isinstance(right, dict):
            assert found == pytest.approx(right, rel=1e-5, abs=1e-9), name
        elif isinstance(right, np.ndarray):
            np.testing.assert_allclose(found, right, rtol=1e-4, err_msg=name)
        else:
            assert found == right, name
        if before is not None:
            pd.testing.assert_frame_equal(frame, before)
            if name in SAY and isinstance(found, pd.DataFrame):
                assert found.index.equals(frame.index)


RIGHT = {
    name: as_pandas(found) if isinstance(found, pd.DataFrame) else found
    for name, found in ((name, quietly(function, FRAME)) for name, function in EVERY.items())
}

EMPTY = {
    "pandas": lambda frame: frame.iloc[:0],
    "objects": lambda frame: frame.iloc[:0].astype(object),
    "lazy Polars": lambda frame: pl.from_pandas(frame).head(0).lazy(),
    "PyArrow": lambda frame: in_two_chunks(frame).slice(0, 0),
    "DuckDB": lambda frame: as_duckdb(frame, "DOUBLE").filter("1 = 0"),
}


@pytest.mark.parametrize("kind", EMPTY.values(), ids=EMPTY)
def test_of_nobody_nothing_is_said_and_nothing_learnt(kind):
    frame = kind(FRAME)
    for name, function in EVERY.items():
        if name in LEARN:
            with pytest.raises((FitError, InvalidData), match=r"\b0 |there is no customer"):
                function(frame)
        elif name != "repurchases":
            assert len(as_pandas(function(frame))) == 0, name


def test_how_long_somebody_was_observed_is_not_known():
    rows = FRAME.assign(T=FRAME["T"].astype(float))
    rows.loc[3, "T"] = np.nan
    words = "column 'T': missing, infinite or negative in 1 customer"
    with pytest.raises(InvalidData, match=words):
        bootstrap(LEARNT, rows, seed=1, draws=2)


def test_a_posterior_of_those_observed_for_no_time():
    """The priors are left, around whatever unit: nothing is divided by nobody."""
    rows = pd.DataFrame({"frequency": [0, 0], "recency": [0.0, 0.0], "T": [0.0, 0.0]})
    assert np.isfinite(posterior(LEARNT, rows, seed=1, draws=20).parameters).all()


@pytest.mark.parametrize("frequency", [np.nan, np.inf, -1, 1.5])
def test_independence_of_frequencies_that_are_none(frequency):
    rows = FRAME.assign(frequency=FRAME["frequency"].astype(float))
    rows.loc[3, "frequency"] = frequency
    with pytest.raises(InvalidData, match="column 'frequency': not a whole number >= 0 in 1 row"):
        spend_independence(rows)


def test_an_infinite_mean_is_not_known():
    """Of arrays as of frames; without a repeat purchase it is not looked at."""
    rows = pd.DataFrame({"frequency": [2.0, 0.0], "monetary_value": [math.inf, math.inf]})
    found = SPEND.expected_spend(**{name: rows[name] for name in rows})
    np.testing.assert_array_equal(found, [math.nan, SPEND.mean])
    for frame in (rows, pl.from_pandas(rows)):
        said = as_pandas(SPEND.predict(frame))["expected_spend"]
        np.testing.assert_array_equal(said, found)
