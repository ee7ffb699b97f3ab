"""How parameters were learnt: likelihood, precision, and what went to a boundary."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike

from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation._peak import Peak
from custrel.valuation._tables import Table, as_html, as_text

__all__ = ["Estimate"]


def _matrix(rows: ArrayLike) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in np.asarray(rows, dtype=float))


@attrs.frozen(kw_only=True)
class Estimate(Rule):
    """What is known about parameters that were fitted by maximum likelihood.

    Parameters
    ----------
    log_likelihood : float
        At the maximum, in the unit of the data.
    customers : float
        How many customers the parameters were learnt from.
    rows : int
        How many distinct rows they were.
    covariance : array_like, shape (parameters, parameters)
        Of the parameters in the model's order, from the observed information; NaN where a
        parameter ran to a boundary.
    iterations : int
        Newton steps taken.
    diagnosis : sequence of str
        What ran to a boundary, by name; empty for a sound fit.
    penalty : float
        How strongly parameters were held back.  The log-likelihood is the plain one; the
        covariance is of what was maximized.

    Examples
    --------
    >>> estimate = Estimate(
    ...     log_likelihood=-10.0,
    ...     customers=5,
    ...     rows=4,
    ...     covariance=[[0.25, 0.0], [0.0, 1.0]],
    ...     iterations=3,
    ... )
    >>> estimate.standard_errors
    (0.5, 1.0)
    >>> estimate.aic
    24.0
    """

    log_likelihood: float = attrs.field(converter=float)
    customers: float = attrs.field(converter=float)
    rows: int
    covariance: tuple[tuple[float, ...], ...] = attrs.field(converter=_matrix)
    iterations: int
    diagnosis: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    penalty: float = 0.0

    @property
    def standard_errors(self) -> tuple[float, ...]:
        """Standard errors of the parameters, in the model's order."""
        diagonal = np.diag(np.array(self.covariance))
        return tuple(float(value) for value in np.sqrt(np.where(diagonal >= 0, diagonal, np.nan)))

    @property
    def aic(self) -> float:
        """Akaike's information criterion: 2 parameters - 2 log-likelihood."""
        return 2.0 * len(self.covariance) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion: parameters log(customers) - 2 log-likelihood."""
        return float(len(self.covariance) * np.log(self.customers) - 2 * self.log_likelihood)


class Learnt(Rule):
    """What models share whose parameters can be learnt: they show them with their precision."""

    __slots__ = ()

    _parameters: ClassVar[tuple[str, ...]]

    @property
    def name(self) -> str:
        """What the model is called in tables."""
        return type(self).__name__

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name, in the order of the estimate."""
        return {name: getattr(self, name) for name in self._parameters}

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors by parameter; NaN where one ran to a boundary or was not learnt."""
        learnt = self._learnt()
        if learnt is None:
            return dict.fromkeys(self.parameters, float("nan"))
        return dict(zip(self.parameters, learnt.standard_errors, strict=True))

    def with_parameters(self, values: Mapping[str, float]) -> Self:
        """Return a model of this kind with other parameters, of which nothing more is known.

        Parameters
        ----------
        values : mapping of str to float
            By the names that `parameters` has.

        Returns
        -------
        model
            Without an `estimate`.

        Raises
        ------
        InvalidRule
            A parameter is impossible.
        """
        model: Any = self
        changed: Self = attrs.evolve(model, **values, estimate=None)
        return changed

    def refit(self, sample: Mapping[str, ArrayLike]) -> Self:
        """Learn a model of this kind, as strongly held back, from other customers.

        Parameters
        ----------
        sample : mapping of str to array_like
            What customers did, as `sample` draws it.

        Returns
        -------
        model
            With `estimate`.

        Raises
        ------
        FitError
            Nothing can be learnt from them.
        """
        learnt, unit = self._learnt(), getattr(self, "unit", None)
        options: dict[str, Any] = {} if unit is None else {"unit": unit}
        if learnt is not None:
            options["penalty"] = learnt.penalty
        return self._refit(sample, **options)

    def _refit(self, sample: Mapping[str, ArrayLike], **options: Any) -> Self:
        kind: Any = type(self)
        again: Self = kind.fit_arrays(**sample, **options)
        return again

    @classmethod
    def _from_peak(
        cls, peak: Peak, *, customers: float, rows: int, penalty: float, **known: Any
    ) -> Self:
        """Return a model of the most likely parameters, and warn of those at a boundary."""
        estimate = Estimate(
            log_likelihood=peak.log_likelihood,
            customers=customers,
            rows=rows,
            covariance=peak.covariance,
            iterations=peak.steps,
            diagnosis=peak.diagnosis,
            penalty=penalty,
        )
        if peak.diagnosis:
            # The caller of fit or of fit_arrays is three calls away.
            warnings.warn(f"{cls.__name__}: {'; '.join(peak.diagnosis)}.", stacklevel=4)
        known.update(zip(cls._parameters, peak.parameters, strict=True), estimate=estimate)
        return cls(**known)

    def _learnt(self) -> Estimate | None:
        return getattr(self, "estimate", None)

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _title(self) -> str:
        unit: TimeUnit | None = getattr(self, "unit", None)
        times = f", times in {unit.name.lower()}s" if unit is not None else ""
        return f"{self.name}{times}"

    def _report(self) -> tuple[str, Table, Sequence[str]]:
        """Return a title, a table of parameters, and what else is known."""
        title = self._title()
        named = self.parameters
        values = [f"{value:.6g}" for value in named.values()]
        learnt = self._learnt()
        if learnt is None:
            return title, [("parameter", "value"), *zip(named, values, strict=True)], []
        errors = [f"{error:.3g}" for error in learnt.standard_errors]
        what = [
            f"log-likelihood {learnt.log_likelihood:,.4f}",
            f"{learnt.customers:,.0f} customers",
            f"{learnt.rows:,} distinct rows",
            f"{learnt.iterations} steps",
            *([f"penalty {learnt.penalty:g}"] if learnt.penalty else []),
        ]
        notes = [", ".join(what), *(f"Caution: {finding}." for finding in learnt.diagnosis)]
        head = ("parameter", "estimate", "standard error")
        return title, [head, *zip(named, values, errors, strict=True)], notes
