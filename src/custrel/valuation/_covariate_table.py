"""What is known of the customers of a log besides their orders: a frame with a row for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import (
    AnyFrame,
    Door,
    collect,
    count_rows,
    enter,
    first_rows,
    read_schema,
    require_one_engine,
)
from custrel.valuation._covariate_likelihood import kinds_of, require_covariates
from custrel.valuation.covariates import CovariateModel
from custrel.valuation.lifetime_value import PurchaseModel

Floats = NDArray[np.float64]


def covariates_of(model: object) -> tuple[str, ...]:
    """Return the columns of the covariates that a model goes with: of most models, none."""
    return model.covariates if isinstance(model, CovariateModel) else ()


def plain_models(
    model: Any, known: Mapping[str, Floats], size: int
) -> list[tuple[PurchaseModel, NDArray[np.int64]]]:
    """Return the plain model of each kind of customers, and the rows of those who are of it.

    Of what is known of them, by column, covariates are all that counts.

    Raises
    ------
    InvalidData
        A covariate is missing or infinite.
    """
    if not isinstance(model, CovariateModel):
        return [(model, np.arange(size))]
    covariates = {name: known[name] for name in model.covariates}
    require_covariates(covariates)
    return [(model.of(**kind), rows) for kind, rows in kinds_of(covariates, size)]


@attrs.frozen(kw_only=True)
class CovariateTable:
    """The covariates of a log's customers, as far as a model goes with any.

    Parameters
    ----------
    frame : narwhals frame
        One row per customer.
    customer : str
        What the caller knows the column of the customer by.
    columns : mapping of str to str
        The covariates, by names of our own, which no column of the log has.
    """

    frame: AnyFrame
    customer: str
    columns: Mapping[str, str]

    @classmethod
    def of(cls, covariates: Any, model: Any, log: Door, customer: str) -> CovariateTable:
        """Let the covariates in that a model goes with.

        Raises
        ------
        ColumnNotFound
            The frame lacks the customer or a covariate.
        InvalidData
            A covariate is no number, or a customer stands there twice.
        InvalidRule
            Covariates are needed, or of no use.
        UnsupportedFrame
            Another engine than the log's holds them.
        """
        names = covariates_of(model)
        _require_asked(covariates, model, names)
        if not names:
            return cls(frame=log.frame, customer=customer, columns={})
        door = enter(covariates)
        require_one_engine(log.frame, door.frame)
        door.require(
            [customer, *names], remedy="covariates= has the log's column of customers, too."
        )
        door = door.with_truth_as_numbers(*names)
        door.require_numbers(*names)
        columns = {f"covariate {place}": name for place, name in enumerate(names)}
        frame = door.frame.select(
            customer=_key(door, log, customer),
            **{own: as_float(name) for own, name in columns.items()},
        )
        _require_each_once(frame, customer)
        return cls(frame=frame, customer=customer, columns=columns)

    def join(self, cohort: AnyFrame) -> AnyFrame:
        """Add the covariates to a frame with a ``customer``; missing where they are not known."""
        if not self.columns:
            return cohort
        beside: Any = self.frame.lazy() if isinstance(cohort, nw.LazyFrame) else collect(self.frame)
        joined: AnyFrame = cohort.join(beside, on="customer", how="left")
        return joined

    def require_known(
        self, cohort: AnyFrame, customers: NDArray[np.int64], covariates: Sequence[Floats]
    ) -> None:
        """Refuse a cohort, counted by its covariates, in which some are missing or infinite."""
        gaps = np.zeros(len(customers), dtype=bool)
        for values in covariates:
            gaps |= ~np.isfinite(values)
        if not gaps.any():
            return
        bad = [nw.col(own).is_null() | ~nw.col(own).is_finite() for own in self.columns]
        shown = {self.customer: "customer", **{name: own for own, name in self.columns.items()}}
        problem = Problem(
            code="missing_covariates",
            message="covariates missing or infinite",
            column=self.customer,
            count=int(customers[gaps].sum()),
            rows=first_rows(
                cohort, nw.any_horizontal(*bad, ignore_nulls=True), shown, positions=False
            ),
            remedy="covariates= needs a row without gaps for each of them: add it, or leave their "
            "orders out.",
            of="customer",
        )
        raise InvalidData([problem])


def _require_asked(covariates: Any, model: Any, names: tuple[str, ...]) -> None:
    """Refuse a model with covariates without them, and another one with them."""
    if names and covariates is None:
        raise InvalidRule(
            f"the model goes with {', '.join(names)}: pass covariates=, a frame with one row per "
            "customer of the log, or the plain model of one kind of customers, "
            f"of({'=..., '.join(names)}=...), and their orders."
        )
    if covariates is not None and not names:
        raise InvalidRule(f"{type(model).__name__} goes with no covariates: leave covariates= out.")


def _key(door: Door, log: Door, customer: str) -> nw.Expr:
    """Return the column of the customer, as the log has it."""
    log.require([customer])
    theirs, ours = (read_schema(each.frame)[customer] for each in (door, log))
    if theirs.is_integer() and ours.is_integer():
        return nw.col(customer).cast(ours)
    if theirs.is_numeric() is ours.is_numeric():
        return nw.col(customer)
    problem = Problem(
        code="other_customers",
        message=f"values of type {theirs} among the covariates, {ours} in the log",
        column=customer,
        count=0,
        remedy="Convert one of the columns to the type of the other.",
    )
    raise InvalidData([problem])


def _require_each_once(frame: AnyFrame, customer: str) -> None:
    twice = count_rows(frame) - count_rows(frame.select("customer").unique(subset=["customer"]))
    if twice:
        problem = Problem(
            code="duplicate_customer",
            message="a customer who stands there already",
            column=customer,
            count=twice,
            remedy="Hand in one row per customer.",
        )
        raise InvalidData([problem])
