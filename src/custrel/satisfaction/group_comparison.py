"""Whether two groups of respondents mean the same by a construct, and have the same paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, Problem, UnknownCode
from custrel.frames import collect, enter
from custrel.satisfaction._multiple_tests import holm
from custrel.satisfaction._path_model.answers import Read, asked_by, read_items
from custrel.satisfaction._path_model.permutation import Differences, permute
from custrel.satisfaction._tables import as_frame, as_html, as_text
from custrel.satisfaction._two_groups import require_two
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls import fit_answered
from custrel.satisfaction.pls_fit import PlsFit
from custrel.satisfaction.pls_method import PlsMethod

__all__ = ["GroupComparison", "compare_groups"]

Floats = NDArray[np.float64]

_LEVEL = 0.05
_SAME = 1e-12


@attrs.frozen(eq=False, repr=False, kw_only=True)
class GroupComparison:
    """Two groups compared: measurement first, then paths.

    Parameters
    ----------
    groups : tuple
        The two groups.
    respondents : tuple of int
        How many each has.
    fits : tuple of PlsFit
        The model of each.
    invariance : frame
        A row for each construct: ``construct``, ``composition`` (the correlation of its scores by
        one group's weights with those by the other's), ``composition_p`` (how probable so low a
        one is where weights are the same), ``mean_difference`` (in standard deviations of all),
        ``mean_p``, ``variance_ratio``, ``variance_p``, ``invariance`` ("full", "partial": the
        same composite on another level or spread, or "none": not the same composite).
    paths : frame
        A row for each path: ``source``, ``target``, ``first``, ``second`` (coefficients),
        ``difference``, ``p_value``, ``p_adjusted`` (for their number; Holm).
    permutations : int
        How often the respondents were divided again.
    failed : int
        How many divisions could not be estimated; they are not counted.
    problems : tuple of Problem
        Answers that were left out or filled in.

    See Also
    --------
    compare_groups : Makes one.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> quality = rng.normal(size=80)
    >>> answers = pd.DataFrame({"q1": quality + rng.normal(size=80), "q2": quality})
    >>> answers["s"] = quality + rng.normal(size=80)
    >>> answers["shop"] = ["north", "south"] * 40
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"]}, [("quality", "satisfaction")]
    ... )
    >>> compared = compare_groups(answers, model=model, by="shop", seed=1, permutations=99)
    >>> compared.groups, compared.respondents
    (('north', 'south'), (40, 40))
    """

    groups: tuple[Any, Any]
    respondents: tuple[int, int]
    fits: tuple[PlsFit, PlsFit]
    invariance: Any
    paths: Any
    permutations: int
    failed: int
    problems: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([self._headline(), "", *as_text(self._rows(), words=(2, 0))])

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._headline())}</p>{as_html(self._rows(), words=(2, 0))}"

    def _rows(self) -> list[tuple[str, ...]]:
        numbers = ("first", "second", "difference", "p_value", "p_adjusted")
        rows: list[tuple[str, ...]] = [
            ("from", "to", "first", "second", "difference", "p", "p (Holm)")
        ]
        return rows + [
            (row["source"], row["target"], *(f"{row[name]:.3f}" for name in numbers))
            for row in collect(enter(self.paths).frame).rows(named=True)
        ]

    def _headline(self) -> str:
        table = collect(enter(self.invariance).frame)
        kinds = table.get_column("invariance").to_list()
        said = ", ".join(
            f"{kind} for {kinds.count(kind)}"
            for kind in ("full", "partial", "none")
            if kind in kinds
        )
        return (
            f"{self.groups[0]} ({self.respondents[0]:,}) against {self.groups[1]} "
            f"({self.respondents[1]:,}), {self.permutations:,} permutations. "
            f"Measurement invariance: {said} of {len(kinds)} constructs."
        )


def compare_groups(
    answers: Any,
    *,
    model: PathModel,
    by: str,
    seed: int | np.random.Generator,
    groups: Sequence[Any] | None = None,
    permutations: int = 1000,
    method: PlsMethod | None = None,
    weight: str | None = None,
    missing_codes: Iterable[float] = (),
    processes: int = 1,
    progress: bool = False,
    errors: Literal["raise", "collect"] = "raise",
) -> GroupComparison:
    """Test whether two groups measure constructs alike (MICOM), and whether their paths differ.

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    model : PathModel
        Constructs, items and paths.
    by : str
        The column of the group.
    seed : int or numpy Generator
        Where randomness comes from: the same seed gives the same numbers.
    groups : pair of object, optional
        Which two; needed where there are more.
    permutations : int
        How often the respondents are divided again.
    method : PlsMethod, optional
        How the model is estimated.
    weight : str, optional
        The column of the survey weights, 0 or more.
    missing_codes : iterable of float
        Answers that stand for none, as -99.
    processes : int
        How many work at it; the numbers are the same.
    progress : bool
        Whether to show on the terminal how far it is (needs the ``progress`` extra).
    errors : {"raise", "collect"}
        Whether unusable answers raise an error or are left out and reported.

    Returns
    -------
    GroupComparison

    Raises
    ------
    InvalidRule
        There are not two groups, or a number is impossible.
    InvalidData
        A group has fewer respondents than items, an item is constant in one, or answers cannot be
        used.
    UnknownCode
        There is no such group.
    FitError
        The model of a group cannot be estimated.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    Notes
    -----
    The steps of measurement invariance of composites: the same items and treatment by
    construction; the same composition, as the correlation of scores by both groups' weights among
    all respondents; equal means and variances. Where composition differs, a difference of paths
    may be one of meaning. Every p value is the share of divisions, the real one among them, that
    are as far apart.

    References
    ----------
    .. [1] J. Henseler, C. M. Ringle, M. Sarstedt (2016), Testing Measurement Invariance of
       Composites Using Partial Least Squares, International Marketing Review 33(3), 405-431.
    .. [2] W. W. Chin, J. Dibbern (2010), An Introduction to a Permutation Based Procedure for
       Multi-Group PLS Analysis, in: Handbook of Partial Least Squares, Springer, 171-193.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> quality = rng.normal(size=80)
    >>> answers = pd.DataFrame({"q1": quality + rng.normal(size=80), "q2": quality})
    >>> answers["s"] = quality + rng.normal(size=80)
    >>> answers["shop"] = ["north", "south"] * 40
    >>> model = PathModel(
    ...     {"quality": ["q1", "q2"], "satisfaction": ["s"]}, [("quality", "satisfaction")]
    ... )
    >>> compare_groups(answers, model=model, by="shop", seed=1, permutations=99)
    north (40) against south (40), 99 permutations. Measurement invariance: ...
    """
    method = method or PlsMethod()
    read = read_items(
        answers,
        asked_by(model),
        method.missing,
        weight=weight,
        by=by,
        missing_codes=missing_codes,
        errors=errors,
    )
    one, other = _two_of(read, groups, by)
    first, second = read.rows_of(one), read.rows_of(other)
    fits = tuple(
        fit_answered(read.door, read.answered.only(rows), model, method, of=f" in {by} {name!r}")
        for name, rows in ((one, first), (other, second))
    )
    both = first | second
    actual, drawn, failed = permute(
        read.answered.only(both),
        first[both],
        model,
        method,
        seed=seed,
        permutations=permutations,
        processes=processes,
        progress=progress,
    )
    invariance = _invariance(model, actual, drawn)
    paths = _paths(fits, actual, drawn)
    return GroupComparison(
        groups=(one, other),
        respondents=(int(first.sum()), int(second.sum())),
        fits=(fits[0], fits[1]),
        invariance=as_frame(read.door, invariance),
        paths=as_frame(read.door, paths),
        permutations=permutations,
        failed=failed,
        problems=read.problems,
    )


def _two_of(read: Read, groups: Sequence[Any] | None, by: str) -> tuple[Any, Any]:
    names = read.names
    chosen = list(names if groups is None else groups)
    for name in chosen:
        if name not in names:
            raise UnknownCode(f"value of {by!r}", str(name), map(str, names))
    require_two(by, chosen, "group")
    if len(set(chosen)) != 2:
        raise InvalidRule(
            f"say which two groups to compare, as groups=({names[0]!r}, {names[-1]!r}); there are "
            f"{', '.join(map(repr, names))}."
        )
    return chosen[0], chosen[1]


def _share(drawn: Floats, actual: Floats) -> Floats:
    """Return the share of divisions that are as far, the real one among them."""
    return np.asarray((1 + (drawn >= actual - _SAME).sum(axis=0)) / (1 + len(drawn)))


def _invariance(model: PathModel, actual: Differences, drawn: Differences) -> dict[str, Any]:
    composition = _share(-drawn.composition, -actual.composition[0])
    means = _share(np.abs(drawn.means), np.abs(actual.means[0]))
    variances = _share(np.abs(drawn.variances), np.abs(actual.variances[0]))
    kinds = np.where(
        composition < _LEVEL,
        "none",
        np.where((means < _LEVEL) | (variances < _LEVEL), "partial", "full"),
    )
    return {
        "construct": list(model.names),
        "composition": actual.composition[0],
        "composition_p": composition,
        "mean_difference": actual.means[0],
        "mean_p": means,
        "variance_ratio": np.exp(actual.variances[0]),
        "variance_p": variances,
        "invariance": kinds.tolist(),
    }


def _paths(fits: Sequence[PlsFit], actual: Differences, drawn: Differences) -> dict[str, Any]:
    design = fits[0].design
    names = np.array(fits[0].model.names, dtype=object)
    targets, sources = design.ends
    first, second = (fit.estimates.paths[0, targets, sources] for fit in fits)
    p_values = _share(np.abs(drawn.paths), np.abs(actual.paths[0]))
    return {
        "source": list(names[sources]),
        "target": list(names[targets]),
        "first": first,
        "second": second,
        "difference": first - second,
        "p_value": p_values,
        "p_adjusted": holm(p_values),
    }
