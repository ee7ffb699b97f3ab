"""Multinomial logit: what makes one of several brands be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from custrel.errors import FitError

Floats = NDArray[np.float64]

_STEPS = 100
_SMALL = 1e-10  # of the gradient, per choice
_FLAT = 1e-7  # of the information, per choice: a direction in which nothing changes


def probabilities(utility: Floats) -> Floats:
    """Return the probabilities of choice among the last axis."""
    raised = np.exp(utility - utility.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def fit_logit(x: Floats, choice: Floats, names: Sequence[str]) -> tuple[Floats, Floats, float]:
    """Climb to the greatest likelihood of the choices.

    Parameters
    ----------
    x : ndarray of shape (choosers, brands, columns)
    choice : ndarray of shape (choosers, brands)
        Shares that sum to 1.
    names : sequence of str
        Of the columns, for the errors.

    Returns
    -------
    coefficients, standard_errors : ndarray of shape (columns,)
    log_likelihood : float

    Raises
    ------
    FitError
        A column says nothing or separates the choices, or the climb does not end.
    """
    spread = x - x.mean(axis=1, keepdims=True)
    scale = np.sqrt((spread**2).mean(axis=(0, 1)))
    if not (scale > 0).all():
        same = names[int(np.argmin(scale))]
        raise FitError(f"{same!r} is the same for all brands of every respondent: leave it out.")
    spread = spread / scale
    beta = np.zeros(x.shape[-1])
    value = _log_likelihood(spread, choice, beta)
    for _ in range(_STEPS):
        gradient, information = _derivatives(spread, choice, beta)
        if np.linalg.eigvalsh(information)[0] < _FLAT * len(x):
            break
        if np.abs(gradient).max() <= _SMALL * len(x):
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            return beta / scale, errors / scale, value
        step = np.linalg.solve(information, gradient)
        while True:  # the likelihood is concave, so that a shorter step climbs
            trial = _log_likelihood(spread, choice, beta + step)
            if trial >= value or np.abs(step).max() < _SMALL:
                break
            step /= 2
        beta, value = beta + step, trial
    raise FitError(
        f"the choices do not tell what each of {', '.join(map(repr, names))} weighs: one explains "
        "them without remainder, or two say the same. Leave one out, or ask more people."
    )


def _log_likelihood(x: Floats, choice: Floats, beta: Floats) -> float:
    utility = x @ beta
    most = utility.max(axis=-1, keepdims=True)
    log_sum = most + np.log(np.exp(utility - most).sum(axis=-1, keepdims=True))
    return float((choice * (utility - log_sum)).sum())


def _derivatives(x: Floats, choice: Floats, beta: Floats) -> tuple[Floats, Floats]:
    p = probabilities(x @ beta)
    gradient = np.einsum("nj,njk->k", choice - p, x)
    mean = np.einsum("nj,njk->nk", p, x)
    return gradient, np.einsum("nj,njk,njl->kl", p, x, x) - mean.T @ mean
