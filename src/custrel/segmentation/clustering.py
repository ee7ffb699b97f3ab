"""Clustering: customers who stand together, as a rule that places others among them."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import FitError, InvalidRule, MissingExtra, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.segmentation.features import FeatureSpace

__all__ = ["Clustering"]

Floats = NDArray[np.float64]

_METHODS = ("k_means", "mixture")


def _rows(rows: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(x) for x in row) for row in rows)


def _names(names: Any) -> tuple[str, ...]:
    return tuple(names)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


@attrs.frozen(kw_only=True)
class Clustering(Rule):
    """Centres in a space of features; a customer belongs to the one he is nearest (聚类).

    `fit` finds them with scikit-learn (``custrel[cluster]``); what it finds needs neither that
    nor the customers it was learnt from.

    Parameters
    ----------
    space : FeatureSpace
        The features.
    centres : sequence of sequences of float
        The coordinates of every centre.
    names : sequence of str
        The segments' names.
    variances : sequence of sequences of float, optional
        Of a Gaussian mixture: the variance of every coordinate in each segment.
    weights : sequence of float, optional
        Of a Gaussian mixture: the share of each segment.

    Raises
    ------
    InvalidRule
        The numbers of centres, names, variances, weights or coordinates do not agree, a name
        stands twice, or a variance or weight is not above 0.

    See Also
    --------
    FeatureSpace : What customers are compared by.

    Notes
    -----
    A customer at z belongs to the segment k with the least squared distance
    sum_j (z_j - c_kj)²; in a mixture to the most probable one, with the least
    sum_j ((z_j - c_kj)² / v_kj + log v_kj) - 2 log w_k.  Of two alike, the first.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import Feature, FeatureSpace
    >>> space = FeatureSpace([Feature(column="revenue", centre=100, scale=50)])
    >>> rule = Clustering(space=space, centres=[[-1.0], [1.0]], names=["small", "large"])
    >>> rule.label(pd.DataFrame({"revenue": [10.0, 180.0]}))["segment"].tolist()
    ['small', 'large']
    """

    space: FeatureSpace
    centres: tuple[tuple[float, ...], ...] = attrs.field(converter=_rows)
    names: tuple[str, ...] = attrs.field(converter=_names)
    variances: tuple[tuple[float, ...], ...] = attrs.field(default=(), converter=_rows)
    weights: tuple[float, ...] = attrs.field(default=(), converter=_floats)

    def __attrs_post_init__(self) -> None:
        number, width = len(self.centres), len(self.space.coordinates)
        if not number or len(self.names) != number or len(set(self.names)) != number:
            raise InvalidRule(
                f"expected a name of its own for each of {number} centres, got {self.names}."
            )
        mixture = bool(self.variances or self.weights)
        if mixture and not len(self.variances) == len(self.weights) == number:
            raise InvalidRule(f"a mixture has variances and a weight for each of {number} centres.")
        if any(len(row) != width for row in (*self.centres, *self.variances)):
            raise InvalidRule(f"expected {width} coordinates of each: {self.space.coordinates}.")
        if any(not x > 0 for x in (*self.weights, *(v for row in self.variances for v in row))):
            raise InvalidRule("variances and weights are above 0.")

    @property
    def method(self) -> Literal["k_means", "mixture"]:
        """How the segments are told apart."""
        return "mixture" if self.weights else "k_means"

    @classmethod
    def fit(
        cls,
        customers: Any,
        *,
        space: FeatureSpace,
        segments: int,
        method: Literal["k_means", "mixture"] = "k_means",
        seed: int = 0,
        starts: int = 10,
    ) -> Self:
        """Find customers who stand together.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer.
        space : FeatureSpace
            What they are compared by.
        segments : int
            How many to find.
        method : {"k_means", "mixture"}
            Round clusters of like size, or a Gaussian mixture with variances of its own for each
            segment and coordinate.
        seed : int
            Of the random starts.
        starts : int
            How many; the best is kept.

        Returns
        -------
        Clustering
            The largest segment is ``segment_1``, and so on: `renamed` gives them better names.

        Raises
        ------
        MissingExtra
            scikit-learn is not installed.
        InvalidData
            A value is missing, infinite or negative, or a category is unknown.
        FitError
            There are fewer different customers than segments.
        InvalidRule
            The number of segments or starts is below 1.
        UnknownCode
            There is no such method.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.

        Notes
        -----
        The customers are sorted first, so that the order of the rows changes nothing.
        """
        found = find_segments(
            space.place(customers), segments, method=method, seed=seed, starts=starts
        )
        sizes = np.bincount(found.labels, minlength=segments)
        order = np.lexsort((*found.centres.T[::-1], -sizes))
        mixture = method == "mixture"
        return cls(
            space=space,
            centres=found.centres[order].tolist(),
            names=[f"segment_{place + 1}" for place in range(segments)],
            variances=found.variances[order].tolist() if mixture else (),
            weights=found.weights[order].tolist() if mixture else (),
        )

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the same segments under better names.

        Parameters
        ----------
        names : mapping of str to str
            New names by old ones; the others stay.

        Returns
        -------
        Clustering

        Raises
        ------
        UnknownCode
            There is no segment of that name.
        InvalidRule
            Two segments would have the same name.
        """
        for name in names:
            if name not in self.names:
                raise UnknownCode("segment", name, self.names)
        return attrs.evolve(self, names=[names.get(name, name) for name in self.names])

    def label(self, customers: Any, *, name: str = "segment") -> Any:
        """Say of every customer where he belongs.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer, perhaps others than those it was learnt from.
        name : str
            The column to add.

        Returns
        -------
        CustomerSummary or frame
            As it came, with `name`.

        Raises
        ------
        InvalidData
            A value is missing, infinite or negative, or a category is unknown.
        ColumnNotFound
            A column is not there.
        """
        door = enter(customers)
        self.space.require(door)
        places = [f"__custrel_z{j}" for j in range(len(self.space.coordinates))]
        gaps = [f"__custrel_d{k}" for k in range(len(self.centres))]
        frame: Any = door.frame.with_columns(
            **dict(zip(places, self.space.expressions(door), strict=True))
        )
        frame = frame.with_columns(**{gap: self._distance(k, places) for k, gap in enumerate(gaps)})
        least = "__custrel_least"  # a column, since Dask compares nothing else with one
        frame = frame.with_columns(nw.min_horizontal(*gaps).alias(least))
        label: nw.Expr = nw.lit(self.names[-1])
        for gap, segment in list(zip(gaps, self.names, strict=True))[-2::-1]:
            label = nw.when(nw.col(gap) <= nw.col(least)).then(nw.lit(segment)).otherwise(label)
        return door.leave(frame.with_columns(label.alias(name)).drop(*places, *gaps, least))

    def _distance(self, segment: int, places: list[str]) -> nw.Expr:
        spread = self.variances[segment] if self.variances else (1.0,) * len(places)
        start = sum(map(log, spread)) - (2 * log(self.weights[segment]) if self.weights else 0.0)
        distance: nw.Expr = nw.lit(start)
        for place, centre, variance in zip(places, self.centres[segment], spread, strict=True):
            gap = nw.col(place) - centre
            distance = distance + gap * gap / variance
        return distance


@attrs.frozen
class _Found:
    """What scikit-learn found, in the order of the sorted customers."""

    centres: Floats
    labels: NDArray[np.int64]
    variances: Floats
    weights: Floats
    bic: float


def sort_rows(placed: Floats) -> Floats:
    """Return rows in an order that does not depend on the one they came in."""
    return placed[np.lexsort(placed.T[::-1])]


def squared_distances(rows: Floats, centres: Floats, variances: Floats | None = None) -> Floats:
    """Return the squared distance of every row from every centre, in deviations where given."""
    distances = np.empty((len(rows), len(centres)))
    for place, centre in enumerate(centres):
        squares = (rows - centre) ** 2
        distances[:, place] = (squares if variances is None else squares / variances[place]).sum(
            axis=1
        )
    return distances


def find_segments(placed: Floats, segments: int, *, method: str, seed: int, starts: int) -> _Found:
    """Cluster sorted rows."""
    if method not in _METHODS:
        raise UnknownCode("method of clustering", method, _METHODS)
    for name, number in ("segments", segments), ("starts", starts):
        if not (isinstance(number, int) and number >= 1):
            raise InvalidRule(f"{name} is a whole number, 1 or more; got {number!r}.")
    different = len(np.unique(placed, axis=0))
    if different < segments:
        raise FitError(
            f"Clustering: {segments} segments cannot be found among {different} different customers "
            f"({len(placed)} rows). Take fewer segments or more features."
        )
    try:
        from sklearn.cluster import KMeans  # noqa: PLC0415 - an extra
        from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - the same
    except ImportError:
        raise MissingExtra("scikit-learn", "cluster") from None
    rows = sort_rows(placed)
    if method == "k_means":
        tries: Any = starts  # annotated as text only, where scikit-learn takes both
        model: Any = KMeans(segments, n_init=tries, random_state=seed, tol=0.0).fit(rows)
        centres = np.asarray(model.cluster_centers_, dtype=np.float64)
        none = np.empty(0)
        return _Found(centres, model.labels_.astype(np.int64), none, none, float("nan"))
    mixed: Any = GaussianMixture(
        segments, covariance_type="diag", n_init=starts, random_state=seed, max_iter=1000
    ).fit(rows)
    return _Found(
        mixed.means_,
        mixed.predict(rows).astype(np.int64),
        mixed.covariances_,
        mixed.weights_,
        float(mixed.bic(rows)),
    )
