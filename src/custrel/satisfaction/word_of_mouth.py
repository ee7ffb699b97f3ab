"""Word of mouth: how many hear what satisfied and dissatisfied customers tell."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_within
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule

__all__ = ["WordOfMouth", "WordOfMouthReach"]

_MODELS = ("per_head", "twice_the_satisfied")


@attrs.frozen(kw_only=True)
class WordOfMouthReach:
    """How many people hear something.

    Parameters
    ----------
    positive : float
        How many hear good of the firm.
    negative : float
        How many hear bad of it.

    See Also
    --------
    WordOfMouth : Makes one.

    Examples
    --------
    >>> WordOfMouthReach(positive=300, negative=1000).net
    -700
    """

    positive: float
    negative: float

    @property
    def net(self) -> float:
        """How many more hear good than bad."""
        return self.positive - self.negative


@attrs.frozen(kw_only=True)
class WordOfMouth(Rule):
    """How many people each customer tells (口碑传播).

    Parameters
    ----------
    model : {"per_head", "twice_the_satisfied"}
        Whether every dissatisfied customer tells so many people, or all dissatisfied customers
        together reach twice as many as there are satisfied ones.
    satisfied_tell, dissatisfied_tell : float
        How many people one customer tells; the latter is not read where the model is the second.

    Raises
    ------
    InvalidRule
        A number is negative.
    UnknownCode
        There is no such model.

    Notes
    -----
    The documents say two things. "One satisfied customer tells 3 people of his experience on
    average, and one dissatisfied customer 10" (1个满意的顾客会把他的经验平均告诉3个人,而1个不满意的
    顾客会把他的经验平均告诉10个人). And: dissatisfied customers tell as many potential users as are
    twice the satisfied ones (现有满意用户数量的两倍), however many dissatisfied there are, so long
    as there is one; what satisfied users tell it does not say, and stays `satisfied_tell`.

    Examples
    --------
    >>> rule = WordOfMouth()
    >>> rule.reach(satisfied=10, dissatisfied=3)
    WordOfMouthReach(positive=30.0, negative=30.0)
    >>> round(rule.break_even, 4)
    0.7692
    """

    model: Literal["per_head", "twice_the_satisfied"] = "per_head"
    satisfied_tell: float = attrs.field(default=3.0, converter=float)
    dissatisfied_tell: float = attrs.field(default=10.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.model not in _MODELS:
            raise UnknownCode("model of word of mouth", str(self.model), _MODELS)
        for name in ("satisfied_tell", "dissatisfied_tell"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InvalidRule(f"WordOfMouth: {name} is 0 or more.")

    @property
    def break_even(self) -> float:
        """The share of satisfied customers from which on more good is heard than bad.

        10/13 by the documents' first model. By the second the share does not matter: bad prevails
        everywhere (infinite) where the satisfied tell fewer than 2 each, else nowhere (0).
        """
        if self.model == "twice_the_satisfied":
            return float("inf") if self.satisfied_tell < 2 else 0.0
        total = self.satisfied_tell + self.dissatisfied_tell
        return self.dissatisfied_tell / total if total else 0.0

    def reach(self, *, satisfied: float, dissatisfied: float) -> WordOfMouthReach:
        """Return how many people hear something.

        Parameters
        ----------
        satisfied, dissatisfied : float
            How many customers there are of each.

        Returns
        -------
        WordOfMouthReach

        Raises
        ------
        InvalidRule
            A number is negative.
        """
        if not (satisfied >= 0 and dissatisfied >= 0):
            raise InvalidRule("the numbers of customers are 0 or more.")
        positive = self.satisfied_tell * satisfied
        if self.model == "per_head":
            return WordOfMouthReach(
                positive=positive, negative=self.dissatisfied_tell * dissatisfied
            )
        return WordOfMouthReach(positive=positive, negative=2.0 * satisfied * (dissatisfied > 0))

    def judge(
        self, groups: Any, *, satisfied: str = "satisfied", dissatisfied: str = "dissatisfied"
    ) -> Any:
        """Add how many people hear of every group of customers.

        Parameters
        ----------
        groups : frame
            A row for each group: a shop, a month.
        satisfied, dissatisfied : str
            The columns of how many customers there are of each.

        Returns
        -------
        frame
            As it came, with ``positive_reach``, ``negative_reach`` and ``net_reach``.

        Raises
        ------
        InvalidData
            A number is missing or negative.
        ColumnNotFound
            A column is not there.
        """
        door = enter(groups)
        for column in (satisfied, dissatisfied):
            require_within(door, column, 0, float("inf"), of="group")
        many, few = as_float(satisfied), as_float(dissatisfied)
        positive = many * self.satisfied_tell
        negative = few * self.dissatisfied_tell
        if self.model == "twice_the_satisfied":
            negative = nw.when(few > 0).then(many * 2.0).otherwise(nw.lit(0.0))
        columns = {"positive_reach": positive, "negative_reach": negative}
        frame = door.frame.with_columns(**columns, net_reach=positive - negative)
        return door.leave(frame)
