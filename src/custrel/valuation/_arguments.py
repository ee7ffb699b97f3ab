"""What models of purchase take and refuse: parameters, horizons, rates, too little data."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, InvalidRule, UnitMismatch, UnknownCode, counted
from custrel.units import known_unit
from custrel.valuation._rows import Rows
from custrel.valuation.discounting import DiscountRate, rate_per

Floats = NDArray[np.float64]
Discounting = Literal["discrete", "continuous"]

_DISCOUNTING = ("discrete", "continuous")


def _positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < float("inf"):
        raise InvalidRule(f"{field.name}={value!r} must be positive and finite.")


def parameter() -> Any:
    """Return the field of a parameter, which is positive and finite."""
    return attrs.field(converter=float, validator=_positive)


def strength_of(penalty: float) -> float:
    """Check the strength of a penalty."""
    if not 0 <= penalty < float("inf"):
        raise InvalidRule(f"penalty={penalty!r}: it must be finite and not negative.")
    return float(penalty)


def ahead_of(horizon: ArrayLike, name: str = "horizon") -> Floats:
    """Check how far to look ahead."""
    ahead = np.asarray(horizon, dtype=np.float64)
    if not ((ahead >= 0) & (ahead < np.inf)).all():
        raise InvalidRule(f"{name}={horizon!r}: it must be finite and not negative.")
    return ahead


def stretch_of(
    horizon: ArrayLike | None, start: ArrayLike | None, end: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Check a stretch of time, from now until a horizon or from a start to an end."""
    if horizon is not None and start is None and end is None:
        return np.zeros(()), ahead_of(horizon)
    if horizon is None and start is not None and end is not None:
        begin, until = ahead_of(start, "start"), ahead_of(end, "end")
        if not (begin <= until).all():
            raise InvalidRule(f"start={start!r} is after end={end!r}.")
        return begin, until
    raise InvalidRule("a stretch of time is horizon=, or start= and end=: give one or the other.")


def require_way(discounting: str) -> None:
    """Check how to discount."""
    if discounting not in _DISCOUNTING:
        raise UnknownCode("choice for discounting", discounting, _DISCOUNTING)


def require_discounting(rate: float, horizon: float, discounting: str) -> None:
    """Check a discount rate, a horizon, which may be infinite, and how to discount."""
    require_way(discounting)
    if not horizon >= 0:
        raise InvalidRule(f"horizon={horizon!r}: it must not be negative.")
    if not -1 < rate < np.inf:
        raise InvalidRule(f"rate={rate!r}: it must be greater than -1 and finite.")
    if horizon == np.inf and not rate > 0:
        raise InvalidRule(
            f"rate={rate!r}: what is expected of all time has a present value only at a "
            "positive rate. Give one, or a finite horizon."
        )


def rate_of(model: object, discount: DiscountRate) -> float:
    """Return a discount rate per unit of a model's, which must have one."""
    unit = known_unit(model)
    if unit is None:
        raise UnitMismatch(
            "the discount rate carries its period", "the model none", "Give the model a unit."
        )
    return rate_per(discount, unit)


def require_money(spend: Any, **amounts: float) -> None:
    """Check amounts, which are finite, and the spend on a purchase, where it is no model."""
    if isinstance(spend, int | float | np.floating | np.integer) and not 0 <= spend < np.inf:
        raise InvalidRule(f"spend={spend!r}: an amount must be finite and not negative.")
    for name, value in amounts.items():
        if not abs(value) < np.inf:
            raise InvalidRule(f"{name}={value!r}: it must be finite.")


def require_learnable(name: str, parameters: int, rows: Rows) -> None:
    """Refuse rows that no parameters can be learnt from."""
    customers, start = counted(rows.counts.sum(), "customer"), f"{name} cannot be fitted"
    if not (rows.counts * rows.frequency).any():
        raise FitError(
            f"{start}: none of the {customers} bought twice, so nothing is known "
            "of rates and dropout. Observe for longer, or use a model with known parameters."
        )
    if not rows.T.any():
        raise FitError(
            f"{start}: T is 0 for all {customers}, so that nobody was observed for "
            "any time. State observed_until, or merge the orders of a day into one occasion."
        )
    if len(rows.T) < parameters:
        raise FitError(
            f"{start}: {parameters} parameters from {customers} with "
            f"{counted(len(rows.T), 'distinct history', 'distinct histories')}. Take more "
            "customers, or known parameters."
        )
