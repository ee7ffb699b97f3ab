"""Capacity: what we can do against what customers need, and whom scarce capacity goes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from custrel._columns import as_float, require_complete
from custrel.errors import FitError, InvalidData, InvalidRule, Problem, UnsupportedFrame
from custrel.frames import enter, with_arrays
from custrel.segmentation._refusals import refuse

__all__ = ["allocate_capacity", "need_fit"]

Floats = NDArray[np.float64]


def need_fit(
    needs: ArrayLike, capabilities: ArrayLike, *, weights: ArrayLike | None = None
) -> Floats:
    """Return which part of each customer's needs our capabilities cover (购买需求与能力匹配).

    Parameters
    ----------
    needs : array_like of shape (..., kinds)
        How much of each kind of capability a customer needs, 0 or more.
    capabilities : array_like of shape (kinds,)
        How much of it we have, on the same scale.
    weights : array_like of shape (kinds,), optional
        How much each kind counts; default: all alike.

    Returns
    -------
    ndarray of shape (...)
        0, nothing of it, to 1, all; 1 for a customer who needs nothing.

    Raises
    ------
    InvalidRule
        The shapes do not fit, or a number is negative, missing or infinite.

    Notes
    -----
    sum w min(need, capability) / sum w need.  More capability than is needed counts for nothing,
    unlike in a cosine, which praises a supplier of little of everything in the right proportions.
    The documents demand the match and give no formula (reconstructed).

    Examples
    --------
    >>> need_fit([[4, 0, 2], [0, 0, 5]], [4, 4, 1]).round(3).tolist()
    [0.833, 0.2]
    """
    wanted, have = np.asarray(needs, dtype=np.float64), np.asarray(capabilities, dtype=np.float64)
    weighed = np.ones_like(have) if weights is None else np.asarray(weights, dtype=np.float64)
    kinds = have.shape
    if have.ndim != 1 or weighed.shape != kinds or wanted.shape[-1:] != kinds:
        raise InvalidRule(
            "needs, capabilities and weights must have one number for each kind; got the shapes "
            f"{wanted.shape}, {have.shape} and {weighed.shape}."
        )
    for name, numbers in ("needs", wanted), ("capabilities", have), ("weights", weighed):
        if not np.all((numbers >= 0) & np.isfinite(numbers)):
            raise InvalidRule(f"{name} must be numbers of 0 or more.")
    total = wanted @ weighed
    covered = np.minimum(wanted, have) @ weighed
    return np.asarray(np.divide(covered, total, out=np.ones_like(covered), where=total > 0))


def allocate_capacity(
    frame: Any,
    *,
    capacity: Mapping[str, float],
    value: str = "value",
    whole: bool = True,
    name: str = "allocated",
) -> Any:
    """Give scarce capacity to the customers with whom it is worth most (有限供应能力分配).

    Parameters
    ----------
    frame : CustomerSummary or frame
        One row per customer, in memory: the choice needs all of them at once.
    capacity : mapping of str to float
        For each column that says what a customer takes up (hours, tons), how much of it there
        is in all.
    value : str
        The column of what serving the customer fully is worth.
    whole : bool
        Whether a customer is served fully or not at all; otherwise also in part, at the same
        part of his value.
    name : str
        The column to add.

    Returns
    -------
    CustomerSummary or frame
        As it came, with the share of each customer's demand that is served, 0 to 1.

    Raises
    ------
    InvalidData
        There are no customers; a value or a demand is missing or infinite, or a demand negative.
    ColumnNotFound
        A column is not there.
    InvalidRule
        No capacity is given, or a negative one.
    UnsupportedFrame
        The frame is lazy.
    FitError
        The solver found no optimum.

    Notes
    -----
    Maximizes sum v x under sum d x <= c for each capacity, with x between 0 and 1, or 0 and 1
    alone: a linear or an integer program, solved to the optimum by SciPy's HiGHS.  Serving by
    value per hour until the hours are gone is optimal in parts, not for whole customers.  A
    customer whose value is negative is not served.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"value": [60.0, 100.0, 120.0], "hours": [10, 20, 30]})
    >>> allocate_capacity(customers, capacity={"hours": 50})["allocated"].tolist()
    [0.0, 1.0, 1.0]
    >>> allocate_capacity(customers, capacity={"hours": 50}, whole=False)["allocated"].round(
    ...     3
    ... ).tolist()
    [1.0, 1.0, 0.667]
    """
    door = enter(frame)
    if not isinstance(door.frame, nw.DataFrame):
        raise UnsupportedFrame(
            "allocate_capacity weighs all customers against one another and needs them in "
            "memory; collect the lazy frame first."
        )
    for column, most in capacity.items():
        if not (most >= 0 and isfinite(most)):
            raise InvalidRule(f"capacity of {column!r} must be 0 or more, got {most!r}.")
    if not capacity:
        raise InvalidRule("expected at least one capacity: capacity={'hours': 160}.")
    require_complete(door, value, *capacity)
    negative = {column: (as_float(column) < 0, "a negative demand") for column in capacity}
    remedy = "Nobody gives capacity back: set it to 0, or leave these customers out."
    refuse(door, negative, code="negative_demand", remedy=remedy)
    worth, *demands = door.values(value, *capacity)
    if not worth.size:
        message = "there is no customer to serve"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    shares = _best_shares(worth, demands, list(capacity.values()), whole=whole)
    return door.leave(with_arrays(door.frame, {name: shares}))


def _best_shares(
    worth: Floats, demands: Sequence[Floats], capacities: Sequence[float], *, whole: bool
) -> Floats:
    result = milp(
        -worth,
        constraints=LinearConstraint(np.vstack(demands), -np.inf, np.asarray(capacities)),
        integrality=np.full(worth.size, int(whole)),
        bounds=Bounds(0, np.where(worth > 0, 1.0, 0.0)),
        options={"mip_rel_gap": 0.0},
    )
    if result.x is None:
        raise FitError(f"no optimal allocation was found: {result.message}")
    shares = np.clip(np.asarray(result.x, dtype=np.float64), 0.0, 1.0)
    return np.round(shares) if whole else shares
