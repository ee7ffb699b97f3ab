"""Referrals: whom every customer brought, himself and through those whom he brought."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem, UnsupportedFrame
from custrel.frames import enter, with_arrays
from custrel.segmentation._refusals import refuse

__all__ = ["referral_chain"]

Ints = NDArray[np.int64]

_SHOWN = 3


def referral_chain(
    customers: Any, *, customer: str = "customer_id", referred_by: str = "referred_by"
) -> Any:
    """Count whom every customer brought, directly and down the chain (连锁介绍法).

    Parameters
    ----------
    customers : CustomerSummary or frame
        One row per customer, in memory: a chain can pass through all of them.
    customer : str
        The column of the customer.
    referred_by : str
        The column of the customer who brought him; missing where nobody did.

    Returns
    -------
    CustomerSummary or frame
        As it came, with ``referrals`` (whom he brought himself: whoever has any is to be thanked),
        ``referral_circle`` (these and all whom they brought in turn: 熟人一个带一圈) and
        ``referral_depth`` (how many steps he stands below one who came by himself, who is at 0).

    Raises
    ------
    InvalidData
        A customer is missing or stands twice; or someone was brought by a stranger, or by a
        chain that leads back to himself.
    ColumnNotFound
        A column is not there.
    UnsupportedFrame
        The frame is lazy.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"customer_id": ["ann", "bob", "cid"], "referred_by": [None, "ann", "bob"]}
    ... )
    >>> referral_chain(customers)[["referrals", "referral_circle", "referral_depth"]]
       referrals  referral_circle  referral_depth
    0          1                2               0
    1          1                1               1
    2          0                0               2
    """
    door = enter(customers)
    if not isinstance(door.frame, nw.DataFrame):
        raise UnsupportedFrame(
            "referral_chain follows chains through all customers and needs them in memory; "
            "collect the lazy frame first."
        )
    door.require([customer, referred_by])
    missing = {customer: (nw.col(customer).is_null(), "missing customer")}
    refuse(door, missing, code="missing_value", remedy="Leave these rows out.")
    names = door.frame[customer].to_list()
    place = {name: number for number, name in enumerate(names)}
    if len(place) < len(names):
        message, count = "a customer who stands there already", len(names) - len(place)
        raise _error(customer, message, count, "Hand in one row per customer.")
    gaps = door.frame[referred_by].is_null().to_list()
    helpers = zip(door.frame[referred_by].to_list(), gaps, strict=True)
    above = [-1 if gap else place.get(name, -2) for name, gap in helpers]
    parents = np.array(above, dtype=np.int64)
    _require_known(parents, door.frame[referred_by].to_list(), referred_by)
    levels = _levels(parents)
    if sum(level.size for level in levels) < len(names):
        looped = np.setdiff1d(np.arange(len(names)), np.concatenate([[], *levels]))
        shown = ", ".join(repr(names[int(n)]) for n in looped[:_SHOWN])
        message = f"brought by a chain that leads back, or hangs on one that does ({shown})"
        raise _error(referred_by, message, looped.size, "Correct who was first.")
    return door.leave(with_arrays(door.frame, _counts(parents, levels)))


def _levels(parents: Ints) -> list[Ints]:
    """Return the customers who came by themselves, those whom they brought, and so on."""
    order = np.argsort(parents, kind="stable")
    ordered = parents[order]
    levels, level = [], np.flatnonzero(parents == -1)
    while level.size:
        levels.append(level)
        starts = np.searchsorted(ordered, level, side="left")
        ends = np.searchsorted(ordered, level, side="right")
        level = np.concatenate([order[a:b] for a, b in zip(starts, ends, strict=True)])
    return levels


def _counts(parents: Ints, levels: list[Ints]) -> dict[str, Ints]:
    direct, circle, depth = (np.zeros(parents.size, dtype=np.int64) for _ in range(3))
    for steps, level in reversed(list(enumerate(levels))):
        depth[level] = steps
        if steps:
            np.add.at(direct, parents[level], 1)
            np.add.at(circle, parents[level], circle[level] + 1)
    return {"referrals": direct, "referral_circle": circle, "referral_depth": depth}


def _require_known(parents: Ints, names: list[Any], column: str) -> None:
    strangers = np.flatnonzero(parents == -2)
    if strangers.size:
        shown = ", ".join(repr(names[int(n)]) for n in strangers[:_SHOWN])
        message = f"brought by someone who is no customer ({shown})"
        raise _error(column, message, strangers.size, "Add them, or leave the column empty.")


def _error(column: str, message: str, count: int, remedy: str) -> InvalidData:
    problem = Problem(
        code="broken_chain", message=message, column=column, count=count, remedy=remedy
    )
    return InvalidData([problem])
