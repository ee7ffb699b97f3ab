"""The index with its interval, waves, competitors, and what raises it."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

import custrel as cr
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.satisfaction import (
    ACSI,
    Improvement,
    IndexRule,
    PlsMethod,
    index_benchmark,
    index_trend,
    pls,
    satisfaction_index,
    score_difference,
)

ITEMS = [item for construct in ACSI.constructs for item in construct.items]


def whole(values, low=1, high=10):
    return np.clip(np.rint(values), low, high)


def customers(seed, respondents=300, level=0.0):
    """Draw answers to ACSI's own questions, on 1 to 10; complaints are 0 or 1."""
    rng = np.random.default_rng(seed)
    expectations = rng.normal(size=respondents)
    quality = 0.5 * expectations + rng.normal(size=respondents) * 0.8 + level
    value = 0.6 * quality + rng.normal(size=respondents) * 0.7
    happy = 0.5 * quality + 0.3 * value + 0.1 * expectations + rng.normal(size=respondents) * 0.5
    loyal = 0.7 * happy + rng.normal(size=respondents) * 0.6
    latent = [expectations, quality, value, happy, None, loyal]
    data = {}
    for construct, score in zip(ACSI.constructs, latent, strict=True):
        for i, item in enumerate(construct.items):
            if score is None:
                data[item] = (happy + rng.normal(size=respondents) < -0.8).astype(float)
            else:
                noise = rng.normal(size=respondents) * 0.6
                data[item] = whole(7 - 0.3 * i + 1.6 * (score + noise) * (1 - 0.1 * i))
    return pd.DataFrame(data)


@pytest.fixture(scope="module")
def data():
    return customers(1)


@pytest.fixture(scope="module")
def index(data):
    return satisfaction_index(data)


def test_the_index_by_hand(data, index):
    rows = index.fit.frame.set_index("construct").loc[["satisfaction"]]
    w = (rows["weight"] / rows["sd"]).to_numpy()
    w = w / w.sum()
    x = data[list(rows["item"])].to_numpy()
    each = 100 * (x - 1) @ w / 9
    assert index.value == pytest.approx(each.mean(), rel=1e-12)
    reach = student.ppf(0.975, 299) * each.std(ddof=1) / np.sqrt(300)
    assert (index.low, index.high) == pytest.approx((each.mean() - reach, each.mean() + reach))
    assert index.interval == "given_weights"
    scored = index.rule.score(data)["satisfaction_index"]
    np.testing.assert_allclose(scored, each)
    assert index.rule.measure(data) == index.score
    levels = index.fit.index_levels()
    assert levels["satisfaction"] == pytest.approx(index.value, rel=1e-12)
    assert levels["complaints"] == pytest.approx(100 * data["complained"].mean())


@pytest.mark.parametrize("weighting", ["unstandardized", "standardized", "equal"])
def test_the_weighting_is_named(data, weighting):
    found = satisfaction_index(data, weighting=weighting)
    assert found.rule.weighting == weighting
    rows = found.fit.frame.set_index("construct").loc[["satisfaction"]]
    w = {
        "unstandardized": rows["weight"] / rows["sd"],
        "standardized": rows["weight"],
        "equal": rows["weight"] * 0 + 1,
    }[weighting]
    np.testing.assert_allclose(found.rule.weights, w / w.sum())


def test_the_interval_by_resampling(data, index):
    drawn = satisfaction_index(data, seed=4, resamples=600)
    assert drawn.value == index.value
    assert drawn.interval == "bootstrap"
    assert drawn.low == pytest.approx(index.low, abs=0.4)
    assert drawn.high == pytest.approx(index.high, abs=0.4)
    table = drawn.resampled.intervals("index").set_index("construct")
    assert drawn.low == table.loc["satisfaction", "low"]
    other = satisfaction_index(data, seed=4, resamples=50, weighting="standardized")
    own = other.resampled.intervals("standardized_index").set_index("construct")
    assert own.loc["satisfaction", "estimate"] == pytest.approx(other.value, rel=1e-12)
    equal = satisfaction_index(data, seed=4, weighting="equal")
    assert equal.interval == "given_weights"  # nothing was estimated


def test_survey_weights(data):
    weight = np.random.default_rng(0).integers(0, 3, len(data))
    twice = data.loc[np.repeat(data.index, weight)]
    one = satisfaction_index(data.assign(w=weight), weight="w")
    assert one.value == pytest.approx(satisfaction_index(twice).value, rel=1e-12)
    assert one.score.answers == (weight > 0).sum()
    assert one.score.effective_answers < one.score.answers


def test_what_drives_and_what_follows(data, index):
    """S-162: which factors move the index, and how far; what follows from it."""
    drivers = index.drivers().set_index("construct")
    assert set(drivers.index) == {"expectations", "perceived_quality", "perceived_value"}
    fit = index.fit
    rows = fit.frame.assign(part=fit.frame["weight"] / fit.frame["sd"])
    sums = rows.groupby("construct", sort=False)["part"].sum()
    for name in drivers.index:
        points = sums[name] / sums["satisfaction"] * fit.total_effect(name, "satisfaction")
        assert drivers.loc[name, "importance"] == pytest.approx(points)
        assert drivers.loc[name, "performance"] == pytest.approx(fit.index_levels()[name])
    by_item = index.drivers(level="item")
    sums_of_items = by_item.groupby("construct")["importance"].sum()
    np.testing.assert_allclose(sums_of_items[drivers.index], drivers["importance"])
    one = by_item.set_index("item").loc["perceived_overall"]
    assert one["performance"] == pytest.approx(100 * (data["perceived_overall"].mean() - 1) / 9)
    after = index.consequences().set_index("construct")
    assert set(after.index) == {"complaints", "loyalty"}
    assert after.loc["complaints", "points"] < 0 < after.loc["loyalty", "points"]
    assert after.loc["loyalty", "total_effect"] == fit.total_effect("satisfaction", "loyalty")


def test_the_best_improvements(index):
    """S-162: which measures do most with limited means."""
    rng = np.random.default_rng(2)
    names = ["perceived_quality", "perceived_value", *ITEMS[:8]]
    possible = [
        Improvement(f"m{i}", n, rng.uniform(0.1, 1), rng.uniform(1, 9)) for i, n in enumerate(names)
    ]
    table = index.best_improvements(possible, budget=15)
    assert table.loc[table["chosen"], "cost"].sum() <= 15
    gains = dict(zip(table["improvement"], table["gain"], strict=True))
    best = max(
        sum(gains[m.name] for m in chosen)
        for size in range(len(possible) + 1)
        for chosen in itertools.combinations(possible, size)
        if sum(m.cost for m in chosen) <= 15
    )
    assert table.loc[table["chosen"], "gain"].sum() == pytest.approx(best)
    importance = index.drivers().set_index("construct")["importance"]
    raised = table.set_index("raises").loc["perceived_quality"]
    assert raised["gain"] == pytest.approx(importance["perceived_quality"] * raised["by"] / 9 * 100)
    assert index.best_improvements(possible)["chosen"].all()


def test_an_improvement_ends_at_the_top_of_the_scale(data, index):
    table = index.best_improvements([Improvement("all of it", "perceived_overall", 50, 1)])
    assert table["by"][0] == pytest.approx(10 - data["perceived_overall"].mean())
    with pytest.raises(UnknownCode, match="'loyalty' is no driver of the index"):
        index.best_improvements([Improvement("x", "loyalty", 1, 1)])
    with pytest.raises(InvalidRule, match="name one or more"):
        index.best_improvements([])
    with pytest.raises(InvalidRule, match="budget must be 0 or more"):
        index.best_improvements([Improvement("x", "perceived_value", 1, 1)], budget=-1)
    with pytest.raises(InvalidRule, match="cost is more than 0; got 0"):
        Improvement("x", "perceived_value", 1, 0)


def test_what_people_read(index):
    text = repr(index)
    assert text.splitlines()[0] == (
        f"Satisfaction index {index.value:.1f} ({index.low:.1f} to {index.high:.1f}) of 100, "
        "300 respondents."
    )
    assert "Weights over standard deviations; 95% interval, weights taken as known" in text
    html = index._repr_html_()
    assert html.count("<tr>") == 7
    assert str(index.rule) == (
        "satisfaction index 0-100 (3 items, unstandardized weights, 95% Student)"
    )


# ------------------------------------------------------------------------------------------ waves


@pytest.fixture(scope="module")
def waves():
    parts = [customers(10 + i, 200, level=0.4 * i).assign(year=2021 + i) for i in range(3)]
    return pd.concat(parts, ignore_index=True)


def test_level_and_change(waves):
    """S-159: the index is two-dimensional."""
    trend = index_trend(waves, wave="year")
    fit = pls(waves, model=ACSI)
    rule = fit.index_rule()
    levels = [rule.measure(part).value for _, part in waves.groupby("year")]
    np.testing.assert_allclose(trend.frame["level"], levels, rtol=1e-12)
    np.testing.assert_allclose(trend.frame["change"][1:], np.diff(levels))
    assert np.isnan(trend.frame["change"][0])
    expected = score_difference(*(rule.measure(waves[waves["year"] == y]) for y in (2022, 2021)))
    assert trend.frame["p_value"][1] == pytest.approx(expected.p_value)
    assert trend.trend.slope > 0
    assert trend.trend.p_value < 0.001
    assert "learnt from all waves" in repr(trend)
    assert "<table>" in trend._repr_html_()


def test_each_wave_by_its_own_weights_or_by_a_rule_that_was_kept(waves):
    each = index_trend(waves, wave="year", rule="each")
    for level, (_, part) in zip(each.frame["level"], waves.groupby("year"), strict=True):
        assert level == pytest.approx(satisfaction_index(part).value, rel=1e-12)
    kept = cr.from_data(satisfaction_index(waves[waves["year"] == 2021]).rule.to_data())
    given = index_trend(waves[[*kept.items, "year"]], wave="year", rule=kept)
    assert given.frame["level"][0] == pytest.approx(each.frame["level"][0], rel=1e-12)
    assert given.frame["level"][2] == pytest.approx(
        kept.measure(waves[waves["year"] == 2023]).value, rel=1e-12
    )
    assert given.weights == "given"


def test_a_trend_that_cannot_be_told(waves):
    with pytest.raises(InvalidData, match="a trend needs two waves, and there is only 2021"):
        index_trend(waves[waves["year"] == 2021], wave="year")
    alone = pd.concat([waves, waves.head(1).assign(year=2030)])
    with pytest.raises(InvalidData, match=r"a group of one respondent \(2030\) has neither"):
        index_trend(alone, wave="year")
    few = pd.concat([waves, waves.head(5).assign(year=2030)])
    with pytest.raises(InvalidData, match="there are 5 respondents in 2030 for 14 items"):
        index_trend(few, wave="year", rule="each")
    with pytest.raises(UnknownCode, match="'own' is no rule"):
        index_trend(waves, wave="year", rule="own")
    gap = waves.assign(year=waves["year"].where(waves.index > 0))
    with pytest.raises(InvalidData, match="missing group in 1 respondent"):
        index_trend(gap, wave="year")
    assert index_trend(gap, wave="year", errors="collect").problems[0].code == "missing_key"


# ------------------------------------------------------------------------------------ competitors


def test_competitors():
    """S-162: against competitors and industries."""
    brands = {"us": 0.3, "rival": 0.0, "third": 0.9}
    parts = [
        customers(i, 150, level).assign(brand=b) for i, (b, level) in enumerate(brands.items())
    ]
    data = pd.concat(parts, ignore_index=True)
    sizes = {"us": 1, "rival": 2, "third": 1}
    table = index_benchmark(data, by="brand", own="us", sizes=sizes).frame.set_index("brand")
    assert list(table["rank"]) == [1, 2, 3]
    assert table["level"].is_monotonic_decreasing
    assert table["mean"]["us"] == pytest.approx(
        sum(table["level"][b] * n / 4 for b, n in sizes.items())
    )
    assert np.isnan(table["lead"]["us"])
    for brand in ("rival", "third"):
        lead = table["level"]["us"] - table["level"][brand]
        assert table["lead"][brand] == pytest.approx(lead)
        assert table["lead_low"][brand] < lead < table["lead_high"][brand]
    smaller, larger = sorted(table["p_value"].drop("us"))
    assert min(table["p_adjusted"].drop("us")) == pytest.approx(min(1, 2 * smaller))
    assert max(table["p_adjusted"].drop("us")) == pytest.approx(max(larger, min(1, 2 * smaller)))
    each = index_benchmark(data, by="brand", own="us", rule="each").frame.set_index("brand")
    own = satisfaction_index(data[data["brand"] == "third"])
    assert each["level"]["third"] == pytest.approx(own.value, rel=1e-12)
    with pytest.raises(UnknownCode, match="'me' is no value of 'brand'"):
        index_benchmark(data, by="brand", own="me")
    with pytest.raises(UnknownCode, match="'fourth' is no value of 'brand'"):
        index_benchmark(data, by="brand", own="us", sizes={"fourth": 1})
    with pytest.raises(InvalidRule, match="say of each of 'rival', 'third', 'us'"):
        index_benchmark(data, by="brand", own="us", sizes={"us": 1})


# ------------------------------------------------------------------------------------- index rules


def test_a_rule_made_by_hand():
    """S-161: (sum w x - sum w) / (9 sum w) * 100 on three ten-point items."""
    w, x = np.array([0.5, 0.3, 0.4]), np.array([8.0, 7.0, 6.5])
    rule = IndexRule(items="abc", weights=w, lowest=1, highest=10)
    assert rule.index(x) == pytest.approx((w @ x - w.sum()) / (9 * w.sum()) * 100)
    assert rule.index([1, 1, 1]) == pytest.approx(0, abs=1e-12)
    assert rule.index([10, 10, 10]) == pytest.approx(100)
    assert cr.from_data(rule.to_data()) == rule


def test_rules_and_frames_that_cannot_be():
    good = {"items": "ab", "weights": [1, 1], "lowest": 1, "highest": 10}
    for change, words in [
        ({"weights": [1]}, "2 items and 1 weights"),
        ({"weights": [1, -1]}, "add up to more than 0"),
        ({"highest": 1}, "the scale must ascend"),
        ({"confidence": 95}, "0.95, not 95"),
    ]:
        with pytest.raises(InvalidRule, match=words):
            IndexRule(**(good | change))
    with pytest.raises(UnknownCode, match="'raw' is no weighting"):
        IndexRule(**good, weighting="raw")
    rule = IndexRule(**good)
    with pytest.raises(InvalidRule, match="expected 2 answers, got 3"):
        rule.index([1, 2, 3])
    frame = pd.DataFrame({"a": [1.0, 11.0, np.nan], "b": [2.0, 2.0, 4.0]})
    with pytest.raises(InvalidData, match=r"'a': answer off the scale of 1 to 10 in 1 answer"):
        rule.measure(frame)
    with pytest.raises(ColumnNotFound, match="no column 'b'"):
        rule.measure(frame[["a"]])
    with pytest.raises(InvalidData, match="'a': there is no answer"):
        rule.measure(frame.assign(a=np.nan))
    with pytest.raises(InvalidData, match="infinite or negative weight in 1 row"):
        rule.measure(frame.assign(a=2, w=[1, 1, -1]), weight="w")
    kept = rule.measure(frame.drop(index=1))
    assert kept.value == pytest.approx(rule.index([1, 3]))  # a gap counts as the item's mean


def test_models_without_a_scale(data):
    bare = {c.name: c.items for c in ACSI.constructs}
    model = cr.satisfaction.PathModel(bare, ACSI.paths)
    with pytest.raises(InvalidRule, match="'satisfaction' has no scale, which its index needs"):
        satisfaction_index(data, model=model)
    scaled = satisfaction_index(data, model=model, scale={"satisfaction": (1, 10)})
    assert scaled.value == pytest.approx(satisfaction_index(data).value, rel=1e-12)
    renamed = data.rename(columns={"complained": "beef"})
    assert satisfaction_index(renamed, items={"complaints": "beef"}).value == pytest.approx(
        scaled.value, rel=1e-12
    )
    with pytest.raises(InvalidData, match="'complained': answer off the scale of 0 to 1"):
        satisfaction_index(data.assign(complained=data["complained"] + 1))


def test_methods_go_through(data):
    found = satisfaction_index(data, method=PlsMethod(scheme="centroid", consistent=True))
    assert found.fit.method.scheme == "centroid"
    assert "PLSc, centroid scheme" in repr(found)
