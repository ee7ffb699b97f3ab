"""Service: how a request is answered, and at what point of a sale it comes."""

from __future__ import annotations

from datetime import datetime

from custrel.errors import InvalidValue
from custrel.model._checks import as_instant
from custrel.model._codes import Code

__all__ = ["RequestAnswer", "ServicePhase"]


class RequestAnswer(Code):
    """How a request is answered (需求受理分级).

    What can be met is met; where it cannot, the customer is shown, at this one desk, a way to
    what he needs (一站式服务); what is unreasonable is explained.

    Examples
    --------
    >>> RequestAnswer.of(reasonable=True, feasible=False)
    <RequestAnswer.ONE_STOP: 'one_stop'>
    """

    FULFIL = "fulfil"
    ONE_STOP = "one_stop"
    EXPLAIN = "explain"

    @classmethod
    def of(cls, *, reasonable: bool, feasible: bool) -> RequestAnswer:
        """Return how a request is answered.

        Parameters
        ----------
        reasonable : bool
            Whether it may be asked for; what may not is explained even where it could be met.
        feasible : bool
            Whether it can be met.

        Returns
        -------
        RequestAnswer
        """
        if not reasonable:
            return cls.EXPLAIN
        return cls.FULFIL if feasible else cls.ONE_STOP


class ServicePhase(Code):
    """At what point of a sale service is given (售前、售中和售后).

    Examples
    --------
    >>> from datetime import UTC
    >>> ordered, delivered = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 9, tzinfo=UTC)
    >>> ServicePhase.of(datetime(2024, 3, 5, tzinfo=UTC), ordered, delivered)
    <ServicePhase.IN_SALE: 'in_sale'>
    """

    PRE_SALE = "pre_sale"
    IN_SALE = "in_sale"
    AFTER_SALE = "after_sale"

    @classmethod
    def of(
        cls, at: datetime, ordered_at: datetime | None, delivered_at: datetime | None = None
    ) -> ServicePhase:
        """Return the phase in which something happened.

        Parameters
        ----------
        at : datetime
            When it happened, with its zone.
        ordered_at : datetime or None
            When the order was given; None: not yet.
        delivered_at : datetime or None
            When it was delivered; None: not yet.

        Returns
        -------
        ServicePhase
            The instant of the order belongs to the sale, that of delivery to what comes after.

        Raises
        ------
        InvalidValue
            It was delivered without or before the order, or an instant has no zone.
        """
        at, ordered_at = as_instant(at, "ServicePhase", "at"), _given(ordered_at, "ordered_at")
        delivered_at = _given(delivered_at, "delivered_at")
        if delivered_at is not None and (ordered_at is None or delivered_at < ordered_at):
            raise InvalidValue(
                f"ServicePhase: delivered at {delivered_at}, but ordered at {ordered_at}."
            )
        if ordered_at is None or at < ordered_at:
            return cls.PRE_SALE
        return cls.IN_SALE if delivered_at is None or at < delivered_at else cls.AFTER_SALE


def _given(moment: datetime | None, name: str) -> datetime | None:
    return None if moment is None else as_instant(moment, "ServicePhase", name)
