"""AccountTeam: who looks after a key account, and what nobody looks after."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import as_number, as_texts, not_blank
from custrel.model._codes import Code, in_code_order
from custrel.model.money import Money
from custrel.model.people import ContactPerson

__all__ = ["AccountDuty", "AccountMember", "AccountTeam"]


class AccountDuty(Code):
    """The seven duties of those who manage key accounts (大客户经理职责).

    Examples
    --------
    >>> AccountDuty("negotiate")
    <AccountDuty.NEGOTIATE: 'negotiate'>
    """

    GRASP_CONTRACT = "grasp_contract"
    DEVELOP_BUSINESS = "develop_business"
    UNDERSTAND_DECISIONS = "understand_decisions"
    FIND_ADDED_VALUE = "find_added_value"
    PROVIDE_INTELLIGENCE = "provide_intelligence"
    NEGOTIATE = "negotiate"
    COORDINATE_SERVICE = "coordinate_service"


def _as_duties(
    duties: Iterable[AccountDuty | str] | AccountDuty | str,
) -> tuple[AccountDuty, ...]:
    return in_code_order(AccountDuty, duties)


def _as_weight(weight: Any) -> Decimal:
    number = as_number(weight, "AccountMember", "a weight")
    if number < 0:
        raise InvalidValue(f"AccountMember: a weight is 0 or more, got {weight}.")
    return number


@attrs.frozen(kw_only=True)
class AccountMember:
    """Somebody who has a part in looking after a key account.

    Parameters
    ----------
    person : str
        Who.
    function : str
        What the firm employs him for: ``"sales"``, ``"logistics"``, ``"finance"``.
    duties : AccountDuty, str, or sequence of them
        What of the seven he does; in the order of the enumeration, each once.
    contacts : sequence of str
        Whom at the customer's he looks after: identifiers of persons.
    weight : Decimal, int or float
        How much of what the account brings is his merit, next to the others'; 0 or more.

    Raises
    ------
    InvalidValue
        The name or the function is blank, or the weight is below 0.
    UnknownCode
        There is no such duty.

    Examples
    --------
    >>> zhao = AccountMember(person="zhao", function="logistics", duties="coordinate_service")
    >>> [duty.value for duty in zhao.duties]
    ['coordinate_service']
    """

    person: str = attrs.field(validator=not_blank)
    function: str = attrs.field(validator=not_blank)
    duties: tuple[AccountDuty, ...] = attrs.field(default=(), converter=_as_duties)
    contacts: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    weight: Decimal = attrs.field(default=Decimal(1), converter=_as_weight)


@attrs.frozen(kw_only=True)
class AccountTeam:
    """The people of several functions who look after a key account (交叉功能小组).

    Parameters
    ----------
    lead : str
        The key-account manager: one of the members.
    members : sequence of AccountMember
        Who they are, each once.
    functions : sequence of str
        The functions that the account needs.

    Raises
    ------
    InvalidValue
        Somebody is in it twice, or the lead is no member.

    Examples
    --------
    >>> team = AccountTeam(
    ...     lead="li",
    ...     members=[
    ...         AccountMember(person="li", function="sales", duties=list(AccountDuty)[:6]),
    ...         AccountMember(person="zhao", function="logistics"),
    ...     ],
    ...     functions=["sales", "logistics", "finance"],
    ... )
    >>> team.missing_functions, [duty.value for duty in team.missing_duties]
    (('finance',), ['coordinate_service'])
    """

    lead: str
    members: tuple[AccountMember, ...] = attrs.field(converter=tuple[AccountMember, ...])
    functions: tuple[str, ...] = attrs.field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        people = [member.person for member in self.members]
        if len(set(people)) < len(people):
            raise InvalidValue(f"AccountTeam: each member once, got {', '.join(people)}.")
        if self.lead not in people:
            raise InvalidValue(
                f"AccountTeam: {self.lead!r} leads it and is none of its members: "
                f"{', '.join(people) or 'there are none'}."
            )

    @property
    def missing_functions(self) -> tuple[str, ...]:
        """The functions that the account needs and nobody of the team has."""
        had = {member.function for member in self.members}
        return tuple(function for function in self.functions if function not in had)

    @property
    def missing_duties(self) -> tuple[AccountDuty, ...]:
        """The duties that nobody does."""
        done = {duty for member in self.members for duty in member.duties}
        return tuple(duty for duty in AccountDuty if duty not in done)

    def unattended(self, people: Iterable[ContactPerson]) -> tuple[ContactPerson, ...]:
        """Return whom at the customer's nobody of the team looks after.

        Parameters
        ----------
        people : iterable of ContactPerson
            The people at the customer's; those without a part in buying are passed over.

        Returns
        -------
        tuple of ContactPerson
            Those who decide come first (与客户的权力关键人员建立关系).
        """
        known = {person for member in self.members for person in member.contacts}
        found = [one for one in people if one.roles and one.person_id not in known]
        return tuple(sorted(found, key=lambda one: not one.decides))

    def credited(self, amount: Money) -> dict[str, Money]:
        """Return an amount divided among the members by their weights.

        Parameters
        ----------
        amount : Money
            What the account brought.

        Returns
        -------
        dict of str to Money
            Of each member; together they are the amount, to its last decimal place.

        Raises
        ------
        InvalidValue
            Nobody has a weight above 0.
        """
        parts = amount.allocated(member.weight for member in self.members)
        return {member.person: part for member, part in zip(self.members, parts, strict=True)}
