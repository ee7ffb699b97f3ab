"""Purchase occasions of an order log: who came, and at which step of time."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np

from custrel._log.orders import Orders
from custrel._log.timeline import Timeline
from custrel.frames import AnyFrame, with_arrays


def occasions_of(orders: Orders, *, net: bool) -> AnyFrame:
    """Return ``customer``, ``tick`` and ``occasion`` of each order; returns are none, if net."""
    frame = orders.frame
    if net and orders.returned:
        frame = frame.filter(nw.col("amount") >= 0)
    return _with_occasions(frame, orders.timeline)


def visits_of(frame: AnyFrame, line: Timeline) -> AnyFrame:
    """Return ``customer`` and ``occasion``, each occasion once."""
    visits: AnyFrame = frame.select("customer", "occasion")
    if line.collapse is not None:
        visits = visits.unique(subset=["customer", "occasion"])
    return visits


def _with_occasions(frame: AnyFrame, line: Timeline) -> AnyFrame:
    """Add the tick that the occasion of each order counts at."""
    if not line.coarse:
        return frame.with_columns(occasion=nw.col("tick"))
    if isinstance(frame, nw.DataFrame):
        ticks = frame.get_column("tick").to_numpy().astype(np.int64)
        return with_arrays(frame, {"occasion": line.occasion(ticks)})
    return frame.with_columns(occasion=line.occasion_expression("tick", "date"))
