"""ExchangeRates: what an amount of one currency was in another, on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from typing import Any

import attrs

from custrel.errors import InvalidRule, InvalidValue
from custrel.model._checks import as_day, read_day
from custrel.model.money import Money
from custrel.rules import Rule

__all__ = ["ExchangeRates"]

Row = tuple[str, str, date, str]

_WIDE = Context(prec=100)  # whatever the process rounds to


def _as_rows(rows: Iterable[tuple[str, str, Any, Any]]) -> tuple[Row, ...]:
    """Return rates in order; a rate is text, so that it stays exact as plain data."""
    try:
        return tuple(
            sorted((str(a), str(b), _day(a, b, on), _as_rate(rate)) for a, b, on, rate in rows)
        )
    except (TypeError, ValueError) as error:
        raise InvalidRule(
            "ExchangeRates: expected rows of two currencies, a day and a rate: "
            f"[('USD', 'CNY', '2024-03-01', '7.1059')]; {error}."
        ) from None


def _day(base: Any, quote: Any, on: Any) -> date:
    return read_day(on, "ExchangeRates", f"the day of {base} in {quote}")


def _as_rate(rate: Any) -> str:
    if isinstance(rate, float):
        raise TypeError(f"{rate!r} is a float, which is not exact")
    try:
        number = Decimal(rate)
    except InvalidOperation:
        raise ValueError(f"{rate!r} is no number") from None
    if not (number.is_finite() and number > 0):
        raise ValueError(f"a rate is above 0, got {number}")
    return f"{_WIDE.normalize(number):f}"


@attrs.frozen
class ExchangeRates(Rule):
    """Dated rates between currencies (汇率).

    An amount stays what it is; what it was in another currency is asked of the rates, as of a
    day, so that past deals do not change with today's rate.

    Parameters
    ----------
    rows : iterable of (str, str, date, rate)
        A unit of the first currency was worth so many of the second from this day on, until
        the next row of the two.  A rate is a Decimal, int or text.

    Raises
    ------
    InvalidRule
        A row cannot be read, a rate is a float or not above 0, or two rows are of one day.
    UnknownCode
        There is no such currency.

    Examples
    --------
    >>> from datetime import date
    >>> rates = ExchangeRates(
    ...     [("USD", "CNY", "2024-01-02", "7.07"), ("USD", "CNY", "2024-03-01", "7.11")]
    ... )
    >>> print(rates.convert(Money(100, "USD"), "CNY", on=date(2024, 2, 29)))
    707.00 CNY
    >>> print(rates.convert(Money("7.11", "CNY"), "USD", on=date(2024, 3, 1)))
    1.00 USD
    """

    rows: tuple[Row, ...] = attrs.field(converter=_as_rows)
    _days: dict[tuple[str, str], list[date]] = attrs.field(init=False, eq=False, repr=False)
    _rates: dict[tuple[str, str], list[Decimal]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        days: dict[tuple[str, str], list[date]] = {}
        rates: dict[tuple[str, str], list[Decimal]] = {}
        for base, quote, on, rate in self.rows:
            pair = (base, quote)
            for currency in pair:
                Money(0, currency)  # there is such a currency
            if base == quote:
                raise InvalidRule(f"ExchangeRates: a rate of {base} in itself, of {on}.")
            if days.get(pair, [])[-1:] == [on]:
                raise InvalidRule(f"ExchangeRates: two rates of {base} in {quote} on {on}.")
            days.setdefault(pair, []).append(on)
            rates.setdefault(pair, []).append(Decimal(rate))
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_rates", rates)

    def convert(self, money: Money, to: str, *, on: date) -> Money:
        """Return what an amount was in another currency on a day.

        Parameters
        ----------
        money : Money
            The amount.
        to : str
            The other currency.
        on : date
            The day; the latest rate of the two that is not after it counts, in whichever
            direction it is written; of one day, that from the first currency.

        Returns
        -------
        Money
            Rounded to the other currency's smallest unit, half to the even neighbor.

        Raises
        ------
        InvalidValue
            No rate of the two is known for the day, in either direction.
        UnknownCode
            There is no such currency.
        """
        if to == money.currency:
            return money
        unit = Money(0, to).rounded().amount
        day = as_day(on, "ExchangeRates", "on")
        there, back = self._rate(money.currency, to, day), self._rate(to, money.currency, day)
        if there is not None and (back is None or there[0] >= back[0]):
            worth = _WIDE.multiply(money.amount, there[1])
        elif back is not None:
            worth = _WIDE.divide(money.amount, back[1])
        else:
            raise InvalidValue(
                f"ExchangeRates: no rate of {money.currency} in {to} is known for {day}"
                f"{self._since(money.currency, to)}."
            )
        return Money(_WIDE.quantize(worth, unit), to)

    def _since(self, one: str, other: str) -> str:
        """Say from when on two currencies have a rate, if ever."""
        days = [*self._days.get((one, other), []), *self._days.get((other, one), [])]
        return f"; the first is of {min(days)}" if days else ""

    def _rate(self, base: str, quote: str, on: date) -> tuple[date, Decimal] | None:
        """Return the latest rate of two currencies that is not after a day, and since when."""
        days = self._days.get((base, quote), [])
        place = bisect_right(days, on)
        return (days[place - 1], self._rates[base, quote][place - 1]) if place else None
