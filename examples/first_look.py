"""A first look at a customer base: from an order log to what every customer is worth.

    python examples/first_look.py                       # CDNOW, which lies beside this file
    python examples/first_look.py orders.csv --customer client --date day --amount total

Prints what there is to know, and writes the customer table, the rules and the pictures into
a folder (by default ``first_look_output``).
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd

import custrel as cr
from custrel import plotting
from custrel.segmentation import concentration

HERE = Path(__file__).parent


def main() -> None:
    """Read the log, appraise its customers, say and draw what was found."""
    options = read_options()
    mpl.use("Agg")  # pictures go to files
    log = pd.read_csv(options.log, parse_dates=[options.date])
    columns: dict[str, Any] = {
        "customer": options.customer,
        "date": options.date,
        "amount": options.amount,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    before, report = appraise_twice(log, columns, options.out / "rules.json")

    days = log[options.date]
    print(
        f"{len(log):,} orders of {len(report.frame):,} customers, "
        f"{days.min():%d %B %Y} to {days.max():%d %B %Y}, read from {options.log.name}"
    )
    title("The ten most valuable customers from now on, and why")
    for row in report.top(10).to_dict("records"):
        show(f"{row[options.customer]}: {row['why']}")

    title("Segments, the one with the most revenue first")
    show_segments(report)

    title("Concentration of revenue")
    show(f"{concentration(report)}")

    title("What changed in the last month, by the same rules")
    show_changes(before, report, options.customer)

    title("Models, learnt from all but the last month")
    print(f"How often customers buy, and whether they still do:\n{report.rules.purchases}\n")
    print(f"How much they spend on an order:\n{report.rules.spend}")

    title("Did the models predict? The first half of the log says, the second half judges")
    halves = halve(log, columns)
    print(check_holdout(halves))

    report.frame.to_csv(options.out / "customers.csv", index=False)
    draw(report, halves, log, columns, options.out)
    title(f"Written to {options.out}")
    for path in sorted(options.out.iterdir()):
        print(f"  {path.name}")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A first look at a customer base.")
    add = parser.add_argument
    add("log", nargs="?", type=Path, default=HERE / "data" / "cdnow_sample.csv", help="a CSV file")
    add("--customer", default="customer_id", help="its column of customers")
    add("--date", default="date", help="its column of order dates")
    add("--amount", default="amount", help="its column of amounts")
    add("--out", type=Path, default=Path("first_look_output"), help="the folder to write into")
    return parser.parse_args()


def appraise_twice(
    log: pd.DataFrame, columns: dict[str, Any], kept: Path
) -> tuple[cr.Appraisal, cr.Appraisal]:
    """Appraise the customers of a month ago, and today's by the rules that were learnt then.

    So scores can be compared from month to month: a customer changes segment because he
    changed, not because the others did.
    """
    dates = log[columns["date"]]
    a_month_ago = dates.max().normalize() - pd.DateOffset(months=1)
    before = cr.appraise(log[dates < a_month_ago + pd.DateOffset(days=1)], **columns)
    kept.write_text(json.dumps(before.rules.to_data(), indent=1), encoding="utf-8")

    rules = cr.from_data(json.loads(kept.read_text(encoding="utf-8")))
    return before, cr.appraise(log, **columns, rules=rules)


def show_segments(report: cr.Appraisal) -> None:
    """Print the size and the worth of each segment."""
    table = report.segments()
    table["segment"] = [cr.label(code, of="segment") for code in table["segment"]]
    shares = dict.fromkeys(("customer_share", "revenue_share"), "{:.0%}".format)
    amounts = dict.fromkeys(("revenue", "lifetime_value"), "{:,.0f}".format)
    print(table.to_string(index=False, formatters=shares | amounts))
    show(
        f"lifetime_value: margin of the next {report.unit.in_words(report.rules.horizon)} at "
        "today's value. alarms: customers whose business fell, or who stay away for longer than "
        "is usual for them. Scores such as 555 above: recency, frequency, amount; 5 is best."
    )


def show_changes(before: cr.Appraisal, now: cr.Appraisal, customer: str) -> None:
    """Print which ways the most customers went."""
    names = [customer, "segment"]
    both = before.frame[names].merge(now.frame[names], on=customer, suffixes=("_before", ""))
    moved = both[both["segment"] != both["segment_before"]]
    print(f"{len(moved):,} of {len(both):,} customers changed segment. The largest streams:")
    for (old, new), count in moved.value_counts(["segment_before", "segment"]).head(5).items():
        print(f"  {count:4}  {cr.label(old, of='segment')} -> {cr.label(new, of='segment')}")


def halve(log: pd.DataFrame, columns: dict[str, Any]) -> cr.CustomerSummary:
    """Summarize the first half of the time, and hold the second out."""
    first, last = log[columns["date"]].min().normalize(), log[columns["date"]].max().normalize()
    middle = first + (last - first) // 2
    return cr.summarize(
        log, **columns, unit="W", calibration_until=middle.date(), observed_until=last.date()
    )


def check_holdout(halves: cr.CustomerSummary) -> pd.DataFrame:
    """Set the purchases that each model expected beside those that came."""
    frame = halves.frame
    ahead = float(frame["duration_holdout"].iloc[0])
    group = frame["frequency"].clip(upper=7).rename("repeat purchases before")
    came = frame.groupby(group)["frequency_holdout"]
    table = pd.DataFrame({"customers": came.size(), "came": came.mean()})
    totals = {"customers": len(frame), "came": frame["frequency_holdout"].sum()}
    for model in (cr.BgNbd.fit(halves), cr.MbgNbd.fit(halves)):
        name = type(model).__name__
        expected = model.predict(halves, horizon=ahead).frame["expected_purchases"]
        table[name] = expected.groupby(group).mean()
        totals[name] = expected.sum()
        print(f"{model}\n")
    show(
        "Who bought once is still a customer to BgNbd; MbgNbd, which the appraisal goes by, has "
        f"its doubts. Learnt until {halves.calibration_until}; mean purchases per customer in "
        f"the {halves.unit.in_words(ahead)} after that:"
    )
    table.index = [*map(str, table.index[:-1]), f"{table.index[-1]} or more"]
    table.loc["all, in total"] = totals
    return table.round({"customers": 0, **dict.fromkeys(table.columns[1:], 2)})


def draw(
    report: cr.Appraisal,
    halves: cr.CustomerSummary,
    log: pd.DataFrame,
    columns: dict[str, Any],
    out: Path,
) -> None:
    """Write the pictures."""
    model = cr.BgNbd.fit(halves)
    age, ahead = (float(halves.frame[name].max()) for name in ("T", "duration_holdout"))
    pictures: dict[str, Callable[[], Any]] = {
        "rfm_heatmap": lambda: plotting.plot_rfm_heatmap(report),
        "segments": lambda: plotting.plot_segments(report),
        "lorenz": lambda: plotting.plot_lorenz(report),
        "alive": lambda: plotting.plot_frequency_recency(model, T=round(age)),
        "expected": lambda: plotting.plot_frequency_recency(
            model, T=round(age), what="expected_purchases", horizon=ahead
        ),
        "tracking": lambda: plotting.plot_tracking(
            log, model, calibration_until=halves.calibration_until, **columns
        ),
        "holdout": lambda: plotting.plot_holdout(halves, model),
    }
    for name, picture in pictures.items():
        picture().figure.savefig(out / f"{name}.png", bbox_inches="tight")


def show(text: str) -> None:
    """Print a long line as a paragraph."""
    print(textwrap.fill(text, 96, subsequent_indent="    "))


def title(text: str) -> None:
    """Print a headline."""
    print(f"\n{text}\n{'-' * len(text)}")


if __name__ == "__main__":
    main()
