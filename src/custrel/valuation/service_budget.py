"""What to spend on the service of each customer: in proportion to what he is worth."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import collect, enter
from custrel.valuation._amounts import require_amounts

__all__ = ["service_budget"]

_TOLERANCE = 1e-9  # three floors of 0.1 come to a little more than 0.3


def service_budget(
    frame: Any, *, total: float, value: str = "lifetime_value", floor: float = 0.0
) -> Any:
    """Share out a budget for service in proportion to what customers are worth.

    Parameters
    ----------
    frame : CustomerSummary or frame
        One row per customer.
    total : float
        The whole budget.
    value : str
        The column of the lifetime value (客户终身价值), which decides what a customer's service may
        cost.
    floor : float
        What everybody gets, whatever he is worth.

    Returns
    -------
    CustomerSummary or frame
        As it came, with ``service_budget``: the floor, and of what is left a share in proportion
        to the value where it is positive.

    Raises
    ------
    ColumnNotFound
        The column is not there.
    InvalidData
        A value is missing or infinite.
    InvalidRule
        The floor is negative, the budget does not pay it for all, or nobody is worth anything.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"lifetime_value": [300.0, 100.0, -50.0]})
    >>> service_budget(customers, total=70, floor=10)["service_budget"].tolist()
    [40.0, 20.0, 10.0]
    """
    door = enter(frame)
    rows = require_amounts(door, value)
    left = total - floor * rows
    if abs(left) <= _TOLERANCE * abs(total):
        left = 0.0
    if not (floor >= 0 and np.isfinite(total) and left >= 0):
        raise InvalidRule(
            f"a budget of {total:g} does not pay {floor:g} for each of {rows:,} customers; the "
            "floor is 0 or more."
        )
    worth = nw.when(as_float(value) > 0).then(as_float(value)).otherwise(nw.lit(0.0))
    positive = collect(door.frame.select(worth.sum().alias("worth"))).item()
    if left > 0 and not positive:
        raise InvalidRule(f"nobody has a positive {value!r}, so that the budget has no measure.")
    rate = left / positive if positive else 0.0
    return door.leave(door.frame.with_columns(service_budget=worth * rate + floor))
