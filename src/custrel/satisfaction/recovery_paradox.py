"""The recovery paradox: whether customers are more satisfied after a failure than before it."""

from __future__ import annotations

from math import isnan, sqrt
from typing import Any

import attrs
import numpy as np
from scipy.special import stdtr
from scipy.stats import wilcoxon

from custrel._intervals import mean_interval, normal_quantile
from custrel.errors import InvalidData, Problem, counted
from custrel.frames import enter
from custrel.satisfaction._regression import read_rows
from custrel.satisfaction._tables import span

__all__ = ["RecoveryParadox", "recovery_paradox"]


@attrs.frozen(kw_only=True)
class RecoveryParadox:
    """Satisfaction after a recovery against satisfaction before the failure, in pairs.

    Parameters
    ----------
    customers : int
        How many pairs.
    before, after : float
        Mean satisfaction.
    change : float
        After less before.
    low, high : float
        Student's interval of the change; NaN for a single pair.
    confidence : float
        Of the interval, and of the verdict.
    p_value : float
        How probable so large a rise is if there is none (t test, to one side).
    wilcoxon_p : float
        The same by ranks, which a few extreme pairs do not sway (signed-rank test, to one side;
        NaN where nobody changed).
    effect : float
        The change in standard deviations of the change (d_z).
    improved, worsened : float
        The shares of customers with a rise, and with a fall.

    See Also
    --------
    recovery_paradox : Makes one.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"before": [3, 4, 4, 3, 2], "after": [4, 5, 4, 5, 3]})
    >>> recovery_paradox(pairs).holds
    True
    """

    customers: int
    before: float
    after: float
    change: float
    low: float
    high: float
    confidence: float
    p_value: float
    wilcoxon_p: float
    effect: float
    improved: float
    worsened: float

    @property
    def holds(self) -> bool:
        """Whether the rise is there by the t test, to one side, at the stated confidence."""
        return self.p_value < 1 - self.confidence

    @property
    def restored(self) -> bool:
        """Whether satisfaction is not below what it was: the interval reaches 0 or lies above."""
        return self.high >= 0

    def __str__(self) -> str:
        return (
            f"{self.before:.2f} before, {self.after:.2f} after: {self.change:+.2f} "
            f"{span(self.low, self.high, '.2f')}, {counted(self.customers, 'customer')}, "
            f"p = {self.p_value:.2g}: {self._verdict()}"
        )

    def _verdict(self) -> str:
        if self.holds:
            return "the paradox holds"
        if isnan(self.high):
            return "too few to tell"
        return "restored, no paradox" if self.restored else "not restored"


def recovery_paradox(
    customers: Any, *, before: str = "before", after: str = "after", confidence: float = 0.95
) -> RecoveryParadox:
    """Test whether customers are more satisfied after a recovery than before the failure.

    Parameters
    ----------
    customers : frame
        A row for each customer who had a failure that was made good. They are brought into
        memory.
    before : str
        The column of satisfaction before the failure.
    after : str
        The column of satisfaction after the recovery, on the same scale.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    RecoveryParadox

    Raises
    ------
    InvalidData
        A number is missing, or there are no customers.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `confidence` is not between 0 and 1.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    Notes
    -----
    Paired. Who was satisfied before by chance will be less so later without any failure
    (regression to the mean), so that those who complained need a group of others beside them
    before a rise is put down to the recovery.

    References
    ----------
    .. [1] M. A. McCollough, L. L. Berry, M. S. Yadav (2000), An Empirical Investigation of Customer
       Satisfaction after Service Failure and Recovery, Journal of Service Research 3(2), 121-137.
    .. [2] C. A. de Matos, J. L. Henrique, C. A. V. Rossi (2007), Service Recovery Paradox: A
       Meta-Analysis, Journal of Service Research 10(1), 60-77.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"before": [6, 7, 5, 6, 7, 6], "after": [5, 6, 5, 5, 7, 4]})
    >>> print(recovery_paradox(pairs))
    6.17 before, 5.33 after: -0.83 (-1.62 to -0.04), 6 customers, p = 0.98: not restored
    """
    normal_quantile(confidence)  # which refuses an impossible confidence
    table = read_rows(enter(customers), (before, after))
    n = len(table)
    if not n:
        problem = Problem(code="empty", message="there is no customer to compare", count=0)
        raise InvalidData([problem])
    change = table[:, 1] - table[:, 0]
    mean, variance = float(change.mean()), float(change.var(ddof=1)) if n > 1 else float("nan")
    _, error, low, high = mean_interval(mean, variance, n, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = float(stdtr(n - 1, -np.float64(mean) / error)) if n > 1 else float("nan")
        effect = float(np.float64(mean) / sqrt(variance)) if variance > 0 else float("nan")
    ranks = float("nan")
    if change.any():
        ranks = float(wilcoxon(change, alternative="greater", zero_method="wilcox").pvalue)
    return RecoveryParadox(
        customers=n,
        before=float(table[:, 0].mean()),
        after=float(table[:, 1].mean()),
        change=mean,
        low=low,
        high=high,
        confidence=confidence,
        p_value=p_value,
        wilcoxon_p=ranks,
        effect=effect,
        improved=float((change > 0).mean()),
        worsened=float((change < 0).mean()),
    )
