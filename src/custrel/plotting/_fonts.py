"""The language of a picture, and a font that has its letters."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from custrel.errors import UnknownCode

Language = Literal["en", "zh"]

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
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


def require_language(language: str) -> None:
    """Refuse a language that pictures are not written in."""
    if language not in _LANGUAGES:
        raise UnknownCode("language of the pictures", str(language), _LANGUAGES)


def speak(
    texts: Mapping[str, Mapping[str, str]],
    language: Language,
    others: Callable[[Language], Iterable[str]] = lambda _: (),
) -> tuple[Mapping[str, str], Language, list[str] | None]:
    """Return a picture's texts, their language, and fonts that have their letters.

    `others` are texts of the same picture that come from elsewhere: labels, the caller's names.
    Called by the function that draws.
    """
    require_language(language)
    language, family = choose_language(
        language, lambda spoken: [*texts[spoken].values(), *others(spoken)]
    )
    return texts[language], language, family


def choose_language(
    language: Language, texts: Callable[[Language], Iterable[str]]
) -> tuple[Language, list[str] | None]:
    """Return the language to write in, and font families that have all letters of its texts.

    Where no font has them that is English, and a warning says so: to whoever called the function
    that draws, which calls one that calls this one.
    """
    family = _families_for(texts(language))
    if family is not None or language == "en":
        return language, family
    warnings.warn(
        "no font that matplotlib knows has the Chinese letters, so the text is English. "
        "Install one, such as Noto Sans CJK SC, or add its file with "
        "matplotlib.font_manager.fontManager.addfont().",
        UserWarning,
        stacklevel=4,
    )
    return "en", _families_for(texts("en"))


def font_of(family: list[str] | None) -> dict[str, Any]:
    """Return the font as an option of a text; none where the customary one will do."""
    return {} if family is None else {"fontfamily": family}


def font_properties(family: list[str] | None) -> Any:
    """Return the font as the `prop` of a legend."""
    return None if family is None else {"family": family}


def _families_for(texts: Iterable[str]) -> list[str] | None:
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
