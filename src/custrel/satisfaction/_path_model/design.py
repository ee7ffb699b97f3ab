"""A path model as arrays, which the kernels read."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.satisfaction.path_model import PathModel

Places = NDArray[np.intp]


@attrs.frozen(eq=False)
class Design:
    """Which item belongs to which construct, and which construct influences which.

    Parameters
    ----------
    starts : ndarray of shape (constructs,)
        The place of each construct's first item.
    home : ndarray of shape (items,)
        The construct of each item.
    formative : tuple of bool
        Whether a construct is weighted in mode B.
    causes : ndarray of bool, of shape (constructs, constructs)
        Whether the row's construct is influenced by the column's.
    order : tuple of int
        The constructs so that influence runs from left to right.
    """

    starts: Places
    home: Places
    formative: tuple[bool, ...]
    causes: NDArray[np.bool_]
    order: tuple[int, ...]

    @property
    def sizes(self) -> Places:
        """How many items each construct has."""
        return np.bincount(self.home)

    @property
    def members(self) -> NDArray[np.float64]:
        """Return 1 where the row's item belongs to the column's construct, else 0."""
        same: NDArray[np.bool_] = self.home[:, None] == np.arange(self.starts.size)
        return same.astype(np.float64)

    @property
    def ends(self) -> tuple[Places, Places]:
        """The target and the source of each path."""
        return tuple(np.nonzero(self.causes))  # type: ignore[return-value]  # two dimensions

    def block(self, construct: int) -> slice:
        """Return the places of a construct's items."""
        start = int(self.starts[construct])
        return slice(start, start + int(self.sizes[construct]))

    def sources(self, construct: int) -> Places:
        """Return what influences a construct directly."""
        return np.flatnonzero(self.causes[construct])


def design_of(model: PathModel) -> Design:
    """Turn names into places."""
    place = {name: i for i, name in enumerate(model.names)}
    causes = np.zeros((len(place), len(place)), dtype=bool)
    for path in model.paths:
        causes[place[path.target], place[path.source]] = True
    sizes = [len(construct.items) for construct in model.constructs]
    return Design(
        starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp),
        home=np.repeat(np.arange(len(sizes)), sizes),
        formative=tuple(construct.mode == "B" for construct in model.constructs),
        causes=causes,
        order=tuple(place[name] for name in model.order),
    )
