"""Relationship: between the firm and one who has a stake in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import as_day, not_blank
from custrel.model._codes import Code
from custrel.model.money import Money
from custrel.model.period import Period

__all__ = [
    "BondLevel",
    "Relationship",
    "RelationshipSetting",
    "RelationshipType",
    "Stakeholder",
    "Tense",
    "share_of_wallet",
]


class RelationshipType(Code):
    """The four types of relation between supplier and customer, as a ladder (客户关系的类型).

    Transactional: a fair single exchange; preferred supply: value is shared out between the
    two; partnership: new value is made; strategic alliance: resources complete each other.  That
    they are steps of one ladder is custrel's reading.

    Examples
    --------
    >>> RelationshipType.of(splits_value=True)
    <RelationshipType.PREFERRED_SUPPLY: 'preferred_supply'>
    >>> RelationshipType.PARTNERSHIP.rank
    3
    """

    TRANSACTIONAL = "transactional"
    PREFERRED_SUPPLY = "preferred_supply"
    PARTNERSHIP = "partnership"
    STRATEGIC_ALLIANCE = "strategic_alliance"

    @classmethod
    def of(
        cls,
        *,
        splits_value: bool = False,
        creates_value: bool = False,
        pools_resources: bool = False,
    ) -> RelationshipType:
        """Return the highest type whose mark a relation shows.

        Parameters
        ----------
        splits_value : bool
            Its core is in what proportion and how value is shared out between the two
            (价值在供应商与客户之间的分配比例和分配方式).
        creates_value : bool
            The two make new value together.
        pools_resources : bool
            Resources complete each other, and the two keep step.

        Returns
        -------
        RelationshipType
            Transactional where it shows none of them.
        """
        marks = (True, splits_value, creates_value, pools_resources)
        return max((kind for kind, mark in zip(cls, marks, strict=True) if mark), key=_rank)

    @property
    def rank(self) -> int:
        """Its place on the ladder, from 1."""
        return _rank(self)


class BondLevel(Code):
    """The three levels at which a relation can be tied (关系营销三个层次).

    The higher the level, the greater the possible benefit to the firm.

    References
    ----------
    .. [1] L. L. Berry, A. Parasuraman (1991), Marketing Services, Free Press.

    Examples
    --------
    >>> BondLevel.of(financial=True, structural=True)
    <BondLevel.STRUCTURAL: 'structural'>
    """

    FINANCIAL = "financial"
    SOCIAL = "social"
    STRUCTURAL = "structural"

    @classmethod
    def of(
        cls, *, financial: bool = False, social: bool = False, structural: bool = False
    ) -> BondLevel | None:
        """Return the highest level at which a relation is tied.

        Parameters
        ----------
        financial : bool
            By prices and bonuses.
        social : bool
            By persons who know each other.
        structural : bool
            By systems, processes and knowledge that would be costly to part with.

        Returns
        -------
        BondLevel or None
            None where nothing ties it.
        """
        ties = (financial, social, structural)
        return max(
            (level for level, tie in zip(cls, ties, strict=True) if tie), key=_rank, default=None
        )

    @property
    def rank(self) -> int:
        """Its place among the levels, from 1; the possible benefit grows with it."""
        return _rank(self)


class RelationshipSetting(Code):
    """Whether a contract binds the customer (契约型、非契约型客户关系).

    References
    ----------
    .. [1] W. J. Reinartz, V. Kumar (2000), On the Profitability of Long-Life Customers in a
       Noncontractual Setting, Journal of Marketing 64(4), 17-35.

    Examples
    --------
    >>> RelationshipSetting("non_contractual").churn_is_observed
    False
    """

    CONTRACTUAL = "contractual"
    NON_CONTRACTUAL = "non_contractual"

    @property
    def churn_is_observed(self) -> bool:
        """Whether one sees when a customer leaves; otherwise it is inferred from his silence."""
        return self is RelationshipSetting.CONTRACTUAL

    @property
    def cost_falls_with_tenure(self) -> bool:
        """Whether an old customer may be taken to cost less to keep (the documents disagree).

        Without a contract, the fall is not marked (不明显).
        """
        return self is RelationshipSetting.CONTRACTUAL


class Stakeholder(Code):
    """With whom the firm has relations (利益相关者).

    Examples
    --------
    >>> Stakeholder("supplier")
    <Stakeholder.SUPPLIER: 'supplier'>
    """

    CONSUMER = "consumer"
    SUPPLIER = "supplier"
    DISTRIBUTOR = "distributor"
    COMPETITOR = "competitor"
    GOVERNMENT = "government"
    PUBLIC = "public"


class Tense(Code):
    """Whether a relation is past, present or yet to come (过去、现在、未来).

    Examples
    --------
    >>> Tense("present")
    <Tense.PRESENT: 'present'>
    """

    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"


@attrs.frozen(kw_only=True)
class Relationship:
    """A relation between the firm and one who has a stake in it (客户关系).

    Parameters
    ----------
    party_id : str
        The other side.
    period : Period
        From when until when.
    stakeholder : Stakeholder or str
        What the other side is to the firm.
    kind : RelationshipType or str
        Its type.
    bond : BondLevel, str or None
        The highest level at which it is tied.
    setting : RelationshipSetting or str
        Whether a contract binds the other side.
    is_willing : bool or None
        Whether the other side wants to keep it up (愿意不愿意保持关系); None: nobody knows.

    Raises
    ------
    InvalidValue
        The identifier is blank.
    UnknownCode
        A code is none that there is.

    Examples
    --------
    >>> from datetime import date
    >>> relation = Relationship(party_id="C-7", period=Period(date(2023, 5, 1), date(2024, 5, 1)))
    >>> relation.tense(date(2024, 5, 1))
    <Tense.PAST: 'past'>
    """

    party_id: str = attrs.field(validator=not_blank)
    period: Period
    stakeholder: Stakeholder = attrs.field(default=Stakeholder.CONSUMER, converter=Stakeholder)
    kind: RelationshipType = attrs.field(
        default=RelationshipType.TRANSACTIONAL, converter=RelationshipType
    )
    bond: BondLevel | None = attrs.field(
        default=None, converter=attrs.converters.optional(BondLevel)
    )
    setting: RelationshipSetting = attrs.field(
        default=RelationshipSetting.NON_CONTRACTUAL, converter=RelationshipSetting
    )
    is_willing: bool | None = None

    def tense(self, on: date) -> Tense:
        """Return whether it is past, present or yet to come on a day.

        Parameters
        ----------
        on : date
            The day.

        Returns
        -------
        Tense
        """
        if as_day(on, "Relationship", "on") < self.period.start:
            return Tense.FUTURE
        return Tense.PRESENT if on in self.period else Tense.PAST

    def is_at_risk(self, on: date) -> bool:
        """Tell whether it lasts but the other side does not want to keep it up.

        Parameters
        ----------
        on : date
            The day.

        Returns
        -------
        bool
        """
        return self.tense(on) is Tense.PRESENT and self.is_willing is False


def share_of_wallet(here: Money, total: Money) -> Decimal:
    """Return the part of a customer's spending that comes to the firm (购买份额).

    Parameters
    ----------
    here : Money
        What he spends with the firm.
    total : Money
        What he spends on such things with all firms.

    Returns
    -------
    Decimal
        From 0 to 1.

    Raises
    ------
    CurrencyMismatch
        The two are of different currencies.
    InvalidValue
        The total is not above 0, or smaller than the part.

    Examples
    --------
    >>> share_of_wallet(Money(30, "CNY"), Money(120, "CNY"))
    Decimal('0.25')
    """
    if not total > Money(0, total.currency) or not Money(0, total.currency) <= here <= total:
        raise InvalidValue(
            f"share_of_wallet: expected 0 <= here <= total and a total above 0, got {here} of {total}."
        )
    return here / total


def _rank(code: Code) -> int:
    return list(type(code)).index(code) + 1
