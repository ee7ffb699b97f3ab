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
    from custrel.valuation.bg_cnbd import BgCnbd as BgCnbd, MbgCnbd as MbgCnbd
    from custrel.valuation.bg_nbd import (
        BgNbd as BgNbd,
        MbgNbd as MbgNbd,
    )
    from custrel.valuation.bootstrap import bootstrap as bootstrap
    from custrel.valuation.campaigns import (
        evaluate_campaigns as evaluate_campaigns,
        used_up_on as used_up_on,
    )
    from custrel.valuation.cohort_table import (
        CohortCells as CohortCells,
        CohortTable as CohortTable,
    )
    from custrel.valuation.cohorts import cohorts as cohorts
    from custrel.valuation.comparison import (
        Comparison as Comparison,
        HoldoutScore as HoldoutScore,
        ModelScore as ModelScore,
        compare as compare,
    )
    from custrel.valuation.cooperation import RelationshipGame as RelationshipGame
    from custrel.valuation.cost_to_serve import ActivityRates as ActivityRates
    from custrel.valuation.covariates import (
        CovariateEffect as CovariateEffect,
        CovariateModel as CovariateModel,
    )
    from custrel.valuation.credit_limit import (
        CreditLimit as CreditLimit,
        CreditPolicy as CreditPolicy,
    )
    from custrel.valuation.credit_score import (
        CreditGrades as CreditGrades,
        CreditScore as CreditScore,
        credit_coverage as credit_coverage,
    )
    from custrel.valuation.customer_equity import CustomerEquity as CustomerEquity
    from custrel.valuation.customer_flow import (
        CustomerFlow as CustomerFlow,
        customer_flow as customer_flow,
    )
    from custrel.valuation.delivered_value import (
        DeliveredValue as DeliveredValue,
        perceived_value as perceived_value,
    )
    from custrel.valuation.discounting import DiscountRate as DiscountRate
    from custrel.valuation.draws import (
        ParameterDraws as ParameterDraws,
        draws_interval as draws_interval,
    )
    from custrel.valuation.equity_drivers import (
        EquityDriver as EquityDriver,
        MarketConditions as MarketConditions,
        SubDriver as SubDriver,
    )
    from custrel.valuation.equity_share import (
        EquityGain as EquityGain,
        Market as Market,
        SwitchingModel as SwitchingModel,
    )
    from custrel.valuation.estimate import Estimate as Estimate
    from custrel.valuation.fixed_term import (
        FixedTermValue as FixedTermValue,
        fixed_term_value as fixed_term_value,
    )
    from custrel.valuation.frequency_table import frequency_table as frequency_table
    from custrel.valuation.gamma_gamma import GammaGamma as GammaGamma
    from custrel.valuation.heterogeneity import (
        Heterogeneity as Heterogeneity,
        heterogeneity as heterogeneity,
    )
    from custrel.valuation.holdout import holdout_by as holdout_by
    from custrel.valuation.incentive_contract import (
        ContractOutcome as ContractOutcome,
        IncentiveContract as IncentiveContract,
    )
    from custrel.valuation.intervals import (
        ParameterIntervals as ParameterIntervals,
        parameter_intervals as parameter_intervals,
        profile_intervals as profile_intervals,
    )
    from custrel.valuation.investment import (
        InvestmentRule as InvestmentRule,
        InvestmentVerdict as InvestmentVerdict,
        cost_contribution_rate as cost_contribution_rate,
        net_present_value as net_present_value,
        payback_period as payback_period,
    )
    from custrel.valuation.lifetime_value import (
        PurchaseModel as PurchaseModel,
        lifetime_value as lifetime_value,
        new_customer_value as new_customer_value,
    )
    from custrel.valuation.likelihood_ratio import (
        LikelihoodRatio as LikelihoodRatio,
        likelihood_ratio_test as likelihood_ratio_test,
    )
    from custrel.valuation.log_gaps import add_log_gaps as add_log_gaps
    from custrel.valuation.loyalty_value import (
        LoyaltyRule as LoyaltyRule,
        retention_cost as retention_cost,
    )
    from custrel.valuation.markov_chain import MarkovChain as MarkovChain
    from custrel.valuation.markov_decision import (
        MarkovAction as MarkovAction,
        MarkovDecision as MarkovDecision,
        MarkovPolicy as MarkovPolicy,
    )
    from custrel.valuation.nbd import Nbd as Nbd
    from custrel.valuation.pareto_nbd import ParetoNbd as ParetoNbd
    from custrel.valuation.posterior import posterior as posterior
    from custrel.valuation.prediction_intervals import (
        Interval as Interval,
        delta_interval as delta_interval,
        predict_intervals as predict_intervals,
    )
    from custrel.valuation.product_ratios import (
        gross_margin_rate as gross_margin_rate,
        merchandise_turnover as merchandise_turnover,
        product_ratios as product_ratios,
        sales_mix as sales_mix,
    )
    from custrel.valuation.profit_matrix import (
        CellAction as CellAction,
        CustomerProfit as CustomerProfit,
        ProductProfit as ProductProfit,
        ProfitMatrix as ProfitMatrix,
    )
    from custrel.valuation.rate import (
        Rate as Rate,
        rates as rates,
    )
    from custrel.valuation.referral_value import referral_value as referral_value
    from custrel.valuation.regularity import Regularity as Regularity, regularity as regularity
    from custrel.valuation.reputation import (
        ReputationGame as ReputationGame,
        ReputationPath as ReputationPath,
    )
    from custrel.valuation.response_curve import (
        ResponseCurve as ResponseCurve,
        acquire_or_retain as acquire_or_retain,
    )
    from custrel.valuation.retention_value import (
        expected_lifetime as expected_lifetime,
        retention_value as retention_value,
    )
    from custrel.valuation.sensitivity import Swing as Swing, sensitivity as sensitivity
    from custrel.valuation.service_budget import service_budget as service_budget
    from custrel.valuation.shifted_beta_geometric import (
        ShiftedBetaGeometric as ShiftedBetaGeometric,
    )
    from custrel.valuation.signalling import SignallingGame as SignallingGame
    from custrel.valuation.spend_independence import (
        SpendIndependence as SpendIndependence,
        spend_independence as spend_independence,
    )
    from custrel.valuation.state_values import StateValues as StateValues
    from custrel.valuation.switching import switching_value as switching_value
    from custrel.valuation.tracking import (
        Tracking as Tracking,
        tracking as tracking,
    )
    from custrel.valuation.transaction_cost import TransactionCost as TransactionCost
    from custrel.valuation.triage import (
        Pruning as Pruning,
        Triage as Triage,
        TriageRule as TriageRule,
    )
    from custrel.valuation.uplift import (
        Uplift as Uplift,
        uplift as uplift,
    )
    from custrel.valuation.value_index import ValueIndex as ValueIndex
    from custrel.valuation.value_intervals import value_intervals as value_intervals
    from custrel.valuation.value_parts import (
        HISTORICAL_CURRENT_POTENTIAL as HISTORICAL_CURRENT_POTENTIAL,
        IMMEDIATE_POTENTIAL_MODEL as IMMEDIATE_POTENTIAL_MODEL,
        NET_OF_COST as NET_OF_COST,
        PROFIT_LESS_COST as PROFIT_LESS_COST,
        REALIZED_POTENTIAL as REALIZED_POTENTIAL,
        ValueScheme as ValueScheme,
    )
    from custrel.valuation.whale_curve import WhaleCurve as WhaleCurve, whale_curve as whale_curve
    from custrel.valuation.win_back import (
        WinBackPlan as WinBackPlan,
        WinBackRule as WinBackRule,
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
            "custrel.valuation.bg_cnbd": ("BgCnbd", "MbgCnbd"),
            "custrel.valuation.bg_nbd": ("BgNbd", "MbgNbd"),
            "custrel.valuation.bootstrap": ("bootstrap",),
            "custrel.valuation.campaigns": ("evaluate_campaigns", "used_up_on"),
            "custrel.valuation.cohort_table": ("CohortCells", "CohortTable"),
            "custrel.valuation.cohorts": ("cohorts",),
            "custrel.valuation.comparison": ("Comparison", "HoldoutScore", "ModelScore", "compare"),
            "custrel.valuation.cooperation": ("RelationshipGame",),
            "custrel.valuation.cost_to_serve": ("ActivityRates",),
            "custrel.valuation.credit_limit": ("CreditLimit", "CreditPolicy"),
            "custrel.valuation.credit_score": ("CreditGrades", "CreditScore", "credit_coverage"),
            "custrel.valuation.covariates": ("CovariateEffect", "CovariateModel"),
            "custrel.valuation.customer_equity": ("CustomerEquity",),
            "custrel.valuation.customer_flow": ("CustomerFlow", "customer_flow"),
            "custrel.valuation.delivered_value": ("DeliveredValue", "perceived_value"),
            "custrel.valuation.discounting": ("DiscountRate",),
            "custrel.valuation.draws": ("ParameterDraws", "draws_interval"),
            "custrel.valuation.equity_drivers": ("EquityDriver", "MarketConditions", "SubDriver"),
            "custrel.valuation.equity_share": ("EquityGain", "Market", "SwitchingModel"),
            "custrel.valuation.estimate": ("Estimate",),
            "custrel.valuation.fixed_term": ("FixedTermValue", "fixed_term_value"),
            "custrel.valuation.frequency_table": ("frequency_table",),
            "custrel.valuation.gamma_gamma": ("GammaGamma",),
            "custrel.valuation.heterogeneity": ("Heterogeneity", "heterogeneity"),
            "custrel.valuation.holdout": ("holdout_by",),
            "custrel.valuation.incentive_contract": ("ContractOutcome", "IncentiveContract"),
            "custrel.valuation.intervals": (
                "ParameterIntervals",
                "parameter_intervals",
                "profile_intervals",
            ),
            "custrel.valuation.investment": (
                "InvestmentRule",
                "InvestmentVerdict",
                "cost_contribution_rate",
                "net_present_value",
                "payback_period",
            ),
            "custrel.valuation.lifetime_value": (
                "PurchaseModel",
                "lifetime_value",
                "new_customer_value",
            ),
            "custrel.valuation.likelihood_ratio": ("LikelihoodRatio", "likelihood_ratio_test"),
            "custrel.valuation.log_gaps": ("add_log_gaps",),
            "custrel.valuation.loyalty_value": ("LoyaltyRule", "retention_cost"),
            "custrel.valuation.markov_chain": ("MarkovChain",),
            "custrel.valuation.markov_decision": ("MarkovAction", "MarkovDecision", "MarkovPolicy"),
            "custrel.valuation.nbd": ("Nbd",),
            "custrel.valuation.pareto_nbd": ("ParetoNbd",),
            "custrel.valuation.posterior": ("posterior",),
            "custrel.valuation.prediction_intervals": (
                "Interval",
                "delta_interval",
                "predict_intervals",
            ),
            "custrel.valuation.product_ratios": (
                "gross_margin_rate",
                "merchandise_turnover",
                "product_ratios",
                "sales_mix",
            ),
            "custrel.valuation.profit_matrix": (
                "CellAction",
                "CustomerProfit",
                "ProductProfit",
                "ProfitMatrix",
            ),
            "custrel.valuation.rate": ("Rate", "rates"),
            "custrel.valuation.referral_value": ("referral_value",),
            "custrel.valuation.regularity": ("Regularity", "regularity"),
            "custrel.valuation.reputation": ("ReputationGame", "ReputationPath"),
            "custrel.valuation.response_curve": ("ResponseCurve", "acquire_or_retain"),
            "custrel.valuation.retention_value": ("expected_lifetime", "retention_value"),
            "custrel.valuation.sensitivity": ("Swing", "sensitivity"),
            "custrel.valuation.service_budget": ("service_budget",),
            "custrel.valuation.shifted_beta_geometric": ("ShiftedBetaGeometric",),
            "custrel.valuation.signalling": ("SignallingGame",),
            "custrel.valuation.spend_independence": ("SpendIndependence", "spend_independence"),
            "custrel.valuation.state_values": ("StateValues",),
            "custrel.valuation.switching": ("switching_value",),
            "custrel.valuation.tracking": ("Tracking", "tracking"),
            "custrel.valuation.transaction_cost": ("TransactionCost",),
            "custrel.valuation.triage": ("Pruning", "Triage", "TriageRule"),
            "custrel.valuation.uplift": ("Uplift", "uplift"),
            "custrel.valuation.value_index": ("ValueIndex",),
            "custrel.valuation.value_intervals": ("value_intervals",),
            "custrel.valuation.value_parts": (
                "HISTORICAL_CURRENT_POTENTIAL",
                "IMMEDIATE_POTENTIAL_MODEL",
                "NET_OF_COST",
                "PROFIT_LESS_COST",
                "REALIZED_POTENTIAL",
                "ValueScheme",
            ),
            "custrel.valuation.whale_curve": ("WhaleCurve", "whale_curve"),
            "custrel.valuation.win_back": ("WinBackPlan", "WinBackRule"),
        },
    )
    del make_lazy
