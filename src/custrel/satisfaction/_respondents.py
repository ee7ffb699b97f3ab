"""Respondents who were asked several questions on one scale: sifted, and their means by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float
from custrel._intervals import Interval, mean_interval
from custrel.errors import InvalidData, Problem, UnknownCode
from custrel.frames import AnyFrame, Door, as_floats, collect, enter
from custrel.satisfaction._sifting import looks_at, sift
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction._trend_line import trend_line
from custrel.satisfaction.sifted_table import SiftedTable

Floats = NDArray[np.float64]


@attrs.frozen(eq=False)
class GroupMeans:
    """Means of several measures in each group, in the order of the groups.

    Parameters
    ----------
    groups : tuple
        What the groups are called; one None where nothing groups them.
    answers : ndarray of shape (groups,)
        How many respondents each has.
    effective : ndarray of shape (groups,)
        How many equally weighted ones would be as precise (Kish).
    means, variances : mapping of str to ndarray of shape (groups,)
        Of each measure; the variance is a sample's, and NaN for a single respondent.
    """

    groups: tuple[Any, ...]
    answers: Floats
    effective: Floats
    means: Mapping[str, Floats]
    variances: Mapping[str, Floats]

    def interval(self, measure: str, group: int, confidence: float) -> Interval:
        """Return Student's interval of one mean; NaN for a single respondent."""
        mean, variance = float(self.means[measure][group]), float(self.variances[measure][group])
        return mean_interval(mean, variance, float(self.effective[group]), confidence)

    def movement(self, measure: str) -> dict[str, float]:
        """Return how one mean moves where the groups are waves, and whether it does."""
        means = self.means[measure]
        errors = np.sqrt(self.variances[measure] / self.effective)
        line = trend_line(means.tolist(), errors.tolist())
        ends = {"first": float(means[0]), "last": float(means[-1])}
        return {**ends, "change": ends["last"] - ends["first"], **attrs.asdict(line)}


def enter_survey(
    answers: Any,
    columns: Sequence[str],
    *,
    by: str | None,
    weight: str | None,
    scale: tuple[float, float],
    errors: str,
) -> tuple[Door, tuple[Problem, ...]]:
    """Return the door with the respondents who answered all on the scale, and what the others did."""
    if errors not in {"raise", "collect"}:
        raise UnknownCode("treatment of errors", str(errors), ("raise", "collect"))
    door = enter(answers)
    door.require([*columns, by, weight])
    door.require_numbers(*columns, *([] if weight is None else [weight]))
    frame, problems = sift(door, looks_at(columns, scale, by=by, weight=weight))
    if problems and errors == "raise":
        raise InvalidData(
            problems, remedy="errors='collect' leaves out the respondents who gave them."
        )
    frame = frame if weight is None else frame.filter(nw.col(weight) > 0)
    return attrs.evolve(door, frame=frame), problems


def group_means(
    frame: AnyFrame, measures: Mapping[str, nw.Expr], *, by: str | None, weight: str | None
) -> GroupMeans:
    """Count, add up and square on the engine that holds the answers; the rest is small."""
    group = nw.lit("all") if by is None else nw.col(by)
    weighs = nw.lit(1.0) if weight is None else as_float(weight)
    wide = frame.select(group=group, weight=weighs, **measures)
    moments = {f"{name} 1": nw.col(name) * nw.col("weight") for name in measures}
    moments |= {f"{name} 2": nw.col(name) ** 2 * nw.col("weight") for name in measures}
    moments |= {"weight 2": nw.col("weight") ** 2}
    wide = wide.with_columns(**moments)
    sums = [nw.col(name).sum() for name in ("weight", *moments)]
    table = collect(wide.group_by("group").agg(nw.len().alias("n"), *sums))
    if not len(table):
        raise InvalidData([Problem(code="empty", message=_NOTHING, count=0, remedy=_FILTER)])
    table = table.sort("group")
    total = {name: as_floats(table.get_column(name)) for name in ("n", "weight", *moments)}
    effective = total["weight"] ** 2 / total["weight 2"]
    means = {name: total[f"{name} 1"] / total["weight"] for name in measures}
    spread = {name: _spread(total[f"{name} 2"] / total["weight"], means[name]) for name in measures}
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.where(effective > 1, effective / (effective - 1), np.nan)
    return GroupMeans(
        groups=tuple(table.get_column("group").to_list()) if by is not None else (None,),
        answers=total["n"],
        effective=effective,
        means=means,
        variances={name: value * more for name, value in spread.items()},
    )


def as_sifted(
    door: Door, rows: Sequence[Mapping[str, Any]], problems: tuple[Problem, ...]
) -> SiftedTable:
    """Return rows as a table of the kind that came in, with what was left out."""
    return SiftedTable(
        as_frame(door, {name: [row[name] for row in rows] for name in rows[0]}), problems
    )


def _spread(square: Floats, mean: Floats) -> Floats:
    """Return mean squares less squared means; 0 where all that is left is rounding."""
    left = square - mean**2
    return np.where(left > _ROUNDING * square, left, 0.0)


_ROUNDING = 1e-12
_NOTHING = "there is no answer to evaluate"
_FILTER = "Check the filter that was applied before."
