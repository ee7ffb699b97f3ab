"""Fitting BG/NBD and Gamma-Gamma, and predicting: custrel against lifetimes.

    python benchmarks/make_peers.py
    python benchmarks/purchase_models.py [--runs 5] [--customers 1_000_000] [--peers FOLDER]
        [--only fits occasions peers values predictions huge] [--slow 100_000] [--huge 0]

Customers are CDNOW's own 2,357, a hundred thousand and a million like them with daily dates
(`data.py`), and a million whom a shop gained through two years of daily dates.  Each package
fits to a pandas frame, with nothing prepared; `grouped` is what the strongest user of lifetimes
does: group equal customers in pandas (in the measured time) and pass their numbers as weights.
Pareto/NBD, with which lifetimes takes minutes for a million, is compared up to `--slow` customers;
`--huge 10_000_000` fits so many with custrel alone.  Donors are as many as those of the 1995
cohort, and more, with the published parameters.  pymc-marketing's fit is the mode of the
posterior; `search` is without building its functions (`tasks_pymc.py`).  Log-likelihoods must agree
to 1e-6, predictions to 1e-6, lifetime values (whose months differ by a thousandth) to 0.2 %, else
the run stops.  Seconds are of the processor, over all threads, and medians; a ratio is lifetimes' over custrel's, taken within
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
NEAR = 0.25  # the mode under a prior, and the most likely parameters
SAME_VALUE = 0.002  # lifetimes' months have 4.345 weeks, custrel's 4.348
DONORS = 11_104


def main() -> None:
    """Print a table for each part, as soon as it is measured."""
    options = arguments(__doc__, parts=tuple(PARTS), customers=1_000_000, slow=100_000, huge=0)
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy"))
    print(f"{machine()}, {used}; medians of {options.runs} runs\n")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        for name, size in sizes(options).items():
            save(customer_summary(size), home / name)
        save({}, home / "cdnow")
        run(python_of(options.peers), "tasks_lifetimes.py", "cdnow", home / "cdnow")
        for part in options.only:
            rows = PARTS[part](home, options)
            print(f"{part}\n\n{table(HEADER, rows)}\n", flush=True)


def sizes(options: Namespace) -> dict[str, int]:
    """Return how many customers there are, drawn by chance, in each folder."""
    return {"small": options.customers // 10, "large": options.customers}


def fits(home: Path, options: Namespace) -> list[list[str]]:
    """Fit every model of purchases and of spend, and lifetimes' beside it."""
    long = customer_summary(options.customers, SEED, first_seen=TWO_YEARS, days=TWO_YEARS)
    save(long, home / "two_years")
    names = ("cdnow", "small", "large")
    rows = compare_fits("bg_nbd", home / "two_years", options)
    for model in ("bg_nbd", "mbg_nbd", "gamma_gamma"):
        for name in names:
            rows += compare_fits(model, home / name, options)
    for name in names:
        if sizes(options).get(name, 0) <= options.slow:
            rows += compare_fits("pareto_nbd", home / name, options)
        else:
            rows += alone("pareto_nbd", home / name, options)
    return rows


def occasions(home: Path, options: Namespace) -> list[list[str]]:
    """Fit BG/BB to donors."""
    rows = []
    for size in (DONORS, options.customers // 10):
        save(donors(size), home / f"donors_{size}")
        rows += compare_fits("bg_bb", home / f"donors_{size}", options)
    return rows


def peers(home: Path, options: Namespace) -> list[list[str]]:
    """Fit beside clvkit, which climbs without derivatives, and pymc-marketing, whose priors are weak."""
    save(donors(DONORS), home / "donors")
    rows = []
    for model, folder in (
        ("bg_nbd", home / "cdnow"),
        ("pareto_nbd", home / "cdnow"),
        ("bg_bb", home / "donors"),
    ):
        tasks = [f"custrel:{model}", f"pymc:pymc_{model}", f"pymc:pymc_{model}_search"]
        runs = take_turns(tasks, folder, options)
        for task in tasks[1:]:
            check_parameters(tasks[0], task, folder)
        rows += rows_against(runs, tasks, describe(folder))
    tasks = ["custrel:bg_nbd", "clvkit:clvkit_bg_nbd"]
    runs = take_turns(tasks, home / "small", options)
    check_likelihood(*tasks, home / "small")
    return rows + rows_against(runs, tasks, describe(home / "small"))


def values(home: Path, options: Namespace) -> list[list[str]]:
    """Value customers over twelve months, discounted by the month."""
    rows = []
    for name in ("cdnow", "small", "large"):
        mine = ["custrel:lifetime_value", "custrel:lifetime_value_of_columns"]
        lifetimes = "lifetimes:lifetimes_lifetime_value"
        runs = take_turns([*mine, lifetimes], home / name, options)
        for task in mine:
            check_values(task, lifetimes, home / name, SAME_VALUE)
            rows += rows_against(runs, [task, lifetimes], describe(home / name))
    return rows


def predictions(home: Path, options: Namespace) -> list[list[str]]:
    """Predict for many customers."""
    folder, rows = home / "large", []
    for what in ("probability_alive", "expected_purchases"):
        tasks = [f"custrel:{what}", f"lifetimes:lifetimes_{what}"]
        runs = take_turns(tasks, folder, options)
        check_values(*tasks, folder)
        rows += rows_against(runs, tasks, describe(folder))
    return rows + alone("predict", folder, options)


def huge(home: Path, options: Namespace) -> list[list[str]]:
    """Fit to as many customers as are asked for, with custrel alone."""
    if not options.huge:
        return []
    save(customer_summary(options.huge), home / "huge")
    rows = [alone(model, home / "huge", options) for model in ("bg_nbd", "pareto_nbd")]
    return [*rows[0], *rows[1]]


PARTS = {
    "fits": fits,
    "occasions": occasions,
    "peers": peers,
    "values": values,
    "predictions": predictions,
    "huge": huge,
}


def alone(task: str, folder: Path, options: Namespace) -> list[list[str]]:
    """Measure what custrel does, beside nobody."""
    tasks = [f"custrel:{task}"]
    return rows_against(take_turns(tasks, folder, options), tasks, describe(folder))


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

    Pareto/NBD's it may pass by any length: lifetimes starts to climb at random, without
    derivatives, and not always arrives.
    """
    one, two = (float(arrays_of(name, folder)["log_likelihood"]) for name in (task, other))
    if not -TOLERANCE <= (one - two) / abs(two) <= (np.inf if "pareto" in task else TOLERANCE):
        raise SystemExit(f"{task} reached {one}, {other} {two}")


def check_parameters(task: str, other: str, folder: Path) -> None:
    """Stop unless the mode under weak priors is near the most likely parameters."""
    one, two = (arrays_of(name, folder)["parameters"] for name in (task, other))
    if not np.allclose(one, two, rtol=NEAR):
        raise SystemExit(f"{task} found {one}, {other} {two}")


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
        what, by = name.removeprefix(f"{package}_"), package
        for how in ("grouped", "search"):
            if what.endswith(how):
                what, by = what.removesuffix(f"_{how}"), f"{package}, {how}"
        compared = "" if task == tasks[0] else f"{ratio(runs, task, tasks[0], 'cpu'):,.1f}"
        cells = [median(runs, task, figure) for figure in ("cpu", "wall", "memory")]
        seconds = [f"{cell:.4f}" if cell < 1 else f"{cell:.2f}" for cell in cells[:2]]
        row = [what.replace("_", " "), by, seconds[0], compared, seconds[1], f"{cells[2]:,.0f}"]
        rows.append([customers, *row])
    return rows


if __name__ == "__main__":
    main()
