"""Models with covariates are checked as the plain ones are: over time, by counts, by densities."""

import datetime as dt
from collections import defaultdict

import attrs
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

import custrel as cr
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnsupportedFrame
from custrel.plotting import plot_frequencies, plot_heterogeneity, plot_tracking
from custrel.valuation import (
    BgNbd,
    CovariateEffect,
    CovariateModel,
    MbgNbd,
    ParetoNbd,
    frequency_table,
    heterogeneity,
)
from custrel.valuation.tracking import tracking

START = dt.date(2024, 1, 1)
BASES = {
    "bg": BgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5, unit="W"),
    "mbg": MbgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5, unit="W"),
    "pareto": ParetoNbd(r=0.8, alpha=6.0, s=0.9, beta=12.0, unit="W"),
}
bases = pytest.mark.parametrize("base", BASES.values(), ids=BASES)


def model_of(base, referred=0.7, young=-0.4):
    stop = "beta" if isinstance(base, ParetoNbd) else "a"
    return CovariateModel(
        base=base,
        effects=[
            CovariateEffect(parameter="alpha", covariate="referred", size=referred),
            CovariateEffect(parameter=stop, covariate="young", size=young),
        ],
    )


def log_of(orders):
    """Make a log of (customer, day)."""
    who, day = zip(*orders, strict=True)
    return {
        "customer_id": list(who),
        "date": [START + dt.timedelta(days=d) for d in day],
        "amount": [5.0] * len(who),
    }


def table_of(kinds):
    """Make a table of the covariates of customers."""
    referred, young = zip(*kinds.values(), strict=True)
    return {"customer_id": list(kinds), "referred": list(referred), "young": list(young)}


ORDERS = [(1, 0), (1, 8), (1, 19), (2, 2), (2, 19), (3, 0), (3, 9), (4, 3), (5, 17)]
KINDS = {1: (True, 0), 2: (True, 0), 3: (False, 0), 4: (False, 1), 5: (True, 1), 9: (False, 7)}
HALVES = {"calibration_until": "2024-01-14", "observed_until": "2024-01-24"}
LOG, TABLE = pd.DataFrame(log_of(ORDERS)), pd.DataFrame(table_of(KINDS))


def by_definition(model, orders, kinds, until, calibrated):
    """Add up what is expected of each customer by the end of each week."""
    first = defaultdict(lambda: until + 1)
    for who, day in orders:
        first[who] = min(first[who], day)
    cohort = {who: day for who, day in first.items() if day <= calibrated}
    end, sums = min(cohort.values()) - 1, []
    while end < until:
        end = min(end + 7, until)
        plain = {
            who: model.of(referred=kinds[who][0], young=kinds[who][1])
            for who, day in cohort.items()
            if day <= end
        }
        sums.append(
            sum(
                float(each.expected_purchases(horizon=(end - cohort[who]) / 7))
                for who, each in plain.items()
            )
        )
    return sums


some_orders = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 40)), min_size=1, max_size=20)
some_kinds = st.fixed_dictionaries(
    {
        who: st.tuples(st.booleans(), st.sampled_from([0.0, -1.5, 0.25]))
        for who in range(1, 6)
    }
)  # fmt: skip


@pytest.mark.properties
@bases
@settings(max_examples=12)
@given(orders=some_orders, kinds=some_kinds, share=st.floats(0, 1))
def test_expected_is_the_sum_over_customers(base, orders, kinds, share):
    model, days = model_of(base), [day for _, day in orders]
    until = max(days) + 9
    calibrated = min(days) + int(share * (until - 1 - min(days)))
    made = tracking(
        pd.DataFrame(log_of(orders)),
        model,
        covariates=pd.DataFrame(table_of(kinds)),
        observed_until=START + dt.timedelta(days=until),
        calibration_until=START + dt.timedelta(days=calibrated),
    )
    right = by_definition(model, orders, kinds, until, calibrated)
    np.testing.assert_allclose(made.frame["expected_cumulative"], right, rtol=1e-10)
    np.testing.assert_allclose(made.frame["expected"].cumsum(), right, rtol=1e-10)
    assert made.model is model


@bases
def test_covariates_without_effect_change_nothing(base):
    flat = tracking(LOG, model_of(base, 0.0, 0.0), covariates=TABLE, **HALVES)
    pd.testing.assert_frame_equal(flat.frame, tracking(LOG, base, **HALVES).frame, rtol=1e-12)
    moved = tracking(LOG, model_of(base), covariates=TABLE, **HALVES).frame
    assert (moved["expected"] > 1.05 * flat.frame["expected"]).all()


@bases
def test_two_groups_are_two_plain_models(base):
    """Customers 1 and 2 came by referral, and 3 did not; 1 and 3 came on the first day."""
    model, orders = model_of(base), LOG[LOG["customer_id"] <= 3]
    both = tracking(orders, model, covariates=TABLE, **HALVES).frame
    apart = [
        tracking(
            orders[orders["customer_id"].isin(who)], model.of(referred=kind, young=0), **HALVES
        )
        for who, kind in (([1, 2], 1), ([3], 0))
    ]
    columns = ["actual", "expected", "actual_cumulative", "expected_cumulative"]
    summed = sum(made.frame[columns].astype(float) for made in apart)
    np.testing.assert_allclose(both[columns].to_numpy(dtype=float), summed, rtol=1e-12)


def test_covariates_may_come_in_a_summary():
    summary = cr.summarize(LOG, unit="W", calibration_until="2024-01-14")
    frame = summary.frame.merge(TABLE, on="customer_id")
    made = tracking(LOG, model_of(BASES["bg"]), covariates=summary.with_frame(frame), **HALVES)
    right = tracking(LOG, model_of(BASES["bg"]), covariates=TABLE, **HALVES)
    pd.testing.assert_frame_equal(made.frame, right.frame)
    assert made.customers == 4  # the fifth came later, and needs no covariates


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine(kind):
    model = model_of(BASES["mbg"])
    log, table = ENGINES[kind](log_of(ORDERS)), ENGINES[kind](table_of(KINDS))
    made = tracking(log, model, covariates=table, **HALVES)
    assert type(made.frame) is type(log)
    rows = sorted(read(made.frame), key=lambda row: row["period"])
    right = by_definition(model, ORDERS, KINDS, 23, 13)
    assert [row["expected_cumulative"] for row in rows] == pytest.approx(right, rel=1e-10)
    assert [row["actual_cumulative"] for row in rows] == [0, 2, 4, 4]
    gaps = {**table_of(KINDS), "young": [0, 0, None, 1, 1, 7]}
    with pytest.raises(InvalidData, match=r"infinite in 1 customer:\n +customer_id=3, ref"):
        tracking(log, model, covariates=ENGINES[kind](gaps), **HALVES)


@pytest.mark.parametrize("name", ["customer", "first", "step", "rows"])
def test_a_covariate_may_have_any_name(name):
    effect = CovariateEffect(parameter="alpha", covariate=name, size=0.7)
    model = CovariateModel(base=BASES["bg"], effects=[effect])
    table = TABLE.rename(columns={"referred": name})
    found = tracking(LOG, model, covariates=table, **HALVES)
    right = tracking(LOG, model_of(BASES["bg"], 0.7, 0.0), covariates=TABLE, **HALVES)
    pd.testing.assert_frame_equal(found.frame, right.frame, rtol=1e-12)


def test_what_is_refused():
    model, base = model_of(BASES["bg"]), BASES["bg"]
    with pytest.raises(InvalidRule, match=r"goes with referred, young: pass covariates=.*of\(ref"):
        tracking(LOG, model)
    with pytest.raises(InvalidRule, match="BgNbd goes with no covariates: leave covariates= out"):
        tracking(LOG, base, covariates=TABLE)
    with pytest.raises(ColumnNotFound, match="'young'"):
        tracking(LOG, model, covariates=TABLE.drop(columns="young"))
    with pytest.raises(ColumnNotFound, match="'customer_id'"):
        tracking(LOG, model, covariates=TABLE.rename(columns={"customer_id": "id"}))
    with pytest.raises(ColumnNotFound, match="'who'"):
        tracking(LOG, model, covariates=TABLE, customer="who")
    unknown = r"'customer_id': covariates missing or infinite in 2 customers:\n +customer_id=2, ref"
    with pytest.raises(InvalidData, match=unknown):
        tracking(LOG, model, covariates=TABLE[~TABLE["customer_id"].isin([2, 4])])
    with pytest.raises(InvalidData, match="missing or infinite in 1 customer"):
        tracking(LOG, model, covariates=TABLE.assign(young=[0, np.inf, 0, 0, 0, 0]))
    with pytest.raises(InvalidData, match="stands there already in 1 row"):
        tracking(LOG, model, covariates=pd.concat([TABLE, TABLE.head(1)]))
    with pytest.raises(InvalidData, match="expected numbers"):
        tracking(LOG, model, covariates=TABLE.assign(young="yes"))
    with pytest.raises(InvalidData, match=r"of type String among the covariates, Int64 in the log"):
        tracking(LOG, model, covariates=TABLE.assign(customer_id=list("123459")))
    with pytest.raises(UnsupportedFrame, match="held by one engine; got DataFrame and Table"):
        tracking(LOG, model, covariates=ENGINES["pyarrow"](table_of(KINDS)))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "duckdb"])
def test_shorter_integers_are_the_same_customers(kind):
    table = pa.table(table_of(KINDS))
    short = table.set_column(0, "customer_id", table["customer_id"].cast(pa.int16()))
    makes = {"pandas": lambda t: t.to_pandas(), "pyarrow": lambda t: t}
    make = makes.get(kind, lambda t: ENGINES[kind](t.to_pydict()))
    made = tracking(ENGINES[kind](log_of(ORDERS)), model_of(BASES["bg"]), covariates=make(short))
    assert made.customers == 5


@bases
def test_counts_are_the_sum_over_customers(base):
    model = model_of(base)
    rng = np.random.default_rng(1)
    known = {"referred": rng.integers(0, 2, 60) == 1, "young": rng.choice([0.0, 0.5, 2.0], 60)}
    rows = pd.DataFrame({"frequency": rng.poisson(1, 60), "T": rng.integers(20, 23, 60), **known})
    found = frequency_table(rows, model, groups=4)
    each = model.purchase_probability(purchases=[[0], [1], [2]], horizon=rows["T"], **known)
    np.testing.assert_allclose(found["expected"][:3], each.sum(axis=1), rtol=1e-10)
    assert found["expected"].sum() == pytest.approx(60, rel=1e-12)
    flat = frequency_table(rows, model_of(base, 0.0, 0.0), groups=4)
    pd.testing.assert_frame_equal(flat, frequency_table(rows, base, groups=4), rtol=1e-12)
    with pytest.raises(ColumnNotFound, match="'young'"):
        frequency_table(rows.drop(columns="young"), model)
    with pytest.raises(InvalidData, match="'young': missing or infinite in 1 row"):
        frequency_table(rows.assign(young=[np.nan, *rows["young"][1:]]), model)


@bases
def test_densities_are_those_of_a_kind(base):
    model = model_of(base)
    with pytest.raises(InvalidRule, match=r"each referred and young: .*of\(referred=\.\.\., you"):
        heterogeneity(model)
    rates, stops = heterogeneity(model.of(referred=1, young=0))
    plain = heterogeneity(base)
    # A rate that is gamma distributed with alpha exp(-0.7) is one with alpha, times exp(0.7).
    for name in ("mean", "median"):
        assert getattr(rates, name) == pytest.approx(np.exp(0.7) * getattr(plain[0], name))
    assert stops.mean == pytest.approx(plain[1].mean)
    np.testing.assert_allclose(rates.points, np.exp(0.7) * plain[0].points, rtol=1e-9)
    np.testing.assert_allclose(rates.density, np.exp(-0.7) * plain[0].density, rtol=1e-9)
    only = attrs.evolve(model, effects=())
    assert [each.mean for each in heterogeneity(only.of())] == [each.mean for each in plain]


def test_pictures():
    pytest.importorskip("matplotlib")
    model = model_of(BASES["pareto"])
    ax = plot_tracking(LOG, model, covariates=TABLE, **HALVES)
    made = tracking(LOG, model, covariates=TABLE, **HALVES)
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    expected = drawn["expected (Pareto/NBD with covariates)"]
    np.testing.assert_allclose(expected[1:], made.frame["expected_cumulative"])
    again = plot_tracking(made)
    np.testing.assert_array_equal(again.lines[1].get_ydata(), expected)
    rows = pd.DataFrame({"frequency": [0, 1, 3], "T": 30.0, "referred": [0, 1, 1], "young": 0})
    assert "Pareto/NBD with covariates" in str(
        [text.get_text() for text in plot_frequencies(rows, model).get_legend().get_texts()]
    )
    with pytest.raises(InvalidRule, match="ask the plain model"):
        plot_heterogeneity(model)
    for each in (ax, again):
        each.figure.clear()
