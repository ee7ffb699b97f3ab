"""Exhibition: a platform with two sides, exhibitors and visitors."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from custrel.errors import InvalidRule, InvalidValue
from custrel.model._checks import not_blank
from custrel.model._codes import Code
from custrel.model.money import Money
from custrel.rules import Rule

__all__ = [
    "ExhibitionSide",
    "Participation",
    "PlatformValue",
    "return_rate",
    "spending_ratio",
]


class ExhibitionSide(Code):
    """On which side somebody takes part (参展商、专业观众、普通观众).

    The professional visitors are the exhibitors' core customers, and so the exhibition's most
    important ones (会展企业的最核心客户).

    Examples
    --------
    >>> [side.value for side in ExhibitionSide if side.is_visitor]
    ['professional_visitor', 'general_visitor']
    """

    EXHIBITOR = "exhibitor"
    PROFESSIONAL_VISITOR = "professional_visitor"
    GENERAL_VISITOR = "general_visitor"

    @property
    def is_visitor(self) -> bool:
        """Whether it is the side of the visitors."""
        return self is not ExhibitionSide.EXHIBITOR


@attrs.frozen(kw_only=True)
class Participation:
    """That a customer took part in one edition of a show.

    Parameters
    ----------
    customer_id : str
        Who.
    show : str
        Which edition: ``"2024"``.
    side : ExhibitionSide or str
        On which side.
    is_key : bool
        Whether others come for his sake (重点展商和重点观众).

    Raises
    ------
    InvalidValue
        The identifier or the edition is blank.
    UnknownCode
        There is no such side.

    Examples
    --------
    >>> Participation(customer_id="C-7", show="2024", side="exhibitor").side
    <ExhibitionSide.EXHIBITOR: 'exhibitor'>
    """

    customer_id: str = attrs.field(validator=not_blank)
    show: str = attrs.field(validator=not_blank)
    side: ExhibitionSide = attrs.field(converter=ExhibitionSide)
    is_key: bool = False


def return_rate(
    participations: Iterable[Participation],
    show: str,
    following: str,
    *,
    side: ExhibitionSide | str,
    key_only: bool = False,
) -> float | None:
    """Return the part of one side that came again to the following show (回头率).

    Parameters
    ----------
    participations : iterable of Participation
        Who took part in what.
    show, following : str
        The two editions.
    side : ExhibitionSide or str
        Which side.
    key_only : bool
        Whether only those count whom others came for at the first of the two.

    Returns
    -------
    float or None
        None where nobody of this side was at the first.

    Raises
    ------
    UnknownCode
        There is no such side.

    Examples
    --------
    >>> shows = [("A", "2023"), ("B", "2023"), ("A", "2024"), ("C", "2024")]
    >>> all_ = [Participation(customer_id=c, show=s, side="exhibitor") for c, s in shows]
    >>> return_rate(all_, "2023", "2024", side="exhibitor")
    0.5
    """
    wanted = ExhibitionSide(side)
    own = [one for one in participations if one.side is wanted]
    before = {one.customer_id for one in own if one.show == show and (one.is_key or not key_only)}
    after = {one.customer_id for one in own if one.show == following}
    return len(before & after) / len(before) if before else None


def spending_ratio(on_exhibitors: Money, on_visitors: Money) -> Decimal:
    """Return how much is spent on exhibitors for each unit spent on visitors.

    Parameters
    ----------
    on_exhibitors : Money
        What is spent to win exhibitors (招展).
    on_visitors : Money
        What is spent to invite visitors (观众邀请); above 0.

    Returns
    -------
    Decimal
        The documents give 6 as the average of Chinese exhibitions, and call it a fault: the
        visitors are neglected.

    Raises
    ------
    CurrencyMismatch
        The two are of different currencies.
    InvalidValue
        An amount is negative, or nothing is spent on visitors.

    Examples
    --------
    >>> spending_ratio(Money(600, "CNY"), Money(100, "CNY"))
    Decimal('6')
    """
    nothing = Money(0, on_visitors.currency)
    if on_exhibitors < nothing or not on_visitors > nothing:
        raise InvalidValue(
            "spending_ratio: expected 0 or more for exhibitors and more than 0 for visitors, got "
            f"{on_exhibitors} and {on_visitors}."
        )
    return on_exhibitors / on_visitors


@attrs.frozen(kw_only=True)
class PlatformValue(Rule):
    """What an exhibition is worth to its two sides, by how many there are of the other.

    Parameters
    ----------
    professional_to_exhibitor : float
        What one professional visitor is worth to one exhibitor.
    general_to_exhibitor : float
        What one general visitor is.
    exhibitor_to_visitor : float
        What one exhibitor is worth to one visitor.
    marketing : float
        What the platform itself is worth to one exhibitor (平台营销价值).

    Raises
    ------
    InvalidRule
        A value is negative or no number.

    Notes
    -----
    For e exhibitors, p professional and g general visitors,
    exhibitors' value = e (a p + b g + m) and visitors' value = (p + g) c e.
    The documents say that the value to an exhibitor is what the other side brings him and the
    marketing value of the platform; the linear form is reconstructed.

    References
    ----------
    .. [1] J.-C. Rochet, J. Tirole (2003), Platform Competition in Two-Sided Markets, Journal of
       the European Economic Association 1(4), 990-1029.

    Examples
    --------
    >>> rule = PlatformValue(
    ...     professional_to_exhibitor=2,
    ...     general_to_exhibitor=0.1,
    ...     exhibitor_to_visitor=1,
    ...     marketing=50,
    ... )
    >>> rule.to_sides(exhibitors=10, professional=100, general=1000)
    (3500.0, 11000.0)
    """

    professional_to_exhibitor: float = attrs.field(converter=float)
    general_to_exhibitor: float = attrs.field(default=0.0, converter=float)
    exhibitor_to_visitor: float = attrs.field(default=0.0, converter=float)
    marketing: float = attrs.field(default=0.0, converter=float)

    def __attrs_post_init__(self) -> None:
        for name, value in attrs.asdict(self).items():
            if not value >= 0:
                raise InvalidRule(f"PlatformValue: {name} must be 0 or more, got {value:g}.")

    def to_sides(self, *, exhibitors: int, professional: int, general: int) -> tuple[float, float]:
        """Return what the exhibition is worth to all exhibitors and to all visitors.

        Parameters
        ----------
        exhibitors : int
            How many exhibitors there are.
        professional : int
            How many professional visitors.
        general : int
            How many general visitors.

        Returns
        -------
        tuple of float
            The value to the exhibitors, and that to the visitors.

        Raises
        ------
        InvalidValue
            A number is negative.
        """
        if min(exhibitors, professional, general) < 0:
            raise InvalidValue("PlatformValue: there cannot be fewer than 0 of anybody.")
        visits = self.professional_to_exhibitor * professional + self.general_to_exhibitor * general
        return (
            exhibitors * (visits + self.marketing),
            (professional + general) * self.exhibitor_to_visitor * exhibitors,
        )
