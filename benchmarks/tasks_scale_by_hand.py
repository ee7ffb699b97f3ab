"""The stages of `scale.py` by hand: ``python benchmarks/tasks_scale_by_hand.py ENGINE PARTS FOLDER WORK``.

Queries for this log alone, which look for nothing wrong in it, on the parts and with the limits
that custrel has.  The model is custrel's on both sides.
"""

import itertools
from datetime import date
from typing import Any, Protocol

import polars as pl
from scale_clock import HISTORY, HORIZON, UNTIL, Clock, run_stages
from scale_engines import DuckDb, Polars
from tasks_polars import plain

import custrel as cr

KEYS = ", ".join(f'"{name}"' for name in HISTORY)
MEASURES = ("idle", "orders", "revenue")
FIFTHS = (0.2, 0.4, 0.6, 0.8)
CELLS = {
    cell: cr.STANDARD_SEGMENTS.segment_of(cell)
    for cell in map("".join, itertools.product("12345", repeat=3))
}
NAMES = pl.DataFrame({"rfm": list(CELLS), "segment": list(CELLS.values())})


class Queries(Protocol):
    """What is asked of an engine, each answer kept where the next question finds it."""

    def summarize(self, parts: int) -> None:
        """Make one row per customer."""
        ...

    def histories(self) -> pl.DataFrame:
        """Return the distinct histories, and how many customers have each as ``n``."""
        ...

    def predict(self, small: pl.DataFrame) -> None:
        """Join what was computed for the distinct histories."""
        ...

    def score(self) -> None:
        """Score by fifths and name the segments."""
        ...


# What comes after the first occasion is summed on its own, as custrel does.  To subtract
# `arg_min(amount, date)` from the whole would take a quarter less time, and leave rounding errors.
SUMMARY = f"""
    with visits as (
        select customer, date, sum(amount) as amount from log group by customer, date
    ), openings as (
        select customer, min(date) as opening from log group by customer
    ), counted as (
        select customer, count(*) as orders, sum(amount) as revenue,
               min(date) as first_order, max(date) as last_order,
               sum(case when date > opening then amount else 0 end) as repeat_amount
        from visits join openings using (customer) group by customer
    )
    select customer, orders, revenue, orders - 1 as frequency,
           (last_order - first_order)::double as recency,
           (date '{UNTIL}' - first_order)::double as "T",
           case when orders > 1 then repeat_amount / (orders - 1) else 0 end as monetary_value,
           first_order, last_order, (date '{UNTIL}' - last_order)::double as idle
    from counted
"""


class InSql(DuckDb):
    """The queries in SQL."""

    def summarize(self, parts: int) -> None:
        for part, log in enumerate(self.split(parts)):
            self.keep(log.query("log", SUMMARY), f"summary-{part}")
        self.read("summary-").create_view("summary")

    def histories(self) -> pl.DataFrame:
        return self.connection.sql(f"select {KEYS}, count(*) as n from summary group by all").pl()

    def predict(self, small: pl.DataFrame) -> None:
        self.connection.register("small", small)
        joined = self.connection.sql(f"from summary join small using ({KEYS})")
        self.keep(joined, "predictions")

    def score(self) -> None:
        fifths = [f"quantile_cont({name}, {list(FIFTHS)})" for name in MEASURES]
        cuts = self.connection.sql(f"select {', '.join(fifths)} from summary").fetchall()[0]
        idle, orders, revenue = (
            " + ".join(f"({name} > {cut})::integer" for cut in values)
            for name, values in zip(MEASURES, cuts, strict=True)
        )
        self.connection.register("names", NAMES)
        scored = f"select *, 5 - ({idle}) as r, 1 + {orders} as f, 1 + {revenue} as m from summary"
        named = f"from ({scored}) scored join names on names.rfm = concat(r, f, m)"
        self.keep(self.connection.sql(named), "scores")


class InPolars(Polars):
    """The queries in Polars."""

    def summarize(self, parts: int) -> None:
        for part, log in enumerate(self.split(parts)):
            self.keep(plain(log, date.fromisoformat(UNTIL)), f"summary-{part}")

    def histories(self) -> pl.DataFrame:
        rows = self.read("summary-").group_by(HISTORY).agg(n=pl.len())
        return rows.collect(engine="streaming")

    def predict(self, small: pl.DataFrame) -> None:
        self.keep(self.read("summary-").join(small.lazy(), on=HISTORY), "predictions")

    def score(self) -> None:
        summary = self.read("summary-")
        fifths = [
            pl.col(name).quantile(fifth, "linear").alias(f"{name} {fifth}")
            for name in MEASURES
            for fifth in FIFTHS
        ]
        cuts = summary.select(fifths).collect(engine="streaming").row(0, named=True)
        above = [
            pl.sum_horizontal((pl.col(name) > cuts[f"{name} {fifth}"]).cast(pl.Int8) for fifth in FIFTHS)
            for name in MEASURES
        ]  # fmt: skip
        scored = summary.with_columns(r=5 - above[0], f=1 + above[1], m=1 + above[2])
        scored = scored.with_columns(rfm=pl.concat_str("r", "f", "m"))
        self.keep(scored.join(NAMES.lazy(), on="rfm"), "scores")


def by_hand(queries: Queries, parts: int, clock: Clock, unit: str) -> None:
    """Run the pipeline."""
    if unit != "D":
        raise SystemExit("By hand, orders of one day are an occasion, and no others.")
    with clock.stage("summary"):
        queries.summarize(parts)
    with clock.stage("fit"):
        rows = queries.histories()
        model = cr.BgNbd.fit_arrays(**_history(rows), weights=rows["n"].to_numpy(), unit="D")
    with clock.stage("predictions"):
        rows = queries.histories()
        queries.predict(
            rows.with_columns(
                probability_alive=model.probability_alive(**_history(rows)),
                expected_purchases=model.expected_purchases(horizon=HORIZON, **_history(rows)),
            )
        )
    with clock.stage("scores"):
        queries.score()


def _history(rows: pl.DataFrame) -> dict[str, Any]:
    return {name: rows[name].to_numpy() for name in HISTORY}


if __name__ == "__main__":
    run_stages({"duckdb": InSql, "polars": InPolars}, by_hand)
