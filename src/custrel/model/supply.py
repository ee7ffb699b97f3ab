"""SupplyRelation: who supplies whom, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import not_blank
from custrel.model.period import Period

__all__ = ["SupplyRelation", "customers_of", "multi_sourcing_rate", "suppliers_of"]


@attrs.frozen(kw_only=True)
class SupplyRelation:
    """That one party supplies another, for a time (客户与供方的关系).

    A party may be supplier in one relation and customer in another; it usually has several of
    either kind, and they change.

    Parameters
    ----------
    supplier_id : str
        Who supplies.
    customer_id : str
        Whom.
    period : Period
        From when until when.

    Raises
    ------
    InvalidValue
        An identifier is blank, or the two are one.

    Examples
    --------
    >>> from datetime import date
    >>> SupplyRelation(supplier_id="A", customer_id="B", period=Period(date(2024, 1, 1))).period.end
    """

    supplier_id: str = attrs.field(validator=not_blank)
    customer_id: str = attrs.field(validator=not_blank)
    period: Period

    def __attrs_post_init__(self) -> None:
        if self.supplier_id == self.customer_id:
            raise InvalidValue(f"SupplyRelation: {self.supplier_id!r} does not supply itself.")


def customers_of(
    relations: Iterable[SupplyRelation], supplier_id: str, on: date
) -> tuple[str, ...]:
    """Return whom a party supplied on a day.

    Parameters
    ----------
    relations : iterable of SupplyRelation
        What is known.
    supplier_id : str
        Who supplies.
    on : date
        The day.

    Returns
    -------
    tuple of str
        Identifiers, each once, in alphabetical order.

    Examples
    --------
    >>> from datetime import date
    >>> since = Period(date(2024, 1, 1))
    >>> relations = [SupplyRelation(supplier_id="A", customer_id=c, period=since) for c in "CB"]
    >>> customers_of(relations, "A", date(2024, 5, 1))
    ('B', 'C')
    """
    found = {r.customer_id for r in relations if r.supplier_id == supplier_id and on in r.period}
    return tuple(sorted(found))


def suppliers_of(
    relations: Iterable[SupplyRelation], customer_id: str, on: date
) -> tuple[str, ...]:
    """Return who supplied a party on a day.

    Parameters
    ----------
    relations : iterable of SupplyRelation
        What is known.
    customer_id : str
        Whom.
    on : date
        The day.

    Returns
    -------
    tuple of str
        Identifiers, each once, in alphabetical order.

    Examples
    --------
    >>> from datetime import date
    >>> since = Period(date(2024, 1, 1))
    >>> relations = [SupplyRelation(supplier_id=s, customer_id="C", period=since) for s in "BA"]
    >>> suppliers_of(relations, "C", date(2024, 5, 1))
    ('A', 'B')
    """
    found = {r.supplier_id for r in relations if r.customer_id == customer_id and on in r.period}
    return tuple(sorted(found))


def multi_sourcing_rate(relations: Iterable[SupplyRelation], on: date) -> float | None:
    """Return the part of the customers who had more than one supplier on a day.

    Parameters
    ----------
    relations : iterable of SupplyRelation
        What is known.
    on : date
        The day.

    Returns
    -------
    float or None
        None where nobody was supplied.

    Examples
    --------
    >>> from datetime import date
    >>> since = Period(date(2024, 1, 1))
    >>> pairs = [("A", "C"), ("B", "C"), ("A", "D")]
    >>> relations = [SupplyRelation(supplier_id=s, customer_id=c, period=since) for s, c in pairs]
    >>> multi_sourcing_rate(relations, date(2024, 5, 1))
    0.5
    """
    suppliers: dict[str, set[str]] = {}
    for relation in relations:
        if on in relation.period:
            suppliers.setdefault(relation.customer_id, set()).add(relation.supplier_id)
    if not suppliers:
        return None
    return sum(len(several) > 1 for several in suppliers.values()) / len(suppliers)
