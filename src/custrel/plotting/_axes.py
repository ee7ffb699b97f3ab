"""What every picture shares: where it is drawn, its colours, its headline and small print."""

from __future__ import annotations

import re
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from custrel.errors import MissingExtra
from custrel.labels import label, label_or_code
from custrel.plotting._fonts import font_of
from custrel.units import TimeUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Okabe and Ito's palette, which people with any kind of colour vision can tell apart.
BLUE = "#0072B2"
ORANGE = "#D55E00"
GREY = "#595959"
PALE = "#E6E6E6"
# From dark to light in one steady climb, for all eyes and in grey print.
SEQUENTIAL = "cividis"

SIZE = (6.4, 4.8)  # inches, matplotlib's own default

_MODELS = MappingProxyType(
    {
        "BgBb": "BG/BB",
        "BgCnbd": "BG/CNBD-k",
        "BgNbd": "BG/NBD",
        "GammaGamma": "Gamma-Gamma",
        "MbgCnbd": "MBG/CNBD-k",
        "MbgNbd": "MBG/NBD",
        "Nbd": "NBD",
        "ParetoNbd": "Pareto/NBD",
        "ShiftedBetaGeometric": "sBG",
    }
)
# What the customary columns of surveys and summaries are called in Chinese.
_MEASURES = MappingProxyType(
    {
        "attitude": "态度",
        "idle": "距上次购买的时间",
        "importance": "重要性",
        "loyalty": "忠诚度",
        "month": "月份",
        "orders": "订单数",
        "performance": "绩效",
        "profit": "利润",
        "repeat": "重复购买",
        "revenue": "收入",
        "satisfaction": "满意度",
    }
)
_WIDTH_OF_A_LETTER = 0.55  # of the font size; DejaVu Sans is wide
_WIDTH_OF_A_SIGN = 1.05  # of a Chinese one, whose place is rounded up to whole pixels
_CLOSING = "，。；：？！、）"
_GAP = 4.0  # points between lines of text and the picture
_LINE = 1.25  # height of a line of text, of the font size


def require_matplotlib() -> None:
    """Refuse to draw without matplotlib."""
    if find_spec("matplotlib") is None:
        raise MissingExtra("matplotlib", "plot")


def axes_for(ax: Axes | None, *, size: tuple[float, float] = SIZE) -> Axes:
    """Return the Axes to draw on: the caller's, or one alone in a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt  # noqa: PLC0415 - an extra, and needed for drawing only

    return plt.subplots(figsize=size, layout="constrained")[1]


def write_headline(ax: Axes, title: str, note: str, *, family: list[str] | None = None) -> None:
    """Write what the picture says above it, and below that, small, what it rests on.

    The text is broken to the width that the Axes have when everything else is drawn.
    """
    width = _width(ax)
    font = font_of(family)
    small = ax.annotate(
        note,
        (0, 1),
        (0, _GAP),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        color=GREY,
        fontsize="small",
        linespacing=_LINE,
        **font,
    )
    # The title makes room for it, and a line of text makes the Axes no narrower.
    small.set_in_layout(False)
    size = float(small.get_fontsize())
    lines = _break(note, width / size)
    small.set_text("\n".join(lines))
    head = ax.set_title(title, loc="left", pad=len(lines) * size * _LINE + 2 * _GAP, **font)
    head.set_text("\n".join(_break(title, width / float(head.get_fontsize()))))


def write_in_corner(
    ax: Axes, text: str, corner: tuple[int, int], colour: str, family: list[str] | None
) -> None:
    """Write what a quadrant is called in its corner of the Axes, (0, 0) being bottom left."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - an extra

    x, y = corner
    ax.annotate(
        text,
        corner,
        (6 if x == 0 else -6, -6 if y == 1 else 6),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left" if x == 0 else "right",
        va="top" if y == 1 else "bottom",
        color=colour,
        fontweight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
        **font_of(family),
    )


def count_in_percent(axis: Axis) -> None:
    """Write the shares along an axis as percentages."""
    axis.set_major_formatter(lambda share, _: f"{100 * share:.0f}%")


def readable_on(colour: Any) -> str:
    """Return black or white, whichever is easier to read on a colour."""
    from matplotlib.colors import to_rgb  # noqa: PLC0415 - an extra

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # Where the contrast with black, by the formula of WCAG 2, is the greater one.
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"


def short(number: float) -> str:
    """Write a number so that about three of its digits are seen."""
    size = abs(number)
    for limit, divisor, suffix in ((1e9, 1e9, "bn"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if size >= limit:
            return f"{number / divisor:,.3g}{suffix}"
    return (
        f"{number:,.0f}" if size >= 99.95 else f"{number:.1f}" if size >= 9.95 else f"{number:.2f}"
    )


def percent(share: float) -> str:
    """Write a share as a percentage, with a decimal where it is small."""
    return f"{100 * share:.1f}%" if 0 < abs(share) < 0.0095 else f"{100 * share:.0f}%"


def compare(expected: float, actual: float, *, language: str = "en") -> str:
    """Say in a few words what was expected and what came."""
    zh = language == "zh"
    said = "预期购买{:,.0f}次，实际{:,.0f}次" if zh else "{:,.0f} purchases expected, {:,.0f} came"
    said = said.format(expected, actual)
    if not expected or round(expected) == round(actual):
        return said
    more = actual / expected - 1
    change = f"{'+' if more > 0 else '-'}{percent(abs(more))}"
    return f"{said}（{change}）" if zh else f"{said} ({change})"


def column_name(column: str, language: str) -> str:
    """Return what to call a column: its measure, where it is a known one; else what the caller does."""
    name = column_in_text(column, language)
    return name if language == "zh" else capital(name)


def column_in_text(column: str, language: str) -> str:
    """Return what to call a column in the middle of a sentence."""
    return _MEASURES.get(column, column) if language == "zh" else column.replace("_", " ")


def construct_name(name: str, language: str) -> str:
    """Return what to call a construct of a path model: by the catalogue, or as the caller does."""
    found = label_or_code(name, language, of="construct")
    return column_name(name, "en") if found == name else found


def capital(text: str) -> str:
    """Begin a text with a capital letter, and leave the others as they are."""
    return text[:1].upper() + text[1:]


def singular(unit: TimeUnit | None, language: str) -> str:
    """Return what one unit of time is called, where it is counted."""
    if unit is None:
        return "个时间单位" if language == "zh" else "unit of time"
    return label(unit, language).lower()


def plural(unit: TimeUnit | None, language: str) -> str:
    """Return what times are measured in, as a word."""
    one = singular(unit, language)
    if language == "zh":
        return one.removeprefix("个")
    return "units of time" if unit is None else f"{one}s"


def in_time(number: float, unit: TimeUnit | None, language: str) -> str:
    """Return a length of time in words."""
    if language == "zh":
        return f"{number:,.10g}{singular(unit, language)}"
    return f"{number:,.10g} {plural(unit, language)}" if unit is None else unit.in_words(number)


def model_name(model: object, language: str) -> str:
    """Return what the literature calls a model."""
    base = getattr(model, "base", None)
    if base is not None:
        name = model_name(base, language)
        return f"含协变量的{name}" if language == "zh" else f"{name} with covariates"
    name = type(model).__name__
    return _MODELS.get(name, name)


def _width(ax: Axes) -> float:
    """Return how wide the Axes are, in points, after the layout has made room for the rest."""
    root = ax.figure.figure
    engine = root.get_layout_engine()
    if engine is not None:
        engine.execute(root)
    return ax.get_window_extent().width / ax.figure.dpi * 72


def _break(text: str, width: float) -> list[str]:
    """Break a text into lines of a width in units of the font size."""
    lines, line = [], ""
    for word in _pieces(text):
        if line and _length(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Part a text where a line may end: after a blank, and after any Chinese letter.

    No line begins with what closes a phrase, and none ends with an opening bracket.
    """
    return re.findall(rf"（*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[{_CLOSING}]*\s*|\s+", text)


def _length(text: str) -> float:
    return sum(_WIDTH_OF_A_SIGN if letter >= "\u2e80" else _WIDTH_OF_A_LETTER for letter in text)
