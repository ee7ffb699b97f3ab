"""What customers with known histories may do from now on: single purchases, drawn by chance."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from custrel.errors import InvalidRule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FIRST_TOO = ("MbgCnbd", "MbgNbd")  # whose customers may stop after the first purchase too


@attrs.frozen(eq=False, kw_only=True)
class Future:
    """Purchases of one drawn future: who makes each, and how long from now."""

    who: Ints
    when: Floats


def draw_future(
    model: Any, history: dict[str, Floats], horizon: float, rng: np.random.Generator
) -> Future:
    """Draw what each customer buys over a horizon, given what he did until now.

    Who is alive at T has bought at a rate that is gamma distributed anew, and stops at a rate or
    with a probability that is gamma or beta distributed anew.

    Raises
    ------
    InvalidRule
        The model is not one of continuous time.
    """
    x, age = (np.asarray(history[name], dtype=np.float64) for name in ("frequency", "T"))
    if not {"r", "alpha"} <= set(model.standard_errors):
        raise InvalidRule(
            f"{type(model).__name__} does not count time, so that no future can be drawn from it: "
            "take BgNbd, MbgNbd, ParetoNbd or Nbd."
        )
    alive = rng.random(x.shape) < model.probability_alive(**history)
    nth, past = getattr(model, "k", 1), np.zeros(x.shape)
    if nth > 1:
        past = _events_since(model, x, np.asarray(history["recency"]), age, rng)
    rate = rng.gamma(model.r + nth * x + past, 1 / (model.alpha + age))
    until, most = np.full(x.shape, float(horizon)), np.full(x.shape, np.inf)
    if "beta" in model.standard_errors:
        stop = rng.gamma(model.s, 1 / (model.beta + age))
        until = np.minimum(until, rng.exponential(size=x.shape) / np.maximum(stop, 1e-300))
    elif "a" in model.standard_errors:
        occasions = x + (type(model).__name__ in _FIRST_TOO)
        chance = rng.beta(model.a, model.b + occasions)
        most = rng.geometric(np.clip(chance, 1e-15, 1.0)).astype(np.float64)
    events = rng.poisson(np.where(alive, rate * until, 0.0))
    who = np.repeat(np.arange(len(x)), events)
    share = rng.random(len(who))
    share = share[np.lexsort((share, who))]
    rank = np.arange(len(who)) - np.repeat(np.cumsum(events) - events, events) + 1 + past[who]
    bought = (rank % nth == 0) & (rank // nth <= most[who])
    return Future(who=who[bought], when=(share * until[who])[bought])


def _events_since(
    model: Any, x: Floats, last: Floats, age: Floats, rng: np.random.Generator
) -> Floats:
    """Draw how many events passed since the last purchase, of which the k-th is the next."""
    passed = np.arange(model.k)
    shape = (model.r + model.k * x)[:, None] + passed
    since = age - np.where(x > 0, last, 0.0)
    share = np.maximum(since / (model.alpha + age), 1e-300)[:, None]
    weight = gammaln(shape) - gammaln(passed + 1.0) + passed * np.log(share)
    chance = np.exp(weight - weight.max(axis=1, keepdims=True))
    below = np.cumsum(chance, axis=1)
    drawn = rng.random(x.shape) * below[:, -1]
    return np.asarray((drawn[:, None] > below).sum(axis=1), dtype=np.float64)
