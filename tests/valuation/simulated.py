"""Customers who do what the models say."""

import numpy as np

CDNOW = {"r": 0.25, "alpha": 4.4, "a": 0.8, "b": 2.4}  # nearly, of BG/NBD in weeks


def customers(
    n, seed, *, r, alpha, a, b, ages=(27.0, 39.0), first_too=0, day=1 / 7, p=6.25, q=3.74, v=15.44
):
    """Draw frequency, recency, T and monetary value of customers of BG/NBD or MBG/NBD.

    Moments are rounded down to a `day`; 0 leaves them as they come.
    """
    rng = np.random.default_rng(seed)
    age = rng.uniform(*ages, n)
    rate = rng.gamma(r, 1 / alpha, n)
    chance = np.clip(rng.beta(a, b, n), 1e-12, 1)  # to stop after a purchase
    frequency, recency = np.zeros(n), np.zeros(n)
    alive = rng.random(n) >= chance if first_too else np.ones(n, dtype=bool)
    moment = np.zeros(n)
    while alive.any():
        moment[alive] += rng.exponential(1 / rate[alive])
        alive &= moment <= age
        frequency[alive] += 1
        recency[alive] = moment[alive]
        alive &= rng.random(n) >= chance
    if day:
        recency, age = (np.floor(times / day) * day for times in (recency, age))
    scale = 1 / rng.gamma(q, 1 / v, n)
    spent = rng.gamma(np.maximum(p * frequency, 1e-9), scale)
    mean = np.where(frequency > 0, np.maximum(spent, 1e-9) / np.maximum(frequency, 1), 0.0)
    return {"frequency": frequency, "recency": recency, "T": age, "monetary_value": mean}


def history(rows):
    """Leave money out."""
    return {name: rows[name] for name in ("frequency", "recency", "T")}
