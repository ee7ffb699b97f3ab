"""Zones of satisfaction: where loyalty responds to it, and where it hardly does."""

from __future__ import annotations

from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float, require_complete
from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.satisfaction._codes import Code
from custrel.satisfaction._curve_kernels import Cells, best_of, linear_design, resample
from custrel.satisfaction._curve_reading import read_cells
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction.loyalty_curve import LoyaltyCurve, PiecewiseCurve

__all__ = ["SatisfactionZone", "SatisfactionZones"]

Floats = NDArray[np.float64]


class SatisfactionZone(Code):
    """How a customer's loyalty responds to satisfaction (顾客满意度弹性).

    In the zone of dissatisfaction (不满意区) and in that of high satisfaction (非常满意区) it
    responds strongly, in the zone of indifference (无关紧要区) hardly.

    Examples
    --------
    >>> [zone.value for zone in SatisfactionZone]
    ['dissatisfaction', 'indifference', 'high_satisfaction']
    """

    DISSATISFACTION = "dissatisfaction"
    INDIFFERENCE = "indifference"
    HIGH_SATISFACTION = "high_satisfaction"


_ZONES = tuple(SatisfactionZone)


@attrs.frozen(kw_only=True)
class SatisfactionZones(Rule):
    """Where the three zones of satisfaction meet.

    Parameters
    ----------
    low : float
        Below it customers are dissatisfied.
    high : float
        Above it they are very satisfied; from `low` to `high` they are indifferent.

    Raises
    ------
    InvalidRule
        `low` is not below `high`.

    Notes
    -----
    The documents name the zones and give no thresholds: `of` takes those that a curve has shown,
    and the rule keeps them for the next survey.

    Examples
    --------
    >>> import pandas as pd
    >>> zones = SatisfactionZones(low=4, high=8)
    >>> zones.classify(pd.DataFrame({"satisfaction": [3, 4, 8, 9]}))["zone"].tolist()
    ['dissatisfaction', 'indifference', 'indifference', 'high_satisfaction']
    """

    low: float = attrs.field(converter=float)
    high: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise InvalidRule(
                f"SatisfactionZones: low must be below high, got {self.low:g} and {self.high:g}."
            )

    @classmethod
    def of(cls, curve: LoyaltyCurve) -> Self:
        """Return the zones that a curve with two thresholds has shown.

        Parameters
        ----------
        curve : LoyaltyCurve
            As `fit_loyalty_curve` found it.

        Returns
        -------
        SatisfactionZones

        Raises
        ------
        InvalidRule
            The curve has other than two thresholds.
        """
        thresholds = curve.thresholds if isinstance(curve, PiecewiseCurve) else ()
        if len(thresholds) != 2:
            raise InvalidRule(
                f"three zones need a curve with two thresholds, this {type(curve).__name__} has "
                f"{len(thresholds)}: give the zones by hand, SatisfactionZones(low=..., high=...)."
            )
        return cls(low=thresholds[0], high=thresholds[1])

    def zone(self, satisfaction: float) -> SatisfactionZone:
        """Return the zone of one customer.

        Parameters
        ----------
        satisfaction : float
            His.

        Returns
        -------
        SatisfactionZone
        """
        return _ZONES[int(satisfaction >= self.low) + int(satisfaction > self.high)]

    def classify(
        self, customers: Any, *, satisfaction: str = "satisfaction", name: str = "zone"
    ) -> Any:
        """Add every customer's zone.

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
            As it came, with `name`: codes of `SatisfactionZone`.

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            The column is not there.
        """
        door = enter(customers)
        require_complete(door, satisfaction)
        value, (below, middle, above) = as_float(satisfaction), map(str, _ZONES)
        inner = nw.when(value > self.high).then(nw.lit(above)).otherwise(nw.lit(middle))
        zone = nw.when(value < self.low).then(nw.lit(below)).otherwise(inner)
        return door.leave(door.frame.with_columns(zone.alias(name)))

    def elasticity(
        self,
        answers: Any,
        *,
        satisfaction: str = "satisfaction",
        loyalty: str = "loyalty",
        weight: str | None = None,
        seed: int | np.random.Generator,
        resamples: int = 999,
        confidence: float = 0.95,
    ) -> Any:
        """Return the elasticity of loyalty in each zone, with its interval.

        Parameters
        ----------
        answers : frame
            A row for each respondent.
        satisfaction, loyalty : str
            Columns, on scales of 0 or more.
        weight : str, optional
            The column of the survey weights, 0 or more.
        seed : int or numpy Generator
            For the intervals: respondents of a zone are drawn again.
        resamples : int
            How many draws.
        confidence : float
            Of the intervals, between 0 and 1.

        Returns
        -------
        frame
            Of the kind that came in, a row for each zone: ``zone``, ``respondents``,
            ``satisfaction`` and ``loyalty`` (means), ``slope``, ``elasticity``, ``low`` and
            ``high``. The figures of a zone in which nobody's satisfaction differs are NaN.

        Raises
        ------
        InvalidData
            A number is missing, a weight missing or negative, or there is no answer.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are no draws, or an impossible confidence.

        Notes
        -----
        The slope is that of the straight line of least squares through the zone, the elasticity
        slope * mean satisfaction / mean loyalty.

        Examples
        --------
        >>> import pandas as pd
        >>> answers = pd.DataFrame({"satisfaction": [1, 2, 3, 4, 5, 6, 7, 8, 9] * 4})
        >>> levels = [1, 3, 5, 5, 5, 5, 5, 7, 9]
        >>> answers["loyalty"] = [levels[s - 1] for s in answers["satisfaction"]]
        >>> table = SatisfactionZones(low=3, high=7).elasticity(answers, seed=1)
        >>> table[["zone", "respondents", "slope", "elasticity"]].round(3)
                        zone  respondents  slope  elasticity
        0    dissatisfaction            8    2.0       1.500
        1       indifference           20    0.0       0.000
        2  high_satisfaction            8    2.0       2.125
        """
        normal_quantile(confidence)  # which refuses an impossible confidence
        if resamples < 1:
            raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
        door, groups = read_cells(answers, satisfaction, loyalty, weight=weight)
        cells = groups[None]
        place = (cells.s >= self.low).astype(int) + (cells.s > self.high)
        streams = np.random.default_rng(seed).spawn(len(_ZONES))
        rows = []
        for i, (zone, stream) in enumerate(zip(_ZONES, streams, strict=True)):
            inside = place == i
            part = cells.part(inside)
            figures = _figures(part, resamples, confidence, stream)
            rows.append({"zone": zone.value, "respondents": round(part.total)} | figures)
        return as_frame(door, {name: [row[name] for row in rows] for name in rows[0]})


def _figures(
    cells: Cells, resamples: int, confidence: float, stream: np.random.Generator
) -> dict[str, float]:
    names = ("satisfaction", "loyalty", "slope", "elasticity", "low", "high")
    if not cells.n.size:
        return dict.fromkeys(names, np.nan)
    means = [float(cells.mass @ values / cells.total) for values in (cells.s, cells.l)]
    whole = _elasticities(cells, cells.mass[None, :])
    if np.isnan(whole[0][0]):
        return dict(zip(names, (*means, *[np.nan] * 4), strict=True))
    parts = [_elasticities(cells, counts)[1] for counts in resample(cells, resamples, stream)]
    drawn = np.concatenate(parts)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(drawn[np.isfinite(drawn)], tails)
    figures = (*means, float(whole[0][0]), float(whole[1][0]), float(low), float(high))
    return dict(zip(names, figures, strict=True))


def _elasticities(cells: Cells, counts: Floats) -> tuple[Floats, Floats]:
    """Return slope and elasticity for every set of counts."""
    _, found = best_of(linear_design(cells), cells.l, counts)
    slope = found[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return slope, slope * (counts @ cells.s) / (counts @ cells.l)
