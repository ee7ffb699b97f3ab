"""Whether a loyalty programme keeps the seven rules, and what binds at each of its levels."""

from __future__ import annotations

from typing import Self

import attrs

from custrel.errors import InvalidRule
from custrel.model import BondLevel
from custrel.rules import Rule
from custrel.satisfaction._codes import Code
from custrel.satisfaction.programme_economics import ProgrammeEconomics, ProgrammeEffect

__all__ = ["ProgrammeAudit", "ProgrammeRule", "main_instrument"]


class ProgrammeRule(Code):
    """One of the seven rules of a loyalty programme (成功实施忠诚感奖励计划七点规则).

    Examples
    --------
    >>> len(ProgrammeRule)
    7
    """

    CLEAR_GOAL = "clear_goal"
    FITS = "fits"
    COST_MANAGED = "cost_managed"
    BENEFIT_MEASURED = "benefit_measured"
    LASTING = "lasting"
    BEST_EFFECT = "best_effect"
    ABLE = "able"


@attrs.frozen(kw_only=True)
class ProgrammeAudit(Rule):
    """Which of the seven rules a programme keeps.

    Parameters
    ----------
    clear_goal : bool
        Its goal is clear (明确目标).
    fits : bool
        It fits market, customers and firm.
    cost_managed : bool
        Its cost is managed (管理成本).
    benefit_measured : bool
        The benefit that is expected of it is measured (测量预期利益).
    lasting : bool
        It is meant to last: once begun it is not ended if that can be helped (尽可能不要终止).
    best_effect : bool
        It is run for the best effect.
    stores_data, analyzes_data, empowers_employees : bool
        The firm is able to manage it: 数据存储能力, 数据分析能力, 对员工授权能力. The seventh rule needs
        all three.

    Notes
    -----
    `with_figures` answers the two rules that are figures.

    Examples
    --------
    >>> audit = ProgrammeAudit(clear_goal=True, fits=True, lasting=True, best_effect=True)
    >>> [rule.value for rule in audit.broken]
    ['cost_managed', 'benefit_measured', 'able']
    """

    clear_goal: bool = False
    fits: bool = False
    cost_managed: bool = False
    benefit_measured: bool = False
    lasting: bool = False
    best_effect: bool = False
    stores_data: bool = False
    analyzes_data: bool = False
    empowers_employees: bool = False

    @property
    def able(self) -> bool:
        """Whether the firm has all three abilities."""
        return self.stores_data and self.analyzes_data and self.empowers_employees

    @property
    def broken(self) -> tuple[ProgrammeRule, ...]:
        """The rules that are not kept, in the documents' order."""
        return tuple(rule for rule in ProgrammeRule if not getattr(self, rule.value))

    @property
    def passed(self) -> bool:
        """Whether all seven are kept."""
        return not self.broken

    def with_figures(self, economics: ProgrammeEconomics, effect: ProgrammeEffect) -> Self:
        """Answer the rules of cost and benefit from what was measured.

        Parameters
        ----------
        economics : ProgrammeEconomics
            What the programme costs: managed, where some rise of purchases pays for it.
        effect : ProgrammeEffect
            What it changed: measured, where it has an interval.

        Returns
        -------
        ProgrammeAudit
        """
        return attrs.evolve(
            self,
            cost_managed=economics.break_even_purchases < float("inf"),
            benefit_measured=effect.low <= effect.high,  # NaN where it has none
        )

    def end(self, *, reason: str) -> str:
        """Return the reason for which a programme is ended: the fifth rule asks for one.

        Parameters
        ----------
        reason : str
            Why it cannot go on.

        Returns
        -------
        str
            The reason, without blanks around it.

        Raises
        ------
        InvalidRule
            No reason is given.
        """
        if not reason.strip():
            raise InvalidRule(
                "a programme that has begun is not ended without a reason (the fifth rule): say why."
            )
        return reason.strip()


def main_instrument(level: int) -> BondLevel:
    """Return what binds customers at a level of a tiered programme (阶梯忠诚计划).

    Parameters
    ----------
    level : int
        1 (一级) to 3 (三级).

    Returns
    -------
    BondLevel
        Financial at the first, "whose most important means is the price" (价格刺激), social at the
        second, structural at the third; the latter two are reconstructed.

    Raises
    ------
    InvalidRule
        The documents do not say what the fourth level is, and there is no other.

    References
    ----------
    .. [1] L. L. Berry, A. Parasuraman (1991), Marketing Services, Free Press.

    Examples
    --------
    >>> main_instrument(1)
    <BondLevel.FINANCIAL: 'financial'>
    """
    if level == 4:
        raise InvalidRule("the documents name a fourth level, and do not say what it is.")
    for bond in BondLevel:
        if bond.rank == level:
            return bond
    raise InvalidRule(f"a programme has the levels 1 to 3, got {level!r}.")
