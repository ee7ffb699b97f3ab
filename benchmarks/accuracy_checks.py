"""What is compared with what is right: the verbs of models in continuous time."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import accuracy_references as exact
import mpmath as mp
from accuracy_grids import (
    AGES,
    COUNTS,
    FORCES,
    FREQUENCIES,
    HORIZONS,
    LAST,
    LOGARITHM,
    SIZES,
    SOON,
    STOPS,
    Check,
    Point,
)
from accuracy_references import DIGITS, Number

from custrel.valuation import MbgCnbd, MbgNbd, Nbd, ParetoNbd
from custrel.valuation._pareto_integral import Shape

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from valuation import pareto_reference, references, regular_reference


def known(x: float, share: float, age: float) -> dict[str, float]:
    """Return a history; the share of the age is that at the last purchase."""
    return {"frequency": x, "recency": share * age if x else 0.0, "T": age}


# --------------------------------------------------------------------------- BG/NBD and MBG/NBD


def beta_geometric(kind: Any) -> list[Check]:
    """Return the checks of BG/NBD or MBG/NBD."""
    m, shape = int(kind is MbgNbd), (SIZES, SIZES, STOPS, SIZES)

    def made(point: Point) -> Any:
        return kind(**dict(zip(("r", "alpha", "a", "b"), point, strict=True)))

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
        found = alive(*point) * exact.chance(prospects(*point), mp.mpf(point[7]), n)
        return found + (1 - alive(*point) if n == 0 else 0)

    def all_time(*point: float) -> Number:
        return alive(*point) * exact.all_time(*prospects(*point), mp.mpf(point[7]))

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


# ------------------------------------------------------------------- BG/CNBD-k and MBG/CNBD-k


def regular(kind: Any) -> list[Check]:
    """Return the checks of BG/CNBD-k or MBG/CNBD-k.

    Of what is to come, the references add events one by one: of so many as have an end.
    """
    m, numbers = int(kind is MbgCnbd), (2, 3, 12)

    def made(point: Point) -> Any:
        return _regular_model(kind, point)

    def right(function: Callable[..., Number]) -> Callable[..., Number]:
        return lambda *p: _regular_right(m, function, *p)

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
            of=_few,
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
            of=_few,
            share=0.3,
            **common,
        ),
    ]


def regular_discounted(kind: Any) -> list[Check]:
    """Return the checks of purchases discounted under BG/CNBD-k or MBG/CNBD-k."""
    m, numbers = int(kind is MbgCnbd), (2, 3)

    def made(point: Point) -> Any:
        return _regular_model(kind, point)

    def all_time(*p: float) -> Number:
        with mp.workdps(DIGITS):
            past = known(*p[5:8])
            living, stopped = regular_reference.parts(
                m, int(p[0]), *p[1:6], past["recency"], past["T"]
            )
            total = sum(living) + stopped
            k, r, alpha, a, b, x = (int(p[0]), *map(mp.mpf, p[1:6]))
            prospects = (r + k * x, alpha + past["T"], a, b + x + m)
            return exact.regular_all_time(k, [w / total for w in living], prospects, mp.mpf(p[8]))

    def by_units(*p: float) -> Number:
        def count(end: Number) -> Number:
            return _regular_right(m, regular_reference.expected_purchases, *p[:8], end)

        return exact.by_units(count, mp.mpf(p[8]), mp.mpf(p[9]))

    axes = (numbers, SIZES, SIZES, STOPS, SIZES, FREQUENCIES, LAST, AGES)
    common = {"model": kind.__name__}
    return [
        Check(
            verb="discounted_purchases, all time",
            axes=(*axes, FORCES),
            found=lambda *p: made(p[:5]).discounted_purchases(
                **known(*p[5:8]),
                horizon=math.inf,
                rate=math.expm1(p[8]),
                discounting="continuous",
            ),
            right=all_time,
            share=0.07,
            **common,
        ),
        Check(
            verb="discounted_purchases, by units",
            axes=(*axes, SOON, FORCES),
            found=lambda *p: made(p[:5]).discounted_purchases(
                **known(*p[5:8]), horizon=p[8], rate=math.expm1(p[9])
            ),
            right=by_units,
            of=_few,
            share=0.3,
            **common,
        ),
    ]


def _regular_model(kind: Any, point: Point) -> Any:
    return kind(**dict(zip(("k", "r", "alpha", "a", "b"), point, strict=True)))


def _regular_right(m: int, function: Callable[..., Number], *p: float) -> Number:
    """Ask a reference about a point."""
    past = known(*p[5:8])
    history = (int(p[5]), past["recency"], past["T"])
    return function(m, int(p[0]), *p[1:5], *history, *(mp.mpf(v) for v in p[8:]))


def _few(*p: float) -> bool:
    """Whether so few events are to come that they can be added up."""
    since = p[2] + p[7]
    return p[8] / (since + p[8]) < 0.98 and (p[1] + p[0] * (p[5] + 1)) * p[8] / since < 2000


# ----------------------------------------------------------------------------- Pareto/NBD and NBD


def pareto() -> list[Check]:
    """Return the checks of Pareto/NBD."""
    shape = (SIZES, SIZES, STOPS, SIZES)
    history = (FREQUENCIES, LAST, AGES)

    def made(point: Point) -> ParetoNbd:
        return ParetoNbd(**dict(zip(("r", "alpha", "s", "beta"), point, strict=True)))

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
            return alive(*point) * (r + x) / (alpha + age) * start * exact.tail(s, force * start)

    def chance(*point: float) -> Number:
        with mp.workdps(DIGITS):
            r, alpha, s, beta, x, _, age, ahead = map(mp.mpf, point[:8])
            n = int(point[8])
            given = exact.pareto_chance((r + x, alpha + age, s, beta + age), ahead, n)
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
        return exact.counts(r + x, ahead / (alpha + age + ahead), int(point[5]))[0]

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
