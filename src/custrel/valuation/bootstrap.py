"""The parametric bootstrap: simulated customers, learnt from again.

A learnt model makes customers like those that it was learnt from, many times over; how far the
parameters that are learnt from them lie apart is how well the first are known.
"""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrel._columns import require_rows
from custrel._parallel import in_parts
from custrel.errors import FitError, InvalidData, InvalidRule, Problem, counted
from custrel.frames import enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._coordinates import estimate_of
from custrel.valuation._rows import distinct_customers
from custrel.valuation.draws import ParameterDraws

__all__ = ["bootstrap"]

Floats = NDArray[np.float64]
Stream = np.random.Generator
Design = dict[str, Floats]
Draw = tuple[list[float] | None, tuple[str, ...]]

_AT_ONCE = 8  # draws that a process makes before it says so


def bootstrap(
    model: Any,
    data: Any,
    *,
    seed: int | np.random.Generator,
    draws: int = 500,
    weights: str | None = None,
    processes: int = 1,
    progress: bool = False,
) -> ParameterDraws:
    """Learn a model from customers that it made itself, many times.

    Parameters
    ----------
    model : BgNbd or another model that was learnt
        One that customers can be sampled from.
    data : CustomerSummary or frame
        What it was learnt from: as many customers as there are in it, observed for as long, are
        made each time.  How long is the column that `sample` has an argument for: ``T``, of
        counted opportunities ``periods``, of contracts the ``occasions`` to renew that each had
        or would have had; of spend it is ``frequency``, how many amounts each one's mean is of.
        Covariates stay as they are.
    seed : int or Generator
        Where chance comes from: the same seed, the same draws, in however many processes.
    draws : int
        How many times.
    weights : str, optional
        The column that says how many customers a row stands for.
    processes : int
        In how many processes.  A script that asks for more than one must be importable without
        running: ``if __name__ == "__main__":``.
    progress : bool
        Whether a bar shows how far it is; needs the ``progress`` extra.

    Returns
    -------
    ParameterDraws
        A draw for each time that the customers could be learnt from; its `diagnosis` says how
        often they could not, and how often a parameter ran to a boundary.

    Raises
    ------
    InvalidRule
        The model was not learnt, or a number of draws or processes is not positive.
    FitError
        None of the simulated sets of customers could be learnt from.
    ColumnNotFound
        A column is not there.
    InvalidData
        There are no customers, or it is not known how long one was observed.
    MissingExtra
        A bar is asked for, and tqdm is not installed.

    See Also
    --------
    posterior : Costs hundreds of times less.

    Notes
    -----
    How regular purchases are, the `k` of `BgCnbd`, is taken to be known.

    Ctrl-C ends it without a result; processes finish the few draws that they are at.

    References
    ----------
    .. [1] B. Efron, R. J. Tibshirani (1993), An Introduction to the Bootstrap, chapter 6.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import Nbd
    >>> frame = pd.DataFrame({"frequency": [0, 1, 2, 3, 5, 9], "T": 38.0})
    >>> frame = frame.loc[frame.index.repeat([60, 16, 6, 6, 4, 3])]
    >>> found = bootstrap(Nbd.fit(frame, unit="W"), frame, seed=1, draws=20)
    >>> len(found)
    20
    """
    if draws < 1:
        raise InvalidRule(f"draws must be 1 or more, got {draws!r}.")
    estimate_of(model)
    require_same_unit(model, known_unit(model), data)
    design = _design(model, data, weights)
    streams = np.random.default_rng(seed).spawn(draws)
    parts = [streams[start : start + _AT_ONCE] for start in range(0, draws, _AT_ONCE)]
    work = partial(_learn_again, model, design)
    made = in_parts(work, parts, "bootstrap", processes=processes, progress=progress)
    found = [row for part in made for row in part]
    learnt = [parameters for parameters, _ in found if parameters is not None]
    if not learnt:
        raise FitError(
            f"none of {draws:,} simulated sets of {counted(_size(design), 'customer')} could be learnt from: "
            "take more customers."
        )
    return ParameterDraws(
        model=model,
        parameters=np.array(learnt),
        method="parametric bootstrap",
        effective_size=float(len(learnt)),
        diagnosis=_diagnosis(found),
    )


def _design(model: Any, data: Any, weights: str | None) -> Design:
    """Return what says for whom customers are simulated: how long each was observed, and so on."""
    column = next(iter(inspect.signature(model.sample).parameters))
    columns = [column, *getattr(model, "covariates", ())]
    remedy = f"{column!r} says how long each is observed."
    known, counts = distinct_customers(
        enter(data), *columns, weights=weights, flags=columns, remedy=remedy
    )
    require_rows(len(counts), "parameters")
    _require_known(known[column], counts, column)
    order = np.lexsort(list(known.values())[::-1])
    rows = np.repeat(order, np.round(counts[order]).astype(np.int64))
    return {name: each[rows] for name, each in known.items()}


def _require_known(values: Floats, counts: Floats, column: str) -> None:
    bad = ~((values >= 0) & (values < np.inf))
    if bad.any():
        problem = Problem(
            code=f"impossible_{column}",
            message="missing, infinite or negative",
            column=column,
            count=int(counts[bad].sum()),
            of="customer",
        )
        raise InvalidData([problem])


def _size(design: Design) -> int:
    return len(next(iter(design.values())))


def _learn_again(model: Any, design: Design, streams: Sequence[Stream]) -> list[Draw]:
    """Return the parameters learnt from each set of simulated customers, and what was wrong."""
    found: list[Draw] = []
    for stream in streams:
        sample = model.sample(**design, seed=stream)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the diagnosis says it
                again = model.refit(sample)
        except FitError:
            found.append((None, ("could not be learnt from",)))
        else:
            found.append((list(again.parameters.values()), estimate_of(again).diagnosis))
    return found


def _diagnosis(found: Sequence[Draw]) -> tuple[str, ...]:
    """Say how often which thing was wrong."""
    findings = Counter(finding for _, said in found for finding in said)
    return tuple(f"{finding} in {n:,} of {len(found):,} draws" for finding, n in findings.items())
