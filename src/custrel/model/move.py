"""Move: a step that a case made."""

from __future__ import annotations

from datetime import datetime

import attrs

from custrel.model._checks import Evidence, as_evidence, aware, in_utc, not_blank

__all__ = ["Move"]


@attrs.frozen(kw_only=True)
class Move:
    """A step that a case made: what happened, when, by whom, and what shows it (转换记录).

    Parameters
    ----------
    trigger : str
        What happened.
    source, target : str
        The stage that it left, and the one that it came to.
    at : datetime
        When, with its zone.
    by : str or None
        Who made it; None: a system did.
    approved_by : str or None
        Who approved it (谁批准的).
    evidence : mapping of str to str, or pairs
        What shows it: the number of a contract, the ground of a judgement.
    order : int
        Its place among the moves of one instant, from 0.

    Raises
    ------
    InvalidValue
        A name is blank, or the instant has no zone.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> move = Move(
    ...     trigger="second_order",
    ...     source="first_buyer",
    ...     target="repeat_customer",
    ...     at=datetime(2024, 3, 1, tzinfo=UTC),
    ...     evidence={"order": "O-17"},
    ... )
    >>> move.is_automatic, move.shows("order")
    (True, 'O-17')
    """

    trigger: str = attrs.field(validator=not_blank)
    source: str = attrs.field(validator=not_blank)
    target: str = attrs.field(validator=not_blank)
    at: datetime = attrs.field(converter=in_utc, validator=aware)
    by: str | None = None
    approved_by: str | None = None
    evidence: Evidence = attrs.field(default=(), converter=as_evidence)
    order: int = 0

    @property
    def is_automatic(self) -> bool:
        """Whether a system made it."""
        return self.by is None

    def shows(self, key: str) -> str | None:
        """Return a piece of its evidence, or None.

        Parameters
        ----------
        key : str
            Which.

        Returns
        -------
        str or None
        """
        return next((value for name, value in self.evidence if name == key), None)
