"""Identifier: what a party or a thing is called in some register."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import attrs

from custrel.model._checks import as_stripped, not_blank

__all__ = ["Identifier"]


def _as_code(value: object) -> str:
    """Return a register's name in the form that all registers share."""
    return str(value).strip().lower()


@attrs.frozen
class Identifier:
    """What somebody is called in some register: a tax number, a number in another system.

    Parameters
    ----------
    register : str
        Which register: ``"uscc"`` (统一社会信用代码), ``"lei"``, ``"gln"``, or one of your own.
    value : str
        The identifier; blanks around it are dropped.

    Raises
    ------
    InvalidValue
        One of the two is blank.

    Notes
    -----
    `is_valid` knows the check digits of the unified social credit code (GB 32100-2015), the
    legal entity identifier (ISO 17442) and the global location number (GS1).  What another
    register issues is taken as it is.

    Examples
    --------
    >>> Identifier("lei", "5493001KJTIIGC8Y1R12").is_valid
    True
    >>> Identifier("lei", "5493001KJTIIGC8Y1R21").is_valid
    False
    >>> print(Identifier("erp", "K-0815"))
    erp:K-0815
    """

    register: str = attrs.field(converter=_as_code, validator=not_blank)
    value: str = attrs.field(converter=as_stripped, validator=not_blank)

    @property
    def is_valid(self) -> bool:
        """Whether its check digits are right; True where the register has none known here."""
        check = _CHECKS.get(self.register)
        return check is None or check(self.value.upper())

    def __str__(self) -> str:
        return f"{self.register}:{self.value}"


_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _uscc(value: str) -> bool:
    """Check a unified social credit code: weights 3^i modulo 31."""
    if not re.fullmatch(rf"[{_USCC_SIGNS}]{{18}}", value):
        return False
    total = sum(
        _USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(value[:17])
    )
    return -total % 31 == _USCC_SIGNS.index(value[17])


def _lei(value: str) -> bool:
    """Check a legal entity identifier: letters as 10 to 35, the whole 1 modulo 97."""
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", value):
        return False
    return int("".join(str(int(sign, 36)) for sign in value)) % 97 == 1


def _gln(value: str) -> bool:
    """Check a global location number: weights 1 and 3 in turn, the whole 0 modulo 10."""
    if not re.fullmatch(r"[0-9]{13}", value):
        return False
    return sum(int(sign) * (1, 3)[place % 2] for place, sign in enumerate(value)) % 10 == 0


_CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"uscc": _uscc, "lei": _lei, "gln": _gln}
)
