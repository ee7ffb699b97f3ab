"""The well-known models of customer satisfaction indices, as values."""

from __future__ import annotations

from custrel.satisfaction.path_model import Construct, PathModel

__all__ = ["ACSI", "ECSI", "SCSB"]

_TEN = (1.0, 10.0)

SCSB = PathModel(
    [
        Construct("expectations", ["expected_performance"], scale=_TEN),
        Construct("perceived_value", ["quality_given_price", "price_given_quality"], scale=_TEN),
        Construct(
            "satisfaction",
            ["overall_satisfaction", "expectations_met", "close_to_ideal"],
            scale=_TEN,
        ),
        Construct("complaints", ["complained_to_staff", "complained_to_management"], scale=_TEN),
        Construct("loyalty", ["repurchase", "price_tolerance"], scale=_TEN),
    ],
    [
        ("expectations", "perceived_value", "+"),
        ("expectations", "satisfaction", "+"),
        ("perceived_value", "satisfaction", "+"),
        ("satisfaction", "complaints", "-"),
        ("satisfaction", "loyalty", "+"),
        ("complaints", "loyalty"),
    ],
)
"""The Swedish barometer of 1989, the first national index (瑞典; Fornell 1992)."""

ACSI = PathModel(
    [
        Construct(
            "expectations",
            ["expected_overall", "expected_customization", "expected_reliability"],
            scale=_TEN,
        ),
        Construct(
            "perceived_quality",
            ["perceived_overall", "perceived_customization", "perceived_reliability"],
            scale=_TEN,
        ),
        Construct("perceived_value", ["quality_given_price", "price_given_quality"], scale=_TEN),
        Construct(
            "satisfaction",
            ["overall_satisfaction", "expectations_met", "close_to_ideal"],
            scale=_TEN,
        ),
        Construct("complaints", ["complained"], scale=(0.0, 1.0)),
        Construct("loyalty", ["repurchase", "price_tolerance"], scale=_TEN),
    ],
    [
        ("expectations", "perceived_quality", "+"),
        ("expectations", "perceived_value", "+"),
        ("expectations", "satisfaction", "+"),
        ("perceived_quality", "perceived_value", "+"),
        ("perceived_quality", "satisfaction", "+"),
        ("perceived_value", "satisfaction", "+"),
        ("satisfaction", "complaints", "-"),
        ("satisfaction", "loyalty", "+"),
        ("complaints", "loyalty"),
    ],
)
"""The American index of 1994, with its questions' customary names (Fornell et al. 1996)."""

ECSI = PathModel(
    [
        Construct("image", [f"image_{i}" for i in range(1, 6)], scale=_TEN),
        Construct("expectations", [f"expectation_{i}" for i in range(1, 4)], scale=_TEN),
        Construct("perceived_quality", [f"quality_{i}" for i in range(1, 8)], scale=_TEN),
        Construct("perceived_value", [f"value_{i}" for i in range(1, 3)], scale=_TEN),
        Construct("satisfaction", [f"satisfaction_{i}" for i in range(1, 4)], scale=_TEN),
        Construct("complaint_handling", ["complaint_handling"], scale=_TEN),
        Construct("loyalty", [f"loyalty_{i}" for i in range(1, 4)], scale=_TEN),
    ],
    [
        ("image", "expectations", "+"),
        ("image", "satisfaction", "+"),
        ("image", "loyalty", "+"),
        ("expectations", "perceived_quality", "+"),
        ("expectations", "perceived_value", "+"),
        ("expectations", "satisfaction", "+"),
        ("perceived_quality", "perceived_value", "+"),
        ("perceived_quality", "satisfaction", "+"),
        ("perceived_value", "satisfaction", "+"),
        ("satisfaction", "complaint_handling", "+"),
        ("satisfaction", "loyalty", "+"),
        ("complaint_handling", "loyalty", "+"),
    ],
)
"""The European index, with image and the handling of complaints (Tenenhaus et al. 2005)."""
