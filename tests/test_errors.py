"""Errors say what is wrong, where, how often and what to do; and carry it as attributes."""

import copy
import pickle

import pytest

import custrel as cr
from custrel import errors
from custrel.errors import Problem, counted, near_miss

PROBLEM = Problem(
    code="null_customer",
    message="no customer",
    column="id",
    count=12_345,
    rows=("row 7: id=None", "row 9: id=None"),
    remedy="Filter them out.",
)
SPECIMENS = {
    "InvalidData": (errors.InvalidData([PROBLEM], "Or collect them."), ValueError),
    "ColumnNotFound": (errors.ColumnNotFound(["a"], ["b", "A"], "Rename it."), LookupError),
    "UnsupportedFrame": (errors.UnsupportedFrame("no frame"), TypeError),
    "TooManyRows": (errors.TooManyRows(1000, "Dask frame"), ValueError),
    "UnitMismatch": (errors.UnitMismatch("weeks here", "days there", "Choose."), ValueError),
    "InvalidValue": (errors.InvalidValue("Money: 0.1 is a float."), ValueError),
    "CurrencyMismatch": (errors.CurrencyMismatch("CNY", "USD"), ValueError),
    "IllegalMove": (
        errors.IllegalMove("D-7", "visit", "sing", "needs it", legal=["sign"], missing=["a"]),
        ValueError,
    ),
    "InvalidRule": (errors.InvalidRule("contradiction"), ValueError),
    "FitError": (errors.FitError("too few"), ValueError),
    "UnknownCode": (errors.UnknownCode("unit", "w", ["D", "W"]), LookupError),
    "MissingExtra": (errors.MissingExtra("matplotlib", "plot"), ImportError),
}


def test_every_class_has_a_specimen():
    assert set(errors.__all__) - {"CustrelError", "Problem"} == SPECIMENS.keys()


@pytest.mark.parametrize("name", SPECIMENS)
def test_an_error_is_ours_and_the_builtin_that_fits(name):
    error, builtin = SPECIMENS[name]
    assert type(error).__name__ == name
    assert isinstance(error, cr.CustrelError)
    assert isinstance(error, builtin)


@pytest.mark.parametrize("name", SPECIMENS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_comes_back_from_another_process(name, protocol):
    error, _ = SPECIMENS[name]
    for again in (
        pickle.loads(pickle.dumps(error, protocol)),
        copy.copy(error),
        copy.deepcopy(error),
    ):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert vars(again) == vars(error)


def test_notes_come_back_too():
    error = errors.InvalidRule("contradiction")
    error.add_note("in the third rule")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["in the third rule"]


def test_a_problem_on_one_line():
    assert str(PROBLEM) == (
        "column 'id': no customer in 12,345 rows (row 7: id=None; row 9: id=None; ...). "
        "Filter them out."
    )
    one = Problem(code="x", message="odd", rows=("row 1: a=2",), of="customer")
    assert str(one) == "odd in 1 customer (row 1: a=2)."
    assert str(Problem(code="empty", message="no orders", count=0)) == "no orders."


def test_a_problem_on_several_lines():
    assert PROBLEM.in_lines() == (
        "column 'id': no customer in 12,345 rows:\n    row 7: id=None\n    row 9: id=None\n    ...\n"
        "Filter them out."
    )
    assert Problem(code="empty", message="no orders", count=0, remedy="Look.").in_lines() == (
        "no orders. Look."
    )


def test_invalid_data_tells_all_problems_at_once():
    other = Problem(code="y", message="odd", column="b", count=2)
    error = errors.InvalidData([PROBLEM, other], "Or collect them.")
    assert error.problems == (PROBLEM, other)
    assert str(error).splitlines()[-2:] == ["column 'b': odd in 2 rows.", "Or collect them."]


def test_the_facts_are_attributes():
    missing = errors.ColumnNotFound(["a"], ["b", "A"], "Rename it.")
    assert str(missing) == "no column 'a' (did you mean 'A'?); the frame has 'b', 'A'. Rename it."
    assert (missing.missing, missing.available) == (("a",), ("b", "A"))
    assert str(errors.ColumnNotFound(["a"], [])) == "no column 'a'; the frame has no columns."
    mismatch = errors.UnitMismatch("weeks here", "days there")
    assert (mismatch.left, mismatch.right, str(mismatch)) == (
        "weeks here", "days there", "weeks here, days there.",
    )  # fmt: skip
    unknown = errors.UnknownCode("unit", "w", iter(["D", "W"]))
    assert (unknown.code, unknown.known) == ("w", ("D", "W"))
    extra = errors.MissingExtra("matplotlib", "plot")
    assert (extra.package, extra.extra) == ("matplotlib", "plot")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("N07", "'N07' is no code (did you mean 'n07' or "),
        ("?", "'?' is no code; the choices are 'n00', 'n01', "),
    ],
)
def test_of_many_codes_the_near_ones_are_named_or_else_the_first(code, text):
    error = str(errors.UnknownCode("code", code, [f"n{number:02}" for number in range(30)]))
    assert error.startswith(text)
    assert error.endswith(("choose from.", "'n23', ... (6 more)."))


def test_numbers_are_told_with_what_they_count():
    assert counted(1, "customer") == "1 customer"
    assert counted(2357.0, "customer") == "2,357 customers"
    assert counted(0, "history", "histories") == "0 histories"


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("custmer", ["customer", "date"], " (did you mean 'customer'?)"),
        ("DATE", ["customer", "date"], " (did you mean 'date'?)"),
        ("amont", ["amount", "amounts"], " (did you mean 'amount' or 'amounts'?)"),
        ("qqq", ["customer"], ""),
        ("x", [], ""),
        (5, [4, 55], " (did you mean '55'?)"),
    ],
)
def test_near_misses(name, known, expected):
    assert near_miss(name, known) == expected
