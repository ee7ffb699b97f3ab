"""How a path model is estimated by partial least squares."""

from __future__ import annotations

from typing import Literal

import attrs

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import Rule

__all__ = ["PlsMethod"]

_SCHEMES = ("path", "factorial", "centroid")
_MISSING = ("mean", "pairwise", "casewise")


@attrs.frozen(kw_only=True)
class PlsMethod(Rule):
    """The choices behind an estimate by partial least squares; they stand in its result.

    Parameters
    ----------
    scheme : {"path", "factorial", "centroid"}
        How neighbouring constructs speak to one another while weights are sought: by regression
        from causes and correlation with effects, by correlation, or by its sign.
    standardized : bool
        Whether items weigh in with equal variance, or as they were answered.
    consistent : bool
        Whether correlations of constructs with several items in mode A are corrected for
        attenuation (PLSc).
    missing : {"mean", "pairwise", "casewise"}
        Whether a missing answer is replaced by the item's mean, left out of the item's pairs, or
        the respondent is left out.
    tolerance : float
        Weights stand still when the sum of their absolute changes is less.
    max_iterations : int
        After so many steps without standing still, there is no estimate.

    Raises
    ------
    UnknownCode
        There is no such scheme or treatment of missing answers.
    InvalidRule
        A number is impossible.

    Examples
    --------
    >>> print(PlsMethod(scheme="centroid", consistent=True))
    PLSc, centroid scheme, standardized items, missing answers by mean
    """

    scheme: Literal["path", "factorial", "centroid"] = "path"
    standardized: bool = True
    consistent: bool = False
    missing: Literal["mean", "pairwise", "casewise"] = "mean"
    tolerance: float = attrs.field(default=1e-7, converter=float)
    max_iterations: int = 300

    def __attrs_post_init__(self) -> None:
        if self.scheme not in _SCHEMES:
            raise UnknownCode("scheme of path weights", str(self.scheme), _SCHEMES)
        if self.missing not in _MISSING:
            raise UnknownCode("treatment of missing answers", str(self.missing), _MISSING)
        if not 0 < self.tolerance < 1:
            raise InvalidRule(
                f"PlsMethod: tolerance is greater than 0 and small; got {self.tolerance}."
            )
        if self.max_iterations < 1:
            raise InvalidRule(f"PlsMethod: max_iterations is 1 or more; got {self.max_iterations}.")

    def __str__(self) -> str:
        name = "PLSc" if self.consistent else "PLS"
        items = "standardized items" if self.standardized else "items as answered"
        return f"{name}, {self.scheme} scheme, {items}, missing answers by {self.missing}"
