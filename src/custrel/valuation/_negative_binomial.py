"""What NBD and Pareto/NBD share: their parameters, and what they refuse."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import FitError, InvalidRule
from custrel.valuation._rows import Rows, distinct_pairs

Floats = NDArray[np.float64]


def _positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < float("inf"):
        raise InvalidRule(f"{field.name}={value!r} must be positive and finite.")


def parameter() -> Any:
    """Return the field of a parameter, which is positive and finite."""
    return attrs.field(converter=float, validator=_positive)


def require_learnable(name: str, parameters: int, rows: Rows) -> None:
    """Refuse rows that no parameters can be learnt from."""
    customers, start = f"{rows.counts.sum():,.0f}", f"{name} cannot be fitted"
    if not (rows.counts * rows.frequency).any():
        raise FitError(
            f"{start}: none of the {customers} customers bought twice, so nothing is known "
            "of their rates. Observe for longer, or use a model with known parameters."
        )
    if not rows.T.any():
        raise FitError(
            f"{start}: T is 0 for all {customers} customers, so that nobody was observed for "
            "any time. State observed_until, or merge the orders of a day into one occasion."
        )
    if len(rows.T) < parameters:
        raise FitError(
            f"{start}: {parameters} parameters from {customers} customers with "
            f"{len(rows.T)} distinct histories. Take more customers, or known parameters."
        )


def ahead_of(horizon: ArrayLike) -> Floats:
    """Check how far to look ahead."""
    ahead = np.asarray(horizon, dtype=np.float64)
    if not ((ahead >= 0) & (ahead < np.inf)).all():
        raise InvalidRule(f"horizon={horizon!r}: it must be finite and not negative.")
    return ahead


def force_of(rate: float, horizon: float) -> float:
    """Check a discount rate and a horizon, which may be infinite; return the force of interest."""
    if not horizon >= 0:
        raise InvalidRule(f"horizon={horizon!r}: it must not be negative.")
    if not -1 < rate < np.inf:
        raise InvalidRule(f"rate={rate!r}: it must be greater than -1 and finite.")
    if horizon == np.inf and not rate > 0:
        raise InvalidRule(
            f"rate={rate!r}: what is expected of all time has a present value only at a "
            "positive rate. Give one, or a finite horizon."
        )
    return float(np.log1p(rate))


def given_history(
    frequency: ArrayLike | None, recency: ArrayLike | None, T: ArrayLike | None
) -> tuple[ArrayLike, ArrayLike, ArrayLike] | None:
    """Return the parts of a history, or None where none of them is given."""
    if frequency is None and recency is None and T is None:
        return None
    if frequency is None or recency is None or T is None:
        raise InvalidRule("a history is frequency, recency and T: give all three or none.")
    return frequency, recency, T


def pairs_of(x: Floats, age: Floats) -> tuple[Floats, Floats, NDArray[np.int64] | None]:
    """Return distinct pairs and their places, where it makes sense to look for them."""
    if x.ndim == 1 and x.shape == age.shape:
        return distinct_pairs(x, age)
    return x, age, None
