"""What is public: found by walking, so that nothing new escapes the suite."""

import ast
import contextlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import attrs

import custrel

SOURCE = Path(custrel.__file__).parent
DOCS = SOURCE.parents[1] / "docs"

PACKAGES = (
    "custrel",
    *(
        m.name
        for m in pkgutil.walk_packages(custrel.__path__, "custrel.")
        if m.ispkg and "._" not in m.name
    ),
)

# Modules that are a public place of their own; the names of all others are exported by the
# package that they lie in.
PLACES = ("custrel.errors",)

# Modules that serve custrel alone: what they list is shared inside, not public.
INTERNAL = (
    "custrel._log.dialects",
    "custrel._log.encoding",
    "custrel._log.occasions",
    "custrel._log.orders",
    "custrel._log.summary_table",
    "custrel._log.timeline",
    "custrel._log.times",
    "custrel._columns",
    "custrel._intervals",
    "custrel._why",
    "custrel.frames",
)


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}


def resolve(path: str) -> object:
    """Return what a dotted path means to someone who imports it."""
    place, _, name = path.rpartition(".")
    return getattr(import_module(place), name)


def home(path: str) -> str:
    """Return the module in which a public thing is defined."""
    place, _, name = path.rpartition(".")
    return getattr(import_module(place), "_homes", {}).get(name, place)


# Every path at which a public thing can be had; most things have two.
PATHS = tuple(
    f"{place}.{name}" for place in (*PACKAGES, *PLACES) for name in import_module(place).__all__
)


def things() -> dict[str, object]:
    """Return each public thing once, at its shortest path, without the packages."""
    found: dict[int, tuple[str, object]] = {}
    for path in sorted(PATHS, key=lambda path: (path.count("."), path)):
        # What cannot be imported has a test of its own that says so.
        with contextlib.suppress(ImportError, AttributeError):
            thing = resolve(path)
            if not isinstance(thing, ModuleType):
                found.setdefault(id(thing), (path, thing))
    return dict(found.values())


THINGS = things()
CLASSES = {path: thing for path, thing in THINGS.items() if inspect.isclass(thing)}
FUNCTIONS = {path: thing for path, thing in THINGS.items() if inspect.isfunction(thing)}
ERRORS = {path: cls for path, cls in CLASSES.items() if issubclass(cls, BaseException)}
VALUES = {path: cls for path, cls in CLASSES.items() if attrs.has(cls)}


def _members(cls: type) -> Iterator[tuple[str, object]]:
    for name, member in vars(cls).items():
        if not name.startswith("_"):
            yield name, member


def methods() -> dict[str, object]:
    """Return the public methods that the public classes define, unwrapped."""
    return {
        f"{path}.{name}": getattr(member, "__func__", member)
        for path, cls in CLASSES.items()
        for name, member in _members(cls)
        if inspect.isfunction(getattr(member, "__func__", member))
    }


def properties() -> dict[str, object]:
    """Return the public properties that the public classes define."""
    return {
        f"{path}.{name}": member
        for path, cls in CLASSES.items()
        for name, member in _members(cls)
        if inspect.isdatadescriptor(member) and hasattr(member, "fget")
    }


METHODS = methods()
PROPERTIES = properties()


def documented() -> list[str]:
    """Return the paths that the reference pages ask to be rendered."""
    return [
        path
        for page in sorted(DOCS.rglob("*.md"))
        for path in re.findall(r"^::: (\S+)", page.read_text("utf-8"), flags=re.MULTILINE)
    ]
