"""Erasure: what may stay of a customer who wants to be forgotten."""

from __future__ import annotations

import attrs

from custrel.model.case import Case
from custrel.model.customer import Customer

__all__ = ["erase", "redact"]

_ERASED = "[erased]"


def erase(customer: Customer) -> Customer:
    """Return what may stay of a customer who wants to be forgotten (删除个人信息).

    Parameters
    ----------
    customer : Customer
        The customer.

    Returns
    -------
    Customer
        His identifier, the axes and the owners; nothing that names, describes or reaches a
        person, and no consent.

    See Also
    --------
    redact : The same for what happened to him.

    Examples
    --------
    >>> erase(Customer(customer_id="C-1", name="李伟")).name
    '[erased]'
    """
    return attrs.evolve(
        customer,
        name=_ERASED,
        identifiers=(),
        address=None,
        contact_points=(),
        people=(),
        consents=(),
    )


def redact(case: Case) -> Case:
    """Return a case with its history, but without the words of its evidence.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    Case
        The same moves at the same times by the same colleagues, so that what is counted stays;
        every piece of evidence is blacked out, and so is the reason of every hand-over.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from custrel.model import DEAL_FLOW
    >>> start = datetime(2024, 3, 1, tzinfo=UTC)
    >>> case = Case(case_id="D-7", flow=DEAL_FLOW, opened_at=start)
    >>> lost = case.move("lose", at=start, by="li", evidence={"reason": "Mr. Li was ill"})
    >>> redact(lost).evidence("reason")
    '[erased]'
    """
    return attrs.evolve(
        case,
        moves=[
            attrs.evolve(move, evidence={key: _ERASED for key, _ in move.evidence})
            for move in case.moves
        ],
        hand_overs=[
            attrs.evolve(act, reason=_ERASED if act.reason else "") for act in case.hand_overs
        ],
    )
