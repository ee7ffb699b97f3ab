"""What pymc-marketing does, in an environment of its own.

Run by `purchase_models.py`; by hand, with its Python:
``benchmarks/.peers/pymc/bin/python benchmarks/tasks_pymc.py pymc_bg_nbd FOLDER``.

It looks for the mode of the posterior under its usual weak priors.  A fit builds its functions
anew each time; that is in the measured time, but the compiler has seen them all before.  Of
`search`, building the likelihood and its gradient is not measured either.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymc
from data import load
from measure import measure, run_task
from pymc_marketing.clv import BetaGeoBetaBinomModel, BetaGeoModel, ParetoNBDModel

MODELS = {
    "bg_nbd": (BetaGeoModel, ("r", "alpha", "a", "b")),
    "pareto_nbd": (ParetoNBDModel, ("r", "alpha", "s", "beta")),
    "bg_bb": (BetaGeoBetaBinomModel, ("alpha", "beta", "gamma", "delta")),
}
Measured = tuple[dict[str, Any], dict[str, float]]


def fit(name: str, folder: Path, *, search: bool) -> Measured:
    """Fit a model to customers."""
    kind, parameters = MODELS[name]
    table = pd.DataFrame(load(folder)).rename(columns={"periods": "T"})
    customers = table[["frequency", "recency", "T"]].assign(customer_id=range(len(table)))
    building = Stopwatch()
    for verb in ("compile_logp", "compile_dlogp"):
        setattr(pymc.Model, verb, building.around(getattr(pymc.Model, verb)))

    def task() -> Any:
        model = kind()
        model.fit(customers, method="map", progressbar=False)
        return model.idata.posterior

    task()
    building.seconds, building.calls = 0.0, 0
    posterior, figures = measure(task)
    if search:  # each fit builds both functions once
        for clock in ("wall", "cpu"):
            figures[clock] -= 2 * building.seconds / building.calls
    found = np.array([float(posterior[name].item()) for name in parameters])
    return {"parameters": found}, figures


class Stopwatch:
    """How long functions took, and how often they were called."""

    def __init__(self) -> None:
        self.seconds, self.calls = 0.0, 0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that is timed."""

        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            result = function(*arguments, **options)
            self.seconds += time.process_time() - start
            self.calls += 1
            return result

        return timed


if __name__ == "__main__":
    run_task(
        {
            f"pymc_{name}{suffix}": partial(fit, name, search=bool(suffix))
            for name in MODELS
            for suffix in ("", "_search")
        }
    )
