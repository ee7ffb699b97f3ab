"""What is compared with what is right: counted opportunities, contracts, and spend."""

import math
import sys
from collections.abc import Callable
from pathlib import Path

from accuracy_grids import (
    FREQUENCIES,
    LENGTHS,
    LOGARITHM,
    RATES,
    SIZES,
    SPENDS,
    STOPS,
    Check,
    Point,
)
from accuracy_references import Number

from custrel.valuation import BgBb, GammaGamma, ShiftedBetaGeometric

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from valuation import occasion_reference, references

# ------------------------------------------------------------- counted opportunities and contracts


def bg_bb() -> list[Check]:
    """Return the checks of BG/BB; a history is a part of its periods, and a part of that."""
    parts = (0.0, 0.3, 0.7, 1.0)
    axes = (STOPS, STOPS, STOPS, STOPS, parts, parts, LENGTHS)

    def made(point: Point) -> BgBb:
        return BgBb(**dict(zip(("alpha", "beta", "gamma", "delta"), point, strict=True)))

    def counts(bought: float, last: float, n: float) -> tuple[int, int, int]:
        at = round(last * n)
        return (max(1, round(bought * at)) if at else 0), at, int(n)

    def known(*parts_: float) -> dict[str, int]:
        return dict(zip(("frequency", "recency", "periods"), counts(*parts_), strict=True))

    def right(function: Callable[..., Number]) -> Callable[..., Number]:
        return lambda *p: function(*p[:4], *counts(*p[4:7]), *p[7:])

    return [
        Check(
            model="BgBb",
            verb="log_likelihood",
            axes=axes,
            found=lambda *p: made(p[:4]).log_likelihood(**known(*p[4:7])),
            right=right(occasion_reference.log_likelihood),
            floor=LOGARITHM,
        ),
        Check(
            model="BgBb",
            verb="probability_alive",
            axes=axes,
            found=lambda *p: made(p[:4]).probability_alive(**known(*p[4:7]), horizon=1),
            right=right(occasion_reference.probability_alive),
        ),
        Check(
            model="BgBb",
            verb="expected_purchases",
            axes=(*axes, (0, 1, 5, 52, 1000)),
            found=lambda *p: made(p[:4]).expected_purchases(**known(*p[4:7]), horizon=p[7]),
            right=right(occasion_reference.expected_purchases),
        ),
        Check(
            model="BgBb",
            verb="discounted_purchases, all time",
            axes=(*axes, RATES),
            found=lambda *p: made(p[:4]).discounted_purchases(
                **known(*p[4:7]), horizon=math.inf, rate=p[7]
            ),
            right=right(occasion_reference.discounted_purchases),
        ),
    ]


def contracts() -> list[Check]:
    """Return the checks of the shifted-beta-geometric model."""

    def made(point: Point) -> ShiftedBetaGeometric:
        return ShiftedBetaGeometric(alpha=point[0], beta=point[1])

    periods = (0, 1, 2, 12, 300, 10_000)
    return [
        Check(
            model="ShiftedBetaGeometric",
            verb="survival",
            axes=(STOPS, STOPS, periods),
            found=lambda *p: made(p).survival(horizon=p[2]),
            right=occasion_reference.survival,
        ),
        Check(
            model="ShiftedBetaGeometric",
            verb="leaving_probability",
            axes=(STOPS, STOPS, periods[1:]),
            found=lambda *p: made(p).leaving_probability(occasion=p[2]),
            right=occasion_reference.leaving_probability,
        ),
        Check(
            model="ShiftedBetaGeometric",
            verb="residual_lifetime, all time",
            axes=(STOPS, STOPS, periods, RATES),
            found=lambda *p: made(p).residual_lifetime(tenure=p[2], rate=p[3]),
            right=occasion_reference.residual_lifetime,
        ),
    ]


# ------------------------------------------------------------------------------------------ spend


def spend() -> list[Check]:
    """Return the checks of Gamma-Gamma."""

    def made(point: Point) -> GammaGamma:
        return GammaGamma(p=point[0], q=point[1], v=point[2])

    return [
        Check(
            model="GammaGamma",
            verb="log_likelihood",
            axes=(SIZES, STOPS, SIZES, FREQUENCIES[1:], SPENDS),
            found=lambda *p: made(p).log_likelihood(frequency=p[3], monetary_value=p[4]),
            right=references.spend_log_likelihood,
            floor=LOGARITHM,
        ),
        Check(
            model="GammaGamma",
            verb="expected_spend",
            axes=(SIZES, STOPS, SIZES, FREQUENCIES, SPENDS),
            found=lambda *p: made(p).expected_spend(frequency=p[3], monetary_value=p[4]),
            right=references.expected_spend,
            of=lambda *p: p[0] * p[3] + p[1] > 1,  # else there is no mean
        ),
    ]
