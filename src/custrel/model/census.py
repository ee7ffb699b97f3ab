"""Census: how many records there are of each code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from custrel.errors import UnknownCode
from custrel.model._codes import Code
from custrel.model._schema import class_of, fields_of

__all__ = ["census"]


def census(records: Iterable[Any], axis: str, kind: type | None = None) -> dict[str | None, int]:
    """Return how many records there are of each code (分类统计).

    Parameters
    ----------
    records : iterable of object
        Objects of one class: customers, relationships, interactions, ...
    axis : str
        What they are told apart by: a field that holds a code, such as the ``"nature"`` of
        customers or the ``"stakeholder"`` of relationships.
    kind : type, optional
        Their class; needed where there may be none of them.

    Returns
    -------
    dict
        Every code of the axis with its number; None counts those who have no code.

    Raises
    ------
    UnknownCode
        The records have no such axis.
    InvalidValue
        There are no records and no `kind`, or they are of different classes.

    Examples
    --------
    >>> from custrel.model import Customer
    >>> census(
    ...     [Customer(customer_id="C-1"), Customer(customer_id="C-2", nature="retail")], "nature"
    ... )
    {'retail': 2, 'commercial': 0, 'organization': 0}
    """
    rows = list(records)
    wanted = class_of(rows, kind, "census")
    axes: dict[str, type[Code]] = {
        field.name: only
        for field in fields_of(wanted)
        if isinstance(only := field.shape.only, type) and issubclass(only, Code)
    }
    if axis not in axes:
        raise UnknownCode(f"axis of {wanted.__name__}", axis, axes)
    found = Counter(getattr(row, axis) for row in rows)
    counts: dict[str | None, int] = {code.value: found[code] for code in axes[axis]}
    return counts | ({None: found[None]} if found[None] else {})
