"""A model estimated again and again: on resamples, on permutations, without some respondents."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from custrel._parallel import in_parts
from custrel.errors import FitError, InvalidRule
from custrel.satisfaction._path_model.design import Design, design_of
from custrel.satisfaction._path_model.kernel import Estimates, estimate
from custrel.satisfaction._path_model.moments import Answered, moments, sums_of
from custrel.satisfaction._path_model.statistics import statistics
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_method import PlsMethod

Floats = NDArray[np.float64]
Draws = dict[str, Floats]

_BATCH = 100  # resamples that one seed draws and one product serves
_AT_ONCE = 8_000_000  # numbers held at a time
_JACKKNIFE = 1000  # parts, at most, that respondents are left out in


def bootstrap(
    answered: Answered,
    model: PathModel,
    method: PlsMethod,
    *,
    like: Floats,
    seed: int | np.random.Generator,
    resamples: int,
    processes: int,
    progress: bool,
) -> tuple[Draws, int]:
    """Return what every resample gives, and how many could not be estimated.

    Raises
    ------
    FitError
        Too few of them could be estimated.
    InvalidRule
        A single resample, or none, was asked for.
    """
    if resamples < 2:
        raise InvalidRule(f"resamples must be 2 or more, got {resamples!r}.")
    work = partial(_resample, answered, model, method, like)
    batches = batches_of(answered, resamples, seed)
    parts = in_parts(work, batches, "bootstrap", processes=processes, progress=progress)
    draws = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    failed = resamples - len(draws["paths"])
    if failed > resamples - 2:
        raise FitError(
            f"of {resamples:,} resamples only {resamples - failed:,} could be estimated: there are "
            "too few respondents, or an item hardly varies."
        )
    return draws, failed


def batches_of(
    answered: Answered, number: int, seed: int | np.random.Generator
) -> list[tuple[np.random.Generator, int]]:
    """Part so many sets of respondents into batches that memory holds.

    A batch has a seed of its own and is always the same, whoever computes it, so that the number
    of processes changes nothing.
    """
    step = min(_BATCH, max(1, _AT_ONCE // answered.number))
    sizes = [min(step, number - done) for done in range(0, number, step)]
    streams = np.random.default_rng(seed).spawn(len(sizes))
    return list(zip(streams, sizes, strict=True))


def _resample(
    answered: Answered,
    model: PathModel,
    method: PlsMethod,
    like: Floats,
    batch: tuple[np.random.Generator, int],
) -> Draws:
    stream, size = batch
    number = answered.number
    drawn = stream.integers(0, number, size=(size, number))
    drawn += number * np.arange(size)[:, None]
    times = np.bincount(drawn.reshape(-1), minlength=size * number).reshape(size, number)
    design = design_of(model)
    found = moments(answered, times.astype(np.float64))
    return _usable(estimate(found, design, method, like=like), model, design)


def jackknife(answered: Answered, model: PathModel, method: PlsMethod, like: Floats) -> Draws:
    """Return what is found without each respondent; of many, without each thousandth of them."""
    number, design = answered.number, design_of(model)
    parts = min(number, _JACKKNIFE)
    part = np.arange(number) % parts
    everybody = sums_of(answered, np.ones((1, number)))
    found: list[Draws] = []
    for start in range(0, parts, _BATCH):
        left = np.arange(start, min(start + _BATCH, parts))
        rows = np.flatnonzero((part >= left[0]) & (part <= left[-1]))
        out = (part[rows] == left[:, None]).astype(np.float64)
        rest = everybody - sums_of(answered.only(rows), out, like=everybody)
        found.append(_usable(estimate(rest.moments(), design, method, like=like), model, design))
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def _usable(estimates: Estimates, model: PathModel, design: Design) -> Draws:
    there = estimates.steps > 0
    return {name: rows[there] for name, rows in statistics(estimates, model, design).items()}
