"""Correspondence analysis: which segments go with which needs, channels, products, as a map."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import as_floats, collect, enter
from custrel.segmentation._refusals import refuse

__all__ = ["Correspondence", "correspondence"]


@attrs.frozen(kw_only=True)
class Correspondence:
    """A map of the rows and columns of a table of counts.

    Parameters
    ----------
    points : frame
        One row per category: ``side`` ("row" or "column"), ``category``, ``mass`` (its share of
        all customers), ``inertia`` (what it adds to the total) and principal coordinates ``x``
        and ``y``.
    inertias : tuple of float
        The principal inertias, largest first; they add up to χ² over the number of customers.
    rows, columns : str
        What they are categories of.

    Examples
    --------
    >>> Correspondence(points=None, inertias=(0.375, 0.125)).shares
    (0.75, 0.25)
    """

    points: Any
    inertias: tuple[float, ...]
    rows: str = "row"
    columns: str = "column"

    @property
    def shares(self) -> tuple[float, ...]:
        """The part of the total inertia that each axis shows, largest first."""
        total = sum(self.inertias)
        return tuple(inertia / total if total else 0.0 for inertia in self.inertias)


def correspondence(customers: Any, *, rows: str = "segment", columns: str) -> Correspondence:
    """Map which categories go together (对应分析).

    Parameters
    ----------
    customers : CustomerSummary or frame
        One row per customer, or per mention.
    rows, columns : str
        Two columns of categories: the segment, and what he needs, buys or reads.

    Returns
    -------
    Correspondence

    Raises
    ------
    InvalidData
        A category is missing, or one of the columns has fewer than two.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    custrel.plotting.plot_correspondence : The map, drawn.

    Notes
    -----
    The singular values of the standardized residuals (p_ij - r_i c_j) / sqrt(r_i c_j) are the
    square roots of the principal inertias.  The first category by name that lies off an axis is
    on its positive side.  Distances between rows, and between columns, mean χ² distances; between
    a row and a column only the direction means something.

    References
    ----------
    .. [1] M. Greenacre (1984), Theory and Applications of Correspondence Analysis, Academic Press.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"segment": ["a", "a", "a", "b", "b"], "need": ["tea", "tea", "cup", "cup", "cup"]}
    ... )
    >>> found = correspondence(customers, columns="need")
    >>> [round(inertia, 3) for inertia in found.inertias]
    [0.444]
    """
    door = enter(customers)
    door.require([rows, columns])
    gaps = {name: (nw.col(name).is_null(), "missing value") for name in (rows, columns)}
    refuse(door, gaps, code="missing_value", remedy="Leave these rows out, or name it 'unknown'.")
    slim: Any = door.frame.select(__a=nw.col(rows), __b=nw.col(columns))
    cells = collect(slim.group_by("__a", "__b").agg(nw.len().alias("__n")))
    names = [np.unique(np.array(cells[side].to_list(), dtype=object)) for side in ("__a", "__b")]
    for column, there in zip((rows, columns), names, strict=True):
        if len(there) < 2:
            message = f"expected two categories or more, found {len(there)}"
            raise InvalidData(
                [Problem(code="one_category", message=message, column=column, count=0)]
            )
    across, down = (
        np.searchsorted(there, np.array(cells[side].to_list(), dtype=object))
        for there, side in zip(names, ("__a", "__b"), strict=True)
    )
    shares = np.zeros((len(names[0]), len(names[1])))
    shares[across, down] = as_floats(cells["__n"])
    points, inertias = _map(door, shares / shares.sum(), names)
    return Correspondence(points=points, inertias=inertias, rows=rows, columns=columns)


def _map(
    door: Any, shares: NDArray[np.float64], names: list[NDArray[Any]]
) -> tuple[Any, tuple[float, ...]]:
    masses = shares.sum(axis=1), shares.sum(axis=0)
    expected = np.outer(*masses)
    residuals = (shares - expected) / np.sqrt(expected)
    left, values, right = np.linalg.svd(residuals, full_matrices=False)
    axes = min(shares.shape) - 1
    first = np.argmax(np.abs(left) > 1e-9, axis=0)
    signs = np.sign(left[first, np.arange(left.shape[1])])
    scaled = values * np.where(signs == 0, 1.0, signs)
    places = [
        (side * scaled / np.sqrt(mass)[:, None])[:, :axes]
        for side, mass in zip((left, right.T), masses, strict=True)
    ]
    both = np.vstack([np.pad(place[:, :2], ((0, 0), (0, max(0, 2 - axes)))) for place in places])
    points = door.table(
        {
            "side": np.repeat(["row", "column"], [len(there) for there in names]),
            "category": np.array([str(name) for there in names for name in there]),
            "mass": np.concatenate(masses),
            "inertia": np.concatenate([(residuals**2).sum(axis=1), (residuals**2).sum(axis=0)]),
            "x": both[:, 0],
            "y": both[:, 1],
        }
    )
    return points, tuple((values[:axes] ** 2).tolist())
