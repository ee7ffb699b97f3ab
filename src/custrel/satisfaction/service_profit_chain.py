"""The service-profit chain: regressions from inside quality to profit, link by link."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.satisfaction._regression import Ols, ols, read_rows
from custrel.satisfaction._tables import as_text

__all__ = ["ChainLink", "ServiceProfitChain", "service_profit_chain"]

Floats = NDArray[np.float64]

_AT_ONCE = 2_000_000  # numbers held at a time


@attrs.frozen(kw_only=True)
class ChainLink:
    """One link of the chain: what a unit of the one brings of the next.

    Parameters
    ----------
    cause, effect : str
        The two columns.
    slope : float
        Units of the effect per unit of the cause.
    low, high : float
        Student's interval of the slope.
    standardized : float
        The slope in standard deviations: their correlation.
    p_value : float
        How probable so steep a slope is, to either side, if there is none.
    r_squared : float
        The share of the effect's variance that the cause explains.

    Examples
    --------
    >>> ChainLink(
    ...     cause="staff",
    ...     effect="guests",
    ...     slope=0.26,
    ...     low=0.1,
    ...     high=0.4,
    ...     standardized=0.5,
    ...     p_value=0.01,
    ...     r_squared=0.25,
    ... ).slope
    0.26
    """

    cause: str
    effect: str
    slope: float
    low: float
    high: float
    standardized: float
    p_value: float
    r_squared: float


@attrs.frozen(kw_only=True, repr=False)
class ServiceProfitChain:
    """All links of the chain, and what comes of the first at its end.

    Parameters
    ----------
    links : tuple of ChainLink
        From the first to the last.
    units : int
        How many shops, teams or periods were observed.
    total : float
        The product of the slopes: units of the last per unit of the first.
    total_low, total_high : float
        Its percentile interval; NaN where none was asked for.

    See Also
    --------
    service_profit_chain : Makes one.

    Examples
    --------
    >>> link = ChainLink(
    ...     cause="staff",
    ...     effect="guests",
    ...     slope=0.26,
    ...     low=0.1,
    ...     high=0.4,
    ...     standardized=0.5,
    ...     p_value=0.01,
    ...     r_squared=0.25,
    ... )
    >>> chain = ServiceProfitChain(
    ...     links=(link,), units=80, total=0.26, total_low=0.1, total_high=0.4
    ... )
    >>> chain.effect(5)
    1.3
    """

    links: tuple[ChainLink, ...]
    units: int
    total: float
    total_low: float
    total_high: float

    def link(self, cause: str) -> ChainLink:
        """Return the link that starts at a column.

        Parameters
        ----------
        cause : str
            The column.

        Returns
        -------
        ChainLink

        Raises
        ------
        UnknownCode
            No link starts there.
        """
        for one in self.links:
            if one.cause == cause:
                return one
        raise UnknownCode("cause in this chain", cause, [one.cause for one in self.links])

    def effect(self, change: float) -> float:
        """Return what a change of the first comes to at the end of the chain.

        Parameters
        ----------
        change : float
            In units of the first column.

        Returns
        -------
        float
            In units of the last.
        """
        return self.total * change

    def __repr__(self) -> str:
        head = ("cause", "effect", "slope", "low", "high", "standardized", "p", "R2")
        rows = [
            (
                one.cause,
                one.effect,
                *(f"{value:.4g}" for value in (one.slope, one.low, one.high)),
                f"{one.standardized:.3f}",
                f"{one.p_value:.2g}",
                f"{one.r_squared:.3f}",
            )
            for one in self.links
        ]
        last = (
            f"A unit of {self.links[0].cause} comes to {self.total:.4g} of {self.links[-1].effect} "
            f"({self.total_low:.4g} to {self.total_high:.4g})."
        )
        title = f"Service-profit chain over {self.units:,} units."
        return "\n".join([title, *as_text([head, *rows], words=(2, 0)), last])


def service_profit_chain(
    units: Any,
    *,
    chain: Sequence[str],
    seed: int | np.random.Generator,
    resamples: int = 999,
    confidence: float = 0.95,
) -> ServiceProfitChain:
    """Regress every link of the service-profit chain on the one before it.

    Parameters
    ----------
    units : frame
        A row for each shop, team or period. They are brought into memory.
    chain : sequence of str
        The columns in their order: inside quality, satisfaction and loyalty of employees (内部员工
        满意度), value, satisfaction and loyalty of customers, revenue growth, profit, or some of
        these.
    seed : int or numpy Generator
        For the interval of the total: units are drawn again.
    resamples : int
        How many draws.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    ServiceProfitChain

    Raises
    ------
    InvalidData
        A number is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are fewer than two columns, one stands twice, or there are no draws.
    FitError
        A column is constant, or there are fewer than three units.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    Notes
    -----
    Each link is a simple regression of least squares; the total is the product of the slopes, which
    takes it that what goes from one end to the other goes through every link.

    References
    ----------
    .. [1] J. L. Heskett, T. O. Jones, G. W. Loveman, W. E. Sasser, L. A. Schlesinger (1994), Putting
       the Service-Profit Chain to Work, Harvard Business Review 72(2), 164-174.
    .. [2] A. J. Rucci, S. P. Kirn, R. T. Quinn (1998), The Employee-Customer-Profit Chain at Sears,
       Harvard Business Review 76(1), 82-97.

    Examples
    --------
    >>> import pandas as pd
    >>> shops = pd.DataFrame({"staff": [60, 70, 65, 80, 75, 90]})
    >>> shops["guests"] = 40 + 0.26 * shops["staff"] + [0.5, -0.5, 0.0, 0.5, 0.0, -0.5]
    >>> shops["growth"] = 0.4 * shops["guests"] - 20
    >>> found = service_profit_chain(shops, chain=["staff", "guests", "growth"], seed=1)
    >>> [round(link.slope, 3) for link in found.links]
    [0.243, 0.4]
    >>> round(found.effect(10), 2)
    0.97
    """
    normal_quantile(confidence)  # which refuses an impossible confidence
    names = list(chain)
    if len(names) < 2 or len(set(names)) != len(names):
        raise InvalidRule(f"a chain has two columns or more, each once; got {names}.")
    if resamples < 1:
        raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
    table = read_rows(enter(units), names)
    links = []
    for i, (cause, effect) in enumerate(pairwise(names)):
        found = ols(table[:, i : i + 1], table[:, i + 1], [cause], effect)
        links.append(_link(cause, effect, found, confidence))
    total = float(np.prod([link.slope for link in links]))
    drawn = _totals(table, resamples, np.random.default_rng(seed))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(drawn, tails) if drawn.size else (np.nan, np.nan)
    return ServiceProfitChain(
        links=tuple(links),
        units=len(table),
        total=total,
        total_low=float(low),
        total_high=float(high),
    )


def _link(cause: str, effect: str, found: Ols, confidence: float) -> ChainLink:
    low, high = found.intervals(confidence)
    slope = float(found.coefficients[0])
    return ChainLink(
        cause=cause,
        effect=effect,
        slope=slope,
        low=float(low[0]),
        high=float(high[0]),
        standardized=float(np.sign(slope) * np.sqrt(max(found.r_squared, 0.0))),
        p_value=float(found.p_values()[0]),
        r_squared=found.r_squared,
    )


def _totals(table: Floats, resamples: int, stream: np.random.Generator) -> Floats:
    """Return the product of the slopes in every draw; draws without variance are left out."""
    n = len(table)
    step = max(1, _AT_ONCE // table.size)
    totals = []
    for done in range(0, resamples, step):
        size = min(step, resamples - done)
        drawn = table[stream.integers(0, n, size=(size, n))]
        drawn = drawn - drawn.mean(axis=1, keepdims=True)
        cause, effect = drawn[:, :, :-1], drawn[:, :, 1:]
        variance = (cause**2).sum(axis=1)
        sound = (variance > 0).all(axis=1)
        slopes = (cause * effect).sum(axis=1)[sound] / variance[sound]
        totals.append(slopes.prod(axis=1))
    return np.concatenate(totals)
