"""Kano figures worked by hand: tables, coefficients, strengths, Fong's test."""

import math

import pandas as pd
import pytest

from custrel.satisfaction import (
    POULIOT_TABLE,
    STANDARD_TABLE,
    THREE_ANSWER_TABLE,
    KanoCategory,
    KanoCounts,
    KanoRule,
    kano,
)

pytestmark = pytest.mark.published

PRIORITY = KanoRule(method="threshold")


def votes(m, o, a, i, *odd):
    r, q = odd
    return KanoCounts(
        must_be=m, one_dimensional=o, attractive=a, indifferent=i, reverse=r, questionable=q
    )


def test_twenty_five_respondents_who_nearly_agree():
    first = votes(9, 10, 1, 2, 3, 0)
    assert first.better == 0.5
    assert round(first.worse, 4) == -0.8636
    assert first.category() is KanoCategory.ONE_DIMENSIONAL
    assert first.category(PRIORITY) is KanoCategory.MUST_BE
    assert first.tied(PRIORITY)
    assert not first.tied()


def test_twenty_five_respondents_who_agree():
    second = votes(9, 5, 4, 2, 4, 1)
    assert second.category() is second.category(PRIORITY) is KanoCategory.MUST_BE
    assert (second.better, second.worse) == (0.45, -0.7)
    assert second.category_strength == pytest.approx(9 / 25 - 5 / 25)
    assert second.total_strength == pytest.approx(18 / 25)


def test_fong_by_hand():
    """a = 30, b = 10, n = 50: 20 against 1.65 * sqrt(40 * 60 / 100) = 8.08."""
    assert votes(30, 10, 5, 5, 0, 0).distinct()
    # a = 18, b = 11: 7 against 1.65 * sqrt(29 * 71 / 100) = 7.49; Q is in n, and never a or b.
    assert not votes(18, 11, 0, 1, 0, 20).distinct()
    assert votes(18, 10, 0, 2, 0, 20).distinct()  # 8 against 1.65 * sqrt(28 * 72 / 100) = 7.41


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        (
            STANDARD_TABLE,
            """Q A A A O
               R I I I M
               R I I I M
               R I I I M
               R R R R Q""",
        ),
        (
            POULIOT_TABLE,
            """Q A A A O
               R Q I I M
               R I I I M
               R I I Q M
               R R R R Q""",
        ),
        (
            THREE_ANSWER_TABLE,
            """A A O
               I I M
               I I M""",
        ),
    ],
)
def test_tables_cell_by_cell(table, cells):
    for f, row in enumerate(cells.splitlines(), start=1):
        for d, letter in enumerate(row.split(), start=1):
            assert table.category(f, d).letter == letter


def test_five_points_apart_are_not_closer_than_five_points():
    """10 and 9 of 20 differ by exactly .05, which floats do not know."""
    assert votes(9, 10, 0, 1, 0, 0).category(PRIORITY) is KanoCategory.ONE_DIMENSIONAL
    assert votes(90, 99, 0, 11, 0, 0).category(PRIORITY) is KanoCategory.MUST_BE


def test_the_group_rule():
    """M + O + A = 12 outnumber I + R + Q = 11, though I alone is the largest."""
    split = votes(6, 3, 3, 10, 1, 0)
    assert split.category() is KanoCategory.INDIFFERENT
    assert split.category(KanoRule(method="group")) is KanoCategory.MUST_BE
    # Equal sums: not more.
    assert votes(6, 3, 3, 10, 1, 1).category(KanoRule(method="group")) is KanoCategory.INDIFFERENT


def test_everybody_reverse_or_questionable_has_no_coefficient():
    odd = votes(0, 0, 0, 0, 3, 2)
    assert math.isnan(odd.better)
    assert math.isnan(odd.worse)
    assert odd.total_strength == 0
    answers = pd.DataFrame(
        {"respondent": [1, 2], "feature": "x", "functional": [1, 5], "dysfunctional": [1, 5]}
    )
    row = kano(answers).frame.iloc[0]
    assert row["category"] == "questionable"
    assert math.isnan(row["better"])
    assert math.isnan(row["worse"])
