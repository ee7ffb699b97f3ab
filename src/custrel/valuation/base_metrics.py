"""What a customer base is measured by: repurchase, referral, cross-buying, share of wallet, plan."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float, as_key, require_complete, require_one_kind
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidData, Problem
from custrel.frames import count_rows, enter
from custrel.valuation._amounts import amounts, require_amounts, require_present
from custrel.valuation._rows import require_one_length
from custrel.valuation.rate import Rate

__all__ = [
    "cross_buying",
    "period_over_period",
    "plan_attainment",
    "referral_rates",
    "repurchase_rate",
    "share_of_wallet",
]

_TOLERANCE = 1e-9  # 0.1 and 0.2 are a little more than a wallet of 0.3

Floats = NDArray[np.float64]


def repurchase_rate(
    summary: Any, *, frequency: str = "frequency", confidence: float = 0.95
) -> Rate:
    """Return how many customers have bought again (重购率).

    Parameters
    ----------
    summary : CustomerSummary or frame
        One row per customer.
    frequency : str
        The column of the repeat purchases.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Rate
        Customers with a repeat purchase, of all.

    Raises
    ------
    ColumnNotFound
        The column is not there.
    InvalidData
        A value is missing.
    InvalidRule
        `confidence` is not between 0 and 1.

    Notes
    -----
    Over the whole observation: customers who came last week count as those of last year.
    `cohorts` compares customers of one age.  The formula is the field's (reconstructed).

    Examples
    --------
    >>> import pandas as pd
    >>> print(repurchase_rate(pd.DataFrame({"frequency": [0, 2, 0, 1]})))
    50.0% (15.0% to 85.0%), 2 of 4
    """
    door = enter(summary)
    counts = require_complete(door, frequency, flags={"again": as_float(frequency) > 0})
    return Rate(count=counts["again"], total=counts["rows"], confidence=confidence)


def referral_rates(
    customers: Any,
    *,
    customer: str = "customer_id",
    referred_by: str = "referred_by",
    confidence: float = 0.95,
) -> tuple[Rate, Rate]:
    """Return how many customers came by referral, and how many have referred others (推荐率).

    Parameters
    ----------
    customers : frame
        One row per customer.
    customer : str
        The column that names the customer.
    referred_by : str
        The column that names who referred him; missing where nobody did.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    referred : Rate
        Customers whom somebody referred, of all.
    referrers : Rate
        Customers who referred at least one of the others, of all.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        There are no customers; one is missing, stands twice, or refers himself; or customers are
        text and those who referred them numbers.
    InvalidRule
        `confidence` is not between 0 and 1.

    Notes
    -----
    Referrers who are no customers of the frame count in the first rate, not in the second.
    The formulas are the field's (reconstructed).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"customer_id": list("abcd"), "referred_by": [None, "a", "a", "x"]})
    >>> for rate in referral_rates(frame):
    ...     print(rate)
    75.0% (30.1% to 95.4%), 3 of 4
    25.0% (4.6% to 69.9%), 1 of 4
    """
    door = enter(customers)
    door.require([customer, referred_by])
    require_present(door, customer, of="customer")
    require_one_kind(door, customer, door, referred_by)
    who, by = as_key(door, customer), as_key(door, referred_by)
    own = Flaw(
        ~by.is_null() & (who == by),
        "refers_itself",
        "customers who refer themselves",
        referred_by,
        remedy="Leave the referrer of a customer who came alone empty.",
        shown=[customer, referred_by],
    )
    counts = refuse_rows(door, own, flags={"referred": ~by.is_null()})
    if not counts["rows"]:
        raise InvalidData([Problem(code="empty", message="there are no customers", count=0)])
    frame: Any = door.frame
    known = frame.select(who.alias("who")).unique(subset=["who"])
    named = frame.filter(~by.is_null()).select(by.alias("who")).unique(subset=["who"])
    total = counts["rows"]
    twice = total - count_rows(known)
    if twice:
        problem = Problem(
            code="duplicate_customer",
            message="a customer who stands there already",
            column=customer,
            count=twice,
            remedy="Hand in one row per customer.",
        )
        raise InvalidData([problem])
    # Where nobody was referred, nothing says what kind of thing a referrer is.
    both = known.join(named, on="who", how="inner") if counts["referred"] else known.head(0)
    referrers = count_rows(both)
    return (
        Rate(count=counts["referred"], total=total, confidence=confidence),
        Rate(count=referrers, total=total, confidence=confidence),
    )


def cross_buying(
    lines: Any,
    *,
    customer: str = "customer_id",
    category: str = "category",
    amount: str = "amount",
) -> Any:
    """Return in how many categories each customer buys, and how evenly (交叉购买).

    Parameters
    ----------
    lines : frame
        One row per order line: who, which category, for how much.
    customer, category, amount : str
        Its columns.

    Returns
    -------
    frame
        Of the same kind, one row per customer: the customer, ``categories``,
        ``largest_share`` (of the amount, in one category) and ``effective_categories``: as
        many equal ones would be as concentrated.  Eager ones are in the order of customers.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A value is missing, or an amount negative.

    Notes
    -----
    With shares s of a customer's amount, effective_categories = 1 / sum s²; both shares are
    missing where all amounts are 0.  What is bought with what is another question
    (association).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 1, 2],
    ...         "category": ["tea", "tea", "cups", "tea"],
    ...         "amount": [10.0, 20.0, 30.0, 5.0],
    ...     }
    ... )
    >>> cross_buying(lines)
       customer_id  categories  largest_share  effective_categories
    0            1           2            0.5                   2.0
    1            2           1            1.0                   1.0
    """
    door = enter(lines)
    require_present(door, customer, category, of="line")
    require_amounts(door, amount, least=0, of="line")
    frame: Any = door.frame.with_columns(spent=as_float(amount))
    parts = frame.group_by(customer, category).agg(nw.col("spent").sum())
    parts = parts.with_columns(square=nw.col("spent") * nw.col("spent"))
    table = parts.group_by(customer).agg(
        nw.len().alias("categories"),
        nw.col("spent").max().alias("largest"),
        nw.col("spent").sum(),
        nw.col("square").sum(),
    )
    spent, square = nw.col("spent"), nw.col("square")
    table = table.select(
        customer,
        "categories",
        largest_share=nw.when(spent > 0).then(nw.col("largest") / spent),
        effective_categories=nw.when(spent > 0).then(spent * spent / square),
    )
    if isinstance(table, nw.DataFrame):
        table = nw.maybe_reset_index(table.sort(customer))
    return table.to_native()


def share_of_wallet(
    customers: Any, *, spend: str = "spend", wallet: str = "wallet", name: str = "share_of_wallet"
) -> Any:
    """Add which part of what customers spend on the category they spend here (购买份额).

    Parameters
    ----------
    customers : frame
        One row per customer.
    spend, wallet : str
        The columns of what the customer spends here, and with all suppliers together.
    name : str
        The column to add.

    Returns
    -------
    frame
        As it came, with `name`: spend / wallet, from 0 to 1; missing where the wallet is 0.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A value is missing or negative, or a customer spends more here than in all.

    Notes
    -----
    The documents have it as what customers without a contract do: they spread their
    purchases over firms (非契约型客户关系); the formula is the field's (reconstructed).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"spend": [30.0, 0.0], "wallet": [120.0, 50.0]})
    >>> share_of_wallet(frame)["share_of_wallet"].tolist()
    [0.25, 0.0]
    """
    door = enter(customers)
    require_amounts(door, spend, wallet, least=0)
    here, everywhere = as_float(spend), as_float(wallet)
    refuse_rows(
        door,
        Flaw(
            here > everywhere * (1 + _TOLERANCE),
            "impossible_share",
            f"more than {wallet!r}",
            spend,
            remedy="The wallet holds what is spent here too.",
            of="customer",
            shown=[spend, wallet],
        ),
    )
    share = nw.when(everywhere > 0).then((here / everywhere).clip(None, 1.0))
    return door.leave(door.frame.with_columns(share.alias(name)))


def period_over_period(values: ArrayLike) -> Floats:
    """Return the change of each period against the one before (环比).

    Parameters
    ----------
    values : array_like of shape (..., periods)
        Sales of each period, in order.

    Returns
    -------
    ndarray of shape (..., periods)
        value / value before - 1; NaN for the first, and where the one before is 0.

    Notes
    -----
    Of a frame: ``frame["change"] = period_over_period(frame["sales"])``, in the order of time.

    Examples
    --------
    >>> period_over_period([100, 120, 90]).tolist()
    [nan, 0.2, -0.25]
    """
    series = np.atleast_1d(np.asarray(values, dtype=np.float64))
    change = np.full(series.shape, np.nan)
    before = series[..., :-1]
    np.divide(series[..., 1:] - before, before, out=change[..., 1:], where=before != 0)
    return change


def plan_attainment(actual: ArrayLike, plan: ArrayLike) -> Floats:
    """Return which part of the plan was done (完成计划率).

    Parameters
    ----------
    actual : array_like
        What was done.
    plan : array_like
        What was to be done.

    Returns
    -------
    ndarray of the broadcast shape
        actual / plan; NaN where nothing was planned.

    Raises
    ------
    InvalidData
        A number is missing or infinite, a plan negative, or the arrays do not fit together.

    Examples
    --------
    >>> float(plan_attainment(35.53, 36.255).round(2))
    0.98
    """
    (done,), (planned,) = amounts(actual=actual), amounts(plan=plan, least=0)
    require_one_length(actual=done, plan=planned)
    done, planned = np.broadcast_arrays(done, planned)
    part = np.full(done.shape, np.nan)
    np.divide(done, planned, out=part, where=planned > 0)
    return part
