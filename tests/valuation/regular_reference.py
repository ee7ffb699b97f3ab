"""BG/CNBD-k and MBG/CNBD-k in fifty digits: sums over hidden events, one by one.

Of a customer alive at T, j < k events may have passed since his last purchase; each j weighs
Gamma(K+j)/(Gamma(K) j!) share^j with K = r + k x, and his rate is then Gamma(K+j, alpha+T).
Every k-th event is a purchase, after which he stops with a probability that is Beta(a, b').
"""

import mpmath as mp

DIGITS = 50
_MANY = 400  # where one less what is nearly one must keep fifty
_ENOUGH, _NOTHING = mp.mpf(10) ** -30, mp.mpf(10) ** -350


def parts(m, k, r, alpha, a, b, x, last, age):
    """Return the weight of each j, and of having stopped, relative to (alpha+T)^-K."""
    r, alpha, a, b, last, age = map(mp.mpf, (r, alpha, a, b, last, age))
    events = r + k * x
    share = (age - last) / (alpha + age)
    living = [mp.rf(events, j) / mp.factorial(j) * share**j for j in range(k)]
    stopped = mp.mpf(0)
    if x + m:
        stopped = a / (b + x + m - 1) * ((alpha + age) / (alpha + last)) ** events
    return living, stopped


def log_likelihood(m, k, r, alpha, a, b, x, last, age):
    """Return the log-likelihood without what the times between purchases add."""
    with mp.workdps(DIGITS):
        living, stopped = parts(m, k, r, alpha, a, b, x, last, age)
        r, alpha, a, b = map(mp.mpf, (r, alpha, a, b))
        found = mp.log(sum(living) + stopped) - (r + k * x) * mp.log(alpha + mp.mpf(age))
        found += mp.loggamma(r + k * x) - mp.loggamma(r) + r * mp.log(alpha) - x * mp.loggamma(k)
        found += mp.loggamma(b + x + m) - mp.loggamma(a + b + x + m)
        return found + mp.loggamma(a + b) - mp.loggamma(b)


def probability_alive(m, k, r, alpha, a, b, x, last, age):
    """Return the probability to be alive."""
    with mp.workdps(DIGITS):
        living, stopped = parts(m, k, r, alpha, a, b, x, last, age)
        return sum(living) / (sum(living) + stopped)


def purchase_probability(m, k, r, alpha, a, b, x, last, age, ahead, n):
    """Return the probability to buy n times within a horizon."""
    with mp.workdps(_MANY):
        living, stopped = parts(m, k, r, alpha, a, b, x, last, age)
        a, b = mp.mpf(a), mp.mpf(b) + x + m
        stays = _rising(b, a, n)
        stops = a / (a + b + n - 1) * _rising(b, a, n - 1) if n else mp.mpf(0)
        total = mp.mpf(0)
        for j, weight in enumerate(living):
            at_least = _at_least(mp.mpf(r) + k * x + j, mp.mpf(alpha) + age, mp.mpf(ahead))
            here, more = at_least(k * n - j), at_least(k * (n + 1) - j)
            total += weight * (stays * (here - more) + stops * here)
        return (total + (stopped if n == 0 else 0)) / (sum(living) + stopped)


def expected_purchases(m, k, r, alpha, a, b, x, last, age, ahead):
    """Return the purchases to expect within a horizon: of each, the probability that it comes."""
    with mp.workdps(_MANY):
        living, stopped = parts(m, k, r, alpha, a, b, x, last, age)
        a, b = mp.mpf(a), mp.mpf(b) + x + m
        total = mp.mpf(0)
        for j, weight in enumerate(living):
            at_least = _at_least(mp.mpf(r) + k * x + j, mp.mpf(alpha) + age, mp.mpf(ahead))
            n, stays = 1, mp.mpf(1)
            while True:
                each = weight * stays * at_least(k * n - j)
                total += each
                if each <= _ENOUGH * total or each < _NOTHING:
                    break
                stays *= (b + n - 1) / (a + b + n - 1)
                n += 1
        return total / (sum(living) + stopped)


def _rising(b, a, n):
    """Return the mean of (1 - p)^n with p ~ Beta(a, b)."""
    return mp.rf(b, n) / mp.rf(a + b, n)


def _at_least(shape, since, ahead):
    """Return, for growing numbers, how likely so many events come."""
    share = ahead / (since + ahead)
    passed, term, below = 0, (since / (since + ahead)) ** shape, mp.mpf(0)

    def ask(number):
        nonlocal passed, term, below
        while passed < number:
            below += term
            term *= (shape + passed) / (passed + 1) * share
            passed += 1
        return 1 - below

    return ask
