"""How satisfaction forms: what was perceived, against what was expected, known or desired."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import enter, first_rows
from custrel.rules import Rule
from custrel.satisfaction._codes import Code

__all__ = ["Formation", "FormationModel", "SatisfactionState", "disconfirmation"]

Floats = NDArray[np.float64]

_MEASURES = ("difference", "ratio")
_EXCESS = ("harms", "harmless")


class FormationModel(Code):
    """What a customer compares performance with (顾客满意感形成模型).

    His expectation (期望—实绩模型), the norm that his experience set (顾客消费经历比较模型), or what
    he desires (顾客感知的价值差异模型). The two-factor theory and Kano's model are none of these.

    References
    ----------
    .. [1] R. L. Oliver (1980), A Cognitive Model of the Antecedents and Consequences of
       Satisfaction Decisions, Journal of Marketing Research 17(4), 460-469.
    .. [2] E. R. Cadotte, R. B. Woodruff, R. L. Jenkins (1987), Expectations and Norms in Models of
       Consumer Satisfaction, Journal of Marketing Research 24(3), 305-314.
    .. [3] R. A. Westbrook, M. D. Reilly (1983), Value-Percept Disparity: An Alternative to the
       Disconfirmation of Expectations Theory of Consumer Satisfaction, Advances in Consumer
       Research 10, 256-261.

    Examples
    --------
    >>> [model.value for model in FormationModel]
    ['expectancy_disconfirmation', 'experience_norms', 'value_percept']
    """

    EXPECTANCY_DISCONFIRMATION = "expectancy_disconfirmation"
    EXPERIENCE_NORMS = "experience_norms"
    VALUE_PERCEPT = "value_percept"


class SatisfactionState(Code):
    """What the comparison makes a customer feel: 失望, 满意 or 愉悦.

    Examples
    --------
    >>> [state.value for state in SatisfactionState]
    ['dissatisfied', 'satisfied', 'delighted']
    """

    DISSATISFIED = "dissatisfied"
    SATISFIED = "satisfied"
    DELIGHTED = "delighted"


@attrs.frozen(kw_only=True)
class Formation(Rule):
    """A model of how satisfaction forms, with its zone around the standard.

    Parameters
    ----------
    model : FormationModel or str
        What performance is compared with.
    zone : float
        How far performance may be off to either side and still be what was compared with; of a
        ratio, as a share.
    measure : {"difference", "ratio"}
        Whether the comparison is performance less the standard, or performance over it, less 1.
    excess : {"harms", "harmless"}
        Of the value-percept model: whether more than is desired is a disparity too.

    Raises
    ------
    InvalidRule
        The zone is negative.
    UnknownCode
        There is no such model, measure or treatment of excess.

    See Also
    --------
    disconfirmation : The comparison alone.

    Notes
    -----
    With d the signed comparison (better is positive) and z the zone:

    ==========================  ===============================  ==========================
    model                       satisfaction                     delighted where
    ==========================  ===============================  ==========================
    expectancy_disconfirmation  d                                d > z
    experience_norms            0 for abs(d) <= z, else           d > z
                                sign(d) (abs(d) - z)
    value_percept               -max(abs(d) - z, 0), or          never: nothing is better
                                min(d + z, 0) if harmless        than what is desired
    ==========================  ===============================  ==========================

    A customer is dissatisfied where d < -z (of the value-percept model also where d > z and
    excess harms), else satisfied. The documents name the models, and the comparison with its
    sign; the formulas of the second and third are reconstructed. z = 0 makes satisfied those
    alone whose standard was met exactly.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"perceived": [3, 5, 7], "expected": [5, 5, 5]})
    >>> Formation(zone=1).judge(answers)
       perceived  expected  disconfirmation  satisfaction         state
    0          3         5             -2.0          -2.0  dissatisfied
    1          5         5              0.0           0.0     satisfied
    2          7         5              2.0           2.0     delighted
    >>> norms = Formation(model="experience_norms", zone=1)
    >>> norms.satisfaction([3, 5.5, 7], 5).tolist()
    [-1.0, 0.0, 1.0]
    """

    model: FormationModel = attrs.field(
        default=FormationModel.EXPECTANCY_DISCONFIRMATION, converter=FormationModel
    )
    zone: float = attrs.field(default=0.0, converter=float)
    measure: Literal["difference", "ratio"] = "difference"
    excess: Literal["harms", "harmless"] = "harms"

    def __attrs_post_init__(self) -> None:
        if self.measure not in _MEASURES:
            raise UnknownCode("measure of disconfirmation", str(self.measure), _MEASURES)
        if self.excess not in _EXCESS:
            raise UnknownCode("treatment of excess", str(self.excess), _EXCESS)
        if not 0 <= self.zone < np.inf:
            raise InvalidRule(f"Formation: the zone is 0 or wider, got {self.zone!r}.")

    def satisfaction(self, perceived: ArrayLike, standard: ArrayLike) -> Floats:
        """Return how satisfied customers are.

        Parameters
        ----------
        perceived : array_like of shape (customers,)
            The performance that they perceived.
        standard : array_like of shape (customers,)
            What they compare it with, on the same scale.

        Returns
        -------
        ndarray of shape (customers,)
            In points of the scale, or as a share of the standard; 0 is neither.

        Raises
        ------
        InvalidRule
            A ratio needs standards above 0.
        """
        d = disconfirmation(perceived, standard, measure=self.measure)
        outside = np.maximum(np.abs(d) - self.zone, 0.0)
        match self.model:
            case FormationModel.EXPECTANCY_DISCONFIRMATION:
                return d
            case FormationModel.EXPERIENCE_NORMS:
                return np.asarray(np.sign(d) * outside)
            case FormationModel.VALUE_PERCEPT:
                harmed = outside if self.excess == "harms" else np.where(d < 0, outside, 0.0)
                return np.asarray(0.0 - harmed)

    def judge(
        self,
        answers: Any,
        *,
        perceived: str = "perceived",
        standard: str = "expected",
    ) -> Any:
        """Add what every customer feels.

        Parameters
        ----------
        answers : frame
            A row for each customer, or each customer and attribute.
        perceived, standard : str
            Its columns.

        Returns
        -------
        frame
            As it came, with ``disconfirmation``, ``satisfaction`` and ``state`` (codes of
            `SatisfactionState`).

        Raises
        ------
        InvalidData
            A number is missing; or a ratio is asked for, and a standard is not above 0.
        ColumnNotFound
            A column is not there.
        """
        door = enter(answers)
        other, bad = as_float(standard), {"bad": ~(as_float(standard) > 0)}
        counts = require_complete(door, perceived, standard, flags=bad, of="answer")
        if self.measure == "ratio" and counts["bad"]:
            raise InvalidData([_no_ratio(standard, counts["bad"], door, bad["bad"])])
        d = as_float(perceived) - other
        d = d / other if self.measure == "ratio" else d
        frame = door.frame.with_columns(disconfirmation=d)
        d = nw.col("disconfirmation")
        above, below = d > self.zone, d < -self.zone
        satisfaction, delighted = self._expressions(d, above, below)
        state = nw.when(above).then(nw.lit(delighted)).otherwise(nw.lit("satisfied"))
        state = nw.when(below).then(nw.lit("dissatisfied")).otherwise(state)
        return door.leave(frame.with_columns(satisfaction=satisfaction, state=state))

    def _expressions(self, d: nw.Expr, above: nw.Expr, below: nw.Expr) -> tuple[nw.Expr, str]:
        """Return satisfaction, and what those feel who got more than the zone."""
        short = nw.when(below).then(d + self.zone)
        match self.model:
            case FormationModel.EXPECTANCY_DISCONFIRMATION:
                return d, "delighted"
            case FormationModel.EXPERIENCE_NORMS:
                return short.otherwise(_else(above, d - self.zone)), "delighted"
            case FormationModel.VALUE_PERCEPT if self.excess == "harms":
                return short.otherwise(_else(above, self.zone - d)), "dissatisfied"
            case FormationModel.VALUE_PERCEPT:
                return short.otherwise(nw.lit(0.0)), "satisfied"


def disconfirmation(
    perceived: ArrayLike,
    standard: ArrayLike,
    *,
    measure: Literal["difference", "ratio"] = "difference",
) -> Floats:
    """Compare what was perceived with what was expected (期望与感知的差异).

    Parameters
    ----------
    perceived : array_like of shape (customers,)
        The performance that they perceived.
    standard : array_like of shape (customers,)
        What they expected, on the same scale.
    measure : {"difference", "ratio"}
        Perceived less expected, or perceived over expected, less 1.

    Returns
    -------
    ndarray of shape (customers,)
        Positive where it was better than expected.

    Raises
    ------
    InvalidRule
        A ratio needs standards above 0.
    UnknownCode
        There is no such measure.

    See Also
    --------
    Formation : What follows from it.

    Notes
    -----
    The documents speak of the difference without its sign; positive is better here.

    References
    ----------
    .. [1] R. L. Oliver (1980), A Cognitive Model of the Antecedents and Consequences of
       Satisfaction Decisions, Journal of Marketing Research 17(4), 460-469.

    Examples
    --------
    >>> disconfirmation([6, 3], [5, 4]).tolist()
    [1.0, -1.0]
    >>> disconfirmation([6, 3], [5, 4], measure="ratio").round(2).tolist()
    [0.2, -0.25]
    """
    if measure not in _MEASURES:
        raise UnknownCode("measure of disconfirmation", str(measure), _MEASURES)
    p, s = np.asarray(perceived, dtype=np.float64), np.asarray(standard, dtype=np.float64)
    if measure == "difference":
        return np.asarray(p - s)
    if not np.all(s > 0):
        raise InvalidRule("measure='ratio' divides by the standard, which must be above 0.")
    return np.asarray((p - s) / s)


def _else(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(nw.lit(0.0))


def _no_ratio(standard: str, count: int, door: Any, flag: nw.Expr) -> Problem:
    return Problem(
        code="no_ratio",
        message="measure='ratio' divides by it, and it is not above 0",
        column=standard,
        count=count,
        rows=first_rows(door.frame, flag, list(dict.fromkeys((door.columns[0], standard)))),
        remedy="Take measure='difference'.",
        of="answer",
    )
