"""Data quality of a base of customers: correctness, completeness, uniqueness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from custrel.errors import UnknownCode
from custrel.model._codes import Code
from custrel.model.contact_point import Channel, ContactPoint
from custrel.model.customer import Customer
from custrel.model.identifier import Identifier

__all__ = ["DataQuality", "QualityAspect", "QualityFinding", "data_quality"]


class QualityAspect(Code):
    """What can be wrong with data about customers (数据质量三性).

    Examples
    --------
    >>> [aspect.value for aspect in QualityAspect]
    ['correctness', 'completeness', 'uniqueness']
    """

    CORRECTNESS = "correctness"
    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"


@attrs.frozen(kw_only=True)
class QualityFinding:
    """One thing that is wrong in one record.

    Parameters
    ----------
    customer_id : str
        The record.
    aspect : QualityAspect or str
        Which of the three it offends.
    field : str
        Where in the record.
    what : str
        What is wrong: the value that cannot be, or whom it is shared with.

    Examples
    --------
    >>> finding = QualityFinding(
    ...     customer_id="C-7", aspect="completeness", field="name", what="is empty"
    ... )
    >>> finding.aspect
    <QualityAspect.COMPLETENESS: 'completeness'>
    """

    customer_id: str
    aspect: QualityAspect = attrs.field(converter=QualityAspect)
    field: str
    what: str


@attrs.frozen(kw_only=True)
class DataQuality:
    """How good a base of customers is, and what is wrong in it.

    Parameters
    ----------
    customers : int
        How many records were looked at.
    correctness : float or None
        The part of the numbers and addresses whose form or check digits are right; None where
        there are none.
    completeness : float or None
        The part of the required fields that are filled.
    uniqueness : float or None
        The part of the records that share no key with another.
    findings : tuple of QualityFinding
        Everything that is wrong, in the order of the records.

    Examples
    --------
    >>> quality = data_quality([Customer(customer_id="C-7")])
    >>> quality.completeness, quality.uniqueness, quality.correctness
    (0.0, 1.0, None)
    """

    customers: int
    correctness: float | None
    completeness: float | None
    uniqueness: float | None
    findings: tuple[QualityFinding, ...] = attrs.field(
        converter=tuple[QualityFinding, ...], repr=lambda f: str(len(f))
    )

    def of(self, aspect: QualityAspect | str) -> tuple[QualityFinding, ...]:
        """Return the findings of one aspect.

        Parameters
        ----------
        aspect : QualityAspect or str
            Which.

        Returns
        -------
        tuple of QualityFinding
            What is wrong is to be deleted or corrected, what is incomplete completed by a call,
            and those that share a key compared and merged.

        Raises
        ------
        UnknownCode
            There is no such aspect.
        """
        wanted = QualityAspect(aspect)
        return tuple(finding for finding in self.findings if finding.aspect is wanted)


_REQUIRED = ("name", "contact_points")
_FIELDS = tuple(field.name for field in attrs.fields(Customer))


def data_quality(
    customers: Iterable[Customer], *, required: Sequence[str] = _REQUIRED
) -> DataQuality:
    """Measure correctness, completeness and uniqueness (正确性、完整性、唯一性).

    Parameters
    ----------
    customers : iterable of Customer
        The records.
    required : sequence of str
        The fields of a `Customer` that must not be empty.

    Returns
    -------
    DataQuality

    Raises
    ------
    UnknownCode
        A required field is none that a customer has.

    Notes
    -----
    Correct is what has the form of its channel (`ContactPoint.is_valid`) or the right check
    digits (`Identifier.is_valid`).  Two records share a key where they have an identifier, a
    phone number or an address of mail in common, however these are written.

    Examples
    --------
    >>> from custrel.model import ContactPoint
    >>> one = Customer(
    ...     customer_id="C-1",
    ...     name="a",
    ...     contact_points=[ContactPoint(channel="phone", value="12345678")],
    ... )
    >>> two = Customer(
    ...     customer_id="C-2", contact_points=[ContactPoint(channel="phone", value="1234 56-78")]
    ... )
    >>> quality = data_quality([one, two])
    >>> quality.completeness, quality.uniqueness
    (0.75, 0.0)
    >>> for finding in quality.findings:
    ...     print(finding.customer_id, finding.field, finding.what)
    C-1 contact_points phone:12345678 is also that of C-2
    C-2 name is empty
    C-2 contact_points phone:12345678 is also that of C-1
    """
    for name in required:
        if name not in _FIELDS:
            raise UnknownCode("field of a customer", name, _FIELDS)
    records = list(customers)
    findings: list[QualityFinding] = []
    owners = _owners(records)
    checked = wrong = sharing = 0
    for record in records:
        faults = [*_faults(record)]
        gaps = [(name, "is empty") for name in required if not getattr(record, name)]
        shared = [*_shared(record, owners)]
        checked += sum(1 for _ in _checkable(record))
        wrong += len(faults)
        sharing += bool(shared)
        for aspect, found in zip(QualityAspect, (faults, gaps, shared), strict=True):
            findings += [
                QualityFinding(
                    customer_id=record.customer_id, aspect=aspect, field=field, what=what
                )
                for field, what in found
            ]
    empty = sum(finding.aspect is QualityAspect.COMPLETENESS for finding in findings)
    return DataQuality(
        customers=len(records),
        correctness=_part(wrong, checked),
        completeness=_part(empty, len(records) * len(required)),
        uniqueness=_part(sharing, len(records)),
        findings=findings,
    )


def _part(bad: int, of: int) -> float | None:
    return None if of == 0 else (of - bad) / of


def _checkable(record: Customer) -> Iterator[tuple[str, Identifier | ContactPoint]]:
    """Yield everything of a record that can be right or wrong, with the field it is in."""
    yield from (("identifiers", thing) for thing in record.identifiers)
    yield from (("contact_points", point) for point in record.contact_points)
    for person in record.people:
        yield from (("people", point) for point in person.contact_points)


def _faults(record: Customer) -> Iterator[tuple[str, str]]:
    for field, thing in _checkable(record):
        if not thing.is_valid:
            yield field, f"{_key(thing)} cannot be right"


def _shared(record: Customer, owners: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for field, key in dict.fromkeys(_keys(record)):
        others = [name for name in owners[key] if name != record.customer_id]
        if others:
            yield field, f"{key} is also that of {', '.join(others)}"


def _owners(records: Iterable[Customer]) -> dict[str, list[str]]:
    """Return which records have each key."""
    owners: dict[str, list[str]] = {}
    for record in records:
        for key in dict.fromkeys(key for _, key in _keys(record)):
            owners.setdefault(key, []).append(record.customer_id)
    return owners


def _keys(record: Customer) -> Iterator[tuple[str, str]]:
    """Yield what tells a record from all others."""
    telling = {Channel.PHONE, Channel.EMAIL}
    yield from (("identifiers", _key(thing)) for thing in record.identifiers)
    yield from (
        ("contact_points", _key(point))
        for point in record.contact_points
        if point.channel in telling
    )


def _key(thing: Identifier | ContactPoint) -> str:
    return str(thing) if isinstance(thing, Identifier) else f"{thing.channel}:{thing.key}"
