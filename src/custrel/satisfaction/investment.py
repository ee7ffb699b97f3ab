"""Where to invest in satisfaction: advice by competition and zone, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.satisfaction._codes import Code, require_codes
from custrel.satisfaction.satisfaction_zone import SatisfactionZone

__all__ = ["STANDARD_INVESTMENT", "Competition", "SatisfactionInvestment"]

Rows = tuple[tuple["Competition", SatisfactionZone, str, str], ...]


class Competition(Code):
    """How much choice customers have: full competition (充分竞争行业), monopoly (垄断行业).

    Examples
    --------
    >>> [competition.value for competition in Competition]
    ['competitive', 'monopolized']
    """

    COMPETITIVE = "competitive"
    MONOPOLIZED = "monopolized"


def _as_rows(rows: Iterable[Any]) -> Rows:
    try:
        return tuple(
            (Competition(competition), SatisfactionZone(zone), str(advice), str(reason))
            for competition, zone, advice, reason in rows
        )
    except (TypeError, ValueError):
        raise InvalidRule(
            "expected rows of competition, zone, advice and reason: "
            "[('competitive', 'dissatisfaction', 'invest_fast', 'pays_in_proportion'), ...]."
        ) from None


@attrs.frozen
class SatisfactionInvestment(Rule):
    """What to do about satisfaction where customers have a choice, and where they have none.

    Parameters
    ----------
    rows : iterable of four str
        Competition, zone, advice and reason: one row for each of the six pairs.

    Raises
    ------
    InvalidRule
        A pair is missing or stands twice, or a row is not four texts.
    UnknownCode
        There is no such competition or zone.

    See Also
    --------
    STANDARD_INVESTMENT : The documents' rule.
    SatisfactionZones : Zones from measured satisfaction.

    Examples
    --------
    >>> STANDARD_INVESTMENT.advice("competitive", "indifference")
    ('reduce', 'loyalty_hardly_responds')
    >>> SatisfactionInvestment(STANDARD_INVESTMENT.rows) == STANDARD_INVESTMENT
    True
    """

    rows: Rows = attrs.field(converter=_as_rows)

    def __attrs_post_init__(self) -> None:
        pairs = [(competition, zone) for competition, zone, _, _ in self.rows]
        wanted = {(competition, zone) for competition in Competition for zone in SatisfactionZone}
        if len(pairs) != len(wanted) or set(pairs) != wanted:
            raise InvalidRule(
                "SatisfactionInvestment: expected one row for each competition and zone."
            )

    def advice(
        self, competition: Competition | str, zone: SatisfactionZone | str
    ) -> tuple[str, str]:
        """Return what to do, and why.

        Parameters
        ----------
        competition : Competition or str
            The industry's.
        zone : SatisfactionZone or str
            The customers'.

        Returns
        -------
        advice : str
            ``"invest_fast"``, ``"invest_more"``, ``"reduce"`` or ``"hold"``, or one's own.
        reason : str
            A code too; `custrel.label` puts both into words.

        Raises
        ------
        UnknownCode
            There is no such competition or zone.
        """
        wanted = (Competition(competition), SatisfactionZone(zone))
        found = {row[:2]: row[2:] for row in self.rows}
        return found[wanted]

    def advise(
        self,
        customers: Any,
        *,
        competition: Competition | str,
        zone: str = "zone",
    ) -> Any:
        """Add what to do about every customer or group, and why.

        Parameters
        ----------
        customers : frame
            With a column of zones, as `SatisfactionZones.classify` adds it.
        competition : Competition or str
            The industry's.
        zone : str
            The column of zones.

        Returns
        -------
        frame
            As it came, with ``investment`` and ``investment_reason``.

        Raises
        ------
        InvalidData
            A zone is missing, or is none.
        ColumnNotFound
            The column is not there.
        UnknownCode
            There is no such competition.
        """
        door, zones = enter(customers), [z.value for z in SatisfactionZone]
        kind = Competition(competition)
        require_codes(door, zone, zones)
        texts = [self.advice(kind, code) for code in zones]
        text = nw.col(zone).cast(nw.String)
        columns = {
            name: text.replace_strict(
                zones, [pair[i] for pair in texts], default=None, return_dtype=nw.String
            )
            for i, name in enumerate(("investment", "investment_reason"))
        }
        return door.leave(door.frame.with_columns(**columns))


STANDARD_INVESTMENT = SatisfactionInvestment(
    [
        ("competitive", "dissatisfaction", "invest_fast", "pays_in_proportion"),
        ("competitive", "indifference", "reduce", "loyalty_hardly_responds"),
        ("competitive", "high_satisfaction", "invest_fast", "pays_in_proportion"),
        ("monopolized", "dissatisfaction", "invest_more", "dissatisfied_leave_first"),
        ("monopolized", "indifference", "hold", "documents_are_silent"),
        ("monopolized", "high_satisfaction", "hold", "documents_are_silent"),
    ]
)
"""The documents' rule of investment (投入规则).

In full competition invest fast among the very satisfied and the dissatisfied, where output is in
proportion to input (投入产出成正比), and less among the indifferent; under monopoly invest more among
the dissatisfied. The other two cells of the monopoly are blank in the documents; *hold* is ours
(own).
"""
