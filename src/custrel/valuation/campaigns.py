"""Acquisition campaigns: what they cost, whom they won, and what that brought."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidData, Problem
from custrel.frames import Door, enter
from custrel.valuation._amounts import amounts, refuse, require_amounts
from custrel.valuation._rows import require_one_length

__all__ = ["evaluate_campaigns", "used_up_on"]

_TOLERANCE = 1e-9  # 4.2 / 0.6 is a little more than 7, and no eighth day


def evaluate_campaigns(
    campaigns: Any,
    *,
    contacts: str = "contacts",
    customers: str = "customers",
    quantity: str = "quantity",
    contribution: str = "contribution",
    cost: str = "cost",
) -> Any:
    """Judge campaigns by the documents' four factors (客户开发效果评估).

    Parameters
    ----------
    campaigns : frame
        One row per campaign.
    contacts, customers : str
        The columns of how many were addressed, and how many of them became customers.
    quantity : str
        The column of how many units they bought (购买数量).
    contribution : str
        The column of what these units brought, less what they cost to provide, but before the
        campaign's own cost.
    cost : str
        The column of what the campaign cost (提供成本).

    Returns
    -------
    frame
        As it came, with

        =========================  =======================================================
        ``response_rate``          customers / contacts (反应率)
        ``quantity_per_customer``  quantity / customers
        ``cost_per_contact``       cost / contacts
        ``cost_per_customer``      cost / customers
        ``profit``                 contribution - cost (盈利情况)
        ``return_on_cost``         profit / cost
        ``break_even_response``    the response rate at which the profit would be 0
        =========================  =======================================================

        missing where the divisor is 0.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A value is missing; contacts, customers, quantity or cost are negative; or there are
        more customers than contacts.

    See Also
    --------
    uplift : Whether one campaign's response is above another's by more than chance.

    Notes
    -----
    break_even_response = (cost / contacts) / (contribution / customers): beyond it another
    customer brings more than a contact costs.  Missing where customers brought nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> mailing = pd.DataFrame(
    ...     {
    ...         "contacts": [10_000],
    ...         "customers": [200],
    ...         "quantity": [260],
    ...         "contribution": [15_000.0],
    ...         "cost": [9_000.0],
    ...     }
    ... )
    >>> judged = evaluate_campaigns(mailing)
    >>> judged[["response_rate", "cost_per_customer", "profit", "break_even_response"]]
       response_rate  cost_per_customer  profit  break_even_response
    0           0.02               45.0  6000.0                0.012
    """
    door = enter(campaigns)
    wanted = (contacts, customers, quantity, contribution, cost)
    _check(door, wanted)
    called, won, units, brought, paid = (as_float(name) for name in wanted)
    columns = {
        "response_rate": _ratio(won, called),
        "quantity_per_customer": _ratio(units, won),
        "cost_per_contact": _ratio(paid, called),
        "cost_per_customer": _ratio(paid, won),
        "profit": brought - paid,
        "return_on_cost": _ratio(brought - paid, paid),
        "break_even_response": nw.when(called > 0).then(_ratio(paid * won, called * brought)),
    }
    return door.leave(door.frame.with_columns(**columns))


def used_up_on(start: ArrayLike, size: ArrayLike, per_day: ArrayLike) -> NDArray[np.datetime64]:
    """Return when a sample will be used up, which is when to offer the product (赠送小样).

    Parameters
    ----------
    start : array_like of dates
        The first day of use.
    size : array_like
        How much is in it.
    per_day : array_like
        How much of it is used on a day.

    Returns
    -------
    ndarray of datetime64[D], of the broadcast shape
        The first day without any of it.

    Raises
    ------
    InvalidData
        A size is negative, or a use not positive; a date is missing or none; or the arrays do not
        fit together.

    Examples
    --------
    >>> used_up_on("2024-03-01", 30, 4).item().isoformat()
    '2024-03-09'
    """
    (sizes,), (uses,) = amounts(size=size, least=0), amounts(per_day=per_day, least=0)
    refuse("per_day", uses, uses == 0, "nothing is used, so that the sample lasts for ever")
    first = _dates(start)
    require_one_length(start=first, size=sizes, per_day=uses)
    days = np.ceil(sizes / uses * (1 - _TOLERANCE)).astype("m8[D]")
    return np.asarray(first + days, dtype="M8[D]")


def _dates(start: ArrayLike) -> NDArray[np.datetime64]:
    try:
        dates: NDArray[np.datetime64] = np.asarray(start, dtype="M8[D]")
    except ValueError as error:
        problem = Problem(code="not_dates", message=f"start: {error}", count=0)
        raise InvalidData([problem], remedy="Write dates as 2024-03-01.") from error
    missing = int(np.count_nonzero(np.isnat(dates)))
    if missing:
        problem = Problem(
            code="missing_start", message="start: missing date", count=missing, of="value"
        )
        raise InvalidData([problem], remedy="Leave these samples out.")
    return dates


def _ratio(above: nw.Expr, below: nw.Expr) -> nw.Expr:
    return nw.when(below > 0).then(above / below)


def _check(door: Door, wanted: tuple[str, ...]) -> None:
    contacts, customers, quantity, contribution, cost = wanted
    require_amounts(door, contacts, customers, quantity, cost, least=0, of="campaign")
    require_amounts(door, contribution, of="campaign")
    refuse_rows(
        door,
        Flaw(
            as_float(customers) > as_float(contacts),
            "impossible_campaign",
            f"more than {contacts!r}",
            customers,
            remedy="Count each customer once, among those who were contacted.",
            of="campaign",
            shown=[contacts, customers],
        ),
    )
