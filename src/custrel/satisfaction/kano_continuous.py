"""Kano answers as numbers: means and their spread instead of a vote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.satisfaction._kano_columns import key_columns
from custrel.satisfaction._kano_figures import divide
from custrel.satisfaction.kano_table import KanoCategory

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

__all__ = ["ContinuousScale"]

Floats = NDArray[np.float64]


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


@attrs.frozen(kw_only=True)
class ContinuousScale(Rule):
    """What each answer to a Kano question is worth.

    Parameters
    ----------
    functional : sequence of float
        If the feature is there, from like to dislike.
    dysfunctional : sequence of float
        If it is not, from like to dislike.
    cut : float
        Where the quadrants meet; a mean at the cut is above.

    Raises
    ------
    InvalidRule
        There are more worths of one question than of the other.

    Notes
    -----
    A question answered clearly weighs more than one answered faintly, and what is reverse or
    questionable less than what is not: hence 4, 2, 0, -1, -2 and not 2, 1, 0, -1, -2. Both means
    at the cut or above: one-dimensional; only the functional: attractive; only the
    dysfunctional: must-be; neither: indifferent.

    References
    ----------
    .. [1] W. DuMouchel, in C. Berger et al. (1993), Kano's Methods for Understanding
       Customer-defined Quality, Center for Quality of Management Journal 2(4), 3-36.

    Examples
    --------
    >>> ContinuousScale().quadrant(2.5, 1.9)
    <KanoCategory.ATTRACTIVE: 'attractive'>
    """

    functional: tuple[float, ...] = attrs.field(default=(4, 2, 0, -1, -2), converter=_as_numbers)
    dysfunctional: tuple[float, ...] = attrs.field(default=(-2, -1, 0, 2, 4), converter=_as_numbers)
    cut: float = attrs.field(default=2.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if len(self.functional) != len(self.dysfunctional):
            raise InvalidRule(
                f"ContinuousScale: {len(self.functional)} answers to the functional question, "
                f"{len(self.dysfunctional)} to the dysfunctional one."
            )

    @classmethod
    def three(cls) -> ContinuousScale:
        """Return the scale for like, neutral, dislike: 4, 0, -2 and -2, 0, 4 (own).

        Returns
        -------
        ContinuousScale
        """
        return cls(functional=(4, 0, -2), dysfunctional=(-2, 0, 4))

    def quadrant(self, functional: float, dysfunctional: float) -> KanoCategory:
        """Return the category of a pair of means.

        Parameters
        ----------
        functional, dysfunctional : float
            The means.

        Returns
        -------
        KanoCategory
        """
        if functional >= self.cut:
            above = dysfunctional >= self.cut
            return KanoCategory.ONE_DIMENSIONAL if above else KanoCategory.ATTRACTIVE
        return KanoCategory.MUST_BE if dysfunctional >= self.cut else KanoCategory.INDIFFERENT


def continuous_columns(analysis: KanoAnalysis, scale: ContinuousScale | None) -> dict[str, Any]:
    """Return means, spread and quadrant, a row for each group and feature."""
    answers = analysis.table.answers
    if scale is None:
        scale = ContinuousScale.three() if answers == 3 else ContinuousScale()
    if len(scale.functional) != answers:
        raise InvalidRule(
            f"the table has {answers} answers, the continuous scale {len(scale.functional)}: say "
            "what each is worth, ContinuousScale(functional=..., dysfunctional=...)."
        )
    tally = analysis.tally
    rows = np.unique(tally.cell)
    weight = tally.weight * tally.importance
    total = tally.total(tally.count * weight)
    squares = tally.total(tally.count * weight**2)
    there = np.array(scale.functional)[tally.functional]
    absent = np.array(scale.dysfunctional)[tally.dysfunctional]
    # What is left of the weight when the mean has been taken out: n - 1, where all weigh 1.
    left = total - divide(squares, total)
    means, parted = [], []
    for values in (there, absent):
        mean = divide(tally.total(tally.count * weight * values), total)
        means.append(mean)
        parted.append(values - mean[tally.cell])
    (f, d), each = parted, tally.count * weight
    ff, dd, fd = (tally.total(each * product) for product in (f * f, d * d, f * d))
    error = np.sqrt(divide(squares, total**2))
    sds = [np.sqrt(np.maximum(0.0, _spread(square, left))) for square in (ff, dd)]
    columns = {
        "answers": tally.total(tally.count)[rows].astype(np.int64),
        "functional": means[0][rows],
        "functional_sd": sds[0][rows],
        "functional_se": (sds[0] * error)[rows],
        "dysfunctional": means[1][rows],
        "dysfunctional_sd": sds[1][rows],
        "dysfunctional_se": (sds[1] * error)[rows],
        "correlation": divide(fd, np.sqrt(ff * dd))[rows],
    }
    columns["quadrant"] = np.array(
        [_quadrant(scale, *pair) for pair in zip(means[0][rows], means[1][rows], strict=True)]
    )
    columns["outside"] = (means[0][rows] < 0) | (means[1][rows] < 0)
    return {**key_columns(analysis, rows), **columns}


def _spread(squares: Floats, left: Floats) -> Floats:
    """Divide squares by what is left of the weight; NaN for a single answer."""
    return divide(squares, np.where(left > 1e-12, left, 0.0))


def _quadrant(scale: ContinuousScale, there: float, absent: float) -> str | None:
    return None if np.isnan(there + absent) else scale.quadrant(there, absent).value
