"""Incentive contracts: what share of the result makes a partner work, and who bears the risk."""

from __future__ import annotations

from math import inf, isfinite

import attrs

from custrel.errors import InvalidRule
from custrel.rules import Rule

__all__ = ["ContractOutcome", "IncentiveContract"]


@attrs.frozen(kw_only=True)
class ContractOutcome:
    """What comes of a fixed payment and a share of the result.

    Parameters
    ----------
    share : float
        Of the result that goes to the partner.
    fixed : float
        What he gets besides, or pays.
    effort : float
        What he then does: the best for himself.
    certainty_equivalent : float
        What all that is worth to him, less the cost of the effort and of the risk.
    accepted : bool
        Whether that is as good as what he has elsewhere.
    profit : float
        What the firm has to expect; 0 where the contract is not accepted.

    Examples
    --------
    >>> IncentiveContract(productivity=10, effort_cost=2).under(share=0.5).effort
    2.5
    """

    share: float
    fixed: float
    effort: float
    certainty_equivalent: float
    accepted: bool
    profit: float


@attrs.frozen(kw_only=True)
class IncentiveContract(Rule):
    """A firm pays a dealer or partner whose effort it cannot see by the result it can (激励机制).

    Parameters
    ----------
    productivity : float
        What a unit of effort adds to the result, in money; positive.
    effort_cost : float
        c in the cost c e² / 2 of effort e to the partner; positive.
    risk_aversion : float
        The partner's constant absolute aversion to risk; 0 or more.
    variance : float
        Of the result, whatever the effort; 0 or more.
    reservation : float
        What the partner has if he does not sign.

    Raises
    ------
    InvalidRule
        A number is out of these bounds.

    Notes
    -----
    Assumed: the result is productivity x effort + normal noise; the firm does not mind risk; the
    partner has constant absolute risk aversion r; the contract is linear, fixed + share x result.
    Given the share he chooses effort = share x productivity / c (incentive constraint); the fixed
    payment leaves him his reservation (participation constraint).  The firm's best share is

        share = productivity² / (productivity² + r c variance):

    the more the effort brings, and the less noise and aversion there is, the larger.  The
    documents name the model and that satisfaction mediates; the formula is reconstructed.

    References
    ----------
    .. [1] B. Holmström, P. Milgrom (1987), Aggregation and Linearity in the Provision of
       Intertemporal Incentives, Econometrica 55(2), 303-328.
    .. [2] P. Milgrom, J. Roberts (1992), Economics, Organization and Management, Prentice Hall,
       ch. 7: the incentive intensity principle.

    Examples
    --------
    >>> dealer = IncentiveContract(
    ...     productivity=10, effort_cost=2, risk_aversion=0.5, variance=100, reservation=5
    ... )
    >>> best = dealer.best()
    >>> best.share, best.effort, best.profit
    (0.5, 2.5, 7.5)
    """

    productivity: float = attrs.field(converter=float)
    effort_cost: float = attrs.field(converter=float)
    risk_aversion: float = attrs.field(default=0.0, converter=float)
    variance: float = attrs.field(default=0.0, converter=float)
    reservation: float = attrs.field(default=0.0, converter=float)

    def __attrs_post_init__(self) -> None:
        for name in ("productivity", "effort_cost"):
            if not 0 < getattr(self, name) < inf:
                raise InvalidRule(f"{name} must be positive and finite.")
        for name in ("risk_aversion", "variance"):
            if not 0 <= getattr(self, name) < inf:
                raise InvalidRule(f"{name} must be 0 or more, and finite.")
        if not isfinite(self.reservation):
            raise InvalidRule("the reservation must be finite.")

    def best(self) -> ContractOutcome:
        """Return the contract that leaves the firm most.

        Returns
        -------
        ContractOutcome
        """
        gain = self.productivity**2
        share = gain / (gain + self.risk_aversion * self.effort_cost * self.variance)
        return self.under(share=share)

    def under(self, *, share: float, fixed: float | None = None) -> ContractOutcome:
        """Return what comes of a contract.

        Parameters
        ----------
        share : float
            Of the result that goes to the partner.
        fixed : float, optional
            What he gets besides; default: just so much that he signs.

        Returns
        -------
        ContractOutcome

        Raises
        ------
        InvalidRule
            The share or the fixed payment is not finite.
        """
        if not (isfinite(share) and (fixed is None or isfinite(fixed))):
            raise InvalidRule("share and fixed must be finite.")
        effort = max(share, 0.0) * self.productivity / self.effort_cost
        result = self.productivity * effort
        burden = (
            self.effort_cost * effort**2 / 2 + self.risk_aversion * share**2 * self.variance / 2
        )
        needed = self.reservation + burden - share * result
        paid = needed if fixed is None else fixed
        accepted = paid >= needed
        return ContractOutcome(
            share=share,
            fixed=paid,
            effort=effort,
            certainty_equivalent=paid + share * result - burden,
            accepted=accepted,
            profit=(1 - share) * result - paid if accepted else 0.0,
        )
