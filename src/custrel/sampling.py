"""Some of the customers, whole, drawn where the data lies."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from custrel._log.dialects import by_sql, dialect_of
from custrel.errors import InvalidRule, UnsupportedFrame
from custrel.frames import AnyFrame, collect, engine_of, enter, with_arrays
from custrel.transactions import CustomerSummary

__all__ = ["sample_customers"]

_PLACE = "__place"
_BITS = 53  # that a float64 counts exactly


def sample_customers(
    data: Any,
    *,
    size: int | None = None,
    share: float | None = None,
    customer: str | None = None,
    seed: int = 0,
) -> Any:
    """Draw some customers at random, each with all of his rows (抽样).

    Parameters
    ----------
    data : CustomerSummary or frame
        Whatever has a column of customers: a summary, an order log, answers.
    size : int, optional
        How many customers to draw; of fewer, all are kept.
    share : float, optional
        What part of the customers to draw, 0 to 1, instead of `size`: about that many, without
        counting them.
    customer : str, optional
        The column that names them.  Default: the summary's, else ``customer_id``.
    seed : int
        Of the draw.

    Returns
    -------
    CustomerSummary or frame
        The kind that came in, with fewer rows; a lazy frame stays lazy.

    Raises
    ------
    ColumnNotFound
        There is no such column.
    InvalidRule
        Neither or both of `size` and `share` are given, or one is out of range.
    UnsupportedFrame
        The engine has no hash that we know: Polars, DuckDB, Spark, Dask, pandas and PyArrow have.

    Notes
    -----
    A hash of seed and customer gives each a place between 0 and 1; those below `share` are
    drawn, or the `size` lowest, whose limit is looked up at once.  So a draw depends neither on
    the order of rows nor on how many processes work, samples of one seed lie within one another,
    and logs drawn apart have the same customers in them.  Each engine has a hash of its own,
    which may change with its version.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer_id": [1, 1, 2, 3, 3, 3], "amount": [5, 3, 8, 1, 2, 4]})
    >>> sample_customers(log, size=2, seed=1)["customer_id"].nunique()
    2
    >>> len(sample_customers(log, share=1.0)) == len(log)
    True
    """
    if (size is None) is (share is None):
        raise InvalidRule("give size (how many customers) or share (what part of them).")
    if size is not None and size < 1:
        raise InvalidRule(f"size={size!r}: expected at least one customer.")
    if share is not None and not 0 < share <= 1:
        raise InvalidRule(f"share={share!r}: expected a part of the whole, above 0 and up to 1.")
    if customer is None:
        customer = data.customer if isinstance(data, CustomerSummary) else "customer_id"
    door = enter(data)
    door.require([customer], remedy="customer= says which column names them.")
    placed = _with_places(door.frame, customer, seed % 2**63)
    place = nw.col(_PLACE)
    drawn = place < share if size is None else place <= _place_of(placed, size)
    return door.leave(placed.filter(drawn).drop(_PLACE))


def _place_of(placed: AnyFrame, size: int) -> float:
    """Return the place of the last of so many customers."""
    lowest: AnyFrame = placed.group_by(_PLACE).agg(nw.len().alias("rows")).sort(_PLACE).head(size)
    # Dask fails where nothing but the column that it sorted by is asked for.
    last, _ = collect(lowest.select(nw.col(_PLACE).max(), nw.col("rows").sum())).row(0)
    return 1.0 if last is None else float(last)


def _with_places(frame: AnyFrame, customer: str, seed: int) -> AnyFrame:
    """Add each customer's place between 0 and 1 (exclusive)."""
    if dialect_of(frame) is not None:
        return by_sql(frame, {_PLACE: ("place", customer)}, seed=seed)
    if isinstance(frame, nw.DataFrame) and engine_of(frame) is not nw.Implementation.POLARS:
        return with_arrays(frame, {_PLACE: _places(frame.get_column(customer).to_pandas(), seed)})
    native: Any = frame.to_native()
    match engine_of(frame):
        case nw.Implementation.POLARS:
            import polars as pl  # noqa: PLC0415 - the frame is Polars', so it is there

            names = pl.col(customer)
            if not frame.collect_schema()[customer].is_numeric():  # categories hash their codes
                names = names.cast(pl.String)
            place = names.hash(seed) // 2 ** (64 - _BITS) / 2**_BITS
            native = native.with_columns(place.alias(_PLACE))
        case nw.Implementation.DASK:
            places = native[customer].map_partitions(_places, seed, meta=(_PLACE, "f8"))
            native = native.assign(**{_PLACE: places})
        case engine:
            raise UnsupportedFrame(f"no hash of {engine.value} is known to draw customers by.")
    placed: AnyFrame = nw.from_native(native)
    return placed


def _places(customers: Any, seed: int) -> Any:
    """Return the place of each customer of a pandas series, as an array."""
    hashed = pd.util.hash_pandas_object(customers, index=False).to_numpy()
    bits = _mixed(hashed ^ _mixed(np.uint64(seed)))
    return (bits >> np.uint64(64 - _BITS)) / 2**_BITS


def _mixed(bits: Any) -> Any:
    """Let each of 64 bits depend on all (the finalizer of SplitMix64)."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
