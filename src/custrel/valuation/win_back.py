"""Winning back: whether a customer who left is worth the attempt, and by which plan."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_code, as_float
from custrel._flaws import Flaw, refuse_rows
from custrel.errors import InvalidRule
from custrel.frames import Door, enter, read_schema
from custrel.rules import Rule
from custrel.valuation._amounts import amounts, require_amounts, require_present
from custrel.valuation._rows import require_one_length

__all__ = ["WinBackPlan", "WinBackRule"]

Floats = NDArray[np.float64]

_NONE = "none"
_RECOVERABLE = (
    ("natural", 0.0),
    ("changed_needs", 0.25),
    ("benefit_seeking", 0.5),
    ("disappointed", 1.0),
)


@attrs.frozen(kw_only=True)
class WinBackPlan(Rule):
    """One way of winning customers back, and what it costs (挽救方案).

    Parameters
    ----------
    name : str
        What it is called.
    cost : float
        What an attempt costs, whether it succeeds or not; 0 or more.
    incentive : float
        What a customer gets for coming back; 0 or more.  It is paid on success alone, and
        makes good for so much of the cost of switching.
    effect : float
        How much of the rule's probability the plan reaches, 0 to 1.

    Raises
    ------
    InvalidRule
        A number is out of these bounds, or the name is ``"none"``.

    Examples
    --------
    >>> WinBackPlan(name="call and voucher", cost=4, incentive=20).incentive
    20.0
    """

    name: str
    cost: float = attrs.field(converter=float)
    incentive: float = attrs.field(default=0.0, converter=float)
    effect: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        if not self.name or self.name == _NONE:
            raise InvalidRule(f"a plan cannot be called {self.name!r}.")
        if not (0 <= self.cost < inf and 0 <= self.incentive < inf and 0 <= self.effect <= 1):
            raise InvalidRule(
                f"plan {self.name!r}: cost and incentive are 0 or more, effect is 0 to 1; got "
                f"{self.cost:g}, {self.incentive:g} and {self.effect:g}."
            )


def _as_pairs(pairs: Any) -> tuple[tuple[str, float], ...]:
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    return tuple((str(name), float(share)) for name, share in items)


def _as_plans(plans: Any) -> tuple[WinBackPlan, ...]:
    return tuple(plans)


@attrs.frozen(kw_only=True)
class WinBackRule(Rule):
    """Win back those of whom more is to be expected than the attempt costs (客户挽回).

    Parameters
    ----------
    plans : sequence of WinBackPlan
        What can be done; of equally good ones the first is chosen.
    prior : float
        The probability of success with a customer who was listened to, who is wholly
        recoverable, and whom switching costs nothing.  The documents' "up to 50 %".
    unheard : float
        What is left of it with customers to whom nobody listened.
    recoverable : mapping of str to float
        For each type of churn, what is left of it: 0 for those whom nothing brings back.
    half_cost : float
        The cost of switching back at which the probability is half of what it is without.

    Raises
    ------
    InvalidRule
        A probability or a share is not between 0 and 1, `half_cost` is not positive, there are
        no plans, or two of one name.

    See Also
    --------
    custrel.satisfaction.SwitchingCost : What changing the supplier costs a customer.

    Notes
    -----
    p = prior x recoverable x effect x (unheard) x 2 ** -(max(switching cost - incentive, 0) /
    half_cost), and the expected net value of a plan is p (value - incentive) - cost.  A customer
    is won back by the plan of which it is highest, if that is above 0: **never at any price**.

    The documents say that type, cost and plan decide (客户类型、挽救费用、挽救方案), that a high
    cost of switching makes it harder to win back, and that listening brings back up to half; they
    give no formula (reconstructed).  That natural churn is lost, and the disappointed are the
    likeliest to return, is inferred; the shares between are own, as is `unheard`.

    References
    ----------
    .. [1] J. S. Thomas, R. C. Blattberg, E. J. Fox (2004), Recapturing Lost Customers, Journal of
       Marketing Research 41(1), 31-45: value of a second lifetime against the cost of it.

    Examples
    --------
    >>> import pandas as pd
    >>> rule = WinBackRule(
    ...     plans=[
    ...         WinBackPlan(name="letter", cost=2, effect=0.4),
    ...         WinBackPlan(name="call and voucher", cost=6, incentive=20),
    ...     ]
    ... )
    >>> gone = pd.DataFrame(
    ...     {
    ...         "churn_type": ["disappointed", "natural", "benefit_seeking"],
    ...         "value": [300.0, 300.0, 30.0],
    ...         "switching_cost": [20.0, 0.0, 0.0],
    ...     }
    ... )
    >>> rule.judge(gone)[["plan", "win_back_probability", "win_back_value"]]
                   plan  win_back_probability  win_back_value
    0  call and voucher                   0.5           134.0
    1              none                   0.0             0.0
    2            letter                   0.1             1.0
    """

    plans: tuple[WinBackPlan, ...] = attrs.field(converter=_as_plans)
    prior: float = attrs.field(default=0.5, converter=float)
    unheard: float = attrs.field(default=0.5, converter=float)
    recoverable: tuple[tuple[str, float], ...] = attrs.field(
        default=_RECOVERABLE, converter=_as_pairs
    )
    half_cost: float = attrs.field(default=50.0, converter=float)

    def __attrs_post_init__(self) -> None:
        names = [plan.name for plan in self.plans]
        if not names or len(set(names)) < len(names):
            raise InvalidRule(f"each plan needs one name of its own, got {names!r}.")
        types = [name for name, _ in self.recoverable]
        if not types or len(set(types)) < len(types):
            raise InvalidRule(f"each type of churn stands once in `recoverable`, got {types!r}.")
        shares = {"prior": self.prior, "unheard": self.unheard, **dict(self.recoverable)}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise InvalidRule(f"{name}={share!r}: expected a share between 0 and 1.")
        if not 0 < self.half_cost < inf:
            raise InvalidRule(f"half_cost={self.half_cost!r}: it must be positive and finite.")

    def probability(
        self,
        churn_type: str,
        *,
        plan: WinBackPlan,
        switching_cost: ArrayLike = 0.0,
        heard: bool = True,
    ) -> Floats:
        """Return how probably a plan brings a customer back.

        Parameters
        ----------
        churn_type : str
            Why he left: one of the types of `recoverable`.
        plan : WinBackPlan
            What is done.
        switching_cost : array_like
            What it costs him to come back, 0 or more.
        heard : bool
            Whether he was listened to.

        Returns
        -------
        ndarray
            Of the shape of `switching_cost`.

        Raises
        ------
        InvalidRule
            The rule does not know the type of churn.
        InvalidData
            A cost is missing, infinite or negative.
        """
        if churn_type not in dict(self.recoverable):
            known = ", ".join(name for name, _ in self.recoverable)
            raise InvalidRule(f"churn_type={churn_type!r}: the rule knows {known}.")
        (cost,) = amounts(switching_cost=switching_cost, least=0)
        base = self.prior * dict(self.recoverable)[churn_type] * plan.effect
        base *= 1.0 if heard else self.unheard
        return np.asarray(base * 2.0 ** -(np.maximum(cost - plan.incentive, 0) / self.half_cost))

    def best_incentive(self, value: ArrayLike, *, switching_cost: ArrayLike) -> Floats:
        """Return the incentive of which most is to be expected.

        Parameters
        ----------
        value : array_like
            What a customer is worth who has come back.
        switching_cost : array_like
            What it costs him to come back, 0 or more.

        Returns
        -------
        ndarray
            From 0 to `switching_cost`, and never above `value`.

        Raises
        ------
        InvalidData
            A number is missing or infinite, a cost negative, or the arrays do not fit together.

        Notes
        -----
        (value - i) 2 ** -((S - i) / h) is highest at i = value - h / log 2, of what lies between
        0 and S.  It depends neither on the type of churn nor on the plan's cost.
        """
        (worth,), (cost,) = amounts(value=value), amounts(switching_cost=switching_cost, least=0)
        require_one_length(value=worth, switching_cost=cost)
        return np.clip(worth - self.half_cost / log(2), 0.0, cost)

    def judge(
        self,
        customers: Any,
        *,
        value: str = "value",
        churn_type: str = "churn_type",
        switching_cost: str | None = "switching_cost",
        heard: str | None = None,
    ) -> Any:
        """Choose the plan for each customer who left, or none.

        Parameters
        ----------
        customers : frame
            One row per customer.
        value : str
            The column of what the customer is worth who has come back.
        churn_type : str
            The column of why he left: codes of `recoverable`.
        switching_cost : str or None
            The column of what coming back costs him; None: nothing.
        heard : str or None
            The column that tells whether somebody has listened to him; None: to all.

        Returns
        -------
        frame
            As it came, with ``plan`` (its name, or ``"none"``), ``win_back_probability`` and
            ``win_back_value``, the expected net value, which is 0 without a plan.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A number is missing or infinite, a cost negative, a type of churn unknown, or it is
            not said whether a customer was heard.
        """
        door = enter(customers)
        require_amounts(door, value)
        if switching_cost is not None:
            require_amounts(door, switching_cost, least=0)
        self._require_types(door, churn_type)
        columns: dict[str, nw.Expr] = {"__prior": self._prior(door, churn_type, heard)}
        frame = door.frame.with_columns(**columns)
        plan, probability, best = nw.lit(_NONE), nw.lit(0.0), nw.lit(0.0)
        for place, each in enumerate(self.plans):
            chance, worth = f"__p{place}", f"__v{place}"
            short = _shortfall(switching_cost, each.incentive)
            fall = (short * (-log(2) / self.half_cost)).exp()
            frame = frame.with_columns((nw.col("__prior") * each.effect * fall).alias(chance))
            net = nw.col(chance) * (as_float(value) - each.incentive) - each.cost
            frame = frame.with_columns(net.alias(worth))
            better = nw.col(worth) > best
            plan = nw.when(better).then(nw.lit(each.name)).otherwise(plan)
            probability = nw.when(better).then(nw.col(chance)).otherwise(probability)
            best = nw.when(better).then(nw.col(worth)).otherwise(best)
        frame = frame.with_columns(plan=plan, win_back_probability=probability, win_back_value=best)
        made = ["__prior", *(f"__{k}{i}" for i in range(len(self.plans)) for k in "pv")]
        return door.leave(frame.drop(*made))

    def _prior(self, door: Door, churn_type: str, heard: str | None) -> nw.Expr:
        shares = {name: self.prior * share for name, share in self.recoverable}
        prior = as_code(door, churn_type, shares).replace_strict(
            list(shares), list(shares.values()), default=None, return_dtype=nw.Float64
        )
        if heard is None:
            return prior
        require_present(door, heard, of="customer")
        listened = nw.col(heard)
        if read_schema(door.frame)[heard] != nw.Boolean:
            require_amounts(door, heard, least=0, most=1)
            listened = listened > 0
        return prior * nw.when(listened).then(nw.lit(1.0)).otherwise(nw.lit(self.unheard))

    def _require_types(self, door: Door, churn_type: str) -> None:
        door.require([churn_type])
        known = [name for name, _ in self.recoverable]
        code = as_code(door, churn_type, known)
        refuse_rows(
            door,
            Flaw(
                nw.col(churn_type).is_null() | ~code.is_in(known),
                "unknown_churn_type",
                f"none of the types of churn that the rule knows ({', '.join(known)})",
                churn_type,
                remedy="Name them in recoverable=, or classify these customers.",
                shown=[churn_type],
            ),
        )


def _shortfall(switching_cost: str | None, incentive: float) -> nw.Expr:
    if switching_cost is None:
        return nw.lit(0.0)
    left = as_float(switching_cost) - incentive
    return nw.when(left > 0).then(left).otherwise(nw.lit(0.0))
