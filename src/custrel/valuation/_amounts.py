"""Amounts and shares, in arrays and in columns: finite, within their bounds, fitting together."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float, require_complete
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidData, InvalidRule, Problem, counted
from custrel.frames import AnyFrame, Door
from custrel.units import TimeUnit
from custrel.valuation._rows import require_one_length
from custrel.valuation.discounting import DiscountRate, rate_per

Floats = NDArray[np.float64]

_FIRST = 3
_TOLERANCE = 1e-9


def amounts(*, least: float = -np.inf, most: float = np.inf, **arrays: ArrayLike) -> list[Floats]:
    """Return arrays as float64, or say which is no array of finite numbers from `least` to `most`."""
    read: dict[str, Floats] = {}
    for name, values in arrays.items():
        try:
            read[name] = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError) as error:
            problem = Problem(code="not_numbers", message=f"{name}: {error}", count=0)
            raise InvalidData([problem], remedy="Convert them to numbers first.") from error
        if not np.isfinite(read[name].sum()):  # one pass where all is well
            refuse(name, read[name], ~np.isfinite(read[name]), "missing or infinite")
        if least > -np.inf or most < np.inf:
            beyond = (read[name] < least) | (read[name] > most)
            refuse(name, read[name], beyond, f"not {_between(least, most)}")
    require_one_length(**read)
    return list(read.values())


def require_amounts(
    door: Door,
    *columns: str,
    least: float = -np.inf,
    most: float = np.inf,
    of: str = "customer",
) -> int:
    """Refuse columns that are missing or hold anything but finite numbers from `least` to `most`.

    One query.  Returns the number of rows.
    """
    bounded, message = least > -np.inf or most < np.inf, f"not {_between(least, most)}"
    beyond = {name: (as_float(name) < least) | (as_float(name) > most) for name in columns}
    flaws = [Flaw(bad, "out_of_bounds", message, name, of=of) for name, bad in beyond.items()]
    counts = require_complete(door, *columns, flaws=flaws if bounded else (), of=of)
    return int(counts["rows"])


def require_present(door: Door, *columns: str | None, of: str = "row") -> None:
    """Refuse columns that are missing, or that have rows without a value."""
    names = [name for name in dict.fromkeys(columns) if name is not None]
    door.require(names)
    remedy = "Filter these rows out, or fill the column in."
    options: Any = {"remedy": remedy, "of": of, "shown": door.columns[:3]}
    gone = ((name, nw.col(name).is_null()) for name in names)
    refuse_rows(
        door, *(Flaw(bad, "missing_key", "missing value", name, **options) for name, bad in gone)
    )


def in_order(frame: AnyFrame, *by: str) -> Any:
    """Return the native frame, sorted; pandas' rows are numbered anew."""
    ordered: Any = frame.sort(*by)
    return (
        nw.maybe_reset_index(ordered) if isinstance(ordered, nw.DataFrame) else ordered
    ).to_native()


def refuse(
    name: str, values: Floats, bad: NDArray[np.bool_], message: str, remedy: str = ""
) -> None:
    """Raise an error that names the first bad values, where there are any."""
    if not bad.any():
        return
    places = np.argwhere(np.atleast_1d(bad))[:_FIRST]
    shown = tuple(
        f"at {', '.join(map(str, place))}: {np.atleast_1d(values)[tuple(place)]:g}"
        for place in places
    )
    problem = Problem(
        code=f"impossible_{name}",
        message=f"{name}: {message}",
        count=int(bad.sum()),
        rows=shown,
        remedy=remedy,
        of="value",
    )
    raise InvalidData([problem])


def discount_factors(
    discount: DiscountRate | None, period: TimeUnit | str, times: ArrayLike
) -> Floats:
    """Return what one unit of money due at certain times, in periods from now, is worth now."""
    when = np.asarray(times, dtype=np.float64)
    if not ((when >= 0) & (when < np.inf)).all():
        first = float(when.flat[0])
        raise InvalidRule(f"first={first:g}: 0 periods from now or more; what was paid is paid.")
    rate = rate_per(discount, period)
    return np.asarray((1.0 + rate) ** -when)


def number_of_periods(name: str, value: float, least: int = 0) -> int:
    """Return a whole number of periods, or refuse what is none."""
    if isinstance(value, bool) or not (float(value).is_integer() and value >= least):
        raise InvalidRule(f"{name}={value!r}: a whole number of periods, {least} or more.")
    return int(value)


def require_weights(owner: str, weights: tuple[float, ...], number: int) -> None:
    """Refuse weights that are not one each, negative, or that do not sum to 1."""
    if len(weights) != number:
        raise InvalidRule(
            f"{owner}: {counted(len(weights), 'weight')} for {counted(number, 'component')}."
        )
    total = sum(weights)
    if not all(weight >= 0 for weight in weights) or not abs(total - 1) <= _TOLERANCE:
        raise InvalidRule(
            f"{owner}: weights are 0 or more and sum to 1; these sum to {total:.10g}. Divide each "
            "by their sum."
        )


def _between(least: float, most: float) -> str:
    if most == np.inf:
        return f"{least:g} or more"
    return f"{most:g} or less" if least == -np.inf else f"between {least:g} and {most:g}"
