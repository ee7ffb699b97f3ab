"""What plspm does, in an environment of its own.

Run by `path_models.py`; by hand, with its Python:
``benchmarks/.peers/plspm/bin/python benchmarks/tasks_plspm.py plspm_path_model FOLDER``.
"""

from pathlib import Path
from typing import Any

import pandas as pd
from data import load
from measure import measure, run_task
from mobi import CONSTRUCTS, ITEMS, PATHS
from plspm import config
from plspm.mode import Mode
from plspm.plspm import Plspm
from plspm.scale import Scale
from plspm.scheme import Scheme

Measured = tuple[dict[str, Any], dict[str, float]]


def path_model(folder: Path) -> Measured:
    """Resample the path model a hundred times; it reports weights, loadings and effects."""
    columns = load(folder)
    answers = pd.DataFrame({name: columns[name] for name in ITEMS})
    structure = config.Structure()
    for source, target in PATHS:
        structure.add_path([source], [target])
    # Without a scale of its own, it does not standardize, whatever `scaled` says.
    model = config.Config(structure.path(), default_scale=Scale.NUM)
    for name, items in CONSTRUCTS.items():
        model.add_lv(name, Mode.A, *[config.MV(item) for item in items])

    def resample(times: int) -> Plspm:
        options = {"bootstrap": True, "bootstrap_iterations": times, "processes": 1}
        return Plspm(answers, model, Scheme.PATH, tolerance=1e-7, **options)

    again, figures = measure(lambda: resample(100))
    table = again.bootstrap().paths().loc[[f"{s} -> {t}" for s, t in PATHS]]
    errors = table["std.error"].to_numpy()
    return {"paths": table["original"].to_numpy(), "errors": errors}, figures


if __name__ == "__main__":
    run_task({"plspm_path_model": path_model})
