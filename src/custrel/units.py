"""The unit of time that a summary, and every rule learnt from it, is measured in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from custrel.errors import UnitMismatch, UnknownCode

__all__ = ["TimeUnit"]

_YEAR = 365.2425  # days


class TimeUnit(StrEnum):
    """Days, weeks, months, quarters or years.

    A purchase rate is a number *per unit*, so a unit has one length.  Months, quarters and
    years are the mean ones of the Gregorian calendar: 365.2425 days a year, a quarter of it a
    quarter, a twelfth a month.

    Examples
    --------
    >>> TimeUnit("W").days
    7.0
    >>> TimeUnit.YEAR.in_units("W")
    52.1775
    >>> TimeUnit("W").in_words(39)
    '39 weeks'
    """

    DAY = "D"
    WEEK = "W"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"

    @property
    def days(self) -> float:
        """Its length in days."""
        return _DAYS[self.value]

    def in_units(self, unit: TimeUnit | str) -> float:
        """Return how many of another unit one of this unit is.

        Parameters
        ----------
        unit : TimeUnit or str
            The other unit.

        Returns
        -------
        float
        """
        return self.days / TimeUnit(unit).days

    def in_words(self, number: float) -> str:
        """Return a number of this unit as words.

        Parameters
        ----------
        number : float
            How many of this unit.

        Returns
        -------
        str
        """
        name = self.name.lower()
        return f"{number:,.10g} {name if number == 1 else name + 's'}"

    @classmethod
    def _missing_(cls, value: object) -> TimeUnit:
        name = str(value)
        spelt_out = (unit.value for unit in cls if unit.name == name.upper().removesuffix("S"))
        raise UnknownCode("time unit", name, [unit.value for unit in cls], next(spelt_out, ""))


_DAYS: Mapping[str, float] = MappingProxyType(
    {"D": 1.0, "W": 7.0, "M": _YEAR / 12, "Q": _YEAR / 4, "Y": _YEAR}
)


def known_unit(data: object) -> TimeUnit | None:
    """Return the unit that data says it is measured in; a bare frame says none."""
    unit = getattr(data, "unit", None)
    return unit if isinstance(unit, TimeUnit) else None


def require_same_unit(rule: object, rule_unit: TimeUnit | None, data: object) -> None:
    """Refuse to apply what counts one unit to what counts another.

    Where either side states none, the caller vouches for it.
    """
    own = known_unit(data)
    if rule_unit is None or own is None or rule_unit is own:
        return
    raise UnitMismatch(
        f"{type(rule).__name__} counts time in {rule_unit.name.lower()}s",
        f"the summary in {own.name.lower()}s",
        f"Summarize the log again with unit={rule_unit.value!r}, or learn the rule anew.",
    )


def unit_of(data: object, unit: TimeUnit | str | None, learner: str) -> TimeUnit:
    """Return the unit that data is measured in: its own, or the one that is stated for it."""
    own, stated = known_unit(data), None if unit is None else TimeUnit(unit)
    if own is None and stated is None:
        raise UnitMismatch(
            f"{learner} must know what times are measured in",
            "a bare frame does not say it",
            "Pass unit='D', 'W', 'M', 'Q' or 'Y', or wrap the frame: CustomerSummary(frame, unit='W').",
        )
    if own is not None and stated is not None and own is not stated:
        raise UnitMismatch(
            f"{learner} is to count {stated.name.lower()}s",
            f"the summary counts {own.name.lower()}s",
            "Leave `unit` out, or summarize the log in the other unit.",
        )
    return own or stated or TimeUnit.DAY
