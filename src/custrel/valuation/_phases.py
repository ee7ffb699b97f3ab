"""Regular timing: every k-th event of a hidden Poisson process is a purchase.

A customer who is alive at T has had j < k events since his last purchase, which nobody saw; each
j has a weight.  With it his rate is gamma distributed with the shape K + j, K = r + k x.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc

from custrel.errors import InvalidRule
from custrel.valuation._stirling import log_beta
from custrel.valuation._while_alive import Ints, mean_over_chances

Floats = NDArray[np.float64]

_BLOCK = 32  # events that are summed over at once
_FEW = 128  # events, up to which sums are quicker than integrals, and keep all digits
_MOST = 1_000_000
_ROWS = 2048  # whose intermediate results stay in the cache
_NOTHING = 1e-17
_NEARLY_SURE = 1e-5  # less than a chance to go on, with which few make a second purchase
_FEW_PURCHASES = 4


def waiting(k: int, shape: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return the sum over j < k of Gamma(K+j) / (Gamma(K) j!) share^j, and its terms in a table.

    They weigh how often the process may have passed without a purchase since the last one.
    """
    shape, share = np.broadcast_arrays(shape, share)
    terms = np.ones((k, *shape.shape))
    for j in range(1, k):
        terms[j] = terms[j - 1] * (shape + (j - 1)) / j * share
    return terms.sum(axis=0), terms


def waiting_with_slopes(k: int, shape: Floats, share: Floats, by_age: Floats) -> tuple[Floats, ...]:
    """Return the logarithm of `waiting`, and its derivatives by r and alpha.

    Parameters
    ----------
    k, shape, share
        As in `waiting`, shape growing with r and share falling with alpha.
    by_age : ndarray
        1 / (alpha + T).

    Returns
    -------
    tuple of ndarray
        The logarithm, its slopes by r and alpha, and its second derivatives by r twice, by both,
        and by alpha twice.
    """
    total, terms = waiting(k, shape, share)
    rises, bends = np.zeros_like(terms), np.zeros_like(terms)
    for j in range(1, k):
        each = 1 / (shape + (j - 1))
        rises[j], bends[j] = rises[j - 1] + each, bends[j - 1] + each**2
    passes = np.arange(k).reshape(-1, *[1] * shape.ndim)
    terms = terms / total
    by_r, passed = (terms * rises).sum(axis=0), (terms * passes).sum(axis=0)
    by_r_twice = (terms * (rises**2 - bends)).sum(axis=0) - by_r**2
    by_both = -by_age * ((terms * rises * passes).sum(axis=0) - by_r * passed)
    by_alpha_twice = by_age**2 * ((terms * (passes**2 + passes)).sum(axis=0) - passed**2)
    return np.log(total), by_r, -by_age * passed, by_r_twice, by_both, by_alpha_twice


@attrs.frozen(kw_only=True)
class Prospects:
    """What customers alive are drawn from: on the last axis each j, with its weight."""

    k: int
    a: float
    weight: Floats
    j: Floats
    shape: Floats
    beta: Floats
    passed: Floats

    @classmethod
    def of(
        cls, k: int, shape: Floats, stopping: tuple[float, Floats], passed: Floats, idle: Floats
    ) -> Prospects:
        """Spread customers over the events that may have passed since the last purchase.

        Parameters
        ----------
        k, shape : int, ndarray
            Every k-th event is a purchase; shape of the gamma distribution of rates, r + k x.
        stopping : tuple of float and ndarray
            Parameters of the beta distribution of the probability to stop.
        passed, idle : ndarray
            alpha + T, and T - t_x.
        """
        total, terms = waiting(k, shape, idle / passed)
        weight, j = np.moveaxis(terms / total, 0, -1), np.arange(k, dtype=np.float64)
        each = np.broadcast_arrays(
            weight, j, shape[..., None] + j, stopping[1][..., None], passed[..., None]
        )
        names = ("weight", "j", "shape", "beta", "passed")
        return cls(k=k, a=stopping[0], **dict(zip(names, each, strict=True)))

    def lasting(self, ahead: Floats) -> Floats:
        """Return the probability to be alive still after a stretch of time."""
        return self._expected(ahead, purchases=False)

    def purchases(self, ahead: Floats) -> Floats:
        """Return the purchases to expect over a stretch of time."""
        return self._expected(ahead, purchases=True)

    def chance(self, n: Floats, begin: Floats, until: Floats) -> Floats:
        """Return the probability of n purchases between two times from now."""
        options = n[..., None], begin[..., None], until[..., None]
        each = np.broadcast_arrays(
            self.weight, self.j, self.shape, self.beta, self.passed, *options
        )
        size = each[0].shape
        weight, j, shape, beta, passed, n, begin, until = (np.ravel(values) for values in each)
        now = _Now(self.k, self.a, j, shape, beta, passed)
        length = until - begin
        result = np.where(begin > 0, 0.0, now.chance(n, length))
        late = np.flatnonzero(begin > 0)
        if len(late):
            some, wanted, wait = now.part(late), n[late], begin[late]
            stay = np.zeros(len(late))
            for events, chance in some.events(wait):
                later, goes_on = some.after(events, wait)
                here = chance * goes_on
                stay += here.sum(axis=1)
                found = later.chance(wanted[:, None], length[late, None])
                result[late] += (here * found).sum(axis=1)
            result[late] += np.where(wanted == 0, np.maximum(1 - stay, 0.0), 0.0)
        return np.asarray((weight * result).reshape(size).sum(axis=-1))

    def _expected(self, ahead: Floats, *, purchases: bool) -> Floats:
        each = np.broadcast_arrays(
            self.weight, self.j, self.shape, self.beta, self.passed, ahead[..., None]
        )
        size = each[0].shape
        weight, j, shape, beta, passed, ahead = (np.ravel(values) for values in each)
        now = _Now(self.k, self.a, j, shape, beta, passed)
        length = now.length_of_series(ahead)
        result, near, far = np.empty(len(weight)), length <= _FEW, length > _FEW
        if far.any():
            rows = np.flatnonzero(far)
            result[rows] = now.part(rows).integrated(ahead[rows], purchases=purchases)
        for rows in _parts(np.flatnonzero(near)):
            result[rows] = now.part(rows).summed(ahead[rows], purchases=purchases)
        return np.asarray((weight * result).reshape(size).sum(axis=-1))


def _parts(rows: Ints) -> Iterator[Ints]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]


@attrs.frozen
class _Now:
    """Customers alive, each after j known events since his last purchase."""

    k: int
    a: float
    j: Floats
    shape: Floats
    beta: Floats
    passed: Floats

    def part(self, rows: Ints) -> _Now:
        """Return some of them."""
        return _Now(
            self.k, self.a, self.j[rows], self.shape[rows], self.beta[rows], self.passed[rows]
        )

    def after(self, events: Floats, wait: Floats) -> tuple[_Now, Floats]:
        """Return what they are after some events more, and the probability to be alive then."""
        bought, j = np.divmod(self.j[:, None] + events, self.k)
        beta = self.beta[:, None]
        goes_on = np.exp(log_beta(beta + bought, self.a) - log_beta(beta, self.a))
        passed = (self.passed + wait)[:, None]
        later = _Now(self.k, self.a, j, self.shape[:, None] + events, beta + bought, passed)
        return later, goes_on

    def summed(self, ahead: Floats, *, purchases: bool) -> Floats:
        """Sum over the number of events what is expected, or the probability to be alive."""
        most = 4 * int(self.length_of_series(ahead).max()) // self.k  # and no more matters
        levels, place = np.unique(self.beta, return_inverse=True)
        steps = np.log1p(-self.a / (self.a + levels[:, None] + np.arange(most)))
        first = np.ones((len(levels), 1))
        table = np.concatenate([first, np.exp(np.cumsum(steps, axis=1))], axis=1)
        if purchases:
            table = np.concatenate([0 * first, np.cumsum(table[:, :-1], axis=1)], axis=1)
        total = np.zeros(len(self.j))
        for events, chance in self.events(ahead):
            number = ((events + self.j[:, None]) // self.k).astype(np.int64)
            found = table[place[:, None], np.minimum(number, most)]
            total += np.einsum("ij,ij->i", chance, found)
        return total

    def length_of_series(self, ahead: Floats) -> Floats:
        """Return about how many events it takes until no more of them matter."""
        odds = ahead / self.passed
        mean = self.shape * odds
        return np.asarray(mean + 9 * np.sqrt(mean * (1 + odds)) + 40 * (1 + odds))

    def events(self, ahead: Floats) -> Iterator[tuple[Floats, Floats]]:
        """Yield numbers of events within a stretch of time, and the probability of each."""
        if not self.length_of_series(ahead).max() <= _MOST:
            raise InvalidRule(
                f"so many purchases within a horizon of up to {ahead.max():g} are not counted one "
                "by one: take a nearer one."
            )
        z = (ahead / (self.passed + ahead))[:, None]
        logs = -self.shape * np.log1p(ahead / self.passed)
        with np.errstate(divide="ignore"):
            log_z = np.log(z)
        for start in count(0, _BLOCK):
            m = np.arange(start, start + _BLOCK, dtype=np.float64)
            with np.errstate(divide="ignore", invalid="ignore"):
                each = np.log((self.shape[:, None] + (m - 1)) / m) + log_z
            if not start:
                each[:, 0] = 0.0
            each = np.cumsum(each, axis=1) + logs[:, None]
            logs = each[:, -1]
            chance = np.exp(each)
            yield m, chance
            falls = z[:, 0] * (self.shape + m[-1]) / (m[-1] + 1)
            rest = chance[:, -1] * (m[-1] + 1)
            if ((falls < 1) & (rest <= _NOTHING * (1 - falls) ** 2)).all():
                return

    def chance(self, n: Floats, length: Floats) -> Floats:
        """Return the probability of n purchases within a length of time."""
        n, length = np.broadcast_arrays(n, length)
        start = log_beta(self.beta, self.a)
        goes_on = np.exp(log_beta(self.beta + n, self.a) - start)
        again = np.maximum(n, 1)
        stops = np.exp(log_beta(self.beta + again - 1, self.a + 1) - start)
        first = n * self.k - self.j  # the event with which the n-th purchase is made
        z = length / (self.passed + length)
        chance = np.zeros(np.broadcast_shapes(first.shape, z.shape))
        moves = np.log(np.where(length > 0, length, 1.0) / (self.passed + length))
        for i in range(self.k):
            m = first + i
            event = np.maximum(m, 0)
            logs = -log_beta(self.shape, event + 1) - np.log(self.shape + event)
            logs = logs + self.shape * np.log(self.passed / (self.passed + length)) + event * moves
            possible = (m >= 0) & ((length > 0) | (event == 0))
            chance = chance + np.where(possible, np.exp(logs), 0.0)
        enough = betainc(np.maximum(first, 1), self.shape, z)
        return np.asarray(goes_on * chance + np.where(n > 0, stops * enough, 0.0))

    def integrated(self, ahead: Floats, *, purchases: bool) -> Floats:
        """Integrate over p what is expected, or the probability to be alive, after a long time.

        Given p, it is a sum over the k-th roots of unity w, of q w with q^k = 1 - p, of
        1 - (1 + (1 - q w) t/A)^-(K+j) for having stopped.  Whoever has stopped did so after one
        purchase, so that p times the purchases to expect is the probability of that.
        """
        ratio = ahead / self.passed

        def inside(p: Floats, rows: Ints) -> Floats:
            some, times = self.part(rows), ratio[rows, None]
            sure = 1 - p < _NEARLY_SURE
            found = np.empty((len(rows), len(p)))
            found[:, ~sure] = some.by_roots(p[~sure], times, purchases=purchases)
            found[:, sure] = some.soon_stopping(p[sure], times, purchases=purchases)
            return found

        steep = (self.shape + 1) * ratio / self.k
        return mean_over_chances(inside, self.a, self.beta, steep)

    def by_roots(self, p: Floats, times: Floats, *, purchases: bool) -> Floats:
        """Sum over the roots of unity, given p."""
        size, j = self.shape[:, None], self.j[:, None]
        roots = np.exp(2j * np.pi * np.arange(1, self.k) / self.k)  # of unity, but 1
        step = np.log1p(-p) / self.k
        q, less = np.exp(step), -np.expm1(step)
        # The real root, and the weight that belongs to it.
        share = p / (1 - p) / self.k / np.expm1(-step) * np.exp(step * j)
        powers = -size * np.log1p(times * less)
        stopped = share * -np.expm1(powers)
        lasts = share * np.exp(powers)
        for root in roots:
            turned = q * root
            part = (p / (1 - p) / self.k / (1 / turned - 1))[None, :] * turned**j
            power = np.exp(-size * np.log(1 + times * (1 - turned)))
            stopped += (part * (1 - power)).real
            lasts += (part * power).real
        return stopped / p if purchases else np.asarray(lasts)

    def soon_stopping(self, p: Floats, times: Floats, *, purchases: bool) -> Floats:
        """Sum over the first few purchases, given a p near 1, where the roots' terms cancel."""
        size, z = self.shape[:, None], times / (1 + times)
        first = self.k - self.j[:, None]
        tails = [betainc(first + self.k * n, size, z) for n in range(_FEW_PURCHASES + 1)]
        stay = 1 - p
        if purchases:
            return np.asarray(sum(stay**n * tail for n, tail in enumerate(tails)))
        none = betaincc(first, size, z) + 0 * stay
        return np.asarray(
            none
            + sum(stay ** (n + 1) * (tail - more) for n, (tail, more) in enumerate(pairwise(tails)))
        )
