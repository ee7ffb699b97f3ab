"""Columns of whatever kind as numbers of their distinct values, in the order of these."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import NAMES
from custrel._log.encoding import encode

Ints = NDArray[np.int64]


def codes_of(column: nw.Series[Any]) -> tuple[Ints, NDArray[Any]]:
    """Return the number of each row's value, and the distinct values in ascending order."""
    if column.implementation is nw.Implementation.POLARS:
        if column.dtype in NAMES:  # which have an order of their own
            column = column.cast(nw.String)
        codes = column.rank("dense").to_numpy().astype(np.int64) - 1
        return codes, np.array(column.unique().sort().to_list())
    codes, values = encode(column)
    return codes, np.array(values.tolist())
