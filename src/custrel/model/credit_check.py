"""CreditCheck: whether an order may be taken on credit, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from custrel.model._codes import Code, in_code_order
from custrel.model.money import Money

__all__ = ["CreditCheck", "CreditObjection"]


class CreditObjection(Code):
    """What stands against selling to a customer on credit.

    Examples
    --------
    >>> CreditObjection("over_limit")
    <CreditObjection.OVER_LIMIT: 'over_limit'>
    """

    NO_LIMIT = "no_limit"
    REFUSED = "refused"
    EXPIRED = "expired"
    OVER_LIMIT = "over_limit"
    OVERDUE = "overdue"


def _as_objections(
    objections: Iterable[CreditObjection | str] | CreditObjection | str,
) -> tuple[CreditObjection, ...]:
    return in_code_order(CreditObjection, objections)


@attrs.frozen(kw_only=True)
class CreditCheck:
    """Whether an order may be taken on credit, and what stands against it (授信审核).

    Parameters
    ----------
    headroom : Money or None
        What was left of the limit before the order; None where nobody has decided on one.
    objections : CreditObjection, str, or sequence of them
        What stands against it, in the order of the enumeration.

    Raises
    ------
    UnknownCode
        There is no such objection.

    Examples
    --------
    >>> CreditCheck(headroom=Money(500, "CNY")).is_allowed
    True
    """

    headroom: Money | None
    objections: tuple[CreditObjection, ...] = attrs.field(default=(), converter=_as_objections)

    @property
    def is_allowed(self) -> bool:
        """Whether nothing stands against it."""
        return not self.objections
