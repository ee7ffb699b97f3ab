"""Intervals of a customer's lifetime value: of what is to be expected, or of what he may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._arguments import ahead_of, rate_of, require_money
from custrel.valuation._rows import FROM_A_LOG
from custrel.valuation._surface import columns_of
from custrel.valuation.discounting import DiscountRate
from custrel.valuation.draws import ParameterDraws, tails, together
from custrel.valuation.gamma_gamma import GammaGamma

__all__ = ["value_intervals"]

Floats = NDArray[np.float64]
History = dict[str, Floats]

_AT_ONCE = 4_000_000  # numbers held at a time


def value_intervals(
    summary: Any,
    purchases: ParameterDraws,
    spend: ParameterDraws | GammaGamma | float,
    *,
    horizon: float,
    discount: DiscountRate,
    margin: float = 1.0,
    confidence: float = 0.95,
    predictive: bool = False,
    seed: int | np.random.Generator | None = None,
) -> Any:
    """Add the value of the purchases to come, between limits, to a customer summary.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns of the model's histories, in its unit (``frequency``, ``recency`` and
        ``T``, and covariates; ``periods`` instead of ``T`` for `BgBb`; ``tenure``, and ``ended``
        unless all are active, for `ShiftedBetaGeometric`) and, for a model of spend,
        ``frequency`` and ``monetary_value``.
    purchases : ParameterDraws
        Of a model of purchases, or of contracts; its unit is the summary's.
    spend : ParameterDraws, GammaGamma or float
        Of a model of spend; or one that is taken to be known; or one amount for all.
    horizon : float
        How far to look ahead, in the model's unit.
    discount : DiscountRate
        What money loses over time.
    margin : float
        The share of revenue that is the firm's.
    confidence : float
        How much lies between the limits, as much being cut off at each end.
    predictive : bool
        Whether the limits are of what the customer may bring, chance included, rather than of
        what is to be expected of him.
    seed : int or Generator, optional
        Where that chance comes from; needed with `predictive`.

    Returns
    -------
    CustomerSummary or frame
        What came in, with ``lifetime_value`` (the mean of what the draws say),
        ``lifetime_value_low`` and ``lifetime_value_high``, in the currency of the data.

    Raises
    ------
    InvalidRule
        The horizon or the spend is negative or not finite, the margin not finite, or chance
        is asked for without a seed; or the model counts occasions, and the horizon is not whole.
    UnitMismatch
        The summary is measured in another unit than the model, or the model in none.
    InvalidData
        A history is impossible, or a column holds no numbers.

    See Also
    --------
    lifetime_value : The value alone.

    Notes
    -----
    Purchases of each unit of time count as due at its end.  A drawn future of a customer, as
    `sample_future` of the model makes it: alive or not, a rate or probability to buy and one to
    stop, his purchases one by one; and a scale of spend of his own and the amount of each.  The
    limits are in general far wider than those of the expectation, and of most customers the lower
    one is 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import DiscountRate, Nbd
    >>> from custrel.valuation import posterior
    >>> frame = pd.DataFrame({"frequency": [0, 1, 2, 3, 5, 9], "recency": 30.0, "T": 38.0})
    >>> frame = frame.loc[frame.index.repeat([60, 16, 6, 6, 4, 3])]
    >>> found = posterior(Nbd.fit(frame, unit="W"), frame, seed=1, draws=100)
    >>> options = {"horizon": 52, "discount": DiscountRate.per_year(0.1)}
    >>> valued = value_intervals(frame, found, 20.0, **options)
    >>> bool((valued["lifetime_value_low"] < valued["lifetime_value"]).all())
    True
    """
    ahead_of(horizon)
    require_money(spend, margin=margin)
    if predictive and seed is None:
        raise InvalidRule("predictive limits rest on chance: pass seed=.")
    rate, unit = rate_of(purchases.model, discount), known_unit(purchases.model)
    require_same_unit(purchases.model, unit, summary)
    door = enter(summary)
    known = columns_of(purchases.model, door)
    money = () if isinstance(spend, int | float) else GammaGamma.history
    rows, _ = door.distinct(*known, *money, flags=known, remedy=FROM_A_LOG)
    outlook = _Outlook(known, horizon, rate)
    value = partial(outlook.drawn, np.random.default_rng(seed)) if predictive else outlook.expected
    found = margin * _summarized(value, list(_pairs(purchases, spend)), rows, confidence)
    low, high = np.sort(found[1:], axis=0)
    limits = {
        "lifetime_value": found[0],
        "lifetime_value_low": low,
        "lifetime_value_high": high,
    }
    return door.attach(limits, by=rows)


@attrs.frozen
class _Outlook:
    """What models say that customers bring until a horizon, discounted."""

    known: tuple[str, ...]
    horizon: float
    rate: float

    def expected(self, model: Any, amount: Any, some: History) -> Floats:
        """Return what is to be expected of each customer."""
        each = model.discounted_purchases(
            **self._history(some), horizon=self.horizon, rate=self.rate
        )
        return np.asarray(each * _expected_spend(amount, some), dtype=np.float64)

    def drawn(self, rng: np.random.Generator, model: Any, amount: Any, some: History) -> Floats:
        """Return what each customer brings in one future, by chance."""
        future = model.sample_future(**self._history(some), horizon=self.horizon, seed=rng)
        who, when = future["customer_id"], future["time"]
        due = (1 + self.rate) ** -np.minimum(np.ceil(when), self.horizon)
        spent = due * _drawn_spend(amount, some, who, rng)
        return np.bincount(who, spent, len(some[self.known[0]])).astype(np.float64)

    def _history(self, some: History) -> History:
        return {name: some[name] for name in self.known}


def _pairs(purchases: ParameterDraws, spend: ParameterDraws | GammaGamma | float) -> Any:
    if isinstance(spend, ParameterDraws):
        return together(purchases, spend)
    return ((model, spend) for model in purchases.models())


def _summarized(
    value: Callable[[Any, Any, History], Floats],
    models: list[tuple[Any, Any]],
    rows: History,
    confidence: float,
) -> Floats:
    """Return mean and limits of what the models say of each row, a part of the rows at a time."""
    size, step = len(next(iter(rows.values()))), max(1, _AT_ONCE // len(models))
    found = np.empty((3, size))
    for start in range(0, size, step):
        part = slice(start, start + step)
        some = {name: values[part] for name, values in rows.items()}
        said = np.stack([value(model, amount, some) for model, amount in models])
        found[0, part] = said.mean(axis=0)
        found[1:, part] = np.quantile(said, tails(confidence), axis=0)
    return found


def _expected_spend(amount: Any, some: History) -> Floats | float:
    if isinstance(amount, int | float):
        return float(amount)
    spend: Floats = amount.expected_spend(
        frequency=some["frequency"], monetary_value=some["monetary_value"]
    )
    return spend


def _drawn_spend(
    amount: Any, some: History, who: NDArray[np.int64], rng: np.random.Generator
) -> Floats | float:
    """Return the amount of each purchase: of a customer with a scale of his own, by chance."""
    if isinstance(amount, int | float):
        return float(amount)
    x = some["frequency"]
    total = np.where(x > 0, x * some["monetary_value"], 0.0)
    scale = rng.gamma(amount.q + amount.p * x, 1 / (amount.v + np.maximum(total, 0.0)))
    return np.asarray(rng.gamma(amount.p, 1 / scale[who]), dtype=np.float64)
