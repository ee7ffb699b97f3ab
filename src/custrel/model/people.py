"""People: who at a customer's has a part in buying."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from custrel.model._checks import as_texts, not_blank
from custrel.model._codes import Code, in_code_order
from custrel.model.contact_point import ContactPoint

if TYPE_CHECKING:
    from custrel.model.customer import Customer

__all__ = ["BuyingRole", "ContactPerson", "without_role"]


class BuyingRole(Code):
    """The part that somebody has in buying (购买者与决策者).

    The documents tell buyer and decider apart; the others complete the buying center
    (reconstructed).

    References
    ----------
    .. [1] F. E. Webster, Y. Wind (1972), A General Model for Understanding Organizational
       Buying Behavior, Journal of Marketing 36(2), 12-19.

    Examples
    --------
    >>> BuyingRole("decider")
    <BuyingRole.DECIDER: 'decider'>
    """

    BUYER = "buyer"
    DECIDER = "decider"
    USER = "user"
    INFLUENCER = "influencer"
    GATEKEEPER = "gatekeeper"


def _as_roles(roles: Iterable[BuyingRole | str] | BuyingRole | str) -> tuple[BuyingRole, ...]:
    return in_code_order(BuyingRole, roles)


@attrs.frozen(kw_only=True)
class ContactPerson:
    """Somebody at a customer's who has a part in buying (联系人).

    Parameters
    ----------
    person_id : str
        The identifier of the record.
    name : str
        What he or she is called.
    title : str
        The position.
    roles : BuyingRole, str, or sequence of them
        The parts in buying; in the order of the enumeration, each once.
    contact_points : sequence of ContactPoint
        How he or she is reached.
    concerns : sequence of str
        What he or she prefers or worries about (偏好和担忧).

    Raises
    ------
    InvalidValue
        The identifier is blank.
    UnknownCode
        There is no such role.

    Examples
    --------
    >>> li = ContactPerson(person_id="P-1", name="李伟", roles=["decider", "buyer"])
    >>> li.decides
    True
    """

    person_id: str = attrs.field(validator=not_blank)
    name: str = ""
    title: str = ""
    roles: tuple[BuyingRole, ...] = attrs.field(default=(), converter=_as_roles)
    contact_points: tuple[ContactPoint, ...] = attrs.field(
        default=(), converter=tuple[ContactPoint, ...]
    )
    concerns: tuple[str, ...] = attrs.field(default=(), converter=as_texts)

    @property
    def decides(self) -> bool:
        """Whether this is the one who decides."""
        return BuyingRole.DECIDER in self.roles


def without_role(
    customers: Iterable[Customer], role: BuyingRole | str = BuyingRole.DECIDER
) -> tuple[Customer, ...]:
    """Return the customers at whose place nobody is known in a role (决策者未明的客户).

    Parameters
    ----------
    customers : iterable of Customer
        The customers.
    role : BuyingRole or str
        The role; default: the one who decides, before whom nothing is sold blindly.

    Returns
    -------
    tuple of Customer

    Raises
    ------
    UnknownCode
        There is no such role.

    Examples
    --------
    >>> from custrel.model import Customer
    >>> boss = ContactPerson(person_id="P-1", roles="decider")
    >>> mills = [Customer(customer_id="C-1", people=[boss]), Customer(customer_id="C-2")]
    >>> [customer.customer_id for customer in without_role(mills)]
    ['C-2']
    """
    wanted = BuyingRole(role)
    return tuple(
        customer
        for customer in customers
        if not any(wanted in person.roles for person in customer.people)
    )
