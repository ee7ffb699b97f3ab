"""Partial least squares and indices: figures that others publish, to their digits."""

import numpy as np
import pytest
from satisfaction import mobi

from custrel.satisfaction import ACSI, SCSB, IndexRule, PathModel, PlsMethod, pls
from custrel.satisfaction._path_model import criteria
from custrel.satisfaction._path_model.design import design_of
from custrel.satisfaction._path_model.kernel import estimate
from custrel.satisfaction._path_model.statistics import index_levels

pytestmark = pytest.mark.published

NO_SCALE = PathModel(
    {c.name: c.items for c in mobi.MODEL.constructs}, mobi.MODEL.paths
)  # the stand-ins leave the scale
PATHS = {
    ("image", "expectations"): (0.50470564, 0.50494314, 0.50491393),
    ("image", "satisfaction"): (0.17883348, 0.17859267, 0.17873950),
    ("perceived_quality", "satisfaction"): (0.51254524, 0.51297470, 0.51202394),
    ("perceived_value", "satisfaction"): (0.19181566, 0.19144526, 0.19476510),
    ("satisfaction", "complaint_handling"): (0.52609731, 0.52585655, 0.52806625),
    ("satisfaction", "loyalty"): (0.48347472, 0.48305917, 0.48547762),
    ("complaint_handling", "loyalty"): (0.07123241, 0.07031057, 0.06692607),
}


@pytest.fixture(scope="module")
def fit():
    return pls(mobi.answers(), model=NO_SCALE)


@pytest.mark.parametrize(("place", "scheme"), [(0, "centroid"), (1, "factorial"), (2, "path")])
def test_paths_of_mobi_in_three_schemes(place, scheme):
    """SmartPLS 2 and semPLS, all in mode A, standardized."""
    fit = pls(mobi.answers(), model=NO_SCALE, method=PlsMethod(scheme=scheme))
    found = {ends: round(fit.coefficient(*ends), 8) for ends in PATHS}
    assert found == {ends: values[place] for ends, values in PATHS.items()}


def test_r2_of_mobi(fit):
    published = {
        "expectations": 0.254938,
        "perceived_quality": 0.309969,
        "perceived_value": 0.345279,
        "satisfaction": 0.681078,
        "complaint_handling": 0.278854,
        "loyalty": 0.456944,
    }
    assert {name: round(fit.r2(name), 6) for name in published} == published
    assert np.isnan(fit.r2("image"))


def test_reliability_of_satisfaction(fit):
    row = fit.constructs().set_index("construct").loc["satisfaction"]
    assert round(row["alpha"], 6) == 0.779195
    assert round(row["rho_a"], 6) == 0.789102
    assert round(row["rho_c"], 6) == 0.871253
    assert round(row["ave"], 6) == 0.693095


def test_htmt_and_goodness_of_fit(fit):
    table = fit.discriminant_validity().set_index(["first", "second"])
    assert round(table.loc[("perceived_quality", "satisfaction"), "htmt"], 6) == 0.953636
    centroid = pls(mobi.answers(), model=NO_SCALE, method=PlsMethod(scheme="centroid"))
    assert round(centroid.goodness_of_fit, 8) == 0.47146683


def test_the_weighting_moves_the_index():
    """71.78 with the weights of standardized items, 72.45 with ACSI's weight over deviation."""
    design = design_of(mobi.MODEL)
    found = estimate(mobi.moments(), design, PlsMethod())
    place = mobi.MODEL.names.index("satisfaction")
    levels = [
        index_levels(found, mobi.MODEL, standardized=choice)[0, place] for choice in (True, False)
    ]
    assert [round(level, 2) for level in levels] == [71.78, 72.45]


def test_index_by_hand():
    items = ["overall", "expected", "ideal"]
    rule = IndexRule(items=items, weights=[0.3885, 0.3190, 0.2925], lowest=1, highest=10)
    equal = IndexRule(items=items, weights=[1, 1, 1], lowest=1, highest=10)
    assert round(rule.index([8.2, 7.6, 7.1]), 4) == 74.2983
    assert round(equal.index([8.2, 7.6, 7.1]), 4) == 73.7037


def test_acsi_as_the_documents_have_it():
    """S-160, S-161: Sweden was first; satisfaction and value are directly, positively related."""
    assert ACSI.sign("perceived_value", "satisfaction") == "+"
    assert ACSI.sign("satisfaction", "complaints") == "-"
    arrows = {(path.source, path.target) for path in ACSI.paths}
    assert arrows == {
        ("expectations", "perceived_quality"),
        ("expectations", "perceived_value"),
        ("expectations", "satisfaction"),
        ("perceived_quality", "perceived_value"),
        ("perceived_quality", "satisfaction"),
        ("perceived_value", "satisfaction"),
        ("satisfaction", "complaints"),
        ("satisfaction", "loyalty"),
        ("complaints", "loyalty"),
    }
    assert "perceived_quality" not in SCSB.names
    assert [len(c.items) for c in ACSI.constructs] == [3, 3, 2, 3, 1, 2]
    assert sum(len(c.items) for c in mobi.MODEL.constructs) == 24


def test_the_constant_of_gof_needs_company():
    lonely = PathModel({"a": ["CUSCO"], "b": ["CUSL1"]}, [("a", "b")], target="b")
    fit = pls(mobi.answers(), model=lonely)
    assert np.isnan(criteria.goodness_of_fit(fit.estimates, fit.design))
    r = mobi.answers()[["CUSCO", "CUSL1"]].corr().iloc[0, 1]
    assert fit.coefficient("a", "b") == pytest.approx(r, rel=1e-12)
