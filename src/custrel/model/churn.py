"""Churn: a customer who is leaving, and how sure one can be of it."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RiskVerdict"]


class RiskVerdict(StrEnum):
    """How likely a customer is to be leaving (客户流失).

    The source documents know two states: a drop of business by 20 % is ordinary, a drop
    by 50 % means that the customer has probably gone to a competitor.  What lies between is
    theirs to phone about, and is called `WATCH` here.  A customer with too few orders has
    no rhythm of his own from which he could depart.

    Examples
    --------
    >>> RiskVerdict("watch")
    <RiskVerdict.WATCH: 'watch'>
    >>> [verdict.value for verdict in RiskVerdict]
    ['normal', 'watch', 'defecting', 'too_early']
    """

    NORMAL = "normal"
    WATCH = "watch"
    DEFECTING = "defecting"
    TOO_EARLY = "too_early"
