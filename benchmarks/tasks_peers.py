"""The same objects with pydantic and python-statemachine: tasks of the peers' environment."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from measure import bytes_each, measure, run_task
from pydantic import BaseModel, ConfigDict, StringConstraints
from statemachine import State, StateMachine

MANY, ROWS = 20_000, 100_000
START = datetime(2024, 1, 1, tzinfo=UTC)
Figures = tuple[dict[str, Any], dict[str, float]]
Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Channel(StrEnum):
    """By which way."""

    EMAIL = "email"
    PHONE = "phone"


class Money(BaseModel):
    """An amount."""

    model_config = ConfigDict(frozen=True)
    amount: Decimal
    currency: str


class Record(BaseModel):
    """The record of twelve fields."""

    model_config = ConfigDict(frozen=True)
    deal_id: Name
    customer_id: Name
    title: str
    owner: str | None
    amount: Money
    channel: Channel
    probability: float
    visits: int
    is_new: bool
    opened_at: datetime
    closed_at: datetime | None
    note: str | None


PRICE = Money(amount=Decimal("19.90"), currency="CNY")


def make_record(number: int) -> Record:
    """Return a record."""
    return Record(
        deal_id="D-1", customer_id="C-1", title="paper", owner="li", amount=PRICE,
        channel=Channel.EMAIL, probability=0.5, visits=number, is_new=True, opened_at=START,
        closed_at=None, note=None,
    )  # fmt: skip


class Complaint(StateMachine):
    """The stages of a complaint."""

    recorded = State(initial=True)
    valid = State()
    unfounded = State()
    assigned = State()
    analyzed = State()
    proposed = State()
    approved = State()
    carried_out = State()
    settled = State()
    notified = State()
    answered = State()
    closed = State(final=True)

    accept = recorded.to(valid, cond="has_grounds")
    reject = recorded.to(unfounded, cond="has_grounds")
    assign = valid.to(assigned)
    analyze_cause = assigned.to(analyzed)
    propose = analyzed.to(proposed)
    approve = proposed.to(approved)
    refuse = proposed.to(analyzed)
    carry_out = approved.to(carried_out)
    penalize = carried_out.to(settled)
    notify = settled.to(notified) | unfounded.to(notified)
    collect_feedback = notified.to(answered)
    close = answered.to(closed)
    back = valid.to(recorded)  # so that the same machine can move again

    def has_grounds(self, grounds: str = "") -> bool:
        """Ask for the evidence."""
        return bool(grounds)


def record(_: Path) -> Figures:
    """Make a record of twelve fields."""
    _made, figures = measure(lambda: [make_record(7) for _ in range(MANY)])
    return {}, per(MANY, figures) | {"bytes": bytes_each(make_record)}


def transition(_: Path) -> Figures:
    """Move a machine by one stage, with evidence; every other move goes back."""
    machine = Complaint()

    def move() -> None:
        for _ in range(MANY // 20):
            machine.accept(grounds="a receipt")
            machine.back()

    _done, figures = measure(move)
    cost = {"bytes": bytes_each(lambda _: Complaint(), 500)}
    return {}, per(MANY // 10, figures) | cost


def there(_: Path) -> Figures:
    """Write records as dictionaries, one for each row: pydantic has no columns."""
    records = [make_record(number) for number in range(ROWS)]
    _rows, figures = measure(lambda: [row.model_dump() for row in records])
    return {}, per(ROWS, figures)


def per(number: int, figures: dict[str, float]) -> dict[str, float]:
    """Return the microseconds of CPU that one of so many took."""
    return {"us": figures["cpu"] / number * 1e6}


TASKS: dict[str, Callable[[Path], Figures]] = {
    "record": record, "there": there, "transition": transition,
}  # fmt: skip

if __name__ == "__main__":
    run_task(TASKS)
