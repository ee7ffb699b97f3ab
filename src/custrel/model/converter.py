"""A cattrs converter that knows the domain model, for classes of one's own that hold its objects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from custrel.errors import MissingExtra
from custrel.model._schema import shape_of
from custrel.model.flow import Flow
from custrel.model.plain import decode, encode, known_flows
from custrel.rules import Rule

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["make_converter"]

_TEXTS = (date, datetime, Decimal)


def make_converter(*, flows: Iterable[Flow] = ()) -> Converter:
    """Return a cattrs converter whose plain data are those of `to_plain`.

    It serves classes of one's own, attrs classes or dataclasses, that hold objects of the domain
    model; for these alone, `to_plain` and `from_plain` need no cattrs.

    Parameters
    ----------
    flows : iterable of Flow
        Flows of one's own, which plain data know by their names.

    Returns
    -------
    cattrs.Converter
        ``unstructure`` gives JSON types, ``structure`` the objects; where a field may hold one
        of several classes of this package, the key ``"_type"`` says which it is.

    Raises
    ------
    MissingExtra
        cattrs is not installed: the extra ``records``.

    Examples
    --------
    >>> from custrel.model import Money
    >>> converter = make_converter()
    >>> data = converter.unstructure({"rent": Money("19.90", "CNY")})
    >>> data
    {'rent': {'amount': '19.90', 'currency': 'CNY'}}
    >>> converter.structure(data, dict[str, Money])
    {'rent': Money(amount=Decimal('19.90'), currency='CNY')}
    """
    try:
        from cattrs import Converter  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtra("cattrs", "records") from None
    known, converter = known_flows(flows), Converter()

    def unstructure(kind: Any) -> Any:
        shape = shape_of(kind)
        return lambda value: encode(value, shape)

    def structure(kind: Any) -> Any:
        shape = shape_of(kind)
        return lambda data, _: decode(data, shape, known)

    converter.register_unstructure_hook_factory(_is_ours, unstructure)
    converter.register_structure_hook_factory(_is_ours, structure)
    return converter


def _is_ours(kind: Any) -> bool:
    """Tell whether a type is one that the domain model writes down itself."""
    types = shape_of(kind).types
    return bool(types) and all(
        kind in _TEXTS
        or (
            isinstance(kind, type)
            and attrs.has(kind)
            and (issubclass(kind, Rule) or kind.__module__.startswith("custrel.model."))
        )
        for kind in types
    )
