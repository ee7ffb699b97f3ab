"""CustomerBase: all customers, and which of them turned out to be one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Any

import attrs

from custrel.errors import InvalidValue, UnknownCode
from custrel.model._checks import aware, in_utc, not_blank
from custrel.model.case import Case
from custrel.model.customer import Customer

__all__ = ["CustomerBase", "Merge"]


@attrs.frozen(kw_only=True)
class Merge:
    """The act by which two records are found to be one customer, or found not to be (合并).

    Parameters
    ----------
    loser : str
        The identifier that is given up.
    into : str
        The identifier that stays.
    at : datetime
        When, with its zone.
    by : str
        Who decided it.
    reason : str
        Why.
    undo : bool
        Whether this takes an earlier merge of the two back.

    Raises
    ------
    InvalidValue
        A name is blank, the instant has no zone, or the two are one.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> Merge(loser="C-2", into="C-1", at=datetime(2024, 3, 1, tzinfo=UTC), by="li").into
    'C-1'
    """

    loser: str = attrs.field(validator=not_blank)
    into: str = attrs.field(validator=not_blank)
    at: datetime = attrs.field(converter=in_utc, validator=aware)
    by: str = attrs.field(validator=not_blank)
    reason: str = ""
    undo: bool = False

    def __attrs_post_init__(self) -> None:
        if self.loser == self.into:
            raise InvalidValue(f"Merge: {self.loser!r} cannot be merged into itself.")


def _in_order(merges: Iterable[Merge]) -> tuple[Merge, ...]:
    return tuple(sorted(dict.fromkeys(merges), key=lambda merge: (merge.at, merge.undo)))


@attrs.frozen
class CustomerBase:
    """All customers of the firm, and which records turned out to be one customer (客户资料库).

    A merge is an event: no record is deleted, old identifiers lead to the one that stays, and
    it can be taken back.

    Parameters
    ----------
    customers : iterable of Customer
        Every record, also those that were merged into others.
    merges : iterable of Merge
        What happened to them, in any order.

    Raises
    ------
    InvalidValue
        Two records have one identifier, or a merge does not fit what went before.
    UnknownCode
        A merge names a record that is none.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> base = CustomerBase([Customer(customer_id="C-1"), Customer(customer_id="C-2")])
    >>> merged = base.merge("C-2", into="C-1", at=datetime(2024, 3, 1, tzinfo=UTC), by="li")
    >>> merged.resolve("C-2"), len(merged.current)
    ('C-1', 1)
    """

    customers: tuple[Customer, ...] = attrs.field(
        converter=tuple[Customer, ...], repr=lambda all_: str(len(all_))
    )
    merges: tuple[Merge, ...] = attrs.field(default=(), converter=_in_order)
    _records: dict[str, Customer] = attrs.field(init=False, eq=False, repr=False)
    _into: dict[str, str] = attrs.field(init=False, eq=False, repr=False)
    _others: dict[str, list[Customer]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        records = {customer.customer_id: customer for customer in self.customers}
        if len(records) < len(self.customers):
            times = Counter(customer.customer_id for customer in self.customers)
            twice = ", ".join(sorted(name for name, count in times.items() if count > 1))
            raise InvalidValue(f"CustomerBase: two records are called {twice}.")
        object.__setattr__(self, "_records", records)
        object.__setattr__(self, "_into", {})
        for merge in self.merges:
            self._apply(merge)
        others: dict[str, list[Customer]] = {}
        for name in self._into:
            others.setdefault(self.resolve(name), []).append(records[name])
        object.__setattr__(self, "_others", others)

    def merge(
        self, loser: str, *, into: str, at: datetime, by: str, reason: str = ""
    ) -> CustomerBase:
        """Return the base with one record merged into another.

        Parameters
        ----------
        loser : str
            The identifier that is given up.
        into : str
            The identifier that stays.
        at : datetime
            When, with its zone.
        by : str
            Who decides it.
        reason : str
            Why.

        Returns
        -------
        CustomerBase

        Raises
        ------
        InvalidValue
            The first was merged before, or they are one already.
        UnknownCode
            There is no such record.
        """
        return self._with(Merge(loser=loser, into=into, at=at, by=by, reason=reason))

    def undo_merge(self, loser: str, *, at: datetime, by: str, reason: str = "") -> CustomerBase:
        """Return the base with a merge taken back.

        Parameters
        ----------
        loser : str
            The identifier that was given up.
        at : datetime
            When, with its zone.
        by : str
            Who decides it.
        reason : str
            Why.

        Returns
        -------
        CustomerBase

        Raises
        ------
        InvalidValue
            It was not merged.
        UnknownCode
            There is no such record.
        """
        into = self._into.get(self._known(loser))
        if into is None:
            raise InvalidValue(f"CustomerBase: {loser!r} is not merged into any other.")
        return self._with(Merge(loser=loser, into=into, at=at, by=by, reason=reason, undo=True))

    def put(self, customer: Customer) -> CustomerBase:
        """Return the base with a record added, or put in the place of that of its identifier.

        Parameters
        ----------
        customer : Customer
            The record.

        Returns
        -------
        CustomerBase
        """
        records = {**self._records, customer.customer_id: customer}
        return attrs.evolve(self, customers=tuple(records.values()))

    def resolve(self, customer_id: str) -> str:
        """Return the identifier under which a customer is kept now.

        Parameters
        ----------
        customer_id : str
            Any identifier that he ever had.

        Returns
        -------
        str

        Raises
        ------
        UnknownCode
            There is no such record.
        """
        name = self._known(customer_id)
        while name in self._into:
            name = self._into[name]
        return name

    def get(self, customer_id: str) -> Customer:
        """Return a customer, with what the records merged into his know of him.

        Parameters
        ----------
        customer_id : str
            Any identifier that he ever had.

        Returns
        -------
        Customer
            The record that stays; identifiers, contact points, people and consents are those of
            all, and what it does not say is taken from the others.

        Raises
        ------
        UnknownCode
            There is no such record.
        """
        kept = self.resolve(customer_id)
        return reduce(_united, self._others.get(kept, ()), self._records[kept])

    @property
    def current(self) -> tuple[Customer, ...]:
        """The customers that there are now, each once."""
        return tuple(self.get(name) for name in self._records if name not in self._into)

    def cases_of(self, customer_id: str, cases: Iterable[Case]) -> tuple[Case, ...]:
        """Return the cases about a customer, under whatever identifier they began.

        Parameters
        ----------
        customer_id : str
            Any identifier that he ever had.
        cases : iterable of Case
            Where to look; their `about` names a customer.

        Returns
        -------
        tuple of Case

        Raises
        ------
        UnknownCode
            There is no such record.
        """
        kept = self.resolve(customer_id)
        return tuple(
            case
            for case in cases
            if case.about in self._records and self.resolve(case.about) == kept
        )

    def strangers(self, cases: Iterable[Case]) -> tuple[Case, ...]:
        """Return the cases that are about no customer of this base (外键检查).

        Parameters
        ----------
        cases : iterable of Case
            Where to look.

        Returns
        -------
        tuple of Case
        """
        return tuple(case for case in cases if case.about not in self._records)

    def _known(self, customer_id: str) -> str:
        if customer_id not in self._records:
            raise UnknownCode("customer of this base", customer_id, self._records)
        return customer_id

    def _with(self, merge: Merge) -> CustomerBase:
        return attrs.evolve(self, merges=(*self.merges, merge))

    def _apply(self, merge: Merge) -> None:
        loser, into = self._known(merge.loser), self._known(merge.into)
        if merge.undo:
            if self._into.get(loser) != into:
                raise InvalidValue(f"CustomerBase: {loser!r} is not merged into {into!r}.")
            del self._into[loser]
            return
        if loser in self._into:
            raise InvalidValue(
                f"CustomerBase: {loser!r} was merged into {self._into[loser]!r} before; "
                "undo that first."
            )
        if self.resolve(into) == loser:
            raise InvalidValue(
                f"CustomerBase: {into!r} was merged into {loser!r} before; they are one already."
            )
        self._into[loser] = into


def _united(kept: Customer, other: Customer) -> Customer:
    """Return a record with what another one of the same customer adds to it."""

    def both(name: str) -> Any:
        return tuple(dict.fromkeys((*getattr(kept, name), *getattr(other, name))))

    return attrs.evolve(
        kept,
        name=kept.name or other.name,
        address=kept.address or other.address,
        management_class=kept.management_class or other.management_class,
        identifiers=both("identifiers"),
        contact_points=both("contact_points"),
        people=both("people"),
        consents=both("consents"),
    )
