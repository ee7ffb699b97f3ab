"""ContactCadence: how often customers of each class are contacted, and who is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from custrel.errors import InvalidRule, UnknownCode
from custrel.model._checks import as_instant, in_utc_or_none
from custrel.model.contact import Interaction
from custrel.rules import Rule

__all__ = ["ContactCadence", "ContactDue"]


def _as_days(
    days: Mapping[str, float] | Iterable[tuple[str, float]],
) -> tuple[tuple[str, float], ...]:
    return tuple((str(kind), float(number)) for kind, number in dict(days).items())


@attrs.frozen(kw_only=True)
class ContactDue:
    """A customer who is to be contacted (应联系客户).

    Parameters
    ----------
    customer_id : str
        The customer.
    customer_class : str
        His class.
    days_late : float
        For how many days he has been due; 0 where nobody ever contacted him.
    last_at : datetime or None
        The last contact; None: there was none.

    Examples
    --------
    >>> ContactDue(customer_id="C-7", customer_class="a", days_late=2.0).last_at is None
    True
    """

    customer_id: str
    customer_class: str
    days_late: float
    last_at: datetime | None = attrs.field(default=None, converter=in_utc_or_none)


@attrs.frozen
class ContactCadence(Rule):
    """How often customers of each class are contacted (按重要程度确定联系频度).

    Parameters
    ----------
    days : mapping of str to float, or pairs
        Of each class, after how many days the next contact is due, above 0.

    Raises
    ------
    InvalidRule
        There is no class, or a number of days is not above 0.

    Examples
    --------
    >>> from datetime import UTC
    >>> cadence = ContactCadence({"a": 7, "b": 30})
    >>> first = datetime(2024, 3, 1, tzinfo=UTC)
    >>> call = Interaction(customer_id="C-7", at=first, by="li", channel="phone")
    >>> for due in cadence.due({"C-7": "a"}, [call], as_of=datetime(2024, 3, 10, tzinfo=UTC)):
    ...     print(due.customer_id, due.days_late)
    C-7 2.0
    """

    days: tuple[tuple[str, float], ...] = attrs.field(converter=_as_days)

    def __attrs_post_init__(self) -> None:
        if not self.days or not all(number > 0 for _, number in self.days):
            raise InvalidRule(
                f"ContactCadence: each class needs days above 0, got {dict(self.days)}."
            )

    def due(
        self, classes: Mapping[str, str], interactions: Iterable[Interaction], *, as_of: datetime
    ) -> tuple[ContactDue, ...]:
        """Return who is to be contacted.

        Parameters
        ----------
        classes : mapping of str to str
            The class of each customer.
        interactions : iterable of Interaction
            The contacts, whoever began them; those later than `as_of` do not count.
        as_of : datetime
            When it is asked, with its zone.

        Returns
        -------
        tuple of ContactDue
            Who was never contacted comes first, then who has been due for longest.

        Raises
        ------
        UnknownCode
            A customer is of a class for which there is no cadence.
        """
        days, last = dict(self.days), dict[str, datetime]()
        seen = as_instant(as_of, "ContactCadence", "as_of")
        for contact in interactions:
            if contact.at <= seen:
                last[contact.customer_id] = max(
                    contact.at, last.get(contact.customer_id, contact.at)
                )
        found = []
        for customer, kind in classes.items():
            if kind not in days:
                raise UnknownCode("class with a cadence", kind, days)
            at = last.get(customer)
            late = 0.0 if at is None else (seen - at) / timedelta(days=1) - days[kind]
            if late >= 0:
                found.append(
                    ContactDue(
                        customer_id=customer, customer_class=kind, days_late=late, last_at=at
                    )
                )
        return tuple(
            sorted(found, key=lambda d: (d.last_at is not None, -d.days_late, d.customer_id))
        )
