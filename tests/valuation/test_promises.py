"""What every verb of every model promises of the arrays that come in: one table for all."""

import math

import numpy as np
import pandas as pd
import pytest

from custrel.errors import InvalidRule
from custrel.valuation import (
    BgBb,
    BgCnbd,
    BgNbd,
    CovariateEffect,
    CovariateModel,
    GammaGamma,
    MbgCnbd,
    MbgNbd,
    Nbd,
    ParetoNbd,
    ShiftedBetaGeometric,
)

RATES = {"r": 0.5, "alpha": 6.0}
STOPPING = {"a": 0.8, "b": 2.4}
PLAIN = MbgNbd(**RATES, **STOPPING)
EFFECT = CovariateEffect(parameter="alpha", covariate="z", size=0.4)
OF_TIME = [
    Nbd(**RATES),
    BgNbd(**RATES, **STOPPING),
    PLAIN,
    *(model(k=k, **RATES, **STOPPING) for model, k in ((BgCnbd, 2), (MbgCnbd, 1), (MbgCnbd, 3))),
    ParetoNbd(**RATES, s=0.6, beta=11.0),
    CovariateModel(base=PLAIN, effects=[EFFECT]),
]
COUNTED = [BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8), ShiftedBetaGeometric(alpha=0.7, beta=1.2)]  # fmt: skip
SPEND = GammaGamma(p=6.25, q=3.74, v=15.44)
MODELS = [*OF_TIME, *COUNTED, SPEND]

PRESENT = ((0, 0), (0.5, -0.01), (26.5, 1e-9), (12, 0.3), (1e9, 0), (1e9, 0.01), (math.inf, 0.01))
VERBS = {
    "log_likelihood": [{}],
    "probability_alive": [{"horizon": 3}, {}],
    "expected_purchases": [{"horizon": h} for h in (5, 0, 1e-12, 1e9)],
    "discounted_purchases": [{"horizon": h, "rate": r} for h, r in PRESENT],
    "outlook": [{"horizon": 4.5, "rate": 0.01, "discounting": "continuous"}],
    "purchase_probability": [
        {"purchases": 0, "horizon": 4},
        {"purchases": 2, "start": 1, "end": 4},
        {"purchases": 0, "start": 0, "end": 0},
        {"purchases": 3, "horizon": 1e-12},
    ],
    "expected_spend": [{}],
}
ALONG = np.array([0.0, 1, 5])  # horizons, or numbers of purchases, on an axis of their own


def name_of(model):
    return f"{type(model).__name__}{getattr(model, 'k', '')}"


every_model = pytest.mark.parametrize("model", MODELS, ids=name_of)
of_time = pytest.mark.parametrize("model", OF_TIME, ids=name_of)


def columns_of(model, rows):
    """Return histories as a model knows them: whole numbers, which all models take."""
    frequency, recency, age = rows
    known = {
        "frequency": frequency,
        "recency": recency,
        "T": age,
        "periods": age,
        "tenure": age,
        "ended": np.minimum(frequency, age) > 0,
        "monetary_value": np.asarray(age) + 1.0,
        "z": np.asarray(recency) > 3,
    }
    return {name: known[name] for name in model.history}


def asked_of(model, most=10):
    """Yield the verbs that a model has, with what each is asked."""
    for verb, many in VERBS.items():
        for options in many[:most] if hasattr(model, verb) else ():
            if model not in COUNTED or options.get("horizon", 0) in {*range(100), math.inf}:
                yield verb, options


def answers(model, verb, columns, options):
    """Return what a verb gives as a mapping, whether or not it gives one."""
    found = getattr(model, verb)(**columns, **options)
    return found if isinstance(found, dict) else {"": found}


VECTOR = np.array([0, 1, 3, 0, 7, 3]), np.array([0, 2, 10, 0, 30, 10]), np.array([10, 10, 11, 0, 30, 11])  # fmt: skip
SHAPES = {
    "one": (2, 3, 10),
    "many": VECTOR,
    "of many recencies": (2, np.array([2, 4, 9]), 10),
    "of two recencies": (2, np.array([2, 4]), 10),
    "of many ages": ([2], 3, [10, 20, 30]),
    "crossed": (np.array([[1], [2]]), np.array([2, 3, 9]), 10),
    "of ages in a column": (np.array([1, 2]), 3, np.array([[9], [30]])),
    "nobody": ([], [], []),
    "nobody in a table": (np.zeros((0, 1)), np.zeros((0, 1)), np.array([1.0, 2])),
    "of no recency": (1, np.zeros(0), 5),
}


@every_model
@pytest.mark.parametrize("rows", SHAPES.values(), ids=SHAPES)
def test_all_at_once_is_each_alone(model, rows):
    """Of the broadcast shape, finite, without a warning; nobody gets nothing."""
    columns = columns_of(model, rows)
    each = dict(zip(columns, np.broadcast_arrays(*columns.values()), strict=True))
    shape = np.broadcast_shapes(*(np.shape(values) for values in columns.values()))
    some = [*np.ndindex(shape)][-3:]
    for verb, options in asked_of(model):
        for name, found in answers(model, verb, columns, options).items():
            assert found.shape == shape, (verb, options, name)
            assert found.dtype == np.float64
            assert np.isfinite(found).all(), (verb, options, name)
            alone = [
                answers(model, verb, {k: v[place] for k, v in each.items()}, options)[name]
                for place in some
            ]
            np.testing.assert_allclose(
                [found[place] for place in some], alone, rtol=1e-10, err_msg=f"{verb} {options}"
            )


@every_model
@pytest.mark.parametrize("rows", [VECTOR, SHAPES["nobody"]], ids=["many", "nobody"])
def test_horizons_and_numbers_have_an_axis_of_their_own(model, rows):
    columns = columns_of(model, rows)
    asked = {
        "probability_alive": ("horizon", {}),
        "expected_purchases": ("horizon", {}),
        "purchase_probability": ("purchases", {"horizon": 4}),
    }
    for verb, (name, options) in asked.items():
        if hasattr(model, verb):
            ask = getattr(model, verb)
            together = ask(**columns, **options, **{name: ALONG[:, None]})
            assert together.shape == (3, len(rows[0]))
            alone = [ask(**columns, **options, **{name: value}) for value in ALONG]
            np.testing.assert_allclose(together, alone, rtol=1e-10, err_msg=verb)
            assert ask(**columns, **options, **{name: np.zeros((0, 1))}).shape == (0, len(rows[0]))


def read_only(values):
    fixed = values.copy()
    fixed.flags.writeable = False
    return fixed


KINDS = {
    "list": list,
    "int32": np.int32,
    "uint8": np.uint8,
    "float32": np.float32,
    "read-only": read_only,
    "every second": lambda values: np.repeat(values, 2)[::2],
    "backwards": lambda values: values[::-1].copy()[::-1],
    "series": lambda values: pd.Series(values, index=[9, 9, 3, 1, 1, 0]),
    "Int64": lambda values: pd.Series(values, dtype="Int64"),
    "pyarrow": lambda values: pd.Series(values, dtype="int64[pyarrow]"),
    "objects": lambda values: values.astype(object),
}


@every_model
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_whatever_holds_the_numbers(model, kind):
    """It is left as it was, and says the same as float64."""
    columns = columns_of(model, VECTOR)
    given = {name: kind(values) for name, values in columns.items() if values.dtype == int}
    others = {name: values for name, values in columns.items() if name not in given}
    before = {name: np.array(values, dtype=float) for name, values in given.items()}
    for verb, options in asked_of(model, most=1):
        found = answers(model, verb, {**given, **others}, options)
        for name, right in answers(model, verb, columns, options).items():
            assert isinstance(found[name], np.ndarray)
            np.testing.assert_array_equal(found[name], right, err_msg=f"{verb} {name}")
    for name, values in before.items():
        np.testing.assert_array_equal(np.array(given[name], dtype=float), values)


@of_time
def test_without_a_repeat_purchase_its_time_says_nothing(model):
    """As in a fit, which takes it for 0."""
    columns = columns_of(model, (0, 0, 10)) | {"recency": np.array([0, 1, 3])}
    for verb, options in asked_of(model, most=1):
        for found in answers(model, verb, columns, options).values():
            np.testing.assert_array_equal(found, np.full(3, found[0]), err_msg=verb)


@of_time
def test_nobody_is_drawn(model):
    nothing = columns_of(model, SHAPES["nobody"])
    known = {"z": []} if "z" in nothing else {}
    drawn = [
        model.sample(T=[], seed=1, **known),
        model.sample_orders(T=[], seed=1, **known),
        model.sample_future(horizon=3, seed=1, **nothing),
    ]
    assert {values.shape for some in drawn for values in some.values()} == {(0,)}


def test_so_many_units_are_not_summed_up_one_by_one():
    """But where late ones count for nothing, or all the same, they need not be."""
    with pytest.raises(InvalidRule, match=r"horizon=1000000000.0: so many units .*continuous"):
        PLAIN.discounted_purchases(horizon=1e9, rate=1e-12)
    all_time = PLAIN.discounted_purchases(horizon=math.inf, rate=0.01)
    assert PLAIN.discounted_purchases(horizon=1e9, rate=0.01) == pytest.approx(all_time, rel=1e-12)
    undiscounted = PLAIN.discounted_purchases(horizon=1e9, rate=0)
    assert undiscounted == pytest.approx(PLAIN.expected_purchases(horizon=1e9), rel=1e-12)
