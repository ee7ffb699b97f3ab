"""Codes: enumerations whose members stand in the data, and tell near misses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from custrel.errors import UnknownCode


class Code(StrEnum):
    """A closed set of codes in lower snake case; what the programs read and the data hold."""

    @classmethod
    def _missing_(cls, value: object) -> Code:
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()
        raise UnknownCode(kind, str(value), [member.value for member in cls])


C = TypeVar("C", bound=Code)


def in_code_order(codes: type[C], given: Iterable[C | str] | C | str) -> tuple[C, ...]:
    """Return codes in the order of their enumeration, each once; one alone is one."""
    wanted = {codes(code) for code in ([given] if isinstance(given, str) else given)}
    return tuple(code for code in codes if code in wanted)
