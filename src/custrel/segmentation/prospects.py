"""Prospects: who wants to buy, who is able to, and in which order to see them."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.frames import enter
from custrel.segmentation._refusals import refuse
from custrel.segmentation.grid import Axis, Grid

__all__ = ["PROSPECTS", "PROSPECT_CLASSES", "prospect_list"]

PROSPECTS = Grid(
    (
        Axis("desire", cuts=(0.5,)),
        Axis("ability", cuts=(0.5,)),
        Axis("authority", cuts=(1,), levels=("no", "yes")),
    ),
    (
        ("high", "high", "yes", "qualified"),
        ("high", "high", "no", "find_decider"),
        ("low", "low", "*", "reject"),
        ("*", "*", "*", "contact"),
    ),
    name="prospect",
)
"""Prospects by the desire and the ability to buy (客户购买欲望、客户购买能力).

Both from 0 to 1; `authority` tells whether one speaks with who decides (购买者和决策者): where
not, the one who does is to be found.  With one of the two, a prospect is kept in contact.  The
cuts are own.
"""

PROSPECT_CLASSES = Grid(
    (
        Axis("awareness", levels=("none", "low", "high")),
        Axis("total_budget", cuts=(500_000,)),
        Axis("matched_budget", cuts=(100_000,)),
    ),
    (
        ("none", "*", "*", "leave_alone"),
        ("high", "high", "high", "a"),
        ("low", "high", "high", "b"),
        ("high", "*", "*", "b"),
        ("low", "*", "*", "c"),
    ),
    name="prospect_class",
)
"""Training customers in classes 甲, 乙, 丙 (甲类客户标准).

Class A: high awareness (要有意识), a training budget of 500,000 or more, of which some 100,000
match our products (要有需求).  Low awareness: class B, to be guided slowly; none: left alone.
What follows where the need is missing is own, since the documents break off there.
"""


def prospect_list(
    prospects: Any, *, desire: str = "desire", ability: str = "ability", score: str = "score"
) -> Any:
    """Rank prospects by desire times ability (拟定潜在顾客名单).

    Parameters
    ----------
    prospects : frame
        One row per prospect.
    desire, ability : str
        The columns of how much they want to buy and how well they can, 0 to 1.
    score : str
        The column to add.

    Returns
    -------
    frame
        As it came, with the score (0 to 1), the best first, and ``rank``, 1 for the best and
        equal for equals.

    Raises
    ------
    InvalidData
        A value is missing, or not between 0 and 1.
    ColumnNotFound
        A column is not there.

    Notes
    -----
    A market is people, the intention and the ability to buy (市场三要素), and where one is
    missing there is none: so the two are multiplied and not added (reconstructed).

    Examples
    --------
    >>> import pandas as pd
    >>> prospects = pd.DataFrame({"id": [1, 2, 3], "desire": [0.9, 1, 0.5], "ability": [0, 0.4, 1]})
    >>> prospect_list(prospects)[["id", "score", "rank"]]
       id  score  rank
    2   3    0.5     1
    1   2    0.4     2
    0   1    0.0     3
    """
    door = enter(prospects)
    require_complete(door, desire, ability)
    off = {
        name: (~as_float(name).is_between(0, 1), "expected a share between 0 and 1")
        for name in (desire, ability)
    }
    refuse(door, off, code="no_share", remedy="Divide by the highest value of its scale.")
    ranked = (
        door.frame.with_columns((as_float(desire) * as_float(ability)).alias(score))
        .with_columns(__one=nw.lit(1), __behind=-nw.col(score))
        .with_columns(__upto=nw.col("__one").cum_sum().over(order_by="__behind"))
        .with_columns(rank=nw.col("__upto").min().over(score).cast(nw.Int64))
    )
    # Equals are kept in one order, so that a list printed twice is the same list.
    order = ["rank", door.columns[0]]
    return door.leave(ranked.sort(*order).drop("__one", "__behind", "__upto"))
