"""Jones & Sasser's types of customers: satisfaction against loyalty."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from custrel.satisfaction._codes import Code
from custrel.satisfaction._plane import PlaneRule

__all__ = ["JonesSasser", "LoyaltyType", "jones_sasser"]


class LoyaltyType(Code):
    """What satisfaction and loyalty make of a customer together.

    References
    ----------
    .. [1] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99.

    Examples
    --------
    >>> [kind.value for kind in LoyaltyType]
    ['apostle', 'mercenary', 'hostage', 'defector']
    """

    APOSTLE = "apostle"
    MERCENARY = "mercenary"
    HOSTAGE = "hostage"
    DEFECTOR = "defector"


@attrs.frozen(kw_only=True)
class JonesSasser(PlaneRule):
    """Where satisfaction and loyalty are cut into high and low.

    Parameters
    ----------
    cut : {"mean", "median", "midpoint", "given"}
        At the mean or median of the customers, at the middle of the scale, or at `cuts`.
    scale : pair of float, optional
        The ends of the scale, where both are measured on one, for the midpoint.
    cuts : pair of float, optional
        The cut of satisfaction and that of loyalty: as given, or as learnt. At the cut is high.

    Raises
    ------
    InvalidRule
        The cuts or the scale are missing, or no pair of numbers.
    UnknownCode
        There is no such cut.

    See Also
    --------
    jones_sasser : Learn and classify in one call.

    Notes
    -----
    Satisfied and loyal: apostle. Satisfied and not loyal: mercenary, whom the satisfaction trap
    (满意陷阱) is about. Dissatisfied and loyal: hostage. Neither: defector.

    References
    ----------
    .. [1] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99.

    Examples
    --------
    >>> rule = JonesSasser(cut="midpoint", scale=(1, 5))
    >>> rule.type(satisfaction=4, loyalty=2).value
    'mercenary'
    """

    MEASURES: ClassVar[tuple[str, str]] = ("satisfaction", "loyalty")
    CODES: ClassVar[tuple[str, str, str, str]] = (
        LoyaltyType.DEFECTOR,
        LoyaltyType.HOSTAGE,
        LoyaltyType.MERCENARY,
        LoyaltyType.APOSTLE,
    )
    COLUMN: ClassVar[str] = "loyalty_type"

    def type(self, *, satisfaction: float, loyalty: float) -> LoyaltyType:
        """Return the type of one customer.

        Parameters
        ----------
        satisfaction, loyalty : float
            His measures.

        Returns
        -------
        LoyaltyType

        Raises
        ------
        InvalidRule
            The rule has not learnt its cuts.
        """
        return LoyaltyType(self.place(satisfaction, loyalty))


def jones_sasser(
    customers: Any,
    *,
    satisfaction: str = "satisfaction",
    loyalty: str = "loyalty",
    rule: JonesSasser | None = None,
) -> Any:
    """Name every customer's type: apostle, mercenary, hostage or defector.

    Parameters
    ----------
    customers : frame
        A row for each customer.
    satisfaction, loyalty : str
        Its columns.
    rule : JonesSasser, optional
        Where high begins; default: at the mean of these customers.

    Returns
    -------
    frame
        As it came, with ``loyalty_type`` (codes of `LoyaltyType`), ``satisfaction_cut`` and
        ``loyalty_cut``.

    Raises
    ------
    InvalidData
        A number is missing, there are no customers, or the cut is to be learnt from a single one.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    JonesSasser : The rule, to keep for the next survey.
    dick_basu : Attitude against purchases.

    References
    ----------
    .. [1] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"satisfaction": [5, 5, 1, 1], "loyalty": [5, 1, 5, 1]})
    >>> jones_sasser(customers)["loyalty_type"].tolist()
    ['apostle', 'mercenary', 'hostage', 'defector']
    """
    return (rule or JonesSasser()).judge(customers, (satisfaction, loyalty))
