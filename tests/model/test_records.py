"""Every object survives columns, every frame, JSON and pickle, whatever hypothesis finds."""

import builtins
import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import attrs
import hypothesis.strategies as st
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from model.specimens import SPECIMENS, customers, moneys

from custrel import model
from custrel.errors import (
    ColumnNotFound,
    CustrelError,
    InvalidData,
    InvalidValue,
    MissingExtra,
    UnknownCode,
)
from custrel.model import (
    DEAL_FLOW,
    Address,
    Case,
    Channel,
    Customer,
    Flow,
    Money,
    Period,
    SeasonRule,
    TransactionRecord,
    WorkCalendar,
    from_columns,
    from_plain,
    make_converter,
    to_columns,
    to_plain,
)
from custrel.rules import Rule

properties = pytest.mark.properties
engines = pytest.mark.engines
some = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))

FRAMES = {
    "columns": lambda columns: columns,
    "pandas": pd.DataFrame,
    "pandas of objects": lambda columns: pd.DataFrame(columns, dtype=object),
    "pandas of arrow": lambda columns: pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "polars of arrow": lambda columns: pl.from_arrow(pa.table(columns)),
}
CLASSES = [pytest.param(cls, id=cls.__name__) for cls in SPECIMENS]


def test_every_class_has_specimens():
    """Rules are kept by `to_data`; everything else is a record."""
    public = [getattr(model, name) for name in model.__all__]
    classes = {thing for thing in public if isinstance(thing, type) and attrs.has(thing)}
    records = {cls for cls in classes if not issubclass(cls, Rule)}
    assert records == SPECIMENS.keys()


def test_an_object_within_an_object_can_be_told_from_none():
    """It has a field that is never None, or all its columns would be empty either way."""
    from custrel.model._schema import fields_of

    for cls in SPECIMENS:
        for field in fields_of(cls):
            if field.shape.optional and attrs.has(field.shape.only):
                inner = fields_of(field.shape.only)
                assert any(not part.shape.optional for part in inner), (cls, field.name)


# --------------------------------------------------------------------------------- there and back


@properties
@pytest.mark.parametrize("cls", CLASSES)
@some
@given(st.data())
def test_objects_survive_json_and_pickle(cls, data):
    thing = data.draw(SPECIMENS[cls])
    plain = to_plain(thing)
    assert from_plain(cls, json.loads(json.dumps(plain, allow_nan=False))) == thing
    assert pickle.loads(pickle.dumps(thing)) == thing


@engines
@properties
@pytest.mark.parametrize("cls", CLASSES)
@some
@given(st.data())
def test_objects_survive_every_frame(cls, data):
    things = data.draw(st.lists(SPECIMENS[cls], min_size=1, max_size=4))
    columns = to_columns(things)
    for name, make in FRAMES.items():
        if name != "pandas" or not loses_whole_numbers(columns):
            assert from_columns(cls, make(columns)) == things, name


def loses_whole_numbers(columns):
    """Tell whether pandas makes floats of large whole numbers, because one is missing."""
    return any(
        None in values and any(isinstance(v, int) and abs(v) >= 2**53 for v in values)
        for values in columns.values()
    )


@pytest.mark.parametrize("cls", CLASSES)
def test_no_objects_are_columns_too(cls):
    columns = to_columns([], cls)
    assert columns
    assert all(values == [] for values in columns.values())
    for make in FRAMES.values():
        assert from_columns(cls, make(columns)) == []


# ------------------------------------------------------------------------------ what columns hold


def test_columns_by_hand():
    record = TransactionRecord(
        orders=2, revenue=Money("1.10", "CNY"), first_on=date(2024, 1, 1), last_on=date(2024, 2, 1)
    )
    assert to_columns([record, TransactionRecord(orders=0, revenue=Money(0, "USD"))]) == {
        "orders": [2, 0],
        "revenue_amount": [Decimal("1.10"), Decimal(0)],
        "revenue_currency": ["CNY", "USD"],
        "first_on": [date(2024, 1, 1), None],
        "last_on": [date(2024, 2, 1), None],
    }


def test_columns_of_a_customer():
    """S-257: the base as a database; a roster is some of its columns, a card a `RecordCard`."""
    shanghai = datetime(2024, 1, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    columns = to_columns([Customer(customer_id="C-1", nature="commercial", updated_at=shanghai)])
    assert columns["nature"] == ["commercial"]
    assert type(columns["nature"][0]) is str
    assert columns["updated_at"] == [datetime(2024, 1, 1, tzinfo=UTC)]
    assert columns["updated_at"][0].tzinfo is UTC
    assert columns["address_country"] == columns["address_city"] == [None]
    assert columns["people"] == ["[]"]
    assert columns["management_class"] == [None]


@engines
def test_frames_hold_what_their_engine_can_count_with():
    moments = [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)]
    money = [Money("1.10", "CNY"), Money("2.5", "CNY")]
    frame = pl.DataFrame(to_columns(money))
    assert frame["amount"].sum() == Decimal("3.60")
    handed = [model.HandOver(to="a", at=at, by="b") for at in moments]
    assert pa.table(to_columns(handed)).schema.field("at").type == pa.timestamp("us", "UTC")
    assert pd.DataFrame(to_columns(handed))["at"].dt.month.tolist() == [1, 5]


def test_flows_are_their_names():
    own = Flow("own", ["a", "b"], [("a", "x", "b")])
    case = Case(case_id="1", flow=own, opened_at=datetime(2024, 1, 1, tzinfo=UTC))
    columns = to_columns([case])
    assert columns["flow"] == ["own"]
    assert to_plain(case)["flow"] == "own"
    assert from_columns(Case, columns, flows=[own]) == [case]
    assert from_plain(Case, to_plain(case), flows=[own]) == case
    with pytest.raises(InvalidData, match="'own' is no flow that is known here: pass flows="):
        from_columns(Case, columns)
    with pytest.raises(UnknownCode, match="'own' is no flow that is known here"):
        from_plain(Case, to_plain(case))


@attrs.frozen
class Own:
    """A class of a user's own, with all that the domain model's do not have."""

    party: Address | Money | None
    rule: SeasonRule | None
    exact: Decimal | None
    yes: bool | None
    count: int | None
    at: datetime | None
    day: date | None
    pairs: tuple[tuple[str, int], ...] = ()
    calendar: WorkCalendar | None = None


owns = st.builds(
    Own,
    party=st.none() | SPECIMENS[Address] | moneys,
    rule=st.none() | st.just(SeasonRule(peak_months=[9])),
    exact=st.none() | st.decimals(-(10**9), 10**9, places=6),
    yes=st.none() | st.booleans(),
    count=st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
    at=st.none() | st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),
    day=st.none() | st.dates(date(1900, 1, 1)),
    pairs=st.lists(st.tuples(st.text(max_size=3), st.integers(0, 9)), max_size=2).map(tuple),
    calendar=st.none() | st.just(WorkCalendar.weekdays("09:00-17:00")),
)


@properties
@some
@given(st.lists(owns, min_size=1, max_size=4))
def test_a_users_own_class_with_unions_rules_and_gaps(things):
    for thing in things:
        assert from_plain(Own, json.loads(json.dumps(to_plain(thing)))) == thing
    for name, make in FRAMES.items():
        assert from_columns(Own, make(to_columns(things))) == things, name


def test_a_union_says_which_class_it_is():
    own = Own(Money(1, "CNY"), None, None, None, None, None, None)
    assert to_plain(own)["party"] == {"_type": "Money", "amount": "1", "currency": "CNY"}
    with pytest.raises(
        UnknownCode, match=r"'Mony' is no _type of this field .did you mean 'Money'"
    ):
        from_plain(Own, to_plain(own) | {"party": {"_type": "Mony"}})


# -------------------------------------------------------------------------------- what is refused


def money_columns(**columns):
    return {"amount": ["1", "2", "3"], "currency": ["CNY"] * 3} | columns


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"amount": ["1", None, "3"]}, "column 'amount': a value is missing in 1 row"),
        (
            {"amount": ["1", 0.5, "x"]},
            (
                r"column 'amount': expected an exact number .*, got 0.5 in 2 rows:\n"
                r"    row 1: amount=0.5\n    row 2: amount='x'"
            ),
        ),
        (
            {"amount": ["1", None, "x"]},
            r"a value is missing in 1 row:\n    row 1: amount=None\ncolumn 'amount': expected",
        ),
        ({"currency": ["CNY", "RMB", "CNY"]}, "'RMB' is no currency of ISO 4217"),
        ({"currency": ["CNY"]}, "column 'currency': has 1 rows, the first column 3"),
        ({"colour": ["red"] * 3}, "column 'colour': belongs to no field of Money. Leave it out"),
    ],
)
def test_rows_that_make_no_object(columns, message):
    with pytest.raises(InvalidData, match=message):
        from_columns(Money, money_columns(**columns))


def test_good_rows_and_the_problems_of_the_others():
    columns = money_columns(amount=["1", "x", "nan"], currency=["CNY", "CNY", "CNY"])
    good, problems = from_columns(Money, columns, errors="collect")
    assert good == [Money(1, "CNY")]
    assert [problem.rows for problem in problems] == [("row 1: amount='x'",), ("row 2",)]
    assert problems[0].column == "amount"
    assert "where it is not known, write None" in problems[1].message
    assert from_columns(Money, money_columns(), errors="collect")[1] == ()


def test_an_object_within_an_object_that_cannot_be_is_named_by_its_field():
    columns = {"orders": [0], "revenue_amount": ["inf"], "revenue_currency": ["CNY"]}
    _, (problem,) = from_columns(TransactionRecord, columns, errors="collect")
    assert problem.column == "revenue"
    assert str(problem).startswith("column 'revenue': Money: Infinity is no amount")


def test_problems_are_raised_or_collected():
    with pytest.raises(UnknownCode, match="'ignore' is no treatment of errors"):
        from_columns(Money, money_columns(), errors="ignore")


def test_missing_columns():
    with pytest.raises(ColumnNotFound, match="no column 'currency'; the frame has 'amount'"):
        from_columns(Money, {"amount": []})
    assert from_columns(Customer, {"customer_id": ["C-1"]}) == [Customer(customer_id="C-1")]
    with pytest.raises(ColumnNotFound, match="no column 'address_country'"):
        from_columns(Customer, {"customer_id": ["C-1"], "address_city": ["Luzhou"]})


def test_whole_numbers_that_came_as_floats():
    columns = {"trigger": ["x"] * 2, "source": ["a"] * 2, "target": ["b"] * 2}
    columns |= {"at": [datetime(2024, 1, 1, tzinfo=UTC)] * 2, "order": [3.0, 2.0**60]}
    with pytest.raises(InvalidData, match=r"may have lost its last digits; .* dtype=object"):
        from_columns(model.Move, columns)
    good, _ = from_columns(model.Move, columns, errors="collect")
    assert good[0].order == 3


@pytest.mark.parametrize(
    ("cls", "field", "value", "message"),
    [
        (Own, "yes", "true", "expected true or false, got 'true'"),
        (Own, "yes", 2, "expected true or false, got 2"),
        (Own, "count", 1.5, "expected a whole number, got 1.5"),
        (Own, "count", True, "expected a whole number, got True"),
        (Own, "count", object, "expected a whole number"),
        (Own, "exact", True, "expected an exact number"),
        (Own, "day", "1.2.2024", "expected a day, got '1.2.2024'"),
        (Own, "day", datetime(2024, 1, 1, 5), "expected a day"),
        (Own, "at", "noon", "expected an instant, got 'noon'"),
        (Own, "pairs", [["a"]], r"expected 2 items, got \['a'\]"),
        (Own, "pairs", "a", "expected a list, got 'a'"),
        (Customer, "name", 7, "Customer: name: expected text, got 7"),
        (Customer, "customer_id", None, "Customer: customer_id: is missing"),
        (Customer, "nam", "Li", r"Customer has no field 'nam' .did you mean 'name'"),
        (Customer, "address", "Luzhou", "Address: expected a mapping, got 'Luzhou'"),
        (model.SatisfactionRecord, "score", "8", "expected a number, got '8'"),
    ],
)
def test_plain_data_that_make_no_object(cls, field, value, message):
    base = {
        Own: Own(None, None, None, None, None, None, None),
        Customer: Customer(customer_id="C-1"),
        model.SatisfactionRecord: model.SatisfactionRecord(score=1, asked_on=date(2024, 1, 1)),
    }[cls]
    with pytest.raises(CustrelError, match=message):
        from_plain(cls, to_plain(base) | {field: value})


def test_days_may_be_midnights_in_a_frame():
    columns = {"start": pd.to_datetime(pd.Series(["2024-03-01"])), "end": [None]}
    assert from_columns(Period, columns) == [Period(date(2024, 3, 1))]


def test_a_store_without_booleans_days_and_decimals_gives_the_same():
    """As SQLite keeps them: 1 and 0, and text."""
    mill = Customer(
        customer_id="C-1", is_end_user=False, updated_at=datetime(2024, 1, 1, tzinfo=UTC)
    )
    bought = TransactionRecord(
        orders=1, revenue=Money("1.10", "CNY"), first_on=date(2024, 1, 1), last_on=date(2024, 1, 1)
    )
    for thing in (mill, bought):
        kept = {name: [as_stored(value) for value in v] for name, v in to_columns([thing]).items()}
        assert from_columns(type(thing), kept) == [thing]
    assert {type(value) for (value,) in kept.values()} == {int, str}


def as_stored(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def test_what_has_no_class_or_two():
    with pytest.raises(InvalidValue, match="no objects, so no class to be seen; say kind="):
        to_columns([])
    with pytest.raises(InvalidValue, match="expected Money only, got Period too"):
        to_columns([Money(1, "CNY"), Period(date(2024, 1, 1))])
    with pytest.raises(InvalidValue, match="str is no class of attrs"):
        to_plain("x")
    with pytest.raises(InvalidValue, match="Customer: customer_id is missing"):
        from_plain(Customer, {})
    with pytest.raises(InvalidValue, match="complex has no plain form"):
        to_plain(Own(1j, None, None, None, None, None, None))


# ---------------------------------------------------------------------------------------- cattrs


@properties
@some
@given(customers, SPECIMENS[Case], moneys)
def test_a_converter_for_classes_of_ones_own(customer, case, money):
    converter = make_converter()
    thing = {"customer": [customer], "case": [case], "money": [money]}
    plain = json.loads(json.dumps(converter.unstructure(thing)))
    assert plain["customer"] == [json.loads(json.dumps(to_plain(customer)))]
    assert converter.structure(plain["customer"], list[Customer]) == [customer]
    assert converter.structure(plain["case"], list[Case]) == [case]
    assert converter.structure(plain["money"], list[Money]) == [money]


def test_a_converter_knows_unions_days_and_own_flows():
    converter = make_converter(flows=[attrs.evolve(DEAL_FLOW, name="own")])
    for kind, value in (
        (Address | Money, Money(1, "CNY")),
        (Address | Money | None, None),
        (date, date(2024, 1, 1)),
        (datetime, datetime(2024, 1, 1, tzinfo=UTC)),
        (Decimal, Decimal("1.10")),
        (Channel, Channel.EMAIL),
        (SeasonRule, SeasonRule(peak_months=[9])),
        (Flow, attrs.evolve(DEAL_FLOW, name="own")),
    ):
        plain = json.loads(json.dumps(converter.unstructure(value, kind)))
        assert converter.structure(plain, kind) == value


def test_without_cattrs_the_extra_is_named(monkeypatch):
    def none_of_it(name, *args, **kwargs):
        if name == "cattrs":
            raise ImportError(name)
        return importing(name, *args, **kwargs)

    importing = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", none_of_it)
    with pytest.raises(MissingExtra, match=r"cattrs is not installed; .*custrel\[records\]"):
        make_converter()
