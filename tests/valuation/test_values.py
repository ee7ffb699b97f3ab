"""Models are values: into plain data and back, pickled, compared, printed."""

import copy
import json
import math
import pickle
import re
import warnings

import attrs
import numpy as np
import pytest
from hypothesis import given, strategies as st
from valuation.simulated import CDNOW, customers, history

from custrel import from_data
from custrel.errors import InvalidRule, UnknownCode
from custrel.valuation import BgNbd, DiscountRate, Estimate, GammaGamma, MbgNbd

ROWS = customers(500, 6, **CDNOW)


def learnt(model):
    if model is GammaGamma:
        return model.fit_arrays(frequency=ROWS["frequency"], monetary_value=ROWS["monetary_value"])
    return model.fit_arrays(**history(ROWS), unit="W")


def at_a_limit():
    """NaN in the covariance, and a diagnosis."""
    rows = history(ROWS)
    rows["recency"] = np.where(rows["frequency"] > 0, rows["T"], 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return BgNbd.fit_arrays(**rows, unit="D")


MODELS = {
    "BgNbd": lambda: learnt(BgNbd),
    "MbgNbd": lambda: learnt(MbgNbd),
    "GammaGamma": lambda: learnt(GammaGamma),
    "by hand": lambda: BgNbd(**CDNOW),
    "spend by hand": lambda: GammaGamma(p=6, q=3, v=15),
    "at a limit": at_a_limit,
    "rate": lambda: DiscountRate.per_year(0.1),
}
every = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


@every
def test_through_json_and_back(make):
    model = make()
    text = json.dumps(model.to_data(), allow_nan=False)
    again = from_data(json.loads(text))
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert again.to_data() == model.to_data()
    if not _has_nan(model):
        assert again == model
        assert hash(again) == hash(model)


@every
def test_pickled_and_copied(make):
    model = make()
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert again.to_data() == model.to_data()
        if not _has_nan(model):
            assert again == model
            assert hash(again) == hash(model)


def _has_nan(model):
    estimate = getattr(model, "estimate", None)
    return estimate is not None and math.isnan(sum(map(sum, estimate.covariance)))


@every
def test_frozen(make):
    model = make()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(model, attrs.fields(type(model))[0].name, 1.0)


def test_equal_where_all_is_equal():
    one = BgNbd(**CDNOW, unit="W")
    assert one == BgNbd(**CDNOW, unit="W")
    assert one != BgNbd(**CDNOW, unit="D")
    assert one != BgNbd(**CDNOW)
    assert one != MbgNbd(**CDNOW, unit="W")
    assert one != attrs.evolve(one, r=0.26)
    assert learnt(BgNbd) == learnt(BgNbd)
    assert len({learnt(BgNbd), learnt(BgNbd), one}) == 2


def test_data_of_another_format_is_refused():
    data = learnt(BgNbd).to_data()
    with pytest.raises(InvalidRule, match="has no field 'gamma'"):
        from_data(data | {"gamma": 1.0})
    with pytest.raises(InvalidRule, match=r"r=-1\.0 must be positive and finite"):
        from_data(data | {"r": -1.0})


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["r", "alpha", "a", "b"])
def test_impossible_parameters(name, value):
    for model in (BgNbd, MbgNbd):
        with pytest.raises(InvalidRule, match=f"{name}=.* must be positive and finite"):
            model(**CDNOW | {name: value})


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["p", "q", "v"])
def test_impossible_parameters_of_spend(name, value):
    with pytest.raises(InvalidRule, match=f"{name}=.* must be positive and finite"):
        GammaGamma(**{"p": 6, "q": 3, "v": 15} | {name: value})


def test_impossible_unit():
    with pytest.raises(UnknownCode, match="'fortnight' is no time unit"):
        BgNbd(**CDNOW, unit="fortnight")


# ---------------------------------------------------------------------------------- estimates


@pytest.mark.parametrize("model", [BgNbd, MbgNbd, GammaGamma])
def test_estimate(model):
    made = learnt(model)
    estimate, number = made.estimate, len(model._parameters)
    covariance = np.array(estimate.covariance)
    np.testing.assert_array_equal(covariance, covariance.T)
    assert (np.linalg.eigvalsh(covariance) > 0).all()
    assert estimate.standard_errors == tuple(np.sqrt(np.diag(covariance)))
    assert made.standard_errors == dict(
        zip(model._parameters, estimate.standard_errors, strict=True)
    )
    assert estimate.aic == 2 * number - 2 * estimate.log_likelihood
    customers = estimate.customers
    assert estimate.bic == pytest.approx(
        number * math.log(customers) - 2 * estimate.log_likelihood, rel=1e-15
    )


def test_no_estimate_no_standard_errors():
    errors = BgNbd(**CDNOW).standard_errors
    assert list(errors) == ["r", "alpha", "a", "b"]
    assert all(math.isnan(error) for error in errors.values())


def test_variances_that_rounding_made_negative_are_unknown():
    estimate = Estimate(
        log_likelihood=-1, customers=5, rows=4, covariance=[[-1e-20, 0], [0, 4]], iterations=1
    )
    assert math.isnan(estimate.standard_errors[0])
    assert estimate.standard_errors[1] == 2


# ----------------------------------------------------------------------------------- in print


def test_a_learnt_model_in_print():
    lines = str(learnt(BgNbd)).splitlines()
    assert lines[0] == "BgNbd, times in weeks"
    assert lines[1].split() == ["parameter", "estimate", "standard", "error"]
    assert [line.split()[0] for line in lines[2:6]] == ["r", "alpha", "a", "b"]
    assert len({len(line) for line in lines[1:6]}) == 1, "columns do not line up"
    assert re.fullmatch(
        r"log-likelihood -[\d,.]+, 500 customers, \d+ distinct rows, \d+ steps", lines[6]
    )
    assert len(lines) == 7


def test_a_model_by_hand_in_print():
    assert str(GammaGamma(p=6.25, q=3.74, v=15.44)).splitlines() == [
        "GammaGamma",
        "parameter  value",
        "p           6.25",
        "q           3.74",
        "v          15.44",
    ]


def test_a_doubtful_model_in_print():
    model = at_a_limit()
    assert f"Caution: {model.estimate.diagnosis[0]}." in str(model)
    assert "nan" in str(model)
    assert "Caution: " in model._repr_html_()


def test_a_model_in_a_notebook():
    page = learnt(GammaGamma)._repr_html_()
    assert page.startswith("<p>GammaGamma</p><table>")
    assert page.count("<tr>") == 4
    assert "log-likelihood" in page
    assert "standard error" not in BgNbd(**CDNOW)._repr_html_()


def test_the_representation_makes_the_model_again():
    model = BgNbd(**CDNOW)
    assert eval(repr(model), {"BgNbd": BgNbd}) == model


# ----------------------------------------------------------------------------- discount rates


def test_a_rate_of_another_period():
    year = DiscountRate.per_year(0.10)
    assert year.per("Y") == pytest.approx(0.10, rel=1e-15)
    assert (1 + year.per("M")) ** 12 == pytest.approx(1.10, rel=1e-13)
    assert (1 + year.per("W")) ** (365.2425 / 7) == pytest.approx(1.10, rel=1e-13)
    assert (1 + year.per("D")) ** 365.2425 == pytest.approx(1.10, rel=1e-12)
    assert DiscountRate.per_month(0.01).per("Y") == pytest.approx(1.01**12 - 1, rel=1e-12)
    assert DiscountRate(0.002, "W").per("D") == pytest.approx(1.002 ** (1 / 7) - 1, rel=1e-12)


@pytest.mark.properties
@given(
    rate=st.floats(-0.02, 0.02),
    start=st.sampled_from("DWMQY"),
    end=st.sampled_from("DWMQY"),
)
def test_there_and_back(rate, start, end):
    there = DiscountRate(DiscountRate(rate, start).per(end), end)
    assert there.per(start) == pytest.approx(rate, rel=1e-9, abs=1e-12)
    assert there.rate * rate >= 0


def test_small_rates_keep_their_digits():
    assert DiscountRate.per_year(1e-12).per("D") == pytest.approx(1e-12 / 365.2425, rel=1e-11)


def test_rates_in_print():
    assert str(DiscountRate.per_year(0.1)) == "10% per year"
    assert str(DiscountRate(0.0018283, "W")) == "0.18283% per week"


@pytest.mark.parametrize("rate", [-1, -2, float("nan"), float("inf")])
def test_impossible_rates(rate):
    with pytest.raises(InvalidRule, match=r"must be greater than -1 and finite; 10 % is 0\.10"):
        DiscountRate.per_year(rate)
