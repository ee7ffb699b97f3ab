"""How sure one can be of a path model: its estimates on resampled respondents."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from custrel.errors import UnknownCode
from custrel.frames import enter
from custrel.satisfaction._path_model.design import design_of
from custrel.satisfaction._path_model.intervals import bca, percentile
from custrel.satisfaction._path_model.statistics import keys
from custrel.satisfaction._tables import as_frame, as_html, as_text
from custrel.satisfaction.path_model import PathModel

__all__ = ["PlsBootstrap"]

Floats = NDArray[np.float64]
Kind = Literal[
    "paths",
    "total_effects",
    "indirect_effects",
    "weights",
    "loadings",
    "r2",
    "htmt",
    "index",
    "standardized_index",
]

_METHODS = ("percentile", "bca")


@attrs.frozen(eq=False, repr=False, kw_only=True)
class PlsBootstrap:
    """A path model estimated again on many resamples of its respondents.

    Parameters
    ----------
    frame : frame
        The fit's own, which says what kind of frame tables are.
    model : PathModel
        What was estimated.
    resamples : int
        How often respondents were drawn.
    failed : int
        How many resamples could not be estimated, because an item did not vary or the weights did
        not come to rest; they are not among the draws.
    estimate : mapping of str to ndarray
        What all respondents give.
    draws : mapping of str to ndarray
        What each resample gives, a row for each.
    jackknife : mapping of str to ndarray
        What the others give without each respondent, a row for each (of more than a thousand,
        without each thousandth).

    See Also
    --------
    PlsFit.bootstrap : Makes one.

    Notes
    -----
    The signs of constructs follow those of the fit, so that a construct that came out upside down
    does not widen the intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import PathModel, pls
    >>> answers = pd.DataFrame(
    ...     {"q1": [8, 6, 9, 4, 7, 5], "q2": [7, 6, 9, 5, 6, 4], "s": [8, 5, 9, 4, 8, 5]}
    ... )
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"]}, [("quality", "satisfaction")]
    ... )
    >>> again = pls(answers, model=model).bootstrap(seed=1, resamples=200)
    >>> again.intervals("paths").round(2)[["source", "target", "estimate", "low", "high"]]
        source        target  estimate   low  high
    0  quality  satisfaction      0.91  0.8  0.99
    """

    frame: Any
    model: PathModel
    resamples: int
    failed: int
    estimate: Mapping[str, Floats]
    draws: Mapping[str, Floats]
    jackknife: Mapping[str, Floats]

    def intervals(
        self,
        what: Kind = "paths",
        *,
        method: Literal["percentile", "bca"] = "percentile",
        confidence: float = 0.95,
    ) -> Any:
        """Return estimates with their standard errors and intervals.

        Parameters
        ----------
        what : str
            The estimates: "paths", "total_effects", "indirect_effects", "weights", "loadings",
            "r2", "htmt", "index" (items weighed by weight over standard deviation) or
            "standardized_index" (by the weight alone).
        method : {"percentile", "bca"}
            Whether intervals are percentiles of the resamples, or these corrected for bias and
            acceleration.
        confidence : float
            Of the intervals, between 0 and 1.

        Returns
        -------
        frame
            A row for each: what it is (as ``source`` and ``target``), ``estimate``, ``mean`` of
            the resamples, ``standard_error``, ``t``, ``p_value`` (two-sided, normal), ``low``,
            ``high``.

        Raises
        ------
        UnknownCode
            There are no such estimates or intervals.
        InvalidRule
            `confidence` is impossible.

        References
        ----------
        .. [1] B. Efron (1987), Better Bootstrap Confidence Intervals, Journal of the American
           Statistical Association 82(397), 171-185.
        """
        return as_frame(enter(self.frame), self.columns(what, method, confidence))

    def columns(
        self, what: str = "paths", method: str = "percentile", confidence: float = 0.95
    ) -> dict[str, Any]:
        """Return what `intervals` puts into a frame.

        Parameters
        ----------
        what : str
            The estimates.
        method : {"percentile", "bca"}
            The intervals.
        confidence : float
            Of the intervals, between 0 and 1.

        Returns
        -------
        dict of str to sequence

        Raises
        ------
        UnknownCode
            There are no such estimates or intervals.
        """
        if what not in self.draws:
            raise UnknownCode("estimate that is resampled", str(what), self.draws)
        if method not in _METHODS:
            raise UnknownCode("kind of interval", str(method), _METHODS)
        draws, estimate = self.draws[what], self.estimate[what][0]
        if method == "bca":
            low, high = bca(draws, estimate, self.jackknife[what], confidence)
        else:
            low, high = percentile(draws, confidence)
        error = draws.std(axis=0, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(error > 0, estimate / error, np.nan)
        return keys(what, self.model, design_of(self.model)) | {
            "estimate": estimate,
            "mean": draws.mean(axis=0),
            "standard_error": error,
            "t": t,
            "p_value": 2 * ndtr(-np.abs(t)),
            "low": low,
            "high": high,
        }

    def __repr__(self) -> str:
        return "\n".join([self._headline(), "", *as_text(self._rows(), words=(2, 1))])

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._headline())}</p>{as_html(self._rows(), words=(2, 1))}"

    def _headline(self) -> str:
        failed = f", {self.failed:,} of which could not be estimated" if self.failed else ""
        return f"Path coefficients on {self.resamples:,} resamples{failed}; 95% by percentiles."

    def _rows(self) -> list[tuple[str, ...]]:
        table = self.columns("paths")
        rows: list[tuple[str, ...]] = [("from", "to", "path", "se", "low", "high", "p", "")]
        for i, source in enumerate(table["source"]):
            numbers = [f"{table[k][i]:.3f}" for k in ("estimate", "standard_error", "low", "high")]
            p = float(table["p_value"][i])
            rows.append((source, table["target"][i], *numbers, f"{p:.3f}", stars(p)))
        return rows


def stars(p_value: float) -> str:
    """Return how significant a p value is, as is customary: at 5, 1 and 0.1 %."""
    return "*" * sum(p_value < limit for limit in (0.05, 0.01, 0.001))
