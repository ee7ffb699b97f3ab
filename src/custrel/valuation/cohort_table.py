"""A cohort table: its cells, triangles, and what cohorts of each age did together."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import wilson
from custrel._shown import in_html, in_text
from custrel.errors import Problem, UnknownCode
from custrel.frames import as_floats, collect, enter
from custrel.units import TimeUnit
from custrel.valuation._activity import Moment, length_of

__all__ = ["CohortCells", "CohortTable"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WHAT = (
    "retention",
    "active",
    "purchases",
    "revenue",
    "revenue_per_customer",
    "revenue_to_date",
)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CohortTable:
    """Cohorts by age: how many customers came back, and what they brought.

    `cohorts` makes it.

    Parameters
    ----------
    frame : frame
        One row for each cohort and each age that it has reached, of the kind of the log.
    period : TimeUnit or None
        How long a period is; None where the log's integers are the periods.
    customers : int
        How many customers the cohorts have together.
    observed_from : date or int
        The day on which the first cohort begins.
    observed_until : date or int
        The end of observation.
    problems : tuple of Problem
        What was left out of the log, and why.

    See Also
    --------
    cohorts : Makes one from an order log.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.valuation import cohorts
    >>> log = pd.DataFrame(
    ...     {"customer_id": [1, 1, 2], "date": ["2024-01-05", "2024-02-05", "2024-02-07"]}
    ... )
    >>> table = cohorts(log, amount=None, observed_until="2024-02-29")
    >>> table.customers, table.observed_from.isoformat()
    (2, '2024-01-01')
    """

    frame: Any
    period: TimeUnit | None
    customers: int
    observed_from: Moment
    observed_until: Moment
    problems: tuple[Problem, ...] = ()

    def triangle(
        self,
        what: Literal[
            "retention",
            "active",
            "purchases",
            "revenue",
            "revenue_per_customer",
            "revenue_to_date",
        ] = "retention",
        *,
        partial: bool = False,
    ) -> Any:
        """Return one column of the table as a triangle: a row for each cohort, a column for each age.

        Parameters
        ----------
        what : str
            The column.
        partial : bool
            Whether periods are shown that were not observed to their end.

        Returns
        -------
        frame
            Of the kind of the log, with ``cohort``, ``customers`` and a column for each age:
            ``"0"``, ``"1"``, ... What lies beyond the end of observation is missing, not 0.

        Raises
        ------
        UnknownCode
            The table has no such column.
        ColumnNotFound
            Money was left out of the table, and is asked for.
        """
        cells = self.cells(what, partial=partial)
        ages = {str(age): cells.grid[:, age] for age in range(cells.grid.shape[1])}
        columns = {"cohort": cells.cohorts, "customers": cells.customers, **ages}
        return enter(self.frame).table(columns)

    def curve(self, *, confidence: float = 0.95) -> Any:
        """Return what cohorts of each age did, taken together.

        Parameters
        ----------
        confidence : float
            Of the interval, between 0 and 1.

        Returns
        -------
        frame
            Of the kind of the log, with a row for each age that a cohort was observed to the end
            of: ``age``, ``cohorts``, ``customers`` (of those cohorts), ``active``, ``retention``
            with Wilson's interval ``low`` and ``high``, and, where the log has money,
            ``revenue_per_customer``.

        Raises
        ------
        InvalidRule
            `confidence` is not between 0 and 1.

        Notes
        -----
        Retention at an age is the active customers of all cohorts that have reached it, divided
        by all customers of these cohorts: young cohorts drop out of both.
        """
        door = enter(self.frame)
        money = "revenue" in door.columns
        names = ["age", "customers", "active", "whole", *(["revenue"] if money else [])]
        table = collect(door.frame)
        read = {name: as_floats(table.get_column(name)) for name in names}
        kept = read["whole"] > 0
        at = read["age"][kept].astype(np.int64)
        size = int(at.max()) + 1 if at.size else 0

        def add_up(weights: Floats) -> Floats:
            return np.bincount(at, weights, size).astype(np.float64)

        customers, active = (add_up(read[name][kept]) for name in ("customers", "active"))
        limits = [
            wilson(some / all_, all_, confidence)[2:]
            for some, all_ in zip(active.tolist(), customers.tolist(), strict=True)
        ]
        columns: dict[str, NDArray[Any]] = {
            "age": np.arange(size),
            "cohorts": add_up(np.ones(at.size)).astype(np.int64),
            "customers": customers.astype(np.int64),
            "active": active.astype(np.int64),
            "retention": active / customers,
            "low": np.array([low for low, _ in limits]),
            "high": np.array([high for _, high in limits]),
        }
        if money:
            columns["revenue_per_customer"] = add_up(read["revenue"][kept]) / customers
        return door.table(columns)

    def cells(self, what: str = "retention", *, partial: bool = False) -> CohortCells:
        """Return one column of the table as an array.

        Parameters
        ----------
        what : str
            The column, as for `triangle`.
        partial : bool
            Whether periods are shown that were not observed to their end.

        Returns
        -------
        CohortCells

        Raises
        ------
        UnknownCode
            The table has no such column.
        ColumnNotFound
            Money was left out of the table, and is asked for.
        """
        if what not in _WHAT:
            raise UnknownCode("column of a cohort table", what, _WHAT)
        door = enter(self.frame)
        door.require([what], remedy="The cohorts were made with amount=None.")
        table = collect(door.frame)
        names = ("age", "customers", "whole", what)
        age, customers, whole, values = (as_floats(table.get_column(name)) for name in names)
        dates = table.get_column("cohort").to_numpy()
        starts, row = np.unique(dates, return_inverse=True)
        column = age.astype(np.int64)
        shape = (len(starts), int(column.max()) + 1)
        grid, ended = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        grid[row, column] = values
        ended[row, column] = whole > 0
        sizes = np.zeros(len(starts), dtype=np.int64)
        sizes[row] = customers.astype(np.int64)
        if not partial:
            grid[~ended] = np.nan
        return CohortCells(cohorts=starts, customers=sizes, grid=grid, whole=ended)

    def __repr__(self) -> str:
        return in_text(self.frame, self.problems, caption=f"Cohorts: {self._facts()}")

    def _repr_html_(self) -> str:
        return in_html(self.frame, self.problems, name="Cohorts", facts=self._facts())

    def _facts(self) -> str:
        facts = [
            f"{self.customers:,} customers",
            f"ages in {length_of(self.period)}",
            f"observed {self.observed_from} to {self.observed_until}",
        ]
        return "; ".join(facts)


@attrs.frozen(eq=False, kw_only=True)
class CohortCells:
    """One column of a cohort table, as an array.

    Parameters
    ----------
    cohorts : ndarray of shape (cohorts,)
        The first day of each cohort's first period (the number of it, where times are integers).
    customers : ndarray of shape (cohorts,)
        How many customers each has.
    grid : ndarray of shape (cohorts, ages)
        The column; NaN where a cohort has not come to that age.
    whole : ndarray of bool, shape (cohorts, ages)
        Which periods were observed to their end.

    Examples
    --------
    >>> import numpy as np
    >>> cells = CohortCells(
    ...     cohorts=np.array(["2024-01-01"], dtype="M8[D]"),
    ...     customers=np.array([3]),
    ...     grid=np.array([[1.0, 0.5]]),
    ...     whole=np.array([[True, True]]),
    ... )
    >>> cells.grid.shape
    (1, 2)
    """

    cohorts: NDArray[Any]
    customers: Ints
    grid: Floats
    whole: NDArray[np.bool_]
