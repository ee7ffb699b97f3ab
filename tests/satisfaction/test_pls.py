"""Partial least squares against a slow reference, its criteria, and what it refuses."""

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from satisfaction.pls_reference import htmt, reference

import custrel as cr
from custrel.errors import ColumnNotFound, FitError, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    ACSI,
    Construct,
    PathModel,
    PlsMethod,
    StructuralPath,
    pls,
)


def survey(seed, constructs=5, respondents=120, formative=0.3):
    """Draw a model that runs from left to right, and answers that follow it."""
    rng = np.random.default_rng(seed)
    latent = np.zeros((respondents, constructs))
    paths, made, data = [], [], {}
    for j in range(constructs):
        sources = [i for i in range(j) if rng.random() < 0.6] or ([j - 1] if j else [])
        paths += [(f"c{i}", f"c{j}") for i in sources]
        latent[:, j] = rng.normal(size=respondents)
        latent[:, j] += latent[:, sources] @ rng.uniform(0.3, 0.7, len(sources))
        items = [f"x{j}_{m}" for m in range(rng.integers(1, 5))]
        for item in items:
            noise = rng.normal(size=respondents) * 0.7
            data[item] = 5 + (latent[:, j] * rng.uniform(0.6, 1) + noise) * rng.uniform(0.5, 2)
        mode = "B" if rng.random() < formative and len(items) > 1 else "A"
        made.append(Construct(f"c{j}", items, mode))
    return PathModel(made, paths, target=f"c{constructs - 1}"), pd.DataFrame(data)


def agree(fit, expected):
    """Compare a fit with what the reference found."""
    table = fit.frame.set_index("construct")
    for c in fit.model.constructs:
        rows = table.loc[[c.name]]
        np.testing.assert_allclose(rows["weight"], expected["weights"][c.name], atol=1e-9)
        np.testing.assert_allclose(rows["loading"], expected["loadings"][c.name], atol=1e-9)
    for ends, value in expected["paths"].items():
        assert fit.coefficient(*ends) == pytest.approx(value, abs=1e-9)
    for ends, value in expected["total"].items():
        assert fit.total_effect(*ends) == pytest.approx(value, abs=1e-9)
    for name, value in expected["r2"].items():
        assert fit.r2(name) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("scheme", ["path", "factorial", "centroid"])
@pytest.mark.parametrize("standardized", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_scheme_agrees_with_the_reference(scheme, standardized, seed):
    model, data = survey(seed)
    fit = pls(data, model=model, method=PlsMethod(scheme=scheme, standardized=standardized))
    agree(fit, reference(data, model, scheme, standardized=standardized))


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_the_correction_for_attenuation_agrees_with_the_reference(seed):
    model, data = survey(seed)
    fit = pls(data, model=model, method=PlsMethod(consistent=True))
    expected = reference(data, model, "path", consistent=True)
    agree(fit, expected)
    found = fit.constructs().set_index("construct")["rho_a"]
    for name, value in expected["rho_a"].items():
        assert found[name] == pytest.approx(value, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_names_order_and_units_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    model, data = survey(seed, constructs=4, respondents=80)
    fit = pls(data, model=model)
    shuffled = PathModel(
        [model.constructs[i] for i in rng.permutation(len(model.constructs))],
        [model.paths[i] for i in rng.permutation(len(model.paths))],
        target=model.target,
    )
    moved = data * rng.uniform(0.1, 10, data.shape[1]) + rng.normal(size=data.shape[1])
    again = pls(moved.sample(frac=1, random_state=1), model=shuffled)
    for path in model.paths:
        ends = path.source, path.target
        assert again.coefficient(*ends) == pytest.approx(fit.coefficient(*ends), abs=1e-7)
    total = fit.effects()
    np.testing.assert_allclose(total["direct"] + total["indirect"], total["total"], atol=1e-12)
    by_routes = fit.indirect_effects()
    for row in total.itertuples():
        routes = [str(route).split(" -> ") for route in by_routes["route"]]
        mine = [r[0] == row.source and r[-1] == row.target for r in routes]
        assert by_routes["effect"][mine].sum() == pytest.approx(row.indirect, abs=1e-12)


def test_criteria_from_their_definitions():
    model, data = survey(11, formative=0)
    fit = pls(data, model=model)
    scores = fit.scores(data)
    np.testing.assert_allclose(scores[list(model.names)].std(ddof=1), 1)
    np.testing.assert_allclose(scores[list(model.names)].mean(), 0, atol=1e-12)
    pairs = fit.discriminant_validity()
    ave = fit.constructs().set_index("construct")["ave"]
    for row in pairs.itertuples():
        one, other = (list(model.construct(n).items) for n in (row.first, row.second))
        assert row.htmt == pytest.approx(htmt(data, one, other), abs=1e-12)
        r = scores[row.first].corr(scores[row.second])
        assert row.correlation == pytest.approx(r, abs=1e-12)
        assert row.fornell_larcker == (r**2 < min(ave[row.first], ave[row.second]))
    crossed = fit.cross_loadings().set_index("item")
    for item in model.items:
        for name in model.names:
            assert crossed.loc[item, name] == pytest.approx(data[item].corr(scores[name]))
    for row in fit.paths().itertuples():
        others = [s for s in model.sources(row.target) if s != row.source]
        with_all = _r2(scores, [*others, row.source], row.target)
        without = _r2(scores, others, row.target)
        assert row.f2 == pytest.approx((with_all - without) / (1 - with_all), abs=1e-10)
        assert row.vif == pytest.approx(1 / (1 - _r2(scores, others, row.source)))
    for row in fit.frame.itertuples():
        others = [i for i in model.construct(row.construct).items if i != row.item]
        assert row.vif == pytest.approx(1 / (1 - _r2(data, others, row.item)))
    for row in fit.constructs().itertuples():
        items = list(model.construct(row.construct).items)
        k, z = len(items), (data[items] - data[items].mean()) / data[items].std()
        if k > 1:
            alpha = k / (k - 1) * (1 - k / z.sum(axis=1).var())
            assert row.alpha == pytest.approx(alpha)
        n, sources = len(data), len(model.sources(row.construct))
        if sources:
            assert row.r2_adjusted == pytest.approx(1 - (1 - row.r2) * (n - 1) / (n - sources - 1))


def _r2(frame, sources, target):
    if not sources:
        return 0.0
    x = np.column_stack([frame[sources], np.ones(len(frame))])
    left = frame[target] - x @ np.linalg.lstsq(x, frame[target], rcond=None)[0]
    return 1 - left.var() / frame[target].var()


@pytest.mark.parametrize("consistent", [False, True])
@pytest.mark.parametrize("saturated", [False, True])
def test_srmr_from_its_definition(consistent, saturated):
    model, data = survey(13, formative=0)
    fit = pls(data, model=model, method=PlsMethod(consistent=consistent))
    latent = {(n, n): 1.0 for n in model.names}
    known = {
        frozenset((r.first, r.second)): r.correlation
        for r in fit.discriminant_validity().itertuples()
    }
    for later, name in enumerate(model.order):
        for before in model.order[:later]:
            implied = sum(fit.coefficient(s, name) * latent[s, before] for s in model.sources(name))
            free = saturated or not model.sources(name)
            value = known[frozenset((name, before))] if free else implied
            latent[name, before] = latent[before, name] = value
    home = fit.frame.set_index("item")["construct"]
    loading = fit.frame.set_index("item")["loading"]
    observed, squares = data.corr(), []
    for i, one in enumerate(model.items):
        for other in model.items[: i + 1]:
            same = home[one] == home[other]
            if one == other or (same and not consistent):
                squares.append(0.0)
            else:
                implied = loading[one] * loading[other] * latent[home[one], home[other]]
                squares.append((observed.loc[one, other] - implied) ** 2)
    assert fit.srmr(saturated=saturated) == pytest.approx(np.sqrt(np.mean(squares)), abs=1e-10)


def test_blindfolding_from_its_definition():
    model, data = survey(17, constructs=3, respondents=60)
    fit = pls(data, model=model)
    found = fit.predictive_relevance(omission=5).set_index("construct")["q2"]
    for name in model.endogenous:
        items = list(model.construct(name).items)
        missed = around = 0.0
        for left in range(5):
            out = (np.arange(60)[:, None] + np.arange(len(items))) % 5 == left
            kept = data[items].mask(out)
            changed = data.assign(**kept.fillna(kept.mean()))
            ref = reference(changed, model, "path")
            score = sum(ref["paths"][s, name] * ref["scores"][s] for s in model.sources(name))
            for i, item in enumerate(items):
                mean, sd = changed[item].mean(), changed[item].std()
                guess = mean + sd * ref["loadings"][name][i] * score
                scale = data[item].std()
                missed += (((data[item] - guess) / scale) ** 2)[out[:, i]].sum()
                around += (((data[item] - kept[item].mean()) / scale) ** 2)[out[:, i]].sum()
        assert found[name] == pytest.approx(1 - missed / around, abs=1e-8)
    with pytest.raises(InvalidRule, match="omission distance is 2 or more"):
        fit.predictive_relevance(omission=60)


def test_weights_are_respondents():
    model, data = survey(19)
    weight = np.random.default_rng(0).integers(0, 4, len(data))
    twice = data.loc[np.repeat(data.index, weight)]
    one = pls(data.assign(weight=weight), model=model, weight="weight")
    other = pls(twice, model=model)
    for path in model.paths:
        ends = path.source, path.target
        assert one.coefficient(*ends) == pytest.approx(other.coefficient(*ends), abs=1e-12)
    np.testing.assert_allclose(one.frame["mean"], other.frame["mean"])


def test_a_construct_upside_down_is_turned():
    """A negative path does not make a construct negative; a reversed item is named."""
    rng = np.random.default_rng(3)
    good = rng.normal(size=200)
    data = pd.DataFrame({f"a{i}": good + rng.normal(size=200) for i in range(3)})
    for i in range(3):
        data[f"b{i}"] = -good + rng.normal(size=200)
    model = PathModel(
        {"a": ["a0", "a1", "a2"], "b": ["b0", "b1", "b2"]}, [("a", "b", "+")], target="b"
    )
    fit = pls(data, model=model)
    assert (fit.frame["loading"] > 0.5).all()
    assert fit.coefficient("a", "b") < 0
    assert [p.code for p in fit.admissibility] == ["sign"]
    assert "theory expects +" in str(fit.admissibility[0])
    reversed_item = pls(data.assign(b2=-data["b2"]), model=model)
    assert "negative_weight" in [p.code for p in reversed_item.admissibility]
    assert "Reverse its answers" in repr(reversed_item)


def test_what_is_hard_to_believe_is_named():
    rng = np.random.default_rng(0)
    f = rng.normal(size=(60, 2))
    data = pd.DataFrame(
        {
            "a0": f[:, 0],
            "a1": f[:, 0] + rng.normal(size=60) * 2,
            "a2": rng.normal(size=60),
            "b0": f[:, 0] + f[:, 1] * 0.3,
            "b1": f[:, 0] - f[:, 1] * 0.3,
        }
    )
    model = PathModel({"a": ["a0", "a1", "a2"], "b": ["b0", "b1"]}, [("a", "b")], target="b")
    found = pls(data, model=model, method=PlsMethod(consistent=True)).admissibility
    assert "path" in {p.code for p in found}
    assert any("a -> b" in p.message and "beyond 1" in p.message for p in found)
    twin = pls(data.assign(a2=data["a0"]), model=model)
    assert "not_positive_definite" in {p.code for p in twin.admissibility}


# -------------------------------------------------------------------------------- missing answers


@pytest.fixture(scope="module")
def gaps():
    model, data = survey(23, constructs=4, respondents=150)
    return model, data.mask(np.random.default_rng(1).random(data.shape) < 0.05)


def test_mean_replacement(gaps):
    model, data = gaps
    fit = pls(data, model=model)
    filled = pls(data.fillna(data.mean()), model=model)
    for path in model.paths:
        ends = path.source, path.target
        assert fit.coefficient(*ends) == pytest.approx(filled.coefficient(*ends), abs=1e-12)
    (problem,) = fit.problems
    assert problem.code == "missing_answer"
    assert f"{int(data.isna().sum().sum())} missing answers" in problem.message


def test_casewise(gaps):
    model, data = gaps
    fit = pls(data, model=model, method=PlsMethod(missing="casewise"))
    assert fit.respondents == len(data.dropna())
    kept = pls(data.dropna(), model=model)
    for path in model.paths:
        ends = path.source, path.target
        assert fit.coefficient(*ends) == kept.coefficient(*ends)
    (problem,) = fit.problems
    assert (problem.code, problem.count) == ("left_out", len(data) - len(data.dropna()))


def test_pairwise(gaps):
    model, data = gaps
    fit = pls(data, model=model, method=PlsMethod(missing="pairwise"))
    items = list(model.items)
    np.testing.assert_allclose(fit.estimates.correlations[0], data[items].corr(), atol=1e-12)
    np.testing.assert_allclose(fit.frame["mean"], data[items].mean())
    again = fit.bootstrap(seed=1, resamples=20)
    assert again.failed == 0


def test_a_code_for_missing_answers(gaps):
    model, data = gaps
    coded = data.fillna(-99)
    fit = pls(coded, model=model, missing_codes=[-99])
    assert fit.coefficient("c0", "c1") == pls(data, model=model).coefficient("c0", "c1")
    with pytest.raises(InvalidData, match="no answer is 99, which was said to stand for none"):
        pls(coded, model=model, missing_codes=[-99, 99])
    collected = pls(coded, model=model, missing_codes=[-99, 99], errors="collect")
    assert [p.code for p in collected.problems] == ["unused_code", "missing_answer"]
    with pytest.raises(InvalidRule, match="got '-99'"):
        pls(coded, model=model, missing_codes=["-99"])


# --------------------------------------------------------------------------------------- bad input


def test_models_that_cannot_be():
    items = {"a": ["x"], "b": ["y"], "c": ["z"]}
    with pytest.raises(
        InvalidRule, match=r"in a circle: (a -> b -> c -> a|b -> c -> a -> b|c -> a)"
    ):
        PathModel(items, [("a", "b"), ("b", "c"), ("c", "a")], target="a")
    with pytest.raises(InvalidRule, match="in a circle: a -> a"):
        PathModel(items, [("a", "b"), ("a", "c"), ("a", "a")], target="a")
    with pytest.raises(InvalidRule, match="'x' stands in 'a' and in 'b'"):
        PathModel(items | {"b": ["y", "x"]}, [("a", "b"), ("b", "c")], target="a")
    with pytest.raises(InvalidRule, match="'x' stands twice in 'a'"):
        PathModel(items | {"a": ["x", "x"]}, [("a", "b"), ("b", "c")], target="a")
    with pytest.raises(InvalidRule, match="no path begins or ends at 'c'"):
        PathModel(items, [("a", "b")], target="a")
    with pytest.raises(InvalidRule, match="a -> b is given twice"):
        PathModel(items, [("a", "b"), ("b", "c"), ("a", "b", "+")], target="a")
    with pytest.raises(InvalidRule, match="two constructs are called 'a'"):
        PathModel([Construct("a", "x"), Construct("a", "y")], [("a", "a")], target="a")
    with pytest.raises(UnknownCode, match=r"'d' is no construct of the model"):
        PathModel(items, [("a", "b"), ("b", "d")], target="a")
    with pytest.raises(
        UnknownCode, match="'satisfaction' is no construct of the model, which target= must name"
    ):
        PathModel(items, [("a", "b"), ("b", "c")])
    with pytest.raises(UnknownCode, match=r"'a -> c' is no path.*; the choices are 'a -> b'"):
        PathModel(items, [("a", "b"), ("b", "c")], target="a").sign("a", "c")
    with pytest.raises(InvalidRule, match="'a' has no items"):
        Construct("a", [])
    with pytest.raises(UnknownCode, match="'C' is no mode"):
        Construct("a", ["x"], "C")
    with pytest.raises(InvalidRule, match="lowest and highest answer"):
        Construct("a", ["x"], scale=(10, 1))
    with pytest.raises(UnknownCode, match="'0' is no sign"):
        StructuralPath("a", "b", "0")
    with pytest.raises(UnknownCode, match="'qualty' is no construct"):
        ACSI.with_items({"qualty": ["x"]})


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"scheme": "pca"}, UnknownCode, "'pca' is no scheme"),
        ({"missing": "drop"}, UnknownCode, "'drop' is no treatment of missing answers"),
        ({"tolerance": 0}, InvalidRule, "tolerance is greater than 0"),
        ({"max_iterations": 0}, InvalidRule, "max_iterations is 1 or more"),
    ],
)
def test_methods_that_cannot_be(options, error, words):
    with pytest.raises(error, match=words):
        PlsMethod(**options)


def test_answers_that_cannot_be_used():
    model, data = survey(29, constructs=3, respondents=40)
    item = model.items[0]
    scaled = attrs.evolve(
        model, constructs=[attrs.evolve(c, scale=(-20, 30)) for c in model.constructs]
    )
    wrong = data.assign(**{item: [31.0, -21.0, np.inf, *data[item][3:]]})
    with pytest.raises(InvalidData, match=r"off the scale of -20 to 30 in 3 answers:") as caught:
        pls(wrong, model=scaled)
    assert caught.value.problems[0].rows[0] == f"row 0: {item}=31"
    collected = pls(wrong, model=scaled, errors="collect")
    assert [p.code for p in collected.problems] == ["off_scale", "missing_answer"]
    with pytest.raises(InvalidData, match=f"column '{item}': every answer is 4"):
        pls(data.assign(**{item: 4}), model=model)
    with pytest.raises(InvalidData, match=f"column '{item}': there is no answer"):
        pls(data.assign(**{item: np.nan}), model=model)
    with pytest.raises(InvalidData, match=r"there are 3 respondents for \d+ items"):
        pls(data.head(3), model=model)
    with pytest.raises(InvalidData, match="there is 1 respondent for"):
        pls(data.head(1), model=model)
    with pytest.raises(InvalidData, match="there is no respondent"):
        pls(data.head(0), model=model)
    with pytest.raises(ColumnNotFound, match=r"model.with_items"):
        pls(data.drop(columns=item), model=model)
    with pytest.raises(InvalidData, match="expected numbers"):
        pls(data.assign(**{item: "seven"}), model=model)
    with pytest.raises(InvalidData, match=r"infinite or negative weight in 1 respondent"):
        pls(data.assign(w=[-1.0] + [1.0] * 39), model=model, weight="w")
    with pytest.raises(UnknownCode, match="'ignore' is no treatment of errors"):
        pls(data, model=model, errors="ignore")


def test_an_estimate_that_does_not_come_to_rest():
    model, data = survey(31)
    with pytest.raises(FitError, match="within 1 steps"):
        pls(data, model=model, method=PlsMethod(max_iterations=1))
    twins = PathModel({"a": ["x"], "b": ["y"], "c": ["z"]}, [("a", "c"), ("b", "c")], target="c")
    same = pd.DataFrame({"x": [1.0, 2, 3, 5], "y": [1.0, 2, 3, 5], "z": [1.0, 3, 2, 5]})
    with pytest.raises(FitError, match="say exactly the same"):
        pls(same, model=twins)


def test_definitions_stand_in_the_result():
    """What programs define in several ways is said beside the figure."""
    model, data = survey(2)
    fit = pls(data, model=model)
    assert "scores held fixed" in fit.definitions["f2"]
    for name in ("alpha", "f2", "goodness_of_fit", "htmt", "index", "q2", "srmr"):
        assert fit.definitions[name]
    first = repr(fit).splitlines()[0]
    assert fit._repr_html_().startswith(f"<p>{first}</p><table>")
    assert fit._repr_html_().count("<table>") == 2
    assert "PLS, path scheme, standardized items, missing answers by mean" in first


def test_rules_are_values():
    for rule in (ACSI, ACSI.constructs[0], ACSI.paths[0], PlsMethod(scheme="centroid")):
        assert cr.from_data(rule.to_data()) == rule
        assert hash(rule) == hash(cr.from_data(rule.to_data()))


def test_scores_of_others():
    model, data = survey(37, constructs=3)
    fit = pls(data.head(100), model=model)
    scored = fit.scores(data.tail(5))
    np.testing.assert_array_equal(scored[model.items[0]], data.tail(5)[model.items[0]])
    weight = fit.frame[fit.frame["construct"] == "c0"]
    z = (data.tail(5)[list(weight["item"])] - list(weight["mean"])) / list(weight["sd"])
    np.testing.assert_allclose(scored["c0"], z.to_numpy() @ weight["weight"].to_numpy())
    on_scale = fit.scores(data.tail(5), unit="items")
    share = (weight["weight"] / weight["sd"]).to_numpy()
    mean = data.tail(5)[list(weight["item"])].to_numpy() @ (share / share.sum())
    np.testing.assert_allclose(on_scale["c0"], mean)
    with pytest.raises(UnknownCode, match="'raw' is no unit of scores"):
        fit.scores(data, unit="raw")
    gap = data.tail(5).assign(**{model.items[0]: np.nan})
    assert not fit.scores(gap)["c0"].isna().any()
    strict = pls(data, model=model, method=PlsMethod(missing="casewise"))
    assert strict.scores(gap)["c0"].isna().all()
    with pytest.raises(InvalidData, match="already has a column 'c0'"):
        fit.scores(data.assign(c0=1))
