"""Codes of this package: enumerations that say what there is, and columns that hold codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import narwhals.stable.v2 as nw

from custrel.errors import InvalidData, Problem, UnknownCode, near_miss
from custrel.frames import Door, census, collect, first_rows


class Code(StrEnum):
    """An enumeration whose codes are looked up with an error that lists them."""

    @classmethod
    def _missing_(cls, value: object) -> Any:
        what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()
        raise UnknownCode(what, str(value), [str(code.value) for code in cls])


def require_codes(door: Door, column: str, codes: Iterable[str]) -> None:
    """Refuse a column of codes that holds anything else, or nothing."""
    door.require([column])
    known = list(dict.fromkeys(codes))
    text = nw.col(column).cast(nw.String)
    unknown = ~text.is_null() & ~text.is_in(known)
    looks = {"missing": nw.col(column).is_null(), "unknown": unknown}
    counts = census(door.frame, looks)
    if not counts["missing"] and not counts["unknown"]:
        return
    problems = []
    if counts["missing"]:
        problems.append(
            Problem(
                code="missing_value",
                message="missing code",
                column=column,
                count=counts["missing"],
                rows=first_rows(door.frame, looks["missing"], _shown(door, column)),
            )
        )
    if counts["unknown"]:
        first = collect(door.frame.filter(unknown).select(column).head(1)).item()
        problems.append(
            Problem(
                code="unknown_code",
                message=f"a code that is none{near_miss(first, known)}",
                column=column,
                count=counts["unknown"],
                rows=first_rows(door.frame, unknown, _shown(door, column)),
                remedy=f"The choices are {', '.join(map(repr, known))}.",
            )
        )
    raise InvalidData(problems)


def _shown(door: Door, column: str) -> list[str]:
    return list(dict.fromkeys((door.columns[0], column)))
