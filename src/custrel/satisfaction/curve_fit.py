"""Which curve loyalty follows over satisfaction, chosen by the data and tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from custrel._columns import require_complete
from custrel._intervals import normal_quantile
from custrel.errors import FitError, InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.satisfaction._curve_kernels import (
    EXPONENTS,
    Cells,
    best_of,
    fit,
    knot_pairs,
    least_rss,
    linear_design,
    merge,
    power_design,
    resample,
    threshold_design,
    wild,
)
from custrel.satisfaction._tables import as_text
from custrel.satisfaction.loyalty_curve import LoyaltyCurve, PiecewiseCurve, PowerCurve

__all__ = ["CurveCandidate", "CurveFigure", "LoyaltyCurveFit", "fit_loyalty_curve"]

Floats = NDArray[np.float64]
Ends = tuple[float, float]

# Parameters of each shape, and how many distinct satisfactions it needs.
_SHAPES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"linear": (2, 2), "thresholds": (6, 5), "power": (3, 3)}
)


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
        middle = float(cells.n @ cells.s / cells.total)
        ends = _ends_of(one.curve)
        values = _figures_of(one.curve, middle)
        drawn = [
            _drawn_figures(one.shape, cells, ends, counts)
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
        The column of loyalty: an answer, a probability, or whether he came back (0 or 1).
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
        A number is missing.
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

    Distinct answers are counted on the engine and come to Python with their counts.

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
    >>> answers = pd.DataFrame({"satisfaction": list(range(1, 11)) * 6})
    >>> curve = PiecewiseCurve(satisfaction=(1, 3, 8, 10), loyalty=(0, 0.5, 0.5, 1))
    >>> noise = pd.Series([0.05, -0.05, 0.02, -0.02] * 15)
    >>> answers["loyalty"] = curve.loyal(answers["satisfaction"]) + noise
    >>> found = fit_loyalty_curve(answers, seed=1)
    >>> found.shape, found.curve.thresholds
    ('thresholds', (3.0, 8.0))
    """
    _check(shapes, alpha, resamples)
    cells = _read_cells(answers, satisfaction, loyalty)
    levels, stream = cells.levels, np.random.default_rng(seed)
    ends = (float(levels[0]), float(levels[-1]))
    wanted = dict.fromkeys(["linear", *shapes])
    skipped, candidates = [], []
    line = _line_of(cells)
    for shape in wanted:
        reason = _too_few(shape, cells)
        designs = None if reason else _designs(shape, cells, ends)
        if designs is None or not len(designs):
            skipped.append(f"{shape}: {reason or 'no two thresholds leave 5 % in each zone'}")
            continue
        curve = _best_curve(shape, cells, ends)
        p = np.nan if shape == "linear" else _p_value(cells, line, designs, resamples, stream)
        candidates.append(_candidate(shape, curve, cells, p))
    return LoyaltyCurveFit(
        candidates=tuple(candidates),
        skipped=tuple(skipped),
        alpha=alpha,
        resamples=resamples,
        respondents=round(cells.total),
        cells=cells,
    )


def _read_cells(answers: Any, satisfaction: str, loyalty: str) -> Cells:
    """Count the distinct answers; refuse what no curve can be fitted to."""
    door = enter(answers)
    require_complete(door, satisfaction, loyalty, of="respondent")
    (s, l), n = door.distinct(satisfaction, loyalty)  # noqa: E741 - the formulas' letters
    return cells_of(s, l, n, (satisfaction, loyalty))


def cells_of(s: Floats, l: Floats, n: Floats, names: tuple[str, str]) -> Cells:  # noqa: E741
    """Merge equal answers; refuse those that no curve can be fitted to."""
    cells = merge(s, l, n)
    if cells.total < 4:
        raise FitError(f"no curve can be fitted to {cells.total:g} answers.")
    for name, values in zip(names, (cells.s, cells.l), strict=True):
        if np.ptp(values) == 0:
            raise FitError(
                f"column {name!r}: all answers are {values[0]:g}, so that no curve can be fitted."
            )
    return cells


def _check(shapes: Sequence[str], alpha: float, resamples: int) -> None:
    for shape in shapes:
        if shape not in _SHAPES:
            raise UnknownCode("shape of a curve", str(shape), _SHAPES)
    if not 0 < alpha < 1:
        raise InvalidRule(f"alpha is between 0 and 1 (0.05, not 5); got {alpha!r}.")
    if resamples < 19:
        raise InvalidRule(f"a test needs 19 draws or more, got {resamples!r}.")


def _too_few(shape: str, cells: Cells) -> str:
    parameters, levels = _SHAPES[shape]
    if cells.levels.size < levels:
        return f"needs {levels} distinct satisfactions, there are {cells.levels.size}"
    if cells.total <= parameters + 1:
        return f"has {parameters} parameters, there are {cells.total:g} answers"
    return ""


def _designs(shape: str, cells: Cells, ends: Ends) -> Floats:
    match shape:
        case "thresholds":
            return threshold_design(cells, knot_pairs(cells))
        case "power":
            return power_design(cells, ends, EXPONENTS)
        case _:
            return linear_design(cells)


def _line_of(cells: Cells) -> Floats:
    design = linear_design(cells)
    return np.asarray(design[0] @ fit(design, cells.l, cells.n)[0][0])


def _best_curve(shape: str, cells: Cells, ends: Ends) -> LoyaltyCurve:
    match shape:
        case "thresholds":
            pairs = knot_pairs(cells)
            found, rss = fit(threshold_design(cells, pairs), cells.l, cells.n)
            best = int(rss.argmin())
            return _pieces(found[best], (pairs[best, 0], pairs[best, 1]), ends)
        case "power":
            return best_power(cells, ends)
        case _:
            found, _ = fit(linear_design(cells), cells.l, cells.n)
            at = [float(found[0, 0] + found[0, 1] * end) for end in ends]
            return PiecewiseCurve(satisfaction=ends, loyalty=at)


def best_power(cells: Cells, ends: Ends) -> PowerCurve:
    """Return the best power curve: the best of a grid, refined between its neighbours."""

    def rss_at(log_exponent: float) -> float:
        design = power_design(cells, ends, np.exp([log_exponent]))
        return float(fit(design, cells.l, cells.n)[1][0])

    logs = np.log(EXPONENTS)
    place = int(fit(power_design(cells, ends, EXPONENTS), cells.l, cells.n)[1].argmin())
    bounds = (logs[max(place - 1, 0)], logs[min(place + 1, logs.size - 1)])
    refined = minimize_scalar(rss_at, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    exponent = float(np.exp(refined.x))
    (low, rise), _ = (
        f[0] for f in fit(power_design(cells, ends, np.array([exponent])), cells.l, cells.n)
    )
    return PowerCurve(satisfaction=ends, loyalty=(low, low + rise), exponent=exponent)


def _pieces(found: Floats, pair: Ends, ends: Ends) -> PiecewiseCurve:
    points = np.array([ends[0], *pair, ends[1]])
    bends = np.maximum(points[:, None] - np.array(pair)[None, :], 0.0)
    levels = found[0] + found[1] * points + bends @ found[2:]
    return PiecewiseCurve(satisfaction=points.tolist(), loyalty=levels.tolist())


def _candidate(shape: str, curve: LoyaltyCurve, cells: Cells, p_value: float) -> CurveCandidate:
    n, parameters = cells.total, _SHAPES[shape][0]
    rss = float(cells.n @ (cells.l - curve.loyal(cells.s)) ** 2)
    around = float(cells.n @ (cells.l - cells.n @ cells.l / n) ** 2)
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


def _p_value(
    cells: Cells, line: Floats, designs: Floats, resamples: int, stream: np.random.Generator
) -> float:
    """Return how often outcomes drawn under the line gain as much from the other shape."""
    drawn = wild(cells, line, resamples, stream)
    outcomes = np.column_stack([cells.l, drawn])
    # What respondents of one cell differ in is the same under every curve.
    residual = (cells.l - line)[:, None] ** 2
    within = cells.n @ np.maximum(residual - (outcomes - line[:, None]) ** 2, 0.0)
    straight = least_rss(linear_design(cells), outcomes, cells.n) + within
    other = least_rss(designs, outcomes, cells.n) + within
    gain = straight - other
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(gain > 1e-12 * straight, gain / other, 0.0)
    as_large = statistic[1:] >= statistic[0] * (1 - 1e-12)
    return float((1 + as_large.sum()) / (1 + resamples))


def _ends_of(curve: LoyaltyCurve) -> Ends:
    return curve.satisfaction[0], curve.satisfaction[-1]


def _figures_of(curve: LoyaltyCurve, middle: float) -> dict[str, float]:
    figures: dict[str, float] = {}
    if isinstance(curve, PowerCurve):
        figures["exponent"] = curve.exponent
    if isinstance(curve, PiecewiseCurve):
        figures |= {f"threshold_{i + 1}": t for i, t in enumerate(curve.thresholds)}
        slopes = np.diff(curve.loyalty) / np.diff(curve.satisfaction)
        figures |= {f"slope_{i + 1}": float(slope) for i, slope in enumerate(slopes)}
    return figures | {"elasticity": float(curve.elasticity([middle])[0])}


def _drawn_figures(shape: str, cells: Cells, ends: Ends, counts: Floats) -> dict[str, Floats]:
    """Return the figures of every draw; the scale's ends stay those of the data."""
    middle = counts @ cells.s / cells.total
    designs = _designs(shape, cells, ends)
    which, found = best_of(designs, cells.l, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        match shape:
            case "power":
                c = EXPONENTS[which]
                u = (middle - ends[0]) / (ends[1] - ends[0])
                level = found[:, 0] + found[:, 1] * u**c
                slope = found[:, 1] * c * u ** (c - 1) / (ends[1] - ends[0])
                return {"exponent": c, "elasticity": slope * middle / level}
            case "thresholds":
                pairs = knot_pairs(cells)[which]
                slopes = np.cumsum(found[:, 1:], axis=1)
                bends = np.maximum(middle[:, None] - pairs, 0.0)
                level = found[:, 0] + found[:, 1] * middle + (found[:, 2:] * bends).sum(axis=1)
                piece = (middle[:, None] >= pairs).sum(axis=1)
                slope = slopes[np.arange(len(slopes)), piece]
                figures = {f"threshold_{i + 1}": pairs[:, i] for i in range(2)}
                figures |= {f"slope_{i + 1}": slopes[:, i] for i in range(3)}
                return figures | {"elasticity": slope * middle / level}
            case _:
                level = found[:, 0] + found[:, 1] * middle
                return {"slope_1": found[:, 1], "elasticity": found[:, 1] * middle / level}
