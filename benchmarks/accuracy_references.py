"""What is right, by mpmath: closed forms and integrals that do not go the ways of the kernels."""

import itertools
from collections.abc import Callable
from typing import Any

import mpmath as mp

Number = Any  # of mpmath

DIGITS = 50
# Below it, a float64 has fewer digits or is 0.
TINY, GOAL = mp.mpf(10) ** -300, 1e-9


def log_beta(one: Number, other: Number) -> Number:
    """Return the logarithm of Euler's beta function."""
    return mp.loggamma(one) + mp.loggamma(other) - mp.loggamma(one + other)


def counts(k: Number, z: Number, n: int) -> tuple[Number, Number]:
    """Return the negative binomial probability of n, and of n or more, term by term."""
    with mp.workdps(400):
        term, below = (1 - z) ** k, mp.mpf(0)
        for j in range(n):
            below += term
            term *= (k + j) / (j + 1) * z
        return term, 1 - below


def chance(alive: tuple[Number, ...], ahead: Number, n: int) -> Number:
    """Return the sheet's formula for a customer who is alive and has just bought."""
    with mp.workdps(DIGITS):
        k, since, a, b = alive
        exactly, at_least = counts(k, ahead / (since + ahead), n)
        scale = log_beta(a, b)
        found = mp.exp(log_beta(a, b + n) - scale) * exactly
        if n:
            found += mp.exp(log_beta(a + 1, b + n - 1) - scale) * at_least
        return found


def all_time(k: Number, since: Number, a: Number, b: Number, force: Number) -> Number:
    """Return the mean over p of (k/p) exp(y) E_(k+1)(y), with y = force (alpha + T) / p."""
    with mp.workdps(30):
        scale = log_beta(a, b)

        def integrand(u: Number) -> Number:
            p = 1 / (1 + mp.exp(-u))
            weight = mp.exp(-a * mp.log1p(mp.exp(-u)) - b * mp.log1p(mp.exp(u)) - scale)
            return weight * k / p * tail(k + 1, force * since / p)

        centre, bend = mp.log(a / b), mp.log(force * since / k)
        wide = [w / mp.sqrt(each) for each in (a, b) for w in (6, 40)]
        places = {centre + sign * w for sign in (-1, 1) for w in (0, *wide)}
        places |= {bend + step for step in (-12, -4, 0, 4, 12)}
        low = min(places) - 80 / min(a, mp.mpf(1))
        high = max(places) + 80 / min(b, mp.mpf(1))
        return integral(integrand, [low, *sorted(places), high])


def integral(
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


def tail(s: Number, y: Number) -> Number:
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


def regular_all_time(
    k: int, living: list[Number], prospects: tuple[Number, ...], force: Number
) -> Number:
    """Return the mean over the rate, in which each j < k events past have a weight.

    Given the rate, the n-th purchase is the (n k - j)-th event, and discounted by the chance that
    so many come before one of the rate `force`; the mean over p makes a 2F1 of their sum.
    """
    with mp.workdps(30):
        shape, since, a, b = prospects
        logs = [mp.log(w) if w else -mp.inf for w in living]
        logs = [
            log + (shape + j) * mp.log(since) - mp.loggamma(shape + j) for j, log in enumerate(logs)
        ]

        def integrand(v: Number) -> Number:
            rate = mp.exp(v)
            comes = rate / (rate + force)
            each = (
                mp.exp(log + (shape + j) * v - since * rate) * comes ** (k - j)
                for j, log in enumerate(logs)
            )
            return mp.hyp2f1(1, b, a + b, comes**k) * sum(each)

        centre = mp.log((shape + k) / since)
        wide = [w / mp.sqrt(shape + k) for w in (2, 6, 12)]
        places = {centre + sign * w for sign in (-1, 1) for w in (0, *wide)}
        high = max(places)
        places |= {mp.log(k * force * scale) for scale in (1, b + 1, (a + b) / a)}
        places = sorted(place for place in places if place < high)
        return integral(integrand, [places[0] - 80, *places, high])


def by_units(count: Callable[[Number], Number], horizon: Number, force: Number) -> Number:
    """Return what is expected until a horizon, discounted from the end of each unit of time."""
    ends = [mp.mpf(end) for end in range(1, int(horizon) + 1)]
    ends += [horizon] if horizon > len(ends) else []
    counts = [mp.mpf(0), *map(count, ends)]
    each = zip(itertools.pairwise(counts), ends, strict=True)
    return sum((after - before) * mp.exp(-force * end) for (before, after), end in each)


def pareto_chance(alive: tuple[Number, ...], ahead: Number, n: int) -> Number:
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
        return lives + integral(integrand, cuts, lives)
