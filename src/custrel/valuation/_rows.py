"""Customers who look alike are one row with a count.

Everything that a purchase model needs of a customer is (frequency, recency, T).  A million
customers with daily dates are about a hundred thousand such rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import Door
from custrel.units import TimeUnit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[Any]  # of int32 where that is enough, else int64

FROM_A_LOG = "custrel.summarize makes them from an order log."  # where columns are missing

_SAMPLE, _ENOUGH = 4096, 1024
_FEW = 1024  # rows, below which it is not worth while to look for what repeats
_WORTH_WHILE = 0.5  # distinct times per row of the sample, above which hardly anything repeats
_MOST_DAYS = 1 << 20  # nearly three thousand years
_ROOM = 4  # cells of a table per row, up to which counting in it beats sorting
_LARGEST_SMALL_KEY, _LARGEST_KEY = (1 << 31) - 1, 1 << 53  # what int32 and float64 hold
_CHUNK = 8192  # rows whose intermediate results stay in the cache
_NOT_WHOLE = "not a whole number >= 0"


class History(NamedTuple):
    """What is known of customers: repeat purchases, age at the last one, and age now."""

    x: Floats
    last: Floats
    age: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the three broadcast to."""
        return np.broadcast_shapes(*(values.shape for values in self))


@attrs.frozen(kw_only=True)
class Rows:
    """Distinct purchase histories: `frequency`, `recency`, `T` and how many customers each is."""

    frequency: Floats
    recency: Floats
    T: Floats
    counts: Floats

    def sample(self, customers: int) -> Rows:
        """Return so many customers, or nearly, from regular places."""
        places = np.floor(np.cumsum(self.counts) * (customers / self.counts.sum()))
        counts = np.diff(places, prepend=0.0)
        some = np.flatnonzero(counts)
        return Rows(
            frequency=self.frequency[some],
            recency=self.recency[some],
            T=self.T[some],
            counts=counts[some],
        )


def histories(frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> History:
    """Check purchase histories and return them as float64 arrays.

    Without a repeat purchase, recency carries no information: it is set to 0.

    Raises
    ------
    InvalidData
        Missing values, negative or broken frequencies, 0 <= recency <= T does not hold, or
        the arrays do not fit together.
    """
    x, last, age = (np.asarray(values, dtype=np.float64) for values in (frequency, recency, T))
    require_one_length(frequency=x, recency=last, T=age)
    if in_parts(_sound, x, last, age).all():  # what is wrong is looked for only otherwise
        told = in_parts(_told, x, last)
        return History(x, last if told.all() else np.where(x > 0, last, 0.0), age)
    x, last, age = np.broadcast_arrays(x, last, age)
    checks = {
        "frequency": (_broken(x), _NOT_WHOLE),
        "recency": (~(last >= 0), "missing or negative"),
        "T": (~((age >= last) & (age < np.inf)), "missing, infinite or less than recency"),
    }
    columns = {"frequency": x, "recency": last, "T": age}
    problems = [
        _problem(name, message, bad, columns)
        for name, (bad, message) in checks.items()
        if bad.any()
    ]
    raise InvalidData(problems)


def frequencies(frequency: ArrayLike, name: str = "frequency") -> Floats:
    """Check numbers of purchases and return them as a float64 array.

    Raises
    ------
    InvalidData
        Missing values, negative or broken numbers.
    """
    x = np.asarray(frequency, dtype=np.float64)
    bad = in_parts(_broken, x)
    if bad.any():
        raise InvalidData([_problem(name, _NOT_WHOLE, bad, {name: x})])
    return x


def counts_of(weights: ArrayLike | None, like: Floats) -> Floats | None:
    """Check how many customers each row stands for.

    Raises
    ------
    InvalidData
        Counts that are missing, negative or infinite, or not one for each row.
    """
    return None if weights is None else _counts(weights, like)


def distinct_customers(
    door: Door, *columns: str, weights: str | None, flags: Sequence[str] = (), remedy: str
) -> tuple[dict[str, Floats], Floats]:
    """Bring distinct rows to Python, and how many customers each is: by a column, where named.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        A column holds no numbers; or counts are missing, negative or infinite.
    """
    if weights is None:
        return door.distinct(*columns, flags=flags, remedy=remedy)
    known, counts = door.distinct(*columns, weights, flags=flags, remedy=remedy)
    return {name: known[name] for name in columns}, counts * _counts(known[weights], counts)


def distinct_rows(
    frequency: Floats, recency: Floats, T: Floats, counts: Floats | None = None
) -> Rows:
    """Count equal purchase histories."""
    ages, lasts = _Levels.of(T), _Levels.of(recency)
    most = int(frequency.max(initial=0)) + 1
    size = 0 if ages is None or lasts is None else most * ages.size * lasts.size
    if ages is None or lasts is None or size > _LARGEST_KEY:
        weights = np.ones_like(T) if counts is None else counts
        return Rows(frequency=frequency, recency=recency, T=T, counts=weights)
    key: Keys = np.empty(len(T), dtype=np.int32 if size <= _LARGEST_SMALL_KEY else np.int64)
    for part in parts_of(len(T)):
        pairs = frequency[part] * ages.size + ages.codes(part)
        key[part] = pairs * lasts.size + lasts.codes(part)
    keys, number = _counted(key, counts)
    pairs, last = np.divmod(keys, lasts.size)
    x, age = np.divmod(pairs, ages.size)
    return Rows(
        frequency=x.astype(np.float64),
        recency=lasts.values(last),
        T=ages.values(age),
        counts=number,
    )


def distinct_pairs(frequency: Floats, T: Floats) -> tuple[Floats, Floats, Ints | None]:
    """Return the distinct (frequency, T), and for each row which of them it is.

    None in the last place means that nothing repeats.
    """
    ages = _Levels.of(T) if len(T) >= _FEW else None
    size = 0 if ages is None else (int(frequency.max()) + 1) * ages.size
    if ages is None or size > _LARGEST_KEY:
        return frequency, T, None
    key = np.empty(len(T), dtype=np.int64)
    for part in parts_of(len(T)):
        key[part] = frequency[part] * ages.size + ages.codes(part)
    keys, place = numbered(key, size)
    x, age = np.divmod(keys, ages.size)
    return x.astype(np.float64), ages.values(age), place


def distinct_frequencies(frequency: Floats) -> tuple[Floats, Ints]:
    """Return the distinct frequencies, and for each row which of them it is."""
    size = int(frequency.max(initial=0)) + 1
    if size > _LARGEST_KEY:
        return np.unique(frequency, return_inverse=True)
    levels, place = numbered(frequency.astype(np.int64), size)
    return levels.astype(np.float64), place


def numbered(key: Ints, size: int) -> tuple[Ints, Ints]:
    """Return the distinct keys, all less than `size`, and for each key which of them it is."""
    if size > _ROOM * len(key):
        return np.unique(key, return_inverse=True)
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    keys = np.flatnonzero(seen)
    numbers = np.empty(size, dtype=np.int64)
    numbers[keys] = np.arange(len(keys))
    return keys, numbers[key]


@attrs.frozen
class _Levels:
    """Times as small integers: days where they are days in some unit, else numbered."""

    times: Floats
    size: int
    days: float
    distinct: Floats | None = None

    @classmethod
    def of(cls, times: Floats) -> _Levels | None:
        """Find the levels of times; None where hardly anything repeats."""
        sample = times[:: max(1, len(times) // _SAMPLE)]
        for unit in TimeUnit:
            if _in_days(sample, unit.days) and _in_days(times, unit.days):
                return cls(times, round(times.max(initial=0) * unit.days) + 1, days=unit.days)
        sample = sample[sample > 0]
        if len(sample) >= _ENOUGH and len(np.unique(sample)) > _WORTH_WHILE * len(sample):
            return None
        numbers, distinct = pd.factorize(times)
        codes = numbers.astype(np.float64)
        return cls(codes, len(distinct), days=1.0, distinct=np.asarray(distinct))

    def codes(self, part: slice) -> Floats:
        """Return the levels of some rows."""
        return np.rint(self.times[part] * self.days)

    def values(self, codes: Keys) -> Floats:
        """Return the times of codes."""
        return codes / self.days if self.distinct is None else self.distinct[codes]


def _in_days(times: Floats, length: float) -> bool:
    """Tell whether times in a unit of some days are whole days, and not too many."""
    if times.max(initial=0) * length > _MOST_DAYS:
        return False
    parts = (times[part] for part in parts_of(len(times)))
    return all((np.rint(some * length) / length == some).all() for some in parts)


def _counted(key: Keys, counts: Floats | None) -> tuple[Keys, Floats]:
    """Return the distinct keys, and how many customers each is: sorting is faster than a table."""
    if counts is None:
        keys, number = np.unique(key, return_counts=True)
    else:
        keys, place = np.unique(key, return_inverse=True)
        number = np.bincount(place, counts, len(keys))
    return keys, number.astype(np.float64)


def _sound(x: Floats, last: Floats, age: Floats) -> NDArray[np.bool_]:
    whole = (x >= 0) & (x < np.inf) & (x == np.floor(x))
    return np.asarray(whole & (last >= 0) & (last <= age) & (age < np.inf))


def _told(x: Floats, last: Floats) -> NDArray[np.bool_]:
    return np.asarray((x > 0) | (last == 0))


def _broken(x: Floats) -> NDArray[np.bool_]:
    return np.asarray(~((x >= 0) & (x < np.inf) & (x == np.floor(x))))


def parts_of(length: int, start: int = 0) -> Iterator[slice]:
    """Yield slices of rows whose intermediate results stay in the cache."""
    for begin in range(start, length, _CHUNK):
        yield slice(begin, begin + _CHUNK)


def members_of(place: Ints, groups: int) -> list[Ints]:
    """Return the rows of each group, by which group each row is of."""
    ends = np.cumsum(np.bincount(place, minlength=groups))
    return np.split(np.argsort(place, kind="stable"), ends)[:-1]


def in_parts(kernel: Callable[..., NDArray[Any]], *arrays: Floats) -> NDArray[Any]:
    """Apply a kernel to arrays; to rows in parts whose intermediate results stay in the cache."""
    shape = arrays[0].shape
    if len(shape) != 1 or any(values.shape != shape for values in arrays):
        return kernel(*arrays)
    first = slice(0, _CHUNK)
    values = kernel(*(each[first] for each in arrays))
    result = np.empty(shape, dtype=values.dtype)
    result[first] = values
    for part in parts_of(*shape, start=_CHUNK):
        result[part] = kernel(*(each[part] for each in arrays))
    return result


def require_one_length(**arrays: NDArray[Any]) -> None:
    """Refuse arrays that cannot be broadcast together."""
    try:
        np.broadcast_shapes(*[values.shape for values in arrays.values()])
    except ValueError:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        message = f"arrays that do not fit together: {shapes}"
        raise InvalidData([Problem(code="shapes_differ", message=message, count=0)]) from None


def _counts(weights: ArrayLike, like: Floats) -> Floats:
    counts = np.asarray(weights, dtype=np.float64)
    require_one_length(weights=counts, rows=like)
    bad = ~((counts >= 0) & (counts < np.inf))
    if bad.any():
        message = "missing, negative or infinite"
        raise InvalidData([_problem("weights", message, bad, {"weights": counts}, remedy="")])
    return np.broadcast_to(counts, like.shape)


def _problem(
    name: str,
    message: str,
    bad: NDArray[np.bool_],
    columns: dict[str, Floats],
    remedy: str = "custrel.summarize makes consistent histories from an order log.",
) -> Problem:
    first = np.flatnonzero(bad.ravel())[:3]
    rows = tuple(
        f"row {i}: " + ", ".join(f"{key}={values.ravel()[i]:g}" for key, values in columns.items())
        for i in first
    )
    return Problem(
        code=f"impossible_{name}",
        message=message,
        column=name,
        count=int(bad.sum()),
        rows=rows,
        remedy=remedy,
    )
