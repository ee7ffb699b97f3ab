"""What cannot be fitted or judged: one clear error each, or a documented result."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from valuation.simulated import CDNOW, customers, history

from custrel.errors import (
    ColumnNotFound,
    CustrelError,
    FitError,
    InvalidData,
    UnitMismatch,
    UnknownCode,
    UnsupportedFrame,
    counted,
)
from custrel.transactions import CustomerSummary
from custrel.valuation import (
    BgCnbd,
    BgNbd,
    CovariateModel,
    GammaGamma,
    MbgCnbd,
    MbgNbd,
    Nbd,
    ParetoNbd,
)

ROWS = customers(300, 4, **CDNOW)
HISTORY = history(ROWS)
MODEL = BgNbd(**CDNOW)
both = pytest.mark.parametrize("model", [BgNbd, MbgNbd])


def changed(**columns):
    """Return good histories with the last rows replaced."""
    rows = {name: values.copy() for name, values in HISTORY.items()}
    for name, values in columns.items():
        rows[name][-len(values) :] = values
    return rows


def finding(caught):
    (problem,) = caught.value.problems
    return problem.code, problem.column, problem.count


# ------------------------------------------------------------------- too little to learn from


@both
def test_no_repeat_purchases_at_all(model):
    words = (
        f"{model.__name__} cannot be fitted: none of the 3 customers bought twice, so nothing is "
        "known of rates and dropout. Observe for longer, or use a model with known parameters."
    )
    with pytest.raises(FitError) as caught:
        model.fit_arrays(frequency=[0, 0, 0], recency=[0, 0, 0], T=[3, 9, 20])
    assert str(caught.value) == words


@both
def test_nobody(model):
    with pytest.raises(FitError, match="none of the 0 customers bought twice"):
        model.fit_arrays(frequency=[], recency=[], T=[])
    empty = pl.DataFrame(
        {"frequency": [], "recency": [], "T": []}, schema=dict.fromkeys(HISTORY, pl.Float64)
    )
    with pytest.raises(FitError, match="none of the 0 customers bought twice"):
        model.fit(empty.lazy(), unit="W")


@both
def test_one_customer(model):
    message = "4 parameters from 1 customer with 1 distinct history"
    with pytest.raises(FitError, match=message):
        model.fit_arrays(frequency=[5], recency=[20.0], T=[30.0])
    with pytest.raises(FitError, match="4 parameters from 1,000 customers with 1 distinct hist"):
        model.fit_arrays(frequency=[5], recency=[20.0], T=[30.0], weights=[1000])


@both
def test_too_few_rows(model):
    with pytest.raises(FitError, match="Take more customers, or known parameters"):
        model.fit_arrays(frequency=[1, 2, 0], recency=[2, 4, 0], T=[5, 6, 7])


@both
def test_nobody_was_observed_for_any_time(model):
    zero = np.zeros(5)
    with pytest.raises(FitError, match=r"T is 0 for all 5 customers.*State observed_until, or mer"):
        model.fit_arrays(frequency=[0, 1, 2, 3, 4], recency=zero, T=zero)


@both
def test_some_were_observed_for_no_time(model):
    """Who came on the last day says nothing: with or without them, the same parameters."""
    rows = HISTORY | {"T": np.maximum(HISTORY["T"], 1.0)}
    more = {name: np.concatenate([values, np.zeros(200)]) for name, values in rows.items()}
    learnt, with_them = BgNbd.fit_arrays(**rows), BgNbd.fit_arrays(**more)
    assert with_them.r == pytest.approx(learnt.r, rel=1e-9)
    assert with_them.a == pytest.approx(learnt.a, rel=1e-7)
    assert with_them.estimate.log_likelihood == pytest.approx(learnt.estimate.log_likelihood)
    late = model.fit_arrays(**more)
    assert late.estimate.customers == 500
    new = {"frequency": 0, "recency": 0, "T": 0}
    expected = late.expected_purchases(**new, horizon=10)
    assert expected == late.expected_purchases(horizon=10)


def test_frequency_of_ten_thousand():
    rows = changed(frequency=[10_000], recency=[36.0], T=[36.5])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        learnt = BgNbd.fit_arrays(**rows)
    assert np.isfinite(learnt.log_likelihood(**rows)).all()
    for model in (learnt, MODEL):
        one = {"frequency": 10_000, "recency": 36.0, "T": [36.0, 36.5, 40.0]}
        alive = model.probability_alive(**one)
        assert (np.diff(alive) <= 0).all()
        assert alive[0] > 0.99
        assert (np.diff(model.expected_purchases(**one, horizon=39)) <= 0).all()


# ------------------------------------------------------------------------ impossible histories


@both
@pytest.mark.parametrize(
    ("columns", "expected", "words"),
    [
        ({"recency": [40.0], "T": [39.0], "frequency": [2]}, ("impossible_T", "T", 1), "less than recency"),
        ({"T": [-1.0], "recency": [0.0], "frequency": [0]}, ("impossible_T", "T", 1), "less than recency"),
        ({"recency": [-1.0, -2.0]}, ("impossible_recency", "recency", 2), "missing or negative"),
        ({"frequency": [-1.0]}, ("impossible_frequency", "frequency", 1), "not a whole number >= 0"),
        ({"frequency": [1.5]}, ("impossible_frequency", "frequency", 1), "not a whole number >= 0"),
        ({"frequency": [np.inf]}, ("impossible_frequency", "frequency", 1), "not a whole number"),
        ({"frequency": [np.nan]}, ("impossible_frequency", "frequency", 1), "not a whole number"),
        ({"T": [np.nan]}, ("impossible_T", "T", 1), "missing, infinite"),
        ({"T": [np.inf]}, ("impossible_T", "T", 1), "missing, infinite"),
    ],
)  # fmt: skip
def test_impossible_histories(model, columns, expected, words):
    rows = changed(**columns)
    known = model(**CDNOW)
    for use in (
        lambda: model.fit_arrays(**rows),
        lambda: model.fit(pd.DataFrame(rows), unit="W"),
        lambda: known.probability_alive(**rows),
        lambda: known.expected_purchases(**rows, horizon=1),
        lambda: known.log_likelihood(**rows),
        lambda: known.discounted_purchases(**rows, horizon=1, rate=0),
        lambda: known.predict(pd.DataFrame(rows), horizon=1),
    ):
        with pytest.raises(InvalidData, match=words) as caught:
            use()
        assert finding(caught) == expected
        assert f"row {300 - expected[2]}: frequency=" in str(caught.value)
        assert "custrel.summarize makes consistent histories" in str(caught.value)


def test_all_that_is_impossible_in_one_error():
    rows = changed(frequency=[-1.0, 2.0], recency=[1.0, np.nan], T=[3.0, np.nan])
    with pytest.raises(InvalidData) as caught:
        BgNbd.fit_arrays(**rows)
    assert [problem.column for problem in caught.value.problems] == ["frequency", "recency", "T"]


def test_arrays_of_different_lengths():
    with pytest.raises(InvalidData, match=r"do not fit together: frequency \(2,\), recency \(3,\)"):
        BgNbd.fit_arrays(frequency=[1, 2], recency=[1, 2, 3], T=[4, 5, 6])
    with pytest.raises(InvalidData, match=r"do not fit together: frequency \(2,\), monetary"):
        GammaGamma.fit_arrays(frequency=[1, 2], monetary_value=[1, 2, 3])


def test_one_age_for_all():
    """Arrays broadcast."""
    rows = history(customers(300, 9, **CDNOW, ages=(39.0, 39.0)))
    assert BgNbd.fit_arrays(**rows | {"T": 39.0}) == BgNbd.fit_arrays(**rows)
    assert MODEL.probability_alive(frequency=[[1], [2]], recency=[3.0, 4.0], T=5.0).shape == (2, 2)


@pytest.mark.parametrize("weights", [[-1.0], [np.nan], [np.inf]])
def test_impossible_weights(weights):
    counts = np.ones(300)
    counts[-1:] = weights
    with pytest.raises(InvalidData, match="column 'weights': missing, negative or infinite"):
        BgNbd.fit_arrays(**HISTORY, weights=counts)
    with pytest.raises(InvalidData, match="column 'weights': missing, negative or infinite"):
        GammaGamma.fit_arrays(
            frequency=HISTORY["frequency"], monetary_value=ROWS["monetary_value"], weights=counts
        )
    with pytest.raises(InvalidData, match="do not fit together: weights"):
        BgNbd.fit_arrays(**HISTORY, weights=[1.0, 2.0])


# -------------------------------------------------------------------------------------- frames


@both
def test_a_bare_frame_must_say_its_unit(model):
    with pytest.raises(UnitMismatch, match=f"{model.__name__} must know what times are measured"):
        model.fit(pd.DataFrame(HISTORY))
    assert model.fit(pd.DataFrame(HISTORY), unit="W").unit == "W"


@both
def test_a_summary_says_its_unit_itself(model):
    summary = CustomerSummary(pd.DataFrame(HISTORY), unit="W")
    assert model.fit(summary).unit == "W"
    assert model.fit(summary, unit="W").unit == "W"
    with pytest.raises(UnitMismatch, match="is to count days, the summary counts weeks"):
        model.fit(summary, unit="D")
    with pytest.raises(UnitMismatch, match=f"{model.__name__} counts time in days, the summary in"):
        model(**CDNOW, unit="D").predict(summary, horizon=30)


def test_unknown_unit():
    with pytest.raises(UnknownCode, match="'week' is no time unit"):
        BgNbd.fit(pd.DataFrame(HISTORY), unit="week")


def test_missing_columns():
    frame = pd.DataFrame(HISTORY).rename(columns={"frequency": "freqency"})
    with pytest.raises(ColumnNotFound, match=r"'frequency' \(did you mean 'freqency'"):
        BgNbd.fit(frame, unit="W")
    with pytest.raises(ColumnNotFound, match=r"custrel\.summarize makes them from an order log"):
        GammaGamma.fit(frame)


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
def test_columns_of_text(engine):
    rows = {name: values.tolist() for name, values in ROWS.items()}
    frame = engine(rows | {"T": [str(value) for value in rows["T"]]})
    with pytest.raises(InvalidData, match="column 'T': expected numbers"):
        BgNbd.fit(frame, unit="W")
    frame = engine(rows | {"monetary_value": ["1"] * 300})
    spend = GammaGamma(p=6, q=3, v=15)
    for use in (lambda: GammaGamma.fit(frame), lambda: spend.predict(frame)):
        with pytest.raises(InvalidData, match="column 'monetary_value': expected numbers"):
            use()


def test_no_frame():
    with pytest.raises(UnsupportedFrame, match="got dict"):
        BgNbd.fit(HISTORY, unit="W")


# --------------------------------------------------------------------------------------- spend


def test_constant_spend():
    with pytest.raises(FitError) as caught:
        GammaGamma.fit_arrays(frequency=[1, 2, 3, 0], monetary_value=[9.99, 9.99, 9.99, 0])
    assert str(caught.value) == (
        "GammaGamma cannot be fitted: the mean spend of all 3 repeat buyers is 9.99, so there is "
        "nothing to learn: use that amount as the spend."
    )


@pytest.mark.parametrize("repeat_buyers", [0, 1, 2])
def test_too_few_repeat_buyers(repeat_buyers):
    x = np.zeros(10)
    x[:repeat_buyers] = [1, 2][:repeat_buyers]
    mean = np.where(x > 0, 10.0 + x, 0.0)
    message = f"3 parameters from {counted(repeat_buyers, 'repeat buyer')}. Take more customers, or"
    with pytest.raises(FitError, match=message):
        GammaGamma.fit_arrays(frequency=x, monetary_value=mean)


@pytest.mark.parametrize("amount", [0.0, -5.0, np.nan, np.inf])
def test_repeat_buyers_without_spend(amount):
    x, mean = np.array([2, 1, 3, 4, 0]), np.array([10.0, 20.0, 15.0, amount, 0.0])
    with pytest.raises(InvalidData) as caught:
        GammaGamma.fit_arrays(frequency=x, monetary_value=mean)
    assert finding(caught) == ("no_spend", "monetary_value", 1)
    assert (
        "mean spend of repeat buyers that is zero, negative, infinite or missing in 1 customer"
        in str(caught.value)
    )
    assert "Pass zero_spend='drop'" in str(caught.value)


def test_repeat_buyers_without_spend_may_be_left_out():
    frame = pd.DataFrame({"frequency": ROWS["frequency"], "monetary_value": ROWS["monetary_value"]})
    odd = pd.DataFrame({"frequency": [1, 2, 3], "monetary_value": [0.0, -4.0, np.nan]})
    learnt = GammaGamma.fit(pd.concat([frame, odd]), zero_spend="drop")
    assert learnt == GammaGamma.fit(frame)
    with pytest.raises(InvalidData, match="in 3 customers"):
        GammaGamma.fit(pd.concat([frame, odd]))
    with pytest.raises(UnknownCode, match="'ignore' is no choice for zero_spend"):
        GammaGamma.fit(frame, zero_spend="ignore")


def test_the_spend_of_who_spent_nothing():
    """Between nothing and the mean of all, as of everybody; below zero, unknown."""
    model = GammaGamma(p=6.25, q=3.74, v=15.44)
    spend = model.expected_spend(frequency=[2, 2, 2], monetary_value=[0.0, 35.0, -1.0])
    assert 0 < spend[0] < spend[1]
    assert np.isnan(spend[2])


@pytest.mark.parametrize("x", [-1, 1.5, np.nan, np.inf])
def test_impossible_frequencies_of_spend(x):
    model = GammaGamma(p=6.25, q=3.74, v=15.44)
    for use in (
        lambda: GammaGamma.fit_arrays(frequency=[1, 2, 3, x], monetary_value=[1, 2, 3, 4]),
        lambda: model.expected_spend(frequency=x, monetary_value=1),
        lambda: model.log_likelihood(frequency=x, monetary_value=1),
    ):
        with pytest.raises(InvalidData, match="column 'frequency': not a whole number >= 0"):
            use()


def test_the_likelihood_of_no_spend():
    model = GammaGamma(p=6.25, q=3.74, v=15.44)
    with pytest.raises(InvalidData, match="mean spend of repeat buyers that is zero"):
        model.log_likelihood(frequency=[1, 2], monetary_value=[0.0, 3.0])
    logs = model.log_likelihood(frequency=[0, 2], monetary_value=[0.0, 3.0])
    assert logs[0] == 0
    assert np.isfinite(logs).all()


def test_every_error_is_one_of_custrel():
    for error in (FitError, InvalidData, UnitMismatch, UnknownCode, ColumnNotFound):
        assert issubclass(error, CustrelError)


# ------------------------------------------------------------------- the same of every other model

OTHERS = {
    "Nbd": Nbd, "ParetoNbd": ParetoNbd,
    "BgCnbd": partial(BgCnbd.fit_arrays, k=2), "MbgCnbd": partial(MbgCnbd.fit_arrays, k=3),
    "CovariateModel": lambda **rows: CovariateModel.fit(
        pd.DataFrame(rows).assign(web=np.arange(len(rows["T"])) % 2), BgNbd, purchase=["web"], unit="W"
    ),
}  # fmt: skip
others = pytest.mark.parametrize(
    ("name", "fit"),
    [(name, getattr(fit, "fit_arrays", fit)) for name, fit in OTHERS.items()],
    ids=OTHERS,
)
FIVE = np.zeros(5)


@others
@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ({"frequency": [], "recency": [], "T": []}, FitError, "none of the 0 customers bought twice"),
        ({"frequency": FIVE, "recency": FIVE, "T": FIVE + 9}, FitError, "none of the 5 customers bought"),
        ({"frequency": FIVE + 2, "recency": FIVE, "T": FIVE}, FitError, "T is 0 for all 5 customers"),
        ({"frequency": FIVE + 3, "recency": FIVE + 2, "T": FIVE + 4}, FitError, "with 1 distinct history"),
        (changed(frequency=[1.5]), InvalidData, "column 'frequency': not a whole number >= 0 in 1 row"),
        (changed(T=[np.nan]), InvalidData, "column 'T': missing, infinite or less than recency in 1 row"),
        (changed(frequency=[2.0], recency=[99.0]), InvalidData, "column 'T'.*less than recency in 1 row"),
    ],
    ids=["nobody", "no repeats", "no time", "all alike", "broken", "no T", "late"],
)  # fmt: skip
def test_every_model_refuses_what_says_nothing(name, fit, rows, error, words):
    rows = {column: np.asarray(values, dtype=float) for column, values in rows.items()}
    with pytest.raises(error, match=words) as caught:
        fit(**rows)
    if error is FitError:
        assert str(caught.value).startswith(f"{name} cannot be fitted: ")


@others
@pytest.mark.parametrize("per_unit", [604_800.0, 1e-4], ids=["seconds", "tiny units"])
def test_odd_units_lead_to_the_same_customers(name, fit, per_unit):
    """The unit shifts the likelihood by its logarithm for each repeat purchase, and no more."""
    rows = {column: HISTORY[column] for column in ("frequency", "recency", "T")}
    odd = rows | {column: rows[column] * per_unit for column in ("recency", "T")}
    one, other = fit(**rows), fit(**odd)
    times = getattr(one, "k", 1) * rows["frequency"].sum()
    shifted = other.estimate.log_likelihood + times * np.log(per_unit)
    assert shifted == pytest.approx(one.estimate.log_likelihood, abs=1e-6)
    for parameter, value in one.parameters.items():
        scale = per_unit if parameter in {"alpha", "beta"} else 1.0
        assert other.parameters[parameter] == pytest.approx(value * scale, rel=1e-4, abs=1e-6)


@others
def test_every_model_bears_customers_who_never_rest(name, fit):
    """Frequencies of 400 to 440 in a month, and of ten thousand."""
    rows = changed(frequency=np.append(np.arange(400.0, 440.0), 10_000), recency=np.full(41, 30.0), T=np.full(41, 31.0))  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = fit(**rows)
    known = {column: rows[column][-41:] for column in ("frequency", "recency", "T")}
    if name == "CovariateModel":
        known["web"] = np.arange(41) % 2
    expected = model.expected_purchases(
        **{column: known[column] for column in model.history}, horizon=[[1.0], [39.0]]
    )
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    assert (expected[1] >= expected[0]).all()
