"""What customers are worth comes out the same where the work is done by other processes."""

import pandas as pd
import pytest
from segmentation.engines import alike, read
from valuation import (
    test_investment,
    test_product_ratios,
    test_profitability,
    test_value_parts,
)

from custrel import valuation as va

pytestmark = [
    pytest.mark.engines,
    # Dask and PySpark warn of themselves, and Narwhals that Dask will be a plugin.
    pytest.mark.filterwarnings("ignore"),
]


def on_spark(session, rows):
    return session.createDataFrame(pd.DataFrame(rows))


def on_dask(client, rows):
    import dask.dataframe as dd

    return dd.from_pandas(pd.DataFrame(rows), npartitions=2)


ENGINES = {"spark": on_spark, "dask": on_dask}
QUESTIONS = {
    "payback": lambda there: va.InvestmentRule(measure="payback", threshold=2).judge(
        there(test_investment.CUSTOMERS), flows=test_investment.YEARS
    ),
    "actions": lambda there: test_profitability.MATRIX.actions(there(test_profitability.SALES)),
    "parts of value": lambda there: va.IMMEDIATE_POTENTIAL_MODEL.split(
        there(test_value_parts.FLOWS),
        as_of=2025,
        discount=test_value_parts.TEN,
        **test_value_parts.WHERE,
    ),
    "mix": lambda there: va.sales_mix(
        there(test_product_ratios.SALES), by=["customer", "product"], before="before"
    ),
}


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers(request, kind, question):
    engine = request.getfixturevalue(kind)
    found = read(QUESTIONS[question](lambda rows: ENGINES[kind](engine, rows)))
    expected = read(QUESTIONS[question](pd.DataFrame))
    assert alike(sorted(found, key=str), sorted(expected, key=str))
