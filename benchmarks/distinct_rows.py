"""How many distinct histories there are: the cost of a fit, and of predictions, is theirs.

    python benchmarks/distinct_rows.py

Customers like CDNOW's are drawn for several numbers and lengths of observation; they are gained
throughout.  Times are days.  Beside what is counted stands what a formula expects: if a history
h has the probability p(h), N customers show sum(1 - (1 - p(h))^N) of them.  The sum is over the
histories of a population ten times as large, whose shares stand for the probabilities, so that
it is too small where hardly any history comes twice.
"""

import argparse

import numpy as np
from data import customer_summary
from measure import table
from numpy.typing import NDArray

YEARS = (0.5, 1, 2, 5)
CUSTOMERS = (1_000, 10_000, 100_000, 1_000_000)
LARGER = 10


def counts_of(customers: int, years: float, seed: int) -> NDArray[np.int64]:
    """Return how many of some customers share each history."""
    days = round(365.25 * years)
    drawn = customer_summary(customers, seed, first_seen=days, days=days)
    frequency = drawn["frequency"].astype(np.int64)
    recency, age = (np.rint(drawn[name] * 7).astype(np.int64) for name in ("recency", "T"))
    keys = (frequency * (days + 1) + recency) * (days + 1) + age
    return np.unique(keys, return_counts=True)[1]


def expected(customers: int, years: float) -> float:
    """Return how many distinct histories the formula expects."""
    population = LARGER * customers
    shares = counts_of(population, years, seed=2) / population
    return float(-np.expm1(customers * np.log1p(-shares)).sum())


def main() -> None:
    """Print counted and expected numbers for each number of customers and years."""
    argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]).parse_args()
    rows = [
        [
            f"{customers:,}",
            *(
                f"{len(counts_of(customers, years, seed=1)):,} ({expected(customers, years):,.0f})"
                for years in YEARS
            ),
        ]
        for customers in CUSTOMERS
    ]
    print(table(("customers", *(f"{years:g} years" for years in YEARS)), rows))


if __name__ == "__main__":
    main()
