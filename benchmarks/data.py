"""Seeded order logs and customer summaries of any size, written as NumPy files.

    python benchmarks/data.py orders 10_000_000 FOLDER
    python benchmarks/data.py customers 1_000_000 FOLDER

Customers follow the models that are fitted to them.  Each has a purchase rate from a gamma
distribution and drops out after each repeat purchase with a probability from a beta
distribution (BG/NBD); amounts vary around a mean of the customer's own (Gamma-Gamma).
`orders` writes a log of a busy shop, of about 11 orders a customer, in the order of the dates:
``customer.npy``, ``date.npy``, ``amount.npy``.  `customers` writes a summary of customers like
CDNOW's, with times in weeks that come from daily dates: ``frequency.npy``, ``recency.npy``,
``T.npy``, ``monetary_value.npy``.  By default they are first seen within 12 weeks and observed
until the end of the 39th, as CDNOW's are; ``--first-seen 730 --days 730`` is a shop that gained
them all through two years, of whom three times as many differ in frequency, recency or T.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = np.datetime64("2023-01-01")
SEED = 20240229
TWO_YEARS = 730


@dataclass(frozen=True, kw_only=True)
class Population:
    """The parameters that customers are drawn from, times in weeks."""

    r: float
    alpha: float
    a: float
    b: float
    p: float = 6.25  # amounts: CDNOW's
    q: float = 3.74
    v: float = 15.44


CDNOW = Population(r=0.243, alpha=4.414, a=0.793, b=2.426)
BUSY_SHOP = Population(r=1.2, alpha=4.0, a=0.6, b=12.0)
ORDERS_PER_CUSTOMER = 11.2  # of the busy shop, same-day orders not yet merged
CDNOW_FIRST_SEEN, CDNOW_DAYS = 12 * 7, 39 * 7


def draw_orders(
    customers: int,
    population: Population,
    rng: np.random.Generator,
    *,
    first_seen: int,
    days: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Draw every order of some customers: who, on which day, for how much; sorted by who and day.

    First orders come within the first `first_seen` of `days` days.
    A Poisson process within a stretch of time is a Poisson number of uniform moments, so all
    customers are drawn at once and orders after the dropout are left out.
    """
    rate = rng.gamma(population.r, 1 / population.alpha, customers) / 7
    dropout = np.maximum(rng.beta(population.a, population.b, customers), 1e-9)
    opening = rng.random(customers) * first_seen
    repeats = rng.poisson(rate * (days - opening))
    who = np.repeat(np.arange(customers), repeats)
    moments = np.sort(who + rng.random(len(who)))  # sorts the moments of each customer
    moments -= who
    nth = np.arange(len(who)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    alive = nth < rng.geometric(dropout)[who]
    who, moments = who[alive], moments[alive]
    day = opening[who] + moments * (days - opening[who])

    who = np.concatenate([np.arange(customers), who])
    day = np.concatenate([opening, day]).astype(np.int64)
    order = np.argsort(who * days + day, kind="stable")
    who, day = who[order], day[order]
    scale = 1 / rng.gamma(population.q, 1 / population.v, customers)
    amount = np.round(rng.gamma(population.p, scale[who]), 2)
    return who, day, amount


def order_log(size: int, seed: int = SEED) -> dict[str, NDArray]:
    """Return a log of exactly `size` orders: customer numbers, dates, amounts."""
    rng = np.random.default_rng(seed)
    customers = max(round(size / ORDERS_PER_CUSTOMER * 1.05), 10)
    span = {"first_seen": TWO_YEARS, "days": TWO_YEARS}
    who, day, amount = draw_orders(customers, BUSY_SHOP, rng, **span)
    while len(who) < size:  # a small log can fall short by chance
        customers += customers // 10
        who, day, amount = draw_orders(customers, BUSY_SHOP, rng, **span)
    names = rng.permutation(customers) + 100_000  # that numbers do not give the first order away
    by_date = np.argsort(day[:size], kind="stable")
    return {
        "customer": names[who[:size]][by_date],
        "date": (FIRST_DAY + day[:size])[by_date],
        "amount": amount[:size][by_date],
    }


def customer_summary(
    customers: int,
    seed: int = SEED,
    *,
    first_seen: int = CDNOW_FIRST_SEEN,
    days: int = CDNOW_DAYS,
) -> dict[str, NDArray]:
    """Return a summary of customers like CDNOW's: one occasion a day, times in weeks."""
    rng = np.random.default_rng(seed)
    who, day, amount = draw_orders(customers, CDNOW, rng, first_seen=first_seen, days=days)
    opens = np.flatnonzero(np.diff(who * days + day, prepend=-1))
    amount = np.add.reduceat(amount, opens)
    who, day = who[opens], day[opens]
    first = np.flatnonzero(np.diff(who, prepend=-1))
    last = np.append(first[1:], len(who)) - 1
    frequency = last - first
    repeat_amount = np.add.reduceat(amount, first) - amount[first]
    return {
        "frequency": frequency,
        "recency": (day[last] - day[first]) / 7,
        "T": (days - 1 - day[first]) / 7,
        "monetary_value": np.round(repeat_amount, 2) / np.maximum(frequency, 1),
    }


def save(columns: dict[str, NDArray], folder: Path) -> None:
    """Write each column into a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        np.save(folder / f"{name}.npy", values)


def load(folder: Path) -> dict[str, NDArray]:
    """Read what `save` wrote."""
    return {file.stem: np.load(file) for file in sorted(folder.glob("*.npy"))}


def main() -> None:
    """Write one data set."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("kind", choices=["orders", "customers"])
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--first-seen", type=int, default=CDNOW_FIRST_SEEN, help="customers only")
    parser.add_argument("--days", type=int, default=CDNOW_DAYS, help="customers only")
    options = parser.parse_args()
    if options.kind == "orders":
        columns = order_log(options.size, options.seed)
    else:
        span = {"first_seen": options.first_seen, "days": options.days}
        columns = customer_summary(options.size, options.seed, **span)
    save(columns, options.folder)


if __name__ == "__main__":
    main()
