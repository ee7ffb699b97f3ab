"""Money: an exact amount of one currency."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import Any, Self

import attrs

from custrel.errors import CurrencyMismatch, InvalidValue, UnknownCode
from custrel.model._checks import as_number
from custrel.model._currencies import PLACES

__all__ = ["Money"]

_DIGITS, _DECIMALS = 20, 18
_BOUND = Decimal(10) ** _DIGITS

# The process's own context may round; what is added here is exact, or refused.
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])
_RATIO = Context(prec=28)


def _as_amount(value: Any) -> Decimal:
    if isinstance(value, float):
        raise InvalidValue(
            f'Money: {value!r} is a float, which is not exact; write the amount as text: "{value:.15g}".'
        )
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise InvalidValue(f"Money: {value!r} is no amount; write a Decimal, int or str.")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise InvalidValue(
            f"Money: {value!r} is no number; write digits and a point alone, as '1234.50'."
        ) from None


def _in_range(_: Money, _field: attrs.Attribute[Decimal], value: Decimal) -> None:
    if not value.is_finite():
        raise InvalidValue(f"Money: {value} is no amount; where it is not known, write None.")
    exponent = value.as_tuple().exponent
    if abs(value) >= _BOUND or (isinstance(exponent, int) and exponent < -_DECIMALS):
        raise InvalidValue(
            f"Money: {value} has more than {_DIGITS} digits before the point or "
            f"{_DECIMALS} after it."
        )


def _known(_: Money, _field: attrs.Attribute[str], value: str) -> None:
    if value not in PLACES:
        raise UnknownCode("currency of ISO 4217", str(value), PLACES)


@attrs.frozen(order=False)
class Money:
    """An exact amount of one currency (金额).

    Parameters
    ----------
    amount : Decimal, int or str
        How much; up to 20 digits before the point and 18 after it.
    currency : str
        The currency's code in ISO 4217: ``"CNY"``.

    Raises
    ------
    InvalidValue
        The amount is a float (0.1 is not a tenth), not a number, infinite or too long.
    UnknownCode
        There is no such currency.

    Notes
    -----
    Two currencies never mix: `CurrencyMismatch`.  Nothing is rounded but by `rounded` and
    `allocated`.  A sum of no amounts has no currency, so there is none:
    ``sum(amounts, start=Money(0, "CNY"))`` says which.

    Examples
    --------
    >>> Money("1.10", "CNY") == Money("1.1", "CNY")
    True
    >>> print(Money("1200", "CNY") + 3 * Money("0.50", "CNY"))
    1201.50 CNY
    >>> Money("30", "CNY") / Money("120", "CNY")
    Decimal('0.25')
    """

    amount: Decimal = attrs.field(converter=_as_amount, validator=_in_range)
    currency: str = attrs.field(validator=_known)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the amount that ``str()`` of one has written.

        Parameters
        ----------
        text : str
            An amount, a blank and a currency: ``"19.90 CNY"``.

        Returns
        -------
        Money

        Raises
        ------
        InvalidValue
            It is not written so.
        UnknownCode
            There is no such currency.

        Examples
        --------
        >>> Money.parse("19.90 CNY")
        Money(amount=Decimal('19.90'), currency='CNY')
        """
        amount, _, currency = text.partition(" ")
        if not currency:
            raise InvalidValue(f"Money: {text!r} is no amount of a currency: write '19.90 CNY'.")
        return cls(amount, currency)

    def rounded(self, places: int | None = None, rounding: str = ROUND_HALF_EVEN) -> Self:
        """Return the amount rounded.

        Parameters
        ----------
        places : int, optional
            Decimal places; default: those of the currency's smallest unit, 2 for CNY, 0 for
            JPY.
        rounding : str
            How, as in the `decimal` module; default: half to the even neighbor.

        Returns
        -------
        Money
        """
        exponent = Decimal(1).scaleb(-(PLACES[self.currency] if places is None else places))
        context = Context(prec=200, rounding=rounding)
        return self._with(self.amount.quantize(exponent, context=context))

    def allocated(self, weights: Iterable[int | Decimal]) -> tuple[Self, ...]:
        """Return the amount in parts, which sum to it to the last of its decimal places.

        Parameters
        ----------
        weights : iterable of int or Decimal
            What each part weighs; at least one of them above 0, none below.

        Returns
        -------
        tuple of Money
            As many as weights.  What rounding leaves over goes, unit by unit, to the parts
            that lost most by it.

        Raises
        ------
        InvalidValue
            There is no positive weight, or one is negative or no number.

        Examples
        --------
        >>> [str(part) for part in Money("100.00", "CNY").allocated([1, 1, 1])]
        ['33.34 CNY', '33.33 CNY', '33.33 CNY']
        """
        shares = [as_number(weight, "Money", "a weight") for weight in weights]
        if not any(shares) or min(shares) < 0:
            raise InvalidValue("Money: parts need weights of 0 or more, one of them above 0.")
        exponent = self.amount.as_tuple().exponent
        places = max(PLACES[self.currency], -exponent if isinstance(exponent, int) else 0)
        units = int(self.amount.scaleb(places, context=_EXACT))
        parts = _allocate(abs(units), [Fraction(share) for share in shares])
        sign = -1 if units < 0 else 1
        return tuple(
            self._with(Decimal(sign * part).scaleb(-places, context=_EXACT)) for part in parts
        )

    def __add__(self, other: Any) -> Self:
        if not isinstance(other, Money):
            return NotImplemented
        return self._with(_EXACT.add(self.amount, self._same(other)))

    def __sub__(self, other: Any) -> Self:
        if not isinstance(other, Money):
            return NotImplemented
        return self._with(_EXACT.subtract(self.amount, self._same(other)))

    def __mul__(self, factor: Any) -> Self:
        if isinstance(factor, bool) or not isinstance(factor, int | Decimal):
            return NotImplemented
        return self._with(_EXACT.multiply(self.amount, Decimal(factor)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Decimal:
        if not isinstance(other, Money):
            return NotImplemented
        part_of = self._same(other)
        if not part_of:
            raise InvalidValue(f"Money: {self} is no multiple of nothing ({other}).")
        return _RATIO.divide(self.amount, part_of)

    def __neg__(self) -> Self:
        return self._with(_EXACT.minus(self.amount))

    def __abs__(self) -> Self:
        return self._with(_EXACT.abs(self.amount))

    def __lt__(self, other: Any) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.amount < self._same(other)

    def __le__(self, other: Any) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.amount <= self._same(other)

    def __gt__(self, other: Any) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.amount > self._same(other)

    def __ge__(self, other: Any) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __format__(self, layout: str) -> str:
        return format(str(self), layout)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount

    def _with(self, amount: Decimal) -> Self:
        return type(self)(amount, self.currency)


def _allocate(units: int, shares: list[Fraction]) -> list[int]:
    """Share out whole units by the largest remainders (Hamilton's method)."""
    due = [units * share / sum(shares) for share in shares]
    parts = [int(part) for part in due]
    by_loss = sorted(range(len(due)), key=lambda place: parts[place] - due[place])
    for place in by_loss[: units - sum(parts)]:
        parts[place] += 1
    return parts
