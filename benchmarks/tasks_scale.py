"""The stages of `scale.py` with custrel: ``python benchmarks/tasks_scale.py ENGINE PARTS UNIT FOLDER WORK``."""

from scale_clock import HORIZON, UNTIL, Clock, run_stages
from scale_engines import ENGINES, Engine

import custrel as cr


def with_custrel(engine: Engine, parts: int, clock: Clock, unit: str) -> None:
    """Run the pipeline as a user of custrel does; what is asked for twice is kept."""
    horizon = HORIZON / cr.TimeUnit(unit).days
    with clock.stage("summary"):
        for part, log in enumerate(engine.split(parts)):
            summary = cr.summarize(
                log, customer="customer", observed_until=UNTIL, collapse=unit, unit=unit
            )
            engine.keep(summary.frame, f"summary-{part}")
        summary = cr.CustomerSummary(engine.read("summary-"), customer="customer", unit=unit)
    with clock.stage("fit"):
        model = cr.BgNbd.fit(summary)
    with clock.stage("predictions"):
        engine.keep(model.predict(summary, horizon=horizon).frame, "predictions")
    with clock.stage("scores"):
        scored = cr.RfmScale.fit(summary).score(summary)
        engine.keep(cr.STANDARD_SEGMENTS.label(scored).frame, "scores")


if __name__ == "__main__":
    run_stages(ENGINES, with_custrel)
