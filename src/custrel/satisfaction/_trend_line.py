"""The straight line through figures of several waves, and whether it moves."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt

import attrs
import numpy as np
from scipy.special import chdtrc, ndtr


@attrs.frozen
class _Line:
    """The slope from wave to wave with its standard error, and the p values of two tests."""

    slope: float
    standard_error: float
    p_value: float
    homogeneity_p: float


def trend_line(values: Sequence[float], errors: Sequence[float]) -> _Line:
    """Weigh each wave by one over its squared standard error; NaN where one has none."""
    figures, spreads = np.asarray(values, dtype=float), np.asarray(errors, dtype=float)
    if not np.all(spreads > 0):
        return _Line(nan, nan, nan, nan)
    weights, places = spreads**-2, np.arange(len(figures), dtype=float)
    from_mean = places - weights @ places / weights.sum()
    spread = float(weights @ from_mean**2)
    slope, error = float(weights * from_mean @ figures) / spread, 1 / sqrt(spread)
    around = float(weights @ (figures - weights @ figures / weights.sum()) ** 2)
    return _Line(
        slope,
        error,
        float(2 * ndtr(-abs(slope / error))),
        float(chdtrc(len(figures) - 1, around)),
    )
