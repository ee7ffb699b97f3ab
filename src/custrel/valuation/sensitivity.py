"""Sensitivity: which input a value hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs
import numpy as np

from custrel.errors import InvalidRule

__all__ = ["Swing", "sensitivity"]


@attrs.frozen(kw_only=True)
class Swing:
    """How far a value swings when one input changes.

    Parameters
    ----------
    input : str
        Its name.
    below, above : float
        The value with the input lower and higher by the change.
    base : float
        The value as it is.
    change : float
        By which share the input was changed.

    Examples
    --------
    >>> swing = Swing(input="margin", below=90.0, above=110.0, base=100.0, change=0.1)
    >>> swing.width, swing.elasticity
    (20.0, 1.0)
    """

    input: str
    below: float
    above: float
    base: float
    change: float

    @property
    def width(self) -> float:
        """How far the value swings in all."""
        return abs(self.above - self.below)

    @property
    def elasticity(self) -> float:
        """By which share the value rises if the input rises by 1 %, in percent; NaN at a base of 0."""
        if not self.base:
            return np.nan
        return (self.above - self.below) / self.base / (2 * self.change)


def sensitivity(
    value: Callable[..., float], inputs: Mapping[str, float], *, change: float = 0.1
) -> tuple[Swing, ...]:
    """Change each input by the same share, up and down, and see how far the value swings.

    Parameters
    ----------
    value : callable
        Takes the inputs as keywords and returns a number.
    inputs : mapping of str to float
        What they are.
    change : float
        By which share each is changed, above 0.

    Returns
    -------
    tuple of Swing
        The widest first; equal ones in the order of the inputs.

    Raises
    ------
    InvalidRule
        The change is not above 0, there is no input, or a value is not finite.

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann, J. A. Stuart (2004), Valuing Customers, Journal of Marketing
       Research 41(1), 7-18.

    Examples
    --------
    >>> from custrel import DiscountRate
    >>> from custrel.valuation import retention_value
    >>> def worth(margin, retention, rate):
    ...     discount = DiscountRate.per_year(rate)
    ...     return retention_value(margin, retention=retention, discount=discount).item()
    >>> inputs = {"margin": 100, "retention": 0.8, "rate": 0.12}
    >>> for swing in sensitivity(worth, inputs, change=0.01):
    ...     print(swing.input, round(swing.elasticity, 2))
    retention 3.5
    margin 1.0
    rate -0.38
    """
    if not 0 < change < np.inf or not inputs:
        raise InvalidRule("sensitivity: a change above 0, and one input or more.")
    base = _finite(value(**inputs), inputs)
    swings = []
    for name, number in inputs.items():
        below, above = (
            _finite(value(**changed), changed)
            for changed in ({**inputs, name: number * (1 + s * change)} for s in (-1, 1))
        )
        swings.append(Swing(input=name, below=below, above=above, base=base, change=change))
    return tuple(sorted(swings, key=lambda swing: -swing.width))


def _finite(found: float, inputs: Mapping[str, float]) -> float:
    number = float(found)
    if not np.isfinite(number):
        raise InvalidRule(f"the value is {number} where {dict(inputs)}.")
    return number
