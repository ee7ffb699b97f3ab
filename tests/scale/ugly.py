"""Logs for the engines: a real one, and one with everything that makes logs ugly."""

import datetime as dt

import numpy as np
import pandas as pd
from logs import CDNOW


def cdnow():
    """Return the orders of CDNOW's sample."""
    log = pd.read_csv(CDNOW, parse_dates=["date"])
    return log[["customer_id", "date", "amount"]]


def ugly(*, clock=True):
    """Return a log of text ids with same-day orders, returns, nothing paid, and leap days.

    One customer only sent back, one bought once, one came on the last day of all; some orders
    are equal in all columns; without a `clock`, all are at midnight.
    """
    rng = np.random.default_rng(7)
    rows = [
        (f"c{who:03d}", dt.datetime(2023, 3, 1) + dt.timedelta(days=int(day)), float(amount))
        for who in range(120)
        for day, amount in zip(
            rng.integers(0, 500, 1 + who % 17), rng.gamma(2, 20, 1 + who % 17).round(2), strict=True
        )
    ]
    rows += [
        ("only-returns", dt.datetime(2023, 5, 5), -12.5),
        ("nothing paid", dt.datetime(2024, 2, 29), 0.0),
        ("nothing paid", dt.datetime(2024, 3, 1), 0.0),
        ("last", dt.datetime(2024, 7, 13), 1.0),
        ("tab\tand 'quotes\"", dt.datetime(2023, 12, 31), 3.0),
        ("tab\tand 'quotes\"", dt.datetime(2024, 1, 1), 3.0),
        ("名", dt.datetime(2024, 2, 29), 8.25),
        ("名", dt.datetime(2024, 3, 31), -8.25),
        ("名", dt.datetime(2024, 3, 31), 20.0),
    ]
    rows += rows[:5]
    seconds = rng.integers(0, 86_400, len(rows)) if clock else np.zeros(len(rows), dtype=int)
    who, when, amount = zip(*rows, strict=True)
    dates = pd.to_datetime(pd.Series(when)) + pd.to_timedelta(seconds, unit="s")
    log = pd.DataFrame(
        {"customer_id": who, "date": dates.astype("datetime64[us]"), "amount": amount}
    )
    return log.sample(frac=1, random_state=3).reset_index(drop=True)
