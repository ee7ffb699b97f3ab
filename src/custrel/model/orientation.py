"""Orientation: whether a firm works for the single sale or for the relation."""

from __future__ import annotations

from collections.abc import Mapping

from custrel.errors import InvalidValue, UnknownCode
from custrel.model._codes import Code

__all__ = ["ORIENTATION_ITEMS", "MarketingOrientation", "orientation"]


class MarketingOrientation(Code):
    """Whether a firm works for the single sale or for the relation (交易营销、关系营销).

    Examples
    --------
    >>> MarketingOrientation("relational")
    <MarketingOrientation.RELATIONAL: 'relational'>
    """

    TRANSACTIONAL = "transactional"
    RELATIONAL = "relational"


ORIENTATION_ITEMS = (
    "keeps_customers",
    "values_service",
    "commits_itself",
    "quality_is_everyones",
    "stays_in_touch",
)
"""The five contrasts between transactional and relationship marketing (S-021).

Each is a statement that holds of relationship marketing: it looks to keeping customers, thinks
highly of service, commits itself fully, has every department care for quality, and builds long
and stable relations.
"""


def orientation(answers: Mapping[str, bool]) -> MarketingOrientation:
    """Return how a firm works, by five statements about it.

    Parameters
    ----------
    answers : mapping of str to bool
        Whether each of `ORIENTATION_ITEMS` is true of the firm.

    Returns
    -------
    MarketingOrientation
        Relational where three or more are true.

    Raises
    ------
    InvalidValue
        A statement is not answered.
    UnknownCode
        An answer belongs to no statement.

    Examples
    --------
    >>> orientation(dict.fromkeys(ORIENTATION_ITEMS, True))
    <MarketingOrientation.RELATIONAL: 'relational'>
    """
    for item in answers:
        if item not in ORIENTATION_ITEMS:
            raise UnknownCode("item of the orientation", item, ORIENTATION_ITEMS)
    open_ = [item for item in ORIENTATION_ITEMS if item not in answers]
    if open_:
        raise InvalidValue(f"orientation: no answer to {', '.join(open_)}.")
    relational = 2 * sum(map(bool, answers.values())) > len(ORIENTATION_ITEMS)
    return MarketingOrientation.RELATIONAL if relational else MarketingOrientation.TRANSACTIONAL
