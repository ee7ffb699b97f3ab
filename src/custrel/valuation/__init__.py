"""What a customer is worth to the firm, and the firm to the customer.

Models of purchase (how long a customer stays, how often and for how much they buy), fitted by
maximum likelihood to a customer summary, and the lifetime value that follows from them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.valuation.base_metrics import (
        cross_buying as cross_buying,
        period_over_period as period_over_period,
        plan_attainment as plan_attainment,
        referral_rates as referral_rates,
        repurchase_rate as repurchase_rate,
        share_of_wallet as share_of_wallet,
    )
    from custrel.valuation.bg_bb import BgBb as BgBb
    from custrel.valuation.bg_nbd import BgNbd as BgNbd, MbgNbd as MbgNbd
    from custrel.valuation.campaigns import (
        evaluate_campaigns as evaluate_campaigns,
        used_up_on as used_up_on,
    )
    from custrel.valuation.cohorts import (
        CohortCells as CohortCells,
        CohortTable as CohortTable,
        cohorts as cohorts,
    )
    from custrel.valuation.comparison import (
        Comparison as Comparison,
        HoldoutScore as HoldoutScore,
        ModelScore as ModelScore,
        compare as compare,
    )
    from custrel.valuation.customer_flow import (
        CustomerFlow as CustomerFlow,
        customer_flow as customer_flow,
    )
    from custrel.valuation.discounting import DiscountRate as DiscountRate
    from custrel.valuation.estimate import Estimate as Estimate
    from custrel.valuation.gamma_gamma import GammaGamma as GammaGamma
    from custrel.valuation.heterogeneity import (
        Heterogeneity as Heterogeneity,
        heterogeneity as heterogeneity,
    )
    from custrel.valuation.holdout import holdout_by as holdout_by
    from custrel.valuation.intervals import (
        Interval as Interval,
        ParameterIntervals as ParameterIntervals,
        delta_interval as delta_interval,
        parameter_intervals as parameter_intervals,
        predict_intervals as predict_intervals,
        profile_intervals as profile_intervals,
    )
    from custrel.valuation.lifetime_value import (
        PurchaseModel as PurchaseModel,
        lifetime_value as lifetime_value,
    )
    from custrel.valuation.likelihood_ratio import (
        LikelihoodRatio as LikelihoodRatio,
        likelihood_ratio_test as likelihood_ratio_test,
    )
    from custrel.valuation.nbd import Nbd as Nbd
    from custrel.valuation.pareto_nbd import ParetoNbd as ParetoNbd
    from custrel.valuation.rate import (
        Rate as Rate,
        rates as rates,
    )
    from custrel.valuation.shifted_beta_geometric import (
        ShiftedBetaGeometric as ShiftedBetaGeometric,
    )
    from custrel.valuation.spend_independence import (
        SpendIndependence as SpendIndependence,
        spend_independence as spend_independence,
    )
    from custrel.valuation.tracking import Tracking as Tracking, tracking as tracking
    from custrel.valuation.uplift import (
        Uplift as Uplift,
        uplift as uplift,
    )
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.valuation.base_metrics": (
                "cross_buying",
                "period_over_period",
                "plan_attainment",
                "referral_rates",
                "repurchase_rate",
                "share_of_wallet",
            ),
            "custrel.valuation.bg_bb": ("BgBb",),
            "custrel.valuation.bg_nbd": ("BgNbd", "MbgNbd"),
            "custrel.valuation.campaigns": ("evaluate_campaigns", "used_up_on"),
            "custrel.valuation.cohorts": ("CohortCells", "CohortTable", "cohorts"),
            "custrel.valuation.comparison": ("Comparison", "HoldoutScore", "ModelScore", "compare"),
            "custrel.valuation.customer_flow": ("CustomerFlow", "customer_flow"),
            "custrel.valuation.discounting": ("DiscountRate",),
            "custrel.valuation.estimate": ("Estimate",),
            "custrel.valuation.gamma_gamma": ("GammaGamma",),
            "custrel.valuation.heterogeneity": ("Heterogeneity", "heterogeneity"),
            "custrel.valuation.holdout": ("holdout_by",),
            "custrel.valuation.intervals": (
                "Interval",
                "ParameterIntervals",
                "delta_interval",
                "parameter_intervals",
                "predict_intervals",
                "profile_intervals",
            ),
            "custrel.valuation.lifetime_value": ("PurchaseModel", "lifetime_value"),
            "custrel.valuation.likelihood_ratio": ("LikelihoodRatio", "likelihood_ratio_test"),
            "custrel.valuation.nbd": ("Nbd",),
            "custrel.valuation.pareto_nbd": ("ParetoNbd",),
            "custrel.valuation.rate": ("Rate", "rates"),
            "custrel.valuation.shifted_beta_geometric": ("ShiftedBetaGeometric",),
            "custrel.valuation.spend_independence": ("SpendIndependence", "spend_independence"),
            "custrel.valuation.tracking": ("Tracking", "tracking"),
            "custrel.valuation.uplift": ("Uplift", "uplift"),
        },
    )
    del make_lazy
