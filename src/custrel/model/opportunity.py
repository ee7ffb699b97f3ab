"""Opportunity: what may become an order, how much it may bring, and how likely it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

import attrs

from custrel.errors import InvalidValue, UnknownCode
from custrel.model._checks import a_day_or_none, as_number
from custrel.model.case import Case
from custrel.model.money import Money

__all__ = ["Opportunity", "weighted_pipeline"]


_WIDE = Context(prec=100)  # wider than any product
_LEAST = Decimal("1e-18")  # the last place of an amount


def _as_probability(value: Any) -> Decimal | None:
    if value is None:
        return None
    number = as_number(value, "Opportunity", "a probability")
    if not 0 <= number <= 1:
        raise InvalidValue(f"Opportunity: a probability lies between 0 and 1, got {value}.")
    return number


@attrs.frozen(kw_only=True)
class Opportunity:
    """What may become an order (销售机会).

    Parameters
    ----------
    case : Case
        Its way through `LEAD_FLOW`, `DEAL_FLOW`, `SALES_FLOW` or a flow of one's own.
    amount : Money
        What it would bring.
    probability : Decimal, float or None
        How likely somebody takes it to be, from 0 to 1; None: as likely as its stage is.
    expected_close : date or None
        When it is expected to be won or lost; when it was, its case says.

    Raises
    ------
    InvalidValue
        The probability is not between 0 and 1.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import DEAL_FLOW
    >>> case = Case(case_id="D-1", flow=DEAL_FLOW, opened_at=datetime(2024, 3, 1, tzinfo=UTC))
    >>> deal = Opportunity(case=case, amount=Money(500, "CNY"), expected_close=date(2024, 3, 9))
    >>> deal.is_overdue(date(2024, 3, 10))
    True
    """

    case: Case
    amount: Money
    probability: Decimal | None = attrs.field(default=None, converter=_as_probability)
    expected_close: date | None = attrs.field(default=None, validator=a_day_or_none)

    def is_overdue(self, on: date) -> bool:
        """Tell whether it is open though it was expected to be closed by then.

        Parameters
        ----------
        on : date
            The day on which it is asked.

        Returns
        -------
        bool
        """
        return self.case.is_open and self.expected_close is not None and self.expected_close < on

    def weighted(self, probabilities: Mapping[str, Decimal | float]) -> Money:
        """Return its amount times its probability; one that is closed has none to come.

        Parameters
        ----------
        probabilities : mapping of str to Decimal or float
            How likely an order is in each stage; what the opportunity itself says goes first.

        Returns
        -------
        Money
            To 18 decimal places at most, as many as `Money` has: 1/17 of an amount has no end.

        Raises
        ------
        InvalidValue
            A probability is not between 0 and 1.
        UnknownCode
            Its stage has no probability.
        """
        if not self.case.is_open:
            return self.amount * 0
        state = self.case.state
        if self.probability is None and state not in probabilities:
            raise UnknownCode("stage with a probability", state, probabilities)
        likely = _as_probability(
            probabilities.get(state) if self.probability is None else self.probability
        )
        return _part(self.amount, likely or Decimal(0))


def weighted_pipeline(
    opportunities: Iterable[Opportunity],
    probabilities: Mapping[str, Decimal | float],
    *,
    as_of: datetime,
) -> dict[str, Money]:
    """Return what the open opportunities may be expected to bring (加权销售漏斗).

    Parameters
    ----------
    opportunities : iterable of Opportunity
        The opportunities.
    probabilities : mapping of str to Decimal or float
        How likely an order is in each stage.
    as_of : datetime
        When it is asked, with its zone: the stages of that instant count.

    Returns
    -------
    dict of str to Money
        One amount for each currency, in their alphabetical order: the sum of the products, which
        the product of the means is not.

    Raises
    ------
    UnknownCode
        An open stage has no probability.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custrel.model import DEAL_FLOW
    >>> first = datetime(2024, 3, 1, tzinfo=UTC)
    >>> case = Case(case_id="D-1", flow=DEAL_FLOW, opened_at=first)
    >>> deal = Opportunity(case=case, amount=Money(500, "CNY"))
    >>> str(weighted_pipeline([deal], {"tracking": 0.3}, as_of=first)["CNY"])
    '150.0 CNY'
    """
    totals: dict[str, Money] = {}
    for opportunity in opportunities:
        past = opportunity.case.until(as_of)
        if past is None or not past.is_open:
            continue
        amount = attrs.evolve(opportunity, case=past).weighted(probabilities)
        totals[amount.currency] = totals.get(amount.currency, amount * 0) + amount
    return dict(sorted(totals.items()))


def _part(amount: Money, share: Decimal) -> Money:
    """Return a part of an amount, to the last place that one has."""
    worth = _WIDE.multiply(amount.amount, share)
    exponent = worth.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _LEAST.adjusted():
        worth = _WIDE.quantize(worth, _LEAST)
    return Money(worth, amount.currency)
