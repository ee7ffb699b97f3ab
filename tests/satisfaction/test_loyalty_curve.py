"""The curve of loyalty over satisfaction, its zones, and the trap: S-171 to S-173, V-09, V-39."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from custrel import from_data
from custrel.errors import FitError, InvalidData, InvalidRule, UnknownCode
from custrel.labels import label
from custrel.satisfaction import (
    STANDARD_INVESTMENT,
    Competition,
    PiecewiseCurve,
    PowerCurve,
    SatisfactionInvestment,
    SatisfactionTrap,
    SatisfactionZone,
    SatisfactionZones,
    arc_elasticity,
    compare_convexity,
    fit_loyalty_curve,
    trap_index,
)
from custrel.satisfaction._curve_kernels import (
    EXPONENTS,
    best_of,
    fit,
    merge,
    power_design,
    power_line,
    resample,
    sharpen,
)

THREE_ZONES = PiecewiseCurve(satisfaction=(1, 4, 7, 10), loyalty=(0.0, 0.5, 0.5, 1.0))
CONVEX = PowerCurve(satisfaction=(1, 10), loyalty=(0.1, 0.9), exponent=3)
LINE = PiecewiseCurve(satisfaction=(1, 10), loyalty=(0.1, 0.9))


def survey(curve, n=600, sd=0.15, seed=1, satisfaction=None):
    rng = np.random.default_rng(seed)
    s = rng.integers(1, 11, n) if satisfaction is None else satisfaction
    return pd.DataFrame({"satisfaction": s, "loyalty": curve.loyal(s) + rng.normal(0, sd, n)})


# --------------------------------------------------------------------------- V-09: curves as values


def test_pieces():
    assert THREE_ZONES.loyal([1, 2.5, 4, 5.5, 7, 8.5, 10]) == pytest.approx(
        [0, 0.25, 0.5, 0.5, 0.5, 0.75, 1]
    )
    assert THREE_ZONES.slope([2, 4, 5, 7, 9]) == pytest.approx([1 / 6, 0, 0, 1 / 6, 1 / 6])
    assert THREE_ZONES.loyal([0, 11]) == pytest.approx([-1 / 6, 1 + 1 / 6])
    assert THREE_ZONES.thresholds == (4, 7)
    assert from_data(THREE_ZONES.to_data()) == THREE_ZONES


def test_powers():
    """V-09: straight under monopoly, convex under competition."""
    options = {"satisfaction": (1, 5), "loyalty": (0, 1)}
    alone, rivals = (PowerCurve.for_competition(c, **options) for c in (0, 1))
    middle = np.linspace(1, 5, 9)
    assert alone.loyal(middle) == pytest.approx((middle - 1) / 4)
    assert rivals.loyal(middle) == pytest.approx(((middle - 1) / 4) ** 4)
    assert (rivals.loyal(middle[1:-1]) < alone.loyal(middle[1:-1])).all()
    assert rivals.loyal([0, 6]).tolist() == [0, 1]  # beyond its ends it is flat
    assert from_data(rivals.to_data()) == rivals


@given(st.floats(1.01, 9.99), st.sampled_from([THREE_ZONES, CONVEX, LINE]))
def test_slope_and_elasticity_are_those_of_the_curve(s, curve):
    if min(abs(s - t) for t in (4, 7)) < 1e-3:
        return
    h = 1e-6
    low, high = curve.loyal([s - h, s + h])
    assert curve.slope(s) == pytest.approx((high - low) / (2 * h), rel=1e-5, abs=1e-8)
    arc = arc_elasticity((s - h, low), (s + h, high)) if low > 0 else None
    if arc is not None:
        assert curve.elasticity(s) == pytest.approx(arc, rel=1e-4, abs=1e-6)


def test_the_elasticity_of_a_power_is_its_exponent():
    """S-172: (dL/dS)(S/L) of L = S^3 is 3, wherever it is measured."""
    curve = PowerCurve(satisfaction=(0, 10), loyalty=(0, 1000), exponent=3)
    assert curve.elasticity([1, 5, 10]) == pytest.approx([3, 3, 3])
    assert np.isnan(curve.elasticity(0))
    assert arc_elasticity((4, 40), (6, 60)) == pytest.approx(1)
    assert arc_elasticity((4, 50), (6, 50)) == 0


def test_a_curve_predicts():
    customers = pd.DataFrame({"satisfaction": [4, 10]})
    assert THREE_ZONES.predict(customers)["expected_loyalty"].tolist() == [0.5, 1.0]


def test_mistakes_of_curves():
    with pytest.raises(InvalidRule, match="points must ascend"):
        PiecewiseCurve(satisfaction=(1, 1), loyalty=(0, 1))
    with pytest.raises(InvalidRule, match="two points or more"):
        PiecewiseCurve(satisfaction=(1, 2), loyalty=(0, 1, 2))
    with pytest.raises(InvalidRule, match="finite numbers"):
        PiecewiseCurve(satisfaction=(1, 2), loyalty=(0, np.nan))
    with pytest.raises(InvalidRule, match="two ends of satisfaction"):
        PowerCurve(satisfaction=(1,), loyalty=(0, 1))
    with pytest.raises(InvalidRule, match="ends must ascend"):
        PowerCurve(satisfaction=(5, 1), loyalty=(0, 1))
    with pytest.raises(InvalidRule, match="exponent is above 0"):
        PowerCurve(satisfaction=(1, 5), loyalty=(0, 1), exponent=0)
    with pytest.raises(InvalidRule, match="between 0 and 1"):
        PowerCurve.for_competition(2, satisfaction=(1, 5), loyalty=(0, 1))
    with pytest.raises(InvalidRule, match="numbers above 0"):
        arc_elasticity((0, 1), (1, 1))


# ------------------------------------------------------------------------------ which curve it is


@pytest.mark.parametrize(
    ("curve", "shape"), [(LINE, "linear"), (THREE_ZONES, "thresholds"), (CONVEX, "power")]
)
def test_the_true_shape_is_found(curve, shape):
    found = fit_loyalty_curve(survey(curve), seed=1, resamples=199)
    assert found.shape == shape
    s = np.arange(1, 11)
    assert found.curve.loyal(s) == pytest.approx(curve.loyal(s), abs=0.05)
    for figure in found.figures(seed=2, resamples=199):
        assert figure.low <= figure.value <= figure.high
    truth = {"thresholds": ("slope_2", 0.0), "power": ("exponent", 3.0)}.get(shape)
    if truth:
        figure = next(f for f in found.figures(seed=3, resamples=199) if f.name == truth[0])
        assert figure.low <= truth[1] <= figure.high
    text = repr(found)
    assert "600 respondents; tested at 0.05 with 199 draws" in text
    assert text.count("yes") == 1


def test_the_fits_are_least_squares():
    """Against every pair of thresholds by hand, and against a fine grid of exponents."""
    answers = survey(THREE_ZONES, n=200, sd=0.3, seed=4)
    s, l = answers[["satisfaction", "loyalty"]].to_numpy(float).T  # noqa: E741
    best = np.inf
    for low, high in itertools.combinations(range(2, 10), 2):
        if min((s < low).mean(), (s > high).mean(), ((s >= low) & (s <= high)).mean()) < 0.05:
            continue
        x = np.column_stack(
            [np.ones_like(s), s, np.clip(s - low, 0, None), np.clip(s - high, 0, None)]
        )
        best = min(best, ((l - x @ np.linalg.lstsq(x, l, rcond=None)[0]) ** 2).sum())
    found = fit_loyalty_curve(answers, seed=0, resamples=19)
    assert found.candidate("thresholds").rss == pytest.approx(best)
    line = np.polyfit(s, l, 1)
    assert found.candidate("linear").rss == pytest.approx(((l - np.polyval(line, s)) ** 2).sum())
    power = found.candidate("power")
    for exponent in np.linspace(0.13, 8, 400):
        x = np.column_stack([np.ones_like(s), ((s - 1) / 9) ** exponent])
        rss = ((l - x @ np.linalg.lstsq(x, l, rcond=None)[0]) ** 2).sum()
        assert power.rss <= rss + 1e-9


def test_the_exponents_of_draws_are_as_fine_as_that_of_the_data():
    """Against 20,001 exponents around the best of the grid, for resamples of weighted answers."""
    answers = survey(CONVEX, n=150, sd=0.2, seed=6)
    weights = np.random.default_rng(7).gamma(2, size=150)
    s, l = answers[["satisfaction", "loyalty"]].to_numpy(float).T  # noqa: E741
    cells, ends = merge(s, l, np.ones(150), weights), (1.0, 10.0)
    (masses,) = resample(cells, 12, np.random.default_rng(8))
    which, _ = best_of(power_design(cells, ends, EXPONENTS), cells.l, masses)
    exponents = sharpen(cells, ends, masses, which)
    lows, rises = power_line(cells, ends, masses, exponents)
    assert np.ptp(exponents / EXPONENTS[which]) > 1e-3  # off the grid
    for mass, place, exponent, low, rise in zip(masses, which, exponents, lows, rises, strict=True):
        fine = np.exp(
            np.linspace(np.log(EXPONENTS[place - 1]), np.log(EXPONENTS[place + 1]), 20_001)
        )
        _, rss = fit(power_design(cells, ends, fine), cells.l, mass)
        assert exponent == pytest.approx(fine[rss.argmin()], rel=1e-5)
        line = np.polyfit(((cells.s - 1) / 9) ** exponent, cells.l, 1, w=np.sqrt(mass))
        assert (rise, low) == pytest.approx(tuple(line))


def test_an_exponent_at_the_end_of_the_grid_stays():
    s = np.arange(1.0, 11.0)
    cells = merge(s, (s == 10).astype(float), np.ones(10), np.ones(10))
    last = np.array([EXPONENTS.size - 1])
    assert sharpen(cells, (1, 10), cells.mass[None, :], last) == pytest.approx([16])


def test_a_respondent_of_weight_two_is_two_respondents():
    answers = survey(CONVEX, n=80).round({"loyalty": 1}).assign(w=[0, 2, 2, 4] * 20)
    repeated = answers.loc[answers.index.repeat(answers["w"] // 2)]
    one = fit_loyalty_curve(answers, weight="w", seed=0, resamples=19)
    two = fit_loyalty_curve(repeated, seed=0, resamples=19)
    assert one.respondents == 60
    for shape in ("linear", "power", "thresholds"):
        mine, other = (found.candidate(shape) for found in (one, two))
        assert mine.rss / 60 == pytest.approx(other.rss / 80)
        assert mine.r_squared == pytest.approx(other.r_squared)
        assert mine.curve.loyal([2, 5, 9]) == pytest.approx(other.curve.loyal([2, 5, 9]))
    equal = fit_loyalty_curve(answers.assign(w=7), weight="w", seed=0, resamples=19)
    plain = fit_loyalty_curve(answers, seed=0, resamples=19)
    assert repr(equal) == repr(plain)
    assert equal.figures(seed=1, resamples=19) == plain.figures(seed=1, resamples=19)
    zones = SatisfactionZones(low=4, high=7)
    mine, other = (
        zones.elasticity(a, weight=w, seed=0, resamples=19)
        for a, w in ((answers, "w"), (repeated, None))
    )
    for name in ("satisfaction", "loyalty", "slope", "elasticity"):
        assert mine[name].tolist() == pytest.approx(other[name].tolist())
    industries = answers.assign(industry=["a", "b"] * 40)
    mine = compare_convexity(industries, by="industry", weight="w", seed=0, resamples=19)
    doubled = industries.loc[answers.index.repeat(answers["w"] // 2)]
    other = compare_convexity(doubled, by="industry", seed=0, resamples=19)
    assert [c.exponent for c in mine.curves] == pytest.approx([c.exponent for c in other.curves])
    with pytest.raises(InvalidData, match="column 'w': missing, infinite or negative weight in 80"):
        fit_loyalty_curve(answers.assign(w=-1), weight="w", seed=0)
    with pytest.raises(InvalidData, match="there is no answer to evaluate"):
        fit_loyalty_curve(answers.assign(w=0), weight="w", seed=0)


def test_the_common_exponent_is_found_between_the_points_of_the_grid():
    parts = [
        survey(PowerCurve(satisfaction=(1, 10), loyalty=ends, exponent=2.5), n=100, sd=0.05, seed=i)
        for i, ends in enumerate([(0, 1), (3, 8)])
    ]
    answers = pd.concat([part.assign(shop=i) for i, part in enumerate(parts)])
    found = compare_convexity(answers, by="shop", seed=0, resamples=19)
    u = [((part["satisfaction"] - 1) / 9).to_numpy() for part in parts]

    def rss(exponent):
        fits = (
            np.polyfit(x**exponent, p["loyalty"], 1, full=True)[1]
            for x, p in zip(u, parts, strict=True)
        )
        return sum(float(left[0]) for left in fits)

    fine = np.linspace(0.99, 1.01, 2001) * found.common_exponent
    assert fine[np.argmin([rss(e) for e in fine])] == pytest.approx(found.common_exponent, rel=2e-5)


def test_a_straight_line_is_rejected_no_more_often_than_stated():
    """Also where the spread grows along the line, which an F distribution would not bear."""
    rejected = {"thresholds": 0, "power": 0}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        s = rng.integers(1, 11, 120)
        answers = pd.DataFrame({"satisfaction": s, "loyalty": s + rng.normal(0, 0.3 * s)})
        found = fit_loyalty_curve(answers, seed=seed, resamples=39)
        for shape in rejected:
            rejected[shape] += found.candidate(shape).p_value <= 0.05
    assert max(rejected.values()) <= 6  # 40 draws of 5 %: more happens once in 70 times


def test_equal_answers_count_as_often_as_they_are_given():
    answers = survey(CONVEX, n=80).round({"loyalty": 1})
    twice = pd.concat([answers, answers])
    one, two = (fit_loyalty_curve(a, seed=0, resamples=19) for a in (answers, twice))
    assert two.respondents == 160
    for shape in ("linear", "power", "thresholds"):
        assert two.candidate(shape).rss == pytest.approx(2 * one.candidate(shape).rss)
    shuffled = fit_loyalty_curve(answers.sample(frac=1, random_state=1), seed=0, resamples=19)
    assert [c.p_value for c in shuffled.candidates[1:]] == [c.p_value for c in one.candidates[1:]]


def test_continuous_satisfaction():
    s = np.random.default_rng(5).uniform(1, 10, 900)
    found = fit_loyalty_curve(survey(THREE_ZONES, n=900, satisfaction=s), seed=1, resamples=99)
    assert found.shape == "thresholds"
    assert found.curve.thresholds == pytest.approx((4, 7), abs=0.5)


def test_loyalty_may_be_whether_they_came_back():
    answers = survey(THREE_ZONES, n=400)
    stayed = np.random.default_rng(9).random(400) < answers["loyalty"]
    said = fit_loyalty_curve(answers.assign(loyalty=stayed), seed=1, resamples=19)
    counted = fit_loyalty_curve(answers.assign(loyalty=stayed.astype(int)), seed=1, resamples=19)
    assert repr(said.candidates) == repr(counted.candidates)  # NaN is not equal to itself
    with pytest.raises(InvalidData, match="expected numbers"):
        fit_loyalty_curve(answers.assign(loyalty="yes"), seed=1)


def test_what_cannot_be_fitted_is_said():
    short = pd.DataFrame({"satisfaction": [1, 2, 3] * 4, "loyalty": range(12)})
    found = fit_loyalty_curve(short, seed=0)
    assert [c.shape for c in found.candidates] == ["linear", "power"]
    assert "Not fitted: thresholds: needs 5 distinct satisfactions, there are 3." in repr(found)
    with pytest.raises(UnknownCode, match="'thresholds' is no shape that was fitted"):
        found.candidate("thresholds")
    few = fit_loyalty_curve(short.head(4), seed=0)
    assert "power: has 3 parameters, there are 4 answers" in repr(few)


def test_answers_that_allow_no_curve():
    answers = pd.DataFrame({"satisfaction": [3, 3, 3, 3], "loyalty": [1, 2, 3, 4]})
    with pytest.raises(FitError, match="column 'satisfaction': all answers are 3"):
        fit_loyalty_curve(answers, seed=0)
    with pytest.raises(FitError, match="column 'x': all answers are 7"):
        fit_loyalty_curve(answers.assign(satisfaction=range(4), x=7), loyalty="x", seed=0)
    with pytest.raises(FitError, match="no curve can be fitted to 2 answers"):
        fit_loyalty_curve(answers.head(2), seed=0)
    with pytest.raises(InvalidData, match="missing or infinite value in 1 respondent"):
        fit_loyalty_curve(answers.assign(loyalty=[1, 2, 3, np.inf]), seed=0)
    with pytest.raises(UnknownCode, match="'cubic' is no shape of a curve"):
        fit_loyalty_curve(answers, shapes=["cubic"], seed=0)
    with pytest.raises(InvalidRule, match="alpha is between 0 and 1"):
        fit_loyalty_curve(answers, seed=0, alpha=5)
    with pytest.raises(InvalidRule, match="19 draws or more"):
        fit_loyalty_curve(answers, seed=0, resamples=1)


# --------------------------------------------------------------------------- S-171: by competition


def test_sharper_competition_is_more_convex():
    parts = []
    for i, (name, exponent) in enumerate({"airline": 4, "hospital": 1, "phone": 0.5}.items()):
        curve = PowerCurve(satisfaction=(1, 10), loyalty=(0, 1), exponent=exponent)
        parts.append(survey(curve, n=250, sd=0.1, seed=i).assign(industry=name))
    found = compare_convexity(pd.concat(parts), by="industry", seed=1, resamples=99)
    assert found.groups == ("airline", "hospital", "phone")
    assert [e.value for e in found.exponents] == pytest.approx([4, 1, 0.5], rel=0.2)
    for exponent, truth in zip(found.exponents, (4, 1, 0.5), strict=True):
        assert exponent.low <= truth <= exponent.high
    assert found.p_value == pytest.approx(0.01)
    same = parts[0].assign(industry=["a", "b"] * 125)
    alike = compare_convexity(same, by="industry", seed=1, resamples=99)
    assert alike.p_value > 0.1
    assert alike.common_exponent == pytest.approx(4, rel=0.2)
    with pytest.raises(
        InvalidData, match="a comparison needs two groups, and there is only 'airline'"
    ):
        compare_convexity(parts[0], by="industry", seed=1)
    with pytest.raises(InvalidData, match="missing group in 1 answer"):
        compare_convexity(same.assign(industry=[None, *["a"] * 249]), by="industry", seed=1)


# ------------------------------------------------------------------------------------ S-172: zones


def test_zones_of_a_curve():
    zones = SatisfactionZones.of(THREE_ZONES)
    assert (zones.low, zones.high) == (4, 7)
    values = [1, 3.9, 4, 7, 7.1]
    names = [zones.zone(s).value for s in values]
    assert names == ["dissatisfaction"] * 2 + ["indifference"] * 2 + ["high_satisfaction"]
    assert zones.classify(pd.DataFrame({"satisfaction": values}))["zone"].tolist() == names
    assert from_data(zones.to_data()) == zones
    with pytest.raises(InvalidRule, match="this PowerCurve has 0: give the zones by hand"):
        SatisfactionZones.of(CONVEX)
    with pytest.raises(InvalidRule, match="low must be below high"):
        SatisfactionZones(low=7, high=4)


def test_elasticity_is_high_in_the_outer_zones_and_none_in_the_middle():
    answers = survey(THREE_ZONES, n=900, sd=0.1)
    zones = SatisfactionZones(low=4, high=7)
    table = zones.elasticity(answers, seed=1, resamples=299).set_index("zone")
    for zone, rows in answers.groupby(zones.classify(answers)["zone"]):
        slope = np.polyfit(rows["satisfaction"], rows["loyalty"], 1)[0]
        assert table.loc[zone, "slope"] == pytest.approx(slope)
        means = rows[["satisfaction", "loyalty"]].mean()
        assert table.loc[zone, "elasticity"] == pytest.approx(
            slope * means["satisfaction"] / means["loyalty"]
        )
    assert table.loc["indifference", "low"] < 0 < table.loc["indifference", "high"]
    assert table.loc["dissatisfaction", "low"] > 0.5
    assert table.loc["high_satisfaction", "low"] > 0.5
    # The interval has about the width that the delta method gives.
    inside = answers[answers["satisfaction"].between(4, 7)]
    s = inside["satisfaction"] - inside["satisfaction"].mean()
    error = np.sqrt((s**2 * inside["loyalty"].var()).sum()) / (s**2).sum()
    width = error * inside["satisfaction"].mean() / inside["loyalty"].mean() * 1.96 * 2
    row = table.loc["indifference"]
    assert row["high"] - row["low"] == pytest.approx(width, rel=0.15)


def test_empty_zones_and_zones_of_one_answer():
    answers = pd.DataFrame({"satisfaction": [5, 5, 9, 10], "loyalty": [1.0, 2, 3, 5]})
    table = SatisfactionZones(low=4, high=7).elasticity(answers, seed=1, resamples=20)
    assert table["respondents"].tolist() == [0, 2, 2]
    assert table["slope"].isna().tolist() == [True, True, False]
    assert table["loyalty"].tolist()[1:] == [1.5, 4.0]
    with pytest.raises(InvalidData, match="no answer to evaluate"):
        SatisfactionZones(low=4, high=7).elasticity(answers.head(0), seed=1)


# --------------------------------------------------------------------------- S-173: where to invest


def test_the_documents_rule_of_investment():
    """V-39: the two blank cells of the monopoly are held."""
    advice = {
        (c.value, z.value): STANDARD_INVESTMENT.advice(c, z)[0]
        for c in Competition
        for z in SatisfactionZone
    }
    assert advice == {
        ("competitive", "dissatisfaction"): "invest_fast",
        ("competitive", "indifference"): "reduce",
        ("competitive", "high_satisfaction"): "invest_fast",
        ("monopolized", "dissatisfaction"): "invest_more",
        ("monopolized", "indifference"): "hold",
        ("monopolized", "high_satisfaction"): "hold",
    }
    assert from_data(STANDARD_INVESTMENT.to_data()) == STANDARD_INVESTMENT


def test_advice_with_reasons_on_a_frame():
    customers = SatisfactionZones(low=4, high=7).classify(pd.DataFrame({"satisfaction": [2, 5, 9]}))
    advised = STANDARD_INVESTMENT.advise(customers, competition="competitive")
    assert advised["investment"].tolist() == ["invest_fast", "reduce", "invest_fast"]
    assert label(advised["investment_reason"][0], "zh") == "投入产出成正比"
    with pytest.raises(InvalidData, match=r"(?s)'zone'.*did you mean 'indifference'"):
        STANDARD_INVESTMENT.advise(customers.assign(zone="indifferent"), competition="monopolized")
    with pytest.raises(InvalidData, match="missing code in 3 rows"):
        STANDARD_INVESTMENT.advise(customers.assign(zone=None), competition="monopolized")
    with pytest.raises(UnknownCode, match="'oligopoly' is no competition"):
        STANDARD_INVESTMENT.advise(customers, competition="oligopoly")
    with pytest.raises(InvalidRule, match="one row for each"):
        SatisfactionInvestment(STANDARD_INVESTMENT.rows[:5])
    with pytest.raises(InvalidRule, match="expected rows of competition"):
        SatisfactionInvestment([("competitive", "indifference")])


# --------------------------------------------------------------------------------- S-171: the trap


def test_the_trap_is_the_share_of_satisfied_customers_who_leave():
    """8 of 10 with Wilson's interval .4902 to .9433 (Brown, Cai & DasGupta's formula by hand)."""
    customers = pd.DataFrame(
        {"satisfaction": [5, 4] * 5 + [1, 3], "stayed": [True] * 2 + [False] * 8 + [False, True]}
    )
    found = trap_index(customers)
    assert (found.customers, found.satisfied, found.index) == (12, 10, 0.8)
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)
    assert found.dissatisfied_index == 0.5
    assert found.in_trap
    assert found.surely
    assert str(found).startswith(
        "80.0% (49.0% to 94.3%) of 10 satisfied customers left, 50.0% of 2"
    )
    lenient = trap_index(customers, rule=SatisfactionTrap(defection=0.6))
    assert (lenient.in_trap, lenient.surely) == (True, False)
    assert "in the trap, not surely" in str(lenient)
    assert not trap_index(customers.assign(stayed=1)).in_trap


def test_the_trap_by_group():
    customers = pd.DataFrame(
        {"shop": ["b", "b", "a", "a"], "satisfaction": [5, 5, 5, 1], "stayed": [1, 0, 1, 0]}
    )
    table = SatisfactionTrap().measure(customers, by="shop")
    assert table["shop"].tolist() == ["a", "b"]
    assert table["index"].tolist() == [0.0, 0.5]
    assert table["in_trap"].tolist() == [False, True]
    assert table["dissatisfied_index"].isna().tolist() == [False, True]
    alone = trap_index(customers, rule=SatisfactionTrap(satisfied_from=9))
    assert np.isnan(alone.index)
    assert not alone.in_trap


def test_mistakes_of_the_trap():
    customers = pd.DataFrame({"satisfaction": [5, 5], "stayed": [1, 2]})
    with pytest.raises(InvalidData, match=r"neither 1 .stayed. nor 0 .left. in 1 row"):
        trap_index(customers)
    with pytest.raises(InvalidData, match="expected numbers, found"):
        trap_index(customers.assign(stayed=["yes", "no"]))
    with pytest.raises(InvalidData, match="no customer to count"):
        trap_index(customers.head(0))
    with pytest.raises(InvalidData, match="missing group in 2 rows"):
        SatisfactionTrap().measure(customers.assign(stayed=1, shop=None), by="shop")
    with pytest.raises(InvalidRule, match=r"0.2, not 20"):
        SatisfactionTrap(defection=20)
    with pytest.raises(InvalidRule, match="no more than there were"):
        SatisfactionTrap().of_counts(satisfied=1, satisfied_left=2)
