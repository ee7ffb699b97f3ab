"""What a Kano survey says about each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import attrs
import numpy as np

from custrel.errors import InvalidRule, Problem, UnknownCode
from custrel.frames import enter
from custrel.labels import label
from custrel.satisfaction._kano_bootstrap import interval_columns
from custrel.satisfaction._kano_columns import count_categories, summary_columns
from custrel.satisfaction._kano_compare import comparison_columns
from custrel.satisfaction._kano_priorities import priority_columns
from custrel.satisfaction._kano_tally import Tally
from custrel.satisfaction._tables import as_frame, as_html, as_text
from custrel.satisfaction.kano_continuous import ContinuousScale, continuous_columns
from custrel.satisfaction.kano_curves import curve_columns
from custrel.satisfaction.kano_rule import KanoCounts, KanoRule
from custrel.satisfaction.kano_table import CATEGORIES, KanoTable
from custrel.satisfaction.two_factor import factor_columns

__all__ = ["KanoAnalysis"]

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

    def intervals(
        self, *, seed: int | np.random.Generator, resamples: int = 2000, confidence: float = 0.95
    ) -> Any:
        """Say how sure one can be, by resampling the respondents.

        Parameters
        ----------
        seed : int or numpy Generator
            Where randomness comes from: the same seed gives the same numbers.
        resamples : int
            How often the survey is drawn again.
        confidence : float
            Of the intervals, between 0 and 1.

        Returns
        -------
        frame
            A row for each group and feature: ``category``, ``stability`` (the share of resamples
            with the same category, 0 to 1), ``runner_up`` (the category most often found
            instead, missing where there was none), and ``_low`` and ``_high`` of ``better``,
            ``worse`` and each category's share.

        Raises
        ------
        InvalidRule
            `resamples` or `confidence` is impossible.

        Notes
        -----
        Percentile intervals. Respondents are drawn with replacement, those about each feature
        alone: its distinct answers are one multinomial draw.
        """
        return self._emit(interval_columns(self, seed, resamples, confidence))

    def continuous(self, scale: ContinuousScale | None = None) -> Any:
        """Return means of numbers instead of categories (DuMouchel).

        Parameters
        ----------
        scale : ContinuousScale, optional
            What each answer is worth, and where the quadrants are cut.

        Returns
        -------
        frame
            A row for each group and feature: ``functional`` and ``dysfunctional`` (means,
            weighted by importance where it was asked for), ``functional_sd``,
            ``dysfunctional_sd``, ``functional_se``, ``dysfunctional_se``, ``correlation``,
            ``quadrant`` (a category's code), and ``outside`` (a mean is below 0, so that many
            answers are reverse or questionable).

        Raises
        ------
        InvalidRule
            The scale has another number of answers than the table.
        """
        return self._emit(continuous_columns(self, scale))

    def compare(self, *, seed: int | np.random.Generator, resamples: int = 1999) -> Any:
        """Test whether the groups answer alike.

        Parameters
        ----------
        seed : int or numpy Generator
            Where randomness comes from.
        resamples : int
            How many tables with the same margins are drawn.

        Returns
        -------
        frame
            A row for each feature: ``groups`` (with answers), ``answers``, ``agree`` (they have
            the same category), ``chi2``, ``p_value``, ``p_adjusted`` (for the number of features;
            Holm), ``cramers_v`` (0: alike, 1: as different as can be). Of two groups also
            ``better_difference`` and ``worse_difference``, the first less the second, each with
            ``_low`` and ``_high`` (95 %; Newcombe).

        Raises
        ------
        InvalidRule
            The analysis has no groups.
        InvalidData
            There is one group only.

        Notes
        -----
        The p value is the share of tables, the survey's among them, with at least its chi-squared
        statistic: right for small groups too. With survey weights it is that of the chi-squared
        distribution, the counts brought to their effective number (Kish).
        """
        return self._emit(comparison_columns(self, seed, resamples))

    def curves(self, *, points: int = 21) -> Any:
        """Return satisfaction as a function of how far each feature is fulfilled.

        Parameters
        ----------
        points : int
            At how many degrees of fulfilment, 0 and 1 among them.

        Returns
        -------
        frame
            A row for each group, feature and point: ``category``, ``fulfilment`` (0 to 1) and
            ``satisfaction`` (from worse to better). Only attractive, one-dimensional and must-be
            features have a curve.

        Raises
        ------
        InvalidRule
            There are fewer than two points.

        See Also
        --------
        response_curve : The formulas.
        """
        return self._emit(curve_columns(self, points))

    def two_factor(self) -> Any:
        """Look at the features as the two-factor theory does (双因素理论).

        Returns
        -------
        frame
            A row for each group and feature: ``factor`` ("hygiene", "semi_motivator",
            "motivator"; missing for other categories), ``satisfaction`` (better) and
            ``dissatisfaction`` (worse).

        See Also
        --------
        TwoFactor : What the factors are.
        """
        return self._emit(factor_columns(self))

    def priorities(
        self,
        cost: Mapping[Any, float],
        *,
        budget: float | None = None,
        fulfilment: Mapping[Any, float] | None = None,
        group: Any = None,
    ) -> Any:
        """Choose the features to do next: the most satisfaction for the money.

        Parameters
        ----------
        cost : mapping of feature to float
            What it costs to fulfil each candidate; greater than 0.
        budget : float, optional
            What may be spent; default: enough for all.
        fulfilment : mapping of feature to float, optional
            How far each is fulfilled today, 0 to 1; default: not at all.
        group : object, optional
            Whose satisfaction, where the analysis has groups.

        Returns
        -------
        frame
            A row for each candidate, the highest gain per cost first: ``feature``, ``category``,
            ``fulfilment``, ``gain`` (satisfaction, times the mean importance where it was asked
            for), ``cost``, ``gain_per_cost`` and ``chosen``.

        Raises
        ------
        UnknownCode
            A feature or group is unknown.
        InvalidRule
            A cost, the budget or a fulfilment is impossible; or the group did not answer.

        Notes
        -----
        The gain is the rise of the feature's response curve from today's fulfilment to 1: better
        less worse, from nothing. An indifferent feature's is linear (own); reverse and
        questionable ones have none and are never chosen. The choice has the highest sum of gains
        of all that fit the budget.
        """
        columns = priority_columns(self, cost, budget, fulfilment or {}, group)
        return self._emit(columns)

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
        lines = as_text(self._rows(language), words=self._words())
        return "\n".join([self._headline(), "", *lines, *self._notes()])

    def _emit(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """Return a small table as a frame of the kind that the answers came in."""
        return as_frame(enter(self.frame), columns)

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        rows, words = self._rows("en"), self._words()
        return f"<p>{escape(self._headline())}</p>{as_html(rows, words=words)}{notes}"

    def _words(self) -> tuple[int, int]:
        """Return how many columns hold words, at the left and at the right."""
        return 1 if self.by is None else 2, 2

    def _headline(self) -> str:
        facts = [f"category {self.rule}"]
        if self.left_out:
            facts.append(f"{len(self.left_out):,} careless respondents left out")
        many = "feature" if len(self.features) == 1 else "features"
        return f"Kano analysis of {len(self.features):,} {many}; {'; '.join(facts)}."

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


def _remarks(table: Mapping[str, Sequence[Any]], i: int) -> str:
    remarks = {
        "tied": bool(table["tied"][i]),
        "mixed": not table["distinct"][i],
        "turned": bool(table["turned"][i]),
    }
    return ", ".join(name for name, holds in remarks.items() if holds)


def _signed(number: float) -> str:
    return "" if np.isnan(number) else f"{number:.2f}"
