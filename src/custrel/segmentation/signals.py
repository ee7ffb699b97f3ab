"""Signals of churn: a drop of business, and absence against a customer's own rhythm."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule
from custrel.frames import AnyFrame, Door, enter
from custrel.model.churn import RiskVerdict
from custrel.rules import Rule

__all__ = ["Absence", "RiskRule", "VolumeDrop"]

_VERDICTS = (RiskVerdict.TOO_EARLY, RiskVerdict.NORMAL, RiskVerdict.WATCH, RiskVerdict.DEFECTING)
_TOO_EARLY, _NORMAL, _WATCH, _DEFECTING = range(-1, 3)

# 80 of 100 is a drop of 0.19999999999999996: a drop this near to a threshold has reached it.
_TOLERANCE = 1e-9

_COMPARE = (
    "summarize(..., compare=...) adds them: the business of two adjacent windows of that "
    "length; or judge by absence alone: RiskRule(volume=None)."
)
_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "idle": "summarize() adds it: T - recency.",
        "revenue_recent": _COMPARE,
        "revenue_before": _COMPARE,
    }
)


@attrs.frozen(kw_only=True)
class VolumeDrop(Rule):
    """A customer's business has dropped against the window before (业务量下降).

    Parameters
    ----------
    watch : float
        A drop by more than this share is worth watching; up to it, it is ordinary.
    alarm : float
        A drop by this share or more means that the customer is probably defecting.
    min_orders : int
        How many purchases a customer must have made, and must make in a window by his own
        rhythm, for the signal to say anything.

    Raises
    ------
    InvalidRule
        The thresholds are not 0 <= watch <= alarm <= 1, or `min_orders` is below 1.

    Notes
    -----
    The documents call a drop by 20 % ordinary, and take a drop by 50 % to mean that the
    customer has gone to a competitor: phone him.  What lies between, they leave open; it is
    *watch* here.

    Whoever buys once a year drops by 100 % in three quarters out of four, and that means
    nothing.  So the signal speaks only of customers whose own mean interval between purchases
    lets `min_orders` of them fall into a window.

    Examples
    --------
    >>> VolumeDrop(watch=0.1).alarm
    0.5
    """

    watch: float = attrs.field(default=0.2, converter=float)
    alarm: float = attrs.field(default=0.5, converter=float)
    min_orders: int = 3

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.watch <= self.alarm <= 1:
            raise InvalidRule(
                "VolumeDrop: expected shares 0 <= watch <= alarm <= 1 (0.2, not 20); got "
                f"watch={self.watch:g}, alarm={self.alarm:g}."
            )
        _check_orders(self, self.min_orders)


@attrs.frozen(kw_only=True)
class Absence(Rule):
    """A regular customer has not come for long, by his own rhythm (常客久未光顾).

    Parameters
    ----------
    multiple : float
        Absence of more than so many of the customer's own mean intervals is worth watching.
    alarm_multiple : float
        Absence of more than so many means that the customer is probably defecting.
    min_orders : int
        How many purchases make a regular customer.

    Raises
    ------
    InvalidRule
        The multiples are not 0 < multiple <= alarm_multiple, or `min_orders` is below 2.

    Notes
    -----
    absence = idle / (recency / frequency).  The documents ask to phone a regular who has not
    come for long, and to find out why; the multiples and the number of visits are customary
    (reconstructed).  Where purchases come at random at a steady rate, one in seven absences
    exceeds two mean intervals, and one in fifty exceeds four.

    Examples
    --------
    >>> Absence(multiple=3).alarm_multiple
    4.0
    """

    multiple: float = attrs.field(default=2.0, converter=float)
    alarm_multiple: float = attrs.field(default=4.0, converter=float)
    min_orders: int = 3

    def __attrs_post_init__(self) -> None:
        if not 0 < self.multiple <= self.alarm_multiple:
            raise InvalidRule(
                "Absence: expected 0 < multiple <= alarm_multiple; got "
                f"{self.multiple:g} and {self.alarm_multiple:g}."
            )
        _check_orders(self, self.min_orders, least=2)


@attrs.frozen(kw_only=True)
class RiskRule(Rule):
    """A verdict on whether a customer is leaving, from the worst of his signals.

    Parameters
    ----------
    volume : VolumeDrop or None
        The rule about business volume; None leaves it out.
    absence : Absence or None
        The rule about absence; None leaves it out.

    Raises
    ------
    InvalidRule
        Both are None.

    See Also
    --------
    custrel.model.RiskVerdict : The verdicts.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "frequency": [10, 10, 10, 0],
    ...         "recency": [100.0, 100.0, 100.0, 0.0],
    ...         "idle": [5.0, 25.0, 50.0, 9.0],
    ...     }
    ... )
    >>> judged = RiskRule(volume=None).judge(customers)
    >>> judged[["absence", "risk"]]
       absence       risk
    0      0.5     normal
    1      2.5      watch
    2      5.0  defecting
    3      NaN  too_early
    """

    volume: VolumeDrop | None = attrs.field(factory=VolumeDrop)
    absence: Absence | None = attrs.field(factory=Absence)

    def __attrs_post_init__(self) -> None:
        if self.volume is None and self.absence is None:
            raise InvalidRule("RiskRule: a verdict needs at least one signal, both are None.")

    def judge(
        self,
        summary: Any,
        *,
        frequency: str = "frequency",
        recency: str = "recency",
        idle: str = "idle",
        window: float | None = None,
    ) -> Any:
        """Judge every customer.

        Parameters
        ----------
        summary : CustomerSummary or frame
            One row per customer; where volume counts, made by ``summarize(compare=...)``.
        frequency : str
            The column of the number of repeat purchases.
        recency : str
            The column of the age at the last purchase, in the summary's unit.
        idle : str
            The column of the time since the last purchase, in the summary's unit.
        window : float, optional
            The length of the two windows whose business is compared, in the summary's unit;
            default: what the summary says.  Where nobody knows it, the volume signal cannot
            ask whether a customer's rhythm fits into it.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``volume_change`` (a share: -0.5 is half the business gone;
            missing where there was none before), ``absence`` (in multiples of the customer's
            own mean interval; missing before the second purchase), ``risk``, the code of the
            `RiskVerdict`, and ``risk_reason``: which signals are worse than normal,
            ``"volume"``, ``"absence"``, ``"both"`` or ``"none"``.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite.
        """
        door = enter(summary)
        needed = [frequency, recency, idle] if self.absence else [frequency, recency]
        if self.volume:
            needed += ["revenue_recent", "revenue_before"]
        require_complete(door, *needed, remedies={**_REMEDIES, idle: _REMEDIES["idle"]})
        rhythm = _Rhythm(as_float(frequency), as_float(recency))
        frame = door.frame.with_columns(__volume=nw.lit(_TOO_EARLY), __absence=nw.lit(_TOO_EARLY))
        if self.volume:
            frame = _add_volume(frame, self.volume, rhythm, _window(door, window))
        if self.absence:
            frame = _add_absence(frame, self.absence, rhythm, as_float(idle))
        frame = frame.with_columns(risk=_verdict(), risk_reason=_reason())
        return door.leave(frame.drop("__volume", "__absence"))


@attrs.frozen
class _Rhythm:
    """How often a customer buys: repeat purchases in the time from the first to the last."""

    frequency: nw.Expr
    recency: nw.Expr

    @property
    def known(self) -> nw.Expr:
        return (self.frequency > 0) & (self.recency > 0)

    def bought(self, orders: int) -> nw.Expr:
        return self.frequency + 1 >= orders

    def fits(self, orders: int, window: float) -> nw.Expr:
        return self.known & (self.frequency * window >= self.recency * float(orders))


def _add_volume(
    frame: AnyFrame, rule: VolumeDrop, rhythm: _Rhythm, window: float | None
) -> AnyFrame:
    recent, before = as_float("revenue_recent"), as_float("revenue_before")
    change = nw.when(before > 0).then(recent / before - 1)
    speaks = (before > 0) & rhythm.bought(rule.min_orders)
    if window is not None:
        speaks = speaks & rhythm.fits(rule.min_orders, window)
    level = _level(
        nw.col("volume_change") <= _TOLERANCE - rule.alarm,
        nw.col("volume_change") < -_TOLERANCE - rule.watch,
    )
    return frame.with_columns(volume_change=change).with_columns(
        __volume=nw.when(speaks).then(level).otherwise(_TOO_EARLY)
    )


def _add_absence(frame: AnyFrame, rule: Absence, rhythm: _Rhythm, idle: nw.Expr) -> AnyFrame:
    absence = nw.when(rhythm.known).then(idle * rhythm.frequency / rhythm.recency)
    speaks = rhythm.known & rhythm.bought(rule.min_orders)
    level = _level(
        nw.col("absence") > rule.alarm_multiple + _TOLERANCE,
        nw.col("absence") > rule.multiple + _TOLERANCE,
    )
    return frame.with_columns(absence=absence).with_columns(
        __absence=nw.when(speaks).then(level).otherwise(_TOO_EARLY)
    )


def _verdict() -> nw.Expr:
    """Return the code of the worse of the two levels."""
    volume, absence = nw.col("__volume"), nw.col("__absence")
    worst = nw.when(volume > absence).then(volume).otherwise(absence)
    codes = [verdict.value for verdict in _VERDICTS]
    levels = range(_TOO_EARLY, _DEFECTING + 1)
    return worst.replace_strict(levels, codes, default=None, return_dtype=nw.String)


def _reason() -> nw.Expr:
    """Return which of the two levels are worse than normal."""
    volume = (nw.col("__volume") >= _WATCH).cast(nw.Int64)
    absence = (nw.col("__absence") >= _WATCH).cast(nw.Int64)
    reasons = ["none", "volume", "absence", "both"]
    number = volume + 2 * absence
    return number.replace_strict(range(4), reasons, default=None, return_dtype=nw.String)


def _level(alarm: nw.Expr, watch: nw.Expr) -> nw.Expr:
    milder = nw.when(watch).then(_WATCH).otherwise(_NORMAL)
    return nw.when(alarm).then(_DEFECTING).otherwise(milder)


def _window(door: Door, window: float | None) -> float | None:
    known: float | None = getattr(door.framed, "compare", None)
    window = known if window is None else window
    if window is not None and not window > 0:
        raise InvalidRule(f"window must be longer than 0, got {window!r}.")
    return window


def _check_orders(rule: Rule, min_orders: int, least: int = 1) -> None:
    if not isinstance(min_orders, int) or min_orders < least:
        raise InvalidRule(
            f"{type(rule).__name__}: min_orders must be a number of {least} or more, got "
            f"{min_orders!r}."
        )
