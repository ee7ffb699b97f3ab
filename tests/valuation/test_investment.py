"""S-138, S-139, S-140, S-141: a customer as an investment."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.valuation import (
    CustomerEquity,
    DiscountRate,
    FixedTermValue,
    InvestmentRule,
    InvestmentVerdict,
    MarkovChain,
    cost_contribution_rate,
    fixed_term_value,
    net_present_value,
    payback_period,
    retention_value,
)

TEN = DiscountRate.per_year(0.10)

# Brealey, Myers, Allen, Principles of Corporate Finance, chapter 5 (payback): projects A, B, C.
PROJECTS = np.array([[500, 500, 5000], [500, 1800, 0], [1800, 500, 0]], dtype=float)

amounts = st.floats(-1e4, 1e4)
flow_lists = st.lists(amounts, min_size=1, max_size=8)


@pytest.mark.published
def test_the_projects_of_the_textbook():
    assert net_present_value(PROJECTS, investment=2000, discount=TEN).round().tolist() == [
        2624,
        -58,
        50,
    ]
    assert payback_period(PROJECTS, investment=2000, whole=True).tolist() == [3, 2, 2]
    discounted = payback_period(PROJECTS, investment=2000, discount=TEN, whole=True)
    assert discounted.tolist() == [3, np.inf, 2]


def test_payback_inside_a_period():
    # After two years 1000 are left of 2000, a fifth of the third year's 5000.
    assert payback_period(PROJECTS[0], investment=2000).item() == pytest.approx(2.2)
    assert payback_period([100, 100], investment=[0, 50, 200, 201]).tolist() == [0, 0.5, 2, np.inf]


def test_a_flow_of_today_counts_in_full():
    assert net_present_value([100], discount=TEN, first=0).item() == 100
    assert net_present_value([110], discount=TEN).item() == pytest.approx(100)


def test_months_are_discounted_by_the_months_part_of_a_year():
    year = net_present_value(np.eye(12)[11], discount=TEN, period="M").item()
    assert year == pytest.approx(1 / 1.10)


@pytest.mark.properties
@given(flow_lists, st.floats(0, 1e4), st.floats(-0.5, 2.0))
@settings(max_examples=60)
def test_npv_is_the_sum_that_defines_it(flows, investment, rate):
    expected = sum(flow / (1 + rate) ** (t + 1) for t, flow in enumerate(flows)) - investment
    found = net_present_value(flows, investment=investment, discount=DiscountRate(rate, "Y"))
    assert found.item() == pytest.approx(expected, rel=1e-9, abs=1e-6)


@pytest.mark.properties
@given(
    st.lists(st.floats(0, 1e4), min_size=1, max_size=8),
    st.floats(0, 2),
    st.floats(0, 2),
    st.floats(0, 1e4),
)
@settings(max_examples=60)
def test_income_is_worth_less_at_a_higher_rate_and_pays_back_later(flows, one, other, investment):
    low, high = (DiscountRate(rate, "Y") for rate in sorted((one, other)))
    slack = 1e-9 * (1 + sum(flows))
    assert net_present_value(flows, discount=high) <= net_present_value(flows, discount=low) + slack
    fast = payback_period(flows, investment=investment, discount=low).item()
    slow = payback_period(flows, investment=investment, discount=high).item()
    assert fast <= slow + 1e-9
    # Whole periods are the broken ones, rounded up.
    whole = payback_period(flows, investment=investment, discount=low, whole=True).item()
    assert whole - 1 - 1e-9 <= fast <= whole + 1e-9


@pytest.mark.properties
@given(flow_lists, flow_lists, st.floats(0.01, 100))
@settings(max_examples=60)
def test_npv_adds_up_and_scales(one, other, factor):
    length = max(len(one), len(other))
    a, b = (np.pad(flows, (0, length - len(flows))) for flows in (one, other))
    npv = {name: net_present_value(f, discount=TEN).item() for name, f in (("a", a), ("b", b))}
    assert net_present_value(a + b, discount=TEN).item() == pytest.approx(
        npv["a"] + npv["b"], abs=1e-6
    )
    assert net_present_value(a * factor, discount=TEN).item() == pytest.approx(
        npv["a"] * factor, abs=1e-5
    )


CUSTOMERS = {
    "id": [1, 2, 3, 4],
    "investment": [2000.0, 2000.0, 2000.0, 0.0],
    "y1": [500.0, 500.0, 1800.0, -5.0],
    "y2": [500.0, 1800.0, 500.0, 0.0],
    "y3": [5000.0, 0.0, 0.0, 0.0],
}
YEARS = ["y1", "y2", "y3"]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(
    "rule",
    [
        InvestmentRule(discount=TEN),
        InvestmentRule(measure="payback", threshold=2),
        InvestmentRule(measure="payback", threshold=2, discount=TEN),
        InvestmentRule(measure="contribution_rate"),
    ],
    ids=str,
)
def test_rules_on_every_engine(kind, rule):
    judged = read(rule.judge(ENGINES[kind](CUSTOMERS), flows=YEARS, investment="investment"))
    assert alike(judged, read(rule.judge(pd.DataFrame(CUSTOMERS), flows=YEARS)))
    flows = np.column_stack([CUSTOMERS[year] for year in YEARS])
    cost = np.array(CUSTOMERS["investment"])
    expected = {
        "npv": net_present_value(flows, investment=cost, discount=rule.discount),
        "payback": payback_period(flows, investment=cost, discount=rule.discount),
        "contribution_rate": cost_contribution_rate(flows.sum(axis=1), cost),
    }[rule.measure]
    found = [np.nan if row[rule.measure] is None else row[rule.measure] for row in judged]
    np.testing.assert_allclose(found, np.where(np.isinf(expected), np.nan, expected))


@pytest.mark.parametrize(
    ("rule", "verdicts"),
    [
        (InvestmentRule(discount=TEN), ["invest", "drop", "invest", "drop"]),
        (InvestmentRule(discount=None), ["invest", "invest", "invest", "drop"]),
        (
            InvestmentRule(discount=None, threshold=300),
            ["invest", "break_even", "break_even", "drop"],
        ),
        # 2 + 1/5, 1 + 1500/1800, 1 + 200/500 years; and what cost nothing is back at once.
        (InvestmentRule(measure="payback", threshold=1.5), ["drop", "drop", "invest", "invest"]),
        (
            InvestmentRule(measure="payback", threshold=2, discount=TEN),
            ["drop", "drop", "invest", "invest"],
        ),
        (InvestmentRule(measure="contribution_rate"), ["invest", "invest", "invest", "drop"]),
        (
            InvestmentRule(measure="contribution_rate", threshold=1.15),
            ["invest", "break_even", "break_even", "drop"],
        ),
    ],
)
def test_verdicts(rule, verdicts):
    judged = rule.judge(pd.DataFrame(CUSTOMERS), flows=YEARS)[f"{rule.measure}_verdict"].tolist()
    assert judged == verdicts
    assert set(judged) <= set(InvestmentVerdict)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InvestmentRule(measure="payback"), "threshold of payback"),
        (lambda: InvestmentRule(measure="payback", threshold=-1), "0 or more periods"),
        (lambda: InvestmentRule(threshold=np.inf), "finite number"),
        (lambda: DiscountRate.per_year(-1), "greater than -1"),
        (lambda: InvestmentRule().judge(pd.DataFrame(CUSTOMERS), flows="y1"), "one column or more"),
    ],
)
def test_impossible_rules(make, message):
    with pytest.raises(InvalidRule, match=message):
        make()


def test_unknown_measure():
    with pytest.raises(UnknownCode, match="did you mean 'npv'"):
        InvestmentRule(measure="npw")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"investment": [1.0, -2.0, 0.0, 1.0]}, "column 'investment': not 0 or more in 1 customer"),
        ({"y2": [1.0, None, 0.0, 1.0]}, "column 'y2': missing or infinite value in 1 row"),
    ],
)
def test_bad_columns(change, message):
    with pytest.raises(InvalidData, match=message):
        InvestmentRule().judge(pd.DataFrame(CUSTOMERS | change), flows=YEARS)


def test_bad_arrays():
    with pytest.raises(InvalidData, match="flows: missing or infinite in 1 value"):
        net_present_value([1.0, np.nan], discount=TEN)
    with pytest.raises(InvalidData, match="investment: not 0 or more in 1 value"):
        payback_period([1.0, 2.0], investment=-1)
    with pytest.raises(
        InvalidData, match=r"do not fit together: customers \(2,\), investment \(3,\)"
    ):
        net_present_value([[1, 2], [2, 3]], investment=[1, 2, 3], discount=TEN)
    with pytest.raises(InvalidRule, match="flows of no period at all"):
        payback_period(np.empty((3, 0)), investment=1)
    with pytest.raises(InvalidData, match="could not convert"):
        net_present_value(["many"], discount=TEN)
    with pytest.raises(ColumnNotFound, match="no column 'y0'; the frame has 'id'"):
        InvestmentRule().judge(pd.DataFrame(CUSTOMERS), flows=["y0"])


@pytest.mark.parametrize(
    "value",
    [
        lambda rate: net_present_value([1, 2], discount=rate),
        lambda rate: payback_period([1, 2], investment=1, discount=rate),
        lambda rate: retention_value(1, retention=0.8, discount=rate),
        lambda rate: CustomerEquity.from_flows(np.ones((2, 3)), discount=rate),
        lambda rate: fixed_term_value(1, periods=3, discount=rate),
        lambda rate: MarkovChain.by_recency([0.3], unit="Y").value([1, 0], discount=rate),
    ],
)
def test_a_rate_must_say_of_which_time(value):
    with pytest.raises(InvalidRule, match=r"discount=0\.1 does not say of which time: "):
        value(0.1)
    value(TEN)


def test_what_was_paid_is_no_flow():
    with pytest.raises(InvalidRule, match=r"first=-1: 0 periods from now or more"):
        net_present_value([1, 2], discount=TEN, first=-1)
    with pytest.raises(InvalidRule, match=r"first=-2: 0 periods from now or more"):
        CustomerEquity.from_flows(np.ones((2, 3)), discount=TEN, first=-2)
    with pytest.raises(InvalidRule, match=r"first 0 or more; got margin=1, first=-1"):
        FixedTermValue(periods=3, discount=TEN, first=-1)


# What comes to the investment in decimals misses it in binary: ten times 0.1 is below 1.
BACK_IN_THE_END = [([0.1] * 10, 1.0), ([19.99] * 5, 99.95), ([49.9] * 12, 598.8)]


@pytest.mark.parametrize(("flows", "paid"), BACK_IN_THE_END)
@pytest.mark.parametrize("whole", [False, True])
def test_what_comes_back_to_the_cent_comes_back(flows, paid, whole):
    assert np.cumsum(flows)[-1] < paid  # one by one: Python's own sum is exact since 3.12
    found = payback_period(flows, investment=paid, whole=whole)
    assert found == pytest.approx(len(flows), rel=1e-12)
    assert np.isinf(payback_period(flows, investment=paid + 0.01, whole=whole))


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_what_comes_back_to_the_cent_is_no_loss(kind):
    rows = {"id": [1, 2], "investment": [1.0, 1.001]} | {f"y{i}": [0.1, 0.1] for i in range(10)}
    rule = InvestmentRule(measure="payback", threshold=10)
    judged = read(rule.judge(ENGINES[kind](rows), flows=[f"y{i}" for i in range(10)]))
    assert [row["payback_verdict"] for row in judged] == ["break_even", "drop"]
    assert [row["payback"] for row in judged] == [pytest.approx(10, rel=1e-12), None]
