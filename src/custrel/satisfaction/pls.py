"""Partial least squares path modelling, from answers to estimates in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from custrel.errors import FitError, Problem
from custrel.frames import Door
from custrel.satisfaction._path_model.answers import asked_by, read_items, require_estimable
from custrel.satisfaction._path_model.design import design_of
from custrel.satisfaction._path_model.kernel import estimate
from custrel.satisfaction._path_model.moments import Answered, moments_of
from custrel.satisfaction._path_model.tables import item_columns
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_fit import PlsFit
from custrel.satisfaction.pls_method import PlsMethod

__all__ = ["pls"]


def pls(
    answers: Any,
    *,
    model: PathModel,
    method: PlsMethod | None = None,
    weight: str | None = None,
    missing_codes: Iterable[float] = (),
    errors: Literal["raise", "collect"] = "raise",
) -> PlsFit:
    """Estimate a path model by partial least squares.

    Parameters
    ----------
    answers : frame
        A row for each respondent, a column for each item.
    model : PathModel
        Constructs, items and paths: `ACSI`, `ECSI`, `SCSB`, or one's own.
    method : PlsMethod, optional
        Scheme, scaling, correction for attenuation, missing answers; default: path scheme,
        standardized items, missing answers as the item's mean.
    weight : str, optional
        The column of the survey weights, 0 or more.
    missing_codes : iterable of float
        Answers that stand for none, as -99.
    errors : {"raise", "collect"}
        Whether answers off the scale, unusable weights and a missing code that nobody gave raise
        an error, or are left out and reported.

    Returns
    -------
    PlsFit

    Raises
    ------
    InvalidData
        Answers are off the scale, an item is constant, there are fewer respondents than items, or
        a missing code stands nowhere.
    FitError
        The weights do not come to rest, or constructs say the same.
    ColumnNotFound
        An item is not there.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    See Also
    --------
    satisfaction_index : The index in one call.

    Notes
    -----
    Items are standardized with divisor n - 1; weights start equal, are scaled so that every
    construct has variance 1, and stand still when the sum of their absolute changes falls below
    the tolerance. Every construct is turned so that its loadings add up to more than 0. All of it
    is computed on the items' correlations.

    References
    ----------
    .. [1] H. Wold (1982), Soft Modeling: The Basic Design and Some Extensions, in: Systems under
       Indirect Observation, Part II, North-Holland, 1-54.
    .. [2] M. Tenenhaus, V. Esposito Vinzi, Y.-M. Chatelin, C. Lauro (2005), PLS Path Modeling,
       Computational Statistics & Data Analysis 48(1), 159-205.
    .. [3] T. K. Dijkstra, J. Henseler (2015), Consistent Partial Least Squares Path Modeling, MIS
       Quarterly 39(2), 297-316.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import PathModel
    >>> answers = pd.DataFrame(
    ...     {
    ...         "q1": [8, 6, 9, 4, 7, 5, 9, 3],
    ...         "q2": [7, 6, 9, 5, 6, 4, 8, 4],
    ...         "s": [8, 5, 9, 4, 8, 5, 9, 2],
    ...     }
    ... )
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"]}, [("quality", "satisfaction")]
    ... )
    >>> pls(answers, model=model)
    Path model of 2 constructs and 3 items, 8 respondents (PLS, path scheme, ...).
    <BLANKLINE>
    construct     mode  items     r2  alpha  rho_a  rho_c    ave  index
    quality       A         2         0.963  0.972  0.982  0.965
    satisfaction  A         1  0.890  1.000  1.000  1.000  1.000
    <BLANKLINE>
    from     to             path     f2   vif
    quality  satisfaction  0.943  8.063  1.00
    """
    method = method or PlsMethod()
    read = read_items(
        answers,
        asked_by(model),
        method.missing,
        weight=weight,
        missing_codes=missing_codes,
        errors=errors,
    )
    return fit_answered(read.door, read.answered, model, method, read.problems)


def fit_answered(
    door: Door,
    answered: Answered,
    model: PathModel,
    method: PlsMethod,
    problems: tuple[Problem, ...] = (),
    *,
    of: str = "",
) -> PlsFit:
    """Estimate a model on answers that have been read; `of` names the group they come from."""
    require_estimable(answered, model, of=of)
    design = design_of(model)
    estimates = estimate(moments_of(answered), design, method)
    if not estimates.steps[0]:
        raise FitError(
            f"the model cannot be estimated{of}: the weights did not come to rest within "
            f"{method.max_iterations} steps, or two sources of a construct say exactly the same. "
            "Look at the items' correlations, try another scheme, or allow more steps with "
            "PlsMethod(max_iterations=...)."
        )
    return PlsFit(
        frame=as_frame(door, item_columns(model, design, estimates)),
        model=model,
        method=method,
        answered=answered,
        estimates=estimates,
        problems=problems,
    )
