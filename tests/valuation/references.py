"""The formulas in 50 digits and more, by other ways than the kernels go."""

import mpmath as mp

DIGITS = 50
_BOUNDS = {"maxprec": 700, "maxterms": 3000}  # of mpmath's patience, in bits and terms


def _numbers(*values):
    return [mp.mpf(value) for value in values]


def log_beta(one, other):
    return mp.loggamma(one) + mp.loggamma(other) - mp.loggamma(one + other)


def log_likelihood(m, r, alpha, a, b, x, last, age):
    """The sheet's formula, term by term."""
    with mp.workdps(max(DIGITS, mp.mp.dps)):
        r, alpha, a, b, last, age = _numbers(r, alpha, a, b, last, age)
        bracket = (alpha + age) ** -(r + x)
        if x + m > 0:
            bracket += a / (b + x + m - 1) * (alpha + last) ** -(r + x)
        rest = log_beta(a, b + x + m) - log_beta(a, b)
        rest += mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
        return rest + mp.log(bracket)


def probability_alive(m, r, alpha, a, b, x, last, age):
    """The sheet's formula."""
    with mp.workdps(max(DIGITS, mp.mp.dps)):
        r, alpha, a, b, last, age = _numbers(r, alpha, a, b, last, age)
        if x + m == 0:
            return mp.mpf(1)
        return 1 / (1 + a / (b + x + m - 1) * ((alpha + age) / (alpha + last)) ** (r + x))


def while_alive(m, r, alpha, a, b, x, age, ahead):
    """Purchases to expect of who is alive: two closed forms, and an integral where they fail.

    mpmath's 2F1 can fail, and can be wrong by hundreds of digits where parameters are large; the
    two forms go different ways inside it.
    """
    try:
        euler = _euler(m, r, alpha, a, b, x, age, ahead)
        direct = _direct(m, r, alpha, a, b, x, age, ahead)
    except (ValueError, ZeroDivisionError, mp.libmp.NoConvergence):
        return integral(m, r, alpha, a, b, x, age, ahead)
    if abs(euler - direct) < abs(direct) * mp.mpf(10) ** -20:
        return direct
    return integral(m, r, alpha, a, b, x, age, ahead)


def _euler(m, r, alpha, a, b, x, age, ahead):
    return _closed(m, r, alpha, a, b, x, age, ahead, lambda a, c, k, beta: (a - 1, c - k, a - 1))


def _direct(m, r, alpha, a, b, x, age, ahead):
    return _closed(m, r, alpha, a, b, x, age, ahead, lambda a, c, k, beta: (k, k, beta))


def _closed(m, r, alpha, a, b, x, age, ahead, form):
    """c/(a-1) (1 - (1-z)^power 2F1(one, two; c; z)), with the digits that the 1 - ... costs.

    At a = 1 and a + b + x + m = 1 it is 0/0: 10^-40 beside, it is not.
    """
    cost = max(0, -int(mp.log10(ahead / (alpha + age + ahead))))
    with mp.workdps(2 * DIGITS + cost):
        r, alpha, a, b, age, ahead = _numbers(r, alpha, a, b, age, ahead)
        if a == 1 or a + b + x + m == 1:
            a += mp.mpf(10) ** -40
        c = a + b + x + m - 1
        z = ahead / (alpha + age + ahead)
        power, one, two = form(a, c, r + x, b + x + m)
        bounds = _BOUNDS | {"maxprec": _BOUNDS["maxprec"] + 4 * cost}
        survives = (1 - z) ** power * mp.hyp2f1(one, two, c, z, **bounds)
        return c / (a - 1) * (1 - survives)


def integral(m, r, alpha, a, b, x, age, ahead):
    """The definition: (1 - (1 + p t/A)^-k) / p over the beta distribution of p.

    In log(p / (1 - p)), by mpmath's tanh-sinh rule on pieces; beyond 10^-45 the integrand is a
    power of p or of 1 - p, whose integrals are known.
    """
    with mp.workdps(max(DIGITS, mp.mp.dps)):
        r, alpha, a, b, age, ahead = _numbers(r, alpha, a, b, age, ahead)
        k, beta, ratio = r + x, b + x + m, ahead / (alpha + age)
        scale = log_beta(a, beta)

        def density(u):
            return mp.exp(-a * mp.log1p(mp.exp(-u)) - beta * mp.log1p(mp.exp(u)) - scale)

        def integrand(u):
            p = 1 / (1 + mp.exp(-u))
            return density(u) * -mp.expm1(-k * mp.log1p(p * ratio)) / p

        centre, bend = mp.log(a / beta), -mp.log(k * ratio)
        low = min(mp.log(mp.mpf(10) ** -45 / (1 + k * ratio)), centre - 5)
        high = max(mp.log(mp.mpf(10) ** 45), centre + 5)
        widths = [w / mp.sqrt(shape) for shape in (a, beta) for w in (10, 40)]
        places = [centre + sign * width for sign in (-1, 1) for width in (0, *widths)]
        places += [bend + step for step in (-10, -3, 0, 3, 10)]
        inner = {place for place in places if low < place < high}
        middle = mp.quad(integrand, [low, *sorted(inner), high], maxdegree=10)
        left = mp.exp(a * low - scale) / a * k * ratio
        right = mp.exp(-beta * high - scale) / beta * -mp.expm1(-k * mp.log1p(ratio))
        return left + middle + right


def spend_log_likelihood(p, q, v, x, mean):
    """The sheet's formula of Gamma-Gamma, term by term."""
    with mp.workdps(max(DIGITS, mp.mp.dps)):
        p, q, v, mean = _numbers(p, q, v, mean)
        gammas = mp.loggamma(p * x + q) - mp.loggamma(p * x) - mp.loggamma(q)
        powers = q * mp.log(v) + (p * x - 1) * mp.log(mean) + p * x * mp.log(x)
        return gammas + powers - (p * x + q) * mp.log(v + x * mean)


def expected_spend(p, q, v, x, mean):
    with mp.workdps(max(DIGITS, mp.mp.dps)):
        p, q, v, mean = _numbers(p, q, v, mean)
        return p * (v + x * mean) / (p * x + q - 1)
