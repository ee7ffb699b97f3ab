"""Demand: what somebody lacks, wants, and can pay for."""

from __future__ import annotations

from custrel.model._codes import Code

__all__ = ["Demand"]


class Demand(Code):
    """Need, want and demand (需要、欲望、需求).

    References
    ----------
    .. [1] P. Kotler, Marketing Management: a need is a felt lack, a want its wish for a certain
       thing, a demand a want with the will and the means to pay.

    Examples
    --------
    >>> Demand.of(felt_lack=True, certain_thing=True, is_willing=True, can_pay=True)
    <Demand.DEMAND: 'demand'>
    """

    NEED = "need"
    WANT = "want"
    DEMAND = "demand"

    @classmethod
    def of(
        cls,
        *,
        felt_lack: bool,
        certain_thing: bool = False,
        is_willing: bool = False,
        can_pay: bool = False,
    ) -> Demand | None:
        """Return how far somebody has come from a lack to a demand.

        Parameters
        ----------
        felt_lack : bool
            Whether he feels that something basic is missing.
        certain_thing : bool
            Whether he wishes for a certain thing that would satisfy it.
        is_willing : bool
            Whether he is willing to buy it.
        can_pay : bool
            Whether he can pay for it.

        Returns
        -------
        Demand or None
            None where nothing is missing.
        """
        if not felt_lack:
            return None
        if not certain_thing:
            return cls.NEED
        return cls.DEMAND if is_willing and can_pay else cls.WANT
