"""How far two ways of dividing the same customers agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def cross_table(one: Ints, other: Ints) -> Ints:
    """Count customers by the number of their segment in each of two divisions."""
    width = int(other.max(initial=-1)) + 1
    counted = np.bincount(one * width + other, minlength=(int(one.max(initial=-1)) + 1) * width)
    return counted.reshape(-1, width)


def adjusted_rand(table: Ints) -> float:
    """Return Hubert and Arabie's adjusted Rand index: 1 for the same division, 0 for chance."""
    counts = np.asarray(table, dtype=np.float64)
    together, rows, columns, pairs = (
        float((n * (n - 1) / 2).sum())
        for n in (counts, counts.sum(axis=1), counts.sum(axis=0), counts.sum())
    )
    expected = rows * columns / pairs if pairs else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
