"""The main job: everything about every customer, by rules that can be kept."""

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from logs import CDNOW

import custrel as cr
from custrel.errors import FitError, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import AbcRule, RiskRule, TreatmentPolicy

ADDED = {
    "recency_score", "frequency_score", "monetary_score", "rfm", "segment", "abc", "p_alive",
    "expected_purchases", "discounted_purchases", "expected_spend", "lifetime_value",
    "volume_change", "absence", "risk", "risk_reason", "treatment", "why",
}  # fmt: skip

ENGINES = {
    "polars": pl.from_pandas,
    "polars lazy": lambda log: pl.from_pandas(log).lazy(),
    "pyarrow": pa.Table.from_pandas,
    "duckdb": duckdb.from_df,
}


@pytest.fixture(scope="module")
def log():
    return pd.read_csv(CDNOW, parse_dates=["date"])


@pytest.fixture(scope="module")
def report(log):
    return cr.appraise(log)


def as_pandas(frame):
    match frame:
        case pd.DataFrame():
            return frame
        case pl.LazyFrame():
            return frame.collect().to_pandas()
        case duckdb.DuckDBPyRelation():
            return frame.df()
        case _:
            return frame.to_pandas()


def test_one_row_per_customer_with_every_column(report, log):
    assert len(report.frame) == log["customer_id"].nunique() == 2357
    assert set(report.frame.columns) >= ADDED
    assert report.frame["segment"].notna().all()
    assert report.frame["why"].str.endswith(".").all()


def test_each_part_is_what_its_own_function_says(report, log):
    rules = report.rules
    summary = cr.summarize(log, unit="W", compare=13)
    scored = rules.segments.label(rules.scale.score(summary)).frame
    valued = cr.lifetime_value(
        summary, rules.purchases, rules.spend, horizon=52, discount=cr.DiscountRate.per_year(0.10)
    ).frame
    judged = rules.risk.judge(summary).frame
    for name, part in (("segment", scored), ("lifetime_value", valued), ("risk", judged)):
        pd.testing.assert_series_equal(report.frame[name], part[name])
    assert rules.purchases == cr.MbgNbd.fit(summary)


def test_rules_survive_json_and_score_the_next_month_alike(report, log):
    rules = cr.from_data(json.loads(json.dumps(report.rules.to_data())))
    assert rules == report.rules
    assert hash(rules) == hash(report.rules)
    again = cr.appraise(log, rules=rules)
    pd.testing.assert_frame_equal(again.frame, report.frame)

    earlier = cr.appraise(log[log["date"] < "1998-06-01"], rules=rules, observed_until="1998-05-31")
    assert earlier.rules == rules  # nothing was learnt anew
    fitted = cr.appraise(log[log["date"] < "1998-06-01"], observed_until="1998-05-31")
    assert fitted.rules != rules


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_table(engine, report, log):
    given = ENGINES[engine](log)
    result = cr.appraise(given, rules=report.rules).frame
    assert type(result) is type(given)
    table = as_pandas(result).sort_values("customer_id", ignore_index=True)
    expected = report.frame.sort_values("customer_id", ignore_index=True)
    assert list(table.columns) == list(expected.columns)
    for name in ("first_order", "last_order"):
        table[name] = pd.to_datetime(table[name])
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, rtol=1e-9)


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_learns_the_same_rules(engine, report, log):
    rules = cr.appraise(ENGINES[engine](log)).rules
    assert rules.scale.recency == pytest.approx(report.rules.scale.recency, rel=1e-12)
    assert rules.scale.monetary == pytest.approx(report.rules.scale.monetary, rel=1e-9)
    assert rules.abc.limits == pytest.approx(report.rules.abc.limits, rel=1e-9)
    assert rules.purchases.alpha == pytest.approx(report.rules.purchases.alpha, rel=1e-7)
    assert rules.spend.v == pytest.approx(report.rules.spend.v, rel=1e-6)


def test_a_lazy_summary_can_be_kept(log):
    lazy = pl.from_pandas(log).lazy()
    assert isinstance(cr.appraise(lazy).frame, pl.LazyFrame)
    assert isinstance(cr.appraise(lazy, keep=True).frame, pl.DataFrame)


def test_why_tells_the_figures_of_the_row(report):
    row = report.frame.set_index("customer_id").loc[2149]
    assert row["why"] == (
        f"Champions ({row['rfm']}), class A: {row['orders']} orders worth {row['revenue']:.0f}, "
        f"the last {row['idle']:.0f} weeks ago. {int(row['p_alive'] * 100)}% likely still a "
        f"customer; {row['expected_purchases']:.1f} orders expected in the next 52 weeks, worth "
        f"{row['lifetime_value']:.0f} today. Alarm: business down {-100 * row['volume_change']:.0f}% "
        f"on the 13 weeks before, away {row['absence']:.1f} times the usual interval. To do: Phone "
        "the customer today."
    )


def test_why_of_a_customer_without_rhythm(report):
    once = report.frame[report.frame["orders"] == 1].iloc[0]
    assert " 1 order worth " in once["why"]
    assert "Too few orders to know a rhythm." in once["why"]


def test_every_rule_can_be_passed_in(log):
    rules = {
        "scale": cr.RfmScale(
            recency=(4, 13, 26, 52), frequency=(2, 3, 5, 8), monetary=(20, 50, 100, 300), unit="W"
        ),
        "abc": AbcRule.by_customers(),
        "purchases": cr.BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4, unit="W"),
        "spend": cr.GammaGamma(p=6.25, q=3.74, v=15.44),
        "risk": RiskRule(volume=None),
        "policy": TreatmentPolicy([("*", "defecting", "phone_today"), ("*", "*", "own_code")]),
        "horizon": 26.0,
        "discount": cr.DiscountRate.per_month(0.01),
        "margin": 0.3,
    }
    report = cr.appraise(log, **rules)
    for name, rule in rules.items():
        kept = getattr(report.rules, name)
        assert kept == (rule.learn(report) if name == "abc" else rule)
    assert set(report.frame["abc"]) == {"top", "major", "ordinary", "small"}
    assert set(report.frame["treatment"]) == {"phone_today", "own_code"}
    assert report.frame["why"].str.contains("To do: own code.").any()
    assert report.frame["why"].str.contains("the next 26 weeks").all()


def test_bg_nbd_can_be_asked_for_by_name(log):
    assert isinstance(cr.appraise(log, purchases="bg_nbd").rules.purchases, cr.BgNbd)
    with pytest.raises(UnknownCode, match=r"'bgnbd' is no purchase model.*did you mean 'bg_nbd'"):
        cr.appraise(log, purchases="bgnbd")


def test_rules_and_unit_must_agree(report, log):
    with pytest.raises(InvalidRule, match="the rules count weeks, unit='D' was asked for"):
        cr.appraise(log, rules=report.rules, unit="D")


@pytest.mark.parametrize("unit", ["D", "W", "M"])
def test_the_unit_changes_no_verdict(unit, report, log):
    other = cr.appraise(log, unit=unit)
    assert other.rules.compare * cr.TimeUnit(unit).days == pytest.approx(91, rel=0.01)
    values = other.frame["lifetime_value"]
    assert np.corrcoef(values, report.frame["lifetime_value"])[0, 1] > 0.9999
    pd.testing.assert_series_equal(other.frame["absence"], report.frame["absence"])


def once_each(customers):
    return pd.DataFrame(
        {
            "customer_id": range(customers),
            "date": pd.date_range("2024-01-01", periods=customers),
            "amount": np.linspace(5.0, 500.0, customers),
        }
    )


def test_nobody_bought_twice_is_an_error_that_says_how_to_go_on():
    with pytest.raises(FitError, match="none of the 200 customers bought twice") as caught:
        cr.appraise(once_each(200))
    assert "errors='collect'" in caught.value.__notes__[0]


def test_what_cannot_be_learnt_is_missing_and_listed():
    report = cr.appraise(once_each(200), errors="collect")
    assert [problem.code for problem in report.problems if problem.code.startswith("no_")] == [
        "no_purchases",
        "no_spend",
    ]
    frame = report.frame
    assert frame[["p_alive", "expected_spend", "lifetime_value"]].isna().all(axis=None)
    assert frame[["segment", "abc", "risk", "treatment", "why"]].notna().all(axis=None)
    assert "likely still a customer" not in frame["why"][0]
    assert "none of the 200 customers bought twice" in repr(report)
    assert not report.rules.learnt


def test_repeat_buyers_without_spend_are_noted(log):
    free = log.assign(amount=log["amount"].where(log["customer_id"] != 1, 0.0))
    report = cr.appraise(free)
    assert ("monetary_value", 1) in [(p.column, p.count) for p in report.problems]
    assert report.frame["lifetime_value"].notna().all()


def test_unusable_orders_are_refused_or_listed(log):
    broken = log.assign(amount=log["amount"].where(log.index != 7))
    with pytest.raises(InvalidData, match="column 'amount': no amount in 1 row"):
        cr.appraise(broken)
    report = cr.appraise(broken, errors="collect")
    assert ("missing_amount", 1) in [(p.code, p.count) for p in report.problems]


def test_segments_add_up(report):
    table = report.segments()
    assert table["customers"].sum() == 2357
    assert table["revenue"].sum() == pytest.approx(report.frame["revenue"].sum())
    assert table["customer_share"].sum() == pytest.approx(1)
    assert table["revenue_share"].sum() == pytest.approx(1)
    assert table["alarms"].sum() == report.frame["risk"].isin(["watch", "defecting"]).sum()
    assert table["revenue"].is_monotonic_decreasing


def test_top_is_sorted(report):
    top = report.top(10)
    assert len(top) == 10
    best = report.frame["lifetime_value"].nlargest(10)
    assert top["lifetime_value"].tolist() == best.tolist()
    assert report.top(3, by="revenue")["revenue"].iloc[0] == report.frame["revenue"].max()
    # Who has no absence yet, for want of a rhythm, is not the one who is away for longest.
    assert report.top(1, by="absence")["absence"].iloc[0] == report.frame["absence"].max()
    assert len(report.top(0)) == 0
    with pytest.raises(InvalidRule, match="how many customers, 0 or more, got -1"):
        report.top(-1)


def test_it_shows_itself_in_a_terminal(report):
    text = repr(report)
    assert "observed until 1998-06-30" in text
    assert "future value: 52 weeks ahead at 10% per year, margin 100%" in text
    assert "Champions" in text
    assert "1981: Champions (555)" in text
    assert "Note: only the frequency ('orders') scores 1, 3, 4, 5 of 1 to 5 occur" in text
    table = text[text.index("segment ") : text.index("Most valuable")].splitlines()
    assert max(map(len, table)) < 100
    assert max(map(len, text[text.index("Most valuable") :].splitlines())) <= 96


def test_it_shows_itself_in_a_notebook(report):
    html = report._repr_html_()
    assert html.count("<table") == html.count("</table>") == 2
    assert '<td style="text-align: left">Champions</td>' in html
    assert '<td style="text-align: right">533</td>' in html
    named = cr.appraise(
        pd.read_csv(CDNOW, parse_dates=["date"]).assign(
            customer_id=lambda log: "<b>" + log["customer_id"].astype(str)
        )
    )
    assert "&lt;b&gt;1981" in named._repr_html_()
    assert "<b>" not in named._repr_html_()


def test_a_lazy_appraisal_does_not_run_to_show_itself(log):
    report = cr.appraise(pl.from_pandas(log).lazy())
    assert "The table is lazy" in repr(report)
    assert "The table is lazy" in report._repr_html_()


@pytest.mark.parametrize("rules", ["rules.json", {"custrel": 1}])
def test_rules_are_rules(log, rules):
    with pytest.raises(InvalidRule, match=r"rules: expected AppraisalRules, as in report\.rules"):
        cr.appraise(log, rules=rules)
