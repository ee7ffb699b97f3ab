"""Which respondents of a Kano survey cannot be taken seriously."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.satisfaction.kano_table import KanoCategory

__all__ = ["KanoCleaning"]


@attrs.frozen(kw_only=True)
class KanoCleaning(Rule):
    """How many odd answers a respondent may give before all of his are left out.

    Parameters
    ----------
    questionable : float or None
        The largest share of his answers that may contradict themselves, 0 to 1; None: any.
    indifferent : float or None
        The largest share that may be indifferent; None: any.

    Raises
    ------
    InvalidRule
        A share is not between 0 and 1, or neither is limited.

    Notes
    -----
    The literature asks for it and gives no limits; a quarter questionable, or nothing but
    indifferent, is ours (own).

    Examples
    --------
    >>> KanoCleaning(questionable=0.1, indifferent=None).to_data()
    {'custrel': 1, 'rule': 'KanoCleaning', 'questionable': 0.1, 'indifferent': None}
    """

    questionable: float | None = 0.25
    indifferent: float | None = 0.99

    def __attrs_post_init__(self) -> None:
        if not self.limits():
            raise InvalidRule("KanoCleaning: it limits neither questionable nor indifferent.")
        for category, limit in self.limits().items():
            if not 0 <= limit <= 1:
                raise InvalidRule(
                    f"KanoCleaning: {category.value} is a share between 0 and 1, got {limit!r}."
                )

    def limits(self) -> Mapping[KanoCategory, float]:
        """Return what is limited, and to which share.

        Returns
        -------
        mapping of KanoCategory to float
        """
        both = {
            KanoCategory.QUESTIONABLE: self.questionable,
            KanoCategory.INDIFFERENT: self.indifferent,
        }
        return {category: limit for category, limit in both.items() if limit is not None}
