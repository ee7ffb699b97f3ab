"""Association: which products are bought together, and what to offer whom next."""

from __future__ import annotations

from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custrel._columns import as_float, as_key, require_complete
from custrel._intervals import normal_quantile, wilson_ends
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, collect, collect_rows, enter, read_schema
from custrel.segmentation._codes import codes_of
from custrel.segmentation._refusals import require_there

__all__ = ["next_product", "product_pairs"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MEASURES = ("confidence", "lift", "leverage", "lift_low", "confidence_low")


def product_pairs(
    lines: Any,
    *,
    order: str = "order_id",
    product: str = "product",
    min_orders: int = 5,
    confidence: float = 0.95,
) -> Any:
    """Measure which products stand in the same orders (关联分析).

    Parameters
    ----------
    lines : frame
        One row per order line; a product that stands twice in an order counts once.
    order : str
        The column of the order; with the customer instead, what the same people buy.
    product : str
        The column of the product, or of its category.
    min_orders : int
        Pairs in fewer orders than this are left out: their figures are noise.
    confidence : float
        Of the intervals, 0 to 1.

    Returns
    -------
    frame
        Of the kind that came, one row for each pair in each direction, the highest lift first:

        - ``if_product`` and ``then_product``,
        - ``orders``, those with both,
        - ``support`` (share of all orders with both), ``confidence`` (share with the second among
          those with the first) and ``lift`` (confidence over the share of all orders that have
          the second), each with its interval ``..._low`` and ``..._high``,
        - ``leverage`` (support less what chance would give),
        - ``conviction`` (infinite where the second never lacks).

    Raises
    ------
    InvalidData
        There are no lines, or an order or a product is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `min_orders` is below 1, or `confidence` not between 0 and 1.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    See Also
    --------
    next_product : What to offer each customer.

    Notes
    -----
    With shares p of orders with the first (a), the second (b) and both (ab): confidence
    p_ab / p_a, lift p_ab / (p_a p_b), leverage p_ab - p_a p_b, conviction
    (1 - p_b) / (1 - p_ab / p_a).  Intervals of shares are Wilson's.  That of the lift is normal
    on the logarithmic scale with the variance

    (1 / p_ab - 1 / p_a - 1 / p_b + 2 p_ab / (p_a p_b) - 1) / n,

    by the delta method for n independent orders; many pairs are looked at together, so that
    some lie outside by chance.

    Rare products go first; the others are counted by one product of sparse matrices, in memory
    that grows with the pairs which occur.

    References
    ----------
    .. [1] R. Agrawal, T. Imieliński, A. Swami (1993), Mining Association Rules between Sets of
       Items in Large Databases, SIGMOD Record 22(2), 207-216.
    .. [2] S. Brin, R. Motwani, J. D. Ullman, S. Tsur (1997), Dynamic Itemset Counting and
       Implication Rules for Market Basket Data, SIGMOD Record 26(2), 255-264: lift, conviction.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame(
    ...     {
    ...         "order_id": [1, 1, 2, 2, 3, 4],
    ...         "product": ["tea", "cup", "tea", "cup", "tea", "pot"],
    ...     }
    ... )
    >>> pairs = product_pairs(lines, min_orders=1)
    >>> pairs[["if_product", "then_product", "orders", "support", "confidence", "lift"]].round(2)
      if_product then_product  orders  support  confidence  lift
    0        cup          tea       2      0.5        1.00  1.33
    1        tea          cup       2      0.5        0.67  1.33
    """
    if not min_orders >= 1:
        raise InvalidRule(f"min_orders is a number of orders, 1 or more; got {min_orders!r}.")
    normal_quantile(confidence)  # which refuses an impossible confidence
    door = enter(lines)
    orders, products, names = _basket_codes(door, order, product)
    first, second, both, singles, total = _count_pairs(orders, products, len(names), min_orders)
    measures = _measure(both, singles[first], singles[second], total, confidence)
    ranking = np.lexsort((second, first, -both, -measures["lift"]))
    columns: dict[str, NDArray[Any]] = {
        "if_product": names[first],
        "then_product": names[second],
        "orders": both,
        **measures,
    }
    return door.table({name: values[ranking] for name, values in columns.items()})


def next_product(
    purchases: Any,
    pairs: Any,
    *,
    customer: str = "customer_id",
    product: str = "product",
    by: Literal["confidence", "lift", "leverage", "lift_low", "confidence_low"] = "confidence",
) -> Any:
    """Find for every customer the product he lacks that goes best with one he has.

    Parameters
    ----------
    purchases : frame
        One row for each purchase: who, and what.
    pairs : frame
        What `product_pairs` returned, of any kind, whole or filtered (to ``lift_low > 1``, say).
    customer : str
        The column of the customer.
    product : str
        The column of the product.
    by : {"confidence", "lift", "leverage", "lift_low", "confidence_low"}
        What is best: confidence offers what he will most probably take, lift what is most
        particular to him.

    Returns
    -------
    frame
        Of the kind that came, one row per customer: the customer, ``next_product``,
        ``because_of`` (the product of his that speaks for it) and the measure; missing where
        nothing goes with what he has.  Eager ones are in the order of customers.

    Raises
    ------
    InvalidData
        A customer or product is missing, or a measure of the pairs; or products are numbers here
        and text there.
    ColumnNotFound
        A column is not there.
    UnknownCode
        The measure is none that there is.

    Notes
    -----
    Of several products alike by the measure, the one whose name comes first.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 2, 2, 3, 4],
    ...         "product": ["tea", "cup", "tea", "cup", "tea", "pot"],
    ...     }
    ... )
    >>> pairs = product_pairs(lines, order="customer_id", min_orders=1)
    >>> offers = next_product(lines, pairs).set_index("customer_id")
    >>> offers.loc[3, "next_product"], offers.loc[3, "because_of"]
    ('cup', 'tea')
    """
    if by not in _MEASURES:
        raise UnknownCode("measure of a pair", str(by), _MEASURES)
    door = enter(purchases)
    require_there(door, customer, product)
    known = _pairs_beside(enter(pairs), door, product, by)
    frame: Any = door.frame
    owned = frame.select(customer, __owned=as_key(door, product)).unique(
        subset=[customer, "__owned"]
    )
    offers = owned.join(known, left_on="__owned", right_on="__if", how="inner")
    has = {"left_on": [customer, "__then"], "right_on": [customer, "__owned"]}
    offers = offers.join(owned, how="anti", **has).select(customer, "__owned", "__then", "__value")
    for measure, pick in ("__value", "max"), ("__then", "min"), ("__owned", "min"):
        best = getattr(nw.col(measure), pick)().alias("__best")
        top = offers.group_by(customer).agg(best)
        offers = offers.join(top, on=customer, how="inner")
        offers = offers.filter(nw.col(measure) == nw.col("__best")).drop("__best")
    offers = offers.select(
        customer,
        next_product=nw.col("__then"),
        because_of=nw.col("__owned"),
        **{by: nw.col("__value")},
    )
    people = frame.select(customer).unique(subset=[customer])
    table = people.join(offers, on=customer, how="left")
    table = table.select(customer, "next_product", "because_of", by)
    if isinstance(table, nw.DataFrame):
        table = nw.maybe_reset_index(table.sort(customer))
    return table.to_native()


def _pairs_beside(pairs: Door, purchases: Door, product: str, by: str) -> Any:
    """Bring pairs to the engine of the purchases."""
    pairs.require(["if_product", "then_product", by], remedy="product_pairs() makes them.")
    require_complete(pairs, by, of="pair")
    small = collect(
        pairs.frame.select(
            __if=nw.col("if_product"), __then=nw.col("then_product"), __value=as_float(by)
        )
    )
    # Where there is no pair, nothing says what kind of thing a product is but the purchases.
    bought = read_schema(purchases.frame)[product]
    kind = None if len(small) else np.dtype(np.int64 if bought.is_integer() else np.str_)
    columns = {name: np.array(small[name].to_list(), dtype=kind) for name in ("__if", "__then")}
    if len(small) and bought.is_numeric() is (columns["__if"].dtype.kind in "UO"):
        problem = Problem(
            code="other_products",
            message=f"products of type {bought}, while the pairs call them {small['__if'][0]!r}",
            column=product,
            count=0,
            remedy="Make both text, or both numbers.",
        )
        raise InvalidData([problem])
    return nw.from_native(purchases.table({**columns, "__value": small["__value"].to_numpy()}))


def _basket_codes(door: Door, order: str, product: str) -> tuple[Ints, Ints, NDArray[Any]]:
    """Return the numbers of order and product of every line, and the products' names."""
    require_there(door, order, product)
    frame = collect_rows(door.frame.select(order, product))
    if not len(frame):
        message = "there is no order line to count"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    (orders, _), (products, names) = codes_of(frame[order]), codes_of(frame[product])
    return orders, products, names


def _count_pairs(
    orders: Ints, products: Ints, width: int, least: int
) -> tuple[Ints, Ints, Ints, Ints, int]:
    """Count orders with both of two products, with each product, and at all."""
    keys = np.unique(orders * width + products)
    orders, products = np.divmod(keys, width)
    starts = np.concatenate([[True], orders[1:] != orders[:-1]])
    rows = np.cumsum(starts) - 1
    total = int(rows[-1]) + 1
    singles = np.bincount(products, minlength=width)
    often = singles >= least
    kept = often[products]
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    basket = csr_array((ones, (rows[kept], products[kept])), shape=(total, width))
    together = (basket.T @ basket).tocoo()
    chosen = (together.data >= least) & (together.row != together.col)
    first, second = (np.asarray(x[chosen], dtype=np.int64) for x in (together.row, together.col))
    return first, second, together.data[chosen].astype(np.int64), singles, total


def _measure(both: Ints, first: Ints, second: Ints, total: int, level: float) -> dict[str, Floats]:
    p_both, p_first, p_second = both / total, first / total, second / total
    confidence, lift = both / first, both * float(total) / (first * second.astype(np.float64))
    variance = (1 / p_both - 1 / p_first - 1 / p_second + 2 * lift - 1) / total
    reach = np.exp(normal_quantile(level) * np.sqrt(np.maximum(variance, 0.0)))
    support_low, support_high = wilson_ends(p_both, float(total), level)
    confidence_low, confidence_high = wilson_ends(confidence, first.astype(np.float64), level)
    always = both == first
    return {
        "support": p_both,
        "support_low": support_low,
        "support_high": support_high,
        "confidence": confidence,
        "confidence_low": confidence_low,
        "confidence_high": confidence_high,
        "lift": lift,
        "lift_low": lift / reach,
        "lift_high": lift * reach,
        "leverage": p_both - p_first * p_second,
        "conviction": np.where(
            always, np.inf, (1 - p_second) / np.where(always, 1, 1 - confidence)
        ),
    }
