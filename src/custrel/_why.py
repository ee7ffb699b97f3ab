"""Why a customer was appraised as he was, in one readable line."""

from __future__ import annotations

from collections.abc import Iterable

import narwhals.stable.v2 as nw

from custrel.errors import UnknownCode
from custrel.frames import AnyFrame
from custrel.labels import label
from custrel.model.churn import RiskVerdict
from custrel.units import TimeUnit

__all__ = ["add_why", "name_of"]

_LARGE = 100  # amounts from here on are told without cents
_LAST_BITS = 1e-9


def add_why(
    frame: AnyFrame,
    *,
    unit: TimeUnit,
    horizon: float,
    window: float,
    codes: dict[str, Iterable[str]],
) -> AnyFrame:
    """Add the column ``why``.

    Parameters
    ----------
    frame : narwhals frame
        With every column of an appraisal; those of a step that failed hold nothing.
    unit : TimeUnit
        What times are measured in.
    horizon, window : float
        How far the models look ahead, and how far the comparison of business looks back.
    codes : dict of str to iterable of str
        The codes that the columns ``segment``, ``abc`` and ``treatment`` can hold.

    Returns
    -------
    narwhals frame
    """
    columns = frame.collect_schema().names()
    numbers, texts = _numbers(), {}
    # Each step becomes columns before the next: an engine would write it out wherever it is used.
    frame = frame.with_columns(**{name: scaled for name, (scaled, _) in numbers.items()})
    for name, (_, digits) in numbers.items():
        texts[name] = _text(nw.col(name), digits)
    for of, known in codes.items():
        texts[_temporary(of)] = _named(nw.col(of), known, of)
    frame = frame.with_columns(**texts)
    frame = frame.with_columns(
        **{
            _temporary("who"): _who(),
            _temporary("bought"): _bought(unit),
            _temporary("expected"): _expected(unit.in_words(horizon)),
            _temporary("alarm"): _alarm(unit.in_words(window)),
        }
    )
    frame = frame.with_columns(
        why=nw.concat_str(
            *[_told(part) for part in ("who", "bought", "expected", "alarm")],
            _or_nothing(nw.concat_str(nw.lit(" To do: "), _told("treatment"), nw.lit("."))),
        )
    )
    return frame.select(*[name for name in columns if name != "why"], "why")


def name_of(code: str, of: str) -> str:
    """Return the English label of a code, or a code of somebody's own as words."""
    try:
        return label(code, of=of)
    except UnknownCode:
        return code.replace("_", " ")


def _numbers() -> dict[str, tuple[nw.Expr, int]]:
    """Return each number that is told, times ten to its digits and rounded, and its digits."""
    amounts = {"revenue": nw.col("revenue"), "value": nw.col("lifetime_value")}
    numbers = {
        "idle": (nw.col("idle"), 0),
        "alive": (nw.col("p_alive") * 100 - 0.5, 0),  # rounded down: 99.6 % are not certain
        "purchases": (nw.col("expected_purchases"), 1),
        "down": (nw.col("volume_change") * -100, 0),
        "absence": (nw.col("absence"), 1),
        **{name: (amount, 0) for name, amount in amounts.items()},
        **{f"{name} exact": (amount, 2) for name, amount in amounts.items()},
    }
    return {
        _temporary(name): (_scaled(value, digits), digits)
        for name, (value, digits) in numbers.items()
    }


def _scaled(value: nw.Expr, digits: int) -> nw.Expr:
    # Sums differ in their last bit from engine to engine; what is told must not.
    scaled = (value * 10**digits + (0.5 + _LAST_BITS)).floor()
    return nw.when(scaled.is_finite()).then(scaled).otherwise(0.0).cast(nw.Int64)


def _text(scaled: nw.Expr, digits: int) -> nw.Expr:
    """Write a number with fixed digits, alike on every engine, whose own ways all differ."""
    if not digits:
        return scaled.cast(nw.String)
    sign = nw.when(scaled < 0).then(nw.lit("-")).otherwise(nw.lit(""))
    size = nw.when(scaled < 0).then(-scaled).otherwise(scaled)
    decimals = [((size // 10**place) % 10).cast(nw.String) for place in range(digits - 1, -1, -1)]
    return nw.concat_str(sign, (size // 10**digits).cast(nw.String), nw.lit("."), *decimals)


def _who() -> nw.Expr:
    segment = nw.concat_str(_told("segment"), nw.lit(" ("), nw.col("rfm"), nw.lit("), "))
    class_ = nw.concat_str(_told("abc"), nw.lit(": "))
    return nw.concat_str(_or_nothing(segment), _or_nothing(class_))


def _bought(unit: TimeUnit) -> nw.Expr:
    name = unit.name.lower()
    once = nw.col("orders") == 1
    orders = nw.when(once).then(nw.lit(" order worth ")).otherwise(nw.lit(" orders worth "))
    the_last = nw.when(once).then(nw.lit(", ")).otherwise(nw.lit(", the last "))
    ago = nw.concat_str(_told("idle"), nw.lit(f" {name}s ago."))
    ago = nw.when(nw.col("idle") < 1.5).then(nw.lit(f"1 {name} ago.")).otherwise(ago)
    ago = nw.when(nw.col("idle") < 0.5).then(nw.lit("just now.")).otherwise(ago)
    count = nw.col("orders").cast(nw.String)
    return nw.concat_str(count, orders, _money("revenue", nw.col("revenue")), the_last, ago)


def _expected(ahead: str) -> nw.Expr:
    value = nw.col("lifetime_value")
    sentence = nw.concat_str(
        nw.lit(" "),
        _told("alive"),
        nw.lit("% likely still a customer; "),
        _told("purchases"),
        nw.lit(f" orders expected in the next {ahead}, worth "),
        _money("value", value),
        nw.lit(" today."),
    )
    return nw.when(value.is_finite()).then(sentence).otherwise(nw.lit(""))


def _alarm(window: str) -> nw.Expr:
    down = (nw.lit(" Alarm: business down "), _told("down"), nw.lit(f"% on the {window} before"))
    away = (_told("absence"), nw.lit(" times the usual interval."))
    reason = nw.col("risk_reason")
    told = nw.when(nw.col("risk") == RiskVerdict.TOO_EARLY.value)
    text = told.then(nw.lit(" Too few orders to know a rhythm.")).otherwise(nw.lit(" No alarm."))
    for code, sentence in {
        "volume": nw.concat_str(*down, nw.lit(".")),
        "absence": nw.concat_str(nw.lit(" Alarm: away "), *away),
        "both": nw.concat_str(*down, nw.lit(", away "), *away),
    }.items():
        text = nw.when(reason == code).then(sentence).otherwise(text)
    return text


def _money(name: str, amount: nw.Expr) -> nw.Expr:
    return nw.when(amount >= _LARGE).then(_told(name)).otherwise(_told(f"{name} exact"))


def _named(column: nw.Expr, codes: Iterable[str], of: str) -> nw.Expr:
    known = list(dict.fromkeys(codes))
    names = [name_of(code, of) for code in known]
    if of == "abc":  # labels are of many, this is one: "class A", "Top customer"
        names = [
            f"class {code.upper()}" if len(code) == 1 else name.removesuffix("s")
            for code, name in zip(known, names, strict=True)
        ]
    return column.replace_strict(known, names, default=None, return_dtype=nw.String)


def _or_nothing(text: nw.Expr) -> nw.Expr:
    return nw.when(text.is_null()).then(nw.lit("")).otherwise(text)


def _told(part: str) -> nw.Expr:
    return nw.col(_temporary(part))


def _temporary(name: str) -> str:
    return f"__why {name}"
