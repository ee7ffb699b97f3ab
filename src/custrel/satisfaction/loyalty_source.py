"""Where a customer's loyalty comes from: no choice, family, habit, trust, or the price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.satisfaction._codes import Code
from custrel.satisfaction.loyalty_form import LoyaltyForm

__all__ = ["LoyaltySource", "LoyaltySourceRule", "is_benefit_loyalty"]


class LoyaltySource(Code):
    """What makes a customer come back (忠诚类型).

    The documents name monopoly (垄断忠诚), kinship (亲友忠诚), inertia (惰性忠诚), trust (信赖忠诚)
    and benefit loyalty (利益忠诚), and describe the first alone: low attachment, many purchases.
    Convenience (方便忠诚) and latent loyalty (潜在忠诚), and the traits of the others, are the
    literature's (reconstructed).

    References
    ----------
    .. [1] J. Griffin (1995), Customer Loyalty: How to Earn It, How to Keep It, Jossey-Bass.
    .. [2] K. Sindell (2000), Loyalty Marketing for the Internet Age, Dearborn.

    Examples
    --------
    >>> LoyaltySource.MONOPOLY.attachment, LoyaltySource.MONOPOLY.repeat
    ('low', 'high')
    >>> LoyaltySource.TRUST.form.value
    'ideal'
    """

    MONOPOLY = "monopoly"
    KINSHIP = "kinship"
    INERTIA = "inertia"
    TRUST = "trust"
    BENEFIT = "benefit"
    CONVENIENCE = "convenience"
    LATENT = "latent"

    @property
    def attachment(self) -> str:
        """How attached such a customer is: "low" or "high"."""
        return "high" if self.form in {LoyaltyForm.IDEAL, LoyaltyForm.LATENT} else "low"

    @property
    def repeat(self) -> str:
        """How often such a customer buys again: "low" or "high"."""
        return "high" if self.form in {LoyaltyForm.IDEAL, LoyaltyForm.SPURIOUS} else "low"

    @property
    def form(self) -> LoyaltyForm:
        """The form of Dick & Basu that it takes."""
        return _FORMS.get(self, LoyaltyForm.SPURIOUS)


_FORMS: Mapping[LoyaltySource, LoyaltyForm] = MappingProxyType(
    {
        LoyaltySource.TRUST: LoyaltyForm.IDEAL,
        LoyaltySource.KINSHIP: LoyaltyForm.IDEAL,
        LoyaltySource.LATENT: LoyaltyForm.LATENT,
    }
)
_DECISION = (
    LoyaltySource.MONOPOLY,
    LoyaltySource.KINSHIP,
    LoyaltySource.LATENT,
    LoyaltySource.BENEFIT,
    LoyaltySource.TRUST,
    LoyaltySource.CONVENIENCE,
)
CAUSES: Mapping[str, bool] = MappingProxyType(
    {"price_stimulus": True, "promotion_policy": True, "launch_offer": True, "easy_access": False}
)


def _as_sources(codes: Iterable[str]) -> tuple[LoyaltySource, ...]:
    return tuple(LoyaltySource(code) for code in codes)


@attrs.frozen(kw_only=True)
class LoyaltySourceRule(Rule):
    """A decision list: the first source that fits a customer is his.

    Parameters
    ----------
    order : sequence of LoyaltySource or str
        Which sources are asked for, in this order; who fits none comes back out of inertia.
    trust_from : float
        From which trust on he trusts, on whatever scale the column has.
    convenient_from : float
        From which convenience on it is convenient.
    repeat_from : float
        From how many repeat purchases on he comes back.

    Raises
    ------
    InvalidRule
        A source stands twice, or inertia, which is what remains, stands in the order.
    UnknownCode
        There is no such source.

    Notes
    -----
    ===========  ===============================================
    monopoly     there is no other supplier
    kinship      a relative or friend works or sells there
    latent       he trusts, and does not come back
    benefit      he comes for the price
    trust        he trusts
    convenience  it is convenient
    inertia      none of these
    ===========  ===============================================

    The list and its order are ours (own): who has no choice cannot show why else he would stay,
    and so on down.

    Examples
    --------
    >>> rule = LoyaltySourceRule(trust_from=5, convenient_from=5)
    >>> rule.source(alternatives=0, trust=7).value  # the electric utility
    'monopoly'
    >>> rule.source(alternatives=3, trust=6).value
    'trust'
    >>> rule.source(alternatives=3).value
    'inertia'
    """

    order: tuple[LoyaltySource, ...] = attrs.field(default=_DECISION, converter=_as_sources)
    trust_from: float = attrs.field(default=4.0, converter=float)
    convenient_from: float = attrs.field(default=4.0, converter=float)
    repeat_from: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if len(set(self.order)) != len(self.order) or LoyaltySource.INERTIA in self.order:
            raise InvalidRule(
                "LoyaltySourceRule: order names each source once, without inertia, which is what "
                f"remains; got {', '.join(source.value for source in self.order)}."
            )

    def source(
        self,
        *,
        alternatives: float,
        kin: bool = False,
        price_driven: bool = False,
        trust: float = 0.0,
        convenience: float = 0.0,
        repeat: float = float("inf"),
    ) -> LoyaltySource:
        """Return where one customer's loyalty comes from.

        Parameters
        ----------
        alternatives : float
            How many other suppliers he could take.
        kin : bool
            Whether a relative or friend binds him.
        price_driven : bool
            Whether he comes for prices and promotions.
        trust, convenience : float
            What he answered.
        repeat : float
            How often he has bought again.

        Returns
        -------
        LoyaltySource
        """
        holds = self._conditions(
            {
                "alternatives": alternatives,
                "kin": kin,
                "price_driven": price_driven,
                "trust": trust,
                "convenience": convenience,
                "repeat": repeat,
            }
        )
        return next((source for source in self.order if holds[source]), LoyaltySource.INERTIA)

    def classify(
        self,
        customers: Any,
        *,
        alternatives: str = "alternatives",
        kin: str = "kin",
        price_driven: str = "price_driven",
        trust: str = "trust",
        convenience: str = "convenience",
        repeat: str = "repeat",
        name: str = "loyalty_source",
    ) -> Any:
        """Add where every customer's loyalty comes from.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        alternatives : str
            The column of how many other suppliers he could take.
        kin, price_driven : str
            Columns of truth values, or of 0 and 1.
        trust, convenience, repeat : str
            Columns of numbers.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`: codes of `LoyaltySource`.

        Raises
        ------
        InvalidData
            A value is missing.
        ColumnNotFound
            A column is not there.
        """
        door = enter(customers)
        columns = {
            "alternatives": alternatives,
            "kin": kin,
            "price_driven": price_driven,
            "trust": trust,
            "convenience": convenience,
            "repeat": repeat,
        }
        door.require(columns.values())
        require_complete(door.with_truth_as_numbers(kin, price_driven), *columns.values())
        facts = {what: as_float(column) for what, column in columns.items()}
        facts |= {what: facts[what] > 0 for what in ("kin", "price_driven")}
        holds = self._conditions(facts)
        found = nw.lit(LoyaltySource.INERTIA.value)
        for source in reversed(self.order):
            found = nw.when(holds[source]).then(nw.lit(source.value)).otherwise(found)
        return door.leave(door.frame.with_columns(found.alias(name)))

    def _conditions(self, facts: Mapping[str, Any]) -> dict[LoyaltySource, Any]:
        """Return when each source holds, of numbers or of columns."""
        trusts = facts["trust"] >= self.trust_from
        return {
            LoyaltySource.MONOPOLY: facts["alternatives"] < 1,
            LoyaltySource.KINSHIP: facts["kin"],
            LoyaltySource.LATENT: trusts & (facts["repeat"] < self.repeat_from),
            LoyaltySource.BENEFIT: facts["price_driven"],
            LoyaltySource.TRUST: trusts,
            LoyaltySource.CONVENIENCE: facts["convenience"] >= self.convenient_from,
        }


def is_benefit_loyalty(cause: str) -> bool:
    """Tell whether a cause of loyalty is a benefit (利益忠诚): a price, and gone with it.

    Parameters
    ----------
    cause : {"price_stimulus", "promotion_policy", "launch_offer", "easy_access"}
        价格刺激, 促销政策 and 产品推广时的优惠 are benefits; 方便 is not.

    Returns
    -------
    bool

    Raises
    ------
    UnknownCode
        The documents do not name that cause.

    Examples
    --------
    >>> is_benefit_loyalty("launch_offer"), is_benefit_loyalty("easy_access")
    (True, False)
    """
    if cause not in CAUSES:
        raise UnknownCode("cause of loyalty", cause, CAUSES)
    return CAUSES[cause]
