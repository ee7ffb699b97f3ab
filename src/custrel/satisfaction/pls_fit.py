"""A path model with its estimates, and everything that is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any, Literal

import attrs
import numpy as np

from custrel.errors import InvalidData, Problem, UnknownCode
from custrel.frames import enter
from custrel.satisfaction._path_model.criteria import goodness_of_fit, srmr
from custrel.satisfaction._path_model.kernel import Estimates
from custrel.satisfaction._path_model.moments import Answered
from custrel.satisfaction._path_model.resampling import bootstrap, jackknife
from custrel.satisfaction._path_model.statistics import index_levels, statistics
from custrel.satisfaction._path_model.tables import (
    admissibility,
    score_expressions,
    summary_rows,
)
from custrel.satisfaction._tables import as_html, as_text
from custrel.satisfaction.index_rule import IndexRule
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_bootstrap import PlsBootstrap
from custrel.satisfaction.pls_method import PlsMethod
from custrel.satisfaction.pls_tables import PlsTables

__all__ = ["PlsFit"]

_DEFINITIONS = MappingProxyType(
    {
        "alpha": "of standardized items",
        "f2": "what R2 loses without the source, over what is unexplained; scores held fixed",
        "goodness_of_fit": "mean communality of items that have company, times mean R2; its root",
        "htmt": "of absolute correlations; a single item is taken as without error",
        "index": "items weighed by weight over standard deviation",
        "q2": "cross-validated redundancy, cells left out along diagonals",
        "r2": "of the constructs' scores, or of constructs corrected for attenuation (PLSc)",
        "srmr": "composite model, or common factors where corrected for attenuation (PLSc)",
        "weight": "of the standardized item, so that the construct has variance 1",
    }
)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class PlsFit(PlsTables):
    """A path model estimated by partial least squares.

    Parameters
    ----------
    frame : frame
        A row for each item, of the kind that the answers came in: ``construct``, ``item``,
        ``weight`` (of the standardized item), ``loading``, ``communality`` (squared loading),
        ``vif``, ``mean`` and ``sd`` of its answers.
    model : PathModel
        What was estimated.
    method : PlsMethod
        How.
    answered : object
        The answers that were used.
    estimates : object
        What was found, as arrays.
    problems : tuple of Problem
        Answers that were left out or filled in.

    See Also
    --------
    pls : Makes one from answers.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import PathModel, pls
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
    >>> fit = pls(answers, model=model)
    >>> round(fit.coefficient("quality", "satisfaction"), 3), round(fit.r2("satisfaction"), 3)
    (0.943, 0.89)
    """

    frame: Any
    model: PathModel
    method: PlsMethod
    answered: Answered
    estimates: Estimates
    problems: tuple[Problem, ...] = ()

    @property
    def respondents(self) -> int:
        """How many respondents were used."""
        return self.answered.number

    @property
    def steps(self) -> int:
        """After how many steps the weights stood still."""
        return int(self.estimates.steps[0])

    @property
    def goodness_of_fit(self) -> float:
        """The square root of the mean communality times the mean R2 (GoF), 0 to 1.

        Items of constructs with a single one are not counted, whose communality is 1 by nature.
        """
        return goodness_of_fit(self.estimates, self.design)

    def srmr(self, *, saturated: bool = False) -> float:
        """Return how far the items' correlations are from those that the model implies.

        Parameters
        ----------
        saturated : bool
            Whether all constructs may correlate as they do, so that the measurement alone is
            judged; else their correlations are those that the paths imply.

        Returns
        -------
        float
            Standardized root mean square residual; customarily good below 0.08.

        Notes
        -----
        Over the lower triangle with its diagonal. Without correction for attenuation the items of
        one construct correlate as they do (composite model); with it, those in mode A only
        through their construct (common factor).
        """
        return srmr(self.estimates, self.design, saturated=saturated)

    @property
    def definitions(self) -> Mapping[str, str]:
        """What is meant by figures that the literature defines in several ways."""
        return _DEFINITIONS

    @property
    def admissibility(self) -> tuple[Problem, ...]:
        """What makes the estimate hard to believe; empty where there is nothing."""
        return admissibility(self.model, self.design, self.estimates)

    def coefficient(self, source: str, target: str) -> float:
        """Return the coefficient of one path.

        Parameters
        ----------
        source, target : str
            Its two constructs.

        Returns
        -------
        float
            Of standardized constructs.

        Raises
        ------
        UnknownCode
            There is no such path.
        """
        self.model.sign(source, target)  # which refuses an unknown path
        names = self.model.names
        return float(self.estimates.paths[0, names.index(target), names.index(source)])

    def total_effect(self, source: str, target: str) -> float:
        """Return the direct and indirect effect of a construct on another.

        Parameters
        ----------
        source, target : str
            Two constructs.

        Returns
        -------
        float
            Of standardized constructs; 0 where no way leads from one to the other.
        """
        places = [self.model.names.index(self.model.construct(n).name) for n in (target, source)]
        return float(self.estimates.total[0, places[0], places[1]])

    def r2(self, construct: str) -> float:
        """Return the explained variance of a construct.

        Parameters
        ----------
        construct : str
            Its name.

        Returns
        -------
        float
            0 to 1; NaN where nothing influences it.
        """
        return float(
            self.estimates.r2[0, self.model.names.index(self.model.construct(construct).name)]
        )

    def index_levels(self) -> Mapping[str, float]:
        """Return the index of every construct.

        Returns
        -------
        mapping of str to float
            0 to 100, items weighing by weight over standard deviation; NaN without a scale.
        """
        levels = index_levels(self.estimates, self.model, standardized=False)[0]
        return dict(zip(self.model.names, levels.tolist(), strict=True))

    def index_rule(
        self,
        construct: str | None = None,
        *,
        weighting: Literal["unstandardized", "standardized", "equal"] = "unstandardized",
    ) -> IndexRule:
        """Return the rule by which a construct's answers become its index.

        Parameters
        ----------
        construct : str, optional
            Default: the model's target.
        weighting : {"unstandardized", "standardized", "equal"}
            Whether items weigh by weight over standard deviation (as ACSI does), by the weight of
            the standardized item, or alike.

        Returns
        -------
        IndexRule

        Raises
        ------
        InvalidRule
            The construct has no scale.
        UnknownCode
            There is no such construct or weighting.
        """
        name = self.model.target if construct is None else construct
        one = self.model.construct(name)
        block = self.design.block(self.model.names.index(name))
        weights = self.estimates.weights[0, block]
        deviations = self.estimates.deviations[0, block]
        return IndexRule.from_weights(one, weights, deviations, weighting)

    def scores(self, frame: Any, *, unit: Literal["standardized", "items"] = "standardized") -> Any:
        """Add every respondent's score of every construct.

        Parameters
        ----------
        frame : frame
            Answers to the items: those of the fit, or others.
        unit : {"standardized", "items"}
            Whether scores have mean 0 and variance 1 among the respondents of the fit, or lie on
            the items' own scale, as the weighted means that an index is made of.

        Returns
        -------
        frame
            As it came, with a column for each construct. Missing answers count as the item's mean
            in the fit; where the method leaves respondents out, they have no scores.

        Raises
        ------
        ColumnNotFound
            An item is not there.
        InvalidData
            A construct is called as a column is.
        UnknownCode
            There is no such unit.

        See Also
        --------
        IndexRule.score : Scores from 0 to 100.
        """
        if unit not in {"standardized", "items"}:
            raise UnknownCode("unit of scores", str(unit), ("standardized", "items"))
        door = enter(frame)
        door.require(self.model.items)
        door.require_numbers(*self.model.items)
        taken = [name for name in self.model.names if name in door.columns]
        if taken:
            problem = Problem(
                code="column_taken",
                message=f"the frame already has a column {taken[0]!r}, as a construct is called",
                count=0,
                remedy="Rename it first.",
            )
            raise InvalidData([problem])
        return door.leave(
            door.frame.with_columns(**score_expressions(self, standardized=unit == "standardized"))
        )

    def bootstrap(
        self,
        *,
        seed: int | np.random.Generator,
        resamples: int = 1000,
        processes: int = 1,
        progress: bool = False,
    ) -> PlsBootstrap:
        """Say how sure one can be, by resampling the respondents.

        Parameters
        ----------
        seed : int or numpy Generator
            Where randomness comes from: the same seed gives the same numbers.
        resamples : int
            How often respondents are drawn again, 2 or more.
        processes : int
            How many work at it; the numbers are the same. More than one pays from about a hundred
            thousand respondents on; a script that asks for them does its work under
            ``if __name__ == "__main__":``, since each process imports it.
        progress : bool
            Whether to show on the terminal how far it is (needs the ``progress`` extra).

        Returns
        -------
        PlsBootstrap

        Raises
        ------
        InvalidRule
            `resamples` or `processes` is impossible.
        FitError
            Hardly a resample can be estimated.
        MissingExtra
            tqdm is not installed, and `progress` was asked for.
        """
        like = self.estimates.loadings[0]
        draws, failed = bootstrap(
            self.answered,
            self.model,
            self.method,
            like=like,
            seed=seed,
            resamples=resamples,
            processes=processes,
            progress=progress,
        )
        return PlsBootstrap(
            frame=self.frame,
            model=self.model,
            resamples=resamples,
            failed=failed,
            estimate=statistics(self.estimates, self.model, self.design),
            draws=draws,
            jackknife=jackknife(self.answered, self.model, self.method, like),
        )

    def describe(self) -> str:
        """Return constructs and paths as tables for people.

        Returns
        -------
        str
        """
        constructs, paths = summary_rows(self)
        lines = [*as_text(constructs, words=(2, 0)), "", *as_text(paths, words=(2, 0))]
        return "\n".join([self._headline(), "", *lines, *self._notes()])

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        tables = "".join(as_html(rows, words=(2, 0)) for rows in summary_rows(self))
        return f"<p>{escape(self._headline())}</p>{tables}{notes}"

    def _headline(self) -> str:
        return (
            f"Path model of {len(self.model.names)} constructs and {len(self.model.items)} items, "
            f"{self.respondents:,} respondents ({self.method}; {self.steps} steps)."
        )

    def _notes(self) -> list[str]:
        return [f"note: {problem}" for problem in (*self.problems, *self.admissibility)]
