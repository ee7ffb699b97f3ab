"""What lifetimes does, in an environment of its own.

Run by `summarize.py` and `purchase_models.py`; by hand, with the peers' Python:
``benchmarks/.peers/bin/python benchmarks/tasks_lifetimes.py summarize FOLDER``.
"""

from pathlib import Path
from typing import Any

import pandas as pd
from data import load
from lifetimes.utils import summary_data_from_transaction_data
from measure import measure, run_task

SMALL = 1000
Measured = tuple[dict[str, Any], dict[str, float]]


def summarize(folder: Path) -> Measured:
    """Make the customer summary of a log."""
    log = pd.DataFrame(load(folder))
    columns = "customer", "date", "amount"
    summary_data_from_transaction_data(log.head(SMALL), *columns)
    table, figures = measure(lambda: summary_data_from_transaction_data(log, *columns))
    table = table.sort_index().reset_index()
    return {name: table[name].to_numpy() for name in table}, figures


if __name__ == "__main__":
    run_task({"lifetimes_summary": summarize})
