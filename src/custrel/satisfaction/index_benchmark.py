"""One's own satisfaction index among competitors'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np

from custrel.errors import InvalidRule, UnknownCode
from custrel.satisfaction._multiple_tests import holm
from custrel.satisfaction._path_model.groups import group_indices
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction.index_rule import IndexRule
from custrel.satisfaction.index_templates import ACSI
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_method import PlsMethod
from custrel.satisfaction.sifted_table import SiftedTable
from custrel.satisfaction.survey_score import difference_of

__all__ = ["index_benchmark"]


def index_benchmark(
    answers: Any,
    *,
    by: str,
    own: Any,
    model: PathModel = ACSI,
    rule: IndexRule | Literal["pooled", "each"] = "pooled",
    sizes: Mapping[Any, float] | None = None,
    method: PlsMethod | None = None,
    weight: str | None = None,
    missing_codes: Iterable[float] = (),
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Compare one's own satisfaction index with competitors', or with other industries'.

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    by : str
        The column of the company that the respondent judges (or of the industry).
    own : object
        One's own value in it.
    model : PathModel
        `ACSI`, `ECSI`, `SCSB`, or one's own, with items and scales.
    rule : IndexRule or {"pooled", "each"}
        Whether all are measured by one set of weights, learnt from all of them; by each one's own
        (as ACSI does); or by a rule that was kept.
    sizes : mapping of company to float, optional
        What each counts in the mean of all, as its revenue; default: all alike.
    method : PlsMethod, optional
        How the model is estimated.
    weight : str, optional
        The column of the survey weights, 0 or more.
    missing_codes : iterable of float
        Answers that stand for none, as -99.
    errors : {"raise", "collect"}
        Whether unusable answers raise an error or are left out and reported.

    Returns
    -------
    SiftedTable
        A frame with a row for each company, the best first: the company, ``rank``, ``respondents``, ``level``,
        ``low``, ``high``, ``share`` (what it counts in the mean), ``mean`` (of all companies), and
        one's own index less the company's: ``lead``, ``lead_low``, ``lead_high``, ``p_value``,
        ``p_adjusted`` (for their number; Holm). One's own row has no lead.

    Raises
    ------
    UnknownCode
        `own` or a company in `sizes` is not among them, or there is no such rule.
    InvalidRule
        A size is missing or negative.
    InvalidData
        A company with a single respondent, or answers cannot be used.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"brand": ["us"] * 4 + ["them"] * 4, "s": [9, 8, 9, 7, 7, 6, 8, 5]})
    >>> rule = IndexRule(items=["s"], weights=[1], lowest=1, highest=10)
    >>> table = index_benchmark(answers, by="brand", own="us", rule=rule)
    >>> table.frame[["brand", "level", "lead"]].round(1)
      brand  level  lead
    0    us   80.6   NaN
    1  them   61.1  19.4
    """
    found = group_indices(
        answers,
        by,
        model=model,
        rule=rule,
        method=method,
        weight=weight,
        missing_codes=missing_codes,
        errors=errors,
    )
    if own not in found.names:
        raise UnknownCode(f"value of {by!r}", str(own), map(str, found.names))
    shares = _shares(found.names, sizes, by)
    mine = found.names.index(own)
    leads = [difference_of(found.scores[mine], score, 0.95) for score in found.scores]
    levels = np.array([score.value for score in found.scores])
    order = np.argsort(-levels, kind="stable")
    others = np.arange(len(levels)) != mine

    def of_lead(name: str) -> Any:
        values = np.array([float(getattr(lead, name)) for lead in leads])
        return np.where(others, values, np.nan)

    adjusted = holm(of_lead("p_value"))
    columns: dict[str, Any] = {
        by: [found.names[i] for i in order],
        "rank": np.arange(1, len(levels) + 1),
        "respondents": np.array([score.answers for score in found.scores])[order],
        "level": levels[order],
        "low": np.array([score.low for score in found.scores])[order],
        "high": np.array([score.high for score in found.scores])[order],
        "share": shares[order],
        "mean": np.full(len(levels), shares @ levels),
        "lead": of_lead("value")[order],
        "lead_low": of_lead("low")[order],
        "lead_high": of_lead("high")[order],
        "p_value": of_lead("p_value")[order],
        "p_adjusted": adjusted[order],
    }
    return SiftedTable(as_frame(found.door, columns), found.problems)


def _shares(names: tuple[Any, ...], sizes: Mapping[Any, float] | None, by: str) -> Any:
    if sizes is None:
        return np.full(len(names), 1 / len(names))
    for name in sizes:
        if name not in names:
            raise UnknownCode(f"value of {by!r}", str(name), map(str, names))
    missing = [name for name in names if name not in sizes]
    values = np.array([float(sizes.get(name, np.nan)) for name in names])
    if missing or not (values >= 0).all() or not 0 < values.sum() < np.inf:
        raise InvalidRule(
            f"sizes: say of each of {', '.join(map(repr, names))} what it counts, 0 or more and not "
            f"all 0; got {dict(sizes)!r}."
        )
    return values / values.sum()
