"""Whether parameters are found again, and intervals hold the truth as often as they say.

    python benchmarks/recovery.py [--sets 1000] [--slow-sets 300] [--seed 0] [--processes 1]
                                  [--write docs/recovery.md]

Customers are drawn from each model with published parameters, many sets of them; each set is
learnt from, and it is counted how often 95 % intervals hold what the set was drawn from.  Wald's
intervals are counted over all sets; profiles and posteriors, which take longer, over some.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

import custrel
from custrel.valuation import (
    BgBb,
    BgCnbd,
    BgNbd,
    CovariateEffect,
    CovariateModel,
    GammaGamma,
    MbgCnbd,
    MbgNbd,
    Nbd,
    ParetoNbd,
    ShiftedBetaGeometric,
    delta_interval,
    draws_interval,
    parameter_intervals,
    posterior,
)
from custrel.valuation._surface import Surface, climb

Floats = NDArray[np.float64]
Sample = Mapping[str, Any]

WEEKS = (27.0, 39.0)  # ages at the end of observation, as in CDNOW
HISTORY = {"frequency": 2, "recency": 30.43, "T": 38.86}
EFFECTS = {
    "alpha": ("referred", 0.5),
    "a": ("young", 0.3),
    "b": ("young", -0.3),
    "beta": ("young", 0.4),
}


@attrs.frozen(kw_only=True)
class Study:
    """One model: what customers are drawn from, and what is predicted of one of them."""

    truth: Any
    customers: int
    draw: Callable[[np.random.Generator], Sample]
    learn: Callable[[Sample], Any]
    predict: Callable[[Any], Any]
    predicted: str

    @property
    def title(self) -> str:
        """What the model is called in the table."""
        of = f" of `{type(self.truth.base).__name__}`" if self.effects else ""
        return f"`{type(self.truth).__name__}`{of}"

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return tuple(self.truth.parameters)

    @property
    def effects(self) -> tuple[str, ...]:
        """Those of them that are effects of covariates, which may be negative."""
        return tuple(effect.name for effect in getattr(self.truth, "effects", ()))


def studies() -> list[Study]:
    """Return the studies: published parameters, and as many customers as shops have."""
    continuous = (
        BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W"),
        MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W"),
        BgCnbd(r=0.85, alpha=1.45, a=0.79, b=2.42, k=3, unit="W"),
        MbgCnbd(r=0.85, alpha=1.45, a=0.79, b=2.42, k=2, unit="W"),
        ParetoNbd(r=0.553277, alpha=10.577683, s=0.606240, beta=11.668735, unit="W"),
        Nbd(r=0.384766, alpha=12.072014, unit="W"),
    )
    found = [_continuous(model) for model in continuous]
    donors = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442)
    past = {"frequency": 3, "recency": 5, "periods": 6}
    found.append(
        Study(
            truth=donors,
            customers=11_104,
            draw=lambda rng: donors.sample(periods=6, customers=11_104, seed=rng),
            learn=lambda sample: BgBb.fit_arrays(**sample),
            predict=lambda m: m.expected_purchases(**past, horizon=5),
            predicted="purchases in 5 periods",
        )
    )
    contracts = ShiftedBetaGeometric(alpha=0.704077, beta=1.182043)
    found.append(
        Study(
            truth=contracts,
            customers=1000,
            draw=lambda rng: contracts.sample(occasions=7, customers=1000, seed=rng),
            learn=lambda sample: ShiftedBetaGeometric.fit_arrays(**sample),
            predict=lambda m: m.survival(horizon=12),
            predicted="survival of 12 renewals",
        )
    )
    spend, often = GammaGamma(p=6.249572, q=3.744225, v=15.443521), continuous[0]
    found.append(
        Study(
            truth=spend,
            customers=5000,
            draw=lambda rng: _spent(spend, often, rng),
            learn=lambda sample: GammaGamma.fit_arrays(**sample),
            predict=lambda m: m.expected_spend(frequency=3, monetary_value=35),
            predicted="spend",
        )
    )
    return [*found, _covariates(continuous[0]), _covariates(continuous[4])]


def _continuous(model: Any) -> Study:
    history = {name: HISTORY[name] for name in type(model).history}
    return Study(
        truth=model,
        customers=5000,
        draw=lambda rng: model.sample(T=rng.uniform(*WEEKS, 5000), seed=rng),
        learn=lambda sample: type(model).fit_arrays(**sample),
        predict=lambda m: m.expected_purchases(**history, horizon=39),
        predicted="purchases in 39 weeks",
    )


def _covariates(base: Any) -> Study:
    """Return the study of a model that one covariate of purchase and one of dropout move."""
    effects = [
        CovariateEffect(parameter=name, covariate=covariate, size=size)
        for name, (covariate, size) in EFFECTS.items()
        if name in base.parameters
    ]
    model = CovariateModel(base=base, effects=effects)
    one = {**HISTORY, **dict.fromkeys(model.covariates, 1)}

    def draw(rng: np.random.Generator) -> Sample:
        known = {name: rng.integers(0, 2, 5000) for name in model.covariates}
        return model.sample(T=rng.uniform(*WEEKS, 5000), seed=rng, **known)

    return Study(
        truth=model,
        customers=5000,
        draw=draw,
        learn=model.refit,
        predict=lambda m: m.expected_purchases(**one, horizon=39),
        predicted="purchases in 39 weeks",
    )


def _spent(spend: GammaGamma, often: BgNbd, rng: np.random.Generator) -> Sample:
    x = often.sample(T=rng.uniform(*WEEKS, 5000), seed=rng)["frequency"]
    total = rng.gamma(np.maximum(spend.p * x, 1e-9), 1 / rng.gamma(spend.q, 1 / spend.v, len(x)))
    return {"frequency": x, "monetary_value": np.where(x > 0, total / np.maximum(x, 1), 0.0)}


@attrs.frozen(kw_only=True)
class Trial:
    """What came of one set of customers: of each parameter and, last, of the prediction."""

    found: list[float]
    boundary: bool
    wald: list[bool]
    profile: list[float] | None = None
    posterior: list[float] | None = None


def run(place: int, options: argparse.Namespace, pool: ProcessPoolExecutor | None) -> list[Trial]:
    """Try one model on many sets of customers, in order, in however many processes."""
    streams = np.random.default_rng(options.seed).spawn(options.sets)
    slow = [number < options.slow_sets for number in range(options.sets)]
    work: Iterable[Trial]
    if pool is None:
        work = map(trial, [place] * options.sets, streams, slow)
    else:
        work = pool.map(trial, [place] * options.sets, streams, slow, chunksize=5)
    return list(work)


def trial(place: int, rng: np.random.Generator, slow: bool) -> Trial:
    """Draw a set of customers, learn from it, and see what the intervals hold."""
    study = studies()[place]
    names, right = study.names, float(study.predict(study.truth))
    sample = study.draw(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = study.learn(sample)
    boundary = bool(model.estimate.diagnosis)
    wald = [False] * (len(names) + 1)
    if not boundary:
        about = delta_interval(study.predict, model, scale=_scale(study))
        held = _inside(parameter_intervals(model), study)
        wald = [*held, bool(about.low <= right <= about.high)]
    found = [model.parameters[name] for name in names] + [float(study.predict(model))]
    tried = Trial(found=found, boundary=boundary, wald=wald)
    if not slow:
        return tried
    frame = pd.DataFrame(sample)
    draws = posterior(model, frame, seed=rng, draws=500)
    about = draws_interval(study.predict, draws)
    return attrs.evolve(
        tried,
        profile=[*_profiled(model, frame, study), np.nan],
        posterior=[*_inside(draws.intervals(), study), bool(about.low <= right <= about.high)],
    )


def _profiled(model: Any, frame: pd.DataFrame, study: Study) -> list[bool]:
    """Say of each parameter whether its profile interval holds the truth.

    It does where the profile at the truth is no more than half a quantile of chi-squared below
    the top: that is what `profile_intervals` are, and costs one climb in place of two limits.
    """
    surface = Surface.at_the_top(model, frame)
    coordinates = surface.coordinates
    top, covariance = coordinates.at, coordinates.covariance()
    true = attrs.evolve(coordinates, model=study.truth).at
    lowest = surface.value(top) - ndtri(0.975) ** 2 / 2
    held = []
    for place in range(len(top)):
        away = true[place] - top[place]
        along = covariance[:, place] / covariance[place, place]
        start = top + away * np.where(np.isfinite(along), along, 0.0)
        start[place] = top[place] + away
        _, value = climb(surface.value, start, np.arange(len(top)) != place)
        held.append(bool(value >= lowest))
    return held


def _scale(study: Study) -> Any:
    return "probability" if study.predicted.startswith("survival") else "positive"


def _inside(found: Any, study: Study) -> list[bool]:
    limits = ((found[name], study.truth.parameters[name]) for name in study.names)
    return [bool(low <= true <= high) for (low, high), true in limits]


def rows_of(study: Study, tried: list[Trial]) -> list[list[str]]:
    """Return a row for each parameter, and one for the prediction."""
    true = [*study.truth.parameters.values(), float(study.predict(study.truth))]
    learnt = np.array([each.found for each in tried])
    middle = np.median(learnt, axis=0)
    # An effect is the logarithm of a factor already.
    effects = np.isin([*study.names, study.predicted], study.effects)
    off = [
        found - right if effect else np.log(found / right)
        for found, right, effect in zip(learnt.T, true, effects, strict=True)
    ]
    spread = np.sqrt(np.mean(np.square(off), axis=1))
    blank = [[np.nan] * len(true)]
    coverage = [
        np.mean([held for each in tried if (held := getattr(each, way)) is not None] or blank, 0)
        for way in ("wald", "profile", "posterior")
    ]
    boundary = np.mean([each.boundary for each in tried])
    over = sum(each.profile is not None for each in tried)
    rows = []
    for place, name in enumerate([*study.names, study.predicted]):
        shares = [f"{100 * each[place]:.1f}" for each in coverage]
        rows.append(
            [
                study.title if place == 0 else "",
                f"{study.customers:,}" if place == 0 else "",
                f"`{name}`" if name in study.names else name,
                f"{true[place]:.4g}",
                f"{middle[place]:.4g}",
                f"{100 * spread[place]:.1f}",
                *("" if share == "nan" else share for share in shares),
                f"{over:,}" if place == 0 else "",
                f"{100 * boundary:.1f}" if place == 0 else "",
            ]
        )
    return rows


HEADS = [
    "model",
    "customers",
    "of",
    "truth",
    "median found",
    "off by, %",
    "Wald, %",
    "profile, %",
    "posterior, %",
    "over",
    "boundary, %",
]

HEAD = """# Recovery and coverage

Customers drawn from each model with published parameters, learnt from again; by
`python benchmarks/recovery.py --sets {sets} --slow-sets {slow} --write docs/recovery.md`, custrel
{version}.

Over {sets:,} sets of customers, the median of what was found and by how much it is off (the root
mean square of the logarithm of found over true).  Then how often 95 % intervals held the truth:
Wald's, on logarithms, and the delta method's for predictions, over all sets; those of profiles and
posteriors over as many as the column *over* says.  Chance alone moves the shares by
{noise} (two standard errors).

Of BG/CNBD-k and MBG/CNBD-k, drawn with k of 3 and 2, k is learnt too.

Of `CovariateModel`, one covariate goes with how often customers buy (`referred`) and one with how
soon they stop (`young`); each is true of half of the customers.  The effects are not published but
chosen.  Each is the logarithm of a factor, so that it is off by found less true, and its Wald
interval is on no logarithm.

The prediction is of one customer: with two repeat purchases, the last after 30.43 of 38.86 weeks
(of `CovariateModel`, referred and young); with three donations at six occasions, the last at the
fifth; with three purchases of 35.  *Boundary* counts the sets whose most likely parameters are
infinite or 0, so that Wald has no interval: there it counts as missing the truth.

The likelihood of MBG/NBD is a ridge along `r` and `b`, which makes it far from normal: there
Wald's intervals are too short.  `profile_intervals` and `posterior` follow the ridge, and the
predictions, which hardly move along it, are covered by any of them.

"""


def main() -> None:
    """Run all studies, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--slow-sets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of what a model is called")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    rows = []
    many = options.processes > 1
    with ProcessPoolExecutor(options.processes) if many else nullcontext() as pool:
        for place, study in enumerate(studies()):
            if options.only not in study.title.replace("`", ""):
                continue
            begin = time.perf_counter()
            found = rows_of(study, run(place, options, pool))
            for row in found:
                print(*(cell.rjust(12) for cell in row))
            print(f"{time.perf_counter() - begin:.0f} s", flush=True)
            rows += found
            if options.write:  # what there is, since the whole takes long
                write(options.write, rows, options)


def write(path: Path, rows: list[list[str]], options: argparse.Namespace) -> None:
    """Write the table with what it says."""
    lines = [HEADS, ["---", "---:", "---", *["---:"] * 8], *rows]
    sizes = sorted({options.sets, options.slow_sets, 100}, reverse=True)
    noise = [f"{200 * np.sqrt(0.95 * 0.05 / n):.1f} over {n:,}" for n in sizes]
    head = HEAD.format(
        sets=options.sets,
        slow=options.slow_sets,
        version=custrel.__version__,
        noise=", ".join(noise),
    )
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    path.write_text(f"{head}{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
