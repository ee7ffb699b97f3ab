"""Tracking: how many repeat purchases a model expects over time, and how many there were.

A model that was learnt from the first weeks of a cohort is judged by the weeks that follow.
Here the numbers are made; `custrel.plotting.plot_tracking` draws them.
"""

from __future__ import annotations

import datetime
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._log.orders import Orders, read_orders
from custrel._log.timeline import TimeKind, Timeline
from custrel._shown import in_html, in_text
from custrel.errors import InvalidRule, Problem, UnitMismatch
from custrel.frames import AnyFrame, as_floats, collect, enter
from custrel.units import TimeUnit, known_unit
from custrel.valuation._covariate_table import CovariateTable, plain_models
from custrel.valuation._visits import occasions_of, visits_of
from custrel.valuation.covariates import CovariateModel
from custrel.valuation.lifetime_value import PurchaseModel

__all__ = ["Tracking", "tracking"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Moment = datetime.date | int | None

_MICROSECONDS = 86_400_000_000
_MOST_PERIODS = 10_000


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Tracking:
    """Repeat purchases of a cohort, period by period: as they came and as a model expects them.

    `tracking` makes it.

    Parameters
    ----------
    frame : frame
        One row per period, of the kind of the log.
    model : PurchaseModel or CovariateModel
        Whose expectations they are.
    unit : TimeUnit
        What times are measured in.
    period : TimeUnit
        How long a period is.
    whole_periods : int
        How many periods are complete: all of them, or all but the last.
    customers : int
        How many customers the cohort has.
    observed_from : date or int
        The first purchase of the cohort, at which time begins.
    observed_until : date or int
        The end of observation.
    calibration_until : date or int, optional
        Where the holdout begins; who came later is not of the cohort.
    calibration_time : float, optional
        The length of the calibration period in `unit`.
    problems : tuple of Problem
        What was left out of the log, and why.

    See Also
    --------
    tracking : Makes one from an order log.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> log = pd.DataFrame({"customer_id": [1, 1], "date": ["2024-01-01", "2024-01-09"]})
    >>> made = tracking(log, model, amount=None)
    >>> made.customers, made.observed_from.isoformat(), made.whole_periods
    (1, '2024-01-01', 1)
    """

    frame: Any
    model: PurchaseModel | CovariateModel
    unit: TimeUnit
    period: TimeUnit
    whole_periods: int
    customers: int
    observed_from: Moment
    observed_until: Moment
    calibration_until: Moment = None
    calibration_time: float | None = None
    problems: tuple[Problem, ...] = ()

    def with_frame(self, frame: Any) -> Self:
        """Return the same facts around another frame.

        Parameters
        ----------
        frame : frame
            A table of these periods.

        Returns
        -------
        Tracking
        """
        return attrs.evolve(self, frame=frame)

    def __repr__(self) -> str:
        return in_text(self.frame, self.problems, caption=f"Tracking: {self._facts()}")

    def _repr_html_(self) -> str:
        return in_html(self.frame, self.problems, name="Tracking", facts=self._facts())

    def _facts(self) -> str:
        parts = [f"{self.customers:,} customers", f"times in {self.unit.name.lower()}s"]
        parts.append(f"observed {self.observed_from} to {self.observed_until}")
        if self.calibration_until is not None:
            parts.append(f"calibrated until {self.calibration_until}")
        return "; ".join(parts)


def tracking(
    log: Any,
    model: PurchaseModel | CovariateModel,
    *,
    covariates: Any = None,
    customer: str = "customer_id",
    date: str = "date",
    amount: str | None = "amount",
    unit: TimeUnit | str | None = None,
    observed_until: Any = None,
    calibration_until: Any = None,
    period: TimeUnit | str | None = None,
    collapse: TimeUnit | str | None = "D",
    returns: Literal["net", "drop", "keep", "error"] = "net",
    errors: Literal["raise", "collect"] = "raise",
) -> Tracking:
    r"""Set the repeat purchases in an order log beside those that a model expects.

    Parameters
    ----------
    log : frame
        One row per order: who, when, and for how much.
    model : BgNbd or another model of repeat purchases
        Learnt from a summary of the same kind of orders.
    covariates : CustomerSummary or frame, optional
        Of a `CovariateModel`, what it goes with: one row for each customer of the cohort, with
        the log's column of customers and those of the covariates.  Others may be there too.
    customer, date, amount : str
        The log's columns, as in `summarize`.  ``amount=None`` leaves money out, and with it
        the difference between orders and returns.
    unit : TimeUnit or str, optional
        What times are measured in, where the model does not say it.
    observed_until : date, datetime, str or int, optional
        The end of observation.  Default: the last order's, which the result states.
    calibration_until : date, datetime, str or int, optional
        The end of what the model was learnt from.  The cohort is then who came until then;
        without it, everybody.
    period : TimeUnit or str, optional
        The length of a period; default: the model's unit, but a week where that is a day.
    collapse : TimeUnit, str or None
        The calendar period in which all orders of a customer are one occasion, as the model
        was learnt.
    returns : {"net", "drop", "keep", "error"}
        Negative amounts: no occasions, no occasions, occasions as any other, or refused.
    errors : {"raise", "collect"}
        Unusable rows: refuse them all in one error, or leave them out and list them in the
        result's `problems`.

    Returns
    -------
    Tracking
        Its frame is of the log's kind, with one row per period and the columns

        =======================  ===============================================
        ``period``               1, 2, ...
        ``until``                its last day
        ``time``                 time since the cohort's first purchase at the
                                 end of that day, in `unit`
        ``actual``               repeat purchases in the period
        ``expected``             repeat purchases to expect in it
        ``actual_cumulative``    repeat purchases so far
        ``expected_cumulative``  repeat purchases to expect so far
        ``holdout``              whether it ends after `calibration_until`
        =======================  ===============================================

        The last period ends with the observation.

    Raises
    ------
    InvalidData
        No orders, or unusable ones, as in `summarize`; or no purchases.  Covariates of a
        customer are missing, or he has two rows of them.
    ColumnNotFound
        The log has no such column, or the covariates have not.
    InvalidRule
        The calibration leaves nothing to learn from or nothing to hold out; the periods are
        shorter than a step of time or too many to be meant; or the model goes with covariates
        that were not passed, or with none that were.
    UnitMismatch
        Neither the model nor the caller states the unit, or they differ.
    UnknownCode
        An option has no such choice.
    UnsupportedFrame
        Log and covariates are held by different engines.

    See Also
    --------
    custrel.plotting.plot_tracking : Draws it.

    Notes
    -----
    The expectation at time t is the sum over the customers of E[X(t - t0)], where t0 is the
    customer's first purchase: of what each did after it, nothing is used.  It is computed on
    the distinct days of first purchase, and of covariates.  Instants that are not collapsed
    count by whole days.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 2, 2],
    ...         "date": ["2024-01-01", "2024-01-09", "2024-01-03", "2024-01-20"],
    ...     }
    ... )
    >>> made = tracking(log, model, amount=None, observed_until="2024-01-21")
    >>> made.frame[["time", "actual", "expected", "actual_cumulative"]].round(3)
       time  actual  expected  actual_cumulative
    0   1.0       0     0.077                  0
    1   2.0       1     0.102                  1
    2   3.0       1     0.096                  2

    Where customers differ in what is known of them, the expectations of all are added up:

    >>> from custrel.valuation import CovariateEffect, CovariateModel
    >>> effect = CovariateEffect(parameter="alpha", covariate="referred", size=0.9)
    >>> known = pd.DataFrame({"customer_id": [1, 2], "referred": [True, False]})
    >>> both = CovariateModel(base=model, effects=[effect])
    >>> made = tracking(log, both, covariates=known, amount=None, observed_until="2024-01-21")
    >>> made.frame["expected"].round(3).tolist()
    [0.139, 0.163, 0.149]
    """
    unit = _unit_of(model, unit)
    collapse = None if collapse is None else TimeUnit(collapse)
    length = _period_of(period, unit)
    door = enter(log)
    known = CovariateTable.of(covariates, model, door, customer)
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=amount,
        unit=unit,
        collapse=collapse,
        returns=returns,
        errors=errors,
    )
    orders, until = orders.observed(observed_until, errors=errors)
    end = orders.calibrated(calibration_until, until)
    steps = _Steps.of(orders)
    (first, customers, *told), visits = _count(orders, steps, end, known, net=returns == "net")
    if not first.size:
        raise orders.no_purchases(end)
    begin = first[0]
    ends = _period_ends(begin, steps.at(until), steps.in_steps(length))
    actual = _upto(ends, *visits) - _upto(ends, first, customers)
    expected = np.zeros(len(ends))
    kinds = dict(zip(known.columns.values(), told, strict=True))
    for plain, rows in plain_models(model, kinds, len(first)):
        expected += _expected(plain, first[rows], customers[rows], ends, steps.per_unit)
    calibrated, held = steps.at(end), end < until
    columns: dict[str, NDArray[Any]] = {
        "period": np.arange(1, len(ends) + 1),
        "until": steps.dates(ends),
        "time": (ends - begin + 1) / steps.per_unit,
        "actual": np.diff(actual, prepend=0),
        "expected": np.diff(expected, prepend=0.0),
        "actual_cumulative": actual,
        "expected_cumulative": expected,
        "holdout": ends > calibrated,
    }
    whole = ends[-1] + 1 - begin >= len(ends) * steps.in_steps(length)
    return Tracking(
        frame=door.table(columns),
        model=model,
        unit=unit,
        period=length,
        whole_periods=len(ends) - (not whole),
        customers=int(customers.sum()),
        observed_from=steps.dates(np.array([begin]))[0].item(),
        observed_until=orders.timeline.moment(until),
        calibration_until=orders.timeline.moment(end) if held else None,
        calibration_time=float(calibrated - begin + 1) / steps.per_unit if held else None,
        problems=orders.problems,
    )


@attrs.frozen(kw_only=True)
class _Steps:
    """Time in whole days since the log's first (in whole units, where times are integers)."""

    line: Timeline
    origin: int

    @classmethod
    def of(cls, orders: Orders) -> _Steps:
        line, low = orders.timeline, orders.low
        return cls(line=line, origin=low - low % _MICROSECONDS if line.fine else low)

    @property
    def per_unit(self) -> float:
        return 1.0 if self.line.kind is TimeKind.INTEGER else self.line.unit.days

    def in_steps(self, period: TimeUnit) -> float:
        return period.in_units(self.line.unit) * self.per_unit

    def at(self, tick: int) -> int:
        return (tick - self.origin) // (_MICROSECONDS if self.line.fine else 1)

    def expression(self, tick: str) -> nw.Expr:
        since = nw.col(tick) - self.origin
        return since // _MICROSECONDS if self.line.fine else since

    def dates(self, steps: Ints) -> NDArray[Any]:
        if self.line.kind is TimeKind.INTEGER:
            return steps + self.origin
        first = self.origin // _MICROSECONDS if self.line.fine else self.origin
        return (steps + first).astype("M8[D]")


def _count(
    orders: Orders, steps: _Steps, end: int, known: CovariateTable, *, net: bool
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Count, by the step, the first purchases of the cohort and all its purchases.

    First purchases by their covariates, too, which follow the counts.
    """
    frame = occasions_of(orders, net=net)
    cohort = frame.group_by("customer").agg(
        nw.col("tick").min().alias("came"), nw.col("occasion").min().alias("first")
    )
    cohort = cohort.filter(nw.col("came") <= end).select("customer", "first")
    visits: Any = visits_of(frame, orders.timeline)
    visits = visits.join(cohort, on="customer", how="inner")
    told = known.join(cohort)
    newcomers = _tally(told, "first", steps, *known.columns)
    known.require_known(told, newcomers[1], newcomers[2:])
    return newcomers, _tally(visits, "occasion", steps)


def _tally(frame: AnyFrame, tick: str, steps: _Steps, *by: str) -> tuple[Any, ...]:
    """Count rows by the step and other columns: return steps, counts and what these hold."""
    counted = frame.select(*by, step=steps.expression(tick)).group_by("step", *by)
    table = collect(counted.agg(nw.len().alias("rows")))
    when, rows, *others = (as_floats(table.get_column(name)) for name in ("step", "rows", *by))
    order = np.lexsort((*others, when))
    counts = (values[order].astype(np.int64) for values in (when, rows))
    return (*counts, *(values[order] for values in others))


def _period_ends(begin: int, until: int, length: float) -> Ints:
    """Return the last step of each period; the last period ends with the observation."""
    if length < 1:
        raise InvalidRule("the periods are shorter than the units that the log counts time in.")
    count = int(np.ceil((until - begin + 1) / length))
    if count > _MOST_PERIODS:
        raise InvalidRule(
            f"{count:,} periods: choose a longer period, or check that the log counts its times "
            "in the unit that the model does."
        )
    ends = begin + np.ceil(np.arange(1, count + 1) * length).astype(np.int64) - 1
    return np.asarray(np.minimum(ends, until), dtype=np.int64)


def _upto(ends: Ints, steps: Ints, counts: Ints) -> Ints:
    """Return how many there were by the end of each period."""
    sums = np.concatenate(([0], np.cumsum(counts)))
    return np.asarray(sums[np.searchsorted(steps, ends, side="right")], dtype=np.int64)


def _expected(
    model: PurchaseModel, first: Ints, customers: Ints, ends: Ints, per_unit: float
) -> Floats:
    """Return how many repeat purchases are expected by the end of each period."""
    ages = np.arange(ends[-1] - first[0] + 1) / per_unit
    each = model.expected_purchases(horizon=ages, frequency=None, recency=None, T=None)
    known = np.searchsorted(first, ends, side="right")
    expected = [
        each[end - first[:here]] @ customers[:here] for end, here in zip(ends, known, strict=True)
    ]
    return np.array(expected, dtype=np.float64)


def _unit_of(model: object, unit: TimeUnit | str | None) -> TimeUnit:
    own = known_unit(model)
    if unit is not None:
        unit = TimeUnit(unit)
        if own is None or own is unit:
            return unit
        raise UnitMismatch(
            f"unit={unit.value!r} was stated",
            f"the model counts time in {own.name.lower()}s",
        )
    if own is None:
        raise UnitMismatch(
            "tracking must know what times are measured in",
            "the model does not say it",
            "Pass unit='D', 'W', 'M', 'Q' or 'Y'.",
        )
    return own


def _period_of(period: TimeUnit | str | None, unit: TimeUnit) -> TimeUnit:
    if period is not None:
        return TimeUnit(period)
    return TimeUnit.WEEK if unit is TimeUnit.DAY else unit
