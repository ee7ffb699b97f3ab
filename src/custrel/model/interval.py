"""Interval: a stretch of time between two instants."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import aware, aware_or_none, in_utc, in_utc_or_none
from custrel.model._half_open import HalfOpen

__all__ = ["Interval"]


@attrs.frozen
class Interval(HalfOpen[datetime]):
    """From one instant, which belongs to it, to another, which does not (时间区间).

    Parameters
    ----------
    start : datetime
        When it begins; with its zone.
    end : datetime or None
        When it ends; None where it has not ended.

    Raises
    ------
    InvalidValue
        An instant has no zone, or the end lies before the start.

    See Also
    --------
    Period : A stretch of whole days.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> shift = Interval(
    ...     datetime(2024, 3, 1, 9, tzinfo=timezone.utc),
    ...     datetime(2024, 3, 1, 17, 30, tzinfo=timezone.utc),
    ... )
    >>> str(shift.duration)
    '8:30:00'
    >>> shift.end in shift
    False
    """

    start: datetime = attrs.field(converter=in_utc, validator=aware)
    end: datetime | None = attrs.field(
        default=None, converter=in_utc_or_none, validator=aware_or_none
    )

    def __attrs_post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise InvalidValue(f"Interval: it ends ({self.end}) before it starts ({self.start}).")

    @property
    def duration(self) -> timedelta | None:
        """How long it lasts; None where it has not ended."""
        return None if self.end is None else self.end - self.start
