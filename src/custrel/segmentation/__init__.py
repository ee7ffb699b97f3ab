"""Which customers belong together, which of them matter, and which are about to leave.

Every classification here is a rule, and a rule is a value: written by hand from published
thresholds or learnt from data, kept, compared, and applied again to next month's customers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.segmentation.abc import AbcRule as AbcRule, abc as abc
    from custrel.segmentation.concentration import (
        Concentration as Concentration,
        concentration as concentration,
        customers_for_share as customers_for_share,
        gini as gini,
        hhi as hhi,
        lorenz as lorenz,
        pareto_share as pareto_share,
    )
    from custrel.segmentation.rfm import (
        RECENCY_DAYS as RECENCY_DAYS,
        RfmScale as RfmScale,
        rfm as rfm,
    )
    from custrel.segmentation.segment_map import (
        RF_SEGMENTS as RF_SEGMENTS,
        STANDARD_SEGMENTS as STANDARD_SEGMENTS,
        SegmentMap as SegmentMap,
    )
    from custrel.segmentation.signals import (
        Absence as Absence,
        RiskRule as RiskRule,
        VolumeDrop as VolumeDrop,
    )
    from custrel.segmentation.treatment import (
        STANDARD_POLICY as STANDARD_POLICY,
        Treatment as Treatment,
        TreatmentPolicy as TreatmentPolicy,
    )
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.segmentation.abc": ("AbcRule", "abc"),
            "custrel.segmentation.concentration": (
                "Concentration",
                "concentration",
                "customers_for_share",
                "gini",
                "hhi",
                "lorenz",
                "pareto_share",
            ),
            "custrel.segmentation.rfm": ("RECENCY_DAYS", "RfmScale", "rfm"),
            "custrel.segmentation.segment_map": (
                "RF_SEGMENTS",
                "STANDARD_SEGMENTS",
                "SegmentMap",
            ),
            "custrel.segmentation.signals": ("Absence", "RiskRule", "VolumeDrop"),
            "custrel.segmentation.treatment": (
                "STANDARD_POLICY",
                "Treatment",
                "TreatmentPolicy",
            ),
        },
    )
    del make_lazy
