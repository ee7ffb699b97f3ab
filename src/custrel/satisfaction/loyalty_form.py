"""Dick & Basu's forms of loyalty: attitude against repeat purchases."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from custrel.satisfaction._codes import Code
from custrel.satisfaction._plane import PlaneRule

__all__ = ["DickBasu", "LoyaltyForm", "dick_basu"]


class LoyaltyForm(Code):
    """What attitude and purchases make of loyalty together (忠诚四形态).

    True loyalty (理想忠诚), latent loyalty (潜在忠诚), spurious loyalty (虚假忠诚) and no loyalty
    (缺乏忠诚).

    References
    ----------
    .. [1] A. S. Dick, K. Basu (1994), Customer Loyalty: Toward an Integrated Conceptual Framework,
       Journal of the Academy of Marketing Science 22(2), 99-113.

    Examples
    --------
    >>> [form.value for form in LoyaltyForm]
    ['ideal', 'latent', 'spurious', 'none']
    """

    IDEAL = "ideal"
    LATENT = "latent"
    SPURIOUS = "spurious"
    NONE = "none"


@attrs.frozen(kw_only=True)
class DickBasu(PlaneRule):
    """Where attitude and repeat purchases are cut into high and low (狄克和巴苏).

    Parameters
    ----------
    cut : {"mean", "median", "midpoint", "given"}
        At the mean or median of the customers, at the middle of the scale, or at `cuts`.
    scale : pair of float, optional
        The ends of the scale, where both are measured on one, for the midpoint.
    cuts : pair of float, optional
        The cut of attitude and that of repeat purchases: as given, or as learnt. At the cut is
        high.

    Raises
    ------
    InvalidRule
        The cuts or the scale are missing, or no pair of numbers.
    UnknownCode
        There is no such cut.

    See Also
    --------
    dick_basu : Learn and classify in one call.

    Notes
    -----
    Attitude is that towards the firm relative to its rivals. No cut has been published as a
    constant: where attitude is high depends on the question, and where repeat purchases are, on
    the trade. So the rule keeps the cuts, for the next survey, and the results show them.

    References
    ----------
    .. [1] A. S. Dick, K. Basu (1994), Customer Loyalty: Toward an Integrated Conceptual Framework,
       Journal of the Academy of Marketing Science 22(2), 99-113.

    Examples
    --------
    >>> rule = DickBasu(cut="given", cuts=(4, 3))
    >>> rule.form(attitude=5, repeat=1).value
    'latent'
    >>> rule.form(attitude=4, repeat=3).value
    'ideal'
    """

    MEASURES: ClassVar[tuple[str, str]] = ("attitude", "repeat")
    CODES: ClassVar[tuple[str, str, str, str]] = (
        LoyaltyForm.NONE,
        LoyaltyForm.SPURIOUS,
        LoyaltyForm.LATENT,
        LoyaltyForm.IDEAL,
    )
    COLUMN: ClassVar[str] = "loyalty_form"

    def form(self, *, attitude: float, repeat: float) -> LoyaltyForm:
        """Return the form of one customer's loyalty.

        Parameters
        ----------
        attitude, repeat : float
            His measures.

        Returns
        -------
        LoyaltyForm

        Raises
        ------
        InvalidRule
            The rule has not learnt its cuts.
        """
        return LoyaltyForm(self.place(attitude, repeat))


def dick_basu(
    customers: Any,
    *,
    attitude: str = "attitude",
    repeat: str = "repeat",
    rule: DickBasu | None = None,
) -> Any:
    """Name the form of every customer's loyalty (理想忠诚、潜在忠诚、虚假忠诚、缺乏忠诚).

    Parameters
    ----------
    customers : frame
        A row for each customer.
    attitude : str
        The column of the attitude towards the firm relative to its rivals.
    repeat : str
        The column of repeat purchases: a number, a rate, a share of the wallet.
    rule : DickBasu, optional
        Where high begins; default: at the mean of these customers.

    Returns
    -------
    frame
        As it came, with ``loyalty_form`` (codes of `LoyaltyForm`), ``attitude_cut`` and
        ``repeat_cut``.

    Raises
    ------
    InvalidData
        A number is missing, there are no customers, or the cut is to be learnt from a single one.
    ColumnNotFound
        A column is not there.

    See Also
    --------
    DickBasu : The rule, to keep for the next survey.
    jones_sasser : Satisfaction against loyalty.

    Notes
    -----
    Look at the two measures behind the label: attitude predicts who recommends, purchases predict
    who stays, and the label neither as well as its better half (East et al.).

    References
    ----------
    .. [1] A. S. Dick, K. Basu (1994), Customer Loyalty: Toward an Integrated Conceptual Framework,
       Journal of the Academy of Marketing Science 22(2), 99-113.
    .. [2] R. East, P. Gendall, K. Hammond, W. Lomax (2005), Consumer Loyalty: Singular, Additive
       or Interactive?, Australasian Marketing Journal 13(2), 10-26.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"attitude": [6, 6, 2, 2], "repeat": [9, 1, 9, 1]})
    >>> dick_basu(customers)
       attitude  repeat loyalty_form  attitude_cut  repeat_cut
    0         6       9        ideal           4.0         5.0
    1         6       1       latent           4.0         5.0
    2         2       9     spurious           4.0         5.0
    3         2       1         none           4.0         5.0
    """
    return (rule or DickBasu()).judge(customers, (attitude, repeat))
