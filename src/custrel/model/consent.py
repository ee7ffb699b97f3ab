"""Consent: what a customer has agreed to be contacted for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import (
    as_instant,
    aware,
    aware_or_none,
    in_utc,
    in_utc_or_none,
    not_blank,
)
from custrel.model.contact_point import Channel

__all__ = ["Consent", "may_contact"]


@attrs.frozen(kw_only=True)
class Consent:
    """What a customer has agreed to be contacted for, how, and until when (同意).

    Parameters
    ----------
    purpose : str
        What for, in one's own words: ``"newsletter"``.
    given_at : datetime
        When, with its zone.
    channel : Channel, str or None
        By which way; None: by any.
    basis : str
        On what ground: ``"consent"``, ``"contract"``.
    source : str
        Where it was given: a form, a call.
    withdrawn_at : datetime or None
        When it was withdrawn.
    expires_at : datetime or None
        When it ends of itself.

    Raises
    ------
    InvalidValue
        The purpose is blank, an instant has no zone, or it ends before it is given.
    UnknownCode
        There is no such channel.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> given = Consent(purpose="newsletter", given_at=datetime(2024, 3, 1, tzinfo=UTC))
    >>> given.holds(datetime(2024, 5, 1, tzinfo=UTC))
    True
    """

    purpose: str = attrs.field(validator=not_blank)
    given_at: datetime = attrs.field(converter=in_utc, validator=aware)
    channel: Channel | None = attrs.field(
        default=None, converter=attrs.converters.optional(Channel)
    )
    basis: str = "consent"
    source: str = ""
    withdrawn_at: datetime | None = attrs.field(
        default=None, converter=in_utc_or_none, validator=aware_or_none
    )
    expires_at: datetime | None = attrs.field(
        default=None, converter=in_utc_or_none, validator=aware_or_none
    )

    def __attrs_post_init__(self) -> None:
        for end in (self.withdrawn_at, self.expires_at):
            if end is not None and end < self.given_at:
                raise InvalidValue(
                    f"Consent to {self.purpose!r}: it ends at {end}, before it is given at "
                    f"{self.given_at}."
                )

    def holds(self, at: datetime) -> bool:
        """Tell whether it is in force at an instant.

        Parameters
        ----------
        at : datetime
            The instant, with its zone.

        Returns
        -------
        bool
        """
        asked = as_instant(at, "Consent", "at")
        ends = [end for end in (self.withdrawn_at, self.expires_at) if end is not None]
        return self.given_at <= asked and all(asked < end for end in ends)


def may_contact(
    consents: Iterable[Consent],
    purpose: str,
    at: datetime,
    *,
    channel: Channel | str | None = None,
) -> bool:
    """Tell whether somebody may be contacted; where nothing says so, not.

    Parameters
    ----------
    consents : iterable of Consent
        What he agreed to and withdrew.
    purpose : str
        What for.
    at : datetime
        When, with its zone.
    channel : Channel, str or None
        By which way; None asks for a consent to any.

    Returns
    -------
    bool
        True where a consent to this purpose and way is in force, and none to it was withdrawn
        after that one was given: of two answers, the later no counts.

    Raises
    ------
    InvalidValue
        The instant has no zone.
    UnknownCode
        There is no such channel.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> may_contact([], "newsletter", datetime(2024, 5, 1, tzinfo=UTC))
    False
    """
    way = None if channel is None else Channel(channel)
    asked = as_instant(at, "may_contact", "at")
    about = [consent for consent in consents if consent.purpose == purpose]
    latest_no = max(
        (
            consent.withdrawn_at
            for consent in about
            if consent.withdrawn_at is not None
            and consent.withdrawn_at <= asked
            and (way is None or consent.channel in {None, way})
        ),
        default=None,
    )
    return any(
        consent.holds(asked) and (latest_no is None or consent.given_at > latest_no)
        for consent in about
        if consent.channel in {None, way}
    )
