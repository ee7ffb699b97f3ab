"""Exit feedback: why customers left, in their own words and in codes that can be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from custrel.model._checks import aware, in_utc, not_blank
from custrel.model._codes import Code

__all__ = ["ChurnCause", "ChurnType", "ExitFeedback", "churn_causes"]


class ChurnType(Code):
    """The four types of churn by cause (客户流失的类型).

    `custrel.valuation.WinBackRule` goes by these codes.

    Examples
    --------
    >>> ChurnCause("competitor").churn_type
    <ChurnType.BENEFIT_SEEKING: 'benefit_seeking'>
    """

    NATURAL = "natural"
    CHANGED_NEEDS = "changed_needs"
    BENEFIT_SEEKING = "benefit_seeking"
    DISAPPOINTED = "disappointed"


class ChurnCause(Code):
    """Why a customer left (客户流失的原因).

    The causes are the documents'; which type of churn each is, is custrel's reading.

    Examples
    --------
    >>> [cause.value for cause in ChurnCause if cause.churn_type is ChurnType.NATURAL]
    ['migration']
    """

    COMPETITOR = "competitor"
    STAFF_TURNOVER = "staff_turnover"
    MARKET_SWING = "market_swing"
    INTERNAL_CRISIS = "internal_crisis"
    COMPLAINT_MISHANDLED = "complaint_mishandled"
    DISHONESTY = "dishonesty"
    BULLYING = "bullying"
    CONDUCT = "conduct"
    NEEDS_CHANGED = "needs_changed"
    MIGRATION = "migration"

    @property
    def churn_type(self) -> ChurnType:
        """What type of churn it is; where the firm failed, customers are disappointed."""
        return _TYPES.get(self, ChurnType.DISAPPOINTED)


_TYPES: Mapping[ChurnCause, ChurnType] = MappingProxyType(
    {
        ChurnCause.COMPETITOR: ChurnType.BENEFIT_SEEKING,
        ChurnCause.MARKET_SWING: ChurnType.CHANGED_NEEDS,
        ChurnCause.NEEDS_CHANGED: ChurnType.CHANGED_NEEDS,
        ChurnCause.MIGRATION: ChurnType.NATURAL,
    }
)


@attrs.frozen(kw_only=True)
class ExitFeedback:
    """What a customer says who has left (客户流失反馈).

    Parameters
    ----------
    customer_id : str
        Who.
    at : datetime
        When he said it, with its zone.
    cause : ChurnCause or str
        Why he ended the business.
    dislikes : str
        What he did not like.
    service_impression, sales_impression : str
        What he thinks of the service and of the salespeople.
    suggestions : str
        What he would change.

    Raises
    ------
    InvalidValue
        The identifier is blank, or the instant has no zone.
    UnknownCode
        There is no such cause.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> said = ExitFeedback(
    ...     customer_id="C-7", at=datetime(2024, 3, 1, tzinfo=UTC), cause="complaint_mishandled"
    ... )
    >>> said.cause.churn_type.value
    'disappointed'
    """

    customer_id: str = attrs.field(validator=not_blank)
    at: datetime = attrs.field(converter=in_utc, validator=aware)
    cause: ChurnCause = attrs.field(converter=ChurnCause)
    dislikes: str = ""
    service_impression: str = ""
    sales_impression: str = ""
    suggestions: str = ""


def churn_causes(feedback: Iterable[ExitFeedback]) -> dict[ChurnCause, int]:
    """Count the causes for which customers left, the most frequent first (流失原因统计).

    Parameters
    ----------
    feedback : iterable of ExitFeedback
        What was said; of a customer who said more than once, the last counts.

    Returns
    -------
    dict of ChurnCause to int
        Customers by cause; causes that nobody named are left out, and equal numbers stand in
        the order of the codes.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> day = datetime(2024, 3, 1, tzinfo=UTC)
    >>> said = [
    ...     ExitFeedback(customer_id="C-1", at=day, cause="competitor"),
    ...     ExitFeedback(customer_id="C-2", at=day, cause="migration"),
    ...     ExitFeedback(customer_id="C-3", at=day, cause="competitor"),
    ... ]
    >>> {cause.value: customers for cause, customers in churn_causes(said).items()}
    {'competitor': 2, 'migration': 1}
    """
    last = {one.customer_id: one.cause for one in sorted(feedback, key=lambda one: one.at)}
    counts = Counter(last.values())
    ranked = sorted(counts, key=lambda cause: (-counts[cause], list(ChurnCause).index(cause)))
    return {cause: counts[cause] for cause in ranked}
