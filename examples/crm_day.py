"""A day of a small CRM, told from morning to evening.

    python examples/crm_day.py                    # in memory
    python examples/crm_day.py --store crm.db     # keeps the tables, to look at

Leads arrive, deals move, a complaint is handled to its end, an alarm fires, a customer is handed
over, and two records that are one customer are merged.  custrel keeps no data and asks no clock:
the store is SQLite's, the clock is this script's.
"""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import attrs

from custrel import label
from custrel.errors import CustrelError
from custrel.model import (
    LEAD_FLOW,
    SALES_FLOW,
    SALES_LIFE_FLOW,
    Case,
    Complaint,
    ComplaintPolicy,
    ContactPoint,
    Customer,
    CustomerBase,
    Interaction,
    Merge,
    Money,
    NextAction,
    Opportunity,
    Task,
    WorkCalendar,
    data_quality,
    decide,
    due_tasks,
    follow_orders,
    from_columns,
    open_actions,
    overdue,
    pipeline_summary,
    stage_counts,
    to_columns,
    weighted_pipeline,
)

T = TypeVar("T")

HERE = ZoneInfo("Asia/Shanghai")
TODAY = date(2024, 3, 4)
CALENDAR = WorkCalendar.weekdays("08:30-12:00", "13:30-18:00", zone="Asia/Shanghai")
CHANCES = {"phone_call": 0.1, "appointment": 0.3, "inspection": 0.5, "signing": 0.8}


def clock(hour: int, minute: int = 0, *, days_ago: int = 0) -> datetime:
    """Return an instant of today, or of a day before."""
    day = TODAY - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HERE)


def main() -> None:
    """Tell the day."""
    parser = argparse.ArgumentParser(description="A day of a small CRM.")
    parser.add_argument("--store", type=Path, help="a new file for SQLite; default: in memory")
    path: Path | None = parser.parse_args().store
    if path is not None and path.exists():
        parser.error(f"{path} is there already; name a new file")
    with closing(sqlite3.connect(path or ":memory:")) as connection, connection:
        store = Store(connection)
        what_was_there(store)
        leads_arrive(store)
        deals_move(store)
        a_complaint_is_handled(store)
        an_alarm_fires(store)
        a_customer_is_handed_over(store)
        two_records_are_merged(store)
        the_day_ends(store)


# ------------------------------------------------------------------------------------ the store


sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(datetime, datetime.isoformat)
sqlite3.register_adapter(Decimal, str)

# The tables, and the identifier by which a row is replaced; what happened is never replaced.
KEYS = {
    Case: "case_id",
    Complaint: "case_case_id",
    Customer: "customer_id",
    Interaction: None,
    Merge: None,
    Opportunity: "case_case_id",
    Task: "case_case_id",
}


@attrs.frozen
class Store:
    """Objects of custrel in SQLite: a table for each class, a column for each field."""

    connection: sqlite3.Connection

    def __attrs_post_init__(self) -> None:
        for kind, key in KEYS.items():
            names = to_columns([], kind)
            fields = [f'"{name}"' + " PRIMARY KEY" * (name == key) for name in names]
            self.connection.execute(f'CREATE TABLE "{kind.__name__}" ({", ".join(fields)})')

    def save(self, *things: Any) -> None:
        """Write objects of one class; a case that moved on takes its whole history along."""
        columns = to_columns(things)
        places = ", ".join("?" * len(columns))
        self.connection.executemany(
            f'INSERT OR REPLACE INTO "{type(things[0]).__name__}" VALUES ({places})',
            zip(*columns.values(), strict=True),
        )

    def load(self, kind: type[T]) -> list[T]:
        """Read all objects of a class."""
        rows = self.connection.execute(f'SELECT * FROM "{kind.__name__}" ORDER BY 1')
        names = [name for name, *_ in rows.description]
        cells = rows.fetchall()
        return from_columns(kind, {name: [c[i] for c in cells] for i, name in enumerate(names)})

    def base(self) -> CustomerBase:
        """Read the customers, and which of their records are one."""
        return CustomerBase(self.load(Customer), self.load(Merge))


# -------------------------------------------------------------------------------------- the day


def what_was_there(store: Store) -> None:
    """Fill the store with what the firm knew yesterday."""
    title(clock(8, 30), "What was there yesterday")
    phone = ContactPoint(channel="phone", value="0830-666 8888")
    store.save(
        Customer(
            customer_id="C-1", name="泸州纸厂", nature="organization", contact_points=[phone],
            first_owner="li",
        ),
        Customer(customer_id="C-2", name="吴敏", first_owner="li"),
    )  # fmt: skip
    mill = sale("D-1", "C-1", 90_000, days_ago=20)
    mill = move(mill, "advance", clock(10, days_ago=12))
    mill = move(mill, "advance", clock(15, days_ago=4))
    store.save(mill, sale("D-2", "C-2", 1_200, days_ago=6))
    store.save(life("K-1", "C-1", days_ago=20), life("K-2", "C-2", days_ago=16))
    for number, what, due in [
        ("T-1", "file the report of the visit", date(2024, 3, 1)),
        ("T-2", "offer a frame contract", date(2024, 3, 6)),
    ]:
        given = clock(9, days_ago=5)
        store.save(Task.assign(number, what, to="li", due_on=due, at=given, about="C-1"))
    show_pipeline(store, clock(8, 30))
    show_tasks(store)


def leads_arrive(store: Store) -> None:
    """Take up leads as they come in from a fair: rows of text, one of them faulty."""
    title(clock(9), "Leads arrive from the fair")
    rows = {
        "customer_id": ["C-3", "C-4", "C-5"],
        "name": ["蜀南包装", "川酒集团", "江阳印务"],
        "nature": ["organization", "organisation", "commercial"],
        "contact_points": [f'[{{"channel": "phone", "value": "{number}"}}]' for number in
                           ("0830-777 1000", "0830-777 2000", "08306668888")],
    }  # fmt: skip
    arrived, problems = from_columns(Customer, rows, errors="collect")
    for problem in problems:
        print(f"  refused: {problem.message}")
    owned = [
        customer.hand_over("li", at=clock(9), by="wang", reason="fair") for customer in arrived
    ]
    leads = [
        Case(case_id=f"L-{customer.customer_id[2:]}", flow=LEAD_FLOW, opened_at=clock(9),
             opened_by="li", about=customer.customer_id)
        for customer in owned
    ]  # fmt: skip
    store.save(*owned)
    store.save(*leads)
    for customer in owned:
        print(f"  {customer.customer_id} {customer.name} goes to {customer.owner}")
    for finding in data_quality(store.load(Customer)).findings:
        print(f"  look at {finding.customer_id}: {finding.field} {finding.what}")


def deals_move(store: Store) -> None:
    """Move deals on; what the flow does not allow is refused, and the deal stays as it was."""
    title(clock(10), "Deals move")
    deals = {deal.case.case_id: deal for deal in store.load(Opportunity)}
    mill = move(deals["D-1"], "advance", clock(10))
    print(f"  D-1 comes to {label(mill.case.state, of='sales')!r}")
    try:
        move(mill, "advance", clock(10, 5))
    except CustrelError as error:
        print(f"  refused: {error}")
    mill = move(mill, "advance", clock(10, 30), contract="2024-018")
    days = (mill.case.since - mill.case.opened_at) / timedelta(days=1)
    print(f"  D-1 is {mill.case.outcome.value} with {mill.amount}, after {days:.0f} days")
    lost = move(deals["D-2"], "lose", clock(11), reason="price")
    print(f"  D-2 is {lost.case.outcome.value}: {lost.case.evidence('reason')}")
    store.save(mill, lost)

    lives = {case.case_id: case for case in store.load(Case)}
    buyer = follow_orders(lives["K-1"], [(clock(10, 30), "O-1")])
    print(f"  with his first order C-1 became a {label(buyer.state, of='sales_life').lower()}")
    store.save(buyer)
    report = next(task for task in store.load(Task) if task.case.case_id == "T-1")
    store.save(report.complete(at=clock(10, 45), by="li"))

    again = NextAction(what="ask again in summer", due_on=date(2024, 6, 3))
    store.save(
        Interaction(
            customer_id="C-2", at=clock(11), by="li", channel="phone", case_id="D-2",
            outcome="too dear", next_action=again,
        )
    )  # fmt: skip


def a_complaint_is_handled(store: Store) -> None:
    """Handle a complaint through its eleven steps; whoever handles it does not approve."""
    title(clock(11, 15), "A complaint is handled to its end")
    complaint = Complaint.record(
        "P-1", "C-1", "product/damage", at=clock(11, 15), by="desk", text="Two pallets came wet."
    )
    steps: list[tuple[str, tuple[int, int], str, dict[str, str]]] = [
        ("accept", (11, 30), "wang", {"grounds": "photographs of the delivery"}),
        ("assign", (11, 40), "wang", {"department": "logistics", "person": "zhao"}),
        ("analyze_cause", (13, 45), "zhao", {"cause": "a tarpaulin with a tear"}),
        ("propose", (14, 0), "zhao", {"remedy": "two new pallets tomorrow, at no cost"}),
        ("approve", (14, 5), "zhao", {}),
        ("approve", (14, 20), "wang", {}),
        ("carry_out", (15, 0), "zhao", {}),
        ("prevent", (15, 10), "zhao", {"prevention": "tarpaulins are looked at every Monday"}),
        ("notify", (15, 20), "desk", {"message": "told by phone, with an apology"}),
        ("collect_feedback", (15, 40), "desk", {"feedback": "glad that it went so fast"}),
        ("close", (16, 0), "wang", {"summary": "settled within the day"}),
    ]
    for trigger, time, by, evidence in steps:
        try:
            complaint = complaint.move(trigger, at=clock(*time), by=by, evidence=evidence)
        except CustrelError as error:
            print(f"  refused: {error}")
    complaint = attrs.evolve(complaint, found_fair=True, found_reasonable=True)
    for step in complaint.steps:
        at = "" if step.at is None else f"{step.at.astimezone(HERE):%H:%M}"
        print(f"  {step.number:2} {at} {label(step.step, of='complaint_step'):22} {step.by}")
    policy = ComplaintPolicy(calendar=CALENDAR)
    broken = policy.violations(complaint, as_of=clock(18))
    print(f"  violations of the four principles: {len(broken)}")
    used = policy.clocks(complaint, as_of=clock(18))["resolve"]
    print(f"  used {used.used_hours:.1f} of {used.allowed_hours:.0f} promised working hours")
    store.save(complaint)


def an_alarm_fires(store: Store) -> None:
    """Find who has been a prospect for too long, and decide to push on or to drop him."""
    title(clock(16, 15), "An alarm fires")
    lives = {case.case_id: case for case in store.load(Case)}
    for alarm in overdue(lives.values(), as_of=clock(16, 15), managers={"li": "wang"}):
        stage = label(alarm.state, of="sales_life").lower()
        print(
            f"  {alarm.about} has been a {stage} for {alarm.days:.0f} days, {alarm.limit_days:.0f} "
            f"are allowed: {' and '.join(alarm.tell)} are told"
        )
        why = "meets us at the fair"
        pushed = decide(lives[alarm.case_id], "push_on", at=clock(16, 30), by="wang", reason=why)
        print(f"  wang decides to push on: {why}")
        print(f"  alarms after that: {len(overdue([pushed], as_of=clock(16, 30)))}")
        store.save(pushed)


def a_customer_is_handed_over(store: Store) -> None:
    """Give a customer and what belongs to him another owner; nothing else of it changes."""
    title(clock(17), "A customer is handed over")
    how: dict[str, Any] = {"at": clock(17), "by": "wang", "reason": "li takes the fair's leads"}
    base = store.base()
    mill = base.get("C-1").hand_over("zhao", **how)
    store.save(mill)
    print(f"  {mill.customer_id} {mill.name}: {mill.first_owner} -> {mill.owner}")
    for case in base.cases_of("C-1", store.load(Case)):
        handed = case.hand_over("zhao", **how)
        kept = (handed.state, handed.since) == (case.state, case.since)
        print(f"  {case.case_id} goes with him; stage and clock stay: {kept}")
        store.save(handed)
    for task in store.load(Task):
        if task.case.about == "C-1" and not task.is_done:
            store.save(attrs.evolve(task, case=task.case.hand_over("zhao", **how)))


def two_records_are_merged(store: Store) -> None:
    """Make one customer of two records; the old number still leads to him and to his cases."""
    title(clock(17, 15), "Two records are one customer")
    base = store.base().merge("C-5", into="C-1", at=clock(17, 15), by="wang", reason="same phone")
    store.save(*base.merges)
    read = store.base()
    cases = ", ".join(case.case_id for case in read.cases_of("C-5", store.load(Case)))
    print(f"  C-5 is now {read.resolve('C-5')}; under either number stand {cases}")
    print(f"  {len(read.current)} customers, {len(read.customers)} records: none is lost by it")


def the_day_ends(store: Store) -> None:
    """Look at where things stand, and at what is to be done next."""
    title(clock(18), "The day ends")
    show_pipeline(store, clock(18))
    show_tasks(store)
    counts = stage_counts(store.load(Case), SALES_LIFE_FLOW)
    shown = ", ".join(f"{label(code, of='sales_life')} {n}" for code, n in counts.items())
    print(f"  customers: {shown}")
    for contact in open_actions(store.load(Interaction), as_of=clock(18)):
        action = contact.next_action
        if action is not None:
            print(f"  {contact.by} is to {action.what} ({contact.customer_id}) by {action.due_on}")
    print("\nThe store is plain SQL:")
    question = """
        SELECT json_extract(value, '$.by'), count(*) FROM Complaint, json_each(case_moves)
        GROUP BY 1 ORDER BY 2 DESC, 1
    """
    for who, moves in store.connection.execute(question):
        print(f"  {who} made {moves} moves of the complaint")


# ------------------------------------------------------------------------------------- the words


def sale(number: str, customer: str, amount: int, *, days_ago: int) -> Opportunity:
    """Return a sale that began some days ago."""
    case = Case(
        case_id=number, flow=SALES_FLOW, opened_at=clock(9, days_ago=days_ago), opened_by="li",
        about=customer,
    )  # fmt: skip
    return Opportunity(case=case, amount=Money(amount, "CNY"))


def life(number: str, customer: str, *, days_ago: int) -> Case:
    """Return the life of a customer who became a prospect some days ago."""
    return Case(
        case_id=number, flow=SALES_LIFE_FLOW, opened_at=clock(9, days_ago=days_ago),
        opened_by="li", about=customer,
    )  # fmt: skip


def move(deal: Opportunity, trigger: str, at: datetime, **evidence: str) -> Opportunity:
    """Return a deal after a move of li's."""
    return attrs.evolve(deal, case=deal.case.move(trigger, at=at, by="li", evidence=evidence))


def show_pipeline(store: Store, as_of: datetime) -> None:
    """Print what is open, and what it may bring."""
    deals = store.load(Opportunity)
    summary = pipeline_summary([deal.case for deal in deals], as_of=as_of)
    expected = weighted_pipeline(deals, CHANCES, as_of=as_of).get("CNY", Money(0, "CNY"))
    print(
        f"  deals: {summary.open} open, {summary.won} won, {summary.lost} lost; "
        f"the open ones may bring {expected.rounded()}"
    )


def show_tasks(store: Store) -> None:
    """Print what is due in these days."""
    for task in due_tasks(store.load(Task), on=TODAY, ahead=2):
        late = ", which is overdue" if task.is_overdue(TODAY) else ""
        print(f"  {task.owner} is to {task.what} by {task.due_on}{late}")


def title(at: datetime, text: str) -> None:
    """Print a headline with the time."""
    print(f"\n{at:%H:%M}  {text}\n{'-' * (len(text) + 7)}")


if __name__ == "__main__":
    main()
