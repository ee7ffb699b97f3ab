"""Tables say what was left out of the data behind them: nothing is dropped in silence."""

import pandas as pd
import polars as pl
import pytest

from custrel.frames import Framed, enter
from custrel.satisfaction import (
    IndexRule,
    IpaRule,
    NpsScale,
    ServqualForm,
    SiftedTable,
    index_benchmark,
    ipa_survey,
    ipa_trend,
    loyalty_profile,
    score_groups,
    servqual,
    servqual_trend,
)

ANSWERS = {
    "shop": ["a", "a", "a", "b", "b", "b"],
    "asked": [5, 4, 3, 5, 4, 5],
    "had": [4, 4, 2, 3, 5, 4],
}
LOG = {"customer_id": [1, 1, 2, 2], "date": ["2024-01-01", "2024-03-01", "2024-01-05", None]}
FORM = ServqualForm(dimensions=["care"], items=[1], highest=5)
PAIR = {"care": ("asked", "had")}
RULE = IndexRule(items=["had"], weights=[1], lowest=1, highest=5)
RULE_OF_PLACES = IpaRule(cut="midpoint", scale=(1, 5))
TABLES = {
    "score_groups": lambda a, **o: score_groups(a, scale=NpsScale(), by="shop", answer="had", **o),
    "servqual": lambda a, **o: servqual(a, perceptions=["had"], form=FORM, **o),
    "servqual_trend": lambda a, **o: servqual_trend(
        a, wave="shop", perceptions=["had"], form=FORM, **o
    ),
    "ipa_survey": lambda a, **o: ipa_survey(a, attributes=PAIR, rule=RULE_OF_PLACES, **o),
    "ipa_trend": lambda a, **o: ipa_trend(
        a, wave="shop", attributes=PAIR, rule=RULE_OF_PLACES, **o
    ),
}
tables = pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)


@tables
def test_an_answer_that_is_left_out_is_in_the_table_by_name(make):
    answers = pd.DataFrame(ANSWERS).assign(had=[4, None, 2, 3, 5, 4])
    table = make(answers, errors="collect")
    assert isinstance(table, SiftedTable)
    (problem,) = table.problems
    assert (problem.column, problem.count) == ("had", 1)
    assert "missing" in problem.message
    assert repr(table).startswith("Note: column 'had': ")
    assert repr(table).endswith(repr(table.frame))
    without = make(answers.dropna(), errors="raise").frame
    pd.testing.assert_frame_equal(table.frame, without)


@tables
def test_where_all_can_be_used_there_is_nothing_to_say(make):
    table = make(pd.DataFrame(ANSWERS))
    assert table.problems == ()
    assert repr(table) == repr(table.frame)
    assert "Notes" not in table._repr_html_()


def test_respondents_whom_an_index_leaves_out():
    answers = pd.DataFrame(ANSWERS).assign(had=[4, 9, 2, 3, 5, 4])
    table = index_benchmark(answers, by="shop", own="a", rule=RULE, errors="collect")
    assert [problem.code for problem in table.problems] == ["off_scale", "left_out"]
    assert dict(zip(table.frame["shop"], table.frame["respondents"], strict=True)) == {
        "a": 2,
        "b": 3,
    }
    assert index_benchmark(pd.DataFrame(ANSWERS), by="shop", own="a", rule=RULE).problems == ()


def test_purchases_that_are_left_out():
    table = loyalty_profile(pd.DataFrame(LOG), as_of="2024-03-10", errors="collect")
    assert [problem.count for problem in table.problems] == [1]
    assert table.frame["orders"].tolist() == [2, 1]
    late = loyalty_profile(pd.DataFrame(LOG).dropna(), as_of="2024-02-01", errors="collect")
    assert [problem.count for problem in late.problems] == [1]


def test_html_is_that_of_the_engine_with_notes_above_it():
    answers = pd.DataFrame(ANSWERS).assign(had=[4, None, 2, 3, 5, 99], shop=[*"aa<", *"bbb"])
    table = TABLES["score_groups"](answers, errors="collect")
    html = table._repr_html_()
    assert html.count("<li>") == 2
    assert "<p>Notes:</p>" in html
    assert "shop=&#x27;a&#x27;" in html
    assert table.frame._repr_html_() in html
    plain = TABLES["score_groups"](pl.DataFrame(ANSWERS))
    assert plain.frame._repr_html_() in plain._repr_html_()


def test_whatever_takes_a_frame_takes_the_table_and_keeps_what_it_says():
    answers = pd.DataFrame(ANSWERS).assign(had=[4, None, 2, 3, 5, 4])
    table = TABLES["servqual"](answers, errors="collect")
    assert isinstance(table, Framed)
    door = enter(table)
    shorter = door.leave(door.frame.head(1))
    assert isinstance(shorter, SiftedTable)
    assert len(shorter.frame) == 1
    assert shorter.problems == table.problems
