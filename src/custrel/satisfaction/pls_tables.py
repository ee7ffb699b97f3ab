"""The tables of an estimated path model: measurement, paths, effects, validity, prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from custrel.errors import UnknownCode
from custrel.frames import enter
from custrel.satisfaction._path_model.design import Design, design_of
from custrel.satisfaction._path_model.kernel import Estimates
from custrel.satisfaction._path_model.moments import Answered
from custrel.satisfaction._path_model.tables import (
    construct_columns,
    crossed_columns,
    discriminant_columns,
    effect_columns,
    importance_columns,
    path_columns,
    redundancy_columns,
    route_columns,
)
from custrel.satisfaction._tables import as_frame
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_method import PlsMethod


class PlsTables:
    """What a fitted model tells as tables, of the kind that the answers came in."""

    __slots__ = ()

    frame: Any
    model: PathModel
    method: PlsMethod
    answered: Answered
    estimates: Estimates

    @property
    def design(self) -> Design:
        """The model as arrays."""
        return design_of(self.model)

    def constructs(self) -> Any:
        """Return what is known of each construct.

        Returns
        -------
        frame
            A row for each: ``construct``, ``mode``, ``items``, ``r2``, ``r2_adjusted`` (NaN where
            nothing influences it), ``alpha`` (Cronbach, of standardized items), ``rho_a``,
            ``rho_c``, ``ave`` (mean communality), ``index`` (0 to 100; NaN without a scale).
        """
        return self._emit(construct_columns(self))

    def paths(self) -> Any:
        """Return the paths.

        Returns
        -------
        frame
            A row for each: ``source``, ``target``, ``coefficient``, ``expected_sign``, ``f2``
            (what R2 loses without it, over what is unexplained; scores held fixed), ``vif``.
        """
        return self._emit(path_columns(self))

    def effects(self) -> Any:
        """Return direct, indirect and total effects.

        Returns
        -------
        frame
            A row for each construct that reaches another: ``source``, ``target``, ``direct``,
            ``indirect``, ``total``.
        """
        return self._emit(effect_columns(self))

    def indirect_effects(self) -> Any:
        """Return the specific indirect effects.

        Returns
        -------
        frame
            A row for each way of two paths or more: ``route``, ``effect``.
        """
        return self._emit(route_columns(self))

    def discriminant_validity(self) -> Any:
        """Tell whether constructs are more than two names for one thing.

        Returns
        -------
        frame
            A row for each pair: ``first``, ``second``, ``correlation``, ``htmt`` (of absolute
            correlations; customarily below 0.85 or 0.90), ``shared_variance``, ``least_ave`` and
            ``fornell_larcker`` (the first is less than the second).
        """
        return self._emit(discriminant_columns(self))

    def cross_loadings(self) -> Any:
        """Return the correlation of every item with every construct's scores.

        Returns
        -------
        frame
            A row for each item: ``construct``, ``item``, and a column for each construct.
        """
        return self._emit(crossed_columns(self))

    def predictive_relevance(self, *, omission: int = 7) -> Any:
        """Return Stone and Geisser's Q2 by blindfolding (cross-validated redundancy).

        Parameters
        ----------
        omission : int
            Every so many-th answer is left out and predicted, 2 or more.

        Returns
        -------
        frame
            A row for each construct that something influences: ``construct``, ``q2`` (above 0:
            predicted better than by the items' means).

        Raises
        ------
        InvalidRule
            The omission distance is impossible.

        Notes
        -----
        Answers are left out cell by cell, along diagonals of the table of respondents and items,
        and replaced by the mean of the item's others; the model is estimated again, and the cells
        are predicted from the scores of the construct's sources.

        References
        ----------
        .. [1] W. W. Chin (1998), The Partial Least Squares Approach to Structural Equation
           Modeling, in: Modern Methods for Business Research, Erlbaum, 295-336.
        """
        return self._emit(redundancy_columns(self, omission))

    def importance_performance(
        self, target: str | None = None, *, level: Literal["construct", "item"] = "construct"
    ) -> Any:
        """Return what matters for an index, and how well it is done (IPMA).

        Parameters
        ----------
        target : str, optional
            The construct of the index; default: that of the model.
        level : {"construct", "item"}
            Whether rows are constructs or items.

        Returns
        -------
        frame
            A row for each that influences the target: ``construct`` (and ``item``),
            ``importance`` (points that the target's index gains where this one gains one point of
            its own 0 to 100), ``performance`` (its index).

        Raises
        ------
        UnknownCode
            There is no such construct or level.

        See Also
        --------
        ipa : Puts them into quadrants.
        """
        if level not in {"construct", "item"}:
            raise UnknownCode("level of a map", str(level), ("construct", "item"))
        name = self.model.construct(self.model.target if target is None else target).name
        tables = importance_columns(self, self.model.names.index(name))
        return self._emit(tables[level == "item"])

    def _emit(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        return as_frame(enter(self.frame), columns)
