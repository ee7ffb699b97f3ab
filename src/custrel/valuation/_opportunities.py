"""Purchase histories over counted opportunities: those who look alike are one row."""

from __future__ import annotations

from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidData, Problem
from custrel.valuation._rows import numbered, require_one_length
from custrel.valuation._staying import MOST_OCCASIONS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROOM = 4  # cells of a table per row, up to which counting in it beats sorting


class Tally(NamedTuple):
    """Distinct histories, and how many customers have each."""

    frequency: Floats
    recency: Floats
    periods: Floats
    counts: Floats

    @classmethod
    def quick(cls, x: NDArray[Any], last: NDArray[Any], n: NDArray[Any]) -> Tally | None:
        """Count integers that make small tables, and check what is distinct alone.

        None where they are others, or something is wrong with them.
        """
        arrays = (x, last, n)
        if not len(n) or any(values.dtype.kind not in "iu" for values in arrays):
            return None
        size = int(n.max()) + 1
        if size**3 > _ROOM * len(n) or any(v.min() < 0 or v.max() >= size for v in arrays):
            return None
        key = (n.astype(np.int64) * size + last) * size + x
        total = np.bincount(key, minlength=size**3)
        keys = np.flatnonzero(total)
        pairs, frequency = np.divmod(keys, size)
        periods, recency = np.divmod(pairs, size)
        if not ((frequency <= recency) & (recency <= periods)).all():
            return None
        if ((frequency == 0) & (recency > 0)).any():
            return None
        found = (frequency, recency, periods, total[keys])
        return cls(*(values.astype(np.float64) for values in found))


@attrs.frozen(kw_only=True, eq=False)
class Histories:
    """Distinct histories, and for each customer which of them is his."""

    frequency: Floats
    recency: Floats
    periods: Floats
    place: Ints

    @classmethod
    def of(cls, frequency: ArrayLike, recency: ArrayLike, periods: ArrayLike) -> Histories:
        """Check histories and find the distinct ones.

        Raises
        ------
        InvalidData
            A history is impossible, or the arrays do not fit together.
        """
        x, last, n = (np.asarray(v, dtype=np.float64) for v in (frequency, recency, periods))
        require_one_length(frequency=x, recency=last, periods=n)
        _require_possible(x, last, n)
        shape = np.broadcast_shapes(x.shape, last.shape, n.shape)
        size = int(n.max(initial=0)) + 1
        # Floats hold whole numbers to 2^53 only.
        kind = np.float64 if size**3 < 2**53 else np.int64
        bought, latest, chances = (values.astype(kind, copy=False) for values in (x, last, n))
        key = ((chances * size + latest) * size + bought).astype(np.int64, copy=False)
        keys, place = numbered(np.broadcast_to(key, shape).ravel(), size**3)
        pairs = keys // size
        return cls(
            frequency=(keys % size).astype(np.float64),
            recency=(pairs % size).astype(np.float64),
            periods=(pairs // size).astype(np.float64),
            place=place.reshape(shape),
        )

    def tally(self, counts: Floats | None) -> Tally:
        """Return how many customers have each history that somebody has."""
        weights = None if counts is None else counts.ravel()
        total = np.bincount(self.place.ravel(), weights, len(self.periods)).astype(np.float64)
        kept = total > 0
        return Tally(self.frequency[kept], self.recency[kept], self.periods[kept], total[kept])

    def spread(self, values: Floats) -> Floats:
        """Give each customer what was computed for his history."""
        return np.asarray(values[self.place], dtype=np.float64)


def _require_possible(x: Floats, last: Floats, n: Floats) -> None:
    whole = (x == np.rint(x)) & (last == np.rint(last)) & (n == np.rint(n))
    fitting = (x >= 0) & (x <= last) & (last <= n) & (n <= MOST_OCCASIONS)
    if (whole & fitting & ((x > 0) | (last == 0))).all():
        return
    x, last, n = np.broadcast_arrays(x, last, n)
    no_count = (
        ~((v >= 0) & (v <= MOST_OCCASIONS) & (v == np.rint(v))).ravel() for v in (x, last, n)
    )
    wrong = dict(zip(("frequency", "recency", "periods"), no_count, strict=True))
    x, last, n = x.ravel(), last.ravel(), n.ravel()
    counted = ~(wrong["frequency"] | wrong["recency"] | wrong["periods"])
    message = f"not a whole number from 0 to {MOST_OCCASIONS:,}"
    findings = [(name, f"impossible_{name}", message, bad) for name, bad in wrong.items()]
    findings += [
        ("recency", "late_recency", "a last purchase after the last opportunity", counted & (last > n)),
        ("frequency", "too_many", "more purchases than opportunities until the last one", counted & (x > last) & (last > 0)),
        ("recency", "no_recency", "purchases, but recency is 0", counted & (x > 0) & (last == 0)),
        ("recency", "groundless_recency", "no purchase, but recency is not 0", counted & (x == 0) & (last > 0)),
    ]  # fmt: skip
    raise InvalidData(
        [
            Problem(
                code=code,
                message=text,
                column=name,
                count=int(bad.sum()),
                rows=tuple(
                    f"row {i}: frequency={x[i]:g}, recency={last[i]:g}, periods={n[i]:g}"
                    for i in np.flatnonzero(bad)[:3]
                ),
            )
            for name, code, text, bad in findings
            if bad.any()
        ],
        remedy=(
            "frequency counts the opportunities with a purchase, recency is the number of the last "
            "of them (0 without any), periods the number of all."
        ),
    )
