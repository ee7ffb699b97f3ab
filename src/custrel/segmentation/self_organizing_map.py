"""A self-organizing map: segments on a grid, on which neighbours are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._columns import require_rows
from custrel.errors import FitError, InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.segmentation._counts import count_codes
from custrel.segmentation.clustering import Clustering, sort_rows, squared_distances
from custrel.segmentation.features import FeatureSpace

__all__ = ["MapQuality", "SelfOrganizingMap"]

Floats = NDArray[np.float64]

_LAST_RADIUS = 0.5  # steps on the grid: a neighbour then weighs exp(-2), a seventh
_ROUNDING = 1e-9  # of an axis of length 1: it points to where its first coordinate is positive
_NEXT = 1.5  # steps on the grid to whom one is next to, diagonally too


def _as_shape(shape: Any) -> tuple[int, ...]:
    return tuple(shape)


@attrs.frozen(kw_only=True)
class MapQuality:
    """How well a map shows the customers.

    Parameters
    ----------
    distance : float
        The mean distance of the customers from their segments (quantization error), in standard
        deviations of the features.
    explained : float
        The part of the customers' variance that lies between segments, 0 to 1.
    torn : float
        The share of the customers whose nearest and second nearest segment are not next to each
        other on the grid (topographic error), 0 to 1.

    Examples
    --------
    >>> print(MapQuality(distance=0.41, explained=0.82, torn=0.03))
    82% of the variance lies between segments, 3% of customers stand where the map is torn
    """

    distance: float
    explained: float
    torn: float

    def __str__(self) -> str:
        return (
            f"{self.explained:.0%} of the variance lies between segments, {self.torn:.0%} of "
            "customers stand where the map is torn"
        )


@attrs.frozen(kw_only=True)
class SelfOrganizingMap(Rule):
    """Segments on a grid, on which neighbours are alike (神经网络: 自组织映射).

    Where clusters are a list, a map has an order: who is in the next segment is a little
    different, who is at the other end very much.  `fit` needs no extra and nothing random.

    Parameters
    ----------
    segments : Clustering
        The segments, row by row of the grid.
    shape : (int, int)
        How many rows and columns the grid has.

    Raises
    ------
    InvalidRule
        There are more or fewer segments than places on the grid.

    See Also
    --------
    Clustering : Segments without an order.

    References
    ----------
    .. [1] T. Kohonen (2001), Self-Organizing Maps, 3rd edition, Springer: the batch map, p. 139.
    .. [2] K. Kiviluoto (1996), Topology Preservation in Self-Organizing Maps, Proceedings of the
       International Conference on Neural Networks, 294-299.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import FeatureSpace
    >>> customers = pd.DataFrame({"revenue": [1.0, 2.0, 3.0, 40.0, 41.0, 80.0, 81.0, 82.0]})
    >>> space = FeatureSpace.fit(customers, numbers=["revenue"])
    >>> rule = SelfOrganizingMap.fit(customers, space=space, shape=(1, 3))
    >>> rule.label(customers)["segment"].tolist()[2:6]
    ['segment_1_1', 'segment_1_2', 'segment_1_2', 'segment_1_3']
    """

    segments: Clustering
    shape: tuple[int, ...] = attrs.field(converter=_as_shape)

    def __attrs_post_init__(self) -> None:
        _require_shape(self.shape)
        rows, columns = self.shape
        if rows * columns != len(self.segments.names):
            raise InvalidRule(
                f"a grid of {rows} x {columns} has {rows * columns} segments, got "
                f"{len(self.segments.names)}."
            )

    @classmethod
    def fit(
        cls,
        customers: Any,
        *,
        space: FeatureSpace,
        shape: tuple[int, int] = (3, 3),
        rounds: int = 50,
    ) -> Self:
        """Lay a grid through the customers.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer.
        space : FeatureSpace
            What they are compared by.
        shape : (int, int)
            How many rows and columns the grid has; (1, 5) is a chain.
        rounds : int
            How often the grid moves.

        Returns
        -------
        SelfOrganizingMap
            The segments are called ``segment_1_1`` (row, column) and so on: `renamed` gives them
            better names.

        Raises
        ------
        InvalidData
            A value is missing, infinite or negative, or a category is unknown.
        FitError
            There are fewer different customers than segments.
        InvalidRule
            The grid has fewer than two places, or `rounds` is below 2.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.

        Notes
        -----
        The grid begins as a flat one, spanned by the two principal axes of the customers (the
        longer side along the first), a standard deviation to each end.  In each round every customer is put to his nearest node,
        and each node moves to the weighted mean of all customers; those of a node that is d steps
        away on the grid weigh exp(-d² / (2 s²)).  The radius s shrinks geometrically from half the
        longer side to one half.  The order of the rows changes nothing.
        """
        _require_shape(shape)
        if not (isinstance(rounds, int) and rounds >= 2):
            raise InvalidRule(f"rounds is a whole number, 2 or more; got {rounds!r}.")
        rows = sort_rows(space.place(customers))
        different = len(np.unique(rows, axis=0))
        if different < shape[0] * shape[1]:
            raise FitError(
                f"SelfOrganizingMap: {shape[0]} x {shape[1]} segments cannot be found among "
                f"{different} different customers ({len(rows)} rows). Take a smaller grid or more "
                "features."
            )
        grid = _grid(shape)
        centres = _flat(rows, grid)
        for radius in np.geomspace(max(1.0, max(shape) / 2), _LAST_RADIUS, rounds):
            centres = _move(rows, centres, grid, float(radius))
        names = [f"segment_{row}_{column}" for row, column in _places(shape)]
        return cls(
            segments=Clustering(space=space, centres=centres.tolist(), names=names), shape=shape
        )

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the same map with better names for some segments.

        Parameters
        ----------
        names : mapping of str to str
            New names by old ones; the others stay.

        Returns
        -------
        SelfOrganizingMap

        Raises
        ------
        UnknownCode
            There is no segment of that name.
        InvalidRule
            Two segments would have the same name.
        """
        return attrs.evolve(self, segments=self.segments.renamed(names))

    def label(self, customers: Any, *, name: str = "segment") -> Any:
        """Say of every customer where on the map he belongs.

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
        return self.segments.label(customers, name=name)

    def distances(self) -> Floats:
        """Return how far each segment is from those next to it on the grid (U-matrix).

        Returns
        -------
        ndarray of shape (rows, columns)
            The mean distance from the segments beside, above and below, in standard deviations;
            high values are borders between groups of segments.
        """
        centres = np.array(self.segments.centres)
        apart = np.sqrt(squared_distances(centres, centres))
        beside = squared_distances(_grid(self.shape), _grid(self.shape)) == 1.0
        mean = (apart * beside).sum(axis=1) / beside.sum(axis=1)
        return np.asarray(mean.reshape(self.shape), dtype=np.float64)

    def plane(self, coordinate: str) -> Floats:
        """Return one feature of all segments (component plane).

        Parameters
        ----------
        coordinate : str
            A column that customers are compared by; of a column of categories, one of them:
            ``"city=rome"``.

        Returns
        -------
        ndarray of shape (rows, columns)
            What the centre of each segment has of it, in the unit of the column, as
            `FeatureSpace.values` says.

        Raises
        ------
        UnknownCode
            Customers are not compared by it.
        """
        space = self.segments.space
        if coordinate not in space.coordinates:
            raise UnknownCode("coordinate of the map", str(coordinate), space.coordinates)
        values = space.values(self.segments.centres)
        return values[:, space.coordinates.index(coordinate)].reshape(self.shape)

    def counts(self, customers: Any) -> NDArray[np.int64]:
        """Count the customers of each segment, where the data lies.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer.

        Returns
        -------
        ndarray of shape (rows, columns)
            How many customers belong there; 0 where nobody does.

        Raises
        ------
        InvalidData
            A value is missing, infinite or negative, or a category is unknown.
        ColumnNotFound
            A column is not there.
        """
        own = "__custrel_segment"
        found = count_codes(enter(self.label(customers, name=own)), own)
        numbers = [found.get(name, 0) for name in self.segments.names]
        return np.array(numbers, dtype=np.int64).reshape(self.shape)

    def quality(self, customers: Any) -> MapQuality:
        """Measure how well the map shows customers.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer.

        Returns
        -------
        MapQuality

        Raises
        ------
        InvalidData
            There are no customers; a value is missing, infinite or negative, or a category is
            unknown.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.
        """
        rows = self.segments.space.place(customers)
        require_rows(len(rows), "the quality of a map")
        squares = squared_distances(rows, np.array(self.segments.centres))
        nearest, second = np.argsort(squares, axis=1, kind="stable")[:, :2].T
        steps = np.sqrt(squared_distances(_grid(self.shape), _grid(self.shape)))
        own = squares[np.arange(len(rows)), nearest]
        total = float(((rows - rows.mean(axis=0)) ** 2).sum())
        return MapQuality(
            distance=float(np.sqrt(own).mean()),
            explained=1.0 - float(own.sum()) / total if total else float("nan"),
            torn=float((steps[nearest, second] > _NEXT).mean()),
        )


def _require_shape(shape: Sequence[int]) -> None:
    whole = len(shape) == 2 and all(isinstance(side, int) and side >= 1 for side in shape)
    if not whole or max(shape) < 2:
        raise InvalidRule(f"a grid has rows and columns, (3, 3) or (1, 5), say; got {shape!r}.")


def _places(shape: Sequence[int]) -> list[tuple[int, int]]:
    """Return row and column of every node, from 1."""
    return list(product(range(1, shape[0] + 1), range(1, shape[1] + 1)))


def _grid(shape: Sequence[int]) -> Floats:
    """Return where every node is on the grid, in steps from its centre."""
    places = np.array(_places(shape), dtype=np.float64)
    return np.asarray(places - places.mean(axis=0), dtype=np.float64)


def _flat(rows: Floats, grid: Floats) -> Floats:
    """Spread the grid over the plane of the two principal axes, one deviation to each end."""
    centred = rows - rows.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(rows))
    reach = np.sqrt(np.maximum(values[::-1][:2], 0.0))
    first = axes[:, ::-1][:, :2].T
    leading = np.argmax(np.abs(first) > _ROUNDING, axis=1)
    signs = np.sign(first[np.arange(len(first)), leading])
    half = grid.max(axis=0)
    sides = np.argsort(-half, kind="stable")[: len(first)]  # the longer side goes first
    steps = grid[:, sides] / np.where(half[sides] > 0, half[sides], 1.0)
    return np.asarray(rows.mean(axis=0) + steps @ (first * (signs * reach)[:, None]))


def _move(rows: Floats, centres: Floats, grid: Floats, radius: float) -> Floats:
    """Move every node to the mean of all customers, weighted by how near theirs is on the grid."""
    own = squared_distances(rows, centres).argmin(axis=1)
    counts = np.bincount(own, minlength=len(grid))
    sums = np.column_stack([np.bincount(own, x, minlength=len(grid)) for x in rows.T])
    weights = np.exp(-squared_distances(grid, grid) / (2 * radius**2))
    total = (weights * counts).sum(axis=1)
    there = total > 0  # so far from everybody that no weight is left: it stays
    moved = centres.copy()
    moved[there] = (weights[there] @ sums) / total[there, None]
    return moved
