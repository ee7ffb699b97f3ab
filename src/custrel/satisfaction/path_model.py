"""Path models: constructs that are asked about by items, and what influences what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

import attrs

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import Rule

__all__ = ["Construct", "PathModel", "StructuralPath"]

Scale = tuple[float, float]

_MODES = ("A", "B")
_SIGNS = ("+", "-", "")


def _as_items(items: str | Iterable[str]) -> tuple[str, ...]:
    return (items,) if isinstance(items, str) else tuple(items)


def _as_scale(scale: Iterable[float] | None) -> Scale | None:
    if scale is None:
        return None
    ends = tuple(float(end) for end in scale)
    if len(ends) != 2 or not ends[0] < ends[1] or ends[1] - ends[0] == float("inf"):
        raise InvalidRule(f"a scale is its lowest and highest answer, as (1, 10); got {ends}.")
    return ends[0], ends[1]


@attrs.frozen
class Construct(Rule):
    """Something that cannot be asked directly, as satisfaction, and the items that ask about it.

    Parameters
    ----------
    name : str
        What it is called.
    items : sequence of str
        The columns of the answers; one item is allowed.
    mode : {"A", "B"}
        How its items are weighted: each by its own covariance with the neighbouring constructs
        (A, customary where the items reflect the construct), or all in one regression (B, where
        they form it).
    scale : pair of float, optional
        The lowest and the highest possible answer. An index needs it, and answers are held to it.

    Raises
    ------
    InvalidRule
        There is no item, the same item twice, or the scale is no pair of ascending numbers.
    UnknownCode
        There is no such mode.

    Examples
    --------
    >>> print(Construct("satisfaction", ["overall", "expected", "ideal"], scale=(1, 10)))
    satisfaction (A): overall, expected, ideal
    """

    name: str
    items: tuple[str, ...] = attrs.field(converter=_as_items)
    mode: Literal["A", "B"] = "A"
    scale: Scale | None = attrs.field(default=None, converter=_as_scale)

    def __attrs_post_init__(self) -> None:
        if self.mode not in _MODES:
            raise UnknownCode("mode of a construct", str(self.mode), _MODES)
        if not self.items:
            raise InvalidRule(f"the construct {self.name!r} has no items.")

    def __str__(self) -> str:
        return f"{self.name} ({self.mode}): {', '.join(self.items)}"


@attrs.frozen
class StructuralPath(Rule):
    """One arrow of a path model: a construct influences another.

    Parameters
    ----------
    source, target : str
        The two constructs.
    sign : {"", "+", "-"}
        The direction that theory expects, if any: "-" where more of one is less of the other.

    Raises
    ------
    UnknownCode
        There is no such sign.

    Examples
    --------
    >>> print(StructuralPath("satisfaction", "complaints", "-"))
    satisfaction -> complaints (-)
    """

    source: str
    target: str
    sign: Literal["", "+", "-"] = ""

    def __attrs_post_init__(self) -> None:
        if self.sign not in _SIGNS:
            raise UnknownCode("sign of a path", str(self.sign), _SIGNS)

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}" + (f" ({self.sign})" if self.sign else "")


def _as_path(path: StructuralPath | Sequence[Any]) -> StructuralPath:
    return path if isinstance(path, StructuralPath) else StructuralPath(*path)


def _as_paths(paths: Iterable[StructuralPath | Sequence[str]]) -> tuple[StructuralPath, ...]:
    return tuple(_as_path(path) for path in paths)


def _as_constructs(constructs: Any) -> tuple[Construct, ...]:
    if isinstance(constructs, Mapping):
        return tuple(Construct(name, items) for name, items in constructs.items())
    return tuple(constructs)


@attrs.frozen
class PathModel(Rule):
    """A path model (因果关系模型): constructs, their items, and the influences among them.

    Parameters
    ----------
    constructs : sequence of Construct, or mapping of name to items
        In any order.
    paths : sequence of StructuralPath or of (source, target) or (source, target, sign)
        What influences what; every construct is at one end of a path at least.
    target : str
        The construct whose index is wanted, as "satisfaction".

    Raises
    ------
    InvalidRule
        An item stands in two constructs, the paths run in a circle, a path is given twice, a
        construct is at the end of none, or two have the same name.
    UnknownCode
        A path or the target names no construct.

    See Also
    --------
    pls : Estimates one from answers.
    satisfaction_index : The index that it gives.
    ACSI, ECSI, SCSB : Well-known ones.

    Examples
    --------
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s1", "s2"], "loyalty": ["l1"]},
    ...     [("quality", "satisfaction"), ("satisfaction", "loyalty")],
    ... )
    >>> print(model)
    quality (A): q1, q2
    satisfaction (A): s1, s2
    loyalty (A): l1
    quality -> satisfaction
    satisfaction -> loyalty
    """

    constructs: tuple[Construct, ...] = attrs.field(converter=_as_constructs)
    paths: tuple[StructuralPath, ...] = attrs.field(converter=_as_paths)
    target: str = "satisfaction"

    def __attrs_post_init__(self) -> None:
        _require_distinct(self.names, "two constructs are called {!r}.")
        arrows = [f"{path.source} -> {path.target}" for path in self.paths]
        _require_distinct(arrows, "the path {} is given twice.")
        self._require_items_once()
        for path in self.paths:
            for name in (path.source, path.target):
                self.construct(name)
        _in_order(self)
        if self.target not in self.names:
            what = "construct of the model, which target= must name"
            raise UnknownCode(what, str(self.target), self.names)
        ends = {name for path in self.paths for name in (path.source, path.target)}
        alone = [name for name in self.names if name not in ends]
        if alone:
            raise InvalidRule(
                f"no path begins or ends at {', '.join(map(repr, alone))}, so that nothing is "
                "learnt about it: add a path, or leave the construct out."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The constructs' names."""
        return tuple(construct.name for construct in self.constructs)

    @property
    def items(self) -> tuple[str, ...]:
        """All items, construct by construct."""
        return tuple(item for construct in self.constructs for item in construct.items)

    @property
    def endogenous(self) -> tuple[str, ...]:
        """The constructs that something influences."""
        targets = {path.target for path in self.paths}
        return tuple(name for name in self.names if name in targets)

    @property
    def order(self) -> tuple[str, ...]:
        """The constructs so that influence runs from left to right."""
        return _in_order(self)

    def construct(self, name: str) -> Construct:
        """Return one construct.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Construct

        Raises
        ------
        UnknownCode
            There is none of that name.
        """
        for construct in self.constructs:
            if construct.name == name:
                return construct
        raise UnknownCode("construct of the model", str(name), self.names)

    def sources(self, name: str) -> tuple[str, ...]:
        """Return what influences a construct directly.

        Parameters
        ----------
        name : str
            The construct.

        Returns
        -------
        tuple of str
            In the order of the constructs.
        """
        found = {path.source for path in self.paths if path.target == name}
        return tuple(one for one in self.names if one in found)

    def sign(self, source: str, target: str) -> str:
        """Return the direction that theory expects of a path.

        Parameters
        ----------
        source, target : str
            Its two constructs.

        Returns
        -------
        str
            "+", "-", or "" where theory says nothing.

        Raises
        ------
        UnknownCode
            There is no such path.
        """
        for path in self.paths:
            if (path.source, path.target) == (source, target):
                return path.sign
        known = [f"{path.source} -> {path.target}" for path in self.paths]
        raise UnknownCode("path of the model", f"{source} -> {target}", known)

    def with_items(
        self,
        items: Mapping[str, str | Sequence[str]],
        *,
        scale: Iterable[float] | Mapping[str, Iterable[float]] | None = None,
    ) -> Self:
        """Return the model asked about by the columns of one's own questionnaire.

        Parameters
        ----------
        items : mapping of construct to str or sequence of str
            Columns; a construct that is not named keeps its own.
        scale : pair of float, or mapping of construct to pair, optional
            The lowest and the highest answer, of all constructs or of some.

        Returns
        -------
        PathModel

        Raises
        ------
        UnknownCode
            A name is no construct of the model.
        InvalidRule
            An item stands twice.

        Examples
        --------
        >>> from custrel.satisfaction import ACSI
        >>> model = ACSI.with_items({"complaints": ["complained"], "loyalty": ["again", "price"]})
        >>> print(model.construct("loyalty"))
        loyalty (A): again, price
        """
        each: Any = scale if isinstance(scale, Mapping) else dict.fromkeys(self.names, scale)
        scales: Mapping[str, Any] = each
        for name in (*items, *scales):
            self.construct(name)
        changed = [
            attrs.evolve(
                construct,
                items=items.get(construct.name, construct.items),
                scale=scales.get(construct.name) or construct.scale,
            )
            for construct in self.constructs
        ]
        return attrs.evolve(self, constructs=changed)

    def _require_items_once(self) -> None:
        homes: dict[str, str] = {}
        for construct in self.constructs:
            for item in construct.items:
                if item in homes:
                    where = (
                        f"twice in {construct.name!r}"
                        if homes[item] == construct.name
                        else f"in {homes[item]!r} and in {construct.name!r}"
                    )
                    raise InvalidRule(f"the item {item!r} stands {where}; it can ask for one only.")
                homes[item] = construct.name

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.constructs, *self.paths)))


def _require_distinct(names: Sequence[str], message: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise InvalidRule(message.format(name))


def _in_order(model: PathModel) -> tuple[str, ...]:
    """Sort the constructs so that every path leads forward, or name the circle."""
    left = list(model.names)
    order: list[str] = []
    while left:
        free = [name for name in left if not set(model.sources(name)) & set(left)]
        if not free:
            circle = _circle(model, left)
            raise InvalidRule(
                f"the paths run in a circle: {' -> '.join(circle)}. Take one of them out; a path "
                "model has no feedback."
            )
        order += free
        left = [name for name in left if name not in free]
    return tuple(order)


def _circle(model: PathModel, left: Sequence[str]) -> list[str]:
    """Walk against the paths among constructs that all have a source left, until one comes again."""
    walk = [left[0]]
    while walk.count(walk[-1]) == 1:
        walk.append(next(name for name in model.sources(walk[-1]) if name in left))
    return walk[walk.index(walk[-1]) :][::-1]
