"""Stale records: customers about whom nothing new was learnt for too long."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import census, enter, first_rows, read_schema

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
    now = _literal(as_of, kind)
    column = nw.col(updated)
    later = column > now
    late = census(door.frame, {"__late": later})["__late"]
    if late:
        raise InvalidData(
            [
                Problem(
                    code="after_as_of",
                    message=f"an update after {as_of.isoformat()}",
                    column=updated,
                    count=late,
                    rows=first_rows(
                        door.frame, later, list(dict.fromkeys((door.columns[0], updated)))
                    ),
                    remedy="Correct these dates, or take a later as_of.",
                )
            ]
        )
    stale = column.is_null() | (column < _literal(as_of, kind, timedelta(days=max_age)))
    # Where there is no date, comparisons say neither yes nor no.
    return door.leave(
        door.frame.with_columns(nw.when(stale).then(True).otherwise(False).alias(name))
    )


def _literal(as_of: date, kind: Any, before: timedelta = timedelta(0)) -> Any:
    """Return a moment in the type of the column; a date counts to the end of its day."""
    if kind == nw.Date:
        day = as_of.date() if isinstance(as_of, datetime) else as_of
        return day - timedelta(days=before.days)
    zone = getattr(kind, "time_zone", None)
    if not isinstance(as_of, datetime):
        if zone is not None:
            raise InvalidRule(
                f"the instants are in the zone {zone!r}: as_of must be an instant with a zone."
            )
        return datetime.combine(as_of, time.max) - before
    if (as_of.tzinfo is None) is not (zone is None):
        raise InvalidRule(
            f"as_of {'has no' if as_of.tzinfo is None else 'has a'} time zone, the column "
            f"{'has one' if zone is not None else 'has none'}."
        )
    return as_of - before
