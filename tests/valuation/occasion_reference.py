"""BG/BB and the shifted-beta-geometric model in 60 digits, by the closed forms of the papers.

The kernels add up ratios of neighbouring terms; here every beta function is evaluated by itself,
and what has a closed form is taken by it.
"""

import functools
import math
import random

import mpmath as mp

DIGITS = 60
ASIDE = mp.mpf(10) ** -25  # steps off gamma = 1 and alpha = 1, where closed forms are 0/0


def _precise(function):
    def inner(*values):
        with mp.workdps(DIGITS):
            return function(*[mp.mpf(value) for value in values])

    return inner


def _off_one(value):
    return value + ASIDE if value == 1 else value


@functools.cache
def _likelihood(*history):
    alpha, beta, gamma, delta, x, last, n = history
    alive = mp.beta(alpha + x, beta + n - x) * mp.beta(gamma, delta + n)
    stopped = mp.fsum(
        mp.beta(alpha + x, beta + last - x + i) * mp.beta(gamma + 1, delta + last + i)
        for i in range(int(n - last))
    )
    return (alive + stopped) / (mp.beta(alpha, beta) * mp.beta(gamma, delta))


@_precise
def log_likelihood(*values):
    return mp.log(_likelihood(*values))


@_precise
def probability_alive(*case):
    alpha, beta, gamma, delta, x, _, n = case
    chance = mp.beta(alpha + x, beta + n - x) / mp.beta(alpha, beta)
    chance *= mp.beta(gamma, delta + n + 1) / mp.beta(gamma, delta)
    return chance / _likelihood(*case)


@_precise
def expected_purchases(*case):
    alpha, beta, gamma, delta, x, _, n, ahead = case
    likelihood = _likelihood(*case[:7])
    gamma = _off_one(gamma)
    lead = mp.beta(alpha + x + 1, beta + n - x) / mp.beta(alpha, beta) * delta / (gamma - 1)
    lead *= mp.gamma(gamma + delta) / mp.gamma(1 + delta)
    bracket = mp.gammaprod([1 + delta + n], [gamma + delta + n])
    bracket -= mp.gammaprod([1 + delta + n + ahead], [gamma + delta + n + ahead])
    return lead * bracket / likelihood


@_precise
def discounted_purchases(*case):
    alpha, beta, gamma, delta, x, _, n, rate = case
    lead = mp.beta(alpha + x + 1, beta + n - x) / mp.beta(alpha, beta)
    lead *= mp.beta(gamma, delta + n + 1) / (mp.beta(gamma, delta) * (1 + rate))
    lead *= mp.hyp2f1(1, delta + n + 1, gamma + delta + n + 1, 1 / (1 + rate))
    return lead / _likelihood(*case[:7])


@_precise
def survival(alpha, beta, t):
    return mp.beta(alpha, beta + t) / mp.beta(alpha, beta)


@_precise
def leaving_probability(alpha, beta, t):
    return mp.beta(alpha + 1, beta + t - 1) / mp.beta(alpha, beta)


@_precise
def residual_lifetime(alpha, beta, tenure, rate):
    """The paper's DERL, for a customer in his period tenure + 1."""
    n = tenure + 1
    lead = (beta + n - 1) / (alpha + beta + n - 1)
    return lead * mp.hyp2f1(1, beta + n, alpha + beta + n, 1 / (1 + rate))


@_precise
def renewals_within(alpha, beta, tenure, horizon):
    """By the closed form of the sum, which is that of BG/BB."""
    alpha, level = _off_one(alpha), beta + tenure
    ratio = mp.gammaprod([level + 1 + horizon, alpha + level], [alpha + level + horizon, level + 1])
    return level / (alpha - 1) * (1 - ratio)


_SHAPES = (1e-3, 0.2, 1 - 1e-9, 1.0, 1 + 1e-9, 2.5, 40.0, 1e4)
_LENGTHS = (0, 1, 2, 6, 52, 300)
_AHEAD = (0, 1, 5, 52, 1000)
_RATES = (1e-4, 0.01, 0.1, 1.0, 20.0)


def _drawn(random_):
    n = random_.choice(_LENGTHS)
    last = random_.choice([0, n, random_.randint(0, n)])
    x = random_.choice([last, random_.randint(1, last)]) if last else 0
    shape = [random_.choice(_SHAPES) for _ in range(4)]
    return (*shape, x, last, n, random_.choice(_AHEAD), random_.choice(_RATES))


def _cases():
    random_ = random.Random(20)
    shapes = [(1.203522, 0.749716, 0.656718, 2.783442)]
    shapes += [tuple(s if i == j else 1.5 for i in range(4)) for j in range(4) for s in _SHAPES]
    corners = [
        (*shape, x, last, n, ahead, rate)
        for shape in shapes
        for x, last, n, ahead, rate in [
            (0, 0, 52, 52, 1e-4),
            (1, 300, 300, 5, 0.1),
            (1, 1, 300, 1000, 0.01),
            (300, 300, 300, 1, 20.0),
        ]
    ]
    long = [(1.2, 0.7, 0.7, 2.8, x, t, 3000, 10_000, 1e-4) for x, t in [(0, 0), (1500, 1600)]]
    return [*corners, *long, *(_drawn(random_) for _ in range(200))]


# alpha, beta, gamma, delta, frequency, recency, periods, opportunities ahead, rate
GRID = tuple(dict.fromkeys(_cases()))


def worst(kernel, formula, cases):
    """Return the largest relative error, and where."""
    errors = []
    for case in cases:
        got, true = kernel(*case), formula(*case)
        assert math.isfinite(got), case
        if true < 1e-290:  # next to nothing, and less than a double can hold
            assert 0 <= got < 1e-280
        else:
            errors.append((float(abs(got - true) / true), case))
    return max(errors)
