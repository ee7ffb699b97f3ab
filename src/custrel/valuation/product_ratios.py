"""What products and customers make of the sales: mix, margin, turnover, cross and contribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import collect, enter
from custrel.valuation._amounts import amounts, in_order, require_amounts, require_present

__all__ = ["gross_margin_rate", "merchandise_turnover", "product_ratios", "sales_mix"]

Floats = NDArray[np.float64]

# Sums of fractions that cancel seldom come to 0, but to so small a part of what they are sums of.
_TOLERANCE = 1e-12
_BASES = ("sales", "cost")
# What cannot sum up row by row inside groups: the parts, which are few, are ranked in pandas.
_NO_WINDOWS = frozenset({nw.Implementation.PYARROW, nw.Implementation.DASK})


def gross_margin_rate(sales: ArrayLike, cost: ArrayLike) -> Floats:
    """Return which share of sales is left after the cost of the goods (销售毛利率).

    Parameters
    ----------
    sales : array_like
        What was sold, at selling prices, 0 or more.
    cost : array_like
        What the goods cost, 0 or more.

    Returns
    -------
    ndarray
        Of the broadcast shape; NaN where nothing was sold.

    Raises
    ------
    InvalidData
        A value is missing, infinite or negative.

    Notes
    -----
    (sales - cost) / sales (reconstructed).

    Examples
    --------
    >>> gross_margin_rate([200, 0], [150, 0]).tolist()
    [0.25, nan]
    """
    sold, paid = np.broadcast_arrays(*amounts(sales=sales, cost=cost, least=0))
    return _quotient(sold - paid, sold)


def merchandise_turnover(sold: ArrayLike, opening: ArrayLike, closing: ArrayLike) -> Floats:
    """Return how often the stock was sold over (商品周转率).

    Parameters
    ----------
    sold : array_like
        What was sold: at selling prices where the stock is valued at them, at cost where it is
        valued at cost; 0 or more.
    opening, closing : array_like
        The stock at the beginning and at the end, 0 or more.

    Returns
    -------
    ndarray
        Of the broadcast shape, times per period; NaN where there was no stock.

    Raises
    ------
    InvalidData
        A value is missing, infinite or negative.

    Notes
    -----
    sold / ((opening + closing) / 2) (reconstructed).

    Examples
    --------
    >>> merchandise_turnover(600, opening=80, closing=120).item()
    6.0
    """
    out, first, last = np.broadcast_arrays(
        *amounts(sold=sold, opening=opening, closing=closing, least=0)
    )
    return _quotient(out, (first + last) / 2)


def product_ratios(
    frame: Any,
    *,
    sales: str = "sales",
    cost: str = "cost",
    opening: str = "opening_stock",
    closing: str = "closing_stock",
    basis: Literal["sales", "cost"] = "sales",
) -> Any:
    """Add the four ratios that say what each product adds to the value of the business.

    Parameters
    ----------
    frame : frame
        A row for each product, of one period.
    sales, cost : str
        The columns of what was sold, at selling prices and at cost, 0 or more.
    opening, closing : str
        The columns of the stock at the beginning and at the end, 0 or more.
    basis : {"sales", "cost"}
        What the stock is valued at, and so which of the two the turnover divides.

    Returns
    -------
    frame
        As it came, with ``margin_rate`` (销售毛利率), ``turnover`` (商品周转率), ``cross_ratio``
        (交叉比率, their product), ``sales_share`` (销售构成), and ``contribution_ratio`` (贡献比率,
        cross ratio x share).  Ratios are missing where nothing was sold, or there was no stock.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A value is missing, infinite or negative, or nothing was sold at all.
    UnknownCode
        The basis is neither of the two.

    Notes
    -----
    The documents name the ratios, not the formulas (reconstructed).  With the stock at selling
    prices the cross ratio is gross profit / average stock; the contribution ratios sum to the mean
    cross ratio, weighted by sales.

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame(
    ...     {
    ...         "sales": [600.0, 400.0],
    ...         "cost": [450.0, 200.0],
    ...         "opening_stock": [80.0, 100.0],
    ...         "closing_stock": [120.0, 100.0],
    ...     }
    ... )
    >>> product_ratios(products)[["margin_rate", "turnover", "cross_ratio", "contribution_ratio"]]
       margin_rate  turnover  cross_ratio  contribution_ratio
    0         0.25       6.0          1.5                 0.9
    1         0.50       4.0          2.0                 0.8
    """
    if basis not in _BASES:
        raise UnknownCode("basis of turnover", str(basis), _BASES)
    door = enter(frame)
    require_amounts(door, sales, cost, opening, closing, least=0, of="product")
    sums = door.frame.select(as_float(sales).sum(), __size=as_float(sales).sum())
    total = _total(sums, sales)
    sold, paid = as_float(sales), as_float(cost)
    stock = (as_float(opening) + as_float(closing)) / 2
    margin = nw.when(sold > 0).then((sold - paid) / sold)
    turnover = nw.when(stock > 0).then((sold if basis == "sales" else paid) / stock)
    with_ratios = door.frame.with_columns(
        margin_rate=margin, turnover=turnover, sales_share=sold / total
    )
    cross = nw.col("margin_rate") * nw.col("turnover")
    ordered = (*door.columns, "margin_rate", "turnover", "cross_ratio", "sales_share")
    crossed = with_ratios.with_columns(cross_ratio=cross).select(*dict.fromkeys(ordered))
    contribution = nw.col("cross_ratio") * nw.col("sales_share")
    return door.leave(crossed.with_columns(contribution_ratio=contribution))


def sales_mix(
    sales: Any,
    *,
    by: str | Sequence[str],
    amount: str = "amount",
    before: str | None = None,
) -> Any:
    """Return what the sales consist of: by product, by customer, or by product for each customer.

    Parameters
    ----------
    sales : frame
        A row for each sale.
    by : str or sequence of str
        The column whose parts are asked for (product, customer); of several, the last one, within
        each group of the others.
    amount : str
        The column of what is divided: sales, quantity, profit.
    before : str, optional
        The column of the same in the period before: adds ``growth``.

    Returns
    -------
    frame
        Of the kind that came in, a row for each part, the largest first within its group: the
        columns `by`, the sum of `amount`, ``share`` of the group's sum, ``cumulative_share``,
        ``rank`` (1 is the largest; equal ones share it), and where asked ``growth`` (missing where
        there was nothing before).

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A value is missing or infinite, or there is nothing to divide.
    InvalidRule
        No column is named, or one twice.

    Notes
    -----
    The documents ask for the sales by value and volume, a customer's business with us, and the mix
    by product (客户构成分析).  Divided by profit, the share is a customer's contribution to profit
    (客户利润贡献度); shares then sum to 1 but may be negative or above 1.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"product": ["tea", "salt", "tea"], "amount": [50.0, 25.0, 25.0]})
    >>> sales_mix(sales, by="product")
      product  amount  share  cumulative_share  rank
    0     tea    75.0   0.75              0.75     1
    1    salt    25.0   0.25              1.00     2
    """
    keys = [by] if isinstance(by, str) else list(by)
    numbers = [amount] if before is None else [amount, before]
    if not keys or len({*keys, *numbers}) != len(keys) + len(numbers):
        raise InvalidRule("sales_mix: name one column to divide by or more, each once.")
    door = enter(sales)
    require_present(door, *keys, of="sale")
    require_amounts(door, *numbers, of="sale")
    lone = door.frame.select(*keys, *[as_float(name).alias(name) for name in numbers])
    parts: Any = lone.group_by(*keys).agg(*[nw.col(name).sum() for name in numbers])
    within = keys[:-1]
    totals: Any = parts.select(*within, __total=nw.col(amount), __size=nw.col(amount).abs())
    if within:
        totals = totals.group_by(*within).agg(nw.col("__total", "__size").sum())
        _require_something(totals, amount)
        parts = parts.join(totals.drop("__size"), on=within, how="left")
    else:
        total = _total(totals.select(nw.col("__total", "__size").sum()), amount)
        parts = parts.with_columns(__total=nw.lit(total), __all=nw.lit(1))
    if door.engine in _NO_WINDOWS:
        parts = nw.from_native(collect(parts).to_pandas())
    group = within or ["__all"]
    value = nw.col(amount)
    mixed = parts.with_columns(share=value / nw.col("__total"), __down=-value).with_columns(
        cumulative_share=nw.col("share").cum_sum().over(*group, order_by=["__down", keys[-1]]),
        rank=nw.col("__down").rank("min").over(*group).cast(nw.Int64),
    )
    columns = [*keys, *numbers, "share", "cumulative_share", "rank"]
    if before is not None:
        past = nw.col(before)
        mixed = mixed.with_columns(growth=nw.when(past > 0).then(value / past - 1))
        columns.append("growth")
    mixed = mixed.select(*columns)
    if door.engine not in _NO_WINDOWS:
        return in_order(mixed, *within, "rank", keys[-1])
    ordered = mixed.sort(*within, "rank", keys[-1])
    return door.table({name: ordered.get_column(name).to_numpy() for name in columns})


def _total(sums: Any, column: str) -> float:
    """Return a sum, which stands beside that of the sizes; refuse one that is 0."""
    total, size = (float(number or 0.0) for number in collect(sums).row(0))
    if abs(total) <= _TOLERANCE * size:
        problem = Problem(
            code="nothing_to_divide",
            message="sums to 0, so that nothing has a share of it",
            column=column,
            count=0,
        )
        raise InvalidData([problem])
    return total


def _require_something(totals: Any, column: str) -> None:
    """Refuse groups whose sum is 0."""
    nothing = nw.col("__total").abs() <= nw.col("__size") * _TOLERANCE
    empty = collect(totals.filter(nothing).head(3))
    if len(empty):
        problem = Problem(
            code="nothing_to_divide",
            message="sums to 0 in a group, so that nothing has a share of it",
            column=column,
            count=0,
            rows=tuple(str(row) for row in empty.drop("__total", "__size").rows(named=True)),
            remedy="Leave these groups out.",
        )
        raise InvalidData([problem])


def _quotient(over: Floats, under: Floats) -> Floats:
    unknown = np.full(under.shape, np.nan)
    return np.asarray(np.divide(over, under, out=unknown, where=under > 0))
