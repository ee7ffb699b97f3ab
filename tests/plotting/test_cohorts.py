"""The cohort heat map shows the numbers of the table, and says what it leaves out."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custrel.errors import InvalidData, InvalidRule
from custrel.plotting import plot_cohorts
from custrel.valuation import cohorts


@pytest.fixture
def table():
    rows = [(f"a{i}", "2024-01-02") for i in range(40)]
    rows += [(f"a{i}", "2024-02-02") for i in range(10)]
    rows += [(f"b{i}", "2024-02-02") for i in range(60)]
    rows += [(f"b{i}", "2024-03-02") for i in range(30)]
    log = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=2.0)
    return cohorts(log, observed_until="2024-03-20")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_the_image_holds_the_triangle(table):
    ax = plot_cohorts(table)
    np.testing.assert_equal(np.asarray(ax.images[0].get_array().filled(np.nan)), [[0.25], [np.nan]])
    assert [text.get_text() for text in ax.texts[:1]] == ["25%"]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["2024-01  (40)", "2024-02  (60)"]
    assert ax.get_title(loc="left") == "One month after the first purchase, 25% bought again"


def test_a_period_cut_short_is_hatched(table):
    ax = plot_cohorts(table, partial=True)
    assert sum(patch.get_hatch() == "///" for patch in ax.patches) == 2
    note = " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
    assert "hatched: not observed to its end" in note


def test_nothing_is_said_of_hatching_where_all_was_observed_to_the_end():
    log = pd.DataFrame(
        {"customer_id": [1, 1, 2], "date": ["2024-01-05", "2024-02-05", "2024-02-07"]}
    )
    table = cohorts(log, amount=None, observed_until="2024-02-29")
    ax = plot_cohorts(table, what="active", partial=True)
    assert not any(patch.get_hatch() for patch in ax.patches)
    assert not any("hatched" in text.get_text() for text in ax.texts)


def test_periods_without_a_unit_are_called_periods():
    log = pd.DataFrame({"customer_id": [1, 1, 2], "date": [1, 2, 2]})
    ax = plot_cohorts(cohorts(log, amount=None, period=None, observed_until=2))
    assert ax.get_xlabel() == "Periods since the first purchase"
    assert ax.get_title(loc="left") == "One period after the first purchase, 100% bought again"


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("revenue_to_date", "Revenue to date per customer at age 1: 2.50"),
        ("revenue_per_customer", "Revenue per customer at age 1: 0.50"),
        ("active", "Active customers at age 1: 10.0 per cohort"),
    ],
)
def test_other_columns(table, what, title):
    _, ax = plt.subplots()
    assert plot_cohorts(table, what=what, currency="EUR", ax=ax) is ax
    assert ax.get_title(loc="left") == title


def test_nothing_to_draw():
    log = pd.DataFrame({"customer_id": [1], "date": ["2024-01-02"], "amount": 1.0})
    with pytest.raises(InvalidData, match="no period after the first purchases"):
        plot_cohorts(cohorts(log))
    days = pd.DataFrame(
        {"customer_id": [1, 1], "date": ["2024-01-02", "2024-04-02"], "amount": 1.0}
    )
    with pytest.raises(InvalidRule, match="91 ages are too many"):
        plot_cohorts(cohorts(days, period="D"))


def test_quarters_are_named():
    log = pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 2],
            "date": ["1969-11-02", "1970-02-01", "1970-01-05", "1970-08-09"],
        }
    )
    table = cohorts(log, amount=None, period="Q", observed_until="1970-12-31")
    names = [label.get_text() for label in plot_cohorts(table).get_yticklabels()]
    assert names == ["1969-Q4  (1)", "1970-Q1  (1)"]
