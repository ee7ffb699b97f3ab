"""The stages of a customer in sales, moved by his orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from custrel.errors import InvalidValue
from custrel.model._checks import as_instant
from custrel.model.case import Case
from custrel.model.flows import SALES_LIFE_FLOW

__all__ = ["follow_orders", "sales_stage"]

_BY_ORDERS = ("first_order", "second_order")


def sales_stage(orders: int, *, interested: bool = False) -> str:
    """Return the stage that a customer's orders put him in (系统自动调整).

    Parameters
    ----------
    orders : int
        How many he has placed, 0 or more.
    interested : bool
        Whether one who has placed none has shown intent.

    Returns
    -------
    str
        A stage of `SALES_LIFE_FLOW`; the second order makes a repeat customer
        (第二次下单即为历史客户).

    Raises
    ------
    InvalidValue
        The number is negative.

    Examples
    --------
    >>> [sales_stage(orders) for orders in range(4)]
    ['prospect', 'first_buyer', 'repeat_customer', 'repeat_customer']
    >>> sales_stage(0, interested=True)
    'intent'
    """
    if orders < 0:
        raise InvalidValue(f"sales_stage: {orders} orders cannot be.")
    if orders:
        return "first_buyer" if orders == 1 else "repeat_customer"
    return "intent" if interested else "prospect"


def follow_orders(case: Case, orders: Iterable[tuple[datetime, str]]) -> Case:
    """Return a case after the moves that a customer's orders make by themselves.

    Parameters
    ----------
    case : Case
        A case of `SALES_LIFE_FLOW`, or of one with its triggers.
    orders : iterable of (datetime, str)
        When each order was placed, and its number; all that there are, in any order.

    Returns
    -------
    Case
        The same where the orders move nothing: the case already stands where they lead, or has
        been dropped.

    Raises
    ------
    InvalidValue
        The case goes through another flow.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> start = datetime(2024, 3, 1, tzinfo=UTC)
    >>> case = Case(case_id="C-7", flow=SALES_LIFE_FLOW, opened_at=start)
    >>> orders = [
    ...     (datetime(2024, 5, 1, tzinfo=UTC), "O-2"),
    ...     (datetime(2024, 4, 1, tzinfo=UTC), "O-1"),
    ... ]
    >>> [spell.state for spell in follow_orders(case, orders).spells()]
    ['prospect', 'first_buyer', 'repeat_customer']
    """
    if case.flow.states != SALES_LIFE_FLOW.states:
        raise InvalidValue(f"follow_orders: {case.flow.name!r} is no flow of the sales life cycle.")
    for trigger, (at, number) in zip(_BY_ORDERS, _in_order(orders), strict=False):
        if case.flow.find(case.state, trigger) is not None:
            when = max(at, case.moves[-1].at if case.moves else case.opened_at)
            case = case.move(trigger, at=when, evidence={"order": number})
    return case


def _in_order(orders: Iterable[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    return sorted((as_instant(at, "follow_orders", f"order {n!r}"), n) for at, n in orders)
