"""CreditItem: something that a customer owes, or will; and what all of it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import a_day_or_none, as_day, not_blank
from custrel.model._codes import Code, in_code_order
from custrel.model.money import Money

__all__ = ["CreditItem", "ExposureKind", "credit_exposure"]


class ExposureKind(Code):
    """How far something that a customer owes has come (应收、已发货未开票、已订未发).

    Examples
    --------
    >>> ExposureKind("invoiced")
    <ExposureKind.INVOICED: 'invoiced'>
    """

    ORDERED = "ordered"
    DELIVERED = "delivered"
    INVOICED = "invoiced"


@attrs.frozen(kw_only=True)
class CreditItem:
    """Something that a customer owes, or will: an order, a delivery, an invoice.

    Parameters
    ----------
    item_id : str
        Its number.
    kind : ExposureKind or str
        How far it has come.
    amount : Money
        What is still to be paid, 0 or more.
    due_on : date or None
        By which day; None: none is set.

    Raises
    ------
    InvalidValue
        The number is blank, or the amount below 0.
    UnknownCode
        There is no such kind.

    Examples
    --------
    >>> invoice = CreditItem(
    ...     item_id="I-1", kind="invoiced", amount=Money(900, "CNY"), due_on=date(2024, 3, 31)
    ... )
    >>> invoice.days_overdue(date(2024, 4, 10))
    10
    """

    item_id: str = attrs.field(validator=not_blank)
    kind: ExposureKind = attrs.field(converter=ExposureKind)
    amount: Money
    due_on: date | None = attrs.field(default=None, validator=a_day_or_none)

    def __attrs_post_init__(self) -> None:
        if self.amount.amount < 0:
            raise InvalidValue(
                f"CreditItem {self.item_id!r}: what is still to be paid is 0 or more, got "
                f"{self.amount}."
            )

    def days_overdue(self, on: date) -> int:
        """Return for how many days it should have been paid.

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        int
            0 or more; 0 of what is paid.
        """
        if self.due_on is None or not self.amount:
            return 0
        return max((as_day(on, "CreditItem", "on") - self.due_on).days, 0)


def credit_exposure(
    items: Iterable[CreditItem],
    currency: str,
    *,
    basis: Iterable[ExposureKind | str] = ("delivered", "invoiced"),
) -> Money:
    """Return what a customer owes in all (信用敞口).

    Parameters
    ----------
    items : iterable of CreditItem
        What he owes and will.
    currency : str
        In which currency; the items are of it.
    basis : iterable of ExposureKind or str
        What counts; default: what he has already received.

    Returns
    -------
    Money

    Raises
    ------
    CurrencyMismatch
        An item that counts is of another currency; `ExchangeRates` converts it.
    UnknownCode
        There is no such kind.

    Examples
    --------
    >>> items = [
    ...     CreditItem(item_id="I-1", kind="invoiced", amount=Money(900, "CNY")),
    ...     CreditItem(item_id="O-2", kind="ordered", amount=Money(500, "CNY")),
    ... ]
    >>> str(credit_exposure(items, "CNY")), str(credit_exposure(items, "CNY", basis=ExposureKind))
    ('900 CNY', '1400 CNY')
    """
    counted = in_code_order(ExposureKind, basis)
    return sum((item.amount for item in items if item.kind in counted), start=Money(0, currency))
