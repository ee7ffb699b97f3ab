"""Tasks with their days, reminders, and the days on which customers are thought of: S-195, S-242."""

from calendar import isleap
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from custrel.errors import IllegalMove, InvalidRule, InvalidValue
from custrel.model import (
    LEAD_FLOW,
    CareCalendar,
    CareDay,
    Case,
    Consent,
    Customer,
    Period,
    Task,
    due_tasks,
    task_reminders,
)
from custrel.rules import from_data

MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)
MARCH = Period.month(2024, 3)


def task(number, due, owner="li"):
    return Task.assign(
        f"T-{number}", f"task {number}", to=owner, due_on=date(2024, 3, due), at=MONDAY, about="C-7"
    )


def test_a_task_is_open_until_it_is_done_and_can_be_urged():
    """S-242: 未完成任务、已完成任务、催办."""
    urged = task(1, 8).expedite(at=MONDAY + timedelta(days=1), by="wang")
    urged = urged.expedite(at=MONDAY + timedelta(days=5), by="wang")
    assert (urged.is_done, urged.times_urged, urged.owner) == (False, 2, "li")
    assert not urged.is_overdue(date(2024, 3, 8))
    assert urged.is_overdue(date(2024, 3, 9))
    done = urged.complete(at=MONDAY + timedelta(days=6), by="li")
    assert (done.is_done, done.is_overdue(date(2024, 3, 30))) == (True, False)
    assert done.times_urged == 2
    with pytest.raises(IllegalMove, match="it can 'reopen'"):
        done.expedite(at=MONDAY + timedelta(days=7), by="wang")


def test_a_task_says_something_and_goes_through_its_flow():
    with pytest.raises(InvalidValue, match="what must be text that is not blank"):
        Task.assign("T-1", " ", to="li", due_on=date(2024, 3, 8), at=MONDAY)
    lead = Case(case_id="L-1", flow=LEAD_FLOW, opened_at=MONDAY)
    with pytest.raises(InvalidValue, match="goes through the flow 'lead', not through 'task'"):
        Task(case=lead, what="call", due_on=date(2024, 3, 8))


def test_what_is_due_the_longest_overdue_first():
    tasks = [
        task(1, 12), task(2, 6), task(3, 8, owner="zhao"),
        task(4, 5).complete(at=MONDAY, by="li"),
    ]  # fmt: skip
    handed = task(5, 8)
    handed = Task(
        case=handed.case.hand_over("zhao", at=MONDAY, by="wang"), what="5", due_on=handed.due_on
    )
    tasks.append(handed)

    def due(**how):
        return [found.case.case_id for found in due_tasks(tasks, on=date(2024, 3, 8), **how)]

    assert due() == ["T-2", "T-3", "T-5"]
    assert due(ahead=4) == ["T-2", "T-3", "T-5", "T-1"]
    assert due(owner="zhao") == ["T-3", "T-5"]
    with pytest.raises(InvalidValue, match="0 or more"):
        due(ahead=-1)


def test_reminders_of_tasks():
    """S-242: 预约提示; what is done reminds nobody, and days outside are left out."""
    tasks = [task(1, 2), task(2, 20), task(3, 20).complete(at=MONDAY, by="li")]
    found = task_reminders(tasks, MARCH, days_before=[2, 0])
    assert [(one.on.day, one.topic, one.tell, one.about) for one in found] == [
        (2, "task 1", ("li",), "C-7"),
        (18, "task 2", ("li",), "C-7"),
        (20, "task 2", ("li",), "C-7"),
    ]
    with pytest.raises(InvalidValue, match="0 or more"):
        task_reminders(tasks, MARCH, days_before=[-1])


AGREED = Consent(purpose="care", given_at=datetime(2023, 1, 1, tzinfo=UTC))
CALENDAR = CareCalendar(
    occasions={"Spring Festival": "2024-02-10", "spring": date(2024, 3, 5)}, days_before=2
)


def test_days_of_care():
    """S-195: season's change, festival, a child's birthday, a journey; who did not agree has peace."""
    wang = Customer(customer_id="C-1", first_owner="li", consents=[AGREED])
    stranger = Customer(customer_id="C-2", first_owner="li")
    days = [
        CareDay(customer_id="C-1", occasion="child's birthday", on=date(2016, 3, 2)),
        CareDay(customer_id="C-1", occasion="journey", on=date(2024, 3, 10), is_yearly=False),
        CareDay(customer_id="C-1", occasion="old journey", on=date(2023, 3, 10), is_yearly=False),
        CareDay(customer_id="C-2", occasion="birthday", on=date(1990, 3, 9)),
    ]
    found = CALENDAR.reminders(
        [wang, stranger], days, during=Period.months_from(date(2024, 2, 8), 2)
    )
    assert [(str(one.on), one.topic, one.about) for one in found] == [
        ("2024-02-08", "Spring Festival (2024-02-10)", "C-1"),
        ("2024-02-29", "child's birthday (2024-03-02)", "C-1"),
        ("2024-03-03", "spring (2024-03-05)", "C-1"),
        ("2024-03-08", "journey (2024-03-10)", "C-1"),
    ]
    assert {one.tell for one in found} == {("li",)}


@pytest.mark.parametrize(
    ("first", "days", "reminded"), [(2, 1, False), (3, 1, True), (4, 9, False)]
)
def test_the_day_of_the_reminder_counts_and_not_the_occasion(first, days, reminded):
    """Two days before 5 March is 3 March, the end of a period not in it."""
    wang = Customer(customer_id="C-1", consents=[AGREED])
    during = Period(date(2024, 3, first), date(2024, 3, first + days))
    assert bool(CALENDAR.reminders([wang], during=during)) == reminded


def test_a_consent_that_was_withdrawn_ends_the_care():
    gone = Consent(
        purpose="care", given_at=datetime(2023, 1, 1, tzinfo=UTC),
        withdrawn_at=datetime(2024, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    customer = Customer(customer_id="C-1", consents=[gone])
    found = CALENDAR.reminders([customer], during=Period.year(2024))
    assert [(one.topic[:6], one.tell) for one in found] == [("Spring", ("owner",))]


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(1900, 1, 1), date(2050, 12, 31)), st.dates(date(1950, 1, 1), date(2060, 12, 31)),
    st.integers(0, 1200),
)  # fmt: skip
def test_a_yearly_day_comes_once_a_year(first, start, length):
    """By brute force: every day of the period, and a leap day on the 28th of other years."""
    period = Period(start, start + timedelta(days=length))
    day = CareDay(customer_id="C", occasion="o", on=first)

    def is_it(there):
        month, number = first.month, first.day
        if (month, number) == (2, 29) and not isleap(there.year):
            number = 28
        return (there.month, there.day) == (month, number) and there >= first

    expected = [d for n in range(length) if is_it(d := start + timedelta(days=n))]
    assert list(day.within(period)) == expected


def test_a_calendar_is_a_rule_and_refuses_what_it_cannot_read():
    assert from_data(CALENDAR.to_data()) == CALENDAR
    for occasions in ({"Spring Festival": "in February"}, [("Spring Festival",)]):
        with pytest.raises(InvalidRule, match="write occasions as"):
            CareCalendar(occasions=occasions)
    with pytest.raises(InvalidRule, match="days before are 0 or more"):
        CareCalendar(days_before=-1)
    with pytest.raises(InvalidRule, match="the purpose is named"):
        CareCalendar(purpose=" ")
    endless = Period(date(2024, 1, 1))
    with pytest.raises(InvalidValue, match="needs an end"):
        CALENDAR.reminders([], during=endless)
    with pytest.raises(InvalidValue, match="needs an end"):
        CareDay(customer_id="C", occasion="o", on=date(2020, 1, 1)).within(endless)
