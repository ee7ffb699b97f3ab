"""Customer: a party with which the firm has, or may have, business."""

from __future__ import annotations

from datetime import datetime

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import aware_or_none, in_utc_or_none, not_blank
from custrel.model._codes import Code
from custrel.model.address import Address
from custrel.model.consent import Consent, may_contact
from custrel.model.contact_point import Channel, ContactPoint
from custrel.model.hand_over import HandOver, in_order_of_time, owner_at
from custrel.model.identifier import Identifier
from custrel.model.people import ContactPerson

__all__ = [
    "ChannelRole",
    "Customer",
    "CustomerLocus",
    "CustomerNature",
    "ManagementClass",
    "TradeMode",
    "TransactionState",
]


class CustomerNature(Code):
    """What a customer is by nature (以客户的性质差别划分).

    Examples
    --------
    >>> CustomerNature("commercial")
    <CustomerNature.COMMERCIAL: 'commercial'>
    """

    RETAIL = "retail"
    COMMERCIAL = "commercial"
    ORGANIZATION = "organization"


class CustomerLocus(Code):
    """Whether a customer is outside the firm or one of its own (内部客户、外部客户).

    Examples
    --------
    >>> CustomerLocus("internal")
    <CustomerLocus.INTERNAL: 'internal'>
    """

    EXTERNAL = "external"
    INTERNAL = "internal"


class ChannelRole(Code):
    """Whether a customer passes on what he buys, or keeps it (中间客户、最终客户).

    Examples
    --------
    >>> ChannelRole("final")
    <ChannelRole.FINAL: 'final'>
    """

    INTERMEDIATE = "intermediate"
    FINAL = "final"


class TradeMode(Code):
    """Whether business is done with persons or with firms (B to C, B to B).

    Examples
    --------
    >>> TradeMode("b2b")
    <TradeMode.B2B: 'b2b'>
    """

    B2C = "b2c"
    B2B = "b2b"


class TransactionState(Code):
    """Whether a customer has bought (现实客户、潜在客户).

    Examples
    --------
    >>> TransactionState.of(orders=0)
    <TransactionState.POTENTIAL: 'potential'>
    """

    ACTUAL = "actual"
    POTENTIAL = "potential"

    @classmethod
    def of(cls, orders: int) -> TransactionState:
        """Return the state that follows from how often somebody has bought.

        Parameters
        ----------
        orders : int
            How many transactions there were, 0 or more.

        Returns
        -------
        TransactionState

        Raises
        ------
        InvalidValue
            The number is negative.
        """
        if orders < 0:
            raise InvalidValue(f"TransactionState: {orders} transactions cannot be.")
        return cls.ACTUAL if orders else cls.POTENTIAL


class ManagementClass(Code):
    """How a customer is managed (常规客户、潜力客户、关键客户、临时客户).

    Examples
    --------
    >>> ManagementClass("key")
    <ManagementClass.KEY: 'key'>
    """

    REGULAR = "regular"
    PROMISING = "promising"
    KEY = "key"
    TEMPORARY = "temporary"


def _mode(customer: Customer) -> TradeMode:
    return TradeMode.B2C if customer.nature is CustomerNature.RETAIL else TradeMode.B2B


@attrs.frozen(kw_only=True)
class Customer:
    """A party with which the firm has, or may have, business (客户).

    A customer need not be the last to receive a product, nor its user, and may be one of the
    firm's own; but there is always a record of him, so there is none without an identifier.

    Parameters
    ----------
    customer_id : str
        The identifier of the record.
    name : str
        What he is called.
    nature : CustomerNature or str
        A private person, a trader, or an organization.
    locus : CustomerLocus or str
        Outside the firm, or inside.
    channel_role : ChannelRole or str
        Whether he passes on what he buys.
    trade_mode : TradeMode or str
        Default: B2C with private persons, B2B with all others.
    management_class : ManagementClass, str or None
        How he is managed.
    is_end_user : bool
        Whether he uses what he buys himself; never derived from anything else.
    is_referred : bool
        Whether another customer recommended the firm to him.
    identifiers : sequence of Identifier
        What registers call him.
    address : Address or None
        Where he is.
    contact_points : sequence of ContactPoint
        How he is reached.
    people : sequence of ContactPerson
        Who there has a part in buying.
    consents : sequence of Consent
        What he may be contacted for.
    first_owner : str or None
        Who in the firm looked after him first (专人负责).
    hand_overs : iterable of HandOver
        To whom he went since, in any order.
    updated_at : datetime or None
        When the record was last looked through, with its zone.

    Raises
    ------
    InvalidValue
        The identifier is blank, or an instant has no zone.
    UnknownCode
        A code is none that there is.

    Notes
    -----
    The axes are independent of each other; whether he is an actual customer is said by his
    transactions: `TransactionState.of`.

    Examples
    --------
    >>> mill = Customer(customer_id="C-7", name="泸州纸厂", nature="organization")
    >>> mill.trade_mode, mill.channel_role
    (<TradeMode.B2B: 'b2b'>, <ChannelRole.FINAL: 'final'>)
    """

    customer_id: str = attrs.field(validator=not_blank)
    name: str = attrs.field(default="", hash=False)
    nature: CustomerNature = attrs.field(
        default=CustomerNature.RETAIL, converter=CustomerNature, hash=False
    )
    locus: CustomerLocus = attrs.field(
        default=CustomerLocus.EXTERNAL, converter=CustomerLocus, hash=False
    )
    channel_role: ChannelRole = attrs.field(
        default=ChannelRole.FINAL, converter=ChannelRole, hash=False
    )
    trade_mode: TradeMode = attrs.field(
        default=attrs.Factory(_mode, takes_self=True), converter=TradeMode, hash=False
    )
    management_class: ManagementClass | None = attrs.field(
        default=None, converter=attrs.converters.optional(ManagementClass), hash=False
    )
    is_end_user: bool = attrs.field(default=True, hash=False)
    is_referred: bool = attrs.field(default=False, hash=False)
    identifiers: tuple[Identifier, ...] = attrs.field(
        default=(), converter=tuple[Identifier, ...], hash=False
    )
    address: Address | None = attrs.field(default=None, hash=False)
    contact_points: tuple[ContactPoint, ...] = attrs.field(
        default=(), converter=tuple[ContactPoint, ...], hash=False
    )
    people: tuple[ContactPerson, ...] = attrs.field(
        default=(), converter=tuple[ContactPerson, ...], hash=False
    )
    consents: tuple[Consent, ...] = attrs.field(
        default=(), converter=tuple[Consent, ...], hash=False
    )
    first_owner: str | None = attrs.field(default=None, hash=False)
    hand_overs: tuple[HandOver, ...] = attrs.field(
        default=(), converter=in_order_of_time, hash=False
    )
    updated_at: datetime | None = attrs.field(
        default=None, converter=in_utc_or_none, validator=aware_or_none, hash=False
    )

    @property
    def owner(self) -> str | None:
        """Who in the firm looks after him now."""
        return owner_at(self.first_owner, self.hand_overs)

    def owner_at(self, moment: datetime) -> str | None:
        """Return who in the firm looked after him at an instant.

        Parameters
        ----------
        moment : datetime
            The instant, with its zone.

        Returns
        -------
        str or None
        """
        return owner_at(self.first_owner, self.hand_overs, moment)

    def hand_over(self, to: str, *, at: datetime, by: str, reason: str = "") -> Customer:
        """Return the customer in other hands (移交); nothing else of him changes.

        Parameters
        ----------
        to : str
            Who looks after him from then on.
        at : datetime
            When, with its zone.
        by : str
            Who decided it.
        reason : str
            Why.

        Returns
        -------
        Customer

        Raises
        ------
        InvalidValue
            A name is blank, the instant has no zone, or there is another hand-over at it.
        """
        act = HandOver(to=to, at=at, by=by, reason=reason)
        return attrs.evolve(self, hand_overs=(*self.hand_overs, act))

    def may_be_contacted(
        self, purpose: str, at: datetime, *, channel: Channel | str | None = None
    ) -> bool:
        """Tell whether he has agreed to be contacted; False where nothing says so.

        Parameters
        ----------
        purpose : str
            What for.
        at : datetime
            When, with its zone.
        channel : Channel, str or None
            By which way.

        Returns
        -------
        bool
        """
        return may_contact(self.consents, purpose, at, channel=channel)
