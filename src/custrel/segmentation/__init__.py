"""Which customers belong together, which of them matter, and which are about to leave.

Every classification here is a rule, and a rule is a value: written by hand from published
thresholds or learnt from data, kept, compared, and applied again to next month's customers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.segmentation.abc import AbcRule as AbcRule, abc as abc
    from custrel.segmentation.concentration import (
        customers_for_share as customers_for_share,
        gini as gini,
        hhi as hhi,
        lorenz as lorenz,
        pareto_share as pareto_share,
    )
    from custrel.segmentation.rfm import RfmScale as RfmScale, rfm as rfm
    from custrel.segmentation.segment_map import (
        STANDARD_SEGMENTS as STANDARD_SEGMENTS,
        SegmentMap as SegmentMap,
    )
    from custrel.segmentation.signals import (
        Absence as Absence,
        RiskRule as RiskRule,
        VolumeDrop as VolumeDrop,
    )
    from custrel.segmentation.treatment import TreatmentPolicy as TreatmentPolicy
else:
    from custrel._lazy import make_lazy

    make_lazy(
        __name__,
        {
            "custrel.segmentation.abc": ("AbcRule", "abc"),
            "custrel.segmentation.concentration": (
                "customers_for_share",
                "gini",
                "hhi",
                "lorenz",
                "pareto_share",
            ),
            "custrel.segmentation.rfm": ("RfmScale", "rfm"),
            "custrel.segmentation.segment_map": ("STANDARD_SEGMENTS", "SegmentMap"),
            "custrel.segmentation.signals": ("Absence", "RiskRule", "VolumeDrop"),
            "custrel.segmentation.treatment": ("TreatmentPolicy",),
        },
    )
    del make_lazy
