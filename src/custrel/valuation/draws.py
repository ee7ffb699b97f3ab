"""Draws of parameters: from their posterior, or by fitting simulated customers again.

Each draw is a model that the data could have come from.  What all of them say of something is
how well it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule
from custrel.valuation._tables import as_html, as_text
from custrel.valuation.intervals import ParameterIntervals
from custrel.valuation.prediction_intervals import Interval

__all__ = ["ParameterDraws", "draws_interval"]

Floats = NDArray[np.float64]


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class ParameterDraws:
    """Parameters that a model may have, each draw as likely as the others.

    `posterior` and `bootstrap` make it.

    Parameters
    ----------
    model : BgNbd or another model
        The model that was learnt.
    parameters : array_like, shape (draws, parameters)
        Its parameters, in its order.
    method : str
        Where they come from, in words.
    effective_size : float
        How many independent draws from the right distribution are worth as much.
    diagnosis : tuple of str
        What is wrong with them, in words; empty where nothing is.

    See Also
    --------
    posterior : Draws from the posterior under weak priors.
    bootstrap : Draws by fitting simulated customers.

    Examples
    --------
    >>> from custrel import Nbd
    >>> model = Nbd(r=0.5, alpha=10.0)
    >>> made = ParameterDraws(
    ...     model=model, parameters=[[0.4, 9.0], [0.6, 11.0]], method="by hand", effective_size=2
    ... )
    >>> made["r"].tolist()
    [0.4, 0.6]
    >>> print(draws_interval(lambda m: m.expected_purchases(horizon=10), made))
    0.95 intervals
          value      low      high
    0  0.494949  0.44697  0.542929
    """

    model: Any
    parameters: Floats = attrs.field(converter=_floats)
    method: str
    effective_size: float
    diagnosis: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    def __len__(self) -> int:
        return len(self.parameters)

    def __getitem__(self, name: str) -> Floats:
        """Return the draws of one parameter.

        Parameters
        ----------
        name : str
            The parameter.

        Returns
        -------
        ndarray of shape (draws,)

        Raises
        ------
        InvalidRule
            There is no such parameter.
        """
        names = self._names
        if name not in names:
            raise InvalidRule(f"no parameter {name!r}: there are {', '.join(map(repr, names))}.")
        return np.asarray(self.parameters[:, names.index(name)], dtype=np.float64)

    def models(self) -> Iterator[Any]:
        """Yield a model for each draw.

        Yields
        ------
        model
            Of the kind that was learnt, with the parameters drawn.
        """
        for values in self.parameters.tolist():
            yield self.model.with_parameters(dict(zip(self._names, values, strict=True)))

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(self.model.parameters)

    def intervals(self, *, confidence: float = 0.95) -> ParameterIntervals:
        """Return between which limits the parameters lie.

        Parameters
        ----------
        confidence : float
            How much of the draws lies between the limits, as much being cut off at each end.

        Returns
        -------
        ParameterIntervals
            Around the medians of the draws.

        Raises
        ------
        InvalidRule
            The confidence is not between 0 and 1.
        """
        low, high = np.quantile(self.parameters, tails(confidence), axis=0)
        return ParameterIntervals(
            names=self._names,
            values=np.median(self.parameters, axis=0).tolist(),
            low=low.tolist(),
            high=high.tolist(),
            confidence=confidence,
            method=self.method,
        )

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _report(self) -> tuple[str, list[list[str]], list[str]]:
        limits = self.intervals()
        spread = self.parameters.std(axis=0)
        columns = (limits.values, spread, limits.low, limits.high)
        learnt = self.model.parameters.values()
        rows = [
            [name, *(f"{number:.6g}" for number in row)]
            for name, *row in zip(limits.names, learnt, *columns, strict=True)
        ]
        heads = ["parameter", "estimate", "median", "spread", "2.5 %", "97.5 %"]
        size = f"{len(self):,} draws, worth {self.effective_size:,.0f}"
        title = f"{type(self.model).__name__}, {self.method}: {size}"
        return title, [heads, *rows], [f"Caution: {finding}." for finding in self.diagnosis]


def draws_interval(
    predict: Callable[..., ArrayLike], *draws: ParameterDraws, confidence: float = 0.95
) -> Interval:
    """Return an interval for whatever models predict, from draws of their parameters.

    Parameters
    ----------
    predict : callable
        Takes models of the kinds given and returns numbers.
    *draws : ParameterDraws
        Of models learnt apart from one another, as one of purchases and one of spend.
    confidence : float
        How much of the draws lies between the limits, as much being cut off at each end.

    Returns
    -------
    Interval
        Of the prediction's shape, around the mean of what the draws say.

    Raises
    ------
    InvalidRule
        There are no draws, or the confidence is not between 0 and 1.

    See Also
    --------
    delta_interval : From the curvature of the likelihood alone.

    Examples
    --------
    >>> from custrel import GammaGamma, Nbd
    >>> often = ParameterDraws(
    ...     model=Nbd(r=0.5, alpha=10),
    ...     parameters=[[0.4, 9.0], [0.6, 11.0]],
    ...     method="by hand",
    ...     effective_size=2,
    ... )
    >>> spend = ParameterDraws(
    ...     model=GammaGamma(p=6, q=4, v=15),
    ...     parameters=[[6.0, 4.0, 14.0], [6.0, 4.0, 16.0]],
    ...     method="by hand",
    ...     effective_size=2,
    ... )
    >>> print(draws_interval(lambda m, s: m.expected_purchases(horizon=10) * s.mean, often, spend))
    0.95 intervals
         value      low      high
    0  14.9495  12.5697  17.3293
    """
    if not draws or not min(map(len, draws)):
        raise InvalidRule("there are no draws: pass those of one or more models.")
    found = np.stack([_floats(predict(*models)) for models in together(*draws)])
    low, high = np.quantile(found, tails(confidence), axis=0)
    return Interval(value=found.mean(axis=0), low=low, high=high, confidence=confidence)


def together(*draws: ParameterDraws) -> Iterator[tuple[Any, ...]]:
    """Yield models drawn independently; the shorter draws begin again."""
    length = max(map(len, draws))
    columns = [list(each.models()) for each in draws]
    for place in range(length):
        yield tuple(models[place % len(models)] for models in columns)


def tails(confidence: float) -> tuple[float, float]:
    """Return which shares of a distribution the limits cut off below."""
    normal_quantile(confidence)  # which refuses an impossible confidence
    return (1 - confidence) / 2, (1 + confidence) / 2
