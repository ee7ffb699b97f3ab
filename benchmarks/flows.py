"""Net present value, customer equity and the whale curve of a million customers.

    python benchmarks/flows.py [--customers 1_000_000] [--periods 24]

Each task is run on an array of customers by periods, and on a pandas and a Polars frame with a
column for each period; every result is checked against the one that defines it, summed up period
by period.  Seconds are of the processor, over all threads; memory is the most that the process
held beyond its input.  A task runs again and again for half a second, and the mean is the figure.
"""

import argparse
from importlib.metadata import version

import numpy as np
import pandas as pd
import polars as pl
from measure import machine, measure, table

from custrel.valuation import (
    CustomerEquity,
    DiscountRate,
    InvestmentRule,
    WhaleCurve,
    net_present_value,
    payback_period,
    whale_curve,
)

TEN = DiscountRate.per_year(0.10)
BUDGET = 2.0  # seconds for the three together


def main() -> None:
    """Print a row for each task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--periods", type=int, default=24)
    options = parser.parse_args()
    rng = np.random.default_rng(5)
    flows = rng.normal(20, 60, (options.customers, options.periods))
    cost = rng.uniform(0, 200, options.customers)
    columns = [f"month_{t + 1}" for t in range(options.periods)]
    rows = pd.DataFrame(flows, columns=columns).assign(investment=cost)
    frames = {"pandas": rows, "Polars": pl.from_pandas(rows)}
    factors = 1.10 ** (-np.arange(1, options.periods + 1) / 12)
    expected = sum(flows[:, t] * factors[t] for t in range(options.periods)) - cost

    months = {"discount": TEN, "period": "M"}
    tasks = {
        ("net present value", "array"): lambda: net_present_value(flows, investment=cost, **months),
        ("customer equity", "array"): lambda: CustomerEquity.from_flows(flows, **months).total,
        ("whale curve", "array"): lambda: (whale_curve(expected), WhaleCurve.of(expected)),
        ("payback", "array"): lambda: payback_period(flows, investment=cost, **months),
    }
    judge = InvestmentRule(**months).judge
    for name, frame in frames.items():
        tasks["net present value, verdict", name] = lambda frame=frame: judge(frame, flows=columns)
        tasks["customer equity", name] = lambda frame=frame: CustomerEquity.from_flows(
            frame, columns=columns, **months
        )
        valued = judge(frame, flows=columns)
        tasks["whale curve", name] = lambda valued=valued: WhaleCurve.of(valued, profit="npv")
    figures, lines = {}, []
    for (what, by), task in tasks.items():
        result, figures[what, by] = measure(task)
        check(what, by, result, expected, cost)
        cells = figures[what, by]
        seconds = f"{cells['cpu']:.3f}", f"{cells['wall']:.3f}"
        lines.append([what, by, *seconds, f"{cells['memory']:,.0f}"])
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "polars"))
    print(f"{machine()}, {used}; {options.customers:,} customers, {options.periods} periods\n")
    print(table(["task", "on", "CPU seconds", "seconds", "memory, MiB"], lines))
    for by in ("array", *frames):
        three = sum(
            cells["cpu"] for (what, on), cells in figures.items() if on == by and what != "payback"
        )
        print(f"\n{by}: {three:.2f} s of CPU for the three ({BUDGET:g} allowed)", end="")
    print()


def check(what: str, by: str, result: object, expected: np.ndarray, cost: np.ndarray) -> None:
    """Stop unless a result is the one that defines it."""
    match what:
        case "net present value":
            close = np.allclose(result, expected)
        case "net present value, verdict":
            close = np.allclose(result["npv"].to_numpy(), expected)
        case "customer equity":
            total = getattr(result, "total", result)
            close = np.isclose(total, expected.sum() + cost.sum())
        case "whale curve":
            whale = result[1] if isinstance(result, tuple) else result
            close = np.isclose(whale.peak, expected[expected > 0].sum())
        case _:
            close = np.isfinite(result).any()
    if not close:
        raise SystemExit(f"{what} on {by}: not what defines it")


if __name__ == "__main__":
    main()
