"""Needs that most customers share in most places: the occasion for a new service."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import collect, enter
from custrel.segmentation._refusals import refuse

__all__ = ["majority_needs"]


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
    door = enter(wishes)
    door.require([site, customer, need])
    missing = {name: (nw.col(name).is_null(), "missing value") for name in (site, customer)}
    refuse(door, missing, code="missing_value", remedy="Leave these rows out.")
    people = door.frame.select(site, customer).unique(subset=[site, customer])
    of_site = people.group_by(site).agg(nw.len().alias("__people"))
    sites = int(collect(of_site.select(nw.len())).item())
    if not sites:
        message = "there is no customer whose needs could be counted"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    wanted = door.frame.select(site, customer, need).filter(~nw.col(need).is_null())
    wanted = wanted.unique(subset=[site, customer, need])
    having = wanted.group_by(site, need).agg(nw.len().alias("__having"))
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
