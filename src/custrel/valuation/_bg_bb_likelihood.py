"""The likelihood of histories over counted opportunities, under BG/BB.

Whoever bought x times, last at opportunity t of n, is alive still, or stopped before one of
the opportunities t + 1 ... n: the likelihood is a sum of n - t + 1 products of beta functions.
Histories that share x and n share the terms, so the sums are made once for each (x, n), from
the last opportunity backwards, each term by its ratio to the one after it.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, polygamma

from custrel.valuation._beta_coordinates import carry, climb, natural
from custrel.valuation._newton import Maximum
from custrel.valuation._peak import Penalty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STARTS = ((0.0, 0.5, -1.5, 0.5), (-2.0, 1.0, -2.0, 2.0), (1.0, -1.0, -0.5, -1.0))
_UPPER = np.triu_indices(4)  # the order in which second moments are kept


@attrs.frozen(kw_only=True, eq=False)
class Pairs:
    """The distinct (x, n), those with the most opportunities first, and who belongs to them."""

    x: Floats
    n: Floats
    place: Ints  # the pair of each history
    recency: Ints
    first: int  # the earliest last purchase of those who may have stopped

    @classmethod
    def of(cls, frequency: Floats, recency: Floats, periods: Floats) -> Pairs:
        """Find the pairs of histories."""
        size = int(periods.max(initial=0)) + 1
        keys, place = np.unique((size - periods) * size + frequency, return_inverse=True)
        waiting = recency[recency < periods]
        return cls(
            x=keys % size,
            n=size - keys // size,
            place=place.reshape(-1),
            recency=recency.astype(np.int64),
            first=int(waiting.min()) if len(waiting) else int(periods.max(initial=0)),
        )

    def backwards(self) -> Iterator[tuple[int, int, int, Ints]]:
        """Walk from the last opportunity to the earliest that matters.

        Yields
        ------
        k : int
            Opportunities passed.
        before, now : int
            How many pairs had their last opportunity later than k + 1, and later than k.
        histories : ndarray of int
            Those whose last purchase was at k, and who may have stopped after it.
        """
        may_stop = np.flatnonzero(self.recency < self.n[self.place])
        order = may_stop[np.argsort(self.recency[may_stop], kind="stable")]
        most = int(self.n.max(initial=0))
        starts = np.searchsorted(self.recency[order], np.arange(most + 1))
        active = np.searchsorted(-self.n, -np.arange(most + 1))
        for k in range(most - 1, self.first - 1, -1):
            yield k, int(active[k + 1]), int(active[k]), order[starts[k] : starts[k + 1]]


def log_alive(parameters: Floats, pairs: Pairs) -> Floats:
    """Return the log-likelihood of each history together with being alive at its end."""
    alpha, beta, gamma, delta = parameters
    x, n = pairs.x, pairs.n
    alive = betaln(alpha + x, beta + (n - x)) - betaln(alpha, beta)
    alive += betaln(gamma, delta + n) - betaln(gamma, delta)
    return np.asarray(alive[pairs.place], dtype=np.float64)


def log_doubt(parameters: Floats, pairs: Pairs) -> Floats:
    """Return -log of the probability that who has each history is alive at its end."""
    result = np.zeros(len(pairs.place))
    total, term = np.zeros(len(pairs.x)), np.zeros(len(pairs.x))
    for k, before, now, histories in pairs.backwards():
        _step_back(parameters, pairs, (k, before, now), term)
        total[:now] = np.logaddexp(total[:now], term[:now])
        result[histories] = total[pairs.place[histories]]
    return result


def _step_back(parameters: Floats, pairs: Pairs, at: tuple[int, int, int], term: Floats) -> None:
    """Make the terms, logarithms relative to being alive, those of having stopped after k."""
    alpha, beta, gamma, delta = parameters
    k, before, now = at
    # Pairs with more purchases than k are past their first one, and asked for no more.
    missed = np.maximum(k - pairs.x[:now], 0)
    term[:now] += np.log((alpha + beta + k) / (beta + missed)) - np.log(delta + k)
    term[:before] += np.log(gamma + delta + (k + 1))
    term[before:now] += np.log(gamma)


class Likelihood:
    """The log-likelihood of distinct histories, its gradient and Hessian."""

    def __init__(self, pairs: Pairs, counts: Floats) -> None:
        self.pairs, self.counts = pairs, counts
        self.customers = float(counts.sum())
        self.by_pair = np.bincount(pairs.place, counts, len(pairs.x))
        self.steps = [
            (k, before, now, pairs.place[histories], counts[histories])
            for k, before, now, histories in pairs.backwards()
        ]

    def climb(self, held: Penalty) -> Maximum:
        """Find the maximum."""
        return climb(held.on(self), _STARTS)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        parameters = natural(theta)
        value, gradient, hessian = self.natural(parameters)
        return value, *carry(parameters, gradient, hessian)

    def natural(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        """Return value, gradient and Hessian by alpha, beta, gamma and delta."""
        value, gradient, hessian = self._alive(parameters)
        alpha, beta, gamma, delta = parameters
        pairs = self.pairs
        j = np.arange(int(pairs.n.max(initial=0)) + 2)
        # Digamma, its derivative, at each count of opportunities.
        both, missed, there, stay = _psis(alpha + beta + j, beta + j, gamma + delta + j, delta + j)
        n, x = pairs.n.astype(np.int64), pairs.x.astype(np.int64)
        both_end, missed_end, there_end, stay_end = (
            both[:, n], missed[:, n - x], there[:, n], stay[:, n]
        )  # fmt: skip
        total, term = np.zeros(len(n)), np.zeros(len(n))
        # Means, over the ways to have stopped or not, of the first derivatives and of the
        # second ones plus products of the first; all relative to being alive.
        means = np.zeros((14, len(n)))
        for k, before, now, places, counts in self.steps:
            _step_back(parameters, pairs, (k, before, now), term)
            total[:now] = np.logaddexp(total[:now], term[:now])
            share = np.exp(term[:now] - total[:now])
            new = np.empty((14, now))
            by_both = both_end[:, :now] - both[:, k, None]
            by_missed = missed[:, np.maximum(k - x[:now], 0)] - missed_end[:, :now]
            by_there = there_end[:, :now] - there[:, k + 1, None]
            by_stay = stay[:, k, None] - stay_end[:, :now]
            first = new[:4]
            first[0] = by_both[0]
            first[1] = by_missed[0] + by_both[0]
            first[2] = by_there[0] + 1 / gamma
            first[3] = by_stay[0] + by_there[0]
            new[4:] = first[_UPPER[0]] * first[_UPPER[1]]
            new[4:6] += by_both[1]
            new[8] += by_missed[1] + by_both[1]
            new[11] += by_there[1] - 1 / gamma**2
            new[12] += by_there[1]
            new[13] += by_stay[1] + by_there[1]
            means[:, :now] += share * (new - means[:, :now])
            if len(places):
                here = means[:, places]
                value += float(counts @ total[places])
                gradient += here[:4] @ counts
                hessian[_UPPER] += here[4:] @ counts
                hessian[_UPPER] -= (here[_UPPER[0]] * here[_UPPER[1]]) @ counts
        return value, gradient, np.triu(hessian) + np.triu(hessian, 1).T

    def _alive(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        """Return what comes of everybody being alive."""
        alpha, beta, gamma, delta = parameters
        x, n, counts, customers = self.pairs.x, self.pairs.n, self.by_pair, self.customers
        value = counts @ (betaln(alpha + x, beta + (n - x)) + betaln(gamma, delta + n))
        value -= customers * (betaln(alpha, beta) + betaln(gamma, delta))
        ends = (alpha + x, beta + (n - x), alpha + beta + n, delta + n, gamma + delta + n)
        starts = np.array([alpha, beta, alpha + beta, delta, gamma + delta])
        *at_ends, at_starts = _psis(*ends, starts)
        bought, missed, both, stay, there = np.array(at_ends) @ counts - customers * at_starts.T
        hessian = np.zeros((4, 4))
        hessian[0, 0], hessian[0, 1] = bought[1] - both[1], -both[1]
        hessian[1, 1] = missed[1] - both[1]
        hessian[2, 2], hessian[2, 3] = -there[1], -there[1]
        hessian[3, 3] = stay[1] - there[1]
        gradient = np.array(
            [bought[0] - both[0], missed[0] - both[0], -there[0], stay[0] - there[0]]
        )
        return float(value), gradient, hessian


def _psis(*arguments: Floats) -> list[Floats]:
    """Return digamma and trigamma, in two rows, of several arrays."""
    values = np.concatenate(arguments)
    both = np.stack([digamma(values), polygamma(1, values)])
    return np.split(both, np.cumsum([len(each) for each in arguments])[:-1], axis=1)
