"""What a Kano survey says about each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, Problem, UnknownCode
from custrel.labels import label
from custrel.satisfaction._kano_figures import (
    R,
    better_worse,
    divide,
    fong,
    shares_of,
    strengths,
)
from custrel.satisfaction._kano_tally import Tally, as_sums
from custrel.satisfaction._tables import as_html, as_text
from custrel.satisfaction.kano_rule import KanoCounts, KanoRule
from custrel.satisfaction.kano_table import CATEGORIES, KanoTable

__all__ = ["KanoAnalysis"]

Floats = NDArray[np.float64]

_SHOWN = 60


@attrs.frozen(eq=False, repr=False, kw_only=True)
class KanoAnalysis:
    """What a feature's presence and absence do to satisfaction, for every feature asked about.

    Parameters
    ----------
    frame : frame
        A row for each feature (and group), with the columns that `kano` describes.
    tally : object
        The distinct answers and how often each was given, from which everything is computed.
    table : KanoTable
        What turned pairs of answers into categories.
    rule : KanoRule
        What turned many respondents' categories into one.
    by : str or None
        The column that groups the respondents.
    turned : tuple
        The features whose question was turned round.
    left_out : tuple
        The respondents that were left out by the cleaning rule.
    problems : tuple of Problem
        What was left out, and why.

    See Also
    --------
    kano : Makes one from the answers.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import kano
    >>> answers = pd.DataFrame(
    ...     {
    ...         "respondent": [1, 2, 3],
    ...         "feature": ["wifi"] * 3,
    ...         "functional": [1, 1, 3],
    ...         "dysfunctional": [5, 5, 5],
    ...     }
    ... )
    >>> analysis = kano(answers)
    >>> analysis.counts("wifi").better
    0.6666666666666666
    """

    frame: Any
    tally: Tally
    table: KanoTable
    rule: KanoRule
    by: str | None = None
    turned: tuple[Any, ...] = ()
    left_out: tuple[Any, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def features(self) -> tuple[Any, ...]:
        """The features, in the order of the rows."""
        return self.tally.features

    @property
    def groups(self) -> tuple[Any, ...]:
        """The groups, in the order of the rows; None alone where nothing groups them."""
        return self.tally.groups

    def counts(self, feature: Any, group: Any = None) -> KanoCounts:
        """Return how many respondents put a feature in each category.

        Parameters
        ----------
        feature : object
            Its name, as in the data.
        group : object, optional
            The group, where the analysis has groups.

        Returns
        -------
        KanoCounts
            Sums of weights, where respondents are weighted.

        Raises
        ------
        UnknownCode
            There is no such feature, or no such group.
        InvalidRule
            Nobody in the group answered about the feature.
        """
        for what, name, known in (
            ("feature that was asked about", feature, self.features),
            ("group", group, self.groups),
        ):
            if name not in known:
                raise UnknownCode(what, str(name), map(str, known))
        place = self.groups.index(group) * len(self.features) + self.features.index(feature)
        row = count_categories(self.tally, self.table)[place]
        if not row.any():
            raise InvalidRule(f"nobody in the group {group!r} answered about {feature!r}.")
        names = [category.value for category in CATEGORIES]
        return KanoCounts(**dict(zip(names, row.tolist(), strict=True)))

    def describe(self, language: str = "en") -> str:
        """Return the analysis as a table for people.

        Parameters
        ----------
        language : {"en", "zh"}
            The language of the categories.

        Returns
        -------
        str
            Shares in per cent of all answers.
        """
        lines = as_text(self._rows(language), left=1 if self.by is None else 2)
        return "\n".join([self._headline(), "", *lines, *self._notes()])

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return f"<p>{escape(self._headline())}</p>{as_html(self._rows('en'))}{notes}"

    def _headline(self) -> str:
        facts = [f"category {self.rule}"]
        if self.left_out:
            facts.append(f"{len(self.left_out):,} careless respondents left out")
        return f"Kano analysis of {len(self.features):,} features; {'; '.join(facts)}."

    def _rows(self, language: str) -> list[tuple[str, ...]]:
        table = summary_columns(self)
        heads = ("feature", "n", *[f"{c.letter} %" for c in CATEGORIES])
        heads = (*heads, "better", "worse", "category", "")
        rows: list[tuple[str, ...]] = [heads if self.by is None else (self.by, *heads)]
        for i in range(min(_SHOWN, len(table["feature"]))):
            shares = [f"{100 * table[f'{c.value}_share'][i]:.0f}" for c in CATEGORIES]
            row: tuple[str, ...] = (
                str(table["feature"][i]),
                f"{table['answers'][i]:,.0f}",
                *shares,
                *[_signed(table[name][i]) for name in ("better", "worse")],
                label(table["category"][i], language, of="kano"),
                _remarks(table, i),
            )
            rows.append(row if self.by is None else (str(table[self.by][i]), *row))
        return rows

    def _notes(self) -> list[str]:
        rows = len(np.unique(self.tally.cell))
        more = [f"... and {rows - _SHOWN} more rows"] if rows > _SHOWN else []
        return [*more, *(f"note: {problem}" for problem in self.problems)]


def count_categories(tally: Tally, table: KanoTable) -> Floats:
    """Return the weight of each category, of shape (groups * features, 6)."""
    place = table.places()[tally.functional, tally.dysfunctional]
    flat = tally.cell * len(CATEGORIES) + place
    counts = as_sums(flat, tally.count * tally.weight, tally.cells * len(CATEGORIES))
    return counts.reshape(tally.cells, len(CATEGORIES))


def effective_answers(tally: Tally) -> Floats:
    """Return how many equally weighted answers would be as precise, of each group and feature."""
    total = tally.total(tally.count * tally.weight)
    return divide(total**2, tally.total(tally.count * tally.weight**2))


def summary_columns(analysis: KanoAnalysis) -> Mapping[str, Sequence[Any]]:
    """Return the columns of the result: a row for each group and feature with answers."""
    tally, rule = analysis.tally, analysis.rule
    answers = tally.total(tally.count)
    rows = np.flatnonzero(answers)
    counts = count_categories(tally, analysis.table)[rows]
    effective = effective_answers(tally)[rows]
    shares, (better, worse) = shares_of(counts), better_worse(counts)
    place, tied = rule.lead(counts)
    category_strength, total_strength = strengths(counts)
    difference, least = fong(counts, effective, rule.z)
    columns: dict[str, Any] = {
        **key_columns(analysis, rows),
        "answers": answers[rows].astype(np.int64),
        "category": [CATEGORIES[i].value for i in place],
        "tied": tied,
        "distinct": difference >= least,
        "turned": [analysis.features[i % len(analysis.features)] in analysis.turned for i in rows],
    }
    for i, category in enumerate(CATEGORIES):
        columns[category.value] = counts[:, i]
    for i, category in enumerate(CATEGORIES):
        columns[f"{category.value}_share"] = shares[:, i]
    columns |= {
        "category_strength": category_strength,
        "total_strength": total_strength,
        "better": better,
        "worse": worse,
    }
    if np.any(tally.importance != 1):
        weight = tally.count * tally.weight
        columns["importance"] = divide(tally.total(weight * tally.importance), tally.total(weight))[
            rows
        ]
    if np.any(tally.weight != 1):
        columns["effective_answers"] = effective
    return columns


def key_columns(analysis: KanoAnalysis, rows: NDArray[np.intp]) -> dict[str, list[Any]]:
    """Return what names some rows: the group, where there are groups, and the feature."""
    width = len(analysis.features)
    group = (
        {} if analysis.by is None else {analysis.by: [analysis.groups[i // width] for i in rows]}
    )
    return group | {"feature": [analysis.features[i % width] for i in rows]}


def leading_reverse(tally: Tally, table: KanoTable, rule: KanoRule) -> NDArray[np.bool_]:
    """Tell which features are reverse to most respondents, all groups together."""
    counts = count_categories(tally, table)
    summed = counts.reshape(len(tally.groups), len(tally.features), -1).sum(axis=0)
    return np.asarray(rule.lead(summed)[0] == R)


def _remarks(table: Mapping[str, Sequence[Any]], i: int) -> str:
    remarks = {
        "tied": bool(table["tied"][i]),
        "mixed": not table["distinct"][i],
        "turned": bool(table["turned"][i]),
    }
    return ", ".join(name for name, holds in remarks.items() if holds)


def _signed(number: float) -> str:
    return "" if np.isnan(number) else f"{number:.2f}"
