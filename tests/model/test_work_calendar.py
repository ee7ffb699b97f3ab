"""Working time against a clock that counts minute by minute, and China's moved weekends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from custrel import from_data
from custrel.errors import InvalidRule, InvalidValue
from custrel.model import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")

# The State Council's calendar of the National Day holiday in 2024: off from 1 to 7 October,
# at work on Sunday 29 September and Saturday 12 October.
NATIONAL_DAY = WorkCalendar.weekdays(
    "09:00-12:00",
    "13:30-18:00",
    zone="Asia/Shanghai",
    holidays=[date(2024, 10, day) for day in range(1, 8)],
    make_up_days=[date(2024, 9, 29), date(2024, 10, 12)],
)
NIGHT = WorkCalendar(week=[["22:00-06:00"]] * 6 + [[]], zone="Europe/Berlin")
ALWAYS = WorkCalendar(week=[["00:00-00:00"]] * 7, zone="America/New_York")
CALENDARS = (
    NATIONAL_DAY,
    NIGHT,
    ALWAYS,
    WorkCalendar.weekdays("08:30-17:00", zone="Europe/Berlin", holidays=[date(2024, 4, 1)]),
)


def here(*when):
    return datetime(*when, tzinfo=SHANGHAI)


def counted(calendar, start, end):
    """Count working minutes one by one, on the clock on the wall."""
    zone, minutes, moment = ZoneInfo(calendar.zone), 0, start
    shifts = {}
    for weekday, texts in enumerate(calendar.week):
        shifts[weekday] = [
            [int(part[:2]) * 60 + int(part[3:]) for part in t.split("-")] for t in texts
        ]
    special = {day: [] for day in calendar.holidays} | {
        day: shifts[weekday] for day, weekday in calendar.make_up_days
    }

    def of(day):
        return special.get(day, shifts[day.weekday()])

    while moment < end:
        wall = moment.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        today, yesterday = wall.date(), wall.date() - timedelta(days=1)
        minutes += any(a <= minute < b or (b <= a and minute >= a) for a, b in of(today)) or any(
            b <= a and minute < b for a, b in of(yesterday)
        )
        moment += timedelta(minutes=1)
    return timedelta(minutes=minutes)


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(CALENDARS),
    st.integers(0, 60 * 24 * 250),
    st.integers(0, 60 * 24 * 4),
)
def test_working_time_is_what_a_clock_counts(calendar, start, length):
    # From 1 March: both changes of the clocks and the National Day are within.
    begun = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(minutes=start)
    ended = begun + timedelta(minutes=length)
    assert calendar.working_time(begun, ended) == counted(calendar, begun, ended)


@pytest.mark.properties
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CALENDARS), st.integers(0, 60 * 24 * 250), st.integers(0, 60 * 60))
def test_adding_working_time_is_its_inverse(calendar, start, minutes):
    begun = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(minutes=start)
    work = timedelta(minutes=minutes)
    due = calendar.add(begun, work)
    assert calendar.working_time(begun, due) == work
    if minutes:
        assert calendar.working_time(begun, due - timedelta(minutes=1)) < work
    assert calendar.working_time(due, begun) == -work


def test_the_national_day_by_hand():
    assert NATIONAL_DAY.working_time(here(2024, 9, 30, 17), here(2024, 10, 8, 10)) == timedelta(
        hours=2
    )
    assert NATIONAL_DAY.add(here(2024, 9, 27, 17), timedelta(hours=2)) == here(2024, 9, 29, 10)
    assert NATIONAL_DAY.working_days(date(2024, 9, 28), date(2024, 10, 13)) == 7
    assert NATIONAL_DAY.working_days(date(2024, 10, 13), date(2024, 10, 1)) == 0
    assert NATIONAL_DAY.is_workday(date(2024, 9, 29))
    assert not NATIONAL_DAY.is_workday(date(2024, 10, 7))


def test_a_night_shift_over_the_change_of_the_clocks_is_an_hour_shorter():
    """Berlin, 31 March 2024: 2 becomes 3."""
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime(2024, 3, 30, 20, tzinfo=berlin), datetime(2024, 3, 31, 12, tzinfo=berlin)
    assert NIGHT.working_time(*night) == timedelta(hours=7)
    night = datetime(2024, 10, 26, 20, tzinfo=berlin), datetime(2024, 10, 27, 12, tzinfo=berlin)
    assert NIGHT.working_time(*night) == timedelta(hours=9)


def test_a_make_up_day_may_have_the_shifts_of_another_weekday():
    calendar = WorkCalendar(
        week=[["09:00-17:00"]] * 4 + [["09:00-13:00"], [], []],
        make_up_days={date(2024, 3, 2): 4},
        holidays=["2024-03-04"],
    )
    week = datetime(2024, 3, 2, tzinfo=UTC), datetime(2024, 3, 5, tzinfo=UTC)
    assert calendar.working_time(*week) == timedelta(hours=4)


def test_overlapping_shifts_of_two_days_are_not_counted_twice():
    calendar = WorkCalendar(week=[["18:00-08:00"], ["06:00-10:00"], *([[]] * 5)])
    start, end = datetime(2024, 3, 4, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC)
    assert calendar.working_time(start, end) == timedelta(hours=16)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_calendars_are_plain_data(calendar):
    assert from_data(calendar.to_data()) == calendar


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"week": [["9-5"]] * 7}, "'9-5' is no shift; write it as '09:00-12:00'"),
        ({"week": [["09:00"]] * 7}, "'09:00' is no shift"),
        ({"week": [["09:00-17:00"]] * 5}, "a week has seven days from Monday on, got 5"),
        ({"week": [["09:00-12:00", "11:00-18:00"]] * 7}, "the shifts .* overlap"),
        ({"week": [["20:00-04:00", "22:00-23:00"]] * 7}, "only the last may cross midnight"),
        ({"week": [[]] * 7, "zone": "Asia/Peking"}, "there is no zone 'Asia/Peking'"),
        ({"week": [[]] * 7, "holidays": ["1.10.2024"]}, "write days as '2024-10-01'"),
        ({"week": [[]] * 7, "make_up_days": {date(2024, 1, 6): 7}}, "7 is no weekday; Monday is 0"),
    ],
)
def test_impossible_calendars(options, message):
    with pytest.raises(InvalidRule, match=message):
        WorkCalendar(**options)


def test_impossible_questions():
    naive = datetime(2024, 3, 1)
    with pytest.raises(
        InvalidValue, match="start or end is an instant without a zone: 2024-03-01 00:00:00"
    ):
        ALWAYS.working_time(naive, naive)
    with pytest.raises(InvalidValue, match="cannot add -1 day, 23:00:00, which is below zero"):
        ALWAYS.add(here(2024, 3, 1), timedelta(hours=-1))
    with pytest.raises(InvalidValue, match="do not have so much work: 1:00:00"):
        WorkCalendar(week=[[]] * 7).add(here(2024, 3, 1), timedelta(hours=1))
