"""`summarize` gives what the words of its documentation say, on every engine."""

import datetime as dt
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from definition import at, end_of, summary_by_definition
from hypothesis import example, given, settings, strategies as st
from logs import ENGINES, KINDS, as_table, assert_same, by_customer

import custrel as cr

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")

# Around the first of 1970, a leap day, the end of a year, both changes of the clock.
BASES = (
    dt.datetime(1969, 12, 20),
    dt.datetime(2024, 2, 20),
    dt.datetime(2019, 12, 20),
    dt.datetime(2024, 10, 20),
    dt.datetime(2024, 3, 25),
)
DATE, INSTANT, ZONED, INTEGER, TEXT = "date", "instant", "zoned", "integer", "text"


@st.composite
def moments(draw, kind):
    """Draw a function that draws times of one kind, near to one another."""
    if kind == INTEGER:
        low = draw(st.sampled_from((-50, 0, 1_000_000)))
        return st.integers(low, low + draw(st.sampled_from((3, 60))))
    base = draw(st.sampled_from(BASES))
    days = draw(st.sampled_from((3, 40, 800)))
    if kind == DATE:
        return st.integers(0, days).map(lambda day: base.date() + dt.timedelta(days=day))
    # Coarse steps, so that two orders often share an instant.
    quarters = st.integers(0, days * 8).map(lambda n: base + dt.timedelta(hours=3 * n))
    instants = quarters | quarters.map(lambda when: when + dt.timedelta(microseconds=1))
    if kind == ZONED:
        zone = ZoneInfo(draw(st.sampled_from(ZONES)))
        return instants.map(lambda when: when.replace(tzinfo=dt.UTC).astimezone(zone))
    return instants


@st.composite
def logs(draw, kinds=(DATE, INSTANT, ZONED, INTEGER)):
    """Draw a log with purchases, the kind of its times, and options that fit it."""
    kind = draw(st.sampled_from(kinds))
    times = draw(moments(kind))
    names = draw(st.sampled_from(((-1, 0, 2), (-(10**15), 5, 10**15), ("ä", "b", ""))))
    customers = st.sampled_from(names)
    amounts = st.integers(-8, 40).map(lambda n: n / 4)
    log = draw(st.lists(st.tuples(customers, times, amounts), min_size=1, max_size=12))
    log += draw(st.lists(st.sampled_from(log), max_size=3))  # duplicates

    collapses = ("D", None) if kind == INTEGER else ("D", "W", "M", "Q", "Y", None)
    options = {
        "unit": draw(st.sampled_from("DWMQY")),
        "collapse": draw(st.sampled_from(collapses)),
        "returns": draw(st.sampled_from(("net", "drop", "keep"))),
        "duplicates": draw(st.sampled_from(("keep", "drop"))),
    }
    if draw(st.booleans()):
        options["compare"] = draw(st.sampled_from((1, 2.5, 30)))
    last = max(when for _, when, _ in log)
    if draw(st.booleans()):
        options["observed_until"] = draw(st.sampled_from(ends(last)))
    if draw(st.booleans()):
        options["calibration_until"] = draw(st.sampled_from([when for _, when, _ in log]))
    return log, kind, options


def ends(last):
    """Return ends of observation that are not before the last order."""
    if isinstance(last, int):
        return (last, last + 10)
    if isinstance(last, dt.datetime):
        return (last, last.date(), last + dt.timedelta(days=9.25))
    return (last, last + dt.timedelta(days=45))


def expect(log, options):
    """Return the table by definition, or None where there is nothing to be had."""
    kept = [row for row in log if row[2] >= 0 or options["returns"] != "drop"]
    if not kept:
        return None
    found = summary_by_definition(log, **options)
    return found or None


def can_calibrate(log, options):
    """Tell whether there is something on both sides of the end of calibration."""
    times = [when for _, when, amount in log if amount >= 0 or options["returns"] != "drop"]
    if "calibration_until" not in options or not times:
        return True
    ticks = [at(when, options["collapse"]) for when in times]
    until = at(end_of(options.get("observed_until", max(times)), times[0]), options["collapse"])
    return min(ticks) <= at(options["calibration_until"], options["collapse"]) < until


def check(log, frame, options):
    expected = expect(log, options)
    if not can_calibrate(log, options):
        with pytest.raises(cr.errors.InvalidRule, match="calibration_until"):
            cr.summarize(frame, **options)
    elif expected is None:
        with pytest.raises(cr.errors.InvalidData, match=r"only returns|no usable order"):
            cr.summarize(frame, **options)
    else:
        assert_same(by_customer(cr.summarize(frame, **options)), expected)


def arrow_type(log, kind):
    if kind == ZONED:
        return pa.timestamp("us", str(log[0][1].tzinfo))
    return {DATE: pa.date32(), INSTANT: pa.timestamp("us"), INTEGER: pa.int64()}[kind]


AT_ONCE = dt.datetime(2024, 2, 28)


@pytest.mark.properties
@given(logs())
@settings(max_examples=250)
@example(
    # Three orders at one instant, one of them a return, each order an occasion.
    (
        [(1, AT_ONCE, 6.0), (1, AT_ONCE, 3.0), (1, AT_ONCE, -1.5), (2, AT_ONCE, -1.0)],
        INSTANT,
        {"unit": "W", "collapse": None, "returns": "net", "duplicates": "keep"},
    )
)
def test_pandas_gives_what_the_definition_says(drawn):
    log, kind, options = drawn
    table = as_table(log, dates=arrow_type(log, kind))
    check(log, table.to_pandas(date_as_object=False), options)


@pytest.mark.engines
@pytest.mark.properties
@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "pandas"])
@given(drawn=logs())
@settings(max_examples=50)
def test_every_engine_gives_what_the_definition_says(engine, drawn):
    log, kind, options = drawn
    table = as_table(log, dates=arrow_type(log, kind))
    check(log, ENGINES[engine](table), options)


@pytest.mark.engines
@pytest.mark.properties
@pytest.mark.parametrize("engine", ENGINES)
@given(drawn=logs(kinds=(DATE, INSTANT)), separator=st.sampled_from("T "))
@settings(max_examples=25)
def test_iso_text_counts_as_the_instants_that_it_tells(engine, drawn, separator):
    log, kind, options = drawn
    write = "%Y-%m-%d" if kind == DATE else f"%Y-%m-%d{separator}%H:%M:%S.%f"
    text = [(who, when.strftime(write), amount) for who, when, amount in log]
    check(log, ENGINES[engine](as_table(text)), options)


@pytest.mark.properties
@given(logs(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_the_rows_does_not_matter(drawn, random):
    log, kind, options = drawn
    shuffled = random.sample(log, len(log))
    frames = [
        as_table(rows, dates=arrow_type(log, kind)).to_pandas(date_as_object=False)
        for rows in (log, shuffled)
    ]
    if expect(log, options) is None or not can_calibrate(log, options):
        return
    first, second = (by_customer(cr.summarize(frame, **options)) for frame in frames)
    assert_same(first, second)


@pytest.mark.properties
@given(logs())
@settings(max_examples=40)
def test_the_names_of_the_customers_do_not_matter(drawn):
    log, kind, options = drawn
    if expect(log, options) is None or not can_calibrate(log, options):
        return
    others = {who: f"customer {n}" for n, who in enumerate({who for who, _, _ in log})}
    renamed = [(others[who], when, amount) for who, when, amount in log]
    frames = [
        as_table(rows, dates=arrow_type(log, kind)).to_pandas(date_as_object=False)
        for rows in (log, renamed)
    ]
    first, second = (by_customer(cr.summarize(frame, **options)) for frame in frames)
    assert_same({others[who]: row for who, row in first.items()}, second)


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("collapse", ["D", "M", None])
def test_the_same_kind_of_frame_comes_out_and_lazy_stays_lazy(engine, collapse):
    log = [(who, dt.date(2024, 1, 1 + day), 2.5) for who in (3, 1, 2) for day in (0, 9)]
    frame = ENGINES[engine](as_table(log))
    summary = cr.summarize(frame, collapse=collapse)
    assert isinstance(summary.frame, KINDS[engine])
    assert len(by_customer(summary)) == 3
    if engine not in {"polars-lazy", "duckdb"}:
        assert [row["customer_id"] for row in cr.frames.enter(summary).frame.rows(named=True)] == [
            1,
            2,
            3,
        ]


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_times_are_equal_to_the_last_digit_on_every_engine(engine):
    """Distinct rows are found by equality, so a rounding of its own would break them up."""
    first = dt.date(2024, 1, 1)
    log = [(who, first + dt.timedelta(days=day), 1.0) for who in range(400) for day in (0, who)]
    for unit, days in {"W": 7, "M": 365.2425 / 12}.items():
        summary = cr.summarize(ENGINES[engine](as_table(log)), unit=unit)
        recency = {who: row["recency"] for who, row in by_customer(summary).items()}
        assert recency == {who: who / days for who in range(400)}
