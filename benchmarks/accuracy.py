"""How exact the purchase models are: every kernel against mpmath, on a grid with its corners.

    python benchmarks/accuracy.py [--points 300] [--seed 0] [--write docs/accuracy.md]

From each verb's grid, points are drawn at random, so many and by such a seed.  The references are
those of the tests: closed forms and integrals at 50 digits, which do not go the ways of the
kernels.  What is printed, and written down where asked for, is the worst relative error of each
verb, where it is, and how many results were no finite numbers, of which there must be none.
"""

import argparse
import itertools
import math
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import mpmath as mp
import numpy as np
import scipy

import custrel
from custrel.valuation import (
    BgBb,
    BgCnbd,
    BgNbd,
    GammaGamma,
    MbgCnbd,
    MbgNbd,
    Nbd,
    ParetoNbd,
    ShiftedBetaGeometric,
)
from custrel.valuation._pareto_integral import Shape

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from valuation import occasion_reference, pareto_reference, references, regular_reference

Point = tuple[float, ...]
Number = Any  # of mpmath

DIGITS = 50
GOAL = 1e-9
# Below it, a float64 has fewer digits or is 0; of a logarithm it is the likelihood that counts.
TINY, LOGARITHM = mp.mpf(10) ** -300, mp.mpf(1)

SIZES = (1e-3, 0.1, 0.242595, 1.0, 3.0, 100.0, 1e4)
STOPS = (1e-3, 0.5, 0.79292, 1 - 1e-9, 1.0, 1 + 1e-9, 1 + 1e-5, 2.0, 10.0, 100.0, 1e4)
FREQUENCIES = (0, 1, 2, 10, 100, 1000, 10_000)
AGES = (0.0, 1e-3, 1.0, 38.86, 5000.0)
LAST = (0.0, 1e-6, 0.5, 1 - 1e-9, 1.0)  # of the age
HORIZONS = (1e-9, 1e-3, 1.0, 52.0, 1e4)
COUNTS = (0, 1, 2, 10, 100, 1000)
FORCES = (1e-4, 0.0018, 0.05, 2.0)
SPENDS = (0.01, 1.0, 35.08, 1e6)
LENGTHS = (0, 1, 2, 6, 52, 300)
RATES = (1e-4, 0.01, 0.1, 1.0, 20.0)


@attrs.frozen(kw_only=True)
class Check:
    """One verb of one model: its grid, what custrel says and what is right."""

    model: str
    verb: str
    axes: tuple[tuple[float, ...], ...]
    found: Callable[..., float]
    right: Callable[..., Number]
    of: Callable[..., bool] = lambda *_: True
    floor: Number = TINY
    share: float = 1.0  # of the points, where a reference takes long

    def points(self, number: int, seed: int) -> Iterator[Point]:
        """Draw points of the grid."""
        chooser = random.Random(f"{self.model} {self.verb} {seed}")
        wanted = max(10, round(number * self.share))
        drawn = (tuple(chooser.choice(axis) for axis in self.axes) for _ in itertools.count())
        return itertools.islice((point for point in drawn if self.of(*point)), wanted)


@attrs.frozen(kw_only=True)
class Finding:
    """How exact one verb is."""

    check: Check
    points: int
    worst: float
    at: Point
    broken: int


# --------------------------------------------------------------------------- BG/NBD and MBG/NBD


def beta_geometric(kind: Any) -> list[Check]:
    """Return the checks of BG/NBD or MBG/NBD."""
    m, shape = int(kind is MbgNbd), (SIZES, SIZES, STOPS, SIZES)

    def made(point: Point) -> Any:
        return kind(**dict(zip(("r", "alpha", "a", "b"), point, strict=True)))

    def known(x: float, share: float, age: float) -> dict[str, float]:
        return {"frequency": x, "recency": share * age if x else 0.0, "T": age}

    def past(*point: float) -> tuple[Any, ...]:
        history = known(*point[4:7])
        return m, *point[:4], int(point[4]), history["recency"], history["T"]

    def prospects(*point: float) -> tuple[Number, ...]:
        """Return what rates and chances of one alive are distributed by."""
        r, alpha, a, b, x, _, age = map(mp.mpf, point[:7])
        return r + x, alpha + age, a, b + x + m

    def alive(*point: float) -> Number:
        return references.probability_alive(*past(*point))

    def expected(*point: float) -> Number:
        return alive(*point) * references.while_alive(m, *point[:5], point[6], point[7])

    def chance(*point: float) -> Number:
        n = int(point[8])
        found = alive(*point) * _chance(prospects(*point), mp.mpf(point[7]), n)
        return found + (1 - alive(*point) if n == 0 else 0)

    def all_time(*point: float) -> Number:
        return alive(*point) * _all_time(*prospects(*point), mp.mpf(point[7]))

    history = (FREQUENCIES, LAST, AGES)
    common = {"model": kind.__name__}
    return [
        Check(
            verb="log_likelihood",
            axes=(*shape, *history),
            found=lambda *p: made(p[:4]).log_likelihood(**known(*p[4:7])),
            right=lambda *p: references.log_likelihood(*past(*p)),
            floor=LOGARITHM,
            **common,
        ),
        Check(
            verb="probability_alive",
            axes=(*shape, *history),
            found=lambda *p: made(p[:4]).probability_alive(**known(*p[4:7])),
            right=alive,
            **common,
        ),
        Check(
            verb="expected_purchases",
            axes=(*shape, *history, HORIZONS),
            found=lambda *p: made(p[:4]).expected_purchases(**known(*p[4:7]), horizon=p[7]),
            right=expected,
            **common,
        ),
        Check(
            verb="purchase_probability",
            axes=(*shape, *history, HORIZONS, COUNTS),
            found=lambda *p: made(p[:4]).purchase_probability(
                **known(*p[4:7]), horizon=p[7], purchases=p[8]
            ),
            right=chance,
            **common,
        ),
        Check(
            verb="discounted_purchases, all time",
            axes=(*shape, *history, FORCES),
            found=lambda *p: made(p[:4]).discounted_purchases(
                **known(*p[4:7]),
                horizon=math.inf,
                rate=math.expm1(p[7]),
                discounting="continuous",
            ),
            right=all_time,
            share=0.07,
            **common,
        ),
    ]


def _log_beta(one: Number, other: Number) -> Number:
    return mp.loggamma(one) + mp.loggamma(other) - mp.loggamma(one + other)


def _counts(k: Number, z: Number, n: int) -> tuple[Number, Number]:
    """Return the negative binomial probability of n, and of n or more, term by term."""
    with mp.workdps(400):
        term, below = (1 - z) ** k, mp.mpf(0)
        for j in range(n):
            below += term
            term *= (k + j) / (j + 1) * z
        return term, 1 - below


def _chance(alive: tuple[Number, ...], ahead: Number, n: int) -> Number:
    """Return the sheet's formula for a customer who is alive and has just bought."""
    with mp.workdps(DIGITS):
        k, since, a, b = alive
        exactly, at_least = _counts(k, ahead / (since + ahead), n)
        scale = _log_beta(a, b)
        found = mp.exp(_log_beta(a, b + n) - scale) * exactly
        if n:
            found += mp.exp(_log_beta(a + 1, b + n - 1) - scale) * at_least
        return found


def _all_time(k: Number, since: Number, a: Number, b: Number, force: Number) -> Number:
    """Return the mean over p of (k/p) exp(y) E_(k+1)(y), with y = force (alpha + T) / p."""
    with mp.workdps(30):
        scale = _log_beta(a, b)

        def integrand(u: Number) -> Number:
            p = 1 / (1 + mp.exp(-u))
            weight = mp.exp(-a * mp.log1p(mp.exp(-u)) - b * mp.log1p(mp.exp(u)) - scale)
            return weight * k / p * _tail(k + 1, force * since / p)

        centre, bend = mp.log(a / b), mp.log(force * since / k)
        wide = [w / mp.sqrt(each) for each in (a, b) for w in (6, 40)]
        places = {centre + sign * w for sign in (-1, 1) for w in (0, *wide)}
        places |= {bend + step for step in (-12, -4, 0, 4, 12)}
        low = min(places) - 80 / min(a, mp.mpf(1))
        high = max(places) + 80 / min(b, mp.mpf(1))
        return _integral(integrand, [low, *sorted(places), high])


def _integral(
    integrand: Callable[[Number], Number], cuts: list[Number], beside: Number = 0
) -> Number:
    """Return an integral over pieces, which are halved until two answers agree.

    To fourteen digits of it with what it is added to, or to where float64 ends.
    """
    before = None
    for _ in range(6):
        found = mp.quad(integrand, cuts, method="gauss-legendre", maxdegree=4)
        close = abs(found + beside) * mp.mpf(10) ** -14 + TINY * GOAL / 100
        if before is not None and abs(found - before) <= close:
            return found
        before = found
        middles = [(low + high) / 2 for low, high in itertools.pairwise(cuts)]
        cuts = sorted([*cuts, *middles])
    raise ArithmeticError("the reference does not settle")


def _tail(s: Number, y: Number) -> Number:
    """exp(y) E_s(y), the integral of exp(-y v) (1 + v)^-s, by Lentz's fraction or its expansion."""
    if y < 1:
        return mp.exp(y) * mp.expint(s, y)
    tiny = mp.mpf(10) ** -mp.mp.dps
    b = y + s
    c, d = 1 / tiny**2, 1 / b
    found = d
    for i in itertools.count(1):
        each = -i * (s - 1 + i)
        b += 2
        d = 1 / (each * d + b)
        c = b + each / c
        found *= c * d
        if abs(c * d - 1) < tiny:
            return found
    raise AssertionError


# ------------------------------------------------------------------- BG/CNBD-k and MBG/CNBD-k


def regular(kind: Any) -> list[Check]:
    """Return the checks of BG/CNBD-k or MBG/CNBD-k.

    Of what is to come, the references add events one by one: of so many as have an end.
    """
    m, numbers = int(kind is MbgCnbd), (2, 3, 12)

    def made(point: Point) -> Any:
        return kind(**dict(zip(("k", "r", "alpha", "a", "b"), point, strict=True)))

    def known(x: float, share: float, age: float) -> dict[str, float]:
        return {"frequency": x, "recency": share * age if x else 0.0, "T": age}

    def right(function: Callable[..., Number]) -> Callable[..., Number]:
        def asked(*p: float) -> Number:
            history = known(*p[5:8])
            past = (int(p[5]), history["recency"], history["T"])
            return function(m, int(p[0]), *p[1:5], *past, *(mp.mpf(v) for v in p[8:]))

        return asked

    def few(*p: float) -> bool:
        """Whether so few events are to come that they can be added up."""
        since = p[2] + p[7]
        return p[8] / (since + p[8]) < 0.98 and (p[1] + p[0] * (p[5] + 1)) * p[8] / since < 2000

    shape = (numbers, SIZES, SIZES, STOPS, SIZES)
    history = (FREQUENCIES, LAST, AGES)
    common = {"model": kind.__name__}
    return [
        Check(
            verb="log_likelihood",
            axes=(*shape, *history),
            found=lambda *p: made(p[:5]).log_likelihood(**known(*p[5:8])),
            right=right(regular_reference.log_likelihood),
            floor=LOGARITHM,
            **common,
        ),
        Check(
            verb="probability_alive",
            axes=(*shape, *history),
            found=lambda *p: made(p[:5]).probability_alive(**known(*p[5:8])),
            right=right(regular_reference.probability_alive),
            **common,
        ),
        Check(
            verb="expected_purchases",
            axes=(*shape, *history, HORIZONS),
            found=lambda *p: made(p[:5]).expected_purchases(**known(*p[5:8]), horizon=p[8]),
            right=right(regular_reference.expected_purchases),
            of=few,
            share=0.3,
            **common,
        ),
        Check(
            verb="purchase_probability",
            axes=(*shape, *history, HORIZONS, COUNTS[:-1]),
            found=lambda *p: made(p[:5]).purchase_probability(
                **known(*p[5:8]), horizon=p[8], purchases=p[9]
            ),
            right=right(lambda *p: regular_reference.purchase_probability(*p[:-1], int(p[-1]))),
            of=few,
            share=0.3,
            **common,
        ),
    ]


# ----------------------------------------------------------------------------- Pareto/NBD and NBD


def pareto() -> list[Check]:
    """Return the checks of Pareto/NBD."""
    shape = (SIZES, SIZES, STOPS, SIZES)
    history = (FREQUENCIES, LAST, AGES)

    def made(point: Point) -> ParetoNbd:
        return ParetoNbd(**dict(zip(("r", "alpha", "s", "beta"), point, strict=True)))

    def known(x: float, share: float, age: float) -> dict[str, float]:
        return {"frequency": x, "recency": share * age if x else 0.0, "T": age}

    def parts(*point: float) -> tuple[Number, Number]:
        past = known(*point[4:7])
        return pareto_reference.bracket(
            Shape(*point[:4]), int(point[4]), past["recency"], past["T"]
        )

    def log_likelihood(*point: float) -> Number:
        with mp.workdps(DIGITS):
            r, alpha, s, beta, x = map(mp.mpf, point[:5])
            last = mp.mpf(known(point[4], point[5], point[6])["recency"])
            found = mp.log(sum(parts(*point))) + mp.loggamma(r + x) - mp.loggamma(r)
            found += r * mp.log(alpha) - (r + x) * mp.log(alpha + last)
            return found + s * mp.log(beta) - (s + 1) * mp.log(beta + last)

    def alive(*point: float) -> Number:
        living, stopped = parts(*point[:7])
        return living / (living + stopped)

    def expected(*point: float) -> Number:
        with mp.workdps(2 * DIGITS):
            r, alpha, s, beta, x, _, age, ahead = map(mp.mpf, point)
            s += mp.mpf(10) ** -40 if s == 1 else 0
            lasting = (1 - ((beta + age) / (beta + age + ahead)) ** (s - 1)) / (s - 1)
            return alive(*point) * (r + x) * (beta + age) / (alpha + age) * lasting

    def all_time(*point: float) -> Number:
        with mp.workdps(DIGITS):
            r, alpha, s, beta, x, _, age, force = map(mp.mpf, point)
            start = beta + age
            return alive(*point) * (r + x) / (alpha + age) * start * _tail(s, force * start)

    def chance(*point: float) -> Number:
        with mp.workdps(DIGITS):
            r, alpha, s, beta, x, _, age, ahead = map(mp.mpf, point[:8])
            n = int(point[8])
            given = _pareto_chance((r + x, alpha + age, s, beta + age), ahead, n)
            return alive(*point) * given + (1 - alive(*point) if n == 0 else 0)

    common = {"model": "ParetoNbd"}
    return [
        Check(
            verb="log_likelihood",
            axes=(*shape, *history),
            found=lambda *p: made(p[:4]).log_likelihood(**known(*p[4:7])),
            right=log_likelihood,
            floor=LOGARITHM,
            **common,
        ),
        Check(
            verb="probability_alive",
            axes=(*shape, *history),
            found=lambda *p: made(p[:4]).probability_alive(**known(*p[4:7])),
            right=alive,
            **common,
        ),
        Check(
            verb="expected_purchases",
            axes=(*shape, *history, HORIZONS),
            found=lambda *p: made(p[:4]).expected_purchases(**known(*p[4:7]), horizon=p[7]),
            right=expected,
            **common,
        ),
        Check(
            verb="purchase_probability",
            axes=(*shape, *history, HORIZONS, COUNTS),
            found=lambda *p: made(p[:4]).purchase_probability(
                **known(*p[4:7]), horizon=p[7], purchases=p[8]
            ),
            right=chance,
            share=0.5,
            **common,
        ),
        Check(
            verb="discounted_purchases, all time",
            axes=(*shape, *history, FORCES),
            found=lambda *p: made(p[:4]).discounted_purchases(
                **known(*p[4:7]),
                horizon=math.inf,
                rate=math.expm1(p[7]),
                discounting="continuous",
            ),
            right=all_time,
            **common,
        ),
    ]


def _pareto_chance(alive: tuple[Number, ...], ahead: Number, n: int) -> Number:
    """Return the chance to live as long, or to stop before: an integral over the moment."""
    k, since, s, start = alive
    lead = mp.loggamma(k + n) - mp.loggamma(k) - mp.loggamma(n + 1) + k * mp.log(since)

    def buys(u: Number) -> Number:
        return mp.exp(lead + n * mp.log(u) - (k + n) * mp.log(since + u)) if n else (
            since / (since + u)
        ) ** k  # fmt: skip

    def integrand(v: Number) -> Number:
        u = mp.exp(v)
        return s * u / (start + u) * (start / (start + u)) ** s * buys(u)

    with mp.workdps(30):
        lives = (start / (start + ahead)) ** s * buys(ahead)
        top = mp.log(ahead)
        wide = [w / mp.sqrt(min(n, k) + 1) for w in (1, 4, 12)]
        marks = [mp.log(since * max(n, 1) / k), mp.log(start), mp.log(start / s), mp.log(since / k)]
        places = {mark + sign * w for mark in marks for sign in (-1, 1) for w in (0, *wide, 5)}
        places |= {top - w / (n + 1) for w in (1, 4, 16, 64)}
        cuts = [min(top - 1, *places) - 100, *sorted(p for p in places if p < top), top]
        return lives + _integral(integrand, cuts, lives)


def nbd() -> list[Check]:
    """Return the checks of NBD."""

    def made(point: Point) -> Nbd:
        return Nbd(r=point[0], alpha=point[1])

    def log_likelihood(*point: float) -> Number:
        with mp.workdps(DIGITS):
            r, alpha, x, age = map(mp.mpf, point)
            found = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
            return found - (r + x) * mp.log(alpha + age)

    def chance(*point: float) -> Number:
        r, alpha, x, age, ahead = map(mp.mpf, point[:5])
        return _counts(r + x, ahead / (alpha + age + ahead), int(point[5]))[0]

    shape, history = (SIZES, SIZES), (FREQUENCIES, AGES)
    return [
        Check(
            model="Nbd",
            verb="log_likelihood",
            axes=(*shape, *history),
            found=lambda *p: made(p).log_likelihood(frequency=p[2], T=p[3]),
            right=log_likelihood,
            floor=LOGARITHM,
        ),
        Check(
            model="Nbd",
            verb="purchase_probability",
            axes=(*shape, *history, HORIZONS, COUNTS),
            found=lambda *p: made(p).purchase_probability(
                frequency=p[2], T=p[3], horizon=p[4], purchases=p[5]
            ),
            right=chance,
        ),
    ]


# ------------------------------------------------------------- counted opportunities and contracts


def bg_bb() -> list[Check]:
    """Return the checks of BG/BB; a history is a part of its periods, and a part of that."""
    parts = (0.0, 0.3, 0.7, 1.0)
    axes = (STOPS, STOPS, STOPS, STOPS, parts, parts, LENGTHS)

    def made(point: Point) -> BgBb:
        return BgBb(**dict(zip(("alpha", "beta", "gamma", "delta"), point, strict=True)))

    def counts(bought: float, last: float, n: float) -> tuple[int, int, int]:
        at = round(last * n)
        return (max(1, round(bought * at)) if at else 0), at, int(n)

    def known(*parts_: float) -> dict[str, int]:
        return dict(zip(("frequency", "recency", "periods"), counts(*parts_), strict=True))

    def right(function: Callable[..., Number]) -> Callable[..., Number]:
        return lambda *p: function(*p[:4], *counts(*p[4:7]), *p[7:])

    return [
        Check(
            model="BgBb",
            verb="log_likelihood",
            axes=axes,
            found=lambda *p: made(p[:4]).log_likelihood(**known(*p[4:7])),
            right=right(occasion_reference.log_likelihood),
            floor=LOGARITHM,
        ),
        Check(
            model="BgBb",
            verb="probability_alive",
            axes=axes,
            found=lambda *p: made(p[:4]).probability_alive(**known(*p[4:7]), horizon=1),
            right=right(occasion_reference.probability_alive),
        ),
        Check(
            model="BgBb",
            verb="expected_purchases",
            axes=(*axes, (0, 1, 5, 52, 1000)),
            found=lambda *p: made(p[:4]).expected_purchases(**known(*p[4:7]), horizon=p[7]),
            right=right(occasion_reference.expected_purchases),
        ),
        Check(
            model="BgBb",
            verb="discounted_purchases, all time",
            axes=(*axes, RATES),
            found=lambda *p: made(p[:4]).discounted_purchases(
                **known(*p[4:7]), horizon=math.inf, rate=p[7]
            ),
            right=right(occasion_reference.discounted_purchases),
        ),
    ]


def contracts() -> list[Check]:
    """Return the checks of the shifted-beta-geometric model."""

    def made(point: Point) -> ShiftedBetaGeometric:
        return ShiftedBetaGeometric(alpha=point[0], beta=point[1])

    periods = (0, 1, 2, 12, 300, 10_000)
    return [
        Check(
            model="ShiftedBetaGeometric",
            verb="survival",
            axes=(STOPS, STOPS, periods),
            found=lambda *p: made(p).survival(horizon=p[2]),
            right=occasion_reference.survival,
        ),
        Check(
            model="ShiftedBetaGeometric",
            verb="leaving_probability",
            axes=(STOPS, STOPS, periods[1:]),
            found=lambda *p: made(p).leaving_probability(occasion=p[2]),
            right=occasion_reference.leaving_probability,
        ),
        Check(
            model="ShiftedBetaGeometric",
            verb="residual_lifetime, all time",
            axes=(STOPS, STOPS, periods, RATES),
            found=lambda *p: made(p).residual_lifetime(tenure=p[2], rate=p[3]),
            right=occasion_reference.residual_lifetime,
        ),
    ]


# ------------------------------------------------------------------------------------------ spend


def spend() -> list[Check]:
    """Return the checks of Gamma-Gamma."""

    def made(point: Point) -> GammaGamma:
        return GammaGamma(p=point[0], q=point[1], v=point[2])

    return [
        Check(
            model="GammaGamma",
            verb="log_likelihood",
            axes=(SIZES, STOPS, SIZES, FREQUENCIES[1:], SPENDS),
            found=lambda *p: made(p).log_likelihood(frequency=p[3], monetary_value=p[4]),
            right=references.spend_log_likelihood,
            floor=LOGARITHM,
        ),
        Check(
            model="GammaGamma",
            verb="expected_spend",
            axes=(SIZES, STOPS, SIZES, FREQUENCIES, SPENDS),
            found=lambda *p: made(p).expected_spend(frequency=p[3], monetary_value=p[4]),
            right=references.expected_spend,
            of=lambda *p: p[0] * p[3] + p[1] > 1,  # else there is no mean
        ),
    ]


# ---------------------------------------------------------------------------------------- reports


def find(check: Check, number: int, seed: int) -> Finding:
    """Compare a verb with its reference on points of its grid."""
    worst, at, broken, count = mp.mpf(0), (), 0, 0
    for point in check.points(number, seed):
        count += 1
        with np.errstate(all="ignore"):
            found = float(check.found(*point))
        if not math.isfinite(found):
            broken += 1
            print(f"  {check.model}.{check.verb}{point}: {found}", file=sys.stderr)
            continue
        with mp.workdps(DIGITS):
            right = check.right(*point)
            error = abs(mp.mpf(found) - right) / max(abs(right), check.floor)
        if error > GOAL:
            print(
                f"  {check.model}.{check.verb}{point}: {found!r} for {mp.nstr(right, 15)}",
                file=sys.stderr,
            )
        if error >= worst:
            worst, at = error, point
    return Finding(check=check, points=count, worst=float(worst), at=at, broken=broken)


def row_of(finding: Finding) -> str:
    """Return a finding as a row of a table."""
    at = ", ".join(f"{value:.12g}" for value in finding.at)
    check = finding.check
    return (
        f"| `{check.model}` | `{check.verb}` | {finding.points:,} | {finding.worst:.1e} | "
        f"{finding.broken} | {at} |"
    )


HEAD = """# Accuracy

Every kernel of the purchase models against mpmath at {digits} digits, by
`python benchmarks/accuracy.py --points {points} --write docs/accuracy.md`: custrel {version},
NumPy {numpy}, SciPy {scipy}, Python {python}.

The grids hold the corners that break others: parameters from 1e-3 to 1e4, `a` and `s` at 1 and
within 1e-9 of it, up to 10,000 purchases, ages up to 5,000, horizons from 1e-9 to 1e4, up to 1,000
purchases counted; of opportunities and contracts, all four parameters so and up to 300 and 10,000
periods.  Of CNBD, k is 2, 3 or 12, and the horizons are those within which a reference can add
hidden events up one by one.  From each grid, as many points are drawn at random as the table says.

*Worst* is the largest relative error; of log-likelihoods that of the likelihood where the
logarithm is small, and of the logarithm where it is large.  What is less than 1e-300, where
float64 ends, may be off by as much.  *Broken* counts NaN and infinity.  *Where* lists the model's
parameters in its order (of CNBD, k first), then frequency, share of the age at the last purchase,
age, and the arguments that follow.

| model | verb | points | worst | broken | where |
|---|---|---:|---:|---:|---|
"""


def main() -> None:
    """Compare all verbs, print and write the table; fail where one misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="a part of a model's or a verb's name")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    checks = [*beta_geometric(BgNbd), *beta_geometric(MbgNbd), *regular(BgCnbd), *regular(MbgCnbd)]
    checks += [*pareto(), *nbd(), *bg_bb(), *contracts(), *spend()]
    rows, failed = [], False
    for check in checks:
        if options.only not in f"{check.model}.{check.verb}":
            continue
        begin = time.perf_counter()
        finding = find(check, options.points, options.seed)
        rows.append(row_of(finding))
        failed |= finding.broken > 0 or finding.worst > GOAL
        print(rows[-1], f"{time.perf_counter() - begin:.1f} s", flush=True)
    if options.write:
        head = HEAD.format(
            digits=DIGITS,
            points=options.points,
            version=custrel.__version__,
            numpy=np.__version__,
            scipy=scipy.__version__,
            python=platform.python_version(),
        )
        options.write.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
