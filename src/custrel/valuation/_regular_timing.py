"""What BG/CNBD-k and MBG/CNBD-k share: the formulas for regular times between purchases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, gammaln

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import as_floats, collect, enter
from custrel.units import TimeUnit, unit_of
from custrel.valuation._arguments import strength_of
from custrel.valuation._beta_geometric import BetaGeometric
from custrel.valuation._bg_likelihood import find_peak
from custrel.valuation._peak import Peak
from custrel.valuation._phases import Prospects, waiting
from custrel.valuation._rows import (
    FROM_A_LOG,
    History,
    counts_of,
    require_one_length,
)
from custrel.valuation._sampling import People, ages_of

Floats = NDArray[np.float64]

_MOST = 12  # the k that are tried


def _whole(_: object, field: attrs.Attribute[int], value: int) -> None:
    if not 1 <= value < 1000:
        raise InvalidRule(f"{field.name}={value!r} must be a whole number from 1 to 999.")


@attrs.frozen(kw_only=True)
class RegularBetaGeometric(BetaGeometric):
    """What BG/CNBD-k and MBG/CNBD-k share; they differ in `_first_too`."""

    k: int = attrs.field(converter=int, validator=_whole)

    learns_from: ClassVar[tuple[str, ...]] = ("frequency", "recency", "T", "log_gaps")
    """The columns that the likelihood is of: those of a history, and the times in between."""

    @classmethod
    def fit(
        cls,
        summary: Any,
        *,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
        k: int | None = None,
    ) -> Self:
        """Learn the parameters from a customer summary by maximum likelihood.

        Parameters
        ----------
        summary : CustomerSummary or frame
            With the columns ``frequency``, ``recency``, ``T`` and, as `add_log_gaps` makes it,
            ``log_gaps``.  Where k is given, the last may be missing.
        unit : TimeUnit or str, optional
            What times are measured in, where a bare frame does not say it.
        penalty : float, default 0
            How strongly parameters are held back from running to 0 or infinity, as in other
            models.
        k : int, optional
            How regular purchases are; by default the most likely of 1 to 12.

        Returns
        -------
        model
            With `estimate`.  Its likelihood is of all times between purchases; where
            ``log_gaps`` is missing, what they add to it is left out.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        FitError
            Nobody bought twice, or there are too few customers.
        InvalidData
            A history is impossible.
        InvalidRule
            The penalty is negative or infinite, or k no whole number.
        UnitMismatch
            What times are measured in is stated nowhere, or twice and differently.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        door = enter(summary)
        unit = unit_of(summary, unit, cls.__name__)
        history, counts = door.distinct(*cls.history, remedy=FROM_A_LOG)
        gaps = None
        if k is None or "log_gaps" in door.columns:
            door.require(["log_gaps"], remedy=f"{_ADD_GAPS}, or give k.")
            door.require_numbers("log_gaps")
            gaps = as_floats(collect(door.frame.select("log_gaps")).get_column("log_gaps"))
            gaps = np.array([_checked_gaps(gaps).sum()])
        known = cls._checked(**history), counts if door.lazy else None
        return cls._choose(known, gaps, k, unit, penalty)

    @classmethod
    def fit_arrays(
        cls,
        *,
        frequency: ArrayLike,
        T: ArrayLike,
        recency: ArrayLike | None = None,
        log_gaps: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        unit: TimeUnit | str | None = None,
        penalty: float = 0.0,
        k: int | None = None,
    ) -> Self:
        """Learn the parameters from arrays by maximum likelihood.

        Parameters
        ----------
        frequency : array_like, shape (rows,)
            Repeat purchases.
        T : array_like, shape (rows,)
            Age at the end of observation, in `unit`.
        recency : array_like, shape (rows,)
            Age at the last purchase, in `unit`.
        log_gaps : array_like, shape (rows,), optional
            The sum of the logarithms of the times between purchases, in `unit`; 0 without a
            repeat purchase.  Only where k is given, it can be left out.
        weights : array_like, shape (rows,), optional
            How many customers each row stands for.
        unit : TimeUnit or str, optional
            What times are measured in.
        penalty : float, default 0
            How strongly parameters are held back, as in `fit`.
        k : int, optional
            How regular purchases are; by default the most likely of 1 to 12.

        Returns
        -------
        model
            With `estimate`.

        Raises
        ------
        FitError
            Nobody bought twice, or there are too few customers.
        InvalidData
            A history is impossible.
        InvalidRule
            The history is incomplete, the penalty negative or infinite, or k no whole number.

        Warns
        -----
        UserWarning
            A parameter ran to a boundary; `estimate.diagnosis` names it.
        """
        who, gaps = cls._checked(frequency, recency, T), None
        if k is None and log_gaps is None:
            raise InvalidRule("k is learnt from the times between purchases: give log_gaps, or k.")
        if log_gaps is not None:
            each = _checked_gaps(np.asarray(log_gaps, dtype=np.float64))
            require_one_length(log_gaps=each, rows=np.broadcast_to(0.0, who.shape))
            counts = counts_of(weights, np.broadcast_to(0.0, who.shape))
            gaps = np.broadcast_to(each, who.shape) * (1.0 if counts is None else counts)
        return cls._choose((who, weights), gaps, k, unit, penalty)

    @classmethod
    def _choose(
        cls,
        known: tuple[History, ArrayLike | None],
        gaps: Floats | None,
        k: int | None,
        unit: TimeUnit | str | None,
        penalty: float,
    ) -> Self:
        strength, rows = strength_of(penalty), cls._learnable(*known)
        each = 0.0 if gaps is None else float(gaps.sum())
        peaks = {
            number: find_peak(rows, cls._first_too, strength, number)
            for number in (range(1, _MOST + 1) if k is None else (int(k),))
        }
        likelihoods = {
            number: peak.log_likelihood + (number - 1) * each for number, peak in peaks.items()
        }
        best = max(likelihoods, key=lambda number: likelihoods[number])
        return cls._from_peak(
            attrs.evolve(peaks[best], log_likelihood=likelihoods[best]),
            customers=rows.counts.sum(),
            rows=len(rows.T),
            penalty=strength,
            unit=unit,
            k=best,
        )

    def log_likelihood(
        self,
        *,
        frequency: ArrayLike,
        T: ArrayLike,
        recency: ArrayLike | None = None,
        log_gaps: ArrayLike | None = None,
    ) -> Floats:
        """Return the logarithm of the likelihood of each history.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases.
        T : array_like
            Age at the end of observation, in the model's unit.
        recency : array_like
            Age at the last purchase, in the model's unit.
        log_gaps : array_like, optional
            The sum of the logarithms of the times between purchases, in the model's unit.
            Without it, what it adds is left out: then only models of one k compare.

        Returns
        -------
        ndarray of float64
            Of the broadcast shape.  Densities of purchase times, without x!.

        Raises
        ------
        InvalidData
            A history is impossible.
        InvalidRule
            It is incomplete.
        """
        value = self._log_likelihood(self._checked(frequency, recency, T))
        if log_gaps is None:
            return value
        return value + (self.k - 1) * _checked_gaps(np.asarray(log_gaps, dtype=np.float64))

    def sample(
        self,
        *,
        T: ArrayLike,
        seed: int | np.random.Generator,
        customers: int | None = None,
    ) -> dict[str, Floats]:
        """Draw the histories of customers who do what the model says.

        Parameters
        ----------
        T : array_like
            Age at the end of observation, in the model's unit: one for all, or of each.
        seed : int or Generator
            Where randomness comes from; the same seed gives the same customers.
        customers : int, optional
            How many, where T is one for all.

        Returns
        -------
        dict of str to ndarray of shape (customers,)
            ``frequency``, ``recency``, ``T`` and ``log_gaps``, as `fit_arrays` takes them.

        Raises
        ------
        InvalidRule
            An age is negative or infinite, or `customers` is no number of them.
        """
        age, rng = ages_of(customers, T), np.random.default_rng(seed)
        who, when = self._people(rng, len(age)).purchases(rng, age)
        repeat = when > 0
        gap = np.diff(when, prepend=0.0)[repeat]
        last = np.zeros(len(age))
        np.maximum.at(last, who, when)
        number = np.bincount(who[repeat], minlength=len(age))
        gaps = np.bincount(who[repeat], np.log(gap), minlength=len(age))
        drawn = {"frequency": number, "recency": last, "T": age, "log_gaps": gaps}
        return {name: values.astype(np.float64) for name, values in drawn.items()}

    @classmethod
    def _find_peak(cls, rows: Any, penalty: float) -> Peak:
        raise NotImplementedError  # `_choose` finds one for each k

    def _log_likelihood(self, who: History) -> Floats:
        x, last, age = who
        n, events = x + self._first_too, self.k * x
        shape = self.r + events
        alive = -self.r * np.log1p(age / self.alpha) - events * np.log(self.alpha + age)
        alive = alive + np.log(self._waiting(who)[0])
        stopped = -self.r * np.log1p(last / self.alpha) - events * np.log(self.alpha + last)
        stopped = np.where(n > 0, stopped + self._stop_odds(x), -np.inf)
        rest = gammaln(shape) - gammaln(self.r) - x * gammaln(self.k)
        rest = rest + betaln(self.a, self.b + n) - betaln(self.a, self.b)
        return np.asarray(rest + np.logaddexp(alive, stopped), dtype=np.float64)

    def _waiting(self, who: History) -> tuple[Floats, Floats]:
        x, last, age = who
        return waiting(self.k, self.r + self.k * x, (age - last) / (self.alpha + age))

    def _alive(self, who: History) -> Floats:
        x, last, age = who
        odds = self._stop_odds(x) - np.log(self._waiting(who)[0])
        odds = odds + (self.r + self.k * x) * np.log1p((age - last) / (self.alpha + last))
        alive = expit(-odds)
        if not self._first_too:
            alive = np.where(x > 0, alive, 1.0)
        return np.asarray(alive, dtype=np.float64)

    def _lasting(self, who: History, ahead: Floats) -> Floats:
        if self.k == 1:
            return super()._lasting(who, ahead)
        return self._phases(who).lasting(ahead)

    def _while_alive(self, who: History, ahead: Floats) -> Floats:
        if self.k == 1:
            return super()._while_alive(who, ahead)
        return self._phases(who).purchases(ahead)

    def _chance(self, who: History, n: Floats, begin: Floats, until: Floats) -> Floats:
        if self.k == 1:
            return super()._chance(who, n, begin, until)
        return self._phases(who).chance(n, begin, until)

    def _phases(self, who: History) -> Prospects:
        """Return what one alive is drawn from, for each number of events since his last purchase."""
        x, last, age = who
        shape, stopping = self.r + self.k * x, (self.a, self.b + (x + self._first_too))
        return Prospects.of(self.k, shape, stopping, self.alpha + age, age - last)

    def _distinct(self, who: History) -> tuple[History, NDArray[np.int64] | None]:
        if self.k == 1:
            return super()._distinct(who)
        if not all(values.ndim == 1 for values in who) or not len(who.x):
            return who, None
        rows, place = np.unique(
            np.column_stack(np.broadcast_arrays(*who)), axis=0, return_inverse=True
        )
        return History(*rows.T), place

    def _computed(self, kernel: Callable[[History], Floats], who: History) -> Floats:
        return super()._computed(kernel, who) if self.k == 1 else kernel(who)

    def _knee(self, who: History) -> float:
        # Where roots of unity have their singularities, k = 1 has none.
        return super()._knee(who) / (1 if self.k == 1 else 2)

    def _bend(self, who: History) -> float:
        return self._knee(who) / (1 + self.r + self.k * float(who.x.max(initial=0)))

    def _people(self, rng: np.random.Generator, size: int) -> People:
        return attrs.evolve(super()._people(rng, size), nth=self.k)

    def _survivors(self, rng: np.random.Generator, who: History) -> People:
        up_to = np.cumsum(self._waiting(who)[1], axis=0)
        # Events since the last purchase, of which the k-th is the next.
        passed = (rng.random(who.shape) * up_to[-1] > up_to).sum(axis=0)
        rate = rng.gamma(self.r + self.k * who.x + passed, 1 / (self.alpha + who.age))
        people = super()._survivors(rng, who)
        return attrs.evolve(people, rate=rate, nth=self.k, passed=passed)

    def _refit(self, sample: Mapping[str, ArrayLike], **options: Any) -> Self:
        return super()._refit(sample, **options, k=self.k)

    def _title(self) -> str:
        return f"{super()._title()}, k = {self.k}"


_ADD_GAPS = "custrel.valuation.add_log_gaps makes it from the order log"


def _checked_gaps(gaps: Floats) -> Floats:
    bad = ~np.isfinite(gaps)
    if bad.any():
        raise InvalidData(
            [
                Problem(
                    code="impossible_log_gaps",
                    message="missing or infinite",
                    column="log_gaps",
                    count=int(bad.sum()),
                    rows=tuple(
                        f"row {i}: log_gaps={gaps.ravel()[i]:g}" for i in np.flatnonzero(bad)[:3]
                    ),
                    remedy="Times between purchases are positive: merge orders of one moment.",
                )
            ]
        )
    return gaps
