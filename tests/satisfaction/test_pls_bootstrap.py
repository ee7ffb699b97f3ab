"""Resampling: against the slow reference, seeds and processes, intervals, permutations."""

import multiprocessing

import numpy as np
import pandas as pd
import pytest
from satisfaction.pls_reference import htmt, reference
from satisfaction.test_pls import survey
from scipy.stats import bootstrap as scipy_bootstrap

from custrel import _parallel
from custrel._parallel import in_parts
from custrel.errors import FitError, InvalidData, InvalidRule, MissingExtra, UnknownCode
from custrel.satisfaction import Construct, PathModel, PlsMethod, compare_groups, pls
from custrel.satisfaction._path_model import resampling
from custrel.satisfaction._path_model.intervals import bca
from custrel.satisfaction._path_model.moments import moments, moments_of


@pytest.fixture(scope="module")
def made():
    model, data = survey(41, constructs=4, respondents=70)
    return model, data, pls(data, model=model)


def test_resamples_agree_with_the_reference(made):
    model, data, fit = made
    again = fit.bootstrap(seed=5, resamples=8)
    (stream,) = np.random.default_rng(5).spawn(1)
    drawn = stream.integers(0, len(data), size=(8, len(data)))
    pairs = fit.discriminant_validity()[["first", "second"]].to_numpy().tolist()
    for i, rows in enumerate(drawn):
        sample = data.iloc[rows]
        expected = reference(sample, model, "path")
        paths = [expected["paths"][ends] for ends in zip(*_ends(again, "paths"), strict=True)]
        np.testing.assert_allclose(again.draws["paths"][i], paths, atol=1e-9)
        total = [expected["total"][e] for e in zip(*_ends(again, "total_effects"), strict=True)]
        np.testing.assert_allclose(again.draws["total_effects"][i], total, atol=1e-9)
        ratios = [
            htmt(sample, list(model.construct(a).items), list(model.construct(b).items))
            for a, b in pairs
        ]
        np.testing.assert_allclose(again.draws["htmt"][i], ratios, atol=1e-9)


def _ends(again, what):
    table = again.intervals(what)
    return table["source"], table["target"]


@pytest.mark.parametrize("missing", ["mean", "pairwise"])
def test_resamples_with_gaps_are_fits_of_the_rows_drawn(missing):
    model, data = survey(43, constructs=3, respondents=90)
    data = data.mask(np.random.default_rng(2).random(data.shape) < 0.06)
    method = PlsMethod(missing=missing)
    again = pls(data, model=model, method=method).bootstrap(seed=9, resamples=5)
    (stream,) = np.random.default_rng(9).spawn(1)
    for i, rows in enumerate(stream.integers(0, len(data), size=(5, len(data)))):
        fit = pls(data.iloc[rows], model=model, method=method)
        expected = [fit.coefficient(*ends) for ends in zip(*_ends(again, "paths"), strict=True)]
        np.testing.assert_allclose(again.draws["paths"][i], expected, atol=1e-9)


def test_weights_go_along_with_their_respondents():
    model, data = survey(47, constructs=3, respondents=60)
    data["w"] = np.random.default_rng(3).gamma(2, 1, 60)
    again = pls(data, model=model, weight="w").bootstrap(seed=2, resamples=3)
    (stream,) = np.random.default_rng(2).spawn(1)
    rows = stream.integers(0, 60, size=(3, 60))[1]
    fit = pls(data.iloc[rows], model=model, weight="w")
    np.testing.assert_allclose(again.draws["loadings"][1], fit.frame["loading"], atol=1e-9)


def test_processes_and_seeds(made):
    _, _, fit = made
    one = fit.bootstrap(seed=11, resamples=350)
    two = fit.bootstrap(seed=11, resamples=350, processes=2)
    other = fit.bootstrap(seed=12, resamples=350)
    for name, draws in one.draws.items():
        assert np.array_equal(draws, two.draws[name], equal_nan=True)
    assert not np.array_equal(one.draws["paths"], other.draws["paths"])
    assert len(np.unique(one.draws["paths"][:, 0])) == 350  # no two batches draw the same
    shared = np.random.default_rng(11)
    few = fit.bootstrap(seed=shared, resamples=9).draws["r2"]
    np.testing.assert_allclose(few, one.draws["r2"][:9], rtol=1e-12)
    assert not multiprocessing.active_children()


def test_an_interruption_leaves_nothing_half_done(made, monkeypatch):
    """Ctrl-C in the middle: the interruption comes through, and there is no result."""
    _, _, fit = made
    done = []

    def resample(*batch):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(batch)
        return original(*batch)

    original = resampling._resample
    monkeypatch.setattr(resampling, "_resample", resample)
    with pytest.raises(KeyboardInterrupt):
        fit.bootstrap(seed=1, resamples=900)
    assert len(done) == 2


def _interrupt(batch):
    if batch == 3:
        raise KeyboardInterrupt
    return batch


def test_an_interruption_ends_the_other_processes():
    with pytest.raises(KeyboardInterrupt):
        in_parts(_interrupt, list(range(40)), "work", processes=2, progress=False)
    assert not multiprocessing.active_children()
    assert in_parts(abs, [-1, -2, -3], "work", processes=2, progress=False) == [1, 2, 3]


def test_intervals(made):
    _, _, fit = made
    again = fit.bootstrap(seed=1, resamples=400)
    for what in ("paths", "weights", "loadings", "r2", "htmt", "total_effects"):
        table = again.intervals(what)
        draws = again.draws[what]
        np.testing.assert_allclose(table["low"], np.quantile(draws, 0.025, axis=0))
        np.testing.assert_allclose(table["high"], np.quantile(draws, 0.975, axis=0))
        np.testing.assert_allclose(table["standard_error"], draws.std(axis=0, ddof=1))
        np.testing.assert_array_equal(table["estimate"], again.estimate[what][0])
        narrow = again.intervals(what, method="bca", confidence=0.5)
        wide = again.intervals(what, method="bca")
        assert (narrow["high"] <= wide["high"] + 1e-12).all()
        assert (narrow["low"] >= wide["low"] - 1e-12).all()
    np.testing.assert_array_equal(again.estimate["loadings"][0], fit.frame["loading"])
    assert repr(again).startswith("Path coefficients on 400 resamples; 95% by percentiles.")
    assert "<table>" in again._repr_html_()
    with pytest.raises(UnknownCode, match="'q2' is no estimate that is resampled"):
        again.intervals("q2")
    with pytest.raises(UnknownCode, match="'basic' is no kind of interval"):
        again.intervals(method="basic")
    with pytest.raises(InvalidRule, match=r"0\.95, not 95"):
        again.intervals(confidence=95)


def test_bca_agrees_with_scipy():
    """The same draws and the same jackknife: the interval of a skewed mean."""
    data = np.random.default_rng(1).exponential(size=40)
    made = scipy_bootstrap(
        (data,), np.mean, n_resamples=999, method="BCa", rng=np.random.default_rng(2)
    )
    left = np.array([np.delete(data, i).mean() for i in range(40)])
    draws = made.bootstrap_distribution[:, None]
    low, high = bca(draws, np.array([data.mean()]), left[:, None], 0.95)
    assert low[0] == pytest.approx(made.confidence_interval.low, rel=1e-12)
    assert high[0] == pytest.approx(made.confidence_interval.high, rel=1e-12)


def test_bca_where_all_draws_lie_to_one_side():
    draws = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    left = np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]])
    low, high = bca(draws, np.array([0.5, 4.0]), left, 0.95)
    assert low.tolist() == high.tolist() == [1.0, 3.0]


def test_the_jackknife_leaves_out_each_respondent(made):
    model, data, fit = made
    again = fit.bootstrap(seed=1, resamples=2)
    assert again.jackknife["r2"].shape[0] == len(data)
    without = pls(data.drop(index=data.index[3]), model=model)
    expected = [without.coefficient(*e) for e in zip(*_ends(again, "paths"), strict=True)]
    np.testing.assert_allclose(again.jackknife["paths"][3], expected, atol=1e-9)


def test_of_many_respondents_the_jackknife_leaves_out_parts(monkeypatch):
    model, data = survey(53, constructs=3, respondents=60)
    data = data.mask(np.random.default_rng(6).random(data.shape) < 0.02)
    monkeypatch.setattr(resampling, "_JACKKNIFE", 7)
    monkeypatch.setattr(resampling, "_BATCH", 3)
    again = pls(data, model=model).bootstrap(seed=1, resamples=2)
    part = np.arange(60) % 7
    expected = [pls(data[part != k], model=model).coefficient("c0", "c1") for k in range(7)]
    place = list(zip(*_ends(again, "paths"), strict=True)).index(("c0", "c1"))
    np.testing.assert_allclose(again.jackknife["paths"][:, place], expected, atol=1e-9)


def test_standard_errors_are_those_of_regression():
    """Two single items: the path is a correlation, whose error is (1 - r^2) / sqrt(n)."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=2000)
    data = pd.DataFrame({"x": x, "y": 0.5 * x + rng.normal(size=2000)})
    model = PathModel({"a": ["x"], "b": ["y"]}, [("a", "b")], target="b")
    fit = pls(data, model=model)
    error = fit.bootstrap(seed=1, resamples=2000).intervals()["standard_error"][0]
    r = fit.coefficient("a", "b")
    assert error == pytest.approx((1 - r**2) / np.sqrt(2000), rel=0.06)


def test_constructs_that_come_out_upside_down_are_turned():
    """Of two items asked in opposite ways, chance alone decides which one points up."""
    rng = np.random.default_rng(6)
    f = rng.normal(size=150)
    noise = rng.normal(size=(150, 4)) * 0.4
    data = pd.DataFrame({"a0": f + noise[:, 0], "a1": -f + noise[:, 1]})
    data["b0"], data["b1"] = f + noise[:, 2], f + noise[:, 3]
    model = PathModel({"a": ["a0", "a1"], "b": ["b0", "b1"]}, [("a", "b")], target="b")
    fit = pls(data, model=model)
    again = fit.bootstrap(seed=1, resamples=200)
    signs = np.sign(again.draws["loadings"])
    assert (signs == np.sign(fit.frame["loading"].to_numpy())).all()
    assert again.intervals("paths")["standard_error"][0] < 0.05
    rows = np.random.default_rng(1).integers(0, 150, size=(60, 150))
    alone = [pls(data.iloc[r], model=model) for r in rows]
    assert len({np.sign(one.coefficient("a", "b")) for one in alone}) == 2
    assert all(one.frame["loading"][:2].sum() > 0 for one in alone)


def test_failed_resamples_are_counted():
    model = PathModel({"a": ["x", "rare"], "b": ["y"]}, [("a", "b")], target="b")
    rng = np.random.default_rng(8)
    data = pd.DataFrame(rng.normal(size=(12, 2)), columns=["x", "y"])
    data["rare"] = [1.0] + [0.0] * 11  # which a third of the resamples do not draw
    again = pls(data, model=model).bootstrap(seed=1, resamples=300)
    assert again.failed == 300 - len(again.draws["paths"])
    assert again.failed / 300 == pytest.approx((11 / 12) ** 12, abs=0.08)
    assert not np.isnan(again.draws["paths"]).any()
    assert f"{again.failed} of which could not be estimated" in repr(again)


def test_options_that_cannot_be(made, monkeypatch):
    _, _, fit = made
    with pytest.raises(InvalidRule, match="resamples must be 2 or more"):
        fit.bootstrap(seed=1, resamples=1)
    with pytest.raises(InvalidRule, match="processes must be 1 or more"):
        fit.bootstrap(seed=1, processes=0)
    monkeypatch.setattr(_parallel, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="tqdm is not installed"):
        fit.bootstrap(seed=1, progress=True)


def test_progress_changes_nothing(made, capsys):
    pytest.importorskip("tqdm")
    _, _, fit = made
    shown = fit.bootstrap(seed=1, resamples=200, progress=True)
    assert "2/2" in capsys.readouterr().err
    assert np.array_equal(shown.draws["r2"], fit.bootstrap(seed=1, resamples=200).draws["r2"])


# -------------------------------------------------------------------------------- groups compared


def two_shops(seed, respondents=160, *, path=0.6, loading=0.8, level=0.0):
    """Draw a shop as usual, and one with a path, a loading or a level of its own."""
    rng = np.random.default_rng(seed)
    parts = []
    for shop, b, w, c in (("here", 0.6, 0.8, 0.0), ("there", path, loading, level)):
        quality = rng.normal(size=respondents) + c
        happy = b * quality + rng.normal(size=respondents) * 0.7
        noise = rng.normal(size=(respondents, 5)) * 0.5
        part = pd.DataFrame({f"q{i}": 0.8 * quality + noise[:, i] for i in range(2)})
        part["q2"] = w * quality + noise[:, 2]
        part["s0"], part["s1"] = happy + noise[:, 3], happy + noise[:, 4]
        parts.append(part.assign(shop=shop))
    return pd.concat(parts, ignore_index=True)


MODEL = PathModel(
    {"quality": ["q0", "q1", "q2"], "satisfaction": ["s0", "s1"]}, [("quality", "satisfaction")]
)


def compared(seed=1, **options):
    data = two_shops(8, **options)
    return data, compare_groups(data, model=MODEL, by="shop", seed=seed, permutations=399)


def test_groups_that_are_alike():
    data, result = compared()
    invariance = result.invariance.set_index("construct")
    assert (invariance["invariance"] == "full").all()
    assert (result.paths["p_value"] > 0.05).all()
    assert result.respondents == (160, 160)
    assert "full for 2 of 2 constructs" in repr(result)
    one, other = (pls(data[data["shop"] == shop], model=MODEL) for shop in ("here", "there"))
    row = result.paths.iloc[0]
    assert row["first"] == pytest.approx(one.coefficient("quality", "satisfaction"))
    assert row["difference"] == pytest.approx(row["first"] - row["second"])
    both = pls(data, model=MODEL)
    z = (data[list(MODEL.items)] - data[list(MODEL.items)].mean()) / data[list(MODEL.items)].std()
    q = ["q0", "q1", "q2"]
    weights = [fit.frame.set_index("item").loc[q, "weight"] for fit in (one, other)]
    r = np.corrcoef(*(z[q] @ w for w in weights))[0, 1]
    assert invariance.loc["quality", "composition"] == pytest.approx(r)
    scores = both.scores(data).groupby("shop", sort=True)["quality"]
    gap = scores.mean()["here"] - scores.mean()["there"]
    assert invariance.loc["quality", "mean_difference"] == pytest.approx(gap)
    ratio = scores.var()["here"] / scores.var()["there"]
    assert invariance.loc["quality", "variance_ratio"] == pytest.approx(ratio)


def test_groups_that_differ_each_in_one_thing():
    _, path = compared(path=0.0)
    assert path.paths["p_value"][0] < 0.01
    _, level = compared(level=1.0)
    assert level.invariance.set_index("construct").loc["quality", "invariance"] == "partial"
    _, meaning = compared(loading=-0.6)
    assert meaning.invariance.set_index("construct").loc["quality", "invariance"] == "none"


def test_permutation_p_values_are_uniform_where_nothing_differs():
    found = []
    for seed in range(40):
        data = two_shops(seed + 100, respondents=40)
        result = compare_groups(data, model=MODEL, by="shop", seed=seed, permutations=99)
        kinds = [result.invariance[f"{name}_p"] for name in ("composition", "mean", "variance")]
        found.append([*np.concatenate(kinds), result.paths["p_value"][0]])
    for limit in (0.2, 0.5):
        share = np.mean(np.array(found) <= limit, axis=0)
        assert share == pytest.approx(limit, abs=0.25)  # 4 standard errors at most


def test_permutations_and_processes():
    data, one = compared(seed=3)
    two = compare_groups(data, model=MODEL, by="shop", seed=3, permutations=399, processes=2)
    pd.testing.assert_frame_equal(one.paths, two.paths)
    pd.testing.assert_frame_equal(one.invariance, two.invariance)


def test_groups_that_cannot_be_compared():
    data = two_shops(1, respondents=20)
    options = {"model": MODEL, "by": "shop", "seed": 1}
    with pytest.raises(InvalidData, match="needs two groups, and there is only 'here'"):
        compare_groups(data.head(20), **options)
    with pytest.raises(InvalidData, match="there is 1 respondent in shop 'there' for 5 items"):
        compare_groups(data.head(21), **options)
    three = data.assign(shop=["a", "b", "c", "c"] * 10)
    with pytest.raises(InvalidRule, match=r"which two groups to compare, as groups=\('a', 'c'\)"):
        compare_groups(three, **options)
    chosen = compare_groups(three, groups=("a", "c"), permutations=19, **options)
    assert chosen.respondents == (10, 20)
    with pytest.raises(UnknownCode, match="'d' is no value of 'shop'"):
        compare_groups(three, groups=("a", "d"), **options)
    with pytest.raises(InvalidRule, match="permutations must be 1 or more"):
        compare_groups(data, permutations=0, **options)
    flat = data.assign(q0=np.where(data["shop"] == "here", 1.0, data["q0"]))
    with pytest.raises(InvalidData, match=r"every answer is 1 in shop 'here'"):
        compare_groups(flat, **options)


def test_moments_of_many_rows_come_in_chunks(monkeypatch, made):
    _, _, fit = made
    times = np.random.default_rng(1).integers(0, 3, size=(2, fit.respondents)).astype(float)
    whole = moments(fit.answered, times)
    monkeypatch.setattr("custrel.satisfaction._path_model.moments._AT_ONCE", 5000)
    parts = moments(fit.answered, times)
    np.testing.assert_allclose(parts.covariances, whole.covariances, rtol=1e-12)
    expected = np.cov(fit.answered.values, rowvar=False, fweights=times[0].astype(int))
    np.testing.assert_allclose(whole.covariances[0], expected, rtol=1e-9)
    np.testing.assert_allclose(
        moments_of(fit.answered).covariances[0], np.cov(fit.answered.values, rowvar=False)
    )


def test_too_few_resamples_can_be_estimated():
    model = PathModel([Construct("a", "x"), Construct("b", "y")], [("a", "b")], target="b")
    data = pd.DataFrame({"x": [1.0] + [0.0] * 3, "y": [1.0, 3.0, 2.0, 5.0]})
    with pytest.raises(FitError, match=r"of 2 resamples only [01] could be estimated"):
        pls(data, model=model).bootstrap(seed=1, resamples=2)
