"""Period: a stretch of whole days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

import attrs
from dateutil.relativedelta import relativedelta

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, a_day_or_none
from custrel.model._half_open import HalfOpen

__all__ = ["Period"]


@attrs.frozen
class Period(HalfOpen[date]):
    """From one day, which belongs to it, to another, which does not (期间).

    Parameters
    ----------
    start : date
        Its first day.
    end : date or None
        The day after its last; None where no end is set.

    Raises
    ------
    InvalidValue
        A day is none (an instant is not a day), or the end lies before the start.

    See Also
    --------
    Interval : A stretch between two instants.

    Examples
    --------
    >>> from datetime import date
    >>> february = Period.month(2024, 2)
    >>> february.days, date(2024, 2, 29) in february
    (29, True)
    >>> Period.months_from(date(2024, 1, 31), 2).end
    datetime.date(2024, 3, 31)
    """

    start: date = attrs.field(validator=a_day)
    end: date | None = attrs.field(default=None, validator=a_day_or_none)

    def __attrs_post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise InvalidValue(f"Period: it ends ({self.end}) before it starts ({self.start}).")

    @property
    def days(self) -> int | None:
        """How many days it has; None where no end is set."""
        return None if self.end is None else (self.end - self.start).days

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Return a calendar month.

        Parameters
        ----------
        year : int
            The year.
        month : int
            The month, from 1.

        Returns
        -------
        Period

        Raises
        ------
        InvalidValue
            There is no such month.
        """
        if not 1 <= month <= 12:
            raise InvalidValue(f"Period: there is no month {month}; they go from 1 to 12.")
        return cls.months_from(date(year, month, 1), 1)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Self:
        """Return a quarter of a calendar year.

        Parameters
        ----------
        year : int
            The year.
        quarter : int
            The quarter, from 1 to 4.

        Returns
        -------
        Period

        Raises
        ------
        InvalidValue
            There is no such quarter.
        """
        if not 1 <= quarter <= 4:
            raise InvalidValue(f"Period: there is no quarter {quarter}; they go from 1 to 4.")
        return cls.months_from(date(year, 3 * quarter - 2, 1), 3)

    @classmethod
    def year(cls, year: int) -> Self:
        """Return a calendar year.

        Parameters
        ----------
        year : int
            The year.

        Returns
        -------
        Period
        """
        return cls.months_from(date(year, 1, 1), 12)

    @classmethod
    def months_from(cls, start: date, months: int) -> Self:
        """Return so many months from a day on; they end on the same day of the month.

        Parameters
        ----------
        start : date
            The first day.
        months : int
            How many months.  Where the last one has no such day, its last day is the end:
            a month from 31 January ends on 28 or 29 February.

        Returns
        -------
        Period
        """
        return cls(start, start + relativedelta(months=months))

    def preceding(self) -> Self:
        """Return the days just before it, as many as it has.

        Returns
        -------
        Period

        Raises
        ------
        InvalidValue
            It has no end.
        """
        if self.end is None:
            raise InvalidValue("Period: one without an end has no length to go back by.")
        return type(self)(self.start - timedelta(days=(self.end - self.start).days), self.start)
