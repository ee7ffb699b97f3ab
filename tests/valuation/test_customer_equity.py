"""S-080, S-081, S-082, V-05, V-06: customer equity, its drivers, and equity share."""

import math
from itertools import product

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import FitError, InvalidData, InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import (
    CustomerEquity,
    DiscountRate,
    EquityDriver,
    EquityGain,
    Market,
    MarketConditions,
    SubDriver,
    SwitchingModel,
    net_present_value,
    switching_value,
)

TEN = DiscountRate.per_year(0.10)
FLOWS = {"id": [1, 2, 3], "y1": [100, 50, 11], "y2": [100.0, -80.0, 0.0]}


def test_by_hand():
    equity = CustomerEquity.from_flows(
        np.column_stack([FLOWS["y1"], FLOWS["y2"]]), discount=DiscountRate.per_year(0.25)
    )
    assert equity.total == pytest.approx(80 + 64 + 40 - 51.2 + 8.8)
    assert (equity.customers, equity.losing, equity.losses) == (3, 1, pytest.approx(-11.2))
    assert str(equity) == (
        "141.6 of 3 customers, 47.2 each on average; 1 loses 11.2; at 25% per year"
    )
    assert CustomerEquity.from_values([1, 0, -1]).losing == 1
    assert "2 lose 3" in str(CustomerEquity.from_values([1, -1, -2]))


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine(kind):
    frame = ENGINES[kind](FLOWS | {"lifetime_value": [3.0, -1.0, 2.0]})
    flows = CustomerEquity.from_flows(frame, columns=["y1", "y2"], discount=TEN)
    expected = CustomerEquity.from_flows(np.column_stack([FLOWS["y1"], FLOWS["y2"]]), discount=TEN)
    assert attrs.astuple(flows, recurse=False) == pytest.approx(
        attrs.astuple(expected, recurse=False)
    )
    values = CustomerEquity.from_values(frame)
    assert values == CustomerEquity(total=4, customers=3, losing=1, losses=-1)


@pytest.mark.properties
@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), min_size=2, max_size=12))
@settings(max_examples=40)
def test_discounted_once_whichever_way(flows):
    """V-05: from flows, or from the present values of each customer; and groups add up."""
    whole = CustomerEquity.from_flows(flows, discount=TEN)
    values = CustomerEquity.from_values(net_present_value(flows, discount=TEN))
    assert whole.total == pytest.approx(values.total, abs=1e-6)
    halves = [CustomerEquity.from_flows(part, discount=TEN) for part in (flows[:1], flows[1:])]
    assert whole.total == pytest.approx(sum(half.total for half in halves), abs=1e-6)


def test_nobody_and_wrong_shapes():
    with pytest.raises(InvalidData, match="no customer to value"):
        CustomerEquity.from_values([])
    with pytest.raises(InvalidData, match="no customer to value"):
        CustomerEquity.from_values(pd.DataFrame({"lifetime_value": pd.Series([], dtype=float)}))
    with pytest.raises(InvalidRule, match="row per customer"):
        CustomerEquity.from_flows([1.0, 2.0], discount=None)
    with pytest.raises(InvalidRule, match="one value for each customer"):
        CustomerEquity.from_values([[1.0]])
    with pytest.raises(InvalidRule, match="name the columns"):
        CustomerEquity.from_flows(pd.DataFrame(FLOWS), discount=None)


# -------------------------------------------------------------------------------------- drivers


def test_thirteen_conditions():
    """S-081: five of value, four of brand, four of relationship; each counts for its own alone."""
    names = [field.name for field in attrs.fields(MarketConditions)]
    assert len(names) == 13
    drivers = [EquityDriver.VALUE] * 5 + [EquityDriver.BRAND] * 4 + [EquityDriver.RELATIONSHIP] * 4
    for name, driver in zip(names, drivers, strict=True):
        conditions = MarketConditions(**{name: True})
        held = {d: share for d, share in conditions.salience.items() if share}
        assert held == {driver: 1 / drivers.count(driver)}
        assert conditions.dominant == (driver,)
    assert MarketConditions().dominant == ()
    assert MarketConditions(**dict.fromkeys(names, True)).dominant == tuple(EquityDriver)


def test_sub_drivers():
    """S-082: reconstructed."""
    counts = [sum(sub.driver is driver for sub in SubDriver) for driver in EquityDriver]
    assert counts == [3, 3, 5]


# ---------------------------------------------------------------------------------- equity share


def test_switching_by_hand():
    matrix = [[0.7, 0.3], [0.5, 0.5]]
    # 0.7 and 0.3 after one purchase; 0.64 and 0.36 after two.
    found = switching_value(
        matrix,
        last=[1, 0],
        spend=[100, 50],
        years=1,
        purchases_per_year=2,
        discount=DiscountRate.per_year(0.21),
    )
    np.testing.assert_allclose(found, [70 / 1.1 + 64 / 1.21, 15 / 1.1 + 18 / 1.21])


def test_switching_is_the_mean_over_all_paths():
    """Against an enumeration of every sequence of three purchases among three brands."""
    rng = np.random.default_rng(3)
    matrix = rng.dirichlet(np.ones(3), size=3)
    spend = np.array([5.0, 7.0, 11.0])
    expected = np.zeros(3)
    for path in product(range(3), repeat=3):
        chance = math.prod(matrix[a, b] for a, b in zip((2, *path), path, strict=False))
        for purchase, brand in enumerate(path, start=1):
            expected[brand] += chance * spend[brand] / 1.1**purchase
    found = switching_value(matrix, last=[0, 0, 1], spend=spend, years=3, discount=TEN)
    np.testing.assert_allclose(found, expected)


@pytest.mark.published
def test_the_airline_of_rust_lemon_and_zeithaml():
    """Rust, Lemon and Zeithaml (2004), Journal of Marketing 68(1), 109-127: 70 million bring 101.3."""
    assert round(EquityGain(before=0, after=101.3, cost=70).roi, 3) == 0.447


def survey(n=1500, brands=("a", "b", "c"), seed=1):
    """Draw a survey from a known model."""
    rng = np.random.default_rng(seed)
    true = SwitchingModel(inertia=1.2, drivers=["quality", "price"], weights=[0.5, -0.3])
    ratings = rng.integers(1, 6, (n, len(brands), 2)).astype(float)
    last = rng.integers(0, len(brands), n)
    chances = true.switching_matrix(ratings)[np.arange(n), last]
    chosen = (rng.random((n, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    places = np.arange(len(brands))
    return true, {
        "respondent": np.repeat(np.arange(n), len(brands)).tolist(),
        "brand": list(brands) * n,
        "last": (places == last[:, None]).astype(int).ravel().tolist(),
        "next": (places == chosen[:, None]).astype(int).ravel().tolist(),
        "quality": ratings[..., 0].ravel().tolist(),
        "price": ratings[..., 1].ravel().tolist(),
        "spend": np.repeat(rng.uniform(50, 150, n), len(brands)).tolist(),
    }


MARKET = Market(population=1e6, years=3, discount=TEN, purchases_per_year=2, margin=0.2)


@pytest.fixture(scope="module")
def drawn():
    true, rows = survey()
    return true, rows, SwitchingModel.fit(pd.DataFrame(rows), drivers=["quality", "price"])


def test_the_fit_finds_what_the_survey_was_drawn_from(drawn):
    true, _, model = drawn
    found = np.array([model.inertia, *model.weights])
    expected = np.array([true.inertia, *true.weights])
    assert (np.abs(found - expected) < 3 * np.array(model.standard_errors)).all()
    assert model.respondents == 1500


def test_the_likelihood_is_greatest_and_its_curvature_gives_the_errors(drawn):
    """Against a likelihood written out by itself, and its second differences."""
    _, rows, model = drawn
    frame = pd.DataFrame(rows)

    def log_likelihood(beta):
        utility = frame["last"] * beta[0] + frame["quality"] * beta[1] + frame["price"] * beta[2]
        total = np.exp(utility).groupby(frame["respondent"]).transform("sum")
        return float((frame["next"] * np.log(np.exp(utility) / total)).sum())

    best = np.array([model.inertia, *model.weights])
    assert model.log_likelihood == pytest.approx(log_likelihood(best), rel=1e-12)
    h = 1e-3
    steps = np.eye(3) * h
    hessian = np.array(
        [
            [
                (
                    log_likelihood(best + one + other)
                    - log_likelihood(best + one - other)
                    - log_likelihood(best - one + other)
                    + log_likelihood(best - one - other)
                )
                / (4 * h * h)
                for other in steps
            ]
            for one in steps
        ]
    )
    slopes = [(log_likelihood(best + s) - log_likelihood(best - s)) / (2 * h) for s in steps]
    assert np.abs(slopes).max() < 1e-3
    np.testing.assert_allclose(
        model.standard_errors, np.sqrt(np.diag(np.linalg.inv(-hessian))), rtol=1e-4
    )


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_equity_share_on_every_engine(kind, drawn):
    _, rows, model = drawn
    rows = {name: values[:90] for name, values in rows.items()}
    frame = ENGINES[kind](rows)
    table = read(model.equity(frame, market=MARKET))
    assert alike(table, read(model.equity(pd.DataFrame(rows), market=MARKET)))
    assert [row["brand"] for row in table] == ["a", "b", "c"]
    assert sum(row["equity_share"] for row in table) == pytest.approx(1)
    assert table[0]["customer_equity"] == pytest.approx(1e6 * table[0]["lifetime_value"])
    if kind == "duckdb":
        again = SwitchingModel.fit(frame, drivers=["quality", "price"])
        alone = SwitchingModel.fit(pd.DataFrame(rows), drivers=["quality", "price"])
        assert again == alone


def test_where_everybody_is_alike_the_shares_follow_from_one_matrix():
    model = SwitchingModel(inertia=math.log(2), drivers=["quality"], weights=[0.0])
    rows = pd.DataFrame(
        {"respondent": [1, 1], "brand": ["x", "y"], "last": [1, 0], "quality": [3, 3], "spend": 10}
    )
    market = Market(population=100, years=1, discount=None)
    table = model.equity(rows, market=market)
    np.testing.assert_allclose(table["equity_share"], [2 / 3, 1 / 3])
    np.testing.assert_allclose(table["customer_equity"], [2000 / 3, 1000 / 3])
    assert model.equity(rows.assign(spend=0), market=market)["equity_share"].isna().all()


def test_improving_a_driver_pays_and_the_scale_ends(drawn):
    _, rows, model = drawn
    frame = pd.DataFrame(rows)
    options = {"of": "a", "cost": 1e5, "market": MARKET}
    gains = [model.improve(frame, by={"quality": points}, **options).gain for points in (0, 1, 2)]
    assert gains[0] == 0
    assert 0 < gains[1] < gains[2]
    assert model.improve(frame, by={"price": 1}, **options).gain < 0
    capped = model.improve(frame, by={"quality": 10}, highest=5, **options)
    everywhere_five = frame.assign(quality=frame["quality"].where(frame["brand"] != "a", 5.0))
    best = model.equity(everywhere_five, market=MARKET)["customer_equity"][0]
    assert capped.after == pytest.approx(best)


def test_models_are_values(drawn):
    model = drawn[2]
    assert from_data(model.to_data()) == model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.iloc[1:], "each of the 3 brands once in 1 respondent"),
        (lambda f: pd.concat([f.iloc[1:], f.iloc[1:2]]), "each of the 3 brands once"),
        (lambda f: f.assign(next=f["next"] * 0.5), "column 'next': .* do not sum to 1 in 1,500"),
        (lambda f: f.assign(last=1), "column 'last': .* do not sum to 1"),
        (lambda f: f.assign(last=2), "not between 0 and 1"),
        (lambda f: f.assign(quality=np.nan), "column 'quality': missing or infinite"),
        (lambda f: f.iloc[:0], "no answer to learn from"),
    ],
)
def test_surveys_that_cannot_be_used(drawn, change, message):
    with pytest.raises(InvalidData, match=message):
        SwitchingModel.fit(change(pd.DataFrame(drawn[1])), drivers=["quality", "price"])


def test_answers_that_tell_nothing(drawn):
    frame = pd.DataFrame(drawn[1])
    with pytest.raises(FitError, match="one explains them without remainder"):
        SwitchingModel.fit(frame.assign(next=frame["last"]), drivers=["quality"])
    with pytest.raises(FitError, match="two say the same"):
        SwitchingModel.fit(frame.assign(twice=2 * frame["price"]), drivers=["price", "twice"])
    with pytest.raises(FitError, match="'same' is the same for all brands"):
        SwitchingModel.fit(frame.assign(same=3.0), drivers=["same"])


def test_unknown_brands_and_drivers_and_impossible_numbers(drawn):
    _, rows, model = drawn
    options = {"cost": 1.0, "market": MARKET}
    with pytest.raises(UnknownCode, match="'z' is no brand of the survey"):
        model.improve(pd.DataFrame(rows), of="z", by={"quality": 1}, **options)
    with pytest.raises(UnknownCode, match="did you mean 'quality'"):
        model.improve(pd.DataFrame(rows), of="a", by={"qualty": 1}, **options)
    with pytest.raises(InvalidData, match="matrix: rows that do not sum to 1"):
        switching_value([[0.7, 0.2], [0, 1]], last=[1, 0], spend=1, years=1, discount=None)
    with pytest.raises(InvalidRule, match="square"):
        switching_value([[0.7, 0.3]], last=[1, 0], spend=1, years=1, discount=None)
    for make in (
        lambda: switching_value([[1.0]], last=[1], spend=1, years=-1, discount=None),
        lambda: Market(population=0, years=1, discount=None),
        lambda: Market(population=1, years=1, discount=None, purchases_per_year=0),
        lambda: EquityGain(before=1, after=2, cost=0),
        lambda: SwitchingModel(inertia=1, drivers=["a"], weights=[]),
        lambda: SwitchingModel(inertia=np.nan, drivers=["a"], weights=[1]),
        lambda: model.switching_matrix([[1.0]]),
    ):
        with pytest.raises(InvalidRule):
            make()
