"""What types cannot say about a field: validators and converters that classes share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from custrel.errors import CustrelError, InvalidValue

Evidence = tuple[tuple[str, str], ...]


def not_blank(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse an identifier or a name without a visible character."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(
            f"{type(instance).__name__}: {attribute.alias} must be text that is not blank, "
            f"got {value!r}."
        )


def aware(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Refuse an instant that does not know its zone."""
    if not isinstance(value, datetime):
        raise InvalidValue(
            f"{type(instance).__name__}: {attribute.alias} must be an instant (datetime), "
            f"got {value!r}."
        )
    if value.tzinfo is None:
        raise InvalidValue(
            f"{type(instance).__name__}: {attribute.alias} is an instant without a zone: "
            f"{value.isoformat(' ')}. Say which: datetime(..., tzinfo=ZoneInfo('Asia/Shanghai'))."
        )


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


def zone_named(
    name: str, whose: str, error: Callable[[str], CustrelError] = InvalidValue
) -> ZoneInfo:
    """Return the zone of a name, or refuse one that there is not."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise error(f"{whose}: there is no zone {name!r}; write one as 'Asia/Shanghai'.") from None


def as_stripped(value: str) -> str:
    """Return text without the blanks around it."""
    return value.strip()


def as_texts(values: Iterable[str]) -> tuple[str, ...]:
    """Return texts as a tuple; one text alone is one text, and not its letters."""
    return (values,) if isinstance(values, str) else tuple(values)


def as_evidence(given: Mapping[str, str] | Iterable[tuple[str, str]]) -> Evidence:
    """Return evidence as pairs in alphabetical order, so that equal evidence is equal."""
    if not given:
        return ()
    pairs = given.items() if isinstance(given, Mapping) else given
    return tuple(sorted((str(key), str(value)) for key, value in pairs))
