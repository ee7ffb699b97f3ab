"""Response weights: what each of the three RFM scores is worth, by regression on a response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float
from custrel.errors import FitError, InvalidRule, UnknownCode
from custrel.frames import Door, collect, enter
from custrel.rules import Rule
from custrel.segmentation._learning import SCORES
from custrel.segmentation._refusals import require_flags, require_values
from custrel.segmentation.rfm_weights import RfmWeights

__all__ = ["ResponseWeights"]

Floats = NDArray[np.float64]

_METHODS = ("linear", "logistic")
_STEPS = 50
_CLOSE = 1e-10


def _as_numbers(numbers: Any) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


@attrs.frozen(kw_only=True)
class ResponseWeights(Rule):
    """What each of the three scores adds to a response.

    `fit` learns them from a response.

    Parameters
    ----------
    method : {"linear", "logistic"}
        Least squares of any response, or logistic regression of one that is 0 or 1.
    intercept : float
        The response at scores of 0; its log-odds in a logistic regression.
    coefficients : three floats
        What one more point of recency, frequency and monetary score adds to it.
    errors : three floats
        Their standard errors.
    customers : int
        From how many customers they were learnt.

    Raises
    ------
    InvalidRule
        There are not three coefficients and errors.
    UnknownCode
        There is no such method.

    See Also
    --------
    RfmWeights : One score of the three, by these weights.

    Examples
    --------
    >>> learnt = ResponseWeights(
    ...     method="linear",
    ...     intercept=0.0,
    ...     coefficients=(3, 1, -0.5),
    ...     errors=(1, 1, 1),
    ...     customers=99,
    ... )
    >>> learnt.weights
    RfmWeights(recency=0.75, frequency=0.25, monetary=0.0)
    """

    method: Literal["linear", "logistic"]
    intercept: float = attrs.field(converter=float)
    coefficients: tuple[float, ...] = attrs.field(converter=_as_numbers)
    errors: tuple[float, ...] = attrs.field(converter=_as_numbers)
    customers: int

    def __attrs_post_init__(self) -> None:
        if self.method not in _METHODS:
            raise UnknownCode("method of regression", str(self.method), _METHODS)
        if len(self.coefficients) != 3 or len(self.errors) != 3:
            raise InvalidRule("expected three coefficients and three standard errors.")

    @property
    def weights(self) -> RfmWeights:
        """The coefficients as weights that add up to 1; a negative one counts as 0.

        `FitError` where no score raises the response: there is nothing to weigh by.
        """
        raising = [max(0.0, coefficient) for coefficient in self.coefficients]
        total = sum(raising)
        if not total:
            raise FitError(
                "ResponseWeights: no score raises the response (coefficients "
                f"{', '.join(f'{c:g}' for c in self.coefficients)}), so that there is nothing to "
                "weigh by. Choose another response, or weights of your own: RfmWeights(...)."
            )
        return RfmWeights(*(coefficient / total for coefficient in raising))

    @classmethod
    def fit(
        cls,
        scored: Any,
        *,
        response: str = "responded",
        method: Literal["linear", "logistic"] = "linear",
        scores: Sequence[str] = SCORES,
    ) -> Self:
        """Learn by regression what each score adds to a response.

        Parameters
        ----------
        scored : CustomerSummary or frame
            One row per customer: what `RfmScale.score` returned, and how he responded later.
        response : str
            The column of the response: a flag, an amount.
        method : {"linear", "logistic"}
            Least squares, or, for a response that is 0 or 1, logistic regression.
        scores : three str
            The columns of the three scores.

        Returns
        -------
        ResponseWeights

        Raises
        ------
        InvalidData
            A value is missing or infinite, or, for a logistic regression, neither 0 nor 1.
        FitError
            The scores do not differ enough to tell their effects apart, or they part those who
            responded from the others exactly.
        UnknownCode
            There is no such method.

        Notes
        -----
        The regression sees the customers by cell: their number, the sum and the sum of squares of
        their responses, formed on the engine that holds the data.
        """
        if method not in _METHODS:
            raise UnknownCode("method of regression", str(method), _METHODS)
        door = enter(scored)
        require_values(door, *scores, response)
        if method == "logistic":
            require_flags(door, response)
        middle = _mean(door, response) if method == "linear" else 0.0
        design, counts, sums, squares = _by_cell(door, scores, response, middle)
        if np.linalg.matrix_rank(design) < 4 or counts.sum() <= 4:
            raise FitError(
                f"ResponseWeights: the scores of {counts.sum():,.0f} customers do not differ enough "
                "to tell the effects of recency, frequency and monetary value apart. Take more "
                "customers, or more bins."
            )
        solve = _least_squares if method == "linear" else _logistic
        estimates, covariance = solve(design, counts, sums, squares)
        intercept, *coefficients = estimates.tolist()
        return cls(
            method=method,
            intercept=intercept + middle,
            coefficients=coefficients,
            errors=np.sqrt(np.diag(covariance))[1:].tolist(),
            customers=int(counts.sum()),
        )


def _mean(door: Door, response: str) -> float:
    return float(collect(door.frame.select(as_float(response).mean())).item() or 0.0)


def _by_cell(
    door: Door, scores: Sequence[str], response: str, middle: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Add up each cell, responses from their middle, so that large ones keep their digits."""
    named = {f"__s{place}": as_float(score) for place, score in enumerate(scores)}
    value = as_float(response) - middle
    slim = door.frame.select(**named, __y=value, __yy=value * value)
    grouped = slim.group_by(*named).agg(
        nw.len().alias("__n"), nw.col("__y").sum(), nw.col("__yy").sum()
    )
    table = collect(grouped.sort(*named))
    columns = [
        np.asarray(table[name].to_numpy(), dtype=np.float64)
        for name in (*named, "__n", "__y", "__yy")
    ]
    design = np.column_stack([np.ones_like(columns[0]), *columns[: len(named)]])
    return design, columns[-3], columns[-2], columns[-1]


def _least_squares(
    design: Floats, counts: Floats, sums: Floats, squares: Floats
) -> tuple[Floats, Floats]:
    information = design.T @ (design * counts[:, None])
    estimates = np.asarray(np.linalg.solve(information, design.T @ sums), dtype=np.float64)
    fitted = design @ estimates
    residual = max(0.0, float(np.sum(squares - 2 * fitted * sums + counts * fitted**2)))
    free = counts.sum() - design.shape[1]
    return estimates, np.asarray(np.linalg.inv(information) * (residual / free))


def _logistic(
    design: Floats, counts: Floats, sums: Floats, _squares: Floats
) -> tuple[Floats, Floats]:
    """Maximize the likelihood by Newton's method, on the cells."""
    estimates = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(design @ estimates, -700, 700)))
        information = design.T @ (design * (counts * share * (1 - share))[:, None])
        if np.linalg.cond(information) > 1 / np.finfo(np.float64).eps:
            break
        step = np.linalg.solve(information, design.T @ (sums - counts * share))
        estimates = estimates + step
        if np.max(np.abs(step)) < _CLOSE * (1 + np.max(np.abs(estimates))):
            return estimates, np.asarray(np.linalg.inv(information), dtype=np.float64)
    raise FitError(
        "ResponseWeights: the scores part those who responded from the others exactly, or nobody "
        "(or everybody) responded, so that no finite weights are best. Take more customers, or "
        "method='linear'."
    )
