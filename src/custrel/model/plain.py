"""Plain data: an object of the domain model as JSON types, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin

import attrs

from custrel.errors import InvalidValue, UnknownCode, near_miss
from custrel.model._schema import Shape, fields_of, shape_of
from custrel.model.flow import Flow
from custrel.model.flows import FLOWS
from custrel.rules import Rule, from_data

__all__ = ["from_plain", "to_plain"]

T = TypeVar("T")

TAG = "_type"


def to_plain(thing: Any) -> dict[str, Any]:
    """Return an object of the domain model as JSON types.

    Parameters
    ----------
    thing : object
        An object of a frozen class of this package, or of an attrs class of one's own that is
        built from them.

    Returns
    -------
    dict
        Strings, whole numbers, floats, booleans, None, lists and dicts: ``json.dumps`` takes it
        as it is.  Decimals, days and instants are text, codes their values, a flow is its name.
        Where a field may hold one of several classes, the key ``"_type"`` says which it is.

    Raises
    ------
    InvalidValue
        The object's class is none of attrs, or a field has a type without a plain form.

    See Also
    --------
    from_plain : The way back.
    to_columns : Many objects at once, for a data frame.

    Examples
    --------
    >>> from custrel.model import Money
    >>> to_plain(Money("1.10", "CNY"))
    {'amount': '1.10', 'currency': 'CNY'}
    """
    cls = type(thing)
    return {
        field.alias: encode(getattr(thing, field.name), field.shape) for field in fields_of(cls)
    }


def from_plain(kind: type[T], data: Mapping[str, Any], *, flows: Iterable[Flow] = ()) -> T:
    """Return the object that `to_plain` described.

    Parameters
    ----------
    kind : type
        The class that it is of.
    data : mapping
        What `to_plain` gave, perhaps after a journey through JSON.
    flows : iterable of Flow
        Flows of one's own, which plain data know by their names; those of `FLOWS` are known.

    Returns
    -------
    object
        Equal to the one described.

    Raises
    ------
    InvalidValue
        A key is unknown or missing, or a value does not have the form that its field asks for.
    UnknownCode
        A code or a flow is none that there is.

    Examples
    --------
    >>> from custrel.model import Money
    >>> from_plain(Money, {"amount": "1.10", "currency": "CNY"})
    Money(amount=Decimal('1.10'), currency='CNY')
    """
    return _decode_object(kind, data, known_flows(flows))


def known_flows(flows: Iterable[Flow]) -> Mapping[str, Flow]:
    """Return the flows that data may name: those of the package and one's own."""
    return {**FLOWS, **{flow.name: flow for flow in flows}}


def encode(value: Any, shape: Shape) -> Any:
    """Return a value of a field as JSON types."""
    match value:
        case None | bool() | int() | float() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case date():  # an instant, too
            return value.isoformat()
        case Flow():
            return value.name
        case Rule():
            return value.to_data()
        case tuple():
            return [encode(item, part) for item, part in _items(value, shape)]
        case _ if attrs.has(type(value)):
            tag = {} if shape.only else {TAG: type(value).__name__}
            return tag | to_plain(value)
        case _:
            raise InvalidValue(f"{type(value).__name__} has no plain form: {value!r}.")


def decode(value: Any, shape: Shape, flows: Mapping[str, Flow]) -> Any:
    """Return the value of a field that JSON types describe."""
    if value is None:
        if shape.optional:
            return None
        raise InvalidValue("is missing")
    kind = shape.only or _tagged(value, shape)
    if get_origin(kind) is tuple:
        return _decode_tuple(value, kind, flows)
    if kind in SCALARS:
        return SCALARS[kind](value)
    if issubclass(kind, Enum):
        return kind(value)
    if issubclass(kind, Flow):
        if value not in flows:
            raise UnknownCode("flow that is known here: pass flows=", str(value), flows)
        return flows[value]
    if issubclass(kind, Rule):
        return from_data(value)
    return _decode_object(kind, value, flows)


def _decode_object(cls: type[T], data: Mapping[str, Any], flows: Mapping[str, Flow]) -> T:
    fields = {field.alias: field for field in fields_of(cls)}
    if not isinstance(data, Mapping):
        raise InvalidValue(f"{cls.__name__}: expected a mapping, got {data!r}.")
    for key in data:
        if key not in fields and key != TAG:
            raise InvalidValue(
                f"{cls.__name__} has no field {key!r}{near_miss(key, fields)}; it has "
                f"{', '.join(map(repr, fields))}."
            )
    given: dict[str, Any] = {}
    for alias, field in fields.items():
        if alias in data:
            try:
                given[alias] = decode(data[alias], field.shape, flows)
            except InvalidValue as error:
                raise InvalidValue(f"{cls.__name__}: {alias}: {error}") from error
        elif field.required:
            raise InvalidValue(f"{cls.__name__}: {alias} is missing.")
    return cls(**given)


def _decode_tuple(value: Any, kind: Any, flows: Mapping[str, Flow]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidValue(f"expected a list, got {value!r}")
    return tuple(decode(item, part, flows) for item, part in _items(value, Shape((kind,), False)))


def _items(values: Any, shape: Shape) -> list[tuple[Any, Shape]]:
    """Return the items of a tuple, each with its shape."""
    hints = next((get_args(t) for t in shape.types if get_origin(t) is tuple), ())
    if len(hints) == 2 and hints[1] is Ellipsis:
        item = shape_of(hints[0])
        return [(value, item) for value in values]
    if len(hints) != len(values):
        raise InvalidValue(f"expected {len(hints)} items, got {values!r}")
    return [(value, shape_of(hint)) for value, hint in zip(values, hints, strict=True)]


def _tagged(value: Any, shape: Shape) -> Any:
    """Return which of several classes a value says that it is of."""
    tag = value.get(TAG) if isinstance(value, Mapping) else None
    kinds = {kind.__name__: kind for kind in shape.types}
    if tag not in kinds:
        raise UnknownCode(f"{TAG} of this field", str(tag), kinds)
    return kinds[str(tag)]


# ------------------------------------------------------------------------------ single values


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    raise InvalidValue(f"expected text, got {value!r}")


def _flag(value: Any) -> bool:
    if isinstance(value, int) and value in {0, 1}:  # as stores keep it that know no booleans
        return bool(value)
    if type(value).__name__ in {"bool", "bool_"}:  # NumPy's
        return bool(value)
    raise InvalidValue(f"expected true or false, got {value!r}")


def _whole(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        if abs(value) < 2**53:
            return int(value)
        raise InvalidValue(
            f"{value!r} came as a float and may have lost its last digits; build the frame so "
            "that whole numbers stay whole: in pandas, DataFrame(columns, dtype=object)"
        )
    if isinstance(value, bool | float | str):
        raise InvalidValue(f"expected a whole number, got {value!r}")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InvalidValue(f"expected a whole number, got {value!r}") from None


def _number(value: Any) -> float:
    try:
        if not isinstance(value, bool | str):
            return float(value)
    except (TypeError, ValueError):
        pass
    raise InvalidValue(f"expected a number, got {value!r}")


def _exact(value: Any) -> Decimal:
    try:
        if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
            return Decimal(value)
    except InvalidOperation:
        pass
    raise InvalidValue(f"expected an exact number (Decimal, text or whole), got {value!r}")


def _day(value: Any) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, datetime) and not any(value.timetuple()[3:6]):
        return value.date()  # a frame may keep days as midnights
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise InvalidValue(f"expected a day, got {value!r}")


def _instant(value: Any) -> datetime:
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, datetime):
        as_python = getattr(value, "to_pydatetime", None)  # pandas' own kind of instants
        return value if as_python is None else as_python()
    raise InvalidValue(f"expected an instant, got {value!r}")


SCALARS: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {
        str: _text,
        bool: _flag,
        int: _whole,
        float: _number,
        Decimal: _exact,
        date: _day,
        datetime: _instant,
    }
)
