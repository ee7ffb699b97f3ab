"""Penalty-reward analysis: what failing in an attribute costs, and what excelling in it brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import enter
from custrel.rules import Rule
from custrel.satisfaction._codes import Code
from custrel.satisfaction._regression import ols, read_rows
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction.kano_table import KanoCategory

__all__ = ["DriverKind", "PenaltyReward", "penalty_reward"]

Floats = NDArray[np.float64]


class DriverKind(Code):
    """What an attribute does to overall satisfaction.

    References
    ----------
    .. [1] K. Matzler, E. Sauerwein (2002), The Factor Structure of Customer Satisfaction,
       International Journal of Service Industry Management 13(4), 314-332.

    Examples
    --------
    >>> DriverKind.BASIC.kano.value
    'must_be'
    >>> DriverKind.IRRELEVANT.kano.value
    'indifferent'
    """

    BASIC = "basic"
    PERFORMANCE = "performance"
    EXCITEMENT = "excitement"
    IRRELEVANT = "irrelevant"

    @property
    def kano(self) -> KanoCategory:
        """The category of Kano's model that does the same."""
        return {
            DriverKind.BASIC: KanoCategory.MUST_BE,
            DriverKind.PERFORMANCE: KanoCategory.ONE_DIMENSIONAL,
            DriverKind.EXCITEMENT: KanoCategory.ATTRACTIVE,
            DriverKind.IRRELEVANT: KanoCategory.INDIFFERENT,
        }[self]


@attrs.frozen(kw_only=True)
class PenaltyReward(Rule):
    """Which answers about an attribute are low, and which are high.

    Parameters
    ----------
    low_to : float
        The highest answer that counts as low.
    high_from : float
        The lowest answer that counts as high.
    confidence : float
        Of the intervals, and of the verdict, between 0 and 1.

    Raises
    ------
    InvalidRule
        `low_to` is not below `high_from`, or `confidence` is not between 0 and 1.

    See Also
    --------
    penalty_reward : The customary thing in one call.

    Notes
    -----
    Overall satisfaction is regressed on two marks of each attribute: low (its coefficient is the
    penalty) and high (the reward), both against the middle. Basic: a penalty and no reward.
    Excitement: a reward and no penalty. Performance: both. Irrelevant: neither. A coefficient
    counts where its interval is on its own side of 0. The range of impact is reward less penalty;
    attributes with a large one drive satisfaction.

    References
    ----------
    .. [1] D. R. Brandt (1987), A Procedure for Identifying Value-Enhancing Service Components Using
       Customer Satisfaction Survey Data, in C. Surprenant (ed.), Add Value to Your Service, AMA,
       61-65.
    .. [2] V. Mittal, W. T. Ross, P. M. Baldasare (1998), The Asymmetric Impact of Negative and
       Positive Attribute-Level Performance on Overall Satisfaction and Repurchase Intentions,
       Journal of Marketing 62(1), 33-47.

    Examples
    --------
    >>> PenaltyReward(low_to=4, high_from=9).to_data()["high_from"]
    9.0
    """

    low_to: float = attrs.field(default=2.0, converter=float)
    high_from: float = attrs.field(default=5.0, converter=float)
    confidence: float = attrs.field(default=0.95, converter=float)

    def __attrs_post_init__(self) -> None:
        normal_quantile(self.confidence)
        if not self.low_to < self.high_from:
            raise InvalidRule(
                f"PenaltyReward: low_to ({self.low_to:g}) must be below high_from "
                f"({self.high_from:g})."
            )

    def analyze(self, answers: Any, *, attributes: Sequence[str], overall: str = "overall") -> Any:
        """Return penalty and reward of each attribute.

        Parameters
        ----------
        answers : frame
            A row for each respondent. They are brought into memory.
        attributes : sequence of str
            The columns of what was said of each attribute.
        overall : str
            The column of overall satisfaction.

        Returns
        -------
        frame
            Of the kind that came in, a row for each attribute, the widest range first:
            ``attribute``, ``penalty``, ``penalty_low``, ``penalty_high``, ``reward``,
            ``reward_low``, ``reward_high``, ``range``, ``kind`` (codes of `DriverKind`), ``low``
            and ``high`` (how many answered so) and ``r_squared`` of the whole.

        Raises
        ------
        InvalidData
            A number is missing, or nobody or everybody's answer about an attribute is low, or
            high.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are no attributes, or one stands twice.
        FitError
            There are fewer rows than coefficients, or two attributes say the same.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.
        """
        names = list(attributes)
        if not names or len({*names, overall}) != len(names) + 1:
            raise InvalidRule("attributes names one column or more, each once, without overall.")
        door = enter(answers)
        table = read_rows(door, [*names, overall])
        values, y = table[:, :-1], table[:, -1]
        low, high = values <= self.low_to, values >= self.high_from
        _require_both(names, low, high, self)
        marks = [f"{name} {side}" for side in ("low", "high") for name in names]
        found = ols(np.hstack([low, high]).astype(np.float64), y, marks, overall)
        below, above = found.intervals(self.confidence)
        half = len(names)
        spread = found.coefficients[half:] - found.coefficients[:half]
        rows = []
        for i in np.argsort(-spread, kind="stable"):
            penalty, reward = float(found.coefficients[i]), float(found.coefficients[half + i])
            harms, helps = bool(above[i] < 0), bool(below[half + i] > 0)
            rows.append(
                {
                    "attribute": names[i],
                    "penalty": penalty,
                    "penalty_low": float(below[i]),
                    "penalty_high": float(above[i]),
                    "reward": reward,
                    "reward_low": float(below[half + i]),
                    "reward_high": float(above[half + i]),
                    "range": float(spread[i]),
                    "kind": _KINDS[harms, helps].value,
                    "low": int(low[:, i].sum()),
                    "high": int(high[:, i].sum()),
                    "r_squared": found.r_squared,
                }
            )
        return as_frame(door, {column: [row[column] for row in rows] for column in rows[0]})


# By whether failing harms, and whether excelling helps.
_KINDS: Mapping[tuple[bool, bool], DriverKind] = MappingProxyType(
    {
        (False, False): DriverKind.IRRELEVANT,
        (False, True): DriverKind.EXCITEMENT,
        (True, False): DriverKind.BASIC,
        (True, True): DriverKind.PERFORMANCE,
    }
)


def penalty_reward(
    answers: Any,
    *,
    attributes: Sequence[str],
    overall: str = "overall",
    rule: PenaltyReward | None = None,
) -> Any:
    """Say of each attribute what failing in it costs, and what excelling in it brings.

    Parameters
    ----------
    answers : frame
        A row for each respondent. They are brought into memory.
    attributes : sequence of str
        The columns of what was said of each attribute.
    overall : str
        The column of overall satisfaction.
    rule : PenaltyReward, optional
        Which answers are low and high; default: up to 2, and 5, of 1 to 5.

    Returns
    -------
    frame
        Of the kind that came in, a row for each attribute: `PenaltyReward.analyze`.

    Raises
    ------
    InvalidData
        A number is missing, or nobody's answer about an attribute is low, or high.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are no attributes, or one stands twice.
    FitError
        There are fewer rows than coefficients, or two attributes say the same.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    See Also
    --------
    kano : The same question, asked of customers.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"clean": [1, 3, 5] * 9, "music": sorted([1, 3, 5] * 9)})
    >>> answers["overall"] = 5 - 3 * (answers["clean"] <= 2) + 2 * (answers["music"] >= 5)
    >>> answers["overall"] += [0.1, -0.1, 0.0, 0.0, 0.1, -0.1, -0.1, 0.0, 0.1] * 3
    >>> table = penalty_reward(answers, attributes=["clean", "music"])
    >>> table[["attribute", "range", "kind"]].round(2)
      attribute  range        kind
    0     clean    3.0       basic
    1     music    2.0  excitement
    """
    return (rule or PenaltyReward()).analyze(answers, attributes=attributes, overall=overall)


def _require_both(
    names: Sequence[str], low: NDArray[np.bool_], high: NDArray[np.bool_], rule: PenaltyReward
) -> None:
    """Refuse attributes of which low or high answers are nobody's, or everybody's."""
    problems = []
    for i, name in enumerate(names):
        sides = {
            f"up to {rule.low_to:g} (low)": low[:, i],
            f"from {rule.high_from:g} (high)": high[:, i],
        }
        for side, marked in sides.items():
            if marked.all() or not marked.any():
                who = "everybody's" if marked.size and marked.all() else "nobody's"
                problems.append(
                    Problem(
                        code="one_sided",
                        message=f"{who} answer is {side}",
                        column=name,
                        count=0,
                        remedy="Take other limits, or leave the attribute out.",
                    )
                )
    if problems:
        raise InvalidData(problems)
