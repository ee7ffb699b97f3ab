"""Correspondence analysis (S-112: 对应分析)."""

import pandas as pd
import pytest
from scipy.stats import chi2_contingency
from segmentation.engines import ENGINES, alike, read

from custrel.errors import InvalidData
from custrel.segmentation import correspondence

# Greenacre (1984): smoking (none, light, medium, heavy) among five groups of staff.
STAFF = {"SM": (4, 2, 3, 2), "JM": (4, 3, 7, 4), "SE": (25, 10, 12, 4), "JE": (18, 24, 33, 13)}
STAFF["SC"] = (10, 6, 7, 2)
SMOKES = ("none", "light", "medium", "heavy")
PEOPLE = [
    (group, smoke)
    for group, row in STAFF.items()
    for smoke, number in zip(SMOKES, row, strict=True)
    for _ in range(number)
]
ROWS = {"segment": [p[0] for p in PEOPLE], "smokes": [p[1] for p in PEOPLE]}


@pytest.mark.published
@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_smokers_of_greenacre(kind):
    found = correspondence(ENGINES[kind](ROWS), columns="smokes")
    assert [round(inertia, 4) for inertia in found.inertias] == [0.0748, 0.0100, 0.0004]
    assert round(sum(found.inertias), 4) == 0.0852
    assert [round(share, 3) for share in found.shares] == [0.878, 0.118, 0.005]
    assert type(found.points) is type(ENGINES[kind](ROWS))
    home = correspondence(pd.DataFrame(ROWS).sample(frac=1, random_state=1), columns="smokes")
    assert alike(read(found.points), read(home.points))


def test_inertia_is_chi_square_and_coordinates_are_centred():
    found = correspondence(pd.DataFrame(ROWS), columns="smokes")
    cells = pd.crosstab(pd.Series(ROWS["segment"]), pd.Series(ROWS["smokes"]))
    chi_square = chi2_contingency(cells, correction=False)[0]
    assert sum(found.inertias) == pytest.approx(chi_square / 193)
    for _, side in found.points.groupby("side"):
        assert side["inertia"].sum() == pytest.approx(sum(found.inertias))
        for axis, inertia in zip("xy", found.inertias, strict=False):
            assert (side["mass"] * side[axis]).sum() == pytest.approx(0, abs=1e-12)
            assert (side["mass"] * side[axis] ** 2).sum() == pytest.approx(inertia)


def test_refusals():
    frame = pd.DataFrame(ROWS)
    with pytest.raises(InvalidData, match="'smokes': missing value"):
        correspondence(frame.assign(smokes=None), columns="smokes")
    with pytest.raises(InvalidData, match="two categories or more, found 1"):
        correspondence(frame.assign(smokes="no"), columns="smokes")
