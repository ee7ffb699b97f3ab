"""How many segments there are: several criteria side by side, and whether they come again."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.segmentation._agreement import adjusted_rand, cross_table
from custrel.segmentation.clustering import find_segments, sort_rows, squared_distances
from custrel.segmentation.features import FeatureSpace

__all__ = ["cluster_criteria"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SEEN = 2000  # silhouettes compare every customer with every other


def cluster_criteria(
    customers: Any,
    *,
    space: FeatureSpace,
    segments: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    method: Literal["k_means", "mixture"] = "k_means",
    seed: int = 0,
    starts: int = 10,
    resamples: int = 20,
) -> Any:
    """Judge numbers of segments by several criteria, and by whether they are found again.

    Parameters
    ----------
    customers : CustomerSummary or frame
        One row per customer.
    space : FeatureSpace
        What they are compared by.
    segments : sequence of int
        The numbers to judge, each 2 or more.
    method : {"k_means", "mixture"}
        As of `Clustering.fit`.
    seed : int
        Of everything random.
    starts : int
        Random starts of each clustering of all customers.
    resamples : int
        How many bootstrap samples are clustered anew for the stability, and how many draws
        without structure for the gap.

    Returns
    -------
    frame
        Of the kind that came, one row per number of ``segments``:

        - ``silhouette`` (-1 to 1; of 2000 customers drawn at random where there are more) and
          ``calinski_harabasz``: higher is better,
        - ``bic`` of a mixture: lower is better; missing for k-means,
        - ``gap`` and its standard error ``gap_error``: the smallest number is meant whose gap is
          not below that of the next less its error,
        - ``stability``: the mean adjusted Rand index between the segments of all customers and
          those which a sample with replacement would give them; 1 is the same, 0 chance.

    Raises
    ------
    MissingExtra
        scikit-learn is not installed.
    InvalidData
        A value is missing, infinite or negative, or a category is unknown.
    FitError
        There are fewer different customers than segments.
    InvalidRule
        A number of segments is below 2, or there are no resamples.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    See Also
    --------
    custrel.sample_customers : Some of the customers, drawn where the data lies.

    Notes
    -----
    The gap compares the logarithm of the sum of squares within segments with its mean over
    customers drawn evenly from the box that holds the real ones.

    Every clustering is of all customers: of a bootstrap sample as large as they are many for the
    stability, where a customer stands as often as he is drawn, and of as many made-up ones for
    the gap, ``1 + 2 * resamples`` in all for each number.  Only the silhouette, which compares
    everyone with everyone, is of 2,000 customers where there are more, drawn without replacement
    by `seed`: its error is then about a hundredth, so that smaller differences mean nothing.  Of
    millions of customers some ten thousand will do:
    ``cluster_criteria(sample_customers(summary, size=10_000), ...)``.

    References
    ----------
    .. [1] P. J. Rousseeuw (1987), Silhouettes, Journal of Computational and Applied Mathematics
       20, 53-65.
    .. [2] T. Caliński, J. Harabasz (1974), A Dendrite Method for Cluster Analysis, Communications
       in Statistics 3(1), 1-27.
    .. [3] R. Tibshirani, G. Walther, T. Hastie (2001), Estimating the Number of Clusters in a Data
       Set via the Gap Statistic, Journal of the Royal Statistical Society B 63(2), 411-423.
    .. [4] L. Hubert, P. Arabie (1985), Comparing Partitions, Journal of Classification 2, 193-218.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import FeatureSpace
    >>> customers = pd.DataFrame({"revenue": [1.0, 2.0, 3.0, 4.0, 51.0, 52.0, 53.0, 54.0]})
    >>> space = FeatureSpace.fit(customers, numbers=["revenue"])
    >>> table = cluster_criteria(customers, space=space, segments=[2, 3], resamples=5)
    >>> table[["segments", "silhouette", "stability"]].round(2)
       segments  silhouette  stability
    0         2        0.97       1.00
    ...
    """
    numbers = [*segments]
    if not numbers or any(number < 2 for number in numbers):
        raise InvalidRule(f"numbers of segments to judge are 2 or more; got {numbers}.")
    if not resamples >= 1:
        raise InvalidRule(f"resamples is 1 or more; got {resamples!r}.")
    door = enter(customers)
    rows = sort_rows(space.place(customers))
    judged = [
        _judge(rows, number, method=method, seed=seed, starts=starts, resamples=resamples)
        for number in numbers
    ]
    columns: dict[str, NDArray[Any]] = {"segments": np.array(numbers, dtype=np.int64)}
    for name in judged[0]:
        columns[name] = np.array([row[name] for row in judged], dtype=np.float64)
    return door.table(columns)


def _judge(
    rows: Floats, number: int, *, method: str, seed: int, starts: int, resamples: int
) -> dict[str, float]:
    found = find_segments(rows, number, method=method, seed=seed, starts=starts)
    from sklearn import metrics  # noqa: PLC0415 - an extra, which was there just now

    draw = np.random.default_rng([seed, number])
    several = 1 < len(np.unique(found.labels)) < len(rows)
    seen = min(_SEEN, len(rows)) if len(rows) > _SEEN else None
    gap, gap_error = _gap(rows, found.labels, number, draw, method=method, times=resamples)
    again = [_found_again(rows, found.labels, number, draw, method) for _ in range(resamples)]
    return {
        "silhouette": float(
            metrics.silhouette_score(rows, found.labels, sample_size=seen, random_state=seed)
        )
        if several
        else nan,
        "calinski_harabasz": float(metrics.calinski_harabasz_score(rows, found.labels))
        if several
        else nan,
        "bic": found.bic,
        "gap": gap,
        "gap_error": gap_error,
        "stability": float(np.mean(again)),
    }


def _found_again(
    rows: Floats, labels: Ints, number: int, draw: np.random.Generator, method: str
) -> float:
    """Cluster a sample, let it place everybody, and compare."""
    sample = rows[draw.integers(0, len(rows), len(rows))]
    number = min(number, len(np.unique(sample, axis=0)))
    found = find_segments(sample, number, method=method, seed=int(draw.integers(2**31)), starts=3)
    return adjusted_rand(cross_table(labels, _nearest(rows, found)))


def _nearest(rows: Floats, found: Any) -> Ints:
    if not found.weights.size:
        return np.asarray(squared_distances(rows, found.centres).argmin(axis=1))
    distances = squared_distances(rows, found.centres, found.variances)
    distances += np.log(found.variances).sum(axis=1) - 2 * np.log(found.weights)
    return np.asarray(distances.argmin(axis=1))


def _within(rows: Floats, labels: Ints) -> float:
    """Return the sum of squared distances from the centres of one's own segment."""
    groups = (rows[labels == label] for label in np.unique(labels))
    return sum(float(((group - group.mean(axis=0)) ** 2).sum()) for group in groups)


def _gap(
    rows: Floats, labels: Ints, number: int, draw: np.random.Generator, *, method: str, times: int
) -> tuple[float, float]:
    own = _within(rows, labels)
    if own <= 0:
        return nan, nan  # every segment is a point
    low, high = rows.min(axis=0), rows.max(axis=0)
    logs = []
    for _ in range(times):
        flat = sort_rows(draw.uniform(low, high, rows.shape))
        seed = int(draw.integers(2**31))
        found = find_segments(flat, number, method=method, seed=seed, starts=3)
        logs.append(np.log(_within(flat, found.labels)))
    return float(np.mean(logs) - np.log(own)), float(np.std(logs) * sqrt(1 + 1 / times))
