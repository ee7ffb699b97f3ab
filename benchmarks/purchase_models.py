"""Fitting BG/NBD and Gamma-Gamma, and predicting: custrel against lifetimes.

    python benchmarks/make_peers.py
    python benchmarks/purchase_models.py [--runs 5] [--customers 1_000_000] [--peers FOLDER]
        [--slow 100_000] [--huge 0]

Customers are CDNOW's own 2,357, a hundred thousand and a million like them with daily dates
(`data.py`), and a million whom a shop gained through two years of daily dates.  Each package
fits to a pandas frame, with nothing prepared; `grouped` is what the strongest user of lifetimes
does: group equal customers in pandas (in the measured time) and pass their numbers as weights.
Pareto/NBD, with which lifetimes takes minutes for a million, is compared up to `--slow` customers;
`--huge 10_000_000` fits so many with custrel alone.  Donors are as many as those of the 1995
cohort, and more, with the published parameters.  Log-likelihoods must agree to 1e-6, predictions
to 1e-6 (lifetime values, which lifetimes discounts by the month, to 1 %), else the run stops.  Seconds are of the
processor, over all threads, and medians; a ratio is lifetimes' over custrel's, taken within
each turn, and the median of those.  Memory is the most that a process held beyond its input.
"""

import tempfile
from argparse import Namespace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from data import SEED, TWO_YEARS, customer_summary, load, save
from make_peers import python_of
from measure import Runs, arguments, arrays_of, machine, median, ratio, run, table, take_turns
from numpy.typing import NDArray

from custrel.valuation import BgBb

HEADER = ["customers", "task", "by", "CPU seconds", "ratio", "seconds", "memory, MiB"]
TOLERANCE = 1e-6
MORE = 1e-4
SAME_VALUE = 0.01  # lifetimes discounts by the month, custrel here by the week


def main() -> None:
    """Print a table of fits and one of predictions."""
    options = arguments(__doc__, customers=1_000_000, slow=100_000, huge=0)
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy"))
    print(f"{machine()}, {used}; medians of {options.runs} runs\n")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        python = python_of(options.peers)
        save({}, home / "cdnow")
        run(python, "tasks_lifetimes.py", "cdnow", home / "cdnow")
        sizes = {"small": options.customers // 10, "large": options.customers}
        for name, size in sizes.items():
            save(customer_summary(size), home / name)
        long = customer_summary(options.customers, SEED, first_seen=TWO_YEARS, days=TWO_YEARS)
        save(long, home / "two_years")
        rows = []
        for name in ("cdnow", "small", "large", "two_years"):
            rows += compare_fits("bg_nbd", home / name, options)
        for name in ("cdnow", "small", "large"):
            rows += compare_fits("mbg_nbd", home / name, options)
        for name, size in {"cdnow": 0, **sizes}.items():
            if size <= options.slow:
                rows += compare_fits("pareto_nbd", home / name, options)
            else:
                tasks = ["custrel:pareto_nbd"]
                rows += rows_against(
                    take_turns(tasks, home / name, options), tasks, describe(home / name)
                )
        for name in ("cdnow", "small", "large"):
            rows += compare_fits("gamma_gamma", home / name, options)
        for size in (11_104, options.customers // 10):
            save(donors(size), home / f"donors_{size}")
            rows += compare_fits("bg_bb", home / f"donors_{size}", options)
        print(table(HEADER, rows), end="\n\n")

        rows = []
        for name in ("cdnow", "small", "large"):
            tasks = ["custrel:lifetime_value", "lifetimes:lifetimes_lifetime_value"]
            runs = take_turns(tasks, home / name, options)
            check_values(*tasks, home / name, SAME_VALUE)
            rows += rows_against(runs, tasks, describe(home / name))
        print(table(HEADER, rows), end="\n\n")
        if options.huge:
            save(customer_summary(options.huge), home / "huge")
            for tasks in (["custrel:bg_nbd"], ["custrel:pareto_nbd"]):
                runs = take_turns(tasks, home / "huge", options)
                print(table(HEADER, rows_against(runs, tasks, f"{options.huge:,}")), end="\n\n")

        folder, rows = home / "large", []
        for what in ("probability_alive", "expected_purchases"):
            tasks = [f"custrel:{what}", f"lifetimes:lifetimes_{what}"]
            runs = take_turns(tasks, folder, options)
            check_values(*tasks, folder)
            rows += rows_against(runs, tasks, describe(folder))
        tasks = ["custrel:predict"]
        rows += rows_against(take_turns(tasks, folder, options), tasks, describe(folder))
        print(table(HEADER, rows))


def compare_fits(model: str, folder: Path, options: Namespace) -> list[list[str]]:
    """Fit a model in three ways, check that all fit equally well, return a row for each."""
    tasks = [f"custrel:{model}", f"lifetimes:lifetimes_{model}"]
    tasks.append(f"{tasks[1]}_grouped")
    runs = take_turns(tasks, folder, options)
    for task in tasks[1:]:
        check_likelihood(tasks[0], task, folder)
    return rows_against(runs, tasks, describe(folder))


def donors(size: int) -> dict[str, NDArray]:
    """Return donors as BG/BB knows them, of the published parameters, in integers."""
    model = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442)
    drawn = model.sample(periods=6, customers=size, seed=SEED)
    return {name: values.astype(np.int64) for name, values in drawn.items()}


def describe(folder: Path) -> str:
    """Return how many customers there are, and how many purchase histories."""
    columns = load(folder)
    age = "T" if "T" in columns else "periods"
    rows = np.column_stack([columns[name] for name in ("frequency", "recency", age)])
    return f"{len(rows):,} ({len(np.unique(rows, axis=0)):,} histories)"


def check_likelihood(task: str, other: str, folder: Path) -> None:
    """Stop unless custrel reached the log-likelihood of the other, or a higher one.

    Higher it may be by a little: lifetimes climbs to Pareto/NBD's maximum without derivatives.
    """
    one, two = (float(arrays_of(name, folder)["log_likelihood"]) for name in (task, other))
    if not -TOLERANCE <= (one - two) / abs(two) <= (MORE if "pareto" in task else TOLERANCE):
        raise SystemExit(f"{task} reached {one}, {other} {two}")


def check_values(task: str, other: str, folder: Path, tolerance: float = TOLERANCE) -> None:
    """Stop unless two predictions are the same for every customer."""
    one, two = (arrays_of(name, folder)["values"] for name in (task, other))
    if not np.allclose(one, two, rtol=tolerance, atol=0):
        raise SystemExit(f"{task} and {other} predict different values")


def rows_against(runs: Runs, tasks: list[str], customers: str) -> list[list[str]]:
    """Return a row for each task, with the ratio to the first one."""
    rows = []
    for task in tasks:
        package, name = task.split(":")
        what = name.removeprefix("lifetimes_").removesuffix("_grouped")
        by = f"{package}, grouped" if name.endswith("_grouped") else package
        compared = "" if task == tasks[0] else f"{ratio(runs, task, tasks[0], 'cpu'):,.1f}"
        cells = [median(runs, task, figure) for figure in ("cpu", "wall", "memory")]
        seconds = [f"{cell:.4f}" if cell < 1 else f"{cell:.2f}" for cell in cells[:2]]
        row = [what.replace("_", " "), by, seconds[0], compared, seconds[1], f"{cells[2]:,.0f}"]
        rows.append([customers, *row])
    return rows


if __name__ == "__main__":
    main()
