"""What types cannot say about a field: validators and converters that classes share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from custrel.errors import CustrelError, InvalidRule, InvalidValue

Evidence = tuple[tuple[str, str], ...]


def not_blank(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse an identifier or a name without a visible character."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(
            f"{type(instance).__name__}: {attribute.alias} must be text that is not blank, "
            f"got {value!r}."
        )


def as_instant(value: Any, whose: str, name: str) -> datetime:
    """Return an instant in UTC; refuse what is none, or does not know its zone."""
    if not isinstance(value, datetime) or value != value:  # noqa: PLR0124 - what is NaT
        raise InvalidValue(f"{whose}: {name} must be an instant (datetime), got {value!r}.")
    if value.tzinfo is None:
        raise InvalidValue(
            f"{whose}: {name} is an instant without a zone: {value.isoformat(' ')}. "
            "Say which: datetime(..., tzinfo=ZoneInfo('Asia/Shanghai'))."
        )
    return in_utc(value)


def aware(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse an instant that does not know its zone."""
    as_instant(value, type(instance).__name__, attribute.alias or attribute.name)


def aware_or_none(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse an instant that does not know its zone; None is allowed."""
    if value is not None:
        aware(instance, attribute, value)


def in_utc(moment: datetime) -> datetime:
    """Return an instant in UTC; what is none is left to the validator.

    Of an hour that a zone has twice, Python takes no instant to equal any of another zone
    (PEP 495).  In UTC there is no such hour.
    """
    if isinstance(moment, datetime) and moment.tzinfo not in {None, UTC}:
        return moment.astimezone(UTC)
    return moment


def in_utc_or_none(moment: datetime | None) -> datetime | None:
    """Return an instant in UTC, or None."""
    return None if moment is None else in_utc(moment)


def as_day(
    value: Any, whose: str, name: str, error: Callable[[str], CustrelError] = InvalidValue
) -> date:
    """Return a day; refuse what is none, an instant among it, though Python takes it for one."""
    if isinstance(value, datetime) and value == value:  # noqa: PLR0124 - what is not NaT
        raise error(
            f"{whose}: {name} must be a day, and {value} is an instant; on its own clock that is "
            "the day .date()."
        )
    if not isinstance(value, date) or isinstance(value, datetime):
        raise error(f"{whose}: {name} must be a day (date), got {value!r}.")
    return value


def as_number(value: Any, whose: str, name: str) -> Decimal:
    """Return a number exactly as it is written; of a float, that is its shortest form."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidValue(f"{whose}: {name} must be a number, got {value!r}.")
    return number


def read_day(value: Any, whose: str, name: str) -> date:
    """Return a day of a rule; one in ISO form is read."""
    try:
        written = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as problem:
        raise InvalidRule(f"{whose}: {problem}; write days as '2024-10-01'.") from None
    return as_day(written, whose, name, InvalidRule)


def a_day(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse what is no day."""
    as_day(value, type(instance).__name__, attribute.alias or attribute.name)


def a_day_or_none(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse what is no day; None is allowed."""
    if value is not None:
        a_day(instance, attribute, value)


def zone_named(
    name: str, whose: str, error: Callable[[str], CustrelError] = InvalidValue
) -> ZoneInfo:
    """Return the zone of a name, or refuse one that there is not."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise error(f"{whose}: there is no zone {name!r}; write one as 'Asia/Shanghai'.") from None


def as_stripped(value: str) -> str:
    """Return text without the blanks around it; what is none is left to the validator."""
    return value.strip() if isinstance(value, str) else value


def as_texts(values: Iterable[str]) -> tuple[str, ...]:
    """Return texts as a tuple; one text alone is one text, and not its letters."""
    return (values,) if isinstance(values, str) else tuple(values)


def as_evidence(given: Mapping[str, str | None] | Iterable[tuple[str, str | None]]) -> Evidence:
    """Return evidence as pairs in alphabetical order, so that equal evidence is equal.

    What is None shows nothing, and is no evidence.
    """
    if not given:
        return ()
    pairs = given.items() if isinstance(given, Mapping) else given
    try:
        shown = [(str(key), str(value)) for key, value in pairs if value is not None]
    except (TypeError, ValueError):
        raise InvalidValue(
            f"evidence is what shows each thing: evidence={{'reason': 'price'}}, got {given!r}."
        ) from None
    return tuple(sorted(shown))
