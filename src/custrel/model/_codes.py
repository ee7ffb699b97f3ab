"""Codes: enumerations whose members stand in the data, and tell near misses."""

from __future__ import annotations

import re
from enum import StrEnum

from custrel.errors import UnknownCode


class Code(StrEnum):
    """A closed set of codes in lower snake case; what the programs read and the data hold."""

    @classmethod
    def _missing_(cls, value: object) -> Code:
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()
        raise UnknownCode(kind, str(value), [member.value for member in cls])
