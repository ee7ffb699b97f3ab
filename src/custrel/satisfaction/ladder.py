"""Ladders: satisfaction and loyalty in steps, each of which needs those below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule

__all__ = ["Ladder", "PurchaseGate"]

_GROUND = "below"


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


@attrs.frozen(kw_only=True)
class Ladder(Rule):
    """Steps that a customer climbs from below: a step counts where all below it are reached.

    Parameters
    ----------
    steps : sequence of str
        What the steps are called, the lowest first; also the columns that are read.
    cuts : sequence of float
        From which value on each step is reached.

    Raises
    ------
    InvalidRule
        There are no steps, or not as many cuts as steps, or a step stands twice.

    Notes
    -----
    The documents know two. Satisfaction (客户满意的层次): material satisfaction (物质满意) is the
    base, then spiritual (精神满意) and social satisfaction (社会满意); the order above the base is
    reconstructed. Loyalty: satisfied (满意), delighted (愉悦), trusting (信赖), where trust "is the
    end point of loyalty building" (客户产生信赖是建立客户忠诚的终点). Where a step begins depends on
    the question that was asked, so that the cuts are yours.

    Examples
    --------
    >>> import pandas as pd
    >>> ladder = Ladder.of_loyalty(4, 4, 6)
    >>> customers = pd.DataFrame(
    ...     {"satisfied": [5, 5, 2], "delighted": [6, 3, 7], "trusting": [7, 7, 7]}
    ... )
    >>> ladder.climb(customers)["step"].tolist()
    ['trusting', 'satisfied', 'below']
    """

    steps: tuple[str, ...] = attrs.field(converter=_texts)
    cuts: tuple[float, ...] = attrs.field(converter=_numbers)

    def __attrs_post_init__(self) -> None:
        if not self.steps or len(set(self.steps)) != len(self.steps) or _GROUND in self.steps:
            raise InvalidRule(
                f"Ladder: one step or more, each with a name of its own other than {_GROUND!r}; "
                f"got {self.steps}."
            )
        if len(self.cuts) != len(self.steps) or any(cut != cut for cut in self.cuts):  # noqa: PLR0124 - NaN
            raise InvalidRule(f"Ladder: {len(self.steps)} steps and cuts {self.cuts}.")

    @classmethod
    def of_satisfaction(cls, material: float, spiritual: float, social: float) -> Self:
        """Return the ladder of satisfaction: material, spiritual, social (物质、精神、社会满意).

        Parameters
        ----------
        material, spiritual, social : float
            From which value on each is reached.

        Returns
        -------
        Ladder
        """
        return cls(steps=("material", "spiritual", "social"), cuts=(material, spiritual, social))

    @classmethod
    def of_loyalty(cls, satisfied: float, delighted: float, trusting: float) -> Self:
        """Return the ladder of loyalty: satisfied, delighted, trusting (满意、愉悦、信赖).

        Parameters
        ----------
        satisfied, delighted, trusting : float
            From which value on each is reached.

        Returns
        -------
        Ladder
        """
        return cls(
            steps=("satisfied", "delighted", "trusting"), cuts=(satisfied, delighted, trusting)
        )

    @property
    def top(self) -> str:
        """The step above which there is none."""
        return self.steps[-1]

    def step(self, values: Sequence[float]) -> str:
        """Return the step that one customer stands on.

        Parameters
        ----------
        values : sequence of float
            His measure for each step, the lowest first.

        Returns
        -------
        str
            A step, or ``"below"``.

        Raises
        ------
        InvalidRule
            There are more or fewer values than steps.
        """
        if len(values) != len(self.steps):
            raise InvalidRule(f"{len(self.steps)} steps and {len(values)} values.")
        reached = _GROUND
        for step, value, cut in zip(self.steps, values, self.cuts, strict=True):
            if not value >= cut:
                break
            reached = step
        return reached

    def climb(
        self, customers: Any, *, columns: Sequence[str] | None = None, name: str = "step"
    ) -> Any:
        """Add the step that every customer stands on.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        columns : sequence of str, optional
            The columns of the measures, the lowest step's first; default: named as the steps.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`: a step, or ``"below"``.

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are more or fewer columns than steps.
        """
        door, read = enter(customers), tuple(columns or self.steps)
        if len(read) != len(self.steps):
            raise InvalidRule(f"{len(self.steps)} steps and {len(read)} columns.")
        require_complete(door, *read)
        found = nw.lit(self.top)
        below = (_GROUND, *self.steps[:-1])
        for column, cut, ground in reversed(list(zip(read, self.cuts, below, strict=True))):
            found = nw.when(as_float(column) >= cut).then(found).otherwise(nw.lit(ground))
        return door.leave(door.frame.with_columns(found.alias(name)))


@attrs.frozen(kw_only=True)
class PurchaseGate(Rule):
    """What must be there before a customer buys: trust for services, satisfaction for goods.

    Parameters
    ----------
    trust_from : float
        From which trust on a customer buys where trust decides.
    satisfied_from : float
        From which satisfaction on he buys elsewhere.
    trust_decides : sequence of str
        The sectors where trust decides.

    Notes
    -----
    "In service firms it is trust (信任感) that decides whether a customer buys", not satisfaction,
    loyalty or belonging. That elsewhere satisfaction does is our reading (own).

    Examples
    --------
    >>> gate = PurchaseGate(trust_from=4, satisfied_from=3)
    >>> gate.opens(sector="service", trust=2, satisfaction=5)
    False
    >>> gate.opens(sector="goods", trust=2, satisfaction=5)
    True
    """

    trust_from: float = attrs.field(converter=float)
    satisfied_from: float = attrs.field(converter=float)
    trust_decides: tuple[str, ...] = attrs.field(default=("service",), converter=_texts)

    def opens(self, *, sector: str, trust: float, satisfaction: float) -> bool:
        """Tell whether one customer may buy.

        Parameters
        ----------
        sector : str
            The firm's.
        trust, satisfaction : float
            The customer's.

        Returns
        -------
        bool
        """
        if sector in self.trust_decides:
            return trust >= self.trust_from
        return satisfaction >= self.satisfied_from

    def judge(
        self,
        customers: Any,
        *,
        sector: str,
        trust: str = "trust",
        satisfaction: str = "satisfaction",
        name: str = "may_buy",
    ) -> Any:
        """Add whether every customer of a firm may buy.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        sector : str
            The firm's.
        trust, satisfaction : str
            Columns; the one that decides in this sector must be there.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`, a truth value.

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            The column is not there.
        """
        door, by_trust = enter(customers), sector in self.trust_decides
        column, cut = (trust, self.trust_from) if by_trust else (satisfaction, self.satisfied_from)
        require_complete(door, column)
        return door.leave(door.frame.with_columns((as_float(column) >= cut).alias(name)))
