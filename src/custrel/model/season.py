"""Season: which customers count most before, in and after the peak of the year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import attrs

from custrel.errors import InvalidRule, UnknownCode
from custrel.model._codes import Code
from custrel.model.case import Case
from custrel.model.flows import SALES_LIFE_FLOW
from custrel.model.money import Money
from custrel.rules import Rule

__all__ = ["STAGE_PRIORITIES", "Season", "SeasonRule", "StagePriorities", "price_floor"]


class Season(Code):
    """A part of the year's business (旺季前、旺季、淡季).

    Examples
    --------
    >>> Season("peak")
    <Season.PEAK: 'peak'>
    """

    PRE_PEAK = "pre_peak"
    PEAK = "peak"
    OFF = "off"


def _as_months(months: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({int(month) for month in months}))


@attrs.frozen(kw_only=True)
class SeasonRule(Rule):
    """When the peak of the year is, and how long before it one must hurry.

    Parameters
    ----------
    peak_months : iterable of int
        The months of the peak, from 1 to 12.
    lead_days : int
        For how many days before a peak the season is *pre-peak*.

    Raises
    ------
    InvalidRule
        A month is none, all are peak, or the days are negative.

    Examples
    --------
    >>> from datetime import date
    >>> rule = SeasonRule(peak_months=[9, 10], lead_days=30)
    >>> [rule.season(day).value for day in (date(2024, 8, 1), date(2024, 8, 2), date(2024, 9, 1))]
    ['off', 'pre_peak', 'peak']
    """

    peak_months: tuple[int, ...] = attrs.field(converter=_as_months)
    lead_days: int = 30

    def __attrs_post_init__(self) -> None:
        strange = [month for month in self.peak_months if not 1 <= month <= 12]
        if strange or len(self.peak_months) == 12 or self.lead_days < 0:
            raise InvalidRule(
                "SeasonRule: expected months from 1 to 12, not all of them, and 0 days or more; got "
                f"{self.peak_months} and {self.lead_days}."
            )

    def season(self, on: date) -> Season:
        """Return the season of a day.

        Parameters
        ----------
        on : date
            The day.

        Returns
        -------
        Season
        """
        if on.month in self.peak_months:
            return Season.PEAK
        ahead = (on + timedelta(days=day) for day in range(1, self.lead_days + 1))
        soon = any(day.month in self.peak_months for day in ahead)
        return Season.PRE_PEAK if soon else Season.OFF


def _as_rows(rows: Any) -> tuple[tuple[str, str, int], ...]:
    try:
        return tuple((str(season), str(stage), int(rank)) for season, stage, rank in rows)
    except (TypeError, ValueError):
        raise InvalidRule(
            "StagePriorities: expected rows of season, stage and priority: [('peak', 'intent', 2)]."
        ) from None


@attrs.frozen
class StagePriorities(Rule):
    """Which stage's customers come first in which season (阶段×季节销售策略).

    Parameters
    ----------
    rows : sequence of (season, stage, priority)
        1 comes first; a pair that has no row comes last.

    Raises
    ------
    InvalidRule
        A row cannot be read, a priority is below 1, or a pair has two rows.
    UnknownCode
        There is no such season.

    Examples
    --------
    >>> StagePriorities([("peak", "member", 1), ("off", "guest", 1)]).priority("guest", "peak")
    2
    >>> STAGE_PRIORITIES.priority("prospect", "off"), STAGE_PRIORITIES.priority("prospect", "peak")
    (1, 4)
    """

    rows: tuple[tuple[str, str, int], ...] = attrs.field(converter=_as_rows)
    _ranks: dict[tuple[str, str], int] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        ranks = {(Season(season).value, stage): rank for season, stage, rank in self.rows}
        if len(ranks) < len(self.rows) or any(rank < 1 for rank in ranks.values()):
            raise InvalidRule(
                "StagePriorities: each pair of season and stage has one priority, 1 or more."
            )
        object.__setattr__(self, "_ranks", ranks)

    def priority(self, stage: str, season: Season | str) -> int:
        """Return the priority of a stage's customers in a season; 1 comes first.

        Parameters
        ----------
        stage : str
            The stage.
        season : Season or str
            The season.

        Returns
        -------
        int

        Raises
        ------
        UnknownCode
            There is no such season, or no row speaks of the stage.
        """
        stages = dict.fromkeys(name for _, name in self._ranks)
        if stage not in stages:
            raise UnknownCode("stage of these priorities", stage, stages)
        last = max(self._ranks.values()) + 1
        return self._ranks.get((Season(season).value, stage), last)

    def ranked(self, cases: Iterable[Case], season: Season | str) -> tuple[Case, ...]:
        """Return cases in the order in which they deserve attention.

        Parameters
        ----------
        cases : iterable of Case
            The cases; those that are closed are left out.
        season : Season or str
            The season.

        Returns
        -------
        tuple of Case
            Those of one priority in the order given.

        Raises
        ------
        UnknownCode
            There is no such season, or no row speaks of a case's stage.
        """
        live = [case for case in cases if case.is_open]
        return tuple(sorted(live, key=lambda case: self.priority(case.state, season)))


STAGE_PRIORITIES = StagePriorities(
    [
        ("pre_peak", "intent", 1),
        ("pre_peak", "first_buyer", 1),
        ("pre_peak", "repeat_customer", 2),
        ("pre_peak", "prospect", 3),
        ("peak", "repeat_customer", 1),
        ("peak", "first_buyer", 2),
        ("peak", "intent", 3),
        ("peak", "prospect", 4),
        ("off", "prospect", 1),
        ("off", "intent", 2),
        ("off", "first_buyer", 2),
        ("off", "repeat_customer", 2),
    ]
)
"""The documents' priorities for the stages of `SALES_LIFE_FLOW` (S-037).

Just before the peak, intents and first-time buyers are won (督促业务员去攻坚意向客户与购买客户); in the
peak, repeat customers come first, then first-time buyers, and never prospects or intents; off
season, prospects are developed (让业务员多去开发潜在客户).  The order among the rest is custrel's own.
"""


def price_floor(stage: str, cost: Money, list_price: Money) -> Money:
    """Return the lowest price at which a customer in a stage may be sold to.

    Parameters
    ----------
    stage : str
        The customer's stage in `SALES_LIFE_FLOW`.
    cost : Money
        What the goods cost.
    list_price : Money
        What they are priced at.

    Returns
    -------
    Money
        The cost for one who has not bought yet, so that the first order comes in even at cost
        (以成本价格打进客户内部); the list price for all others.

    Raises
    ------
    CurrencyMismatch
        The two are of different currencies.
    UnknownCode
        There is no such stage.

    Examples
    --------
    >>> print(price_floor("intent", Money(80, "CNY"), Money(100, "CNY")))
    80 CNY
    >>> print(price_floor("repeat_customer", Money(80, "CNY"), Money(100, "CNY")))
    100 CNY
    """
    code = SALES_LIFE_FLOW.stage(stage).code
    return min(cost, list_price) if code in {"prospect", "intent"} else list_price
