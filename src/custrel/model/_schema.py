"""What a class of the domain model consists of, for those who write its objects down."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from custrel.errors import InvalidValue


@attrs.frozen
class Shape:
    """The types that the values of a field may have, and whether it may be None."""

    types: tuple[Any, ...]
    optional: bool

    @property
    def only(self) -> Any:
        """The one type that it has, or None where there are several."""
        return self.types[0] if len(self.types) == 1 else None


@attrs.frozen
class Field:
    """A field of a class: its name for the constructor, its attribute, its shape, its default."""

    alias: str
    name: str
    shape: Shape
    required: bool


def shape_of(hint: Any) -> Shape:
    """Return the shape that a type hint describes."""
    if get_origin(hint) in {Union, UnionType}:
        types = get_args(hint)
        return Shape(tuple(t for t in types if t is not NoneType), NoneType in types)
    return Shape((hint,), optional=False)


def fields_of(cls: type) -> tuple[Field, ...]:
    """Return the fields that an object of a class is made from."""
    if not attrs.has(cls):
        raise InvalidValue(f"{cls.__name__} is no class of attrs; only those have fields to write.")
    hints: Mapping[str, Any] = get_type_hints(cls)
    return tuple(
        Field(field.alias, field.name, shape_of(hints[field.name]), field.default is attrs.NOTHING)
        for field in attrs.fields(cls)
        if field.init
    )


def class_of(records: list[Any], kind: type | None, whose: str) -> type:
    """Return the one class that records are of; it must be said where there are none."""
    if kind is None and not records:
        raise InvalidValue(f"{whose}: no objects, so no class to be seen; say kind=.")
    wanted = kind or type(records[0])
    strangers = {type(record) for record in records} - {wanted}
    if strangers:
        names = ", ".join(sorted(stranger.__name__ for stranger in strangers))
        raise InvalidValue(f"{whose}: expected {wanted.__name__} only, got {names} too.")
    return wanted
