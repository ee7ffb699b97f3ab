"""Needs: what the customers of a segment have in common, and what most of them share everywhere."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import AnyFrame, Door, collect, count_rows, enter
from custrel.segmentation._refusals import require_there

__all__ = ["common_needs", "majority_needs"]


def common_needs(
    wishes: Any,
    *,
    segment: str = "segment",
    customer: str = "customer_id",
    need: str = "need",
    at_least: float = 0.5,
) -> Any:
    """Find what the customers of each segment need in common (共同需求细分).

    Parameters
    ----------
    wishes : frame
        One row for each customer and need; a customer who needs nothing has one row without a
        need, so that he counts among those of his segment.
    segment : str
        The column of the segment.
    customer : str
        The column of the customer.
    need : str
        The column of the need; missing where there is none.
    at_least : float
        The share of a segment's customers from which a need is a common one, above 0 to 1.

    Returns
    -------
    frame
        Of the kind that came: one row for each segment and each need that occurs in it, the
        most widespread of each segment first, with `segment`, `need`, ``customers`` (of the
        segment who have it), ``share`` (of the segment's customers, 0 to 1), ``lift`` (that
        share over the share of all customers: above 1 it is particular to the segment) and
        ``common`` (true or false).

    Raises
    ------
    InvalidData
        There are no rows, or a segment or customer is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `at_least` is no share above 0.

    See Also
    --------
    majority_needs : What most customers of most places need.

    Notes
    -----
    The documents take the most valuable segment, extract what its customers need in common, and
    offer each segment a marketing mix of its own (为每个细分的客户市场提供差异化的营销组合): common
    needs with a lift above 1 are what such a mix differs in.

    Examples
    --------
    >>> import pandas as pd
    >>> wishes = pd.DataFrame(
    ...     {
    ...         "segment": ["loyal", "loyal", "loyal", "new", "new"],
    ...         "customer_id": [1, 1, 2, 3, 4],
    ...         "need": ["advice", "tea", "advice", "tea", None],
    ...     }
    ... )
    >>> common_needs(wishes)
      segment    need  customers  share  lift  common
    0   loyal  advice          2    1.0   2.0    True
    1   loyal     tea          1    0.5   1.0    True
    2     new     tea          1    0.5   1.0    True
    """
    if not 0 < at_least <= 1:
        raise InvalidRule(f"at_least is a share above 0 (0.5, not 50); got {at_least!r}.")
    door, of_segment = _people(wishes, segment, customer, need)
    everybody = float(collect(of_segment.select(nw.col("__people").sum())).item())
    having: Any = _having(door, segment, customer, need)
    of_need = having.group_by(need).agg(nw.col("__having").sum().alias("__of_all"))
    joined = having.join(of_segment, on=segment, how="inner").join(of_need, on=need, how="inner")
    share = nw.col("__having").cast(nw.Float64) / nw.col("__people").cast(nw.Float64)
    found = joined.select(
        segment,
        need,
        customers=nw.col("__having").cast(nw.Int64),
        share=share,
        lift=share / (nw.col("__of_all").cast(nw.Float64) / everybody),
        common=share >= at_least,
    ).sort(segment, "share", need, descending=[False, True, False])
    return nw.maybe_reset_index(found).to_native()


def majority_needs(
    wishes: Any,
    *,
    site: str = "site",
    customer: str = "customer_id",
    need: str = "need",
    within: float = 0.5,
    across: float = 0.5,
) -> Any:
    """Find the needs that a majority of customers have at a majority of sites.

    Parameters
    ----------
    wishes : frame
        One row for each customer and need; a customer who needs nothing has one row without a
        need, so that he counts among those of his site.
    site : str
        The column of the place: the estate, the branch.
    customer : str
        The column of the customer.
    need : str
        The column of the need; missing where there is none.
    within : float
        More than this share of the customers of a site must have the need, 0 to 1.
    across : float
        At more than this share of the sites, 0 to 1.

    Returns
    -------
    frame
        Of the kind that came: one row per need, the most widespread first, with `need`,
        ``sites`` (where a majority has it), ``site_share`` (0 to 1), ``customers`` (who have it
        anywhere) and ``majority`` (true or false).

    Raises
    ------
    InvalidData
        There are no rows, or a site or customer is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        A share is not between 0 and 1.

    Notes
    -----
    多数小区多数业主: where most owners of most estates wish for dry-cleaning, a bookshop or a
    teahouse, the documents open a chain.

    Examples
    --------
    >>> import pandas as pd
    >>> wishes = pd.DataFrame(
    ...     {
    ...         "site": ["east", "east", "east", "west"],
    ...         "customer_id": [1, 2, 2, 3],
    ...         "need": ["books", "books", "tea", "books"],
    ...     }
    ... )
    >>> majority_needs(wishes)
        need  sites  site_share  customers  majority
    0  books      2         1.0          3      True
    1    tea      0         0.0          1     False
    """
    for name, limit in ("within", within), ("across", across):
        if not 0 <= limit < 1:
            raise InvalidRule(f"{name} must be a share from 0 to below 1 (0.5, not 50): {limit!r}.")
    door, of_site = _people(wishes, site, customer, need)
    sites = count_rows(of_site)
    having = _having(door, site, customer, need)
    joined: Any = having
    share = nw.col("__having").cast(nw.Float64) / nw.col("__people").cast(nw.Float64)
    marked = joined.join(of_site, on=site, how="inner").with_columns(
        __most=nw.when(share > within).then(1).otherwise(0)
    )
    table = marked.group_by(need).agg(
        nw.col("__most").sum().alias("sites"), nw.col("__having").sum().alias("customers")
    )
    part = nw.col("sites").cast(nw.Float64) / float(sites)
    found = table.select(
        need,
        nw.col("sites").cast(nw.Int64),
        site_share=part,
        customers=nw.col("customers").cast(nw.Int64),
        majority=part > across,
    ).sort("site_share", "customers", need, descending=[True, True, False])
    return nw.maybe_reset_index(found).to_native()


def _people(wishes: Any, group: str, customer: str, need: str) -> tuple[Door, AnyFrame]:
    """Let the wishes in, and count the customers of each group."""
    door = enter(wishes)
    door.require([group, customer, need])
    require_there(door, group, customer)
    people = door.frame.select(group, customer).unique(subset=[group, customer])
    counted = people.group_by(group).agg(nw.len().alias("__people"))
    if not count_rows(counted):
        message = "there is no customer whose needs could be counted"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    return door, counted


def _having(door: Door, group: str, customer: str, need: str) -> AnyFrame:
    """Count the customers of each group who have each need."""
    wanted = door.frame.select(group, customer, need).filter(~nw.col(need).is_null())
    wanted = wanted.unique(subset=[group, customer, need])
    return wanted.group_by(group, need).agg(nw.len().alias("__having"))
