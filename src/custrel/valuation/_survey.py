"""A survey of brands as arrays: who judged which brand how, and bought it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import as_floats, collect_rows, enter
from custrel.valuation._amounts import require_amounts, require_present

Floats = NDArray[np.float64]

_TOLERANCE = 1e-6


@attrs.frozen(eq=False)
class Survey:
    """A survey as arrays: a row for each respondent, a column for each brand, both sorted."""

    brands: list[Any]
    ratings: Floats
    shares: tuple[Floats, ...]
    spend: Floats

    @classmethod
    def read(
        cls,
        survey: Any,
        drivers: Sequence[str],
        respondent: str,
        brand: str,
        *,
        shares: Sequence[str],
        spend: str | None = None,
    ) -> Self:
        """Read a survey, and refuse what is incomplete."""
        door = enter(survey)
        require_present(door, respondent, brand, of="answer")
        require_amounts(door, *drivers, *([] if spend is None else [spend]), of="answer")
        require_amounts(door, *shares, least=0, most=1, of="answer")
        numbers = [*drivers, *shares, *([] if spend is None else [spend])]
        columns = list(dict.fromkeys((respondent, brand, *numbers)))
        frame = collect_rows(door.frame.select(*columns)).sort(respondent, brand)
        brands = frame.get_column(brand).unique().sort().to_list()
        _require_each_brand_once(frame, respondent, brand, brands)
        arrays = {
            name: as_floats(frame.get_column(name)).reshape(-1, len(brands)) for name in numbers
        }
        for name in shares:
            _require_sums_of_one(frame, respondent, name, arrays[name])
        empty = np.ones((len(frame) // len(brands), len(brands)))
        return cls(
            brands=brands,
            ratings=np.stack([arrays[name] for name in drivers], axis=-1),
            shares=tuple(arrays[name] for name in shares),
            spend=empty if spend is None else arrays[spend],
        )


def _require_each_brand_once(
    frame: nw.DataFrame[Any], respondent: str, brand: str, brands: list[Any]
) -> None:
    if not brands:
        problem = Problem(code="empty", message="there is no answer to learn from", count=0)
        raise InvalidData([problem])
    counted = frame.group_by(respondent).agg(nw.len().alias("n"), nw.col(brand).n_unique())
    bad = counted.filter((nw.col("n") != len(brands)) | (nw.col(brand) != len(brands)))
    if len(bad):
        shown = bad.sort(respondent).get_column(respondent).to_list()[:3]
        problem = Problem(
            code="incomplete_choice",
            message=f"a respondent judges each of the {len(brands)} brands once",
            count=len(bad),
            rows=tuple(f"{respondent}={who}" for who in shown),
            remedy="Fill the missing brands in, or leave these respondents out.",
            of="respondent",
        )
        raise InvalidData([problem])


def _require_sums_of_one(
    frame: nw.DataFrame[Any], respondent: str, column: str, values: Floats
) -> None:
    sums = values.sum(axis=1)
    bad = np.flatnonzero(np.abs(sums - 1) > _TOLERANCE)
    if bad.size:
        who = frame.get_column(respondent).to_list()[:: values.shape[1]]
        problem = Problem(
            code="no_distribution",
            message="a respondent's values do not sum to 1",
            column=column,
            count=int(bad.size),
            rows=tuple(f"{respondent}={who[i]}: {sums[i]:g}" for i in bad[:3]),
            of="respondent",
        )
        raise InvalidData([problem])
