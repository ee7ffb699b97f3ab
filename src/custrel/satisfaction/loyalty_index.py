"""Loyalty as a quantity: the documents' table of three indicators, and attitude with behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float, require_within
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import Door, enter, read_schema
from custrel.rules import Rule
from custrel.satisfaction._codes import require_codes

__all__ = ["LoyaltyIndex", "loyalty_degree"]

Floats = NDArray[np.float64]

_OVERALL: Mapping[str, int] = MappingProxyType(
    {
        "very satisfied": 5,
        "fairly satisfied": 4,
        "satisfied": 3,
        "dissatisfied": 2,
        "very dissatisfied": 1,
        "很满意": 5,
        "比较满意": 4,
        "满意": 3,
        "不满意": 2,
        "很不满意": 1,
    }
)
_RECOMMEND: Mapping[str, int] = MappingProxyType(
    {
        "very likely": 3,
        "possible": 2,
        "impossible": 1,
        "很大可能": 3,
        "有可能": 2,
        "不可能": 1,
    }
)
_BANDS = ("low", "middle", "high")


def _three(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


@attrs.frozen(kw_only=True)
class LoyaltyIndex(Rule):
    """The documents' table of loyalty (客户忠诚量化指数): three indicators, banded and weighed.

    Parameters
    ----------
    bands : pair of float
        The probabilities of buying again that part low, middle and high.
    edges : {"middle", "outer"}
        Where a probability goes that lies on an edge: the documents print 70 % and 30 % in two
        bands each.
    weights : three floats
        What overall satisfaction, the probability of buying again and the recommendation weigh:
        0 or more, not all 0.

    Raises
    ------
    InvalidRule
        The bands do not ascend between 0 and 1, or the weights are not three.
    UnknownCode
        The edges go nowhere.

    Notes
    -----
    Overall satisfaction: 很满意, 比较满意, 满意, 不满意, 很不满意. Buying again: above 70 %, 70 to
    30 %, below 30 %. Recommendation: 很大可能, 有可能, 不可能. The documents give neither numbers
    nor weights; 5 to 1 and 3 to 1, each brought to 1 to 0 and weighed alike, are reconstructed.

    Examples
    --------
    >>> index = LoyaltyIndex()
    >>> index.band([0.71, 0.70, 0.30, 0.29])
    ['high', 'middle', 'middle', 'low']
    >>> index.value(overall=5, repurchase=0.8, recommend=2)
    0.8333333333333334
    """

    bands: tuple[float, ...] = attrs.field(default=(0.3, 0.7), converter=_three)
    edges: Literal["middle", "outer"] = "middle"
    weights: tuple[float, ...] = attrs.field(default=(1.0, 1.0, 1.0), converter=_three)

    def __attrs_post_init__(self) -> None:
        if self.edges not in {"middle", "outer"}:
            raise UnknownCode("place for an edge", str(self.edges), ("middle", "outer"))
        if len(self.bands) != 2 or not 0 <= self.bands[0] <= self.bands[1] <= 1:
            raise InvalidRule(
                f"LoyaltyIndex: bands are two ascending shares (0.3, not 30); got {self.bands}."
            )
        positive = all(0 <= weight < np.inf for weight in self.weights)
        if len(self.weights) != 3 or not positive or not sum(self.weights):
            raise InvalidRule(
                f"LoyaltyIndex: three weights of 0 or more, not all 0; got {self.weights}."
            )

    def band(self, probability: ArrayLike) -> list[str]:
        """Return the band of each probability of buying again.

        Parameters
        ----------
        probability : array_like of shape (customers,)
            0 to 1.

        Returns
        -------
        list of str
            ``"low"``, ``"middle"`` or ``"high"``.

        Raises
        ------
        InvalidRule
            One is not between 0 and 1.
        """
        p = np.atleast_1d(np.asarray(probability, dtype=np.float64))
        if not np.all((p >= 0) & (p <= 1)):
            raise InvalidRule("a probability of buying again is between 0 and 1 (0.7, not 70).")
        above, reached = self._steps(p)
        return [_BANDS[int(a) + int(b)] for a, b in zip(above, reached, strict=True)]

    def value(self, *, overall: float | str, repurchase: float, recommend: float | str) -> float:
        """Return the index of one customer.

        Parameters
        ----------
        overall : float or str
            5 to 1, or in words.
        repurchase : float
            The probability that he buys again, 0 to 1.
        recommend : float or str
            3 to 1, or in words.

        Returns
        -------
        float
            0 to 1.

        Raises
        ------
        UnknownCode
            An answer in words is none of the table's.
        InvalidRule
            A number is off its scale.
        """
        first = _number("overall satisfaction", overall, _OVERALL)
        third = _number("recommendation", recommend, _RECOMMEND)
        band = _BANDS.index(self.band([repurchase])[0])
        parts = ((first - 1) / 4, band / 2, (third - 1) / 2)
        total = sum(weight * each for weight, each in zip(self.weights, parts, strict=True))
        return total / sum(self.weights)

    def score(
        self,
        customers: Any,
        *,
        overall: str = "overall",
        repurchase: str = "repurchase",
        recommend: str = "recommend",
        name: str = "loyalty_index",
    ) -> Any:
        """Add every customer's index.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        overall : str
            The column of overall satisfaction: 5 to 1, or in words, English or Chinese.
        repurchase : str
            The column of the probability of buying again, 0 to 1.
        recommend : str
            The column of the recommendation: 3 to 1, or in words.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with ``repurchase_band`` (low, middle, high) and `name`, 0 to 1.

        Raises
        ------
        InvalidData
            A value is missing or off its scale.
        ColumnNotFound
            A column is not there.
        """
        door = enter(customers)
        door.require([overall, repurchase, recommend])
        first = _column(door, overall, _OVERALL)
        third = _column(door, recommend, _RECOMMEND)
        require_within(door, repurchase, 0, 1)
        above, reached = self._steps(as_float(repurchase))
        band = above.cast(nw.Int64) + reached.cast(nw.Int64)
        weights = [weight / sum(self.weights) for weight in self.weights]
        total = (
            (first - 1) * (weights[0] / 4)
            + band * (weights[1] / 2)
            + (third - 1) * (weights[2] / 2)
        )
        named = band.replace_strict(range(3), _BANDS, default=None, return_dtype=nw.String)
        columns = {"repurchase_band": named, name: total}
        return door.leave(door.frame.with_columns(**columns))

    def _steps(self, probability: Any) -> tuple[Any, Any]:
        """Tell whether probabilities leave the lowest band, and whether they reach the highest."""
        low, high = self.bands
        if self.edges == "middle":
            return probability >= low, probability > high
        return probability > low, probability >= high


def loyalty_degree(
    attitude: ArrayLike,
    behaviour: ArrayLike,
    *,
    weight: float = 0.5,
    mean: Literal["arithmetic", "geometric"] = "geometric",
) -> Floats:
    """Return how loyal customers are, from attitude and behaviour (客户忠诚度).

    Parameters
    ----------
    attitude : array_like of shape (customers,)
        Affection and preference (感情、偏爱), 0 to 1.
    behaviour : array_like of shape (customers,)
        Repeated purchases (重复购买), 0 to 1.
    weight : float
        What attitude weighs, 0 to 1.
    mean : {"arithmetic", "geometric"}
        Whether one can make up for the other, or neither is loyalty without the other.

    Returns
    -------
    ndarray of shape (customers,)
        0 to 1.

    Raises
    ------
    InvalidRule
        A number is not between 0 and 1.
    UnknownCode
        There is no such mean.

    Notes
    -----
    w A + (1 - w) B, or A^w B^(1 - w). The documents define loyalty as affection that becomes
    preference and long repeated purchases, and "a quantified concept"; the formula is
    reconstructed.

    Examples
    --------
    >>> loyalty_degree([0.9, 0.9, 0.0], [0.9, 0.1, 1.0]).round(2).tolist()
    [0.9, 0.3, 0.0]
    """
    if mean not in {"arithmetic", "geometric"}:
        raise UnknownCode("mean", str(mean), ("arithmetic", "geometric"))
    a, b = np.broadcast_arrays(np.asarray(attitude, float), np.asarray(behaviour, float))
    if not all(np.all((x >= 0) & (x <= 1)) for x in (a, b, np.array(weight))):
        raise InvalidRule("attitude, behaviour and weight are between 0 and 1.")
    if mean == "arithmetic":
        return np.asarray(weight * a + (1 - weight) * b)
    return np.asarray(a**weight * b ** (1 - weight))


def _number(what: str, answer: float | str, words: Mapping[str, int]) -> float:
    if isinstance(answer, str):
        if answer not in words:
            raise UnknownCode(f"answer about {what}", answer, words)
        return float(words[answer])
    most = max(words.values())
    if not 1 <= answer <= most:
        raise InvalidRule(f"{what} is a number from 1 to {most}, got {answer!r}.")
    return float(answer)


def _column(door: Door, column: str, words: Mapping[str, int]) -> nw.Expr:
    """Return answers as numbers, from numbers or words."""
    if read_schema(door.frame)[column].is_numeric():
        require_within(door, column, 1, max(words.values()))
        return as_float(column)
    require_codes(door, column, words)
    text = nw.col(column).cast(nw.String)
    return text.replace_strict(
        list(words), [float(n) for n in words.values()], default=None, return_dtype=nw.Float64
    )
