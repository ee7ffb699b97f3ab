"""CreditFile: what was found out of a customer's credit, and what was decided on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import as_number
from custrel.model._history import require_flow
from custrel.model.case import Case
from custrel.model.credit_check import CreditCheck, CreditObjection
from custrel.model.credit_exposure import CreditItem, ExposureKind, credit_exposure
from custrel.model.flows import CREDIT_FLOW
from custrel.model.money import Money
from custrel.model.move import Move

__all__ = ["CreditFile"]

_DECISIONS = ("set_limit", "override", "refuse")
_RECEIVED = (ExposureKind.DELIVERED, ExposureKind.INVOICED)


@attrs.frozen(kw_only=True)
class CreditFile:
    """What was found out of a customer's credit, and what was decided on it (客户信用档案).

    Findings, grade and limit are dated moves of its case, each with who made it and what shows
    it; nothing of them is stored beside.  A change is a new file.

    Parameters
    ----------
    case : Case
        Its way through `CREDIT_FLOW`; the customer is whom the case is ``about``.

    Raises
    ------
    InvalidValue
        The case goes through another flow, a figure, a limit or a day in its evidence cannot be
        read, or whoever investigated or proposed a decision approved it.

    See Also
    --------
    custrel.valuation.CreditScore : What becomes of the facts: points, then a grade.
    custrel.valuation.CreditPolicy : Which limit follows from them.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday = datetime(2024, 3, 4, 9, tzinfo=UTC)
    >>> file = CreditFile.begin("K-1", "C-7", at=monday, by="li")
    >>> file = file.report({"net_assets": 500_000}, "visited the mill", at=monday, by="li")
    >>> file = file.set_limit(
    ...     Money(50_000, "CNY"),
    ...     grade="b",
    ...     reason="a tenth of the net assets",
    ...     at=monday,
    ...     by="li",
    ...     approved_by="wang",
    ... )
    >>> print(file.limit, file.grade, file.reason, sep=", ")
    50000 CNY, b, a tenth of the net assets
    >>> owed = [CreditItem(item_id="I-1", kind="invoiced", amount=Money(45_000, "CNY"))]
    >>> print(file.headroom(owed))
    5000 CNY
    >>> file.check(Money(8000, "CNY"), owed, on=date(2024, 4, 1)).objections
    (<CreditObjection.OVER_LIMIT: 'over_limit'>,)
    """

    case: Case

    def __attrs_post_init__(self) -> None:
        require_flow(self.case, CREDIT_FLOW, "CreditFile")
        investigator: str | None = None
        for move in self.case.moves:
            _check_evidence(self.case, move)
            if move.trigger == "report":
                investigator = move.by
            elif move.trigger in _DECISIONS and move.approved_by == investigator:
                raise InvalidValue(
                    f"credit file {self.case.case_id!r}: {investigator!r} investigated and cannot "
                    "approve what follows from it; somebody else does."
                )

    @classmethod
    def begin(cls, case_id: str, customer_id: str, *, at: datetime, by: str) -> CreditFile:
        """Return a file of which the investigation has just begun (客户信用调查).

        Parameters
        ----------
        case_id : str
            Its identifier.
        customer_id : str
            Whose credit it is.
        at : datetime
            When, with its zone.
        by : str
            Who investigates.

        Returns
        -------
        CreditFile
        """
        case = Case(
            case_id=case_id, flow=CREDIT_FLOW, opened_at=at, opened_by=by, about=customer_id
        )
        return cls(case=case)

    # ------------------------------------------------------------------------- what it says now

    @property
    def facts(self) -> Mapping[str, float]:
        """The figures that the last investigation found, for the rules of score and limit."""
        report = self.case.last("report")
        return MappingProxyType({} if report is None else _facts_of(report))

    @property
    def decision(self) -> Move | None:
        """The last decision: the limit, an exception from it or a refusal; it holds until the next."""
        found = (move for move in reversed(self.case.moves) if move.trigger in _DECISIONS)
        return next(found, None)

    @property
    def limit(self) -> Money | None:
        """How much may be owed (信用限度); None where nobody has decided, or credit was refused."""
        return None if self.decision is None else _limit_of(self.decision)

    @property
    def is_refused(self) -> bool:
        """Whether the last decision was a refusal."""
        return self.decision is not None and self.decision.trigger == "refuse"

    @property
    def grade(self) -> str | None:
        """The grade that was given last (信用等级)."""
        return self.case.evidence("grade")

    @property
    def reason(self) -> str | None:
        """Why it was decided so."""
        return None if self.decision is None else self.decision.shows("reason")

    @property
    def valid_until(self) -> date | None:
        """The last day of the limit, and of exceptions from it; None where none was set."""
        granted = self.case.last("set_limit")
        return None if granted is None or self.is_refused else _valid_until(granted)

    def until(self, moment: datetime) -> CreditFile | None:
        """Return the file as it was at an instant: without what happened later.

        Parameters
        ----------
        moment : datetime
            The instant, with its zone.

        Returns
        -------
        CreditFile or None
            None before it began.
        """
        case = self.case.until(moment)
        return None if case is None else attrs.evolve(self, case=case)

    # --------------------------------------------------------------------------- what it allows

    def headroom(
        self, items: Iterable[CreditItem], *, basis: Iterable[ExposureKind | str] = _RECEIVED
    ) -> Money | None:
        """Return what is left of the limit (可用额度).

        Parameters
        ----------
        items : iterable of CreditItem
            What the customer owes and will, in the currency of the limit.
        basis : iterable of ExposureKind or str
            What counts of it; default: what he has already received.

        Returns
        -------
        Money or None
            Below 0 where he owes more than he may; None where there is no limit.

        Raises
        ------
        CurrencyMismatch
            An item that counts is of another currency.
        """
        limit = self.limit
        if limit is None:
            return None
        return limit - credit_exposure(items, limit.currency, basis=basis)

    def check(
        self,
        order: Money,
        items: Iterable[CreditItem],
        *,
        on: date,
        basis: Iterable[ExposureKind | str] = _RECEIVED,
        grace_days: int = 0,
    ) -> CreditCheck:
        """Return whether an order may be taken on credit, and what stands against it.

        Parameters
        ----------
        order : Money
            What it comes to.
        items : iterable of CreditItem
            What the customer owes and will.
        on : date
            The day on which it is asked.
        basis : iterable of ExposureKind or str
            What counts of it.
        grace_days : int
            For how many days a debt may be overdue without standing against it.

        Returns
        -------
        CreditCheck

        Raises
        ------
        CurrencyMismatch
            The order, or an item that counts, is of another currency than the limit.
        """
        owed = tuple(items)
        left, until = self.headroom(owed, basis=basis), self.valid_until
        stands = {
            CreditObjection.NO_LIMIT: self.decision is None,
            CreditObjection.REFUSED: self.is_refused,
            CreditObjection.EXPIRED: until is not None and until < on,
            CreditObjection.OVER_LIMIT: left is not None and order > left,
            CreditObjection.OVERDUE: any(item.days_overdue(on) > grace_days for item in owed),
        }
        return CreditCheck(
            headroom=left, objections=[objection for objection, is_so in stands.items() if is_so]
        )

    # -------------------------------------------------------------------------- what changes

    def report(
        self, facts: Mapping[str, float], report: str, *, at: datetime, by: str
    ) -> CreditFile:
        """Return the file after an investigation (信用调查结果).

        Parameters
        ----------
        facts : mapping of str to float
            The figures that were found, by the names that the rules know.
        report : str
            What else there is to say.
        at : datetime
            When, with its zone.
        by : str
            Who investigated.

        Returns
        -------
        CreditFile

        Raises
        ------
        IllegalMove
            Nothing is being investigated, or the report says nothing.
        InvalidValue
            A figure is called ``"report"``.
        """
        if "report" in facts:
            raise InvalidValue("CreditFile: no figure can be called 'report', as the text is.")
        figures = {
            name: repr(float(as_number(figure, "CreditFile", f"the figure {name!r}")))
            for name, figure in facts.items()
        }
        return self._move("report", at=at, by=by, evidence=figures | {"report": report})

    def set_limit(
        self,
        limit: Money,
        *,
        grade: str,
        reason: str,
        at: datetime,
        by: str,
        approved_by: str,
        valid_until: date | None = None,
    ) -> CreditFile:
        """Return the file after a limit was decided on (信用限度确定).

        Parameters
        ----------
        limit : Money
            How much may be owed, 0 or more.
        grade : str
            The grade.
        reason : str
            Why.
        at : datetime
            When, with its zone.
        by : str
            Who proposed it.
        approved_by : str
            Who approved it: neither he nor whoever investigated.
        valid_until : date, optional
            The last day on which it holds.

        Returns
        -------
        CreditFile

        Raises
        ------
        IllegalMove
            Nothing is being evaluated, or the proposer approves.
        InvalidValue
            The limit is below 0, or the investigator approves.
        """
        evidence = {"limit": str(limit), "grade": grade, "reason": reason}
        if valid_until is not None:
            evidence["valid_until"] = valid_until.isoformat()
        return self._move("set_limit", at=at, by=by, approved_by=approved_by, evidence=evidence)

    def refuse(
        self, *, grade: str, reason: str, at: datetime, by: str, approved_by: str
    ) -> CreditFile:
        """Return the file after credit was refused (拒绝授信).

        Parameters
        ----------
        grade : str
            The grade.
        reason : str
            Why.
        at : datetime
            When, with its zone.
        by : str
            Who proposed it.
        approved_by : str
            Who approved it: neither he nor whoever investigated.

        Returns
        -------
        CreditFile

        Raises
        ------
        IllegalMove
            Nothing is being evaluated, or the proposer approves.
        InvalidValue
            The investigator approves.
        """
        evidence = {"grade": grade, "reason": reason}
        return self._move("refuse", at=at, by=by, approved_by=approved_by, evidence=evidence)

    def override(
        self, limit: Money, *, reason: str, at: datetime, by: str, approved_by: str
    ) -> CreditFile:
        """Return the file after an exception from the limit (额度例外).

        Parameters
        ----------
        limit : Money
            How much may be owed from now on, as long as the limit would have held.
        reason : str
            Why.
        at : datetime
            When, with its zone.
        by : str
            Who asks for it.
        approved_by : str
            Who approved it: neither he nor whoever investigated.

        Returns
        -------
        CreditFile

        Raises
        ------
        IllegalMove
            There is no limit in force, there is no reason, or whoever asks approves.
        InvalidValue
            The limit is below 0, or the investigator approves.
        """
        evidence = {"limit": str(limit), "reason": reason}
        return self._move("override", at=at, by=by, approved_by=approved_by, evidence=evidence)

    def review(self, reason: str, *, at: datetime, by: str | None = None) -> CreditFile:
        """Return the file back in investigation (复审); the last decision holds meanwhile.

        Parameters
        ----------
        reason : str
            Why.
        at : datetime
            When, with its zone.
        by : str or None
            Who wants it; None: a system does, which takes up limits and no refusals.

        Returns
        -------
        CreditFile

        Raises
        ------
        IllegalMove
            Nothing has been decided yet.
        """
        return self._move("review", at=at, by=by, evidence={"reason": reason})

    def _move(
        self,
        trigger: str,
        *,
        at: datetime,
        by: str | None,
        approved_by: str | None = None,
        evidence: Mapping[str, str],
    ) -> CreditFile:
        case = self.case.move(trigger, at=at, by=by, approved_by=approved_by, evidence=evidence)
        return attrs.evolve(self, case=case)


def _facts_of(report: Move) -> dict[str, float]:
    return {name: float(figure) for name, figure in report.evidence if name != "report"}


def _limit_of(decision: Move) -> Money | None:
    said = decision.shows("limit")
    return None if said is None else Money.parse(said)


def _valid_until(decision: Move) -> date | None:
    said = decision.shows("valid_until")
    return None if said is None else date.fromisoformat(said)


def _check_evidence(case: Case, move: Move) -> None:
    """Refuse a figure, a limit or a day that cannot be read."""
    try:
        limit, _ = _limit_of(move), _valid_until(move)
        if move.trigger == "report":
            _facts_of(move)
    except (ValueError, LookupError) as error:
        raise InvalidValue(
            f"credit file {case.case_id!r}: the evidence of {move.trigger!r} at {move.at} cannot "
            f"be read: {error}"
        ) from None
    if limit is not None and limit.amount < 0:
        raise InvalidValue(f"credit file {case.case_id!r}: a limit is 0 or more, got {limit}.")
