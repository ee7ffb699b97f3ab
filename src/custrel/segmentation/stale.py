"""Stale records: customers about whom nothing new was learnt for too long."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import enter, read_schema

__all__ = ["stale_records"]


def stale_records(
    frame: Any,
    *,
    as_of: date,
    max_age: float,
    updated: str = "updated_at",
    name: str = "stale",
) -> Any:
    """Mark the records that were last brought up to date too long ago.

    Parameters
    ----------
    frame : CustomerSummary or frame
        One row per record.
    as_of : date or datetime
        The day that counts as today; with a zone where the column has one.
    max_age : float
        After how many days without an update a record is stale.
    updated : str
        The column of the last update: dates or instants.
    name : str
        The column to add.

    Returns
    -------
    CustomerSummary or frame
        As it came, with `name`: true or false.  A record that was never updated is stale.

    Raises
    ------
    InvalidData
        The column holds no dates, or a date after `as_of`.
    ColumnNotFound
        The column is not there.
    InvalidRule
        `max_age` is negative, or `as_of` has a zone where the column has none, or the reverse.

    Examples
    --------
    >>> import pandas as pd
    >>> records = pd.DataFrame({"updated_at": pd.to_datetime(["2024-05-30", "2024-01-02", None])})
    >>> stale_records(records, as_of=date(2024, 6, 1), max_age=90)["stale"].tolist()
    [False, True, True]
    """
    if not max_age >= 0:
        raise InvalidRule(f"max_age must be 0 days or more, got {max_age!r}.")
    door = enter(frame)
    door.require([updated])
    kind = read_schema(door.frame)[updated]
    if kind not in (nw.Date, nw.Datetime):
        raise InvalidData(
            [
                Problem(
                    code="not_dates",
                    message=f"expected dates or instants, found values of type {kind}",
                    column=updated,
                    count=0,
                    remedy="Convert the column to dates first.",
                )
            ]
        )
    newest, oldest = _bounds(as_of, max_age, kind)
    column = nw.col(updated)
    refuse_rows(
        door,
        Flaw(
            column > newest,
            "after_as_of",
            f"an update after {as_of.isoformat()}",
            updated,
            remedy="Correct these dates, or take a later as_of.",
        ),
    )
    stale = column.is_null() | (column < oldest)
    # Where there is no date, comparisons say neither yes nor no.
    return door.leave(
        door.frame.with_columns(nw.when(stale).then(True).otherwise(False).alias(name))
    )


def _bounds(as_of: date, max_age: float, kind: Any) -> tuple[Any, Any]:
    """Return the latest date that there can be and the oldest that is fresh, as the column has it.

    Where `as_of` is a date and the column holds instants, whole days are counted.
    """
    zone, age = getattr(kind, "time_zone", None), timedelta(days=max_age)
    if kind == nw.Date:
        day = as_of.date() if isinstance(as_of, datetime) else as_of
        return day, day - age
    if zone is not None and (not isinstance(as_of, datetime) or as_of.tzinfo is None):
        raise InvalidRule(f"the instants are in the zone {zone!r}: as_of must be one with a zone.")
    if isinstance(as_of, datetime):
        if zone is None and as_of.tzinfo is not None:
            raise InvalidRule("as_of has a time zone, the column has none.")
        return as_of, as_of - age
    return datetime.combine(as_of, time.max), datetime.combine(as_of, time.min) - age
