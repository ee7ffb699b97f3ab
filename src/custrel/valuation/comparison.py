"""Models beside one another: how well each fits what was, and foretells what came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.frames import Door, enter
from custrel.valuation._holdout import HELD, Holdout, groups_of, means_by
from custrel.valuation._surface import Surface
from custrel.valuation._tables import as_html, as_text

__all__ = ["Comparison", "HoldoutScore", "ModelScore", "compare"]

Floats = NDArray[np.float64]

_DECILES = 10
_HEADS = ("model", "parameters", "log-likelihood", "AIC", "BIC")
_HOLDOUT_HEADS = ("expected", "off by", "MAE", "RMSE", "calibration")


@attrs.frozen(kw_only=True)
class HoldoutScore:
    """How well one model foretold the holdout.

    Parameters
    ----------
    expected : float
        Purchases that it expected of all customers.
    actual : float
        Those that came.
    mae, rmse : float
        The mean absolute and the root mean squared error, customer by customer.
    calibration_error : float
        How far the mean of what came is from the mean of what was expected, in the average
        tenth of the customers by expectation.

    Examples
    --------
    >>> score = HoldoutScore(expected=90.0, actual=100, mae=0.7, rmse=1.6, calibration_error=0.1)
    >>> round(score.off_by, 3)
    -0.1
    """

    expected: float
    actual: float
    mae: float
    rmse: float
    calibration_error: float

    @property
    def off_by(self) -> float:
        """By which share of what came the model expected more, or, negative, less."""
        return self.expected / self.actual - 1 if self.actual else float("nan")


@attrs.frozen(kw_only=True)
class ModelScore:
    """How well one model fits, and foretells the holdout where there is one.

    Parameters
    ----------
    model : str
        Its name.
    parameters : int
        How many it has.
    log_likelihood, aic, bic : float
        On the customers that it was compared on.
    holdout : HoldoutScore, optional
        How well it foretold what came.

    Examples
    --------
    >>> ModelScore(model="Nbd", parameters=2, log_likelihood=-10.0, aic=24.0, bic=26.0).aic
    24.0
    """

    model: str
    parameters: int
    log_likelihood: float
    aic: float
    bic: float
    holdout: HoldoutScore | None = None


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Comparison:
    """Models beside one another, in the order in which they were given.

    `compare` makes it.

    Parameters
    ----------
    scores : tuple of ModelScore
        One for each model.
    customers : float
        How many they were compared on.
    frame : frame
        The scores as a table, of the summary's kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd, Nbd
    >>> frame = pd.DataFrame({"frequency": [0, 2], "recency": [0.0, 30.43], "T": [38.86, 38.86]})
    >>> models = [Nbd(r=0.38, alpha=12.1), BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4)]
    >>> found = compare(models, frame)
    >>> found.best.model
    'Nbd'
    """

    scores: tuple[ModelScore, ...]
    customers: float
    frame: Any

    @property
    def best(self) -> ModelScore:
        """The score of the model with the least AIC."""
        return min(self.scores, key=lambda score: score.aic)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _report(self) -> tuple[str, list[list[str]], list[str]]:
        foretold = [score.holdout for score in self.scores if score.holdout is not None]
        rows = [
            [
                score.model,
                str(score.parameters),
                f"{score.log_likelihood:,.2f}",
                f"{score.aic:,.2f}",
                f"{score.bic:,.2f}",
                *(_in_words(score.holdout) if score.holdout is not None else []),
            ]
            for score in self.scores
        ]
        heads = [*_HEADS, *(_HOLDOUT_HEADS if foretold else [])]
        title = f"{self.customers:,.0f} customers"
        notes = [f"Least AIC: {self.best.model}."]
        if foretold:
            title += f", {foretold[0].actual:,.0f} purchases in the holdout"
            least = min(range(len(foretold)), key=lambda place: foretold[place].mae)
            notes.append(f"Least MAE in the holdout: {self.scores[least].model}.")
        return title, [heads, *rows], notes


def compare(models: Iterable[Any], summary: Any) -> Comparison:
    """Compare models of repeat purchases on the same customers.

    Parameters
    ----------
    models : iterable of BgNbd or other models of repeat purchases
        Learnt from the same calibration period, or made from known parameters.
    summary : CustomerSummary or frame
        With the columns ``frequency``, ``recency`` and ``T``, and covariates where a model has
        them; with ``frequency_holdout`` and
        ``duration_holdout`` too, as `summarize` makes them with ``calibration_until``, what
        the models foretold is judged by what came.

    Returns
    -------
    Comparison
        With a score for each model, a table to print, and the same as a frame.

    Raises
    ------
    InvalidRule
        There is no model.
    ColumnNotFound
        A model needs a column that is not there.
    InvalidData
        There are no customers, or a history is impossible or a number missing.
    UnitMismatch
        The summary is measured in another unit than a model.

    Notes
    -----
    The likelihood is of what the summary says, whatever the models were learnt from.  AIC and
    BIC count the parameters in, and less is better; the holdout is the stricter judge, of all
    that the models are for.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd, MbgNbd, Nbd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "frequency": [0, 1, 1, 2, 3, 5, 9],
    ...         "recency": [0, 5, 25, 12, 30, 33, 36],
    ...         "T": [38] * 7,
    ...         "frequency_holdout": [0, 0, 1, 0, 3, 4, 8],
    ...         "duration_holdout": [39.0] * 7,
    ...     }
    ... )
    >>> frame = frame.loc[frame.index.repeat([60, 8, 8, 6, 6, 4, 3])]
    >>> print(compare([kind.fit(frame, unit="W") for kind in (Nbd, BgNbd, MbgNbd)], frame))
    95 customers, 66 purchases in the holdout
    model   parameters  log-likelihood     AIC     BIC  expected  off by    MAE   RMSE  calibration
    Nbd              2         -389.32  782.65  787.76      95.4    +45%  0.421  0.606        0.358
    BgNbd            4         -388.36  784.71  794.93      83.6    +27%  0.347  0.448        0.271
    MbgNbd           4         -387.66  783.33  793.54      68.1   +3.2%  0.313  0.528        0.313
    Least AIC: Nbd.
    Least MAE in the holdout: MbgNbd.
    """
    chosen = tuple(models)
    if not chosen:
        raise InvalidRule("there is no model to compare: pass one or more.")
    door = enter(summary)
    if len({getattr(model, "k", 1) for model in chosen}) > 1:
        door.require(["log_gaps"], remedy="Models of different k need it: add_log_gaps makes it.")
    held = Holdout.of(summary, *chosen) if {*HELD[3:]} <= {*door.columns} else None
    scores = tuple(_score(model, summary, held) for model in chosen)
    customers = float(Surface.of(chosen[0], summary).counts.sum())
    return Comparison(scores=scores, customers=customers, frame=_table(door, scores))


def _score(model: Any, summary: Any, held: Holdout | None) -> ModelScore:
    surface = Surface.of(model, summary)
    parameters, likelihood = len(surface.coordinates.at), surface.value(surface.coordinates.at)
    return ModelScore(
        model=model.name,
        parameters=parameters,
        log_likelihood=likelihood,
        aic=2.0 * parameters - 2 * likelihood,
        bic=float(parameters * np.log(surface.counts.sum())) - 2 * likelihood,
        holdout=None if held is None else _foretold(held, held.expected(summary, model)),
    )


def _foretold(held: Holdout, expected: Floats) -> HoldoutScore:
    n, error = held.counts, expected - held.held
    group = groups_of(expected, n, _DECILES)
    people, came, due = means_by(group, _DECILES, n, held.held, expected)
    there = people > 0
    return HoldoutScore(
        expected=float(n @ expected),
        actual=float(n @ held.held),
        mae=float(n @ np.abs(error) / n.sum()),
        rmse=float(np.sqrt(n @ error**2 / n.sum())),
        calibration_error=float(people[there] @ np.abs(came - due)[there] / n.sum()),
    )


def _in_words(score: HoldoutScore) -> list[str]:
    return [
        f"{score.expected:,.1f}",
        f"{score.off_by:+.1%}" if abs(score.off_by) < 0.1 else f"{score.off_by:+.0%}",
        f"{score.mae:.3f}",
        f"{score.rmse:.3f}",
        f"{score.calibration_error:.3f}",
    ]


def _table(door: Door, scores: tuple[ModelScore, ...]) -> Any:
    """Return the scores as a frame; without a holdout, what it would say is NaN."""
    rows = [
        attrs.asdict(score, recurse=False, filter=lambda field, _: field.name != "holdout")
        | {
            field.name: getattr(score.holdout, field.name, float("nan"))
            for field in attrs.fields(HoldoutScore)
        }
        for score in scores
    ]
    return door.table({name: np.array([row[name] for row in rows]) for name in rows[0]})
