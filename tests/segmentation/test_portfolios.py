"""The documents' grids: who lies where, and what to do about him."""

from itertools import product

import pandas as pd
import pytest
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData
from custrel.labels import label, labels
from custrel.segmentation import (
    CLIENT_PORTFOLIO,
    CUSTOMER_STATUS,
    GOLDEN_CUSTOMERS,
    MANAGEMENT_CLASSES,
    PRODUCT_DEMAND,
    SERVICE_POLICY,
    VALUE_POSITIONS,
    VOLUME_PROFIT,
    demand_variation,
    product_demand,
)

GRIDS = {
    "portfolio": CLIENT_PORTFOLIO,
    "demand_class": PRODUCT_DEMAND,
    "value_position": VALUE_POSITIONS,
    "volume_profit": VOLUME_PROFIT,
    "golden": GOLDEN_CUSTOMERS,
    "status": CUSTOMER_STATUS,
    "service": SERVICE_POLICY,
}


@pytest.mark.parametrize("kind", GRIDS)
def test_every_field_and_advice_has_a_name(kind):
    grid = GRIDS[kind]
    assert grid.name == kind
    assert set(labels(kind, "zh")) == set(grid.codes)
    for _, advice in grid.advice:
        assert label(advice, "zh", of="advice")


def test_client_portfolio():
    """S-137: only the dog is the documents'; the star is where both are good."""
    assert CLIENT_PORTFOLIO.code_at("low", "low") == "dog"
    assert label("dog", "zh") == "瘦狗型客户"
    assert CLIENT_PORTFOLIO.code_at("high", "high") == "star"
    assert CLIENT_PORTFOLIO.code_at("low", "high") == "mature"
    assert CLIENT_PORTFOLIO.code_at("high", "low") == "hazardous"
    assert label("hazardous", "zh") == "危险型客户"
    customers = pd.DataFrame({"market_growth": [0.1, -0.1], "product_prospect": [-1, -1]})
    assert CLIENT_PORTFOLIO.classify(customers)["portfolio"].tolist() == ["hazardous", "dog"]


def test_product_demand_classes():
    """S-136: total on the seven combinations; profit with loss is 危险客户, and break-even alone
    is not to be given up."""
    at = PRODUCT_DEMAND.code_at
    for profit, zero, loss in product(("no", "yes"), repeat=3):
        expected = (
            "dangerous" if profit == loss == "yes"
            else "eliminate" if loss == "yes"
            else "silver" if profit == zero == "yes"
            else "golden" if profit == "yes"
            else "ordinary" if zero == "yes"
            else "no_demand"
        )  # fmt: skip
        assert at(profit, zero, loss) == expected
    assert label("dangerous", "zh") == "危险客户"


def test_the_profit_matrix_of_the_documents_in_product_demand_classes():
    """V-14: A (profit, profit, zero), B (profit, loss) and C (profit, zero, loss) of S-093."""
    cells = pd.DataFrame(
        {
            "customer_id": list("AAABBCCC"),
            "margin": [3.0, 2.0, 0.0, 1.0, -2.0, 1.0, 0.0, -5.0],
        }
    )
    placed = PRODUCT_DEMAND.classify(product_demand(cells)).set_index("customer_id")
    assert placed["demand_class"].to_dict() == {"A": "silver", "B": "dangerous", "C": "dangerous"}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_product_demand_on_every_engine(kind):
    rows = {"id": [1, 1, 2, 3, 3], "margin": [5.0, 0.001, -2.0, 0.0, 1.0]}
    table = product_demand(ENGINES[kind](rows), customer="id", tolerance=0.01)
    assert read(table, "profitable", "break_even", "loss_making") == [
        {"profitable": 1, "break_even": 1, "loss_making": 0},
        {"profitable": 0, "break_even": 0, "loss_making": 1},
        {"profitable": 1, "break_even": 1, "loss_making": 0},
    ]
    with pytest.raises(InvalidData, match="'margin'"):
        product_demand(ENGINES[kind](rows | {"margin": [5.0, None, 1.0, 1.0, 1.0]}), customer="id")


def test_value_positions_are_cut_at_the_medians():
    """S-075."""
    customers = pd.DataFrame({"current_value": [1, 2, 3, 4], "potential_value": [4, 1, 3, 2]})
    assert VALUE_POSITIONS.classify(customers)["value_position"].tolist() == [
        "promising_value", "marginal", "leading", "saturated",
    ]  # fmt: skip


def test_volume_and_profit_customers():
    """S-059: much volume at a small margin is a 销量客户."""
    customers = pd.DataFrame({"volume": [900, 800, 5, 4], "unit_margin": [0.1, 3.0, 2.5, 0.2]})
    assert VOLUME_PROFIT.classify(customers)["volume_profit"].tolist() == [
        "volume", "volume_and_profit", "profit", "minor",
    ]  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_golden_customers_spend_most_and_are_the_steadiest(kind):
    """S-060: of ten customers, two spend most, and one of them the same every month."""
    rows = {"id": [], "month": [], "amount": []}
    for customer in range(10):
        for month in range(4):
            base = 1000.0 if customer < 2 else 10.0 * customer
            swing = 0.0 if customer == 0 else (-1) ** month * base * (0.9 - customer / 20)
            rows["id"].append(customer)
            rows["month"].append(month)
            rows["amount"].append(base + swing)
    variation = demand_variation(ENGINES[kind](rows), customer="id", period="month")
    facts = pd.DataFrame(read(variation)).rename(columns={"mean": "revenue"})
    placed = GOLDEN_CUSTOMERS.classify(facts)
    assert placed["golden"].tolist() == ["golden", "unsteady", *["other"] * 8]


def test_management_classes():
    """S-052, V-12, V-41: four classes without a rank."""
    customers = pd.DataFrame(
        {
            "orders": [1, 5, 5, 5, 9],
            "revenue": [99.0, 10.0, 20.0, 30.0, 100.0],
            "growth": [0.5, 0.2, 0.0, -0.1, 0.0],
        }
    )
    assert MANAGEMENT_CLASSES.classify(customers)["management_class"].tolist() == [
        "temporary", "promising", "regular", "regular", "key",
    ]  # fmt: skip
    assert [label(code, "zh", of="management_class") for code in MANAGEMENT_CLASSES.codes] == [
        "临时客户", "关键客户", "潜力客户", "常规客户",
    ]  # fmt: skip


def test_customer_status():
    """S-040: dissatisfaction comes before the number of purchases, but nobody leaves who never came."""
    customers = pd.DataFrame(
        {
            "orders": [0, 1, 1, 7, 7, 7],
            "satisfaction": [0.0, 0.2, 0.9, 0.1, 0.8, 0.8],
            "attachment": [0.0, 0.9, 0.9, 1.0, 0.2, 0.7],
        }
    )
    assert CUSTOMER_STATUS.classify(customers)["status"].tolist() == [
        "prospect", "about_to_defect", "one_time", "about_to_defect", "satisfied_customer", "loyal_customer",
    ]  # fmt: skip


def test_service_policy():
    """S-055: upgrade, reduction and exit by tier."""
    at = SERVICE_POLICY.code_at
    assert {at("high", *rest) for rest in product(("no", "yes"), repeat=3)} == {"dedicated_team"}
    assert at("middle", "yes", "no", "no") == "nurture"
    assert at("middle", "no", "no", "no") == "reduce_service"
    assert at("low", "no", "no", "no") == "review"
    assert at("low", "no", "yes", "no") == "reasonable_exit"
    assert at("low", "no", "yes", "yes") == "firm_exit"
    assert at("low", "no", "no", "yes") == "firm_exit"
    assert label("firm_exit", "zh") == "坚决淘汰"
