"""What a customer is worth to the firm, and the firm to the customer.

Models of purchase (how long a customer stays, how often and for how much they buy), fitted by
maximum likelihood to a customer summary, and the lifetime value that follows from them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.valuation.bg_bb import BgBb as BgBb
    from custrel.valuation.bg_nbd import BgNbd as BgNbd, MbgNbd as MbgNbd
    from custrel.valuation.cohorts import (
        CohortCells as CohortCells,
        CohortTable as CohortTable,
        cohorts as cohorts,
    )
    from custrel.valuation.customer_flow import (
        CustomerFlow as CustomerFlow,
        customer_flow as customer_flow,
    )
    from custrel.valuation.discounting import DiscountRate as DiscountRate
    from custrel.valuation.estimate import Estimate as Estimate
    from custrel.valuation.gamma_gamma import GammaGamma as GammaGamma
    from custrel.valuation.lifetime_value import (
        PurchaseModel as PurchaseModel,
        lifetime_value as lifetime_value,
    )
    from custrel.valuation.nbd import Nbd as Nbd
    from custrel.valuation.pareto_nbd import ParetoNbd as ParetoNbd
    from custrel.valuation.shifted_beta_geometric import (
        ShiftedBetaGeometric as ShiftedBetaGeometric,
    )
    from custrel.valuation.tracking import Tracking as Tracking, tracking as tracking
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.valuation.bg_bb": ("BgBb",),
            "custrel.valuation.bg_nbd": ("BgNbd", "MbgNbd"),
            "custrel.valuation.cohorts": ("CohortCells", "CohortTable", "cohorts"),
            "custrel.valuation.customer_flow": ("CustomerFlow", "customer_flow"),
            "custrel.valuation.discounting": ("DiscountRate",),
            "custrel.valuation.estimate": ("Estimate",),
            "custrel.valuation.gamma_gamma": ("GammaGamma",),
            "custrel.valuation.lifetime_value": ("PurchaseModel", "lifetime_value"),
            "custrel.valuation.nbd": ("Nbd",),
            "custrel.valuation.pareto_nbd": ("ParetoNbd",),
            "custrel.valuation.shifted_beta_geometric": ("ShiftedBetaGeometric",),
            "custrel.valuation.tracking": ("Tracking", "tracking"),
        },
    )
    del make_lazy
