"""One family of exceptions, and `Problem` values for findings in bulk.

Every class is a `CustrelError` and also the builtin that fits, so that both
``except CustrelError`` and ``except ValueError`` do what they seem to.  The facts
behind a message are attributes: a program reads them, a person reads the text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

__all__ = [
    "ColumnNotFound",
    "CurrencyMismatch",
    "CustrelError",
    "FitError",
    "IllegalMove",
    "InvalidData",
    "InvalidRule",
    "InvalidValue",
    "MissingExtra",
    "Problem",
    "TooManyRows",
    "UnitMismatch",
    "UnknownCode",
    "UnsupportedFrame",
]


_SHOWN_CODES = 24


@attrs.frozen(kw_only=True)
class Problem:
    """One finding in the caller's data: what is wrong, where, how often, and the way out.

    Parameters
    ----------
    code : str
        What is wrong, for programs: ``"null_customer"``, ``"negative_amount"``, ...
    message : str
        What is wrong, for people.
    column : str or None
        The column it was found in.
    count : int
        How many are affected.
    rows : tuple of str
        The first offending rows, as text.
    remedy : str
        What the caller can do about it.
    of : str
        What is counted: ``"row"``, ``"customer"``, ...

    Examples
    --------
    >>> print(
    ...     Problem(
    ...         code="null_customer",
    ...         message="no customer",
    ...         column="id",
    ...         count=2,
    ...         rows=("row 7: id=None, amount=5.0",),
    ...         remedy="Filter them out.",
    ...     )
    ... )
    column 'id': no customer in 2 rows (row 7: id=None, amount=5.0; ...). Filter them out.
    """

    code: str
    message: str
    column: str | None = None
    count: int = 1
    rows: tuple[str, ...] = ()
    remedy: str = ""
    of: str = "row"

    def __str__(self) -> str:
        shown = (*self.rows, "...") if self.count > len(self.rows) else self.rows
        rows = f" ({'; '.join(shown)})" if self.rows else ""
        return f"{self._finding()}{rows}. {self.remedy}".rstrip()

    def in_lines(self) -> str:
        """Return the finding as text with a line for each of the first offending rows.

        Returns
        -------
        str
        """
        shown = (*self.rows, "...") if self.count > len(self.rows) else self.rows
        if not self.rows:
            return str(self)
        return "\n".join((f"{self._finding()}:", *(f"    {row}" for row in shown), self.remedy))

    def _finding(self) -> str:
        where = f"column {self.column!r}: " if self.column is not None else ""
        many = f" in {counted(self.count, self.of)}" if self.count else ""
        return f"{where}{self.message}{many}"


class CustrelError(Exception):
    """The root of everything that custrel raises on purpose.

    Examples
    --------
    >>> import custrel as cr
    >>> try:
    ...     cr.TimeUnit("fortnight")
    ... except cr.CustrelError as error:
    ...     print(error)
    'fortnight' is no time unit; the choices are 'D', 'W', 'M', 'Q', 'Y'.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


class InvalidData(CustrelError, ValueError):
    """The rows that were handed in cannot be used as they are.

    Parameters
    ----------
    problems : iterable of Problem
        Everything that was found, at once.
    remedy : str
        What the caller can do about all of it.

    Attributes
    ----------
    problems : tuple of Problem

    Examples
    --------
    >>> rows = ("row 7: id=None, amount=5.0", "row 9: id=None, amount=2.5")
    >>> missing = Problem(code="null_customer", message="no customer", count=12, rows=rows)
    >>> print(InvalidData([missing], remedy="Filter these rows out."))
    no customer in 12 rows:
        row 7: id=None, amount=5.0
        row 9: id=None, amount=2.5
        ...
    Filter these rows out.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem], remedy: str = "") -> None:
        self.problems = tuple(problems)
        lines = [*(problem.in_lines().rstrip() for problem in self.problems), remedy]
        super().__init__("\n".join(line for line in lines if line))


class ColumnNotFound(CustrelError, LookupError):
    """A column that was asked for is not in the frame.

    Parameters
    ----------
    missing : sequence of str
        The names asked for and not found.
    available : sequence of str
        The frame's own columns.
    remedy : str
        What the caller can do, where more can be said than the near misses.

    Examples
    --------
    >>> print(ColumnNotFound(["custmer"], ["customer", "date"]))
    no column 'custmer' (did you mean 'customer'?); the frame has 'customer', 'date'.
    """

    missing: tuple[str, ...]
    available: tuple[str, ...]

    def __init__(self, missing: Sequence[str], available: Sequence[str], remedy: str = "") -> None:
        self.missing, self.available = tuple(missing), tuple(available)
        asked = ", ".join(f"{name!r}{near_miss(name, available)}" for name in missing)
        has = ", ".join(map(repr, available)) or "no columns"
        super().__init__(f"no column {asked}; the frame has {has}. {remedy}".rstrip())


class UnsupportedFrame(CustrelError, TypeError):
    """The thing that was handed in is no data frame that custrel can read.

    Examples
    --------
    >>> import custrel as cr
    >>> try:
    ...     cr.summarize([1, 2, 3])
    ... except UnsupportedFrame as error:
    ...     print(error)
    expected a pandas, Polars, PyArrow, DuckDB, Dask or Spark frame (or a CustomerSummary), got list.
    """


class TooManyRows(CustrelError, ValueError):
    """What was asked needs all rows in memory at once, and a lazy frame has very many.

    Parameters
    ----------
    most : int
        How many come to Python unasked.
    frame : str
        What the frame is, as text.

    Examples
    --------
    >>> print(TooManyRows(1_000_000, "DuckDB relation"))
    this needs all rows in memory at once, and the DuckDB relation has more than 1,000,000. Take
    some: custrel.sample_customers(frame, size=100_000, seed=1); or collect the frame first.
    """

    most: int
    frame: str

    def __init__(self, most: int, frame: str) -> None:
        self.most, self.frame = most, frame
        super().__init__(
            f"this needs all rows in memory at once, and the {frame} has more than {most:,}. Take "
            "some: custrel.sample_customers(frame, size=100_000, seed=1); or collect the frame "
            "first."
        )


class UnitMismatch(CustrelError, ValueError):
    """Two things measured in different units of time meet.

    Parameters
    ----------
    left, right : str
        The two things, each with its unit, as text.
    remedy : str
        What the caller can do about it.

    Examples
    --------
    >>> print(UnitMismatch("the model counts weeks", "the summary days", "Fit it again."))
    the model counts weeks, the summary days. Fit it again.
    """

    left: str
    right: str

    def __init__(self, left: str, right: str, remedy: str = "") -> None:
        self.left, self.right = left, right
        super().__init__(f"{left}, {right}. {remedy}".rstrip())


class InvalidValue(CustrelError, ValueError):
    """A field of an object has a value that it cannot have.

    Examples
    --------
    >>> from custrel.model import Money
    >>> try:
    ...     Money(0.1, "CNY")
    ... except InvalidValue as error:
    ...     print(error)
    Money: 0.1 is a float, which is not exact; write the amount as text: "0.1".
    """


class CurrencyMismatch(CustrelError, ValueError):
    """Amounts of two currencies meet where one currency is needed.

    Parameters
    ----------
    left, right : str
        The two currencies.

    Examples
    --------
    >>> print(CurrencyMismatch("CNY", "USD"))
    an amount in CNY meets one in USD; convert one of them first, at a dated rate.
    """

    left: str
    right: str

    def __init__(self, left: str, right: str) -> None:
        self.left, self.right = left, right
        super().__init__(
            f"an amount in {left} meets one in {right}; convert one of them first, at a dated rate."
        )


class IllegalMove(CustrelError, ValueError):
    """A case cannot make this move; it is left as it was.

    Parameters
    ----------
    case : str
        The identifier of the case.
    state : str
        The stage that it is in.
    trigger : str
        The move that was tried.
    why : str
        What is against it.
    legal : iterable of str
        The moves that the flow allows from here.
    missing : iterable of str
        The evidence that the move needs and was not given.

    Examples
    --------
    >>> print(IllegalMove("D-7", "visit", "ship", "is no move from here", legal=["sign", "lose"]))
    case 'D-7' in 'visit': 'ship' is no move from here; it can 'sign', 'lose'.
    """

    case: str
    state: str
    trigger: str
    legal: tuple[str, ...]
    missing: tuple[str, ...]

    def __init__(
        self,
        case: str,
        state: str,
        trigger: str,
        why: str,
        *,
        legal: Iterable[str],
        missing: Iterable[str] = (),
    ) -> None:
        self.case, self.state, self.trigger = case, state, trigger
        self.legal, self.missing = tuple(legal), tuple(missing)
        choices = f"it can {', '.join(map(repr, self.legal))}" if self.legal else "it has ended"
        hint = "" if trigger in self.legal else near_miss(trigger, self.legal)
        super().__init__(f"case {case!r} in {state!r}: {trigger!r} {why}{hint}; {choices}.")


class InvalidRule(CustrelError, ValueError):
    """A rule contradicts itself, or plain data does not describe a rule.

    Examples
    --------
    >>> import custrel as cr
    >>> try:
    ...     cr.from_data({"custrel": 1, "rule": "RfmScael"})
    ... except InvalidRule as error:
    ...     print(str(error)[:55])
    'RfmScael' is no rule of custrel (did you mean 'RfmScal
    """


class FitError(CustrelError, ValueError):
    """A model cannot be learnt from this data; the message says why and what to do.

    Examples
    --------
    >>> import custrel as cr
    >>> try:
    ...     cr.BgNbd.fit_arrays(frequency=[0, 0], recency=[0, 0], T=[5, 9])
    ... except FitError as error:
    ...     print(str(error).split(":")[0])
    BgNbd cannot be fitted
    """


class UnknownCode(CustrelError, LookupError):
    """A code or name that is not among the possible ones.

    Parameters
    ----------
    what : str
        What kind of thing was looked for.
    code : str
        What was asked for.
    known : iterable of str
        What there is.
    meant : str, optional
        Which of them was meant, where the spelling does not tell.

    Examples
    --------
    >>> print(UnknownCode("time unit", "w", ["D", "W"]))
    'w' is no time unit (did you mean 'W'?); the choices are 'D', 'W'.
    """

    code: str
    known: tuple[str, ...]

    def __init__(self, what: str, code: str, known: Iterable[str], meant: str = "") -> None:
        self.code, self.known = code, tuple(known)
        hint = near_miss(meant or code, self.known)
        super().__init__(f"{code!r} is no {what}{hint}; {choices(self.known, near=bool(hint))}.")


class MissingExtra(CustrelError, ImportError):
    """An optional dependency is needed for this and is not installed.

    Parameters
    ----------
    package : str
        The package that is missing.
    extra : str
        The extra of custrel that brings it.

    Examples
    --------
    >>> print(MissingExtra("matplotlib", "plot"))
    matplotlib is not installed; python -m pip install "custrel[plot]" brings it.
    """

    package: str
    extra: str

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f'{package} is not installed; python -m pip install "custrel[{extra}]" brings it.'
        )


def near_miss(name: object, known: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` for a misspelt name, or nothing."""
    folded = {str(k).casefold(): str(k) for k in known}
    hits = difflib.get_close_matches(str(name).casefold(), list(folded), n=3, cutoff=0.6)
    return f" (did you mean {' or '.join(repr(folded[h]) for h in hits)}?)" if hits else ""


def choices(known: Sequence[str], *, near: bool = False) -> str:
    """Name the possible codes; of many the first, or how many, where a near miss was named."""
    if len(known) <= _SHOWN_CODES:
        return f"the choices are {', '.join(map(repr, known))}"
    if near:
        return f"there are {len(known):,} to choose from"
    shown = ", ".join(map(repr, known[:_SHOWN_CODES]))
    return f"the choices are {shown}, ... ({len(known) - _SHOWN_CODES:,} more)"


def counted(number: float, one: str, many: str = "") -> str:
    """Return a number with what it counts: ``1 customer``, ``2,357 customers``."""
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def _restore(
    kind: type[CustrelError], args: tuple[object, ...], facts: Mapping[str, object]
) -> CustrelError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error
