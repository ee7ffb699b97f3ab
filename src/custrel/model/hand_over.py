"""HandOver: something or somebody gets another owner, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import as_instant, aware, in_utc, not_blank

__all__ = ["HandOver"]


@attrs.frozen(kw_only=True)
class HandOver:
    """The act by which a customer or a case gets another owner (移交).

    Parameters
    ----------
    to : str
        Who has it from then on.
    at : datetime
        When, with its zone.
    by : str
        Who decided it.
    reason : str
        Why.

    Raises
    ------
    InvalidValue
        A name is blank, or the instant has no zone.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> HandOver(to="wang", at=datetime(2024, 3, 1, tzinfo=UTC), by="manager").to
    'wang'
    """

    to: str = attrs.field(validator=not_blank)
    at: datetime = attrs.field(converter=in_utc, validator=aware)
    by: str = attrs.field(validator=not_blank)
    reason: str = ""


def in_order_of_time(hand_overs: Iterable[HandOver]) -> tuple[HandOver, ...]:
    """Return hand-overs in the order of their time; what arrived twice counts once."""
    acts = tuple(sorted(dict.fromkeys(hand_overs), key=lambda act: act.at))
    for earlier, later in pairwise(acts):
        if earlier.at == later.at:
            raise InvalidValue(
                f"handed over to {earlier.to!r} and to {later.to!r} at one instant, {later.at}."
            )
    return acts


def owner_at(
    first: str | None, hand_overs: Sequence[HandOver], moment: datetime | None = None
) -> str | None:
    """Return who owns something: who got it last, until an instant or at all."""
    until = None if moment is None else as_instant(moment, "owner_at", "the moment asked for")
    past = (act.to for act in reversed(hand_overs) if until is None or act.at <= until)
    return next(past, first)
