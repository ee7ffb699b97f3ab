"""Customer delivered value: what an offer gives a customer, less what it asks of him."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import AnyFrame, Door, enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts, require_present, require_weights

__all__ = ["DeliveredValue", "perceived_value"]

_BENEFITS = ("product_value", "service_value", "personnel_value", "image_value")
_COSTS = ("money_cost", "time_cost", "energy_cost", "physical_cost")
_FORMS = ("difference", "ratio")
_TOLERANCE = 1e-12  # 0.1 and 0.2 are a little more than 0.3, and no better


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_weights(weights: Iterable[float] | None) -> tuple[float, ...] | None:
    return None if weights is None else tuple(float(weight) for weight in weights)


@attrs.frozen(kw_only=True)
class DeliveredValue(Rule):
    """How customers weigh what they get against what they give (客户让渡价值).

    Parameters
    ----------
    benefits : sequence of str
        The columns of what a customer gets: the value of product, service, personnel and image
        (产品价值, 服务价值, 人员价值, 形象价值).
    costs : sequence of str
        The columns of what he gives: money, time, energy and physical effort
        (货币成本, 时间成本, 精力成本, 体力成本), 0 or more.
    benefit_weights, cost_weights : sequence of float, optional
        What each weighs, summing to 1, where they are points on a scale; None: each counts as it
        is, as amounts of money do.
    form : {"difference", "ratio"}
        Value less cost, or value over cost.

    Raises
    ------
    InvalidRule
        There is no benefit or no cost, a name stands twice, or weights do not sum to 1.
    UnknownCode
        There is no such form.

    See Also
    --------
    perceived_value : What customers say themselves that they get for their money.

    Notes
    -----
    The documents define the difference (整体顾客价值与整体顾客成本之间的差额) and measure by it
    the service that customers expect; the components are reconstructed from Kotler.

    References
    ----------
    .. [1] P. Kotler, K. L. Keller (2006), Marketing Management, 12th ed., Pearson, chapter 5.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame(
    ...     {
    ...         "supplier": ["Caterpillar", "Komatsu"],
    ...         "benefits": [20_000.0, 19_000.0],
    ...         "price": [19_000.0, 17_500.0],
    ...     }
    ... )
    >>> rule = DeliveredValue(benefits=["benefits"], costs=["price"])
    >>> rule.compare(offers)[["supplier", "delivered_value", "lead", "chosen"]]
          supplier  delivered_value   lead  chosen
    0  Caterpillar           1000.0 -500.0   False
    1      Komatsu           1500.0  500.0    True
    >>> rule.break_even(offers, change="price")["break_even_price"].tolist()
    [18500.0, 18000.0]
    """

    benefits: tuple[str, ...] = attrs.field(default=_BENEFITS, converter=_as_names)
    costs: tuple[str, ...] = attrs.field(default=_COSTS, converter=_as_names)
    benefit_weights: tuple[float, ...] | None = attrs.field(default=None, converter=_as_weights)
    cost_weights: tuple[float, ...] | None = attrs.field(default=None, converter=_as_weights)
    form: Literal["difference", "ratio"] = "difference"

    def __attrs_post_init__(self) -> None:
        if self.form not in _FORMS:
            raise UnknownCode("form of delivered value", str(self.form), _FORMS)
        names = (*self.benefits, *self.costs)
        if not self.benefits or not self.costs or len(set(names)) != len(names):
            raise InvalidRule(
                "DeliveredValue: one benefit and one cost or more, each with its own name."
            )
        for weights, parts in (
            (self.benefit_weights, self.benefits),
            (self.cost_weights, self.costs),
        ):
            if weights is not None:
                require_weights("DeliveredValue", weights, len(parts))

    def value(self, offers: Any) -> Any:
        """Add what every offer delivers.

        Parameters
        ----------
        offers : frame
            A row for each offer, or for each customer and offer; a column for each component.

        Returns
        -------
        frame
            As it came, with ``customer_value`` (整体顾客价值), ``customer_cost`` (整体顾客成本) and
            ``delivered_value``.

        Raises
        ------
        ColumnNotFound
            A component is not there.
        InvalidData
            A value is missing or infinite, a cost is negative, or for a ratio there is no cost.
        """
        door = enter(offers)
        return door.leave(self._value(door))

    def compare(self, offers: Any, *, offer: str = "supplier", customer: str | None = None) -> Any:
        """Compare each offer with the best of the others.

        Parameters
        ----------
        offers : frame
            A row for each offer, or for each customer and offer.
        offer : str
            The column of whose offer it is.
        customer : str, optional
            The column of who compares; None: all offers compete for one.

        Returns
        -------
        frame
            As it came, with ``customer_value``, ``customer_cost``, ``delivered_value``,
            ``best_other`` (the delivered value of the best of the other offers; missing where
            there is none), ``lead`` over it, and ``chosen``: whether it is the best, alone.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, a cost is negative, or for a ratio there is no cost.
        """
        door = enter(offers)
        return door.leave(self._compare(door, offer, customer))

    def break_even(
        self,
        offers: Any,
        *,
        change: str,
        offer: str = "supplier",
        customer: str | None = None,
    ) -> Any:
        """Say what would have to change so that an offer draws level with the best of the others.

        Parameters
        ----------
        offers : frame
            A row for each offer, or for each customer and offer.
        change : str
            The component that changes: the price, the service, ...
        offer : str
            The column of whose offer it is.
        customer : str, optional
            The column of who compares; None: all offers compete for one.

        Returns
        -------
        frame
            As `compare` gives it, with ``break_even_`` and the component's name: the level at
            which both deliver the same.  A loser wins below it (a cost) or above it (a benefit); a
            winner may go up to it and not lose.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, a cost is negative, or for a ratio there is no cost.
        InvalidRule
            The component weighs nothing.
        UnknownCode
            It is none of the components.

        Notes
        -----
        Of a difference, level + lead / weight for a cost, and level - lead / weight for a benefit.
        Of a ratio, the cost may be customer_value / best_other in all, the benefits must be
        customer_cost x best_other.
        """
        if change not in (*self.benefits, *self.costs):
            raise UnknownCode("component of the offer", change, (*self.benefits, *self.costs))
        weight = dict(self._weights(self.benefits) + self._weights(self.costs))[change]
        if not weight:
            raise InvalidRule(f"{change!r} weighs nothing, so that no change of it wins.")
        door = enter(offers)
        compared = self._compare(door, offer, customer)
        if self.form == "difference":
            room = nw.col("lead")
        elif change in self.costs:
            room = nw.col("customer_value") / nw.col("best_other") - nw.col("customer_cost")
            room = nw.when(nw.col("best_other") > 0).then(room)
        else:
            room = nw.col("customer_value") - nw.col("customer_cost") * nw.col("best_other")
        sign = 1.0 if change in self.costs else -1.0
        level = as_float(change) + room * (sign / weight)
        return door.leave(compared.with_columns(**{f"break_even_{change}": level}))

    def _weights(self, parts: Sequence[str]) -> list[tuple[str, float]]:
        given = self.benefit_weights if parts == self.benefits else self.cost_weights
        return list(zip(parts, given or (1.0,) * len(parts), strict=True))

    def _value(self, door: Door) -> AnyFrame:
        require_amounts(door, *self.benefits, of="offer")
        require_amounts(door, *self.costs, least=0, of="offer")
        gets, gives = (
            reduce(
                lambda one, other: one + other,
                [as_float(name) * weight for name, weight in self._weights(parts)],
            )
            for parts in (self.benefits, self.costs)
        )
        if self.form == "ratio":
            _require_cost(door, gives <= 0)
        delivered = gets - gives if self.form == "difference" else gets / gives
        return door.frame.with_columns(
            customer_value=gets, customer_cost=gives, delivered_value=delivered
        )

    def _rounding(self) -> nw.Expr:
        """Return what a delivered value is made of, and so what its last digits are a part of."""
        if self.form == "ratio":
            return nw.col("delivered_value").abs()
        return nw.col("customer_value").abs() + nw.col("customer_cost")

    def _compare(self, door: Door, offer: str, customer: str | None) -> AnyFrame:
        require_present(door, offer, customer, of="offer")
        group = "__one" if customer is None else customer
        value = nw.col("delivered_value")
        ranked = self._value(door).with_columns(__one=nw.lit(1))
        ranked = ranked.with_columns(__best=value.max().over(group))
        first = value >= nw.col("__best") - self._rounding() * _TOLERANCE
        ranked = ranked.with_columns(
            __first=nw.when(first).then(1).otherwise(0), __rest=nw.when(~first).then(value)
        ).with_columns(
            __winners=nw.col("__first").sum().over(group), __next=nw.col("__rest").max().over(group)
        )
        alone = first & (nw.col("__winners") == 1)
        other = nw.when(alone).then(nw.col("__next")).otherwise(nw.col("__best"))
        compared = ranked.with_columns(best_other=other, chosen=alone)
        compared = compared.with_columns(lead=value - nw.col("best_other"))
        added = ("customer_value", "customer_cost", "delivered_value", "best_other", "lead")
        return compared.select(*dict.fromkeys((*door.columns, *added, "chosen")))


def perceived_value(
    ratings: Any,
    *,
    total_value: str = "total_value",
    total_cost: str = "total_cost",
    quality_given_price: str = "quality_given_price",
    price_given_quality: str = "price_given_quality",
    scale: tuple[float, float] = (1, 10),
) -> Any:
    """Add what customers say that they get for their money (感知价值).

    Parameters
    ----------
    ratings : frame
        A row for each customer, who rates four things himself.
    total_value, total_cost : str
        The columns of the value and of the cost as he sees them; a high cost counts against it.
    quality_given_price, price_given_quality : str
        The columns of the quality for the price, and of the price for the quality.
    scale : pair of float
        The lowest and the highest rating.

    Returns
    -------
    frame
        As it came, with ``perceived_value``: the mean of the four on the scale, the cost turned
        round.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A rating is missing or off the scale.
    InvalidRule
        The scale is upside down.

    Notes
    -----
    The documents name the four aspects; that they weigh the same is reconstructed.  It is the
    customer who judges, and not to be mixed with what he is worth to the firm.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame(
    ...     {
    ...         "total_value": [8],
    ...         "total_cost": [4],
    ...         "quality_given_price": [9],
    ...         "price_given_quality": [6],
    ...     }
    ... )
    >>> perceived_value(ratings)["perceived_value"].tolist()
    [7.5]
    """
    low, high = scale
    if not low < high:
        raise InvalidRule(f"scale={scale!r}: the lowest rating must be below the highest.")
    door = enter(ratings)
    columns = (total_value, total_cost, quality_given_price, price_given_quality)
    require_amounts(door, *columns, least=low, most=high, of="rating")
    worth, cost, quality, price = map(as_float, columns)
    mean = (worth + (float(low + high) - cost) + quality + price) / 4
    return door.leave(door.frame.with_columns(perceived_value=mean))


def _require_cost(door: Door, bad: nw.Expr) -> None:
    refuse_rows(
        door,
        Flaw(
            bad,
            "no_cost",
            "no cost, so that value has no ratio to it",
            remedy="Use form='difference'.",
            of="offer",
            shown=door.columns[:4],
        ),
    )
