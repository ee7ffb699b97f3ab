"""What the objects of the domain model cost: tasks that run here, with custrel and attrs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from measure import bytes_each, measure, run_task

from custrel.model import (
    COMPLAINT_FLOW,
    Case,
    Channel,
    Customer,
    Money,
    WorkCalendar,
    from_columns,
    to_columns,
)

MANY, ROWS = 20_000, 100_000
START = datetime(2024, 1, 1, tzinfo=UTC)
Figures = tuple[dict[str, Any], dict[str, float]]


def _known(_: object, field: Any, value: str) -> None:
    if not value.strip():
        raise ValueError(field.name)


@attrs.frozen(kw_only=True)
class Record:
    """A record of twelve fields, as one writes it on custrel's values."""

    deal_id: str = attrs.field(validator=_known)
    customer_id: str = attrs.field(validator=_known)
    title: str
    owner: str | None
    amount: Money
    channel: Channel = attrs.field(converter=Channel)
    probability: float
    visits: int
    is_new: bool
    opened_at: datetime
    closed_at: datetime | None
    note: str | None


PRICE = Money("19.90", "CNY")


def make_record(number: int) -> Record:
    """Return a record."""
    return Record(
        deal_id="D-1", customer_id="C-1", title="paper", owner="li", amount=PRICE,
        channel=Channel.EMAIL, probability=0.5, visits=number, is_new=True, opened_at=START,
        closed_at=None, note=None,
    )  # fmt: skip


def record(_: Path) -> Figures:
    """Make a record of twelve fields."""
    made, figures = measure(lambda: [make_record(7) for _ in range(MANY)])
    assert made[0].visits == 7
    return {}, per(MANY, figures) | {"bytes": bytes_each(make_record)}


def customer(_: Path) -> Figures:
    """Make a customer, of eighteen fields and with all their checks."""
    _made, figures = measure(lambda: [Customer(customer_id="C-1") for _ in range(MANY)])
    return {}, per(MANY, figures) | {"bytes": bytes_each(lambda _: Customer(customer_id="C-1"))}


def new_case(_: int) -> Case:
    """Return a case that has just begun."""
    return Case(case_id="K-1", flow=COMPLAINT_FLOW, opened_at=START)


def transition(_: Path) -> Figures:
    """Move a case by one stage, with evidence and all checks."""
    case, at, proof = new_case(0), START + timedelta(hours=1), {"grounds": "a receipt"}

    def move() -> list[Case]:
        return [case.move("accept", at=at, by="li", evidence=proof) for _ in range(MANY)]

    moved, figures = measure(move)
    assert moved[0].state == "valid"
    return {}, per(MANY, figures) | {"bytes": bytes_each(new_case)}


def working_time(_: Path) -> Figures:
    """Count the working time of thirty days, with two shifts a day."""
    here = ZoneInfo("Asia/Shanghai")
    calendar = WorkCalendar.weekdays("09:00-12:00", "13:30-18:00", zone=here.key)
    start = datetime(2024, 3, 4, 10, tzinfo=here)
    end = start + timedelta(days=30)
    counted, figures = measure(lambda: [calendar.working_time(start, end) for _ in range(200)])
    assert counted[0] == timedelta(hours=165)
    return {}, per(200, figures)


def there(_: Path) -> Figures:
    """Write records as columns."""
    records = [make_record(number) for number in range(ROWS)]
    columns, figures = measure(lambda: to_columns(records))
    assert columns["visits"][-1] == ROWS - 1
    return {}, per(ROWS, figures)


def back(_: Path) -> Figures:
    """Read records from columns."""
    records = [make_record(number) for number in range(ROWS)]
    columns = to_columns(records)
    read, figures = measure(lambda: from_columns(Record, columns))
    assert read == records
    return {}, per(ROWS, figures)


def per(number: int, figures: dict[str, float]) -> dict[str, float]:
    """Return the microseconds of CPU that one of so many took."""
    return {"us": figures["cpu"] / number * 1e6}


TASKS: dict[str, Callable[[Path], Figures]] = {
    "back": back, "customer": customer, "record": record, "there": there,
    "transition": transition, "working_time": working_time,
}  # fmt: skip

if __name__ == "__main__":
    run_task(TASKS)
