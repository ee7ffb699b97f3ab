"""The customer summary by its definition: plain loops over plain rows, and nothing clever.

Written from the words of the documentation, not from the code, and as slow as it likes.
"""

import datetime as dt

DAYS = {"D": 1.0, "W": 7.0, "M": 365.2425 / 12, "Q": 365.2425 / 4, "Y": 365.2425}


def summary_by_definition(
    log,
    *,
    unit="D",
    collapse="D",
    observed_until=None,
    calibration_until=None,
    compare=None,
    returns="net",
    duplicates="keep",
):
    """Return a dict per customer.  A log is rows of (customer, time, amount)."""
    if duplicates == "drop":
        log = list(dict.fromkeys(log))
    if returns == "drop":
        log = [row for row in log if row[2] >= 0]
    if all(isinstance(when, dt.datetime) and is_date(when) for _, when, _ in log):
        log = [(who, when.date(), amount) for who, when, amount in log]
        observed_until, calibration_until = map(day_of, (observed_until, calibration_until))
    like = log[0][1]
    log = [(who, at(when, collapse), amount) for who, when, amount in log]
    until = max(when for _, when, _ in log)
    if observed_until is not None:
        until = at(end_of(observed_until, like), collapse)
    end = until
    if calibration_until is not None:
        end = at(end_of(calibration_until, like), collapse)

    table = {}
    for who in {row[0] for row in log}:
        own = [(when, amount) for name, when, amount in log if name == who and when <= end]
        held = [(when, amount) for name, when, amount in log if name == who and end < when <= until]
        bought = [when for when, amount in own if amount >= 0 or returns != "net"]
        if not bought:
            continue
        starts = [start(when, collapse) for when in bought]
        orders = len(starts) if collapse is None else len(set(starts))
        row = {
            "orders": orders,
            "revenue": sum(amount for _, amount in own),
            "frequency": orders - 1,
            "recency": length(min(starts), max(starts), unit),
            "T": length(min(starts), start(end, collapse), unit),
            "monetary_value": mean(after_the_first(own, starts, collapse), orders - 1),
            "first_order": min(bought),
            "last_order": max(bought),
            "idle": length(max(starts), start(end, collapse), unit),
        }
        if compare is not None:
            recent, before = 0.0, 0.0
            for when, amount in own:
                ago = length(when, end, None)
                window = round_window(compare, unit, when)
                recent += amount if ago < window else 0.0
                before += amount if window <= ago < 2 * window else 0.0
            row |= {"revenue_recent": recent, "revenue_before": before}
        if calibration_until is not None:
            again = [start(when, collapse) for when, a in held if a >= 0 or returns != "net"]
            times = len(again) if collapse is None else len(set(again))
            spent = sum(amount for _, amount in held)
            row |= {
                "frequency_holdout": times,
                "monetary_value_holdout": mean(spent, times),
                "duration_holdout": length(start(end, collapse), start(until, collapse), unit),
            }
        table[who] = row
    return table


def is_date(when):
    """Tell whether an instant is how those write a date who know no dates."""
    return when.tzinfo is None and when.time() == dt.time()


def day_of(when):
    return when.date() if isinstance(when, dt.datetime) else when


def at(when, collapse):
    """Return the date of an order; without a collapse, its instant as well."""
    if isinstance(when, dt.datetime) and collapse is not None:
        return when.date()
    if isinstance(when, dt.datetime) and when.tzinfo is not None:
        return when.astimezone(dt.UTC)
    return when


def end_of(when, like):
    """Return an end of observation of the kind of the log's times: a date is its whole day."""
    if isinstance(like, dt.datetime) and not isinstance(when, dt.datetime):
        return dt.datetime.combine(when, dt.time.max, like.tzinfo)
    return when


def start(when, collapse):
    """Return the first day of the period that a day lies in."""
    match collapse:
        case "W":
            while when.weekday() != 0:
                when -= dt.timedelta(days=1)
        case "M":
            when = when.replace(day=1)
        case "Q":
            when = when.replace(month=(when.month - 1) // 3 * 3 + 1, day=1)
        case "Y":
            when = when.replace(month=1, day=1)
    return when


def length(earlier, later, unit):
    """Return the time between in a unit; integer times are in their unit already."""
    if isinstance(earlier, int):
        return float(later - earlier)
    days = (later - earlier) / dt.timedelta(days=1)
    return days if unit is None else days / DAYS[unit]


def round_window(compare, unit, when):
    """Return the length of a window in days: whole ones, where times are days."""
    if isinstance(when, int):
        return round(compare)
    return compare * DAYS[unit] if isinstance(when, dt.datetime) else round(compare * DAYS[unit])


def mean(amount, times):
    """Return the mean amount; of no purchases it is 0, whatever was sent back."""
    return amount / times if times else 0.0


def after_the_first(own, starts, collapse):
    """Add up what came after the first occasion.

    Where each order is an occasion and several share the first instant, any one of them is
    the first: each of them has its part of that instant's amount.
    """
    first = min(starts)
    later = sum(amount for when, amount in own if start(when, collapse) > first)
    if collapse is not None:
        return later
    now = sum(amount for when, amount in own if when == first)
    return later + now * (1 - 1 / starts.count(first))
