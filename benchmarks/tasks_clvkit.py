"""What clvkit does, in the peers' environment.

Run by `purchase_models.py`; by hand, with the peers' Python:
``benchmarks/.peers/bin/python benchmarks/tasks_clvkit.py clvkit_bg_nbd FOLDER``.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from clvkit import BGNBD, CustomerBase
from data import load
from measure import measure, run_task

SMALL = 1000
Measured = tuple[dict[str, Any], dict[str, float]]


def bg_nbd(folder: Path) -> Measured:
    """Fit BG/NBD to customers."""
    customers = pd.DataFrame(load(folder))
    known = {
        "time_unit": "W",
        "collapse": "D",
        "observation_period_end": pd.Timestamp("2023-09-30"),
        "has_monetary": False,
        "on_negative": "raise",
    }
    BGNBD().fit(CustomerBase(customers.head(SMALL), **known))
    model, figures = measure(lambda: BGNBD().fit(CustomerBase(customers, **known)))
    parameters = np.asarray(model.params_)
    return {"parameters": parameters, "log_likelihood": model.log_likelihood_}, figures


if __name__ == "__main__":
    run_task({"clvkit_bg_nbd": bg_nbd})
