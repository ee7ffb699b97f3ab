"""ContactPoint: where and how a party can be reached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from custrel.model._checks import as_stripped, not_blank
from custrel.model._codes import Code

__all__ = ["Channel", "ContactPoint"]


class Channel(Code):
    """By which way the firm and a customer reach each other (沟通渠道).

    Examples
    --------
    >>> Channel("email")
    <Channel.EMAIL: 'email'>
    """

    PHONE = "phone"
    EMAIL = "email"
    MESSAGE = "message"
    POST = "post"
    WEB = "web"
    IN_PERSON = "in_person"


@attrs.frozen(kw_only=True)
class ContactPoint:
    """Where a party can be reached: a phone number, an address of mail, an account (联系方式).

    Parameters
    ----------
    channel : Channel or str
        By which way.
    value : str
        The number or address; blanks around it are dropped.
    purpose : str
        What it is for, in one's own words: ``"office"``, ``"invoices"``.

    Raises
    ------
    InvalidValue
        The value is blank.
    UnknownCode
        There is no such channel.

    Examples
    --------
    >>> phone = ContactPoint(channel="phone", value="+86 (10) 6552-9988")
    >>> phone.is_valid, phone.key
    (True, '+861065529988')
    >>> ContactPoint(channel="email", value="li.wei@example").is_valid
    False
    """

    channel: Channel = attrs.field(converter=Channel)
    value: str = attrs.field(converter=as_stripped, validator=not_blank)
    purpose: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether the value has the form that its channel asks for; not whether it answers."""
        form = _FORMS.get(self.channel)
        return form is None or form.fullmatch(self.key) is not None

    @property
    def key(self) -> str:
        """The value as it is compared: without the blanks, brackets and capitals of writing."""
        text = self.value.casefold()
        return re.sub(r"[\s().\-/]", "", text) if self.channel is Channel.PHONE else text


_FORMS: Mapping[Channel, re.Pattern[str]] = MappingProxyType(
    {
        Channel.PHONE: re.compile(r"\+?[0-9]{5,15}"),  # E.164 has 15 digits at most
        Channel.EMAIL: re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"),
        Channel.WEB: re.compile(r"(https?://)?[^\s/.]+(\.[^\s/.]+)+(/\S*)?"),
    }
)
