"""The same figures, whatever kind of frame holds the answers; and the same kind comes back."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from segmentation.engines import ENGINES, alike, kind_of, read_by

from custrel.errors import InvalidData
from custrel.satisfaction import (
    CesScale,
    IndexRule,
    KanoCleaning,
    NpsScale,
    PathModel,
    ServqualForm,
    compare_groups,
    csat,
    index_benchmark,
    index_trend,
    ipa,
    ipa_survey,
    ipa_trend,
    kano,
    nps,
    satisfaction_index,
    score_groups,
    score_trend,
    servqual,
    servqual_trend,
)

pytestmark = pytest.mark.engines
engines = pytest.mark.parametrize("kind", ENGINES)

WORDS = ["like", "must be", "无所谓", "live with", "dislike"]
FEATURES = {"fast": ("f1", "d1"), "cheap": ("f2", "d2")}


@pytest.fixture(scope="module")
def long():
    rng = np.random.default_rng(11)
    n = 240
    return {
        "respondent": [i // 4 for i in range(n)],
        "feature": [f"feature {i % 4}" for i in range(n)],
        "functional": [WORDS[i] for i in rng.integers(0, 5, n)],
        "dysfunctional": rng.choice([1, 3, 4, 5, 5], n).tolist(),
        "importance": rng.integers(1, 10, n).tolist(),
        "weight": rng.gamma(3, 1, n // 4).round(3).repeat(4).tolist(),
        "city": ["北京" if i // 4 % 3 else "上海" for i in range(n)],
    }


@pytest.fixture(scope="module")
def wide():
    rng = np.random.default_rng(12)
    columns = {name: rng.integers(1, 6, 60).tolist() for name in ("f1", "d1", "f2", "d2", "q")}
    return columns | {"respondent": list(range(60)), "wave": [i % 3 for i in range(60)]}


@engines
def test_kano(kind, long):
    options = {"importance": "importance", "weight": "weight", "by": "city"}
    data = ENGINES[kind](long)
    expected, got = kano(pd.DataFrame(long), **options), kano(data, **options)
    pairs = [(expected.frame, got.frame)]
    for method, given in [
        ("continuous", {}), ("two_factor", {}), ("compare", {"seed": 3}),
        ("intervals", {"seed": 3, "resamples": 50}), ("curves", {"points": 3}),
        ("priorities", {"cost": {"feature 0": 1.0}, "group": "北京"}),
    ]:  # fmt: skip
        pairs.append((getattr(expected, method)(**given), getattr(got, method)(**given)))
    for one, other in pairs:
        by = [name for name in ("city", "feature", "fulfilment") if name in read_by(one)[0]]
        assert alike(read_by(one, *by), read_by(other, *by))
        assert kind_of(other) == kind_of(data)
    assert repr(got) == repr(expected)


@engines
def test_kano_wide_and_cleaned(kind, wide):
    options = {"features": FEATURES, "cleaning": KanoCleaning(questionable=0.0)}
    expected = kano(pd.DataFrame(wide), **options)
    got = kano(ENGINES[kind](wide), **options)
    assert 0 < len(expected.left_out) < 60
    assert got.left_out == expected.left_out
    assert [str(p) for p in got.problems] == [str(p) for p in expected.problems]
    assert alike(read_by(expected.frame, "feature"), read_by(got.frame, "feature"))


@engines
def test_bad_answers_are_found(kind, long):
    spoilt = long | {
        "functional": ["lke", None, *long["functional"][2:]],
        "dysfunctional": [*long["dysfunctional"][:-1], 7],
    }
    problems = kano(ENGINES[kind](spoilt), errors="collect").problems
    assert [(p.column, p.code, p.count) for p in problems] == [
        ("functional", "missing_answer", 1),
        ("functional", "unknown_answer", 1),
        ("dysfunctional", "off_scale", 1),
    ]
    assert "'lke' (did you mean 'like'" in str(problems[1])
    twice = long | {"feature": ["feature 1", *long["feature"][1:]]}
    (problem,) = kano(ENGINES[kind](twice), errors="collect").problems
    assert (problem.code, problem.count) == ("answered_twice", 1)


@pytest.mark.parametrize("column", ["feature", "functional", "city"])
def test_a_missing_code_is_no_other_code(column, long):
    """Of codes that are stored beside the rows, PyArrow's arrays make the last of a missing one."""
    gaps = long | {column: [None, *long[column][1:-1], None]}
    coded = pa.table(gaps)
    place = coded.column_names.index(column)
    coded = coded.set_column(place, column, coded[column].dictionary_encode())
    options = {"by": "city", "respondent": None, "errors": "collect"}
    expected, got = kano(pd.DataFrame(gaps), **options), kano(coded, **options)
    assert [problem.count for problem in got.problems] == [2]
    assert [str(problem.code) for problem in got.problems] == [expected.problems[0].code]
    assert alike(read_by(expected.frame, "city", "feature"), read_by(got.frame, "city", "feature"))


@engines
def test_scores(kind, wide):
    data, pandas = ENGINES[kind](wide), pd.DataFrame(wide)
    assert csat(data, answer="q") == csat(wide["q"])
    scale = CesScale(highest=5)
    assert score_trend(data, scale=scale, wave="wave", answer="q") == score_trend(
        pandas, scale=scale, wave="wave", answer="q"
    )
    one, other = (
        score_groups(frame, scale=NpsScale(), by="wave", answer="q").frame
        for frame in (pandas, data)
    )
    assert alike(read_by(one, "wave"), read_by(other, "wave"))
    assert kind_of(other) == kind_of(data)
    weighted = nps(data, answer="q", weight="f1")
    assert weighted == nps(wide["q"], weight=wide["f1"])


@engines
def test_servqual_and_ipa(kind, wide):
    form = ServqualForm(dimensions=("a", "b"), items=(1, 1))
    options = {"perceptions": ["f1", "f2"], "expectations": ["d1", "d2"], "form": form}
    one, other = (
        servqual(frame, by="wave", **options).frame
        for frame in (pd.DataFrame(wide), ENGINES[kind](wide))
    )
    assert alike(read_by(one, "wave", "dimension"), read_by(other, "wave", "dimension"))
    attributes = {"importance": [4, 2, 5], "performance": [1.5, 3.0, 4.0]}
    one, other = (ipa(frame) for frame in (pd.DataFrame(attributes), ENGINES[kind](attributes)))
    assert alike(read_by(one, "performance"), read_by(other, "performance"))


@engines
def test_what_respondents_answered_over_waves(kind, wide):
    data, pandas = ENGINES[kind](wide), pd.DataFrame(wide)
    form = ServqualForm(dimensions=("a", "b"), items=(1, 1))
    asked = {"a": ("f1", "d1"), "b": ("f2", "d2")}
    for analyse in (
        lambda answers: servqual_trend(answers, wave="wave", perceptions=["f1", "f2"], form=form),
        lambda answers: ipa_trend(answers, wave="wave", attributes=asked),
        lambda answers: ipa_survey(answers, by="wave", weight="d1", attributes=asked),
    ):
        one, other = analyse(pandas).frame, analyse(data).frame
        keys = [name for name in ("wave", "dimension", "attribute", "measure") if name in one]
        assert alike(read_by(one, *keys), read_by(other, *keys))
        assert kind_of(other) == kind_of(data)


@engines
def test_satisfaction_index(kind):
    rng = np.random.default_rng(13)
    happy = rng.normal(size=90)
    columns = {
        name: np.clip(np.rint(6 + 2 * (happy + rng.normal(size=90))), 1, 10).tolist()
        for name in ("q1", "q2", "s1", "s2", "l1")
    }
    columns |= {"w": rng.gamma(3, 1, 90).round(3).tolist(), "wave": [i % 2 for i in range(90)]}
    model = PathModel(
        {"quality": ["q1", "q2"], "satisfaction": ["s1", "s2"], "loyalty": ["l1"]},
        [("quality", "satisfaction"), ("satisfaction", "loyalty")],
    ).with_items({}, scale=(1, 10))
    data, pandas = ENGINES[kind](columns), pd.DataFrame(columns)
    expected, got = (
        satisfaction_index(frame, model=model, weight="w", seed=1, resamples=20)
        for frame in (pandas, data)
    )
    assert repr(got) == repr(expected)
    pairs = [(expected.fit.frame, got.fit.frame, "item")]
    pairs += [(expected.drivers(), got.drivers(), "construct")]
    pairs += [(expected.fit.paths(), got.fit.paths(), "source")]
    pairs += [(expected.resampled.intervals(), got.resampled.intervals(), "source")]
    pairs += [(expected.fit.scores(pandas), got.fit.scores(data), "quality")]
    pairs += [(expected.rule.score(pandas), got.rule.score(data), "w")]
    options = {"model": model, "by": "wave"}
    pairs += [
        (
            *(
                getattr(compare_groups(f, **options, seed=1, permutations=19), name)
                for f in (pandas, data)
            ),
            key,
        )
        for name, key in (("paths", "source"), ("invariance", "construct"))
    ]
    rule = IndexRule(items=["s1", "s2"], weights=[1, 1], lowest=1, highest=10)
    assert rule.measure(data, weight="w") == rule.measure(pandas, weight="w")
    pairs += [(*(index_trend(f, model=model, wave="wave").frame for f in (pandas, data)), "wave")]
    pairs += [
        (*(index_benchmark(f, **options, own=1, rule=rule).frame for f in (pandas, data)), "wave")
    ]
    for one, other, by in pairs:
        assert alike(read_by(one, by), read_by(other, by))
        assert kind_of(other) == kind_of(data)


@engines
def test_a_respondent_of_no_group_is_named(kind):
    rng = np.random.default_rng(14)
    columns = {name: rng.integers(1, 11, 30).tolist() for name in ("q1", "s1", "s2")}
    columns |= {"shop": [None, *["a", "b"] * 14, None]}
    model = PathModel(
        {"quality": ["q1"], "satisfaction": ["s1", "s2"]}, [("quality", "satisfaction")]
    ).with_items({}, scale=(1, 10))
    data = ENGINES[kind](columns)
    with pytest.raises(InvalidData, match="column 'shop': missing group in 2 respondents"):
        index_trend(data, wave="shop", model=model)
    (problem,) = index_trend(data, wave="shop", model=model, errors="collect").problems
    assert (problem.code, problem.count) == ("missing_key", 2)
