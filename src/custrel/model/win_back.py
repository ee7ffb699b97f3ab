"""WinBack: the attempt to bring back one customer who left, within what it may cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import not_blank
from custrel.model._history import require_flow
from custrel.model.case import Case
from custrel.model.exit_feedback import ChurnType, ExitFeedback
from custrel.model.flow import Outcome
from custrel.model.flows import WIN_BACK_FLOW
from custrel.model.money import Money

__all__ = ["WinBack", "WinBackResult", "win_back_results"]


@attrs.frozen(kw_only=True)
class WinBack:
    """The attempt to bring back one customer who left (客户挽回).

    What was done, and what each step cost, is read off its case; a change is a new attempt.  It
    may cost no more than its budget: never at any price.

    Parameters
    ----------
    case : Case
        Its way through `WIN_BACK_FLOW`; the customer is whom the case is ``about``.
    plan : str
        How it is tried: the name of a plan of `custrel.valuation.WinBackRule`.
    churn_type : ChurnType or str
        Why he left, as far as it is known; listening to him tells.
    value : Money
        What he is worth if he comes back.
    budget : Money
        What the attempt may cost in all.

    Raises
    ------
    InvalidValue
        The plan is blank, the case goes through another flow, a cost cannot be read, or all of
        them together are above the budget.
    CurrencyMismatch
        Value, budget and costs are not of one currency.
    UnknownCode
        There is no such type of churn.

    See Also
    --------
    custrel.valuation.WinBackRule : Whether it is worth the attempt, and by which plan.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> attempt = WinBack.begin(
    ...     "W-1",
    ...     "C-7",
    ...     plan="call and voucher",
    ...     churn_type="benefit_seeking",
    ...     value=Money(300, "CNY"),
    ...     budget=Money(40, "CNY"),
    ...     at=monday,
    ...     by="li",
    ... )
    >>> said = ExitFeedback(customer_id="C-7", at=monday, cause="complaint_mishandled")
    >>> heard = attempt.listen(said, by="li", cost=Money(6, "CNY"))
    >>> heard.churn_type.value, str(heard.left)
    ('disappointed', '34 CNY')
    >>> back = heard.come_back("O-88", at=monday, by="li", cost=Money(20, "CNY"))
    >>> str(back.net)
    '274 CNY'
    """

    case: Case
    plan: str = attrs.field(validator=not_blank)
    churn_type: ChurnType = attrs.field(converter=ChurnType)
    value: Money
    budget: Money

    def __attrs_post_init__(self) -> None:
        require_flow(self.case, WIN_BACK_FLOW, "WinBack")
        if self.left.amount < 0 or self.value.amount < 0:
            raise InvalidValue(
                f"win-back {self.case.case_id!r}: {self.spent} of {self.budget} would be spent "
                f"for a value of {self.value}; give the customer up, or decide on a higher budget."
            )
        if any(Money.parse(cost).amount < 0 for cost in self._costs):
            raise InvalidValue(f"win-back {self.case.case_id!r}: a cost is 0 or more.")

    @classmethod
    def begin(
        cls,
        case_id: str,
        customer_id: str,
        *,
        plan: str,
        churn_type: ChurnType | str,
        value: Money,
        budget: Money,
        at: datetime,
        by: str,
    ) -> WinBack:
        """Return an attempt that has just been planned (挽救方案).

        Parameters
        ----------
        case_id : str
            Its identifier.
        customer_id : str
            Who left.
        plan : str
            How it is tried.
        churn_type : ChurnType or str
            Why he left, as far as it is known.
        value : Money
            What he is worth if he comes back.
        budget : Money
            What it may cost in all.
        at : datetime
            When, with its zone.
        by : str
            Who tries it.

        Returns
        -------
        WinBack
        """
        case = Case(
            case_id=case_id, flow=WIN_BACK_FLOW, opened_at=at, opened_by=by, about=customer_id
        )
        return cls(case=case, plan=plan, churn_type=churn_type, value=value, budget=budget)

    @property
    def is_heard(self) -> bool:
        """Whether somebody has listened to him (用心聆听)."""
        return self.case.reached("listened") is not None

    @property
    def spent(self) -> Money:
        """What it has cost so far (挽救费用)."""
        return sum((Money.parse(cost) for cost in self._costs), start=self.budget * 0)

    @property
    def left(self) -> Money:
        """What it may still cost."""
        return self.budget - self.spent

    @property
    def net(self) -> Money | None:
        """What it brought less what it cost; None while it is open."""
        if self.case.is_open:
            return None
        return (self.value if self.case.outcome is Outcome.WON else self.value * 0) - self.spent

    def listen(self, feedback: ExitFeedback, *, by: str, cost: Money | None = None) -> WinBack:
        """Return the attempt after somebody listened to the customer.

        Parameters
        ----------
        feedback : ExitFeedback
            What he said; its cause tells the type of churn.
        by : str
            Who listened.
        cost : Money, optional
            What it cost.

        Returns
        -------
        WinBack

        Raises
        ------
        IllegalMove
            An offer was made already, or it is over.
        InvalidValue
            Somebody else said it, or it costs more than is left.
        """
        if feedback.customer_id != self.case.about:
            raise InvalidValue(
                f"win-back {self.case.case_id!r} is about {self.case.about!r}; the feedback is "
                f"that of {feedback.customer_id!r}."
            )
        made = self._move("listen", {"cause": feedback.cause.value}, cost, at=feedback.at, by=by)
        return attrs.evolve(made, churn_type=feedback.cause.churn_type)

    def offer(self, what: str, *, at: datetime, by: str, cost: Money | None = None) -> WinBack:
        """Return the attempt after an offer was made.

        Parameters
        ----------
        what : str
            What was offered.
        at : datetime
            When, with its zone.
        by : str
            Who made it.
        cost : Money, optional
            What it cost, whether he accepts or not.

        Returns
        -------
        WinBack

        Raises
        ------
        IllegalMove
            An offer was made already, or it is over.
        InvalidValue
            It costs more than is left.
        """
        return self._move("offer", {"offer": what}, cost, at=at, by=by)

    def come_back(self, order: str, *, at: datetime, by: str, cost: Money | None = None) -> WinBack:
        """Return the attempt after it succeeded.

        Parameters
        ----------
        order : str
            The order with which he came back.
        at : datetime
            When, with its zone.
        by : str
            Who won him back.
        cost : Money, optional
            The incentive that was paid for it.

        Returns
        -------
        WinBack

        Raises
        ------
        IllegalMove
            It is over.
        InvalidValue
            It costs more than is left.
        """
        return self._move("come_back", {"order": order}, cost, at=at, by=by)

    def give_up(self, reason: str, *, at: datetime, by: str) -> WinBack:
        """Return the attempt after it was given up.

        Parameters
        ----------
        reason : str
            Why.
        at : datetime
            When, with its zone.
        by : str
            Who decided it.

        Returns
        -------
        WinBack

        Raises
        ------
        IllegalMove
            It is over, or there is no reason.
        """
        return self._move("give_up", {"reason": reason}, None, at=at, by=by)

    @property
    def _costs(self) -> tuple[str, ...]:
        return tuple(c for move in self.case.moves if (c := move.shows("cost")) is not None)

    def _move(
        self, trigger: str, evidence: dict[str, str], cost: Money | None, *, at: datetime, by: str
    ) -> WinBack:
        shown = evidence if cost is None else evidence | {"cost": str(cost)}
        return attrs.evolve(self, case=self.case.move(trigger, at=at, by=by, evidence=shown))


@attrs.frozen(kw_only=True)
class WinBackResult:
    """What came of the attempts to win back customers of one type of churn.

    Parameters
    ----------
    churn_type : ChurnType or str
        Why they had left.
    closed : int
        How many attempts are over.
    returned : int
        How many of them succeeded.
    spent : Money
        What those that are over have cost.
    net : Money
        What they brought less what they cost.

    Examples
    --------
    >>> result = WinBackResult(
    ...     churn_type="disappointed",
    ...     closed=4,
    ...     returned=1,
    ...     spent=Money(80, "CNY"),
    ...     net=Money(220, "CNY"),
    ... )
    >>> result.rate
    0.25
    """

    churn_type: ChurnType = attrs.field(converter=ChurnType)
    closed: int
    returned: int
    spent: Money
    net: Money

    @property
    def rate(self) -> float | None:
        """The part of those that are over which succeeded; None where there are none."""
        return self.returned / self.closed if self.closed else None


def win_back_results(attempts: Iterable[WinBack], currency: str) -> tuple[WinBackResult, ...]:
    """Return what came of attempts, for each type of churn (挽回效果).

    Parameters
    ----------
    attempts : iterable of WinBack
        The attempts, of one currency; those that are open are not counted.
    currency : str
        Their currency.

    Returns
    -------
    tuple of WinBackResult
        One for each type, in their order; their rates are what a `WinBackRule` may expect.

    Raises
    ------
    CurrencyMismatch
        An attempt is of another currency.

    Examples
    --------
    >>> [result.closed for result in win_back_results([], "CNY")]
    [0, 0, 0, 0]
    """
    closed = [attempt for attempt in attempts if not attempt.case.is_open]
    return tuple(
        _result(kind, [a for a in closed if a.churn_type is kind], currency) for kind in ChurnType
    )


def _result(kind: ChurnType, closed: list[WinBack], currency: str) -> WinBackResult:
    nothing = Money(0, currency)
    return WinBackResult(
        churn_type=kind,
        closed=len(closed),
        returned=sum(attempt.case.outcome is Outcome.WON for attempt in closed),
        spent=sum((attempt.spent for attempt in closed), start=nothing),
        net=sum((attempt.net or nothing for attempt in closed), start=nothing),
    )
