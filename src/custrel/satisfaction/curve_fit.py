"""Which curve loyalty follows over satisfaction, chosen by the data and tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, UnknownCode
from custrel.satisfaction._curve_kernels import Cells, resample
from custrel.satisfaction._curve_reading import read_cells
from custrel.satisfaction._curve_search import (
    SHAPES,
    best_curve,
    designs_of,
    drawn_figures,
    figures_of,
    p_value_against_line,
    require_spread,
    straight_line,
    too_few,
)
from custrel.satisfaction._tables import as_text
from custrel.satisfaction.loyalty_curve import LoyaltyCurve

__all__ = ["CurveCandidate", "CurveFigure", "LoyaltyCurveFit", "fit_loyalty_curve"]


@attrs.frozen(kw_only=True)
class CurveCandidate:
    """One shape that was fitted.

    Parameters
    ----------
    shape : str
        ``"linear"``, ``"thresholds"`` or ``"power"``.
    curve : LoyaltyCurve
        The best of its shape, by least squares.
    parameters : int
        How many were free, thresholds and the exponent among them.
    rss : float
        Residual sum of squares.
    r_squared : float
        The share of the variance of loyalty that it explains.
    bic : float
        Schwarz's criterion: n log(rss / n) + parameters log(n); less is better.
    p_value : float
        How probable so large a gain over the straight line is, if that is the truth; NaN for the
        line itself.

    Examples
    --------
    >>> from custrel.satisfaction import PowerCurve
    >>> line = PowerCurve(satisfaction=(1, 5), loyalty=(0, 1))
    >>> CurveCandidate(
    ...     shape="linear", curve=line, parameters=2, rss=1, r_squared=0.9, bic=0, p_value=0.5
    ... ).shape
    'linear'
    """

    shape: str
    curve: LoyaltyCurve
    parameters: int
    rss: float
    r_squared: float
    bic: float
    p_value: float


@attrs.frozen(kw_only=True)
class CurveFigure:
    """One figure of a fitted curve, with its interval.

    Parameters
    ----------
    name : str
        ``"threshold_1"``, ``"slope_2"``, ``"exponent"``, ``"elasticity"``, ...
    value : float
        The figure.
    low, high : float
        Its percentile interval.

    Examples
    --------
    >>> CurveFigure(name="exponent", value=2.0, low=1.6, high=2.5).name
    'exponent'
    """

    name: str
    value: float
    low: float
    high: float


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LoyaltyCurveFit:
    """The curves that were fitted, the one that was chosen, and why.

    Parameters
    ----------
    candidates : tuple of CurveCandidate
        Every shape that the data allow, the straight line first.
    skipped : tuple of str
        Which shapes they do not allow, and why.
    alpha : float
        The level of all tests against the straight line together.
    resamples : int
        How often outcomes were drawn for it.
    respondents : int
        How many answered.
    cells : object
        The distinct answers with their counts, for `figures`.

    See Also
    --------
    fit_loyalty_curve : Makes one.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"satisfaction": [1, 2, 3, 4, 5] * 4})
    >>> answers["loyalty"] = answers["satisfaction"] ** 3 / 125
    >>> fit_loyalty_curve(answers, seed=1).shape
    'power'
    """

    candidates: tuple[CurveCandidate, ...]
    skipped: tuple[str, ...]
    alpha: float
    resamples: int
    respondents: int
    cells: Cells

    @property
    def chosen(self) -> CurveCandidate:
        """The straight line, or of those that beat it the one with the least BIC."""
        others = len(self.candidates) - 1
        better = [c for c in self.candidates if c.p_value * others < self.alpha]
        return min(better, key=lambda c: c.bic) if better else self.candidates[0]

    @property
    def curve(self) -> LoyaltyCurve:
        """The chosen curve."""
        return self.chosen.curve

    @property
    def shape(self) -> str:
        """The shape of the chosen curve."""
        return self.chosen.shape

    def candidate(self, shape: str) -> CurveCandidate:
        """Return one of the candidates.

        Parameters
        ----------
        shape : str
            Its shape.

        Returns
        -------
        CurveCandidate

        Raises
        ------
        UnknownCode
            That shape was not fitted.
        """
        for one in self.candidates:
            if one.shape == shape:
                return one
        raise UnknownCode("shape that was fitted", shape, [c.shape for c in self.candidates])

    def figures(
        self,
        *,
        seed: int | np.random.Generator,
        shape: str | None = None,
        resamples: int = 999,
        confidence: float = 0.95,
    ) -> tuple[CurveFigure, ...]:
        """Return the figures of a curve with intervals, by drawing respondents again.

        Parameters
        ----------
        seed : int or numpy Generator
            For the draws.
        shape : str, optional
            Of the candidate; default: the chosen one.
        resamples : int
            How many draws.
        confidence : float
            Of the intervals, between 0 and 1.

        Returns
        -------
        tuple of CurveFigure
            Thresholds and slopes of the pieces, or the exponent; and the ``elasticity`` at mean
            satisfaction.

        Raises
        ------
        UnknownCode
            That shape was not fitted.
        InvalidRule
            There are no draws, or an impossible confidence.
        """
        normal_quantile(confidence)  # which refuses an impossible confidence
        if resamples < 1:
            raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
        one = self.chosen if shape is None else self.candidate(shape)
        cells = self.cells
        middle = float(cells.mass @ cells.s / cells.total)
        ends = (one.curve.satisfaction[0], one.curve.satisfaction[-1])
        values = figures_of(one.curve, middle)
        drawn = [
            drawn_figures(one.shape, cells, ends, counts)
            for counts in resample(cells, resamples, np.random.default_rng(seed))
        ]
        together = {name: np.concatenate([part[name] for part in drawn]) for name in values}
        tails = [(1 - confidence) / 2, (1 + confidence) / 2]
        found = []
        for name, value in values.items():
            sound = together[name][np.isfinite(together[name])]
            low, high = np.quantile(sound, tails) if sound.size else (np.nan, np.nan)
            found.append(CurveFigure(name=name, value=value, low=float(low), high=float(high)))
        return tuple(found)

    def __repr__(self) -> str:
        head = ("shape", "parameters", "R2", "BIC", "p against linear", "chosen")
        rows = [
            (
                one.shape,
                str(one.parameters),
                f"{one.r_squared:.3f}",
                f"{one.bic:.1f}",
                "" if np.isnan(one.p_value) else f"{one.p_value:.3g}",
                "yes" if one is self.chosen else "",
            )
            for one in self.candidates
        ]
        title = (
            f"Loyalty over satisfaction, {self.respondents:,} respondents; tested at "
            f"{self.alpha:g} with {self.resamples:,} draws."
        )
        notes = [f"Not fitted: {reason}." for reason in self.skipped]
        return "\n".join([title, *as_text([head, *rows], words=(1, 1)), *notes])


def fit_loyalty_curve(
    answers: Any,
    *,
    satisfaction: str = "satisfaction",
    loyalty: str = "loyalty",
    weight: str | None = None,
    shapes: Sequence[str] = ("linear", "thresholds", "power"),
    seed: int | np.random.Generator,
    alpha: float = 0.05,
    resamples: int = 499,
) -> LoyaltyCurveFit:
    """Fit the curve of loyalty over satisfaction, and test whether it is a straight line.

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    satisfaction : str
        The column of satisfaction, on any scale.
    loyalty : str
        The column of loyalty: an answer, a probability, or whether he came back
        (truth values, or 1 and 0).
    weight : str, optional
        The column of the survey weights, 0 or more.
    shapes : sequence of {"linear", "thresholds", "power"}
        What is tried; the straight line always is.
    seed : int or numpy Generator
        For the test.
    alpha : float
        How probable it may be that a straight line is taken for something else, between 0 and 1.
    resamples : int
        How many outcomes are drawn for each test.

    Returns
    -------
    LoyaltyCurveFit

    Raises
    ------
    InvalidData
        A number is missing, a weight missing or negative, or there is no answer.
    ColumnNotFound
        A column is not there.
    FitError
        All are equally satisfied or equally loyal, or there are too few answers.
    UnknownCode
        There is no such shape.
    InvalidRule
        `alpha` or `resamples` is impossible.

    See Also
    --------
    compare_convexity : The exponents of several industries.

    Notes
    -----
    Least squares. Thresholds are sought among the distinct satisfactions (of more than 18, among
    18 quantiles) so that each of the three zones holds at least 5 % of the respondents. Since a
    threshold and an exponent mean nothing under a straight line, the F statistic has no F
    distribution; its p-value comes from outcomes drawn under the line by the wild bootstrap, which
    lets the spread differ along it, with the search repeated in each draw. Chosen is the line,
    unless another shape beats it with a p-value below `alpha` over the number of other shapes
    (Bonferroni); of two that do, the one with the lower BIC.

    Distinct answers are counted on the engine and come to Python with their counts. Survey weights
    are scaled to 1 on average; draws take respondents, whatever they weigh. An exponent is sought
    from 1/8 to 16, on a grid and then between its points.

    References
    ----------
    .. [1] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99.
    .. [2] B. E. Hansen (2000), Sample Splitting and Threshold Estimation, Econometrica 68(3),
       575-603.
    .. [3] C. F. J. Wu (1986), Jackknife, Bootstrap and Other Resampling Methods in Regression
       Analysis, Annals of Statistics 14(4), 1261-1295.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import PiecewiseCurve
    >>> answers = pd.DataFrame({"satisfaction": list(range(1, 11)) * 6})
    >>> curve = PiecewiseCurve(satisfaction=(1, 3, 8, 10), loyalty=(0, 0.5, 0.5, 1))
    >>> noise = pd.Series([0.05, -0.05, 0.02, -0.02] * 15)
    >>> answers["loyalty"] = curve.loyal(answers["satisfaction"]) + noise
    >>> found = fit_loyalty_curve(answers, seed=1)
    >>> found.shape, found.curve.thresholds
    ('thresholds', (3.0, 8.0))
    """
    _check(shapes, alpha, resamples)
    _, groups = read_cells(answers, satisfaction, loyalty, weight=weight)
    cells = groups[None]
    require_spread(cells, (satisfaction, loyalty))
    levels, stream = cells.levels, np.random.default_rng(seed)
    ends = (float(levels[0]), float(levels[-1]))
    wanted = dict.fromkeys(["linear", *shapes])
    skipped, candidates = [], []
    line = straight_line(cells)
    for shape in wanted:
        reason = too_few(shape, cells)
        designs = None if reason else designs_of(shape, cells, ends)
        if designs is None or not len(designs):
            skipped.append(f"{shape}: {reason or 'no two thresholds leave 5 % in each zone'}")
            continue
        curve = best_curve(shape, cells, ends)
        p = (
            np.nan
            if shape == "linear"
            else p_value_against_line(cells, line, designs, resamples, stream)
        )
        candidates.append(_candidate(shape, curve, cells, p))
    return LoyaltyCurveFit(
        candidates=tuple(candidates),
        skipped=tuple(skipped),
        alpha=alpha,
        resamples=resamples,
        respondents=round(cells.total),
        cells=cells,
    )


def _check(shapes: Sequence[str], alpha: float, resamples: int) -> None:
    for shape in shapes:
        if shape not in SHAPES:
            raise UnknownCode("shape of a curve", str(shape), SHAPES)
    if not 0 < alpha < 1:
        raise InvalidRule(f"alpha is between 0 and 1 (0.05, not 5); got {alpha!r}.")
    if resamples < 19:
        raise InvalidRule(f"a test needs 19 draws or more, got {resamples!r}.")


def _candidate(shape: str, curve: LoyaltyCurve, cells: Cells, p_value: float) -> CurveCandidate:
    n, parameters = cells.total, SHAPES[shape][0]
    rss = float(cells.mass @ (cells.l - curve.loyal(cells.s)) ** 2)
    around = float(cells.mass @ (cells.l - cells.mass @ cells.l / n) ** 2)
    with np.errstate(divide="ignore"):
        bic = float(n * np.log(rss / n) + parameters * np.log(n))
    return CurveCandidate(
        shape=shape,
        curve=curve,
        parameters=parameters,
        rss=rss,
        r_squared=1 - rss / around,
        bic=bic,
        p_value=p_value,
    )
