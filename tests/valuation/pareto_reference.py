"""The likelihood of Pareto/NBD at 50 digits, and where it is compared."""

import itertools

import mpmath as mp
import numpy as np

from custrel.valuation._pareto_integral import Shape

_PIECES = 12


def bracket(shape, x, recency, T):
    """Return the two parts of the likelihood's bracket: alive at T, and stopped before.

    Tanh-sinh quadrature of the plain integral over the moment of stopping, in pieces that
    halve towards both ends of where the integrand matters.
    """
    with mp.workdps(30):
        r, alpha, s, beta, t, end = map(mp.mpf, (shape.r, shape.alpha, shape.s, shape.beta, recency, T))  # fmt: skip
        k = r + int(x)

        def height(u):
            return mp.exp(
                -k * mp.log((alpha + u) / (alpha + t)) - (s + 1) * mp.log((beta + u) / (beta + t))
            )

        living = height(end) * (beta + end)
        if t == end:
            return living, mp.mpf(0)
        # In z = log(c + u), where the integrand has no scale shorter than 1/k or 1/(s+1).
        c = min(alpha, beta)
        low, high = mp.log(c + t), mp.log(c + end)
        first = min((high - low) / 2, 4 / (k + s + 1))
        cuts, here = [low], low
        while here < high and height(mp.exp(here) - c) > mp.mpf(10) ** -28:
            here = min(high, here + max(first, (here - low) / 4))
            cuts.append(here)
        total = mp.quad(lambda z: height(mp.exp(z) - c) * mp.exp(z), cuts, method="gauss-legendre")
        return living, s * total


def _grid():
    rng = np.random.default_rng(20)
    corners = itertools.product((1e-3, 1.0, 1e4), repeat=4)
    for shape in corners:
        x = int(rng.choice([0, 1, 10_000]))
        T = float(rng.choice([0.1, 39.0, 5000.0]))
        yield Shape(*shape), x, 0.0 if x == 0 else T * float(rng.choice([1e-6, 0.5, 0.999, 1])), T
    for _ in range(100):
        x = int(rng.choice([0, 1, 3, 30, 1000, 10_000]))
        T = float(10 ** rng.uniform(-1, 3.7))
        share = float(rng.choice([1e-6, 0.1, 0.5, 0.9, 0.999]))
        yield Shape(*(10 ** rng.uniform(-3, 4, 4))), x, 0.0 if x == 0 else T * share, T


GRID = tuple(_grid())
