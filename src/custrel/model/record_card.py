"""RecordCard: what the firm has on file about one customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import a_day, a_day_or_none, as_instant
from custrel.model.customer import Customer, ManagementClass, TransactionState
from custrel.model.money import Money

__all__ = ["RecordCard", "SatisfactionRecord", "TransactionRecord", "stale_records"]


@attrs.frozen(kw_only=True)
class SatisfactionRecord:
    """What is known of a customer's satisfaction (客户满意程度).

    Parameters
    ----------
    score : float
        What he said when asked, on the survey's own scale.
    asked_on : date
        When.
    complaints : int
        How often he has complained, 0 or more.

    Raises
    ------
    InvalidValue
        The number of complaints is negative.

    Examples
    --------
    >>> from datetime import date
    >>> SatisfactionRecord(score=8, asked_on=date(2024, 3, 1)).complaints
    0
    """

    score: float = attrs.field(converter=float)
    asked_on: date = attrs.field(validator=a_day)
    complaints: int = 0

    def __attrs_post_init__(self) -> None:
        if self.complaints < 0:
            raise InvalidValue(f"SatisfactionRecord: {self.complaints} complaints cannot be.")


@attrs.frozen(kw_only=True)
class TransactionRecord:
    """Where business with a customer stands (交易现状).

    Parameters
    ----------
    orders : int
        How many transactions there were, 0 or more.
    revenue : Money
        What they came to.
    first_on, last_on : date or None
        When the first and the last of them were; None where there were none.

    Raises
    ------
    InvalidValue
        The number is negative, the days do not fit it, or the last comes before the first.

    Examples
    --------
    >>> TransactionRecord(orders=0, revenue=Money(0, "CNY")).state
    <TransactionState.POTENTIAL: 'potential'>
    """

    orders: int
    revenue: Money
    first_on: date | None = attrs.field(default=None, validator=a_day_or_none)
    last_on: date | None = attrs.field(default=None, validator=a_day_or_none)

    def __attrs_post_init__(self) -> None:
        first, last = self.first_on, self.last_on
        if self.orders < 0:
            raise InvalidValue(f"TransactionRecord: {self.orders} transactions cannot be.")
        if (first is None) != (not self.orders) or (last is None) != (not self.orders):
            raise InvalidValue(
                f"TransactionRecord: {self.orders} transactions, but the first on {first} and the "
                f"last on {last}."
            )
        if first is not None and last is not None and last < first:
            raise InvalidValue(
                f"TransactionRecord: the last, {last}, is before the first, {first}."
            )

    @property
    def state(self) -> TransactionState:
        """Whether the customer has bought."""
        return TransactionState.of(self.orders)


@attrs.frozen(kw_only=True)
class RecordCard:
    """What the firm has on file about one customer, in three parts (客户资料卡).

    Parameters
    ----------
    basic : Customer
        Who he is (基础资料).
    satisfaction : SatisfactionRecord or None
        What he thinks (客户满意程度); None where nobody has asked.
    transactions : TransactionRecord or None
        What he bought (交易现状); None where nobody knows.

    Examples
    --------
    >>> card = RecordCard(basic=Customer(customer_id="C-7", management_class="key"))
    >>> card.is_vip, card.gaps
    (True, ('satisfaction', 'transactions'))
    """

    basic: Customer
    satisfaction: SatisfactionRecord | None = attrs.field(default=None, hash=False)
    transactions: TransactionRecord | None = attrs.field(default=None, hash=False)

    @property
    def is_vip(self) -> bool:
        """Whether it is a card of an important customer (贵宾档案卡)."""
        return self.basic.management_class is ManagementClass.KEY

    @property
    def gaps(self) -> tuple[str, ...]:
        """The parts that are empty."""
        return tuple(
            name for name in ("satisfaction", "transactions") if getattr(self, name) is None
        )


def stale_records(
    customers: Iterable[Customer], max_age: timedelta, *, as_of: datetime
) -> tuple[Customer, ...]:
    """Return the customers whose record nobody has looked through for too long (动态管理).

    Parameters
    ----------
    customers : iterable of Customer
        The customers.
    max_age : timedelta
        How old a record may become.
    as_of : datetime
        When it is asked, with its zone.

    Returns
    -------
    tuple of Customer
        Those that were never looked through among them; the oldest first.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> spring, autumn = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 9, 1, tzinfo=UTC)
    >>> mill = Customer(customer_id="C-7", updated_at=spring)
    >>> [customer.customer_id for customer in stale_records([mill], timedelta(90), as_of=autumn)]
    ['C-7']
    """
    seen = as_instant(as_of, "stale_records", "as_of")
    never = datetime.min.replace(tzinfo=UTC)
    ages = [
        (customer.updated_at or never, place, customer) for place, customer in enumerate(customers)
    ]
    return tuple(
        customer for at, _, customer in sorted(ages, key=lambda age: age[:2]) if seen - at > max_age
    )
