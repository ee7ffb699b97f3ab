"""RFM by category: customers scored among those who buy the same kind of thing."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, as_text, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import collect, enter
from custrel.rules import Rule
from custrel.segmentation._cells import cell_code
from custrel.segmentation._cuts import flip, points
from custrel.segmentation._learning import REMEDIES, SCORES, Lesson, learn_scale
from custrel.segmentation._refusals import refuse
from custrel.segmentation.rfm_scale import RfmScale
from custrel.units import TimeUnit, require_same_unit, unit_of

__all__ = ["RfmByCategory"]


def _as_scales(scales: Any) -> tuple[tuple[str, RfmScale], ...]:
    pairs = scales.items() if hasattr(scales, "items") else scales
    return tuple((str(category), scale) for category, scale in pairs)


@attrs.frozen
class RfmByCategory(Rule):
    """An RFM scale for each category, since what is often for bread is not so for beds.

    Parameters
    ----------
    scales : mapping of str to RfmScale
        For each category its scale: all of the same shape, unit, side and columns, and none
        nested.
    by : str
        The column of the category.

    Raises
    ------
    InvalidRule
        There are no scales, or they do not fit together.

    See Also
    --------
    RfmScale : One scale for all.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     {
    ...         "category": ["bread", "bread", "beds", "beds"] * 20,
    ...         "idle": [1, 9, 300, 900] * 20,
    ...         "orders": [90, 20, 2, 1] * 20,
    ...         "revenue": [200.0, 50.0, 3000.0, 400.0] * 20,
    ...     }
    ... )
    >>> rule = RfmByCategory.fit(rows, bins=2, unit="D")
    >>> rule.score(rows)["rfm"].head(4).tolist()
    ['222', '111', '222', '111']
    """

    scales: tuple[tuple[str, RfmScale], ...] = attrs.field(converter=_as_scales)
    by: str = attrs.field(default="category", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.scales or len(set(self.categories)) < len(self.scales):
            raise InvalidRule(f"expected one scale for each category, got {self.categories}.")
        if any(scale.nested for _, scale in self.scales):
            raise InvalidRule(
                "a nested scale depends on cells of its own; learn the scales of the categories "
                "with method='quantiles'."
            )
        facts = [(s.shape, s.unit, s.closed, s.columns) for _, s in self.scales]
        for (category, _), other in zip(self.scales, facts, strict=True):
            if other != facts[0]:
                raise InvalidRule(
                    "the scales must have the same shape, unit, side and columns; that of "
                    f"{category!r} has {other}, that of {self.categories[0]!r} {facts[0]}."
                )

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that have a scale."""
        return tuple(category for category, _ in self.scales)

    def scale_of(self, category: str) -> RfmScale:
        """Return the scale of one category.

        Parameters
        ----------
        category : str
            Its name.

        Returns
        -------
        RfmScale

        Raises
        ------
        UnknownCode
            The category has no scale.
        """
        known = dict(self.scales)
        if category not in known:
            raise UnknownCode("category with a scale", category, known)
        return known[category]

    @classmethod
    def fit(
        cls,
        summary: Any,
        *,
        by: str = "category",
        bins: int | Sequence[int] = 5,
        recency: str = "idle",
        frequency: str = "orders",
        monetary: str = "revenue",
        unit: TimeUnit | str | None = None,
    ) -> Self:
        """Learn a scale from the customers of each category.

        Parameters
        ----------
        summary : CustomerSummary or frame
            One row for each customer and category.
        by : str
            The column of the category.
        bins : int or three ints
            How many scores, for all three or for recency, frequency and monetary value.
        recency : str
            The column of the time since the last purchase, in the summary's unit.
        frequency : str
            The column of the number of purchases.
        monetary : str
            The column of the amount.
        unit : TimeUnit or str, optional
            What recency is measured in; needed where a bare frame came in.

        Returns
        -------
        RfmByCategory

        Raises
        ------
        InvalidData
            There are no customers; a category is missing; or a value is missing or infinite.
        ColumnNotFound
            A column is not there.

        Warns
        -----
        UserWarning
            A category has too few customers, or too few distinct values, to fill the scores.
        """
        door = enter(summary)
        door.require([by, recency, frequency, monetary])
        missing = {by: (nw.col(by).is_null(), "missing category")}
        refuse(door, missing, code="missing_value", remedy="Leave these rows out, or name it.")
        found = collect(door.frame.select(by).unique(subset=[by]))[by].to_list()
        if not found:
            message = "there is no customer to learn scales from"
            raise InvalidData([Problem(code="empty", message=message, count=0)])
        known = unit_of(summary, unit, "RfmByCategory")
        columns = (recency, frequency, monetary)
        lesson = Lesson.of(columns, bins, "quantiles", "low", (None, None, None))
        scales = []
        for category in sorted(found):
            part = enter(door.frame.filter(nw.col(by) == category).to_native())
            (r, f, m), remarks = learn_scale(part, lesson)
            for remark in remarks:
                warnings.warn(f"{by} {category!r}: {remark}", stacklevel=2)
            scale = RfmScale(recency=r, frequency=f, monetary=m, unit=known, columns=columns)
            scales.append((category, scale))
        return cls(scales, by=by)

    def score(self, summary: Any) -> Any:
        """Score every customer by the scale of his category.

        Parameters
        ----------
        summary : CustomerSummary or frame
            One row for each customer and category.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``recency_score``, ``frequency_score``, ``monetary_score`` and
            ``rfm``, as `RfmScale.score` adds them.

        Raises
        ------
        InvalidData
            A category is missing or has no scale; or a value is missing or infinite.
        ColumnNotFound
            A column is not there.
        UnitMismatch
            The summary measures time in another unit than the scales.
        """
        door, scale = enter(summary), self.scales[0][1]
        require_same_unit(scale, scale.unit, summary)
        require_complete(door, *scale.columns, remedies=REMEDIES)
        door.require([self.by])
        text = as_text(door, self.by)
        unknown = text.is_null() | ~text.is_in(self.categories)
        refuse(
            door,
            {self.by: (unknown, f"expected one of {', '.join(self.categories)}")},
            code="unseen_category",
            remedy="Learn a scale for it too, or leave these rows out.",
        )
        number = text.replace_strict(
            self.categories, range(len(self.scales)), default=None, return_dtype=nw.Int64
        )
        r, f, m = scale.columns
        scales = [scale for _, scale in self.scales]
        frame = door.frame.with_columns(__category=number)
        cell = nw.col("__category")
        recency = points(
            -as_float(r), tuple(flip(s.recency) for s in scales), cell, closed=scale.closed
        )
        frequency = points(
            as_float(f), tuple(s.frequency for s in scales), cell, closed=scale.closed
        )
        monetary = points(as_float(m), tuple(s.monetary for s in scales), cell, closed=scale.closed)
        scored = frame.with_columns(
            **dict(zip(SCORES, (recency, frequency, monetary), strict=True))
        ).with_columns(rfm=cell_code(SCORES, scale.shape))
        return door.leave(scored.drop("__category"))
