"""Address: a place that mail and visitors reach."""

from __future__ import annotations

import re

import attrs

from custrel.errors import InvalidValue
from custrel.model._checks import as_texts

__all__ = ["Address"]


def _country(_: Address, _field: attrs.Attribute[str], value: str) -> None:
    if not re.fullmatch(r"[A-Z]{2}", str(value)):
        raise InvalidValue(
            f"Address: country must be two capital letters as in ISO 3166-1 ('CN'), got {value!r}."
        )


@attrs.frozen(kw_only=True)
class Address:
    """A place that mail and visitors reach (地址).

    Parameters
    ----------
    country : str
        Its code in ISO 3166-1: ``"CN"``.
    city : str
        The city or town.
    lines : sequence of str
        Street, house, floor: from the larger to the smaller or the other way, as is written
        in that country.
    region : str
        Province, state or county.
    postal_code : str
        The postal code.

    Raises
    ------
    InvalidValue
        The country is no code of two capital letters.

    Examples
    --------
    >>> print(Address(country="CN", region="四川", city="泸州", lines=["江阳南路 1 号"]))
    江阳南路 1 号, 泸州, 四川, CN
    """

    country: str = attrs.field(validator=_country)
    city: str = ""
    lines: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    region: str = ""
    postal_code: str = ""

    def __str__(self) -> str:
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (*self.lines, town, self.region, self.country) if part)
