"""A Kano survey of a million answers: custrel on every kind of frame.

    python benchmarks/kano.py [--answers 1_000_000] [--features 50] [--runs 5]

Every respondent answers both questions about every feature; one in eight answers as he pleases,
the others as the feature's kind has it.  Each task goes from the raw frame to categories,
coefficients and Fong's test of all features, from numbers, from words, with survey weights and
four groups; and on to the intervals of a thousand resampled surveys.  Counts are checked against
a cross table of NumPy.  Seconds are of the processor, over all threads, the median of the runs;
memory is the most that the process held beyond the frame.
"""

import argparse
import statistics
from importlib.metadata import version

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from measure import machine, measure, table

from custrel.satisfaction import STANDARD_TABLE, kano

BUDGET = 2.0  # seconds from the frame to the categories
WORDS = np.array(["like", "must be", "neutral", "live with", "dislike"], dtype=object)
KINDS = [(1, 3), (1, 5), (3, 5), (3, 3)]  # attractive, one-dimensional, must-be, indifferent
ENGINES = {
    "pandas": pd.DataFrame,
    "Polars": pl.DataFrame,
    "Polars, lazy": pl.LazyFrame,
    "PyArrow": pa.table,
    "DuckDB": lambda rows: duckdb.from_arrow(pa.table(rows)),
}


def main() -> None:
    """Print a row for each task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "polars", "duckdb"))
    print(f"{machine()}, {used}; medians of {options.runs} runs\n")
    rows = survey(options.answers, options.features)
    worded = rows | {name: WORDS[rows[name] - 1] for name in ("functional", "dysfunctional")}
    tasks = {(name, "numbers"): (make(rows), {}) for name, make in ENGINES.items()}
    tasks |= {
        (name, "words"): (ENGINES[name](worded), {}) for name in ("pandas", "Polars", "DuckDB")
    }
    several = {"weight": "weight", "by": "group"}
    tasks |= {
        (name, "weights and groups"): (ENGINES[name](rows), several)
        for name in ("pandas", "Polars")
    }
    printed = []
    for (engine, what), (frame, given) in tasks.items():
        printed.append([engine, what, *run(lambda f=frame, g=given: kano(f, **g), options.runs)])
        if not given:
            check(kano(frame), rows)
    analysis = kano(tasks["pandas", "numbers"][0])
    again = run(lambda: analysis.intervals(seed=1), options.runs)
    printed.append(["any", "1,000 resamples, after that", *again])
    print(table(["frame", "answers", "CPU seconds", "seconds", "memory, MiB"], printed))
    slow = [row for row in printed if float(row[2]) > BUDGET]
    if slow:
        raise SystemExit(f"slower than {BUDGET:g} s of CPU: {slow}")


def survey(answers: int, features: int) -> dict[str, np.ndarray]:
    """Return a long table of answers."""
    rng = np.random.default_rng(5)
    respondents = answers // features
    feature = np.tile(np.arange(features), respondents)
    usual = np.array(KINDS)[feature % len(KINDS)]
    noise = rng.random((feature.size, 2)) < 1 / 8
    given = np.where(noise, rng.integers(1, 6, noise.shape), usual)
    names = np.array([f"feature {i:02d}" for i in range(features)], dtype=object)
    return {
        "respondent": np.repeat(np.arange(respondents), features),
        "feature": names[feature],
        "functional": given[:, 0],
        "dysfunctional": given[:, 1],
        "weight": np.repeat(rng.gamma(4, 0.25, respondents).round(2), features),
        "group": np.repeat(rng.integers(0, 4, respondents), features),
    }


def run(task: object, runs: int) -> list[str]:
    """Return the medians of CPU seconds, seconds and memory, as text."""
    figures = [measure(task)[1] for _ in range(runs)]
    cpu, wall, memory = (
        statistics.median(one[what] for one in figures) for what in ("cpu", "wall", "memory")
    )
    return [f"{cpu:.3f}", f"{wall:.3f}", f"{max(memory, 0):,.0f}"]


def check(analysis: object, rows: dict[str, np.ndarray]) -> None:
    """Stop unless the categories of every feature are those of a cross table."""
    places = STANDARD_TABLE.places()[rows["functional"] - 1, rows["dysfunctional"] - 1]
    features, where = np.unique(rows["feature"].astype(str), return_inverse=True)
    counts = np.bincount(where * 6 + places, minlength=6 * features.size).reshape(-1, 6)
    frame = analysis.frame
    found = frame.collect().to_pandas() if isinstance(frame, pl.LazyFrame) else frame
    found = found.to_pandas() if hasattr(found, "to_pandas") else found
    found = found.df() if hasattr(found, "df") else found
    found = found.sort_values("feature")
    better = (counts[:, 0] + counts[:, 1]) / counts[:, :4].sum(axis=1)
    if not np.allclose(found["better"], better, rtol=1e-12):
        raise SystemExit("the coefficients differ from those of a cross table")


if __name__ == "__main__":
    main()
