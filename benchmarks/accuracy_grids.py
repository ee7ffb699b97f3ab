"""The grids on which kernels are compared with what is right: with the corners that break others."""

import itertools
import random
from collections.abc import Callable, Iterator

import attrs
import mpmath as mp
from accuracy_references import TINY, Number

Point = tuple[float, ...]

LOGARITHM = mp.mpf(1)  # of a logarithm below it, it is the likelihood that counts

SIZES = (1e-3, 0.1, 0.242595, 1.0, 3.0, 100.0, 1e4)
STOPS = (1e-3, 0.5, 0.79292, 1 - 1e-9, 1.0, 1 + 1e-9, 1 + 1e-5, 2.0, 10.0, 100.0, 1e4)
FREQUENCIES = (0, 1, 2, 10, 100, 1000, 10_000)
AGES = (0.0, 1e-3, 1.0, 38.86, 5000.0)
LAST = (0.0, 1e-6, 0.5, 1 - 1e-9, 1.0)  # of the age
HORIZONS = (1e-9, 1e-3, 1.0, 52.0, 1e4)
SOON = (0.5, 1.0, 3.5, 12.0)  # of which every unit is added up
COUNTS = (0, 1, 2, 10, 100, 1000)
FORCES = (1e-4, 0.0018, 0.05, 2.0)
SPENDS = (0.01, 1.0, 35.08, 1e6)
LENGTHS = (0, 1, 2, 6, 52, 300)
RATES = (1e-4, 0.01, 0.1, 1.0, 20.0)


@attrs.frozen(kw_only=True)
class Check:
    """One verb of one model: its grid, what custrel says and what is right."""

    model: str
    verb: str
    axes: tuple[tuple[float, ...], ...]
    found: Callable[..., float]
    right: Callable[..., Number]
    of: Callable[..., bool] = lambda *_: True
    floor: Number = TINY
    share: float = 1.0  # of the points, where a reference takes long

    def points(self, number: int, seed: int) -> Iterator[Point]:
        """Draw points of the grid."""
        chooser = random.Random(f"{self.model} {self.verb} {seed}")
        wanted = max(10, round(number * self.share))
        drawn = (tuple(chooser.choice(axis) for axis in self.axes) for _ in itertools.count())
        return itertools.islice((point for point in drawn if self.of(*point)), wanted)
