"""How loyalty rises with satisfaction: in a straight line, in three pieces, or ever steeper."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import require_complete
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule

__all__ = ["LoyaltyCurve", "PiecewiseCurve", "PowerCurve", "arc_elasticity"]

Floats = NDArray[np.float64]


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


class LoyaltyCurve(Rule, ABC):
    """What all curves of loyalty over satisfaction can do.

    See Also
    --------
    PiecewiseCurve : A straight line, or pieces of it.
    PowerCurve : Ever steeper, or ever flatter.
    fit_loyalty_curve : Chooses one by the data.

    Examples
    --------
    >>> isinstance(PowerCurve(satisfaction=(1, 5), loyalty=(0, 1)), LoyaltyCurve)
    True
    """

    __slots__ = ()

    satisfaction: tuple[float, ...]

    def loyal(self, satisfaction: ArrayLike) -> Floats:
        """Return loyalty at each satisfaction.

        Parameters
        ----------
        satisfaction : array_like of shape (points,)
            On its scale.

        Returns
        -------
        ndarray of shape (points,)
            On the scale of loyalty.
        """
        return self._loyal(np.asarray(satisfaction, dtype=np.float64))

    def slope(self, satisfaction: ArrayLike) -> Floats:
        """Return how much loyalty a point of satisfaction brings, at each satisfaction.

        Parameters
        ----------
        satisfaction : array_like of shape (points,)
            On its scale.

        Returns
        -------
        ndarray of shape (points,)
            Points of loyalty per point of satisfaction: at a bend that above it; infinite at the
            lower end of a power whose exponent is below 1.
        """
        return self._slope(np.asarray(satisfaction, dtype=np.float64))

    @abstractmethod
    def _loyal(self, satisfaction: Floats) -> Floats:
        """Return loyalty at each satisfaction."""

    @abstractmethod
    def _slope(self, satisfaction: Floats) -> Floats:
        """Return the slope at each satisfaction."""

    def elasticity(self, satisfaction: ArrayLike) -> Floats:
        """Return the elasticity of loyalty at each satisfaction (顾客满意度弹性).

        Parameters
        ----------
        satisfaction : array_like of shape (points,)
            On its scale.

        Returns
        -------
        ndarray of shape (points,)
            By how many percent loyalty rises when satisfaction rises by one; NaN where loyalty
            is 0.

        Notes
        -----
        (dL / dS) (S / L): of the scales' own numbers, so that a scale from 0 and one from 1 give
        different elasticities.
        """
        s = np.asarray(satisfaction, dtype=np.float64)
        level = self.loyal(s)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(level == 0, np.nan, self.slope(s) * s / level))

    def predict(
        self, customers: Any, *, satisfaction: str = "satisfaction", name: str = "expected_loyalty"
    ) -> Any:
        """Add the loyalty that the curve expects of every customer.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        satisfaction : str
            Its column.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`, on the scale of loyalty.

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            The column is not there.
        """
        door = enter(customers)
        require_complete(door, satisfaction)
        known, _ = door.distinct(satisfaction)
        return door.attach({name: self.loyal(known[satisfaction])}, by=known)


@attrs.frozen(kw_only=True)
class PiecewiseCurve(LoyaltyCurve):
    """Loyalty in straight pieces: two points are a line, four have the documents' three zones.

    Parameters
    ----------
    satisfaction : sequence of float
        Two points or more, ascending: the ends, and the bends between them.
    loyalty : sequence of float
        Loyalty at each; as many.

    Raises
    ------
    InvalidRule
        The points do not ascend, or there are not as many of the one as of the other.

    Notes
    -----
    The documents' two thresholds part a zone of dissatisfied customers (不满意区), one of
    indifference where loyalty hardly moves (无关紧要区), and one of very satisfied customers
    (非常满意区). Beyond its ends the curve goes on as straight as before.

    Examples
    --------
    >>> curve = PiecewiseCurve(satisfaction=(1, 4, 7, 10), loyalty=(0, 0.5, 0.55, 1))
    >>> curve.loyal([1, 2.5, 5.5, 10]).round(3).tolist()
    [0.0, 0.25, 0.525, 1.0]
    >>> curve.slope([2, 5, 9]).round(3).tolist()
    [0.167, 0.017, 0.15]
    """

    satisfaction: tuple[float, ...] = attrs.field(converter=_numbers)
    loyalty: tuple[float, ...] = attrs.field(converter=_numbers)

    def __attrs_post_init__(self) -> None:
        if len(self.satisfaction) < 2 or len(self.satisfaction) != len(self.loyalty):
            raise InvalidRule(
                "PiecewiseCurve: two points or more, each with its loyalty; got "
                f"{len(self.satisfaction)} and {len(self.loyalty)}."
            )
        _require_finite(self, self.satisfaction + self.loyalty)
        if not all(one < other for one, other in pairwise(self.satisfaction)):
            raise InvalidRule(f"PiecewiseCurve: points must ascend, got {self.satisfaction}.")

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Where the curve bends."""
        return self.satisfaction[1:-1]

    def _loyal(self, satisfaction: Floats) -> Floats:
        piece = self._piece(satisfaction)
        start, level = np.array(self.satisfaction)[piece], np.array(self.loyalty)[piece]
        return np.asarray(level + self._slopes()[piece] * (satisfaction - start))

    def _slope(self, satisfaction: Floats) -> Floats:
        return self._slopes()[self._piece(satisfaction)]

    def _slopes(self) -> Floats:
        return np.diff(self.loyalty) / np.diff(self.satisfaction)

    def _piece(self, s: Floats) -> NDArray[np.intp]:
        return np.searchsorted(np.array(self.thresholds, dtype=np.float64), s, side="right")


@attrs.frozen(kw_only=True)
class PowerCurve(LoyaltyCurve):
    """Loyalty as a power of satisfaction: the sharper the competition, the more convex.

    Parameters
    ----------
    satisfaction : pair of float
        The ends of the scale.
    loyalty : pair of float
        Loyalty at each.
    exponent : float
        1 is a straight line; above 1 loyalty rises late, as where customers have a choice; below
        1 early, as where they have little.

    Raises
    ------
    InvalidRule
        The scale has no length, or the exponent is not above 0.

    Notes
    -----
    L = L0 + (L1 - L0) u^c with u = (S - S0) / (S1 - S0), at most 1 and at least 0. The documents
    say that in a highly competitive industry the relation is "not simply linear"
    (并非是简单的线性关系); in an exercise they call it linear, which is c = 1. The power is
    reconstructed.

    References
    ----------
    .. [1] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99.

    Examples
    --------
    >>> curve = PowerCurve.for_competition(0.5, satisfaction=(1, 5), loyalty=(0, 1))
    >>> curve.exponent
    2.0
    >>> curve.loyal([1, 3, 5]).tolist()
    [0.0, 0.25, 1.0]
    """

    satisfaction: tuple[float, ...] = attrs.field(converter=_numbers)
    loyalty: tuple[float, ...] = attrs.field(converter=_numbers)
    exponent: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if len(self.satisfaction) != 2 or len(self.loyalty) != 2:
            raise InvalidRule("PowerCurve: the two ends of satisfaction, and loyalty at each.")
        _require_finite(self, self.satisfaction + self.loyalty)
        if not self.satisfaction[0] < self.satisfaction[1]:
            raise InvalidRule(f"PowerCurve: the ends must ascend, got {self.satisfaction}.")
        if not 0 < self.exponent < np.inf:
            raise InvalidRule(f"PowerCurve: the exponent is above 0, got {self.exponent!r}.")

    @classmethod
    def for_competition(
        cls,
        competition: float,
        *,
        satisfaction: Iterable[float],
        loyalty: Iterable[float],
        sharpest: float = 4.0,
    ) -> Self:
        """Return the curve of an industry: straight under monopoly, convex under competition.

        Parameters
        ----------
        competition : float
            0, a monopoly, to 1, as sharp as can be.
        satisfaction : pair of float
            The ends of the scale.
        loyalty : pair of float
            Loyalty at each.
        sharpest : float
            The exponent at 1, at least 1.

        Returns
        -------
        PowerCurve
            With exponent sharpest ** competition (own).

        Raises
        ------
        InvalidRule
            A number is out of its range.
        """
        if not 0 <= competition <= 1 or not 1 <= sharpest < np.inf:
            raise InvalidRule("competition is between 0 and 1, and sharpest at least 1.")
        return cls(satisfaction=satisfaction, loyalty=loyalty, exponent=sharpest**competition)

    def _loyal(self, satisfaction: Floats) -> Floats:
        rise = self.loyalty[1] - self.loyalty[0]
        return np.asarray(self.loyalty[0] + rise * self._way(satisfaction) ** self.exponent)

    def _slope(self, satisfaction: Floats) -> Floats:
        per_length = (self.loyalty[1] - self.loyalty[0]) / np.diff(self.satisfaction)[0]
        u = self._way(satisfaction)
        with np.errstate(divide="ignore"):
            return np.asarray(per_length * self.exponent * u ** (self.exponent - 1))

    def _way(self, satisfaction: Floats) -> Floats:
        low, high = self.satisfaction
        return np.clip((satisfaction - low) / (high - low), 0.0, 1.0)


def arc_elasticity(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return the elasticity of loyalty between two points, by their middle.

    Parameters
    ----------
    before, after : pair of float
        Satisfaction and loyalty, each above 0.

    Returns
    -------
    float
        By how many percent loyalty rose for each percent of satisfaction.

    Raises
    ------
    InvalidRule
        A number is not above 0, or satisfaction did not change.

    Notes
    -----
    ((L1 - L0) / (L1 + L0)) / ((S1 - S0) / (S1 + S0)). The documents speak of the elasticity of
    satisfaction and part its zones; the formula is reconstructed.

    Examples
    --------
    >>> arc_elasticity((4, 0.40), (5, 0.60))
    1.7999999999999996
    """
    (s0, l0), (s1, l1) = before, after
    if not all(0 < value < np.inf for value in (s0, l0, s1, l1)) or s0 == s1:
        raise InvalidRule(
            f"expected two different satisfactions, and numbers above 0; got {before} and {after}."
        )
    return ((l1 - l0) / (l1 + l0)) / ((s1 - s0) / (s1 + s0))


def _require_finite(rule: Rule, numbers: tuple[float, ...]) -> None:
    if not np.all(np.isfinite(numbers)):
        raise InvalidRule(f"{type(rule).__name__}: expected finite numbers, got {numbers}.")
