"""Columns in memory: whatever names a customer becomes an integer, and a table again.

For the frames that lie in one piece, pandas and PyArrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["encode", "table_of"]

_ROOM = 4  # possible numbers per row, up to which a table of them beats hashing
_GAPS = 0.5  # and up to which none is needed, since the numbers are codes themselves


def encode(column: nw.Series[Any]) -> tuple[NDArray[np.int64], Any]:
    """Give the distinct values of a column in memory numbers, in their own order if they have one.

    Returns
    -------
    codes : ndarray of int64, shape (rows,)
    values : native column
        The distinct values; ``values[codes]`` is the column.  Integers that lie close together
        may have some among them that do not occur.

    Raises
    ------
    TypeError
        Values of this kind cannot be told apart.
    """
    native = column.to_native()
    if column.implementation is nw.Implementation.PYARROW:
        return _encode_arrow(native)
    if isinstance(native.dtype, pd.ArrowDtype):
        codes, values = _encode_arrow(native.array.__arrow_array__())
        return codes, pd.Series(values, dtype=native.dtype)
    if isinstance(native.dtype, np.dtype) and native.dtype.kind == "i":
        dense = _encode_dense(native.to_numpy())
        if dense is not None:
            return dense[0], pd.Series(dense[1])
    codes, distinct = pd.factorize(native)
    values = pd.Series(distinct)
    try:
        order = values.argsort().to_numpy()
    except TypeError:  # values of several kinds have no order: as they came
        return codes, values
    return _inverse(order)[codes], values.take(order)


def _encode_dense(
    numbers: NDArray[np.integer],
) -> tuple[NDArray[np.int64], NDArray[np.integer]] | None:
    """Give integers that lie close together numbers, without a hash table; None if they do not."""
    if not len(numbers):
        return None
    low, high = int(numbers.min()), int(numbers.max())
    if high - low >= _ROOM * len(numbers):
        return None
    places = np.subtract(numbers, low, dtype=np.int64)
    if high - low < _GAPS * len(numbers):
        return places, np.arange(low, high + 1).astype(numbers.dtype)
    seen = np.zeros(high - low + 1, dtype=bool)
    seen[places] = True
    return (np.cumsum(seen) - 1)[places], (np.flatnonzero(seen) + low).astype(numbers.dtype)


def _encode_arrow(column: Any) -> tuple[NDArray[np.int64], Any]:
    import pyarrow as pa  # noqa: PLC0415 - the column is PyArrow's, so it is there
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    kind, plain = column.type, column
    if pa.types.is_signed_integer(kind) and not column.null_count:
        dense = _encode_dense(column.to_numpy(zero_copy_only=False))
        if dense is not None:
            return dense[0], pa.array(dense[1], kind)
    if isinstance(kind, pa.BaseExtensionType):
        plain = plain.cast(kind.storage_type)
    elif pa.types.is_dictionary(kind):  # it may hold a value twice, or values that do not occur
        plain = plain.cast(kind.value_type)
    elif kind in {pa.string_view(), pa.binary_view()}:  # PyArrow can neither sort nor filter them
        kind = pa.large_string() if kind == pa.string_view() else pa.large_binary()
        plain = plain.cast(kind)
    try:
        encoded = plain.dictionary_encode().unify_dictionaries().combine_chunks()
    except pa.ArrowNotImplementedError as error:
        raise TypeError(str(error)) from error
    try:
        order = pc.call_function("array_sort_indices", [encoded.dictionary]).to_numpy()
    except pa.ArrowNotImplementedError:  # values without an order: as they came
        order = np.arange(len(encoded.dictionary))
    codes = _inverse(order)[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes, encoded.dictionary.take(pa.array(order)).cast(kind)


def _inverse(order: NDArray[np.integer]) -> NDArray[np.int64]:
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def table_of(customers: Any, columns: Mapping[str, NDArray[Any]], kept: NDArray[np.bool_]) -> Any:
    """Build an eager table: the customers that are kept, and arrays of their columns."""
    if isinstance(customers, pd.Series):
        chosen = customers.reset_index(drop=True)[kept].reset_index(drop=True)
        return pd.DataFrame({"customer": chosen, **columns})
    import pyarrow as pa  # noqa: PLC0415 - the frame is PyArrow's, so it is there

    chosen = customers.filter(pa.array(kept))
    return pa.table({"customer": chosen, **columns})
