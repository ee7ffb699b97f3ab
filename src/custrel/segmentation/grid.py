"""Grids: customers placed by several axes at once, as in a portfolio matrix."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product
from math import isnan, nan, prod
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_code, as_float, require_complete, require_rows
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import Door, collect, enter
from custrel.rules import Rule
from custrel.segmentation._binning import cut_between
from custrel.segmentation._cuts import points, read_cuts
from custrel.segmentation._refusals import refuse, require_values

__all__ = ["Axis", "Grid"]

Rows = tuple[tuple[str, ...], ...]

_ANY = "*"
_SHOWN = 8

# Sums added up in another order differ in their last digits: what is this near to a mean, in
# parts of it, has reached it on every engine.
_TOLERANCE = 1e-9


def _as_codes(codes: Any) -> tuple[str, ...]:
    if isinstance(codes, str):
        raise InvalidRule(f"expected a sequence of codes, got the text {codes!r}.")
    return tuple(str(code) for code in codes)


def _cuts_or_none(cuts: Any) -> Any:
    return None if cuts is None else read_cuts(cuts)


@attrs.frozen
class Axis(Rule):
    """One axis of a grid: a column, and where its levels begin.

    Parameters
    ----------
    column : str
        The column that is read.
    levels : sequence of str
        What the levels are called, the lowest first.
    cuts : sequence of float, optional
        Ascending values from which on a customer is on the next level; at a cut counts as
        above it.  None where they are to be learnt, or where the column holds the names of the
        levels themselves.
    learn : "mean" or float, optional
        Where the one cut between two levels is to be found: at the mean of the customers, or
        at a quantile (0.5 is the median).

    Raises
    ------
    InvalidRule
        Levels and cuts do not fit together, or do not ascend.

    See Also
    --------
    Grid : Several axes together.

    Notes
    -----
    Flags (true and false, or 1 and 0) are an axis too: ``Axis("upgradable", cuts=(1,),
    levels=("no", "yes"))``.

    Examples
    --------
    >>> Axis("growth", cuts=(0, 0.1), levels=("shrinking", "slow", "fast")).cuts
    (0.0, 0.1)
    >>> Axis("revenue", learn=0.5).levels
    ('low', 'high')
    """

    column: str
    levels: tuple[str, ...] = attrs.field(
        default=("low", "high"), converter=_as_codes, kw_only=True
    )
    cuts: tuple[float, ...] | None = attrs.field(
        default=None, converter=_cuts_or_none, kw_only=True
    )
    learn: Literal["mean"] | float | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        complaint = _complaint(self)
        if complaint:
            raise InvalidRule(f"Axis {self.column!r}: {complaint}.")

    @property
    def learnt(self) -> bool:
        """Whether nothing remains to be learnt."""
        return self.learn is None or self.cuts is not None


def _as_axes(axes: Any) -> tuple[Axis, ...]:
    return tuple(axes)


def _as_rows(rows: Any) -> Rows:
    return tuple(_as_codes(row) for row in rows)


def _as_pairs(advice: Any) -> tuple[tuple[str, str], ...]:
    pairs = advice.items() if isinstance(advice, Mapping) else advice
    return tuple((str(code), str(what)) for code, what in pairs)


@attrs.frozen
class Grid(Rule):
    """Names for the fields of a grid of several axes: every customer is in exactly one.

    Parameters
    ----------
    axes : sequence of Axis
        The axes.
    rows : sequence of (level, ..., code)
        For each axis a level, or ``"*"`` for all, and the code of the field; of several rows
        that fit, the first holds.
    name : str
        The column that the codes go into.
    advice : mapping of str to str
        For some or all codes: the code of what to do about such customers.

    Raises
    ------
    InvalidRule
        Some combination of levels has no code, a row can never hold, or names a level that the
        axis does not have; or advice is given for a code that no row has.

    See Also
    --------
    CLIENT_PORTFOLIO, PRODUCT_DEMAND, VALUE_POSITIONS, VOLUME_PROFIT : Ready-made grids.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = Grid(
    ...     [Axis("growth", cuts=(0.1,)), Axis("margin", cuts=(0.2,))],
    ...     [("high", "high", "invest"), ("*", "high", "harvest"), ("*", "*", "leave")],
    ... )
    >>> customers = pd.DataFrame({"growth": [0.3, 0.0, 0.1], "margin": [0.2, 0.5, 0.0]})
    >>> grid.classify(customers)["position"].tolist()
    ['invest', 'harvest', 'leave']
    """

    axes: tuple[Axis, ...] = attrs.field(converter=_as_axes)
    rows: Rows = attrs.field(converter=_as_rows)
    name: str = attrs.field(default="position", kw_only=True)
    advice: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_as_pairs, kw_only=True)

    def __attrs_post_init__(self) -> None:
        findings = list(_findings(self))
        if findings:
            raise InvalidRule(f"Grid {self.name!r}: {'; '.join(findings)}.")

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the fields, in the order in which the rows name them."""
        return tuple(dict.fromkeys(row[-1] for row in self.rows))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the axes read."""
        return tuple(axis.column for axis in self.axes)

    @property
    def learnt(self) -> bool:
        """Whether nothing remains to be learnt."""
        return all(axis.learnt for axis in self.axes)

    def code_at(self, *levels: str) -> str:
        """Return the code of one combination of levels.

        Parameters
        ----------
        *levels : str
            A level for each axis.

        Returns
        -------
        str

        Raises
        ------
        InvalidRule
            There are more or fewer levels than axes.
        UnknownCode
            An axis has no such level.
        """
        if len(levels) != len(self.axes):
            raise InvalidRule(f"the grid has {len(self.axes)} axes, got the levels {levels}.")
        for axis, level in zip(self.axes, levels, strict=True):
            if level not in axis.levels:
                raise UnknownCode(f"level of {axis.column!r}", level, axis.levels)
        return _first_that_fits(self.rows, levels) or ""

    def advice_for(self, code: str) -> str:
        """Return what to do about the customers of one field.

        Parameters
        ----------
        code : str
            The code of the field.

        Returns
        -------
        str

        Raises
        ------
        UnknownCode
            The grid has no advice for it.
        """
        found = dict(self.advice)
        if code not in found:
            raise UnknownCode("field with advice", code, found)
        return found[code]

    def learn(self, frame: Any) -> Self:
        """Find the cuts that the means and quantiles are among certain customers.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.

        Returns
        -------
        Grid
            The same grid with cuts.

        Raises
        ------
        InvalidData
            There are no customers, or a value is missing or infinite.
        ColumnNotFound
            A column is not there.

        Warns
        -----
        UserWarning
            All customers have one value, so that nobody is on the lower level.
        """
        door = enter(frame)
        wanted = [axis for axis in self.axes if not axis.learnt]
        rows = require_complete(door, *(axis.column for axis in wanted))["rows"]
        require_rows(rows, "cuts")
        found = {axis: _learn(door, axis) for axis in wanted}
        constant = [repr(axis.column) for axis, (_, parts) in found.items() if not parts]
        if constant:
            warnings.warn(
                f"all {rows:,} customers have one value of {', '.join(constant)}: no cut parts "
                "them, and all count as high.",
                stacklevel=2,
            )
        axes = [
            attrs.evolve(axis, cuts=(found[axis][0],)) if axis in found else axis
            for axis in self.axes
        ]
        return attrs.evolve(self, axes=axes)

    def classify(self, frame: Any, *, name: str | None = None, advice: str | None = None) -> Any:
        """Add the field that every customer is in.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        name : str, optional
            The column to add; default: the grid's own `name`.
        advice : str, optional
            A second column to add, for what to do about the customer.

        Returns
        -------
        CustomerSummary or frame
            As it came, with the code of the field.  A grid that has not learnt its cuts learns
            them from these very customers.

        Raises
        ------
        InvalidData
            A value is missing or infinite, or no level of its axis.
        ColumnNotFound
            A column is not there.
        InvalidRule
            Advice is asked for, and some field has none.
        """
        if not self.learnt:
            return self.learn(frame).classify(frame, name=name, advice=advice)
        door = enter(frame)
        self._require_levels(door)
        codes = [
            _first_that_fits(self.rows, levels) or ""
            for levels in product(*(axis.levels for axis in self.axes))
        ]
        columns = {name or self.name: codes}
        if advice is not None:
            columns[advice] = self._advice_in_order(codes)
        number = _field_number(door, self.axes)
        return door.leave(
            door.frame.with_columns(
                **{
                    column: number.replace_strict(
                        range(len(texts)), texts, default=None, return_dtype=nw.String
                    )
                    for column, texts in columns.items()
                }
            )
        )

    def _advice_in_order(self, codes: Sequence[str]) -> list[str]:
        known = dict(self.advice)
        missing = [code for code in self.codes if code not in known]
        if missing:
            raise InvalidRule(f"Grid {self.name!r}: there is no advice for {', '.join(missing)}.")
        return [known[code] for code in codes]

    def _require_levels(self, door: Door) -> None:
        """Refuse what lies on no axis: numbers that are none, and names that are no levels."""
        require_values(door, *(axis.column for axis in self.axes if axis.cuts is not None))
        named = [axis for axis in self.axes if axis.cuts is None]
        door.require(axis.column for axis in named)
        strange = {
            axis.column: (
                nw.col(axis.column).is_null() | ~_level(door, axis).is_in(axis.levels),
                f"expected one of {', '.join(axis.levels)}",
            )
            for axis in named
        }
        remedy = "Correct these values, or give the axis all levels that there are."
        refuse(door, strange, code="no_such_level", remedy=remedy)


def _complaint(axis: Axis) -> str:
    """Say what does not fit together in an axis, or nothing."""
    if not axis.levels or len(set(axis.levels)) < len(axis.levels) or _ANY in axis.levels:
        return f"levels must have different names, none of them '*'; got {axis.levels}"
    if axis.cuts is not None:
        if len(axis.cuts) != len(axis.levels) - 1:
            return f"{len(axis.levels)} levels need {len(axis.levels) - 1} cuts, got {axis.cuts}"
        if any(not lower < upper for lower, upper in pairwise(axis.cuts)):
            return f"cuts must ascend, got {axis.cuts}"
    if axis.learn is not None:
        quantile = axis.learn != "mean"
        if isinstance(axis.learn, str) and quantile:
            return f"learn must be 'mean' or a quantile, got {axis.learn!r}"
        if quantile and not 0 < float(axis.learn) < 1:
            return f"a quantile lies between 0 and 1 (0.8, not 80), got {axis.learn!r}"
        if len(axis.levels) != 2:
            return f"one cut is learnt, which parts two levels; got {axis.levels}"
    return ""


def _findings(grid: Grid) -> Iterable[str]:
    """Say what is wrong with a grid: fields without a code, rows that never hold, strange names."""
    if not grid.axes or len(set(grid.columns)) < len(grid.columns):
        yield f"expected axes of different columns, got {grid.columns}"
        return
    for number, row in enumerate(grid.rows):
        if len(row) != len(grid.axes) + 1:
            yield f"row {number} {row} needs {len(grid.axes)} levels and a code"
            return
        for level, axis in zip(row, grid.axes, strict=False):
            if level not in (_ANY, *axis.levels):
                yield (
                    f"row {number}: {axis.column!r} has no level {level!r}, only "
                    f"{', '.join(axis.levels)}"
                )
                return
    held: set[int] = set()
    gaps: list[str] = []
    for levels in product(*(axis.levels for axis in grid.axes)):
        fits = next((n for n, row in enumerate(grid.rows) if _fits(row, levels)), None)
        if fits is None:
            gaps.append(" and ".join(levels))
        else:
            held.add(fits)
    if gaps:
        more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
        yield f"{len(gaps)} fields have no code: {'; '.join(gaps[:_SHOWN])}{more}"
    for number in sorted(set(range(len(grid.rows))) - held):
        yield f"row {number} {grid.rows[number]} never holds, since rows before it cover it"
    strange = [code for code, _ in grid.advice if code not in grid.codes]
    if strange:
        yield f"advice for {', '.join(strange)}, which no row has"


def _fits(row: Sequence[str], levels: Sequence[str]) -> bool:
    return all(wanted in (_ANY, level) for wanted, level in zip(row[:-1], levels, strict=True))


def _first_that_fits(rows: Rows, levels: Sequence[str]) -> str | None:
    return next((row[-1] for row in rows if _fits(row, levels)), None)


def _field_number(door: Door, axes: Sequence[Axis]) -> nw.Expr:
    """Return the number of the field, from 0, in the order of the product of the levels."""
    total = nw.lit(0)
    for place, axis in enumerate(axes):
        step = prod(len(later.levels) for later in axes[place + 1 :])
        if axis.cuts is None:
            level = _level(door, axis).replace_strict(
                axis.levels, range(len(axis.levels)), default=None, return_dtype=nw.Int64
            )
        else:
            level = points(as_float(axis.column), axis.cuts, None, closed="better") - 1
        total = total + level * step
    return total


def _level(door: Door, axis: Axis) -> nw.Expr:
    return as_code(door, axis.column, axis.levels)


def _learn(door: Door, axis: Axis) -> tuple[float, bool]:
    """Return the cut of an axis, and whether there is anyone below it.

    The cut lies between two values that occur, so that it parts the customers alike whatever
    the last digit of a mean is on the engine.
    """
    value = door.frame.select(__value=as_float(axis.column))
    column = nw.col("__value")
    middle = (
        column.mean()
        if axis.learn == "mean"
        else column.quantile(float(axis.learn or 0), interpolation="linear")
    )
    found = float(collect(value.select(middle)).item())
    edge = found - _TOLERANCE * abs(found)
    ends = collect(
        value.with_columns(
            __below=nw.when(column < edge).then(column),
            __above=nw.when(column >= edge).then(column),
        ).select(nw.col("__below").max(), nw.col("__above").min())
    ).rows(named=True)[0]
    below, above = (nan if end is None else float(end) for end in ends.values())
    return (above, False) if isnan(below) else (cut_between(below, above), True)
