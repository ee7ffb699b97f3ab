"""Spell: a stay in one stage."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from custrel.model._checks import in_utc, in_utc_or_none
from custrel.model._half_open import HalfOpen

__all__ = ["Spell"]


@attrs.frozen
class Spell(HalfOpen[datetime]):
    """A stay in one stage, from when it was entered until it was left (停留时间).

    Parameters
    ----------
    state : str
        The stage.
    start : datetime
        When the case came to it; this instant belongs to the spell.
    end : datetime or None
        When it left; this instant does not.  None: it is still there.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> print(Spell("visit", datetime(2024, 3, 1, tzinfo=UTC), None).duration)
    None
    """

    state: str
    start: datetime = attrs.field(converter=in_utc)
    end: datetime | None = attrs.field(default=None, converter=in_utc_or_none)

    @property
    def duration(self) -> timedelta | None:
        """How long it lasted; None where it has not ended."""
        return None if self.end is None else self.end - self.start
