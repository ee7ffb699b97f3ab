"""Features: the columns that customers are compared by, made comparable."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_code, as_float, require_complete, require_rows
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, as_floats, collect_rows, enter
from custrel.rules import Rule
from custrel.segmentation._refusals import refuse

__all__ = ["Feature", "FeatureSpace"]

Floats = NDArray[np.float64]

_KINDS = ("number", "log", "share", "category")


def _as_names(names: Any) -> tuple[str, ...]:
    return tuple(names)


def _as_values(values: Any) -> tuple[Any, ...]:
    return tuple(values)


def _as_features(features: Any) -> tuple[Feature, ...]:
    return tuple(features)


@attrs.frozen(kw_only=True)
class Feature(Rule):
    """One column, and what makes it comparable with others (特征要素).

    Parameters
    ----------
    column : str
        The column.
    kind : {"number", "log", "share", "category"}
        A number as it is; the logarithm of 1 + it; its share in the sum of several columns; or
        one of several categories.
    centre, scale : float
        What is subtracted from a number, and what it is then divided by.
    of : tuple of str
        The columns, this one among them, in whose sum a share is taken.
    categories : tuple
        The categories there are.
    weight : float
        What the feature counts, 1 for others' one standard deviation; two customers of different
        categories are as far apart as numbers that differ by its square root.

    Raises
    ------
    UnknownCode
        There is no such kind.
    InvalidRule
        A scale or weight is not above 0, or what the kind needs lacks.

    Examples
    --------
    >>> Feature(column="revenue", kind="log", centre=4.0, scale=1.5).kind
    'log'
    """

    column: str
    kind: Literal["number", "log", "share", "category"] = "number"
    centre: float = attrs.field(default=0.0, converter=float)
    scale: float = attrs.field(default=1.0, converter=float)
    of: tuple[str, ...] = attrs.field(default=(), converter=_as_names)
    categories: tuple[Any, ...] = attrs.field(default=(), converter=_as_values)
    weight: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise UnknownCode("kind of feature", str(self.kind), _KINDS)
        for name, size in ("scale", self.scale), ("weight", self.weight):
            if not (size > 0 and isfinite(size)):
                raise InvalidRule(f"the {name} of {self.column!r} is above 0; got {size!r}.")
        if self.kind == "share" and self.column not in self.of:
            raise InvalidRule(f"a share needs the columns it is one `of`: {self.column!r} among.")
        if self.kind == "category" and len(set(self.categories)) < 2:
            raise InvalidRule(f"{self.column!r} needs two categories or more: {self.categories}.")

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What its coordinates are called: the column, or one for each category."""
        if self.kind == "category":
            return tuple(f"{self.column}={category}" for category in self.categories)
        return (self.column,)


@attrs.frozen
class FeatureSpace(Rule):
    """The features together: where every customer stands among others (数据初始化和预处理).

    `fit` learns centres, scales and categories from customers.

    Parameters
    ----------
    features : tuple of Feature
        What customers are compared by.

    Raises
    ------
    InvalidRule
        There is no feature, or a column stands twice.

    See Also
    --------
    Clustering : Finds who stands together.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"revenue": [10.0, 20.0, 30.0], "city": ["rome", "bari", "rome"]})
    >>> space = FeatureSpace.fit(customers, numbers=["revenue"], categories=["city"])
    >>> space.coordinates
    ('revenue', 'city=bari', 'city=rome')
    """

    features: tuple[Feature, ...] = attrs.field(converter=_as_features)

    def __attrs_post_init__(self) -> None:
        _require_distinct([feature.column for feature in self.features])

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of all coordinates, feature by feature."""
        return tuple(name for feature in self.features for name in feature.coordinates)

    @classmethod
    def fit(
        cls,
        customers: Any,
        *,
        numbers: Sequence[str] = (),
        logs: Sequence[str] = (),
        shares: Sequence[str] = (),
        categories: Sequence[str] = (),
        category_weight: float = 1.0,
    ) -> Self:
        """Learn what makes columns comparable.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer.
        numbers : sequence of str
            Columns of numbers, compared by their standard deviations.
        logs : sequence of str
            Columns of amounts and counts, 0 or more, compared by ratios: most orders are small.
        shares : sequence of str
            Columns of amounts that add up to a whole, compared by what part of it they are.
        categories : sequence of str
            Columns of categories.
        category_weight : float
            What a difference of category counts against a squared difference of one standard
            deviation (Huang's gamma).

        Returns
        -------
        FeatureSpace

        Raises
        ------
        InvalidData
            There are no customers; a value is missing, infinite or negative; a sum of shares is
            0; or a feature is the same for everybody.
        ColumnNotFound
            A column is not there.
        InvalidRule
            No column is given, or one twice.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.

        References
        ----------
        .. [1] Z. Huang (1998), Extensions to the k-Means Algorithm for Clustering Large Data Sets
           with Categorical Values, Data Mining and Knowledge Discovery 2(3), 283-304.
        """
        plain: list[Feature] = [
            *(Feature(column=name) for name in numbers),
            *(Feature(column=name, kind="log") for name in logs),
            *(Feature(column=name, kind="share", of=tuple(shares)) for name in shares),
        ]
        _require_distinct([*(f.column for f in plain), *categories])
        door = enter(customers)
        _require_usable(door, plain, list(categories))
        values = [_value(f).alias(f.column) for f in plain]
        frame = collect_rows(door.frame.select(*values, *categories))
        require_rows(len(frame), "features")
        learnt = [_standardized(f, np.sort(as_floats(frame[f.column]))) for f in plain]
        for name in categories:
            there = tuple(sorted(set(frame[name].to_list())))
            if len(there) < 2:
                raise _constant(name, there)
            learnt.append(
                Feature(column=name, kind="category", categories=there, weight=category_weight)
            )
        return cls(tuple(learnt))

    def place(self, customers: Any) -> Floats:
        """Return where customers stand.

        Parameters
        ----------
        customers : CustomerSummary or frame
            One row per customer.

        Returns
        -------
        ndarray of shape (customers, coordinates)
            In standard deviations from the mean; in the order of the rows, which a lazy engine
            may choose.

        Raises
        ------
        InvalidData
            A value is missing, infinite or negative, or a category is unknown.
        ColumnNotFound
            A column is not there.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.
        """
        door = enter(customers)
        self.require(door)
        names = [f"__z{place}" for place in range(len(self.coordinates))]
        placed = [e.alias(name) for e, name in zip(self.expressions(door), names, strict=True)]
        frame = collect_rows(door.frame.select(*placed))
        return np.column_stack([as_floats(frame[name]) for name in names])

    def values(self, placed: ArrayLike) -> Floats:
        """Return what places mean in the units of the columns: `place` undone.

        Parameters
        ----------
        placed : array_like of shape (places, coordinates)
            Where customers or centres of segments stand, in standard deviations from the mean.

        Returns
        -------
        ndarray of shape (places, coordinates)
            Numbers and amounts in the unit of their column, shares and categories from 0 to 1.
            The mean of many places is the mean of a number; of an amount that is compared by
            ratios its geometric mean (of 1 + it, less 1); of a category the part of the customers
            that have it.

        Raises
        ------
        InvalidRule
            There are more or fewer coordinates.

        Examples
        --------
        >>> space = FeatureSpace([Feature(column="revenue", centre=100, scale=50)])
        >>> space.values([[-1.0], [0.5]]).tolist()
        [[50.0], [125.0]]
        """
        rows = np.asarray(placed, dtype=np.float64)
        width = len(self.coordinates)
        if rows.ndim != 2 or rows.shape[1] != width:
            raise InvalidRule(f"expected places of {width} coordinates, got shape {rows.shape}.")
        owners = [feature for feature in self.features for _ in feature.coordinates]
        columns = [_undone(feature, rows[:, j]) for j, feature in enumerate(owners)]
        return np.column_stack(columns)

    def expressions(self, door: Door) -> list[Any]:
        """Return the coordinates as expressions over the columns.

        Parameters
        ----------
        door : Door
            The customers.

        Returns
        -------
        list of narwhals expression
            One for each coordinate.
        """
        return [each for feature in self.features for each in _coordinates(door, feature)]

    def require(self, door: Door) -> None:
        """Refuse customers who cannot be placed.

        Parameters
        ----------
        door : Door
            The customers.

        Raises
        ------
        InvalidData
            A value is missing, infinite or negative, or a category is unknown.
        ColumnNotFound
            A column is not there.
        """
        plain = [f for f in self.features if f.kind != "category"]
        named = [f for f in self.features if f.kind == "category"]
        _require_usable(door, plain, [f.column for f in named])
        unseen = {
            f.column: (
                ~as_code(door, f.column, f.categories).is_in(f.categories),
                f"category that was not there when the features were learnt ({_some(f)})",
            )
            for f in named
        }
        refuse(door, unseen, code="unseen_category", remedy="Learn anew, or map it to a known one.")


def _require_usable(door: Door, plain: Sequence[Feature], categories: Sequence[str]) -> None:
    """Refuse missing values, negative amounts, and wholes of nothing."""
    door.require([*(f.column for f in plain), *(c for f in plain for c in f.of), *categories])
    columns = [column for f in plain for column in (f.of or (f.column,))]
    if columns:
        require_complete(door, *columns)
    gaps = {name: (nw.col(name).is_null(), "missing category") for name in categories}
    refuse(door, gaps, code="missing_value", remedy="Name it 'unknown', say.")
    amounts = {name for f in plain if f.kind in {"log", "share"} for name in f.of or (f.column,)}
    negative = {name: (as_float(name) < 0, "negative amount") for name in sorted(amounts)}
    refuse(door, negative, code="negative_amount", remedy="Take the column as a plain number.")
    wholes = {
        f.of[0]: (_total(f) <= 0, f"nothing in any of {', '.join(f.of)}") for f in plain if f.of
    }
    refuse(door, wholes, code="no_whole", remedy="Leave these customers out.")


def _require_distinct(columns: Sequence[str]) -> None:
    if not columns:
        raise InvalidRule("expected a column to compare customers by, say numbers=['orders'].")
    if len(set(columns)) < len(columns):
        raise InvalidRule(f"a column is one feature, not several: {list(columns)}.")


def _total(feature: Feature) -> nw.Expr:
    first, *others = (as_float(name) for name in feature.of)
    return sum(others, start=first)


def _value(feature: Feature) -> nw.Expr:
    value = as_float(feature.column)
    match feature.kind:
        case "log":
            return (value + 1.0).log()
        case "share":
            return value / _total(feature)
        case _:
            return value


def _coordinates(door: Door, feature: Feature) -> list[nw.Expr]:
    if feature.kind != "category":
        factor = sqrt(feature.weight) / feature.scale
        return [(_value(feature) - feature.centre) * factor]
    height = sqrt(feature.weight / 2)  # two customers of different categories: weight, squared
    here = as_code(door, feature.column, feature.categories)
    return [
        nw.when(here == c).then(nw.lit(height)).otherwise(nw.lit(0.0)) for c in feature.categories
    ]


def _undone(feature: Feature, places: Floats) -> Floats:
    """Return the values of one coordinate."""
    if feature.kind == "category":
        return places / sqrt(feature.weight / 2)
    values = places * (feature.scale / sqrt(feature.weight)) + feature.centre
    return np.expm1(values) if feature.kind == "log" else values


def _standardized(feature: Feature, values: Floats) -> Feature:
    if values[0] == values[-1]:
        raise _constant(feature.column, (float(values[0]),))
    return attrs.evolve(feature, centre=float(values.mean()), scale=float(values.std()))


def _constant(column: str, there: tuple[Any, ...]) -> InvalidData:
    same = f" ({there[0]!r})" if there else ""
    message = f"the same for every customer{same}, so that it tells nobody apart"
    problem = Problem(
        code="constant_feature", message=message, column=column, remedy="Leave the column out."
    )
    return InvalidData([attrs.evolve(problem, count=0)])


def _some(feature: Feature) -> str:
    shown = ", ".join(repr(category) for category in feature.categories[:6])
    return shown + (", ..." if len(feature.categories) > 6 else "")
