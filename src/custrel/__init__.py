"""Customer analytics: from what happened to what a customer is worth, belongs to and risks.

The most used names stand here, everything else in five packages:

==================  ===============================================================
``model``           who and what happened: typed, immutable domain objects
``valuation``       what a customer is worth to the firm, and the firm to the customer
``segmentation``    which customers belong together and which matter
``satisfaction``    what customers think, and whether they stay
``plotting``        pictures of all of it (needs the ``plot`` extra)
==================  ===============================================================

Importing custrel loads none of them: each name is imported when it is first touched.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

# Read by type checkers and editors; the table below says the same to the interpreter.
if TYPE_CHECKING:
    from custrel import (
        model as model,
        plotting as plotting,
        satisfaction as satisfaction,
        segmentation as segmentation,
        valuation as valuation,
    )
    from custrel.appraisal import Appraisal as Appraisal, appraise as appraise
    from custrel.appraisal_rules import AppraisalRules as AppraisalRules
    from custrel.errors import CustrelError as CustrelError, Problem as Problem
    from custrel.labels import label as label, labels as labels
    from custrel.rules import Rule as Rule, from_data as from_data
    from custrel.sampling import sample_customers as sample_customers
    from custrel.segmentation.abc import AbcRule as AbcRule, abc as abc
    from custrel.segmentation.rfm import rfm as rfm
    from custrel.segmentation.rfm_scale import RfmScale as RfmScale
    from custrel.segmentation.segment_map import (
        STANDARD_SEGMENTS as STANDARD_SEGMENTS,
        SegmentMap as SegmentMap,
    )
    from custrel.transactions import CustomerSummary as CustomerSummary, summarize as summarize
    from custrel.units import TimeUnit as TimeUnit
    from custrel.valuation.bg_bb import BgBb as BgBb
    from custrel.valuation.bg_nbd import BgNbd as BgNbd, MbgNbd as MbgNbd
    from custrel.valuation.discounting import DiscountRate as DiscountRate
    from custrel.valuation.gamma_gamma import GammaGamma as GammaGamma
    from custrel.valuation.lifetime_value import lifetime_value as lifetime_value
    from custrel.valuation.nbd import Nbd as Nbd
    from custrel.valuation.pareto_nbd import ParetoNbd as ParetoNbd
    from custrel.valuation.shifted_beta_geometric import (
        ShiftedBetaGeometric as ShiftedBetaGeometric,
    )
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.appraisal": ("Appraisal", "appraise"),
            "custrel.appraisal_rules": ("AppraisalRules",),
            "custrel.errors": ("CustrelError", "Problem"),
            "custrel.labels": ("label", "labels"),
            "custrel.rules": ("Rule", "from_data"),
            "custrel.sampling": ("sample_customers",),
            "custrel.segmentation.abc": ("AbcRule", "abc"),
            "custrel.segmentation.rfm": ("rfm",),
            "custrel.segmentation.rfm_scale": ("RfmScale",),
            "custrel.segmentation.segment_map": ("STANDARD_SEGMENTS", "SegmentMap"),
            "custrel.transactions": ("CustomerSummary", "summarize"),
            "custrel.units": ("TimeUnit",),
            "custrel.valuation.bg_bb": ("BgBb",),
            "custrel.valuation.bg_nbd": ("BgNbd", "MbgNbd"),
            "custrel.valuation.discounting": ("DiscountRate",),
            "custrel.valuation.gamma_gamma": ("GammaGamma",),
            "custrel.valuation.lifetime_value": ("lifetime_value",),
            "custrel.valuation.nbd": ("Nbd",),
            "custrel.valuation.pareto_nbd": ("ParetoNbd",),
            "custrel.valuation.shifted_beta_geometric": ("ShiftedBetaGeometric",),
        },
        subpackages=("model", "plotting", "satisfaction", "segmentation", "valuation"),
    )
    del make_lazy
