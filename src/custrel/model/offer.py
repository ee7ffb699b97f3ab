"""Offer: what is offered to whom, at what price, when and by which way."""

from __future__ import annotations

from datetime import datetime

import attrs

from custrel.model._checks import aware_or_none, in_utc_or_none
from custrel.model.contact_point import Channel
from custrel.model.money import Money

__all__ = ["Offer"]


@attrs.frozen(kw_only=True)
class Offer:
    """An offer: the right customer, price, time, channel and product (五个“正确”).

    Parameters
    ----------
    customer_id : str
        To whom; blank where it is not settled.
    price : Money or None
        At what price.
    at : datetime or None
        When, with its zone.
    channel : Channel, str or None
        By which way.
    product : str
        What; blank where it is not settled.

    Raises
    ------
    InvalidValue
        The instant has no zone.
    UnknownCode
        There is no such channel.

    Examples
    --------
    >>> Offer(customer_id="C-7", product="paper", channel="email").missing
    ('price', 'at')
    """

    customer_id: str = ""
    price: Money | None = None
    at: datetime | None = attrs.field(
        default=None, converter=in_utc_or_none, validator=aware_or_none
    )
    channel: Channel | None = attrs.field(
        default=None, converter=attrs.converters.optional(Channel)
    )
    product: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of the five are not settled yet; it may go out when none is."""
        parts = ("customer_id", "price", "at", "channel", "product")
        return tuple(name for name in parts if getattr(self, name) in {None, ""})
