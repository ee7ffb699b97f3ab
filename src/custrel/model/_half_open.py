"""What stretches of instants and stretches of days have in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Self, TypeVar

import attrs

from custrel.model._checks import as_day, as_instant

T = TypeVar("T", date, datetime)


class HalfOpen(Generic[T]):
    """From a start, which belongs to it, to an end, which does not; None is no end."""

    __slots__ = ()

    start: T
    end: T | None

    def __contains__(self, moment: T) -> bool:
        check: Any = as_instant if isinstance(self.start, datetime) else as_day
        asked = check(moment, type(self).__name__, "what is asked for")
        return bool(self.start <= asked and (self.end is None or asked < self.end))

    def overlaps(self, other: Self) -> bool:
        """Tell whether the two have any moment in common.

        Parameters
        ----------
        other : same class
            The other stretch.

        Returns
        -------
        bool
        """
        return self.intersection(other) is not None

    def intersection(self, other: Self) -> Self | None:
        """Return what the two have in common, or None.

        Parameters
        ----------
        other : same class
            The other stretch.

        Returns
        -------
        same class or None
        """
        ends = [end for end in (self.end, other.end) if end is not None]
        start, end = max(self.start, other.start), min(ends, default=None)
        if end is not None and end <= start:
            return None
        whole: Any = self
        common: Self = attrs.evolve(whole, start=start, end=end)
        return common
