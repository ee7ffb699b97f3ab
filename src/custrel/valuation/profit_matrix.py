"""The matrix of customers and products: where profit is made, where it is lost, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_rows
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import Door, collect, enter
from custrel.rules import Rule
from custrel.valuation._amounts import in_order, require_amounts, require_present

__all__ = ["CellAction", "CustomerProfit", "ProductProfit", "ProfitMatrix"]


class ProductProfit(StrEnum):
    """What a product brings that is sold to a customer (赢利产品, 无利润产品, 亏损产品).

    Examples
    --------
    >>> [sign.value for sign in ProductProfit]
    ['profitable', 'zero', 'loss']
    """

    PROFITABLE = "profitable"
    ZERO = "zero"
    LOSS = "loss"


class CustomerProfit(StrEnum):
    """What a customer brings with all that he buys (赢利客户, 混合型, 亏损客户).

    Examples
    --------
    >>> [customer.value for customer in CustomerProfit]
    ['profitable', 'mixed', 'losing']
    """

    PROFITABLE = "profitable"
    MIXED = "mixed"
    LOSING = "losing"


class CellAction(StrEnum):
    """What to do about a product that is sold to a customer, or could be.

    Examples
    --------
    >>> [action.value for action in CellAction]
    ['keep_selling', 'raise_price', 'drop_product', 'cross_sell']
    """

    KEEP_SELLING = "keep_selling"
    RAISE_PRICE = "raise_price"
    DROP_PRODUCT = "drop_product"
    CROSS_SELL = "cross_sell"


def _as_products(products: Iterable[str]) -> tuple[str, ...]:
    return tuple(products)


@attrs.frozen(kw_only=True)
class ProfitMatrix(Rule):
    """How the profits of customers by product are read (客户/产品赢利分析矩阵).

    Parameters
    ----------
    products : sequence of str
        The products, in the order of the matrix; `learn` finds them.
    by : {"pattern", "total"}
        Whether a customer's class follows from the signs of what he buys, or from the sum.
    tolerance : float
        A profit or loss of up to so much counts as none: sums of fractions are seldom exact.
    largest_raise : float
        By which share a price can be raised at most; what needs more is dropped (own).

    Raises
    ------
    InvalidRule
        There is no product, one stands twice, or a number is negative.
    UnknownCode
        `by` is neither of the two.

    Notes
    -----
    By pattern, as in the documents' example: a customer who buys nothing at a loss is profitable
    if he buys anything at a profit, else mixed; one who buys at a profit and at a loss is mixed,
    unless what brings nothing or loses outnumbers what brings profit: then he is losing, as is one
    who buys at a loss alone.  So A (two profitable products, one without profit) is profitable,
    B (one profitable, one at a loss) mixed, C (one each) losing.  By total: above, at or below 0.
    The two need not agree (V-14).

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "A", "A", "B", "B", "C", "C", "C"],
    ...         "product": ["p1", "p2", "p3", "p1", "p4", "p1", "p3", "p4"],
    ...         "profit": [8.0, 5.0, 0.0, 9.0, -4.0, 9.0, 0.0, -4.0],
    ...     }
    ... )
    >>> matrix = ProfitMatrix.learn(sales)
    >>> matrix.table(sales)
      customer_id   p1   p2   p3   p4  profit customer_class
    0           A  8.0  5.0  0.0  0.0    13.0     profitable
    1           B  9.0  0.0  0.0 -4.0     5.0          mixed
    2           C  9.0  0.0  0.0 -4.0     5.0         losing
    """

    products: tuple[str, ...] = attrs.field(converter=_as_products)
    by: Literal["pattern", "total"] = "pattern"
    tolerance: float = attrs.field(default=1e-6, converter=float)
    largest_raise: float = attrs.field(default=0.1, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.by not in ("pattern", "total"):
            raise UnknownCode("basis of a customer's class", str(self.by), ("pattern", "total"))
        if not self.products or len(set(self.products)) != len(self.products):
            raise InvalidRule("ProfitMatrix: one product or more, each once.")
        if not (0 <= self.tolerance < float("inf") and 0 <= self.largest_raise < float("inf")):
            raise InvalidRule("ProfitMatrix: tolerance and largest_raise are 0 or more.")

    @classmethod
    def learn(cls, sales: Any, *, product: str = "product") -> Self:
        """Find the products.

        Parameters
        ----------
        sales : frame
            A row for each sale.
        product : str
            The column of the product.

        Returns
        -------
        ProfitMatrix

        Raises
        ------
        ColumnNotFound
            The column is not there.
        InvalidData
            A product is missing, or there are no sales.
        """
        door = enter(sales)
        require_present(door, product, of="sale")
        names = collect(door.frame.select(product).unique()).get_column(product).to_list()
        require_rows(len(names), "a matrix", of="sale")
        return cls(products=sorted(map(str, names)))

    def cells(
        self,
        sales: Any,
        *,
        customer: str = "customer_id",
        product: str = "product",
        profit: str = "profit",
    ) -> Any:
        """Return the profit of every customer with every product that he buys.

        Parameters
        ----------
        sales : frame
            A row for each sale.
        customer, product, profit : str
            The columns of the customer, of the product and of the profit.

        Returns
        -------
        frame
            Of the kind that came in, a row for each customer and product: both, ``profit``,
            ``sign``, the code of a `ProductProfit`, and ``customer_class``, of a `CustomerProfit`.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a product is none of the matrix.
        """
        door = self._enter(sales, customer, product, profit)
        cells = self._cells(door, customer, product, {"profit": profit})
        return in_order(cells, customer, product)

    def table(
        self,
        sales: Any,
        *,
        customer: str = "customer_id",
        product: str = "product",
        profit: str = "profit",
    ) -> Any:
        """Return the matrix: a row for each customer, a column for each product.

        Parameters
        ----------
        sales : frame
            A row for each sale.
        customer, product, profit : str
            The columns of the customer, of the product and of the profit.

        Returns
        -------
        frame
            Of the kind that came in: the customer, each product (0 where he does not buy it),
            ``profit``, the sum, and ``customer_class``.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a product is none of the matrix.
        InvalidRule
            Two products, or a product and another column of the table, cannot both be a column:
            they have one name, or in DuckDB names that differ in capitals alone.
        """
        door = self._enter(sales, customer, product, profit)
        self._require_columns(door, customer)
        cells = self._cells(door, customer, product, {"profit": profit})
        spread = {
            name: nw.when(nw.col(product) == name).then(nw.col("profit")).otherwise(nw.lit(0.0))
            for name in self.products
        }
        wide = cells.select(customer, "profit", "customer_class", **spread)
        summed = wide.group_by(customer).agg(
            *[nw.col(name).sum() for name in (*self.products, "profit")],
            nw.col("customer_class").min(),
        )
        return in_order(summed, customer)

    def actions(
        self,
        sales: Any,
        *,
        customer: str = "customer_id",
        product: str = "product",
        revenue: str = "revenue",
        cost: str = "cost",
        quantity: str = "quantity",
    ) -> Any:
        """Return what to do about every customer and product.

        Parameters
        ----------
        sales : frame
            A row for each sale.
        customer, product : str
            The columns of the customer and of the product.
        revenue, cost : str
            The columns of what the sale brought in and cost.
        quantity : str
            The column of how much was sold, 0 or more.

        Returns
        -------
        frame
            Of the kind that came in, a row for each customer and product: both, ``profit``,
            ``sign``, ``customer_class``, ``break_even_price`` (missing where nothing was sold),
            and ``action``, the code of a `CellAction`.  A product that brings nothing or loses has
            its price raised, or is dropped where that takes too much; a customer who is mixed or
            losing is offered (rows with profit 0, sign missing) what is profitable in all and he
            does not buy.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, a quantity is negative, or a product is none of the
            matrix.
        """
        door = self._enter(sales, customer, product, revenue, cost)
        require_amounts(door, quantity, least=0, of="sale")
        sums = {"revenue": revenue, "cost": cost, "quantity": quantity}
        cells = self._cells(door, customer, product, sums)
        unit = nw.when(nw.col("quantity") > 0)
        costs = unit.then(nw.col("cost") / nw.col("quantity"))
        raised = nw.col("cost") <= nw.col("revenue") * (1 + self.largest_raise)
        repair = nw.when(raised & (nw.col("revenue") > 0)).then(nw.lit("raise_price"))
        decided = cells.with_columns(
            break_even_price=costs,
            action=nw.when(nw.col("sign") == "profitable")
            .then(nw.lit("keep_selling"))
            .otherwise(repair.otherwise(nw.lit("drop_product"))),
        ).select(
            customer, product, "profit", "sign", "customer_class", "break_even_price", "action"
        )
        offers = self._offers(decided, customer, product)
        return in_order(nw.concat([decided, offers], how="vertical"), customer, product)

    def _enter(self, sales: Any, customer: str, product: str, *numbers: str) -> Door:
        door = enter(sales)
        require_present(door, customer, product, of="sale")
        require_amounts(door, *numbers, of="sale")
        refuse_rows(
            door,
            Flaw(
                ~nw.col(product).cast(nw.String).is_in(self.products),
                "unknown_product",
                "a product that is none of the matrix",
                product,
                remedy="Add it to the matrix's products, or learn the matrix anew.",
                of="sale",
                shown=[customer, product],
            ),
        )
        return door

    def _require_columns(self, door: Door, customer: str) -> None:
        names = (customer, *self.products, "profit", "customer_class")
        told = str.casefold if door.engine is nw.Implementation.DUCKDB else str
        counts = Counter(map(told, names))
        alike = [name for name in names if counts[told(name)] > 1]
        if alike:
            raise InvalidRule(
                f"a table cannot have a column for each of {', '.join(map(repr, alike))}: rename "
                "a product, or take cells(), which has rows."
            )

    def _cells(self, door: Door, customer: str, product: str, sums: dict[str, str]) -> Any:
        """Add up the sales of each customer and product, and read the signs."""
        sales: Any = door.frame.select(
            customer,
            nw.col(product).cast(nw.String),
            **{name: as_float(column) for name, column in sums.items()},
        )
        cells = sales.group_by(customer, product).agg(*[nw.col(name).sum() for name in sums])
        if "profit" not in sums:
            cells = cells.with_columns(profit=nw.col("revenue") - nw.col("cost"))
        near = self.tolerance
        beside = nw.when(nw.col("profit") < -near).then(nw.lit("loss")).otherwise(nw.lit("zero"))
        sign = nw.when(nw.col("profit") > near).then(nw.lit("profitable")).otherwise(beside)
        cells = cells.with_columns(sign=sign)
        marks = {
            f"__{code}": nw.when(nw.col("sign") == code).then(1).otherwise(0)
            for code in ("profitable", "zero", "loss")
        }
        counted = cells.select(customer, __total=nw.col("profit"), **marks)
        counted = counted.group_by(customer).agg(*[nw.col(c).sum() for c in ("__total", *marks)])
        classes = counted.select(customer, customer_class=self._class())
        joined = cells.join(classes, on=customer, how="left")
        return joined.select(
            customer, product, *dict.fromkeys(("profit", *sums)), "sign", "customer_class"
        )

    def _class(self) -> nw.Expr:
        if self.by == "total":
            total = nw.col("__total")
            losing, profitable = total < -self.tolerance, total > self.tolerance
        else:
            up, none, down = (nw.col(f"__{code}") for code in ("profitable", "zero", "loss"))
            losing = (down > 0) & (none + down > up)
            profitable = (down == 0) & (up > 0)
        rest = nw.when(losing).then(nw.lit("losing")).otherwise(nw.lit("mixed"))
        return nw.when(profitable).then(nw.lit("profitable")).otherwise(rest)

    def _offers(self, cells: Any, customer: str, product: str) -> Any:
        """Return what is profitable in all, for those who need it and do not buy it."""
        needy = cells.filter(nw.col("customer_class") != "profitable")
        needy = needy.select(customer, "customer_class").unique()
        totals = cells.group_by(product).agg(nw.col("profit").sum().alias("__total"))
        good = totals.filter(nw.col("__total") > self.tolerance).select(product)
        missing = needy.join(good, how="cross").join(cells, on=[customer, product], how="anti")
        return missing.select(
            customer,
            product,
            nw.lit(0.0).alias("profit"),
            nw.lit(None, dtype=nw.String).alias("sign"),
            nw.col("customer_class"),
            nw.lit(None, dtype=nw.Float64).alias("break_even_price"),
            nw.lit("cross_sell").alias("action"),
        )
