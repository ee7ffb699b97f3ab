"""How exact the purchase models are: every kernel against mpmath, on a grid with its corners.

    python benchmarks/accuracy.py [--points 300] [--seed 0] [--write docs/accuracy.md]

From each verb's grid, points are drawn at random, so many and by such a seed.  The references are
those of the tests: closed forms and integrals at 50 digits, which do not go the ways of the
kernels.  What is printed, and written down where asked for, is the worst relative error of each
verb, where it is, and how many results were no finite numbers, of which there must be none.
"""

import argparse
import math
import platform
import sys
import time
from pathlib import Path

import attrs
import mpmath as mp
import numpy as np
import scipy
from accuracy_checks import beta_geometric, nbd, pareto, regular, regular_discounted
from accuracy_counted import bg_bb, contracts, spend
from accuracy_grids import Check, Point
from accuracy_references import DIGITS, GOAL

import custrel
from custrel.valuation import BgCnbd, BgNbd, MbgCnbd, MbgNbd


@attrs.frozen(kw_only=True)
class Finding:
    """How exact one verb is."""

    check: Check
    points: int
    worst: float
    at: Point
    broken: int


def find(check: Check, number: int, seed: int) -> Finding:
    """Compare a verb with its reference on points of its grid."""
    worst, at, broken, count = mp.mpf(0), (), 0, 0
    for point in check.points(number, seed):
        count += 1
        with np.errstate(all="ignore"):
            found = float(check.found(*point))
        if not math.isfinite(found):
            broken += 1
            print(f"  {check.model}.{check.verb}{point}: {found}", file=sys.stderr)
            continue
        with mp.workdps(DIGITS):
            right = check.right(*point)
            error = abs(mp.mpf(found) - right) / max(abs(right), check.floor)
        if error > GOAL:
            print(
                f"  {check.model}.{check.verb}{point}: {found!r} for {mp.nstr(right, 15)}",
                file=sys.stderr,
            )
        if error >= worst:
            worst, at = error, point
    return Finding(check=check, points=count, worst=float(worst), at=at, broken=broken)


def row_of(finding: Finding) -> str:
    """Return a finding as a row of a table."""
    at = ", ".join(f"{value:.12g}" for value in finding.at)
    check = finding.check
    return (
        f"| `{check.model}` | `{check.verb}` | {finding.points:,} | {finding.worst:.1e} | "
        f"{finding.broken} | {at} |"
    )


HEAD = """# Accuracy

Every kernel of the purchase models against mpmath at {digits} digits, by
`python benchmarks/accuracy.py --points {points} --write docs/accuracy.md`: custrel {version},
NumPy {numpy}, SciPy {scipy}, Python {python}.

The grids hold the corners that break others: parameters from 1e-3 to 1e4, `a` and `s` at 1 and
within 1e-9 of it, up to 10,000 purchases, ages up to 5,000, horizons from 1e-9 to 1e4, up to 1,000
purchases counted; of opportunities and contracts, all four parameters so and up to 300 and 10,000
periods.  Of CNBD, k is 2, 3 or 12, and the horizons are those within which a reference can add
hidden events up one by one; discounted over all time, where it integrates over rates instead, and
by units, of which it adds up to 12, k is 2 or 3.  From each grid, as many points are drawn at
random as the table says.

*Worst* is the largest relative error; of log-likelihoods that of the likelihood where the
logarithm is small, and of the logarithm where it is large.  What is less than 1e-300, where
float64 ends, may be off by as much.  *Broken* counts NaN and infinity.  *Where* lists the model's
parameters in its order (of CNBD, k first), then frequency, share of the age at the last purchase,
age, and the arguments that follow.

| model | verb | points | worst | broken | where |
|---|---|---:|---:|---:|---|
"""


def main() -> None:
    """Compare all verbs, print and write the table; fail where one misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="a part of a model's or a verb's name")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    checks = [*beta_geometric(BgNbd), *beta_geometric(MbgNbd)]
    for kind in (BgCnbd, MbgCnbd):
        checks += [*regular(kind), *regular_discounted(kind)]
    checks += [*pareto(), *nbd(), *bg_bb(), *contracts(), *spend()]
    rows, failed = [], False
    for check in checks:
        if options.only not in f"{check.model}.{check.verb}":
            continue
        begin = time.perf_counter()
        finding = find(check, options.points, options.seed)
        rows.append(row_of(finding))
        failed |= finding.broken > 0 or finding.worst > GOAL
        print(rows[-1], f"{time.perf_counter() - begin:.1f} s", flush=True)
    if options.write:
        head = HEAD.format(
            digits=DIGITS,
            points=options.points,
            version=custrel.__version__,
            numpy=np.__version__,
            scipy=scipy.__version__,
            python=platform.python_version(),
        )
        options.write.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
