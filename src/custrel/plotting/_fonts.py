"""A font that has the letters of a text, or word that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

# What the systems call their Chinese fonts; any other that has the letters will do as well.
_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Arial Unicode MS",
    "SimSun",
)
_PLACEHOLDERS = "Last Resort"  # fonts that draw a box for every letter


def families_for(texts: Iterable[str]) -> list[str] | None:
    """Return font families that have all letters of some texts, the chosen one first.

    The caller's own fonts come first, then the customary Chinese ones, then any.

    Returns
    -------
    list of str or None
        None where no font that matplotlib knows has them.
    """
    from matplotlib import rcParams  # noqa: PLC0415 - an extra

    letters = {ord(letter) for text in texts for letter in text if not letter.isspace()}
    own = [str(family) for family in rcParams["font.family"]]
    for family, path in _candidates(own):
        if _has(path, letters):
            return [family, *(other for other in own if other != family)]
    return None


def _candidates(own: list[str]) -> Iterator[tuple[str, str]]:
    """Yield fonts with their files, the preferred ones first."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - an extra

    upright = [
        f for f in fontManager.ttflist if f.style == "normal" and _PLACEHOLDERS not in f.name
    ]
    plain = sorted(upright, key=lambda font: abs(int(font.weight) - 400))
    concrete = [name for family in own for name in _members(family)]
    seen: set[str] = set()
    for names in (concrete, _CHINESE, [font.name for font in plain]):
        for name in names:
            if name not in seen:
                seen.add(name)
                yield from ((name, font.fname) for font in plain if font.name == name)


def _members(family: str) -> list[str]:
    """Return the fonts that a generic family, as sans-serif, stands for; else the family."""
    from matplotlib import rcParams  # noqa: PLC0415 - an extra

    settings: Any = rcParams
    return [str(name) for name in settings.get(f"font.{family}", [family])]


def _has(path: str, letters: set[int]) -> bool:
    from matplotlib.font_manager import get_font  # noqa: PLC0415 - an extra

    try:
        known = get_font(path).get_charmap()
    except (OSError, RuntimeError):  # removed since it was listed, or no font that can be read
        return False
    return letters <= known.keys()
